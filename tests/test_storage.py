"""A result survives JSON and pickle, and its report stands alone."""

from __future__ import annotations

import json
import pickle
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.comparison import Comparison
from symseries.displayed import ResultTable
from symseries.errors import DataError
from symseries.fitting.weights import DISCREPANCY_FLOOR

VOID = {"meta", "br", "hr", "img", "link", "input", "col"}
X = np.linspace(0.5, 3, 12)
TABLE = {"x": X, "y": 2 + 3 * X + 0.05 * np.sin(9 * X)}
LINE = ss.Law("y = a + b*x", ("x",), units={"b": "MPa"})


def by_hand() -> ss.Network:
    """Return a network of fixed weights with a covariance and the data beside it."""
    layers = [ss.Affine([[1.0], [-0.5]], [0.2, 0.1]), ss.Activation("tanh"), ss.Affine([[4.0, -6.0]], [3.0])]
    net = ss.Network(layers, ("x",)).with_data(TABLE)
    net.covariance = 1e-4 * np.eye(7)
    return net


FITS = {
    "direct": lambda: ss.fit(TABLE, LINE),
    "network": lambda: ss.fit(by_hand(), LINE),
    "box": lambda: ss.fit(by_hand(), LINE, ss.LegendreSpace({"x": (0.5, 3)}, order=4)),
    "taylor": lambda: ss.fit(by_hand(), LINE, ss.TaylorSpace({"x": "3/2"}, order=3)),
    "nonlinear": lambda: ss.fit(TABLE, ss.Law("y = A*x**n + c", ("x",))),
    "exact": lambda: ss.fit(
        ss.Network([ss.Affine([[sympy.Rational(1, 3)]], [2])], ("x",)), LINE, ss.TaylorSpace({"x": 0}, order=2)
    ),
}


@pytest.fixture(scope="module", params=sorted(FITS))
def found(request: pytest.FixtureRequest) -> ss.Fit:
    return FITS[request.param]()


def test_json_gives_the_same_result_back(found: ss.Fit) -> None:
    text = found.to_json()
    again = ss.Fit.from_json(text)
    assert again.to_json() == text
    for show in ("summary", "to_latex", "to_csv", "to_markdown", "to_html"):
        assert getattr(again, show)() == getattr(found, show)()
    assert {n: e.value for n, e in again.constants.items()} == {n: e.value for n, e in found.constants.items()}
    assert again.residual.coefficients.tolist() == found.residual.coefficients.tolist()
    assert (again.baseline is None) == (found.baseline is None)


def test_pickle_gives_the_same_result_back(found: ss.Fit) -> None:
    again = pickle.loads(pickle.dumps(found))
    assert again.to_json() == found.to_json()
    assert again.summary() == found.summary()
    for part in (found.prepared.law, found.prepared.beta, found.prepared.space, found.residual):
        assert repr(pickle.loads(pickle.dumps(part))) == repr(part)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": "symseries.fit"}', '{"format": "symseries.fit", "version": 99}']
)
def test_text_that_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(DataError, match=r"^fit"):
        ss.Fit.from_json(text)


def test_a_damaged_result_is_refused_with_its_place() -> None:
    text = ss.fit(TABLE, LINE).to_json()
    for broken, place in ((text[:300], "no JSON"), (text.replace('"law"', '"lax"'), "no entry 'law'")):
        with pytest.raises(DataError, match=place):
            ss.Fit.from_json(broken)


def edited(found: ss.Fit, path: tuple[str, ...], value: object) -> str:
    """Return the text of a fit with one entry changed."""
    record = json.loads(found.to_json())
    inner = record
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(record)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("law",), "y = a + 2*b*x"),
        (("law",), "z = a + b*x"),
        (("law",), "y = a +"),
        (("known",), {"R": "8"}),
        (("source",), "12 rows of elsewhere"),
        (("space",), "Taylor series"),
        (("constants", "a", "stderr"), 1e-9),
        (("constants", "b", "unit"), "GPa"),
        (("constants", "b"), None),
        (("covariance",), [[1.0, 0.0], [0.0, 1.0]]),
        (("misfit",), 0.0),
        (("chi2",), 1.0),
        (("dof",), 7),
        (("p_value",), 0.9),
        (("r2",), 0.5),
        (("aic",), -1e4),
        (("bic",), "nan"),
        (("method",), "by hand"),
        (("warnings",), ["all is well"]),
        (("provenance", "data"), "0" * 64),
        (("provenance", "seed"), 3),
    ],
)
def test_a_text_that_says_otherwise_than_its_records_is_refused_by_the_field(path: tuple[str, ...], value: object) -> None:
    with pytest.raises(DataError, match=rf"^fit, {', '.join(path)}.*") as caught:
        ss.Fit.from_json(edited(FITS["direct"](), path, value))
    assert "\n" not in str(caught.value)


