"""Many laws against many sources."""

from __future__ import annotations

import pickle
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from cases import CASES, yields
from scipy import optimize, stats

import symseries as ss
from symseries.comparison import Comparison, compare, laws_of
from symseries.errors import DataError, LawNameError, LawSyntaxError, OptionError

mpl.use("agg")
LINES = """
# laws of yield
true: y = sigma_f + C*c**(2/3) + k/sqrt(d)
no solute: y = sigma_f + k/sqrt(d)
logarithm: y = a + b*log(d) + e*c   # as a guess
"""


@pytest.fixture(scope="module")
def table() -> dict[str, np.ndarray]:
    return CASES["yield_logd"].table(np.random.default_rng(8), 120, 0.01)


@pytest.fixture(scope="module")
def net(table: dict[str, np.ndarray]) -> ss.Network:
    return ss.train(table, ("c", "d"), "y", rng=1, restarts=2)


@pytest.fixture(scope="module")
def laws(table: dict[str, np.ndarray]) -> dict[str, ss.Law]:
    return laws_of(LINES.splitlines(), table)


# ------------------------------------------------------------------------------------------------------------------ scores
def test_the_information_criteria_are_those_of_the_likelihood(table: dict[str, np.ndarray]) -> None:
    """Against -2 log L of scipy's normal density, the noise being one more constant."""
    law = ss.Law("y = a + k/sqrt(d)", ("d",))
    pair = compare(table, law).best
    design = np.column_stack([np.ones(120), 1 / np.sqrt(table["d"])])
    fitted = design @ np.linalg.lstsq(design, table["y"], rcond=None)[0]
    residual = table["y"] - fitted
    spread = np.sqrt(np.mean(residual**2))
    deviance = -2 * stats.norm.logpdf(residual, scale=spread).sum()
    constant = 120 * (1 + np.log(2 * np.pi))
    assert pair.scores.aic == pytest.approx(deviance + 2 * 3 - constant, rel=1e-9)
    assert pair.scores.bic == pytest.approx(deviance + np.log(120) * 3 - constant, rel=1e-9)
    assert pair.scores.r2 == pytest.approx(1 - (residual**2).sum() / ((table["y"] - table["y"].mean()) ** 2).sum(), rel=1e-9)


def test_laws_for_a_logarithm_are_compared_in_the_units_of_the_target() -> None:
    """The density of y where ln y is normal is the log-normal one."""
    rng = np.random.default_rng(0)
    x = np.linspace(1.0, 3.0, 50)
    y = np.exp(0.4 * x) * np.exp(0.05 * rng.normal(size=50))
    found = compare({"x": x, "y": y}, {"plain": ss.Law("y = a + b*x", ("x",)), "log": ss.Law("log(y) = a + b*x", ("x",))})
    by_name = {pair.law: pair.scores for pair in found.pairs}

    def deviance(values: np.ndarray, log: bool) -> float:
        design = np.column_stack([np.ones(50), x])
        residual = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
        spread = np.sqrt(np.mean(residual**2))
        if not log:
            return float(-2 * stats.norm.logpdf(residual, scale=spread).sum())
        return float(-2 * stats.lognorm.logpdf(y, s=spread, scale=np.exp(values - residual)).sum())

    expected = deviance(np.log(y), True) - deviance(y, False)
    assert by_name["log"].aic - by_name["plain"].aic == pytest.approx(expected, rel=1e-9)
    assert found.best.law == "log"


def test_rows_left_out_are_predicted_by_the_fit_to_the_others(table: dict[str, np.ndarray]) -> None:
    design = np.column_stack([np.ones(120), table["c"] ** (2 / 3), 1 / np.sqrt(table["d"])])
    labels = [f"batch {k % 17}" for k in range(120)]

    def left_out(groups: list[object]) -> float:
        missed = np.empty(120)
        for label in dict.fromkeys(groups):
            out = np.array([one == label for one in groups])
            constants = np.linalg.lstsq(design[~out], table["y"][~out], rcond=None)[0]
            missed[out] = table["y"][out] - design[out] @ constants
        return float(np.sqrt(np.mean(missed**2)))

    law = CASES["yield_logd"].law
    assert compare(table, law).best.scores.heldout == pytest.approx(left_out(list(range(120))), rel=1e-8)
    assert compare(table, law, groups=labels).best.scores.heldout == pytest.approx(left_out(labels), rel=1e-8)


