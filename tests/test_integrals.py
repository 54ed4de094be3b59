"""Coefficients of law terms in closed form: against quadrature by mpmath and by FLINT, both of which know nothing of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import acb, arb
from hypothesis import given, settings
from hypothesis import strategies as st

import symseries as ss
from symseries.errors import ComplexResultError, NotAnalyticError, OptionError
from symseries.laws import integrals
from symseries.laws.integrals import closed_coefficients
from symseries.scalars import ARB, MPF, QQ, Ball
from symseries.symbolic import SYM

X = sympy.Symbol("x")
SPACES = {"legendre": ss.LegendreSpace, "chebyshev": ss.ChebyshevSpace}

# text of the term, the same in mpmath, domain
TERMS: dict[str, tuple[Any, tuple[str, str]]] = {
    "x**(2/3)": (lambda x: mpmath.cbrt(x) ** 2, ("1/100", "1/10")),
    "1/sqrt(x)": (lambda x: 1 / mpmath.sqrt(x), ("1", "100")),
    "exp(-2*x)": (lambda x: mpmath.exp(-2 * x), ("0", "3")),
    "log(x)": (mpmath.log, ("1/100", "1/10")),
    "x**1.37": (lambda x: x ** (mpmath.mpf(137) / 100), ("1/2", "3")),
    "1/(x - 5)": (lambda x: 1 / (x - 5), ("0", "4")),
    "1/(1 + x)**2": (lambda x: 1 / (1 + x) ** 2, ("0", "4")),
    "(7 - 2*x)**(1/3)*(x**2 + 1)": (lambda x: mpmath.root(7 - 2 * x, 3) * (x * x + 1), ("0", "3")),
    "x*log(3 - x)": (lambda x: x * mpmath.log(3 - x), ("0", "2")),
    "x*exp(-x)*cos(3*x + 1)": (lambda x: x * mpmath.exp(-x) * mpmath.cos(3 * x + 1), ("0", "2")),
    "2**x*sin(x)": (lambda x: 2**x * mpmath.sin(x), ("-1", "1")),
    "sqrt(x)*log(x)": (lambda x: mpmath.sqrt(x) * mpmath.log(x), ("1", "3")),
    "tanh(x)": (mpmath.tanh, ("0", "3")),
}
LOGARITHMIC = ("x**(2/3)", "1/sqrt(x)", "log(x)", "sqrt(x)*log(x)")


def expression(text: str) -> sympy.Expr:
    return ss.Law(text, variables=("x",)).formula


def quadrature(function: Any, kind: str, ends: tuple[str, str], n: int, logarithmic: bool) -> mpmath.mpf:
    """Return the n-th coefficient to 40 digits by mpmath's own quadrature."""
    with mpmath.workdps(45):
        low, high = (mpmath.mpf(Fraction(end).numerator) / Fraction(end).denominator for end in ends)
        if logarithmic:
            low, high = mpmath.log(low), mpmath.log(high)

        def inner(u: mpmath.mpf) -> mpmath.mpf:
            z = (low + high) / 2 + (high - low) / 2 * u
            return function(mpmath.exp(z) if logarithmic else z)

        if kind == "legendre":
            parts = [-1, -0.5, 0, 0.5, 1]
            return (2 * n + 1) / mpmath.mpf(2) * mpmath.quad(lambda u: inner(u) * mpmath.legendre(n, u), parts)
        mean = mpmath.quad(lambda t: inner(mpmath.cos(t)) * mpmath.cos(n * t), [0, 1, 2, mpmath.pi]) / mpmath.pi
        return 2 * mean if n else mean


@pytest.mark.parametrize("kind", SPACES)
@pytest.mark.parametrize("text", TERMS)
def test_coefficients_equal_quadrature(text: str, kind: str) -> None:
    function, ends = TERMS[text]
    for scale in ("linear", "log") if text in LOGARITHMIC else ("linear",):
        space = SPACES[kind]({"x": ends}, order=5, scale={"x": scale})
        _, table = closed_coefficients([expression(text)], space, ARB(128))
        for n in (0, 1, 5):
            expected = quadrature(function, kind, ends, n, scale == "log")
            ball = Ball(table[n, 0])
            assert abs(ball.mid - expected) < mpmath.mpf(10) ** -35 * max(1, abs(expected))
            assert ball.rad < mpmath.mpf(10) ** -35 * max(1, abs(expected))


