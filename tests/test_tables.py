"""Tables: what is read, what is exact, what is refused and in which words."""

from __future__ import annotations

import copy
import json
import math
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symseries as ss
from symseries.errors import DataError, OptionError, ResourceLimitError, SymseriesError
from symseries.tables import Table, column_names, read_table
from symseries.tables.sources import MAX_BYTES

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writer(content: str | bytes, name: str = "steam.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


def refusal(source: object, *arguments: Any, kind: type[SymseriesError] = DataError, **options: Any) -> str:
    """Return the message of the error that reading raises, and check that it is one line."""
    with pytest.raises(kind) as caught:
        read_table(source, *arguments, **options)
    message = str(caught.value)
    assert type(caught.value) is kind
    assert message.splitlines() == [message]
    return message


def typed_value(text: str) -> Fraction:
    """Slow oracle: the decimal that was typed, from its digits by hand."""
    mantissa, _, exponent = text.lower().partition("e")
    sign = -1 if mantissa.startswith("-") else 1
    whole, _, decimals = mantissa.lstrip("+-").partition(".")
    value = Fraction(0)
    for digit in whole + decimals:
        value = 10 * value + "0123456789".index(digit)
    return sign * value * Fraction(10) ** (int(exponent or "0") - len(decimals))


# Files


def test_file_is_read(write: Write) -> None:
    table = read_table(write("# Steam\n#  T in K \n\nT , p\n273.16, 0.61166\n\n 278.15 ,8.7253e-1\n"))
    assert table.names == ("T", "p")
    assert table.source == "steam.csv"
    assert table.comments == ("Steam", "T in K")
    assert table.dropped == 0
    assert len(table) == 2
    np.testing.assert_array_equal(table["p"], [0.61166, 0.87253])
    assert table.exact("p") == (sympy.Rational(61166, 10**5), sympy.Rational(87253, 10**5))
    assert table.is_exact("T")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_byte_order_mark(write: Write, newline: str, mark: str, start: bytes) -> None:
    lines = ["# comment", mark.join(["a", '"b, x; y"']), mark.join(["1", "2"]), mark.join(["3", '"4"'])]
    table = read_table(write(start + newline.join(lines).encode()))
    assert table.names == ("a", "b, x; y")
    np.testing.assert_array_equal(table.matrix(table.names), [[1, 2], [3, 4]])
    assert table.comments == ("comment",)


def test_units_in_the_header_do_not_decide_the_separator(write: Write) -> None:
    assert column_names(write("T, K;p, kPa\n1;2\n")) == ("T, K", "p, kPa")


def test_text_path_and_path_are_the_same(write: Write) -> None:
    path = write("a\n1\n")
    assert read_table(str(path)) == read_table(path)


def test_one_column_and_blank_lines(write: Write) -> None:
    np.testing.assert_array_equal(read_table(write("a\n1\n\n  \n2\n"))["a"], [1, 2])


def test_columns_that_are_not_numbers_are_not_held(write: Write) -> None:
    table = read_table(write("alloy,c,batch,none\nA,0.1,7,\nB,0.2,8b,\n"))
    assert table.names == ("c",)
    assert column_names(write("alloy,c,batch,none\nA,0.1,7,\n")) == ("alloy", "c", "batch", "none")
    with pytest.raises(DataError, match=r"'batch' is not held.*line 3 \(row 2\).*'8b' is not a number"):
        table["batch"]


def test_unnamed_columns_are_left_out(write: Write) -> None:
    path = write(",c,\n0,0.1,9\n1,0.2,9\n")
    assert column_names(path) == read_table(path).names == ("c",)


def test_only_the_columns_used_are_checked(write: Write) -> None:
    path = write("a,b,c\n1,x,nan\n2,inf,3\n")
    np.testing.assert_array_equal(read_table(path, ("a",))["a"], [1, 2])
    assert read_table({"a": [1], "b": [[1, 2], [3]], "c": [1, 2]}, ["a"]).names == ("a",)


def test_order_and_repetition_of_columns(write: Write) -> None:
    path = write("a,b\n1,2\n")
    assert read_table(path, ["b", "a", "b"]).names == ("b", "a")


def test_missing_values_are_dropped_and_counted(write: Write) -> None:
    path = write("a,b,c\n1,,1\n2,2,\n3,NaN,3\n4,4,4\nNA,5,5\n")
    table = read_table(path, ("a", "b"), missing="drop")
    np.testing.assert_array_equal(table.matrix(("a", "b")), [[2, 2], [4, 4]])
    assert table.dropped == 3
    assert table.exact("a") == (2, 4)
    assert read_table(path, ("c",), missing="drop").dropped == 1


@pytest.mark.parametrize("cell", ["", "NaN", "nan", "NA", "None"])
def test_kinds_of_missing_cells(write: Write, cell: str) -> None:
    path = write(f"a,b\n1,{cell}\n2,3\n")
    assert len(read_table(path, missing="drop")) == 1
    assert 'missing="drop"' in refusal(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n", ["(a, b)", "no rows"]),
        ("# c\n\na,b\n1,2\n3,abc\n", ["steam.csv, line 5 (row 2), column 'b'", "'abc'", "2.5"]),
        ("a,b\n1,2\n3,\n4,\n", ["line 3 (row 2), column 'b'", "an empty cell", "2, 3", 'missing="drop"']),
        ("a,b\n1,2\n3,nan\n", ["line 3 (row 2), column 'b'", "'nan'", 'missing="drop"']),
        ("a,b\n1,2\n3,-Inf\n", ["line 3 (row 2), column 'b'", "'-Inf'", "not finite"]),
        ("a;b\n1;2\n3;2,5\n", ["line 3 (row 2), column 'b'", "'2,5'", "decimal comma", "write 2.5"]),
        ("a;b\n1;2\n3;1,234\n", ["1.234 if it is a decimal comma", "1234 if it separates thousands"]),
        ("a,b\n1,1e999\n", ["line 2 (row 1), column 'b'", "'1e999'", "range"]),
        ("a,b\n1,1e-999\n", ["'1e-999'", "range"]),
        ("a,b\n1,1e999999999999\n", ["'1e999999999999'", "range"]),
        ("a,b\n1,0." + "3" * 5000 + "\n", ["0.333", "at most 1000"]),
        ("a,b,a\n1,2,3\n", ["two columns named 'a'", "1 and 3", "rename"]),
        ("a,b\n1,2\n3,4,5\n", ["line 3 (row 2)", "3 cells", "2 (a, b)", "2.5"]),
        ("a,b\n1,2\n3\n", ["line 3 (row 2)", "1 cells", "2 (a, b)", "empty cell"]),
        ('a,b\n1,"2\n3,4\n', ["cannot be split", "quotation marks"]),
        (b"a,b\n1,2\n\xff,3\n", ["not UTF-8", "byte 9, in line 3, is 0xff"]),
        ("a,b\n1,2\n".encode("utf-16"), ["not a text file", "NUL byte", "UTF-8"]),
    ],
)
def test_bad_files_are_refused_in_one_line(write: Write, content: str | bytes, words: list[str]) -> None:
    message = refusal(write(content), ("a", "b"))
    assert message.startswith("steam.csv")
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "steam.csv is empty; expected a header"),
        ("\n# only a comment\n\n", "steam.csv is empty; expected a header"),
        ('""\n', "steam.csv has no named column"),
        (",,\n1,2,3\n", "steam.csv has no named column"),
        ("# c\n1,2\n3,4\n", "steam.csv, line 2 holds numbers (1, 2); expected column names"),
    ],
)
def test_files_without_a_header_are_refused(write: Write, content: str, words: str) -> None:
    path = write(content)
    assert words in refusal(path)
    with pytest.raises(DataError):
        column_names(path)


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "1_000",
        "0x10",
        "١",
        "1.234,5",
        "1,234,567",
        "1e",
        "e5",
        ".",
        "+",
        "--1",
        "1 2",
        "1d3",
        "1/2",
        "5 %",
        "True",
        "1j",
        "½",
    ],
)
def test_text_is_no_number(write: Write, cell: str) -> None:
    assert f"{cell!r} is not a number" in refusal(write(f"a\tb\n1\t{cell}\n"), ["b"])


