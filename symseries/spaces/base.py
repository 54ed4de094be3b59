"""What all spaces share, and how two of them are told apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import sympy

from symseries.errors import OptionError, ResourceLimitError, SpaceMismatchError, listing
from symseries.multiindex import IndexSet, check_kind, check_order, index_set
from symseries.names import check_names
from symseries.scalars import F64, Array, Scalars, decimal

_EXAMPLES = {"domain": "{'c': (0.01, 0.1), 'd': (1, 100)}", "center": "{'c': 0.05, 'd': 10}"}
_LONG = 20  # characters of a fraction that is shown as a decimal
MAX_PROJECTION = 50_000_000  # entries of a projection matrix, 400 MB


class Space(ABC):
    """What all spaces share: `variables`, `order`, `multi_indices` (N, w), `gram` (N, N).

    Two spaces are equal when basis, variables in their order, order, index set and domain, centre or data agree.
    """

    kind: ClassVar[str]
    variables: tuple[str, ...]

    @property
    @abstractmethod
    def order(self) -> int | None:
        """The order, None in a nodal space."""

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
        """Return (aspect, value) pairs; two spaces are equal when all agree."""
        return (("basis", self.kind), ("variables", self.variables), ("order", self._order_asked()))

    def _order_asked(self) -> int | str | None:
        return self.order


class GradedSpace(Space):
    """A space whose basis functions are products of functions of one variable, named by an index set."""

    auto: bool = False
    """Whether the order is still to be found on a source."""
    _order: int = 0

    @property
    def order(self) -> int:
        """The order; `OptionError` where it is to be found on a source."""
        check_space(self)
        return self._order

    def _set_up(self, names: object, order: object, index_kind: str, what: str) -> None:
        if not isinstance(names, Mapping):
            raise OptionError(f"{what}={names!r}: expected a mapping of variables, such as {_EXAMPLES[what]}")
        self.variables = check_names(list(names), "variable")
        if not self.variables:
            raise OptionError(f"{what} is empty; expected at least one variable")
        self._order = check_order(order)
        self.index_kind = check_kind(index_kind)
        index_set(len(self.variables), self._order, self.index_kind)  # refuses what is too large

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

    def _order_asked(self) -> int | str:
        return "auto" if self.auto else self._order

    def _degree(self) -> str:
        return "automatic order" if self.auto else degree_in_words(self._order, self.index_kind)


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


def any_space(space: object) -> Space:
    """Return `space` if it is one, whether its order is known or still to be found, else raise `OptionError`."""
    if not isinstance(space, Space):
        raise OptionError(f"space={space!r}: expected a space such as symseries.LegendreSpace({{'c': (0.01, 0.1)}}, order=6)")
    return space


def check_space(space: object) -> Space:
    """Return `space` if it is one and its order is known, else raise `OptionError`."""
    found = any_space(space)
    if isinstance(found, GradedSpace) and found.auto:
        raise OptionError(
            f"{found.describe()}: order='auto' is found on a source; use fit(network, law, space), or take the space of "
            "network.expand(space) or of Series.from_function(function, space)"
        )
    return found


def check_same(left: Space, right: Space) -> None:
    """Raise `SpaceMismatchError` naming every aspect in which two spaces differ, and how to bring them together."""
    if left == right:
        return
    ours, theirs = dict(left._identity()), dict(right._identity())
    apart = [aspect for aspect in ours if aspect in theirs and ours[aspect] != theirs[aspect]]
    if "variables" in apart and set(left.variables) == set(right.variables):
        parts = [f"order of the variables {listing(left.variables)} and {listing(right.variables)}"]
    else:
        first = [aspect for aspect in apart if aspect in ("basis", "variables")]
        parts = [f"{aspect} {_shown(ours[aspect])} and {_shown(theirs[aspect])}" for aspect in first or apart]
    way = "bring one over with .project(space), or " if set(left.variables) == set(right.variables) else ""
    raise SpaceMismatchError(f"series over different spaces: {'; '.join(parts)}; {way}expand both over one space")


def _shown(value: object) -> str:
    """Return a part of a space's identity as a person reads it: (('x', (0, 1)),) as "x in [0, 1]"."""
    if not isinstance(value, tuple) or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):
        return listing(value) if isinstance(value, tuple) else str(value)
    return listing(f"{name} {_part(part)}" for name, part in value)


def _part(value: object) -> str:
    if isinstance(value, tuple):
        return f"in [{number_in_words(value[0])}, {number_in_words(value[1])}]"
    return f"= {number_in_words(value)}"


def number_in_words(value: object) -> str:
    """Return a number as it was typed where that is short, else in all digits that floating point tells apart."""
    if not isinstance(value, sympy.Rational):
        return str(value)
    exact = decimal(value)
    return exact if len(exact) <= _LONG else repr(float(value))
