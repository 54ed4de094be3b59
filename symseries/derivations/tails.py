"""Rigorous bounds on the rest of an infinite sum, from the ratio of the terms that dominate it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from flint import acb, arb, fmpq

from symseries.derivations.ball_functions import Undefined, ball

_MOST_STEPS = 6
_STARTS = (16, 40, 100, 250, 600, 1500)

Pieces = tuple[tuple[sympy.Expr, sympy.Expr], ...]
"""Terms D(k), and D(k + 1)/D(k) of each."""


def tail_bound(
    pieces: Pieces, k: sympy.Symbol, first: int, bits: int, value: Callable[[sympy.Expr, int], Any]
) -> tuple[int, arb]:
    """Return N and a bound of |sum of the terms from N on|, as small as 2**-bits where 1500 terms reach it.

    `pieces` are what `dominating` returns, with numbers for all names: terms D(k), and their ratios R, rational functions of k.
    R(1/u) on the ball of all u in [0, 1/N] bounds the rest of D by D(N)/(1 - r) where |R| <= r < 1, by D(N) (1 + N/(q - 1))
    where (k + 1)(1 - R) >= q > 1 (since then D(k) <= D(N) (N/k)**q), and by D(N) where R < 0 and (k + 1)(1 + R) >= q > 0: signs
    alternate, terms decrease to zero.

    Raises `Undefined` where no such bound is found; a sum that diverges has none.
    """
    goal = arb(2) ** -bits
    best: tuple[int, arb] | None = None
    for start in _STARTS:
        if start <= first + 2:
            continue
        found = [_rest(ratio, k, start, abs(ball(value(piece, start)))) for piece, ratio in pieces]
        rests = [rest for rest in found if rest is not None]
        if len(rests) == len(found):
            best = (start, sum(rests, arb(0)))
            if best[1] < goal:
                break
    if best is None:
        raise Undefined("an infinite sum whose rest is not bounded here")
    return best


def _rest(ratio: sympy.Expr, k: sympy.Symbol, start: int, size: arb) -> arb | None:
    """Return a bound of the rest from `start` on."""
    found = _on_tail(ratio, k, start)
    if found is None:
        return None
    largest = abs(found).abs_upper()
    if largest < arb(0.97):
        return (size / (1 - largest)).abs_upper()
    alternating = found.imag.is_zero() and found.real < 0
    decay = _on_tail(sympy.cancel((k + 1) * (1 + ratio if alternating else 1 - ratio)), k, start)
    if decay is None or not decay.imag.is_zero():
        return None
    slowest = decay.real.mid() - decay.real.rad()
    if slowest > 1 and (alternating or found.real > 0):
        return (size * (1 + start / (slowest - 1))).abs_upper()
    return size.abs_upper() if alternating and slowest > 0 else None


def _on_tail(expression: sympy.Expr, k: sympy.Symbol, start: int) -> acb | None:
    """Return a ball that holds the expression, a rational function, for every k from `start` on."""
    above, below = sympy.fraction(sympy.together(expression))
    try:
        tops, bottoms = (sympy.Poly(part, k).all_coeffs() for part in (above, below))
    except sympy.PolynomialError:
        return None
    degree = max(len(tops), len(bottoms)) - 1
    u = arb(arb(1) / (2 * start), arb(1) / (2 * start))
    values = [_horner(coefficients, degree, u) for coefficients in (tops, bottoms)]
    if values[1] is None or values[0] is None or values[1].contains(0):
        return None
    return values[0] / values[1]


def _horner(coefficients: list[sympy.Expr], degree: int, u: arb) -> acb | None:
    """Return u**degree times the polynomial at 1/u, from coefficients with the highest first."""
    total = acb(0)
    for coefficient in reversed([*[sympy.Integer(0)] * (degree + 1 - len(coefficients)), *coefficients]):
        real, imaginary = coefficient.as_real_imag()
        if not (real.is_Rational and imaginary.is_Rational):
            return None
        total = total * u + acb(arb(fmpq(int(real.p), int(real.q))), arb(fmpq(int(imaginary.p), int(imaginary.q))))
    return total


def _ratio(term: sympy.Expr, k: sympy.Symbol) -> sympy.Expr | None:
    """Return D(k + 1)/D(k) as a rational function of k, None where it is none."""
    found = sympy.S.One
    for factor in sympy.Mul.make_args(term):
        part = _factor_ratio(factor, k)
        if part is None:
            return _by_sympy(term, k)
        found *= part
    return sympy.cancel(found)


def _factor_ratio(factor: sympy.Expr, k: sympy.Symbol) -> sympy.Expr | None:
    """Return the ratio of powers, polynomials and factorials, which need no search."""
    base, exponent = factor.as_base_exp()
    if not factor.has(k):
        return sympy.S.One
    if not base.has(k):
        slope = sympy.diff(exponent, k)
        return base**slope if slope.is_Integer else None
    if not exponent.is_Integer:
        return None
    if base.is_polynomial(k):
        return (base.subs(k, k + 1) / base) ** exponent
    if isinstance(base, sympy.factorial):
        steps = sympy.expand(base.args[0].subs(k, k + 1) - base.args[0])
        return None if (found := _gained(base.args[0], steps)) is None else found**exponent
    if isinstance(base, sympy.binomial):
        parts = (base.args[0], base.args[1], base.args[0] - base.args[1])
        gained = [_gained(part, sympy.expand(part.subs(k, k + 1) - part)) for part in parts]
        above, *below = (part for part in gained if part is not None) if None not in gained else (None,)
        return None if above is None else (above / sympy.Mul(*below)) ** exponent
    return None


def _gained(argument: sympy.Expr, steps: sympy.Expr) -> sympy.Expr | None:
    """Return (argument + steps)!/argument! for few steps up or down."""
    if not steps.is_Integer or abs(steps) > _MOST_STEPS:
        return None
    if steps >= 0:
        return sympy.Mul(*(argument + i for i in range(1, int(steps) + 1)))
    return 1 / sympy.Mul(*(argument - i for i in range(-int(steps))))


def _by_sympy(term: sympy.Expr, k: sympy.Symbol) -> sympy.Expr | None:
    from sympy.simplify.simplify import hypersimp

    natural = sympy.Symbol("k", integer=True, positive=True)
    ratio = hypersimp(term.xreplace({k: natural}), natural)
    return None if ratio is None else sympy.cancel(ratio.xreplace({natural: k}))


@lru_cache(maxsize=512)
def dominating(term: sympy.Expr, k: sympy.Symbol) -> Pieces:
    """Return terms with their rational ratios, the sum of whose sizes is at least that of the term."""
    if not term.has(*_BOUNDED):
        ratio = _ratio(term, k)
        if ratio is not None:
            return ((term, ratio),)
    parts = [sympy.Mul(*(_larger(factor, k) for factor in sympy.Mul.make_args(p))) for p in sympy.Add.make_args(term.expand())]
    ratios = [_ratio(part, k) for part in parts]
    if None in ratios:
        raise Undefined("an infinite sum whose terms have no rational ratio")
    return tuple(zip(parts, ratios, strict=True))


_BOUNDED = (
    sympy.bernoulli, sympy.euler, sympy.zeta, sympy.sin, sympy.cos, sympy.harmonic, sympy.legendre, sympy.chebyshevt,
    sympy.chebyshevu,
)  # fmt: skip


def _larger(factor: sympy.Expr, k: sympy.Symbol) -> sympy.Expr:
    """Return a factor of at least the same size."""
    base, exponent = factor.as_base_exp()
    if not factor.has(*_BOUNDED) or not factor.has(k):
        return factor
    if not (isinstance(base, _BOUNDED) and exponent.is_Integer and exponent.is_positive):
        raise Undefined("an infinite sum whose terms are not bounded here")
    return _bound(base, k) ** exponent


def _bound(call: sympy.Expr, k: sympy.Symbol) -> sympy.Expr:
    """Return a bound of a function of k.

    |B_n| <= 4 n!/(2 pi)**n and |E_n| <= 8 n! (2/pi)**(n + 1), where 6 and 3/2 stand for 2 pi and pi/2, which are larger;
    zeta(n) <= 2 for n >= 2; |sin| <= 1, |cos| <= 1 on the real line; harmonic numbers are at most n; P_n and T_n are at most 1
    for |y| <= 1 and (2 |y|)**n beyond, U_n at most n + 1 times that.
    """
    n, *others = call.args
    if isinstance(call, sympy.legendre | sympy.chebyshevt | sympy.chebyshevu) and not others[0].has(k):
        size = sympy.Max(1, 2 * sympy.Abs(others[0])) ** n
        return (n + 1) * size if isinstance(call, sympy.chebyshevu) else size
    if isinstance(call, sympy.sin | sympy.cos) and not n.has(sympy.I):
        return sympy.S.One
    if others or not isinstance(call, sympy.bernoulli | sympy.euler | sympy.zeta | sympy.harmonic):
        raise Undefined("an infinite sum whose terms are not bounded here")
    if isinstance(call, sympy.bernoulli):
        return 4 * sympy.factorial(n) / sympy.Integer(6) ** n
    if isinstance(call, sympy.euler):
        return 8 * sympy.factorial(n) / sympy.Rational(3, 2) ** (n + 1)
    return sympy.Integer(2) if isinstance(call, sympy.zeta) else n
