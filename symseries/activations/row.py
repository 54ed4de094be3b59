"""What one activation is: a row of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from symseries.scalars import F64, Array, Scalars

Parameters = Mapping[str, Any]
ActivationJet = Callable[[Array, int, Scalars, str, Parameters], Array]


@dataclass(frozen=True)
class Parameter:
    """A number that shapes an activation: its default (None where it must be given) and what it may be."""

    default: Any = None
    positive: bool = False
    several: bool = False
    """Whether it is a tuple of numbers."""


@dataclass(frozen=True)
class Singularities:
    """The complex points at which the analytic piece of a function ends: `points` + n * `period` for every integer n.

    No points: the function is entire. `known` is False for a registered activation, of which nothing is said.

    >>> Singularities((sympy.I * sympy.pi,), 2 * sympy.I * sympy.pi).near(0.5)
    (I*pi, 3*I*pi, -I*pi)
    """

    points: tuple[sympy.Expr, ...] = ()
    period: sympy.Expr | None = None
    known: bool = True

    def near(self, centre: float) -> tuple[sympy.Expr, ...]:
        """Return the points among which the nearest to a real centre is: those given, moved by one period either way."""
        if self.period is None:
            return self.points
        return tuple(point + n * self.period for point in self.points for n in (0, 1, -1))


ENTIRE = Singularities()


@dataclass(frozen=True)
class Row:
    """One activation: `value` of z and `slope` of z and the value there in float64, `jet` over any ring, SymPy form, LaTeX.

    Parameters reach `value` and `slope` as floats, the other functions as exact numbers. `kinks` gives the points where one
    piece ends and is None for a smooth function; `singularities` holds for the piece with the centre.
    """

    value: Callable[[Array, Parameters], Array]
    slope: Callable[[Array, Array, Parameters], Array]
    jet: ActivationJet
    expression: Callable[[sympy.Expr, Parameters], sympy.Expr]
    latex: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    kinks: Callable[[Parameters], tuple[Any, ...]] | None = None
    singularities: Callable[[Parameters, float], Singularities] = lambda p, centre: ENTIRE
    rational: Callable[[Parameters], bool] = lambda p: False
    """Whether rational inputs give rational outputs."""
    fault: Callable[[Parameters], str] = lambda p: ""
    """What is wrong with parameters that are right one by one, in words."""
    definition: tuple[sympy.Expr, str, str | None] | None = None
    """Of a registered activation: its expression, the variable, and the LaTeX that came with it."""


def real(name: str) -> Callable[[Array], Array]:
    """Return an elementary function in float64."""
    return lambda z: F64.elementary(name, z)


def horner(coefficients: tuple[Any, ...], z: Array) -> Array:
    """Return c_0 + c_1 z + … at points; a constant stays one at infinity."""
    out = np.full_like(z, coefficients[-1])
    for c in coefficients[-2::-1]:
        out = out * z + c
    return out


def derived(coefficients: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the coefficients of the derivative."""
    return tuple(k * c for k, c in enumerate(coefficients))[1:] or (0,)
