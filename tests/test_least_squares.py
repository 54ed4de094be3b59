"""Least squares: against brute force in fractions, many digits, other solvers, and the NIST reference data sets."""

from __future__ import annotations

import ast
import itertools
import json
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.optimize
import sympy
from flint import fmpq

from symseries.errors import DataError, IdentifiabilityError, OptionError
from symseries.least_squares import (
    NonlinearSolution,
    pseudo_inverse,
    rational_null_space,
    rational_rank,
    solve_linear,
    solve_rational,
    solve_separable,
)
from symseries.scalars import QQ, as_fraction

Array = np.ndarray[Any, np.dtype[Any]]


def random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def digits(value: float, truth: float) -> float:
    """Return the number of correct digits, at most 16."""
    return 16.0 if value == truth else min(16.0, -math.log10(abs(value - truth) / abs(truth)))


# ----------------------------------------------------------------------------------------------------------- linear
@pytest.mark.parametrize("seed", range(5))
def test_linear_is_numpys_lstsq(seed: int) -> None:
    matrix, rhs = random(seed).normal(size=(12, 4)), random(seed + 99).normal(size=12)
    found = solve_linear(matrix, rhs)
    values, _, rank, _ = np.linalg.lstsq(matrix, rhs)
    assert found.rank == rank
    np.testing.assert_allclose(found.values, values, rtol=1e-12)
    np.testing.assert_allclose(found.inverse, np.linalg.pinv(matrix), atol=1e-13)
    np.testing.assert_allclose(found.residual, rhs - matrix @ values, atol=1e-13)
    assert found.null_space.shape == (4, 0)


def test_powers_to_the_tenth_are_determined() -> None:
    x = np.linspace(-8.8, -3.1, 82)
    matrix, rhs = x[:, None] ** np.arange(11), np.sin(x)
    found = solve_linear(matrix, rhs)
    with mpmath.workdps(60):
        truth, _ = mpmath.qr_solve(mpmath.matrix(matrix.tolist()), mpmath.matrix(rhs.tolist()))
    assert found.rank == 11
    assert min(digits(v, float(t)) for v, t in zip(found.values, truth, strict=True)) > 5


def test_sums_of_constants_are_not_determined() -> None:
    a, b = random(1).normal(size=(2, 20))
    matrix = np.column_stack([a, 1e20 * a, b, a + b])
    found = solve_linear(matrix, 2 * a + b)
    assert found.rank == 2
    assert found.singular_values[2] < 1e-14 < 0.1 < found.singular_values[1]
    np.testing.assert_allclose(found.residual, 0, atol=1e-13)
    scaled = found.null_space * np.linalg.norm(matrix, axis=0)[:, None]
    np.testing.assert_allclose(scaled.T @ scaled, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(matrix @ found.null_space, 0, atol=1e-12)


def test_units_change_nothing() -> None:
    matrix, rhs = random(2).normal(size=(9, 3)), random(3).normal(size=9)
    units = np.array([1e-200, 1.0, 1e150])
    plain, other = solve_linear(matrix, rhs), solve_linear(matrix * units, rhs)
    assert other.rank == 3
    np.testing.assert_allclose(other.values * units, plain.values, rtol=1e-12)
    np.testing.assert_allclose(other.singular_values, plain.singular_values, rtol=1e-12)


def test_a_zero_column_is_open() -> None:
    found = solve_linear(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1.0, 3.0]))
    assert (found.rank, found.values.tolist()) == (1, pytest.approx([2.0, 0.0]))
    np.testing.assert_allclose(np.abs(found.null_space[:, 0]), [0, 1], atol=1e-15)


@pytest.mark.parametrize(("rows", "columns"), [(0, 3), (1, 3), (2, 3), (3, 3), (3, 0)])
def test_few_rows(rows: int, columns: int) -> None:
    matrix, rhs = random(4).normal(size=(rows, columns)), random(5).normal(size=rows)
    found = solve_linear(matrix, rhs)
    rank = min(rows, columns)
    assert (found.rank, found.values.shape, found.inverse.shape) == (rank, (columns,), (columns, rows))
    assert (found.singular_values.shape, found.null_space.shape) == ((columns,), (columns, columns - rank))
    np.testing.assert_allclose(matrix @ found.null_space, 0, atol=1e-14)
    np.testing.assert_allclose(found.residual, rhs - matrix @ found.values, atol=1e-15)
    if columns:
        np.testing.assert_allclose(found.residual, 0, atol=1e-13)


