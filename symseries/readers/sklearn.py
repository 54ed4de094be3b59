"""Networks of scikit-learn: multi-layer perceptrons, alone or between affine steps, checked against their own predictions.

scikit-learn itself is not imported: a model that is handed over has loaded it already.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symseries.errors import NetworkFormatError, OptionError, UnsupportedLayerError, listing
from symseries.layers import Activation, Affine, Layer, Softmax, Whitening
from symseries.network import Network
from symseries.scalars import F64, Array

_AGREEMENT = 1e-6  # relative, of the network read and the model's own prediction; weights may be float32
_PROBES = 64


def from_sklearn(model: Any, inputs: Sequence[str] | None, outputs: Sequence[str] | str | None) -> Network:
    """Return the network of a fitted `MLPRegressor` or `MLPClassifier`, of a `Pipeline` or of a `TransformedTargetRegressor`.

    Steps before and after the perceptron must be affine (`StandardScaler`, `MinMaxScaler`, `MaxAbsScaler`, `RobustScaler`) and
    become `Whitening` layers; a target in its logarithm becomes a last activation exp. A classifier's outputs are the
    probabilities of its classes. Raises `UnsupportedLayerError` naming a step that cannot be expanded, `NetworkFormatError`
    for a model that is not fitted, or that disagrees with the network read from it.
    """
    names = _input_names(model, inputs)
    layers, count = _layers(model)
    net = Network(layers, names, _output_names(model, outputs, count))
    _check(model, net)
    return net


def _kind(model: object) -> str:
    return type(model).__name__


def _layers(model: Any) -> tuple[list[Layer], int]:
    """Return the layers of a model and the number of their outputs."""
    match _kind(model):
        case "Pipeline":
            before = [layer for name, step in model.steps[:-1] for layer in _step(step, f"step {name!r}")]
            inner, count = _layers(model.steps[-1][1])
            return [*before, *inner], count
        case "TransformedTargetRegressor":
            inner, count = _layers(_fitted(model, "regressor_"))
            return [*inner, *_inverse(_fitted(model, "transformer_"))], count
        case "MLPRegressor" | "MLPClassifier":
            return _perceptron(model)
        case other:
            raise UnsupportedLayerError(
                f"{other}: no network is read from it; expected MLPRegressor or MLPClassifier, alone, last in a "
                "Pipeline or inside a TransformedTargetRegressor"
            )


def _fitted(model: Any, attribute: str) -> Any:
    if not hasattr(model, attribute):
        raise NetworkFormatError(f"{_kind(model)} is not fitted: it has no {attribute}; call its fit(X, y) first")
    return getattr(model, attribute)


def _perceptron(model: Any) -> tuple[list[Layer], int]:
    weights, biases = _fitted(model, "coefs_"), model.intercepts_
    layers: list[Layer] = []
    for matrix, bias in zip(weights, biases, strict=True):
        layers += [Affine(np.asarray(matrix, dtype=float).T, np.asarray(bias, dtype=float)), Activation(model.activation)]
    return [*layers[:-1], *_output(model)], _count(model)


def _output(model: Any) -> list[Layer]:
    name = model.out_activation_
    if name == "identity":
        return []
    return [Softmax() if name == "softmax" else Activation(name)]


def _count(model: Any) -> int:
    return len(model.intercepts_[-1])


# ------------------------------------------------------------------------------------------------------- affine steps
def _step(step: Any, where: str) -> list[Layer]:
    """Return a step before the perceptron as layers; `where` names it."""
    if step is None or step == "passthrough":
        return []
    if _kind(step) not in _AFFINE:
        raise UnsupportedLayerError(
            f"{where} ({_kind(step)}) is not affine and cannot be read; expected {listing(_AFFINE)}, "
            "or apply it to the table before training"
        )
    mean, scale = _AFFINE[_kind(step)](step, where)
    return [Whitening(mean, scale)]


def _standard(step: Any, where: str) -> tuple[Array, Array]:
    width = int(_fitted(step, "n_features_in_"))
    mean = np.zeros(width) if step.mean_ is None or not step.with_mean else np.asarray(step.mean_, dtype=float)
    return mean, np.ones(width) if step.scale_ is None else np.asarray(step.scale_, dtype=float)


def _min_max(step: Any, where: str) -> tuple[Array, Array]:
    slope, shift = np.asarray(_fitted(step, "scale_"), dtype=float), np.asarray(step.min_, dtype=float)
    if step.clip:
        raise UnsupportedLayerError(
            f"{where} (MinMaxScaler) clips its output, which has no series at the ends; fit it with clip=False"
        )
    return -shift / slope, 1 / slope


def _max_abs(step: Any, where: str) -> tuple[Array, Array]:
    scale = np.asarray(_fitted(step, "scale_"), dtype=float)
    return np.zeros_like(scale), scale


def _robust(step: Any, where: str) -> tuple[Array, Array]:
    width = int(_fitted(step, "n_features_in_"))
    mean = np.zeros(width) if step.center_ is None else np.asarray(step.center_, dtype=float)
    return mean, np.ones(width) if step.scale_ is None else np.asarray(step.scale_, dtype=float)


_AFFINE: dict[str, Callable[[Any, str], tuple[Array, Array]]] = {
    "StandardScaler": _standard,
    "MinMaxScaler": _min_max,
    "MaxAbsScaler": _max_abs,
    "RobustScaler": _robust,
}


def _inverse(transformer: Any) -> list[Layer]:
    """Return the inverse of a transformer of the target as layers."""
    if _kind(transformer) == "FunctionTransformer":
        if transformer.inverse_func is None and transformer.func is None:
            return []
        if transformer.inverse_func is np.exp:
            return [Activation("exp")]
        raise UnsupportedLayerError(
            f"the target's inverse_func {transformer.inverse_func!r} cannot be read; expected "
            "numpy.exp, or an affine transformer such as StandardScaler"
        )
    steps = _step(transformer, "the target's transformer")
    return [Whitening(-s.mean / s.scale, 1 / s.scale) for s in steps if isinstance(s, Whitening)]


# --------------------------------------------------------------------------------------------------- names and a check
def _input_names(model: Any, inputs: Sequence[str] | None) -> Sequence[str]:
    names = getattr(model, "feature_names_in_", None)
    if inputs is not None:
        _check_order(names, inputs)
        return inputs
    width = getattr(model, "n_features_in_", None)
    if width is None:
        raise NetworkFormatError(f"{_kind(model)} is not fitted; call its fit(X, y) first")
    return [f"x{i}" for i in range(int(width))] if names is None else [str(name) for name in names]


def _check_order(names: Any, inputs: Sequence[str]) -> None:
    """Raise `OptionError` where the inputs are the columns that the model was fitted with, in another order."""
    given, fitted = [str(name) for name in inputs], [] if names is None else [str(name) for name in names]
    if given != fitted and sorted(given) == sorted(fitted):
        raise OptionError(
            f"inputs={listing(given)}: the model was fitted to {listing(fitted)}; give them in this order, or leave inputs out"
        )


def _output_names(model: Any, outputs: Sequence[str] | str | None, count: int) -> Sequence[str] | str:
    if outputs is not None:
        return outputs
    classes = getattr(model, "classes_", None)
    if classes is None:
        return ("y",) if count == 1 else [f"y{i}" for i in range(count)]
    return [f"p_{label}" for label in (classes[-1:] if count == 1 else classes)]


def _check(model: Any, net: Network) -> None:
    """Raise `NetworkFormatError` where the network and the model disagree at random points."""
    X = _probes(net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about feature names, which an array has not
        if hasattr(model, "classes_"):
            expected = np.asarray(model.predict_proba(X))
            expected = expected[:, -1:] if len(net.outputs) == 1 else expected
        else:
            expected = np.asarray(model.predict(X)).reshape(len(X), -1)
    found = net.evaluate(X, F64)
    worst = float(np.abs(found - expected).max() / max(float(np.abs(expected).max()), 1e-300))
    if not worst <= _AGREEMENT:
        raise NetworkFormatError(
            f"the network read differs from {_kind(model)}'s own prediction by {worst:.2g} of its size; "
            f"expected agreement to {_AGREEMENT:g}: "
            "the model holds something that is not read"
        )


def _probes(net: Network) -> Array:
    """Return random points in the range that the first whitening implies, standard normal otherwise."""
    points = np.random.default_rng(20_231).normal(size=(_PROBES, len(net.inputs)))
    first = net.layers[0]
    return first.mean + first.scale * points if isinstance(first, Whitening) else points
