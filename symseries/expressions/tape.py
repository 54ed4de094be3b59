"""Expressions as tapes: their distinct subexpressions in the order in which they can be computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from symseries.errors import ComplexResultError, LawSyntaxError, LawValueError, listing
from symseries.expressions.conditions import Condition, read_condition
from symseries.names import symbol
from symseries.parsing.functions import larger
from symseries.scalars import as_fraction

FUNCTIONS: dict[type, str] = {
    sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan", sympy.sinh: "sinh",
    sympy.cosh: "cosh", sympy.tanh: "tanh", sympy.asin: "asin", sympy.acos: "acos", sympy.atan: "atan",
    sympy.asinh: "asinh", sympy.acosh: "acosh", sympy.erf: "erf", sympy.erfc: "erfc", sympy.Abs: "abs",
}  # fmt: skip

# Functions that are others in disguise: the artanh keeps its digits near 0 so, coth does not overflow, and cot has its own
# value where the tangent has a pole.
_REWRITTEN: dict[type, Callable[..., sympy.Expr]] = {
    sympy.atanh: lambda u: sympy.asinh(u / sympy.sqrt(1 - u**2)),
    sympy.cot: lambda u: sympy.cos(u) / sympy.sin(u),
    sympy.sec: lambda u: 1 / sympy.cos(u),
    sympy.csc: lambda u: 1 / sympy.sin(u),
    sympy.coth: lambda u: 1 / sympy.tanh(u),
    sympy.sech: lambda u: 1 / sympy.cosh(u),
    sympy.csch: lambda u: 1 / sympy.sinh(u),
    sympy.sinc: lambda u: sympy.sin(u) / u,
    sympy.sign: lambda u: u / sympy.Abs(u, evaluate=False),
    sympy.Max: larger(1),
    sympy.Min: larger(-1),
}


@dataclass(frozen=True)
class Step:
    """One subexpression: its kind, the earlier steps it needs, and a number, name, function or `Pieces`."""

    kind: str
    arguments: tuple[int, ...]
    value: Any
    expression: sympy.Expr

    @cached_property
    def words(self) -> str:
        """The subexpression as text, printed once: fits walk the same tape thousands of times."""
        return str(self.expression)


@dataclass(frozen=True)
class Tape:
    """Expressions as steps; `outputs` are the steps that hold their values."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Pieces:
    """A piecewise function: the conditions of its pieces in the order in which they are tried, and their tapes."""

    conditions: tuple[Condition, ...]
    tapes: tuple[Tape, ...]


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
    if isinstance(e, sympy.Piecewise):
        return _pieces(e)
    if type(e) in FUNCTIONS:
        return "call", e.args, FUNCTIONS[type(e)]
    known = sorted({"Piecewise", *FUNCTIONS.values(), *map(str, _REWRITTEN)}, key=str.lower)
    names = listing(known, limit=len(known))
    raise LawSyntaxError(f"{str(e)[:60]}: {type(e).__name__} has no series here; expected powers, sqrt, {names}")


def _pieces(e: sympy.Piecewise) -> tuple[str, tuple[sympy.Expr, ...], Pieces]:
    """Return a piecewise function; each piece is a tape of its own, so that it is computed only where it holds."""
    differences: list[sympy.Expr] = []
    conditions = tuple(read_condition(condition, differences) for _, condition in e.args)
    return "piecewise", tuple(differences), Pieces(conditions, tuple(record([piece]) for piece, _ in e.args))


def derivative(expression: sympy.Expr, name: str) -> sympy.Expr:
    """Return the derivative in a symbol, all symbols being real; that of abs(u) is u/abs(u) times that of u.

    >>> x = sympy.Symbol("x")
    >>> derivative(sympy.Abs(2 * x - 1, evaluate=False), "x")
    2*(2*x - 1)/Abs(2*x - 1)
    """
    if not expression.has(sympy.Abs, sympy.Max, sympy.Min):
        return sympy.diff(expression, symbol(name))
    # SymPy knows no derivative of abs at a symbol that may be complex.
    smooth = expression.replace(sympy.Max, larger(1)).replace(sympy.Min, larger(-1))
    real = {s: sympy.Dummy(s.name, real=True) for s in smooth.free_symbols}
    slope = sympy.diff(smooth.xreplace(real), real.get(symbol(name), symbol(name)))
    return slope.replace(sympy.sign, _REWRITTEN[sympy.sign]).xreplace({r: s for s, r in real.items()})
