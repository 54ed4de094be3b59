"""Tapes as truncated power series about a centre."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from symseries import engine
from symseries.errors import LawValueError, NotAnalyticError
from symseries.expressions.calls import call_jet
from symseries.expressions.division import ROUNDING
from symseries.expressions.removable import Setting, removed
from symseries.expressions.steps import check_same, constant_value, is_negative, piece_of, undecided_base
from symseries.expressions.tape import Step, Tape
from symseries.jets import power_jet
from symseries.multiindex import IndexSet, index_set
from symseries.scalars import F64, Array, Scalars


def series(tape: Tape, environment: Mapping[str, Array], indices: IndexSet, scalars: Scalars, place: str = "") -> list[Array]:
    """Return the outputs as truncated series (N, 1): `environment` maps symbols to series (N, 1), or (1, 1) for constants.

    `place` words the centre in errors. A pole that another factor or term removes, as in sin(x)/x at 0, is no obstacle. Raises
    `NotAnalyticError` where a function has no series at the constant term of its argument, `ComplexResultError` beyond a branch
    point.

    >>> import sympy
    >>> from symseries.expressions.tape import record
    >>> from symseries.spaces import TaylorSpace
    >>> x, space = sympy.Symbol("x"), TaylorSpace({"x": 0}, 4)
    >>> environment = coordinates_environment(["x"], space.coordinates(F64))
    >>> series(record([sympy.sin(x) / x]), environment, space.indices, F64)[0].T.round(6).tolist()
    [[1.0, 0.0, -0.166667, 0.0, 0.008333]]
    """
    setting = _Setting(environment, indices, scalars, place)
    with np.errstate(all="ignore"):
        found = _regular(tape, setting)
        if found is None:
            found = _removed(tape, _varying(tape, setting), setting)
    for i, column in zip(tape.outputs, found, strict=True):
        if scalars is F64 and not np.isfinite(column).all():
            raise LawValueError(
                f"{str(tape.steps[i].expression)[:60]}{place}: the coefficients overflow; expected finite numbers"
            )
    return [_lift(column, indices, scalars) for column in found]


@dataclass(frozen=True)
class _Setting:
    """What all steps of one expansion share."""

    environment: Mapping[str, Array]
    indices: IndexSet
    scalars: Scalars
    place: str


def _regular(tape: Tape, setting: _Setting) -> list[Array] | None:
    """Return the outputs, None where a denominator vanishes at the centre that another factor or term may cancel."""
    try:
        return _walked(tape, setting)
    except NotAnalyticError:
        if _varying(tape, setting):
            return None
        raise


def _walked(tape: Tape, setting: _Setting) -> list[Array]:
    """Return the outputs, each step computed from the ones before it."""
    slots: list[Array] = []
    for step in tape.steps:
        arguments = [slots[i] for i in step.arguments]
        if step.kind == "power":
            _check_base(tape, step, slots, setting)
        slots.append(_series(step, arguments, setting))
    return [slots[i] for i in tape.outputs]


def _check_base(tape: Tape, step: Step, slots: list[Array], setting: _Setting) -> None:
    """Refuse a denominator of which it is not known whether it is 0; its reciprocal would be a huge and wrong number."""
    if not is_negative(step.value if step.value is not None else slots[step.arguments[1]][0, 0]):
        return
    base, scalars, where = tape.steps[step.arguments[0]], setting.scalars, f"{step.expression}{setting.place}"
    value = slots[step.arguments[0]][0, 0]
    if scalars.balls and scalars.sign(value) is None:
        raise undecided_base(where, scalars)
    if scalars is F64 and base.kind == "add" and 0 < abs(value) < ROUNDING * sum(abs(slots[i][0, 0]) for i in base.arguments):
        raise NotAnalyticError(f"{where}: not analytic, a pole where the base is 0 to rounding; move the centre")


def _series(step: Step, arguments: list[Array], setting: _Setting) -> Array:
    indices, scalars = setting.indices, setting.scalars
    match step.kind:
        case "symbol":
            return setting.environment[step.value]
        case "number" | "constant":
            return _single(constant_value(step, scalars), scalars)
        case "add":
            return reduce(_sum, arguments)
        case "mul":
            return reduce(lambda a, b: _times(a, b, indices), arguments)
        case "piecewise":
            return _piece(step, arguments, setting)
    where = f"{step.expression}{setting.place}"
    if step.kind == "call":
        return _apply(lambda b, order: call_jet(step.value, b, order, scalars, where), arguments[0], indices)
    if step.value is None and len(arguments[1]) > 1:
        return _general_power(arguments, indices, scalars, where)
    exponent = step.value if step.value is not None else arguments[1][0, 0]
    return _apply(lambda b, order: power_jet(b, exponent, order, scalars, where), arguments[0], indices)


def _apply(rule: Callable[[Array, int], Array], argument: Array, indices: IndexSet) -> Array:
    if len(argument) == 1:
        return np.asarray(rule(argument[0], 0))
    return engine.compose(indices, rule(argument[0], indices.top), argument)


def _general_power(arguments: list[Array], indices: IndexSet, scalars: Scalars, where: str) -> Array:
    """Return base ** exponent for an exponent that varies: exp(exponent * log(base))."""
    logarithm = _apply(lambda b, order: call_jet("log", b, order, scalars, where), arguments[0], indices)
    product = _times(arguments[1], logarithm, indices)
    return _apply(lambda b, order: call_jet("exp", b, order, scalars, where), product, indices)


def _piece(step: Step, arguments: list[Array], setting: _Setting) -> Array:
    """Return the series of the piece that holds the centre; no other is computed."""
    varying = [len(argument) > 1 for argument in arguments]
    differences = [argument[0, 0] for argument in arguments]
    around, at = piece_of(step, differences, varying, setting.scalars, setting.place)
    found = _walked(around, setting)[0]
    if at is not around:
        check_same(step, found[0, 0], _walked(at, setting)[0][0, 0], setting.scalars, setting.place)
    return found


def _sum(left: Array, right: Array) -> Array:
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    out = longer.copy()
    out[: len(shorter)] = out[: len(shorter)] + shorter
    return out


def _times(left: Array, right: Array, indices: IndexSet) -> Array:
    if 1 in (len(left), len(right)):
        return np.asarray(left * right)
    return engine.product(indices, left, right)


def _single(value: Any, scalars: Scalars) -> Array:
    out = scalars.zeros(1, 1)
    out[0, 0] = value
    return out


def _lift(slot: Array, indices: IndexSet, scalars: Scalars) -> Array:
    if len(slot) == len(indices):
        return slot
    out = scalars.zeros(len(indices), 1)
    out[0] = slot[0]
    return out


# ----------------------------------------------------------------------------------------------- removable singularities
def _has_poles(tape: Tape) -> bool:
    pieces = [piece for step in tape.steps if step.kind == "piecewise" for piece in step.value.tapes]
    powers = [step.value for step in tape.steps if step.kind == "power"]
    return any(value is None or is_negative(value) for value in powers) or any(map(_has_poles, pieces))


def _varying(tape: Tape, setting: _Setting) -> list[str]:
    """Return the variables of a tape that has poles; to order 0, where they look like constants, all its symbols."""
    if not _has_poles(tape):
        return []
    names = sorted({s.name for i in tape.outputs for s in tape.steps[i].expression.free_symbols})
    if setting.indices.top == 0:
        return names
    return [name for name in names if len(setting.environment[name]) > 1]


def _removed(tape: Tape, names: list[str], setting: _Setting) -> list[Array]:
    """Return the outputs as series in the symbols themselves, and put the series of the environment in."""
    environment, indices = setting.environment, setting.indices
    variables = {name: environment[name][0, 0] for name in names}
    symbols = {s.name for i in tape.outputs for s in tape.steps[i].expression.free_symbols}
    constants = {name: environment[name][0, 0] for name in symbols.difference(names)}
    inner = Setting(variables, constants, indices.top, setting.scalars, setting.place)
    columns = removed(tape, tape.outputs, inner)
    if indices.top == 0:
        return columns
    powers = _powers([environment[name] for name in names], index_set(len(names), indices.top), setting)
    return [reduce(operator.add, (p * c for p, c in zip(powers, column, strict=True))) for column in columns]


def _powers(table: list[Array], symbols: IndexSet, setting: _Setting) -> list[Array]:
    """Return the products of the powers of some series without their constant terms, one (N, 1) for each multi-index."""
    indices, scalars = setting.indices, setting.scalars
    moved = [column.copy() for column in table]
    for column in moved:
        column[0] = scalars.scalar(0)
    found = [_lift(_single(scalars.element(1), scalars), indices, scalars)]
    for first, lower in zip(*symbols.lowered, strict=True):
        found.append(moved[first] if lower == 0 else engine.product(indices, found[lower], moved[first]))
    return found


def constants_environment(constants: Mapping[str, Any], scalars: Scalars) -> dict[str, Array]:
    """Return numbers as constant series, to stand beside the series of the variables."""
    return {name: _single(scalars.element(value), scalars) for name, value in constants.items()}


def coordinates_environment(names: Sequence[str], table: Array) -> dict[str, Array]:
    """Return the columns of a table of series (N, w) under the names of the variables."""
    return {name: table[:, i : i + 1] for i, name in enumerate(names)}
