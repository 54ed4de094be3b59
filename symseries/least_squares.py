"""Least squares over plain matrices and callables: linear, exact, and nonlinear with the linear constants eliminated.

The unknowns of a problem may differ by many powers of ten. So every column is first scaled to norm 1, every decision about
rank is taken on the scaled columns, and no answer depends on the units of an unknown.

A nonlinear model `offset(theta) + B(theta) @ c` is fitted by variable projection: at every `theta` the best `c` is a linear
problem, which leaves a search over `theta` alone, in fewer dimensions and on a gentler surface (Golub and Pereyra 1973, with
the Jacobian of Kaufman 1975).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpq_mat

from symseries.errors import DataError, IdentifiabilityError, OptionError
from symseries.scalars import QQ, Array, check_finite, object_array

Design = Callable[[Array], tuple[Array, Array]]
Slopes = Callable[[Array, Array], Array]

RANK_TOLERANCE = 1e-12
"""A direction counts as determined where its singular value, over scaled columns, exceeds this part of the largest one.

Columns that depend on each other exactly leave about 1e-16. Powers up to x**10 on [-9, -3], the hardest of the usual test
problems, leave 2e-10 and are determined.
"""


# ----------------------------------------------------------------------------------------------------------- linear
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
class _Factors:
    """Singular value decomposition of a matrix whose columns are divided by `scale`, cut to its rank."""

    scale: Array
    left: Array
    values: Array
    right: Array
    rank: int

    def solve(self, rhs: Array) -> Array:
        return self.damped(rhs, 0.0)

    def damped(self, rhs: Array, damping: float) -> Array:
        kept = self.values[: self.rank]
        return (self.right[: self.rank].T @ (self.range().T @ rhs * (kept / (kept**2 + damping)))) / self.scale

    def range(self) -> Array:
        """Return an orthonormal basis (m, rank) of what the columns span."""
        return self.left[:, : self.rank]


def _factor(matrix: Array) -> _Factors:
    scale = _norms(matrix)
    scale[scale == 0.0] = 1.0
    left, values, right = np.linalg.svd(matrix / scale, full_matrices=False)
    rank = int(np.count_nonzero(values > RANK_TOLERANCE * values[0])) if values.size else 0
    return _Factors(scale, left, values, right, rank)


def _norms(matrix: Array) -> Array:
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
    matrix, rhs = _checked(matrix, "matrix", 2), _checked(rhs, "rhs", 1)
    _same_rows(matrix, rhs)
    factors, columns = _factor(matrix), matrix.shape[1]
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
    return _inverse(_factor(_checked(jacobian, "jacobian", 2)))


def _inverse(factors: _Factors) -> Array:
    kept = factors.right[: factors.rank].T / factors.values[: factors.rank]
    return np.asarray((kept @ factors.range().T) / factors.scale[:, None])


def _checked(values: Array, what: str, dimensions: int) -> Array:
    array = np.asarray(values, dtype=float)
    if array.ndim != dimensions:
        raise DataError(f"{what}: shape {array.shape} has {array.ndim} dimensions; expected {dimensions}")
    return check_finite(array, what)


def _same_rows(matrix: Array, rhs: Array) -> None:
    if rhs.ndim != 1 or matrix.ndim != 2 or len(matrix) != len(rhs):
        raise DataError(f"rhs: shape {rhs.shape} does not fit a matrix of shape {matrix.shape}; expected one entry a row")


# ------------------------------------------------------------------------------------------------------------ exact
def solve_rational(matrix: Array, rhs: Array, weights: Array | None = None) -> Array:
    """Return the exact least-squares solution (p,) over the rational numbers.

    Solves the normal equations `Aᵀ W A x = Aᵀ W b` for `matrix` A (m, p) and `rhs` b (m,) of rational elements; `weights`
    is absent, a diagonal (m,) or a symmetric matrix (m, m). No digit is lost, so the square of the condition number does
    no harm. Raises `IdentifiabilityError` when the columns do not determine the solution, `DataError` for wrong shapes.

    >>> from symseries.scalars import QQ
    >>> solve_rational(QQ.array([[1, 0], [1, 1], [1, 2]]), QQ.array([1, 2, 4])).tolist()
    [5/6, 3/2]
    """
    _same_rows(matrix, rhs)
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
    return int(_flint(matrix).rank()) if matrix.size else 0


def rational_null_space(matrix: Array) -> Array:
    """Return a basis (p, k) of the vectors x with `matrix @ x = 0`, exact, read from the reduced row echelon form.

    >>> from symseries.scalars import QQ
    >>> rational_null_space(QQ.array([[1, 2, 0], [0, 0, 1]])).T.tolist()
    [[-2, 1, 0]]
    """
    columns = matrix.shape[1]
    reduced, rank = _flint(matrix).rref() if matrix.size else (None, 0)
    pivots = [next(j for j in range(columns) if reduced[i, j] != 0) for i in range(rank)]
    free = [j for j in range(columns) if j not in pivots]
    basis = QQ.zeros(columns, len(free))
    for position, column in enumerate(free):
        basis[column, position] = fmpq(1)
        for row, pivot in enumerate(pivots):
            basis[pivot, position] = -reduced[row, column]
    return basis


def _flint(matrix: Array) -> fmpq_mat:
    return fmpq_mat(*matrix.shape, list(matrix.flat))


# -------------------------------------------------------------------------------------------------------- nonlinear
@dataclass(frozen=True, eq=False)
class NonlinearSolution:
    """The answer of `solve_separable`, with a sentence that says how it was reached and what is wrong with it.

    `theta` (t,), `linear` (q,), `residual` (m,), `cost` its sum of squares; `jacobian` (m, t + q) of the model with the
    columns in the order [theta, linear], its `rank` and the `singular_values` of its scaled columns; `tried` local searches,
    of which `agreed` reached the same cost. All are nan, rank 0, where no start gave a finite value.
    """

    theta: Array
    linear: Array
    jacobian: Array
    residual: Array
    cost: float
    converged: bool
    message: str
    tried: int
    agreed: int
    rank: int
    singular_values: Array


@dataclass(frozen=True, eq=False)
class _Point:
    """A finite value of the model, the linear constants being the best ones for `theta` unless they were given."""

    theta: Array
    linear: Array
    matrix: Array
    basis: Array
    residual: Array
    cost: float


class _Problem:
    """The model, its data and the box of its nonlinear constants."""

    def __init__(self, design: Design, slopes: Slopes, rhs: Array, lower: Array, upper: Array) -> None:
        self.design, self.slopes, self.rhs = design, slopes, rhs
        self.lower, self.upper = lower, upper
        self.noise = 1e-13 * float(np.linalg.norm(rhs))  # below this a residual is rounding

    def at(self, theta: Array, linear: Array | None = None) -> _Point | None:
        """Return the model at `theta`, or None where it is not finite."""
        offset, matrix = self.design(theta)
        target = self.rhs - offset
        if not (np.isfinite(matrix).all() and np.isfinite(target).all()):
            return None
        if linear is not None:
            basis, residual = np.empty((len(target), 0)), target - matrix @ linear
        else:
            factors = _factor(matrix)
            basis, linear = factors.range(), factors.solve(target)
            residual = target - basis @ (basis.T @ target)
        cost = float(residual @ residual)
        return _Point(theta, linear, matrix, basis, residual, cost) if np.isfinite(cost) else None

    def reduced(self, point: _Point) -> Array:
        """Return the Jacobian (m, t) of the model after elimination of the linear constants, in Kaufman's form."""
        slopes = self.slopes(point.theta, point.linear)
        return np.asarray(slopes - point.basis @ (point.basis.T @ slopes))

    def jacobian(self, point: _Point) -> Array:
        return np.hstack([self.slopes(point.theta, point.linear), point.matrix])

    def blocked(self, theta: Array, direction: Array) -> Array:
        """Return which constants stand at a bound that the direction would cross."""
        return np.asarray(((theta <= self.lower) & (direction < 0)) | ((theta >= self.upper) & (direction > 0)))

    def same(self, cost: float, best: float) -> bool:
        return cost <= best * (1 + 1e-6) + self.noise**2

    def stationary(self, point: _Point, factors: _Factors, tolerance: float) -> bool:
        """Return whether the part of the residual that a step could remove is negligible."""
        left = float(np.linalg.norm(factors.range().T @ point.residual))
        return left <= tolerance * float(np.sqrt(point.cost)) + self.noise


