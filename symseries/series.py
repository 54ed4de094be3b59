"""Series: a vector of coefficients over a space, with its ring and, where known, its covariance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from symseries import engine
from symseries.display import TextTable, math_cell, number_cell, text_cell, uncertain_cell, write_text
from symseries.errors import DataError, OptionError, SpaceMismatchError, listing, suggestion
from symseries.multiindex import check_order
from symseries.names import symbol
from symseries.scalars import F64, Array, Scalars, check_scalars, object_array, scalars_named
from symseries.spaces import EmpiricalSpace, Space, TaylorSpace, check_same, check_space, check_supported, space_from_dict
from symseries.tables import input_matrix

if TYPE_CHECKING:
    from pandas import DataFrame

FORMAT = "symseries.series"
VERSION = 1


class Series:
    """f(x) = sum_n a_n phi_n(x) over the basis of a space, truncated at its order.

    Parameters: `space`; `coefficients` (N,), or (N, outputs) for several outputs, in the order of `space.multi_indices`;
    `scalars`, their ring; `covariance` (N, N) of the coefficients of a single output, or None where it is not known.
    Series add and multiply over equal spaces only; a product is cut at the order of the space.

    Raises `OptionError` for coefficients of another length, `SpaceMismatchError` where spaces differ.

    >>> import symseries as ss
    >>> x = ss.Series(ss.TaylorSpace({"x": 0}, order=3), ["1/2", 1, 0, 0], scalars=ss.QQ)
    >>> (x * x).to_sympy()
    x**2 + x + 1/4
    """

    def __init__(self, space: Space, coefficients: object, scalars: Scalars = F64, covariance: object = None) -> None:
        self.space, self.scalars = check_space(space), check_scalars(scalars)
        check_supported(space, scalars)
        table = scalars.array(coefficients)
        if table.shape[:1] != (len(space),) or table.ndim > 2:
            raise OptionError(
                f"coefficients of shape {table.shape}: {space.describe()} has {len(space)}, expected ({len(space)},) "
                f"or ({len(space)}, outputs)"
            )
        self._table = table.reshape(len(space), -1)
        self._several = table.ndim == 2
        self.covariance = None if covariance is None else np.asarray(covariance, dtype=float)

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

    def _like(self, table: Array, covariance: object = None, space: Space | None = None) -> Series:
        return Series(space or self.space, self._shaped(table), self.scalars, covariance)

    def coefficient(self, index: tuple[int, ...]) -> Any:
        """Return the coefficient of one multi-index, a number, or an array (outputs,)."""
        return self.coefficients[self.space.rank(tuple(index))]

    def __call__(self, X: object) -> Array:
        """Return the values (n,), or (n, outputs), at points X: an array (n, inputs) or a table matched by name."""
        points = self.scalars.array(input_matrix(X, self.variables))
        return self._shaped(self.scalars.handed(self.scalars.matmul(self.space.basis(points, self.scalars), self._table)))

    # ----------------------------------------------------------------------------------------------------- arithmetic
    def __add__(self, other: object) -> Series:
        right = self._operand(other)
        known = self.covariance is not None and not isinstance(other, Series)
        return self._like(self._table + right, self.covariance if known else None)

    def __neg__(self) -> Series:
        return self._like(-self._table, self.covariance)

    def __sub__(self, other: object) -> Series:
        return self + (-other)  # type: ignore[operator]

    def __rsub__(self, other: object) -> Series:
        return -self + other

    def __mul__(self, other: object) -> Series:
        if not isinstance(other, Series):
            factor = self.scalars.element(other)
            scaled = None if self.covariance is None else self.covariance * float(factor) ** 2
            return self._like(self._table * factor, scaled)
        right = self._operand(other)
        if isinstance(self.space, TaylorSpace):
            return self._like(engine.product(self.space.indices, self._table, right))
        if isinstance(self.space, EmpiricalSpace) and self.space.nodal:
            return self._like(self._table * right)
        values = self.space.basis(self.space.nodes)  # type: ignore[attr-defined]  # every other space has nodes
        return self._like(self.space.projection @ ((values @ self._table) * (values @ right)))  # type: ignore[attr-defined]

    __radd__, __rmul__ = __add__, __mul__

    def _operand(self, other: object) -> Array:
        if not isinstance(other, Series):
            return self._constant(self.scalars.element(other))
        check_same(self.space, other.space)
        if self.scalars is not other.scalars:
            raise SpaceMismatchError(f"scalars {self.scalars} and {other.scalars} meet; expand both over one ring")
        return other._table

    def _constant(self, value: Any) -> Array:
        """Return the coefficients of a constant function; the first basis function is 1 everywhere."""
        table = self.scalars.zeros(*self._table.shape)
        if isinstance(self.space, EmpiricalSpace) and self.space.nodal:
            table[:] = value
        else:
            table[0] = value
        return table

    def equals(self, other: Series) -> bool | None:
        """Return whether two series over one space are equal: True, False, or None where rounding leaves it open.

        Exact coefficients are compared exactly; float64 ones are unequal when they differ by more than rounding can.
        """
        difference = (self - other)._table
        if self.scalars.exact:
            return all(self.scalars.is_zero(value) is True for value in difference.flat)
        scale = max(float(np.abs(self._table).max(initial=0)), float(np.abs(other._table).max(initial=0)), 1e-300)
        return False if float(np.abs(difference).max(initial=0)) > 1e-9 * scale else None

    # --------------------------------------------------------------------------------------------------- other spaces
    def truncate(self, order: int) -> Series:
        """Return the series cut to a lower order; OptionError for a higher one, or over a nodal space."""
        old = self.space.order
        if old is None or check_order(order) > old:
            raise OptionError(f"truncate to order {order}: {self.space.describe()} has order {old}; expected at most that")
        space = self.space.with_order(order)
        rows = np.array([self.space.rank(tuple(row)) for row in space.multi_indices.tolist()])
        kept = None if self.covariance is None else self.covariance[np.ix_(rows, rows)]
        return self._like(self._table[rows], kept, space)

    def project(self, space: Space) -> Series:
        """Return the projection onto a space that has nodes: coefficients = projection matrix times values at the nodes.

        Raises `OptionError` for a Taylor space, whose coefficients are derivatives and not a projection.
        """
        if isinstance(check_space(space), TaylorSpace):
            raise OptionError(f"project: {space.describe()} is no projection; expand the network or law over it instead")
        if set(space.variables) != set(self.variables):
            raise SpaceMismatchError(
                f"project: variables {listing(self.variables)} and {listing(space.variables)}; expected the same ones"
            )
        nodes = space.nodes[:, [space.variables.index(name) for name in self.variables]]  # type: ignore[attr-defined]
        values = self.space.basis(nodes) @ F64.array(self._table)
        return Series(space, self._shaped(space.projection @ values))  # type: ignore[attr-defined]

    def derivative(self, variable: str) -> Series:
        """Return the derivative of a Taylor series in one variable, one order lower.

        Raises `OptionError` for an unknown variable, order 0, or a space whose basis is not powers.
        """
        if variable not in self.variables:
            raise OptionError(f"derivative in {variable!r}{suggestion(variable, self.variables)}; variables: {listing(self.variables)}")
        if not isinstance(self.space, TaylorSpace) or self.space.order == 0 or self.space.index_kind != "total":
            raise OptionError(f"derivative over {self.space.describe()}: expected a Taylor space of total order 1 or more")
        axis, space = self.variables.index(variable), self.space.with_order(self.space.order - 1)
        raised = space.multi_indices + np.eye(len(self.variables), dtype=int)[axis]
        rows = [self.space.rank(tuple(row)) for row in raised.tolist()]
        return self._like(self._table[rows] * self.scalars.array(raised[:, axis])[:, None], space=space)

    # -------------------------------------------------------------------------------------------------------- exports
    def to_sympy(self) -> Any:
        """Return the polynomial as a SymPy expression in the variables, one per output.

        Raises `OptionError` over a nodal space, which has no polynomial.
        """
        basis = self._symbolic_basis()
        columns = self.scalars.handed(self._table).T
        sums = [sympy.Add(*(sympy.sympify(c) * b for c, b in zip(column, basis, strict=True))) for column in columns]
        return sums if self._several else sums[0]

    def _symbolic_basis(self) -> list[sympy.Expr]:
        xs = [symbol(name) for name in self.variables]
        if isinstance(self.space, TaylorSpace):
            shifted = [x - c for x, c in zip(xs, self.space.center.values(), strict=True)]
            return [sympy.Mul(*(s**k for s, k in zip(shifted, row, strict=True))) for row in self.space.multi_indices.tolist()]
        if self.space.kind == "legendre":
            domain = self.space.domain.values()  # type: ignore[attr-defined]
            windows = [(2 * x - low - high) / (high - low) for x, (low, high) in zip(xs, domain, strict=True)]
            rows = self.space.multi_indices.tolist()
            return [sympy.Mul(*(sympy.legendre(k, u) for u, k in zip(windows, row, strict=True))) for row in rows]
        raise OptionError(f"to_sympy over {self.space.describe()}: expected a Taylor or Legendre series")

    def to_poly(self) -> Any:
        """Return the polynomial as a SymPy `Poly` in the variables, one per output."""
        xs = [symbol(name) for name in self.variables]
        expressions = self.to_sympy()
        return [sympy.Poly(e, *xs) for e in expressions] if self._several else sympy.Poly(expressions, *xs)

    def table(self, caption: str = "") -> TextTable:
        """Return the coefficients as a table: multi-index, then a column for each output, with uncertainty where known."""
        handed = self.scalars.handed(self._table)
        outputs = handed.shape[1]
        headers = [text_cell("multi-index"), *(text_cell("coefficient" if outputs == 1 else f"output {j}") for j in range(outputs))]
        errors = None if self.covariance is None else np.sqrt(np.maximum(self.covariance.diagonal(), 0.0))
        rows = []
        for k, index in enumerate(self.space.multi_indices.tolist()):
            name = f"({', '.join(map(str, index))})"
            cells = [number_cell(v) if errors is None else uncertain_cell(v, errors[k]) for v in handed[k]]
            rows.append((math_cell(name, name), *cells))
        return TextTable(tuple(headers), tuple(rows), caption or self.space.describe())

    def to_frame(self) -> DataFrame:
        """Return the coefficients as a DataFrame: a column for each variable's exponent, then the coefficients."""
        return self.table().to_frame()

    def to_latex(self, *, document: bool = False) -> str:
        """Return the coefficient table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def __repr__(self) -> str:
        outputs = f", {self._table.shape[1]} outputs" if self._several else ""
        return f"<Series: {len(self.space)} coefficients in {self.scalars}{outputs}; {self.space.describe()}>"

    def __str__(self) -> str:
        return self.table().to_text()

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the series as JSON text, and write it to `path` where one is given."""
        encoded = [[self.scalars.encode(value) for value in row] for row in self._table]
        record = {
            "format": FORMAT, "version": VERSION, "scalars": self.scalars.name, "space": self.space.to_dict(),
            "coefficients": encoded, "several": self._several,
            "covariance": None if self.covariance is None else self.covariance.tolist(),
        }  # fmt: skip
        text = json.dumps(record, allow_nan=False)
        if path is not None:
            write_text(path, text)
        return text

    @classmethod
    def from_json(cls, text: str) -> Series:
        """Return the series that `to_json` wrote; `DataError` for text that it did not write."""
        try:
            record = json.loads(text)
            if record["format"] != FORMAT or record["version"] != VERSION:
                raise DataError(f"series: format {record['format']!r} version {record['version']!r}; expected {FORMAT!r} {VERSION}")
            return cls._from_record(record)
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise DataError(f"series: the text is no series in JSON ({error}); write it with Series.to_json") from error

    @classmethod
    def _from_record(cls, record: Mapping[str, Any]) -> Series:
        scalars = scalars_named(record["scalars"])
        rows = record["coefficients"]
        table = object_array(scalars.decode(v) for row in rows for v in row).reshape(len(rows), -1)
        space = space_from_dict(record["space"])
        return cls(space, table if record["several"] else table[:, 0], scalars, record["covariance"])
