"""Bounds of |function - Legendre or Chebyshev series|: interpolation in balls, and the tail on a Bernstein polyellipse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from flint import arb

from symseries.convergence.enclosing_polynomials import along_axes, cosines, largest
from symseries.convergence.enclosing_regions import RING, Certificate, Region, ball, supremum, up, widest
from symseries.convergence.enclosing_taylor import (
    Parts,
    Remainder,
    Task,
    compared_exactly,
    exact,
    expected_error,
    raised,
)
from symseries.errors import NotAnalyticError, ResourceLimitError
from symseries.scalars import ARB, QQ, Array, Scalars, object_array
from symseries.spaces import TaylorSpace

NODES = 75_000  # of the interpolation
_MANY = 8000  # nodes beyond which a smaller supremum is looked for first
_CUT = 40_000  # nodes beyond which the box is cut into pieces
_DEPTHS = {1: 5, 2: 3, 3: 1}  # how often, by number of variables

Piece = Sequence[tuple[Fraction, Fraction]]
"""Middle and half-width of a part of the window in every variable."""


def box_bound(task: Task) -> Parts:
    """Return the bound over the whole box of the space: that of the interpolating polynomial less the series, and 2 tail_m.

    With |function - value| <= M on the polyellipse of parameter rho, |c_k| <= 2**(k_j > 0) M prod rho**-k_j; the part beyond
    degree m in any of d variables is at most tail_m = M (S**d - s**d), S = (rho + 1)/(rho - 1), s = S - 2 rho**-m/(rho - 1),
    once for what is dropped and once for what interpolation folds back. Source: Trefethen, Approximation Theory and
    Approximation Practice, chapter 8, multiplied out.
    """
    if _is_polynomial(task):
        return _polynomial_bound(task)
    w = len(task.space.variables)
    found = list(_pieces(task, [(Fraction(0), Fraction(1))] * w, _DEPTHS.get(w, 0)))
    return replace(max(found, key=lambda parts: up(parts.total)), pieces=len(found))


def _pieces(task: Task, piece: Piece, depth: int) -> Iterator[Parts]:
    """Yield the bounds on a piece, or on its halves in every variable where it alone would need too high a degree."""
    with RING.working():
        certificate = _certified(task, piece, lambda found: _terms(task, found))
    wanted = _terms(task, certificate)
    if depth and (wanted + 1) ** len(piece) > _CUT:
        for half in itertools.product(*[[(a - b / 2, b / 2), (a + b / 2, b / 2)] for a, b in piece]):
            yield from _pieces(task, half, depth - 1)
    else:
        yield _bound(task, piece, certificate, _affordable(task, wanted))


def _bound(task: Task, piece: Piece, certificate: Certificate, degree: int) -> Parts:
    """Return the bound on a piece from the interpolating polynomial of at least this degree."""
    found, rest = raised(
        task,
        certificate,
        degree,
        difference=lambda m, ring: _difference(task, _interpolated(task, piece, m, ring), piece, ring),
        tail=lambda m: _tail(certificate, m, len(piece)),
        affordable=lambda m: _affordable(task, m),
    )
    with ARB(rest.bits or task.bits).working():
        return _parts(task, found, rest)


def _parts(task: Task, difference: Array, rest: Remainder) -> Parts:
    """Return the bound of a difference of Chebyshev coefficients, and a tail."""
    indices = np.stack(np.unravel_index(np.arange(difference.size), difference.shape), axis=1)
    ring = ARB(rest.bits or task.bits)
    most = largest(indices, difference.reshape(-1), lambda j, degree, points: cosines(degree, points), ring)
    return Parts(most, rest)


def _tail(certificate: Certificate, degree: int, variables: int) -> arb:
    """Return 2 tail_m."""
    rho = ball(certificate.size)
    whole = (rho + 1) / (rho - 1)
    part = whole - 2 / rho**degree / (rho - 1)
    return arb((2 * certificate.supremum * (whole**variables - part**variables)).abs_upper())


def _terms(task: Task, certificate: Certificate) -> int:
    """Return the degree m to which coefficients are needed, from the last coefficients of the series itself."""
    return _needed(task, certificate, expected_error(task.series, np.ones(len(task.space)), float(certificate.size)))


def _needed(task: Task, certificate: Certificate, target: float) -> int:
    """Return the degree, at least that of the series, beyond which 2 tail_m is below a target."""
    d, rho = len(task.space.variables), float(certificate.size)
    first = 4 * d * float(certificate.supremum) * ((rho + 1) / (rho - 1)) ** (d - 1) / (rho - 1)  # of the tail at m = 0
    return max(_degree(task), math.ceil(math.log(max(first / target, 1e-300)) / math.log(rho)))


@dataclass(frozen=True)
class Beyond:
    """What polynomials leave out of a function on a box: `tail(m)` bounds |function - p| for a p of degree m in each variable.

    `wanted` is the degree at which twice the tail falls below a target.
    """

    wanted: int
    tail: Callable[[int], arb]


def beyond(task: Task, target: float) -> Beyond:
    """Return what polynomials leave out, from a Bernstein polyellipse certified here; nothing of a polynomial."""
    if _is_polynomial(task):
        degree = task.source.degree or 0
        return Beyond(degree, lambda m: arb(0) if m >= degree else arb("+inf"))
    whole = [(Fraction(0), Fraction(1))] * len(task.space.variables)
    with RING.working():
        certificate = _certified(task, whole, lambda found: _needed(task, found, target))
    return Beyond(_needed(task, certificate, target), lambda m: _tail(certificate, m, len(whole)) / 2)


def _is_polynomial(task: Task) -> bool:
    return task.source.degree is not None and "log" not in task.space.scale.values()  # type: ignore[attr-defined]  # has a box


def _degree(task: Task) -> int:
    return int(task.space.multi_indices.max())


def _affordable(task: Task, degree: int) -> int:
    """Return the highest degree up to the one wanted at whose nodes the function can be evaluated."""
    w, least = len(task.space.variables), _degree(task)
    if (least + 1) ** w > 4 * NODES:
        raise ResourceLimitError(
            f"enclose: degree {least} in {w} variables needs {(least + 1) ** w} values in balls, the limit is {4 * NODES}; "
            "lower the order of the series"
        )
    return max(least, min(degree, int(NODES ** (1 / w)) - 1))


# -------------------------------------------------------------------------------------------------------- window and box
def _ends(task: Task) -> list[tuple[Fraction, Fraction]]:
    return [(exact(low), exact(high)) for low, high in task.space.domain.values()]  # type: ignore[attr-defined]  # has a box


def at_window(task: Task, piece: Piece, window: Array, ring: Scalars) -> Array:
    """Return the values of the function at points (n, w) of the window of a piece, also complex ones."""
    return task.source.values(inputs_at(task, piece, window, ring), ring)


def inputs_at(task: Task, piece: Piece, window: Array, ring: Scalars) -> Array:
    """Return the inputs of the function (n, inputs) at points (n, w) of the window of a piece."""
    scales, columns = task.space.scale.values(), []  # type: ignore[attr-defined]  # has a box
    for (low, high), kind, (a, b), v in zip(_ends(task), scales, piece, window.T, strict=True):
        u = v * ring.element(b) + ring.element(a)
        ends = object_array([ring.element(low), ring.element(high)])
        if kind == "log":
            ends = ring.elementary("log", ends)
        inner = (ends[1] + ends[0]) / 2 + u * ((ends[1] - ends[0]) / 2)
        columns.append(ring.elementary("exp", inner) if kind == "log" else inner)
    return np.stack(columns, axis=1)[:, task.places]


def _certified(task: Task, piece: Piece, terms: Callable[[Certificate], int]) -> Certificate:
    """Return the certified Bernstein polyellipse with which the fewest coefficients are needed."""
    w = len(task.space.variables)
    real = ARB(RING.bits)
    offset = at_window(task, piece, real.zeros(1, w), real)[0].mid()

    def certify(size: Fraction, finely: bool = False) -> Certificate | None:
        wide, high = (size + 1 / size) / 2, (size - 1 / size) / 2
        region = Region([Fraction(0)] * w, [wide] * w, [high] * w)
        found = supremum(lambda V: at_window(task, piece, V, RING), region, task.arcs, offset, finely)
        return None if found is None else Certificate(size, *found)

    best = widest(certify, terms)
    if best is None:
        raise NotAnalyticError(
            f"enclose: {task.space.describe()}: no complex neighbourhood of the box is certified; a singularity lies in or "
            "very near it: shrink the box, or cover it with more points"
        )
    return best if (terms(best) + 1) ** w <= _MANY else certify(best.size, finely=True) or best


# ---------------------------------------------------------------------------------------------------------- coefficients
def _interpolated(task: Task, piece: Piece, degree: int, ring: ARB) -> Array:
    """Return the Chebyshev coefficients (m + 1, …) of the interpolating polynomial at the zeros of T_(m+1), in balls."""
    w, count = len(task.space.variables), degree + 1
    basis = cosines(degree, count)
    nodes = basis[:, 1] if degree else cosines(1, count)[:, 1]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[np.arange(count)] * w, indexing="ij")], axis=1)
    values = at_window(task, piece, nodes[grid], ring).reshape((count,) * w)
    matrix = basis.T * ring.element(Fraction(2, count))
    matrix[0] = matrix[0] / 2
    return along_axes([matrix] * w, values, ring)


def _difference(task: Task, table: Array, piece: Piece, ring: Scalars) -> Array:
    """Return a table of Chebyshev coefficients on a piece less those of the series there."""
    degree, w = _degree(task), len(task.space.variables)
    given = ring.zeros(*(degree + 1,) * w)
    given[tuple(task.space.multi_indices.T)] = task.rows(ring)
    if task.space.kind == "legendre":
        given = along_axes([to_chebyshev(_U, _legendre_step, degree, ring)] * w, given, ring)
    if any(a or b != 1 for a, b in piece):
        given = along_axes([to_chebyshev(*_moved(a, b), degree, ring) for a, b in piece], given, ring)
    out = table.copy()
    inside = (slice(degree + 1),) * w
    out[inside] = out[inside] - given
    return out


_U = [Fraction(0), Fraction(1)]
Step = Callable[[int, list[Fraction], list[Fraction]], list[Fraction]]


def to_chebyshev(first: list[Fraction], step: Step, degree: int, ring: Scalars) -> Array:
    """Return the matrix (K + 1, K + 1) that turns coefficients of a family of polynomials into those of T_n, exactly.

    The family begins with 1 and `first`; `step` returns the next member from its number and the last two, all of them as
    coefficients of T_n.
    """
    columns = [[Fraction(1)], first]
    while len(columns) <= degree:
        columns.append(step(len(columns), columns[-1], columns[-2]))
    out = np.full((degree + 1, degree + 1), Fraction(0), dtype=object)
    for k, column in enumerate(columns[: degree + 1]):
        out[: len(column), k] = column
    return ring.array(out)


def _times_u(column: list[Fraction]) -> list[Fraction]:
    """Return u times a sum of T_n, by u T_n = (T_(n+1) + T_|n-1|)/2."""
    out = [Fraction(0)] * (len(column) + 1)
    for n, value in enumerate(column):
        out[n + 1] += value / 2
        out[abs(n - 1)] += value / 2
    return out


def _legendre_step(n: int, last: list[Fraction], before: list[Fraction]) -> list[Fraction]:
    """Return P_n by n P_n = (2n - 1) u P_(n-1) - (n - 1) P_(n-2)."""
    out = [Fraction(2 * n - 1, n) * value for value in _times_u(last)]
    for k, value in enumerate(before):
        out[k] -= Fraction(n - 1, n) * value
    return out


def _power_step(n: int, last: list[Fraction], before: list[Fraction]) -> list[Fraction]:
    return _times_u(last)


def _moved(a: Fraction, b: Fraction) -> tuple[list[Fraction], Step]:
    """Return T_1(a + b v) and the step to T_n(a + b v) = 2 (a + b v) T_(n-1) - T_(n-2)."""

    def step(n: int, last: list[Fraction], before: list[Fraction]) -> list[Fraction]:
        out = [2 * b * value for value in _times_u(last)]
        for k, value in enumerate(last):
            out[k] += 2 * a * value
        for k, value in enumerate(before):
            out[k] -= value
        return out

    return [a, b], step


# -------------------------------------------------------------------------------------------------- exact polynomials
def _polynomial_bound(task: Task) -> Parts:
    """Return the bound of the difference of two polynomials, by the function's Taylor series about the middle of the box."""
    degree, ring = max(task.source.degree or 0, _degree(task)), ARB(task.bits)
    exactly = compared_exactly(task, lambda: _compared(task, degree, QQ))
    with ring.working():
        difference = _compared(task, degree, ring) if exactly is None else ring.array(exactly)
        return _parts(task, difference, Remainder(degree, task.bits if exactly is None else None))


def _compared(task: Task, degree: int, ring: Scalars) -> Array:
    whole = [(Fraction(0), Fraction(1))] * len(task.space.variables)
    return _difference(task, _from_powers(task, degree, ring), whole, ring)


def _from_powers(task: Task, degree: int, ring: Scalars) -> Array:
    """Return the Chebyshev coefficients (m + 1, ...) of a function that is a polynomial."""
    matrix = to_chebyshev(_U, _power_step, degree, ring)
    return along_axes([matrix] * len(task.space.variables), _powers(task, degree, ring), ring)


def _powers(task: Task, degree: int, ring: Scalars) -> Array:
    """Return the coefficients (m + 1, …) of the powers of the window variables."""
    names, ends = task.space.variables, _ends(task)
    center = {name: str((low + high) / 2) for name, (low, high) in zip(names, ends, strict=True)}
    scale = {name: str((high - low) / 2) for name, (low, high) in zip(names, ends, strict=True)}
    space = TaylorSpace(center, degree, scale=scale)
    table = ring.zeros(*(degree + 1,) * len(names))
    table[tuple(space.multi_indices.T)] = task.source.series(space, ring)
    return table
