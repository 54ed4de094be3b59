"""What leaves a fit: names in LaTeX, figures, the report, notebooks, CSV, and JSON that was damaged on its way."""

from __future__ import annotations

import copy
import csv
import io
import json
import pickle
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.errors import DataError, OptionError, ResourceLimitError
from symseries.pages import latex_document

COLUMN = np.linspace(0.5, 3, 12)
NAMED = ss.Law("sigma_y = sigma_f + alpha_Al*c", ("c",), units={"sigma_f": "MPa"})

# y = 2 + 3c with variances 0.04**2 and 0.03**2. On [0, 2] the window is u = c - 1, so the series is 5 + 3u, and the
# variance of 5 is 0.04**2 + 0.03**2 = 0.05**2; half an interval is 1.959964 standard errors.
CONSTANTS = """\
constant        network    95 % interval  unit
──────────────────────────────────────────────
sigma_f   2.000 ± 0.040  1.9216 … 2.0784  MPa
alpha_Al  3.000 ± 0.030  2.9412 … 3.0588"""
LATEX_ROWS = r"""$\sigma_{f}$ & $2.000 \pm 0.040$ & $1.9216 \ldots 2.0784$ & MPa \\
$\alpha_{\mathrm{Al}}$ & $3.000 \pm 0.030$ & $2.9412 \ldots 3.0588$ &  \\
\bottomrule"""
MARKDOWN = """\
**sigma\\_y = alpha\\_Al\\*c + sigma\\_f**

| constant | network | 95 % interval | unit |
| :--- | ---: | ---: | :--- |
| sigma\\_f | 2.000 ± 0.040 | 1.9216 … 2.0784 | MPa |
| alpha\\_Al | 3.000 ± 0.030 | 2.9412 … 3.0588 |  |

no test of the law: the network determines 2 directions, no more than the 2 constants
"""


def straight() -> ss.Network:
    """Return y = 2 + 3c as a network, its two weights with variances."""
    net = ss.Network([ss.Affine([[3.0]], [2.0])], ("c",), ("sigma_y",))
    net.covariance = np.diag([0.03**2, 0.04**2])
    return net


def curved(outputs: tuple[str, ...] = ("y",)) -> ss.Network:
    """Return a network of fixed weights with data, a column for each output."""
    rows = [[4.0, -6.0], [1.0, 2.0]][: len(outputs)]
    layers = [ss.Affine([[1.0], [-0.5]], [0.2, 0.1]), ss.Activation("tanh"), ss.Affine(rows, [3.0, 5.0][: len(outputs)])]
    table = {"x": COLUMN, "y": 2 + 3 * COLUMN + 0.05 * np.sin(9 * COLUMN), "z": 5 + COLUMN}
    net = ss.Network(layers, ("x",), outputs).with_data(table)
    net.covariance = 1e-4 * np.eye(4 + 3 * len(outputs))
    return net


def line(text: str = "y = a + b*x", **options: Any) -> ss.Law:
    """Return a law in x."""
    return ss.Law(text, ("x",), **options)


@pytest.fixture(scope="module")
def box() -> ss.Fit:
    return ss.fit(straight(), NAMED, ss.LegendreSpace({"c": (0, 2)}, order=1))


@pytest.fixture(scope="module")
def found() -> ss.Fit:
    return ss.fit(curved(), line())


# ------------------------------------------------------------------------------------------------------------- forms
def test_the_forms_of_a_network_fit_are_those_of_the_textbook(box: ss.Fit) -> None:
    assert box.table().to_text() == CONSTANTS
    assert LATEX_ROWS in box.to_latex()
    assert box.to_markdown() == MARKDOWN
    cells = [[cell.plain for cell in row[:4]] for row in box.coefficient_table().rows]
    assert cells == [["(0)", "alpha_Al + sigma_f", "5", "5.000 ± 0.050"], ["(1)", "alpha_Al", "3", "3.000 ± 0.030"]]


