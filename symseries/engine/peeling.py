"""Composition by peeling the series by degree.

With V = v_1 + … + v_K, v_m homogeneous of degree m, V_m = v_1 + … + v_m and f^[j] = f^(j)/j!,

    f^[j](V_m) = sum_i C(j + i, i) v_m**i f^[j + i](V_(m - 1)),

which is short because v_m**i has degree i m, and ends at V_1, a linear form, whose powers are known in closed form. Up to
order 4 no two series are multiplied but in the last step. Where K is so large that this takes too many products, Horner's rule
takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from symseries.engine.linear import monomials, power_sums, scaled
from symseries.engine.products import add_product
from symseries.engine.ways import Factor, Linear
from symseries.multiindex import IndexSet
from symseries.scalars import Array, Scalars

MAX_PEELED = 24  # the number of products grows like K**2: beyond, Horner's K/2 are fewer at any width


@lru_cache(maxsize=MAX_PEELED + 1)
def _schedule(top: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, tuple[tuple[int, int], ...]], ...]]:
    """Return what peeling needs: (j, degree) of each f^[j](V_1), and for m = 2 … top // 2 those of each f^[j](V_m)."""
    half = top // 2
    need: list[dict[int, int]] = [{} for _ in range(half + 1)]

    def want(m: int, j: int, degree: int) -> None:
        need[m][j] = max(degree, need[m].get(j, 0))

    want(half, 1, top - half - 1)
    for m in range(half, 1, -1):
        for i in range(1, top // m + 1):
            want(m - 1, i, top - i * m)
        for j, degree in need[m].items():
            for i in range(degree // m + 1):
                want(m - 1, j + i, degree - i * m)
    return tuple(need[1].items()), tuple((m, tuple(need[m].items())) for m in range(2, half + 1))


class Peeling(Linear):
    """f(V) = f(V_1) + f' (v_2 + … + v_K) + products of the v_m with f^[1](V_(m - 1)) and so on, level by level."""

    def __init__(self, indices: IndexSet, jet: Array, series: Array, degree: int) -> None:
        super().__init__(indices, jet, series, degree)
        self._powers = monomials(indices, self.series[1 : indices.offsets[2]], max(degree, indices.top - 1))
        self.factors = self.summed = tuple(self._made())

    def base(self, degree: int) -> Array:
        out, start, stop = self._of_linear(0, degree), self.indices.offsets[2], self.indices.offsets[degree + 1]
        out[start:] += self.series[start:stop] * self.jet[1]
        return out

    def base_sums(self, scalars: Scalars, jet: Array, low: int) -> Array:
        return power_sums(self.indices, scalars, self._powers, jet, low)

    def _made(self) -> Iterator[Factor]:
        top = self.indices.top
        bases, levels = _schedule(top)
        level = {j: self._of_linear(j, degree) for j, degree in bases}
        for m, wanted in levels:
            yield Factor(self.series, m, m, self._in_part(level, m, 0, top, 1), 0)
            level = {j: self._in_part(level, m, j, degree, 0) for j, degree in wanted}
        if top > 2:
            yield Factor(self.series, top // 2 + 1, top - 1, level[1], 0)

    def _of_linear(self, j: int, degree: int) -> Array:
        """Return f^[j](V_1) to a degree: the rows are C(j + d, j) jet[j + d] |n|!/n! times the powers."""
        return scaled(self.indices, self._powers, self.jet, j, degree)

    def _in_part(self, level: dict[int, Array], m: int, j: int, degree: int, start: int) -> Array:
        """Return sum_(i >= start) C(j + i, i) v_m**(i - start) f^[j + i](V_(m - 1)), by Horner in v_m."""
        offsets = self.indices.offsets
        result = level[j + degree // m][: offsets[degree % m + 1]]
        result = result * math.comb(j + degree // m, j) if j else result
        for i in range(degree // m - 1, start - 1, -1):
            rest = degree - i * m
            step = level[j + i][: offsets[rest + 1]] * math.comb(j + i, j)
            self._add_part(step, m, result, rest)
            result = step
        return result

    def _add_part(self, out: Array, m: int, factor: Array, degree: int) -> None:
        """Add v_m * factor to `out`, to a degree from m on."""
        part = slice(self.indices.offsets[m], len(out))
        if degree == m:
            out[part] += self.series[part] * factor[0]
        else:
            add_product(self.indices.pairs(m, 0, degree, high_left=m), out[part], self.series, factor)


def peeling_costs(indices: IndexSet, degree: int) -> tuple[int, int] | None:
    """Return how many pairs and products peeling takes for columns to a degree, 0 for sums alone; None where K is too large."""
    top, count = indices.top, indices.count_pairs
    if top > MAX_PEELED:
        return None
    inner = [
        count(m, m, 0, rest - i * m)
        for m, wanted in _schedule(top)[1]
        for rest, start in [(top, 1), *((rest, 0) for _, rest in wanted)]
        for i in range(start, (rest - 1) // m)
    ]
    outer = count(2, degree, 1, degree) if degree > 2 else 0
    return sum(inner) + outer, len(inner) + (top // 2 if outer else 0)
