"""Spaces: what a coefficient vector is a vector of.

A space names its variables, their order, the basis and its index set; two series meet only over equal spaces, which is the
one condition of the paper. `TaylorSpace` holds powers of x - centre. The others are spaces of functions on a domain or on
data: they have nodes, and a projection matrix that turns the values of any function there, network or law, into coefficients.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import sympy
from flint import fmpq_mat
from numpy.polynomial import legendre

from symseries.errors import DataError, OptionError, ResourceLimitError, SpaceMismatchError, listing, suggestion
from symseries.multiindex import IndexSet, check_order, index_set
from symseries.names import check_names
from symseries.scalars import F64, QQ, Array, Scalars, object_array, typed
from symseries.tables import Table, read_table

MAX_PROJECTION = 50_000_000  # entries of a projection matrix, 400 MB
_GAUSS_POINTS = {1: 64, 2: 32, 3: 24, 4: 16}  # per axis, by number of variables
_POINTS_PER_COEFFICIENT = 10  # of the least squares that replaces a tensor grid above 4 variables
_RANK_TOLERANCE = 1e-10

# Which coefficient rings a space can carry. What is absent raises and says what to use.
SUPPORTED: dict[str, tuple[str, ...]] = {"taylor": ("F64", "QQ"), "legendre": ("F64",), "empirical": ("F64", "QQ")}


class Space(ABC):
    """What all spaces share: `variables`, `order`, `multi_indices` (N, w), `gram` (N, N)."""

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

    @abstractmethod
    def describe(self) -> str:
        """Return the space in words."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the space as JSON knows it."""

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

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.describe()}>"

    def _identity(self) -> tuple[tuple[str, object], ...]:
        """Return (aspect, value) pairs; two spaces are equal when all agree, and the first that differs is named."""
        return (("basis", self.kind), ("variables", self.variables), ("order", self.order))


class GradedSpace(Space):
    """A space whose basis functions are products of functions of one variable, named by an index set."""

    def _set_up(self, names: Mapping[str, object], order: object, index_kind: str, what: str) -> None:
        if not isinstance(names, Mapping):
            raise OptionError(f"{what}={names!r}: expected a mapping of variables, such as {{'c': …, 'd': …}}")
        self.variables = check_names(list(names), "variable")
        if not self.variables:
            raise OptionError(f"{what} is empty; expected at least one variable")
        self.order: int = check_order(order)
        self.index_kind = index_kind
        index_set(len(self.variables), self.order, index_kind)  # refuses what is too large or not known

    @property
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
        return f"order {self.order}" + (" in each variable" if self.index_kind == "tensor" else "")


