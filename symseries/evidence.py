"""Weights of small networks by Levenberg-Marquardt, their regularisation chosen by the evidence (MacKay 1992).

The objective is the negative log posterior in nats, with one precision `alpha` for all weights and hidden biases (none for
the output bias, which would shift the mean) and one noise precision `beta` for each output m:

    F(theta) = 1/2 sum_m beta_m |y_m - f_m(theta)|^2 + alpha/2 |theta|^2,    H = sum_m beta_m J_m'J_m + alpha I.

MacKay's updates: alpha = gamma/|theta|^2, beta = (n - gamma)/RSS (Neural Computation 4 (1992) 415 and 448).

The Gauss-Newton Hessian H gives the step, the effective number of weights and, inverted, the covariance of the weights.
The Newton distance sqrt(g' H^-1 g) bounds what is left to gain, in standard errors of *any* linear function of the
weights, hence of any constant read off the network: that is the criterion of convergence.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symseries import activations
from symseries.errors import ConvergenceError, ResourceLimitError
from symseries.progress import announce, track, watch
from symseries.scalars import F64

Array = NDArray[Any]
Layers = list[tuple[Array, Array]]

ITERATIONS = 400
_USUAL = 150  # iterations, for an estimate of the time
_RATE = 3e10  # floating-point operations per second of the factorisations
SETTLING = 20  # updates of the hyperparameters at the weights of a given start
TOLERANCE = 0.01  # standard errors of distance, and nats of log evidence, below which an iteration is calm
CALM = 3  # calm iterations in a row before the descent ends
CONVERGED = 0.1  # standard errors: a distance that no interval would show
BETA_CAP = 1e8  # noise below 1e-4 of the target's standard deviation is beyond such a network
ALPHA_CAP = 1e8  # reached when the targets are pure noise: the network is then a constant
FREEDOM = 1e-3  # least share of the measurements that counts as not fitted
MAX_ENTRIES = 100_000_000  # of the Jacobian: measurements times weights times outputs, 800 MB
ARMIJO = 1e-4
DAMPING = 1e-2  # at the start, in the units of alpha
PROBE = 0.1  # share of a move at which the curvature of the network along it is probed
BENDING = 0.375  # largest length of the geodesic correction relative to the move
DAMPING_TRIALS = 30
STEEPNESS = (4.0, 8.0, 16.0)  # of steep starts in turn, times that of ordinary ones
RIDGE = 1e-3  # times the number of measurements, of the last map of a steep start
UNEXPLAINED = 0.1  # share of the variance below which a network has not overlooked much
OVERLOOKED = 2.0  # times the variance between neighbours, beyond which it has


@dataclass(frozen=True)
class Problem:
    """The data, the architecture and its activation; the weights travel beside it as one vector."""

    X: Array
    y: Array
    widths: tuple[int, ...]
    activations: tuple[tuple[str, dict[str, Any]], ...]
    """Name and parameters of each hidden layer's activation."""

    @cached_property
    def sizes(self) -> list[tuple[int, int]]:
        """Outputs and inputs of every affine map."""
        return [(out, into) for into, out in pairwise(self.widths)]

    @cached_property
    def regularised(self) -> Array:
        """1 for every weight that `alpha` holds, 0 for the output biases."""
        count = sum(out * (into + 1) for out, into in self.sizes)
        return np.where(np.arange(count) < count - self.widths[-1], 1.0, 0.0)

    def layers(self, theta: Array) -> Layers:
        """Cut the vector (W1 row-major, b1, W2, b2, ...) into views (W, b), W of shape (out, in)."""
        found, at = [], 0
        for out, into in self.sizes:
            middle, end = at + out * into, at + out * (into + 1)
            found.append((theta[at:middle].reshape(out, into), theta[middle:end]))
            at = end
        return found

    def predict(self, theta: Array) -> Array:
        """Return the (n, m) values of the network at the data."""
        return self._forward(theta)[0]

    def hidden(self, theta: Array) -> Array:
        """Return the (n, width) values of the last hidden layer, the inputs themselves where there is none."""
        return self._forward(theta)[1][-1]

    def linearise(self, theta: Array) -> tuple[Array, Array]:
        """Return the residuals y - f, (m, n), and the Jacobian of f in all weights, (m, n, P), by reverse mode."""
        values, inputs, slopes = self._forward(theta)
        n, m = values.shape
        delta: Array = np.broadcast_to(np.eye(m)[:, None, :], (m, n, m))
        blocks: list[Array] = []
        for k, (weights, _) in reversed(list(enumerate(self.layers(theta)))):
            outer = delta[..., :, None] * inputs[k][None, :, None, :]
            blocks[:0] = [outer.reshape(m, n, -1), delta]
            if k:
                delta = (delta @ weights) * slopes[k - 1]
        return (self.y - values).T, np.concatenate(blocks, axis=2)

    @cached_property
    def smooth(self) -> bool:
        """Whether no activation has a kink."""
        return not any(activations.ACTIVATIONS[name].kinks for name, _ in self.activations)

    def random_start(self, rng: np.random.Generator) -> Array:
        """Draw weights of variance 1/inputs, hidden biases of variance 1/4 and no output bias."""
        blocks = []
        for out, into in self.sizes:
            blocks += [rng.normal(0.0, into**-0.5, out * into), rng.normal(0.0, 0.5, out)]
        blocks[-1][:] = 0.0
        return np.concatenate(blocks)

    def steep_start(self, rng: np.random.Generator, steepness: float) -> Array:
        """Draw a start for targets that turn often: steep first neurons centred at measurements, the last map fitted.

        From ordinary starts, which change slowly over the data, the strong regularisation of the beginning sees no gain in any
        weight, and takes them all to zero.
        """
        theta = self.random_start(rng)
        weights, bias = self.layers(theta)[0]
        weights *= steepness
        bias[:] = -(weights * self.X[rng.integers(len(self.X), size=len(bias))]).sum(axis=1)
        design = np.column_stack([self.hidden(theta), np.ones(len(self.X))])
        if len(self.sizes) > 1 and np.isfinite(design).all():
            rows = np.vstack([design, np.sqrt(RIDGE * len(design)) * np.eye(design.shape[1])])
            right = np.vstack([self.y, np.zeros((design.shape[1], self.y.shape[1]))])
            fitted = np.linalg.lstsq(rows, right, rcond=None)[0]
            last, shift = self.layers(theta)[-1]
            last[:], shift[:] = fitted[:-1].T, fitted[-1]
        return theta

    def _forward(self, theta: Array) -> tuple[Array, list[Array], list[Array]]:
        inputs, slopes = [self.X], []
        *hidden, (weights, bias) = self.layers(theta)
        for (w, b), (name, parameters) in zip(hidden, self.activations, strict=True):
            z = inputs[-1] @ w.T + b
            inputs.append(activations.value(name, z, F64, parameters))
            slopes.append(activations.slope(name, z, inputs[-1], parameters))
        return inputs[-1] @ weights.T + bias, inputs, slopes


