"""Results that display themselves: what each of them owes to a reader, from a table and a record of its fields.

A result says how it is tabulated and how its fields stand in JSON; text, LaTeX, HTML, DataFrame, JSON and back, and equality
follow from these, so that no result lacks one of them.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import sympy

from symseries import plotting
from symseries.display import Cell, TextTable, escape_latex, refuse_path, write_text
from symseries.errors import DataError, OptionError
from symseries.pages import (
    Section,
    definitions,
    graphic,
    html_page,
    latex_array,
    latex_document,
    paragraph,
    scrolled,
    versions,
)
from symseries.parsing import parse_expression, to_text

Record = dict[str, Any]

VERSION = 1
_WIDTH = 120  # of a terminal
_LABEL = re.compile(r"^([a-z]+(?: [a-z]+)*) {2,}")
_EXPECTED = "expected the text that to_json returns"


class Shown(ABC):
    """A result that is one table with sentences around it, and JSON that it is read back from.

    Two results are equal where their records are, provenance included.
    """

    kind: ClassVar[str]
    """The format that its JSON names."""
    title: ClassVar[str]
    noted: ClassVar[bool] = False
    """Whether the notes of the table hold the warnings already."""
    warnings: tuple[str, ...]
    provenance: Mapping[str, Any]

    @abstractmethod
    def table(self) -> TextTable:
        """Return the result as a table."""

    @abstractmethod
    def body(self) -> Record:
        """Return the fields as JSON knows them, all but warnings and provenance."""

    @classmethod
    @abstractmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the result that `to_dict` wrote."""

    def sentences(self) -> tuple[str, ...]:
        """Return what stands above the table, a sentence a line."""
        return ()

    def printed(self) -> tuple[TextTable, ...]:
        """Return the tables for paper, where a row of many constants would not fit."""
        return (self.table(),)

    def paged(self) -> TextTable:
        """Return the table for screens that scroll, which may be wider than a terminal."""
        return self.table()

    def framed(self) -> TextTable:
        """Return the table for programs."""
        return self.paged()

    def __str__(self) -> str:
        above = [line for sentence in self.sentences() for line in wrapped(sentence)]
        said = [*above, ""] if above else []
        warned = [] if self.noted else [*[""] * bool(self.warnings), *self._warned()]
        table = self.table()
        return "\n".join([*said, *([table.to_text()] if table.rows else table.notes), *warned]).rstrip()

    def _warned(self) -> tuple[str, ...]:
        return tuple(f"warning: {text}" for text in self.warnings)

    def _repr_html_(self) -> str:
        warned = () if self.noted else self._warned()
        return "\n".join([*map(paragraph, map(labelled, self.sentences())), tabled(self.paged()), *map(paragraph, warned)])

    def _repr_latex_(self) -> str | None:
        table = self.table()
        return latex_array(table) if table.rows else None

    def to_frame(self) -> Any:
        """Return the result as a DataFrame; `OptionError` where pandas is not installed."""
        return self.framed().to_frame()

    def to_latex(self, *, document: bool = False) -> str:
        """Return the tables as LaTeX (booktabs), sentences and warnings below; with `document=True` they compile alone."""
        first, *others = self.printed()
        notes = (*map(labelled, self.sentences()), *first.notes, *(() if self.noted else self.warnings))
        captioned = TextTable(first.headers, first.rows, first.caption or self.title, notes)
        texts = [table.to_latex() if table.rows else _prose(table) for table in (captioned, *others)]
        return latex_document(texts) if document else "\n".join(texts)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the result as one self-contained HTML page, and write it to `path` where one is given.

        Its figure stands in it where the result has one and matplotlib is installed; its provenance closes it.
        """
        said = map(paragraph, map(labelled, self.sentences()))
        blocks = (*said, scrolled(tabled(self.paged())), *self._figures())
        held = Section("Provenance", (definitions(_flat(self.provenance)),))
        sections = [Section("Result", blocks), *([held] if self.provenance else [])]
        return written(html_page(self.title, self.warnings, sections), path)

    def _figures(self) -> tuple[str, ...]:
        draw = getattr(self, "plot", None)
        if draw is None:
            return ()
        try:
            made, ax = plotting.figure(7.0, 4.0)
        except OptionError:  # without matplotlib the page has no figure
            return ()
        draw(ax=ax)
        return (graphic(plotting.svg(made, self.title), self.title),)

    def to_dict(self) -> Record:
        """Return the result as plain lists, numbers and text, with its provenance."""
        head = {"format": self.kind, "version": VERSION}
        return {**head, **self.body(), "warnings": list(self.warnings), "provenance": dict(self.provenance)}

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the result as JSON text with its provenance, and write it to `path` where one is given."""
        text = _to_text(self.to_dict())
        written(text + "\n", path)
        return text

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the result that `to_json` wrote; `DataError` for another text."""
        record = loaded(text, cls.kind)
        with reading(cls.kind):
            texts(record, "warnings")  # which not every result reads
            return cls.from_dict(record)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Shown):
            return NotImplemented
        return type(self) is type(other) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash((self.kind, self.to_json()))


def wrapped(sentence: str) -> list[str]:
    """Return a sentence in lines for a terminal, what follows the first below its label."""
    label, kept = _LABEL.match(sentence), sentence.replace(" = ", "\0=\0")  # no line ends within an equation
    lines = textwrap.wrap(kept, _WIDTH, subsequent_indent=" " * (label.end() if label else 4), break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def labelled(sentence: str) -> str:
    """Return a sentence whose label stands in a column of a terminal, as one of running text."""
    return _LABEL.sub(r"\1: ", sentence)


def tabled(table: TextTable) -> str:
    """Return a table for screens, the notes alone where it has no rows."""
    return table.to_html() if table.rows else "\n".join(map(paragraph, table.notes))


def _prose(table: TextTable) -> str:
    """Return caption and notes of a table without rows as LaTeX paragraphs."""
    head = [rf"\textbf{{{escape_latex(table.caption)}}}\par"] if table.caption else []
    return "\n".join([*head, *(rf"{escape_latex(note)}\par" for note in table.notes), ""])


def _to_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON text, an entry a line."""
    entries = (f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in record.items())
    return "{" + ",\n ".join(entries) + "}"


