"""Where tables come from: the header, and the raw columns on demand, so that a column nobody uses is never looked at."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeGuard

from symseries.errors import DataError, ResourceLimitError, listing
from symseries.tables.cells import NUMBER, Value, decimal_cell, python_cell, show, tidy

MAX_BYTES = 2**30


@dataclass(frozen=True, eq=False)
class Source:
    """A header with the raw columns, how to read their values, and how to name a place among them."""

    title: str
    names: tuple[str, ...]
    cells: Callable[[str], object]
    convert: Callable[[Any], Value] = python_cell
    lines: tuple[int, ...] = ()
    comments: tuple[str, ...] = ()

    def place(self, name: str, row: int | None) -> str:
        """Return where a value stands, in words: rows are counted from 1, lines as an editor counts them."""
        if row is None:
            return f"{self.title}, column {show(name)}"
        where = f"line {self.lines[row]} (row {row + 1})" if self.lines else f"row {row + 1}"
        return f"{self.title}, {where}, column {show(name)}"


@dataclass(frozen=True, eq=False)
class Text:
    """A file after its header: what is left of it is read only when asked for."""

    title: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    comments: tuple[str, ...]


def is_path(source: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tell a path from data."""
    return isinstance(source, (str, os.PathLike))


def open_source(source: Any) -> Source:
    """Return the header and columns of a path, a mapping or a data frame; DataError for anything else."""
    if is_path(source):
        return _read_rows(open_text(Path(source)))
    title, labels = _labelled(source)
    names = distinct(title, labels)
    by_name = dict(zip(map(tidy, labels), labels, strict=True))
    return Source(title, names, lambda name: source[by_name[name]])


def _labelled(source: Any) -> tuple[str, list[object]]:
    if isinstance(source, Mapping):
        return "mapping", list(source)
    if hasattr(source, "columns") and hasattr(source, "dtypes"):
        return "DataFrame", list(source.columns)
    kind = type(source).__name__
    raise DataError(
        f"a table cannot be read from {kind}; expected a path, a mapping of names to columns, a DataFrame or a Table"
    )


def distinct(title: str, labels: Iterable[object]) -> tuple[str, ...]:
    """Return the names in order, without unnamed columns, which nobody can ask for."""
    names = [tidy(label) for label in labels]
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name and name in seen:
            raise DataError(
                f"{title} has two columns named {show(name)}, columns {seen[name]} and {position}; rename one of them"
            )
        seen[name] = position
    if not any(names):
        raise DataError(f"{title} has no named column; expected at least one name")
    return tuple(name for name in names if name)


def _read_rows(text: Text) -> Source:
    names = distinct(text.title, text.header)
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, row in text.rows:
        if len(row) != len(text.header):
            raise _ragged(text, line, len(rows) + 1, row)
        lines.append(line)
        rows.append(row)
    if not rows:
        raise DataError(f"{text.title} has a header ({listing(names)}) but no rows; expected rows of numbers below it")
    position = {name: column for column, name in enumerate(text.header)}
    return Source(
        text.title,
        names,
        lambda name: [row[position[name]] for row in rows],
        decimal_cell,
        tuple(lines),
        text.comments,
    )


def _ragged(text: Text, line: int, number: int, row: list[str]) -> DataError:
    many = len(row) > len(text.header)
    hint = "a decimal comma or a separator too many? write 2.5 for 2,5" if many else "leave a missing value as an empty cell"
    found = f"{len(row)} cells where the header has {len(text.header)} ({listing(text.header)})"
    return DataError(f"{text.title}, line {line} (row {number}) has {found}; {hint}")


def open_text(path: Path) -> Text:
    """Return the header of a file and its rows, not yet read; DataError where there is no header."""
    title = tidy(path.name)
    lines = io.StringIO(_decode(title, _read_bytes(path)), newline="")
    comments, header, offset = _preamble(lines)
    if not header:
        raise DataError(f"{title} is empty; expected a header line with the names of the columns, then rows of numbers")
    reader = csv.reader(chain([header], lines), delimiter=_delimiter(header), strict=True, skipinitialspace=True)
    rows = _rows(reader, title, offset)
    names = tuple(tidy(cell) for cell in next(rows, (0, [""]))[1])
    if all(NUMBER.fullmatch(name) for name in names):
        raise DataError(
            f"{title}, line {offset + 1} holds numbers ({listing(names)}); expected column names, without #, in the first line"
        )
    return Text(title, names, rows, comments)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DataError(f"{show(str(path))} is a folder; expected a CSV or TSV file")
        if not path.is_file():
            raise DataError(f"no file {show(str(path))}; expected the path of a CSV or TSV file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ResourceLimitError(
                f"file {show(str(path))} has {size} bytes; at most {MAX_BYTES} are read: split or thin it out"
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"file {show(str(path))} cannot be read ({error.strerror}); expected a CSV or TSV file") from error


def _decode(title: str, data: bytes) -> str:
    if b"\0" in data:
        where = f"a NUL byte at byte {data.index(0) + 1}"
        raise DataError(f"{title} is not a text file ({where}); expected CSV or TSV in UTF-8: export it as such")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = f"byte {error.start + 1}, in line {line}, is 0x{data[error.start]:02x}"
        raise DataError(f"{title} is not UTF-8 ({where}); save the file as UTF-8") from error


def _preamble(lines: Iterable[str]) -> tuple[tuple[str, ...], str, int]:
    """Return the comments, the header line ("" where there is none) and the number of lines before it."""
    comments: list[str] = []
    for count, line in enumerate(lines):
        text = line.strip()
        if text.startswith("#"):
            comments.append(text[1:].strip())
        elif text:
            return tuple(comments), line, count
    return tuple(comments), "", 0


def _delimiter(header: str) -> str:
    """Return tab if the header has one outside quotes, else semicolon, else comma: units like "T, K" hold commas, not tabs."""
    unquoted = re.sub(r'"[^"]*"', "", header)
    return next((mark for mark in "\t;" if mark in unquoted), ",")


def _rows(reader: Any, title: str, offset: int) -> Iterator[tuple[int, list[str]]]:
    try:
        for row in reader:
            if len(row) > 1 or any(cell.strip() for cell in row):
                yield offset + reader.line_num, row
    except csv.Error as error:
        where = f"line {offset + reader.line_num}"
        raise DataError(f"{title}, {where} cannot be split into cells ({error}); check the quotation marks") from error
