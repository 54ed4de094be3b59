"""The order that a function needs: where the coefficients have fallen to a plateau."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symseries.errors import listing
from symseries.multiindex import count
from symseries.scalars import Array
from symseries.spaces.base import Space
from symseries.spaces.box import BoxSpace
from symseries.spaces.fourier import FourierSpace

Values = Callable[[Array], Array]

_FIRST = 8  # the order tried first; each one after it is 1.5 times as high
_HIGHEST = {1: 256, 2: 64, 3: 24, 4: 12}  # the order tried last, by number of variables
_MOST_TERMS = 500  # coefficients, above 4 variables
_STEEP = 3.0  # Aurentz and Trefethen's numbers: how flat a plateau is that ends far below where it must,
_AHEAD, _MORE = 1.25, 5  # how far ahead it must last
_BIAS = 1 / 3  # and how much lower orders are preferred on it


def resolved(space: Space, values: Values) -> tuple[Space, tuple[str, ...], tuple[str, ...]]:
    """Return the space with the order that a function needs where it is asked for, and what was chosen, as notes and warnings.

    `values` maps points (n, w) to (n, m). Orders are tried one after the other until the coefficients of orthonormal functions,
    the largest of each degree, have fallen to a plateau at the space's `tolerance` of the largest one; the order is where the
    plateau begins (J. L. Aurentz, L. N. Trefethen, Chopping a Chebyshev series, ACM Trans. Math. Softw. 43, 2017, 33). Where
    none is found up to the highest order tried, which is bounded by its cost, that order is taken and a warning says how far
    the coefficients have fallen.

    >>> from symseries.spaces import ChebyshevSpace
    >>> space, notes, _ = resolved(ChebyshevSpace({"x": (-1, 1)}, order="auto"), np.exp)
    >>> space.order, notes[0][:14]
    (9, 'order 9 chosen')
    """
    if not isinstance(space, BoxSpace) or not space.auto:
        return space, (), ()
    for order in _orders(space):
        tried = space.with_order(order)
        sizes = _by_degree(tried, tried.project(values(tried.nodes)))
        found = plateau(sizes, space.tolerance)
        if found is not None:
            note = (
                f"order {found} chosen: from there on the coefficients, seen up to order {order}, stay below about "
                f"{space.tolerance:.0e} of the largest one"
            )
            return space.with_order(found), (note,), ()
    fallen = float(sizes[-2:].max() / max(sizes.max(), 1e-300))
    warning = (
        f"order {order} chosen, the highest that is tried for {listing(space.variables)}: the coefficients have not fallen to "
        f"{space.tolerance:.0e} of the largest one, the last are {fallen:.1g} of it; a kink, a step or a nearby pole "
        "is the usual reason: name kinks as breaks={…}, take a logarithmic scale, or a smaller domain"
    )
    return tried, (), (warning,)


def _orders(space: BoxSpace) -> list[int]:
    """Return the orders to be tried, ascending."""
    variables = len(space.variables)
    per_index = 2**variables if isinstance(space, FourierSpace) and space.extension != "even" else 1
    last = _HIGHEST.get(variables) or max(k for k in range(1, 40) if k == 1 or count(variables, k) <= _MOST_TERMS)
    if variables > 1 and per_index > 1:
        last = max(last // 2, 1)
    orders = [min(_FIRST, last)]
    while orders[-1] < last:
        orders.append(min(orders[-1] * 3 // 2, last))
    return orders


def _by_degree(space: BoxSpace, table: Array) -> Array:
    """Return the largest coefficient of orthonormal functions of each degree, (order + 1,), over all outputs."""
    sizes = np.abs(table).max(axis=1) * np.sqrt(space.norms())
    rows = space.multi_indices
    if isinstance(space, FourierSpace):
        rows = (rows + 1) // 2
    degrees = rows.sum(axis=1) if space.index_kind == "total" else rows.max(axis=1)
    out = np.zeros(space.order + 1)
    np.maximum.at(out, degrees, sizes)
    return out


def plateau(sizes: Array, tolerance: float) -> int | None:
    """Return the order at which a plateau of coefficients begins, None where they have not fallen to one.

    `sizes` (n,) are the coefficients by degree. With e_j the largest from degree j on, relative to the largest of all, there
    is a plateau at j where e falls from j to 1.25 j + 5 by no more than its height allows: the lower, the more it may fall.

    >>> plateau(0.5 ** np.arange(60.0), 1e-8)
    30
    >>> plateau(1 / (1 + np.arange(60.0)), 1e-8) is None
    True
    """
    envelope = np.maximum.accumulate(sizes[::-1])[::-1]
    if envelope[0] == 0:
        return 0
    envelope = envelope / envelope[0]
    for j in range(1, len(envelope)):
        ahead = round(_AHEAD * j + _MORE)
        if ahead >= len(envelope):
            return None
        here, there = envelope[j], envelope[ahead]
        if here == 0 or there / here > _STEEP * (1 - np.log(here) / np.log(tolerance)):
            return _start(envelope, j, ahead, tolerance)
    return None


def _start(envelope: Array, j: int, ahead: int, tolerance: float) -> int:
    """Return the order to keep, given that degree j lies on a plateau: the lowest point seen against a slight slope."""
    if envelope[j] == 0:
        return j - 1
    floor = tolerance ** (7 / 6)
    reached = int(np.count_nonzero(envelope >= floor))
    end = min(ahead, reached)
    heights = np.log10(np.maximum(envelope[: end + 1], floor))
    tilted = heights + np.linspace(0, -_BIAS * np.log10(tolerance), end + 1)
    return max(int(tilted.argmin()) - 1, 1)
