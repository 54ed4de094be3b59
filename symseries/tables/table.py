"""The table that users hold, and the reading of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike, NDArray

from symseries.errors import DataError, OptionError, listing, suggestion
from symseries.tables.cells import DROPPED, Column, FaultError, Missing, is_quantity, parse, show, tidy
from symseries.tables.sources import Source, distinct, is_path, open_source, open_text

LARGEST = 1e75  # of the values in a column: slopes of two columns and their variances are still below 1e308


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns of finite numbers of equal length, named and immutable; made by `read_table`.

    For a column x = (x_1, …, x_n), `table["x"]` gives the float64 values, shape (n,), read-only, and `exact("x")` rationals:
    a decimal 0.1 is 1/10, a binary float 0.1 is 3602879701896397/36028797018963968. `len(table)` is n; iterating a table
    gives its column names. Two tables are equal when names, exactness and exact values are: when their `digest` is the same.

    The fields: `names` of the columns held, `source` a short description of the origin, `comments` the lines of a file that
    began with #, `dropped` the number of rows left out as incomplete, `units` those of columns that were quantities of pint;
    none are assumed.

    Raises DataError for a column that is not held, naming the closest one.

    >>> table = read_table({"c": ["0.1", "0.2"], "y": [1.5, 2.5]})
    >>> table
    Table(2 rows of c, y; mapping)
    >>> table["y"], table.exact("c"), table.is_exact("y")
    (array([1.5, 2.5]), (1/10, 1/5), False)
    """

    names: tuple[str, ...]
    _columns: tuple[Column, ...]
    source: str = "mapping"
    comments: tuple[str, ...] = ()
    dropped: int = 0
    units: Mapping[str, str] = field(default_factory=dict)
    _skipped: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._columns[0].values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self._column(name).values

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Table) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        dropped = f", {self.dropped} dropped" if self.dropped else ""
        return f"Table({len(self)} rows of {listing(self.names)}; {self.source}{dropped})"

    def _column(self, name: str) -> Column:
        if name not in self.names:
            raise _no_column(self.source, name, self.names, self._skipped)
        return self._columns[self.names.index(name)]

    def matrix(self, names: Iterable[str]) -> NDArray[np.float64]:
        """Return the columns `names` side by side as float64, X[i, j] = value i of column j, shape (n, k).

        Raises DataError for a column that is not held.

        >>> read_table({"a": [1, 2], "b": [3, 4]}).matrix(("b", "a"))
        array([[3., 1.],
               [4., 2.]])
        """
        columns = [self[name] for name in _as_names(names)]
        return np.array(columns, dtype=np.float64).reshape(len(columns), len(self)).T.copy()

    def exact(self, name: str) -> tuple[sympy.Rational, ...]:
        """Return the n values of a column as rationals: the decimal that was typed, or the binary float p/2**q as it is.

        A column that holds any binary float is binary throughout, see `is_exact`. Raises DataError for a column not held.

        >>> read_table({"a": ["0.05", "1/3"], "b": [0.5, 0.25]}).exact("a")
        (1/20, 1/3)
        """
        return tuple(sympy.Rational(top, bottom) for top, bottom in self._column(name).ratios())

    def is_exact(self, name: str) -> bool:
        """Return True where the values came as decimal text, integers or rationals, False where they are binary floats.

        Raises DataError for a column that is not held.

        >>> read_table({"a": [1, 2], "b": [1.0, 2.0]}).is_exact("b")
        False
        """
        return self._column(name).texts is not None

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of names, exactness and exact values, as 64 hex digits; the same on every machine and in every run.

        >>> read_table({"a": ["0.5"]}).digest == read_table({"a": ["5e-1"]}).digest
        True
        """
        from hashlib import sha256  # slow to import

        state = sha256()
        for name, column in zip(self.names, self._columns, strict=True):
            state.update(json.dumps([name, column.texts is not None, len(self)]).encode() + b"\n" + column.encoded() + b"\n")
        return state.hexdigest()

    def select(self, names: Iterable[str]) -> Table:
        """Return a table of the columns `names` only, in that order.

        Raises DataError for a column that is not held, OptionError for an empty choice.

        >>> read_table({"a": [1], "b": [2]}).select(["b"]).names
        ('b',)
        """
        wanted = _wanted_names(names)
        units = {name: unit for name, unit in self.units.items() if name in wanted}
        return replace(self, names=wanted, _columns=tuple(self._column(name) for name in wanted), units=units)

    def take(self, rows: ArrayLike) -> Table:
        """Return a table of some rows, x_i for i in `rows`: integer positions (from 0, negative from the end) or a mask (n,).

        Raises DataError for positions outside the table, a mask of another length, or when no row is left.

        >>> table = read_table({"a": [1, 2, 3]})
        >>> table.take([2, 0])["a"], table.take(table["a"] > 1)["a"]
        (array([3., 1.]), array([2., 3.]))
        """
        positions = self._positions(np.atleast_1d(np.asarray(rows)))
        return replace(self, _columns=tuple(column.take(positions) for column in self._columns))

    def _positions(self, rows: NDArray[Any]) -> NDArray[np.intp]:
        if rows.size == 0:
            raise DataError(f"{self.source}: no row chosen, expected at least one of {len(self)}")
        if rows.ndim != 1 or rows.dtype.kind not in "iub":
            raise DataError(
                f"{self.source}: rows of type {rows.dtype} and shape {rows.shape}, expected integers or a mask, (n,)"
            )
        if rows.dtype.kind == "b":
            return self._masked(rows)
        outside = rows[(rows < -len(self)) | (rows >= len(self))]
        if outside.size:
            raise DataError(f"{self.source}: row position {outside[0]} is outside a table of {len(self)} rows, counted from 0")
        return rows.astype(np.intp)

    def _masked(self, mask: NDArray[np.bool_]) -> NDArray[np.intp]:
        if len(mask) != len(self):
            raise DataError(
                f"{self.source}: a mask of {len(mask)} values for {len(self)} rows; expected one value for each row"
            )
        if not mask.any():
            raise DataError(f"{self.source}: the mask leaves none of {len(self)} rows; expected at least one True")
        return np.flatnonzero(mask)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain lists for JSON: exact columns as text such as "0.05" or "1/3", binary ones as floats.

        >>> read_table({"a": ["0.5"]}).to_dict()["columns"]
        {'a': ['0.5']}
        """
        held = zip(self.names, self._columns, strict=True)
        columns = {name: column.values.tolist() if column.texts is None else list(column.texts) for name, column in held}
        record = {"names": list(self.names), "columns": columns, "source": self.source}
        return (
            record
            | {"comments": list(self.comments), "dropped": self.dropped}
            | ({"units": dict(self.units)} if self.units else {})
        )

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Table:
        """Return the table that `to_dict` wrote, equal to the one that was written.

        Raises DataError for a record of another form, or with values that `read_table` would refuse.

        >>> table = read_table({"a": ["0.5"]})
        >>> Table.from_dict(table.to_dict()) == table
        True
        """
        try:
            names, columns, dropped = list(record["names"]), dict(record["columns"]), int(record["dropped"])
            source, comments = tidy(record["source"]), tuple(str(line) for line in record["comments"])
        except (TypeError, KeyError, ValueError) as error:
            wanted = "names, columns, source, comments, dropped"
            raise DataError(
                f"a table record cannot be read ({show(error)}); expected a dict from to_dict with {wanted}"
            ) from error
        units = {tidy(name): tidy(unit) for name, unit in dict(record.get("units") or {}).items()}
        return replace(read_table(columns, names), source=source, comments=comments, dropped=dropped, units=units)


