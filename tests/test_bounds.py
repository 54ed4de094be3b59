"""Constants that are bounded, held or tied to others, and rows that are weighted by their errors."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import sympy
from cases import yields
from scipy.optimize import brentq, curve_fit, least_squares, lsq_linear
from scipy.stats import chi2, t

import symseries as ss
from symseries.errors import DataError, IdentifiabilityError, LawNameError, LawSyntaxError, OptionError
from symseries.least_squares import solve_bounded

TWO = ss.Law("y = a*exp(-k1*x) + b*exp(-k2*x)", ("x",))
X = np.linspace(0.1, 5, 60)
DATA = {"x": X, "y": 2 * np.exp(-0.5 * X) + 3 * np.exp(-1.0 * X) + 0.01 * np.random.default_rng(5).normal(size=60)}
YIELD = ss.Law("y = s + C*c**(2/3) + k/sqrt(d)", ("c", "d"))


def values(fit: ss.Fit) -> dict[str, float]:
    return {name: float(e.value) for name, e in fit.constants.items()}


# ----------------------------------------------------------------------------------------------------- held and tied
def test_a_held_constant_is_that_of_the_law_with_the_number_in_it() -> None:
    table = yields()
    held = ss.fit(table, YIELD, fixed={"C": 300})
    written = ss.fit(table, ss.Law("y = s + 300*c**(2/3) + k/sqrt(d)", ("c", "d")))
    assert held.constants["C"] == ss.Estimate(300.0, note="held")
    for name in ("s", "k"):
        assert held.constants[name].value == pytest.approx(written.constants[name].value, rel=1e-12)
        assert held.constants[name].stderr == pytest.approx(written.constants[name].stderr, rel=1e-9)
    assert "C = 300 given" in held.method
    assert "held" in str(held)
    assert held.correlation.shape == (3, 3)


def test_a_tied_constant_follows_the_free_one_with_its_error() -> None:
    tied = ss.fit(DATA, TWO, ties={"k2": "2*k1"})
    found, covariance = curve_fit(
        lambda x, a, k, b: a * np.exp(-k * x) + b * np.exp(-2 * k * x), X, DATA["y"], p0=(1.5, 0.6, 3.5), xtol=1e-14, ftol=1e-14
    )
    numbers = values(tied)
    assert [numbers[n] for n in ("a", "k1", "b")] == pytest.approx(found.tolist(), rel=1e-6)
    assert numbers["k2"] == pytest.approx(2 * numbers["k1"], rel=1e-14)
    assert tied.constants["k1"].stderr == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-5)
    assert tied.constants["k2"].stderr == pytest.approx(2 * tied.constants["k1"].stderr, rel=1e-12)
    assert tied.constants["k2"].note == "= 2*k1"
    again = ss.Fit.from_json(tied.to_json())
    assert again.constants == tied.constants
    assert str(again) == str(tied)


def test_ties_may_follow_each_other_and_known_values() -> None:
    law = ss.Law("y = a*x + b + c*x**2 + g", ("x",), known={"g": "0.5"})
    data = {"x": X, "y": 1 + 2 * X + 4 * X**2 + 0.5}
    found = values(ss.fit(data, law, ties={"a": "2*b", "c": "a*b*g*2*2"}, start={"b": 0.8}))
    assert found == pytest.approx({"a": 2.0, "b": 1.0, "c": 4.0}, rel=1e-9)


def test_ties_hold_for_a_network_and_its_direct_fit() -> None:
    table = yields()
    net = ss.train(table, ("c", "d"), "y", hidden=(4,), restarts=1)
    found = ss.fit(net, YIELD, ties={"k": "5*s"})
    assert found.constants["k"].value == pytest.approx(5 * found.constants["s"].value)
    assert found.baseline.constants["k"].value == pytest.approx(5 * found.baseline.constants["s"].value)
    both = ss.fit(net, YIELD, ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, order=4), fixed={"C": 300})
    assert both.dof is None or both.solved.free == 2


def test_ties_of_rational_constants_stay_rational() -> None:
    law = ss.Law("y = a + b*x", ("x",))
    table = {"x": ["1", "2", "4"], "y": ["1.1", "2.3", "3.9"]}
    found = ss.fit(table, law, scalars=ss.QQ, ties={"a": "b/3"})
    # y = b (1/3 + x) by hand
    u = [sympy.Rational(4, 3), sympy.Rational(7, 3), sympy.Rational(13, 3)]
    y = [sympy.Rational(11, 10), sympy.Rational(23, 10), sympy.Rational(39, 10)]
    b = sum(p * q for p, q in zip(u, y, strict=True)) / sum(p * p for p in u)
    assert found.constants["b"].value == b
    assert found.constants["a"].value == b / 3


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"fixed": 3}, OptionError, "fixed=3: expected a mapping"),
        ({"fixed": {"q": 1}}, LawNameError, "fixed: 'q' is no constant of the law"),
        ({"fixed": {"a": "x"}}, OptionError, "fixed value of a: 'x'"),
        ({"ties": {"k2": 2}}, OptionError, "ties of k2: 2; expected text"),
        ({"ties": {"k2": "2*k3"}}, LawNameError, "ties of k2: 'k3' is no constant of the law; it has a, k1, b, k2"),
        ({"ties": {"k2": "2*x"}}, LawNameError, "'x' is no constant"),
        ({"ties": {"k2": "__import__('os')"}}, LawSyntaxError, "ties of k2"),
        ({"ties": {"k2": "k2 + 1"}}, OptionError, "ties of k2: it depends on itself"),
        ({"ties": {"k2": "k1", "k1": "k2"}}, OptionError, "depends on itself"),
        ({"ties": {"k2": "k1"}, "fixed": {"k2": 1}}, LawNameError, "'k2' is held by fixed= and tied by ties="),
        ({"fixed": {"k2": 1}, "start": {"k2": 1}}, OptionError, "start of k2: it is held or tied"),
        ({"fixed": {"k2": 1}, "bounds": {"k2": (0, 1)}}, OptionError, "bounds of k2: it is held or tied"),
        ({"fixed": dict.fromkeys(("a", "b", "k1", "k2"), 1)}, IdentifiabilityError, "no constant is left to find"),
        ({"ties": {"a": "-b", "k1": "k2"}}, IdentifiabilityError, "drops out with the ties given"),
        (
            {"start": {"k1": 5, "k2": 1}, "bounds": {"k1": (0, 2)}},
            OptionError,
            "start of k1: 5 lies outside its bounds, 0 to 2",
        ),
        ({"weights": "none"}, OptionError, "weights='none'; expected one of covariance, relative, taylor, unweighted"),
        ({"weights": "taylor"}, OptionError, "a table has rows"),
        ({"errors": "sd"}, DataError, "no column 'sd'"),
        ({"errors": 0}, DataError, "errors: 0 at data row 1; a standard error is positive"),
        ({"errors": [1.0, 2.0]}, DataError, r"errors: shape \(2,\); expected a positive number"),
        ({"errors": np.full(60, np.nan)}, DataError, "errors: data row 1 is not finite"),
        ({"errors": 1, "relative_errors": 1}, OptionError, "both given"),
        ({"scalars": ss.QQ}, OptionError, "the law is not linear in k1, k2"),
        ({"scalars": ss.ARB(80)}, OptionError, "a fit is made in F64 or, exactly, in QQ"),
        ({"polish": 3}, OptionError, "polish=3: expected a number of digits from 15"),
    ],
)
def test_what_is_refused(options: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        ss.fit(DATA, TWO, **options)
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------------------------------------- errors of the rows
def test_declared_errors_weight_the_rows_and_test_the_law() -> None:
    table, rng = yields(), np.random.default_rng(3)
    sd = rng.uniform(0.5, 4, 60)
    table |= {"y": 100 + 300 * table["c"] ** (2 / 3) + 500 / np.sqrt(table["d"]) + sd * rng.normal(size=60), "sd": sd}
    B = np.column_stack([np.ones(60), table["c"] ** (2 / 3), table["d"] ** -0.5]) / sd[:, None]
    expected = np.linalg.lstsq(B, table["y"] / sd, rcond=None)[0]
    square = float(np.sum((table["y"] / sd - B @ expected) ** 2))
    for errors in ("sd", sd, sd.tolist()):
        found = ss.fit(table, YIELD, errors=errors)
        assert list(values(found).values()) == pytest.approx(expected.tolist(), rel=1e-9)
        assert (found.dof, found.chi2) == (57, pytest.approx(square, rel=1e-9))
        assert found.p_value == pytest.approx(chi2.sf(square, 57), rel=1e-9)
        stderr = np.sqrt(np.diag(np.linalg.inv(B.T @ B)) * max(1.0, square / 57))
        assert [e.stderr for e in found.constants.values()] == pytest.approx(stderr.tolist(), rel=1e-8)
    assert "weighted by the errors of column 'sd'" in ss.fit(table, YIELD, errors="sd").method
    assert ss.fit(table, YIELD, errors=0.1).rejected


def test_relative_errors_follow_the_law_and_are_not_biased_to_small_values() -> None:
    rng = np.random.default_rng(8)
    x = np.linspace(1, 3, 400)
    y = 5 * x * (1 + 0.3 * rng.normal(size=400))
    keep = y > 0
    table = {"x": x[keep], "y": y[keep]}
    found = ss.fit(table, ss.Law("y = a*x", ("x",)), relative_errors=0.3)
    # weights 1/(a x)**2 make the answer the mean of y/x; weights by the measured values would give about 3.9
    assert found.constants["a"].value == pytest.approx(np.mean(table["y"] / table["x"]), rel=1e-9)
    log = ss.fit(table, ss.Law("log(y) = b + n*log(x)", ("x",)), relative_errors=0.3)
    assert log.prepared.root == pytest.approx(np.full(len(table["y"]), 1 / 0.3))


def test_a_target_of_many_decades_is_fitted_with_relative_errors_and_says_so() -> None:
    rng = np.random.default_rng(105)
    T = np.linspace(300, 900, 40)
    table = {"T": T, "rate": 2e9 * np.exp(-75000 / (8.314462618 * T)) * (1 + 0.02 * rng.normal(size=40))}
    law = ss.Law("rate = A*exp(-E/(R*T))", ("T",), known={"R": "8.314462618"})
    found, plain = ss.fit(table, law), ss.fit(table, law, weights="unweighted")
    assert any("spans 8.7 decades" in w for w in found.warnings)
    assert plain.warnings == ()
    log = ss.fit(table, ss.Law("log(rate) = lnA - E/(R*T)", ("T",), known={"R": "8.314462618"}))
    assert found.constants["E"].value == pytest.approx(log.constants["E"].value, rel=1e-3)
    assert found.constants["E"].stderr == pytest.approx(log.constants["E"].stderr, rel=0.1)
    assert found.constants["E"].stderr < 0.2 * plain.constants["E"].stderr


def test_the_papers_own_matching_stands_beside_the_default() -> None:
    table = yields(rows=100)
    net = ss.train(table, ("c", "d"), "y", hidden=(5,), restarts=2)
    taylor, default = ss.fit(net, YIELD, weights="taylor"), ss.fit(net, YIELD)
    assert isinstance(taylor.prepared.space, ss.TaylorSpace)
    assert any("Taylor matching depends on the units" in w for w in taylor.warnings)
    beside = next(w for w in taylor.warnings if w.startswith("the default, polynomials orthonormal in 100 rows"))
    assert f"k = {default.constants['k'].value:.6g}" in beside
    space = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, order=4)
    weighted, plain = (ss.fit(net, YIELD, space, weights=w) for w in ("covariance", "unweighted"))
    assert "eigenvalue floor 0.01 of the largest, discrepancy floor 0.001 sd" in weighted.method
    assert ss.fit(net, YIELD, space).constants == weighted.constants
    assert "unweighted" in plain.method
    assert plain.prepared.root.ndim == 1


def test_a_profile_ends_at_a_bound_and_says_so() -> None:
    x = np.linspace(0.1, 1, 20)
    data = {"x": x, "y": 1 + 2 * x**0.3 + 0.2 * np.cos(40 * x)}
    found = ss.fit(data, ss.Law("y = a + b*x**m", ("x",)), bounds={"m": (0.1, 1)}).profile("m", points=5)
    assert found.interval == (0.1, 1.0)
    assert (found.values.min(), found.values.max()) == (0.1, 1.0)
    assert found.warnings == ("m: the limit 0.1 is its bound", "m: the limit 1 is its bound")


# --------------------------------------------------------------------------------------------- an optimum at a bound
def rows(seed: int = 3) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return a table of the yield law, and its design."""
    table = yields()
    table["y"] = table["y"] + np.random.default_rng(seed).normal(size=60)
    return table, np.column_stack([np.ones(60), table["c"] ** (2 / 3), table["d"] ** -0.5])


