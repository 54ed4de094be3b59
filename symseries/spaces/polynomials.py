"""Polynomials of one variable in another basis, exactly, by the recurrences of both.

The first rule of one basis (see `recurrences`) by the second one of another gives its functions as sums of theirs, without a
single rounding: v = a + b t is the source's own variable in that of the target.
"""

from __future__ import annotations

import numpy as np
import sympy

from symseries.scalars import QQ, Array, Scalars, object_array
from symseries.spaces.base import GradedSpace, Space, check_projection
from symseries.spaces.box import BoxSpace
from symseries.spaces.recurrences import KINDS, factors, neighbours, times
from symseries.spaces.taylor import TaylorSpace


def connected(source: Space, target: Space) -> bool:
    """Return whether both are polynomials of the same variables, or of the same logarithms."""
    return all(_line(source, target, name) is not None for name in source.variables)


def connection(source: Space, target: Space, name: str, ring: Scalars = QQ) -> Array | None:
    """Return the matrix (target order + 1, source order + 1) of one variable, in the ring; None where it is no such change.

    Column n holds the source's function n over the functions of the target: cut at its order, which for orthogonal ones is the
    projection and for powers the start of the series.

    >>> from symseries.spaces import ChebyshevSpace
    >>> powers = connection(ChebyshevSpace({"x": (-1, 1)}, 3), TaylorSpace({"x": 0}, 3), "x")
    >>> powers[:, 3].tolist()  # T_3 = 4 x**3 - 3 x
    [0, -3, 0, 4]
    """
    line = _line(source, target, name)
    if line is None or source.order is None or target.order is None:
        return None
    middle, half = (ring.scalar(value) for value in line)
    size = source.order + 1
    up, down = (ring.array(object_array(rule)) for rule in neighbours(target.kind, size))
    columns = [ring.array(np.eye(1, size, dtype=int)[0])]
    for n in range(source.order):
        found = columns[n] * middle + times(columns[n], up, down) * half
        first, second = factors(source.kind, n)
        found = found * ring.scalar(first)
        columns.append(found - columns[n - 1] * ring.scalar(second) if second else found)
    out = ring.zeros(target.order + 1, size)
    kept = min(size, target.order + 1)
    out[:kept] = np.stack(columns, axis=1)[:kept]
    return out


def product_of_variables(matrices: list[Array], source: Space, target: Space) -> Array:
    """Return the matrix (N_target, N_source) whose entries are products over the variables, named by the target's order."""
    check_projection(len(target), len(source), f"the change to {target.describe()}")
    out: Array | None = None
    for matrix, name, column in zip(matrices, target.variables, target.multi_indices.T, strict=True):
        factor = matrix[np.ix_(column, source.multi_indices[:, source.variables.index(name)])]
        out = factor if out is None else out * factor
    assert out is not None  # noqa: S101 - a space has a variable
    return out


def exact_change(source: Space, target: Space, ring: Scalars) -> Array:
    """Return the matrix (N_target, N_source) of the change from one space of polynomials to another, in the ring.

    Entries are rational, except where the centre of a Taylor space holds symbols.
    """
    symbolic = any(isinstance(space, TaylorSpace) and space.symbols for space in (source, target))
    matrices = [connection(source, target, name, ring if symbolic else QQ) for name in target.variables]
    found = [matrix if symbolic else ring.array(matrix) for matrix in matrices if matrix is not None]
    with ring.working():
        return product_of_variables(found, source, target)


def unit_boxes(space: BoxSpace) -> tuple[BoxSpace, TaylorSpace]:
    """Return the space on [-1, 1] in every variable, and the powers that hold the products of two of its functions."""
    box = type(space)(dict.fromkeys(space.variables, (-1, 1)), space.order, index_set=space.index_kind)
    return box, TaylorSpace(dict.fromkeys(space.variables, 0), 2 * space.order, index_set=space.index_kind)


def _line(source: Space, target: Space, name: str) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Return a, b of the source's own variable a + b t, t being the target's, None where it is no such line."""
    if source.kind not in KINDS or target.kind not in KINDS or name not in target.variables:
        return None
    assert isinstance(source, GradedSpace)  # noqa: S101 - what KINDS says
    assert isinstance(target, GradedSpace)  # noqa: S101 - what KINDS says
    logs = [isinstance(space, BoxSpace) and space.scale[name] == "log" for space in (source, target)]
    if any(logs):
        same = all(logs) and source.domain[name] == target.domain[name]  # type: ignore[attr-defined]  # boxes, both of them
        return (sympy.S.Zero, sympy.S.One) if same else None
    (center, unit), (middle, half) = _frame(source, name), _frame(target, name)
    return (middle - center) / unit, half / unit


def _frame(space: GradedSpace, name: str) -> tuple[sympy.Expr, sympy.Rational]:
    """Return middle and half of x = middle + half v."""
    if isinstance(space, TaylorSpace):
        return space.center[name], space.scale[name]
    assert isinstance(space, BoxSpace)  # noqa: S101 - what KINDS says
    low, high = space.domain[name]
    return (low + high) / 2, (high - low) / 2
