"""The command line: what a fit is asked beside its constants, its figures, and one law in the constants of another."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import symseries as ss
from symseries.cli import figures, parts
from symseries.comparison import Comparison, Extension, Nuisance, RosettaStone, Sufficiency, Translation
from symseries.displayed import ResultTable, Shown
from symseries.fields import ConstantField
from symseries.fitting.intervals import Intervals
from symseries.laws.closed import ClosedForm
from symseries.laws.identify import Identifiability

Run = Callable[..., tuple[int, str, str]]
LAW = "y = a + k*sqrt(x)"
LINE = "y = a + b*x"
READERS: dict[str, type[Shown | ResultTable]] = {
    "intervals": Intervals, "residuals": ResultTable, "tests": ResultTable, "extension": Extension,
    "sufficiency": Sufficiency, "nuisance": Nuisance, "identifiability": Identifiability, "closed_form": ClosedForm,
    "constant_field": ConstantField,
}  # fmt: skip
ALL = (
    "--intervals", "profile", "--residuals", "--tests", "--extend", "--candidates", "w; x", "--max-terms", "1",
    "--sufficiency", "--nuisance", "--identifiability", "--closed-form", "--constant-field",
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Run) -> Run:
    """Run the command line in a folder with a table y = 1 + 2 sqrt(x) + 3 w, its errors, shares and batches."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    x, w = rng.uniform(0.2, 2, (2, 60))
    y = 1 + 2 * np.sqrt(x) + 3 * w + 0.02 * rng.normal(size=60)
    size = rng.uniform(0.01, 0.03, 60)
    rows = [
        f"{a:.5f},{b:.5f},{c:.5f},{e:.5f},{e / c:.6f},batch {i % 7}"
        for i, (a, b, c, e) in enumerate(zip(x, w, y, size, strict=True))
    ]
    Path("two.csv").write_text("\n".join(["x,w,y,err,rel,batch", *rows, ""]), encoding="utf-8")

    return shell


def read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def law(text: str, *variables: str) -> ss.Law:
    return ss.Law(text, variables)


# --------------------------------------------------------------------------------------------------------------- parts
def test_what_is_asked_stands_on_the_screen_and_in_every_file(run: Run) -> None:
    files = ("--html", "r.html", "--json", "r.json", "--latex", "r.tex")
    code, out, err = run("fit", "two.csv", "--law", LAW, "--inputs", "x,w", *ALL, *files)
    assert (code, err) == (0, "")
    record, page, paper = json.loads(read("r.json")), read("r.html"), read("r.tex")
    found = ss.Fit.from_json(read("r.json"))
    assert found.summary() in out
    assert list(READERS) == list(parts.PARTS)
    for name, reader in READERS.items():
        part = reader.from_json(json.dumps(record[name]))
        assert str(part) in out
        assert f"<h2>{parts.PARTS[name][0]}</h2>" in page
        table = part if isinstance(part, ResultTable) else part.paged()
        assert table.to_html() in page
        assert part.to_latex() in paper
    assert [entry.terms for entry in Extension.from_json(json.dumps(record["extension"])).admissible] == [("w",)]
    if shutil.which("pdflatex"):
        done = subprocess.run(
            ["pdflatex", "-interaction=batchmode", "-halt-on-error", "r.tex"], capture_output=True, check=False
        )
        assert done.returncode == 0


def test_a_fit_without_parts_is_written_as_the_library_writes_it(run: Run) -> None:
    assert run("fit", "two.csv", "--law", "y = a + k*sqrt(x) + m*w", "--direct", "--json", "r.json", "--html", "r.html")[0] == 0
    found = ss.Fit.from_json(read("r.json"))
    assert read("r.json") == found.to_json() + "\n"
    assert read("r.html") == found.to_html()


def test_an_extension_takes_a_tolerance_and_columns_beside_the_table_itself(run: Run) -> None:
    asked = ("fit", "two.csv", "--law", LAW, "--direct", "--inputs", "x,w", "--extend", "--candidates", "w, w**2")
    assert run(*asked, "--tolerance", "0.2", "--json", "r.json")[0] == 0
    found = Extension.from_json(json.dumps(json.loads(read("r.json"))["extension"]))
    assert (found.tolerance, found.admissible[0].terms) == (0.2, ("w",))
    assert found.admissible[0].misfit < 0.05


@pytest.mark.parametrize(("method", "repeats"), [("bootstrap", 7), ("jackknife", 5)])
def test_repeats_are_counted(run: Run, method: str, repeats: int) -> None:
    options = ("--direct", "--intervals", method, "--repeats", str(repeats), "--seed", "2", "--json", "r.json")
    assert run("fit", "two.csv", "--law", LINE, *options)[0] == 0
    own = ss.fit("two.csv", law(LINE, "x")).intervals(method, repeats=repeats, rng=2)
    there = Intervals.from_json(json.dumps(json.loads(read("r.json"))["intervals"]))
    assert there["b"].interval == pytest.approx(own["b"].interval, rel=1e-9)


