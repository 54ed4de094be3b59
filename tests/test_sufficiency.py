"""Whether inputs determine a target at all."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import stats

import symseries as ss
from symseries.comparison import Sufficiency, sufficiency
from symseries.errors import DataError, LawNameError, OptionError


def measured(seed: int, rows: int = 120, hidden: float = 0.0, noise: float = 0.1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, z, h = rng.uniform(0, 1, (3, rows))
    y = np.sin(4 * x) + z**2 + hidden * (h - 0.5) + noise * rng.normal(size=rows)
    return {"x": x, "z": z, "h": h, "y": y}


def test_replicates_give_the_pooled_variance() -> None:
    x = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0, 3.0])
    y = np.array([1.0, 1.2, 2.0, 2.3, 1.9, 2.5, 4.0, 4.4])
    found = sufficiency({"x": x, "y": y}, "y", ("x",))
    groups = [y[x == value] for value in (0.0, 1.0, 3.0)]
    pooled = sum(((g - g.mean()) ** 2).sum() for g in groups) / 4
    assert found.noise.freedom == 4
    assert found.noise.value == pytest.approx(np.sqrt(pooled))
    assert found.ceiling == pytest.approx(1 - pooled / y.var())
    low, high = (1 - 4 * pooled / stats.chi2.ppf(q, 4) / y.var() for q in (0.025, 0.975))
    assert found.interval == pytest.approx((max(low, 0.0), high))


def test_the_lack_of_fit_is_the_textbook_f_test() -> None:
    """A straight line through replicates of a parabola, all by hand."""
    rng = np.random.default_rng(0)
    x = np.repeat(np.arange(4.0), 5)
    net = ss.Network.from_expression("1 + 2*x", inputs=("x",))
    y = 1 + 2 * x + 0.3 * x**2 + 0.2 * rng.normal(size=20)
    found = sufficiency(net, data={"x": x, "y": y})
    residual = y - 1 - 2 * x
    pure = sum(((y[x == v] - y[x == v].mean()) ** 2).sum() for v in range(4))
    ratio = ((residual @ residual - pure) / (20 - 16)) / (pure / 16)
    assert found.lack.ratio == pytest.approx(ratio)
    assert found.lack.p_value == pytest.approx(stats.f.sf(ratio, 4, 16), rel=1e-9)
    assert "leaves structure that the inputs could explain" in found.conclusion


def test_the_ceiling_is_met_and_named_in_words() -> None:
    found = sufficiency(measured(1, 200, noise=0.3), "y", ("x", "z"))
    truth = 1 - 0.3**2 / measured(1, 200, noise=0.3)["y"].var()
    assert found.interval[0] <= truth <= found.interval[1]
    assert f"these inputs explain at most {100 * found.ceiling:.3g} % of the variance" in found.conclusion
    assert found.sufficient is None
    assert "none of the columns left out says more (h)" in found.conclusion


def test_tests_have_their_size() -> None:
    """Of 40 tables of a smooth function and noise, the nominal 5 % tests reject at most 6, the 95 % interval misses as few."""
    lack = left = missed = 0
    for seed in range(40):
        table = measured(seed, noise=0.3)
        found = sufficiency(table, "y", ("x", "z"))
        lack += found.lack.p_value < 0.05
        left += found.left_out[0].p_value < 0.05
        missed += not found.interval[0] <= 1 - 0.09 / table["y"].var() <= found.interval[1]
    assert max(lack, left, missed) <= 6


def test_a_column_left_out_is_found() -> None:
    found = sufficiency({**measured(2, 150, hidden=1.0), "u": measured(9, 150)["x"]}, "y", ("x", "z"))
    assert found.sufficient is False
    assert [one.name for one in found.telling] == ["h"]
    assert found.left_out[0].correlation > 0.8
    assert "the residual rises with h (rank correlation 0." in found.conclusion
    with_it = sufficiency(measured(2, 150, hidden=1.0, noise=0.02), "y", ("x", "z", "h"))
    assert with_it.sufficient is True


def test_a_parabola_in_a_column_left_out_is_found() -> None:
    rng = np.random.default_rng(4)
    x, h = rng.uniform(0, 1, 150), rng.uniform(-1, 1, 150)
    found = sufficiency({"x": x, "h": h, "y": x + h**2 + 0.05 * rng.normal(size=150)}, "y", ("x",))
    assert abs(found.left_out[0].correlation) < 0.3
    assert found.left_out[0].share > 0.8
    assert found.left_out[0].p_value < 1e-6
    assert "the residual bends with h (rank correlation " in found.conclusion


def test_the_answer_says_which_way_the_residual_goes() -> None:
    rng = np.random.default_rng(8)
    x, g, h = rng.uniform(0, 1, 150), rng.normal(size=150), rng.normal(size=150)
    noise = 0.1 * rng.normal(size=150)
    falling = sufficiency({"x": x, "g": g, "y": x - g + noise}, "y", ("x",))
    one = falling.left_out[0]
    assert f"the residual falls with g (rank correlation {one.correlation:.2f}, p = {one.p_value:.2g}, " in falling.conclusion
    assert falling.conclusion.endswith(": this input is missing")
    both = sufficiency({"x": x, "g": g, "h": h, "y": x - g + h + noise}, "y", ("x",)).conclusion
    assert "falls with g" in both
    assert "rises with h" in both
    assert both.endswith(": these inputs are missing")


def test_a_network_is_asked_through_its_table() -> None:
    table = measured(5, 120, hidden=0.8, noise=0.02)
    net = ss.train(table, ("x", "z"), "y", hidden=(4,), restarts=1)
    found = sufficiency(net, data=table)
    assert (found.reference, found.inputs) == ("the network", ("x", "z"))
    assert [one.name for one in found.telling] == ["h"]
    assert sufficiency(net).left_out == ()


def test_a_target_that_is_nothing_but_noise() -> None:
    rng = np.random.default_rng(6)
    found = sufficiency({"x": rng.uniform(size=80), "y": rng.normal(size=80)}, "y", ("x",))
    assert found.ceiling < 0.4
    assert found.explained < 0.2


def test_too_few_rows_leave_the_noise_open() -> None:
    found = sufficiency({"x": [0.0, 1.0, 2.0, 3.0], "y": [0.0, 1.1, 1.9, 3.0]}, "y", ("x",))
    assert (found.noise, found.ceiling, found.lack, found.sufficient) == (None, None, None, None)
    assert "too few rows" in found.conclusion


@pytest.mark.parametrize(
    ("source", "options", "error", "said"),
    [
        ({"x": [1.0, 2.0]}, {"target": "yy"}, LawNameError, "expected a column"),
        ({"x": [1.0, 2.0]}, {}, LawNameError, "expected a column"),
        ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"target": "y", "data": {}}, OptionError, "beside a network"),
        ({"x": [1.0, 2.0], "y": [1.0, 2.0]}, {"target": "y", "inputs": ("x", "y")}, LawNameError, "also among the inputs"),
        (ss.Network.from_expression("x", inputs=("x",)), {}, DataError, "no data"),
        (ss.Network.from_expression("x", inputs=("x",)), {"target": "y"}, OptionError, "knows its own"),
        (ss.Network.from_expression(["x", "x**2"], inputs=("x",), outputs=("a", "b")), {}, OptionError, "take one of them"),
    ],
)
def test_questions_that_cannot_be_asked(source: object, options: dict[str, object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        sufficiency(source, **options)


def test_the_answer_shows_itself_and_comes_back() -> None:
    found = sufficiency(measured(2, 60, hidden=1.0), "y", ("x", "z"))
    assert str(Sufficiency.from_json(found.to_json())) == str(found) == str(pickle.loads(pickle.dumps(found)))
    assert found.to_frame()["column left out"].tolist() == ["h"]
    assert "at most" in found.to_html()
    assert r"\midrule" in found.to_latex(document=True)


def test_where_no_column_is_left_out_no_empty_table_is_shown() -> None:
    table = {name: column for name, column in measured(2, 60).items() if name != "h"}
    found = sufficiency(table, "y", ("x", "z"))
    assert found.left_out == ()
    assert "column left out" not in str(found)
    assert "─" not in str(found)
    assert str(found).count("\n") >= 2
    for page in (found._repr_html_(), found.to_html()):
        assert "<table" not in page
        assert "at most" in page
    assert r"\begin{tabular}" not in found.to_latex()
    assert "at most" in found.to_latex()
    assert found._repr_latex_() is None
    assert Sufficiency.from_json(found.to_json()) == found
    assert "column left out" in str(sufficiency(measured(2, 60), "y", ("x", "z")))


def test_latex_and_notebooks_hold_the_answer_and_a_long_one_wraps() -> None:
    found = sufficiency(measured(2, 60, hidden=1.0), "y", ("x", "z"))
    assert "conclusion: these inputs explain at most" in found.to_latex()
    assert "<p>conclusion: these inputs explain at most" in found._repr_html_()
    lines = str(found).splitlines()
    assert max(map(len, lines)) <= 120
    assert not any(line.rstrip().endswith(("=", "p", "F")) for line in lines)
