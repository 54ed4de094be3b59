"""What is computed while a formula is read, bounded before it is computed."""

from __future__ import annotations

import sympy

from symseries.errors import LawValueError, ResourceLimitError
from symseries.parsing import building as text
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.literals import DIGITS, digits

_INFINITE = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)
FACTORIAL = 1_000
STIRLING = 200


def power(source: LatexSource, base: sympy.Expr, exponent: sympy.Expr, place: int) -> sympy.Expr:
    """Return a power whose digits are bounded."""
    if base == 0 and exponent.is_negative:
        raise source.fault("a division by zero", place, kind=LawValueError)
    weight = text._weight(base)
    if base.is_number and exponent.is_number:
        weight = max(weight, abs(text._magnitude(base))) if base != 0 else 0.0
    if weight * text._growth(exponent) > DIGITS:
        raise source.fault(f"a power of more than {DIGITS} digits", place, "; use a smaller one", ResourceLimitError)
    if exponent.is_Rational and base.has(sympy.Symbol) and abs(exponent) > text.POWER:
        problem = f"a power of a name beyond {text.POWER}"
        raise source.fault(problem, place, "; use a smaller one", ResourceLimitError)
    if exponent.is_Rational and not exponent.is_Integer and text._root_digits(base, exponent) > text.ROOT_DIGITS:
        problem = f"a root of more than {text.ROOT_DIGITS} digits"
        raise source.fault(problem, place, "; round the number", ResourceLimitError)
    simple = text._is_simple_power(base, exponent)
    return finite(source, sympy.Pow(base, exponent, evaluate=simple), place)


def exponential(source: LatexSource, exponent: sympy.Expr, place: int) -> sympy.Expr:
    """Return e to a power."""
    if max(map(text._growth, _parts(exponent))) > DIGITS:
        raise source.fault("an exponent too large to hold", place, "; scale it", ResourceLimitError)
    return finite(source, sympy.exp(exponent, evaluate=not text._is_wide(exponent)), place)


def _parts(value: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Return real and imaginary part of a number that has both, else the value itself."""
    return tuple(value.as_real_imag()) if value.is_number and value.has(sympy.I) else (value,)


def argument(source: LatexSource, value: sympy.Expr, place: int) -> sympy.Expr:
    """Return the argument of a function, where it is a number that can be held."""
    if value.is_number and any(map(text._is_vast, _parts(value))):
        raise source.fault("an argument too large to hold", place, "; scale it", ResourceLimitError)
    return value


def small(source: LatexSource, value: sympy.Expr, place: int) -> sympy.Expr:
    """Return an argument of a function whose exact value takes long to compute where the argument is a large number."""
    if value.is_number and abs(value) > FACTORIAL:
        problem = f"an argument beyond {FACTORIAL} of a function that is computed exactly"
        raise source.fault(problem, place, "; use a smaller number", ResourceLimitError)
    return value


def factorial(source: LatexSource, value: sympy.Expr, step: int, place: int) -> sympy.Expr:
    """Return a factorial, of numbers up to the limit."""
    if value.is_number and abs(value) > FACTORIAL:
        problem = f"a factorial beyond {FACTORIAL}!"
        raise source.fault(problem, place, "; use a smaller number", ResourceLimitError)
    return finite(source, sympy.factorial(value) if step == 1 else sympy.factorial2(value), place)


def finite(source: LatexSource, value: sympy.Expr, place: int) -> sympy.Expr:
    """Return a value that is a number or formula, and no sign of infinity."""
    if value in _INFINITE:
        raise source.fault("a value that is not finite", place, kind=LawValueError)
    if value.is_Rational and digits(value) > DIGITS:
        raise source.fault(f"a number of more than {DIGITS} digits", place, kind=ResourceLimitError)
    return value