def test_the_inverse_makes_the_values() -> None:
    matrix = random(6).normal(size=(10, 3)) @ np.diag([1e-20, 1, 1e20])
    rhs = random(7).normal(size=10)
    found = solve_linear(matrix, rhs)
    np.testing.assert_allclose(found.inverse @ rhs, found.values, rtol=1e-12)
    np.testing.assert_allclose(pseudo_inverse(matrix), found.inverse, rtol=1e-12)
    units = np.array([1e-20, 1, 1e20])
    np.testing.assert_allclose(units[:, None] * (pseudo_inverse(matrix) @ matrix) / units, np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    ("matrix", "rhs", "says"),
    [
        ([[1.0, np.nan]], [1.0], r"matrix: entry \[0, 1\] is nan"),
        ([[1.0, 2.0]], [np.inf], r"rhs: entry \[0\] is inf"),
        ([[1.0, 2.0]], [1.0, 2.0], r"rhs: shape \(2,\) does not fit a matrix of shape \(1, 2\)"),
        ([1.0, 2.0], [1.0, 2.0], r"matrix: shape \(2,\) has 1 dimensions; expected 2"),
    ],
)
def test_linear_refuses(matrix: list[Any], rhs: list[float], says: str) -> None:
    with pytest.raises(DataError, match=says):
        solve_linear(np.array(matrix), np.array(rhs))


# ------------------------------------------------------------------------------------------------------------ exact
def by_fractions(matrix: list[list[Fraction]], rhs: list[Fraction], weights: list[list[Fraction]]) -> list[Fraction]:
    """Solve the normal equations by Cramer's rule, the determinants being sums over permutations."""
    rows, columns = range(len(matrix)), range(len(matrix[0]))
    left = [[sum(weights[i][j] * matrix[i][a] for i in rows) for j in rows] for a in columns]
    normal = [[sum(left[a][j] * matrix[j][b] for j in rows) for b in columns] for a in columns]
    right = [sum(left[a][j] * rhs[j] for j in rows) for a in columns]

    def determinant(square: list[list[Fraction]]) -> Fraction:
        orders = itertools.permutations(range(len(square)))
        signs = ((p, (-1) ** sum(p[i] > p[j] for i, j in itertools.combinations(range(len(p)), 2))) for p in orders)
        return sum((s * math.prod((square[i][p[i]] for i in range(len(p))), start=Fraction(1)) for p, s in signs), Fraction(0))

    whole = determinant(normal)
    return [determinant([[right[a] if b == k else normal[a][b] for b in columns] for a in columns]) / whole for k in columns]


@pytest.mark.parametrize("kind", ["none", "diagonal", "full"])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_rational_is_brute_force(kind: str, columns: int) -> None:
    rng, rows = random(columns), 5
    draw = lambda *shape: np.vectorize(Fraction, otypes=[object])(rng.integers(-9, 9, shape), rng.integers(1, 9, shape))  # noqa: E731
    matrix, rhs, root = draw(rows, columns), draw(rows), draw(rows, rows)
    full = {"none": np.eye(rows, dtype=int) * Fraction(1), "diagonal": np.diag(np.abs(root[0]) + 1), "full": root @ root.T}[
        kind
    ]
    weights = {"none": None, "diagonal": QQ.array(np.diag(full)), "full": QQ.array(full)}[kind]
    found = solve_rational(QQ.array(matrix), QQ.array(rhs), weights)
    assert [as_fraction(v) for v in found] == by_fractions(matrix.tolist(), rhs.tolist(), full.tolist())
    assert all(isinstance(v, fmpq) for v in found)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(2, 5), (5, 3), (4, 4)])
