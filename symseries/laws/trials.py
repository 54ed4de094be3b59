"""Expressions for constants tried on a law: at random constants they must give the coefficients back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from symseries.elimination import System
from symseries.laws.systems import scales
from symseries.names import symbol
from symseries.spaces import TaylorSpace

_DIGITS = 30
_AGREED = sympy.Float("1e-18")


class Trial:
    """Coefficients of a law at random constants, to 30 digits, on which expressions are tried."""

    def __init__(self, system: System, space: TaylorSpace, rows: Sequence[int], seed: int) -> None:
        rng = np.random.default_rng(seed)
        names = [*system.constants, *sorted(space.symbols)]
        self.system, self.rows = system, rows
        self.numbers = {
            symbol(name): sympy.Rational(int(k), 100) for name, k in zip(names, rng.integers(60, 190, len(names)), strict=True)
        }
        self.scales = [scale.xreplace(self.numbers) for scale in scales(space)]
        self.alpha = self._coefficients(self.numbers)

    def _coefficients(self, numbers: Mapping[sympy.Symbol, sympy.Expr]) -> dict[sympy.Symbol, sympy.Expr]:
        letters = [g.xreplace(numbers).evalf(_DIGITS) for g in self.system.generators]
        return {self.system.labels[j]: _at(self.system.rows[j], letters) / self.scales[j] for j in self.rows}

    def _constants(self, values: Mapping[str, sympy.Expr]) -> dict[sympy.Symbol, sympy.Expr] | None:
        known = {**self.numbers, **self.alpha}
        found = {symbol(name): sympy.N(e.xreplace(known), _DIGITS) for name, e in values.items()}
        return {**self.numbers, **found} if all(v.is_real and v.is_finite for v in found.values()) else None

    def reproduced(self, values: Mapping[str, sympy.Expr]) -> bool:
        """Return whether the constants that the expressions give have these coefficients."""
        found = self._constants(values)
        if found is None:
            return False
        return all(_close(value, self.alpha[s]) for s, value in self._coefficients(found).items())

    def returned(self, values: Mapping[str, sympy.Expr]) -> bool:
        """Return whether the expressions give the constants themselves."""
        found = self._constants(values)
        return found is not None and all(_close(found[s], value) for s, value in self.numbers.items())


def _at(terms: Mapping[tuple[int, ...], Any], letters: Sequence[sympy.Expr]) -> sympy.Expr:
    total = sympy.Integer(0)
    for exponents, coefficient in terms.items():
        factor = sympy.Rational(coefficient.numerator, coefficient.denominator)
        total += factor * sympy.Mul(*(v**k for v, k in zip(letters, exponents, strict=True) if k))
    return sympy.N(total, _DIGITS)


def _close(value: sympy.Expr, other: sympy.Expr) -> bool:
    return bool(value.is_finite and value.is_real and abs(value - other) <= _AGREED * max(1, abs(other)))