@dataclass(frozen=True)
class State:
    """The posterior linearised at `theta`: H = R'R, and c with R'c = -gradient, so that the Newton step is R^-1 c."""

    theta: Array
    alpha: float
    beta: Array
    residual: Array
    jacobian: Array
    root: Array
    target: Array

    @cached_property
    def distance(self) -> float:
        """How far the minimum is, in posterior standard deviations: sqrt(g' H^-1 g) = |c|."""
        return float(np.linalg.norm(self.target))

    @cached_property
    def inverse(self) -> Array:
        """R^-1, so that the covariance of the weights is R^-1 R^-T."""
        return np.asarray(np.linalg.solve(self.root, np.eye(self.theta.size)), dtype=np.float64)

    @cached_property
    def leverage(self) -> Array:
        """beta_m diag(J_m H^-1 J_m'), (m, n): the share of each measurement in its own prediction."""
        variance: Array = ((self.jacobian @ self.inverse) ** 2).sum(axis=2)
        return self.beta[:, None] * variance

    @cached_property
    def noise(self) -> Array:
        """RSS_m/(n - gamma_m), gamma_m the weights spent on output m; n - gamma kept positive if the network memorises."""
        n = self.residual.shape[1]
        freedom = np.maximum(n - self.leverage.sum(axis=1), FREEDOM * n)
        variance: Array = (self.residual**2).sum(axis=1) / freedom
        return variance


