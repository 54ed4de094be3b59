"""Arithmetic of truncated multivariate power series, the same for every coefficient ring.

n series at once are one array (N, n): row = multi-index in graded order, column = series. Products go through the pair
tables of an `IndexSet`; composition with a function f uses the jet of f at each series' own constant term, so the
coefficients are exact to the order kept (the paper expands at 0 instead, which is not).

Composition peels the series by degree. With v = v_1 + … + v_K, v_m homogeneous of degree m, V_m = v_1 + … + v_m and
f^[j] = f^(j)/j!,

    f^[j](V_m) = sum_i C(j + i, i) v_m**i f^[j + i](V_(m - 1)),

which is short because v_m**i has degree i m, and ends at V_1, a linear form, whose powers are known in closed form. Up to
order 4 no two series are multiplied but in the last step. Where K is so large that this takes too many products, Paterson
and Stockmeyer's rule (SIAM J. Comput. 2, 1973, 60), Horner in v**2, takes its place.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from symseries.multiindex import IndexSet, Pairs
from symseries.scalars import Array, Scalars

_MAX_PEELED = 24  # the number of products grows like K**2: beyond, Horner's K/2 are fewer at any width
_OVERHEAD = (8_000, 80)  # one more product costs as much as so many pairs in one column: of floats, of objects
_ROWS = 1024  # of a table, read again while they are in the cache
_LONG = 4096  # numbers from which alignment pays for itself
_FEW = 16  # summing columns inside the composition pays for at least so many columns to a sum


# -------------------------------------------------------------------------------------------------------- products
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
    dtype = _common(left, right)
    if dtype.kind == "O":
        return _product_objects(pairs, left, right)
    out = np.zeros((len(pairs.starts), left.shape[1]), dtype=dtype)
    with np.errstate(all="ignore"):  # what overflows is seen in the coefficients
        _add_product(pairs, out, left.astype(dtype, copy=False), right.astype(dtype, copy=False), _WORKSPACE)
    return out


def _common(*tables: Array) -> np.dtype[np.generic]:
    """Return the type of what is computed from the tables: objects, or floats at least."""
    dtype = np.result_type(*tables)
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
            self._buffers = _table(rows, columns, dtype), _table(rows, columns, dtype)
        return self._buffers


_WORKSPACE = _Workspace()


def _aligned(size: int, dtype: np.dtype[np.generic]) -> Array:
    """Return an empty vector; a long one starts at a cache line, where vector units are twice as fast."""
    if size < _LONG or dtype.kind == "O":
        return np.empty(size, dtype=dtype)
    raw = np.empty(size + 64 // dtype.itemsize, dtype=dtype)
    skip = -raw.__array_interface__["data"][0] % 64 // dtype.itemsize
    return raw[skip : skip + size]


def _table(rows: int, columns: int, dtype: np.dtype[np.generic]) -> Array:
    return _aligned(rows * columns, dtype).reshape(rows, columns)


def _add_product(pairs: Pairs, out: Array, left: Array, right: Array, workspace: _Workspace) -> None:
    """Add the product to `out`, block by block: gather both operands, multiply, sum by a matrix of ones."""
    if out.dtype.kind == "O":
        out += _product_objects(pairs, left, right)
        return
    blocks = pairs.blocks(out.shape[1])
    x, y = workspace.operands(max(len(block.left) for block in blocks), out.shape[1], out.dtype)
    for block in blocks:
        a, b = x[: len(block.left)], y[: len(block.left)]
        left.take(block.left, 0, a, "clip")
        right.take(block.right, 0, b, "clip")
        out[block.rows] += block.summation @ np.multiply(a, b, a)


def _product_objects(pairs: Pairs, left: Array, right: Array) -> Array:
    """Return the product of ring elements, block by block: an object for every pair at once would need gigabytes."""
    out = np.empty((len(pairs.starts), left.shape[1]), dtype=object)
    for block in pairs.blocks(left.shape[1]):
        terms = left[block.left] * right[block.right]
        twice = pairs.doubled[slice(*np.searchsorted(pairs.doubled, (block.start, block.start + len(terms))))] - block.start
        terms[twice] = terms[twice] * 2
        out[block.rows] = np.add.reduceat(terms, pairs.starts[block.rows] - block.start, axis=0)
    return out


# ----------------------------------------------------------------------------------------------------- composition
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
        if indices.top < 2 or not np.any(jet[2:]):
            return _linear(indices, jet, series)
        horner, peeled, *_ = _costs(indices)
        way = _peeled if _pays(peeled, horner, series.shape[1], _common(jet, series)) else _horner
        return way(indices, jet, series)


def compose_sum(indices: IndexSet, scalars: Scalars, jet: Array, series: Array, weights: Array) -> Array:
    """Return f(series) @ weights.T: the composition followed by an affine layer `weights` (m, n), an array (N, m).

    For few sums m the last products of the composition and the sum over columns are one matrix product,
    sum_n w_n a_in b_jn, so that the coefficients of single columns are never made. Raises what `compose` raises.

    >>> from symseries.multiindex import index_set
    >>> from symseries.scalars import F64
    >>> jet, series = np.array([[9.0, 4.0], [6.0, 4.0], [1.0, 1.0]]), np.array([[3.0, 2.0], [2.0, 1.0], [1.0, 0.0]])
    >>> compose_sum(index_set(1, 2), F64, jet, series, np.array([[1.0, 10.0]])).T.tolist()  # f(v) + 10 f(w), f the square
    [[49.0, 52.0, 20.0]]
    """
    with np.errstate(all="ignore"):
        few = len(weights) * _FEW <= series.shape[1]
        if few and indices.top >= 2 and np.any(jet[2:]):
            return np.stack([_summed(indices, scalars, jet * row, series) for row in weights], axis=1)
    return scalars.matmul(compose(indices, jet, series), weights.T)


def derivative_jet(jet: Array) -> Array:
    """Return the jet of f' from that of f: d_k = (k + 1) s_(k + 1), an array (K, n) from (K + 1, n), over any ring.

    >>> derivative_jet(np.array([[5.0], [1.0], [3.0]])).tolist()
    [[1.0], [6.0]]
    """
    return np.asarray(jet[1:] * _integers(range(1, len(jet)), jet.dtype)[:, None])


def pairs_of(indices: IndexSet) -> int:
    """Return how many pairs of terms one composition multiplies per series, without building a table.

    For the tensor index set, pairs whose product lies outside are counted too.

    >>> from symseries.multiindex import index_set
    >>> pairs_of(index_set(10, 4))
    5775
    """
    return 0 if indices.top < 2 else min(cost.pairs for cost in _costs(indices)[:2] if cost)


def _linear(indices: IndexSet, jet: Array, series: Array) -> Array:
    out = _table(len(indices), series.shape[1], np.result_type(jet, series))
    out[0] = jet[0]
    if indices.top:
        np.multiply(series[1:], jet[1], out=out[1:])
    return out


class _Cost(NamedTuple):
    pairs: int
    products: int

    def __call__(self, columns: int, dtype: np.dtype[np.generic]) -> int:
        return self.pairs * columns + self.products * _OVERHEAD[dtype.kind == "O"]


Costs = tuple[_Cost, _Cost | None, _Cost, _Cost | None]


def _costs(indices: IndexSet) -> Costs:
    """Return the costs of Horner in the square and of peeling, where that is thought of, and of both in `compose_sum`."""
    found: Costs = indices.kept("costs", _count, indices)
    return found


def _count(indices: IndexSet) -> Costs:
    top, count = indices.top, indices.count_pairs
    degrees = range(top, 2, -2)
    horner = [count(2, d, 1, d) for d in degrees]
    squares = [(count(1, d, 1, d) + indices.offsets[d // 2 + 1] - 1) // 2 for d in (top, top - 1)]
    both = _Cost(squares[0] + sum(horner), 1 + len(horner)), _Cost(squares[1] + sum(horner[1:]), len(horner))
    if top > _MAX_PEELED:
        return both[0], None, both[1], None
    inner = [
        count(m, m, 0, degree - i * m)
        for m, wanted in _schedule(top)[1]
        for degree, start in [(top, 1), *((degree, 0) for _, degree in wanted)]
        for i in range(start, (degree - 1) // m)
    ]
    outer = count(2, top, 1, top)
    return both[0], _Cost(sum(inner) + outer, len(inner) + top // 2), both[1], _Cost(sum(inner), len(inner))


def _pays(peeled: _Cost | None, horner: _Cost, columns: int, dtype: np.dtype[np.generic]) -> bool:
    return peeled is not None and peeled(columns, dtype) <= horner(columns, dtype)


def _square(indices: IndexSet, series: Array, degree: int) -> Array:
    """Return v**2 to a degree, the rows below degree 2 left empty."""
    square = np.empty((indices.offsets[degree + 1], series.shape[1]), dtype=series.dtype)
    square[indices.offsets[2] :] = product(indices, series, series, (1, 1), degree, square=True)
    return square


def _horner(indices: IndexSet, jet: Array, series: Array, square: Array | None = None) -> Array:
    """Compose by Horner in v**2, the degree kept growing as it goes, to the order of the jet.

    `square` is v**2 to that order at least, where it is known.
    """
    top, offsets = len(jet) - 1, indices.offsets
    half, odd = divmod(top, 2)
    dtype, workspace = _common(jet, series), _WORKSPACE
    series = series.astype(dtype, copy=False)
    square = _square(indices, series, top) if square is None else square
    result = _table(offsets[odd + 1], series.shape[1], dtype)
    result[0] = jet[2 * half]
    if odd:
        result[1:] = series[1 : offsets[2]] * jet[top]
    for k in range(half - 1, -1, -1):
        degree = top - 2 * k
        step = _table(offsets[degree + 1], series.shape[1], dtype)
        step[0] = jet[2 * k]
        step[1:] = series[1 : offsets[degree + 1]] * jet[2 * k + 1]
        step[offsets[2] :] += square[offsets[2] : offsets[degree + 1]] * result[0]
        if degree > 2:
            _add_product(indices.pairs(2, 1, degree), step[offsets[3] :], square, result, workspace)
        result = step
    return result


# ------------------------------------------------------------------------------------------------ sums over columns
Factors = list[tuple[Array, int, int, Array]]


def _summed(indices: IndexSet, scalars: Scalars, jet: Array, series: Array) -> Array:
    """Return the sum over the columns of f(series), (N,)."""
    _, _, horner, peeled = _costs(indices)
    way = _peeled_factors if _pays(peeled, horner, series.shape[1], _common(jet, series)) else _horner_factors
    factors, offsets, top = way(indices, jet, series), indices.offsets, indices.top
    terms = [
        scalars.matmul(left[offsets[k] : offsets[k + 1]], right[1 : offsets[top - k + 1]].T).reshape(-1)
        for left, low, high, right in factors
        for k in range(low, high + 1)
    ]
    targets = [indices.targets(low, high, top) for _, low, high, _ in factors if low <= high]
    out = _sums(np.concatenate(targets), np.concatenate(terms), len(indices))
    out[0] = jet[0].sum()
    out[1:] += scalars.matmul(series[1:], jet[1][:, None])[:, 0]
    return out


def _peeled_factors(indices: IndexSet, jet: Array, series: Array) -> Factors:
    """Return (left, low, high, right) so that f(V) = f + f' V + the products of left, degrees low to high, and right from 1."""
    peeling, top = _Peeling(indices, jet, series, indices.top - 1), indices.top
    linear = _scaled_powers(indices, peeling.powers, jet[1:], 0, top - 1)  # times v_1 it is f(V_1) - f
    return [(peeling.series, low, high, right) for low, high, right in [(1, 1, linear), *peeling.factors()]]


