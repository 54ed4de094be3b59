"""Training and refining: what networks are reached, what they say of themselves, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from cases import yields
from scipy.optimize import minimize

import symseries as ss
from symseries import evidence, training
from symseries.errors import DataError, NetworkShapeError, OptionError, ResourceLimitError, UnsupportedLayerError
from symseries.evidence import Problem, fit_network

Table = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def table() -> Table:
    return yields()


@pytest.fixture(scope="module")
def net(table: Table) -> ss.Network:
    return ss.train(table, ("c", "d"), "y", hidden=(5,), rng=0, restarts=3)


def rough(table: Table, width: int = 6, steps: int = 30) -> ss.Network:
    """Return what a few steps of gradient descent make of random weights, over whitened inputs, as other tools train."""
    rng = np.random.default_rng(9)
    names = [name for name in table if name != "y"]
    X = np.column_stack([table[name] for name in names])
    mean, scale, y = X.mean(axis=0), X.std(axis=0), table["y"]
    Z = (X - mean) / scale
    problem = Problem(Z, (y[:, None] - y.mean()) / y.std(), (len(names), width, 1), (("tanh", {}),))
    theta = problem.random_start(rng)
    for _ in range(steps):
        residual, jacobian = problem.linearise(theta)
        theta = theta + 0.05 * jacobian[0].T @ residual[0] / len(y)
    (w1, b1), (w2, b2) = problem.layers(theta)
    last = ss.Affine(w2 * y.std(), b2 * y.std() + y.mean())
    return ss.Network([ss.Whitening(mean, scale), ss.Affine(w1, b1), ss.Activation("tanh"), last], names)


# ---------------------------------------------------------------------------------------------------------- interrupts
def interrupt(monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    """Let Ctrl-C come in the middle of one of the descents, counted from 1."""
    steps, descents, step, descend = [0], [0], evidence._step, evidence._descend

    def stepping(*arguments: Any) -> Any:
        steps[0] += 1
        if descents[0] == turn and steps[0] == 3:
            raise KeyboardInterrupt
        return step(*arguments)

    def descending(*arguments: Any) -> Any:
        descents[0] += 1
        steps[0] = 0
        return descend(*arguments)

    monkeypatch.setattr(evidence, "_step", stepping)
    monkeypatch.setattr(evidence, "_descend", descending)


@pytest.mark.parametrize("turn", [2, 3])
def test_an_interrupt_keeps_the_best_of_the_starts_that_are_finished(
    table: Table, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    def trained(restarts: int) -> ss.Network:
        return ss.train(table, ("c", "d"), "y", hidden=(3,), rng=5, restarts=restarts)

    shorter = trained(turn - 1)
    assert (shorter.training.finished, shorter.training.wanted) == (turn - 1, turn - 1)
    interrupt(monkeypatch, turn)
    cut = trained(4)
    np.testing.assert_array_equal(cut(table), shorter(table))
    np.testing.assert_array_equal(cut.covariance, shorter.covariance)
    assert (cut.training.finished, cut.training.wanted) == (turn - 1, 4)
    again = ss.read_network(cut.to_json()).training
    assert again == cut.training
    assert dataclasses.replace(again, wanted=turn - 1) == shorter.training


def test_an_interrupt_before_the_first_start_is_finished_passes_on(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        ss.train(table, ("c", "d"), "y", hidden=(3,))


def test_reports_without_a_count_of_starts_are_read(net: ss.Network) -> None:
    record = json.loads(net.to_json())
    del record["training"]["finished"], record["training"]["wanted"]
    report = ss.read_network(json.dumps(record)).training
    assert (report.finished, report.wanted) == (1, 1)
    assert (net.training.finished, net.training.wanted) == (3, 3)


def test_training_shows_its_starts_on_a_terminal(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[int, str]] = []

    def watched(items: list[np.ndarray], total: int, label: str) -> list[np.ndarray]:
        shown.append((total, label))
        return items

    monkeypatch.setattr(evidence, "track", watched)
    ss.train(table, ("c", "d"), "y", hidden=(2,), restarts=2)
    assert shown == [(2, "training, random starts")]


# ------------------------------------------------------------------------------------------------------ what it reaches
def test_a_trained_network_is_as_close_as_its_noise(net: ss.Network, table: Table) -> None:
    residual = table["y"] - net(table)
    assert net.training.converged
    assert net.training.rmse == pytest.approx(np.sqrt((residual**2).mean()))
    assert net.training.r2 == pytest.approx(1 - (residual**2).mean() / table["y"].var())
    freedom = len(residual) - net.training.effective_weights
    assert net.training.noise == pytest.approx(np.sqrt((residual**2).sum() / freedom))
    assert 1.4 < net.training.noise < 2.8  # drawn with 2
    assert net.training.rows == 60
    assert net.data["y"].tolist() == table["y"].tolist()


def test_the_noise_is_estimated_without_bias() -> None:
    estimates = [ss.train(yields(seed=s), ("c", "d"), "y", hidden=(4,), restarts=2).training.noise for s in range(6)]
    assert np.mean(estimates) == pytest.approx(2.0, rel=0.15)


def test_one_seed_gives_one_network(table: Table) -> None:
    def trained(rng: object) -> ss.Network:
        return ss.train(table, ("c", "d"), "y", hidden=(3,), rng=rng, restarts=2)

    again = trained(5)
    np.testing.assert_array_equal(trained(5)(table), again(table))
    np.testing.assert_array_equal(trained(5).covariance, again.covariance)
    np.testing.assert_array_equal(trained(np.random.default_rng(5))(table), again(table))
    assert np.abs(trained(6)(table) - again(table)).max() > 0


@pytest.mark.parametrize(
    ("column", "entered"),
    [
        (np.geomspace(1, 11, 12), True),
        (np.geomspace(1, 10, 12), False),
        (np.linspace(0, 1, 12), False),
        (np.linspace(-1, 100, 12), False),
        (np.geomspace(1e-8, 1e-3, 12), True),
    ],
)
def test_positive_inputs_over_more_than_a_decade_enter_in_their_logarithm(column: np.ndarray, entered: bool) -> None:
    net = ss.train({"x": column, "y": np.arange(12.0)}, ("x",), "y", hidden=(2,), restarts=1)
    assert net.training.logarithms == (("x",) if entered else ())
    assert isinstance(net.layers[0], ss.Transform) == entered


def test_units_do_not_matter(table: Table, net: ss.Network) -> None:
    scaled = {"c": table["c"] * 1e6, "d": table["d"] * 1e-6, "y": table["y"] * 1e6}
    other = ss.train(scaled, ("c", "d"), "y", hidden=(5,), rng=0, restarts=3)
    np.testing.assert_allclose(other(scaled), net(table) * 1e6, rtol=1e-5)
    assert other.training.noise == pytest.approx(1e6 * net.training.noise, rel=1e-4)


def test_a_constant_column_changes_nothing_that_is_measured(table: Table) -> None:
    net = ss.train({**table, "w": np.full(60, 7.0)}, ("c", "d", "w"), "y", hidden=(5,), restarts=3)
    assert net.training.converged
    assert 1.4 < net.training.noise < 2.8
    assert np.isfinite(net.covariance).all()


def test_more_weights_than_measurements_are_held_by_the_evidence() -> None:
    rng = np.random.default_rng(2)
    x = np.linspace(0, 1, 12)
    net = ss.train({"x": x, "y": np.exp(-2 * x) + 0.02 * rng.normal(size=12)}, ("x",), "y", hidden=(10,))
    fine = np.linspace(0, 1, 101)
    assert net.training.effective_weights < 9
    assert np.abs(net({"x": fine}) - np.exp(-2 * fine)).max() < 0.06


def test_a_target_without_any_signal_leaves_a_nearly_constant_network() -> None:
    rng = np.random.default_rng(8)
    x = np.linspace(0, 1, 40)
    net = ss.train({"x": x, "y": rng.normal(size=40)}, ("x",), "y", hidden=(5,))
    assert net.training.heldout_r2 < 0.3
    assert np.ptp(net({"x": x})) < 2


def test_a_constant_target_is_learnt() -> None:
    x = np.linspace(0, 1, 10)
    net = ss.train({"x": x, "y": np.full(10, 3.5)}, ("x",), "y", hidden=(2,), restarts=1)
    np.testing.assert_allclose(net({"x": x}), 3.5, atol=1e-6)
    assert (net.training.r2, net.training.heldout_r2) == (0.0, 0.0)


def test_a_logarithmic_target_is_the_logarithm_of_its_column() -> None:
    x = np.linspace(0, 3, 25)
    net = ss.train({"x": x, "p": np.exp(2 * x)}, ("x",), "log(p)", hidden=(3,), restarts=2)
    assert net.outputs == ("log(p)",)
    np.testing.assert_allclose(net({"x": x}), 2 * x, atol=1e-3)


@pytest.mark.parametrize("hidden", [(), 4, (3, 3), [4]])
def test_hidden_widths_are_those_asked_for(table: Table, hidden: Any) -> None:
    net = ss.train(table, ("c", "d"), "y", hidden=hidden, restarts=1)
    shapes = [layer.weights.shape[0] for layer in net.layers if isinstance(layer, ss.Affine)]
    assert shapes == [*([hidden] if isinstance(hidden, int) else hidden), 1]


def test_relu_networks_train() -> None:
    x = np.linspace(-1, 1, 60)
    table = {"x": x, "y": np.abs(x) + 0.01 * np.random.default_rng(0).normal(size=60)}
    net = ss.train(table, ("x",), "y", hidden=(6,), activation="relu")
    assert net.training.r2 > 0.99
    assert np.isfinite(net.covariance).all()


# ------------------------------------------------------------------------------------------------------------ held out
def test_the_left_out_error_is_that_of_refits_without_each_row() -> None:
    rng = np.random.default_rng(6)
    x = np.linspace(-1, 1, 24)
    y = np.sin(2 * x) + 0.1 * rng.normal(size=24)
    net = ss.train({"x": x, "y": y}, ("x",), "y", hidden=(3,))
    left_out = []
    for row in range(24):
        kept = np.arange(24) != row
        again = ss.refine(net, {"x": x[kept], "y": y[kept]})
        left_out.append(y[row] - again({"x": x[[row]]})[0])
    assert net.training.heldout_rmse == pytest.approx(np.sqrt(np.mean(np.square(left_out))), rel=0.15)
    assert net.training.heldout_rmse > net.training.rmse


# ------------------------------------------------------------------------------------------------------------- refine
def test_refine_takes_an_under_trained_network_to_its_optimum() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.uniform(-1, 1, (2, 80))
    table = {"a": a, "b": b, "y": 2 + a * b + 0.5 * a**2 + 0.05 * rng.normal(size=80)}
    start = rough(table)
    done = ss.refine(start, table)
    assert done.training.converged
    assert np.sqrt(((table["y"] - start(table)) ** 2).mean()) > 4 * done.training.rmse
    assert done.training.noise == pytest.approx(0.05, rel=0.25)
    assert ss.refine(done).training.rmse == pytest.approx(done.training.rmse, rel=1e-3)


def test_the_refined_network_minimises_its_objective_for_another_optimiser() -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(-1, 1, 40)
    table = {"x": x, "y": np.tanh(3 * x) + 0.05 * rng.normal(size=40)}
    done = ss.refine(rough(table, width=3), table)
    start = rough(table, width=3)
    other = minimize(lambda t: float(((table["y"] - _with(start, t)(table)) ** 2).sum()), _weights(done), method="BFGS")
    # the evidence keeps the weights small, so its sum of squares is a little above the least one
    assert other.fun <= (done.training.rmse**2 * 40) <= 1.1 * other.fun


def _weights(net: ss.Network) -> np.ndarray:
    """Return the weights of a network of one input, whitening folded in, as one vector."""
    white, first, _, last, out = net.layers
    w, b = first.weights / white.scale, first.bias - (first.weights / white.scale) @ white.mean
    v, c = last.weights / out.scale[:, None], (last.bias - out.mean) / out.scale
    return np.concatenate([w.ravel(), b, v.ravel(), c])


def _with(net: ss.Network, theta: np.ndarray) -> ss.Network:
    width = (len(theta) - 1) // 3
    w, b, v, c = np.split(theta, [width, 2 * width, 3 * width])
    return ss.Network([ss.Affine(w[:, None], b), ss.Activation("tanh"), ss.Affine(v[None], c)], net.inputs)


def test_refining_keeps_names_and_functions_of_inputs(net: ss.Network, table: Table) -> None:
    again = ss.refine(net)
    assert (again.inputs, again.outputs) == (net.inputs, net.outputs)
    assert again.training.logarithms == net.training.logarithms == ("d",)
    np.testing.assert_allclose(again(table), net(table), rtol=1e-3)


def test_several_outputs_are_refined_together() -> None:
    rng = np.random.default_rng(3)
    x = np.linspace(-1, 1, 50)
    table = {"x": x, "u": np.sin(2 * x) + 0.02 * rng.normal(size=50), "v": 100 * np.exp(x) + 5 * rng.normal(size=50)}
    start = ss.Network(
        [ss.Affine(rng.normal(size=(6, 1)), rng.normal(size=6)), ss.Activation("tanh"), ss.Affine(rng.normal(size=(2, 6)))],
        ("x",), ("u", "v"),
    )  # fmt: skip
    done = ss.refine(start, table)
    values = done(table)
    assert done.training.converged
    assert np.sqrt(((values[:, 0] - np.sin(2 * x)) ** 2).mean()) < 0.02
    assert np.sqrt(((values[:, 1] - 100 * np.exp(x)) ** 2).mean()) < 5
    assert done.training.noise == pytest.approx(0.02, rel=0.3)
    assert done.training.rmse == pytest.approx(np.sqrt(((values[:, 0] - table["u"]) ** 2).mean()))
    assert done.training.effective_weights < 15


def test_layers_between_affine_maps_fold_into_them() -> None:
    x = np.linspace(0.5, 2, 20)
    table = {"x": x, "y": np.log(x)}
    layers = [ss.Transform({"x": "log"}), ss.Whitening([0.0], [0.5]), ss.Affine([[1.0], [0.3]]), ss.Dropout(0.1),
              ss.Activation("tanh"), ss.Affine([[1.0, 0.0]]), ss.Activation("linear"), ss.Affine([[2.0]])]  # fmt: skip
    done = ss.refine(ss.Network(layers, ("x",)), table)
    assert done.training.logarithms == ("x",)
    np.testing.assert_allclose(done(table), np.log(x), atol=1e-3)


# ------------------------------------------------------------------------------------------------------------- errors
GOOD = {"x": np.linspace(1.0, 2.0, 8), "y": np.linspace(0.0, 1.0, 8)}


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"inputs": ("q",)}, DataError, "'q'"),
        ({"target": "z"}, DataError, "'z'"),
        ({"target": 3}, OptionError, "target=3: expected the name of a column"),
        ({"target": "x"}, DataError, "target 'x' is also an input; name another column"),
        ({"target": "log(y)"}, DataError, "data row 1: y = 0 has no logarithm; expected positive values"),
        ({"hidden": (0,)}, OptionError, r"hidden=\(0,\): expected the widths of the hidden layers, such as \(8,\)"),
        ({"hidden": "8"}, OptionError, "hidden='8'"),
        ({"hidden": (True,)}, OptionError, r"hidden=\(True,\)"),
        ({"activation": "tahn"}, UnsupportedLayerError, "'tahn' is not known; did you mean 'tanh'"),
        ({"activation": None}, UnsupportedLayerError, "None is not known"),
        ({"activation": "log"}, UnsupportedLayerError, "'log': random weights give it negative arguments"),
        ({"rng": "seed"}, OptionError, "rng='seed': expected a seed"),
        ({"rng": -1}, OptionError, "rng=-1: expected a seed, an integer >= 0"),
        ({"rng": True}, OptionError, "rng=True"),
        ({"restarts": 0}, OptionError, "restarts=0: expected an integer >= 1"),
        ({"table": {"x": [1.0], "y": [2.0]}}, DataError, "1 row; expected at least two"),
        ({"table": {"x": [1.0, np.nan], "y": [2.0, 3.0]}}, DataError, "'x'"),
    ],
)
def test_what_training_refuses(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    arguments = {"table": GOOD, "inputs": ("x",), "target": "y", "hidden": (2,), "restarts": 1} | changes
    with pytest.raises(kind, match=message) as caught:
        ss.train(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("net", "table", "kind", "message"),
    [
        ("net", GOOD, OptionError, "refine: 'net' is no network"),
        (ss.Network([ss.Affine([[1.0]])], ("x",)), None, DataError, "no data; pass the table, as refine"),
        (ss.Network.from_expression("2*x", ("x",)), GOOD, UnsupportedLayerError, r"layer 1 \(Formula\)"),
        (ss.Network([ss.Affine([[1.0]]), ss.Activation("tanh")], ("x",)), GOOD, UnsupportedLayerError, "the last layer is"),
        (ss.Network([ss.Activation("tanh"), ss.Transform({"x": "log"})], ("x",)), GOOD, UnsupportedLayerError, "layer 2"),
        (ss.Network([ss.Whitening([0.0], [1.0])], ("x",)), GOOD, NetworkShapeError, "Whitening have no weights to fit"),
        (ss.Network.symbolic((1, 2, 1), "tanh", ("x",)), GOOD, OptionError, "symbols"),
        (ss.Network([ss.Affine([[1.0]])], ("q",)), GOOD, DataError, "'q'"),
    ],
)  # fmt: skip
def test_what_refining_refuses(net: Any, table: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        ss.refine(net, table)
    assert "\n" not in str(caught.value)


def test_a_logarithm_of_inputs_that_are_not_positive_is_refused() -> None:
    net = ss.Network([ss.Transform({"x": "log"}), ss.Affine([[1.0]])], ("x",))
    with pytest.raises(DataError, match="x = -1 has no logarithm"):
        ss.refine(net, {"x": [-1.0, 1.0, 2.0], "y": [1.0, 2.0, 3.0]})


def test_predictions_of_the_posterior_cover_the_truth_as_often_as_they_say() -> None:
    held = []
    for seed in range(8):
        rng = np.random.default_rng(100 + seed)
        x = np.linspace(-1, 1, 40)
        net = ss.train({"x": x, "y": np.sin(2 * x) + 0.1 * rng.normal(size=40)}, ("x",), "y", hidden=(4,), restarts=2)
        jacobian = net.jacobian(x[:, None])[0]
        errors = np.sqrt(np.einsum("np,pq,nq->n", jacobian, net.covariance, jacobian))
        held.append(np.mean(np.abs(net({"x": x}) - np.sin(2 * x)) < 2 * errors))
    assert np.mean(held) > 0.85


def test_weights_that_were_never_trained_do_not_imply_that_all_is_noise() -> None:
    X = np.linspace(-1, 1, 10)[:, None]
    problem = Problem(X, X + 0.01 * np.cos(9 * X), (1, 1), ())
    small, usual = (fit_network(problem, starts=[np.full(2, 1e-9)], settle=settle) for settle in (True, False))
    np.testing.assert_allclose(small.layers[0][0], usual.layers[0][0], rtol=1e-4)


# ---------------------------------------------------------------------------------------------- targets that turn often
def waves(turns: float, seed: int = 0) -> Table:
    x = np.linspace(0, 1, 200)
    return {"x": x, "y": np.sin(2 * np.pi * turns * x) + 0.05 * np.random.default_rng(seed).normal(size=200)}


def test_a_target_that_turns_often_is_learned_from_steep_starts() -> None:
    net = ss.train(waves(6.5), ("x",), "y", hidden=(16,), rng=1, restarts=2)
    assert net.training.converged
    assert net.training.noise == pytest.approx(0.05, rel=0.15)
    assert (net.training.finished, net.training.wanted) == (4, 4)
    again = ss.train(waves(6.5), ("x",), "y", hidden=(16,), rng=1, restarts=2)
    np.testing.assert_array_equal(again([[0.3]]), net([[0.3]]))


def test_a_target_that_is_noise_has_no_second_search() -> None:
    x = np.linspace(0, 1, 100)
    net = ss.train({"x": x, "y": np.random.default_rng(0).normal(size=100)}, ("x",), "y")
    assert net.training.r2 < 0.2
    assert (net.training.finished, training.overlooked(net)) == (4, "")


def test_a_network_that_overlooks_what_neighbours_show_says_so() -> None:
    table = waves(16)
    net = ss.train(table, ("x",), "y", hidden=(2,), restarts=1)
    assert net.training.converged
    assert net.training.r2 < 0.5
    said = training.overlooked(net)
    assert "overlooks what neighbouring rows show" in said
    assert said in ss.fit(net, ss.Law("y = a + b*x", ("x",))).warnings
    assert training.overlooked(ss.train(waves(0.5), ("x",), "y", hidden=(3,), restarts=1)) == ""


def test_neighbours_of_replicates_are_their_repetitions() -> None:
    rng = np.random.default_rng(0)
    x = np.repeat(np.linspace(-1.7, 1.7, 20), 4)[:, None]
    shape = np.sign(np.sin(9 * x))
    assert evidence.overlooks(x, shape + 0.1 * rng.normal(size=shape.shape), np.array([1.0]))
    assert not evidence.overlooks(x, rng.normal(size=shape.shape), np.array([1.0]))
    assert not evidence.overlooks(x, shape, np.array([0.05]))


def test_an_interrupt_of_the_second_search_keeps_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    descend = evidence._descend
    done = []

    def interrupted(*args: Any) -> Any:
        done.append(1)
        if len(done) > 2:
            raise KeyboardInterrupt
        return descend(*args)

    monkeypatch.setattr(evidence, "_descend", interrupted)
    net = ss.train(waves(16), ("x",), "y", hidden=(4,), restarts=2)
    assert (net.training.finished, net.training.wanted) == (2, 4)


def test_a_network_that_is_too_large_is_refused_before_its_weights_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Problem, "random_start", lambda *_: pytest.fail("weights were drawn"))
    with pytest.raises(ResourceLimitError, match="25020001 weights pass the limit"):
        ss.train({"x": np.arange(30.0), "y": np.arange(30.0)}, ("x",), "y", hidden=(5000, 5000))


def test_long_training_is_announced_and_shows_its_iterations_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = {"x": np.linspace(0, 1, 12), "y": np.linspace(0, 1, 12) ** 2}
    monkeypatch.setattr(evidence, "_RATE", 1.0)  # every training seems long
    monkeypatch.setattr("symseries.progress._PATIENCE", -1.0)
    quiet = ss.train(table, inputs=("x",), target="y", hidden=(2,), restarts=1, rng=0)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    said = ss.train(table, inputs=("x",), target="y", hidden=(2,), restarts=1, rng=0)
    err = capsys.readouterr().err
    assert err.startswith("training: 7 weights, 12 measurements, 1 start of about ")
    assert "training, iterations from this start: 2 of at most 400 in " in err
    assert said([[0.3]]).tolist() == quiet([[0.3]]).tolist()
