"""Numbers and their uncertainty as people read them, in plain text and in LaTeX."""

from __future__ import annotations

import numbers
import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact
from fractions import Fraction

import flint
import mpmath
import sympy

from symseries.display.names import plain_name
from symseries.errors import OptionError

_LONGEST_RATIONAL = 24
_FLOAT_DIGITS = 15


def number(value: object, digits: int = 6) -> str:
    """Return a real number as plain text for people.

    Integers and rationals of up to 24 characters are exact, all else has `digits` significant digits without trailing zeros.
    A trailing "…" marks an exact number that was cut, "–" a missing one; of a ball only certain digits are shown. Takes real
    numbers of Python, NumPy, SymPy, mpmath and python-flint, and None; raises `OptionError` for anything else.

    >>> number(sympy.Rational(1, 3)), number(0.1 + 0.2), number(1.23e-5), number(None)
    ('1/3', '0.3', '1.23e-05', '–')
    """
    context = _context(digits)
    if value is None:
        return "–"
    ratio = _ratio(value)
    short = ratio is not None and max(abs(ratio.numerator), ratio.denominator) < 10**_LONGEST_RATIONAL
    if short and len(str(ratio)) <= _LONGEST_RATIONAL:
        return str(ratio)
    text = _general(_decimal(value, context), digits)
    return text if ratio is None or not context.flags[Inexact] else text + "…"


def latex_number(value: object, digits: int = 6) -> str:
    r"""Return what `number` shows as LaTeX mathematics, without dollar signs; parameters and errors are the same.

    >>> print(latex_number(-1.23e-5), latex_number(sympy.Rational(1, 3)))
    -1.23 \times 10^{-5} \tfrac{1}{3}
    """
    return latex_digits(number(value, digits))


def uncertain(value: object, stderr: object) -> str:
    """Return `value ± stderr`, the standard error to two significant digits and the value to the same decimal place.

    The larger of the two decides the scale: outside [1e-4, 1e6) both share one power of ten. Without a standard error
    (None, zero or nan) the value stands alone. Raises `OptionError` for what is no real number and for `stderr < 0`.

    >>> uncertain(45.0512, 0.1234), uncertain(1.2341e-5, 5.6e-7), uncertain(2.5, None)
    ('45.05 ± 0.12', '(1.234 ± 0.056)e-05', '2.5')
    """
    if value is None or stderr is None:
        return number(value)
    center, error = (_decimal(item, _context()) for item in (value, stderr))
    if error.is_nan() or error.is_zero() or not center.is_finite():
        return number(value)
    if error < 0:
        raise OptionError(f"the standard error is {number(stderr)}; give a number that is not negative, or None")
    return f"{number(value)} ± inf" if error.is_infinite() else _rounded_pair(center, error)


def latex_uncertain(value: object, stderr: object) -> str:
    r"""Return what `uncertain` shows as LaTeX mathematics, without dollar signs; parameters and errors are the same.

    >>> print(latex_uncertain(1.2341e-5, 5.6e-7))
    (1.234 \pm 0.056) \times 10^{-5}
    """
    return latex_digits(uncertain(value, stderr))


def latex_digits(text: str) -> str:
    """Translate what `number` or `uncertain` wrote."""
    text = re.sub(r"(\d+)/(\d+)", r"\\tfrac{\1}{\2}", text)
    text = re.sub(r"e([-+]\d+)", lambda match: rf" \times 10^{{{int(match[1])}}}", text)
    for plain, latex in (("±", r"\pm"), ("…", r"\ldots"), ("inf", r"\infty"), ("nan", r"\mathrm{nan}"), ("–", r"\text{--}")):
        text = text.replace(plain, latex)
    return text


def _context(digits: int = 80) -> Context:
    if digits not in range(1, 10_001):
        raise OptionError(f"digits is {digits!r}; give a whole number from 1 to 10000")
    return Context(prec=int(digits), Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def _ratio(value: object) -> Fraction | None:
    if not isinstance(value, numbers.Rational | flint.fmpz | flint.fmpq):
        return None
    return Fraction(int(value.numerator), int(value.denominator))


def _decimal(value: object, context: Context) -> Decimal:
    """Return `value` rounded to the digits of `context`; what another library could not settle is nan."""
    if (ratio := _ratio(value)) is not None:
        return context.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real is not False:
        return context.create_decimal(str(sympy.N(value, context.prec + 5)).replace("oo", "inf"))
    if isinstance(value, flint.arb):
        return context.create_decimal(value.str(context.prec, radius=False))
    if isinstance(value, mpmath.mpf):
        return context.create_decimal(mpmath.nstr(value, context.prec))
    if isinstance(value, Decimal | numbers.Real):
        return context.create_decimal(value if isinstance(value, Decimal) else float(value))
    shown = f"{plain_name(repr(value))[:80]} ({type(value).__name__})"
    raise OptionError(f"{shown} cannot be shown as a number; give a real number or None")


def _general(value: Decimal, digits: int) -> str:
    """Return the number in the form that `%g` gives, for any number of digits."""
    if not value.is_finite():
        return "nan" if value.is_nan() else "inf" if value > 0 else "-inf"
    exponent = 0 if value.is_zero() else value.adjusted()
    fixed = -4 <= exponent < digits
    text = format(value.copy_abs() if value.is_zero() else value if fixed else _context(digits).scaleb(value, -exponent), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if fixed else f"{text}e{exponent:+03d}"


def _rounded_pair(value: Decimal, error: Decimal) -> str:
    context = _context()
    place = _context(2).plus(error).adjusted() - 1
    # Beyond the digits of a float a common decimal place would print noise, so each number keeps its own form.
    if value and value.adjusted() - place >= _FLOAT_DIGITS:
        return f"{number(value, _FLOAT_DIGITS)} ± {number(error, 2)}"
    value, error = (context.quantize(item, Decimal((0, (1,), place))) for item in (value, error))
    size = max(value.copy_abs(), error).adjusted()
    shift = 0 if -4 <= size < 6 else size
    joined = " ± ".join(format(context.scaleb(item, -shift), "f") for item in (value or value.copy_abs(), error))
    return f"({joined})e{shift:+03d}" if shift else joined
