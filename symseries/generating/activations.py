"""Generating functions of activations: the paper's 6.1, 6.2 and 6.4, corrected, and the others that networks use."""

from __future__ import annotations

import functools

import sympy

from symseries.generating.function import INDEX, VARIABLE, ZERO, GeneratingFunction
from symseries.generating.parts import bernoulli_part, between, logistic_part
from symseries.names import symbol

_activation = functools.partial(GeneratingFunction, kind="activation")
_HALF = sympy.Rational(1, 2)
_PI = sympy.pi


def activations() -> tuple[GeneratingFunction, ...]:
    """Return the rows of activations."""
    return (*_linear(), *_sigmoids(), *_recentred(), *_smooth())


def _linear() -> tuple[GeneratingFunction, ...]:
    n, x, x0, mean, scale = map(symbol, ("n", "x", "x0", "mu", "sigma"))
    first, zeroth = sympy.KroneckerDelta(n, 1), sympy.KroneckerDelta(n, 0)
    return (
        _activation("identity", function=x, general=first, source="(24)"),
        _activation(
            "whitening", function=(x - mean) / scale, general=(first - mean * zeroth) / scale, conditions=(scale > 0,),
            source="(37)",
        ),
        _activation(
            "relu", function=sympy.Piecewise((x, x > 0), (0, True)), center=x0, region=sympy.Gt(x * x0, 0),
            radius=sympy.Abs(x0), general=sympy.Piecewise((first + x0 * zeroth, x0 > 0), (0, x0 < 0)), source="(22), (23)",
            printed="(23) prints 1 for every n where z > 0, the series of 1/(1 - z); in powers of z it is 1 for n = 1 only, as "
            "in (24). At 0 there is no power series, not even an infinite one; not the function jumps there, but its slope",
        ),
    )  # fmt: skip


def _sigmoids() -> tuple[GeneratingFunction, ...]:
    n, x = INDEX, VARIABLE
    return (
        _activation(
            "sigmoid", function=1 / (1 + sympy.exp(-x)), general=bernoulli_part(n + 1), early=(_HALF,),
            region=between(-_PI, _PI), radius=_PI, source="(49)-(57)",
            printed="(51) lacks x**n; (54) and (55) print pi**(2n+1) for pi**(2n); the brace of (56) leaves the factor -2 out "
            "of a_n. (50), (52) with B_1 = -1/2, (53), the sums of (56), and (57) are right, for |x| < pi, which is not said",
        ),
        _activation(
            "tanh", function=sympy.tanh(x), general=2 ** (n + 1) * bernoulli_part(n + 1), early=(ZERO,),
            region=between(-_PI / 2, _PI / 2), radius=_PI / 2, source="DLMF 4.33",
        ),
        _activation(
            "silu", function=x / (1 + sympy.exp(-x)), general=bernoulli_part(n), early=(ZERO, _HALF),
            region=between(-_PI, _PI), radius=_PI, source="x times (57)",
        ),
    )  # fmt: skip


def _recentred() -> tuple[GeneratingFunction, ...]:
    n, x, x0, s = map(symbol, ("n", "x", "x0", "S"))
    row = functools.partial(_activation, source="Minai 1993")
    sigmoid, tanh = sympy.sqrt(x0**2 + _PI**2), sympy.sqrt(x0**2 + _PI**2 / 4)
    softmax = sympy.sqrt(sympy.log(s) ** 2 + _PI**2)
    return (
        row(
            "sigmoid about x0", function=1 / (1 + sympy.exp(-x)), general=logistic_part(1 + sympy.exp(-x0)), center=x0,
            region=sympy.Lt(sympy.Abs(x - x0), sigmoid), radius=sigmoid,
        ),
        row(
            "tanh about x0", function=sympy.tanh(x), general=2 ** (n + 1) * logistic_part(1 + sympy.exp(-2 * x0)), center=x0,
            early=(sympy.tanh(x0),), region=sympy.Lt(sympy.Abs(x - x0), tanh), radius=tanh,
        ),
        _activation(
            "softmax", function=sympy.exp(x) / (sympy.exp(x) + s), general=logistic_part(1 + s), conditions=(s > 0,),
            region=sympy.Lt(sympy.Abs(x), softmax), radius=softmax, source="(18)-(21)",
            printed="(21) prints 1/(Z**k k!), which sums to exp(z_i/Z), and Z depends on z: softmax has no generating function "
            "in one variable. This row is its slice in one input, with S the sum of the exponentials of the others",
        ),
    )  # fmt: skip


def _smooth() -> tuple[GeneratingFunction, ...]:
    n, x, alpha = INDEX, VARIABLE, symbol("alpha")
    scale = sympy.sqrt(_PI) * 2 ** ((n - 1) / 2)
    gelu = -sympy.cos(_PI * n / 2) / (scale * sympy.factorial(n / 2 - 1) * (n - 1))
    return (
        _activation(
            "softplus", function=sympy.log(1 + sympy.exp(alpha * x)) / alpha, early=(sympy.log(2) / alpha, _HALF),
            general=alpha ** (n - 1) * bernoulli_part(n) / n, region=between(-_PI / alpha, _PI / alpha, closed="low high"),
            radius=_PI / alpha, conditions=(alpha > 0,), source="(34)",
            printed="the derivation around (25)-(28) gives no coefficients: log(1 + e**x) is not log(1 + e**(alpha x))/alpha, "
            "the power -k loses its sign, c_l and d_l have alpha**l/l! for alpha**j/j!, and 1 over a sum of binomials becomes "
            "a sum of 1 over each. As alpha grows to give ReLU, the radius pi/alpha shrinks to 0",
        ),
        _activation(
            "gelu", function=x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2, general=gelu, early=(ZERO, _HALF), source="DLMF 7.6",
        ),
    )  # fmt: skip
