"""Expressions on tapes: values and series in both rings, derivatives, and text that reads back."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles_networks import sympy_coefficients

from symseries import expressions
from symseries.engine import coordinates
from symseries.errors import ComplexResultError, LawSyntaxError, LawValueError, NetworkFormatError, ResourceLimitError
from symseries.expressions import FUNCTIONS, derivative, record, to_text
from symseries.multiindex import index_set
from symseries.parsing import parse_expression
from symseries.scalars import F64, QQ, object_array

R = sympy.Rational
X, Y = sympy.symbols("x y")


def series_of(expression: sympy.Expr, center: dict[str, object], order: int, scalars: object) -> list[object]:
    indices = index_set(len(center), order, "total")
    table = coordinates(indices, scalars, scalars.array(object_array(R(str(v)) for v in center.values())))
    environment = expressions.coordinates_environment(tuple(center), table)
    column = expressions.series(record([expression]), environment, indices, scalars)[0]
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
        (sympy.Piecewise((X, X > 0), (0, True)), LawSyntaxError, "Piecewise"),
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
    inner = (X + 2 * Y) / 3 if function is not sympy.acosh else 1 + X
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
    with pytest.raises(LawValueError, match=r"exp\(x\): the coefficients overflow"):
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
