"""Activations: each row of the table against SymPy and mpmath, parameters, names."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from oracles_networks import MPMATH

from symseries.activations import ACTIVATIONS, ALIASES, activation_jet, canonical, checked_parameters, expression, slope, value
from symseries.errors import NotAnalyticError, OptionError, UnsupportedLayerError
from symseries.jets import JETS
from symseries.scalars import F64, QQ

POINTS = np.array([0.75, 0.01, 2.5])
EVERY = pytest.mark.parametrize("name", ACTIVATIONS)


@EVERY
def test_value_slope_jet_and_expression_agree_with_mpmath(name: str) -> None:
    points = POINTS if name == "log" else np.concatenate([POINTS, -POINTS])
    found, jets = value(name, points, F64, {}), activation_jet(name, points, 5, F64, {})
    slopes = slope(name, points, found, {})
    x = sympy.Symbol("x")
    for k, z in enumerate(points):
        with mpmath.workdps(40):
            slow = [float(c) for c in mpmath.taylor(MPMATH[name], mpmath.mpf(z), 5)]
        assert found[k] == pytest.approx(slow[0], rel=1e-14)
        assert slopes[k] == pytest.approx(slow[1], rel=1e-13)
        assert jets[:, k] == pytest.approx(slow, rel=1e-12, abs=1e-15)
        assert float(expression(name, x, {}).subs(x, z)) == pytest.approx(slow[0], rel=1e-13)


@pytest.mark.parametrize("alpha", ["1/3", 2, 0.5])
def test_softplus_with_alpha(alpha: object) -> None:
    parameters = checked_parameters("softplus", {"alpha": alpha})
    number = mpmath.mpf(float(parameters["alpha"]))
    found, jets = value("softplus", POINTS, F64, parameters), activation_jet("softplus", POINTS, 5, F64, parameters)
    slopes = slope("softplus", POINTS, found, parameters)
    for k, z in enumerate(POINTS):
        with mpmath.workdps(40):
            slow = [
                float(c) for c in mpmath.taylor(lambda u: mpmath.log(1 + mpmath.exp(number * u)) / number, mpmath.mpf(z), 5)
            ]
        assert found[k] == pytest.approx(slow[0], rel=1e-13)
        assert slopes[k] == pytest.approx(slow[1], rel=1e-13)
        assert jets[:, k] == pytest.approx(slow, rel=1e-12, abs=1e-16)
        assert float(expression("softplus", sympy.Float(z), parameters)) == pytest.approx(slow[0], rel=1e-13)


def test_saturated_values_neither_overflow_nor_warn() -> None:
    far = np.array([-800.0, 800.0])
    for name, expected in (
        ("tanh", [-1, 1]),
        ("sigmoid", [0, 1]),
        ("softplus", [0, 800]),
        ("relu", [0, 800]),
        ("identity", [-800, 800]),
    ):
        assert value(name, far, F64, {}) == pytest.approx(expected, abs=1e-300)
        assert np.isfinite(activation_jet(name, far, 4, F64, {})).all()
        assert slope(name, far, value(name, far, F64, {}), {}) == pytest.approx(
            [float(name == "identity"), float(name in ("softplus", "relu", "identity"))]
        )


def test_rational_values_are_exact() -> None:
    z = QQ.array(np.array([[0, sympy.Rational(-2, 3)]], dtype=object))
    assert QQ.handed(value("relu", z, QQ, {})).tolist() == [[0, 0]]
    assert QQ.handed(value("identity", z, QQ, {})).tolist() == [[0, sympy.Rational(-2, 3)]]
    assert QQ.handed(activation_jet("sigmoid", z[0, :1], 3, QQ, {}))[:, 0].tolist() == [
        sympy.Rational(*v) for v in ((1, 2), (1, 4), (0, 1), (-1, 48))
    ]
    with pytest.raises(OptionError, match=r"tanh\(-2/3\) \(neuron 2 of layer 2\)"):
        value("tanh", z, QQ, {}, "layer 2")
    with pytest.raises(NotAnalyticError, match=r"neuron 1 of layer 7: .*relu has a kink"):
        activation_jet("relu", z[0, :1], 1, QQ, {}, where="layer 7")


def test_the_table_is_whole() -> None:
    assert all(row.jet in JETS for row in ACTIVATIONS.values())
    assert all(name in ACTIVATIONS for name in ALIASES.values())
    assert all(canonical(alias) == name for alias, name in ALIASES.items())
    kinked = {name for name, row in ACTIVATIONS.items() if row.kinks}
    assert kinked == {"relu"}


@pytest.mark.parametrize("name", ["Tanh ", "TANH", "tahn"])
def test_misspelt_names_get_a_suggestion(name: str) -> None:
    with pytest.raises(UnsupportedLayerError, match=r"did you mean 'tanh'\?; expected identity, tanh"):
        canonical(name)


@pytest.mark.parametrize("name", ["swishh", None, 3, []])
def test_unknown_names_are_refused(name: object) -> None:
    with pytest.raises(UnsupportedLayerError, match="is not known; expected identity, tanh"):
        canonical(name)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("tanh", {"alpha": 2}, "tanh: parameter 'alpha' is not known; expected none"),
        ("softplus", {"beta": 2}, "softplus: parameter 'beta' is not known; expected alpha"),
        ("softplus", {"alpha": 0}, "alpha=0; expected a positive number"),
        ("softplus", {"alpha": -1}, "alpha=-1; expected a positive number"),
        ("softplus", {"alpha": True}, "softplus, parameter alpha"),
        ("softplus", {"alpha": "two"}, "softplus, parameter alpha"),
        ("softplus", {"alpha": float("nan")}, "softplus, parameter alpha"),
    ],
)
def test_parameters_are_checked(name: str, parameters: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        checked_parameters(name, parameters)
    assert checked_parameters("softplus", {"alpha": 0.1}) == {"alpha": sympy.Rational(1, 10)}
