"""Proved bounds of |function - series| on a domain, for networks and laws, with what was proved in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from typing import Any

from symseries.convergence.enclosing_boxes import box_bound
from symseries.convergence.enclosing_regions import ARCS, up
from symseries.convergence.enclosing_sources import source_of
from symseries.convergence.enclosing_taylor import Parts, Task, exact, taylor_bound
from symseries.display import Cell, TextTable, latex_digits, text_cell
from symseries.errors import ConvergenceError, OptionError, ResourceLimitError, listing, suggestion
from symseries.network import Network
from symseries.scalars import Ball, typed
from symseries.series import Series
from symseries.spaces import TaylorSpace, interval_in_words

MOST_INPUTS = 5  # the cover of the neighbourhood grows as arcs**inputs
_MOST_ARCS = 1024
_ALLOWED = [2**k for k in range(2, 11)]
_BASES = ("taylor", "legendre", "chebyshev")
_RINGS = ("F64", "QQ", "ARB", "MPF")


@dataclass(frozen=True)
class Enclosure:
    """A proved bound of |function - series| on a box.

    `bound` is a float, rounded up; `ball` holds the same number to more digits, `proved` says in words what was proved, and
    `parts` are what it is made of: the difference of the function's polynomial and the series, and the tail beyond. Where the
    box was cut into `pieces`, they and what follows are those of the piece with the largest bound.
    """

    bound: float
    proved: str
    method: str
    domain: Mapping[str, tuple[Fraction, Fraction]]
    parts: Mapping[str, float]
    order: int
    ratio: float | None
    """How much larger than the domain the certified neighbourhood is: T of a polydisc, rho of an ellipse; None without one."""
    supremum: float | None
    """M, a bound of the function less its value at the centre on that neighbourhood."""
    cells: int
    """Products of arcs that cover it."""
    pieces: int
    """Into how many the box was cut."""
    bits: int | None
    """Precision of the coefficients, None where they are exact."""
    ball: Ball = field(repr=False)

    def table(self) -> TextTable:
        """Return the bound and its parts as a table, with the proof in words below."""
        rows = [("bound of |function - series|", self.bound), *self.parts.items()]
        cells = tuple((text_cell(name), _cell(value)) for name, value in rows)
        return TextTable((text_cell("what"), text_cell("at most")), cells, self.method, (self.proved,))

    def summary(self) -> str:
        """Return the table as text."""
        return self.table().to_text()

    def to_latex(self, *, document: bool = False) -> str:
        """Return the table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; `OptionError` where pandas is not installed."""
        return self.table().to_frame()

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def __repr__(self) -> str:
        return f"<Enclosure: at most {_words(self.bound)}, by {self.method}>"

    def __str__(self) -> str:
        return self.summary()


def enclose(
    function: object,
    series: Series,
    domain: Mapping[str, object] | None = None,
    *,
    constants: Mapping[str, object] | None = None,
    points: int | None = None,
    bits: int = 128,
) -> Enclosure:
    """Return a proved bound of |function - series| on a box, computed in balls.

    Taylor series: max |p_L - series| + M T**-(L+1)/(1 - 1/T), p_L being the function's own Taylor polynomial to an order L
    above that of the series, r the largest distances of the domain from the centre and M the supremum of |function - value at
    the centre| on the polydisc of radii T r. Legendre and Chebyshev series: the same with the polynomial that interpolates at
    Chebyshev points to a degree m and twice the tail on a Bernstein polyellipse. That the function is analytic on the
    neighbourhood is certified layer by layer. A series that is wrong has a large bound and never a false one; the bound is of
    the exact polynomial with these coefficients, not of the rounding in its evaluation.

    Parameters: `function`, a `Network` with one output and analytic activations, or a `Law` with numbers for its `constants`;
    `series` over a Taylor, Legendre or Chebyshev space with up to 5 variables; `domain`, which maps every variable to (lowest,
    highest), by default the box of the space, inside of which it must be; `points`, the number of arcs that cover the
    neighbourhood in each variable, a power of two; `bits`, the precision to begin with.

    Raises `OptionError` for activations with kinks and what cannot be bounded, saying what can; `ConvergenceError` where a
    Taylor series does not certainly converge on the domain, `NotAnalyticError` for a singularity in the domain or the centre;
    `ResourceLimitError` for more than 5 variables or too high an order.

    >>> import symseries as ss
    >>> law = ss.Law("exp(x)", variables=("x",))
    >>> series = law.expand(ss.TaylorSpace({"x": 0}, order=4)).at({})
    >>> found = enclose(law, series, {"x": (-1, 1)})
    >>> 0.00994 < found.bound < 0.0101  # e - 65/24 = 0.00994...
    True
    """
    if not isinstance(series, Series):
        raise OptionError(f"enclose: {type(series).__name__} received; expected a Series, such as net.expand(space)")
    _check_series(series)
    box = _box(series, domain)
    task = Task(source_of(function, constants), series, box, _arcs(points, len(box)), bits)
    _ = task.places
    parts = taylor_bound(task) if isinstance(series.space, TaylorSpace) else box_bound(task)
    if not parts.total.is_finite():
        raise ConvergenceError(
            f"enclose: no finite bound over {series.space.describe()} at {parts.rest.bits} bits; raise bits, or shrink the "
            "domain"
        )
    return _enclosure(task, parts, "network" if isinstance(function, Network) else "law")


# ------------------------------------------------------------------------------------------------------------- the input
def _check_series(series: Series) -> None:
    space, ring = series.space, series.scalars
    if space.kind not in _BASES or ring.family not in _RINGS:
        raise OptionError(
            f"enclose: a series in {ring} over {space.describe()} has no rigorous bound; rigorous are Taylor series in "
            f"{listing(_RINGS)}, and Legendre and Chebyshev series"
        )
    if series.elements.shape[1] > 1:
        raise OptionError(f"enclose: the series has {series.elements.shape[1]} outputs; expected one, as of net.output(0)")
    if len(space.variables) > MOST_INPUTS:
        raise ResourceLimitError(
            f"enclose: {len(space.variables)} variables; a rigorous bound needs a cover whose size grows as arcs**variables, "
            f"the limit is {MOST_INPUTS}: hold some inputs with net.slice"
        )


def _arcs(points: int | None, variables: int) -> int:
    if points is None:
        return ARCS[variables]
    if points not in _ALLOWED:
        raise OptionError(
            f"points={points!r}: expected the number of arcs of each circle, a power of two from 4 to {_MOST_ARCS}"
        )
    if points**variables > 2_000_000:
        raise ResourceLimitError(f"points={points}: {points}**{variables} products of arcs; the limit is 2000000, lower it")
    return points


def _box(series: Series, domain: Mapping[str, object] | None) -> dict[str, tuple[Fraction, Fraction]]:
    space = series.space
    own: Mapping[str, tuple[object, object]] | None = getattr(space, "domain", None)
    if domain is None:
        if own is None:
            raise OptionError(f"enclose: {space.describe()} has no domain of its own; give one, as domain={{'x': (-1, 1)}}")
        return {name: (exact(low), exact(high)) for name, (low, high) in own.items()}
    if not isinstance(domain, Mapping):
        raise OptionError(f"domain={domain!r}: expected a mapping of variables to (lowest, highest), such as {{'x': (-1, 1)}}")
    for name in domain:
        if name not in space.variables:
            raise OptionError(f"domain of {name!r}{suggestion(name, space.variables)}; variables: {listing(space.variables)}")
    box = {name: _interval(name, domain.get(name)) for name in space.variables}
    for name, (low, high) in box.items():
        if own is not None and not (exact(own[name][0]) <= low and high <= exact(own[name][1])):
            raise OptionError(
                f"domain of {name}: [{float(low):g}, {float(high):g}] reaches beyond the box of {space.describe()}; "
                "expected it inside, or expand on a larger box"
            )
    return box


def _interval(name: str, pair: object) -> tuple[Fraction, Fraction]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise OptionError(f"domain of {name}: {pair!r}; expected two numbers, (lowest, highest)")
    low, high = (exact(typed(value, f"domain of {name}")) for value in pair)
    if not low < high:
        raise OptionError(f"domain of {name}: lowest {pair[0]} is not below highest {pair[1]}; give them in order")
    return low, high


# ------------------------------------------------------------------------------------------------------------- the answer
def _words(value: float) -> str:
    """Return a number rounded up to three digits."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    return f"{float(Context(prec=3, rounding=ROUND_CEILING).create_decimal(Decimal(value))):.3g}"


