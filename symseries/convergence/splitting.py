"""How a domain is split: cells are halved until the series on each is as near to the function as was asked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries.convergence.enclosures import enclose
from symseries.convergence.radius_sources import source_of
from symseries.errors import ConvergenceError, NotAnalyticError, ResourceLimitError, SymseriesError
from symseries.laws import Law
from symseries.network import Network
from symseries.progress import track
from symseries.scalars import Array
from symseries.series import Series
from symseries.spaces import BoxSpace
from symseries.spaces.grids import grid, sobol

Cell = tuple[tuple[Fraction, Fraction], ...]
"""The lowest and highest value of every variable."""

_NARROWEST = 2.0**-40  # of the domain
_TOGETHER = 1 << 18  # values of the function at a time
_LOBATTO = {1: 4, 2: 2, 3: 1}  # points per degree and axis, by number of variables, at which the error is sampled
_SAMPLES = 600  # above that


@dataclass(frozen=True)
class Leaf:
    """A cell that is good enough: the coefficients (N,) of its series and the error."""

    cell: Cell
    coefficients: Array
    error: float


@dataclass(frozen=True)
class Cut:
    """A cell that was halved at a value of one variable, into the nodes `below` and `above`."""

    axis: int
    at: Fraction
    below: int
    above: int


class Splitter:
    """A function, the space of a cell, and the error that each cell may have."""

    def __init__(self, function: Network | Law, reference: BoxSpace, domain: BoxSpace, constants: Mapping[str, object] | None):
        self.function, self.reference, self.domain, self.constants = function, reference, domain, constants
        self.variables = domain.variables
        self.logs = np.array([domain.scale[name] == "log" for name in self.variables])
        self.samples = _samples(len(self.variables), int(reference.order))
        self.basis = reference.basis(self.samples)

    # ------------------------------------------------------------------------------------------------------------ values
    def values(self, points: Array) -> Array:
        """Return the function at points (n, w) of the variables of the domain."""
        if isinstance(self.function, Network):
            return self.function(points[:, [self.variables.index(name) for name in self.function.inputs]])
        table = dict(zip(self.variables, points.T, strict=True))
        return np.broadcast_to(
            self.function({n: table[n] for n in self.function.variables}, **self.constants or {}), len(points)
        )

    def at_cells(self, cells: Sequence[Cell], window: Array) -> Array:
        """Return the function (cells, n) at points (n, w) of the window of every cell."""
        points = np.concatenate([placed(cell, window, self.logs) for cell in cells])
        return self.values(points).reshape(len(cells), len(window))

    def spread(self, root: Cell) -> float:
        """Return the standard deviation of the function on the domain, or its size where it is constant."""
        window = np.random.default_rng(0).uniform(-1, 1, (4096, len(root)))
        found = self.at_cells([root], window)[0]
        return float(found.std()) or float(np.abs(found).max()) or 1.0

    # ------------------------------------------------------------------------------------------------------------- cells
    def expanded(self, cells: Sequence[Cell]) -> Iterator[Leaf]:
        """Yield the series on cells and their errors as they are sampled."""
        nodes = self.reference.nodes
        step = max(1, _TOGETHER // (len(nodes) + len(self.samples)))
        for start in range(0, len(cells), step):
            some = cells[start : start + step]
            tables = self.reference.project(self.at_cells(some, nodes).T).T
            errors = np.abs(self.at_cells(some, self.samples) - tables @ self.basis.T).max(axis=1)
            yield from (Leaf(*parts) for parts in zip(some, tables, errors.tolist(), strict=True))

    def proved(self, leaf: Leaf) -> float:
        """Return a proved bound of the error on a cell, infinite where none is found."""
        series = Series(space_of(leaf.cell, self.domain, self.reference), leaf.coefficients)
        try:
            return enclose(self.function, series, constants=self.constants).bound
        except (ConvergenceError, NotAnalyticError, ResourceLimitError):  # a smaller cell may be simpler
            return math.inf

    def halved(self, leaf: Leaf) -> tuple[int, Fraction]:
        """Return the axis along which a cell is halved, and where."""
        axis = self._axis(leaf)
        low, high = leaf.cell[axis]
        root = self.domain.domain[self.variables[axis]]
        if float(high - low) < _NARROWEST * float(root[1] - root[0]) or not float(low) < float(high):
            raise ConvergenceError(
                f"split: a cell about {self.variables[axis]} = {float(low):g} as narrow as {_NARROWEST:.0e} of the domain is "
                f"still off by {leaf.error:.2g}; the function jumps there: leave the point out of the domain"
            )
        return axis, Fraction(math.sqrt(float(low) * float(high))) if self.logs[axis] else (low + high) / 2

    def _axis(self, leaf: Leaf) -> int:
        """Return the axis of the smallest radius in half-widths, or that along which the coefficients fall most slowly."""
        reach = self._reach(leaf.cell)
        if np.isfinite(reach).any():
            return int(np.argmin(reach))
        indices = self.reference.multi_indices
        top = indices.sum(axis=1) >= indices.sum(axis=1).max() - 1
        return int(np.argmax(np.abs(leaf.coefficients[top]) @ indices[top]))

    def _reach(self, cell: Cell) -> Array:
        """Return the radius along every variable about the middle of a cell, in half-widths, infinite where it is not known."""
        middle = [
            Fraction(math.sqrt(low * high)) if log else (low + high) / 2
            for (low, high), log in zip(cell, self.logs, strict=True)
        ]
        try:
            center = {n: sympy.Rational(m.numerator, m.denominator) for n, m in zip(self.variables, middle, strict=True)}
            source = source_of(self.function, _needed(self.function, center), self.constants)
            ridges = source.ridges
        except SymseriesError:
            ridges = None
        out = np.full(len(cell), np.inf)
        for name in source.variables if ridges else ():
            alone = np.array([float(other == name) for other in source.variables])
            at = self.variables.index(name)
            distance = min(ridge.reach(alone) for ridge in ridges or ())
            low, high = map(float, cell[at])
            # in the logarithm of a variable, to first order, the radius is that in the variable over its value
            half = math.log(high / low) / 2 if self.logs[at] else (high - low) / 2
            out[at] = (distance / float(middle[at]) if self.logs[at] else distance) / half
        return out


def _needed(function: Network | Law, center: Mapping[str, sympy.Rational]) -> dict[str, sympy.Rational]:
    names = function.inputs if isinstance(function, Network) else function.used
    return {name: center[name] for name in names}


def _samples(variables: int, order: int) -> Array:
    """Return points (n, w) of the window at which the error is sampled, its corners and edges among them."""
    if variables in _LOBATTO:
        count = _LOBATTO[variables] * (order + 1) + 3
        return grid([-np.cos(np.pi * np.arange(count) / (count - 1))] * variables)
    return np.concatenate([2 * sobol(variables, _SAMPLES) - 1, grid([np.array([-1.0, 1.0])] * variables)])


def placed(cell: Cell, window: Array, logs: Array) -> Array:
    """Return points (n, w) of the window of a cell in the variables."""
    low, high = ends_of([cell], logs)
    inner = low + (high - low) * (window + 1) / 2
    points = np.where(logs, np.exp(np.where(logs, inner, 0)), inner)
    return np.clip(points, *(np.array([float(end) for end in ends]) for ends in zip(*cell, strict=True)))


def ends_of(cells: Sequence[Cell], logs: Array) -> tuple[Array, Array]:
    """Return the lowest and highest values (cells, w) of every variable, or of its logarithm."""
    ends = np.array([[[float(low), float(high)] for low, high in cell] for cell in cells])
    ends = np.where(logs[:, None], np.log(np.where(logs[:, None], ends, 1.0)), ends)
    return ends[..., 0], ends[..., 1]


def space_of(cell: Cell, domain: BoxSpace, reference: BoxSpace) -> BoxSpace:
    """Return the space of the series on a cell."""
    box = {name: tuple(map(_rational, pair)) for name, pair in zip(domain.variables, cell, strict=True)}
    return type(reference)(box, reference.order, scale=domain.scale)


def _rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def cells_of(splitter: Splitter, target: float, limit: int, proved: bool) -> list[Leaf | Cut]:
    """Return a tree of cells, its root first, each either halved or good enough.

    Cells are looked at a level at a time. Raises `ResourceLimitError` where more than `limit` are needed.
    """
    root: Cell = tuple((_fraction(low), _fraction(high)) for low, high in splitter.domain.domain.values())
    nodes: list[Leaf | Cut] = []
    level, first = [root], 1  # first: the number of the first node of the next level
    done = 0
    while level:
        below: list[Cell] = []
        for leaf in track(splitter.expanded(level), len(level), f"splitting, {done} cells are good"):
            found = _judged(leaf, splitter, target, proved)
            if found.error <= target:
                nodes.append(found)
                done += 1
                continue
            axis, at = splitter.halved(found)
            nodes.append(Cut(axis, at, first + len(below), first + len(below) + 1))
            below += _halves(leaf.cell, axis, at)
        if done + len(below) > limit:
            worst = max(leaf.error for leaf in splitter.expanded(below[: _TOGETHER // len(splitter.samples)]))
            raise ResourceLimitError(
                f"split: more than {limit} cells are needed for an error of {target:.3g}; they are off by up to {worst:.3g} so "
                "far: ask for a larger error, raise the order, or raise limit"
            )
        level, first = below, first + len(below)
    return nodes


def _judged(leaf: Leaf, splitter: Splitter, target: float, proved: bool) -> Leaf:
    """Return a cell with its error: proved, where that is asked for and the sampled one is good."""
    if not proved or leaf.error > target:
        return leaf
    return Leaf(leaf.cell, leaf.coefficients, splitter.proved(leaf))


def _halves(cell: Cell, axis: int, at: Fraction) -> list[Cell]:
    low, high = cell[axis]
    return [(*cell[:axis], part, *cell[axis + 1 :]) for part in ((low, at), (at, high))]


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
