"""Fitting: constants, their uncertainties and the judgement of a law, against independent computations."""

from __future__ import annotations

import csv
import dataclasses
import json
import pickle
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from cases import yields
from scipy.optimize import curve_fit
from scipy.stats import f, t

import symseries as ss
from symseries.errors import (
    ConvergenceError,
    DataError,
    IdentifiabilityError,
    LawNameError,
    NotAnalyticError,
    OptionError,
    SpaceMismatchError,
)
from symseries.fitting.judge import TEST_FLOOR, judge
from symseries.fitting.prepare import prepare
from symseries.fitting.solve import solve
from symseries.fitting.weights import DISCREPANCY_FLOOR, EIGENVALUE_FLOOR

Table = dict[str, Any]
YIELD = ss.Law("y = s + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
TRUTH = {"s": 100.0, "C": 300.0, "k": 500.0}


@pytest.fixture(scope="module")
def table() -> Table:
    return yields()


@pytest.fixture(scope="module")
def net(table: Table) -> ss.Network:
    return ss.train(table, ("c", "d"), "y", hidden=(6,), rng=0, restarts=3)


@pytest.fixture(scope="module")
def found(net: ss.Network) -> ss.Fit:
    return ss.fit(net, YIELD)


def design(points: Table) -> np.ndarray:
    return np.column_stack([np.ones(len(points["c"])), points["c"] ** (2 / 3), points["d"] ** -0.5])


def values(fit: ss.Fit) -> np.ndarray:
    return np.array([float(e.value) for e in fit.constants.values()])


def errors(fit: ss.Fit) -> np.ndarray:
    return np.array([e.stderr for e in fit.constants.values()], dtype=float)


# -------------------------------------------------------------------------------------------------------- direct fits
def test_a_linear_direct_fit_is_ordinary_least_squares(table: Table) -> None:
    fit, B, y = ss.fit(table, YIELD, level=0.9), design(table), table["y"]
    expected, rss, _, _ = np.linalg.lstsq(B, y, rcond=None)
    covariance = rss[0] / (len(y) - 3) * np.linalg.inv(B.T @ B)
    reach = t.ppf(0.95, len(y) - 3) * np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(values(fit), expected, rtol=1e-10)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-8)
    intervals = np.array([e.interval for e in fit.constants.values()])
    np.testing.assert_allclose(intervals, np.column_stack([expected - reach, expected + reach]), rtol=1e-8)
    scale = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(fit.correlation, covariance / np.outer(scale, scale), rtol=1e-8)
    assert fit.misfit == pytest.approx(np.sqrt(rss[0] / ((y - y.mean()) ** 2).sum()))
    assert (fit.chi2, fit.p_value, fit.baseline, fit.warnings) == (None, None, None, ())


def test_weights_of_rows_are_weighted_least_squares(table: Table) -> None:
    weights = np.random.default_rng(0).uniform(0.2, 3.0, 60)
    space = ss.EmpiricalSpace({"c": table["c"], "d": table["d"]}, None, weights)
    fit, B, y = ss.fit(table, YIELD, space), design(table), table["y"]
    normal = B.T @ (weights[:, None] * B)
    expected = np.linalg.solve(normal, B.T @ (weights * y))
    rss = weights @ (y - B @ expected) ** 2
    np.testing.assert_allclose(values(fit), expected, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance, rss / 57 * np.linalg.inv(normal), rtol=1e-7)


def _arrhenius(x: np.ndarray, A: float, Q: float) -> np.ndarray:
    return A * np.exp(-Q / (8.314 * x))


def _langmuir(x: np.ndarray, q: float, K: float) -> np.ndarray:
    return q * K * x / (1 + K * x)


def _power(x: np.ndarray, a: float, n: float) -> np.ndarray:
    return a * x**n


def _two_exponents(x: np.ndarray, s: float, a: float, m: float) -> np.ndarray:
    return s + a * x**m


NONLINEAR: dict[str, tuple[str, Any, tuple[float, ...], np.ndarray]] = {
    "arrhenius": ("A*exp(-Q/(8.314*x))", _arrhenius, (1e6, 8e4), np.linspace(600, 1200, 40)),
    "langmuir": ("q*K*x/(1 + K*x)", _langmuir, (5.0, 0.7), np.geomspace(0.1, 20, 40)),
    "power": ("a*x**n", _power, (3.0, 0.4), np.geomspace(1, 50, 40)),
    "exponent": ("s + a*x**m", _two_exponents, (2.0, 3.0, 1.7), np.linspace(0.2, 4, 40)),
}