def _cell(value: float) -> Cell:
    text = _words(value)
    return Cell(text, f"${latex_digits(text)}$", align="right", value=value)


def _enclosure(task: Task, parts: Parts, kind: str) -> Enclosure:
    taylor = isinstance(task.space, TaylorSpace)
    certificate = parts.rest.certificate
    shown = {
        f"difference of the polynomials to {'order' if taylor else 'degree'} {parts.rest.order}": up(parts.difference),
        f"{'tail' if taylor else 'twice the tail'} beyond": up(parts.rest.tail),
    }  # fmt: skip
    return Enclosure(
        up(parts.total), _sentence(task, parts, kind), _method(task, parts), task.domain, shown, parts.rest.order,
        None if certificate is None else float(certificate.size),
        None if certificate is None else up(certificate.supremum),
        0 if certificate is None else certificate.cells, parts.pieces, parts.rest.bits, Ball(parts.total),
    )  # fmt: skip


def _method(task: Task, parts: Parts) -> str:
    if parts.rest.certificate is None:
        return "difference of two polynomials, " + (
            "exact" if parts.rest.bits is None else f"in balls of {parts.rest.bits} bits"
        )
    if isinstance(task.space, TaylorSpace):
        return "Taylor coefficients in balls, Cauchy's tail on a certified polydisc"
    return "Chebyshev interpolation in balls, tail on a certified Bernstein polyellipse"


