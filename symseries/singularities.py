"""Points of a domain at which a formula is infinite, found before it is projected there.

A projection integrates at nodes that miss a pole, and gives coefficients that mean nothing. A formula can be infinite only
where a denominator, or the argument of a logarithm, vanishes: such zeros are looked for in the domain, and whether the whole
formula is infinite there is decided by its values in balls on the way to them, for sin(x)/x is not, nor x log x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import sympy

from symseries import expressions
from symseries.errors import NotAnalyticError, SymseriesError
from symseries.names import symbol
from symseries.scalars import ARB, F64, Array

_SAMPLES = {1: 513, 2: 33, 3: 11, 4: 6}  # on each axis, by the number of variables that vanish together
_HALVINGS = 80
_SHRINKS = 30  # each to a third of the width
_NOTHING = 1e-15  # of the width of the domain: a place that bisection cannot tell from 0
_ZERO = 1e-9  # of the largest value, what a zero that is touched from one side comes down to
_STEPS = {True: (1e-3, 1e-6, 1e-12), False: (10**-1.5, 1e-3, 1e-6)}  # by squares: a zero that is crossed is known better
_GROWTH = 1.5  # of the change from step to step: a logarithm has 2, a pole far more, a finite limit below 1
_POLE = 10.0
_WHOLE = 0.01  # of the power by which a pole grows
_BITS = 256

Domain = tuple[tuple[str, float, float], ...]


class Singular(NamedTuple):
    """A point where a formula is infinite."""

    place: dict[str, float]
    kind: str
    """What it is there: "pole", "logarithmic singularity" and so on."""


def _article(kind: str) -> str:
    return "an" if kind.startswith("e") else "a"


def check_regular(
    formulas: Sequence[sympy.Expr], domain: Mapping[str, Sequence[object]], where: str, constants: Sequence[str] = ()
) -> None:
    """Raise `NotAnalyticError` where a formula is infinite at a point of the domain, naming the point.

    `domain` maps variables to (lowest, highest), ends included; `where` is the space in words. Denominators that hold a
    constant are passed over: they vanish where the constants let them. Zeros are found by changes of sign and by descent, so
    that one which hides between samples may be missed, but none is invented.

    >>> x = symbol("x")
    >>> check_regular([sympy.sin(x) / x], {"x": (-1, 1)}, "the domain")
    >>> check_regular([1/(x - 3)], {"x": (0, 4)}, "the domain")
    Traceback (most recent call last):
    symseries.errors.NotAnalyticError: 1/(x - 3) over the domain: it has a pole at x = 3; leave that point out ...
    """
    box = tuple((name, float(low), float(high)) for name, (low, high) in domain.items())  # type: ignore[arg-type]
    for formula in formulas:
        found = singular_point(formula, box, tuple(constants))
        if found is not None:
            place = ", ".join(f"{name} = {value:.6g}" for name, value in found.place.items())
            raise NotAnalyticError(
                f"{str(formula)[:60]} over {where}: it has {_article(found.kind)} {found.kind} at {place}; leave that point "
                "out of the domain, or take an EmpiricalSpace of data away from it"
            )


@lru_cache(maxsize=256)
def singular_point(formula: sympy.Expr, domain: Domain, constants: tuple[str, ...] = ()) -> Singular | None:
    """Return a point of the box where a formula is infinite, None where none is found."""
    held = {symbol(name): sympy.S.One for name in constants}
    names = {name for name, _, _ in domain}
    for factor in dict.fromkeys(_suspects(formula)):
        free = {s.name for s in factor.free_symbols}
        if free and free <= names and (found := _found(formula.xreplace(held), factor, domain, free)) is not None:
            return found
    return None


def _suspects(formula: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield what must not vanish: bases of negative powers, arguments of logarithms, the cosine below a tangent."""
    for part in sympy.preorder_traversal(formula):
        if part.is_Pow and part.exp.could_extract_minus_sign():
            yield part.base
        elif isinstance(part, sympy.log):
            yield part.args[0]
        elif isinstance(part, sympy.tan):
            yield sympy.cos(part.args[0])


def _found(formula: sympy.Expr, factor: sympy.Expr, domain: Domain, free: set[str]) -> Singular | None:
    own = tuple(axis for axis in domain if axis[0] in free)
    low, high = np.array([axis[1:] for axis in own]).T
    points = _grid(low, high)
    values = _values(factor, own, points)
    if not np.isfinite(values).any():
        return None
    zero, crossed = _zero(factor, own, points, values)
    if zero is None:
        return None
    rest = {name: (start + end) / 2 for name, start, end in domain if name not in free}
    for toward in (points[np.nanargmax(values)], points[np.nanargmin(values)]):
        kind = _kind(formula, own, rest, (zero, toward), crossed=crossed)
        if kind:
            place = np.where(np.abs(zero) <= _NOTHING * (high - low), 0.0, zero)
            return Singular(dict(zip((axis[0] for axis in own), place.tolist(), strict=True)), kind)
    return None


