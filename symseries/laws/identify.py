"""Which constants of a law its coefficients determine, how well, and from which order on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries.display import TextTable, name_cell, number_cell, text_cell
from symseries.displayed import Record, Shown, provenance, texts
from symseries.elimination import System, determined_columns, generic_rank, undetermined, undetermined_everywhere
from symseries.errors import IdentifiabilityError, LawNameError, OptionError, SymseriesError, listing, suggestion
from symseries.laws.slices import reduced, without
from symseries.laws.systems import scales, system_of
from symseries.laws.values import values_at
from symseries.scalars import F64, Array, typed
from symseries.spaces import GradedSpace, Space, TaylorSpace
from symseries.tables import read_table

if TYPE_CHECKING:
    from symseries.laws.law import Law

SLOPPY = 1e-2
"""Directions in which the coefficients change by less than this share of the most sensitive one are called sloppy."""
_HIGHER = 6  # orders above the one asked for, in which what is missing is looked for
_RANK = 1e-9  # singular value of columns of norm 1, below which float64 counts a direction as lost
_DRAWS = 5
_LEAST = 1e-16  # relative singular value that float64 tells from none
_SHARE = 0.2  # of the largest entry, from which a constant is named in a sloppy direction


@dataclass(frozen=True, repr=False, eq=False)
class Identifiability(Shown):
    """Whether coefficients or data determine the constants of a law; it prints itself.

    `rank` of d beta/d C; `directions`, a sentence for each combination that is determined only as a whole; `sloppy`, sentences
    about directions that are determined badly; `singular` values of C_j d beta/d C_j, relative to the largest, at the constants
    `at`, where these were given; `appears`, the smallest order at which a constant has any influence, and `needed`, the one
    from which it is determined.

    >>> import symseries as ss
    >>> found = ss.Law("k1*k2*c", variables=("c",)).identifiability(ss.TaylorSpace({"c": 1}, order=2))
    >>> found.rank, found.identifiable, found.directions
    (1, False, ('only k1*k2 is determined, not k1 and k2 apart',))
    """

    law: str
    constants: tuple[str, ...]
    place: str
    rank: int
    exact: bool
    directions: tuple[str, ...]
    sloppy: tuple[str, ...]
    singular: tuple[float, ...]
    at: dict[str, float]
    appears: dict[str, int | None]
    needed: dict[str, int | None]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.identifiability"
    title = "Which constants are determined"
    noted = True

    @property
    def identifiable(self) -> bool:
        """Whether all constants are determined."""
        return self.rank == len(self.constants)

    @property
    def order_needed(self) -> int | None:
        """The smallest order from which all constants are determined; None where there is none that was looked at."""
        orders = [self.needed.get(name) for name in self.constants]
        return None if not orders or None in orders else max(order for order in orders if order is not None)

    def table(self) -> TextTable:
        """Return the constants with the orders at which they appear and are determined, and the answer in words below."""
        graded = any(order is not None for order in (*self.appears.values(), *self.needed.values()))
        head = ["constant", *(["appears at order", "determined from order"] if graded else []), *(["at"] if self.at else [])]
        rows = [
            (
                name_cell(name),
                *((number_cell(self.appears.get(name)), number_cell(self.needed.get(name))) if graded else ()),
                *((number_cell(self.at[name]),) if self.at else ()),
            )
            for name in self.constants
        ]
        return TextTable(tuple(map(text_cell, head)), tuple(rows), f"{self.law}: {self.place}", self._notes())

    def _notes(self) -> tuple[str, ...]:
        how = "exactly, at random points modulo a prime" if self.exact else "by singular values in float64"
        count = len(self.constants)
        verdict = "all constants are determined" if self.identifiable else "not all constants are determined"
        lines = [f"rank {self.rank} of {count} ({how}): {verdict}", *self.directions, *self.sloppy, *self.warnings]
        return tuple(f"{line}." for line in lines)

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        listed = {name: list(getattr(self, name)) for name in ("constants", "directions", "sloppy", "singular")}
        return {
            "law": self.law, "place": self.place, "rank": self.rank, "exact": self.exact, **listed, "at": dict(self.at),
            "appears": dict(self.appears), "needed": dict(self.needed),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Identifiability:
        """Return the answer that `to_dict` wrote."""
        return cls(
            law=str(record["law"]),
            constants=texts(record, "constants"),
            place=str(record["place"]),
            rank=int(record["rank"]),
            exact=bool(record["exact"]),
            directions=texts(record, "directions"),
            sloppy=texts(record, "sloppy"),
            singular=tuple(map(float, record["singular"])),
            at={str(name): float(value) for name, value in record["at"].items()},
            appears=_read_orders(record["appears"]),
            needed=_read_orders(record["needed"]),
            warnings=texts(record, "warnings"),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        said = "all constants determined" if self.identifiable else "; ".join(self.directions)
        return f"<Identifiability: rank {self.rank} of {len(self.constants)}; {said}>"


def _read_orders(record: Mapping[str, Any]) -> dict[str, int | None]:
    return {str(name): None if order is None else int(order) for name, order in record.items()}


def identify(
    law: Law, where: object, held: Mapping[str, object] | None = None, at: Mapping[str, object] | None = None
) -> Identifiability:
    """Return which constants a space or a table determines; see `Law.identifiability`."""
    if not law.constants:
        raise IdentifiabilityError(f"law {law}: it holds no constant to determine")
    numbers, given = _reference(law, at), at is not None
    inner = law if not held else without(law, held)
    if not isinstance(where, Space):
        return _of_table(law, inner, where, numbers, given)
    space = where if not held else reduced(where, held)
    return replace(_of_space(law, inner, space, numbers, given), provenance=provenance(space=space.describe()))


def _reference(law: Law, at: Mapping[str, object] | None) -> dict[str, float]:
    if at is None:
        return dict.fromkeys(law.constants, 1.0)
    if not isinstance(at, Mapping):
        raise OptionError(f"at={at!r}: expected a mapping of constants to numbers")
    for name in (*at, *law.constants):
        if name not in law.constants:
            raise LawNameError(
                f"at: {name!r} is no constant{suggestion(name, law.constants)}; constants: {listing(law.constants)}"
            )
        if name not in at:
            raise LawNameError(f"at: constant {name!r} has no value; expected one for each of {listing(law.constants)}")
    return {name: float(typed(at[name], f"at {name}")) for name in law.constants}


def _of_space(law: Law, inner: Law, space: Space, at: Mapping[str, float], given: bool) -> Identifiability:
    jacobian = _full(law, inner, _of_series(inner, _closed(space)))
    appears: dict[str, int | None] = dict.fromkeys(law.constants)
    needed: dict[str, int | None] = dict.fromkeys(law.constants)
    exact = isinstance(space, TaylorSpace) and bool(inner.constants)
    rank = _numerical_rank(jacobian, at, given)
    if isinstance(space, TaylorSpace) and exact:
        try:
            rank, appears, needed = _orders(inner, space, appears, needed)
        except SymseriesError:  # roots without a value modulo the prime, or more generators than are taken
            exact = False
    elif isinstance(space, GradedSpace):
        appears, needed = _seen(law, space, jacobian, at)
    question = _Question(law, space.describe(), jacobian, at, given)
    return _answer(question, rank, exact, _Orders(appears, needed))


def _closed(space: Space) -> Space:
    """Return a space without symbols in its centre, numbers near 1 in their place."""
    if not isinstance(space, TaylorSpace) or not space.symbols:
        return space
    return space.at({name: 1 + Fraction(2 * i + 3, 17) for i, name in enumerate(sorted(space.symbols))})


def _of_series(law: Law, space: Space) -> Callable[[Array], Array]:
    """Return d beta/d C as a function of the constants of a law, over coordinates in units of the centre."""
    series = law.expand(space)
    units = np.ones(len(space))
    if isinstance(space, TaylorSpace):
        units = F64.array(np.array(scales(space), dtype=object))

    def jacobian(constants: Array) -> Array:
        numbers = dict(zip(law.constants, constants, strict=True))
        try:
            found = F64.array(series.evaluate(law.slopes(law.constants), numbers, strict=False))
        except (ValueError, ArithmeticError):  # these constants leave the law without a series
            return np.full((len(space), len(law.constants)), np.nan)
        return units[:, None] * found

    return jacobian


def _full(law: Law, inner: Law, jacobian: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Return the Jacobian in the constants of the whole law; those that a slice lost have columns of zeros."""
    places = [law.constants.index(name) for name in inner.constants]

    def full(constants: Array) -> Array:
        found = jacobian(np.asarray(constants)[places])
        out = np.zeros((len(found), len(law.constants)))
        out[:, places] = found
        return out

    return full


