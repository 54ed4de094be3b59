"""Balls: real numbers as midpoint and radius, every operation rounded outwards, so that the truth is always inside.

FLINT keeps one precision for the whole process. It is set here and nowhere else, under a lock and back again whatever happens.
"""

from __future__ import annotations

import math
import operator
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any, TypeVar

import mpmath
import numpy as np
import sympy
from flint import arb, arb_mat, ctx, fmpq, fmpz

from symseries.errors import ConvergenceError, DataError, NotAnalyticError, OptionError
from symseries.scalars.base import Array, Scalars, object_array, register
from symseries.scalars.exact import as_fraction, shown, typed
from symseries.scalars.floats import F64

Rest = TypeVar("Rest")

MAX_BITS = 1_000_000
_GUARD = 32  # bits that MPF computes beyond the digits asked for; a network of three layers loses up to 20
_FARTHEST = 10_000_000  # exponents of two that a stored ball may have: its digits are written out when it is shown
_ATTEMPTS = 8  # each with twice the guard bits of the one before
_DIGITS = math.log10(2)
_LOCK = threading.RLock()


@contextmanager
def _precision(bits: int) -> Iterator[None]:
    with _LOCK:
        before = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = before


@dataclass(frozen=True)
class Ball:
    """An enclosure as it is shown: the true number lies in [mid - rad, mid + rad].

    >>> third = ARB(64).handed(ARB(64).array(["1/3"]))[0]
    >>> third.digits, Fraction(1, 3) in third
    (18, True)
    """

    ball: arb

    @cached_property
    def mid(self) -> mpmath.mpf:
        """The midpoint, exactly."""
        return _mpf(self.ball.mid())

    @cached_property
    def rad(self) -> mpmath.mpf:
        """The radius, exactly."""
        return _mpf(self.ball.rad())

    @property
    def digits(self) -> int | None:
        """How many decimal digits of the midpoint are certainly right; None where there is no error at all."""
        return None if self.ball.is_exact() else max(0, math.floor(self.ball.rel_accuracy_bits() * _DIGITS))

    def __contains__(self, value: object) -> bool:
        """Whether an exact number, a float or another ball lies inside."""
        if isinstance(value, Ball):
            return bool(self.ball.contains(value.ball))
        exact = as_fraction(value)
        if exact is None:
            raise OptionError(f"number: {shown(value)} is not a finite number")
        with _precision(2 * abs(int(self.ball.bits())) + 128):  # a ball of its own around the number, far smaller than this one
            return bool(self.ball.contains(arb(fmpq(exact.numerator, exact.denominator))))

    def __float__(self) -> float:
        return float(self.ball.mid())

    def __str__(self) -> str:
        if self.digits is None:
            with _precision(max(53, int(self.ball.bits()))):
                return str(self.ball.str(max(15, math.ceil(int(self.ball.bits()) * _DIGITS)), radius=False))
        with _precision(max(53, int(self.ball.bits()))):
            return str(self.ball.str(self.digits + 2)).replace("+/-", "±").strip("[]")

    def __repr__(self) -> str:
        return f"<Ball {self}>"

    def __reduce__(self) -> tuple[Callable[[str], Ball], tuple[str]]:
        return _restored, (_encoded(self.ball),)


