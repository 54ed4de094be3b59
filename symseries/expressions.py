"""SymPy expressions, evaluated in any ring: at points, or as power series about a centre.

An expression becomes a *tape*, its distinct subexpressions in the order in which they can be computed. One walk over the tape
gives values at many points, another gives truncated series with the jets of the functions; nothing is turned into code.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import sympy
from sympy.printing.str import StrPrinter

from symseries import engine
from symseries.errors import ComplexResultError, LawSyntaxError, LawValueError, NetworkFormatError, OptionError, listing
from symseries.jets import jet, power_jet
from symseries.multiindex import IndexSet
from symseries.names import symbol
from symseries.parsing import parse_expression
from symseries.scalars import F64, QQ, Array, Scalars, as_fraction, boxed, object_array, rational_power

FUNCTIONS: dict[type, str] = {
    sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.sinh: "sinh",
    sympy.cosh: "cosh", sympy.tanh: "tanh", sympy.asin: "asin", sympy.acos: "acos", sympy.atan: "atan",
    sympy.asinh: "asinh", sympy.erf: "erf", sympy.Abs: "abs",
}  # fmt: skip


def _larger(sign: int) -> Callable[..., sympy.Expr]:
    """Return the rule of Max (sign 1) or Min (sign -1): max(a, b) = (a + b + |a - b|)/2."""

    def rule(first: sympy.Expr, *rest: sympy.Expr) -> sympy.Expr:
        total = first
        for other in rest:
            total = (total + other + sign * sympy.Abs(total - other, evaluate=False)) / 2
        return total

    return rule


# Functions that are others in disguise; the artanh is written so that it keeps its digits near 0.
_REWRITTEN: dict[type, Callable[..., sympy.Expr]] = {
    sympy.atanh: lambda u: sympy.asinh(u / sympy.sqrt(1 - u**2)),
    sympy.sign: lambda u: u / sympy.Abs(u, evaluate=False),
    sympy.Max: _larger(1),
    sympy.Min: _larger(-1),
}


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
    for expression in expressions:
        if expression.has(sympy.I):
            raise ComplexResultError(
                f"{str(expression)[:60]}: a complex number where a real one is expected; keep bases of roots positive"
            )

    def place(expression: sympy.Expr) -> int:
        if expression not in places:
            rewritten = _REWRITTEN.get(type(expression))
            kind, children, value = _dissect(rewritten(*expression.args) if rewritten else expression)
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
    known = listing(sorted(FUNCTIONS.values()), limit=len(FUNCTIONS))
    raise LawSyntaxError(f"{str(e)[:60]}: {type(e).__name__} has no series here; expected powers, sqrt, {known}")


def derivative(expression: sympy.Expr, name: str) -> sympy.Expr:
    """Return the derivative in a symbol, all symbols being real; that of abs(u) is u/abs(u) times that of u.

    >>> x = sympy.Symbol("x")
    >>> derivative(sympy.Abs(2 * x - 1, evaluate=False), "x")
    2*(2*x - 1)/Abs(2*x - 1)
    """
    if not expression.has(sympy.Abs, sympy.Max, sympy.Min):
        return sympy.diff(expression, symbol(name))
    # SymPy knows no derivative of abs at a symbol that may be complex.
    smooth = expression.replace(sympy.Max, _larger(1)).replace(sympy.Min, _larger(-1))
    real = {s: sympy.Dummy(s.name, real=True) for s in smooth.free_symbols}
    slope = sympy.diff(smooth.xreplace(real), real.get(symbol(name), symbol(name)))
    return slope.replace(sympy.sign, _REWRITTEN[sympy.sign]).xreplace({r: s for s, r in real.items()})


class _LawPrinter(StrPrinter):  # type: ignore[misc]
    """Prints in the grammar of laws, where E is a name of the user's and pi may be one."""

    def _print_Exp1(self, _: sympy.Expr) -> str:  # noqa: N802 - SymPy's name
        return "exp(1)"

    def _print_Pi(self, _: sympy.Expr) -> str:  # noqa: N802 - SymPy's name
        return "acos(-1)"

    def _print_Abs(self, magnitude: sympy.Expr) -> str:  # noqa: N802 - SymPy's name
        return f"abs({self._print(magnitude.args[0])})"


