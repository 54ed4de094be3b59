"""One law in the constants of another."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.comparison import RosettaStone, Translation, translate, translate_all
from symseries.errors import IdentifiabilityError, LawNameError, OptionError

HALL_PETCH = ss.Law("y = s0 + k/sqrt(d)", ("d",))
LOGARITHM = ss.Law("y = a + b*log(d)", ("d",))
POWER = ss.Law("y = A*d**m", ("d",))
BOX = ss.LegendreSpace({"d": (1, 100)}, order=6)


# ---------------------------------------------------------------------------------------------------------------- symbolic
def test_taylor_coefficients_are_equated_exactly() -> None:
    """By hand: value and slope of s0 + k d**(-1/2) at 4 are s0 + k/2 and -k/16; those of a + b ln d are a + b ln 4, b/4."""
    k, s0 = sympy.symbols("k s0")
    found = translate(HALL_PETCH, LOGARITHM, ss.TaylorSpace({"d": 4}, order=2))
    assert found.expressions["b"] == -k / 4
    assert sympy.simplify(found.expressions["a"] - (s0 + k / 2 + k * sympy.log(4) / 4)) == 0
    # second orders: 3 k/8 d**(-5/2)/... = 3 k/256 and -b/32 = k/128
    assert sympy.simplify(found.remainders["(2,)"] - (3 * k / 256 - k / 128)) == 0
    assert found.equal is False


def test_a_power_series_is_reached_exactly_from_any_law() -> None:
    polynomial = ss.Law("y = b0 + b1*x + b2*x**2", ("x",))
    found = translate(ss.Law("y = A*exp(-q*x)", ("x",)), polynomial, ss.TaylorSpace({"x": 0}, order=2))
    A, q = sympy.symbols("A q")
    assert [sympy.simplify(found.expressions[n] - v) for n, v in {"b0": A, "b1": -A * q, "b2": A * q**2 / 2}.items()] == [0] * 3
    assert found.equal is True
    assert found.conclusion == "every coefficient agrees exactly"


def test_the_same_law_in_other_words_is_the_same() -> None:
    first, second = ss.Law("y = u*x + v*x**2", ("x",)), ss.Law("y = p*(x + x**2) + r*(x - x**2)", ("x",))
    found = translate(first, second, ss.TaylorSpace({"x": "1/3"}, order=4))
    u, v = sympy.symbols("u v")
    assert found.equal is True
    assert (sympy.expand(found.expressions["p"] - (u + v) / 2), sympy.expand(found.expressions["r"] - (u - v) / 2)) == (0, 0)


def test_a_law_that_is_not_linear_is_reached_through_its_closed_form() -> None:
    """Equal value and slope of A + B T and A' exp(-Q/T) at 300: Q = 300**2 a1/a0 and A' = a0 exp(Q/300)."""
    line, arrhenius = ss.Law("y = a + b*T", ("T",)), ss.Law("y = A*exp(-Q/T)", ("T",))
    found = translate(line, arrhenius, ss.TaylorSpace({"T": 300}, order=1))
    a, b = sympy.symbols("a b")
    rate = 90000 * b / (a + 300 * b)
    assert sympy.simplify(found.expressions["Q"] - rate) == 0
    numbers = {a: 1, b: sympy.Rational(1, 50)}
    assert float(found.expressions["A"].subs(numbers)) == pytest.approx(float((7 * sympy.exp(rate / 300)).subs(numbers)))
    assert found.equal is True


def test_both_laws_may_call_their_constants_alike() -> None:
    found = translate(ss.Law("y = a + b*x", ("x",)), ss.Law("y = b + a*x", ("x",)), ss.TaylorSpace({"x": 0}, order=1))
    assert found.expressions == {"b": sympy.Symbol("a"), "a": sympy.Symbol("b")}


def test_the_answer_is_right_in_two_variables_at_a_symbolic_centre() -> None:
    first, second = ss.Law("z = p*x*y", ("x", "y")), ss.Law("z = e + f*x + g*y", ("x", "y"))
    p, x0, y0 = sympy.symbols("p x0 y0")
    found = translate(first, second, ss.TaylorSpace({"x": x0, "y": y0}, order=2))
    assert sympy.expand(found.expressions["f"] - p * y0) == 0
    assert sympy.expand(found.expressions["e"] + p * x0 * y0) == 0
    assert found.remainders == {"(1, 1)": p}


def test_over_a_domain_the_answer_is_the_least_squares_one() -> None:
    """The matrix of the symbolic answer against numbers put in, and against numpy on the orthonormal coefficients."""
    symbolic = translate(HALL_PETCH, LOGARITHM, BOX)
    numbers = {"s0": 100.0, "k": 500.0}
    numeric = translate(HALL_PETCH, LOGARITHM, BOX, numbers)
    root = np.sqrt(BOX.norms())[:, None]
    d = BOX.nodes[:, 0]
    columns = root * BOX.project(np.column_stack([np.ones_like(d), np.log(d)]))
    target = root * BOX.project((100 + 500 / np.sqrt(d))[:, None])
    expected = np.linalg.lstsq(columns, target[:, 0], rcond=None)[0]
    assert list(numeric.constants.values()) == pytest.approx(expected, rel=1e-9)
    put_in = {name: float(value.subs(numbers)) for name, value in symbolic.expressions.items()}
    assert put_in == pytest.approx(numeric.constants, rel=1e-9)
    assert set(symbolic.remainders) == {"k"}


# ----------------------------------------------------------------------------------------------------------------- numbers
def test_how_well_is_said_with_the_worst_place() -> None:
    found = translate(HALL_PETCH, POWER, BOX, {"s0": 100, "k": 500})
    d = np.linspace(1, 100, 4001)
    difference = np.abs(100 + 500 / np.sqrt(d) - found.constants["A"] * d ** found.constants["m"])
    assert found.worst.place["d"] == pytest.approx(d[difference.argmax()], abs=0.1)
    assert abs(found.worst.first - found.worst.second) == pytest.approx(difference.max(), rel=1e-3)
    assert 0.05 < found.misfit < 0.3
    assert found.equal is False


def test_a_law_that_holds_the_other_reproduces_it() -> None:
    found = translate(ss.Law("y = B*sqrt(d)", ("d",)), POWER, BOX, {"B": 3})
    assert found.constants == pytest.approx({"A": 3.0, "m": 0.5}, rel=1e-8)
    assert found.equal is None
    assert "agree to rounding" in found.conclusion


def test_numbers_over_a_taylor_space_and_over_data() -> None:
    growth, decay = ss.Law("y = exp(a*x)", ("x",)), ss.Law("y = B*exp(-c*x)", ("x",))
    local = translate(growth, decay, ss.TaylorSpace({"x": "1/2"}, order=3), {"a": 0.3})
    assert local.constants == pytest.approx({"B": 1.0, "c": -0.3}, rel=1e-6)
    assert local.worst is None
    space = ss.EmpiricalSpace({"x": np.linspace(0, 1, 20)}, None)
    assert translate(growth, decay, space, {"a": 0.3}).constants == pytest.approx({"B": 1.0, "c": -0.3}, rel=1e-6)


def test_a_fit_is_translated_as_it_is() -> None:
    d = np.linspace(1.0, 50.0, 30)
    fitted = ss.fit({"d": d, "y": 100 + 500 / np.sqrt(d)}, HALL_PETCH)
    found = translate(HALL_PETCH, LOGARITHM, BOX, fitted)
    assert found.given == pytest.approx({"s0": 100, "k": 500}, rel=1e-6)


@pytest.mark.parametrize(
    ("laws", "space", "error", "said"),
    [
        ((HALL_PETCH, POWER), BOX, OptionError, "no closed answer"),
        ((POWER, LOGARITHM), BOX, OptionError, "no closed answer"),
        ((HALL_PETCH, "y"), BOX, OptionError, "str received"),
        ((HALL_PETCH, ss.Law("y = d", ("d",))), BOX, OptionError, "no constant to translate"),
        ((HALL_PETCH, LOGARITHM), ss.TaylorSpace({"d": 4}, order=0), IdentifiabilityError, "1 of its 2 constants"),
        ((HALL_PETCH, ss.Law("y = a + b", ("d",))), BOX, IdentifiabilityError, "not determined apart"),
    ],
)
def test_questions_without_an_answer(
    laws: tuple[object, object], space: ss.LegendreSpace, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        translate(*laws, space)


def test_a_translation_shows_itself_and_comes_back() -> None:
    exact = translate(HALL_PETCH, LOGARITHM, ss.TaylorSpace({"d": 4}, order=2))
    numeric = translate(HALL_PETCH, LOGARITHM, BOX, {"s0": 100, "k": 500})
    for found in (exact, numeric, translate(HALL_PETCH, LOGARITHM, BOX)):
        assert str(Translation.from_json(found.to_json())) == str(found) == str(pickle.loads(pickle.dumps(found)))
        assert r"\begin{tabular}" in found.to_latex()
        assert found.to_frame()["constant"].tolist() == ["a", "b"]
    assert Translation.from_json(exact.to_json()).expressions == exact.expressions
    assert "left of (2,): k/256" in str(exact)


# ----------------------------------------------------------------------------------------------------------- the whole table
def test_a_table_of_frames_translates_every_pair() -> None:
    laws = {"Hall-Petch": HALL_PETCH, "logarithm": LOGARITHM, "square root": ss.Law("y = e + f*sqrt(d)", ("d",))}
    stone = translate_all(laws, BOX, {"Hall-Petch": {"s0": 100, "k": 500}})
    assert len(stone.entries) == 6
    pair = translate(HALL_PETCH, LOGARITHM, BOX, {"s0": 100, "k": 500})
    assert stone.entries["Hall-Petch", "logarithm"].misfit == pytest.approx(pair.misfit)
    assert stone.constants["logarithm"] == pytest.approx(pair.constants)
    there_and_back = stone.entries["logarithm", "Hall-Petch"]
    assert there_and_back.given == pytest.approx(pair.constants)
    assert str(RosettaStone.from_json(stone.to_json())) == str(stone)
    assert len(stone.constants_table().rows) == 6
    assert "same" in str(stone.table())


def test_a_frame_that_cannot_be_reached_says_why() -> None:
    laws = {"line": ss.Law("y = a + b*x", ("x",)), "lost": ss.Law("y = u*v*x", ("x",))}
    stone = translate_all(laws, ss.LegendreSpace({"x": (0, 1)}, order=4), {"line": {"a": 0, "b": 1}})
    assert stone.entries == {}
    assert "IdentifiabilityError" in stone.reasons["line", "lost"]
    assert "line to lost" in str(stone)


@pytest.mark.parametrize(
    ("laws", "space", "constants", "error"),
    [
        ({"a": HALL_PETCH}, BOX, {"a": {}}, OptionError),
        ({"a": HALL_PETCH, "b": POWER}, BOX, {}, OptionError),
        ({"a": HALL_PETCH, "b": POWER}, BOX, {"c": {}}, LawNameError),
        ({"a": HALL_PETCH, "b": POWER}, ss.TaylorSpace({"d": 1}, order=2), {"a": {}}, OptionError),
    ],
)
def test_a_table_that_cannot_be_made(laws: object, space: object, constants: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        translate_all(laws, space, constants)


def test_a_centre_to_the_power_of_a_constant_stays_short() -> None:
    """300**(5 Q/12471) is no reason for numbers of thousands of digits."""
    arrhenius, power = ss.Law("y = A*exp(-Q/(8.314*T))", ("T",)), ss.Law("y = B*T**n", ("T",))
    found = ss.translate(arrhenius, power, ss.TaylorSpace({"T": 300}, order=2))
    Q, A = sympy.symbols("Q A")
    assert found.expressions["n"] == 5 * Q / 12471
    at = {Q: 5000, A: 3}
    expected = 3 * sympy.exp(-sympy.Rational(25000, 12471)) / 300 ** sympy.Rational(25000, 12471)
    assert float(found.expressions["B"].xreplace(at)) == pytest.approx(float(expected))
    assert found.remainders.keys() == {"(2,)"}
    assert found.to_latex()
