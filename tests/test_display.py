"""Numbers, names and tables as people see them, and nothing that a name can break."""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import flint
import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symseries.display import (
    Cell,
    TextTable,
    escape_html,
    escape_latex,
    formula_lines,
    html_name,
    latex_name,
    latex_number,
    latex_uncertain,
    math_cell,
    name_cell,
    number,
    number_cell,
    plain_name,
    text_cell,
    uncertain,
    uncertain_cell,
    write_text,
)
from symseries.display.setting import Block, fitted, width
from symseries.errors import OptionError

NASTY = r"yield % & # $ _ ~ ^ { } \ <script>"
NASTY_LATEX = (
    r"yield \% \& \# \$ \_ \textasciitilde{} \textasciicircum{} \{ \} \textbackslash{} \textless{}script\textgreater{}"
)
# Every character that TeX, Python or a terminal could take amiss, beside ordinary ones.
letters = st.text(st.one_of(st.characters(), st.sampled_from("\\{}%&#$_~^<>|\"'`-,[]*\n\x00\x1b\ud800\u202eéσ漢a1")))


@pytest.fixture
def table() -> TextTable:
    """Return a table with a name, numbers with and without uncertainty, and notes."""
    return TextTable(
        headers=(text_cell("constant"), text_cell("value"), text_cell("start")),
        rows=(
            (name_cell("sigma_y"), uncertain_cell(45.0512, 0.1234), number_cell(1.5)),
            (name_cell("k_HP"), uncertain_cell(120, 25), number_cell(sympy.Rational(1, 3))),
            (name_cell("50 %"), uncertain_cell(-1.2341e-5, 5.6e-7), number_cell(None)),
        ),
        caption="Constants & errors",
        notes=("A note_1.",),
    )


# --- numbers


@pytest.mark.parametrize(
    ("value", "plain", "latex"),
    [
        (None, "–", r"\text{--}"),
        (math.nan, "nan", r"\mathrm{nan}"),
        (-math.inf, "-inf", r"-\infty"),
        (sympy.oo, "inf", r"\infty"),
        (-0.0, "0", "0"),
        (1234567, "1234567", "1234567"),
        (1234567.0, "1.23457e+06", r"1.23457 \times 10^{6}"),
        (-1.23e-5, "-1.23e-05", r"-1.23 \times 10^{-5}"),
        (sympy.Rational(-1, 3), "-1/3", r"-\tfrac{1}{3}"),
        (flint.fmpq(2, 3), "2/3", r"\tfrac{2}{3}"),
        (flint.fmpz(7), "7", "7"),
        (np.int64(7), "7", "7"),
        (np.float32(0.1), "0.1", "0.1"),
        (10**23, "1" + "0" * 23, "1" + "0" * 23),
        (10**24, "1e+24", r"1 \times 10^{24}"),
        (10**24 + 1, "1e+24…", r"1 \times 10^{24}\ldots"),
        (Fraction(10**30, 3), "3.33333e+29…", r"3.33333 \times 10^{29}\ldots"),
        pytest.param(10**6000, "1e+6000", r"1 \times 10^{6000}", id="10**6000"),
        (sympy.pi, "3.14159", "3.14159"),
        (mpmath.mpf("1e-5000000"), "1e-5000000", r"1 \times 10^{-5000000}"),
        (flint.arb(1, 0.1), "1", "1"),
        (flint.arb("nan"), "nan", r"\mathrm{nan}"),
    ],
)
def test_numbers(value: object, plain: str, latex: str) -> None:
    assert number(value) == plain
    assert latex_number(value) == latex


@given(st.floats(allow_nan=False), st.integers(1, 20))
def test_floats_are_shown_as_python_shows_them(value: float, digits: int) -> None:
    assert number(value, digits) == format(value or 0.0, f".{digits}g")


@given(st.builds(Fraction, st.integers(-(10**9), 10**9), st.integers(1, 10**9)))
def test_short_rationals_are_exact(value: Fraction) -> None:
    assert Fraction(number(value)) == Fraction(number(sympy.Rational(value.numerator, value.denominator))) == value


def test_many_digits_are_right() -> None:
    with mpmath.workdps(60):
        expected = mpmath.nstr(+mpmath.pi, 40)
        shown = [number(value, 40) for value in (sympy.pi, +mpmath.pi)]
    assert shown == [expected, expected]


