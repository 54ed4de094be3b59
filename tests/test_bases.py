"""Bases on a box: orthogonality, known coefficients, logarithmic scales, kinks, and changes from one basis to another."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial import chebyshev, legendre
from numpy.polynomial.legendre import leggauss
from scipy import integrate, special

from symseries.errors import DataError, OptionError, ResourceLimitError, SpaceMismatchError
from symseries.scalars import QQ
from symseries.series import Series
from symseries.spaces import (
    BoxSpace,
    ChebyshevSpace,
    EmpiricalSpace,
    FourierSpace,
    LegendreSpace,
    Space,
    TaylorSpace,
    antiderivative,
    conversion,
    derivative,
    integral,
    space_from_dict,
    to_taylor,
)

BOXES: list[type[BoxSpace]] = [LegendreSpace, ChebyshevSpace, FourierSpace]
EXTENSIONS = ["periodic", "even", "ramp"]
Values = Callable[[Any], Any]


def coefficients(space: Any, function: Values) -> Any:
    """Project a function of the columns, so that functions of one variable may be written plainly."""
    return space.project(function(*space.nodes.T)[:, None])[:, 0]


def one_variable(domain: tuple[float, float], order: int, scale: str) -> list[tuple[Any, Values]]:
    """Spaces of one variable with the density of their measure in the angle of the window, u = -cos(angle)."""
    arguments: Any = ({"x": domain}, order)
    return [
        (LegendreSpace(*arguments, scale=scale), lambda angle: math.sin(angle) / 2),
        (ChebyshevSpace(*arguments, scale=scale), lambda angle: 1 / math.pi),
        (FourierSpace(*arguments, "periodic", scale=scale), lambda angle: math.sin(angle) / 2),
        (FourierSpace(*arguments, "even", scale=scale), lambda angle: math.sin(angle) / 2),
    ]


def physical(angle: float, domain: tuple[float, float], scale: str) -> float:
    """The value of the variable at an angle of the window, by hand."""
    share = (1 - math.cos(angle)) / 2
    low, high = domain
    return low * (high / low) ** share if scale == "log" else low + (high - low) * share


# ------------------------------------------------------------------------------------------ orthogonality and Parseval
@pytest.mark.parametrize(("domain", "scale"), [((-1.0, 3.0), "linear"), ((0.5, 80.0), "log")])
def test_gram_is_the_inner_product_of_the_stated_weight(domain: tuple[float, float], scale: str) -> None:
    for space, density in one_variable(domain, 3, scale):

        def integrand(angle: float, k: int, j: int, space: Any = space, density: Values = density) -> float:
            row = space.basis(np.array([[physical(angle, domain, scale)]]))[0]
            return float(row[k] * row[j] * density(angle))

        for k, j in itertools.combinations_with_replacement(range(len(space)), 2):
            inner, _ = integrate.quad(integrand, 0, math.pi, args=(k, j), epsabs=1e-11)
            assert inner == pytest.approx(space.gram[k, j], abs=1e-10)


def test_ramp_and_sines_are_orthogonal_in_the_stated_inner_product() -> None:
    space = FourierSpace({"x": (0, 2)}, 3, "ramp")
    assert space.multi_indices.ravel().tolist() == [0, 1, 2, 3, 5]

    def functions(x: float) -> Any:
        return space.basis(np.array([[x]]))[0]

    first, last = functions(0), functions(2)

    def rest(x: float) -> Any:
        return functions(x) - first * (1 - x / 2) - last * x / 2

    for k, j in itertools.product(range(5), repeat=2):
        inner, _ = integrate.quad(lambda x: rest(x)[k] * rest(x)[j] / 2, 0, 2, epsabs=1e-11)  # noqa: B023
        assert inner + (first[k] * first[j] + last[k] * last[j]) / 2 == pytest.approx(space.gram[k, j], abs=1e-10)


@pytest.mark.parametrize("kind", BOXES)
def test_parseval(kind: type[BoxSpace]) -> None:
    """The squared norm of a function of the space is that of its coefficients, also in two variables."""
    space = kind({"x": (0, 2), "y": (1, 5)}, 3, index_set="tensor")
    table = np.random.default_rng(5).normal(size=len(space))

    def value(a: float, b: float) -> float:
        point = np.array([[1 - math.cos(a), 3 - 2 * math.cos(b)]])
        return float((space.basis(point) @ table)[0] ** 2)

    if kind is ChebyshevSpace:
        square, _ = integrate.dblquad(lambda b, a: value(a, b) / math.pi**2, 0, math.pi, 0, math.pi, epsabs=1e-8)
    else:
        square, _ = integrate.dblquad(
            lambda b, a: value(a, b) * math.sin(a) * math.sin(b) / 4, 0, math.pi, 0, math.pi, epsabs=1e-8
        )
    assert square == pytest.approx(space.norms() @ table**2, rel=1e-7)


# -------------------------------------------------------------------------------------------------- known coefficients
def test_exponential_on_the_window() -> None:
    """Chebyshev: 2 I_n(1); Legendre: (2n + 1) i_n(1), i_n the modified spherical Bessel function."""
    n = np.arange(21)
    found = coefficients(ChebyshevSpace({"x": (-1, 1)}, 20), np.exp)
    assert found == pytest.approx(special.iv(n, 1) * np.where(n, 2, 1), abs=1e-15)
    found = coefficients(LegendreSpace({"x": (-1, 1)}, 20), np.exp)
    assert found == pytest.approx((2 * n + 1) * special.spherical_in(n, 1), abs=2e-14)


def test_squares() -> None:
    assert coefficients(ChebyshevSpace({"x": (-1, 1)}, 3), np.square) == pytest.approx([1 / 2, 0, 1 / 2, 0], abs=1e-15)
    assert coefficients(LegendreSpace({"x": (-1, 1)}, 3), np.square) == pytest.approx([1 / 3, 0, 2 / 3, 0], abs=1e-15)


def test_modulus_between_breaks() -> None:
    """|x| = 2/pi - 4/pi sum_k (-1)**k T_2k/(4k**2 - 1), and its Legendre coefficients 1/2, 5/8, -3/16."""
    found = coefficients(ChebyshevSpace({"x": (-1, 1)}, 12, breaks={"x": 0}), np.abs)
    k = np.arange(1, 7)
    assert found[0] == pytest.approx(2 / np.pi, abs=1e-14)
    assert found[2::2] == pytest.approx(-4 / np.pi * (-1.0) ** k / (4 * k**2 - 1), abs=1e-14)
    assert found[1::2] == pytest.approx(np.zeros(6), abs=1e-14)
    found = coefficients(LegendreSpace({"x": (-1, 1)}, 4, breaks={"x": (0,)}), np.abs)
    assert found == pytest.approx([1 / 2, 0, 5 / 8, 0, -3 / 16], abs=1e-14)
    without = coefficients(LegendreSpace({"x": (-1, 1)}, 4), np.abs)
    assert abs(without[0] - 1 / 2) > 1e-5  # what the breaks are for


def test_fourier_coefficients_of_a_parabola() -> None:
    """x(1 - x) = 1/6 - sum_m cos(2 pi m x)/(pi m)**2 = sum of 8/(pi k)**3 sin(pi k x) over odd k."""

    def parabola(x: Any) -> Any:
        return x * (1 - x)

    m = np.arange(1, 5)
    periodic = FourierSpace({"x": (0, 1)}, 4, "periodic")
    found = coefficients(periodic, parabola)
    assert found[0] == pytest.approx(1 / 6, abs=1e-15)
    assert [found[periodic.rank((2 * k,))] for k in m] == pytest.approx(-1 / (np.pi * m) ** 2, abs=1e-14)
    assert [found[periodic.rank((2 * k - 1,))] for k in m] == pytest.approx(np.zeros(4), abs=1e-14)
    even = FourierSpace({"x": (0, 1)}, 8)
    found = coefficients(even, parabola)
    assert even.multi_indices.ravel().tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16]
    assert found[2::2] == pytest.approx(-1 / (np.pi * m) ** 2, abs=1e-14)
    assert found[1::2] == pytest.approx(np.zeros(4), abs=1e-14)
    ramp = FourierSpace({"x": (0, 1)}, 8, "ramp")
    found = coefficients(ramp, lambda x: parabola(x) + 3 + 5 * x)
    assert [found[ramp.rank((2 * k - 1,))] for k in range(1, 9)] == pytest.approx(
        [8 / (np.pi * k) ** 3 if k % 2 else 0 for k in range(1, 9)], abs=1e-13
    )
    assert found[[0, 2]] == pytest.approx([5.5, 2.5], abs=1e-14)  # 3 + 5 x = 5.5 + 2.5 (2x - 1)


def test_phase_and_period_of_a_wave() -> None:
    """A sin(2 pi t + p) = A cos p sin + A sin p cos, over a period that does not start at 0."""
    space = FourierSpace({"x": (2, 6)}, 2, "periodic")
    found = coefficients(space, lambda x: 3 * np.sin(2 * np.pi * (x - 2) / 4 + 0.4) + 7)
    assert found == pytest.approx([7, 3 * math.cos(0.4), 3 * math.sin(0.4), 0, 0], abs=1e-14)


def test_decay_of_the_three_extensions() -> None:
    """Of a function that is neither periodic nor even: as 1/k, 1/k**2 and 1/k**3."""
    for extension, power in zip(EXTENSIONS, (1, 2, 3), strict=True):
        space = FourierSpace({"x": (0, 1)}, 64, extension)
        found = np.abs(coefficients(space, np.exp))
        k = np.array([8, 64])
        ends = [found[space.rank((2 * j if extension == "even" else 2 * j - 1,))] for j in k]
        assert np.log(ends[0] / ends[1]) / np.log(8) == pytest.approx(power, abs=0.15)


def test_chebyshev_coefficients_are_those_of_the_interpolating_polynomial() -> None:
    found = coefficients(ChebyshevSpace({"x": (-1, 1)}, 10), lambda x: 1 / (1 + 25 * x**2))
    want = chebyshev.chebinterpolate(lambda x: 1 / (1 + 25 * x**2), 63)
    assert found == pytest.approx(want[:11], abs=1e-14)


@pytest.mark.parametrize(("kind", "points"), [(ChebyshevSpace, 40), (LegendreSpace, 40)])
def test_coefficients_fall_with_the_bernstein_parameter(kind: type[BoxSpace], points: int) -> None:
    """1/(x**2 + a**2) has its poles at i a, where rho = a + sqrt(a**2 + 1)."""
    found = coefficients(kind({"x": (-1, 1)}, points), lambda x: 1 / (x**2 + 0.25))
    rate = (abs(found[20]) / abs(found[points])) ** (1 / (points - 20))
    assert rate == pytest.approx(0.5 + math.sqrt(1.25), rel=0.02)


# --------------------------------------------------------------------------------------------------- logarithmic scale
@pytest.mark.parametrize("kind", BOXES)
def test_logarithmic_scale_is_the_substitution_by_hand(kind: type[BoxSpace]) -> None:
    space = kind({"c": (0, 1), "d": ("0.01", 100)}, 5, scale={"d": "log"})
    plain = kind({"c": (0, 1), "z": (math.log(0.01), math.log(100))}, 5)
    found = coefficients(space, lambda c, d: np.cos(c) + c * d ** (-1 / 4))
    assert found == pytest.approx(coefficients(plain, lambda c, z: np.cos(c) + c * np.exp(-z / 4)), abs=1e-12)
    points = np.array([[0.3, 0.02], [0.9, 55.0]])
    shifted = np.column_stack([points[:, 0], np.log(points[:, 1])])
    assert space.basis(points) == pytest.approx(plain.basis(shifted), abs=1e-12)
    assert "d in [0.01, 100] (logarithmic)" in space.describe()
    assert space != kind({"c": (0, 1), "d": ("0.01", 100)}, 5)
    low, high = space.nodes.min(axis=0), space.nodes.max(axis=0)
    assert (low >= [0, 0.01]).all()
    assert (high <= [1, 100]).all()


def test_a_power_of_the_variable_is_an_exponential_of_its_logarithm() -> None:
    """d**(-1/2) over log d converges at order 16, where over d it does not."""
    box = {"d": (1, 100)}
    points = np.geomspace(1, 100, 30)[:, None]
    errors = []
    for scale in ("log", "linear"):
        space = ChebyshevSpace(box, 16, scale=scale)
        errors.append(np.abs(space.basis(points) @ coefficients(space, lambda d: d**-0.5) - points[:, 0] ** -0.5).max())
    assert errors[0] < 1e-12
    assert errors[1] > 1e-3


@pytest.mark.parametrize("kind", BOXES)
def test_a_logarithm_without_value_is_refused(kind: type[BoxSpace]) -> None:
    space = kind({"c": (0, 1), "d": (1, 100)}, 2, scale={"d": "log"})
    for value in (0.0, -1.0, math.nan):
        with pytest.raises(DataError, match=r"^d = .* at row 2: .* logarithmic scale; expected a positive number$"):
            space.basis(np.array([[0.5, 2.0], [0.5, value]]))


# ------------------------------------------------------------------------------------------------------------- indices
def test_fourier_indices_of_several_variables() -> None:
    """By the sum of frequencies, then the first variable's frequency, then sine before cosine."""
    box = {"x": (0, 1), "y": (0, 1)}
    assert FourierSpace(box, 1, "periodic").multi_indices.tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [0, 2]]
    assert FourierSpace(box, 2, "even").multi_indices.tolist() == [[0, 0], [2, 0], [0, 2], [4, 0], [2, 2], [0, 4]]
    assert FourierSpace(box, 1, "even", index_set="tensor").multi_indices.tolist() == [[0, 0], [2, 0], [0, 2], [2, 2]]
    assert len(FourierSpace(box, 3, "periodic", index_set="tensor")) == 49
    ramps = FourierSpace(box, 2, "ramp").multi_indices.tolist()
    assert ramps == [[0, 0], [1, 0], [2, 0], [0, 1], [0, 2], [3, 0], [1, 1], [1, 2], [2, 1], [2, 2], [0, 3]]
    assert FourierSpace(box, 0, "ramp").multi_indices.tolist() == [[0, 0]]


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_fourier_spaces_refuse_indices_they_do_not_have(extension: str) -> None:
    space = FourierSpace({"x": (0, 1)}, 2, extension)
    missing: list[Any] = [(9,), (-1,), (0, 0), 1, "a", ("a",), None, (), *([(1,)] if extension == "even" else [])]
    for index in missing:
        with pytest.raises(OptionError, match=r"^multi-index .* is none of .* for frequency k$"):
            space.rank(index)


