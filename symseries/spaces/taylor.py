"""The space of power series about a centre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from symseries.names import symbol
from symseries.scalars import F64, Array, Scalars, decimal, object_array, typed
from symseries.spaces.base import GradedSpace


class TaylorSpace(GradedSpace):
    """Power series about a centre: sum_n a_n prod_i (x_i - centre_i)**n_i, in physical units.

    `center` maps each variable to the number that is typed, exactly: 0.05 and "1/20" are the same. `order` bounds the total
    degree, or with `index_set="tensor"` the degree in each variable. Taylor coefficients have no inner product of their own;
    `gram` is the identity, the unweighted matching of the paper's step 6.

    Raises `OptionError` for an order that is no integer >= 0 or a centre that is no number, `LawNameError` for a variable whose
    name is not allowed, `ResourceLimitError` for too many multi-indices.

    >>> space = TaylorSpace({"c": "1/20", "d": 10}, order=2)
    >>> space.center, len(space)
    ({'c': 1/20, 'd': 10}, 6)
    """

    kind = "taylor"

    def __init__(self, center: Mapping[str, object], order: int, *, index_set: str = "total") -> None:
        self._set_up(center, order, index_set, "center")
        values = zip(self.variables, center.values(), strict=True)
        self.center: dict[str, sympy.Rational] = {name: typed(value, f"center of {name}") for name, value in values}

    def norms(self, scalars: Scalars = F64) -> Array:
        """Return ones (N,): unweighted matching."""
        return scalars.array(np.ones(len(self), dtype=int))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        """Return prod_i (x_i - centre_i)**n_i at points (n, w), an array (n, N)."""
        return powers(self, points - scalars.array(object_array(self.center.values())), scalars)

    def formulas(self, table: Array, scalars: Scalars) -> tuple[list[sympy.Expr], Array]:
        """Return the powers of x - centre as expressions, and the coefficients as they are."""
        shifted = [symbol(name) - center for name, center in self.center.items()]
        rows = self.multi_indices.tolist()
        return [sympy.Mul(*(s**k for s, k in zip(shifted, row, strict=True))) for row in rows], table

    def describe(self) -> str:
        """Return the centre and the order in words."""
        place = ", ".join(f"{name} = {decimal(value)}" for name, value in self.center.items())
        return f"Taylor series about {place}, {self._degree()}"

    def with_order(self, order: int) -> TaylorSpace:
        """Return the space with the same centre to another order."""
        return TaylorSpace(self.center, order, index_set=self.index_kind)

    def to_dict(self) -> dict[str, Any]:
        """Return centre, order and index set as JSON knows them."""
        center = {name: str(value) for name, value in self.center.items()}
        return {"basis": self.kind, "center": center, "order": self.order, "index_set": self.index_kind}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> TaylorSpace:
        """Return the space that `to_dict` wrote."""
        return cls(record["center"], record["order"], index_set=record["index_set"])

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("centre", tuple(self.center.items())))


def powers(space: GradedSpace, shifted: Array, scalars: Scalars) -> Array:
    """Return prod_i s_i**n_i for shifted points s (n, w) and every multi-index of the space, an array (n, N)."""
    indices = space.indices
    out = scalars.zeros(len(shifted), len(indices))
    out[:, 0] = scalars.array([1] * len(shifted))
    first, lower = indices.lowered
    for degree in range(1, indices.top + 1):
        rows = np.arange(indices.offsets[degree], indices.offsets[degree + 1])
        out[:, rows] = out[:, lower[rows - 1]] * shifted[:, first[rows - 1]]
    return out
