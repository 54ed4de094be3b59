"""Composition of functions with series: f(v) for n series at once, whole or summed over the columns.

v = v_0 + V, and f is given by its jet f^(k)(v_0)/k! at the constant term of each column, so that the coefficients are exact to
the order kept (the paper expands at 0 instead, which is not). Peeling by degree, or Horner in V**2 where that is cheaper, write

    f(V) = base + sum_j (the terms of L_j from degree `low` to `high`) * R_j,

and each product is either made column by column, or summed over the columns: sum_n w_n a_in b_jn is a product of matrices, and
the coefficients of single columns are never made.

The highest degree K of f(V) contains that of V in one place only, f'(v_0) V_K. Whoever wants sums of columns therefore needs V
to degree K - 1, and of V_K one sum for each sum wanted; and most coefficients are of the highest degree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from symseries.engine.linear import integers, summed
from symseries.engine.peeling import Peeling, peeling_costs
from symseries.engine.products import add_product, common
from symseries.engine.ways import Factor, Horner, Linear, horner_costs
from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars

_OVERHEAD = (8_000, 80)  # one more product costs as much as so many pairs in one column: of floats, of objects
_FEW = 50_000  # numbers multiplied for each degree, below which one product of matrices costs less than one for each degree


class Composition:
    """f(v) for each column of series: columns to a degree, and sums over columns.

    `jet` (top + 1, n) holds f's normalised Taylor coefficients at the constant terms of `series` (rows, n), which are known to
    the degree before the top at least, the top being 2 or more; `degree` is that to which columns are wanted, 0 for none.
    """

    def __init__(self, indices: IndexSet, jet: Array, series: Array, degree: int = 0) -> None:
        self.indices, self.jet = indices, jet
        way = _way(indices, series.shape[1], common(jet, series), degree) if np.count_nonzero(jet[2:]) else Linear
        self._way = way(indices, jet, series, degree)

    def columns(self, degree: int) -> Array:
        """Return the composed series to a degree, (rows, n)."""
        out, offsets = self._way.base(degree), self.indices.offsets
        for left, low, high, right, _ in self._way.factors:
            if low < degree:
                pairs = self.indices.pairs(low, 1, degree, high_left=min(high, degree - 1))
                add_product(pairs, out[offsets[low + 1] :], left, right)
        return out

    def sums(self, scalars: Scalars, weights: Array) -> Array:
        """Return the columns of all degrees times `weights` (m, n), (N, m); f' times the highest degree of v is left out."""
        return self._sums(scalars, weights, 1)

    def highest(self, scalars: Scalars, weights: Array) -> Array:
        """Return the rows of the highest degree of `sums`."""
        return self._sums(scalars, weights, self.indices.top)

    def _sums(self, scalars: Scalars, weights: Array, low: int) -> Array:

        def sums(jet: Array, row: Array) -> Array:
            out = self._way.base_sums(scalars, jet, low)
            _add_factors(self.indices, scalars, self._way.summed, row, out)
            return out

        return summed(self.indices, self.jet, weights, low, sums)


def compose(indices: IndexSet, jet: Array, series: Array) -> Array:
    """Return f(series) for each column, `jet` (top + 1, n) holding f's normalised Taylor coefficients at its constant term.

    f(v0 + v) = sum_k jet[k] v**k, truncated at the index set; `series` and the result are (N, n). Raises `ResourceLimitError`
    where the table of pairs is too large.

    >>> from symseries.multiindex import index_set
    >>> square = np.array([[9.0], [6.0], [1.0]])  # the jet of v**2 at 3
    >>> compose(index_set(1, 2), square, np.array([[3.0], [2.0], [1.0]])).T.tolist()  # (3 + 2 z + z**2)**2
    [[9.0, 12.0, 10.0]]
    """
    with np.errstate(all="ignore"):
        if indices.top < 2:
            return np.concatenate([jet[:1], series[1:] * jet[1:]])
        return Composition(indices, jet, series, indices.top).columns(indices.top)


def derivative_jet(jet: Array) -> Array:
    """Return the jet of f' from that of f: d_k = (k + 1) s_(k + 1), an array (K, n) from (K + 1, n), over any ring.

    >>> derivative_jet(np.array([[5.0], [1.0], [3.0]])).tolist()
    [[1.0], [6.0]]
    """
    return np.asarray(jet[1:] * integers(range(1, len(jet)), jet.dtype)[:, None])


def pairs_of(indices: IndexSet, degree: int | None = None) -> int:
    """Return how many pairs of terms one composition multiplies per series, without building a table.

    The columns are made to a degree, by default the top. For the tensor index set, pairs whose product lies outside are
    counted too.

    >>> from symseries.multiindex import index_set
    >>> pairs_of(index_set(10, 4))
    5775
    """
    if indices.top < 2:
        return 0
    return min(cost[0] for cost in _costs(indices, indices.top if degree is None else degree) if cost)