def test_a_jackknife_leaves_out_groups(run: Run) -> None:
    options = ("--direct", "--intervals", "jackknife", "--groups", "batch", "--json", "r.json")
    assert run("fit", "two.csv", "--law", LINE, *options)[0] == 0
    there = Intervals.from_json(json.dumps(json.loads(read("r.json"))["intervals"]))
    x, y = np.genfromtxt("two.csv", delimiter=",", skip_header=1, usecols=(0, 2)).T
    batches = np.arange(60) % 7
    slopes = np.array([np.polyfit(x[batches != batch], y[batches != batch], 1)[0] for batch in range(7)])
    assert there["b"].stderr == pytest.approx(np.sqrt(6 / 7 * ((slopes - slopes.mean()) ** 2).sum()), rel=1e-6)


# -------------------------------------------------------------------------------------------------------- direct fits
@pytest.mark.parametrize(
    ("options", "errors"),
    [
        (("--direct",), {}),
        (("--errors", "0.02"), {"errors": 0.02}),
        (("--errors", "err"), {"errors": "err"}),
        (("--relative-errors", "0.01"), {"relative_errors": 0.01}),
        (("--relative-errors", "rel"), {"relative_errors": "rel"}),
    ],
)
def test_errors_are_numbers_or_columns(run: Run, options: tuple[str, ...], errors: dict[str, object]) -> None:
    text = "y = a + k*sqrt(x) + m*w"
    code, _, err = run("fit", "two.csv", "--law", text, *options, "--json", "r.json")
    assert (code, err) == (0, "")
    found, own = ss.Fit.from_json(read("r.json")), ss.fit("two.csv", law(text, "x", "w"), **errors)  # type: ignore[arg-type]
    for name, estimate in own.constants.items():
        assert found.constants[name].value == pytest.approx(estimate.value, rel=1e-10)
        assert found.constants[name].stderr == pytest.approx(estimate.stderr, rel=1e-8)
    assert found.chi2 == (None if own.chi2 is None else pytest.approx(own.chi2))


def test_strict_tests_a_direct_fit_with_declared_errors(run: Run) -> None:
    assert run("fit", "two.csv", "--law", LINE, "--errors", "err", "--strict")[0] == 1
    assert run("fit", "two.csv", "--law", "y = a + k*sqrt(x) + m*w", "--errors", "err", "--strict")[0] == 0


def test_exact_constants_are_rational_least_squares(run: Run) -> None:
    points = [(1, Fraction(21, 10)), (2, Fraction(39, 10)), (4, Fraction(81, 10))]
    Path("three.csv").write_text("x,y\n" + "".join(f"{x},{float(y)}\n" for x, y in points), encoding="utf-8")
    code, _, err = run("fit", "three.csv", "--law", LINE, "--exact", "--json", "r.json")
    assert (code, err) == (0, "")
    mean_x, mean_y = Fraction(7, 3), sum(y for _, y in points) / 3
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    found = ss.Fit.from_json(read("r.json")).constants
    assert [str(found[name].value) for name in ("a", "b")] == [str(mean_y - slope * mean_x), str(slope)]


# ------------------------------------------------------------------------------------------------------------ networks
@pytest.mark.parametrize("layers", ["all", "last"])
def test_a_network_of_a_file_is_refined(run: Run, layers: str) -> None:
    net = ss.train("two.csv", ("x", "w"), "y", hidden=(4,), restarts=1, rng=0)
    coarse = [
        ss.Affine(part.weights.round(1), part.bias.round(1)) if isinstance(part, ss.Affine) else part for part in net.layers
    ]
    ss.Network(coarse, net.inputs, net.outputs).to_json("coarse.json")
    text = "y = a + k*sqrt(x) + m*w"
    code, _, err = run("fit", "two.csv", "--law", text, "--network", "coarse.json", "--refine", layers, "--json", "r.json")
    assert (code, err) == (0, "")
    own = ss.fit(ss.refine(ss.read_network("coarse.json"), "two.csv", layers=layers), law(text, "x", "w"))
    assert ss.Fit.from_json(read("r.json")).constants["k"].value == pytest.approx(own.constants["k"].value, rel=1e-6)


