"""Jets of all activations: mpmath, balls, SymPy, rational numbers, identities between them; the layers that use them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from oracles import coordinates
from symseries import expressions
from symseries.activations import (
    ACTIVATIONS,
    activation_jet,
    checked_parameters,
    expression,
    kink_distance,
    singularities,
    value,
)
from symseries.engine import product
from symseries.errors import NotAnalyticError, OptionError
from symseries.layers import Activation, Transform
from symseries.layers.functions import LogSoftmax, Softmax
from symseries.multiindex import index_set
from symseries.scalars import ARB, F64, QQ, Array, Scalars
from symseries.symbolic import Polynomials, with_generators

K = 20
R = sympy.Rational
NAMES = [name for name, row in ACTIVATIONS.items() if row.definition is None]
EVERY = pytest.mark.parametrize("name", NAMES)
EVERYWHERE = (-30.0, -1.3, 0.0, 0.7, 30.0)
OFF_ZERO = (-30.0, -1.3, 0.3, 0.7, 30.0)
POSITIVE = (0.05, 0.7, 1.0, 2.5, 30.0)
GIVEN: dict[str, dict[str, Any]] = {"polynomial": {"coefficients": (1, "-0.5", 0, "1/3", 2)}, "power": {"exponent": "-2/3"}}


def sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


def selu(z: Any) -> Any:
    """Klambauer et al. (2017), with alpha and lambda as PyTorch writes them."""
    alpha, scale = map(mpmath.mpf, ("1.6732632423543772848170429916717", "1.0507009873554804934193349852946"))
    return scale * (z if z > 0 else alpha * mpmath.expm1(z))


def clip(z: Any, low: Any, high: Any) -> Any:
    return max(low, min(z, high))


# each activation written down anew, with the points at which it is tried
ORACLE: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "identity": (lambda z: z, EVERYWHERE),
    "tanh": (mpmath.tanh, EVERYWHERE),
    "sigmoid": (sigmoid, EVERYWHERE),
    "log_sigmoid": (lambda z: mpmath.log(sigmoid(z)), EVERYWHERE),
    "softplus": (lambda z: mpmath.log1p(mpmath.exp(z)), EVERYWHERE),
    "silu": (lambda z: z * sigmoid(z), EVERYWHERE),
    "gelu": (lambda z: z * mpmath.erfc(-z / mpmath.sqrt(2)) / 2, (-30.0, -1.3, 0.0, 0.7, 3.1)),
    "gelu_tanh": (
        lambda z: z * sigmoid(2 * mpmath.sqrt(2 / mpmath.pi) * (z + mpmath.mpf("0.044715") * z**3)),
        (-9.0, -1.3, 0.0, 0.7, 3.0),
    ),
    "mish": (lambda z: z * mpmath.tanh(mpmath.log1p(mpmath.exp(z))), EVERYWHERE),
    "sin": (mpmath.sin, EVERYWHERE),
    "cos": (mpmath.cos, EVERYWHERE),
    "exp": (mpmath.exp, EVERYWHERE),
    "gaussian": (lambda z: mpmath.exp(-z * z), (-12.0, -1.3, 0.0, 0.7, 12.0)),
    "arctan": (mpmath.atan, EVERYWHERE),
    "erf": (mpmath.erf, (-5.0, -1.3, 0.0, 0.7, 5.0)),
    "square": (lambda z: z * z, EVERYWHERE),
    "polynomial": (lambda z: 1 - z / 2 + z**3 / 3 + 2 * z**4, EVERYWHERE),
    "log": (mpmath.log, POSITIVE),
    "sqrt": (mpmath.sqrt, POSITIVE),
    "reciprocal": (lambda z: 1 / z, OFF_ZERO),
    "power": (lambda z: z ** (-mpmath.mpf(2) / 3), POSITIVE),
    "relu": (lambda z: max(z, mpmath.mpf(0)), OFF_ZERO),
    "leaky_relu": (lambda z: max(z, z / 100), OFF_ZERO),
    "prelu": (lambda z: max(z, z / 4), OFF_ZERO),
    "relu6": (lambda z: clip(z, 0, 6), (-30.0, 0.1, 5.5, 6.5, 30.0)),
    "hard_tanh": (lambda z: clip(z, -1, 1), EVERYWHERE),
    "hard_sigmoid": (lambda z: clip(z / 6 + mpmath.mpf(1) / 2, 0, 1), EVERYWHERE),
    "hard_swish": (lambda z: z * clip(z + 3, 0, 6) / 6, EVERYWHERE),
    "elu": (lambda z: z if z > 0 else mpmath.expm1(z), OFF_ZERO),
    "selu": (selu, OFF_ZERO),
    "celu": (lambda z: z if z > 0 else mpmath.expm1(z), OFF_ZERO),
    "softsign": (lambda z: z / (1 + abs(z)), OFF_ZERO),
}
SHAPED: list[tuple[str, dict[str, Any], Callable[[Any], Any], tuple[float, ...]]] = [
    ("softplus", {"alpha": "2.5"}, lambda z: mpmath.log1p(mpmath.exp(z * 5 / 2)) * 2 / 5, (-12.0, 0.3, 12.0)),
    ("silu", {"beta": "1.702"}, lambda z: z * sigmoid(z * mpmath.mpf("1.702")), (-12.0, 0.3, 12.0)),
    ("leaky_relu", {"slope": "-0.3"}, lambda z: z if z > 0 else -3 * z / 10, (-2.0, 3.0)),
    ("elu", {"alpha": "0.5"}, lambda z: z if z > 0 else mpmath.expm1(z) / 2, (-2.0, 3.0)),
    ("celu", {"alpha": "0.5"}, lambda z: z if z > 0 else mpmath.expm1(2 * z) / 2, (-2.0, 3.0)),
    ("hard_tanh", {"min_val": "-0.5", "max_val": 2}, lambda z: clip(z, mpmath.mpf(-0.5), 2), (-2.0, 1.5, 3.0)),
    ("hard_sigmoid", {"slope": "0.2"}, lambda z: clip(z / 5 + mpmath.mpf(1) / 2, 0, 1), (-2.6, 2.4, 3.0)),
    ("power", {"exponent": 3}, lambda z: z**3, (-2.0, 0.0, 3.0)),
    ("power", {"exponent": "-2"}, lambda z: z**-2, (-2.0, 3.0)),
]
CASES = [(name, GIVEN.get(name, {}), *ORACLE[name]) for name in NAMES] + SHAPED
EVERY_CASE = pytest.mark.parametrize(("name", "given", "function", "points"), CASES, ids=lambda v: v if type(v) is str else "")


def parameters(name: str) -> dict[str, Any]:
    return checked_parameters(name, GIVEN.get(name, {}))


def taylor(function: Callable[[Any], Any], point: float, order: int) -> list[Any]:
    """Return f^(k)(b)/k! by numerical differentiation in 60 digits; mpmath would take the smallest for 0."""
    with mpmath.workdps(60):
        return list(mpmath.taylor(function, mpmath.mpf(point), order, chop=False))


@EVERY_CASE
def test_float_jets_have_twelve_digits(name: str, given: Any, function: Any, points: Any) -> None:
    given = checked_parameters(name, given)
    table = activation_jet(name, np.array(points), 12, F64, given)
    assert table.shape == (13, len(points))
    polynomial = expression(name, sympy.Symbol("x", real=True), given).is_polynomial()
    for point, column in zip(points, table.T, strict=True):
        exact = taylor(function, point, 12)
        for k in range(13):
            if abs(exact[k]) < 1e-40 and (point == 0 or polynomial or kinked(name)):
                assert column[k] == 0, (point, k)
            elif exact[k] or column[k]:
                assert abs((mpmath.mpf(column[k]) - exact[k]) / exact[k]) <= 1e-12, (point, k)


def kinked(name: str) -> bool:
    return ACTIVATIONS[name].kinks is not None


@EVERY_CASE
def test_balls_hold_the_truth(name: str, given: Any, function: Any, points: Any) -> None:
    ring, given = ARB(128), checked_parameters(name, given)
    with ring.working():
        table = ring.handed(activation_jet(name, ring.array(points), 8, ring, given))
    for point, column in zip(points, table.T, strict=True):
        exact = taylor(function, point, 8)
        with mpmath.workdps(60):
            for k, ball in enumerate(column):
                slack = mpmath.mpf(10) ** -35 * (abs(exact[k]) + mpmath.mpf(10) ** -15)
                assert abs(ball.mid - exact[k]) <= ball.rad + slack, (point, k)
                assert ball.rad <= 1e-25 * max(1, abs(exact[k])), (point, k)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="this machine has no float wider than float64")
@EVERY
def test_floats_where_a_coefficient_nearly_vanishes(name: str) -> None:
    """Balls are the reference on a grid; many points of it lie near zeros of derivatives, the last where all is saturated."""
    given, ring = parameters(name), ARB(400)
    grid = np.append(np.linspace(-6, 6, 49), (-30, 30)) if ORACLE[name][1] is not POSITIVE else np.linspace(0.25, 6, 24)
    grid = grid[(kink_distance(name, grid, given) > 0) & ((name != "reciprocal") | (grid != 0))]
    table = activation_jet(name, grid, K, F64, given)
    with ring.working(), mpmath.workdps(100):
        balls = ring.handed(activation_jet(name, ring.array(grid), K, ring, given))
        for got, ball in zip(table.flat, balls.flat, strict=True):
            assert (got == 0) if 0 in ball else abs(got - ball.mid) <= 1e-12 * abs(ball.mid) + 1e-300


@EVERY
def test_derivatives_of_the_expression(name: str) -> None:
    """SymPy differentiates the formula; the tape of the formula gives the same series."""
    x, given, points = sympy.Symbol("x"), parameters(name), [p for p in ORACLE[name][1] if abs(p) < 6]
    formula = expression(name, x, given)
    table = activation_jet(name, np.array(points), 3, F64, given)
    derivatives = [formula.replace(sympy.Abs, lambda u: sympy.Piecewise((u, u > 0), (-u, True)))]
    for _ in range(3):
        derivatives.append(sympy.diff(derivatives[-1], x))
    tape, indices = expressions.record([formula]), index_set(1, 3, "total")
    for point, column in zip(points, table.T, strict=True):
        slow = [float(d.subs(x, R(point)).evalf(30)) / sympy.factorial(k) for k, d in enumerate(derivatives)]
        assert column == pytest.approx(np.array(slow, dtype=float), rel=1e-13, abs=1e-15)
        series = expressions.series(tape, {"x": coordinates(indices, F64, np.array([point]))}, indices, F64)[0]
        assert series[:, 0] == pytest.approx(column, rel=1e-12, abs=1e-14)


# -------------------------------------------------------------------------------------------------------- exact rings
RATIONAL = {
    "identity": "-2/3", "square": "-2/3", "polynomial": "-2/3", "reciprocal": "-2/3", "relu": "-2/3", "leaky_relu": "-2/3",
    "prelu": "-2/3", "relu6": "2/3", "hard_tanh": "2/3", "hard_sigmoid": "2/3", "hard_swish": "-2/3", "softsign": "-2/3",
    "elu": "2/3", "selu": "2/3", "celu": "2/3", "tanh": "0", "sigmoid": "0", "silu": "0", "mish": "0", "sin": "0", "cos": "0",
    "exp": "0", "gaussian": "0", "arctan": "0", "log": "1", "sqrt": "9/4", "power": "8/27",
}  # fmt: skip


@pytest.mark.parametrize(("name", "point"), RATIONAL.items())
def test_rational_jets_are_the_derivatives_of_sympy(name: str, point: str) -> None:
    x = sympy.Symbol("x", real=True)
    given = parameters(name)
    formula = expression(name, x, given).replace(sympy.Abs, lambda u: sympy.Piecewise((u, u > 0), (-u, True)))
    table = QQ.handed(activation_jet(name, QQ.array([point]), 5, QQ, given))[:, 0].tolist()
    for k in range(6):
        slow = formula.diff(x, k).subs(x, R(point)) / sympy.factorial(k)
        assert slow == table[k] if slow.is_Rational else abs(sympy.N(slow - table[k], 30, maxn=200)) < 1e-50
    assert ACTIVATIONS[name].rational(given) == (name in list(RATIONAL)[:12])


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(RATIONAL)))
def test_transcendental_values_are_refused_over_the_rationals(name: str) -> None:
    with pytest.raises(OptionError, match=r"^scalars=QQ: .* is not a rational number"):
        activation_jet(name, QQ.array(["-1/2", "-1/2"]), 1, QQ, parameters(name), where="layer 2")


@pytest.mark.parametrize(("name", "count"), [("tanh", 1), ("sigmoid", 1), ("silu", 1), ("elu", 1), ("sin", 2), ("mish", 2)])
def test_symbolic_jets_need_few_generators(name: str, count: int) -> None:
    x, given, point = sympy.Symbol("x"), parameters(name), R(-1, 3)
    formula = expression(name, x, given)

    def compute(ring: Polynomials, low: bool) -> tuple[int, list[sympy.Expr]]:
        return len(ring.generators), ring.handed(activation_jet(name, ring.array([point]), 4, ring, given))[:, 0].tolist()

    needed, table = with_generators([], compute)
    assert needed == count
    for k, coefficient in enumerate(table):
        slow = formula.diff(x, k).subs(x, point) / sympy.factorial(k)
        assert sympy.N(coefficient, 30) == pytest.approx(sympy.N(slow, 30), rel=1e-25)


# --------------------------------------------------------------------------------------------------------- identities
POINTS = np.array([-30.0, -7.0, -1.2, 0.0, 0.4, 3.0, 30.0])


def column_jets(name: str, points: Array = POINTS, order: int = K, **given: Any) -> Array:
    return activation_jet(name, points, order, F64, checked_parameters(name, given))


def close(left: Array, right: Array, scale: float | Array = 1.0) -> None:
    """The two agree to 12 digits of themselves or of the largest part that cancels in one of them."""
    np.testing.assert_array_less(abs(left - right), 1e-12 * np.maximum(abs(right), scale) + 1e-300)


def test_identities_between_activations() -> None:
    order = np.arange(K + 1)[:, None]
    one = np.zeros((K + 1, 1))
    one[0] = 1
    x = np.zeros((K + 1, len(POINTS)))
    x[0], x[1] = POINTS, 1
    s, t, plus = column_jets("sigmoid"), column_jets("tanh"), column_jets("softplus", order=K + 1)
    close(plus[1:] * (order + 1), s)  # softplus' = sigmoid
    times_x = POINTS * s
    times_x[1:] += s[:-1]
    close(column_jets("silu"), times_x, abs(POINTS * s))  # silu = x sigmoid
    close(2 * 2.0**order * column_jets("sigmoid", 2 * POINTS) - one, t, one)  # tanh(x) = 2 sigmoid(2 x) - 1
    close(column_jets("log_sigmoid"), -((-1.0) ** order) * column_jets("softplus", -POINTS))
    reflected = (-1.0) ** order * column_jets("gelu", -POINTS)
    close(column_jets("gelu") - reflected, x, abs(reflected))  # x Phi(x) + x Phi(-x) = x
    close(column_jets("celu", POINTS[:3]), column_jets("elu", POINTS[:3]))
    assert (column_jets("leaky_relu", slope=1) == x).all()
    close(column_jets("power", POINTS[4:], exponent="1/2"), column_jets("sqrt", POINTS[4:]))
    close(column_jets("silu", beta=1), column_jets("silu"))


def test_gelu_in_its_two_forms_differs_by_less_than_a_thousandth() -> None:
    assert abs(column_jets("gelu")[0] - column_jets("gelu_tanh")[0]).max() < 1e-3


# ----------------------------------------------------------------------------------------------- kinks, singularities
@pytest.mark.parametrize("name", [n for n in NAMES if kinked(n)])
def test_on_a_kink_there_is_a_value_and_no_jet(name: str) -> None:
    given = parameters(name)
    for kink in map(float, ACTIVATIONS[name].kinks(given)):
        at = np.array([kink])
        assert kink_distance(name, at, given) == 0
        assert kink_distance(name, at + 0.25, given) == 0.25
        assert activation_jet(name, at, 0, F64, given)[0, 0] == pytest.approx(value(name, at, F64, given)[0], abs=1e-15)
        for order in (1, 4):
            with pytest.raises(NotAnalyticError, match=rf"^{name} at neuron 1 of layer 2: .* has a kink at {kink:g} and no"):
                activation_jet(name, at, order, F64, given, where="layer 2")
        jumps = np.diff(activation_jet(name, np.array([kink - 1e-9, kink + 1e-9]), 3, F64, given), axis=1)
        assert abs(jumps).max() > 1e-3  # a kink it is


def test_a_ball_on_both_sides_of_a_kink_is_refused() -> None:
    ring = ARB(64)
    with ring.working():
        near = ring.array(["1/3"]) - ring.array(["1/3"])
        for name in ("relu", "elu", "softsign"):
            for order in (0, 2):
                with pytest.raises(NotAnalyticError, match=rf"{name} at neuron 1 of layer 1: ARB\(64\) does not decide"):
                    activation_jet(name, near, order, ring, parameters(name), where="layer 1")


CENTRES = {name: (0.4,) if ORACLE[name][1] is POSITIVE else (-2.0, 0.4) for name in NAMES}


@pytest.mark.parametrize(("name", "centre"), [(n, c) for n, centres in CENTRES.items() for c in centres])
def test_the_nearest_singularity_is_the_radius_of_convergence(name: str, centre: float) -> None:
    """The root test at orders 150 to 160 against the table; on a piece of a polynomial and for entire functions no end."""
    given = parameters(name)
    found = singularities(name, given, centre)
    assert found.known
    coefficients = abs(activation_jet(name, np.array([centre]), 160, F64, given)[150:, 0])
    growth = max(c ** (1 / (150 + k)) for k, c in enumerate(coefficients))
    if not found.points:
        assert growth < 0.2
    else:
        nearest = min(abs(complex(sympy.N(p)) - centre) for p in found.near(centre))
        assert growth * nearest == pytest.approx(1, rel=0.07)


@pytest.mark.parametrize("centre", [-6.0, 0.0, 2.5, 9.0])
def test_the_pole_of_gelu_tanh_is_a_pole(centre: float) -> None:
    pole = complex(singularities("gelu_tanh", {}, centre).points[0])
    inner = np.sqrt(2 / np.pi) * (pole + 0.044715 * pole**3)
    assert inner.real == pytest.approx(0, abs=1e-8)
    level = inner.imag / np.pi - 0.5
    assert level == pytest.approx(round(level), abs=1e-8)


# -------------------------------------------------------------------------------------------------------------- layers
def affine_series(rng: np.random.Generator, columns: int, order: int = 4) -> tuple[Any, Array]:
    indices = index_set(2, order, "total")
    return indices, rng.normal(size=(len(indices), columns)) * 0.5


@pytest.mark.parametrize("shift", [0.0, 800.0, -800.0])
def test_softmax_sums_to_one_to_all_orders(shift: float) -> None:
    indices, C = affine_series(np.random.default_rng(1), 4)
    C[0] += shift
    soft, logs = Softmax().series(C, indices, F64), LogSoftmax().series(C, indices, F64)
    total = soft.sum(axis=1)
    assert total[0] == pytest.approx(1, abs=1e-15)
    assert abs(total[1:]).max() < 1e-14
    exponentials = Activation("exp").series(logs, indices, F64)
    assert exponentials == pytest.approx(soft, rel=1e-11, abs=1e-13)
    assert soft[0] == pytest.approx(Softmax().values(C[:1], F64)[0], rel=1e-14)
    assert logs[0] == pytest.approx(LogSoftmax().values(C[:1], F64)[0], rel=1e-14)


@pytest.mark.parametrize("layer", [Softmax(), LogSoftmax()], ids=repr)
def test_softmax_against_mpmath(layer: Softmax | LogSoftmax) -> None:
    weights, bias = np.array([[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]]), np.array([0.3, -0.2, 2.0])
    indices = index_set(2, 3, "total")
    C = np.zeros((len(indices), 3))
    C[0], C[1:3] = bias, weights.T

    def output(i: int) -> Callable[..., Any]:
        def function(*z: Any) -> Any:
            rows = [
                sum(float(w) * u for w, u in zip(row, z, strict=True)) + float(b) for row, b in zip(weights, bias, strict=True)
            ]
            total = sum(map(mpmath.exp, rows))
            return mpmath.exp(rows[i]) / total if isinstance(layer, Softmax) else rows[i] - mpmath.log(total)

        return function

    ring = ARB(100)
    with ring.working():
        balls = layer.series(ring.array(C), indices, ring)
        point = layer.values(ring.array(C[:1]), ring)
    floats = layer.series(C, indices, F64)
    for i in range(3):
        for row, index in enumerate(indices.rows.tolist()):
            with mpmath.workdps(40):
                exact = mpmath.diff(output(i), (0, 0), tuple(index)) / np.prod([mpmath.factorial(k) for k in index])
                ball = ring.handed(balls[row : row + 1, i])[0]
                assert abs(ball.mid - exact) <= ball.rad + mpmath.mpf(10) ** -25
                assert ball.rad < 1e-20
            assert floats[row, i] == pytest.approx(float(exact), rel=1e-12, abs=1e-14)
        assert ring.handed(point)[0, i].mid == pytest.approx(floats[0, i], rel=1e-14)


@pytest.mark.parametrize("ring", [F64, QQ], ids=str)
@pytest.mark.parametrize("layer", [Softmax(), LogSoftmax()], ids=repr)
def test_no_rows_give_none(layer: Any, ring: Scalars) -> None:
    assert layer.values(ring.zeros(0, 3), ring).shape == (0, 3)


def test_softmax_in_exact_rings() -> None:
    indices = index_set(1, 2, "total")
    equal = QQ.zeros(3, 2)
    equal[0], equal[1, 0] = QQ.element("5/7"), QQ.element(1)
    assert QQ.handed(Softmax().series(equal, indices, QQ))[:, 0].tolist() == [R(1, 2), R(1, 4), 0]
    assert QQ.handed(Softmax().values(equal[:1], QQ)).tolist() == [[R(1, 2), R(1, 2)]]
    with pytest.raises(OptionError, match=r"exp\(-1/2\) \(neuron 2 of layer 2 \(Softmax\)\) is not a rational number"):
        Softmax().values(QQ.array([["1", "1/2"]]), QQ, "layer 2 (Softmax)")
    with pytest.raises(OptionError, match=r"log\(2\) .* is not a rational number"):
        LogSoftmax().series(equal, indices, QQ, "layer 2")

    def compute(ring: Polynomials, low: bool) -> list[sympy.Expr]:
        return ring.handed(Softmax().values(ring.array([[0, 1, 2]]), ring))[0].tolist()

    found = with_generators([], compute)
    assert [float(v) for v in found] == pytest.approx(Softmax().values(np.array([[0.0, 1, 2]]), F64)[0].tolist(), rel=1e-14)


LAYERS = [
    Softmax(),
    LogSoftmax(),
    Activation("gelu"),
    Activation("silu", beta=2),
    Activation("hard_swish"),
    Transform({"b": "exp", "c": ("power", {"exponent": 3})}),
]


def directional(layer: Any, C: Array, E: Array, indices: Any, ring: Scalars) -> Array:
    """Return the derivative of the output series in direction E, by a difference in many digits."""
    step = Fraction(1, 10**20)
    with ring.working():
        moved = [layer.series(ring.array(C) + ring.array(E) * ring.scalar(s * step), indices, ring, "layer 1") for s in (1, -1)]
        change = (moved[0] - moved[1]) * ring.scalar(1 / (2 * step))
    return np.array([[float(v.mid) for v in row] for row in ring.handed(change)])


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_pull_back_of_series_is_the_transposed_derivative(layer: Any) -> None:
    rng = np.random.default_rng(7)
    layer.check(("a", "b", "c"), "layer 1")
    indices, C = affine_series(rng, 3)
    E, delta = rng.normal(size=C.shape), rng.normal(size=C.shape)
    D = layer.series(C, indices, F64, "layer 1")
    pulled = layer.pull_back_series(delta, C, D, indices, F64, where="layer 1")
    forward = directional(layer, C, E, indices, ARB(300))
    left = product(indices, pulled, E).sum(axis=1)
    right = product(indices, delta, forward).sum(axis=1)
    assert left == pytest.approx(right, rel=1e-10, abs=1e-11)
    # at order 0 it is the derivative at a point
    at = layer.pull_back(delta[:1], C[:1], layer.values(C[:1], F64))
    assert pulled[0] == pytest.approx(at[0], rel=1e-12, abs=1e-14)
