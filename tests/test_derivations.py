"""Derivations: lines as they were typed and understood, a verdict for each step, and how a report shows itself."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import sympy as sp

from symseries.derivations import Derivation, Report, check_file
from symseries.errors import DataError, LawNameError, LawSyntaxError, OptionError, ResourceLimitError, SymseriesError

x, y = sp.symbols("x y")

LATEX = r"""
The sigmoid is a shifted tangent.
\begin{align}
  \sigma(x) &= \frac{1}{1 + e^{-x}} \label{sigmoid} \\
            &= \frac{1}{2} + \frac{1}{2} \tanh \frac{x}{2} \\
  \sigma(-x) &= 1 - \sigma(x) \\
  \sigma(x) &\approx \frac12 + \frac{x}{4} - \frac{x^3}{48} + O(x^5) \\
  \sum_{k=0}^{n} \binom{n}{k} &= 2^{n+1}
\end{align}
"""


def words(report: Report) -> list[str]:
    return [step.word for step in report.steps]


def test_a_derivation_in_latex() -> None:
    report = Derivation.from_latex(LATEX).check()
    assert words(report) == ["definition", "proved", "proved", "proved", "refuted"]
    assert report.status == "refuted"
    assert report[-1].diagnosis.kind == "factor"
    assert "2" in str(report[-1].diagnosis)
    assert report.steps[1].left == "1/(1 + exp(-x))"  # a line that begins with = goes on from the last side
    assert r"\tanh \frac{x}{2}" in report.steps[1].typed


def test_a_derivation_in_text() -> None:
    lines = """
    # the law in logarithms
    assume A > 0, T > 0, R > 0
    v := A*exp(-Q/(R*T))
    log(v) = log(A) - Q/(R*T)
    = log(A) - Q/R*T        # a slip
    tanh(u) = u - u**3/3 + O(u**5)
    tanh(u) ~ u - u**3/4 + O(u**5)
    """
    report = Derivation(lines).check()
    assert words(report) == ["definition", "proved", "refuted", "proved", "refuted"]
    assert [step.line for step in report.steps] == [4, 5, 6, 7, 8]
    assert report[1].assumptions == "A > 0, R > 0, T > 0"
    assert report[-1].witness.power == "u**3"


def test_a_derivation_in_python() -> None:
    lines = [sp.Eq(sp.sin(x) ** 2, 1 - sp.cos(x) ** 2), ("cos(2*x)", "1 - 2*sin(x)**2"), (sp.sinh(x), "=", sp.exp(x) / 2)]
    assert words(Derivation(lines).check()) == ["proved", "proved", "refuted"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["y = a*x + b", "y = 0 => x = -b/a"], ["definition", "definition", "proved"]),
        (["3*z = 6 => z = 2"], ["definition", "proved"]),
        (["3*z = 6 => z = 3"], ["definition", "refuted"]),
        (["3*z = 6 => z + 1 = 3 => 2*z + 2 = 6"], ["definition", "proved", "proved"]),
    ],
)
def test_an_implication(lines: list[str], expected: list[str]) -> None:
    """What stands before the arrow is given, what stands behind it is checked."""
    assert words(Derivation(lines).check()) == expected


def test_a_substitution() -> None:
    lines = ["sqrt(x)*x = x**(3/2)", "put x = u**2", "= u**3"]
    report = Derivation(lines).check()
    assert words(report) == ["proved", "refuted"]
    assert str(report[-1].diagnosis) == "true for example where u is positive"
    assert words(Derivation(["assume u > 0", *lines]).check()) == ["proved", "proved"]


def test_a_definition_of_a_function_is_used() -> None:
    report = Derivation.from_latex(r"g(x) := x^2 + 1 \\ g(2 t) &= 4 t^2 + 1 \\ g(0) &= 2").check()
    assert words(report) == ["definition", "proved", "refuted"]


def test_conditions_of_a_line_are_assumed() -> None:
    assert words(Derivation.from_latex(r"\sqrt{x^2} &= x, \quad x > 0").check()) == ["proved"]
    assert words(Derivation.from_latex(r"\sqrt{x^2} &= x").check()) == ["refuted"]


def test_each_statement_of_a_line_is_checked() -> None:
    assert words(Derivation.from_latex(r"\tanh x = -\tanh(-x), \quad \sin 2x = \sin x").check()) == ["proved", "refuted"]
    side_by_side = r"\begin{align} (x+1)^2 &= x^2+2x+1 & (x-1)^2 &= x^2-2x-1 \end{align}"
    report = Derivation.from_latex(side_by_side).check()
    assert words(report) == ["proved", "refuted"]
    assert [step.line for step in report.steps] == [1, 1]
    assert words(Derivation.from_latex(r"f(x) = x + 1, \quad f(0) = 2").check()) == ["definition", "refuted"]


def test_what_was_defined_is_not_defined_again() -> None:
    assert words(Derivation.from_latex(r"a := 2 \\ b = a^2, \quad a = 3").check()) == ["definition", "refuted", "definition"]


def test_a_range_before_an_implication_is_assumed_there_only() -> None:
    report = Derivation.from_latex(r"x > 0 \Rightarrow |x| = x \\ |x| = x").check()
    assert words(report) == ["definition", "proved", "refuted"]
    assert r"x & > 0" in report.to_latex() or "x &> 0" in report.to_latex()
    assert words(Derivation.from_latex(r"x > 0 \Rightarrow |x| = 5x").check()) == ["definition", "refuted"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"|x| = x \quad \text{for all } x", "refuted"),
        (r"|x| = x \quad \text{for all } x \geq 0", "proved"),
        (r"|k| = k \quad \forall k = 1, \dots, 5", "proved"),
        (r"|k - 1| = k - 1, \quad k = 1, 2, \dots", "proved"),
    ],
)
def test_for_all_is_what_it_says(text: str, expected: str) -> None:
    assert words(Derivation.from_latex(text).check()) == [expected]


def test_an_inequality_of_names_is_assumed() -> None:
    assert words(Derivation.from_latex(r"\delta_{mn} = 0, \quad m \neq n").check()) != ["refuted"]
    assert words(Derivation.from_latex(r"\delta_{mn} = 0").check()) == ["refuted"]
    assert words(Derivation(["assume x != 1", "0**abs(x - 1) = 0"]).check()) != ["refuted"]
    with pytest.raises(OptionError, match=r"condition 'x \+ 1 > 1'"):
        Derivation.from_latex(r"|x| = x, \quad x + 1 > 1")


def test_about_without_an_order_is_open() -> None:
    report = Derivation(["sin(x) ~ x"]).check()
    assert words(report) == ["open"]
    assert "O(x**n)" in report[0].reason


@pytest.mark.parametrize(
    ("lines", "error", "said"),
    [
        ([], OptionError, "no line"),
        (["", "   ", "# nothing"], OptionError, "no line"),
        (["x + y"], LawSyntaxError, "line 1.*no relation"),
        (["x = y", "x = "], LawSyntaxError, "line 2.*nothing stands after"),
        (["x = (y"], LawSyntaxError, "line 1.*column 1"),
        (["= y"], OptionError, "line 1.*goes on"),
        (["s := x", "s := y"], LawNameError, "line 2.*twice"),
        (["x = y + O(x**y)"], SymseriesError, "line 1"),
        (["x = 9**9**9**9"], ResourceLimitError, "line 1"),
        ([r"\frac{1}{2 = x"], LawSyntaxError, "line 1"),
        ([r"\undefinedcommand{x} = 2"], LawSyntaxError, "line 1.*undefinedcommand"),
        (["assume x is large"], OptionError, "line 1.*large"),
        (["put x"], LawSyntaxError, "line 1.*substitution"),
        ([3], OptionError, "line 1"),
        ([("x", "<", "y")], OptionError, "line 1.*relation"),
        (["x = x"] * 501, ResourceLimitError, "500"),
    ],
)  # fmt: skip
def test_bad_lines_are_refused_with_their_number(lines: list, error: type, said: str) -> None:
    began = time.process_time()
    with pytest.raises(error, match=said) as seen:
        Derivation(lines).check()
    assert "\n" not in str(seen.value)
    assert time.process_time() - began < 1.0


def test_a_bad_line_in_latex_has_its_place() -> None:
    with pytest.raises(LawSyntaxError, match="▶"):
        Derivation.from_latex(r"x &= \frac{1}{2} \\ y &= \frac{1{2}")


# ---- files


def test_a_file_has_an_exit_code(tmp_path: Path) -> None:
    good, bad, tex = (tmp_path / name for name in ("good.txt", "bad.txt", "steps.tex"))
    good.write_text("tanh(x)**2 + sech(x)**2 = 1\n", encoding="utf-8")
    bad.write_text("tanh(x)**2 - sech(x)**2 = 1\n", encoding="utf-8")
    tex.write_text(LATEX, encoding="utf-8")
    assert check_file(good)[0] == 0
    assert check_file(bad)[0] == 1
    code, report = check_file(tex)
    assert (code, report.title) == (1, "steps.tex")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be read"):
        check_file(tmp_path / "missing.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(DataError, match="UTF-8"):
        check_file(tmp_path / "binary.txt")
    (tmp_path / "long.txt").write_text("x = x\n" * 50_000, encoding="utf-8")
    with pytest.raises(DataError, match="limit"):
        check_file(tmp_path / "long.txt")


# ---- how it shows itself


@pytest.fixture(scope="module")
def report() -> Report:
    return Derivation.from_latex(LATEX).check()


def test_a_report_in_every_form(report: Report) -> None:
    assert repr(report).count("\n") == 0
    assert "1 REFUTED" in str(report)
    assert str(report).count("understood") == len(report) == 5
    html = report._repr_html_()
    assert html.count("<tr>") == 6
    assert report._repr_latex_().startswith(r"$\begin{array}")
    assert list(report.to_frame().columns) == ["line", "", "typed", "understood", "finding"]
    assert Report.from_json(report.to_json()) == report
    assert pickle.loads(pickle.dumps(report)) == report


def test_what_was_typed_stands_beside_what_was_understood(report: Report) -> None:
    for step in report.steps:
        assert step.typed in str(report)
        assert step.understood in str(report)


def test_the_page_says_what_is_refuted_first(report: Report, tmp_path: Path) -> None:
    report.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.index("Read this first") < page.index("Steps")
    assert "<script" not in page


def test_latex_has_marks_in_the_margin(report: Report) -> None:
    text = report.to_latex()
    assert text.count(r"\tag*{$\surd$}") == 3
    assert text.count(r"\tag*{$\times$}") == 1
    assert "witness" not in text
    assert "REFUTED" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(report: Report, tmp_path: Path) -> None:
    (tmp_path / "report.tex").write_text(report.to_latex(document=True), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    "change", [lambda t: "", lambda t: "{}", lambda t: t.replace('"steps"', '"stairs"'), lambda t: t[:200]]
)
def test_a_broken_report_is_refused(report: Report, change: object) -> None:
    with pytest.raises(DataError, match="derivation"):
        Report.from_json(change(report.to_json()))


def test_a_derivation_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    derivation = Derivation(["x = x"])
    first = derivation.check()
    monkeypatch.setattr("symseries.derivations.derivation.judged", lambda *_: pytest.fail("checked again"))
    assert derivation.check() is first
