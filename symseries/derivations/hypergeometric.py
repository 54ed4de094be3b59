"""Proofs of finite sums: by telescoping (Gosper), by recurrence (Zeilberger), and by induction.

What the algorithms find is checked here before it is believed: the certificate G with F = G(k + 1) - G(k), and the first value.
References: R. W. Gosper (1978), D. Zeilberger (1991); M. Petkovšek, H. Wilf, D. Zeilberger, A = B (1996), chapters 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy
from sympy.concrete.gosper import gosper_normal, gosper_term
from sympy.simplify.simplify import hypersimp

from symseries.derivations.rewriting import to_gamma, vanishes

_DEGREES = 6
_LATEST = 20
_NO_NUMBER = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)

Zero = Callable[[sympy.Expr], bool]
Certificate = tuple[list[sympy.Expr], sympy.Expr]
"""a_0 … a_J and the rational function G/F."""


@dataclass(frozen=True)
class Total:
    """A finite sum of `term` over k from `low` to `high`."""

    term: sympy.Expr
    k: sympy.Symbol
    low: sympy.Expr
    high: sympy.Expr

    def at(self, k: sympy.Expr) -> sympy.Expr:
        """Return the term at k."""
        return self.term.subs(self.k, k)


def telescoped(total: Total) -> sympy.Expr | None:
    """Return the closed form of a sum whose terms are differences G(k + 1) - G(k), found by Gosper's algorithm and checked.

    >>> k, n = sympy.symbols("k n", integer=True, nonnegative=True)
    >>> sympy.factor(telescoped(Total(k, k, sympy.S.Zero, n)))
    n*(n + 1)/2
    """
    if hypersimp(total.term, total.k) is None:
        return None
    factor = gosper_term(total.term, total.k)
    if factor is None:
        return None
    if not vanishes(total.term * factor + total.term - total.at(total.k + 1) * factor.subs(total.k, total.k + 1)):
        return None
    before, after = (_joined(total.term * part, total.k) for part in (factor, factor + 1))
    if any(_has_root_within(sympy.fraction(sympy.together(part))[1], total) for part in (before, after)):
        return None
    closed = after.subs(total.k, total.high) - before.subs(total.k, total.low)
    return None if closed.has(*_NO_NUMBER) else closed


def _joined(expression: sympy.Expr, k: sympy.Symbol) -> sympy.Expr:
    """Return a rational function of k in lowest terms, where poles have gone that are none."""
    return sympy.cancel(expression) if expression.is_rational_function(k) else expression


def _has_root_within(below: sympy.Expr, total: Total) -> bool:
    """Whether a denominator may vanish between the bounds."""
    below = sympy.Mul(*(part for part in sympy.Mul.make_args(below) if part.is_rational_function(total.k)))
    if not below.has(total.k):
        return False
    try:
        roots = sympy.roots(sympy.Poly(below, total.k))
    except sympy.PolynomialError:
        return True
    if sum(roots.values()) != sympy.degree(below, total.k):
        return True
    return any(_is_between(root, total) for root in roots)


def _is_between(root: sympy.Expr, total: Total) -> bool:
    if root.is_integer is False:
        return False
    return (root - total.low).is_negative is not True and (total.high - root).is_negative is not True


def by_induction(total: Total, target: sympy.Expr, n: sympy.Symbol) -> bool:
    """Whether the target gains the last term with each step of n, and is right at the first."""
    step = sympy.expand(total.high.subs(n, n + 1) - total.high)
    if step != 1 or total.term.has(n) or total.low.has(n):
        return False
    first = sympy.solve(total.high - total.low, n)
    if len(first) != 1 or not vanishes(target.subs(n, first[0]) - total.at(total.low)):
        return False
    return vanishes(target.subs(n, n + 1) - target - total.at(total.high.subs(n, n + 1)))


def by_recurrence(total: Total, target: sympy.Expr, n: sympy.Symbol, zero: Zero = vanishes) -> int | None:
    """Return the order of a recurrence in n that sum and target satisfy, with the same first values; None where none is found.

    With a_j(n) and G such that sum_j a_j F(n + j, k) = G(k + 1) - G(k), the terms at the end are added one by one, so that G is
    taken between the bounds only.

    >>> k, n = sympy.symbols("k n", integer=True, nonnegative=True)
    >>> by_recurrence(Total(sympy.binomial(n, k)**2, k, sympy.S.Zero, n), sympy.binomial(2*n, n), n)
    1
    """
    if total.low.has(n) or not sympy.expand(total.high.subs(n, n + 1) - total.high).is_Integer:
        return None
    if sympy.expand(total.high.subs(n, n + 1) - total.high) < 0:
        return None
    for order in (1, 2):
        for degree in range(_DEGREES):
            found = _certificate(total, n, order, degree)
            if found is not None:
                return order if _agrees(total, target, n, found, zero) else None
    return None


def closed_by_recurrence(total: Total, n: sympy.Symbol) -> sympy.Expr | None:
    """Return the closed form of a sum with a homogeneous recurrence of first order, S(n + 1) = R(n) S(n).

    >>> k, n = sympy.symbols("k n", integer=True, nonnegative=True)
    >>> closed_by_recurrence(Total(sympy.binomial(n, k), k, sympy.S.Zero, n), n)
    2**n
    """
    for degree in range(_DEGREES // 2):
        found = _certificate(total, n, 1, degree)
        if found is None:
            continue
        (before, after), _ = found
        first = _first(total, n)
        closed = explicit(total, n, first) * _product_of(sympy.factor(-before / after), n, first)
        return closed if by_recurrence(total, closed, n) else None
    return None


def _product_of(ratio: sympy.Expr, n: sympy.Symbol, first: int) -> sympy.Expr:
    """Return the product of a factored rational function of i for i from first to n - 1."""
    result = sympy.S.One
    for factor in sympy.Mul.make_args(ratio):
        base, power = factor.as_base_exp()
        slope = sympy.diff(base, n)
        if not base.has(n):
            result *= factor ** (n - first)
        elif not slope.has(n):
            shift = sympy.expand(base / slope - n)
            result *= (slope ** (n - first) * sympy.gamma(n + shift) / sympy.gamma(first + shift)) ** power
        else:
            raise NotImplementedError("a factor that is not linear")
    return result


def _certificate(total: Total, n: sympy.Symbol, order: int, degree: int) -> Certificate | None:
    """Return a_0 … a_order and the rational function G/F, by Gosper's equation with unknown a_j."""
    k, term = total.k, to_gamma(total.term)
    ratio_k = _rational(term.subs(k, k + 1) / term)
    ratios = [_rational(term.subs(n, n + j) / term) for j in range(order + 1)]
    if ratio_k is None or None in ratios:
        return None
    below = sympy.lcm([sympy.fraction(ratio)[1] for ratio in ratios]) if order else sympy.S.One
    weights = [sympy.cancel(ratio * below) for ratio in ratios]
    step = sympy.cancel(ratio_k * below / below.subs(k, k + 1))
    if not step.has(k):
        above, under, common = *map(sympy.expand, sympy.fraction(step)), sympy.S.One
    else:
        above, under, common = gosper_normal(*sympy.fraction(step), k, polys=False)
    unknown = [sympy.Symbol(f"a{j}") for j in range(order + 1)] + [sympy.Symbol(f"x{i}") for i in range(degree + 1)]
    trial = sum((unknown[order + 1 + i] * k**i for i in range(degree + 1)), sympy.S.Zero)
    wanted = sum((a * w for a, w in zip(unknown, weights, strict=False)), sympy.S.Zero)
    equation = above * trial.subs(k, k + 1) - under.subs(k, k - 1) * trial - common * wanted
    rows = sympy.Poly(sympy.expand(sympy.numer(sympy.together(equation))), k).coeffs()
    for solution in _null_space(rows, unknown):
        if any(solution[: order + 1]):
            values = dict(zip(unknown, solution, strict=True))
            return list(solution[: order + 1]), sympy.cancel(under.subs(k, k - 1) * trial.subs(values) / (common * below))
    return None


