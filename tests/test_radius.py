"""How far Taylor series reach: closed forms, estimates, Bernstein parameters, kinks, pictures, refusals."""

from __future__ import annotations

import itertools
import math
import pickle
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from numpy.polynomial import chebyshev

import symseries as ss
from symseries import activations
from symseries.convergence.radius import Radius, coverage_warning, radius
from symseries.convergence.radius_poles import reach
from symseries.errors import ConvergenceError, LawNameError, NotAnalyticError, OptionError, SpaceMismatchError
from symseries.scalars import ARB

NAMES = ("x", "y", "z")
# Half-widths of the strips without singularities: zeros of cosh and of 1 + exp.
STRIP = {"tanh": math.pi / 2, "sigmoid": math.pi, "softplus": math.pi, "silu": math.pi, "log_sigmoid": math.pi, "arctan": 1.0}


def network(seed: int, widths: tuple[int, ...], activation: str, spread: float = 1.0) -> ss.Network:
    """Return a network of random weights N(0, spread²/fan-in) and biases N(0, 0.3²)."""
    rng = np.random.default_rng(seed)
    layers: list[Any] = []
    for fan, out in itertools.pairwise(widths):
        layers += [ss.Affine(spread * rng.normal(size=(out, fan)) / math.sqrt(fan), 0.3 * rng.normal(size=out))]
        layers += [ss.Activation(activation)]
    return ss.Network(layers[:-1], inputs=NAMES[: widths[0]])


def middle(net: ss.Network, value: float = 0.0) -> dict[str, object]:
    return dict.fromkeys(net.inputs, value)


