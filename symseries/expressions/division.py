"""Division of power series whose divisor vanishes at the centre, in several variables and over any ring.

Degree by degree, the homogeneous part of the remainder is divided by the lowest homogeneous form of the divisor, which is the
division of multivariate polynomials (Cox, Little, O'Shea, "Ideals, Varieties, and Algorithms", section 2.3, with one divisor);
what it leaves must be 0.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import sympy

from symseries import engine
from symseries.multiindex import IndexSet
from symseries.scalars import F64, Array, Scalars

ROUNDING = 64 * np.finfo(float).eps
"""A float is taken to be 0 when it is this small beside the numbers that were added up to it."""


class Undecided(Exception):  # noqa: N818 - a message between functions of this room, no error
    """A coefficient of which it is not known whether it is 0."""


def columns_of(values: Array, scalars: Scalars) -> Array:
    """Return series (N, 1) as they are divided: in float64 with a second column, the size of what was added up to each."""
    return np.hstack([values, np.abs(values)]) if scalars is F64 else values


def vanishes(row: Array, scalars: Scalars) -> bool:
    """Return whether a coefficient, a row of `columns_of`, is 0; raises `Undecided`."""
    if scalars is F64:
        return bool(abs(row[0]) <= ROUNDING * row[1])
    if scalars.exact:
        zero = scalars.is_zero(row[0])
        # generators may be related, as b and 1/b are
        return zero if zero is not None else _cancels(row, scalars)
    sign = scalars.sign(row[0])
    if sign is None and scalars.balls:
        raise Undecided
    return sign == 0


def _cancels(row: Array, scalars: Scalars) -> bool:
    if sympy.cancel(scalars.handed(row)[0]) == 0:
        return True
    raise Undecided


def valuation(indices: IndexSet, series: Array, right: int, scalars: Scalars) -> int | None:
    """Return the lowest degree up to `right` in which the series has a term, None if it has none; raises `Undecided`."""
    for row in range(indices.offsets[right + 1]):
        if not vanishes(series[row], scalars):
            return int(indices.degrees[row])
    return None


def divide(indices: IndexSet, top: Array, bottom: Array, degrees: tuple[int, int], scalars: Scalars) -> Array | None:
    """Return top/bottom to degree right - lowest, or None where the quotient is no power series.

    `degrees` are `lowest`, the valuation of the divisor, and `right`, to which both series are known. In one variable the
    answer is final; in several, that a remainder vanishes is known to degree `right` and no further. Raises `Undecided` where
    it is not known whether a remainder is 0.
    """
    lowest, right = degrees
    if any(not vanishes(row, scalars) for row in top[: indices.offsets[lowest]]):
        return None
    form = [row for row in _degree(indices, lowest) if not vanishes(bottom[row], scalars)]
    higher = bottom.copy()
    higher[: indices.offsets[lowest + 1]] = scalars.scalar(0)
    inverse = columns_of(scalars.power(bottom[form[0], :1], Fraction(-1))[None, :], scalars)[0]
    rest, quotient = top.copy(), _zeros(top, scalars)
    for degree in range(right - lowest + 1):
        part = _zeros(top, scalars)
        places = _places(indices, degree, form)
        for row, targets in zip(_degree(indices, degree), places, strict=True):
            part[row] = rest[targets[0]] * inverse
            rest[targets] = _less(rest[targets], part[row] * bottom[form], scalars)
        left = set(_degree(indices, degree + lowest)) - set(places[:, 0].tolist())
        if any(not vanishes(rest[row], scalars) for row in left):
            return None
        rest = _less(rest, engine.product(indices, part, higher), scalars)
        quotient = quotient + part
    return quotient


def _degree(indices: IndexSet, degree: int) -> range:
    return range(indices.offsets[degree], indices.offsets[degree + 1])


def _places(indices: IndexSet, degree: int, form: list[int]) -> Array:
    """Return the rows of the products of each multi-index of a degree with each of a form, an array (indices, form)."""
    rows = indices.rows[_degree(indices, degree)]
    sums = rows[:, None, :] + indices.rows[form][None, :, :]
    return indices.ranks(sums.reshape(-1, indices.variables)).reshape(len(rows), len(form))


def _zeros(like: Array, scalars: Scalars) -> Array:
    return scalars.zeros(*like.shape)


def _less(left: Array, right: Array, scalars: Scalars) -> Array:
    """Return the difference, in whose second column sizes add up."""
    return np.asarray(left + right * np.array([-1.0, 1.0]) if scalars is F64 else left - right)
