"""The two rules that a basis of polynomials is known by.

With v its own variable, x = middle + half v, the next function follows from the last two: v**(n + 1) = v v**n,
T_(n + 1) = 2 v T_n - T_(n - 1) and (n + 1) P_(n + 1) = (2n + 1) v P_n - n P_(n - 1). And v times a function is a sum of two
neighbours: v T_k = (T_(k + 1) + T_(k - 1))/2, v P_k = ((k + 1) P_(k + 1) + k P_(k - 1))/(2k + 1).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from symseries.scalars import Array, Scalars

KINDS = ("taylor", "legendre", "chebyshev")


def polynomial_values(kind: str, order: int, window: Array, ring: Scalars) -> Array:
    """Return the functions of one variable at points (n,) of the window, elements of the ring, an array (n, order + 1)."""
    columns = [ring.array([1] * len(window))]
    for n in range(order):
        first, second = factors(kind, n)
        found = columns[n] * window * ring.scalar(first)
        columns.append(found - columns[n - 1] * ring.scalar(second) if second else found)
    return np.stack(columns, axis=1)


def neighbours(kind: str, size: int) -> tuple[list[Fraction], list[Fraction]]:
    """Return up_k and down_k of v f_k = up_k f_(k + 1) + down_k f_(k - 1)."""
    if kind == "taylor":
        return [Fraction(1)] * size, [Fraction(0)] * size
    if kind == "legendre":
        return [Fraction(k + 1, 2 * k + 1) for k in range(size)], [Fraction(k, 2 * k + 1) for k in range(size)]
    return [Fraction(1, 2) if k else Fraction(1) for k in range(size)], [Fraction(1, 2)] * size


def times(column: Array, up: Array, down: Array) -> Array:
    """Return the coefficients of v f from those of f; the highest of f is zero wherever this is asked."""
    out = column * 0
    out[1:] = (up * column)[:-1]
    out[:-1] = out[:-1] + (down * column)[1:]
    return out


def factors(kind: str, n: int) -> tuple[Fraction, Fraction]:
    """Return a, b of f_(n + 1) = a v f_n - b f_(n - 1)."""
    if kind == "taylor" or n == 0:
        return Fraction(1), Fraction(0)
    return (Fraction(2), Fraction(1)) if kind == "chebyshev" else (Fraction(2 * n + 1, n + 1), Fraction(n, n + 1))