# ----------------------------------------------------------------------------------------------------- which way is cheaper
Cost = tuple[int, int]


def _costs(indices: IndexSet, degree: int) -> tuple[Cost, Cost | None]:
    """Return pairs and products of Horner, and of peeling where that is thought of."""
    found: tuple[Cost, Cost | None] = indices.kept(("costs", degree), _count, indices, degree)
    return found


def _count(indices: IndexSet, degree: int) -> tuple[Cost, Cost | None]:
    return horner_costs(indices, degree), peeling_costs(indices, degree)


def _way(indices: IndexSet, columns: int, dtype: np.dtype[np.generic], degree: int) -> type[Linear]:
    horner, peeled = _costs(indices, degree)
    overhead = _OVERHEAD[dtype.kind == "O"]
    if peeled is None:
        return Horner
    return Peeling if (peeled[0] - horner[0]) * columns <= (horner[1] - peeled[1]) * overhead else Horner


# ---------------------------------------------------------------------------------------------------------- sums over columns
def _add_factors(indices: IndexSet, scalars: Scalars, factors: Sequence[Factor], weights: Array, out: Array) -> None:
    """Add the sums over columns of the products, times the weights, to `out`: the rows from degree 1 on, or the top ones."""
    low = 1 if len(out) == len(indices) - 1 else indices.top
    shapes = tuple([(factor.low, factor.high, factor.first, len(factor.right)) for factor in factors])
    columns = 0 if out.dtype.kind == "O" else len(weights)
    blocks, order, starts, rows = indices.kept(("sums", low, shapes, columns), _summation, indices, low, shapes, columns)
    if blocks:
        rights = [factor.right * weights for factor in factors]
        terms = [scalars.matmul(factors[i].left[a], rights[i][b].T).reshape(-1) for i, a, b in blocks]
        out[rows] += np.add.reduceat(np.concatenate(terms).take(order), starts)


Shape = tuple[int, int, int, int]
"""Of a factor: its lowest and highest degree on the left, the first one on the right, and the rows on the right."""


class _Summation(NamedTuple):
    """How sums over columns are made of products of matrices."""

    blocks: tuple[tuple[int, slice, slice], ...]
    """The number of a factor, rows of its left series, rows of its right one."""
    order: Array
    """The entries of the products, sorted by the row they add to; those that add to none are left out."""
    starts: Array
    """The first entry of each row."""
    rows: Array | slice
    """The rows, counted from the lowest degree wanted; a slice where they are neighbours, which is faster."""


def _summation(indices: IndexSet, low: int, shapes: Sequence[Shape], columns: int) -> _Summation:
    """Return how to sum the rows from degree `low` on; `columns` is 0 where ring elements are multiplied."""
    blocks = [(i, *degrees) for i, shape in enumerate(shapes) for degrees in _blocks(indices, shape, low, columns)]
    places = tuple((i, _rows(indices, a, b), _rows(indices, c, d)) for i, a, b, c, d in blocks)
    degrees = tuple(block[1:] for block in blocks)  # the same for many numbers of columns
    return _Summation(places, *indices.kept(("targets", low, degrees), _by_target, indices, low, degrees))


def _by_target(indices: IndexSet, low: int, degrees: Sequence[tuple[int, int, int, int]]) -> tuple[Array, Array, Array | slice]:
    """Return order, starts and rows of a summation."""
    if not degrees:
        return np.empty(0), np.empty(0), slice(0)
    first = indices.offsets[low]
    targets = np.concatenate([indices.targets(*block) for block in degrees]) - first
    order = np.argsort(targets, kind="stable")
    ends = np.searchsorted(targets[order], np.arange(len(indices) - first + 1))
    rows = np.flatnonzero(np.diff(ends))
    neighbours = rows[-1] - rows[0] == len(rows) - 1
    return order[: ends[-1]], ends[rows], slice(rows[0], rows[-1] + 1) if neighbours else rows


def _rows(indices: IndexSet, low: int, high: int) -> slice:
    return slice(indices.offsets[low], indices.offsets[high + 1])


def _blocks(indices: IndexSet, shape: Shape, low: int, columns: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield degrees on the left and on the right of a factor: for each degree on the left, or at once where that is little."""
    (start, end, first, rows), size = shape, indices.offsets
    known = size.index(rows) - 1
    if low == 1 and 0 < (size[end + 1] - size[start]) * rows * columns <= _FEW * (end + 1 - start):
        yield start, end, first, known
        return
    for k in range(start, end + 1):
        lowest, highest = max(first, low - k), min(known, indices.top - k)
        if lowest <= highest:
            yield k, k, lowest, highest
