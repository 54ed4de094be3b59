"""Slow references: each computes in the plainest way what the package computes fast."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import mpmath

Index = tuple[int, ...]
Polynomial = dict[Index, Any]


def multi_indices(variables: int, order: int, kind: str = "total") -> list[Index]:
    """Return the multi-indices by filtering the whole grid: by degree, then (2, 0), (1, 1), (0, 2)."""
    grid = itertools.product(range(order + 1), repeat=variables)
    kept = [index for index in grid if kind == "tensor" or sum(index) <= order]
    return sorted(kept, key=lambda index: (sum(index), [-k for k in index]))


def polynomial(indices: Iterable[Sequence[int]], column: Iterable[Any]) -> Polynomial:
    """Return coefficients as a mapping multi-index -> coefficient."""
    return {tuple(int(k) for k in index): value for index, value in zip(indices, column, strict=True)}


def product(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product cut to the multi-indices of `left`, by tuple addition over all pairs."""
    out = dict.fromkeys(left, Fraction(0))
    for (i, a), (j, b) in itertools.product(left.items(), right.items()):
        total = tuple(p + q for p, q in zip(i, j, strict=True))
        if total in out:
            out[total] += a * b
    return out


def compose(jet: Sequence[Any], series: Polynomial) -> Polynomial:
    """Return sum_k jet_k v**k, v being the series without its constant term, one power after the other."""
    origin = min(series, key=sum)
    moved = {index: Fraction(0) if index == origin else value for index, value in series.items()}
    power = {index: Fraction(int(index == origin)) for index in series}
    total = dict.fromkeys(series, Fraction(0))
    for coefficient in jet:
        total = {index: total[index] + coefficient * power[index] for index in total}
        power = product(power, moved)
    return total


def evaluate(series: Polynomial, point: Sequence[Any]) -> Any:
    """Return the value of a polynomial at a point."""
    return sum(value * math.prod(x**k for x, k in zip(point, index, strict=True)) for index, value in series.items())


def taylor(function: Callable[[Any], Any], point: Any, order: int, dps: int = 40) -> list[Any]:
    """Return the normalised Taylor coefficients f^(k)(b)/k!, by numerical differentiation in many digits."""
    with mpmath.workdps(dps):
        return list(mpmath.taylor(function, mpmath.mpf(point), order))


def mixed(function: Callable[..., Any], point: Sequence[Any], index: Index, dps: int = 40) -> Any:
    """Return one normalised Taylor coefficient in several variables, by numerical differentiation in many digits."""
    with mpmath.workdps(dps):
        derivative = mpmath.diff(function, tuple(map(mpmath.mpf, point)), index)
        return derivative / math.prod(math.factorial(k) for k in index)


def coordinates(indices: Any, scalars: Any, center: Any) -> Any:
    """Return centre_i + z_i as series (N, w) over a ring, row by row."""
    out = scalars.zeros(len(indices), indices.variables)
    for row, index in enumerate(indices.rows.tolist()):
        for i, value in enumerate(center):
            if sum(index) == 0:
                out[row, i] = value
            elif sum(index) == index[i] == 1:
                out[row, i] = scalars.element(1)
    return out
