"""The engine of Taylor coefficients, against brute force over the rationals."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import fmpq_mpoly_ctx
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from symseries import engine
from symseries.engine import composition
from symseries.engine.peeling import MAX_PEELED, Peeling
from symseries.engine.ways import Horner
from symseries.multiindex import IndexSet, Pairs, count, index_set
from symseries.scalars import ARB, F64, QQ, Array, Scalars, as_fraction, object_array

CASES = [
    (1, 7, "total"),
    (2, 4, "total"),
    (3, 3, "total"),
    (1, 3, "tensor"),
    (2, 2, "tensor"),
    (3, 1, "tensor"),
    (2, 0, "total"),
]
SMALL = [*CASES, (2, 1, "total"), (2, 3, "total"), (2, 5, "total")]


def rationals(rng: np.random.Generator, *shape: int) -> list[list[Fraction]]:
    tops, bottoms = rng.integers(-9, 10, shape), rng.integers(1, 10, shape)
    return [[Fraction(int(p), int(q)) for p, q in zip(*row, strict=True)] for row in zip(tops, bottoms, strict=True)]


def columns(table: Array) -> list[list[Fraction | None]]:
    return [[as_fraction(value) for value in column] for column in table.T]


@pytest.mark.parametrize(("w", "K", "kind"), [*SMALL, (20, 3, "total")])
def test_product(w: int, K: int, kind: str) -> None:
    rng, indices = np.random.default_rng(w + 10 * K), index_set(w, K, kind)
    n = 2 if w < 20 else 1
    a, b = rationals(rng, len(indices), n), rationals(rng, len(indices), n)
    if w == 20:  # all pairs of 1771 tuples would take a minute: a product of sparse ones
        a, b = ([[v if k % 47 == 0 else Fraction(0) for v in row] for k, row in enumerate(m)] for m in (a, b))
    exact = engine.product(indices, QQ.array(a), QQ.array(b))
    rows = indices.rows.tolist()
    for j in range(n):
        want = (
            oracles.product(*(oracles.polynomial(rows, [row[j] for row in m]) for m in (a, b)))
            if w < 20
            else sparse(rows, a, b)
        )
        assert columns(exact)[j] == [want[tuple(row)] for row in rows]
    rounded = engine.product(indices, F64.array(np.array(a, dtype=float)), F64.array(np.array(b, dtype=float)))
    assert rounded == pytest.approx(np.array(columns(exact), dtype=float).T, rel=1e-12, abs=1e-12)


def sparse(rows: list[list[int]], a: list[list[Fraction]], b: list[list[Fraction]]) -> oracles.Polynomial:
    left, right = ({tuple(r): v[0] for r, v in zip(rows, m, strict=True) if v[0]} for m in (a, b))
    out = dict.fromkeys(map(tuple, rows), Fraction(0))
    for i, x in left.items():
        for j, y in right.items():
            total = tuple(map(sum, zip(i, j, strict=True)))
            if total in out:
                out[total] += x * y
    return out


@pytest.mark.parametrize("square", [False, True])
def test_product_in_many_blocks(square: bool) -> None:
    """More pairs than one block of the kernel holds; floats on integers are exact."""
    indices = index_set(3, 11)
    rng = np.random.default_rng(3)
    a = rng.integers(-3, 4, (len(indices), 2))
    b = a if square else rng.integers(-3, 4, (len(indices), 2))
    plan = indices.pairs(0, 0, 11, square=square)
    assert len(plan.left) > 5000
    assert len(plan.blocks(20)) > 1
    wide = [np.tile(m, 10) for m in (a, b)]
    exact = engine.product(indices, *map(QQ.array, wide), square=square)[:, -2:]
    rounded = engine.product(indices, *(m.astype(float) for m in wide), square=square)[:, -2:]
    dense = np.zeros((2, 23, 23, 23))
    for i, k in enumerate(indices.rows):
        for j, m in enumerate(indices.rows):
            if (k + m).sum() <= 11:
                dense[(slice(None), *(k + m))] += a[i] * b[j]
    want = np.array([dense[(slice(None), *row)] for row in indices.rows])
    assert (rounded == want).all()
    assert (exact == want.astype(int).astype(object)).all()


@pytest.mark.parametrize(("w", "K", "kind"), SMALL)
def test_compose(w: int, K: int, kind: str) -> None:
    rng, indices = np.random.default_rng(7 * w + K), index_set(w, K, kind)
    series, jet = rationals(rng, len(indices), 2), rationals(rng, indices.top + 1, 2)
    exact = engine.compose(indices, QQ.array(jet), QQ.array(series))
    rows = indices.rows.tolist()
    for j in range(2):
        want = oracles.compose([row[j] for row in jet], oracles.polynomial(rows, [row[j] for row in series]))
        assert columns(exact)[j] == [want[tuple(row)] for row in rows]
    rounded = engine.compose(indices, np.array(jet, dtype=float), np.array(series, dtype=float))
    scale = np.abs(np.array(columns(exact), dtype=float)).max()
    assert rounded == pytest.approx(np.array(columns(exact), dtype=float).T, rel=1e-11, abs=1e-12 * scale)


@settings(max_examples=25)
@given(st.integers(1, 3), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_a_lower_order_is_the_head_of_a_higher_one(w: int, K: int, seed: int) -> None:
    rng, high, low = np.random.default_rng(seed), index_set(w, K + 3), count(w, K)
    series, jet = QQ.array(rationals(rng, len(high), 1)), QQ.array(rationals(rng, K + 4, 1))
    longer = engine.compose(high, jet, series)
    shorter = engine.compose(index_set(w, K), jet[: K + 1], series[:low])
    assert (longer[:low] == shorter).all()


@pytest.mark.parametrize(("w", "K", "kind"), [*SMALL, (20, 3, "total")])
def test_ridge_is_the_composition_of_an_affine_function(w: int, K: int, kind: str) -> None:
    rng, indices = np.random.default_rng(w), index_set(w, K, kind)
    weights, jet = QQ.array(rationals(rng, 2, w)), QQ.array(rationals(rng, indices.top + 1, 2))
    series = QQ.zeros(len(indices), 2)
    if K:
        series[1 : w + 1] = weights.T
    composed = engine.compose(indices, jet, series)
    assert (engine.ridge(indices, jet, weights) == composed).all()
    rounded = engine.ridge(indices, F64.array(jet), F64.array(weights))
    scale = np.abs(F64.array(composed)).max()
    assert rounded == pytest.approx(F64.array(composed), rel=1e-12, abs=1e-14 * scale)


def test_composition_with_the_inverse_is_the_identity() -> None:
    """Log of exp: jets of known series, exp at 0 and log at 1."""
    indices = index_set(2, 6)
    series = QQ.array(rationals(np.random.default_rng(5), len(indices), 1))
    series[0] = QQ.element(0)
    factorial = [Fraction(1)]
    for k in range(1, 7):
        factorial.append(factorial[-1] / k)
    log = [Fraction(0), *(Fraction((-1) ** (k + 1), k) for k in range(1, 7))]
    raised = engine.compose(indices, QQ.array([[v] for v in factorial]), series)
    assert raised[0, 0] == 1
    assert (engine.compose(indices, QQ.array([[v] for v in log]), raised) == series).all()


def test_overflow_is_seen_and_not_warned_of() -> None:
    indices = index_set(1, 4)
    series = np.full((5, 1), 1e200)
    assert not np.isfinite(engine.compose(indices, np.full((5, 1), 1e200), series)).all()
    assert not np.isfinite(engine.ridge(indices, np.ones((5, 1)), np.full((1, 1), 1e200))).all()


# ------------------------------------------------------------------------------------------- the ways to one composition
WAYS = {"peeled": Peeling, "horner": Horner}


@pytest.fixture
def chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One way for every composition."""
    monkeypatch.setattr(composition, "_way", lambda *_: WAYS[request.param])


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("chosen", WAYS, indirect=True)
@pytest.mark.parametrize(
    ("w", "K", "kind"), [(1, 11, "total"), (2, 6, "total"), (3, 2, "total"), (4, 3, "total"), (2, 3, "tensor")]
)
def test_both_ways_of_composition_are_exact(w: int, K: int, kind: str) -> None:
    rng, indices = np.random.default_rng(w + K), index_set(w, K, kind)
    series, jet = rationals(rng, len(indices), 1), rationals(rng, indices.top + 1, 1)
    rows = indices.rows.tolist()
    want = oracles.compose([row[0] for row in jet], oracles.polynomial(rows, [row[0] for row in series]))
    exact = engine.compose(indices, QQ.array(jet), QQ.array(series))
    assert columns(exact)[0] == [want[tuple(row)] for row in rows]