def _orders(
    law: Law, space: TaylorSpace, appears: dict[str, int | None], needed: dict[str, int | None]
) -> tuple[int, dict[str, int | None], dict[str, int | None]]:
    """Return the exact rank, and the orders at which constants appear and are determined, looked for a little beyond."""
    rank = generic_rank(_slopes(law, space), len(law.constants))[0]
    for order in range(space.order, space.order + _HIGHER + 1):
        try:
            system = _slopes(law, space.with_order(order))
            degrees = system.degrees[:: len(law.constants)]
            seen, known = determined_columns(system, len(law.constants), degrees)
        except SymseriesError:
            if order == space.order:
                raise
            break
        appears = appears | dict(zip(law.constants, seen, strict=True))
        needed = needed | dict(zip(law.constants, known, strict=True))
        if None not in known:
            break
    return rank, appears, needed


def _slopes(law: Law, space: TaylorSpace) -> System:
    return system_of(law, space, law.slopes(law.constants))


def _seen(
    law: Law, space: GradedSpace, jacobian: Callable[[Array], Array], at: Mapping[str, float]
) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """Return the orders at which constants appear and are determined, as float64 tells them."""
    appears: dict[str, int | None] = dict.fromkeys(law.constants)
    needed: dict[str, int | None] = dict.fromkeys(law.constants)
    matrix = _finite(jacobian, at)
    if matrix is None:
        return appears, needed
    scaled = matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-300)
    degrees = space.multi_indices.sum(axis=1)
    for degree in sorted(set(degrees.tolist())):
        kept = scaled[degrees <= degree]
        full = _float_rank(kept)
        for j, name in enumerate(law.constants):
            if appears[name] is None and np.abs(kept[:, j]).max() > _RANK:
                appears[name] = degree
            if needed[name] is None and _float_rank(np.delete(kept, j, axis=1)) == full - 1:
                needed[name] = degree
    return appears, needed


