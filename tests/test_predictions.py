"""What a fitted law predicts, with its band, against finite differences and closed formulas."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
from cases import yields
from scipy.stats import t

import symseries as ss
from symseries.errors import DataError, OptionError, SymseriesError
from symseries.fitting.predictions import Predictions

YIELD = ss.Law("y = s + C*c**(2/3) + k/sqrt(d)", ("c", "d"))
DECAY = ss.Law("y = a*exp(-b*x)", ("x",))
X = np.linspace(0, 4, 25)
TABLE = {"x": X, "y": 2 * np.exp(-0.6 * X) + 0.05 * np.random.default_rng(3).normal(size=25)}


def differences(found: ss.Fit, points: Any) -> np.ndarray:
    """Return sqrt(g' Cov g), the slopes by central differences of the law called with other constants."""
    law, best = found.prepared.law, {name: float(e.value) for name, e in found.constants.items()}
    slopes = []
    for name, estimate in found.constants.items():
        step = 1e-4 * (estimate.stderr or 1e-3)
        up, down = (law(points, **{**best, name: best[name] + sign * step}) for sign in (1, -1))
        slopes.append((up - down) / (2 * step))
    g = np.array(slopes)
    return np.sqrt(np.einsum("in,ij,jn->n", g, found.covariance, g))


@pytest.mark.parametrize("options", [{}, {"fixed": {"a": 2}}, {"ties": {"a": "3*b"}}, {"errors": 0.05}])
def test_the_band_is_the_delta_method(options: dict[str, Any]) -> None:
    found = ss.fit(TABLE, DECAY, **options)
    points = np.array([[0.5], [2.0], [7.0]])
    predicted = found.predict(points)
    assert predicted.values == pytest.approx(found(points))
    assert found(points) == pytest.approx(
        float(found.constants["a"].value) * np.exp(-found.constants["b"].value * points[:, 0])
    )
    assert predicted.stderr == pytest.approx(differences(found, points), rel=1e-5)
    freedom = found.judged.freedom
    for level in (0.95, 0.5):
        reach = t.ppf((1 + level) / 2, freedom) * predicted.stderr
        band = found.predict(points, level=level).interval
        assert band == pytest.approx(np.stack([predicted.values - reach, predicted.values + reach], axis=1), rel=1e-9)


def test_a_straight_line_has_the_textbook_band() -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(0, 10, 30)
    y = 1 + 2 * x + rng.normal(size=30)
    found = ss.fit({"x": x, "y": y}, ss.Law("y = a + b*x", ("x",)))
    slope, intercept = np.polyfit(x, y, 1)
    s = np.sqrt(np.sum((y - intercept - slope * x) ** 2) / 28)
    at = np.array([-3.0, 5.0, 20.0])
    expected = s * np.sqrt(1 / 30 + (at - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2))
    assert found.predict(at).stderr == pytest.approx(expected, rel=1e-9)


def test_points_are_arrays_mappings_and_tables() -> None:
    table = yields()
    net = ss.train(table, ("c", "d"), "y", hidden=(4,), restarts=1)
    found = ss.fit(net, YIELD)
    array = np.array([[0.02, 4.0], [0.05, 4.0]])
    by_name = found.predict({"d": 4, "c": [0.02, 0.05]})
    assert by_name == found.predict(array)
    assert by_name.stderr == pytest.approx(differences(found, array), rel=1e-5)
    assert found(table) == pytest.approx(found(np.column_stack([table["c"], table["d"]])))
    assert len(found.predict(table).to_frame()) == 60
    assert "and 40 more rows" in str(found.predict(table))
    assert found.predict(array).warnings == found.warnings


def test_it_goes_to_json_and_shows_itself() -> None:
    from matplotlib.figure import Figure

    predicted = ss.fit(TABLE, DECAY).predict([0.5, 2.0], level=0.9)
    again = Predictions.from_json(predicted.to_json())
    assert again == predicted
    assert "90 % confidence band" in str(predicted)
    assert predicted.to_frame().columns.tolist() == ["x", "y", "stderr", "lowest", "highest"]
    ax = Figure().subplots()
    assert predicted.plot(ax) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
    with pytest.raises(DataError):
        Predictions.from_json(predicted.to_json().replace("[[0.5], [2.0]]", "[[0.5]]"))
    with pytest.raises(OptionError, match="variable='q'; expected one of x"):
        predicted.plot(ax, variable="q")


def test_a_law_of_a_logarithm_predicts_the_logarithm() -> None:
    data = {"x": X[1:], "y": 3 * X[1:] ** 2}
    predicted = ss.fit(data, ss.Law("log(y) = lna + n*log(x)", ("x",))).predict([2.0])
    assert predicted.target == "log(y)"
    assert predicted.values == pytest.approx([np.log(12)])


def test_exact_constants_have_no_band() -> None:
    found = ss.fit({"x": ["1", "2", "4"], "y": ["1", "2", "4.5"]}, ss.Law("y = a + b*x", ("x",)), scalars=ss.QQ)
    two = ss.fit({"x": [1, 2], "y": [1, 2]}, ss.Law("y = a + b*x", ("x",))).predict([3.0])
    assert found([0.0]) == pytest.approx([float(found.constants["a"].value)])
    assert (two.stderr, two.interval) == (None, None)
    assert "no confidence band" in str(two)
    assert any("no standard errors" in w for w in two.warnings)
    assert Predictions.from_json(two.to_json()) == two
    assert two.plot() is not None


def test_a_constant_at_its_bound_counts_as_held() -> None:
    bounded = ss.fit(TABLE, DECAY, bounds={"a": (None, 1.9)})
    held = ss.fit(TABLE, DECAY, fixed={"a": 1.9})
    assert bounded.predict([1.0]).stderr == pytest.approx(held.predict([1.0]).stderr, rel=1e-6)
    assert any("a ended at its bound 1.9" in w for w in bounded.predict([1.0]).warnings)


@pytest.mark.skipif(importlib.util.find_spec("pint") is None, reason="needs pint")
def test_units_are_those_of_the_target() -> None:
    import pint

    unit = pint.get_application_registry().Unit
    law = ss.Law("y = a + b*x", ("x",), units={"x": "m", "y": "MPa"})
    found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, law)
    predicted = found.predict({"x": np.array([150.0]) * unit("cm")})
    assert predicted.values == pytest.approx([4.0])
    assert predicted.unit == "MPa"
    assert "y in MPa" in str(predicted)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([[1.0, 2.0]], r"expected \(n, 1\)"),
        ({"q": [1.0]}, "x"),
        ([np.nan], "finite"),
        ([[-1e9]], "expected a finite real number"),
        ("abc", "inputs: values of type"),
    ],
)
def test_points_that_do_not_fit_are_refused(points: Any, words: str) -> None:
    with pytest.raises(SymseriesError, match=words) as caught:
        ss.fit(TABLE, DECAY).predict(points)
    assert "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="level=2"):
        ss.fit(TABLE, DECAY).predict([1.0], level=2)
