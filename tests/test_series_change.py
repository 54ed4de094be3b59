"""Changes of space, derivatives, integrals and values of series, and what is said about them."""

from __future__ import annotations

import itertools
import math
import pickle
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss
from scipy import integrate

import symseries as ss
from symseries.errors import DataError, OptionError, SpaceMismatchError
from symseries.scalars import object_array

X, Y = sympy.symbols("x y")


def random_rationals(seed: int, *shape: int) -> Any:
    rng = np.random.default_rng(seed)
    pairs = zip(rng.integers(-9, 10, shape).flat, rng.integers(1, 9, shape).flat, strict=True)
    return object_array(Fraction(int(p), int(q)) for p, q in pairs).reshape(shape)


def of(space: Any, seed: int = 0, scalars: Any = ss.QQ, *, uncertain: bool = False) -> ss.Series:
    root = np.random.default_rng(seed).normal(size=(len(space), len(space)))
    return ss.Series(space, random_rationals(seed, len(space)), scalars, root @ root.T if uncertain else None)


def spaces(order: int, index_set: str, w: int) -> dict[str, Any]:
    """Spaces that hold the same polynomials, on different domains, about different centres, in different units."""
    names = ("x", "y")[:w]
    options: Any = {"order": order, "index_set": index_set}
    return {
        "taylor": ss.TaylorSpace(dict.fromkeys(names, "1/3"), **options),
        "taylor elsewhere": ss.TaylorSpace(dict.fromkeys(names[::-1], -2), scale={"x": "3/2"}, **options),
        "legendre": ss.LegendreSpace(dict.fromkeys(names, (0, 1)), **options),
        "legendre wider": ss.LegendreSpace(dict.fromkeys(names[::-1], (-1, "5/2")), **options),
        "chebyshev": ss.ChebyshevSpace(dict.fromkeys(names, (0, 1)), **options),
        "chebyshev wider": ss.ChebyshevSpace(dict.fromkeys(names, (-2, "3/2")), **options),
    }


PAIRS = list(itertools.permutations(spaces(0, "total", 1), 2))


# ------------------------------------------------------------------------------------------------------ exact changes
@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4), st.sampled_from(["total", "tensor"]), st.integers(1, 2))
def test_polynomials_stay_what_they_are_over_every_pair(seed: int, order: int, index_set: str, w: int) -> None:
    """By SymPy, exactly; and back again to the same coefficients."""
    made = spaces(order if w == 1 else min(order, 2), index_set, w)
    first, second = PAIRS[seed % len(PAIRS)]
    series = of(made[first], seed)
    there = series.project(made[second])
    assert there.scalars is ss.QQ
    assert sympy.expand(there.to_sympy() - series.to_sympy()) == 0
    assert there.project(made[first]).equals(series) is True


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_balls_and_floats_follow_the_exact_change(first: str, second: str) -> None:
    made = spaces(5, "total", 2)
    exact = of(made[first], 3)
    want = exact.project(made[second])
    balls = exact.over(ss.ARB(128)).project(made[second])
    for ball, rational in zip(balls.coefficients, want.coefficients, strict=True):
        assert rational in ball
        assert ball.rad < 1e-25
    digits = exact.over(ss.MPF(30)).project(made[second])
    with mpmath.workdps(40):
        for number, rational in zip(digits.coefficients, want.coefficients, strict=True):
            assert abs(number - mpmath.mpf(int(rational.p)) / int(rational.q)) < 1e-25
    floats = np.array(want.coefficients, dtype=float)
    assert exact.over(ss.F64).project(made[second]).coefficients == pytest.approx(
        floats, rel=1e-9, abs=1e-11 * np.abs(floats).max()
    )


