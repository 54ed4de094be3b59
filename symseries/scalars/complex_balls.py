"""Complex balls: rectangles that certainly hold a complex number, on which a function is evaluated only where it is analytic.

Each function has a convex set on which it is analytic: a strip about the real axis, a half-plane, or the whole plane. On a
ball that is not certainly inside, its value is undefined, so that a finite value behind a network or law is also a proof that
nothing on the way has left its set. Convexity makes this proof reach further than the balls: where an analytic argument stays
in a convex set on the distinguished boundary of a polydisc, it does so inside, by the maximum principle.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from flint import acb, acb_mat, arb, fmpq

from symseries.scalars.balls import ARB
from symseries.scalars.base import Array, Scalars, object_array


class ACB(Scalars):
    """Complex balls of a number of bits, for work inside; never handed out.

    `sign` is that of the real part, where it is certain: real functions of several pieces and roots follow it.

    >>> ring = ACB(53)
    >>> inside, outside = ring.elementary("tanh", ring.array([1, "2"]) * acb(0, 1))  # the strip ends at i*pi/2
    >>> inside.is_finite(), outside.is_finite()
    (True, False)
    """

    exact, balls = False, True

    def __init__(self, bits: int) -> None:
        self.bits, self._real = bits, ARB(bits)
        self.name = f"ACB({bits})"

    def working(self) -> AbstractContextManager[None]:
        return self._real.working()

    def element(self, value: object) -> acb:
        return value if isinstance(value, acb) else acb(self._real.element(value))

    def zeros(self, *shape: int) -> Array:
        return np.full(shape, acb(0), dtype=object)

    def matmul(self, left: Array, right: Array) -> Array:
        with self.working():
            if 0 in left.shape or 0 in right.shape:
                return left @ right
            product = _matrix(left) * _matrix(right)
            return object_array(product.entries()).reshape(left.shape[0], right.shape[1])

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        rule = _VALUES[function]
        with self.working():
            return object_array(rule(v) for v in values.flat).reshape(values.shape)

    def power(self, values: Array, exponent: Any, where: str = "") -> Array:
        with self.working():
            return object_array(_power(v, exponent) for v in values.flat).reshape(values.shape)

    def number_symbol(self, value: sympy.NumberSymbol) -> acb:
        return acb(self._real.number_symbol(value))

    def sign(self, value: Any) -> int | None:
        return 1 if value.real > 0 else -1 if value.real < 0 else 0 if value.is_zero() else None

    def is_zero(self, value: Any) -> bool | None:
        return True if value.is_zero() else None if value.contains(0) else False


def _matrix(values: Array) -> acb_mat:
    rows, columns = values.shape
    return acb_mat(rows, columns, list(values.flat))


_UNDEFINED = acb(arb("nan"), arb("nan"))
_Function = Callable[[acb], acb]
_Size = Callable[[arb, arb, arb, arb], arb]
"""A bound from the smallest and largest |Re|, and the smallest and largest |Im|, of a ball."""


def _sizes(z: acb) -> tuple[arb, arb, arb, arb]:
    x, y = z.real, z.imag
    return x.abs_lower(), x.abs_upper(), y.abs_lower(), y.abs_upper()


def _around(function: _Function, slope: arb, z: acb) -> acb:
    """Return f(mid) + slope * |z - mid|, which holds f on the ball by the mean value inequality, and is far smaller than f's
    own formula with every operation in wide balls."""
    middle = z.mid()
    radius = (slope * (z - middle).abs_upper()).abs_upper()
    around = arb(0, radius)
    return function(middle) + acb(around, around)


def _mean(function: _Function, slope: _Size, inside: Callable[[acb], bool] = lambda z: True) -> _Function:
    """Return a function on balls with the bound of its slope, undefined where a ball is not `inside`."""

    def rule(z: acb) -> acb:
        return _around(function, slope(*_sizes(z)), z) if inside(z) and z.is_finite() else _UNDEFINED

    return rule


def _only(function: _Function, inside: Callable[[acb], bool]) -> _Function:
    return lambda z: function(z) if z.is_finite() and inside(z) else _UNDEFINED


def _strip(half_width: Callable[[], arb]) -> Callable[[acb], bool]:
    return lambda z: bool(abs(z.imag) < half_width())


def _half_pi() -> arb:
    return arb.pi() / 2


def _right(z: acb) -> bool:
    return bool(z.real > 0)


def _tanh_slope(x: arb, _x: arb, _y: arb, y: arb) -> arb:
    """Return the bound of |sech(z)**2| = 2/(cosh 2x + cos 2y)."""
    return 2 / ((2 * x).cosh() + (2 * y).cos())


def _sigmoid_slope(x: arb, _x: arb, _y: arb, y: arb) -> arb:
    return 1 / (2 * (x.cosh() + y.cos()))


def _bell(factor: int) -> _Size:
    """Return the bound of |exp(-factor/2 z**2)|."""
    return lambda x, _x, _y, y: (factor * (y * y - x * x) / 2).exp()


def _softplus(z: acb) -> acb:
    """Return softplus on a strip; |its slope| = |sigmoid| = e**(x/2)/sqrt(2 (cosh x + cos y))."""
    if not (z.is_finite() and abs(z.imag) < arb.pi()):
        return _UNDEFINED
    x, _, _, y = _sizes(z)
    slope = (arb(z.real.upper()) / 2).exp() / (2 * (x.cosh() + y.cos())).sqrt()
    return _around(lambda u: u.exp().log1p() if u.real < 0 else u + (-u).exp().log1p(), slope, z)


def _tan(z: acb) -> acb:
    """Return the tangent between two neighbouring poles on the real axis."""
    if not z.is_finite():
        return _UNDEFINED
    moved = z - arb.pi() * round(float(z.real.mid()) / float(arb.pi().mid()))
    turned = _VALUES["tanh"](moved * acb(0, 1))
    return turned * acb(0, -1)


def _exp(z: acb) -> acb:
    return _around(acb.exp, arb(z.real.upper()).exp(), z) if z.is_finite() else _UNDEFINED


def _power(base: acb, exponent: Any) -> acb:
    """Return a power: whole and positive anywhere, whole and negative in a half-plane without 0, else in the right one."""
    if not base.is_finite():
        return _UNDEFINED
    if not isinstance(exponent, Fraction):
        return (base.log() * exponent).exp() if base.real > 0 else _UNDEFINED
    whole = exponent.denominator == 1
    if not (base.real > 0 or (whole and (exponent >= 0 or base.real < 0))):
        return _UNDEFINED
    if exponent == 0:
        return acb(1)
    p = arb(fmpq(exponent.numerator, exponent.denominator))
    extreme = arb(base.abs_upper() if exponent >= 1 else base.abs_lower())
    rest = extreme ** int(exponent - 1) if whole else extreme ** (p - 1)
    return _around(lambda u: u ** int(exponent) if whole else u ** acb(p), abs(p) * rest, base)


_VALUES: dict[str, _Function] = {
    "exp": _exp, "expm1": lambda z: _exp(z) - 1, "tan": _tan, "softplus": _softplus,
    "sin": _mean(acb.sin, lambda _x, _X, _y, y: y.cosh()), "cos": _mean(acb.cos, lambda _x, _X, _y, y: y.cosh()),
    "sinh": _mean(acb.sinh, lambda _x, x, _y, _Y: x.cosh()), "cosh": _mean(acb.cosh, lambda _x, x, _y, _Y: x.cosh()),
    "log": _mean(acb.log, lambda x, _x, y, _y: 1 / (x * x + y * y).sqrt(), _right),
    "tanh": _mean(acb.tanh, _tanh_slope, _strip(_half_pi)),
    "sigmoid": _mean(lambda z: 1 / (1 + (-z).exp()), _sigmoid_slope, _strip(arb.pi)),
    "erf": _mean(acb.erf, lambda *sizes: 2 * _bell(2)(*sizes) / arb.const_sqrt_pi()),
    "normal_cdf": _mean(lambda z: (-z / arb(2).sqrt()).erfc() / 2, lambda *sizes: _bell(1)(*sizes) / (2 * arb.pi()).sqrt()),
    "gaussian": _mean(
        lambda z: (-z * z).exp(), lambda x, X, y, Y: 2 * (X * X + Y * Y).sqrt() * _bell(2)(x, X, y, Y)
    ),
    "asin": _only(acb.asin, lambda z: bool(abs(z.real) < 1)), "acos": _only(acb.acos, lambda z: bool(abs(z.real) < 1)),
    "atan": _only(acb.atan, _strip(lambda: arb(1))), "asinh": _only(acb.asinh, _strip(lambda: arb(1))),
    "acosh": _only(acb.acosh, lambda z: bool(z.real > 1)),
}  # fmt: skip