@pytest.mark.parametrize(("text", "function"), [
    ("x**(2/3)", lambda z, a: (z.log(analytic=a) * 2 / 3).exp()), ("1/sqrt(x)", lambda z, a: 1 / z.sqrt(analytic=a)),
    ("exp(-2*x)", lambda z, a: (-2 * z).exp()), ("log(x)", lambda z, a: z.log(analytic=a)),
])  # fmt: skip
def test_balls_meet_those_of_a_rigorous_integral_to_25_digits(text: str, function: Any) -> None:
    space = ss.LegendreSpace({"x": (1, 100)}, order=6)
    _, table = closed_coefficients([expression(text)], space, ARB(128))
    with ARB(192).working():
        for n in range(7):
            whole = acb.integral(
                lambda u, a, n=n: function(acb(101) / 2 + u * acb(99) / 2, a) * u.legendre_p(n), acb(-1), acb(1)
            ).real
            difference = table[n, 0] - whole * (2 * n + 1) / 2
            assert difference.contains(0)
            assert difference.abs_upper() < arb(10) ** -25


def test_a_planted_error_of_the_last_digits_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    good = integrals._gauss
    monkeypatch.setattr(integrals, "_gauss", lambda *arguments: good(*arguments) * (1 + arb(10) ** -30))
    with pytest.raises(AssertionError):
        test_coefficients_equal_quadrature("x**(2/3)", "legendre")


@pytest.mark.parametrize("text", ["x**(2/3)", "1/sqrt(x)", "log(x)*x", "exp(-x/3)*(1 + x)", "1/(x + 2)**3", "x**3 - x/2"])
def test_symbolic_coefficients_hold_in_the_balls_of_the_other_road(text: str) -> None:
    space = ss.LegendreSpace({"x": (1, "7/2")}, order=4)
    ring, exact = closed_coefficients([expression(text)], space, SYM)
    found = ring.converted(exact, ARB(200), {})
    _, balls = closed_coefficients([expression(text)], space, ARB(128))
    with ARB(256).working():
        assert all((a - b).contains(0) for a, b in zip(found.flat, balls.flat, strict=True))
        assert max(float(abs(a).upper()) for a in found.flat) > 0.01


def test_known_closed_forms() -> None:
    space = ss.LegendreSpace({"x": (1, 4)}, order=1)
    ring, table = closed_coefficients([sympy.sqrt(X), sympy.log(X)], space, SYM)
    # (1/3) times the integrals of sqrt(x) and log(x) from 1 to 4: 14/9 and 8 log(2)/3 - 1
    assert sympy.simplify(ring.handed(table)[0, 0] - sympy.Rational(14, 9)) == 0
    assert sympy.simplify(ring.handed(table)[0, 1] - (sympy.log(4) * sympy.Rational(4, 3) - 1)) == 0


@settings(max_examples=30)
@given(
    st.lists(st.fractions(min_value=-5, max_value=5, max_denominator=7), min_size=1, max_size=6),
    st.sampled_from(sorted(SPACES)),
)
def test_polynomials_are_exact(numbers: list[Fraction], kind: str) -> None:
    polynomial = sum(sympy.Rational(c) * X**k for k, c in enumerate(numbers))
    space = SPACES[kind]({"x": ("-1/3", 2)}, order=5)
    _, table = closed_coefficients([polynomial], space, QQ)
    series = ss.Series(space, table[:, 0], QQ)
    assert sympy.expand(series.to_sympy() - polynomial) == 0


def test_products_of_variables() -> None:
    space = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, order=4)
    law = ss.Law("a*(c*d)**(1/2) + b*c/d*exp(-c) + 3", variables=("c", "d"))
    numbers = {"a": 2, "b": -5}
    exact = law.expand(space, scalars=ARB(128)).at(numbers)
    rounded = law.expand(space).at(numbers)
    assert max(abs(float(x.mid) - y) for x, y in zip(exact.coefficients, rounded.coefficients, strict=True)) < 1e-4
    # the projection at 32 Gauss points errs by what it says
    assert law.expand(space).quadrature_error(numbers) < 1e-3
    assert law.expand(space, scalars=ARB(128)).quadrature_error(numbers) == 0


