"""Coefficients of a law as polynomials in generators: constants, numbers, and values such as exp(-Q/(R*T0)) or 1/(K + p0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from math import prod
from operator import add, mul
from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symseries.scalars import as_fraction

_LARGE = 1000  # numerator or denominator of a coefficient

Terms = dict[tuple[int, ...], Fraction]

CONSTANT, DEPENDENT, RATIONAL, ROOT, PARAMETER = "constant", "dependent", "rational", "root", "parameter"


@dataclass(frozen=True)
class System:
    """The equations row_j(constants) = alpha_j, each row a polynomial in generators.

    `constants` are the names sought; `generators` the SymPy expressions that letters of the polynomials stand for; `rows` their
    terms, exponents → coefficient; `labels` the symbol of each row's coefficient; `degrees` the degree of each row. All of it
    can be pickled, which polynomials cannot. In a `loose` system roots such as sqrt(K + p0) are values that are independent of
    what they are roots of.
    """

    constants: tuple[str, ...]
    generators: tuple[sympy.Expr, ...]
    rows: tuple[Terms, ...]
    labels: tuple[sympy.Symbol, ...]
    degrees: tuple[int, ...]
    loose: bool = False

    @cached_property
    def context(self) -> fmpq_mpoly_ctx:
        """Polynomials in the generators and, behind them, in the coefficients alpha."""
        names = [f"g{i}" for i in range(len(self.generators))] + [f"a{j}" for j in range(len(self.rows))]
        return fmpq_mpoly_ctx.get(names or ["g0"], Ordering.degrevlex)

    @cached_property
    def letters(self) -> tuple[fmpq_mpoly, ...]:
        """The generators as polynomials."""
        return tuple(self.context.gens()[: len(self.generators)])

    @cached_property
    def alphas(self) -> tuple[fmpq_mpoly, ...]:
        """The coefficients as polynomials."""
        return tuple(self.context.gens()[len(self.generators) :])

    @cached_property
    def units(self) -> tuple[Fraction, ...]:
        """What the letters of constants count, so that coefficients such as 1/(R*T0) leave the polynomials."""
        found = [Fraction(1)] * len(self.generators)
        for place in (i for i, kind in enumerate(self.kinds) if kind == CONSTANT):
            linear = ((e, c) for row in self.rows for e, c in row.items() if e[place] == 1)
            values = (c * prod((u**k for u, k in zip(found, e, strict=True)), start=Fraction(1)) for e, c in linear)
            first = next(values, Fraction(1))
            if max(abs(first.numerator), first.denominator) > _LARGE:
                found[place] = abs(1 / first)
        return tuple(found)

    @cached_property
    def polynomials(self) -> tuple[fmpq_mpoly, ...]:
        """The rows as polynomials in the generators, constants counted in their units."""
        rest = (0,) * len(self.rows)
        return tuple(
            self.context.from_dict({(*e, *rest): fmpq(c.numerator, c.denominator) for e, c in self._counted(row).items()})
            for row in self.rows
        )

    def _counted(self, row: Terms) -> Terms:
        return {e: c * prod((u**k for u, k in zip(self.units, e, strict=True)), start=Fraction(1)) for e, c in row.items()}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """What each generator is: a constant, a value that depends on constants, or a parameter, a number or open symbol."""
        return tuple(map(self._kind, self.generators))

    def _kind(self, generator: sympy.Expr) -> str:
        if generator.is_Symbol and generator.name in self.constants:
            return CONSTANT
        depends = any(s.name in self.constants for s in generator.free_symbols)
        if isinstance(generator, sympy.Pow) and generator.exp.is_Rational and self._holds(generator.base):
            if generator.exp == -1:
                return RATIONAL
            if depends and not self.loose:
                return ROOT
        return DEPENDENT if depends else PARAMETER

    def _holds(self, value: sympy.Expr) -> bool:
        """Return whether an expression is a polynomial in the generators."""
        if value in self.generators or as_fraction(value) is not None:
            return True
        if value.is_Pow:
            return bool(value.exp.is_Integer and value.exp > 0) and self._holds(value.base)
        return bool(value.is_Add or value.is_Mul) and all(map(self._holds, value.args))

    @cached_property
    def relations(self) -> dict[int, fmpq_mpoly]:
        """For generators 1/u and u**(p/q): what vanishes, such as g*u - 1."""
        one, found = self.context.constant(1), {}
        for i, (generator, kind) in enumerate(zip(self.generators, self.kinds, strict=True)):
            if kind in (RATIONAL, ROOT):
                base, power = self.polynomial(generator.base), generator.exp
                left = self.letters[i] ** int(power.q)
                found[i] = left - base ** int(power.p) if power > 0 else left * base ** int(-power.p) - one
        return found

    @cached_property
    def circles(self) -> tuple[fmpq_mpoly, ...]:
        """sin(u)**2 + cos(u)**2 - 1 for every u whose sine and cosine are both generators."""
        places = {generator: i for i, generator in enumerate(self.generators)}
        pairs = [(i, places.get(sympy.cos(*g.args))) for g, i in places.items() if isinstance(g, sympy.sin)]
        return tuple(self.letters[i] ** 2 + self.letters[j] ** 2 - 1 for i, j in pairs if j is not None)

    def polynomial(self, value: sympy.Expr) -> fmpq_mpoly:
        """Return an expression that is a polynomial in the generators as such."""
        if value in self.generators:
            place = self.generators.index(value)
            return self.letters[place] * fmpq(self.units[place].numerator, self.units[place].denominator)
        if (number := as_fraction(value)) is not None:
            return self.context.constant(fmpq(number.numerator, number.denominator))
        if value.is_Pow:
            return self.polynomial(value.base) ** int(value.exp)
        return reduce(add if value.is_Add else mul, map(self.polynomial, value.args))

    def to_sympy(self, polynomial: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> sympy.Expr:
        """Return a polynomial in letters of one's own, those of the coefficients behind those of the generators."""
        return sympy.Add(*(_monomial(e, c, letters) for e, c in polynomial.terms()))

    def factored(self, polynomial: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> sympy.Expr:
        """Return a polynomial as the product of its factors, a letter being a number times a symbol or an expression."""
        content, parts = self._factors(polynomial, letters)
        return sympy.Mul(rational(content), *(base**power for base, power in parts))

    def ratio(self, top: fmpq_mpoly, bottom: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> sympy.Expr:
        """Return a quotient, both sides as products of their factors."""
        (above, tops), (below, bottoms) = (self._factors(p, letters) for p in (top, bottom))
        powers = [base**power for base, power in tops] + [base**-power for base, power in bottoms]
        return sympy.Mul(rational(above / below), *powers)

    def square_root(self, polynomial: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> tuple[sympy.Expr, sympy.Expr]:
        """Return the two parts of a square root: what stands before it, of either sign, and what is left inside."""
        content, parts = self._factors(polynomial, letters)
        outer = sympy.Mul(sympy.sqrt(abs(rational(content))), *(base ** (power // 2) for base, power in parts))
        inner = sympy.Mul(*(base for base, power in parts if power % 2))
        return outer, -inner if content < 0 else inner

    def _factors(self, polynomial: fmpq_mpoly, letters: Sequence[sympy.Expr]) -> tuple[fmpq, list[tuple[sympy.Expr, int]]]:
        """Return the number before a polynomial, its factors and their powers."""
        if polynomial.is_zero():
            return fmpq(0), []
        counted = [self._counted_in(letter) for letter in letters]
        terms: dict[tuple[int, ...], fmpq] = {}
        for exponents, coefficient in polynomial.terms():
            moved, number = [int(e) for e in exponents], coefficient
            for (factor, _, powers), exponent in zip(counted, exponents, strict=True):
                if exponent:
                    number = number * _flint(factor) ** int(exponent)
                    moved = [m + int(exponent) * powers.get(i, 0) for i, m in enumerate(moved)] if powers else moved
            terms[tuple(moved)] = number
        content, factors = self.context.from_dict(terms).factor()
        plain = [rest for _, rest, _ in counted]
        number, found = fmpq(content), []
        for factor, power in factors:
            shown = self.to_sympy(factor, plain)
            turned = shown.could_extract_minus_sign()  # a - b reads better than -(b - a)
            number = -number if turned and power % 2 else number
            found.append((-shown if turned else shown, int(power)))
        return number, found

    def _counted_in(self, letter: sympy.Expr) -> tuple[sympy.Rational, sympy.Expr, dict[int, int]]:
        """Return the number before a letter, the letter itself, and powers of symbols of the centre that it is counted in."""
        number, rest = letter.as_coeff_Mul(rational=True)
        powers: dict[int, int] = {}
        if rest.is_Mul and any(label in rest.args for label in self.labels):
            for base, power in (part.as_base_exp() for part in rest.args):
                if base in self.generators and power.is_Integer and power > 0:
                    powers[self.generators.index(base)] = int(power)
                    rest = rest / base**power
        return number, rest, powers


def _monomial(exponents: Sequence[int], coefficient: Any, letters: Sequence[sympy.Expr]) -> sympy.Expr:
    powers = (letter ** int(e) for letter, e in zip(letters, exponents, strict=True) if e)
    return sympy.Mul(rational(coefficient), *powers)


def _flint(value: sympy.Rational) -> fmpq:
    return fmpq(int(value.p), int(value.q))


def rational(value: Any) -> sympy.Rational:
    """Return a number of FLINT as one of SymPy."""
    exact = fmpq(value)
    return sympy.Rational(int(exact.p), int(exact.q))
