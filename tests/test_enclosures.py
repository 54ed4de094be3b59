"""Enclosures: no error that is computed in balls exceeds its bound, and the bounds are not much larger than the errors."""

from __future__ import annotations

import functools
import itertools
import math
import statistics
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from cases import yields
from flint import acb, arb

import symseries as ss
from symseries.convergence import enclosing_boxes, enclosing_regions, enclosing_taylor
from symseries.convergence.enclosing_polynomials import cosines, largest, powers, sums
from symseries.convergence.enclosing_regions import Region, supremum
from symseries.convergence.enclosures import Enclosure, enclose
from symseries.errors import ConvergenceError, NotAnalyticError, OptionError, ResourceLimitError, SpaceMismatchError
from symseries.scalars import ARB, object_array
from symseries.scalars.complex_balls import _VALUES, ACB, _power
from symseries.spaces import ChebyshevSpace

RING = ARB(128)
Box = Mapping[str, tuple[float, float]]


# --------------------------------------------------------------------------------------------------------------- oracles
def polynomials(kind: str, u: Any, degree: int) -> list[Any]:
    """Return the first members of a family at balls (n,), by its recurrence of three terms."""
    found = [u * 0 + 1, u]
    for k in range(2, degree + 1):
        match kind:
            case "taylor":
                found.append(u * found[-1])
            case "legendre":
                found.append(((2 * k - 1) * u * found[-1] - (k - 1) * found[-2]) / k)
            case _:
                found.append(2 * u * found[-1] - found[-2])
    return found


def coordinate(space: Any, name: str, x: Any) -> Any:
    """Return the variable of the family at points (n,), exactly as the space defines it."""
    if space.kind == "taylor":
        return (x - RING.element(space.center[name])) / RING.element(space.scale[name])
    low, high = map(RING.element, space.domain[name])
    if space.scale[name] == "log":
        low, high, x = low.log(), high.log(), RING.elementary("log", x)
    return (2 * x - low - high) / (high - low)


def values_of(series: ss.Series, X: Any) -> Any:
    """Return a series at points (n, w) in balls, term by term."""
    space = series.space
    columns = [
        polynomials(space.kind, coordinate(space, name, x), int(space.multi_indices.max()))
        for name, x in zip(space.variables, X.T, strict=True)
    ]
    total = RING.zeros(len(X))
    for index, c in zip(space.multi_indices.tolist(), RING.array(series.elements[:, 0]), strict=True):
        total = total + math.prod((column[k] for column, k in zip(columns, index, strict=True)), start=c)
    return total


def errors(function: Any, series: ss.Series, points: np.ndarray) -> list[arb]:
    """Return |function - series| at points (n, w) in balls."""
    with RING.working():
        X = RING.array(points)
        return [abs(error) for error in function(X) - values_of(series, X)]


def points_of(rng: np.random.Generator, box: Box, count: int) -> np.ndarray:
    """Return random points of a box, and all its corners."""
    low, high = np.array(list(box.values())).T
    return np.vstack([rng.uniform(low, high, size=(count, len(low))), list(itertools.product(*box.values()))])


def looseness(function: Any, series: ss.Series, found: Enclosure, rng: np.random.Generator, count: int = 1000) -> float:
    """Return bound / largest error, having checked that no error is above the bound."""
    box = {name: (float(low), float(high)) for name, (low, high) in found.domain.items()}
    seen = errors(function, series, points_of(rng, box, count))
    assert all(error <= found.bound for error in seen)
    return found.bound / max(float(error) for error in seen)


def network_in_balls(net: ss.Network) -> Any:
    return lambda X: net.evaluate(X, RING)[:, 0]


def random_network(rng: np.random.Generator, widths: tuple[int, ...], activation: str) -> ss.Network:
    layers: list[Any] = []
    for before, after in itertools.pairwise(widths):
        weights = rng.normal(size=(after, before)) / np.sqrt(before)
        layers += [ss.Affine(weights, 0.3 * rng.normal(size=after)), ss.Activation(activation)]
    return ss.Network(layers[:-1], tuple("xyz"[: widths[0]]))


def polydisc_radius(net: ss.Network, activation: str) -> float:
    """Return how far the first layer is analytic in all inputs about 0: min_j sqrt(b_j**2 + rho**2)/sum_i |w_ij|."""
    first: Any = net.layers[0]
    strip = np.pi / 2 if activation == "tanh" else np.pi
    return float((np.sqrt(first.bias**2 + strip**2) / abs(first.weights).sum(axis=1)).min())