def solve_separable(
    design: Design,
    slopes: Slopes,
    rhs: Array,
    *,
    nonlinear: int,
    rng: np.random.Generator,
    start: Array | None = None,
    bounds: tuple[Array, Array] | None = None,
    starts: int = 16,
    candidates: int = 600,
) -> NonlinearSolution:
    """Return the least-squares fit of `rhs ≈ offset(θ) + B(θ) · c`, its θ being searched for where no start is known.

    Minimises `‖rhs − offset(θ) − B(θ) c‖²` over θ (t = `nonlinear`) and c. `design(theta)` gives the offset (m,) and B
    (m, q), q possibly 0; `slopes(theta, c)` the derivative (m, t) of the model at fixed c; values that are not finite
    are taken as infinitely bad. `bounds` are the arrays (t,) of the least and the greatest θ.

    With a `start` (t,) the search begins there, and goes on only where that did not converge or where one of the screened
    `candidates` is better without any search; `candidates=0` keeps to the start. Otherwise up to `starts` of the best
    candidates are followed, fewer when several agree. `rng` decides the candidates. Never raises for lack of convergence:
    `converged` and `message` say it. Raises `OptionError` or `DataError` for arguments that do not fit together.

    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> def design(theta): return np.zeros(4), np.exp(-theta[0] * x)[:, None]
    >>> def slopes(theta, c): return (-x * np.exp(-theta[0] * x) * c[0])[:, None]
    >>> data = 3 * np.exp(-0.5 * x)
    >>> found = solve_separable(design, slopes, data, nonlinear=1, rng=np.random.default_rng(0))
    >>> found.converged, found.theta.round(9).tolist(), found.linear.round(9).tolist()
    (True, [0.5], [3.0])
    """
    rhs = _checked(rhs, "rhs", 1)
    problem = _Problem(design, slopes, rhs, *_box(bounds, nonlinear))
    given = None if start is None else np.clip(_vector(start, "start", nonlinear), problem.lower, problem.upper)
    with np.errstate(all="ignore"):
        ends, origin = _searched(problem, given, rng, starts, candidates if nonlinear else 0)
        return _reported(problem, ends, origin)


