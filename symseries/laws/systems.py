"""The Taylor coefficients of a law as a polynomial system, in coordinates in which it holds rational numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy

from symseries import expressions
from symseries.elimination import System
from symseries.errors import LawNameError
from symseries.names import symbol
from symseries.scalars import as_fraction
from symseries.spaces import TaylorSpace
from symseries.symbolic import Polynomials, check_powers, with_generators

if TYPE_CHECKING:
    from symseries.laws.law import Law

Terms = dict[tuple[int, ...], Fraction]


def label(index: Sequence[int]) -> sympy.Symbol:
    """Return the symbol of a coefficient: alpha_1_0 for the multi-index (1, 0)."""
    return symbol("_".join(["alpha", *map(str, index)]))


def system_of(law: Law, space: TaylorSpace, formulas: Sequence[sympy.Expr] | None = None) -> System:
    """Return the rows of a law over a Taylor space, in the coordinates X = x/x0 - 1 where x0 is not 0.

    With several formulas the rows are those of all of them, multi-index by multi-index.
    """
    used = tuple(formulas or (law.formula,))
    constants = [symbol(name) for name in law.constants]
    clash = sorted(space.symbols & set(law.constants))
    if clash:
        raise LawNameError(f"center: the symbol {clash[0]!r} is also a constant of the law; rename one of the two")
    for formula in used:
        check_powers(formula, constants)
    scaled = TaylorSpace(space.center, space.order, index_set=space.index_kind, scale=_units(space))
    generators, table = _expanded(law, scaled, used, constants)
    indices = space.multi_indices.tolist()
    rows = [_scaled(terms, generators, space, index) for index, line in zip(indices, table, strict=True) for terms in line]
    names = [label(index) for index in indices for _ in used]
    return System(law.constants, generators, tuple(rows), tuple(names), tuple(sum(index) for index in indices for _ in used))


def scales(space: TaylorSpace) -> list[sympy.Expr]:
    """Return by what the coefficients of a space are multiplied to be those of the rows of `system_of`."""
    units = _units(space)
    factors = [
        (sympy.Integer(1) if value.is_Rational else value) * units[name] / space.scale[name]
        for name, value in space.center.items()
    ]
    return [sympy.Mul(*(f**k for f, k in zip(factors, index, strict=True))) for index in space.multi_indices.tolist()]


def _units(space: TaylorSpace) -> dict[str, sympy.Rational]:
    numbers = {name: abs(value) if value.is_Rational else sympy.Integer(1) for name, value in space.center.items()}
    return {name: value or sympy.Integer(1) for name, value in numbers.items()}


def _expanded(
    law: Law, space: TaylorSpace, formulas: Sequence[sympy.Expr], constants: Sequence[sympy.Symbol]
) -> tuple[tuple[sympy.Expr, ...], list[list[Terms]]]:
    series = law.expand(space)
    opened = [symbol(name) for name in sorted(space.symbols)]

    def compute(ring: Polynomials, low: bool) -> tuple[tuple[sympy.Expr, ...], list[list[Terms]]]:
        environment = expressions.constants_environment({c.name: c for c in (*constants, *opened)}, ring)
        table = series._taylor(formulas, environment, ring, min(1, space.order) if low else None)
        return ring.generators, [[_terms(element) for element in line] for line in table]

    found: tuple[tuple[sympy.Expr, ...], list[list[Terms]]] = with_generators([*constants, *opened], compute)
    return found


def _terms(element: object) -> Terms:
    found: Terms = {}
    for exponents, coefficient in element.terms():  # type: ignore[attr-defined]  # a polynomial of FLINT
        found[tuple(map(int, exponents))] = as_fraction(coefficient) or Fraction(0)
    return found


def _scaled(terms: Terms, generators: Sequence[sympy.Expr], space: TaylorSpace, index: Sequence[int]) -> Terms:
    """Multiply by the powers of a centre that is a symbol; its reciprocal among the generators cancels with it."""
    for (_, value), power in zip(space.center.items(), index, strict=True):
        if value.is_Symbol:
            terms = _times(terms, generators.index(value), _place(generators, 1 / value), power)
    return terms


def _place(generators: Sequence[sympy.Expr], wanted: sympy.Expr) -> int | None:
    return generators.index(wanted) if wanted in generators else None


def _times(terms: Terms, letter: int, reciprocal: int | None, power: int) -> Terms:
    found: Terms = {}
    for exponents, coefficient in terms.items():
        moved = list(exponents)
        cancelled = min(moved[reciprocal], moved[letter] + power) if reciprocal is not None else 0
        moved[letter] += power - cancelled
        if reciprocal is not None:
            moved[reciprocal] -= cancelled
        found[tuple(moved)] = found.get(tuple(moved), Fraction(0)) + coefficient
    return {exponents: coefficient for exponents, coefficient in found.items() if coefficient}
