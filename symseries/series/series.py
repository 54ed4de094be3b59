"""Series: arithmetic, values and changes of coefficients over a space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries import engine
from symseries.errors import DataError, LawNameError, OptionError, SpaceMismatchError, listing, suggestion
from symseries.multiindex import check_order
from symseries.scalars import F64, MPF, Array, Scalars, boxed, check_scalars
from symseries.series.changes import changed, stays_exact
from symseries.series.coefficients import Coefficients, finite
from symseries.series.sources import Found, of_function, of_table
from symseries.spaces import (
    BoxSpace,
    EmpiricalSpace,
    SampledSpace,
    Space,
    TaylorSpace,
    antiderivative,
    any_space,
    check_same,
    check_space,
    check_supported,
    derivative,
    exact_change,
    integral,
    resolved,
    unit_boxes,
)
from symseries.tables import input_matrix


class Series(Coefficients):
    """f(x) = sum_n a_n phi_n(x) over the basis of a space, truncated at its order.

    Parameters: `space`; `coefficients` (N,), or (N, outputs) for several outputs, in the order of `space.multi_indices`;
    `scalars`, their ring; `covariance` (N, N) of the coefficients of a single output, or None where it is not known;
    `warnings`, what to know about them, such as how far the nearest kink of a network is, which goes with what is made of them;
    `notes`, how they were found: the order that was chosen, the error of a quadrature.
    Series add and multiply over equal spaces only; a product is cut at the order of the space.

    Raises `OptionError` for coefficients or a covariance of another shape and for a ring that the space cannot carry,
    `DataError` for coefficients that are not finite; arithmetic raises `SpaceMismatchError` where spaces differ.

    >>> import symseries as ss
    >>> x = ss.Series(ss.TaylorSpace({"x": 0}, order=3), ["1/2", 1, 0, 0], scalars=ss.QQ)
    >>> (x * x).to_sympy()
    x**2 + x + 1/4
    """

    @classmethod
    def from_function(cls, function: Callable[[Array], object], space: Space) -> Series:
        """Return the projection of a callable onto a space that has nodes.

        Parameters: `function`, which maps points (n, w), a column for each variable of the space in its order, to values (n,)
        or (n, outputs); `space`, a Legendre, Chebyshev, Fourier or Empirical space, also with `order="auto"`. `notes` hold the
        chosen order and the estimated error of the quadrature; where that is large, or no order was enough, `warnings` do.

        Raises `DataError` for values of another shape and values that are not finite, `OptionError` for a Taylor space.

        >>> import symseries as ss
        >>> found = Series.from_function(lambda X: X[:, 0] ** 2, ss.ChebyshevSpace({"x": (-1, 1)}, order=2))
        >>> (found.coefficients.round(12) + 0.0).tolist()
        [0.5, 0.0, 0.5]
        """
        return cls._found(of_function(function, any_space(space)))

    @classmethod
    def from_data(cls, data: object, target: str, space: Space) -> Series:
        """Return the least-squares series of a column of a table over a space of other columns.

        It minimises the sum of squares of y_j - sum_n a_n phi_n(x_j) over the rows j. Parameters: `data`, a path, mapping or
        DataFrame; `target`, the column y; `space`, a Taylor, Legendre, Chebyshev, Fourier space, or the Empirical space of the
        same table. Where there are more rows than coefficients, and off Empirical spaces, the covariance is that of equal and
        independent noise of the residual's variance. The condition number is told in `notes`, a poor one in `warnings`.

        Raises `IdentifiabilityError` where the rows do not determine the coefficients, `DataError` for rows outside the domain.

        >>> import symseries as ss
        >>> table = {"x": [0.0, 0.5, 1.0], "y": [1.0, 2.0, 3.0]}
        >>> Series.from_data(table, "y", ss.TaylorSpace({"x": 0}, order=1)).coefficients.round(12).tolist()
        [1.0, 2.0]
        """
        return cls._found(of_table(data, target, check_space(space)))

    @classmethod
    def _found(cls, found: Found) -> Series:
        return cls(found.space, found.table, F64, found.covariance, warnings=found.warnings, notes=found.notes)

    def _like(self, table: Array, covariance: object = None, space: Space | None = None) -> Series:
        return self._made(space or self.space, table, self.scalars, covariance)

    def _made(self, space: Space, table: Array, ring: Scalars, covariance: object = None, more: tuple[str, ...] = ()) -> Series:
        """Return a series made of this one, which keeps its warnings and notes."""
        said = dict.fromkeys((*self.warnings, *more))
        return Series(space, self._shaped(table), ring, covariance, warnings=said, notes=self.notes)

    def _in(self, ring: Scalars, table: Array, other: object, covariance: object = None) -> Series:
        """Return a sum or product, with the warnings of both; what was noted of each is not true of it."""
        theirs = other.warnings if isinstance(other, Series) else ()
        warnings = dict.fromkeys((*self.warnings, *theirs))
        if isinstance(ring, MPF) and not ring.reaches(table):
            warnings[f"digits cancelled: fewer than {ring.dps} are certain here; expand the whole with more"] = None
        return Series(self.space, self._shaped(table), ring, covariance, warnings=warnings)

    # ---------------------------------------------------------------------------------------------------------- values
    def __call__(self, X: object, *, extrapolate: bool = False) -> Array:
        """Return the values (n,), or (n, outputs), at points X: an array (n, inputs) or a table matched by name.

        Points outside the domain of a box are refused with `DataError`, which says which: there the sum stands for nothing.
        With `extrapolate=True` they are computed all the same; a periodic Fourier series has values everywhere.
        """
        points = self._points(X, extrapolate)
        with self.scalars.working():
            values = self.space.evaluate(points, self._table, self.scalars)
        return self._shaped(self.scalars.handed(values))

    def _points(self, X: object, extrapolate: bool) -> Array:
        space, plain = self.space, self.scalars is F64 and _is_plain(X, len(self.variables))
        points = np.asarray(X) if plain else input_matrix(X, self.variables)
        if points.dtype == object or self.scalars is not F64:
            points = finite(self.scalars.array(points), self.scalars, "inputs")
        if extrapolate or not isinstance(space, BoxSpace) or getattr(space, "extension", "") == "periodic":
            return points
        floats = self.scalars.converted(points, F64, {}) if points.dtype == object else points
        if not space.holds(floats):
            far = space.outside(floats)
            raise DataError(f"{far}; the series says nothing there: take a wider domain, or extrapolate=True to see its values")
        return points

    def gradient(self, X: object, *, extrapolate: bool = False) -> Array:
        """Return the derivatives (n, inputs), or (n, inputs, outputs), at points X, per unit of each variable.

        Raises what `derivative` and the values raise.

        >>> import symseries as ss
        >>> square = ss.Series(ss.TaylorSpace({"x": 0}, order=2), [0, 0, 1])
        >>> square.gradient([[3.0]]).tolist()
        [[6.0]]
        """
        return np.stack([self.derivative(name)(X, extrapolate=extrapolate) for name in self.variables], axis=1)

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
        if isinstance(self.space, BoxSpace) and scalars is not F64:
            if self.space.kind == "fourier":
                raise OptionError(f"series * series over {self.space.describe()} in {scalars}: not offered; use .over(F64)")
            box, powers = unit_boxes(self.space)  # of the window, where products are those of powers
            there, back = exact_change(box, powers, scalars), exact_change(powers, box, scalars)
            whole = engine.product(powers.indices, scalars.matmul(there, left), scalars.matmul(there, right))
            return scalars.matmul(back, whole)
        basis = self._sampled_space.sampled(scalars)
        return self._sampled_space.project(scalars.matmul(basis, left) * scalars.matmul(basis, right), scalars)

    __radd__, __rmul__ = __add__, __mul__
    __array_ufunc__ = None  # array * series is left to the series, which says what it expects

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
        return self._made(space, table, ring, self.covariance if ring is F64 else None)

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
            # where the basis of a lower order is no part of that of a higher one
            return self._through(
                space, space.project(self.space.basis(space.nodes_in(self.scalars), self.scalars), self.scalars)
            )
        rows = np.array([self.space.rank(row) for row in space.multi_indices])
        return self._like(self._table[rows], None if self.covariance is None else self.covariance[np.ix_(rows, rows)], space)

    def _through(self, space: Space, matrix: Array) -> Series:
        """Return the series over another space whose coefficients are a matrix (N', N) times these; the covariance follows."""
        with self.scalars.working():
            table = self.scalars.matmul(matrix, self._table)
        floats = self.covariance is None or matrix @ self.covariance @ matrix.T
        return self._like(table, None if self.covariance is None else floats, space)

    def project(self, space: Space) -> Series:
        """Return the series over another space of the same variables, matched by name; the covariance goes with it.

        - Between powers, Legendre and Chebyshev polynomials the change is exact: in QQ, SYM and balls it stays in the ring,
          in float64 it is rounded once. A lower order is the projection onto it, a higher one adds zeros.
        - From another space to powers, `warnings` tell how many digits are lost, and what of it is not the function's.
        - A Taylor series about another centre, or over a domain, is the polynomial at hand and not the function that it was cut
          from: `warnings` say so.
        - Everything else is projected in float64, by quadrature that resolves both sides, or at the data.

        A space with `order="auto"` gets the order that the series needs. Raises `SpaceMismatchError` for other variables,
        `OptionError` from a nodal series, which has values at its rows only, and for a ring that the space cannot carry.

        >>> import symseries as ss
        >>> cube = ss.Series(ss.ChebyshevSpace({"x": (-1, 1)}, order=3), ["0", "3/4", "0", "1/4"], scalars=ss.QQ)
        >>> cube.project(ss.TaylorSpace({"x": 0}, order=3)).to_sympy()
        x**3
        """
        target, notes, warnings = resolved(any_space(space), self._values_of(space))
        source = self if self.scalars is F64 or stays_exact(self, target) else self.over(F64)
        check_supported(target, source.scalars)
        found = changed(source, target)
        said = dict.fromkeys((*self.warnings, *found.warnings, *warnings))
        notes = (*self.notes, *notes)
        return Series(target, self._shaped(found.table), found.ring, found.covariance, warnings=said, notes=notes)

    def _values_of(self, space: Space) -> Callable[[Array], Array]:
        """Return the function that this series is, of points whose columns are in the order of another space."""

        def values(points: Array) -> Array:
            columns = [space.variables.index(name) for name in self.variables]
            floats = self if self.scalars is F64 else self.over(F64)
            return self.space.evaluate(points[:, columns], floats._table)

        return values

    def derivative(self, variable: str) -> Series:
        """Return the derivative in one variable, per unit of it; exact in exact rings, the covariance goes with it.

        A Taylor series becomes one order lower; Legendre, Chebyshev and periodic Fourier series stay in their space.

        Raises `OptionError` for an unknown variable, order 0 of a Taylor space, a logarithmic scale, and the spaces that do not
        hold the derivative: it says which to project onto.
        """
        return self._through(*derivative(self.space, variable, self.scalars))

    def integral(self, variable: str | None = None) -> Any:
        """Return the antiderivative in a variable, a Series one order higher, or without one the integral over the whole box.

        The antiderivative is 0 at the lowest value of the variable, in a Taylor space at the centre. The integral over the box
        is a number, or an array (outputs,), in the units of the function times those of all variables; also on logarithmic
        scales it is the integral over the variables themselves. Both are exact in exact rings.

        Raises `OptionError` for an unknown variable, and for spaces that do not hold the integral: it says what to use.

        >>> import symseries as ss
        >>> line = ss.Series(ss.LegendreSpace({"x": (0, 2)}, order=1), [1, 1], scalars=ss.QQ)  # x
        >>> line.integral(), line.integral("x").to_sympy().expand()
        (2, x**2/2)
        """
        if variable is not None:
            return self._through(*antiderivative(self.space, variable, self.scalars))
        row = integral(self.space, self.scalars)[None, :]
        with self.scalars.working():
            values = self.scalars.handed(self.scalars.matmul(row, self._table))[0]
        return values if self._several else values[0]


def _is_plain(X: object, columns: int) -> bool:
    """Return whether points are an array of finite floats already, as large ones should be, and need not be copied."""
    return isinstance(X, np.ndarray) and X.dtype == np.float64 and X.shape[1:] == (columns,) and bool(np.isfinite(X).all())