def written(text: str, path: str | Path | None) -> str:
    """Return a text, after it was written to a file where one is named."""
    if path is not None:
        write_text(path, text)
    return text


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    """Return a record of provenance as terms and texts, what is not known left out."""
    flat: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            flat |= _flat(value)
        elif value is not None:
            flat[key] = str(value)
    return flat


# ------------------------------------------------------------------------------------------------------------ provenance
def provenance(*, data: str | None = None, space: str | None = None, seed: int | None = None, **more: object) -> Record:
    """Return what a result was computed with: versions of the packages, the digest of the data, the space in words, the seed.

    >>> sorted(provenance(space="the Legendre series"))
    ['data', 'seed', 'space', 'versions']
    """
    return {"versions": versions(), "data": data, "space": space, "seed": seed, **more}


def seed_of(rng: object) -> int | None:
    """Return the seed that randomness came from, None where a generator was given, whose state is not kept.

    >>> seed_of(3), seed_of(None)
    (3, None)
    """
    return int(rng) if isinstance(rng, (int, np.integer)) else None


# -------------------------------------------------------------------------------------------------------------- reading
def loaded(text: object, form: str) -> Record:
    """Return the record that `to_json` wrote; `DataError` for text of another form."""
    refuse_path(text, form)
    if not isinstance(text, str):
        raise DataError(f"{form}: {type(text).__name__} received; {_EXPECTED}")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{form}: no JSON ({str(error).splitlines()[0][:80]}); {_EXPECTED}") from error
    if not isinstance(record, dict) or (record.get("format"), record.get("version")) != (form, VERSION):
        held = f"{record.get('format')!r} {record.get('version')!r}" if isinstance(record, dict) else type(record).__name__
        raise DataError(f"{form}: the text holds {held[:80]}; {_EXPECTED}, of format {form!r}, version {VERSION}")
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
        raise DataError(f"{form}: a part cannot be read ({said}); {_EXPECTED}") from error