WIDTHS = ((2, 8, 1), (2, 8, 1), (3, 6, 1), (2, 5, 5, 1))
ACTIVATIONS = ("tanh", "sigmoid", "softplus")


@functools.lru_cache(maxsize=1)
def trained() -> list[tuple[ss.Network, Box]]:
    """Return two trained networks and the boxes of their data."""
    table = yields(60)
    box = {"c": (0.01, 0.1), "d": (1.0, 100.0)}
    return [
        (ss.train(table, inputs=("c", "d"), target="y", hidden=(5,), activation=name, rng=0), box)
        for name in ("tanh", "softplus")
    ]


# -------------------------------------------------------------------------------------------------------- no error above
def test_taylor_bounds_of_random_networks_hold_and_are_tight() -> None:
    rng, ratios = np.random.default_rng(1), []
    for widths, activation in itertools.product(WIDTHS, ACTIVATIONS):
        net = random_network(rng, widths, activation)
        share = rng.uniform(0.3, 0.8) * (0.6 if len(widths) > 3 else 1)  # two hidden layers reach less far than the first
        reach = round(share * polydisc_radius(net, activation), 3)
        series = net.expand(ss.TaylorSpace(dict.fromkeys(net.inputs, 0), order=6))
        found = enclose(net, series, dict.fromkeys(net.inputs, (-reach, reach)))
        ratios.append(looseness(network_in_balls(net), series, found, rng))
    assert min(ratios) >= 1
    assert statistics.median(ratios) < 1.3
    assert max(ratios) < 2.5


@pytest.mark.parametrize(("space", "names"), [(ss.LegendreSpace, ("tanh", "softplus")), (ChebyshevSpace, ("tanh", "sigmoid"))])
def test_bounds_on_the_whole_box_hold_and_are_tight(space: Any, names: tuple[str, ...]) -> None:
    rng, ratios = np.random.default_rng(2), []
    for widths, activation in itertools.product(WIDTHS[2:], names):
        net = random_network(rng, widths, activation)
        series = net.expand(space(dict.fromkeys(net.inputs, (-1, 1)), order=5))
        ratios.append(looseness(network_in_balls(net), series, enclose(net, series), rng))
    assert min(ratios) >= 1
    assert statistics.median(ratios) < 1.4
    assert max(ratios) < 2.5


@pytest.mark.parametrize("which", [0, 1])
def test_bounds_of_trained_networks_hold_and_are_tight(which: int) -> None:
    rng = np.random.default_rng(3)
    net, box = trained()[which]
    everywhere = net.expand(ss.LegendreSpace(box, order=8, scale={"d": "log"}))
    assert looseness(network_in_balls(net), everywhere, enclose(net, everywhere), rng) < 1.5
    taylor = net.expand(ss.TaylorSpace({"c": 0.05, "d": 40}, order=6))
    near = enclose(net, taylor, {"c": (0.04, 0.06), "d": (35, 45)})
    assert looseness(network_in_balls(net), taylor, near, rng) < 1.5


