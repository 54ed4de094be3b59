"""The space of Legendre polynomials on a box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from symseries.errors import OptionError
from symseries.names import symbol
from symseries.scalars import F64, Array, Scalars, decimal, object_array, typed
from symseries.spaces.base import GradedSpace, SampledSpace, check_projection, legendre_formulas, legendre_products

_CHECKED = 3  # variables up to which the error of a projection is estimated
_GAUSS_POINTS = {1: 64, 2: 32, 3: 24, 4: 16}  # per axis, by number of variables
_POINTS_PER_COEFFICIENT = 10  # of the least squares that replaces a tensor grid above 4 variables


class LegendreSpace(GradedSpace, SampledSpace):
    """Products of Legendre polynomials on a box: sum_n a_n prod_i P_(n_i)(u_i), u_i in [-1, 1] the window of variable i.

    `domain` maps each variable to (lowest, highest). The inner product is the mean over the box, so `gram` is the diagonal
    prod_i 1/(2 n_i + 1). Nodes are Gauss points up to 4 variables, Sobol points with least squares above.

    Raises `OptionError` for bounds that are not finite or not in order, `LawNameError` for a variable whose name is not
    allowed, `ResourceLimitError` for a projection that is too large.

    >>> space = LegendreSpace({"c": (0.01, 0.1)}, order=2)
    >>> space.gram.diagonal().round(3).tolist()
    [1.0, 0.333, 0.2]
    """

    kind = "legendre"

    def __init__(self, domain: Mapping[str, object], order: int, *, index_set: str = "total") -> None:
        self._set_up(domain, order, index_set, "domain")
        pairs = zip(self.variables, domain.values(), strict=True)
        self.domain: dict[str, tuple[sympy.Rational, sympy.Rational]] = {name: _interval(name, pair) for name, pair in pairs}

    def norms(self, scalars: Scalars = F64) -> Array:
        """Return prod_i 1/(2 n_i + 1), an array (N,)."""
        lengths = object_array(sympy.Rational(1, 2 * k + 1) for k in range(self.indices.order + 1))
        return np.asarray(scalars.array(lengths)[self.multi_indices].prod(axis=1))

    @property
    def _bounds(self) -> Array:
        return F64.array(np.array([list(pair) for pair in self.domain.values()], dtype=object))

    def window(self, points: Array) -> Array:
        """Return points (n, w) of the domain in the window [-1, 1]."""
        low, high = self._bounds.T
        return np.asarray((2 * points - (low + high)) / (high - low))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        """Return prod_i P_(n_i)(u_i) at points (n, w), an array (n, N)."""
        return legendre_products(self.window(points), self.multi_indices, self.order)

    def formulas(self, table: Array, scalars: Scalars) -> tuple[list[sympy.Expr], Array]:
        """Return the Legendre products as expressions, and the coefficients as they are."""
        windows = [(2 * symbol(name) - low - high) / (high - low) for name, (low, high) in self.domain.items()]
        return legendre_formulas(windows, self.multi_indices), table

    @cached_property
    def _rule(self) -> tuple[Array, Array]:
        """Nodes (n, w) in the domain and their weights, which sum to 1."""
        w = len(self.variables)
        low, high = self._bounds.T
        window, weights = self._gauss(w, self._points) if w in _GAUSS_POINTS else self._sobol(w)
        return low + (high - low) * (window + 1) / 2, weights

    @property
    def _points(self) -> int:
        """Gauss points per axis, which integrate the product of two series against every basis function exactly."""
        return max(_GAUSS_POINTS[len(self.variables)], (3 * self.order + 2) // 2)

    def _gauss(self, w: int, points: int) -> tuple[Array, Array]:
        check_projection(len(self), points**w, self.describe())
        from numpy.polynomial.legendre import leggauss  # slow to import

        u, mass = leggauss(points)
        window = np.stack([axis.ravel() for axis in np.meshgrid(*[u] * w, indexing="ij")], axis=1)
        weights = np.prod(np.stack([axis.ravel() for axis in np.meshgrid(*[mass / 2] * w, indexing="ij")]), axis=0)
        return window, weights

    def _sobol(self, w: int) -> tuple[Array, Array]:
        from scipy.stats import qmc

        power = int(np.ceil(np.log2(max(4096, _POINTS_PER_COEFFICIENT * len(self)))))
        check_projection(len(self), 2**power, self.describe())
        window = 2 * qmc.Sobol(w, scramble=True, seed=20_231).random_base2(power) - 1
        return window, np.full(len(window), 1 / len(window))

    @property
    def nodes(self) -> Array:
        """The nodes (n, w) at which functions are evaluated to be projected."""
        return self._rule[0]

    @cached_property
    def projection(self) -> Array:
        """The projection matrix (N, n): coefficients = projection @ values at the nodes."""
        nodes, weights = self._rule
        basis = self.basis(nodes)
        if len(self.variables) in _GAUSS_POINTS:
            return np.asarray((basis * weights[:, None]).T / self.norms()[:, None])
        q, r = np.linalg.qr(basis)
        return np.asarray(np.linalg.solve(r, q.T))

    def quadrature_error(self, function: Callable[[Array], Array]) -> float | None:
        """Return the estimated error of the projection of a function, relative to its root mean square on the box.

        It is the root sum of squares by which the orthonormal coefficients change with twice the Gauss points per axis, up to
        three variables; None above, where that costs too much. `function` maps points (n, w) to values (n,).
        """
        w = len(self.variables)
        if w > _CHECKED:
            return None
        low, high = self._bounds.T
        window, weights = self._gauss(w, 2 * self._points)
        finer = function(low + (high - low) * (window + 1) / 2)
        basis = legendre_products(window, self.multi_indices, self.order)
        change = basis.T @ (weights * finer) / self.norms() - self.projection @ function(self.nodes)
        size = float(np.sqrt(weights @ finer**2))
        return float(np.sqrt(self.norms() @ change**2)) / size if size else 0.0

    def describe(self) -> str:
        """Return the box and the order in words."""
        box = ", ".join(f"{name} in [{decimal(low)}, {decimal(high)}]" for name, (low, high) in self.domain.items())
        return f"Legendre polynomials on {box}, {self._degree()}"

    def with_order(self, order: int) -> LegendreSpace:
        """Return the space on the same box to another order."""
        return LegendreSpace(self.domain, order, index_set=self.index_kind)

    def to_dict(self) -> dict[str, Any]:
        """Return domain, order and index set as JSON knows them."""
        domain = {name: [str(low), str(high)] for name, (low, high) in self.domain.items()}
        return {"basis": self.kind, "domain": domain, "order": self.order, "index_set": self.index_kind}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> LegendreSpace:
        """Return the space that `to_dict` wrote."""
        return cls(record["domain"], record["order"], index_set=record["index_set"])

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("domain", tuple(self.domain.items())))


def _interval(name: str, pair: object) -> tuple[sympy.Rational, sympy.Rational]:
    if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
        raise OptionError(f"domain of {name}: {pair!r}; expected two numbers, (lowest, highest)")
    low, high = typed(pair[0], f"domain of {name}"), typed(pair[1], f"domain of {name}")
    if not float(low) < float(high):
        raise OptionError(f"domain of {name}: lowest {low} is not below highest {high} in floating point; give them in order")
    return low, high
