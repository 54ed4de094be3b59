"""Expressions on tapes: values and series in both rings, derivatives, and text that reads back."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles_networks import sympy_coefficients

from oracles import coordinates
from symseries import Law, Network, TaylorSpace, expressions
from symseries.errors import (
    ComplexResultError,
    LawSyntaxError,
    LawValueError,
    NetworkFormatError,
    NotAnalyticError,
    OptionError,
    ResourceLimitError,
    SymseriesError,
)
from symseries.expressions import FUNCTIONS, derivative, record
from symseries.multiindex import index_set
from symseries.parsing import parse_expression, to_text
from symseries.scalars import ARB, F64, QQ, Scalars, object_array
from symseries.symbolic import Polynomials, with_generators

R = sympy.Rational
X, Y = sympy.symbols("x y")


def series_of(
    expression: sympy.Expr, center: dict[str, object], order: int, scalars: Scalars, kind: str = "total"
) -> list[object]:
    indices = index_set(len(center), order, kind)
    with scalars.working():
        table = coordinates(indices, scalars, scalars.array(object_array(R(str(v)) for v in center.values())))
        environment = expressions.coordinates_environment(tuple(center), table)
        column = expressions.series(record([expression]), environment, indices, scalars, " here")[0]
    return scalars.handed(column)[:, 0].tolist()


def random_rational(seed: int, depth: int = 4) -> sympy.Expr:
    """Return a random rational function of x and y, built bottom up."""
    rng = np.random.default_rng(seed)
    pool = [X, Y, R(2), R(-1, 3), X + Y]
    for _ in range(depth):
        a, b = (pool[int(i)] for i in rng.integers(len(pool), size=2))
        pool.append([a + b, a * b, a - b, a / (b**2 + 1), (a + 1) ** 3, 1 / (a**2 + R(1, 2))][int(rng.integers(6))])
    return pool[-1] + pool[-2]


# ---------------------------------------------------------------------------------------------------------------- tape
def test_a_tape_holds_each_subexpression_once_and_in_order() -> None:
    shared = sympy.exp(X * Y)
    tape = record([shared + shared**2, shared])
    assert len({step.expression for step in tape.steps}) == len(tape.steps)
    assert all(place > argument for place, step in enumerate(tape.steps) for argument in step.arguments)
    assert [tape.steps[i].expression for i in tape.outputs] == [shared + shared**2, shared]


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        (sympy.gamma(X), LawSyntaxError, r"gamma\(x\): gamma has no series here; expected powers, sqrt, abs, acos"),
        (
            sympy.Piecewise((X, sympy.Contains(X, sympy.S.Naturals)), (0, True)),
            LawSyntaxError,
            r"condition Contains\(x, Naturals\) of a piecewise function: expected a comparison such as x > 0, or And, Or, Not",
        ),
        (X + sympy.I, ComplexResultError, "complex"),
        (sympy.exp(sympy.I * X), ComplexResultError, "complex"),
        (X * sympy.zoo, LawValueError, "no finite value"),
        (sympy.nan, LawValueError, "no finite value"),
        (X + sympy.oo, LawValueError, "no finite value"),
    ],
)
def test_what_has_no_series_is_refused(expression: sympy.Expr, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        record([expression])


# -------------------------------------------------------------------------------------------------------- both rings
@settings(max_examples=40)
@given(seed=st.integers(0, 10**6))
def test_rational_functions_equal_sympy_exactly(seed: int) -> None:
    expression = random_rational(seed)
    center = {"x": R(1, 3), "y": R(-2, 5)}
    expected = sympy_coefficients(expression, center, index_set(2, 3, "total").rows.tolist())
    assert series_of(expression, center, 3, QQ) == expected
    tape = record([expression])
    point = {n: QQ.array(np.array([v, v + 1], dtype=object)) for n, v in center.items()}
    value = expressions.values(tape, point, QQ)[0]
    places = [{X: center["x"] + i, Y: center["y"] + i} for i in range(2)]
    assert np.broadcast_to(np.asarray(value, dtype=object), 2).astype(str).tolist() == [str(expression.subs(p)) for p in places]


@pytest.mark.parametrize("function", sorted(FUNCTIONS, key=str))
def test_every_function_has_the_values_and_derivatives_of_sympy(function: type) -> None:
    inner = (X + 2 * Y) / 3 + (1 if function is sympy.acosh else 0)
    expression = function(inner)
    center = {"x": R(3, 5), "y": R(1, 7)}
    slow = function(sympy.Symbol("u", real=True))
    u, value = sympy.Symbol("u", real=True), inner.subs({X: center["x"], Y: center["y"]})
    jet = [sympy.diff(slow, u, k).subs(u, value).evalf(30) / sympy.factorial(k) for k in range(4)]
    found = series_of(expression, center, 3, F64)
    # (x + 2y)/3: the coefficient of x**i y**j is jet_k binomial(k, i) 2**j / 3**k
    indices = index_set(2, 3, "total").rows.tolist()
    expected = [float(jet[i + j] * sympy.binomial(i + j, i) * 2**j / 3 ** (i + j)) for i, j in indices]
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-13)
    values = expressions.values(record([expression]), {"x": np.array([0.6]), "y": np.array([1 / 7])}, F64)[0]
    assert values == pytest.approx([expected[0]], rel=1e-13)


@pytest.mark.parametrize("text", ["x**y", "2**x*y", "x**(1/3) + y**(-2.5)", "(x + y)**x", "pi*x + exp(1)*y"])
def test_powers_equal_sympy(text: str) -> None:
    expression = parse_expression(text)
    center = {"x": R(3, 2), "y": R(2, 3)}
    expected = [float(v) for v in sympy_coefficients(expression, center, index_set(2, 3, "total").rows.tolist())]
    assert series_of(expression, center, 3, F64) == pytest.approx(expected, rel=1e-12, abs=1e-13)
    point = {n: np.array([float(v)]) for n, v in center.items()}
    assert expressions.values(record([expression]), point, F64)[0] == pytest.approx(expected[:1], rel=1e-13)


def test_constants_may_stand_in_for_symbols() -> None:
    tape = record([X**Y])
    indices = index_set(1, 3, "total")
    environment = expressions.coordinates_environment(["x"], coordinates(indices, QQ, QQ.array([R(4)])))
    environment |= expressions.constants_environment({"y": R(1, 2)}, QQ)
    column = expressions.series(tape, environment, indices, QQ)[0][:, 0]
    assert [str(v) for v in column] == ["2", "1/4", "-1/64", "1/512"]  # sqrt(4 + z)


def test_rewritten_functions() -> None:
    x = np.array([-2.0, 0.25, 3.0])
    for expression, expected in [
        (sympy.Max(X, 1, 2 * X), np.maximum(np.maximum(x, 1), 2 * x)),
        (sympy.Min(X, 1), np.minimum(x, 1)),
        (sympy.sign(X), np.sign(x)),
        (sympy.atanh(X / 4), np.arctanh(x / 4)),
    ]:
        assert expressions.values(record([expression]), {"x": x}, F64)[0] == pytest.approx(expected, rel=1e-14)


def test_overflow_is_an_error_and_no_warning() -> None:
    before = np.geterr()
    with pytest.raises(LawValueError, match=r"exp\(x\) here: the coefficients overflow"):
        series_of(sympy.exp(X), {"x": 1000}, 2, F64)
    assert np.isinf(expressions.values(record([sympy.exp(X)]), {"x": np.array([1000.0])}, F64)[0]).all()
    assert np.geterr() == before


# --------------------------------------------------------------------------------------------------------- derivative
def test_derivatives_of_kinked_expressions() -> None:
    expression = Y * sympy.Abs(2 * X - 1, evaluate=False) + sympy.Max(X, Y)
    for x, y in ((2.0, 3.0), (-1.0, -4.0)):
        place = {"x": np.array([x]), "y": np.array([y])}
        for name, expected in (("x", 2 * y * np.sign(2 * x - 1) + (x > y)), ("y", abs(2 * x - 1) + (y > x))):
            slope = derivative(expression, name)
            assert slope.free_symbols <= {X, Y}
            assert expressions.values(record([slope]), place, F64)[0] == pytest.approx([expected], rel=1e-14)
    assert derivative(X**3, "x") == 3 * X**2
    assert derivative(sympy.Abs(X), "z") == 0


# --------------------------------------------------------------------------------------------------------------- text
LEAVES = st.sampled_from([X, Y, sympy.Symbol("E"), sympy.Symbol("pi"), sympy.pi, sympy.E, *map(R, ("2", "-1/3", "7/5"))])
OPERATIONS = st.sampled_from(["add", "mul", "div", "pow", "half", "exp", "tanh", "abs", "sin"])


def build(leaves: list[sympy.Expr], operations: list[str]) -> sympy.Expr:
    value = leaves[0]
    for leaf, operation in zip(leaves[1:], operations, strict=False):
        value = {
            "add": lambda a, b: a + b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
            "pow": lambda a, b: (a + b) ** 3, "sin": lambda a, b: sympy.sin(a + b),
            "half": lambda a, b: (a**2 + b**2) ** R(-1, 2), "exp": lambda a, b: sympy.exp(-a / 7) + b,
            "tanh": lambda a, b: b * sympy.tanh(a),
            "abs": lambda a, b: sympy.Abs(a, evaluate=False) - b,
        }[operation](value, leaf)  # fmt: skip
    return value


@settings(max_examples=120)
@given(leaves=st.lists(LEAVES, min_size=1, max_size=6), operations=st.lists(OPERATIONS, min_size=5, max_size=5))
def test_text_reads_back_as_it_was_or_is_refused(leaves: list[sympy.Expr], operations: list[str]) -> None:
    expression = build(leaves, operations)
    assume(not expression.has(sympy.zoo, sympy.nan, sympy.I))
    try:
        text = to_text(expression)
    except ResourceLimitError:  # a number that the grammar refuses to hold
        return
    except NetworkFormatError:
        assert any(not magnitude.free_symbols for magnitude in expression.atoms(sympy.Abs))  # a number that awaits evaluation
        return
    assert parse_expression(text, declared=[s.name for s in expression.free_symbols]) == expression


def test_text_keeps_numbers_apart_from_names() -> None:
    expression = sympy.E * sympy.Symbol("E") + sympy.pi * sympy.Symbol("pi") + sympy.Abs(X) ** R(2, 3)
    text = to_text(expression)
    assert parse_expression(text, declared=["E", "pi", "x"]) == expression
    with pytest.raises(NetworkFormatError, match="does not read back"):
        to_text(sympy.Mul(2, X + 1, evaluate=False))
    assert parse_expression(to_text(sympy.Max(X, 1))) == (X + 1 + sympy.Abs(1 - X, evaluate=False)) / 2
    assert to_text(R(-1, 3)) == "-1/3"


# ----------------------------------------------------------------------------------------------------- more functions
DISGUISED = {
    sympy.cot: mpmath.cot, sympy.sec: mpmath.sec, sympy.csc: mpmath.csc, sympy.coth: mpmath.coth, sympy.sech: mpmath.sech,
    sympy.csch: mpmath.csch, sympy.sinc: mpmath.sinc, sympy.erfc: mpmath.erfc, sympy.atanh: mpmath.atanh,
}  # fmt: skip


@pytest.mark.parametrize("function", DISGUISED, ids=str)
def test_functions_in_disguise_have_the_jets_of_mpmath(function: type) -> None:
    with mpmath.workdps(40):
        expected = [float(v) for v in mpmath.taylor(DISGUISED[function], mpmath.mpf(5) / 8, 5)]
    assert series_of(function(X), {"x": R(5, 8)}, 5, F64) == pytest.approx(expected, rel=1e-12)
    balls = series_of(function(X), {"x": R(5, 8)}, 5, ARB(128))
    assert [float(ball) for ball in balls] == pytest.approx(expected, rel=1e-15)
    points = np.array([0.625, -0.25])
    found = expressions.values(record([function(X)]), {"x": points}, F64)[0]
    assert found == pytest.approx([float(DISGUISED[function](v)) for v in points], rel=1e-14)


def test_erfc_keeps_its_digits_in_the_tail() -> None:
    tape, points = record([sympy.erfc(X)]), np.array([3.0, 10.0, 25.0])
    expected = [math.erfc(v) for v in points]
    assert expressions.values(tape, {"x": points}, F64)[0] == pytest.approx(expected, rel=1e-12)
    assert series_of(sympy.erfc(X), {"x": 25}, 1, F64)[0] == pytest.approx(expected[2], rel=1e-12)
    assert series_of(sympy.erfc(X), {"x": 0}, 0, QQ) == [1]


# ----------------------------------------------------------------------------------------------- removable singularities
REMOVABLE = [
    (sympy.sin(X) / X, 0), ((1 - sympy.cos(X)) / X**2, 0), (X / (sympy.exp(X) - 1), 0), (sympy.coth(X) - 1 / X, 0),
    (sympy.log(X) / (X - 1), 1), (sympy.sqrt(sympy.sin(X) / X), 0), (1 / sympy.sin(X) - 1 / X, 0),
    (1 / sympy.sin(X) ** 2 - 1 / X**2, 0), (sympy.sin(X) ** 12 / X**12, 0), ((X**2 - R(1, 100)) / (X - R(1, 10)), R(1, 10)),
    (sympy.sinc(X) * sympy.cos(X), 0), ((sympy.tan(X) - X) / (X - sympy.sin(X)), 0),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "center"), REMOVABLE, ids=str)
def test_removable_singularities_have_the_series_of_sympy(expression: sympy.Expr, center: object) -> None:
    plain = expression.replace(sympy.sinc, lambda u: sympy.sin(u) / u).rewrite(
        sympy.exp if expression.has(sympy.coth) else sympy.sin
    )
    shifted = sympy.series(plain.subs(X, X + center), X, 0, 5).removeO()
    expected = [shifted.coeff(X, k) for k in range(5)]
    assert series_of(expression, {"x": center}, 4, QQ) == expected
    assert series_of(expression, {"x": center}, 0, QQ) == expected[:1]
    assert series_of(expression, {"x": center}, 4, F64) == pytest.approx([float(v) for v in expected], rel=1e-13, abs=1e-15)
    if R(center).q == 1:  # 1/10 is no binary number, and no ball of it is exactly a zero
        balls = series_of(expression, {"x": center}, 4, ARB(128))
        assert all(value in ball for value, ball in zip(expected, balls, strict=True))
        assert all(float(ball.rad) < 1e-34 for ball in balls)


def test_nested_removable_singularities() -> None:
    expression = sympy.exp(sympy.sin(X) / X)
    with mpmath.workdps(40):
        around = mpmath.taylor(lambda z: mpmath.exp(mpmath.sinc(z)), 0, 6)
    assert series_of(expression, {"x": 0}, 6, F64) == pytest.approx([float(v) for v in around], rel=1e-13, abs=1e-15)
    with pytest.raises(OptionError, match=r"exp\(1\)"):
        series_of(expression, {"x": 0}, 6, QQ)


@pytest.mark.parametrize(
    ("quotient", "equal", "center"),
    [
        ((X**2 - Y**2) / (X - Y), X + Y, {"x": 2, "y": 2}),
        ((X**3 - Y**3) / (X - Y), X**2 + X * Y + Y**2, {"x": 0, "y": 0}),
        ((X**2 - Y**2) * (1 + X) / (X - Y) / (X + Y), 1 + X, {"x": 0, "y": 0}),
    ],
)
@pytest.mark.parametrize("kind", ["total", "tensor"])
def test_quotients_of_polynomials_equal_the_cancelled_ones(
    quotient: sympy.Expr, equal: sympy.Expr, center: dict[str, object], kind: str
) -> None:
    for order in (0, 3):
        expected = sympy_coefficients(equal, center, index_set(2, order, kind).rows.tolist())
        assert series_of(quotient, center, order, QQ, kind) == expected
        assert series_of(quotient, center, order, F64, kind) == [float(v) for v in expected]
        assert all(v in ball for v, ball in zip(expected, series_of(quotient, center, order, ARB(64), kind), strict=True))


def test_removable_singularities_of_two_variables() -> None:
    rows = index_set(2, 6, "total").rows.tolist()
    sine = series_of(sympy.sin(X * Y) / (X * Y), {"x": 0, "y": 0}, 6, QQ)
    assert sine == [R((-1) ** (i // 2), math.factorial(i + 1)) if i == j and i % 2 == 0 else 0 for i, j in rows]
    divided = series_of((sympy.exp(X) - sympy.exp(Y)) / (X - Y), {"x": 0, "y": 0}, 6, QQ)
    assert divided == [R(1, math.factorial(i + j + 1)) for i, j in rows]  # (x**n - y**n)/(x - y)/n!


def polynomials(symbols: tuple[sympy.Symbol, ...]) -> st.SearchStrategy[sympy.Expr]:
    powers = st.tuples(*(st.integers(0, 2) for _ in symbols))
    terms = st.dictionaries(powers, st.integers(-3, 3), min_size=1, max_size=4)
    return terms.map(
        lambda held: sympy.Add(*(c * math.prod(s**k for s, k in zip(symbols, n, strict=True)) for n, c in held.items()))
    )


@settings(max_examples=60, deadline=None)
@given(
    top=polynomials((X, Y)), bottom=polynomials((X, Y)), factor=polynomials((X, Y)),
    center=st.tuples(st.integers(-1, 1), st.integers(-1, 1)), order=st.integers(0, 3),
)  # fmt: skip
def test_a_common_factor_cancels(
    top: sympy.Expr, bottom: sympy.Expr, factor: sympy.Expr, center: tuple[int, int], order: int
) -> None:
    place = dict(zip(("x", "y"), center, strict=True))
    here = {sympy.Symbol(name): value for name, value in place.items()}
    factor = sympy.expand(factor - factor.subs(here))  # vanishes at the centre
    assume(factor != 0 and top != 0 and bottom.subs(here) != 0)
    planted = sympy.expand(top * factor) / sympy.expand(bottom * factor)
    expected = sympy_coefficients(top / bottom, place, index_set(2, order, "total").rows.tolist())
    assert series_of(planted, place, order, QQ) == expected
    assert series_of(planted, place, order, F64) == pytest.approx([float(v) for v in expected], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("expression", "center", "message"),
    [
        (1 / X, {"x": 0}, "1/x here: not analytic, a pole where the base is 0; move the centre"),
        (sympy.sin(X) / X**2, {"x": 0}, "x**(-2) here: not analytic, a pole where the base is 0; move the centre"),
        (sympy.sin(X) / X + X**-2, {"x": 0}, "x**(-2) here: not analytic, a pole where the base is 0; move the centre"),
        (sympy.cos(10**6 * X) / X, {"x": 0}, "1/x here: not analytic, a pole where the base is 0; move the centre"),
        (sympy.exp(1 / X), {"x": 0}, "1/x here: not analytic, a pole where the base is 0; move the centre"),
        (1 / (X - Y), {"x": 0, "y": 0}, "1/(x - y) here: not analytic, a pole where the base is 0; move the centre"),
        (X * Y / (X**2 + Y**2), {"x": 0, "y": 0}, "1/(x**2 + y**2) here: not analytic, a pole where the base is 0"),
        (X**20 / (X - Y), {"x": 0, "y": 0}, "x**20/(x - y) here: not analytic, a pole where the base is 0"),
        (1 / (X * 0 + sympy.sin(X) - sympy.tan(X)), {"x": 0}, "1/(sin(x) - tan(x)) here: not analytic, a pole"),
        (sympy.sin(X) / X + sympy.log(X), {"x": 0}, "log(x) here: not analytic, a logarithm of 0; move the centre"),
    ],
    ids=str,
)
def test_poles_that_stay_are_refused(expression: sympy.Expr, center: dict[str, object], message: str) -> None:
    for scalars in (F64, QQ, ARB(64)):
        for order in (0, 3):
            with pytest.raises(NotAnalyticError) as caught:
                series_of(expression, center, order, scalars)
            assert str(caught.value).startswith(message)


def test_a_denominator_that_is_zero_to_rounding_is_zero() -> None:
    """In float64 3*0.1 - 0.3 is 5.6e-17, whose reciprocal is no coefficient."""
    base = 3 * X - R(3, 10)
    with pytest.raises(NotAnalyticError, match=r"a pole where the base is 0; move the centre"):
        series_of(1 / base, {"x": R(1, 10)}, 2, F64)
    assert series_of((X**2 - R(1, 100)) / base, {"x": R(1, 10)}, 2, F64) == pytest.approx([0.2 / 3, 1 / 3, 0], abs=1e-15)
    assert series_of(1 / (base + R(1, 10**9)), {"x": R(1, 10)}, 0, F64) == pytest.approx([1e9], rel=1e-6)


def test_balls_that_contain_zero_are_undecided() -> None:
    with pytest.raises(NotAnalyticError, match=r"1/\(x - 1/10\) here: ARB\(64\) does not decide whether the base is 0; use"):
        series_of(sympy.sin(X - R(1, 10)) / (X - R(1, 10)), {"x": R(1, 10)}, 2, ARB(64))
    divided = (sympy.exp(X) - sympy.exp(Y)) / (X - Y)
    with pytest.raises(
        NotAnalyticError, match=r"ARB\(64\) does not decide whether a coefficient is 0, and so whether the pole"
    ):
        series_of(divided, {"x": 0, "y": 0}, 3, ARB(64))


def test_removable_singularities_with_constants_in_them() -> None:
    A, b, c = sympy.symbols("A b c")
    space = TaylorSpace({"x": 0}, order=4)
    planck = Law("A*x/(exp(b*x) - 1)", variables=("x",)).expand(space)
    expected = sympy.series(A * X / (sympy.exp(b * X) - 1), X, 0, 5).removeO()
    assert [sympy.simplify(v - expected.coeff(X, k)) for k, v in enumerate(planck.coefficients)] == [0] * 5
    numbers = {"A": R(3, 2), "b": 2}
    found = planck.at(numbers).coefficients.tolist()
    assert found == pytest.approx([float(v.subs({A: R(3, 2), b: 2})) for v in planck.coefficients], rel=1e-12, abs=1e-15)
    langevin = Law("A*(coth(b*x) - 1/(b*x))", variables=("x",)).expand(space)
    assert [sympy.expand(v) for v in langevin.coefficients] == [0, A * b / 3, 0, -A * b**3 / 45, 0]
    plane = Law("(exp(b*x + c*y) - 1)/(b*x + c*y)", variables=("x", "y")).expand(TaylorSpace({"x": 0, "y": 0}, order=2))
    assert plane.coefficients.tolist() == [1, b / 2, c / 2, b**2 / 6, b * c / 3, c**2 / 6]
    with pytest.raises(NotAnalyticError, match="1/x at x = 0: not analytic, a pole where the base is 0"):
        _ = Law("A/(b*x)", variables=("x",)).expand(space).coefficients


def test_the_ring_of_constants_finds_the_reciprocal_it_divides_by() -> None:
    b = sympy.Symbol("b")
    indices = index_set(1, 3, "total")

    def compute(ring: Polynomials, low: bool) -> tuple[list[sympy.Expr], tuple[sympy.Expr, ...]]:
        environment = expressions.coordinates_environment(["x"], coordinates(indices, ring, ring.array([0])))
        environment |= expressions.constants_environment({"b": b}, ring)
        column = expressions.series(record([X / (sympy.exp(b * X) - 1)]), environment, indices, ring)[0]
        return ring.handed(column)[:, 0].tolist(), ring.generators

    coefficients, generators = with_generators([b], compute)
    assert coefficients == [1 / b, R(-1, 2), b / 12, 0]
    assert set(generators) == {b, 1 / b}


def test_series_of_inner_functions_are_put_in() -> None:
    """The symbols of a formula may be any series, here u = sin(x) and v = x**2: sin(u)/u + v."""
    indices = index_set(1, 5, "total")
    inner = [
        QQ.array(object_array(sympy.series(f, X, 0, 6).removeO().coeff(X, k) for k in range(6))) for f in (sympy.sin(X), X**2)
    ]
    environment = expressions.coordinates_environment(["u", "v"], np.stack(inner, axis=1))
    u, v = sympy.symbols("u v")
    found = QQ.handed(expressions.series(record([sympy.sin(u) / u + v]), environment, indices, QQ)[0])[:, 0].tolist()
    expected = sympy.series(sympy.sin(sympy.sin(X)) / sympy.sin(X) + X**2, X, 0, 6).removeO()
    assert found == [expected.coeff(X, k) for k in range(6)]


def test_nothing_is_walked_twice_where_nothing_is_singular(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symseries.expressions.power_series.removed", None)
    assert series_of(sympy.sin(X) / X, {"x": R(1, 2)}, 3, F64)[0] == pytest.approx(math.sin(0.5) / 0.5)


# -------------------------------------------------------------------------------------------------- limits at points
def test_values_at_removable_singularities_are_limits() -> None:
    formulas = [sympy.sin(X) / X, (1 - sympy.cos(X)) / X**2, sympy.coth(X) - 1 / X, X / (sympy.exp(X) - 1), 1 / X]
    points = np.array([0.0, 0.5, 0.0, -1.0])
    found = expressions.values(record(formulas), {"x": points}, F64)
    for formula, column in zip(formulas, found, strict=True):
        # SymPy's limit of coth(x) - 1/x at 0 is -oo
        plain = formula.replace(sympy.coth, lambda u: sympy.cosh(u) / sympy.sinh(u))
        expected = [float(sympy.limit(plain, X, R(str(v)), "+")) for v in points]
        assert column == pytest.approx(expected, rel=1e-12)
    undefined = expressions.values(record([sympy.sin(X) / X**2]), {"x": np.array([0.0, 1.0])}, F64)[0]
    assert np.isnan(undefined[0])
    assert undefined[1] == pytest.approx(math.sin(1), rel=1e-14)
    law = Law("A*sin(b*x)/x", variables=("x",))
    assert law([[0.0], [1.0]], A=2, b=3) == pytest.approx([6, 2 * math.sin(3)], rel=1e-14)
    assert Network.from_expression("sin(x)/x + y", inputs=("x", "y"))([[0, 1]]).tolist() == [2]


def test_values_at_removable_singularities_in_other_rings() -> None:
    x = QQ.array([0, 1, 2])
    quotient, root = (X**2 - 1) / (X - 1), (sympy.sqrt(X) - 1) / (X - 1)
    found = expressions.values(record([quotient, X + Y]), {"x": x, "y": QQ.element(1)}, QQ)
    assert [QQ.handed(column).tolist() for column in found] == [[1, 2, 3], [1, 2, 3]]
    assert QQ.handed(expressions.values(record([root]), {"x": QQ.array([1, 4])}, QQ)[0]).tolist() == [R(1, 2), R(1, 3)]
    with pytest.raises(LawValueError, match=r"\(x - 1\)\*\*\(-2\): division by zero at a data point; leave that row out"):
        expressions.values(record([(X**2 - 1) / (X - 1) ** 2]), {"x": x}, QQ)
    with pytest.raises(LawValueError, match="division by zero"):
        expressions.values(record([1 / X]), {"x": QQ.element(0)}, QQ)
    ring = ARB(128)
    with ring.working():
        balls = ring.handed(expressions.values(record([sympy.sin(X) / X]), {"x": ring.array([0, "1/2"])}, ring)[0])
    with mpmath.workdps(36):
        assert abs(balls[1].mid - mpmath.sinc(mpmath.mpf(1) / 2)) < 1e-34
    assert 1 in balls[0]


# -------------------------------------------------------------------------------------------------- piecewise functions
PIECES = sympy.Piecewise((X**2, X > 1), (sympy.sin(X), sympy.And(X > -1, X <= 1)), (sympy.exp(X), True))


@pytest.mark.parametrize(("center", "piece"), [(2, X**2), (R(1, 2), sympy.sin(X)), (-3, sympy.exp(X))])
def test_the_piece_that_holds_the_centre_is_expanded(center: object, piece: sympy.Expr) -> None:
    assert series_of(PIECES, {"x": center}, 4, F64) == series_of(piece, {"x": center}, 4, F64)
    nested = series_of(Y * sympy.tanh(PIECES), {"x": center, "y": 1}, 3, F64)
    assert nested == series_of(Y * sympy.tanh(piece), {"x": center, "y": 1}, 3, F64)


def test_a_piece_that_does_not_hold_is_not_computed() -> None:
    halves = sympy.Piecewise((sympy.log(X), X > 1), (X, True))
    assert series_of(halves, {"x": -1}, 2, QQ) == [-1, 1, 0]
    assert QQ.handed(expressions.values(record([halves]), {"x": QQ.array([-1, 0])}, QQ)[0]).tolist() == [-1, 0]
    assert series_of(sympy.Piecewise((sympy.sin(X) / X, X < 1), (X, True)), {"x": 0}, 2, QQ) == [1, 0, R(-1, 6)]
    assert series_of(halves * sympy.sin(X) / X, {"x": 0}, 2, QQ) == [0, 1, 0]


def test_the_boundary_of_two_pieces_has_a_value_and_no_series() -> None:
    message = r"Piecewise\(\(x\*\*2, x > 1\), .* here: not analytic, two pieces meet there and there is no power series; move"
    for scalars in (F64, QQ, ARB(64)):
        with pytest.raises(NotAnalyticError, match=message):
            series_of(PIECES, {"x": 1}, 1, scalars)
    assert series_of(PIECES, {"x": 1}, 0, F64) == [math.sin(1)]
    assert series_of(PIECES, {"x": -1}, 0, F64) == [math.exp(-1)]


@pytest.mark.parametrize("order", [0, 3])
def test_a_value_that_fills_the_gap_is_no_kink(order: int) -> None:
    filled = sympy.Piecewise((1, sympy.Eq(X, 0)), (sympy.sin(X) / X, True))
    other = sympy.Piecewise((sympy.sin(X) / X, sympy.Ne(X, 0)), (1, True))
    for scalars in (F64, QQ):
        expected = series_of(sympy.sin(X) / X, {"x": 0}, order, scalars)
        assert series_of(filled, {"x": 0}, order, scalars) == series_of(other, {"x": 0}, order, scalars) == expected
    smooth = sympy.Piecewise((0, sympy.Eq(X, 0)), (sympy.sin(X), True))
    assert series_of(smooth, {"x": 0}, 1, QQ) == [0, 1]
    with pytest.raises(NotAnalyticError, match="the value at the centre is not known to be that around it"):
        series_of(sympy.Piecewise((2, sympy.Eq(X, 0)), (sympy.sin(X) / X, True)), {"x": 0}, 3, F64)
    with pytest.raises(NotAnalyticError, match="the value at the centre is not known to be that around it"):
        series_of(sympy.Piecewise((2, sympy.Eq(X, 0)), (sympy.cos(X), True)), {"x": 0}, 3, QQ)


def test_constants_in_conditions_are_allowed_when_decided() -> None:
    law = Law(sympy.Piecewise((X**2, sympy.Symbol("c") < X), (2 * X, True)), variables=("x",), constants=("c",))
    expanded = law.expand(TaylorSpace({"x": 1}, order=2))
    assert expanded.at({"c": 0}).coefficients.tolist() == [1, 2, 1]
    assert expanded.at({"c": 2}).coefficients.tolist() == [2, 2, 0]
    with pytest.raises(NotAnalyticError, match="two pieces meet there"):
        expanded.at({"c": 1})
    with pytest.raises(NotAnalyticError, match="give numbers to the constants in its conditions, with"):
        _ = expanded.coefficients
    assert law([[1.0], [3.0]], c=2).tolist() == [2, 9]
    unset = sympy.Piecewise((X, X > 2))
    with pytest.raises(LawValueError, match="no condition of the piecewise function holds; add a piece"):
        series_of(unset, {"x": 1}, 1, F64)
    assert np.isnan(expressions.values(record([unset]), {"x": np.array([1.0, 3.0])}, F64)[0]).tolist() == [True, False]
    with pytest.raises(LawValueError, match="no condition holds at a data point"):
        expressions.values(record([unset]), {"x": QQ.array([1])}, QQ)


RELATIONS = st.builds(
    lambda kind, left, right: kind(left, right),
    st.sampled_from([sympy.Gt, sympy.Ge, sympy.Lt, sympy.Le, sympy.Eq, sympy.Ne]),
    st.sampled_from([X, Y, X - Y]),
    st.integers(-1, 1),
)
CONDITIONS = st.recursive(
    RELATIONS,
    lambda inner: st.one_of(st.builds(sympy.Not, inner), st.builds(sympy.And, inner, inner), st.builds(sympy.Or, inner, inner)),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None)
@given(first=CONDITIONS, second=CONDITIONS)
def test_values_of_pieces_are_those_of_sympy(first: object, second: object) -> None:
    expression = sympy.Piecewise((X + 2 * Y, first), (X * Y - 3, second), (7, True), evaluate=False)
    grid = np.array([(x, y) for x in (-2, -1, 0, 1) for y in (-1, 0, 1)], dtype=float)
    found = expressions.values(record([expression]), {"x": grid[:, 0], "y": grid[:, 1]}, F64)[0]
    expected = [float(expression.subs({X: int(x), Y: int(y)})) for x, y in grid]
    assert np.broadcast_to(found, len(grid)).tolist() == expected
    exact = expressions.values(record([expression]), {"x": QQ.array(grid[:, 0]), "y": QQ.array(grid[:, 1])}, QQ)[0]
    assert [float(v.p) for v in np.broadcast_to(np.asarray(exact, dtype=object), len(grid))] == expected


def test_text_of_pieces_is_refused() -> None:
    with pytest.raises(SymseriesError):
        to_text(PIECES)