# ------------------------------------------------------------------------------------------------------------- figures
def test_figures_are_drawn_in_each_format(run: Run) -> None:
    pytest.importorskip("matplotlib")
    text = "y = a + k*sqrt(x) + m*w"
    starts = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
    for form, kind in zip(figures.FORMATS, ("profiles", "contours", "predicted"), strict=True):
        drawn = []
        for _ in range(2):
            code, out, err = run("fit", "two.csv", "--law", text, "--direct", "--plot", f"f.{form}", "--kind", kind)
            assert (code, err, f"written: f.{form}" in out) == (0, "", True)
            drawn.append(Path(f"f.{form}").read_bytes())
        assert drawn[0].startswith(starts[form])
        assert drawn[0] == drawn[1]


def test_figures_show_what_their_kind_says(run: Run) -> None:
    pytest.importorskip("matplotlib")
    net = ss.train("two.csv", ("x", "w"), "y", hidden=(4,), restarts=1, rng=0)
    shape = law("y = a + k*sqrt(x) + m*w", "x", "w")
    found = ss.fit(net, shape)
    for kind, count in ((None, 4), ("residual", 1), ("profiles", 3), ("contours", 3), ("fields", 3)):
        draws = figures.figures_of(found, net, shape, kind)
        assert len(draws) == count
    drawn = figures.picture(Path("all.svg"), figures.figures_of(found, net, shape, "fields")).decode()
    for name in ("axes_1", "axes_4"):
        assert f'id="{name}"' in drawn


# ------------------------------------------------------------------------------------------------------------ refusals
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--candidates", "x"), "--candidates without --extend"),
        (("--max-terms", "1"), "--max-terms without --extend"),
        (("--tolerance", "0.1"), "--tolerance without --extend"),
        (("--extend", "--direct", "--tolerance", "2"), "--tolerance 2.0: expected a relative distance"),
        (("--extend", "--direct", "--max-terms", "4"), "--max-terms 4: expected 1, 2 or 3"),
        (("--extend", "--direct", "--candidates", "x,"), "candidate"),
        (("--refine", "last"), "--refine without --network"),
        (("--kind", "residual"), "--kind without --plot"),
        (("--plot", "f.gif"), "expected a name that ends with .png, .pdf, .svg"),
        (("--plot", "two.csv"), "expected a name that ends with"),
        (("--plot", "f.png", "--kind", "fields", "--direct"), "--kind fields: a constant field belongs to a network"),
        (("--plot", "f.png", "--kind", "profiles", "--exact"), "is a parabola"),
        (("--intervals", "profile", "--exact"), "is a parabola"),
        (("--plot", "f.png", "--kind", "contours", "--direct", "--fixed", "a=1"), "1 constants have a standard error"),
        (("--groups", "batch"), "--groups without --intervals jackknife"),
        (("--groups", "batch", "--intervals", "jackknife", "--repeats", "3"), "--groups beside --repeats"),
        (("--groups", "bach", "--intervals", "jackknife", "--direct"), "--groups: 'bach' is no column"),
        (("--repeats", "9"), "--repeats without --intervals bootstrap or jackknife"),
        (("--intervals", "jackknife", "--direct", "--repeats", "1"), "--repeats 1"),
        (("--direct", "--space", "nodal"), "--space beside --direct"),
        (("--errors", "1", "--nuisance"), "--nuisance beside --errors"),
        (("--exact", "--constant-field"), "--constant-field beside --exact"),
        (("--direct", "--inputs", "x,w"), "--inputs beside --direct"),
        (("--direct", "--strict"), "--strict beside --direct: nothing tests"),
        (("--errors", "eror"), "errors 'eror': no number and no column"),
        (("--errors", "batch"), "batch"),
        (("--errors", "-1"), "--errors: -1 at data row 1"),
        (("--errors", "nan"), "is not finite"),
        (("--errors", "inf"), "is not finite"),
        (("--errors", "1", "--relative-errors", "1"), "both given"),
        (("--nuisance",), "leave --nuisance out"),
    ],
)
def test_options_that_say_nothing_are_refused(run: Run, options: tuple[str, ...], words: str) -> None:
    code, out, err = run("fit", "two.csv", "--law", LINE, *options)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert words in err


def test_the_help_has_groups(run: Run) -> None:
    out = run("fit", "--help")[1]
    places = [out.index(f"\n{title}:\n") for title in ("the law", "fit to the table itself", "what else is asked", "files")]
    assert places == sorted(places)


# ------------------------------------------------------------------------------------------------------------- compare
def test_compare_leaves_out_groups_and_draws(run: Run) -> None:
    pytest.importorskip("matplotlib")
    Path("laws.txt").write_text("one: y = a + k*sqrt(x) + m*w\ntwo: y = a + m*w\n", encoding="utf-8")
    options = ("--groups", "batch", "--by", "heldout", "--json", "c.json", "--plot", "c.svg")
    code, _, err = run("compare", "two.csv", "--laws", "laws.txt", *options)
    assert (code, err) == (0, "")
    found = Comparison.from_json(read("c.json"))
    direct = {"one": law("y = a + k*sqrt(x) + m*w", "x", "w"), "two": law("y = a + m*w", "x", "w")}
    own = ss.compare("two.csv", direct, groups=[f"batch {i % 7}" for i in range(60)], by="heldout")
    alone = ss.compare("two.csv", direct, by="heldout")
    for pair, with_groups, without in zip(found.pairs, own.pairs, alone.pairs, strict=True):
        assert pair.value("heldout") == pytest.approx(with_groups.value("heldout"), rel=1e-6)
        assert abs(pair.value("heldout") / without.value("heldout") - 1) > 1e-6
    assert read("c.svg").startswith("<?xml")