def test_rational_rank_and_null_space(seed: int, shape: tuple[int, int]) -> None:
    numbers = random(seed).integers(-1, 2, shape)
    matrix, reference = QQ.array(numbers), sympy.Matrix(numbers.tolist())
    assert rational_rank(matrix) == reference.rank()
    basis = rational_null_space(matrix)
    assert basis.shape == (shape[1], len(reference.nullspace()))
    assert all(v == 0 for v in (matrix @ basis).flat)
    assert basis.shape[1] == 0 or rational_rank(basis) == basis.shape[1]


def test_rational_edges() -> None:
    none = QQ.zeros(0, 2)
    assert rational_null_space(none).tolist() == [[1, 0], [0, 1]]
    assert (rational_rank(none), rational_rank(QQ.zeros(2, 0))) == (0, 0)
    assert solve_rational(QQ.zeros(2, 0), QQ.zeros(2)).shape == (0,)
    with pytest.raises(IdentifiabilityError, match="0 of its 2 columns"):
        solve_rational(none, QQ.zeros(0))
    with pytest.raises(IdentifiabilityError, match="1 of its 2 columns are independent"):
        solve_rational(QQ.array([[1, 2], [2, 4], [3, 6]]), QQ.array([1, 2, 3]))
    with pytest.raises(DataError, match=r"weights: shape \(2,\) does not fit 1 rows"):
        solve_rational(QQ.array([[1]]), QQ.array([1]), QQ.array([1, 1]))
    with pytest.raises(DataError, match="rhs"):
        solve_rational(QQ.array([[1]]), QQ.array([1, 2]))


# -------------------------------------------------------------------------------------------------------- nonlinear
class Decay:
    """c0 * exp(-theta * x) + c1, with theta and x in any units."""

    def __init__(self, x: Array) -> None:
        self.x = x

    def design(self, theta: Array) -> tuple[Array, Array]:
        return np.zeros(len(self.x)), np.column_stack([np.exp(-theta[0] * self.x), np.ones(len(self.x))])

    def slopes(self, theta: Array, c: Array) -> Array:
        return (-self.x * np.exp(-theta[0] * self.x) * c[0])[:, None]

    def __call__(self, theta: float, c0: float, c1: float) -> Array:
        return c0 * np.exp(-theta * self.x) + c1

    def fit(self, rhs: Array, **options: Any) -> NonlinearSolution:
        return solve_separable(self.design, self.slopes, rhs, nonlinear=1, rng=random(0), **options)


DECAY = Decay(np.linspace(0, 3, 30))
NOISE = 0.01 * random(11).normal(size=30)
X = np.linspace(0.5, 4, 15)


def test_nonlinear_is_scipys() -> None:
    rhs = DECAY(1.3, 2.0, 0.5) + NOISE
    reference = scipy.optimize.least_squares(lambda v: DECAY(*v) - rhs, [1.0, 1.0, 1.0], xtol=1e-15, ftol=1e-15, gtol=1e-15)
    for start in (np.array([0.1]), None):
        found = DECAY.fit(rhs, start=start)
        assert found.converged
        np.testing.assert_allclose([*found.theta, *found.linear], reference.x, rtol=1e-7)
        assert found.cost == pytest.approx(2 * reference.cost, rel=1e-12)
        np.testing.assert_allclose(found.residual, rhs - DECAY(*found.theta, *found.linear), atol=1e-15)
        np.testing.assert_allclose(np.abs(found.jacobian), np.abs(reference.jac), rtol=1e-5, atol=1e-7)
        assert (found.rank, found.singular_values.shape) == (3, (3,))


def test_without_noise_it_stops_at_the_truth() -> None:
    calls = []
    found = solve_separable(
        lambda theta: (calls.append(1), DECAY.design(theta))[1],
        DECAY.slopes,
        DECAY(1.3, 2.0, 0.5),
        nonlinear=1,
        rng=random(0),
        start=np.array([1.0]),
        candidates=0,
    )
    assert found.converged
    assert found.cost < 1e-28
    assert len(calls) < 100
    np.testing.assert_allclose([*found.theta, *found.linear], [1.3, 2.0, 0.5], rtol=1e-13)


