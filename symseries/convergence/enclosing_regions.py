"""Complex neighbourhoods of a box, polydiscs and Bernstein polyellipses, and the supremum of a function on them in balls.

A product of closed curves, the distinguished boundary, is covered by products of arcs, each held by a rectangle of complex
balls. A value that is defined on every one of them proves that the function is analytic on the whole neighbourhood, and the
largest modulus bounds it there, by the maximum principle.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import acb, arb, fmpq

from symseries.errors import ComplexResultError, NotAnalyticError
from symseries.scalars import Array, object_array
from symseries.scalars.complex_balls import ACB

RING = ACB(64)  # a supremum enters the tail alone, a few digits of it are enough
ARCS = {1: 64, 2: 16, 3: 8, 4: 8, 5: 4}  # of each curve, by number of variables; powers of two
_SPLITS = 2  # how often the arcs on which a function is undefined are halved
_REFINEMENTS = 6  # how often those on which it is largest are
_CELLS = 20_000  # products of arcs that are evaluated at most
_FINE_CELLS = 1500  # beyond which a supremum is not lowered further

Points = Callable[[Array], Array]


@dataclass(frozen=True)
class Region:
    """A product of ellipses centre + wide cos t + i high sin t, the half-axes being exact numbers, one of each a variable."""

    centre: Sequence[Fraction]
    wide: Sequence[Fraction]
    high: Sequence[Fraction]

    def balls(self, arcs: int) -> list[Array]:
        """Return the complex balls (arcs,) that cover each ellipse."""
        cosines, sines = _circle(arcs)
        parts = zip(map(ball, self.centre), map(ball, self.wide), map(ball, self.high), strict=True)
        return [object_array(acb(c + a * x, b * y) for x, y in zip(cosines, sines, strict=True)) for c, a, b in parts]


def ball(value: Fraction) -> arb:
    """Return an exact number as a ball of the precision at work."""
    return arb(fmpq(value.numerator, value.denominator))


@lru_cache(maxsize=16)
def _circle(arcs: int) -> tuple[list[arb], list[arb]]:
    """Return the ranges of cosine and sine on `arcs` equal arcs of the circle, within which both are monotone."""
    ends = [fmpq(2 * k, arcs) for k in range(arcs + 1)]
    cosines, sines = [arb.cos_pi_fmpq(t) for t in ends], [arb.sin_pi_fmpq(t) for t in ends]
    return (
        [a.union(b) for a, b in itertools.pairwise(cosines)],
        [a.union(b) for a, b in itertools.pairwise(sines)],
    )


def supremum(function: Points, region: Region, arcs: int, offset: arb, finely: bool = False) -> tuple[arb, int] | None:
    """Return a bound of |function - offset| on the region and the number of cells; None where it is not certainly analytic.

    `function` maps complex balls (n, w) to balls (n,), undefined where analyticity is not certain, and is real on real points,
    so that half of the first curve stands for all of it. Cells on which it is undefined are cut into smaller ones, and `finely`
    then those on which the bound is largest, as long as that lowers it.
    """
    w = len(region.centre)
    rows = np.stack(np.meshgrid(np.arange(arcs // 2), *[np.arange(arcs)] * (w - 1), indexing="ij"), axis=-1).reshape(-1, w)

    def measured(parts: int, cells: Array) -> _Cells:
        return _Cells(parts, cells, _sizes(function, region, parts, cells, offset))

    found = [measured(arcs, rows)]
    for _ in range(_SPLITS):
        whole, broken = found[-1].parted(np.isinf(found[-1].sizes))
        if len(broken.rows) and 2**w * len(broken.rows) <= min(_CELLS, 2**w * len(rows) // 2):
            found[-1:] = [whole, measured(2 * broken.arcs, _halved(broken.rows))]
    top = _largest(found)
    for _ in range(_REFINEMENTS if finely and math.isfinite(top) else 0):
        finer = [part for cells in found for part in cells.refined(top / 2, measured)]
        before, top, found = top, _largest(finer), finer
        if top > 0.8 * before or sum(len(cells.rows) for cells in found) > _FINE_CELLS:
            break
    return (arb(top), sum(len(cells.rows) for cells in found)) if math.isfinite(top) else None


@dataclass(frozen=True)
class _Cells:
    """Products of arcs, by their numbers (n, w) among `arcs` of each curve, and bounds (n,) on them, infinite if undefined."""

    arcs: int
    rows: Array
    sizes: Array

    def parted(self, chosen: Array) -> tuple[_Cells, _Cells]:
        """Return the cells that are not chosen and those that are."""
        return tuple(_Cells(self.arcs, self.rows[which], self.sizes[which]) for which in (~chosen, chosen))  # type: ignore[return-value]

    def refined(self, level: float, measured: Callable[[int, Array], _Cells]) -> list[_Cells]:
        """Return the cells with those above a level cut into smaller ones."""
        low, high = self.parted(self.sizes > level)
        if not len(high.rows):
            return [low]
        inner = measured(2 * self.arcs, _halved(high.rows))
        outer = np.repeat(high.sizes, len(inner.rows) // len(high.rows))  # a bound on the whole holds on its parts
        return [low, _Cells(inner.arcs, inner.rows, np.minimum(inner.sizes, outer))]


def _largest(found: Sequence[_Cells]) -> float:
    return max((float(cells.sizes.max()) for cells in found if len(cells.rows)), default=0.0)


def _sizes(function: Points, region: Region, arcs: int, rows: Array, offset: arb) -> Array:
    """Return bounds (n,) of |function - offset| on cells as floats, rounded up."""
    balls = region.balls(arcs)
    try:
        values = function(np.stack([column[k] for column, k in zip(balls, rows.T, strict=True)], axis=1))
    except (ComplexResultError, NotAnalyticError):  # a logarithm or root whose argument may leave its half-plane
        return np.full(len(rows), np.inf)
    return np.array([up((value - offset).abs_upper()) if value.is_finite() else math.inf for value in values])


def up(value: arb) -> float:
    """Return a float that is certainly not below a ball, infinite where none is."""
    upper = value.upper()
    found = float(upper)
    return found if arb(found) >= upper else math.nextafter(found, math.inf)


def _halved(rows: Array) -> Array:
    """Return the 2**w cells of half the arcs that each cell is made of."""
    w = rows.shape[1]
    parts = np.stack(np.meshgrid(*[[0, 1]] * w, indexing="ij"), axis=-1).reshape(-1, w)
    return np.asarray((2 * rows[:, None, :] + parts).reshape(-1, w))


@dataclass(frozen=True)
class Certificate:
    """A certified neighbourhood: its size relative to the domain, the supremum there, and how many balls cover it."""

    size: Fraction
    supremum: arb
    cells: int


def widest(certify: Callable[[Fraction], Certificate | None], terms: Callable[[Certificate], int]) -> Certificate | None:
    """Return the certificate with which a bound needs the fewest `terms`, sizes above 1 being tried by doubling and halving."""
    good, bad = _doubled(certify, terms)
    low, high = (good[-1].size if good else Fraction(1)), bad
    for _ in range(5):
        if high is None or float(high - low) < 0.02 * float(low - 1) + 0.002:
            break
        middle = _rounded(1 + (math.sqrt((low - 1) * (high - 1)) if low > 1 else float(high - 1) / 4))
        if (found := certify(middle)) is None:
            high = middle
        else:
            good.append(found)
            low = middle
    return min(good, key=terms, default=None)


def _doubled(
    certify: Callable[[Fraction], Certificate | None], terms: Callable[[Certificate], int]
) -> tuple[list[Certificate], Fraction | None]:
    """Return the certificates of sizes 1 + 1/4, 1 + 1/2, 1 + 1 … and the first size that has none."""
    good: list[Certificate] = []
    step = Fraction(1, 4)
    while step < 1000 and (found := certify(1 + step)) is not None:
        if good and terms(found) > terms(good[-1]):
            return [*good, found], None
        good.append(found)
        step *= 2
    return good, 1 + step


def _rounded(size: float) -> Fraction:
    return Fraction(round(size * 1000), 1000)
