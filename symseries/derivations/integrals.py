"""Proofs of integrals: an antiderivative that is differentiated to check it, and values or limits at both ends."""

from __future__ import annotations

from typing import Any

import sympy

from symseries.derivations.analytic import is_regular
from symseries.derivations.rewriting import vanishes

_NO_NUMBER = (sympy.nan, sympy.zoo, sympy.AccumBounds, sympy.Limit, sympy.Integral)


def by_antiderivative(integral: Any) -> sympy.Expr | None:
    """Return the value of a definite integral from an antiderivative, differentiated to check it; None where none is found.

    The antiderivative must be analytic on the line of its variable, or on its positive or negative half where the bounds lie
    there, so that it has no step on the way.

    >>> t = sympy.Symbol("t", real=True)
    >>> by_antiderivative(sympy.Integral(sympy.exp(-t**2), (t, -sympy.oo, sympy.oo)))
    sqrt(pi)
    """
    if len(integral.limits) != 1 or len(integral.limits[0]) != 3:
        return None
    name, low, high = integral.limits[0]
    t = _within(name, low, high)
    integrand = integral.function.subs(name, t)
    try:
        found = sympy.integrate(integrand, t)
    except (NotImplementedError, ValueError, TypeError, AttributeError):
        return None
    if found.has(sympy.Integral, sympy.Piecewise) or not is_regular(found, t):
        return None
    if not vanishes(sympy.diff(found, t) - integrand):
        return None
    ends = [_at(found, t, end, side) for end, side in ((high, "-"), (low, "+"))]
    value = ends[0] - ends[1]
    return None if value.has(*_NO_NUMBER, sympy.oo, -sympy.oo) else value


def _within(name: sympy.Symbol, low: sympy.Expr, high: sympy.Expr) -> sympy.Symbol:
    """Return the variable with what the bounds say of its sign."""
    if low.is_nonnegative and (high is sympy.oo or high.is_nonnegative):
        return sympy.Symbol(name.name, positive=True)
    if high.is_nonpositive and (low is -sympy.oo or low.is_nonpositive):
        return sympy.Symbol(name.name, negative=True)
    return sympy.Symbol(name.name, real=True)


def _at(found: sympy.Expr, t: sympy.Symbol, end: sympy.Expr, side: str) -> sympy.Expr:
    """Return the value of an antiderivative at a bound, or its limit there."""
    if end not in (sympy.oo, -sympy.oo):
        value = found.subs(t, end)
        if not value.has(*_NO_NUMBER, sympy.oo, -sympy.oo):
            return value
    try:
        return sympy.limit(found, t, end, side)
    except (NotImplementedError, ValueError, TypeError):
        return sympy.nan


def by_fundamental_theorem(integral: Any, target: sympy.Expr) -> str | None:
    """Return the symbol in whose powers an integral and its target have the same derivative, both zero where the bounds meet.

    >>> x, t = sympy.symbols("x t", real=True)
    >>> by_fundamental_theorem(sympy.Integral(sympy.tanh(t), (t, 0, x)), sympy.log(sympy.cosh(x)))
    'x'
    """
    if len(integral.limits) != 1 or len(integral.limits[0]) != 3:
        return None
    name, low, high = integral.limits[0]
    if not high.is_Symbol or integral.function.has(high) or low.has(high):
        return None
    t = sympy.Symbol(name.name, real=True)
    if not (is_regular(integral.function.subs(name, t), t) and is_regular(target, high)):
        return None
    slope = sympy.diff(target, high) - integral.function.subs(name, high)
    return str(high) if vanishes(slope) and vanishes(target.subs(high, low)) else None