@pytest.mark.parametrize("variables", [1, 2])
def test_a_box_cut_into_pieces_is_bounded_on_all_of_them(variables: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(13)
    net = random_network(rng, (variables, 6, 1), "tanh")
    series = net.expand(ss.LegendreSpace(dict.fromkeys(net.inputs, (-1, 2)), order=4, index_set="tensor"))
    whole = enclose(net, series)
    monkeypatch.setattr(enclosing_boxes, "_CUT", 16)
    monkeypatch.setattr(enclosing_boxes, "_DEPTHS", {1: 2, 2: 1})
    cut = enclose(net, series)
    assert whole.pieces == 1 < cut.pieces
    assert f"each of {cut.pieces} pieces" in cut.proved
    assert looseness(network_in_balls(net), series, cut, rng) < 1.5
    assert cut.bound == pytest.approx(whole.bound, rel=0.3)


def law_in_mpmath(function: Any) -> Any:
    """Return a law as a function of balls by way of mpmath at 60 digits, an evaluation apart from the package's own."""

    def values(X: np.ndarray) -> np.ndarray:
        with mpmath.workdps(60):
            found = [function(*(mpmath.mpf(float(x.mid())) for x in row)) for row in X]
            return object_array(arb(mpmath.nstr(value, 50)) for value in found)

    return values


@pytest.mark.parametrize(
    ("text", "constants", "space", "domain", "oracle"),
    [
        ("exp(x)", {}, ss.TaylorSpace({"x": 0}, order=5), {"x": (-1, 1)}, mpmath.exp),
        ("1/x", {}, ss.TaylorSpace({"x": 2}, order=6), {"x": (1, 2.75)}, lambda x: 1 / x),
        ("1/x", {}, ss.LegendreSpace({"x": (1, 4)}, order=6), None, lambda x: 1 / x),
        ("C*c**(2/3)", {"C": 300}, ss.TaylorSpace({"c": 0.05}, 6), {"c": (0.02, 0.08)}, lambda c: 300 * mpmath.cbrt(c) ** 2),
        ("C*c**(2/3)", {"C": 300}, ChebyshevSpace({"c": (0.01, 0.1)}, 6), None, lambda c: 300 * mpmath.cbrt(c) ** 2),
        (
            "a + k/sqrt(d)*exp(-x)", {"a": 2, "k": 5}, ss.LegendreSpace({"x": (0, 1), "d": (1, 9)}, 6, scale={"d": "log"}),
            None,
            lambda x, d: 2 + 5 / mpmath.sqrt(d) * mpmath.exp(-x),
        ),
        ("1/(1 + x**2)", {}, ChebyshevSpace({"x": (-3, 3)}, 10), None, lambda x: 1 / (1 + x**2)),
        ("tan(x)", {}, ss.TaylorSpace({"x": 3}, 8), {"x": (2.2, 3.8)}, mpmath.tan),
        ("2**x*log(x)", {}, ss.TaylorSpace({"x": 2}, 8), {"x": (1.2, 2.8)}, lambda x: 2**x * mpmath.log(x)),
    ],
)  # fmt: skip
def test_bounds_of_laws_hold_and_are_tight(text: str, constants: Any, space: Any, domain: Any, oracle: Any) -> None:
    law = ss.Law(text, variables=space.variables)
    series = law.expand(space).at(constants)
    found = enclose(law, series, domain, constants=constants)
    assert looseness(law_in_mpmath(oracle), series, found, np.random.default_rng(4), 200) < 1.5


@pytest.mark.parametrize("ring", [ss.F64, ss.QQ, ss.ARB(80), ss.MPF(30)])
def test_the_series_may_be_in_any_ring(ring: Any) -> None:
    law = ss.Law("1/x", variables=("x",))
    series = law.expand(ss.TaylorSpace({"x": 2}, order=6), scalars=ring).at({})
    found = enclose(law, series, {"x": (1, 3)})
    assert 2.0**-7 <= found.bound < 1.05 * 2.0**-7  # at x = 1 the error of the geometric series is exactly 2**-7


def test_bounds_reach_far_below_float64() -> None:
    law = ss.Law("exp(x)", variables=("x",))
    found = enclose(law, law.expand(ss.TaylorSpace({"x": 0}, order=40), scalars=ss.QQ).at({}), {"x": (-1, 1)})
    with mpmath.workdps(80):
        error = mpmath.e - mpmath.fsum(1 / mpmath.factorial(k) for k in range(41))
    assert error <= found.bound < 1.05 * error


def test_scaled_off_centre_and_tensor_series_are_bounded() -> None:
    rng = np.random.default_rng(5)
    net = random_network(rng, (2, 6, 1), "tanh")
    space = ss.TaylorSpace({"x": "1/10", "y": 0}, order=4, scale={"y": 3}, index_set="tensor")
    series = net.expand(space)
    assert looseness(network_in_balls(net), series, enclose(net, series, {"x": (0, 0.5), "y": (-0.1, 0.4)}), rng) < 2.5


def test_more_variables_than_the_function_has() -> None:
    rng = np.random.default_rng(6)
    net = random_network(rng, (1, 4, 1), "sigmoid")
    series = net.expand(ss.LegendreSpace({"w": (0, 1), "x": (-1, 1)}, order=4))
    assert looseness(lambda X: net.evaluate(X[:, 1:], RING)[:, 0], series, enclose(net, series), rng) < 2.5


@pytest.mark.parametrize("inputs", [4, 5])
def test_four_and_five_inputs(inputs: int) -> None:
    rng = np.random.default_rng(7)
    names = tuple("abcde"[:inputs])
    weights = rng.normal(size=(3, inputs)) / inputs
    net = ss.Network([ss.Affine(weights), ss.Activation("softplus"), ss.Affine([[1.0, -1.0, 0.5]])], names)
    series = net.expand(ss.TaylorSpace(dict.fromkeys(names, 0), order=2))
    found = enclose(net, series, dict.fromkeys(names, (-0.5, 0.5)), points=4)
    assert looseness(network_in_balls(net), series, found, rng, 50) < 2.5


# ------------------------------------------------------------------------------------------------- what would not be sound
def sound_taylor() -> bool:
    """Whether the bound of a series whose tail is most of its error holds at the corner where it is largest."""
    law = ss.Law("1/(1 - x)", variables=("x",))
    series = law.expand(ss.TaylorSpace({"x": 0}, order=3)).at({})
    found = enclose(law, series, {"x": (-0.9, 0.9)})
    return bool(errors(lambda X: 1 / (1 - X[:, 0]), series, np.array([[0.9]]))[0] <= found.bound)


def test_a_planted_unsound_tail_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # no coefficient beyond the series, so that the tail alone must carry the bound
    monkeypatch.setattr(enclosing_taylor, "_affordable", lambda task, order: task.space.indices.top)
    assert sound_taylor()
    original = enclosing_taylor._cauchy
    monkeypatch.setattr(enclosing_taylor, "_cauchy", lambda certificate, order: original(certificate, order) / 100)
    assert not sound_taylor()


def sound_box() -> bool:
    law = ss.Law("1/(1 + x)", variables=("x",))
    series = law.expand(ChebyshevSpace({"x": (0, 8)}, order=2)).at({})
    found = enclose(law, series)
    points = np.linspace(0, 8, 41)[:, None]
    return all(error <= found.bound for error in errors(lambda X: 1 / (1 + X[:, 0]), series, points))


def test_a_planted_unsound_tail_of_an_ellipse_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosing_boxes, "_affordable", lambda task, degree: 2)
    assert sound_box()
    monkeypatch.setattr(enclosing_boxes, "_tail", lambda certificate, degree, variables: arb(0))
    assert not sound_box()


