"""One call that finds the reader for a source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symseries.errors import NetworkFormatError, NetworkShapeError, OptionError, listing
from symseries.names import check_names
from symseries.network import Network
from symseries.readers.native import from_path, from_text
from symseries.readers.sklearn import from_sklearn


def read_network(source: object, *, inputs: object = None, outputs: object = None) -> Network:
    """Return the network that a file, a text or a fitted model holds.

    Parameters: `source`, the path of a JSON file that `Network.to_json` wrote, such text itself, a Network, or a model of
    scikit-learn (`MLPRegressor`, `MLPClassifier`, alone, last in a `Pipeline` of affine steps, or in a
    `TransformedTargetRegressor`); `inputs` and `outputs`, names for what a model leaves unnamed; those that a file gives are
    checked against them. Join the measurements with `net.with_data(table)`.

    Raises `NetworkFormatError` for what is no network (with file and place), for a model that is not fitted, and where the
    network read disagrees with the model's own predictions; `UnsupportedLayerError` naming a layer or step that cannot be
    expanded; `NetworkShapeError` and `NetworkValueError` for numbers that do not fit; `ResourceLimitError` beyond 256 MiB.

    >>> import symseries as ss
    >>> net = ss.Network([ss.Affine([[2.5]], [1.0]), ss.Activation("tanh")], inputs=("x",))
    >>> read_network(net.to_json()).expression()
    tanh(2.5*x + 1.0)
    """
    if _is_model(source):
        return from_sklearn(source, _input_names(inputs), _output_names(outputs))
    net = source if isinstance(source, Network) else _from_file(source)
    for what, given, held in (("inputs", inputs, net.inputs), ("outputs", outputs, net.outputs)):
        if (
            given is not None
            and given != held[0] * (len(held) == 1)
            and (not isinstance(given, (list, tuple)) or tuple(given) != held)
        ):
            raise NetworkShapeError(f"{what}={given!r}: the network names its {what} {listing(held)}; leave {what} out")
    return net


def _is_model(source: object) -> bool:
    return type(source).__module__.partition(".")[0] == "sklearn"


def _input_names(inputs: Any) -> Sequence[str] | None:
    return None if inputs is None else check_names(inputs, "input")


def _output_names(outputs: Any) -> Sequence[str] | str | None:
    if (
        outputs is None
        or isinstance(outputs, str)
        or (isinstance(outputs, (list, tuple)) and all(isinstance(o, str) for o in outputs))
    ):
        return outputs
    raise OptionError(f"outputs={outputs!r}: expected names, such as ('y',)")


def _from_file(source: object) -> Network:
    if isinstance(source, str) and source.lstrip()[:1] == "{":
        return from_text(source, "JSON text")
    if isinstance(source, (str, os.PathLike)):
        return from_path(Path(source))
    raise NetworkFormatError(
        f"source {str(source)[:60]!r} ({type(source).__name__}): expected the path of a JSON file, its text, a model of "
        "scikit-learn or a Network"
    )
