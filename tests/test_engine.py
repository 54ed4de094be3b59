"""The engine of Taylor coefficients, against brute force over the rationals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from symseries import engine
from symseries.multiindex import count, index_set
from symseries.scalars import F64, QQ, Array, as_fraction

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
    assert len(plan.blocks) > 1
    exact = engine.product(indices, QQ.array(a), QQ.array(b), square=square)
    rounded = engine.product(indices, a.astype(float), b.astype(float), square=square)
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
    assert (engine.ridge(indices, QQ, jet, weights) == composed).all()
    rounded = engine.ridge(indices, F64, F64.array(jet), F64.array(weights))
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


@pytest.mark.parametrize("ring", [F64, QQ], ids=str)
def test_coordinates(ring: object) -> None:
    indices = index_set(2, 2)
    table = engine.coordinates(indices, ring, ring.array(["1/2", 3]))  # type: ignore[arg-type, attr-defined]
    assert table.tolist() == [[ring.element("1/2"), 3], [1, 0], [0, 1], [0, 0], [0, 0], [0, 0]]  # type: ignore[attr-defined]
    assert len(engine.coordinates(index_set(2, 0), ring, ring.array([1, 2]))) == 1  # type: ignore[arg-type, attr-defined]


def test_overflow_is_seen_and_not_warned_of() -> None:
    indices = index_set(1, 4)
    series = np.full((5, 1), 1e200)
    assert not np.isfinite(engine.compose(indices, np.full((5, 1), 1e200), series)).all()
    assert not np.isfinite(engine.ridge(indices, F64, np.ones((5, 1)), np.full((1, 1), 1e200))).all()
