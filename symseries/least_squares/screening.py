"""The search for starts, where nothing is known of the nonlinear constants, not even their scale or sign."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symseries.least_squares.projection import Point, Problem
from symseries.scalars import Array

_SIMPLE = np.concatenate([np.arange(1, 10), np.arange(1, 40) / 10, [1 / 3, 2 / 3]])
_MAGNITUDES = 10.0 ** np.arange(-30, 30.1, 0.5)
_ROUND = 16


class Proposals:
    """Random values of the nonlinear constants, drawn more often where the fit depends on them."""

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self.problem, self.rng = problem, rng
        self.informative: list[Array] = []
        bases = self.draw(4)
        self.informative = [np.concatenate([self._telling(base, k) for base in bases]) for k in range(problem.size)]

    def draw(self, count: int) -> Array:
        """Return `count` rows of values inside the bounds."""
        values, rng = _wide(self.rng, (count, self.problem.size)), self.rng
        for k, known in enumerate(self.informative):
            if known.size:
                chosen = rng.choice(known, count) * 10 ** rng.uniform(-0.25, 0.25, count)
                values[:, k] = np.where(rng.random(count) < 0.6, chosen, values[:, k])
        return self._within(values)

    def exchanged(self, theta: Array, count: int) -> Array:
        """Return `count` rows of `theta`, some of its constants drawn anew or moved a little."""
        rng, shape = self.rng, (count, len(theta))
        changed = rng.random(shape) < rng.uniform(0.2, 0.7, (count, 1))
        changed[np.arange(count), rng.integers(shape[1], size=count)] = True
        near = self.problem.inside(theta * np.exp(0.3 * rng.standard_normal(shape)))
        return np.where(changed, np.where(rng.random((count, 1)) < 0.7, self.draw(count), near), theta)

    def _within(self, values: Array) -> Array:
        """Mirror values at a single bound; between two bounds spread half of them evenly."""
        lower, upper = self.problem.lower, self.problem.upper
        boxed = np.isfinite(lower) & np.isfinite(upper)
        low, high = np.where(boxed, lower, 0.0), np.where(boxed, upper, 1.0)
        evenly = boxed & ((values < low) | (values > high) | (self.rng.random(values.shape) < 0.5))
        values = np.where(evenly, self.rng.uniform(low, high, values.shape), values)
        values = np.where(values < lower, lower + np.abs(values), values)
        return self.problem.inside(np.where(values > upper, upper - np.abs(values), values))

    def _telling(self, base: Array, k: int) -> Array:
        """Return the magnitudes at which constant `k` changes the fit, but not erratically, the others being as in `base`."""
        values = np.concatenate([-_MAGNITUDES[::-1], _MAGNITUDES])
        change = np.diff(self._costs(base, k, values))
        seen = np.flatnonzero(np.abs(change) > 1e-3 * float(self.problem.rhs @ self.problem.rhs))
        values, change = values[1:][seen], change[seen]
        slight = self._costs(base, k, values * (1 + 1e-4)) - self._costs(base, k, values)
        return np.asarray(values[np.abs(slight) < 0.1 * np.abs(change)])

    def _costs(self, base: Array, k: int, values: Array) -> Array:
        rows = np.where(np.arange(len(base)) == k, values[:, None], base)
        points = [self.problem.at(row) for row in self.problem.inside(rows)]
        return np.array([np.nan if point is None else point.cost for point in points])


def _wide(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return numbers of unknown scale and sign, mostly positive: simple as exponents are, moderate, or of any size."""
    kind = rng.random(shape)
    spread = 10.0 ** np.where(kind < 0.6, rng.uniform(-3, 3, shape), rng.uniform(-8, 8, shape))
    values = np.where(kind < 0.2, rng.choice(_SIMPLE, shape), spread)
    return np.asarray(values * np.where(rng.random(shape) < 0.3, -1, 1))


def screened(problem: Problem, proposals: Proposals, candidates: int) -> list[Point]:
    """Return the finite ones of `candidates` proposals, best first."""
    points = [problem.at(theta) for theta in proposals.draw(candidates)]
    return sorted((point for point in points if point is not None), key=lambda point: point.cost)


def different(points: list[Point]) -> Iterator[Point]:
    """Yield the points whose fit differs from all before; their constants alone say little, since terms can change places."""
    kept: list[Point] = []
    for point in points:
        if all(np.linalg.norm(point.residual - other.residual) > 0.3 * np.sqrt(point.cost) for other in kept):
            kept.append(point)
            yield point


def improved(problem: Problem, point: Point, proposals: Proposals, steps: int) -> Point:
    """Exchange some constants for others, in rounds, and keep what fits better."""
    for _ in range(steps // _ROUND):
        for theta in proposals.exchanged(point.theta, _ROUND):
            trial = problem.at(theta)
            if trial is not None and trial.cost < point.cost:
                point = trial
    return point