def _horner_factors(indices: IndexSet, jet: Array, series: Array) -> Factors:
    """Return the same from f(V) = f + f' V + V * s_2 V + V**2 (s_3 V + s_4 V**2 + …)."""
    top = indices.top
    series = series.astype(_common(jet, series), copy=False)
    square = _square(indices, series, top - 1)
    shifted = np.concatenate([jet[:1] * 0, jet[3:]])
    rest = _horner(indices, shifted, series, square)
    return [(series, 1, top - 1, series[: indices.offsets[top]] * jet[2]), (square, 2, top - 1, rest)]


def _sums(targets: Array, terms: Array, size: int) -> Array:
    """Return for each target below `size` the sum of its terms; targets beyond are left out."""
    if terms.dtype == object:
        order = np.argsort(targets, kind="stable")
        ends = np.searchsorted(targets[order], np.arange(size + 1))
        out = np.zeros(size, dtype=object)
        filled = np.flatnonzero(np.diff(ends))
        out[filled] = np.add.reduceat(terms[order[: ends[-1]]], ends[filled])
        return out
    if terms.dtype == complex:
        return np.asarray(_sums(targets, terms.real, size) + 1j * _sums(targets, terms.imag, size))
    return np.bincount(targets, weights=terms, minlength=size + 1)[:size]


