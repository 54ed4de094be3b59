"""Series: arithmetic, evaluation, change of space, exports, storage."""

from __future__ import annotations

import copy
import json
import math
import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symseries as ss
from symseries.errors import DataError, OptionError, ResourceLimitError, SpaceMismatchError
from symseries.scalars import F64, QQ, as_fraction
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, FourierSpace, LegendreSpace, Space, TaylorSpace

X, Y = sympy.symbols("x y")
RATIONAL = {"x": ["0", "1/2", "1", "3/2", "3", "4", "-2"], "y": ["1", "0", "-1", "2", "1/3", "5", "1"]}
NUMBERS = np.random.default_rng(4).uniform(-1, 2, (30, 2))

TAYLOR = TaylorSpace({"x": "1/3", "y": -2}, 3)
TENSOR = TaylorSpace({"x": 0, "y": 1}, 2, index_set="tensor")
BOX = LegendreSpace({"x": (-1, 2), "y": (-1, "2.5")}, 3)
DATA = EmpiricalSpace({"x": NUMBERS[:, 0], "y": NUMBERS[:, 1]}, 3)
EXACT_DATA = EmpiricalSpace(RATIONAL, 2)
NODAL = EmpiricalSpace(RATIONAL, None)


def random_series(
    space: Space, seed: int, scalars: Any = F64, outputs: int | None = None, *, uncertain: bool = False
) -> Series:
    rng = np.random.default_rng(seed)
    shape = (len(space),) if outputs is None else (len(space), outputs)
    if scalars is QQ:
        flat = [
            Fraction(int(p), int(q))
            for p, q in zip(rng.integers(-9, 10, shape).flat, rng.integers(1, 9, shape).flat, strict=True)
        ]
        values = np.array(flat, dtype=object).reshape(shape)
    else:
        values = rng.normal(size=shape)
    root = rng.normal(size=(len(space), len(space)))
    return Series(space, values, scalars, root @ root.T if uncertain else None)


EVERY = {
    "taylor": random_series(TAYLOR, 1),
    "taylor exact": random_series(TAYLOR, 2, QQ),
    "tensor": random_series(TENSOR, 3, QQ, 2),
    "legendre": random_series(BOX, 4, uncertain=True),
    "empirical": random_series(DATA, 5, uncertain=True),
    "empirical exact": random_series(EXACT_DATA, 6, QQ),
    "empirical outputs": random_series(DATA, 7, outputs=3),
    "nodal": random_series(NODAL, 8),
    "nodal exact": random_series(NODAL, 9, QQ),
}
each_series = pytest.mark.parametrize("series", EVERY.values(), ids=EVERY.keys())


def cut(expression: sympy.Expr, space: TaylorSpace) -> dict[tuple[int, ...], sympy.Rational]:
    """Return the coefficients of a polynomial about the centre, cut to the space, by SymPy."""
    moved = expression.xreplace({sympy.Symbol(n): sympy.Symbol(n) + c for n, c in space.center.items()})
    poly = sympy.Poly(sympy.expand(moved), *(sympy.Symbol(name) for name in space.variables))
    return {tuple(row): poly.coeff_monomial(tuple(row)) for row in space.multi_indices.tolist()}


# ------------------------------------------------------------------------------------------------------- arithmetic
@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.sampled_from([TAYLOR, TENSOR, TaylorSpace({"x": 0}, 0)]), st.fractions(max_denominator=50))
def test_exact_arithmetic_against_sympy(seed: int, space: TaylorSpace, number: Fraction) -> None:
    a, b = random_series(space, seed, QQ), random_series(space, seed + 1, QQ)
    p, q, r = a.to_sympy(), b.to_sympy(), sympy.Rational(number.numerator, number.denominator)
    for got, want in [
        (a + b, p + q),
        (a - b, p - q),
        (a * b, p * q),
        (-a, -p),
        (a + number, p + r),
        (number - a, r - p),
        (number * a, r * p),
        (a - r, p - r),
        (r * a, r * p),
    ]:
        table = cut(want, space)
        assert got.coefficients.tolist() == [table[tuple(row)] for row in space.multi_indices.tolist()]
        assert got.scalars is QQ


