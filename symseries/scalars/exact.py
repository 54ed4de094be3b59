"""Exact numbers: what was typed is a decimal, what was stored is a binary number.

A number that a person *typed* (a literal, a centre, a known value) is the decimal that was typed: 0.05 is 1/20 (`typed`). A
number that was *stored* (a weight, a float array) is the exact binary number it is (`stored`).
"""

from __future__ import annotations

import math
import numbers
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import sympy
from flint import fmpq, fmpz

from symseries.errors import OptionError, SymseriesError

MAX_CHARACTERS = 200  # of a number that is typed

_TYPED = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)(?:\s*/\s*(\d+\.?\d*))?\s*", re.ASCII)


def typed(value: object, what: str = "number", error: type[SymseriesError] = OptionError) -> sympy.Rational:
    """Return the exact number that a person typed: the decimal, not its nearest binary neighbour.

    `value` is an int, float, Fraction, Decimal, SymPy number, NumPy number, or text such as "0.05", "1/20", "1e-3".
    Raises `error` naming `what` when it is none of these, not finite, or beyond the range of floating-point numbers.

    >>> typed(0.05), typed("1/20"), typed("2.5e-3")
    (1/20, 1/20, 1/400)
    """
    exact = _typed_fraction(value)
    if exact is None:
        raise error(f"{what}: {shown(value)} is not a finite number; write it as 0.05, '1/20' or 5e-2")
    if exact and not sys.float_info.min <= abs(exact) <= sys.float_info.max:
        raise error(f"{what}: {shown(value)} is beyond the range of floating-point numbers; use another unit")
    return _rational(exact)


def _typed_fraction(value: object) -> Fraction | None:
    if isinstance(value, sympy.Float) and value._prec <= 53:
        value = float(value)  # whose shortest decimal is the one that was typed; SymPy shows 15 digits of it
    if isinstance(value, (float, np.floating, Decimal, sympy.Float)):
        value = str(value)
    if not isinstance(value, str):
        return as_fraction(value)
    match = _TYPED.fullmatch(value) if len(value) <= MAX_CHARACTERS else None
    if match is None or (match[2] and Fraction(match[2]) == 0):
        return None
    return Fraction(match[1]) / Fraction(match[2] or 1)


def shown(value: object) -> str:
    """Return a value that was received, with its type, in one short line."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python writes no integer of more than 4300 digits
        text = "a number"
    return f"{text if len(text) <= 40 else text[:39] + '…'} ({type(value).__name__})"


def stored(value: object, what: str = "number", error: type[SymseriesError] = OptionError) -> sympy.Rational:
    """Return the exact value of a stored number: a float is the binary number it is.

    Raises `error` naming `what` when it is not a finite number.

    >>> stored(0.5), stored(0.1) == typed(0.1)
    (1/2, False)
    """
    exact = as_fraction(value)
    if exact is None:
        raise error(f"{what}: {shown(value)} is not a finite number")
    return _rational(exact)


def decimal(value: sympy.Rational) -> str:
    """Return an exact number as a person would write it: as a short decimal where that is exact, else as a fraction.

    >>> decimal(typed("0.05")), decimal(typed("1/3"))
    ('0.05', '1/3')
    """
    short = f"{float(value):.12g}"
    return short if typed(short) == value else str(value)


def as_fraction(value: object) -> Fraction | None:
    """Return the exact value of a finite number of any usual type, None for everything else (also for booleans)."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (fmpq, fmpz)):
        return Fraction(int(fmpq(value).p), int(fmpq(value).q))
    if isinstance(value, numbers.Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, sympy.Float):
        value = sympy.Rational(value) if value.is_finite else value
        return Fraction(int(value.p), int(value.q)) if isinstance(value, sympy.Rational) else None
    if isinstance(value, mpmath.mpf):
        return Fraction(*_ratio(value)) if mpmath.isfinite(value) else None
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() and abs(value.adjusted()) <= MAX_CHARACTERS * 10 else None
    if isinstance(value, (float, np.floating)):
        return Fraction(*value.as_integer_ratio()) if math.isfinite(value) else None
    return None


def _ratio(value: mpmath.mpf) -> tuple[int, int]:
    sign, mantissa, exponent, _ = value._mpf_
    top = -int(mantissa) if sign else int(mantissa)
    return (top << exponent, 1) if exponent >= 0 else (top, 1 << -exponent)


def _rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def is_exact(values: Iterable[object]) -> bool:
    """Return whether every value is an integer or a rational number, none a binary float."""
    return all(isinstance(v, (numbers.Rational, Decimal, fmpq, fmpz)) and not isinstance(v, bool) for v in values)