@pytest.mark.parametrize(
    ("bounds", "at"),
    [
        ({"k": (None, 480)}, ("k",)),
        ({"k": (520, None), "s": (None, 90)}, ("s", "k")),
        ({"s": (110, 130), "C": (0, 250), "k": (490, 495)}, ("s", "C", "k")),
        ({"s": (0, None), "C": (None, 250), "k": (0, None)}, ("C",)),
        ({"s": (0, 1000), "k": (0, 1000)}, ()),
    ],
)
def test_a_linear_optimum_at_its_bounds_is_that_of_scipy(bounds: dict[str, Any], at: tuple[str, ...]) -> None:
    table, B = rows()
    limits = np.array([bounds.get(name, (None, None)) for name in ("s", "C", "k")], dtype=float).T
    low, high = np.where(np.isnan(limits), [[-np.inf], [np.inf]], limits)
    expected = lsq_linear(B, table["y"], (low, high), method="trf", tol=1e-14, max_iter=500, lsmr_tol=None)
    found = ss.fit(table, YIELD, bounds=bounds)
    assert list(values(found).values()) == pytest.approx(expected.x.tolist(), rel=1e-5)
    assert found.solved.bounded == at
    for name, edge in zip(("s", "C", "k"), limits.T, strict=True):
        assert (float(found.constants[name].value) in edge) == (name in at)  # to the last digit
    free = [name not in at for name in ("s", "C", "k")]
    left = table["y"] - B @ expected.x
    if any(free):
        variance = left @ left / (60 - sum(free)) * np.linalg.inv(B[:, free].T @ B[:, free])
        stderr = [found.constants[name].stderr for name in ("s", "C", "k") if name not in at]
        assert stderr == pytest.approx(np.sqrt(np.diag(variance)).tolist(), rel=1e-4)
    for name in at:
        assert (found.constants[name].stderr, found.constants[name].note) == (None, "at bound")
        assert sum(f"{name} ended at its bound {found.constants[name].value:g}: its standard" in w for w in found.warnings) == 1


