"""Generating functions of laws: the paper's Table 1, and what laws of materials are written with beside it."""

from __future__ import annotations

import functools

import sympy

from symseries.generating.function import INDEX, VARIABLE, ZERO, GeneratingFunction
from symseries.generating.parts import alternating, bernoulli_part, between, odd
from symseries.names import symbol

_law = functools.partial(GeneratingFunction, kind="law")
_ONE = sympy.Integer(1)


def laws() -> tuple[GeneratingFunction, ...]:
    """Return the rows of laws, Table 1 at their head."""
    return (*_table_one(), *_powers(), *_rational(), *_exponentials(), *_circular(), *_inverse())


def _half_power() -> sympy.Expr:
    """Return the binomial coefficient of -1/2 over n."""
    return (-1) ** INDEX * sympy.binomial(2 * INDEX, INDEX) / 4**INDEX


def _table_one() -> tuple[GeneratingFunction, ...]:
    n, x, c, a, m, beta, alpha = map(symbol, ("n", "x", "C", "a", "m", "beta", "alpha"))
    row = functools.partial(_law, source="Table 1")
    unit, half_open = between(-_ONE, _ONE), between(-_ONE, _ONE, closed="high")
    return (
        row(
            "a**x", function=c * a**x, general=c * sympy.log(a) ** n / sympy.factorial(n), conditions=(a > 0,),
            printed="a_0 is printed as 1; it is C",
        ),
        row(
            "x**m", function=c * x**m, general=c * sympy.KroneckerDelta(n, m),
            conditions=(sympy.Contains(m, sympy.S.Naturals0),),
        ),
        row("exp(-beta*x)", function=c * sympy.exp(-beta * x), general=c * (-beta) ** n / sympy.factorial(n)),
        row(
            "(1+x)**(-1/2)", function=c / sympy.sqrt(1 + x), general=c * _half_power(), region=half_open, radius=_ONE,
            printed="these coefficients are printed under C x**(-1/2) and without a constraint, which is -1 < x ≤ 1; in the "
            "product (2i-1)/(2i) is printed as an exponent of -1, where it is a factor",
        ),
        row(
            "(1+x)**alpha", function=c * (1 + x) ** alpha, general=c * sympy.binomial(alpha, n), region=unit, radius=_ONE,
            printed="the factor in the product over k is printed as alpha - n + 1; it is alpha - k + 1",
        ),
        row(
            "log(1+x)", function=c * sympy.log(1 + x), general=c * (-1) ** (n + 1) / n, early=(ZERO,), region=half_open,
            radius=_ONE,
        ),
    )  # fmt: skip


def _powers() -> tuple[GeneratingFunction, ...]:
    n, x, x0, c, r = map(symbol, ("n", "x", "x0", "C", "r"))
    row = functools.partial(_law, radius=x0, center=x0, conditions=(x0 > 0,))
    half_open = between(ZERO, 2 * x0, closed="high")
    return (
        row(
            "x**(-1/2)", function=c / sympy.sqrt(x), general=c * _half_power() * x0 ** (-n - sympy.Rational(1, 2)),
            region=half_open, source="Table 1",
            printed="the coefficients are those of C (1+x)**(-1/2), about 1 and not about 0, where this function has a branch "
            "point and no power series",
        ),
        row(
            "x**r", function=c * x**r, general=c * sympy.binomial(r, n) * x0 ** (r - n), region=between(ZERO, 2 * x0),
            source="(35)",
            printed="(35) expands c**(2/3) and d**(-1/2) in powers of c and d, about 0, where neither has a power series; the "
            "centre must be positive",
        ),
        row(
            "log", function=sympy.log(x), general=(-1) ** (n + 1) / (n * x0**n), early=(sympy.log(x0),), region=half_open,
            source="DLMF 4.6",
        ),
    )  # fmt: skip


