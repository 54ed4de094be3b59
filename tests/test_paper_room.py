"""The paper's recipe and nn2poly's: against brute force, against the true coefficients, and the error where they part."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.errors import (
    NetworkValueError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    SpaceMismatchError,
    UnsupportedLayerError,
)
from symseries.multiindex import index_set
from symseries.paper import (
    error_table,
    layer_coefficients,
    nn2poly_coefficients,
    paper_coefficients,
    partitions,
    predicted_terms,
)
from symseries.paper import layer as layer_module
from symseries.paper.partitions import drawn_from, multinomial
from symseries.paper.steps import _partition_count
from symseries.scalars import ARB, QQ

Index = tuple[int, ...]

NAMES = ("x", "y", "z")


def box(top: Index) -> list[Index]:
    """Return all multi-indices up to `top`, component by component."""
    return list(itertools.product(*(range(k + 1) for k in top)))


def brute_partitions(total: int, degree: Index, parts: Sequence[Index]) -> list[dict[Index, int]]:
    """Return the partitions by trying all counts."""
    found = []
    for counts in itertools.product(range(total + 1), repeat=len(parts)):
        sums = tuple(sum(c * n[v] for c, n in zip(counts, parts, strict=True)) for v in range(len(degree)))
        if sum(counts) == total and sums == degree:
            found.append({n: c for n, c in zip(parts, counts, strict=True) if c})
    return found


def as_sets(found: Sequence[dict[Any, int]]) -> set[frozenset[tuple[Any, int]]]:
    """Return partitions without their order, after a check that none comes twice."""
    out = {frozenset(chosen.items()) for chosen in found}
    assert len(out) == len(found)
    return out


def rational_network(
    seed: int, widths: Sequence[int], activation: str = "tanh", *, bias: bool = True, last: bool = False
) -> ss.Network:
    """Return a network of small rational weights, an activation also at its end where `last` says so."""
    rng = np.random.default_rng(seed)

    def number() -> Fraction:
        return Fraction(int(rng.integers(-6, 7)), int(rng.integers(3, 9)))

    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(widths):
        weights = [[number() for _ in range(inputs)] for _ in range(outputs)]
        layers += [ss.Affine(weights, [number() if bias else 0 for _ in range(outputs)]), ss.Activation(activation)]
    outputs = ("y",) if widths[-1] == 1 else tuple(f"y{i}" for i in range(widths[-1]))
    return ss.Network(layers if last else layers[:-1], NAMES[: widths[0]], outputs)


def origin(net: ss.Network, order: int, index_set: str = "total") -> ss.TaylorSpace:
    return ss.TaylorSpace(dict.fromkeys(net.inputs, 0), order, index_set=index_set)


def tables(series: ss.Series) -> list[list[Any]]:
    return np.asarray(series.coefficients, dtype=object).reshape(len(series.space), -1).tolist()


def taylor_polynomial(function: Callable[[Any], Any], at: Any, degree: int) -> Callable[[Any], Any]:
    """Return a function's Taylor polynomial in SymPy, by differentiation."""
    u = sympy.Symbol("u")
    derivatives = [function(u)]
    for _ in range(degree):
        derivatives.append(sympy.diff(derivatives[-1], u))
    numbers = [d.subs(u, at) / math.factorial(k) for k, d in enumerate(derivatives)]
    return lambda x: sum(s * (x - at) ** k for k, s in enumerate(numbers))


def substituted(net: ss.Network, space: ss.TaylorSpace, function: Callable[[Any], Any]) -> list[list[Any]]:
    """Return the coefficients with `function` for every activation, by expanding the whole polynomial in SymPy."""
    zs = sympy.symbols(f"z0:{len(net.inputs)}")
    xs: list[Any] = [space.center[name] + z for name, z in zip(net.inputs, zs, strict=True)]
    for layer in net.layers:
        xs = [function(x) for x in xs] if isinstance(layer, ss.Activation) else layer.expression(xs)
    polynomials = [sympy.Poly(sympy.expand(x), *zs) for x in xs]
    return [[p.coeff_monomial(tuple(row)) for p in polynomials] for row in space.multi_indices.tolist()]