def polynomials(space: Space, scalars: Any) -> tuple[Series, Series]:
    """Return 1 + x - y and 2 - x/2 over a space, by the values that they have at its nodes."""
    nodes = space.nodes_in(scalars)  # type: ignore[attr-defined]
    one, half = scalars.element(1), scalars.element("1/2")
    first = nodes[:, 0] - nodes[:, 1] + one
    second = nodes[:, 0] * -half + scalars.element(2)
    table = space.project(np.column_stack([first, second]), scalars)  # type: ignore[attr-defined]
    return Series(space, table[:, 0], scalars), Series(space, table[:, 1], scalars)


@pytest.mark.parametrize(("space", "scalars"), [(BOX, F64), (DATA, F64), (EXACT_DATA, F64), (EXACT_DATA, QQ)])
def test_arithmetic_of_projected_polynomials(space: Space, scalars: Any) -> None:
    a, b = polynomials(space, scalars)
    p, q = 1 + X - Y, 2 - X / 2
    for got, want in [(a + b, p + q), (a - b, p - q), (a * b, p * q), (2 * a - 1, 2 * p - 1), (a * a + b, p * p + q)]:
        difference = sympy.Poly(sympy.expand(got.to_sympy() - want), X, Y).coeffs()
        assert max(map(abs, difference)) <= (0 if scalars is QQ else 1e-9)


def test_a_product_over_a_box_is_exact_to_high_order() -> None:
    """At order 40 the rule must have more points than it has at order 6: P_40 times P_40 against P_40."""
    space = LegendreSpace({"x": (-1, 1), "y": (-1, 1)}, 40)
    top = np.zeros(len(space))
    top[space.rank((40, 0))] = 1.0
    square = Series(space, top) * Series(space, top)
    reference = np.polynomial.legendre.legmul([0] * 40 + [1], [0] * 40 + [1])[:41]
    got = [square.coefficient((k, 0)) for k in range(41)]
    assert got == pytest.approx(reference.tolist(), abs=1e-12)


def test_a_product_of_nodal_series_is_the_product_of_values() -> None:
    a, b = random_series(NODAL, 1, QQ), random_series(NODAL, 2, QQ)
    assert (a * b).coefficients.tolist() == [u * v for u, v in zip(a.coefficients, b.coefficients, strict=True)]
    assert (a + 3).coefficients.tolist() == [u + 3 for u in a.coefficients]


def test_several_outputs() -> None:
    a = random_series(TAYLOR, 3, QQ, 2)
    b = random_series(TAYLOR, 4, QQ, 2)
    for j in range(2):
        left, right = (Series(TAYLOR, s.coefficients[:, j], QQ) for s in (a, b))
        assert ((a * b).coefficients[:, j] == (left * right).coefficients).all()
        assert a.to_sympy()[j] == left.to_sympy()
        assert (a([[1, 2]])[:, j] == left([[1, 2]])).all()
        assert (a.coefficient((1, 0))[j]) == left.coefficient((1, 0))
    assert a.coefficients.shape == (10, 2)
    assert a([[1, 2]]).shape == (1, 2)
    assert len(a.to_poly()) == 2


def test_numbers_of_outputs_must_agree() -> None:
    one, column, two = random_series(TAYLOR, 1), random_series(TAYLOR, 1, outputs=1), random_series(TAYLOR, 1, outputs=2)
    for left, right in [(one, two), (column, two), (one, column), (two, one)]:
        for operation in (lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a.equals(b)):
            with pytest.raises(SpaceMismatchError, match=r"shapes \(10.* and \(10.* meet; expected as many outputs in both"):
                operation(left, right)


def test_spaces_and_rings_must_agree() -> None:
    a = random_series(TAYLOR, 1)
    with pytest.raises(SpaceMismatchError, match="centre"):
        a + random_series(TaylorSpace({"x": 0, "y": 0}, 3), 1)
    with pytest.raises(SpaceMismatchError, match="order of the variables x, y and y, x"):
        a * random_series(TaylorSpace({"y": -2, "x": "1/3"}, 3), 1)
    with pytest.raises(SpaceMismatchError, match="scalars F64 and QQ meet"):
        a - random_series(TAYLOR, 1, QQ)


@each_series
@pytest.mark.parametrize("other", [True, None, "abc", 1j, math.inf, [1.0], np.ones(3), sympy.Symbol("x")], ids=repr)
def test_what_is_no_number_is_refused(series: Series, other: Any) -> None:
    for operation in (lambda: series + other, lambda: series * other, lambda: other - series, lambda: series - other):
        with pytest.raises((OptionError, DataError)):
            operation()