def _box(bounds: tuple[Array, Array] | None, size: int) -> tuple[Array, Array]:
    if bounds is None:
        return np.full(size, -np.inf), np.full(size, np.inf)
    lower, upper = (np.asarray(side, dtype=float) for side in bounds)
    if lower.shape != (size,) or upper.shape != (size,) or not (lower < upper).all():
        raise OptionError(f"bounds: {lower.tolist()} to {upper.tolist()}; expected {size} pairs with the lower one first")
    return lower, upper


def _vector(start: Array, what: str, size: int) -> Array:
    vector = np.asarray(start, dtype=float)
    if vector.shape != (size,) or not np.isfinite(vector).all():
        raise OptionError(f"{what}: {vector.tolist()}; expected {size} finite numbers, one for each nonlinear constant")
    return vector


# ----------------------------------------------------------------------------------------------------- local search
@dataclass(frozen=True, eq=False)
class _End:
    """Where a local search came to rest, where it began, and whether it rests in a stationary point."""

    point: _Point
    began: Array
    stationary: bool


def _descend(problem: _Problem, point: _Point, steps: int = 200) -> _End:
    """Follow Levenberg and Marquardt's damped steps in theta, with Nielsen's control of the damping, to a standstill."""
    began, scale, damping = point.theta, np.zeros(len(point.theta)), 1e-2
    for _ in range(steps):
        slopes = problem.reduced(point)
        if not np.isfinite(slopes).all():
            return _End(point, began, False)
        slopes = slopes * ~problem.blocked(point.theta, slopes.T @ point.residual)
        if problem.stationary(point, _factor(slopes), 1e-10):
            break
        # A column that shrinks keeps its scale: else the steps grow without end where the model stops to depend on a constant.
        scale = np.maximum(scale, _norms(slopes))
        found = _damped_step(problem, point, _factor_scaled(slopes, scale), damping)
        if found is None:
            break
        point, damping = found
    return _End(point, began, problem.stationary(point, _factor(slopes), 1e-6))


def _factor_scaled(slopes: Array, scale: Array) -> _Factors:
    divisor = np.where(scale > 0.0, scale, 1.0)
    left, values, right = np.linalg.svd(slopes / divisor, full_matrices=False)
    return _Factors(divisor, left, values, right, int(np.count_nonzero(values)))


