"""The command line: what it answers, in how many words, with which exit code, and what it leaves behind."""

from __future__ import annotations

import csv
import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from oracles_networks import random_network

import symseries as ss
from symseries import evidence
from symseries.cli import output
from symseries.display import write_text

ROOT = Path(__file__).resolve().parent.parent
LAW = "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
Run = Callable[..., tuple[int, str, str]]


def alloys(rows: int = 40, seed: int = 0) -> list[list[str]]:
    """Return header and rows of a table, with columns that the law does not use and that no law could name."""
    rng = np.random.default_rng(seed)
    c, d = rng.uniform(0.01, 0.1, rows), np.exp(rng.uniform(0, np.log(100), rows))
    y = (100 + 300 * c ** (2 / 3) + 500 / np.sqrt(d)) * (1 + 0.01 * rng.normal(size=rows))
    body = [
        [f"{a:.5f}", f"{b:.4f}", f"{b:.1f}", f"alloy {i}", f"{z:.3f}"] for i, (a, b, z) in enumerate(zip(c, d, y, strict=True))
    ]
    return [["c", "d", "Grain Size (µm) % & # $", "<script>alert(1)</script>", "sigma_y"], *body]


def write(path: Path, table: list[list[str]], separator: str = ",", encoding: str = "utf-8") -> Path:
    path.write_text("".join(separator.join(row) + "\n" for row in table), encoding=encoding)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Run) -> Run:
    """Run the command line in a folder of its own, which holds the table alloys.csv."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "alloys.csv", alloys())

    return shell


def held(folder: Path = Path()) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


def refused(run: Run, *arguments: str) -> str:
    """Return the one line with which arguments are refused, having checked that nothing else came of them."""
    before = held()
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.endswith("\n")
    assert len(err.splitlines()) == 1
    assert err.startswith("symseries")
    assert held() == before
    return err


# ------------------------------------------------------------------------------------------------------------ answers
def test_a_table_and_a_law_give_constants(run: Run) -> None:
    code, out, err = run("fit", "alloys.csv", "--law", LAW)
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["variables c, d", "constants sigma_f, C, k"]
    assert "40 rows of alloys.csv" in out
    assert max(map(len, out.splitlines())) <= 100
    assert "note" not in out  # sigma_f resembles the target, which nobody can have meant
    table = ss.fit(ss.train("alloys.csv", ("c", "d"), "sigma_y", rng=0), ss.Law(LAW, ("c", "d"))).table().to_text()
    assert table in out


def test_known_values_and_roles_are_told(run: Run) -> None:
    code, out, _ = run("fit", "alloys.csv", "--law", LAW, "--known", "sigma_f=100, C=300.25")
    assert code == 0
    assert "constants k\nknown     sigma_f = 100, C = 300.25\n" in out


def test_the_network_may_have_more_inputs_than_the_law(run: Run) -> None:
    code, out, _ = run("fit", "alloys.csv", "--law", "sigma_y = sigma_f + k/sqrt(d)", "--inputs", "c,d")
    assert code == 0
    assert "inputs    c, d" in out
    assert "network (c, d -> sigma_y)" in out


def test_a_constant_that_resembles_a_column_is_noted(run: Run) -> None:
    table = [["strain", "d", "y"], *([f"{i / 10}", f"{i + 1}", f"{2 * i}"] for i in range(12))]
    write(Path("near.csv"), table)
    code, out, _ = run("fit", "near.csv", "--law", "y = a + strian*d")
    assert code == 0
    assert "note: 'strian' was taken as a constant; a column is called 'strain'" in out


def test_separators_and_marks_of_other_tools_are_read(run: Run, tmp_path: Path) -> None:
    _, expected, _ = run("fit", "alloys.csv", "--law", LAW)
    for name, separator, encoding in (("a.csv", ";", "utf-8"), ("a.tsv", "\t", "utf-8"), ("b.csv", ",", "utf-8-sig")):
        write(tmp_path / name, alloys(), separator, encoding)
        code, out, err = run("fit", name, "--law", LAW)
        assert (code, err) == (0, "")
        assert out == expected.replace("alloys.csv", name)


def test_rows_with_missing_values_are_dropped_on_request(run: Run, tmp_path: Path) -> None:
    table = alloys()
    table[4][1] = ""
    write(tmp_path / "gap.csv", table)
    assert "--missing drop" in refused(run, "fit", "gap.csv", "--law", LAW)
    code, out, _ = run("fit", "gap.csv", "--law", LAW, "--missing", "drop")
    assert code == 0
    assert "39 rows of gap.csv" in out


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ("legendre:4", "Legendre polynomials on"),
        ("chebyshev:4", "Chebyshev polynomials on"),
        ("fourier:4", "Fourier"),
        ("empirical:3", "polynomials orthonormal in 40 rows of c, d, order 3"),
        ("nodal", "the values at 40 rows of c, d"),
        ("taylor:3", "Taylor series about c = "),
    ],
)
def test_spaces_can_be_chosen(run: Run, space: str, words: str) -> None:
    code, out, _ = run("fit", "alloys.csv", "--law", LAW, "--space", space)
    assert code == 0
    assert words in " ".join(out.split())


def test_a_network_of_a_file_is_used(run: Run) -> None:
    net = ss.train("alloys.csv", ("c", "d"), "sigma_y", hidden=(4,), rng=3)
    net.to_json("net.json")
    code, out, _ = run("fit", "alloys.csv", "--law", LAW, "--network", "net.json")
    assert code == 0
    assert ss.fit(net, ss.Law(LAW, ("c", "d"))).table().to_text() in out


def test_a_start_is_handed_on(run: Run) -> None:
    law = "sigma_y = s + k*d**n"
    code, out, _ = run("fit", "alloys.csv", "--law", law, "--start", "n=-0.4", "--inputs", "c,d")
    assert code == 0
    assert "from the start given" in " ".join(out.split())
    assert "start: no value" in refused(run, "fit", "alloys.csv", "--law", "sigma_y = s + k*d**n*c**m", "--start", "n=-1")


def test_a_rejected_law_is_exit_code_one_under_strict_only(run: Run) -> None:
    law = "sigma_y = a + b*d"
    arguments = ("fit", "alloys.csv", "--law", law, "--inputs", "c,d")
    code, out, _ = run(*arguments)
    assert code == 0
    assert "the law is rejected" in " ".join(out.split())
    assert run(*arguments, "--strict")[0] == 1
    assert run("fit", "alloys.csv", "--law", LAW, "--strict")[0] == 0


def test_results_are_written_whole_and_well_formed(run: Run) -> None:
    code, out, _ = run("fit", "alloys.csv", "--law", LAW, "--json", "fit.json", "--latex", "fit.tex")
    assert code == 0
    assert "written: fit.json" in out
    assert "written: fit.tex" in out
    assert held() == ["alloys.csv", "fit.json", "fit.tex"]
    record = json.loads(Path("fit.json").read_text(encoding="utf-8"))
    assert list(record["constants"]) == ["sigma_f", "C", "k"]
    assert abs(record["constants"]["k"]["value"] - 500) < 4 * record["constants"]["k"]["stderr"]
    text = Path("fit.tex").read_text(encoding="utf-8")
    assert text.startswith("\\documentclass{article}")
    assert text.count(r"\begin{table}") == 2


def test_a_report_is_one_page_that_holds_the_constants(run: Run) -> None:
    pytest.importorskip("matplotlib")
    code, out, err = run("fit", "alloys.csv", "--law", LAW, "--html", "fit.html")
    assert (code, err) == (0, "")
    assert "written: fit.html" in out
    page = Path("fit.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<svg" in page
    value = next(line for line in out.splitlines() if line.startswith("k ")).split("±")[0].split()[-1]
    assert value in page


def test_one_seed_gives_one_answer(run: Run) -> None:
    first = run("fit", "alloys.csv", "--law", LAW, "--seed", "4")
    assert run("fit", "alloys.csv", "--law", LAW, "--seed", "4") == first


def test_a_higher_level_widens_the_intervals(run: Run) -> None:
    widths = []
    for level in ("0.5", "0.99"):
        code, out, _ = run("fit", "alloys.csv", "--law", LAW, "--level", level, "--json", "fit.json")
        assert code == 0
        assert f"{100 * float(level):g} % interval" in out
        low, high = json.loads(Path("fit.json").read_text(encoding="utf-8"))["constants"]["k"]["interval"]
        widths.append(high - low)
    assert widths[1] > 3 * widths[0]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((), ("fit ", "expand ", "demo ", "--version", "symseries demo")),
        (("fit",), ("--known", "--level", "symseries fit steam.csv", "Ctrl-C")),
        (("expand",), ("--center", "--scalars", "--index-set", "symseries expand model.json")),
    ],
)
def test_help_shows_examples(run: Run, command: tuple[str, ...], words: tuple[str, ...]) -> None:
    code, out, _ = run(*command, "--help")
    assert code == 0
    for word in words:
        assert word in out


def test_the_examples_of_the_help_work(run: Run, tmp_path: Path) -> None:
    examples = [
        line.strip() for c in ("fit", "expand") for line in run(c, "--help")[1].splitlines() if line.startswith("  sym")
    ]
    table = alloys()
    write(tmp_path / "alloys.csv", [[*row[:2], "w" if k == 0 else f"{k % 7}", row[4]] for k, row in enumerate(table)])
    kelvin = np.linspace(273.15, 373.15, 12)
    body = [[f"{T:.2f}", f"{np.exp(25 - 5200 / T):.6g}"] for T in kelvin]
    write(tmp_path / "steam.csv", [["T", "p"], *body])
    ss.train("alloys.csv", ("c", "d"), "sigma_y", hidden=(2,), restarts=1).to_json("model.json")
    ss.Network.from_expression("tanh(x)/(1 + x**2)", ("x",)).to_json("formula.json")
    assert len(examples) == 9
    for example in examples:
        code, _, err = run(*shlex.split(example)[1:])
        assert (code, err) in ((0, ""), (1, "")), example


def test_the_version_is_told(run: Run) -> None:
    assert run("--version") == (0, f"symseries {ss.__version__}\n", "")


# ------------------------------------------------------------------------------------------------------------- expand
@pytest.fixture
def model() -> ss.Network:
    """Return a network of two inputs with irrational values."""
    first = ss.Affine([[3.0, -0.02], [-7.0, 0.01]], [0.1, 0.2])
    return ss.Network([first, ss.Activation("tanh"), ss.Affine([[1.5, -0.5]], [2.0])], ("c", "d"), ("sigma_y",))


def test_a_network_is_expanded(run: Run, model: ss.Network) -> None:
    model.to_json("model.json")
    code, out, err = run("expand", "model.json", "--center", "d=10, c=0.05", "--order", "2")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "variables c, d"
    assert lines[2] == "Taylor series about c = 0.05, d = 10, order 2"
    assert lines[3].split() == ["multi-index", "sigma_y"]
    series = model.expand(ss.TaylorSpace({"c": "0.05", "d": 10}, order=2))
    assert [line.split(")")[0] + ")" for line in lines[5:]] == ["(0, 0)", "(1, 0)", "(0, 1)", "(2, 0)", "(1, 1)", "(0, 2)"]
    printed = [float(line.split(")")[1]) for line in lines[5:]]
    np.testing.assert_allclose(printed, series.coefficients, rtol=1e-5)


def test_exact_coefficients_are_fractions(run: Run) -> None:
    ss.Network.from_expression(["1/(1 + x**2)", "x**2/3"], ("x",), ("y", "z")).to_json("rational.json")
    code, out, _ = run("expand", "rational.json", "--center", "x=1/3", "--order", "2", "--scalars", "exact")
    assert code == 0
    # 1/(1 + x**2) about x0: y0 = 1/(1 + x0**2), -2 x0 y0**2, (3 x0**2 - 1) y0**3
    assert [line.split() for line in out.splitlines()[3:]] == [
        ["multi-index", "y", "z"],
        ["─" * len(out.splitlines()[4])],
        ["(0)", "9/10", "1/27"],
        ["(1)", "-27/50", "2/9"],
        ["(2)", "-243/500", "1/3"],
    ]


def test_every_ring_is_offered(run: Run) -> None:
    ss.Network.from_expression("tanh(x)", ("x",)).to_json("tanh.json")
    code, out, _ = run("expand", "tanh.json", "--center", "x=1/2", "--order", "1", "--scalars", "exact")
    assert (code, out.splitlines()[-3:]) == (0, ["(1)          1 - t_1**2", "", "t_1 = tanh(1/2)"])
    code, out, _ = run("expand", "tanh.json", "--center", "x=1/2", "--order", "1", "--scalars", "arb:128")
    assert (code, "0.46211715726000975850231848364367254873" in out, "±" in out) == (0, True, True)  # DLMF 4.28
    code, out, _ = run("expand", "tanh.json", "--center", "x=1/2", "--order", "1", "--scalars", "mpf:50", "--json", "s.json")
    assert (code, "0.462117157260009758502318483643672548730289280330" in out) == (0, True)
    series = ss.Series.from_json(Path("s.json").read_text(encoding="utf-8"))
    assert series.scalars == ss.MPF(50)


def test_an_exact_expansion_that_is_too_large_is_refused_in_words_of_the_shell(run: Run) -> None:
    random_network(np.random.default_rng(0), (2, 64, 64, 1), "tanh").to_json("wide.json")
    line = refused(run, "expand", "wide.json", "--center", "x=0,y=0", "--order", "3", "--scalars", "exact")
    assert "up to 4.4e+07 terms in 64 and 64 generators" in line
    assert line.strip().endswith("lower the order, use --scalars arb:128")


def test_an_expansion_is_written(run: Run, model: ss.Network) -> None:
    model.to_json("model.json")
    arguments = ("--center", "c=1/20,d=10", "--order", "1", "--index-set", "tensor", "--latex", "s.tex", "--json", "s.json")
    code, out, _ = run("expand", "model.json", *arguments)
    assert code == 0
    assert out.endswith("written: s.tex\nwritten: s.json\n")
    assert held() == ["alloys.csv", "model.json", "s.json", "s.tex"]
    space = ss.TaylorSpace({"c": "1/20", "d": 10}, order=1, index_set="tensor")
    series = ss.Series.from_json(Path("s.json").read_text(encoding="utf-8"))
    assert series.space == space
    np.testing.assert_array_equal(series.coefficients, model.expand(space).coefficients)
    assert r"$\sigma_{y}$" in Path("s.tex").read_text(encoding="utf-8")
    if shutil.which("pdflatex") is not None:
        compiles(Path("s.tex"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), ("the following arguments are required: --center",)),
        (("--center", ""), ("--center ''", "expected name=number")),
        (("--center", "0.05,10"), ("piece '0.05', expected name=number",)),
        (("--center", "c=0.05"), ("--center: no value for d; expected one for every input: c, d",)),
        (("--center", "c=0.05,d=10,zz=3"), ("--center: 'zz' is no input of the network; inputs: c, d",)),
        (("--center", "c=0.05,dd=10"), ("'dd' is no input of the network; did you mean 'd'?",)),
        (("--center", "c=nan,d=10"), ("c = 'nan': expected a number",)),
        (("--center", "c=inf,d=10"), ("c = 'inf': expected a number",)),
        (("--center", "c=1/0,d=10"), ("division by zero",)),
        (("--center", "c=0,05;d=10"), ("a decimal point is written '.'",)),
        (("--center", "c=1,c=2,d=3"), ("c is given twice",)),
        (("--center", "c=1,d=2", "--order", "2.5"), ("order '2.5'; expected an integer >= 0, as in --order 4",)),
        (("--center", "c=1,d=2", "--order", "-1"), ("order '-1'; expected an integer >= 0",)),
        (("--center", "c=1,d=2", "--order", "True"), ("order 'True'; expected an integer >= 0",)),
        (("--center", "c=1,d=2", "--order", "9" * 5000), ("expected an integer >= 0",)),
        (("--center", "c=1,d=2", "--order", "99999"), ("order 99999 with 2 variables", "the limit is 1000000")),
        (("--center", "c=1,d=2", "--scalars", "arb"), ("--scalars 'arb'", "expected f64, exact, arb:128 or mpf:50")),
        (("--center", "c=1,d=2", "--scalars", "arb:1e9"), ("--scalars 'arb:1e9'", "expected f64, exact, arb:128 or mpf:50")),
        (("--center", "c=1,d=2", "--scalars", "mpf:0"), ("MPF: dps=0; expected an integer from 1 to",)),
        (("--center", "c=1,d=2", "--scalars", "exakt"), ("did you mean 'exact'?",)),
        (("--center", "c=1,d=2", "--index-set", "both"), ("invalid choice: 'both'",)),
        (("--center", "c=1,d=2", "--json", "model.json"), ("none of them model.json itself",)),
        (("--center", "c=1,d=2", "--json", "no/s.json"), ("folder 'no' does not exist; make it first",)),
        (("--center", "c=1,d=2", "--latex", "s", "--json", "s"), ("expected different files",)),
    ],
)
def test_bad_expansions_are_refused(run: Run, model: ss.Network, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    model.to_json("model.json")
    line = refused(run, "expand", "model.json", *options)
    assert len(line) < 500
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("name", "words"), [("none.json", "no file 'none.json'"), ("alloys.csv", "is no JSON"), (".", "folder")]
)
def test_files_that_are_no_network_are_not_expanded(run: Run, name: str, words: str) -> None:
    assert words in refused(run, "expand", name, "--center", "x=1")


# ---------------------------------------------------------------------------------------------------------- interrupts
def test_an_interrupt_before_an_answer_leaves_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_descend", interrupted_from(1))
    code, out, err = run("fit", "alloys.csv", "--law", LAW, "--json", "fit.json")
    assert (code, out) == (130, "")
    assert err == "symseries: interrupted, nothing was written\n"
    assert held() == ["alloys.csv"]


def test_an_interrupt_of_training_keeps_the_starts_that_are_finished(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_descend", interrupted_from(3))
    code, out, err = run("fit", "alloys.csv", "--law", LAW)
    assert (code, err) == (0, "")
    assert "note: training was interrupted, the best of 2 of 4 random starts is used\n" in out


def test_an_interrupt_while_writing_says_what_is_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_one(path: Path, text: str) -> None:
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write_text(path, text)

    monkeypatch.setattr(output, "write_text", write_one)
    code, _, err = run("fit", "alloys.csv", "--law", LAW, "--json", "fit.json", "--latex", "fit.tex")
    assert (code, err) == (130, "symseries: interrupted, written so far: fit.tex\n")
    assert held() == ["alloys.csv", "fit.tex"]


def interrupted_from(turn: int) -> Callable[..., object]:
    """Return a descent that is interrupted in the given one of its calls, counted from 1."""
    calls, descend = itertools.count(1), evidence._descend

    def run_or_stop(*arguments: object) -> object:
        if next(calls) == turn:
            raise KeyboardInterrupt
        return descend(*arguments)

    return run_or_stop


# ----------------------------------------------------------------------------------------------------------- refusals
def spoiled(row: int, column: int, text: str) -> list[list[str]]:
    table = alloys()
    table[row][column] = text
    return table


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (None, ("no file 'bad.csv'", "expected the path of a CSV or TSV file")),
        ([], ("bad.csv is empty", "expected a header line")),
        (alloys()[:1], ("bad.csv has a header", "no rows")),
        (spoiled(3, 1, "abc"), ("bad.csv, line 4 (row 3), column 'd': 'abc' is not a number", "write a number such as 2.5")),
        (spoiled(7, 0, "nan"), ("line 8 (row 7), column 'c'", "'nan' is a missing value", "--missing drop")),
        (spoiled(7, 4, "inf"), ("line 8 (row 7), column 'sigma_y'", "'inf'")),
        (spoiled(2, 0, '"0,05"'), ("line 3 (row 2), column 'c': '0,05' has a decimal comma; write 0.05",)),
        (spoiled(0, 1, "c"), ("'c'",)),
        (spoiled(6, 1, "0"), ("1/sqrt(d) is inf", "d = 0", "expected a finite real number")),
        (alloys(2), ("2 rows for 3 constants (sigma_f, C, k)", "2 equations for 3 unknowns", "--known")),
        ([[*row[:4]] for row in alloys()], ("target 'sigma_y' is no column", "columns: c, d")),
    ],
)
def test_bad_tables_are_refused(run: Run, tmp_path: Path, table: list[list[str]] | None, words: tuple[str, ...]) -> None:
    if table is not None:
        write(tmp_path / "bad.csv", table)
    line = refused(run, "fit", "bad.csv", "--law", LAW, "--json", "out.json")
    for word in words:
        assert word in line


def test_a_logarithm_of_a_target_that_is_not_positive_is_refused(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "steam.csv", [["T", "p"], *([f"{300 + i}", f"{i - 3}"] for i in range(12))])
    line = refused(run, "fit", "steam.csv", "--law", "log(p) = a - b/T")
    assert "steam.csv, data row 1: p = -3 has no logarithm; expected positive values" in line


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ("sigma_y = a*b*d", ("only a*b is determined, not a and b apart", "hold a with --known a=…")),
        ("sigma_y = a + b + c*k", ("only a + b is determined",)),
        ("sigma_y = a*b", ("has no column: its names are a, b, the columns c, d",)),
        ("sigma_y = 3*d", ("holds no constant to find",)),
        ("yield = a*d", ("'yield'",)),
        ("sigmay = a*d", ("target 'sigmay' is no column; did you mean 'sigma_y'?",)),
        ("a*d", ("no target; write it as an equation, such as 'sigma_y = a*d'",)),
        ("sigma_y = a*sigma_y", ("target 'sigma_y' also stands on its right side",)),
        ("sigma_y = a + b*log(d - 50)", ("log(d - 50) is nan at row 1", "expected a finite real number")),
        ("__import__('os').system('touch x')", ("__import__",)),
        ("sigma_y = __import__('os').system('touch x')", ("__import__",)),
    ],
)
def test_bad_laws_are_refused(run: Run, law: str, words: tuple[str, ...]) -> None:
    line = refused(run, "fit", "alloys.csv", "--law", law)
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--constants", "sigma_f,C"), ("name 'k' in the law is neither a column nor a declared constant", "columns: c, d")),
        (("--constants", "sigmaf,C,k"), ("'sigma_f' in the law is neither", "did you mean 'sigmaf'?")),
        (("--constants", "sigma_f,C,k,z"), ("'z' is declared and not in the law; leave it out",)),
        (("--constants", "sigma_f,C,k,d"), ("'d' is declared a constant and a column of the table; rename one of the two",)),
        (("--constants", "sigma_f,,C"), ("constant ''",)),
        (("--known", "C"), ("piece 'C', expected name=number",)),
        (("--known", "C=abc"), ("C = 'abc': expected a number such as 0.05",)),
        (("--known", "C=1,C=2"), ("C is given twice",)),
        (("--known", "C=1e999999999"), ("exponent out of range",)),
        (("--known", "R=8.3"), ("known value 'R' is not in the law", "leave it out")),
        (("--known", "c=0.05"), ("'c' is a known value and a column of the table; rename one of the two",)),
        (
            ("--space", "legnedre:3"),
            ("'legnedre:3'", "did you mean 'legendre'?", "legendre:6, chebyshev:6, fourier:6, empirical:6"),
        ),
        (("--space", "legendre:2.5"), ("order '2.5'; expected an integer >= 0, as in legendre:6",)),
        (("--space", "taylor:-1"), ("order '-1'; expected an integer >= 0",)),
        (("--space", "taylor"), ("order ''",)),
        (("--space", "taylor:" + "9" * 5000), ("expected an integer >= 0",)),
        (("--space", "Chebishev:4"), ("'Chebishev:4'", "did you mean 'chebyshev'?")),
        (("--level", "95"), ("--level 95.0: expected a number between 0 and 1",)),
        (("--level", "nan"), ("--level nan: expected a number between 0 and 1",)),
        (("--level", "wide"), ("argument --level: invalid float value: 'wide'",)),
        (("--space", "nodal:3"), ("'nodal:3'",)),
        (("--space", "taylor:99999"), ("order 99999", "the limit is")),
        (("--space", "taylor:0"), ("1 coefficients for 3 constants", "1 equations for 3 unknowns")),
        (("--latex", "missing/fit.tex"), ("missing/fit.tex: folder 'missing' does not exist; make it first",)),
        (("--json", "."), ("'.' is a folder; expected the name of a file",)),
        (("--json", "x", "--latex", "./x"), ("expected different files",)),
        (("--json", "alloys.csv"), ("none of them alloys.csv itself",)),
        (("--inputs", "c"), ("--inputs: the law's variable 'd' is left out",)),
        (("--inputs", "c,d,ww"), ("--inputs: 'ww' is no column", "columns: c, d")),
        (("--inputs", "c,d,d"), ("'d' is given twice",)),
        (("--inputs", "c,d,sigma_y"), ("target 'sigma_y' is also an input",)),
        (("--network", "none.json"), ("no file 'none.json'",)),
        (("--network", "alloys.csv"), ("alloys.csv is no JSON (line 1, column 1",)),
        (("--missing", "ignore"), ("invalid choice: 'ignore'",)),
        (("--seed", "-1"), ("--seed -1: expected a seed, an integer >= 0",)),
        (("--seed", "one"), ("invalid int value: 'one'",)),
        (("--start", "k"), ("piece 'k', expected name=number",)),
        (("--start", "q=1"), ("start: 'q' is no constant of the law", "constants: sigma_f, C, k")),
        (("--frob",), ("unrecognized arguments: --frob",)),
    ],
)
def test_bad_options_are_refused(run: Run, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    line = refused(run, "fit", "alloys.csv", "--law", LAW, *options)
    for word in words:
        assert word in line


@pytest.mark.parametrize("arguments", [(), ("fit",), ("frob",), ("fit", "alloys.csv"), ("fit", ".", "--law", LAW)])
def test_incomplete_commands_are_refused(run: Run, arguments: tuple[str, ...]) -> None:
    refused(run, *arguments)


def test_broken_and_foreign_networks_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"format": ', encoding="utf-8")
    assert "cut.json is no JSON (line 1" in refused(run, "fit", "alloys.csv", "--law", LAW, "--network", "cut.json")
    ss.Network([ss.Affine([[1.0, 2.0]])], ("q", "r"), ("sigma_y",)).to_json("other.json")
    assert "'q'" in refused(run, "fit", "alloys.csv", "--law", LAW, "--network", "other.json")
    ss.Network([ss.Affine([[1.0]])], ("d",), ("sigma_y",)).to_json("less.json")
    line = refused(run, "fit", "alloys.csv", "--law", LAW, "--network", "less.json")
    assert "the law's variable 'c' is no input of the network; inputs: d" in line


def test_a_pole_at_the_centre_is_no_series(run: Run, tmp_path: Path) -> None:
    x = [1, 2, 4, 5]  # their mean is 3
    write(tmp_path / "pole.csv", [["x", "y"], *([f"{v}", f"{1 + 1 / (v - 3):.6f}"] for v in x * 3)])
    line = refused(run, "fit", "pole.csv", "--law", "y = a + b/(x - 3)", "--space", "taylor:3")
    assert "1/(x - 3) at x = 3: not analytic, a pole" in line
    assert "move the centre" in line


def test_nothing_is_written_beside_an_error(run: Run) -> None:
    refused(run, "fit", "alloys.csv", "--law", "sigma_y = a*b*d", "--json", "fit.json", "--latex", "fit.tex")


# Texts that tools of this kind have been seen to run, to hang on, or to misread.
TEXTS = {
    "call of the system": "__import__('os').system('touch x.txt')",
    "way round to the builtins": "sin.__class__.__init__.__globals__['__builtins__']['__import__']('os').system('touch x.txt')",
    "lambda": "(lambda: 0)()",
    "f-string": "f'{c}'",
    "tower of powers": "1e-39**9**9",
    "power of ten": "s+10**10**8*c",
    "vast exponent": "1e-99999999999*c",
    "long number": "9" * 200_000,
    "deep brackets": "sin(" * 500 + "c" + ")" * 500,
    "many signs": "-" * 1_000_000 + "c",
    "empty": "",
    "blank": "   ",
    "no operator": "c d",
    "zero-width space": "c\u200b+d",
    "superscript": "c²",
    "and": "c and d",
    "tuple": "c, d",
    "complex": "1j*c",
    "division by zero": "1/0*c",
    "logarithm of zero": "log(0)*c",
    "arguments": "sin(c,d) / sin()",
    "call of a column": "c(d)",
    "LaTeX": r"\sigma_f + \frac{k}{\sqrt{d}}",
}


@pytest.mark.parametrize("left", ["", "sigma_y = "], ids=["alone", "equation"])
@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_are_no_law_are_refused_at_once(run: Run, name: str, left: str) -> None:
    begun = time.process_time()
    line = refused(run, "fit", "alloys.csv", "--law", left + TEXTS[name])
    assert time.process_time() - begun < 1
    assert len(line) < 500


@pytest.mark.parametrize("law", ["sigma_y = s + k/sqrt(d)", "sigma_y = a + b*(c + d/100 + 1)**200*1e-30"])
def test_laws_that_look_odd_are_answered(run: Run, law: str) -> None:
    begun = time.process_time()
    code, _, err = run("fit", "alloys.csv", "--law", law)
    assert (code, err) == (0, "")
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "name", ["", "3", "__class__", "lambda", "k" * 65, "yield % & # $", "<script>alert(1)</script>", "\\href{x}{k}"]
)
@pytest.mark.parametrize("option", ["--constants", "--inputs", "--known"])
def test_texts_that_are_no_names_are_refused(run: Run, option: str, name: str) -> None:
    text = f"{name}=1" if option == "--known" else f"c,d,{name}"
    line = refused(run, "fit", "alloys.csv", "--law", LAW, option, text)
    assert len(line) < 500


def test_line_breaks_in_arguments_leave_one_line(run: Run) -> None:
    for arguments in (("--law", "sigma_y = a +\n\n b b"), ("--law", LAW, "--known", "a\nb=1"), ("--law", LAW, "--x\ny")):
        refused(run, "fit", "alloys.csv", *arguments)
    refused(run, "fit", "no\nfile.csv", "--law", LAW)


# ---------------------------------------------------------------------------------------------------------- processes
def process(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    paths = {"PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "symseries", *arguments],
        cwd=folder, env={**os.environ, **paths}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_process_answers_with_text_and_code(tmp_path: Path) -> None:
    write(tmp_path / "alloys.csv", alloys())
    done = process(tmp_path, "fit", "alloys.csv", "--law", LAW, "--json", "fit.json", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "direct fit" in done.stdout  # in a terminal that knows no ± too
    assert held(tmp_path) == ["alloys.csv", "fit.json"]


def test_a_process_refuses_with_one_line(tmp_path: Path) -> None:
    write(tmp_path / "alloys.csv", alloys())
    done = process(tmp_path, "fit", "alloys.csv", "--law", "sigma_y = __import__('os').system('touch x')")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert held(tmp_path) == ["alloys.csv"]


def test_a_fit_with_awkward_names_is_latex_that_compiles(run: Run, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    rng = np.random.default_rng(0)
    names = ("lambda_1", "Q__2", "S", "x_y_z")
    columns = rng.uniform(1, 2, (30, 3))
    y = 1 + columns @ [1.0, 2.0, 3.0]
    with Path("odd.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *np.column_stack([columns, y]).tolist()])
    law = "x_y_z = E + I*lambda_1 + beta_a_b*Q__2 + σ*S"
    code, _, err = run("fit", "odd.csv", "--law", law, "--latex", "odd.tex")
    assert (code, err) == (0, "")
    compiles(Path("odd.tex"))


def compiles(path: Path) -> None:
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=60, check=False, errors="replace")
    assert done.returncode == 0, done.stdout[-1500:]