def test_numpy_numbers_from_the_left() -> None:
    a = random_series(TAYLOR, 1)
    assert ((np.float64(2) * a).coefficients == 2 * a.coefficients).all()
    assert (np.float64(2) + a).coefficient((0, 0)) == 2 + a.coefficient((0, 0))


def test_equality_has_three_answers() -> None:
    a = random_series(TAYLOR, 1, QQ)
    assert a.equals(a * 1) is True
    assert a.equals(a + Fraction(1, 10**40)) is False
    f = random_series(TAYLOR, 1)
    assert f.equals(f) is None
    assert f.equals(f * (1 + 1e-13)) is None
    assert f.equals(f + 1e-6) is False
    with pytest.raises(OptionError, match="expected a Series"):
        f.equals(3)  # type: ignore[arg-type]


def test_covariance_scales_with_the_square() -> None:
    a = EVERY["legendre"]
    assert a.covariance is not None
    assert (a * -3.0).covariance == pytest.approx(9 * a.covariance)
    for same in (a + 1, 1 - a, -a):
        assert (same.covariance == a.covariance).all()
    assert (a + a).covariance is None
    assert (a * a).covariance is None


# ------------------------------------------------------------------------------------------------------- evaluation
@each_series
def test_evaluation_against_the_expression(series: Series) -> None:
    points = np.random.default_rng(1).uniform(-1, 2, (5, 2)).round(3)
    if series.space == NODAL:
        for operation in (lambda: series(points), series.to_sympy, series.to_poly):
            with pytest.raises(OptionError, match="a nodal series has values at its rows only"):
                operation()
        return
    expressions = np.atleast_1d(np.array(series.to_sympy(), dtype=object))
    values = np.asarray(series(points)).reshape(5, -1)
    for j, expression in enumerate(expressions):
        want = [float(expression.xreplace({X: sympy.Float(x), Y: sympy.Float(y)})) for x, y in points]
        assert values[:, j].astype(float) == pytest.approx(want, rel=1e-9, abs=1e-9)
    named = series({"y": points[:, 1], "x": points[:, 0]})
    assert (np.asarray(named) == series(points)).all()


def test_exact_evaluation() -> None:
    a = random_series(TAYLOR, 2, QQ)
    point = np.array([[Fraction(1, 7), Fraction(-5, 3)]], dtype=object)
    want = a.to_sympy().xreplace({X: sympy.Rational(1, 7), Y: sympy.Rational(-5, 3)})
    assert a(point)[0] == want
    assert isinstance(a(point)[0], sympy.Rational)


@pytest.mark.parametrize(
    "points", [[[1.0]], [[1.0, math.nan]], [["a", "b"]], {"x": [1.0]}, np.array([[1.0, math.inf]], dtype=object)]
)
def test_bad_points(points: Any) -> None:
    with pytest.raises(DataError):
        random_series(TAYLOR, 1)(points)


def test_points_for_one_variable() -> None:
    series = Series(TaylorSpace({"x": 1}, 2), [1, 2, 3])
    assert series([1.0, 2.0]).tolist() == [1.0, 6.0]


# ----------------------------------------------------------------------------------------------------- other spaces
@each_series
def test_truncation(series: Series) -> None:
    if series.space.order is None:
        with pytest.raises(OptionError, match="which has no order"):
            series.truncate(1)
        return
    short = series.truncate(1)
    assert short.space == series.space.with_order(1)
    for row in short.space.multi_indices.tolist():
        assert np.all(short.coefficient(tuple(row)) == series.coefficient(tuple(row)))
    if series.covariance is not None:
        assert short.covariance is not None
        rows = [series.space.rank(tuple(row)) for row in short.space.multi_indices.tolist()]
        assert (short.covariance == series.covariance[rows][:, rows]).all()
    assert (series.truncate(series.space.order).coefficients == series.coefficients).all()
    with pytest.raises(OptionError, match=rf"expected at most {series.space.order}"):
        series.truncate(series.space.order + 1)


