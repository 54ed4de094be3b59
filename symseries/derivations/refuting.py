"""Rigorous refutation: an exact point at which the two sides, enclosed in balls, are provably different."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from symseries.derivations.ball_functions import Undefined, Value
from symseries.derivations.balls import agreeing_digits, carried_out, differ, evaluated, shown_value
from symseries.derivations.domains import Point
from symseries.derivations.integrals import by_antiderivative
from symseries.derivations.rewriting import SYMPY_FAULTS, attempt
from symseries.derivations.statements import Statement, assumed, has_undefined
from symseries.names import plain

BITS = (128, 512)
_TRIALS = 3  # test functions that stand for an undefined one
_SURE = 12.0  # digits of agreement beyond which more bits are not spent
_ENOUGH = 24
_FIRST = 3  # points at which more bits are always tried


@dataclass(frozen=True)
class Witness:
    """Where two sides differ: an exact point, or the power whose coefficient differs, and the value of each side there."""

    point: Mapping[str, Fraction]
    left: str
    right: str
    power: str = ""
    note: str = ""

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {value}" for name, value in self.point.items())
        where = (
            f"coefficient of {self.power}" + (f" at {place}" if place else "")
            if self.power
            else f"at {place}"
            if place
            else "here"
        )
        return f"{where}: left {self.left}, right {self.right}{f' ({self.note})' if self.note else ''}"


@dataclass(frozen=True)
class Search:
    """What a search for a witness saw: the witness, or at how many points the sides agree, and to how many digits."""

    witness: Witness | None
    points: int
    digits: float
    reason: str = ""


def search(statement: Statement, seconds: float = 5.0) -> Search:
    """Return a witness against a statement, or how well its sides agree.

    >>> x = sympy.Symbol("x")
    >>> str(search(Statement(x**2, 2 * x)).witness)
    'at x = 1: left 1, right 2'
    """
    until = time.monotonic() + seconds
    if statement.left.is_Matrix:
        return _of_matrices(statement, seconds)
    trials = _TRIALS if has_undefined(statement.difference) else 1
    agreed, digits, reason = 0, float("inf"), ""
    for trial in range(trials):
        sides = [prepared(side, statement, trial) for side in (statement.left, statement.right)]
        for point in statement.assumptions.points(statement.names):
            if time.monotonic() > until or agreed >= _ENOUGH * trials:
                break
            try:
                left, right = both(sides, point, agreed < _FIRST)
            except (Undefined, *SYMPY_FAULTS) as missing:
                reason = str(missing)
                continue
            if differ(left, right):
                note = "a polynomial stands for each undefined function" if trials > 1 else ""
                note = note or ("entries of sequences are arbitrary numbers" if _has_sequences(sides) else "")
                return Search(Witness(point, shown_value(left), shown_value(right), note=note), agreed, 0.0)
            agreed, digits = agreed + 1, min(digits, agreeing_digits(left, right))
    return Search(None, agreed, digits if agreed else 0.0, "" if agreed else reason)


def _has_sequences(sides: list[Any]) -> bool:
    return any(side.has(sympy.Indexed) for side in sides)


def _of_matrices(statement: Statement, seconds: float) -> Search:
    """Return the search of the first entry that differs, or the weakest agreement."""
    if statement.left.shape != statement.right.shape:
        shapes = [f"a matrix of shape {side.shape}" for side in (statement.left, statement.right)]
        return Search(Witness({}, *shapes), 0, 0.0)
    rows, columns = statement.left.shape
    found = []
    for i in range(rows):
        for j in range(columns):
            entry = Statement(statement.left[i, j], statement.right[i, j], statement.assumptions)
            one = search(entry, seconds / (rows * columns))
            if one.witness:
                seen = one.witness
                return Search(Witness(seen.point, seen.left, seen.right, note=f"entry {i + 1}, {j + 1}"), one.points, 0.0)
            found.append(one)
    return min(found, key=lambda one: (one.points, one.digits), default=Search(None, 0, 0.0, "a matrix without entries"))


def prepared(side: sympy.Expr, statement: Statement, trial: int = 0) -> sympy.Expr:
    """Return a side as balls can take it: derivatives and limits carried out, improper integrals by checked antiderivatives."""
    found = carried_out(_without_limits(side, statement), trial)
    for part in found.atoms(sympy.Integral):
        if any(end in (sympy.oo, -sympy.oo) for limit in part.limits for end in limit[1:]):
            value = attempt(by_antiderivative, assumed(part, statement.assumptions))
            if value is not None:
                found = found.xreplace({part: plain(value)})
    return found


def _without_limits(side: sympy.Expr, statement: Statement) -> sympy.Expr:
    """Return a side with those limits carried out that SymPy finds under the assumptions."""
    for part in side.atoms(sympy.Limit):
        value = attempt(_limit, assumed(part, statement.assumptions))
        side = side if value is None else side.xreplace({part: plain(value)})
    return side


def _limit(part: sympy.Limit) -> sympy.Expr | None:
    found = part.doit()
    return None if found.has(sympy.Limit, sympy.oo, sympy.nan, sympy.AccumBounds) else found


def both(sides: list[Any], point: Point, is_first: bool = True) -> tuple[Value, Value]:
    """Return the values of two sides, with more bits where fewer neither tell them apart nor agree well."""
    left, right = (evaluated(side, point, BITS[0]) for side in sides)
    if differ(left, right) or agreeing_digits(left, right) == float("inf") or not _gains(sides):
        return left, right
    if agreeing_digits(left, right) > _SURE and not is_first:
        return left, right
    left, right = (evaluated(side, point, BITS[1]) for side in sides)
    return left, right


def _gains(sides: list[Any]) -> bool:
    """Whether more bits help: the rest of a series and the error of an integral hardly shrink."""
    if any(side.has(sympy.Integral) for side in sides):
        return False
    return not any(limit[2] is sympy.oo for side in sides for part in side.atoms(sympy.Sum) for limit in part.limits)
