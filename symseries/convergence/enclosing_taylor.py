"""Bounds of |function - Taylor series| on a box: coefficients in balls, and Cauchy's tail on a certified polydisc."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from symseries.convergence.enclosing_polynomials import largest, powers, sums
from symseries.convergence.enclosing_regions import RING, Certificate, Region, ball, supremum, widest
from symseries.convergence.enclosing_sources import Source
from symseries.errors import ConvergenceError, NotAnalyticError, OptionError, ResourceLimitError, SpaceMismatchError, listing
from symseries.scalars import ARB, QQ, Array, Scalars, as_fraction, object_array
from symseries.series import Series
from symseries.spaces import Space, TaylorSpace

Domain = Mapping[str, tuple[Fraction, Fraction]]

SHARE = 0.03  # of the estimated error that the tail may take
ROUNDS = 3  # in which order and precision are raised until tail and rounding are small beside the coefficients
_SECONDS = 20.0  # that the coefficients may take
_MAX_BITS = 4096
_ENOUGH = 3.0  # times that share, from which on the tail is made smaller
_TINY = 1e-290  # a difference below it needs no smaller tail


@dataclass(frozen=True)
class Remainder:
    """What lies beyond a polynomial of the function: its order, its precision, None where exact, and the certified tail."""

    order: int
    bits: int | None
    certificate: Certificate | None = None
    tail: arb = field(default_factory=arb)


@dataclass(frozen=True)
class Parts:
    """A bound and what it is made of: the largest difference of two polynomials, and what lies beyond them.

    Where the box was cut into `pieces`, they are those of the piece with the largest bound.
    """

    difference: arb
    rest: Remainder
    pieces: int = 1
    total: arb = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", self.difference + self.rest.tail)


@dataclass(frozen=True)
class Task:
    """What is to be enclosed: a source, a series, the box, the number of arcs and the bits to begin with."""

    source: Source
    series: Series
    domain: Domain
    arcs: int
    bits: int

    @property
    def space(self) -> Space:
        """The space of the series."""
        return self.series.space

    @property
    def places(self) -> list[int]:
        """The columns of the space that the inputs of the function are."""
        missing = [name for name in self.source.inputs if name not in self.space.variables]
        if missing:
            raise SpaceMismatchError(
                f"enclose: the function's input {missing[0]!r} is not in the series; its variables are "
                f"{listing(self.space.variables)}"
            )
        return [self.space.variables.index(name) for name in self.source.inputs]

    def rows(self, ring: Scalars) -> Array:
        """Return the given coefficients (N,) in a ring."""
        return ring.array(self.series.elements[:, 0])


def wobble(values: Array) -> arb:
    """Return the sum of the radii of balls."""
    return sum((v.rad() for v in values.flat), start=arb(0))


# ------------------------------------------------------------------------------------------------------------ the bound
def taylor_bound(task: Task) -> Parts:
    """Return the bound over the box: the difference of the polynomials to order L, and M T**-(L+1)/(1 - 1/T) beyond.

    Source: Cauchy's estimate along rays through the centre, each a function of one variable bounded by M on a disc of radius T.
    """
    space = taylor(task)
    if space.symbols:
        raise OptionError(f"enclose: the centre of {space.describe()} holds symbols; expected numbers")
    radii = [max(high - c, c - low) for c, (low, high) in zip(_center(space), task.domain.values(), strict=True)]
    if task.source.degree is not None:
        return _polynomial_bound(task, radii)
    with RING.working():
        certificate = _certified(task, radii)
    found, rest = raised(
        task,
        certificate,
        _affordable(task, _terms(task, radii, certificate)),
        difference=lambda order, ring: _difference(task, radii, order, ring),
        tail=lambda order: _cauchy(certificate, order),
        affordable=lambda order: _affordable(task, order),
    )
    with ARB(rest.bits or task.bits).working():
        return _parts(task, radii, found, rest)


def _center(space: TaylorSpace) -> list[Fraction]:
    return [exact(value) for value in space.center.values()]


def exact(value: Any) -> Fraction:
    """Return a rational number of any kind as a Fraction."""
    found = as_fraction(value)
    if found is None:
        raise OptionError(f"enclose: {value} is not a rational number; expected centres and domains that are")
    return found


def _polynomial_bound(task: Task, radii: list[Fraction]) -> Parts:
    """Return the bound of the difference of two polynomials, of which nothing is cut."""
    order, ring = max(task.source.degree or 0, taylor(task).indices.top), ARB(task.bits)
    exactly = compared_exactly(task, lambda: _difference(task, radii, order, QQ))
    with ring.working():
        difference = _difference(task, radii, order, ring) if exactly is None else ring.array(exactly)
        return _parts(task, radii, difference, Remainder(order, task.bits if exactly is None else None))


def compared_exactly(task: Task, compare: Callable[[], Array]) -> Array | None:
    """Return a difference of polynomials in rational numbers, None where one of them has others."""
    if task.series.scalars.balls:
        return None
    try:
        return compare()
    except OptionError:  # a number such as pi among the weights
        return None


def raised(
    task: Task,
    certificate: Certificate,
    order: int,
    *,
    difference: Callable[[int, ARB], Array],
    tail: Callable[[int], arb],
    affordable: Callable[[int], int],
) -> tuple[Array, Remainder]:
    """Return a difference of polynomials, and what lies beyond, to an order and precision that make the bound good.

    Both are raised, as far as is affordable, while tail or rounding are more than a small part of the bound.
    """
    bits = task.bits
    for last in range(ROUNDS, -1, -1):
        ring = ARB(bits)
        with ring.working():
            found, rest = difference(order, ring), Remainder(order, bits, certificate, tail(order))
            imprecise, missing = lacking(found, rest)
        more = affordable(order + min(order + 20, math.ceil(missing / math.log(certificate.size))))
        if not last or not (imprecise or more > order):
            break
        bits, order = 2 * bits if imprecise else bits, max(more, order)
    return found, rest


def lacking(difference: Array, rest: Remainder) -> tuple[bool, float]:
    """Return whether more bits are needed, and the logarithm of the factor by which the tail is too large."""
    size, tail, more = float(sums(difference)), float(rest.tail), (rest.bits or 0) < _MAX_BITS
    if not math.isfinite(size):
        return more, 0.0
    imprecise = float(wobble(difference)) > SHARE * size
    wanted = SHARE * max(size, _TINY)
    return imprecise and more, math.log(tail) - math.log(wanted) if tail > _ENOUGH * wanted else 0.0


def _cauchy(certificate: Certificate, order: int) -> arb:
    t = ball(certificate.size)
    return arb((certificate.supremum / t ** (order + 1) / (1 - 1 / t)).upper())


def _fine(space: TaylorSpace, radii: list[Fraction], order: int) -> TaylorSpace:
    """Return the space in units of the radii, so that no power is larger than 1 on the box."""
    units = dict(zip(space.variables, map(_rational, radii), strict=True))
    return TaylorSpace(space.center, order, scale=units)


def _difference(task: Task, radii: list[Fraction], order: int, ring: Scalars) -> Array:
    """Return the coefficients to an order of the function less those of the series, in units of the radii."""
    space = taylor(task)
    fine = _fine(space, radii, order)
    difference = task.source.series(fine, ring).copy()
    ranks = _ranks(space, fine)
    difference[ranks] = difference[ranks] - task.rows(ring) * _factors(space, radii, ring)
    return difference


def _ranks(space: TaylorSpace, fine: TaylorSpace) -> Array:
    return np.array([fine.rank(tuple(row)) for row in space.multi_indices.tolist()])


def _parts(task: Task, radii: list[Fraction], difference: Array, rest: Remainder) -> Parts:
    """Return the bound of a difference of coefficients, and a tail."""
    space = taylor(task)
    fine, ring = _fine(space, radii, rest.order), ARB(rest.bits or task.bits)
    boxes = zip(_center(space), radii, task.domain.values(), strict=True)
    ends = [(ball((low - c) / r), ball((high - c) / r)) for c, r, (low, high) in boxes]
    most = largest(fine.multi_indices, difference, lambda j, degree, points: powers(*ends[j], degree, points), ring)
    return Parts(most, rest)


def taylor(task: Task) -> TaylorSpace:
    """Return the space of a Taylor series."""
    assert isinstance(task.space, TaylorSpace)  # noqa: S101 - the caller has looked
    return task.space


def _rational(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def _factors(space: TaylorSpace, radii: list[Fraction], ring: Scalars) -> Array:
    """Return prod_j (r_j/scale_j)**alpha_j, what each coefficient of the series is multiplied with to be at its largest."""
    ratios = [r / exact(unit) for r, unit in zip(radii, space.scale.values(), strict=True)]
    powers = [[ratio**k for k in range(space.indices.order + 1)] for ratio in ratios]
    rows = space.multi_indices.tolist()
    return ring.array(object_array(math.prod(column[k] for column, k in zip(powers, row, strict=True)) for row in rows))


# ------------------------------------------------------------------------------------------------------ the neighbourhood
def _certified(task: Task, radii: list[Fraction]) -> Certificate:
    """Return the certified polydisc with which the fewest coefficients are needed."""
    space = taylor(task)
    center, places = _center(space), task.places
    offset = task.source.values(object_array(map(ball, center))[None, places], ARB(RING.bits))[0].mid()

    def certify(size: Fraction, finely: bool = False) -> Certificate | None:
        region = Region(center, *[[size * r for r in radii]] * 2)
        found = supremum(lambda X: task.source.values(X[:, places], RING), region, task.arcs, offset, finely)
        return None if found is None else Certificate(size, *found)

    best = widest(certify, lambda certificate: _terms(task, radii, certificate))
    if best is None:
        raise _uncovered(task, next((size for size in _SMALLER if certify(size)), None))
    wanted = _terms(task, radii, best)
    return best if _affordable(task, wanted) == wanted else certify(best.size, finely=True) or best


_SMALLER = [Fraction(k, 20) for k in (19, 17, 15, 12, 10, 8, 6, 4, 2)]


def _uncovered(task: Task, size: Fraction | None) -> ConvergenceError | NotAnalyticError:
    what = f"enclose: {task.space.describe()}"
    if size is None:
        return NotAnalyticError(
            f"{what}: no neighbourhood of the centre is certified, a singularity is too near; move the centre"
        )
    return ConvergenceError(
        f"{what} does not certainly converge on the domain: the function is certified analytic to {float(size):g} times its "
        "radii about the centre, and more than once is needed; shrink the domain so far, or use a LegendreSpace or "
        "ChebyshevSpace on it, or more points"
    )


def _terms(task: Task, radii: list[Fraction], certificate: Certificate) -> int:
    """Return the order to which coefficients are needed, from the last coefficients of the series itself."""
    space = taylor(task)
    factors = np.array([float(v) for v in _factors(space, radii, ARB(53))])
    size, rate = float(certificate.size), math.log(certificate.size)
    target = expected_error(task.series, factors, size)
    bound = float(certificate.supremum) / (target * (1 - 1 / size))
    return max(space.indices.top, math.ceil(math.log(max(bound, 1e-300)) / rate) - 1)


def expected_error(series: Series, factors: Array, size: float) -> float:
    """Return the part of a rough estimate of the truncation error that a tail may take; it decides on effort alone."""
    sizes = np.abs([float(v) if not hasattr(v, "mid") else float(v.mid()) for v in series.elements[:, 0]]) * factors
    degrees = series.space.multi_indices.sum(axis=1)
    top = int(degrees.max())
    last = max(sizes[degrees == top].sum() / size, sizes[degrees == top - 1].sum() / size**2)
    return SHARE * max(float(last), 1e-16 * float(sizes.sum()), _TINY)


def _affordable(task: Task, order: int) -> int:
    """Return the highest order up to the one wanted whose coefficients are affordable."""
    space = taylor(task)
    least = space.indices.top
    while order > least and _seconds(task, order) > _SECONDS:
        order = max(least, int(order * 0.9))
    if (seconds := _seconds(task, order)) > 3 * _SECONDS:
        raise ResourceLimitError(
            f"enclose: the coefficients to order {order} in balls would take about {seconds:.0f} s, the limit is "
            f"{3 * _SECONDS:.0f} s; lower the order of the series"
        )
    return order


def _seconds(task: Task, order: int) -> float:
    w = len(task.space.variables)
    if math.comb(order + w, w) > 100_000:
        return math.inf
    return task.source.seconds(TaylorSpace(dict.fromkeys(task.space.variables, 0), order))
