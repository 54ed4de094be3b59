"""Proofs of infinite series: by the differential equation that their recurrence means, and by known generating functions."""

from __future__ import annotations

from collections.abc import Callable

import sympy
from sympy.simplify.simplify import hypersimp

from symseries.derivations.hypergeometric import Total
from symseries.derivations.rewriting import vanishes

_PIECES = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside, sympy.Piecewise, sympy.floor)
_NO_NUMBER = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)
_LATEST = 40

Shape = tuple[int, int, sympy.Expr, sympy.Expr]
"""p, q, P and Q of a power series."""


def by_equation(total: Total, target: sympy.Expr, x: sympy.Symbol) -> bool:
    """Whether a power series in x and a target satisfy one differential equation and agree in the coefficients that it leaves.

    Terms t(k) = c_k x**(p k + q) with t(k + 1)/t(k) = x**p P(k)/Q(k) sum to S with Q(K - 1) (S - t(low)) = x**p P(K) S, where
    K = (x d/dx - q)/p. A solution analytic at 0 is determined by its coefficients of x**m with Q((m - q)/p - 1) = 0.

    >>> x, k = sympy.Symbol("x", real=True), sympy.Symbol("k", integer=True, nonnegative=True)
    >>> by_equation(Total(x**k / sympy.factorial(k), k, sympy.S.Zero, sympy.oo), sympy.exp(x), x)
    True
    """
    if target.has(*_PIECES) or not total.low.is_Integer:
        return False
    shape = _shape(total, x)
    if shape is None:
        return False
    p, q, above, below = shape
    k = total.k

    def operate(polynomial: sympy.Expr, function: sympy.Expr) -> sympy.Expr:
        """Return polynomial(K) applied to a function, by Horner's rule."""
        result = sympy.S.Zero
        for coefficient in sympy.Poly(polynomial, k).all_coeffs():
            result = (x * sympy.diff(result, x) - q * result) / p + coefficient * function
        return result

    left = operate(below.subs(k, k - 1).expand(), target - total.at(total.low))
    if not vanishes(left - x**p * operate(above, target)):
        return False
    return _free_coefficients_agree(total, target, x, shape)


def _shape(total: Total, x: sympy.Symbol) -> Shape | None:
    """Return p, q, P and Q of a power series with hypergeometric coefficients."""
    k = total.k
    ratio = hypersimp(total.term, k)
    if ratio is None:
        return None
    ratio = sympy.factor(sympy.cancel(ratio))
    coefficient, power = ratio.as_independent(x, as_Add=False)
    base, p = power.as_base_exp()
    if base != x or not p.is_Integer or p <= 0:
        return None
    exponent = sympy.expand(sympy.simplify(x * sympy.diff(total.term, x) / total.term) - p * k)
    above, below = map(sympy.expand, sympy.fraction(sympy.cancel(coefficient)))
    if not exponent.is_Integer or not all(part.is_polynomial(k) for part in (above, below)):
        return None
    return int(p), int(exponent), above, below


def _free_coefficients_agree(total: Total, target: sympy.Expr, x: sympy.Symbol, shape: Shape) -> bool:
    """Whether the coefficients agree that the equation does not determine."""
    p, q, _, below = shape
    roots = sympy.roots(sympy.Poly(below, total.k)) if below.has(total.k) else {}
    if below.has(total.k) and sum(roots.values()) != sympy.degree(below, total.k):
        return False
    places = {sympy.expand(p * (root + 1) + q) for root in roots}
    if any(place.free_symbols and place.is_integer is not False for place in places):
        return False
    free = sorted(int(place) for place in places if place.is_Integer and place >= 0)
    if free and free[-1] > _LATEST:
        return False
    expected = _taylor(target, x, max([*free, 1]))
    return expected is not None and all(vanishes(expected[m] - _coefficient(total, x, p, q, m)) for m in free)


def _coefficient(total: Total, x: sympy.Symbol, p: int, q: int, m: int) -> sympy.Expr:
    k, rest = divmod(m - q, p)
    if rest or k < total.low:
        return sympy.S.Zero
    return sympy.powsimp(sympy.expand_power_base(total.at(sympy.Integer(k)) / x**m, force=True))


def _taylor(target: sympy.Expr, x: sympy.Symbol, most: int) -> list[sympy.Expr] | None:
    """Return coefficients of a function analytic at 0, None where SymPy does not find it to be."""
    free = sympy.Symbol("x_0")
    try:
        found = sympy.series(target.subs(x, free), free, 0, most + 1).removeO()
    except (NotImplementedError, ValueError, TypeError, sympy.PoleError):
        return None
    if not found.is_polynomial(free):
        return None
    polynomial = sympy.Poly(found, free)
    return [polynomial.coeff_monomial(free**m) for m in range(most + 1)]


def _sqrt(y: sympy.Expr) -> sympy.Expr:
    """Return a root of y, either one: it goes into even functions."""
    positive = {symbol: sympy.Symbol(symbol.name, positive=True) for symbol in y.free_symbols}
    root = sympy.powdenest(sympy.sqrt(sympy.factor(y.xreplace(positive))), force=True)
    return root.xreplace({new: old for old, new in positive.items()})


