"""Piecewise expansions: a domain split into cells, a series on each, to an error that was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from symseries.convergence.enclosures import MOST_INPUTS
from symseries.convergence.splitting import Cell, Cut, Leaf, Splitter, cells_of, ends_of, space_of
from symseries.display import TextTable, name_cell, number, number_cell, refuse_path, text_cell, write_text
from symseries.errors import DataError, LawNameError, OptionError, ResourceLimitError, listing, suggestion
from symseries.laws import Law
from symseries.multiindex import check_order
from symseries.names import symbol
from symseries.network import Network
from symseries.scalars import Array, typed
from symseries.series import Series
from symseries.spaces import BoxSpace, ChebyshevSpace, LegendreSpace, space_from_dict
from symseries.tables import input_matrix

FORMAT, VERSION = "symseries.pieces", 1
LIMIT = 5000

_BASES: dict[str, type[BoxSpace]] = {"chebyshev": ChebyshevSpace, "legendre": LegendreSpace}
_LEAST = 1e-13  # relative error, below which float64 has none
_SHOWN = 20  # cells of a table on a terminal
_WRITTEN = 300  # cells of a formula
_BLOCK = 1 << 15  # points at a time


class Pieces:
    """A function as a series on each cell of a split domain; it evaluates, plots and is stored.

    `error` is the largest error of all cells in the unit of the function, `relative` the same in its standard deviation `sd` on
    the domain; `proved` says whether every one is a proved bound or the largest deviation at sample points.

    >>> import symseries as ss
    >>> law = ss.Law("k/sqrt(d)", variables=("d",))
    >>> pieces = split(law, {"d": (1, 100)}, error=1e-3, order=4, constants={"k": 500})
    >>> len(pieces), pieces.relative < 1e-3
    (8, True)
    >>> bool(abs(pieces([[25.0]])[0] - 100) < 1e-3 * pieces.sd)
    True
    """

    def __init__(self, domain: BoxSpace, nodes: Sequence[Leaf | Cut], *, sd: float, target: float, proved: bool) -> None:
        self.domain, self.nodes = domain, tuple(nodes)
        self.sd, self.target, self.proved = sd, target, proved
        self.variables = domain.variables
        self.leaves = tuple(node for node in nodes if isinstance(node, Leaf))

    # ---------------------------------------------------------------------------------------------------------- numbers
    def __len__(self) -> int:
        return len(self.leaves)

    @property
    def order(self) -> int:
        """The order of the series on each cell."""
        return int(self.domain.order)

    @property
    def error(self) -> float:
        """The largest error of all cells, in the unit of the function."""
        return max(leaf.error for leaf in self.leaves)

    @property
    def relative(self) -> float:
        """The largest error of all cells in standard deviations of the function on the domain."""
        return self.error / self.sd

    @property
    def cells(self) -> tuple[dict[str, tuple[Fraction, Fraction]], ...]:
        """The lowest and highest value of every variable, cell by cell."""
        return tuple(dict(zip(self.variables, leaf.cell, strict=True)) for leaf in self.leaves)

    @property
    def method(self) -> str:
        """How the pieces were found, in a sentence."""
        how = "proved on every cell, for the exact polynomials" if self.proved else "estimated at sample points of every cell"
        return (
            f"{len(self)} cells, each halved along the axis of its smallest radius until the error was at most "
            f"{number(self.target, 3)}; the largest is {number(self.error, 3)}, {how}"
        )

    def series(self, cell: object) -> Series:
        """Return the series on a cell, by its number from 0."""
        if not isinstance(cell, (int, np.integer)) or not 0 <= cell < len(self):
            raise OptionError(f"cell {cell!r}: expected a number from 0 to {len(self) - 1}")
        leaf = self.leaves[int(cell)]
        return Series(space_of(leaf.cell, self.domain, self.domain), leaf.coefficients)

    # ------------------------------------------------------------------------------------------------------- evaluation
    def __call__(self, X: object) -> Array:
        """Return the values (n,) at points X: an array (n, inputs) or a table matched by name.

        Raises `DataError` for a point outside the domain, where there is no piece.
        """
        points = np.asarray(input_matrix(X, self.variables), dtype=float)
        if outside := self.domain.outside(points):
            raise DataError(f"{outside}; there is no piece: split a larger domain")
        values = [self._values(points[start : start + _BLOCK]) for start in range(0, len(points), _BLOCK)]
        return np.concatenate(values) if values else np.empty(0)

    def _values(self, points: Array) -> Array:
        cells = self.cell_of(points)
        inner = np.where(self._logs, np.log(np.where(self._logs, points, 1.0)), points)
        low, high = (ends[cells] for ends in self._ends)
        basis = self._reference.basis((2 * inner - low - high) / (high - low))
        return np.asarray((basis * self._tables[cells]).sum(axis=1))

    def cell_of(self, points: Array) -> Array:
        """Return the numbers (n,) of the cells in which points (n, w) lie; one on an edge belongs to the cell above."""
        place = np.zeros(len(points), dtype=int)
        while (inner := self._axes[place] >= 0).any():
            rows, at = np.flatnonzero(inner), place[inner]
            above = points[rows, self._axes[at]] >= self._cuts[at]
            place[rows] = np.where(above, self._above[at], self._below[at])
        return np.asarray(self._numbers[place])

    @cached_property
    def _reference(self) -> BoxSpace:
        return type(self.domain)(dict.fromkeys(self.variables, (-1, 1)), self.domain.order)

    @cached_property
    def _logs(self) -> Array:
        return np.array([self.domain.scale[name] == "log" for name in self.variables])

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        return ends_of([leaf.cell for leaf in self.leaves], self._logs)

    @cached_property
    def _tables(self) -> Array:
        return np.array([leaf.coefficients for leaf in self.leaves])

    @cached_property
    def _numbers(self) -> Array:
        leaves = [isinstance(node, Leaf) for node in self.nodes]
        return np.cumsum(leaves) - 1

    @cached_property
    def _axes(self) -> Array:
        return np.array([node.axis if isinstance(node, Cut) else -1 for node in self.nodes])

    @cached_property
    def _cuts(self) -> Array:
        return np.array([float(node.at) if isinstance(node, Cut) else 0.0 for node in self.nodes])

    @cached_property
    def _below(self) -> Array:
        return np.array([node.below if isinstance(node, Cut) else 0 for node in self.nodes])

    @cached_property
    def _above(self) -> Array:
        return np.array([node.above if isinstance(node, Cut) else 0 for node in self.nodes])

    # ---------------------------------------------------------------------------------------------------------- exports
    def to_sympy(self) -> sympy.Expr:
        """Return the pieces as a SymPy `Piecewise` in the variables; `ResourceLimitError` for more than 300 cells."""
        if len(self) > _WRITTEN:
            raise ResourceLimitError(
                f"to_sympy: {len(self)} cells, the limit is {_WRITTEN}; ask for a larger error, or use to_json"
            )
        pairs = [(self.series(k).to_sympy(), self._condition(leaf.cell)) for k, leaf in enumerate(self.leaves)]
        return sympy.Piecewise(*pairs, evaluate=False)

    def _condition(self, cell: Cell) -> sympy.Basic:
        parts = []
        for name, (low, high) in zip(self.variables, cell, strict=True):
            x = symbol(name)
            parts += [
                x >= sympy.Rational(low.numerator, low.denominator),
                x <= sympy.Rational(high.numerator, high.denominator),
            ]
        return sympy.And(*parts)

    def table(self, cells: int | None = None) -> TextTable:
        """Return the cells as a table, or the first of them: lowest and highest value of each variable, and the error."""
        ends = [(name_cell(name), text_cell("to")) for name in self.variables]
        headers = (text_cell("cell"), *(cell for pair in ends for cell in pair), text_cell("error"))
        shown = self.leaves if cells is None else self.leaves[:cells]
        rows = tuple(
            (number_cell(k), *(number_cell(float(end)) for pair in leaf.cell for end in pair), number_cell(leaf.error, 3))
            for k, leaf in enumerate(shown)
        )
        rest = len(self) - len(shown)
        return TextTable(headers, rows, f"{self.domain.words}, order {self.order} on each cell", (
            *([f"and {rest} more"] if rest else []), self.method,
        ))  # fmt: skip

    def summary(self) -> str:
        """Return the first cells, and how they were found, as text."""
        return self.table(_SHOWN).to_text()

    def to_latex(self, *, document: bool = False) -> str:
        """Return the table of all cells as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def to_frame(self) -> Any:
        """Return the cells as a pandas DataFrame, a column for each end; `OptionError` where pandas is not installed."""
        headers = ["cell", *(f"{name} {end}" for name in self.variables for end in ("lowest", "highest")), "error"]
        return TextTable(tuple(map(text_cell, headers)), self.table().rows).to_frame()

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the pieces as JSON text, and write it to `path` where one is given."""
        text = json.dumps(self._record(), allow_nan=False)
        if path is not None:
            write_text(path, text)
        return text

    def _record(self) -> dict[str, Any]:
        nodes = [
            {"axis": node.axis, "at": str(node.at), "below": node.below, "above": node.above}
            if isinstance(node, Cut)
            else {"coefficients": node.coefficients.tolist(), "error": node.error}
            for node in self.nodes
        ]
        return {
            "format": FORMAT, "version": VERSION, "space": self.domain.to_dict(), "nodes": nodes, "sd": self.sd,
            "target": self.target, "proved": self.proved,
        }  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Pieces:
        """Return the pieces that `to_json` wrote; `DataError` for text that it did not write."""
        refuse_path(text, "pieces")
        try:
            return _restored(json.loads(text))
        except (AttributeError, LookupError, TypeError, ZeroDivisionError, ValueError) as error:
            raise DataError(f"pieces: the text is no piecewise expansion in JSON ({error}); write it with to_json") from error

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Pieces.from_json, (self.to_json(),)

    def plot(self, ax: Any = None) -> Any:
        """Draw the pieces of one variable, or the cells of two coloured by their error, and return the axes.

        Raises `OptionError` for more variables, or where matplotlib is missing.
        """
        from symseries.convergence.pieces_plot import draw

        return draw(self, ax)

    def _repr_html_(self) -> str:
        return self.table(_SHOWN).to_html()

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        kind = "proved" if self.proved else "estimated"
        return f"<Pieces: {len(self)} cells on {listing(self.variables)}; error {number(self.error, 3)}, {kind}>"


def split(
    function: object,
    domain: Mapping[str, object],
    error: float = 1e-6,
    order: int = 8,
    *,
    basis: str = "chebyshev",
    scale: Mapping[str, str] | str | None = None,
    constants: Mapping[str, object] | None = None,
    proved: bool = False,
    limit: object = LIMIT,
) -> Pieces:
    """Return a piecewise expansion: the domain is halved until the series on every cell is within an error of the function.

    A cell is halved along the axis of its smallest radius of convergence in half-widths, where that is known in closed form
    (one hidden layer, most laws), else along the axis on which the coefficients fall most slowly.

    Parameters: `function`, a `Network` with one output, or a `Law` with numbers for its `constants`; `domain`, which maps every
    variable to (lowest, highest); `error`, the largest one allowed, in standard deviations of the function on the domain;
    `order` of the series on a cell; `basis`, "chebyshev" or "legendre"; `scale`, as that of a `LegendreSpace`; `proved`,
    whether the error of every cell is proved with `enclose` (slower, up to 5 inputs) or sampled; `limit` on the cells.

    Good for evaluation and for bounds; constants are recovered better from one expansion of the whole domain.

    Raises `ResourceLimitError` for more cells than the limit, `ConvergenceError` at a jump, `OptionError`, `LawNameError`.

    >>> from symseries.laws import Law
    >>> pieces = split(Law("1/x", variables=("x",)), {"x": (1, 9)}, error=1e-4, order=6)
    >>> len(pieces), bool(abs(pieces([[2.0]])[0] - 0.5) < 1e-4)
    (4, True)
    """
    if basis not in _BASES:
        raise OptionError(f"basis={basis!r}{suggestion(basis, _BASES)}; expected {' or '.join(map(repr, _BASES))}")
    _check_function(function, constants)
    share = float(typed(error, "error"))
    if share < _LEAST:
        raise OptionError(f"error={error!r}: expected at least {_LEAST:g} standard deviations, which floats resolve")
    if not isinstance(limit, (int, np.integer)) or isinstance(limit, bool) or limit < 1:
        raise OptionError(f"limit={limit!r}: expected a positive number of cells")
    place = _BASES[basis](domain, check_order(order), scale=scale)
    _check_variables(function, place)
    if proved and len(place.variables) > MOST_INPUTS:
        raise ResourceLimitError(
            f"split: {len(place.variables)} variables with proved=True; errors are proved to {MOST_INPUTS}: leave it out, or "
            "hold some inputs with net.slice"
        )
    reference = _BASES[basis](dict.fromkeys(place.variables, (-1, 1)), place.order)
    splitter = Splitter(function, reference, place, constants)  # type: ignore[arg-type]  # checked above
    sd = splitter.spread(tuple((_fraction(low), _fraction(high)) for low, high in place.domain.values()))
    return Pieces(place, cells_of(splitter, share * sd, int(limit), proved), sd=sd, target=share * sd, proved=proved)


def _check_function(function: object, constants: Mapping[str, object] | None) -> None:
    if isinstance(function, Network):
        if len(function.outputs) > 1:
            raise OptionError(f"split: the network has outputs {listing(function.outputs)}; choose one, as in net.output(0)")
        if constants is not None:
            raise OptionError("constants: a network has none; leave them out")
        function._check_numbers()
    elif isinstance(function, Law):
        function._numbers(constants or {})
    else:
        raise OptionError(f"split: {type(function).__name__} received; expected a Network, or a Law with constants=…")


def _check_variables(function: Any, place: BoxSpace) -> None:
    names = function.inputs if isinstance(function, Network) else function.variables
    for name in names:
        if name not in place.variables:
            raise LawNameError(
                f"split: the domain has no {name!r}{suggestion(name, place.variables)}; expected (lowest, highest) for each of "
                f"{listing(names)}"
            )


def _fraction(value: sympy.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _restored(record: Mapping[str, Any]) -> Pieces:
    """Return the pieces of a record, the cells found again from the cuts."""
    if (record["format"], record["version"]) != (FORMAT, VERSION):
        raise DataError(f"format {record['format']!r} version {record['version']!r}; expected {FORMAT!r} {VERSION}")
    place = space_from_dict(record["space"])
    if not isinstance(place, BoxSpace):
        raise DataError("its space has no box")
    cells: dict[int, Cell] = {0: tuple((_fraction(low), _fraction(high)) for low, high in place.domain.values())}
    nodes: list[Leaf | Cut] = []
    for number_, node in enumerate(record["nodes"]):
        cell = cells.pop(number_)
        if "coefficients" in node:
            nodes.append(Leaf(cell, _coefficients(node, place), float(node["error"])))
            continue
        cut = Cut(int(node["axis"]), Fraction(node["at"]), int(node["below"]), int(node["above"]))
        low, high = cell[cut.axis]
        for child, part in ((cut.below, (low, cut.at)), (cut.above, (cut.at, high))):
            cells[child] = (*cell[: cut.axis], part, *cell[cut.axis + 1 :])
        nodes.append(cut)
    if cells:
        raise DataError("cells are missing")
    return Pieces(place, nodes, sd=float(record["sd"]), target=float(record["target"]), proved=bool(record["proved"]))


def _coefficients(node: Mapping[str, Any], place: BoxSpace) -> Array:
    found = np.array(node["coefficients"], dtype=float)
    if found.shape != (len(place),) or not np.isfinite(found).all():
        raise DataError(f"coefficients of shape {found.shape}; expected ({len(place)},) finite numbers")
    return found
