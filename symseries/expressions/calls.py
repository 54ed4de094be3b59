"""Functions of the tape: their values and jets, where these are not rows of the tables below."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from symseries.jets import jet
from symseries.scalars import Array, Scalars


def call_value(function: str, points: Array, scalars: Scalars, where: str) -> Array:
    """Return the values of a function of the tape at points (n,) of the ring."""
    if function != "erfc":
        return scalars.elementary(function, points, where)
    if scalars.exact:
        return np.asarray(scalars.scalar(1) - scalars.elementary("erf", points, where))
    # erfc(u) = 2 Phi(-sqrt(2) u); 1 - erf(u) would cancel in the right tail
    root = scalars.power(scalars.array([2]), Fraction(1, 2))[0]
    return np.asarray(scalars.elementary("normal_cdf", points * -root, where) * scalars.scalar(2))


def call_jet(function: str, points: Array, order: int, scalars: Scalars, where: str) -> Array:
    """Return the jet (order + 1, n) of a function of the tape; errors are those of `jets.jet`."""
    if function != "erfc":
        return jet(function, points, order, scalars, where)
    out = -jet("erf", points, order, scalars, where)
    out[0] = call_value(function, points, scalars, where)
    return out
