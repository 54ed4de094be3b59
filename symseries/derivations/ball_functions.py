"""The functions that a statement may hold, evaluated at exact rationals and in complex balls.

A value is an exact rational as long as it can be one, else a ball: a rectangle in the complex plane that certainly holds the
truth. Each rule raises `Undefined` where its function has no finite value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from flint import acb, arb, fmpq, fmpz

Value = Any
"""An exact rational (fmpq) or a complex ball (acb)."""

_MOST_EXACT = 2_000  # factorials and Bernoulli numbers up to here are computed as exact numbers


class Undefined(Exception):  # noqa: N818 - a message between functions here, no error
    """An expression has no value at a point, or none that can be computed here."""


def ball(value: Value) -> acb:
    """Return a value as a ball."""
    return value if isinstance(value, acb) else acb(value)


def whole(value: Value) -> int | None:
    """Return an exact integer value as such, None for everything else."""
    return int(value.p) if isinstance(value, fmpq) and value.q == 1 else None


def natural(value: Value, what: str) -> int:
    """Return an integer value that is not negative and not huge."""
    number = whole(value)
    if number is None or number < 0:
        raise Undefined(f"{what} needs an integer that is not negative")
    if number > _MOST_EXACT:
        raise Undefined(f"{what} of a number above {_MOST_EXACT}")
    return number


def finite(value: Value) -> Value:
    """Return a value that is finite."""
    if isinstance(value, acb) and not value.is_finite():
        raise Undefined("a pole, or a branch point")
    return value


def quotient(above: Value, below: Value) -> Value:
    """Return above/below."""
    if isinstance(below, fmpq) and below == 0:
        raise Undefined("a division by zero")
    return finite(above / below)


def power(base: Value, exponent: Value, analytic: bool = False) -> Value:
    """Return the principal value of base**exponent."""
    number = whole(exponent)
    if number is not None and abs(number) <= 100_000:
        if isinstance(base, fmpq):
            return _exact_power(base, number)
        if number >= 0:
            return _raised(base, number)
        return quotient(fmpq(1), _raised(base, -number))
    if isinstance(base, fmpq) and base == 0:
        if isinstance(exponent, fmpq) and exponent > 0:
            return fmpq(0)
        raise Undefined("a power of zero")
    if isinstance(exponent, fmpq) and exponent.q == 2:
        return finite(power(ball(base).sqrt(analytic=analytic), fmpq(exponent.p)))
    return finite(ball(base).pow(ball(exponent), analytic=analytic))


def _exact_power(base: fmpq, exponent: int) -> fmpq:
    if base == 0 and exponent < 0:
        raise Undefined("a division by zero")
    if abs(exponent) * (int(base.p).bit_length() + int(base.q).bit_length()) > 1_000_000:
        raise Undefined("a power with too many digits")
    return base**exponent


def _raised(base: acb, exponent: int) -> acb:
    result = acb(1)
    while exponent:
        result = result * base if exponent & 1 else result
        base, exponent = base * base, exponent >> 1
    return result


def factorial(x: Value) -> Value:
    """Return x!, Gamma(x + 1) off the integers."""
    number = whole(x)
    if number is None or number > _MOST_EXACT:
        return finite(ball(x + 1).gamma())
    return fmpq(fmpz.fac_ui(fmpz(natural(x, "a factorial"))))


def gamma(x: Value) -> Value:
    """Return Gamma(x)."""
    return factorial(x - 1) if whole(x) is not None else finite(ball(x).gamma())


def reciprocal_gamma(x: Value) -> Value:
    """Return 1/Gamma(x), 0 at the poles of Gamma."""
    number = whole(x)
    if number is None:
        return finite(ball(x).rgamma())
    return fmpq(0) if number <= 0 else 1 / factorial(x - 1)


def double_factorial(x: Value) -> Value:
    """Return x!! = x (x - 2) (x - 4) …, with (-1)!! = 1."""
    number = -1 if whole(x) == -1 else natural(x, "a double factorial")
    result = fmpq(1)
    for factor in range(number, 1, -2):
        result *= factor
    return result


def falling(x: Value, k: Value) -> Value:
    """Return x (x - 1) … (x - k + 1)."""
    number = whole(k)
    if number is None or number < 0:
        return finite(ball(x + 1).gamma() * ball(x - k + 1).rgamma())
    result: Value = fmpq(1)
    for step in range(natural(k, "a falling factorial")):
        result = result * (x - step)
    return result


def rising(x: Value, k: Value) -> Value:
    """Return x (x + 1) … (x + k - 1)."""
    return falling(x + k - 1, k)


def binomial(n: Value, k: Value) -> Value:
    """Return the binomial coefficient, 0 for a negative integer k."""
    number = whole(k)
    if number is None:
        return finite(ball(n + 1).gamma() * ball(k + 1).rgamma() * ball(n - k + 1).rgamma())
    return fmpq(0) if number < 0 else falling(n, k) / factorial(k)


def beta(a: Value, b: Value) -> Value:
    """Return B(a, b) = Gamma(a) Gamma(b)/Gamma(a + b)."""
    return gamma(a) * gamma(b) * finite(ball(a + b).rgamma())


def bernoulli(n: Value, x: Value | None = None) -> Value:
    """Return B_n with B_1 = 1/2, SymPy's convention, or the Bernoulli polynomial at x."""
    order = natural(n, "a Bernoulli number")
    if x is None:
        return fmpq(1, 2) if order == 1 else fmpq.bernoulli(order)
    total: Value = fmpq(0)
    for k in range(order + 1):
        total = total + fmpq(fmpz.bin_uiui(order, k)) * fmpq.bernoulli(k) * power(x, fmpq(order - k))
    return total


