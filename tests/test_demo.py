"""The worked example: its numbers against tables and the truth, and that the text tells what the fits found."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

import symseries as ss
from symseries.cli import main
from symseries.demo import GAS_CONSTANT, TRUTH, demo_table, local_enthalpy, report, vapour_pressure


@pytest.fixture(scope="module")
def shown() -> tuple[str, dict[str, ss.Fit], float]:
    begun = time.perf_counter()
    text, fits = report()
    return text, fits, time.perf_counter() - begun


def test_it_takes_less_than_twenty_seconds(shown: tuple[str, dict[str, ss.Fit], float]) -> None:
    assert shown[2] < 20


def test_the_enthalpy_lies_between_those_of_the_steam_tables(shown: tuple[str, dict[str, ss.Fit], float]) -> None:
    # 45.05 kJ/mol at 0 °C and 40.65 kJ/mol at 100 °C
    estimate = shown[1]["vapour_pressure"].constants["L"]
    assert 40_650 < estimate.value < 45_050
    assert estimate.unit == "J/mol"
    assert shown[1]["vapour_pressure"].rejected  # the enthalpy is not constant, which the network notices


def test_the_enthalpy_is_that_of_a_straight_line_through_the_logarithms(shown: tuple[str, dict[str, ss.Fit], float]) -> None:
    table = demo_table("water_vapour_pressure")
    slope, offset = np.polyfit(1 / (float(GAS_CONSTANT) * table["T"]), np.log(table["p"]), 1)
    fit = shown[1]["vapour_pressure"]
    assert fit.baseline.constants["L"].value == pytest.approx(-slope, rel=1e-8)
    assert fit.baseline.constants["a"].value == pytest.approx(offset, rel=1e-8)
    assert fit.constants["L"].value == pytest.approx(-slope, rel=1e-3)


def test_slopes_at_both_ends_follow_the_data_as_a_quadratic_does() -> None:
    net, _ = vapour_pressure()
    table = demo_table("water_vapour_pressure")
    quadratic = np.polynomial.Polynomial.fit(1 / table["T"], np.log(table["p"]), 3).deriv()
    for kelvin, expected in ((273.15, 45.0), (373.15, 41.3)):
        found = local_enthalpy(net, kelvin)
        assert found == pytest.approx(expected, abs=0.15)
        assert found == pytest.approx(-float(GAS_CONSTANT) * quadratic(1 / kelvin) / 1000, abs=0.1)


def test_the_true_constants_lie_within_three_standard_errors(shown: tuple[str, dict[str, ss.Fit], float]) -> None:
    fit = shown[1]["yield_strength"]
    assert set(fit.constants) == set(TRUTH)
    for name, truth in TRUTH.items():
        estimate = fit.constants[name]
        assert abs(estimate.value - truth) < 3 * estimate.stderr
        assert estimate.stderr < 0.02 * truth
    assert not fit.rejected
    assert fit.warnings == ()


def test_the_text_holds_the_numbers_of_the_fits(shown: tuple[str, dict[str, ss.Fit], float]) -> None:
    text, fits, _ = shown
    for fit in fits.values():
        assert fit.summary() in text
    estimate = fits["vapour_pressure"].constants["L"]
    assert f"L = {estimate.value / 1000:.2f} ± {estimate.stderr / 1000:.2f} kJ/mol" in text
    assert max(map(len, text.splitlines())) <= 104


def test_tables_come_with_the_package() -> None:
    assert demo_table("water_vapour_pressure").names[:2] == ("T", "p")
    assert len(demo_table("yield_strength_synthetic")) == 120


def test_the_command_shows_it_and_writes_where_it_is_told(
    shown: tuple[str, dict[str, ss.Fit], float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--output", str(tmp_path)]) == 0
    assert shown[0] in capsys.readouterr().out
    names = ["vapour_pressure.json", "vapour_pressure.tex", "yield_strength.json", "yield_strength.tex"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    record = json.loads((tmp_path / "yield_strength.json").read_text(encoding="utf-8"))
    assert record["constants"]["k"]["value"] == pytest.approx(shown[1]["yield_strength"].constants["k"].value)
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    for path in tmp_path.glob("*.tex"):
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=60, check=False)
        assert done.returncode == 0, done.stdout[-1500:]


def test_a_folder_that_is_missing_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--output", str(tmp_path / "none")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "no such folder; make it first" in err
    assert len(err.splitlines()) == 1