def test_records_that_were_edited_are_refused_too() -> None:
    found = FITS["direct"]()
    with pytest.raises(DataError, match=r"^fit, constants, "):
        ss.Fit.from_json(edited(found, ("records", "solved", "values"), [1.0, 2.0]))


def test_another_release_may_word_and_order_otherwise() -> None:
    """Numbers and law have to agree; a law that is printed in another order does, and sentences are made anew."""
    found = FITS["direct"]()
    assert ss.Fit.from_json(edited(found, ("law",), "y = b*x + a")) == found
    record = json.loads(found.to_json())
    for name in ("r2", "aic", "bic"):
        del record[name]
    record["provenance"]["versions"]["symseries"] = "0.0.1"
    record["method"], record["warnings"] = "in older words", ["an older warning"]
    again = ss.Fit.from_json(json.dumps(record))
    assert (again.method, again.warnings, again.aic) == (found.method, found.warnings, found.aic)
    with pytest.raises(DataError, match=r"^fit, misfit: "):
        ss.Fit.from_json(json.dumps({**record, "misfit": 0.0}))


class Balance(HTMLParser):
    """Collects what is open, all ids, and what would be loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.loaded: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name == "src" or (name in ("href", "xlink:href") and not str(value).startswith("#")):
                self.loaded.append(str(value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_is_one_page_that_needs_nothing_else(found: ss.Fit) -> None:
    pytest.importorskip("matplotlib")
    page = found.to_html()
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    assert balance.loaded == []
    assert len(balance.ids) == len(set(balance.ids))
    assert {"math", "svg", "figcaption", "table"} <= balance.seen
    assert "script" not in balance.seen
    assert not re.search(r"url\((?!#)|@import", page)
    for warning in found.warnings:
        assert page.index("<aside") < page.index(warning[:30].replace("'", "&#x27;").replace("<", "&lt;"))


def test_figures_draw_the_coefficients_of_both_sides() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    found = ss.fit(by_hand(), LINE)
    ax = found.plot("coefficients", ax=figure.subplots())
    law = next(line for line in ax.lines if line.get_label() == "law")
    alpha = found.prepared.alpha.coefficients
    assert law.get_ydata() == pytest.approx(alpha - found.residual.coefficients)
    bars = found.plot("residual", ax=figure.add_subplot())
    heights = [patch.get_height() for patch in bars.patches if patch.get_width() < 1]
    left = np.eye(len(alpha)) - found.solved.jacobian @ np.linalg.pinv(found.solved.jacobian)  # unweighted, norms of 1
    variance = np.diag(left @ found.prepared.alpha.covariance @ left.T)
    floor = (DISCREPANCY_FLOOR * np.linalg.norm(alpha[1:])) ** 2
    assert heights == pytest.approx(found.residual.coefficients / np.sqrt(variance + floor))


def test_a_figure_that_does_not_exist_is_refused() -> None:
    found = ss.fit(TABLE, LINE)
    with pytest.raises(ss.SymseriesError, match=r"kind='slic'; did you mean 'slice'\?"):
        found.plot("slic")
    with pytest.raises(ss.SymseriesError, match="variable='z'"):
        found.plot("slice", variable="z")


@pytest.mark.parametrize("kind", [ss.Fit, ss.Series, ss.Estimate, ss.Verdict, Comparison, ResultTable])
def test_a_path_in_the_place_of_text_is_named(kind: Any, tmp_path: Path) -> None:
    file = tmp_path / "saved"
    file.write_text("{}", encoding="utf-8")
    for given in ("F.json", str(file), file):
        with pytest.raises(DataError, match=r"expected the JSON text, received what looks like a path, .*read_text\(\)"):
            kind.from_json(given)
    for other in ("x" * 5000, "{}", "[1, 2]", "\0", "3.5"):
        with pytest.raises(DataError, match=r"^(?!.*path).*$"):
            kind.from_json(other)
