"""Powers of linear forms, in closed form: the first hidden layer, and the linear part of every series that is composed.

A ridge function f(b + W z) has the coefficients c_n = f^(|n|)(b)/|n|! |n|!/n! W**n.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from symseries.engine.products import common, empty_table
from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars

_ROWS = 1024  # of a table, read again while they are in the cache


class Ridge:
    """f(b + W z) for each neuron: its columns, and sums of them, for which those of the highest degree are not made.

    `weights` is (neurons, variables), `jet` (top + 1, neurons) that of f at the biases; the top of the index set is 2 at least.
    """

    def __init__(self, indices: IndexSet, jet: Array, weights: Array) -> None:
        self.indices, self.jet = indices, jet
        self._powers = monomials(indices, weights.T, indices.top - 1)

    def columns(self, degree: int) -> Array:
        """Return the series of the neurons to a degree below the top, (rows, neurons)."""
        return scaled(self.indices, self._powers, self.jet, 0, degree)

    def sums(self, scalars: Scalars, weights: Array) -> Array:
        """Return the columns of all degrees times `weights` (m, neurons), (N, m)."""
        return self._sums(scalars, weights, 1)

    def highest(self, scalars: Scalars, weights: Array) -> Array:
        """Return the rows of the highest degree of `sums`."""
        return self._sums(scalars, weights, self.indices.top)

    def _sums(self, scalars: Scalars, weights: Array, low: int) -> Array:
        def sums(jet: Array, row: Array) -> Array:
            return power_sums(self.indices, scalars, self._powers, jet, low)

        return summed(self.indices, self.jet, weights, low, sums)


def summed(indices: IndexSet, jet: Array, weights: Array, low: int, sums: Callable[[Array, Array], Array]) -> Array:
    """Return what `sums` gives for the jet times each row of weights, side by side.

    With `low` = 1 these are all rows, the constant terms added here, and with the top as `low` those of the highest degree.
    """
    first = 0 if low == 1 else indices.offsets[low]
    out = np.empty((len(indices) - first, len(weights)), dtype=common(jet, weights))
    for column, row in enumerate(weights):
        weighted = jet * row
        if first == 0:
            out[0, column] = np.add.reduce(weighted[0])
        out[indices.offsets[low] - first :, column] = sums(weighted, row)
    return out


def ridge(indices: IndexSet, jet: Array, weights: Array) -> Array:
    """Return f(b + W z) in closed form, the first hidden layer: c_n = jet_|n| * |n|!/n! * W**n.

    `weights` is (neurons, variables), `jet` (top + 1, neurons) at the biases; the result is (N, neurons).

    >>> from symseries.multiindex import index_set
    >>> square = np.array([[9.0], [6.0], [1.0]])  # the jet of v**2 at 3
    >>> ridge(index_set(2, 2), square, np.array([[1.0, 2.0]])).T.tolist()  # (3 + x + 2 y)**2
    [[9.0, 6.0, 12.0, 1.0, 4.0, 4.0]]
    """
    if indices.top == 0:
        return jet[:1]
    with np.errstate(all="ignore"):
        return scaled(indices, monomials(indices, weights.T, indices.top), jet, 0, indices.top)


def monomials(indices: IndexSet, linear: Array, degree: int) -> Array:
    """Return the monomials linear**n to a degree, of linear forms (variables, columns); the row of degree 0 is left empty."""
    start, stop = indices.offsets[2], indices.offsets[degree + 1]
    out = empty_table(stop, linear.shape[1], linear.dtype)
    out[1:start] = linear
    first, blocks = indices.kept(("powers", degree), _powers, indices, degree)
    linear.take(first, 0, out[start:], "clip")
    for rows, lower in blocks:
        out[rows] *= out.take(lower, 0)
    return out


def _powers(indices: IndexSet, degree: int) -> tuple[Array, list[tuple[slice, Array]]]:
    """Return the first variable of each row from degree 2 on, and blocks of these rows with the rows lowered there."""
    (first, lower), size = indices.lowered, indices.offsets
    places = [range(a, b, _ROWS) for a, b in pairwise(size[2 : degree + 2])]
    blocks = [slice(a, min(a + _ROWS, place.stop)) for place in places for a in place]
    return first[size[2] - 1 : size[degree + 1] - 1], [(rows, lower[rows.start - 1 : rows.stop - 1]) for rows in blocks]


def scaled(indices: IndexSet, powers: Array, jet: Array, j: int, degree: int) -> Array:
    """Return the rows C(j + d, j) jet[j + d] |n|!/n! powers[n] to a degree."""
    if degree == 0:
        return jet[j : j + 1]
    kinds, rows = indices.scales[2], indices.offsets[degree + 1]
    objects = jet.dtype == object
    degrees, factors = indices.kept(("factors", j, degree, objects), _row_factors, indices, j, degree, objects)
    scales = jet.take(degrees, 0) * factors
    out = empty_table(rows, powers.shape[1], common(jet, powers))
    scales.take(kinds[:rows], 0, out, "clip")
    out[1:] *= powers[1:rows]
    return out


def _row_factors(indices: IndexSet, j: int, degree: int, objects: bool) -> tuple[Array, Array]:
    """Return j + d and C(j + d, j) |n|!/n! of each kind of row of degree d, to a degree."""
    degrees, multinomials, _ = indices.scales
    degrees = degrees[: np.searchsorted(degrees, degree, side="right")]
    values = [math.comb(j + d, j) * m for d, m in zip(degrees.tolist(), multinomials.tolist(), strict=False)]
    return j + degrees, integers(values, np.dtype(object if objects else float))[:, None]


def power_sums(indices: IndexSet, scalars: Scalars, powers: Array, coefficients: Array, low: int) -> Array:
    """Return sum_i c_(|n| i) |n|!/n! L_i**n for the rows of degree low to top, low being 1 or top.

    `powers` (rows, forms) are those of the linear forms L_i to degree top - 1 at least, `coefficients` (top + 1, forms) the c.
    The highest degree needs no powers of its own: L**n = L_j L**(n - e_j) with the first variable j of n.
    """
    multinomials = indices.kept(("multinomials", low, powers.dtype.kind == "O"), _multinomials, indices, low, powers.dtype)
    products = _only_needed if powers.dtype.kind == "O" else _all_at_once
    return np.asarray(products(indices, scalars, powers, coefficients, low) * multinomials)


def _all_at_once(indices: IndexSet, scalars: Scalars, powers: Array, coefficients: Array, low: int) -> Array:
    """Return the sums without the multinomials: one product of matrices, a column for each degree and for each variable."""
    top, start, variables = indices.top, indices.offsets[min(low, indices.top - 1)], powers[1 : indices.offsets[2]]
    factors = coefficients[top] * variables
    if low < top:
        factors = np.concatenate([coefficients[low:top], factors])
    found = scalars.matmul(powers[start : indices.offsets[top]], factors.T)
    return np.asarray(found.reshape(-1).take(indices.kept(("places", low), _places, indices, low)))


def _places(indices: IndexSet, low: int) -> Array:
    """Return where the rows of degree low to top stand in the table that is made at once."""
    top, (first, lower) = indices.top, indices.lowered
    start, cut, width = indices.offsets[min(low, top - 1)], indices.offsets[top], top - low + indices.variables
    rows, degrees = np.arange(indices.offsets[low], cut), indices.degrees[indices.offsets[low] : cut]
    below = (rows - start) * width + degrees - low
    return np.concatenate([below, (lower[cut - 1 :] - start) * width + top - low + first[cut - 1 :]])


def _only_needed(indices: IndexSet, scalars: Scalars, powers: Array, coefficients: Array, low: int) -> Array:
    """Return the same product by product, where one costs more than looking it up."""
    top, offsets, (first, lower) = indices.top, indices.offsets, indices.lowered
    first, lower = first[offsets[top] - 1 :], lower[offsets[top] - 1 :]
    rows = [(powers[offsets[k] : offsets[k + 1]], coefficients[k]) for k in range(low, top)]
    rows += [(powers[lower[first == j]], coefficients[top] * powers[1 + j]) for j in dict.fromkeys(first.tolist())]
    return np.concatenate([scalars.matmul(table, factors[:, None])[:, 0] for table, factors in rows])


def _multinomials(indices: IndexSet, low: int, dtype: np.dtype[np.generic]) -> Array:
    return integers(indices.multinomials[indices.offsets[low] :], dtype)


def integers(values: Iterable[int], dtype: np.dtype[np.generic]) -> Array:
    """Return integers as an array that multiplies arrays of `dtype`; beyond the range of floats they are infinite."""
    if dtype.kind == "O":
        return np.array(list(values), dtype=object)
    return np.array([float(v) if v.bit_length() < 1024 else math.inf for v in values])
