"""Scalar jets: the coefficient generating functions of the elementary functions (the paper's Table 1 and appendix 6.4).

The jet of f at b is the vector of normalised Taylor coefficients f^(k)(b)/k!, k = 0 … K, an array (K + 1, n) for n points
at once, over any ring. Each rule is the recurrence that its differential equation gives. Networks and laws share them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from symseries.errors import ComplexResultError, NotAnalyticError
from symseries.scalars import Array, Scalars

Rule = Callable[[Array, int, Scalars, str], Array]


def jet(function: str, points: Array, order: int, scalars: Scalars, where: str = "") -> Array:
    """Return the jet (order + 1, n) of a function of the table at `points` (n,).

    s_k = f^(k)(b)/k!. Raises `NotAnalyticError` at a singularity or kink and `ComplexResultError` beyond one.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> jet("exp", np.array([0.0]), 3, F64)[:, 0].tolist()
    [1.0, 1.0, 0.5, 0.16666666666666666]
    """
    return JETS[function](points, order, scalars, where)


def power_jet(points: Array, exponent: Any, order: int, scalars: Scalars, where: str = "") -> Array:
    """Return the jet of b**r: s_k = r (r-1) … (r-k+1)/k! * b**(r-k).

    `exponent` is a Fraction or an element of the ring. A natural exponent is a polynomial and has a jet everywhere; any other
    needs b > 0, or b != 0 for a negative integer.
    """
    whole = _whole(exponent)
    if whole is None or whole < 0:
        _check_base(points, whole is not None, scalars, where)
    if whole is not None and whole >= 0:
        return _natural_power(points, whole, order, scalars)
    out = scalars.zeros(order + 1, len(points))
    out[0] = scalars.power(points, exponent, where)
    inverse = scalars.power(points, Fraction(-1), where) if order else points
    for k in range(1, order + 1):
        out[k] = out[k - 1] * inverse * scalars.scalar(exponent - (k - 1)) * scalars.scalar(Fraction(1, k))
    return out


def _whole(exponent: Any) -> int | None:
    """Return the exponent as an int where it is a whole number."""
    try:
        return int(exponent) if exponent == int(exponent) else None
    except (TypeError, ValueError):  # a symbolic exponent
        return None


def _natural_power(points: Array, exponent: int, order: int, scalars: Scalars) -> Array:
    out = scalars.zeros(order + 1, len(points))
    binomial = 1
    for k in range(min(order, exponent) + 1):
        rest = exponent - k
        out[k] = points**rest * scalars.scalar(binomial) if rest else scalars.array([binomial] * len(points))
        binomial = binomial * rest // (k + 1)
    return out


def _check_base(points: Array, integer: bool, scalars: Scalars, where: str) -> None:
    for position, sign in enumerate(map(scalars.sign, points)):
        if sign == 0:
            kind = "a pole" if integer else "a branch point"
            raise NotAnalyticError(f"{_place(where, position)}: not analytic, {kind} where the base is 0; move the centre")
        if sign == -1 and not integer:
            raise ComplexResultError(
                f"{_place(where, position)}: a fractional power of {points[position]} is complex; keep the base positive"
            )


def _place(where: str, position: int) -> str:
    return f"neuron {position} of {where}" if where.startswith("layer") else where or "power"


# ------------------------------------------------------------------------------------------------- single functions
def _exp(b: Array, order: int, ring: Scalars, where: str) -> Array:
    out = ring.zeros(order + 1, len(b))
    out[0] = ring.elementary("exp", b, where)
    for k in range(1, order + 1):
        out[k] = out[k - 1] * ring.scalar(Fraction(1, k))
    return out


def _log(b: Array, order: int, ring: Scalars, where: str) -> Array:
    for position, sign in enumerate(map(ring.sign, b)):
        if sign == 0:
            raise NotAnalyticError(f"{_place(where, position)}: not analytic, a logarithm of 0; move the centre")
        if sign == -1:
            raise ComplexResultError(f"{_place(where, position)}: the logarithm of {b[position]} is complex; keep it positive")
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


def _from_slope(name: str, slope: str, rest: Callable[[Array, Array, int], Array]) -> Rule:
    """Return the rule of y' = d with d_k = rest(y, convolution, k) for k >= 1 and d_0 computed directly.

    Computing the slope directly, sech(b)**2 and not 1 - tanh(b)**2, keeps all digits where the function is saturated.
    """

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        y, d = ring.zeros(order + 1, len(b)), ring.zeros(order + 1, len(b))
        y[0] = ring.elementary(name, b, where)
        if order:
            d[0] = ring.elementary(slope, b, where)
        for k in range(1, order + 1):
            y[k] = d[k - 1] * ring.scalar(Fraction(1, k))
            d[k] = rest(y, (y[: k + 1] * y[k::-1]).sum(axis=0), k)
        return y

    return rule


def _tan(b: Array, order: int, ring: Scalars, where: str) -> Array:
    y, d = ring.zeros(order + 1, len(b)), ring.zeros(order + 1, len(b))
    y[0] = ring.elementary("tan", b, where)
    d[0] = y[0] * y[0] + ring.scalar(1)
    for k in range(1, order + 1):
        y[k] = d[k - 1] * ring.scalar(Fraction(1, k))
        d[k] = (y[: k + 1] * y[k::-1]).sum(axis=0)
    return y


def _softplus(b: Array, order: int, ring: Scalars, where: str) -> Array:
    value = ring.elementary("softplus", b, where)
    return _integral(value, jet("sigmoid", b, order - 1, ring, where) if order else None, order, ring)


def _integral(value: Array, slope: Array | None, order: int, ring: Scalars) -> Array:
    """Return the jet whose value is `value` and whose derivative has the jet `slope`."""
    out = ring.zeros(order + 1, len(value))
    out[0] = value
    for k in range(1, order + 1):
        out[k] = slope[k - 1] * ring.scalar(Fraction(1, k))  # type: ignore[index]
    return out


def _quadratic_power(p: tuple[Array, Array, Any], exponent: Fraction, first: Array, order: int, ring: Scalars) -> Array:
    """Return the jet of (p0 + p1 t + p2 t**2)**r with value `first`: k p0 g_k = sum_j (r j - (k - j)) p_j g_(k-j)."""
    out = ring.zeros(order + 1, len(first))
    out[0] = first
    inverse = ring.power(p[0], Fraction(-1)) if order else first
    for k in range(1, order + 1):
        total = out[k - 1] * p[1] * ring.scalar(exponent - (k - 1))
        if k > 1:
            total = total + out[k - 2] * (p[2] * ring.scalar(2 * exponent - (k - 2)))
        out[k] = total * inverse * ring.scalar(Fraction(1, k))
    return out


def _inverse_function(name: str, constant: int, square: int, exponent: Fraction, sign: int = 1) -> Rule:
    """Return the rule of a function whose derivative is sign * (constant + square * b**2)**exponent."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        base = b * b * square + ring.scalar(constant)
        if exponent.denominator == 2 and square < 0:
            _check_base(base, False, ring, where)
        slope = ring.power(base, exponent, where) * sign
        parts = (base, b * (2 * square), ring.scalar(square))
        return _integral(ring.elementary(name, b, where), _quadratic_power(parts, exponent, slope, order, ring), order, ring)

    return rule