@dataclass(frozen=True)
class Trained:
    """What training found, in the units of the standardised data.

    `layers` (W, b) with W (out, in); `alpha`, `beta` (m,); `gamma` the effective number of weights; `covariance` (P, P) of
    the weights in the order W1 row-major, b1, W2, ...; `s2` (m,) = RSS/(n - gamma); `loo` (n, m) leave-one-out residuals
    of the linearised network; `distance` to the optimum in standard errors; `scores` the log evidence of every start that
    was followed to its end, `wanted` how many were asked for.
    """

    layers: Layers
    alpha: float
    beta: Array
    gamma: float
    covariance: Array
    log_evidence: float
    s2: Array
    loo: Array
    iterations: int
    distance: float
    scores: tuple[float, ...]
    wanted: int

    @property
    def converged(self) -> bool:
        """Whether no interval would show the distance to the optimum."""
        return self.distance < CONVERGED


def fit_network(problem: Problem, *, starts: Sequence[Array], settle: bool, iterations: int = ITERATIONS) -> Trained:
    """Descend from every start and return the one with the largest log evidence.

    With `settle`, the hyperparameters begin at what the start implies (for weights that are trained already), otherwise with
    strong regularisation. `iterations=0` only judges the starts. An interrupt (Ctrl-C) ends the search: the best of the
    starts that were finished is returned; before the first one is, KeyboardInterrupt passes on.
    Raises `ResourceLimitError` for a Jacobian that is too large, `ConvergenceError` where no start has a finite evidence.
    """
    check_size(problem)
    _say_cost(problem, len(starts), min(iterations, _USUAL))
    begin = _settled if settle else _start
    runs = _finished(lambda theta: _descend(problem, begin(problem, theta), iterations), starts)
    scores = [_log_evidence(problem, state) for state, _ in runs]
    if not np.isfinite(scores).any():
        raise ConvergenceError(f"training: none of {len(runs)} starts reached a finite log evidence; rescale the inputs")
    state, count = runs[int(np.nanargmax(scores))]
    return _trained(problem, state, count, tuple(scores), len(starts))


def _say_cost(problem: Problem, starts: int, iterations: int) -> None:
    """Announce a training of more than two seconds: each iteration factors the Jacobian and inverts a matrix of the weights."""
    rows, weights = problem.y.size, _weights(problem)
    each = iterations * (2 * (rows + weights) * weights**2 + 14 * weights**3) / _RATE
    count = f"{starts} start" + "s" * (starts != 1)
    announce("training", f"{weights} weights, {rows} measurements, {count} of about {each:.2g} s", starts * each)


def _weights(problem: Problem) -> int:
    return sum(out * (into + 1) for out, into in problem.sizes)


def check_size(problem: Problem) -> None:
    """Raise `ResourceLimitError` for a Jacobian that is too large."""
    weights = _weights(problem)
    if problem.y.size * weights > MAX_ENTRIES:
        raise ResourceLimitError(
            f"training: {problem.y.size} measurements times {weights} weights pass the limit of {MAX_ENTRIES}; "
            "take fewer rows or a smaller network"
        )


def best_of(first: Trained, second: Trained) -> Trained:
    """Return the one with the larger evidence, with the scores of both."""
    best = max(first, second, key=lambda trained: trained.log_evidence)
    return dataclasses.replace(best, scores=(*first.scores, *second.scores), wanted=first.wanted + second.wanted)


