"""Projection of networks: coefficients from the values at the nodes of a space, and what is known of their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy

from symseries import activations
from symseries.errors import DataError
from symseries.layers import Activation, Formula, Layer
from symseries.names import symbol
from symseries.scalars import F64, Array, Scalars
from symseries.singularities import check_regular
from symseries.spaces import (
    BoxSpace,
    EmpiricalSpace,
    SampledSpace,
    Space,
    TaylorSpace,
    check_rounded,
    check_space,
    check_supported,
    resolved,
)

_LINE = 2049  # points on which kinks are looked for
_HALVINGS = 44  # of the distance of two of them: 12 more digits than 2049
_MOST_KINKS = 200

Evaluation = Callable[[Array, Scalars], Array]
"""The values (n, outputs), all finite, at points (n, w) of a space that are elements of a ring."""


class Projection(NamedTuple):
    """Values projected onto a space whose order is known."""

    space: Any
    table: Array
    """The coefficients (N, outputs)."""
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def said(self) -> dict[str, tuple[str, ...]]:
        """Notes and warnings, as a series takes them."""
        return {"warnings": self.warnings, "notes": self.notes}

    def of(self, values: Array) -> Array:
        """Return the coefficients (N, m) of other functions with these values (n, m) at the nodes."""
        return values if _nodal(self.space) else self.space.project(values)


def projected(space: Space, values: Evaluation, scalars: Scalars) -> Projection:
    """Return the projection of a function onto a space with nodes, in float64 or at rational data exactly.

    The order is found here where the space leaves it open; on a box the error of the quadrature is estimated.
    """
    target, notes, warnings = resolved(space, lambda points: values(points, F64))
    check_supported(check_space(target), scalars)
    assert isinstance(target, SampledSpace)  # noqa: S101 - every space but Taylor
    found = values(target.nodes_in(scalars), scalars)
    table = found if _nodal(target) else target.project(found, scalars)
    if isinstance(target, BoxSpace):
        errors = [target.quadrature_error(lambda x, j=j: values(x, F64)[:, j]) for j in range(table.shape[1])]  # type: ignore[misc]
        sure, doubtful = target.quadrature_in_words(errors)
        notes, warnings = (*notes, *sure), (*warnings, *doubtful)
    return Projection(target, table, notes, warnings)


def _nodal(space: Space) -> bool:
    return isinstance(space, EmpiricalSpace) and space.nodal


def check_formula(layers: Sequence[Layer], space: BoxSpace) -> None:
    """Raise `NotAnalyticError` for a network written as a formula that has a pole in the domain, which the nodes would miss."""
    if isinstance(layers[0], Formula):
        domain = {name: space.domain[name] for name in layers[0].inputs}
        check_regular(layers[0].formulas, domain, space.describe())


def between_kinks(layers: Sequence[Layer], space: Space) -> Space:
    """Return a space of one variable with its quadrature between the kinks of a network, where it is not stated already.

    Kinks are where the argument of an activation with pieces, such as relu, crosses the end of a piece. They are looked for on
    a fine line over the domain; two of one neuron that lie between two of its points are not seen.
    """
    if not isinstance(space, BoxSpace) or len(space.variables) > 1 or space.breaks or space.quadrature == "sobol":
        return space
    low, high = map(float, space.domain[space.variables[0]])
    line, found = np.linspace(low, high, _LINE), list[float]()
    for position, layer in enumerate(layers):
        for kink in activations.kinks(layer.name, layer.parameters) if isinstance(layer, Activation) else ():
            found += _crossings(layers[:position], line, float(kink))
    inner = sorted({value for value in found if low < value < high})
    return space.with_breaks({space.variables[0]: inner}) if 0 < len(inner) <= _MOST_KINKS else space


def _crossings(layers: Sequence[Layer], line: Array, kink: float) -> list[float]:
    """Return where the outputs of layers cross a value, by bisection between two points of a line."""

    def beyond(points: Array) -> Array:
        values = points[:, None]
        for layer in layers:
            values = layer.values(values, F64)
        return values - kink

    with np.errstate(all="ignore"):
        values = beyond(line)
        rows, neurons = np.nonzero(values[:-1] * values[1:] < 0)
        low, high, sign = line[rows], line[rows + 1], np.sign(values[rows, neurons])
        for _ in range(_HALVINGS if len(rows) else 0):
            middle = (low + high) / 2
            same = beyond(middle)[np.arange(len(rows)), neurons] * sign > 0
            low, high = np.where(same, middle, low), np.where(same, high, middle)
    return [*low.tolist(), *line[(values == 0).any(axis=1)].tolist()]


def whole_powers(formulas: Sequence[sympy.Expr], inputs: Sequence[str], space: BoxSpace, scalars: Scalars) -> TaylorSpace:
    """Return the power series about the middle of a box that hold polynomials whole; `OptionError` for other formulas."""
    check_supported(check_space(space), scalars)
    xs = [symbol(name) for name in inputs]
    if space.kind == "fourier" or "log" in space.scale.values() or not all(formula.is_polynomial(*xs) for formula in formulas):
        check_rounded(space, scalars)
    degree = max(sympy.Poly(formula, *xs).total_degree() for formula in formulas)
    return TaylorSpace({name: (low + high) / 2 for name, (low, high) in space.domain.items()}, max(int(degree), 0))


def check_values(values: Array, points: Array, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    """Raise `DataError` naming the first output (n, outputs) that is no finite number, and where."""
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        place = ", ".join(f"{name} = {value:g}" for name, value in zip(inputs, points[row], strict=True))
        raise DataError(
            f"output {outputs[column]} is {values[row, column]} at row {row + 1} ({place}); expected a finite number"
        )
