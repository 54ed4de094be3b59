"""The table of generating functions: every formula against derivatives, every region against the growth of the coefficients."""

from __future__ import annotations

import dataclasses
import math
import operator
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Rational, Symbol

from symseries.errors import OptionError
from symseries.generating import GENERATING, GeneratingFunction, GeneratingTable, Stirling2, generating_functions
from symseries.jets import JETS, jet, power_jet
from symseries.scalars import F64

ORDER = 12
DIGITS = 30
NAMES = generating_functions().names

# The names of the paper's columns and of everything that laws and networks are known to need.
EXPECTED = (
    *"a**x x**m exp(-beta*x) (1+x)**(-1/2) (1+x)**alpha log(1+x)".split(),
    *"x**(-1/2) x**r log 1/(1+x) langmuir exp arrhenius gaussian erf sin cos sinh cosh tan atan asin asinh".split(),
    *"identity whitening relu sigmoid tanh silu softmax softplus gelu".split(),
    "sigmoid about x0",
    "tanh about x0",
)

# Two values for each parameter, rational so that both sides mean the same number; the second tries the other side.
VALUES = {
    "C": ("3/2", "-2/3"), "a": ("5/2", "1/3"), "beta": ("2/3", "-5/4"), "alpha": ("-4/3", "7/5"), "m": ("3", "0"),
    "r": ("-5/3", "2/3"), "K": ("3/4", "5/2"), "p0": ("1/3", "2"), "Q": ("3", "1/2"), "R": ("2", "3/4"), "T0": ("5/4", "2"),
    "x0": ("7/5", "5/2"), "mu": ("3/7", "-2"), "sigma": ("5/3", "1/4"), "S": ("4/3", "1/5"),
}  # fmt: skip
OWN = {"softplus": {"alpha": ("3/2", "4")}}
BOTH_SIDES = {"relu", "exp", "sin", "cos", "sinh", "cosh", "gaussian", "erf", "sigmoid about x0", "tanh about x0"}


def values(row: GeneratingFunction, choice: int) -> dict[Symbol, Rational]:
    found = {**VALUES, **OWN.get(row.name, {})}
    chosen = {name: Rational(found[name][choice]) for name in row.parameters}
    if row.name in BOTH_SIDES and choice == 1:
        chosen["x0"] = -chosen["x0"]
    return {Symbol(name): value for name, value in chosen.items()}


def number(expression: sympy.Expr) -> mpmath.mpf:
    # Many digits beforehand: the polynomials of the sigmoid cancel.
    return mpmath.mpmathify(sympy.N(expression, 60))


def function_of(row: GeneratingFunction, chosen: dict[Symbol, Rational]):
    return sympy.lambdify(row.variable, row.function.subs(chosen), modules="mpmath")


def close(left: object, right: object, digits: int = DIGITS) -> bool:
    return bool(mpmath.almosteq(left, right, rel_eps=mpmath.mpf(10) ** -digits, abs_eps=mpmath.mpf(10) ** -digits))


# ---------------------------------------------------------------------------------------------------------- coefficients
def test_all_rows_are_there() -> None:
    assert sorted(NAMES) == sorted(EXPECTED)


@pytest.mark.parametrize("choice", [0, 1])
@pytest.mark.parametrize("name", NAMES)
def test_terms_are_the_taylor_coefficients(name: str, choice: int) -> None:
    row = GENERATING[name]
    chosen = values(row, choice)
    with mpmath.workdps(50):
        expected = mpmath.taylor(function_of(row, chosen), number(row.center.subs(chosen)), ORDER)
        found = [number(row.term(k).subs(chosen)) for k in range(ORDER + 1)]
        assert [close(a, b) for a, b in zip(found, expected, strict=True)] == [True] * (ORDER + 1)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"x**m", "relu"}])
def test_terms_are_derivatives_for_every_parameter(name: str) -> None:
    row = GENERATING[name]
    slope = row.function
    for k in range(4):
        difference = slope.subs(row.variable, row.center) / math.factorial(k) - row.term(k)
        assert sympy.simplify(difference.rewrite(sympy.exp)) == 0
        slope = sympy.diff(slope, row.variable)


