"""Laws linear in their constants, recovered exactly: rational, algebraic, with logarithms, with weights."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.errors import IdentifiabilityError, OptionError
from symseries.laws.systems import label

YIELD = ss.Law("sf + C*c**(2/3) + k/sqrt(d)", ("c", "d"))
TRUTH = {"sf": 100, "C": 300, "k": 500}

# law, space, constants: coefficients in Q, in Q(sqrt(2)), in Q(sqrt(3), 3**(1/3)), in Q(log(3)), and on intervals
CASES = {
    "rational": (ss.Law("a + b*x + c/x", ("x",)), ss.TaylorSpace({"x": 3}, 4)),
    "algebraic": (YIELD, ss.TaylorSpace({"c": "1/20", "d": 10}, 3)),
    "one_root_twice": (ss.Law("a + b*sqrt(x) + c*x**(3/2)", ("x",)), ss.TaylorSpace({"x": 2}, 4)),
    "two_roots": (ss.Law("a + b*sqrt(x) + c*x**(1/3)", ("x",)), ss.TaylorSpace({"x": 3}, 3)),
    "logarithm": (ss.Law("a + b*x + c*log(x)", ("x",)), ss.TaylorSpace({"x": 3}, 4)),
    "exponential": (ss.Law("a + b*exp(x) + c*x", ("x",)), ss.TaylorSpace({"x": 1}, 4)),
    "beside_a_known_term": (ss.Law("a + b*x + x**5", ("x",)), ss.TaylorSpace({"x": 2}, 5)),
    "legendre": (ss.Law("a + b*x + c*sqrt(x)", ("x",)), ss.LegendreSpace({"x": (1, 4)}, 4)),
    "chebyshev": (ss.Law("a + b*x + c*x**2", ("x",)), ss.ChebyshevSpace({"x": (1, 4)}, 4)),
}


def columns(law: ss.Law, space: ss.TaylorSpace) -> tuple[sympy.Matrix, sympy.Matrix]:
    """Return the coefficients without constants and those of each constant, differentiated by SymPy at the centre."""
    [(name, place)] = space.center.items()
    x = sympy.Symbol(name)

    def column(formula: sympy.Expr) -> list[sympy.Expr]:
        return [sympy.diff(formula, x, k).subs(x, place) / sympy.factorial(k) for k in range(space.order + 1)]

    zero = dict.fromkeys(map(sympy.Symbol, law.constants), sympy.Integer(0))
    matrix = sympy.Matrix([column(sympy.diff(law.formula, c)) for c in law.constants]).T
    return sympy.Matrix(column(law.formula.xreplace(zero))), matrix


@pytest.mark.parametrize("name", CASES)
def test_exact_coefficients_give_exact_constants(name: str) -> None:
    law, space = CASES[name]
    truth = {constant: sympy.Rational(7 + 3 * i, 2 + i) for i, constant in enumerate(law.constants)}
    found = law.closed_form(space, using="all")
    values = found.at(law.expand(space, ss.SYM).at(truth))
    assert {n: sympy.simplify(v) for n, v in values.items()} == truth
    assert not found.warnings


@pytest.mark.parametrize("name", ["rational", "one_root_twice", "two_roots", "logarithm", "exponential", "beside_a_known_term"])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_expression_is_a_row_of_the_pseudo_inverse(name: str, weighted: bool) -> None:
    """The oracle is SymPy's matrix algebra: (B'WB)**-1 B'W with B differentiated term by term."""
    law, space = CASES[name]
    assert isinstance(space, ss.TaylorSpace)
    offset, matrix = columns(law, space)
    count = matrix.rows
    weights = sympy.diag(*[sympy.Rational(1 + i, 2) for i in range(count)]) + sympy.ones(count) / 9
    inner = weights if weighted else sympy.eye(count)
    wanted = (matrix.T * inner * matrix).inv() * matrix.T * inner
    given = [[Fraction(int(e.p), int(e.q)) for e in weights.row(i)] for i in range(count)]
    found = law.closed_form(space, using="all", weights=given if weighted else None)
    for i, constant in enumerate(law.constants):
        for j in range(count):
            entry = sympy.diff(found[constant], label((j,)))
            assert abs((entry - wanted[i, j]).evalf(40)) < sympy.Float("1e-25")
        constant_term = found[constant].xreplace(dict.fromkeys(found.labels, sympy.Integer(0)))
        assert abs((constant_term + (wanted * offset)[i]).evalf(40)) < sympy.Float("1e-25")


def test_least_squares_and_the_lowest_coefficients_agree_on_the_law_and_differ_off_it() -> None:
    space = ss.TaylorSpace({"c": "1/20", "d": 10}, 2)
    both = [YIELD.closed_form(space, using=using) for using in ("lowest", "all")]
    exact = YIELD.expand(space, ss.SYM).at(TRUTH)
    assert both[0].at(exact) == both[1].at(exact) == TRUTH
    other = {tuple(index): sympy.Integer(3 + i) for i, index in enumerate(space.multi_indices.tolist())}
    assert both[0].at(other) != both[1].at(other)


