"""The expansion of a law over a space: coefficients as functions of its constants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from symseries import expressions
from symseries.display import TextTable, latex_name, math_cell, text_cell
from symseries.errors import LawNameError, OptionError, SymseriesError, listing, suggestion
from symseries.laws.integrals import closed_coefficients
from symseries.laws.values import tape_of, values_at
from symseries.multiindex import index_set
from symseries.names import symbol
from symseries.pages import latex_array
from symseries.scalars import F64, MPF, Array, Scalars, object_array, reached, stored
from symseries.series import Series
from symseries.series.cells import to_number
from symseries.singularities import check_regular
from symseries.spaces import BoxSpace, EmpiricalSpace, Space, TaylorSpace, check_supported
from symseries.symbolic import SYM, Polynomials, check_powers, with_generators

if TYPE_CHECKING:
    from symseries.laws.law import Law


class LawSeries:
    """A law over a space: coefficients beta_n(C) as functions of the constants C.

    >>> import symseries as ss
    >>> ss.Law("k/sqrt(d)", variables=("d",)).expand(ss.TaylorSpace({"d": 4}, order=2)).coefficients.tolist()
    [k/2, -k/16, 3*k/256]

    Over a Taylor space they follow from the law's own power series; over any other they are the projection matrix times the
    law's values at the nodes, linear constants once and for all. In other rings than float64 no node is used: the coefficients
    on a box are closed forms (`closed_coefficients`), and in balls otherwise integrals whose error is proved.

    >>> space = ss.LegendreSpace({"d": (1, 4)}, order=1)
    >>> ss.Law("k/sqrt(d)", variables=("d",)).expand(space, scalars=ss.SYM).coefficients.tolist()
    [2*k/3, -2*k/9]
    """

    def __init__(self, law: Law, space: Space, scalars: Scalars | None = None) -> None:
        open_center = isinstance(space, TaylorSpace) and space.symbols
        scalars = (SYM if open_center else F64) if scalars is None else scalars
        check_supported(space, scalars)
        for name in law.used:
            if name not in space.variables:
                raise LawNameError(
                    f"the law's variable {name!r} is not in the space{suggestion(name, space.variables)}; "
                    f"its variables are {listing(space.variables)}"
                )
        self.law, self.space, self.scalars = law, space, scalars
        self._points: Array | None = None
        self._check_regular(law.formula)

    def at_points(self, points: Array) -> LawSeries:
        """Return the law's least squares over the space at points (n, w), in float64, in place of its projection.

        This is what a table of measurements at these points is brought to: what the law has beyond the order of the space then
        falls on the coefficients of both alike.

        >>> import symseries as ss
        >>> series = ss.Law("b*x**2", variables=("x",)).expand(ss.LegendreSpace({"x": (-1, 1)}, order=1))
        >>> line = series.at_points(np.array([[0.0], [1.0]])).at({"b": 1})  # through both points
        >>> (line.coefficients.round(9) + 0.0).tolist()
        [0.0, 1.0]
        """
        found = LawSeries(self.law, self.space, self.scalars)
        found._points = points
        return found

    @cached_property
    def _least_squares(self) -> Array:
        """The matrix (N, n) from values at the points to coefficients."""
        assert self._points is not None  # noqa: S101 - narrows the type
        return np.asarray(np.linalg.pinv(self.space.basis(self._points)))

    def _check_regular(self, formula: sympy.Expr) -> None:
        """Refuse a pole in the domain, which the nodes would miss; where constants move it, it takes their values.

        Closed forms see it for themselves, and have finite coefficients where only an end is singular and integrable.
        """
        if isinstance(self.space, BoxSpace) and self.scalars is F64:
            domain = {name: self.space.domain[name] for name in self.law.used}
            check_regular((formula,), domain, self.space.describe(), self.law.constants)

    def at(self, constants: Mapping[str, object]) -> Series:
        """Return the series for given constants, a mapping name → number.

        Raises `LawNameError` for a missing or unknown name, `LawValueError` where the law has no finite value.

        >>> import symseries as ss
        >>> law = ss.Law("a + b*x**2", variables=("x",))
        >>> law.expand(ss.TaylorSpace({"x": 1}, order=2)).at({"a": 1, "b": 3}).coefficients.tolist()
        [4.0, 6.0, 3.0]
        """
        numbers = self.law._numbers(constants)
        self._check_regular(self.law.formula.xreplace({symbol(name): value for name, value in numbers.items()}))
        if self.scalars is F64 and isinstance(self.space, TaylorSpace) and (found := self._rounded(numbers)) is not None:
            return Series(self.space, found[:, 0], F64)
        ring, table = self._in_ring((self.law.formula,), numbers)
        return Series(self.space, table[:, 0], ring)

    def _rounded(self, numbers: Mapping[str, object]) -> Array | None:
        """Return coefficients from balls, rounded: beside a removable singularity float64 would lose all digits.

        None where balls do not decide, or float64 does not hold the answer: it then says so itself.
        """
        try:
            table, _ = reached(lambda ring: (self.evaluate((self.law.formula,), numbers, ring=ring), ()), MPF(17))
        except SymseriesError:
            return None
        found = MPF(17).converted(table, F64, {})
        return found if np.isfinite(found).all() else None

    def jacobian(self, constants: Mapping[str, object]) -> Array:
        """Return the derivatives of the coefficients in the constants, (N, constants), exactly differentiated.

        >>> import symseries as ss
        >>> law = ss.Law("a + b*x**2", variables=("x",))
        >>> law.expand(ss.TaylorSpace({"x": 1}, order=2)).jacobian({"a": 1, "b": 3}).tolist()
        [[1.0, 1.0], [0.0, 2.0], [0.0, 1.0]]
        """
        numbers = self.law._numbers(constants)
        if not numbers:
            return np.empty((len(self.space), 0))
        ring, table = self._in_ring(self.law.slopes(self.law.constants), numbers)
        return ring.handed(table)

    def _in_ring(self, formulas: Sequence[sympy.Expr], numbers: Mapping[str, object]) -> tuple[Scalars, Array]:
        """Return the ring of some formulas, which in SYM holds their generators, and their coefficients."""
        if isinstance(self.space, BoxSpace) and self.scalars is not F64:
            return self._closed(self.space, formulas, numbers)
        if isinstance(self.scalars, Polynomials):

            def compute(ring: Polynomials, low: bool) -> tuple[Scalars, Array]:
                environment = expressions.constants_environment(numbers, ring)
                return ring, self._taylor(formulas, environment, ring, min(1, self.space.order or 0) if low else None)

            found: tuple[Scalars, Array] = with_generators(self._open, compute)
            return found
        if isinstance(self.scalars, MPF):
            return self.scalars, reached(lambda ring: (self.evaluate(formulas, numbers, ring=ring), ()), self.scalars)[0]
        return self.scalars, self.evaluate(formulas, numbers)

    def _closed(self, space: BoxSpace, formulas: Sequence[sympy.Expr], numbers: Mapping[str, object]) -> tuple[Scalars, Array]:
        """Return the ring and the coefficients of formulas on a box without any node: closed or proved integrals."""
        held = {symbol(name): stored(value) for name, value in numbers.items()}
        found = [formula.xreplace(held) for formula in formulas]
        if isinstance(self.scalars, MPF):
            return self.scalars, reached(lambda ring: (closed_coefficients(found, space, ring)[1], ()), self.scalars)[0]
        return closed_coefficients(found, space, self.scalars)

    @property
    def _open(self) -> list[sympy.Symbol]:
        """The symbols of the centre."""
        return [symbol(name) for name in sorted(self.space.symbols)] if isinstance(self.space, TaylorSpace) else []

    def quadrature_error(self, constants: Mapping[str, object]) -> float | None:
        """Return the estimated error of the projection at these constants relative to the law's root mean square.

        It is 0 over a Taylor space and the data, where nothing is integrated, and in other rings than F64, whose integrals are
        closed or proved; None where it is not estimated.
        """
        if not isinstance(self.space, BoxSpace) or self.scalars is not F64 or self._points is not None:
            return 0.0
        numbers = self.law._numbers(constants)
        formula, names = (self.law.formula,), self.space.variables
        return self.space.quadrature_error(lambda points: values_at(formula, points, names, numbers, F64)[:, 0])

    def evaluate(
        self,
        formulas: Sequence[sympy.Expr],
        constants: Mapping[str, object],
        *,
        strict: bool = True,
        ring: Scalars | None = None,
    ) -> Array:
        """Return the coefficients (N, m) of m expressions in variables and constants, at these constants.

        Off Taylor and with `strict=False`, values that are not finite are returned as they are and not refused.
        """
        space, scalars = self.space, ring or self.scalars
        if isinstance(space, TaylorSpace):
            with scalars.working():
                return self._taylor(formulas, expressions.constants_environment(constants, scalars), scalars)
        if isinstance(space, EmpiricalSpace) and scalars.exact:
            return space.project(values_at(formulas, space.exact_nodes, space.variables, constants, scalars), scalars)
        if isinstance(space, BoxSpace) and scalars is not F64:
            return self._closed(space, formulas, constants)[1]
        nodes = space.nodes if self._points is None else self._points  # type: ignore[attr-defined]  # all but Taylor have nodes
        values = values_at(formulas, nodes, space.variables, constants, F64, strict=strict)
        if isinstance(space, EmpiricalSpace) and space.nodal:
            return values
        with np.errstate(all="ignore"):  # a search for constants passes through values that overflow, and leaves them
            if self._points is not None:
                return np.asarray(self._least_squares @ values)
            return np.asarray(space.project(values))  # type: ignore[attr-defined]

    def _taylor(
        self, formulas: Sequence[sympy.Expr], constants: Mapping[str, Array], scalars: Scalars, order: int | None = None
    ) -> Array:
        space = self.space
        assert isinstance(space, TaylorSpace)  # noqa: S101 - narrows the type
        indices = space.indices if order is None else index_set(len(space.variables), order, space.index_kind)
        environment = {**expressions.coordinates_environment(space.variables, space.coordinates(scalars, indices)), **constants}
        place = " at " + ", ".join(f"{name} = {space.center[name]}" for name in self.law.used)
        return np.hstack(expressions.series(tape_of(tuple(formulas)), environment, indices, scalars, place))

    @cached_property
    def coefficients(self) -> Array:
        """The coefficients (N,) as SymPy expressions in the constants.

        They exist over a Taylor space and for laws linear in their constants; otherwise `OptionError` says to use `.at`.
        """
        if isinstance(self.space, TaylorSpace):
            return self._symbolic()
        if self.law.nonlinear:
            raise OptionError(
                f"coefficients over {self.space.describe()}: the law is not linear in {listing(self.law.nonlinear)}, so "
                "they have no closed form here; use .at(constants), or a TaylorSpace"
            )
        ring, table = self._in_ring((self.law.offset, *self.law.slopes(self.law.linear)), {})
        columns = _as_numbers(ring, _cleared(table))
        factors = [sympy.Integer(1), *(symbol(name) for name in self.law.linear)]
        return object_array(sympy.Add(*(c * f for c, f in zip(row, factors, strict=True))) for row in columns)

    def _symbolic(self) -> Array:
        constants = [*(symbol(name) for name in self.law.constants), *self._open]
        check_powers(self.law.formula, constants)

        def compute(ring: Polynomials, low: bool) -> Array:
            environment = expressions.constants_environment({c.name: c for c in constants}, ring)
            order = min(1, self.space.order or 0) if low else None
            return ring.handed(self._taylor((self.law.formula,), environment, ring, order))[:, 0]

        return np.asarray(with_generators(constants, compute))

    def table(self) -> TextTable:
        """Return multi-indices and coefficients as a table."""
        names = {s: latex_name(s.name) for s in (*map(symbol, self.law.constants), *self._open)}
        rows = []
        for index, value in zip(self.space.multi_indices.tolist(), self.coefficients, strict=True):
            label = f"({', '.join(map(str, index))})"
            shown = sympy.N(value, 6) if value.has(sympy.Float) else value
            rows.append((math_cell(label, label), math_cell(str(shown), sympy.latex(shown, symbol_names=names))))
        return TextTable((text_cell("multi-index"), text_cell("coefficient")), tuple(rows), self.space.describe())

    def to_latex(self, *, document: bool = False) -> str:
        """Return the coefficient table as LaTeX (booktabs); with `document=True` it compiles alone."""
        return self.table().to_latex(document=document)

    def _repr_html_(self) -> str | None:
        return None if (table := self._shown()) is None else table.to_html()

    def _repr_latex_(self) -> str | None:
        return None if (table := self._shown()) is None else latex_array(table)

    def _shown(self) -> TextTable | None:
        """Return the table for a notebook; None, which has the notebook show the text, where there is no closed form."""
        try:
            return self.table()
        except SymseriesError:
            return None

    def __reduce__(self) -> tuple[Any, ...]:
        return LawSeries, (self.law, self.space, self.scalars), {"_points": self._points}

    def __repr__(self) -> str:
        return f"<LawSeries: {self.law}; {self.space.describe()}>"

    def __str__(self) -> str:
        return self.table().to_text()


def _as_numbers(ring: Scalars, table: Array) -> Array:
    """Return elements as numbers that SymPy multiplies; of balls their midpoints."""
    found = ring.handed(table)
    if found.dtype != object:
        return found
    return object_array(to_number(value, ring.digits) for value in found.flat).reshape(table.shape)


def _cleared(columns: Array) -> Array:
    """Return float columns with zeros for what rounding left beside the largest entry."""
    if columns.dtype == object:
        return columns
    return np.where(np.abs(columns) < 1e-14 * np.abs(columns).max(axis=0), 0.0, columns)