@pytest.mark.parametrize("value", ["1", 1j, sympy.Symbol("x"), sympy.I, sympy.zoo, [1.0], np.array([1.0, 2.0]), object()])
def test_what_is_no_real_number_is_refused(value: object) -> None:
    with pytest.raises(OptionError, match="cannot be shown as a number; give a real number or None") as caught:
        number(value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("digits", [0, -1, 2.5, "6", 10_001])
def test_digits_are_a_count(digits: int) -> None:
    with pytest.raises(OptionError, match="give a whole number from 1 to 10000"):
        number(1.5, digits)


@pytest.mark.parametrize(
    ("value", "stderr", "plain", "latex"),
    [
        (45.0512, 0.1234, "45.05 ± 0.12", r"45.05 \pm 0.12"),
        (0.0103968, 2.4e-16, "0.0103968 ± 2.4e-16", r"0.0103968 \pm 2.4 \times 10^{-16}"),
        (-45.0512, 0.1234, "-45.05 ± 0.12", r"-45.05 \pm 0.12"),
        (1.2341e-5, 5.6e-7, "(1.234 ± 0.056)e-05", r"(1.234 \pm 0.056) \times 10^{-5}"),
        (2e6, 3e3, "(2.0000 ± 0.0030)e+06", r"(2.0000 \pm 0.0030) \times 10^{6}"),
        (12345, 1234, "12300 ± 1200", r"12300 \pm 1200"),
        (9.96, 0.0996, "9.96 ± 0.10", r"9.96 \pm 0.10"),
        (sympy.Rational(1, 3), 0.01, "0.333 ± 0.010", r"0.333 \pm 0.010"),
        # The value is smaller than its error, or vanishes in it.
        (1e-6, 0.3, "0.00 ± 0.30", r"0.00 \pm 0.30"),
        (-1e-3, 0.3, "0.00 ± 0.30", r"0.00 \pm 0.30"),
        (0, 0.3, "0.00 ± 0.30", r"0.00 \pm 0.30"),
        (0.5, 3e8, "(0.0 ± 3.0)e+08", r"(0.0 \pm 3.0) \times 10^{8}"),
        # No float has the digits that a common decimal place would ask for.
        (45, 1e-300, "45 ± 1e-300", r"45 \pm 1 \times 10^{-300}"),
        (45.05, math.inf, "45.05 ± inf", r"45.05 \pm \infty"),
        (45.05, None, "45.05", "45.05"),
        (45.05, 0, "45.05", "45.05"),
        (45.05, math.nan, "45.05", "45.05"),
        (sympy.Rational(1, 3), None, "1/3", r"\tfrac{1}{3}"),
        (None, 1.0, "–", r"\text{--}"),
        (math.nan, 1.0, "nan", r"\mathrm{nan}"),
        (math.inf, 1.0, "inf", r"\infty"),
    ],
)
def test_uncertain_numbers(value: object, stderr: object, plain: str, latex: str) -> None:
    assert uncertain(value, stderr) == plain
    assert latex_uncertain(value, stderr) == latex


@given(st.floats(1e-3, 9e5), st.floats(1e-6, 9.4), st.booleans())
def test_value_and_error_end_at_one_decimal_place(size: float, stderr: float, negative: bool) -> None:
    value = -size if negative else size
    places = 1 - int(f"{stderr:.1e}".partition("e")[2])
    shown = f"{value:.{places}f}"
    expected = shown.removeprefix("-") if float(shown) == 0 else shown
    assert uncertain(value, stderr) == f"{expected} ± {stderr:.{places}f}"


@given(st.floats(1, 9.9), st.integers(-300, 300).filter(lambda power: not -4 <= power < 6), st.floats(0.001, 0.99))
def test_the_power_of_ten_is_common(mantissa: float, power: int, ratio: float) -> None:
    value = float(f"{mantissa!r}e{power}")
    match = re.fullmatch(r"\((\d+\.\d+) ± (\d+\.\d+)\)e([-+]\d+)", uncertain(value, value * ratio))
    assert match is not None
    shown, error = (float(f"{part}e{match[3]}") for part in match.groups()[:2])
    assert len(match[1]) == len(match[2])
    assert error == pytest.approx(value * ratio, rel=0.051)
    assert abs(shown - value) <= 0.051 * error


def test_a_negative_error_is_refused() -> None:
    with pytest.raises(OptionError, match=r"the standard error is -0\.5; give a number that is not negative, or None"):
        uncertain(1.0, -0.5)


# --- names


@pytest.mark.parametrize(
    ("name", "latex", "html"),
    [
        ("x", "x", "x"),
        ("sigma", r"\sigma", "σ"),
        ("epsilon", r"\epsilon", "ε"),
        ("Gamma", r"\Gamma", "Γ"),
        ("Alpha", r"\mathrm{A}", "Α"),
        ("lambda_", r"\lambda", "λ"),
        ("lambda_1", r"\lambda_{1}", "λ<sub>1</sub>"),
        ("sigma_y", r"\sigma_{y}", "σ<sub>y</sub>"),
        ("σ_y", r"\sigma_{y}", "σ<sub>y</sub>"),
        ("k_HP", r"k_{\mathrm{HP}}", "k<sub>HP</sub>"),
        ("sigma_f_0", r"\sigma_{f,0}", "σ<sub>f,0</sub>"),
        ("alpha_10_0", r"\alpha_{10,0}", "α<sub>10,0</sub>"),
        ("x_mu", r"x_{\mu}", "x<sub>μ</sub>"),
        ("x_a1", r"x_{a_{1}}", "x<sub>a<sub>1</sub></sub>"),
        ("k1", "k_{1}", "k<sub>1</sub>"),
        ("k1_2", "k_{1,2}", "k<sub>1,2</sub>"),
        ("rate", r"\mathrm{rate}", "rate"),
        ("H2O", r"\mathrm{H2O}", "H2O"),
        ("", r"\text{}", ""),
        ("_x", r"\text{\_x}", "_x"),
        ("a__b", r"\text{a\_\_b}", "a__b"),
        ("2x", r"\text{2x}", "2x"),
        ("grain size", r"\text{grain size}", "grain size"),
        ("x\n", r"\text{x }", "x "),
        (
            NASTY,
            rf"\text{{{NASTY_LATEX}}}",
            r"yield % &amp; # $ _ ~ ^ { } \ &lt;script&gt;",
        ),
    ],
)
def test_names(name: str, latex: str, html: str) -> None:
    assert latex_name(name) == latex
    assert html_name(name) == html


GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"


@pytest.mark.parametrize("word", [*GREEK.split(), *UPPER.split()])
def test_greek_words_are_commands_and_letters(word: str) -> None:
    assert latex_name(word) == f"\\{word}"
    assert latex_name(html_name(word)) == f"\\{word}"
    assert len(html_name(word)) == 1


COMMANDS = rf"""{GREEK} {UPPER} text mathrm ensuremath symbol textbackslash textasciitilde textasciicircum textless
textgreater textbar textendash textemdash textquoteleft textquoteright textquotedblleft textquotedblright ldots ss ae AE o O
l L pm times cdot div circ leq geq neq approx to infty surd partial nabla int sum in ell varsigma""".split()
TOKEN = re.compile(
    r"\\ensuremath\{\^(?:[123-]|\{\\circ\})\}"
    rf"|\\(?:{'|'.join(sorted(COMMANDS, key=len, reverse=True))})(?![A-Za-z])"
    r"|\\[%&#$_{}]"
    r"|\\(?:[`'^~=.\"]|[urHvc](?=\{))(?=\{[A-Za-z]\})"
    r"|_(?=\{)"
    r"|[A-Za-z0-9 {}!'()+,\-./:;=?@\[\]*]"
)


def assert_harmless(latex: str) -> None:
    """Read all of `latex` as tokens that the module is meant to write, with its braces balanced."""
    tokens = TOKEN.findall(latex)
    assert "".join(tokens) == latex
    depth = 0
    for brace in re.findall(r"[{}]", "".join(token[0] * (token in "{}") or token[2:] for token in tokens)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


@given(letters)
def test_no_text_brings_a_command_into_latex(text: str) -> None:
    assert_harmless(latex_name(text))
    assert_harmless(escape_latex(text))


@pytest.mark.parametrize("latex", [r"\input{x}", "a_b", "a^b", "50%", "a}", "{", "~", "$", "σ", "a\nb", "\\", "\\\\"])
def test_the_judge_of_latex_finds_harm(latex: str) -> None:
    with pytest.raises(AssertionError):
        assert_harmless(latex)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a--b ''", r"a-{}-b '{}'"),
        ("größe", r"gr\"{o}\ss{}e"),
        ("gro\u0308ße", r"gr\"{o}\ss{}e"),
        ("5 µm²", r"5 \ensuremath{\mu}m\ensuremath{^2}"),
        ("a\tb\nc", "a b c"),
        ("[*]", "{[}{*}{]}"),
        ("漢\x00", "{[}U+6F22{]}{[}U+0000{]}"),
    ],
)
def test_running_text_in_latex(text: str, latex: str) -> None:
    assert escape_latex(text) == latex


