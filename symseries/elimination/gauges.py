"""Scalings that leave all coefficients as they are: A -> A/t, exp(-Q/(R*T0)) -> t exp(-Q/(R*T0)).

A value that is free to be scaled away, because a constant takes up the factor, is set to 1 and the constant multiplied by it
afterwards: the equations that are left hold rational numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq

from symseries.elimination.systems import DEPENDENT, PARAMETER, System
from symseries.least_squares import rational_null_space
from symseries.scalars import QQ, Array

Weights = dict[int, dict[int, fmpq]]


def gauge(system: System) -> Weights:
    """Return the generators that are set to 1, each with the powers in which it enters the true values of the others.

    Numbers and symbols of the centre come first: from a value that depends on constants these are still to be found.
    """
    order = [i for kind in (PARAMETER, DEPENDENT) for i, k in enumerate(system.kinds) if k == kind]
    pivots = _eliminated(rational_null_space(_differences(system)), order)
    return {row: {i: column[i] for i in range(len(column)) if column[i] != 0 and i != row} for row, column in pivots.items()}


def _differences(system: System) -> Array:
    """Return the exponents of all monomials of the rows, and differences of exponents within each relation."""
    count = len(system.generators)
    found = {exponents[:count] for row in system.rows for exponents in row}
    for relation in (*system.relations.values(), *system.circles):
        first, *rest = (tuple(map(int, e[:count])) for e, _ in relation.terms())
        found |= {tuple(a - b for a, b in zip(other, first, strict=True)) for other in rest}
    return QQ.array(sorted(found)).reshape(len(found), count)


def _eliminated(null: Array, candidates: Sequence[int]) -> dict[int, list[fmpq]]:
    """Return weights (generators,) by the generator that has weight 1 in them and 0 in all others."""
    columns = [list(null[:, j]) for j in range(null.shape[1])]
    found: dict[int, list[fmpq]] = {}
    for row in candidates:
        pivot = next((c for c in columns if c[row] != 0), None)
        if pivot is None:
            continue
        columns.remove(pivot)
        made = [v / pivot[row] for v in pivot]
        columns = [_less(c, made, c[row]) for c in columns]
        found = {other: _less(weights, made, weights[row]) for other, weights in found.items()} | {row: made}
    return found


def _less(column: list[fmpq], other: list[fmpq], factor: fmpq) -> list[fmpq]:
    return [a - factor * b for a, b in zip(column, other, strict=True)]