def test_a_diagonal_of_weights_is_the_matrix_with_that_diagonal() -> None:
    law, space = CASES["rational"]
    diagonal = [1, 2, 3, 4, 5]
    full = np.diag(diagonal).tolist()
    assert (
        law.closed_form(space, using="all", weights=diagonal).branches
        == law.closed_form(space, using="all", weights=full).branches
    )


def test_rounded_spaces_say_that_they_are() -> None:
    law = ss.Law("a + b*x", ("x",))
    points = {"x": np.linspace(1, 2, 9)}
    found = law.closed_form(ss.EmpiricalSpace(points, 2))
    assert "are rounded" in found.warnings[0]
    space = ss.EmpiricalSpace(points, 2)
    values = found.at(law.expand(space).at({"a": 2, "b": 3}))
    assert values == pytest.approx({"a": 2, "b": 3}, rel=1e-12)
    waves = law.closed_form(ss.FourierSpace({"x": (0, 1)}, 4))
    assert waves.at(law.expand(ss.FourierSpace({"x": (0, 1)}, 4)).at({"a": 2, "b": 3})) == pytest.approx(
        {"a": 2, "b": 3}, rel=1e-9
    )


def test_bad_weights_and_lost_columns_are_refused() -> None:
    law, space = CASES["rational"]
    with pytest.raises(OptionError, match="weights: 2 of them for 5 coefficients"):
        law.closed_form(space, using="all", weights=[1, 2])
    with pytest.raises(OptionError, match="expected a symmetric matrix of 5 rows"):
        law.closed_form(space, using="all", weights=[[i + 2 * j for j in range(5)] for i in range(5)])
    with pytest.raises(IdentifiabilityError, match="1 of 2 columns are independent"):
        ss.Law("a*x + b*x", ("x",)).closed_form(space, using="all")
    with pytest.raises(IdentifiabilityError, match="1 of 2 columns are independent"):
        ss.Law("a*x + b*x", ("x",)).closed_form(ss.EmpiricalSpace({"x": np.linspace(1, 2, 9)}, 2))
    with pytest.raises(OptionError, match="using='lowest' over Legendre"):
        law.closed_form(CASES["legendre"][1], using="lowest")


def test_linear_conditions_are_the_left_null_space_over_any_space() -> None:
    for law, space in (CASES["legendre"], CASES["chebyshev"], CASES["rational"]):
        found = law.invariants(space)
        assert found.needed == found.independent == len(space) - len(law.constants)
        beta = law.expand(space, ss.SYM).coefficients
        symbols = {label(index): b for index, b in zip(space.multi_indices.tolist(), beta, strict=True)}
        for equation in found:
            assert sympy.simplify((equation.lhs - equation.rhs).xreplace(symbols)) == 0


@pytest.mark.parametrize(
    ("law", "space"), [CASES["rational"], (ss.Law("a + b*x + c*x**2", ("x",)), ss.LegendreSpace({"x": (1, 4)}, 3))]
)
def test_fit_recovers_rational_constants_exactly(law: ss.Law, space: ss.TaylorSpace | ss.LegendreSpace) -> None:
    truth = {"a": sympy.Rational(22, 7), "b": sympy.Rational(-5, 3), "c": sympy.Rational(1, 10**20)}
    alpha = law.expand(space, ss.QQ).at(truth)
    found = law.closed_form(space, using="all").at(alpha)
    assert found == truth


@pytest.mark.parametrize(
    ("text", "law", "order"),
    [("1 + 2*sqrt(x)", "y = a + b*x", 1), ("1/2 + tanh(x/2 + 1/10) + 2*tanh(1/5 - x/3)", "y = a + b*x + c*x**2", 2)],
)
def test_algebraic_coefficients_give_exact_constants(text: str, law: str, order: int) -> None:
    """Against SymPy's own series about 2 and 0, whose coefficients are those of x - centre."""
    center, x = (2 if order == 1 else 0), sympy.Symbol("x")
    net = ss.Network.from_expression(text, inputs=("x",), outputs=("y",))
    found = ss.fit(net, ss.Law(law, ("x",)), ss.TaylorSpace({"x": center}, order=order), scalars=ss.SYM)
    series = sympy.Poly(sympy.series(net.expression(), x, center, order + 1).removeO(), x).all_coeffs()[::-1]
    for estimate, expected in zip(found.constants.values(), series, strict=True):
        assert not estimate.value.has(sympy.Float)
        assert sympy.simplify(estimate.value - expected) == 0
    again = ss.Fit.from_json(found.to_json())
    assert (again, again.constants["a"].value) == (found, found.constants["a"].value)
    assert ("1 + sqrt(2)" in str(found)) == (order == 1)