@pytest.mark.parametrize(("w", "K", "width"), [(1, 30, 1), (2, 10, 1), (2, 10, 200), (6, 4, 64)])
def test_the_way_chosen_does_not_show(w: int, K: int, width: int) -> None:
    rng, indices = np.random.default_rng(w), index_set(w, K)
    series, jet = rng.normal(size=(len(indices), width)) / 8, rng.normal(size=(K + 1, width))
    got = engine.compose(indices, jet, series)
    powers = [np.zeros_like(series)]
    powers[0][0] = 1
    rest = np.vstack([np.zeros((1, width)), series[1:]])
    for _ in range(K):
        powers.append(engine.product(indices, powers[-1], rest))
    want = sum(c * p for c, p in zip(jet, powers, strict=True))
    assert got == pytest.approx(want, rel=1e-10, abs=1e-13 * np.abs(want).max())


def test_pairs_are_counted_without_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the pairs of the tables that a composition asks for, by the way of fewer pairs, to all degrees or one less."""
    seen: list[int] = []
    original = IndexSet.pairs

    def pairs(self: IndexSet, *args: int, **options: object) -> Pairs:
        found = original(self, *args, **options)  # type: ignore[arg-type]
        seen.append(len(found.left))
        return found

    for w, K in ((1, 2), (2, 3), (3, 4), (2, 6), (4, 5), (2, 11), (1, 30)):
        for degree in (K, K - 1):
            totals = []
            for way in WAYS.values() if K <= MAX_PEELED else [Horner]:
                with monkeypatch.context() as patch:
                    patch.setattr(IndexSet, "pairs", pairs)
                    patch.setattr(composition, "_way", lambda *_, way=way: way)
                    seen.clear()
                    made = engine.Composition(index_set(w, K), np.ones((K + 1, 1)), np.ones((count(w, K), 1)), degree)
                    made.columns(degree)
                    totals.append(sum(seen))
            assert engine.pairs_of(index_set(w, K), degree) == min(totals)
    large = IndexSet(8, 8, "total")
    assert engine.pairs_of(large) > 10**5
    assert not any(isinstance(value, Pairs) for value in large._kept.values())
    assert [engine.pairs_of(index_set(3, K)) for K in (0, 1)] == [0, 0]


# ------------------------------------------------------------------------------------------------------ sums of columns
@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("chosen", WAYS, indirect=True)
@pytest.mark.parametrize(
    ("w", "K", "kind"), [(1, 6, "total"), (2, 5, "total"), (3, 3, "total"), (2, 2, "tensor"), (2, 2, "total"), (1, 26, "total")]
)
@pytest.mark.parametrize("known", ["whole", "below"])
def test_a_summed_composition_is_the_composition_times_the_weights(w: int, K: int, kind: str, known: str) -> None:
    """But for f' times the highest degree of the series, known or not, which is for the caller to add."""
    rng, indices = np.random.default_rng(w + 7 * K), index_set(w, K, kind)
    series, jet, weights = (QQ.array(rationals(rng, *shape)) for shape in ((len(indices), 5), (indices.top + 1, 5), (2, 5)))
    start = indices.offsets[indices.top]
    given = series if known == "whole" else series[:start]
    want = engine.compose(indices, jet, series) @ weights.T
    want[start:] = want[start:] - series[start:] @ (weights * jet[1]).T
    for ring, degree in ((QQ, 0), (F64, 0), (QQ, indices.top - 1), (F64, indices.top - 1)):
        table, slopes, rows = (m if ring is QQ else F64.array(m) for m in (given, jet, weights))
        made = engine.Composition(indices, slopes, table, degree)
        found = [made.sums(ring, rows), made.highest(ring, rows)]
        if ring is QQ:
            assert (found[0] == want).all()
            assert (found[1] == want[start:]).all()
        else:
            scale = float(np.abs(F64.array(want)).max())
            assert found[0] == pytest.approx(F64.array(want), rel=1e-10, abs=1e-12 * scale)
            assert found[1] == pytest.approx(F64.array(want[start:]), rel=1e-10, abs=1e-12 * scale)