def test_a_centre_may_stay_open() -> None:
    """x**2 + 3 about a symbol, and from there about a number."""
    a = sympy.Symbol("a")
    square = ss.Series(ss.TaylorSpace({"x": 0}, 2), [3, 0, 1], ss.SYM)
    there = square.project(ss.TaylorSpace({"x": a}, 2))
    assert there.coefficients.tolist() == [a**2 + 3, 2 * a, 1]
    back = there.project(ss.TaylorSpace({"x": 1}, 2))
    assert back.coefficients.tolist() == [4, 2, 1]
    assert there.over(ss.QQ, {"a": "1/2"}).coefficients.tolist() == [sympy.Rational(13, 4), 1, 1]
    with pytest.raises(OptionError, match="the centre holds symbols; use scalars=SYM"):
        of(ss.TaylorSpace({"x": 0}, 2)).project(ss.TaylorSpace({"x": a}, 2))


def test_units_are_scaled() -> None:
    series = of(ss.TaylorSpace({"x": 1, "y": 0}, 3), 4, uncertain=False)
    there = series.project(ss.TaylorSpace({"x": 1, "y": 0}, 3, scale={"x": "1/10", "y": 5}))
    for (i, j), value in zip(series.space.multi_indices.tolist(), series.coefficients, strict=True):
        assert there.coefficient((i, j)) == value * sympy.Rational(5**j, 10**i)
    assert there.warnings == ()


@pytest.mark.parametrize("kind", [ss.LegendreSpace, ss.ChebyshevSpace])
def test_a_lower_order_is_the_projection(kind: Any) -> None:
    """What is left out is orthogonal to what is kept."""
    series = of(kind({"x": (0, 2), "y": (1, 3)}, 4), 5)
    low = series.project(kind({"x": (0, 2), "y": (1, 3)}, 2))
    assert low.equals(series.truncate(2)) is True
    assert low.warnings == ()
    left_out = (series - low.project(series.space)).over(ss.F64)
    rows = [series.space.rank(tuple(index)) for index in low.space.multi_indices.tolist()]
    assert (left_out.coefficients[rows] == 0).all()


@pytest.mark.parametrize("first", ["taylor", "legendre", "chebyshev"])
def test_a_higher_order_adds_zeros_and_says_so(first: str) -> None:
    made = spaces(2, "total", 2)
    series = of(made[first], 6)
    high = series.project(made[first].with_order(4))
    assert high.warnings == ("the series is of order 2: up to order 4 there is nothing of the function beyond it",)
    degrees = high.space.multi_indices.sum(axis=1)
    assert (high.coefficients[degrees > 2] == 0).all()
    assert high.truncate(2).equals(series) is True


def test_total_and_tensor_sets() -> None:
    total, tensor = (spaces(2, kind, 2)["taylor"] for kind in ("total", "tensor"))
    series = of(tensor, 7)
    cut = series.project(total)
    assert all(cut.coefficient(tuple(index)) == series.coefficient(tuple(index)) for index in total.multi_indices.tolist())
    assert sympy.expand(cut.project(tensor).to_sympy() - cut.to_sympy()) == 0


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_variance_of_a_value_stays(first: str, second: str) -> None:
    made = spaces(3, "total", 2)
    series = of(made[first], 8, ss.F64, uncertain=True)
    there = series.project(made[second])
    assert series.covariance is not None
    assert there.covariance is not None
    for point in ({"x": 0.2, "y": 0.9}, {"x": 0.7, "y": 0.4}):
        a, b = (space.basis(np.array([[point[name] for name in space.variables]]))[0] for space in (made[first], made[second]))
        assert b @ there.covariance @ b == pytest.approx(a @ series.covariance @ a, rel=1e-7)