def to_text(expression: sympy.Expr) -> str:
    """Return an expression without floats as text that `parse_expression`, given its names, reads back as it is.

    Raises `NetworkFormatError` where it does not, `LawSyntaxError` and `ResourceLimitError` beyond the limits of the grammar.

    >>> to_text(sympy.exp(1) * sympy.Symbol("E") ** sympy.Rational(2, 3))
    'exp(1)*E**(2/3)'
    """
    names = [s.name for s in expression.free_symbols]
    for function in (sympy.sign, sympy.Max, sympy.Min):
        expression = expression.replace(function, _REWRITTEN[function])
    text = str(_LawPrinter().doprint(expression))
    if parse_expression(text, "formula", declared=names) != expression:
        raise NetworkFormatError(
            f"formula {text[:60]}: it does not read back as it was; expected an expression in evaluated form"
        )
    return text


# --------------------------------------------------------------------------------------------------- values at points
def values(tape: Tape, environment: Mapping[str, Any], scalars: Scalars) -> list[Array]:
    """Return the outputs at points: `environment` maps each symbol to an array (n,) of the ring or to one element.

    In float64 a value may come out infinite or undefined; the caller, who knows the rows, looks. Exact rings raise
    `LawValueError` for a division by zero.
    """
    slots: list[Any] = []
    with np.errstate(all="ignore"):
        for step in tape.steps:
            value = _value(step, [slots[i] for i in step.arguments], environment, scalars)
            slots.append(_limits(tape, step, slots, value) if step.kind == "mul" else value)
    return [slots[i] for i in tape.outputs]


def _limits(tape: Tape, step: Step, slots: list[Any], product: Any) -> Any:
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
        case "number":
            return scalars.element(step.value)
        case "constant":
            return scalars.number_symbol(step.value)
        case "add":
            return reduce(operator.add, arguments)
        case "mul":
            return reduce(operator.mul, arguments)
        case "call":
            return _shaped(arguments[0], lambda a: scalars.elementary(step.value, a, str(step.expression)))
    return _power_value(step, arguments, scalars)


def _power_value(step: Step, arguments: list[Any], scalars: Scalars) -> Any:
    base, exponent = arguments[0], step.value if step.value is not None else arguments[1]
    if scalars is QQ:
        return _rational_powers(step, base, QQ.element(exponent) if isinstance(exponent, Fraction) else exponent)
    if isinstance(exponent, np.ndarray):
        return np.power(base, exponent)
    return _shaped(base, lambda a: scalars.power(a, exponent, str(step.expression)))


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
    setting = _Setting(environment, indices, scalars, place)
    slots: list[Array] = []
    with np.errstate(all="ignore"):
        for step in tape.steps:
            slots.append(_series(step, [slots[i] for i in step.arguments], setting))
    for i in tape.outputs:
        if scalars is F64 and not np.isfinite(slots[i]).all():
            raise LawValueError(
                f"{str(tape.steps[i].expression)[:60]}{place}: the coefficients overflow; expected finite numbers"
            )
    return [_lift(slots[i], indices, scalars) for i in tape.outputs]


@dataclass(frozen=True)
class _Setting:
    """What all steps of one expansion share."""

    environment: Mapping[str, Array]
    indices: IndexSet
    scalars: Scalars
    place: str


def _series(step: Step, arguments: list[Array], setting: _Setting) -> Array:
    indices, scalars = setting.indices, setting.scalars
    match step.kind:
        case "symbol":
            return setting.environment[step.value]
        case "number" | "constant":
            return _single(_value(step, [], {}, scalars), scalars)
        case "add":
            return reduce(_sum, arguments)
        case "mul":
            return reduce(lambda a, b: _times(a, b, indices), arguments)
    where = f"{step.expression}{setting.place}"
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
    out = scalars.zeros(1, 1)
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
