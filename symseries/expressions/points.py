"""Values of tapes at points."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from symseries.errors import LawValueError, OptionError, SymseriesError
from symseries.expressions.calls import call_value
from symseries.expressions.conditions import chosen, signs_of
from symseries.expressions.removable import Setting, removed
from symseries.expressions.steps import bad_rows, constant_value, is_negative
from symseries.expressions.tape import Pieces, Step, Tape
from symseries.scalars import QQ, Array, Scalars, boxed, object_array, rational_power


def values(tape: Tape, environment: Mapping[str, Any], scalars: Scalars) -> list[Array]:
    """Return the outputs at points: `environment` maps each symbol to an array (n,) of the ring or to one element.

    Where a pole is removable, as that of sin(x)/x at 0, the value is the limit. In float64 a value may come out infinite or
    undefined; the caller, who knows the rows, looks. Exact rings raise `LawValueError` for a division by zero.

    >>> import sympy
    >>> from symseries.expressions.tape import record
    >>> from symseries.scalars import F64
    >>> x = sympy.Symbol("x")
    >>> values(record([sympy.sin(x) / x]), {"x": np.array([0.0, 0.5])}, F64)[0].round(6).tolist()
    [1.0, 0.958851]
    """
    with np.errstate(all="ignore"):
        if scalars.exact:
            return _exact(tape, environment, scalars)
        slots = _walked(tape, environment, scalars)
        return [_with_limits(tape, i, slots, environment, scalars) for i in tape.outputs]


def _walked(tape: Tape, environment: Mapping[str, Any], scalars: Scalars) -> list[Any]:
    slots: list[Any] = []
    for step in tape.steps:
        value = _value(step, [slots[i] for i in step.arguments], environment, scalars)
        slots.append(_beaten(tape, step, slots, value) if step.kind == "mul" else value)
    return slots


def _beaten(tape: Tape, step: Step, slots: list[Any], product: Any) -> Any:
    """Return a float product with 0 where its limit is 0: x**n*log(x) and exp(-b/x)/x**m, as x goes to 0 from above.

    Slopes in an exponent are of this form, and measurements at 0 are common.
    """
    if not isinstance(product, np.ndarray) or product.dtype == object or not np.isnan(product).any():
        return product
    vanishing = np.zeros(len(product), dtype=bool)
    for i, j in itertools.permutations(step.arguments, 2):
        zero, infinite = tape.steps[i], tape.steps[j]
        power_beats_log = (zero.kind, infinite.kind, infinite.value) == ("power", "call", "log")
        same_base = power_beats_log and zero.arguments[0] == infinite.arguments[0]
        if same_base or (zero.value == "exp" and infinite.kind == "power"):
            vanishing |= np.asarray((slots[i] == 0) & np.isinf(slots[j]))
    return np.where(np.isnan(product) & vanishing, 0.0, product)


def _value(step: Step, arguments: list[Any], environment: Mapping[str, Any], scalars: Scalars) -> Any:
    match step.kind:
        case "symbol":
            return environment[step.value]
        case "number" | "constant":
            return constant_value(step, scalars)
        case "add":
            return reduce(operator.add, arguments)
        case "mul":
            return reduce(operator.mul, arguments)
        case "call":
            return _shaped(arguments[0], lambda a: call_value(step.value, a, scalars, step.words))
        case "piecewise":
            return _piecewise(step, arguments, environment, scalars)
    return _power_value(step, arguments, scalars)


def _power_value(step: Step, arguments: list[Any], scalars: Scalars) -> Any:
    base, exponent = arguments[0], step.value if step.value is not None else arguments[1]
    if scalars is QQ:
        return _rational_powers(step, base, QQ.element(exponent) if isinstance(exponent, Fraction) else exponent)
    if isinstance(exponent, np.ndarray):
        return np.power(base, exponent)
    return _shaped(base, lambda a: scalars.power(a, exponent, step.words))


def _rational_powers(step: Step, base: Any, exponent: Any) -> Any:
    """Return base ** exponent over the rationals, entry by entry where one of them varies."""
    boxes = [item if isinstance(item, np.ndarray) else boxed(item) for item in (base, exponent)]
    powers = [_rational_power(step, b, r) for b, r in zip(*(a.flat for a in np.broadcast_arrays(*boxes)), strict=True)]
    return object_array(powers) if any(box.ndim for box in boxes) else powers[0]


def _rational_power(step: Step, base: Any, exponent: Any) -> Any:
    if base == 0 and exponent < 0:
        raise LawValueError(f"{step.expression}: division by zero at a data point; leave that row out")
    power = rational_power(base, exponent)
    if power is None:
        raise OptionError(
            f"scalars=QQ: ({base})**({exponent}) (in {step.expression}) is not a rational number; use scalars=F64"
        )
    return power


def _shaped(argument: Any, function: Callable[[Array], Array]) -> Any:
    """Apply an array function to an array or to a single element."""
    if isinstance(argument, np.ndarray):
        return function(argument)
    single = np.empty(1, dtype=float if isinstance(argument, float) else object)
    single[0] = argument
    return function(single)[0]


# --------------------------------------------------------------------------------------------------- rows of a table
def _rows(environment: Mapping[str, Any], rows: Any) -> dict[str, Any]:
    """Return the environment at some rows: a mask or a slice for several, an int for one."""
    return {name: value[rows] if isinstance(value, np.ndarray) else value for name, value in environment.items()}


def _piecewise(step: Step, differences: list[Any], environment: Mapping[str, Any], scalars: Scalars) -> Any:
    """Return the value of the piece that holds, each piece being computed at its own rows alone."""
    pieces: Pieces = step.value
    choice = chosen(pieces.conditions, [signs_of(difference, scalars) for difference in differences])
    if choice.ndim == 0:
        return _piece(step, int(choice), environment, scalars)
    first = next(value for value in environment.values() if isinstance(value, np.ndarray))
    out = np.empty(len(choice), dtype=first.dtype)
    for k in np.unique(choice):
        value = _piece(step, int(k), _rows(environment, choice == k), scalars)
        out[choice == k] = value if isinstance(value, np.ndarray) else boxed(value)
    return out


def _piece(step: Step, choice: int, environment: Mapping[str, Any], scalars: Scalars) -> Any:
    """Return the value of one piece; in float64 it is undefined where no condition holds."""
    pieces: Pieces = step.value
    if 0 <= choice < len(pieces.tapes):
        return values(pieces.tapes[choice], environment, scalars)[0]
    if scalars.dtype is not object:
        return np.nan
    reason = "no condition holds" if choice >= 0 else "it is not decided which condition holds"
    raise LawValueError(f"{str(step.expression)[:60]}: {reason} at a data point; leave that row out")


# ------------------------------------------------------------------------------------------------- removable poles
def _exact(tape: Tape, environment: Mapping[str, Any], scalars: Scalars) -> list[Any]:
    """Return the outputs in an exact ring, one row at a time where there is a division by zero."""
    try:
        slots = _walked(tape, environment, scalars)
    except LawValueError:
        rows = [len(value) for value in environment.values() if isinstance(value, np.ndarray)]
        if not rows:
            raise
        table = [_exact_row(tape, _rows(environment, slice(i, i + 1)), scalars) for i in range(rows[0])]
        return [object_array(column) for column in zip(*table, strict=True)]
    return [slots[i] for i in tape.outputs]


def _exact_row(tape: Tape, environment: Mapping[str, Any], scalars: Scalars) -> list[Any]:
    try:
        slots = _walked(tape, environment, scalars)
    except LawValueError as error:
        limits = [_limit(tape, i, environment, 0, scalars) for i in tape.outputs]
        if any(limit is None for limit in limits):
            raise error from None
        return limits
    return [slots[i][0] if isinstance(slots[i], np.ndarray) else slots[i] for i in tape.outputs]


def _with_limits(tape: Tape, output: int, slots: list[Any], environment: Mapping[str, Any], scalars: Scalars) -> Any:
    """Return one output with the limit in the rows where it is undefined for a denominator that is 0."""
    found = slots[output]
    bad = bad_rows(found, scalars)
    if not isinstance(found, np.ndarray) or not bad.any():
        return found
    found = found.copy()
    for row in np.flatnonzero(bad & _zero_denominators(tape, slots, len(found))):
        limit = _limit(tape, output, environment, int(row), scalars)
        if limit is None:  # the law has no value there, and every other such row would only cost time
            break
        found[row] = limit
    return found


def _zero_denominators(tape: Tape, slots: list[Any], rows: int) -> Array:
    found = np.zeros(rows, dtype=bool)
    for step in tape.steps:
        if step.kind == "power" and (step.value is None or is_negative(step.value)):
            found |= np.asarray(slots[step.arguments[0]] == 0, dtype=bool)
    return found


def _limit(tape: Tape, output: int, environment: Mapping[str, Any], row: int, scalars: Scalars) -> Any:
    """Return the value at a row where a denominator vanishes as the power series of order 0, None where there is none."""
    variables = {name: value[row] for name, value in environment.items() if isinstance(value, np.ndarray)}
    constants = {name: value for name, value in environment.items() if name not in variables}
    try:
        return removed(tape, [output], Setting(variables, constants, 0, scalars, ""))[0][0, 0]
    except SymseriesError:
        return None
