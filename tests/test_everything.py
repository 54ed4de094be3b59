"""Every activation in every ring, over one to four inputs, one to three hidden layers, several outputs and both index sets.

The oracle is the network itself as a function of mpmath numbers, each layer written down anew: its rays and mixed derivatives
by numerical differentiation in many digits, its SymPy expression differentiated, its values near the centre.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from test_activation_jets import GIVEN, NAMES, ORACLE, POSITIVE

import symseries as ss
from symseries.activations import ACTIVATIONS
from symseries.scalars import Scalars

R = sympy.Rational
EVERY = pytest.mark.parametrize("name", NAMES)
ORDERS = {("total", 1): 6, ("total", 2): 4, ("total", 3): 3, ("total", 4): 2,
          ("tensor", 1): 5, ("tensor", 2): 2, ("tensor", 3): 1, ("tensor", 4): 1}  # fmt: skip
BALLS, DIGITS = ss.ARB(160), ss.MPF(60)
BELOW = mpmath.mpf(10) ** -60  # rounding of the numbers that MPF(60) hands over
WORK = 90  # digits of the oracle


@dataclass(frozen=True)
class Case:
    """A network of rational weights, and a centre at which all its values lie in the domains of its functions."""

    net: ss.Network
    center: dict[str, sympy.Rational]

    def space(self, order: int, kind: str = "total", **options: Any) -> ss.TaylorSpace:
        return ss.TaylorSpace(self.center, order, index_set=kind, **options)

    def at(self, point: Sequence[Any]) -> list[Any]:
        """Return the outputs at a point of mpmath numbers."""
        column = list(point)
        for layer in self.net.layers:
            column = FUNCTIONS[type(layer)](layer, column)
        return column


def number(value: Any) -> mpmath.mpf:
    return mpmath.mpf(int(value.p)) / int(value.q)


def _affine(layer: Any, column: list[Any]) -> list[Any]:
    rows = zip(layer.weights.tolist(), layer.bias.tolist(), strict=True)
    return [mpmath.fsum(number(w) * v for w, v in zip(row, column, strict=True)) + number(b) for row, b in rows]


def _softmax(layer: Any, column: list[Any]) -> list[Any]:
    total = mpmath.fsum(map(mpmath.exp, column))
    return [mpmath.exp(v) / total for v in column]


FUNCTIONS: dict[type, Callable[[Any, list[Any]], list[Any]]] = {
    ss.Affine: _affine,
    ss.Softmax: _softmax,
    ss.LogSoftmax: lambda layer, column: [mpmath.log(v) for v in _softmax(layer, column)],
    ss.Activation: lambda layer, column: [ORACLE[layer.name][0](v) for v in column],
    ss.Whitening: lambda layer, column: [
        (v - number(m)) / number(s) for v, m, s in zip(column, layer.mean.tolist(), layer.scale.tolist(), strict=True)
    ],
    ss.Transform: lambda layer, column: [
        ORACLE[layer.functions[f"x{i}"]][0](v) if f"x{i}" in layer.functions else v for i, v in enumerate(column)
    ],
}


def positive(name: str) -> bool:
    """Whether an activation is tried where its argument is positive: beside a pole or a branch point at 0."""
    return ORACLE[name][1] is POSITIVE or name == "reciprocal"


def affine(rng: np.random.Generator, before: int, after: int, name: str, digits: int = 24) -> ss.Affine:
    """Return rational weights of size 1/inputs; positive ones, and biases from 2 on, where arguments must be positive.

    On average the bias of every neuron is 1/4, so that of the pieces of ReLU both are met.
    """
    low = 1 if positive(name) else -digits
    weights = [[R(int(rng.integers(low, digits)) or 1, digits * before) for _ in range(before)] for _ in range(after)]
    shift = R(2) if positive(name) else R(1, 4)
    return ss.Affine(weights, [shift + R(int(rng.integers(low, digits)) or 1, 2 * digits + 1) for _ in range(after)])


def case(name: str, w: int, depth: int, outputs: int, seed: int = 0, *, width: int = 2, ends: bool = False) -> Case:
    """Return a network of hidden layers of one activation; with `ends` transforms, whitening and a softmax as well."""
    rng = np.random.default_rng([seed, NAMES.index(name), w, depth, outputs])
    names = [f"x{i}" for i in range(w)]
    center = {n: R(int(rng.integers(3, 30)), 23) for n in names}
    layers: list[object] = []
    if ends:
        layers.append(ss.Transform({names[-1]: "sqrt"} if w > 1 else {}))
        layers.append(ss.Whitening([R(k, 9) - 1 for k in range(w)], [R(k + 7, 5) for k in range(w)]))
    widths = [w, *([width] * depth), outputs]
    for before, after in itertools.pairwise(widths):
        layers += [affine(rng, before, after, name), ss.Activation(name, **GIVEN.get(name, {}))]
    layers.pop()
    if ends and outputs > 1:
        layers.append((ss.Softmax, ss.LogSoftmax)[seed % 2]())
    return Case(ss.Network(layers, names, [f"y{j}" for j in range(outputs)]), center)


def table(series: ss.Series) -> np.ndarray:
    """Return the coefficients as (N, outputs)."""
    return series.coefficients.reshape(len(series.space), -1)


def exactly(value: Any) -> mpmath.mpf:
    return number(value) if isinstance(value, sympy.Rational) else mpmath.mpf(value)


def inside(values: np.ndarray, balls: np.ndarray, slack: mpmath.mpf = BELOW) -> None:
    """Check that each number lies in its ball, `slack` being its own relative error."""
    with mpmath.workdps(WORK):
        for value, ball in zip(map(exactly, values.flat), balls.flat, strict=True):
            assert abs(value - ball.mid) <= ball.rad + slack * abs(value), (value, ball)


def close(values: np.ndarray, balls: np.ndarray, indices: np.ndarray, rounding: float = 0.0) -> None:
    """Check float64 coefficients against balls: to 1e-9 of the largest of the same degree, or the rounding of the largest."""
    exact = np.vectorize(float, otypes=[float])(balls)
    degrees = indices.sum(axis=1)
    for degree in np.unique(degrees):
        rows = degrees == degree
        largest = np.abs(exact[rows]).max()
        assert np.abs(values[rows] - exact[rows]).max() <= 1e-9 * largest + rounding * np.abs(exact).max(), degree


def check_rays(tried: Case, balls: ss.Series, orders: int, rng: np.random.Generator, slack: float = 1e-30) -> None:
    """Check sum over |n| = k of c_n d**n against the Taylor coefficients of t -> net(centre + t d), every output."""
    direction = [R(int(k), 16) for k in rng.integers(-15, 16, len(tried.center))]
    rows, coefficients = balls.space.multi_indices, table(balls)
    with mpmath.workdps(WORK):
        point, way = [list(map(number, part)) for part in (tried.center.values(), direction)]
        known: dict[Any, list[Any]] = {}

        def along(t: Any) -> list[Any]:
            key = (t, mpmath.mp.prec)  # differences of high order are taken in more digits
            if key not in known:
                known[key] = tried.at([p + t * d for p, d in zip(point, way, strict=True)])
            return known[key]

        powers = [math.prod((d**k for d, k in zip(way, row, strict=True)), start=mpmath.mpf(1)) for row in rows.tolist()]
        for j in range(coefficients.shape[1]):
            truth = mpmath.taylor(lambda t, j=j: along(t)[j], 0, orders, chop=False)
            for k in range(orders + 1):
                degree = [i for i in range(len(rows)) if rows[i].sum() == k]
                ours = mpmath.fsum(coefficients[i, j].mid * powers[i] for i in degree)
                size = mpmath.fsum(abs(coefficients[i, j].mid * powers[i]) for i in degree)
                assert abs(ours - truth[k]) <= slack * max(size, 1), (j, k, ours, truth[k])


# ------------------------------------------------------------------------------------------- floats, balls, many digits
@EVERY
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_rings_agree_with_each_other_and_with_rays(name: str, depth: int) -> None:
    rng = np.random.default_rng([NAMES.index(name), depth])
    for w in (1, 2, 3, 4):
        kind = "tensor" if (w + depth + NAMES.index(name)) % 3 == 0 else "total"
        tried = case(name, w, depth, 1 + (w + depth) % 3, seed=w)
        space = tried.space(ORDERS[kind, w], kind)
        floats, balls = tried.net.expand(space), tried.net.expand(space, scalars=BALLS)
        close(table(floats), table(balls), space.multi_indices)
        inside(table(tried.net.expand(space, scalars=DIGITS)), table(balls))
        assert min(v.rel_accuracy_bits() for v in balls.elements.flat if not v.is_zero()) > 100
        check_rays(tried, balls, space.order, rng)


@settings(max_examples=60)
@given(
    st.sampled_from(NAMES), st.integers(1, 4), st.integers(1, 3), st.integers(2, 3), st.integers(1, 3),
    st.sampled_from(["total", "tensor"]), st.integers(0, 10**6),
)  # fmt: skip
def test_transforms_whitening_and_softmax_around_any_network(
    name: str, w: int, depth: int, outputs: int, width: int, kind: str, seed: int
) -> None:
    tried = case(name, w, depth, outputs, seed, width=width, ends=True)
    space = tried.space(ORDERS[kind, w], kind)
    floats, balls = tried.net.expand(space), tried.net.expand(space, scalars=BALLS)
    close(table(floats), table(balls), space.multi_indices, rounding=1e-14)  # some coefficient of a quotient nearly vanishes
    inside(table(tried.net.expand(space, scalars=DIGITS)), table(balls))
    check_rays(tried, balls, space.order, np.random.default_rng(seed))


@EVERY
def test_mixed_derivatives_by_differences(name: str) -> None:
    tried = case(name, 3, 2, 2, seed=5)
    balls = tried.net.expand(tried.space(3), scalars=BALLS)
    with mpmath.workdps(60):
        point = tuple(map(number, tried.center.values()))
        for index in ((1, 1, 0), (0, 1, 2), (1, 1, 1)):
            for j, ball in enumerate(balls.coefficient(index)):
                truth = mpmath.diff(lambda *x, j=j: tried.at(x)[j], point, index) / math.prod(map(math.factorial, index))
                assert abs(truth - ball.mid) <= ball.rad + mpmath.mpf(10) ** -15 * max(1, abs(truth))


@EVERY
def test_the_expression_of_the_network_differentiated_by_sympy(name: str) -> None:
    for w in (1, 2):
        tried = case(name, w, 1, 1, seed=8)
        xs = [sympy.Symbol(n, real=True) for n in tried.net.inputs]
        plain = {sympy.Symbol(x.name): x for x in xs}
        expression = tried.net.expression().xreplace(plain)
        place = dict(zip(xs, tried.center.values(), strict=True))
        balls = tried.net.expand(tried.space(2), scalars=BALLS)
        for index, ball in zip(balls.space.multi_indices.tolist(), balls.coefficients, strict=True):
            derivative = expression
            for x, k in zip(xs, index, strict=True):
                derivative = derivative.diff(x, k) / math.factorial(k)
            truth = sympy.N(derivative.subs(place), 40)
            with mpmath.workdps(50):
                assert abs(mpmath.mpf(str(truth)) - ball.mid) <= ball.rad + mpmath.mpf(10) ** -30 * max(1, abs(ball.mid))


@EVERY
def test_the_sum_of_the_series_is_the_network_within_its_truncation(name: str) -> None:
    """The terms of the next two orders say how much is cut off; close by they are small."""
    for w, depth in ((1, 3), (2, 2), (3, 1), (4, 1)):
        tried = case(name, w, depth, 2, seed=11)
        order = ORDERS["total", w]
        longer = tried.net.expand(tried.space(order + 2))
        center = np.array([float(v) for v in tried.center.values()])
        reach = 0.01 if ACTIVATIONS[name].kinks is None else 0.0005  # to stay inside the piece
        X = center + reach * np.random.default_rng(w).uniform(-1, 1, (5, w))
        values, series = tried.net(X), longer.truncate(order)
        terms = np.abs(longer.space.basis(X)[:, :, None] * longer.coefficients)
        beyond = terms[:, len(series.space) :].sum(axis=1)
        assert (np.abs(values - series(X)) <= 3 * beyond + 1e-13 * terms.sum(axis=1)).all()
        assert (beyond < 1e-3 * terms.sum(axis=1)).all()  # so that the line above says something


# ---------------------------------------------------------------------------------------------------------------- exact
RATIONAL = [
    "identity", "square", "polynomial", "reciprocal", "relu", "leaky_relu", "prelu", "relu6", "hard_tanh", "hard_sigmoid",
    "hard_swish", "softsign",
]  # fmt: skip
AT_ZERO = ["tanh", "sigmoid", "silu", "mish", "sin", "cos", "exp", "gaussian", "arctan"]  # rational jets at 0


@EVERY
def test_which_activations_are_rational(name: str) -> None:
    assert case(name, 1, 1, 1).net.exact == (name in RATIONAL)


@pytest.mark.parametrize("name", RATIONAL)
@pytest.mark.parametrize("kind", ["total", "tensor"])
def test_rational_networks_are_the_same_in_all_exact_rings(name: str, kind: str) -> None:
    for w, depth in ((1, 3), (2, 2), (3, 1), (4, 1)):
        tried = case(name, w, depth, 1 + w % 3, seed=2)
        space = tried.space(ORDERS[kind, w], kind)
        exact, symbolic = (tried.net.expand(space, scalars=ring) for ring in (ss.QQ, ss.SYM))
        assert (table(exact) == table(symbolic)).all()
        assert symbolic.over(ss.QQ).equals(exact) is True
        inside(table(exact), table(tried.net.expand(space, scalars=BALLS)))
        close(table(tried.net.expand(space)), table(exact), space.multi_indices)


@pytest.mark.parametrize("name", AT_ZERO)
def test_networks_with_rational_values_at_the_centre(name: str) -> None:
    layers = [ss.Affine([[R(2, 3), -1], [R(1, 4), 2]], [R(1, 3), R(7, 4)]), ss.Activation(name), ss.Affine([[R(3, 5), 2]])]
    net, space = ss.Network(layers, ("x", "y")), ss.TaylorSpace({"x": -1, "y": R(-1, 3)}, order=4)
    shifted = ss.TaylorSpace({"x": -1, "y": R(-3, 4)}, order=4)
    single = ss.Network([ss.Affine([[R(2, 3), -1]], [R(1, 3)]), *layers[1:2]], ("x", "y"))
    exact, symbolic = (single.expand(space, scalars=ring) for ring in (ss.QQ, ss.SYM))
    assert exact.coefficients.tolist() == symbolic.coefficients.tolist()
    inside(table(exact), table(single.expand(space, scalars=BALLS)))
    with pytest.raises(ss.SymseriesError, match=r"neuron 1 of layer 2 \(Activation"):
        net.expand(shifted, scalars=ss.QQ)


@EVERY
def test_exact_series_overlap_the_balls(name: str) -> None:
    for w, depth, kind in ((2, 1, "tensor"), (1, 2, "total")):
        tried = case(name, w, depth, 2, seed=3)
        space = tried.space(2, kind)
        exact, balls = tried.net.expand(space, scalars=ss.SYM), tried.net.expand(space, scalars=BALLS)
        evaluated = exact.over(BALLS)
        assert evaluated.equals(balls) is not False
        assert all(a.overlaps(b) for a, b in zip(evaluated.elements.flat, balls.elements.flat, strict=True))
        assert min(v.rel_accuracy_bits() for v in evaluated.elements.flat) >= 150


# ------------------------------------------------------------------------------------------------------------ structure
RINGS = [ss.F64, BALLS, DIGITS, ss.SYM]
EVERY_RING = pytest.mark.parametrize("ring", RINGS, ids=str)
SOME = pytest.mark.parametrize("name", ["tanh", "softplus", "gelu", "sin", "square", "elu", "log", "softsign"])


def same(left: np.ndarray, right: np.ndarray, ring: Scalars) -> None:
    """Check elements of a ring to be equal: to rounding, by balls that overlap and are small, or exactly."""
    assert left.shape == right.shape
    if ring is ss.F64:
        np.testing.assert_allclose(left, right, rtol=1e-11, atol=1e-13)
    elif ring.balls:
        for a, b in zip(left.flat, right.flat, strict=True):
            assert a.overlaps(b)
            assert max(float(a.rad()), float(b.rad())) < 1e-30
    else:
        assert (left == right).all()


def in_ring(series: ss.Series, ring: Scalars) -> np.ndarray:
    """Return the coefficients in comparable form: elements, or SymPy expressions of those of SYM, whose rings differ."""
    return table(series) if ring is ss.SYM else series.elements


def rows_of(space: ss.TaylorSpace, indices: np.ndarray) -> list[int]:
    return [space.rank(tuple(index)) for index in indices.tolist()]


@EVERY_RING
@SOME
def test_the_order_and_the_index_set_choose_coefficients_and_change_none(name: str, ring: Scalars) -> None:
    tried = case(name, 2, 1 if ring is ss.SYM else 2, 2, seed=4)
    total, tensor = tried.space(2), tried.space(2, "tensor")
    one, other, lower = (tried.net.expand(space, scalars=ring) for space in (total, tensor, tried.space(1, "tensor")))
    same(in_ring(one, ring), in_ring(other, ring)[rows_of(tensor, total.multi_indices)], ring)
    same(in_ring(lower, ring), in_ring(other, ring)[rows_of(tensor, lower.space.multi_indices)], ring)
    for series, kind in ((one, "total"), (other, "tensor")):
        cut = series.truncate(1)
        assert cut.space == tried.space(1, kind)
        same(in_ring(cut, ring), in_ring(tried.net.expand(cut.space, scalars=ring), ring), ring)


@EVERY_RING
@SOME
def test_slices_outputs_and_the_order_of_the_inputs(name: str, ring: Scalars) -> None:
    tried = case(name, 3, 1 if ring is ss.SYM else 2, 2, seed=6)
    space = tried.space(2)
    series = tried.net.expand(space, scalars=ring)
    found = in_ring(series, ring)
    for j in range(2):
        same(in_ring(tried.net.output(j).expand(space, scalars=ring), ring), found[:, j : j + 1], ring)
    free = {n: c for n, c in tried.center.items() if n != "x1"}
    sliced = tried.net.slice({"x1": tried.center["x1"]}).expand(ss.TaylorSpace(free, 2), scalars=ring)
    kept = [(i, 0, k) for i, k in sliced.space.multi_indices.tolist()]
    same(in_ring(sliced, ring), found[rows_of(space, np.array(kept))], ring)
    turned = ss.TaylorSpace(dict(reversed(tried.center.items())), 2)
    other = in_ring(tried.net.expand(turned, scalars=ring), ring)
    same(other, found[rows_of(space, turned.multi_indices[:, ::-1])], ring)
    wider = ss.TaylorSpace({"t": 3, **tried.center}, 2)
    padded = in_ring(tried.net.expand(wider, scalars=ring), ring)
    same(padded[rows_of(wider, np.insert(space.multi_indices, 0, 0, axis=1))], found, ring)
    more = padded[[k for k, index in enumerate(wider.multi_indices) if index[0]]]
    assert all(v == 0 for v in more.flat)


@EVERY_RING
@SOME
def test_whitening_folded_in_by_hand_and_units(name: str, ring: Scalars) -> None:
    tried = case(name, 2, 1 if ring is ss.SYM else 2, 2, seed=9)
    first, *rest = tried.net.layers
    mean, scale = [R(1, 3), R(-2, 7)], [R(5, 4), R(3, 2)]
    white = ss.Network([ss.Whitening(mean, scale), first, *rest], tried.net.inputs, tried.net.outputs)
    divided = [[w / s for w, s in zip(row, scale, strict=True)] for row in first.weights.tolist()]
    moved = zip(first.bias.tolist(), divided, strict=True)
    bias = [b - sum(w * m for w, m in zip(row, mean, strict=True)) for b, row in moved]
    folded = ss.Network([ss.Affine(divided, bias), *rest], tried.net.inputs, tried.net.outputs)
    if name == "log":  # keep it positive
        lift = ss.Affine([[1, 0], [0, 1]], [9, 9])
        white, folded = (ss.Network([lift, *n.layers], n.inputs, n.outputs) for n in (white, folded))
    space = tried.space(3)
    same(*(in_ring(n.expand(space, scalars=ring), ring) for n in (white, folded)), ring)
    units = {"x0": R(1, 10), "x1": 3}
    scaled = in_ring(folded.expand(tried.space(3, scale=units), scalars=ring), ring)
    plain = in_ring(folded.expand(space, scalars=ring), ring)
    factors = [[R(1, 10) ** i * 3**j] for i, j in space.multi_indices.tolist()]
    with ring.working():
        same(scaled, plain * (np.array(factors) if ring is ss.SYM else ring.array(factors)), ring)


# ------------------------------------------------------------------------------------------------------------ identities
WEIGHTS, BIAS = [R(2, 3), R(-5, 4)], R(1, 6)
PLACE = {"x": R(1, 4), "y": R(-2, 5)}  # where 2x/3 - 5y/4 + 1/6 is 5/6
ZERO = {"x": R(-1, 4), "y": 0}  # where it is 0


@cache
def expanded(ring: Scalars, zero: bool, name: str, given: tuple[tuple[str, object], ...] = (), factor: Any = 1) -> ss.Series:
    """Return the series of an activation of factor times z = 2x/3 - 5y/4 + 1/6, to order 4."""
    row = ss.Affine([[factor * w for w in WEIGHTS]], [factor * BIAS])
    net = ss.Network([row, ss.Activation(name, **dict(given))], ("x", "y"))
    return net.expand(ss.TaylorSpace(ZERO if zero else PLACE, 4), scalars=ring)


class At:
    """Activations of z by name, as series over one space: at.tanh(), at.sigmoid(2) of 2z, at.elu(alpha=2)."""

    def __init__(self, ring: Scalars, zero: bool) -> None:
        self._ring, self._zero = ring, zero

    def __getattr__(self, name: str) -> Callable[..., ss.Series]:
        def of(factor: Any = 1, **given: object) -> ss.Series:
            return expanded(self._ring, self._zero, name, tuple(given.items()), factor)

        return of


HALF = R(1, 2)
# left, right, and whether rational at z = 0
IDENTITIES: dict[str, tuple[Callable[[At], ss.Series], Callable[[At], ss.Series], bool]] = {
    "silu = z sigmoid": (lambda f: f.silu(), lambda f: f.identity() * f.sigmoid(), True),
    "silu with beta": (lambda f: f.silu(beta=3) * 3, lambda f: f.silu(3), True),
    "tanh by sigmoid": (lambda f: f.tanh(), lambda f: 2 * f.sigmoid(2) - 1, True),
    "sigmoid reflected": (lambda f: f.sigmoid(-1), lambda f: 1 - f.sigmoid(), True),
    "tanh odd": (lambda f: f.tanh(-1), lambda f: -f.tanh(), True),
    "log_sigmoid by softplus": (lambda f: f.log_sigmoid(), lambda f: -f.softplus(-1), False),
    "softplus reflected": (lambda f: f.softplus() - f.softplus(-1), lambda f: f.identity(), False),
    "softplus with alpha": (lambda f: f.softplus(alpha=3) * 3, lambda f: f.softplus(3), False),
    "sin and cos": (lambda f: f.sin() * f.sin() + f.cos() * f.cos(), lambda f: f.cos() * 0 + 1, True),
    "sin of 2z": (lambda f: f.sin(2), lambda f: 2 * f.sin() * f.cos(), True),
    "exp of 2z": (lambda f: f.exp(2), lambda f: f.exp() * f.exp(), True),
    "exp times sigmoid": (lambda f: f.exp() * f.sigmoid(-1), lambda f: f.sigmoid(), True),
    "gaussian even": (lambda f: f.gaussian(), lambda f: f.gaussian(-1), True),
    "gelu by reflection": (lambda f: f.gelu() - f.gelu(-1), lambda f: f.identity(), False),
    "square": (lambda f: f.square(), lambda f: f.identity() * f.identity(), True),
    "polynomial": (lambda f: f.polynomial(coefficients=(1, "1/2", 0, 2)),
                   lambda f: 1 + HALF * f.identity() + 2 * f.square() * f.identity(), True),
    "power": (lambda f: f.power(exponent=3), lambda f: f.square() * f.identity(), True),
}  # fmt: skip
INSIDE: dict[str, tuple[Callable[[At], ss.Series], Callable[[At], ss.Series]]] = {
    "relu by leaky_relu": (lambda f: f.relu(), lambda f: f.leaky_relu(slope=0)),
    "relu left": (lambda f: f.relu(-1) + f.identity(), lambda f: f.relu()),
    "leaky_relu by relu": (lambda f: f.leaky_relu(-1, slope="0.3"), lambda f: f.relu(-1) - R(3, 10) * f.relu()),
    "prelu": (lambda f: f.prelu(-1), lambda f: f.leaky_relu(-1, slope="1/4")),
    "relu6": (lambda f: f.relu6(5), lambda f: f.hard_tanh(5, min_val=0, max_val=6)),
    "hard_tanh": (lambda f: f.hard_tanh(2), lambda f: f.relu(2) - f.relu(2) + 1),
    "hard_swish": (lambda f: f.hard_swish(), lambda f: f.identity() * f.hard_sigmoid()),
    "celu": (lambda f: f.celu(-1), lambda f: f.elu(-1)),
    "celu with alpha": (lambda f: f.celu(-2, alpha=2), lambda f: 2 * f.elu(-1)),
    "elu with alpha": (lambda f: f.elu(-1, alpha=3), lambda f: 3 * f.exp(-1) - 3),
    "softsign": (lambda f: f.softsign() * (1 + f.identity()), lambda f: f.identity()),
    "softsign odd": (lambda f: f.softsign(-1), lambda f: -f.softsign()),
    "reciprocal": (lambda f: f.reciprocal() * f.identity(), lambda f: f.identity() * 0 + 1),
    "reciprocal as a power": (lambda f: f.reciprocal(), lambda f: f.power(exponent=-1)),
    "sqrt": (lambda f: f.sqrt() * f.sqrt(), lambda f: f.identity()),
    "sqrt as a power": (lambda f: f.sqrt(), lambda f: f.power(exponent="1/2")),
    "three powers": (lambda f: f.power(exponent="2/3") * f.power(exponent="1/3"), lambda f: f.identity()),
    "log of a square": (lambda f: f.log() * 2, lambda f: f.log(R(25, 36)) + f.log(R(36, 25))),
}  # fmt: skip


def check_identity(left: ss.Series, right: ss.Series, ring: Scalars) -> None:
    """Check that two series are equal; related generators of SYM leave it open, and are compared in balls."""
    answer = left.equals(right)
    assert answer is True if ring is ss.QQ else answer is not False
    if ring is ss.SYM:
        left, right, ring = left.over(BALLS), right.over(BALLS), BALLS
    same(left.elements, right.elements, ring)


@pytest.mark.parametrize("ring", [*RINGS, ss.QQ], ids=str)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_identities_between_smooth_activations(identity: str, ring: Scalars) -> None:
    left, right, rational = IDENTITIES[identity]
    for zero in (False, True):
        if ring is not ss.QQ or (zero and rational):
            check_identity(left(At(ring, zero)), right(At(ring, zero)), ring)


@EVERY_RING
@pytest.mark.parametrize("identity", INSIDE)
def test_identities_inside_a_piece(identity: str, ring: Scalars) -> None:
    left, right = (side(At(ring, zero=False)) for side in INSIDE[identity])
    check_identity(left, right, ring)


DERIVATIVES = {
    "softplus": lambda f: f.sigmoid(),
    "log_sigmoid": lambda f: f.sigmoid(-1),
    "tanh": lambda f: 1 - f.tanh() * f.tanh(),
    "sigmoid": lambda f: f.sigmoid() - f.sigmoid() * f.sigmoid(),
    "sin": lambda f: f.cos(),
    "cos": lambda f: -f.sin(),
    "exp": lambda f: f.exp(),
    "gaussian": lambda f: -2 * f.identity() * f.gaussian(),
    "log": lambda f: f.reciprocal(),
    "sqrt": lambda f: HALF * f.power(exponent="-1/2"),
    "reciprocal": lambda f: -f.power(exponent=-2),
    "square": lambda f: 2 * f.identity(),
}


@EVERY_RING
@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives_of_activations_are_activations(name: str, ring: Scalars) -> None:
    f = At(ring, zero=False)
    for variable, weight in zip(PLACE, WEIGHTS, strict=True):
        check_identity(getattr(f, name)().derivative(variable), (weight * DERIVATIVES[name](f)).truncate(3), ring)


@EVERY_RING
def test_arctan_and_erf_by_their_derivatives(ring: Scalars) -> None:
    """Both derivatives are quotients or multiples of exponentials: (1 + z**2) arctan' = 1, erf'' = -2 z erf'."""
    f = At(ring, zero=False)
    slope = f.arctan().derivative("x")
    check_identity(slope * (1 + f.square()).truncate(3), slope * 0 + WEIGHTS[0], ring)
    bell = f.erf().derivative("x")
    check_identity(bell.derivative("x"), (-2 * WEIGHTS[0] * f.identity().truncate(2)) * bell.truncate(2), ring)


@EVERY_RING
@pytest.mark.parametrize("w", [1, 2, 3])
def test_softmax_sums_to_one_to_all_orders(w: int, ring: Scalars) -> None:
    rng = np.random.default_rng(w)
    tried = Case(
        ss.Network(
            [affine(rng, w, 2, "tanh"), ss.Activation("tanh"), affine(rng, 2, 3, "tanh"), ss.Softmax()],
            [f"x{i}" for i in range(w)],
            ("p", "q", "r"),
        ),
        {f"x{i}": R(2 + i, 7) for i in range(w)},
    )
    space = tried.space(2 if ring is ss.SYM else 4)
    series = tried.net.expand(space, scalars=ring)
    logarithms = ss.Network([*tried.net.layers[:-1], ss.LogSoftmax()], tried.net.inputs, tried.net.outputs)
    logs = logarithms.expand(space, scalars=ring)
    if ring is ss.SYM:
        series, logs, ring = series.over(BALLS), logs.over(BALLS), BALLS
    with ring.working():
        total = series.elements.sum(axis=1, keepdims=True)
        same(total, ring.array([[1]] + [[0]] * (len(space) - 1)), ring)
    for variable in space.variables:  # (log p)' p = p'
        slopes = [series.derivative(variable), logs.derivative(variable) * series.truncate(space.order - 1)]
        same(slopes[0].elements, slopes[1].elements, ring)


def test_softmax_of_equal_components_is_rational() -> None:
    rows = [[R(1, 3), 2], [R(1, 3), 2], [R(-1, 2), R(1, 5)]]
    net = ss.Network([ss.Affine(rows), ss.Softmax()], ("x", "y"), ("p", "q", "r"))
    space = ss.TaylorSpace({"x": 0, "y": 0}, order=4)
    exact, symbolic = (net.expand(space, scalars=ring).coefficients for ring in (ss.QQ, ss.SYM))
    assert exact.tolist() == symbolic.tolist()
    assert exact[0].tolist() == [R(1, 3)] * 3
    assert exact.sum(axis=1).tolist() == [1] + [0] * (len(space) - 1)
    assert (exact[:, 0] == exact[:, 1]).all()


@EVERY_RING
def test_softmax_of_two_is_the_sigmoid_of_the_difference(ring: Scalars) -> None:
    rows, bias = [[R(1, 3), 2], [R(-1, 2), R(1, 5)]], [R(1, 7), 1]
    two = ss.Network([ss.Affine(rows, bias), ss.Softmax()], ("x", "y"), ("p", "q")).output(0)
    difference = ss.Affine([[a - b for a, b in zip(*rows, strict=True)]], [bias[0] - bias[1]])
    one = ss.Network([difference, ss.Activation("sigmoid")], ("x", "y"))
    left, right = (net.expand(ss.TaylorSpace(PLACE, 3), scalars=ring) for net in (two, one))
    check_identity(left, right, ring)


@EVERY_RING
def test_a_registered_formula_is_the_activation_that_it_writes_down(ring: Scalars) -> None:
    formulas = {"tanh": "tanh(u)", "silu": "u/(1 + exp(-u))", "gaussian": "exp(-u**2)", "arctan": "atan(u)", "sqrt": "sqrt(u)",
                "softplus": "log(1 + exp(u))", "softsign": "u/(1 + abs(u))", "mish": "u*tanh(log(1 + exp(u)))"}  # fmt: skip
    for name, formula in formulas.items():
        ss.register_activation(f"own_{name}", formula, "u")
        try:
            left, right = expanded.__wrapped__(ring, False, f"own_{name}"), expanded(ring, False, name)
            check_identity(left, right, ring)
        finally:
            del ACTIVATIONS[f"own_{name}"]


def test_symbols_and_generators_meet_by_what_they_stand_for_in_any_order() -> None:
    """Series of one ring each, whose generators are the same in another order, or more of them."""
    space = ss.TaylorSpace({"x": 0}, order=3)
    a, b, c = sympy.symbols("a b c")
    rng = np.random.default_rng(3)
    for letters in itertools.permutations((a, b, sympy.tanh(R(1, 2)))):
        left = [a, b, sympy.tanh(R(1, 2)), a * b]
        for extra in (R(0), c, sympy.sin(R(1, 3))):
            right = [sympy.Add(*(int(rng.integers(1, 9)) * v for v in letters[: k + 1])) + extra for k in range(4)]
            one, other = (ss.Series(space, values, scalars=ss.SYM) for values in (left, right))
            total, product = (one + other).coefficients, (one * other).coefficients
            for k in range(4):
                assert sympy.expand(total[k] - left[k] - right[k]) == 0
                assert sympy.expand(product[k] - sum(left[i] * right[k - i] for i in range(k + 1))) == 0
            assert one.equals(other) is False