def overlooks(X: Array, y: Array, variance: Array) -> bool:
    """Whether residuals of these variances (m,) hold what neighbouring measurements show to be no noise.

    Half the mean square difference between each target and that at the nearest inputs is the variance of the noise, or more
    where the target changes between neighbours: what exceeds it twice was there to be learned. X (n, d) and y (n, m) are
    standardised.
    """
    if not (variance > UNEXPLAINED).any():
        return False
    from scipy.spatial import cKDTree  # slow to import

    _, near = cKDTree(X).query(X, k=2)
    other = np.where(near[:, 1] == np.arange(len(X)), near[:, 0], near[:, 1])
    between = 0.5 * ((y - y[other]) ** 2).mean(axis=0)
    return bool(((variance > UNEXPLAINED) & (variance > OVERLOOKED * between)).any())


def _finished(run: Callable[[Array], tuple[State, int]], starts: Sequence[Array]) -> list[tuple[State, int]]:
    """Return the runs from all starts, or from those that were finished before an interrupt, if there is one."""
    runs: list[tuple[State, int]] = []
    try:
        for theta in track(starts, len(starts), "training, random starts"):
            runs.append(run(theta))  # noqa: PERF401 - a comprehension would lose the finished ones
    except KeyboardInterrupt:
        if not runs:
            raise
    return runs


def _start(problem: Problem, theta: Array) -> State:
    # strong regularisation first: a start that overfits at once stays in a memorising optimum
    return _state(problem, theta, 1.0, np.ones(problem.y.shape[1]))


def _settled(problem: Problem, theta: Array) -> State:
    """The state at fixed weights, its hyperparameters iterated to the ones that these weights imply."""
    state = first = _start(problem, theta)
    for _ in range(SETTLING):
        state = _renewed(problem, state)
    if state.alpha <= first.alpha:
        return state
    # weights that are small because they were never trained would imply an alpha that holds them there for good
    return _linearised(problem, theta, first.alpha, state.beta, (state.residual, state.jacobian))


def _descend(problem: Problem, state: State, iterations: int) -> tuple[State, int]:
    """Alternate Levenberg-Marquardt steps with updates of the hyperparameters until both stand still."""
    score, damping, calm = _log_evidence(problem, state), DAMPING, 0
    for count in watch(range(1, iterations + 1), iterations, "training, iterations from this start"):
        moved, damping = _step(problem, state, damping)
        stuck = moved is state
        state = _renewed(problem, moved)
        before, score = score, _log_evidence(problem, state)
        still = abs(score - before) < TOLERANCE and (stuck or state.distance < TOLERANCE)
        calm = calm + 1 if still else 0
        if calm == CALM:
            return state, count
    return state, iterations


def _step(problem: Problem, state: State, damping: float) -> tuple[State, float]:
    """One step damped by `damping` in the metric of the prior (Nielsen's control); the same state if none descends."""
    here, growth = _objective(problem, state.theta, state), 2.0
    size = state.theta.size
    right = np.concatenate([state.target, np.zeros(size)])
    for _ in range(DAMPING_TRIALS):
        root, target = _root(np.vstack([state.root, np.sqrt(damping) * np.eye(size)]), right)
        move = np.asarray(np.linalg.solve(root, target), dtype=np.float64)
        bend = _bend(problem, state, root, move)
        theta = state.theta + move + bend
        gain, promised = here - _objective(problem, theta, state), 0.5 * float(target @ target)
        if gain > ARMIJO * promised and np.linalg.norm(bend) <= BENDING * np.linalg.norm(move):
            shrink = 1.0 - (2.0 * min(gain / promised, 1.0) - 1.0) ** 3
            return _state(problem, theta, state.alpha, state.beta), max(damping * max(shrink, 1.0 / 3.0), 1e-12)
        damping, growth = damping * growth, growth * 2.0
    return state, DAMPING


