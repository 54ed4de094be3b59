"""The largest modulus of a polynomial on a box, bounded in balls from its values on a Chebyshev grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from flint import arb, fmpq

from symseries.scalars import ARB, Array, Scalars, object_array

_GRID = 40_000  # values in balls
_FINEST = 8  # points per degree and axis, beyond which the factor of the grid gains nothing

Values = Callable[[int, int, int], Array]
"""The values (points, degree + 1) of the basis of one axis at its nodes, from the axis, the degree and the points."""


def sums(values: Array) -> arb:
    """Return an upper bound of the sum of |values|, balls or exact numbers."""
    return arb(sum((abs(v) for v in values.flat), start=arb(0)).upper())


def largest(indices: Array, coefficients: Array, basis: Values, ring: ARB) -> arb:
    """Return a bound of |p| on a box for p = sum_n c_n prod_j phi_(n_j), |phi| <= 1, `indices` (N, w) and balls (N,).

    A polynomial of degree q < n in each variable is at most cos(pi q/(2 n))**-w times its largest modulus at the zeros of T_n;
    what lies beyond the degree q is added up. Source: H. Ehlich and K. Zeller, Mathematische Zeitschrift 86 (1964) 41-44. The
    plain sum of |c_n| is taken where it is smaller.
    """
    plain = sums(coefficients)
    sizes = np.array([float(v.abs_upper()) for v in coefficients])
    degree, points = _split(indices, sizes)
    if points <= degree or not np.isfinite(sizes).all() or not sizes.any():
        return plain
    inside = indices.max(axis=1) <= degree
    table = ring.zeros(*(degree + 1,) * indices.shape[1])
    table[tuple(indices[inside].T)] = coefficients[inside]
    values = along_axes([basis(j, degree, points) for j in range(indices.shape[1])], table, ring)
    top = max(value.abs_upper() for value in values.flat)
    bound = top / arb.cos_pi_fmpq(fmpq(degree, 2 * points)) ** indices.shape[1] + sums(coefficients[~inside])
    return min(plain, arb(bound.upper()))


def _split(indices: Array, sizes: Array) -> tuple[int, int]:
    """Return the degree and the points per axis of the grid that promise the smallest bound."""
    w, tops = indices.shape[1], indices.max(axis=1)
    most = max(2, int(_GRID ** (1 / w)))
    beyond = sizes.sum() - np.cumsum(np.bincount(tops, weights=sizes))

    def promised(degree: int) -> float:
        points = min(most, _FINEST * (degree + 1))
        if points <= degree:
            return math.inf
        factor = math.cos(math.pi * degree / (2 * points)) ** -w
        return float(factor * (sizes.sum() - beyond[degree]) / 2 + beyond[degree])

    best = min(range(len(beyond)), key=promised)
    return best, min(most, _FINEST * (best + 1))


def along_axes(matrices: Sequence[Array], table: Array, ring: Scalars) -> Array:
    """Return a table (n, n, …) with a matrix (m, n) applied along each axis."""
    for matrix in matrices:
        flat = ring.matmul(matrix, table.reshape(len(table), -1))
        table = np.moveaxis(flat.reshape(len(matrix), *table.shape[1:]), 0, -1)
    return table


def cosines(degree: int, points: int) -> Array:
    """Return cos(k t_i) (points, degree + 1), T_k at the zeros cos(t_i) of T_points."""
    table = object_array(arb.cos_pi_fmpq(fmpq(k, 2 * points)) for k in range(4 * points))
    return table[np.outer(2 * np.arange(points) + 1, np.arange(degree + 1)) % (4 * points)]


def powers(low: arb, high: arb, degree: int, points: int) -> Array:
    """Return z_i**k (points, degree + 1) at the zeros of T_points moved to [low, high]."""
    nodes = (low + high) / 2 + (high - low) / 2 * cosines(1, points)[:, 1]
    out = np.empty((points, degree + 1), dtype=object)
    out[:, 0] = object_array([arb(1)] * points)
    for k in range(1, degree + 1):
        out[:, k] = out[:, k - 1] * nodes
    return out