def _erf(b: Array, order: int, ring: Scalars, where: str) -> Array:
    slope = ring.zeros(order + 1, len(b))
    slope[0] = ring.elementary("erf_slope", b, where)
    for k in range(1, order + 1):  # g = exp(-u**2): k g_k = -2 b g_(k-1) - 2 g_(k-2)
        total = slope[k - 1] * b
        slope[k] = (total + slope[k - 2] if k > 1 else total) * ring.scalar(Fraction(-2, k))
    return _integral(ring.elementary("erf", b, where), slope, order, ring)


def _piecewise_linear(name: str, left: int, right: int) -> Rule:
    """Return the rule of a function that is left*b below 0 and right*b above; at the kink there is none."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        signs = [ring.sign(value) for value in b]
        if order and (0 in signs or None in signs):
            position = next(i for i, sign in enumerate(signs) if not sign)
            raise NotAnalyticError(f"{_place(where, position)}: {name} has a kink at 0 and no power series there; move the centre")
        slopes = ring.array([right if sign == 1 else left for sign in signs])
        out = ring.zeros(order + 1, len(b))
        out[0] = b * slopes
        out[1:2] = slopes
        return out

    return rule


def _identity(b: Array, order: int, ring: Scalars, where: str) -> Array:
    out = ring.zeros(order + 1, len(b))
    out[0] = b
    out[1:2] = ring.array(np.ones(1, dtype=int))
    return out


JETS: dict[str, Rule] = {
    "identity": _identity,
    "exp": _exp,
    "log": _log,
    "sin": _cycle(("sin", "cos"), (1, 1, -1, -1)),
    "cos": _cycle(("cos", "sin"), (1, -1, -1, 1)),
    "sinh": _cycle(("sinh", "cosh"), (1,)),
    "cosh": _cycle(("cosh", "sinh"), (1,)),
    "tan": _tan,
    "tanh": _from_slope("tanh", "tanh_slope", lambda y, yy, k: -yy),
    "sigmoid": _from_slope("sigmoid", "sigmoid_slope", lambda y, yy, k: y[k] - yy),
    "softplus": _softplus,
    "atan": _inverse_function("atan", 1, 1, Fraction(-1)),
    "asin": _inverse_function("asin", 1, -1, Fraction(-1, 2)),
    "acos": _inverse_function("acos", 1, -1, Fraction(-1, 2), sign=-1),
    "asinh": _inverse_function("asinh", 1, 1, Fraction(-1, 2)),
    "erf": _erf,
    "abs": _piecewise_linear("abs", -1, 1),
    "relu": _piecewise_linear("relu", 0, 1),
}
