"""Smooth activations: each an elementary function, or a product or composition of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from symseries.activations.row import ENTIRE, ActivationJet, Parameter, Parameters, Row, Singularities, derived, horner, real
from symseries.jets import divided, integral, jet, logistic, polynomial_jet, power_jet, scaled, square_term, times_argument
from symseries.scalars import QQ, Array, Scalars

_I, _PI = sympy.I, sympy.pi
_ONE = sympy.Integer(1)
_CUBIC = sympy.Rational("0.044715")
_ROOT = sympy.sqrt(2 / sympy.pi)

_sigmoid, _softplus, _tanh = real("sigmoid"), real("softplus"), real("tanh")


def _fraction(value: sympy.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _plain(name: str) -> ActivationJet:
    """Return the jet of a function of the table of jets."""
    return lambda b, order, ring, where, p: jet(name, b, order, ring, where)


def _entire(p: Parameters, centre: float) -> Singularities:
    return ENTIRE


def _fixed(*points: sympy.Expr, period: sympy.Expr | None = None) -> Callable[[Parameters, float], Singularities]:
    return lambda p, centre: Singularities(points, period)


# ---------------------------------------------------------------------------------------------------- the logistic family
def _logistic_points(name: str | None) -> Callable[[Parameters, float], Singularities]:
    """Return the zeros of 1 + exp(c z), c being the parameter of that name or 1."""

    def points(p: Parameters, centre: float) -> Singularities:
        scale = p[name] if name else _ONE
        return Singularities((_I * _PI / scale,), 2 * _I * _PI / scale)

    return points


def _softplus_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    """Return the jet of ln(1 + exp(alpha z))/alpha: alpha**(k-1) times that of softplus at alpha z (eq. 34)."""
    alpha = _fraction(p["alpha"])
    out = scaled(jet("softplus", b * ring.scalar(alpha), order, ring, where), alpha, ring)
    return out if alpha == 1 else out * ring.scalar(1 / alpha)


def _log_sigmoid_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    """Return the jet of -softplus(-z), whose derivative is 1 - sigmoid(z)."""
    reflected = -ring.elementary("softplus", -b, where)
    if order == 0:
        return np.asarray(reflected[None, :])
    slope = -jet("sigmoid", b, order - 1, ring, where)
    slope[0] = ring.elementary("sigmoid", -b, where)
    return integral(reflected, slope, order, ring)


def _silu_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    beta = _fraction(p["beta"])
    return times_argument(scaled(jet("sigmoid", b * ring.scalar(beta), order, ring, where), beta, ring), b)


def _silu_slope(z: Array, y: Array, p: Parameters) -> Array:
    s = _sigmoid(p["beta"] * z)
    return np.asarray(s + p["beta"] * z * s * (1 - s))


# ------------------------------------------------------------------------------------------------------------- mish
def _mish_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    """Return the jet of x T(x), T = tanh(softplus(x)), by T' = (1 - T**2) sigmoid(x).

    With c = sigmoid(-b) and s = sigmoid(b), T = s (1 + c)/(1 + c**2) and 1 - T**2 = (2 c/(1 + c**2))**2: no cancellation at
    either end, and rational where the sigmoid is.
    """
    s, c = jet("sigmoid", b, order, ring, where), ring.elementary("sigmoid", -b, where)
    one = ring.scalar(1)
    share = ring.power(c * c + one, Fraction(-1), where)
    t, rest = np.empty_like(s), np.empty_like(s)
    t[0] = s[0] * (c + one) * share
    rest[0] = (c * share) ** 2 * ring.scalar(4)
    for k in range(1, order + 1):
        t[k] = divided((rest[:k] * s[k - 1 :: -1]).sum(axis=0), k, ring)
        rest[k] = -square_term(t, k)
    return times_argument(t, b)


def _mish_slope(z: Array, y: Array, p: Parameters) -> Array:
    t = np.tanh(_softplus(z))
    return np.asarray(t + z * (1 - t * t) * _sigmoid(z))


# ------------------------------------------------------------------------------------------------------------- gelu
def _gelu_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    return times_argument(jet("normal_cdf", b, order, ring, where), b)


def _gelu_slope(z: Array, y: Array, p: Parameters) -> Array:
    return np.asarray(real("normal_cdf")(z) + z * real("normal_pdf")(z))


def _root(ring: Scalars) -> Any:
    """Return sqrt(2/pi) as an operand of the ring."""
    if not ring.balls:
        return ring.scalar(_ROOT)
    return ring.power(ring.array([2]) / ring.number_symbol(sympy.pi), Fraction(1, 2))[0]


def _gelu_tanh_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    """Return the jet of x (1 + tanh u)/2 = x sigmoid(2 u), u = sqrt(2/pi) (x + 0.044715 x**3)."""
    if ring is QQ:
        ring.elementary("normal_pdf", b, where)  # holds the same irrational factor, and is refused with its place
    inner = polynomial_jet((0, 2, 0, 2 * _CUBIC), b, order, ring) * _root(ring)
    return times_argument(logistic(inner, ring, where), b)


def _gelu_tanh_value(z: Array, p: Parameters) -> Array:
    return np.asarray(z * _sigmoid(_gelu_inner(z)))


def _gelu_inner(z: Array) -> Array:
    return np.asarray(2 * float(_ROOT) * z * (1 + float(_CUBIC) * z * z))


def _gelu_tanh_slope(z: Array, y: Array, p: Parameters) -> Array:
    s = _sigmoid(_gelu_inner(z))
    return np.asarray(s + z * s * (1 - s) * 2 * float(_ROOT) * (1 + 3 * float(_CUBIC) * z * z))


def _gelu_tanh_points(p: Parameters, centre: float) -> Singularities:
    """Return the pole nearest to the centre: u = i pi (n + 1/2) has, with x = i y, real coefficients in y, for every n.

    No pole whose |u| is larger than u at the far end of the disc of the pole with n = 0 can be nearer than that one.
    """
    scale, cubic = float(_ROOT), float(_CUBIC)
    reach = abs(centre) + abs(centre - _imaginary_roots(np.array([np.pi / 2]), scale, cubic)).min()
    count = int(scale * (reach + cubic * reach**3) / np.pi) + 1
    poles = _imaginary_roots(np.pi * (np.arange(-count, count + 1) + 0.5), scale, cubic).reshape(-1)
    nearest = poles[np.argmin(abs(poles - centre))]
    return Singularities((sympy.Float(nearest.real) + _I * sympy.Float(nearest.imag),))


def _imaginary_roots(levels: Array, scale: float, cubic: float) -> Array:
    """Return the roots x of scale*(x + cubic*x**3) = i*level, an array (n, 3): x = i y with y**3 - y/cubic + level/… = 0."""
    companion = np.zeros((len(levels), 3, 3))
    companion[:, 1, 0] = companion[:, 2, 1] = 1
    companion[:, 0, 2] = -levels / (scale * cubic)
    companion[:, 1, 2] = 1 / cubic
    return np.asarray(1j * np.linalg.eigvals(companion))


# ------------------------------------------------------------------------------------------------ powers and polynomials
def _power_jet(b: Array, order: int, ring: Scalars, where: str, p: Parameters) -> Array:
    return power_jet(b, _fraction(p["exponent"]), order, ring, where)


def _power_of(exponent: sympy.Rational) -> ActivationJet:
    return lambda b, order, ring, where, p: _power_jet(b, order, ring, where, {"exponent": exponent})


def _mish_points(p: Parameters, centre: float) -> Singularities:
    """Return the zeros of (1 + exp(z))**2 + 1; where 1 + exp(z) = 0 the tanh of the logarithm is rational and regular."""
    return Singularities((sympy.log(-1 + _I), sympy.log(-1 - _I)), 2 * _I * _PI)


def _power_points(p: Parameters, centre: float) -> Singularities:
    return ENTIRE if p["exponent"].is_integer and p["exponent"] >= 0 else Singularities((sympy.Integer(0),))


def _power_value(z: Array, p: Parameters) -> Array:
    return np.asarray(z ** p["exponent"])


def _power_slope(z: Array, y: Array, p: Parameters) -> Array:
    return np.asarray(p["exponent"] * z ** (p["exponent"] - 1))


def _polynomial(x: Any, p: Parameters) -> sympy.Expr:
    return sympy.Add(*(c * x**k for k, c in enumerate(p["coefficients"])))


SMOOTH: dict[str, Row] = {
    "identity": Row(
        lambda z, p: z, lambda z, y, p: np.ones_like(z), _plain("identity"), lambda x, p: x, "z", rational=lambda p: True
    ),
    "tanh": Row(
        lambda z, p: np.tanh(z), lambda z, y, p: 1 - y * y, _plain("tanh"), lambda x, p: sympy.tanh(x), r"\tanh z",
        singularities=_fixed(_I * _PI / 2, period=_I * _PI),
    ),
    "sigmoid": Row(
        lambda z, p: _sigmoid(z), lambda z, y, p: y * (1 - y), _plain("sigmoid"), lambda x, p: 1 / (1 + sympy.exp(-x)),
        r"\frac{1}{1 + e^{-z}}", singularities=_logistic_points(None),
    ),
    "log_sigmoid": Row(
        lambda z, p: -_softplus(-z), lambda z, y, p: _sigmoid(-z), _log_sigmoid_jet,
        lambda x, p: -sympy.log(1 + sympy.exp(-x)), r"-\ln\left(1 + e^{-z}\right)", singularities=_logistic_points(None),
    ),
    "softplus": Row(
        lambda z, p: _softplus(p["alpha"] * z) / p["alpha"], lambda z, y, p: _sigmoid(p["alpha"] * z), _softplus_jet,
        lambda x, p: sympy.log(1 + sympy.exp(p["alpha"] * x)) / p["alpha"],
        r"\frac{1}{\alpha} \ln\left(1 + e^{\alpha z}\right)", {"alpha": Parameter(1, positive=True)},
        singularities=_logistic_points("alpha"),
    ),
    "silu": Row(
        lambda z, p: z * _sigmoid(p["beta"] * z), _silu_slope, _silu_jet, lambda x, p: x / (1 + sympy.exp(-p["beta"] * x)),
        r"\frac{z}{1 + e^{-\beta z}}", {"beta": Parameter(1, positive=True)}, singularities=_logistic_points("beta"),
    ),
    "gelu": Row(
        lambda z, p: z * real("normal_cdf")(z), _gelu_slope, _gelu_jet,
        lambda x, p: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        r"\frac{z}{2} \left(1 + \operatorname{erf}\frac{z}{\sqrt{2}}\right)", singularities=_entire,
    ),
    "gelu_tanh": Row(
        _gelu_tanh_value, _gelu_tanh_slope, _gelu_tanh_jet,
        lambda x, p: x * (1 + sympy.tanh(_ROOT * (x + _CUBIC * x**3))) / 2,
        r"\frac{z}{2} \left(1 + \tanh\left(\sqrt{2/\pi} (z + 0.044715 z^3)\right)\right)", singularities=_gelu_tanh_points,
    ),
    "mish": Row(
        lambda z, p: z * np.tanh(_softplus(z)), _mish_slope, _mish_jet,
        lambda x, p: x * sympy.tanh(sympy.log(1 + sympy.exp(x))), r"z \tanh \ln\left(1 + e^{z}\right)",
        singularities=_mish_points,
    ),
    "sin": Row(lambda z, p: np.sin(z), lambda z, y, p: np.cos(z), _plain("sin"), lambda x, p: sympy.sin(x), r"\sin z"),
    "cos": Row(lambda z, p: np.cos(z), lambda z, y, p: -np.sin(z), _plain("cos"), lambda x, p: sympy.cos(x), r"\cos z"),
    "exp": Row(lambda z, p: np.exp(z), lambda z, y, p: y, _plain("exp"), lambda x, p: sympy.exp(x), "e^{z}"),
    "gaussian": Row(
        lambda z, p: np.exp(-z * z), lambda z, y, p: -2 * z * y, _plain("gaussian"), lambda x, p: sympy.exp(-(x**2)), "e^{-z^2}"
    ),
    "arctan": Row(
        lambda z, p: np.arctan(z), lambda z, y, p: 1 / (1 + z * z), _plain("atan"), lambda x, p: sympy.atan(x), r"\arctan z",
        singularities=_fixed(_I, -_I),
    ),
    "erf": Row(
        lambda z, p: real("erf")(z), lambda z, y, p: real("erf_slope")(z), _plain("erf"), lambda x, p: sympy.erf(x),
        r"\operatorname{erf} z",
    ),
    "square": Row(
        lambda z, p: z * z, lambda z, y, p: 2 * z, _power_of(sympy.Integer(2)), lambda x, p: x**2, "z^2",
        rational=lambda p: True,
    ),
    "polynomial": Row(
        lambda z, p: horner(p["coefficients"], z), lambda z, y, p: horner(derived(p["coefficients"]), z),
        lambda b, order, ring, where, p: polynomial_jet(p["coefficients"], b, order, ring), _polynomial,
        r"\sum_{k=0}^{d} c_k z^k", {"coefficients": Parameter(several=True)}, rational=lambda p: True,
    ),
    "log": Row(
        lambda z, p: np.log(z), lambda z, y, p: 1 / z, _plain("log"), lambda x, p: sympy.log(x), r"\ln z",
        singularities=_fixed(sympy.Integer(0)),
    ),
    "sqrt": Row(
        lambda z, p: np.sqrt(z), lambda z, y, p: 0.5 / y, _power_of(sympy.Rational(1, 2)), lambda x, p: sympy.sqrt(x),
        r"\sqrt{z}", singularities=_fixed(sympy.Integer(0)),
    ),
    "reciprocal": Row(
        lambda z, p: 1 / z, lambda z, y, p: -y * y, _power_of(sympy.Integer(-1)), lambda x, p: 1 / x,
        r"\frac{1}{z}", singularities=_fixed(sympy.Integer(0)), rational=lambda p: True,
    ),
    "power": Row(
        _power_value, _power_slope, _power_jet, lambda x, p: x ** p["exponent"], "z^{r}", {"exponent": Parameter()},
        singularities=_power_points, rational=lambda p: bool(p["exponent"].is_integer),
    ),
}  # fmt: skip
