"""Linear least squares between bounds: the active set, by SciPy, and what is left solved as any linear problem."""

from __future__ import annotations

import numpy as np

from symseries.errors import ConvergenceError
from symseries.least_squares.linear import norms, solve_linear
from symseries.scalars import Array


def solve_bounded(matrix: Array, rhs: Array, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return the values (p,) between bounds that minimise `‖rhs − matrix · values‖²`, and which of them (p,) end at a bound.

    `matrix` (m, p) has full rank; `bounds` are the arrays (p,) of the least and the greatest values, infinite for none. Where
    the free answer lies within, it is the answer. Raises `ConvergenceError` where the active set does not settle. (C. Lawson,
    R. Hanson, Solving Least Squares Problems, 1974, chapter 23, as SciPy's `lsq_linear` has it for two-sided bounds.)

    >>> import numpy as np
    >>> matrix, rhs = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.0])
    >>> values, held = solve_bounded(matrix, rhs, (np.array([2.0, -np.inf]), np.array([np.inf, np.inf])))
    >>> values.round(9).tolist(), held.tolist()
    ([2.0, 1.4], [True, False])
    """
    lower, upper = bounds
    free = solve_linear(matrix, rhs).values
    if ((lower <= free) & (free <= upper)).all():
        return free, np.zeros(free.size, dtype=bool)
    from scipy.optimize import lsq_linear

    scale = norms(matrix)  # no bound is 0 times infinite: of full rank, no column is 0
    found = lsq_linear(matrix / scale, rhs, (lower * scale, upper * scale), method="bvls", tol=1e-14, max_iter=100 * free.size)
    if found.status < 1:
        raise ConvergenceError("linear least squares between bounds: the active set did not settle; give wider bounds=")
    held = found.active_mask != 0
    values = np.where(found.active_mask < 0, lower, upper)
    values[~held] = solve_linear(matrix[:, ~held], rhs - matrix[:, held] @ values[held]).values
    return values, held