class ARB(Scalars):
    """Coefficients as balls of a number of bits: a midpoint and a radius that certainly holds the truth.

    Parameters: `bits`, the working precision. Coefficients are handed over as `Ball` with `.mid`, `.rad` and `.digits`.
    Raises `OptionError` for bits that are no integer from 2 to 1 000 000.

    >>> ARB(128).handed(ARB(128).elementary("tanh", ARB(128).array(["3/10"])))[0].digits
    37
    """

    exact, balls = False, True

    def __init__(self, bits: int) -> None:
        self.bits = _checked(bits, "ARB", "bits", 2, MAX_BITS)
        self.name = f"ARB({self.bits})"

    def working(self) -> AbstractContextManager[None]:
        return _precision(self.bits)

    def element(self, value: object) -> arb:
        if isinstance(value, arb):
            return value
        if isinstance(value, Ball):
            return value.ball
        with self.working():
            if isinstance(value, mpmath.mpf) and mpmath.isfinite(value):
                return _exact_ball(int(value.man) * (-1 if value < 0 else 1), int(value.exp))
            exact = as_fraction(typed(value) if isinstance(value, str) else value)
            if exact is not None:
                return arb(fmpq(exact.numerator, exact.denominator))
            if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real and not value.is_infinite:
                return self._written_out(value)
        raise OptionError(f"scalars={self}: {shown(value)} is not a real number")

    def _written_out(self, value: sympy.Expr) -> arb:
        """Return a number that SymPy holds as an expression, such as sqrt(2)/3."""
        if isinstance(value, sympy.NumberSymbol):
            return self.number_symbol(value)
        if value.is_Rational:
            return self.element(value)
        parts = [self._written_out(part) for part in value.args]
        if value.is_Add or value.is_Mul:
            return reduce(operator.add if value.is_Add else operator.mul, parts)
        if value.is_Pow:
            return _power(parts[0], as_fraction(value.exp) if value.exp.is_Rational else parts[1])
        rule = _BALL_VALUES.get(type(value).__name__.lower())
        if rule is None:
            raise OptionError(f"scalars={self}: {value} has no ball here; use scalars=F64")
        return rule(*parts)

    def array(self, values: object) -> Array:
        with self.working():
            return super().array(values)

    def zeros(self, *shape: int) -> Array:
        return np.full(shape, arb(0), dtype=object)

    def matmul(self, left: Array, right: Array) -> Array:
        """Return the product by FLINT's matrices of balls: faster, and of smaller radii, than element by element."""
        with self.working():
            if 0 in left.shape or 0 in right.shape or left.ndim != 2 or right.ndim != 2:
                return left @ right
            product = _matrix(left) * _matrix(right)
            return object_array(product.entries()).reshape(left.shape[0], right.shape[1])

    def converted(self, values: Array, ring: Scalars, numbers: Mapping[str, object]) -> Array:
        if isinstance(ring, ARB):
            with ring.working():
                found = object_array(+v for v in values.flat).reshape(values.shape)  # rounded outwards
            if isinstance(ring, MPF) and not ring.reaches(found):
                raise OptionError(f"scalars={ring}: the balls do not hold {ring.dps} digits; expand again with scalars={ring}")
            return found
        if ring is not F64:
            raise OptionError(f"scalars={ring}: balls have no exact value; use ARB, MPF or F64")
        return np.array([float(v.mid()) for v in values.flat]).reshape(values.shape)

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        rule = _BALL_VALUES[function]
        with self.working():
            found = object_array(rule(v) for v in values.flat)
        for value, result in zip(values.flat, found, strict=True):
            if not result.is_finite():
                place = f" (in {where})" if where else ""
                raise NotAnalyticError(
                    f"{function}({Ball(value)}){place}: no finite ball at {self.bits} bits; move the centre or raise the bits"
                )
        return found.reshape(values.shape)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        with self.working():
            return object_array(_power(v, exponent) for v in values.flat).reshape(values.shape)

    def number_symbol(self, value: sympy.NumberSymbol) -> arb:
        with self.working():
            rule = _SYMBOLS.get(value)
            if rule is None:
                raise OptionError(f"scalars={self}: {value} has no ball here; use scalars=F64")
            return rule()

    def sign(self, value: Any) -> int | None:
        return 1 if value > 0 else -1 if value < 0 else 0 if value.is_zero() else None

    def is_zero(self, value: Any) -> bool | None:
        return True if value.is_zero() else None if value.contains(0) else False

    def handed(self, values: Array) -> Array:
        return object_array(Ball(v) for v in values.flat).reshape(values.shape)

    def encode(self, value: Any) -> str:
        return _encoded(value)

    def decode(self, code: float | str) -> arb:
        return _restored(code).ball


class MPF(ARB):
    """Coefficients to a number of decimal digits, computed in balls and handed over as mpmath numbers.

    Parameters: `dps`, the digits of every coefficient; those that the balls do not certify are computed again with more bits.
    Raises `OptionError` for dps that are no integer from 1 to 300 000.

    >>> ring = MPF(30)
    >>> mpmath.nstr(ring.handed(ring.elementary("exp", ring.array([1])))[0], 30)
    '2.71828182845904523536028747135'
    """

    def __init__(self, dps: int, guard: int = _GUARD) -> None:
        self.dps = _checked(dps, "MPF", "dps", 1, int(MAX_BITS * _DIGITS))
        self.digits, self.guard = self.dps, guard
        self.bits = math.ceil(self.dps / _DIGITS) + guard
        self.name = f"MPF({self.dps})"

    def handed(self, values: Array) -> Array:
        digits = math.ceil(self.dps / _DIGITS) + 1
        return object_array(_mpf(v.mid(), digits) for v in values.flat).reshape(values.shape)

    def reaches(self, table: Array) -> bool:
        """Whether every coefficient (N, m) has its digits: relative to itself, or to the largest where a ball holds 0."""
        with self.working():
            allowed = arb(fmpq(1, 10**self.dps))
            # where all may be 0, none is larger than its radius, and the unit is 1
            scale = max((abs(v.mid()) for v in table.flat if not v.contains(0)), default=arb(1))
            return all(v.rad() <= allowed * (scale if v.contains(0) else abs(v.mid())) for v in table.flat)

    def refined(self) -> MPF:
        """Return the same ring computed with twice as many guard bits."""
        return MPF(self.dps, 2 * self.guard + _GUARD)


