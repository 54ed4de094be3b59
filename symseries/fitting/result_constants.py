"""The constants that a fit found: a mapping that shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symseries.display import TextTable, name_cell, text_cell
from symseries.displayed import Record, Shown, texts
from symseries.fitting.estimate import Estimate, estimate_from, estimate_record, interval_cell
from symseries.fitting.views import estimates_table, value_cell


class Constants(Shown, dict[str, Estimate]):
    """Name → `Estimate`, in the order of the law: a dictionary that prints as a table, with intervals of one `level`.

    It equals any dictionary of the same estimates.

    >>> print(Constants({"k": Estimate(45.0512, 0.1234, (44.81, 45.29), "kJ/mol")}, 0.95))
    constant         value  95 % interval  unit
    ─────────────────────────────────────────────
    k         45.05 ± 0.12  44.81 … 45.29  kJ/mol
    """

    kind = "symseries.constants"
    title = "Constants of the law"

    def __init__(
        self,
        estimates: Mapping[str, Estimate],
        level: float,
        warnings: tuple[str, ...] = (),
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(estimates)
        self.level, self.warnings, self.provenance = level, warnings, dict(provenance or {})

    def table(self) -> TextTable:
        """Return value with standard error, interval, unit and note of each constant, those that there are."""
        marks = [name for name in ("unit", "note") if any(getattr(estimate, name) for estimate in self.values())]
        heads = ("constant", "value", f"{100 * self.level:g} % interval", *marks)
        rows = tuple(
            (
                name_cell(name),
                value_cell(e),
                interval_cell(e.interval),
                *(text_cell(getattr(e, mark) or "") for mark in marks),
            )
            for name, e in self.items()
        )
        return TextTable(tuple(map(text_cell, heads)), rows)

    def framed(self) -> TextTable:
        """Return value, standard error and limits, a number a cell."""
        return estimates_table(self)

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {"level": self.level, "estimates": {name: estimate_record(estimate) for name, estimate in self.items()}}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Constants:
        """Return the constants that `to_dict` wrote."""
        found = {str(name): estimate_from(one) for name, one in record["estimates"].items()}
        return cls(found, float(record["level"]), texts(record, "warnings"), record["provenance"])

    __eq__ = dict.__eq__
    __hash__ = None  # type: ignore[assignment]  # as of any dictionary
    __repr__ = dict.__repr__