@pytest.mark.parametrize("scalars", [F64, QQ], ids=str)
def test_truncation_over_a_tensor_set_of_data_is_the_best_approximation(scalars: Any) -> None:
    """There the function xy of the shorter set is not the one of the longer: coefficients cannot just be dropped."""
    table = {"x": [f"{v}/7" for v in range(12)], "y": [f"{2**v % 13}/5" for v in range(12)]}
    long = EmpiricalSpace(table, 2, index_set="tensor")
    assert long.order == 2
    series = random_series(long, 5, scalars)
    short = series.truncate(1)
    values = series(long.nodes_in(scalars)).astype(float)
    plain = np.column_stack([np.ones(12), long.nodes, long.nodes.prod(axis=1)])
    want = plain @ np.linalg.lstsq(plain, values)[0]
    assert short(long.nodes_in(scalars)).astype(float) == pytest.approx(want, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("order", [-1, 2.5, "3", True, None, math.nan])
def test_bad_orders(order: Any) -> None:
    with pytest.raises(OptionError, match="expected an integer >= 0"):
        random_series(TAYLOR, 1).truncate(order)


def test_polynomials_go_round_the_spaces() -> None:
    taylor = random_series(TAYLOR, 3, QQ)
    there = taylor.project(BOX)
    assert there.scalars is QQ
    for space in (DATA, LegendreSpace({"y": (0, 1), "x": (0, 1)}, 3), BOX):
        there = there.project(space)
        difference = sympy.Poly(sympy.expand(there.to_sympy() - taylor.to_sympy()), X, Y)
        assert max(map(abs, difference.coeffs())) < 1e-8


def test_projection_onto_nodal_spaces_is_evaluation() -> None:
    series = random_series(TAYLOR, 3)
    assert series.project(NODAL).coefficients == pytest.approx(series(NODAL.nodes))


def test_projection_carries_the_covariance() -> None:
    """The variance of a value is that of the same value over the other space."""
    series = EVERY["legendre"]
    there = series.project(DATA)
    assert there.covariance is not None
    assert series.covariance is not None
    for point in (NUMBERS[:1], NUMBERS[5:6]):
        a, b = BOX.basis(point)[0], DATA.basis(point)[0]
        assert b @ there.covariance @ b == pytest.approx(a @ series.covariance @ a, rel=1e-9)


def test_projections_that_are_none() -> None:
    series = random_series(TAYLOR, 1)
    with pytest.raises(SpaceMismatchError, match="variables x, y and x, z"):
        series.project(LegendreSpace({"x": (0, 1), "z": (0, 1)}, 2))
    with pytest.raises(OptionError, match="values at its rows only"):
        random_series(NODAL, 1).project(BOX)
    with pytest.raises(OptionError, match="expected a space"):
        series.project("legendre")  # type: ignore[arg-type]


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["x", "y"]))
def test_derivative_against_sympy(seed: int, variable: str) -> None:
    series = random_series(TAYLOR, seed, QQ)
    slope = series.derivative(variable)
    assert slope.space == TAYLOR.with_order(2)
    assert sympy.expand(slope.to_sympy() - sympy.diff(series.to_sympy(), sympy.Symbol(variable))) == 0


def test_derivative_carries_the_covariance() -> None:
    space = TaylorSpace({"x": 0}, 2)
    slope = Series(space, [1.0, 2.0, 3.0], covariance=[[1, 0, 0], [0, 4, 1], [0, 1, 9]]).derivative("x")
    assert slope.coefficients.tolist() == [2.0, 6.0]
    assert slope.covariance is not None
    assert slope.covariance.tolist() == [[4, 2], [2, 36]]


def test_derivatives_that_are_none() -> None:
    with pytest.raises(OptionError, match=r"derivative in 'z'.*variables: x, y"):
        random_series(TAYLOR, 1).derivative("z")
    with pytest.raises(OptionError, match="nothing is known of it; expand to order 1 or more"):
        random_series(TaylorSpace({"x": 0}, 0), 1).derivative("x")
    for series in (random_series(DATA, 1), random_series(NODAL, 1)):
        with pytest.raises(OptionError, match="expected a power series or a box; project onto a LegendreSpace"):
            series.derivative("x")


# ---------------------------------------------------------------------------------------------------------- exports
def test_to_poly() -> None:
    series = random_series(TENSOR, 1, QQ)
    poly = series.to_poly()
    assert poly.gens == (X, Y)
    assert sympy.expand(poly.as_expr() - series.to_sympy()) == 0