def _rational(expression: sympy.Expr) -> sympy.Expr | None:
    """Return a quotient of neighbouring terms as a rational function."""
    found = sympy.cancel(sympy.powsimp(sympy.expand_power_exp(sympy.gammasimp(expression))))
    if found.has(sympy.gamma):
        return None
    powers = [p for p in found.atoms(sympy.Pow) if not p.exp.is_Integer and p.has(sympy.Symbol) and not p.exp.is_Rational]
    return None if powers else found


def _null_space(rows: list[sympy.Expr], unknown: list[sympy.Symbol]) -> Iterator[tuple[sympy.Expr, ...]]:
    from sympy.polys.matrices import DomainMatrix

    matrix, _ = sympy.linear_eq_to_matrix(rows, unknown)
    found = DomainMatrix.from_Matrix(matrix).to_field().nullspace().to_Matrix()
    for i in range(found.rows):
        row = found.row(i)
        shared = sympy.lcm([sympy.fraction(sympy.together(entry))[1] for entry in row] or [1])
        yield tuple(sympy.factor(sympy.cancel(entry * shared)) for entry in row)


def _agrees(total: Total, target: sympy.Expr, n: sympy.Symbol, certificate: Certificate, zero: Zero) -> bool:
    """Whether certificate, recurrence of the target and first values hold."""
    weights, factor = certificate
    k, order = total.k, len(weights) - 1
    shifted = [total.term.subs(n, n + j) for j in range(order + 1)]
    left = sum((a * f for a, f in zip(weights, shifted, strict=True)), sympy.S.Zero)
    if not vanishes(to_gamma(left - total.at(k + 1) * factor.subs(k, k + 1) + total.term * factor)):
        return False
    ahead = None if weights[order] == 0 else _last_root(weights[order], n)
    if ahead is None:
        return False
    right = (total.term * factor).subs(k, total.high) - (total.term * factor).subs(k, total.low)
    for j, (a, f) in enumerate(zip(weights, shifted, strict=True)):
        extra = int(sympy.expand(total.high.subs(n, n + j) - total.high))
        right += a * sum((f.subs(k, total.high + i) for i in range(extra + 1)), sympy.S.Zero)
    expected = sum((a * target.subs(n, n + j) for j, a in enumerate(weights)), sympy.S.Zero)
    if right.has(*_NO_NUMBER) or not zero(expected - right):
        return False
    first = _first(total, n)
    last = max(first, ahead + 1) + order
    return all(zero(target.subs(n, i) - explicit(total, n, i)) for i in range(first, last))