def test_a_wrong_series_has_a_large_bound() -> None:
    rng = np.random.default_rng(8)
    net = random_network(rng, (2, 4, 1), "tanh")
    space = ss.LegendreSpace({"x": (-1, 1), "y": (-1, 1)}, order=4)
    series = net.expand(space)
    wrong = ss.Series(space, series.coefficients + 0.25 * (space.multi_indices.sum(axis=1) == 1))
    assert enclose(net, wrong).bound >= 0.5  # both linear coefficients are off, at a corner by as much together
    assert enclose(net, wrong).bound <= 0.5 + enclose(net, series).bound * 1.3


def test_rounding_of_the_coefficients_is_part_of_the_bound() -> None:
    law = ss.Law("exp(x)", variables=("x",))
    rounded = law.expand(ss.TaylorSpace({"x": 0}, order=30)).at({})
    found = enclose(law, rounded, {"x": (-1, 1)})
    with RING.working():
        differences = [abs(RING.element(c) - 1 / arb(k).fac()) for k, c in enumerate(rounded.coefficients)]
        assert sum(differences, start=arb(0)) * 1.01 > found.bound > max(differences) / 2
    assert found.bound < 1e-15


# ------------------------------------------------------------------------------------------------------ exact polynomials
@pytest.mark.parametrize("space", [ss.TaylorSpace({"x": "1/3", "y": 0}, order=4), ss.TaylorSpace({"x": 0, "y": 1}, order=5)])
def test_the_bound_of_an_exact_polynomial_is_zero(space: ss.TaylorSpace) -> None:
    first, square = ss.Affine([[1, 2], [Fraction(1, 3), 1]], [0, 1]), ss.Activation("square")
    net = ss.Network([first, square, ss.Affine([[1, -1]]), square], ("x", "y"))
    found = enclose(net, net.expand(space, scalars=ss.QQ), {"x": (-1, 2), "y": (0, 1)})
    assert found.bound == 0
    assert "polynomial of degree 4" in found.proved
    assert found.ratio is None


def test_a_polynomial_cut_short_is_bounded_exactly() -> None:
    law = ss.Law("x**3 + x*y", variables=("x", "y"))
    taylor = law.expand(ss.TaylorSpace({"x": 0, "y": 0}, order=2), scalars=ss.QQ).at({})
    assert enclose(law, taylor, {"x": (-2, 1), "y": (0, 1)}).bound == pytest.approx(8, rel=0.02)
    chebyshev = ss.Series(ChebyshevSpace({"x": (-1, 1), "y": (0, 1)}, order=0), [0.0])
    assert 2 <= enclose(law, chebyshev).bound <= 2.1