def test_the_error_on_rows_left_out_of_a_nonlinear_law_is_close_to_refitting() -> None:
    rng = np.random.default_rng(3)
    x = np.linspace(0.0, 3.0, 25)
    table = {"x": x, "y": 2 * np.exp(-x) + 0.02 * rng.normal(size=25)}
    law = ss.Law("y = A*exp(-q*x)", ("x",))
    missed = []
    for row in range(25):
        kept = np.arange(25) != row
        (size, rate), _ = optimize.curve_fit(lambda x, a, q: a * np.exp(-q * x), x[kept], table["y"][kept], p0=(2.0, 1.0))
        missed.append(table["y"][row] - size * np.exp(-rate * x[row]))
    assert compare(table, law).best.scores.heldout == pytest.approx(np.sqrt(np.mean(np.square(missed))), rel=0.01)


def test_relative_errors_weigh_the_criteria_too() -> None:
    rng = np.random.default_rng(5)
    x = np.logspace(0, 6, 60)
    y = 3 * x**1.2 * (1 + 0.05 * rng.normal(size=60))
    found = compare({"x": x, "y": y}, {"power": ss.Law("y = A*x**m", ("x",)), "line": ss.Law("y = A*x", ("x",))})
    assert found.best.law == "power"
    assert found.best.constants["m"].value == pytest.approx(1.2, rel=0.01)


def test_groups_that_hold_all_of_a_constant_leave_no_error() -> None:
    x = np.array([0.0, 0.0, 1.0, 1.0])
    found = compare({"x": x, "y": np.array([1.0, 1.1, 2.0, 2.2])}, ss.Law("y = a + b*x", ("x",)), groups=["A", "A", "B", "B"])
    assert found.best.scores.heldout is None


# ------------------------------------------------------------------------------------------------------------- the table
def test_every_law_meets_every_source(net: ss.Network, table: dict[str, np.ndarray], laws: dict[str, ss.Law]) -> None:
    found = compare({"net": net, "data": table}, laws)
    assert {(pair.source, pair.law) for pair in found.pairs} == {(s, n) for s in ("net", "data") for n in laws}
    assert found.by == "bic"
    assert [pair.law for pair in found.pairs[:2]] == ["true", "true"]
    assert (
        found.fits["net", "true"].constants["k"].value
        == found.pairs[0 if found.pairs[0].source == "net" else 1].constants["k"].value
    )
    rejected = {pair.law: pair.p_value < 0.01 for pair in found.pairs if pair.source == "net"}
    assert rejected == {"true": False, "no solute": True, "logarithm": True}
    assert "error on rows left out" in found.sentences()[0]


def test_the_ranking_is_what_is_asked_for(table: dict[str, np.ndarray], laws: dict[str, ss.Law]) -> None:
    found = compare(table, laws, by="heldout")
    errors = [pair.scores.heldout for pair in found.pairs]
    assert errors == sorted(errors)
    assert [pair.misfit for pair in found.ranked("misfit").pairs] == sorted(pair.misfit for pair in found.pairs)
    with pytest.raises(OptionError, match="expected one of"):
        compare(table, laws, by="size")
    with pytest.raises(OptionError, match="expected one of"):
        found.ranked("size")


