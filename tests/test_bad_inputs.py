"""Inputs that numerical libraries answer wrongly or in silence: each is refused in one line, or answered correctly."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.activations import ACTIVATIONS
from symseries.cli import main
from symseries.errors import (
    ComplexResultError,
    ConvergenceError,
    DataError,
    IdentifiabilityError,
    LawNameError,
    LawSyntaxError,
    NetworkFormatError,
    NetworkShapeError,
    NetworkValueError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    SpaceMismatchError,
    UnsupportedLayerError,
)

LINE = ss.Law("y = a + b*x", ("x",))
ARRHENIUS = ss.Law("y = A*exp(-E/x)", ("x",))
Spaces = Callable[[Any], ss.TaylorSpace | ss.LegendreSpace | ss.EmpiricalSpace]


def refused(error: type[ss.SymseriesError], call: Callable[[], object], *words: str) -> None:
    """Check that a call raises this error, in one line that holds the words."""
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


def net(inputs: tuple[str, ...] = ("x", "y"), activation: str = "tanh") -> ss.Network:
    first = ss.Affine([[1.0, 2.0][: len(inputs)]], [0.0])
    return ss.Network([first, ss.Activation(activation), ss.Affine([[2.0]])], inputs, "z")


# --------------------------------------------------------------------------------------------------------------- data
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (math.nan, ("row 2, column 'y'", "missing value", 'missing="drop"')),
        (None, ("row 2, column 'y'", "missing value", 'missing="drop"')),
        (math.inf, ("row 2, column 'y'", "inf is not finite")),
        (-math.inf, ("row 2, column 'y'", "-inf is not finite")),
        ("2,5", ("row 2, column 'y'", "'2,5' has a decimal comma; write 2.5")),
        ("two", ("row 2, column 'y'", "'two' is not a number")),
        ([1.0, 2.0], ("row 2, column 'y'", "is a sequence, expected one number in each row")),
    ],
)
def test_values_that_are_no_number_are_named_by_row_and_column(value: object, words: tuple[str, ...]) -> None:
    table = {"x": [1, 2, 3, 4], "y": [1.0, value, 3.0, 4.0]}
    refused(DataError, lambda: ss.fit(table, LINE), *words)
    refused(DataError, lambda: ss.train(table, "x", "y"), *words)
    refused(DataError, lambda: net(("x",)).with_data({"x": table["y"], "z": table["x"]}), "row 2, column 'x'")


@pytest.mark.parametrize("gap", ["", "NA"])
def test_rows_with_gaps_are_dropped_on_request_only(tmp_path: Path, capsys: pytest.CaptureFixture[str], gap: str) -> None:
    rows = [f"{x},{1 + 2 * x + 0.01 * (-1) ** x:.2f}" for x in range(12)]
    rows[5] = f"5,{gap}"
    path = tmp_path / "gap.csv"
    path.write_text("\n".join(["x,y", *rows]) + "\n", encoding="utf-8")
    arguments = ["fit", str(path), "--law", "y = a + b*x"]
    assert main(arguments) == 2
    line = capsys.readouterr().err
    assert "line 7 (row 6), column 'y'" in line
    assert len(line.splitlines()) == 1
    assert main([*arguments, "--missing", "drop"]) == 0
    assert "11 rows of gap.csv" in capsys.readouterr().out


def test_missing_and_doubled_columns_are_named(tmp_path: Path) -> None:
    doubled = tmp_path / "doubled.csv"
    doubled.write_text("x,x,y\n1,2,3\n2,3,4\n3,4,6\n", encoding="utf-8")
    refused(DataError, lambda: ss.fit(doubled, LINE), "two columns named 'x', columns 1 and 2")
    refused(DataError, lambda: ss.train(doubled, "x", "y"), "two columns named 'x'")
    table = {"xx": [1, 2, 3], "y": [1, 2, 4]}
    refused(DataError, lambda: ss.train(table, "x", "y"), "no column 'x'; did you mean 'xx'?")
    refused(LawNameError, lambda: ss.fit({"x": [1, 2], "z": [1, 2]}, LINE), "target 'y' is no column", "columns: x, z")
    refused(DataError, lambda: ss.train({"x": [1, 2, 3], "y": [1, 2]}, "x", "y"), "'x' and 'y' have 3 and 2 values")


def test_columns_that_are_not_used_may_hold_anything() -> None:
    table = {"x": [1, 2, 3, 4], "y": [1.0, 2.0, 3.5, 4.0]}
    crowded = {"sample %": ["a", None, "c", math.nan], **table, "note": ["2,5", "", "inf", "?"]}
    assert ss.fit(crowded, LINE).constants["b"].value == ss.fit(table, LINE).constants["b"].value


# ---------------------------------------------------------------------------------------------------- rows and constants
@pytest.mark.parametrize(
    ("law", "rows", "words"),
    [
        ("y = a + b*x", 1, ("1 rows for 2 constants (a, b)", "1 equations for 2 unknowns")),
        ("y = A*exp(-E/x) + c", 2, ("2 rows for 3 constants (A, E, c)", "2 equations for 3 unknowns")),
        ("y = a + b*x + c*x**2 + d*x**3", 3, ("3 rows for 4 constants",)),
    ],
)
def test_more_constants_than_rows_are_not_identifiable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], law: str, rows: int, words: tuple[str, ...]
) -> None:
    table = {"x": [float(k) for k in range(1, rows + 1)], "y": [1.0 / k for k in range(1, rows + 1)]}
    refused(IdentifiabilityError, lambda: ss.fit(table, ss.Law(law, ("x",))), *words)
    body = [f"{x},{y}" for x, y in zip(*table.values(), strict=True)]
    (tmp_path / "few.csv").write_text("\n".join(["x,y", *body]) + "\n", encoding="utf-8")
    assert main(["fit", str(tmp_path / "few.csv"), "--law", law]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words[0] in said.err


@pytest.fixture(scope="module")
def decay() -> dict[str, np.ndarray]:
    x = np.linspace(1, 10, 30)
    return {"x": x, "y": 5 * np.exp(-3 / x) + 0.01 * np.random.default_rng(0).normal(size=30)}


def check_start(source: object, start: float, expected: ss.Estimate) -> None:
    """Check that a fit from a start finds the constant, or says that it did not."""
    try:
        found = ss.fit(source, ARRHENIUS, start={"E": start}).constants["E"]
    except ConvergenceError:
        return
    assert abs(found.value - expected.value) < expected.stderr


@pytest.mark.parametrize("start", [1e5, 3e20, 3e-20, -1e5], ids=str)
def test_a_start_far_away_is_no_answer(decay: dict[str, np.ndarray], start: float) -> None:
    expected = ss.fit(decay, ARRHENIUS).constants["E"]
    assert abs(expected.value - 3) < 4 * expected.stderr
    check_start(decay, start, expected)


def test_a_start_far_away_is_no_answer_of_a_network(decay: dict[str, np.ndarray]) -> None:
    source = ss.train(decay, "x", "y", hidden=(3,), restarts=1)
    check_start(source, 3e20, ss.fit(decay, ARRHENIUS).constants["E"])


def test_a_large_activation_energy_is_found_without_a_start() -> None:
    kelvin = np.linspace(250, 400, 30)
    found = ss.fit({"x": kelvin, "y": 3e13 * np.exp(-1e4 / kelvin)}, ARRHENIUS)
    assert found.constants["E"].value == pytest.approx(1e4, rel=1e-9)
    assert found.constants["A"].value == pytest.approx(3e13, rel=1e-9)


def test_a_constant_that_the_data_leave_open_is_not_answered() -> None:
    # beside x every E far below 1e30 is nothing
    x = np.linspace(1, 2, 20)
    law = ss.Law("y = a + b*x/(x + 1e-30*E)", ("x",))
    with pytest.raises((ConvergenceError, IdentifiabilityError)) as caught:
        ss.fit({"x": x, "y": 1 + x}, law, start={"E": 1.0})
    assert len(str(caught.value).splitlines()) == 1


def test_irrational_terms_make_an_exact_fit_a_declared_numerical_one() -> None:
    half, third = sympy.Rational(1, 2), sympy.Rational(1, 3)
    source = ss.Network([ss.Affine([[half]], [third])], ("x",))
    source = source.with_data({"x": ["1", "2", "3"], "y": ["1", "1.5", "2"]})
    exact = ss.fit(source, LINE)
    assert exact.constants["b"].value == half
    assert "exact" in exact.method
    rounded = ss.fit(source, ss.Law("y = a + sqrt(2)*b*x", ("x",)))
    assert "exact" not in rounded.method
    assert rounded.constants["b"].value == pytest.approx(0.5 / math.sqrt(2), rel=1e-12)


# ------------------------------------------------------------------------------------------------------ law mathematics
TANH = ss.Network([ss.Affine([[1.0]], [0.2]), ss.Activation("tanh"), ss.Affine([[2.0]])], ("x",), "y")


@pytest.mark.parametrize(
    ("error", "term", "center", "words"),
    [
        (NotAnalyticError, "1/sqrt(x)", 0, ("1/sqrt(x) at x = 0", "a branch point", "move the centre")),
        (NotAnalyticError, "abs(x)", 0, ("at x = 0", "kink at 0", "move the centre")),
        (NotAnalyticError, "(x + abs(x))/2", 0, ("kink at 0", "move the centre")),
        (NotAnalyticError, "1/(x - 3)", 3, ("at x = 3", "pole", "move the centre")),
        (ComplexResultError, "sqrt(x - 1)", 0, ("sqrt(x - 1) at x = 0", "complex", "keep the base positive")),
    ],
)
def test_a_law_without_a_series_at_the_centre_is_refused(
    error: type[ss.SymseriesError], term: str, center: int, words: tuple[str, ...]
) -> None:
    law, space = ss.Law(f"y = a + k*{term}", ("x",)), ss.TaylorSpace({"x": center}, 3)
    refused(error, lambda: ss.fit(TANH, law, space), *words)
    refused(error, lambda: law.closed_form(space), *words)


def test_a_removable_singularity_is_none() -> None:
    law, space = ss.Law("y = a + k*sin(x)/x", ("x",)), ss.TaylorSpace({"x": 0}, 4)
    source = ss.Network.from_expression("1 + 2*sin(x)/x", ("x",), "y")
    assert {n: e.value for n, e in ss.fit(source, law, space).constants.items()} == pytest.approx({"a": 1, "k": 2}, rel=1e-12)
    table = {"x": [0.0, 1.0, 2.0, 3.0], "y": [3.0, *(1 + 2 * math.sin(x) / x for x in (1, 2, 3))]}
    assert ss.fit(table, law).constants["k"].value == pytest.approx(2, rel=1e-12)


def test_a_pole_in_the_domain_and_in_the_reach_of_a_series_is_told() -> None:
    law = ss.Law("y = a + k/(x - 3)", ("x",))
    refused(
        NotAnalyticError, lambda: ss.fit(TANH, law, ss.LegendreSpace({"x": (0, 4)}, 4)), "pole at x = 3", "leave that point"
    )
    space = ss.TaylorSpace({"x": 1}, 4)
    assert ss.radius(law, space, constants={"a": 1, "k": 1}).axes["x"] == pytest.approx(2)
    x = np.linspace(0, 4, 30)
    warned = ss.fit(TANH.with_data({"x": x, "y": TANH(x[:, None])}), law, space).warnings
    assert any("converges over 0.66 of the way to the ends of the domain" in warning for warning in warned)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y = a*b*x", ("only a*b is determined, not a and b apart",)),
        ("y = k1 + k2 + C*x", ("only k1 + k2 is determined, not k1 and k2 apart",)),
        ("y = A*exp(b)*x", ("only log(A) + b is determined, not A and b apart",)),
        ("y = a + k*x**9", ("k has no influence", "order 9")),
        ("y = a + b*x + c*x**2 + d*exp(x) + e*sin(x) + f*cos(x)", ()),
    ],
)
def test_constants_that_cannot_be_told_apart_are_named_by_every_route(text: str, words: tuple[str, ...]) -> None:
    law, space = ss.Law(text, ("x",)), ss.TaylorSpace({"x": 0 if "x**9" in text else 1}, 4)
    refused(IdentifiabilityError, lambda: ss.fit(TANH, law, space), *(words or ("5 equations for 6 unknowns",)))
    refused(IdentifiabilityError, lambda: law.closed_form(space), *words)
    if len(words) == 1:
        table = {"x": np.arange(1.0, 9), "y": np.arange(1.0, 9) ** 1.1}
        refused(IdentifiabilityError, lambda: ss.fit(table, law), *words, "hold", "known={")
        refused(IdentifiabilityError, lambda: ss.extend(table, law), *(words if "C" not in text else ("not determined apart",)))
        ranked = str(ss.compare({"t": table}, [law, LINE]))
        assert f"IdentifiabilityError: law {law}" in ranked


def test_columns_that_vary_together_are_named() -> None:
    x = np.arange(1.0, 9)
    law = ss.Law("y = a*x + b*z", ("x", "z"))
    for noise in (0, 1e-13):
        table = {"x": x, "z": 2 * x + noise * np.cos(9 * x), "y": x}
        refused(IdentifiabilityError, lambda t=table: ss.fit(t, law), "only a + 2*b is determined, not a and b apart")
    still = ss.Law("y = s + a*x + b*z", ("x", "z"))
    refused(IdentifiabilityError, lambda: ss.fit({"x": x, "z": 0 * x + 3, "y": x}, still), "only s + 3*b is determined")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Max", "abs(a - b)"),
        ("min", "abs(a - b)"),
        ("relu", "(x + abs(x))/2"),
        ("Heaviside", "each side"),
        ("log2", "log(x, 2)"),
    ],
)
def test_functions_of_other_tools_are_answered_with_what_says_the_same(name: str, words: str) -> None:
    refused(LawSyntaxError, lambda: ss.Law(f"y = a*{name}(0, x)", ("x",)), f"'{name}'", "no function at column 7", words)


def test_a_law_without_variables_is_none_for_a_table() -> None:
    refused(OptionError, lambda: ss.fit({"x": [1, 2], "y": [1, 2]}, ss.Law("y = a", ())), "law y = a", "has no variable")
    refused(OptionError, lambda: ss.constant_field(TANH, "y = a"), "Network and str received", "symseries.Law")  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------- magnitudes and declarations
@pytest.mark.parametrize("size", [1e-300, 1e300])
@pytest.mark.parametrize("column", ["x", "y"])
def test_numbers_whose_squares_are_none_are_refused(decay: dict[str, np.ndarray], size: float, column: str) -> None:
    table = {**decay, column: size * decay[column]}
    words = (f"column '{column}'", "largest value is", "1e-75 to 1e+75", "another unit")
    refused(DataError, lambda: ss.fit(table, ARRHENIUS), *words)
    refused(DataError, lambda: ss.train(table, "x", "y"), *words)
    exact = {"x": ["1", "2", "3"], "y": [f"{k}e-300" for k in (3, 5, 7)]}
    assert ss.fit(exact, LINE, scalars=ss.QQ).constants["b"].value == sympy.Rational(2, 10**300)


@pytest.mark.parametrize(
    ("text", "known", "unit", "expected"),
    [
        ("y = A*exp(-E/(k*x))", {"k": "1.380649e-23"}, 100, {"A": 5, "E": 1.2e-20}),
        ("y = A*exp(-E/x)", {}, 1e-30, {"A": 5, "E": 3e-30}),
        ("y = A*b*x/(b*x + 1)", {}, 1e-25, {"A": 5, "b": 3e24}),
        ("y = A*sin(w*x)", {}, 1e-9, {"A": 5, "w": 4e8}),
    ],
)
def test_constants_of_any_unit_are_no_less_determined(
    text: str, known: dict[str, str], unit: float, expected: dict[str, float]
) -> None:
    """Near 1 these laws are 0 or linear, and their constants have no influence or one together."""
    law, x = ss.Law(text, ("x",), known=known), unit * np.linspace(1, 10, 30)
    found = ss.fit({"x": x, "y": law({"x": x}, **expected)}, law).constants
    assert {n: abs(e.value) for n, e in found.items()} == pytest.approx(expected, rel=1e-9)
    assert law.identifiability({"x": x}).identifiable


@pytest.mark.parametrize("size", [1e-29, 1e29])
def test_numbers_of_any_other_size_give_the_constants(decay: dict[str, np.ndarray], size: float) -> None:
    expected = ss.fit(decay, ARRHENIUS).constants
    found = ss.fit({"x": decay["x"] / size, "y": size * decay["y"]}, ARRHENIUS).constants
    for name, scale in (("A", size), ("E", 1 / size)):
        assert found[name].value == pytest.approx(expected[name].value * scale, rel=1e-7)
        assert found[name].stderr == pytest.approx(expected[name].stderr * scale, rel=1e-5)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"errors": 1e-300}, ("errors: 1e-300 at data row 1", "1e-75 to 1e+75")),
        ({"errors": [1.0, 2.0]}, ("errors: shape (2,)", "one value for each of 30 rows")),
        ({"errors": [math.nan] * 30}, ("errors: data row 1 is not finite",)),
        ({"errors": [1.0] * 29 + [0.0]}, ("errors: 0 at data row 30", "is positive")),
        ({"relative_errors": -0.1}, ("relative_errors: -0.1 at data row 1",)),
    ],
    ids=str,
)
def test_errors_that_are_none_are_refused(
    decay: dict[str, np.ndarray], declared: dict[str, Any], words: tuple[str, ...]
) -> None:
    refused(DataError, lambda: ss.fit(decay, ARRHENIUS, **declared), *words)


def test_weights_of_rows_are_declared_as_errors(decay: dict[str, np.ndarray]) -> None:
    weights: Any = [1.0] * 30
    refused(OptionError, lambda: ss.fit(decay, ARRHENIUS, weights=weights), "weights of type list", "errors=1/sqrt(weight)")


@pytest.mark.parametrize(
    ("error", "asked", "words"),
    [
        (OptionError, {"start": {"E": 50}, "bounds": {"E": (0, 10)}}, ("start of E: 50 lies outside its bounds, 0 to 10",)),
        (OptionError, {"bounds": {"E": (10, 0)}}, ("bounds of E: lowest 10 is not below highest 0",)),
        (OptionError, {"bounds": {"E": (math.nan, 1)}}, ("bounds of E: nan",)),
        (LawNameError, {"bounds": {"Q": (0, 1)}}, ("bounds: 'Q' is no constant", "constants: A, E")),
        (LawNameError, {"fixed": {"Q": 1}}, ("fixed: 'Q' is no constant",)),
        (IdentifiabilityError, {"fixed": {"A": 5, "E": 3}}, ("no constant is left to find",)),
        (OptionError, {"ties": {"A": "E", "E": "A"}}, ("ties of A: it depends on itself",)),
        (LawNameError, {"ties": {"A": "2*E"}, "fixed": {"A": 1}}, ("held by fixed= and tied by ties=",)),
        (LawNameError, {"ties": {"A": "x"}}, ("ties of A: 'x' is no constant",)),
    ],
    ids=str,
)
def test_what_is_said_of_constants_is_checked(
    decay: dict[str, np.ndarray], error: type[ss.SymseriesError], asked: dict[str, Any], words: tuple[str, ...]
) -> None:
    refused(error, lambda: ss.fit(decay, ARRHENIUS, **asked), *words)


def test_a_network_of_a_constant_target_tells_its_distance_in_few_digits() -> None:
    table = {"x": np.arange(1.0, 31), "y": np.full(30, 5.0)}
    for warning in ss.fit(ss.train(table, "x", "y", restarts=1), LINE).warnings:
        assert max(map(len, warning.split())) < 20


def test_a_law_that_explains_nothing_says_so_where_nothing_tests_it() -> None:
    x = np.linspace(1, 10, 30)
    wave, pole = {"x": x, "y": np.sin(x)}, {"x": x, "y": 1 / (x - 5.05)}
    for table, law in ((wave, LINE), (pole, ss.Law("y = A/(x - m)", ("x",)))):
        assert any("% of the variation of the data and nothing tests it" in w for w in ss.fit(table, law).warnings)
    assert ss.fit({"x": x, "y": 1 + 2 * x + np.sin(9 * x)}, LINE).warnings == ()
    declared = ss.fit(wave, LINE, errors=0.01)
    assert declared.rejected
    assert not any("nothing tests it" in w for w in declared.warnings)


@pytest.mark.parametrize("what", ["known", "units"])
def test_known_values_and_units_are_mappings(what: str) -> None:
    wrong: dict[str, Any] = {what: "x=1"}
    refused(OptionError, lambda: ss.Law("y = a*x", ("x",), **wrong), f"{what}='x=1'", "expected a mapping of names")


# --------------------------------------------------------------------------------------------------- commands that refuse
def test_a_comparison_without_an_answer_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{k},{k * k}\n" for k in range(9)), encoding="utf-8")
    laws = tmp_path / "laws.txt"
    arguments = ["compare", str(tmp_path / "t.csv"), "--laws", str(laws)]
    laws.write_text("product: y = a*b*x\n", encoding="utf-8")
    assert main(arguments) == 2
    assert "only a*b is determined" in capsys.readouterr().out
    laws.write_text("product: y = a*b*x\nline: y = a + b*x\n", encoding="utf-8")
    assert main(arguments) == 0
    laws.write_text("# none\n", encoding="utf-8")
    assert main(arguments) == 2
    assert "no law in it; expected one law a line" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--start", "b=50", "--bounds", "b=0:10"), "widen --bounds"),
        (("--polish", "3"), "--polish 3: expected a number of digits"),
        (("--relative-errors", "nan"), "--relative-errors: data row 1 is not finite"),
        (("--strict", "--polish", "30"), "--strict beside --polish: nothing tests a direct fit without errors"),
    ],
)
def test_commands_advise_in_their_own_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{k},{k * k + 1}\n" for k in range(9)), encoding="utf-8")
    assert main(["fit", str(tmp_path / "t.csv"), "--law", "y = a + b*x", *options]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert words in said.err


# ------------------------------------------------------------------------------------------------------------- options
ORDERED: dict[str, Spaces] = {
    "taylor": lambda order: ss.TaylorSpace({"x": 0}, order),
    "legendre": lambda order: ss.LegendreSpace({"x": (0, 1)}, order),
    "empirical": lambda order: ss.EmpiricalSpace({"x": [1.0, 2.0, 3.0]}, order),
}


@pytest.mark.parametrize("order", [-1, 2.5, "3", True, math.nan, math.inf, [3]], ids=repr)
@pytest.mark.parametrize("kind", ORDERED)
def test_an_order_is_an_integer_from_zero_on(kind: str, order: object) -> None:
    refused(OptionError, lambda: ORDERED[kind](order), f"order={order!r}", "expected an integer >= 0")


@pytest.mark.parametrize("kind", ["taylor", "legendre"])
def test_only_a_space_of_data_can_do_without_an_order(kind: str) -> None:
    refused(OptionError, lambda: ORDERED[kind](None), "order=None", "expected an integer >= 0")
    assert ORDERED["empirical"](None).order is None


@pytest.mark.parametrize("kind", ORDERED)
def test_an_order_of_numpy_is_an_order(kind: str) -> None:
    assert ORDERED[kind](np.int64(2)) == ORDERED[kind](2)


def test_too_many_coefficients_are_counted_beforehand() -> None:
    space: Callable[[], object] = lambda: ss.TaylorSpace(dict.fromkeys("abcdef", 0), 30)  # noqa: E731
    refused(ResourceLimitError, space, f"{math.comb(36, 6)} multi-indices", "the limit is", "lower the order")


@pytest.mark.parametrize(
    ("center", "words"),
    [
        ({"x": math.nan}, ("center of x: nan", "not a finite number")),
        ({"x": math.inf}, ("center of x: inf", "not a finite number")),
        ({"x": "abc"}, ("center of x: 'abc'", "not a finite number")),
        ({"x": None}, ("center of x: None",)),
        ({"x": True}, ("center of x: True",)),
        ({"x": 1j}, ("center of x: 1j",)),
        ({"x": [1]}, ("center of x: [1]",)),
        ({}, ("center is empty",)),
        ("x", ("center='x': expected a mapping of variables",)),
        ([1, 2], ("center=[1, 2]: expected a mapping of variables",)),
        (None, ("center=None: expected a mapping of variables",)),
    ],
    ids=repr,
)
def test_a_centre_is_a_number_for_every_variable(center: Any, words: tuple[str, ...]) -> None:
    refused(OptionError, lambda: ss.TaylorSpace(center, 2), *words)


def test_a_centre_with_other_names_is_no_centre_of_the_network() -> None:
    space = ss.TaylorSpace({"xx": 0, "y": 0}, 2)
    refused(SpaceMismatchError, lambda: net().expand(space), "input 'x' is not in the space", "did you mean 'xx'?")
    refused(SpaceMismatchError, lambda: net().expand(ss.TaylorSpace({"x": 0}, 2)), "input 'y' is not in the space")
    refused(LawNameError, lambda: ss.TaylorSpace({"x x": 0}, 2), "'x x'", "write 'x_x'")


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (None, "domain=None: expected a mapping"),
        ({}, "domain is empty"),
        ({"x": 5}, "domain of x: 5; expected two numbers"),
        ({"x": (1, 2, 3)}, "expected two numbers"),
        ({"x": (1, 1)}, "lowest 1 is not below highest 1"),
        ({"x": (2, 1)}, "lowest 2 is not below highest 1"),
        ({"x": (math.nan, 1)}, "nan (float) is not a finite number"),
        ({"x": (0, math.inf)}, "inf (float) is not a finite number"),
        ({"x": ("a", 1)}, "'a' (str) is not a finite number"),
    ],
    ids=repr,
)
def test_a_domain_is_two_numbers_in_order(domain: Any, words: str) -> None:
    refused(OptionError, lambda: ss.LegendreSpace(domain, 3), words)


def test_a_basis_that_is_misspelt_or_not_there_is_answered_with_one_that_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{k},{k * k}\n" for k in range(9)), encoding="utf-8")
    for basis, near in (
        ("Chebishev:4", "did you mean 'chebyshev'"),
        ("legnedre:4", "did you mean 'legendre'?"),
        ("wavelet:4", "expected leg"),
    ):
        assert main(["fit", str(tmp_path / "t.csv"), "--law", "y = a + b*x", "--space", basis]) == 2
        line = capsys.readouterr().err
        assert basis in line
        assert near in line
        assert len(line.splitlines()) == 1


def test_variables_are_matched_by_name_in_whatever_order() -> None:
    straight = net().expand(ss.TaylorSpace({"x": "1/5", "y": "1/10"}, 3))
    crossed = net().expand(ss.TaylorSpace({"y": "1/10", "x": "1/5"}, 3))
    for (i, j), value in zip(straight.space.multi_indices.tolist(), straight.coefficients, strict=True):
        assert crossed.coefficient((j, i)) == pytest.approx(value, rel=1e-14)
    refused(SpaceMismatchError, lambda: straight - crossed, "order of the variables x, y and y, x", ".project(space)")
    X = np.random.default_rng(0).uniform(1, 2, (30, 2))
    source = net().with_data({"y": X[:, 1], "z": net()(X), "x": X[:, 0]})
    found = {}
    for variables in (("x", "y"), ("y", "x")):
        law = ss.Law("z = a + b*x + c*y", variables)
        spaces = (None, ss.LegendreSpace(dict.fromkeys(variables, (1, 2)), 3))
        found[variables] = [[e.value for e in ss.fit(source, law, space).constants.values()] for space in spaces]
    np.testing.assert_allclose(found["x", "y"], found["y", "x"], rtol=1e-9)


def test_a_kink_has_no_power_series() -> None:
    space = ss.TaylorSpace({"x": 0}, 2)
    refused(
        NotAnalyticError, lambda: net(("x",), "relu").expand(space), "layer 2 (Activation relu)", "kink at 0", "move the centre"
    )


@pytest.mark.parametrize("level", [0, 1, 95, math.nan, "0.95", True, None], ids=repr)
def test_a_level_is_a_probability(level: Any) -> None:
    table = {"x": [1, 2, 3], "y": [1, 2, 4]}
    refused(OptionError, lambda: ss.fit(table, LINE, level=level), f"level={level!r}", "expected a number between 0 and 1")


# --------------------------------------------------------------------------------------------------------------- files
def test_a_key_given_twice_in_json_is_refused(tmp_path: Path) -> None:
    text = net().to_json()
    doubled = text.replace('"inputs"', '"outputs": ["w"],\n "inputs"', 1)
    assert json.loads(doubled)["outputs"] == ["z"]  # Python's own reader takes the last one in silence
    refused(NetworkFormatError, lambda: ss.read_network(doubled), "key 'outputs' is given twice")
    (tmp_path / "model.json").write_text(doubled, encoding="utf-8")
    refused(NetworkFormatError, lambda: ss.read_network(tmp_path / "model.json"), "model.json", "'outputs' is given twice")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: b"", ("'model.json' is empty",)),
        (lambda data: b" \n", ("'model.json' is empty",)),
        (lambda data: data[: len(data) // 2], ("model.json is no JSON (line ", "is it cut off?")),
        (lambda data: b"\xef\xbb\xbf" + data, ("'model.json' starts with a byte order mark", "UTF-8 without one")),
        (lambda data: data.decode().encode("utf-16"), ("byte order mark",)),
        (lambda data: data.decode().encode("utf-16-le"), ("model.json is no JSON (line 1, column 2",)),
        (lambda data: data.replace(b'"z"', b'"\xff"'), ("'model.json' is not UTF-8 (byte ", "in line ")),
        (lambda data: bytes(range(256)), ("model.json",)),
    ],
    ids=["empty", "blank", "cut off", "byte order mark", "UTF-16", "UTF-16-LE", "not UTF-8", "bytes"],
)
def test_spoiled_files_are_named_with_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[bytes], bytes], words: tuple[str, ...]
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(spoil(net().to_json().encode()))
    refused(NetworkFormatError, lambda: ss.read_network(path), *words)
    assert main(["expand", str(path), "--center", "x=0,y=0"]) == 2
    line = capsys.readouterr().err
    assert len(line.splitlines()) == 1
    for word in words:
        assert word in line


def test_a_folder_and_a_missing_file_are_no_network(tmp_path: Path) -> None:
    refused(NetworkFormatError, lambda: ss.read_network(tmp_path), tmp_path.name, "is a folder")
    refused(NetworkFormatError, lambda: ss.read_network(tmp_path / "none.json"), "none.json", "no file")


def test_a_file_that_is_not_spoiled_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net(activation="relu").to_json(tmp_path / "model.json")
    assert main(["expand", str(tmp_path / "model.json"), "--center", "x=1/3,y=0", "--order", "0", "--scalars", "exact"]) == 0
    assert str(2 * Fraction(1, 3)) in capsys.readouterr().out


# ------------------------------------------------------------------------------------------- values and shapes of networks
A = ss.Affine


@pytest.mark.parametrize(
    ("error", "layers", "inputs", "words"),
    [
        (NetworkValueError, lambda: [A([[1.0], [math.nan]])], "x", ("layer 1 (Affine)", "row 2, column 1 is nan")),
        (NetworkValueError, lambda: [A([[1.0]], [math.inf])], "x", ("layer 1 (Affine)", "the bias at row 1 is inf")),
        (NetworkShapeError, lambda: [A(np.ones((8, 1)), np.ones((8, 1)))], "x", ("bias of shape (8, 1); expected (8,)",)),
        (NetworkShapeError, lambda: [A(np.ones((3, 8)))], "xyz", ("shape (3, 8); expected (outputs, 3)", "column for each")),
        (NetworkShapeError, list, "x", ("0 layers and 1 inputs; expected at least one of each",)),
        (NetworkShapeError, lambda: [A([[1]])], "", ("1 layers and 0 inputs",)),
        (NetworkShapeError, lambda: [A(np.zeros((0, 1)))], "x", ("shape (0, 1)",)),
        (NetworkShapeError, lambda: [A(np.zeros((1, 0)))], "x", ("shape (1, 0)",)),
        (NetworkFormatError, lambda: [A([[True, "0.5"]])], "xy", ("'True' (bool)", "expected numbers")),
        (NetworkFormatError, lambda: [A(np.array([["0.5"]]))], "x", ("'0.5' (str)", "expected numbers")),
        (NetworkFormatError, lambda: ["tanh"], "x", ("layer 1: 'tanh'; expected Affine, Activation",)),
        (NetworkFormatError, lambda: "tanh", "x", ("layers 'tanh': expected a list of layers",)),
        (NetworkShapeError, lambda: [ss.Whitening([0] * 3, [1] * 3)], "xy", ("mean of shape (3,); expected (2,)",)),
        (NetworkShapeError, lambda: [ss.Whitening([0, 0], [1])], "xy", ("scale of shape (1,); expected (2,)",)),
        (NetworkValueError, lambda: [ss.Whitening([0], [0])], "x", ("scale at row 1 is 0",)),
        (UnsupportedLayerError, lambda: [ss.Activation("Tanh ")], "x", ("'Tanh '", "did you mean 'tanh'?")),
        (UnsupportedLayerError, lambda: [ss.Activation("TANH")], "x", ("did you mean 'tanh'?",)),
        (UnsupportedLayerError, lambda: [ss.Activation("tahn")], "x", ("did you mean 'tanh'?",)),
        (UnsupportedLayerError, lambda: [ss.Activation("swishh")], "x", ("did you mean 'swish'?", "expected identity, tanh")),
        (UnsupportedLayerError, lambda: [ss.Activation(None)], "x", ("activation None is not known; expected identity",)),
        (UnsupportedLayerError, lambda: [ss.Activation(3)], "x", ("activation 3 is not known",)),
        (UnsupportedLayerError, lambda: [ss.Activation([])], "x", ("activation [] is not known",)),
        (OptionError, lambda: [ss.Activation("softplus", alpha=0)], "x", ("alpha=0; expected a positive number",)),
        (OptionError, lambda: [ss.Activation("softplus", beta=2)], "x", ("parameter 'beta' is not known; expected alpha",)),
        (OptionError, lambda: [ss.Dropout(1)], "x", ("rate=1; expected a number in [0, 1)",)),
    ],
)  # fmt: skip
def test_layers_that_are_no_network_are_refused(
    error: type[ss.SymseriesError], layers: Callable[[], Any], inputs: str, words: tuple[str, ...]
) -> None:
    refused(error, lambda: ss.Network(layers(), tuple(inputs)), *words)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"weights": [[True, "0.5"]]}, NetworkFormatError, ("layer 1 (affine)", "'True' (bool)")),
        ({"weights": [["0.5", 1.0]]}, NetworkFormatError, ("layer 1 (affine)", "'0.5' (str)")),
        ({"weights": [[math.nan, 1.0]]}, NetworkValueError, ("the weight at row 1, column 1 is nan",)),
        ({"weights": [[1.0, 1e999]]}, NetworkValueError, ("the weight at row 1, column 2 is inf",)),
        ({"bias": [[0.5]]}, NetworkShapeError, ("bias of shape (1, 1); expected (1,)",)),
        ({"weights": [[1.0], [2.0]]}, NetworkShapeError, ("weights of shape (2, 1); expected (outputs, 2)",)),
        ({"kind": "batchnorm"}, UnsupportedLayerError, ("layer 1: kind 'batchnorm' is not known; expected affine",)),
    ],
    ids=str,
)
def test_a_file_with_other_values_is_refused(
    change: dict[str, Any], error: type[ss.SymseriesError], words: tuple[str, ...]
) -> None:
    layer = {"kind": "affine", "weights": [[1.0, 2.0]], "bias": [0.5]}
    record = {"format": "symseries.network", "version": 1, "inputs": ["x", "y"], "outputs": ["z"]}
    assert ss.read_network(json.dumps({**record, "layers": [layer]}))([[1.0, 1.0]]).tolist() == [3.5]
    refused(error, lambda: ss.read_network(json.dumps({**record, "layers": [{**layer, **change}]})), *words)


def test_a_model_that_was_not_fitted_is_no_network() -> None:
    neural = pytest.importorskip("sklearn.neural_network")
    refused(NetworkFormatError, lambda: ss.read_network(neural.MLPRegressor()), "MLPRegressor is not fitted", "call its fit")


def _bfloat16(value: float) -> np.float32:
    """Return a number with the eight bits of a bfloat16, as frameworks hand it over."""
    return (np.array([value], dtype=np.float32).view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)[0]


@pytest.mark.parametrize("ring", [ss.QQ, ss.SYM, ss.ARB(200), ss.MPF(60)], ids=str)
@pytest.mark.parametrize("stored", [np.float16(0.1), _bfloat16(0.1), np.float32(0.1), np.float64(0.1)], ids=repr)
def test_stored_weights_are_the_binary_numbers_they_are_in_every_ring(stored: Any, ring: Any) -> None:
    exact = sympy.Rational(*stored.as_integer_ratio())
    assert exact != sympy.Rational(1, 10)
    for weights in (np.array([[stored]]), [[stored]]):
        source = ss.Network([A(weights), ss.Activation("relu")], "x")
        slope = source.expand(ss.TaylorSpace({"x": 1}, 1), scalars=ring).coefficient((1,))
        if ring.family == "ARB":
            assert (slope.rad, slope.mid.man_exp == mpmath.mpf(float(stored)).man_exp) == (0, True)
        else:
            assert slope == (mpmath.mpf(float(stored)) if ring.family == "MPF" else exact)


@pytest.mark.parametrize(
    "weight",
    [sympy.sqrt(2), sympy.pi, sympy.exp(1) / 3, sympy.Float("0.1", 50), sympy.Float("1.25", 50) ** 31, np.longdouble("0.1")],
    ids=repr,
)
def test_weights_of_more_digits_are_kept_or_refused(weight: Any) -> None:
    """A ball about a number that was rounded before would exclude the truth."""
    try:
        source = ss.Network([A([[weight]])], "x")
        ball = source.expand(ss.TaylorSpace({"x": 0}, 1), scalars=ss.ARB(300)).coefficient((1,))
    except (NetworkFormatError, NetworkValueError, OptionError):
        return
    ratio = sympy.Rational(*weight.as_integer_ratio()) if isinstance(weight, np.longdouble) else weight
    with mpmath.workdps(100):
        truth = mpmath.mpf(int(ratio.p)) / int(ratio.q) if ratio.is_Rational else mpmath.mpf(str(sympy.N(ratio, 100)))
        if isinstance(ratio, sympy.Float):
            truth = mpmath.mpf(ratio._mpf_)
        assert abs(truth - ball.mid) <= ball.rad + mpmath.mpf(10) ** -90


# ------------------------------------------------------------------------------------------------------ rings as options
@pytest.mark.parametrize(
    ("ring", "words"),
    [
        (ss.ARB, ("scalars=ARB needs its precision; write symseries.ARB(",)),
        (ss.MPF, ("scalars=MPF needs its precision; write symseries.MPF(",)),
        ("ARB", ("scalars='ARB' is not a coefficient ring", "ARB(bits)")),
        ("arb:128", ("scalars='arb:128' is not a coefficient ring",)),
        (None, ("scalars=None is not a coefficient ring",)),
        (128, ("scalars=128 is not a coefficient ring",)),
        (float, ("is not a coefficient ring",)),
    ],
    ids=str,
)
def test_what_is_no_ring_is_refused(ring: Any, words: tuple[str, ...]) -> None:
    space = ss.TaylorSpace({"x": 0, "y": 0}, 1)
    series = net().expand(space)
    law = ss.Law("z = a*x + b*y", ("x", "y"))
    for call in (
        lambda: net().expand(space, scalars=ring),
        lambda: net().coefficient_jacobian(space, scalars=ring),
        lambda: ss.Series(space, [1, 2, 3], scalars=ring),
        lambda: series.over(ring),
    ):
        refused(OptionError, call, *words)
    if ring is not None:
        refused(OptionError, lambda: law.expand(space, scalars=ring), *words)


@pytest.mark.parametrize("value", [0, -1, 1.5, "x", "128", True, None, math.nan, 10**8, [64]], ids=repr)
def test_a_precision_is_a_positive_integer(value: Any) -> None:
    refused(OptionError, lambda: ss.ARB(value), f"ARB: bits={value!r}; expected an integer from 2 to 1000000")
    refused(OptionError, lambda: ss.MPF(value), f"MPF: dps={value!r}; expected an integer from 1 to 301029")


def test_the_least_precisions_are_answered() -> None:
    refused(OptionError, lambda: ss.ARB(1), "bits=1; expected an integer from 2")
    exact = net(("x",)).expand(ss.TaylorSpace({"x": "1/3"}, 2), scalars=ss.ARB(100))
    few = net(("x",)).expand(ss.TaylorSpace({"x": "1/3"}, 2), scalars=ss.ARB(np.int64(2)))
    assert all(a.overlaps(b) for a, b in zip(few.elements.flat, exact.elements.flat, strict=True))
    digit = net(("x",)).expand(ss.TaylorSpace({"x": "1/3"}, 2), scalars=ss.MPF(1)).coefficients
    for a, b in zip(digit, exact.coefficients, strict=True):
        assert abs(a - b.mid) <= abs(b.mid) / 10


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("name", ["identity", "tanh", "square", "relu"])
def test_digits_of_a_number_that_is_zero_come_to_an_end(name: str, order: int) -> None:
    """2/3 * 1/4 - 1/6 is 0, and no ball but the exact one can say so."""
    third = sympy.Rational(1, 3)
    last = A([[1, -1]]) if name == "relu" else A([[1, 0]])
    bias = [2, 2] if name == "relu" else [-third / 2, 0]
    source = ss.Network([A([[2 * third], [2 * third]], bias), ss.Activation(name), last], "x")
    space = ss.TaylorSpace({"x": "1/4"}, order)
    found = source.expand(space, scalars=ss.MPF(20)).coefficients
    balls = source.expand(space, scalars=ss.ARB(80)).coefficients
    assert abs(found[0]) < 1e-20
    assert all(0 in ball and ball.rad < 1e-20 for ball in balls[:1])
    if order and name in ("identity", "tanh"):
        assert abs(found[1] - mpmath.mpf(2) / 3) < 1e-15


IRRATIONAL = [name for name, row in ACTIVATIONS.items() if row.parameters.keys() <= {"alpha", "beta"}]


@pytest.mark.parametrize("name", sorted(set(IRRATIONAL) - {"identity", "square", "reciprocal", "relu", "relu6", "hard_swish",
                                                          "softsign"}))  # fmt: skip
def test_a_value_that_is_not_rational_names_its_neuron(name: str) -> None:
    place = sympy.Rational(2, 3) * (-1 if name in ("elu", "selu", "celu") else 1)
    source = ss.Network([A([[1]], [place]), ss.Activation(name)], "x")
    words = (f"neuron 1 of layer 2 (Activation {name})", "scalars=QQ", "is not a rational number", "use scalars=F64")
    refused(OptionError, lambda: source.expand(ss.TaylorSpace({"x": 0}, 2), scalars=ss.QQ), *words)


RINGS = [ss.F64, ss.QQ, ss.ARB(80), ss.MPF(20), ss.SYM]
EVERY_RING = pytest.mark.parametrize("ring", RINGS, ids=str)


@EVERY_RING
@pytest.mark.parametrize(("name", "kink"), [("relu", 0), ("hard_tanh", -1), ("relu6", 6), ("softsign", 0), ("elu", 0)])
def test_a_kink_is_named_in_every_ring(name: str, kink: int, ring: Any) -> None:
    source = ss.Network([A([[1]], [kink]), ss.Activation(name)], "x")
    words = (f"layer 2 (Activation {name})", f"kink at {kink}", "move the centre")
    refused(NotAnalyticError, lambda: source.expand(ss.TaylorSpace({"x": 0}, 2), scalars=ring), *words)


@EVERY_RING
@pytest.mark.parametrize(("name", "words"), [("log", "a logarithm of 0"), ("sqrt", "a branch point"), ("reciprocal", "a pole")])
def test_a_pole_and_a_branch_point_are_named_in_every_ring(name: str, words: str, ring: Any) -> None:
    source = ss.Network([A([[1]]), ss.Activation(name)], "x")
    space = ss.TaylorSpace({"x": 0}, 2)
    refused(NotAnalyticError, lambda: source.expand(space, scalars=ring), f"(Activation {name})", words, "move the centre")
    if name != "reciprocal":
        below = ss.TaylorSpace({"x": -1}, 2)
        refused(ss.errors.ComplexResultError, lambda: source.expand(below, scalars=ring), f"(Activation {name})", "keep")


@pytest.mark.parametrize("ring", [ss.QQ, ss.ARB(80), ss.MPF(20), ss.SYM], ids=str)
@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_a_quadrature_is_no_proof(name: str, ring: Any) -> None:
    """Balls about the nodes would say nothing of the remainder, least of all that of a kink."""
    legendre = ss.LegendreSpace({"x": (-1, 1)}, 3)
    words = (f"scalars={ring} over Legendre", "a quadrature has no proved remainder", "use scalars=F64, with symseries.enclose")
    refused(OptionError, lambda: net(("x",), name).expand(legendre, scalars=ring), *words)
    fourier = ss.FourierSpace({"x": (-1, 1)}, 3)
    balls = ring.family in ("ARB", "MPF")
    why = "a quadrature has no proved remainder" if balls else "not supported; use scalars=F64 or MPF or ARB here"
    refused(OptionError, lambda: net(("x",), name).expand(fourier, scalars=ring), f"scalars={ring} over Fourier", why)
    if not balls:
        refused(OptionError, lambda: ss.Series(fourier, [1, 2, 3, 4], scalars=ring), f"scalars={ring} over Fourier", why)
    ramp = ss.FourierSpace({"x": (-1, 1)}, 3, "ramp")
    refused(
        OptionError, lambda: ss.Series(ramp, [1, 2, 3, 4, 5], scalars=ring), f"scalars={ring} over a ramp", "use scalars=F64"
    )


@EVERY_RING
@pytest.mark.parametrize("center", ["abc", None, True, 1j, [1], math.nan, sympy.oo, sympy.I],
                         ids=repr)  # fmt: skip
def test_a_centre_of_another_type_is_none_in_any_ring(center: Any, ring: Any) -> None:
    refused(OptionError, lambda: net(("x",)).expand(ss.TaylorSpace({"x": center}, 1), scalars=ring), "center of x")


def test_symbols_belong_to_one_ring() -> None:
    a = sympy.Symbol("a")
    symbolic = ss.Network.symbolic((1, 2, 1), "tanh", ("x",))
    for ring in RINGS[:4]:
        open_ = ss.TaylorSpace({"x": a}, 1)
        refused(OptionError, lambda r=ring, s=open_: net(("x",)).expand(s, scalars=r), "centre holds symbols; use scalars=SYM")
        closed = ss.TaylorSpace({"x": 0}, 1)
        refused(OptionError, lambda r=ring, s=closed: symbolic.expand(s, scalars=r), "the weights b1_1", "are symbols")
    relu = ss.Network.symbolic((1, 1, 1), "relu", ("x",))
    space = ss.TaylorSpace({"x": 0}, 1)
    refused(NotAnalyticError, lambda: relu.expand(space, scalars=ss.SYM), "does not decide", "give the symbols numbers")
    refused(LawNameError, lambda: ss.TaylorSpace({"x": sympy.Symbol("x")}, 1), "'x' is also a variable")


@pytest.mark.parametrize(("inputs", "order"), [(6, 12), (3, 24), (1, 30)])
def test_an_exact_expansion_that_is_too_large_is_predicted(inputs: int, order: int) -> None:
    names = tuple(f"x{i}" for i in range(inputs))
    rng = np.random.default_rng(0)
    layers = [A(rng.normal(size=(8, inputs))), ss.Activation("tanh"), A(rng.normal(size=(8, 8))), ss.Activation("tanh"),
              A(rng.normal(size=(1, 8)))]  # fmt: skip
    source, space = ss.Network(layers, names), ss.TaylorSpace(dict.fromkeys(names, "1/3"), order)
    words = ("terms in 8 and 8 generators, the limit is", "lower the order, use scalars=ARB(128)", "SYM.up_to(")
    refused(ResourceLimitError, lambda: source.expand(space, scalars=ss.SYM), *words)


def _in(ring: Any) -> ss.Series:
    name = "relu" if ring is ss.QQ else "tanh"
    source = ss.Network([A([[1]], [sympy.Rational(1, 3)]), ss.Activation(name)], "x")
    return source.expand(ss.TaylorSpace({"x": 0}, 2), scalars=ring)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations([*RINGS, ss.ARB(100)], 2)), ids=str)
def test_rings_do_not_mix_in_silence(one: Any, other: Any) -> None:
    a, b = _in(one), _in(other)
    words = (f"scalars {one} and {other} meet", "expand both over one ring")
    for call in (lambda: a + b, lambda: a * b, lambda: a - b, lambda: a.equals(b)):
        refused(SpaceMismatchError, call, *words)


@EVERY_RING
@pytest.mark.parametrize("value", [True, 1j, None, [1], "abc", sympy.I, sympy.nan], ids=repr)
def test_what_is_no_number_meets_no_series(value: Any, ring: Any) -> None:
    for call in (lambda s: s + value, lambda s: s * value):
        with pytest.raises(ss.SymseriesError) as caught:
            call(_in(ring))
        assert len(str(caught.value).splitlines()) == 1


@EVERY_RING
def test_series_of_every_ring_do_all_that_series_do(ring: Any) -> None:
    series = _in(ring)
    cut, slope = series.truncate(1), series.derivative("x")
    assert cut.scalars.family == slope.scalars.family == ring.family
    assert [float(v) for v in cut.coefficients] == [float(v) for v in series.coefficients[:2]]
    expected = [float(series.coefficients[1]), 2 * float(series.coefficients[2])]
    assert [float(v) for v in slope.coefficients] == pytest.approx(expected, rel=1e-14)
    if ring.balls:
        assert all(float(v.rad()) < 1e-18 for v in (*cut.elements.flat, *slope.elements.flat))
    projected = series.project(ss.LegendreSpace({"x": (0, 1)}, 2))
    assert projected.scalars.family == ring.family
    assert projected.over(ss.F64)([[0.5]])[0] == pytest.approx(float(series([[0.5]])[0]), rel=1e-9)
    for again in (ss.Series.from_json(series.to_json()), pickle.loads(pickle.dumps(series))):
        assert (again.scalars, str(again), again.space) == (series.scalars, str(series), series.space)
        assert again.equals(series) is not False
    assert pickle.loads(pickle.dumps(ring)) == ring
    assert len(series.to_frame()) == 3
    assert "tabular" in series.to_latex()
    refused(OptionError, lambda: series.coefficient((9,)), "(9,) lies outside")
    for bad in (math.nan, math.inf):
        refused(DataError, lambda b=bad: series([[b]]), "expected finite numbers")


@pytest.mark.parametrize("ring", [ss.ARB(80), ss.MPF(20)], ids=str)
def test_digits_that_are_not_there_are_not_made_up(ring: Any) -> None:
    series = _in(ring)
    for exact in (ss.QQ, ss.SYM):
        refused(OptionError, lambda e=exact: series.over(e), f"scalars={exact}", "no exact value", "use ARB, MPF or F64")
    refused(OptionError, lambda: series.over(ss.MPF(60)), "MPF(60)", "digits")
    assert series.over(ss.ARB(300)).coefficients[0].digits < 40
    assert float(series.over(ss.MPF(15)).coefficients[0]) == pytest.approx(math.tanh(1 / 3), rel=1e-14)


def test_another_ring_needs_numbers_for_the_symbols() -> None:
    open_ = ss.Series(ss.TaylorSpace({"x": 0}, 1), [sympy.Symbol("a"), 1], scalars=ss.SYM)
    for ring in (ss.F64, ss.QQ, ss.ARB(60), ss.MPF(20)):
        refused(OptionError, lambda r=ring: open_.over(r), "the symbols a have no numbers", "give them as constants")
        for value in (math.nan, "x", None, True, 1j):
            refused(OptionError, lambda r=ring, v=value: open_.over(r, {"a": v}), "value of a", "not a finite number")
        for wrong in ([1], "a", 3):
            refused(OptionError, lambda r=ring, w=wrong: open_.over(r, w), f"constants={wrong!r}", "expected a mapping")
        assert float(open_.over(ring, {"a": "1/4"}).coefficients[0]) == 0.25
    refused(OptionError, lambda: _in(ss.SYM).over(ss.QQ), "tanh(1/3)", "is not a rational number")
    assert _in(ss.SYM).over(ss.SYM).equals(_in(ss.SYM)) is True
    assert open_.over(ss.SYM).equals(open_) is True