def _checked(value: object, ring: str, what: str, least: int, most: int) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and least <= value <= most:
        return int(value)
    raise OptionError(f"{ring}: {what}={value!r}; expected an integer from {least} to {most}, such as {ring}(50)")


def _matrix(values: Array) -> arb_mat:
    rows, columns = values.shape
    return arb_mat(rows, columns, list(values.flat))


def _mpf(value: arb, bits: int | None = None) -> mpmath.mpf:
    """Return an exact ball as an mpmath number, rounded to a number of bits where they are given."""
    if not value.is_finite():
        return mpmath.mpf("nan")
    mantissa, exponent = value.man_exp()
    if bits is None:
        return mpmath.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent)))
    return mpmath.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent), bits, "n"))


def _exact_ball(mantissa: int, exponent: int) -> arb:
    return arb((fmpz(mantissa), fmpz(exponent)))


def _power(base: arb, exponent: Any) -> arb:
    if isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            return _raised(base, int(exponent)) if exponent >= 0 else 1 / _raised(base, -int(exponent))
        root = base.sqrt() if exponent.denominator == 2 else base.root(exponent.denominator)
        return _power(root, Fraction(exponent.numerator))
    return base ** arb(exponent)


def _raised(base: arb, exponent: int) -> arb:
    """Return base**exponent by squaring; FLINT's own is undefined for a ball that holds 0."""
    power, square = arb(1), base
    while exponent:
        power = power * square if exponent & 1 else power
        square, exponent = square * square, exponent >> 1
    return power


def reached(compute: Callable[[MPF], tuple[Array, Rest]], ring: MPF) -> tuple[Array, Rest]:
    """Return compute(ring), a table with what goes with it, with more bits until the balls certify the digits of the ring.

    Raises `ConvergenceError` where 300 times as many bits do not.
    """
    for _ in range(_ATTEMPTS):
        with ring.working():
            table, rest = compute(ring)
        if ring.reaches(table):
            return table, rest
        ring = ring.refined()
    raise ConvergenceError(f"scalars={ring}: balls of {ring.bits} bits do not certify {ring.dps} digits; ask for fewer digits")


def _encoded(value: arb) -> str:
    """Return a ball as text, exactly: mantissa and exponent of midpoint and radius."""
    parts = (*value.mid().man_exp(), *value.rad().man_exp())
    return " ".join(str(int(part)) for part in parts)


def _restored(code: object) -> Ball:
    parts = code.split() if isinstance(code, str) else []
    if len(parts) != 4 or not all(part.lstrip("-").isdecimal() and len(part) <= MAX_BITS for part in parts):
        raise DataError(f"coefficient {shown(code)}: expected a ball as text, four integers")
    mid, mid_exponent, rad, rad_exponent = (fmpz(part) for part in parts)
    if max(abs(mid_exponent), abs(rad_exponent)) > _FARTHEST:
        raise DataError(f"coefficient {shown(code)}: exponents beyond 2**{_FARTHEST}; expected a ball that was written here")
    with _precision(max(64, abs(int(mid)).bit_length() + 1)):
        return Ball(arb((mid, mid_exponent), (rad, rad_exponent)))


def _half_sech_squared(b: arb) -> arb:
    half = (b / 2).sech() / 2
    return half * half


def _softplus(b: arb) -> arb:
    return b.exp().log1p() if b < 0 else b + (-b).exp().log1p()


_BALL_VALUES: dict[str, Callable[[arb], arb]] = {
    "exp": arb.exp, "expm1": arb.expm1, "log": arb.log, "sin": arb.sin, "cos": arb.cos, "tan": arb.tan, "sinh": arb.sinh,
    "cosh": arb.cosh, "tanh": arb.tanh, "asin": arb.asin, "acos": arb.acos, "atan": arb.atan, "asinh": arb.asinh,
    "acosh": arb.acosh, "erf": arb.erf, "abs": abs,
    "erf_slope": lambda b: 2 * (-b * b).exp() / arb.const_sqrt_pi(), "gaussian": lambda b: (-b * b).exp(),
    "normal_cdf": lambda b: (-b / arb(2).sqrt()).erfc() / 2,
    "normal_pdf": lambda b: (-b * b / 2).exp() / (2 * arb.pi()).sqrt(),
    "tanh_slope": lambda b: b.sech() * b.sech(), "sigmoid": lambda b: 1 / (1 + (-b).exp()),
    "sigmoid_slope": _half_sech_squared, "softplus": _softplus,
}  # fmt: skip

_SYMBOLS: dict[sympy.NumberSymbol, Callable[[], arb]] = {
    sympy.pi: arb.pi, sympy.E: arb.const_e, sympy.EulerGamma: arb.const_euler, sympy.Catalan: arb.const_catalan,
    sympy.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
}  # fmt: skip

register("ARB", ARB)
register("MPF", MPF)
