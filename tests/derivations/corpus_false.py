"""False statements of this field, as they are written by mistake.

Each: name, left side, right side, and what verify is told besides.

Signs, factors, indices, bounds and exponents that slipped, branches that were forgotten, series that were cut too early, and
statements that need an assumption that is not made. The true ones are in `corpus_true`.
"""

from __future__ import annotations

import sympy as sp
from corpus_true import A, B, a, b, c, d, j, k, m, n, s, t, x, y
from sympy import (
    Derivative,
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
    zeta,
)

ACTIVATIONS = [
    ("sigmoid without half", "1/(1 + exp(-x))", "1/2 + tanh(x)/2", {}),
    ("sigmoid odd", "sigmoid(-x)", "-sigmoid(x)", {}),
    ("slope of the sigmoid", Derivative(1 / (1 + exp(-x)), x), "sigmoid(x)*(1 + sigmoid(x))", {}),
    ("tanh of a double", "tanh(2*x)", "2*tanh(x)", {}),
    ("tanh and sech", "tanh(x)**2 - sech(x)**2", "1", {}),
    ("softplus odd", "softplus(x) + softplus(-x)", "x", {}),
    ("slope of softplus", Derivative(log(1 + exp(x)), x), "sigmoid(-x)", {}),
    ("softplus and cosh", "log(1 + exp(x))", "x/2 + log(cosh(x/2))", {}),
    ("integral of the sigmoid", Integral(1 / (1 + exp(-t)), (t, 0, x)), log(1 + exp(x)), {}),
    ("SiLU by tanh", "x*sigmoid(x)", "x*(1 + tanh(x))/2", {}),
    ("GELU with the other erf", x * (1 + erf(x / sqrt(2))) / 2, x * (1 + erf(x)) / 2, {}),
    ("GELU by erfc", x * (1 + erf(x / sqrt(2))) / 2, x * erfc(x / sqrt(2)) / 2, {}),
    ("ReLU is linear", sp.Max(0, x), x, {}),
    ("ReLU of a sum", sp.Max(0, x + y), sp.Max(0, x) + sp.Max(0, y), {}),
    ("softplus to ReLU with the factor lost", Limit(log(1 + exp(x * t)), t, oo), x, {"assumptions": "x < 0"}),
    ("softmax of two", "exp(x)/(exp(x) + exp(y))", "sigmoid(y - x)", {}),
    (
        "GELU by tanh is exact",
        x * (1 + erf(x / sqrt(2))) / 2,
        x * (1 + sp.tanh(sqrt(2 / pi) * (x + Rational("0.044715") * x**3))) / 2,
        {},
    ),
    ("SiLU is GELU", "x*sigmoid(1.702*x)", x * (1 + erf(x / sqrt(2))) / 2, {}),
    ("slope of atan", Derivative(sp.atan(x), x), "1/(1 - x**2)", {}),
]

