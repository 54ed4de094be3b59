"""Quadrature on the window [-1, 1]: Gauss points, also between breaks, and Sobol points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from flint import arb

from symseries.scalars import ARB, Array

_BITS = 96
SEED = 20_231  # of the scrambling, so that a space has the same nodes wherever it is made


def gauss(points: int, cuts: Sequence[float] = ()) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes (n,) of the window and weights that sum to 1, so many points in each piece between cuts.

    A function with kinks at the cuts is integrated as precisely as a smooth one.

    >>> nodes, weights = gauss(3, (0.5,))
    >>> round(float(weights @ abs(nodes - 0.5)), 12)
    0.625
    """
    u, mass = gauss_legendre(points)
    ends = np.array([-1.0, *cuts, 1.0])
    low, half = ends[:-1, None], np.diff(ends)[:, None] / 2
    return (low + half * (u + 1)).ravel(), (half * mass / 2).ravel()


@lru_cache(maxsize=64)
def gauss_legendre(points: int) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes (n,) in ascending order and weights that sum to 2, each right to the last digit.

    They are rounded from balls, Johansson and Mezzarobba (2018). Those of eigenvalue routines in floating point have weights
    wrong in the 12th digit for 64 points and in the 10th for 300, which coefficients of high degree show.

    >>> nodes, weights = gauss_legendre(2)
    >>> (nodes**2 * 3).round(12).tolist(), weights.tolist()
    ([1.0, 1.0], [1.0, 1.0])
    """
    with ARB(_BITS).working():
        pairs = [arb.legendre_p_root(points, k, weight=True) for k in reversed(range(points))]
        nodes, weights = np.array([[float(value.mid()) for value in pair] for pair in pairs]).T
    for values in (nodes, weights):
        values.setflags(write=False)
    return nodes, weights


def gauss_chebyshev(points: int, cuts: Sequence[float] = ()) -> tuple[Array, Array]:
    """Return nodes (n,) of the window and weights that sum to 1, for the mean of weight 1/(pi sqrt(1 - u**2)).

    Without cuts these are the zeros of T_n, on which the coefficients are those of the interpolating polynomial; with cuts
    Gauss points of the angle, u = -cos(angle), in each piece.

    >>> nodes, weights = gauss_chebyshev(4)
    >>> round(float(weights @ nodes**2), 12)
    0.5
    """
    if not cuts:
        return np.sin(np.pi * (2 * np.arange(points) - points + 1) / (2 * points)), np.full(points, 1 / points)
    turned, weights = gauss(points, [2 * float(np.arccos(-cut)) / np.pi - 1 for cut in cuts])
    return -np.cos(np.pi * (turned + 1) / 2), weights


def chebyshev_at_zeros(order: int, points: int) -> Array:
    """Return T_0 … T_order at the zeros of T_points in ascending order, (points, order + 1), each to the last digit.

    They are cosines of multiples of pi/(2 points), reduced as integers; by recurrence, errors grow as order**2 at the ends.
    """
    turns = np.outer(2 * np.arange(points)[::-1] + 1, np.arange(order + 1)) % (4 * points)
    return np.asarray(np.cos(np.pi * np.arange(4 * points) / (2 * points))[turns])


def oscillating(frequency: float) -> int:
    """Return the Gauss points that integrate cos(frequency u) over the window to rounding.

    The terms of the error fall as J_2n(frequency) does, which is beyond its turning point at 2n = frequency; the margin was
    measured for frequencies from 1 to 600.
    """
    return int(np.ceil(frequency / 2 + 6 * np.cbrt(frequency) + 2))


def sobol(variables: int, least: int) -> Array:
    """Return a power of 2 of scrambled Sobol points in the unit cube, at least so many, (n, variables)."""
    from scipy.stats import qmc

    return np.asarray(qmc.Sobol(variables, scramble=True, seed=SEED).random_base2(sobol_power(least)))


def sobol_power(least: int) -> int:
    """Return the exponent of the least power of 2 that is at least so many."""
    return int(np.ceil(np.log2(least)))


def grid(axes: Sequence[Array]) -> Array:
    """Return the points (n, w) of a tensor grid, the last variable running fastest."""
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def contracted(matrices: Sequence[Array], values: Array) -> Array:
    """Return every matrix (N_i, m_i) applied along its own axis of values (m_1, …, m_w, columns)."""
    for place, matrix in enumerate(matrices):
        values = np.moveaxis(np.tensordot(matrix, values, axes=(1, place)), 0, place)
    return values