class TaylorSpace(GradedSpace):
    """Power series about a centre: sum_n a_n prod_i (x_i - centre_i)**n_i, in physical units.

    `center` maps each variable to the number that is typed, exactly: 0.05 and "1/20" are the same. `order` bounds the total
    degree, or with `index_set="tensor"` the degree in each variable. Taylor coefficients have no inner product of their own;
    `gram` is the identity, the unweighted matching of the paper's step 6.

    Raises `OptionError` for an order that is no integer >= 0 or a centre that is no number.

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
        return scalars.array(np.ones(len(self), dtype=int))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        shifted = points - scalars.array(object_array(self.center.values()))
        out = scalars.zeros(len(points), len(self))
        out[:, 0] = scalars.array([1] * len(points))
        first, lower = self.indices.lowered
        for degree in range(1, self.indices.top + 1):
            rows = np.arange(self.indices.offsets[degree], self.indices.offsets[degree + 1])
            out[:, rows] = out[:, lower[rows - 1]] * shifted[:, first[rows - 1]]
        return out

    def describe(self) -> str:
        place = ", ".join(f"{name} = {value}" for name, value in self.center.items())
        return f"Taylor series about {place}, {self._degree()}"

    def with_order(self, order: int) -> TaylorSpace:
        return TaylorSpace(self.center, order, index_set=self.index_kind)

    def to_dict(self) -> dict[str, Any]:
        center = {name: str(value) for name, value in self.center.items()}
        return {"basis": self.kind, "center": center, "order": self.order, "index_set": self.index_kind}

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("centre", tuple(self.center.items())))


class LegendreSpace(GradedSpace):
    """Products of Legendre polynomials on a box: sum_n a_n prod_i P_(n_i)(u_i), u_i in [-1, 1] the window of variable i.

    `domain` maps each variable to (lowest, highest). The inner product is the mean over the box, so `gram` is the diagonal
    prod_i 1/(2 n_i + 1). Nodes are Gauss points up to 4 variables, Sobol points with least squares above.

    Raises `OptionError` for bounds that are not finite or not in order, `ResourceLimitError` for a projection that is too large.

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
        lengths = object_array(sympy.Rational(1, 2 * k + 1) for k in range(self.indices.order + 1))
        return np.asarray(scalars.array(lengths)[self.multi_indices].prod(axis=1))

    @property
    def _bounds(self) -> Array:
        return F64.array(np.array([list(pair) for pair in self.domain.values()], dtype=object))

    def window(self, points: Array) -> Array:
        """Return points (n, w) of the domain in the window [-1, 1]."""
        low, high = self._bounds.T
        return (2 * points - (low + high)) / (high - low)

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        return legendre_products(self.window(points), self.multi_indices, self.order)

    @cached_property
    def _rule(self) -> tuple[Array, Array]:
        """Nodes (n, w) in the domain and their weights, which sum to 1."""
        w = len(self.variables)
        low, high = self._bounds.T
        if w in _GAUSS_POINTS:
            u, mass = legendre.leggauss(max(_GAUSS_POINTS[w], self.order + 2))
            window = np.stack([axis.ravel() for axis in np.meshgrid(*[u] * w, indexing="ij")], axis=1)
            weights = np.prod(np.stack([axis.ravel() for axis in np.meshgrid(*[mass / 2] * w, indexing="ij")]), axis=0)
        else:
            window = self._sobol(w)
            weights = np.full(len(window), 1 / len(window))
        return low + (high - low) * (window + 1) / 2, weights

    def _sobol(self, w: int) -> Array:
        from scipy.stats import qmc

        power = int(np.ceil(np.log2(max(4096, _POINTS_PER_COEFFICIENT * len(self)))))
        self._check_size(2**power)
        return np.asarray(2 * qmc.Sobol(w, scramble=True, seed=20_231).random_base2(power) - 1)

    def _check_size(self, nodes: int) -> None:
        if nodes * len(self) > MAX_PROJECTION:
            raise ResourceLimitError(
                f"{self.describe()}: a projection of {len(self)} coefficients from {nodes} nodes passes the limit of "
                f"{MAX_PROJECTION} entries; lower the order or use EmpiricalSpace"
            )

    @property
    def nodes(self) -> Array:
        """The nodes (n, w) at which functions are evaluated to be projected."""
        return self._rule[0]

    @cached_property
    def projection(self) -> Array:
        """The projection matrix (N, n): coefficients = projection @ values at the nodes."""
        nodes, weights = self._rule
        self._check_size(len(nodes))
        basis = self.basis(nodes)
        if len(self.variables) in _GAUSS_POINTS:
            return np.asarray((basis * weights[:, None]).T / self.norms()[:, None])
        return np.asarray(np.linalg.pinv(basis))

    def describe(self) -> str:
        box = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in self.domain.items())
        return f"Legendre polynomials on {box}, {self._degree()}"

    def with_order(self, order: int) -> LegendreSpace:
        return LegendreSpace(self.domain, order, index_set=self.index_kind)

    def to_dict(self) -> dict[str, Any]:
        domain = {name: [str(low), str(high)] for name, (low, high) in self.domain.items()}
        return {"basis": self.kind, "domain": domain, "order": self.order, "index_set": self.index_kind}

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("domain", tuple(self.domain.items())))