def harmonic(n: Value, m: Value | None = None) -> Value:
    """Return H_n, or the sum of k**-m up to n."""
    if m is None and whole(n) is None:
        return finite(ball(n + 1).digamma()) + arb.const_euler()
    count = natural(n, "a harmonic number")
    if m is None:
        return fmpq.harmonic(count)
    total: Value = fmpq(0)
    for k in range(1, count + 1):
        total = total + power(fmpq(k), -m)
    return total


def zeta(s: Value, a: Value | None = None) -> Value:
    """Return the zeta function of Riemann, or of Hurwitz."""
    return finite(ball(s).zeta() if a is None else ball(s).zeta(ball(a)))


def polygamma(n: Value, x: Value) -> Value:
    """Return the polygamma function of order n; order 0 is digamma."""
    return finite(ball(x).digamma() if whole(n) == 0 else ball(x).polygamma(ball(n)))


def absolute(x: Value, analytic: bool = False) -> Value:
    """Return |x|."""
    if isinstance(x, fmpq):
        return abs(x)
    return finite(x.real_abs(analytic=True)) if analytic else acb(abs(x))


def real_part(x: Value) -> Value:
    """Return Re x."""
    return x if isinstance(x, fmpq) else acb(x.real)


def imaginary_part(x: Value) -> Value:
    """Return Im x."""
    return fmpq(0) if isinstance(x, fmpq) else acb(x.imag)


def sign(x: Value) -> Value:
    """Return the sign of a real value."""
    return fmpq(compared(x, fmpq(0)))


def compared(x: Value, y: Value) -> int:
    """Return -1, 0 or 1 for real x < y, x = y, x > y; undecided balls have no answer."""
    difference = x - y
    if isinstance(difference, fmpq):
        return (difference > 0) - (difference < 0)
    if not difference.imag.is_zero():
        raise Undefined("a comparison of complex numbers")
    if difference.real > 0:
        return 1
    if difference.real < 0:
        return -1
    if difference.real.is_zero():
        return 0
    raise Undefined("a comparison that balls do not decide")


def largest(*values: Value) -> Value:
    """Return the largest of real values."""
    found = values[0]
    for value in values[1:]:
        found = value if compared(value, found) > 0 else found
    return found


def smallest(*values: Value) -> Value:
    """Return the smallest of real values."""
    return -largest(*(-value for value in values))


def floor(x: Value) -> Value:
    """Return the largest integer that is not above x."""
    if isinstance(x, fmpq):
        return fmpq(x.floor())
    low = x.real.floor()
    number = low.unique_fmpz()
    if number is None or not x.imag.is_zero():
        raise Undefined("a rounding that balls do not decide")
    return fmpq(number)


def kronecker(i: Value, j: Value) -> Value:
    """Return 1 where i = j, else 0."""
    return fmpq(int(compared(i, j) == 0))


def hyper(above: list[Value], below: list[Value], z: Value) -> Value:
    """Return the generalised hypergeometric function."""
    return finite(ball(z).hypgeom([ball(a) for a in above], [ball(b) for b in below]))


def _method(name: str, *, analytic: bool = False) -> Callable[..., Value]:
    """Return the rule of a function of one argument that FLINT has as a method."""

    def rule(x: Value, on_path: bool = False) -> Value:
        return finite(getattr(ball(x), name)(**({"analytic": on_path} if analytic else {})))

    return rule