def test_as_many_constants_as_data_interpolate() -> None:
    few = Decay(np.array([0.0, 1.0, 2.5]))
    found = few.fit(few(0.7, -3.0, 4.0))
    assert found.converged
    assert found.cost < 1e-26
    np.testing.assert_allclose([*found.theta, *found.linear], [0.7, -3.0, 4.0], rtol=1e-10)


def test_more_constants_than_data_are_reported() -> None:
    few = Decay(np.array([0.0, 1.0]))
    found = few.fit(few(0.7, -3.0, 4.0))
    assert not found.converged
    assert found.rank == 2
    assert found.singular_values.shape == (3,)
    assert "the data determine 2 of the 3 constants" in found.message


@pytest.mark.parametrize(("unit", "size"), [(1e-20, 1e20), (1e20, 1e20), (1.0, 1e-20)])
def test_constants_many_decades_apart(unit: float, size: float) -> None:
    far = Decay(DECAY.x / unit)
    rhs = far(1.3 * unit, 2.0 * size, 0.5 * size) + NOISE * size
    plain = DECAY.fit(DECAY(1.3, 2.0, 0.5) + NOISE)
    for start in (np.array([0.4 * unit]), None):
        found = far.fit(rhs, start=start)
        assert found.converged
        assert found.rank == 3
        np.testing.assert_allclose(found.theta / unit, plain.theta, rtol=1e-9)
        np.testing.assert_allclose(found.linear / size, plain.linear, rtol=1e-9)


def test_linear_and_empty_halves() -> None:
    matrix, rhs = random(8).normal(size=(7, 2)), random(9).normal(size=7)
    found = solve_separable(lambda _: (np.ones(7), matrix), lambda *_: np.empty((7, 0)), rhs, nonlinear=0, rng=random(0))
    assert (found.converged, found.message, found.theta.shape) == (True, "linear in all constants", (0,))
    np.testing.assert_allclose(found.linear, np.linalg.lstsq(matrix, rhs - 1)[0], rtol=1e-12)
    power = solve_separable(
        lambda theta: (X ** theta[0], np.empty((15, 0))),
        lambda theta, _: (X ** theta[0] * np.log(X))[:, None],
        X**1.7,
        nonlinear=1,
        rng=random(0),
    )
    assert power.converged
    assert (power.theta.tolist(), power.linear.shape) == (pytest.approx([1.7], rel=1e-13), (0,))


def test_nothing_finite_is_said() -> None:
    bad = solve_separable(
        lambda _: (np.full(5, np.nan), np.ones((5, 1))), lambda *_: np.ones((5, 1)), np.ones(5), nonlinear=1, rng=random(0)
    )
    assert (bad.converged, bad.tried, bad.message) == (False, 0, "no start gives a finite value of the model")
    assert np.isnan(bad.theta).all()


def test_slopes_that_are_not_finite_are_said() -> None:
    bad = solve_separable(
        DECAY.design, lambda *_: np.full((30, 1), np.nan), DECAY(1.3, 2.0, 0.5), nonlinear=1, rng=random(0), candidates=50
    )
    assert not bad.converged
    assert bad.rank == 0
    assert "did not come to rest" in bad.message


def test_bounds_are_kept_and_said() -> None:
    rhs = DECAY(1.3, 2.0, 0.5) + NOISE
    seen: list[float] = []
    options: dict[str, Any] = {"nonlinear": 1, "rng": random(0), "candidates": 100}
    for low, high in ((2.0, 5.0), (2.0, np.inf), (-np.inf, 1.0)):
        found = solve_separable(
            lambda theta: (seen.append(float(theta[0])), DECAY.design(theta))[1],
            DECAY.slopes,
            rhs,
            bounds=(np.array([low]), np.array([high])),
            **options,
        )
        assert all(low <= value <= high for value in seen)
        assert found.theta[0] == (2.0 if low == 2.0 else 1.0)
        assert found.converged
        assert found.bounded.tolist() == [True]
        assert found.rank == 3
        np.testing.assert_allclose(found.linear, np.linalg.lstsq(DECAY.design(found.theta)[1], rhs)[0], rtol=1e-10)
        seen.clear()
    inside = DECAY.fit(rhs, bounds=(np.array([0.0]), np.array([10.0])))
    assert inside.converged
    np.testing.assert_allclose(inside.theta, DECAY.fit(rhs).theta, rtol=1e-10)


