"""Changes of space: coefficients over one space as coefficients over another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import sympy

from symseries.errors import OptionError, ResourceLimitError, SpaceMismatchError, listing
from symseries.scalars import ARB, F64, Array, object_array
from symseries.spaces.base import Space, check_projection
from symseries.spaces.box import Axis, BoxSpace
from symseries.spaces.empirical import EmpiricalSpace
from symseries.spaces.fourier import FourierSpace
from symseries.spaces.grids import oscillating
from symseries.spaces.polynomials import connection
from symseries.spaces.taylor import TaylorSpace

_EPSILON = float(np.finfo(float).eps)
_DIGITS = 16  # of a float64 number, at most
_SPARE = 64  # Gauss points beyond those that integrate polynomials of both degrees exactly
_MOST_POINTS = 2000  # per axis
_RATIO = 4.0  # of the ends of a piece, where one side is a function of log x and the other of x
_MOST_PIECES = 64
_MOST_EXACT = 64  # the order up to which polynomials on different domains are changed in rational numbers


def conversion(source: Space, target: BoxSpace) -> Array:
    """Return the matrix (N_target, N_source) that projects coefficients over one space onto another of the same variables.

    Both bases are products of functions of one variable, so that every entry is a product of one-variable projections, each
    integrated with more points than it needs; between powers, Legendre and Chebyshev polynomials they are rational numbers,
    rounded once. So the change is exact to rounding, in any number of variables. A lower order of the target is the
    projection onto it, a higher one adds zeros. The source may be a Taylor, Legendre, Chebyshev, Fourier or data-orthonormal
    space; the covariance of the coefficients goes with them as M C M'.

    Raises `SpaceMismatchError` for other variables, `OptionError` for a target without a domain and for a nodal source,
    `ResourceLimitError` for a matrix that is too large.

    >>> from symseries.spaces import ChebyshevSpace, LegendreSpace
    >>> box = {"x": (0, 1)}
    >>> (conversion(ChebyshevSpace(box, 2), LegendreSpace(box, 2)).round(12) + 0.0).tolist()
    [[1.0, 0.0, -0.333333333333], [0.0, 1.0, 0.0], [0.0, 0.0, 1.333333333333]]
    """
    if not isinstance(target, BoxSpace):
        raise OptionError(f"conversion to {target!r}: expected a Legendre, Chebyshev or Fourier space")
    if set(source.variables) != set(target.variables):
        raise SpaceMismatchError(
            f"conversion: variables {listing(source.variables)} and {listing(target.variables)}; expected the same ones"
        )
    mixing = _mixing(source)
    check_projection(len(target), len(source), f"conversion to {target.describe()}")
    out = np.ones((len(target), len(source)))
    for name, column in zip(target.variables, target.multi_indices.T, strict=True):
        matrix = _one_variable(source, target, name)
        out *= matrix[np.ix_(column, source.multi_indices[:, source.variables.index(name)])]
    return out if mixing is None else np.asarray(out @ mixing)


def _mixing(source: Space) -> Array | None:
    """Return what turns coefficients into those over products of one-variable functions, None where they are these."""
    return source.over_products(np.eye(len(source))) if isinstance(source, EmpiricalSpace) else None


def _one_variable(source: Space, target: BoxSpace, name: str) -> Array:
    """Return the projection (target functions, source functions) of the source's functions of one variable."""
    exact = _exact(source, target, name)
    if exact is not None:
        return exact
    at = target.variables.index(name)
    axis = _axis(source, target, name)
    window = np.zeros((len(axis.window), len(target.variables)))
    window[:, at] = axis.window
    return np.asarray(axis.matrix @ _functions(source, name, target.from_window(window)[:, at]))


def _exact(source: Space, target: BoxSpace, name: str) -> Array | None:
    """Return the matrix of two systems on one domain and scale, rounded once, None where it is not rational."""
    if isinstance(source, BoxSpace) and source.system == target.system and _alike(source, target, name):
        return np.eye(len(target.lengths()), len(source.lengths()))
    if (source.order or 0) > _MOST_EXACT and not (isinstance(source, BoxSpace) and _alike(source, target, name)):
        return None
    if isinstance(source, TaylorSpace):
        _check_numbers(source)
    found = connection(source, target, name)
    return None if found is None else F64.array(found)