@pytest.mark.parametrize(("w", "K", "kind"), [(1, 6, "total"), (3, 3, "total"), (20, 2, "total"), (2, 2, "tensor")])
def test_sums_of_ridge_functions_need_no_powers_of_the_highest_degree(w: int, K: int, kind: str) -> None:
    rng, indices = np.random.default_rng(w), index_set(w, K, kind)
    slopes, jet, weights = (QQ.array(rationals(rng, *shape)) for shape in ((4, w), (indices.top + 1, 4), (2, 4)))
    whole, start = engine.ridge(indices, jet, slopes), indices.offsets[indices.top]
    made = engine.Ridge(indices, jet, slopes)
    assert (made.columns(indices.top - 1) == whole[:start]).all()
    assert (made.sums(QQ, weights) == whole @ weights.T).all()
    assert (made.highest(QQ, weights) == (whole @ weights.T)[start:]).all()
    rounded = engine.Ridge(indices, F64.array(jet), F64.array(slopes))
    want, scale = F64.array(whole @ weights.T), float(np.abs(F64.array(whole)).max())
    assert rounded.sums(F64, F64.array(weights)) == pytest.approx(want, rel=1e-12, abs=1e-13 * scale)
    assert rounded.highest(F64, F64.array(weights)) == pytest.approx(want[start:], rel=1e-12, abs=1e-13 * scale)


