"""Laws: reading, values, coefficients as functions of the constants, and what they refuse."""

from __future__ import annotations

import pickle
import time
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from oracles_networks import sympy_coefficients

import symseries as ss
from symseries.errors import (
    ComplexResultError,
    LawNameError,
    LawSyntaxError,
    LawValueError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
)

R = sympy.Rational

# name: text, centre, order, constants at which numbers are compared, the linear ones
LAWS: dict[str, tuple[str, dict[str, str], int, dict[str, str], tuple[str, ...]]] = {
    "arrhenius": ("A*exp(-Q/(R*T))", {"T": "900"}, 4, {"A": "3", "Q": "700", "R": "2"}, ("A",)),
    "hall_petch": ("sf + C*c**(2/3) + k/sqrt(d)", {"c": "0.05", "d": "10"}, 4,
                   {"sf": "100", "C": "300", "k": "500"}, ("sf", "C", "k")),
    "exponents": ("sf + C*c**m + k*d**(-n)", {"c": "0.05", "d": "10"}, 3,
                  {"sf": "100", "C": "300", "m": "0.6", "k": "500", "n": "0.5"}, ("sf", "C", "k")),
    "langmuir": ("q*K*p/(1 + K*p)", {"p": "2"}, 4, {"q": "2", "K": "0.5"}, ("q",)),
    "creep": ("A*s**n*exp(-Q/(8.314*T))", {"s": "100", "T": "1000"}, 3, {"A": "0.1", "n": "5", "Q": "9000"}, ("A",)),
    "johnson_cook": ("(A + B*e**n)*(1 + C*r)*(1 - h**m)", {"e": "0.1", "r": "1", "h": "0.3"}, 2,
                     {"A": "792", "B": "510", "n": "0.26", "C": "0.014", "m": "1.03"}, ("A", "B")),
    "planck": ("h*w/(exp(h*w/(k*T)) - 1)", {"w": "1", "T": "2"}, 3, {"h": "1.2", "k": "0.7"}, ()),
    "voce": ("s1 - (s1 - s0)*exp(-e/e0)", {"e": "0.1"}, 5, {"s0": "100", "s1": "400", "e0": "0.2"}, ("s1", "s0")),
    "hill": ("V*x**n/(K**n + x**n)", {"x": "2"}, 3, {"V": "3", "n": "2.5", "K": "1.5"}, ("V",)),
}  # fmt: skip
CASES = [pytest.param(*case, id=name) for name, case in LAWS.items()]
MARK = pytest.mark.parametrize(("text", "center", "order", "constants", "linear"), CASES)


def law_of(text: str, center: dict[str, str]) -> ss.Law:
    return ss.Law(text, variables=tuple(center))


def substituted(coefficients: object, constants: dict[str, str]) -> list[sympy.Expr]:
    return [e.subs({sympy.Symbol(n): R(v) for n, v in constants.items()}) for e in coefficients]


# ------------------------------------------------------------------------------------------------- Taylor coefficients
@MARK
def test_symbolic_coefficients_are_the_derivatives(
    text: str, center: dict[str, str], order: int, constants: dict[str, str], linear: tuple[str, ...]
) -> None:
    law = law_of(text, center)
    space = ss.TaylorSpace(center, order=order)
    found = law.expand(space).coefficients
    expected = sympy_coefficients(law.expression, center, space.multi_indices.tolist())
    assert all(e.free_symbols <= {sympy.Symbol(n) for n in law.constants} for e in found)
    # equal at two random rational points to 40 digits, which no two different expressions of this size are
    rng = np.random.default_rng(1)
    for _ in range(2):
        point = {sympy.Symbol(n): R(v) * R(int(rng.integers(900, 1100)), 1000) for n, v in constants.items()}
        for a, b in zip(found, expected, strict=True):
            left, right = a.evalf(60, subs=point), b.evalf(60, subs=point)
            assert abs(left - right) <= sympy.Float("1e-40", 60) * max(1, abs(right))
    assert law.linear == linear
    assert set(law.linear) | set(law.nonlinear) == set(law.constants)


@pytest.mark.parametrize("name", ["hall_petch", "langmuir", "arrhenius", "voce"])
def test_differences_to_sympy_simplify_to_nothing(name: str) -> None:
    text, center, *_ = LAWS[name]
    law, space = law_of(text, center), ss.TaylorSpace(center, order=3)
    expected = sympy_coefficients(law.expression, center, space.multi_indices.tolist())
    found = law.expand(space).coefficients
    assert [sympy.simplify(a - b) for a, b in zip(found, expected, strict=True)] == [0] * len(space)


