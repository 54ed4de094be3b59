"""Training by evidence: derivatives, posterior and hyperparameters against dense formulas and other optimisers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from symseries.activations import ACTIVATIONS
from symseries.errors import ConvergenceError, ResourceLimitError
from symseries.evidence import CONVERGED, Problem, Trained, fit_network

TANH = (("tanh", {}),)


def curve(rows: int = 40, noise: float = 0.1, outputs: int = 1, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised inputs (n, 1) and targets (n, outputs) of a smooth curve with noise."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1.5, 1.5, rows)[:, None]
    y = np.stack([np.sin((m + 1.5) * x[:, 0]) for m in range(outputs)], axis=1) + noise * rng.normal(size=(rows, outputs))
    return x, (y - y.mean(axis=0)) / y.std(axis=0)


def flat(trained: Trained) -> np.ndarray:
    return np.concatenate([np.concatenate([w.ravel(), b]) for w, b in trained.layers])


def hessian(problem: Problem, theta: np.ndarray, alpha: float, beta: np.ndarray) -> np.ndarray:
    _, jacobian = problem.linearise(theta)
    return sum(b * j.T @ j for b, j in zip(beta, jacobian, strict=True)) + alpha * np.diag(problem.regularised)


def gradient(problem: Problem, trained: Trained) -> np.ndarray:
    theta = flat(trained)
    residual, jacobian = problem.linearise(theta)
    pull = sum(b * j.T @ r for b, j, r in zip(trained.beta, jacobian, residual, strict=True))
    return trained.alpha * problem.regularised * theta - pull


@pytest.fixture(scope="module")
def fitted() -> tuple[Problem, Trained]:
    X, y = curve()
    problem = Problem(X, y, (1, 4, 1), TANH)
    rng = np.random.default_rng(0)
    return problem, fit_network(problem, starts=[problem.random_start(rng) for _ in range(3)], settle=False)


@pytest.fixture(scope="module")
def fitted_two() -> tuple[Problem, Trained]:
    X, y = curve(outputs=2)
    problem = Problem(X, y, (1, 5, 2), TANH)
    rng = np.random.default_rng(1)
    return problem, fit_network(problem, starts=[problem.random_start(rng) for _ in range(3)], settle=False)


# -------------------------------------------------------------------------------------------------------- derivatives
@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"log", "sqrt", "power", "polynomial"}))
@pytest.mark.parametrize("widths", [(2, 3, 2), (3, 4, 2, 1)])
def test_the_jacobian_is_that_of_central_differences(name: str, widths: tuple[int, ...]) -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(7, widths[0]))
    problem = Problem(X, np.zeros((7, widths[-1])), widths, ((name, {}),) * (len(widths) - 2))
    theta, step = problem.random_start(rng), 1e-6
    residual, jacobian = problem.linearise(theta)
    np.testing.assert_array_equal(residual, -problem.predict(theta).T)
    for k, direction in enumerate(np.eye(theta.size)):
        difference = (problem.predict(theta + step * direction) - problem.predict(theta - step * direction)).T / (2 * step)
        np.testing.assert_allclose(jacobian[..., k], difference, atol=2e-9)


def test_a_linear_network_is_its_affine_map() -> None:
    X = np.random.default_rng(2).normal(size=(5, 2))
    problem = Problem(X, np.zeros((5, 1)), (2, 1), ())
    np.testing.assert_allclose(problem.predict(np.array([2.0, -3.0, 0.5]))[:, 0], 2 * X[:, 0] - 3 * X[:, 1] + 0.5)
    np.testing.assert_array_equal(problem.regularised, [1, 1, 0])


# ---------------------------------------------------------------------------------------------------------- posterior
@pytest.mark.parametrize("case", ["fitted", "fitted_two"])
def test_covariance_distance_and_noise_are_those_of_the_dense_hessian(case: str, request: pytest.FixtureRequest) -> None:
    problem, trained = request.getfixturevalue(case)
    theta = flat(trained)
    inverse = np.linalg.inv(hessian(problem, theta, trained.alpha, trained.beta))
    np.testing.assert_allclose(trained.covariance, inverse, rtol=1e-6, atol=1e-9 * np.abs(inverse).max())
    g = gradient(problem, trained)
    assert trained.distance == pytest.approx(np.sqrt(g @ inverse @ g), rel=1e-4, abs=1e-9)
    assert trained.distance < CONVERGED
    residual, jacobian = problem.linearise(theta)
    shares = [b * np.trace(j @ inverse @ j.T) for b, j in zip(trained.beta, jacobian, strict=True)]
    assert trained.gamma == pytest.approx(sum(shares))
    np.testing.assert_allclose(trained.s2, (residual**2).sum(axis=1) / (residual.shape[1] - np.array(shares)))


@pytest.mark.parametrize("case", ["fitted", "fitted_two"])
def test_alpha_and_beta_are_mackays_fixed_point(case: str, request: pytest.FixtureRequest) -> None:
    problem, trained = request.getfixturevalue(case)
    theta, held = flat(trained), problem.regularised
    inverse = np.linalg.inv(hessian(problem, theta, trained.alpha, trained.beta))
    gamma = held.sum() - trained.alpha * held @ np.diag(inverse)
    assert trained.alpha == pytest.approx(gamma / (held @ theta**2), rel=0.02)
    np.testing.assert_allclose(trained.beta, 1 / trained.s2, rtol=0.02)


def test_the_optimum_is_one_for_another_optimiser_too(fitted: tuple[Problem, Trained]) -> None:
    problem, trained = fitted

    def objective(theta: np.ndarray) -> float:
        misfit = ((problem.y - problem.predict(theta)) ** 2).sum(axis=0) @ trained.beta
        return 0.5 * (misfit + trained.alpha * problem.regularised @ theta**2)

    other = minimize(objective, flat(trained), method="BFGS", options={"gtol": 1e-6})
    assert objective(flat(trained)) - other.fun < 0.5 * CONVERGED**2
    np.testing.assert_allclose(problem.predict(flat(trained)), problem.predict(other.x), atol=2e-3)


# --------------------------------------------------------------------------------- linear networks have closed answers
def linear(seed: int = 7) -> tuple[Problem, Trained]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(25, 3))
    y = X @ [1.0, -0.4, 0.0] + 0.3 * rng.normal(size=25)
    X, y = (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()
    problem = Problem(X, y[:, None], (3, 1), ())
    return problem, fit_network(problem, starts=[np.zeros(4)], settle=False)


def marginal(problem: Problem, alpha: float, beta: float) -> float:
    """Return log p(y | alpha, beta) up to a constant, the bias being flat: it takes the mean away."""
    n = len(problem.X)
    covariance = np.eye(n) / beta + problem.X @ problem.X.T / alpha
    space = np.linalg.svd(np.ones((1, n)))[2][1:]  # all that is orthogonal to the bias
    inner, y = space @ covariance @ space.T, space @ problem.y[:, 0]
    return float(-0.5 * (np.linalg.slogdet(inner)[1] + y @ np.linalg.solve(inner, y)))


def test_alpha_and_beta_maximise_the_marginal_likelihood() -> None:
    problem, trained = linear()
    other = minimize(lambda t: -marginal(problem, *np.exp(t)), np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-6})
    assert marginal(problem, trained.alpha, trained.beta[0]) > -other.fun - 1e-3
    np.testing.assert_allclose(np.log([trained.alpha, trained.beta[0]]), other.x, atol=0.05)


def test_the_log_evidence_is_the_marginal_likelihood_up_to_a_constant() -> None:
    gaps = []
    for seed in (7, 8):
        problem, trained = linear(seed)
        gaps.append(trained.log_evidence - marginal(problem, trained.alpha, trained.beta[0]))
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-8)


def test_left_out_residuals_of_a_linear_network_are_exact() -> None:
    problem, trained = linear()
    design = np.column_stack([problem.X, np.ones(len(problem.X))])
    prior = trained.alpha / trained.beta[0] * np.diag([1.0, 1.0, 1.0, 0.0])
    for row in range(len(design)):
        kept = np.arange(len(design)) != row
        theta = np.linalg.solve(design[kept].T @ design[kept] + prior, design[kept].T @ problem.y[kept, 0])
        assert trained.loo[row, 0] == pytest.approx(problem.y[row, 0] - design[row] @ theta, abs=2e-3)


# ------------------------------------------------------------------------------------------------------------- limits
def test_pure_noise_leaves_a_constant() -> None:
    X, _ = curve(30)
    y = np.random.default_rng(11).normal(size=(30, 1))
    problem = Problem(X, (y - y.mean()) / y.std(), (1, 6, 1), TANH)
    rng = np.random.default_rng(0)
    trained = fit_network(problem, starts=[problem.random_start(rng) for _ in range(3)], settle=False)
    assert trained.gamma < 4
    assert np.ptp(problem.predict(flat(trained))) < 2


def test_without_iterations_a_start_is_judged_and_not_moved() -> None:
    X, y = curve()
    problem = Problem(X, y, (1, 4, 1), TANH)
    start = problem.random_start(np.random.default_rng(0))
    trained = fit_network(problem, starts=[start], settle=True, iterations=0)
    np.testing.assert_array_equal(flat(trained), start)
    assert not trained.converged


def test_the_start_of_largest_evidence_is_kept(fitted: tuple[Problem, Trained]) -> None:
    _, trained = fitted
    assert len(trained.scores) == 3
    assert trained.log_evidence == max(trained.scores)


def test_a_problem_too_large_is_refused_before_it_is_begun() -> None:
    problem = Problem(np.zeros((20_000, 1)), np.zeros((20_000, 1)), (1, 2000, 1), TANH)
    with pytest.raises(ResourceLimitError, match="20000 measurements times 6001 weights pass the limit of 100000000; take"):
        fit_network(problem, starts=[], settle=False)


def test_starts_without_a_finite_evidence_are_no_answer() -> None:
    X, y = curve()
    problem = Problem(X, y, (1, 2, 1), TANH)
    with pytest.raises(ConvergenceError, match="none of 1 starts"):
        fit_network(problem, starts=[np.full(7, np.nan)], settle=False)