def _no_column(title: str, name: object, names: Sequence[str], skipped: Mapping[str, str]) -> DataError:
    if name in skipped:
        return DataError(f"column {show(name)} is not held, as it is not wholly numeric: {skipped[str(name)]}")
    return DataError(f"{title} has no column {show(name)}{suggestion(name, names)}; its columns are {listing(names)}")


def column_names(source: object) -> tuple[str, ...]:
    """Return the names of all columns of a table, numeric or not, in the order of its header.

    `source` is whatever `read_table` takes; blanks around a name are removed, columns without a name are left out. Raises
    DataError for a source that has no header or names two columns alike.

    >>> column_names({"alloy": ["A", "B"], "c": [0.1, 0.2]})
    ('alloy', 'c')
    """
    if isinstance(source, Table):
        return source.names
    if is_path(source):
        text = open_text(Path(source))
        return distinct(text.title, text.header)
    return open_source(source).names


def read_table(source: object, columns: Iterable[str] | None = None, *, missing: str = "raise") -> Table:
    """Return a table of measurements x_ij, i = 1 … n rows, j = 1 … k columns, every one a finite number.

    `source` is the path of a CSV or TSV file (UTF-8; separated by tab, semicolon or comma; lines that begin with # before the
    header are comments), a mapping of names to lists or arrays of shape (n,), a DataFrame, or a `Table`. Only `columns` are
    looked at; without them all that are wholly numeric, and the others are not held. `missing="drop"` leaves out rows that
    lack a value in these columns (an empty cell, NaN, NA, None) and counts them in `dropped`. Units are those of the data.

    Raises DataError, naming line or row and column, for a value that is not a finite real number, a row or column of the wrong
    length, a missing or doubled column and a file that cannot be read; ResourceLimitError for a file above 1 GiB; OptionError
    for another `missing` or an empty choice of columns.

    >>> read_table({"c": ["0.1", None, "0.3"], "alloy": ["A", "B", "C"]}, missing="drop")
    Table(2 rows of c; mapping, 1 dropped)
    >>> read_table({"c": ["2,5"]})
    Traceback (most recent call last):
    symseries.errors.DataError: mapping, row 1, column 'c': '2,5' has a decimal comma; write 2.5
    """
    if missing not in ("raise", "drop"):
        raise OptionError(f'missing={show(missing)}, expected "raise" or "drop"{suggestion(missing, ("raise", "drop"))}')
    wanted = None if columns is None else _wanted_names(columns)
    if isinstance(source, Table):
        return source if wanted is None else source.select(wanted)
    source, units = _without_units(source)
    opened = open_source(source)
    parsed, skipped = _collect(opened, wanted)
    _check_lengths(opened, {name: len(column.values) for name, (column, _) in parsed.items()})
    incomplete = sorted(set().union(*(rows for _, rows in parsed.values())))
    if incomplete and missing == "raise":
        raise _incomplete(opened, parsed, incomplete)
    held = tuple(column for column, _ in parsed.values())
    table = Table(tuple(parsed), held, opened.title, opened.comments, len(incomplete), units, skipped)
    return _without(table, incomplete) if incomplete else table


