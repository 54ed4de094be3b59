"""Constant fields: closed forms along the data, flat where the law holds, their medians a place to start from."""

from __future__ import annotations

import time

import numpy as np
import pytest

import symseries as ss
from symseries.errors import DataError, IdentifiabilityError, LawNameError, NetworkShapeError, OptionError, SymseriesError
from symseries.fields import constant_field, starting_values
from symseries.workers import run_limited

YIELD = ss.Law("sf + C*c**(2/3) + k/sqrt(d)", ("c", "d"))
ARRHENIUS = ss.Law("A*exp(-Q/(R*T))", ("T",), known={"R": "8.314"})


def drawn(rows: int, seed: int = 5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"c": rng.uniform(0.01, 0.1, rows), "d": np.exp(rng.uniform(0, np.log(100), rows))}


# A network that is the law itself: every field is flat and exact.
@pytest.mark.parametrize(
    ("text", "variables", "known", "truth", "points"),
    [
        ("sf + C*c**(2/3) + k/sqrt(d)", "c d", {}, {"sf": 100.0, "C": 300.0, "k": 500.0}, drawn(25)),
        ("A*exp(-Q/(R*T))", "T", {"R": "8.314"}, {"A": 1e6, "Q": 8e4}, {"T": np.linspace(600, 1200, 20)}),
        ("q*K*p/(1 + K*p)", "p", {}, {"q": 2.0, "K": 0.5}, {"p": np.linspace(0.1, 20, 20)}),
        (
            "lnA + n*log(s) - Q/(8*T)",
            "s T",
            {},
            {"lnA": -2.0, "n": 5.0, "Q": 2.5e5},
            {"s": [20, 60, 200.0], "T": [800, 950, 1200.0]},
        ),
        ("q*p**n/(K**n + p**n)", "p", {}, {"q": 2.0, "n": 1.5, "K": 4.0}, {"p": np.linspace(1, 9, 20)}),
        (
            "A1*exp(-Q1/T) + A2*exp(-Q2/T)",
            "T",
            {},
            {"A1": 2.0, "Q1": 1.0, "A2": 3.0, "Q2": 4.0},
            {"T": np.linspace(0.5, 3, 20)},
        ),
    ],
)
def test_where_the_network_is_the_law_the_fields_are_flat(
    text: str, variables: str, known: dict[str, str], truth: dict[str, float], points: dict[str, np.ndarray]
) -> None:
    law = ss.Law(text, variables.split(), known=known)
    numbers = {**known, **truth}
    formula = law.expression.xreplace(
        {s: ss.Law(str(numbers[s.name]), ()).expression for s in law.expression.free_symbols if s.name in numbers}
    )
    found = constant_field(ss.Network.from_expression(formula, law.variables), law, points)
    swapped = {"A1": truth.get("A2"), "Q1": truth.get("Q2"), "A2": truth.get("A1"), "Q2": truth.get("Q1")}
    for name, values in found.values.items():
        assert values.shape == (len(found.points),)
        either = [truth[name], swapped.get(name) or truth[name]]
        assert min(abs(found.median[name] - value) for value in either) < 1e-6 * abs(truth[name])
        assert found.spread[name] < 1e-5 * abs(truth[name])


def test_the_field_of_a_trained_network_starts_a_fit_near_its_answer() -> None:
    rng = np.random.default_rng(2)
    table = drawn(150)
    table["y"] = YIELD(table, sf=100, C=300, k=500) * (1 + 0.003 * rng.normal(size=150))
    net = ss.train(table, inputs=("c", "d"), target="y", rng=0)
    start = starting_values(net, YIELD)
    assert start["k"] == pytest.approx(500, rel=0.05)
    assert start["C"] == pytest.approx(300, rel=0.3)
    assert start["sf"] == pytest.approx(100, rel=0.2)
    field = constant_field(net, YIELD)
    wrong = constant_field(net, ss.Law("s + C*c + k*d", ("c", "d")))
    assert field.spread["k"] / abs(field.median["k"]) < 0.1 < wrong.spread["k"] / abs(wrong.median["k"])


def test_a_wrong_law_has_fields_that_are_not_flat() -> None:
    net = ss.Network.from_expression("3*T**2", ("T",))
    found = constant_field(net, ARRHENIUS, {"T": np.linspace(600, 1200, 20)})
    assert np.allclose(found.values["Q"], 2 * 8.314 * found.points[:, 0])  # R T**2 f'/f of T**2, by hand
    assert found.spread["Q"] > 0.1 * found.median["Q"]


def test_inputs_beside_the_law_stay_at_their_values() -> None:
    net = ss.Network.from_expression("(2 + w)*exp(-3/T)", ("w", "T"))
    table = {"w": np.array([0.0, 1.0, 2.0]), "T": np.array([1.0, 2.0, 3.0])}
    found = constant_field(net, ss.Law("A*exp(-Q/T)", ("T",)), table)
    assert np.allclose(found.values["A"], [2, 3, 4])
    assert np.allclose(found.values["Q"], 3)


def test_a_law_of_a_logarithm_takes_that_of_the_network() -> None:
    law = ss.Law("log(p) = a - b/T", ("T",))
    for net in (
        ss.Network.from_expression("exp(5 - 3/T)", ("T",), outputs=("p",)),
        ss.Network.from_expression("5 - 3/T", ("T",), outputs=("log(p)",)),
    ):
        found = constant_field(net, law, [[1.0], [2.0], [4.0]])
        assert np.allclose(found.values["a"], 5)
        assert np.allclose(found.values["b"], 3)
    plain = constant_field(
        ss.Network.from_expression("5 - 3/T", ("T",), outputs=("log(p)",)), ss.Law("p = A*exp(-b/T)", ("T",)), [[1.0], [2.0]]
    )
    assert np.allclose(plain.values["b"], 3)


