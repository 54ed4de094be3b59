"""The constants that bring a law's coefficients closest to given ones, in any metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from symseries.laws import Law
from symseries.least_squares import NonlinearSolution, solve_separable
from symseries.scalars import Array
from symseries.spaces import Space


def nearest(
    law: Law,
    space: Space,
    alpha: Array,
    times: Callable[[Array], Array],
    *,
    starts: Sequence[Mapping[str, float]],
    rng: np.random.Generator,
) -> tuple[NonlinearSolution, dict[str, float]]:
    """Return the solution of least |W (alpha - beta(C))|**2, and its constants by name in the order of the law.

    `times` is W times coefficients (N, m). The search begins at each of `starts`, mappings of all constants, and goes no
    farther; without any it looks for starts by itself.
    """
    beta, nonlinear, linear = law.expand(space), law.nonlinear, law.linear
    heads, names = (law.offset, *law.slopes(linear)), (*nonlinear, *linear)
    target = times(alpha[:, None])[:, 0]

    def rooted(formulas: Sequence[object], constants: Mapping[str, float]) -> Array:
        try:
            columns = beta.evaluate(tuple(formulas), constants, strict=False)
        except (ValueError, ArithmeticError):  # a trial beyond a pole or branch point of a Taylor expansion
            columns = np.full((len(space), len(formulas)), np.inf)
        # a matrix times infinities would be undefined where the search wants an infinity
        return times(columns) if np.isfinite(columns).all() else np.full((len(target), len(formulas)), np.inf)

    def design(theta: Array) -> tuple[Array, Array]:
        columns = rooted(heads, dict(zip(nonlinear, theta, strict=True)))
        return columns[:, 0], columns[:, 1:]

    def slopes(theta: Array, values: Array) -> Array:
        return rooted(law.slopes(nonlinear), dict(zip(names, (*theta, *values), strict=True)))

    def solved(**options: object) -> NonlinearSolution:
        return solve_separable(design, slopes, target, nonlinear=len(nonlinear), rng=rng, **options)  # type: ignore[arg-type]

    ends = [solved(start=np.array([start[n] for n in nonlinear]), candidates=0) for start in starts] or [solved()]
    best = min(ends, key=lambda end: (not end.tried, end.cost))
    found = dict(zip(names, (*best.theta.tolist(), *best.linear.tolist()), strict=False))
    return best, {name: found.get(name, float("nan")) for name in law.constants}