def _damped_step(problem: _Problem, point: _Point, factors: _Factors, damping: float) -> tuple[_Point, float] | None:
    """Return a better point and the next damping, or None where no step makes the sum of squares smaller."""
    growth = 2.0
    for _ in range(40):
        theta = point.theta + factors.damped(point.residual, damping)
        theta = np.clip(theta, problem.lower, problem.upper)
        if not np.any(np.abs(theta - point.theta) > 1e-15 * np.abs(theta)):
            return None
        trial = problem.at(theta)
        if trial is not None and trial.cost < point.cost:
            return trial, max(damping * _relief(problem, point, trial, factors), 1e-15)
        damping, growth = damping * growth, growth * 2
    return None


def _relief(problem: _Problem, point: _Point, trial: _Point, factors: _Factors) -> float:
    """Return the factor of the damping by Nielsen's rule, from the gain over what the linear model promised."""
    move = (trial.theta - point.theta) * factors.scale
    change = factors.left @ (factors.values * (factors.right @ move))
    promised = point.cost - float(np.square(point.residual - change).sum())
    gain = (point.cost - trial.cost) / promised if promised > 0 else 1.0
    return max(1 / 3, 1 - (2 * gain - 1) ** 3)


def _polished(problem: _Problem, point: _Point, steps: int = 40) -> _Point:
    """Take Gauss-Newton steps in all constants together while they shrink: the sum of squares is flat to half the digits."""
    last = np.inf
    for _ in range(steps):
        jacobian = problem.jacobian(point)
        if not np.isfinite(jacobian).all():
            break
        size = len(point.theta)
        jacobian[:, :size] *= ~problem.blocked(point.theta, jacobian[:, :size].T @ point.residual)
        factors = _factor(jacobian)
        step = factors.solve(point.residual)
        length = float(np.linalg.norm(step * factors.scale))
        theta = np.clip(point.theta + step[:size], problem.lower, problem.upper)
        trial = problem.at(theta, point.linear + step[size:])
        if not length < last or trial is None or trial.cost > point.cost * (1 + 1e-9) + problem.noise**2:
            break
        point, last = trial, length
    return point


# -------------------------------------------------------------------------------------------------------- screening
_SIMPLE = np.concatenate([np.arange(1, 10), np.arange(1, 40) / 10, [1 / 3, 2 / 3]])
_DECADES = np.arange(-30, 30.1, 0.5)