def test_groups_are_refused_in_one_line(run: Run) -> None:
    Path("laws.txt").write_text(f"{LINE}\ny = a\n", encoding="utf-8")
    assert (
        "--groups: 'bach' is no column; did you mean 'batch'?"
        in run("compare", "two.csv", "--laws", "laws.txt", "--groups", "bach")[2]
    )
    lines = read("two.csv").splitlines()
    Path("gaps.csv").write_text("\n".join([*lines, "1.0,,,,,batch 1", ""]), encoding="utf-8")
    code, _, err = run("compare", "gaps.csv", "--laws", "laws.txt", "--groups", "batch", "--missing", "drop")
    assert (code, "--groups beside --missing drop: 1 rows" in err) == (2, True)


# ----------------------------------------------------------------------------------------------------------- translate
def test_one_law_is_said_in_another(run: Run) -> None:
    code, out, err = run("translate", "y = a - Q/T", "y = A + B*T", "--center", "T=300", "--order", "2", "--json", "t.json")
    assert (code, err) == (0, "")
    found = Translation.from_json(read("t.json"))
    assert (str(found.expressions["B"]), str(found.expressions["A"])) == ("Q/90000", "-Q/150 + a")
    assert str(found) in out
    arguments = ("translate", "y = a - Q/T", "y = A + B*T", "--domain", "T=300:400", "--order", "6")
    assert run(*arguments, "--constants", "a=10, Q=1000", "--latex", "t.tex", "--html", "t.html", "--json", "t.json")[0] == 0
    space = ss.LegendreSpace({"T": (300, 400)}, order=6)
    own = ss.translate(law("y = a - Q/T", "T"), law("y = A + B*T", "T"), space, {"a": 10, "Q": 1000})
    assert Translation.from_json(read("t.json")).constants == pytest.approx(own.constants)
    assert r"\documentclass" in read("t.tex")
    assert "<table" in read("t.html")


def test_the_examples_of_the_help_of_translate_work(run: Run) -> None:
    examples = [line.strip() for line in run("translate", "--help")[1].splitlines() if line.startswith("  symseries")]
    assert len(examples) == 3
    for example in examples:
        code, _, err = run(*shlex.split(example)[1:])
        assert (code, err) == (0, ""), example


def test_laws_are_translated_over_the_rows_of_a_table(run: Run) -> None:
    laws = ("y = R*x*a + b*w", "y = k*x + m*w")
    code, out, err = run("translate", *laws, "--table", "two.csv", "--known", "R=3", "--constants", "a=2, b=1", "--order", "2")
    assert (code, err) == (0, "")
    assert [line.split()[1] for line in out.splitlines() if line[:2] in ("k ", "m ")] == ["6", "1"]


def test_many_laws_are_a_rosetta_stone(run: Run) -> None:
    laws = ("line: y = a + b*x", "power: y = A*x**m", "y = B*exp(c*x)")
    code, out, err = run("translate", *laws, "--domain", "x=1:2", "--constants", "a=0, b=3", "--json", "t.json")
    assert (code, err) == (0, "")
    found = RosettaStone.from_json(read("t.json"))
    assert found.constants["power"]["m"] == pytest.approx(1)
    assert str(found) in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("y = a*x", "--center", "x=1"), "one law received; expected two or more"),
        (("y = a*x", "y = b*x"), "one of the arguments --center --domain --table is required"),
        (("y = a*x", "y = b*x", "--domain", "x=1:"), "expected both limits"),
        (("y = a*x", "y = b*x", "--domain", "x"), "--domain 'x'"),
        (("y = a*x", "y = a*x", "--center", "x=1"), "is given twice"),
        (("y = a*x", "y = b*x", "--center", "x=1", "--known", "R=3"), "known value 'R' is in none of the laws"),
        (("y = a*x", "y = b*x", "--center", "x=1", "--order", "-1"), "--order: order '-1'"),
        (("y = a*u", "y = b*u", "--table", "two.csv"), "no column stands in a law"),
        (("y = a*x", "y = b*x +", "--center", "x=1"), "y = b*x +"),
    ],
)
def test_translate_refuses_in_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = run("translate", *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert words in err
