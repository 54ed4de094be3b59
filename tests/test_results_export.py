"""Every result of recovery shows itself and travels: LaTeX, DataFrame, HTML, JSON and back, pickle; none is left out."""

from __future__ import annotations

import importlib
import inspect
import json
import pickle
import pkgutil
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symseries as ss
import symseries.comparison
import symseries.fitting
import symseries.laws
from symseries.comparison import Comparison
from symseries.display import escape_html, escape_latex
from symseries.displayed import ResultTable, Shown, expression_from, expression_record, loaded
from symseries.errors import DataError, OptionError
from symseries.fitting import lawtests
from symseries.fitting.profiles import Contour, Profile
from symseries.fitting.result_constants import Constants
from symseries.laws import ClosedForm, Conditions, Identifiability

V = ("c", "d")
YIELD = ss.Law("sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)", V, units={"k": "MPa"})
DECAY = ss.Law("y = a*exp(-b*x)", ("x",))


@cache
def alloys() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    c, d = rng.uniform(0.01, 0.1, 40), rng.uniform(1, 100, 40)
    return {"c": c, "d": d, "sigma_y": 100 + 300 * c ** (2 / 3) + 500 / np.sqrt(d) + rng.normal(size=40)}


@cache
def net() -> ss.Network:
    return ss.train(alloys(), V, "sigma_y", hidden=(3,), restarts=1, rng=5)


@cache
def found() -> ss.Fit:
    return ss.fit(net(), YIELD)


@cache
def exact() -> ss.Fit:
    return ss.fit({"x": [0, 1, 2], "y": ["1", "3.1", "5"]}, ss.Law("y = a + b*x", ("x",)), scalars=ss.QQ)


@cache
def decay() -> ss.Fit:
    rng, x = np.random.default_rng(3), np.linspace(0, 4, 25)
    return ss.fit({"x": x, "y": 2 * np.exp(-0.02 * x) + 0.1 * rng.normal(size=25)}, DECAY, bounds={"b": (0, None)})


def beside() -> Any:
    x = np.linspace(0.0, 1.0, 30)
    w = x + 0.3 * np.cos(50 * x)
    network = ss.Network.from_expression("3*x + 5*w**2", inputs=("x", "w"))
    return ss.nuisance(network, ss.Law("y = a + b*x", ("x",)), data={"x": x, "w": w, "y": 3 * x + 5 * w**2}, rng=3)


def frames() -> Any:
    laws = {"power": ss.Law("y = A*x**m", ("x",)), "line": ss.Law("y = a + b*x", ("x",)), "two": ss.Law("y = p*q*x", ("x",))}
    return ss.translate_all(laws, ss.LegendreSpace({"x": (1, 2)}, order=4), {"line": {"a": 0, "b": 3}})


TAYLOR = ss.TaylorSpace({"c": "1/20", "d": 10}, 2)
LINE, OTHER = ss.Law("y = a - Q/T", ("T",)), ss.Law("y = A + B*T", ("T",))
KELVIN = ss.LegendreSpace({"T": (300, 400)}, order=4)

