"""The way down from a start: damped steps in the nonlinear constants, then Gauss-Newton steps in all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symseries.least_squares.linear import Factors, factor, norms, scaled_factor
from symseries.least_squares.projection import Point, Problem
from symseries.scalars import Array

AT_REST = 1e-6
"""A search has ended in a stationary point where a linear step could remove no more than this part of the residual."""


@dataclass(frozen=True, eq=False)
class End:
    """Where a local search ended, whether in a stationary point, and whether it came from the start given."""

    point: Point
    at_rest: bool
    given: bool


def descend(problem: Problem, point: Point, *, given: bool = False, steps: int = 200) -> End:
    """Follow the damped steps of Levenberg and Marquardt to a standstill, the damping being controlled by Nielsen's rule."""
    damping, scale = 1.0, np.zeros(problem.size)
    for _ in range(steps):
        slopes = problem.reduced(point)
        if not np.isfinite(slopes).all():
            return End(point, False, given)
        slopes = problem.unblocked(point, slopes)
        if problem.removable(point, factor(slopes)) <= 1e-4 * AT_REST:
            break
        # A column that shrinks keeps its scale, or the steps would grow without end where the model ceases to depend on it.
        scale = np.maximum(scale, norms(slopes))
        found = _damped_step(problem, point, scaled_factor(slopes, scale, 0.0), damping)
        if found is None:
            break
        point, damping = found
    return End(point, _at_rest(problem, point), given)


def _at_rest(problem: Problem, point: Point) -> bool:
    slopes = problem.reduced(point)
    return bool(np.isfinite(slopes).all()) and problem.removable(point, factor(problem.unblocked(point, slopes))) <= AT_REST


def _damped_step(problem: Problem, point: Point, factors: Factors, damping: float) -> tuple[Point, float] | None:
    """Return a better point and the next damping, or None where no step makes the sum of squares smaller."""
    growth = 2.0
    for _ in range(40):
        theta = problem.inside(point.theta + factors.solve(point.residual, damping))
        if not np.any(np.abs(theta - point.theta) > 1e-15 * np.abs(theta)):
            return None
        trial = problem.at(theta)
        if trial is not None and trial.cost < point.cost:
            return trial, max(damping * _relief(point, trial, factors), 1e-15)
        damping, growth = damping * growth, growth * 2
    return None


def _relief(point: Point, trial: Point, factors: Factors) -> float:
    """Return the factor of the damping, from the gain over what the linear model of the step promised."""
    move = (trial.theta - point.theta) * factors.scale
    change = factors.left @ (factors.values * (factors.right @ move))
    promised = point.cost - float(np.square(point.residual - change).sum())
    gain = (point.cost - trial.cost) / promised if promised > 0 else 1.0
    return max(1 / 3, 1 - (2 * gain - 1) ** 3)


def polished(problem: Problem, point: Point, steps: int = 40) -> Point:
    """Take undamped steps in all constants while they shrink: the sum of squares alone fixes only half of the digits.

    A step is kept only where the next one is shorter: next to a large residual on a curved surface they grow, and lead away.
    """
    step, length = _full_step(problem, point)
    for _ in range(steps):
        if not np.isfinite(length):
            break
        theta = problem.inside(point.theta + step[: problem.size])
        trial = problem.with_linear(theta, point.linear + step[problem.size :])
        if trial is None or not problem.close(trial.cost, point.cost, 1e-9):
            break
        step, following = _full_step(problem, trial)
        if not following < length:
            break
        point, length = trial, following
    return point


def _full_step(problem: Problem, point: Point) -> tuple[Array, float]:
    """Return the undamped step in all constants, and its length in the scale of the residual."""
    jacobian = problem.jacobian(point)
    if not np.isfinite(jacobian).all():
        return np.zeros(jacobian.shape[1]), np.inf
    jacobian[:, : problem.size] = problem.unblocked(point, jacobian[:, : problem.size])
    factors = factor(jacobian)
    step = factors.solve(point.residual)
    return step, float(np.linalg.norm(step * factors.scale))