def test_missing_column_names_the_closest(write: Write) -> None:
    message = refusal(write("Temp,p\n1,2\n"), ["temp"])
    assert message == "steam.csv has no column 'temp'; did you mean 'Temp'?; its columns are Temp, p"


def test_nothing_numeric(write: Write) -> None:
    assert "no column of numbers" in refusal(write("a,b\nx,y\n"))


def test_spoilt_numbers_are_refused_even_where_columns_are_chosen_by_their_values(write: Write) -> None:
    assert "decimal comma" in refusal(write("a;b\n1;2\n3;2,5\n"))
    assert read_table(write("a;b\n1;2,5\n3;x\n")).names == ("a",)


def test_drop_keeps_no_infinity_and_no_empty_table(write: Write) -> None:
    assert "not finite" in refusal(write("a,b\n1,inf\n2,\n"), missing="drop")
    assert "each of the 2 rows lacks a value" in refusal(write("a,b\n1,\n,2\n"), missing="drop")


def test_paths_that_are_no_tables(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x.csv").startswith("no file ")
    assert refusal("x\0.csv").startswith("no file ")
    assert "is a folder" in refusal(tmp_path)
    assert "cannot be read" in refusal("a,b" * 5000)
    with pytest.raises(DataError, match=r"^no file 'x\.csv'"):
        column_names("x.csv")


def test_huge_files_are_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert str(MAX_BYTES) in refusal(path, kind=ResourceLimitError)


def test_line_numbers_are_those_of_an_editor(write: Write) -> None:
    path = write('# one\r\n# two\r\n\r\na,"b"\r\n1,2\r\n\r\n\r\n3,x\r\n')
    content = path.read_bytes().decode().split("\r\n")
    assert content[8 - 1] == "3,x"
    assert "line 8 (row 2), column 'b'" in refusal(path, ["b"])


# Mappings and data frames


def test_mapping_kinds_and_exactness() -> None:
    table = read_table(
        {
            "integers": [1, 2**60 + 1, -3],
            "fractions": [Fraction(1, 3), "2/6", sympy.Rational(1, 3)],
            "decimals": [Decimal("0.1"), "1e-1", " 0.10 "],
            "floats": [0.1, 0.25, -0.0],
            "mixed": [1, 0.5, "2"],
            "array": np.array([0.1, 0.2, 0.3]),
            "single": np.array([0.1, 0.2, 0.3], dtype=np.float32),
            "counts": np.array([1, 2, 2**64 - 1], dtype=np.uint64),
            "texts": np.array(["1", "2.5", "3"]),
            "range": range(3),
            "scalars": [np.int64(4), np.int8(5), 6],
            "halves": [np.float32(0.1), sympy.Float(0.5), 1.0],
        }
    )
    exact = {name for name in table if table.is_exact(name)}
    assert exact == {"integers", "fractions", "decimals", "counts", "texts", "range", "scalars"}
    assert table.exact("integers") == (1, 2**60 + 1, -3)
    assert table.exact("fractions") == (sympy.Rational(1, 3),) * 3
    assert table.exact("decimals") == (sympy.Rational(1, 10),) * 3
    assert table.exact("floats") == (sympy.Rational(3602879701896397, 2**55), sympy.Rational(1, 4), 0)
    assert table.exact("single")[0] == sympy.Rational(13421773, 2**27)
    assert table.exact("counts")[2] == 2**64 - 1
    assert all(isinstance(value, sympy.Rational) for name in table for value in table.exact(name))
    assert {table[name].dtype for name in table} == {np.dtype(np.float64)}


def test_floats_are_the_nearest_to_the_exact_values() -> None:
    rng = random.Random(5)
    texts = [
        f"{rng.choice(['', '-', '+'])}{rng.randrange(10**6)}.{rng.randrange(10**9)}e{rng.randrange(-30, 30)}"
        for _ in range(300)
    ]
    ratios = [Fraction(rng.randrange(-(10**30), 10**30), rng.randrange(1, 10**30)) for _ in range(300)]
    table = read_table({"texts": texts, "ratios": ratios})
    assert [Fraction(int(x.p), int(x.q)) for x in table.exact("texts")] == [typed_value(text) for text in texts]
    assert table["texts"].tolist() == [float(typed_value(text)) for text in texts]
    assert table["ratios"].tolist() == [float(ratio) for ratio in ratios]


DIGITS = st.text("0123456789", min_size=1, max_size=12)
SIGN = st.sampled_from(["", "+", "-"])
DECIMALS = st.sampled_from(["", "."]) | DIGITS.map(".{}".format)
EXPONENT = st.just("") | st.integers(-99, 99).map("e{}".format)


@settings(max_examples=50)
@given(st.builds("{}{}{}{}".format, SIGN, DIGITS, DECIMALS, EXPONENT) | DIGITS.map(".{}".format))
def test_any_decimal_text_is_exactly_what_was_typed(text: str) -> None:
    (value,) = read_table({"a": [text]}).exact("a")
    assert Fraction(int(value.p), int(value.q)) == typed_value(text)


@settings(max_examples=50)
@given(st.text())
def test_any_text_is_a_number_or_refused_in_one_line(text: str) -> None:
    message = ""
    try:
        values = read_table({"a": [text]})["a"]
    except DataError as error:
        message = str(error)
    if message:
        assert message.splitlines() == [message]
    else:
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, ["mapping has no named column"]),
        ({"a": []}, ["no rows"]),
        ({"a": [1, 2, 3], "b": [1, 2, 3, 4]}, ["'a' and 'b' have 3 and 4 values"]),
        ({"a": np.zeros((3, 2))}, ["column 'a'", "shape (3, 2)", "(n,)"]),
        ({"a": [[1, 2], [3, 4]]}, ["row 1, column 'a'", "[1, 2]", "several columns"]),
        ({"a": 5.0}, ["column 'a'", "shape ()"]),
        ({"a": "0.5"}, ["column 'a'", "shape ()"]),
        ({"a": [1, True]}, ["row 2, column 'a'", "truth value"]),
        ({"a": np.array([True, False])}, ["column 'a'", "bool"]),
        ({"a": [1, np.bool_(True)]}, ["row 2, column 'a'", "truth value"]),
        ({"a": [1, 1j]}, ["row 2, column 'a'", "1j is complex"]),
        ({"a": np.array([1j])}, ["column 'a'", "complex128"]),
        ({"a": np.array([1, {}], dtype=object)}, ["row 2, column 'a'", "{} is not a number"]),
        ({"a": [1.0, float("nan")]}, ["row 2, column 'a'", 'missing="drop"']),
        ({"a": np.array([1.0, np.nan, np.nan])}, ["row 2, column 'a'", "2, 3"]),
        ({"a": np.array([1.0, -np.inf])}, ["row 2, column 'a'", "-inf is not finite"]),
        ({"a": [1, float("inf")]}, ["row 2, column 'a'", "inf is not finite"]),
        ({"a": [10**400]}, ["row 1, column 'a'", "range"]),
        ({"a": [10**5000]}, ["row 1, column 'a'", "1000 digits"]),
        ({"a": [Fraction(1, 10**400)]}, ["row 1, column 'a'", "range"]),
        ({"a": [Decimal("1e999999999")]}, ["row 1, column 'a'", "range"]),
        ({"a": ["1/0"]}, ["row 1, column 'a'", "'1/0' divides by zero"]),
        ({"a": ["1/" + "9" * 5000]}, ["row 1, column 'a'", "too many digits"]),
        ({"a": [sympy.Symbol("x")]}, ["row 1, column 'a'", "x is not a number"]),
        ({"a": [sympy.oo]}, ["row 1, column 'a'", "oo is not a number"]),
        ({"a": np.array([1, 2], dtype="m8[ns]")}, ["column 'a'", "timedelta64"]),
        ({"a": [np.timedelta64(5, "ns")]}, ["row 1, column 'a'", "is not a number"]),
        ({"a": {1, 2}}, ["column 'a'", "shape ()"]),
        ({"a ": [1], "a": [2]}, ["two columns named 'a'"]),
        (None, ["cannot be read from NoneType", "a path, a mapping"]),
        (np.zeros((3, 2)), ["cannot be read from ndarray"]),
    ],
)
def test_bad_data_are_refused_in_one_line(source: object, words: list[str]) -> None:
    columns = list(source) if isinstance(source, dict) and source else None
    message = refusal(source, columns)
    assert [word for word in words if word not in message] == []


