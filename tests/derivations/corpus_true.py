"""True statements of this field. Each: name, left side, right side, and what verify is told besides.

Sources: the definitions of the activations; Abramowitz and Stegun chapters 3, 4, 6, 7, 22, 23; Graham, Knuth, Patashnik,
Concrete Mathematics, chapters 2, 5, 6, 7; the laws as materials science writes them.
"""

from __future__ import annotations

import sympy as sp
from sympy import (
    Derivative,
    IndexedBase,
    Integral,
    Limit,
    Matrix,
    Product,
    Rational,
    Sum,
    bernoulli,
    binomial,
    erf,
    erfc,
    euler,
    exp,
    factorial,
    gamma,
    harmonic,
    log,
    oo,
    pi,
    sqrt,
    symbols,
    zeta,
)

x, y, z, u, v, t, s, p, q, w = symbols("x y z u v t s p q w")
a, b, c, d, h, m, n, j, k, r = symbols("a b c d h m n j k r")
A, B = IndexedBase("A"), IndexedBase("B")
HALF = Rational(1, 2)

ACTIVATIONS = [
    ("sigmoid by tanh", "1/(1 + exp(-x))", "1/2 + tanh(x/2)/2", {}),
    ("sigmoid reflected", "sigmoid(x) + sigmoid(-x)", "1", {}),
    ("slope of the sigmoid", Derivative(1 / (1 + exp(-x)), x), "sigmoid(x)*(1 - sigmoid(x))", {}),
    ("tanh of a double", "tanh(2*x)", "2*tanh(x)/(1 + tanh(x)**2)", {}),
    ("tanh and sech", "tanh(x)**2 + sech(x)**2", "1", {}),
    ("softplus reflected", "softplus(x) - softplus(-x)", "x", {}),
    ("slope of softplus", Derivative(log(1 + exp(x)), x), "sigmoid(x)", {}),
    ("softplus and cosh", "log(1 + exp(x))", "x/2 + log(2*cosh(x/2))", {}),
    ("integral of the sigmoid", Integral(1 / (1 + exp(-t)), (t, 0, x)), log((1 + exp(x)) / 2), {}),
    ("SiLU by tanh", "x*sigmoid(x)", "x*(1 + tanh(x/2))/2", {}),
    ("GELU by erf and erfc", x * (1 + erf(x / sqrt(2))) / 2, x * erfc(-x / sqrt(2)) / 2, {}),
    ("GELU reflected", x * (1 + erf(x / sqrt(2))) / 2 + x * (1 - erf(x / sqrt(2))) / 2, x, {}),
    ("ReLU by absolute value", sp.Max(0, x), "(x + abs(x))/2", {}),
    ("ReLU reflected", sp.Max(0, x) - sp.Max(0, -x), x, {}),
    ("leaky ReLU", sp.Piecewise((x, x > 0), (x / 10, True)), sp.Max(0, x) - sp.Max(0, -x) / 10, {}),
    ("softplus to ReLU", Limit(log(1 + exp(x * t)) / t, t, oo), x, {"assumptions": "x > 0"}),
    ("softmax of two", "exp(x)/(exp(x) + exp(y))", "sigmoid(x - y)", {}),
    (
        "softmax sums to one",
        "exp(x)/(exp(x) + exp(y) + exp(z)) + exp(y)/(exp(x) + exp(y) + exp(z))",
        "1 - exp(z)/(exp(x) + exp(y) + exp(z))",
        {},
    ),
    ("Mish", x * sp.tanh(log(1 + exp(x))), x * ((1 + exp(x)) ** 2 - 1) / ((1 + exp(x)) ** 2 + 1), {}),
    ("slope of atan", Derivative(sp.atan(x), x), "1/(1 + x**2)", {}),
]