def scaled_curve_fit(function: Any, x: np.ndarray, y: np.ndarray, truth: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return values and covariance of SciPy's fit from the truth, its unknowns being multiples of the true constants."""
    scale = np.array(truth)
    found, spread = curve_fit(lambda x, *r: function(x, *(scale * r)), x, y, p0=np.ones(len(scale)), xtol=1e-14, ftol=1e-14)
    return scale * found, np.outer(scale, scale) * spread


def nonlinear_table(case: str) -> Table:
    _, function, truth, x = NONLINEAR[case]
    clean = function(x, *truth)
    return {"x": x, "y": clean + 0.01 * clean.std() * np.random.default_rng(12).normal(size=len(x))}


@pytest.mark.parametrize("case", NONLINEAR)
def test_a_nonlinear_direct_fit_is_that_of_scipy_from_the_truth(case: str) -> None:
    text, function, truth, x = NONLINEAR[case]
    data = nonlinear_table(case)
    expected, covariance = scaled_curve_fit(function, x, data["y"], truth)
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    fit = ss.fit(data, ss.Law(f"y = {text}", variables=("x",)))
    ours = np.array([fit.constants[name].value for name in names])
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    stderr = np.array([fit.constants[name].stderr for name in names])
    np.testing.assert_allclose(stderr, np.sqrt(np.diag(covariance)), rtol=1e-4)


@pytest.mark.parametrize("case", ["arrhenius", "langmuir"])
def test_a_trained_network_gives_the_nonlinear_constants_of_the_direct_fit(case: str) -> None:
    net = ss.train(nonlinear_table(case), ("x",), "y", hidden=(5,), rng=0)
    fit = ss.fit(net, ss.Law(f"y = {NONLINEAR[case][0]}", variables=("x",)))
    assert np.all(np.abs(values(fit) - values(fit.baseline)) < 0.2 * errors(fit.baseline))
    np.testing.assert_allclose(errors(fit), errors(fit.baseline), rtol=0.3)
    assert not fit.rejected


def test_known_values_are_put_in() -> None:
    data = nonlinear_table("arrhenius")
    free = ss.fit(data, ss.Law("y = A*exp(-Q/(R*x))", variables=("x",), known={"R": "8.314"}))
    np.testing.assert_allclose(
        values(free), values(ss.fit(data, ss.Law(f"y = {NONLINEAR['arrhenius'][0]}", ("x",)))), rtol=1e-7
    )
    held = ss.fit(data, ss.Law("y = A*exp(-Q/(R*x))", variables=("x",), known={"R": "8.314", "Q": 80000}))
    basis = np.exp(-80000 / (8.314 * data["x"]))
    assert list(held.constants) == ["A"]
    assert held.constants["A"].value == pytest.approx(basis @ data["y"] / (basis @ basis), rel=1e-10)


# ------------------------------------------------------------------------------------------- fits through a network
def test_the_default_space_is_that_of_the_data_to_order_six(net: ss.Network, table: Table, found: ss.Fit) -> None:
    space = found.prepared.space
    assert isinstance(space, ss.EmpiricalSpace)
    assert space.order == 6
    # independently: orthonormal polynomials by QR of the monomials at the rows, both sides projected on them
    u, v = ((table[name] - table[name].mean()) / table[name].std() for name in ("c", "d"))
    monomials = np.column_stack([u**i * v ** (n - i) for n in range(7) for i in range(n + 1)])
    q, _ = np.linalg.qr(monomials)
    expected = np.linalg.lstsq(q.T @ design(table), q.T @ net(table), rcond=None)[0]
    np.testing.assert_allclose(values(found), expected, rtol=1e-6)


def test_few_rows_are_met_at_the_rows_themselves() -> None:
    small = yields(rows=15)
    fit = ss.fit(ss.train(small, ("c", "d"), "y", hidden=(3,), restarts=2), YIELD)
    assert fit.prepared.space.order is None
    B = design(small)
    np.testing.assert_allclose(values(fit), np.linalg.lstsq(B, fit.prepared.source(small), rcond=None)[0], rtol=1e-8)


def moved(net: ss.Network, shift: np.ndarray) -> ss.Network:
    """Return the network with a vector added to its weights."""
    at, layers = 0, []
    for layer in net.layers:
        if isinstance(layer, ss.Affine):
            w, b = layer.weights.size, layer.bias.size
            weights, bias = shift[at : at + w].reshape(layer.weights.shape), shift[at + w : at + w + b]
            layers.append(ss.Affine(layer.weights + weights, layer.bias + bias))
            at += w + b
        else:
            layers.append(layer)
    return ss.Network(layers, net.inputs, net.outputs)


@pytest.mark.parametrize(("hidden", "share"), [((), 1.0), ((2,), 1e-4)])
def test_the_delta_method_is_the_spread_over_weights_drawn_from_their_covariance(hidden: tuple[int, ...], share: float) -> None:
    # the weights of a hidden layer trade off along curves, so that only a small share of a draw stays on the network
    rng = np.random.default_rng(0)
    x = np.linspace(0, 2, 300)
    net = ss.train({"x": x, "y": 3 * np.exp(-x) + 0.01 * rng.normal(size=300)}, ("x",), "y", hidden=hidden, rng=0)
    fit = ss.fit(net, ss.Law("y = a + b*x" if not hidden else "y = a*exp(-b*x)", ("x",)))
    eigenvalues, vectors = np.linalg.eigh(net.covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    draws = [moved(net, share * root @ rng.normal(size=len(root))) for _ in range(300)]
    alphas = [other.expand(fit.prepared.space).coefficients for other in draws]
    constants = [fit.solved.gain @ (alpha - fit.prepared.alpha.coefficients) for alpha in alphas]
    assert fit.judged.birge == 1.0
    np.testing.assert_allclose(np.std(constants, axis=0) / share, errors(fit), rtol=0.15)


def test_the_gain_is_how_the_constants_follow_the_coefficients() -> None:
    net = ss.train(nonlinear_table("langmuir"), ("x",), "y", hidden=(4,), restarts=2)
    law = ss.Law("y = q*K*x/(1 + K*x)", ("x",))
    fit = ss.fit(net, law)
    played = ss.Network.from_expression(law.expression.subs({n: e.value for n, e in fit.constants.items()}), ("x",))
    at_rest = ss.fit(played, law, fit.prepared.space, start={n: e.value for n, e in fit.constants.items()})
    step = 1e-5 * fit.prepared.space.projection @ np.cos(fit.prepared.space.nodes[:, 0])
    pushed = ss.Network.from_expression(played.expression() + sympy.Float(1e-5) * sympy.cos(sympy.Symbol("x")), ("x",))
    again = ss.fit(pushed, law, fit.prepared.space, start={n: e.value for n, e in fit.constants.items()})
    np.testing.assert_allclose(values(again) - values(at_rest), at_rest.solved.gain @ step, rtol=1e-3)


def test_intervals_of_a_trained_network_use_the_freedom_that_its_weights_leave(found: ss.Fit) -> None:
    freedom = 60 - found.prepared.source.training.effective_weights
    for estimate in found.constants.values():
        half = t.ppf(0.975, freedom) * estimate.stderr
        assert estimate.interval == pytest.approx((estimate.value - half, estimate.value + half))


def test_the_baseline_is_the_direct_fit(found: ss.Fit, table: Table) -> None:
    direct = ss.fit(table, YIELD)
    np.testing.assert_allclose(values(found.baseline), values(direct), rtol=1e-10)
    np.testing.assert_allclose(errors(found.baseline), errors(direct), rtol=1e-8)
    assert np.all(np.abs(values(found) - values(direct)) < 0.2 * errors(direct))
    assert found.warnings == ()


BOX = {"c": (0.01, 0.1), "d": (1, 100)}


def test_legendre_with_a_covariance_is_weighted_by_its_floored_inverse(net: ss.Network) -> None:
    space = ss.LegendreSpace(BOX, order=6)
    fit = ss.fit(net, YIELD, space)
    alpha, norms = net.expand(space), np.sqrt(np.diag(space.gram))
    # independently, with the covariance as a dense matrix in orthonormal coordinates
    nodes = np.random.default_rng(0).uniform([0.01, 1], [0.1, 100], size=(20_000, 2))
    jacobian = net.jacobian(space.nodes)[0]
    sigma = norms[:, None] * (space.projection @ jacobian @ net.covariance @ jacobian.T @ space.projection.T) * norms
    tau = DISCREPANCY_FLOOR * net({"c": nodes[:, 0], "d": nodes[:, 1]}).std()
    eigenvalues, vectors = np.linalg.eigh(sigma + tau**2 * np.eye(len(sigma)))
    inverse = vectors @ np.diag(1 / np.maximum(eigenvalues, EIGENVALUE_FLOOR * eigenvalues.max())) @ vectors.T
    B = norms[:, None] * np.column_stack([space.projection @ column for column in _terms(space.nodes).T])
    gain = np.linalg.solve(B.T @ inverse @ B, B.T @ inverse)
    target = norms * alpha.coefficients
    np.testing.assert_allclose(values(fit), gain @ target, rtol=1e-4)
    eigenvalues, vectors = np.linalg.eigh(sigma)
    kept = eigenvalues > TEST_FLOOR * eigenvalues.max()
    if kept.sum() <= 3:
        kept = eigenvalues > EIGENVALUE_FLOOR * eigenvalues.max()
    white = (vectors[:, kept] / np.sqrt(np.maximum(eigenvalues[kept], tau**2 / len(sigma)))).T
    left = white @ (target - B @ np.linalg.lstsq(white @ B, white @ target, rcond=None)[0])
    assert fit.dof == kept.sum() - 3
    assert fit.chi2 == pytest.approx(left @ left, rel=0.02)
    freedom = net.training.rows - net.training.effective_weights
    assert fit.p_value == pytest.approx(f.sf(fit.chi2 / fit.dof, fit.dof, freedom))
    spread = gain @ sigma @ gain.T
    loose = gain @ (sigma + tau**2 * np.eye(len(sigma))) @ gain.T
    birge = max(1.0, fit.chi2 / (fit.dof * f.isf(0.05, fit.dof, freedom)))
    np.testing.assert_allclose(fit.covariance, spread + (birge - 1) * loose, rtol=0.02, atol=1e-3 * np.abs(spread).max())


def _terms(nodes: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(nodes)), nodes[:, 0] ** (2 / 3), nodes[:, 1] ** -0.5])


def test_legendre_without_a_covariance_is_the_best_fit_over_the_box() -> None:
    net = ss.Network.from_expression("tanh(2*x) + x**2", inputs=("x",))
    fit = ss.fit(net, ss.Law("y = a*x + b*x**3", variables=("x",)), ss.LegendreSpace({"x": (-1, 1)}, order=14))
    x, w = np.polynomial.legendre.leggauss(80)
    B = np.column_stack([x, x**3])
    expected = np.linalg.solve(B.T @ (w[:, None] * B), B.T @ (w * (np.tanh(2 * x) + x**2)))
    np.testing.assert_allclose(values(fit), expected, rtol=1e-7)
    assert all(e.stderr is None and e.interval is None for e in fit.constants.values())
    assert fit.covariance is fit.correlation is fit.chi2 is fit.p_value is None
    assert any("no standard errors: the covariance of the network's weights is not known" in w for w in fit.warnings)