def test_masked_arrays_are_missing_where_masked() -> None:
    column = np.ma.MaskedArray([1.0, 2.0, 3.0], mask=[False, True, False])
    np.testing.assert_array_equal(read_table({"a": column}, missing="drop")["a"], [1, 3])
    assert "row 2" in refusal({"a": column})


def test_numbers_of_zero_with_huge_exponents_are_zero() -> None:
    assert read_table({"a": ["0e999999999", "-0.00E-999999999"]}).exact("a") == (0, 0)


def test_options_are_checked() -> None:
    assert "did you mean 'drop'" in refusal({"a": [1]}, missing="dropp", kind=OptionError)
    assert "None" in refusal({"a": [1]}, missing=None, kind=OptionError)
    assert "('a',)" in refusal({"a": [1]}, "a", kind=OptionError)
    assert "empty" in refusal({"a": [1]}, [], kind=OptionError)


def test_data_frames() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"alloy": ["A", "B", "C"], "c": [0.1, 0.2, 0.3], "n": [1, 2, 3]}, index=[7, 7, 9])
    frame["gaps"] = pandas.array([1, None, 3], dtype="Int64")
    frame["flag"] = [True, False, True]
    table = read_table(frame, missing="drop")
    assert table.names == ("c", "n", "gaps")
    assert (table.source, table.dropped) == ("DataFrame", 1)
    np.testing.assert_array_equal(table.matrix(("c", "gaps")), [[0.1, 1], [0.3, 3]])
    assert [table.is_exact(name) for name in table] == [False, True, True]
    assert column_names(frame) == ("alloy", "c", "n", "gaps", "flag")
    assert "DataFrame, row 2, column 'gaps'" in refusal(frame)
    assert "row 1, column 'alloy': 'A' is not a number" in refusal(frame, ["alloy"])
    assert read_table({"s": frame["c"]})["s"].tolist() == [0.1, 0.2, 0.3]
    doubled = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    assert "two columns named 'a'" in refusal(doubled)


