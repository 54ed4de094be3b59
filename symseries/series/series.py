"""Series: a vector of coefficients over a space, with its ring and, where known, its covariance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from symseries import engine
from symseries.display import (
    Cell,
    TextTable,
    latex_name,
    math_cell,
    text_cell,
    uncertain_cell,
    write_text,
)
from symseries.errors import (
    DataError,
    LawNameError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    SpaceMismatchError,
    listing,
    suggestion,
)
from symseries.multiindex import check_order
from symseries.names import symbol
from symseries.pages import latex_array
from symseries.scalars import (
    F64,
    MPF,
    Array,
    Scalars,
    boxed,
    check_finite,
    check_scalars,
    object_array,
    scalars_named,
)
from symseries.series.cells import cell, to_number
from symseries.spaces import (
    BoxSpace,
    EmpiricalSpace,
    SampledSpace,
    Space,
    TaylorSpace,
    check_same,
    check_space,
    check_supported,
    conversion,
    space_from_dict,
)
from symseries.tables import input_matrix

if TYPE_CHECKING:
    from pandas import DataFrame


FORMAT = "symseries.series"
VERSION = 1


class Series:
    """f(x) = sum_n a_n phi_n(x) over the basis of a space, truncated at its order.

    Parameters: `space`; `coefficients` (N,), or (N, outputs) for several outputs, in the order of `space.multi_indices`;
    `scalars`, their ring; `covariance` (N, N) of the coefficients of a single output, or None where it is not known;
    `warnings`, what to know about them, such as how far the nearest kink of a network is, which goes with what is made of them.
    Series add and multiply over equal spaces only; a product is cut at the order of the space.

    Raises `OptionError` for coefficients or a covariance of another shape and for a ring that the space cannot carry,
    `DataError` for coefficients that are not finite; arithmetic raises `SpaceMismatchError` where spaces differ.

    >>> import symseries as ss
    >>> x = ss.Series(ss.TaylorSpace({"x": 0}, order=3), ["1/2", 1, 0, 0], scalars=ss.QQ)
    >>> (x * x).to_sympy()
    x**2 + x + 1/4
    """

    def __init__(
        self,
        space: Space,
        coefficients: object,
        scalars: Scalars = F64,
        covariance: object = None,
        *,
        warnings: Iterable[str] = (),
    ) -> None:
        self.space = check_space(space)
        check_supported(space, check_scalars(scalars))
        self.scalars, table = scalars.holding(coefficients)
        if table.shape[:1] != (len(space),) or table.ndim > 2 or not table.size:
            raise OptionError(
                f"coefficients of shape {table.shape}: {space.describe()} has {len(space)}, expected ({len(space)},) "
                f"or ({len(space)}, outputs)"
            )
        self._table = _finite(table, scalars).reshape(len(space), -1)
        self._table.setflags(write=False)
        self._several = table.ndim == 2
        self.covariance = self._checked(covariance)
        self.warnings = tuple(warnings)

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

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Series], tuple[dict[str, Any]]]:
        return _restored, (self._record(),)

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
        return Series(space or self.space, self._shaped(table), self.scalars, covariance, warnings=self.warnings)

    def _in(self, ring: Scalars, table: Array, other: object, covariance: object = None) -> Series:
        theirs = other.warnings if isinstance(other, Series) else ()
        warnings = dict.fromkeys((*self.warnings, *theirs))
        if isinstance(ring, MPF) and not ring.reaches(table):
            warnings[f"digits cancelled: fewer than {ring.dps} are certain here; expand the whole with more"] = None
        return Series(self.space, self._shaped(table), ring, covariance, warnings=warnings)

    def coefficient(self, index: tuple[int, ...]) -> Any:
        """Return the coefficient of one multi-index, a number, or an array (outputs,)."""
        row = self.space.rank(index)
        values = self.scalars.handed(self._table[row])
        return values if self._several else values[0]

    def __call__(self, X: object) -> Array:
        """Return the values (n,), or (n, outputs), at points X: an array (n, inputs) or a table matched by name."""
        points = _finite(self.scalars.array(input_matrix(X, self.variables)), self.scalars, "inputs")
        with self.scalars.working():
            values = self.space.evaluate(points, self._table, self.scalars)
        return self._shaped(self.scalars.handed(values))

    # ----------------------------------------------------------------------------------------------------- arithmetic
    def __add__(self, other: object) -> Series:
        ring, left, right = self._meeting(other)
        known = self.covariance is not None and not isinstance(other, Series)
        with ring.working():
            return self._in(ring, left + right, other, self.covariance if known else None)

    def __neg__(self) -> Series:
        with self.scalars.working():
            return self._like(-self._table, self.covariance)

    def __sub__(self, other: object) -> Series:
        return self + (-other if isinstance(other, (Series, sympy.Expr)) else -self.scalars.element(other))

    def __rsub__(self, other: object) -> Series:
        return -self + other

    def __mul__(self, other: object) -> Series:
        if not isinstance(other, Series):
            return self._scaled(other)
        ring, left, right = self._meeting(other)
        with ring.working():
            return self._in(ring, self._products(left, right, ring), other)

    def __truediv__(self, other: object) -> Series:
        if isinstance(other, Series):
            raise OptionError("series / series: a quotient of series is not offered; expand the quotient itself")
        with self.scalars.working():
            ring, value = self.scalars.holding(boxed(other))
            if value[()] == 0:
                raise OptionError("series / 0: expected a number that is not 0")
            inverse = ring.power(value.reshape(1), Fraction(-1))
        return self._scaled(ring.handed(inverse)[0] if ring.family == "SYM" else inverse[0])

    def __pow__(self, exponent: object) -> Series:
        power = check_order(exponent)
        result: Series = self * 0 + 1
        for _ in range(power):
            result = result * self
        return result

    def _scaled(self, other: object) -> Series:
        ring, left, factor = self._meeting(other, constant=False)
        scaled = None if self.covariance is None else self.covariance * F64.element(other) ** 2
        with ring.working():
            return self._in(ring, left * factor, other, scaled)

    def _products(self, left: Array, right: Array, scalars: Scalars) -> Array:
        if isinstance(self.space, TaylorSpace):
            return engine.product(self.space.indices, left, right)
        if self._nodal:
            return np.asarray(left * right)
        basis = self._sampled_space.sampled(scalars)
        return self._sampled_space.project(scalars.matmul(basis, left) * scalars.matmul(basis, right), scalars)

    __radd__, __rmul__ = __add__, __mul__
    __array_ufunc__ = None  # array * series is left to the series, which says what it expects

    @property
    def _nodal(self) -> bool:
        return isinstance(self.space, EmpiricalSpace) and self.space.nodal

    @property
    def _sampled_space(self) -> SampledSpace:
        assert isinstance(self.space, SampledSpace)  # noqa: S101 - every space but Taylor
        return self.space

    def _meeting(self, other: object, *, constant: bool = True) -> tuple[Scalars, Array, Array]:
        """Return the ring in which this series meets another, or a number, and both tables as elements of it.

        A number becomes a constant function, or with `constant=False` a factor (1, 1).
        """
        if isinstance(other, Series):
            self._check_alike(other)
            theirs, right = other.scalars, other._table
        else:
            theirs, value = self.scalars.holding(boxed(other))
            right = theirs.zeros(1, 1)
            right[0, 0] = value[()]
        ring = self.scalars.common(theirs)
        if ring is None:
            raise SpaceMismatchError(f"scalars {self.scalars} and {theirs} meet; expand both over one ring")
        left, right = ring.renamed(self._table, self.scalars), ring.renamed(right, theirs)
        return ring, left, right if isinstance(other, Series) or not constant else self._constant(ring, right[0, 0])

    def _check_alike(self, other: Series) -> None:
        check_same(self.space, other.space)
        ours, theirs = self._shaped(self._table).shape, other._shaped(other._table).shape
        if ours != theirs:
            raise SpaceMismatchError(f"coefficients of shapes {ours} and {theirs} meet; expected as many outputs in both")

    def _constant(self, ring: Scalars, value: Any) -> Array:
        """Return the coefficients of a constant function; the first basis function is 1 everywhere."""
        table = ring.zeros(*self._table.shape)
        table[: len(table) if self._nodal else 1] = boxed(value) if ring.dtype is object else value
        return table

    def over(self, scalars: Scalars, constants: Mapping[str, object] | None = None) -> Series:
        """Return the series with its coefficients in another ring: exact ones to any number of digits, or rounded.

        Series in `SYM` are evaluated in balls with as many bits as the answer needs; `constants` gives their symbols numbers.
        Digits that are not there are not made up: float64 numbers are taken as the binary numbers they are.

        Raises `OptionError` for a ring that the space cannot carry or that does not hold the numbers, and for symbols without a
        number.

        >>> import symseries as ss
        >>> third = ss.Series(ss.TaylorSpace({"x": 0}, order=1), ["1/3", 1], scalars=ss.QQ)
        >>> third.over(ss.ARB(64)).coefficients.tolist()
        [<Ball 0.3333333333333333333 ± 4.24e-20>, <Ball 1.00000000000000>]
        """
        ring, numbers, space = check_scalars(scalars), {} if constants is None else constants, self.space
        if not isinstance(numbers, Mapping):
            raise OptionError(f"constants={constants!r}: expected a mapping of symbols to numbers, such as {{'k': 2}}")
        known = self.scalars.symbols | (space.symbols if isinstance(space, TaylorSpace) else set())
        for name in numbers:
            if name not in known:
                held = listing(sorted(known)) or "none"
                raise LawNameError(f"constant {name!r} is no symbol of the series{suggestion(name, known)}; symbols: {held}")
        table = self.scalars.converted(self._table, ring, numbers)
        if isinstance(space, TaylorSpace) and space.symbols:
            space = space.at(numbers)
        covariance = self.covariance if ring is F64 else None
        return Series(space, self._shaped(table), ring, covariance, warnings=self.warnings)

    def equals(self, other: Series) -> bool | None:
        """Return whether two series over one space are equal: True, False, or None where it is left open.

        Exact coefficients are compared exactly; balls are unequal when two are apart; float64 coefficients when they differ by
        more than rounding can.
        """
        if not isinstance(other, Series):
            raise OptionError(f"equals: {type(other).__name__} received; expected a Series")
        ring, left, right = self._meeting(other)
        with ring.working():
            difference = left - right
            if ring is not F64:
                answers = [ring.is_zero(value) for value in difference.flat]
                return False if False in answers else None if None in answers else True
        scale = max(float(np.abs(self._table).max(initial=0)), float(np.abs(other._table).max(initial=0)), 1e-300)
        return False if float(np.abs(difference).max(initial=0)) > 1e-9 * scale else None

    # --------------------------------------------------------------------------------------------------- other spaces
    def truncate(self, order: int) -> Series:
        """Return the series cut to a lower order; OptionError for a higher one, or over a nodal space."""
        old = self.space.order
        if old is None or check_order(order) > old:
            limit = "which has no order" if old is None else f"expected at most {old}"
            raise OptionError(f"truncate to order {order}: {self.space.describe()}; {limit}")
        space = self.space.with_order(order)
        if isinstance(space, EmpiricalSpace) and space.index_kind == "tensor":
            return self._projected(space, self.scalars)  # where the basis of a lower order is no part of that of a higher one
        return self._chosen(space, space.multi_indices, self.scalars.array(np.ones(len(space), dtype=int)))

    def _chosen(self, space: Space, indices: Array, factors: Array) -> Series:
        """Return the series of these coefficients, each times its factor."""
        rows = np.array([self.space.rank(row) for row in indices])
        kept = self.covariance
        if kept is not None:
            scale = self.scalars.converted(factors, F64, {})
            kept = kept[np.ix_(rows, rows)] * np.outer(scale, scale)
        with self.scalars.working():
            return self._like(self._table[rows] * factors[:, None], kept, space)

    def project(self, space: Space) -> Series:
        """Return the projection in float64 onto a space that has nodes: projection matrix times the values at the nodes.

        Variables are matched by name. Raises `OptionError` for a Taylor space, whose coefficients are derivatives and not a
        projection, and from a nodal series, which has values at its rows only; `SpaceMismatchError` for other variables.
        """
        target = check_space(space)
        if not isinstance(target, SampledSpace):
            raise OptionError(f"project: {space.describe()} is no projection; expand the network or law over it instead")
        if set(space.variables) != set(self.variables):
            raise SpaceMismatchError(
                f"project: variables {listing(self.variables)} and {listing(space.variables)}; expected the same ones"
            )
        source = self if self.scalars.family in ("F64", "QQ") else self.over(F64)
        return source._projected(target, F64)

    def _projected(self, space: SampledSpace, scalars: Scalars) -> Series:
        columns = [space.variables.index(name) for name in self.variables]
        if isinstance(space, BoxSpace) and space.variables == self.variables and scalars is F64:
            matrix = conversion(self.space, space)  # with as many nodes as the product of both bases needs
        else:
            matrix = space.project(self.space.basis(space.nodes_in(scalars)[:, columns], scalars), scalars)
        covariance = None if self.covariance is None else matrix @ self.covariance @ matrix.T
        return Series(space, self._shaped(scalars.matmul(matrix, scalars.array(self._table))), scalars, covariance)

    def derivative(self, variable: str) -> Series:
        """Return the derivative of a Taylor series in one variable, one order lower.

        Raises `OptionError` for an unknown variable, order 0, or a space whose basis is not powers.
        """
        if variable not in self.variables:
            raise OptionError(
                f"derivative in {variable!r}{suggestion(variable, self.variables)}; variables: {listing(self.variables)}"
            )
        if not isinstance(self.space, TaylorSpace) or self.space.order == 0 or self.space.index_kind != "total":
            raise OptionError(f"derivative over {self.space.describe()}: expected a Taylor space of total order 1 or more")
        axis, space = self.variables.index(variable), self.space.with_order(self.space.order - 1)
        raised = space.multi_indices + np.eye(len(self.variables), dtype=int)[axis]
        factors = object_array(int(k) / self.space.scale[variable] for k in raised[:, axis])
        return self._chosen(space, raised, self.scalars.array(factors))

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
        return TextTable(tuple(headers), rows, caption or self.space.describe(), (*notes, *self.warnings))

    def _cells(self) -> tuple[list[list[Cell]], list[str]]:
        """Return the coefficients as cells, and what their letters stand for."""
        handed, definitions = self.scalars.written(self._table, self.variables)
        errors, digits = self._stderr(), self.scalars.digits
        if errors is not None:
            return [[uncertain_cell(v, error) for v in row] for row, error in zip(handed, errors, strict=True)], []
        return [[cell(v, digits) for v in row] for row in handed], [f"{name} = {value}" for name, value in definitions.items()]

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
        names = {letter: latex_name(letter.name) for letter in definitions}
        lines = [f"{names[letter]} = {sympy.latex(value, symbol_names=names)}" for letter, value in definitions.items()]
        body = r" \\ ".join([array.strip("$"), *lines])
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
        }  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> Series:
        """Return the series that `to_json` wrote; `DataError` for text that it did not write."""
        try:
            return _restored(json.loads(text))
        except (DataError, ResourceLimitError):
            raise
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise DataError(f"series: the text is no series in JSON ({error}); write it with Series.to_json") from error


def _restored(record: Mapping[str, Any]) -> Series:
    """Return the series of a record."""
    if record["format"] != FORMAT or record["version"] != VERSION:
        raise DataError(f"series: format {record['format']!r} version {record['version']!r}; expected {FORMAT!r} {VERSION}")
    scalars, rows = scalars_named(record["scalars"]), record["coefficients"]
    table = object_array(scalars.decode(value) for row in rows for value in row).reshape(len(rows), -1)
    several, warnings = bool(record["several"]), record["warnings"]
    if not isinstance(warnings, list) or not all(isinstance(warning, str) for warning in warnings):
        raise DataError(f"series: warnings {str(warnings)[:40]!r}; expected a list of texts")
    space = space_from_dict(record["space"])
    return Series(space, table if several else table[:, 0], scalars, record["covariance"], warnings=warnings)


def _finite(values: Array, scalars: Scalars, what: str = "coefficients") -> Array:
    if scalars.balls and not all(value.is_finite() for value in values.flat):
        raise NotAnalyticError(f"{what} in {scalars}: a ball is not finite; raise the precision or move the centre")
    return check_finite(values, what) if scalars is F64 else values
