"""The commands compare and check: answers, files, exit codes, refusals in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from symseries.comparison import Comparison
from symseries.derivations import Report

ROOT = Path(__file__).resolve().parent.parent
Run = Callable[..., tuple[int, str, str]]

LAWS = """# laws of one target
both: y = a + b*x + q*x**2   # the truth
line: y = a + b*x
twice: y = a*b*x
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Run) -> Run:
    """Run the command line in a folder with a table and a file of laws."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 2, 40)
    rows = [f"{a:.6f},{1 + a + 3 * a * a + 0.05 * e:.6f}" for a, e in zip(x, rng.normal(size=40), strict=True)]
    Path("table.csv").write_text("\n".join(["x,y", *rows, ""]), encoding="utf-8")
    Path("laws.txt").write_text(LAWS, encoding="utf-8")

    return shell


# ------------------------------------------------------------------------------------------------------------- compare
def test_compare_ranks_laws_and_writes_files(run: Run) -> None:
    code, out, err = run("compare", "table.csv", "--laws", "laws.txt", "--direct", "--json", "c.json", "--html", "c.html")
    assert (code, err) == (0, "")
    assert "ranked by BIC" in out
    assert "only a*b is determined" in out
    found = Comparison.from_json(Path("c.json").read_text(encoding="utf-8"))
    assert found.best.law == "both"
    assert {pair.source for pair in found.pairs} == {"network", "table"}
    assert "<table" in Path("c.html").read_text(encoding="utf-8")


def test_compare_is_strict_when_every_law_is_rejected(run: Run) -> None:
    Path("wrong.txt").write_text("y = a\ny = a + b*x\n", encoding="utf-8")
    assert run("compare", "table.csv", "--laws", "wrong.txt", "--strict")[0] == 1
    assert run("compare", "table.csv", "--laws", "wrong.txt")[0] == 0
    assert run("compare", "table.csv", "--laws", "laws.txt", "--strict")[0] == 0


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (LAWS, ("--known", "R=3"), "known value 'R' is in none of the laws"),
        (LAWS, ("--by", "bicc"), "'bicc'; did you mean 'bic'?"),
        (LAWS, ("--inputs", "z"), "--inputs: 'z' is no column"),
        ("y = a + b*x\nz = a*x\n", (), "targets y, z; expected one column"),
        ("a + b*x\n", (), "expected one column on the left side"),
        ("q = a + b*x\n", (), "the laws' target 'q' is no column"),
        ("y = a + b*x\ny = a +\n", (), "laws.txt, line 2"),
        ("one: y = a*x\none: y = a + b*x\n", (), "a law 'one' stands above already"),
        ("# nothing\n", (), "expected"),
    ],
)
def test_compare_refuses_in_one_line(run: Run, text: str, options: tuple[str, ...], words: str) -> None:
    Path("laws.txt").write_text(text, encoding="utf-8")
    code, out, err = run("compare", "table.csv", "--laws", "laws.txt", *options)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert words in err


def test_a_file_of_laws_is_text(run: Run) -> None:
    Path("binary.txt").write_bytes(b"\xff\xfe\x00")
    for name, words in (
        ("none.txt", "No such file"),
        ("binary.txt", "no UTF-8 text, from byte 0"),
        (".", "expected a text file"),
    ):
        code, _, err = run("compare", "table.csv", "--laws", name)
        assert (code, words in err) == (2, True)


# --------------------------------------------------------------------------------------------------------------- check
def test_check_proves_and_writes_files(run: Run) -> None:
    Path("true.txt").write_text("cosh(x)**2 - sinh(x)**2 = 1\n", encoding="utf-8")
    code, out, err = run("check", "true.txt", "--json", "r.json", "--latex", "r.tex", "--html", "r.html")
    assert (code, err) == (0, "")
    assert "1 proved" in out
    assert Report.from_json(Path("r.json").read_text(encoding="utf-8")).status == "proved"
    assert r"\documentclass" in Path("r.tex").read_text(encoding="utf-8")
    assert json.loads(Path("r.json").read_text(encoding="utf-8"))["status"] == "proved"


def test_check_refutes_with_exit_code_1(run: Run) -> None:
    Path("false.tex").write_text(r"\begin{align} e^{x} &= 1 + x \end{align}", encoding="utf-8")
    code, out, _ = run("check", "false.tex")
    assert code == 1
    assert "witness" in out


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("1 + x\n", "="), (r"\begin{align} \frac{1}{x &= 2 \end{align}", "position")]
)
def test_check_refuses_in_one_line(run: Run, text: str, words: str) -> None:
    Path("bad.tex").write_text(text, encoding="utf-8")
    code, out, err = run("check", "bad.tex")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert words in err


# ----------------------------------------------------------------------------------------------------------- processes
def test_a_reader_that_leaves_costs_neither_files_nor_a_traceback(run: Run, tmp_path: Path) -> None:
    Path("true.txt").write_text("cosh(x)**2 - sinh(x)**2 = 1\n", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "symseries", "check", "true.txt", "--json", "r.json"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=writing, stderr=subprocess.PIPE, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("r.json").is_file()


# ----------------------------------------------------------------------------------------------------------------- fit
QUADRATIC = "y = a + b*x + q*x**2"


def test_fit_holds_constants_and_profiles_others(run: Run) -> None:
    code, out, err = run("fit", "table.csv", "--law", QUADRATIC, "--fixed", "b=1", "--intervals", "profile")
    assert (code, err) == (0, "")
    assert out.count("95 % interval") == 2
    held = [line.split() for line in out.splitlines() if line.startswith("b ")]
    assert [line[1] for line in held] == ["1", "1"]


def test_fit_bounds_ties_and_extends(run: Run) -> None:
    code, out, err = run("fit", "table.csv", "--law", "y = a + b*x**m", "--bounds", "m=0.1:3, b=0:", "--weights", "unweighted")
    assert (code, err) == (0, "")
    code, out, _ = run("fit", "table.csv", "--law", QUADRATIC, "--ties", "q=3*b", "--intervals", "jackknife", "--extend")
    assert code == 0
    assert "= 3*b" in out
    assert "nothing need be added" in out
    assert out.count("95 % interval") == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--bounds", "b=5"), "--bounds 'b=5': expected each name once with limits"),
        (("--bounds", "b=2:1"), "lowest 2 is not below highest 1"),
        (("--ties", "b="), "--ties 'b='"),
        (("--ties", "z=2*b"), "'z' is no constant of the law"),
        (("--fixed", "z=2"), "'z' is no constant of the law"),
        (("--weights", "taylr"), "invalid choice: 'taylr'"),
    ],
)
def test_fit_refuses_in_one_line(run: Run, options: tuple[str, ...], words: str) -> None:
    code, out, err = run("fit", "table.csv", "--law", QUADRATIC, *options)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert words in err


def test_fit_polishes_a_direct_fit_and_takes_declared_errors(run: Run) -> None:
    assert "polished to 20 digits" in run("fit", "table.csv", "--law", QUADRATIC, "--polish", "20")[1]
    assert "chi2" in run("fit", "table.csv", "--law", QUADRATIC, "--relative-errors", "0.02")[1]
    code, out, err = run("fit", "table.csv", "--law", QUADRATIC, "--polish", "20", "--space", "legendre:3")
    assert (code, out) == (2, "")
    assert "--space beside --polish" in err


def test_fit_frees_what_the_law_does_not_describe(run: Run) -> None:
    rng = np.random.default_rng(1)
    x, w = rng.uniform(0, 2, (2, 60))
    rows = [f"{a:.6f},{b:.6f},{1 + 2 * a + b * b + 0.01 * e:.6f}" for a, b, e in zip(x, w, rng.normal(size=60), strict=True)]
    Path("two.csv").write_text("\n".join(["x,w,y", *rows, ""]), encoding="utf-8")
    code, out, _ = run("fit", "two.csv", "--law", "y = a + k*x", "--inputs", "x,w")
    assert code == 0
    assert "beside a free polynomial" in out
    assert "free_w_2" in out
    code, out, _ = run("fit", "two.csv", "--law", "y = a + k*x", "--inputs", "x,w", "--others", "slice")
    assert code == 0
    assert "free_w" not in out
