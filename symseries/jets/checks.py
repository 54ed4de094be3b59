"""Where a function has no power series: the place in words, and arguments that must be positive."""

from __future__ import annotations

from symseries.errors import ComplexResultError, NotAnalyticError
from symseries.scalars import Array, Scalars


def check_positive(name: str, values: Array, scalars: Scalars, where: str, *, zero: str, below: str) -> None:
    """Refuse values of which one is 0 or negative, where `zero` or `below` say why that cannot be.

    A symbol is taken to be positive, as the one who writes log(C) does; a ball must be.
    """
    if values.dtype.kind == "f" and not (values <= 0).any():
        return
    for position, sign in enumerate(map(scalars.sign, values)):
        if sign == 0 and zero:
            raise NotAnalyticError(f"{place_of(name, where, position)}: not analytic, {zero}; move the centre")
        if sign == -1 and below:
            number = scalars.handed(values[position : position + 1])[0]
            raise ComplexResultError(f"{place_of(name, where, position)}: complex, {below.format(number)}")
        if sign is None and scalars.balls:
            raise NotAnalyticError(
                f"{place_of(name, where, position)}: {scalars} does not decide whether the argument is positive; raise the "
                "precision or move the centre"
            )


def place_of(name: str, where: str, position: int) -> str:
    """Return the words for a place: the neuron of a layer, or the law and its centre."""
    return f"{name} at neuron {position + 1} of {where}" if where.startswith("layer") else where or name
