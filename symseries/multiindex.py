"""Graded sets of multi-indices and the tables of their products.

A multi-index (n_1, …, n_w) names the coefficient of z_1**n_1 … z_w**n_w, or of a product of basis functions. The index
sets are downward closed and graded: sorted by total degree, then (2, 0), (1, 1), (0, 2). So the part of degree k is one
slice, and for the total-degree set a lower order is the head of a higher one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from symseries.errors import OptionError, ResourceLimitError, suggestion
from symseries.scalars import Array

MAX_TERMS = 1_000_000
MAX_ENTRIES = 50_000_000  # of the table of indices, 400 MB
MAX_PAIRS = 20_000_000
_BLOCK_NUMBERS = 1 << 16  # multiplied at a time: two operands of 0.5 MB stay in the second-level cache
_BLOCK_PAIRS = 1 << 14  # at most
_DENSE_ENTRIES = 4096  # summation matrices of this size are cheaper dense: SciPy takes 7 microseconds to look at its operands

KINDS = ("total", "tensor")


def check_order(order: object) -> int:
    """Return the order as an int >= 0, or raise `OptionError`."""
    if isinstance(order, (int, np.integer)) and not isinstance(order, bool) and order >= 0:
        return int(order)
    raise OptionError(f"order={order!r} ({type(order).__name__}): expected an integer >= 0, such as order=6")


def count(variables: int, order: int, kind: str = "total") -> int:
    """Return the number of multi-indices: C(w + K, K) for total degree, (K + 1)**w for the tensor set.

    >>> count(2, 3), count(2, 3, "tensor")
    (10, 16)
    """
    return math.comb(variables + order, order) if kind == "total" else (order + 1) ** variables


def check_kind(kind: object) -> str:
    """Return `kind` when it names an index set, "total" or "tensor", or raise `OptionError`."""
    if isinstance(kind, str) and kind in KINDS:
        return kind
    raise OptionError(f"index_set={kind!r}: expected 'total' or 'tensor'{suggestion(kind, KINDS)}")


def index_set(variables: int, order: int, kind: str = "total") -> IndexSet:
    """Return the (shared) index set of `variables` variables to `order`; `kind` is "total" or "tensor".

    Raises `OptionError` for an unknown kind and `ResourceLimitError` beyond `MAX_TERMS` indices.

    >>> index_set(2, 2).rows.tolist()
    [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]]
    """
    size = count(variables, order, check_kind(kind))
    limit = min(MAX_TERMS, MAX_ENTRIES // max(variables, 1))
    if size > limit:
        shown = str(size) if size < 10**18 else f"more than 10**{math.floor(math.log10(size))}"
        asked = f"order {order}" if order < 10**18 else "this order"
        raise ResourceLimitError(
            f"{asked} with {variables} variables has {shown} multi-indices ({kind}), the limit is {limit}; "
            "lower the order or hold some variables fixed"
        )
    return _index_set(variables, order, kind)


@lru_cache(maxsize=64)
def _index_set(variables: int, order: int, kind: str) -> IndexSet:
    return IndexSet(variables, order, kind)


@dataclass(frozen=True)
class Block:
    """Neighbouring rows of a product with their pairs: `rows` are `summation @ (left[self.left] * right[self.right])`."""

    start: int
    """The first pair."""
    left: Array
    right: Array
    rows: slice
    summation: Any
    """A matrix of ones (rows, pairs), twos where a pair of a square counts twice; sparse unless it is small."""


class Pairs:
    """All pairs of a truncated product, sorted by the row they add to, in blocks for the kernel."""

    def __init__(self, left: Array, right: Array, starts: Array, doubled: Array) -> None:
        self.left, self.right = left, right
        self.starts = starts
        """First pair of each product row."""
        self.doubled = doubled
        """Pairs that count twice, in a square."""
        self._blocks: dict[int, tuple[Block, ...]] = {}

    def blocks(self, columns: int) -> tuple[Block, ...]:
        """Return the blocks for series of so many columns."""
        fitting = min(_BLOCK_PAIRS, max(_BLOCK_NUMBERS // max(columns, 1), 64))
        size = 1 << fitting.bit_length() - 1
        if size not in self._blocks:  # two threads may both make them, and make the same
            self._blocks[size] = tuple(self._cut(size))
        return self._blocks[size]

    def _cut(self, size: int) -> Iterator[Block]:
        ends = np.append(self.starts, len(self.left))
        weights = np.ones(len(self.left))
        weights[self.doubled] = 2.0
        row = 0
        while row < len(self.starts):
            last = max(row + 1, int(np.searchsorted(ends, ends[row] + size, side="right")) - 1)
            a, b = int(ends[row]), int(ends[last])
            summation = _summation(weights[a:b], ends[row : last + 1] - a)
            yield Block(a, self.left[a:b], self.right[a:b], slice(row, last), summation)
            row = last


def _summation(weights: Array, ends: Array) -> Any:
    rows, pairs = len(ends) - 1, len(weights)
    if rows * pairs <= _DENSE_ENTRIES:
        dense = np.zeros((rows, pairs))
        dense[np.repeat(np.arange(rows), np.diff(ends)), np.arange(pairs)] = weights
        return dense
    from scipy.sparse import csr_matrix

    return csr_matrix((weights, np.arange(pairs), ends), shape=(rows, pairs))


class IndexSet:
    """A downward-closed graded set of multi-indices with its lookup and product tables (made once, then shared)."""

    def __init__(self, variables: int, order: int, kind: str) -> None:
        self.variables, self.order, self.kind = variables, order, kind
        self.rows = _total_rows(variables, order) if kind == "total" else _tensor_rows(variables, order)
        self.rows.setflags(write=False)
        self.degrees = self.rows.sum(axis=1)
        self.top = int(self.degrees[-1])
        self.offsets: list[int] = np.searchsorted(self.degrees, np.arange(self.top + 2)).tolist()
        self._kept: dict[Hashable, Any] = {}

    def kept(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return `make(*arguments)`, made when `key` is asked for first; two threads may both make it, and make the same."""
        if key not in self._kept:
            self._kept[key] = make(*arguments)
        return self._kept[key]

    def __len__(self) -> int:
        return len(self.rows)

    def __reduce__(self) -> tuple[Any, tuple[int, int, str]]:
        return index_set, (self.variables, self.order, self.kind)

    @cached_property
    def _units(self) -> Array:
        """The keys of (1, 0, …), (0, 1, …) and so on."""
        return np.random.default_rng(20_231).integers(1, 2**63, size=self.variables, dtype=np.uint64)

    def _keys_of(self, rows: Array) -> Array:
        """Return additive 64-bit keys, key(a + b) = key(a) + key(b) modulo 2**64."""
        return np.asarray((rows.astype(np.uint64) * self._units).sum(axis=1, dtype=np.uint64))

    @cached_property
    def _keys(self) -> tuple[Array, Array, Array]:
        """The keys of all indices, the order that sorts them and the sorted ones, checked to be distinct."""
        keys = self._keys_of(self.rows)
        order = np.argsort(keys)
        if len(keys) > 1 and not np.diff(keys[order]).all():
            raise ResourceLimitError(f"multi-index keys collide for {self.variables} variables")  # pragma: no cover
        return keys, order, keys[order]

    def find(self, keys: Array) -> Array:
        """Return the rows with these keys, -1 where the sum lies outside the set."""
        _, order, ordered = self._keys
        place = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
        return np.where(ordered[place] == keys, order[place], -1)

    def rank(self, index: tuple[int, ...]) -> int:
        """Return the row of a multi-index; the inverse of `rows[k]`.

        Raises `OptionError` when the index has another length or lies outside the set.

        >>> index_set(2, 3).rank((1, 1))
        4
        """
        entries = np.asarray(index, dtype=None if _flat(index) else object)
        if entries.shape != (self.variables,) or entries.dtype.kind not in "iu" or (entries < 0).any():
            raise OptionError(f"multi-index {index!r}: expected {self.variables} integers >= 0, one for each variable")
        outside = entries.max(initial=0) > self.order or (self.kind == "total" and entries.sum() > self.order)
        if outside:
            raise OptionError(f"multi-index {tuple(index)} lies outside the {self.kind} index set of order {self.order}")
        return int(self.ranks(entries[None, :])[0])

    def ranks(self, rows: Array) -> Array:
        """Return the rows of many multi-indices (n, w), which all lie in the set."""
        return self.find(self._keys_of(rows))

    @cached_property
    def multinomials(self) -> list[int]:
        """|n|! / (n_1! … n_w!) of every index, exact integers."""
        factorials = [math.factorial(k) for k in range(self.top + 1)]
        return [factorials[sum(row)] // math.prod(factorials[k] for k in row) for row in self.rows.tolist()]

    @cached_property
    def scales(self) -> tuple[Array, Array, Array]:
        """The multinomials by degree without repetition: degree and |n|!/n! of each kind, and the kind of each row.

        They are integers for rings, as floats too large ones are infinite: `scales` holds Python's integers.
        """
        kinds: dict[tuple[int, int], int] = {}
        labels = zip(self.degrees.tolist(), self.multinomials, strict=True)
        rows = np.array([kinds.setdefault(label, len(kinds)) for label in labels], dtype=np.intp)
        return np.array([d for d, _ in kinds], dtype=np.intp), np.array([m for _, m in kinds], dtype=object), rows

    @cached_property
    def lowered(self) -> tuple[Array, Array]:
        """For each index beyond the first: its first variable with n_i > 0, and the row of the index lowered there."""
        keys, _, _ = self._keys
        first = (self.rows[1:] > 0).argmax(axis=1)
        return first, self.find(keys[1:] - self._units[first])

    def pairs(self, low_left: int, low_right: int, degree: int, *, square: bool = False, high_left: int | None = None) -> Pairs:
        """Return all pairs (i, j) with deg i >= low_left, deg j >= low_right, deg i + deg j <= degree, i + j in the set.

        `high_left` bounds deg i from above. With `square` each unordered pair stands once.
        """
        plan = (low_left, low_right, degree, degree if high_left is None else high_left, square)
        found: Pairs = self.kept(("pairs", *plan), self._make_pairs, *plan)
        return found

    def _make_pairs(self, low_left: int, low_right: int, degree: int, high_left: int, square: bool) -> Pairs:
        high_left = min(high_left, degree - low_right)
        self._check_pairs(low_left, high_left, low_right, degree)
        left, right = self._candidates(low_left, high_left, low_right, degree)
        if square:
            left, right = left[left <= right], right[left <= right]
        target = self._sums(left, right)
        inside = target >= 0
        left, right, target = left[inside], right[inside], target[inside]
        order = np.argsort(target, kind="stable")
        left, right, target = left[order], right[order], target[order]
        rows = np.arange(self.offsets[low_left + low_right], self.offsets[degree + 1])
        doubled = np.flatnonzero(left < right) if square else np.empty(0, dtype=np.intp)
        return Pairs(left, right, np.searchsorted(target, rows), doubled)

    def targets(self, low_left: int, high_left: int, low_right: int, high_right: int) -> Array:
        """Return the rows of i + j for all i and j with degrees in these ranges, by i and then j; outside the set, one more."""
        left, right = (range(self.offsets[a], self.offsets[b + 1]) for a, b in ((low_left, high_left), (low_right, high_right)))
        _refuse_pairs(len(left) * len(right), self)
        rows = self._sums(np.repeat(left, len(right)), np.tile(right, len(left)))
        return np.where(rows < 0, len(self), rows)

    def _sums(self, left: Array, right: Array) -> Array:
        keys, _, _ = self._keys
        return self.find(keys[left] + keys[right])

    def _check_pairs(self, low_left: int, high_left: int, low_right: int, degree: int) -> None:
        _refuse_pairs(self.count_pairs(low_left, high_left, low_right, degree), self)

    def count_pairs(self, low_left: int, high_left: int, low_right: int, degree: int) -> int:
        """Return the number of pairs with deg i from low_left to high_left, deg j >= low_right, deg i + deg j <= degree.

        For the tensor set, pairs whose sum lies outside are counted too.
        """
        offsets = self.offsets
        return sum(
            (offsets[k + 1] - offsets[k]) * (offsets[degree - k + 1] - offsets[low_right])
            for k in range(low_left, min(high_left, degree - low_right) + 1)
        )

    def _candidates(self, low_left: int, high_left: int, low_right: int, degree: int) -> tuple[Array, Array]:
        lefts, rights = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)]
        for k in range(low_left, high_left + 1):
            i = np.arange(self.offsets[k], self.offsets[k + 1])
            j = np.arange(self.offsets[low_right], self.offsets[degree - k + 1])
            lefts.append(np.repeat(i, len(j)))
            rights.append(np.tile(j, len(i)))
        return np.concatenate(lefts), np.concatenate(rights)


def _refuse_pairs(total: int, indices: IndexSet) -> None:
    if total > MAX_PAIRS:
        raise ResourceLimitError(
            f"a product of two series of order {indices.order} in {indices.variables} variables has {total} pairs of terms, "
            f"the limit is {MAX_PAIRS}; lower the order or hold some variables fixed"
        )


def _flat(index: object) -> bool:
    return isinstance(index, (tuple, list, np.ndarray)) and not any(isinstance(entry, (tuple, list)) for entry in index)


def _total_rows(variables: int, order: int) -> Array:
    rows: list[Array] = []
    for degree in range(order + 1):
        choices = np.array(list(combinations_with_replacement(range(variables), degree)), dtype=np.intp)
        choices = choices.reshape(math.comb(variables + degree - 1, degree) if variables or not degree else 0, degree)
        counts = np.zeros((len(choices), variables), dtype=np.int64)
        for column in choices.T:
            counts[np.arange(len(choices)), column] += 1
        rows.append(counts)
    return np.concatenate(rows)


def _tensor_rows(variables: int, order: int) -> Array:
    grid = np.indices((order + 1,) * variables).reshape(variables, -1).T
    return grid[np.lexsort((*(-grid.T[::-1]), grid.sum(axis=1)))].astype(np.int64)
