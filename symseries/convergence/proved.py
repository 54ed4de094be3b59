"""Coefficients of a function on Legendre and Chebyshev polynomials in balls, with a proved remainder."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from symseries.convergence.enclosing_boxes import NODES, at_window, beyond
from symseries.convergence.enclosing_polynomials import along_axes, cosines
from symseries.convergence.enclosing_regions import ARCS
from symseries.convergence.enclosing_sources import source_of
from symseries.convergence.enclosing_taylor import Task, exact
from symseries.convergence.enclosures import MOST_INPUTS
from symseries.convergence.proved_ridges import ridges_beyond
from symseries.errors import ConvergenceError, OptionError, ResourceLimitError
from symseries.network import Network
from symseries.scalars import ARB, Array, object_array
from symseries.series import Series
from symseries.spaces import BoxSpace, Space
from symseries.spaces.recurrences import polynomial_values


def proved_series(
    function: object,
    space: Space,
    *,
    constants: Mapping[str, object] | None = None,
    error: float = 1e-12,
    bits: int = 128,
) -> Series:
    """Return the expansion of a network or law over a Legendre or Chebyshev space in balls that certainly hold it.

    The coefficients are those of a Gauss rule in balls, which is exact for products of a basis function and a polynomial of
    degree m in each variable. Where such a polynomial is within epsilon of the function on the whole box, theirs differ from
    the true ones by at most 2 epsilon/|phi_n|: epsilon for what the polynomial leaves out and epsilon for what the rule makes
    of it, each by the inequality of Bessel. Epsilon is proved from complex neighbourhoods on which the function is certified
    analytic: with one hidden layer those of each neuron in its one argument, else a Bernstein polyellipse.

    Parameters: `function`, a `Network` with one output and analytic activations, or a `Law` with numbers for its `constants`;
    `space` of up to 5 variables; `error`, the 2 epsilon that is aimed at, relative to the values of the function, and not
    always reached: the radii of the balls say what was; `bits`, the precision. Raises what `enclose` raises, `OptionError` for
    another space.

    >>> import symseries as ss
    >>> net = ss.Network.from_expression("exp(x)", inputs=("x",))
    >>> found = proved_series(net, ss.LegendreSpace({"x": (-1, 1)}, order=1))
    >>> found.coefficients[1].digits > 10, abs(float(found.coefficients[1]) - 3 / np.e) < 1e-12
    (True, True)
    """
    ring = ARB(bits)
    found, tail = gaussian(function, space, constants, error, ring)
    with ring.working():
        return Series(space, _widened(found, tail, _box(space), ring), ring)


def gaussian(
    function: object, space: Space, constants: Mapping[str, object] | None, error: float, ring: ARB
) -> tuple[Array, arb]:
    """Return the coefficients (N,) of a Gauss rule in balls, and a bound of what they are off by.

    The bound is that of the length of all errors together, in orthonormal functions. Parameters and errors are those of
    `proved_series`.
    """
    place, count = _box(space), len(space.variables)
    if count > MOST_INPUTS:
        raise ResourceLimitError(
            f"proved_series: {count} variables; the cover of a neighbourhood grows as arcs**variables, the limit is "
            f"{MOST_INPUTS}: hold some inputs with net.slice"
        )
    nothing = Series(place, ring.zeros(len(place)), ring)
    domain = {name: (exact(low), exact(high)) for name, (low, high) in place.domain.items()}
    task = Task(source_of(function, constants), nothing, domain, ARCS[count], ring.bits)
    target = error * _size(task)
    rest = (ridges_beyond(function, task, target) if isinstance(function, Network) else None) or beyond(task, target)
    order = int(place.multi_indices.max())
    points = _points(place, order, rest.wanted)
    with ring.working():
        found = _projected(task, order, points, ring)
        tail = 2 * rest.tail(2 * points - 1 - order)
    if not tail.is_finite() or not all(value.is_finite() for value in found):
        raise ConvergenceError(f"proved_series over {space.describe()}: no finite bound at {ring.bits} bits; raise them")
    return found, arb(tail.abs_upper())


def _points(space: BoxSpace, order: int, degree: int) -> int:
    """Return how many Gauss points per axis are exact to the degree wanted times a basis function, as far as affordable."""
    count = len(space.variables)
    if (order + 1) ** count > 4 * NODES:
        raise ResourceLimitError(
            f"proved_series: order {order} in {count} variables needs {(order + 1) ** count} values in balls, the limit is "
            f"{4 * NODES}; lower the order"
        )
    return max(order + 1, min((degree + order) // 2 + 1, int(NODES ** (1 / count))))


def _projected(task: Task, order: int, points: int, ring: ARB) -> Array:
    """Return the coefficients (N,) of a Gauss rule of so many points per axis."""
    nodes, weights = _rule(task.space.kind, points)
    basis = polynomial_values(task.space.kind, order, nodes, ring)
    lengths = ring.array(object_array(_box(task.space).lengths()[: order + 1]))
    matrix = (basis * weights[:, None]).T / lengths[:, None]
    count = len(task.space.variables)
    places = np.stack([axis.ravel() for axis in np.meshgrid(*[np.arange(points)] * count, indexing="ij")], axis=1)
    whole = [(Fraction(0), Fraction(1))] * count
    values = at_window(task, whole, nodes[places], ring).reshape((points,) * count)
    return np.asarray(along_axes([matrix] * count, values, ring)[tuple(task.space.multi_indices.T)])


def _rule(kind: str, points: int) -> tuple[Array, Array]:
    """Return nodes and weights, which sum to 1, of the Gauss rule in the measure of Legendre or Chebyshev polynomials."""
    if kind == "chebyshev":
        return cosines(1, points)[:, 1], object_array([arb(1) / points] * points)
    pairs = [arb.legendre_p_root(points, k, weight=True) for k in range(points)]
    return object_array(x for x, _ in pairs), object_array(w / 2 for _, w in pairs)


def _box(space: object) -> BoxSpace:
    if not isinstance(space, BoxSpace) or space.kind not in ("legendre", "chebyshev"):
        raise OptionError(f"proved_series: {space!r}; expected a LegendreSpace or a ChebyshevSpace")
    return space


def _size(task: Task) -> float:
    """Return how large the function is at the corners and in the middle of the box, as far as that is seen."""
    ring = ARB(64)
    ends = [[float(low), float((low + high) / 2), float(high)] for low, high in task.domain.values()]
    points = np.stack([axis.ravel() for axis in np.meshgrid(*ends, indexing="ij")], axis=1)[:, task.places]
    values = np.array([float(abs(value.mid())) for value in task.source.values(ring.array(points), ring)])
    return max(float(np.nanmax(values, initial=0.0)), 1e-100)


def _widened(values: Array, tail: arb, space: BoxSpace, ring: ARB) -> Array:
    """Return the balls widened by tail/|phi_n|."""
    out: list[Any] = []
    for value, norm in zip(values, ring.array(space.norms(ring)), strict=True):
        out.append(value + arb(0, (tail / norm.sqrt()).abs_upper()))
    return ring.array(out)