def test_data_and_fourier_spaces_are_reached_in_floats() -> None:
    rng = np.random.default_rng(9)
    data = ss.EmpiricalSpace({"y": rng.uniform(0, 1, 30), "x": rng.uniform(0, 1, 30)}, 3)
    series = of(spaces(3, "total", 2)["legendre"], 9)
    there = series.project(data)
    assert there.scalars is ss.F64
    point = np.array([[0.3, 0.8]])
    assert there(point[:, ::-1]) == pytest.approx(np.array(series(point.astype(object)), dtype=float))
    back = there.project(ss.TaylorSpace({"x": 0, "y": 0}, 3))
    assert back(point) == pytest.approx(there(point[:, ::-1]))
    wave = ss.Series.from_function(lambda x: np.sin(2 * np.pi * x), ss.FourierSpace({"x": (0, 1)}, 2, "periodic"))
    assert wave.project(ss.ChebyshevSpace({"x": (0, 1)}, 20))([[0.3]]) == pytest.approx(wave([[0.3]]))
    logs = ss.Series(ss.LegendreSpace({"x": (1, 100)}, 1, scale="log"), [1, 1], ss.QQ)  # log(x)/log(10)
    assert logs.project(ss.ChebyshevSpace({"x": (1, 100)}, 1, scale="log")).scalars is ss.QQ
    assert logs.project(ss.ChebyshevSpace({"x": (10, 100)}, 30)).scalars is ss.F64


# ------------------------------------------------------------------------------------------------------ what is said
def test_digits_lost_on_the_way_to_powers_are_said() -> None:
    """More of them with every order, and never fewer than are truly lost."""
    before = 0.0
    for order in (8, 16, 32):
        series = ss.Series.from_function(np.exp, ss.ChebyshevSpace({"x": (-1, 1)}, order))
        powers = series.project(ss.TaylorSpace({"x": 0}, order))
        assert powers.warnings[0].startswith("as powers: up to ")
        told = float(powers.warnings[0].split("up to ")[1].split(" of 16")[0])
        k = np.arange(order - 2 if order < 16 else 12)
        relative = np.abs(powers.coefficients[k] * np.array([math.factorial(j) for j in k]) - 1)
        if order > 8:
            assert np.log10(relative.max() / 2.2e-16) < told + 1
        assert told > before
        before = told


def test_powers_are_named_in_the_order_of_the_target() -> None:
    """exp(x) y over (x, y), written in powers of (y, x), in a set that holds more of them."""
    box: Any = {"x": (-1, 1), "y": (-1, 1)}
    series = ss.Series.from_function(lambda X: np.exp(X[:, 0]) * X[:, 1], ss.LegendreSpace(box, 8))
    for index_set in ("total", "tensor"):
        powers = series.project(ss.TaylorSpace({"y": 0, "x": 0}, 8, index_set=index_set))
        assert [powers.coefficient((1, k)) for k in range(4)] == pytest.approx([1, 1, 1 / 2, 1 / 6], abs=1e-3)
        assert "most in coefficient (1, " in powers.warnings[0]
    wave = ss.Series.from_function(lambda X: np.cos(np.pi * X[:, 0]) * np.cos(np.pi * X[:, 1]), ss.FourierSpace(box, 4))
    square = wave.project(ss.TaylorSpace({"x": 0, "y": 0}, 2, index_set="tensor"))
    assert square.coefficient((2, 2)) == pytest.approx(math.pi**4 / 4, rel=1e-9)  # beyond the total order of the source


def test_a_sum_of_cosines_is_no_power_series() -> None:
    """mathematics: from order 1 or 2 on the digits are gone, and it is said so."""
    wave = ss.Series.from_function(lambda x: np.exp(-3 * x), ss.FourierSpace({"x": (0, 1)}, 48))
    powers = wave.project(ss.TaylorSpace({"x": "1/2"}, 6))
    true = [math.exp(-1.5) * (-3) ** k / math.factorial(k) for k in range(7)]
    assert powers.coefficients[0] == pytest.approx(true[0], rel=1e-2)
    assert abs(powers.coefficients[4] / true[4] - 1) > 1
    said = powers.warnings[1]
    assert said.startswith("as powers: these are the derivatives of the sum, whose two highest orders give ")
    assert "expand that function itself" in said
    cut = ss.Series.from_function(np.exp, ss.LegendreSpace({"x": (-1, 1)}, 4)).project(ss.TaylorSpace({"x": 0}, 4))
    assert "as powers: these are the derivatives of the polynomial" in cut.warnings[1]
    whole = ss.Series.from_function(np.square, ss.LegendreSpace({"x": (-1, 1)}, 4)).project(ss.TaylorSpace({"x": 0}, 4))
    assert len(whole.warnings) == 1


