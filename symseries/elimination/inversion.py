"""The one constant in a value, found from that value: K from K**n, b from exp(b)."""

from __future__ import annotations

import sympy

_INVERSES = {
    sympy.exp: sympy.log, sympy.log: sympy.exp, sympy.tanh: sympy.atanh, sympy.sinh: sympy.asinh, sympy.atan: sympy.tan,
    sympy.asinh: sympy.sinh, sympy.tan: sympy.atan, sympy.sin: sympy.asin, sympy.cos: sympy.acos, sympy.asin: sympy.sin,
    sympy.acos: sympy.cos, sympy.cosh: sympy.acosh,
}  # fmt: skip


def inverted(expression: sympy.Expr, name: sympy.Symbol, value: sympy.Expr) -> dict[str, sympy.Expr]:
    """Return the symbol for which `expression` has a value, nothing where it cannot be isolated.

    Bases of powers are taken as positive, and of several angles the one nearest to 0.

    >>> K, n, h = sympy.symbols("K n h")
    >>> inverted(K**n, K, h), inverted(sympy.exp(2 * K + 1), K, h)
    ({'K': h**(1/n)}, {'K': log(h)/2 - 1/2})
    """
    while expression != name:
        inner = _peeled(expression, name, value)
        if inner is None:
            return {}
        expression, value = inner
    return {name.name: value}


def _peeled(expression: sympy.Expr, name: sympy.Symbol, value: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Return the inner expression that holds the name and the value that it must have."""
    if type(expression) in _INVERSES:
        return expression.args[0], _INVERSES[type(expression)](value)
    if isinstance(expression, sympy.Pow) and not expression.exp.has(name):
        return expression.base, value ** (1 / expression.exp)
    if isinstance(expression, sympy.Pow) and not expression.base.has(name):
        return expression.exp, sympy.log(value) / sympy.log(expression.base)
    if isinstance(expression, (sympy.Add, sympy.Mul)):
        rest, inner = expression.as_independent(name, as_Add=isinstance(expression, sympy.Add))
        moved = value - rest if isinstance(expression, sympy.Add) else value / rest
        if inner.is_Add == expression.is_Add and inner.is_Mul == expression.is_Mul and inner.args == expression.args:
            return None
        return inner, moved.expand() if isinstance(expression, sympy.Add) and moved.is_Add else moved
    return None
