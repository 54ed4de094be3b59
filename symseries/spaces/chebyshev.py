"""The space of Chebyshev polynomials on a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

from symseries.scalars import Array
from symseries.spaces.box import Axis, BoxSpace
from symseries.spaces.grids import chebyshev_at_zeros, gauss_chebyshev, oscillating


class ChebyshevSpace(BoxSpace):
    """Products of Chebyshev polynomials on a box: sum_n a_n prod_i T_(n_i)(u_i), u_i in [-1, 1] the window of variable i.

    `domain`, `order`, `index_set`, `scale`, `breaks` and the errors are those of `LegendreSpace`. The inner product is the mean
    of weight prod_i 1/(pi sqrt(1 - u_i**2)), in which the mean of 1 is 1 and `gram` the diagonal prod_i (1 if n_i = 0 else
    1/2). Nodes are Gauss-Chebyshev points, the zeros of T_m, so that the coefficients are those of the interpolating polynomial
    of degree m - 1, cut at the order. Where a function is analytic inside the Bernstein ellipse rho, they fall as rho**-n.

    >>> space = ChebyshevSpace({"x": (-1, 1)}, order=3)
    >>> (space.project(space.nodes**3).round(12) + 0.0).ravel().tolist()
    [0.0, 0.75, 0.0, 0.25]
    >>> space.gram.diagonal().tolist()
    [1.0, 0.5, 0.5, 0.5]
    """

    kind = "chebyshev"
    words = "Chebyshev polynomials"

    def functions(self, window: Array) -> Array:
        from numpy.polynomial.chebyshev import chebvander  # slow to import

        return chebvander(window, self.order)

    def formula(self, index: int, window: sympy.Expr) -> sympy.Expr:
        return sympy.chebyshevt(index, window)

    def lengths(self) -> Sequence[sympy.Rational]:
        return [sympy.Rational(1, 2) if k else sympy.S.One for k in range(self.order + 1)]

    def points(self) -> int:
        if self.breaks:  # Gauss points of the angle, for products cos(3 order angle) over [0, pi]
            return oscillating(3 * self.order * np.pi / 2)
        return (3 * self.order + 2) // 2

    def spread(self, unit: Array) -> Array:
        return -np.cos(np.pi * unit)

    def axis(self, name: str, points: int, cuts: Sequence[float] = ()) -> Axis:
        found = super().axis(name, points, cuts)
        if len(found.window) != points:
            return found
        lengths = np.array([1.0 if k == 0 else 0.5 for k in range(self.order + 1)])
        return found._replace(matrix=chebyshev_at_zeros(self.order, points).T / (points * lengths[:, None]))

    def rule(self, points: int, cuts: Sequence[float]) -> tuple[Array, Array]:
        return gauss_chebyshev(points, cuts)