def test_every_name_compiles(tmp_path: Path) -> None:
    compiler = shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("pdflatex is not installed")
    law = ss.Law(
        "sigma_y = sigma_f + alpha_Al*c + k_HP/sqrt(L0 + c) + E*c**2 + lambda_*c**3", ("c",), known={"L0": 1},
        units={"k_HP": "MPa·√µm & 50 %", "E": r"\input{x}_^~#$"},
    )  # fmt: skip
    rng = np.random.default_rng(0)
    table = {"c": COLUMN, "sigma_y": 1 + COLUMN + 0.01 * rng.normal(size=12)}
    fit = ss.fit(table, law)
    arrays = [law._repr_latex_(), fit._repr_latex_(), *filter(None, [fit.prepared.beta._repr_latex_()])]
    parts = [fit.to_latex(), fit.coefficient_table().to_latex(), *arrays, fit.residual._repr_latex_()]
    (tmp_path / "fit.tex").write_text(latex_document(parts), encoding="utf-8")
    command = [compiler, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "fit.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Undefined control sequence" not in done.stdout


def test_csv_runs_no_formula_and_is_written_whole(tmp_path: Path) -> None:
    fit = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, line(units={"b": "=1+1"}))
    text = fit.to_csv(tmp_path / "fit.csv")
    assert (tmp_path / "fit.csv").read_bytes().decode("utf-8") == text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["unit"] for row in rows] == ["", "'=1+1"]
    assert [float(row["value"]) for row in rows] == [fit.constants["a"].value, fit.constants["b"].value]


def test_csv_and_frame_hold_the_direct_fit(found: ss.Fit) -> None:
    pytest.importorskip("pandas")
    frame = found.to_frame().set_index("constant")
    for name, direct in found.baseline.constants.items():
        assert (frame.loc[name, "direct_value"], frame.loc[name, "direct_stderr"]) == (direct.value, direct.stderr)


@pytest.mark.parametrize("space", [ss.TaylorSpace({"c": "1/2"}, order=2), ss.LegendreSpace({"c": (0, 2)}, order=2)])
def test_notebooks_get_well_formed_parts(space: ss.TaylorSpace | ss.LegendreSpace) -> None:
    series = NAMED.expand(space)
    for shown in (NAMED, series, series.at({"sigma_f": 1, "alpha_Al": 2})):
        ET.fromstring(shown._repr_html_().replace("&InvisibleTimes;", ""))
        latex = shown._repr_latex_()
        assert latex[0] == latex[-1] == "$"
        assert "$" not in latex[1:-1]
        assert latex.count("{") == latex.count("}")


def test_a_notebook_shows_the_text_of_a_law_series_without_closed_form() -> None:
    series = line("y = a*x**n").expand(ss.LegendreSpace({"x": (1, 2)}, order=2))
    assert (series._repr_html_(), series._repr_latex_()) == (None, None)
    assert "a*x**n" in repr(series)


# ------------------------------------------------------------------------------------------------------------- figures
@pytest.fixture
def ax() -> Any:
    return pytest.importorskip("matplotlib.figure").Figure().subplots()


def _drawn(ax: Any, label: str) -> tuple[np.ndarray, np.ndarray]:
    [curve] = [item for item in ax.lines if item.get_label() == label]
    return np.asarray(curve.get_xdata()), np.asarray(curve.get_ydata())


def _law_values(fit: ss.Fit, x: np.ndarray) -> np.ndarray:
    return fit.constants["a"].value + fit.constants["b"].value * x


def test_predicted_against_measured(found: ss.Fit, ax: Any) -> None:
    assert found.plot("predicted", ax=ax) is ax
    measured, network = _drawn(ax, "network")
    assert measured.tolist() == found.prepared.source.data["y"].tolist()
    assert network == pytest.approx(curved()(COLUMN[:, None]))
    assert _drawn(ax, "law")[1] == pytest.approx(_law_values(found, COLUMN))


