"""The table of activations: values, slopes, names, parameters, registered formulas, their records and pickles."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from test_activation_jets import CASES, GIVEN, NAMES, ORACLE, POSITIVE, kinked

from symseries.activations import (
    ACTIVATIONS,
    ALIASES,
    activation_jet,
    canonical,
    checked_parameters,
    definition,
    expression,
    is_rational,
    kink_distance,
    kinks,
    register_activation,
    restore,
    singularities,
    slope,
    value,
)
from symseries.errors import (
    LawNameError,
    LawSyntaxError,
    NetworkFormatError,
    NotAnalyticError,
    OptionError,
    SymseriesError,
    UnsupportedLayerError,
)
from symseries.layers import Activation, Transform
from symseries.scalars import ARB, F64, QQ

R = sympy.Rational


# ----------------------------------------------------------------------------------------------------- values and slopes
@pytest.mark.parametrize(("name", "given", "function", "points"), CASES, ids=lambda v: v if type(v) is str else "")
def test_values_and_slopes_against_mpmath(name: str, given: Any, function: Any, points: Any) -> None:
    given, z = checked_parameters(name, given), np.array([points, points])
    found = value(name, z, F64, given)
    slopes = slope(name, z, found, given)
    assert found.shape == slopes.shape == z.shape
    for k, point in enumerate(points):
        with mpmath.workdps(40):
            exact = [float(c) for c in mpmath.taylor(function, mpmath.mpf(point), 1, chop=False)]
        assert found[1, k] == pytest.approx(exact[0], rel=2e-13, abs=1e-300)
        assert slopes[1, k] == pytest.approx(exact[1], rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_slopes_are_differences_of_values(name: str) -> None:
    given = checked_parameters(name, GIVEN.get(name, {}))
    z = np.linspace(0.3, 4, 41) if ORACLE[name][1] is POSITIVE or name == "reciprocal" else np.linspace(-4.02, 7, 90)
    z, h = z[kink_distance(name, z, given) > 1e-5], 1e-6
    difference = (value(name, z + h, F64, given) - value(name, z - h, F64, given)) / (2 * h)
    assert slope(name, z, value(name, z, F64, given), given) == pytest.approx(difference, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", [n for n in NAMES if kinked(n)])
def test_the_slope_on_a_kink_is_the_one_to_its_left(name: str) -> None:
    given = checked_parameters(name, {})
    at = np.array([float(k) for k in kinks(name, given)])
    beside = at - 1e-13
    left = slope(name, beside, value(name, beside, F64, given), given)
    assert slope(name, at, value(name, at, F64, given), given) == pytest.approx(left, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_far_away_nothing_overflows_or_warns(name: str) -> None:
    given = checked_parameters(name, GIVEN.get(name, {}))
    far = np.array([800.0]) if ORACLE[name][1] is POSITIVE else np.array([-800.0, 800.0])
    found = value(name, far, F64, given)
    slopes = slope(name, far, found, given)
    jets = activation_jet(name, far, 4, F64, given)
    finite = np.isfinite([found, slopes, *jets]).all(axis=0)
    assert finite.tolist() == ([True, False] if name == "exp" else [True] * len(far))
    nothing = np.array([np.nan])
    assert np.isnan(value(name, nothing, F64, given)).all()
    for order in (0, 2):
        assert np.isnan(activation_jet(name, nothing, order, F64, given)[0]).all()


def test_values_over_other_rings() -> None:
    z = QQ.array(np.array([[0, R(-2, 3)], [1, 2]], dtype=object))
    assert QQ.handed(value("relu", z, QQ, {})).tolist() == [[0, 0], [1, 2]]
    assert QQ.handed(value("softsign", z, QQ, {})).tolist() == [[0, R(-2, 5)], [R(1, 2), R(2, 3)]]
    with pytest.raises(OptionError, match=r"tanh\(-2/3\) \(neuron 2 of layer 2\)"):
        value("tanh", z, QQ, {}, "layer 2")
    with pytest.raises(OptionError, match=r"tanh\(1\) \(neuron 1 of layer 2\)"):
        value("tanh", z[1:], QQ, {}, "layer 2")
    with pytest.raises(OptionError, match=r"exp\(-2/3\) \(in neuron 2 of layer 2\) is not a rational number"):
        value("elu", z, QQ, {"alpha": R(1)}, "layer 2")
    ring = ARB(80)
    with ring.working():
        balls = ring.handed(value("gelu", ring.array([[0.5, -1.5]]), ring, {}))
    assert [float(b.mid) for b in balls[0]] == pytest.approx(value("gelu", np.array([0.5, -1.5]), F64, {}).tolist(), rel=1e-14)
    assert value("tanh", np.zeros((0, 3)), F64, {}).shape == (0, 3)


# --------------------------------------------------------------------------------------------------- names, parameters
def test_the_table_is_whole() -> None:
    assert set(ORACLE) == set(NAMES)
    assert all(canonical(alias) == name for alias, name in ALIASES.items())
    assert set(ALIASES).isdisjoint(NAMES)
    assert {name for name in NAMES if kinked(name)} == {
        "relu", "leaky_relu", "prelu", "relu6", "hard_tanh", "hard_sigmoid", "hard_swish", "elu", "selu", "celu", "softsign"
    }  # fmt: skip
    assert all(ACTIVATIONS[name].latex.isascii() and "z" in ACTIVATIONS[name].latex for name in NAMES)
    assert kinks("leaky_relu", {"slope": R(1)}) == ()


def test_defaults_are_those_of_the_libraries() -> None:
    assert checked_parameters("leaky_relu", {}) == {"slope": R(1, 100)}
    assert checked_parameters("prelu", {}) == {"slope": R(1, 4)}
    assert checked_parameters("hard_sigmoid", {"slope": 0.2}) == {"slope": R(1, 5), "offset": R(1, 2)}
    assert kinks("hard_sigmoid", checked_parameters("hard_sigmoid", {})) == (-3, 3)
    assert kinks("hard_sigmoid", checked_parameters("hard_sigmoid", {"slope": "0.2"})) == (R(-5, 2), R(5, 2))
    assert checked_parameters("hard_tanh", {}) == {"min_val": -1, "max_val": 1}
    assert checked_parameters("polynomial", {"coefficients": [0.1, "2/3"]}) == {"coefficients": (R(1, 10), R(2, 3))}


@pytest.mark.parametrize("name", ["Tanh ", "TANH", "tahn"])
def test_misspelt_names_get_a_suggestion(name: str) -> None:
    with pytest.raises(UnsupportedLayerError, match=r"did you mean 'tanh'\?; expected identity, tanh"):
        canonical(name)


@pytest.mark.parametrize("name", ["swishh", "frobnicate", None, 3, []])
def test_unknown_names_are_refused(name: object) -> None:
    with pytest.raises(UnsupportedLayerError, match=r"is not known(; did you mean 'swish'\?)?; expected identity, tanh"):
        canonical(name)


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("tanh", {"alpha": 2}, "tanh: parameter 'alpha' is not known; expected none"),
        ("softplus", {"beta": 2}, "softplus: parameter 'beta' is not known; expected alpha"),
        ("leaky_relu", {"slop": 2}, r"leaky_relu: parameter 'slop' is not known; did you mean 'slope'\?; expected slope"),
        ("softplus", {"alpha": 0}, "softplus: alpha=0; expected a positive number"),
        ("softplus", {"alpha": -1}, "softplus: alpha=-1; expected a positive number"),
        ("silu", {"beta": -1}, "silu: beta=-1; expected a positive number"),
        ("hard_sigmoid", {"slope": 0}, "hard_sigmoid: slope=0; expected a positive number"),
        ("hard_tanh", {"min_val": 2}, "hard_tanh: min_val=2, max_val=1; expected min_val < max_val"),
        ("softplus", {"alpha": True}, "softplus, parameter alpha"),
        ("softplus", {"alpha": "two"}, "softplus, parameter alpha"),
        ("softplus", {"alpha": float("nan")}, "softplus, parameter alpha"),
        ("power", {}, r"power: exponent is missing; expected it, as in Activation\('power', exponent=0.5\)"),
        ("polynomial", {}, r"polynomial: coefficients is missing; .*coefficients=\(0, 1, 0.5\)"),
        ("polynomial", {"coefficients": ()}, r"polynomial: coefficients='\(\)'; expected one or more numbers"),
        ("polynomial", {"coefficients": "123"}, "polynomial: coefficients='123'; expected one or more numbers"),
        ("polynomial", {"coefficients": 3}, "polynomial: coefficients='3'; expected one or more numbers"),
        ("polynomial", {"coefficients": (1, None)}, r"polynomial, coefficients\[1\]"),
    ],
)
def test_parameters_are_checked(name: str, given: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=f"^{message}") as caught:
        checked_parameters(name, given)
    assert "\n" not in str(caught.value)


def test_layers_survive_records_and_pickles() -> None:
    for name in NAMES:
        layer = Activation(name, **GIVEN.get(name, {}))
        for again in (Activation.from_dict(layer.to_dict()), pickle.loads(pickle.dumps(layer))):
            assert (again.name, again.parameters) == (layer.name, layer.parameters)
    transform = Transform({"d": "log", "c": ("power", {"exponent": "2/3"}), "w": "linear"})
    record = transform.to_dict()
    assert record["functions"] == {"d": "log", "c": ["power", {"exponent": "2/3"}], "w": "identity"}
    assert Transform(record["functions"]).to_dict() == record
    assert not transform.exact
    assert Transform({"c": "reciprocal"}).exact
    for wrong in (("power",), ("power", 2), ["power", {"exponent": 2}, 1]):
        with pytest.raises(NetworkFormatError, match=r"^Transform, input 'c': .*expected a name, or one with parameters"):
            Transform({"c": wrong})


# ---------------------------------------------------------------------------------------------- registered activations
@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Take what a test registers out of the table again."""
    before = dict(ACTIVATIONS)
    yield
    for name in set(ACTIVATIONS) - set(before):
        del ACTIVATIONS[name]


