"""Which constants coefficients determine: the combinations named are those that the law really depends on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy

from symseries.elimination import undetermined
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
