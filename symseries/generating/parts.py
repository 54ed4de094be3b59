"""What several generating functions are made of."""

from __future__ import annotations

import sympy
from sympy.logic.boolalg import Boolean

from symseries.generating.function import INDEX, VARIABLE
from symseries.names import symbol
from symseries.parsing.latex import Stirling2


def between(low: sympy.Expr, high: sympy.Expr, *, closed: str = "", x: sympy.Symbol = VARIABLE) -> Boolean:
    """Return low < x < high, with the ends that `closed` names, "low" and "high", included."""
    lower = sympy.Ge(x, low) if "low" in closed else sympy.Gt(x, low)
    return sympy.And(lower, sympy.Le(x, high) if "high" in closed else sympy.Lt(x, high))


def odd() -> sympy.Expr:
    """Return 1 at odd n, 0 at even n."""
    return (1 - (-1) ** INDEX) / 2


def alternating() -> sympy.Expr:
    """Return 1 at n = 1, 5, 9, …, -1 at n = 3, 7, 11, …, 0 at even n."""
    return sympy.sin(sympy.pi * INDEX / 2)


def bernoulli_part(index: sympy.Expr) -> sympy.Expr:
    """Return (2^m - 1) B_m/m!, of which sigmoid, softplus, SiLU, tanh and tan are made (DLMF 4.19.3 and 24.4.26)."""
    return (2**index - 1) * sympy.bernoulli(index) / sympy.factorial(index)


def logistic_part(inverse: sympy.Expr) -> sympy.Expr:
    """Return the n-th coefficient of the sigmoid where it has the value s = 1/`inverse`.

    a_n = 1/n! times the sum for k = 1 … n + 1 of (-1)^(k-1) (k-1)! S(n+1, k) s^k, by Minai and Williams, On the derivatives of
    the sigmoid, Neural Networks 6 (1993) 845-853.
    """
    k = symbol("k")
    summand = (-1) ** (k - 1) * sympy.factorial(k - 1) * Stirling2(INDEX + 1, k) * inverse ** (-k)
    return sympy.Sum(summand, (k, 1, INDEX + 1)) / sympy.factorial(INDEX)