@pytest.mark.parametrize("start", [None, np.array([1.0])])
@pytest.mark.parametrize("tilt", [0.0, 0.01])
def test_a_runaway_constant_is_said(start: Array | None, tilt: float) -> None:
    found = solve_separable(
        lambda theta: (np.zeros(15), (theta[0] / (theta[0] + X))[:, None]),
        lambda theta, c: (c[0] * X / (theta[0] + X) ** 2)[:, None],
        1 + tilt * (X + np.sin(40 * X)),
        nonlinear=1,
        rng=random(0),
        start=start,
        bounds=(np.array([1e-3]), np.array([np.inf])),
        candidates=0 if start is not None else 200,
    )
    assert found.theta[0] > 1e3
    assert not found.converged
    assert "grow without end" in found.message


def test_a_constant_that_is_zero_is_no_runaway() -> None:
    found = solve_separable(
        lambda theta: (np.zeros(15), (np.cos(X) + theta[0] * X)[:, None]),
        lambda theta, c: (c[0] * X)[:, None],
        2 * np.cos(X),
        nonlinear=1,
        rng=random(0),
    )
    assert found.converged, found.message
    assert abs(found.theta[0]) < 1e-12


def test_constants_in_a_product_are_not_determined() -> None:
    found = solve_separable(
        lambda theta: (np.zeros(15), np.exp(-theta[0] * theta[1] * X)[:, None]),
        lambda theta, c: -c[0] * (X * np.exp(-theta[0] * theta[1] * X))[:, None] * theta[::-1],
        3 * np.exp(-0.6 * X),
        nonlinear=2,
        rng=random(0),
    )
    assert not found.converged
    assert found.rank == 2
    assert "the data determine 2 of the 3 constants" in found.message
    assert math.prod(found.theta) == pytest.approx(0.6, rel=1e-9)


def wave(theta: Array) -> tuple[Array, Array]:
    return np.zeros(40), np.sin(theta[0] * WAVE_X)[:, None]


def wave_slopes(theta: Array, c: Array) -> Array:
    return (c[0] * WAVE_X * np.cos(theta[0] * WAVE_X))[:, None]


WAVE_X = np.sort(random(12).uniform(0, 10, 40))
WAVE_Y = 2 * np.sin(3.3 * WAVE_X) + 0.1 * random(13).normal(size=40)


def test_a_start_in_the_wrong_valley_is_left() -> None:
    options: dict[str, Any] = {"nonlinear": 1, "start": np.array([5.0])}
    kept = solve_separable(wave, wave_slopes, WAVE_Y, rng=random(0), candidates=0, **options)
    assert (kept.converged, kept.tried, kept.message) == (True, 1, "from the start given")
    left = solve_separable(wave, wave_slopes, WAVE_Y, rng=random(0), **options)
    assert left.converged
    assert left.cost < kept.cost / 10
    assert left.message.startswith("from a screened start, better than the start given")
    assert abs(left.theta[0]) == pytest.approx(3.3, rel=0.01)


@pytest.mark.parametrize("seed", [3, 6, 8])
def test_the_wide_valley_is_not_the_only_one(seed: int) -> None:
    x = np.linspace(0.01, 3, 100)

    def design(theta: Array) -> tuple[Array, Array]:
        return np.zeros(100), np.column_stack([np.ones(100), x ** theta[0] * np.exp(-theta[1] * x)])

    def slopes(theta: Array, c: Array) -> Array:
        return (c[1] * x ** theta[0] * np.exp(-theta[1] * x))[:, None] * np.column_stack([np.log(x), -x])

    rhs = design(np.array([1.5, 0.7]))[1] @ np.array([1.0, 4.0]) + 0.02 * random(3).normal(size=100)
    options: dict[str, Any] = {"nonlinear": 2, "rng": random(seed)}
    wide = solve_separable(design, slopes, rhs, start=np.array([0.12, 1.7]), candidates=0, **options)
    found = solve_separable(design, slopes, rhs, **options)
    assert wide.converged
    assert found.converged
    assert found.cost < wide.cost / 20
    np.testing.assert_allclose(found.theta, [1.5, 0.7], rtol=0.05)


