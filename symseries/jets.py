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

    s_k = f^(k)(b)/k!. `where` words the place in errors: a law with its centre, or a layer, whose neuron is then named. In
    float64, coefficients beyond its range come out infinite. Raises `NotAnalyticError` at a singularity or kink and
    `ComplexResultError` beyond one.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> jet("exp", np.array([0.0]), 3, F64)[:, 0].tolist()
    [1.0, 1.0, 0.5, 0.16666666666666666]
    """
    with np.errstate(all="ignore"):
        return JETS[function](points, order, scalars, where)


def power_jet(points: Array, exponent: Any, order: int, scalars: Scalars, where: str = "") -> Array:
    """Return the jet of b**r: s_k = r (r-1) … (r-k+1)/k! * b**(r-k).

    `exponent` is a Fraction or an element of the ring. A natural exponent is a polynomial and has a jet everywhere; any other
    needs b > 0, or b != 0 for a negative integer. Errors are those of `jet`.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> power_jet(np.array([4.0]), Fraction(1, 2), 2, F64)[:, 0].tolist()
    [2.0, 0.25, -0.015625]
    """
    whole = _whole(exponent)
    with np.errstate(all="ignore"):
        if whole is not None and whole >= 0:
            return _natural_power(points, whole, order, scalars)
        if whole is not None:
            _check_positive("power", points, scalars, where, zero="a pole where the base is 0", below="")
        else:
            branch = "" if _is_value(exponent, order, scalars) else "a branch point where the base is 0"
            _check_positive(
                "power", points, scalars, where, zero=branch, below="a fractional power of {}; keep the base positive"
            )
        return _general_power(points, exponent, order, scalars, where)


def _is_value(exponent: Any, order: int, scalars: Scalars) -> bool:
    """Return whether the jet is a mere value that 0 has too: order 0 of a positive power."""
    return order == 0 and scalars.sign(scalars.element(exponent)) == 1


def _general_power(points: Array, exponent: Any, order: int, scalars: Scalars, where: str) -> Array:
    out = scalars.zeros(order + 1, len(points))
    out[0] = scalars.power(points, exponent, where)
    inverse = scalars.power(points, Fraction(-1), where) if order else points
    for k in range(1, order + 1):
        out[k] = out[k - 1] * inverse * scalars.scalar(exponent - (k - 1)) * scalars.scalar(Fraction(1, k))
    return out


def _whole(exponent: Any) -> int | None:
    """Return the exponent as an int where it is a whole number that fits a machine word."""
    try:
        whole = int(exponent)
    except (TypeError, ValueError, OverflowError):  # symbolic, or no number
        return None
    return whole if exponent == whole and abs(whole) < 2**31 else None


def _natural_power(points: Array, exponent: int, order: int, scalars: Scalars) -> Array:
    out = scalars.zeros(order + 1, len(points))
    binomial = 1
    for k in range(min(order, exponent) + 1):
        rest = exponent - k
        out[k] = points**rest * scalars.scalar(binomial) if rest else scalars.array([binomial] * len(points))
        binomial = binomial * rest // (k + 1)
    return out


def _check_positive(name: str, values: Array, scalars: Scalars, where: str, *, zero: str, below: str) -> None:
    """Refuse values of which one is 0 or negative, where `zero` or `below` say why that cannot be."""
    for position, sign in enumerate(map(scalars.sign, values)):
        if sign == 0 and zero:
            raise NotAnalyticError(f"{_place(name, where, position)}: not analytic, {zero}; move the centre")
        if sign == -1 and below:
            raise ComplexResultError(f"{_place(name, where, position)}: complex, {below.format(values[position])}")


def _place(name: str, where: str, position: int) -> str:
    return f"{name} at neuron {position + 1} of {where}" if where.startswith("layer") else where or name


# ------------------------------------------------------------------------------------------------- single functions
def _exp(b: Array, order: int, ring: Scalars, where: str) -> Array:
    out = ring.zeros(order + 1, len(b))
    out[0] = ring.elementary("exp", b, where)
    for k in range(1, order + 1):
        out[k] = out[k - 1] * ring.scalar(Fraction(1, k))
    return out


def _log(b: Array, order: int, ring: Scalars, where: str) -> Array:
    _check_positive("log", b, ring, where, zero="a logarithm of 0", below="the logarithm of {}; keep it positive")
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


def _inverse_function(name: str, square: int, exponent: Fraction, sign: int = 1) -> Rule:
    """Return the rule of a function whose derivative is sign * (1 + square * b**2)**exponent, with square 1 or -1."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        one = ring.scalar(1)
        base = (one - b) * (one + b) if square < 0 else one + b * b
        if square < 0:
            branch = f"{name} has a branch point at -1 and at 1" if order else ""
            _check_positive(
                name, base, ring, where, zero=branch, below=f"{name} is real between -1 and 1 only; move the centre"
            )
        value = ring.elementary(name, b, where)
        if order == 0:
            return value[None, :]
        slope = ring.power(base, exponent, where) * sign
        parts = (base, b * (2 * square), ring.scalar(square))
        return _integral(value, _quadratic_power(parts, exponent, slope, order, ring), order, ring)

    return rule


def _erf(b: Array, order: int, ring: Scalars, where: str) -> Array:
    value = ring.elementary("erf", b, where)
    if order == 0:
        return value[None, :]
    slope = ring.zeros(order + 1, len(b))
    slope[0] = ring.elementary("erf_slope", b, where)
    for k in range(1, order + 1):  # g = exp(-u**2): k g_k = -2 b g_(k-1) - 2 g_(k-2)
        total = slope[k - 1] * b
        slope[k] = (total + slope[k - 2] if k > 1 else total) * ring.scalar(Fraction(-2, k))
    return _integral(value, slope, order, ring)


def _piecewise_linear(name: str, left: int, right: int) -> Rule:
    """Return the rule of a function that is left*b below 0 and right*b above; at the kink there is none."""

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        signs = [ring.sign(value) for value in b]
        if order and (0 in signs or None in signs):
            position = next(i for i, sign in enumerate(signs) if not sign)
            place = _place(name, where, position)
            raise NotAnalyticError(f"{place}: not analytic, {name} has a kink at 0 and no power series there; move the centre")
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
    "atan": _inverse_function("atan", 1, Fraction(-1)),
    "asin": _inverse_function("asin", -1, Fraction(-1, 2)),
    "acos": _inverse_function("acos", -1, Fraction(-1, 2), sign=-1),
    "asinh": _inverse_function("asinh", 1, Fraction(-1, 2)),
    "erf": _erf,
    "abs": _piecewise_linear("abs", -1, 1),
    "relu": _piecewise_linear("relu", 0, 1),
}
