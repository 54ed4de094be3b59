"""A proved lower bound of the distance between a network and every law of a form, and what it says about the law."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from flint import arb, arb_mat

from symseries.convergence.enclosing_regions import up
from symseries.convergence.proved import gaussian, proved_series
from symseries.display import TextTable, number, number_cell, refuse_path, text_cell, write_text
from symseries.errors import (
    ComplexResultError,
    DataError,
    IdentifiabilityError,
    LawNameError,
    NotAnalyticError,
    OptionError,
    listing,
    suggestion,
)
from symseries.laws import Law
from symseries.laws.integrals import closed_coefficients
from symseries.layers import Activation
from symseries.network import Network, measured_column
from symseries.scalars import ARB, F64, Array, Ball, object_array
from symseries.series import Series
from symseries.spaces import LegendreSpace

ORDERS = {1: 16, 2: 10, 3: 6, 4: 4, 5: 3}  # by number of variables; the bound grows with the order, and is proved at any
DISCREPANCY_FLOOR = 1e-3  # of the standard deviation: no network is closer to the true law than this
FORMAT, VERSION = "symseries.distance", 1

# The covariance is that of the network as if it were linear in its weights. Of 96 networks trained on data of true laws (50 to
# 200 rows, 1 and 5 % noise) the distance exceeded the 95 % quantile of noise in 13 cases, and never by more than 1.41 times.
_SAFETY = 1.5
_ERROR = 1e-9  # of the remainder, relative to the network's values
_DEPENDENT = 1e-9  # smallest share of a term that the others may leave, of terms that are told apart


@dataclass(frozen=True)
class Distance:
    """A proved lower bound of the distance between one network and every law of a form, with what it means in words.

    `bound` is a float, rounded down, in the unit of the output; `ball` holds the same number to more digits. `estimate` is the
    distance to the law that is nearest in the space, which is not proved. `uncertainty` is how far, with the probability
    `level` and a margin, the network would be from a true law for the noise in its data alone; None where its covariance is not
    known.
    """

    bound: float
    relative: float
    """The bound in standard deviations of the network on the domain, which are estimated."""
    sd: float
    estimate: float
    constants: Mapping[str, float]
    """The constants of the law that is nearest in the space."""
    uncertainty: float | None
    speaks_about_the_law: bool | None
    """Whether the bound exceeds the network's own uncertainty; None where that is not known."""
    verdict: str
    proved: str
    law: str
    domain: str
    order: int
    level: float
    bits: int
    remainder: float = 0.0
    """What the coefficients of the network are off by at most: the proved error of their quadrature."""
    warnings: tuple[str, ...] = ()
    ball: Ball = field(default_factory=lambda: Ball(arb(0)), repr=False, compare=False)

    def table(self) -> TextTable:
        """Return the numbers as a table, with verdict and proof in words below."""
        rows = [
            ("proved: at least", self.bound),
            ("in standard deviations", self.relative),
            ("estimated", self.estimate),
            (f"from noise alone ({100 * self.level:g} %)", self.uncertainty),
        ]
        cells = tuple((text_cell(name), number_cell(value, 4)) for name, value in rows)
        head = (text_cell("distance of the network from the law"), text_cell("value"))
        return TextTable(head, cells, self.law, (self.verdict, self.proved, *self.warnings))

    def summary(self) -> str:
        """Return the table as text."""
        return self.table().to_text()

    def to_latex(self, *, document: bool = False) -> str:
        """Return the table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; `OptionError` where pandas is not installed."""
        return self.table().to_frame()

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the certificate as JSON text, and write it to `path` where one is given."""
        record = {"format": FORMAT, "version": VERSION, **self.__dict__, "ball": ARB(self.bits).encode(self.ball.ball)}
        text = json.dumps({**record, "constants": dict(self.constants), "warnings": list(self.warnings)}, allow_nan=False)
        if path is not None:
            write_text(path, text)
        return text

    @classmethod
    def from_json(cls, text: str) -> Distance:
        """Return the certificate that `to_json` wrote; `DataError` for text that it did not write."""
        refuse_path(text, "distance")
        try:
            record = json.loads(text)
            if (record.pop("format"), record.pop("version")) != (FORMAT, VERSION):
                raise DataError(f"distance: another format; expected {FORMAT!r} version {VERSION}")
            ball = Ball(ARB(record["bits"]).decode(record["ball"]))
            return cls(**{**record, "warnings": tuple(record["warnings"]), "ball": ball})
        except (AttributeError, LookupError, TypeError, json.JSONDecodeError) as error:
            raise DataError(f"distance: no certificate in JSON ({error}); write it with Distance.to_json") from error

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        word = {True: "speaks about the law", False: "says nothing about the law", None: "uncertainty not known"}
        return f"<Distance: at least {number(self.bound, 4)}; {word[self.speaks_about_the_law]}>"


def distance(
    network: Network,
    law: Law,
    space: LegendreSpace | Mapping[str, object],
    *,
    order: int | None = None,
    output: str | None = None,
    level: float = 0.95,
    bits: int = 128,
) -> Distance:
    """Return a proved lower bound of the distance between this network and every law of a form, linear in its constants.

    min over C of |f - g(C)|_2 >= min over C of |P (f - g(C))|_2, P the projection onto Legendre polynomials to an order and
    |.|_2 the root mean square over the domain (over the logarithm of a variable on a logarithmic scale): what the terms of the
    law leave of the coefficients of the network, by the inequality of Bessel. The coefficients of the network are balls with a
    proved remainder, those of the terms balls in closed form, and the least squares are solved in balls.

    The bound is about this network. It speaks about the law only where it exceeds the network's own uncertainty: a network
    trained on noisy data of a true law is at some distance from it. With the covariance S of the coefficients, carried from
    that of the weights, the square of the distance that noise alone makes is a sum of squares with the mean tr(Q S) and the
    variance 2 tr(Q S Q S), Q the projection beside the terms. The bound is compared with 1.5 times the root of its quantile (of
    the gamma distribution with these two), for a network is not linear in its weights, and 1e-3 of the standard deviation,
    which no network learns.

    Parameters: `network` with analytic activations; `law`, linear in its constants (give the others as `known`); `space`, a
    `LegendreSpace`, or a domain that maps every input to (lowest, highest), with `order`, by default 16, 10, 6, 4 and 3 for 1
    to 5 inputs; `output`, the name of the network's output if it has several; `level` of the comparison; `bits` to begin with.

    Raises `OptionError` for a law that is not linear in its constants and other spaces, `LawNameError` for a target that the
    network does not predict, `IdentifiabilityError` for terms that are not told apart in the space, and what `enclose` raises.

    >>> import symseries as ss
    >>> net = ss.Network.from_expression("x**2 + 1", inputs=("x",))
    >>> found = distance(net, ss.Law("a + b*x", variables=("x",)), {"x": (-1, 1)})
    >>> abs(found.bound - (4 / 45) ** 0.5) < 1e-12, found.speaks_about_the_law  # the root mean square of x**2 - 1/3
    (True, None)
    """
    _check(network, law, level)
    net = _matched(network, law, output)
    place = _space(net, space, order)
    return _Measured(net, law, place, level, ARB(bits)).result()


# ------------------------------------------------------------------------------------------------------------- the input
def _check(network: object, law: object, level: object) -> None:
    if not isinstance(network, Network):
        raise OptionError(f"distance: {type(network).__name__} received; expected a Network")
    if not isinstance(law, Law):
        raise OptionError(f"distance: law={law!r}; expected a symseries.Law, such as Law('y = a + b*x', variables=('x',))")
    if law.nonlinear:
        raise OptionError(
            f"distance: the law is not linear in {listing(law.nonlinear)}, and no distance to every such law is proved; "
            "give numbers for these as known={…} of the law"
        )
    if not isinstance(level, float) or not 0 < level < 1:
        raise OptionError(f"level={level!r}: expected a probability between 0 and 1, such as 0.95")


def _matched(network: Network, law: Law, output: str | None) -> Network:
    """Return the network of one output that predicts what the law does, a logarithm taken or undone exactly."""
    if output is not None and output not in network.outputs:
        raise LawNameError(f"output {output!r}{suggestion(output, network.outputs)}; outputs: {listing(network.outputs)}")
    if len(network.outputs) > 1:
        wanted = output or law.target
        if wanted not in network.outputs:
            raise LawNameError(f"distance: the network has outputs {listing(network.outputs)}; name one, as output='…'")
        network = network.output(network.outputs.index(wanted))
    column, transform = measured_column(network.outputs[0])
    if law.target is None or transform == law.transform:
        return network
    if law.transform:
        return network.then(Activation("log"), (f"log({column})",))
    return network.then(Activation("exp"), (column,))


def _space(net: Network, space: object, order: int | None) -> LegendreSpace:
    if isinstance(space, Mapping):
        return LegendreSpace(space, ORDERS.get(len(space), 2) if order is None else order)
    if not isinstance(space, LegendreSpace):
        raise OptionError(f"distance: space={space!r}; expected a LegendreSpace, or a domain such as {{'x': (0, 1)}}")
    if order is not None:
        return space.with_order(order)
    resolved = net.expand(space).space if space.auto else space
    assert isinstance(resolved, LegendreSpace)  # noqa: S101 - an automatic order is resolved on the same box
    return resolved


# ------------------------------------------------------------------------------------------------------------ the answer
class _Measured:
    """A network beside a law over a space, in orthonormal coordinates."""

    def __init__(self, net: Network, law: Law, space: LegendreSpace, level: float, ring: ARB) -> None:
        self.net, self.law, self.space, self.level, self.ring = net, law, space, level, ring
        with ring.working():
            self.lengths = object_array(value.sqrt() for value in space.norms(ring))

    @cached_property
    def series(self) -> Series:
        """The series of the network in float64, with its covariance where it is known."""
        return self.net.expand(self.space)

    @cached_property
    def terms(self) -> Array:
        """The offset of the law and its terms, (N, 1 + constants) in balls."""
        formulas = (self.law.offset, *self.law.slopes(self.law.linear))
        columns = [_term(formula, self.space, self.ring) for formula in formulas]
        with self.ring.working():
            return np.stack([column * self.lengths for column in columns], axis=1)

    @cached_property
    def network(self) -> tuple[Array, arb]:
        """The coefficients (N,) of the network from a Gauss rule in balls, and what they are off by at most, all together."""
        found, tail = gaussian(self.net, self.space, None, _ERROR, self.ring)
        with self.ring.working():
            return np.asarray(found * self.lengths), tail

    @cached_property
    def span(self) -> Array:
        """An orthonormal basis (N, constants) of the terms, in float64."""
        columns = self.ring.converted(self.terms[:, 1:], F64, {})
        if not columns.shape[1]:
            return columns
        sizes = np.linalg.norm(columns, axis=0)
        left, values, _ = np.linalg.svd(columns / np.where(sizes > 0, sizes, 1), full_matrices=False)
        if columns.shape[1] > len(columns) or values[-1] < _DEPENDENT or not sizes.all():
            raise IdentifiabilityError(
                f"distance: the terms of {listing(self.law.linear)} are not told apart over {self.space.describe()}; raise the "
                "order, or leave out a constant that another one replaces"
            )
        return left

    def residual(self) -> tuple[arb, list[float]]:
        """Return a ball of what the terms leave of the network's coefficients, and the constants that leave the least.

        Least squares are solved for the middles of the balls, whose distance from the truth is taken off at the end:
        for no projection is longer than what is projected.
        """
        coefficients, tail = self.network
        with self.ring.working():
            given = coefficients - self.terms[:, 0]
            middles, doubt = object_array(v.mid() for v in given), _length(object_array(v.rad() for v in given)) + tail
            rest, constants = _beside(middles, self.terms[:, 1:])
            return _length(rest) - arb(0, doubt.abs_upper()), constants

    def result(self) -> Distance:
        """Return the certificate."""
        _ = self.span
        ball, constants = self.residual()
        bound = max(0.0, -up(-ball)) if ball.is_finite() else 0.0
        sd = float(np.sqrt(self.space.norms()[1:] @ self.series.coefficients[1:] ** 2))
        nearest = dict(zip(self.law.linear, constants, strict=True))
        uncertainty, doubts = self.uncertainty(sd), _doubts(self.net)
        warnings = (*doubts, *_reaches(self.net, self.space))
        speaks = None if uncertainty is None or doubts else bound > uncertainty
        return Distance(
            bound, bound / sd if sd else 0.0, sd, self.estimate(nearest), nearest, uncertainty, speaks,
            _verdict(self._claim(bound), uncertainty, speaks, self.level), self._proof(bound), str(self.law), self._box(),
            self.space.order, self.level, self.ring.bits, up(self.network[1]), warnings, Ball(ball),
        )  # fmt: skip

    def uncertainty(self, sd: float) -> float | None:
        """Return the distance that noise alone makes, None where the covariance of the weights is not known."""
        if self.series.covariance is None:
            return None
        from scipy.special import gammaincinv  # slow to import

        lengths = np.sqrt(self.space.norms())
        covariance = lengths[:, None] * self.series.covariance * lengths
        beside = np.eye(len(lengths)) - self.span @ self.span.T
        inner = beside @ covariance @ beside
        mean, variance = float(np.trace(inner)), float(2 * np.sum(inner * inner.T))
        if not variance > 0:
            return DISCREPANCY_FLOOR * sd
        square = variance / mean * float(gammaincinv(mean**2 / variance, self.level))
        return math.hypot(_SAFETY * math.sqrt(square), DISCREPANCY_FLOOR * sd)

    def estimate(self, constants: Mapping[str, float]) -> float:
        """Return the distance to the nearest law of the space by quadrature: of the whole, beyond the order too."""
        space, lengths = self.space, np.sqrt(self.space.norms())
        law = self.ring.converted(self.terms, F64, {}) @ [1.0, *constants.values()]
        inside = lengths * self.series.elements[:, 0] - law
        values = self.net(space.nodes[:, [space.variables.index(name) for name in self.net.inputs]])
        beyond = values - self.law(dict(zip(space.variables, space.nodes.T, strict=True)), **constants)
        beyond = beyond - space.evaluate(space.nodes, (inside / lengths)[:, None])[:, 0]
        return math.sqrt(float(inside @ inside) + max(0.0, float(space.projection[0] @ beyond**2)))

    def _box(self) -> str:
        return ", ".join(map(self.space._interval_in_words, self.space.variables))

    def _claim(self, bound: float) -> str:
        if bound > 0:
            return f"the network is at least {number(bound, 4)} away from every law of this form"
        return (
            "no distance from the laws of this form is proved: the network may be one of them, as far as its coefficients are "
            f"known, whose remainder is {number(up(self.network[1]), 2)} (a smaller domain or fewer inputs make it smaller)"
        )

    def _proof(self, bound: float) -> str:
        count = len(self.law.linear)
        return (
            f"every law of this form, whatever its {count} constants, is at least {number(bound, 4)} away from this network in "
            f"the root mean square over {self._box()}: {len(self.space)} Legendre coefficients of both, computed in balls "
            f"of {self.ring.bits} bits, those of the network with a proved remainder, are at least so far apart"
        )


def _term(formula: sympy.Expr, space: LegendreSpace, ring: ARB) -> Array:
    """Return the coefficients (N,) of a term of the law: in closed form, or else with a proved remainder."""
    try:
        return closed_coefficients([formula], space, ring)[1][:, 0]
    except (OptionError, NotAnalyticError, ComplexResultError):
        names = [name for name in space.variables if sympy.Symbol(name) in formula.free_symbols]
        return np.asarray(proved_series(Law(formula, names), space, constants={}, error=_ERROR, bits=ring.bits).elements[:, 0])


def _beside(values: Array, columns: Array) -> tuple[Array, list[float]]:
    """Return values - columns C in balls and C, which solves the normal equations: no other C leaves less.

    The balls of C hold the solution for all columns that lie in the balls given, and what is left is held likewise.
    """
    count = columns.shape[1]
    if not count:
        return values, []
    matrix = arb_mat(len(values), count, list(columns.flat))
    right = arb_mat(len(values), 1, list(values))
    try:
        solution = (matrix.transpose() * matrix).solve(matrix.transpose() * right)
    except ZeroDivisionError as error:
        raise IdentifiabilityError("distance: the terms of the law are not told apart in balls; raise the bits") from error
    rest = right - matrix * solution
    return object_array(rest.entries()), [float(value.mid()) for value in solution.entries()]


def _length(values: Array) -> arb:
    return sum((value * value for value in values), start=arb(0)).sqrt()


# ------------------------------------------------------------------------------------------------------------- the words
def _doubts(net: Network) -> tuple[str, ...]:
    """Return in words why the covariance of the network means little, nothing where it is in order."""
    report = net.training
    if report is None:
        return ()
    found = []
    if report.under_trained:
        found.append("the network is under-trained, and its distance from a law says more about the training; refine it first")
    if report.memorises:
        found.append("the network memorises its data, and its uncertainty is not known")
    return tuple(found)


def _reaches(net: Network, space: LegendreSpace) -> tuple[str, ...]:
    """Return in words for which inputs the domain reaches beyond the data, by more than a twentieth of their range."""
    found = []
    for name in net.inputs if net.data is not None else ():
        column = np.asarray(net.data[name], dtype=float)  # type: ignore[index]  # there are data
        low, high = map(float, space.domain[name])
        rim = 0.05 * float(np.ptp(column))
        if low < column.min() - rim or high > column.max() + rim:
            found.append(f"the domain of {name} reaches beyond the data, where the network extrapolates and knows no law")
    return tuple(found)


def _verdict(claim: str, uncertainty: float | None, speaks: bool | None, level: float) -> str:
    if uncertainty is None:
        return f"{claim}; the covariance of its weights is not known, and whether that speaks about the law is open"
    noise = f"noise in its data alone makes up to {number(uncertainty, 4)} ({100 * level:g} %)"
    if speaks is None:
        return f"{claim}, and {noise}; the training is in question, and nothing is said about the law"
    if speaks:
        return f"{claim}, and {noise}: this speaks against the law on the domain"
    return f"{claim}, but {noise}: this says nothing about the law"