def test_an_unweighted_taylor_fit_is_least_squares_of_the_coefficients(net: ss.Network) -> None:
    space = ss.TaylorSpace({"c": "0.05", "d": 10}, order=3)
    fit = ss.fit(net, YIELD, space)
    c, d = sympy.symbols("c d")
    columns = []
    for term in (sympy.Integer(1), c ** sympy.Rational(2, 3), 1 / sympy.sqrt(d)):
        at = {c: sympy.Rational(1, 20), d: 10}
        columns.append([float(sympy.diff(term, c, i, d, j).subs(at)) / (sympy.factorial(i) * sympy.factorial(j))
                        for i, j in space.multi_indices.tolist()])  # fmt: skip
    B = np.array(columns, dtype=float).T
    scale = np.linalg.norm(B, axis=0)
    expected = np.linalg.lstsq(B / scale, net.expand(space).coefficients, rcond=None)[0] / scale
    np.testing.assert_allclose(values(fit), expected, rtol=1e-8)
    assert any("Taylor matching depends on the units" in w for w in fit.warnings)
    gain = np.linalg.pinv(B / scale) / scale[:, None]
    spread = gain @ net.coefficient_jacobian(space) @ net.covariance @ (gain @ net.coefficient_jacobian(space)).T
    np.testing.assert_allclose(errors(fit), np.sqrt(spread.diagonal()), rtol=1e-6)
    assert fit.chi2 is fit.p_value is None
    assert any("Taylor coefficients have no inner product in which to test it" in w for w in fit.warnings)


# ---------------------------------------------------------------------------- a law played by an exact network, exactly
PLAYED: dict[str, tuple[str, dict[str, float], dict[str, tuple[float, float]]]] = {
    "yield": ("s + C*c**(2/3) + k/sqrt(d)", TRUTH, {"c": (0.02, 0.1), "d": (5, 60)}),
    "arrhenius": ("A*exp(-Q/(8.314*x))", {"A": 1e6, "Q": 8e4}, {"x": (800, 1200)}),
    "langmuir": ("q*K*x/(1 + K*x)", {"q": 5.0, "K": 0.7}, {"x": (1, 5)}),
    "exponent": ("s + a*x**m", {"s": 2.0, "a": 3.0, "m": 1.7}, {"x": (1, 3)}),
}


@pytest.mark.parametrize("basis", ["taylor", "legendre", "empirical", "nodal", "default"])
@pytest.mark.parametrize("case", PLAYED)
def test_a_law_played_by_a_network_gives_back_its_constants(case: str, basis: str) -> None:
    text, truth, box = PLAYED[case]
    law = ss.Law(f"y = {text}", variables=tuple(box))
    formula = law.expression.subs({name: sympy.Rational(value) for name, value in truth.items()})
    net = ss.Network.from_expression(formula, inputs=tuple(box))
    rng = np.random.default_rng(0)
    points = {name: rng.uniform(*interval, 40) for name, interval in box.items()}
    spaces = {
        "taylor": ss.TaylorSpace({name: sum(interval) / 2 for name, interval in box.items()}, order=4),
        "legendre": ss.LegendreSpace(box, order=6),
        "empirical": ss.EmpiricalSpace(points, order=4),
        "nodal": ss.EmpiricalSpace(points, order=None),
        "default": None,
    }
    data = {**points, "y": net(points)} if basis == "default" else None
    start = {name: 1.3 * value for name, value in truth.items()} if basis != "default" else None
    fit = ss.fit(net, law, spaces[basis], data=data, start=start)
    np.testing.assert_allclose([fit.constants[name].value for name in truth], list(truth.values()), rtol=1e-10)
    assert fit.misfit < 1e-10


RATIONAL = {"a": Fraction(3, 7), "b": Fraction(-5, 3), "c": Fraction(22, 9)}
POINTS = {"x": ["1/2", "1", "3/2", "2", "5/2", "3", "7/2"], "z": ["1", "4", "2", "8", "5", "7", "1/3"]}


def _played_rationally() -> tuple[ss.Network, ss.Law, Table]:
    law = ss.Law("y = a + b*x + c*x*z", variables=("x", "z"))
    formula = law.expression.subs({name: sympy.Rational(value) for name, value in RATIONAL.items()})
    rows = zip(*(map(Fraction, POINTS[name]) for name in "xz"), strict=True)
    y = [str(RATIONAL["a"] + RATIONAL["b"] * x + RATIONAL["c"] * x * z) for x, z in rows]
    return ss.Network.from_expression(formula, ("x", "z")), law, {**POINTS, "y": y}


@pytest.mark.parametrize("basis", ["taylor", "order", "nodal", "default"])
def test_rational_constants_are_recovered_as_rationals(basis: str) -> None:
    net, law, data = _played_rationally()
    spaces = {
        "taylor": ss.TaylorSpace({"x": "1/3", "z": 2}, order=3),
        "order": ss.EmpiricalSpace(POINTS, order=1),
        "nodal": ss.EmpiricalSpace(POINTS, order=None),
        "default": None,
    }
    fit = ss.fit(net, law, spaces[basis], data=data if basis == "default" else None)
    for name, truth in RATIONAL.items():
        estimate = fit.constants[name]
        assert isinstance(estimate.value, sympy.Rational)
        assert Fraction(int(estimate.value.p), int(estimate.value.q)) == truth
        assert estimate.stderr is None
    assert fit.misfit == 0
    assert "exact rational least squares" in fit.method
    assert "exact coefficients have no statistical uncertainty" in fit.method
    assert fit.warnings == ()


def test_exact_least_squares_of_a_law_that_does_not_hold_is_exact_too() -> None:
    net = ss.Network.from_expression("x**2", ("x",))
    x = [Fraction(k) for k in (0, 1, 2, 4)]
    fit = ss.fit(net, ss.Law("y = a + b*x", variables=("x",)), ss.EmpiricalSpace({"x": list(map(str, x))}, None))
    n, sx, sxx, sxxx = 4, sum(x), sum(v**2 for v in x), sum(v**3 for v in x)
    slope = (n * sxxx - sx * sxx) / (n * sxx - sx**2)
    assert [fit.constants[k].value for k in "ab"] == [sympy.Rational(str((sxx - slope * sx) / n)), sympy.Rational(str(slope))]


def test_what_is_not_rational_throughout_is_fitted_in_floating_point() -> None:
    net, _, data = _played_rationally()
    law = ss.Law("y = a + b*x + c*sqrt(x)*z", variables=("x", "z"))
    for space, at in ((None, data), (ss.TaylorSpace({"x": 2, "z": 1}, order=3), None)):
        fit = ss.fit(net, law, space, data=at)
        assert all(isinstance(e.value, float) for e in fit.constants.values())
        assert any("no standard errors" in w for w in fit.warnings)


# ------------------------------------------------------------------------------------------------ targets and outputs
@pytest.fixture(scope="module")
def vapour() -> Table:
    T = np.linspace(300, 400, 30)
    return {"T": T, "p": np.exp(12 - 4000 / T + 0.01 * np.random.default_rng(3).normal(size=30))}


LOG_LAW = ss.Law("log(p) = a - b/T", variables=("T",))
PLAIN_LAW = ss.Law("p = P*exp(-b/T)", variables=("T",))