def test_a_periodic_space_that_is_too_large_is_refused() -> None:
    with pytest.raises(ResourceLimitError, match="1771561 multi-indices, the limit is 1000000; lower the order"):
        FourierSpace(dict.fromkeys("abcdef", (0, 1)), 5, "periodic", index_set="tensor")


# ------------------------------------------------------------------------------------------- projection and quadrature
@pytest.mark.parametrize("index_set", ["total", "tensor"])
@pytest.mark.parametrize("kind", BOXES)
@pytest.mark.parametrize("quadrature", ["gauss", "sobol"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), order=st.integers(0, 3))
def test_projection_returns_what_is_in_the_space(
    kind: type[BoxSpace], index_set: str, quadrature: str, seed: int, order: int
) -> None:
    space = kind({"x": (-1, 2), "y": (1, 9)}, order, index_set=index_set, scale={"y": "log"}, quadrature=quadrature)
    table = np.random.default_rng(seed).normal(size=(len(space), 2))
    values = space.basis(space.nodes) @ table
    assert space.project(values) == pytest.approx(table, abs=1e-11)
    assert space.projection @ values == pytest.approx(table, abs=1e-11)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("order", [1, 12, 64])
def test_fourier_projection_resolves_its_highest_products(extension: str, order: int) -> None:
    """The product of two functions of the highest frequency, projected back, is cos a cos b by the sum of angles."""
    space = FourierSpace({"x": (3, 4)}, order, extension)
    assert space.projection @ space.basis(space.nodes) == pytest.approx(np.eye(len(space)), abs=1e-12)
    if extension == "periodic":
        top = space.basis(space.nodes)[:, -1]
        found = space.project((top**2)[:, None])[:, 0]
        assert found == pytest.approx(np.eye(len(space))[0] / 2, abs=1e-12)