@pytest.mark.parametrize(
    ("bounds", "inside"),
    [
        ({"k1": (0, 0.4)}, False),
        ({"b": (0, 2), "k2": (0, 3)}, True),  # most searches end in another minimum, at b = 2
        ({"k1": (0.6, 2), "a": (0, 2.2)}, False),
    ],
)
def test_a_nonlinear_optimum_at_its_bounds_is_that_of_scipy(bounds: dict[str, Any], inside: bool) -> None:
    names = ("a", "k1", "b", "k2")

    def residual(p: np.ndarray) -> np.ndarray:
        return p[0] * np.exp(-p[1] * X) + p[2] * np.exp(-p[3] * X) - DATA["y"]

    low, high = np.array([bounds.get(name, (-np.inf, np.inf)) for name in names]).T
    starts = np.random.default_rng(1).uniform(np.maximum(low, 0), np.minimum(high, 3), size=(12, 4))
    best = min(
        (least_squares(residual, p, bounds=(low, high), xtol=1e-15, ftol=1e-15, gtol=1e-15) for p in starts),
        key=lambda one: one.cost,
    )
    found = ss.fit(DATA, TWO, bounds=bounds)
    p = np.array(list(values(found).values()))
    assert float((residual(p) ** 2).sum()) <= 2 * best.cost * (1 + 1e-9)
    assert (found.solved.bounded == ()) == inside
    # Karush, Kuhn and Tucker: the slope of the sum of squares is 0, or points out of the box
    slope = np.array([[np.exp(-p[1] * X), -X * p[0] * np.exp(-p[1] * X), np.exp(-p[3] * X), -X * p[2] * np.exp(-p[3] * X)]])
    slope = slope[0] @ residual(p)
    for name, value, g, lowest, highest in zip(names, p, slope, low, high, strict=True):
        if name in found.solved.bounded:
            assert (value, np.sign(g)) in ((lowest, 1), (highest, -1))
        else:
            assert abs(g) < 1e-6