@MARK
def test_numbers_are_the_symbolic_coefficients_with_numbers_put_in(
    text: str, center: dict[str, str], order: int, constants: dict[str, str], linear: tuple[str, ...]
) -> None:
    law = law_of(text, center)
    series = law.expand(ss.TaylorSpace(center, order=order))
    expected = [float(v) for v in substituted(series.coefficients, constants)]
    assert series.at(constants).coefficients == pytest.approx(expected, rel=1e-11, abs=1e-12 * max(map(abs, expected)))
    slopes = [
        [float(v) for v in substituted([e.diff(sympy.Symbol(n)) for n in law.constants], constants)]
        for e in series.coefficients
    ]
    assert series.jacobian(constants) == pytest.approx(np.array(slopes), rel=1e-10, abs=1e-11 * np.abs(slopes).max())
    assert len(linear) <= len(law.constants)


@MARK
def test_values_and_jacobians_over_spaces_with_nodes(
    text: str, center: dict[str, str], order: int, constants: dict[str, str], linear: tuple[str, ...]
) -> None:
    law = law_of(text, center)
    box = {n: (float(v) * 0.8, float(v) * 1.3) for n, v in center.items()}
    rng = np.random.default_rng(order)
    points = {n: rng.uniform(*ends, 60) for n, ends in box.items()}
    for space in (ss.LegendreSpace(box, order=2), ss.EmpiricalSpace(points, order=2), ss.EmpiricalSpace(points, order=None)):
        series = law.expand(space)
        value = sympy.lambdify([*map(sympy.Symbol, (*space.variables, *law.constants))], law.expression, "numpy")

        def slow(numbers: list[object], space: object = space, value: object = value) -> np.ndarray:
            return space.projection @ (value(*space.nodes.T, *numbers) + np.zeros(len(space.nodes)))

        numbers = [float(constants[n]) for n in law.constants]
        expected = slow(numbers)
        assert series.at(constants).coefficients == pytest.approx(expected, rel=1e-10, abs=1e-12 * np.abs(expected).max())
        for j, name in enumerate(law.constants):
            step = [v + 1e-30j * (i == j) for i, v in enumerate(numbers)]
            column = slow(step).imag / 1e-30
            assert series.jacobian(constants)[:, j] == pytest.approx(column, rel=1e-9, abs=1e-11 * np.abs(column).max()), name


def test_taylor_values_against_mpmath() -> None:
    law = ss.Law("A*exp(-Q/(8.314*T))", variables=("T",))
    with mpmath.workdps(40):
        slow = mpmath.taylor(lambda t: 7 * mpmath.exp(-mpmath.mpf(5000) / (mpmath.mpf("8.314") * t)), 600, 8)
        series = law.expand(ss.TaylorSpace({"T": 600}, order=8)).at({"A": 7, "Q": 5000})
        assert all(abs(a - b) <= 1e-13 * abs(b) for a, b in zip(series.coefficients, slow, strict=True))


def test_exact_numbers_over_rational_spaces() -> None:
    law = ss.Law("q*K*p/(1 + K*p)", variables=("p",))
    exact = law.expand(ss.TaylorSpace({"p": 2}, order=3), ss.QQ)
    numbers = {"q": "1/3", "K": 0.5}
    assert exact.at(numbers).coefficients.tolist() == substituted(exact.coefficients, {"q": "1/3", "K": "1/2"})
    slopes = [
        substituted([e.diff(sympy.Symbol(n)) for n in law.constants], {"q": "1/3", "K": "1/2"}) for e in exact.coefficients
    ]
    assert exact.jacobian(numbers).tolist() == slopes
    space = ss.EmpiricalSpace({"p": [1, 2, "1/2"]}, order=None)
    assert law.expand(space, ss.QQ).at(numbers).coefficients.tolist() == [R(1, 9), R(1, 6), R(1, 15)]
    powers = ss.Law("k*x**n + abs(x)", variables=("x", "n"))
    data = ss.EmpiricalSpace({"x": [4, R(9, 4), -3], "n": ["1/2", "-1/2", 3]}, order=None)
    assert powers.expand(data, ss.QQ).at({"k": 1}).coefficients.tolist() == [6, R(9, 4) + R(2, 3), -24]
    with pytest.raises(OptionError, match=r"scalars=QQ: \(2\)\*\*\(1/2\) \(in x\*\*n\) is not a rational number"):
        powers.expand(ss.EmpiricalSpace({"x": [2], "n": ["1/2"]}, order=None), ss.QQ).at({"k": 1})
    with pytest.raises(LawValueError, match=r"x\*\*n: division by zero at a data point"):
        powers.expand(ss.EmpiricalSpace({"x": [0], "n": [-1]}, order=None), ss.QQ).at({"k": 1})