@pytest.mark.parametrize("kind", BOXES)
def test_projection_on_four_variables_and_above(kind: type[BoxSpace]) -> None:
    for w in (4, 5):
        space = kind({f"x{i}": (0, 1 + i) for i in range(w)}, 1)
        table = np.arange(1.0, len(space) + 1)[:, None]
        assert space.project(space.basis(space.nodes) @ table) == pytest.approx(table, abs=1e-10)


def test_sobol_points_follow_the_measure() -> None:
    """Least squares at Sobol points gives the projection in the mean of the space's own weight."""

    def kink(*x: Any) -> Any:
        return np.abs(x[0] - 0.3) * (1 + x[1])

    box = {"x": (-1, 1), "y": (0, 1)}
    legendre_space, chebyshev_space = (kind(box, 4, quadrature="sobol") for kind in (LegendreSpace, ChebyshevSpace))
    for space, other in ((legendre_space, chebyshev_space), (chebyshev_space, legendre_space)):
        want = coefficients(type(space)(box, 4, breaks={"x": 0.3}), kink)
        crossed = conversion(other, space) @ coefficients(type(other)(box, 4, breaks={"x": 0.3}), kink)
        assert coefficients(space, kink) == pytest.approx(want, abs=1e-3)
        assert np.abs(crossed - want).max() > 5e-3  # the other measure gives other coefficients


