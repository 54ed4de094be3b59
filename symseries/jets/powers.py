"""The jet of a power, of any exponent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from symseries.jets.checks import check_positive
from symseries.scalars import Array, Scalars


def power_jet(points: Array, exponent: Any, order: int, scalars: Scalars, where: str = "") -> Array:
    """Return the jet of b**r: s_k = r (r-1) … (r-k+1)/k! * b**(r-k).

    `exponent` is a Fraction or an element of the ring. A natural exponent is a polynomial and has a jet everywhere; any other
    needs b > 0, or b != 0 for a negative integer. Errors are those of `jet`.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> power_jet(np.array([4.0]), Fraction(1, 2), 2, F64)[:, 0].tolist()
    [2.0, 0.25, -0.015625]
    """
    whole = _whole(exponent)
    with np.errstate(all="ignore"):
        if whole is not None and whole >= 0:
            return _natural_power(points, whole, order, scalars)
        if whole is not None:
            check_positive("power", points, scalars, where, zero="a pole where the base is 0", below="")
        else:
            branch = "" if _is_value(exponent, order, scalars) else "a branch point where the base is 0"
            check_positive(
                "power", points, scalars, where, zero=branch, below="a fractional power of {}; keep the base positive"
            )
        return _general_power(points, exponent, order, scalars, where)


def _is_value(exponent: Any, order: int, scalars: Scalars) -> bool:
    """Return whether the jet is a mere value that 0 has too: order 0 of a positive power."""
    return order == 0 and scalars.sign(scalars.element(exponent)) == 1


def _general_power(points: Array, exponent: Any, order: int, scalars: Scalars, where: str) -> Array:
    out = scalars.zeros(order + 1, len(points))
    out[0] = scalars.power(points, exponent, where)
    inverse = scalars.power(points, Fraction(-1), where) if order else points
    for k in range(1, order + 1):
        out[k] = out[k - 1] * inverse * scalars.scalar(exponent - (k - 1)) * scalars.scalar(Fraction(1, k))
    return out


def _whole(exponent: Any) -> int | None:
    """Return the exponent as an int where it is a whole number that fits a machine word."""
    try:
        whole = int(exponent)
    except (TypeError, ValueError, OverflowError):  # symbolic, or no number
        return None
    return whole if exponent == whole and abs(whole) < 2**31 else None


def _natural_power(points: Array, exponent: int, order: int, scalars: Scalars) -> Array:
    out = scalars.zeros(order + 1, len(points))
    binomial = 1
    for k in range(min(order, exponent) + 1):
        rest = exponent - k
        # FLINT's own power of a ball that holds 0 is undefined
        power = scalars.power(points, Fraction(rest)) if scalars.balls else points**rest
        out[k] = power * scalars.scalar(binomial) if rest else scalars.array([binomial] * len(points))
        binomial = binomial * rest // (k + 1)
    return out