def test_laws_linear_in_their_constants_have_coefficients_in_every_space() -> None:
    law = ss.Law("a + b*x**2", variables=("x",))
    legendre = law.expand(ss.LegendreSpace({"x": (-1, 1)}, order=2)).coefficients
    a, b = sympy.symbols("a b")  # x**2 = 1/3 P_0 + 2/3 P_2
    for found, expected in zip(legendre, (a + b / 3, 0, 2 * b / 3), strict=True):
        assert sympy.expand(found - expected).evalf(subs={a: 2, b: 3}) == pytest.approx(0, abs=1e-13)
    nodal = law.expand(ss.EmpiricalSpace({"x": [2, 3]}, order=None), ss.QQ).coefficients
    assert nodal.tolist() == [a + 4 * b, a + 9 * b]
    with pytest.raises(OptionError, match=r"not linear in n.*use .at\(constants\)"):
        _ = ss.Law("a*x**n", variables=("x",)).expand(ss.LegendreSpace({"x": (1, 2)}, order=1)).coefficients


def test_tensor_sets_and_variables_that_the_law_does_not_hold() -> None:
    law = ss.Law("k*x*exp(y)", variables=("x", "y", "w"))
    assert law.used == ("x", "y")
    space = ss.TaylorSpace({"y": 0, "w": 5, "x": 2}, order=1, index_set="tensor")
    series = law.expand(space)
    k = sympy.Symbol("k")
    found = {tuple(n): c for n, c in zip(space.multi_indices.tolist(), series.coefficients, strict=True) if c != 0}
    assert found == {(0, 0, 0): 2 * k, (1, 0, 0): 2 * k, (0, 0, 1): k, (1, 0, 1): k}
    assert series.at({"k": 3}).coefficient((1, 0, 1)) == 3