class EmpiricalSpace(Space):
    """Polynomials orthonormal in the measure of the data: mean_j w_j q_m(x_j) q_n(x_j) = [m = n].

    `points` is a table whose columns are the variables; `weights` (n,) are positive, by default equal, and scaled to mean 1.
    The order is lowered to what the rows determine, which `note` says. Where they do not even determine order 1, or with
    `order=None`, the space is *nodal*: its coefficients are the values at the rows themselves, the limit of high order. Over
    rational data with `QQ` scalars the basis is orthogonal and not normalised, with its Gram matrix beside it.

    Raises `OptionError` for weights that do not fit and `DataError` for a table that cannot be read.

    >>> space = EmpiricalSpace({"x": [0.0, 1.0, 2.0, 3.0]}, order=1)
    >>> (space.projection @ space.basis(space.nodes)).round(12).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    kind = "empirical"

    def __init__(self, points: object, order: int | None, weights: object = None, *, index_set: str = "total") -> None:
        self.points: Table = read_table(points)
        self.variables = check_names(self.points.names, "variable")
        self.index_kind, self.note = index_set, ""
        self.weights = _mean_one(weights, len(self.points))
        self.requested = None if order is None else check_order(order)
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
        return np.arange(len(self.points))[:, None] if self.nodal else self._indices.rows

    def rank(self, index: tuple[int, ...]) -> int:
        if not self.nodal:
            return super().rank(index)
        if len(index) == 1 and 0 <= index[0] < len(self.points):
            return int(index[0])
        raise OptionError(f"index {index!r}: a nodal space has one index, the row from 0 to {len(self.points) - 1}")

    @cached_property
    def nodes(self) -> Array:
        """The rows (n, w) of the data."""
        return self.points.matrix(self.variables)

    def _window(self, points: Array) -> Array:
        low, high = self.nodes.min(axis=0), self.nodes.max(axis=0)
        return (2 * points - (low + high)) / np.where(high > low, high - low, 1.0)

    def _vandermonde(self, points: Array, order: int) -> Array:
        return legendre_products(self._window(points), index_set(len(self.variables), order, self.index_kind).rows, order)

    def _determined_order(self, order: int) -> int | None:
        """Return the largest order up to `order` at which the rows determine every coefficient, None where not even 1 is."""
        for candidate in range(order, 0, -1):
            if self._full_rank(candidate):
                break
        else:
            candidate = 0
        if candidate < order:
            reached = f"order {candidate}" if candidate else "not even order 1: the values at the rows are used"
            self.note = f"{len(self.points)} rows of {listing(self.variables)} determine {reached} (order {order} was asked for)"
        return candidate if candidate or not order else None

    def _full_rank(self, order: int) -> bool:
        size = len(index_set(len(self.variables), order, self.index_kind))
        if size > len(self.points):
            return False
        diagonal = np.abs(np.linalg.qr(self._vandermonde(self.nodes, order) * self._root, mode="r").diagonal())
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
        return np.eye(len(self.points)) if self.nodal else np.asarray((self._factor[0] * self._root).T)

    def project(self, values: Array, scalars: Scalars = F64) -> Array:
        """Return the coefficients (N, m) of functions with these values (n, m) at the rows, over either ring."""
        if self.nodal or not scalars.exact:
            return values if self.nodal else np.asarray(self.projection @ values)
        lower, diagonal, monomials = self._rational
        weighted = QQ.matmul(monomials.T, self._exact_weights[:, None] * values)
        return solve_exact(lower, weighted) / diagonal[:, None]

    def norms(self, scalars: Scalars = F64) -> Array:
        if self.nodal:
            return self._exact_weights if scalars.exact else self.weights / len(self.weights)
        return self._rational[1] if scalars.exact else np.ones(len(self))

    def basis(self, points: Array, scalars: Scalars = F64) -> Array:
        if self.order is None:
            raise OptionError(f"{self.describe()}: a nodal series has values at its rows only; use an order to evaluate elsewhere")
        if scalars.exact:
            return solve_exact(self._rational[0], self._monomials(points).T).T
        r = self._factor[1]
        return np.asarray(np.linalg.solve(r.T, self._vandermonde(points, self.order).T).T)

    @cached_property
    def _exact_weights(self) -> Array:
        return QQ.array(self.weights) / QQ.element(len(self.weights))

    @cached_property
    def exact_nodes(self) -> Array:
        """The rows (n, w) as exact rationals."""
        return QQ.array(np.array([self.points.exact(name) for name in self.variables], dtype=object).T)

    def _monomials(self, points: Array) -> Array:
        return TaylorSpace(dict.fromkeys(self.variables, 0), self.order or 0, index_set=self.index_kind).basis(points, QQ)

    @cached_property
    def _rational(self) -> tuple[Array, Array, Array]:
        """The rational basis: monomials = L basis with L unit lower triangular, the norms D, and the monomials at the rows.

        L D L^T is the Gram matrix of the monomials in the data measure.
        """
        monomials = self._monomials(self.exact_nodes)
        gram = QQ.matmul(monomials.T, self._exact_weights[:, None] * monomials)
        size = len(gram)
        lower, diagonal = QQ.array(np.eye(size, dtype=int)), QQ.zeros(size)
        for j in range(size):
            scaled = lower[j, :j] * diagonal[:j]
            diagonal[j] = gram[j, j] - (lower[j, :j] @ scaled if j else 0)
            for i in range(j + 1, size):
                lower[i, j] = (gram[i, j] - (lower[i, :j] @ scaled if j else 0)) / diagonal[j]
        return lower, diagonal, monomials

    def describe(self) -> str:
        rows = f"{len(self.points)} rows of {listing(self.variables)}"
        return f"the values at {rows}" if self.nodal else f"polynomials orthonormal in {rows}, order {self.order}"

    def with_order(self, order: int) -> EmpiricalSpace:
        return EmpiricalSpace(self.points, order, self.weights, index_set=self.index_kind)

    @cached_property
    def digest(self) -> str:
        """A digest of the rows and weights, by which empirical spaces compare."""
        return hashlib.sha256(self.points.digest.encode() + self.weights.tobytes()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        record = {"basis": self.kind, "points": self.points.to_dict(), "order": self.order, "index_set": self.index_kind}
        return record | {"weights": self.weights.tolist()}

    def _identity(self) -> tuple[tuple[str, object], ...]:
        return (*super()._identity(), ("index set", self.index_kind), ("data", self.digest))


def _interval(name: str, pair: object) -> tuple[sympy.Rational, sympy.Rational]:
    if not isinstance(pair, (tuple, list, np.ndarray)) or len(pair) != 2:
        raise OptionError(f"domain of {name}: {pair!r}; expected two numbers, (lowest, highest)")
    low, high = typed(pair[0], f"domain of {name}"), typed(pair[1], f"domain of {name}")
    if not low < high:
        raise OptionError(f"domain of {name}: lowest {low} is not below highest {high}; give them in order")
    return low, high


def _mean_one(weights: object, rows: int) -> Array:
    if weights is None:
        return np.ones(rows)
    array = np.asarray(weights, dtype=float)
    if array.shape != (rows,) or not np.isfinite(array).all() or (array <= 0).any():
        raise OptionError(f"weights of shape {array.shape}: expected {rows} positive finite numbers, one for each row")
    return np.asarray(array / array.mean())


def solve_exact(matrix: Array, right: Array) -> Array:
    """Return the solution of a square rational system."""
    solution = fmpq_mat(*matrix.shape, list(matrix.flat)).solve(fmpq_mat(*right.shape, list(right.flat)))
    return object_array(solution.entries()).reshape(right.shape)


def legendre_products(window: Array, indices: Array, order: int) -> Array:
    """Return prod_i P_(n_i)(u_i) for points u (n, w) of the window and every multi-index, an array (n, N)."""
    out = np.ones((len(window), len(indices)))
    for i in range(indices.shape[1]):
        out *= legendre.legvander(window[:, i], order)[:, indices[:, i]]
    return out


def check_supported(space: Space, scalars: Scalars) -> None:
    """Raise `OptionError` where the space cannot carry coefficients of the ring, saying what can."""
    if scalars.name in SUPPORTED[space.kind]:
        return
    spaces = [kind for kind, rings in SUPPORTED.items() if scalars.name in rings]
    raise OptionError(
        f"scalars={scalars} over {space.describe()}: not supported; use scalars={' or '.join(SUPPORTED[space.kind])} here, "
        f"or a {' or '.join(spaces)} space for {scalars}"
    )


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


_FROM_DICT = {
    "taylor": lambda r: TaylorSpace(r["center"], r["order"], index_set=r["index_set"]),
    "legendre": lambda r: LegendreSpace(r["domain"], r["order"], index_set=r["index_set"]),
    "empirical": lambda r: EmpiricalSpace(Table.from_dict(r["points"]), r["order"], r["weights"], index_set=r["index_set"]),
}


def space_from_dict(record: Mapping[str, Any]) -> Space:
    """Return the space that `to_dict` wrote; OptionError for another basis, DataError for a damaged record."""
    kind = str(record.get("basis"))
    if kind not in _FROM_DICT:
        raise OptionError(f"basis {kind!r} is not known{suggestion(kind, _FROM_DICT)}; expected {' or '.join(_FROM_DICT)}")
    try:
        return _FROM_DICT[kind](record)  # type: ignore[no-any-return, no-untyped-call]
    except KeyError as missing:
        raise DataError(f"record of a {kind} space has no {missing}; write it with to_json") from missing
