"""Distance certificates: no law of the form is nearer than the bound, and the verdict keeps to what the noise allows."""

from __future__ import annotations

import functools
import importlib
import math
import pickle
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb

import symseries as ss
from symseries.convergence import enclosing_boxes, proved_ridges
from symseries.convergence.distance import Distance, distance
from symseries.convergence.proved import proved_series
from symseries.errors import DataError, IdentifiabilityError, LawNameError, NotAnalyticError, OptionError, ResourceLimitError
from symseries.scalars import ARB

proved = importlib.import_module("symseries.convergence.proved")
room = importlib.import_module("symseries.convergence.distance")  # the package has the function under that name

BOX = {"c": (0.01, 0.1), "d": (1, 100)}
TRUE = ss.Law("y = s + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
WRONG = ss.Law("y = s + C*c**(2/3) + k*log(d)", variables=("c", "d"))


def network(rng: np.random.Generator, inputs: tuple[str, ...], activation: str = "tanh", hidden: int = 6) -> ss.Network:
    w = len(inputs)
    return ss.Network(
        [
            ss.Affine(1.5 * rng.normal(size=(hidden, w)) / math.sqrt(w), 0.3 * rng.normal(size=hidden)),
            ss.Activation(activation),
            ss.Affine(rng.normal(size=(1, hidden)) / math.sqrt(hidden)),
        ],
        inputs,
    )


def brute(net: ss.Network, law: ss.Law, box: dict[str, tuple[float, float]], points: int = 60) -> float:
    """Return the distance by least squares at the nodes of a Gauss rule, the law evaluated there."""
    u, weights = np.polynomial.legendre.leggauss(points)
    axes = [(low + high) / 2 + (high - low) / 2 * u for low, high in box.values()]
    X = np.stack([a.ravel() for a in np.meshgrid(*axes, indexing="ij")], axis=1)
    root = np.sqrt(functools.reduce(np.multiply.outer, [weights / 2] * len(box)).ravel())
    zeros = dict.fromkeys(law.constants, 0.0)
    columns = dict(zip(box, X.T, strict=True))
    inputs = {name: columns[name] for name in law.variables}
    offset = law(inputs, **zeros)
    terms = np.stack([law(inputs, **zeros | {name: 1.0}) - offset for name in law.constants], axis=1)
    found = np.linalg.lstsq(terms * root[:, None], (net(X) - offset) * root, rcond=None)[0]
    return float(np.linalg.norm((net(X) - offset - terms @ found) * root))


CASES = [
    ("tanh", "a + b*x + c*x**2", {"x": (-1.0, 1.0)}), ("sigmoid", "a + b/sqrt(x)", {"x": (1.0, 4.0)}),
    ("softplus", "1 + b*exp(-x)", {"x": (0.0, 3.0)}), ("tanh", "a + b*x*y + c*sqrt(y)", {"x": (-1.0, 1.0), "y": (1.0, 2.0)}),
    ("sigmoid", "a*x/(1 + x*y)", {"x": (0.0, 1.0), "y": (0.0, 1.0)}),
    ("sin", "a + b*x + 2*y", {"x": (0.0, 1.0), "y": (-1.0, 1.0)}),
]  # fmt: skip


@pytest.mark.parametrize(("activation", "text", "box"), CASES)
def test_no_law_is_nearer_than_the_bound(activation: str, text: str, box: dict[str, tuple[float, float]]) -> None:
    names = tuple(box)
    law = ss.Law(text, variables=names)
    for seed in (0,) if len(names) > 1 else (0, 1):
        net = network(np.random.default_rng(seed), names, activation)
        found = distance(net, law, box)
        truth = brute(net, law, box)
        assert 0 < found.bound <= truth * (1 + 1e-9)
        assert found.bound > 0.9 * truth  # the order is high enough that little is lost
        assert found.estimate == pytest.approx(truth, rel=1e-6)


def test_the_bound_grows_with_the_order_and_holds_at_any() -> None:
    net = network(np.random.default_rng(3), ("x",), hidden=8)
    law, box = ss.Law("a + b*x", variables=("x",)), {"x": (-1.0, 1.0)}
    bounds = [distance(net, law, box, order=k).bound for k in (1, 2, 4, 8)]
    assert bounds == sorted(bounds)
    assert bounds[0] < 1e-12  # a line is all that order 1 holds
    assert bounds[-1] <= brute(net, law, box) * (1 + 1e-9)


def test_a_planted_unsound_bound_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    good = room._length
    monkeypatch.setattr(room, "_length", lambda values: good(values) * 1.2)
    with pytest.raises(AssertionError):
        test_no_law_is_nearer_than_the_bound(*CASES[0])


def test_no_bound_without_the_doubt_about_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that is a law of the form is at distance 0, however roughly its coefficients are known."""
    net = ss.Network.from_expression("2 + 3*exp(x)", inputs=("x",))
    law, box = ss.Law("a + b*exp(x)", variables=("x",)), {"x": (-1, 1)}
    monkeypatch.setattr(room, "_ERROR", 1e-3)
    rough = distance(net, law, box)
    assert rough.bound == 0.0
    assert "no distance from the laws of this form is proved" in rough.verdict
    assert rough.remainder > 1e-6
    monkeypatch.setattr(enclosing_boxes, "_tail", lambda certificate, degree, variables: arb(0))
    assert distance(net, law, box).bound > 0  # without the remainder something false would be proved


@pytest.mark.parametrize("kind", ["legendre", "chebyshev"])
def test_proved_coefficients_hold_those_of_quadrature(kind: str) -> None:
    net = ss.Network.from_expression("tanh(2*x + 1)", inputs=("x",))
    space = (ss.LegendreSpace if kind == "legendre" else ss.ChebyshevSpace)({"x": (-1, 1)}, order=6)

    def integrand(t: mpmath.mpf, n: int) -> mpmath.mpf:
        if kind == "legendre":
            return mpmath.tanh(2 * t + 1) * mpmath.legendre(n, t) * (2 * n + 1) / 2
        return mpmath.tanh(2 * mpmath.cos(t) + 1) * mpmath.cos(n * t) * (2 if n else 1) / mpmath.pi

    places = [-1, -0.5, 0, 1] if kind == "legendre" else [0, 2, mpmath.pi]
    for error in (1e-4, 1e-12):
        found = proved_series(net, space, error=error).coefficients
        with mpmath.workdps(40):
            for n, ball in list(enumerate(found))[::3]:
                value = mpmath.quad(lambda t, n=n: integrand(t, n), places)
                assert value in ball
                assert ball.rad < 100 * error


def test_proved_coefficients_of_polynomials_and_of_a_logarithmic_scale() -> None:
    square = ss.Network.from_expression("x**2 - x/3", inputs=("x",))
    found = proved_series(square, ss.LegendreSpace({"x": (-1, 1)}, order=3)).coefficients
    assert [float(c.rad) < 1e-35 for c in found] == [True] * 4
    assert [round(float(c), 15) for c in found] == [round(v, 15) for v in (1 / 3, -1 / 3, 2 / 3, 0.0)]
    space = ss.LegendreSpace({"x": (1, 100)}, order=4, scale="log")
    law = ss.Law("k/sqrt(x)", variables=("x",))
    balls = proved_series(law, space, constants={"k": 3})
    assert balls.equals(law.expand(space, scalars=ARB(128)).at({"k": 3})) is None  # they overlap


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "exp", "sin"])
def test_neurons_alone_and_a_polyellipse_prove_the_same(activation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(np.random.default_rng(1), ("x", "y"), activation, hidden=3)
    space = ss.LegendreSpace({"x": (-1, 1), "y": (0, 1)}, order=4)
    alone = proved_series(net, space)
    monkeypatch.setattr(proved, "ridges_beyond", lambda *_: None)
    together = proved_series(net, space)
    assert alone.equals(together) is None  # all balls overlap
    assert max(float(c.rad) for c in alone.coefficients) < 1e-11
    assert max(float(c.rad) for c in together.coefficients) < 1e-8


def test_what_a_neuron_leaves_out_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(np.random.default_rng(1), ("x",), hidden=3)
    space = ss.LegendreSpace({"x": (-1, 1)}, order=2)
    fine = proved_series(net, space)
    assert proved_series(net, space, error=1e-1).equals(fine) is None
    monkeypatch.setattr(proved_ridges, "_tail", lambda neuron, certificate, degree: arb(0))
    assert proved_series(net, space, error=1e-1).equals(fine) is False


def test_logarithms_of_inputs_on_a_logarithmic_scale_are_one_hidden_layer() -> None:
    net = trained(0, 0.01)
    found = proved_series(net, SPACE)
    rounded = net.expand(SPACE).coefficients
    assert max(abs(float(a.mid) - b) for a, b in zip(found.coefficients, rounded, strict=True)) < 1e-7 * np.abs(rounded).max()
    assert max(float(c.rad) for c in found.coefficients) < 1e-9 * np.abs(rounded).max()


def test_four_inputs() -> None:
    names = tuple("xyzu")
    net = network(np.random.default_rng(0), names, hidden=4)
    law = ss.Law("a + b*x*y + c*sqrt(2 + z)", variables=("x", "y", "z"))
    found = distance(net, law, dict.fromkeys(names, (-0.5, 0.5)), order=3)
    assert 0.5 * found.estimate < found.bound <= found.estimate * (1 + 1e-9)
    assert brute(net, law, dict.fromkeys(names, (-0.5, 0.5)), points=8) >= found.bound


@functools.cache
def trained(seed: int, noise: float) -> ss.Network:
    rng = np.random.default_rng(seed)
    table = {"c": rng.uniform(0.01, 0.1, 150), "d": np.exp(rng.uniform(0, math.log(100), 150))}
    y = TRUE(table, s=100, C=300, k=500)
    return ss.train({**table, "y": y + noise * y.std() * rng.normal(size=150)}, inputs=("c", "d"), target="y", rng=seed)


SPACE = ss.LegendreSpace(BOX, order=6, scale={"d": "log"})


@functools.cache
def certificate(seed: int, law: str) -> Distance:
    return distance(trained(seed, 0.01), {"true": TRUE, "wrong": WRONG}[law], SPACE)


@pytest.mark.parametrize("seed", range(2))
def test_noise_is_no_verdict_on_a_true_law(seed: int) -> None:
    found = certificate(seed, "true")
    assert found.bound > 1e-4 * found.sd  # it is certainly not zero
    assert found.speaks_about_the_law is False
    assert "says nothing about the law" in found.verdict


@pytest.mark.parametrize("seed", range(2))
def test_a_wrong_law_is_far_beyond_the_noise(seed: int) -> None:
    found = certificate(seed, "wrong")
    assert found.bound > 10 * found.uncertainty
    assert found.speaks_about_the_law is True
    assert "speaks against the law" in found.verdict


def test_without_covariance_nothing_is_said_about_the_law() -> None:
    bare = ss.Network(trained(0, 0.01).layers, ("c", "d"))
    found = distance(bare, WRONG, SPACE)
    assert (found.speaks_about_the_law, found.uncertainty) == (None, None)
    assert "is not known" in found.verdict


def test_training_in_question_is_said() -> None:
    import dataclasses

    net = trained(0, 0.01).with_data(trained(0, 0.01).data)
    net.training = dataclasses.replace(net.training, distance=1e3)
    found = distance(net, WRONG, SPACE)
    assert found.speaks_about_the_law is None
    assert "under-trained" in found.warnings[0]


def test_the_uncertainty_is_the_quantile_of_simulated_noise() -> None:
    net = trained(0, 0.01)
    found = certificate(0, "true")
    alpha, lengths = net.expand(SPACE), np.sqrt(SPACE.norms())
    terms = TRUE.expand(SPACE).jacobian({"s": 1, "C": 1, "k": 1}) * lengths[:, None]
    beside = np.eye(len(lengths)) - terms @ np.linalg.pinv(terms)
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(alpha.covariance + 1e-12 * np.eye(len(lengths)))
    draws = np.linalg.norm(beside @ (lengths[:, None] * (root @ rng.normal(size=(len(lengths), 20_000)))), axis=0)
    expected = math.hypot(room._SAFETY * np.quantile(draws, 0.95), 1e-3 * found.sd)
    assert found.uncertainty == pytest.approx(expected, rel=0.05)


def test_logarithms_are_taken_exactly() -> None:
    positive = ss.Network.from_expression("exp(2 - x + x**2/5)", inputs=("x",), outputs=("p",))
    law = ss.Law("log(p) = a + b*x", variables=("x",))
    found = distance(positive, law, {"x": (-1, 1)})
    assert found.bound == pytest.approx(math.sqrt(4 / 45) / 5, rel=1e-6)
    logarithmic = ss.Network.from_expression("2 - x", inputs=("x",), outputs=("log(p)",))
    assert distance(logarithmic, ss.Law("p = a*exp(-x)", variables=("x",)), {"x": (-1, 1)}).bound == 0.0


def test_a_law_without_constants_and_an_offset() -> None:
    net = ss.Network.from_expression("x**2 + 5", inputs=("x",))
    found = distance(net, ss.Law("x**2 + 2", variables=("x",)), {"x": (0, 1)})
    assert found.bound == pytest.approx(3, rel=1e-12)
    assert found.constants == {}


def test_a_term_that_is_infinite_at_an_end() -> None:
    found = distance(ss.Network.from_expression("x**2", inputs=("x",)), ss.Law("C/sqrt(x)", variables=("x",)), {"x": (0, 1)})
    # 1/sqrt(x) is in no L2, so that C = 0 is nearest; its coefficients are finite, and come nearer
    assert 0 < found.bound < math.sqrt(1 / 5)


def test_inputs_that_the_law_does_not_describe() -> None:
    net = ss.Network.from_expression("x + y", inputs=("x", "y"))
    found = distance(net, ss.Law("a + b*x", variables=("x",)), {"x": (-1, 1), "y": (-1, 1)})
    assert found.bound == pytest.approx(1 / math.sqrt(3), rel=1e-9)


@pytest.mark.parametrize(("make", "error", "words"), [
    (lambda net: distance(net, ss.Law("a*exp(-b*x)", variables=("x",)), {"x": (0, 1)}), OptionError, "not linear in b.*known"),
    (lambda net: distance(net, ss.Law("a + b*x + e*x", variables=("x",)), {"x": (0, 1)}), IdentifiabilityError, "a, b, e"),
    (lambda net: distance(net, ss.Law("a + b*x**2", variables=("x",)), {"x": (0, 1)}, order=0), IdentifiabilityError, "order"),
    (lambda net: distance("net", ss.Law("a + x", variables=("x",)), {"x": (0, 1)}), OptionError, "str received"),
    (lambda net: distance(net, "a + x", {"x": (0, 1)}), OptionError, "expected a symseries.Law"),
    (lambda net: distance(net, ss.Law("a + x", variables=("x",)), 3), OptionError, "LegendreSpace, or a domain"),
    (lambda net: distance(net, ss.Law("a + x", variables=("x",)), {"x": (0, 1)}, level=95), OptionError, "probability"),
    (lambda net: distance(net, ss.Law("a + x", variables=("x",)), {"x": (0, 1)}, output="q"), LawNameError, "output 'q'"),
    (lambda net: distance(net, ss.Law("a/(x - 1/2)", variables=("x",)), {"x": (0, 1)}), NotAnalyticError, "singularity"),
])  # fmt: skip
def test_refusals(make: Any, error: type[Exception], words: str) -> None:
    net = network(np.random.default_rng(0), ("x",))
    with pytest.raises(error, match=words):
        make(net)


def test_kinks_and_many_inputs_are_refused() -> None:
    law = ss.Law("a + b*x", variables=("x",))
    with pytest.raises(OptionError, match="no rigorous bound for relu"):
        distance(network(np.random.default_rng(0), ("x",), "relu"), law, {"x": (0, 1)})
    names = tuple("xyzuvw")
    with pytest.raises(ResourceLimitError, match="the limit is 5"):
        distance(network(np.random.default_rng(0), names), law, dict.fromkeys(names, (0, 1)), order=1)
    with pytest.raises(OptionError, match="LegendreSpace or a ChebyshevSpace"):
        proved_series(network(np.random.default_rng(0), ("x",)), ss.TaylorSpace({"x": 0}, order=2))


def test_what_it_shows_and_how_it_is_stored(tmp_path: Any) -> None:
    found = certificate(0, "wrong")
    text = str(found)
    assert found.verdict in text
    assert found.proved in text
    assert "45 Legendre" not in found.proved  # 28 of them to order 6
    assert repr(found).startswith("<Distance: at least ")
    assert found.to_latex(document=True).startswith(r"\documentclass")
    assert "<table>" in found._repr_html_()
    again = Distance.from_json(found.to_json(tmp_path / "distance.json"))
    assert again == found
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(DataError, match=r"no certificate|another format"):
        Distance.from_json('{"format": "other", "version": 1}')


def test_a_domain_beyond_the_data_is_told() -> None:
    wide = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 200)}, order=4, scale={"d": "log"})
    found = distance(trained(0, 0.01), WRONG, wide)
    assert [warning for warning in found.warnings if "domain of d reaches beyond the data" in warning]
    assert not certificate(0, "wrong").warnings