SERIES = [
    ("exp", Sum(x**k / factorial(k), (k, 0, oo)), exp(x), {}),
    ("geometric", Sum(x**k, (k, 0, oo)), 1 / (1 - x), {"assumptions": "|x| < 1"}),
    ("logarithm", Sum((-1) ** (k + 1) * x**k / k, (k, 1, oo)), log(1 + x), {"assumptions": "|x| < 1"}),
    ("arctangent", Sum((-1) ** k * x ** (2 * k + 1) / (2 * k + 1), (k, 0, oo)), sp.atan(x), {"assumptions": "|x| < 1"}),
    ("cosh", Sum(x ** (2 * k) / factorial(2 * k), (k, 0, oo)), sp.cosh(x), {}),
    ("binomial series", Sum(binomial(a, k) * x**k, (k, 0, oo)), (1 + x) ** a, {"assumptions": "|x| < 1"}),
    (
        "central binomials",
        Sum(binomial(2 * k, k) * x**k, (k, 0, oo)),
        1 / sqrt(1 - 4 * x),
        {"assumptions": {"x": ("-1/5", "1/5")}},
    ),
    ("derivative of the geometric series", Sum(k * x**k, (k, 0, oo)), x / (1 - x) ** 2, {"assumptions": "|x| < 1"}),
    ("error function", Sum((-1) ** k * x ** (2 * k + 1) / (factorial(k) * (2 * k + 1)), (k, 0, oo)), sqrt(pi) / 2 * erf(x), {}),
    (
        "tanh by Bernoulli numbers",
        Sum(bernoulli(2 * k) * 4**k * (4**k - 1) * x ** (2 * k - 1) / factorial(2 * k), (k, 1, oo)),
        sp.tanh(x),
        {"assumptions": "|x| < 1"},
    ),
    (
        "sech by Euler numbers",
        Sum(euler(2 * k) * x ** (2 * k) / factorial(2 * k), (k, 0, oo)),
        sp.sech(x),
        {"assumptions": "|x| < 1"},
    ),
    (
        "zeta by cotangent",
        Sum(zeta(2 * k) * x ** (2 * k), (k, 1, oo)),
        (1 - pi * x * sp.cot(pi * x)) / 2,
        {"assumptions": "|x| < 1"},
    ),
    (
        "Bernoulli numbers",
        Sum(bernoulli(2 * k) * x ** (2 * k) / factorial(2 * k), (k, 0, oo)),
        x / 2 * sp.coth(x / 2),
        {"assumptions": {"x": (1, 3)}},
    ),
    (
        "Legendre polynomials",
        Sum(sp.legendre(k, y) * x**k, (k, 0, oo)),
        1 / sqrt(1 - 2 * x * y + x**2),
        {"assumptions": {"x": ("-1/3", "1/3"), "y": (-1, 1)}},
    ),
    ("Basel", Sum(1 / k**2, (k, 1, oo)), pi**2 / 6, {}),
    ("index moved by one", Sum((k + 1) * A[k + 1] * x**k, (k, 0, n)), Sum(k * A[k] * x ** (k - 1), (k, 1, n + 1)), {}),
    ("tanh to order 7", "tanh(x)", "x - x**3/3 + 2*x**5/15 - 17*x**7/315", {"order": 8}),
    ("sigmoid to order 5", "sigmoid(x)", "1/2 + x/4 - x**3/48 + x**5/480", {"order": 6}),
    ("softplus to order 4", "softplus(x)", "log(2) + x/2 + x**2/8 - x**4/192", {"order": 5}),
    ("GELU to order 4", x * (1 + erf(x / sqrt(2))) / 2, x / 2 + x**2 / sqrt(2 * pi) - x**4 / (6 * sqrt(2 * pi)), {"order": 5}),
    ("a neuron to order 3", "v*tanh(w*x)", "v*w*x - v*w**3*x**3/3", {"order": 4, "around": {"x": 0}}),
    ("a neuron with a bias to order 1", "tanh(w*x + b)", "tanh(b) + w*x*(1 - tanh(b)**2)", {"order": 1, "around": {"x": 0}}),
    ("two variables to order 2", "exp(x)*(1 + y)", "1 + x + y + x**2/2 + x*y", {"order": 2, "around": {"x": 0, "y": 0}}),
]

MULTINOMIALS = [
    ("Gauss", Sum(k, (k, 1, n)), n * (n + 1) / 2, {}),
    ("squares", Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n + 1) / 6, {}),
    ("cubes", Sum(k**3, (k, 1, n)), (n * (n + 1) / 2) ** 2, {}),
    ("finite geometric", Sum(x**k, (k, 0, n)), (1 - x ** (n + 1)) / (1 - x), {}),
    ("binomial theorem", Sum(binomial(n, k) * x**k * y ** (n - k), (k, 0, n)), (x + y) ** n, {}),
    ("alternating binomials", Sum((-1) ** k * binomial(n, k), (k, 0, n)), 0, {"assumptions": {"n": "positive integer"}}),
    ("Pascal", binomial(n + 1, k + 1), binomial(n, k) + binomial(n, k + 1), {}),
    ("squares of binomials", Sum(binomial(n, k) ** 2, (k, 0, n)), binomial(2 * n, n), {}),
    (
        "Vandermonde",
        Sum(binomial(m, k) * binomial(r, n - k), (k, 0, n)),
        binomial(m + r, n),
        {"assumptions": {"m": "natural", "r": "natural"}},
    ),
    ("weighted binomials", Sum(k * binomial(n, k), (k, 0, n)), n * 2 ** (n - 1), {}),
    ("hockey stick", Sum(binomial(k, m), (k, m, n)), binomial(n + 1, m + 1), {}),
    ("convolution of central binomials", Sum(binomial(2 * k, k) * binomial(2 * n - 2 * k, n - k), (k, 0, n)), 4**n, {}),
    ("factorials", Sum(k * factorial(k), (k, 0, n)), factorial(n + 1) - 1, {}),
    ("binomials over k + 1", Sum(binomial(n, k) / (k + 1), (k, 0, n)), (2 ** (n + 1) - 1) / (n + 1), {}),
    ("number of monomials", Sum(binomial(k + m, m), (k, 0, n)), binomial(n + m + 1, m + 1), {"assumptions": {"m": "natural"}}),
    (
        "trinomials",
        Sum(factorial(n) / (factorial(k) * factorial(j) * factorial(n - k - j)), (j, 0, n - k), (k, 0, n)),
        3**n,
        {},
    ),
    ("product of sums", Sum(A[k] * B[j], (j, 0, m), (k, 0, n)), Sum(A[k], (k, 0, n)) * Sum(B[j], (j, 0, m)), {}),
    ("a sum is linear", Sum(2 * A[k] + B[k], (k, 0, n)), 2 * Sum(A[k], (k, 0, n)) + Sum(B[k], (k, 0, n)), {}),
    ("factorial as a product", Product(k, (k, 1, n)), factorial(n), {}),
]