def test_the_same_generator_gives_the_same_answer() -> None:
    one, two = (solve_separable(wave, wave_slopes, WAVE_Y, nonlinear=1, rng=random(5)) for _ in range(2))
    assert (one.theta.tolist(), one.tried, one.agreed, one.message) == (two.theta.tolist(), two.tried, two.agreed, two.message)
    assert one.message == f"from screened starts; {one.agreed} of {one.tried} searches agree"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"start": np.ones(2)}, r"start: \[1.0, 1.0\]; expected 1 finite numbers"),
        ({"start": np.array([np.nan])}, r"start: \[nan\]"),
        ({"bounds": (np.array([1.0]), np.array([0.0]))}, r"bounds: \[1.0\] to \[0.0\]; expected 1 pairs"),
        ({"candidates": 0}, "candidates=0 and no start"),
    ],
)
def test_nonlinear_refuses(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        DECAY.fit(np.ones(30), **options)
    with pytest.raises(DataError, match=r"rhs: entry \[0\] is nan"):
        DECAY.fit(np.full(30, np.nan))


# ------------------------------------------------------------------------------------- the NIST reference data sets
NONLINEAR = (
    "BoxBOD Chwirut1 Chwirut2 DanWood ENSO Gauss1 Gauss2 Gauss3 Hahn1 Lanczos1 Lanczos2 Lanczos3 MGH09 MGH17 "
    "Misra1a Misra1b Misra1c Misra1d Nelson Rat42 Roszman1"
).split()
LINEAR = "Norris NoInt1 NoInt2 Longley Wampler1 Wampler2 Wampler3 Wampler4 Wampler5".split()

# Terms that can change places without any change of the model.
EXCHANGEABLE = {
    "ENSO": ["b4 b5 b6", "b7 b8 b9"],
    "Gauss": ["b3 b4 b5", "b6 b7 b8"],
    "Lanczos": ["b1 b2", "b3 b4", "b5 b6"],
    "MGH17": ["b2 b4", "b3 b5"],
}
# Constants that can change their signs together.
MIRRORED = {"ENSO": [("b4", "b6"), ("b7", "b9")], "Gauss": [("b5",), ("b8",)]}
OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip


def expression(node: ast.AST) -> sympy.Expr:
    """Return the SymPy expression of a model's syntax tree."""
    match node:
        case ast.Expression(body=body):
            return expression(body)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](expression(left), expression(right))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -expression(operand)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return getattr(sympy, name)(*map(expression, arguments))
        case ast.Name(id=name):
            return sympy.pi if name == "pi" else sympy.Symbol(name)
        case ast.Constant(value=int(value)):
            return sympy.Integer(value)
    raise AssertionError(ast.dump(node))


@dataclass
class Reference:
    """A nonlinear reference problem, split into its nonlinear and its linear constants."""

    name: str
    theta: list[str]
    linear: list[str]
    design: Callable[[Array], tuple[Array, Array]]
    slopes: Callable[[Array, Array], Array]
    rhs: Array
    certified: dict[str, float]
    starts: list[dict[str, float]]

    def fit(self, start: int | None, seed: int = 1, **options: Any) -> NonlinearSolution:
        """Fit from start 1, start 2 or none."""
        given = None if start is None else np.array([self.starts[start - 1][name] for name in self.theta])
        size = len(self.theta)
        return solve_separable(self.design, self.slopes, self.rhs, nonlinear=size, rng=random(seed), start=given, **options)

    def digits(self, found: NonlinearSolution) -> float:
        """Return the correct digits of the worst constant, at most 11, whatever the order of like terms."""
        values = dict(zip([*self.theta, *self.linear], [*found.theta.tolist(), *found.linear.tolist()], strict=True))
        family = self.name if self.name in EXCHANGEABLE else self.name[:-1]
        for first, *others in MIRRORED.get(family, []):
            sign = math.copysign(1, values[first])
            values |= {name: sign * values[name] for name in (first, *others)}
        terms = [term.split() for term in EXCHANGEABLE.get(family, [])]
        best = -math.inf
        for order in itertools.permutations(terms):
            moved = {
                new: values[old] for term, other in zip(terms, order, strict=True) for new, old in zip(term, other, strict=True)
            }
            both = values | moved
            best = max(best, min(digits(both[name], truth) for name, truth in self.certified.items()))
        return min(best, 11.0)