def test_what_a_terminal_would_obey_is_replaced() -> None:
    assert plain_name("a\tb\r\nc \x1b[31m \u202e \u2028 \ud800 é漢") == "a b  c \ufffd[31m \ufffd \ufffd \ufffd é漢"


@given(letters)
def test_control_characters_reach_no_terminal(text: str) -> None:
    shown = plain_name(text)
    assert len(shown) == len(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]", shown)
    assert all(new == old for new, old in zip(shown, text, strict=True) if old.isprintable())


# --- tables


TEXT = """\
Constants & errors
constant                  value  start
──────────────────────────────────────
sigma_y    45.05  ±  0.12          1.5
k_HP      120     ± 25           1/3
50 %      (-1.234 ±  0.056)e-05    –

A note_1."""

LATEX = r"""\begin{table}[htbp]
\centering
\caption{Constants \& errors}
\begin{tabular}{lrr}
\toprule
constant & value & start \\
\midrule
$\sigma_{y}$ & $45.05 \pm 0.12$ & $1.5$ \\
$k_{\mathrm{HP}}$ & $120 \pm 25$ & $\tfrac{1}{3}$ \\
$\text{50 \%}$ & $(-1.234 \pm 0.056) \times 10^{-5}$ & $\text{--}$ \\
\bottomrule
\end{tabular}
\par\smallskip{\footnotesize A note\_1.\par}
\end{table}
"""

