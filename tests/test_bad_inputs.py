"""Inputs that numerical libraries answer wrongly or in silence: each is refused in one line, or answered correctly."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.cli import main
from symseries.errors import (
    ConvergenceError,
    DataError,
    IdentifiabilityError,
    LawNameError,
    NetworkFormatError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    SpaceMismatchError,
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
        ("Chebishev:4", "take legendre"),
        ("legnedre:4", "did you mean 'legendre'?"),
        ("fourier:4", "expected leg"),
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
    refused(SpaceMismatchError, lambda: straight - crossed, "variables ('x', 'y') and ('y', 'x')")
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