@each_series
def test_to_frame(series: Series) -> None:
    frame = series.to_frame()
    assert len(frame) == len(series.space)
    coefficients = series.coefficients.reshape(len(series.space), -1)
    names = ["row"] if series.space == NODAL else ["x", "y"]
    heads = ["coefficient"] if series.coefficients.ndim == 1 else [f"output {j}" for j in range(coefficients.shape[1])]
    extra = [] if series.covariance is None else ["stderr"]
    assert list(frame.columns) == [*names, *heads, *extra]
    assert (frame[names].to_numpy() == series.space.multi_indices).all()
    assert (frame[heads].to_numpy() == coefficients).all()
    if series.covariance is not None:
        assert frame["stderr"].to_numpy() == pytest.approx(np.sqrt(np.diag(series.covariance)))


@each_series
def test_displays(series: Series) -> None:
    latex = series.to_latex()
    assert r"\toprule" in latex
    assert latex.count(r"\\") >= len(series.space)
    assert r"\documentclass" in series.to_latex(document=True)
    assert "<table" in series._repr_html_()
    assert len(str(series).splitlines()) > len(series.space)
    assert series.space.describe() in repr(series)
    assert ("±" in str(series)) is (series.covariance is not None)
    assert ("outputs" in repr(series)) is (series.coefficients.ndim == 2)


@each_series
def test_json_pickle_and_copies_are_bit_for_bit(series: Series, tmp_path: Path) -> None:
    text = series.to_json(tmp_path / "series.json")
    assert (tmp_path / "series.json").read_text(encoding="utf-8") == text
    for twin in (Series.from_json(text), pickle.loads(pickle.dumps(series)), copy.deepcopy(series)):
        assert twin.space == series.space
        assert twin.scalars is series.scalars
        assert twin.coefficients.shape == series.coefficients.shape
        assert (twin.coefficients == series.coefficients).all()
        assert twin.to_json() == text
        assert (twin.covariance is None) is (series.covariance is None)
        if series.covariance is not None:
            assert (twin.covariance == series.covariance).all()


def test_json_of_long_rationals() -> None:
    value = Fraction(3**5000 + 1, 7**5000)
    series = Series(TaylorSpace({"x": 0}, 0), [value], QQ)
    assert as_fraction(Series.from_json(series.to_json()).elements[0, 0]) == value


def test_exact_spaces_pickle_after_use() -> None:
    series = random_series(EXACT_DATA, 1, QQ)
    before = (series * series).coefficients
    twin = pickle.loads(pickle.dumps(series))
    assert ((twin * twin).coefficients == before).all()


COEFFICIENTS = [None, [], [[]], 3, [["a"]], [[1.0, 2.0], [3.0]], [[math.nan]] * 10, [[True]] * 10]
CHANGES: list[dict[str, Any]] = [{"coefficients": value} for value in COEFFICIENTS]
CHANGES += [{"scalars": value} for value in (None, "RR", ["F64"], 3)]
CHANGES += [{"covariance": value} for value in ([[1.0]], "a", [[math.inf]], [[1.0], [1.0, 2.0]])]
CHANGES += [{"version": 2}, {"version": None}, {"format": "x"}, {"format": None}, {"space": None}, {"space": []}]


@pytest.mark.parametrize("name", ["legendre", "taylor exact", "empirical exact"])
def test_damaged_records(name: str) -> None:
    record = json.loads(EVERY[name].to_json())
    damaged = [{**record, **change} for change in CHANGES]
    damaged += [{k: v for k, v in record.items() if k != key} for key in record]
    damaged += [
        {**record, "space": {**record["space"], key: value}}
        for key in record["space"]
        for value in (-1, [], "Q")
        if key != "note"  # which may say anything
    ]
    for one in damaged:
        with pytest.raises(DataError, match=r"^[^\n]+$"):
            Series.from_json(json.dumps(one))


@pytest.mark.parametrize("text", ["", "[", "null", "3", "[]", "{}", '"x"', pytest.param("[" * 100_000, id="deep")])
def test_damaged_text(text: str) -> None:
    with pytest.raises(DataError, match="is no series in JSON"):
        Series.from_json(text)
    with pytest.raises(DataError, match="is no series in JSON"):
        Series.from_json(EVERY["legendre"].to_json()[: 7 * len(text) % 1000])