def arguments(net: ss.Network, values: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the arguments of the first neurons at a point, and their weights."""
    weights, bias = net.layers[0].weights, net.layers[0].bias
    return weights @ np.array(values) + bias, weights


def law(text: str, *variables: str, **constants: object) -> tuple[ss.Law, dict[str, object] | None]:
    return ss.Law(text, variables=variables or ("x",)), constants or None


# ------------------------------------------------------------------------------------------------------ closed forms
@pytest.mark.parametrize("name", STRIP)
@pytest.mark.parametrize("inputs", [1, 3])
def test_one_hidden_layer_is_the_formula(name: str, inputs: int) -> None:
    net = network(len(name), (inputs, 8, 1), name)
    place = [0.3, -0.2, 0.5][:inputs]
    half = np.array([0.5, 2.0, 1.0][:inputs])
    domain = {n: (c - h, c + h) for n, c, h in zip(NAMES, place, half, strict=False)}
    found = radius(net, dict(zip(NAMES, place, strict=False)), domain=domain)
    a, weights = arguments(net, place)
    distance = np.sqrt(a**2 + STRIP[name] ** 2)
    assert found.exact
    assert list(found.axes.values()) == pytest.approx([(distance / abs(weights[:, i])).min() for i in range(inputs)])
    assert found.polydisc == pytest.approx((distance / (abs(weights) @ half)).min())


def test_whitening_dropout_and_slices_belong_to_the_form() -> None:
    inner = ss.Affine([[2.0, 1.0]], [0.5])
    layers = [ss.Whitening([1.0, 4.0], [2.0, 5.0]), ss.Dropout(0.1), inner, ss.Activation("tanh"), ss.Affine([[3.0]])]
    net = ss.Network(layers, inputs=("x", "y"))
    argument = 2 * (3 - 1) / 2 + (5 - 4) / 5 + 0.5
    distance = math.hypot(argument, math.pi / 2)
    assert radius(net, {"x": 3, "y": 5}).axes == pytest.approx({"x": distance / 1.0, "y": distance / 0.2})
    sliced = radius(net.slice({"y": 5}), {"x": 3})
    assert sliced.exact
    assert sliced.axes["x"] == pytest.approx(distance)


def test_neurons_that_reach_no_output_do_not_count() -> None:
    hidden = ss.Affine([[9.0], [1.0], [5.0], [5.0]], [0.0, 0.0, 1.0, 1.0])
    net = ss.Network([hidden, ss.Activation("tanh"), ss.Affine([[0.0, 1.0, 2.0, -2.0]])], inputs=("x",))
    assert radius(net, {"x": 0}).axes["x"] == pytest.approx(math.pi / 2)


@pytest.mark.parametrize("name", ["exp", "sin", "gelu", "erf", "gaussian", "square"])
def test_entire_activations_have_no_radius_at_any_depth(name: str) -> None:
    found = radius(network(1, (2, 4, 3, 1), name), {"x": 1, "y": 2})
    assert found.exact
    assert found.polydisc == math.inf
    assert set(found.axes.values()) == {math.inf}
    assert found.covers({"x": (-9, 9), "y": (-9, 9)})


@pytest.mark.parametrize(
    ("text", "center", "expected"),
    [
        ("1/sqrt(x)", 10, 10.0),
        ("exp(-80000/(8.314*x))", 900, 900.0),
        ("log(x)", 3, 3.0),
        ("2 + 3*log(1 + x/4)", 1, 5.0),
        ("x**(2/3)", "1/20", 0.05),
        ("x**2*exp(x)", 2, math.inf),
        ("tanh(2*x)", 1, math.hypot(1, math.pi / 4)),
        ("3**x", 1, math.inf),
        ("1/(x - 3)**2", 1, 2.0),
    ],
)
def test_laws_of_linear_forms_are_exact(text: str, center: object, expected: float) -> None:
    function, constants = law(text)
    found = radius(function, {"x": center}, constants=constants)
    assert found.exact
    assert found.axes["x"] == pytest.approx(expected, rel=1e-12)


def test_a_law_of_two_variables_and_constants() -> None:
    function, constants = law("s + C*c**(2/3) + k/sqrt(d + w)", "c", "d", s=100, C=300, k=500, w=5)
    found = radius(function, {"c": 0.05, "d": 10}, domain={"c": (0.03, 0.07), "d": (1, 19)}, constants=constants)
    assert found.axes == pytest.approx({"c": 0.05, "d": 15.0})
    assert found.polydisc == pytest.approx(15 / 9)


@pytest.mark.parametrize(
    ("text", "center", "expected"),
    [
        ("1/(1 + x**2)", 0, 1.0),
        ("1/(1 + x**2)", 2, math.sqrt(5)),
        ("x/(exp(x) - 1)", 1, math.hypot(1, 2 * math.pi)),
        ("tan(x)", 0.5, math.pi / 2 - 0.5),
        ("sqrt(1 + sqrt(x))", 2, 2.0),
        ("sqrt(1 + x**2)*cos(x)", 0.5, math.hypot(0.5, 1)),
        ("log(2 + sin(x))", 0, math.hypot(math.pi / 2, math.acosh(2))),  # sin(x) = -2
        ("sin(x)/x", 2, math.inf),
        ("(exp(x) - 1)/x", 0, math.inf),
        ("(1 - cos(x))/x**2 + 1/(3 - x)", 1, 2.0),
        ("1/(x**2 - 6*x + 9)", 1, 2.0),
    ],
)
def test_other_laws_are_estimated(text: str, center: object, expected: float) -> None:
    function, constants = law(text)
    found = radius(function, {"x": center}, constants=constants)
    assert not found.exact
    assert found.axes["x"] == pytest.approx(expected, rel=0.03)


# --------------------------------------------------------------------------------------------------------- estimates
@pytest.mark.parametrize("seed", range(15))
def test_estimates_are_near_the_exact_radii(seed: int) -> None:
    net = network(seed, (1 + seed % 3, 8, 1), list(STRIP)[seed % len(STRIP)], spread=1.5)
    exact, estimated = (radius(net, middle(net, 0.1), method=method) for method in ("auto", "estimate"))
    assert (exact.exact, estimated.exact) == (True, False)
    assert estimated.axes == pytest.approx(exact.axes, rel=0.05)
    assert estimated.polydisc == pytest.approx(exact.polydisc, rel=0.05)


def arrhenius(seed: int) -> ss.Network:
    rng = np.random.default_rng(seed)
    x = rng.uniform(600, 1200, 120)
    y = np.exp(-4000 / x)
    return ss.train({"T": x, "y": y + 0.01 * y.std() * rng.normal(size=120)}, inputs=("T",), target="y", rng=seed, restarts=2)


@pytest.fixture(scope="module")
def trained() -> list[ss.Network]:
    return [arrhenius(seed) for seed in range(3)]


def test_estimates_of_trained_networks(trained: list[ss.Network]) -> None:
    for net in trained:
        exact, estimated = (radius(net, {"T": 900}, method=method) for method in ("auto", "estimate"))
        assert exact.exact
        assert estimated.axes["T"] == pytest.approx(exact.axes["T"], rel=0.05)


def nearest_zero(net: ss.Network, direction: np.ndarray, reach: float) -> float:
    """Return the smallest |t| where an argument of the second tanh layer is i pi (n + 1/2), by Newton from many starts."""
    first, second = net.layers[0], net.layers[2]
    slopes, rest = first.weights @ direction, first.bias
    best = reach
    radii, angles = np.meshgrid(np.linspace(0.05, 0.95, 12) * reach, np.linspace(0, np.pi, 25))
    starts = (radii * np.exp(1j * angles)).ravel()
    for weights, bias in zip(second.weights, second.bias, strict=True):
        for level in (np.pi / 2, -np.pi / 2, 1.5 * np.pi, -1.5 * np.pi):
            t = starts.copy()
            with np.errstate(all="ignore"):
                for _ in range(60):
                    inner = np.tanh(rest + np.outer(t, slopes))
                    value = inner @ weights + bias - 1j * level
                    t = t - value / ((1 - inner**2) @ (weights * slopes))
                kept = t[(abs(value) < 1e-9) & (abs(t) < best)]
            best = min(best, float(abs(kept).min(initial=best)))
    return best


@pytest.mark.parametrize("seed", range(4))
def test_two_hidden_layers_against_the_zeros_of_the_second(seed: int) -> None:
    net = network(seed, (2, 6, 5, 1), "tanh", spread=1.6)
    found = radius(net, middle(net))
    a, weights = arguments(net, [0.0, 0.0])
    first = (np.hypot(a, math.pi / 2) / abs(weights).sum(axis=1)).min()
    assert not found.exact
    assert found.polydisc < first
    assert found.polydisc <= min(found.axes.values())
    for i, name in enumerate(net.inputs):
        layer1 = (np.hypot(a, math.pi / 2) / abs(weights[:, i])).min()
        assert found.axes[name] == pytest.approx(nearest_zero(net, np.eye(2)[i], layer1), rel=0.03)
    diagonals = [nearest_zero(net, np.array([1.0, sign]), first * 4) for sign in (1, -1)]
    assert found.polydisc == pytest.approx(min(*diagonals, *found.axes.values()), rel=0.03)


def test_a_transformed_input_ends_at_the_origin_of_its_logarithm() -> None:
    layers = [ss.Transform({"d": "log"}), ss.Affine([[0.1]], [0.2]), ss.Activation("tanh"), ss.Affine([[1.0]])]
    assert radius(ss.Network(layers, inputs=("d",)), {"d": 4}).axes["d"] == pytest.approx(4, rel=0.02)


def through_a_logarithm() -> ss.Network:
    """Return a network of one hidden layer that takes y in its logarithm."""
    rng = np.random.default_rng(7)
    hidden = ss.Affine(0.3 * rng.normal(size=(6, 2)), 0.3 * rng.normal(size=6))
    layers = [ss.Transform({"y": "log"}), ss.Whitening([0.0, 2.0], [1.0, 2.0]), hidden, ss.Activation("tanh")]
    return ss.Network([*layers, ss.Affine(rng.normal(size=(1, 6)))], inputs=("x", "y"))


@pytest.mark.parametrize("order", [12, 16, 40])
def test_a_series_of_few_orders_is_not_taken_for_one_without_singularity(order: int) -> None:
    """The logarithm is singular at y = 0; the coefficients of few orders, slowly varying in log(y), do not show it."""
    found = radius(through_a_logarithm(), {"x": 0, "y": 10}, domain={"x": (-1, 1), "y": (1, 100)}, order=order)
    assert found.axes["y"] <= 10.0
    assert found.axes["y"] == pytest.approx(10.0, rel=0.05)
    assert found.polydisc == pytest.approx(1 / 9, rel=0.05)


def test_a_power_of_an_input_that_ends_has_no_singularity() -> None:
    layers = [ss.Transform({"x": "square"}), ss.Affine([[2.0]], [1.0])]
    assert radius(ss.Network(layers, inputs=("x",)), {"x": 1}).axes["x"] == math.inf


def test_a_slice_that_holds_the_transformed_input_is_one_hidden_layer() -> None:
    net = through_a_logarithm()
    sliced, hidden = net.slice({"y": 10}), net.layers[2]
    found = radius(sliced, {"x": "0.3"}, domain={"x": (-1, 1)})
    shift = hidden.weights[:, 1] * (math.log(10) - 2) / 2 + hidden.bias
    distance = np.hypot(hidden.weights[:, 0] * 0.3 + shift, math.pi / 2)
    assert found.exact
    assert found.axes["x"] == pytest.approx((distance / abs(hidden.weights[:, 0])).min())
    assert found.bernstein({"x": (-1, 1)}) is not None
    assert not radius(net.slice({"x": "0.3"}), {"y": 10}).exact


def test_several_outputs_share_the_smallest_radius() -> None:
    layers = [ss.Affine([[2.0], [5.0]]), ss.Activation("tanh"), ss.Affine([[1.0, 0.0], [0.0, 1.0]])]
    net = ss.Network(layers, inputs=("x",), outputs=("u", "v"))
    for method in ("auto", "estimate"):
        assert radius(net, {"x": 0}, method=method).axes["x"] == pytest.approx(math.pi / 10, rel=1e-3)
    assert radius(net.output(0), {"x": 0}).axes["x"] == pytest.approx(math.pi / 4)


def test_many_variables_are_followed_along_some_diagonals() -> None:
    rng = np.random.default_rng(0)
    layers = [ss.Affine(rng.normal(size=(3, 7))), ss.Activation("tanh"), ss.Affine(np.ones((1, 3)))]
    net = ss.Network(layers, inputs=tuple("abcdefg"))
    exact, estimated = (radius(net, middle(net), order=20, method=method) for method in ("auto", "estimate"))
    assert exact.polydisc <= estimated.polydisc * 1.05
    assert estimated.polydisc <= min(estimated.axes.values())


def test_series_that_end_have_gaps_or_carry_noise() -> None:
    ring, rng = ARB(256), np.random.default_rng(0)
    noise = rng.choice([-1, 1], size=41).tolist()  # brings pairs of a pole and a zero near |t| = 1, which do not count
    with ring.working():
        ends = reach(ring.array([1, 2, 3] + [0] * 38))
        even = reach(ring.array([0 if n % 2 else 3**n for n in range(41)]))
        noisy = reach(ring.array([Fraction(1, 2**n) + Fraction(sign, 10**20) for n, sign in enumerate(noise)]))
    assert ends.radius == math.inf
    assert even.radius == pytest.approx(1 / 3)
    assert noisy.radius == pytest.approx(2, rel=1e-3)


def test_softmax_of_two_is_a_sigmoid() -> None:
    net = ss.Network([ss.Affine([[1.0], [3.0]], [0.2, 0.0]), ss.Softmax()], inputs=("x",), outputs=("u", "v"))
    assert radius(net, {"x": 0}).axes["x"] == pytest.approx(math.hypot(0.2, math.pi) / 2, rel=1e-6)


def test_the_answer_says_how_sure_it_is() -> None:
    function, constants = law("1/(1 + x**2)")
    assert "Padé" in radius(function, {"x": 0}, constants=constants).method
    assert "sure" in radius(function, {"x": 0}, constants=constants).method
    entire = radius(*law("sin(x)/x")[:1], {"x": 2})
    assert "no singularity seen to order 40" in entire.method


# ------------------------------------------------------------------------------------------------------------- kinks
def test_relu_networks_of_any_depth_end_at_the_first_kink() -> None:
    net = network(5, (2, 6, 4, 1), "relu", spread=1.5)
    found = radius(net, {"x": 0.1, "y": 0.2})
    assert found.exact
    series = net.expand(ss.TaylorSpace({"x": 0.1, "y": 0.2}, order=1))
    rng = np.random.default_rng(0)
    box = np.array([0.1, 0.2]) + found.polydisc * rng.uniform(-0.999, 0.999, size=(2000, 2))
    assert net(box) == pytest.approx(series(box), abs=1e-12)
    beyond = np.array([0.1, 0.2]) + found.polydisc * 1.05 * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    inner = net.layers[0].values(np.vstack([[[0.1, 0.2]], beyond]), ss.F64)
    outer = net.layers[2].values(np.maximum(inner, 0), ss.F64)
    signs = np.sign(np.hstack([inner, outer]))
    assert (signs[1:] != signs[0]).any()


def test_the_nearest_kink_limits_other_pieces_too() -> None:
    one = ss.Network([ss.Affine([[2.0]], [1.0]), ss.Activation("elu"), ss.Affine([[1.0]])], inputs=("x",))
    assert radius(one, {"x": 1}).axes["x"] == pytest.approx(1.5)
    deep = ss.Network([*one.layers, ss.Activation("elu"), ss.Affine([[2.0]])], inputs=("x",))
    # left of its kink the inner ELU is exp(2 x + 1) - 1, which the outer one meets at 0, where the inner one has its kink
    assert radius(deep, {"x": -1}).axes["x"] == pytest.approx(0.5)
    assert not radius(deep, {"x": -1}).exact
    shifted = ss.Network([*one.layers[:2], ss.Affine([[1.0]], [0.5]), ss.Activation("elu"), ss.Affine([[2.0]])], inputs=("x",))
    # exp(2 x + 1) - 1/2 vanishes at x = -(1 + ln 2)/2
    assert radius(shifted, {"x": -1}).axes["x"] == pytest.approx(1 - (1 + math.log(2)) / 2)


def test_softsign_has_a_pole_and_a_nearer_kink() -> None:
    net = ss.Network([ss.Affine([[1.0]], [0.0]), ss.Activation("softsign"), ss.Affine([[1.0]])], inputs=("x",))
    assert radius(net, {"x": 0.5}).axes["x"] == pytest.approx(0.5)


X = sympy.Symbol("x")


@pytest.mark.parametrize("formula", [abs(X - 3) * sympy.exp(X), sympy.Max(X, 3), sympy.Min(X**2, 9) + 1 / X])
def test_kinks_of_laws_and_formulas(formula: sympy.Expr) -> None:
    for function in (ss.Law(formula, variables=("x",)), ss.Network.from_expression(formula, inputs=("x",))):
        found = radius(function, {"x": 2})
        assert found.axes["x"] == pytest.approx(1.0)
        assert "kink" in found.method


def test_a_registered_activation_is_estimated_and_its_kinks_are_said_to_be_unknown() -> None:
    for name, formula in (("radius_runge", "1/(1 + x**2)"), ("radius_bent", "abs(x)/(4 + x**2)")):
        if name not in activations.ACTIVATIONS:
            activations.register_activation(name, formula)
    runge = ss.Network([ss.Affine([[2.0]]), ss.Activation("radius_runge")], inputs=("x",))
    found = radius(runge, {"x": 0})
    assert not found.exact
    assert found.axes["x"] == pytest.approx(0.5, rel=1e-6)
    assert found.neurons[0].ratio is None
    bent = radius(ss.Network([ss.Affine([[1.0]]), ss.Activation("radius_bent")], inputs=("x",)), {"x": 3})
    assert "radius_bent" in bent.warnings[0]
    assert bent.warnings[0] in str(bent)


# --------------------------------------------------------------------------------------------------------- Bernstein
def measured_decay(net: ss.Network, low: float, high: float) -> float:
    """Return the rate at which Chebyshev coefficients fall, from the larger ones of the later half above rounding."""
    sizes = abs(chebyshev.chebinterpolate(lambda u: net((low + (high - low) * (u + 1) / 2)[:, None]), 400))
    last = int(np.flatnonzero(sizes > 1e-12 * sizes.max()).max())
    orders = np.arange(last // 2, last + 1)
    peaks = [block[np.argmax(sizes[block])] for block in np.array_split(orders, max(3, len(orders) // 6))]
    return math.exp(-np.polyfit(peaks, np.log(sizes[peaks]), 1)[0])


@pytest.mark.parametrize(("seed", "name"), [(0, "tanh"), (1, "sigmoid"), (2, "arctan"), (3, "tanh"), (4, "sigmoid")])
def test_chebyshev_decay_of_random_networks(seed: int, name: str) -> None:
    net = network(seed, (1, 8, 1), name, spread=2.5)
    predicted = radius(net, {"x": 0.25}).bernstein({"x": (-1, 1.5)})
    assert predicted is not None
    assert measured_decay(net, -1, 1.5) == pytest.approx(predicted["x"], rel=0.1)


def test_chebyshev_decay_of_trained_networks(trained: list[ss.Network]) -> None:
    for net in trained:
        predicted = radius(net, {"T": 900}).bernstein({"T": (600, 1200)})
        assert predicted is not None
        assert measured_decay(net, 600, 1200) == pytest.approx(predicted["T"], rel=0.1)


def test_the_bernstein_parameter_is_the_worst_over_the_other_variables() -> None:
    net = network(7, (2, 6, 1), "tanh", spread=2.0)
    box = {"x": (-1, 1.5), "y": (-0.5, 2)}
    predicted = radius(net, {"x": 0, "y": 0.3}).bernstein(box)
    assert predicted is not None
    for name, other in (("x", "y"), ("y", "x")):
        slices = [net.slice({other: value}) for value in np.linspace(*box[other], 101).tolist()]
        each = [radius(piece, {name: 0}).bernstein({name: box[name]}) for piece in slices]
        assert predicted[name] == pytest.approx(min(found[name] for found in each if found), rel=1e-2)


def test_bernstein_of_kinks_entire_functions_and_deeper_networks() -> None:
    relu = ss.Network([ss.Affine([[1.0]]), ss.Activation("relu")], inputs=("x",))
    assert radius(relu, {"x": 2}).bernstein({"x": (1, 3)}) == {"x": math.inf}
    assert radius(relu, {"x": 2}).bernstein({"x": (-1, 3)}) == {"x": 1.0}
    assert radius(network(0, (1, 3, 1), "sin"), {"x": 0}).bernstein({"x": (-1, 3)}) == {"x": math.inf}
    assert radius(network(0, (1, 3, 3, 1), "tanh"), {"x": 0}).bernstein({"x": (-1, 3)}) is None


# ------------------------------------------------------------------------------------------------- coverage and display
def test_a_domain_is_covered_where_all_its_corners_are() -> None:
    function, constants = law("1/(x + y)", "x", "y")
    found = radius(function, {"x": 1, "y": 1}, constants=constants)
    assert found.polydisc == pytest.approx(1.0)
    assert found.covers({"x": (0.1, 1.9), "y": (0.1, 1.9)})
    assert not found.covers({"x": (0.1, 1.9), "y": (0.1, 2.2)})
    assert found.reach({"x": (0.5, 1.5), "y": (0.5, 1.5)}) == pytest.approx(2.0)


def test_the_warning_agrees_with_the_series() -> None:
    function, constants = law("1/x")
    found = radius(function, {"x": 2}, constants=constants)
    space = ss.TaylorSpace({"x": 2}, order=60)
    series = function.expand(space).at({})
    for domain in ((1, 3), (1, 6)):
        warned = coverage_warning(space, found, {"x": domain})
        error = abs(series([[domain[1]]])[0] - 1 / domain[1])
        assert (warned is None) == bool(error < 1e-6)
    assert "\n" not in str(coverage_warning({"x": 2}, found, {"x": (1, 6)}))
    with pytest.raises(SpaceMismatchError, match="same centre"):
        coverage_warning({"x": 3}, found, {"x": (1, 3)})


def test_neurons_stand_with_their_share_of_the_disc() -> None:
    net = ss.Network([ss.Affine([[1.0], [1.0]], [3.0, -0.5]), ss.Activation("tanh"), ss.Affine([[1.0, 1.0]])], inputs=("x",))
    found = radius(net, {"x": 0.5})
    first, second = found.neurons
    assert (first.layer, first.neuron, first.constant) == (2, 1, 3.5)
    assert first.distance == pytest.approx(math.hypot(3.5, math.pi / 2))
    assert first.ratio == pytest.approx(3.5 / (math.pi / 2))
    assert second.ratio == 0
    assert "1 of 2 neurons" in str(found)
    assert "3.5" in found.summary()


def test_a_radius_shows_itself_and_comes_back_from_a_pickle() -> None:
    found = radius(network(0, (2, 5, 1), "tanh"), {"x": 0, "y": 1}, domain={"x": (-1, 1), "y": (0, 4)})
    assert isinstance(found, Radius)
    assert r"\toprule" in found.to_latex()
    assert r"\documentclass" in found.to_latex(document=True)
    assert found._repr_html_().startswith("<table>")
    assert "exact" in repr(found)
    assert found.half_widths == {"x": 1.0, "y": 3.0}
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.covers({"x": (-0.1, 0.1), "y": (0.9, 1.1)})


def test_the_picture_of_one_variable_is_its_disc() -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    function, constants = law("1/x")
    ax = radius(function, {"x": 2}, constants=constants).plot(Figure().subplots(), data={"x": [1.5, 2.5]})
    outline = ax.get_lines()[0].get_xydata()
    assert np.hypot(outline[:, 0] - 2, outline[:, 1]) == pytest.approx(2.0)
    assert ax.get_xlabel() == "x, real part"


def test_the_picture_of_two_variables_is_the_region_of_convergence() -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    net = network(3, (3, 4, 1), "tanh")
    found = radius(net, middle(net))
    ax = found.plot(Figure().subplots(), variables=("x", "z"))
    a, weights = arguments(net, [0.0, 0.0, 0.0])
    outline = abs(ax.get_lines()[0].get_xydata())
    shares = (outline @ abs(weights[:, [0, 2]]).T / np.hypot(a, math.pi / 2)).max(axis=1)
    assert shares == pytest.approx(1.0)
    table = {name: np.linspace(0, 1, 5) for name in ("x", "y", "z")} | {"out": np.zeros(5)}
    held = ss.Network(net.layers, inputs=("x", "y", "z"), outputs=("out",)).with_data(table)
    drawn = radius(held, middle(net)).plot(Figure().subplots())
    assert drawn.get_lines()[2].get_xydata().tolist() == [[v, v] for v in np.linspace(0, 1, 5).tolist()]
    with pytest.raises(LawNameError, match="'q'"):
        found.plot(Figure().subplots(), variables=("q",))
    with pytest.raises(OptionError, match="one or two"):
        found.plot(Figure().subplots(), variables=("x", "y", "z"))


# ---------------------------------------------------------------------------------------------------------- refusals
@pytest.mark.parametrize(("text", "center"), [("log(x)", 0), ("1/(x - 3)", 3), ("sqrt(x)", 0), ("abs(x)", 0), ("1/sin(x)", 0)])
def test_a_centre_on_a_singularity_is_refused(text: str, center: object) -> None:
    function, constants = law(text)
    with pytest.raises(NotAnalyticError):
        radius(function, {"x": center}, constants=constants)


def test_a_centre_on_a_kink_is_refused() -> None:
    net = ss.Network([ss.Affine([[2.0]], [1.0]), ss.Activation("relu"), ss.Affine([[1.0]])], inputs=("x",))
    with pytest.raises(NotAnalyticError, match="neuron"):
        radius(net, {"x": -0.5})


TANH = ss.Network([ss.Affine([[2.0, 1.0]]), ss.Activation("tanh")], inputs=("c", "d"))
ORIGIN = {"c": 0, "d": 0}


@pytest.mark.parametrize(
    ("arguments_", "error", "said"),
    [
        ((ss.Network.symbolic((1, 1, 1), "tanh", inputs=("x",)), {"x": 0}, {}), OptionError, "symbols"),
        ((TANH, {"c": 0, "e": 0}, {}), LawNameError, "'e'"),
        ((TANH, {"c": 0}, {}), LawNameError, "'d' is missing"),
        ((TANH, {}, {}), OptionError, "center"),
        ((TANH, {"c": "pi/", "d": 0}, {}), OptionError, "center of c"),
        ((TANH, {"c": float("nan"), "d": 0}, {}), OptionError, "center of c"),
        ((TANH, ORIGIN, {"domain": {"c": (0, 1)}}), LawNameError, "domain: 'd' is missing"),
        ((TANH, ORIGIN, {"domain": {"c": (0, 1), "d": (1, 1)}}), OptionError, "domain of d"),
        ((TANH, ORIGIN, {"domain": {"c": (0, 1), "d": (0, float("inf"))}}), OptionError, "domain of d"),
        ((TANH, ORIGIN, {"domain": {"c": (0, 1), "d": 3}}), OptionError, "domain of d"),
        ((TANH, ORIGIN, {"domain": [(0, 1)]}), OptionError, "domain="),
        ((TANH, ORIGIN, {"constants": {"k": 1}}), OptionError, "constants"),
        ((TANH, ORIGIN, {"order": 3}), OptionError, "order=3"),
        ((TANH, ORIGIN, {"order": True}), OptionError, "order=True"),
        ((TANH, ORIGIN, {"method": "estimat"}), OptionError, "did you mean 'estimate'"),
        (("1/x", {"x": 1}, {}), OptionError, "a Network or a Law"),
        ((ss.Law("k*x", variables=("x",)), {"x": 1}, {}), LawNameError, "'k'"),
    ],
)
def test_what_means_nothing_is_refused(arguments_: tuple[Any, Any, Any], error: type[Exception], said: str) -> None:
    function, center, options = arguments_
    with pytest.raises(error, match=said) as caught:
        radius(function, center, **options)
    assert "\n" not in str(caught.value)


def test_an_open_centre_is_refused() -> None:
    space = ss.TaylorSpace({"c": sympy.Symbol("c0"), "d": 0}, order=1)
    with pytest.raises(OptionError, match="c0"):
        radius(TANH, space)


def test_an_estimate_has_no_more_digits_than_its_ways_agree_on() -> None:
    net = ss.Network.from_expression("exp(x)*sqrt(2-x)", inputs=("x",))
    found = radius(net, {"x": 0})
    assert 0 < found.spread < 0.01
    assert "differ by less than 1 %" in found.method
    shown = str(found).splitlines()[2].split()[-1]
    assert float(shown) == pytest.approx(2, abs=2 * found.spread * found.axes["x"])
    assert len(shown.replace(".", "")) <= max(2, math.floor(-math.log10(found.spread)))


@pytest.mark.parametrize(("text", "said"), [("tanh(1e-400*x)", "1e+400"), ("tanh(1e400*x)", "1e-400")])
def test_a_radius_beyond_floats_is_refused_by_its_size(text: str, said: str) -> None:
    for function in (ss.Network.from_expression(text, inputs=("x",)), ss.Law(text, ("x",))):
        with pytest.raises(ConvergenceError, match=f"about {re.escape(said)}, outside the range"):
            radius(function, {"x": 0})