def test_linear_functions_need_no_product() -> None:
    indices = index_set(8, 12)  # whose product tables are refused
    series, jet = np.ones((len(indices), 1)), np.zeros((13, 1))
    jet[:2, 0] = 5, 3
    got = engine.compose(indices, jet, series)
    assert got[0] == 5
    assert (got[1:] == 3).all()
    got[indices.offsets[12] :] = 0  # f' times the highest degree is the caller's
    assert (engine.Composition(indices, jet, series).sums(F64, np.array([[2.0]])) == 2 * got).all()


# --------------------------------------------------------------------------------------------------------- kinds of numbers
def test_complex_series_are_products_of_their_parts() -> None:
    rng, indices = np.random.default_rng(1), index_set(3, 4)
    parts = rng.normal(size=(4, len(indices), 3))
    a, b = parts[0] + 1j * parts[1], parts[2] + 1j * parts[3]
    real = [[engine.product(indices, x, y) for y in parts[2:]] for x in parts[:2]]
    assert engine.product(indices, a, b) == pytest.approx(real[0][0] - real[1][1] + 1j * (real[0][1] + real[1][0]), rel=1e-12)


@pytest.mark.parametrize("K", [3, 9])
def test_complex_compositions_by_convolution(K: int) -> None:
    rng, indices = np.random.default_rng(K), index_set(1, K)
    series, jet = (rng.normal(size=(K + 1, 20)) + 1j * rng.normal(size=(K + 1, 20)) for _ in range(2))
    want = np.zeros_like(series)
    for j in range(20):
        power = np.eye(1, K + 1)[0].astype(complex)
        for c in jet[:, j]:
            want[:, j] += c * power
            power = np.convolve(power, [0, *series[1:, j]])[: K + 1]
    assert engine.compose(indices, jet, series) == pytest.approx(want, rel=1e-9)
    weights = rng.normal(size=(1, 20)) + 1j
    want[K] -= jet[1] * series[K]
    assert engine.Composition(indices, jet, series).sums(F64, weights) == pytest.approx(want @ weights.T, rel=1e-9)
    mixed = engine.compose(indices, jet, series.real)
    assert mixed == pytest.approx(engine.compose(indices, jet, series.real.astype(complex)), rel=1e-12)


def element_wise(convert: object, table: Array) -> Array:
    return object_array(convert(v) for v in table.reshape(-1)).reshape(table.shape)  # type: ignore[operator]