def _float_rank(scaled: Array) -> int:
    """Return the rank of a matrix with columns of norm 1 at most."""
    return int((np.linalg.svd(scaled, compute_uv=False) > _RANK).sum()) if scaled.size else 0


def _of_table(law: Law, inner: Law, source: object, at: Mapping[str, float], given: bool) -> Identifiability:
    table = read_table(source, dict.fromkeys(inner.variables))
    points = np.column_stack([np.asarray(table[name], dtype=float) for name in inner.variables])

    def jacobian(constants: Array) -> Array:
        numbers = dict(zip(inner.constants, constants, strict=True))
        slopes = inner.slopes(inner.constants)
        try:
            return values_at(slopes, points, inner.variables, numbers, F64, strict=False)
        except (ValueError, ArithmeticError):
            return np.full((len(points), len(inner.constants)), np.nan)

    still = [
        f"{name} is {column[0]:g} in every row: what depends on it alone cannot be told from what does not"
        for name, column in zip(inner.variables, points.T, strict=True)
        if name in inner.used and np.ptp(column) == 0
    ]
    full = _full(law, inner, jacobian)
    rank = _numerical_rank(full, at, given)
    nothing: dict[str, int | None] = dict.fromkeys(law.constants)
    question = _Question(law, f"the data, {len(points)} rows", full, at, given)
    answer = _answer(question, rank, False, _Orders(nothing, nothing), tuple(still))
    return replace(answer, provenance=provenance(data=table.digest))