def test_sources_with_other_rows_are_not_ranked_by_likelihood(laws: dict[str, ss.Law]) -> None:
    found = compare([yields(40, seed=1), yields(50, seed=2)], laws)
    assert found.by == "misfit"
    assert {pair.source for pair in found.pairs} == {"table 1", "table 2"}
    best = [min(pair.value("bic") for pair in found.pairs if pair.source == s) for s in ("table 1", "table 2")]
    shown = found.table().to_frame()
    assert (shown["ΔBIC"] == 0).sum() == len(best)
    assert any("different rows" in text for text in compare([yields(40, seed=1), yields(50, seed=2)], laws, by="bic").warnings)


def test_a_pair_without_an_answer_is_a_row_that_says_why(table: dict[str, np.ndarray], net: ss.Network) -> None:
    odd = {
        "good": ss.Law("y = a + b/sqrt(d)", ("d",)),
        "apart": ss.Law("y = a*b*c", ("c",)),
        "no column": ss.Law("y = a*q", ("q",)),
        "no value": ss.Law("y = a*log(c - 1/20)", ("c",)),
        "no target": ss.Law("z = a*c", ("c",)),
    }
    found = compare([net, table], odd)
    assert [pair.law for pair in found.pairs[:2]] == ["good", "good"]
    kinds = {(pair.source, pair.law): pair.reason.split(":")[0] for pair in found.pairs if pair.reason}
    assert set(kinds) == {(s, n) for s in ("network", "table") for n in odd if n != "good"}
    assert kinds["table", "apart"] == "IdentifiabilityError"
    assert "only a*b is determined" in str(found)
    alone = compare(table, odd["apart"])
    with pytest.raises(OptionError, match="no law was fitted"):
        _ = alone.best


def test_a_box_and_a_network_without_data_have_a_misfit_only(net: ss.Network, laws: dict[str, ss.Law]) -> None:
    bare = ss.Network(net.layers, net.inputs, net.outputs)
    found = compare(bare, laws, ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, order=6))
    assert (found.by, found.best.law, found.best.scores) == ("misfit", "true", None)
    assert found.origins[0].rows is None


def test_sources_that_are_no_sources() -> None:
    law = ss.Law("y = a*x", ("x",))
    with pytest.raises(OptionError, match="no source is given"):
        compare([], law)
    with pytest.raises(OptionError, match="no law is given"):
        compare({"x": [1], "y": [1]}, [])
    with pytest.raises(OptionError, match="str received"):
        compare({"x": [1], "y": [1]}, {"first": "y = a*x"})
    with pytest.raises(OptionError, match="expected a Law"):
        compare({"x": [1], "y": [1]}, "y = a*x")
    assert "labels for 3 rows" in compare({"x": [1, 2, 3], "y": [1, 2, 4]}, law, groups=["A"]).pairs[0].reason


# ----------------------------------------------------------------------------------------------------------- laws as text
def test_laws_are_read_from_lines() -> None:
    laws = laws_of(
        ["", "# none", "Arrhenius: log(k) = a - Q/(R*T)", "k = b*T"], {"T": [300], "k": [1], "x y": [2]}, {"R": "8.314"}
    )
    assert list(laws) == ["Arrhenius", "k = T*b"] or list(laws) == ["Arrhenius", "k = b*T"]
    assert (laws["Arrhenius"].constants, laws["Arrhenius"].variables) == (("a", "Q"), ("T",))
    assert "R" in laws["Arrhenius"].known


