"""Coefficients as people and SymPy see them: balls with their radius, expressions, numbers."""

from __future__ import annotations

from typing import Any

import mpmath
import sympy

from symseries.display import Cell, latex_digits, latex_name, number_cell, text_cell
from symseries.pages import mathml
from symseries.scalars import Ball, as_fraction

_LONG, _FRACTION = 400, 12  # characters of an exact coefficient, beyond which longer fractions in it are shown rounded


def cell(value: Any, digits: int) -> Cell:
    """Return a coefficient as a cell: a ball with its radius, an expression, or a number."""
    if isinstance(value, Ball):
        text = str(value)
        return Cell(text, f"${latex_digits(text)}$", align="right", value=value)
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, sympy.Expr) and not value.is_Rational:
        value = _rounded(value, digits) if len(str(value)) > _LONG else value
        names = {s: latex_name(s.name) for s in value.free_symbols}
        latex = sympy.latex(value, symbol_names=names)
        text = str(value)
        return Cell(text, f"${latex}$", mathml(value) if len(text) <= _LONG else None, value=value)
    return number_cell(value, digits)


def _rounded(value: sympy.Expr, digits: int) -> sympy.Expr:
    """Return an expression with its long fractions rounded, so that a person can read it."""
    return value.xreplace({r: r.n(digits) for r in value.atoms(sympy.Rational) if len(str(r)) > _FRACTION})


def to_number(value: Any, digits: int) -> sympy.Expr:
    """Return a coefficient as SymPy has it: of a ball its midpoint, with the digits that are certain."""
    if isinstance(value, sympy.Expr):
        return value
    if isinstance(value, Ball):
        if 0 in value:
            return sympy.S.Zero
        exact = as_fraction(value.mid) if value.digits is None else None
        if exact is not None:
            return sympy.Rational(exact.numerator, exact.denominator)
        return sympy.Float(value.mid, value.digits or digits)
    return sympy.Float(value, digits) if isinstance(value, mpmath.mpf) else sympy.Float(float(value))
