"""Networks that did not converge, or learned their table by heart, are told from those that did."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from cases import CASES, worst_error
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import symseries as ss
from symseries.training import assess


def perceptron(name: str, seed: int, **options: object) -> tuple[ss.Network, dict[str, np.ndarray]]:
    """Return a network of scikit-learn for a case, n = 200 with 1 % noise, and its table."""
    case = CASES[name]
    table = case.table(np.random.default_rng(seed), 200, 0.01)
    X = np.stack([table[column] for column in case.law.variables], axis=1)
    model = MLPRegressor(hidden_layer_sizes=(16,), activation="tanh", random_state=seed, **options)
    whole = TransformedTargetRegressor(make_pipeline(StandardScaler(), model), transformer=StandardScaler())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return ss.read_network(whole.fit(X, table["y"]), inputs=case.law.variables), table


@pytest.mark.parametrize(("name", "seed"), [("yield_logd", 1), ("arrh_log", 2), ("langmuir", 3)])
def test_training_that_stopped_early_is_flagged_and_repaired(name: str, seed: int) -> None:
    net, table = perceptron(name, seed, max_iter=200)
    case = CASES[name]
    found = ss.fit(net, case.law, data=table)
    assert found.prepared.source.training.under_trained
    assert any("differ by" in w for w in found.warnings)
    assert all(estimate.stderr is None for estimate in found.constants.values())
    assert found.p_value is None
    repaired = ss.fit(ss.refine(net, table), case.law)
    assert worst_error(repaired, case.truth) <= 3 * worst_error(repaired.baseline, case.truth)
    assert all(estimate.stderr is not None for estimate in repaired.constants.values())


def test_a_converged_network_of_another_library_has_intervals() -> None:
    net, table = perceptron("arrh_log", 1, solver="lbfgs", max_iter=3000)
    found = ss.fit(net, CASES["arrh_log"].law, data=table)
    for name, estimate in found.constants.items():
        assert 0.8 <= estimate.stderr / found.baseline.constants[name].stderr <= 1.5


def test_assessing_changes_no_value() -> None:
    net, table = perceptron("yield_logd", 1, solver="lbfgs", max_iter=300)
    judged = assess(net.with_data(table))
    assert np.allclose(judged(table), net(table), rtol=1e-9)
    residual = table["y"] - net(table)
    assert judged.training.rmse == pytest.approx(np.sqrt((residual**2).mean()))


def test_memory_is_flagged_although_it_repeats_the_direct_fit() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(60, 4))
    table = {f"x{i}": X[:, i] for i in range(4)} | {"y": X @ [1.0, 2.0, 3.0, 4.0] + 2.0 * rng.normal(size=60)}
    model = MLPRegressor(hidden_layer_sizes=(40,), activation="tanh", solver="lbfgs", alpha=1e-6, max_iter=5000, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, table["y"])
    law = ss.Law("y = a + b*x0 + c*x1 + d*x2 + e*x3", ("x0", "x1", "x2", "x3"))
    found = ss.fit(ss.read_network(model), law, data=table)
    assert found.prepared.source.training.r2 > 0.99
    assert any("repeats the direct fit and tests nothing" in w for w in found.warnings)


@pytest.mark.parametrize(("name", "seed", "limit"), [("arrh_log", 2, 1.5), ("langmuir", 3, 3.0)])
def test_the_last_layer_alone_repairs_most_of_it(name: str, seed: int, limit: float) -> None:
    net, table = perceptron(name, seed, max_iter=200)
    case = CASES[name]
    last = ss.refine(net, table, layers="last")
    # independently: the values of the hidden layer by hand, and NumPy's least squares
    X = np.stack([table[column] for column in case.law.variables], axis=1)
    affine = [layer for layer in last.layers if isinstance(layer, ss.Affine)]
    whitening = next(layer for layer in last.layers if isinstance(layer, ss.Whitening))
    hidden = np.tanh(
        (X - np.array(whitening.mean, float)) / np.array(whitening.scale, float) @ affine[0].weights.T + affine[0].bias
    )
    design = np.column_stack([hidden, np.ones(len(X))])
    best = design @ np.linalg.lstsq(design, table["y"], rcond=1e-12)[0]
    assert np.sum((table["y"] - last(table)) ** 2) == pytest.approx(np.sum((table["y"] - best) ** 2), rel=1e-3)
    rough, found = ss.fit(net, case.law, data=table), ss.fit(last, case.law)
    assert worst_error(found, case.truth) <= limit * worst_error(found.baseline, case.truth)
    assert worst_error(found, case.truth) < 0.1 * worst_error(rough, case.truth)


def test_the_bias_of_the_regularisation_is_that_of_ridge_regression() -> None:
    """A network without hidden layers is ridge regression: its pull on the slope is known in closed form."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=25)
    table = {"x": x, "y": 0.4 * x + rng.normal(size=25)}
    found = ss.fit(ss.train(table, ("x",), "y", hidden=(), rng=0), ss.Law("y = a + b*x", ("x",)))
    shift = (found.constants["b"].value - found.baseline.constants["b"].value) / found.constants["b"].stderr
    shrunk = found.constants["b"].value / found.baseline.constants["b"].value
    assert 0.3 < shrunk < 0.95  # the slope is pulled to 0
    # to first order the pull is the step back times the share that the data decide
    assert found.regularisation["b"] == pytest.approx(shift * shrunk, rel=0.05)
    assert "regularisation moved b by -0." in " ".join(found.summary().split())


def test_layers_that_are_neither_all_nor_last_are_refused() -> None:
    net, _ = perceptron("langmuir", 1, max_iter=5)
    with pytest.raises(ss.SymseriesError, match="layers='first'; expected 'all', or 'last'"):
        ss.refine(net, {"p": [1.0, 2.0], "y": [1.0, 2.0]}, layers="first")
