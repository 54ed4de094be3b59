"""What the results of this room share: their JSON, their cells, and how they are written to files."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from symseries.display import Cell, TextTable, name_cell, number_cell, text_cell, uncertain_cell, write_text
from symseries.errors import DataError, SymseriesError
from symseries.fitting import Estimate
from symseries.pages import Section, html_page, latex_document, paragraph, scrolled, versions
from symseries.spaces import Space
from symseries.tables import Table

Record = dict[str, Any]

DIGITS = 4
VERSION = 1


class Shown(ABC):
    """A result that is one table with sentences around it, and JSON that it is read back from."""

    form: str
    """The format that its JSON names."""
    title: str
    warnings: tuple[str, ...]

    @abstractmethod
    def table(self) -> TextTable:
        """Return the result as a table."""

    def sentences(self) -> tuple[str, ...]:
        """Return what stands above the table, a sentence a line."""
        return ()

    @abstractmethod
    def body(self) -> Record:
        """Return the fields as JSON knows them."""

    def __str__(self) -> str:
        said = [*self.sentences(), "", self.table().to_text()]
        return "\n".join([*said, *[""] * bool(self.warnings), *(f"warning: {text}" for text in self.warnings)])

    def _repr_html_(self) -> str:
        return "\n".join([*map(paragraph, self.sentences()), self.table().to_html()])

    def to_frame(self) -> Any:
        """Return the table as a DataFrame; `OptionError` where pandas is not installed."""
        return self.table().to_frame()

    def printed(self) -> tuple[TextTable, ...]:
        """Return the tables for paper, where a row of many constants would not fit."""
        return (self.table(),)

    def to_latex(self, *, document: bool = False) -> str:
        """Return the tables as LaTeX (booktabs), the warnings below; with `document=True` they compile alone."""
        first, *others = self.printed()
        captioned = TextTable(first.headers, first.rows, self.title, (*first.notes, *self.warnings))
        texts = [table.to_latex() for table in (captioned, *others)]
        return latex_document(texts) if document else "\n".join(texts)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the result as one self-contained HTML page, and write it to `path` where one is given."""
        blocks = (*map(paragraph, self.sentences()), scrolled(self.table().to_html()))
        text = html_page(self.title, self.warnings, [Section("Result", blocks)])
        if path is not None:
            write_text(path, text)
        return text

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the result as JSON text with its provenance, and write it to `path` where one is given."""
        record = {"format": self.form, "version": VERSION, **self.body(), "warnings": list(self.warnings)}
        text = json.dumps(record, allow_nan=False, indent=1)
        if path is not None:
            write_text(path, text + "\n")
        return text


def loaded(text: object, form: str) -> Record:
    """Return the record that `to_json` wrote; `DataError` for text of another form."""
    if not isinstance(text, str):
        raise DataError(f"{form}: {type(text).__name__} received; expected the text that to_json returns")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{form}: no JSON ({str(error).splitlines()[0][:80]}); write it anew with to_json") from error
    if not isinstance(record, dict) or (record.get("format"), record.get("version")) != (form, VERSION):
        held = f"{record.get('format')!r} {record.get('version')!r}" if isinstance(record, dict) else type(record).__name__
        raise DataError(f"{form}: the text holds {held[:80]}; expected format {form!r}, version {VERSION}")
    return record


@contextmanager
def reading(form: str) -> Iterator[None]:
    """Turn every refusal of a part of a record into a `DataError`."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise DataError(f"{form}: a part cannot be read ({said}); write it anew with to_json") from error


def real(value: float | None) -> float | str | None:
    """Return a number as JSON knows it, one that is not finite as text."""
    return None if value is None else float(value) if math.isfinite(value) else str(float(value))


def read_real(value: object) -> float | None:
    """Return a number that `real` wrote."""
    if value is None:
        return None
    if isinstance(value, bool) or not (isinstance(value, (int, float)) or value in ("inf", "-inf", "nan")):
        raise DataError(f"{str(value)[:40]!r} is no number; write it anew with to_json")
    return float(value)


def estimates(constants: Mapping[str, Estimate]) -> Record:
    """Return constants with their standard errors as JSON knows them."""
    return {name: {"value": real(float(e.value)), "stderr": real(e.stderr)} for name, e in constants.items()}


def read_estimates(record: Mapping[str, Mapping[str, object]]) -> dict[str, Estimate]:
    """Return the constants that `estimates` wrote."""
    return {name: Estimate(read_real(one["value"]), read_real(one["stderr"])) for name, one in record.items()}


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


def provenance(data: Table | None, space: Space | None, **more: object) -> Record:
    """Return what a result was computed with: versions of the packages, the digest of the data, the space in words."""
    held = {"data": None if data is None else data.digest, "space": None if space is None else space.describe()}
    return {"versions": versions(), **held, **more}


def reason(error: SymseriesError) -> str:
    """Return an error as a sentence with its kind."""
    return f"{type(error).__name__}: {error}"
