"""Nonlinear least squares of separable models: the search, the choice among its ends, and what is wrong with the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from symseries.errors import OptionError
from symseries.least_squares.descent import AT_REST, End, descend, polished
from symseries.least_squares.linear import checked, factor
from symseries.least_squares.projection import Design, Point, Problem, Slopes
from symseries.least_squares.screening import Proposals, different, improved, screened
from symseries.scalars import Array

ENOUGH = 3
"""The search for starts ends when so many local searches have reached the best sum of squares …"""

LEAST = 8
"""… and so many were made in all: the valley that most candidates lie in need not be the deepest."""


@dataclass(frozen=True, eq=False)
class NonlinearSolution:
    """The answer of `solve_separable`, with a sentence that says how it was reached and what is wrong with it.

    `theta` (t,), `linear` (q,), `residual` (m,), `cost` its sum of squares; `jacobian` (m, t + q) of the model with the
    columns in the order [theta, linear], its `rank` and the `singular_values` of its scaled columns; `tried` local searches,
    of which `agreed` reached the same cost, and `lone` where so few of many did, from no start given, that a better minimum may
    have been missed; `bounded` (t,) says which of theta are pressed against a bound: these are optimal
    there, and the rank counts them as determined. Where no start gives a finite value theta is nan, cost infinite, rank 0.
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
    lone: bool
    rank: int
    singular_values: Array
    bounded: Array


def solve_separable(
    design: Design,
    slopes: Slopes,
    rhs: Array,
    *,
    nonlinear: int,
    rng: np.random.Generator,
    start: Array | None = None,
    bounds: tuple[Array, Array] | None = None,
    starts: int = 24,
    candidates: int = 600,
) -> NonlinearSolution:
    """Return the least-squares fit of `rhs ≈ offset(θ) + B(θ) · c`, its θ being searched for where no start is known.

    Minimises `‖rhs − offset(θ) − B(θ) c‖²` over θ (t = `nonlinear`) and c. `design(theta)` gives the offset (m,) and B
    (m, q), q possibly 0; `slopes(theta, c)` the derivative (m, t) of the model at fixed c; values that are not finite
    are taken as infinitely bad. `bounds` are the arrays (t,) of the least and the greatest θ.

    With a `start` (t,) the search begins there, and goes on only where that did not converge or where one of the screened
    `candidates` is better as it stands; `candidates=0` keeps to the start. Otherwise up to `starts` candidates are
    followed, fewer once `LEAST` were made of which `ENOUGH` agree. Of fits that are equally good, within 1e-4, the one from
    the start given is taken, else the one whose θ needs the fewest digits. `rng` decides the candidates. A local minimum
    counts as converged: `agreed` says how many searches found it. Lack of convergence is not raised but said, by
    `converged` and `message`. Raises `OptionError` or `DataError` for arguments that do not fit together.

    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> def design(theta): return np.zeros(4), np.exp(-theta[0] * x)[:, None]
    >>> def slopes(theta, c): return (-x * np.exp(-theta[0] * x) * c[0])[:, None]
    >>> data = 3 * np.exp(-0.5 * x)
    >>> found = solve_separable(design, slopes, data, nonlinear=1, rng=np.random.default_rng(0))
    >>> found.converged, found.theta.round(9).tolist(), found.linear.round(9).tolist()
    (True, [0.5], [3.0])
    """
    if start is None and nonlinear and candidates < 1:
        raise OptionError(f"candidates={candidates} and no start leave nothing to try; give one of the two")
    problem = Problem(design, slopes, checked(rhs, "rhs", 1), _box(bounds, nonlinear))
    first = np.empty(0) if nonlinear == 0 else None if start is None else problem.inside(_start(start, nonlinear))
    with np.errstate(all="ignore"):
        ends = _ends(problem, first, rng, starts, candidates if nonlinear else 0)
        return _reported(problem, ends, first is not None) if ends else _nothing(problem)


def _box(bounds: tuple[Array, Array] | None, size: int) -> tuple[Array, Array]:
    if bounds is None:
        return np.full(size, -np.inf), np.full(size, np.inf)
    lower, upper = (np.asarray(side, dtype=float) for side in bounds)
    if lower.shape != (size,) or upper.shape != (size,) or not (lower < upper).all():
        raise OptionError(f"bounds: {lower.tolist()} to {upper.tolist()}; expected {size} pairs, the lower value first")
    return lower, upper


def _start(start: Array, size: int) -> Array:
    vector = np.asarray(start, dtype=float)
    if vector.shape != (size,) or not np.isfinite(vector).all():
        raise OptionError(f"start: {vector.tolist()}; expected {size} finite numbers, one for each nonlinear constant")
    return vector


