"""How far a power series of one variable reaches, estimated from its coefficients: Padé poles and root test.

Both work on coefficients in balls of many bits, so that rounding plays no part. The denominators of two Padé approximants of
different order share the poles of the function and little else; poles on a branch cut approach the branch point like 1/n**2,
which two orders extrapolate (G. A. Baker, P. Graves-Morris, Padé Approximants, 1996). The root test is Cauchy and Hadamard's
1/R = limsup |a_n|**(1/n), read from the largest coefficient of every few.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import acb, acb_poly, arb, arb_mat

from symseries.errors import ConvergenceError
from symseries.scalars import Array, object_array

_BLOCK = 5  # coefficients of which the largest counts, because those of a pair of poles oscillate
_PERSISTENT = 0.05  # by how much a pole may move from one order to the next
_EXTRAPOLATED = 0.02  # by how much a pole is moved at most; one that moves more does not go like 1/n**2
_GROWTH = 1.2  # a root test that grows by this from the first half of the orders to the second sees no singularity
_RESIDUE = 1e-8  # of a pole beside its distance, the coefficients scaled to size 1: below lie poles that a zero cancels
_LARGEST = 700.0  # logarithm of a radius, beyond which it is no floating-point number, or none to compute with
_DOUBTFUL = 0.25  # beyond this difference of the two estimates the smaller one stands


@dataclass(frozen=True)
class Reach:
    """The radius along one line, how far the estimates differ relative to it, and which of them it is."""

    radius: float
    spread: float
    method: str


ENTIRE = Reach(math.inf, 0.0, "no singularity seen")


def reach(coefficients: Sequence[arb] | Array, known: float = math.inf) -> Reach:
    """Return the estimated radius of convergence of sum_n a_n t**n, a_n in balls, inside the context of their ring.

    The nearest pole that two Padé orders share, extrapolated in the order; the root test where they share none, or where it
    is much smaller; infinite where the coefficients end, or fall faster than any power. `known` is the distance of a
    singularity that is known of: it is the radius where none nearer is seen, and the coefficients do not end. Raises
    `ConvergenceError` for a radius outside the range of floating-point numbers.

    >>> from symseries.scalars import ARB
    >>> ring = ARB(256)
    >>> with ring.working():
    ...     found = reach(ring.array([(-2) ** n for n in range(41)]))
    >>> round(found.radius, 12), found.method
    (0.5, 'Padé')
    """
    sizes = _logarithms(coefficients)
    orders = np.arange(len(sizes))
    seen = np.isfinite(sizes) & (orders > 0)
    if not seen[len(sizes) // 2 :].any():
        return ENTIRE
    unit = _unit(float(np.max(sizes[seen] / orders[seen])))
    scaled = _scaled(coefficients, unit)
    root = unit * _root_test(sizes + orders * math.log(unit), len(sizes) // 3)
    pole, moved = _nearest_pole(scaled)
    found = _chosen(unit * pole, moved, root, entire=_grows(sizes))
    return found if found.radius <= known else Reach(known, 0.0, "a function of an input")


def _unit(growth: float) -> float:
    """Return the argument that scales coefficients, whose logarithms grow so much per order, to size 1."""
    if abs(growth) > _LARGEST:
        raise ConvergenceError(
            f"the radius of convergence is about 1e{-growth / math.log(10):+.0f}, outside the range of floating-point numbers "
            "(5e-324 to 1.8e308); take another unit of the variable"
        )
    return math.exp(-growth)


def _chosen(pole: float, moved: float, root: float, *, entire: bool) -> Reach:
    """Return the smaller believable estimate; one that a second way confirms is as sure as the closer of the two."""
    if not math.isfinite(pole):
        return ENTIRE if entire else Reach(root, _DOUBTFUL, "root test")
    apart = abs(root - pole) / min(root, pole)
    if root < pole and apart > _DOUBTFUL:
        return Reach(root, apart, "root test")
    return Reach(pole, min(apart, moved), "Padé")


def _logarithms(coefficients: Sequence[arb] | Array) -> Array:
    """Return log |a_n|, minus infinity for a coefficient that is zero or not told from it."""
    return np.array([_logarithm(value) for value in coefficients])


def _logarithm(value: arb) -> float:
    return -math.inf if value.contains(0) else float(abs(value.mid()).log().mid())


def _scaled(coefficients: Sequence[arb] | Array, unit: float) -> Array:
    return object_array(value * arb(unit) ** n for n, value in enumerate(coefficients))


def _root_test(sizes: Array, first: int) -> float:
    """Return exp of minus the slope of log |a_n| over n, the largest of each block of orders from `first` on."""
    peaks = _peaks(sizes, first, len(sizes) - 1)
    if len(peaks) < 2:
        return math.inf
    orders, values = np.array(peaks).T
    return math.exp(-float(np.polyfit(orders, values, 1)[0]))


def _peaks(sizes: Array, first: int, last: int) -> list[tuple[int, float]]:
    ends = range(last, first + _BLOCK - 2, -_BLOCK)
    places = [end - _BLOCK + 1 + int(np.argmax(sizes[end - _BLOCK + 1 : end + 1])) for end in ends]
    return [(n, float(sizes[n])) for n in places if math.isfinite(sizes[n])]


def _grows(sizes: Array) -> bool:
    """Say whether the radius seen by the later half of the orders is well above that of the earlier half."""
    middle = len(sizes) // 2
    early, late = _root_test(sizes[: middle + 1], 1), _root_test(sizes, middle)
    return not math.isfinite(late) or late > _GROWTH * early


def _nearest_pole(coefficients: Array) -> tuple[float, float]:
    """Return the distance of the nearest pole that two orders share, and by how much it moved from one to the other.

    The distance is extrapolated to infinite order.
    """
    high = (len(coefficients) - 1) // 2
    low = high - max(2, high // 6)
    (n, fine), (m, coarse) = _poles(coefficients, high), _poles(coefficients, low)
    for pole in fine:
        match = min(coarse, key=lambda other: abs(other - pole), default=None)
        if match is not None and abs(match - pole) < _PERSISTENT * abs(pole):
            shift = (1 - abs(match) / abs(pole)) * m**2 / (n**2 - m**2) if n > m else 0.0
            far = abs(shift) > _EXTRAPOLATED
            return float(abs(pole) * (1 if far else 1 + shift)), float(abs(pole - match) / abs(pole))
    return math.inf, math.inf


def _poles(coefficients: Array, order: int) -> tuple[int, list[complex]]:
    """Return the order and the poles, the nearest first, of the Padé approximant [n - 1/n], n being at most `order`.

    A system that is singular belongs to a function of fewer poles, or of even or odd powers only: the order is lowered.
    """
    for n in range(order, 0, -1):
        try:
            column = _denominator(coefficients, n)
        except ZeroDivisionError:
            continue
        return n, _believable(coefficients, column)
    return 0, []


def _denominator(coefficients: Array, n: int) -> list[arb]:
    """Return q_0 = 1, q_1 … q_n with sum_j q_j a_(n+i-j) = 0 for i = 0 … n-1."""
    rows = arb_mat(n, n, [coefficients[n + i - j] for i in range(n) for j in range(1, n + 1)])
    found = rows.solve(arb_mat(n, 1, [-coefficients[n + i] for i in range(n)]))
    return [arb(1), *found.entries()]


def _believable(coefficients: Array, denominator: list[arb]) -> list[complex]:
    """Return the zeros of the denominator that no zero of the numerator cancels, the nearest first."""
    n = len(denominator) - 1
    numerator = [sum((denominator[j] * coefficients[i - j] for j in range(i + 1)), arb(0)) for i in range(n)]
    below = _middle(denominator)
    above, slope = _middle(numerator), below.derivative()
    zeros = [_point(zero) for zero in _zeros(below)]
    kept = [z for z in zeros if _size(above(z)) > _RESIDUE * _size(slope(z)) * _size(z)]
    return sorted((_complex(z) for z in kept), key=abs)


def _middle(values: Sequence[arb]) -> acb_poly:
    return acb_poly([acb(value.mid()) for value in values])


def _zeros(polynomial: acb_poly) -> list[acb]:
    """Return the zeros; in floats where some coincide, which FLINT does not isolate."""
    try:
        return list(polynomial.roots())
    except ValueError:
        plain = np.roots([float(c.real.mid()) for c in polynomial.coeffs()[::-1]])
        return [acb(float(z.real), float(z.imag)) for z in plain]


def _point(zero: acb) -> acb:
    return acb(zero.real.mid(), zero.imag.mid())


def _complex(zero: acb) -> complex:
    return complex(float(zero.real.mid()), float(zero.imag.mid()))


def _size(value: Any) -> float:
    return float(abs(value).mid())