def test_a_truncated_series_about_another_centre_says_what_it_is() -> None:
    net = ss.Network.from_expression("exp(x)", inputs=("x",))
    moved = net.expand(ss.TaylorSpace({"x": 0}, 4)).project(ss.TaylorSpace({"x": "1/2"}, 4))
    said = (
        "about x = 0.5: the coefficients of the polynomial of order 4 about x = 0, and not of the function that it was cut from"
    )
    assert moved.warnings == (f"{said}; expand that function there for its own",)
    assert moved.coefficients != pytest.approx(net.expand(ss.TaylorSpace({"x": "1/2"}, 4)).coefficients, rel=1e-3)
    assert (moved * 2).warnings == moved.warnings
    assert moved.warnings[0] in str(moved)


def test_a_power_series_over_a_domain_says_whether_it_covers_it() -> None:
    geometric = ss.Network.from_expression("1/(1 - x)", inputs=("x",)).expand(ss.TaylorSpace({"x": 0}, 10))
    near = geometric.project(ss.LegendreSpace({"x": ("-0.5", "0.5")}, 10))
    assert len(near.warnings) == 1
    assert near.warnings[0].startswith("the polynomial of order 10 about x = 0 was projected, and not the function")
    far = geometric.project(ss.LegendreSpace({"x": (-2, "0.5")}, 10))
    assert far.warnings[1].startswith("the terms of its two highest orders reach 1e+02 % of the largest ones on this domain")
    assert "the Taylor series does not cover it" in far.warnings[1]
    rows = ss.EmpiricalSpace({"x": [-2.0, -1.0, 0.0, 0.5]}, 2)
    assert "does not cover it" in geometric.project(rows).warnings[1]


def test_a_domain_beyond_that_of_the_series_is_said() -> None:
    series = of(ss.LegendreSpace({"x": (0, 1), "y": (0, 1)}, 2))
    beyond = series.project(ss.ChebyshevSpace({"x": (0, 2), "y": (0, 1)}, 2))
    assert beyond.warnings[0].startswith("x in [0, 2] reaches beyond Legendre polynomials on x in [0, 1], y in [0, 1]")
    assert series.project(ss.ChebyshevSpace({"x": (0, "1/2"), "y": (0, 1)}, 2)).warnings == ()


def test_series_over_different_spaces_say_how_to_meet() -> None:
    a = of(ss.LegendreSpace({"x": (0, 1)}, 2), scalars=ss.F64)
    b = of(ss.LegendreSpace({"x": (0, 2)}, 3), scalars=ss.F64)
    words = r"order 2 and 3; domain x in \[0, 1\] and x in \[0, 2\]; bring one over with \.project\(space\), or expand both"
    for operation in (lambda: a + b, lambda: a * b, lambda: a - b, lambda: a.equals(b)):
        with pytest.raises(SpaceMismatchError, match=words):
            operation()
    assert (a + b.project(a.space)).space == a.space


def test_notes_are_kept_and_do_not_become_those_of_sums() -> None:
    series = ss.Series.from_function(np.exp, ss.LegendreSpace({"x": (0, 1)}, 6))
    assert series.notes[0].startswith("the quadrature error of the coefficients is about")
    for twin in (ss.Series.from_json(series.to_json()), pickle.loads(pickle.dumps(series)), series.truncate(3), -series):
        assert twin.notes == series.notes
    assert (series + series).notes == ()
    assert series.notes[0] in str(series)
    with pytest.raises(DataError, match="notes"):
        ss.Series.from_json(series.to_json().replace('"notes": [', '"notes": [3, '))


