"""Spaces of functions on a box: its domain and scales, its nodes and projection."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import sympy

from symseries.errors import DataError, OptionError, listing, suggestion
from symseries.names import check_names, symbol
from symseries.scalars import F64, Array, Scalars, decimal, object_array, typed
from symseries.spaces.base import MAX_PROJECTION, GradedSpace, SampledSpace, check_projection
from symseries.spaces.grids import contracted, gauss, grid, sobol, sobol_power
from symseries.spaces.recurrences import KINDS, polynomial_values
from symseries.spaces.summation import of_one, of_several

SCALES = ("linear", "log")
QUADRATURES = ("auto", "gauss", "sobol")

_POINTS = {1: 64, 2: 32, 3: 24, 4: 16}  # Gauss points per axis, at least, by number of variables
_POINTS_PER_COEFFICIENT = 10  # of the least squares that replaces a tensor grid above 4 variables
_LEAST_SOBOL = 4096
_ENOUGH_SOBOL = 16_384  # where the matrix stays small: kinks in three variables then cost 1e-3 of the standard deviation
_SMALL = 2**21  # entries of a small matrix
_FINER = {1: 2.0, 2: 2.0, 3: 2.0, 4: 1.5}  # times the points per axis, to estimate the error of the projection
_LARGEST = float(np.finfo(float).max) / 4  # of a bound, so that no sum overflows
TOLERANCE = 1e-8  # of the largest coefficient, to which an automatic order follows them
_LEAST = 1e-15  # tolerance that float64 can follow
_POOR = 1e-6  # relative error of a projection, beyond which it is a warning
_SIGN_AND_POINT = 3  # characters of a short number beside its digits: sign, zero and point
_EDGE = 1e-9  # of the window, by which a point may be outside from rounding


class Axis(NamedTuple):
    """The quadrature in one variable."""

    window: Array
    """Nodes (m,) in [-1, 1]."""
    weights: Array
    """Their weights (m,) in the mean over the axis, which sum to 1."""
    matrix: Array
    """The coefficients (functions, m) of a function of this variable alone from its values at the nodes."""


class BoxSpace(GradedSpace, SampledSpace):
    """Products of functions of one variable each, on a box; what Legendre, Chebyshev and Fourier spaces share.

    `domain` maps each variable to (lowest, highest). `scale` maps variables to "log" where they are expanded in their
    logarithm, the window then being affine in log x; one text holds for all. Nodes are tensor grids of Gauss points up to 4
    variables, above that Sobol points with least squares, 10 points per coefficient; `quadrature` "gauss" or "sobol" asks for
    one of the two. `breaks` maps variables to where functions have kinks: Gauss points are then taken between them. How a
    projection is computed is no part of the identity of the space; domain and scale are. With `order="auto"` the order is found
    on the source that is expanded, where its coefficients have fallen to `tolerance` of the largest one.
    """

    words: ClassVar[str]

    def __init__(
        self,
        domain: Mapping[str, object] | None = None,
        order: int | str | None = None,
        *,
        index_set: str = "total",
        scale: Mapping[str, str] | str | None = None,
        breaks: Mapping[str, object] | None = None,
        quadrature: str = "auto",
        tolerance: float = TOLERANCE,
    ) -> None:
        self.auto = isinstance(order, str) and order == "auto"
        self._set_up(domain, 0 if self.auto else order, index_set, "domain")
        self.tolerance = checked_tolerance(tolerance)
        pairs = zip(self.variables, domain.values() if domain else (), strict=True)
        self.domain: dict[str, tuple[sympy.Rational, sympy.Rational]] = {name: _interval(name, pair) for name, pair in pairs}
        self.scale = self._checked_scale(scale)
        self._check_window()
        if quadrature not in QUADRATURES:
            raise OptionError(
                f"quadrature={quadrature!r}{suggestion(quadrature, QUADRATURES)}; expected {listing(QUADRATURES)}"
            )
        if quadrature == "gauss" and len(self.variables) not in _POINTS:
            raise OptionError(
                f"quadrature='gauss' of {len(self.variables)} variables: expected at most {max(_POINTS)}; use 'sobol'"
            )
        self.quadrature = quadrature
        self.breaks = self._checked_breaks(breaks)

    @property
    def system(self) -> str:
        """The name of the functions of one variable, the same for the same functions of the window."""
        return self.kind

    # ---------------------------------------------------------------------------------------------------------- checks
    def _checked_scale(self, scale: object) -> dict[str, str]:
        given = dict.fromkeys(self.variables, scale) if isinstance(scale, str) else self._named(scale, "scale", "{'d': 'log'}")
        kinds = {name: given.get(name, "linear") for name in self.variables}
        for name, kind in kinds.items():
            if kind not in SCALES:
                raise OptionError(f"scale of {name}: {kind!r}{suggestion(kind, SCALES)}; expected 'linear' or 'log'")
            if kind == "log" and self.domain[name][0] <= 0:
                low = decimal(self.domain[name][0])
                raise OptionError(f"domain of {name}: lowest {low} on a logarithmic scale; expected a positive number")
        return {name: str(kind) for name, kind in kinds.items()}

    def _named(self, given: object, what: str, example: str) -> dict[str, Any]:
        """Return a mapping by the names of variables."""
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            raise OptionError(f"{what}={given!r}: expected a mapping of variables, such as {example}")
        names = check_names(list(given), "variable")
        for name in names:
            if name not in self.variables:
                known = suggestion(name, self.variables)
                raise OptionError(f"{what} of {name!r}{known}; variables: {listing(self.variables)}")
        return dict(zip(names, given.values(), strict=True))

    def _check_window(self) -> None:
        low, high = self._edges
        for i in np.flatnonzero(~((high > low) & (np.maximum(np.abs(low), np.abs(high)) < _LARGEST))):
            name = self.variables[i]
            raise OptionError(
                f"domain of {name}: {self._interval_in_words(name)} has no width in floating point, or too much; rescale it"
            )

    def _checked_breaks(self, breaks: object) -> dict[str, tuple[sympy.Rational, ...]]:
        found = {}
        for name, values in self._named(breaks, "breaks", "{'x': (0.3, 0.7)}").items():
            several = values if isinstance(values, (tuple, list, np.ndarray)) else [values]
            found[name] = tuple(sorted({typed(value, f"break of {name}") for value in several}))
            low, high = map(float, self.domain[name])
            for value in found[name]:
                if not low < float(value) < high:
                    raise OptionError(f"break of {name}: {decimal(value)} is not inside {self._interval_in_words(name)}")
        if any(found.values()) and not self._tensor:
            raise OptionError(
                f"breaks of {listing(found)}: expected a tensor grid of Gauss points; leave them out for Sobol points"
            )
        return {name: values for name, values in found.items() if values}

    # ---------------------------------------------------------------------------------- functions of one variable each
    @abstractmethod
    def functions(self, window: Array) -> Array:
        """Return the functions of one variable at points (n,) of the window, an array (n, functions), one for each index."""

    @abstractmethod
    def formula(self, index: int, window: sympy.Expr) -> sympy.Expr:
        """Return the function of one variable of an index as an expression."""

    @abstractmethod
    def lengths(self) -> Sequence[sympy.Rational]:
        """Return the squared norms of the functions of one variable, one for each index."""

    @abstractmethod
    def points(self) -> int:
        """Return the Gauss points per axis that integrate the product of three functions of one variable to rounding."""

    def spread(self, unit: Array) -> Array:
        """Return points of the unit cube spread over the window as the measure of the space is."""
        return 2 * unit - 1

    def rule(self, points: int, cuts: Sequence[float]) -> tuple[Array, Array]:
        """Return nodes (m,) of the window and weights that sum to 1, so many points between two cuts."""
        return gauss(points, cuts)

    def axis(self, name: str, points: int, cuts: Sequence[float] = ()) -> Axis:
        """Return the quadrature in one variable, its breaks and the cuts given here (of the window) kept apart."""
        at = self.variables.index(name)
        breaks = self.window_of(at, np.array([float(value) for value in self.breaks.get(name, ())]))
        window, weights = self.rule(points, sorted({*breaks.tolist(), *cuts}))
        norms = F64.array(object_array(self.lengths()))
        return Axis(window, weights, np.asarray((self.functions(window) * weights[:, None]).T / norms[:, None]))

    def norms(self, scalars: Scalars = F64) -> Array:
        """Return the squared norms (N,), products of those of one variable."""
        lengths = scalars.array(object_array(self.lengths()))
        return np.asarray(lengths[self.multi_indices].prod(axis=1))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        """Return the basis functions at points (n, w), an array (n, N); DataError where a logarithm has no value."""
        return self._products(self.window(points)) if scalars is F64 else self._basis_in(points, scalars)

    def _basis_in(self, points: Array, scalars: Scalars) -> Array:
        """Return the functions of the basis at points (n, w) that are elements of another ring."""
        out: Any = scalars.scalar(1)
        for name, column, index in zip(self.variables, points.T, self.multi_indices.T, strict=True):
            out = out * self.functions_in(self._window_in(name, column, scalars), scalars)[:, index]
        return np.asarray(out)

    def functions_in(self, window: Array, scalars: Scalars) -> Array:
        """Return the functions of one variable at points (n,) of the window that are elements of a ring, (n, functions)."""
        return polynomial_values(self.kind, self.order, window, scalars)

    def _window_in(self, name: str, column: Array, scalars: Scalars) -> Array:
        low, high = (scalars.array([end]) for end in self.domain[name])
        if self.scale[name] == "log":
            where = f"{name}, on a logarithmic scale"
            low, high, column = (scalars.elementary("log", each, where) for each in (low, high, column))
        return scalars.quotient(column + column - (low + high), high - low)

    def _products(self, window: Array) -> Array:
        out = np.ones((len(window), len(self)))
        for i, column in enumerate(self.multi_indices.T):
            out *= self.functions(window[:, i])[:, column]
        return out

    def evaluate(self, points: Array, table: Array, scalars: Scalars = F64) -> Array:
        """Return the values (n, m) at points (n, w) of m series with coefficients (N, m), in blocks that stay in the cache."""
        if scalars is not F64:
            return super().evaluate(points, table, scalars)
        if len(self.variables) == 1 and self.kind in KINDS:
            return of_one(self.kind, points[:, 0], table, lambda values: self.window_of(0, values))

        def functions_of(i: int) -> Callable[[Array], Array]:
            return lambda values: self.functions(self.window_of(i, values))

        return of_several([functions_of(i) for i in range(len(self.variables))], points, self.multi_indices, table)

    def formulas(self, table: Array, scalars: Scalars) -> tuple[list[sympy.Expr], Array]:
        """Return the basis functions as expressions, and the coefficients as they are."""
        windows = [self._window_formula(name) for name in self.variables]
        rows = self.multi_indices.tolist()
        return [sympy.Mul(*(self.formula(k, u) for k, u in zip(row, windows, strict=True))) for row in rows], table

    # ---------------------------------------------------------------------------------------------- domain and window
    @cached_property
    def _logs(self) -> Array:
        return np.array([kind == "log" for kind in self.scale.values()])

    @cached_property
    def _bounds(self) -> Array:
        return F64.array(np.array([list(pair) for pair in self.domain.values()], dtype=object))

    @cached_property
    def _edges(self) -> tuple[Array, Array]:
        """The lowest and highest values (w,) of every variable, or of its logarithm."""
        low, high = (np.where(self._logs, np.log(np.where(self._logs, ends, 1)), ends) for ends in self._bounds.T)
        return low, high

    def window_of(self, at: int, values: Array) -> Array:
        """Return values (n,) of the variable at this place in the window [-1, 1]."""
        low, high = self._edges[0][at], self._edges[1][at]
        if self._logs[at]:
            values = self._logarithms(at, values)
        return np.asarray((2 * values - (low + high)) / (high - low))

    def _logarithms(self, at: int, values: Array) -> Array:
        bad = np.flatnonzero(~(values > 0))
        if len(bad):
            name, row = self.variables[at], bad[0]
            raise DataError(
                f"{name} = {values[row]:g} at row {row + 1}: {self.describe()} has {name} on a logarithmic scale; "
                "expected a positive number"
            )
        return np.log(values)

    def window(self, points: Array) -> Array:
        """Return points (n, w) of the domain in the window [-1, 1]; DataError where a logarithm has no value."""
        return np.stack([self.window_of(i, column) for i, column in enumerate(points.T)], axis=1)

    def from_window(self, window: Array) -> Array:
        """Return points (n, w) of the window in the domain."""
        low, high = self._edges
        inner = low + (high - low) * (window + 1) / 2
        points = np.where(self._logs, np.exp(np.where(self._logs, inner, 0)), inner)
        return np.clip(points, *self._bounds.T)

    def _window_formula(self, name: str) -> sympy.Expr:
        low, high = self.domain[name]
        x = symbol(name)
        if self.scale[name] == "log":
            return (2 * sympy.log(x) - sympy.log(low * high)) / sympy.log(high / low)
        return (2 * x - low - high) / (high - low)

    def holds(self, points: Array) -> bool:
        """Return whether all points (n, w) lie in the domain."""
        rims = _EDGE * np.ptp(self._bounds, axis=1)
        ends = zip(points.T, self._bounds.tolist(), rims.tolist(), strict=True)
        return not len(points) or all(bool(x.min() >= low - rim and x.max() <= high + rim) for x, (low, high), rim in ends)

    def outside(self, points: Array) -> str:
        """Return in words which of the points (n, w) lie outside the domain, an empty text where none does.

        >>> from symseries.spaces import ChebyshevSpace
        >>> ChebyshevSpace({"c": (0, 1)}, order=2).outside(np.array([[0.5], [1.5]]))
        '1 of 2 points outside c in [0, 1]: c = 1.5 at row 2'
        """
        low, high = self._bounds.T
        rim = _EDGE * (high - low)
        beyond = ~((points >= low - rim) & (points <= high + rim))
        if not beyond.any():
            return ""
        row, at = np.argwhere(beyond)[0]
        boxes = ", ".join(self._interval_in_words(name) for name in self.variables)
        count = int(beyond.any(axis=1).sum())
        return f"{count} of {len(points)} points outside {boxes}: {self.variables[at]} = {points[row, at]:g} at row {row + 1}"

    # ------------------------------------------------------------------------------------------------------ projection
    @property
    def _tensor(self) -> bool:
        return len(self.variables) in _POINTS and self.quadrature != "sobol"

    @property
    def _least_points(self) -> int:
        return max(_POINTS.get(len(self.variables), 1), self.points())

    @cached_property
    def _axes(self) -> list[Axis]:
        axes = [self.axis(name, self._least_points) for name in self.variables]
        nodes = int(np.prod([float(len(axis.window)) for axis in axes]))
        if nodes * len(axes) > MAX_PROJECTION:
            check_projection(max(len(self), len(axes)), nodes, self.describe())
        return axes

    @cached_property
    def _window_nodes(self) -> Array:
        if self._tensor:
            return grid([axis.window for axis in self._axes])
        least = max(_LEAST_SOBOL, _POINTS_PER_COEFFICIENT * len(self), min(_ENOUGH_SOBOL, _SMALL // len(self)))
        check_projection(len(self), 2 ** sobol_power(least), self.describe())
        return self.spread(sobol(len(self.variables), least))

    @cached_property
    def nodes(self) -> Array:
        """The nodes (n, w) at which functions are evaluated to be projected."""
        return self.from_window(self._window_nodes)

    @cached_property
    def projection(self) -> Array:
        """The projection matrix (N, n): coefficients = projection @ values at the nodes."""
        if not self._tensor:
            q, r = np.linalg.qr(self._products(self._window_nodes))
            return np.asarray(np.linalg.solve(r, q.T))
        check_projection(len(self), len(self.nodes), self.describe())
        out = np.ones((len(self), 1))
        for axis, column in zip(self._axes, self.multi_indices.T, strict=True):
            out = (out[:, :, None] * axis.matrix[column][:, None, :]).reshape(len(self), -1)
        return out

    def project(self, values: Array, scalars: Scalars = F64) -> Array:
        """Return the coefficients (N, m) of functions with these values (n, m) at the nodes, axis by axis on a tensor grid."""
        return self._from_axes(self._axes, values) if self._tensor else super().project(values)

    def _from_axes(self, axes: Sequence[Axis], values: Array) -> Array:
        table = values.reshape(*(len(axis.window) for axis in axes), -1)
        return np.asarray(contracted([axis.matrix for axis in axes], table)[tuple(self.multi_indices.T)])

    def quadrature_error(self, function: Callable[[Array], Array]) -> float | None:
        """Return the estimated error of the projection of a function, relative to its root mean square on the box.

        On a tensor grid it is the root sum of squares by which the orthonormal coefficients change with more points per axis,
        twice as many up to three variables and 1.5 times for four. At Sobol points it is, to first order, by how much they
        change when half of the points are left out. None where the finer grid would be too large. `function` maps points (n, w)
        to values (n,).
        """
        return self._error_of_axes(function) if self._tensor else self._error_of_fit(function)

    def _error_of_axes(self, function: Callable[[Array], Array]) -> float | None:
        more = int(np.ceil(_FINER[len(self.variables)] * self._least_points))
        axes = [self.axis(name, more) for name in self.variables]
        if np.prod([float(len(axis.window)) for axis in axes]) * len(axes) > MAX_PROJECTION:
            return None
        finer = function(self.from_window(grid([axis.window for axis in axes])))
        coarse = function(self.nodes)
        change = self._from_axes(axes, finer[:, None]) - self._from_axes(self._axes, coarse[:, None])
        weights = grid([axis.weights for axis in axes]).prod(axis=1)
        return _relative(np.sqrt(self.norms() @ change[:, 0] ** 2), np.sqrt(weights @ finer**2))

    def _error_of_fit(self, function: Callable[[Array], Array]) -> float:
        values = function(self.nodes)
        residual = values - self._products(self._window_nodes) @ (self.projection @ values)
        half = len(values) // 2
        change = 2 * self.projection[:, :half] @ residual[:half]
        return _relative(np.sqrt(self.norms() @ change**2), np.sqrt(np.mean(values**2)))

    def quadrature_in_words(self, errors: Sequence[float | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return notes and warnings about the estimated errors of some projections, a warning where they are large."""
        known = [error for error in errors if error is not None]
        if not known:
            return ("the error of the quadrature is not estimated: the finer grid would be too large",), ()
        said = f"the quadrature error of the coefficients is about {max(known):.1g} of the function's root mean square"
        if max(known) <= _POOR:
            return (said,), ()
        if not self._tensor:
            return (), (f"{said}: of least squares, what lies beyond the order is the usual reason; raise it",)
        return (), (f"{said}: a kink, a step or a nearby pole is the usual reason; name kinks as breaks={{…}}",)

    # ---------------------------------------------------------------------------------------------- words and storage
    def _interval_in_words(self, name: str) -> str:
        low, high = self.domain[name]
        log = " (logarithmic)" if self.scale[name] == "log" else ""
        return f"{name} in {interval_in_words(low, high)}{log}"

    def describe(self) -> str:
        """Return the box and the order in words."""
        return f"{self.words} on {', '.join(map(self._interval_in_words, self.variables))}, {self._degree()}"

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments that make the same space of domain and order."""
        how = {"breaks": self.breaks, "quadrature": self.quadrature, "tolerance": self.tolerance}
        return {"index_set": self.index_kind, "scale": self.scale, **how}

    def with_order(self, order: int) -> Self:
        """Return the space on the same box to another order."""
        return type(self)(self.domain, order, **self.options())

    def with_breaks(self, breaks: Mapping[str, object]) -> Self:
        """Return the same space with Gauss points between these kinks, such as {"x": (0.3, 0.7)}."""
        return type(self)(self.domain, self._order_asked(), **self.options() | {"breaks": breaks})

    def to_dict(self) -> dict[str, Any]:
        """Return domain, order and options as JSON knows them, options only where they are not the usual ones."""
        domain = {name: [str(low), str(high)] for name, (low, high) in self.domain.items()}
        record: dict[str, Any] = {
            "basis": self.kind,
            "domain": domain,
            "order": self._order_asked(),
            "index_set": self.index_kind,
        }
        if self.auto:
            record["tolerance"] = self.tolerance
        if self._logs.any():
            record["scale"] = self.scale
        if self.breaks:
            record["breaks"] = {name: [str(value) for value in values] for name, values in self.breaks.items()}
        return record | ({} if self.quadrature == "auto" else {"quadrature": self.quadrature})

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the space that `to_dict` wrote."""
        return cls(record["domain"], record["order"], **cls.options_of(record))

    @classmethod
    def options_of(cls, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments that a record holds."""
        optional = {name: record[name] for name in ("scale", "breaks", "quadrature", "tolerance") if name in record}
        return {"index_set": record["index_set"], **optional}

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("domain", tuple(self.domain.items())), ("scale", tuple(self.scale.items())))


def interval_in_words(low: sympy.Rational, high: sympy.Rational) -> str:
    """Return an interval as a person reads it, ends that are long to six digits, rounded inwards: what holds on it holds there.

    >>> interval_in_words(typed("1/3"), typed("1.23456789123"))
    '[1/3, 1.23456]'
    """
    for digits in (6, 12, 17):
        ends = [_end(value, digits, way) for value, way in ((low, ROUND_CEILING), (high, ROUND_FLOOR))]
        if typed(ends[0]) < typed(ends[1]):
            break
    return f"[{ends[0]}, {ends[1]}]"


def _end(value: sympy.Rational, digits: int, way: str) -> str:
    exact = decimal(value)
    if len(exact) <= digits + _SIGN_AND_POINT:
        return exact
    return f"{Context(prec=digits, rounding=way).divide(Decimal(int(value.p)), Decimal(int(value.q))).normalize():g}"


def checked_tolerance(tolerance: object) -> float:
    """Return the tolerance of an automatic order, a number from 1e-15 to below 1, or raise `OptionError`."""
    if isinstance(tolerance, (float, np.floating)) and _LEAST <= tolerance < 1:
        return float(tolerance)
    raise OptionError(f"tolerance={tolerance!r}: expected a number from {_LEAST:g} to below 1, such as 1e-8")


def _relative(error: float, size: float) -> float:
    return float(error / size) if size else 0.0


def _interval(name: str, pair: object) -> tuple[sympy.Rational, sympy.Rational]:
    if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
        raise OptionError(f"domain of {name}: {pair!r}; expected two numbers, (lowest, highest)")
    low, high = typed(pair[0], f"domain of {name}"), typed(pair[1], f"domain of {name}")
    if not float(low) < float(high):
        raise OptionError(f"domain of {name}: lowest {low} is not below highest {high} in floating point; give them in order")
    return low, high
