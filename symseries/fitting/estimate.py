"""A recovered constant, and how it is shown in a table and in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symseries.display import (
    Cell,
    escape_html,
    escape_latex,
    latex_number,
    latex_uncertain,
    number,
    refuse_path,
    uncertain,
    uncertain_cell,
)
from symseries.displayed import reading
from symseries.fitting import storage
from symseries.fitting.units import factor
from symseries.parsing import parse_expression, to_text

_SHORT = 24  # characters of an algebraic number that is shown as it is


@dataclass(frozen=True)
class Estimate:
    """A recovered constant: its value, standard error, confidence interval and unit; None where not known.

    The value is a float, or an exact SymPy rational where all that it comes from is rational. `note` says where a constant was
    held or tied to others; `digits` holds the decimal text of a value that was polished beyond what a float holds.

    >>> print(Estimate(45.0512, 0.1234, (44.81, 45.29), "kJ/mol"))
    45.05 ± 0.12 kJ/mol
    """

    value: Any
    stderr: float | None = None
    interval: tuple[float, float] | None = None
    unit: str | None = None
    note: str = ""
    digits: str = ""

    def __str__(self) -> str:
        return uncertain(self.value, self.stderr) + (f" {self.unit}" if self.unit else "")

    def to_latex(self) -> str:
        """Return value, standard error and unit as LaTeX mathematics, without dollar signs."""
        unit = rf"\,\text{{{escape_latex(self.unit)}}}" if self.unit else ""
        return latex_uncertain(self.value, self.stderr) + unit

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def _repr_html_(self) -> str:
        return f"<span>{escape_html(str(self))}</span>"

    def to_json(self) -> str:
        """Return the constant as JSON text; `from_json` reads it back."""
        return json.dumps(estimate_record(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Estimate:
        """Return the constant that `to_json` wrote; `DataError` for another text."""
        refuse_path(text, "constant")
        with reading("constant"):
            return estimate_from(json.loads(text))

    def to(self, unit: str) -> Estimate:
        """Return the same constant in another unit, by pint.

        Raises `OptionError` where it has none, where the units are of different kinds, or pint is missing.
        """
        times = factor(self.unit, unit, "the constant")
        interval = None if self.interval is None else (self.interval[0] * times, self.interval[1] * times)
        stderr = None if self.stderr is None else self.stderr * times
        return Estimate(float(self.value) * times, stderr, interval, unit, self.note)


def shortened(value: Any, stderr: float | None) -> sympy.Expr:
    """Return a constant with the digits that its standard error leaves, two of them uncertain; six where none is known."""
    if isinstance(value, sympy.Rational) or _is_short(value):
        return value
    size = abs(float(value))
    digits = 6 if not stderr or not size else int(np.clip(np.floor(np.log10(size)) - np.floor(np.log10(stderr)) + 2, 2, 15))
    return sympy.Float(float(value), digits)


def value_cell(estimate: Estimate) -> Cell:
    """Return a constant with its standard error as a cell; an algebraic number that is short as it is."""
    if _is_short(estimate.value):
        return Cell(to_text(estimate.value), f"${sympy.latex(estimate.value)}$", align="right")
    return uncertain_cell(estimate.value, estimate.stderr)


def _is_short(value: Any) -> bool:
    """Whether a value is an algebraic number, not a fraction, that is no longer than a decimal would be."""
    return isinstance(value, sympy.Expr) and not value.is_Rational and len(to_text(value)) <= _SHORT


def interval_cell(interval: tuple[float, float] | None) -> Cell:
    """Return an interval as a cell."""
    if interval is None:
        return Cell("–", align="right")
    low, high = interval
    size, width = max(abs(low), abs(high)), high - low
    # a narrow interval needs more digits for its ends to differ
    digits = int(np.clip(np.ceil(np.log10(size / width)) + 3, 5, 17)) if 0 < width < np.inf and np.isfinite(size) else 5
    texts = f"{number(low, digits)} … {number(high, digits)}"
    return Cell(texts, f"${latex_number(low, digits)} \\ldots {latex_number(high, digits)}$", align="right")


def difference_cell(value: Any, other: Estimate) -> Cell:
    """Return the distance of a value from an estimate in standard errors of the latter."""
    if not other.stderr:
        return Cell("–", align="right")
    difference = (float(value) - float(other.value)) / other.stderr
    text = f"{difference:+.2f}".replace("-0.00", "+0.00") if abs(difference) < 1000 else "beyond 1000"
    return Cell(f"{text} se", f"${text}\\,\\mathrm{{se}}$", align="right")


def estimate_record(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as JSON knows it."""
    exact = isinstance(estimate.value, sympy.Expr)
    interval = None if estimate.interval is None else [storage.real(bound) for bound in estimate.interval]
    record = {"value": to_text(estimate.value) if exact else estimate.value, "stderr": storage.real(estimate.stderr)}
    record |= {"interval": interval, "unit": None if estimate.unit is None else str(estimate.unit)}
    return record | {key: text for key, text in (("note", estimate.note), ("digits", estimate.digits)) if text}


def estimate_from(record: Mapping[str, Any]) -> Estimate:
    """Return the estimate that `estimate_record` wrote."""
    value, stderr = record["value"], record["stderr"]
    interval = None if record["interval"] is None else tuple(float(bound) for bound in record["interval"])
    if interval is not None and len(interval) != 2:
        raise ValueError(f"interval of {len(interval)} limits")
    exact = parse_expression(value, "value") if isinstance(value, str) else float(value)
    if not isinstance(exact, float) and exact.free_symbols:
        raise ValueError(f"value {value[:40]} is no number")
    texts = {key: str(record.get(key, "")) for key in ("note", "digits")}
    return Estimate(exact, None if stderr is None else float(stderr), interval, record["unit"], **texts)