# ------------------------------------------------------------------------------------------------------------- the parts
def test_complex_balls_hold_the_function_and_are_undefined_outside() -> None:
    rng = np.random.default_rng(9)
    ring = ACB(53)
    with ring.working():
        for name, rule in _VALUES.items():
            assert not rule(acb("nan")).is_finite()
            for _ in range(40):
                ball = acb(arb(rng.uniform(-2, 3), rng.uniform(0, 0.3)), arb(rng.uniform(-1.5, 1.5), rng.uniform(0, 0.3)))
                held = rule(ball)
                for s, t in rng.uniform(-1, 1, size=(5, 2)):
                    inner = acb(ball.real.mid() + s * ball.real.rad(), ball.imag.mid() + t * ball.imag.rad())
                    if held.is_finite():
                        assert held.overlaps(reference(name, inner)), name


def reference(name: str, z: acb) -> acb:
    """Return a function at a complex point by mpmath, as a small ball."""
    functions = {
        "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)), "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
        "normal_cdf": lambda u: mpmath.erfc(-u / mpmath.sqrt(2)) / 2, "gaussian": lambda u: mpmath.exp(-u * u),
    }  # fmt: skip
    with mpmath.workdps(30):
        value = functions.get(name, getattr(mpmath, name, None))(mpmath.mpc(float(z.real.mid()), float(z.imag.mid())))
        return acb(arb(float(value.real), 1e-12 * (1 + abs(value))), arb(float(value.imag), 1e-12 * (1 + abs(value))))


@pytest.mark.parametrize("exponent", ["2", "-1", "2/3", "-1/2", "5"])
def test_powers_of_complex_balls(exponent: str) -> None:
    rng, ring, power = np.random.default_rng(10), ACB(53), Fraction(exponent)
    with ring.working():
        for _ in range(40):
            ball = acb(arb(rng.uniform(0.1, 2), rng.uniform(0, 0.2)), arb(rng.uniform(-1, 1), rng.uniform(0, 0.2)))
            held = _power(ball, power)
            if held.is_finite():
                inner = complex(float(ball.real.mid() + ball.real.rad()), float(ball.imag.mid() - ball.imag.rad()))
                value = inner ** float(power)
                assert held.overlaps(acb(arb(value.real, 1e-9), arb(value.imag, 1e-9)))
        around_zero = _power(acb(arb(0, 1)), power)
        assert around_zero.is_finite() == (power > 0 and power.denominator == 1)


def test_the_supremum_on_an_ellipse_is_above_every_value() -> None:
    rng = np.random.default_rng(11)
    region = Region([Fraction(0)] * 2, [Fraction(5, 4)] * 2, [Fraction(3, 4)] * 2)
    ring = enclosing_regions.RING
    with ring.working():
        found = supremum(lambda X: X[:, 0] * X[:, 1] + X[:, 0], region, 16, arb(0))
    assert found is not None
    t = rng.uniform(0, 2 * np.pi, size=(2, 20_000))
    x, y = 1.25 * np.cos(t) + 0.75j * np.sin(t)
    seen = abs(x * y + x).max()
    assert seen <= float(found[0]) <= 1.4 * seen


def test_the_largest_value_on_a_grid_bounds_a_polynomial() -> None:
    rng = np.random.default_rng(12)
    indices = np.array(list(itertools.product(range(6), repeat=2)))
    with RING.working():
        for low, high in ((-1, 1), (-0.3, 1)):
            coefficients = RING.array(rng.normal(size=len(indices)))
            ends = arb(low), arb(high)
            bound = largest(indices, coefficients, lambda j, degree, points, ends=ends: powers(*ends, degree, points), RING)
            X = rng.uniform(low, high, size=(5000, 2))
            seen = abs((X[:, None, :] ** indices[None]).prod(axis=2) @ [float(c) for c in coefficients]).max()
            assert seen <= float(bound) <= min(1.2 * seen, float(sums(coefficients)))
        assert float(cosines(3, 5)[1, 2]) == pytest.approx(np.cos(2 * np.arccos(np.cos(3 * np.pi / 10))))


# -------------------------------------------------------------------------------------------------------- what is refused
def affine_and(name: str, **parameters: object) -> ss.Network:
    return ss.Network([ss.Affine([[1.0]], [0.5]), ss.Activation(name, **parameters)], ("x",))


NET = affine_and("tanh")
TAYLOR = ss.TaylorSpace({"x": 0}, order=3)


