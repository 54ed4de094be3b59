"""Series against the order, Taylor beside Chebyshev and Legendre, and proved bounds against errors; `make bench` prints tables.

`BENCH_FIGURES=folder make bench` keeps the figure there.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from cases import TWELVE, Case
from test_convergence import Box, enclosed, largest_error
from test_enclosures import points_of as random_points

import symseries as ss
from symseries.convergence.figures import errors, plot_errors

ORDER = 20
SHOWN = (2, 4, 8, 12, 16, 20)
SPACES = ("Taylor", "Legendre", "Chebyshev")


def trained(case: Case, seed: int, activation: str = "tanh") -> ss.Network:
    """Return a network trained on 200 rows with 1 % noise."""
    table = case.table(np.random.default_rng(seed), 200, 0.01)
    return ss.train(table, tuple(case.law.variables), case.target, activation=activation, rng=seed, restarts=2)


def points_of(net: ss.Network, count: int) -> dict[str, np.ndarray]:
    """Return points spread over the box of the data, in the logarithm of the inputs that the network takes so."""
    rng, points = np.random.default_rng(1), {}
    for name in net.inputs:
        low, high = net.data[name].min(), net.data[name].max()
        u = rng.uniform(size=count)
        points[name] = low * (high / low) ** u if name in net.training.logarithms else low + (high - low) * u
    return points


def series_of(net: ss.Network) -> dict[str, ss.Series]:
    """Return the series of a network about the mean of its data, and over their box."""
    net.covariance = None  # of the coefficients, not needed here and large
    box = {name: (float(net.data[name].min()), float(net.data[name].max())) for name in net.inputs}
    scale = dict.fromkeys(net.training.logarithms, "log")
    mean = {name: float(net.data[name].mean()) for name in net.inputs}
    spaces = (
        ss.TaylorSpace(mean, ORDER),
        ss.LegendreSpace(box, ORDER, scale=scale),
        ss.ChebyshevSpace(box, ORDER, scale=scale),
    )
    return {name: net.expand(space) for name, space in zip(SPACES, spaces, strict=True)}


def ratio_per_order(found: np.ndarray) -> tuple[float, float]:
    """Return by which factor the error falls with each order, and how straight its logarithm is (R²), above rounding."""
    orders = np.flatnonzero(found > 1e-12 * found.max())[1:]
    logs = np.log(found[orders])
    slope, height = np.polyfit(orders, logs, 1)
    return float(np.exp(-slope)), float(1 - np.var(logs - slope * orders - height) / np.var(logs))


@pytest.fixture(scope="module")
def networks() -> dict[str, ss.Network]:
    return {name: trained(case, seed) for seed, (name, case) in enumerate(TWELVE.items())}


def test_orthogonal_series_fall_geometrically_where_taylor_stalls(networks: Mapping[str, ss.Network], tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    made = Figure(figsize=(13, 9), layout="constrained")
    stalled = 0
    print(f"\n{'error / sd at order':24}" + "".join(f"{k:10}" for k in SHOWN) + "   falls per order by   R²")
    for (name, net), ax in zip(networks.items(), made.subplots(3, 4).flat, strict=True):
        points, series = points_of(net, 2000), series_of(net)
        plot_errors(net, series, points, ax).set_title(name)
        found = {kind: errors(net, each, points) for kind, each in series.items()}
        for kind, each in found.items():
            shown = "".join(f"{each[k]:10.1e}" for k in SHOWN)
            print(f"{name:12}{kind:12}{shown}" + "{:21.2f} {:6.2f}".format(*ratio_per_order(each)))
        stalled += ratio_per_order(found["Taylor"])[0] < 1.1
        for kind in SPACES[1:]:
            ratio, straight = ratio_per_order(found[kind])
            assert ratio > 1.2
            assert straight > 0.9
            assert found[kind][ORDER] < 1e-3 * found["Taylor"][ORDER]
    folder = Path(os.environ.get("BENCH_FIGURES") or tmp_path)
    made.savefig(folder / "convergence.png", dpi=110)
    print(f"Taylor stalls or diverges on {stalled} of {len(networks)}; figure: {folder / 'convergence.png'}")
    assert stalled >= 8


TRAINED = (
    ("yield", "tanh"),
    ("planckosc", "sigmoid"),
    ("creep_log", "softplus"),
    ("coulomb", "sigmoid"),
    ("coulomb", "softplus"),
)


def trained_series(seed: int, name: str, activation: str) -> tuple[ss.Network, ss.Series, Box]:
    """Return a trained network with a Legendre series over the box of its data."""
    net = trained(TWELVE[name], seed, activation)
    net.covariance = None
    box = {each: (round(float(net.data[each].min()), 3), round(float(net.data[each].max()), 3)) for each in net.inputs}
    return net, net.expand(ss.LegendreSpace(box, 6, scale=dict.fromkeys(net.training.logarithms, "log"))), box


def test_no_error_of_25_networks_exceeds_its_bound() -> None:
    """20 random and 5 trained networks, 10**4 random points and all corners each, errors computed in balls."""
    rng, ratios = np.random.default_rng(7), []
    made = [*enclosed(), *(trained_series(seed, *each) for seed, each in enumerate(TRAINED))]
    print(f"\n{'network':44} {'space':10} {'bound':>9} {'largest error':>14} {'ratio':>6}")
    for net, series, box in made:
        bound = ss.enclose(net, series, box).bound
        error = largest_error(net, series, random_points(rng, box, 10_000))
        ratios.append(bound / error)
        layers = [getattr(layer, "name", "") for layer in net.layers]
        what = f"{len(net.inputs)} inputs, {' '.join(filter(None, layers))}{', trained' if net.training else ''}"
        print(f"{what:44} {series.space.kind:10} {bound:9.2e} {error:14.2e} {bound / error:6.2f}")
    print(f"{'median of bound/error':80} {statistics.median(ratios):6.2f}")
    assert min(ratios) >= 1
    assert statistics.median(ratios) <= 2.5