def _without_units(source: object) -> tuple[object, dict[str, str]]:
    """Return a mapping with the numbers of its quantities, and the units of these by name."""
    if not isinstance(source, Mapping):
        return source, {}
    units = {tidy(name): f"{column.units:~C}" for name, column in source.items() if is_quantity(column)}
    return {name: column.magnitude if is_quantity(column) else column for name, column in source.items()}, units


def check_magnitudes(table: Table) -> None:
    """Raise `DataError` for a column whose squares, or their products, would leave the range of double precision."""
    for name in table.names:
        largest = float(np.abs(table[name]).max())
        if largest and not 1 / LARGEST <= largest <= LARGEST:
            raise DataError(
                f"{table.source}, column {name!r}: its largest value is {largest:.3g}, expected one from {1 / LARGEST:g} to "
                f"{LARGEST:g}, whose squares double precision can hold; take another unit"
            )


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise OptionError(f"columns are given as the text {show(names)}; expected a sequence of names, as ({show(names)},)")
    return tuple(names)


def _wanted_names(columns: Iterable[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(tidy(name) for name in _as_names(columns)))
    if not names:
        raise OptionError("columns is empty; expected at least one name, or None for all columns of numbers")
    return names


def _collect(source: Source, wanted: tuple[str, ...] | None) -> tuple[dict[str, tuple[Column, Missing]], dict[str, str]]:
    """Parse the columns asked for, or all that are wholly numeric, with the reason why each of the others is not."""
    parsed: dict[str, tuple[Column, Missing]] = {}
    skipped: dict[str, str] = {}
    for name in source.names if wanted is None else wanted:
        if name not in source.names:
            raise _no_column(source.title, name, source.names, skipped)
        try:
            parsed[name] = parse(source.cells(name), source.convert)
        except FaultError as fault:
            message = f"{source.place(name, fault.row)}: {fault}"
            if fault.numeric or wanted is not None:
                raise DataError(message) from None
            skipped[name] = message
    if not parsed:
        raise DataError(f"{source.title} has no column of numbers: {next(iter(skipped.values()))}")
    return parsed, skipped


def _check_lengths(source: Source, lengths: Mapping[str, int]) -> None:
    first, expected = next(iter(lengths.items()))
    for name, length in lengths.items():
        if length != expected:
            both = f"columns {show(first)} and {show(name)} have {expected} and {length} values"
            raise DataError(f"{source.title}: {both}; expected the same number in each column")
    if not expected:
        raise DataError(f"{source.title} has columns ({listing(lengths)}) but no rows; expected at least one")


def _incomplete(source: Source, parsed: Mapping[str, tuple[Column, Missing]], rows: Sequence[int]) -> DataError:
    row = rows[0]
    name, cell = next((name, gaps[row]) for name, (_, gaps) in parsed.items() if row in gaps)
    value = show(cell) if cell else "an empty cell"
    more = f" (rows with missing values: {listing(number + 1 for number in rows)})" if len(rows) > 1 else ""
    advice = f"pass the table {DROPPED} to leave such rows out, or name the columns you need"
    return DataError(f"{source.place(name, row)}: {value} is a missing value, expected a number{more}; {advice}")


def _without(table: Table, rows: Sequence[int]) -> Table:
    keep = np.ones(len(table), dtype=bool)
    keep[list(rows)] = False
    if not keep.any():
        names = listing(table.names)
        raise DataError(
            f"{table.source}: each of the {len(table)} rows lacks a value in {names}; expected one complete row at least"
        )
    return table.take(keep)
