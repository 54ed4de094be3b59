"""Forms in which two expressions are compared: each rewriting is an identity at every point, and the ring does the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import sympy

from symseries.derivations.ring import is_zero

Found = TypeVar("Found")

_HYPERBOLIC = (sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch)
_CIRCULAR = (sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc, sympy.sinc)
_INVERSE = (sympy.asinh, sympy.acosh, sympy.atanh, sympy.acoth)
_ERROR = (sympy.erfc, sympy.erfi)
_COUNTING = (
    sympy.factorial, sympy.binomial, sympy.beta, sympy.RisingFactorial, sympy.FallingFactorial, sympy.gamma, sympy.factorial2,
    sympy.catalan, sympy.subfactorial,
)  # fmt: skip
_PIECES = (sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside, sympy.Abs, sympy.Piecewise)
_SPECIAL = (
    sympy.polygamma, sympy.harmonic, sympy.zeta, sympy.loggamma, sympy.besselj, sympy.besseli, sympy.besselk, sympy.bessely,
    sympy.polylog, sympy.legendre, sympy.chebyshevt, sympy.chebyshevu, sympy.hermite, sympy.laguerre, sympy.fibonacci,
    sympy.uppergamma, sympy.lowergamma, sympy.expint, sympy.hyper, sympy.gamma, sympy.jn, sympy.yn, sympy.gegenbauer,
    sympy.LambertW, sympy.Ei, sympy.digamma, sympy.dirichlet_eta,
)  # fmt: skip


def shown_zero(difference: sympy.Expr) -> str | None:
    """Return how an expression is seen to be zero, None where these forms do not show it.

    >>> x = sympy.Symbol("x", real=True)
    >>> shown_zero(sympy.tanh(x) ** 2 + sympy.sech(x) ** 2 - 1)
    'rewritten to exponentials, compared in their polynomial ring'
    """
    if difference == 0:
        return "both sides are the same expression"
    if difference.is_Matrix:
        return None
    for name, form in _forms(difference):
        if form == 0:
            return name
        if is_zero(form):
            joined = "compared in" if "," not in name else "in"
            return f"{name}, {joined} their polynomial ring" if name else "compared in the polynomial ring of their generators"
    return None


def vanishes(difference: sympy.Expr) -> bool:
    """Whether these forms show that an expression is zero."""
    return shown_zero(difference) is not None


def _forms(difference: sympy.Expr) -> Iterator[tuple[str, sympy.Expr]]:
    """Yield the forms with their names; those that would change nothing are left out."""
    expanded = sympy.expand(difference, power_base=False, power_exp=False, log=False, multinomial=difference.count_ops() < 200)
    if expanded == 0:
        yield "expanded", expanded
    yield "", difference
    if difference.has(*_HYPERBOLIC):
        yield "rewritten to exponentials", exponentials(difference)
    if difference.has(*_CIRCULAR):
        yield "rewritten to complex exponentials", circular(difference)
    if difference.has(*_ERROR):
        yield "rewritten to the error function", difference.rewrite(sympy.erf)
    if difference.has(*_COUNTING):
        yield "rewritten to Gamma functions", to_gamma(difference)
        yield "simplified as Gamma functions", _tried(sympy.gammasimp, to_gamma(difference))
        yield "Gamma functions of doubled arguments taken apart", _doubled(to_gamma(difference))
    if difference.has(sympy.log):
        yield "logarithms taken apart", logarithms(exponentials(difference))
    if difference.has(*_INVERSE):
        yield "rewritten to logarithms", logarithms(difference.replace(lambda e: isinstance(e, _INVERSE), _to_log))
    if difference.has(*_PIECES):
        yield "rewritten to absolute values", absolute_values(difference)
    if difference.has(*_SPECIAL):
        yield "special functions by their recurrences", _special(difference)
    if difference.has(sympy.Pow) and any(p.exp.is_Rational and not p.exp.is_Integer for p in difference.atoms(sympy.Pow)):
        yield "roots taken apart", _tried(sympy.sqrtdenest, _roots(difference))


def exponentials(expression: sympy.Expr) -> sympy.Expr:
    """Return hyperbolic functions as exponentials."""
    return expression.replace(lambda e: isinstance(e, _HYPERBOLIC), lambda e: e.rewrite(sympy.exp))


def circular(expression: sympy.Expr) -> sympy.Expr:
    """Return circular and hyperbolic functions as exponentials."""
    plain = expression.replace(sympy.sinc, lambda x: sympy.sin(x) / x)
    return exponentials(plain).replace(lambda e: isinstance(e, _CIRCULAR), lambda e: e.rewrite(sympy.exp))


def to_gamma(expression: sympy.Expr) -> sympy.Expr:
    """Return factorials, binomials and their kin as Gamma functions."""
    for function in (sympy.catalan, sympy.factorial2, sympy.beta):
        if expression.has(function):
            expression = expression.rewrite(sympy.gamma, piecewise=False)
    return expression.replace(lambda e: isinstance(e, _COUNTING[:6]), lambda e: e.rewrite(sympy.gamma, piecewise=False))


def logarithms(expression: sympy.Expr) -> sympy.Expr:
    """Return logarithms of products as sums, where the factors are known to be positive."""

    def apart(argument: sympy.Expr) -> sympy.Expr:
        joined = sympy.factor(sympy.together(sympy.powsimp(sympy.expand(argument))))
        return sympy.expand_log(sympy.log(joined))

    return expression.replace(sympy.log, apart)


def absolute_values(expression: sympy.Expr) -> sympy.Expr:
    """Return Max, Min, sign and the step function in terms of |x|."""
    found = expression.replace(sympy.Heaviside, lambda x, *_: (1 + sympy.sign(x)) / 2)
    found = found.replace(lambda e: isinstance(e, sympy.Max | sympy.Min), _extreme)
    return found.replace(sympy.sign, lambda x: x / sympy.Abs(x) if x.is_nonzero else sympy.sign(x))


def _extreme(node: sympy.Expr) -> sympy.Expr:
    side = 1 if isinstance(node, sympy.Max) else -1
    first, *rest = node.args
    for other in rest:
        first = (first + other + side * sympy.Abs(sympy.expand(first - other))) / 2
    return first


def _to_log(node: sympy.Expr) -> sympy.Expr:
    return node.rewrite(sympy.log)


# What SymPy raises where an algorithm of its meets what it was not made for.
SYMPY_FAULTS = (
    NotImplementedError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, AssertionError,
    sympy.PolynomialError, sympy.SympifyError, sympy.polys.polyerrors.BasePolynomialError,
)  # fmt: skip


def attempt(argument: Callable[..., Found | None], *given: object) -> Found | None:
    """Return what an argument finds, None where SymPy fails on the way."""
    try:
        return argument(*given)
    except SYMPY_FAULTS:
        return None


def _tried(simplify: Callable[[sympy.Expr], sympy.Expr], expression: sympy.Expr) -> sympy.Expr:
    """Return a simplified expression, or as it was where SymPy does not manage."""
    found = attempt(simplify, expression)
    return expression if found is None else found


def _doubled(expression: sympy.Expr) -> sympy.Expr:
    """Return Gamma(2u + c) by Legendre's duplication formula, c integer."""

    def apart(argument: sympy.Expr) -> sympy.Expr:
        constant, rest = sympy.expand(argument).as_coeff_Add()
        parts = [term.as_coeff_Mul() for term in sympy.Add.make_args(rest)]
        if rest == 0 or not all(c.is_Integer and c % 2 == 0 for c, _ in parts) or not constant.is_Integer:
            return sympy.gamma(argument)
        half = sympy.expand(argument / 2)
        return 2 ** (argument - 1) / sympy.sqrt(sympy.pi) * sympy.gamma(half) * sympy.gamma(half + sympy.Rational(1, 2))

    return expression.replace(sympy.gamma, apart)


def _special(expression: sympy.Expr) -> sympy.Expr:
    found = _tried(sympy.expand_func, expression)
    found = found.replace(sympy.legendre, lambda n, x: _polynomial(sympy.legendre_poly, n, x, sympy.legendre))
    return _tried(sympy.hyperexpand, found) if found.has(sympy.hyper) else found


def _polynomial(
    poly: Callable[..., sympy.Expr], n: sympy.Expr, x: sympy.Expr, function: Callable[..., sympy.Expr]
) -> sympy.Expr:
    return poly(n, x) if n.is_Integer and n >= 0 else function(n, x)


def _roots(expression: sympy.Expr) -> sympy.Expr:
    """Return roots of rational expressions factored, the factors known to be positive taken out."""

    def apart(node: sympy.Expr) -> sympy.Expr:
        return sympy.expand_power_base(sympy.Pow(sympy.factor(sympy.together(node.base)), node.exp))

    return expression.replace(lambda e: e.is_Pow and e.exp.is_Rational and not e.exp.is_Integer, apart)
