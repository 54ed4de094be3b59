"""The source paper, statement by statement: every verdict is earned by a computation; a sample here, all in a notebook."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sympy
from paper_equations import EQUATIONS
from paper_table import (
    EARNED,
    ROWS,
    Finding,
    Judged,
    Row,
    compared,
    differs,
    judge,
    judge_all,
    to_html,
    to_latex,
    verdict_table,
)

CHECKS = {row.check: row for row in ROWS}
# Half of the checks; the notebook that verifies the paper runs them all.
SAMPLE = list(CHECKS.values())[::2]
PLACES = [row.place for row in ROWS]


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: row.place)
def test_a_verdict_is_earned(row: Row) -> None:
    found = judge(row)
    assert found.earned, found.how


def test_every_numbered_equation_has_a_verdict() -> None:
    numbers = {int(number) for place in PLACES for number in re.findall(r"^\((\d+)\)", place)}
    assert numbers == set(EQUATIONS) == set(range(1, 61))


def test_every_place_has_one_verdict() -> None:
    assert len(set(PLACES)) == len(PLACES)
    assert {row.verdict for row in ROWS} == set(EARNED)


def test_the_unnumbered_lines_and_the_table_are_there() -> None:
    def count(start: str) -> int:
        return sum(place.startswith(start) for place in PLACES)

    assert count("6.2, softplus, line") == 12
    assert count("6.2, softplus") == 17
    assert count("6.1") == 1
    assert count("3.2.4") == 3
    assert count("3.2.5") == 1
    assert count("Table 1") == 24
    columns = [place.split(", ")[1] for place in PLACES if place.startswith("Table 1")]
    assert len(set(columns)) == 6


def test_what_is_wrong_is_set_right() -> None:
    for row in ROWS:
        if row.verdict in {"wrong", "misprint"}:
            assert row.correct, row.place
            assert row.remark, row.place
        if row.verdict == "conditional":
            assert row.correct or row.remark, row.place
        assert row.shown, row.place


# ---- what a verdict needs


def judged(verdict: str, *findings: tuple[str, str]) -> Judged:
    return Judged(replace(ROWS[0], verdict=verdict), tuple(Finding(about, status, "") for about, status in findings), 0.0)


@pytest.mark.parametrize(
    ("verdict", "findings"),
    [
        ("holds", [("printed", "open")]),
        ("holds", [("printed", "proved"), ("printed", "refuted")]),
        ("holds", [("correct", "proved")]),
        ("holds", []),
        ("wrong", [("printed", "refuted")]),
        ("wrong", [("printed", "proved"), ("correct", "proved")]),
        ("misprint", [("printed", "refuted"), ("correct", "open")]),
        ("misprint", [("printed", "refuted"), ("correct", "proved"), ("correct", "refuted")]),
        ("conditional", [("condition", "proved")]),
        ("conditional", [("condition", "refuted"), ("printed", "refuted")]),
        ("definition", [("printed", "proved")]),
    ],
)
def test_a_verdict_without_its_findings_does_not_stand(verdict: str, findings: list[tuple[str, str]]) -> None:
    assert not judged(verdict, *findings).earned


def test_a_verdict_with_its_findings_stands() -> None:
    assert judged("wrong", ("printed", "refuted"), ("correct", "proved")).earned
    assert judged("holds", ("printed", "proved")).earned


def test_a_comparison_finds_the_first_difference() -> None:
    x = sympy.Symbol("x")
    pairs = [("n = 0", x**2 - 1, (x - 1) * (x + 1)), ("n = 1", sympy.pi * x, 3 * x), ("n = 2", 1, 2)]
    found = compared("printed", pairs, "numbers")
    assert (found.status, "n = 1 is pi*x, printed 3*x" in found.how) == ("refuted", True)
    assert compared("printed", pairs[:1], "numbers").status == "proved"


def test_a_difference_is_certain_or_none() -> None:
    x = sympy.Symbol("x")
    assert differs(x - 1)
    assert differs(sympy.exp(1) - sympy.Rational(271828, 100000))
    assert not differs(sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1)


def test_a_shared_check_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def check() -> Iterable[Finding]:
        calls.append(1)
        return [Finding("printed", "proved", "")]

    given: Callable[[], Iterable[Finding]] = check
    rows = [replace(ROWS[0], check=given, verdict="holds"), replace(ROWS[1], check=given, verdict="wrong")]
    found = judge_all(rows)
    assert [j.earned for j in found] == [True, False]
    assert len(calls) == 1


# ---- the table


@pytest.fixture(scope="module")
def whole() -> tuple[Judged, ...]:
    """Return all rows as if they were checked."""
    return tuple(Judged(row, (Finding("printed", "proved", "10 % & more_ #1"),), 0.0) for row in ROWS)


def test_the_table_has_a_row_for_each_statement(whole: tuple[Judged, ...]) -> None:
    table = verdict_table(whole)
    assert len(table.rows) == len(ROWS)
    assert f"{sum(row.verdict == 'wrong' for row in ROWS)} wrong" in table.caption


class Tags(HTMLParser):
    """Counts what is open."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.rows += tag == "tr"
        if tag != "br":
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def test_the_table_as_html(whole: tuple[Judged, ...]) -> None:
    tags = Tags()
    tags.feed(to_html(verdict_table(whole)))
    assert tags.stack == []
    assert tags.rows == len(ROWS) + 1


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_table_as_latex_compiles(whole: tuple[Judged, ...], tmp_path: Path) -> None:
    (tmp_path / "verdicts.tex").write_text(to_latex(verdict_table(whole)), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "verdicts.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]
