"""The space of Legendre polynomials on a box."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from symseries.scalars import Array
from symseries.spaces.box import BoxSpace


class LegendreSpace(BoxSpace):
    """Products of Legendre polynomials on a box: sum_n a_n prod_i P_(n_i)(u_i), u_i in [-1, 1] the window of variable i.

    `domain` maps each variable to (lowest, highest), in the variable's own units; `order` bounds the total degree, or with
    `index_set="tensor"` the degree in each variable; with `scale={"d": "log"}` the window is affine in log d. The inner product
    is the mean over the box (over log d where that is the scale), so that `gram` is the diagonal prod_i 1/(2 n_i + 1). Nodes
    are Gauss points up to 4 variables, between the kinks that `breaks` names, and Sobol points with least squares above.

    Raises `OptionError` for bounds that are not finite, not in order or, on a logarithmic scale, not positive, `LawNameError`
    for a variable whose name is not allowed, `ResourceLimitError` for a projection that is too large.

    >>> space = LegendreSpace({"c": (0.01, 0.1)}, order=2)
    >>> space.gram.diagonal().round(3).tolist()
    [1.0, 0.333, 0.2]
    >>> kinked = LegendreSpace({"x": (-1, 1)}, order=2, breaks={"x": 0})
    >>> (kinked.project(abs(kinked.nodes)).round(12) + 0.0).ravel().tolist()
    [0.5, 0.0, 0.625]
    """

    kind = "legendre"
    words = "Legendre polynomials"

    def functions(self, window: Array) -> Array:
        from numpy.polynomial.legendre import legvander  # slow to import

        return legvander(window, self.order)

    def formula(self, index: int, window: sympy.Expr) -> sympy.Expr:
        return sympy.legendre(index, window)

    def lengths(self) -> Sequence[sympy.Rational]:
        return [sympy.Rational(1, 2 * k + 1) for k in range(self.order + 1)]

    def points(self) -> int:
        return (3 * self.order + 2) // 2
