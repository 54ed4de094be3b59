"""Index sets: order, ranks, product plans, limits."""

from __future__ import annotations

import itertools
import math
import pickle

import numpy as np
import pytest

import oracles
from symseries.errors import OptionError, ResourceLimitError
from symseries.multiindex import MAX_ENTRIES, MAX_PAIRS, MAX_TERMS, check_order, count, index_set

SIZES = [(w, K, kind) for w in range(1, 5) for K in range(7) for kind in ("total", "tensor") if count(w, K, kind) < 700]


@pytest.mark.parametrize(("w", "K", "kind"), SIZES)
def test_order_and_ranks(w: int, K: int, kind: str) -> None:
    indices = index_set(w, K, kind)
    rows = [tuple(row) for row in indices.rows.tolist()]
    assert rows == oracles.multi_indices(w, K, kind)
    assert len(indices) == count(w, K, kind) == len(rows)
    assert [indices.rank(row) for row in rows] == list(range(len(rows)))
    assert indices.ranks(indices.rows).tolist() == list(range(len(rows)))
    assert indices.top == max(map(sum, rows))
    assert [rows[a:b] for a, b in itertools.pairwise(indices.offsets)] == [
        [row for row in rows if sum(row) == degree] for degree in range(indices.top + 1)
    ]


def test_rank_exhaustively_to_the_corner() -> None:
    """The largest sets of w <= 4, K <= 6, all ranks at once."""
    for kind in ("total", "tensor"):
        indices = index_set(4, 6, kind)
        assert indices.ranks(indices.rows).tolist() == list(range(len(indices)))
        assert [tuple(row) for row in indices.rows.tolist()] == oracles.multi_indices(4, 6, kind)


def test_total_sets_are_heads_of_longer_ones() -> None:
    for w in (1, 2, 3):
        assert (index_set(w, 6).rows[: count(w, 3)] == index_set(w, 3).rows).all()


@pytest.mark.parametrize(
    ("w", "K", "kind"), [(1, 5, "total"), (2, 4, "total"), (3, 3, "total"), (2, 2, "tensor"), (3, 1, "tensor")]
)
@pytest.mark.parametrize(("low", "square"), [((0, 0), False), ((1, 1), True), ((2, 1), False)])
def test_plans_against_tuple_addition(w: int, K: int, kind: str, low: tuple[int, int], square: bool) -> None:
    indices = index_set(w, K, kind)
    rows = oracles.multi_indices(w, K, kind)
    for degree in range(sum(low), indices.top + 1):
        plan = indices.pairs(*low, degree, square=square)
        ends = np.append(plan.starts, len(plan.left))
        got = {
            (int(i), int(j), indices.offsets[sum(low)] + row)
            for row in range(len(plan.starts))
            for i, j in zip(plan.left[ends[row] : ends[row + 1]], plan.right[ends[row] : ends[row + 1]], strict=True)
        }
        want = set()
        for (i, a), (j, b) in itertools.product(enumerate(rows), repeat=2):
            total = tuple(map(sum, zip(a, b, strict=True)))
            inside = total in rows and sum(total) <= degree and sum(a) >= low[0] and sum(b) >= low[1]
            if inside and (i <= j or not square):
                want.add((i, j, rows.index(total)))
        assert got == want
        assert len(got) == len(plan.left)
        twice = {(int(plan.left[k]), int(plan.right[k])) for k in plan.doubled}
        assert twice == {(i, j) for i, j, _ in got if i < j and square}


@pytest.mark.parametrize(
    ("w", "K", "kind"), [(1, 5, "total"), (3, 4, "total"), (3, 1, "tensor"), (2, 2, "tensor"), (2, 0, "total")]
)
def test_scales_are_degrees_and_multinomials(w: int, K: int, kind: str) -> None:
    indices = index_set(w, K, kind)
    degrees, multinomials, rows = indices.scales
    assert degrees[rows].tolist() == indices.degrees.tolist()
    assert multinomials[rows].tolist() == indices.multinomials
    assert len(set(zip(degrees.tolist(), multinomials.tolist(), strict=True))) == len(degrees)
    assert sorted(degrees.tolist()) == degrees.tolist()


@pytest.mark.parametrize(("w", "K", "kind"), [(1, 5, "total"), (3, 4, "total"), (2, 2, "tensor")])
def test_targets_against_tuple_addition(w: int, K: int, kind: str) -> None:
    indices = index_set(w, K, kind)
    rows = oracles.multi_indices(w, K, kind)
    for low, high, start, end in ((1, 2, 1, indices.top), (2, 2, 0, 1), (1, indices.top - 1, 2, 2)):
        pairs = [(a, b) for a in rows for b in rows if low <= sum(a) <= high and start <= sum(b) <= end]
        sums = [tuple(map(sum, zip(a, b, strict=True))) for a, b in pairs]
        want = [rows.index(total) if total in rows else len(rows) for total in sums]
        assert indices.targets(low, high, start, end).tolist() == want


def test_pairs_of_one_degree_on_the_left() -> None:
    indices = index_set(3, 5)
    some, every = indices.pairs(2, 1, 5, high_left=3), indices.pairs(2, 1, 5)
    inside = indices.degrees[every.left] <= 3
    assert some.left.tolist() == every.left[inside].tolist()
    assert some.right.tolist() == every.right[inside].tolist()
    assert len(some.left) == indices.count_pairs(2, 3, 1, 5) < len(every.left)