def test_a_relu_network_of_three_inputs_at_sobol_points() -> None:
    """Within 1e-3 standard deviations of a tensor rule of 27000 points."""
    u, mass = leggauss(30)
    nodes = np.stack([axis.ravel() for axis in np.meshgrid(u, u, u, indexing="ij")], axis=1)
    weights = np.einsum("i,j,k", mass, mass, mass).ravel() / 8
    space = LegendreSpace(dict.fromkeys("xyz", (-1, 1)), 6, quadrature="sobol")
    basis = space.basis(nodes)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        first, bias, last = rng.normal(size=(3, 16)), rng.normal(size=16), rng.normal(size=16)
        values = np.maximum(nodes @ first + bias, 0) @ last
        found = space.project((np.maximum(space.nodes @ first + bias, 0) @ last)[:, None])[:, 0]
        apart = found - basis.T @ (weights * values) / space.norms()
        spread = math.sqrt(weights @ (values - weights @ values) ** 2)
        assert math.sqrt(space.norms() @ apart**2) < 1e-3 * spread


@pytest.mark.parametrize("kind", BOXES)
def test_quadrature_error_is_that_of_the_projection(kind: type[BoxSpace]) -> None:
    """Of a function with a kink, against the projection between breaks; 0 to rounding of a smooth one."""

    def kink(points: Any) -> Any:
        return np.abs(points[:, 0] - 0.3)

    space = kind({"x": (-1, 1)}, 10)
    exact = space.with_breaks({"x": 0.3})
    change = space.project(kink(space.nodes)[:, None]) - exact.project(kink(exact.nodes)[:, None])
    true = math.sqrt(space.norms() @ change[:, 0] ** 2)
    claimed = space.quadrature_error(kink)
    assert claimed is not None
    assert true / 3 < claimed * 0.6 < true * 3  # the root mean square of |x - 0.3| is about 0.6
    assert exact.quadrature_error(kink) == pytest.approx(0, abs=1e-12)
    assert space.quadrature_error(lambda points: np.exp(points[:, 0])) == pytest.approx(0, abs=1e-12)
    assert space.quadrature_error(lambda points: 0 * points[:, 0]) == 0


def test_quadrature_error_at_a_pole_is_large() -> None:
    error = LegendreSpace({"x": (0, 4)}, 10).quadrature_error(lambda points: 1 / (points[:, 0] - 3))
    assert error is not None
    assert error > 0.1


@pytest.mark.parametrize("w", [2, 3, 4, 5])
def test_quadrature_error_in_several_variables(w: int) -> None:
    """The error said is at least a third of the true one, and no more than a few times it."""
    box = {f"x{i}": (-1, 1) for i in range(w)}
    space = LegendreSpace(box, 2)
    slopes = np.linspace(1, 2, w) / math.sqrt(w)

    def ridge(points: Any) -> Any:
        return np.abs(points @ slopes - 0.2)

    found = space.project(ridge(space.nodes)[:, None])[:, 0]
    points = 2 * np.random.default_rng(w).random((100_000, w)) - 1  # crude, and independent of both rules
    basis, values = space.basis(points), ridge(points)
    true = math.sqrt(space.norms() @ (np.linalg.lstsq(basis, values)[0] - found) ** 2 / np.mean(values**2))
    noise = math.sqrt(len(space) / len(points)) * 0.3
    claimed = space.quadrature_error(ridge)
    assert claimed is not None
    assert claimed > (true - noise) / 3
    assert claimed < 0.1
    assert space.quadrature_error(lambda points: (1 + points.sum(axis=1)) ** 2) == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("w", [2, 3])
def test_quadrature_error_at_sobol_points(w: int) -> None:
    """Of a kink that runs across the box, against a tensor rule of 160 or 50 points per axis."""
    slopes = np.array([1.0, 0.7, 0.4])[:w]

    def ridge(points: Any) -> Any:
        return np.abs(points @ slopes - 0.2)

    space = LegendreSpace({f"x{i}": (-1, 1) for i in range(w)}, 4, quadrature="sobol")
    found = space.project(ridge(space.nodes)[:, None])[:, 0]
    u, mass = leggauss(160 if w == 2 else 50)
    nodes = np.stack([axis.ravel() for axis in np.meshgrid(*[u] * w, indexing="ij")], axis=1)
    weights = np.stack([axis.ravel() for axis in np.meshgrid(*[mass / 2] * w, indexing="ij")]).prod(axis=0)
    values = ridge(nodes)
    want = space.basis(nodes).T @ (weights * values) / space.norms()
    true = math.sqrt(space.norms() @ (found - want) ** 2 / (weights @ values**2))
    claimed = space.quadrature_error(ridge)
    assert claimed is not None
    assert true / 2 < claimed < 30 * true


