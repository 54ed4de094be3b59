"""How series converge: random networks to order 20, Chebyshev decay against Bernstein, proved bounds at many points."""

from __future__ import annotations

import itertools
import statistics
from typing import Any

import numpy as np
import pytest
from cases import TWELVE
from test_enclosures import errors as errors_in_balls
from test_enclosures import network_in_balls, points_of, polydisc_radius, random_network
from test_radius import measured_decay

import symseries as ss
from symseries.convergence import enclosing_regions
from symseries.convergence.figures import errors

SQUARE = {"x": (-1, 1), "y": (-1, 1)}


def test_random_networks_are_known_to_five_digits_at_order_20() -> None:
    """(2, [8]) tanh, weights N(0, 1/fan-in), biases N(0, 0.3²), total degree 20."""
    rng, points = np.random.default_rng(0), np.random.default_rng(1).uniform(-1, 1, size=(2000, 2))
    found = []
    for _ in range(10):
        net = random_network(rng, (2, 8, 1), "tanh")
        by_order = errors(net, net.expand(ss.ChebyshevSpace(SQUARE, order=20)), points)
        found.append(by_order[20])
        assert by_order[20] < 1e-2 * by_order[8]
    assert statistics.median(found) < 1e-5


def test_the_error_by_order_is_that_of_the_truncated_series() -> None:
    net = random_network(np.random.default_rng(2), (2, 8, 1), "tanh")
    points = np.random.default_rng(3).uniform(-1, 1, size=(500, 2))
    spaces: list[Any] = [ss.ChebyshevSpace(SQUARE, 5), ss.LegendreSpace(SQUARE, 4, index_set="tensor")]
    spaces += [
        ss.TaylorSpace({"x": "0.1", "y": 0}, 5),
        ss.FourierSpace(SQUARE, 3, "periodic"),
        ss.FourierSpace(SQUARE, 4, "ramp"),
    ]
    for space in spaces:
        series = net.expand(space)
        for order, error in enumerate(errors(net, series, points)):
            cut = series.truncate(order)(points)
            assert error == pytest.approx(np.sqrt(np.mean((cut - net(points)) ** 2)) / net(points).std(), rel=1e-9)


@pytest.mark.parametrize(("name", "held"), [("creep_log", "s"), ("planckosc", "w"), ("planckosc", "T"), ("coulomb", "q1")])
def test_decay_along_slices_of_trained_networks_is_bernsteins(name: str, held: str) -> None:
    """Networks of several inputs, trained on noisy data, one input left free."""
    case = TWELVE[name]
    table = case.table(np.random.default_rng(4), 150, 0.01)
    net = ss.train(table, tuple(case.law.variables), case.target, rng=4, restarts=1)
    free, *others = (each for each in net.inputs if each != held)
    piece = net.slice({held: float(np.median(table[held]))} | {each: float(np.median(table[each])) for each in others})
    low, high = float(table[free].min()), float(table[free].max())
    predicted = ss.radius(piece, {free: (low + high) / 2}).bernstein({free: (low, high)})
    assert predicted is not None
    assert measured_decay(piece, low, high) == pytest.approx(predicted[free], rel=0.1)


# -------------------------------------------------------------------------------------------------------- proved bounds
WIDTHS = ((2, 8, 1), (3, 6, 1), (2, 5, 5, 1))
ACTIVATIONS = ("tanh", "sigmoid", "softplus")
Box = dict[str, tuple[float, float]]


def enclosed() -> list[tuple[ss.Network, ss.Series, Box]]:
    """Return 20 random networks of two and three inputs: Taylor series inside 0.8 of the radius, Chebyshev on a whole box."""
    rng, found = np.random.default_rng(5), []
    kinds = itertools.cycle(itertools.product(WIDTHS, ACTIVATIONS))
    for k, (widths, name) in enumerate(itertools.islice(kinds, 20)):
        net = random_network(rng, widths, name)
        share = rng.uniform(0.3, 0.8) * (0.6 if len(widths) > 3 else 1)  # two hidden layers reach less far than the first
        reach = round(share * polydisc_radius(net, name), 3) if k % 2 else 1.0
        box = dict.fromkeys(net.inputs, (-reach, reach))
        space = ss.TaylorSpace(dict.fromkeys(net.inputs, 0), 6) if k % 2 else ss.ChebyshevSpace(box, 5)
        found.append((net, net.expand(space), box))
    return found


def largest_error(net: ss.Network, series: ss.Series, points: np.ndarray) -> float:
    """Return the largest error at the points, computed in balls and rounded up."""
    return float(max(error.upper() for error in errors_in_balls(network_in_balls(net), series, points)))


def worst_points(net: ss.Network, series: ss.Series, box: Box, rng: np.random.Generator) -> np.ndarray:
    """Return the corners, and those of 10**4 random points where the error in floating point is largest."""
    points = points_of(rng, box, 10_000)
    sizes = abs(net(points) - series(points))
    corners = 2 ** len(box)
    return np.vstack([points[np.argsort(sizes)[-200:]], points[-corners:]])


def ratio(net: ss.Network, series: ss.Series, box: Box) -> float:
    """Return bound / largest error."""
    points = worst_points(net, series, box, np.random.default_rng(6))
    return ss.enclose(net, series, box).bound / largest_error(net, series, points)


def test_no_error_exceeds_its_bound() -> None:
    """A part of what `make bench` computes in balls at every point."""
    ratios = [ratio(*each) for each in enclosed()[::5]]
    assert min(ratios) >= 1
    assert statistics.median(ratios) <= 2.5


def test_a_bound_that_is_too_small_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    original = enclosing_regions.up
    monkeypatch.setattr("symseries.convergence.enclosures.up", lambda ball: original(ball) / 1.5)
    assert ratio(*enclosed()[0]) < 1