NUMBERS = [
    ("Bernoulli recurrence", Sum(binomial(n + 1, k) * bernoulli(k), (k, 0, n)), n + 1, {}),
    ("Bernoulli and binomials", Sum(binomial(n, k) * bernoulli(k), (k, 0, n)), n + bernoulli(n), {}),
    ("powers of two and three", Sum(binomial(n, k) * 2**k, (k, 0, n)), 3**n, {}),
    ("square of a sum", Sum(A[k], (k, 0, n)) ** 2, Sum(A[k] * A[j], (j, 0, n), (k, 0, n)), {}),
    ("zeta at four", Sum(1 / k**4, (k, 1, oo)), pi**4 / 90, {}),
    ("telescoping series", Sum(1 / (k * (k + 1)), (k, 1, oo)), 1, {}),
    ("fourth powers", Sum(k**4, (k, 1, n)), n * (n + 1) * (2 * n + 1) * (3 * n**2 + 3 * n - 1) / 30, {}),
]

SPECIAL = [
    ("Gamma", gamma(x + 1), x * gamma(x), {"assumptions": "x > 0"}),
    ("duplication", gamma(x) * gamma(x + HALF), 2 ** (1 - 2 * x) * sqrt(pi) * gamma(2 * x), {"assumptions": "x > 0"}),
    ("harmonic numbers", harmonic(n + 1) - harmonic(n), 1 / (n + 1), {"assumptions": {"n": "natural"}}),
    ("Gaussian integral", Integral(exp(-(t**2)), (t, -oo, oo)), sqrt(pi), {}),
    ("slope of erf", Derivative(erf(x), x), 2 * exp(-(x**2)) / sqrt(pi), {}),
    ("atan of a reciprocal", "atan(x) + atan(1/x)", "pi/2", {"assumptions": "x > 0"}),
    ("asin and acos", "asin(x) + acos(x)", "pi/2", {"assumptions": "|x| < 1"}),
    ("atanh", "atanh(x)", "log((1 + x)/(1 - x))/2", {"assumptions": "|x| < 1"}),
    ("asinh", "asinh(x)", "log(x + sqrt(x**2 + 1))", {}),
    ("logarithm of a product", "log(x*y)", "log(x) + log(y)", {"assumptions": "x > 0, y > 0"}),
    ("root of a square", "sqrt(x**2)", "abs(x)", {}),
    ("digamma", sp.digamma(x + 1), sp.digamma(x) + 1 / x, {"assumptions": "x > 0"}),
    ("second Bernoulli polynomial", bernoulli(2, x), x**2 - x + Rational(1, 6), {}),
]

LAWS = [
    ("Arrhenius in logarithms", "log(A0*exp(-Q/(R*T)))", "log(A0) - Q/(R*T)", {"assumptions": "A0 > 0, T > 0, R > 0, Q > 0"}),
    ("Langmuir linear", "1/(q*K*p/(1 + K*p))", "1/q + 1/(q*K*p)", {"assumptions": "K > 0, p > 0, q > 0"}),
    ("slope of the grain size law", Derivative(s + k / sqrt(d), d), -k / (2 * d ** Rational(3, 2)), {"assumptions": "d > 0"}),
    ("solid solution", "C*(8*c)**(2/3)", "4*C*c**(2/3)", {"assumptions": "c > 0"}),
    ("Norton in logarithms", "log(B0*s**m*exp(-u))", "log(B0) + m*log(s) - u", {"assumptions": "B0 > 0, s > 0"}),
    ("Einstein and Planck", "1/(exp(u) - 1)", "coth(u/2)/2 - 1/2", {"assumptions": "u > 0"}),
    ("two layers of whitening", Matrix([[a, b], [0, 1]]) * Matrix([[c, d], [0, 1]]), Matrix([[a * c, a * d + b], [0, 1]]), {}),
    ("determinant", Matrix([[sp.cos(x), -sp.sin(x)], [sp.sin(x), sp.cos(x)]]).det(), 1, {}),
]

TRUE = ACTIVATIONS + SERIES + MULTINOMIALS + NUMBERS + SPECIAL + LAWS
