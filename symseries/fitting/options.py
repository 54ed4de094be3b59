"""What a user says of the constants of a law: starts, bounds, and constants held or tied to others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from symseries import expressions
from symseries.errors import IdentifiabilityError, LawNameError, OptionError, listing, suggestion
from symseries.laws import Law
from symseries.names import symbol
from symseries.parsing import parse_expression, to_text
from symseries.scalars import Array, typed

Limits = tuple[float, float]
Ties = Mapping[str, sympy.Expr]
Read = Callable[[object, str, str], sympy.Rational]
"""Value, constant, what it is called in messages → the number in the constant's own unit."""


def plain_number(value: object, name: str, what: str) -> sympy.Rational:
    """Return a number that has no unit."""
    return typed(value, f"{what} of {name}")


def check_level(level: object) -> None:
    """Raise `OptionError` for what is no level of an interval."""
    if isinstance(level, bool) or not isinstance(level, (float, np.floating)) or not 0 < level < 1:
        raise OptionError(f"level={level!r}: expected a number between 0 and 1, such as 0.95")


def check_points(points: object) -> int:
    """Return a number of points along an axis."""
    if isinstance(points, bool) or not isinstance(points, (int, np.integer)) or not 3 <= points <= 1000:
        raise OptionError(f"points={points!r}: expected an integer from 3 to 1000")
    return int(points)


@dataclass(frozen=True)
class Wishes:
    """What is asked of the constants: where a search begins, and between what limits it stays."""

    start: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, Limits] = field(default_factory=dict)


def read_wishes(names: tuple[str, ...], start: object, bounds: object, number: Read = plain_number) -> Wishes:
    """Return starts and bounds of the constants `names`.

    Raises `OptionError` for what is no mapping, limits in the wrong order and a start outside of them, `LawNameError` for a
    name that is no constant.
    """
    first, box = _starts(start, names, number), _bounds(bounds, names, number)
    for name, (low, high) in box.items():
        if name in first and not low <= first[name] <= high:
            raise OptionError(
                f"start of {name}: {first[name]:g} lies outside its bounds, {low:g} to {high:g}; begin inside, or widen bounds="
            )
    return Wishes(first, box)