def test_a_constant_at_its_bound_goes_everywhere_the_others_go() -> None:
    table, _ = rows()
    found = ss.fit(table, YIELD, bounds={"k": (None, 480)})
    again = ss.Fit.from_json(found.to_json())
    assert again == found
    assert again.constants["k"].note == "at bound"
    assert str(again) == str(found)
    assert "at bound" in found.table().to_text()
    assert "ended at its bound 480" in " ".join(str(found).split())
    assert found.correlation_table().to_frame().shape == (2, 3)
    assert "at bound" in found.to_latex()
    record = json.loads(found.to_json())
    record["records"]["solved"]["bounded"] = ["q"]
    with pytest.raises(DataError, match="bounded: q; expected free constants"):
        ss.Fit.from_dict(record)
    with pytest.raises(OptionError, match="k ended at a bound; hold it there with fixed="):
        ss.fit(table, YIELD, bounds={"k": (None, 480)}, polish=30)


def test_the_profile_of_a_constant_at_its_bound_has_one_side() -> None:
    table, B = rows()
    found = ss.fit(table, YIELD, bounds={"k": (None, 480)})
    y = table["y"]

    def least(k: float) -> float:
        left = y - k * B[:, 2]
        return float(np.sum((left - B[:, :2] @ np.linalg.lstsq(B[:, :2], left, rcond=None)[0]) ** 2))

    height = least(480) * (1 + t.ppf(0.975, 58) ** 2 / 58)
    low = brentq(lambda k: least(k) - height, 300, 480)
    profile = found.profile("k", points=7)
    assert profile.interval == (pytest.approx(low, rel=1e-5), 480)
    assert len(np.unique(profile.values)) == len(profile.values)
    assert profile.warnings == ("k: the limit 480 is its bound",)
    assert found.intervals("profile")["k"].interval == (pytest.approx(low, rel=1e-5), 480)
    assert found.intervals()["k"].interval is None
    contour = found.contour("k", "C", points=5)
    assert np.isinf(contour.rise[contour.first > 480]).all()