EXAMPLES: dict[str, Callable[[], Any]] = {
    "fit": found,
    "direct fit": decay,
    "constants": lambda: found().constants,
    "table of constants": lambda: found().table(),
    "table of coefficients": lambda: found().coefficient_table(),
    "table of residuals": lambda: found().residual_table(),
    "table of correlations": lambda: found().correlation_table(),
    "table of tests": lambda: found().tests(),
    "exact fit": exact,
    "exact constants": lambda: exact().constants,
    "exact table of coefficients": lambda: exact().coefficient_table(),
    "test": lambda: found().f_test(),
    "no test": lambda: decay().f_test(),
    "intervals": lambda: found().intervals(),
    "bootstrap": lambda: decay().intervals("bootstrap", repeats=20, rng=7),
    "jackknife": lambda: decay().intervals("jackknife"),
    "jackknife by groups": lambda: decay().intervals("jackknife", groups=[k % 5 for k in range(25)]),
    "predictions": lambda: found().predict({"c": [0.02, 0.05], "d": 10}),
    "profile": lambda: decay().profile("b", points=5),
    "contour": lambda: decay().contour("a", "b", points=5),
    "profile without an end": lambda: Profile("b", 1.0, 0.5, 0.95, (-np.inf, 2.0), np.arange(3.0), np.array([np.inf, 0, 4.0])),
    "contour without an end": lambda: Contour(
        ("a", "b"), (0.5, 0.5), *np.mgrid[:2.0, :2.0], np.array([[0, 1], [9, np.inf]]), ((0.95, 6.0),)
    ),
    "closed form": lambda: YIELD.closed_form(TAYLOR),
    "closed form, open centre": lambda: DECAY.closed_form(ss.TaylorSpace({"x": ss.laws.law.symbol("x_0")}, 2)),
    "closed form, weighted": lambda: YIELD.closed_form(
        ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, 1), using="all", weights=[1, 0.5, "1/3"]
    ),
    "closed form of a hyperbola": lambda: ss.Law("q*p**n/(K**n + p**n)", ("p",)).closed_form(ss.TaylorSpace({"p": 3}, 4)),
    "closed form, rounded": lambda: YIELD.closed_form(ss.EmpiricalSpace({n: alloys()[n] for n in V}, 1), using="all"),
    "conditions": lambda: ss.Law("q*K*p/(1 + K*p)", ("p",)).invariants(ss.TaylorSpace({"p": 1}, 3)),
    "identifiability": lambda: YIELD.identifiability(TAYLOR, at={"sigma_f": 100, "C": 300, "k": 500}),
    "identifiability by data": lambda: YIELD.identifiability(alloys()),
    "constant field with holes": lambda: ss.constant_field(
        ss.Network.from_expression("3*x**2", ("x",)), ss.Law("a*x**n", ("x",)), [[-1.0], [0.0], [1.0], [2.0]]
    ),
    "constant field": lambda: ss.constant_field(net(), YIELD),
    "comparison": lambda: ss.compare({"net": net(), "table": alloys()}, [YIELD, ss.Law("sigma_y = a*b*c", V)], rng=4),
    "extension": lambda: ss.extend(alloys(), ss.Law("sigma_y = sigma_f", V), ["c**(2/3)", "1/sqrt(d)", "log(d)"]),
    "nuisance": beside,
    "sufficiency": lambda: ss.sufficiency(alloys(), "sigma_y", ("c",)),
    "translation": lambda: ss.translate(LINE, OTHER, ss.TaylorSpace({"T": 300}, order=2)),
    "translation, rounded": lambda: ss.translate(LINE, OTHER, KELVIN),
    "translation of numbers": lambda: ss.translate(LINE, OTHER, KELVIN, {"a": 10, "Q": 1000}, rng=6),
    "Rosetta stone": frames,
}
EVERY = pytest.mark.parametrize("name", EXAMPLES)

# Records within results, or what a result is made from: they go where the result goes.
PARTS = {
    "Admissible", "Apart", "Asked", "Average", "Candidate", "Columns", "Errors", "Estimate", "Factor", "Goodness", "Judged",
    "LackOfFit", "Law", "LawSeries", "LeftOut", "Logarithm", "Measurements", "Model", "Noise", "Origin", "Pair", "Polynomial",
    "Power", "Prepared", "Product", "Profiler", "Question", "Repeats", "Scores", "Solved", "Source", "Subset", "Trial", "Wave",
    "Way", "Weighting", "Whitened", "Wishes", "Worst",
}  # fmt: skip


@cache
def example(name: str) -> Any:
    return EXAMPLES[name]()


def classes() -> set[type]:
    """Return the public classes of the rooms of recovery."""
    rooms = (symseries.laws, symseries.fitting, symseries.comparison)
    modules = [importlib.import_module(f"{r.__name__}.{m.name}") for r in rooms for m in pkgutil.iter_modules(r.__path__)]
    modules.append(importlib.import_module("symseries.fields"))
    found_in = {c for m in modules for n, c in inspect.getmembers(m, inspect.isclass) if c.__module__ == m.__name__}
    return {c for c in found_in if not c.__name__.startswith("_")}


def test_every_result_has_its_example_here() -> None:
    shown = {type(example(name)) for name in EXAMPLES}
    assert {c.__name__ for c in classes() - shown} == PARTS & {c.__name__ for c in classes()}
    assert {c.__name__ for c in classes()} >= PARTS
    assert not {c.__name__ for c in classes() if issubclass(c, Shown)} & PARTS