def _first(total: Total, n: sympy.Symbol) -> int:
    """Return the n from which on the recurrence is applied: the first with a term, and not before n's own lowest value."""
    lowest = 1 if n.is_positive else 0
    while lowest < 20 and (total.high.subs(n, lowest) - total.low).is_negative:
        lowest += 1
    return lowest


def explicit(total: Total, n: sympy.Symbol, value: int) -> sympy.Expr:
    """Return the sum at one n, term by term."""
    low, high = total.low, total.high.subs(n, value)
    count = int(high - low) + 1 if (high - low).is_Integer else 0
    return sum((total.term.subs(n, value).subs(total.k, low + i) for i in range(count)), sympy.S.Zero)


def _last_root(weight: sympy.Expr, n: sympy.Symbol) -> int | None:
    """Return the last n at which the leading coefficient vanishes and the recurrence stops, -1 for none, None beyond 20."""
    roots = [-1]
    for factor, _ in sympy.factor_list(weight)[1]:
        polynomial = sympy.Poly(factor, n)
        if any(s.is_integer for s in factor.free_symbols - {n}) and not factor.is_nonzero:
            return None  # it may vanish where another integer happens to fit
        if polynomial.degree() and all(c.is_Rational for c in polynomial.coeffs()):
            roots += [int(root) for root in sympy.roots(polynomial, filter="Q") if root.is_Integer]
    return max(roots) if max(roots) < _LATEST else None