def test_quadrature_error_is_not_said_where_it_costs_too_much() -> None:
    space = LegendreSpace(dict.fromkeys("wxyz", (0, 1)), 30)
    assert space.quadrature_error(lambda points: points[:, 0]) is None


# ---------------------------------------------------------------------------------------------------- changes of basis
@pytest.mark.parametrize("order", [0, 1, 2, 7])
def test_connections_against_powers(order: int) -> None:
    """Through powers, as numpy does it, which is good at low order."""
    box = {"x": (2, 5)}
    table = np.random.default_rng(order).normal(size=order + 1)
    found = conversion(ChebyshevSpace(box, order), LegendreSpace(box, order)) @ table
    assert found == pytest.approx(legendre.poly2leg(np.resize(chebyshev.cheb2poly(table), order + 1)), abs=1e-13)
    found = conversion(LegendreSpace(box, order), ChebyshevSpace(box, order)) @ table
    assert found == pytest.approx(chebyshev.poly2cheb(np.resize(legendre.leg2poly(table), order + 1)), abs=1e-13)


@pytest.mark.parametrize(("w", "order", "index_set"), [(1, 100, "total"), (2, 10, "tensor"), (3, 6, "total"), (5, 3, "total")])
def test_chebyshev_and_legendre_round_trip(w: int, order: int, index_set: str) -> None:
    box = {f"x{i}": (i, 2 * i + 1) for i in range(w)}
    first, second = (kind(box, order, index_set=index_set) for kind in (ChebyshevSpace, LegendreSpace))
    table = np.random.default_rng(w).normal(size=len(first))
    assert conversion(second, first) @ (conversion(first, second) @ table) == pytest.approx(table, abs=1e-13)
    assert conversion(first, second) @ (conversion(second, first) @ table) == pytest.approx(table, abs=1e-13)


def spaces_of(w: int, order: int) -> list[Space]:
    names = ["x", "y"][:w]
    cloud = {name: np.random.default_rng(3).uniform(1, 4, 60) for name in names}
    box: dict[str, Any] = dict.fromkeys(names, (1, 4))
    return [
        TaylorSpace(dict.fromkeys(names, 2), order, scale={"x": "3/2"}),
        LegendreSpace(box, order),
        ChebyshevSpace(dict.fromkeys(names, (0, 9)), order, index_set="tensor"),
        ChebyshevSpace(box, order, scale="log"),
        *(FourierSpace(box, order, extension) for extension in EXTENSIONS),
        EmpiricalSpace(cloud if w == 1 else cloud | {"y": np.random.default_rng(4).uniform(1, 4, 60)}, order),
    ]


@pytest.mark.parametrize("w", [1, 2])
@pytest.mark.parametrize("place", range(8))
def test_conversion_is_the_projection_of_the_function(place: int, w: int) -> None:
    """Against a projection at the nodes of a space between breaks, which has many of them."""
    source = spaces_of(w, 3)[place]
    names = source.variables
    for target in (
        LegendreSpace(dict.fromkeys(names, (1, 4)), 5),
        ChebyshevSpace(dict.fromkeys(names, (1, 3)), 2),
        LegendreSpace(dict.fromkeys(names[::-1], (2, 4)), 3, scale="log"),
        FourierSpace(dict.fromkeys(names, (1, 4)), 3, "ramp", index_set="tensor"),
    ):
        fine: Any = target.with_breaks(dict.fromkeys(names, ("2.5",)))
        columns = [target.variables.index(name) for name in names]
        want = fine.project(source.basis(fine.nodes[:, columns]))
        assert conversion(source, target) == pytest.approx(want, abs=1e-10)


@pytest.mark.parametrize("kind", BOXES)
def test_order_up_and_down(kind: type[BoxSpace]) -> None:
    box = {"x": (0, 1), "y": (0, 1)}
    low, high = kind(box, 2), kind(box, 4)
    table = np.arange(1.0, len(low) + 1)
    up = conversion(low, high) @ table
    assert [up[high.rank(tuple(row))] for row in low.multi_indices] == pytest.approx(table)
    assert np.count_nonzero(np.abs(up) > 1e-13) == len(low)
    assert conversion(high, low) @ up == pytest.approx(table)
    assert low.with_order(4) == high
    series = Series(high, up)
    assert series.truncate(2).coefficients == pytest.approx(table)


def test_a_high_order_beyond_the_nodes_is_no_alias() -> None:
    """Order 200 onto order 2: the nodes of the target alone would take the high functions for low ones."""
    box = {"x": (0, 1)}
    source, target = ChebyshevSpace(box, 200), LegendreSpace(box, 2)
    found = conversion(source, target)
    n = np.arange(0, 201, 2)
    assert found[0, ::2] == pytest.approx(-1 / (n**2 - 1.0), abs=1e-14)  # the mean of T_n for even n
    other = conversion(FourierSpace(box, 100, "periodic"), target)
    want = [0.0] * 201
    want[1::2] = (-np.sqrt(3) / (np.pi * np.arange(1, 101)) * np.sqrt(3)).tolist()  # 3 times the mean of sin(2 pi k t)(2t - 1)
    assert other[1, 1:] == pytest.approx(want[1:], abs=1e-13)


def test_wide_logarithmic_domains_convert() -> None:
    """A logarithm over six decades onto polynomials of the variable: the mean of log x is exact by hand."""
    low, high = 1e-3, 1e3
    source = LegendreSpace({"x": ("1e-3", "1e3")}, 1, scale="log")
    found = conversion(source, LegendreSpace({"x": ("1e-3", "1e3")}, 0))[0]
    mean = (high * (math.log(high) - 1) - low * (math.log(low) - 1)) / (high - low)
    assert found == pytest.approx([1, mean / math.log(1e3)], abs=1e-12)