def _wide(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return numbers of unknown scale and sign, mostly positive: like exponents, moderate, or of any size."""
    kind = rng.random(shape)
    spread = 10.0 ** np.where(kind < 0.6, rng.uniform(-3, 3, shape), rng.uniform(-8, 8, shape))
    values = np.where(kind < 0.2, rng.choice(_SIMPLE, shape), spread)
    return np.asarray(values * np.where(rng.random(shape) < 0.3, -1, 1))


class _Proposals:
    """Random values of the nonlinear constants, drawn where the fit depends on them."""

    def __init__(self, problem: _Problem, rng: np.random.Generator) -> None:
        self.problem, self.rng = problem, rng
        self.size = len(problem.lower)
        self.known: list[Array] = [np.empty(0)] * self.size
        bases = self.draw(4)
        self.known = [np.concatenate([self._informative(base, k) for base in bases]) for k in range(self.size)]

    def draw(self, count: int) -> Array:
        """Return `count` rows of one value for every constant, inside the bounds."""
        values, rng = _wide(self.rng, (count, self.size)), self.rng
        for k, known in enumerate(self.known):
            if known.size:
                chosen = rng.choice(known, count) * 10 ** rng.uniform(-0.25, 0.25, count)
                values[:, k] = np.where(rng.random(count) < 0.6, chosen, values[:, k])
        return self._inside(values)

    def near(self, theta: Array, count: int) -> Array:
        """Return `count` rows of values about as large as those of `theta`."""
        return np.clip(theta * np.exp(0.3 * self.rng.standard_normal((count, self.size))), self.problem.lower, self.problem.upper)

    def _inside(self, values: Array) -> Array:
        """Mirror at one bound; spread evenly between two."""
        lower, upper = self.problem.lower, self.problem.upper
        boxed = np.isfinite(lower) & np.isfinite(upper)
        low, high = np.where(boxed, lower, 0.0), np.where(boxed, upper, 1.0)
        even = boxed & ((values < low) | (values > high) | (self.rng.random(values.shape) < 0.5))
        values = np.where(even, self.rng.uniform(low, high, values.shape), values)
        values = np.where(values < lower, lower + np.abs(values), values)
        return np.clip(np.where(values > upper, upper - np.abs(values), values), lower, upper)

    def _informative(self, base: Array, k: int) -> Array:
        """Return the magnitudes of constant `k` at which the fit changes, the other constants being those of `base`."""
        found = []
        for values in (10.0**_DECADES, -(10.0**_DECADES)):
            rows = np.where(np.arange(self.size) == k, values[:, None], base)
            costs = np.array([_cost(self.problem, row) for row in rows])
            change = np.abs(np.diff(costs)) > 1e-3 * float(self.problem.rhs @ self.problem.rhs)
            found.append(values[1:][change & np.isfinite(costs[1:])])
        return np.concatenate(found)


def _cost(problem: _Problem, theta: Array) -> float:
    point = problem.at(theta)
    return np.inf if point is None else point.cost


def _screened(problem: _Problem, proposals: _Proposals, candidates: int) -> list[_Point]:
    points = [problem.at(theta) for theta in proposals.draw(candidates)]
    return sorted((p for p in points if p is not None), key=lambda p: p.cost)


def _different(problem: _Problem, pool: list[_Point]) -> Iterator[_Point]:
    """Yield the points whose fit differs from those before: constants may be exchanged without any change of the fit."""
    kept: list[_Point] = []
    for point in pool:
        if all(np.linalg.norm(point.residual - other.residual) > 0.3 * np.sqrt(point.cost) for other in kept):
            kept.append(point)
            yield point


def _exchanged(proposals: _Proposals, theta: Array, count: int) -> Array:
    """Return `count` rows of `theta` with some of its constants drawn anew, or moved a little."""
    rng, shape = proposals.rng, (count, len(theta))
    changed = rng.random(shape) < rng.uniform(0.2, 0.7, (count, 1))
    changed[np.arange(count), rng.integers(shape[1], size=count)] = True
    other = np.where(rng.random((count, 1)) < 0.7, proposals.draw(count), proposals.near(theta, count))
    return np.where(changed, other, theta)


def _improved(problem: _Problem, point: _Point, proposals: _Proposals, steps: int) -> _Point:
    """Exchange some constants for others, in rounds, and keep what fits better."""
    for _ in range(steps // 16):
        for theta in _exchanged(proposals, point.theta, 16):
            trial = problem.at(theta)
            if trial is not None and trial.cost < point.cost:
                point = trial
    return point


def _searched(
    problem: _Problem, given: Array | None, rng: np.random.Generator, starts: int, candidates: int
) -> tuple[list[_End], str]:
    """Return where the local searches ended, the one from the start given first, and which of them is the best."""
    first = problem.at(np.empty(0) if problem.lower.size == 0 else given) if given is not None or not problem.lower.size else None
    ends = [_descend(problem, first)] if first is not None else []
    if not candidates:
        return ends, ""
    proposals = _Proposals(problem, rng)
    pool = _screened(problem, proposals, candidates)
    if ends and ends[0].stationary and (not pool or pool[0].cost >= ends[0].point.cost):
        return ends, ""
    for point in _different(problem, pool):
        ends.append(_descend(problem, _improved(problem, point, proposals, candidates * len(point.theta) // 4)))
        best = min(end.point.cost for end in ends)
        if len(ends) >= starts or sum(e.stationary and problem.same(e.point.cost, best) for e in ends) >= 3:
            break
    return ends, ""


def _reported(problem: _Problem, ends: list[_End], origin: str) -> NonlinearSolution:
    best = min(ends, key=lambda e: e.point.cost)
    point = _polished(problem, best.point)
    jacobian = problem.jacobian(point)
    factors = _factor(jacobian)
    agreed = sum(problem.same(e.point.cost, best.point.cost) for e in ends)
    return NonlinearSolution(point.theta, point.linear, jacobian, point.residual, point.cost, problem.stationary(point, factors, 1e-6), origin,
        len(ends), agreed, factors.rank, factors.values)