def _mapping(value: object, names: tuple[str, ...], what: str, example: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise OptionError(f"{what}={value!r}: expected a mapping of constants{example}")
    for name in value:
        if name not in names:
            raise LawNameError(
                f"{what}: {name!r} is no constant of the law{suggestion(name, names)}; constants: {listing(names)}"
            )
    return value


def _starts(start: object, names: tuple[str, ...], number: Read) -> dict[str, float]:
    if start is None:
        return {}
    given = _mapping(start, names, "start", f", such as {{'{names[0] if names else 'k'}': 1.0}}")
    return {name: float(number(value, name, "start")) for name, value in given.items()}


def _bounds(bounds: object, names: tuple[str, ...], number: Read) -> dict[str, Limits]:
    if bounds is None:
        return {}
    box = {}
    for name, pair in _mapping(bounds, names, "bounds", " to (lowest, highest), such as {'k': (0, None)}").items():
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise OptionError(f"bounds of {name}: {pair!r}; expected two numbers, (lowest, highest), None for no limit")
        low, high = (_limit(value, limit, name, number) for value, limit in zip(pair, (-np.inf, np.inf), strict=True))
        if not low < high:
            raise OptionError(f"bounds of {name}: lowest {low:g} is not below highest {high:g}; give them in order")
        box[name] = (low, high)
    return box


def _limit(value: object, absent: float, name: str, number: Read) -> float:
    infinite = isinstance(value, float) and np.isinf(value)
    return float(value) if infinite else absent if value is None else float(number(value, name, "bounds"))  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------- constants held and tied
def read_ties(law: Law, fixed: object, ties: object, number: Read = plain_number) -> dict[str, sympy.Expr]:
    """Return the constants that are not free, as expressions in the free ones: numbers for those that are held.

    Text is read by the grammar of laws: `{"k2": "2*k1"}`. Raises `LawNameError` for a name that is no constant or is tied
    twice, `OptionError` for a tie that depends on itself or holds a variable.
    """
    held = {} if fixed is None else _mapping(fixed, law.constants, "fixed", f", such as {{'{law.constants[0]}': 1.0}}")
    tied = {} if ties is None else _mapping(ties, law.constants, "ties", ", such as {'k2': '2*k1'}")
    if both := [name for name in held if name in tied]:
        raise LawNameError(f"{both[0]!r} is held by fixed= and tied by ties=; keep one of the two")
    found = {name: number(value, name, "fixed value") for name, value in held.items()}
    found |= {name: _tie(law, name, text) for name, text in tied.items()}
    return {name: _resolved(found, name) for name in law.constants if name in found}


def _tie(law: Law, name: str, text: object) -> sympy.Expr:
    if not isinstance(text, str):
        raise OptionError(f"ties of {name}: {text!r}; expected text in other constants, such as '2*k1', and a number in fixed=")
    expression = parse_expression(text, f"ties of {name}", declared=law.constants)
    allowed = (*law.constants, *law.known)
    for other in sorted(s.name for s in expression.free_symbols):
        if other not in allowed:
            raise LawNameError(
                f"ties of {name}: {other!r} is no constant of the law{suggestion(other, allowed)}; it has {listing(allowed)}"
            )
    return expression.xreplace({symbol(known): value for known, value in law.known.items()})


def _resolved(found: Ties, name: str) -> sympy.Expr:
    """Return what a constant is tied to, in free constants only."""
    expression = found[name]
    for _ in found:
        inner = {s: found[s.name] for s in expression.free_symbols if s.name in found}
        if not inner:
            return expression
        expression = expression.xreplace(inner)
    if any(s.name in found for s in expression.free_symbols):
        raise OptionError(f"ties of {name}: it depends on itself, {name} = {found[name]}; leave one constant free")
    return expression


def reduced(law: Law, ties: Ties) -> Law:
    """Return the law in its free constants; the law itself where all are free."""
    if not ties:
        return law
    names = tuple(name for name in law.constants if name not in ties)
    if not names:
        raise IdentifiabilityError(f"law {law}: no constant is left to find, {listing(ties)} are all held or tied; free one")
    formula = law.formula.xreplace({symbol(name): expression for name, expression in ties.items()})
    left = {s.name for s in formula.free_symbols}
    for name in names:
        if name not in left:
            raise IdentifiabilityError(f"law {law}: {name} drops out with the ties given, y = {formula}; hold it too, or untie")
    return _with_target(law, formula, names)


def _with_target(law: Law, formula: sympy.Expr, names: tuple[str, ...]) -> Law:
    """Return a law of the same target and variables."""
    if law.target is None:
        return Law(formula, law.variables, constants=names)
    left = symbol(law.target)
    side = sympy.log(left) if law.transform else left
    return Law(sympy.Equality(side, formula, evaluate=False), law.variables, constants=names)


def spread(names: tuple[str, ...], free: tuple[str, ...], ties: Ties, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], Array]:
    """Return the values of all constants from those of the free ones, and the derivatives (constants, free)."""
    at = {symbol(name): value for name, value in zip(free, values, strict=True)}
    slopes = np.zeros((len(names), len(free)))
    found = []
    for i, name in enumerate(names):
        expression = ties.get(name, symbol(name))
        found.append(_value(expression, at))
        slopes[i] = [float(_value(expressions.derivative(expression, other), at)) for other in free]
    return tuple(found), slopes


def _value(expression: sympy.Expr, at: Mapping[sympy.Symbol, Any]) -> Any:
    """Return a number of the same kind as those put in: a float, or an exact number of SymPy."""
    if expression.is_Symbol:
        return at[expression]
    exact = all(isinstance(value, sympy.Expr) for value in at.values())
    found = expression.xreplace({s: v if isinstance(v, sympy.Expr) else sympy.Float(v, 30) for s, v in at.items()})
    number = complex(sympy.N(found, 17))
    if number.imag or not np.isfinite(number.real):
        raise OptionError(f"ties: {expression} is {found} at the constants found; expected a finite real number")
    return found if exact else number.real


def ties_record(ties: Ties) -> dict[str, str]:
    """Return ties as text that the grammar of laws reads back."""
    return {name: to_text(expression) for name, expression in ties.items()}


def ties_from(record: Mapping[str, str], law: Law) -> dict[str, sympy.Expr]:
    """Return the ties that `ties_record` wrote."""
    for name in record:
        if name not in law.constants:
            raise LawNameError(f"ties: {name!r} is no constant of the law; constants: {listing(law.constants)}")
    return {name: parse_expression(text, f"ties of {name}", declared=law.constants) for name, text in record.items()}