def test_series_are_projected_between_all_spaces() -> None:
    """Spaces that hold the function give it back through any other that does."""
    points = np.linspace(1.1, 3.9, 7)[:, None]
    spaces = spaces_of(1, 4)
    series = Series(LegendreSpace({"x": (1, 4)}, 4), [1, 2, 3, 4, 5])
    want = series(points)
    for space in (spaces[1], spaces[2], spaces[-1]):
        assert series.project(space)(points) == pytest.approx(want)


def test_conversion_refuses_what_it_cannot_do() -> None:
    box = LegendreSpace({"x": (0, 1)}, 2)
    with pytest.raises(OptionError, match="expected a Legendre, Chebyshev or Fourier space"):
        conversion(box, TaylorSpace({"x": 0}, 2))  # type: ignore[arg-type]
    with pytest.raises(SpaceMismatchError, match="variables x and y; expected the same ones"):
        conversion(box, LegendreSpace({"y": (0, 1)}, 2))
    with pytest.raises(OptionError, match="a nodal series has values at its rows only"):
        conversion(EmpiricalSpace({"x": [1, 2]}, None), box)
    with pytest.raises(OptionError, match="the centre holds symbols; give them numbers"):
        conversion(TaylorSpace({"x": sympy.Symbol("a")}, 2), box)
    with pytest.raises(DataError, match="logarithmic scale; expected a positive number"):
        conversion(LegendreSpace({"x": (1, 2)}, 2, scale="log"), LegendreSpace({"x": (-1, 2)}, 2))
    with pytest.raises(ResourceLimitError, match="points in x, the limit is 2000; lower the orders"):
        conversion(FourierSpace({"x": (0, "1/1000")}, 5, "periodic"), box)


# ------------------------------------------------------------------------------------------------------------ to powers
@pytest.mark.parametrize("place", range(1, 8))
@pytest.mark.parametrize("w", [1, 2])
def test_powers_are_the_derivatives_of_the_formula(place: int, w: int) -> None:
    """Against SymPy's derivatives of the series written out, at a centre that is not the middle, in other units."""
    space: Any = spaces_of(w, 2)[place]
    table = np.random.default_rng(place).normal(size=len(space))
    formulas, monomials = space.formulas(table[:, None], Series(space, table).scalars)
    function = sympy.Add(*(sympy.Float(c, 30) * f for c, f in zip(monomials[:, 0].tolist(), formulas, strict=True)))
    powers = to_taylor(space, table[:, None], dict.fromkeys(space.variables, "3/2"), order=3, scale={"x": 2})
    for index, value, error in zip(powers.space.multi_indices.tolist(), powers.table[:, 0], powers.error[:, 0], strict=True):
        derivative = function
        for name, k in zip(space.variables, index, strict=True):
            derivative = sympy.diff(derivative, sympy.Symbol(name), k) / sympy.factorial(k)
        at = {sympy.Symbol(name): sympy.Rational(3, 2) for name in space.variables}
        want = float(derivative.subs(at).evalf(20)) * 2 ** index[0]
        assert value == pytest.approx(want, abs=max(1e-12, 100 * error))


def test_powers_of_a_polynomial_are_the_polynomial() -> None:
    space = ChebyshevSpace({"x": (1, 3), "y": (-1, 1)}, 3)
    table = coefficients(space, lambda x, y: x**2 * y - 2 * y + 5)
    series = Series(to_taylor(space, table[:, None], {"x": 0, "y": 0}).space, to_taylor(space, table[:, None]).table[:, 0])
    assert series.space == TaylorSpace({"x": 0, "y": 0}, 3)
    moved = to_taylor(space, table[:, None])
    assert moved.space.center == {"x": 2, "y": 0}
    points = np.array([[1.5, 0.3], [2.9, -0.8]])
    want = points[:, 0] ** 2 * points[:, 1] - 2 * points[:, 1] + 5
    assert moved.space.basis(points) @ moved.table[:, 0] == pytest.approx(want, abs=1e-12)


@pytest.mark.parametrize("order", [16, 32, 48])
@pytest.mark.parametrize("kind", [ChebyshevSpace, LegendreSpace])
def test_digits_lost_are_estimated(kind: type[BoxSpace], order: int) -> None:
    """Coefficients of exp as powers: no error beyond a few times the one said, and that is no exaggeration."""
    space = kind({"x": (-1, 1)}, order)
    powers = to_taylor(space, coefficients(space, np.exp)[:, None])
    k = np.arange(min(order, 24) + 1)
    errors = np.abs(powers.table[: len(k), 0] - 1 / special.factorial(k))
    assert (errors <= 10 * powers.error[: len(k), 0]).all()
    assert errors.max() > powers.error[: len(k), 0].max() / 1000
    lost = powers.lost[: len(k), 0]
    assert lost == pytest.approx(
        np.log10(powers.error[: len(k), 0] / 2.2e-16 / np.abs(powers.table[: len(k), 0])).clip(0, 16), abs=0.01
    )
    assert lost[0] < 1.5
    assert lost[12] > 6


def test_sums_of_cosines_lose_everything_as_powers() -> None:
    """The plan to turn a Fourier sum into a power series: from order 2 on the tail is as large as the coefficients."""
    space = FourierSpace({"x": (0, 1)}, 64)
    powers = to_taylor(space, coefficients(space, lambda x: np.exp(-3 * x))[:, None], order=8)
    k = np.arange(9)
    errors = np.abs(powers.table[:, 0] - np.exp(-1.5) * (-3.0) ** k / special.factorial(k))
    assert (errors[2:] > 0.1 * np.abs(powers.table[2:, 0])).all()
    assert (powers.tail[2:, 0] > 0.1 * np.abs(powers.table[2:, 0])).all()
    assert (errors < 1000 * powers.tail[:, 0]).all()
    assert powers.tail[0, 0] < 0.01 * powers.table[0, 0]


