"""Two functions with the same derivative and one equal value: where this is a proof, and the proof."""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from symseries.derivations.rewriting import vanishes

_ENTIRE = (sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.erf, sympy.erfc, sympy.erfi)
_MEROMORPHIC = (
    sympy.tan, sympy.cot, sympy.sec, sympy.csc, sympy.tanh, sympy.coth, sympy.sech, sympy.csch, sympy.gamma, sympy.factorial,
)  # fmt: skip
_ON_THE_LINE = (*_ENTIRE, sympy.tanh, sympy.sech, sympy.atan, sympy.asinh)
_PLACES = tuple(sympy.Rational(text) for text in ("0", "1", "-1", "1/2", "2", "-1/2"))


def by_derivative(difference: sympy.Expr, variable: sympy.Symbol) -> str | None:
    """Return the argument that a difference is zero, as its derivative and one value are; None where it is not shown.

    It holds where the difference is analytic on an interval, or meromorphic in the whole plane: there what
    has no slope is one constant. (atan(x) + atan(1/x) has two, since 1/x has a pole in the way.)

    >>> x = sympy.Symbol("x", positive=True)
    >>> by_derivative(sympy.atan(x) + sympy.atan(1 / x) - sympy.pi / 2, x)
    'the derivatives in x agree, and the values at x = 1'
    """
    if not variable.is_extended_real or variable.is_integer:
        return None
    if not (is_regular(difference, variable) or is_meromorphic(difference, variable)):
        return None
    if not vanishes(_derivative(difference, variable)):
        return None
    for place, value in _values(difference, variable):
        if vanishes(value):
            return f"the derivatives in {variable} agree, and the values at {variable} = {place}"
    return None


def _derivative(difference: sympy.Expr, variable: sympy.Symbol) -> sympy.Expr:
    return sympy.diff(difference, variable).doit()


def _values(difference: sympy.Expr, variable: sympy.Symbol) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    for place in _PLACES:
        if (place == 0 and variable.is_zero is False) or (place < 0 and variable.is_nonnegative):
            continue
        if place >= 0 and variable.is_negative:
            continue
        value = difference.subs(variable, place)
        if not value.has(sympy.nan, sympy.zoo, sympy.oo):
            yield place, value


def is_regular(node: sympy.Expr, variable: sympy.Symbol) -> bool:
    """Whether a function is analytic in a real variable wherever it may be."""
    if not node.has(variable) or node == variable:
        return True
    if not all(is_regular(part, variable) for part in node.args):
        return False
    if node.is_Add or node.is_Mul:
        return True
    if node.is_Pow:
        base, exponent = node.args
        if exponent.is_Integer:
            return bool(exponent.is_nonnegative or positive(base) or base.is_nonzero)
        return positive(base)
    if isinstance(node, sympy.log):
        return positive(node.args[0])
    if isinstance(node, sympy.asin | sympy.acos | sympy.atanh):
        return positive(1 - node.args[0]) and positive(1 + node.args[0])
    return isinstance(node, _ON_THE_LINE) and bool(node.args[0].is_extended_real)


def positive(expression: sympy.Expr) -> bool:
    """Whether a real expression is certainly positive."""
    if expression.is_positive:
        return True
    joined = sympy.factor(sympy.together(expression))
    return bool(joined.is_positive) or bool(_square_completed(joined))


def _square_completed(expression: sympy.Expr) -> bool:
    """Whether a polynomial of one real variable has no real root and is positive at 0."""
    symbols = expression.free_symbols
    if len(symbols) != 1:
        return False
    [name] = symbols
    if not expression.is_polynomial(name) or not name.is_extended_real:
        return False
    polynomial = sympy.Poly(expression, name)
    is_rational = polynomial.domain.is_QQ or polynomial.domain.is_ZZ
    return bool(is_rational and polynomial.count_roots() == 0 and polynomial.nth(0) > 0)


def is_meromorphic(node: sympy.Expr, variable: sympy.Symbol) -> bool:
    """Whether a function is meromorphic in the whole plane of a variable."""
    if not node.has(variable) or node == variable:
        return True
    if node.is_Add or node.is_Mul or (node.is_Pow and node.exp.is_Integer):
        return all(is_meromorphic(part, variable) for part in node.args)
    if node.is_Pow and not node.base.has(variable):
        return _is_entire(node.exp, variable)
    return isinstance(node, (*_ENTIRE, *_MEROMORPHIC)) and _is_entire(node.args[0], variable)


def _is_entire(node: sympy.Expr, variable: sympy.Symbol) -> bool:
    if not node.has(variable) or node == variable:
        return True
    if node.is_Add or node.is_Mul or (node.is_Pow and node.exp.is_Integer and node.exp.is_nonnegative):
        return all(_is_entire(part, variable) for part in node.args)
    return isinstance(node, _ENTIRE) and _is_entire(node.args[0], variable)