def _of_last(name: str) -> Callable[..., Value]:
    """Return the rule f(a, …, x) of a method x.f(a, …)."""
    return lambda *arguments: finite(getattr(ball(arguments[-1]), name)(*map(ball, arguments[:-1])))


def _sinc(x: Value) -> Value:
    return fmpq(1) if x == 0 else quotient(ball(x).sin(), x)


_HALF = fmpq(1, 2)

# Each by its name in SymPy.
FUNCTIONS: dict[str, Callable[..., Value]] = {
    **{
        name: _method(name)
        for name in (
            "exp sin cos tan cot sec csc sinh cosh tanh coth sech csch asinh atan erf erfc erfi asin acos acosh atanh digamma"
        ).split()
    },
    "LambertW": _method("lambertw"), "Si": _method("si"), "Ci": _method("ci"), "Ei": _method("ei"), "Shi": _method("shi"),
    "Chi": _method("chi"), "loggamma": _method("lgamma"), "dirichlet_eta": _method("dirichlet_eta"),
    "fresnels": _method("fresnel_s"), "fresnelc": _method("fresnel_c"), "li": _method("li"),
    "besselj": _of_last("bessel_j"), "bessely": _of_last("bessel_y"), "besseli": _of_last("bessel_i"),
    "besselk": _of_last("bessel_k"), "legendre": _of_last("legendre_p"), "chebyshevt": _of_last("chebyshev_t"),
    "chebyshevu": _of_last("chebyshev_u"), "hermite": _of_last("hermite_h"), "laguerre": _of_last("laguerre_l"),
    "gegenbauer": _of_last("gegenbauer_c"), "jacobi": _of_last("jacobi_p"), "polylog": _of_last("polylog"),
    "sinc": _sinc, "factorial": factorial, "factorial2": double_factorial, "gamma": gamma, "binomial": binomial,
    "FallingFactorial": falling, "RisingFactorial": rising, "beta": beta, "bernoulli": bernoulli, "harmonic": harmonic,
    "zeta": zeta, "polygamma": polygamma, "Abs": absolute, "re": real_part, "im": imaginary_part, "sign": sign,
    "Max": largest, "Min": smallest, "floor": floor, "ceiling": lambda x: -floor(-x), "KroneckerDelta": kronecker,
    "conjugate": lambda x: x if isinstance(x, fmpq) else x.conjugate(),
    "Mod": lambda x, m: x - m * floor(quotient(x, m)),
    "euler": lambda n: fmpq(fmpz.euler_number(natural(n, "an Euler number"))),
    "fibonacci": lambda n: fmpq(fmpz.fib_ui(fmpz(natural(n, "a Fibonacci number")))),
    "bell": lambda n: fmpq(fmpz.bell_number(natural(n, "a Bell number"))),
    "catalan": lambda n: binomial(2 * n, n) / (n + 1),
    "uppergamma": lambda s, x: finite(ball(x).gamma_upper(ball(s))),
    "lowergamma": lambda s, x: finite(ball(x).gamma_lower(ball(s))),
    "expint": lambda s, x: finite(ball(x).expint(ball(s))),
    "Heaviside": lambda x, at_zero=_HALF: {1: fmpq(1), -1: fmpq(0), 0: at_zero}[compared(x, fmpq(0))],
}  # fmt: skip

# Functions that are not analytic at all, or have cuts: on the path of an integral they must say so.
CUT: dict[str, Callable[..., Value]] = {"log": _method("log", analytic=True), "Abs": absolute}
UNSAFE_ON_PATHS = frozenset(
    "Max Min floor ceiling sign Heaviside Mod conjugate re im KroneckerDelta asin acos acosh atanh asinh atan LambertW "
    "polylog Ci Ei Chi loggamma li bessely besselk uppergamma lowergamma expint besselj besseli harmonic".split()
)

CONSTANTS: dict[sympy.Basic, Callable[[], Value]] = {
    sympy.pi: lambda: acb(arb.pi()),
    sympy.E: lambda: acb(arb.const_e()),
    sympy.I: lambda: acb(0, 1),
    sympy.EulerGamma: lambda: acb(arb.const_euler()),
    sympy.Catalan: lambda: acb(arb.const_catalan()),
    sympy.GoldenRatio: lambda: acb((1 + arb(5).sqrt()) / 2),
}
