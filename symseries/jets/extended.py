"""Recurrences of float64 jets in extended precision.

Where a coefficient nearly vanishes (the sigmoid at 5, k = 13) a recurrence in float64 keeps 10 digits, for the rounding of
its first values alone moves the coefficient by as much. 64 bits instead of 53 keep more than 12 and cost next to nothing: a
jet is small beside the series it serves. Where the machine has no wider float, the digits are those of float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symseries.jets.algebra import Rule
from symseries.scalars import F64, Array, Scalars, as_fraction
from symseries.scalars.floats import FLOAT_VALUES, Float64

_EXACT = 2**53  # integers up to here are floats of every width


class _Extended(Float64):
    """The widest float of the machine; never handed out."""

    name, dtype = "extended", np.longdouble

    def element(self, value: Any) -> Any:
        if isinstance(value, np.longdouble) or (type(value) is int and abs(value) < _EXACT):
            return np.longdouble(value)
        exact = as_fraction(value)
        if exact is None:
            return np.longdouble(str(value.evalf(25)))  # a SymPy number that is not rational
        return np.longdouble(exact.numerator) / np.longdouble(exact.denominator)

    def array(self, values: object) -> Array:
        return np.asarray([self.element(v) for v in np.asarray(values).reshape(-1)], dtype=self.dtype)

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        return np.asarray(FLOAT_VALUES[function](values), dtype=self.dtype)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        return np.asarray(values ** self.element(exponent))


_EXTENDED: Scalars = _Extended()


def in_extended(rule: Rule, points: Array, order: int, scalars: Scalars, where: str) -> Array:
    """Return rule(points, order, scalars, where), a float64 jet computed in extended precision and rounded once."""
    if scalars is not F64:
        return rule(points, order, scalars, where)
    return rule(points.astype(np.longdouble), order, _EXTENDED, where).astype(float)
