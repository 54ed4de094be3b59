"""SymPy expressions, evaluated in any ring: at points, or as power series about a centre.

An expression becomes a *tape*, its distinct subexpressions in the order in which they can be computed. One walk over the tape
gives values at many points, another gives truncated series with the jets of the functions; nothing is turned into code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries import engine
from symseries.errors import ComplexResultError, LawSyntaxError, LawValueError, listing
from symseries.jets import jet, power_jet
from symseries.multiindex import IndexSet
from symseries.scalars import QQ, Array, Scalars, as_fraction

FUNCTIONS: dict[type, str] = {
    sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.sinh: "sinh",
    sympy.cosh: "cosh", sympy.tanh: "tanh", sympy.asin: "asin", sympy.acos: "acos", sympy.atan: "atan",
    sympy.asinh: "asinh", sympy.erf: "erf", sympy.Abs: "abs",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One subexpression: its kind, the earlier steps it needs, and a number, name or function."""

    kind: str
    arguments: tuple[int, ...]
    value: Any
    expression: sympy.Expr


@dataclass(frozen=True)
class Tape:
    """Expressions as steps; `outputs` are the steps that hold their values."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]


def record(expressions: Sequence[sympy.Expr]) -> Tape:
    """Return the tape of some expressions, shared subexpressions once.

    Raises `LawSyntaxError` for a function that has no jet, `LawValueError` for an infinite number and `ComplexResultError`
    for a complex one.

    >>> x = sympy.Symbol("x")
    >>> [step.kind for step in record([1 / sympy.sqrt(x)]).steps]
    ['symbol', 'power']
    """
    steps: list[Step] = []
    places: dict[sympy.Expr, int] = {}

    def place(expression: sympy.Expr) -> int:
        if expression not in places:
            kind, children, value = _dissect(expression)
            arguments = tuple(place(child) for child in children)
            steps.append(Step(kind, arguments, value, expression))
            places[expression] = len(steps) - 1
        return places[expression]

    outputs = tuple(place(expression) for expression in expressions)
    return Tape(tuple(steps), outputs)


def _dissect(e: sympy.Expr) -> tuple[str, tuple[sympy.Expr, ...], Any]:
    """Return the kind of an expression, its children, and what else defines it."""
    if isinstance(e, sympy.Symbol):
        return "symbol", (), e.name
    if e is sympy.I or e.has(sympy.I):
        raise ComplexResultError(f"{e}: a complex number where a real one is expected; keep bases of roots positive")
    if e in (sympy.zoo, sympy.oo, -sympy.oo, sympy.nan):
        raise LawValueError(f"{e}: the expression has no finite value; look for a division by zero")
    if isinstance(e, sympy.Number):
        return "number", (), as_fraction(e)
    if isinstance(e, sympy.NumberSymbol):
        return "constant", (), e
    if isinstance(e, (sympy.Add, sympy.Mul)):
        return type(e).__name__.lower(), e.args, None
    if isinstance(e, sympy.Pow):
        exponent = as_fraction(e.exp) if isinstance(e.exp, sympy.Rational) else None
        return "power", (e.base,) if exponent is not None else (e.base, e.exp), exponent
    if type(e) in FUNCTIONS:
        return "call", e.args, FUNCTIONS[type(e)]
    known = listing(sorted(set(FUNCTIONS.values())))
    raise LawSyntaxError(f"{str(e)[:60]}: {type(e).__name__} has no series here; expected powers, sqrt and {known}")


# --------------------------------------------------------------------------------------------------- values at points
def values(tape: Tape, environment: Mapping[str, Any], scalars: Scalars) -> list[Array]:
    """Return the outputs at points: `environment` maps each symbol to an array (n,) of the ring or to one element.

    In float64 a value may come out infinite or undefined; the caller, who knows the rows, looks. Exact rings raise
    `LawValueError` for a division by zero.
    """
    slots: list[Any] = []
    with np.errstate(all="ignore"):
        for step in tape.steps:
            slots.append(_value(step, [slots[i] for i in step.arguments], environment, scalars))
    return [slots[i] for i in tape.outputs]


def _value(step: Step, arguments: list[Any], environment: Mapping[str, Any], scalars: Scalars) -> Any:
    match step.kind:
        case "symbol":
            return environment[step.value]
        case "number":
            return scalars.element(step.value)
        case "constant":
            return scalars.number_symbol(step.value)
        case "add":
            return _fold(arguments, lambda a, b: a + b)
        case "mul":
            return _fold(arguments, lambda a, b: a * b)
        case "call":
            return _shaped(arguments[0], lambda a: scalars.elementary(step.value, a, str(step.expression)))
    return _power_value(step, arguments, scalars)


def _power_value(step: Step, arguments: list[Any], scalars: Scalars) -> Any:
    exponent = step.value if step.value is not None else arguments[1]
    if scalars is QQ and isinstance(exponent, Fraction) and exponent < 0 and np.any(np.asarray(arguments[0] == 0)):
        raise LawValueError(f"{step.expression}: division by zero at a data point; leave that row out")
    if isinstance(exponent, np.ndarray):
        return np.power(arguments[0], exponent)
    return _shaped(arguments[0], lambda a: scalars.power(a, exponent, str(step.expression)))


def _fold(items: list[Any], combine: Any) -> Any:
    total = items[0]
    for item in items[1:]:
        total = combine(total, item)
    return total


def _shaped(argument: Any, function: Any) -> Any:
    """Apply an array function to an array or to a single element."""
    if isinstance(argument, np.ndarray):
        return function(argument)
    single = np.empty(1, dtype=float if isinstance(argument, float) else object)
    single[0] = argument
    return function(single)[0]


# ------------------------------------------------------------------------------------------------------- power series
def series(tape: Tape, environment: Mapping[str, Array], indices: IndexSet, scalars: Scalars, place: str = "") -> list[Array]:
    """Return the outputs as truncated series (N, 1): `environment` maps symbols to series (N, 1), or (1, 1) for constants.

    `place` words the centre in errors. Raises `NotAnalyticError` where a function has no series at the constant term of its
    argument, `ComplexResultError` beyond a branch point.
    """
    slots: list[Array] = []
    for step in tape.steps:
        slots.append(_series(step, [slots[i] for i in step.arguments], environment, indices, scalars, place))
    return [_lift(slots[i], indices, scalars) for i in tape.outputs]


def _series(
    step: Step, arguments: list[Array], environment: Mapping[str, Array], indices: IndexSet, scalars: Scalars, place: str
) -> Array:
    match step.kind:
        case "symbol":
            return environment[step.value]
        case "number" | "constant":
            return _single(_value(step, [], {}, scalars), scalars)
        case "add":
            return _fold(arguments, lambda a, b: _sum(a, b))
        case "mul":
            return _fold(arguments, lambda a, b: _times(a, b, indices))
    where = f"{step.expression}{place}"
    if step.kind == "call":
        return _apply(lambda b, order: jet(step.value, b, order, scalars, where), arguments[0], indices)
    if step.value is None and len(arguments[1]) > 1:
        return _general_power(arguments, indices, scalars, where)
    exponent = step.value if step.value is not None else arguments[1][0, 0]
    return _apply(lambda b, order: power_jet(b, exponent, order, scalars, where), arguments[0], indices)


def _apply(rule: Any, argument: Array, indices: IndexSet) -> Array:
    if len(argument) == 1:
        return np.asarray(rule(argument[0], 0))
    return engine.compose(indices, rule(argument[0], indices.top), argument)


def _general_power(arguments: list[Array], indices: IndexSet, scalars: Scalars, where: str) -> Array:
    """Return base ** exponent for an exponent that varies: exp(exponent * log(base))."""
    logarithm = _apply(lambda b, order: jet("log", b, order, scalars, where), arguments[0], indices)
    product = _times(arguments[1], logarithm, indices)
    return _apply(lambda b, order: jet("exp", b, order, scalars, where), product, indices)


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
    out = np.empty((1, 1), dtype=scalars.dtype)
    out[0, 0] = value
    return out


def _lift(slot: Array, indices: IndexSet, scalars: Scalars) -> Array:
    if len(slot) == len(indices):
        return slot
    out = scalars.zeros(len(indices), 1)
    out[0] = slot[0]
    return out


def constants_environment(constants: Mapping[str, Any], scalars: Scalars) -> dict[str, Array]:
    """Return numbers as constant series, to stand beside the series of the variables."""
    return {name: _single(scalars.element(value), scalars) for name, value in constants.items()}


def coordinates_environment(names: Sequence[str], table: Array) -> dict[str, Array]:
    """Return the columns of a table of series (N, w) under the names of the variables."""
    return {name: table[:, i : i + 1] for i, name in enumerate(names)}