@pytest.mark.parametrize("name", NAMES)
def test_the_general_term_is_the_rule_of_the_terms(name: str) -> None:
    row = GENERATING[name]
    assert len(row.early) == row.first <= 2
    assert row.general.free_symbols - {Symbol("n")} <= {Symbol(item) for item in row.parameters}
    chosen = values(row, 0)
    for k in range(row.first, ORDER + 1):
        value = row.general.subs(chosen).subs(Symbol("n"), k)
        for total in value.atoms(sympy.Sum):
            ((index, low, high),) = total.limits
            value = value.subs(total, sum(total.function.subs(index, i) for i in range(low, high + 1)))
        assert sympy.simplify(value - row.term(k).subs(chosen)) == 0


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "silu", "tan"])
def test_the_sign_of_the_first_bernoulli_number_plays_no_part(name: str) -> None:
    row = GENERATING[name]
    (number_,) = row.general.atoms(sympy.bernoulli)
    assert number_.args[0].subs(Symbol("n"), row.first) == 2


def test_jets_give_the_same_numbers() -> None:
    pairs = {"sigmoid about x0": "sigmoid", "tanh about x0": "tanh"}
    shared = [name for name in NAMES if name in JETS and "x0" in GENERATING[name].parameters] + list(pairs)
    assert {"exp", "log", "sin", "cos", "sinh", "cosh", "erf", "relu"} <= set(shared)
    for name in shared:
        row = GENERATING[name]
        found = jet(pairs.get(name, name), np.array([1.4]), ORDER, F64)[:, 0]
        expected = [float(number(row.term(k).subs(values(row, 0)))) for k in range(ORDER + 1)]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["tan", "atan", "asin", "asinh", "sigmoid", "tanh"])
def test_jets_give_the_same_numbers_at_zero(name: str) -> None:
    found = jet(name, np.array([0.0]), ORDER, F64)[:, 0]
    np.testing.assert_allclose(found, [float(GENERATING[name].term(k)) for k in range(ORDER + 1)], rtol=1e-13, atol=1e-18)


