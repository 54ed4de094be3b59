"""Layers: what they hold, what they do to values and series alike, what they refuse."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import fmpq

from oracles import coordinates
from symseries import Activation, Affine, Dropout, Transform, Whitening
from symseries.errors import (
    LawNameError,
    NetworkFormatError,
    NetworkShapeError,
    NetworkValueError,
    OptionError,
    UnsupportedLayerError,
)
from symseries.layers import Formula, Held, Layer, Pick
from symseries.multiindex import index_set
from symseries.scalars import F64, QQ, object_array

R = sympy.Rational
X, Y = sympy.symbols("x y")
EXACT: list[Layer] = [
    Affine([[1, R(-2, 3)], [Fraction(1, 2), 3]], [Decimal("0.5"), 0]),
    Whitening([1, R(1, 3)], [2, -5]),
    Activation("relu"),
    Activation("identity"),
    Transform({"y": "identity"}),
    Dropout(0.25),
    Formula([X * Y + 1 / X, sympy.Abs(Y)], ("x", "y")),
    Pick(1),
]


@pytest.mark.parametrize("layer", EXACT, ids=lambda layer: layer.kind)
def test_values_series_and_expressions_agree_exactly(layer: Layer) -> None:
    center = [R(3, 4), R(-2, 5)]
    layer.check(("x", "y"), "layer 1")
    assert layer.exact
    indices = index_set(2, 2, "total")
    series = layer.series(coordinates(indices, QQ, QQ.array(object_array(center))), indices, QQ, "layer 1")
    constant = QQ.handed(series[:1])[0].tolist()
    assert QQ.handed(layer.values(QQ.array([object_array(center)]), QQ, "layer 1"))[0].tolist() == constant
    expressions = layer.expression([X, Y])
    place = {X: center[0], Y: center[1]}
    assert [e.subs(place) for e in expressions] == constant
    assert layer.values(np.array([[0.75, -0.4]]), F64)[0] == pytest.approx([float(v) for v in constant], rel=1e-14)
    if not any(e.has(sympy.Piecewise, sympy.Abs) for e in expressions):
        slopes = [[e.diff(v).subs(place) for e in expressions] for v in (X, Y)]
        assert QQ.handed(series[1:3]).tolist() == slopes


def test_weights_are_kept_as_they_came() -> None:
    exact = Affine([[1, Fraction(1, 3), fmpq(2, 7), R(1, 9), Decimal("0.1"), np.int64(3)]])
    assert exact.weights.tolist() == [[1, R(1, 3), R(2, 7), R(1, 9), R(1, 10), 3]]
    assert exact.bias.tolist() == [0]
    mixed = Affine([[1, 0.1]], [2])
    assert mixed.weights.dtype == float
    assert mixed.exact is False
    assert mixed.bias.dtype == object
    source = np.array([[1.0]])
    copied = Affine(source)
    source[0, 0] = 2
    assert copied.weights.tolist() == [[1.0]]


def test_symbols_among_the_weights_are_plain() -> None:
    layer = Affine([[sympy.Symbol("a", positive=True), 0.5]], [sympy.pi])
    assert layer.symbols == {sympy.Symbol("a")}
    assert layer.weights.tolist() == [[sympy.Symbol("a"), R(1, 2)]]
    assert not layer.exact
    with pytest.raises(LawNameError, match="a_b"):
        Affine([[sympy.Symbol("a b")]])


@pytest.mark.parametrize(
    ("weights", "kind", "message"),
    [
        ([[True, 0.5]], NetworkFormatError, r"Affine weights: 'True' \(bool\)"),
        ([[np.True_]], NetworkFormatError, r"\(bool"),
        ([["0.5"]], NetworkFormatError, r"'0.5' \(str\)"),
        ([[None]], NetworkFormatError, "NoneType"),
        ([[{}]], NetworkFormatError, "dict"),
        ([[1j]], NetworkFormatError, "complex"),
        (np.array([[1j]], dtype=np.complex64), NetworkFormatError, "complex"),
        ([[sympy.I]], NetworkValueError, "not real"),
        ([[sympy.Symbol("a"), float("nan")]], NetworkValueError, "nan"),
        ([[sympy.Symbol("a"), sympy.oo]], NetworkValueError, "oo"),
        ([[1, 2], [3]], NetworkShapeError, "rows of different length"),
        ([[[1], [2]], [3]], NetworkShapeError, "rows of different length"),
    ],
)
def test_weights_that_are_no_numbers_are_refused(weights: object, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        Affine(weights)


def test_infinities_are_found_when_the_layer_is_placed() -> None:
    with pytest.raises(NetworkValueError, match=r"layer 3: the weight at row 2, column 1 is inf"):
        Affine([[1.0], [float("inf")]]).check(("x",), "layer 3")


@pytest.mark.parametrize("rate", [1, -0.1, "0.5", None, True, float("nan")])
def test_dropout_rates(rate: object) -> None:
    with pytest.raises(OptionError, match=r"Dropout: rate=.*expected a number in \[0, 1\)"):
        Dropout(rate)


def test_transforms_are_checked() -> None:
    with pytest.raises(UnsupportedLayerError, match=r"did you mean 'log'\?"):
        Transform({"d": "Log"})
    with pytest.raises(NetworkFormatError, match="expected a mapping"):
        Transform("log")


def test_held_inputs_must_match() -> None:
    held = Held(("x", "y", "w"), {"y": 0.5})
    assert held.check(("x", "w"), "layer 1") == ("x", "y", "w")
    for received in (("w", "x"), ("x", "y", "w"), 2):
        with pytest.raises(
            NetworkShapeError, match=r"layer 1: holds y of x, y, w and receives .* expected it first, to receive x, w"
        ):
            held.check(received, "layer 1")
    with pytest.raises(NetworkShapeError):
        Held(("x",), {"z": 1}).check(("x",), "layer 1")


def test_formulas_and_picks_must_match() -> None:
    with pytest.raises(NetworkShapeError, match="layer 2: a formula in x receives 1; expected it first"):
        Formula([X], ("x",)).check(1, "layer 2")
    for position in (2, -1):
        with pytest.raises(NetworkShapeError, match="of 2; expected a number from 0 on"):
            Pick(position).check(2, "layer 2")


def test_formula_floats_of_other_precision_become_exact() -> None:
    long = sympy.Float("0.1", 40)
    formula = Formula([long * X + sympy.Float(0.25)], ("x",))
    assert [f._prec for f in formula.formulas[0].atoms(sympy.Float)] == [53]
    assert formula.formulas[0].coeff(X) == R(long)
    record = formula.to_dict()
    assert record["numbers"] == {"f1": 0.25}
    assert record["formulas"][0].startswith("f1 + ")


def test_pull_back_is_the_transposed_derivative() -> None:
    rng = np.random.default_rng(1)
    X0, delta = rng.uniform(0.5, 2, (3, 2)), rng.normal(size=(1, 3, 2))
    for layer in (
        Affine(rng.normal(size=(2, 2))),
        Activation("softplus", alpha=2),
        Whitening([0.5, 1.0], [2.0, -3.0]),
        Dropout(0),
    ):
        h = 1e-6
        slow = np.stack(
            [
                (delta * (layer.values(X0 + h * e, F64) - layer.values(X0 - h * e, F64))).sum(axis=2) / (2 * h)
                for e in np.eye(2)
            ],
            axis=2,
        )
        assert layer.pull_back(delta, X0, layer.values(X0, F64)) == pytest.approx(slow, rel=1e-8, abs=1e-9)
    picked = Pick(1).pull_back(delta[..., :1], X0, X0[:, 1:])
    assert picked[..., 0].tolist() == [[0, 0, 0]]
    assert np.array_equal(picked[..., 1], delta[..., 0])