def test_points_without_an_answer_are_counted_and_left_out() -> None:
    net = ss.Network.from_expression("x - 2", ("x",))
    found = constant_field(net, ss.Law("a*x**n", ("x",)), {"x": np.array([1.0, 2.0, 3.0, 4.0])})
    assert np.isnan(found.values["n"][1])
    assert found.median["n"] == pytest.approx(2.0)  # x/(x - 2) at 1, 3, 4 is -1, 3, 2
    assert "at 1 of 4 points the derivatives of the network give no real constants" in found.warnings
    kinked = ss.Network([ss.Affine([[1.0]], [0.0]), ss.Activation("relu")], ("x",))
    assert np.isnan(constant_field(kinked, ss.Law("a + b*x", ("x",)), [[-1.0], [0.0], [1.0]]).values["a"][1])


def test_many_points_are_thinned_evenly() -> None:
    net = ss.Network.from_expression("3*T", ("T",))
    found = constant_field(net, ss.Law("a*T", ("T",)), {"T": np.arange(1.0, 101.0)}, most=10)
    assert found.points[:, 0].tolist() == [1, 12, 23, 34, 45, 56, 67, 78, 89, 100]
    assert "10 of 100 points, taken evenly" in str(found)


def test_it_shows_itself() -> None:
    net = ss.Network.from_expression("3*exp(-2/T)", ("T",))
    found = constant_field(net, ss.Law("A*exp(-Q/T)", ("T",)), {"T": np.linspace(1, 20, 12)})
    assert "the medians are starting values, no answer" in str(found)
    assert r"\begin{tabular}" in found.to_latex()
    assert "<table>" in found._repr_html_()
    assert repr(found) == "<ConstantField: median A 3, Q 2; 12 points>"
    with pytest.raises(LawNameError, match="constant 'B'"):
        found.plot(name="B")
    with pytest.raises(LawNameError, match="variable 't'; did you mean 'T'"):
        found.plot(variable="t")


def test_it_draws_itself() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    net = ss.Network.from_expression("3*exp(-2/T)", ("T",))
    found = constant_field(net, ss.Law("A*exp(-Q/T)", ("T",)), {"T": np.linspace(1, 20, 12)})
    ax = found.plot(figure.subplots(), name="Q")
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("T", "Q", "log")
    points, line = ax.get_lines()
    assert np.allclose(points.get_ydata(), 2)
    assert np.allclose(line.get_ydata(), 2)


def test_it_is_a_data_frame() -> None:
    pytest.importorskip("pandas")
    net = ss.Network.from_expression("3*exp(-2/T)", ("T",))
    frame = constant_field(net, ss.Law("A*exp(-Q/T)", ("T",)), [[1.0], [2.0]]).to_frame()
    assert list(frame.columns) == ["T", "A", "Q"]
    assert len(frame) == 2


def test_bad_questions_are_refused_and_give_no_start() -> None:
    net = ss.Network.from_expression("3*T", ("T",))
    with pytest.raises(DataError, match="none are given and the network has no data"):
        constant_field(net, ss.Law("a*T", ("T",)))
    with pytest.raises(LawNameError, match="'x' is no input"):
        constant_field(net, ss.Law("a*x", ("x",)), [[1.0]])
    with pytest.raises(IdentifiabilityError, match=r"only a\*b is determined"):
        constant_field(net, ss.Law("a*b*T", ("T",)), [[1.0]])
    with pytest.raises(NetworkShapeError, match="2 outputs"):
        constant_field(ss.Network.from_expression(["T", "2*T"], ("T",), outputs=("y", "z")), ss.Law("a*T", ("T",)), [[1.0]])
    for most in (0, 2.5, True):
        with pytest.raises(OptionError, match="expected a positive number of points"):
            constant_field(net, ss.Law("a*T", ("T",)), [[1.0]], most=most)  # type: ignore[arg-type]  # what a user may write
    assert starting_values(net, ss.Law("a*b*T", ("T",)), [[1.0]]) == {}
    assert starting_values(net, ss.Law("a + b*log(T - 9)", ("T",)), [[1.0]]) == {}


def test_the_time_for_a_closed_form_is_kept_over_all_orders() -> None:
    """exp(-b c**m d**n) beside a sine has no closed form that is found, at any order."""
    law = ss.Law("a*exp(-b*c**m*d**n) + e*sin(f*c)", ("c", "d"))
    net = ss.Network.from_expression("2*exp(-c*d**(1/2)) + sin(3*c)", inputs=("c", "d"))
    run_limited(abs, -1, seconds=5)  # the start of a worker does not count
    began = time.monotonic()
    with pytest.raises(SymseriesError, match="closed form"):
        ss.constant_field(net, law, [[1.0, 2.0]], seconds=1.5)
    assert time.monotonic() - began < 8  # identifiability comes first, and is not counted
    began = time.monotonic()
    with pytest.raises(SymseriesError, match="closed form"):
        ss.constant_field(net, law, [[1.0, 2.0]], seconds=1.5)
    assert time.monotonic() - began < 0.5
    with pytest.raises(OptionError, match="seconds=0: expected a positive number"):
        ss.constant_field(net, law, [[1.0, 2.0]], seconds=0)
