"""What all spaces share, and how two of them are told apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import sympy

from symseries.errors import OptionError, ResourceLimitError, SpaceMismatchError
from symseries.multiindex import IndexSet, check_kind, check_order, index_set
from symseries.names import check_names
from symseries.scalars import F64, Array, Scalars

_EXAMPLES = {"domain": "{'c': (0.01, 0.1), 'd': (1, 100)}", "center": "{'c': 0.05, 'd': 10}"}
MAX_PROJECTION = 50_000_000  # entries of a projection matrix, 400 MB


class Space(ABC):
    """What all spaces share: `variables`, `order`, `multi_indices` (N, w), `gram` (N, N).

    Two spaces are equal when basis, variables in their order, order, index set and domain, centre or data agree.
    """

    kind: ClassVar[str]
    variables: tuple[str, ...]
    order: int | None

    @property
    @abstractmethod
    def multi_indices(self) -> Array:
        """The multi-indices (N, w), graded: by degree, then (2, 0), (1, 1), (0, 2)."""

    @abstractmethod
    def norms(self, scalars: Scalars = F64) -> Array:
        """Return the squared norms (N,) of the basis functions, which are orthogonal."""

    @abstractmethod
    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        """Return the basis functions at points (n, w), an array (n, N)."""

    def evaluate(self, points: Array, table: Array, scalars: Scalars = F64) -> Array:
        """Return the values (n, m) at points (n, w) of m series with these coefficients (N, m)."""
        return scalars.matmul(self.basis(points, scalars), table)

    @abstractmethod
    def formulas(self, table: Array, scalars: Scalars) -> tuple[list[sympy.Expr], Array]:
        """Return polynomials in the variables, and coefficients (N, m) over them of the series that `table` (N, m) holds."""

    @abstractmethod
    def describe(self) -> str:
        """Return the space in words."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the space as JSON knows it."""

    @classmethod
    @abstractmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the space that `to_dict` wrote."""

    @abstractmethod
    def with_order(self, order: int) -> Space:
        """Return the same space to another order."""

    @property
    def gram(self) -> Array:
        """The Gram matrix (N, N) of the basis, which gives the inner product of every fit."""
        return np.diag(self.norms())

    def rank(self, index: tuple[int, ...]) -> int:
        """Return the row of a multi-index among the coefficients; OptionError where it has none."""
        return self._indices.rank(index)

    @property
    def _indices(self) -> IndexSet:
        raise OptionError(f"{self.describe()} has no multi-indices")

    def __len__(self) -> int:
        return len(self.multi_indices)

    def __eq__(self, other: object) -> bool:
        return self._identity() == other._identity() if isinstance(other, Space) else NotImplemented

    def __hash__(self) -> int:
        return hash(repr(self._identity()))

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Space], tuple[dict[str, Any]]]:
        return type(self).from_dict, (self.to_dict(),)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.describe()}>"

    def _identity(self) -> tuple[tuple[str, object], ...]:
        """Return (aspect, value) pairs; two spaces are equal when all agree, and the first that differs is named."""
        return (("basis", self.kind), ("variables", self.variables), ("order", self.order))


class GradedSpace(Space):
    """A space whose basis functions are products of functions of one variable, named by an index set."""

    def _set_up(self, names: object, order: object, index_kind: str, what: str) -> None:
        if not isinstance(names, Mapping):
            raise OptionError(f"{what}={names!r}: expected a mapping of variables, such as {_EXAMPLES[what]}")
        self.variables = check_names(list(names), "variable")
        if not self.variables:
            raise OptionError(f"{what} is empty; expected at least one variable")
        self.order: int = check_order(order)
        self.index_kind = check_kind(index_kind)
        index_set(len(self.variables), self.order, self.index_kind)  # refuses what is too large

    @cached_property
    def _indices(self) -> IndexSet:
        return index_set(len(self.variables), self.order, self.index_kind)

    @property
    def indices(self) -> IndexSet:
        """The graded index set with its product tables."""
        return self._indices

    @property
    def multi_indices(self) -> Array:
        return self._indices.rows

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("index set", self.index_kind))

    def _degree(self) -> str:
        return degree_in_words(self.order, self.index_kind)


class SampledSpace(Space):
    """A space whose coefficients follow from values at nodes, by a projection matrix."""

    @property
    @abstractmethod
    def nodes(self) -> Array:
        """The nodes (n, w) at which functions are evaluated to be projected."""

    @property
    @abstractmethod
    def projection(self) -> Array:
        """The projection matrix (N, n): coefficients = projection @ values at the nodes."""

    def project(self, values: Array, scalars: Scalars = F64) -> Array:
        """Return the coefficients (N, m) of functions with these values (n, m) at the nodes."""
        return np.asarray(self.projection @ values)

    def nodes_in(self, scalars: Scalars) -> Array:
        """Return the nodes (n, w) as elements of a ring."""
        return self.nodes

    def sampled(self, scalars: Scalars = F64) -> Array:
        """Return the basis functions at the nodes, an array (n, N)."""
        return self.basis(self.nodes_in(scalars), scalars)


def check_projection(coefficients: int, nodes: int, what: str) -> None:
    """Raise `ResourceLimitError` where a projection matrix would pass the limit, `what` being the space in words."""
    if nodes * coefficients > MAX_PROJECTION:
        raise ResourceLimitError(
            f"{what}: a projection of {coefficients} coefficients from {nodes} nodes passes the limit of "
            f"{MAX_PROJECTION} entries; lower the order, or take an EmpiricalSpace of fewer rows"
        )


def degree_in_words(order: int, index_kind: str) -> str:
    """Return "order 3", or "order 3 in each variable" for a tensor index set."""
    return f"order {order}" + (" in each variable" if index_kind == "tensor" else "")


def legendre_products(window: Array, indices: Array, order: int) -> Array:
    """Return prod_i P_(n_i)(u_i) for points u (n, w) of the window and every multi-index, an array (n, N)."""
    from numpy.polynomial.legendre import legvander  # slow to import

    out = np.ones((len(window), len(indices)))
    for i in range(indices.shape[1]):
        out *= legvander(window[:, i], order)[:, indices[:, i]]
    return out


def legendre_formulas(windows: list[sympy.Expr], indices: Array) -> list[sympy.Expr]:
    """Return prod_i P_(n_i)(u_i) for the windows u_i, written as expressions."""
    return [sympy.Mul(*(sympy.legendre(k, u) for u, k in zip(windows, row, strict=True))) for row in indices.tolist()]


def check_space(space: object) -> Space:
    """Return `space` if it is one, else raise `OptionError`."""
    if isinstance(space, Space):
        return space
    raise OptionError(f"space={space!r}: expected a space such as symseries.LegendreSpace({{'c': (0.01, 0.1)}}, order=6)")


def check_same(left: Space, right: Space) -> None:
    """Raise `SpaceMismatchError` naming the first aspect in which two spaces differ."""
    for (aspect, ours), (_, theirs) in zip(left._identity(), right._identity(), strict=False):
        if ours != theirs:
            raise SpaceMismatchError(
                f"series over different spaces: {aspect} {ours} and {theirs}; expand both over one space, or project one"
            )
