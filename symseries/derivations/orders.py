"""Equality of series to an order: coefficients compared exactly, the first one that differs being the witness."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from symseries.derivations.ball_functions import Undefined
from symseries.derivations.balls import carried_out, differ
from symseries.derivations.domains import Point
from symseries.derivations.refuting import Witness, both
from symseries.derivations.rewriting import SYMPY_FAULTS, shown_zero
from symseries.derivations.statements import Statement, assumed, names_of
from symseries.derivations.verdict import Diagnosis
from symseries.errors import NotAnalyticError, OptionError, SymseriesError
from symseries.laws import Law
from symseries.names import plain
from symseries.spaces import TaylorSpace


@dataclass(frozen=True)
class Comparison:
    """Which coefficients agree: all of them proved up to `proved`; the first that differs, and whether it is the only one."""

    proved: int
    witness: Witness | None
    reason: str = ""
    is_only: bool = False

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What is wrong."""
        if self.witness is None:
            return None
        if self.is_only:
            return Diagnosis("one order", f"wrong at one order only: the coefficient of {self.witness.power}")
        return Diagnosis("order", f"true to order {self.proved} only") if self.proved >= 0 else None


def compare(statement: Statement) -> Comparison:
    """Return to which order two sides agree, coefficient by coefficient.

    >>> x = sympy.Symbol("x")
    >>> str(compare(Statement(sympy.tanh(x), x - x**3 / 6, order=4, around={"x": 0})).witness)
    'coefficient of x**3: left -1/3, right -1/6'
    """
    lists = [coefficients(side, statement) for side in (statement.left, statement.right)]
    places = list(lists[0])
    for place in places:
        left, right = (found[place] for found in lists)
        if shown_zero(assumed(left - right, statement.assumptions)):
            continue
        power = _power(place, statement)
        witness = _different(left, right, statement, power)
        if witness is not None:
            others = [lists[0][other] - lists[1][other] for other in places[places.index(place) + 1 :]]
            is_only = bool(others) and all(shown_zero(assumed(rest, statement.assumptions)) for rest in others)
            return Comparison(sum(place) - 1, witness, is_only=is_only)
        return Comparison(sum(place) - 1, None, f"the coefficients of {power} were not compared: {left} and {right}"[:200])
    return Comparison(statement.order or 0, None)


def variable_of(statement: Statement) -> str | None:
    """Return the name in whose powers the infinite series of a statement are, None where they are in no single one.

    >>> x, k, a = sympy.Symbol("x"), sympy.Symbol("k"), sympy.IndexedBase("a")
    >>> variable_of(Statement(sympy.Sum(a[k] * x**k, (k, 0, sympy.oo)), sympy.S.One))
    'x'
    """
    parts = [s for side in (statement.left, statement.right) for s in side.atoms(sympy.Sum) if s.limits[-1][2] is sympy.oo]
    powers = [p for part in parts for p in part.function.atoms(sympy.Pow) if p.base.is_Symbol and p.exp.has(part.limits[-1][0])]
    names = {power.base.name for power in powers}
    return next(iter(names)) if len(names) == 1 else None


def _power(place: tuple[int, ...], statement: Statement) -> str:
    parts = []
    for (name, at), exponent in zip(statement.around.items(), place, strict=True):
        base = sympy.Symbol(name) - sympy.Rational(at.numerator, at.denominator)
        parts.append(base**exponent)
    return str(sympy.Mul(*parts))


def _different(left: sympy.Expr, right: sympy.Expr, statement: Statement, power: str) -> Witness | None:
    names = sorted(names_of(left) | names_of(right))
    for point in statement.assumptions.points(names):
        try:
            values = both([left, right], point)
        except Undefined:
            continue
        if differ(*values):
            exact: Point = {name: point[name] for name in names}
            return Witness(exact, _shown(left), _shown(right), power)
    return None


def _shown(coefficient: sympy.Expr) -> str:
    return str(coefficient)[:120]


def coefficients(side: sympy.Expr, statement: Statement) -> dict[tuple[int, ...], sympy.Expr]:
    """Return the Taylor coefficients of one side by their multi-indices, lowest degree first.

    Raises `NotAnalyticError` where there is no power series at the point.
    """
    order, around = statement.order or 0, statement.around
    finite = _truncated(carried_out(side), order, tuple(around))
    space = TaylorSpace(dict(around), order)
    if not names_of(finite) & set(around):
        return {tuple(map(int, place)): finite if not any(place) else sympy.S.Zero for place in space.multi_indices}
    try:
        found = Law(finite, tuple(around)).expand(space).coefficients
        return {tuple(map(int, place)): plain(c) for place, c in zip(space.multi_indices, found, strict=True)}
    except SymseriesError:
        return _by_sympy(finite, statement, space)


def _by_sympy(side: sympy.Expr, statement: Statement, space: TaylorSpace) -> dict[tuple[int, ...], sympy.Expr]:
    """Return the coefficients by SymPy's own expansion along a line through the point."""
    t = sympy.Dummy("t", positive=True)
    moved = side
    for name, at in statement.around.items():
        here = sympy.Rational(at.numerator, at.denominator)
        moved = moved.subs(sympy.Symbol(name), here + t * sympy.Symbol(name))
    try:
        found = sympy.expand(sympy.series(moved, t, 0, space.order + 1).removeO())
    except (*SYMPY_FAULTS, sympy.PoleError) as error:
        raise NotAnalyticError(f"{str(side)[:60]}: no power series {space.place()}; choose another point by around=") from error
    if not found.is_polynomial(t):
        raise NotAnalyticError(f"{str(side)[:60]}: no power series {space.place()}; choose another point by around=")
    symbols = [sympy.Symbol(name) for name in statement.around]
    polynomial = sympy.Poly(found.subs(t, 1), *symbols)
    places = [tuple(map(int, place)) for place in space.multi_indices]
    return {place: plain(polynomial.coeff_monomial(place)) for place in places}


def _truncated(side: sympy.Expr, order: int, names: tuple[str, ...]) -> sympy.Expr:
    """Return a side with its infinite power series cut where their terms pass the order."""
    for part in side.atoms(sympy.Sum):
        if len(part.limits) == 1 and part.limits[0][2] is sympy.oo:
            k, low, _ = part.limits[0]
            powers = [
                p.as_base_exp()
                for p in sympy.Mul.make_args(sympy.expand_power_base(part.function, force=True))
                if p.has(*map(sympy.Symbol, names))
            ]
            degree = sympy.expand(sum((e for b, e in powers if b.is_Symbol), sympy.S.Zero))
            slope = degree.coeff(k, 1)
            if not slope.is_positive or sympy.expand(degree - slope * k).free_symbols:
                raise OptionError(f"{str(part)[:60]}: no power series whose terms could be counted; give finitely many terms")
            last = sympy.floor((order - degree.subs(k, 0)) / slope)
            side = side.xreplace({part: sympy.Sum(part.function, (k, low, last))})
    return side.doit() if side.has(sympy.Sum) else side
