"""The table of the elementary functions: one rule each, the recurrence that its differential equation gives."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from symseries.jets.algebra import Rule, divided, integral, piecewise, polynomial_jet, square_term
from symseries.jets.checks import check_positive
from symseries.jets.extended import in_extended
from symseries.scalars import Array, Scalars
from symseries.scalars.floats import FLOAT_VALUES, Float64


def jet(function: str, points: Array, order: int, scalars: Scalars, where: str = "") -> Array:
    """Return the jet (order + 1, n) of a function of the table at `points` (n,).

    s_k = f^(k)(b)/k!. `where` words the place in errors: a law with its centre, or a layer, whose neuron is then named. In
    float64, coefficients beyond its range come out infinite. Raises `NotAnalyticError` at a singularity or kink, also where
    the precision of a ball does not exclude one, and `ComplexResultError` beyond one.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> jet("exp", np.array([0.0]), 3, F64)[:, 0].tolist()
    [1.0, 1.0, 0.5, 0.16666666666666666]
    """
    with np.errstate(all="ignore"):
        return in_extended(JETS[function], points, order, scalars, where)


class _Rounded(Float64):
    """Float64 for functions that do not overflow."""

    def elementary(self, function: str, values: Array, where: str = "") -> Array:
        return np.asarray(FLOAT_VALUES[function](values))


_ROUNDED = _Rounded()


def rounded_jet(function: str, points: Array, order: int) -> Array:
    """Return the jet of tanh or of the sigmoid in float64 throughout, for points that are rounded themselves.

    Their recurrence is stable: it moves a coefficient by as much as a rounding of the point does, so that beside its zeros the
    digits that `jet` keeps say nothing about a point that was computed.

    >>> rounded_jet("sigmoid", np.array([0.0]), 3)[:, 0].tolist()
    [0.5, 0.25, 0.0, -0.020833333333333332]
    """
    return JETS[function](points, order, _ROUNDED, "")


def _exp(b: Array, order: int, ring: Scalars, where: str) -> Array:
    out = ring.zeros(order + 1, len(b))
    out[0] = ring.elementary("exp", b, where)
    for k in range(1, order + 1):
        out[k] = divided(out[k - 1], k, ring)
    return out


def _expm1(b: Array, order: int, ring: Scalars, where: str) -> Array:
    out = _exp(b, order, ring, where)
    out[0] = ring.elementary("expm1", b, where)
    return out


def _log(b: Array, order: int, ring: Scalars, where: str) -> Array:
    check_positive("log", b, ring, where, zero="a logarithm of 0", below="the logarithm of {}; keep it positive")
    out = ring.zeros(order + 1, len(b))
    out[0] = ring.elementary("log", b, where)
    inverse = ring.power(b, Fraction(-1), where) if order else b
    for k in range(1, order + 1):
        out[k] = inverse if k == 1 else out[k - 1] * inverse * ring.scalar(Fraction(1 - k, k))
    return out


def _cycle(names: tuple[str, ...], signs: tuple[int, ...]) -> Rule:
    """Return the rule of a function whose derivatives run through `names` with these signs, again and again."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        values = [ring.elementary(name, b, where) for name in names[: order + 1]]
        out, factorial = ring.zeros(order + 1, len(b)), 1
        for k in range(order + 1):
            factorial *= max(k, 1)
            out[k] = values[k % len(values)] * ring.scalar(Fraction(signs[k % len(signs)], factorial))
        return out

    return rule


def _riccati(name: str, slope: str, linear: int) -> Rule:
    """Return the rule of y' = constant + linear * y - y**2, the slope at the point being computed directly.

    As sech(b)**2 and not as 1 - tanh(b)**2 it keeps all digits where the function is saturated.
    """

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        y = ring.zeros(order + 1, len(b))
        y[0] = ring.elementary(name, b, where)
        if order:
            y[1] = ring.elementary(slope, b, where)
        for k in range(1, order):
            square = square_term(y, k)
            y[k + 1] = divided(y[k] - square, k + 1, ring) if linear else divided(square, -k - 1, ring)
        return y

    return rule


def _tan(b: Array, order: int, ring: Scalars, where: str) -> Array:
    y, d = ring.zeros(order + 1, len(b)), ring.zeros(order + 1, len(b))
    y[0] = ring.elementary("tan", b, where)
    d[0] = y[0] * y[0] + ring.scalar(1)
    for k in range(1, order + 1):
        y[k] = divided(d[k - 1], k, ring)
        d[k] = square_term(y, k)
    return y


def _softplus(b: Array, order: int, ring: Scalars, where: str) -> Array:
    value = ring.elementary("softplus", b, where)
    return integral(value, jet("sigmoid", b, order - 1, ring, where) if order else None, order, ring)


