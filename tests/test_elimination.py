"""Which constants coefficients determine: the combinations named are those that the law really depends on.

Systems of polynomials are solved, their scalings undone and their conditions found; each answer is put back into the system.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy

from symseries.elimination import System, Unsolved, closed_branches, generic_rank, invariants_of, undetermined
from symseries.elimination.gauges import gauge
from symseries.elimination.inversion import inverted
from symseries.elimination.points import PRIME, lifted, random_point
from symseries.errors import ResourceLimitError
from symseries.parsing import parse_expression

X = np.linspace(1.0, 2.0, 9)
Y = np.linspace(3.0, 1.0, 9) ** 2


def jacobian_of(expression: str, names: str, columns: tuple[np.ndarray, np.ndarray] = (X, Y)) -> Callable[..., np.ndarray]:
    """Return d f/d constants at the rows, differentiated by SymPy."""
    constants = sympy.symbols(names, seq=True)
    x, y = sympy.symbols("x y")
    formula = parse_expression(expression, declared=("x", "y", *names.split()))
    slopes = [sympy.lambdify([x, y, *constants], sympy.diff(formula, c), "numpy") for c in constants]
    return lambda C: np.stack([np.broadcast_to(f(*columns, *C), columns[0].shape) for f in slopes], axis=1).astype(float)


@pytest.mark.parametrize(
    ("expression", "names", "sentences"),
    [
        ("a*b*x", "a b", ["only a*b is determined, not a and b apart"]),
        ("k1 + k2 + C*x", "k1 k2 C", ["only k1 + k2 is determined, not k1 and k2 apart"]),
        ("A*exp(b)*x", "A b", ["only log(A) + b is determined, not A and b apart"]),
        ("A*B/C*x", "A B C", ["only A*B/C is determined, not A, B and C apart"]),
        ("a**2*b*x", "a b", ["only a**2*b is determined, not a and b apart"]),
        ("(a - 2*b)*x", "a b", ["only a - 2*b is determined, not a and b apart"]),
        ("a*b*x + c + d", "a b c d", ["only a*b and c + d are determined, not a, b, c and d apart"]),
        ("a*b*x + c/d*y", "a b c d", ["only a*b and c/d are determined, not a, b, c and d apart"]),
        ("a*x + 0*b + c*d*y", "a b c d", ["b has no influence", "only c*d is determined, not c and d apart"]),
        ("a*x", "a b", ["b has no influence"]),
        ("(a + b*c)*x", "a b c", ["a, b and c are not determined apart"]),
        ("a*b*c*d*g*h*k*x", "a b c d g h k", ["only a*b*c*d*g*h*k is determined, not a, b, c, d, g, h and k apart"]),
        ("a*x + b*y", "a b", []),
        ("a*exp(b*x) + c", "a b c", []),
    ],
)
def test_the_combination_that_is_determined_is_named(expression: str, names: str, sentences: list[str]) -> None:
    constants = names.split()
    assert undetermined(jacobian_of(expression, names), np.ones(len(constants)), constants) == sentences


def test_a_column_that_never_varies_confounds_its_constant_with_the_offset() -> None:
    jacobian = jacobian_of("s + C*x + k*y", "s C k", (np.full(9, 0.05), Y))
    assert undetermined(jacobian, np.ones(3), ("s", "C", "k")) == ["only s + 0.05*C is determined, not s and C apart"]


def test_points_without_a_finite_jacobian_are_left_out() -> None:
    jacobian = jacobian_of("a*b*log(c)*x", "a b c")
    assert undetermined(jacobian, np.array([2.0, 3.0, 5.0]), ("a", "b", "c"))
    assert undetermined(lambda C: np.full((4, 2), np.nan), np.ones(2), ("a", "b")) == []


def test_a_constant_that_only_the_solution_lost_is_found_there() -> None:
    jacobian = jacobian_of("a + exp(-b*x)", "a b")
    assert undetermined(jacobian, np.ones(2), ("a", "b")) == []
    assert undetermined(jacobian, np.array([1.0, 1e4]), ("a", "b")) == ["b has no influence"]


def system(rows: list[str], constants: str, generators: str = "") -> System:
    """Return the system of rows written as text, its generators being the constants and expressions of them."""
    names = constants.split()
    letters = [sympy.Symbol(n) for n in names] + [parse_expression(g, declared=names) for g in generators.split()]
    dummies = [sympy.Dummy() for _ in letters]
    swap = dict(zip(letters[::-1], dummies[::-1], strict=True))
    made = [sympy.Poly(parse_expression(r, declared=names).subs(swap), *dummies).terms() for r in rows]
    terms = [{tuple(map(int, e)): Fraction(int(c.p), int(c.q)) for e, c in row} for row in made]
    labels = tuple(sympy.symbols(f"alpha_:{len(rows)}"))
    return System(tuple(names), tuple(letters), tuple(terms), labels, tuple(range(len(rows))))


@pytest.mark.parametrize(
    ("rows", "constants", "expected"),
    [
        (["a*b", "a*b**2"], "a b", 2),
        (["a*b", "a**2*b**2"], "a b", 1),
        (["a + b", "a*b", "a**2 + b**2"], "a b", 2),
        (["a + b + c", "2*a + 2*b + 2*c", "a - c"], "a b c", 2),
    ],
)
def test_the_rank_at_random_points_is_that_of_the_symbolic_jacobian(rows: list[str], constants: str, expected: int) -> None:
    names = constants.split()
    symbols = [sympy.Symbol(n) for n in names]
    matrix = sympy.Matrix([parse_expression(r, declared=names) for r in rows]).jacobian(symbols)
    slopes = system([str(entry) for entry in matrix], constants)
    assert generic_rank(slopes, len(names))[0] == expected == matrix.rank(simplify=True)


def test_the_first_rows_that_reach_the_rank_are_told() -> None:
    slopes = system(["1", "0", "2", "0", "0", "1"], "a b")  # rows (1, 0), (2, 0), (0, 1)
    assert generic_rank(slopes, 2) == (2, [0, 2])


def test_points_fulfil_the_relations_of_reciprocals_roots_and_circles() -> None:
    made = system(["a"], "a b", "1/(a+2) sqrt(b) (b+1)**(1/3) (a+b)**(-3/2) sin(a) cos(a)")
    point = random_point(made, np.random.default_rng(1))
    a, b, reciprocal, root, cube, power, sine, cosine = point
    assert reciprocal * (a + 2) % PRIME == 1
    assert root**2 % PRIME == b
    assert cube**3 % PRIME == (b + 1) % PRIME
    assert power**2 * (a + b) ** 3 % PRIME == 1
    assert (sine**2 + cosine**2) % PRIME == 1
    assert made.kinds == ("constant", "constant", "rational", "root", "root", "root", "dependent", "dependent")


def test_residues_are_lifted_to_the_fractions_they_stand_for() -> None:
    for top, bottom in [(0, 1), (1, 1), (-7, 3), (123_456, 98_765), (-1, 4_000_000)]:
        assert lifted(top * pow(bottom, -1, PRIME)) == (top, bottom)
    assert lifted(pow(3, 2**60, PRIME)) is None


def test_a_scaling_is_undone_by_the_generator_that_is_set_to_one() -> None:
    made = system(["A*exp(b)", "A*exp(b)*b"], "A b", "exp(b)")
    assert {row: {i: int(w) for i, w in weights.items()} for row, weights in gauge(made).items()} == {2: {0: -1}}
    assert gauge(system(["A + exp(b)"], "A b", "exp(b)")) == {}


def solutions(rows: list[str], constants: str, generators: str = "") -> list[dict[str, sympy.Expr]]:
    made = system(rows, constants, generators)
    found = closed_branches(made, [sympy.Integer(1)] * len(rows))
    assert not isinstance(found, Unsolved), found.reason
    return [branch.values for branch in found[1]]


@pytest.mark.parametrize(
    ("rows", "constants", "generators"),
    [
        (["a + b", "a - b"], "a b", ""),
        (["a*b", "a/2 + a*b"], "a b", ""),
        (["a*b", "a + b"], "a b", ""),
        (["a**2", "a*b"], "a b", ""),
        (["a + 1/(b + 2)", "a*b"], "a b", "1/(b+2)"),
        (["a*b*c", "a*b*c**2", "a + b + c"], "a b c", ""),
        (["a*exp(b)", "a*b*exp(b)"], "a b", "exp(b)"),
        (["a*sqrt(b + 1)", "b"], "a b", "sqrt(b+1)"),
    ],
)
def test_solutions_fulfil_the_equations(rows: list[str], constants: str, generators: str) -> None:
    """Each branch is put back into the equations; at least one of them gives the constants back."""
    names = constants.split()
    truth = {name: sympy.Rational(7 + 4 * i, 5) for i, name in enumerate(names)}
    substitution = {sympy.Symbol(n): v for n, v in truth.items()}
    formulas = [parse_expression(r, declared=names) for r in rows]
    alpha = {sympy.Symbol(f"alpha_{j}"): f.xreplace(substitution).evalf(40) for j, f in enumerate(formulas)}
    returned = 0
    for branch in solutions(rows, constants, generators):
        values = {sympy.Symbol(n): e.xreplace(alpha).evalf(40) for n, e in branch.items()}
        returned += all(abs(values[sympy.Symbol(n)] - v) < 1e-25 for n, v in truth.items())
        again = [f.xreplace(values).evalf(40) for f in formulas]
        spurious = any(abs(v - a) > 1e-25 for v, a in zip(again, alpha.values(), strict=True))
        assert not spurious or generators  # squares of roots have a second solution, which those who ask leave out
    assert returned == 1


def test_a_cubic_equation_has_no_solution_in_square_roots() -> None:
    made = system(["a + a**3"], "a")
    assert isinstance(closed_branches(made, [sympy.Integer(1)]), Unsolved)


def test_what_cannot_be_determined_is_named() -> None:
    found = closed_branches(system(["a*b", "c"], "a b c"), [sympy.Integer(1)] * 2)
    assert isinstance(found, Unsolved)
    assert set(found.names) <= {"a", "b"}
    assert found.names


@pytest.mark.parametrize(
    ("value", "inverse"),
    [("K**n", "v**(1/n)"), ("exp(2*K + 1)", "log(v)/2 - 1/2"), ("2*K - n", "(n + v)/2"), ("n**K", "log(v)/log(n)")],
)
def test_one_constant_is_found_from_a_value(value: str, inverse: str) -> None:
    K, n, v = sympy.symbols("K n v")
    found = inverted(parse_expression(value, declared=("K", "n")), K, v)["K"]
    numbers = {n: sympy.Rational(7, 3), v: sympy.Rational(5, 2)}
    assert abs((found - parse_expression(inverse, declared=("v", "n"))).xreplace(numbers).evalf()) < 1e-12


def test_a_constant_in_two_places_is_not_isolated() -> None:
    K, v = sympy.symbols("K v")
    assert inverted(K + sympy.exp(K), K, v) == {}
    assert inverted(sympy.erf(K), K, v) == {}


@pytest.mark.parametrize(
    ("rows", "constants", "generators", "equations"),
    [
        (["a", "2*a", "b"], "a b", "", {"2*alpha_0 - alpha_1"}),
        (["a", "a*b", "a*b**2"], "a b", "", {"alpha_0*alpha_2 - alpha_1**2"}),
        (["a**2", "a**3"], "a", "", {"alpha_0**3 - alpha_1**2"}),
        (["1/(a+1)", "a"], "a", "1/(a+1)", {"alpha_0*alpha_1 + alpha_0 - 1"}),
        (["sqrt(a+1)", "a"], "a", "sqrt(a+1)", {"alpha_0**2 - alpha_1 - 1"}),
        (["sin(a)", "cos(a)"], "a", "sin(a) cos(a)", {"alpha_0**2 + alpha_1**2 - 1"}),
        (["a", "exp(a)"], "a", "exp(a)", set()),
    ],
)
def test_conditions_on_coefficients_are_those_of_the_ideal(
    rows: list[str], constants: str, generators: str, equations: set[str]
) -> None:
    made = system(rows, constants, generators)
    found = None
    for degree in (1, 2, 3):
        found = invariants_of(made, degree, found)
    assert found is not None
    letters = [sympy.prod(s**k for s, k in zip(made.labels, e, strict=True)) for c in found.conditions for e in c]
    numbers = [n for c in found.conditions for n in c.values()]
    ends = np.cumsum([len(c) for c in found.conditions])
    terms = [n * letter for n, letter in zip(numbers, letters, strict=True)]
    shown = [sympy.Add(*part) for part in np.split(np.array(terms, dtype=object), ends[:-1]) if len(part)]
    wanted = [parse_expression(e, declared=[s.name for s in made.labels]) for e in equations]
    assert {sympy.Poly(e).monic() for e in shown} == {sympy.Poly(e).monic() for e in wanted}
    assert found.complete


def test_too_many_monomials_are_refused_before_they_are_made() -> None:
    made = system([f"a**{k}" for k in range(1, 40)], "a")
    with pytest.raises(ResourceLimitError, match=r"degree 4 in 39 coefficients: \d+ monomials, the limit is 900"):
        invariants_of(made, 4)