# The table


@pytest.fixture
def table() -> Table:
    return read_table({"a": ["0.1", "0.2", "1/3"], "b": [0.1, 0.2, 0.3], "c": [5, 6, 7]})


def test_arrays_are_read_only_and_no_views_of_the_data() -> None:
    column = np.array([1.0, 2.0])
    table = read_table({"a": column})
    column[0] = 99
    assert table["a"].tolist() == [1, 2]
    for held in (table, pickle.loads(pickle.dumps(table)), copy.deepcopy(table), table.take([0, 1])):
        with pytest.raises(ValueError, match="read-only"):
            held["a"][0] = 5
    with pytest.raises(AttributeError):
        table.source = "elsewhere"  # type: ignore[misc]


def test_matrix(table: Table) -> None:
    matrix = table.matrix(["c", "b"])
    assert matrix.tolist() == [[5, 0.1], [6, 0.2], [7, 0.3]]
    assert matrix.flags.c_contiguous
    assert table.matrix(()).shape == (3, 0)


def test_names_and_rows(table: Table) -> None:
    assert list(table) == list(table.names) == ["a", "b", "c"]
    assert "a" in table
    assert "z" not in table
    with pytest.raises(DataError, match="mapping has no column 'B'; did you mean 'b'"):
        table.exact("B")
    with pytest.raises(DataError, match="no column 0"):
        table[0]  # type: ignore[index]


