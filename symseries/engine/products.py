"""The product of truncated series: every pair of terms that adds to a row, multiplied and summed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from symseries.multiindex import IndexSet, Pairs
from symseries.scalars import Array

_ELEMENTS = "dO"  # floats and objects, as NumPy abbreviates them
_LONG = 4096  # numbers from which alignment pays for itself


def product(
    indices: IndexSet,
    left: Array,
    right: Array,
    low: tuple[int, int] = (0, 0),
    degree: int | None = None,
    *,
    square: bool = False,
) -> Array:
    """Return the rows of degree low[0] + low[1] … degree of the product, the factors having no terms below `low`.

    c_n = sum_(i + j = n) left_i right_j, column by column: `left` and `right` are (N, n), the result is (rows, n). With
    `square`, both factors are the same and each unordered pair is multiplied once. Raises `ResourceLimitError` where the table
    of pairs is too large.

    >>> from symseries.multiindex import index_set
    >>> product(index_set(1, 2), np.array([[1.0], [1.0], [0.0]]), np.array([[2.0], [1.0], [0.0]])).T.tolist()
    [[2.0, 3.0, 1.0]]
    """
    pairs = indices.pairs(*low, indices.top if degree is None else degree, square=square)
    dtype = common(left, right)
    out = np.empty((len(pairs.starts), left.shape[1]), dtype=dtype)
    with np.errstate(all="ignore"):  # what overflows is seen in the coefficients
        put_product(pairs, out, left.astype(dtype, copy=False), right.astype(dtype, copy=False))
    return out


def common(left: Array, right: Array) -> np.dtype[np.generic]:
    """Return the type of what is computed from two tables: objects, or floats at least."""
    dtype = left.dtype
    if dtype.char in _ELEMENTS and dtype == right.dtype:  # NumPy takes longer to say so
        return dtype
    dtype = np.result_type(left, right)
    return dtype if dtype.kind == "O" else np.result_type(dtype, float)


class _Workspace(threading.local):
    """Two operands of the kernel, kept by each thread: fresh memory costs more than the arithmetic."""

    def __init__(self) -> None:
        super().__init__()
        self._buffers: tuple[Array, Array] = np.empty((0, 0)), np.empty((0, 0))

    def operands(self, rows: int, columns: int, dtype: np.dtype[np.generic]) -> tuple[Array, Array]:
        """Return two tables of at least so many rows."""
        x, _ = self._buffers
        if len(x) < rows or x.shape[1] != columns or x.dtype != dtype:
            self._buffers = empty_table(rows, columns, dtype), empty_table(rows, columns, dtype)
        return self._buffers


_WORKSPACE = _Workspace()


def _aligned(size: int, dtype: np.dtype[np.generic]) -> Array:
    """Return an empty vector; a long one starts at a cache line, where vector units are twice as fast."""
    if size < _LONG or dtype.kind == "O":
        return np.empty(size, dtype=dtype)
    raw = np.empty(size + 64 // dtype.itemsize, dtype=dtype)
    skip = -raw.__array_interface__["data"][0] % 64 // dtype.itemsize
    return raw[skip : skip + size]


def empty_table(rows: int, columns: int, dtype: np.dtype[np.generic]) -> Array:
    """Return a table that holds nothing yet."""
    return _aligned(rows * columns, dtype).reshape(rows, columns)


def put_product(pairs: Pairs, out: Array, left: Array, right: Array) -> None:
    """Write the product of two tables of the type of `out` into it."""
    if out.dtype.kind == "O":
        out[:] = _product_objects(pairs, left, right)
        return
    for rows, sums in _sums(pairs, left, right):
        out[rows] = sums


def add_product(pairs: Pairs, out: Array, left: Array, right: Array) -> None:
    """Add the product of two tables of the type of `out` to it."""
    if out.dtype.kind == "O":
        out += _product_objects(pairs, left, right)
        return
    for rows, sums in _sums(pairs, left, right):
        out[rows] += sums


def _sums(pairs: Pairs, left: Array, right: Array) -> Iterator[tuple[slice, Array]]:
    """Yield the rows of a product block by block: gather both operands, multiply, sum by a matrix of ones."""
    blocks = pairs.blocks(left.shape[1])
    x, y = _WORKSPACE.operands(max(len(block.left) for block in blocks), left.shape[1], left.dtype)
    for block in blocks:
        a, b = x[: len(block.left)], y[: len(block.left)]
        left.take(block.left, 0, a, "clip")
        right.take(block.right, 0, b, "clip")
        yield block.rows, block.summation @ np.multiply(a, b, a)


def _product_objects(pairs: Pairs, left: Array, right: Array) -> Array:
    """Return the product of ring elements, block by block: an object for every pair at once would need gigabytes."""
    out = np.empty((len(pairs.starts), left.shape[1]), dtype=object)
    for block in pairs.blocks(left.shape[1]):
        terms = left[block.left] * right[block.right]
        twice = pairs.doubled[slice(*np.searchsorted(pairs.doubled, (block.start, block.start + len(terms))))] - block.start
        terms[twice] = terms[twice] * 2
        out[block.rows] = np.add.reduceat(terms, pairs.starts[block.rows] - block.start, axis=0)
    return out