@pytest.mark.parametrize(
    ("lines", "error", "said"),
    [
        (["y = a*x", "y = a +"], LawSyntaxError, "laws, line 2"),
        (["one: y = a*x", "one: y = b*x**2"], LawSyntaxError, "line 2: a law 'one' stands above"),
    ],
)
def test_a_line_that_is_no_law_is_named(lines: list[str], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        laws_of(lines, {"x": [1], "y": [1]})


# ---------------------------------------------------------------------------------------------------------------- exports
def test_a_comparison_shows_itself_and_comes_back(
    table: dict[str, np.ndarray], laws: dict[str, ss.Law], tmp_path: Path
) -> None:
    found = compare(table, {**laws, "lost": ss.Law("y = a*b*c", ("c",))})
    assert str(Comparison.from_json(found.to_json(tmp_path / "c.json"))) == str(found)
    assert str(Comparison.from_json((tmp_path / "c.json").read_text())) == str(found)
    assert str(pickle.loads(pickle.dumps(found))) == str(found)
    assert found.to_frame()["law"].tolist() == [pair.law for pair in found.pairs]
    assert "lost: IdentifiabilityError" in found.to_html(tmp_path / "c.html")
    assert (tmp_path / "c.html").read_text().startswith("<!DOCTYPE html>")
    latex = found.to_latex(document=True)
    assert (latex.count(r"\begin{tabular}"), latex.count(r"\begin{document}")) == (2, 1)
    assert r"$\sigma_{f}$" in latex
    assert "1 without an answer" in repr(found)
    with pytest.raises(DataError, match=r"symseries\.comparison"):
        Comparison.from_json("[]")


def test_a_comparison_draws_itself(table: dict[str, np.ndarray], laws: dict[str, ss.Law]) -> None:
    found = compare(table, laws)
    ax = found.plot()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [pair.law for pair in found.pairs]
    heights = ax.lines[0].get_ydata()
    assert list(heights) == pytest.approx([pair.scores.bic - found.best.scores.bic for pair in found.pairs])
    mpl.pyplot.close("all")


def test_a_variable_that_a_law_only_declares_need_not_be_there(net: ss.Network) -> None:
    pair = compare(net, ss.Law("y = a + k/sqrt(d) + C*c", ("c", "d", "T"))).best
    assert pair.scores.r2 > 0.99


def test_names_that_do_not_meet_are_in_the_row(table: dict[str, np.ndarray]) -> None:
    pair = compare(table, ss.Law("y = a*cc", ("cc",))).pairs[0]
    assert pair.reason.startswith(LawNameError.__name__)


def test_laws_of_different_targets_are_not_ranked_together() -> None:
    table = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.5], "z": [2.0, 4.0, 5.0]}
    with pytest.raises(LawNameError, match="compare: laws of y, z; expected one target"):
        ss.compare(table, [ss.Law("y = a*x", ("x",)), ss.Law("z = a*x", ("x",))])


@pytest.mark.parametrize("source", [None, 3, [None], ["table.csv", 2.5]])
def test_what_is_no_source_is_refused(source: object) -> None:
    with pytest.raises(OptionError, match="is no source; expected a network or a table"):
        ss.compare(source, ss.Law("y = a*x", ("x",)))


def test_laws_are_mathematics_in_latex_and_their_own_labels_are_not() -> None:
    x = np.linspace(1, 3, 12)
    table = {"x": x, "p": 2 * x**1.5 * np.exp(0.01 * np.sin(9 * x))}
    laws = [ss.Law("p = a*x**(3/2) + b", ("x",)), ss.Law("log(p) = a + b*log(x)", ("x",))]
    found = compare(table, laws)
    assert found.to_latex().count(r"$p = a x^{\frac{3}{2}} + b$") == 3  # the scores, and a row for each constant
    assert r"$\ln p = a + b \log{\left(x \right)}$" in found.to_latex()
    assert Comparison.from_json(found.to_json()).to_latex() == found.to_latex()
    assert r"a\_law" in compare(table, {"a_law": laws[0]}).to_latex()


def test_values_and_numbers_stay_on_one_line_of_a_page_and_laws_do_not() -> None:
    x = np.linspace(1, 3, 12)
    page = compare({"x": x, "y": 2 * x**1.5 + 0.01 * np.sin(9 * x)}, ss.Law("y = a*x**m + b", ("x",))).to_html()
    style = page.partition("</style>")[0]
    assert 'tbody [style$="right"]{white-space:nowrap}' in style
    assert style.count("nowrap") == 1
    assert page.count('<span style="white-space:nowrap">') == 3
