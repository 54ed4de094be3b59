"""The functions of the grammar: how many arguments each takes, how it is built, where it is real and whether it grows fast."""

from __future__ import annotations

from collections.abc import Callable

import sympy


def _absolute(x: sympy.Expr, *, evaluate: bool = True) -> sympy.Expr:
    """Return |x|, evaluated for numbers only: SymPy makes 2**re(c) of |2**c|, since its plain Symbols may be complex."""
    return sympy.Abs(x, evaluate=bool(evaluate and x.is_number))


def _decadic(x: sympy.Expr, *, evaluate: bool = True) -> sympy.Expr:
    return sympy.log(x, evaluate=evaluate) / sympy.log(10)


def _sigmoid(x: sympy.Expr, *, evaluate: bool = True) -> sympy.Expr:
    return 1 / (1 + sympy.exp(-x, evaluate=evaluate))


def _softplus(x: sympy.Expr, *, evaluate: bool = True) -> sympy.Expr:
    return sympy.log(1 + sympy.exp(x, evaluate=evaluate), evaluate=evaluate)


def _logarithm(x: sympy.Expr, base: sympy.Expr | None = None, *, evaluate: bool = True) -> sympy.Expr:
    above = sympy.log(x, evaluate=evaluate)
    return above if base is None else above / sympy.log(base, evaluate=bool(evaluate or base.is_number))


def larger(sign: int) -> Callable[..., sympy.Expr]:
    """Return the rule of Max (sign 1) or Min (sign -1) in functions of the grammar: max(a, b) = (a + b + |a - b|)/2.

    >>> x = sympy.Symbol("x")
    >>> larger(1)(x, 1)
    x/2 + Abs(x - 1)/2 + 1/2
    """

    def rule(first: sympy.Expr, *rest: sympy.Expr) -> sympy.Expr:
        total = first
        for other in rest:
            total = (total + other + sign * sympy.Abs(total - other, evaluate=False)) / 2
        return total

    return rule


# Name: number of arguments, builder. A builder takes `evaluate=False` where SymPy shall not simplify.
FUNCTIONS: dict[str, tuple[int, Callable[..., sympy.Expr]]] = {
    "abs": (1, _absolute),
    "acos": (1, sympy.acos),
    "acosh": (1, sympy.acosh),
    "asin": (1, sympy.asin),
    "asinh": (1, sympy.asinh),
    "atan": (1, sympy.atan),
    "atanh": (1, sympy.atanh),
    "cos": (1, sympy.cos),
    "cosh": (1, sympy.cosh),
    "cot": (1, sympy.cot),
    "coth": (1, sympy.coth),
    "csc": (1, sympy.csc),
    "csch": (1, sympy.csch),
    "erf": (1, sympy.erf),
    "erfc": (1, sympy.erfc),
    "exp": (1, sympy.exp),
    "ln": (1, sympy.log),
    "log": (1, _logarithm),
    "log10": (1, _decadic),
    "sec": (1, sympy.sec),
    "sech": (1, sympy.sech),
    "sigmoid": (1, _sigmoid),
    "sin": (1, sympy.sin),
    "sinc": (1, sympy.sinc),
    "sinh": (1, sympy.sinh),
    "softplus": (1, _softplus),
    "sqrt": (1, sympy.sqrt),
    "tan": (1, sympy.tan),
    "tanh": (1, sympy.tanh),
}

# Functions that other tools have and a law has not, with what says the same.
ELSEWHERE = {
    "cbrt": "x**(1/3)",
    "ceil": "a smooth formula, it has no power series at its steps",
    "exp10": "10**x",
    "exp2": "2**x",
    "floor": "a smooth formula, it has no power series at its steps",
    "heaviside": "one formula for each side, and fit it to the rows there",
    "log2": "log(x, 2)",
    "max": "(a + b + abs(a - b))/2 for the larger one",
    "min": "(a + b - abs(a - b))/2 for the smaller one",
    "piecewise": "one formula for each piece, and fit it to the rows there",
    "pow": "a**b",
    "relu": "(x + abs(x))/2",
    "sgn": "x/abs(x)",
    "sign": "x/abs(x)",
}

# Name: number of arguments with those that may be left out; log(x, b) is the logarithm to the base b.
LONGEST: dict[str, int] = {"log": 2}

EXPONENTIAL = frozenset({"cosh", "csch", "exp", "sech", "sigmoid", "sinh", "softplus"})

# What must not be negative for a value to be real; `sqrt` is a power and is checked as one.
REAL_WHERE: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "acos": lambda x: 1 - x**2,
    "acosh": lambda x: x - 1,
    "asin": lambda x: 1 - x**2,
    "atanh": lambda x: 1 - x**2,
    "ln": lambda x: x,
    "log": lambda x: x,
    "log10": lambda x: x,
}
