"""Units of constants from those of the variables, and quantities as input."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import symseries as ss
from symseries.errors import LawNameError, OptionError
from symseries.tables import Table, read_table

pint = pytest.importorskip("pint")
X = np.linspace(1.0, 4.0, 12)
T = np.linspace(600.0, 1200.0, 15)
ARRHENIUS = ss.Law("D = D0*exp(-E/(R*T))", ("T",), known={"R": "8.314462618"}, units={"D": "cm**2/s", "T": "K", "R": "J/mol/K"})
DIFFUSION = {"T": T, "D": 0.011 * np.exp(-38520 / (8.314462618 * T))}


def same(unit: str, expected: str) -> bool:
    registry = pint.get_application_registry()
    return bool(registry.Unit(unit) == registry.Unit(expected))


@pytest.mark.parametrize(
    ("text", "units", "expected"),
    [
        ("y = s + k/sqrt(d)", {"y": "MPa", "d": "um"}, {"s": "MPa", "k": "MPa*um**0.5"}),
        ("y = q*K*x/(1 + K*x)", {"y": "mol/kg", "x": "bar"}, {"q": "mol/kg", "K": "1/bar"}),
        ("y = a*exp(-b*x)", {"y": "V", "x": "s"}, {"a": "V", "b": "1/s"}),
        ("log(y) = b - Q/x", {"y": "Pa", "x": "K"}, {"Q": "K"}),
        ("y = a + n*log(x)", {"y": "V", "x": "s"}, {"a": "V", "n": "V"}),
        ("y = a*b*x", {"y": "N", "x": "m", "a": "kg"}, {"a": "kg", "b": "N/m/kg"}),
        ("y = a*x**m", {"y": "N", "x": "m"}, {}),
    ],
)
def test_constants_get_the_units_that_the_others_determine(text: str, units: dict[str, str], expected: dict[str, str]) -> None:
    from symseries.fitting.units import with_units

    law = ss.Law(text, ("x",) if "x" in text else ("d",), units=units)
    found, said = with_units(law)
    assert said == ()
    derived = {name: unit for name, unit in found.units.items() if name in law.constants}
    assert derived.keys() == expected.keys()
    assert all(same(derived[name], unit) for name, unit in expected.items())


def test_a_known_value_carries_its_unit_into_the_constants() -> None:
    found = ss.fit(DIFFUSION, ARRHENIUS)
    assert same(found.constants["E"].unit, "J/mol")
    assert same(found.constants["D0"].unit, "cm**2/s")
    assert "J/mol" in str(found)
    in_kilojoules = found.constants["E"].to("kJ/mol")
    assert in_kilojoules.value == pytest.approx(38.52, rel=1e-9)
    assert in_kilojoules.unit == "kJ/mol"
    assert in_kilojoules.stderr == pytest.approx(found.constants["E"].stderr / 1000)
    assert ss.Fit.from_json(found.to_json()).constants == found.constants


def test_quantities_are_brought_to_the_units_of_the_law() -> None:
    quantity = pint.get_application_registry().Quantity
    table = {"T": quantity(T - 273.15, "degC"), "D": quantity(DIFFUSION["D"] * 1e-4, "m**2/s")}
    found = ss.fit(
        table,
        ARRHENIUS,
        start={"E": quantity(40, "kJ/mol"), "D0": 1},
        bounds={"E": (quantity(10, "kJ/mol"), quantity(90, "kJ/mol"))},
    )
    assert found.constants["E"].value == pytest.approx(38520, rel=1e-9)
    assert found.constants["D0"].value == pytest.approx(0.011, rel=1e-9)
    held = ss.fit(table, ARRHENIUS, fixed={"E": quantity(38.52, "kJ/mol")})
    assert held.constants["E"].value == 38520.0
    plain = ss.fit({"x": quantity(X, "m"), "y": quantity(3 * X, "N")}, ss.Law("y = k*x", ("x",)))
    assert same(plain.constants["k"].unit, "N/m")


def test_errors_are_read_in_the_unit_of_the_target() -> None:
    quantity = pint.get_application_registry().Quantity
    law = ss.Law("y = a + k*x", ("x",))
    table = {"x": quantity(X, "mm"), "y": quantity(3 * X + 0.1 * np.sin(9 * X), "MPa")}
    expected = ss.fit(table, law, errors=0.05)
    noted = {**table, "sd": quantity(np.full(len(X), 50.0), "kPa")}
    for source, errors in ((table, quantity(50, "kPa")), (noted, "sd")):
        found = ss.fit(source, law, errors=errors)
        assert found.p_value == pytest.approx(expected.p_value, rel=1e-9)
        assert found.constants["k"].stderr == pytest.approx(expected.constants["k"].stderr, rel=1e-9)
    shares = [ss.fit(table, law, relative_errors=share).p_value for share in (0.02, quantity(2, "percent"))]
    assert shares[0] == pytest.approx(shares[1], rel=1e-9)


def test_units_that_do_not_fit_together_are_told_and_the_numbers_stand() -> None:
    law = ss.Law("y = a*exp(-x) + b", ("x",), units={"y": "N", "x": "m"})
    found = ss.fit({"x": X, "y": 2 * np.exp(-X) + 1}, law)
    assert found.constants["a"].value == pytest.approx(2)
    assert any("the units of law y = a*exp(-x) + b do not fit together in meter" in w for w in found.warnings)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda q: ss.fit(DIFFUSION, ARRHENIUS, start={"E": q(1, "s"), "D0": 1}), OptionError, "s cannot be converted to"),
        (lambda q: ss.fit({**DIFFUSION, "T": q(T, "m")}, ARRHENIUS), OptionError, "T: m cannot be converted to K"),
        (lambda q: ss.fit(DIFFUSION, ss.Law("D = a*T", ("T",)), fixed={"a": q(1, "s")}), LawNameError, "a none; give units="),
        (lambda q: ss.fit(DIFFUSION, ARRHENIUS, errors=q(1, "s")), OptionError, "errors: s cannot be converted to cm"),
        (lambda q: ss.fit(DIFFUSION, ss.Law("D = a*T", ("T",)), errors=q(1, "s")), LawNameError, "a unit and D none"),
        (lambda q: ss.fit(DIFFUSION, ARRHENIUS, relative_errors=q(1, "s")), OptionError, "relative_errors: s cannot be"),
        (lambda q: ss.Estimate(1.0).to("m"), OptionError, "has no unit"),
        (lambda q: ss.Estimate(1.0, unit="m").to("flurbs"), OptionError, "'flurbs' is no unit that pint knows"),
    ],
)
def test_what_is_refused(make: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        make(pint.get_application_registry().Quantity)
    assert "\n" not in str(caught.value)


def test_without_pint_units_are_carried_along_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pint", None)
    law = ss.Law("y = k*x", ("x",), units={"y": "N", "x": "m"})
    found = ss.fit({"x": X, "y": 3 * X + 0.1 * np.sin(X)}, law)
    assert found.constants["k"].unit is None
    assert found.warnings == ()
    with pytest.raises(OptionError, match=r"pip install symseries\[units\]"):
        ss.Estimate(1.0, unit="m").to("km")


def test_units_come_along_with_a_network_and_its_table() -> None:
    q = pint.get_application_registry().Quantity
    table = {"x": q(X, "mm"), "y": q(2 + 3 * X, "MPa")}
    law = ss.Law("y = a + b*x", ("x",))
    net = ss.train(table, ("x",), "y", rng=0)
    plain = ss.train({"x": X, "y": 2 + 3 * X}, ("x",), "y", rng=0)
    sources = [(net, None), (plain.with_data(table), None), (plain, table), (read_table(table), None)]
    for found in (ss.fit(source, law, data=data) for source, data in sources):
        assert same(found.constants["a"].unit, "MPa")
        assert same(found.constants["b"].unit, "MPa/mm")
    assert Table.from_dict(net.data.to_dict()).units == net.data.units == {"x": "mm", "y": "MPa"}
    with pytest.raises(OptionError, match="x: the data have it in mm and the law in m; give both one unit"):
        ss.fit(net, ss.Law("y = a + b*x", ("x",), units={"x": "m"}))


def test_a_known_value_may_be_a_quantity() -> None:
    q = pint.get_application_registry().Quantity
    law = ss.Law("D = D0*exp(-E/(R*T))", ("T",), known={"R": q(8.314462618, "J/mol/K")}, units={"D": "cm**2/s", "T": "K"})
    assert same(ss.fit(DIFFUSION, law).constants["E"].unit, "J/mol")
    with pytest.raises(OptionError, match="known value R has a unit of its own; leave R out of units="):
        ss.Law("y = R*x", ("x",), known={"R": q(8.3, "J")}, units={"R": "kJ"})
