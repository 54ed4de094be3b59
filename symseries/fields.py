"""Constant fields: what a network's derivatives say a constant is, point by point; flat where the law holds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from symseries.display import TextTable, name_cell, number, number_cell, text_cell
from symseries.displayed import Record, Shown, provenance, read_number, real, texts
from symseries.errors import (
    DataError,
    LawNameError,
    NetworkShapeError,
    OptionError,
    ResourceLimitError,
    SymseriesError,
    listing,
    suggestion,
)
from symseries.laws import ClosedForm, Law
from symseries.layers import Activation
from symseries.names import symbol
from symseries.network import Network
from symseries.plotting import LAW, NETWORK, shown
from symseries.scalars import F64, Array
from symseries.spaces import TaylorSpace
from symseries.tables import Table, input_matrix, read_table
from symseries.workers import check_seconds

MOST_POINTS = 300
"""Points at which a network is expanded; more are thinned out evenly. One point costs about a millisecond."""
_HIGHEST = 4  # order up to which a closed form is looked for
_OFFER = 4.0  # seconds in which it is looked for where it would only be a start
_NORMAL = 1.4826  # standard deviation over median absolute deviation of normal numbers


@dataclass(frozen=True, repr=False, eq=False)
class ConstantField(Shown):
    """Constants estimated at points one by one; `values` name → (n,), nan where the derivatives give no real constant.

    `median` and `spread` (the scaled median absolute deviation, as a standard deviation) sum each field up: small spread means
    flat, and flat means that the law holds wherever the network is right about its derivatives. Medians are good starting
    values and poor estimates: a fit of the values is several times closer.
    """

    law: str
    variables: tuple[str, ...]
    points: Array
    values: dict[str, Array]
    closed: ClosedForm
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.constant_field"
    title = "Constants point by point"
    noted = True

    @cached_property
    def median(self) -> dict[str, float]:
        """The median of each constant over the points that have one, nan where none has."""
        return {
            name: float(np.median(finite)) if len(finite := _finite(v)) else float("nan") for name, v in self.values.items()
        }

    @cached_property
    def spread(self) -> dict[str, float]:
        """The median absolute deviation of each constant, scaled to be the standard deviation of normal numbers."""
        return {
            name: float(_NORMAL * np.median(np.abs(finite - self.median[name]))) if len(finite := _finite(v)) else float("nan")
            for name, v in self.values.items()
        }

    @property
    def order(self) -> int:
        """The order of the derivatives that are used."""
        return self.closed.order

    def table(self) -> TextTable:
        """Return median, spread and quartiles of each constant as a table."""
        head = ("constant", "median", "spread", "lower quartile", "upper quartile", "points")
        return TextTable(
            tuple(map(text_cell, head)), tuple(map(self._row, self.values)), f"{self.law}, point by point", self._notes()
        )

    def _row(self, name: str) -> tuple[Any, ...]:
        finite = _finite(self.values[name])
        low, high = np.percentile(finite, [25, 75]) if len(finite) else (np.nan, np.nan)
        numbers = (self.median[name], self.spread[name], low, high)
        return (name_cell(name), *(number_cell(value, 4) for value in numbers), number_cell(len(finite)))

    def _notes(self) -> tuple[str, ...]:
        count = len(self.points)
        said = (
            f"closed form from derivatives to order {self.order} at {count} points; the medians are starting values, no answer"
        )
        return (f"{said}.", *(f"{warning}." for warning in self.warnings))

    def plot(self, ax: Any = None, *, name: str | None = None, variable: str | None = None) -> Any:
        """Draw a constant against a variable and return the axes, the median as a line; by default the first of each.

        Raises `LawNameError` for names that are not there.
        """
        chosen, along = name or next(iter(self.values)), variable or self.variables[0]
        for kind, word, known in (("constant", chosen, tuple(self.values)), ("variable", along, self.variables)):
            if word not in known:
                raise LawNameError(f"{kind} {word!r}{suggestion(word, known)}; there are {listing(known)}")
        column = self.points[:, self.variables.index(along)]
        return _drawn(ax, (along, column), (chosen, self.values[chosen]), self.median[chosen])

    def framed(self) -> TextTable:
        """Return points and constants, a row for each point."""
        heads = tuple(map(text_cell, (*self.variables, *self.values)))
        columns = np.column_stack([self.points, *self.values.values()])
        return TextTable(heads, tuple(tuple(map(number_cell, row)) for row in columns.tolist()))

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "law": self.law, "variables": list(self.variables), "points": self.points.tolist(),
            "values": {name: list(map(real, column.tolist())) for name, column in self.values.items()},
            "closed": self.closed.to_dict(),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> ConstantField:
        """Return the field that `to_dict` wrote."""
        variables = texts(record, "variables")
        return cls(
            law=str(record["law"]),
            variables=variables,
            points=np.array(record["points"], dtype=float).reshape(-1, len(variables)),
            values={str(name): np.array(list(map(read_number, column))) for name, column in record["values"].items()},
            closed=ClosedForm.from_dict(record["closed"]),
            warnings=texts(record, "warnings"),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {number(value, 4)}" for name, value in self.median.items())
        return f"<ConstantField: median {shown}; {len(self.points)} points>"


def constant_field(
    net: Network, law: Law, points: object = None, *, most: int = MOST_POINTS, seconds: float = 30.0
) -> ConstantField:
    """Return the closed form of each constant, evaluated along points from the derivatives of a network.

    At a point x0 the coefficients alpha_n of the network's Taylor series are put into `law.closed_form`, whose centre is left
    open: for an Arrhenius law Q(x0) = R x0**2 alpha_1/alpha_0. Inputs that the law does not hold stay at their values.

    Parameters: `points`, a table or a matrix (n, inputs), by default the network's data; `most` of them are taken, evenly;
    `seconds`, the limit of the time in which the closed form is looked for, at all orders together.
    Raises `DataError` without points, `LawNameError` for a variable that is no input, `IdentifiabilityError` for a law
    without a closed form, `ResourceLimitError` where the time is over before one is found.

    >>> import symseries as ss
    >>> net = ss.Network.from_expression("3*exp(-2/T)", inputs=("T",))
    >>> found = constant_field(net, ss.Law("A*exp(-Q/T)", variables=("T",)), [[1.0], [2.0], [3.0]])
    >>> {name: round(value, 9) for name, value in found.median.items()}, max(found.spread.values()) < 1e-9
    ({'A': 3.0, 'Q': 2.0}, True)
    """
    if not all(isinstance(given, kind) for given, kind in ((net, Network), (law, Law))):
        raise OptionError(
            f"constant_field: {type(net).__name__} and {type(law).__name__} received; expected a network and a symseries.Law"
        )
    for name in law.variables:
        if name not in net.inputs:
            raise LawNameError(
                f"the law's variable {name!r} is no input{suggestion(name, net.inputs)}; inputs: {listing(net.inputs)}"
            )
    if len(net.outputs) > 1:
        raise NetworkShapeError(f"a network of {len(net.outputs)} outputs; expected one, use net.output(0)")
    rows, thinned = _thinned(_rows(net, points), most)
    check_seconds(seconds)
    closed, opened = _closed_form(law, seconds)
    alphas = _coefficients(_in_law_scale(net, law), law, closed, rows)
    places = [net.inputs.index(name) for name in law.variables]
    values = _evaluated(closed, opened, alphas, rows[:, places])
    lost = int(np.sum(~np.isfinite(np.array(list(values.values()))).all(axis=0)))
    warnings = [thinned] if thinned else []
    if lost:
        warnings.append(f"at {lost} of {len(rows)} points the derivatives of the network give no real constants")
    held = provenance(data=_digest(net, points))
    return ConstantField(str(law), law.variables, rows[:, places], values, closed, tuple(warnings), held)


def starting_values(net: Network, law: Law, points: object = None, *, most: int = 60) -> dict[str, float]:
    """Return the medians of the constant field, for a search to start from; nothing where no closed form is found in 4 s.

    >>> import symseries as ss
    >>> net = ss.Network.from_expression("3*exp(-2/T)", inputs=("T",))
    >>> start = starting_values(net, ss.Law("A*exp(-Q/T)", variables=("T",)), [[1.0], [2.0]])
    >>> {name: round(value, 9) for name, value in start.items()}
    {'A': 3.0, 'Q': 2.0}
    """
    try:
        found = constant_field(net, law, points, most=most, seconds=_OFFER)
    except SymseriesError:  # a start is an offer: whoever searches has others
        return {}
    return found.median if all(np.isfinite(value) for value in found.median.values()) else {}


def _drawn(ax: Any, along: tuple[str, Array], one: tuple[str, Array], median: float) -> Any:
    """Draw a field against a variable, cut to where most of it lies: derivatives have long tails."""
    ax = shown() if ax is None else ax
    (variable, places), (name, values) = along, one
    ax.plot(places, values, ".", color=NETWORK, markersize=5, label="point by point")
    ax.axhline(median, color=LAW, linewidth=1.2, label=f"median {number(median, 4)}")
    finite = _finite(values)
    if len(finite):
        low, high = np.percentile(finite, [2, 98])
        margin = 0.15 * (high - low) or 0.05 * abs(median) or 1.0
        ax.set_ylim(min(low, median) - margin, max(high, median) + margin)
    if places.min() > 0 and places.max() > 10 * places.min():
        ax.set_xscale("log")
    ax.set_xlabel(variable)
    ax.set_ylabel(name)
    ax.legend(frameon=False)
    return ax


def _finite(values: Array) -> Array:
    return values[np.isfinite(values)]


def _rows(net: Network, points: object) -> Array:
    if points is None:
        if net.data is None:
            raise DataError("points: none are given and the network has no data; give points=, or net.with_data(table)")
        return np.asarray(net.data.matrix(net.inputs), dtype=float)
    if isinstance(points, (Mapping, Table)):
        return np.asarray(read_table(points, dict.fromkeys(net.inputs)).matrix(net.inputs), dtype=float)
    return F64.array(input_matrix(points, net.inputs))


def _digest(net: Network, points: object) -> str | None:
    """Return the digest of the data that the points are, None where they were given."""
    return net.data.digest if points is None and net.data is not None else None


def _thinned(rows: Array, most: int) -> tuple[Array, str]:
    if type(most) is not int or most < 1:
        raise OptionError(f"most={most!r}: expected a positive number of points")
    if len(rows) <= most:
        return rows, ""
    kept = np.linspace(0, len(rows) - 1, int(most)).round().astype(int)
    return rows[kept], f"{most} of {len(rows)} points, taken evenly"


def _closed_form(law: Law, seconds: float) -> tuple[ClosedForm, tuple[str, ...]]:
    found = _at_open_centre(law.formula, law.variables, law.constants, seconds)
    if isinstance(found, SymseriesError):
        raise found
    return found


@lru_cache(maxsize=64)
def _at_open_centre(
    formula: sympy.Expr, variables: tuple[str, ...], constants: tuple[str, ...], seconds: float
) -> tuple[ClosedForm, tuple[str, ...]] | SymseriesError:
    """Return the closed form at an open centre and the names of its symbols, or the error, kept as it took as long."""
    law = Law(formula, variables, constants=constants)
    opened = tuple(_free(f"{name}_at", {*variables, *constants}) for name in variables)
    center = {name: symbol(other) for name, other in zip(variables, opened, strict=True)}
    known = law.identifiability(TaylorSpace(center, 1))
    last: SymseriesError = ResourceLimitError(f"law {law}: no closed form within {seconds:g} s; allow more by seconds=")
    end = time.monotonic() + seconds
    for order in range(min(known.order_needed or 1, _HIGHEST), _HIGHEST + 1):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return law.closed_form(TaylorSpace(center, order), seconds=left), opened
        except SymseriesError as error:  # a higher order may have what this one lacks
            last = error
    return last


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _in_law_scale(net: Network, law: Law) -> Network:
    """Return the network that predicts what stands on the left of the law: its logarithm where the law says so."""
    if law.target is None:
        return net
    output = net.outputs[0]
    if law.transform == "log" and output == law.target:
        return net.then(Activation("log"), (f"log({output})",))
    if law.transform is None and output == f"log({law.target})":
        return net.then(Activation("exp"), (law.target,))
    return net


def _coefficients(net: Network, law: Law, closed: ClosedForm, rows: Array) -> Array:
    """Return the coefficients that the closed form uses at each point, (n, used), nan where the network has no series."""
    places = [net.inputs.index(name) for name in law.variables]
    others = {name: i for i, name in enumerate(net.inputs) if name not in law.variables}
    out = np.full((len(rows), len(closed.rows)), np.nan)
    bare = net._copy(covariance=None, data=None)
    for number_of_row, row in enumerate(rows):
        here = bare.slice({name: float(row[i]) for name, i in others.items()}) if others else bare
        here.covariance = None
        space = TaylorSpace({name: float(row[i]) for name, i in zip(law.variables, places, strict=True)}, closed.order)
        try:
            series = here.expand(space)
        except SymseriesError:  # a kink, or a logarithm of what is not positive
            continue
        out[number_of_row] = [series.coefficients[space.rank(index)] for index in closed.rows]
    return out


def _evaluated(closed: ClosedForm, opened: Sequence[str], alphas: Array, places: Array) -> dict[str, Array]:
    """Return the constants at each point, from the branch that is real at most of them."""
    best: dict[str, Array] = {}
    for branch in range(len(closed.branches)):
        with np.errstate(all="ignore"):
            found = closed.evaluator(branch, opened)(*alphas.T, *places.T)
        values = {name: _real(value, len(alphas)) for name, value in zip(closed, found, strict=True)}
        if not best or _count(values) > _count(best):
            best = values
    return best


def _real(values: object, rows: int) -> Array:
    """Return the values of a constant at each point, nan where they are not finite."""
    found = np.broadcast_to(np.asarray(values, dtype=float), rows)
    return np.where(np.isfinite(found), found, np.nan)


def _count(values: Mapping[str, Array]) -> int:
    return int(np.isfinite(np.array(list(values.values()))).all(axis=0).sum())