# A sequence over k, and the sum of it times y**k from k = 0 on: definitions, or found beside them in every table.
_SEQUENCES: dict[str, tuple[Callable[..., sympy.Expr], Callable[..., sympy.Expr]]] = {
    "bernoulli": (
        lambda k: sympy.bernoulli(2 * k) / sympy.factorial(2 * k),
        lambda y: _sqrt(y) / 2 * sympy.coth(_sqrt(y) / 2),
    ),
    "euler": (lambda k: sympy.euler(2 * k) / sympy.factorial(2 * k), lambda y: sympy.sech(_sqrt(y))),
    "zeta": (lambda k: sympy.zeta(2 * k), lambda y: -sympy.pi * _sqrt(y) / 2 * sympy.cot(sympy.pi * _sqrt(y))),
    "bernoulli of all": (lambda k: sympy.bernoulli(k) / sympy.factorial(k), lambda y: y / (1 - sympy.exp(-y))),
    "harmonic": (sympy.harmonic, lambda y: -sympy.log(1 - y) / (1 - y)),
    "fibonacci": (sympy.fibonacci, lambda y: y / (1 - y - y**2)),
    "bell": (lambda k: sympy.bell(k) / sympy.factorial(k), lambda y: sympy.exp(sympy.exp(y) - 1)),
}
_FAMILIES: dict[type, tuple[Callable[..., sympy.Expr], Callable[..., sympy.Expr]]] = {
    sympy.legendre: (lambda k, x: sympy.S.One, lambda y, x: 1 / sympy.sqrt(1 - 2 * x * y + y**2)),
    sympy.chebyshevt: (lambda k, x: sympy.S.One, lambda y, x: (1 - x * y) / (1 - 2 * x * y + y**2)),
    sympy.chebyshevu: (lambda k, x: sympy.S.One, lambda y, x: 1 / (1 - 2 * x * y + y**2)),
    sympy.hermite: (lambda k, x: 1 / sympy.factorial(k), lambda y, x: sympy.exp(2 * x * y - y**2)),
    sympy.laguerre: (lambda k, x: sympy.S.One, lambda y, x: sympy.exp(-x * y / (1 - y)) / (1 - y)),
}


def by_generating_function(total: Total) -> sympy.Expr | None:
    """Return the closed form of a series over Bernoulli, Euler, harmonic or zeta numbers, or orthogonal polynomials.

    >>> x, k = sympy.Symbol("x", real=True), sympy.Symbol("k", integer=True, nonnegative=True)
    >>> term = sympy.euler(2 * k) * x ** (2 * k) / sympy.factorial(2 * k)
    >>> by_generating_function(Total(term, k, sympy.S.Zero, sympy.oo))
    sech(x)
    """
    found = [_of_piece(total, piece) for piece in sympy.Add.make_args(sympy.expand(total.term))]
    return None if None in found or not total.low.is_Integer else sympy.Add(*found)


def _of_piece(total: Total, piece: sympy.Expr) -> sympy.Expr | None:
    """Return the sum of one kind of terms."""
    found = [_with_weight(total, piece, *pair) for pair in _SEQUENCES.values() if piece.has(*_kinds(pair[0](total.k)))]
    calls = [call for call in piece.atoms(*_FAMILIES) if call.args[0] == total.k and not call.args[1].has(total.k)]
    found += [_of_family(total, piece, call) for call in calls]
    return next((closed for closed in found if closed is not None), None)


def _of_family(total: Total, piece: sympy.Expr, call: sympy.Expr) -> sympy.Expr | None:
    """Return the sum of terms with orthogonal polynomials of degree k."""
    weight, function = _FAMILIES[type(call)]
    x = call.args[1]

    def sequence(k: sympy.Expr) -> sympy.Expr:
        return call.func(k, x) * weight(k, x)

    def generating(y: sympy.Expr) -> sympy.Expr:
        return function(y, x)

    return _with_weight(total, piece, sequence, generating)


def _kinds(expression: sympy.Expr) -> list[type]:
    return [type(call) for call in expression.atoms(sympy.Function) if not isinstance(call, sympy.factorial)]


def _with_weight(
    total: Total, piece: sympy.Expr, sequence: Callable[[sympy.Expr], sympy.Expr], function: Callable[[sympy.Expr], sympy.Expr]
) -> sympy.Expr | None:
    """Return the sum of w*y**k times a sequence, where the piece is that."""
    k = total.k
    weight = sympy.powsimp(sympy.expand_power_exp(sympy.combsimp(piece / sequence(k))))
    if weight.has(*_kinds(sequence(k))):
        return None
    y = sympy.cancel(sympy.powsimp(sympy.expand(weight.subs(k, k + 1) / weight)))
    y = sympy.simplify(y) if y.has(k) else y
    if y.has(k):
        return None
    start = weight.subs(k, 0)
    before = sum((sequence(sympy.Integer(j)) * y**j for j in range(int(total.low))), sympy.S.Zero)
    closed = start * (function(y) - before)
    return None if closed.has(*_NO_NUMBER) else closed
