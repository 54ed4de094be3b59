"""Coefficients over a space: checked, looked up, shown and stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import sympy

from symseries.display import (
    Cell,
    Formula,
    TextTable,
    latex_name,
    math_cell,
    refuse_path,
    text_cell,
    uncertain_cell,
    write_text,
)
from symseries.errors import DataError, NotAnalyticError, OptionError, ResourceLimitError
from symseries.names import symbol
from symseries.pages import latex_array
from symseries.scalars import F64, Array, Scalars, check_finite, check_scalars, object_array, scalars_named
from symseries.series.cells import cell, to_number
from symseries.spaces import EmpiricalSpace, Space, check_space, check_supported, space_from_dict

if TYPE_CHECKING:
    from pandas import DataFrame


FORMAT = "symseries.series"
VERSION = 1


class Coefficients:
    """A vector of coefficients over a space, with its ring and what is known about it; what every `Series` is."""

    def __init__(
        self,
        space: Space,
        coefficients: object,
        scalars: Scalars = F64,
        covariance: object = None,
        *,
        warnings: Iterable[str] = (),
        notes: Iterable[str] = (),
    ) -> None:
        self.space = check_space(space)
        check_supported(space, check_scalars(scalars))
        self.scalars, table = scalars.holding(coefficients)
        if table.shape[:1] != (len(space),) or table.ndim > 2 or not table.size:
            raise OptionError(
                f"coefficients of shape {table.shape}: {space.describe()} has {len(space)}, expected ({len(space)},) "
                f"or ({len(space)}, outputs)"
            )
        self._table = finite(table, scalars).reshape(len(space), -1)
        self._table.setflags(write=False)
        self._several = table.ndim == 2
        self.covariance = self._checked(covariance)
        self.warnings, self.notes = tuple(warnings), tuple(notes)

    def _checked(self, covariance: object) -> Array | None:
        if covariance is None:
            return None
        matrix, size = F64.array(covariance), len(self.space)
        if self._several or matrix.shape != (size, size):
            outputs = self._table.shape[1]
            raise OptionError(
                f"covariance of shape {matrix.shape} for {size} coefficients of {outputs} outputs; expected ({size}, {size}) "
                "and coefficients of shape (N,)"
            )
        return check_finite(matrix, "covariance")

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Self], tuple[dict[str, Any]]]:
        return type(self)._restored, (self._record(),)

    @property
    def coefficients(self) -> Array:
        """The coefficients (N,), or (N, outputs): floats, or exact SymPy numbers."""
        return self._shaped(self.scalars.handed(self._table))

    @property
    def elements(self) -> Array:
        """The coefficients (N, outputs) as elements of the ring."""
        return self._table

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the space."""
        return self.space.variables

    def _shaped(self, table: Array) -> Array:
        return table if self._several else table[:, 0]

    @property
    def _nodal(self) -> bool:
        return isinstance(self.space, EmpiricalSpace) and self.space.nodal

    def coefficient(self, index: tuple[int, ...]) -> Any:
        """Return the coefficient of one multi-index, a number, or an array (outputs,)."""
        row = self.space.rank(index)
        values = self.scalars.handed(self._table[row])
        return values if self._several else values[0]

    # -------------------------------------------------------------------------------------------------------- exports
    def to_sympy(self) -> Any:
        """Return the polynomial as a SymPy expression in the variables, one per output.

        Raises `OptionError` over a nodal space, which has no polynomial.
        """
        basis, table = self.space.formulas(self._table, self.scalars)
        columns = self.scalars.handed(table).T
        digits = max(self.scalars.digits, 15)
        sums = [sympy.Add(*(to_number(c, digits) * b for c, b in zip(column, basis, strict=True))) for column in columns]
        return sums if self._several else sums[0]

    def to_poly(self) -> Any:
        """Return the polynomial as a SymPy `Poly` in the variables, one per output; OptionError where it is none."""
        xs = [symbol(name) for name in self.variables]
        expressions = self.to_sympy()
        try:
            return [sympy.Poly(e, *xs) for e in expressions] if self._several else sympy.Poly(expressions, *xs)
        except sympy.PolynomialError as error:
            raise OptionError(f"to_poly: {self.space.describe()} is no space of polynomials; use to_sympy") from error

    def table(self, caption: str = "") -> TextTable:
        """Return the coefficients as a table: multi-index, then a column for each output, with uncertainty where known.

        In `SYM` each value that is not rational has a letter, and a note says what it stands for.
        """
        cells, notes = self._cells()
        headers = [text_cell("multi-index"), *map(text_cell, self._headings())]
        names = [f"({', '.join(map(str, index))})" for index in self.space.multi_indices.tolist()]
        rows = tuple((math_cell(name, name), *row) for name, row in zip(names, cells, strict=True))
        return TextTable(tuple(headers), rows, caption or self.space.describe(), (*notes, *self.notes, *self.warnings))

    def _cells(self) -> tuple[list[list[Cell]], Sequence[str]]:
        """Return the coefficients as cells, and what their letters stand for."""
        handed, definitions = self.scalars.written(self._table, self.variables)
        errors, digits = self._stderr(), self.scalars.digits
        if errors is not None:
            return [[uncertain_cell(v, error) for v in row] for row, error in zip(handed, errors, strict=True)], []
        said = [Formula(f"{name} = {value}", _equation(name, value)) for name, value in definitions.items()]
        return [[cell(v, digits) for v in row] for row in handed], said

    def to_frame(self) -> DataFrame:
        """Return the coefficients as a DataFrame: a column for each variable's exponent (or "row"), the coefficients, stderr.

        Raises `OptionError` where pandas is not installed.
        """
        names = ("row",) if self._nodal else self.variables
        columns = [self.space.multi_indices.T, self.scalars.handed(self._table).T]
        headings = [*names, *self._headings()]
        if self.covariance is not None:
            columns.append(self._stderr()[None, :])  # type: ignore[index]
            headings.append("stderr")
        rows = zip(*(column for block in columns for column in block.tolist()), strict=True)
        table = TextTable(
            tuple(map(text_cell, headings)), tuple(tuple(cell(v, self.scalars.digits) for v in row) for row in rows)
        )
        return table.to_frame()

    def _headings(self) -> list[str]:
        return [f"output {j}" for j in range(self._table.shape[1])] if self._several else ["coefficient"]

    def _stderr(self) -> Array | None:
        return None if self.covariance is None else np.sqrt(np.maximum(self.covariance.diagonal(), 0.0))

    def to_latex(self, *, document: bool = False) -> str:
        """Return the coefficient table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def _repr_latex_(self) -> str:
        array, definitions = latex_array(self.table()), self.scalars.written(self._table[:0], self.variables)[1]
        if not definitions:
            return array
        body = r" \\ ".join([array.strip("$"), *(_equation(letter, value) for letter, value in definitions.items())])
        return rf"$\begin{{array}}{{l}}{body}\end{{array}}$"

    def __repr__(self) -> str:
        outputs = f", {self._table.shape[1]} outputs" if self._several else ""
        return f"<Series: {len(self.space)} coefficients in {self.scalars}{outputs}; {self.space.describe()}>"

    def __str__(self) -> str:
        return self.table().to_text()

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the series as JSON text, and write it to `path` where one is given."""
        text = json.dumps(self._record(), allow_nan=False)
        if path is not None:
            write_text(path, text)
        return text

    def _record(self) -> dict[str, Any]:
        return {
            "format": FORMAT, "version": VERSION, "scalars": self.scalars.record(), "space": self.space.to_dict(),
            "coefficients": [[self.scalars.encode(value) for value in row] for row in self._table], "several": self._several,
            "covariance": None if self.covariance is None else self.covariance.tolist(), "warnings": list(self.warnings),
            **({"notes": list(self.notes)} if self.notes else {}),
        }  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the series that `to_json` wrote; `DataError` for text that it did not write."""
        refuse_path(text, "series")
        try:
            return cls._restored(json.loads(text))
        except (DataError, ResourceLimitError):
            raise
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise DataError(f"series: the text is no series in JSON ({error}); write it with Series.to_json") from error

    @classmethod
    def _restored(cls, record: Mapping[str, Any]) -> Self:
        """Return the series of a record."""
        if record["format"] != FORMAT or record["version"] != VERSION:
            raise DataError(f"series: format {record['format']!r} version {record['version']!r}; expected {FORMAT!r} {VERSION}")
        scalars, rows = scalars_named(record["scalars"]), record["coefficients"]
        table = object_array(scalars.decode(value) for row in rows for value in row).reshape(len(rows), -1)
        said = {"warnings": _sentences(record["warnings"], "warnings"), "notes": _sentences(record.get("notes", []), "notes")}
        space = space_from_dict(record["space"])
        return cls(space, table if record["several"] else table[:, 0], scalars, record["covariance"], **said)


def _equation(letter: sympy.Symbol, value: sympy.Expr) -> str:
    """Return what a letter stands for as LaTeX without dollar signs."""
    names = {s: latex_name(s.name) for s in value.free_symbols}
    return f"{latex_name(letter.name)} = {sympy.latex(value, symbol_names=names)}"


def _sentences(given: object, what: str) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(sentence, str) for sentence in given):
        raise DataError(f"series: {what} {str(given)[:40]!r}; expected a list of texts")
    return given


def finite(values: Array, scalars: Scalars, what: str = "coefficients") -> Array:
    """Return elements of a ring, all of them finite, or raise what says which is not."""
    if scalars.balls and not all(value.is_finite() for value in values.flat):
        raise NotAnalyticError(f"{what} in {scalars}: a ball is not finite; raise the precision or move the centre")
    return check_finite(values, what) if scalars is F64 else values
