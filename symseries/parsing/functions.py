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


# Name: number of arguments, builder. A builder takes `evaluate=False` where SymPy shall not simplify.
FUNCTIONS: dict[str, tuple[int, Callable[..., sympy.Expr]]] = {
    "abs": (1, _absolute),
    "acos": (1, sympy.acos),
    "asin": (1, sympy.asin),
    "asinh": (1, sympy.asinh),
    "atan": (1, sympy.atan),
    "atanh": (1, sympy.atanh),
    "cos": (1, sympy.cos),
    "cosh": (1, sympy.cosh),
    "erf": (1, sympy.erf),
    "exp": (1, sympy.exp),
    "ln": (1, sympy.log),
    "log": (1, sympy.log),
    "log10": (1, _decadic),
    "sigmoid": (1, _sigmoid),
    "sin": (1, sympy.sin),
    "sinh": (1, sympy.sinh),
    "softplus": (1, _softplus),
    "sqrt": (1, sympy.sqrt),
    "tan": (1, sympy.tan),
    "tanh": (1, sympy.tanh),
}

EXPONENTIAL = frozenset({"cosh", "exp", "sigmoid", "sinh", "softplus"})

# What must not be negative for a value to be real; `sqrt` is a power and is checked as one.
REAL_WHERE: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "acos": lambda x: 1 - x**2,
    "asin": lambda x: 1 - x**2,
    "atanh": lambda x: 1 - x**2,
    "ln": lambda x: x,
    "log": lambda x: x,
    "log10": lambda x: x,
}