@pytest.mark.parametrize(
    ("function", "series", "arguments", "error", "words"),
    [
        (affine_and("relu"), NET.expand(TAYLOR), {"domain": {"x": (-1, 1)}}, OptionError, "rigorous are tanh"),
        (ss.Network([ss.Affine([[1.0], [2.0]]), ss.Softmax()], ("x",), ("a", "b")).output(0), NET.expand(TAYLOR),
         {"domain": {"x": (-1, 1)}}, OptionError, "Softmax"),
        (NET, NET.expand(TAYLOR), {}, OptionError, "no domain of its own"),
        (NET, NET.expand(TAYLOR), {"domain": {"x": (1, -1)}}, OptionError, "not below"),
        (NET, NET.expand(TAYLOR), {"domain": {"x": (0, float("nan"))}}, OptionError, "domain of x"),
        (NET, NET.expand(TAYLOR), {"domain": {"y": (0, 1)}}, OptionError, "variables: x"),
        (NET, NET.expand(TAYLOR), {"domain": {"x": (-9, 9)}}, ConvergenceError, "does not certainly converge"),
        (NET, NET.expand(TAYLOR), {"domain": {"x": (-1, 1)}, "points": 7}, OptionError, "power of two"),
        (NET, NET.expand(TAYLOR), {"domain": {"x": (-1, 1)}, "constants": {}}, OptionError, "has none"),
        (NET, NET.expand(ss.LegendreSpace({"x": (0, 1)}, 3)), {"domain": {"x": (0, 2)}}, OptionError, "beyond the box"),
        (NET, "series", {}, OptionError, "expected a Series"),
        (abs, NET.expand(TAYLOR), {"domain": {"x": (-1, 1)}}, OptionError, "expected a Network"),
        (NET, NET.expand(ss.EmpiricalSpace({"x": [0.0, 1.0, 2.0]}, order=1)), {}, OptionError, "no rigorous bound"),
        (ss.Law("abs(x)", ("x",)), NET.expand(TAYLOR), {"domain": {"x": (1, 2)}}, OptionError, "several pieces"),
        (ss.Law("x**x", ("x",)), NET.expand(TAYLOR), {"domain": {"x": (1, 2)}}, OptionError, "exponents"),
        (ss.Law("1/(x - 3)", ("x",)), NET.expand(ss.LegendreSpace({"x": (0, 4)}, 3)), {}, NotAnalyticError, "singularity"),
        (ss.Law("y + 1", ("y",)), NET.expand(TAYLOR), {"domain": {"x": (1, 2)}}, SpaceMismatchError, "'y'"),
    ],
)  # fmt: skip
def test_what_cannot_be_proved_is_refused(function: Any, series: Any, arguments: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        enclose(function, series, **arguments)
    assert "\n" not in str(caught.value)


def test_six_inputs_are_refused_before_any_work() -> None:
    names = tuple("abcdef")
    net = ss.Network([ss.Affine([[0.1] * 6]), ss.Activation("tanh")], names)
    with pytest.raises(ResourceLimitError, match="6 variables"):
        enclose(net, net.expand(ss.TaylorSpace(dict.fromkeys(names, 0), order=2)), dict.fromkeys(names, (-1, 1)))


# ------------------------------------------------------------------------------------------------------------- the object
def test_an_enclosure_says_what_was_proved_in_every_form() -> None:
    found = enclose(NET, NET.expand(TAYLOR), {"x": ("-1/2", 0.5)})
    for word in ("x in [-0.5, 0.5]", "T = ", "M = ", "L = ", "bits", "balls that cover"):
        assert word in found.proved
    assert found.bound >= float(found.ball.mid)
    assert found.ratio is not None
    assert found.ratio > 1
    assert found.cells > 0
    assert found.proved in found.summary() == str(found)
    assert r"\toprule" in found.to_latex()
    assert "<table" in found._repr_html_()
    box = enclose(NET, NET.expand(ss.LegendreSpace({"x": (0, 1)}, 3)))
    assert "rho = " in box.proved
    assert "m = " in box.proved


def test_the_bound_as_a_frame() -> None:
    law = ss.Law("exp(x)", variables=("x",))
    found = enclose(law, law.expand(ss.TaylorSpace({"x": 0}, order=4)).at({}), {"x": (-1, 1)})
    frame = found.to_frame()
    assert frame["at most"].tolist() == [found.bound, *found.parts.values()]
    assert frame["what"].tolist()[1:] == list(found.parts)