@pytest.mark.parametrize("text", [None, 3, b"\xff", {}])
def test_what_is_no_text(text: Any) -> None:
    with pytest.raises(DataError, match="is no series in JSON"):
        Series.from_json(text)


def test_a_record_beyond_the_limits_says_so() -> None:
    record = json.loads(EVERY["legendre"].to_json())
    record["space"]["order"] = 10**9
    with pytest.raises(ResourceLimitError, match="multi-indices"):
        Series.from_json(json.dumps(record))


# ----------------------------------------------------------------------------------------------------- construction
@pytest.mark.parametrize(
    "values",
    [[1.0, 2.0], 3.0, [[[1.0]] * 3] * 3, [], np.zeros((3, 0)), [1.0, 2.0, 3.0, 4.0]],
    ids=["2", "0-d", "3-d", "0", "no", "4"],
)
def test_coefficients_of_another_shape(values: Any) -> None:
    for scalars in (F64, QQ):
        with pytest.raises(OptionError, match=r"^coefficients of shape .* has 3, expected \(3,\) or \(3, outputs\)$"):
            Series(TaylorSpace({"x": 0}, 2), values, scalars)


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "a", True, 1j, [1, 2]], ids=repr)
def test_coefficients_that_are_no_numbers(value: Any) -> None:
    for scalars in (F64, QQ):
        with pytest.raises((OptionError, DataError), match=r"^(coefficients|number|scalars=QQ|scalars)"):
            Series(TaylorSpace({"x": 0}, 1), np.array([1, value], dtype=object) if value is True else [1, value], scalars)


@pytest.mark.parametrize("covariance", [[[1.0]], np.eye(3), [1.0, 2.0], 3.0, "ab"])
def test_covariances_of_another_shape(covariance: Any) -> None:
    with pytest.raises(OptionError, match=r"covariance|number"):
        Series(TaylorSpace({"x": 0}, 1), [1, 2], covariance=covariance)


def test_covariances_that_mean_nothing() -> None:
    with pytest.raises(OptionError, match="of 2 outputs"):
        Series(TaylorSpace({"x": 0}, 1), np.ones((2, 2)), covariance=np.eye(2))
    with pytest.raises(DataError, match=r"covariance: entry \[0, 1\] is nan"):
        Series(TaylorSpace({"x": 0}, 1), [1, 2], covariance=[[1, math.nan], [0, 1]])


def test_arguments_of_other_kinds() -> None:
    with pytest.raises(OptionError, match="expected a space"):
        Series("taylor", [1.0])  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="is not a coefficient ring"):
        Series(TAYLOR, np.ones(10), "F64")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="scalars=QQ over Fourier"):
        Series(FourierSpace({"x": (0, 1)}, 2), np.ones(3), QQ)


@pytest.mark.parametrize("index", [(1,), (1, 2, 3), (4, 0), "x", None, 3, (0.5, 1), (-1, 0)])
def test_indices_that_are_none(index: Any) -> None:
    with pytest.raises(OptionError, match="multi-index"):
        random_series(TAYLOR, 1).coefficient(index)


def test_coefficients_are_kept_as_they_were_given() -> None:
    values = np.arange(10.0)
    series = Series(TAYLOR, values)
    values[0] = 5
    assert series.coefficient((0, 0)) == 0
    with pytest.raises(ValueError, match="read-only"):
        series.coefficients[0] = 5


def test_variables_are_those_of_the_space() -> None:
    assert random_series(TAYLOR, 1).variables == ("x", "y")


def test_what_letters_stand_for_is_mathematics_in_latex() -> None:
    net = ss.Network.symbolic((1, 2, 1), "tanh", inputs=("x",))
    series = net.expand(ss.TaylorSpace({"x": 0}, order=1), scalars=ss.SYM)
    table = series.table()
    assert table.notes[0] == "t_1 = tanh(b1_1)"
    assert r"$t_{1} = \tanh{\left(b_{1,1} \right)}$" in table.to_latex()
    assert pickle.loads(pickle.dumps(table)).to_latex() == table.to_latex() == copy.deepcopy(table).to_latex()
    assert "t_1 = tanh(b1_1)" in table.to_html()
    assert r"t_{1} = \tanh{\left(b_{1,1} \right)}" in series._repr_latex_()