def _sentence(task: Task, parts: Parts, kind: str) -> str:
    box = ", ".join(f"{name} in {_between(*ends)}" for name, ends in task.domain.items())
    claim = f"|{kind} - series| <= {_words(up(parts.total))} at every point with {box}, for the exact polynomial of the series"
    if parts.rest.certificate is None:
        how = "exact arithmetic" if parts.rest.bits is None else f"balls of {parts.rest.bits} bits"
        return (
            f"{claim}: the {kind} is a polynomial of degree {task.source.degree}, and the coefficients were compared in {how}"
        )
    return f"{claim}: {_certified_in_words(task, parts, kind)}; {_summed_in_words(task, parts)}"


def _certified_in_words(task: Task, parts: Parts, kind: str) -> str:
    certificate = parts.rest.certificate
    assert certificate is not None  # noqa: S101 - the caller has looked
    size, most = f"{float(certificate.size):g}", _words(up(certificate.supremum))
    if isinstance(task.space, TaylorSpace):
        place = f"the polydisc about {task.space.place()} of T = {size} times the radii of the domain"
    else:
        box = (
            "the box of the series" if parts.pieces == 1 else f"each of {parts.pieces} pieces of the box, on the worst of them"
        )
        place = f"a Bernstein polyellipse about {box} of rho = {size}"
    return (
        f"the {kind} is analytic on {place}, every argument staying where its function is analytic on {certificate.cells} "
        f"complex balls that cover the distinguished boundary, and differs from its value in the middle by at most M = {most} "
        "there"
    )


def _summed_in_words(task: Task, parts: Parts) -> str:
    taylor = isinstance(task.space, TaylorSpace)
    which = f"order L = {parts.rest.order}" if taylor else f"degree m = {parts.rest.order} in each variable"
    difference, tail = _words(up(parts.difference)), _words(up(parts.rest.tail))
    return (
        f"its polynomial in balls of {parts.rest.bits} bits to {which} differs from the series by at most {difference}, and "
        f"the {'' if taylor else 'doubled '}tail beyond is at most {tail}"
    )


def _between(low: Fraction, high: Fraction) -> str:
    return interval_in_words(*(typed(f"{value.numerator}/{value.denominator}") for value in (low, high)))