# ------------------------------------------------------------------------------------------- derivatives and integrals
@pytest.mark.parametrize("name", spaces(0, "total", 1))
@pytest.mark.parametrize("index_set", ["total", "tensor"])
def test_derivatives_and_integrals_are_exact(name: str, index_set: str) -> None:
    space = spaces(3, index_set, 2)[name]
    series, x = of(space, 11), sympy.Symbol("x")
    slope, area = series.derivative("x"), series.integral("x")
    whole = series.to_sympy()
    if isinstance(space, ss.TaylorSpace) and index_set == "tensor":  # of which the highest order of the others is cut
        at = space.variables.index("x")
        for index in slope.space.multi_indices.tolist():
            above = [k + (i == at) for i, k in enumerate(index)]
            assert slope.coefficient(tuple(index)) == series.coefficient(tuple(above)) * above[at] / space.scale["x"]
    else:
        assert sympy.expand(slope.to_sympy() - sympy.diff(whole, x)) == 0
    start = space.center["x"] if isinstance(space, ss.TaylorSpace) else space.domain["x"][0]
    assert sympy.expand(area.to_sympy() - sympy.integrate(whole, (x, start, x))) == 0
    assert area.space == space.with_order(4)
    if not isinstance(space, ss.TaylorSpace):
        bounds = [(sympy.Symbol(n), *space.domain[n]) for n in space.variables]
        assert series.integral() == sympy.integrate(sympy.expand(whole), *bounds)
        assert series.over(ss.F64).integral() == pytest.approx(float(series.integral()), rel=1e-12, abs=1e-12)
        assert series.integral() in series.over(ss.ARB(64)).integral()
    for floats, exact in ((series.over(ss.F64).derivative("x"), slope), (series.over(ss.F64).integral("x"), area)):
        assert floats.coefficients == pytest.approx(np.array(exact.coefficients, dtype=float), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("extension", ["periodic", "even", "ramp"])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_integrals_of_sums_of_waves(extension: str, scale: str) -> None:
    space = ss.FourierSpace({"x": (1, 3)}, 3, extension, scale=scale)
    series = of(space, 12, ss.F64)
    want, _ = integrate.quad(lambda x: float(series([[x]])[0]), 1, 3, epsabs=1e-11)
    assert series.integral() == pytest.approx(want, abs=1e-9)
    if extension == "periodic" and scale == "linear":
        step = 1e-5
        quotient = (series([[2 + step]]) - series([[2 - step]])) / (2 * step)
        assert series.derivative("x")([[2.0]]) == pytest.approx(quotient, rel=1e-7)
    else:
        with pytest.raises(OptionError, match="project onto a"):
            series.derivative("x")
    with pytest.raises(OptionError, match=r"project onto a|logarithmic"):
        series.integral("x")


def test_integrals_that_are_none() -> None:
    series = of(ss.TaylorSpace({"x": 0}, 2))
    with pytest.raises(
        OptionError, match="it has no box; name the variable of an antiderivative, or project onto a LegendreSpace"
    ):
        series.integral()
    with pytest.raises(OptionError, match=r"integral in 'y'.*variables: x"):
        series.integral("y")
    rows = ss.EmpiricalSpace({"x": [0.0, 1.0, 2.0]}, 1)
    with pytest.raises(OptionError, match="expected a power series or a box; project onto a LegendreSpace"):
        of(rows, scalars=ss.F64).integral("x")
    several = ss.Series(ss.LegendreSpace({"x": (0, 3)}, 1), [[1.0, 2.0], [5.0, 7.0]])
    assert several.integral().tolist() == [3.0, 6.0]


def test_the_covariance_goes_with_derivatives_and_integrals() -> None:
    space = ss.LegendreSpace({"x": (0, 2)}, 2)
    series = of(space, 13, ss.F64, uncertain=True)
    assert series.covariance is not None
    draws = np.random.default_rng(0).multivariate_normal(series.coefficients, series.covariance, 4000)
    for work in (lambda s: s.derivative("x"), lambda s: s.integral("x")):
        made = np.array([work(ss.Series(space, draw)).coefficients for draw in draws[:400]])
        found = work(series).covariance
        assert np.cov(made.T) == pytest.approx(found, abs=0.25 * np.abs(found).max())


# ---------------------------------------------------------------------------------------------------- products, values
@pytest.mark.parametrize("kind", [ss.LegendreSpace, ss.ChebyshevSpace])
@pytest.mark.parametrize("index_set", ["total", "tensor"])
def test_exact_products_are_projections_of_products(kind: Any, index_set: str) -> None:
    """In QQ against float64, whose rule is another one, and in SymPy where nothing is cut."""
    space = kind({"x": (0, 2), "y": (-1, 1)}, 3, index_set=index_set)
    a, b = of(space, 14), of(space, 15)
    floats = (a.over(ss.F64) * b.over(ss.F64)).coefficients
    assert np.array((a * b).coefficients, dtype=float) == pytest.approx(floats, rel=1e-9, abs=1e-10)
    low = a.truncate(1).project(space)
    assert sympy.expand((low * low).to_sympy() - low.to_sympy() ** 2) == 0
    balls = a.over(ss.ARB(128)) * b.over(ss.ARB(128))
    assert all(value in ball for ball, value in zip(balls.coefficients, (a * b).coefficients, strict=True))
    logs = kind({"x": (1, 2), "y": (1, 3)}, 3, scale="log", index_set=index_set)
    assert (ss.Series(logs, a.elements[:, 0], ss.QQ) ** 2).coefficients.tolist() == (a**2).coefficients.tolist()


@pytest.mark.parametrize("name", spaces(0, "total", 1))
def test_values_in_every_ring(name: str) -> None:
    space = spaces(4, "total", 2)[name]
    series = of(space, 16)
    points = np.array([[Fraction(1, 3), Fraction(2, 7)], [Fraction(1), Fraction(0)]], dtype=object)
    want = [
        series.to_sympy().subs(dict(zip(map(sympy.Symbol, space.variables), map(sympy.Rational, row), strict=True)))
        for row in points
    ]
    assert series(points).tolist() == want
    assert all(value in ball for ball, value in zip(series.over(ss.ARB(96))(points), want, strict=True))
    assert series.over(ss.F64)(points.astype(float)) == pytest.approx(np.array(want, dtype=float), rel=1e-12)


def test_values_over_logarithms_in_balls() -> None:
    series = of(ss.LegendreSpace({"x": (1, 100)}, 3, scale="log"), 17)
    want = series.over(ss.F64)([[7.0]])[0]
    assert float(series.over(ss.ARB(96))([[7.0]])[0].mid) == pytest.approx(want)
    with pytest.raises(OptionError, match=r"log\(.*\) \(in x, on a logarithmic scale\) is not a rational number"):
        series([[7.0]])


@pytest.mark.parametrize("kind", [ss.LegendreSpace, ss.ChebyshevSpace, ss.FourierSpace])
def test_points_outside_the_domain_are_refused_and_named(kind: Any) -> None:
    series = of(kind({"x": (0, 1), "y": (0, 2)}, 2), 18, ss.F64)
    points = np.array([[0.5, 1.0], [0.5, 2.5], [1.0, 2.0]])
    with pytest.raises(
        DataError, match=r"^1 of 3 points outside x in \[0, 1\], y in \[0, 2\]: y = 2.5 at row 2; the series says"
    ):
        series(points)
    with pytest.raises(DataError, match="extrapolate=True to see its values"):
        series({"x": [-0.1], "y": [1.0]})
    assert series(points, extrapolate=True)[1] == pytest.approx(series.space.basis(points)[1] @ series.coefficients)
    assert series(points[[0, 2]]) == pytest.approx(series(points, extrapolate=True)[[0, 2]])
    for bad in (math.nan, math.inf):
        with pytest.raises(DataError, match="expected finite numbers"):
            series(np.array([[0.5, bad]]))
    assert series(np.empty((0, 2))).shape == (0,)


def test_a_periodic_series_goes_on_for_ever() -> None:
    series = of(ss.FourierSpace({"x": (1, 3)}, 2, "periodic"), 19, ss.F64)
    assert series([[7.5]]) == pytest.approx(series([[1.5]]))


@pytest.mark.parametrize("name", ["taylor", "legendre", "chebyshev wider"])
def test_gradients_are_difference_quotients(name: str) -> None:
    series = of(spaces(3, "total", 2)[name], 20, ss.F64)
    points = np.array([[0.2, 0.7], [0.9, 0.4]])
    found = series.gradient(points)
    assert found.shape == (2, 2)
    for i in range(2):
        step = np.eye(2)[i] * 1e-6
        assert found[:, i] == pytest.approx((series(points + step) - series(points - step)) / 2e-6, rel=1e-6, abs=1e-6)
    both = ss.Series(series.space, np.column_stack([series.coefficients, -series.coefficients]))
    assert both.gradient(points).shape == (2, 2, 2)
    assert (both.gradient(points)[:, :, 1] == -found).all()


@pytest.mark.parametrize("order", [0, 1, 2, 17])
@pytest.mark.parametrize("kind", ["taylor", "legendre", "chebyshev"])
def test_long_sums_of_one_variable(kind: str, order: int) -> None:
    """Clenshaw's and Horner's rules, in blocks, against the basis itself; two outputs, more points than a block."""
    space = spaces(order, "total", 1)[kind]
    table = np.random.default_rng(order).normal(size=(order + 1, 2))
    points = np.random.default_rng(1).uniform(0, 1, (10_001, 1))
    assert ss.Series(space, table)(points) == pytest.approx(space.basis(points) @ table, rel=1e-11, abs=1e-11)


# ------------------------------------------------------------------------------------------ orthogonality and Parseval
BASES = st.sampled_from([ss.LegendreSpace, ss.ChebyshevSpace, ss.FourierSpace])
SETS, SCALES = st.sampled_from(["total", "tensor"]), st.sampled_from(["linear", "log"])


@settings(max_examples=15)
@given(BASES, st.integers(0, 4), SETS, SCALES, st.floats(0.5, 2), st.floats(1.1, 30), st.integers(0, 2**32 - 1))
def test_orthogonality_and_parseval(
    kind: Any, order: int, index_set: str, scale: str, low: float, ratio: float, seed: int
) -> None:
    """In the measure of the space, by a Gauss rule of our own in the window, or in its angle for Chebyshev."""
    space = kind({"x": (low, low * ratio), "y": (0, 1)}, order, index_set=index_set, scale={"x": scale})
    u, mass = leggauss(60)
    window = -np.cos(np.pi * (u + 1) / 2) if kind is ss.ChebyshevSpace else u
    share = (window + 1) / 2
    x = low * ratio**share if scale == "log" else low + (low * ratio - low) * share
    points = np.stack([side.ravel() for side in np.meshgrid(x, share, indexing="ij")], axis=1)
    weights = np.outer(mass, mass).ravel() / 4
    basis = space.basis(points)
    assert (basis * weights[:, None]).T @ basis == pytest.approx(space.gram, abs=1e-9)
    series = of(space, seed, ss.F64)
    assert weights @ series(points) ** 2 == pytest.approx(series.coefficients @ space.gram @ series.coefficients, rel=1e-9)


def test_93_rows_of_8_inputs_give_a_rank_and_no_noise() -> None:
    """More indices than rows: the order is lowered to what they determine, and it is said; there a projection is exact."""
    rng = np.random.default_rng(93)
    rows = {f"x{i}": rng.normal(size=93) for i in range(8)}
    space = ss.EmpiricalSpace(rows, 6)
    assert space.order == 2
    assert space.note.endswith("determine order 2 (order 6 was asked for)")
    plane = ss.Series.from_function(lambda X: 1 + X @ np.arange(8.0) + X[:, 0] * X[:, 7], space)
    assert plane.notes == (space.note,)
    point = rng.normal(size=(5, 8))
    assert plane(point) == pytest.approx(1 + point @ np.arange(8.0) + point[:, 0] * point[:, 7])
    assert len(ss.Series.from_data({**rows, "y": rng.normal(size=93)}, "y", space).coefficients) == 45
