"""Networks from JSON: what is written reads back equal, and what is damaged is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles_networks import numbers_of, random_network

import symseries as ss
from symseries.errors import (
    DataError,
    LawNameError,
    LawSyntaxError,
    NetworkFormatError,
    NetworkShapeError,
    NetworkValueError,
    OptionError,
    ResourceLimitError,
    SymseriesError,
    UnsupportedLayerError,
)
from symseries.network import Training
from symseries.readers import MAX_BYTES, read_network

R = sympy.Rational
NAN = float("nan")
F1 = sympy.Symbol("f1")
Damage = Callable[[dict[str, Any]], object]


def example() -> ss.Network:
    """Return a network with every ordinary layer, data, covariance and a training report."""
    rng = np.random.default_rng(7)
    inner = random_network(rng, (2, 3, 1), "softplus", ("c", "d"), alpha="2/7")
    layers = [ss.Transform({"d": "log"}), ss.Whitening([0.05, 2.0], [0.02, R(3, 2)]), *inner.layers, ss.Dropout(0.1)]
    layers.append(ss.Affine([[R(1, 3)]], [sympy.Integer(10) ** 40 / 7]))
    net = ss.Network(layers, ("c", "d"), "log(p)").with_data({"c": ["0.05", "0.1"], "d": [2.0, 3.5], "p": [1.5, 0.1]})
    size = len(numbers_of(net))
    root = rng.normal(size=(size, size))
    net.covariance = root @ root.T
    net.training = Training(
        rmse=0.1, r2=0.9, heldout_rmse=0.2, heldout_r2=0.8, noise=0.1, effective_weights=3.5, distance=0.01,
        converged=True, rows=2, logarithms=("d",),
    )  # fmt: skip
    return net


def same(left: ss.Network, right: ss.Network) -> bool:
    """Return whether two networks are equal in everything they write, and compute the same numbers."""
    kinds = [type(layer) for layer in left.layers] == [type(layer) for layer in right.layers]
    return kinds and left.to_json() == right.to_json() and left.exact == right.exact and left.data == right.data


# ---------------------------------------------------------------------------------------------------------- round trips
def test_everything_comes_back(tmp_path: Path) -> None:
    net = example()
    text = net.to_json(tmp_path / "alloy.json")
    for source in (text, tmp_path / "alloy.json", str(tmp_path / "alloy.json"), "\n " + text):
        again = read_network(source)
        assert same(again, net)
        assert again.training == net.training
        assert np.array_equal(again.covariance, net.covariance)
        assert again.data is not None
        assert again.data.exact("c") == (R(1, 20), R(1, 10))
        assert np.array_equal(again([[0.05, 3.0]]), net([[0.05, 3.0]]))
    assert read_network(tmp_path / "alloy.json").name == "alloy"
    assert read_network(net) is net
    space = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 5)}, order=2)
    assert np.array_equal(read_network(text).expand(space).covariance, net.expand(space).covariance)


def test_names_may_be_given_to_be_checked() -> None:
    net = example()
    assert read_network(net, inputs=("c", "d"), outputs="log(p)") is net
    assert same(read_network(net.to_json(), inputs=["c", "d"], outputs=["log(p)"]), net)
    for options in ({"inputs": ("d", "c")}, {"inputs": "c"}, {"inputs": 3}, {"outputs": ("p",)}):
        with pytest.raises(NetworkShapeError, match=r"the network names its (inputs c, d|outputs log\(p\)); leave"):
            read_network(net, **options)


@pytest.mark.parametrize(
    "net",
    [
        ss.Network([ss.Affine([[1, R(-2, 3)]], [R(10**60, 7)]), ss.Activation("relu")], ("x", "E")),
        ss.Network([ss.Affine([[1, 0.1]], [2])], ("x", "E")),
        ss.Network.symbolic((2, 2, 1), "tanh", ("x", "y")),
        ss.Network([ss.Affine([[sympy.sqrt(2) * sympy.Symbol("a"), sympy.pi]])], ("x", "E")),
        ss.Network([ss.Whitening([R(1, 3), 0], [1, 2]), ss.Affine([[0.5, 0.25]] * 2)], ("x", "y"), ["a", "b"]).output(1),
        random_network(np.random.default_rng(1), (3, 2, 1), "tanh", ("x", "y", "w")).slice({"y": 0.1}).slice({"x": "1/3"}),
        ss.Network.from_expression("0.1*x**(2/3)*exp(-E) + abs(x)/pi", ("x", "E")),
        ss.Network.from_expression([sympy.Float(0.1) * F1 + sympy.exp(1), F1**2], ("f1",), ("a", "b")),
        ss.Network.from_expression("x*N*S", ("x", "N", "S")).slice({"N": "0.3"}),
        ss.Network([ss.Dropout(0)], ("x",)),
    ],
    ids=lambda net: repr(net)[:60],
)  # fmt: skip
def test_every_kind_of_layer_comes_back(net: ss.Network) -> None:
    again = read_network(net.to_json())
    assert same(again, net)
    assert again.expression() == net.expression()
    assert again.symbols == net.symbols


def test_formulas_keep_every_digit() -> None:
    expression = random_network(np.random.default_rng(2), (2, 3, 1), "tanh").expression()
    net = ss.Network.from_expression(expression, ("x", "y"))
    again = read_network(net.to_json())
    assert again.expression() == expression
    X = np.random.default_rng(3).normal(size=(5, 2))
    assert np.array_equal(again(X), net(X))


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    widths=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    activation=st.sampled_from(["tanh", "relu", "sigmoid"]),
)
def test_float_weights_come_back_bit_for_bit(seed: int, widths: list[int], activation: str) -> None:
    rng = np.random.default_rng(seed)
    net = random_network(rng, widths, activation, tuple(f"x{i}" for i in range(widths[0])))
    layers = [
        ss.Affine(layer.weights * 10.0 ** rng.integers(-300, 300), layer.bias) if isinstance(layer, ss.Affine) else layer
        for layer in net.layers
    ]
    scaled = ss.Network(layers, net.inputs, net.outputs)
    assert np.array_equal(numbers_of(read_network(scaled.to_json())), numbers_of(scaled))


# -------------------------------------------------------------------------------------------------------------- files
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "'net.json' is empty"),
        (b"  \n", "'net.json' is empty"),
        (b"\xef\xbb\xbf{}", "byte order mark at byte 1"),
        ("{}".encode("utf-16"), "byte order mark"),
        ("{}".encode("utf-16-le"), r"net.json is no JSON \(line 1, column 2"),
        (b'{"a": "\xff"}', r"not UTF-8 \(byte 8, in line 1\)"),
        (example().to_json().encode()[:-40], r"net.json is no JSON \(line \d+, column \d+: .*cut off"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[1, 2]", "format 'list'; expected an object of format 'symseries.network'"),
        (b"not json", r"no JSON \(line 1, column 1"),
        (b'{"a": 1, "a": 2}', "net.json: key 'a' is given twice"),
        (b'{"format": "symseries.series"}', "format 'symseries.series'"),
        (b"9" * 5000, "net.json"),
    ],
)
def test_files_that_are_no_networks(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "net.json"
    path.write_bytes(content)
    with pytest.raises(NetworkFormatError, match=message) as caught:
        read_network(path)
    assert "\n" not in str(caught.value)


def test_paths_that_hold_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NetworkFormatError, match="is a folder"):
        read_network(tmp_path)
    with pytest.raises(NetworkFormatError, match=r"no file .*missing.json"):
        read_network(tmp_path / "missing.json")
    for bad in ("a\0b", "x" * 5000):
        with pytest.raises(NetworkFormatError):
            read_network(bad)
    for source in (None, 3, b"{}", [], {"format": "symseries.network"}):
        with pytest.raises(NetworkFormatError, match="expected the path of a JSON file, its text"):
            read_network(source)
    monkeypatch.setattr("symseries.readers.native.MAX_BYTES", 10)
    (tmp_path / "large.json").write_text(example().to_json())
    for source in (tmp_path / "large.json", example().to_json()):
        with pytest.raises(ResourceLimitError, match="at most 10 are read"):
            read_network(source)
    assert MAX_BYTES == 2**28


# ------------------------------------------------------------------------------------------------------------- content
def layer(record: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(item for item in record["layers"] if item["kind"] == kind)


def change(key: str, value: object, kind: str | None = None) -> Damage:
    def damage(record: dict[str, Any]) -> None:
        (record if kind is None else layer(record, kind))[key] = value

    return damage


@pytest.mark.parametrize(
    ("damage", "kind", "message"),
    [
        (change("version", 2), NetworkFormatError, "version 2 of 'symseries.network'; this release reads version 1"),
        (change("version", True), NetworkFormatError, "version True"),
        (change("version", "1"), NetworkFormatError, "version '1'"),
        (change("layer", []), NetworkFormatError, "key 'layer' is not known; did you mean 'layers'"),
        (lambda r: r.pop("inputs"), NetworkFormatError, "no key 'inputs'"),
        (change("inputs", "c"), NetworkFormatError, r"inputs: 'c' \(str\); expected a list"),
        (change("inputs", ["c", 3]), NetworkFormatError, r"inputs: '3' \(int\); expected text"),
        (change("inputs", ["c", "d e"]), LawNameError, "d_e"),
        (change("inputs", ["c"]), NetworkShapeError, "no input 'd'"),
        (change("outputs", ["p", "q"]), NetworkShapeError, "1 outputs"),
        (change("layers", {}), NetworkFormatError, "layers: '{}' .dict.; expected a list"),
        (change("layers", []), NetworkShapeError, "0 layers"),
        (change("layers", [3]), NetworkFormatError, r"layer 1: '3' \(int\); expected an object"),
        (change("layers", [{"kind": "afine"}]), UnsupportedLayerError, "kind 'afine' is not known; did you mean 'affine'"),
        (change("layers", [{"kind": ["affine"]}]), UnsupportedLayerError, "layer 1: kind"),
        (change("layers", [{}]), UnsupportedLayerError, "layer 1: kind None"),
        (change("layers", [{"kind": "batchnorm"}]), UnsupportedLayerError, "layer 1: kind 'batchnorm'"),
        (change("bais", [0], "affine"), NetworkFormatError, r"layer 3 \(affine\): key 'bais' .* did you mean 'bias'"),
        (lambda r: layer(r, "affine").pop("bias"), NetworkFormatError, r"layer 3 \(affine\): no key 'bias'"),
        (change("weights", [[True, 1.0]] * 3, "affine"), NetworkFormatError, r"layer 3 \(affine\): .*'True' \(bool\)"),
        (change("weights", [["0.5", 1.0]] * 3, "affine"), NetworkFormatError, r"layer 3 \(affine\): .*'0.5' \(str\)"),
        (change("weights", [[None, 1.0]] * 3, "affine"), NetworkFormatError, "NoneType"),
        (change("weights", [[1.0, 2.0], [1.0], [1.0, 2.0]], "affine"), NetworkShapeError, "rows of different length"),
        (change("weights", [[1.0, 2.0, 3.0]] * 3, "affine"), NetworkShapeError, r"layer 3 .*weights of shape \(3, 3\)"),
        (change("weights", [[1.0], [NAN]], "affine"), NetworkShapeError, r"layer 3 \(Affine\): weights of shape \(2, 1\)"),
        (change("weights", [[1.0, 2.0], [3.0, NAN], [0.0, 0.0]], "affine"), NetworkValueError, "layer 3 .*row 2, column 2"),
        (change("weights", [[1.0, 2.0], [3.0, -float("inf")], [0.0, 0.0]], "affine"), NetworkValueError, "is -inf"),
        (change("bias", [[0.0]] * 3, "affine"), NetworkShapeError, r"bias of shape \(3, 1\); expected \(3,\)"),
        (change("weights", 3, "affine"), NetworkShapeError, r"shape \(\)"),
        (change("exact", [True, True], "affine"), NetworkFormatError, "an exact entry.*float.*expected text"),
        (change("exact", "yes", "affine"), NetworkFormatError, "exact: 'yes'"),
        (change("exact", [1, 0], "affine"), NetworkFormatError, "expected true or false"),
        (change("exact", [True], "affine"), NetworkFormatError, "expected two"),
        (change("mean", [0.1, 0.2, 0.3], "whitening"), NetworkShapeError, r"layer 2 .*mean of shape \(3,\); expected"),
        (change("scale", [0.0, 1.0], "whitening"), NetworkValueError, "scale at row 1 is 0"),
        (change("functions", {"d": "logg"}, "transform"), UnsupportedLayerError, "layer 1 .*did you mean 'log'"),
        (change("functions", ["log"], "transform"), NetworkFormatError, "expected a mapping"),
        (change("rate", "0.1", "dropout"), NetworkFormatError, r"layer 6 \(dropout\): rate: '0.1' \(str\)"),
        (change("rate", 2, "dropout"), OptionError, "expected a number in"),
        (change("name", "tahn", "activation"), UnsupportedLayerError, r"layer 4 \(activation\): .*did you mean 'tanh'"),
        (change("parameters", {"beta": 1}, "activation"), OptionError, "parameter 'beta' is not known"),
        (change("parameters", [], "activation"), NetworkFormatError, "parameters"),
        (change("covariance", [[1.0]]), NetworkShapeError, r"covariance of shape \(1, 1\); expected \(15, 15\)"),
        (change("covariance", [[1.0, 2.0], [1.0]]), NetworkShapeError, "covariance, row 1"),
        (change("covariance", [["1"]]), NetworkFormatError, r"covariance, row 0: '1' \(str\)"),
        (change("covariance", np.triu(np.ones((15, 15))).tolist()), NetworkValueError, "symmetric"),
        (change("covariance", np.full((15, 15), np.nan).tolist()), NetworkValueError, "finite"),
        (change("data", {"names": ["c"]}), DataError, "table record"),
        (change("data", [1]), NetworkFormatError, "data"),
        (change("training", {"rmse": 1.0}), NetworkFormatError, "training: no key 'r2'"),
        (change("training", 3), NetworkFormatError, "training"),
    ],
)  # fmt: skip
def test_damaged_networks_are_refused(damage: Damage, kind: type[Exception], message: str) -> None:
    record = json.loads(example().to_json())
    damage(record)
    with pytest.raises(kind, match=message) as caught:
        read_network(json.dumps(record))
    assert str(caught.value).startswith("JSON text: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("rows", 1.5, "training, rows"),
        ("converged", 1, "expected true or false"),
        ("rmse", "0.1", "training, rmse"),
        ("logarithms", "d", "a list"),
    ],
)
def test_damaged_training_reports_are_refused(key: str, value: object, message: str) -> None:
    record = json.loads(example().to_json())
    record["training"][key] = value
    with pytest.raises(NetworkFormatError, match=message):
        read_network(json.dumps(record))


FORMULA = {"kind": "formula", "inputs": ["x"], "formulas": ["f1*x"], "numbers": {"f1": 0.5}}


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"formulas": ["__import__('os').system('true')"]}, LawSyntaxError, r"layer 1 \(formula\)"),
        ({"formulas": ["x*a"]}, NetworkFormatError, "name 'a' in a formula is no input"),
        ({"formulas": ["9**9**9*x"]}, SymseriesError, "formula"),
        ({"formulas": "x"}, NetworkFormatError, "expected a list"),
        ({"formulas": []}, NetworkShapeError, "0 outputs"),
        ({"numbers": {"f1": float("inf")}}, NetworkValueError, "number f1 = inf"),
        ({"numbers": {"x": 1.0}}, NetworkValueError, "a name of its own"),
        ({"numbers": {"f1": "2"}}, NetworkFormatError, "number f1"),
        ({"inputs": ["y"]}, SymseriesError, "x"),
    ],
)
def test_damaged_formulas_are_refused(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    record = {"format": "symseries.network", "version": 1, "inputs": ["x"], "outputs": ["y"], "layers": [FORMULA]}
    assert read_network(json.dumps(record))([[4.0]]).tolist() == [2.0]
    with pytest.raises(kind, match=message):
        read_network(json.dumps(record | {"layers": [FORMULA | changes]}))


@pytest.mark.parametrize("text", ["1/0", "1e5", "0x10", "nan", "--1", "1/2/0", "", "__class__", "9" * 5000])
def test_exact_entries_are_numbers_or_expressions(text: str) -> None:
    record = {"kind": "affine", "weights": [[text]], "bias": ["0"], "exact": [True, True]}
    whole = {"format": "symseries.network", "version": 1, "inputs": ["x"], "outputs": ["y"], "layers": [record]}
    if text in ("1e5", "nan", "--1"):  # a decimal, a symbol, a double sign: all of the grammar
        assert read_network(json.dumps(whole)).layers[0].weights.dtype == object
        return
    with pytest.raises(SymseriesError, match="layer 1"):
        read_network(json.dumps(whole))


@settings(max_examples=60)
@given(st.binary(max_size=60))
def test_noise_is_refused_and_nothing_else_happens(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.json"
    path.write_bytes(noise)
    with pytest.raises(NetworkFormatError):
        read_network(path)