@pytest.mark.parametrize("columns", [1, 4, 3000])
@pytest.mark.parametrize("square", [False, True])
def test_blocks_cover_all_pairs_once(columns: int, square: bool) -> None:
    plan = index_set(3, 8).pairs(0, 0, 8, square=square)
    blocks = plan.blocks(columns)
    assert [b.start for b in blocks] == [0, *np.cumsum([len(b.left) for b in blocks])[:-1]]
    assert np.concatenate([b.left for b in blocks]).tolist() == plan.left.tolist()
    assert np.concatenate([b.right for b in blocks]).tolist() == plan.right.tolist()
    assert [row for b in blocks for row in range(b.rows.start, b.rows.stop)] == list(range(len(plan.starts)))
    assert (len(blocks) > 1) == (columns == 3000)
    total = np.concatenate([b.summation @ np.ones(len(b.left)) for b in blocks])
    ends = np.append(plan.starts, len(plan.left))
    twice = np.bincount(np.searchsorted(plan.starts, plan.doubled, side="right") - 1, minlength=len(plan.starts))
    assert total.tolist() == (np.diff(ends) + twice).tolist()


def test_keys_of_many_variables() -> None:
    """Additive keys (K + 1)**w pass 64 bits here; the sums of random ones stay distinct."""
    indices = index_set(20, 3)
    plan = indices.pairs(0, 0, 3)
    sums = indices.rows[plan.left] + indices.rows[plan.right]
    ends = np.append(plan.starts, len(plan.left))
    targets = np.repeat(np.arange(len(plan.starts)), np.diff(ends))
    assert (indices.rows[targets] == sums).all()
    assert len(plan.left) == math.comb(2 * 20 + 3, 3)


def test_lowered_and_multinomials() -> None:
    for w, K, kind in ((1, 4, "total"), (3, 4, "total"), (2, 3, "tensor"), (3, 0, "total")):
        indices = index_set(w, K, kind)
        first, lower = indices.lowered
        for k, row in enumerate(indices.rows.tolist()[1:]):
            axis = next(i for i, n in enumerate(row) if n)
            assert first[k] == axis
            assert indices.rows[lower[k]].tolist() == [n - (i == axis) for i, n in enumerate(row)]
        want = [math.factorial(sum(row)) // math.prod(map(math.factorial, row)) for row in indices.rows.tolist()]
        assert indices.multinomials == want


@pytest.mark.parametrize(
    "index",
    [(1,), (1, 1, 1), (-1, 0), (0.0, 1.0), (True, False), "ab", None, 3, ((1,), (2, 3)), ("1", "0"), (2**70, 0), (1.5, 0)],
)
def test_rank_refuses_what_is_no_index(index: object) -> None:
    with pytest.raises(OptionError, match="expected 2 integers >= 0, one for each variable"):
        index_set(2, 3).rank(index)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [(4, 0), (2, 2), (2**62, 2**62)])
def test_rank_refuses_what_lies_outside(index: tuple[int, int]) -> None:
    with pytest.raises(OptionError, match=r"lies outside the total index set of order 3"):
        index_set(2, 3).rank(index)


def test_tensor_rank_refuses_what_lies_outside() -> None:
    assert index_set(2, 3, "tensor").rank((3, 3)) == 15
    with pytest.raises(OptionError, match=r"\(4, 0\) lies outside the tensor index set of order 3"):
        index_set(2, 3, "tensor").rank((4, 0))


@pytest.mark.parametrize("order", [-1, 2.5, "3", True, None, math.nan, 3.0, [3], np.float64(3)])
def test_orders_are_natural_numbers(order: object) -> None:
    with pytest.raises(OptionError, match="expected an integer >= 0"):
        check_order(order)


def test_orders_of_numpy_are_numbers() -> None:
    assert check_order(np.int64(3)) == 3
    assert type(check_order(np.int64(3))) is int


@pytest.mark.parametrize("kind", ["Total", "tensors", None, ["total"], 3])
def test_kinds(kind: object) -> None:
    with pytest.raises(OptionError, match="expected 'total' or 'tensor'"):
        index_set(2, 2, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("w", "K", "kind", "shown"),
    [
        (6, 30, "total", "1947792"),
        (1, MAX_TERMS, "total", str(MAX_TERMS + 1)),
        (1000, 2, "total", "501501"),
        (2, 10**9, "tensor", r"more than 10\*\*18"),
        pytest.param(1, 10**5000, "total", r"more than 10\*\*5000", id="long"),
    ],
)
def test_large_sets_are_refused_before_they_are_made(w: int, K: int, kind: str, shown: str) -> None:
    with pytest.raises(ResourceLimitError, match=rf"with {w} variables has {shown} multi-indices .* the limit is"):
        index_set(w, K, kind)


def test_the_limits_are_reached() -> None:
    assert count(1000, 2) * 1000 > MAX_ENTRIES > count(300, 2) * 300
    assert len(index_set(300, 2)) == count(300, 2)


def test_large_products_are_refused() -> None:
    with pytest.raises(ResourceLimitError, match=rf"pairs of terms, the limit is {MAX_PAIRS}; lower the order"):
        index_set(8, 12).pairs(0, 0, 12)


def test_sets_are_shared_and_pickle_to_themselves() -> None:
    indices = index_set(3, 2)
    assert index_set(3, 2) is indices
    assert pickle.loads(pickle.dumps(indices)) is indices
    with pytest.raises(ValueError, match="read-only"):
        indices.rows[0, 0] = 1
