"""Inputs of a network that a law does not describe: a free polynomial beside the law, a slice, or an average over the data."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy

from symseries.errors import DataError, OptionError, listing, suggestion
from symseries.fitting.prepare import ORDER, Prepared
from symseries.laws import Law
from symseries.multiindex import count, index_set
from symseries.names import symbol
from symseries.network import Network
from symseries.scalars import F64, Array
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, SampledSpace
from symseries.tables import Table, read_table

ROUTES = ("polynomial", "slice", "average")
DEGREE = 4  # of the free polynomial at most: a cubic still leaves a bias that one can see
ROWS = 10  # to each coefficient of the free polynomial
CORRELATED = 0.5  # rank correlation beyond which what is held apart is not apart in the data
_AVERAGED = 200  # rows over which a network is averaged
_DIGITS = 3  # of the centre of an input in the free polynomial


@dataclass(frozen=True)
class Apart:
    """A source and a law that describes all its inputs, made of a law that does not.

    `source` and `law` are what is fitted in place of the given ones, over `space` (None: the default) and with `data`; `words`
    say what was done with the other inputs, `warnings` what that costs.
    """

    source: Network
    law: Law
    space: EmpiricalSpace | None
    data: object
    words: str
    warnings: tuple[str, ...]
    averaged: Average | None = None

    def applied(self, prepared: Prepared) -> Prepared:
        """Return the record with what was done: of an average, its coefficients take the place of the slice's."""
        if self.averaged is not None and isinstance(prepared.space, SampledSpace):
            prepared = dataclasses.replace(prepared, alpha=self.averaged.expand(prepared.space))
        return dataclasses.replace(prepared, composed="; ".join(filter(None, [self.words, prepared.composed])))


def others_of(inputs: Sequence[str], law: Law) -> tuple[str, ...]:
    """Return the inputs that are no variables of a law.

    A law speaks of every variable that it declares, also of one that its formula does not hold: that one has no influence.

    >>> others_of(("c", "d", "w"), Law("y = a + b*c", variables=("c", "d")))
    ('w',)
    """
    return tuple(name for name in inputs if name not in law.variables)


def apart(net: Network, law: Law, route: str = "polynomial", degree: int | None = None, data: object = None) -> Apart:
    """Return source and law to fit in place of a network and a law that does not describe all its inputs.

    "polynomial": the law plus a polynomial g(w) of total degree `degree` in the other inputs w, its coefficients free
    constants, by default of the highest degree up to 4 that leaves ten rows to each. "slice": the network with the others held
    at their means in the data, a virtual experiment. "average": the mean over the data of the network at the law's variables,
    sum_j net(x, w_j)/n. The first needs law and others to add up; the other two ask the network where there may be no data
    when inputs are correlated. `data` is the table of a network that carries none.

    Raises `OptionError` for another route, `DataError` where there are no data.
    """
    if route not in ROUTES:
        raise OptionError(f"others={route!r}{suggestion(route, ROUTES)}; expected one of {listing(ROUTES)}")
    others = others_of(net.inputs, law)
    kept = tuple(name for name in net.inputs if name not in others)
    if net.data is None and data is None:
        raise DataError(
            f"the law does not describe the inputs {listing(others)} of the network, and where these lie is not known; "
            "give the network its table with data=, or hold them with net.slice"
        )
    table = net.data.select(net.inputs) if net.data is not None and data is None else read_table(data, net.inputs)
    related = _related(table, kept, others)
    if route == "polynomial":
        degree = _degree(len(others), len(table)) if degree is None else degree
        extended = with_polynomial(law, table, others, degree)
        return Apart(net, extended, None, data, *_polynomial_words(table, others, degree, related))
    held = {name: float(table[name].mean()) for name in others}
    place = listing(f"{name} = {value:.4g}" for name, value in held.items())
    average = None if route == "slice" else Average(net, table.select(others))
    words = f"slice at {place}" if average is None else f"average of the network over {average.rows} rows of {listing(others)}"
    what = "a slice" if average is None else "an average"
    warnings = _extrapolation(related, f"{what} asks the network where there are few data")
    return Apart(net.slice(held), law, EmpiricalSpace(table.select(kept), ORDER), None, words, warnings, average)


def described(source: object, law: Law, space: object, data: object, others: str | None) -> Apart | None:
    """Return what a fit takes in place of a law that does not describe all inputs of a network; None where it takes the law.

    Without a word about the `others` that is a polynomial where the data are known and no space is given, and the law itself
    elsewhere. Raises what `apart` raises, and `OptionError` for others= where there are none.
    """
    if not isinstance(source, Network) or not others_of(source.inputs, law):
        if others is not None:
            raise OptionError(f"others={others!r}: the law describes all inputs of the source; leave it out")
        return None
    known = source.data is not None or data is not None
    if others is None and (space is not None or not known):
        return None
    return apart(source, law, "polynomial" if others is None else others, data=data)


# ------------------------------------------------------------------------------------------------------- polynomials
def _degree(inputs: int, rows: int) -> int:
    """Return the highest degree up to 4 that leaves ten rows to each coefficient."""
    return next((k for k in range(DEGREE, 1, -1) if ROWS * (count(inputs, k) - 1) <= rows), 1)


