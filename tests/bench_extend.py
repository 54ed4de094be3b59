"""Extension of laws, and inputs that a law ignores, over many data sets; SETS and NUISANCE_SETS say how many."""

from __future__ import annotations

import os

import numpy as np
import pytest
from test_extend import SCENARIOS, law_of
from test_nuisance import LAW, copula

import symseries as ss
from symseries.comparison import Extension, extend, nuisance

SETS = int(os.environ.get("SETS", "40"))
NUISANCE_SETS = int(os.environ.get("NUISANCE_SETS", "20"))
ROUTES = ("network", "table")


def extended(route: str, name: str, seed: int) -> Extension:
    """Return the extension of a scenario's law on fresh data, n = 200 with 1 % noise."""
    case, text, _ = SCENARIOS[name]
    table = case.table(np.random.default_rng([seed, 200, 7]), 200, 0.01)
    source = ss.train(table, case.law.variables, "y", rng=seed) if route == "network" else table
    return extend(source, law_of(case, text))


@pytest.mark.parametrize("route", ROUTES)
def test_the_truth_is_admissible_and_picked(route: str) -> None:
    print(f"\n{route:24} {'admissible':>11} {'first':>6} {'fewest':>7} {'all':>5}  of {SETS}")
    for name, (_, _, truth) in SCENARIOS.items():
        found = [extended(route, name, seed) for seed in range(SETS)]
        sets = [[set(entry.terms) for entry in one.admissible] for one in found]
        held, first = sum(truth in one for one in sets), sum(one[:1] == [truth] for one in sets)
        fewest = np.median([len(one.fewest) for one in found])
        print(f"{name:24} {held:11} {first:6} {fewest:7.0f} {np.median([len(one) for one in sets]):5.0f}")
        assert held >= 0.9 * SETS
        assert first >= 0.8 * SETS


@pytest.mark.parametrize("rho", [0.6, 0.9])
def test_ignored_inputs_do_not_spoil_the_constants(rho: float) -> None:
    errors: dict[str, list[tuple[float, float]]] = {}
    for seed in range(NUISANCE_SETS):
        found = nuisance(ss.train(copula(seed, rho), ("c", "d", "w1", "w2"), "y", rng=seed), LAW)
        for way in found.ways:
            pair = (abs(way.constants[n].value - v) / v for n, v in (("C", 300.0), ("k", 500.0)))
            errors.setdefault(way.name, []).append(tuple(pair))
    print(f"\nrho = {rho:<18} {'median error of C':>18} {'of k':>8}  over {NUISANCE_SETS}")
    median = {name: np.median(values, axis=0) for name, values in errors.items()}
    for name, (first, second) in median.items():
        print(f"{name:24} {first:18.4f} {second:8.4f}")
    assert median["law alone, direct"][0] >= 8 * median["network + polynomial"][0]