def _quadratic_power(p: tuple[Array, Array, Any], exponent: Fraction, first: Array, order: int, ring: Scalars) -> Array:
    """Return the jet of (p0 + p1 t + p2 t**2)**r with value `first`: k p0 g_k = sum_j (r j - (k - j)) p_j g_(k-j)."""
    out = ring.zeros(order + 1, len(first))
    out[0] = first
    inverse = ring.power(p[0], Fraction(-1)) if order else first
    for k in range(1, order + 1):
        total = out[k - 1] * p[1] * ring.scalar(exponent - (k - 1))
        if k > 1:
            total = total + out[k - 2] * p[2] * ring.scalar(2 * exponent - (k - 2))  # two scalars alone would lose their box
        out[k] = divided(total * inverse, k, ring)
    return out


def _inverse_function(name: str, constant: int, square: int, exponent: Fraction, sign: int = 1) -> Rule:
    """Return the rule of a function with the derivative sign * (constant + square * b**2)**exponent, both being 1 or -1."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        base = _quadratic(name, b, order, ring, where, constant=constant, square=square)
        value = ring.elementary(name, b, where)
        if order == 0:
            return value[None, :]
        slope = ring.power(base, exponent, where) * sign
        parts = (base, b * (2 * square), ring.scalar(square))
        return integral(value, _quadratic_power(parts, exponent, slope, order, ring), order, ring)

    return rule


def _quadratic(name: str, b: Array, order: int, ring: Scalars, where: str, *, constant: int, square: int) -> Array:
    """Return constant + square * b**2, in factors where it has real ones, whose signs then decide whether b is allowed."""
    one = ring.scalar(1)
    if square == constant:
        return np.asarray(b * b + one)
    inside, interval = ((one - b) * (one + b), "between -1 and 1") if square < 0 else (b - one, "above 1")
    branch = f"{name} has a branch point at {'-1 and at 1' if square < 0 else '1'}" if order else ""
    below = f"{name} is real {interval} only; move the centre"
    check_positive(name, inside, ring, where, zero=branch, below=below)
    return np.asarray(inside if square < 0 else inside * (b + one))


def _hermite(first: Array, b: Array, order: int, factor: int, ring: Scalars) -> Array:
    """Return the jet of a multiple of exp(-factor/2 x**2) with value `first`: k g_k = -factor (b g_(k-1) + g_(k-2))."""
    out = ring.zeros(order + 1, len(b))
    out[0] = first
    for k in range(1, order + 1):
        total = out[k - 1] * b
        out[k] = divided((total + out[k - 2] if k > 1 else total) * -factor, k, ring)
    return out


def _gaussian(b: Array, order: int, ring: Scalars, where: str) -> Array:
    return _hermite(ring.elementary("gaussian", b, where), b, order, 2, ring)


def _from_bell(name: str, bell: str, factor: int) -> Rule:
    """Return the rule of a function whose derivative is a multiple of exp(-factor/2 x**2), of value `bell` at b."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        value = ring.elementary(name, b, where)
        if order == 0:
            return value[None, :]
        slope = _hermite(ring.elementary(bell, b, where), b, order - 1, factor, ring)
        return integral(value, slope, order, ring)

    return rule


def _linear(*coefficients: int) -> Rule:
    return lambda b, order, ring, where: polynomial_jet(coefficients, b, order, ring)


JETS: dict[str, Rule] = {
    "identity": _linear(0, 1),
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "sin": _cycle(("sin", "cos"), (1, 1, -1, -1)),
    "cos": _cycle(("cos", "sin"), (1, -1, -1, 1)),
    "sinh": _cycle(("sinh", "cosh"), (1,)),
    "cosh": _cycle(("cosh", "sinh"), (1,)),
    "tan": _tan,
    "tanh": _riccati("tanh", "tanh_slope", 0),
    "sigmoid": _riccati("sigmoid", "sigmoid_slope", 1),
    "softplus": _softplus,
    "atan": _inverse_function("atan", 1, 1, Fraction(-1)),
    "asin": _inverse_function("asin", 1, -1, Fraction(-1, 2)),
    "acos": _inverse_function("acos", 1, -1, Fraction(-1, 2), sign=-1),
    "asinh": _inverse_function("asinh", 1, 1, Fraction(-1, 2)),
    "acosh": _inverse_function("acosh", -1, 1, Fraction(-1, 2)),
    "erf": _from_bell("erf", "erf_slope", 2),
    "normal_cdf": _from_bell("normal_cdf", "normal_pdf", 1),
    "gaussian": _gaussian,
    "abs": piecewise("abs", (0,), (_linear(0, -1), _linear(0, 1))),
    "relu": piecewise("relu", (0,), (_linear(0), _linear(0, 1))),
}