def test_a_registered_formula_is_an_activation() -> None:
    x = sympy.Symbol("x", positive=True)
    register_activation("own_mish", x * sympy.tanh(sympy.log(1 + sympy.exp(x))))
    z = np.array([-3.0, -0.5, 0.0, 2.0])
    found = value("own_mish", z.reshape(2, 2), F64, {})
    assert found.reshape(-1) == pytest.approx(value("mish", z, F64, {}), rel=1e-13)
    assert slope("own_mish", z, found, {}) == pytest.approx(slope("mish", z, found, {}), rel=1e-12)
    assert activation_jet("own_mish", z, 6, F64, {}) == pytest.approx(
        activation_jet("mish", z, 6, F64, {}), rel=1e-10, abs=1e-13
    )
    ring = ARB(128)
    with ring.working():
        own, table = (ring.handed(activation_jet(n, ring.array(z), 4, ring, {})) for n in ("own_mish", "mish"))
    for left, right in zip(own.flat, table.flat, strict=True):
        assert abs(left.mid - right.mid) <= left.rad + right.rad + abs(right.mid) * mpmath.mpf(10) ** -15
    assert kink_distance("own_mish", z, {}).tolist() == [np.inf] * 4
    assert not singularities("own_mish", {}).known
    assert not is_rational("own_mish", {})
    assert expression("own_mish", sympy.Symbol("u"), {}).free_symbols == {sympy.Symbol("u")}


