"""The space of polynomials orthonormal in the data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from symseries.errors import OptionError, listing
from symseries.multiindex import IndexSet, check_kind, check_order, count, index_set
from symseries.names import check_names, symbol
from symseries.scalars import F64, QQ, Array, Scalars, as_fraction, fmpq_matrix, object_array, typed
from symseries.spaces.base import SampledSpace, check_projection, degree_in_words, legendre_formulas, legendre_products
from symseries.spaces.taylor import TaylorSpace
from symseries.tables import Table, read_table

_RANK_TOLERANCE = 1e-10


class EmpiricalSpace(SampledSpace):
    """Polynomials orthonormal in the measure of the data: mean_j w_j q_m(x_j) q_n(x_j) = [m = n].

    `points` is a table whose columns are the variables; `weights` (n,) are positive, by default equal, and scaled to mean 1.
    The order is lowered to what the rows determine, which `note` says. Where they do not even determine order 1, or with
    `order=None`, the space is *nodal*: its coefficients are the values at the rows themselves, the limit of high order. Over
    rational data with `QQ` scalars the basis is orthogonal and not normalised, with its Gram matrix beside it.

    Raises `OptionError` for weights that do not fit, `DataError` for a table that cannot be read, `ResourceLimitError` for a
    projection that is too large.

    >>> space = EmpiricalSpace({"x": [0.0, 1.0, 2.0, 3.0]}, order=1)
    >>> (space.projection @ space.basis(space.nodes)).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    kind = "empirical"
    order: int | None = None

    def __init__(self, points: object, order: int | None, weights: object = None, *, index_set: str = "total") -> None:
        self.points: Table = read_table(points)
        self.variables = check_names(self.points.names, "variable")
        self.index_kind, self.note = check_kind(index_set), ""
        self._mean_one = _mean_one(weights, len(self.points))
        self.weights = F64.array(self._mean_one)
        self.order = None if order is None else self._determined_order(check_order(order))

    @property
    def nodal(self) -> bool:
        """Whether the coefficients are the values at the rows themselves."""
        return self.order is None

    @property
    def _indices(self) -> IndexSet:
        return index_set(len(self.variables), self.order, self.index_kind) if self.order is not None else super()._indices

    @property
    def multi_indices(self) -> Array:
        """The multi-indices (N, w), graded; in a nodal space the numbers (n, 1) of the rows."""
        return np.arange(len(self.points))[:, None] if self.nodal else self._indices.rows

    def rank(self, index: tuple[int, ...]) -> int:
        """Return the row of a multi-index; OptionError where it has none."""
        if not self.nodal:
            return super().rank(index)
        if np.shape(index) == (1,) and index[0] in range(len(self.points)):
            return int(index[0])
        last = len(self.points) - 1
        raise OptionError(f"index {index!r}: a nodal space has one index, (row,), from (0,) to ({last},)")

    @cached_property
    def nodes(self) -> Array:
        """The rows (n, w) of the data."""
        return self.points.matrix(self.variables)

    @cached_property
    def box(self) -> tuple[Array, Array]:
        """Centre and half width (w,) of the data, the width 1 where a column is constant."""
        low, high = self.nodes.min(axis=0), self.nodes.max(axis=0)
        return low / 2 + high / 2, np.where(high > low, high / 2 - low / 2, 0.5)

    def _vandermonde(self, points: Array, order: int) -> Array:
        center, half = self.box
        rows = index_set(len(self.variables), order, self.index_kind).rows
        return legendre_products((points - center) / half, rows, order)

    def _determined_order(self, order: int) -> int | None:
        """Return the largest order up to `order` at which the rows determine every coefficient, None where not even 1 is."""
        reached = next((k for k in range(self._countable(order), 0, -1) if self._full_rank(k)), 0)
        if reached < order:
            what = f"order {reached}" if reached else "not even order 1: the values at the rows are used"
            self.note = f"{len(self.points)} rows of {listing(self.variables)} determine {what} (order {order} was asked for)"
        return reached if reached or not order else None

    def _countable(self, order: int) -> int:
        """Return the largest order up to `order` that has no more coefficients than there are rows."""
        reached = 0
        while reached < order and count(len(self.variables), reached + 1, self.index_kind) <= len(self.points):
            reached += 1
        return reached

    def _full_rank(self, order: int) -> bool:
        size = count(len(self.variables), order, self.index_kind)
        check_projection(size, len(self.points), f"polynomials of order {order} over {self.points!r}")
        diagonal = np.abs(np.diagonal(np.linalg.qr(self._vandermonde(self.nodes, order) * self._root, mode="r")))
        return bool(diagonal.min() > _RANK_TOLERANCE * diagonal.max())

    @property
    def _root(self) -> Array:
        return np.sqrt(self.weights / len(self.weights))[:, None]

    @cached_property
    def _factor(self) -> tuple[Array, Array]:
        """The orthonormal columns (n, N) at the rows, and the triangle that makes them from Legendre products."""
        assert self.order is not None  # noqa: S101 - narrows the type, nodal spaces never come here
        q, r = np.linalg.qr(self._vandermonde(self.nodes, self.order) * self._root)
        signs = np.where(r.diagonal() < 0, -1.0, 1.0)
        return q * signs, r * signs[:, None]

    @cached_property
    def projection(self) -> Array:
        """The projection matrix (N, n): coefficients = projection @ values at the rows."""
        if not self.nodal:
            return np.asarray((self._factor[0] * self._root).T)
        check_projection(len(self.points), len(self.points), self.describe())
        return np.eye(len(self.points))

    def project(self, values: Array, scalars: Scalars = F64) -> Array:
        """Return the coefficients (N, m) of functions with these values (n, m) at the rows, over either ring."""
        if self.nodal or not scalars.exact:
            return values if self.nodal else super().project(values)
        lower, diagonal, monomials = self._rational
        weighted = QQ.matmul(monomials.T, self._measure[:, None] * values)
        return _solve_exact(lower, weighted) / diagonal[:, None]

    def nodes_in(self, scalars: Scalars) -> Array:
        """Return the rows (n, w) as floats or as exact rationals."""
        return self.exact_nodes if scalars.exact else self.nodes

    def norms(self, scalars: Scalars = F64) -> Array:
        """Return the squared norms (N,): ones, over rationals those of the unnormalised basis, in a nodal space w_j/n."""
        if self.nodal:
            return self._measure if scalars.exact else self.weights / len(self.weights)
        return self._rational[1] if scalars.exact else np.ones(len(self))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        """Return the basis functions at points (n, w), an array (n, N); OptionError in a nodal space."""
        order = self._polynomial_order("evaluate elsewhere")
        if scalars.exact:
            return _solve_exact(self._rational[0], self._monomials.basis(points, QQ).T).T
        return np.asarray(np.linalg.solve(self._factor[1].T, self._vandermonde(points, order).T).T)

    def formulas(self, table: Array, scalars: Scalars) -> tuple[list[sympy.Expr], Array]:
        """Return monomials over rationals, else Legendre products on the box of the data, and the coefficients over them."""
        self._polynomial_order("write a polynomial")
        if scalars.exact:
            return self._monomials.formulas(_solve_exact(self._rational[0].T, table), scalars)
        pairs = zip(self.variables, *self.box, strict=True)
        windows = [(symbol(name) - sympy.Float(center)) / sympy.Float(half) for name, center, half in pairs]
        return legendre_formulas(windows, self.multi_indices), self.over_products(table)

    def over_products(self, table: Array) -> Array:
        """Return coefficients (N, m) as those over products of Legendre polynomials on the box of the data."""
        self._polynomial_order("write a polynomial")
        return np.linalg.solve(self._factor[1], table)

    def _polynomial_order(self, purpose: str) -> int:
        if self.order is None:
            raise OptionError(f"{self.describe()}: a nodal series has values at its rows only; use an order to {purpose}")
        return self.order

    @property
    def _measure(self) -> Array:
        return np.asarray(self._mean_one / QQ.element(len(self.points)))

    @cached_property
    def exact_nodes(self) -> Array:
        """The rows (n, w) as exact rationals."""
        return QQ.array(np.array([self.points.exact(name) for name in self.variables], dtype=object).T)

    @property
    def _monomials(self) -> TaylorSpace:
        return TaylorSpace(dict.fromkeys(self.variables, 0), self.order or 0, index_set=self.index_kind)

    @cached_property
    def _rational(self) -> tuple[Array, Array, Array]:
        """The rational basis: monomials = L basis with L unit lower triangular, the norms D, and the monomials at the rows.

        L D L^T is the Gram matrix of the monomials in the data measure.
        """
        monomials = self._monomials.basis(self.exact_nodes, QQ)
        gram = QQ.matmul(monomials.T, self._measure[:, None] * monomials)
        size = len(gram)
        lower, diagonal = QQ.array(np.eye(size, dtype=int)), QQ.zeros(size)
        for j in range(size):
            scaled = lower[j, :j] * diagonal[:j]
            diagonal[j] = gram[j, j] - (lower[j, :j] @ scaled if j else 0)
            for i in range(j + 1, size):
                lower[i, j] = (gram[i, j] - (lower[i, :j] @ scaled if j else 0)) / diagonal[j]
        return lower, diagonal, monomials

    def describe(self) -> str:
        """Return the data and the order in words."""
        rows = f"{len(self.points)} rows of {listing(self.variables)}"
        if self.order is None:
            return f"the values at {rows}"
        return f"polynomials orthonormal in {rows}, {degree_in_words(self.order, self.index_kind)}"

    def with_order(self, order: int) -> EmpiricalSpace:
        """Return the space over the same data to another order."""
        return EmpiricalSpace(self.points, order, self._mean_one, index_set=self.index_kind)

    @cached_property
    def digest(self) -> str:
        """A digest of the rows and weights, by which empirical spaces compare."""
        from hashlib import sha256  # slow to import

        return sha256(self.points.digest.encode() + self.weights.tobytes()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return points, weights as exact numbers, order and index set as JSON knows them."""
        weights = None if (self._mean_one == 1).all() else [QQ.encode(weight) for weight in self._mean_one]
        record = {"basis": self.kind, "points": self.points.to_dict(), "order": self.order, "index_set": self.index_kind}
        return record | {"weights": weights, "note": self.note}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> EmpiricalSpace:
        """Return the space that `to_dict` wrote."""
        weights = record["weights"]
        exact = None if weights is None else object_array(QQ.decode(weight) for weight in weights)
        space = cls(Table.from_dict(record["points"]), record["order"], exact, index_set=record["index_set"])
        space.note = str(record["note"])
        return space

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("index set", self.index_kind), ("data", self.digest))


def _mean_one(weights: object, rows: int) -> Array:
    """Return the weights scaled to mean 1, exactly, so that scaling them again changes nothing."""
    if weights is None:
        return QQ.array(np.ones(rows, dtype=int))
    given = np.asarray(weights, dtype=object)
    if given.shape != (rows,):
        raise OptionError(f"weights of shape {given.shape}: expected {rows} positive numbers, one for each row")
    exact = [as_fraction(typed(value, "weight") if isinstance(value, str) else value) for value in given]
    for row, value in enumerate(exact):
        if value is None or value <= 0:
            raise OptionError(f"weight {given[row]!r} of row {row}: expected a positive finite number")
    array = QQ.array(object_array(exact))
    return np.asarray(array * (QQ.element(rows) / array.sum()))


def _solve_exact(matrix: Array, right: Array) -> Array:
    """Return the solution of a square rational system."""
    solution = fmpq_matrix(matrix).solve(fmpq_matrix(right))
    return object_array(solution.entries()).reshape(right.shape)