def test_every_constant_may_be_at_its_bound() -> None:
    data = {"x": X, "y": 2 * X + 0.1 * np.cos(9 * X)}
    found = ss.fit(data, ss.Law("y = a*x", ("x",)), bounds={"a": (None, 1)})
    assert values(found) == {"a": 1.0}
    assert found.solved.free == 0
    assert found.profile("a", points=5).interval[1] == 1
    assert ss.Fit.from_json(found.to_json()) == found
    declared = ss.fit(data, ss.Law("y = a*x", ("x",)), bounds={"a": (None, 1)}, errors=0.1)
    assert (declared.dof, declared.rejected) == (60, True)
    assert declared.chi2 == pytest.approx(float(np.sum((data["y"] - X) ** 2)) / 0.01)
    relative = ss.fit(data, ss.Law("y = a*x", ("x",)), bounds={"a": (None, 1)}, relative_errors=0.1)
    assert relative.solved.bounded == ("a",)


def test_bounds_hold_for_a_network_too_and_count_as_held_in_its_test() -> None:
    table = yields()
    net = ss.train(table, ("c", "d"), "y", hidden=(4,), restarts=1)
    space = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, order=4)
    bounded, held = ss.fit(net, YIELD, space, bounds={"k": (None, 490)}), ss.fit(net, YIELD, space, fixed={"k": 490})
    assert list(values(bounded).values()) == pytest.approx(list(values(held).values()), rel=1e-9)
    assert (bounded.dof, bounded.chi2) == (held.dof, pytest.approx(held.chi2, rel=1e-6))
    assert [bounded.constants[n].stderr for n in "sC"] == pytest.approx([held.constants[n].stderr for n in "sC"], rel=1e-6)
    assert bounded.baseline.solved.bounded == ("k",)
    assert bounded.profile("k", points=5).interval[1] == 490
    assert bounded.residual_table().rows
    power = ss.Law("y = s + C*c**(2/3) + k*d**(-n)", ("c", "d"))
    assert ss.fit(net, power, bounds={"n": (0.55, 2)}).constants["n"].value == 0.55


def test_what_the_data_do_not_determine_is_no_answer_at_a_bound() -> None:
    for bounds in ({"b": (0, 1)}, {"a": (0, 1), "b": (0, 1)}):
        with pytest.raises(IdentifiabilityError, match=r"only a\*b is determined"):
            ss.fit({"x": X, "y": 0.5 * X}, ss.Law("y = a*b*x", ("x",)), bounds=bounds)
    with pytest.raises(IdentifiabilityError):  # at b = 0 nothing tells of k2
        ss.fit({"x": X, "y": 2 * np.exp(-X) - 0.3 * np.exp(-4 * X)}, TWO, bounds={"b": (0, 5), "a": (0, 5)})


