"""Derivatives and integrals of series on a box, as matrices that act on their coefficients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symseries.errors import OptionError, listing, suggestion
from symseries.scalars import Array
from symseries.spaces.base import check_projection
from symseries.spaces.box import BoxSpace
from symseries.spaces.change import conversion
from symseries.spaces.fourier import FourierSpace
from symseries.spaces.legendre import LegendreSpace


def derivative(space: BoxSpace, variable: str) -> Array:
    """Return the matrix (N, N) that takes the coefficients of a series to those of its derivative in a variable.

    The derivative is in the unit of the variable, d/dx = (2/(highest - lowest)) d/du for polynomials of the window u and
    (2 pi/period) d/d(angle) for periodic Fourier series, and stays in the space.

    Raises `OptionError` for an unknown variable, for a logarithmic scale, and for cosines alone or with a ramp, whose
    derivatives are not in the space.

    >>> from symseries.spaces import ChebyshevSpace
    >>> derivative(ChebyshevSpace({"x": (-1, 1)}, order=2), "x").tolist()  # T_1' = T_0, T_2' = 4 T_1
    [[0.0, 1.0, 0.0], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]
    """
    at = _place(space, variable, "derivative")
    if isinstance(space, FourierSpace):
        if space.extension != "periodic":
            raise OptionError(
                f"derivative over {space.describe()}: it is not in the space; project onto a ChebyshevSpace, or use 'periodic'"
            )
        slopes = _of_waves(space.order)
    else:
        slopes = _polynomial(space, "der")(np.eye(space.order + 1))
    return _along(space, space, at, slopes / _half(space, variable))


def antiderivative(space: BoxSpace, variable: str) -> tuple[BoxSpace, Array]:
    """Return the space one order higher, and the matrix that takes coefficients to those of the integral from the lowest value.

    Raises `OptionError` for an unknown variable, a logarithmic scale and a Fourier space, which does not hold the integral.

    >>> from symseries.spaces import LegendreSpace
    >>> higher, matrix = antiderivative(LegendreSpace({"x": (0, 1)}, order=0), "x")  # x = (1 + P_1(2x - 1))/2
    >>> higher.order, matrix.tolist()
    (1, [[0.5], [0.5]])
    """
    at = _place(space, variable, "integral")
    if isinstance(space, FourierSpace):
        raise OptionError(f"integral over {space.describe()}: it is not in the space; project onto a ChebyshevSpace")
    higher = space.with_order(space.order + 1)
    sums = _polynomial(space, "int")(np.eye(space.order + 1), lbnd=-1)
    return higher, _along(space, higher, at, sums * _half(space, variable))


def integral(space: BoxSpace) -> Array:
    """Return the integrals (N,) of the basis functions over the box, in the units of the variables, also on logarithmic scales.

    The integral of a series is their product with its coefficients.

    >>> from symseries.spaces import ChebyshevSpace
    >>> integral(ChebyshevSpace({"x": (0, 3)}, order=2)).round(12).tolist()
    [3.0, 0.0, -1.0]
    """
    widths = [float(high - low) for low, high in space.domain.values()]
    return np.asarray(conversion(space, LegendreSpace(space.domain, 0))[0] * np.prod(widths)) + 0.0


def _place(space: BoxSpace, variable: str, what: str) -> int:
    if not isinstance(space, BoxSpace):
        raise OptionError(f"{what} over {space!r}: expected a Legendre, Chebyshev or Fourier space")
    if variable not in space.variables:
        known = suggestion(variable, space.variables)
        raise OptionError(f"{what} in {variable!r}{known}; variables: {listing(space.variables)}")
    if space.scale[variable] == "log":
        raise OptionError(f"{what} over {space.describe()}: {variable} is on a logarithmic scale; project onto a linear one")
    return space.variables.index(variable)


def _half(space: BoxSpace, variable: str) -> float:
    low, high = space.domain[variable]
    return float(high - low) / 2


def _polynomial(space: BoxSpace, what: str) -> Callable[..., Any]:
    """Return numpy's derivative or integral of coefficients, `what` being "der" or "int"."""
    from numpy.polynomial import chebyshev, legendre  # slow to import

    rules: dict[tuple[str, str], Callable[..., Any]] = {
        ("legendre", "der"): legendre.legder,
        ("legendre", "int"): legendre.legint,
        ("chebyshev", "der"): chebyshev.chebder,
        ("chebyshev", "int"): chebyshev.chebint,
    }
    return rules[space.kind, what]


def _of_waves(order: int) -> Array:
    """Return the derivatives of sines and cosines in the window: pi k cos and -pi k sin."""
    out = np.zeros((2 * order + 1, 2 * order + 1))
    k = np.arange(1, order + 1)
    out[2 * k, 2 * k - 1] = np.pi * k
    out[2 * k - 1, 2 * k] = -np.pi * k
    return out


def _along(source: BoxSpace, target: BoxSpace, at: int, matrix: Array) -> Array:
    """Return a matrix of one variable acting on the coefficients of all, the indices of the others staying as they are."""
    check_projection(len(target), len(source), target.describe())
    sized = np.zeros((int(target.multi_indices[:, at].max()) + 1, int(source.multi_indices[:, at].max()) + 1))
    kept = min(len(matrix), len(sized))
    sized[:kept] = matrix[:kept]
    same = np.ones((len(target), len(source)), dtype=bool)
    for other in range(len(source.variables)):
        if other != at:
            same &= target.multi_indices[:, other][:, None] == source.multi_indices[:, other]
    return np.where(same, sized[np.ix_(target.multi_indices[:, at], source.multi_indices[:, at])], 0.0)