@pytest.mark.parametrize("target", ["p", "log(p)"])
def test_a_law_of_the_logarithm_fits_networks_of_either_kind(vapour: Table, target: str) -> None:
    net = ss.train(vapour, ("T",), target, hidden=(4,), rng=0)
    fit = ss.fit(net, LOG_LAW)
    B = np.column_stack([np.ones(30), -1 / vapour["T"]])
    log_of_net = net(vapour) if target == "log(p)" else np.log(net(vapour))
    np.testing.assert_allclose(values(fit), np.linalg.lstsq(B, log_of_net, rcond=None)[0], rtol=1e-4)
    np.testing.assert_allclose(values(fit.baseline), np.linalg.lstsq(B, np.log(vapour["p"]), rcond=None)[0], rtol=1e-8)
    assert ("the network predicts p, its logarithm is taken exactly" in fit.method) == (target == "p")
    assert np.all(errors(fit) > 0)


@pytest.mark.parametrize("target", ["p", "log(p)"])
def test_a_law_of_the_column_fits_networks_of_either_kind(vapour: Table, target: str) -> None:
    net = ss.train(vapour, ("T",), target, hidden=(4,), rng=0)
    fit = ss.fit(net, PLAIN_LAW)
    network = net(vapour) if target == "p" else np.exp(net(vapour))

    def model(T: np.ndarray, P: float, b: float) -> np.ndarray:
        return P * np.exp(-b / T)

    expected, _ = scaled_curve_fit(model, vapour["T"], network, (float(np.exp(12)), 4000.0))
    np.testing.assert_allclose(values(fit), expected, rtol=1e-3)
    assert ("the network predicts log(p), its exponential is taken exactly" in fit.method) == (target == "log(p)")


def test_of_several_outputs_the_one_that_the_law_or_the_call_names_is_fitted() -> None:
    net = ss.Network.from_expression(["1 + 2*x", "5 - x"], ("x",), ("u", "v"))
    space = ss.EmpiricalSpace({"x": ["0", "1", "2"]}, None)
    assert [e.value for e in ss.fit(net, ss.Law("v = a + b*x", ("x",)), space).constants.values()] == [5, -1]
    assert [e.value for e in ss.fit(net, ss.Law("a + b*x", ("x",)), space, output="u").constants.values()] == [1, 2]
    for law, output in (("a + b*x", None), ("a + b*x", "w"), ("w = a + b*x", None)):
        with pytest.raises(OptionError, match="the network has outputs u, v"):
            ss.fit(net, ss.Law(law, ("x",)), space, output=output)
    with pytest.raises(LawNameError, match="the law predicts 'v' and the network 'u'"):
        ss.fit(net, ss.Law("v = a + b*x", ("x",)), space, output="u")


def test_the_covariance_of_one_of_several_outputs_is_its_own() -> None:
    rng = np.random.default_rng(3)
    x = np.linspace(0, 1, 40)
    data = {"x": x, "u": 1 + 2 * x + 0.05 * rng.normal(size=40), "v": 50 - 30 * x + rng.normal(size=40)}
    layers = [ss.Affine([[1.0], [0.5]]), ss.Activation("tanh"), ss.Affine([[1.0, 0.3], [0.2, -1.0]])]
    net = ss.refine(ss.Network(layers, ("x",), ("u", "v")), data)
    for name in ("u", "v"):
        fit = ss.fit(net, ss.Law(f"{name} = a + b*x", ("x",)))
        np.testing.assert_allclose(errors(fit), errors(fit.baseline), rtol=0.5)
        assert np.all(np.abs(values(fit) - values(fit.baseline)) < errors(fit.baseline))
        assert "noise" not in fit.summary()  # the report of training is that of the first output


# ------------------------------------------------------------------------------------------------------ what is judged
def test_an_under_trained_network_is_far_from_the_direct_fit(table: Table) -> None:
    layers = [ss.Whitening([0.05, 30.0], [0.03, 30.0]), ss.Affine([[0.5, -1.0], [0.2, 0.3]]), ss.Activation("tanh"),
              ss.Affine([[80.0, 10.0]], [250.0])]  # fmt: skip
    fit = ss.fit(ss.Network(layers, ("c", "d"), ("y",)), YIELD, data=table)
    (warning,) = (w for w in fit.warnings if "differ by" in w)
    apart = np.abs(values(fit) - values(fit.baseline)) / errors(fit.baseline)
    assert f"network and direct fit differ by {apart.max():.1f} standard errors in {'sCk'[apart.argmax()]}" in warning
    assert "under-trained, which refine(net) repairs" in warning
    assert fit.covariance is None
    assert any("an interval or a test would be bias" in w for w in fit.warnings)
    repaired = ss.fit(ss.refine(fit.prepared.source), YIELD)
    assert np.abs(values(repaired) - values(repaired.baseline)).max() < 0.1 * np.abs(values(fit) - values(fit.baseline)).max()


def test_a_wrong_law_is_rejected_and_its_errors_are_widened(net: ss.Network, found: ss.Fit) -> None:
    wrong = ss.fit(net, ss.Law("y = s + C*c + k*log(d)", variables=("c", "d")))
    assert wrong.rejected
    assert wrong.p_value < 0.01
    assert wrong.judged.birge > 1
    assert "Birge factor" in wrong.method
    assert any("the law is rejected" in w for w in wrong.warnings)
    assert not found.rejected
    assert found.p_value > 0.01


def test_the_test_of_a_true_law_rejects_about_as_often_as_it_should() -> None:
    p = []
    for seed in range(12):
        data = yields(rows=50, noise=4.0, seed=50 + seed)
        p.append(ss.fit(ss.train(data, ("c", "d"), "y", hidden=(4,), restarts=2, rng=seed), YIELD).p_value)
    assert sum(value < 0.05 for value in p) <= 3


def test_a_memorising_network_is_flagged() -> None:
    x = np.linspace(0, 1, 8)
    y = 1 + x + 0.3 * np.random.default_rng(0).normal(size=8)
    net = ss.refine(ss.train({"x": x, "y": np.sin(40 * x)}, ("x",), "y", hidden=(8,), rng=1))
    assert net.training.effective_weights > 0.7 * 8 or net.training.r2 - net.training.heldout_r2 > 0.3
    fit = ss.fit(net.with_data({"x": x, "y": y}), ss.Law("y = a + b*x", ("x",)))
    assert any("the network memorises" in w for w in fit.warnings)


def test_a_network_that_is_not_at_its_optimum_is_flagged(net: ss.Network) -> None:
    rough = ss.fit(net, YIELD).prepared.source.with_data(net.data)
    rough.training = dataclasses.replace(net.training, converged=False, distance=2.5)
    fit = ss.fit(rough, YIELD)
    assert any("constants may move by up to 2.5 standard errors; use refine(net)" in w for w in fit.warnings)


def test_corners_of_a_box_without_data_are_told() -> None:
    rng = np.random.default_rng(5)
    a = rng.uniform(-1, 1, 60)
    data = {"a": a, "b": a + 0.1 * rng.normal(size=60), "y": a}
    net = ss.train(data, ("a", "b"), "y", hidden=(2,), restarts=1)
    law = ss.Law("y = k*a + m*b", variables=("a", "b"))
    wide = ss.fit(net, law, ss.LegendreSpace({"a": (-1, 1), "b": (-1.2, 1.2)}, order=3))
    assert any("2 of 4 corners of the box hold no data" in w for w in wide.warnings)
    full = {"a": rng.uniform(-1, 1, 80), "b": rng.uniform(-1, 1, 80)}
    net = ss.train({**full, "y": full["a"]}, ("a", "b"), "y", hidden=(2,), restarts=1)
    assert not any("corners" in w for w in ss.fit(net, law, ss.LegendreSpace({"a": (-1, 1), "b": (-1, 1)}, order=3)).warnings)