MARKDOWN = r"""**Constants &amp; errors**

| constant | value | start |
| :--- | ---: | ---: |
| sigma\_y | 45.05 ± 0.12 | 1.5 |
| k\_HP | 120 ± 25 | 1/3 |
| 50 % | (-1.234 ± 0.056)e-05 | – |

A note\_1.
"""

HTML = """\
<table>
<caption>Constants &amp; errors</caption>
<thead>
<tr><th scope="col" style="text-align: left">constant</th><th scope="col" style="text-align: right">value</th></tr>
</thead>
<tbody>
<tr><th scope="row" style="text-align: left">σ<sub>y</sub></th><td style="text-align: right">45.05 ± 0.12</td></tr>
</tbody>
<tfoot>
<tr><td colspan="2">A note_1.</td></tr>
</tfoot>
</table>
"""

CSV = "constant,value,start\r\nsigma_y,45.05 ± 0.12,1.5\r\nk_HP,120 ± 25,1/3\r\n50 %,(-1.234 ± 0.056)e-05,–\r\n"


def test_text(table: TextTable) -> None:
    assert table.to_text() == str(table) == repr(table) == TEXT


def test_latex(table: TextTable) -> None:
    assert table.to_latex() == LATEX


def test_markdown(table: TextTable) -> None:
    assert table.to_markdown() == MARKDOWN


def test_html(table: TextTable) -> None:
    small = TextTable(table.headers[:2], (table.rows[0][:2],), table.caption, table.notes)
    assert small.to_html() == small._repr_html_() == HTML


def test_csv(table: TextTable) -> None:
    assert table.to_csv() == CSV


def test_text_without_rows_caption_and_notes() -> None:
    assert str(TextTable((text_cell("a"), text_cell("bc")), ())) == "a  bc\n─────"


def test_points_stand_beneath_each_other() -> None:
    rows = tuple((number_cell(value),) for value in (1.5, 20, 0.125, 1.25e-7, -3))
    assert str(TextTable((text_cell("x"),), rows)).splitlines()[2:] == [" 1.5", "20", " 0.125", " 1.25e-07", "-3"]