def _rational() -> tuple[GeneratingFunction, ...]:
    n, x, k, p, p0 = map(symbol, ("n", "x", "K", "p", "p0"))
    row = functools.partial(_law, source="geometric series")
    denominator, radius = 1 + k * p0, sympy.Abs(p0 + 1 / k)
    return (
        row("1/(1+x)", function=1 / (1 + x), general=(-1) ** n, region=between(-_ONE, _ONE), radius=_ONE),
        row(
            "langmuir", function=k * p / (1 + k * p), general=-((-k) ** n) / denominator ** (n + 1), variable=p, center=p0,
            early=(k * p0 / denominator,), region=sympy.Lt(sympy.Abs(p - p0), radius), radius=radius,
            conditions=(k > 0, p0 >= 0),
        ),
    )  # fmt: skip


def _exponentials() -> tuple[GeneratingFunction, ...]:
    n, x, x0, q, r, t, t0 = map(symbol, ("n", "x", "x0", "Q", "R", "T", "T0"))
    factorial, energy, bell = sympy.factorial(n), q / (r * t0), sympy.exp(-(x0**2))
    return (
        _law("exp", function=sympy.exp(x), general=sympy.exp(x0) / factorial, center=x0, source="DLMF 4.2"),
        _law(
            "arrhenius", function=sympy.exp(-q / (r * t)), variable=t, center=t0, radius=t0, source="DLMF 18.12",
            general=(-1) ** n * sympy.exp(-energy) * sympy.assoc_laguerre(n, -1, energy) / t0**n,
            region=between(ZERO, 2 * t0, closed="high", x=t), conditions=(q > 0, r > 0, t0 > 0),
        ),
        _law(
            "gaussian", function=sympy.exp(-(x**2)), general=(-1) ** n * sympy.hermite(n, x0) * bell / factorial, center=x0,
            source="DLMF 18.5",
        ),
        _law(
            "erf", function=sympy.erf(x), center=x0, early=(sympy.erf(x0),), source="DLMF 18.5",
            general=2 * (-1) ** (n - 1) * sympy.hermite(n - 1, x0) * bell / (sympy.sqrt(sympy.pi) * factorial),
        ),
    )  # fmt: skip


def _circular() -> tuple[GeneratingFunction, ...]:
    n, x, x0 = map(symbol, ("n", "x", "x0"))
    shifted, factorial, sign, half = x0 + sympy.pi * n / 2, sympy.factorial(n), (-1) ** n, sympy.pi / 2
    row = functools.partial(_law, center=x0)
    return (
        row("sin", function=sympy.sin(x), general=sympy.sin(shifted) / factorial, source="DLMF 4.19"),
        row("cos", function=sympy.cos(x), general=sympy.cos(shifted) / factorial, source="DLMF 4.19"),
        row(
            "sinh", function=sympy.sinh(x), general=(sympy.exp(x0) - sign * sympy.exp(-x0)) / (2 * factorial),
            source="DLMF 4.33",
        ),
        row(
            "cosh", function=sympy.cosh(x), general=(sympy.exp(x0) + sign * sympy.exp(-x0)) / (2 * factorial),
            source="DLMF 4.33",
        ),
        _law(
            "tan", function=sympy.tan(x), general=alternating() * 2 ** (n + 1) * bernoulli_part(n + 1), early=(ZERO,),
            region=between(-half, half), radius=half, source="DLMF 4.19",
        ),
    )  # fmt: skip


def _inverse() -> tuple[GeneratingFunction, ...]:
    n, x = INDEX, VARIABLE
    unit = between(-_ONE, _ONE, closed="low high")
    row = functools.partial(_law, early=(ZERO,), region=unit, radius=_ONE)
    central = sympy.factorial(n - 1) / (2 ** (n - 1) * sympy.factorial((n - 1) / 2) ** 2 * n)
    return (
        row("atan", function=sympy.atan(x), general=alternating() / n, source="DLMF 4.24"),
        row("asin", function=sympy.asin(x), general=odd() * central, source="DLMF 4.24"),
        row("asinh", function=sympy.asinh(x), general=alternating() * central, source="DLMF 4.38"),
    )