# ------------------------------------------------------------------------------------------------------------ reading
def test_text_and_equations() -> None:
    plain = ss.Law("sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
    assert (plain.target, plain.transform, plain.constants) == ("sigma_y", None, ("sigma_f", "C", "k"))
    p, a, T = sympy.symbols("p a T", positive=True)
    for left, transform in ((p, None), (sympy.log(p), "log")):
        law = ss.Law(sympy.Eq(left, a / T), variables=(T,))
        assert (law.target, law.transform, law.constants) == ("p", transform, ("a",))
        assert law.expression == sympy.Symbol("a") / sympy.Symbol("T")
    assert ss.Law("ln(p) = a*x", variables="x").transform == "log"
    assert str(ss.Law("log(p) = a*x", variables="x")) == "log(p) = a*x"
    with pytest.raises(LawSyntaxError, match=r"left side p\*\*2: expected a name or log\(name\)"):
        ss.Law(sympy.Eq(p**2, a / T), variables=(T,))


def test_any_name_may_be_a_variable() -> None:
    names = ("Q", "S", "N", "E", "I", "O", "beta", "gamma", "zeta", "pi")
    law = ss.Law("k*(" + " + ".join(f"{i}*{n}" for i, n in enumerate(names, 1)) + ")", variables=names)
    assert law.constants == ("k",)
    assert law([list(range(10))], k=2).tolist() == [2 * sum(i * (i + 1) for i in range(10))]
    series = law.expand(ss.TaylorSpace(dict.fromkeys(names, 0), order=1))
    assert series.coefficients[1:].tolist() == [i * sympy.Symbol("k") for i in range(1, 11)]
    constants = ss.Law("pi*x + E*I", variables=("x",), constants=("pi", "E", "I"))
    assert constants([[2.0]], pi=3, E=5, I=7).tolist() == [41.0]
    assert ss.Law("pi*x", variables=("x",)).constants == ()
    assert ss.Law("pi*x", variables=("x",))([[1.0]]).tolist() == [np.pi]


def test_typed_numbers_are_exact() -> None:
    law = ss.Law("k*x + R*0.1", variables=("x",), known={"R": 8.314462618})
    assert law.formula == sympy.Symbol("k") * sympy.Symbol("x") + R("0.8314462618")
    assert ss.Law(sympy.Float(0.05) * sympy.Symbol("x"), variables=("x",)).expression == sympy.Symbol("x") / 20
    long = sympy.Float("0.123456789012345678901234567890", 30) * sympy.Symbol("x")
    assert ss.Law(long, variables=("x",)).expression.coeff(sympy.Symbol("x")) == R("0.123456789012345678901234567890")
    taylor = law.expand(ss.TaylorSpace({"x": 0.05}, order=1), ss.QQ)
    assert taylor.at({"k": 0.1}).coefficients.tolist() == [R("0.8364462618"), R(1, 10)]


def test_symbols_count_by_name() -> None:
    k, x = sympy.Symbol("k", positive=True), sympy.Symbol("x", real=True)
    law = ss.Law(sympy.sqrt(k) * x, variables=(x,))
    assert law([[3.0]], k=4).tolist() == [6.0]
    with pytest.raises(LawNameError, match="'k' stands for two Symbols"):
        ss.Law(k * x + sympy.Symbol("k"), variables=("x",))


def test_linear_constants_are_found_without_expanding() -> None:
    for text, linear in {
        "A*(1 + B*x)": ("A",),
        "a*b*x + c": ("a", "c"),
        "k1*x + k2*x": ("k1", "k2"),
        "a + b*a*x + c": ("a", "c"),
        "x*(k + 1)**2 - x*k**2": ("k",),
        "abs(k - x)": (),
        "k*abs(x) + n": ("k", "n"),
        "abs(k)*m": ("m",),
        "(k*x)**1 + sin(m)": ("k",),
    }.items():
        assert ss.Law(text, variables=("x",)).linear == linear, text
    law = ss.Law("x*(k + 1)**2 - x*k**2 + 3", variables=("x",))
    assert law.slopes(("k",))[0].free_symbols == {sympy.Symbol("x")}
    assert law.offset.subs("x", 2) == 5
    started = time.perf_counter()
    assert ss.Law("(c + d + s + t + u + 1)**200", variables=("c", "d")).linear == ()
    assert time.perf_counter() - started < 2


def test_kinked_laws_have_exact_derivatives_off_the_kink() -> None:
    law = ss.Law("m*abs(k*x - 1) + atanh(k*x/4)", variables=("x",))
    J = law.expand(ss.TaylorSpace({"x": 1}, order=1)).jacobian({"k": 2, "m": 3})
    # m (k x - 1) + atanh(k x/4) for k x > 1; constants in the order in which they stand: m, k
    assert law.constants == ("m", "k")
    u, x, k = 0.5, 1.0, 2.0
    slope, bend = 1 / (1 - u**2), 2 * u / (1 - u**2) ** 2
    expected = [[1.0, 3 * x + slope * x / 4], [k, 3 + slope / 4 + bend * k * x / 16]]
    assert pytest.approx(np.array(expected), rel=1e-13) == J
    largest = ss.Law(sympy.Max(0, sympy.Symbol("x") - sympy.Symbol("k")) + sympy.Min(1, sympy.Symbol("x")), variables=("x",))
    assert largest([[3.0], [0.5]], k=2).tolist() == [2.0, 0.5]
    small = ss.Law("atanh(x)", variables=("x",))
    assert small([[1e-9]])[0] == pytest.approx(1e-9, rel=1e-15)


# ----------------------------------------------------------------------------------------------------- bad questions
@pytest.mark.parametrize(
    ("law", "options", "kind", "message"),
    [
        ("k*x", {"constants": ("k", "n")}, LawNameError, "constant 'n' is declared and not in the law"),
        ("k*x", {"constants": ("x", "k")}, LawNameError, "'x' is declared as variable and as constant"),
        ("k*x", {"known": {"x": 1}}, LawNameError, "'x' is declared as variable and as known value"),
        (
            "k*x + q",
            {"constants": ("k", "Q")},
            LawNameError,
            r"name 'q' .* neither a variable nor a constant; did you mean 'Q'",
        ),
        ("k*x", {"known": {"K": 1}}, LawNameError, r"known value 'K' is not in the law; did you mean 'k'\?"),
        ("k*x", {"known": {"k": "abc"}}, OptionError, "known value k"),
        ("k*x", {"known": {"k": float("inf")}}, OptionError, "known value k"),
        ("k*x", {"units": {"K": "MPa"}}, LawNameError, r"unit of 'K': no such name in the law; did you mean 'k'\?"),
        ("y = k*y + x", {}, LawNameError, "the target 'y' is also a name on the right side"),
        ("x = k*x", {}, LawNameError, "the target 'x'"),
        (3, {}, LawSyntaxError, r"law 3 \(int\): expected text or a SymPy expression"),
        (sympy.true, {}, LawSyntaxError, "expected text or a SymPy expression"),
        (sympy.gamma(sympy.Symbol("x")), {}, LawSyntaxError, "gamma has no series here; expected powers, sqrt, abs, .*tanh"),
        (sympy.Function("f")(sympy.Symbol("x")), {}, LawSyntaxError, "no series"),
        (sympy.I * sympy.Symbol("x"), {}, ComplexResultError, "complex"),
        (sympy.oo, {}, LawValueError, "no finite value"),
        (sympy.Float("1e500") * sympy.Symbol("x"), {}, LawValueError, "number in the law"),
        (sympy.Symbol("a b") * sympy.Symbol("x"), {}, LawNameError, "a_b"),
        ("a/k*x", {"known": {"k": 0}}, LawValueError, "division by zero"),
        ("sqrt(k)*x", {"known": {"k": -1}}, ComplexResultError, "complex"),
        ("k*x", {"constants": "k x"}, LawNameError, "k_x"),
    ],
)
def test_laws_that_mean_nothing_are_refused(
    law: object, options: dict[str, object], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        ss.Law(law, ("x",), **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", 3, "__class__", "lambda", "a" * 65, "yield % & # $", "<script>alert(1)</script>", "x y"])
def test_names_are_checked(name: object) -> None:
    with pytest.raises(LawNameError):
        ss.Law("k*x", variables=("x", name))


@pytest.mark.parametrize(
    ("text", "center", "kind", "message"),
    [
        ("k/sqrt(d)", 0, NotAnalyticError, r"1/sqrt\(d\) at d = 0: not analytic, a branch point"),
        ("k*abs(d)", 0, NotAnalyticError, r"Abs\(d\) at d = 0: not analytic, abs has a kink at 0"),
        ("k*sqrt(d - 1)", 0, ComplexResultError, r"sqrt\(d - 1\) at d = 0: .*complex"),
        ("k*cos(d)/d", 0, NotAnalyticError, "1/d at d = 0: not analytic, a pole"),
        ("k*log(d)", 0, NotAnalyticError, r"log\(d\) at d = 0: not analytic, a logarithm of 0"),
        ("k*d**d", 0, NotAnalyticError, "d"),
        ("k*log(d)", -1, ComplexResultError, "complex"),
        ("k*exp(d)", 2000, LawValueError, "at d = 2000: the coefficients overflow"),
    ],
)
def test_centres_without_a_series(text: str, center: int, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        ss.Law(text, variables=("d",)).expand(ss.TaylorSpace({"d": center}, order=2)).at({"k": 1})


@pytest.mark.parametrize(
    ("text", "kind"), [("k/sqrt(d)", NotAnalyticError), ("k*sqrt(d - 1)", ComplexResultError), ("k/d", NotAnalyticError)]
)
def test_centres_without_a_symbolic_series(text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="at d = 0"):
        _ = ss.Law(text, variables=("d",)).expand(ss.TaylorSpace({"d": 0}, order=2)).coefficients


def test_constants_must_be_given_and_be_numbers() -> None:
    law = ss.Law("k*x + m", variables=("x",))
    series = law.expand(ss.TaylorSpace({"x": 0}, order=1))
    for use in (series.at, series.jacobian, lambda constants: law([[1.0]], **constants)):
        with pytest.raises(LawNameError, match="constant 'm' has no value; expected one for each of k, m"):
            use({"k": 1})
        with pytest.raises(LawNameError, match=r"constant 'K'; did you mean 'k'\?; the law has k, m"):
            use({"K": 1, "k": 1, "m": 1})
        for bad in ("abc", None, float("nan"), True, [1]):
            with pytest.raises(OptionError, match="constant k"):
                use({"k": bad, "m": 1})
    with pytest.raises(OptionError, match="expected a mapping"):
        series.at([1, 2])
    assert law([[1.0]], k="1/20", m=0).tolist() == [0.05]


def test_values_that_are_not_finite_name_the_row() -> None:
    law = ss.Law("k*log(x)", variables=("x",))
    with pytest.raises(LawValueError, match=r"is nan at row 2 \(x = -1\); expected a finite real number"):
        law([[1.0], [-1.0]], k=1)
    nodal = law.expand(ss.EmpiricalSpace({"x": [1.0, 0.0]}, order=None))
    with pytest.raises(LawValueError, match="-inf at row 2"):
        nodal.at({"k": 1})
    assert nodal.evaluate((law.formula,), {"k": 1.0}, strict=False)[:, 0].tolist() == [0.0, -np.inf]


def test_spaces_without_a_variable_of_the_law() -> None:
    law = ss.Law("k*x*grain", variables=("x", "grain"))
    with pytest.raises(
        LawNameError, match=r"variable 'grain' is not in the space; did you mean 'grains'\?; its variables are x, grains"
    ):
        law.expand(ss.TaylorSpace({"x": 0, "grains": 1}, order=1))
    for space, scalars in ((None, None), (ss.TaylorSpace({"x": 0, "grain": 1}, order=1), 3)):
        with pytest.raises(OptionError):
            law.expand(space, scalars)


def test_high_powers_are_expanded_to_the_order_asked_for_only() -> None:
    started = time.perf_counter()
    law = ss.Law("(c + d + s + 1)**200", variables=("c", "d"))
    coefficients = law.expand(ss.TaylorSpace({"c": 0, "d": 0}, order=3)).coefficients
    assert time.perf_counter() - started < 1
    s = sympy.Symbol("s")
    third = sympy.binomial(200, 3) * 3  # of c**2 d
    assert coefficients[7].subs(s, 1) == third * 2**197
    with pytest.raises(ResourceLimitError, match=r"has up to .* terms in 4 constants; .*use .at\(constants\)"):
        _ = ss.Law("(a + b + e + f + x)**1000", variables=("x",)).expand(ss.TaylorSpace({"x": 0}, order=1)).coefficients


# -------------------------------------------------------------------------------------------------------------- shows
def test_display_and_pickle() -> None:
    law = ss.Law("log(sigma_y) = k/sqrt(d)", variables=("d",), units={"d": "um", "sigma_y": "MPa"})
    assert law.to_latex() == r"\ln \sigma_{y} = \frac{k}{\sqrt{d}}"
    assert repr(law) == "<Law: log(sigma_y) = k/sqrt(d); variables d; constants k>"
    series = law.expand(ss.TaylorSpace({"d": 4}, order=1))
    assert r"\frac{k}{2}" in series.to_latex()
    assert "<table" in series._repr_html_()
    for thing in (law, series):
        assert repr(pickle.loads(pickle.dumps(thing))) == repr(thing)
    twin = pickle.loads(pickle.dumps(series))
    assert twin.at({"k": 1}).coefficients.tolist() == series.at({"k": 1}).coefficients.tolist()


# --------------------------------------------------------------------------------------------------------- every ring
STRENGTH = ss.Law("s + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
PLACE = ss.TaylorSpace({"c": "1/20", "d": 10}, order=3)
NUMBERS = {"s": 100, "C": "1/3", "k": 500}


def _derivatives() -> list[sympy.Expr]:
    c, d = sympy.symbols("c d")
    formula = 100 + sympy.Rational(1, 3) * c ** sympy.Rational(2, 3) + 500 / sympy.sqrt(d)
    at = {c: sympy.Rational(1, 20), d: sympy.Integer(10)}
    return [
        (sympy.diff(formula, c, i, d, j) / sympy.factorial(i) / sympy.factorial(j)).subs(at)
        for i, j in PLACE.multi_indices.tolist()
    ]


def test_a_law_in_balls_many_digits_and_exactly() -> None:
    expected = _derivatives()
    balls = STRENGTH.expand(PLACE, scalars=ss.ARB(128)).at(NUMBERS)
    digits = STRENGTH.expand(PLACE, scalars=ss.MPF(40)).at(NUMBERS)
    exact = STRENGTH.expand(PLACE, scalars=ss.SYM).at(NUMBERS)
    for truth, ball, number, form in zip(expected, balls.coefficients, digits.coefficients, exact.coefficients, strict=True):
        assert sympy.Rational(truth.evalf(60)) in ball
        assert abs(sympy.Rational(truth.evalf(60)) - sympy.Rational(str(mpmath.nstr(number, 40)))) <= abs(truth) * 1e-38
        assert sympy.simplify(form - truth) == 0
    assert balls.scalars == ss.ARB(128)
    slopes = STRENGTH.expand(PLACE, scalars=ss.SYM).jacobian(NUMBERS)
    assert slopes[0].tolist() == [1, sympy.Rational(1, 20) ** sympy.Rational(2, 3), 1 / sympy.sqrt(10)]


def test_a_centre_left_open_stays_in_the_coefficients() -> None:
    c, d, c0, d0 = sympy.symbols("c d c0 d0", positive=True)
    series = STRENGTH.expand(ss.TaylorSpace({"c": sympy.Symbol("c0"), "d": sympy.Symbol("d0")}, order=2))
    s, C, k = sympy.symbols("s C k")
    formula = s + C * c ** sympy.Rational(2, 3) + k / sympy.sqrt(d)
    names = {sympy.Symbol("c0"): c0, sympy.Symbol("d0"): d0}
    for (i, j), found in zip(series.space.multi_indices.tolist(), series.coefficients, strict=True):
        truth = sympy.diff(formula, c, i, d, j) / sympy.factorial(i) / sympy.factorial(j)
        assert sympy.simplify(found.xreplace(names) - truth.subs({c: c0, d: d0})) == 0
    assert r"c_{0}^{\frac{2}{3}}" in series.to_latex()
    at = series.at(NUMBERS)
    assert at.over(ss.F64, {"c0": "1/20", "d0": 10}).coefficients == pytest.approx(
        [float(v) for v in _derivatives()[: len(at.space)]], rel=1e-13
    )
    with pytest.raises(OptionError, match="use scalars=SYM"):
        STRENGTH.expand(series.space, scalars=ss.QQ)
    with pytest.raises(LawNameError, match="'c' is also a variable of the space"):
        ss.TaylorSpace({"c": sympy.Symbol("c"), "d": 1}, order=1)


def test_constants_in_the_condition_of_a_piece_are_not_linear() -> None:
    x, a, b, edge = sympy.symbols("x a b x1")
    law = ss.Law(sympy.Piecewise((a * x, x < edge), (b, True)), variables=("x",))
    assert law.linear == ("a", "b")
    series = law.expand(ss.TaylorSpace({"x": 1}, order=1))
    assert series.at({"a": 2, "b": 7, "x1": 3}).coefficients.tolist() == [2.0, 2.0]
    assert series.at({"a": 2, "b": 7, "x1": "1/2"}).coefficients.tolist() == [7.0, 0.0]


@pytest.mark.parametrize(
    ("text", "formula", "center"),
    [
        ("(exp(x) - 1)/x", lambda x: (mpmath.exp(x) - 1) / x, "0.001"),
        ("(1 - cos(x))/x**2", lambda x: (1 - mpmath.cos(x)) / x**2, "1e-5"),
        ("coth(x) - 1/x", lambda x: mpmath.coth(x) - 1 / x, "0.001"),
    ],
)
def test_beside_a_removable_singularity_no_digits_are_lost(text: str, formula: Any, center: str) -> None:
    found = ss.Law(text, variables=("x",)).expand(ss.TaylorSpace({"x": center}, order=5)).at({}).coefficients
    with mpmath.workdps(120):
        truth = mpmath.taylor(formula, mpmath.mpf(center), 5)
    assert found == pytest.approx([float(v) for v in truth], rel=1e-13)


def test_values_that_overflow_on_the_way_of_a_search_are_returned_as_they_are() -> None:
    """Values of which some are infinite, whose projection is not a number, warn of nothing."""
    series = ss.Law("A*T**n", ("T",)).expand(ss.LegendreSpace({"T": (600, 1200)}, 6))
    table = series.evaluate(series.law.slopes(("A", "n")), {"A": 1.0, "n": 102.0}, strict=False)
    assert not np.isfinite(table).all()