def _alike(source: BoxSpace, target: BoxSpace, name: str) -> bool:
    return source.domain[name] == target.domain[name] and source.scale[name] == target.scale[name]


def _check_numbers(space: TaylorSpace) -> None:
    if space.symbols:
        raise OptionError(f"conversion of {space.describe()}: the centre holds symbols; give them numbers")


def _axis(source: Space, target: BoxSpace, name: str) -> Axis:
    """Return a quadrature that resolves the functions of both sides."""
    assert source.order is not None  # noqa: S101 - a nodal source was refused before
    points = _SPARE + max(source.order, source.order + target.points())
    if isinstance(source, FourierSpace):
        width = float(np.ptp(source.window_of(source.variables.index(name), F64.array(object_array(target.domain[name])))))
        points += oscillating(np.pi * source.order * width / 2)
    if points > _MOST_POINTS:
        raise ResourceLimitError(
            f"conversion to {target.describe()}: {points} points in {name}, the limit is {_MOST_POINTS}; lower the orders"
        )
    theirs = source.scale[name] if isinstance(source, BoxSpace) else "linear"
    return target.axis(name, points, () if theirs == target.scale[name] else _cuts(target, name))


def _cuts(target: BoxSpace, name: str) -> list[float]:
    """Return cuts of the window between which x and log x are smooth functions of each other."""
    low, high = map(float, target.domain[name])
    pieces = min(_MOST_PIECES, int(np.ceil(np.log(high / low) / np.log(_RATIO)))) if low > 0 else 1
    ends = np.geomspace(low, high, pieces + 1)[1:-1] if pieces > 1 else np.array([])
    return list(target.window_of(target.variables.index(name), ends).tolist())


def _functions(space: Space, name: str, values: Array) -> Array:
    """Return the functions of one variable of a space at values (n,) of it, an array (n, functions)."""
    at = space.variables.index(name)
    if isinstance(space, BoxSpace):
        return space.functions(space.window_of(at, values))
    if isinstance(space, EmpiricalSpace):
        from numpy.polynomial.legendre import legvander  # slow to import

        center, half = space.box
        return np.asarray(legvander((values - center[at]) / half[at], space.order or 0))
    assert isinstance(space, TaylorSpace)  # noqa: S101 - the last of the spaces
    _check_numbers(space)
    shifted: Array = (values - float(space.center[name])) / float(space.scale[name])
    return np.asarray(shifted[:, None] ** np.arange(space.order + 1))


# ---------------------------------------------------------------------------------------------------------- to powers
@dataclass(frozen=True)
class Powers:
    """Taylor coefficients of a series over another space, and what is lost on the way."""

    space: TaylorSpace
    matrix: Array
    """What the coefficients over the other space were multiplied with, (N, N of that space)."""
    table: Array
    """The coefficients (N, m)."""
    error: Array
    """What rounding leaves of errors (N, m), eps |f| (sum_n B_kn**2/norm_n)**(1/2), |f| the largest part of one function."""
    tail: Array
    """What functions of the two highest orders contribute (N, m), by root sum of squares.

    Where the series over the other space was cut there, and is not whole, the coefficients of the function itself may differ by
    as much, however many digits these have.
    """

    @property
    def lost(self) -> Array:
        """The digits (N, m) that each coefficient has lost of its 16 to rounding, log10 of its relative error over eps."""
        with np.errstate(divide="ignore", invalid="ignore"):
            digits = np.log10(self.error / (_EPSILON * np.abs(self.table)))
        return np.asarray(np.clip(np.nan_to_num(digits, nan=0.0, posinf=_DIGITS), 0, _DIGITS))