def test_select(table: Table) -> None:
    part = table.select(("c", "a"))
    assert part.names == ("c", "a")
    assert part.exact("a") == table.exact("a")
    assert read_table(table, ["c", "a"]) == part
    assert read_table(table) is table
    with pytest.raises(DataError, match="no column"):
        table.select(["z"])


@pytest.mark.parametrize("rows", [[2, 0], [-1, -3], np.array([2, 0], dtype=np.uint8), [0, 0, 1], [True, False, True]])
def test_take_agrees_with_numpy(table: Table, rows: Any) -> None:
    part = table.take(rows)
    assert part.matrix(table.names).tolist() == table.matrix(table.names)[np.asarray(rows)].tolist()
    assert list(part.exact("a")) == np.array(table.exact("a"), dtype=object)[np.asarray(rows)].tolist()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([3], "position 3 is outside a table of 3 rows"),
        ([-4], "position -4 is outside"),
        ([True, False], "a mask of 2 values for 3 rows"),
        ([False] * 3, "leaves none of 3 rows"),
        ([], "no row chosen"),
        ([0.5], "rows of type float64"),
        ([[0, 1]], r"shape \(1, 2\)"),
    ],
)
def test_take_refuses(table: Table, rows: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        table.take(rows)


def test_equality_is_of_names_exactness_and_values(table: Table) -> None:
    assert read_table({"a": ["0.1"]}) == read_table({"a": [Decimal("0.10")]}) == read_table({"a": ["1/10"]})
    assert read_table({"a": ["0.1"]}) != read_table({"a": [0.1]})
    assert read_table({"a": [1]}) != read_table({"b": [1]})
    assert read_table({"a": ["0.1"]}) != read_table({"a": ["0.10000000000000000001"]})
    assert read_table({"a": [0.0]}) == read_table({"a": [-0.0]})
    assert read_table({"a": [12], "b": [3]}) != read_table({"a": [1], "b": [23]})
    assert table != table.select(["b", "a", "c"])
    assert table != "table"
    assert len({table, table.take([0, 1, 2]), table.take([0])}) == 2


def test_digest_is_the_same_in_another_process(table: Table) -> None:
    code = (
        "from symseries.tables import read_table\n"
        "print(read_table({'a': ['0.1', '0.2', '1/3'], 'b': [0.1, 0.2, 0.3], 'c': [5, 6, 7]}).digest)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == table.digest
    assert len(bytes.fromhex(table.digest)) == 32


def test_records_and_pickles_come_back_equal(write: Write) -> None:
    table = read_table(write("# origin\na,b,c\n0.1,5,x\n,6,y\n0.30,7,z\n"), missing="drop")
    for again in (Table.from_dict(json.loads(json.dumps(table.to_dict(), sort_keys=True))), pickle.loads(pickle.dumps(table))):
        assert again == table
        assert (again.names, again.source, again.comments, again.dropped) == (("a", "b"), "steam.csv", ("origin",), 1)
        assert again.exact("a") == table.exact("a")
        assert again["a"].tolist() == table["a"].tolist()
    assert table.to_dict()["columns"] == {"a": ["0.1", "0.30"], "b": ["5", "7"]}


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.fractions()), min_size=1))
def test_any_table_survives_json(rows: list[tuple[float, Fraction]]) -> None:
    table = read_table({"x": [x for x, _ in rows], "q": [q for _, q in rows]})
    again = Table.from_dict(json.loads(json.dumps(table.to_dict())))
    assert again == table
    assert again["x"].tolist() == [x for x, _ in rows]


