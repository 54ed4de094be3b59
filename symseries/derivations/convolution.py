"""Proofs of binomial convolutions: the sum over C(n, k) u(k) v(n - k) has the product of two generating functions."""

from __future__ import annotations

from collections.abc import Callable

import sympy

from symseries.derivations.hypergeometric import Total
from symseries.derivations.rewriting import vanishes

_MOST_ENDS = 4
_Z = sympy.Symbol("z", positive=True)
_GOLDEN = (1 + sympy.sqrt(5)) / 2

# Sequences over k, and the sum of them times z**k/k!.
_EXPONENTIAL: dict[type, Callable[[sympy.Expr], sympy.Expr]] = {
    sympy.bernoulli: lambda z: z / (1 - sympy.exp(-z)),
    sympy.euler: lambda z: 2 / (sympy.exp(z) + sympy.exp(-z)),
    sympy.fibonacci: lambda z: (sympy.exp(_GOLDEN * z) - sympy.exp((1 - _GOLDEN) * z)) / sympy.sqrt(5),
    sympy.factorial: lambda z: 1 / (1 - z),
    sympy.bell: lambda z: sympy.exp(sympy.exp(z) - 1),
}


def by_convolution(total: Total, target: sympy.Expr) -> bool:
    """Whether a binomial convolution and its value have the same exponential generating function.

    >>> k, n = sympy.symbols("k n", integer=True, nonnegative=True)
    >>> by_convolution(Total(sympy.binomial(n + 1, k) * sympy.bernoulli(k), k, sympy.S.Zero, n), n + 1)
    True
    """
    whole = _whole_sum(total, target)
    if whole is None:
        return False
    term, value, n, k = whole
    rest = sympy.powsimp(sympy.expand(term / sympy.binomial(n, k), func=False))
    left = sympy.S.Zero
    for piece in sympy.Add.make_args(rest):
        product = _product(piece, n, k)
        if product is None:
            return False
        left += product
    right = exponential(value, n)
    return right is not None and vanishes(left - right)


def _whole_sum(total: Total, target: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr, sympy.Symbol, sympy.Symbol] | None:
    """Return term and value of a sum over all k from 0 to N, with C(N, k) in its term, the ends that are missing added."""
    k = total.k
    for call in total.term.atoms(sympy.binomial):
        above, below = call.args
        names = [s for s in above.free_symbols if s.is_integer and sympy.expand(above - s).is_Integer]
        ends = sympy.expand(above - total.high)
        if below != k or len(names) != 1 or not (ends.is_Integer and 0 <= ends <= _MOST_ENDS) or not total.low.is_Integer:
            continue
        if not 0 <= total.low <= _MOST_ENDS:
            continue
        value = target + sum((total.at(above - i) for i in range(int(ends))), sympy.S.Zero)
        value += sum((total.at(sympy.Integer(i)) for i in range(int(total.low))), sympy.S.Zero)
        n = sympy.Symbol("N", integer=True, nonnegative=True)
        moved = {names[0]: n - sympy.expand(above - names[0])}
        return total.term.subs(moved), sympy.expand(value.subs(moved)), n, k
    return None


def _product(piece: sympy.Expr, n: sympy.Symbol, k: sympy.Symbol) -> sympy.Expr | None:
    """Return the generating function of a sum over C(n, k) u(k) v(n - k), for one product of u and v."""
    first, second = sympy.S.One, sympy.S.One
    j = sympy.Symbol("j", integer=True, nonnegative=True)
    for factor in sympy.Mul.make_args(sympy.expand_power_exp(piece)):
        base, exponent = factor.as_base_exp()
        if not factor.has(n):
            first *= factor
        elif not base.has(n, k) and exponent == n:
            first, second = first * base**k, second * base**j  # c**n = c**k c**(n - k)
        else:
            moved = sympy.expand(factor.subs(n, j + k))
            if moved.has(k):
                return None
            second *= moved
    left, right = exponential(first, k), exponential(second, j)
    return None if left is None or right is None else left * right


def exponential(sequence: sympy.Expr, k: sympy.Symbol) -> sympy.Expr | None:
    """Return the sum of a sequence times z**k/k!, for sums of polynomials in k times powers c**k times a known number.

    >>> k = sympy.Symbol("k", integer=True, nonnegative=True)
    >>> exponential(k * 2**k, k)
    2*z*exp(2*z)
    """
    found = sympy.S.Zero
    for piece in sympy.Add.make_args(sympy.expand(sequence)):
        base, function, polynomial = sympy.S.One, sympy.exp, sympy.S.One
        for factor in sympy.Mul.make_args(sympy.expand_power_exp(piece)):
            root, exponent = factor.as_base_exp()
            if type(factor) in _EXPONENTIAL and factor.args == (k,) and function is sympy.exp:
                function = _EXPONENTIAL[type(factor)]
            elif not root.has(k) and sympy.diff(exponent, k).is_Integer and exponent.has(k):
                base, polynomial = base * root ** sympy.diff(exponent, k), polynomial * root ** exponent.subs(k, 0)
            elif factor.is_polynomial(k):
                polynomial *= factor
            else:
                return None
        found += _operated(sympy.Poly(polynomial, k).all_coeffs(), function(base * _Z))
    return found


def _operated(coefficients: list[sympy.Expr], function: sympy.Expr) -> sympy.Expr:
    """Return a polynomial in z d/dz, highest coefficient first, applied to a function."""
    result = sympy.S.Zero
    for coefficient in coefficients:
        result = _Z * sympy.diff(result, _Z) + coefficient * function
    return result