def test_width_is_that_of_the_terminal() -> None:
    rows = tuple((text_cell(text), text_cell("|")) for text in ("漢字", "abcd", "e\u0301"))
    lines = str(TextTable((text_cell("x"), text_cell("y")), rows)).splitlines()
    assert lines == ["x     y", "───────", "漢字  |", "abcd  |", "e\u0301     |"]


@given(st.lists(letters, min_size=1, max_size=4))
def test_a_row_is_a_line(texts: list[str]) -> None:
    table = TextTable((text_cell("x"),), tuple((text_cell(text),) for text in texts), notes=("end",))
    assert len(str(table).split("\n")) == len(texts) + 4
    assert len(table.to_markdown().split("\n")) == len(texts) + 5


def test_a_column_of_words_and_numbers_stands_left() -> None:
    table = TextTable((text_cell("x"),), ((number_cell(10),), (text_cell("none"),)))
    assert r"\begin{tabular}{l}" in table.to_latex()
    assert "| :--- |" in table.to_markdown()


def test_mathematics_goes_to_latex_and_plain_text_elsewhere() -> None:
    table = TextTable((text_cell("law"),), ((math_cell("x**2 < 1", "x^{2} < 1"),),))
    assert "$x^{2} < 1$" in table.to_latex()
    assert "x**2 &lt; 1" in table.to_html()
    assert r"| x\*\*2 &lt; 1 |" in table.to_markdown()


def test_a_table_has_columns_and_full_rows() -> None:
    with pytest.raises(OptionError, match="the table has no headers"):
        TextTable((), ())
    with pytest.raises(OptionError, match="row 2 of the table has 2 cells for 1 columns"):
        TextTable((text_cell("x"),), ((text_cell("a"),), (text_cell("a"), text_cell("b"))))