@pytest.mark.parametrize(
    "record",
    [
        {},
        None,
        {"names": ["a"], "columns": 3, "source": "", "comments": [], "dropped": 0},
        {"names": ["a"], "columns": {"b": [1]}, "source": "", "comments": [], "dropped": 0},
        {"names": ["a"], "columns": {"a": [None]}, "source": "", "comments": [], "dropped": 0},
        {"names": [], "columns": {}, "source": "", "comments": [], "dropped": 0},
    ],
)
def test_records_of_another_form_are_refused(record: Any) -> None:
    with pytest.raises(SymseriesError) as caught:
        Table.from_dict(record)
    assert len(str(caught.value).splitlines()) == 1


# The data that come with the package


def demo(name: str) -> Table:
    with resources.as_file(resources.files("symseries") / "data" / name) as path:
        return read_table(path)


def test_water_is_the_saturation_equation_rounded_to_five_digits() -> None:
    """IAPWS 1995, W. Wagner and A. Pruss: ln(p/pc) = (Tc/T) * sum a_i v**e_i with v = 1 - T/Tc, pc = 22.064 MPa."""
    water = demo("water_vapour_pressure.csv")
    assert water.names == ("T", "p")
    celsius = [Fraction(1, 100)] + [Fraction(5 * step) for step in range(1, 21)]
    assert [Fraction(int(t.p), int(t.q)) - Fraction(27315, 100) for t in water.exact("T")] == celsius
    critical = 647.096
    v = 1 - water["T"] / critical
    terms = zip(
        (-7.85951783, 1.84408259, -11.7866497, 22.6807411, -15.9618719, 1.80122502), (1, 1.5, 3, 3.5, 4, 7.5), strict=True
    )
    pressures = 22064 * np.exp(critical / water["T"] * sum(a * v**e for a, e in terms))
    assert water["p"].tolist() == [float(f"{p:.5g}") for p in pressures]
    assert any("Wagner" in line for line in water.comments)