def _ends(problem: Problem, first: Array | None, rng: np.random.Generator, starts: int, candidates: int) -> list[End]:
    """Return where the local searches ended."""
    known = None if first is None else problem.at(first)
    ends = [] if known is None else [descend(problem, known, given=True)]
    if not candidates:
        return ends
    proposals = Proposals(problem, rng)
    pool = screened(problem, proposals, candidates)
    if ends and ends[0].at_rest and not (pool and pool[0].cost < ends[0].point.cost):
        return ends
    for turn, point in enumerate(different(pool)):
        # Every second one is any of the better half: what fits best at first sight may all lie in one wide valley.
        ends.append(
            descend(problem, pool[rng.integers((len(pool) + 1) // 2)])
            if turn % 2
            else descend(problem, improved(problem, point, proposals, candidates * problem.size // 4))
        )
        rests = [end for end in ends if end.at_rest]
        best = min((end.point.cost for end in rests), default=0.0)
        # what a bound keeps back may have another minimum that it does not: there the search takes all its starts
        free = not any(problem.bounded(end.point.theta).any() for end in rests if problem.close(end.point.cost, best, 1e-6))
        if len(ends) >= starts or (free and len(ends) >= LEAST and _agreed(problem, rests, best) >= ENOUGH):
            break
    return ends


def _agreed(problem: Problem, ends: list[End], cost: float) -> int:
    return sum(problem.close(end.point.cost, cost, 1e-6) for end in ends)


def _chosen(problem: Problem, ends: list[End]) -> End:
    sound = [end for end in ends if np.isfinite(problem.jacobian(end.point)).all()] or ends
    best = min(end.point.cost for end in sound)
    equal = [end for end in sound if problem.close(end.point.cost, best, 1e-4)]
    return min(equal, key=lambda end: (not end.at_rest, not end.given, problem.sensitivity(end.point)))


def _reported(problem: Problem, ends: list[End], given: bool) -> NonlinearSolution:
    chosen = _chosen(problem, ends)
    point = polished(problem, chosen.point)
    jacobian = problem.jacobian(point)
    finite = bool(np.isfinite(jacobian).all())
    usable = jacobian if finite else np.zeros_like(jacobian)
    bounded = problem.pressed(point, usable[:, : problem.size], AT_REST)
    factors = factor(usable[:, ~np.pad(bounded, (0, point.linear.size))])
    singular = np.pad(factors.values, (0, jacobian.shape[1] - factors.values.size))
    at_rest = finite and problem.removable(point, factors) <= AT_REST
    rank = factors.rank + int(bounded.sum())
    troubles = _troubles(problem, point, rank, at_rest)
    return NonlinearSolution(
        theta=point.theta,
        linear=point.linear,
        jacobian=jacobian,
        residual=point.residual,
        cost=point.cost,
        converged=not troubles,
        message="; ".join([_origin(problem, ends, chosen, given), *troubles]),
        tried=len(ends),
        agreed=_agreed(problem, ends, chosen.point.cost),
        lone=_lone(problem, ends, chosen),
        rank=rank,
        singular_values=singular,
        bounded=bounded,
    )


def _lone(problem: Problem, ends: list[End], chosen: End) -> bool:
    """Tell a minimum that few searches found, though many were made, and no start led to."""
    near = sum(problem.close(end.point.cost, chosen.point.cost, 1e-4) for end in ends)
    return bool(problem.size and not chosen.given and len(ends) >= LEAST and near < ENOUGH)


def _origin(problem: Problem, ends: list[End], chosen: End, given: bool) -> str:
    if problem.size == 0:
        return "linear in all constants"
    if chosen.given:
        return "from the start given" + (f", as good as the best of {len(ends)} searches" if len(ends) > 1 else "")
    count = f"{_agreed(problem, ends, chosen.point.cost)} of {len(ends)} searches agree"
    return f"from a screened start, better than the start given; {count}" if given else f"from screened starts; {count}"


def _troubles(problem: Problem, point: Point, rank: int, at_rest: bool) -> list[str]:
    """Return one sentence for each reason not to stand behind the answer."""
    lost = np.flatnonzero(_runaways(problem, point))
    size = point.theta.size + point.linear.size
    found = {
        "the search did not come to rest in a minimum": not at_rest,
        f"nonlinear constants {lost.tolist()} (counted from 0) grow without end, larger values fit as well": bool(lost.size),
        f"the data determine {rank} of the {size} constants": rank < size,
    }
    return [sentence for sentence, true in found.items() if true]


def _runaways(problem: Problem, point: Point) -> Array:
    """Return which constants fit as well at ten and a hundred times their value, but not at 0, which is no runaway."""
    found = np.zeros(problem.size, dtype=bool)
    for k in np.flatnonzero(~problem.bounded(point.theta)):
        trials = point.theta * np.where(np.arange(problem.size) == k, np.array([[0.0], [10.0], [100.0]]), 1.0)
        zero, *larger = (problem.at(theta) for theta in problem.inside(trials))
        good = [p is not None and problem.close(p.cost, point.cost, 1e-6) for p in (zero, *larger)]
        found[k] = good == [False, True, True]
    return found


def _nothing(problem: Problem) -> NonlinearSolution:
    rows, size = len(problem.rhs), problem.size
    return NonlinearSolution(
        theta=np.full(size, np.nan),
        linear=np.empty(0),
        jacobian=np.full((rows, size), np.nan),
        residual=np.full(rows, np.nan),
        cost=np.inf,
        converged=False,
        message="no start gives a finite value of the model",
        tried=0,
        agreed=0,
        lone=False,
        rank=0,
        singular_values=np.zeros(size),
        bounded=np.zeros(size, dtype=bool),
    )
