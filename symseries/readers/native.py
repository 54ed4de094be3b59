"""The JSON form of a network, which `Network.to_json` writes, and the reading of it.

A network in JSON is one object. `format` and `version` say what it is, `inputs` and `outputs` name the columns, `layers` is a
list in which each layer names its `kind`; `data`, `covariance` and `training` may be null or absent:

    {"format": "symseries.network", "version": 1, "inputs": ["c", "d"], "outputs": ["y"],
     "layers": [
       {"kind": "transform", "functions": {"d": "log"}},
       {"kind": "whitening", "mean": [0.05, 2.0], "scale": [0.02, 1.5]},
       {"kind": "affine", "weights": [[0.3, -1.2], [0.8, 0.1]], "bias": [0.0, 0.5]},
       {"kind": "activation", "name": "softplus", "parameters": {"alpha": "2"}},
       {"kind": "dropout", "rate": 0.1},
       {"kind": "affine", "weights": [["1/3", "2"]], "bias": ["0"], "exact": [true, true]}],
     "data": null, "covariance": null, "training": null}

Weights are rows (outputs, inputs). A JSON number is a stored number: a float is the binary number it is, an integer is exact.
Where `exact` says so, for weights and bias (mean and scale), entries are text: rationals, or expressions in symbols. The
other kinds are written by `slice` (`held`), `from_expression` (`formula`) and `output` (`pick`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from symseries.errors import (
    NetworkFormatError,
    NetworkShapeError,
    NetworkValueError,
    ResourceLimitError,
    SymseriesError,
    UnsupportedLayerError,
    listing,
    suggestion,
)
from symseries.layers import Activation, Affine, Dropout, Formula, Held, Layer, LogSoftmax, Pick, Softmax, Transform, Whitening
from symseries.names import symbol
from symseries.network import FORMAT, VERSION, Network, Training
from symseries.parsing import parse_expression
from symseries.scalars import Array
from symseries.tables import Table

MAX_BYTES = 2**28
_QUOTIENT = re.compile(r"-?[0-9]{1,4000}(?:/0*[1-9][0-9]{0,3999})?")

Record = dict[str, Any]


def from_path(path: Path) -> Network:
    """Return the network in a JSON file, named after it."""
    net = from_text(_file_text(path), path.name)
    net.name = path.stem
    return net


def _file_text(path: Path) -> str:
    try:
        if path.is_dir():
            raise NetworkFormatError(f"{path.name!r} is a folder; expected a JSON file that Network.to_json wrote")
        if not path.is_file():
            raise NetworkFormatError(f"no file {str(path)!r}; expected the path of a JSON file, or its text")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise ResourceLimitError(f"file {path.name!r} has {size} bytes; at most {MAX_BYTES} are read")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, SymseriesError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise NetworkFormatError(f"file {str(path)[:60]!r} cannot be read ({reason}); expected a JSON file") from error
    return _decoded(data, path.name)


def _decoded(data: bytes, title: str) -> str:
    if not data.strip():
        raise NetworkFormatError(f"{title!r} is empty; expected a JSON file that Network.to_json wrote")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise NetworkFormatError(f"{title!r} starts with a byte order mark at byte 1; save it as UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NetworkFormatError(
            f"{title!r} is not UTF-8 (byte {error.start + 1}, in line {line}); save it as UTF-8"
        ) from error


def from_text(text: str, title: str) -> Network:
    """Return the network in a JSON text; `title` names it in errors."""
    if len(text) > MAX_BYTES:
        raise ResourceLimitError(f"{title} has {len(text)} characters; at most {MAX_BYTES} are read")
    try:
        record = json.loads(text, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NetworkFormatError(f"{title} is no JSON ({place}: {error.msg}); is it cut off? write it with to_json") from error
    except RecursionError as error:
        raise NetworkFormatError(f"{title}: brackets nested too deeply; expected a network in JSON") from error
    except NetworkFormatError as error:
        raise NetworkFormatError(f"{title}: {error}") from error
    except ValueError as error:  # a number of more digits than Python reads
        raise NetworkFormatError(f"{title}: {error}".splitlines()[0]) from error
    try:
        return _network(record)
    except SymseriesError as error:
        raise type(error)(f"{title}: {error}") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> Record:
    record: Record = {}
    for key, value in pairs:
        if key in record:
            raise NetworkFormatError(f"key {key!r} is given twice in one object; remove one")
        record[key] = value
    return record


# ------------------------------------------------------------------------------------------------------------- network
def _network(record: object) -> Network:
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        held = record.get("format") if isinstance(record, dict) else type(record).__name__
        raise NetworkFormatError(f"format {held!r}; expected an object of format {FORMAT!r}, as Network.to_json writes it")
    version = record.get("version")
    if type(version) is not int or version != VERSION:
        raise NetworkFormatError(
            f"version {version!r} of {FORMAT!r}; this release reads version {VERSION}, write it anew or update"
        )
    known = ("format", "version", "inputs", "outputs", "layers", "data", "covariance", "training")
    _check_keys(record, known[:5], known[5:], "network")
    names = {key: _texts(record[key], key) for key in ("inputs", "outputs")}
    layers = [_layer(item, place) for place, item in enumerate(_typed(record["layers"], list, "layers"), 1)]
    net = Network(layers, names["inputs"], names["outputs"])
    if record.get("data") is not None:
        net = net.with_data(Table.from_dict(_typed(record["data"], dict, "data")))
    net.covariance = _covariance(record.get("covariance"), net)
    net.training = _training(record.get("training"))
    return net


def _check_keys(record: Mapping[str, Any], required: tuple[str, ...], optional: tuple[str, ...], where: str) -> None:
    for key in record:
        if key not in (*required, *optional):
            expected = listing((*required, *optional))
            raise NetworkFormatError(
                f"{where}: key {key!r} is not known{suggestion(key, (*required, *optional))}; expected {expected}"
            )
    for key in required:
        if key not in record:
            raise NetworkFormatError(f"{where}: no key {key!r}; expected {listing(required)}")


def _typed(value: object, kind: type, what: str) -> Any:
    """Return a value that has the JSON type it should have."""
    words = {list: "a list", dict: "an object", str: "text", int: "a whole number"}
    if type(value) is not kind:
        raise NetworkFormatError(f"{what}: {str(value)[:40]!r} ({type(value).__name__}); expected {words[kind]}")
    return value


def _texts(value: object, what: str) -> list[str]:
    return [_typed(item, str, what) for item in _typed(value, list, what)]


def _symmetric(matrix: Array) -> bool:
    """Whether a matrix is symmetric to rounding, which is of the size of its largest entry."""
    return bool(np.abs(matrix - matrix.T).max(initial=0.0) <= 1e-9 * np.abs(matrix).max(initial=0.0))


def _covariance(value: object, net: Network) -> Array | None:
    """Return the covariance (P, P) of the weights, symmetric and finite."""
    if value is None:
        return None
    matrix = _floats(value, "covariance")
    size = sum(layer.weights.size + layer.bias.size for layer in net.layers if isinstance(layer, Affine))
    if matrix.shape != (size, size):
        raise NetworkShapeError(f"covariance of shape {matrix.shape}; expected ({size}, {size}), a row for each weight")
    if not np.isfinite(matrix).all() or not _symmetric(matrix):
        raise NetworkValueError("covariance: expected a symmetric matrix of finite numbers")
    return matrix


def _floats(value: object, what: str) -> Array:
    """Return a matrix of JSON numbers."""
    rows = [_typed(row, list, f"{what}, row {i}") for i, row in enumerate(_typed(value, list, what))]
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise NetworkShapeError(f"{what}, row {i}: {len(row)} numbers; expected {len(rows[0])}, as in row 0")
        for item in row:
            _number(item, f"{what}, row {i}")
    return np.array(rows, dtype=float)


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NetworkFormatError(f"{what}: {str(value)[:40]!r} ({type(value).__name__}); expected a number")
    return value


def _training(value: object) -> Training | None:
    """Return the training report, every entry of the type that it should have."""
    if value is None:
        return None
    record = _typed(value, dict, "training")
    required = tuple(f.name for f in fields(Training) if f.default is MISSING)
    _check_keys(record, required, tuple(f.name for f in fields(Training) if f.name not in required), "training")
    kinds: dict[str, Callable[[Any, str], Any]] = {
        "bool": _flag,
        "int": lambda v, what: _typed(v, int, what),
        "int | None": lambda v, what: None if v is None else _typed(v, int, what),
        "float": _number,
        "tuple[str, ...]": lambda v, what: tuple(_texts(v, what)),
    }
    return Training(
        **{f.name: kinds[str(f.type)](record[f.name], f"training, {f.name}") for f in fields(Training) if f.name in record}
    )


def _flag(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise NetworkFormatError(f"{what}: {str(value)[:40]!r} ({type(value).__name__}); expected true or false")
    return value


# -------------------------------------------------------------------------------------------------------------- layers
def _layer(value: object, place: int) -> Layer:
    where = f"layer {place}"
    record = _typed(value, dict, where)
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in _LAYERS:
        near = suggestion(kind, _LAYERS) if isinstance(kind, str) else ""
        raise UnsupportedLayerError(f"{where}: kind {kind!r} is not known{near}; expected {listing(_LAYERS)}")
    required, optional, read = _LAYERS[kind]
    _check_keys(record, ("kind", *required), optional, f"{where} ({kind})")
    try:
        return read(record)
    except SymseriesError as error:
        raise type(error)(f"{where} ({kind}): {error}") from error


def _pair(record: Record, names: tuple[str, str]) -> list[Any]:
    """Return two arrays of numbers, those that are exact read from their text."""
    declared = _texts(record.get("symbols", []), "symbols")
    exact = [_flag(flag, "exact") for flag in _typed(record.get("exact", [False, False]), list, "exact")]
    if len(exact) != 2:
        raise NetworkFormatError(f"exact: {exact!r}; expected two, for {names[0]} and for {names[1]}")
    return [_exact_array(record[n], n, declared) if flag else record[n] for n, flag in zip(names, exact, strict=True)]


def _exact_array(value: object, what: str, declared: list[str]) -> object:
    if isinstance(value, list):
        return [_exact_array(item, what, declared) for item in value]
    return _exact_number(_typed(value, str, f"{what}, an exact entry"), what, declared)


def _exact_number(text: str, what: str, declared: list[str]) -> sympy.Expr:
    if _QUOTIENT.fullmatch(text):
        quotient = Fraction(text)
        return sympy.Rational(quotient.numerator, quotient.denominator)
    return parse_expression(text, what, declared=declared)


def _affine(record: Record) -> Layer:
    return Affine(*_pair(record, ("weights", "bias")))


def _whitening(record: Record) -> Layer:
    return Whitening(*_pair(record, ("mean", "scale")))


def _activation(record: Record) -> Layer:
    _typed(record.get("parameters", {}), dict, "parameters")
    return Activation.from_dict(record)


def _held(record: Record) -> Layer:
    return Held(_texts(record["inputs"], "inputs"), _typed(record["held"], dict, "held"))


def _formula(record: Record) -> Layer:
    inputs = _texts(record["inputs"], "inputs")
    floats = {name: _number(v, f"number {name}") for name, v in _typed(record.get("numbers", {}), dict, "numbers").items()}
    for name, value in floats.items():
        if name in inputs or not math.isfinite(value):
            raise NetworkValueError(f"number {name} = {value}: expected a finite number under a name of its own")
    stored = {symbol(name): sympy.Float(value, precision=53) for name, value in floats.items()}
    names = (*inputs, *floats)
    texts = _texts(record["formulas"], "formulas")
    formulas = [parse_expression(text, "formula", declared=names) for text in texts]
    extra = sorted(s.name for e in formulas for s in e.free_symbols if s.name not in names)
    if extra:
        raise NetworkFormatError(
            f"name {extra[0]!r} in a formula is no input{suggestion(extra[0], names)}; inputs: {listing(inputs)}"
        )
    return Formula([e.xreplace(stored) for e in formulas], inputs)


# kind: keys that must be there, keys that may, reader
_LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Record], Layer]]] = {
    "affine": (("weights", "bias"), ("exact", "symbols"), _affine),
    "activation": (("name",), ("parameters", "expression", "variable", "latex"), _activation),
    "whitening": (("mean", "scale"), ("exact", "symbols"), _whitening),
    "transform": (("functions",), (), lambda record: Transform(record["functions"])),
    "dropout": (("rate",), (), lambda record: Dropout(_number(record["rate"], "rate"))),
    "held": (("inputs", "held"), (), _held),
    "formula": (("inputs", "formulas"), ("numbers",), _formula),
    "softmax": ((), (), lambda record: Softmax()),
    "log_softmax": ((), (), lambda record: LogSoftmax()),
    "pick": (("position",), (), lambda record: Pick(_typed(record["position"], int, "position"))),
}
