"""Polynomials over the rationals in symbols, as a coefficient ring: the coefficients of a law are functions of its constants.

The generators are the constants themselves and every value that is not a polynomial in them, such as exp(-Q/(R*T0)), 1/(K + p0)
or c0**(2/3), each standing for its SymPy definition. They are found as they are needed: a computation that meets a new one
ends with `NewGenerator` and is begun again with it, at low order, until none is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb
from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symseries.errors import ComplexResultError, LawValueError, ResourceLimitError
from symseries.scalars import Array, Scalars, boxed, object_array, stored

MAX_GENERATORS = 60
MAX_TERMS = 1_000_000

_SYMPY: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "exp": sympy.exp, "log": sympy.log, "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "sinh": sympy.sinh,
    "cosh": sympy.cosh, "tanh": sympy.tanh, "asin": sympy.asin, "acos": sympy.acos, "atan": sympy.atan,
    "asinh": sympy.asinh, "erf": sympy.erf, "abs": sympy.Abs,
    "erf_slope": lambda b: 2 * sympy.exp(-(b**2)) / sympy.sqrt(sympy.pi),
    "tanh_slope": lambda b: 1 - sympy.tanh(b) ** 2,
    "sigmoid": lambda b: 1 / (1 + sympy.exp(-b)),
    "sigmoid_slope": lambda b: sympy.exp(-b) / (1 + sympy.exp(-b)) ** 2,
    "softplus": lambda b: sympy.log(1 + sympy.exp(b)),
}  # fmt: skip


class NewGenerator(Exception):  # noqa: N818 - a message between two functions here, no error
    """A value that is no polynomial in the generators at hand."""

    def __init__(self, expression: sympy.Expr) -> None:
        super().__init__(expression)
        self.expression = expression


class Polynomials(Scalars):
    """The ring Q[generators]; each generator is a SymPy expression."""

    name, exact = "Q[constants]", True

    def __init__(self, generators: Sequence[sympy.Expr]) -> None:
        self.generators = tuple(generators)
        names = [f"g{i}" for i in range(len(self.generators))] or ["g0"]
        self._context = fmpq_mpoly_ctx.get(names, Ordering.degrevlex)
        self._gens = dict(zip(self.generators, self._context.gens(), strict=False))

    def element(self, value: object) -> fmpq_mpoly:
        """Return a number, a constant or a generator as an element of the ring."""
        if isinstance(value, fmpq_mpoly):
            return value
        if isinstance(value, sympy.Expr) and not value.is_Rational:
            return self._from_sympy(value)
        exact = value if isinstance(value, Fraction) else stored(value)
        return self._context.constant(fmpq(int(exact.numerator), int(exact.denominator)))

    def scalar(self, value: object) -> Array:
        """Return an element in a box, for it has a length and NumPy would unpack it."""
        return boxed(self.element(value))

    def _from_sympy(self, value: sympy.Expr) -> fmpq_mpoly:
        """Return a SymPy value as an element, a rational or the generator that stands for it."""
        if value.is_Rational:
            return self.element(value)
        if value.has(sympy.zoo, sympy.oo, sympy.nan):
            raise LawValueError(f"{value}: no finite value at the centre; look for a division by zero there")
        if value.is_real is False or value.has(sympy.I):
            raise ComplexResultError(f"{value}: complex at the centre; keep bases of roots and logarithms positive")
        if value not in self._gens:
            raise NewGenerator(value)
        generator: fmpq_mpoly = self._gens[value]
        return generator

    def to_sympy(self, element: fmpq_mpoly) -> sympy.Expr:
        """Return an element as a SymPy expression, the generators replaced by what they stand for."""
        terms = []
        for exponents, coefficient in element.terms():
            powers = [g ** int(k) for g, k in zip(self.generators, exponents, strict=False) if k]
            terms.append(sympy.Mul(sympy.Rational(int(coefficient.p), int(coefficient.q)), *powers))
        return sympy.Add(*terms)

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        """Return the values of a function, numbers or generators."""
        return object_array(self._from_sympy(_SYMPY[function](self.to_sympy(v))) for v in values.flat).reshape(values.shape)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        """Return values ** exponent, numbers or generators."""
        power = self.to_sympy(self.element(exponent))
        return object_array(self._from_sympy(self.to_sympy(v) ** power) for v in values.flat).reshape(values.shape)

    def number_symbol(self, value: sympy.NumberSymbol) -> fmpq_mpoly:
        """Return a named number, such as pi, as a generator."""
        return self._from_sympy(value)

    def sign(self, value: Any) -> int | None:
        """Return the sign of a rational element; a symbolic one has none that is decided."""
        expression = self.to_sympy(value)
        if expression.is_zero:
            return 0
        return 1 if expression.is_positive else -1 if expression.is_negative else None

    def handed(self, values: Array) -> Array:
        """Return the elements as SymPy expressions in the constants."""
        return object_array(self.to_sympy(v) for v in values.flat).reshape(values.shape)


def check_powers(expression: sympy.Expr, constants: Sequence[sympy.Expr]) -> None:
    """Raise `ResourceLimitError` for a power of a sum that has more than 1e6 terms in the constants.

    (c_1 + … + c_m + 1)**r has binomial(r + m, m) terms, and the ring ends the process where memory ends.
    """
    for power in expression.atoms(sympy.Pow):
        held = power.base.free_symbols & set(constants)
        if power.base.is_Add and power.exp.is_Integer and power.exp > 0:
            terms = comb(int(power.exp) + len(held), len(held))
            if terms > MAX_TERMS:
                raise ResourceLimitError(
                    f"{str(power)[:60]} has up to {terms:.1e} terms in {len(held)} constants; at most {MAX_TERMS:.0e} are "
                    "expanded, use .at(constants)"
                )


def with_generators(symbols: Sequence[sympy.Expr], compute: Callable[[Polynomials, bool], Any]) -> Any:
    """Return compute(ring, False) over the ring that has all the generators which the computation needs.

    `compute(ring, True)` is the same at low order, to find the generators. Raises `ResourceLimitError` beyond 60 of them.
    """
    generators = list(symbols)
    while len(generators) <= MAX_GENERATORS:
        ring = Polynomials(generators)
        try:
            compute(ring, True)
            return compute(ring, False)
        except NewGenerator as new:
            generators.append(new.expression)
    raise ResourceLimitError(f"more than {MAX_GENERATORS} values that are no polynomials in the constants; use .at(constants)")
