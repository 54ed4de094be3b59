"""Training: from a table of measurements to a network that knows its noise, its held-out error and its weights' covariance."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from symseries.activations import canonical, checked_parameters
from symseries.errors import ConvergenceError, DataError, NetworkShapeError, OptionError, UnsupportedLayerError, listing
from symseries.evidence import ITERATIONS, STEEPNESS, Layers, Problem, Trained, best_of, check_size, fit_network, overlooks
from symseries.layers import Activation, Affine, Dropout, Layer, Transform, Whitening
from symseries.least_squares import solve_linear
from symseries.names import check_names
from symseries.network import Network, Training, measured_column
from symseries.scalars import F64, Array
from symseries.tables import Table, check_magnitudes, read_table

RESTARTS = 4
DECADE = 10.0  # positive inputs that span more than this factor enter in their logarithm


def train(
    table: object,
    inputs: Sequence[object] | str,
    target: str,
    *,
    hidden: Sequence[int] = (8,),
    activation: str = "tanh",
    rng: object = 0,
    restarts: int = RESTARTS,
) -> Network:
    """Return a network trained on a table: random starts, refined by Levenberg-Marquardt with evidence regularisation.

    It minimises beta/2 sum (y - f)^2 + alpha/2 |theta|^2 in standardised units with MacKay's updates of alpha and beta; of
    `restarts` random starts the one with the largest evidence is kept. Where it leaves out what neighbouring measurements
    show, as of a target that turns often, as many starts with steep neurons are tried. Positive inputs
    that span more than a decade enter in their logarithm. The network carries its data, the Laplace covariance of its weights
    and a `training` report. An interrupt (Ctrl-C) keeps the best of the starts that are finished; before the first one is,
    KeyboardInterrupt passes on.

    Parameters: `table`, a path, mapping or DataFrame; `inputs` and `target`, columns (a target "log(p)" is the logarithm of
    column p); `hidden`, the widths of the hidden layers; `rng`, a seed or NumPy generator: the same one gives the same network.
    Raises `DataError` for what the table lacks, `OptionError` and `UnsupportedLayerError` for the rest.

    >>> import numpy as np
    >>> x = np.linspace(0.0, 1.0, 20)
    >>> net = train({"x": x, "y": np.exp(-x)}, inputs=("x",), target="y", hidden=(3,), rng=0)
    >>> bool(abs(net([[0.5]])[0] - np.exp(-0.5)) < 1e-3)
    True
    """
    names = check_names(inputs, "input")
    if not names:
        raise OptionError(f"inputs={inputs!r}: expected a column or more, such as ('c', 'd')")
    if not isinstance(target, str):
        raise OptionError(f"target={target!r}: expected the name of a column, such as 'y' or 'log(y)'")
    data, y = _measurements(table, names, (target,))
    logarithms = tuple(name for name in names if _spans_a_decade(data[name]))
    widths = _widths(hidden)
    name = _trainable(activation)
    activations = tuple((name, dict(checked_parameters(name, {}))) for _ in widths)
    frame = _Frame(data.matrix(names), y, [name in logarithms for name in names])
    problem = Problem(frame.X, frame.y, (len(names), *widths, 1), activations)
    generator = np.random.default_rng(seeded(rng))
    check_size(problem)
    starts = [problem.random_start(generator) for _ in range(_count(restarts))]
    trained = _sought_again(fit_network(problem, starts=starts, settle=False), problem, generator)
    net = _network(trained, problem, frame, inputs=names, outputs=(target,), data=data)
    seed = int(rng) if isinstance(rng, (int, np.integer)) else None
    net.training = dataclasses.replace(net.training, seed=seed)  # type: ignore[type-var]  # _network made a report
    return net


def _sought_again(trained: Trained, problem: Problem, rng: np.random.Generator) -> Trained:
    """Return what was trained, or what steep starts reach beyond it where it overlooks something."""
    if len(trained.scores) < trained.wanted or not overlooks(problem.X, problem.y, trained.s2):
        return trained
    starts = [problem.steep_start(rng, STEEPNESS[k % len(STEEPNESS)]) for k in range(trained.wanted)]
    try:
        return best_of(trained, fit_network(problem, starts=starts, settle=True))
    except KeyboardInterrupt:
        return dataclasses.replace(trained, wanted=2 * trained.wanted)
    except ConvergenceError:  # no steep start reached a finite evidence
        return trained


def overlooked(net: Network) -> str:
    """Return what a trained network leaves out of its own data, in words, or nothing."""
    if net.training is None or net.data is None or net.training.memorises or len(net.outputs) > 1:
        return ""
    data, y = _measurements(net.data, net.inputs, net.outputs)
    frame = _Frame(data.matrix(net.inputs), y, [name in net.training.logarithms for name in net.inputs])
    if not overlooks(frame.X, frame.y, np.array([(net.training.noise / frame.unit[0]) ** 2])):
        return ""
    return (
        f"the network overlooks what neighbouring rows show: it explains {100 * max(net.training.r2, 0.0):.0f} % of the "
        "variance, and they differ by far less than what it leaves; train it with more neurons, as hidden=(32,), or restarts"
    )


def refine(net: Network, table: object = None, *, layers: str = "all") -> Network:
    """Return the network with its weights fitted further to a table, by default to its own data.

    An under-trained network reaches its optimum, a memorising one is regularised; the result carries what `train` reports.
    With `layers="last"` the hidden layers stay as they are and the last one solves, exactly and without regularisation,

        min |y - [h(x), 1] v|^2,    h the values of the last hidden layer,

    so that the residuals are orthogonal to what the hidden layers offer. That is fast and repairs most of a training that was
    stopped early; what remains is said by the report's distance to the optimum of all weights.

    Raises `DataError` where there are no data, `UnsupportedLayerError` for layers that are not affine maps and activations.

    >>> import numpy as np
    >>> x = np.linspace(0.0, 1.0, 20)
    >>> rough = Network([Affine([[1.0], [-2.0]], [0.1, 0.2]), Activation("tanh"), Affine([[0.5, 0.5]])], inputs=("x",))
    >>> refine(rough, {"x": x, "y": np.exp(-x)}).training.converged
    True
    >>> last = refine(rough, {"x": x, "y": np.exp(-x)}, layers="last")
    >>> bool(abs((np.exp(-x) - last(x[:, None])).sum()) < 1e-9)
    True
    """
    if not isinstance(net, Network):
        raise OptionError(f"refine: {net!r} is no network; expected a symseries.Network, such as train or read_network return")
    if layers not in ("all", "last"):
        raise OptionError(f"refine: layers={layers!r}; expected 'all', or 'last' for the last affine map alone")
    return _from_weights(net, table, ITERATIONS) if layers == "all" else _from_weights(net, table, 0, last=True)


def assess(net: Network) -> Network:
    """Return the same function with what its own data say of it: noise, effective weights, covariance, distance to the optimum.

    Its weights are those of the network, in standardised units; nothing is trained. Raises what `refine` raises.

    >>> import numpy as np
    >>> x = np.linspace(0.0, 1.0, 20)
    >>> rough = Network([Affine([[1.0], [-2.0]], [0.1, 0.2]), Activation("tanh"), Affine([[0.5, 0.5]])], inputs=("x",))
    >>> judged = assess(rough.with_data({"x": x, "y": np.exp(-x)}))
    >>> judged.training.converged, bool(np.allclose(judged([[0.5]]), rough([[0.5]])))
    (False, True)
    """
    return _from_weights(net, None, 0)


def _from_weights(net: Network, table: object, iterations: int, *, last: bool = False) -> Network:
    """Return the network after some iterations from its own weights, the last layer being solved for first where asked."""
    source = net.data if table is None else table
    if source is None:
        raise DataError("refine: the network has no data; pass the table, as refine(net, table)")
    if net.symbols:
        raise OptionError(f"refine: the weights {listing(net.symbols, 4)} are symbols; expected numbers to begin with")
    data, y = _measurements(source, net.inputs, net.outputs)
    functions, core, activations = _anatomy(net)
    logs = [functions.get(name, "identity") == "log" for name in net.inputs]
    for name in itertools.compress(net.inputs, logs):
        _check_positive(data, name)
    frame = _Frame(data.matrix(net.inputs), y, logs)
    layers = frame.standardised(core)
    problem = Problem(frame.X, frame.y, (len(net.inputs), *(len(b) for _, b in layers)), activations)
    layers = _with_last_solved(problem, layers) if last else layers
    start = np.concatenate([np.concatenate([w.ravel(), b]) for w, b in layers])
    trained = fit_network(problem, starts=[start], settle=True, iterations=iterations)
    return _network(trained, problem, frame, inputs=net.inputs, outputs=net.outputs, data=data)


def _with_last_solved(problem: Problem, layers: Layers) -> Layers:
    """Return the layers with the last one replaced by its least-squares solution, of least norm where that is not unique."""
    hidden = problem.hidden(np.concatenate([np.concatenate([w.ravel(), b]) for w, b in layers]))
    design = np.column_stack([hidden, np.ones(len(hidden))])
    columns = np.stack([solve_linear(design, target).values for target in problem.y.T])
    return [*layers[:-1], (columns[:, :-1], columns[:, -1])]


class _Frame:
    """The standardised frame of a table: inputs (some in their logarithm) and targets with mean 0 and standard deviation 1."""

    def __init__(self, X: Array, y: Array, logarithms: Sequence[bool]) -> None:
        self.logarithms = list(logarithms)
        entered = np.where(self.logarithms, np.log(np.where(self.logarithms, X, 1.0)), X)
        self.mean, self.scale = entered.mean(axis=0), _spread(entered)
        self.level, self.unit = y.mean(axis=0), _spread(y)
        self.X, self.y = (entered - self.mean) / self.scale, (y - self.level) / self.unit

    def standardised(self, layers: Layers) -> Layers:
        """Return layers (W, b) of entered inputs and measured targets as they are in this frame."""
        (first, bias), *_ = layers
        inner: Layers = [(first * self.scale, bias + first @ self.mean), *layers[1:]]
        last, shift = inner[-1]
        return [*inner[:-1], (last / self.unit[:, None], (shift - self.level) / self.unit)]


def _spread(values: Array) -> Array:
    deviation = values.std(axis=0)
    return np.where(deviation > 1e-12 * np.maximum(1.0, np.abs(values).max(axis=0)), deviation, 1.0)


def _measurements(table: object, inputs: tuple[str, ...], outputs: Sequence[str]) -> tuple[Table, Array]:
    """Return the columns that are used, and the targets (n, outputs)."""
    pairs = [measured_column(name) for name in outputs]
    data = read_table(table, dict.fromkeys([*inputs, *(column for column, _ in pairs)]))
    if len(data) < 2:
        raise DataError(f"{data.source}: {len(data)} row; expected at least two to train on")
    check_magnitudes(data)
    columns = []
    for column, transform in pairs:
        if column in inputs:
            raise DataError(f"target {column!r} is also an input; name another column")
        if transform:
            _check_positive(data, column)
        columns.append(np.log(data[column]) if transform else data[column])
    return data, np.stack(columns, axis=1)


def _check_positive(data: Table, column: str) -> None:
    rows = np.flatnonzero(data[column] <= 0)
    if len(rows):
        raise DataError(
            f"{data.source}, data row {rows[0] + 1}: {column} = {data[column][rows[0]]:g} has no logarithm; "
            "expected positive values, or none under log"
        )


def _spans_a_decade(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() > DECADE * values.min())


def _widths(hidden: object) -> tuple[int, ...]:
    if isinstance(hidden, (int, np.integer)) and not isinstance(hidden, bool):
        hidden = (hidden,)
    if not isinstance(hidden, (tuple, list)) or not all(_positive(n) for n in hidden):
        raise OptionError(f"hidden={hidden!r}: expected the widths of the hidden layers, such as (8,)")
    return tuple(int(n) for n in hidden)


def _trainable(activation: object) -> str:
    name = canonical(activation)
    if name == "log":
        raise UnsupportedLayerError(
            "activation 'log': random weights give it negative arguments; expected one defined everywhere"
        )
    return name


def _positive(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and bool(value > 0)


def _count(restarts: object) -> int:
    if not _positive(restarts):
        raise OptionError(f"restarts={restarts!r}: expected an integer >= 1")
    return int(restarts)  # type: ignore[call-overload, no-any-return]


def seeded(rng: object) -> Any:
    """Return what `numpy.random.default_rng` takes: a seed, a generator, or None for one that is not repeatable."""
    seed = isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0
    if rng is None or seed or isinstance(rng, np.random.Generator):
        return rng
    raise OptionError(f"rng={rng!r}: expected a seed, an integer >= 0, or a numpy.random.Generator")


def _network(
    trained: Trained, problem: Problem, frame: _Frame, *, inputs: tuple[str, ...], outputs: tuple[str, ...], data: Table
) -> Network:
    """Return the trained weights as a network of measured units, with all that it knows of itself."""
    named = [name for name, logarithm in zip(inputs, frame.logarithms, strict=True) if logarithm]
    layers: list[Layer] = [Transform(dict.fromkeys(named, "log"))] if named else []
    layers.append(Whitening(frame.mean, frame.scale))
    for (weights, bias), (name, parameters) in zip(trained.layers, (*problem.activations, ("", {})), strict=True):
        layers += [Affine(weights, bias), *([Activation(name, **parameters)] if name else [])]
    layers.append(Whitening(-frame.level / frame.unit, 1 / frame.unit))
    net = Network(layers, inputs, outputs)
    net.data, net.covariance, net.training = data, trained.covariance, _report(trained, problem, frame, tuple(named))
    return net


def _report(trained: Trained, problem: Problem, frame: _Frame, logarithms: tuple[str, ...]) -> Training:
    """Return the report; of several outputs, rmse and noise are of the first, R² and effective weights their mean."""
    theta = np.concatenate([np.concatenate([w.ravel(), b]) for w, b in trained.layers])
    fitted, heldout = ((problem.y - problem.predict(theta)) ** 2).mean(axis=0), (trained.loo**2).mean(axis=0)
    unit, total = float(frame.unit[0]), float((problem.y**2).mean())
    return Training(
        rmse=unit * float(fitted[0]) ** 0.5,
        r2=1 - float(fitted.mean()) / total if total else 0.0,
        heldout_rmse=unit * float(heldout[0]) ** 0.5,
        heldout_r2=1 - float(heldout.mean()) / total if total else 0.0,
        noise=unit * float(trained.s2[0]) ** 0.5,
        effective_weights=trained.gamma / problem.y.shape[1],
        distance=trained.distance,
        converged=trained.converged,
        rows=len(problem.y),
        logarithms=logarithms,
        smooth=problem.smooth,
        finished=len(trained.scores),
        wanted=trained.wanted,
    )


def _anatomy(net: Network) -> tuple[dict[str, str], Layers, tuple[tuple[str, dict[str, Any]], ...]]:
    """Return the functions of single inputs, the affine maps (W, b), and the activations between them, whitening folded in."""
    functions: dict[str, str] = {}
    maps: Layers = [_unit_map(len(net.inputs))]
    activations: list[tuple[str, dict[str, Any]]] = []
    for position, layer in enumerate(net.layers, 1):
        if isinstance(layer, Transform) and position == 1 and set(layer.functions.values()) <= {"log", "identity"}:
            functions = layer.functions
        elif isinstance(layer, (Affine, Whitening)):
            maps[-1] = _followed_by(maps[-1], layer)
        elif isinstance(layer, Activation) and layer.name != "identity":
            activations.append((layer.name, dict(layer.parameters)))
            maps.append(_unit_map(len(maps[-1][1])))
        elif not isinstance(layer, (Dropout, Activation)):
            raise UnsupportedLayerError(f"refine: layer {position} ({type(layer).__name__}); expected {_TRAINABLE}")
    if isinstance(net.layers[-1], Activation) and net.layers[-1].name != "identity":
        raise UnsupportedLayerError(f"refine: the last layer is an activation, {net.layers[-1].name}; expected {_TRAINABLE}")
    if not any(isinstance(layer, Affine) for layer in net.layers):
        raise NetworkShapeError(f"refine: layers {listing(type(x).__name__ for x in net.layers)} have no weights to fit")
    return functions, maps, tuple(activations)


_TRAINABLE = "affine maps and activations in turn, an affine map last"


def _unit_map(width: int) -> tuple[Array, Array]:
    return np.eye(width), np.zeros(width)


def _followed_by(mapping: tuple[Array, Array], layer: Affine | Whitening) -> tuple[Array, Array]:
    weights, bias = mapping
    return layer.values(weights.T, F64).T - layer.values(np.zeros((1, len(bias))), F64).T, layer.values(bias[None], F64)[0]
