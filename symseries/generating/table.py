"""The table of generating functions: looked up by name, and shown in every form."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sympy

from symseries.display import Cell, TextTable, math_cell, text_cell
from symseries.errors import OptionError, listing, suggestion
from symseries.generating.activations import activations
from symseries.generating.function import GeneratingFunction, Kind, shown
from symseries.generating.laws import laws
from symseries.pages import latex_array, latex_document
from symseries.parsing.latex import Stirling2

if TYPE_CHECKING:
    from pandas import DataFrame

_CAPTIONS: dict[Kind | None, str] = {
    "law": "Generating functions of laws",
    "activation": "Generating functions of activations",
    None: "Generating functions",
}
_KINDS: tuple[Kind, ...] = ("law", "activation")
_COLUMNS = "name kind variable function center early general region conditions radius source printed".split()


class GeneratingTable:
    """The table of generating functions: a read-only mapping from name to `GeneratingFunction` that shows itself.

    A name that is not there raises `OptionError` with the nearest one.

    >>> from symseries.generating import generating_functions
    >>> table = generating_functions()
    >>> table["sigmoid"].term(3), "tanh" in table
    (-1/48, True)
    """

    @functools.cached_property
    def _found(self) -> dict[str, GeneratingFunction]:
        # Made when first asked for: who imports the package should not wait for it.
        return {row.name: row for row in (*laws(), *activations())}

    @property
    def rows(self) -> tuple[GeneratingFunction, ...]:
        """All rows: laws first, Table 1 at their head, then activations."""
        return tuple(self._found.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rows."""
        return tuple(self._found)

    def __getitem__(self, name: str) -> GeneratingFunction:
        if name not in self:
            known = f"{suggestion(name, self.names)}; known: {listing(self.names, 40)}"
            raise OptionError(f"generating function {name!r} is not in the table{known}")
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def table(self, kind: Kind | None = None) -> TextTable:
        """Return the rows of one kind, "law" or "activation", or all; what the paper prints wrongly stands in the notes."""
        if kind not in _CAPTIONS:
            raise OptionError(f"kind is {kind!r}; give {' or '.join(map(repr, _KINDS))}, or None for all")
        rows = [row for row in self.rows if kind in {None, row.kind}]
        heads = ("name", "function", "about", "first terms", "", "converges for", "source")
        headers = [
            math_cell("general term a_n", r"\text{general term } a_n") if not head else text_cell(head) for head in heads
        ]
        notes = tuple(f"{row.name}: {row.printed}" for row in rows if row.printed)
        return TextTable(tuple(headers), tuple(map(_cells, rows)), _CAPTIONS[kind], notes)

    def to_latex(self, document: bool = False) -> str:
        """Return two booktabs tables, laws and activations; with `document`, a whole article that compiles as it is."""
        small = r"\centering\footnotesize\setlength{\tabcolsep}{2pt}\renewcommand{\arraystretch}{1.5}"
        tables = [_narrow(self.table(kind)).to_latex().replace(r"\centering", small, 1) for kind in _KINDS]
        return latex_document(tables) if document else "\n".join(tables)

    def to_frame(self) -> DataFrame:
        """Return a DataFrame with a row for each function, which holds SymPy expressions; `OptionError` without pandas."""
        rows = [tuple(Cell("", value=getattr(row, name)) for name in _COLUMNS) for row in self.rows]
        return TextTable(tuple(map(text_cell, _COLUMNS)), tuple(rows)).to_frame()

    def _repr_html_(self) -> str:
        return "\n".join(self.table(kind).to_html() for kind in _KINDS)

    def _repr_latex_(self) -> str:
        return latex_array(self.table())

    def __str__(self) -> str:
        return self.table().to_text()

    def __repr__(self) -> str:
        return f"<GeneratingTable: {len(self)} functions>"


def _narrow(table: TextTable) -> TextTable:
    """Return a table without its first column: on paper the function names the row."""
    return TextTable(table.headers[1:], tuple(row[1:] for row in table.rows), table.caption, table.notes)


def _cells(row: GeneratingFunction) -> tuple[Cell, ...]:
    early = ", ".join(f"a_{k} = {value}" for k, value in enumerate(row.early))
    early_latex = ", ".join(f"a_{{{k}}} = {sympy.latex(value)}" for k, value in enumerate(row.early))
    region = f"<math><mrow>{row.region_text('html')}</mrow></math>"
    return (
        text_cell(row.name),
        _expression_cell(row.function),
        _expression_cell(row.center),
        math_cell(early, early_latex) if early else text_cell(""),
        _expression_cell(row.general),
        Cell(row.region_text(), f"${row.region_latex}$", region),
        text_cell(row.source),
    )


def _expression_cell(expression: sympy.Expr) -> Cell:
    # In MathML, SymPy spells these out as calls; plain text reads better.
    called = expression.has(sympy.KroneckerDelta, sympy.Piecewise, Stirling2)
    markup = None if called else f"<math><mrow>{shown(expression, 'html')}</mrow></math>"
    return Cell(str(expression), f"${sympy.latex(expression)}$", markup)


GENERATING = GeneratingTable()


def generating_functions() -> GeneratingTable:
    r"""Return the paper's Table 1 and its activations, corrected and continued, as one table that shows itself.

    Each row gives f(x) = sum over n of a_n (x - c)^n: the function, c, a_n in closed form, the region of convergence, the
    source, and what the paper prints where that is wrong. Formulas beyond the paper are those of the NIST Digital Library of
    Mathematical Functions (DLMF).

    >>> table = generating_functions()
    >>> table["sigmoid"].general
    (2**(n + 1) - 1)*bernoulli(n + 1)/factorial(n + 1)
    >>> print(table["arrhenius"].region_latex)
    0 < T \leq 2 T_{0}, Q > 0, R > 0, T_{0} > 0
    """
    return GENERATING
