"""Activations of several pieces: ReLU and its family, ELU and its family, softsign (the paper's eq. 22 to 24, corrected).

Inside the piece that holds the centre each is analytic and expands exactly; on the kink it has no series at all. As printed,
eq. 23 makes every coefficient of ReLU 1 where z > 0; only that of order 1 is (eq. 24), that of order 0 is the centre b itself,
and all are 0 where z < 0. The series holds as far as the nearest kink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries.activations.row import Parameter, Parameters, Row, Singularities, derived, horner
from symseries.jets import jet, piecewise, polynomial_jet, power_jet, scaled
from symseries.scalars import Array, Scalars

Cut = tuple[tuple[Any, ...], tuple[tuple[Any, ...], ...]]
"""Breaks from left to right, and the coefficients of the polynomial of each piece."""


def _joined(cut: Cut) -> Cut:
    """Return the pieces without the breaks at which nothing changes: leaky ReLU of slope 1 is the identity."""
    breaks, pieces = cut
    kept = [i for i in range(len(breaks)) if pieces[i] != pieces[i + 1]]
    return tuple(breaks[i] for i in kept), (pieces[0], *(pieces[i + 1] for i in kept))


def _floats(cut: Cut) -> Cut:
    breaks, pieces = cut
    return tuple(map(float, breaks)), tuple(tuple(map(float, piece)) for piece in pieces)


def _selected(z: Array, breaks: tuple[Any, ...], pieces: tuple[tuple[Any, ...], ...]) -> Array:
    """Return the piece that holds each point, on a break the one to its left."""
    out = horner(pieces[0], z)
    for place, piece in zip(breaks, pieces[1:], strict=True):
        out = np.where(z > place, horner(piece, z), out)
    return np.where(np.isnan(z), z, out)  # a constant piece would hide it


def polynomial_pieces(
    name: str,
    latex: str,
    cut: Callable[[Parameters], Cut],
    parameters: Mapping[str, Parameter] | None = None,
    fault: Callable[[Parameters], str] = lambda p: "",
) -> Row:
    """Return the row of a continuous function that is a polynomial on each piece."""

    def value(z: Array, p: Parameters) -> Array:
        return _selected(z, *_floats(cut(p)))

    def slope(z: Array, y: Array, p: Parameters) -> Array:
        breaks, pieces = _floats(cut(p))
        return _selected(z, breaks, tuple(map(derived, pieces)))

    def series(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
        breaks, pieces = _joined(cut(p))
        rules = [lambda u, k, r, w, c=c: polynomial_jet(c, u, k, r) for c in pieces]
        return piecewise(name, breaks, rules)(b, order, ring, where)

    def expression(x: sympy.Expr, p: Parameters) -> sympy.Expr:
        breaks, pieces = _joined(cut(p))
        formulas = [sympy.Add(*(c * x**k for k, c in enumerate(piece))) for piece in pieces]
        upper = [(formula, x > place) for formula, place in zip(formulas[1:], breaks, strict=True)]
        return sympy.Piecewise(*reversed(upper), (formulas[0], True))

    return Row(
        value, slope, series, expression, latex, parameters or {}, lambda p: _joined(cut(p))[0], fault=fault,
        rational=lambda p: True,
    )  # fmt: skip


def exponential_left(
    name: str, latex: str, shape: Callable[[Parameters], tuple[Any, Any, Any]], parameters: Mapping[str, Parameter]
) -> Row:
    """Return the row of h (exp(z/w) - 1) below 0 and r z above, `shape` giving height h, width w and right slope r."""

    def value(z: Array, p: Parameters) -> Array:
        height, width, right = map(float, shape(p))
        return np.where(z > 0, right * z, height * np.expm1(np.minimum(z, 0) / width))

    def slope(z: Array, y: Array, p: Parameters) -> Array:
        height, width, right = map(float, shape(p))
        return np.where(z > 0, right, height / width * np.exp(np.minimum(z, 0) / width))

    def series(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
        height, width, right = shape(p)

        def left(u: Array, k: int, r: Scalars, w: str) -> Array:
            narrow = 1 / Fraction(width.numerator, width.denominator)
            return np.asarray(scaled(jet("expm1", u * r.scalar(narrow), k, r, w), narrow, r) * r.scalar(height))

        def line(u: Array, k: int, r: Scalars, w: str) -> Array:
            return polynomial_jet((0, right), u, k, r)

        return piecewise(name, (0,), (left, line))(b, order, ring, where)

    def expression(x: sympy.Expr, p: Parameters) -> sympy.Expr:
        height, width, right = shape(p)
        return sympy.Piecewise((right * x, x > 0), (height * (sympy.exp(x / width) - 1), True))

    return Row(value, slope, series, expression, latex, parameters, lambda p: (0,))


def _softsign(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    """Return the jet: right of 0 that of 1 - 1/(1 + x), left of it that of 1/(1 - x) - 1, the value without cancellation."""

    def side(sign: int) -> Callable[[Array, int, Scalars, str], Array]:
        def rule(u: Array, k: int, r: Scalars, w: str) -> Array:
            inverse = power_jet(u * sign + r.scalar(1), Fraction(-1), k, r, w)
            out = scaled(inverse, Fraction(sign), r) * -sign
            out[0] = u * inverse[0]
            return out

        return rule

    return piecewise("softsign", (0,), (side(-1), side(1)))(b, order, ring, where)


def _leaky(p: Parameters) -> Cut:
    return (0,), ((0, p["slope"]), (0, 1))


def _clipped(low: Any, high: Any, offset: Any, slope: Any) -> Cut:
    """Return the line offset + slope x, cut off at low and high."""
    return ((low - offset) / slope, (high - offset) / slope), ((low,), (offset, slope), (high,))


def _empty_range(p: Parameters) -> str:
    return "" if p["min_val"] < p["max_val"] else f"min_val={p['min_val']}, max_val={p['max_val']}; expected min_val < max_val"


_SIXTH = sympy.Rational(1, 6)
_SELU_ALPHA = sympy.Rational("1.6732632423543772848170429916717")
_SELU_SCALE = sympy.Rational("1.0507009873554804934193349852946")

PIECES: dict[str, Row] = {
    "relu": polynomial_pieces("relu", r"\max(0, z)", lambda p: ((0,), ((0,), (0, 1)))),
    "leaky_relu": polynomial_pieces(
        "leaky_relu", r"\max(0, z) + a \min(0, z)", _leaky, {"slope": Parameter(sympy.Rational(1, 100))}
    ),
    "prelu": polynomial_pieces("prelu", r"\max(0, z) + a \min(0, z)", _leaky, {"slope": Parameter(sympy.Rational(1, 4))}),
    "relu6": polynomial_pieces("relu6", r"\min(\max(0, z), 6)", lambda p: _clipped(0, 6, 0, 1)),
    "hard_tanh": polynomial_pieces(
        "hard_tanh",
        r"\min(\max(m, z), M)",
        lambda p: _clipped(p["min_val"], p["max_val"], 0, 1),
        {"min_val": Parameter(-1), "max_val": Parameter(1)},
        _empty_range,
    ),
    # slope 1/6 as in PyTorch and Keras 3; Keras 2 has slope 1/5
    "hard_sigmoid": polynomial_pieces(
        "hard_sigmoid",
        r"\min(\max(0, a z + c), 1)",
        lambda p: _clipped(0, 1, p["offset"], p["slope"]),
        {"slope": Parameter(_SIXTH, positive=True), "offset": Parameter(sympy.Rational(1, 2))},
    ),
    "hard_swish": polynomial_pieces(
        "hard_swish", r"z \min(\max(0, z + 3), 6) / 6", lambda p: ((-3, 3), ((0,), (0, sympy.Rational(1, 2), _SIXTH), (0, 1)))
    ),
    "elu": exponential_left(
        "elu",
        r"\begin{cases} z & \text{for } z > 0 \\ \alpha \cdot (e^{z} - 1) & \text{otherwise} \end{cases}",
        lambda p: (p["alpha"], sympy.Integer(1), 1),
        {"alpha": Parameter(1, positive=True)},
    ),
    "selu": exponential_left(
        "selu",
        r"\begin{cases} \lambda z & \text{for } z > 0 \\ \lambda \alpha \cdot (e^{z} - 1) & \text{otherwise} \end{cases}",
        lambda p: (_SELU_SCALE * _SELU_ALPHA, sympy.Integer(1), _SELU_SCALE),
        {},
    ),
    "celu": exponential_left(
        "celu",
        r"\begin{cases} z & \text{for } z > 0 \\ \alpha \cdot (e^{z / \alpha} - 1) & \text{otherwise} \end{cases}",
        lambda p: (p["alpha"], p["alpha"], 1),
        {"alpha": Parameter(1, positive=True)},
    ),
    "softsign": Row(
        lambda z, p: z / (1 + np.abs(z)),
        lambda z, y, p: 1 / (1 + np.abs(z)) ** 2,
        _softsign,
        lambda x, p: x / (1 + sympy.Abs(x, evaluate=False)),
        r"\frac{z}{1 + |z|}",
        kinks=lambda p: (0,),
        singularities=lambda p, centre: Singularities((sympy.Integer(-1 if centre > 0 else 1),)),
        rational=lambda p: True,
    ),
}