# ------------------------------------------------------------------------------------------------------- partitions
@pytest.mark.parametrize(("total", "degree"), [(0, 0), (0, 2), (1, 3), (3, 0), (3, 4), (5, 3)])
def test_partitions_in_one_variable(total: int, degree: int) -> None:
    brute = brute_partitions(total, (degree,), box((degree,)))
    assert as_sets(list(partitions(total, degree))) == {frozenset((n, c) for (n,), c in chosen.items()) for chosen in brute}


@pytest.mark.parametrize(
    ("total", "degree"), [(2, (1, 1)), (3, (2, 1)), (2, (0, 2)), (3, (1, 0, 1)), (2, (0, 0)), (0, (0, 0)), (0, (1, 0))]
)
def test_partitions_in_several_variables(total: int, degree: Index) -> None:
    assert as_sets(list(partitions(total, degree))) == as_sets(brute_partitions(total, degree, box(degree)))


@pytest.mark.parametrize("left_out", [(0, 0), (1, 0), (1, 1), (2, 1)])
def test_partitions_into_given_parts(left_out: Index) -> None:
    parts = [n for n in box((2, 1)) if n != left_out]
    found = list(partitions(3, (2, 1), [*parts, (5, 5)]))
    assert as_sets(found) == as_sets(brute_partitions(3, (2, 1), parts))


def test_partitions_are_as_many_as_number_theory_says() -> None:
    assert sum(1 for _ in partitions(20, 20)) == sympy.partition(20)
    assert sum(1 for _ in partitions(6, (1,) * 6)) == sympy.bell(6)  # partitions of a set of six


def test_multinomial_counts_words() -> None:
    assert multinomial([2, 1, 3]) == len(set(itertools.permutations("aabccc")))


@pytest.mark.parametrize(("total", "degree"), [(-1, 2), (1.0, 2), (True, 2), (2, -1), (2, (1, -1)), (2, "12"), (2, (1, 0.5))])
def test_partitions_of_what_is_no_number(total: Any, degree: Any) -> None:
    with pytest.raises(OptionError, match="expected an integer >= 0"):
        partitions(total, degree)


# -------------------------------------------------------------------------------------------------------- one layer
def eq_58_to_60(a: Sequence[Any], s: Sequence[Any], theta: Any) -> list[Any]:
    """Return b_0, b_1, b_2 as the paper's section 6.6 writes them."""
    top = len(s)
    return [
        sum(s[k] * theta**k * a[0] ** k for k in range(top)),
        sum(k * s[k] * theta**k * a[0] ** (k - 1) * a[1] for k in range(1, top)),
        s[1] * theta * a[2]
        + sum(
            s[k] * theta**k * (sympy.Rational(k * (k - 1), 2) * a[0] ** (k - 2) * a[1] ** 2 + k * a[0] ** (k - 1) * a[2])
            for k in range(2, top)
        ),
    ]


@pytest.mark.parametrize("printed", [False, True])
def test_the_papers_worked_coefficients(printed: bool) -> None:
    a, s, theta = sympy.symbols("a0:3"), sympy.symbols("s0:7"), sympy.Symbol("theta")
    column = {(n,): value for n, value in enumerate(a)}
    [b] = layer_coefficients([column], [[theta]], s, [(0,), (1,), (2,)], printed=printed)
    assert [sympy.expand(b[(i,)] - right) for i, right in enumerate(eq_58_to_60(a, s, theta))] == [0, 0, 0]