SERIES = [
    ("exp without its first term", Sum(x**k / factorial(k), (k, 1, oo)), exp(x), {}),
    ("geometric from one", Sum(x**k, (k, 1, oo)), 1 / (1 - x), {"assumptions": "|x| < 1"}),
    ("logarithm with the other sign", Sum((-1) ** k * x**k / k, (k, 1, oo)), log(1 + x), {"assumptions": "|x| < 1"}),
    ("arctangent without signs", Sum(x ** (2 * k + 1) / (2 * k + 1), (k, 0, oo)), sp.atan(x), {"assumptions": "|x| < 1"}),
    ("cosh and sinh", Sum(x ** (2 * k) / factorial(2 * k), (k, 0, oo)), sp.sinh(x), {}),
    (
        "central binomials",
        Sum(binomial(2 * k, k) * x**k, (k, 0, oo)),
        1 / sqrt(1 - 2 * x),
        {"assumptions": {"x": ("-1/5", "1/5")}},
    ),
    ("derivative of the geometric series", Sum(k * x**k, (k, 0, oo)), 1 / (1 - x) ** 2, {"assumptions": "|x| < 1"}),
    ("error function", Sum((-1) ** k * x ** (2 * k + 1) / (factorial(k) * (2 * k + 1)), (k, 0, oo)), erf(x), {}),
    (
        "tanh without the second factor",
        Sum(bernoulli(2 * k) * 4**k * x ** (2 * k - 1) / factorial(2 * k), (k, 1, oo)),
        sp.tanh(x),
        {"assumptions": "|x| < 1"},
    ),
    ("sech is sec", Sum(euler(2 * k) * x ** (2 * k) / factorial(2 * k), (k, 0, oo)), sp.sec(x), {"assumptions": "|x| < 1"}),
    (
        "zeta by cotangent",
        Sum(zeta(2 * k) * x ** (2 * k), (k, 1, oo)),
        (1 - pi * x * sp.cot(pi * x)),
        {"assumptions": "|x| < 1"},
    ),
    ("Basel with an 8", Sum(1 / k**2, (k, 1, oo)), pi**2 / 8, {}),
    ("index moved, coefficient not", Sum(k * A[k + 1] * x**k, (k, 0, n)), Sum(k * A[k] * x ** (k - 1), (k, 1, n + 1)), {}),
    ("tanh with a wrong fifth", "tanh(x)", "x - x**3/3 + x**5/15", {"order": 6}),
    ("tanh cut too early", "tanh(x)", "x - x**3/3", {"order": 5}),
    ("sigmoid with a wrong third", "sigmoid(x)", "1/2 + x/4 - x**3/24", {"order": 4}),
    ("softplus without log 2", "softplus(x)", "x/2 + x**2/8", {"order": 2}),
    ("a neuron with its weight once", "v*tanh(w*x)", "v*w*x - v*w*x**3/3", {"order": 4, "around": {"x": 0}}),
    ("a neuron with a bias, expanded at 0", "tanh(w*x + b)", "b + w*x", {"order": 1, "around": {"x": 0}}),
    ("product to order 2", "exp(x)*(1 + y)", "1 + x + y + x**2/2", {"order": 2, "around": {"x": 0, "y": 0}}),
    ("power of a power series", (1 + x + x**2 / 2) ** 3, 1 + 3 * x + 4 * x**2, {"order": 2}),
    ("quotient of power series", "(1 + x)/(1 - x)", "1 + 2*x + x**2", {"order": 2}),
]

MULTINOMIALS = [
    ("Gauss to n - 1", Sum(k, (k, 1, n - 1)), n * (n + 1) / 2, {}),
    ("squares", Sum(k**2, (k, 1, n)), n * (n + 1) * (2 * n + 1) / 3, {}),
    ("cubes", Sum(k**3, (k, 1, n)), n**2 * (n + 1) / 4, {}),
    ("finite geometric", Sum(x**k, (k, 0, n)), (1 - x**n) / (1 - x), {}),
    ("binomial theorem without binomials", Sum(x**k * y ** (n - k), (k, 0, n)), (x + y) ** n, {}),
    ("alternating binomials at 0", Sum((-1) ** k * binomial(n, k), (k, 0, n)), 0, {}),
    ("Pascal", binomial(n + 1, k), binomial(n, k) + binomial(n, k + 1), {}),
    ("squares of binomials", Sum(binomial(n, k) ** 2, (k, 0, n)), binomial(2 * n, n + 1), {}),
    ("weighted binomials", Sum(k * binomial(n, k), (k, 0, n)), n * 2**n, {}),
    ("hockey stick", Sum(binomial(k, m), (k, m, n)), binomial(n, m + 1), {}),
    ("factorials", Sum(k * factorial(k), (k, 0, n)), factorial(n + 1), {}),
    (
        "trinomials",
        Sum(factorial(n) / (factorial(k) * factorial(j) * factorial(n - k - j)), (j, 0, n - k), (k, 0, n)),
        2**n,
        {},
    ),
    ("product of sums, one index", Sum(A[k] * B[k], (k, 0, n)), Sum(A[k], (k, 0, n)) * Sum(B[k], (k, 0, n)), {}),
    ("number of monomials", Sum(binomial(k + m, m), (k, 0, n)), binomial(n + m, m), {"assumptions": {"m": "natural"}}),
    ("odd factors", Product(2 * k + 1, (k, 0, n)), factorial(2 * n + 1), {}),
]

