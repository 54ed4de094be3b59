"""Intervals by every method, against computations of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import CASES, yields
from scipy.optimize import brentq, curve_fit, minimize_scalar
from scipy.stats import f as fisher
from scipy.stats import t

import symseries as ss
from symseries.errors import DataError, LawNameError, OptionError
from symseries.fitting.intervals import Intervals

YIELD = ss.Law("y = s + C*c**(2/3) + k/sqrt(d)", ("c", "d"))
LANGMUIR = CASES["langmuir"]


@pytest.fixture(scope="module")
def table() -> dict[str, np.ndarray]:
    return yields()


@pytest.fixture(scope="module")
def curved() -> tuple[dict[str, np.ndarray], ss.Fit]:
    """Eight rows with 15 % noise: far from linear."""
    data = LANGMUIR.table(np.random.default_rng(3), 8, 0.15)
    return data, ss.fit(data, LANGMUIR.law)


def test_delta_is_what_the_fit_shows_at_any_level(table: dict[str, np.ndarray]) -> None:
    found = ss.fit(table, YIELD)
    for name, estimate in found.intervals(level=0.8).estimates.items():
        reach = t.ppf(0.9, 57) * found.constants[name].stderr
        assert estimate.interval == pytest.approx((estimate.value - reach, estimate.value + reach))
    assert found.intervals().estimates == found.constants


def test_profiles_of_a_linear_law_are_those_of_the_delta_method(table: dict[str, np.ndarray]) -> None:
    found = ss.fit(table, YIELD)
    profiled = found.intervals("profile")
    for name, estimate in found.constants.items():
        assert profiled[name].interval == pytest.approx(estimate.interval, abs=2e-4 * estimate.stderr)
    profile = found.profile("k", points=9)
    assert profile.rise == pytest.approx(((profile.values - profile.best) / profile.stderr) ** 2, abs=1e-6)


def test_a_profile_crosses_where_the_sum_of_squares_has_risen(curved: tuple[dict[str, np.ndarray], ss.Fit]) -> None:
    data, found = curved
    p, y = data["p"], data["y"]

    def least(K: float) -> float:
        column = K * p / (1 + K * p)
        return float(((y - column * (column @ y) / (column @ column)) ** 2).sum())

    best = minimize_scalar(least, bracket=(0.1, 0.5), options={"xtol": 1e-10})
    height = best.fun * (1 + t.ppf(0.975, 6) ** 2 / 6)
    low, high = (brentq(lambda K: least(K) - height, *ends) for ends in ((1e-3, best.x), (best.x, 50)))
    interval = found.intervals("profile")["K"].interval
    assert interval == pytest.approx((low, high), rel=1e-3)
    assert high - best.x > 1.2 * (best.x - low)  # a delta interval would be symmetric
    assert found.profile("K").interval == pytest.approx((low, high), rel=1e-3)


def test_a_region_of_two_constants_is_an_ellipse_where_the_law_is_linear(table: dict[str, np.ndarray]) -> None:
    found = ss.fit(table, YIELD)
    contour = found.contour("C", "k", levels=(0.9,), points=5)
    inverse = np.linalg.inv(found.covariance[1:, 1:])
    away = np.stack([contour.first - contour.best[0], contour.second - contour.best[1]])
    assert contour.rise == pytest.approx(np.einsum("iab,ij,jab->ab", away, inverse, away), rel=1e-6, abs=1e-8)
    assert contour.rise[[0, -1], [0, -1]] == pytest.approx(contour.rise[[0, -1], [-1, 0]])  # it leans as the region does
    assert contour.levels == ((0.9, pytest.approx(2 * fisher.ppf(0.9, 2, 57))),)


def test_a_constant_without_a_limit_is_told() -> None:
    x = np.linspace(0.1, 1, 12)
    data = {"x": x, "y": 1 - np.exp(-30 * x) + 0.05 * np.random.default_rng(1).normal(size=12)}
    profile = ss.fit(data, ss.Law("y = a*(1 - exp(-b*x))", ("x",))).profile("b", points=5)
    assert np.isfinite(profile.interval[0])
    assert profile.interval[1] == np.inf
    assert "b has no upper limit" in profile.warnings[0]


def test_the_jackknife_of_single_rows_is_the_textbook_one(table: dict[str, np.ndarray]) -> None:
    rows = 12
    small = {name: column[:rows] for name, column in table.items()}
    found = ss.fit(small, YIELD)
    B = np.column_stack([np.ones(rows), small["c"] ** (2 / 3), small["d"] ** -0.5])
    left = np.array([np.linalg.lstsq(np.delete(B, i, 0), np.delete(small["y"], i), rcond=None)[0] for i in range(rows)])
    expected = np.sqrt((rows - 1) / rows * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    jackknife = found.intervals("jackknife")  # for a table it is the default
    assert jackknife.estimates == found.intervals("jackknife", repeats=rows).estimates
    assert jackknife.words == "each of 12 rows left out in turn"
    assert str(jackknife).startswith("jackknife: each of 12 rows left out in turn\n")
    assert [e.stderr for e in jackknife.estimates.values()] == pytest.approx(expected.tolist(), rel=1e-8)
    assert jackknife["k"].interval[1] - jackknife["k"].value == pytest.approx(t.ppf(0.975, rows - 1) * expected[2])


def test_the_jackknife_leaves_out_groups_of_equal_labels() -> None:
    """A law that is not linear, against searches by another library."""
    rng = np.random.default_rng(4)
    x = np.repeat(np.arange(1.0, 7.0), 3)
    y = 2 * np.exp(-0.3 * x) + np.repeat(0.05 * rng.normal(size=6), 3) + 0.01 * rng.normal(size=18)
    labels = [f"batch {int(value)}" for value in x]

    def constants(kept: np.ndarray) -> np.ndarray:
        return curve_fit(lambda x, a, b: a * np.exp(-b * x), x[kept], y[kept], p0=(2, 0.3), xtol=1e-14, ftol=1e-14)[0]

    left = np.array([constants(x != value) for value in range(1, 7)])
    expected = np.sqrt(5 / 6 * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    found = ss.fit({"x": x, "y": y}, ss.Law("y = a*exp(-b*x)", ("x",)))
    grouped = found.intervals("jackknife", groups=labels)
    assert grouped.samples == pytest.approx(left, rel=1e-6)
    assert [e.stderr for e in grouped.estimates.values()] == pytest.approx(expected.tolist(), rel=1e-5)
    assert grouped.words == "6 groups of equal labels, 3 rows each, left out in turn"
    assert grouped["a"].stderr > 1.2 * found.intervals("jackknife")["a"].stderr  # rows of a batch share their error
    assert found.intervals("jackknife", groups=np.array([*labels[:-2], "x", "x"])).words.startswith(
        "7 groups of equal labels, 1 to 3"
    )


def test_the_bootstrap_of_a_table_scatters_as_its_errors_say(table: dict[str, np.ndarray]) -> None:
    found = ss.fit(table, YIELD)
    drawn, again = (found.intervals("bootstrap", repeats=200, rng=4) for _ in range(2))
    # drawing pairs takes every row's error for what it is, as White's covariance does
    B = np.column_stack([np.ones(60), table["c"] ** (2 / 3), table["d"] ** -0.5])
    inverse, residual = np.linalg.inv(B.T @ B), found.solved.residual
    white = np.sqrt(np.diag(inverse @ (B.T * residual**2) @ B @ inverse))
    for estimate, expected in zip(drawn.estimates.values(), white, strict=True):
        assert estimate.stderr == pytest.approx(expected, rel=0.2)
    assert drawn.samples.shape == (200, 3)
    assert np.array_equal(drawn.samples, again.samples)


def test_networks_are_trained_again_on_every_draw(table: dict[str, np.ndarray]) -> None:
    net = ss.train(table, ("c", "d"), "y", hidden=(3,), restarts=1)
    found = ss.fit(net, YIELD)
    seen: list[ss.Network] = []

    def trainer(sample: Any) -> ss.Network:
        assert set(sample.names) == {"c", "d", "y"}
        seen.append(ss.train(sample, ("c", "d"), "y", hidden=(3,), restarts=1))
        return seen[-1]

    drawn = found.intervals("bootstrap", repeats=5, trainer=trainer, rng=1)
    assert len(seen) == 5
    for row, one in zip(drawn.samples, seen, strict=True):
        assert row == pytest.approx([e.value for e in ss.fit(one, YIELD).constants.values()], rel=1e-9)
    assert drawn.words == "5 tables of rows drawn with replacement"
    left = found.intervals("jackknife", repeats=4)  # by default a network of the same widths
    for name, estimate in found.constants.items():
        assert 0.2 < left[name].stderr / estimate.stderr < 4


def test_an_interrupt_keeps_what_is_finished(table: dict[str, np.ndarray]) -> None:
    net = ss.train(table, ("c", "d"), "y", hidden=(2,), restarts=1)
    calls = []

    def trainer(sample: Any) -> ss.Network:
        calls.append(sample)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return net

    found = ss.fit(net, YIELD).intervals("bootstrap", repeats=10, trainer=trainer)
    assert found.samples.shape == (3, 3)
    assert found.warnings == ("interrupted after 3 of 10 repeats",)
    with pytest.raises(KeyboardInterrupt):
        ss.fit(net, YIELD).intervals("bootstrap", repeats=10, trainer=lambda _: (_ for _ in ()).throw(KeyboardInterrupt))


def test_repeats_at_a_bound_count() -> None:
    """The repeats are those without a bound, cut at it where the law is linear in what is left; no table is lost."""
    rng, x = np.random.default_rng(3), np.linspace(0, 4, 25)
    table = {"x": x, "y": 2 * np.exp(-0.02 * x) + 0.1 * rng.normal(size=25)}
    law = ss.Law("y = a*exp(-b*x)", ("x",))
    found = ss.fit(table, law, bounds={"b": (0, None)}).intervals("bootstrap", repeats=100, rng=1)
    free = ss.fit(table, law).intervals("bootstrap", repeats=100, rng=1)
    below = int((free.samples[:, 1] < 0).sum())
    assert below > 5
    assert found.samples.shape == (100, 2)
    assert found.samples[:, 1] == pytest.approx(np.maximum(free.samples[:, 1], 0), abs=1e-6)
    assert f"{below} of 100 repeats ended at a bound" in found.warnings
    low, high = found["b"].interval
    assert (low, high) == pytest.approx((0, np.quantile(free.samples[:, 1], 0.975)), abs=1e-6)
    left = ss.fit(table, law, bounds={"b": (0.01, None)}).intervals("jackknife", repeats=5)
    assert left.samples.shape == (5, 2)


def test_intervals_go_to_json_and_back(table: dict[str, np.ndarray]) -> None:
    found = ss.fit(table, YIELD, fixed={"C": 300}).intervals("bootstrap", repeats=5)
    again = Intervals.from_json(found.to_json())
    assert again.estimates == found.estimates
    assert np.array_equal(again.samples, found.samples)
    assert str(again) == str(found)
    assert "\\toprule" in found.to_latex()
    assert found.to_frame().shape == (3, 5)
    assert found["C"].stderr is None
    for text in ("", "{}", '{"format": "x"}', found.to_json().replace("bootstrap", "bootstrap", 1)[:-30]):
        with pytest.raises(DataError, match=r"expected the text that to_json returns"):
            Intervals.from_json(text)


def test_profiles_and_regions_are_drawn(curved: tuple[dict[str, np.ndarray], ss.Fit]) -> None:
    from matplotlib.figure import Figure

    made = Figure()
    first, second = made.subplots(1, 2)
    profile, contour = curved[1].profile("K", points=5), curved[1].contour("q", "K", points=5)
    assert profile.plot(first) is first
    assert contour.plot(second) is second
    assert first.get_xlabel() == "K"
    assert (second.get_xlabel(), second.get_ylabel()) == ("q", "K")
    assert '"name": "K"' in profile.to_json()
    assert '"names": ["q", "K"]' in contour.to_json()
    assert "Profile of K" in str(profile)


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (lambda f: f.intervals("bootstrapp"), OptionError, "did you mean 'bootstrap'"),
        (lambda f: f.intervals("delta", level=2), OptionError, "level=2"),
        (lambda f: f.intervals("bootstrap", repeats=1), OptionError, "repeats=1; expected an integer >= 2"),
        (lambda f: f.intervals("jackknife", repeats=100), OptionError, "100 groups of 60 rows"),
        (lambda f: f.intervals("jackknife", groups=[1, 2]), DataError, "2 labels for 60 rows"),
        (lambda f: f.intervals("jackknife", groups=[1] * 60), DataError, "one label '1'"),
        (lambda f: f.intervals("jackknife", groups=3), OptionError, "groups=3; expected a label for each row"),
        (lambda f: f.intervals("jackknife", repeats=5, groups=[1, 2] * 30), OptionError, "both given"),
        (lambda f: f.intervals("bootstrap", groups=[1, 2] * 30), OptionError, "bootstrap has none"),
        (lambda f: f.intervals("bootstrap", trainer=len), OptionError, "a direct fit has none"),
        (lambda f: f.intervals("bootstrap", rng="x"), OptionError, "rng='x'"),
        (lambda f: f.profile("q"), LawNameError, "'q' is no constant of the law"),
        (lambda f: f.profile("C"), OptionError, "C is held or tied"),
        (lambda f: f.profile("k", points=1), OptionError, "points=1"),
        (lambda f: f.contour("k", "k"), OptionError, "two different constants"),
        (lambda f: f.contour("C", "k", levels=0.9), OptionError, "expected probabilities, such as"),
        (lambda f: f.contour("C", "k", levels=()), OptionError, "expected probabilities, such as"),
    ],
)
def test_what_is_refused(table: dict[str, np.ndarray], ask: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        ask(ss.fit(table, YIELD, fixed={"C": 300}))
    assert "\n" not in str(caught.value)


def test_no_profile_without_a_scale() -> None:
    net = ss.Network.from_expression("1 + 2*x", ("x",))
    found = ss.fit(net, ss.Law("y = a + b*x", ("x",)), ss.LegendreSpace({"x": (0, 1)}, order=2), scalars=ss.F64)
    with pytest.raises(OptionError, match="it needs the scale of a standard error"):
        found.profile("a")
    with pytest.raises(OptionError, match="bootstrap: the network has no data to draw from"):
        found.intervals("bootstrap")