def test_a_law_in_every_ring_of_a_box() -> None:
    space = ss.ChebyshevSpace({"x": (1, 2)}, order=3)
    law = ss.Law("a + b*x**3", variables=("x",))
    for ring, one in ((QQ, 1), (SYM, 1), (MPF(30), mpmath.mpf(1))):
        coefficients = law.expand(space, scalars=ring).at({"a": one, "b": "1/2"}).coefficients
        assert abs(float(coefficients[3]) - 1 / 64) < 1e-15  # (u/2)**3/2 = (T_3 + 3 T_1)/64
    assert law.expand(space, scalars=SYM).coefficients[3] == sympy.Symbol("b") / 32
    assert law.expand(space, scalars=QQ).coefficients[3] == sympy.Symbol("b") / 32
    series = law.expand(space, scalars=ARB(128)).at({"a": 1, "b": 1})
    assert Fraction(35, 8) in series([[1.5]])[0]


def test_a_nonlinear_law_at_numbers() -> None:
    space = ss.LegendreSpace({"T": (600, 1200)}, order=4)
    law = ss.Law("A*exp(-Q/(R*T))", variables=("T",), known={"R": "8.314"})
    balls = law.expand(space, scalars=ARB(128)).at({"A": 1, "Q": 8000})
    rounded = law.expand(space).at({"A": 1, "Q": 8000})
    assert np.allclose([float(c) for c in balls.coefficients], rounded.coefficients, rtol=1e-12, atol=1e-15)
    with pytest.raises(OptionError, match=r"not linear in Q.*use \.at"):
        _ = law.expand(space, scalars=ARB(128)).coefficients


def test_mpf_certifies_its_digits() -> None:
    space = ss.LegendreSpace({"x": (100, 101)}, order=8)  # the eighth coefficient of a power is 1e-24 of the first
    found = ss.Law("x**(2/3)", variables=("x",)).expand(space, scalars=MPF(30)).at({}).coefficients
    expected = quadrature(lambda x: mpmath.cbrt(x) ** 2, "legendre", ("100", "101"), 8, False)
    assert abs(found[8] / found[0]) < 1e-18
    assert abs(found[8] - expected) < mpmath.mpf(10) ** -40


@pytest.mark.parametrize(("text", "domain", "ring", "error", "words"), [
    ("1/(x - 3)", (0, 4), ARB(64), NotAnalyticError, "singular at x = 3"),
    ("1/x", (0, 4), ARB(64), NotAnalyticError, "singular at x = 0"),
    ("log(1 - x)", (0, 4), ARB(64), ComplexResultError, "negative on a part"),
    ("sqrt(x)", (1, 2), QQ, OptionError, "scalars=QQ: sqrt.x. over .*use scalars=ARB"),
    ("cos(x)", (1, 2), SYM, OptionError, "sines and cosines"),
    ("tanh(x)", (1, 2), SYM, OptionError, "not exact there; use scalars=ARB"),
    ("abs(x)", (-1, 2), ARB(64), NotAnalyticError, "kink"),
    ("log(x)/sqrt(x)", (0, 1), ARB(64), NotAnalyticError, "at its end"),
])  # fmt: skip
def test_refusals(text: str, domain: tuple[int, int], ring: Any, error: type[Exception], words: str) -> None:
    law = ss.Law(text, variables=("x",))
    with pytest.raises(error, match=words):
        law.expand(ss.LegendreSpace({"x": domain}, order=3), scalars=ring).at({})


def test_a_chebyshev_mean_diverges_where_a_legendre_mean_does_not() -> None:
    law = ss.Law("1/sqrt(x)", variables=("x",))
    assert 2 in law.expand(ss.LegendreSpace({"x": (0, 1)}, order=2), scalars=ARB(128)).at({}).coefficients[0]
    with pytest.raises(NotAnalyticError, match="singular at x = 0"):
        law.expand(ss.ChebyshevSpace({"x": (0, 1)}, order=2), scalars=ARB(128)).at({})


def test_no_product_of_functions_of_one_variable() -> None:
    law = ss.Law("a*c*d/(1 + c*d)", variables=("c", "d"))
    space = ss.LegendreSpace({"c": (1, 2), "d": (1, 2)}, order=2)
    with pytest.raises(OptionError, match=r"no product of functions of one variable.*scalars=F64"):
        law.expand(space, scalars=ARB(64)).at({"a": 1})