def test_a_slice_draws_law_network_and_two_standard_errors(found: ss.Fit, ax: Any) -> None:
    assert found.plot("slice", ax=ax, variable="x") is ax
    x, network = _drawn(ax, "network")
    assert (x[0], x[-1]) == (0.5, 3.0)
    assert network == pytest.approx(curved()(x[:, None]))
    assert _drawn(ax, "law")[1] == pytest.approx(_law_values(found, x))
    source = found.prepared.source
    jacobian, covariance = source.jacobian(x[:, None])[0], source.covariance
    reach = np.array([2 * np.sqrt(row @ covariance @ row) for row in jacobian])
    corners = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == pytest.approx(((network - reach).min(), (network + reach).max()))


@pytest.mark.parametrize("kind", ["coefficients", "residual"])
def test_coefficients_stand_at_their_multi_indices(found: ss.Fit, ax: Any, kind: str) -> None:
    assert found.plot(kind, ax=ax) is ax
    assert [text.get_text() for text in ax.get_xticklabels()] == [str(k) for k in range(len(found.prepared.space))]


def test_all_figures_stand_together(found: ss.Fit) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    places = found.plot()
    pyplot.close("all")
    assert places.shape == (2, 2)
    assert all(place.has_data() for place in places.flat)


def test_figures_without_data_say_what_they_need(box: ss.Fit, ax: Any) -> None:
    with pytest.raises(OptionError, match="kind='predicted' needs the data"):
        box.plot("predicted", ax=ax)
    with pytest.raises(OptionError, match=r"kind='predict'; did you mean 'predicted'\?"):
        box.plot("predict", ax=ax)


# -------------------------------------------------------------------------------------------------------------- report
class _Text(HTMLParser):
    """The text of each element of a kind."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.depth, self.texts = wanted, 0, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == self.wanted

    def handle_endtag(self, tag: str) -> None:
        if tag == self.wanted:
            self.depth -= 1
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.texts[-1] += data


def _texts(page: str, tag: str) -> list[str]:
    reader = _Text(tag)
    reader.feed(page)
    return reader.texts[:-1]


def test_the_report_of_a_file_folds_its_comments_and_shows_ten_coefficients(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    comments = ["# <script>alert(1)</script>", "# of a & b"]
    rows = [f"{x},{2 + 3 * x}" for x in COLUMN]
    (tmp_path / "data.csv").write_text("\n".join([*comments, "x,y", *rows, ""]), encoding="utf-8")
    page = ss.fit(tmp_path / "data.csv", line()).to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page
    assert _texts(page, "title") == _texts(page, "h1") == ["Constants of the law for y"]
    [folded] = _texts(page, "details")
    assert "2 comment lines of the file" in folded
    assert "<script>alert(1)</script>" in folded
    assert "<script" not in page
    assert "http:" not in page
    fifth = next(text for text in _texts(page, "section") if text.strip().startswith("5."))
    assert "… and 2 more, in the table of section 7." in fifth
    assert ("(9)" in fifth, "(10)" in fifth) == (True, False)


# ---------------------------------------------------------------------------------------------------------------- JSON
RATIONAL = {"x": ["1", "2", "3", "4"], "y": ["1", "2", "3", "5"]}
ROUND_TRIPS = {
    "one of two outputs": lambda: ss.fit(curved(("y", "z")), line()),
    "logarithm taken": lambda: ss.fit(curved(), line("log(y) = a + b*x")),
    "exact with data": lambda: ss.fit(ss.Network([ss.Affine([[sympy.Rational(1, 3)]], [2])], ("x",)), line(), data=RATIONAL),
    "known, pi and abs": lambda: ss.fit(RATIONAL, line("y = a*pi + b*R*abs(x - 2)", known={"R": 8.314})),
    "a law like SymPy": lambda: ss.fit(RATIONAL, ss.Law("y = E + I*x", ("x",), constants=("I", "E"))),
}


@pytest.mark.parametrize("case", sorted(ROUND_TRIPS))
def test_a_fit_comes_back_as_it_was(case: str) -> None:
    fit = ROUND_TRIPS[case]()
    text = fit.to_json()
    for again in (ss.Fit.from_json(text), pickle.loads(pickle.dumps(fit))):
        assert again.to_json() == text
        assert again.summary() == fit.summary()
        assert again.coefficient_table().to_text() == fit.coefficient_table().to_text()
        assert again.prepared.law.expression == fit.prepared.law.expression
        assert list(again.constants) == list(fit.constants)


def test_what_computed_a_fit_stays_with_it(box: ss.Fit) -> None:
    record = box.to_dict()
    record["provenance"]["versions"] = {"python": "9.9"}
    again = ss.Fit.from_dict(record)
    assert again.to_dict()["provenance"]["versions"] == {"python": "9.9"}


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every entry, of lists to the first."""
    keys = list(value) if isinstance(value, dict) else [0] if isinstance(value, list) and value else []
    for key in keys:
        yield (*path, key)
        yield from _places(value[key], (*path, key))