def texts(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return an entry that is a list of texts."""
    return tuple(map(str, record[key]))


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


def read_number(value: object) -> float:
    """Return a number that `real` wrote and that must be there."""
    found = read_real(value)
    if found is None:
        raise DataError("a number is missing; write it anew with to_json")
    return found


def expression_record(expression: sympy.Expr) -> Record | str:
    """Return an expression as text of the grammar of laws; its floats, which that does not know, as names with numbers.

    >>> expression_record(sympy.Symbol("x") / 3), expression_record(0.5 * sympy.Symbol("x"))
    ('x/3', {'text': 'float_1*x', 'floats': {'float_1': ['0.5', 53]}})
    """
    floats = sorted(expression.atoms(sympy.Float), key=str)
    if not floats:
        return to_text(expression)
    stem = "float_"
    while any(s.name.startswith(stem) for s in expression.free_symbols):
        stem = f"{stem}_"
    names = {value: sympy.Symbol(f"{stem}{place}") for place, value in enumerate(floats, 1)}
    numbers = {name.name: [_decimal(value), value._prec] for value, name in names.items()}
    return {"text": to_text(expression.xreplace(names)), "floats": numbers}


def _decimal(value: sympy.Float) -> str:
    """Return decimal text from which a float comes back with all its bits."""
    return repr(float(value)) if value._prec == 53 else str(value.n(int(value._prec * 0.302) + 3))


def expression_from(record: object, names: Iterable[str]) -> sympy.Expr:
    """Return the expression that `expression_record` wrote, `names` being those that it may hold."""
    declared = tuple(names)
    if isinstance(record, str):
        return parse_expression(record, "expression", declared=declared)
    if not isinstance(record, Mapping):
        raise DataError(f"{str(record)[:40]!r} is no expression; write it anew with to_json")
    values = {sympy.Symbol(n): sympy.Float(str(text), precision=int(bits)) for n, (text, bits) in record["floats"].items()}
    found = parse_expression(str(record["text"]), "expression", declared=(*declared, *record["floats"]))
    return found.xreplace(values)


# ---------------------------------------------------------------------------------------------------------------- tables
@dataclass(frozen=True, repr=False)
class ResultTable(TextTable):
    """A table of a result with its provenance, which goes to JSON and back.

    >>> from symseries.display import number_cell, text_cell
    >>> table = ResultTable((text_cell("n"),), ((number_cell(1),),), "Numbers")
    >>> ResultTable.from_json(table.to_json()) == table
    True
    """

    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind: ClassVar[str] = "symseries.table"

    @classmethod
    def of(cls, table: TextTable, provenance: Mapping[str, Any]) -> ResultTable:
        """Return a table with what it was computed with."""
        return cls(table.headers, table.rows, table.caption, table.notes, provenance)

    def _repr_latex_(self) -> str:
        return latex_array(self)

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the cells and their numbers as JSON text, and write it to `path` where one is given."""
        record = {
            "format": self.kind, "version": VERSION, "caption": self.caption, "headers": [_cell(c) for c in self.headers],
            "rows": [[_cell(c) for c in row] for row in self.rows], "notes": list(self.notes),
            "provenance": dict(self.provenance),
        }  # fmt: skip
        text = _to_text(record)
        written(text + "\n", path)
        return text

    @classmethod
    def from_json(cls, text: str) -> ResultTable:
        """Return the table that `to_json` wrote; `DataError` for another text."""
        record = loaded(text, cls.kind)
        with reading(cls.kind):
            rows = tuple(tuple(map(_read_cell, row)) for row in record["rows"])
            headers = tuple(map(_read_cell, record["headers"]))
            return cls(headers, rows, str(record["caption"]), texts(record, "notes"), dict(record["provenance"]))


def _cell(cell: Cell) -> list[object]:
    return [cell.plain, cell.latex, cell.html, cell.align, _value(cell.value)]


def _value(value: Any) -> object:
    """Return the number of a cell as JSON knows it, an exact one as text in a list."""
    if value is None:
        return None
    if isinstance(value, sympy.Rational) and not value.is_Integer:
        return [str(value)]
    return int(value) if isinstance(value, (int, sympy.Integer)) else real(float(value))


def _read_cell(record: list[Any]) -> Cell:
    plain, latex, html, align, value = record
    if align not in ("left", "right"):
        raise DataError(f"a cell stands {str(align)[:20]!r}; expected left or right")
    given = Cell(str(plain), latex, html, align)
    if isinstance(value, list):
        return replace(given, value=sympy.Rational(*map(int, str(value[0]).split("/"))))
    return replace(given, value=float(value) if isinstance(value, str) else value)