@EVERY
def test_it_comes_back_from_json_as_it_was(name: str, tmp_path: Path) -> None:
    one = example(name)
    text = one.to_json(tmp_path / "one.json")
    back = type(one).from_json((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert type(back) is type(one)
    assert back == one
    assert back.to_json() == text
    assert (str(back), back._repr_html_(), back.to_latex()) == (str(one), one._repr_html_(), one.to_latex())
    assert back.to_frame().equals(one.to_frame())


@EVERY
def test_it_says_what_it_was_computed_with(name: str) -> None:
    one = example(name)
    record = json.loads(one.to_json())
    assert record["format"].startswith("symseries.")
    if "without an end" not in name:
        assert record["provenance"]["versions"]["numpy"] == np.__version__
    assert one.provenance == record["provenance"]


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("fit", "seed", 5),
        ("bootstrap", "seed of the repeats", 7),
        ("comparison", "seed", 4),
        ("nuisance", "seed", 3),
        ("translation of numbers", "seed", 6),
        ("conditions", "space", "Taylor series about p = 1, order 3"),
        ("translation of numbers", "space", KELVIN.describe()),
    ],
)
def test_seeds_and_spaces_are_kept(name: str, key: str, value: object) -> None:
    assert example(name).provenance[key] == value


@pytest.mark.parametrize(
    "name", ["fit", "table of residuals", "profile", "extension", "sufficiency", "nuisance", "constant field"]
)
def test_the_digest_of_the_data_is_kept(name: str) -> None:
    assert len(example(name).provenance["data"]) == 64


@EVERY
def test_it_pickles(name: str) -> None:
    one = example(name)
    back = pickle.loads(pickle.dumps(one))
    assert back == one
    assert str(back) == str(one)


@EVERY
def test_it_is_equal_to_itself_alone(name: str) -> None:
    one = example(name)
    assert one == one
    assert one != "another thing"
    others = [example(n) for n in EXAMPLES if n != name and type(example(n)) is type(one)]
    assert all(one != other for other in others)


@EVERY
def test_it_shows_itself(name: str) -> None:
    one = example(name)
    assert str(one)
    assert "<table>" in one._repr_html_()
    assert one._repr_latex_().startswith("$")
    assert len(one.to_frame()) > 0
    if not isinstance(one, (ResultTable, Constants)):
        assert repr(one).count("\n") == 0
    if isinstance(one, (Shown, ss.Fit)):
        page = one.to_html()
        assert page.startswith("<!DOCTYPE html>")
        assert "without an end" in name or ("Provenance" in page and np.__version__ in page)
    if hasattr(one, "plot"):
        assert "<svg" in one.to_html()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_all_of_them_compile_as_they_are(tmp_path: Path) -> None:
    for place, name in enumerate(EXAMPLES):
        (tmp_path / f"{place}.tex").write_text(example(name).to_latex(document=True), encoding="utf-8")
        call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{place}.tex"]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (name, done.stdout[-1500:])


@EVERY
def test_damaged_text_is_refused(name: str) -> None:
    one = example(name)
    text = one.to_json()
    for broken in (
        "",
        "[]",
        "{}",
        text[:-30],
        text.replace('"version": 1', '"version": 99', 1),
        text.replace("symseries.", "x.", 1),
    ):
        with pytest.raises(DataError):
            type(one).from_json(broken)
    record = json.loads(text)
    for key in record.keys() - {
        "conclusion",
        "known",
        "source",
        "space",
        "covariance",
        "misfit",
        "chi2",
        "dof",
        "p_value",
        "method",
    }:
        if isinstance(one, ss.Fit) and key in ("r2", "aic", "bic"):
            continue  # absent from what earlier releases wrote
        with pytest.raises(DataError):
            type(one).from_json(json.dumps({k: v for k, v in record.items() if k != key}))


@EVERY
def test_what_is_no_path_is_refused(name: str) -> None:
    one = example(name)
    for write in ("to_json", "to_html", "to_csv"):
        method = getattr(one, write, None)
        if method is not None and "path" in inspect.signature(method).parameters:
            with pytest.raises(OptionError, match=r"the path is 3 \(int\); give text or a pathlib\.Path"):
                method(3)


# ------------------------------------------------------------------------------------------------------------- the pieces
def test_the_summary_names_the_test_that_judges_in_the_words_of_the_table() -> None:
    words = " ".join(found().summary().split())
    rows = found().tests().rows
    assert len(rows) == 2
    judging, further = lawtests.chi_squared_test(found()), found().f_test()
    assert f"{rows[0][0].plain}: {judging.words}" in words
    assert further.words not in words  # one test judges a law; two that disagree would say nothing
    for row, test in zip(rows, (judging, further), strict=True):
        assert row[0].plain == test.name
        assert test.words in found().to_html().replace("&lt;", "<")