def test_powers_are_those_of_the_jets() -> None:
    row = GENERATING["x**r"]
    chosen = {Symbol("C"): 1, Symbol("r"): Rational(2, 3), Symbol("x0"): Rational(1, 20)}
    expected = [float(row.term(k).subs(chosen)) for k in range(ORDER + 1)]
    found = power_jet(np.array([0.05]), Fraction(2, 3), ORDER, F64)[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_rows_agree_with_each_other() -> None:
    x, x0, alpha, r = map(Symbol, ("x", "x0", "alpha", "r"))
    table = generating_functions()
    for k in range(ORDER):
        assert table["softplus"].term(k + 1).subs(alpha, 1) * (k + 1) == table["sigmoid"].term(k)
        assert table["silu"].term(k + 1) == table["sigmoid"].term(k)
        assert table["tanh"].term(k) == 2 * 2**k * table["sigmoid"].term(k) - int(k == 0)
        assert table["sigmoid about x0"].term(k).subs(x0, 0) == table["sigmoid"].term(k)
        assert table["tanh about x0"].term(k).subs(x0, 0) == table["tanh"].term(k)
        assert table["softmax"].term(k).subs("S", 1) == table["sigmoid"].term(k)
        half = table["x**r"].term(k).subs(r, -Rational(1, 2)) / table["x**(-1/2)"].term(k)
        assert sympy.simplify(half) == 1
    assert sympy.expand(table["log(1+x)"].partial_sum(3)) == sympy.expand(Symbol("C") * (x - x**2 / 2 + x**3 / 3))


# --------------------------------------------------------------------------------------------------------------- regions
LOW, HIGH = range(24, 30), range(56, 62)


def at_values(row: GeneratingFunction, chosen: dict[Symbol, Rational]) -> GeneratingFunction:
    """Return the row with numbers for its parameters, of which many terms are found fast."""
    early = tuple(value.subs(chosen) for value in row.early)
    names = ("function", "general", "center", "radius", "region")
    return dataclasses.replace(row, early=early, **{name: getattr(row, name).subs(chosen) for name in names})


@pytest.fixture(scope="module")
def sizes() -> dict[str, tuple[float, float]]:
    """Return for each row the logarithm of the largest |a_n| rho**n in two windows of n, rho the radius, or 1."""
    found = {}
    for name in NAMES:
        row = at_values(GENERATING[name], values(GENERATING[name], 0))
        rho = 1 if row.radius == sympy.oo else number(row.radius)
        largest = (max(abs(number(row.term(k))) * rho**k for k in window) for window in (LOW, HIGH))
        found[name] = tuple(float(mpmath.log(size)) if size else -math.inf for size in largest)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_radius_is_the_growth_of_the_coefficients(name: str, sizes: dict[str, tuple[float, float]]) -> None:
    row = GENERATING[name]
    low, high = sizes[name]
    if high == -math.inf:  # a polynomial; the ramp is one on its piece only
        assert row.radius == sympy.oo or name == "relu"
        return
    growth = math.exp((high - low) / (HIGH[0] - LOW[0]))
    # Powers of n beside the geometric growth change it by at most 4%.
    assert growth < 0.3 if row.radius == sympy.oo else growth == pytest.approx(1, rel=0.05)


FINITE = [name for name in NAMES if GENERATING[name].radius != sympy.oo and name != "relu"]


@pytest.mark.parametrize("name", FINITE)
def test_the_region_fills_the_disc(name: str) -> None:
    row = at_values(GENERATING[name], values(GENERATING[name], 0))
    center, radius, region = row.center, row.radius, row.region
    for factor in (Rational(999, 1000), Rational(-999, 1000), 0):
        assert bool(region.subs(row.variable, center + factor * radius))
    for factor in (Rational(1001, 1000), Rational(-1001, 1000)):
        assert not bool(region.subs(row.variable, center + factor * radius))


@pytest.mark.parametrize("name", FINITE)
def test_an_end_belongs_to_the_region_where_the_series_converges_there(
    name: str, sizes: dict[str, tuple[float, float]]
) -> None:
    row = at_values(GENERATING[name], values(GENERATING[name], 0))
    low, high = sizes[name]
    fading = high < low - 0.25
    for side in (-1, 1):
        end = row.center + side * row.radius
        included = bool(row.region.subs(row.variable, end))
        singular = side < 0 and name in {"log(1+x)", "(1+x)**(-1/2)", "x**(-1/2)", "log", "arrhenius"}
        assert included == (fading and not singular)
        if singular:
            assert not is_finite(row, end)
        elif included and name != "asin":
            # At a regular point the series converges where its terms fade, and averages of partial sums run to the value.
            expected = sympy.N(row.function.subs(row.variable, end))
            assert averaged(row, side) == pytest.approx(float(expected), abs=1e-6)


def is_finite(row: GeneratingFunction, point: sympy.Expr) -> bool:
    try:
        return bool(mpmath.isfinite(function_of(row, {})(number(point))))
    except (ValueError, ZeroDivisionError):
        return False


def averaged(row: GeneratingFunction, side: int) -> float:
    terms = [float(number(row.term(k) * (side * row.radius) ** k)) for k in range(41)]
    sums = np.cumsum(terms)[10:]
    while len(sums) > 1:
        sums = (sums[1:] + sums[:-1]) / 2
    return float(sums[0])


def test_the_arcsine_converges_at_its_branch_points() -> None:
    terms = [float(GENERATING["asin"].term(k)) for k in range(1, 80, 2)]
    # What is left after the term n is that of an integral over n**(-3/2) sqrt(2/pi)/2, with n = 2 m.
    rest = math.sqrt(2 / math.pi) / math.sqrt(80)
    assert sum(terms) + rest == pytest.approx(math.pi / 2, abs=1e-3)


@pytest.mark.parametrize(("x0", "inside"), [(2, 5), (2, Rational(1, 10)), (-2, -7)])
def test_the_ramp_is_its_series_on_its_side_only(x0: int, inside: sympy.Expr) -> None:
    row = GENERATING["relu"]
    series = row.partial_sum(5).subs({"x0": x0})
    function = row.function
    assert bool(row.region.subs({"x0": x0, "x": inside}))
    assert series.subs("x", inside) == function.subs("x", inside)
    assert not bool(row.region.subs({"x0": x0, "x": -inside}))
    assert series.subs("x", -inside) != function.subs("x", -inside)
    assert row.term(1).subs("x0", 0) is sympy.nan


# --------------------------------------------------------------------------------------------------- what the paper prints
def test_rows_that_the_paper_prints_wrongly() -> None:
    wrong = {"a**x", "(1+x)**(-1/2)", "(1+x)**alpha", "x**(-1/2)", "x**r", "relu", "sigmoid", "softmax", "softplus"}
    assert {row.name for row in GENERATING.rows if row.printed} == wrong


def test_printed_first_column_loses_its_factor() -> None:
    row = GENERATING["a**x"]
    assert row.term(0) == row.function.subs("x", 0) == Symbol("C") != 1


def test_printed_half_power_is_that_of_one_plus_x() -> None:
    c = Symbol("C")
    printed = [c, -c / 2, 3 * c / 8]
    assert [GENERATING["(1+x)**(-1/2)"].term(k) for k in range(3)] == printed
    assert [GENERATING["x**(-1/2)"].term(k).subs("x0", 1) for k in range(3)] == printed
    assert GENERATING["x**(-1/2)"].function.subs("x", 0) == sympy.zoo * c
    factor = [sympy.prod(-Rational(2 * i - 1, 2 * i) for i in range(1, n + 1)) * c for n in range(6)]
    exponent = [sympy.prod((-1) ** Rational(2 * i - 1, 2 * i) for i in range(1, n + 1)) * c for n in range(6)]
    found = [GENERATING["(1+x)**(-1/2)"].term(n) for n in range(6)]
    assert found == factor
    assert [n for n in range(6) if sympy.simplify(found[n] - exponent[n]) != 0] == [1, 2, 3, 4, 5]


def test_printed_binomial_product_is_right_to_order_one() -> None:
    row, alpha = GENERATING["(1+x)**alpha"], Symbol("alpha")
    for n in range(5):
        factors = range(1, n + 1)
        printed = Symbol("C") * sympy.prod(alpha - n + 1 for _ in factors) / sympy.factorial(n)
        corrected = Symbol("C") * sympy.prod(alpha - k + 1 for k in factors) / sympy.factorial(n)
        assert sympy.expand(corrected - row.term(n)) == 0
        assert (sympy.expand(printed - row.term(n)) == 0) == (n <= 1)


def test_printed_columns_that_are_right() -> None:
    c, a, beta = map(Symbol, ("C", "a", "beta"))
    assert [GENERATING["exp(-beta*x)"].term(k) for k in range(3)] == [c, -beta * c, beta**2 * c / 2]
    assert [GENERATING["a**x"].term(k) for k in (1, 2)] == [c * sympy.log(a), c * sympy.log(a) ** 2 / 2]
    assert [GENERATING["log(1+x)"].term(k) for k in range(3)] == [0, c, -c / 2]
    assert [GENERATING["identity"].term(k) for k in range(4)] == [0, 1, 0, 0]
    mu, sigma = Symbol("mu"), Symbol("sigma")
    assert [sympy.simplify(GENERATING["whitening"].term(k)) for k in range(3)] == [-mu / sigma, 1 / sigma, 0]


def test_printed_powers_have_no_series_at_zero() -> None:
    x = Symbol("x", positive=True)
    assert sympy.limit(sympy.diff(x ** Rational(2, 3), x), x, 0) == sympy.oo
    assert sympy.limit(1 / sympy.sqrt(x), x, 0) == sympy.oo


def test_printed_ramp_is_a_geometric_series() -> None:
    z = Rational(1, 3)
    printed = sum(z**n for n in range(60))
    assert abs(printed - 1 / (1 - z)) < Rational(1, 10**20)
    assert GENERATING["relu"].function.subs("x", z) == z
    assert sum(GENERATING["identity"].term(n) * z**n for n in range(60)) == z


def euler_at_zero(n: int) -> sympy.Rational:
    return sympy.euler(n, sympy.Integer(0))


def test_printed_sigmoid_equations() -> None:
    sigmoid, x = GENERATING["sigmoid"], Rational(1, 2)
    with mpmath.workdps(40):
        value = 1 / (1 + mpmath.exp(-mpmath.mpf(1) / 2))
        terms = [number(euler_at_zero(n) * (-1) ** n / sympy.factorial(n)) for n in range(120)]
        printed_51 = mpmath.fsum(terms) / 2
        corrected_51 = mpmath.fsum(term / mpmath.mpf(2) ** n for n, term in enumerate(terms)) / 2
        assert close(corrected_51, value)
        assert close(printed_51, 1 / (1 + mpmath.exp(-1)))
        assert not close(printed_51, value, 2)
        odd = range(1, 60)
        equation_53 = (
            0.5 - mpmath.fsum(number(euler_at_zero(2 * n - 1) * x ** (2 * n - 1) / sympy.factorial(2 * n - 1)) for n in odd) / 2
        )
        assert close(equation_53, value)
    for n in range(ORDER):
        assert euler_at_zero(n) * (-1) ** n / (2 * sympy.factorial(n)) == sigmoid.term(n)


def test_printed_euler_numbers() -> None:
    with mpmath.workdps(40):
        t, x = mpmath.mpf(1) / 3, mpmath.mpf(2) / 7
        series = mpmath.fsum(mpmath.mpf(number(sympy.euler(n, Rational(2, 7)))) * t**n / mpmath.factorial(n) for n in range(60))
        assert close(series, 2 * mpmath.exp(x * t) / (1 + mpmath.exp(t)))
    for n in range(ORDER):
        first = Rational(-1, 2) if n == 0 else sympy.bernoulli(n + 1)
        assert euler_at_zero(n) == -2 * (2 ** (n + 1) - 1) * first / (n + 1)
        assert n == 0 or n % 2 == 1 or euler_at_zero(n) == 0


@pytest.mark.parametrize("n", [1, 2, 3])
def test_printed_euler_polynomials_have_one_pi_too_many(n: int) -> None:
    with mpmath.workdps(40):
        for x in (Fraction(0), Fraction(1, 3)):
            expected = number(sympy.euler(2 * n - 1, Rational(x)))
            at = mpmath.mpf(x.numerator) / x.denominator
            # Over a whole period of the cosine the sum is one of zeta functions of Hurwitz.
            total = mpmath.fsum(
                mpmath.cos((2 * r + 1) * mpmath.pi * at)
                * mpmath.zeta(2 * n, mpmath.mpf(2 * r + 1) / 6)
                / mpmath.mpf(6) ** (2 * n)
                for r in range(3)
            )
            scale = (-1) ** n * 4 * mpmath.factorial(2 * n - 1)
            assert close(scale * total / mpmath.pi ** (2 * n), expected)
            printed = scale * total / mpmath.pi ** (2 * n + 1)
            assert close(printed * mpmath.pi, expected)
            assert not close(printed, expected, 2)


def test_printed_sums_of_the_sigmoid_are_right_and_the_brace_is_not() -> None:
    zeta, pi = sympy.zeta, sympy.pi
    for n in range(1, 7):
        term = GENERATING["sigmoid"].term(2 * n - 1)
        sum_of_odd = zeta(2 * n) * (1 - Rational(1, 4**n))
        assert sympy.simplify(-2 * (-1) ** n / pi ** (2 * n) * sum_of_odd - term) == 0
        assert sympy.simplify(-2 * (-1) ** n / pi ** (2 * n) * (4**n - 1) * zeta(2 * n) / 4**n - term) == 0
        brace = (-1 / (4 * pi**2)) ** n * (4**n - 1) * zeta(2 * n)
        assert sympy.simplify(-2 * brace - term) == 0
        assert sympy.simplify(brace - term) != 0
        k = 2 * n - 1
        equation_57 = -2 * (-1 / (4 * pi**2)) ** Rational(k + 1, 2) * (4 ** Rational(k + 1, 2) - 1) * zeta(k + 1)
        assert sympy.simplify(equation_57 - term) == 0
        assert GENERATING["sigmoid"].term(2 * n) == 0


def test_printed_softmax_is_another_function() -> None:
    z = np.array([0.3, -0.2, 0.7])
    partition = np.exp(z).sum()
    softmax = np.exp(z) / partition
    printed = [sum(z_i**k / (partition**k * math.factorial(k)) for k in range(40)) for z_i in z]
    np.testing.assert_allclose(printed, np.exp(z / partition), rtol=1e-14)
    assert np.abs(printed - softmax).min() > 0.1
    row = GENERATING["softmax"]
    others = partition - np.exp(z[0])
    slice_ = float(row.partial_sum(25).subs({"x": sympy.Float(z[0]), "S": sympy.Float(others)}))
    assert slice_ == pytest.approx(softmax[0], rel=1e-10)
    # The same input, the other inputs changed: no rule in z_1 alone gives both.
    assert np.exp(0.3) / (np.exp(0.3) + 1.0) != pytest.approx(softmax[0], rel=0.1)


def test_printed_softplus_derivation() -> None:
    alpha, k = 5, 2
    assert math.log(2) != pytest.approx(math.log(2) / alpha)  # log(1 + e**x) and log(1 + e**(alpha x))/alpha at 0
    z = 1 + math.exp(0.4)
    series = sum(((z - 1) / z) ** j / j for j in range(1, 400))
    assert series == pytest.approx(math.log(z), rel=1e-12)
    without_sign = sum((z - 1) ** j * z**j / j for j in range(1, 20))
    assert without_sign > 1e6
    printed, corrected = powers(alpha, k, operator.itemgetter(1)), powers(alpha, k, operator.itemgetter(0))
    exact = [Fraction(alpha * k) ** m / math.factorial(m) for m in range(6)]  # (e**(alpha x))**k = e**(alpha k x)
    assert corrected == exact
    assert [m for m in range(6) if printed[m] != exact[m]] == [2, 3, 4, 5]
    # 1/(1 + u)**k with u = 1 against the sum of 1/binomial that takes its place
    assert Fraction(1, sum(math.comb(k, i) for i in range(k + 1))) != sum(Fraction(1, math.comb(k, i)) for i in range(k + 1))


def powers(alpha: int, k: int, pick) -> list[Fraction]:
    """Return the coefficients of (e**(alpha x))**k by the recurrence for powers, with the a_j or the a_l that `pick` takes."""
    out = [Fraction(1)]
    for m in range(1, 6):
        weights = ((j, Fraction(alpha) ** pick((j, m)) / math.factorial(pick((j, m)))) for j in range(1, m + 1))
        out.append(sum((j * k - m + j) * a * out[m - j] for j, a in weights) / m)
    return out


def test_softplus_nears_the_ramp_as_its_radius_shrinks() -> None:
    row, alpha = GENERATING["softplus"], Symbol("alpha")
    assert sympy.limit(row.radius, alpha, sympy.oo) == 0
    steep = row.function.subs(alpha, 400)
    for x in (-1, 1):
        assert float(steep.subs("x", x)) == pytest.approx(max(x, 0), abs=1e-12)


# --------------------------------------------------------------------------------------------------------------- forms
def test_a_name_that_is_not_there() -> None:
    table = generating_functions()
    with pytest.raises(OptionError, match=r"'sigmod' is not in the table; did you mean 'sigmoid'\?; known: a\*\*x"):
        table["sigmod"]
    assert "tanh" in table
    assert "tahn" not in table
    assert 3 not in table
    assert list(table) == list(table.names)
    assert len(table) == len(EXPECTED)


@pytest.mark.parametrize("index", [-1, 1.5, "2", None, Symbol("k"), Rational(1, 2)])
def test_an_index_that_is_none(index: object) -> None:
    for row in (GENERATING["sin"], GENERATING["tanh about x0"]):
        with pytest.raises(OptionError, match="give a whole number from 0 on"):
            row.term(index)
        with pytest.raises(OptionError, match="give a whole number from 0 on"):
            row.partial_sum(index)


@pytest.mark.parametrize("index", [3, np.int64(3), sympy.Integer(3)])
def test_an_index_of_any_integer_type(index: object) -> None:
    assert GENERATING["tanh"].term(index) == Rational(-1, 3)


def test_a_kind_that_is_none() -> None:
    with pytest.raises(OptionError, match="kind is 'layer'; give 'law' or 'activation'"):
        generating_functions().table("layer")


def test_kinds_divide_the_table() -> None:
    table = generating_functions()
    shown = [len(table.table(kind).rows) for kind in ("law", "activation", None)]
    assert shown == [23, 11, 34]


def test_text_holds_every_row_and_every_fault() -> None:
    lines = str(generating_functions()).splitlines()
    for row in GENERATING.rows:
        (line,) = [line for line in lines if line.startswith(f"{row.name}  ")]
        assert all(text in line for text in (str(row.function), str(row.general), row.source))
        assert row.printed is None or f"{row.name}: {row.printed}" in lines
    assert repr(generating_functions()) == "<GeneratingTable: 34 functions>"


def test_one_row_shows_itself() -> None:
    row = GENERATING["softplus"]
    assert str(row).startswith("log(exp(alpha*x) + 1)/alpha about 0: a_0 = log(2)/alpha, a_1 = 1/2, a_n = ")
    assert str(row).endswith(" for n ≥ 2; -pi/alpha ≤ x ≤ pi/alpha, alpha > 0")
    assert row.to_latex().startswith(r"\frac{\log{\left(e^{\alpha x} + 1 \right)}}{\alpha} = \frac{x}{2} + \frac{\log")
    assert row._repr_latex_() == rf"$\displaystyle {row.to_latex()}$"
    assert "GeneratingFunction tanh(x) about 0" in repr(GENERATING["tanh"])


@pytest.mark.parametrize(
    ("name", "plain", "latex"),
    [
        ("exp", "all x", r"\text{all } x"),
        ("x**m", "all x, m = 0, 1, 2, …", r"\text{all } x, m = 0, 1, 2, \ldots"),
        ("log", "0 < x ≤ 2*x0, x0 > 0", r"0 < x \leq 2 x_{0}, x_{0} > 0"),
        ("asin", "-1 ≤ x ≤ 1", r"-1 \leq x \leq 1"),
        ("langmuir", "Abs(p - p0) < Abs(p0 + 1/K), K > 0, p0 ≥ 0", None),
    ],
)
def test_regions_read_as_people_write_them(name: str, plain: str, latex: str | None) -> None:
    row = GENERATING[name]
    assert row.region_text() == plain
    assert latex is None or row.region_latex == latex


def test_latex_compiles(tmp_path: Path) -> None:
    compiler = shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("pdflatex is not installed")
    table = generating_functions()
    rows = "\n\n".join(row._repr_latex_() for row in table.rows)
    document = table.to_latex(document=True).replace(r"\end{document}", f"{table._repr_latex_()}\n\n{rows}\n\\end{{document}}")
    (tmp_path / "table.tex").write_text(document, encoding="utf-8")
    command = [compiler, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Missing character" not in log
    assert "Undefined" not in log
    assert table.to_latex().count(r"\begin{table}") == document.count(r"\begin{table}") == 2


def test_the_article_fits_its_page(tmp_path: Path) -> None:
    compiler = shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("pdflatex is not installed")
    (tmp_path / "table.tex").write_text(generating_functions().to_latex(document=True), encoding="utf-8")
    command = [compiler, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    log = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60).stdout.decode(errors="replace")
    wide = [float(size) for size in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(wide, default=0) < 40  # a margin is 71 pt wide
    assert "Float too large" not in log


class _Tags(HTMLParser):
    """The tags of a page that stand open, its text, and what closed something else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_escaped_and_whole() -> None:
    html = generating_functions()._repr_html_()
    page = _Tags()
    page.feed(html)
    page.close()
    assert page.open == page.faults == []
    assert "-1 < x ≤ 1" in page.text  # in a note, from escaped text
    assert html.count("<table>") == html.count("</table>") == 2
    # Whatever opens is a tag: no "<" of a formula is left as it was.
    assert re.findall(r"<(?!/?[a-z]|!)", html) == []
    assert "<script" not in html
    for row in GENERATING.rows:
        assert row.printed is None or row.printed in page.text


def test_notebook_latex_is_one_array() -> None:
    text = generating_functions()._repr_latex_()
    assert text.startswith(r"$\begin{array}{lllllll}\text{name} & ")
    assert text.count(r"\\") >= len(EXPECTED)


def test_a_frame_holds_expressions() -> None:
    pytest.importorskip("pandas")
    frame = generating_functions().to_frame().set_index("name")
    assert list(frame.index) == list(NAMES)
    for row in GENERATING.rows:
        assert frame.loc[row.name, "general"] == row.general
        assert frame.loc[row.name, "radius"] == row.radius
        assert frame.loc[row.name, "source"] == row.source
        assert frame.loc[row.name, "printed"] == (row.printed or "")


def test_a_frame_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(OptionError, match="pandas"):
        generating_functions().to_frame()


def test_stirling_numbers_are_those_of_inclusion_and_exclusion() -> None:
    for n in range(8):
        for k in range(8):
            counted = sum((-1) ** (k - j) * math.comb(k, j) * j**n for j in range(k + 1)) // math.factorial(k)
            assert Stirling2(n, k) == counted


def test_symbols_are_plain() -> None:
    for row in GENERATING.rows:
        expressions = (row.function, row.general, row.center, row.radius, *row.early)
        found = set().union(*(item.free_symbols for item in expressions), row.region.free_symbols)
        assert {item for item in found if item != Symbol(item.name)} == set()


def test_the_table_is_made_when_it_is_asked_for() -> None:
    table = GeneratingTable()
    assert vars(table) == {}
    assert len(table) == len(EXPECTED)
    assert list(vars(table)) == ["_found"]
