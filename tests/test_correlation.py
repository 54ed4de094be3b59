"""Worked cases in Fourier space: two-point correlation functions and a periodic law, at 1 % noise."""

from __future__ import annotations

import numpy as np
import pytest

import symseries as ss

ACCURACY = 0.01
LAGS = np.linspace(0, 12, 121)
EXPONENTIAL = ss.Law("y = S*exp(-r/xi)", variables=("r",))
DAMPED = ss.Law("y = S*exp(-r/xi)*cos(q*r)", variables=("r",))
PERIODIC = ss.Law("y = m + A*sin(2*pi*x/L + phi)", variables=("x",))


def measured(law: ss.Law, x: np.ndarray, seed: int, **constants: float) -> dict[str, np.ndarray]:
    """Return a table of a law at points, with Gaussian noise of 1 % of its standard deviation."""
    clean = law(x[:, None], **constants)
    (name,) = law.variables
    return {name: x, "y": clean + 0.01 * clean.std() * np.random.default_rng(seed).normal(size=len(x))}


def waves(name: str, length: float, count: int) -> ss.Network:
    """Return a network of sines with 1, 2, ... half periods on a length: a start from which `refine` finds any period on it."""
    frequencies = np.pi * np.arange(1, count + 1) / length
    first, last = ss.Affine(frequencies[:, None], np.zeros(count)), ss.Affine(np.full((1, count), 0.1), [0.0])
    return ss.Network([first, ss.Activation("sin"), last], inputs=(name,))


def worst(found: ss.Fit, truth: dict[str, float]) -> float:
    """Return the largest relative error of constants, up to their sign."""
    return max(abs(abs(float(found.constants[name].value)) / value - 1) for name, value in truth.items())


@pytest.mark.parametrize("extension", ["even", "ramp"])
def test_an_exponential_correlation_gives_its_length(extension: str) -> None:
    truth = {"S": 0.21, "xi": 3.0}
    net = ss.train(measured(EXPONENTIAL, LAGS, 0, **truth), inputs=("r",), target="y", rng=0, restarts=2)
    found = ss.fit(net, EXPONENTIAL, ss.FourierSpace({"r": (0, 12)}, 8, extension))
    assert worst(found, truth) < ACCURACY


def test_a_damped_oscillation_gives_its_length_and_its_wavenumber() -> None:
    truth = {"S": 0.21, "xi": 4.0, "q": 2.1}
    net = ss.refine(waves("r", 12, 8), measured(DAMPED, LAGS, 0, **truth))
    found = ss.fit(net, DAMPED, ss.FourierSpace({"r": (0, 12)}, 12))
    assert worst(found, truth) < ACCURACY


def test_a_periodic_law_gives_its_period_and_its_amplitude() -> None:
    """Written as A sin(u + phi) = a sin(u) + b cos(u), only the period is searched for; the domain holds it four times."""
    table = measured(PERIODIC, np.linspace(0, 10, 200), 1, m=2.0, A=1.5, L=2.5, phi=0.7)
    law = ss.Law("y = m + a*sin(2*pi*x/L) + b*cos(2*pi*x/L)", variables=("x",))
    found = ss.fit(ss.refine(waves("x", 10, 8), table), law, ss.FourierSpace({"x": (0, 10)}, 8, "periodic"))
    assert worst(found, {"L": 2.5, "m": 2.0}) < ACCURACY
    assert np.hypot(*(float(found.constants[name].value) for name in "ab")) == pytest.approx(1.5, rel=ACCURACY)


def test_a_phase_within_bounds_is_found_too() -> None:
    """On a domain that is no whole number of periods, in the cosines of its even extension."""
    truth = {"A": 1.5, "L": 3.1, "phi": 0.7}
    net = ss.refine(waves("x", 10, 8), measured(PERIODIC, np.linspace(0, 10, 200), 1, m=2.0, **truth))
    bounds = {"L": (2, 5), "phi": (-1.5, 1.5)}
    found = ss.fit(net, PERIODIC, ss.FourierSpace({"x": (0, 10)}, 10), bounds=bounds)
    assert worst(found, truth) < ACCURACY


def test_of_a_periodic_law_one_frequency_is_left() -> None:
    """Over whole periods its Fourier series is one pair of coefficients, whose size and phase are those of the law."""
    table = measured(PERIODIC, np.linspace(0, 10, 200), 2, m=2.0, phi=0.7, A=1.5, L=2.5)
    series = ss.refine(waves("x", 10, 8), table).expand(ss.FourierSpace({"x": (0, 10)}, 6, "periodic"))
    sine, cosine = series.coefficient((7,)), series.coefficient((8,))
    assert np.hypot(sine, cosine) == pytest.approx(1.5, rel=ACCURACY)
    assert np.arctan2(cosine, sine) == pytest.approx(0.7, abs=ACCURACY)
    assert series.coefficient((0,)) == pytest.approx(2.0, rel=ACCURACY)
    others = [abs(c) for k, c in enumerate(series.coefficients) if k not in {0, 7, 8}]
    assert max(others) < 0.02


def test_the_coefficients_of_an_exponential_are_those_of_the_law() -> None:
    """S exp(-r/xi) on [0, R] has cosine coefficients 2 (S/R) xi (1 - (-1)**k exp(-R/xi)) / (1 + (pi k xi/R)**2)."""
    S, xi, R, k = 0.21, 3.0, 12.0, np.arange(9)
    closed = 2 * S / R * xi * (1 - (-1.0) ** k * np.exp(-R / xi)) / (1 + (np.pi * k * xi / R) ** 2)
    closed[0] /= 2
    law = EXPONENTIAL.expand(ss.FourierSpace({"r": (0, 12)}, 8)).at({"S": S, "xi": xi})
    assert law.coefficients == pytest.approx(closed, abs=1e-12)
    net = ss.train(measured(EXPONENTIAL, LAGS, 0, S=S, xi=xi), inputs=("r",), target="y", rng=0, restarts=2)
    assert net.expand(law.space).coefficients == pytest.approx(closed, abs=0.01 * S)