def _bend(problem: Problem, state: State, root: Array, move: Array) -> Array:
    """The geodesic correction -1/2 (R'R)^-1 J' f'' of Transtrum and Sethna, f'' along the move by a difference quotient."""
    if not problem.smooth:
        return np.zeros_like(move)
    change = problem.predict(state.theta + PROBE * move).T - (problem.y.T - state.residual)
    curvature = 2.0 / PROBE * (change / PROBE - state.jacobian @ move)
    pull = np.einsum("mnp,mn->p", state.jacobian, state.beta[:, None] * curvature)
    return np.asarray(-0.5 * np.linalg.solve(root, np.linalg.solve(root.T, pull)), dtype=np.float64)


def _renewed(problem: Problem, state: State) -> State:
    """MacKay's updates alpha = gamma/|theta|^2 and beta_m = (n - gamma_m)/RSS_m, kept in bounds, at the same weights."""
    held = problem.regularised
    gamma = max(float(held.sum() - state.alpha * held @ (state.inverse**2).sum(axis=1)), 1e-3)
    squares = max(float(held @ state.theta**2), 1e-12)
    beta = 1.0 / np.maximum(state.noise, 1.0 / BETA_CAP)
    return _linearised(problem, state.theta, min(gamma / squares, ALPHA_CAP), beta, (state.residual, state.jacobian))


def _state(problem: Problem, theta: Array, alpha: float, beta: Array) -> State:
    return _linearised(problem, theta, alpha, beta, problem.linearise(theta))


def _linearised(problem: Problem, theta: Array, alpha: float, beta: Array, at: tuple[Array, Array]) -> State:
    residual, jacobian = at
    noise, prior = np.sqrt(beta)[:, None], np.sqrt(alpha) * problem.regularised
    rows = np.vstack([(noise[..., None] * jacobian).reshape(-1, theta.size), np.diag(prior)])
    right = np.concatenate([(noise * residual).ravel(), -prior * theta])
    return State(theta, alpha, beta, residual, jacobian, *_root(rows, right))


def _root(rows: Array, right: Array) -> tuple[Array, Array]:
    """R and c of the least squares problem |rows x - right|, by QR: R'R would square the condition number."""
    size = rows.shape[1]
    triangle = np.asarray(np.linalg.qr(np.column_stack([rows, right]), mode="r"), dtype=np.float64)
    return triangle[:size, :size], triangle[:size, size]


def _objective(problem: Problem, theta: Array, state: State) -> float:
    """F at `theta` under the hyperparameters of `state`."""
    with np.errstate(over="ignore", invalid="ignore"):
        misfit = ((problem.y - problem.predict(theta)) ** 2).sum(axis=0) @ state.beta
        return float(0.5 * (misfit + state.alpha * (problem.regularised @ theta**2)))


def _log_evidence(problem: Problem, state: State) -> float:
    """log p(y | alpha, beta) in Laplace's approximation, up to a constant of the architecture (flat output biases)."""
    held, n = problem.regularised.sum(), problem.y.shape[0]
    log_precision = 0.5 * (held * np.log(state.alpha) + n * np.log(state.beta / (2.0 * np.pi)).sum())
    log_volume = np.log(np.abs(np.diag(state.root))).sum()
    return float(log_precision - log_volume - _objective(problem, state.theta, state))


def _trained(problem: Problem, state: State, iterations: int, scores: tuple[float, ...], wanted: int) -> Trained:
    return Trained(
        layers=[(weights.copy(), bias.copy()) for weights, bias in problem.layers(state.theta)],
        alpha=state.alpha,
        beta=state.beta,
        gamma=float(state.leverage.sum()),
        covariance=state.inverse @ state.inverse.T,
        log_evidence=_log_evidence(problem, state),
        s2=state.noise,
        loo=(state.residual / np.maximum(1.0 - state.leverage, FREEDOM)).T,
        iterations=iterations,
        distance=state.distance,
        scores=scores,
        wanted=wanted,
    )
