"""Networks: values, series, exactness, uncertainty, copies and what they refuse."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import flint
import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles_networks import (
    complex_steps,
    complex_values,
    mpmath_coefficients,
    mpmath_network,
    numbers_of,
    random_network,
    sympy_coefficients,
)

import symseries as ss
from symseries.errors import (
    DataError,
    LawNameError,
    LawSyntaxError,
    NetworkFormatError,
    NetworkShapeError,
    NetworkValueError,
    NotAnalyticError,
    OptionError,
    SpaceMismatchError,
    UnsupportedLayerError,
)
from symseries.network import measured_column

SMOOTH = ["tanh", "sigmoid", "softplus", "exp"]
R = sympy.Rational


def coefficients(net: ss.Network, center: dict[str, object], order: int, scalars: object = ss.F64, **kind: str) -> np.ndarray:
    return net.expand(ss.TaylorSpace(center, order=order, **kind), scalars=scalars).coefficients


# -------------------------------------------------------------------------------------------------- Taylor coefficients
@pytest.mark.parametrize("activation", [*SMOOTH, "identity", "relu"])
@pytest.mark.parametrize("widths", [(2, 3, 1), (2, 3, 2, 1)])
def test_float_networks_have_the_derivatives_of_mpmath(activation: str, widths: tuple[int, ...]) -> None:
    net = random_network(np.random.default_rng(sum(map(ord, activation)) + len(widths)), widths, activation)
    space = ss.TaylorSpace({"x": "0.3", "y": "-0.7"}, order=3)
    slow = mpmath_coefficients(mpmath_network(net), [0.3, -0.7], space.multi_indices.tolist())
    fast = net.expand(space).coefficients
    assert np.all(np.abs(fast - slow) <= 1e-12 * np.maximum(1, np.abs(slow)))


def test_softplus_with_a_parameter_has_the_derivatives_of_mpmath() -> None:
    net = random_network(np.random.default_rng(5), (1, 3, 1), "softplus", ("x",), alpha=3)
    slow = mpmath_coefficients(mpmath_network(net), [0.25], [[k] for k in range(7)])
    assert coefficients(net, {"x": "1/4"}, 6) == pytest.approx(slow, rel=1e-12, abs=1e-12)


def test_first_activation_log_and_logarithm_of_an_input() -> None:
    direct = ss.Network([ss.Affine([[2.0, 1.0]], [1.0]), ss.Activation("log"), ss.Affine([[3.0]])], ("x", "y"))
    slow = mpmath_coefficients(lambda x, y: 3 * mpmath.log(2 * x + y + 1), [0.5, 0.25], [[2, 1], [0, 3], [3, 3]])
    series = direct.expand(ss.TaylorSpace({"x": 0.5, "y": 0.25}, order=6))
    assert [series.coefficient(n) for n in ((2, 1), (0, 3), (3, 3))] == pytest.approx(slow, rel=1e-12)
    moved = ss.Network([ss.Transform({"y": "log"}), ss.Affine([[1.0, 2.0]]), ss.Activation("tanh")], ("x", "y"))
    slow = mpmath_coefficients(lambda x, y: mpmath.tanh(x + 2 * mpmath.log(y)), [0.1, 1.25], [[0, 0], [1, 1], [0, 4], [2, 2]])
    series = moved.expand(ss.TaylorSpace({"x": "0.1", "y": 1.25}, order=4))
    assert [series.coefficient(n) for n in ((0, 0), (1, 1), (0, 4), (2, 2))] == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize("kind", ["total", "tensor"])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_rational_networks_have_the_derivatives_of_sympy(activation: str, kind: str) -> None:
    layers = [
        ss.Affine([[1, R(-2, 3)], [R(1, 2), R(-1, 4)]], [R(1, 6), 0]),
        ss.Activation(activation),
        ss.Affine([[R(3, 7), -2]], [R(1, 5)]),
    ]
    net = ss.Network(layers, ("x", "y"))
    center = {"x": R(1, 2), "y": R(1)}
    assert layers[0].expression(list(center.values())) == [0, 0]  # where both functions have rational derivatives
    space = ss.TaylorSpace(center, order=3 if kind == "total" else 2, index_set=kind)
    expected = sympy_coefficients(net.expression(), center, space.multi_indices.tolist())
    exact = net.expand(space, scalars=ss.QQ).coefficients
    assert [sympy.simplify(e - f) for e, f in zip(expected, exact, strict=True)] == [0] * len(space)
    assert [float(v) for v in exact] == pytest.approx(net.expand(space).coefficients.tolist(), abs=1e-13)
    elsewhere = ss.Network([ss.Affine([[1, R(-2, 3)], [R(1, 2), 3]], [R(1, 6), R(-5, 2)]), *layers[1:]], ("x", "y"))
    with pytest.raises(OptionError, match=r"scalars=QQ: .*neuron 2 of layer 2 \(Activation"):
        elsewhere.expand(space, scalars=ss.QQ)


def test_deep_rational_networks_have_the_derivatives_of_sympy() -> None:
    layers = [
        ss.Affine([[1, 2]], [-3]),
        ss.Activation("tanh"),
        ss.Affine([[R(2, 3)], [5]]),
        ss.Activation("tanh"),
        ss.Affine([[1, -1]]),
    ]
    net = ss.Network(layers, ("x", "y"))
    space = ss.TaylorSpace({"x": 1, "y": 1}, order=4)
    expected = sympy_coefficients(net.expression(), {"x": 1, "y": 1}, space.multi_indices.tolist())
    assert net.expand(space, scalars=ss.QQ).coefficients.tolist() == expected


def test_relu_inside_a_piece_is_the_affine_map_of_that_piece() -> None:
    net = ss.Network([ss.Affine([[1, -2], [3, 1]], [R(1, 2), -4]), ss.Activation("relu"), ss.Affine([[2, 7]], [1])], ("x", "y"))
    series = net.expand(ss.TaylorSpace({"x": R(1, 3), "y": R(1, 4)}, order=3), scalars=ss.QQ)
    # first neuron x - 2y + 1/2 = 1/3 > 0, second 3x + y - 4 < 0
    assert series.coefficients.tolist() == [R(5, 3), 2, -4, *[0] * 7]
    assert net.exact
    with pytest.raises(NotAnalyticError, match=r"neuron 2 of layer 2 .*relu has a kink at 0"):
        net.expand(ss.TaylorSpace({"x": 1, "y": 1}, order=1))
    assert net.expand(ss.TaylorSpace({"x": 1, "y": 1}, order=0)).coefficients.tolist() == [1.0]


def test_formula_networks_have_the_derivatives_of_sympy() -> None:
    x, y = sympy.symbols("x y")
    formula = (x**2 + y) / (1 + x * y) + sympy.sqrt(y) * sympy.exp(x - R(1, 2)) + sympy.atan(y - 4)
    net = ss.Network.from_expression(formula, ("x", "y"))
    space = ss.TaylorSpace({"x": "1/2", "y": 4}, order=3)
    expected = sympy_coefficients(formula, {"x": R(1, 2), "y": 4}, space.multi_indices.tolist())
    exact = net.expand(space, scalars=ss.QQ).coefficients
    assert [sympy.simplify(a - b) for a, b in zip(exact, expected, strict=True)] == [0] * len(space)
    assert net.expand(space).coefficients == pytest.approx([float(v) for v in expected], rel=1e-12)


@pytest.mark.parametrize("activation", SMOOTH)
def test_a_series_is_the_head_of_one_of_higher_order(activation: str) -> None:
    net = random_network(np.random.default_rng(3), (2, 4, 3, 1), activation)
    short, long = (coefficients(net, {"x": 0.2, "y": 0.1}, order) for order in (3, 6))
    assert short == pytest.approx(long[: len(short)], rel=1e-13, abs=1e-14)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), activation=st.sampled_from(SMOOTH), width=st.integers(1, 5))
def test_permuted_inputs_and_neurons_change_nothing(seed: int, activation: str, width: int) -> None:
    rng = np.random.default_rng(seed)
    net = random_network(rng, (2, width, 1), activation)
    first, middle, last = net.layers
    order = rng.permutation(width)
    shuffled = ss.Network(
        [ss.Affine(first.weights[order][:, ::-1], first.bias[order]), middle, ss.Affine(last.weights[:, order], last.bias)],
        ("y", "x"),
        "out",
    )
    center = {"x": 0.1, "y": -0.2}
    assert coefficients(shuffled, center, 4) == pytest.approx(coefficients(net, center, 4), rel=1e-11, abs=1e-12)
    points = {"x": rng.normal(size=3), "y": rng.normal(size=3)}
    assert shuffled(points) == pytest.approx(net(points), rel=1e-12, abs=1e-13)


def test_the_closed_form_of_the_first_layer_agrees_with_composition() -> None:
    net = random_network(np.random.default_rng(11), (2, 4, 3, 1), "tanh")
    detour = ss.Network([ss.Dropout(0.5), *net.layers], net.inputs, net.outputs)  # which the closed form does not know
    for kind in ("total", "tensor"):
        space = ss.TaylorSpace({"x": "0.4", "y": "0.1"}, order=4, index_set=kind)
        assert detour._plan.first is None
        assert net._plan.first == 1
        assert detour.expand(space).coefficients == pytest.approx(net.expand(space).coefficients, rel=1e-12, abs=1e-13)


def test_whitening_as_a_layer_and_folded_in_are_the_same() -> None:
    rng = np.random.default_rng(17)
    net = random_network(rng, (2, 3, 1), "sigmoid")
    mean, scale = rng.normal(size=2), rng.uniform(0.5, 2, 2)
    first = net.layers[0]
    layered = ss.Network([ss.Whitening(mean, scale), *net.layers], ("x", "y"), "out")
    folded = ss.Network(
        [ss.Affine(first.weights / scale, first.bias - first.weights @ (mean / scale)), *net.layers[1:]], ("x", "y"), "out"
    )
    center = {"x": 0.3, "y": 0.9}
    assert coefficients(layered, center, 5) == pytest.approx(coefficients(folded, center, 5), rel=1e-11, abs=1e-13)
    X = rng.normal(size=(4, 2))
    assert layered(X) == pytest.approx(folded(X), rel=1e-13)
    late = ss.Network([*net.layers, ss.Whitening([1.0], [4.0])], ("x", "y"), "out")
    assert late(X) == pytest.approx((net(X) - 1) / 4, rel=1e-14)
    expected = coefficients(net, center, 3) / 4
    expected[0] -= 0.25
    assert coefficients(late, center, 3) == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_dropout_does_nothing() -> None:
    net = random_network(np.random.default_rng(2), (2, 3, 1), "tanh")
    with_dropout = ss.Network([net.layers[0], net.layers[1], ss.Dropout(0.3), net.layers[2]], net.inputs, net.outputs)
    X = np.random.default_rng(3).normal(size=(5, 2))
    assert np.array_equal(with_dropout(X), net(X))
    assert np.array_equal(coefficients(with_dropout, {"x": 1, "y": 2}, 3), coefficients(net, {"x": 1, "y": 2}, 3))
    assert np.array_equal(with_dropout.jacobian(X), net.jacobian(X))


def test_several_outputs_are_the_single_networks_side_by_side() -> None:
    net = random_network(np.random.default_rng(4), (2, 3, 2), "tanh")
    space = ss.TaylorSpace({"x": 0, "y": 0}, order=2)
    both = net.expand(space).coefficients
    X = np.random.default_rng(5).normal(size=(3, 2))
    assert both.shape == (6, 2)
    assert net(X).shape == (3, 2)
    for k in range(2):
        single = net.output(k)
        assert single.outputs == (f"out{k}",)
        assert np.array_equal(single.expand(space).coefficients, both[:, k])
        assert np.array_equal(single(X), net(X)[:, k])
        assert np.array_equal(single.jacobian(X)[0], net.jacobian(X)[k])
    with pytest.raises(NetworkShapeError, match="output 2 of 2"):
        net.then(type(net.output(0).layers[-1])(2), ("out2",))


def test_spaces_may_order_the_variables_otherwise_and_have_more() -> None:
    net = random_network(np.random.default_rng(6), (2, 3, 1), "tanh")
    plain = net.expand(ss.TaylorSpace({"x": 0.5, "y": 2}, order=2))
    other = net.expand(ss.TaylorSpace({"y": 2, "w": 7, "x": 0.5}, order=2))
    assert other.coefficient((1, 0, 1)) == pytest.approx(plain.coefficient((1, 1)), rel=1e-14)
    assert other.coefficient((0, 0, 2)) == pytest.approx(plain.coefficient((2, 0)), rel=1e-14)
    assert other.coefficient((0, 1, 0)) == 0
    with pytest.raises(SpaceMismatchError, match=r"input 'y' is not in the space; did you mean 'Y'\?.*net.slice"):
        net.expand(ss.TaylorSpace({"x": 0, "Y": 0}, order=1))


# ------------------------------------------------------------------------------------------------ the other spaces, rings
def test_legendre_coefficients_are_integrals() -> None:
    net = random_network(np.random.default_rng(8), (1, 4, 1), "tanh", ("x",))
    series = net.expand(ss.LegendreSpace({"x": (1, 3)}, order=3))
    function = mpmath_network(net)
    for n, value in enumerate(series.coefficients):
        integral = mpmath.quad(lambda u, n=n: function(2 + u) * mpmath.legendre(n, u), [-1, 1])
        assert value == pytest.approx(float(integral) * (2 * n + 1) / 2, rel=1e-12, abs=1e-13)


def test_exact_networks_over_rational_data() -> None:
    net = ss.Network([ss.Affine([[1, -2], [3, 1]], [R(1, 2), -4]), ss.Activation("relu"), ss.Affine([[2, 7]])], ("x", "y"))
    data = {"x": ["0.1", "0.9", "2", "1.5", "0"], "y": ["1", "0.25", "0.5", "3", "0.3"]}
    space = ss.EmpiricalSpace(data, order=1)
    exact = net.expand(space, scalars=ss.QQ)
    assert all(isinstance(v, sympy.Rational) for v in exact.coefficients)
    by_hand = [
        2 * max(x - 2 * y + R(1, 2), 0) + 7 * max(3 * x + y - 4, 0)
        for x, y in zip(*(map(R, data[k]) for k in "xy"), strict=True)
    ]
    monomials = sympy.Matrix([[1, R(x), R(y)] for x, y in zip(data["x"], data["y"], strict=True)])
    solved = (monomials.T * monomials).LUsolve(monomials.T * sympy.Matrix(by_hand))
    point = [[R(2, 7), R(-3, 5)]]
    assert exact(point)[0] == sympy.Matrix([[1, *point[0]]]).dot(solved)
    nodal = net.expand(ss.EmpiricalSpace(data, order=None), scalars=ss.QQ)
    assert nodal.coefficients.tolist() == by_hand


def test_evaluation_over_the_rationals() -> None:
    net = ss.Network([ss.Whitening([1, 2], [2, R(1, 3)]), ss.Affine([[0.1, 1.0]], [2]), ss.Activation("tanh")], ("x", "y"))
    X = ss.QQ.array(np.array([[R(3), R(2)], [R(1), R(4, 3)]], dtype=object))
    assert not net.exact
    tenth = R(3602879701896397, 36028797018963968)  # the binary number that 0.1 is
    linear = ss.Network(net.layers[:2], ("x", "y"))
    assert [str(v) for v in linear.evaluate(X, ss.QQ)[:, 0]] == [str(tenth + 2), "0"]
    assert str(net.evaluate(X[1:], ss.QQ)[0, 0]) == "0"
    with pytest.raises(OptionError, match=r"neuron 1 of layer 3 \(Activation tanh\)"):
        net.evaluate(X, ss.QQ)


@pytest.mark.parametrize(
    ("formula", "exact"),
    [
        ("x**2/(1 + x)", True),
        ("abs(x)", True),
        ("sqrt(x)", False),
        ("pi*x", False),
        ("x**x", False),
        ("tanh(x)", False),
        ("3", True),
    ],
)
def test_which_formulas_are_exact(formula: str, exact: bool) -> None:
    assert ss.Network.from_expression(formula, ("x",)).exact is exact
    assert not ss.Network.from_expression(sympy.Float(0.5) * sympy.Symbol("x"), ("x",)).exact


def test_stored_weights_are_the_binary_numbers_they_are() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        net = ss.Network([ss.Affine(np.array([[0.1]], dtype=dtype), np.array([0.2], dtype=dtype))], ("x",))
        exact = net.expand(ss.TaylorSpace({"x": 0}, order=1), scalars=ss.QQ).coefficients
        assert exact.tolist() == [R(*float(dtype(v)).as_integer_ratio()) for v in (0.2, 0.1)]


# ------------------------------------------------------------------------------------------------------- expressions
@pytest.mark.parametrize("activation", [*SMOOTH, "relu"])
def test_expression_and_values_agree(activation: str) -> None:
    net = random_network(np.random.default_rng(21), (2, 3, 2, 1), activation)
    moved = ss.Network([ss.Transform({"y": "log"}), ss.Whitening([0.1, 0.2], [2, 3]), *net.layers], net.inputs, net.outputs)
    X = np.random.default_rng(22).uniform(0.5, 2, (3, 2))
    expression = moved.expression()
    slow = [float(expression.subs(dict(zip(sympy.symbols("x y"), map(sympy.Float, row), strict=True)))) for row in X]
    assert moved(X) == pytest.approx(slow, rel=1e-12)


def test_a_network_read_from_its_own_expression_is_the_same_exactly() -> None:
    net = random_network(np.random.default_rng(23), (2, 3, 1), "tanh")
    again = ss.Network.from_expression(net.expression(), ("x", "y"))
    X = np.random.default_rng(24).normal(size=(4, 2))
    assert again(X) == pytest.approx(net(X), rel=1e-13)
    assert coefficients(again, {"x": 1, "y": 0}, 4) == pytest.approx(
        coefficients(net, {"x": 1, "y": 0}, 4), rel=1e-11, abs=1e-12
    )
    linear = ss.Network([net.layers[0], ss.Affine([[0.1, 0.7, -0.3]])], ("x", "y"))
    twin = ss.Network.from_expression(sympy.expand(linear.layers[0].expression(sympy.symbols("x y"))[0]), ("x", "y"))
    one = ss.Network([ss.Affine(net.layers[0].weights[:1], net.layers[0].bias[:1])], ("x", "y"))
    assert coefficients(twin, {"x": 0, "y": 0}, 1, ss.QQ).tolist() == coefficients(one, {"x": 0, "y": 0}, 1, ss.QQ).tolist()


def test_from_expression_reads_text_symbols_and_lists() -> None:
    k = sympy.Symbol("E", positive=True)
    net = ss.Network.from_expression([sympy.exp(-k), "E*N + pi"], ("E", "N"), ("a", "b"))
    assert net([[1.0, 2.0]])[0].tolist() == pytest.approx([np.exp(-1), 2 + np.pi])
    for bad, kind, message in [
        ("a*x", LawNameError, r"symbol 'a' is no input.*inputs: x"),
        ("gamma(x)", LawSyntaxError, "gamma"),
        (sympy.gamma(sympy.Symbol("x")), LawSyntaxError, "gamma has no series"),
        (3.5, NetworkFormatError, "expected a SymPy expression or text"),
        ([], NetworkShapeError, "last layer has 0 outputs"),
    ]:
        with pytest.raises(kind, match=message):
            ss.Network.from_expression(bad, ("x",))


def test_symbolic_networks_are_expressions() -> None:
    net = ss.Network.symbolic((2, 2, 2), "tanh", ("x", "y"))
    assert net.outputs == ("y1", "y2")
    assert len(net.symbols) == 12
    numbers = {name: R(i, 7) for i, name in enumerate(net.symbols, 1)}
    W1 = [[numbers["w1_1_1"], numbers["w1_1_2"]], [numbers["w1_2_1"], numbers["w1_2_2"]]]
    W2 = [[numbers["w2_1_1"], numbers["w2_1_2"]], [numbers["w2_2_1"], numbers["w2_2_2"]]]
    b1, b2 = ([numbers[f"b{k}_1"], numbers[f"b{k}_2"]] for k in (1, 2))
    filled = ss.Network([ss.Affine(W1, b1), ss.Activation("tanh"), ss.Affine(W2, b2)], ("x", "y"), ("y1", "y2"))
    substituted = [e.xreplace({sympy.Symbol(n): v for n, v in numbers.items()}) for e in net.expression()]
    assert substituted == filled.expression()
    assert not net.exact
    for use in (
        lambda: net([[0, 0]]),
        lambda: net.jacobian(np.zeros((1, 2))),
        lambda: net.expand(ss.TaylorSpace({"x": 0, "y": 0}, order=1)),
    ):
        with pytest.raises(OptionError, match=r"the weights b1_1, .*are symbols.*use .expression\(\)"):
            use()
    with pytest.raises(LawNameError, match="symbol 'x' among the weights is also an input"):
        ss.Network([ss.Affine([[sympy.Symbol("x")]])], ("x",))


# ------------------------------------------------------------------------------------------- weights and their covariance
@pytest.mark.parametrize("activation", [*SMOOTH, "identity"])
@pytest.mark.parametrize("widths", [(2, 3, 1), (2, 3, 2, 2)])
def test_the_jacobian_is_the_derivative_in_the_weights(activation: str, widths: tuple[int, ...]) -> None:
    net = random_network(np.random.default_rng(31), widths, activation)
    X = np.random.default_rng(32).normal(size=(4, 2))
    slow = complex_steps(lambda theta: complex_values(net, theta, X).T, numbers_of(net))
    assert net.jacobian(X) == pytest.approx(slow, rel=1e-12, abs=1e-13)


def test_the_jacobian_through_layers_without_weights() -> None:
    net = random_network(np.random.default_rng(33), (2, 3, 1), "softplus", alpha=2)
    head = [ss.Transform({"y": "log"}), ss.Whitening([0.5, 0.1], [2, 3])]
    tail = [ss.Whitening([0.3], [0.5]), ss.Activation("exp")]
    X = np.random.default_rng(34).uniform(0.5, 2, (4, 2))

    wrapped = ss.Network([*head, *net.layers, *tail], net.inputs, net.outputs)
    inner = (np.column_stack([X[:, 0], np.log(X[:, 1])]) - [0.5, 0.1]) / [2, 3]
    slow = complex_steps(lambda theta: np.exp((complex_values(net, theta, inner).T - 0.3) / 0.5), numbers_of(net))
    assert wrapped.jacobian(X) == pytest.approx(slow, rel=1e-12, abs=1e-13)
    sliced = wrapped.slice({"y": 1.25})
    held = np.column_stack([X[:, 0], np.full(4, 1.25)])
    assert sliced.jacobian(X[:, :1]) == pytest.approx(wrapped.jacobian(held), rel=1e-14)
    assert ss.Network.from_expression("x", ("x",)).jacobian(X[:, :1]).shape == (1, 4, 0)


@pytest.mark.parametrize("order", [2, None])
def test_the_covariance_of_the_coefficients_is_projected(order: int | None) -> None:
    net = random_network(np.random.default_rng(35), (1, 3, 1), "tanh", ("x",))
    root = np.random.default_rng(36).normal(size=(10, 10)) * 0.1
    net.covariance = root @ root.T
    spaces = [ss.EmpiricalSpace({"x": np.linspace(0, 2, 9)}, order=order)]
    if order:
        spaces.append(ss.LegendreSpace({"x": (0, 2)}, order=order))
    for space in spaces:
        J = space.projection @ complex_steps(lambda t, X=space.nodes: complex_values(net, t, X)[:, 0], numbers_of(net))
        series = net.expand(space)
        assert series.covariance == pytest.approx(J @ net.covariance @ J.T, rel=1e-9, abs=1e-12)
        assert np.array_equal(series.covariance, series.covariance.T)
    assert net.slice({}).covariance is net.covariance


# ---------------------------------------------------------------------------------------------------------- copies
def test_slices_hold_inputs() -> None:
    net = random_network(np.random.default_rng(41), (3, 4, 1), "tanh", ("x", "y", "w"))
    sliced = net.slice({"y": "1/4"})
    assert sliced.inputs == ("x", "w")
    X = np.random.default_rng(42).normal(size=(3, 2))
    assert sliced(X) == pytest.approx(net(np.insert(X, 1, 0.25, axis=1)), rel=1e-14)
    full = net.expand(ss.TaylorSpace({"x": 1, "y": 0.25, "w": 2}, order=3))
    part = sliced.expand(ss.TaylorSpace({"x": 1, "w": 2}, order=3))
    for i, j in ((0, 0), (1, 1), (2, 1), (0, 3)):
        assert part.coefficient((i, j)) == pytest.approx(full.coefficient((i, 0, j)), rel=1e-12, abs=1e-14)
    assert sliced.slice({"w": 2})([[1.0]]) == pytest.approx(net([[1.0, 0.25, 2.0]]))
    assert sympy.simplify(sliced.expression() - net.expression().subs({"y": R(1, 4)})).evalf() == pytest.approx(0, abs=1e-12)
    formula = ss.Network.from_expression("x*y", ("x", "y")).slice({"y": 0.1})
    assert formula.expand(ss.TaylorSpace({"x": 0}, order=1), scalars=ss.QQ).coefficients.tolist() == [0, R(1, 10)]
    with pytest.raises(NetworkShapeError, match=r"slice: 'W' is no input; did you mean 'w'\?"):
        net.slice({"W": 1})
    with pytest.raises(NetworkShapeError, match="0 inputs"):
        net.slice({"x": 1, "y": 1, "w": 1})
    with pytest.raises(OptionError, match="held value of y"):
        net.slice({"y": float("nan")})


def test_one_transform_object_serves_two_networks() -> None:
    transform = ss.Transform({"d": "log"})
    first = ss.Network([transform, ss.Affine([[1.0, 10.0]])], ("c", "d"))
    ss.Network([transform, ss.Affine([[1.0, 10.0]])], ("d", "c"))
    assert first([[1.0, np.e]]) == pytest.approx([11.0])


def test_with_data_and_then() -> None:
    net = ss.Network([ss.Affine([[1.0]])], ("x",), "log(p)")
    table = {"x": [1.0, 2.0], "p": [2.0, 3.0], "other": [0.0, 0.0]}
    held = net.with_data(table)
    assert net.data is None
    assert held.data is not None
    assert held.data.names == ("x", "p")
    longer = held.then(ss.Activation("exp"), ("p",))
    assert longer.outputs == ("p",)
    assert longer.data is held.data
    assert longer([[2.0]]) == pytest.approx([np.exp(2)])
    with pytest.raises(DataError, match="p"):
        net.with_data({"x": [1.0]})
    assert measured_column("log(p)") == ("p", "log")
    assert measured_column("logp") == ("logp", None)


def test_networks_pickle() -> None:
    net = random_network(np.random.default_rng(43), (2, 3, 1), "softplus", alpha="1/3").slice({"y": 1})
    twin = pickle.loads(pickle.dumps(net))
    assert twin.to_json() == net.to_json()
    formula = ss.Network.from_expression("x*tanh(x)", ("x",))
    assert pickle.loads(pickle.dumps(formula)).expression() == formula.expression()


# ----------------------------------------------------------------------------------------------------------- refusals
A = ss.Affine


@pytest.mark.parametrize(
    ("layers", "inputs", "kind", "message"),
    [
        ([], ("x",), NetworkShapeError, "0 layers and 1 inputs"),
        ([A([[1.0]])], (), NetworkShapeError, "0 inputs"),
        ([A(np.zeros((0, 1)))], ("x",), NetworkShapeError, r"layer 1 \(Affine\): weights of shape \(0, 1\)"),
        ([A(np.ones((8, 1)), np.ones((8, 1)))], ("x",), NetworkShapeError, r"bias of shape \(8, 1\); expected \(8,\)"),
        ([A([[1.0, 2.0]])], ("x",), NetworkShapeError, r"weights of shape \(1, 2\); expected \(outputs, 1\)"),
        ([A(3.0)], ("x",), NetworkShapeError, r"weights of shape \(\)"),
        ([A([[1.0]]), A([[1.0, float("nan")]])], ("x",), NetworkShapeError, r"layer 2 \(Affine\)"),
        ([A([[1.0], [1.0]]), A([[1.0, float("nan")]])], ("x",), NetworkValueError, r"layer 2 .* row 1, column 2 is nan"),
        ([A([[1.0]], [float("inf")])], ("x",), NetworkValueError, r"layer 1 \(Affine\): the bias at row 1 is inf"),
        ([ss.Whitening([0, 0, 0], [1, 1, 1])], ("x", "z"), NetworkShapeError, r"mean of shape \(3,\); expected \(2,\)"),
        ([ss.Whitening([0], [0])], ("x",), NetworkValueError, "scale at row 1 is 0"),
        ([ss.Transform({"D": "log"})], ("d",), NetworkShapeError, r"no input 'D'; did you mean 'd'\?"),
        ([A([[1.0]]), ss.Transform({"x": "log"})], ("x",), NetworkShapeError, "put it first"),
        ([None], ("x",), NetworkFormatError, "layer 1: None"),
        (5, ("x",), NetworkFormatError, "expected a list of layers"),
        ([A([[1.0]])], ("x", "x"), LawNameError, "twice"),
        ([A([[1.0]])], ("grain size",), LawNameError, "grain_size"),
        ([A([[1.0]])], ("<script>",), LawNameError, "script"),
    ],
)
def test_networks_that_do_not_fit_are_refused(
    layers: object, inputs: tuple[str, ...], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        ss.Network(layers, inputs)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("outputs", "kind", "message"),
    [
        (("a",), NetworkShapeError, "last layer has 2 outputs"),
        (("a", "a"), LawNameError, "given twice"),
        (("a", "b c"), LawNameError, "b_c"),
        (("a", 3), LawNameError, "'3'"),
    ],
)
def test_outputs_need_names(outputs: object, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        ss.Network([A([[1], [2]])], ("x",), outputs)


@pytest.mark.parametrize("widths", [3, (3,), (2, 0), (2, 1.5), "21"])
def test_symbolic_widths_are_checked(widths: object) -> None:
    with pytest.raises(NetworkShapeError, match="two or more positive integers"):
        ss.Network.symbolic(widths, "tanh", ("x", "y"))


def test_values_that_are_not_finite_are_refused_without_warnings() -> None:
    net = ss.Network([A([[1000.0]]), ss.Activation("exp")], ("x",))
    with pytest.raises(DataError, match=r"output y is inf at row 2 \(x = 1\)"):
        net([[0.0], [1.0]])
    with pytest.raises(NetworkValueError, match="overflow"):
        net.expand(ss.TaylorSpace({"x": 1}, order=2))
    with pytest.raises(DataError, match="output y is inf"):
        net.expand(ss.LegendreSpace({"x": (0, 1)}, order=2))
    logarithm = ss.Network([ss.Transform({"x": "log"})], ("x",))
    with pytest.raises(DataError, match="nan at row 1"):
        logarithm([[-1.0]])
    with pytest.raises(NotAnalyticError, match="log of input x"):
        logarithm.expand(ss.TaylorSpace({"x": 0}, order=2))
    with pytest.raises(DataError, match="expected"):
        net([[1.0, 2.0]])
    for space, scalars in (
        (3, ss.F64),
        (ss.TaylorSpace({"x": 0}, order=1), "QQ"),
        (ss.LegendreSpace({"x": (0, 1)}, order=1), ss.QQ),
    ):
        with pytest.raises(OptionError):
            net.expand(space, scalars=scalars)


# ------------------------------------------------------------------------------------------------- threads and globals
def test_threads_and_global_settings_are_left_alone() -> None:
    before = (np.geterr(), flint.ctx.prec, flint.ctx.cap, mpmath.mp.dps)
    nets = [random_network(np.random.default_rng(seed), (2, 8, 8, 1), "tanh") for seed in range(8)]
    alone = [coefficients(net, {"x": 0.1, "y": 0.2}, 8) for net in nets]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda net: coefficients(net, {"x": 0.1, "y": 0.2}, 8), nets * 4))
    assert all(np.array_equal(a, b) for a, b in zip(alone * 4, together, strict=True))
    assert (np.geterr(), flint.ctx.prec, flint.ctx.cap, mpmath.mp.dps) == before


def test_unknown_activations_stop_early() -> None:
    started = time.perf_counter()
    with pytest.raises(UnsupportedLayerError):
        ss.Network.symbolic((1, 1, 1), "swishh", ("x",))
    assert time.perf_counter() - started < 1
