"""Linear least squares in float64, over columns scaled to norm 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symseries.errors import DataError
from symseries.scalars import Array, check_finite

RANK_TOLERANCE = 1e-12
"""A direction counts as determined where its singular value, over scaled columns, exceeds this part of the largest one.

Columns that depend on each other exactly leave about 1e-16. Powers up to x**10 on [-9, -3], the hardest of the usual test
problems, leave 2e-10 and are determined.
"""


@dataclass(frozen=True, eq=False)
class LinearSolution:
    """The answer of `solve_linear`: `values` (p,), `inverse` G (p, m), `rank`, what is left open, and `residual` (m,).

    `values = G @ rhs`; `singular_values` (p,) are those of the columns scaled to norm 1, descending; the columns of
    `null_space` (p, p - rank) are the directions that the problem leaves open.
    """

    values: Array
    inverse: Array
    rank: int
    singular_values: Array
    null_space: Array
    residual: Array


@dataclass(frozen=True, eq=False)
class Factors:
    """The singular value decomposition of a matrix whose columns are divided by `scale`, cut to its rank."""

    scale: Array
    left: Array
    values: Array
    right: Array
    rank: int

    def solve(self, rhs: Array, damping: float = 0.0) -> Array:
        """Return the unknowns (p,) that minimise `‖rhs − A x‖² + damping · ‖scale · x‖²`."""
        kept = self.values[: self.rank]
        parts = (self.range().T @ rhs) * (kept / (kept**2 + damping))
        return np.asarray((self.right[: self.rank].T @ parts) / self.scale)

    def range(self) -> Array:
        """Return an orthonormal basis (m, rank) of what the columns span."""
        return self.left[:, : self.rank]


def factor(matrix: Array) -> Factors:
    """Return the decomposition over columns of norm 1, cut at `RANK_TOLERANCE`."""
    return scaled_factor(matrix, norms(matrix), RANK_TOLERANCE)


def scaled_factor(matrix: Array, scale: Array, tolerance: float) -> Factors:
    """Return the decomposition over columns divided by `scale`, cut below `tolerance` of the largest singular value."""
    divisor = np.where(scale > 0.0, scale, 1.0)
    left, values, right = np.linalg.svd(matrix / divisor, full_matrices=False)
    rank = int(np.count_nonzero(values > tolerance * values[0])) if values.size else 0
    return Factors(divisor, left, values, right, rank)


def norms(matrix: Array) -> Array:
    """Return the norms of the columns; the squares of 1e200 and 1e-200 are out of range, so each is taken over its peak."""
    peak = np.abs(matrix).max(axis=0, initial=0.0)
    peak[peak == 0.0] = 1.0
    return np.asarray(peak * np.sqrt(np.square(matrix / peak).sum(axis=0)))


def solve_linear(matrix: Array, rhs: Array) -> LinearSolution:
    """Return the least-squares solution of `matrix @ values = rhs` in float64, whatever its rank.

    Minimises `‖rhs − matrix · values‖²` with `matrix` (m, p) and `rhs` (m,), over columns scaled to norm 1. Directions below
    `RANK_TOLERANCE` are left out of the values and reported; a zero column is one of them. With rank below p the values
    are those of least scaled norm. Raises `DataError` for shapes that do not fit and entries that are not finite.

    >>> import numpy as np
    >>> line = solve_linear(np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.0]))
    >>> line.values.round(12).tolist(), line.rank
    ([1.0, 2.0], 2)
    >>> twice = solve_linear(np.array([[1.0, 2.0], [2.0, 4.0]]), np.array([3.0, 6.0]))
    >>> twice.rank, bool(np.allclose(twice.null_space[:, 0] / twice.null_space[0, 0], [1, -0.5]))
    (1, True)
    """
    matrix, rhs = checked(matrix, "matrix", 2), checked(rhs, "rhs", 1)
    same_rows(matrix, rhs)
    factors, columns = factor(matrix), matrix.shape[1]
    values = factors.solve(rhs)
    values = values + factors.solve(rhs - matrix @ values)
    full = np.linalg.svd(matrix / factors.scale)[2] if len(matrix) < columns else factors.right
    singular = np.zeros(columns)
    singular[: factors.values.size] = factors.values
    null_space = full[factors.rank :].T / factors.scale[:, None]
    return LinearSolution(values, _inverse(factors), factors.rank, singular, null_space, rhs - matrix @ values)


def pseudo_inverse(jacobian: Array) -> Array:
    """Return the matrix G (p, m) of the least-squares solution `values = G @ rhs`, for a `jacobian` (m, p).

    `G = D⁻¹ · (J · D⁻¹)⁺` with D the norms of the columns, so that no rank is lost to units. With independent noise of
    variance s² the covariance of the values is `s² · G · Gᵀ`. Raises `DataError` for entries that are not finite.

    >>> import numpy as np
    >>> pseudo_inverse(np.array([[2.0, 0.0], [0.0, 1e-20]])).round(6).tolist()
    [[0.5, 0.0], [0.0, 1e+20]]
    """
    return _inverse(factor(checked(jacobian, "jacobian", 2)))


def _inverse(factors: Factors) -> Array:
    kept = factors.right[: factors.rank].T / factors.values[: factors.rank]
    return np.asarray((kept @ factors.range().T) / factors.scale[:, None])


def checked(values: Array, what: str, dimensions: int) -> Array:
    """Return a finite float array of so many dimensions, or raise `DataError` naming it."""
    array = np.asarray(values, dtype=float)
    if array.ndim != dimensions:
        raise DataError(f"{what}: shape {array.shape} has {array.ndim} dimensions; expected {dimensions}")
    return check_finite(array, what)


def same_rows(matrix: Array, rhs: Array) -> None:
    """Raise `DataError` unless `rhs` has one entry for each row of `matrix`."""
    if rhs.ndim != 1 or matrix.ndim != 2 or len(matrix) != len(rhs):
        raise DataError(f"rhs: shape {rhs.shape} does not fit a matrix of shape {matrix.shape}; expected one entry a row")