def _numerical_rank(jacobian: Callable[[Array], Array], at: Mapping[str, float], given: bool) -> int:
    """Return the rank in float64, the highest of several points; where no constants are given, of points of all sizes."""
    rng = np.random.default_rng(20_231)
    center = np.array(list(at.values()))
    center = np.where(center == 0, 1.0, center)
    drawn = [center, *(center * rng.uniform(0.7, 1.4, len(center)) for _ in range(_DRAWS))]
    ranks = []
    for point in drawn:
        matrix = jacobian(point)
        if np.isfinite(matrix).all():
            ranks.append(_float_rank(matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-300)))
    rank = max(ranks, default=0)
    known = given or rank == len(at) or undetermined_everywhere(jacobian, tuple(at))
    return rank if known else len(at)


def _finite(jacobian: Callable[[Array], Array], at: Mapping[str, float]) -> Array | None:
    matrix = jacobian(np.array(list(at.values())))
    return matrix if np.isfinite(matrix).all() else None


@dataclass(frozen=True)
class _Question:
    """What is asked: a law, where, its Jacobian, and the constants that singular values belong to, if any were given."""

    law: Law
    place: str
    jacobian: Callable[[Array], Array]
    at: Mapping[str, float]
    given: bool


@dataclass(frozen=True)
class _Orders:
    """The order at which each constant appears, and that from which it is determined."""

    appears: dict[str, int | None]
    needed: dict[str, int | None]


def _answer(asked: _Question, rank: int, exact: bool, orders: _Orders, warnings: tuple[str, ...] = ()) -> Identifiability:
    names = asked.law.constants
    directions: list[str] = []
    if rank < len(names):
        directions = undetermined(asked.jacobian, np.array(list(asked.at.values())), names)
        directions = directions or [f"{len(names) - rank} combination(s) of {listing(names)} are not determined"]
    singular, sloppy = _sloppiness(asked, rank) if asked.given else ((), [])
    return Identifiability(
        str(asked.law), names, asked.place, rank, exact, tuple(directions), tuple(sloppy), singular,
        dict(asked.at) if asked.given else {}, orders.appears, orders.needed, warnings,
    )  # fmt: skip


def _sloppiness(asked: _Question, rank: int) -> tuple[tuple[float, ...], list[str]]:
    """Return the relative singular values of C_j d beta/d C_j, and directions that move the coefficients hardly at all."""
    matrix = _finite(asked.jacobian, asked.at)
    if matrix is None or not matrix.size:
        return (), []
    _, values, vectors = np.linalg.svd(matrix * np.array(list(asked.at.values())), full_matrices=False)
    if values[0] == 0:
        return (), []
    relative = np.maximum(values / values[0], _LEAST)
    loose = [k for k in range(len(relative)) if relative[k] < SLOPPY and rank == len(asked.at)]
    return tuple(map(float, relative)), [_trade_off(list(asked.at), vectors[k], relative[k]) for k in loose]


def _trade_off(names: Sequence[str], direction: Array, share: float) -> str:
    order = np.argsort(-np.abs(direction))
    largest = direction[order[0]]
    parts = [(names[j], direction[j] / largest) for j in order if abs(direction[j]) >= _SHARE * abs(largest)]
    rest = f" with {listing(f'{name} by {part:+.0%}' for name, part in parts[1:])}" if parts[1:] else ""
    moved = f"{parts[0][0]} by +100%{rest}"
    return f"sloppy: {moved} moves the coefficients {1 / share:.3g} times less than the most sensitive direction"