def test_water_agrees_with_fixed_points_of_the_temperature_scale() -> None:
    """The triple point at 611.657 Pa (Guildner, Johnson and Jones 1976) and the boiling point 99.974 °C at 101.325 kPa."""
    water = demo("water_vapour_pressure.csv")
    assert water["p"][0] == pytest.approx(0.611657, abs=1e-5)
    boiling = np.interp(np.log(101.325), np.log(water["p"][-2:]), -1 / water["T"][-2:])
    assert -1 / boiling - 273.15 == pytest.approx(99.974, abs=0.01)


def test_synthetic_yield_strength_is_made_by_its_recipe() -> None:
    rng = np.random.default_rng(7)
    c = [f"{value:.5f}" for value in rng.uniform(0.01, 0.1, 120)]
    d = [f"{value:#.4g}" for value in np.exp(rng.uniform(np.log(1), np.log(100), 120))]
    clean = np.array([100 + 300 * float(x) ** (2 / 3) + 500 / math.sqrt(float(y)) for x, y in zip(c, d, strict=True)])
    strength = clean + 0.01 * np.std(clean) * rng.standard_normal(120)
    rows = "".join(f"{x},{y},{z:.2f}\n" for x, y, z in zip(c, d, strength, strict=True))
    data = (resources.files("symseries") / "data" / "yield_strength_synthetic.csv").read_bytes()
    head, mark, body = data.partition(b"\nc,d,sigma_y\n")
    assert body == rows.encode()
    assert mark
    assert all(line.startswith(b"# ") for line in head.split(b"\n"))


def test_synthetic_yield_strength_is_said_to_be_synthetic() -> None:
    strength = demo("yield_strength_synthetic.csv")
    assert len(strength) == 120
    assert "synthetic" in strength.comments[0]
    assert all(strength.is_exact(name) for name in strength)


def test_the_advice_about_gaps_can_be_followed_by_what_takes_a_table(write: Write) -> None:
    law = ss.Law("y = a + b*x", ("x",))
    path = write("x,y\n1,3\n2,\n3,7\n4,9\n")
    with pytest.raises(DataError, match=r"pass the table ss\.read_table\(…, missing=\"drop\"\)"):
        ss.fit(path, law)
    found = ss.fit(read_table(path, missing="drop"), law)
    assert {name: round(float(one.value), 9) for name, one in found.constants.items()} == {"a": 1, "b": 2}
    assert "read_table(…" in refusal(write("x,y\n1,abc\n2,5\n"), ("x", "y"))