def to_taylor(
    space: Space,
    table: Array,
    center: Mapping[str, object] | None = None,
    *,
    order: int | None = None,
    scale: Mapping[str, object] | None = None,
    index_set: str | None = None,
) -> Powers:
    """Return the power series about a centre of the function that coefficients over another space stand for.

    Every basis function is expanded in balls of enough bits, B_kn being the coefficient of power k of function n, so that
    digits are lost in the sum c_k = sum_n B_kn a_n alone, in which large terms cancel. Polynomials of the variables themselves
    are rewritten whole; functions of a logarithm, and sines, are cut at the order. The powers are those of the series at hand:
    how far it may lie from the function that was projected, `tail` says.

    Parameters: `space`, a Legendre, Chebyshev, Fourier or data-orthonormal space; `table` (N, m), coefficients over it;
    `center`, by default the middle of the domain; `order` and `index_set`, by default those of the space; `scale`, the units of
    the powers.

    Raises `OptionError` for a space or centre that has no such expansion.

    >>> from symseries.spaces import ChebyshevSpace
    >>> powers = to_taylor(ChebyshevSpace({"x": (-1, 1)}, order=3), np.array([[0.0], [0.0], [0.0], [1.0]]))
    >>> powers.table.ravel().tolist(), powers.lost.round(1).ravel().tolist()
    ([0.0, -3.0, 0.0, 4.0], [16.0, 0.0, 16.0, 0.0])
    """
    if not isinstance(space, (BoxSpace, EmpiricalSpace)):
        raise OptionError(f"to_taylor from {space!r}: expected a Legendre, Chebyshev, Fourier or data-orthonormal space")
    mixing, degree = _mixing(space), space.order if order is None else order
    target = TaylorSpace(center or _middle(space), degree or 0, index_set=index_set or space.index_kind, scale=scale)
    if target.variables != space.variables or target.symbols:
        raise OptionError(f"center {target.place()}: expected numbers for {listing(space.variables)}, in this order")
    check_projection(len(target), len(space), f"to_taylor of {space.describe()}")
    out = np.ones((len(target), len(space)))
    for at, name in enumerate(space.variables):
        out *= _expanded(space, target, name)[np.ix_(target.multi_indices[:, at], space.multi_indices[:, at])]
    out = out if mixing is None else np.asarray(out @ mixing)
    lengths = np.sqrt(space.norms())
    spread = np.sqrt(((out / lengths) ** 2).sum(axis=1))[:, None] * np.abs(table * lengths[:, None]).max(axis=0)
    last = _highest(space)
    tail = np.sqrt(out[:, last] ** 2 @ table[last] ** 2)
    return Powers(target, out, np.asarray(out @ table), np.asarray(_EPSILON * spread), np.asarray(tail))


def _highest(space: BoxSpace | EmpiricalSpace) -> Array:
    """Return which functions (N,) are of the two highest orders; every other one may vanish by symmetry."""
    rows, order = space.multi_indices, space.order or 0
    degrees = (rows + 1) // 2 if isinstance(space, FourierSpace) else rows
    reached = degrees.sum(axis=1) if space.index_kind == "total" else degrees.max(axis=1)
    return np.asarray(reached > max(order - 2, 0))


def _middle(space: BoxSpace | EmpiricalSpace) -> dict[str, object]:
    if isinstance(space, EmpiricalSpace):
        return {name: f"{value:.6g}" for name, value in zip(space.variables, space.box[0], strict=True)}
    logs = {name: kind == "log" for name, kind in space.scale.items()}
    pairs = space.domain.items()
    return {name: f"{float(low * high) ** 0.5:.6g}" if logs[name] else (low + high) / 2 for name, (low, high) in pairs}


def _expanded(space: BoxSpace | EmpiricalSpace, target: TaylorSpace, name: str) -> Array:
    """Return the power series (order + 1, functions) of the functions of one variable."""
    top, last = target.order, max(space.order or 0, 1)
    ring = ARB(128 + 8 * (top + last))
    with ring.working():
        window = ring.array(object_array(_window(space, target, name)))
        columns = _SERIES[space.kind](space, ring, window, last)
        return ring.converted(np.stack(columns, axis=1), F64, {})