def stacked(values: list[Any], rows: int) -> Array:
    return np.array([np.broadcast_to(value, rows) for value in values], dtype=float).reshape(-1, rows)


def reference(record: dict[str, Any]) -> Reference:
    """Build a problem from its text: the slopes and the split by symbolic differentiation."""
    names = [p["name"] for p in record["parameters"]]
    model = expression(ast.parse(record["model"], mode="eval"))
    linear: list[str] = []
    for name in names:
        if all(sympy.diff(model, name, other) == 0 for other in [*linear, name]):
            linear.append(name)
    theta = [name for name in names if name not in linear]
    columns = np.array(record["data"], dtype=float).T
    inputs, rows = list(columns[1:]), columns.shape[1]
    parts = [model.subs(dict.fromkeys(linear, 0)), *(sympy.diff(model, name) for name in linear)]
    value = sympy.lambdify([sympy.symbols(theta), sympy.symbols(record["columns"][1:])], parts, cse=True)
    slope = sympy.lambdify(
        [*map(sympy.symbols, (theta, linear, record["columns"][1:]))], [sympy.diff(model, name) for name in theta], cse=True
    )

    def design(point: Array) -> tuple[Array, Array]:
        found = stacked(value(point, inputs), rows)
        return found[0], found[1:].T

    return Reference(
        record["name"],
        theta,
        linear,
        design,
        lambda point, c: stacked(slope(point, c, inputs), rows).T,
        np.log(columns[0]) if record["response"] == "log(y)" else columns[0],
        {p["name"]: float(p["certified"]) for p in record["parameters"]},
        [{p["name"]: float(p[key]) for p in record["parameters"]} for key in ("start1", "start2")],
    )


@pytest.fixture(scope="session")
def records(shared_data: Path) -> dict[str, Any]:
    path = shared_data / "nist_strd.json"
    if not path.is_file():
        pytest.skip("no reference data sets")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", NONLINEAR)
def test_nist_from_its_starts(records: dict[str, Any], name: str) -> None:
    problem = reference(records[name])
    for start in (1, 2):
        found = problem.fit(start, candidates=0)
        assert found.converged, found.message
        assert problem.digits(found) >= 10
        assert found.message == "from the start given"


@pytest.mark.parametrize("name", ["BoxBOD", "Chwirut2", "ENSO", "Lanczos1", "MGH09", "MGH17", "Nelson", "Rat42", "Roszman1"])
def test_nist_without_start(records: dict[str, Any], name: str) -> None:
    problem = reference(records[name])
    found = problem.fit(None)
    assert found.converged, found.message
    assert problem.digits(found) >= 10


def test_the_screening_leaves_a_good_start_alone(records: dict[str, Any]) -> None:
    found = reference(records["Rat42"]).fit(1)
    assert (found.tried, found.message) == (1, "from the start given")


@pytest.mark.parametrize("name", LINEAR)
def test_nist_linear(records: dict[str, Any], name: str) -> None:
    record = records[name]
    cells = [[Fraction(cell) for cell in row] for row in record["data"]]
    rows = [row[1:] for row in cells]
    if "x**1" in record["model"]:
        rows = [[row[0] ** k for k in range(len(record["parameters"]))] for row in rows]
    elif "B0" in record["model"]:
        rows = [[Fraction(1), *row] for row in rows]
    certified = [float(p["certified"]) for p in record["parameters"]]
    exact = [float(as_fraction(v) or 0) for v in solve_rational(QQ.array(rows), QQ.array([row[0] for row in cells]))]
    assert min(map(digits, exact, certified)) >= 14
    floats = solve_linear(np.array(rows, dtype=float), np.array([float(row[0]) for row in cells]))
    assert floats.rank == len(certified)
    assert min(map(digits, floats.values, certified)) >= 6