def test_a_fraction_stands_beside_its_decimals() -> None:
    text = str(exact())
    a, b = (estimate.value for estimate in exact().constants.values())
    assert (str(a), str(b)) == ("31/30", "2")
    assert re.search(r"^a +31/30 \(1\.033 ± 0\.075\) ", text, re.MULTILINE)
    assert re.search(r"^b +2 \(2\.000 ± 0\.058\) ", text, re.MULTILINE)
    assert r"\tfrac{31}{30}" in exact().to_latex()
    assert "31/30" in str(exact().constants)
    long = ss.fit({"x": [0, 1, 3], "y": ["1.123457", "3.19", "7.7777771"]}, ss.Law("y = a*x", ("x",)), scalars=ss.QQ)
    assert len(str(long.constants["a"].value)) > 16
    assert str(long.constants["a"].value) not in str(long)


def test_latex_of_a_fit_says_its_warnings_and_a_notebook_the_law() -> None:
    one = ss.fit(ss.Network.from_expression("3*x", inputs=("x",)), DECAY, ss.LegendreSpace({"x": (1, 2)}, order=4))
    assert one.warnings
    for warning in one.warnings:
        assert escape_latex(warning) in one.to_latex()
        assert escape_html(warning) in one._repr_html_()
    assert f"<p>law: {escape_html(str(one.prepared.law))}</p>" in one._repr_html_()


def test_a_law_beside_a_polynomial_fits_its_page(tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    x = np.linspace(0.0, 1.0, 40)
    w = np.cos(9 * x)
    network = ss.Network.from_expression("3*x + 5*w**2", inputs=("x", "w"))
    one = ss.fit(network, ss.Law("y = a + b*x", ("x",)), data={"x": x, "w": w, "y": 3 * x + 5 * w**2})
    ranked = ss.compare({"net": net(), "table": alloys()}, [YIELD, ss.Law("sigma_y = s0 + k*d**(-m)", V)])
    for text in (one.to_latex(document=True), ranked.to_latex(document=True)):
        (tmp_path / "page.tex").write_text(text, encoding="utf-8")
        call = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-1500:]
        assert "Overfull" not in done.stdout


# ---------------------------------------------------------------------------------------------------------- what is around
def test_expressions_keep_every_bit() -> None:
    import sympy

    x, stem = sympy.symbols("x float_1")
    for expression in (
        x / 3,
        sympy.sqrt(x) + 0.1,
        sympy.Float("0.1", 40) * x + stem * 0.3,
        sympy.log(2) * x**2,
        sympy.Float(1e-300),
    ):
        names = {s.name for s in expression.free_symbols}
        back = expression_from(json.loads(json.dumps(expression_record(expression))), names)
        assert back == expression
        assert [f._prec for f in back.atoms(sympy.Float)] == [f._prec for f in expression.atoms(sympy.Float)]
    with pytest.raises(DataError):
        expression_from([1], ())


def test_text_of_another_kind_is_named() -> None:
    with pytest.raises(DataError, match="int received"):
        loaded(3, "symseries.x")
    with pytest.raises(DataError, match=r"'symseries\.closed_form' 1; expected the text that to_json returns"):
        Conditions.from_json(example("closed form").to_json())
    assert issubclass(ClosedForm, Shown)
    assert issubclass(Identifiability, Shown)


def test_a_comparison_fits_a_terminal() -> None:
    long = " + ".join(f"k{i}*c**{i}" for i in range(2, 20))
    laws = [YIELD, ss.Law(f"sigma_y = a + {long}", V), ss.Law("sigma_y = a", V)]
    one = ss.compare({"measurements of the first laboratory": alloys(), "b": alloys()}, laws)
    assert max(map(len, str(one).splitlines())) <= 120
    assert max(map(len, str(one.table()).splitlines())) <= 120
    assert "measurements of the first laboratory" in str(one)
    assert Comparison.from_json(one.to_json()).to_frame().shape == (6, 11)
    for pair in one.pairs:
        for name in pair.constants:
            assert f"{name} =" in " ".join(str(one).split())