def test_to_taylor_refuses_what_it_cannot_do() -> None:
    space = LegendreSpace({"x": (1, 2)}, 2, scale="log")
    table = np.ones((3, 1))
    assert float(to_taylor(space, table).space.center["x"]) == pytest.approx(math.sqrt(2), rel=1e-5)
    with pytest.raises(OptionError, match="center of x: -1 on a logarithmic scale; expected a positive number"):
        to_taylor(space, table, {"x": -1})
    with pytest.raises(OptionError, match="expected numbers for x, in this order"):
        to_taylor(space, table, {"y": 1})
    with pytest.raises(OptionError, match="expected numbers for x, in this order"):
        to_taylor(space, table, {"x": sympy.Symbol("a")})
    with pytest.raises(OptionError, match="expected a Legendre, Chebyshev, Fourier or data-orthonormal space"):
        to_taylor(TaylorSpace({"x": 0}, 2), table)
    with pytest.raises(OptionError, match="a nodal series has values at its rows only"):
        to_taylor(EmpiricalSpace({"x": [1, 2]}, None), np.ones((2, 1)))


# ------------------------------------------------------------------------------------------- values, slopes, integrals
@pytest.mark.parametrize("place", range(1, 8))
@pytest.mark.parametrize("w", [1, 2])
def test_values_are_the_basis_times_the_coefficients(place: int, w: int) -> None:
    space = spaces_of(w, 3)[place]
    rng = np.random.default_rng(place)
    points, table = rng.uniform(1, 4, (70_000 // w, w)), rng.normal(size=(len(space), 2))
    assert space.evaluate(points, table) == pytest.approx(space.basis(points) @ table, abs=1e-11)
    assert space.evaluate(points[:0], table).shape == (0, 2)


SMOOTH = [(LegendreSpace, {}), (ChebyshevSpace, {}), (FourierSpace, {"extension": "periodic"})]


@pytest.mark.parametrize("index_set", ["total", "tensor"])
@pytest.mark.parametrize(("kind", "options"), SMOOTH)
def test_derivatives_are_difference_quotients(kind: type[BoxSpace], options: dict[str, Any], index_set: str) -> None:
    space = kind({"x": (1, 4), "y": (0, 9)}, 3, index_set=index_set, **options)
    table = np.random.default_rng(2).normal(size=(len(space), 1))
    points, step = np.array([[1.3, 2.0], [2.5, 8.0], [3.9, 0.4]]), np.array([0.0, 1e-5])
    quotient = (space.evaluate(points + step, table) - space.evaluate(points - step, table)) / 2e-5
    assert space.evaluate(points, derivative(space, "y")[1] @ table) == pytest.approx(quotient, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("index_set", ["total", "tensor"])
@pytest.mark.parametrize("kind", [LegendreSpace, ChebyshevSpace])
def test_antiderivatives_vanish_at_the_lowest_value(kind: type[BoxSpace], index_set: str) -> None:
    space = kind({"x": (1, 4), "y": (0, 9)}, 3, index_set=index_set)
    table = np.random.default_rng(3).normal(size=(len(space), 1))
    higher, matrix = antiderivative(space, "x")
    back = derivative(higher, "x")[1] @ (matrix @ table)
    points = np.array([[1.0, 2.0], [2.5, 8.0]])
    assert higher.evaluate(points, back) == pytest.approx(space.evaluate(points, table), abs=1e-12)
    assert higher.evaluate(points[:1], matrix @ table) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("place", range(1, 7))
def test_integrals_against_adaptive_quadrature(place: int) -> None:
    space: Any = spaces_of(1, 3)[place]
    low, high = map(float, space.domain["x"])
    want = [integrate.quad(lambda x, k=k: space.basis(np.array([[x]]))[0, k], low, high)[0] for k in range(len(space))]
    assert integral(space) == pytest.approx(want, abs=1e-9)


def test_integral_over_a_box_is_the_product() -> None:
    space = LegendreSpace({"x": (1, 4), "y": (0, 9)}, 2, index_set="tensor")
    table = coefficients(space, lambda x, y: x * y**2)
    assert integral(space) @ table == pytest.approx(7.5 * 243)


def test_derivatives_that_are_not_in_the_space_are_refused() -> None:
    box: Any = {"x": (1, 2)}
    for extension in ("even", "ramp"):
        with pytest.raises(OptionError, match="it is not in the space; project onto a ChebyshevSpace"):
            derivative(FourierSpace(box, 2, extension), "x")
    with pytest.raises(OptionError, match="it is not in the space; project onto a ChebyshevSpace"):
        antiderivative(FourierSpace(box, 2, "periodic"), "x")
    with pytest.raises(OptionError, match="x is on a logarithmic scale; project onto a linear one"):
        derivative(LegendreSpace(box, 2, scale="log"), "x")
    with pytest.raises(OptionError, match=r"derivative in 'xx'; did you mean 'x'.; variables: x"):
        derivative(LegendreSpace(box, 2), "xx")
    for work in (derivative, antiderivative):
        with pytest.raises(OptionError, match=r"over .* expected a power series or a box; project onto a LegendreSpace"):
            work(EmpiricalSpace({"x": [1, 2, 4]}, 1), "x")
    with pytest.raises(OptionError, match=r"^integral over Taylor .* has no box; name the variable of an antiderivative, or"):
        integral(TaylorSpace({"x": 0}, 2))
    with pytest.raises(OptionError, match=r"^integral over .* in QQ: it has logarithms; use .over\(F64\)"):
        integral(LegendreSpace(box, 2, scale="log"), QQ)


# --------------------------------------------------------------------------------------------------- options and errors
@pytest.mark.parametrize("kind", BOXES)
def test_options_are_kept(kind: type[BoxSpace]) -> None:
    space = kind(
        {"x": (1, 2), "y": (1, 9)}, 2, index_set="tensor", scale={"y": "log"}, breaks={"y": ("2.5", 2)}, quadrature="gauss"
    )
    for twin in (
        space_from_dict(json.loads(json.dumps(space.to_dict()))),
        pickle.loads(pickle.dumps(space)),
        space.with_order(2),
    ):
        assert isinstance(twin, kind)
        assert twin == space
        assert (twin.breaks, twin.scale, twin.quadrature) == (space.breaks, {"x": "linear", "y": "log"}, "gauss")
        assert (twin.nodes == space.nodes).all()
        assert (twin.projection == space.projection).all()
    assert space.breaks == {"y": (sympy.Integer(2), sympy.Rational(5, 2))}
    assert space.with_breaks({}) == space  # how it is computed is no part of what it is
    assert len(space.with_breaks({}).nodes) < len(space.nodes)
    assert kind({"x": (1, 2)}, 2, quadrature="sobol").with_order(3).quadrature == "sobol"


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_extensions_are_kept(extension: str) -> None:
    space = FourierSpace({"x": (0, 1)}, 3, extension)
    for twin in (space_from_dict(space.to_dict()), pickle.loads(pickle.dumps(space)), space.with_order(5).with_order(3)):
        assert isinstance(twin, FourierSpace)
        assert twin == space
        assert twin.extension == extension


BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"scale": "logarithmic"}, "scale of x: 'logarithmic'.*; expected 'linear' or 'log'"),
    ({"scale": {"x": 3}}, "scale of x: 3; expected 'linear' or 'log'"),
    ({"scale": {"xx": "log"}}, "scale of 'xx'; did you mean 'x'.; variables: x"),
    ({"scale": ["log"]}, "scale=.'log'.: expected a mapping of variables"),
    ({"scale": "log"}, "domain of x: lowest 0 on a logarithmic scale; expected a positive number"),
    ({"breaks": {"x": 1}}, r"break of x: 1 is not inside x in \[0, 1\]"),
    ({"breaks": {"x": "here"}}, "break of x: 'here' .*is not a finite number"),
    ({"breaks": {"y": 0.5}}, "breaks of 'y'; variables: x"),
    ({"breaks": 0.5}, "breaks=0.5: expected a mapping of variables"),
    ({"breaks": {"x": 0.5}, "quadrature": "sobol"}, "breaks of x: expected a tensor grid of Gauss points"),
    ({"quadrature": "gaus"}, "quadrature='gaus'; did you mean 'gauss'.; expected auto, gauss, sobol"),
    ({"quadrature": None}, "quadrature=None; expected auto, gauss, sobol"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    for kind in BOXES:
        with pytest.raises(OptionError, match=f"^{message}"):
            kind({"x": (0, 1)}, 2, **options)


def test_bad_options_of_one_kind() -> None:
    with pytest.raises(OptionError, match=r"extension='evn'; did you mean 'even'.; expected 'periodic', 'even' or 'ramp'"):
        FourierSpace({"x": (0, 1)}, 2, "evn")
    with pytest.raises(OptionError, match="extension='ramp' at Sobol points"):
        FourierSpace(dict.fromkeys("abcde", (0, 1)), 1, "ramp")
    with pytest.raises(OptionError, match="quadrature='gauss' of 5 variables: expected at most 4; use 'sobol'"):
        LegendreSpace(dict.fromkeys("abcde", (0, 1)), 1, quadrature="gauss")


@pytest.mark.parametrize("kind", BOXES)
def test_a_space_without_a_domain_or_order(kind: type[BoxSpace]) -> None:
    with pytest.raises(OptionError, match=r"^domain=None: expected a mapping of variables, such as {'c': \(0.01, 0.1\)"):
        kind(order=4)
    with pytest.raises(OptionError, match=r"^domain=\('c', 'd'\): expected a mapping of variables"):
        kind(("c", "d"), 4)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=r"^domain of c: None; expected two numbers"):
        kind({"c": None}, 4)
    with pytest.raises(OptionError, match=r"^order=None"):
        kind({"c": (0, 1)})


@pytest.mark.parametrize(("domain", "scale"), [((-1.7e308, 1.7e308), "linear"), ((1e300, "1.0000000000000002e300"), "log")])
def test_a_domain_without_width_in_floating_point(domain: Any, scale: str) -> None:
    with pytest.raises(OptionError, match=r"^domain of x: .* has no width in floating point, or too much; rescale it"):
        ChebyshevSpace({"x": domain}, 2, scale=scale)


@pytest.mark.parametrize("kind", BOXES)
def test_points_outside_are_named(kind: type[BoxSpace]) -> None:
    space = kind({"x": (0, 1), "y": (1, 100)}, 2, scale={"y": "log"})
    assert space.outside(np.array([[0.0, 1.0], [1.0, 100.0], [1 + 1e-12, 50.0]])) == ""
    said = space.outside(np.array([[0.5, 2.0], [0.5, 101.0], [2.0, 0.0]]))
    assert said == "2 of 3 points outside x in [0, 1], y in [1, 100] (logarithmic): y = 101 at row 2"
    assert space.outside(np.array([[math.nan, 2.0]])).startswith("1 of 1 points outside")
