"""Profile likelihoods: what a constant may be when all others follow it, and regions of two constants.

For a constant held at v the others are fitted again, S(v) being the least weighted sum of squares. The rise
(S(v) - S(best)) kappa is 1 at one standard error of the delta method where the law is linear; kappa is 1/s**2 for a direct fit.
Where it is not, the interval between the crossings is not symmetric (the MINOS errors of F. James, M. Roos, Computer Physics
Communications 10 (1975) 343).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symseries import plotting
from symseries.display import TextTable, name_cell, number_cell, text_cell
from symseries.displayed import Record, Shown, read_number, real, texts
from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.fitting.model import Model, sought
from symseries.fitting.prepare import Prepared
from symseries.fitting.solve import Solved
from symseries.least_squares import pseudo_inverse
from symseries.scalars import F64, Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DOUBLINGS = 12  # of a step, in search of a crossing
_BISECTIONS = 40
_CLOSE = 1e-4  # of a standard error, to which a crossing is found
_BETTER = -1e-3  # rise below which another minimum has been found


@dataclass(frozen=True, repr=False, eq=False)
class Profile(Shown):
    """The profile of one constant: `values` (n,), their `rise` (n,), and the `interval` where it crosses `level`.

    A limit is infinite where the profile never rises so far: the data do not bound the constant on that side.
    """

    name: str
    best: float
    stderr: float
    level: float
    interval: tuple[float, float]
    values: Array
    rise: Array
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.profile"
    title = "Profile of a constant"
    noted = True

    def table(self) -> TextTable:
        """Return values and rises as a table."""
        headers = (name_cell(self.name), text_cell("distance in standard errors"), text_cell("rise"))
        steps = (self.values - self.best) / self.stderr
        rows = [tuple(map(number_cell, row)) for row in zip(self.values, steps, self.rise, strict=True)]
        return TextTable(headers, tuple(rows), self._caption(), self.warnings)

    def _caption(self) -> str:
        low, high = self.interval
        return f"Profile of {self.name}: {100 * self.level:g} % interval {low:.6g} … {high:.6g}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the rise against the constant, the parabola of the delta method beside it, and return the axes."""
        ax = plotting.shown() if ax is None else ax
        ax.plot(self.values, self.rise, color=plotting.NETWORK, label="profile")
        parabola = ((self.values - self.best) / self.stderr) ** 2
        ax.plot(self.values, parabola, "--", color=plotting.LAW, label="delta method")
        for limit in self.interval:
            if np.isfinite(limit):
                ax.axvline(limit, color=plotting.DATA, linewidth=0.8)
        ax.set_xlabel(self.name)
        ax.set_ylabel("rise of the sum of squares (1: one standard error)")
        ax.legend(frameon=False)
        return ax

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "name": self.name, "best": self.best, "stderr": self.stderr, "level": self.level,
            "interval": list(map(real, self.interval)), "values": self.values.tolist(),
            "rise": list(map(real, self.rise.tolist())),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Profile:
        """Return the profile that `to_dict` wrote."""
        low, high = map(read_number, record["interval"])
        return cls(
            name=str(record["name"]),
            best=float(record["best"]),
            stderr=float(record["stderr"]),
            level=float(record["level"]),
            interval=(low, high),
            values=_read_array(record["values"]),
            rise=_read_array(record["rise"]),
            warnings=texts(record, "warnings"),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        return f"<{self._caption()}>"


@dataclass(frozen=True, repr=False, eq=False)
class Contour(Shown):
    """The rise (m, n) over a grid of two constants, at `first` (m, n) and `second` (m, n), which leans as they are correlated.

    `levels` are pairs of level and rise.
    """

    names: tuple[str, str]
    best: tuple[float, float]
    first: Array
    second: Array
    rise: Array
    levels: tuple[tuple[float, float], ...]
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind = "symseries.contour"
    title = "Regions of two constants"
    noted = True

    def table(self) -> TextTable:
        """Return a row for each level: the rise that bounds its region, and how far that reaches in either constant."""
        ends = [f"{end} {name}" for name in self.names for end in ("lowest", "highest")]
        rows = [
            (text_cell(f"{100 * level:.3g} %"), *map(number_cell, (rise, *self._extent(rise)))) for level, rise in self.levels
        ]
        return TextTable(tuple(map(text_cell, ("level", "rise", *ends))), tuple(rows), notes=self.warnings)

    def _extent(self, height: float) -> tuple[float, ...]:
        """Return the lowest and highest value of either constant where the rise, linear between the grid, is a height."""
        reached = [value for axis in (0, 1) for value in self._crossings(height, axis)]
        inside = [(x, y) for x, y, r in zip(self.first.flat, self.second.flat, self.rise.flat, strict=True) if r <= height]
        both = np.array([*reached, *inside, self.best])
        return tuple(f(both[:, k]) for k in (0, 1) for f in (np.min, np.max))

    def _crossings(self, height: float, axis: int) -> list[tuple[float, float]]:
        """Return the points between neighbours of the grid along an axis at which the rise passes a height."""
        grids = (np.moveaxis(grid, axis, 0) for grid in (self.first, self.second, np.minimum(self.rise, 1e300)))
        (x0, x1), (y0, y1), (r0, r1) = ((grid[:-1], grid[1:]) for grid in grids)
        crossed = (r0 <= height) != (r1 <= height)
        share = (height - r0[crossed]) / (r1 - r0)[crossed]
        points = (start[crossed] + share * (end - start)[crossed] for start, end in ((x0, x1), (y0, y1)))
        return list(zip(*(column.tolist() for column in points), strict=True))

    def framed(self) -> TextTable:
        """Return the grid, a row for each point."""
        columns = zip(self.first.flat, self.second.flat, self.rise.flat, strict=True)
        heads = tuple(map(text_cell, (*self.names, "rise")))
        return TextTable(heads, tuple(tuple(map(number_cell, row)) for row in columns))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the regions that hold both constants at each level, and return the axes."""
        ax = plotting.shown() if ax is None else ax
        finite = np.where(np.isfinite(self.rise), self.rise, np.nanmax(self.rise[np.isfinite(self.rise)]))
        heights = [rise for _, rise in self.levels]
        drawn = ax.contour(self.first, self.second, finite, levels=heights, colors=plotting.NETWORK)
        ax.clabel(drawn, fmt={rise: f"{100 * level:.3g} %" for level, rise in self.levels})
        ax.plot(*self.best, "+", color=plotting.LAW, markersize=10)
        ax.set_xlabel(self.names[0])
        ax.set_ylabel(self.names[1])
        return ax

    def body(self) -> Record:
        """Return the fields as JSON knows them."""
        return {
            "names": list(self.names), "best": list(self.best), "first": self.first.tolist(), "second": self.second.tolist(),
            "rise": [list(map(real, row)) for row in self.rise.tolist()], "levels": [list(pair) for pair in self.levels],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Contour:
        """Return the region that `to_dict` wrote."""
        (one, other), (best, beside) = record["names"], record["best"]
        first, second, rise = (np.stack(list(map(_read_array, record[key]))) for key in ("first", "second", "rise"))
        return cls(
            names=(str(one), str(other)),
            best=(float(best), float(beside)),
            first=first,
            second=second,
            rise=rise,
            levels=tuple((float(level), float(rise)) for level, rise in record["levels"]),
            warnings=texts(record, "warnings"),
            provenance=dict(record["provenance"]),
        )

    def __repr__(self) -> str:
        shares = listing(f"{100 * level:.3g} %" for level, _ in self.levels)
        return f"<Contour of {self.names[0]} and {self.names[1]}: {self.rise.shape[0]} × {self.rise.shape[1]} values, {shares}>"


def _read_array(record: Iterable[object]) -> Array:
    return np.array(list(map(read_number, record)))


@dataclass(frozen=True)
class Profiler:
    """A solution whose constants can be moved one by one, with the covariance that sets the scale of the rise."""

    prepared: Prepared
    solved: Solved
    covariance: Array
    freedom: float
    released: tuple[Array, Array] | None = None
    """Jacobian and covariance as if no constant were held at its bound, where one is."""

    @property
    def names(self) -> tuple[str, ...]:
        """The free constants."""
        return self.prepared.model.constants

    def place(self, name: object) -> int:
        """Return the place of a free constant among all of them; errors name those that there are."""
        if name not in self.prepared.law.constants:
            near = suggestion(name, self.names)
            raise LawNameError(f"profile: {name!r} is no constant of the law{near}; free constants: {listing(self.names)}")
        if name not in self.names:
            raise OptionError(
                f"profile: {name} is held or tied and has no profile of its own; free constants: {listing(self.names)}"
            )
        return self.prepared.law.constants.index(str(name))

    def best(self) -> dict[str, float]:
        """Return the free constants found."""
        found = dict(zip(self.prepared.law.constants, map(float, self.solved.values), strict=True))
        return {name: found[name] for name in self.names}

    def bound(self, name: str, step: float) -> float:
        """Return the bound of a constant in a direction, infinite where there is none."""
        return self.limits(name)[step > 0]

    def limits(self, name: str) -> tuple[float, float]:
        """Return both bounds of a constant."""
        return self.prepared.wishes.bounds.get(name, (-np.inf, np.inf))

    def sides(self, *names: str) -> tuple[tuple[str, ...], Array, Array]:
        """Return the constants that count as free where these are moved, the Jacobian in them, and the covariance of all."""
        if self.released is not None and set(names) & set(self.solved.bounded):
            return self.names, *self.released
        return tuple(n for n in self.names if n not in self.solved.bounded), self.solved.jacobian, self.covariance

    def stderr(self, name: str) -> float:
        """Return the step of a constant: its standard error, at a bound that which it would have without."""
        place = self.place(name)
        return float(np.sqrt(self.sides(name)[2][place, place]))

    def least(self) -> float:
        """Return the least sum of squares."""
        weighted = self.prepared.weighted(F64.array(self.solved.residual))
        return float(weighted @ weighted)

    def scale(self, *names: str) -> float:
        """Return kappa, by which a rise is 1 at one standard error: areas agree where there are two constants."""
        free, jacobian, covariance = self.sides(*names)
        places = [free.index(name) for name in names]
        everywhere = [self.prepared.law.constants.index(name) for name in names]
        inverse = pseudo_inverse(self.prepared.weighted(jacobian))
        own = (inverse @ inverse.T)[np.ix_(places, places)]
        given = covariance[np.ix_(everywhere, everywhere)]
        return float((np.linalg.det(own) / np.linalg.det(given)) ** (1 / len(names)))

    def model(self, pinned: Mapping[str, float]) -> Model:
        """Return the fit of the other constants."""
        return Model(self.prepared, tuple(n for n in sought(self.prepared) if n not in pinned), pinned)

    def rise(self, pinned: Mapping[str, float], around: Mapping[str, float], scale: float) -> tuple[float, dict[str, float]]:
        """Return the rise with some constants pinned and all where it is found, infinite where there is no fit."""
        if any(not low <= value <= high for value, (low, high) in ((v, self.limits(n)) for n, v in pinned.items())):
            return np.inf, dict(around)
        found = self.model(pinned).nearby({**around, **pinned})
        if found is None:
            return np.inf, dict(around)
        return (found[0] - self.least()) * scale, found[1]


def profile(profiler: Profiler, name: str, level: float, points: int) -> Profile:
    """Return the profile of a constant over a little more than its interval."""
    stderr, best = profiler.stderr(name), profiler.best()
    if not stderr > 0:
        raise OptionError(f"profile: {name} has no standard error, so there is no scale; the fit leaves no residual")
    reach, scale = reach_of(level, profiler.freedom), profiler.scale(name)
    sides = [_crossing(profiler, name, direction * stderr, reach**2, scale) for direction in (-1.0, 1.0)]
    low, high = (
        side if np.isfinite(side) else best[name] + d * 4 * reach * stderr for d, side in zip((-1, 1), sides, strict=True)
    )
    middle, lowest, highest = best[name], profiler.bound(name, -1.0), profiler.bound(name, 1.0)
    lower = _grid(middle, max(middle + 1.2 * (low - middle), lowest), points // 2 + 1)
    upper = _grid(middle, min(middle + 1.2 * (high - middle), highest), points // 2 + 1)
    values = np.concatenate([lower[:0:-1], upper])
    rise = np.concatenate([_along(profiler, name, lower, scale)[:0:-1], _along(profiler, name, upper, scale)])
    held = tuple(f"{name}: the limit {s:g} is its bound" for s in sides if s in (lowest, highest) and np.isfinite(s))
    said = (*_said(name, sides, rise, values), *held)
    return Profile(name, middle, stderr, level, (sides[0], sides[1]), values, rise, said)


def _grid(middle: float, end: float, points: int) -> Array:
    """Return the values of one side of a profile, the middle alone where it stands at its bound."""
    return np.linspace(middle, end, points) if end != middle else np.array([middle])


def _said(name: str, sides: list[float], rise: Array, values: Array) -> tuple[str, ...]:
    said = open_sides(name, (sides[0], sides[1]))
    if (rise < _BETTER).any():
        said += (f"a better fit lies at {name} = {values[int(np.argmin(rise))]:.6g}; fit again with start= there",)
    return said


def open_sides(name: str, interval: tuple[float, float]) -> tuple[str, ...]:
    """Return a sentence for each side on which a constant has no limit."""
    ends = zip(("lower", "upper"), interval, strict=True)
    return tuple(f"{name} has no {side} limit: the sum of squares never rises so far" for side, end in ends if np.isinf(end))


def limits(profiler: Profiler, name: str, level: float) -> tuple[float, float]:
    """Return where the profile of a constant crosses a level on either side, infinite where it does not."""
    stderr, reach = profiler.stderr(name), reach_of(level, profiler.freedom)
    scale = profiler.scale(name)
    low, high = (_crossing(profiler, name, direction * stderr, reach**2, scale) for direction in (-1.0, 1.0))
    return low, high


def _along(profiler: Profiler, name: str, values: Array, scale: float) -> Array:
    around, found = profiler.best(), []
    for value in values:
        rise, around = profiler.rise({name: float(value)}, around, scale)
        found.append(rise)
    return np.array(found)


def _crossing(profiler: Profiler, name: str, step: float, height: float, scale: float) -> float:
    """Return where the rise reaches a height on one side: by growing steps, then by regula falsi in its square root."""
    best = profiler.best()
    inner, around, root = best[name], best, 0.0
    outer, width = inner, step * float(np.sqrt(height))
    bound = profiler.bound(name, step)
    for _ in range(_DOUBLINGS):
        outer = min(best[name] + width, bound) if step > 0 else max(best[name] + width, bound)
        rise, there = profiler.rise({name: outer}, around, scale)
        if rise >= height:
            return _between(profiler, name, (inner, outer), (root, float(np.sqrt(rise))), around, height=height, scale=scale)
        if outer == bound:
            return bound
        inner, around, root = outer, there, float(np.sqrt(max(rise, 0.0)))
        width *= 1.5
    return float(np.copysign(np.inf, step))


def _between(
    profiler: Profiler,
    name: str,
    ends: tuple[float, float],
    roots: tuple[float, float],
    around: Mapping[str, float],
    *,
    height: float,
    scale: float,
) -> float:
    (inner, outer), (low, high), wanted = ends, roots, float(np.sqrt(height))
    for turn in range(_BISECTIONS):
        share = (wanted - low) / (high - low) if np.isfinite(high) and turn % 3 < 2 else 0.5
        middle = inner + share * (outer - inner)
        rise, there = profiler.rise({name: middle}, around, scale)
        root = float(np.sqrt(max(rise, 0.0)))
        if abs(root - wanted) < _CLOSE:
            return middle
        if root < wanted:
            inner, low, around = middle, root, there
        else:
            outer, high = middle, root
    return inner + 0.5 * (outer - inner)


def contour(profiler: Profiler, first: str, second: str, levels: tuple[float, ...], points: int) -> Contour:
    """Return the rise over a grid of two constants that holds the widest of the regions asked for."""
    places = [profiler.place(first), profiler.place(second)]
    if first == second:
        raise OptionError(f"contour: {first!r} twice; expected two different constants of {listing(profiler.names)}")
    heights = tuple((level, _joint(level, profiler.freedom)) for level in levels)
    best, reach = profiler.best(), 1.15 * float(np.sqrt(max(rise for _, rise in heights)))
    # the grid leans as the region does: a straight one misses a narrow valley
    root = np.linalg.cholesky(profiler.sides(first, second)[2][np.ix_(places, places)])
    steps = np.stack(np.meshgrid(*[np.linspace(-reach, reach, points)] * 2))
    xs, ys = (best[n] + np.tensordot(row, steps, 1) for n, row in zip((first, second), root, strict=True))
    scale, rise = profiler.scale(first, second), np.full((points, points), np.inf)
    for row in range(points):
        around = best
        for column in range(points) if row % 2 == 0 else reversed(range(points)):
            rise[row, column], around = profiler.rise({first: xs[row, column], second: ys[row, column]}, around, scale)
    return Contour((first, second), (best[first], best[second]), xs, ys, rise, heights)


def reach_of(level: float, freedom: float) -> float:
    """Return the half-width of an interval in standard errors, Student's t."""
    from scipy.special import ndtri, stdtrit

    tail = (1 + level) / 2
    return float(ndtri(tail) if np.isinf(freedom) else stdtrit(freedom, tail))


def _joint(level: float, freedom: float) -> float:
    """Return the rise that bounds a region of two constants: chi-squared, or twice Fisher's F where s is estimated."""
    from scipy.special import chdtri, fdtri

    return float(chdtri(2, 1 - level) if np.isinf(freedom) else 2 * fdtri(2, freedom, level))
