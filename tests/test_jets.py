"""Scalar jets, against numerical derivatives in 40 digits and against SymPy's series."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from symseries.errors import ComplexResultError, NotAnalyticError, OptionError
from symseries.jets import JETS, jet, logistic, piecewise, polynomial_jet, power_jet, rounded_jet
from symseries.scalars import ARB, F64, QQ, Scalars, as_fraction
from symseries.symbolic import Polynomials

K = 12
SATURATED = (-30.0, -3.0, -0.8, 0.0, 0.1, 0.8, 1.3, 5.0, 30.0)

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "identity": (lambda x: x, SATURATED),
    "exp": (mpmath.exp, SATURATED),
    "expm1": (mpmath.expm1, SATURATED),
    "log": (mpmath.log, (0.01, 0.7, 1.0, 30.0)),
    "sin": (mpmath.sin, SATURATED),
    "cos": (mpmath.cos, SATURATED),
    "sinh": (mpmath.sinh, SATURATED),
    "cosh": (mpmath.cosh, SATURATED),
    "tan": (mpmath.tan, (-1.5, -0.3, 0.0, 0.8, 1.4, 3.0)),
    "tanh": (mpmath.tanh, SATURATED),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), SATURATED),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), SATURATED),
    "atan": (mpmath.atan, SATURATED),
    "asin": (mpmath.asin, (-0.999, -0.4, 0.0, 0.5, 0.99)),
    "acos": (mpmath.acos, (-0.999, -0.4, 0.0, 0.5, 0.99)),
    "asinh": (mpmath.asinh, SATURATED),
    "acosh": (mpmath.acosh, (1.001, 1.3, 2.5, 30.0)),
    "erf": (mpmath.erf, (-5.0, -0.5, 0.0, 0.7, 2.5)),
    "normal_cdf": (mpmath.ncdf, (-12.0, -1.0, 0.0, 0.7, 2.5)),
    "gaussian": (lambda x: mpmath.exp(-x * x), (-12.0, -5.0, -0.5, 0.0, 0.7, 2.5)),
    "abs": (abs, (-30.0, -0.1, 2.0)),
    "relu": (lambda x: x if x > 0 else x * 0, (-30.0, -0.1, 2.0)),
}


def taylor(function: Callable[[Any], Any], point: float, order: int) -> list[Any]:
    """Return f^(k)(b)/k! by numerical differentiation in 60 digits; mpmath would take the smallest for 0."""
    with mpmath.workdps(60):
        return list(mpmath.taylor(function, mpmath.mpf(point), order, chop=False))


def test_every_jet_is_tested() -> None:
    assert set(FUNCTIONS) == set(JETS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_against_numerical_derivatives(name: str) -> None:
    function, points = FUNCTIONS[name]
    table = jet(name, np.array(points), K, F64)
    assert table.shape == (K + 1, len(points))
    for point, column in zip(points, table.T, strict=True):
        exact = taylor(function, point, K)
        for k in range(K + 1):
            around = max(map(abs, exact[max(k - 2, 0) : k + 3]))
            if abs(exact[k]) < 1e-36 * around or (k > 1 and name in ("identity", "abs", "relu")) or around == 0:
                assert column[k] == 0, (name, point, k)
            else:
                assert abs((mpmath.mpf(column[k]) - exact[k]) / exact[k]) <= 1e-12, (name, point, k)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="this machine has no float wider than float64")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_against_balls_where_a_coefficient_nearly_vanishes(name: str) -> None:
    """In float64 alone the jets of tanh and of the sigmoid lose up to 6 digits on this grid: at 5, k = 13."""
    points = np.append(np.linspace(-6, 6, 97), (-30, 30))
    if name in ("log", "acosh"):
        points = points[points > (name == "acosh")]
    elif name in ("asin", "acos", "tan"):
        points = points[abs(points) < 6] / 6
    elif name in ("abs", "relu"):
        points = points[points != 0]
    ring = ARB(400)
    table = jet(name, points, 20, F64)
    with ring.working():
        balls = ring.handed(jet(name, ring.array(points), 20, ring))
    with mpmath.workdps(100):
        for got, ball in zip(table.flat, balls.flat, strict=True):
            if 0 in ball:
                assert got == 0
            else:
                assert abs(got - ball.mid) <= 1e-12 * abs(ball.mid) + 1e-300


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_at_computed_points_rounding_counts_like_that_of_the_point(name: str) -> None:
    """A point b moved by eps (1 + |b|) moves f_k by eps (1 + |b|) (k + 1) f_(k+1)."""
    points = np.append(np.linspace(-6, 6, 97), (-400, -30, 30, 400))
    ring, orders = ARB(400), np.arange(21)[:, None]
    table = rounded_jet(name, points, 20)
    with ring.working():
        exact = np.vectorize(lambda ball: float(ball.mid()))(jet(name, ring.array(points), 21, ring))
        errors = np.vectorize(lambda a, b: float(abs(a - b).mid()))(ring.array(table), jet(name, ring.array(points), 20, ring))
    moved = (1 + abs(points)) * (orders + 1) * abs(exact[1:]) + abs(exact[:-1])
    assert (errors <= 2 * (orders + 2) * np.finfo(float).eps * moved + 1e-300).all()
    assert (table[exact[:-1] == 0] == 0).all()


@pytest.mark.parametrize("name", ["asin", "acos"])
def test_near_a_branch_point_no_digit_of_the_distance_is_lost(name: str) -> None:
    point = 0.999_999_912_345_678_9  # all bits in use
    exact = oracles.taylor(FUNCTIONS[name][0], point, 6, dps=80)
    assert jet(name, np.array([point]), 6, F64)[1:, 0].tolist() == pytest.approx([float(v) for v in exact[1:]], rel=1e-14)


@pytest.mark.parametrize(
    ("exponent", "points"),
    [
        (Fraction(1, 2), (0.01, 4.0, 900.0)),
        (Fraction(-3, 2), (0.01, 4.0, 900.0)),
        (2 / 3, (0.05, 2.0)),
        (-1, (-2.0, 0.3)),
        (-4, (-2.0, 0.3)),
        (0, (-2.0, 0.0)),
        (3, (-2.0, 0.0, 5.0)),
        (3.0, (-2.0, 0.0, 5.0)),
        (20, (1.5,)),
        (np.float64(0.37), (1e-3, 7.0)),
    ],
)
def test_powers_against_numerical_derivatives(exponent: Any, points: tuple[float, ...]) -> None:
    table = power_jet(np.array(points), exponent, K, F64)
    exact_exponent = mpmath.mpf(exponent.numerator) / exponent.denominator if isinstance(exponent, Fraction) else exponent
    for point, column in zip(points, table.T, strict=True):
        with mpmath.workdps(40):
            power = mpmath.mpf(exponent.numerator) / exponent.denominator if isinstance(exponent, Fraction) else exact_exponent
            want = [mpmath.binomial(power, k) * falling(point, power, k) for k in range(K + 1)]
        assert column.tolist() == pytest.approx([float(v) for v in want], rel=1e-13, abs=0)


def falling(point: float, power: Any, k: int) -> Any:
    """Return b**(r - k), without asking for a power of 0 that its binomial coefficient removes."""
    return mpmath.mpf(point) ** (power - k) if point or power >= k else 0


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("exp", 0),
        ("log", 1),
        ("sin", 0),
        ("cos", 0),
        ("sinh", 0),
        ("cosh", 0),
        ("tan", 0),
        ("tanh", 0),
        ("atan", 0),
        ("asin", 0),
        ("asinh", 0),
    ],
)
def test_rational_jets_against_sympy(name: str, point: int) -> None:
    x = sympy.Symbol("x")
    series = sympy.Poly(sympy.series(getattr(sympy, name)(point + x), x, 0, 9).removeO(), x)
    got = QQ.handed(jet(name, QQ.array([point]), 8, QQ))[:, 0].tolist()
    assert got == [series.coeff_monomial(x**k) for k in range(9)]


def test_rational_sigmoid_against_sympy() -> None:
    x = sympy.Symbol("x")
    series = sympy.Poly(sympy.series((1 + sympy.tanh(x / 2)) / 2, x, 0, 9).removeO(), x)
    assert QQ.handed(jet("sigmoid", QQ.array([0]), 8, QQ))[:, 0].tolist() == [series.coeff_monomial(x**k) for k in range(9)]


@pytest.mark.parametrize(
    ("point", "exponent"),
    [
        ("4", "1/2"),
        ("9/4", "1/2"),
        ("9/4", "-1/2"),
        ("8/27", "2/3"),
        ("3/7", "-1"),
        ("-2", "-3"),
        ("-2/3", "5"),
        ("0", "4"),
        ("5", "0"),
    ],
)
def test_rational_powers_are_binomial_series(point: str, exponent: str) -> None:
    b, r = sympy.Rational(point), sympy.Rational(exponent)
    want = [sympy.binomial(r, k) * (b ** (r - k) if b or r > k else sympy.Integer(int(r == k))) for k in range(8)]
    got = QQ.handed(power_jet(QQ.array([point]), Fraction(exponent), 7, QQ))[:, 0].tolist()
    assert got == [sympy.nsimplify(value) for value in want]


def test_rational_jets_of_piecewise_functions() -> None:
    points = QQ.array(["-1/2", "2/3"])
    assert QQ.handed(jet("relu", points, 2, QQ)).tolist() == [[0, sympy.Rational(2, 3)], [0, 1], [0, 0]]
    assert QQ.handed(jet("abs", points, 1, QQ)).tolist() == [[sympy.Rational(1, 2), sympy.Rational(2, 3)], [-1, 1]]


@settings(max_examples=30)
@given(st.floats(-3, 3), st.integers(0, 8))
def test_identities(point: float, order: int) -> None:
    """cosh**2 - sinh**2 = 1, tanh(b) = 2 sigmoid(2b) - 1, softplus' = sigmoid, exp * exp(-) = 1, as power series."""
    b = np.array([point])

    def square(column: Any) -> Any:
        return np.convolve(column, column)[: order + 1]

    one = np.eye(order + 1)[0]
    cosh, sinh = (jet(name, b, order, F64)[:, 0] for name in ("cosh", "sinh"))
    assert square(cosh) - square(sinh) == pytest.approx(one, abs=1e-11 * square(cosh).max())
    doubled = jet("sigmoid", 2 * b, order, F64)[:, 0] * 2.0 ** (1 + np.arange(order + 1)) - one
    assert doubled == pytest.approx(jet("tanh", b, order, F64)[:, 0], rel=1e-12, abs=1e-13)
    slope = jet("softplus", b, order + 1, F64)[1:, 0] * np.arange(1, order + 2)
    assert slope == pytest.approx(jet("sigmoid", b, order, F64)[:, 0], rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("name", ["exp", "sin", "tanh", "sigmoid", "softplus", "tan", "erf", "asin", "log"])
def test_a_lower_order_is_the_head_of_a_higher_one(name: str) -> None:
    point = np.array([0.3])
    for order in range(5):
        assert (jet(name, point, 6, F64)[: order + 1] == jet(name, point, order, F64)).all()


@pytest.mark.parametrize(
    ("name", "point", "error", "words"),
    [
        ("log", 0, NotAnalyticError, "a logarithm of 0"),
        ("log", -2, ComplexResultError, "the logarithm of -2.*; keep it positive"),
        ("asin", 1, NotAnalyticError, "asin has a branch point at -1 and at 1"),
        ("acosh", 1, NotAnalyticError, "acosh has a branch point at 1;"),
        ("acosh", -3, ComplexResultError, "acosh is real above 1 only"),
        ("acos", -1, NotAnalyticError, "acos has a branch point"),
        ("asin", 2, ComplexResultError, "asin is real between -1 and 1 only"),
        ("acos", -2, ComplexResultError, "acos is real between -1 and 1 only"),
        ("relu", 0, NotAnalyticError, "relu has a kink at 0"),
        ("abs", 0, NotAnalyticError, "abs has a kink at 0"),
    ],
)
@pytest.mark.parametrize("ring", [F64, QQ], ids=str)
@pytest.mark.parametrize(
    ("where", "place"),
    [("layer 2 (Activation)", "at neuron 2 of layer 2"), ("f(c) at c = 0", r"f\(c\) at c = 0: "), ("", ": ")],
)
def test_singular_points(name: str, point: int, error: type[Exception], words: str, ring: Any, where: str, place: str) -> None:
    inside = {"log": 1, "relu": 1, "abs": 1, "acosh": 2}.get(name, 0)
    with pytest.raises(error, match=f"{place}.*{words}") as caught:
        jet(name, ring.array([inside, point]), 3, ring, where)
    assert name in str(caught.value) or where.startswith("f(c)")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ring", [F64, QQ], ids=str)
@pytest.mark.parametrize(
    ("point", "exponent", "error", "words"),
    [
        (0, Fraction(1, 2), NotAnalyticError, "a branch point where the base is 0"),
        (0, Fraction(-1), NotAnalyticError, "a pole where the base is 0"),
        (-4, Fraction(1, 2), ComplexResultError, "a fractional power of -4.*; keep the base positive"),
    ],
)
def test_singular_powers(ring: Any, point: int, exponent: Fraction, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=rf"sqrt\(c\) at c = 0: .*{words}"):
        power_jet(ring.array([point]), exponent, 3, ring, "sqrt(c) at c = 0")
    with pytest.raises(error, match=rf"power at neuron 1 of layer 1: .*{words}"):
        power_jet(ring.array([point]), exponent, 3, ring, "layer 1")


def test_values_where_only_the_derivatives_are_singular() -> None:
    """Order 0 is the value, which a branch point with a positive power, a kink and asin(1) have."""
    assert power_jet(np.array([0.0]), Fraction(1, 2), 0, F64).tolist() == [[0.0]]
    assert power_jet(QQ.array([0]), Fraction(1, 2), 0, QQ)[0, 0] == 0
    assert jet("asin", np.array([1.0]), 0, F64)[0, 0] == np.arcsin(1.0)
    assert jet("relu", np.array([0.0]), 0, F64).tolist() == [[0.0]]
    for exponent in (Fraction(-1), Fraction(-1, 2)):
        with pytest.raises(NotAnalyticError):
            power_jet(np.array([0.0]), exponent, 0, F64)


@pytest.mark.parametrize("name", ["exp", "sin", "tanh", "sigmoid", "softplus", "erf", "tan", "asin", "atan"])
def test_transcendental_values_name_the_neuron(name: str) -> None:
    with pytest.raises(OptionError, match=rf"^scalars=QQ: {name}\(1/2\) \(neuron 1 of layer 1 \(tanh\)\) is not a rational"):
        jet(name, QQ.array(["1/2", "1/2"]), 2, QQ, "layer 1 (tanh)")


def test_irrational_slopes_are_refused() -> None:
    with pytest.raises(OptionError, match=r"^scalars=QQ: erf'\(0\) is not a rational number"):
        jet("erf", QQ.array([0]), 1, QQ)
    assert as_fraction(jet("asin", QQ.array([0]), 3, QQ)[3, 0]) == Fraction(1, 6)


def test_what_overflows_is_infinite_without_a_warning() -> None:
    assert np.isinf(jet("exp", np.array([800.0]), 2, F64)).all()
    assert not np.isfinite(jet("log", np.array([1e-200]), 4, F64)).all()
    assert not np.isfinite(power_jet(np.array([2.0]), 1e300, 2, F64)).all()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_balls_hold_the_truth(name: str) -> None:
    function, points = FUNCTIONS[name]
    ring = ARB(128)
    with ring.working():
        table = jet(name, ring.array(points), 12, ring)
    for point, column in zip(points, ring.handed(table).T, strict=True):
        exact = taylor(function, point, 12)
        with mpmath.workdps(80):
            for k, ball in enumerate(column):
                assert abs(ball.mid - exact[k]) <= ball.rad + mpmath.mpf(10) ** -55 * abs(exact[k]) + 1e-60, (name, point, k)
                assert ball.rad <= 1e-20 * max(1, abs(exact[k]))


def undecided(ring: Scalars) -> Any:
    """Return a ball around 0 that is no exact 0."""
    with ring.working():
        return ring.array([Fraction(1, 3)]) - ring.array([Fraction(1, 3)])


@pytest.mark.parametrize(("name", "order"), [("relu", 1), ("relu", 0), ("abs", 2), ("log", 1), ("log", 0)])
def test_balls_that_do_not_decide_are_refused(name: str, order: int) -> None:
    ring = ARB(64)
    with (
        ring.working(),
        pytest.raises(NotAnalyticError, match=rf"{name} at neuron 1 of layer 3: ARB\(64\) does not decide .* "),
    ):
        jet(name, undecided(ring), order, ring, "layer 3")
    with pytest.raises(NotAnalyticError, match=r"^x\*\*r: ARB\(64\) does not decide whether the argument is positive"):
        power_jet(undecided(ring), Fraction(1, 2), order, ring, "x**r")


def test_symbols_are_positive_but_lie_on_no_side_of_a_kink() -> None:
    c = sympy.Symbol("C")
    ring = Polynomials([c, sympy.log(c), 1 / c])
    points = ring.array([c])
    assert ring.handed(jet("log", points, 2, ring))[:, 0].tolist() == [sympy.log(c), 1 / c, -1 / (2 * c**2)]
    with pytest.raises(NotAnalyticError, match=r"does not decide on which side of the kink of abs at 0 .*; give the symbols"):
        jet("abs", points, 0, ring)


def test_pieces_are_chosen_point_by_point() -> None:
    def line(slope: int) -> Any:
        return lambda b, order, ring, where: polynomial_jet((1, slope), b, order, ring)

    rule = piecewise("stairs", (Fraction(-1, 2), 2), (line(0), line(5), line(7)))
    points = QQ.array(["-1", "0", "2", "3"])
    assert QQ.handed(rule(points, 0, QQ, "")).tolist() == [[1, 1, 11, 22]]
    assert QQ.handed(rule(points[[0, 1, 3]], 1, QQ, "")).tolist() == [[1, 1, 22], [0, 5, 7]]
    with pytest.raises(NotAnalyticError, match=r"^stairs: not analytic, stairs has a kink at 2 and no power series there"):
        rule(points, 1, QQ, "")
    with pytest.raises(NotAnalyticError, match=r"stairs at neuron 2 of layer 1: .* kink at -0\.5"):
        rule(np.array([0.0, -0.5]), 1, F64, "layer 1")


def test_polynomials_move_to_their_centre() -> None:
    x = sympy.Symbol("x")
    coefficients = (3, Fraction(-1, 2), 0, 2)
    moved = sympy.Poly(sum(sympy.Rational(c) * (x + sympy.Rational(2, 3)) ** k for k, c in enumerate(coefficients)), x)
    for order in (0, 1, 3, 5):
        got = QQ.handed(polynomial_jet(coefficients, QQ.array(["2/3"]), order, QQ))[:, 0].tolist()
        assert got == [moved.coeff_monomial(x**k) for k in range(order + 1)]


@pytest.mark.parametrize("center", [-40.0, -2.0, 0.0, 0.7])
def test_the_logistic_function_of_a_series(center: float) -> None:
    inner = np.array([center, 1.5, -2.0, 0.25, 0.0, 1.0])
    with mpmath.workdps(60):
        slow = mpmath.taylor(lambda t: 1 / (1 + mpmath.exp(-mpmath.polyval([*map(mpmath.mpf, inner[::-1])], t))), 0, 5)
    assert logistic(inner[:, None], F64)[:, 0] == pytest.approx([float(v) for v in slow], rel=1e-13)