def test_a_registered_formula_over_the_rationals() -> None:
    register_activation("rational", "0.5*u/(1 + u**2)", "u", latex=r"\varrho(z)")
    assert is_rational("rational", {})
    assert ACTIVATIONS["rational"].latex == r"\varrho(z)"
    u = sympy.Symbol("u")
    table = QQ.handed(activation_jet("rational", QQ.array(["1/2", "-3"]), 3, QQ, {}))
    for column, point in zip(table.T, (R(1, 2), -3), strict=True):
        slow = [(u / (2 + 2 * u**2)).diff(u, k).subs(u, point) / sympy.factorial(k) for k in range(4)]
        assert column.tolist() == slow
    register_activation("own_log", "log(x)")
    with pytest.raises(NotAnalyticError, match=r"log.* at neuron 2 of layer 3"):
        activation_jet("own_log", np.array([1.0, 0.0]), 2, F64, {}, where="layer 3")
    register_activation("tent", "abs(x - 1)")
    assert np.isnan(kink_distance("tent", np.array([0.0]), {})).all()
    assert slope("tent", np.array([0.0, 3.0]), np.array([1.0, 2.0]), {}).tolist() == [-1, 1]
    register_activation("three", "3")
    assert slope("three", np.zeros((2, 2)), np.zeros((2, 2)), {}).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("name", "formula", "variable", "error", "message"),
    [
        ("tanh", "x", "x", OptionError, "activation 'tanh' exists already; expected a new name"),
        ("swish", "x", "x", OptionError, "activation 'swish' exists already"),
        ("my act", "x", "x", LawNameError, "activation 'my act'"),
        (3, "x", "x", LawNameError, "activation 3"),
        ("mine", "x*y + b", "x", LawNameError, r"activation mine: b, y in .*; expected x alone, or variable='b'"),
        ("mine", "x +", "x", LawSyntaxError, "activation mine"),
        ("mine", "x", "2", LawNameError, "variable '2'"),
        ("mine", 3.5, "x", OptionError, "activation mine: '3.5'; expected a SymPy expression or text"),
        ("mine", sympy.gamma(sympy.Symbol("x")), "x", LawSyntaxError, "gamma has no series here"),
        ("mine", sympy.I * sympy.Symbol("x"), "x", SymseriesError, "complex"),
    ],
)
def test_formulas_that_are_refused(name: Any, formula: Any, variable: str, error: type[Exception], message: str) -> None:
    before = set(ACTIVATIONS)
    with pytest.raises(error, match=message) as caught:
        register_activation(name, formula, variable)
    assert "\n" not in str(caught.value)
    assert set(ACTIVATIONS) == before