def test_a_network_that_determines_too_little_is_no_test_of_the_law(table: Table) -> None:
    net = ss.train(table, ("c", "d"), "y", hidden=(), restarts=1)
    fit = ss.fit(net, YIELD)
    assert fit.p_value is None
    assert any(w.startswith("no test of the law: the network determines 3 directions") for w in fit.warnings)


def test_as_many_rows_as_constants_leave_no_error() -> None:
    fit = ss.fit({"x": [1.0, 2.0], "y": [1.0, 4.0]}, ss.Law("y = a*x + b", ("x",)))
    np.testing.assert_allclose(values(fit), [3, -2])
    assert fit.covariance is None
    assert fit.warnings == ("no standard errors: 2 rows for 2 constants leave nothing to estimate the noise from",)


# ---------------------------------------------------------------------------------------------- start, bounds, seeds
def test_bounds_hold_the_search() -> None:
    data = nonlinear_table("power")
    law = ss.Law("y = a*x**n", ("x",))
    free = ss.fit(data, law)
    np.testing.assert_allclose(values(ss.fit(data, law, bounds={"n": (0, 1), "a": (0, None)})), values(free), rtol=1e-7)


def test_bounds_are_kept_where_all_is_rational_too() -> None:
    net, law, _ = _played_rationally()
    space = ss.EmpiricalSpace(POINTS, None)
    assert ss.fit(net, law, space, bounds={"a": (0, 1)}).constants["a"].value == pytest.approx(3 / 7)
    assert ss.fit(net, law, space, bounds={"a": (1, 2)}).solved.bounded == ("a",)
    with pytest.raises(OptionError, match=r"a = .* lies outside its bounds, 1 to 2"):
        ss.fit(net, law, space, bounds={"a": (1, 2)}, scalars=ss.QQ)


def test_a_start_is_used_and_a_far_one_is_left() -> None:
    data = nonlinear_table("arrhenius")
    law = ss.Law(f"y = {NONLINEAR['arrhenius'][0]}", ("x",))
    near = ss.fit(data, law, start={"Q": 7e4})
    assert "from the start given" in near.method
    far = ss.fit(data, law, start={"Q": 1e9, "A": 1})
    np.testing.assert_allclose(values(far), values(near), rtol=1e-7)


def test_one_seed_gives_one_fit() -> None:
    data = nonlinear_table("exponent")
    law = ss.Law(f"y = {NONLINEAR['exponent'][0]}", ("x",))
    one, two = (ss.fit(data, law, rng=rng) for rng in (3, np.random.default_rng(3)))
    assert values(one).tolist() == values(two).tolist()


# ------------------------------------------------------------------------------------------------------------- errors
LINE = ss.Law("y = a + b*x", ("x",))
XY = {"x": np.linspace(1.0, 2.0, 8), "y": np.linspace(0.0, 1.0, 8)}
PLAYED_LINE = ss.Network.from_expression("1 + x", ("x",))
AT_ZERO = ss.TaylorSpace({"x": 0}, order=4)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((PLAYED_LINE, LINE), OptionError, "fit needs to know where: pass data=table .best., or a space"),
        ((PLAYED_LINE, "y = a*x"), OptionError, "law='y = a.x': expected a symseries.Law"),
        ((3, LINE), DataError, "int"),
        ((XY, LINE, AT_ZERO), OptionError, "a table over Taylor series"),
        ((XY, LINE, ss.EmpiricalSpace({"x": XY["x"] + 1}, None)), SpaceMismatchError, "8 other rows of x; make the space"),
        ((XY, LINE, ss.EmpiricalSpace({"x": [1.0, 2.0]}, None)), SpaceMismatchError, "8 other rows of x"),
        ((XY, LINE, 6), OptionError, "space=6: expected a space"),
        ((XY, ss.Law("a + b*x", ("x",))), OptionError, "no target; write it as an equation"),
        ((XY, ss.Law("y = a + b*xx", ("xx",))), LawNameError, "'xx' is no column.*columns: x, y"),
        ((XY, ss.Law("z = a + b*x", ("x",))), LawNameError, "target 'z' is no column; columns: x, y"),
        ((XY, ss.Law("log(y) = a + b*x", ("x",))), DataError, "data row 1: y = 0 has no logarithm"),
        ((PLAYED_LINE, ss.Law("a*q", ("q",)), AT_ZERO), LawNameError, "'q' is no input of the network; inputs: x"),
        ((PLAYED_LINE, ss.Law("2*x", ("x",)), AT_ZERO), IdentifiabilityError, "holds no constant to find"),
        ((PLAYED_LINE, ss.Law("k1 + k2 + C*x", ("x",)), AT_ZERO), IdentifiabilityError, "only k1 . k2 is determined"),
        ((PLAYED_LINE, ss.Law("a*b*exp(C*x)", ("x",)), AT_ZERO), IdentifiabilityError, "only a.b is determined.*known={'a'"),
        ((PLAYED_LINE, ss.Law("a + k*x**9", ("x",)), AT_ZERO), IdentifiabilityError,
         "k does not appear up to order 4, order 9 is the smallest"),
        ((PLAYED_LINE, ss.Law("a + b*c**x + d*exp(f*x)", ("x",)), ss.TaylorSpace({"x": 0}, 1)), IdentifiabilityError,
         "2 coefficients for 5 constants .a, b, c, d, f.: 2 equations for 5 unknowns"),
        (({"x": [1.0, 2.0], "y": [1.0, 2.0]}, ss.Law("y = a + b*x + c*x**2", ("x",))), IdentifiabilityError, "2 rows for 3"),
        (({"x": np.full(8, 2.0), "y": XY["y"]}, LINE), IdentifiabilityError, r"only a \+ 2\*b is determined.*by the data"),
        ((PLAYED_LINE, ss.Law("a + b/x", ("x",)), AT_ZERO), NotAnalyticError, "1/x at x = 0.*pole.*move the centre"),
        ((PLAYED_LINE, ss.Law("a + exp(b*x)/x", ("x",)), AT_ZERO), NotAnalyticError, "1/x at x = 0.*pole"),
    ],
)  # fmt: skip
def test_what_fitting_refuses(arguments: tuple[Any, ...], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        ss.fit(*arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"level": 1}, OptionError, "level=1: expected a number between 0 and 1"),
        ({"level": "0.9"}, OptionError, "level='0.9'"),
        ({"rng": "x"}, OptionError, "rng='x': expected a seed"),
        ({"rng": -1}, OptionError, "rng=-1"),
        ({"data": XY}, OptionError, "data= stands beside a network"),
        ({"output": "y"}, OptionError, "output='y': outputs are those of a network"),
        ({"start": 3}, OptionError, "start=3: expected a mapping of constants, such as {'a': 1.0}"),
        ({"start": {"aa": 1}}, LawNameError, "start: 'aa' is no constant of the law.*constants: a, n, m"),
        ({"start": {"a": "one"}}, OptionError, "start of a"),
        ({"start": {"n": 1}}, OptionError, "start: no value for m; give one for each of n, m"),
        ({"bounds": 3}, OptionError, "bounds=3: expected a mapping of constants to .lowest, highest.*'k': .0, None."),
        ({"bounds": {"q": (0, 1)}}, LawNameError, "bounds: 'q' is no constant of the law"),
        ({"bounds": {"n": 1}}, OptionError, "bounds of n: 1; expected two numbers"),
        ({"bounds": {"n": (2, 1)}}, OptionError, "bounds of n: lowest 2 is not below highest 1; give them in order"),
        ({"bounds": {"n": ("a", 1)}}, OptionError, "bounds of n"),
    ],
)
def test_what_options_refuse(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message) as caught:
        ss.fit(XY, ss.Law("y = a*x**n*exp(m*x)", ("x",)), **options)
    assert "\n" not in str(caught.value)