def with_polynomial(law: Law, table: Table, others: Sequence[str], degree: int | None = None) -> Law:
    """Return the law plus a free polynomial in other columns: sum g_n (w - w0)**n, 1 <= |n| <= degree.

    The constants are named free_<input>_<power>; w0 is the mean of the column, to three digits. Raises `OptionError` for a
    degree that is no whole number from 1 to 6.

    >>> from symseries.tables import read_table
    >>> table = read_table({"w": [0.0, 2.0]})
    >>> str(with_polynomial(Law("y = a", variables=()), table, ("w",), degree=1))
    'y = a + free_w*(w - 1)'
    """
    degree = _degree(len(others), len(table)) if degree is None else degree
    if isinstance(degree, bool) or degree not in range(1, ORDER + 1):
        raise OptionError(f"degree={degree!r} of the free polynomial: expected a whole number from 1 to {ORDER}")
    moved = [symbol(name) - _centre(table[name]) for name in others]
    names, expression = [], law.expression
    for index in index_set(len(others), degree, "total").rows.tolist()[1:]:
        parts = [f"{name}_{power}" if power > 1 else name for name, power in zip(others, index, strict=True) if power]
        names.append(_unused("free_" + "_".join(parts), law))
        expression += symbol(names[-1]) * sympy.Mul(*(x**power for x, power in zip(moved, index, strict=True)))
    variables = (*law.variables, *(name for name in others if name not in law.variables))
    formula = expression if law.target is None else sympy.Eq(_left(law), expression, evaluate=False)
    return Law(formula, variables, constants=(*law.constants, *names), known=law.known, units=law.units)


def _left(law: Law) -> sympy.Expr:
    name = symbol(str(law.target))
    return sympy.log(name) if law.transform else name


def _centre(column: Array) -> sympy.Rational:
    return sympy.Rational(f"{float(column.mean()):.{_DIGITS - 1}e}")


def _unused(name: str, law: Law) -> str:
    taken = {*law.variables, *law.constants, *law.known, law.target}
    return next(f"{name}{'_' * k}" for k in itertools.count() if f"{name}{'_' * k}" not in taken)


def free_constants(law: Law, extended: Law) -> tuple[str, ...]:
    """Return the constants that an extended law has beyond a law's own: those of the free polynomial."""
    return tuple(name for name in extended.constants if name not in law.constants)


def _polynomial_words(table: Table, others: Sequence[str], degree: int, related: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    centres = listing(f"{name} = {float(_centre(table[name])):g}" for name in others)
    level = f"a constant that stands alone in the law is its value at {centres}, where the free polynomial is 0"
    warnings = (level, *_extrapolation(related, "what both could explain is divided by the form of the law alone"))
    return f"beside a free polynomial of degree {degree} in {listing(others)}", warnings


# --------------------------------------------------------------------------------------------------------- averages
@dataclass(frozen=True)
class Average:
    """The mean of a network over its data in some inputs, as a function of the others (partial dependence)."""

    net: Network
    held: Table
    """The columns that are averaged over."""

    @property
    def rows(self) -> int:
        """How many rows are averaged over."""
        return min(len(self.held), _AVERAGED)

    def expand(self, space: SampledSpace) -> Series:
        """Return the average over a space of the other inputs, with its covariance where that of the weights is known."""
        names = self.net.inputs
        points = np.empty((len(space.nodes), len(names)))
        for place, name in enumerate(names):
            if name not in self.held:
                points[:, place] = space.nodes[:, space.variables.index(name)]
        columns, known = [names.index(name) for name in self.held], self.net.covariance
        values: Array = np.zeros((len(points), 1))
        slopes: Array = np.zeros((len(points), 0 if known is None else len(known)))
        # evenly chosen rows where there are many
        for row in self.held.matrix(self.held.names)[np.linspace(0, len(self.held) - 1, self.rows).astype(int)]:
            points[:, columns] = row
            values += self.net.evaluate(points, F64) / self.rows
            if known is not None:
                slopes += self.net.jacobian(points)[0] / self.rows
        jacobian = space.project(slopes)
        covariance = None if known is None else jacobian @ known @ jacobian.T
        return Series(space, space.project(values)[:, 0], F64, covariance)


# ------------------------------------------------------------------------------------------------------ correlations
def correlations(table: Table, left: Sequence[str], right: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return Spearman's rank correlation of each column of one list with each of another.

    >>> from symseries.tables import read_table
    >>> correlations(read_table({"a": [1, 2, 3], "b": [1, 4, 9]}), ["a"], ["b"])
    {('a', 'b'): 1.0}
    """
    return {(a, b): _rank_correlation(table[a], table[b]) for a in left for b in right}


def _rank_correlation(left: Array, right: Array) -> float:
    from scipy.stats import rankdata

    ranks = [rankdata(column) - (len(column) + 1) / 2 for column in (left, right)]
    size = float(np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1])))
    return round(float(ranks[0] @ ranks[1]) / size, 12) if size else 0.0


def _related(table: Table, used: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    found = correlations(table, used, others)
    return tuple(f"{a} and {b} ({value:+.2f})" for (a, b), value in found.items() if abs(value) > CORRELATED)


def _extrapolation(related: Sequence[str], consequence: str) -> tuple[str, ...]:
    return (f"inputs are correlated, {listing(related)}: {consequence}",) if related else ()
