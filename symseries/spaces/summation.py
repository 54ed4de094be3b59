"""Values of sums over a basis in float64, in blocks of points that stay in the first-level cache.

A sum of one variable goes by Horner's rule or by Clenshaw's (MTAC 9, 1955, 118), without a temporary array. The functions are
scaled so that f_1 = 2 v and f_(k + 1) = 2 v f_k - g_k f_(k - 1), which saves one multiplication by a number; then
b_k = c_k + 2 v b_(k + 1) - g_(k + 1) b_(k + 2), and b_0 is the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from symseries.scalars import Array
from symseries.spaces.recurrences import factors

_BLOCK = 1 << 12  # points of one variable, 32 kB
_VALUES = 1 << 15  # values of basis functions of several variables
_FEWEST = 16  # points at a time

Columns = Sequence[Callable[[Array], Array]]
"""For each variable what gives its functions (n, functions) at values (n,) of it."""


def of_one(kind: str, values: Array, table: Array, window: Callable[[Array], Array]) -> Array:
    """Return the sums (n, m) of m series (N, m) of one variable at its values (n,); `window` maps them to the basis' own."""
    out = np.empty((len(values), table.shape[1]))
    sizes, backs = ([1.0] * len(table), []) if kind == "taylor" else _scaled(kind, len(table))
    columns = [(column * sizes).tolist() for column in table.T]
    for start in range(0, len(values), _BLOCK):
        rows = slice(start, start + _BLOCK)
        v = window(values[rows])
        for j, column in enumerate(columns):
            out[rows, j] = _horner(v, column) if kind == "taylor" else _clenshaw(v + v, column, backs)
    return out


def _scaled(kind: str, terms: int) -> tuple[list[float], list[float]]:
    """Return s_k of p_k = s_k f_k, p the basis and f the scaled functions, and g_k of their recurrence."""
    sizes = [1.0]
    for k in range(terms + 1):
        sizes.append(sizes[k] * float(factors(kind, k)[0]) / 2)
    backs = [0.0, *(float(factors(kind, k)[1]) * sizes[k - 1] / sizes[k + 1] for k in range(1, terms + 1))]
    return sizes[:terms], backs


def _horner(v: Array, coefficients: list[float]) -> Array:
    total = np.full(len(v), coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= v
        total += coefficient
    return total


def _clenshaw(double: Array, coefficients: list[float], backs: list[float]) -> Array:
    """Return the sum of scaled functions, `double` being 2 v."""
    top = len(coefficients) - 1
    last = np.full(len(double), coefficients[top])
    if not top:
        return last
    # the two highest b are a number and a straight line
    before, last = last, coefficients[top] * double + coefficients[top - 1]
    spare = np.empty(len(double))
    for k in range(top - 2, -1, -1):
        np.multiply(last, double, out=spare)
        if backs[k + 1] != 1:
            before *= backs[k + 1]
        spare -= before
        spare += coefficients[k]
        before, last, spare = last, spare, before
    return last


def of_several(columns: Columns, points: Array, indices: Array, table: Array) -> Array:
    """Return the sums (n, m) of m series (N, m) of several variables at points (n, w), products of functions of each."""
    out = np.empty((len(points), table.shape[1]))
    size = max(_VALUES // len(indices), _FEWEST)
    for start in range(0, len(points), size):
        rows = slice(start, start + size)
        pairs = zip(columns, points[rows].T, indices.T, strict=True)
        first, *others = (np.take(functions(values).T, column, axis=0) for functions, values, column in pairs)
        for factor in others:
            first *= factor
        out[rows] = first.T @ table
    return out