def test_a_search_without_an_end_says_which_constant_and_what_to_do() -> None:
    x = np.linspace(1, 2, 20)
    with pytest.raises((ConvergenceError, IdentifiabilityError)) as caught:
        ss.fit({"x": x, "y": np.zeros(20)}, ss.Law("y = exp(-b*x)", ("x",)))
    assert "b" in str(caught.value).split(":", 1)[1]
    assert "counted from 0" not in str(caught.value)


# ------------------------------------------------------------------------------------------------------- as it is shown
def test_the_summary_holds_what_a_reader_needs_within_a_hundred_columns(found: ss.Fit) -> None:
    text = str(found)
    assert text == found.summary()
    assert "\n" not in repr(found)
    for part in ("<Fit: y = ", "3 constants: ", "rejected, p = "):
        assert part in repr(found)
    assert max(map(len, text.splitlines())) <= 100
    for part in ("law  ", "source  ", "method  ", "direct fit", "95 % interval", "misfit", "test  ", "R² "):
        assert part in text
    for name, estimate in found.constants.items():
        assert f"{name} " in text
        assert str(estimate).split(" ±")[0] in text


def test_warnings_are_shown_and_wrapped_under_their_label(net: ss.Network) -> None:
    lines = ss.fit(net, YIELD, ss.TaylorSpace({"c": "0.05", "d": 10}, order=2)).summary().splitlines()
    starts = [line for line in lines if line.startswith("warning   ")]
    assert len(starts) >= 2
    assert lines[lines.index(starts[0]) + 1].startswith(" " * 10)
    assert max(map(len, lines)) <= 100


def test_units_stand_beside_the_constants() -> None:
    law = ss.Law("y = a + b*x", ("x",), units={"a": "MPa", "b": "MPa/K"})
    fit = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, law)
    assert (fit.constants["a"].unit, fit.constants["b"].unit) == ("MPa", "MPa/K")
    assert str(fit.constants["b"]) == "1.980 ± 0.042 MPa/K"
    assert "MPa/K" in fit.summary()


def test_json_says_it_all_and_is_written_whole(found: ss.Fit, tmp_path: Path) -> None:
    record = json.loads(found.to_json(tmp_path / "fit.json"))
    assert json.loads((tmp_path / "fit.json").read_text(encoding="utf-8")) == record
    assert record["format"] == "symseries.fit"
    assert [record["constants"][name]["value"] for name in found.constants] == values(found).tolist()
    assert record["covariance"] == found.covariance.tolist()
    assert record["baseline"]["constants"]["k"]["value"] == found.baseline.constants["k"].value
    assert record["method"] == found.method
    assert record["provenance"]["data"] == found.prepared.source.data.digest
    assert [path.name for path in tmp_path.iterdir()] == ["fit.json"]


def test_exact_values_are_text_in_json() -> None:
    net, law, data = _played_rationally()
    record = json.loads(ss.fit(net, law, data=data).to_json())
    assert {name: Fraction(record["constants"][name]["value"]) for name in RATIONAL} == RATIONAL


def test_a_frame_holds_numbers(found: ss.Fit) -> None:
    pytest.importorskip("pandas")
    frame = found.to_frame().set_index("constant")
    assert frame.loc["k", "value"] == found.constants["k"].value
    assert frame.loc["k", "highest"] == found.constants["k"].interval[1]


def test_the_table_of_coefficients_sets_both_sides_beside_each_other(net: ss.Network, found: ss.Fit) -> None:
    rows = found.coefficient_table().rows
    alpha = net.expand(found.prepared.space)
    assert len(rows) == 28
    for row, value, residual in zip(rows, alpha.coefficients, found.residual.coefficients, strict=True):
        assert row[2].value == pytest.approx(value - residual)
    error = np.sqrt(alpha.covariance[1, 1])
    assert float(rows[1][4].plain) == pytest.approx(found.residual.coefficients[1] / error, rel=0.01)
    # the law's own coefficient of degree 1 in c: orthonormal in the data, so without the offset
    assert "C" in rows[1][1].plain
    assert "s" not in rows[1][1].plain


def test_latex_holds_the_coefficients_of_a_space_and_not_the_rows_of_a_table(found: ss.Fit, table: Table) -> None:
    assert found.to_latex().count(r"\begin{tabular}") == 2
    direct = ss.fit(table, YIELD).to_latex(document=True)
    assert direct.count(r"\begin{tabular}") + direct.count(r"\begin{longtable}") == 1
    assert r"\frac{k}{\sqrt{d}}" in direct


def test_exact_fits_show_themselves_too() -> None:
    net, law, data = _played_rationally()
    fit = ss.fit(net, law, ss.EmpiricalSpace(POINTS, order=1), data=data)
    assert fit.residual.coefficients.tolist() == [0, 0, 0]
    assert "3/7" in fit.summary()
    assert r"\tfrac{3}{7}" in fit.to_latex()
    assert [row[1].plain for row in fit.coefficient_table().rows] == [str(e) for e in fit.prepared.beta.coefficients]


def test_a_law_not_linear_in_its_constants_has_no_coefficients_to_print_off_taylor() -> None:
    fit = ss.fit(nonlinear_table("power"), ss.Law("y = a*x**n", ("x",)))
    assert {row[1].plain for row in fit.coefficient_table().rows} == {"–"}


def test_a_fit_survives_pickling(found: ss.Fit) -> None:
    again = pickle.loads(pickle.dumps(found))
    assert values(again).tolist() == values(found).tolist()
    assert again.summary() == found.summary()


def test_notebooks_get_html_and_latex(found: ss.Fit) -> None:
    assert "<table>" in found._repr_html_()
    assert found._repr_latex_().startswith("$\\begin{aligned}")
    assert found._repr_latex_().count(r"\pm") == 3


def test_the_three_records_are_what_the_fit_holds(net: ss.Network, found: ss.Fit) -> None:
    prepared = prepare(net, YIELD, None)
    solved = solve(prepared, np.random.default_rng(0))
    assert solved.values == found.solved.values
    assert judge(prepared, solved).chi2 == found.chi2


# ---------------------------------------------------------------------------------------------------- published constants
ELEMENTS = ("Al", "Co", "Cr", "Cu", "Fe", "Mn", "V")
ALLOY_LAW = ss.Law("y = s00 + " + " + ".join(f"a_{e}*{e}" for e in ELEMENTS) + " + k/sqrt(d)", variables=(*ELEMENTS, "d"))


@pytest.fixture(scope="module")
def alloys(shared_data: Path) -> Table:
    with (shared_data / "materials" / "hall_petch_fcc_mpea.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["YS"].strip()]
    table: Table = {e: [float(row[e]) / 100 for row in rows] for e in ELEMENTS}
    return {**table, "d": [float(row["GrainSize"]) for row in rows], "y": [float(row["YS"]) for row in rows]}


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, tuple[float, float]]:
    with (shared_data / "materials" / "hall_petch_m3_coefficients.csv").open(encoding="utf-8") as file:
        rows = {row["coefficient"]: row for row in csv.DictReader(file)}
    names = {"s00": "intercept (sigma_00)", "k": "k_HP", **{f"a_{e}": f"alpha_{e}" for e in ELEMENTS}}
    return {name: (float(rows[label]["value"]), float(rows[label]["std_err"])) for name, label in names.items()}