def test_a_minimum_on_a_strongly_curved_surface_is_one() -> None:
    """Full steps grow there: what was found by damped ones must not be spoiled by them."""
    rng = np.random.default_rng(0)
    c, d = rng.uniform(0.01, 0.1, 120), 10 ** rng.uniform(0, 2, 120)
    y = 100 + 300 * c ** (2 / 3) + 500 / np.sqrt(d) + 2 * rng.normal(size=120)
    law = ss.Law("y = s + C*c**(2/3) + k/sqrt(d) + C2*c", ("c", "d"))

    def residual(p: np.ndarray) -> np.ndarray:
        return p[0] + p[1] * c ** (2 / 3) + p[2] / np.sqrt(d) + (p[1] / 10 + p[0] ** 2) * c - y

    best = min((least_squares(residual, p, x_scale="jac") for p in ([24, 400, 500], [1, 1, 1])), key=lambda one: one.cost)
    found = values(ss.fit({"c": c, "d": d, "y": y}, law, ties={"C2": "C/10 + s**2"}))
    assert [found[n] for n in ("s", "C", "k")] == pytest.approx(best.x.tolist(), rel=1e-3)
    numbers = np.array([found[n] for n in ("s", "C", "k")])
    assert float((residual(numbers) ** 2).sum()) <= 2 * best.cost * (1 + 1e-10)


# ------------------------------------------------------------------------------------------------ how it is told
def test_the_method_speaks_of_a_start_only_where_one_was_given() -> None:
    rng = np.random.default_rng(105)
    T = np.linspace(300, 900, 40)
    table = {"T": T, "rate": 2e9 * np.exp(-75000 / (8.314462618 * T)) * (1 + 0.02 * rng.normal(size=40))}
    law = ss.Law("rate = A*exp(-E/(R*T))", ("T",), known={"R": "8.314462618"})
    for options in ({}, {"relative_errors": 0.02}):
        found = ss.fit(table, law, **options)
        assert "from screened starts" in found.method
        assert "start given" not in found.method
        assert "start given" in ss.fit(table, law, start={"E": 75000}, **options).method
    net = ss.train({"x": X, "y": DATA["y"]}, ("x",), "y", hidden=(3,), restarts=1)
    beside = ss.fit(net, ss.Law("y = a*exp(-k*x) + b", ("x",))).baseline
    assert "from the constants of the network" in beside.method


def test_the_summary_shows_the_digits_that_were_asked_for() -> None:
    data = {"x": ["1", "2", "4"], "y": ["1.1", "2.3", "3.9"]}
    found = ss.fit(data, ss.Law("y = a*x", ("x",)), polish=25)
    exact = sympy.Rational(213, 210)  # sum of x*y over the sum of x**2, by hand
    assert found.constants["a"].digits == str(sympy.N(exact, 25))
    assert f"polished  a = {found.constants['a'].digits}" in str(found)
    assert "polished" not in str(ss.fit(data, ss.Law("y = a*x", ("x",))))


def test_the_active_set_meets_the_conditions_of_karush_kuhn_and_tucker() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        rows, size = rng.integers(6, 40), rng.integers(1, 6)
        matrix, rhs = rng.normal(size=(rows, size)) * 10.0 ** rng.integers(-8, 8, size), rng.normal(size=rows)
        norms = np.linalg.norm(matrix, axis=0)
        free = np.linalg.lstsq(matrix / norms, rhs, rcond=None)[0] / norms
        low = free - np.abs(free) * rng.uniform(-1, 2, size)
        high = np.where(rng.random(size) < 0.3, np.inf, low + np.abs(free) * rng.uniform(0.1, 2, size))
        low = np.where(rng.random(size) < 0.3, -np.inf, low)
        found, held = solve_bounded(matrix, rhs, (low, high))
        slope = matrix.T @ (matrix @ found - rhs) / norms
        assert ((low <= found) & (found <= high)).all()
        assert np.abs(slope[~held]) == pytest.approx(0, abs=1e-9)
        assert (np.where(found == low, slope, -slope)[held] >= -1e-9).all()
