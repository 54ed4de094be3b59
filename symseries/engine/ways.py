"""Two of three ways to compose: linear functions, and Horner in the square of the series; the third is `peeling`.

A way writes f(V) as a base and products: base + sum_j (the terms of L_j from degree `low` to `high`) * R_j, in which R_j is
taken from degree 1. Horner's rule is that of Paterson and Stockmeyer (SIAM J. Comput. 2, 1973, 60) with two powers:
f(V) = s_0 + s_1 V + V**2 (s_2 + s_3 V + V**2 (…)).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from symseries.engine.products import add_product, common, empty_table, put_product
from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars


class Factor(NamedTuple):
    """A product in a composition: the terms of `left` of degree low to high, times `right` from degree `first`.

    Columns take it from degree 1: what a constant term gives is in their base.
    """

    left: Array
    low: int
    high: int
    right: Array
    first: int = 1


class Linear:
    """f(V) = s_0 + s_1 V, for functions whose jet ends there: `jet` (top + 1, n), `series` (rows, n).

    The series are known to the degree before the top at least; `degree` is that to which columns are wanted.
    """

    def __init__(self, indices: IndexSet, jet: Array, series: Array, degree: int) -> None:
        self.indices, self.jet = indices, jet
        self.series = series.astype(common(jet, series), copy=False)
        self.factors: tuple[Factor, ...] = ()
        """The products that columns are made of, beside the base."""
        self.summed: tuple[Factor, ...] = (Factor(self.series, 1, indices.top - 1, jet[1:2], 0),)
        """The products that sums of columns are made of, beside `base_sums`: all but s_1 times the highest degree of V."""

    def base(self, degree: int) -> Array:
        """Return the base to a degree, (rows, n)."""
        rows = self.indices.offsets[degree + 1]
        out = empty_table(rows, self.series.shape[1], self.series.dtype)
        out[0] = self.jet[0]
        np.multiply(self.series[1:rows], self.jet[1], out=out[1:])
        return out

    def base_sums(self, scalars: Scalars, jet: Array, low: int) -> Array:
        """Return what `summed` lacks from degree `low` to the top, `jet` being that times the weights."""
        return np.zeros(len(self.indices) - self.indices.offsets[low], dtype=self.series.dtype)


class Horner(Linear):
    """f(V) = s_0 + s_1 V + s_2 V**2 + V**2 * R, R = s_3 V + s_4 V**2 + …, itself by Horner in V**2.

    Where no columns are wanted, f(V) = s_0 + V (s_1 + s_2 V + s_3 V**2) + V**2 * S, S = R - s_3 V, takes smaller products.
    """

    def __init__(self, indices: IndexSet, jet: Array, series: Array, degree: int) -> None:
        super().__init__(indices, jet, series, degree)
        top = indices.top
        self._square = self._squared(max(degree, top - 1))
        rest: tuple[Factor, ...] = ()
        if degree and top > 2:
            rest = (Factor(self._square, 2, top - 1, self._composed(jet[2:])),)
        elif top > 3:
            rest = (Factor(self._square, 2, top - 2, self._times_square(self._composed(jet[4:]), top - 2), 2),)
        self.factors = rest if degree else ()
        self.summed = (Factor(self.series, 1, top - 1, self._lowest(cubic=not degree and top > 2), 0), *rest)

    def _squared(self, degree: int) -> Array:
        """Return V**2 to a degree, the rows below degree 2 left empty."""
        start, stop = self.indices.offsets[2], self.indices.offsets[degree + 1]
        square = np.empty((stop, self.series.shape[1]), dtype=self.series.dtype)
        if degree > 1:
            put_product(self.indices.pairs(1, 1, degree, square=True), square[start:], self.series, self.series)
        return square

    def _lowest(self, *, cubic: bool) -> Array:
        """Return s_1 + s_2 V + s_3 V**2 to the degree before the top, the last term where it is wanted."""
        start, stop = self.indices.offsets[2], self.indices.offsets[self.indices.top]
        out: Array = self.series[:stop] * self.jet[2]
        out[0] = self.jet[1]
        if cubic:
            out[start:] += self._square[start:stop] * self.jet[3]
        return out

    def _times_square(self, factor: Array, degree: int) -> Array:
        """Return V**2 times a series to a degree, the rows below degree 2 being zero."""
        out = np.zeros((self.indices.offsets[degree + 1], self.series.shape[1]), dtype=self.series.dtype)
        self._add_square(out, factor, degree)
        return out

    def _add_square(self, out: Array, factor: Array, degree: int) -> None:
        """Add V**2 times a series to `out`, to a degree."""
        offsets = self.indices.offsets
        out[offsets[2] :] += self._square[offsets[2] : offsets[degree + 1]] * factor[0]
        if degree > 2:
            add_product(self.indices.pairs(2, 1, degree), out[offsets[3] :], self._square, factor)

    def _composed(self, jet: Array) -> Array:
        """Return jet[0] + jet[1] V + … to the order of the jet, the degree kept growing as it goes."""
        series, offsets, top = self.series, self.indices.offsets, len(jet) - 1
        half, odd = divmod(top, 2)
        result = empty_table(offsets[odd + 1], series.shape[1], series.dtype)
        result[0] = jet[2 * half]
        if odd:
            result[1:] = series[1 : offsets[2]] * jet[top]
        for k in range(half - 1, -1, -1):
            degree = top - 2 * k
            step = empty_table(offsets[degree + 1], series.shape[1], series.dtype)
            step[0] = jet[2 * k]
            step[1:] = series[1 : offsets[degree + 1]] * jet[2 * k + 1]
            self._add_square(step, result, degree)
            result = step
        return result

    def base(self, degree: int) -> Array:
        out = super().base(degree)
        start, stop = self.indices.offsets[2], self.indices.offsets[degree + 1]
        out[start:] += self._square[start:stop] * self.jet[2]
        return out


def horner_costs(indices: IndexSet, degree: int) -> tuple[int, int]:
    """Return how many pairs and how many products Horner takes for columns to a degree, 0 where sums alone are wanted."""
    top, count = indices.top, indices.count_pairs
    squared = max(degree, top - 1)
    pairs = (count(1, squared, 1, squared) + indices.offsets[squared // 2 + 1] - 1) // 2
    inner = [count(2, d, 1, d) for d in range(top - 2, 2, -2)]
    outer = [count(2, degree, 1, degree)] if degree > 2 else []
    return pairs + sum(inner) + sum(outer), 1 + len(inner) + len(outer)