def test_the_direct_fit_of_93_alloys_is_the_published_one(alloys: Table, published: dict[str, tuple[float, float]]) -> None:
    fit = ss.fit(alloys, ALLOY_LAW)
    assert len(fit.prepared.source.data) == 93
    assert set(fit.constants) == set(published)
    for name, (value, stderr) in published.items():
        assert fit.constants[name].value == pytest.approx(value, rel=1e-6)
        assert fit.constants[name].stderr == pytest.approx(stderr, rel=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_network_of_93_alloys_gives_the_published_constants(
    alloys: Table, published: dict[str, tuple[float, float]], seed: int
) -> None:
    fit = ss.fit(ss.train(alloys, (*ELEMENTS, "d"), "y", rng=seed), ALLOY_LAW)
    for name, (value, stderr) in published.items():
        assert abs(fit.constants[name].value - value) < stderr
        assert 0.7 * stderr < fit.constants[name].stderr < 1.3 * stderr
    assert not fit.rejected


def test_standard_errors_are_never_far_below_those_of_the_data() -> None:
    """Noise of 2 % of each value, on a linear scale: the network follows the small values far too closely."""
    rng = np.random.default_rng(105)
    T = np.linspace(300, 900, 40)
    rate = 2e9 * np.exp(-75000 / (8.314462618 * T)) * (1 + 0.02 * rng.normal(size=40))
    law = ss.Law("rate = A*exp(-E/(R*T))", variables=("T",), known={"R": "8.314462618"})
    found = ss.fit(ss.train({"T": T, "rate": rate}, ("T",), "rate", rng=0), law)
    assert any("times below the direct fit's" in w for w in found.warnings)
    for name, estimate in found.constants.items():
        assert estimate.stderr >= 0.999 * found.baseline.constants[name].stderr


def test_measurements_at_zero_are_no_obstacle_to_an_exponent() -> None:
    x = np.linspace(0, 0.2, 30)
    y = 200 + 500 * x**0.4 + np.random.default_rng(0).normal(size=30)
    found = ss.fit({"x": x, "y": y}, ss.Law("y = s + K*x**n", ("x",)))
    expected, _ = curve_fit(lambda x, s, K, n: s + K * x**n, x, y, p0=(200, 500, 0.4))
    assert [e.value for e in found.constants.values()] == pytest.approx(expected, rel=1e-5)
    assert found.constants["n"].value == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y = a*exp(b + c*x)", "only log(a) + b is determined, not a and b apart"),
        ("y = a*x/(b*c + x)", "only b*c is determined, not b and c apart"),
        ("y = s0 + kk/sqrt(D) + a*x", "only s0 + kk/sqrt(D) is determined, not s0, kk and D apart"),
    ],
)
def test_what_no_data_can_tell_apart_is_refused_before_the_search(
    text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **options: object) -> None:
        pytest.fail("a search was made")

    monkeypatch.setattr("symseries.fitting.model.solve_separable", never)
    x = np.linspace(0.1, 3, 20)
    with pytest.raises(IdentifiabilityError, match=re.escape(words)):
        ss.fit({"x": x, "y": np.exp(x)}, ss.Law(text, ("x",)))


def test_a_box_too_close_to_a_pole_is_told() -> None:
    """The estimate of the quadrature error is of the size of the true one, computed by mpmath."""
    import mpmath

    law, space = ss.Law("a/sqrt(d)", ("d",)), ss.LegendreSpace({"d": ("0.01", 100)}, order=3)
    series = law.expand(space)
    low, high = mpmath.mpf("0.01"), mpmath.mpf(100)

    def exact(k: int) -> float:
        def term(d: mpmath.mpf) -> mpmath.mpf:
            return mpmath.legendre(k, (2 * d - low - high) / (high - low)) / mpmath.sqrt(d)

        return float((2 * k + 1) * mpmath.quad(term, [low, 1, 10, high]) / (high - low))

    errors = series.at({"a": 1}).coefficients - [exact(k) for k in range(4)]
    true = np.sqrt(space.norms() @ errors**2) / np.sqrt(float(mpmath.log(high / low) / (high - low)))
    assert 0.3 < series.quadrature_error({"a": 1}) / true < 1.5
    assert law.expand(ss.LegendreSpace({"d": (1, 100)}, order=3)).quadrature_error({"a": 1}) < 1e-10
    net = ss.Network.from_expression("5/sqrt(d)", ("d",))
    assert any("quadrature error" in w for w in ss.fit(net, law, space).warnings)


def test_a_covariance_that_came_with_the_network_is_kept(net: ss.Network, table: Table) -> None:
    own = ss.Network(net.layers, net.inputs, net.outputs).with_data(table)
    own.covariance = 4 * net.covariance
    fit, plain = ss.fit(own, YIELD), ss.fit(net, YIELD)
    assert fit.prepared.source.covariance is own.covariance
    assert errors(fit) == pytest.approx(2 * errors(plain), rel=1e-6)


# ------------------------------------------------------------------------------------------------------ tests of a law
def test_the_residual_by_term_is_in_its_own_standard_deviations() -> None:
    """Over many tables of a law that holds, residuals over their standard deviations have a variance near 1 at most."""
    rng, law, scores = np.random.default_rng(0), ss.Law("y = a + b*x", ("x",)), []
    x = np.linspace(-1, 1, 60)
    for _ in range(40):
        fit = ss.fit({"x": x, "y": 1 + 2 * x + 0.1 * rng.normal(size=60)}, law, errors=0.1)
        B = np.column_stack([np.ones(60), x])
        left = np.eye(60) - B @ np.linalg.pinv(B)
        expected = fit.solved.residual / (0.1 * np.sqrt(np.diag(left)))
        rows = {int(row[0].plain[1:-1]): float(row[3].plain) for row in fit.residual_table(60).rows}
        np.testing.assert_allclose([rows[k] for k in range(60)], expected, rtol=6e-3)
        scores.append(expected)
    assert np.std(scores) == pytest.approx(1.0, abs=0.05)
    strongest = [abs(float(row[3].plain)) for row in fit.residual_table().rows]
    assert strongest == sorted(strongest, reverse=True)


def test_the_term_that_a_law_lacks_stands_first() -> None:
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, (150, 2))
    table = {"u": x[:, 0], "v": x[:, 1], "y": 1 + x[:, 0] + x[:, 1] + 0.3 * x[:, 0] * x[:, 1] + 0.02 * rng.normal(size=150)}
    fit = ss.fit(ss.train(table, ("u", "v"), "y", hidden=(5,), restarts=2), ss.Law("y = a + b*u + c*v", ("u", "v")))
    assert fit.residual_table(1).rows[0][0].plain == "(1, 1)"
    assert fit.rejected
    test = fit.f_test()
    direct = fit.baseline.solved.residual
    own = table["y"] - fit.prepared.source(table)
    g = fit.prepared.source.training.effective_weights
    expected = ((direct @ direct - own @ own) / (g - 3)) / (own @ own / (150 - g))
    assert test.statistic == pytest.approx(expected, rel=1e-8)
    assert test.p_value < 1e-6
    assert "F = " in str(fit.tests()) or "F-test" in str(fit.tests())


def test_there_is_no_f_test_without_a_network_and_it_says_why(table: Table) -> None:
    test = ss.fit(table, YIELD).f_test()
    assert test.p_value is None
    assert "needs a network with data" in test.words


# --------------------------------------------------------------------------------------------- exact values and digits
def test_a_linear_law_is_solved_exactly_from_decimal_text() -> None:
    rows = {"x": ["0.1", "0.2", "0.4", "0.7"], "y": ["1.3", "1.7", "2.9", "4.1"]}
    fit = ss.fit(rows, ss.Law("y = a + b*x + c*x**2", ("x",)), scalars=ss.QQ)
    X = sympy.Matrix([[1, v, v**2] for v in map(sympy.Rational, rows["x"])])
    expected = (X.T * X).solve(X.T * sympy.Matrix([sympy.Rational(v) for v in rows["y"]]))
    assert [e.value for e in fit.constants.values()] == list(expected)
    floats = ss.fit(rows, ss.Law("y = a + b*x + c*x**2", ("x",)))
    np.testing.assert_allclose(errors(fit), errors(floats), rtol=1e-9)
    polished = ss.fit(rows, ss.Law("y = a + b*x + c*x**2", ("x",)), polish=40)
    for estimate, exact in zip(polished.constants.values(), expected, strict=True):
        assert abs(sympy.Rational(estimate.digits) - exact) < sympy.Rational(1, 10**38) * abs(exact)
    assert "proved by interval Newton" in polished.method
    assert ss.Fit.from_json(polished.to_json()).constants == polished.constants


