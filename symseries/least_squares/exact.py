"""Linear least squares, rank and null space over the rational numbers."""

from __future__ import annotations

from flint import fmpq, fmpq_mat

from symseries.errors import DataError, IdentifiabilityError
from symseries.least_squares.linear import same_rows
from symseries.scalars import QQ, Array, object_array


def solve_rational(matrix: Array, rhs: Array, weights: Array | None = None) -> Array:
    """Return the exact least-squares solution (p,) over the rational numbers.

    Solves the normal equations `Aᵀ W A x = Aᵀ W b` for `matrix` A (m, p) and `rhs` b (m,) of rational elements; `weights`
    is absent, a diagonal (m,) or a symmetric matrix (m, m). No digit is lost, so the square of the condition number does
    no harm. Raises `IdentifiabilityError` when the columns do not determine the solution, `DataError` for wrong shapes.

    >>> from symseries.scalars import QQ
    >>> solve_rational(QQ.array([[1, 0], [1, 1], [1, 2]]), QQ.array([1, 2, 4])).tolist()
    [5/6, 3/2]
    """
    same_rows(matrix, rhs)
    rows, columns = matrix.shape
    if columns == 0:
        return object_array([])
    moved = _weighted(matrix, weights)
    normal = QQ.matmul(moved.T, matrix) if rows else QQ.zeros(columns, columns)
    found = rational_rank(normal)
    if found < columns:
        raise IdentifiabilityError(f"matrix: {found} of its {columns} columns are independent; leave out the others")
    return object_array(_flint(normal).solve(_flint(QQ.matmul(moved.T, rhs[:, None]))).entries())


def _weighted(matrix: Array, weights: Array | None) -> Array:
    if weights is None:
        return matrix
    rows = len(matrix)
    if weights.shape not in {(rows,), (rows, rows)}:
        raise DataError(f"weights: shape {weights.shape} does not fit {rows} rows; expected ({rows},) or ({rows}, {rows})")
    return weights[:, None] * matrix if weights.ndim == 1 else QQ.matmul(weights, matrix)


def rational_rank(matrix: Array) -> int:
    """Return the exact rank of a matrix of rational elements.

    >>> from symseries.scalars import QQ
    >>> rational_rank(QQ.array([[1, 2], [2, 4]]))
    1
    """
    return int(_flint(matrix).rank())


def rational_null_space(matrix: Array) -> Array:
    """Return a basis (p, k) of the vectors x with `matrix @ x = 0`, exact, read from the reduced row echelon form.

    >>> from symseries.scalars import QQ
    >>> rational_null_space(QQ.array([[1, 2, 0], [0, 0, 1]])).T.tolist()
    [[-2, 1, 0]]
    """
    columns = matrix.shape[1]
    reduced, rank = _flint(matrix).rref()
    pivots = [next(j for j in range(columns) if reduced[i, j] != 0) for i in range(rank)]
    free = [j for j in range(columns) if j not in pivots]
    basis = QQ.zeros(columns, len(free))
    for position, column in enumerate(free):
        basis[column, position] = fmpq(1)
        for row, pivot in enumerate(pivots):
            basis[pivot, position] = -reduced[row, column]
    return basis


def _flint(matrix: Array) -> fmpq_mat:
    rows, columns = matrix.shape
    return fmpq_mat(rows, columns, list(matrix.flat))
