"""Values of formulas at points, and the tapes that are kept for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from symseries import expressions
from symseries.errors import LawValueError
from symseries.scalars import Array, Scalars


def values_at(
    formulas: Sequence[sympy.Expr],
    points: Array,
    names: Sequence[str],
    constants: Mapping[str, object],
    scalars: Scalars,
    *,
    strict: bool = True,
) -> Array:
    """Return the values (n, m) of m expressions at points (n, w) of the ring; `strict` refuses what is not finite."""
    environment: dict[str, Any] = {name: points[:, i] for i, name in enumerate(names)}
    environment |= {name: scalars.element(value) for name, value in constants.items()}
    out = scalars.zeros(len(points), len(formulas))
    for j, column in enumerate(expressions.values(tape_of(tuple(formulas)), environment, scalars)):
        out[:, j] = column
    if strict and not scalars.exact and not np.isfinite(out).all():
        row, column = np.argwhere(~np.isfinite(out))[0]
        place = ", ".join(f"{name} = {value:g}" for name, value in zip(names, points[row], strict=True))
        raise LawValueError(
            f"{str(formulas[column])[:60]} is {out[row, column]} at row {row + 1} ({place}); expected a finite real number: "
            "leave such rows out, or change the law"
        )
    return out


@lru_cache(maxsize=256)
def tape_of(formulas: tuple[sympy.Expr, ...]) -> expressions.Tape:
    """Return the tape of some formulas, recorded once."""
    return expressions.record(formulas)
