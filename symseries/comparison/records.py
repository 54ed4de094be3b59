"""What the results of this room share: constants in JSON and in cells, and what they were computed with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from symseries import displayed
from symseries.display import Cell, TextTable, name_cell, number_cell, text_cell, uncertain_cell
from symseries.displayed import Record, seed_of
from symseries.errors import SymseriesError
from symseries.fitting import Estimate
from symseries.fitting.estimate import estimate_from, estimate_record
from symseries.spaces import Space
from symseries.tables import Table

DIGITS = 4


def estimates(constants: Mapping[str, Estimate]) -> Record:
    """Return constants as JSON knows them."""
    return {name: estimate_record(estimate) for name, estimate in constants.items()}


def read_estimates(record: Mapping[str, Mapping[str, Any]]) -> dict[str, Estimate]:
    """Return the constants that `estimates` wrote."""
    return {str(name): estimate_from(one) for name, one in record.items()}


def constants_cell(constants: Mapping[str, Estimate]) -> Cell:
    """Return a cell with all constants: a = 1.0 ± 0.1, b = 2."""
    return text_cell(", ".join(f"{name} = {estimate}" for name, estimate in constants.items()))


def split(
    table: TextTable, rows: Sequence[tuple[tuple[Cell, ...], Mapping[str, Estimate]]], names: Sequence[str]
) -> tuple[TextTable, ...]:
    """Return a table without its last column, and one of constants, a line each, headed by `names`."""
    narrow = TextTable(table.headers[:-1], tuple(row[:-1] for row in table.rows), table.caption, table.notes)
    lines = tuple((*label, name_cell(n), uncertain_cell(e.value, e.stderr)) for label, found in rows for n, e in found.items())
    return (narrow, TextTable(heads([*names, "constant", "value"]), lines, "Constants")) if lines else (narrow,)


def optional_cell(value: float | None, digits: int = DIGITS) -> Cell:
    """Return a cell with a number, or a dash."""
    return Cell("–", align="right") if value is None or math.isnan(value) else number_cell(value, digits)


def heads(names: Sequence[str]) -> tuple[Cell, ...]:
    """Return the headers of a table."""
    return tuple(map(text_cell, names))


def provenance(data: Table | None, space: Space | None, rng: object = None, **more: object) -> Record:
    """Return what a result was computed with: versions of the packages, digest of the data, space in words, seed."""
    digest, place = None if data is None else data.digest, None if space is None else space.describe()
    return displayed.provenance(data=digest, space=place, seed=seed_of(rng), **more)


def reason(error: SymseriesError) -> str:
    """Return an error as a sentence with its kind."""
    return f"{type(error).__name__}: {error}"
