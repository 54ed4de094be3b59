"""The worked example: constants of two laws from networks trained on tables that come with the package."""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np

from symseries.display import TextTable, name_cell, number, text_cell, uncertain_cell
from symseries.fitting import Fit, fit
from symseries.laws import Law
from symseries.network import Network
from symseries.spaces import TaylorSpace
from symseries.tables import Table, read_table
from symseries.training import train

GAS_CONSTANT = "8.31446261815324"  # J/(mol K), exact in the SI of 2019

# Enthalpy of vaporisation of water in kJ/mol at 0 °C and 100 °C (steam tables).
TABULATED = {273.15: 45.05, 373.15: 40.65}
TRUTH = {"sigma_f": 100.0, "C": 300.0, "k": 500.0}


def demo_table(name: str) -> Table:
    """Return a table that comes with the package: "water_vapour_pressure" or "yield_strength_synthetic".

    >>> len(demo_table("water_vapour_pressure"))
    21
    """
    with as_file(files("symseries") / "data" / f"{name}.csv") as path:
        return read_table(path)


def vapour_pressure(rng: int = 0) -> tuple[Network, Fit]:
    """Return network and fit of log(p) = a - L/(R*T) on the measured vapour pressure of water."""
    net = train(demo_table("water_vapour_pressure"), inputs=("T",), target="log(p)", rng=rng)
    known, units = {"R": GAS_CONSTANT}, {"L": "J/mol"}
    return net, fit(net, Law("log(p) = a - L/(R*T)", variables=("T",), known=known, units=units))


def yield_strength(rng: int = 0) -> tuple[Network, Fit]:
    """Return network and fit of the yield strength law on the synthetic table, whose constants are known."""
    net = train(demo_table("yield_strength_synthetic"), inputs=("c", "d"), target="sigma_y", rng=rng)
    units = {"sigma_f": "MPa", "C": "MPa", "k": "MPa µm^½"}
    return net, fit(net, Law("sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"), units=units))


def local_enthalpy(net: Network, temperature: float) -> float:
    """Return R T**2 d(ln p)/dT in kJ/mol at one temperature in K, from the network's own Taylor series there."""
    slope = net.expand(TaylorSpace({"T": temperature}, order=1)).coefficient((1,))
    return float(GAS_CONSTANT) * temperature**2 * float(slope) / 1000


def report() -> tuple[str, dict[str, Fit]]:
    """Return the text of the whole example, and its fits by name."""
    water, steam = vapour_pressure()
    _, strength = yield_strength()
    parts = [
        _title("1. Measured: the vapour pressure of water from 0 to 100 °C"),
        steam.summary(),
        _enthalpies(water, steam),
        _title("2. Synthetic, so that the truth is known: yield strength of an alloy, 1 % noise"),
        strength.summary(),
        _truth(strength),
    ]
    return "\n\n".join(parts), {"vapour_pressure": steam, "yield_strength": strength}


def _title(text: str) -> str:
    return f"{text}\n{'═' * len(text)}"


def _enthalpies(net: Network, found: Fit) -> str:
    """Compare the constant that the law assumes with the table, and show where the law fails."""
    estimate = found.constants["L"]
    rows = [
        (text_cell(f"{kelvin - 273.15:g} °C"), text_cell(f"{local_enthalpy(net, kelvin):.2f}"), text_cell(f"{tabulated:.2f}"))
        for kelvin, tabulated in TABULATED.items()
    ]
    headers = tuple(map(text_cell, ("at", "network, R T² d(ln p)/dT", "tabulated")))
    bend = found.coefficient_table().rows[2][-1].plain
    assert estimate.stderr is not None  # noqa: S101 - a trained network has them
    mean = uncertain_cell(estimate.value / 1000, estimate.stderr / 1000).plain
    said = (
        f"L = {mean} kJ/mol lies between the tabulated enthalpies of vaporisation: a mean over the range.",
        f"It is not constant: the coefficient of order 2 is {number(abs(float(bend)), 3)} standard errors away from the law's,",
        "and the network's own slope follows the table (in kJ/mol; vapour near 100 °C is not quite an ideal",
        "gas, hence the last difference):",
    )
    return "\n".join([*said, "", TextTable(headers, tuple(rows)).to_text()])


def _truth(found: Fit) -> str:
    rows = []
    for name, estimate in found.constants.items():
        error = (float(estimate.value) - TRUTH[name]) / float(np.float64(estimate.stderr))
        rows.append(
            (
                name_cell(name),
                uncertain_cell(estimate.value, estimate.stderr),
                text_cell(f"{TRUTH[name]:g}"),
                text_cell(f"{error:+.2f}"),
            )
        )
    headers = tuple(map(text_cell, ("constant", "network", "truth", "error in standard errors")))
    return TextTable(headers, tuple(rows)).to_text()