@pytest.mark.parametrize(("w", "K"), [(2, 3), (1, 6)])
def test_polynomials_as_coefficients(w: int, K: int) -> None:
    """Elements that have a length, and symbols: at a point they are the rational composition."""
    rng, indices = np.random.default_rng(K), index_set(w, K)
    series, jet, weights = (QQ.array(rationals(rng, *shape)) for shape in ((len(indices), 16), (K + 1, 16), (1, 16)))
    context = fmpq_mpoly_ctx.get(["t"], "degrevlex")
    t = context.gen(0)
    symbolic = [element_wise(lambda v: v * (t + 1), table) for table in (series, jet)]
    moved = [table * 3 for table in (series, jet)]  # at t = 2
    ring = Scalars()  # whose matrix product is that of any objects
    for call in (
        lambda jet, series: engine.compose(indices, jet, series),
        lambda jet, series: engine.Composition(indices, jet, series).sums(ring, weights),
    ):
        got = call(symbolic[1], symbolic[0])
        assert (element_wise(lambda v: v(2), got) == call(moved[1], moved[0])).all()
    x = sympy.Symbol("x")
    expressions = [element_wise(lambda v: sympy.Rational(int(v.p), int(v.q)) * x, table[:, :1]) for table in (series, jet)]
    got = engine.compose(indices, expressions[1], expressions[0])[:, 0]
    want = engine.compose(indices, jet[:, :1] * 3, series[:, :1] * 3)[:, 0]
    assert [QQ.element(e.subs(x, 3)) for e in map(sympy.expand, got)] == want.tolist()


@pytest.mark.parametrize(("w", "K", "width"), [(2, 5, 16), (5, 3, 16), (1, 8, 2)])
def test_balls_hold_the_exact_value(w: int, K: int, width: int) -> None:
    rng, ring, indices = np.random.default_rng(w), ARB(64), index_set(w, K)
    series, jet, weights = (rationals(rng, *shape) for shape in ((len(indices), width), (K + 1, width), (1, width)))
    exact = engine.Composition(indices, QQ.array(jet), QQ.array(series)).sums(QQ, QQ.array(weights))
    with ring.working():
        balls = engine.Composition(indices, ring.array(jet), ring.array(series)).sums(ring, ring.array(weights))
        assert all(ball.contains(value) for ball, value in zip(balls.flat, exact.flat, strict=True))
        assert all(ball.rel_accuracy_bits() > 40 for ball, value in zip(balls.flat, exact.flat, strict=True) if value)


def test_derivative_jets() -> None:
    """The jet of exp is its own; of x**4 at 2 the derivative is 4 x**3."""
    factorials = np.cumprod([1, 1, 2, 3, 4]).astype(object)
    exponential = QQ.array([[Fraction(1, k)] for k in factorials])
    assert (engine.derivative_jet(exponential) == exponential[:-1]).all()
    power, slope = [16, 32, 24, 8, 1], [32, 48, 24, 4]
    for ring in (F64, QQ):
        got = engine.derivative_jet(ring.array(power)[:, None])
        assert (got[:, 0] == ring.array(slope)).all()
    assert engine.derivative_jet(np.ones((1, 3))).shape == (0, 3)


# ----------------------------------------------------------------------------------------------------- threads, memory
def test_threads_share_an_index_set() -> None:
    """All threads start on a set without tables and are at work at once."""
    rng = np.random.default_rng(11)
    tasks = [
        (rng.normal(size=(7, n)), rng.normal(size=(count(4, 6), n)) / 9, rng.normal(size=(1, n))) for n in (3, 16, 32, 64)
    ] * 4

    def run(indices: IndexSet, jet: Array, series: Array, weights: Array) -> Array:
        sums = engine.Composition(indices, jet, series).sums(F64, weights)
        return sums + engine.compose(indices, jet, series).sum(axis=1)[:, None]

    alone = [run(index_set(4, 6), *task) for task in tasks]
    shared = IndexSet(4, 6, "total")
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda task: run(shared, *task), tasks))
    assert all((a == b).all() for a, b in zip(alone, together, strict=True))


def test_memory_beside_the_tables_is_bounded() -> None:
    indices, rng = index_set(10, 6), np.random.default_rng(0)
    jet, series = rng.normal(size=(7, 64)), rng.normal(size=(len(indices), 64))
    weights = np.ones((1, 64))
    engine.compose(indices, jet[:, :1], series[:, :1])
    engine.Composition(indices, jet, series).sums(F64, weights)
    tracemalloc.start()
    try:
        for call in (
            lambda: engine.compose(indices, jet, series),
            lambda: engine.Composition(indices, jet, series).sums(F64, weights),
        ):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            call()
            assert tracemalloc.get_traced_memory()[1] - before < 64_000_000
    finally:
        tracemalloc.stop()
