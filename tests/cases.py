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

# The other eight on which convergence is measured: what is hard about them is the recovery, or the number of variables.
TWELVE = CASES | {
    "yield": Case(
        "sigma_f + C*c**(2/3) + k/sqrt(d)",
        {"sigma_f": 100.0, "C": 300.0, "k": 500.0},
        lambda rng, n: {"c": rng.uniform(0.01, 0.1, n), "d": rng.uniform(1, 100, n)},
    ),
    "yield_exp": Case(
        "sigma_f + C*c**m + k*d**(-n)",
        {"sigma_f": 100.0, "C": 300.0, "m": 2 / 3, "k": 500.0, "n": 0.5},
        lambda rng, n: {"c": rng.uniform(0.01, 0.1, n), "d": _log_uniform(rng, 1, 100, n)},
    ),
    "arrh_lin": Case(
        "A*exp(-Q/(R*T))",
        {"A": 1e6, "Q": 80000.0},
        lambda rng, n: {"T": rng.uniform(600, 1200, n)},
        {"R": "8.314462618"},
    ),
    "creep_lin": Case(
        "A*s**n*exp(-Q/(R*T))",
        {"A": float(np.exp(-2)), "n": 5.0, "Q": 250000.0},
        lambda rng, n: {"s": _log_uniform(rng, 20, 200, n), "T": rng.uniform(800, 1200, n)},
        {"R": "8.314462618"},
    ),
    # the next three are equations of Feynman's Lectures: I.12.2, I.10.7 and III.4.33
    "coulomb": Case(
        "K*q1*q2*r**p",
        {"K": 1.0, "p": -2.0},
        lambda rng, n: {name: rng.uniform(1, 5, n) for name in ("q1", "q2", "r")},
    ),
    "relmass": Case("m0/sqrt(1 - v**2/c**2)", {"m0": 2.0, "c": 3.0}, lambda rng, n: {"v": rng.uniform(0.3, 2.7, n)}),
    "planckosc": Case(
        "h*w/(exp(h*w/(k*T)) - 1)",
        {"h": 1.0, "k": 1.0},
        lambda rng, n: {"w": rng.uniform(1, 5, n), "T": rng.uniform(1, 5, n)},
    ),
    # Johnson and Cook's law with their constants of 4340 steel: strain, strain rate, homologous temperature
    "jc": Case(
        "(A + B*e**n)*(1 + C*log(r))*(1 - h**m)",
        {"A": 792.0, "B": 510.0, "n": 0.26, "C": 0.014, "m": 1.03},
        lambda rng, n: {"e": rng.uniform(0.01, 0.5, n), "r": _log_uniform(rng, 1, 1e4, n), "h": rng.uniform(0.1, 0.9, n)},
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
