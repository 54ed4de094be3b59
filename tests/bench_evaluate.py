"""Benchmark of values: series of one variable against numpy.polynomial in one run, with gradients, on 100 000 points."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev, legendre, polynomial

import symseries as ss

POINTS = np.random.default_rng(0).uniform(-1, 1, (100_000, 1))
KINDS: dict[str, tuple[Any, Callable[..., Any], Callable[..., Any]]] = {
    "legendre": (lambda order: ss.LegendreSpace({"x": (-1, 1)}, order), legendre.legval, legendre.legder),
    "chebyshev": (lambda order: ss.ChebyshevSpace({"x": (-1, 1)}, order), chebyshev.chebval, chebyshev.chebder),
    "taylor": (lambda order: ss.TaylorSpace({"x": 0}, order), polynomial.polyval, polynomial.polyder),
}
MARGIN = 1.15  # of what a shared machine measures


def seconds(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 15) -> tuple[float, float]:
    """Return the least CPU times of both, taken in turns."""
    best = [np.inf, np.inf]
    for _ in range(rounds):
        for place, work in enumerate((ours, theirs)):
            start = time.process_time()
            work()
            best[place] = min(best[place], time.process_time() - start)
    return best[0], best[1]


@pytest.mark.parametrize("order", [6, 20, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_values_and_gradients_are_no_slower_than_those_of_numpy(kind: str, order: int) -> None:
    make, value, slope = KINDS[kind]
    coefficients = np.random.default_rng(order).normal(size=order + 1)
    series, x = ss.Series(make(order), coefficients), POINTS[:, 0]
    assert series(POINTS) == pytest.approx(value(x, coefficients), rel=1e-9, abs=1e-9)
    found = {
        "values": seconds(lambda: series(POINTS), lambda: value(x, coefficients)),
        "gradients": seconds(lambda: series.gradient(POINTS), lambda: value(x, slope(coefficients))),
    }
    for name, (ours, theirs) in found.items():
        print(
            f"{kind:10} order {order:2} {name:9} {1e4 * ours:6.1f} ns a point, numpy {1e4 * theirs:6.1f}, {ours / theirs:.2f}"
        )
    assert found["values"][0] < MARGIN * found["values"][1]
