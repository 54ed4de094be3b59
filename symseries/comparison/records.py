"""What the results of this room share: constants in JSON and in cells, and what they were computed with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from symseries import displayed
from symseries.display import (
    Cell,
    TextTable,
    escape_html,
    latex_name,
    math_cell,
    name_cell,
    number_cell,
    text_cell,
    uncertain_cell,
)
from symseries.displayed import Record, seed_of
from symseries.errors import SymseriesError
from symseries.fitting import Estimate
from symseries.fitting.estimate import estimate_from, estimate_record
from symseries.parsing import parse_law
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
    parts = [f"{name} = {estimate}" for name, estimate in constants.items()]
    whole = [f'<span style="white-space:nowrap">{escape_html(part)}</span>' for part in parts]  # no line ends within a value
    return Cell(", ".join(parts), html=", ".join(whole))


def law_cell(label: str, text: str) -> Cell:
    r"""Return a cell with the label of a law, which is mathematics where the text of the law is its label.

    >>> law_cell("y = k/sqrt(d)", "y = k/sqrt(d)").latex
    '$y = \\frac{k}{\\sqrt{d}}$'
    """
    if label != text:
        return text_cell(label)
    try:
        law = parse_law(text)
    except SymseriesError:  # a text that only its own declarations make readable
        return text_cell(label)
    right = sympy.latex(law.expression, symbol_names={s: latex_name(s.name) for s in law.expression.free_symbols})
    if law.target is None:
        return math_cell(label, right)
    function = r"\ln " if law.transform else ""
    return math_cell(label, f"{function}{latex_name(law.target)} = {right}")


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