def brute_layer(inputs: Any, theta: Any, s: Any, m: Index, *, printed: bool) -> Any:
    """Return b_m of eq. 48 by trying every collection L_1, …, L_d and asking for its constraints, word for word."""
    below = box(m)
    power = [lambda counts, v=v: sum(n[v] * c for n, c in zip(below, counts, strict=True)) for v in range(len(m))]
    total: Any = 0
    for k in range(len(s)):
        choices = [c for c in itertools.product(range(k + 1), repeat=len(below)) if sum(c) <= k]
        for several in itertools.product(choices, repeat=len(inputs)):
            if sum(map(sum, several)) != k:
                continue
            drawn = [[p(counts) for counts in several] for p in power]
            alone = all(value == m[v] for v in range(len(m)) for value in drawn[v])
            together = all(sum(drawn[v]) == m[v] for v in range(len(m)))
            if alone if printed else together:
                term = s[k] * multinomial(map(sum, several))
                for a, weight, counts in zip(inputs, theta, several, strict=True):
                    powers = math.prod(a.get(n, 0) ** c for n, c in zip(below, counts, strict=True))
                    term *= weight ** sum(counts) * multinomial(counts) * powers
                total += term
    return total


@pytest.mark.parametrize("printed", [False, True])
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_layer_is_the_sum_over_all_constraints(printed: bool, width: int) -> None:
    rng = np.random.default_rng(width)
    indices = [tuple(row) for row in index_set(2, 2).rows.tolist()]
    inputs = [{m: Fraction(int(rng.integers(-5, 6)), 7) for m in indices} for _ in range(width)]
    theta, s = [Fraction(int(k), 3) for k in rng.integers(1, 5, width)], [Fraction(k + 1, 5) for k in range(4 - width // 3)]
    [b] = layer_coefficients(inputs, [theta], s, indices, printed=printed)
    assert [b.get(m, 0) for m in indices] == [brute_layer(inputs, theta, s, m, printed=printed) for m in indices]


def test_the_printed_power_constraint_loses_a_sum() -> None:
    """The print asks for z**m from every input: of y = x1 + x2 nothing remains but the constant, of (x1 + x2)**2 only x1*x2."""
    a, indices = {(0,): 2, (1,): 3}, [(0,), (1,), (2,)]
    linear = {printed: layer_coefficients([a, a], [[1, 1]], [0, 1], indices, printed=printed)[0] for printed in (False, True)}
    assert linear == {False: {(0,): 4, (1,): 6}, True: {(0,): 4}}
    squares = {
        printed: layer_coefficients([a, a], [[1, 1]], [0, 0, 1], indices, printed=printed)[0] for printed in (False, True)
    }
    assert squares == {False: {(0,): 16, (1,): 48, (2,): 36}, True: {(0,): 16, (1,): 18}}


def test_a_bias_is_part_of_the_constant_term() -> None:
    a0, a1, b, w, *s = sympy.symbols("a0 a1 b w s0:5")
    indices = [(0,), (1,), (2,), (3,)]
    for printed in (False, True):
        [with_bias] = layer_coefficients([{(0,): a0, (1,): a1}], [[w]], s, indices, bias=[b], printed=printed)
        [inside] = layer_coefficients([{(0,): w * a0 + b, (1,): w * a1}], [[1]], s, indices, printed=printed)
        assert [sympy.expand(with_bias[m] - inside[m]) for m in indices] == [0] * 4


# --------------------------------------------------------------------------------------------- where the recipe is exact
@pytest.mark.parametrize(
    ("widths", "order"), [((1, 1), 9), ((1, 1, 1), 9), ((2, 3, 1), 5), ((3, 2, 2), 4), ((2, 2, 3, 2), 4), ((1, 2, 2, 2, 1), 6)]
)
def test_exact_where_every_constant_term_is_zero(widths: Sequence[int], order: int) -> None:
    net = rational_network(len(widths) + order, widths, bias=False, last=len(widths) % 2 == 0)
    space = origin(net, order)
    assert tables(paper_coefficients(net, space, scalars=QQ)) == tables(net.expand(space, scalars=QQ))


def test_exact_where_biases_cancel_the_constant_terms() -> None:
    """Two logistic layers about x = 2, each bias minus what flows in there, with whitening and dropout on the way."""
    layers = [ss.Whitening([2, -1], [3, Fraction(1, 2)]), ss.Dropout(0.5)]
    layers += [ss.Affine([[1, 2], [3, -1]]), ss.Activation("sigmoid"), ss.Affine([[4, 2]], [-3]), ss.Activation("sigmoid")]
    net, space = ss.Network(layers, ("x", "y")), ss.TaylorSpace({"y": -1, "x": 2}, order=5)
    exact = net.expand(space, scalars=QQ)
    assert tables(paper_coefficients(net, space, scalars=QQ)) == tables(exact)
    moved = ss.TaylorSpace({"y": -1, "x": 3}, order=5)
    assert np.abs(paper_coefficients(net, moved).coefficients - net.expand(moved).coefficients).max() > 1e-3


def test_the_total_degree_trap() -> None:
    """tanh(x + y) has -x**2 y, which k <= 2 does not reach, though no variable has a power above 2."""
    net = ss.Network([ss.Affine([[1, 1]]), ss.Activation("tanh")], ("x", "y"))
    space = origin(net, 2, "tensor")
    assert net.expand(space, scalars=QQ).coefficient((2, 1)) == -1
    assert paper_coefficients(net, space, scalars=QQ).coefficient((2, 1)) == 0
    assert paper_coefficients(net, space, terms=4, scalars=QQ).equals(net.expand(space, scalars=QQ)) is True


# ------------------------------------------------------------------------------------------------ where it is not
def two_logistic(weight: int, bias: str, last: str) -> ss.Network:
    """Return sigmoid(weight * sigmoid(x + bias) + last), one neuron a layer."""
    layers = [ss.Affine([[1]], [Fraction(bias)]), ss.Activation("sigmoid")]
    return ss.Network([*layers, ss.Affine([[weight]], [Fraction(last)]), ss.Activation("sigmoid")], ("x",))


def logistic(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def independent_errors(weight: int, bias: str, last: str, terms: int) -> list[float]:
    """Return the relative errors of b_0 … b_6 by numerical differentiation, the first layer expanded where it stands."""
    with mpmath.workdps(120):
        cut = mpmath.taylor(logistic, 0, terms)

        def inner(x: Any) -> Any:
            return weight * logistic(x + mpmath.mpf(bias)) + mpmath.mpf(last)

        true = mpmath.taylor(lambda x: logistic(inner(x)), 0, 6)
        recipe = mpmath.taylor(lambda x: mpmath.polyval(cut[::-1], inner(x)), 0, 6)
        return [float(abs(b / t - 1)) for b, t in zip(recipe, true, strict=True)]


def second_layer_errors(weight: int, bias: str, last: str, terms: int) -> list[float]:
    """Return the same by the formula: eq. 33 on the true series of the first layer."""
    ring, net = ARB(400), two_logistic(weight, bias, last)
    first = ss.Network(net.layers[:3], ("x",)).expand(origin(net, 6), scalars=ring)
    true = net.expand(origin(net, 6), scalars=ring).elements[:, 0]
    jet = ss.Activation("sigmoid").jet(ring.zeros(1), terms, ring, "")[:, 0]
    indices = [(k,) for k in range(7)]
    with ring.working():
        column = dict(zip(indices, first.elements[:, 0].tolist(), strict=True))
        [b] = layer_coefficients([column], [[ring.element(1)]], jet.tolist(), indices)
        return [float(abs(b[m] / t - 1)) for m, t in zip(indices, true, strict=True)]


@pytest.mark.parametrize(
    ("network", "terms", "stated"),
    [
        ((2, "0", "0"), 6, (2.6e-4, 6.6e-3, 0.083, 0.076, 0.078, 0.10, 0.21)),  # constant term 1
        ((2, "0", "0"), 20, (2.9e-11, 3.7e-5)),
        ((2, "0", "0"), 40, (3.3e-21, 4.1e-13)),
        ((4, "0.5", "0.3"), 6, (0.16, 6.2, 8.3, 3.7, 39, 7.7, 20)),  # constant term 2.79, below pi
        ((4, "0.5", "0.3"), 80, (2.5e-5, 2.1e4)),
        ((6, "0.5", "0.3"), 80, (1.6e8, 1.1e17)),  # constant term 4.03, above pi: divergence
    ],
)
def test_the_error_of_two_logistic_neurons(network: tuple[int, str, str], terms: int, stated: Sequence[float]) -> None:
    """The truncation claim of section 3.2.4, measured: by the formula, and by numerical differentiation in 120 digits."""
    errors = second_layer_errors(*network, terms)
    assert errors == pytest.approx(independent_errors(*network, terms), rel=1e-9)
    shown = errors if len(stated) == 7 else [errors[0], errors[-1]]
    assert [float(f"{error:.1e}") for error in shown] == pytest.approx(list(stated), rel=0.04)


def test_the_whole_recipe_on_two_logistic_neurons_about_zero() -> None:
    """With the first bias 0 the recipe itself has these errors, as its first layer is expanded where it stands."""
    net = two_logistic(2, "0", "0")
    ring, space = ARB(300), origin(net, 6)
    table = error_table(net, space, terms=[6, 40], scalars=ring)
    for column, terms in ((2, 6), (3, 40)):
        shown = [row[column].value for row in table.rows]
        assert shown == pytest.approx(independent_errors(2, "0", "0", terms), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_recipe_is_polynomial_substitution(seed: int) -> None:
    """Biases, whitening, several inputs and outputs: against the expanded polynomial in SymPy."""
    net = rational_network(seed, [(1, 2, 1), (2, 2, 2), (3, 2, 1), (2, 2, 2, 1)][seed], "sigmoid" if seed % 2 else "tanh")
    function = sympy.tanh if seed % 2 == 0 else lambda u: 1 / (1 + sympy.exp(-u))
    space = ss.TaylorSpace(dict(zip(net.inputs, ("1/2", -1, "2/3"), strict=False)), order=2)
    expected = substituted(net, space, taylor_polynomial(function, 0, 3))
    assert tables(paper_coefficients(net, space, terms=3, scalars=QQ)) == expected
    assert tables(nn2poly_coefficients(net, space, degree=3, scalars=QQ)) == expected


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "exp", "identity"])
def test_more_terms_converge_inside_the_radius(activation: str) -> None:
    layers = [ss.Whitening([0.3], [2.0]), ss.Affine([[0.4], [-0.2]], [0.1, 0.3]), ss.Activation(activation)]
    net = ss.Network([*layers, ss.Affine([[0.5, 0.4], [0.2, -0.1]], [0.1, 0]), ss.Activation(activation)], ("x",), ("u", "v"))
    space = ss.TaylorSpace({"x": 0.5}, order=3)
    true = net.expand(space).coefficients
    errors = [np.abs(paper_coefficients(net, space, terms=k).coefficients - true).max() for k in (3, 10, 30)]
    assert errors[2] < 1e-12
    assert activation == "identity" or errors[0] > 100 * errors[1] > 100 * errors[2]


def test_activations_without_weights_between_them() -> None:
    net = ss.Network([ss.Activation("tanh"), ss.Activation("tanh"), ss.Affine([[1, 2]]), ss.Affine([[3]], [1])], ("x", "y"))
    space = origin(net, 5)
    assert paper_coefficients(net, space, scalars=QQ).equals(net.expand(space, scalars=QQ)) is True


def test_variables_are_matched_by_name() -> None:
    net = ss.Network([ss.Affine([[1, 2]]), ss.Activation("tanh")], ("x", "y"))
    space = ss.TaylorSpace({"w": 7, "y": 0, "x": 0}, order=3)
    true = net.expand(space, scalars=QQ)
    assert true.coefficient((0, 1, 0)) == 2
    assert paper_coefficients(net, space, scalars=QQ).equals(true) is True
    assert nn2poly_coefficients(net, space, degree=3, scalars=QQ).equals(true) is True


def test_balls_hold_the_exact_coefficients() -> None:
    net = rational_network(5, (2, 3, 1))
    space, ring = ss.TaylorSpace({"x": "1/3", "y": 1}, order=3), ARB(128)
    exact = paper_coefficients(net, space, scalars=QQ).coefficients
    for recipe in (paper_coefficients(net, space, scalars=ring), nn2poly_coefficients(net, space, degree=3, scalars=ring)):
        assert all(value in ball and ball.rad < 1e-30 for ball, value in zip(recipe.coefficients, exact, strict=True))


def test_order_zero_is_the_value_of_the_polynomial() -> None:
    space = ss.TaylorSpace({"x": "1/2"}, order=0)
    net = ss.Network([ss.Affine([[1]], [Fraction(1, 2)]), ss.Activation("exp"), ss.Affine([[2]], [3])], ("x",))
    for recipe in (paper_coefficients(net, space, terms=2, scalars=QQ), nn2poly_coefficients(net, space, degree=2, scalars=QQ)):
        assert recipe.coefficients.tolist() == [8]  # 2 (1 + 1 + 1/2) + 3
    assert paper_coefficients(net, space, scalars=QQ).coefficients.tolist() == [5]  # K = 0 leaves 2 * 1 + 3


def test_the_print_on_a_network() -> None:
    """One neuron a layer: as corrected. Two inputs: nothing remains but the constant."""
    single, double = rational_network(1, (1, 1, 1)), rational_network(3, (2, 1), "exp", last=True)
    space = ss.TaylorSpace({"x": "1/5"}, order=4)
    assert paper_coefficients(single, space, scalars=QQ, printed=True).equals(paper_coefficients(single, space, scalars=QQ))
    plane = ss.TaylorSpace({"x": "1/5", "y": 1}, order=2)
    right, printed = (paper_coefficients(double, plane, scalars=QQ, printed=p).coefficients for p in (False, True))
    assert printed[0] == right[0] != 0
    assert all(right[1:])
    assert not any(printed[1:])


# ---------------------------------------------------------------------------------------------------------- nn2poly
def test_nn2poly_at_a_point_that_is_not_zero() -> None:
    net = rational_network(3, (2, 2, 1))
    space = ss.TaylorSpace({"x": 1, "y": "-1/2"}, order=3)
    expected = substituted(net, space, taylor_polynomial(sympy.tanh, sympy.Rational(1, 2), 3))
    found = nn2poly_coefficients(net, space, degree=3, at="1/2").coefficients
    assert found.tolist() == pytest.approx([float(row[0]) for row in expected], rel=1e-12)


def test_nn2poly_is_exact_at_the_constant_term() -> None:
    """One hidden neuron, expanded where it stands: then these are the Taylor coefficients, and elsewhere they are not."""
    net, space = ss.Network([ss.Affine([[2]], [0.75]), ss.Activation("tanh")], ("x",)), ss.TaylorSpace({"x": 0}, order=5)
    true = net.expand(space).coefficients
    assert nn2poly_coefficients(net, space, degree=5, at=0.75).coefficients.tolist() == pytest.approx(true.tolist(), rel=1e-13)
    assert abs(nn2poly_coefficients(net, space, degree=5).coefficients[1] / true[1] - 1) > 0.01


def test_nn2poly_keeps_the_piece_of_the_point() -> None:
    net = ss.Network([ss.Affine([[2]], [1]), ss.Activation("relu")], ("x",))
    space = ss.TaylorSpace({"x": -3}, order=2)
    assert nn2poly_coefficients(net, space, degree=2, at=1, scalars=QQ).coefficients.tolist() == [-5, 2, 0]
    assert nn2poly_coefficients(net, space, degree=2, at=-1, scalars=QQ).coefficients.tolist() == [0, 0, 0]


# ------------------------------------------------------------------------------------------------------ error tables
def test_error_table_of_several_outputs() -> None:
    net, space = rational_network(2, (2, 2, 2)), ss.TaylorSpace({"x": "1/3", "y": 0}, order=1)
    table = error_table(net, space, terms=3, degrees=(5,))
    assert [cell.plain for cell in table.headers] == [
        "output",
        "multi-index",
        "coefficient",
        "error, terms = 3",
        "error, nn2poly, degree 5",
    ]
    true, ours = net.expand(space).coefficients, paper_coefficients(net, space, terms=3).coefficients
    theirs = nn2poly_coefficients(net, space, degree=5).coefficients
    rows = [[cell.value for cell in row[2:]] for row in table.rows]
    expected = [[t, abs(a / t - 1), abs(b / t - 1)] for t, a, b in zip(true.flat, ours.flat, theirs.flat, strict=True)]
    assert np.allclose(rows, expected, rtol=1e-9, atol=1e-15)
    assert [row[0].plain for row in table.rows] == ["y0", "y1"] * 3


@pytest.mark.parametrize("scalars", [ss.F64, QQ, ARB(100)])
def test_error_table_where_the_coefficient_is_zero(scalars: Any) -> None:
    net = ss.Network([ss.Affine([[1]]), ss.Activation("tanh"), ss.Affine([[3]], [-1])], ("x",))
    table = error_table(net, origin(net, 3), terms=np.int64(2), scalars=scalars)
    assert [row[2].value for row in table.rows] == [0, 0, 0, 1]
    assert [float(row[1].value) for row in table.rows] == [-1, 3, 0, -1]


# ----------------------------------------------------------------------------------------------------------- limits
@pytest.mark.parametrize(("variables", "order", "total"), [(1, 7, 5), (2, 4, 3), (3, 3, 3), (2, 3, 0)])
@pytest.mark.parametrize("kind", ["total", "tensor"])
def test_partitions_are_counted_without_enumeration(variables: int, order: int, total: int, kind: str) -> None:
    order = order if kind == "total" else order // 2
    indices = index_set(variables, order, kind)
    several = sum(1 for m in indices.rows.tolist() for k in range(total + 1) for _ in partitions(k, m))
    assert _partition_count(indices, total, 10**9) == several


def test_the_work_is_predicted_and_refused() -> None:
    net = rational_network(1, (3, 8, 8, 1))
    space = origin(net, 8)
    assert predicted_terms(net, space) > 10**8
    with pytest.raises(ResourceLimitError, match=r"about \d+ terms, the limit is 5000000; lower the order or terms"):
        paper_coefficients(net, space)
    with pytest.raises(ResourceLimitError, match="more than 10\\*\\*"):
        paper_coefficients(net, space, terms=10**400)
    small = origin(net, 1)
    with pytest.raises(ResourceLimitError, match="the limit is 3"):
        paper_coefficients(net, small, limit=3)
    assert len(paper_coefficients(net, small).coefficients) == 4


def test_the_prediction_bounds_the_partitions_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = 0

    def counting(*arguments: Any) -> Any:
        nonlocal drawn
        for chosen in drawn_from(*arguments):
            drawn += 1
            yield chosen

    monkeypatch.setattr(layer_module, "drawn_from", counting)
    net = rational_network(4, (2, 3, 2), "exp", last=True)
    space = origin(net, 4)
    paper_coefficients(net, space, scalars=QQ)
    assert 100 < drawn < predicted_terms(net, space)


# ----------------------------------------------------------------------------------------------------------- errors
GOOD = ss.Network([ss.Affine([[1.0]], [0.5]), ss.Activation("tanh")], ("x",))
LINE = ss.TaylorSpace({"x": 0}, order=2)


def kinked() -> ss.Network:
    return ss.Network([ss.Affine([[1]], [3]), ss.Activation("relu")], ("x",))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: paper_coefficients(GOOD, LINE, terms=-1), OptionError, "terms=-1 .*expected an integer >= 0"),
        (lambda: paper_coefficients(GOOD, LINE, terms=2.0), OptionError, "terms=2.0"),
        (lambda: paper_coefficients(GOOD, LINE, terms=True), OptionError, "terms=True"),
        (lambda: paper_coefficients(GOOD, LINE, limit=0), OptionError, "limit=0"),
        (lambda: nn2poly_coefficients(GOOD, LINE, degree=0), OptionError, "degree=0 .*expected an integer >= 1"),
        (lambda: nn2poly_coefficients(GOOD, LINE, degree="3"), OptionError, "degree='3'"),
        (lambda: nn2poly_coefficients(GOOD, LINE, degree=1001), ResourceLimitError, "at most 1000"),
        (lambda: nn2poly_coefficients(GOOD, LINE, degree=2, at="here"), OptionError, "at: 'here'"),
        (lambda: paper_coefficients(GOOD, "x"), OptionError, "expected a space"),
        (lambda: paper_coefficients(GOOD, ss.LegendreSpace({"x": (0, 1)}, order=2)), OptionError, "expected a TaylorSpace"),
        (
            lambda: paper_coefficients(GOOD, ss.TaylorSpace({"X": 0}, order=2)),
            SpaceMismatchError,
            "input 'x' .*did you mean 'X'",
        ),
        (lambda: paper_coefficients("net", LINE), OptionError, "expected a symseries.Network"),
        (lambda: paper_coefficients(GOOD, LINE, scalars=float), OptionError, "scalars=.*is not a coefficient ring"),
        (
            lambda: paper_coefficients(GOOD, LINE, scalars=ss.scalars.MPF(30)),
            OptionError,
            r"MPF\(30\): expected one of F64, QQ, ARB",
        ),
        (lambda: paper_coefficients(kinked(), LINE), NotAnalyticError, "relu has no power series at 0.*use net.expand"),
        (lambda: nn2poly_coefficients(kinked(), LINE, degree=2), NotAnalyticError, r"layer 2 \(Activation\): relu"),
        (lambda: error_table(GOOD, LINE, terms=[2, "3"]), OptionError, "terms='3'"),
    ],
)
def test_bad_input(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        call()
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("recipe", [paper_coefficients, lambda net, space: nn2poly_coefficients(net, space, degree=2)])
def test_layers_that_the_formulas_do_not_cover(recipe: Callable[..., Any]) -> None:
    softmax = ss.Network([ss.Affine([[1], [2]]), ss.Softmax()], ("x",), ("u", "v"))
    logarithm = ss.Network([ss.Transform({"x": "log"}), ss.Affine([[1]])], ("x",))
    formula = ss.Network.from_expression("tanh(x)", ("x",))
    for net, kind in ((softmax, "layer 2 .Softmax"), (logarithm, "layer 1 .Transform"), (formula, "layer 1 .Formula")):
        with pytest.raises(UnsupportedLayerError, match=kind):
            recipe(net, LINE)
    with pytest.raises(OptionError, match="are symbols"):
        recipe(ss.Network.symbolic((1, 1, 1), "tanh", ("x",)), LINE)


def test_floats_that_overflow_are_refused() -> None:
    """A constant term of 1e5 to the power 80 does not fit a float; over the rationals it does."""
    net = ss.Network([ss.Affine([[1]], [10**5]), ss.Activation("exp")], ("x",))
    with pytest.raises(NetworkValueError, match="overflow"):
        paper_coefficients(net, LINE, terms=80)
    with pytest.raises(NetworkValueError, match="overflow"):
        nn2poly_coefficients(net, LINE, degree=160)
    assert paper_coefficients(net, LINE, terms=80, scalars=QQ).coefficients[0] > 10**280


@pytest.mark.parametrize("printed", [False, True])
def test_scaled_units_scale_the_paper_s_coefficients_too(printed: bool) -> None:
    net = ss.Network([ss.Affine([[1], [2]]), ss.Activation("tanh"), ss.Affine([[1, 3]])], ("x",))
    plain, scaled = ss.TaylorSpace({"x": 0}, order=3), ss.TaylorSpace({"x": 0}, order=3, scale={"x": "1/10"})
    for compute in (lambda space: paper_coefficients(net, space, scalars=ss.QQ, printed=printed),
                    lambda space: nn2poly_coefficients(net, space, degree=3, scalars=ss.QQ)):  # fmt: skip
        pairs = zip(compute(plain).coefficients, compute(scaled).coefficients, strict=True)
        assert all(b == a / 10**k for k, (a, b) in enumerate(pairs))
