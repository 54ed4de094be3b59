"""The law as the solvers want it: constants that are searched for, constants that are eliminated, and some that are pinned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import sympy

from symseries.fitting.prepare import Prepared
from symseries.least_squares import NonlinearSolution, solve_linear, solve_separable
from symseries.names import symbol
from symseries.scalars import F64, Array


@dataclass(frozen=True)
class Model:
    """The weighted residual R (alpha - beta(C)) as `solve_separable` wants it.

    `sought` are the constants that are searched for; those that are neither sought nor `pinned` enter linearly.
    """

    prepared: Prepared
    sought: tuple[str, ...]
    pinned: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def linear(self) -> tuple[str, ...]:
        """The constants that are eliminated."""
        return tuple(name for name in self.prepared.model.constants if name not in self.sought and name not in self.pinned)

    @cached_property
    def heads(self) -> tuple[sympy.Expr, ...]:
        """The law without its linear constants, and their slopes."""
        law, zero = self.prepared.model, {symbol(name): sympy.Integer(0) for name in self.linear}
        return (law.formula.xreplace(zero), *(slope.xreplace(zero) for slope in law.slopes(self.linear)))

    @cached_property
    def target(self) -> Array:
        """The weighted coefficients of the source."""
        return self.prepared.weighted(F64.array(self.prepared.alpha.elements[:, 0]))

    def design(self, theta: Array) -> tuple[Array, Array]:
        """Return offset and columns of the linear constants at values of those sought."""
        columns = self._evaluated(self.heads, dict(zip(self.sought, theta, strict=True)))
        return columns[:, 0], columns[:, 1:]

    def slopes(self, theta: Array, values: Array) -> Array:
        """Return the derivatives in the constants sought."""
        constants = dict(zip((*self.sought, *self.linear), (*theta, *values), strict=True))
        return self._evaluated(self.prepared.model.slopes(self.sought), constants)

    def _evaluated(self, formulas: tuple[sympy.Expr, ...], constants: Mapping[str, float]) -> Array:
        """Return weighted coefficients, or infinities where a trial value of a constant leaves the law's domain."""
        try:
            found = self.prepared.beta.evaluate(formulas, {**self.pinned, **constants}, strict=False)
        except (ValueError, ArithmeticError):  # a trial beyond a pole or branch point of a Taylor expansion
            return np.full((len(self.prepared.root), len(formulas)), np.inf)
        return self.prepared.weighted(found)

    def ordered(self, theta: Array, linear: Array) -> Array:
        """Return the free constants in the order of the law."""
        values = {**self.pinned, **dict(zip((*self.sought, *self.linear), (*theta, *linear), strict=True))}
        return np.array([values[name] for name in self.prepared.model.constants])

    def search(self, rng: np.random.Generator, start: Array | None, *, candidates: int | None = None) -> NonlinearSolution:
        """Return the answer of the search; `candidates=0` keeps to the start."""
        bounds = self.prepared.wishes.bounds
        limits = np.array([bounds.get(name, (-np.inf, np.inf)) for name in self.sought]).reshape(-1, 2).T
        options = {} if candidates is None else {"candidates": candidates}
        return solve_separable(
            self.design,
            self.slopes,
            self.target,
            nonlinear=len(self.sought),
            rng=rng,
            start=start,
            bounds=(limits[0], limits[1]),
            **options,
        )

    def nearby(self, around: Mapping[str, float]) -> tuple[float, dict[str, float]] | None:
        """Return the least sum of squares next to given constants, and where it is; None where the search finds no rest."""
        if self.sought:
            found = self.search(np.random.default_rng(0), np.array([around[name] for name in self.sought]), candidates=0)
            if not np.isfinite(found.cost):
                return None
            return found.cost, dict(zip(self.prepared.model.constants, self.ordered(found.theta, found.linear), strict=True))
        offset, matrix = self.design(np.empty(0))
        if not (np.isfinite(matrix).all() and np.isfinite(offset).all()):
            return None
        solution = solve_linear(matrix, self.target - offset)
        values = self.ordered(np.empty(0), solution.values)
        return float(solution.residual @ solution.residual), dict(zip(self.prepared.model.constants, values, strict=True))


def sought(prepared: Prepared) -> tuple[str, ...]:
    """Return the constants that a search is made for: those that enter nonlinearly, and those with bounds."""
    model = prepared.model
    return tuple(name for name in model.constants if name in model.nonlinear or name in prepared.wishes.bounds)