def _window(space: BoxSpace | EmpiricalSpace, target: TaylorSpace, name: str) -> list[sympy.Expr]:
    """Return the window variable as a power series, exactly."""
    center, unit, top = target.center[name], target.scale[name], target.order
    if isinstance(space, EmpiricalSpace):
        middle, half = (sympy.Rational(float(side[space.variables.index(name)])) for side in space.box)
        return [(center - middle) / half, unit / half, *[sympy.S.Zero] * top][: top + 1]
    low, high = space.domain[name]
    if space.scale[name] == "linear":
        return [(2 * center - low - high) / (high - low), 2 * unit / (high - low), *[sympy.S.Zero] * top][: top + 1]
    if center <= 0:
        raise OptionError(f"center of {name}: {center} on a logarithmic scale; expected a positive number")
    steps = [-((-unit / center) ** k) / k for k in range(1, top + 1)]
    width = sympy.log(high / low)
    return [(2 * sympy.log(center) - sympy.log(low * high)) / width, *(2 * step / width for step in steps)]


Series = list[Array]


def _legendre_series(_space: Space, ring: ARB, u: Array, last: int) -> Series:
    """Return P_0(u) … P_last(u) by (n + 1) P_(n+1) = (2n + 1) u P_n - n P_(n-1)."""
    found = [_one(ring, u), u]
    for n in range(1, last):
        found.append(((2 * n + 1) * _times(u, found[n]) - n * found[n - 1]) / (n + 1))
    return found


def _chebyshev_series(_space: Space, ring: ARB, u: Array, last: int) -> Series:
    """Return T_0(u) … T_last(u) by T_(n+1) = 2 u T_n - T_(n-1)."""
    found = [_one(ring, u), u]
    for n in range(1, last):
        found.append(2 * _times(u, found[n]) - found[n - 1])
    return found


def _fourier_series(space: Space, ring: ARB, u: Array, last: int) -> Series:
    """Return the functions of a Fourier space, sines and cosines of multiples of an angle by Chebyshev's recurrence."""
    assert isinstance(space, FourierSpace)  # noqa: S101 - what the table below says
    angle = (u + _one(ring, u)) * ring.element(space.turns * sympy.pi / 2)
    sine, cosine = _sine_and_cosine(ring, angle)
    sines, cosines = [ring.zeros(len(u)), sine], [_one(ring, u), cosine]
    for k in range(1, last):
        for several in (sines, cosines):
            several.append(2 * _times(cosine, several[k]) - several[k - 1])
    seconds = [u] * (last + 1) if space.extension == "ramp" else cosines
    return [cosines[0], *(function for pair in zip(sines[1:], seconds[1:], strict=True) for function in pair)]


def _sine_and_cosine(ring: ARB, angle: Array) -> tuple[Array, Array]:
    """Return sin and cos of a power series, by s' = c angle', c' = -s angle'."""
    sine, cosine = ring.zeros(len(angle)), ring.zeros(len(angle))
    sine[0], cosine[0] = ring.elementary("sin", angle[:1])[0], ring.elementary("cos", angle[:1])[0]
    slopes = angle * np.arange(len(angle))
    for k in range(1, len(angle)):
        sine[k] = (slopes[1 : k + 1] * cosine[k - 1 :: -1][:k]).sum() / k
        cosine[k] = -(slopes[1 : k + 1] * sine[k - 1 :: -1][:k]).sum() / k
    return sine, cosine


def _one(ring: ARB, like: Array) -> Array:
    out = ring.zeros(len(like))
    out[0] = ring.element(1)
    return out


def _times(left: Array, right: Array) -> Array:
    """Return the product of two power series, cut at their order."""
    return object_array((left[: k + 1] * right[k::-1]).sum() for k in range(len(left)))


_SERIES: dict[str, Callable[[Space, ARB, Array, int], Series]] = {
    "legendre": _legendre_series, "chebyshev": _chebyshev_series, "fourier": _fourier_series, "empirical": _legendre_series,
}  # fmt: skip