@pytest.mark.parametrize("extension", ["even", "periodic"])
def test_proved_integrals_on_waves(extension: str) -> None:
    space = ss.FourierSpace({"x": (1, 3)}, order=2, extension=extension)
    _, table = closed_coefficients([expression("x**(2/3)")], space, ARB(128))
    for index, value in zip(space.multi_indices[:, 0].tolist(), table[:, 0], strict=True):
        turns = space.turns * ((index + 1) // 2)
        wave = mpmath.sinpi if index % 2 else mpmath.cospi
        with mpmath.workdps(40):
            mean = mpmath.quad(lambda t, k=turns, w=wave: mpmath.cbrt(1 + 2 * t) ** 2 * w(k * t), [0, 0.5, 1])
            assert abs(Ball(value).mid - (2 if index else 1) * mean) < mpmath.mpf(10) ** -35
    with pytest.raises(OptionError, match="extension='even'"):
        closed_coefficients([expression("x")], ss.FourierSpace({"x": (1, 3)}, order=2, extension="ramp"), ARB(64))


@pytest.mark.parametrize("extension", ["even", "periodic"])
def test_a_law_on_waves_in_balls_is_its_quadrature(extension: str) -> None:
    law = ss.Law("a*x**(2/3) + b*exp(-x)", variables=("x",))
    space = ss.FourierSpace({"x": (1, 3)}, order=3, extension=extension)
    series = law.expand(space, scalars=ARB(128)).at({"a": 2, "b": "1/3"})
    with mpmath.workdps(40):

        def value(t: mpmath.mpf) -> mpmath.mpf:
            return 2 * mpmath.cbrt(1 + 2 * t) ** 2 + mpmath.exp(-1 - 2 * t) / 3

        for index, coefficient in zip(space.multi_indices[:, 0].tolist(), series.coefficients, strict=True):
            turns, wave = space.turns * ((index + 1) // 2), mpmath.sinpi if index % 2 else mpmath.cospi
            mean = mpmath.quad(lambda t, k=turns, w=wave: value(t) * w(k * t), [0, 0.5, 1])
            assert abs(coefficient.mid - (2 if index else 1) * mean) < mpmath.mpf(10) ** -35
        assert abs(series.integral().mid - 2 * mpmath.quad(value, [0, 0.5, 1])) < mpmath.mpf(10) ** -35
    rounded = law.expand(space).at({"a": 2, "b": "1/3"})
    assert [float(v) for v in series([[1.2], [2.5]])] == pytest.approx(rounded([[1.2], [2.5]]), abs=1e-12)


def test_the_derivative_of_waves_in_balls_holds_pi() -> None:
    """d/dx sin(pi x) = pi cos(pi x): a rounded pi would lie outside of a ball that claims to hold it."""
    space = ss.FourierSpace({"x": (0, 2)}, order=1, extension="periodic")
    slope = ss.Series(space, [0, 1, 0], scalars=ARB(128)).derivative("x")
    with ARB(128).working():
        assert (slope.elements[2, 0] - arb.pi()).contains(0)
        assert slope.elements[2, 0].rel_accuracy_bits() > 120


def test_derivatives_and_integrals_keep_the_bits_of_their_ring() -> None:
    law = ss.Law("sqrt(x)", variables=("x",))
    series = law.expand(ss.LegendreSpace({"x": (1, "7/3")}, order=4), scalars=ARB(128)).at({})
    for found in (series.derivative("x"), series.integral("x")):
        assert all(value.rel_accuracy_bits() > 110 for value in found.elements[:3, 0])
    assert series.integral().digits > 30


def test_what_waves_in_balls_are_not_is_refused() -> None:
    law, box = ss.Law("a*x", variables=("x",)), {"x": (1, 3)}
    series = law.expand(ss.FourierSpace(box, order=2), scalars=ARB(64)).at({"a": 1})
    for attempt, said in (
        (lambda: series * series, r"not offered; use \.over\(F64\)"),
        (lambda: law.expand(ss.FourierSpace(box, order=2, extension="ramp"), scalars=ARB(64)), "or extension='even'"),
        (lambda: law.expand(ss.FourierSpace(box, order=2), scalars=ss.QQ), "use scalars=F64 or MPF or ARB here"),
    ):
        with pytest.raises(OptionError, match=said):
            attempt()