def _changed(record: Any, path: tuple[Any, ...], value: object) -> Any:
    record = copy.deepcopy(record)
    inner = record
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return record


def _answer(record: Any) -> str:
    """Return what is said where a record is refused, and nothing where it is shown."""
    try:
        ss.Fit.from_json(json.dumps(record)).summary()
    except (DataError, ResourceLimitError) as error:
        return str(error)
    return ""


def test_damage_anywhere_is_refused_in_one_line_or_does_not_matter(box: ss.Fit) -> None:
    record = json.loads(box.to_json())
    junk = (None, "x", -7, [], {}, [["a"]])
    said = [_answer(_changed(record, path, value)) for path in _places(record) for value in junk]
    refusals = [answer for answer in said if answer]
    assert len(refusals) > 200
    assert all(answer.startswith("fit") and "\n" not in answer for answer in refusals)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("version",), 2, "fit: version 2 of 'symseries.fit'; this release reads version 1"),
        (("constants", "sigma_f", "value"), 2.5, "fit, constants, sigma_f, value: the text says '2.5' and its records"),
        (("level",), 1.5, "fit, level: 1.5"),
        (("records", "solved", "gain"), [[1.0]], "fit, solved, gain: shape"),
        (("records", "solved", "residual", 0), "0", "fit, solved, residual"),
        (("records", "judged", "covariance", 0, 0), -1.0, "fit, judged, covariance"),
        (("records", "prepared", "law", "text"), "sigma_y = __import__('os')", "fit, prepared, law: law"),
        (("records", "prepared", "law", "units", "sigma_f"), 3, "fit, prepared, law: unit of 'sigma_f'"),
        (("records", "prepared", "alpha", "version"), 9, "fit, prepared, alpha: series"),
        (("records", "prepared", "source", "network", "version"), 9, "fit, prepared, source: network: version 9"),
    ],
)
def test_the_place_of_the_damage_is_named(box: ss.Fit, path: tuple[Any, ...], value: object, said: str) -> None:
    with pytest.raises(DataError) as caught:
        ss.Fit.from_dict(_changed(json.loads(box.to_json()), path, value))
    assert said in str(caught.value)


def test_a_key_given_twice_is_refused(box: ss.Fit) -> None:
    text = box.to_json()
    with pytest.raises(DataError, match="'level' is given twice"):
        ss.Fit.from_json(text[:-1] + ', "level": 0.9}')


def test_a_direct_fit_of_another_law_is_refused(found: ss.Fit) -> None:
    other = ss.fit({"x": COLUMN, "y": 2 + COLUMN + COLUMN**3}, line("y = a + c*x"))
    with pytest.raises(DataError, match="fit, baseline: it has other constants"):
        ss.Fit.from_dict({**found.to_dict(), "baseline": other.to_dict()})