# --------------------------------------------------------------------------------------------------------- peeling
@lru_cache(maxsize=_MAX_PEELED + 1)
def _schedule(top: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, tuple[tuple[int, int], ...]], ...]]:
    """Return what peeling needs: (j, degree) of each f^[j](V_1), and for m = 2 … top // 2 those of each f^[j](V_m)."""
    half = top // 2
    need: list[dict[int, int]] = [{} for _ in range(half + 1)]

    def want(m: int, j: int, degree: int) -> None:
        need[m][j] = max(degree, need[m].get(j, 0))

    want(half, 1, top - half - 1)
    for m in range(half, 1, -1):
        for i in range(1, top // m + 1):
            want(m - 1, i, top - i * m)
        for j, degree in need[m].items():
            for i in range(degree // m + 1):
                want(m - 1, j + i, degree - i * m)
    return tuple(need[1].items()), tuple((m, tuple(need[m].items())) for m in range(2, half + 1))


class _Peeling:
    """One composition: the powers of the linear part, and the series f^[j](V_m) level by level."""

    def __init__(self, indices: IndexSet, jet: Array, series: Array, degree: int) -> None:
        self.indices, self.jet = indices, jet
        self.series = series.astype(_common(jet, series), copy=False)
        self.powers = _powers(indices, self.series[1 : indices.offsets[2]], degree)
        self.workspace = _WORKSPACE

    def factors(self) -> Iterator[tuple[int, int, Array]]:
        """Yield (low, high, factor) such that f(V) = f(V_1) + the sum of (v_low + … + v_high) * factor; factor[0] is f'."""
        top = self.indices.top
        bases, levels = _schedule(top)
        level = {j: self.of_linear(j, degree) for j, degree in bases}
        for m, wanted in levels:
            yield m, m, self._in_part(level, m, 0, top, 1)
            level = {j: self._in_part(level, m, j, degree, 0) for j, degree in wanted}
        yield top // 2 + 1, top - 1, level[1]

    def of_linear(self, j: int, degree: int) -> Array:
        """Return f^[j](V_1) to a degree: the rows are C(j + d, j) jet[j + d] |n|!/n! times the powers."""
        return _scaled_powers(self.indices, self.powers, self.jet, j, degree)

    def _in_part(self, level: dict[int, Array], m: int, j: int, degree: int, start: int) -> Array:
        """Return sum_(i >= start) C(j + i, i) v_m**(i - start) f^[j + i](V_(m - 1)), by Horner in v_m."""
        offsets = self.indices.offsets
        result = level[j + degree // m][: offsets[degree % m + 1]]
        result = result * math.comb(j + degree // m, j) if j else result
        for i in range(degree // m - 1, start - 1, -1):
            rest = degree - i * m
            step = level[j + i][: offsets[rest + 1]] * math.comb(j + i, j)
            self.add_product(step, result, (m, 0), rest, m)
            result = step
        return result

    def add_product(self, out: Array, factor: Array, low: tuple[int, int], degree: int, high: int) -> None:
        """Add (v_low + … + v_high) * factor to `out`, terms from the degrees `low` of both, to a degree."""
        if degree < sum(low):
            return
        if degree == high:
            part = slice(self.indices.offsets[high], len(out))
            out[part] += self.series[part] * factor[0]
            return
        pairs = self.indices.pairs(*low, degree, high_left=high)
        rows = out[self.indices.offsets[sum(low)] : self.indices.offsets[degree + 1]]
        _add_product(pairs, rows, self.series, factor, self.workspace)


def _peeled(indices: IndexSet, jet: Array, series: Array) -> Array:
    aligned = _table(len(series), series.shape[1], _common(jet, series))
    aligned[:] = series
    peeling = _Peeling(indices, jet, aligned, indices.top)
    out, start = peeling.of_linear(0, indices.top), indices.offsets[2]
    out[start:] += peeling.series[start:] * jet[1]
    for low, high, factor in peeling.factors():
        peeling.add_product(out, factor, (low, 1), indices.top, high)
    return out


# ----------------------------------------------------------------------------------------------------- linear forms
def ridge(indices: IndexSet, scalars: Scalars, jet: Array, weights: Array) -> Array:
    """Return f(b + W z) in closed form, the first hidden layer: c_n = jet_|n| * |n|!/n! * W**n.

    `weights` is (neurons, variables), `jet` (top + 1, neurons) at the biases; the result is (N, neurons).

    >>> from symseries.multiindex import index_set
    >>> from symseries.scalars import F64
    >>> square = np.array([[9.0], [6.0], [1.0]])  # the jet of v**2 at 3
    >>> ridge(index_set(2, 2), F64, square, np.array([[1.0, 2.0]])).T.tolist()  # (3 + x + 2 y)**2
    [[9.0, 6.0, 12.0, 1.0, 4.0, 4.0]]
    """
    if indices.top == 0:
        return scalars.array(jet[:1])
    with np.errstate(all="ignore"):
        return _scaled_powers(indices, _powers(indices, weights.T, indices.top), jet, 0, indices.top)


def _powers(indices: IndexSet, linear: Array, degree: int) -> Array:
    """Return the monomials linear**n to a degree, of linear forms (variables, columns); the row of degree 0 is left empty."""
    start, stop = indices.offsets[2], indices.offsets[degree + 1]
    out = _table(stop, linear.shape[1], linear.dtype)
    out[1:start] = linear
    first, lower = indices.lowered
    out[1:start].take(first[start - 1 : stop - 1], 0, out[start:], "clip")
    for d in range(2, degree + 1):
        for a in range(indices.offsets[d], indices.offsets[d + 1], _ROWS):
            b = min(a + _ROWS, indices.offsets[d + 1])
            out[a:b] *= out.take(lower[a - 1 : b - 1], 0)
    return out


def _scaled_powers(indices: IndexSet, powers: Array, jet: Array, j: int, degree: int) -> Array:
    """Return the rows C(j + d, j) jet[j + d] |n|!/n! powers[n] to a degree."""
    if degree == 0:
        return jet[j : j + 1]
    kinds, rows = indices.scales[2], indices.offsets[degree + 1]
    objects = jet.dtype == object
    degrees, factors = indices.kept(("factors", j, degree, objects), _row_factors, indices, j, degree, objects)
    scales = jet[j + degrees] * factors[:, None]
    out = _table(rows, powers.shape[1], np.result_type(jet, powers))
    scales.take(kinds[:rows], 0, out, "clip")
    out[1:] *= powers[1:rows]
    return out


def _row_factors(indices: IndexSet, j: int, degree: int, objects: bool) -> tuple[Array, Array]:
    """Return the degree d and C(j + d, j) |n|!/n! of each kind of row to a degree."""
    degrees, multinomials, _ = indices.scales
    degrees = degrees[: np.searchsorted(degrees, degree, side="right")]
    values = [math.comb(j + d, j) * m for d, m in zip(degrees.tolist(), multinomials.tolist(), strict=False)]
    return degrees, _integers(values, np.dtype(object if objects else float))


def _integers(values: Iterable[int], dtype: np.dtype[np.generic]) -> Array:
    """Return integers as an array that multiplies arrays of `dtype`; beyond the range of floats they are infinite."""
    if dtype.kind == "O":
        return np.array(list(values), dtype=object)
    return np.array([float(v) if v.bit_length() < 1024 else math.inf for v in values])
