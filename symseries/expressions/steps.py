"""What walks over a tape have in common: numbers, exponents and the piece that holds the centre."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symseries.errors import LawValueError, NotAnalyticError
from symseries.expressions.conditions import TOUCHES, chosen, signs_of
from symseries.expressions.tape import Pieces, Step, Tape
from symseries.scalars import Scalars


def constant_value(step: Step, scalars: Scalars) -> Any:
    """Return the number of a step of kind "number" or "constant" as an element of the ring."""
    return scalars.element(step.value) if step.kind == "number" else scalars.number_symbol(step.value)


def whole_exponent(exponent: Any) -> int | None:
    """Return an exponent, a Fraction or an element of the ring, as an int where it is a whole number."""
    if isinstance(exponent, Fraction):
        return exponent.numerator if exponent.denominator == 1 else None
    try:
        whole = int(exponent)
    except (TypeError, ValueError, OverflowError):  # symbolic, a ball, or no number
        return None
    return whole if exponent == whole else None


def is_negative(exponent: Any) -> bool:
    """Return whether an exponent is a negative whole number: where the base vanishes is a pole."""
    whole = whole_exponent(exponent)
    return whole is not None and whole < 0


def undecided_base(where: str, scalars: Scalars) -> NotAnalyticError:
    """Return the error of a negative power of a ball that contains 0."""
    return NotAnalyticError(
        f"{where}: {scalars} does not decide whether the base is 0; use scalars=QQ, raise the precision or move the centre"
    )


def piece_of(
    step: Step, differences: Sequence[Any], varying: Sequence[bool], scalars: Scalars, place: str
) -> tuple[Tape, Tape]:
    """Return the piece of a piecewise function that holds around the centre, and the one that holds at the centre itself.

    `differences` are the constant terms of what the conditions compare with 0, `varying` which of them depend on a variable.
    The two differ for `x == 0` and `x != 0` alone. Raises `NotAnalyticError` on the boundary of two pieces and where it is
    not decided which one holds, `LawValueError` where none does.
    """
    pieces: Pieces = step.value
    where = f"{str(step.expression)[:60]}{place}"
    signs = [float(signs_of(difference, scalars)) for difference in differences]
    touching = [TOUCHES if sign == 0 and varies else sign for sign, varies in zip(signs, varying, strict=True)]
    around, at = (int(chosen(pieces.conditions, found)) for found in (touching, signs))
    if around < 0:
        raise NotAnalyticError(f"{where}: {_undecided(at >= 0, scalars)}")
    if len(pieces.tapes) in (around, at):
        raise LawValueError(f"{where}: no condition of the piecewise function holds; add a piece for every other value")
    return pieces.tapes[around], pieces.tapes[at]


def _undecided(boundary: bool, scalars: Scalars) -> str:
    if boundary:
        return "not analytic, two pieces meet there and there is no power series; move the centre"
    if scalars.balls:
        return f"{scalars} does not decide which piece holds, for a ball contains the boundary; raise the precision"
    return "it is not decided which piece holds; give numbers to the constants in its conditions, with .at(constants)"


def check_same(step: Step, around: Any, at: Any, scalars: Scalars, place: str) -> None:
    """Refuse a piecewise function whose value at the centre is another than around it."""
    difference = around - at
    close = scalars.dtype is float and abs(difference) <= 1e-12 * max(abs(around), abs(at))
    if not close and scalars.sign(difference) != 0:
        where = f"{str(step.expression)[:60]}{place}"
        raise NotAnalyticError(
            f"{where}: not analytic, the value at the centre is not known to be that around it; move the centre"
        )


def bad_rows(values: Any, scalars: Scalars) -> Any:
    """Return which values (n,) are undefined, or whether a single one is."""
    if not isinstance(values, np.ndarray):
        return bool(bad_rows(np.array([values], dtype=scalars.dtype), scalars)[0])
    if scalars.balls:
        return np.array([not value.is_finite() for value in values], dtype=bool)
    return np.zeros(len(values), dtype=bool) if values.dtype == object else np.isnan(values)
