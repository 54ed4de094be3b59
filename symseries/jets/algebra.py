"""Algebra of jets in one variable: what the functions of pieces and the activations are built with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symseries.errors import NotAnalyticError
from symseries.jets.checks import place_of
from symseries.scalars import Array, Scalars, decimal, stored

Rule = Callable[[Array, int, Scalars, str], Array]


def divided(values: Array, number: int, ring: Scalars) -> Array:
    """Return values / number; in floats by one rounding, so that what cancels exactly does.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> divided(np.array([1.5]), 3, F64).tolist()
    [0.5]
    """
    return np.asarray(values * ring.scalar(Fraction(1, number)) if ring.dtype is object else values / number)


def square_term(jet: Array, k: int) -> Array:
    """Return the coefficient k >= 1 of f**2: sum_j f_j f_(k - j), over the elements of rings every pair multiplied once.

    >>> import numpy as np
    >>> square_term(np.array([[1.0], [3.0], [5.0]]), 2).tolist()
    [19.0]
    """
    if jet.dtype.kind == "f":
        return np.asarray(np.vecdot(jet[: k + 1].T, jet[k::-1].T))
    if jet.dtype.kind != "O":  # vecdot conjugates
        return np.asarray(np.einsum("kn,kn->n", jet[: k + 1], jet[k::-1]))
    total = np.add.reduce(jet[: (k + 1) // 2] * jet[k : k // 2 : -1], axis=0) * 2
    return np.asarray(total if k % 2 else total + jet[k // 2] * jet[k // 2])


def times_argument(jet: Array, points: Array) -> Array:
    """Return the jet of x*f(x) from that of f: b f_k + f_(k-1).

    >>> import numpy as np
    >>> times_argument(np.array([[1.0], [1.0], [0.5]]), np.array([2.0])).tolist()
    [[2.0], [3.0], [2.0]]
    """
    out = jet * points
    out[1:] = out[1:] + jet[:-1]
    return out


def scaled(jet: Array, factor: Fraction, ring: Scalars) -> Array:
    """Return the jet of f(a x) at b from that of f at a b: a**k f_k.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> scaled(np.array([[1.0], [1.0], [0.5]]), Fraction(2), F64).tolist()
    [[1.0], [2.0], [2.0]]
    """
    if factor == 1:
        return jet
    out, power = jet.copy(), Fraction(1)
    for k in range(1, len(jet)):
        power *= factor
        out[k] = jet[k] * ring.scalar(power)
    return out


def integral(value: Array, slope: Array | None, order: int, ring: Scalars) -> Array:
    """Return the jet whose value is `value` (n,) and whose derivative has the jet `slope` (order or more, n): slope_(k-1)/k.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> integral(np.array([0.0]), np.array([[1.0], [1.0]]), 2, F64).tolist()
    [[0.0], [1.0], [0.5]]
    """
    out = ring.zeros(order + 1, len(value))
    out[0] = value
    for k in range(1, order + 1):
        out[k] = divided(slope[k - 1], k, ring)  # type: ignore[index]
    return out


def logistic(inner: Array, ring: Scalars, where: str = "") -> Array:
    """Return the jet of 1/(1 + exp(-w)) from the jet (K + 1, n) of w: k y_k = sum_j j w_j d_(k-j), d = y - y**2.

    The differential equation keeps digits that substitution of w into the jet of the sigmoid cancels.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> logistic(np.array([[0.0], [2.0]]), F64).tolist()
    [[0.5], [0.5]]
    """
    order = len(inner) - 1
    y, d = np.empty_like(inner), np.empty_like(inner)
    y[0] = ring.elementary("sigmoid", inner[0], where)
    if order:
        d[0] = ring.elementary("sigmoid_slope", inner[0], where)
    slopes = inner.copy()
    for k in range(1, order + 1):
        slopes[k] = inner[k] * ring.scalar(k)
        y[k] = divided((slopes[1 : k + 1] * d[k - 1 :: -1]).sum(axis=0), k, ring)
        d[k] = y[k] - square_term(y, k)
    return y


def polynomial_jet(coefficients: Sequence[Any], points: Array, order: int, ring: Scalars) -> Array:
    """Return the jet of c_0 + c_1 x + …, the coefficients being numbers: the polynomial moved to b by repeated division.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> polynomial_jet((0, 0, 1), np.array([3.0]), 3, F64)[:, 0].tolist()
    [9.0, 6.0, 1.0, 0.0]
    """
    moved = [ring.scalar(c) for c in coefficients]
    for start in range(min(order + 1, len(moved))):
        for k in range(len(moved) - 2, start - 1, -1):
            moved[k] = moved[k] + points * moved[k + 1]
    out = ring.zeros(order + 1, len(points))
    for k in range(min(order + 1, len(moved))):
        out[k] = moved[k]
    return out


def piecewise(name: str, breaks: Sequence[Any], rules: Sequence[Rule]) -> Rule:
    """Return the rule of a function that follows rules[i] between breaks[i-1] and breaks[i], which are rational numbers.

    A point on a break has a value, that from the left, and no jet: `NotAnalyticError`; the same for a point of which the ring
    does not decide on which side it lies.

    >>> import numpy as np
    >>> from symseries.scalars import F64
    >>> line = lambda b, order, ring, where: polynomial_jet((0, 1), b, order, ring)
    >>> zero = lambda b, order, ring, where: polynomial_jet((0,), b, order, ring)
    >>> piecewise("relu", (0,), (zero, line))(np.array([-2.0, 3.0]), 1, F64, "").tolist()
    [[0.0, 3.0], [0.0, 1.0]]
    """

    def rule(b: Array, order: int, ring: Scalars, where: str) -> Array:
        pieces = np.zeros(len(b), dtype=int)
        for place in breaks:
            pieces += _beyond(b, order, ring, where, name=name, place=place)
        out = ring.zeros(order + 1, len(b))
        # an error of an exact ring names the neuron, so its points go one by one
        groups = [[i] for i in range(len(b))] if ring.exact else [np.flatnonzero(pieces == i) for i in np.unique(pieces)]
        for group in groups:
            inner = f"neuron {group[0] + 1} of {where}" if ring.exact and where.startswith("layer") else where
            out[:, group] = rules[pieces[group[0]]](b[group], order, ring, inner)
        if b.dtype.kind == "f":
            out[:, np.isnan(b)] = np.nan  # it lies in no piece
        return out

    return rule


def _beyond(b: Array, order: int, ring: Scalars, where: str, *, name: str, place: Any) -> Array:
    """Return which points lie above a break; refuse those of which that is unknown, and those on it unless order is 0."""
    differences = b - ring.scalar(place)
    if differences.dtype.kind == "f" and not (order and (differences == 0).any()):
        return np.asarray(differences > 0)
    signs = [ring.sign(difference) for difference in differences]
    for position, sign in enumerate(signs):
        if sign is None:
            side = f"on which side of the kink of {name} at {_decimal(place)} the centre lies"
            way = "raise the precision or move the centre" if ring.balls else "give the symbols numbers"
            raise NotAnalyticError(f"{place_of(name, where, position)}: {ring} does not decide {side}; {way}")
        if sign == 0 and order:
            raise NotAnalyticError(
                f"{place_of(name, where, position)}: not analytic, {name} has a kink at {_decimal(place)} and no power series "
                "there; move the centre"
            )
    return np.array([sign == 1 for sign in signs], dtype=bool)


def _decimal(value: Any) -> str:
    return decimal(stored(value))
