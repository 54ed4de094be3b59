"""Names: which are allowed, what the messages say, and that one name is one Symbol."""

from __future__ import annotations

import keyword
import unicodedata

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symseries.errors import LawNameError
from symseries.names import LONGEST_NAME, check_name, check_names, plain, symbol


@pytest.mark.parametrize(
    "name", ["c", "sigma_y", "Q", "S", "N", "E", "I", "O", "beta", "gamma", "zeta", "_a", "σ", "λ", "x1", "é"]
)
def test_identifiers_are_names(name: str) -> None:
    assert check_name(name, "variable") == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "empty"),
        (3, "not int"),
        (None, "not NoneType"),
        (b"c", "not bytes"),
        ("__class__", "write 'class_'"),
        ("__dunder", "write 'dunder'"),
        ("lambda", "write 'lambda_'"),
        ("None", "keyword"),
        ("a" * (LONGEST_NAME + 1), "65 characters"),
        ("grain size", "write 'grain_size'"),
        ("yield % & # $", "write 'yield_'"),
        ("2nd", "write 'x2nd'"),
        ("<script>alert(1)</script>", "write 'script_alert_1_script'"),
        (r"\href{javascript:alert(1)}{k}", "write 'href_javascript_alert_1_k'"),
        ("c²", "write 'c2'"),
        ("ℎ", "write 'h'"),
        ("c\u200bd", "write 'c_d'"),
        ("%%%", "choose another name"),
        ("a\nb", "write 'a_b'"),
    ],
)
def test_bad_names_are_refused_in_one_line(name: object, expected: str) -> None:
    with pytest.raises(LawNameError) as caught:
        check_name(name, "input")
    message = str(caught.value)
    assert message.startswith("input ")
    assert expected in message
    assert "\n" not in message
    assert len(message) < 200


def test_the_longest_name_is_allowed() -> None:
    assert check_name("a" * LONGEST_NAME, "variable") == "a" * LONGEST_NAME


@given(st.text(max_size=LONGEST_NAME + 5))
def test_what_is_accepted_is_one_identifier_to_python(text: str) -> None:
    """Python's own compiler is the oracle: an accepted name parses to exactly that name."""
    try:
        name = check_name(text, "variable")
    except LawNameError:
        usable = text.isidentifier() and not keyword.iskeyword(text) and unicodedata.normalize("NFKC", text) == text
        assert not usable or text.startswith("__") or len(text) > LONGEST_NAME
    else:
        assert compile(name, "name", "eval").co_names == (text,)


def test_several_names() -> None:
    assert check_names(["c", sympy.Symbol("d", positive=True)], "variable") == ("c", "d")
    assert check_names("sigma", "variable") == ("sigma",)
    assert check_names(sympy.Symbol("c"), "variable") == ("c",)
    assert check_names({"c": 1, "d": 2}, "variable") == ("c", "d")
    assert check_names((), "variable") == ()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("c", "d", "c"), "variable 'c' is given twice"),
        (("c", sympy.Symbol("c", real=True)), "variable 'c' is given twice"),
        ("c,d", "write 'c_d'"),
        (7, "received int"),
        (("c", 7), "not int"),
        ((sympy.Symbol("a b"),), "write 'a_b'"),
    ],
)
def test_bad_lists_of_names(names: object, expected: str) -> None:
    with pytest.raises(LawNameError, match=expected):
        check_names(names, "variable")  # type: ignore[arg-type]


def test_plain_maps_by_name() -> None:
    k = sympy.Symbol("k", positive=True)
    d = sympy.Symbol("d", real=True)
    result = plain(k / sympy.sqrt(d) + sympy.Symbol("Q"))
    assert result == symbol("k") / sympy.sqrt(symbol("d")) + symbol("Q")
    assert all(item.assumptions0 == {"commutative": True} for item in result.free_symbols)


def test_plain_refuses_two_symbols_of_one_name() -> None:
    with pytest.raises(LawNameError, match="name 'k' stands for two Symbols"):
        plain(sympy.Symbol("k", positive=True) * sympy.Symbol("d") + sympy.Symbol("k"))


def test_a_repaired_name_of_a_column_says_to_rename_it() -> None:
    for what, ends in (("input", "write 'x_mm' and rename its column to that"), ("constant", "write 'x_mm'")):
        with pytest.raises(LawNameError) as caught:
            check_name("x [mm]", what)
        assert str(caught.value).endswith(ends)