class Balance(HTMLParser):
    """Collect tags and text, and insist that every tag is closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@given(letters.filter(str.strip))
def test_html_is_balanced_and_says_what_it_was_given(text: str) -> None:
    reader = Balance()
    reader.feed(TextTable((text_cell("h"),), ((text_cell(text),),), caption=text, notes=(text,)).to_html())
    reader.close()
    assert reader.open == []
    assert reader.seen == {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
    assert reader.text.count(plain_name(text)) == 3 + (plain_name(text) == "h")


@given(letters)
def test_html_names_hold_no_tag_but_sub(text: str) -> None:
    reader = Balance()
    reader.feed(html_name(text))
    reader.close()
    assert reader.open == []
    assert reader.seen <= {"sub"}


def test_html_in_attributes_is_closed_in() -> None:
    assert escape_html("\"'<>&\x07") == "&quot;&#x27;&lt;&gt;&amp;\ufffd"


@given(st.lists(st.tuples(letters, letters), min_size=1, max_size=4))
def test_csv_is_read_back(pairs: list[tuple[str, str]]) -> None:
    table = TextTable((text_cell("x"), text_cell("y")), tuple((text_cell(a), text_cell(b)) for a, b in pairs))
    read = list(csv.reader(io.StringIO(table.to_csv(), newline="")))
    assert read[0] == ["x", "y"]
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [a.removeprefix("'") for a in row] for row in pairs
    ]


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx", "\r=x", "  =x", "＝x", "-1+cmd", "-1 ± =x", "--1", "-1\n"])
def test_no_spreadsheet_runs_a_cell(text: str) -> None:
    table = TextTable((text_cell(text),), ((text_cell(text),),))
    assert list(csv.reader(io.StringIO(table.to_csv(), newline=""))) == [["'" + text], ["'" + text]]


@pytest.mark.parametrize("cell", [number_cell(-1.5), number_cell(-1e-7), number_cell(Fraction(-1, 3)), uncertain_cell(-2, 0.1)])
def test_negative_numbers_stay_numbers_in_csv(cell: Cell) -> None:
    assert TextTable((text_cell("x"),), ((cell,),)).to_csv() == f"x\r\n{cell.plain}\r\n"
    assert cell.plain.startswith("-")


def test_frame(table: TextTable) -> None:
    pytest.importorskip("pandas")
    frame = TextTable(table.headers, (table.rows[0], table.rows[2])).to_frame()
    assert list(frame.columns) == ["constant", "value", "start"]
    assert frame["constant"].tolist() == ["sigma_y", "50 %"]
    assert frame["value"].tolist() == ["45.05 ± 0.12", "(-1.234 ± 0.056)e-05"]
    assert frame["start"].dtype == float
    assert frame["start"].tolist() == pytest.approx([1.5, math.nan], nan_ok=True)


def test_missing_pandas_is_told(table: TextTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(OptionError, match=r"pip install symseries\[pandas\]"):
        table.to_frame()


# --- LaTeX that fits a page


def wide(columns: int, rows: int = 3) -> TextTable:
    """Return a table that no page holds on one line."""
    heads = (text_cell("name"), *(text_cell(f"difference in standard errors {k}") for k in range(columns)))
    line = (text_cell("first"), *(number_cell(1.23456e-16 * (k + 1)) for k in range(columns)))
    return TextTable(heads, (line,) * rows, "Wide")


def test_a_table_that_fits_stays_as_it_is(table: TextTable) -> None:
    assert fitted([["n", "x"], ["1", "$2$"]], [True, False]) == ("", (Block("rl", (("n", "x"), ("1", "$2$"))),))
    assert "shortstack" not in table.to_latex()


def test_a_wide_table_is_stacked_then_made_small_then_wrapped_then_split() -> None:
    assert r"\shortstack[r]{difference in\\standard\\errors 0}" in wide(5).to_latex()
    long = "$" + " + ".join(f"a_{{{k}}} x^{{{k}}}" for k in range(40)) + "$"
    wraps = TextTable((text_cell("n"), text_cell("law")), ((number_cell(1), Cell("law", long)),)).to_latex()
    assert re.search(r"\\begin\{tabular\}\{rp\{0\.\d\d\\linewidth\}\}", wraps)
    assert r"\tabularnewline" in wraps
    split = wide(24).to_latex()
    assert split.count(r"\begin{tabular}") > 1
    assert split.count("first") == 3 * split.count(r"\begin{tabular}")
    assert all(split.count(rf"errors {k}}}") == 1 for k in range(24))


def test_widths_are_those_of_pdflatex(tmp_path: Path) -> None:
    cells = (
        "$0.04438 a + 0.5 b - 0.02223 c$",
        r"$-1.37733 \times 10^{-15}$",
        r"$45.05 \pm 0.12$",
        "difference in standard errors",
        r"$\mathrm{free}_{w,2} + 3.612 \sigma_{f}$",
        r"sigma\_y = C*c**(2/3)",
        r"$0.1458 C + 0.1723 k$",
        r"$\frac{a + b}{2} + \frac{1}{\sqrt{c^{2} + d}}$",
        r"$\begin{cases} x & \text{for}\: x > 0 \\0 & \text{otherwise} \end{cases}$",
    )
    lines = [rf"\settowidth{{\w}}{{{cell}}}\typeout{{WIDTH \the\w}}" for cell in cells]
    head = r"\documentclass{article}\usepackage{amsmath}\newlength{\w}\begin{document}x"
    said = compiled("\n".join([head, *lines, r"\end{document}"]), tmp_path)
    for cell, true in zip(cells, re.findall(r"WIDTH ([\d.]+)pt", said), strict=True):
        assert 0.9 * float(true) < width(cell) < 1.45 * float(true), cell


@pytest.mark.parametrize("count", [5, 24])
@pytest.mark.parametrize("rows", [3, 60])
def test_wide_tables_compile_and_keep_to_the_page(tmp_path: Path, count: int, rows: int) -> None:
    said = compiled(wide(count, rows).to_latex(document=True), tmp_path)
    assert "Overfull" not in said


@given(st.lists(st.sampled_from(["a", "b_{1}", r"\left(c - d\right)^{2}", "e^{f + g}"]), min_size=1, max_size=9))
def test_a_formula_in_lines_is_the_same_formula(terms: list[str]) -> None:
    formula = "y = " + " + ".join(terms)
    lines = formula_lines(formula, 40)
    assert " ".join(lines) == formula
    assert all(line.count("{") == line.count("}") and line.count("(") == line.count(")") for line in lines)


def test_a_case_distinction_stays_whole() -> None:
    cases = r"\begin{cases} a + b & x > 0 \\ a - b & x < 0 \end{cases}"
    assert formula_lines(f"y = {cases} + c", 10) == [f"y = {cases}", "+ c"]


def test_latex_writes_no_file(table: TextTable) -> None:
    with pytest.raises(OptionError, match=r"document='a\.tex': expected True or False; to_latex returns text"):
        table.to_latex("a.tex")


# --- LaTeX as pdflatex reads it


def compiled(latex: str, folder: Path) -> str:
    """Return the log of a successful run, or skip."""
    program = shutil.which("pdflatex")
    if program is None:
        pytest.skip("pdflatex is not installed")
    (folder / "table.tex").write_text(latex, encoding="utf-8")
    command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    log = done.stdout.decode(errors="replace")
    if "booktabs.sty' not found" in log:
        pytest.skip("booktabs is not installed")
    assert done.returncode == 0, log[-2000:]
    assert (folder / "table.pdf").stat().st_size > 0
    return (folder / "table.log").read_text(encoding="latin-1")


def test_a_table_compiles(table: TextTable, tmp_path: Path) -> None:
    nasty = (text_cell(NASTY), text_cell("[x]"), text_cell("*"))
    bracket = (text_cell("[x]"), name_cell(NASTY), math_cell("x", r"x^{2}"))
    star = (text_cell("*"), number_cell(Fraction(-1, 3)), number_cell(math.nan))
    latex = TextTable(table.headers, (*table.rows, nasty, bracket, star), NASTY, (NASTY,)).to_latex(document=True)
    assert "longtable" not in latex
    assert "Missing character" not in compiled(latex, tmp_path)


def test_every_character_compiles(tmp_path: Path) -> None:
    points = [*range(0x250), *range(0x370, 0x400), *range(0x2000, 0x2300), 0x6F22, 0x1F600, 0xD800]
    chunks = ["".join(map(chr, points[start : start + 16])) for start in range(0, len(points), 16)]
    rows = tuple((text_cell(chunk), name_cell(chunk)) for chunk in chunks)
    latex = TextTable((text_cell("text"), name_cell("sigma_f_0")), rows, NASTY, (NASTY,)).to_latex(document=True)
    assert r"\usepackage{longtable}" in latex
    assert "Missing character" not in compiled(latex, tmp_path)


@pytest.mark.parametrize(("count", "environment"), [(40, "tabular"), (41, "longtable")])
def test_long_tables_break_over_pages(count: int, environment: str) -> None:
    latex = TextTable((text_cell("x"),), ((number_cell(1),),) * count).to_latex()
    assert latex.count(rf"\begin{{{environment}}}") == latex.count(rf"\end{{{environment}}}") == 1
    assert latex.count("$1$") == count


# --- files


def names(folder: Path) -> list[str]:
    """Return the names of all files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_text(path, "σ\r\n")
    assert path.read_bytes() == "σ\r\n".encode()
    path.chmod(0o640)
    write_text(str(path), "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["table.csv"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("file")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new"


def test_half_a_surrogate_pair_loses_no_file(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "a\ud800")
    assert (tmp_path / "x").read_text(encoding="utf-8") == r"a\ud800"


@pytest.mark.parametrize("name", ["missing/x", "folder", "file/x", "nul\0byte"])
def test_a_path_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(OptionError, match=r"cannot be written: .*; name a file in a folder that exists") as caught:
        write_text(tmp_path / name, "text")
    assert plain_name(str(tmp_path / name)) in str(caught.value)
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.parametrize("path", [3, None, b"name", True, ["a"], 1.5])
def test_what_is_no_path_is_refused(path: object) -> None:
    with pytest.raises(OptionError, match=r"^the path is .*; give text or a pathlib\.Path$"):
        write_text(path, "text")


@pytest.mark.parametrize(
    ("error", "raised"), [(OSError(28, "No space left on device"), OptionError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, raised: type[BaseException]
) -> None:
    def fail(self: Path, target: Path) -> Path:
        assert len(names(tmp_path)) == 2
        raise error

    (tmp_path / "x").write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(raised):
        write_text(tmp_path / "x", "new")
    assert names(tmp_path) == ["x"]
    assert (tmp_path / "x").read_text(encoding="utf-8") == "old"
