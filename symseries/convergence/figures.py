"""How series approach a function, order by order: errors as arrays, a table and figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries import plotting
from symseries.convergence.enclosures import Enclosure
from symseries.display import TextTable, number_cell, text_cell
from symseries.errors import DataError, LawNameError, OptionError, listing, suggestion
from symseries.network import Network
from symseries.scalars import F64, Array
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, FourierSpace, TaylorSpace
from symseries.tables import input_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Function = Callable[[Any], Any]

_COLOURS = ("#c2410c", "#0f766e", "#7c3aed", "#6b7280", "#ca8a04", "#be185d")
_POINTS = 201
_ROUNDING = 1e-13  # of the largest size: below are the last digits of float64
_TALLEST = 1e3  # an error above it has diverged, how far is of no interest


# ----------------------------------------------------------------------------------------------------------- as arrays
def orders_of(series: Series) -> Array:
    """Return the order (N,) of each coefficient: its degree, or frequency, in the sense of the index set of the space.

    >>> from symseries.spaces import FourierSpace
    >>> orders_of(Series(FourierSpace({"x": (0, 1)}, 1, "periodic"), [1.0, 2.0, 3.0])).tolist()
    [0, 1, 1]
    """
    space: Any = series.space
    if isinstance(space, EmpiricalSpace) and space.nodal:
        raise OptionError(f"{space.describe()} has no orders; give the space one, such as order=6")
    rows = (space.multi_indices + 1) // 2 if isinstance(space, FourierSpace) else space.multi_indices
    return np.asarray(rows.max(axis=1) if space.index_kind == "tensor" else rows.sum(axis=1))


def sizes(series: Series, domain: Mapping[str, tuple[float, float]] | None = None) -> Array:
    """Return the size (order + 1,) of the largest term of each order.

    It is max |c_n| over the multi-indices n of the order: sines, cosines, Legendre and Chebyshev polynomials are at most 1 on
    their domain, data-orthonormal polynomials are 1 in the root mean square. Powers are as large as the ends of a `domain`
    make them, max |c_n| prod_i h_i**n_i with h_i the larger distance of an end from the centre.

    Raises `OptionError` for several outputs, a ring without floats, and a Taylor series without a domain.

    >>> from symseries.spaces import ChebyshevSpace
    >>> sizes(Series(ChebyshevSpace({"x": (0, 1)}, order=2), [1.0, -0.5, 0.25])).tolist()
    [1.0, 0.5, 0.25]
    """
    orders = orders_of(series)
    terms = np.abs(_coefficients(series)) * _tops(series, domain)
    return np.array([terms[orders == k].max(initial=0.0) for k in range(int(orders.max()) + 1)])


def errors(function: Function, series: Series, points: object) -> Array:
    """Return the error (order + 1,) of a series cut at each order: root mean square of function - series, over sd(function).

    Parameters: `function`, a network or whatever gives values (n,) at points; `series`, of one output; `points`, an array
    (n, variables) or a table matched by name, where the error is measured.

    Raises `OptionError` for several outputs, `DataError` where the function is constant or not finite at the points.

    >>> from symseries.spaces import TaylorSpace
    >>> geometric = Series(TaylorSpace({"x": 0}, order=3), [1.0, 1.0, 1.0, 1.0])
    >>> errors(lambda X: 1/(1 - X[:, 0]), geometric, np.array([[0.5], [-0.5]])).round(4).tolist()
    [1.118, 0.559, 0.2795, 0.1398]
    """
    values = np.asarray(function(points), dtype=float)
    spread = float(values.std()) if values.ndim == 1 else 0.0
    if not (np.isfinite(values).all() and spread > 0):
        raise DataError(f"errors: a function with values of shape {values.shape}; expected (n,), finite and not all the same")
    basis = series.space.basis(F64.array(input_matrix(points, series.variables)))
    coefficients, orders = _coefficients(series), orders_of(series)
    parts = [basis[:, orders == k] @ coefficients[orders == k] for k in range(int(orders.max()) + 1)]
    with np.errstate(over="ignore"):
        return np.array([math.sqrt(np.mean((values - total) ** 2)) / spread for total in np.cumsum(parts, axis=0)])


def error_table(
    function: Function, series: Mapping[str, Series], points: object, orders: Sequence[int] | None = None
) -> TextTable:
    """Return the errors of several series at some orders, by default all of them, as a table: a row for each order.

    Parameters and errors are those of `errors`; a series that ends before an order has no entry there.

    >>> from symseries.spaces import LegendreSpace
    >>> line = Series(LegendreSpace({"x": (-1, 1)}, 1), [1/3, 0.0])
    >>> print(error_table(lambda X: X[:, 0] ** 2, {"P1": line}, np.array([[0.0], [1.0]])))
    order  P1
    ──────────
        0  1.1
        1  1.1
    <BLANKLINE>
    Root mean square of function - series, in standard deviations of the function.
    """
    columns = {name: errors(function, each, points) for name, each in _named(series).items()}
    rows = range(max(map(len, columns.values()), default=0)) if orders is None else orders
    body = [(number_cell(k), *(number_cell(c[k], 2) if k < len(c) else text_cell("") for c in columns.values())) for k in rows]
    note = "Root mean square of function - series, in standard deviations of the function."
    return TextTable((text_cell("order"), *map(text_cell, columns)), tuple(body), "", (note,))


def _named(series: object) -> Mapping[str, Series]:
    if isinstance(series, Mapping) and series and all(isinstance(each, Series) for each in series.values()):
        return series
    raise OptionError(f"series={type(series).__name__}: expected one or more series by name, such as {{'Legendre': series}}")


def _coefficients(series: Series) -> Array:
    if series.elements.shape[1] > 1:
        raise OptionError(f"a series of {series.elements.shape[1]} outputs; expected one, as of net.output(0)")
    floats = series if series.scalars is F64 else series.over(F64)
    return np.asarray(floats.elements[:, 0], dtype=float)


def _tops(series: Series, domain: Mapping[str, tuple[float, float]] | None) -> Array:
    """Return how large the basis functions (N,) become."""
    space = series.space
    if not isinstance(space, TaylorSpace):
        return np.ones(len(space))
    missing = [name for name in space.variables if name not in (domain or {})]
    if missing:
        raise OptionError(
            f"powers of {missing[0]} have no size without a domain; give one for {listing(space.variables)}, such as "
            f"domain={{'{missing[0]}': (0, 1)}}"
        )
    ends = np.array([[float(end) for end in (domain or {})[name]] for name in space.variables])
    middle, units = (np.array([float(mapping[name]) for name in space.variables]) for mapping in (space.center, space.scale))
    reach = np.abs(ends - middle[:, None]).max(axis=1) / units
    return np.asarray(np.prod(reach**space.multi_indices, axis=1))


# ---------------------------------------------------------------------------------------------------------- as figures
def plot_decay(
    series: Mapping[str, Series],
    ax: Axes | None = None,
    *,
    rho: Mapping[str, float] | None = None,
    domain: Mapping[str, tuple[float, float]] | None = None,
) -> Axes:
    """Draw how the terms of series fall with the order, and the lines rho**-k that theory predicts; return the axes.

    Parameters: `series`, by the names they get in the legend; `rho`, the Bernstein parameter of some of them, of
    several variables the smallest that `Radius.bernstein` gives; `domain`, needed for Taylor series.
    A line has the slope alone from theory, its height is that of the terms; an infinite rho has none. Raises `LawNameError`
    for a rho of no series, `OptionError` as `sizes` does and where matplotlib is missing.
    """
    series = _named(series)
    unknown = [name for name in rho or {} if name not in series]
    if unknown:
        raise LawNameError(f"rho of {unknown[0]!r}{suggestion(unknown[0], series)}; expected one of {listing(series)}")
    ax = plotting.shown() if ax is None else ax
    for name, each, colour in zip(series, series.values(), _cycle(len(series)), strict=True):
        found = sizes(each, domain)
        ax.semilogy(np.flatnonzero(found), found[found > 0], "o-", color=colour, markersize=3.5, linewidth=0.8, label=name)
        if name in (rho or {}):
            _draw_line(ax, found, (rho or {})[name], colour)
    ax.set_xlabel("order")
    ax.set_ylabel("largest term")
    ax.legend(frameon=False)
    return ax


def _draw_line(ax: Axes, found: Array, rho: float, colour: str) -> None:
    """Draw rho**-k through the middle of the terms that are above rounding."""
    kept = np.flatnonzero(found > _ROUNDING * found.max())
    if not len(kept) or math.isinf(rho):
        return
    kept = kept[len(kept) // 3 :]  # the first terms know nothing of the singularity yet
    height = float(np.median(np.log(found[kept]) + kept * math.log(rho)))
    orders = np.arange(kept[-1] + 1)
    ax.semilogy(orders, np.exp(height - orders * math.log(rho)), "--", color=colour, linewidth=1.2, label=f"${rho:.3g}^{{-k}}$")


def plot_errors(function: Function, series: Mapping[str, Series], points: object, ax: Axes | None = None) -> Axes:
    """Draw the error of several series against the order and return the axes; the scale ends where a series has diverged.

    Parameters and errors are those of `errors`, `series` by the names they get in the legend.
    """
    ax = plotting.shown() if ax is None else ax
    drawn = [errors(function, each, points) for each in _named(series).values()]
    for name, found, colour in zip(series, drawn, _cycle(len(series)), strict=True):
        ax.semilogy(np.flatnonzero(found), found[found > 0], "o-", color=colour, markersize=3.5, label=name)
    highest = max((float(found.max()) for found in drawn), default=1.0)
    if highest > _TALLEST:
        ax.set_ylim(top=_TALLEST)
    ax.set_xlabel("order")
    ax.set_ylabel("error / sd")
    ax.legend(frameon=False)
    return ax


def plot_slices(
    function: Function,
    series: Mapping[str, Series],
    along: Mapping[str, tuple[float, float]],
    held: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    *,
    proved: Mapping[str, Enclosure] | None = None,
) -> Axes:
    """Draw a function and series of it along one variable, and return the axes.

    The band of a network is that of two standard errors, where it knows the covariance of its weights; that of a series is
    the proved one, series - bound to series + bound.

    Parameters: `function`, a network or whatever gives values (n,) at a table of points; `series` by the names they get in the
    legend; `along`, the one variable with its lowest and highest value; `held`, values of the others; `proved`, enclosures of
    some of the series. Raises `OptionError` for a slice that means nothing, `LawNameError` for an enclosure of no series.
    """
    series = _named(series)
    unknown = [name for name in proved or {} if name not in series]
    if unknown:
        raise LawNameError(f"proved of {unknown[0]!r}{suggestion(unknown[0], series)}; expected one of {listing(series)}")
    name, x = _line(along)
    points = {name: x} | {other: np.full(len(x), float(value)) for other, value in (held or {}).items()}
    ax = plotting.shown() if ax is None else ax
    values = np.asarray(function(points), dtype=float)
    _draw_network(ax, function, points, x, values)
    for label, each, colour in zip(series, series.values(), _cycle(len(series)), strict=True):
        curve = np.asarray(each(points), dtype=float)
        ax.plot(x, curve, "--", color=colour, label=label)
        if label in (proved or {}):
            bound = (proved or {})[label].bound
            ax.fill_between(x, curve - bound, curve + bound, color=colour, alpha=0.15, linewidth=0)
    _frame(ax, name, held, values)
    ax.set_ylabel(function.outputs[0] if isinstance(function, Network) else "value")
    return ax


def _line(along: object) -> tuple[str, Array]:
    """Return the variable and its values, in equal steps of its logarithm where it spans more than a decade."""
    pairs = list(along.items()) if isinstance(along, Mapping) else []
    if len(pairs) != 1 or len(pairs[0][1]) != 2 or not float(pairs[0][1][0]) < float(pairs[0][1][1]):
        raise OptionError(
            f"along={along!r}: expected one variable with its lowest and highest value, such as {{'d': (1, 100)}}"
        )
    name, (low, high) = pairs[0]
    wide = float(low) > 0 and float(high) > 10 * float(low)
    return name, (np.geomspace if wide else np.linspace)(float(low), float(high), _POINTS)


def _draw_network(ax: Axes, function: Function, points: Mapping[str, Array], x: Array, values: Array) -> None:
    if isinstance(function, Network) and function.covariance is not None:
        jacobian = function.jacobian(F64.array(input_matrix(points, function.inputs)))[0]
        error = np.sqrt(np.maximum(np.einsum("np,pq,nq->n", jacobian, function.covariance, jacobian), 0.0))
        ax.fill_between(x, values - 2 * error, values + 2 * error, color=plotting.NETWORK, alpha=0.2, linewidth=0)
    ax.plot(x, values, color=plotting.NETWORK, label="network" if isinstance(function, Network) else "function")


def _frame(ax: Axes, name: str, held: Mapping[str, float] | None, values: Array) -> None:
    """Show what the function does, and of series that leave it only where they do."""
    margin = 0.5 * float(np.ptp(values)) or 1.0
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, float(values.min()) - margin), min(high, float(values.max()) + margin))
    line = ax.get_lines()[0].get_xdata()
    if line[0] > 0 and line[-1] > 10 * line[0]:  # type: ignore[index, operator]  # an array
        ax.set_xscale("log")
    places = ", ".join(f"{other} = {value:g}" for other, value in (held or {}).items())
    ax.set_xlabel(f"{name} ({places})" if places else name)
    ax.legend(frameon=False)


def _cycle(count: int) -> list[str]:
    return [_COLOURS[k % len(_COLOURS)] for k in range(count)]