def test_polished_digits_make_the_gradient_vanish() -> None:
    """The gradient of the sum of squares at the digits found, by mpmath from the decimal text."""
    import mpmath

    rng = np.random.default_rng(1)
    x = [f"{v:.2f}" for v in np.linspace(0.1, 3, 12)]
    y = [f"{3 * np.exp(-0.7 * float(v)) + 0.3 * rng.normal():.3f}" for v in x]
    fit = ss.fit({"x": x, "y": y}, ss.Law("y = a*exp(-b*x)", ("x",)), polish=30)
    with mpmath.workdps(60):
        a, b = (mpmath.mpf(fit.constants[n].digits) for n in "ab")
        rows = [(mpmath.mpf(u), mpmath.mpf(v)) for u, v in zip(x, y, strict=True)]
        gradient = [
            mpmath.fsum((v - a * mpmath.exp(-b * u)) * slope(u) for u, v in rows)
            for slope in (lambda u: mpmath.exp(-b * u), lambda u: -a * u * mpmath.exp(-b * u))
        ]
    assert max(map(abs, gradient)) < 1e-27
    assert float(fit.constants["a"].digits) == fit.constants["a"].value


def test_only_rows_of_a_table_are_polished(net: ss.Network) -> None:
    with pytest.raises(OptionError, match="only a direct fit at the rows of a table has digits to gain"):
        ss.fit(net, YIELD, polish=30)
    with pytest.raises(OptionError, match="errors= are those of measurements"):
        ss.fit(net, YIELD, errors=1)


@pytest.mark.parametrize(("name", "polish"), [("Misra1a", None), ("MGH09", None), ("Rat42", None), ("Lanczos1", 20)])
def test_reference_data_through_fit(shared_data: Path, name: str, polish: int | None) -> None:
    """Sets of NIST, certified to eleven digits; `tests/bench_nist.py` runs all of them from every start."""
    record = json.loads((shared_data / "nist_strd.json").read_text())[name]
    law = ss.Law(f"y = {record['model']}", tuple(record["columns"][1:]))
    data = {column: [row[i] for row in record["data"]] for i, column in enumerate(record["columns"])}
    fit = ss.fit(data, law, start={p["name"]: float(p["start2"]) for p in record["parameters"]}, polish=polish)
    for p in record["parameters"]:
        assert fit.constants[p["name"]].value == pytest.approx(float(p["certified"]), rel=1e-10 if polish else 1e-8)
        assert fit.constants[p["name"]].stderr == pytest.approx(float(p["sd"]), rel=1e-6)


def test_constants_that_are_determined_together_are_named() -> None:
    """Far from T = 0, intercept and slope in 1/T are nearly one constant: numpy's correlation of the two columns says so."""
    T = np.linspace(600, 700, 30)
    rng = np.random.default_rng(2)
    found = ss.fit({"T": T, "y": 5 - 900 / T + 1e-3 * rng.normal(size=30)}, ss.Law("y = a - b/T", ("T",)))
    (line,) = [text for text in str(found).splitlines() if text.startswith("sloppy")]
    inverse = np.linalg.inv(np.array([[30, -(1 / T).sum()], [-(1 / T).sum(), (1 / T**2).sum()]]))
    expected = inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1])
    assert line == f"sloppy    surer together than apart, correlated by {expected:+.3f} a and b"
    assert "sloppy" not in str(ss.fit({"T": T - 650, "y": T}, ss.Law("y = a + b*T", ("T",))))


def test_a_minimum_that_hardly_any_search_found_rejects_nothing() -> None:
    """An oscillation has a minimum for every frequency; from a start that is given the law is judged as ever."""
    rng, x = np.random.default_rng(0), np.linspace(0, 1, 120)
    table, law = {"x": x, "y": 2 * np.sin(211 * x) + rng.normal(0, 0.05, 120)}, ss.Law("y = a*sin(w*x)", ("x",))
    sought = ss.fit(table, law, errors=0.01)
    assert sought.p_value is None
    assert not sought.rejected
    assert any("searches ended in the best minimum found: a better one may have been missed" in w for w in sought.warnings)
    assert ss.fit(table, law, errors=0.01, start={"w": 211}).rejected
    passing = ss.fit(table, law, errors=0.05)
    assert passing.p_value is not None
    assert not any("searches" in w for w in passing.warnings)


@pytest.mark.parametrize("order", [2, 4])
def test_a_table_over_a_box_is_met_by_the_same_least_squares(order: int) -> None:
    """What the law has beyond the order of the space falls on both sides alike: without noise the constants are exact."""
    rng = np.random.default_rng(7)
    c, d = rng.uniform(0.01, 0.1, 60), np.exp(rng.uniform(0, np.log(100), 60))
    table = {"c": c, "d": d, "sigma_y": 100 + 300 * c ** (2 / 3) + 500 / np.sqrt(d)}
    space = ss.LegendreSpace({"c": ("0.01", "0.1"), "d": (1, 100)}, order=order)
    law = ss.Law("sigma_y = s + C*c**(2/3) + k*d**n", ("c", "d"))
    found = ss.fit(table, law, space, ties={"n": "-1/2"})
    assert [float(found.constants[name].value) for name in ("s", "C", "k")] == pytest.approx([100, 300, 500], rel=1e-8)
    assert not found.rejected
    truth = {"s": 100, "C": 300, "k": 500}
    for back in (pickle.loads(pickle.dumps(found)), ss.Fit.from_json(found.to_json())):
        assert back.constants == found.constants
        series = [fit.prepared.beta.at(truth).coefficients for fit in (back, found)]
        assert series[0] == pytest.approx(series[1], rel=1e-12)
    free = ss.fit(table, law, space)
    assert float(free.constants["n"].value) == pytest.approx(-0.5, rel=1e-6)


def test_a_value_beyond_the_range_of_floats_is_named() -> None:
    table = {"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.0, 3.5, 4.0]}
    with pytest.raises(IdentifiabilityError, match=r"what stands beside b is 4e-320 at most.*take another unit"):
        ss.fit(table, ss.Law("y = a + b*x*1e-320", ("x",)))


@pytest.mark.parametrize(("noise", "uneven"), [("relative", True), ("equal", False)])
def test_errors_that_grow_with_the_target_leave_no_interval_and_no_test(noise: str, uneven: bool) -> None:
    """Over decades, a network trained as if all rows were equally sure would reject a law that holds."""
    rng, T = np.random.default_rng(102), np.linspace(300 if uneven else 430, 800, 40)
    exact = 1e13 * np.exp(-80000 / (8.314 * T))
    k = exact * np.exp(rng.normal(0, 0.05, 40)) if noise == "relative" else exact + rng.uniform(-0.5, 0.5, 40) * exact[0]
    law = ss.Law("k = A*exp(-E/(R*T))", ("T",), known={"R": 8.314})
    found = ss.fit(ss.train({"T": T, "k": k}, inputs="T", target="k", rng=1), law)
    assert any("its errors grow with it" in warning for warning in found.warnings) == uneven
    assert (found.p_value is None) == uneven
    assert (found.constants["E"].stderr is None) == uneven
