"""The separable model `offset(theta) + B(theta) @ c`, its linear constants eliminated.

At every `theta` the best `c` is a linear problem, which leaves a search over `theta` alone, in fewer dimensions and on a
gentler surface (Golub and Pereyra 1973; the Jacobian in the form of Kaufman 1975).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symseries.least_squares.linear import Factors, factor, norms
from symseries.scalars import Array

Design = Callable[[Array], tuple[Array, Array]]
Slopes = Callable[[Array, Array], Array]


@dataclass(frozen=True, eq=False)
class Point:
    """A finite value of the model; `linear` are the best linear constants at `theta`, unless they were given."""

    theta: Array
    linear: Array
    matrix: Array
    basis: Array
    residual: Array
    cost: float


class Problem:
    """The model, its data and the box of its nonlinear constants."""

    def __init__(self, design: Design, slopes: Slopes, rhs: Array, bounds: tuple[Array, Array]) -> None:
        self.design, self.slopes, self.rhs = design, slopes, rhs
        self.lower, self.upper = bounds
        self.size = len(self.lower)
        self.noise = 1e-13 * float(np.linalg.norm(rhs))  # below this a residual is rounding

    def at(self, theta: Array) -> Point | None:
        """Return the model at `theta` with its best linear constants, or None where it is not finite."""
        target, matrix = self._target(theta)
        if not (np.isfinite(matrix).all() and np.isfinite(target).all()):
            return None
        factors = factor(matrix)
        basis = factors.range()
        return _point(theta, factors.solve(target), matrix, basis, target - basis @ (basis.T @ target))

    def with_linear(self, theta: Array, linear: Array) -> Point | None:
        """Return the model at `theta` and the linear constants given, or None where it is not finite."""
        target, matrix = self._target(theta)
        return _point(theta, linear, matrix, np.empty((len(target), 0)), target - matrix @ linear)

    def _target(self, theta: Array) -> tuple[Array, Array]:
        offset, matrix = self.design(theta)
        return self.rhs - offset, matrix

    def reduced(self, point: Point) -> Array:
        """Return the Jacobian (m, t) of the model after elimination of the linear constants."""
        slopes = self.slopes(point.theta, point.linear)
        return np.asarray(slopes - point.basis @ (point.basis.T @ slopes))

    def jacobian(self, point: Point) -> Array:
        """Return the Jacobian (m, t + q) with respect to all constants, [theta, linear]."""
        return np.hstack([self.slopes(point.theta, point.linear), point.matrix])

    def inside(self, theta: Array) -> Array:
        """Return `theta` moved to the nearest point of the box."""
        return np.asarray(np.clip(theta, self.lower, self.upper))

    def bounded(self, theta: Array) -> Array:
        """Return which constants stand at a bound."""
        return np.asarray((theta <= self.lower) | (theta >= self.upper))

    def unblocked(self, point: Point, slopes: Array) -> Array:
        """Return the slopes without those of constants that stand at a bound and would cross it."""
        return np.asarray(slopes * ~self._blocked(point, slopes.T @ point.residual))

    def pressed(self, point: Point, slopes: Array, least: float) -> Array:
        """Return which constants are pressed against a bound: without it they would leave, and remove more than a part of the
        residual. One that merely touches its bound, or that the data do not determine, is none of them.
        """
        downhill = slopes.T @ point.residual
        felt = np.abs(downhill) > norms(slopes) * max(self.noise, least * float(np.sqrt(point.cost)))
        return np.asarray(self._blocked(point, downhill) & felt)

    def _blocked(self, point: Point, downhill: Array) -> Array:
        return np.asarray(((point.theta <= self.lower) & (downhill < 0)) | ((point.theta >= self.upper) & (downhill > 0)))

    def removable(self, point: Point, factors: Factors) -> float:
        """Return which part of the residual a linear step could remove, 0 where that part is rounding."""
        part = float(np.linalg.norm(factors.range().T @ point.residual))
        return 0.0 if part <= self.noise else part / float(np.sqrt(point.cost))

    def close(self, cost: float, best: float, relative: float) -> bool:
        """Return whether two sums of squares differ by no more than a relative amount, or by rounding."""
        return cost <= best * (1 + relative) + self.noise**2

    def sensitivity(self, point: Point) -> float:
        """Return how far the model moves at most for a relative change of a nonlinear constant."""
        return float(np.max(np.abs(point.theta) * norms(self.slopes(point.theta, point.linear)), initial=0.0))


def _point(theta: Array, linear: Array, matrix: Array, basis: Array, residual: Array) -> Point | None:
    cost = float(residual @ residual)
    return Point(theta, linear, matrix, basis, residual, cost) if np.isfinite(cost) else None
