"""What a fitted law predicts at points, with the band that the uncertainty of its constants leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries import plotting
from symseries.display import TextTable, name_cell, number_cell, text_cell, uncertain_cell
from symseries.displayed import Record, Shown, texts
from symseries.errors import DataError, OptionError, listing
from symseries.fitting.estimate import interval_cell
from symseries.fitting.profiles import reach_of
from symseries.fitting.units import without_quantities
from symseries.laws import values_at
from symseries.scalars import F64, Array
from symseries.tables import input_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from symseries.fitting.result import Fit

_ROWS = 20  # of a table that is printed


@dataclass(frozen=True, repr=False, eq=False)
class Predictions(Shown):
    """Predictions of a law: `points` (n, w) of `inputs`, `values` (n,) of `target`, `stderr` (n,) and `interval` (n, 2).

    The band covers the law, not a new measurement, whose own noise comes on top of it; `stderr` and `interval` are None where
    the constants have no standard errors.

    >>> import symseries as ss
    >>> found = ss.fit({"x": [0, 1, 2, 3], "y": [1.0, 3.1, 4.9, 7.0]}, ss.Law("y = a + b*x", variables=("x",)))
    >>> print(found.predict({"x": [1.5, 5]}))
    y by the law, 95 % confidence band
    <BLANKLINE>
      x               y     95 % interval
    ─────────────────────────────────────
    1.5   4.000 ± 0.047  3.7959 … 4.2041
    5    10.93  ± 0.16   10.259 … 11.601
    """

    inputs: tuple[str, ...]
    points: Array
    target: str
    values: Array
    stderr: Array | None
    interval: Array | None
    level: float
    unit: str | None = None
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.predictions"
    title = "Predictions of the law"

    def sentences(self) -> tuple[str, ...]:
        """Return what is predicted, with its unit, and what the band is."""
        band = "no confidence band" if self.stderr is None else f"{100 * self.level:g} % confidence band"
        return (f"{self.target}{f' in {self.unit}' if self.unit else ''} by the law, {band}",)

    def table(self) -> TextTable:
        """Return a row for each point, the first 20 of them."""
        rows = tuple(map(self._row, range(min(len(self.values), _ROWS))))
        heads = (*map(name_cell, self.inputs), name_cell(self.target), text_cell(f"{100 * self.level:g} % interval"))
        more = len(self.values) - len(rows)
        return TextTable(heads, rows, notes=(f"and {more} more rows, in to_frame()",) if more else ())

    def _row(self, k: int) -> tuple[Any, ...]:
        error = None if self.stderr is None else float(self.stderr[k])
        band = None if self.interval is None else (float(self.interval[k, 0]), float(self.interval[k, 1]))
        return (*map(number_cell, self.points[k].tolist()), uncertain_cell(float(self.values[k]), error), interval_cell(band))

    def framed(self) -> TextTable:
        """Return inputs, value, stderr and limits, a number a cell."""
        absent = np.full(len(self.values), None)
        band = self.interval if self.interval is not None else np.stack([absent, absent], axis=1)
        error = absent if self.stderr is None else self.stderr
        heads = (*self.inputs, self.target, "stderr", "lowest", "highest")
        columns = zip(self.points.tolist(), self.values.tolist(), error.tolist(), band.tolist(), strict=True)
        rows = tuple(tuple(number_cell(n, 17) for n in (*at, value, error, *ends)) for at, value, error, ends in columns)
        return TextTable(tuple(map(text_cell, heads)), rows)

    def plot(self, ax: Axes | None = None, *, variable: str | None = None) -> Axes:
        """Draw the predictions with their band against a variable, the first one where none is named; return the axes."""
        ax = plotting.shown() if ax is None else ax
        if variable is not None and variable not in self.inputs:
            raise OptionError(f"variable={variable!r}; expected one of {listing(self.inputs)}")
        place = 0 if variable is None else self.inputs.index(variable)
        order = np.argsort(self.points[:, place], kind="stable")
        along = self.points[order, place]
        if self.interval is not None:
            errors = np.abs(self.interval[order].T - self.values[order])
            ax.errorbar(along, self.values[order], errors, fmt="o", color=plotting.LAW, markersize=3, capsize=2)
        else:
            ax.plot(along, self.values[order], "o", color=plotting.LAW, markersize=3)
        ax.set_xlabel(self.inputs[place])
        ax.set_ylabel(f"{self.target} / {self.unit}" if self.unit else self.target)
        return ax

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "inputs": list(self.inputs), "points": self.points.tolist(), "target": self.target, "values": self.values.tolist(),
            "stderr": None if self.stderr is None else self.stderr.tolist(),
            "interval": None if self.interval is None else self.interval.tolist(), "level": self.level, "unit": self.unit,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Predictions:
        """Return the predictions that `to_dict` wrote."""
        inputs, size = texts(record, "inputs"), len(record["values"])
        return cls(
            inputs=inputs,
            points=_read(record["points"], (size, len(inputs))),
            target=str(record["target"]),
            values=_read(record["values"], (size,)),
            stderr=None if record["stderr"] is None else _read(record["stderr"], (size,)),
            interval=None if record["interval"] is None else _read(record["interval"], (size, 2)),
            level=float(record["level"]),
            unit=None if record["unit"] is None else str(record["unit"]),
            warnings=texts(record, "warnings"),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<Predictions: {self.target} at {len(self.values)} points of {', '.join(self.inputs)}>"


def _read(record: object, shape: tuple[int, ...]) -> Array:
    array = np.array(record, dtype=float)
    if array.shape != shape:
        raise DataError(f"predictions: an array of shape {array.shape}, expected {shape}; write it anew with to_json")
    return array


def predict(fit: Fit, points: object, level: float) -> Predictions:
    """Return the predictions of a fitted law: stderr = sqrt(g' Cov g) with g = df/dC, the band Student's t times it."""
    law = fit.prepared.law
    at = _points(fit, points)
    formulas = (law.formula, *law.slopes(law.constants))
    found = values_at(formulas, at, law.variables, _constants(fit), F64)
    values, slopes, covariance = found[:, 0], found[:, 1:], fit.covariance
    stderr = interval = None
    if covariance is not None:
        stderr = np.sqrt(np.maximum(np.einsum("ni,ij,nj->n", slopes, covariance, slopes), 0.0))
        reach = reach_of(level, fit.judged.freedom) * stderr
        interval = np.stack([values - reach, values + reach], axis=1)
    target = law.target or "y"
    logarithm = law.transform is not None
    unit = None if logarithm or law.target is None else law.units.get(law.target)
    name = f"log({target})" if logarithm else target
    return Predictions(law.variables, at, name, values, stderr, interval, level, unit, fit.warnings, fit.provenance)


def values(fit: Fit, points: object) -> Array:
    """Return the values (n,) of a fitted law at points."""
    law = fit.prepared.law
    return values_at((law.formula,), _points(fit, points), law.variables, _constants(fit), F64)[:, 0]


def _constants(fit: Fit) -> dict[str, float]:
    return {name: float(value) for name, value in zip(fit.prepared.law.constants, fit.solved.values, strict=True)}


def _points(fit: Fit, points: object) -> Array:
    """Return points (n, w) in the units of the law; single numbers of a mapping are stretched to the other columns."""
    plain, _ = without_quantities(points, fit.prepared.law)
    return np.asarray(F64.array(input_matrix(plain, fit.prepared.law.variables)))
