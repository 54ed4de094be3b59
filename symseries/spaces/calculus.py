"""Derivatives and integrals of series, as matrices that act on their coefficients."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import sympy

from symseries.errors import OptionError, listing, suggestion
from symseries.scalars import F64, Array, Scalars, object_array
from symseries.spaces.base import GradedSpace, Space, check_projection
from symseries.spaces.box import BoxSpace
from symseries.spaces.change import conversion
from symseries.spaces.fourier import FourierSpace
from symseries.spaces.legendre import LegendreSpace
from symseries.spaces.polynomials import connected, exact_change
from symseries.spaces.taylor import TaylorSpace


def derivative(space: Space, variable: str, scalars: Scalars = F64) -> tuple[GradedSpace, Array]:
    """Return the space of the derivative of a series in a variable, and the matrix that takes its coefficients there.

    In the unit of the variable: sum_n a_n n z**(n - 1)/scale over a Taylor space, one order lower; d/dx = (2/(highest -
    lowest)) d/du for polynomials of the window u, and (2 pi/period) d/d(angle) for periodic Fourier series, which stay in
    their space. The matrix is exact in exact rings.

    Raises `OptionError` for an unknown variable, for a logarithmic scale, for order 0 of a Taylor space, and for cosines alone
    or with a ramp, whose derivatives are not in the space.

    >>> from symseries.spaces import ChebyshevSpace
    >>> derivative(ChebyshevSpace({"x": (-1, 1)}, order=2), "x")[1].tolist()  # T_1' = T_0, T_2' = 4 T_1
    [[0.0, 1.0, 0.0], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]
    """
    at = _place(space, variable, "derivative")
    if isinstance(space, TaylorSpace):
        if not space.order:
            raise OptionError(f"derivative over {space.describe()}: nothing is known of it; expand to order 1 or more")
        lower = space.with_order(space.order - 1)
        return lower, _along(space, lower, at, _times(_slopes(space), 1 / space.scale[variable], scalars), scalars)
    assert isinstance(space, BoxSpace)  # noqa: S101 - what _place says
    if isinstance(space, FourierSpace):
        if space.extension != "periodic":
            raise OptionError(
                f"derivative over {space.describe()}: it is not in the space; project onto a ChebyshevSpace, or use 'periodic'"
            )
        return space, _along(space, space, at, _of_waves(space, variable, scalars), scalars)
    return space, _along(space, space, at, _times(_slopes(space), 1 / _half(space, variable), scalars), scalars)


def antiderivative(space: Space, variable: str, scalars: Scalars = F64) -> tuple[GradedSpace, Array]:
    """Return the space one order higher, and the matrix that takes coefficients to those of an integral in a variable.

    The integral starts at the lowest value of the variable, over a Taylor space at the centre. Exact in exact rings.

    Raises `OptionError` for an unknown variable, a logarithmic scale and a Fourier space, which does not hold the integral.

    >>> from symseries.spaces import LegendreSpace
    >>> higher, matrix = antiderivative(LegendreSpace({"x": (0, 1)}, order=0), "x")  # x = (1 + P_1(2x - 1))/2
    >>> higher.order, matrix.tolist()
    (1, [[0.5], [0.5]])
    """
    at = _place(space, variable, "integral")
    if isinstance(space, FourierSpace):
        raise OptionError(f"integral over {space.describe()}: it is not in the space; project onto a ChebyshevSpace")
    assert isinstance(space, (TaylorSpace, BoxSpace))  # noqa: S101 - what _place says
    higher = space.with_order(space.order + 1)
    unit = space.scale[variable] if isinstance(space, TaylorSpace) else _half(space, variable)
    return higher, _along(space, higher, at, _times(_sums(space), unit, scalars), scalars)


def integral(space: Space, scalars: Scalars = F64) -> Array:
    """Return the integrals (N,) of the basis functions over the box, in the units of the variables, also on logarithmic scales.

    The integral of a series is their product with its coefficients. Raises `OptionError` for a space without a box, and in
    exact rings for a logarithmic scale.

    >>> from symseries.spaces import ChebyshevSpace
    >>> integral(ChebyshevSpace({"x": (0, 3)}, order=2)).round(12).tolist()
    [3.0, 0.0, -1.0]
    """
    if not isinstance(space, BoxSpace):
        raise OptionError(
            f"integral over {space.describe()}: it has no box; name the variable of an antiderivative, or project onto a "
            "LegendreSpace"
        )
    volume = np.prod([high - low for low, high in space.domain.values()])
    mean = LegendreSpace(space.domain, 0)
    if scalars is F64:
        return np.asarray(conversion(space, mean)[0] * float(volume)) + 0.0
    if isinstance(space, FourierSpace) and "log" not in space.scale.values():  # every wave has mean 0
        return scalars.array(np.where((space.multi_indices == 0).all(axis=1), volume, 0))
    if not connected(space, mean):
        raise OptionError(f"integral over {space.describe()} in {scalars}: it has logarithms; use .over(F64)")
    with scalars.working():
        return np.asarray(exact_change(space, mean, scalars)[0] * scalars.scalar(volume))


def _place(space: Space, variable: str, what: str) -> int:
    if not isinstance(space, (BoxSpace, TaylorSpace)):
        raise OptionError(f"{what} over {space.describe()}: expected a power series or a box; project onto a LegendreSpace")
    if variable not in space.variables:
        known = suggestion(variable, space.variables)
        raise OptionError(f"{what} in {variable!r}{known}; variables: {listing(space.variables)}")
    if isinstance(space, BoxSpace) and space.scale[variable] == "log":
        raise OptionError(f"{what} over {space.describe()}: {variable} is on a logarithmic scale; project onto a linear one")
    return space.variables.index(variable)


def _half(space: BoxSpace, variable: str) -> sympy.Rational:
    low, high = space.domain[variable]
    return (high - low) / 2


def _slopes(space: GradedSpace) -> Array:
    """Return the derivatives (order + 1, order + 1) of the functions of one variable in the window, exact integers."""
    out = np.zeros((space.order + 1, space.order + 1), dtype=int)
    for n in range(1, space.order + 1):
        if space.kind == "taylor":
            out[n - 1, n] = n
            continue
        for k in range(n - 1, -1, -2):  # P_n' = (2n - 1) P_(n - 1) + (2n - 5) P_(n - 3) + …, T_n' = 2n (T_(n - 1) + …)
            out[k, n] = 2 * k + 1 if space.kind == "legendre" else 2 * n if k else n
    return out


def _sums(space: GradedSpace) -> Array:
    """Return the integrals (order + 2, order + 1) of the functions of one variable from the start of the window, rational."""
    out = object_array([Fraction(0)] * (space.order + 2) * (space.order + 1)).reshape(space.order + 2, -1)
    for n in range(space.order + 1):
        for k, value in _INTEGRALS[space.kind](n):
            out[k, n] += value
        if space.kind != "taylor":  # the constant that makes it vanish at u = -1, where both P_k and T_k are (-1)**k
            out[0, n] -= sum((-1) ** k * out[k, n] for k in range(space.order + 2))
    return out


def _of_chebyshev(n: int) -> list[tuple[int, Fraction]]:
    """Return the integral of T_n: T_1, T_2/4, and T_(n + 1)/(2(n + 1)) - T_(n - 1)/(2(n - 1))."""
    if n < 2:
        return [(n + 1, Fraction(1, (n + 1) ** 2))]
    return [(n + 1, Fraction(1, 2 * (n + 1))), (n - 1, -Fraction(1, 2 * (n - 1)))]


def _of_legendre(n: int) -> list[tuple[int, Fraction]]:
    """Return the integral of P_n: P_1, and (P_(n + 1) - P_(n - 1))/(2n + 1)."""
    part = Fraction(1, 2 * n + 1)
    return [(n + 1, part), (n - 1, -part)] if n else [(1, part)]


_INTEGRALS: dict[str, Callable[[int], list[tuple[int, Fraction]]]] = {
    "taylor": lambda n: [(n + 1, Fraction(1, n + 1))], "chebyshev": _of_chebyshev, "legendre": _of_legendre,
}  # fmt: skip


def _of_waves(space: FourierSpace, variable: str, scalars: Scalars) -> Array:
    """Return the derivatives of sines and cosines: pi k cos and -pi k sin over the half-width."""
    out = np.zeros((2 * space.order + 1, 2 * space.order + 1), dtype=int)
    k = np.arange(1, space.order + 1)
    out[2 * k, 2 * k - 1] = k
    out[2 * k - 1, 2 * k] = -k
    with scalars.working():
        return np.asarray(_times(out, 1 / _half(space, variable), scalars) * scalars.number_symbol(sympy.pi))


def _times(matrix: Array, unit: sympy.Rational, scalars: Scalars) -> Array:
    """Return a matrix of numbers times a unit, as elements of the ring."""
    with scalars.working():
        return np.asarray(scalars.array(matrix) * scalars.scalar(unit))


def _along(source: GradedSpace, target: GradedSpace, at: int, matrix: Array, scalars: Scalars) -> Array:
    """Return a matrix of one variable acting on the coefficients of all, the indices of the others staying as they are."""
    check_projection(len(target), len(source), target.describe())
    rows, columns = target.multi_indices, source.multi_indices
    sized = scalars.zeros(int(rows[:, at].max()) + 1, int(columns[:, at].max()) + 1)
    kept = min(len(matrix), len(sized))
    sized[:kept] = matrix[:kept, : sized.shape[1]]
    same = np.ones((len(target), len(source)), dtype=bool)
    for other in range(len(source.variables)):
        if other != at:
            same &= rows[:, other][:, None] == columns[:, other]
    out = scalars.zeros(len(target), len(source))
    out[same] = sized[np.ix_(rows[:, at], columns[:, at])][same]
    return out