NUMBERS = [
    ("Bernoulli recurrence to 0", Sum(binomial(n + 1, k) * bernoulli(k), (k, 0, n)), 0, {}),
    ("Bernoulli with the other sign", Sum(binomial(n, k) * bernoulli(k), (k, 0, n)), (-1) ** n * bernoulli(n), {}),
    ("Euler numbers sum to 0", Sum(binomial(n, k) * euler(k), (k, 0, n)), 0, {}),
    ("square of a sum", Sum(A[k], (k, 0, n)) ** 2, Sum(A[k] ** 2, (k, 0, n)), {}),
    ("zeta at four", Sum(1 / k**4, (k, 1, oo)), pi**4 / 96, {}),
]

SPECIAL = [
    ("Gamma is the factorial", gamma(n), factorial(n), {"assumptions": {"n": "positive integer"}}),
    ("duplication", gamma(x) * gamma(x + Rational(1, 2)), 2 ** (1 - 2 * x) * gamma(2 * x), {"assumptions": "x > 0"}),
    ("harmonic numbers", harmonic(n + 1) - harmonic(n), 1 / n, {"assumptions": {"n": "positive integer"}}),
    ("Gaussian integral", Integral(exp(-(t**2)), (t, -oo, oo)), pi, {}),
    ("slope of erf", Derivative(erf(x), x), exp(-(x**2)) / sqrt(pi), {}),
    ("atan of a reciprocal everywhere", "atan(x) + atan(1/x)", "pi/2", {}),
    ("atanh without half", "atanh(x)", "log((1 + x)/(1 - x))", {"assumptions": "|x| < 1"}),
    ("logarithm of a product everywhere", "log(x*y)", "log(x) + log(y)", {}),
    ("root of a square", "sqrt(x**2)", "x", {}),
    ("power of a power", "(x**2)**(3/2)", "x**3", {}),
    ("logarithm of a square", "log(x**2)", "2*log(x)", {}),
    ("digamma", sp.digamma(x + 1), sp.digamma(x) + x, {"assumptions": "x > 0"}),
    ("Bernoulli polynomial", bernoulli(2, x), x**2 - x + Rational(1, 3), {}),
]

LAWS = [
    ("Arrhenius in logarithms", "log(A0*exp(-Q/(R*T)))", "log(A0) - Q*R/T", {"assumptions": "A0 > 0, T > 0, R > 0, Q > 0"}),
    ("Langmuir linear", "1/(q*K*p/(1 + K*p))", "1/q + 1/(K*p)", {"assumptions": "K > 0, p > 0, q > 0"}),
    ("slope of the grain size law", Derivative(s + k / sqrt(d), d), -k / (2 * sqrt(d)), {"assumptions": "d > 0"}),
    ("solid solution", "C*(8*c)**(2/3)", "2*C*c**(2/3)", {"assumptions": "c > 0"}),
    ("Einstein and Planck", "1/(exp(u) - 1)", "coth(u/2)/2 + 1/2", {"assumptions": "u > 0"}),
    (
        "two layers of whitening",
        Matrix([[a, b], [0, 1]]) * Matrix([[c, d], [0, 1]]),
        Matrix([[a * c, a * d + b * c], [0, 1]]),
        {},
    ),
    (
        "matrices commute",
        Matrix([[a, b], [0, 1]]) * Matrix([[c, d], [0, 1]]),
        Matrix([[c, d], [0, 1]]) * Matrix([[a, b], [0, 1]]),
        {},
    ),
    ("nearly equal numbers", "exp(pi*sqrt(163))", "262537412640768744", {}),
    ("nearly equal sides", "tanh(x)", "tanh(x) + 0.000000000000000001", {}),
]

FALSE = ACTIVATIONS + SERIES + MULTINOMIALS + NUMBERS + SPECIAL + LAWS
