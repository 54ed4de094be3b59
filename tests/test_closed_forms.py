"""Constants as expressions in coefficients: the law's own coefficients, put in, give its constants back."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.errors import IdentifiabilityError, LawNameError, OptionError, ResourceLimitError, SpaceMismatchError
from symseries.laws import ClosedForm
from symseries.laws.systems import label

R = "8.314462618"


@dataclass(frozen=True)
class Example:
    """A law, the constants that are put in, where it is expanded, and how many solutions and conditions there are."""

    law: ss.Law
    truth: Mapping[str, str]
    center: Mapping[str, object]
    order: int
    branches: int = 1
    conditions: int = 0


EXAMPLES = {
    "arrhenius": Example(ss.Law("A*exp(-Q/(R*T))", ("T",), known={"R": R}), {"A": "1e6", "Q": "8e4"}, {"T": 900}, 3, 1, 2),
    "yield": Example(
        ss.Law("sf + C*c**(2/3) + k/sqrt(d)", ("c", "d")),
        {"sf": "100", "C": "300", "k": "500"},
        {"c": "0.05", "d": 10},
        2,
        1,
        3,
    ),
    "exponents": Example(
        ss.Law("sf + C*c**m + k*d**(-n)", ("c", "d")),
        {"sf": "100", "C": "300", "m": "2/3", "k": "500", "n": "1/2"},
        {"c": "0.05", "d": 10},
        3,
        1,
        5,
    ),
    "langmuir": Example(ss.Law("q*K*p/(1 + K*p)", ("p",)), {"q": "2", "K": "0.5"}, {"p": 3}, 3, 1, 2),
    "creep": Example(
        ss.Law("A*s**n*exp(-Q/(R*T))", ("s", "T"), known={"R": R}),
        {"A": "1e-3", "n": "5", "Q": "2.5e5"},
        {"s": 60, "T": 1000},
        2,
        1,
        3,
    ),
    "johnson_cook": Example(
        ss.Law("(A + B*e**n)*(1 + C*log(r))*(1 - T**m)", ("e", "r", "T")),
        {"A": "792", "B": "510", "n": "0.26", "C": "0.014", "m": "1.03"},
        {"e": "0.2", "r": 10, "T": "0.4"},
        2,
        1,
        4,
    ),
    "voce": Example(
        ss.Law("s1 - (s1 - s0)*exp(-e/e0)", ("e",)), {"s1": "400", "s0": "150", "e0": "0.07"}, {"e": "0.1"}, 4, 1, 2
    ),
    "hill": Example(ss.Law("q*p**n/(K**n + p**n)", ("p",)), {"q": "2", "n": "1.7", "K": "4"}, {"p": 3}, 4, 1, 2),
    "two_arrhenius": Example(
        ss.Law("A1*exp(-Q1/(R*T)) + A2*exp(-Q2/(R*T))", ("T",), known={"R": R}),
        {"A1": "1e3", "Q1": "5e4", "A2": "1e6", "Q2": "9e4"},
        {"T": 900},
        4,
        2,
        1,
    ),
    "planck": Example(
        ss.Law("h*nu/(exp(h*nu/(kB*T)) - 1)", ("nu", "T")), {"h": "3", "kB": "2"}, {"nu": 2, "T": 3}, 2, 1, 4 - 1
    ),
    "root": Example(ss.Law("a*sqrt(K + x)", ("x",)), {"a": "2", "K": "1"}, {"x": 3}, 3, 1, 2),
    "wave": Example(ss.Law("a*sin(w*x + b)", ("x",)), {"a": "2", "w": "0.4", "b": "0.3"}, {"x": 1}, 3, 4, 1),
    "logarithm": Example(ss.Law("a + b*log(x + K)", ("x",)), {"a": "2", "b": "3", "K": "5"}, {"x": 3}, 3, 1, 1),
    "logistic": Example(ss.Law("L/(1 + exp(-k*(x - m)))", ("x",)), {"L": "2", "k": "1.5", "m": "1"}, {"x": 1}, 3, 1, 1),
    "cubic_root": Example(ss.Law("a*(K + x)**(-4/3) + b", ("x",)), {"a": "2", "K": "4", "b": "1"}, {"x": 4}, 4, 1, 2),
    "at_zero": Example(ss.Law("a + b*exp(-k*x)", ("x",)), {"a": "2", "b": "3", "k": "5"}, {"x": 0}, 3, 1, 1),
}

PRODUCTS = [pytest.param(name, id=name) for name in EXAMPLES]


def space_of(example: Example) -> ss.TaylorSpace:
    return ss.TaylorSpace(dict(example.center), order=example.order)


def derivatives(example: Example) -> dict[sympy.Symbol, sympy.Expr]:
    """Return the coefficients of a law at its constants, differentiated by SymPy, exactly."""
    law = example.law
    formula = law.formula.xreplace({sympy.Symbol(n): sympy.Rational(v) for n, v in example.truth.items()})
    place = {sympy.Symbol(n): sympy.Rational(str(v)) for n, v in example.center.items()}
    found = {}
    for index in space_of(example).multi_indices.tolist():
        slope = formula
        for name, times in zip(example.center, index, strict=True):
            slope = sympy.diff(slope, sympy.Symbol(name), times) if times else slope
        found[label(index)] = slope.xreplace(place) / sympy.prod(map(sympy.factorial, index))
    return found


@pytest.fixture(scope="module")
def forms() -> dict[str, ClosedForm]:
    return {name: e.law.closed_form(space_of(e), seconds=20) for name, e in EXAMPLES.items()}


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_laws_own_coefficients_give_its_constants_back(name: str, forms: dict[str, ClosedForm]) -> None:
    example, found = EXAMPLES[name], forms[name]
    numbers = {s: value.evalf(60) for s, value in derivatives(example).items()}
    assert len(found.branches) == example.branches
    hits = 0
    for branch in found.branches:
        values = {n: e.xreplace(numbers).evalf(50) for n, e in branch.items()}
        hits += all(abs(values[n] / sympy.Rational(v) - 1) < sympy.Float("1e-35") for n, v in example.truth.items())
    assert hits == 1


@pytest.mark.parametrize("name", ["arrhenius", "yield", "langmuir", "creep", "planck", "root", "voce"])
def test_they_do_so_exactly(name: str, forms: dict[str, ClosedForm]) -> None:
    example, exact = EXAMPLES[name], derivatives(EXAMPLES[name])
    for constant, expression in forms[name].items():
        assert sympy.simplify(expression.xreplace(exact) - sympy.Rational(example.truth[constant])) == 0


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_conditions_hold_of_the_law_and_are_as_many_as_coefficients_less_constants(name: str) -> None:
    example = EXAMPLES[name]
    found = example.law.invariants(space_of(example))
    numbers = {s: value.evalf(80) for s, value in derivatives(example).items()}
    for equation in found:
        sizes = [abs(term.xreplace(numbers)) for side in equation.args for term in sympy.Add.make_args(side)]
        assert abs((equation.lhs - equation.rhs).xreplace(numbers)) <= max(sizes) * sympy.Float("1e-60")
    assert found.complete
    assert found.needed == example.conditions
    assert found.degree <= 4


@pytest.mark.parametrize("name", ["arrhenius", "langmuir", "creep", "yield", "root"])
def test_the_conditions_hold_with_symbols_for_all_constants(name: str) -> None:
    example = EXAMPLES[name]
    beta = example.law.expand(space_of(example)).coefficients
    symbols = dict(zip(map(label, space_of(example).multi_indices.tolist()), beta, strict=True))
    for equation in example.law.invariants(space_of(example)):
        assert sympy.simplify((equation.lhs - equation.rhs).xreplace(symbols)) == 0


def test_a_wrong_law_breaks_the_conditions() -> None:
    example = EXAMPLES["langmuir"]
    wrong = Example(ss.Law("q*p**m", ("p",)), {"q": "2", "m": "1/2"}, example.center, example.order)
    numbers = derivatives(wrong)
    conditions = example.law.invariants(space_of(example))
    assert any(abs((e.lhs - e.rhs).xreplace(numbers).evalf()) > 1e-6 for e in conditions)


# The closed forms and conditions that are known from paper and pencil, at an open centre.
@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("A*exp(-Q/(8*T))", "T", {"Q": "8*T0**2*alpha_1/alpha_0", "A": "alpha_0*exp(T0*alpha_1/alpha_0)"}),
        (
            "sf + C*c**(2/3) + k/sqrt(d)",
            "c d",
            {
                "C": "3*c0**(1/3)*alpha_1_0/2",
                "k": "-2*d0**(3/2)*alpha_0_1",
                "sf": "alpha_0_0 + 2*d0*alpha_0_1 - 3*c0*alpha_1_0/2",
            },
        ),
        ("sf + C*c**m", "c", {"m": "1 + 2*c0*alpha_2/alpha_1"}),
        ("sf + k*d**(-n)", "d", {"n": "-1 - 2*d0*alpha_2/alpha_1"}),
        ("q*K*p/(1 + K*p)", "p", {"K": "(alpha_0 - p0*alpha_1)/(alpha_1*p0**2)", "q": "alpha_0**2/(alpha_0 - p0*alpha_1)"}),
        ("A*s**n*exp(-Q/T)", "s T", {"n": "s0*alpha_1_0/alpha_0_0", "Q": "T0**2*alpha_0_1/alpha_0_0"}),
    ],
)
def test_closed_forms_are_those_of_paper_and_pencil(text: str, variables: str, expected: dict[str, str]) -> None:
    names = variables.split()
    law = ss.Law(text, names)
    center = {name: sympy.Symbol(f"{name}0") for name in names}
    found = law.closed_form(ss.TaylorSpace(center, order=2))
    declared = {s.name: s for e in found.values() for s in e.free_symbols}
    for name, wanted in expected.items():
        other = ss.Law(wanted, [*declared]).expression
        assert sympy.simplify(found[name] - other) == 0


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("s1 - D*exp(-e/e0)", 4, "4*alpha_2*alpha_4 - 3*alpha_3**2"),
        ("q*K*e/(1 + K*e)", 3, "alpha_1*alpha_3 - alpha_2**2"),
        ("a*sin(w*e + b)", 3, "3*alpha_0*alpha_3 - alpha_1*alpha_2"),
    ],
)
def test_the_known_condition_is_among_those_found(text: str, order: int, expected: str) -> None:
    found = ss.Law(text, ("e",)).invariants(ss.TaylorSpace({"e": 2}, order))
    wanted = ss.Law(expected, [f"alpha_{k}" for k in range(order + 1)], constants=()).expression
    assert any(sympy.expand((e.lhs - e.rhs) - s * wanted) == 0 for e in found for s in (1, -1))


def test_conditions_in_units_of_the_centre_hold_whole_numbers_that_do_not_depend_on_it() -> None:
    law = EXAMPLES["arrhenius"].law
    shown = {str(law.invariants(ss.TaylorSpace({"T": place}, 2), coordinates="scaled")[0]) for place in (300, "900.5", "1e-3")}
    assert shown == {"Eq(2*alpha_0*alpha_1 + 2*alpha_0*alpha_2, alpha_1**2)"}


def test_a_search_that_ended_says_what_it_reached() -> None:
    law = EXAMPLES["hill"].law
    found = law.invariants(ss.TaylorSpace({"p": 3}, 4), degree=3)
    assert not found.complete
    assert (found.needed, found.degree) == (2, 3)
    assert "conditions of degree above 3 were not looked for" in str(found)
    space, wide = ss.TaylorSpace({"e": "0.2", "r": 10, "T": "0.4"}, 5), None
    for seconds in (0.2, 0.4, 0.8, 1.6, 3.2):  # as much as this machine takes for degree 1, and no more
        with suppress(ResourceLimitError):
            wide = EXAMPLES["johnson_cook"].law.invariants(space, seconds=seconds)
            break
    assert wide is not None
    assert any("the search ended before degree" in warning for warning in wide.warnings)


def test_a_time_limit_is_kept() -> None:
    law = EXAMPLES["two_arrhenius"].law
    with pytest.raises(ResourceLimitError, match=r"not done within 0\.01 s"):
        law.closed_form(ss.TaylorSpace({"T": 900}, 4), seconds=0.01)


# ------------------------------------------------------------------------------------------------- honest negatives
@pytest.mark.parametrize(
    ("text", "variables", "order", "message"),
    [
        ("a*b*x", ("x",), 2, r"only a\*b is determined, not a and b apart"),
        ("k1 + k2 + C*x", ("x",), 2, r"only k1 \+ k2 is determined"),
        ("A*exp(b)*x", ("x",), 2, r"only log\(A\) \+ b is determined"),
        ("a + b*x + c*(x - 2)**3", ("x",), 2, r"order 3 determines them"),
        (
            "h*nu/(exp(h*nu/(k*T)) - 1)",
            ("nu", "T"),
            1,
            r"have no closed form in the coefficients to order 1; order 2 gives one",
        ),
        ("a + a**5 + b*x", ("x",), 2, r"no closed form in square roots, .*; the constants are determined, use fit"),
    ],
)
def test_what_has_no_closed_form_is_refused_with_the_reason(
    text: str, variables: tuple[str, ...], order: int, message: str
) -> None:
    law = ss.Law(text, variables)
    with pytest.raises(IdentifiabilityError, match=message) as caught:
        law.closed_form(ss.TaylorSpace(dict.fromkeys(variables, 2), order))
    assert "\n" not in str(caught.value)


def test_bad_questions_are_refused() -> None:
    law = EXAMPLES["arrhenius"].law
    space = ss.TaylorSpace({"T": 900}, 2)
    with pytest.raises(OptionError, match="not linear in Q; use a TaylorSpace"):
        law.closed_form(ss.LegendreSpace({"T": (600, 1200)}, 3))
    with pytest.raises(OptionError, match="not linear in Q"):
        law.closed_form(space, using="all")
    with pytest.raises(OptionError, match="using='lowst'; did you mean 'lowest'"):
        law.closed_form(space, using="lowst")
    with pytest.raises(OptionError, match="weights: the lowest coefficients"):
        law.closed_form(space, weights=[1, 2, 3])
    with pytest.raises(IdentifiabilityError, match="no constant"):
        ss.Law("x**2", ("x",)).closed_form(ss.TaylorSpace({"x": 1}, 2))
    with pytest.raises(LawNameError, match="'T' is not in the space"):
        law.closed_form(ss.TaylorSpace({"x": 1}, 2))
    with pytest.raises(LawNameError, match="'Q' is also a constant"):
        law.closed_form(ss.TaylorSpace({"T": sympy.Symbol("Q")}, 2))
    for bad in (0, 9, True):
        with pytest.raises(OptionError, match="expected a whole number from 1 to 8"):
            law.invariants(space, degree=bad)
    with pytest.raises(OptionError, match="expected 'physical' or 'scaled'"):
        law.invariants(space, coordinates="polar")
    with pytest.raises(OptionError, match="not linear in Q; use a TaylorSpace"):
        law.invariants(ss.LegendreSpace({"T": (600, 1200)}, 3))


# ------------------------------------------------------------------------------------------------------ the object
def test_a_closed_form_is_a_mapping_that_travels(forms: dict[str, ClosedForm]) -> None:
    found = forms["two_arrhenius"]
    assert list(found) == ["A1", "Q1", "A2", "Q2"]
    assert "A1" in found
    assert "R" not in found
    assert found.get("R") is None
    with pytest.raises(LawNameError, match="constant 'a1'; did you mean 'A1'"):
        found["a1"]
    again = pickle.loads(pickle.dumps(found))
    assert again.branches == found.branches
    assert str(again) == str(found)
    record = json.loads(found.to_json())
    assert record["branches"][0].keys() == found.branches[0].keys()
    assert record["law"] == found.law.to_dict()
    for text in (str(found), found.to_latex(document=True), found._repr_html_(), found._repr_latex_(), repr(found)):
        assert "alpha" in text
    assert "2 solutions give the same 4 coefficients" in str(found)
    assert "part_1" in str(found)


def test_long_expressions_are_abbreviated_without_loss(forms: dict[str, ClosedForm]) -> None:
    from symseries.laws.closed import _abbreviated

    branch = forms["two_arrhenius"].branches[0]
    known: dict[sympy.Symbol, sympy.Expr] = {}
    for name, expression in _abbreviated(branch):
        whole = expression.xreplace(known)
        if name in branch:
            assert sympy.simplify(whole - branch[name]) == 0 or whole.equals(branch[name])
        known[sympy.Symbol(name)] = whole


def test_numbers_are_put_in_from_series_and_mappings(forms: dict[str, ClosedForm]) -> None:
    example, found = EXAMPLES["arrhenius"], forms["arrhenius"]
    alpha = example.law.expand(space_of(example)).at({"A": 1e6, "Q": 8e4})
    assert found.at(alpha) == pytest.approx({"A": 1e6, "Q": 8e4}, rel=1e-12)
    first = {(0,): float(alpha.coefficients[0]), (1,): float(alpha.coefficients[1])}
    assert found.at(first) == found.at(alpha)
    [a, q] = found.evaluator()(*(np.array([value, value]) for value in first.values()))
    assert np.allclose(a, 1e6)
    assert np.allclose(q, 8e4)
    with pytest.raises(OptionError, match=r"coefficient of \(1,\) is missing"):
        found.at({(0,): 1.0})
    with pytest.raises(OptionError, match="branch=1"):
        found.at(alpha, branch=1)
    with pytest.raises(SpaceMismatchError, match="expected the same space"):
        found.at(alpha.truncate(1))
    with pytest.raises(OptionError, match="expected a Series, or a mapping"):
        found.at([1.0, 2.0])


def test_a_calculation_by_hand_shows_formula_numbers_and_value(forms: dict[str, ClosedForm]) -> None:
    shown = forms["langmuir"].to_latex(worked={(0,): sympy.Rational(6, 5), (1,): sympy.Rational(-4, 25)})
    assert r"q &= \frac{\alpha_{0}^{2}}{\alpha_{0} - 3 \alpha_{1}}" in shown
    assert r"= \frac{6}{7}" in shown
    assert r"\left(- \frac{4}{25}\right)" in shown
    assert shown.count("&=") == 2


def test_conditions_print_and_slice() -> None:
    found = EXAMPLES["langmuir"].law.invariants(ss.TaylorSpace({"p": 1}, 3))
    assert len(found) == len(list(found)) == 3
    assert found[1:] == tuple(found)[1:]
    assert all(isinstance(e, sympy.Eq) for e in found)
    assert "all of them are found" in str(found)
    assert json.loads(found.to_json())["conditions"][2] == "alpha_1*alpha_3 - alpha_2**2 = 0"
    assert r"\alpha_{1} \alpha_{3} = \alpha_{2}^{2}" in found.to_latex()
    assert pickle.loads(pickle.dumps(found)).expressions == found.expressions