def _grid(low: Array, high: Array) -> Array:
    """Return points (n, w) of the box on a grid with its corners, and its middle alone in many variables."""
    if len(low) not in _SAMPLES:
        return np.stack([low, high, (low + high) / 2])
    axes = [np.linspace(a, b, _SAMPLES[len(low)]) for a, b in zip(low, high, strict=True)]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def _values(formula: sympy.Expr, own: Domain, points: Array) -> Array:
    environment = {axis[0]: points[:, i] for i, axis in enumerate(own)}
    try:
        found = expressions.values(expressions.record((formula,)), environment, F64)[0]
    except SymseriesError:  # nowhere defined: there is nothing to be found out
        return np.full(len(points), np.nan)
    out = np.broadcast_to(found, (len(points),)).astype(float)
    return np.where(np.isfinite(out), out, np.nan)


def _zero(factor: sympy.Expr, own: Domain, points: Array, values: Array) -> tuple[Array | None, bool]:
    """Return a zero of a factor in the box, and whether it is crossed there with a change of sign."""
    if (values == 0).any():
        return points[int(np.flatnonzero(values == 0)[0])], True
    scale = float(np.nanmax(np.abs(values)))
    positive, negative = np.flatnonzero(values > 0), np.flatnonzero(values < 0)
    if len(positive) and len(negative):
        ends = points[positive[values[positive].argmin()]], points[negative[values[negative].argmax()]]
        zero = _bisected(factor, own, *ends)
        if abs(_values(factor, own, zero[None, :])[0]) <= _ZERO * scale:
            return zero, True
    zero = _lowest(factor, own, points[int(np.nanargmin(np.abs(values)))], points)
    small = abs(_values(factor, own, zero[None, :])[0]) <= _ZERO * scale
    return (zero if small else None), False


def _bisected(factor: sympy.Expr, own: Domain, above: Array, below: Array) -> Array:
    """Return where a factor changes its sign between two points; if it jumps there, it is not small."""
    for _ in range(_HALVINGS):
        middle = (above + below) / 2
        value = _values(factor, own, middle[None, :])[0]
        if value == 0 or np.isnan(value):
            return np.asarray(middle)
        above, below = (middle, below) if value > 0 else (above, middle)
    return np.asarray((above + below) / 2)


def _lowest(factor: sympy.Expr, own: Domain, start: Array, points: Array) -> Array:
    """Return the point near a start at which a factor is closest to zero, by ever finer grids around the best."""
    low, high = points.min(axis=0), points.max(axis=0)
    width = (high - low) / max(_SAMPLES.get(len(own), 2) - 1, 1)
    for _ in range(_SHRINKS if len(own) in _SAMPLES else 0):
        steps = np.stack([axis.ravel() for axis in np.meshgrid(*[np.linspace(-1, 1, 5)] * len(own), indexing="ij")], axis=1)
        around = np.clip(start + steps * width, low, high)
        values = np.abs(_values(factor, own, around))
        start, width = around[int(np.nanargmin(values))], width / 3
    return start


def _kind(formula: sympy.Expr, own: Domain, rest: Mapping[str, float], way: tuple[Array, Array], *, crossed: bool) -> str:
    """Return what a formula has at the end of a way to a zero, nothing where its values come to rest there."""
    zero, start = way
    ring = ARB(_BITS)
    reached = [zero + step * (start - zero) for step in _STEPS[crossed]]
    try:
        with ring.working():
            # in balls, and each from the exact zero, so that nothing cancels on the way
            ends = [ring.array(zero), ring.array(start)]
            rows = [ends[0] + ring.scalar(step) * (ends[1] - ends[0]) for step in _STEPS[crossed]]
            environment = {axis[0]: np.array([row[i] for row in rows], dtype=object) for i, axis in enumerate(own)}
            environment |= {name: ring.array([value] * len(reached)) for name, value in rest.items()}
            found = expressions.values(expressions.record((formula,)), environment, ring)[0]
            first, second, third = (float(value.mid()) for value in found)
    except (SymseriesError, OverflowError):  # no values on this side
        return ""
    return _grown((first, second, third), _STEPS[crossed])


def _grown(values: tuple[float, float, float], steps: tuple[float, float, float]) -> str:
    """Return what values grow to on the way to a zero, nothing where they come to rest."""
    if np.isinf(values).any():
        return "essential singularity"
    before, after = abs(values[1] - values[0]), abs(values[2] - values[1])
    if after == 0 or after <= _GROWTH * before:
        return ""
    if after < _POLE * before:
        return "logarithmic singularity"
    power = np.log(abs(values[2] / values[1])) / np.log(steps[1] / steps[2]) if values[1] else np.inf
    return "pole" if abs(power - round(power)) < _WHOLE else "branch point at which it is infinite"
