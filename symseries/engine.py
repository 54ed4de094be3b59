"""Arithmetic of truncated multivariate power series, the same for every coefficient ring.

n series at once are one array (N, n): row = multi-index in graded order, column = series. Products go through the pair
tables of an `IndexSet`; composition with a function f uses the jet of f at each series' own constant term, so the
coefficients are exact to the order kept (the paper expands at 0 instead, which is not).
"""

from __future__ import annotations

import numpy as np

from symseries.multiindex import IndexSet, Pairs
from symseries.scalars import Array, Scalars


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

    With `square`, both factors are the same and each unordered pair is multiplied once.
    """
    pairs = indices.pairs(*low, indices.top if degree is None else degree, square=square)
    if object not in (left.dtype, right.dtype):
        return _product_float(pairs, left, right)
    return _product_object(pairs, left, right)


def _product_object(pairs: Pairs, left: Array, right: Array) -> Array:
    """Return the product of ring elements, block by block: an object for every pair at once would need gigabytes."""
    out = np.empty((len(pairs.starts), left.shape[1]), dtype=object)
    for a, b, first, last, _ in pairs.blocks:
        terms = left[pairs.left[a:b]] * right[pairs.right[a:b]]
        twice = pairs.doubled[slice(*np.searchsorted(pairs.doubled, (a, b)))] - a
        terms[twice] = terms[twice] * 2
        out[first:last] = np.add.reduceat(terms, pairs.starts[first:last] - a, axis=0)
    return out


def _product_float(pairs: Pairs, left: Array, right: Array) -> Array:
    out = np.empty((len(pairs.starts), left.shape[1]))
    longest = max((b - a for a, b, *_ in pairs.blocks), default=0)
    x, y = np.empty((longest, left.shape[1])), np.empty((longest, left.shape[1]))  # one workspace for all blocks
    with np.errstate(all="ignore"):  # what overflows is seen in the coefficients
        for a, b, first, last, summation in pairs.blocks:
            np.take(left, pairs.left[a:b], axis=0, out=x[: b - a], mode="clip")
            np.take(right, pairs.right[a:b], axis=0, out=y[: b - a], mode="clip")
            out[first:last] = summation @ np.multiply(x[: b - a], y[: b - a], out=x[: b - a])
    return out


def compose(indices: IndexSet, jet: Array, series: Array) -> Array:
    """Return f(series) for each column, `jet` (top + 1, n) holding f's normalised Taylor coefficients at its constant term.

    f(v0 + v) = sum_k jet[k] v**k by Paterson and Stockmeyer: Horner in v**2, the degree kept growing as it goes.
    """
    if indices.top == 0:
        return jet[:1].copy()
    with np.errstate(all="ignore"):
        return _horner(indices, jet, series)


def _horner(indices: IndexSet, jet: Array, series: Array) -> Array:
    top, offsets = indices.top, indices.offsets
    half, odd = divmod(top, 2)
    square = np.empty_like(series)
    if half:
        square[offsets[2] :] = product(indices, series, series, (1, 1), square=True)
    result = np.empty_like(series[: offsets[odd + 1]])
    result[0] = jet[2 * half]
    if odd:
        result[1:] = series[1 : offsets[2]] * jet[top]
    for k in range(half - 1, -1, -1):
        degree = top - 2 * k
        step = np.empty_like(series[: offsets[degree + 1]])
        step[0] = jet[2 * k]
        step[1:] = series[1 : offsets[degree + 1]] * jet[2 * k + 1]
        step[offsets[2] :] += square[offsets[2] : offsets[degree + 1]] * result[0]
        if degree > 2:
            step[offsets[3] :] += product(indices, square, result, (2, 1), degree)
        result = step
    return result


def ridge(indices: IndexSet, scalars: Scalars, jet: Array, weights: Array) -> Array:
    """Return f(b + W z) in closed form, the first hidden layer: c_n = jet_|n| * |n|!/n! * W**n.

    `weights` is (neurons, variables), `jet` (top + 1, neurons) at the biases.
    """
    powers: Array = np.empty((len(indices), len(weights)), dtype=scalars.dtype)
    powers[0] = scalars.scalar(1)
    first, lower = indices.lowered
    multinomials = scalars.array(np.array(indices.multinomials, dtype=object))
    with np.errstate(all="ignore"):
        for degree in range(1, indices.top + 1):
            rows = slice(indices.offsets[degree], indices.offsets[degree + 1])
            inner = slice(rows.start - 1, rows.stop - 1)
            powers[rows] = powers[lower[inner]] * weights.T[first[inner]]
        return np.asarray(powers * multinomials[:, None] * jet[indices.degrees])


def coordinates(indices: IndexSet, scalars: Scalars, center: Array) -> Array:
    """Return the inputs themselves as series: centre_i + z_i, an array (N, variables)."""
    out = scalars.zeros(len(indices), indices.variables)
    out[0] = center
    if indices.top:
        for i in range(indices.variables):
            out[1 + i, i] = scalars.element(1)
    return out
