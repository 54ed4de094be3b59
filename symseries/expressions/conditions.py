"""Conditions of piecewise functions, with three answers: 1 they hold, 0 they do not, 1/2 it is not decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import sympy

from symseries.errors import LawSyntaxError
from symseries.scalars import Array, Scalars

TOUCHES = 2.0
"""The sign of what is 0 at the centre and not around it."""

_RELATIONS: dict[type, str] = {
    sympy.Gt: ">", sympy.Ge: ">=", sympy.Lt: "<", sympy.Le: "<=", sympy.Eq: "==", sympy.Ne: "!=",
}  # fmt: skip
_SIGNS: dict[str, tuple[float, ...]] = {
    ">": (1,), ">=": (0, 1), "<": (-1,), "<=": (-1, 0), "==": (0,), "!=": (-1, 1, TOUCHES),
}  # fmt: skip


@dataclass(frozen=True)
class Relation:
    """A difference compared with 0; `place` counts the differences of the whole piecewise function."""

    kind: str
    place: int


@dataclass(frozen=True)
class Logic:
    """ "and", "or" or "not" of conditions; without any, "and" is true and "or" false."""

    kind: str
    parts: tuple[Condition, ...]


Condition = Relation | Logic


def read_condition(condition: Any, differences: list[sympy.Expr]) -> Condition:
    """Return a SymPy condition, its differences appended to `differences`; `LawSyntaxError` for one of another kind."""
    if condition in (sympy.true, sympy.false):
        return Logic("and" if condition == sympy.true else "or", ())
    if type(condition) in _RELATIONS:
        differences.append(condition.lhs - condition.rhs)
        return Relation(_RELATIONS[type(condition)], len(differences) - 1)
    if isinstance(condition, (sympy.And, sympy.Or, sympy.Not)):
        parts = tuple(read_condition(part, differences) for part in condition.args)
        return Logic(type(condition).__name__.lower(), parts)
    raise LawSyntaxError(
        f"condition {str(condition)[:60]} of a piecewise function: expected a comparison such as x > 0, or And, Or, Not of them"
    )


def truth(condition: Condition, signs: Sequence[Any]) -> Any:
    """Return 1, 0 or 1/2 for a condition, `signs` being those of the differences: -1, 0, 1, `TOUCHES`, or nan for undecided.

    The signs may be arrays (n,), one for each point.
    """
    if isinstance(condition, Relation):
        sign = np.asarray(signs[condition.place], dtype=float)
        open_ = np.isnan(sign) | ((sign == TOUCHES) & (condition.kind not in ("==", "!=")))
        return np.where(open_, 0.5, np.isin(sign, _SIGNS[condition.kind]))
    parts = [truth(part, signs) for part in condition.parts]
    if condition.kind == "not":
        return 1 - parts[0]
    return reduce(np.minimum, parts, np.float64(1)) if condition.kind == "and" else reduce(np.maximum, parts, np.float64(0))


def chosen(conditions: Sequence[Condition], signs: Sequence[Any]) -> Any:
    """Return the first condition that holds, from 0 on: their number where none does, -1 where it is not decided."""
    choice: Any = np.float64(len(conditions))
    for k in reversed(range(len(conditions))):
        holds = truth(conditions[k], signs)
        choice = np.where(holds == 1, k, np.where(holds == 0, choice, -1))
    return choice.astype(int)


def signs_of(values: Any, scalars: Scalars) -> Array:
    """Return the signs of an array or of one element of the ring, nan where they are not decided."""
    if isinstance(values, np.ndarray) and values.dtype == float:
        return np.sign(values)
    found = [scalars.sign(v) for v in (values.flat if isinstance(values, np.ndarray) else [values])]
    signs = np.array([np.nan if sign is None else sign for sign in found], dtype=float)
    return signs if isinstance(values, np.ndarray) else np.asarray(signs[0])
