"""Quotients of polynomials, with square roots: letters that fulfil a quadratic equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import fmpq_mpoly, fmpq_mpoly_ctx

from symseries.elimination.solving import coefficients, substituted


@dataclass(frozen=True)
class Fraction:
    """top/bottom."""

    top: fmpq_mpoly
    bottom: fmpq_mpoly


class Field:
    """Fractions of polynomials modulo the quadratic equations of some letters, a*u**2 + b*u + c = 0."""

    def __init__(self, context: fmpq_mpoly_ctx) -> None:
        self.one = context.constant(1)
        self.quadratics: dict[int, tuple[fmpq_mpoly, fmpq_mpoly, fmpq_mpoly]] = {}

    def quadratic(self, letter: int, a: fmpq_mpoly, b: fmpq_mpoly, c: fmpq_mpoly) -> None:
        """Enter the equation of a letter."""
        self.quadratics[letter] = (a, b, c)

    def at(self, polynomial: fmpq_mpoly, values: Mapping[int, Fraction]) -> Fraction:
        """Return a polynomial with fractions put in for some letters."""
        top, bottom = polynomial, self.one
        for letter, fraction in values.items():
            degree = int(top.degrees()[letter])
            if degree:
                top = substituted(top, letter, fraction.top, fraction.bottom)
                bottom = bottom * fraction.bottom**degree
        return self.reduced(Fraction(top, bottom))

    def divided(self, left: Fraction, right: Fraction) -> Fraction:
        """Return left/right."""
        return self.reduced(Fraction(left.top * right.bottom, left.bottom * right.top))

    def reduced(self, fraction: Fraction) -> Fraction:
        """Return the fraction with letters of quadratics in its top alone, to the first power, and common factors taken out."""
        for letter in self.quadratics:
            fraction = self._linear(letter, fraction)
        if fraction.top.is_zero() or fraction.bottom.is_zero():
            return fraction
        shared = fraction.top.gcd(fraction.bottom)
        return Fraction(fraction.top / shared, fraction.bottom / shared)

    def _linear(self, letter: int, fraction: Fraction) -> Fraction:
        a, b, _ = self.quadratics[letter]
        top, bottom = fraction.top, fraction.bottom
        top, scale = self._remainder(letter, top)
        bottom, other = self._remainder(letter, bottom)
        top, bottom = top * other, bottom * scale
        parts = coefficients(bottom, letter)
        if len(parts) == 2:  # times its conjugate, where u is replaced by -b/a - u
            conjugate = a * parts[0] - parts[1] * b - a * parts[1] * _letter(bottom, letter)
            top, scale = self._remainder(letter, top * conjugate)
            bottom, other = self._remainder(letter, bottom * conjugate)
            top, bottom = top * other, bottom * scale
        return Fraction(top, bottom)

    def _remainder(self, letter: int, polynomial: fmpq_mpoly) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """Return scale * polynomial modulo the quadratic, and the scale."""
        a, b, c = self.quadratics[letter]
        scale = self.one
        while (degree := int(polynomial.degrees()[letter])) > 1:
            leading = coefficients(polynomial, letter)[-1]
            u = _letter(polynomial, letter)
            polynomial = a * polynomial - leading * u ** (degree - 2) * (a * u * u + b * u + c)
            scale = scale * a
        return polynomial, scale

    def common(self, fractions: Sequence[Fraction]) -> list[fmpq_mpoly]:
        """Return the tops of fractions brought to one bottom."""
        bottom = self.one
        for fraction in fractions:
            bottom = bottom * (fraction.bottom / bottom.gcd(fraction.bottom))
        tops = [fraction.top * (bottom / fraction.bottom) for fraction in fractions]
        shared = tops[0].gcd(tops[1]).gcd(tops[2])
        return [top / shared for top in tops]


def _letter(polynomial: fmpq_mpoly, letter: int) -> fmpq_mpoly:
    return polynomial.context().gen(letter)