# ------------------------------------------------------------------------------------------------------- what a fit says
def test_a_fit_is_one_line_and_its_summary_many() -> None:
    one = found()
    assert str(one) == one.summary()
    assert repr(one).startswith("<Fit: sigma_y = ")
    assert "; 3 constants: " in repr(one)
    assert all(f"{name} = {estimate}".removesuffix(" MPa") in repr(one) for name, estimate in one.constants.items())
    assert repr(one).endswith(f"{'rejected' if one.rejected else 'not rejected'}, p = {one.p_value:.2g}>")
    assert "\n" not in repr(one)
    assert "not tested, misfit" in repr(decay())
    wide = ss.Law("y = " + " + ".join(f"k{i}*x**{i}" for i in range(12)), ("x",))
    many = ss.fit({"x": np.arange(30.0) / 10, "y": np.cos(np.arange(30.0) / 10)}, wide)
    assert len(repr(many)) < 260
    assert "12 constants" in repr(many)
    assert "8 more" in repr(many)


def test_an_order_that_was_chosen_is_method_and_no_warning() -> None:
    network = ss.Network.from_expression("exp(x)", ("x",))
    one = ss.fit(network, ss.Law("y = a + b*x", ("x",)), ss.LegendreSpace({"x": (0, 1)}, order="auto"))
    assert f"order {one.prepared.space.order} chosen: " in one.method
    assert not any("chosen" in said for said in one.warnings)
    back = ss.Fit.from_json(one.to_json())
    assert (back.method, back.warnings) == (one.method, one.warnings)
    steep = ss.Network([ss.Affine([[1.0]], [-0.3]), ss.Activation("relu")], ("x",))
    kinked = ss.fit(steep, ss.Law("y = a + b*x", ("x",)), ss.LegendreSpace({"x": (0, 1)}, order="auto"))
    assert any("chosen, the highest that is tried" in said for said in kinked.warnings)


def test_a_free_polynomial_is_named_and_not_printed() -> None:
    x = np.linspace(0.0, 1.0, 40)
    w = np.cos(9 * x)
    network = ss.Network.from_expression("3*x + 5*w**2", inputs=("x", "w"))
    law = ss.Law("y = a + free_volume*x", ("x",))
    one = ss.fit(network, law, data={"x": x, "w": w, "y": 3 * x + 5 * w**2})
    line = "y = a + free_volume*x + polynomial of order 4 in w (4 terms)"
    assert one.summary().splitlines()[0].split("law")[1].strip() == line
    assert line[:50] in repr(one)
    assert "free_w_2*" not in one.summary()
    own = ss.fit({"x": x, "y": 3 * x}, law)
    assert "y = a + free_volume*x" in own.summary()
    assert "polynomial" not in own.summary().splitlines()[0]


def test_a_contour_reaches_as_far_as_its_ellipse() -> None:
    """Of a linear law with known covariance the region of a level reaches sqrt(rise) standard errors in either constant."""
    rng, x = np.random.default_rng(1), np.linspace(0, 3, 20)
    one = ss.fit({"x": x, "y": 1 + 2 * x + 0.1 * rng.normal(size=20)}, ss.Law("y = a + b*x", ("x",)))
    contour = one.contour("a", "b", points=61)
    for row, (_, rise) in zip(contour.table().rows, contour.levels, strict=True):
        numbers = [cell.value for cell in row[2:]]
        expected = [e.value + s * np.sqrt(rise) * e.stderr for e in one.constants.values() for s in (-1, 1)]
        assert numbers == pytest.approx(expected, rel=2e-3)


def test_rows_are_called_rows_and_the_residual_stands_in_the_deviations_of_its_table() -> None:
    from matplotlib.figure import Figure

    x = np.linspace(0, 3, 12)
    law = ss.Law("y = a + b*x", ("x",))
    direct = ss.fit({"x": x, "y": 1 + 2 * x + 0.01 * np.sin(50 * x)}, law)
    net = ss.train({"x": x, "y": 1 + 2 * x + 0.01 * np.sin(50 * x)}, ("x",), "y", hidden=(2,), restarts=1)
    for found, index in ((direct, "row, from 0"), (ss.fit(net, law), "multi-index")):
        axes = found.plot("residual", ax=Figure().subplots())
        assert axes.get_xlabel() == found.plot("coefficients", ax=Figure().subplots()).get_xlabel() == index
        side = "data" if found is direct else "network"
        assert axes.get_ylabel() == f"{side} − law (standard deviations)"
        assert ("multi-index" in found.to_html()) == (index == "multi-index")
        table = found.residual_table(most=99).to_frame()["residual in standard deviations"]
        bars = [bar.get_height() for bar in axes.containers[0]]
        assert sorted(bars) == pytest.approx(sorted(table))
