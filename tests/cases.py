"""Synthetic laws with known constants, on which recovery is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import symseries as ss

Draw = Callable[[np.random.Generator, int], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Case:
    """A law, its true constants, and how its inputs are drawn; `log` says that the target is measured in its logarithm."""

    text: str
    truth: dict[str, float]
    draw: Draw
    known: dict[str, Any] = field(default_factory=dict)
    target: str = "y"

    @property
    def law(self) -> ss.Law:
        variables = tuple(self.draw(np.random.default_rng(0), 2))
        return ss.Law(f"{self.target} = {self.text}", variables=variables, known=self.known)

    def table(self, rng: np.random.Generator, rows: int, noise: float) -> dict[str, np.ndarray]:
        """Draw a table; the noise is Gaussian, its standard deviation a share of that of the clean target."""
        inputs = self.draw(rng, rows)
        clean = self.law(inputs, **self.truth)
        return {**inputs, self.target: clean + noise * clean.std() * rng.normal(size=rows)}


def _log_uniform(rng: np.random.Generator, low: float, high: float, rows: int) -> np.ndarray:
    return np.exp(rng.uniform(np.log(low), np.log(high), rows))


CASES = {
    "yield_logd": Case(
        "sigma_f + C*c**(2/3) + k/sqrt(d)",
        {"sigma_f": 100.0, "C": 300.0, "k": 500.0},
        lambda rng, n: {"c": rng.uniform(0.01, 0.1, n), "d": _log_uniform(rng, 1, 100, n)},
    ),
    "arrh_log": Case(
        "lnA - Q/(R*T)",
        {"lnA": float(np.log(1e6)), "Q": 80000.0},
        lambda rng, n: {"T": rng.uniform(600, 1200, n)},
        {"R": "8.314462618"},
    ),
    "langmuir": Case("q*K*p/(1 + K*p)", {"q": 2.0, "K": 0.5}, lambda rng, n: {"p": _log_uniform(rng, 0.1, 20, n)}),
    "creep_log": Case(
        "lnA + n*log(s) - Q/(R*T)",
        {"lnA": -2.0, "n": 5.0, "Q": 250000.0},
        lambda rng, n: {"s": _log_uniform(rng, 20, 200, n), "T": rng.uniform(800, 1200, n)},
        {"R": "8.314462618"},
    ),
}


def worst_error(found: ss.Fit, truth: dict[str, float]) -> float:
    """Return the largest relative error of the constants."""
    return max(abs(float(found.constants[name].value) - value) / abs(value) for name, value in truth.items())


def yields(rows: int = 60, noise: float = 2.0, seed: int = 4) -> dict[str, np.ndarray]:
    """Return a table of the yield law with constants 100, 300 and 500 and noise of a given standard deviation."""
    rng = np.random.default_rng(seed)
    c, d = rng.uniform(0.01, 0.1, rows), np.exp(rng.uniform(0, np.log(100), rows))
    return {"c": c, "d": d, "y": 100 + 300 * c ** (2 / 3) + 500 / np.sqrt(d) + noise * rng.normal(size=rows)}