def test_records_bring_their_formula() -> None:
    register_activation("adder", "x + sin(x)**2")
    layer = Activation("adder")
    record, pickled = layer.to_dict(), pickle.dumps(layer)
    assert record == {
        "kind": "activation", "name": "adder", "parameters": {}, "expression": "x + sin(x)**2", "variable": "x"
    }  # fmt: skip
    assert definition("relu") == {}
    del ACTIVATIONS["adder"]
    assert Activation.from_dict(record).name == "adder"
    assert restore({**record, "variable": "u", "expression": "sin(u)**2 + u"}) == "adder"
    del ACTIVATIONS["adder"]
    assert pickle.loads(pickled).to_dict() == record
    for wrong, message in (
        ({"expression": "x + cos(x)**2"}, "activation 'adder': .* another function of that name here; rename one of them"),
        ({"name": "tanh"}, "activation 'tanh': .* another function of that name here"),
        ({"variable": 3}, "activation 'adder': variable is int; expected text"),
        ({"name": ["adder"]}, "name is list; expected text"),
        ({"latex": 3}, "latex is int; expected text"),
    ):
        with pytest.raises(NetworkFormatError, match=message):
            restore({**record, **wrong})
    with pytest.raises(OptionError, match="activation other: '3'; expected a SymPy expression or text"):
        restore({"name": "other", "expression": 3})
