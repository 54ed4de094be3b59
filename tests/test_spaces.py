"""Spaces: bases, Gram matrices, projections, identity, storage and errors."""

from __future__ import annotations

import copy
import itertools
import json
import math
import pickle
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from numpy.polynomial import legendre
from scipy import integrate

import oracles
from symseries.errors import DataError, LawNameError, OptionError, ResourceLimitError, SpaceMismatchError
from symseries.scalars import ARB, F64, MPF, QQ, as_fraction
from symseries.spaces import (
    SUPPORTED,
    ChebyshevSpace,
    EmpiricalSpace,
    FourierSpace,
    LegendreSpace,
    Space,
    TaylorSpace,
    check_rounded,
    check_same,
    check_space,
    check_supported,
    space_from_dict,
    supported,
)
from symseries.symbolic import SYM

RNG = np.random.default_rng(11)
CLOUD = {"c": RNG.uniform(0.01, 0.1, 40), "d": RNG.lognormal(2, 1, 40)}
RATIONAL = {"x": ["0", "1/2", "1", "3/2", "3"], "y": ["1", "0", "-1", "2", "1/3"]}
WEIGHTS = RNG.uniform(0.2, 3, 40)

SPACES: dict[str, Space] = {
    "taylor": TaylorSpace({"c": "1/20", "d": 10}, 3),
    "taylor tensor": TaylorSpace({"c": 0.05, "d": -1}, 2, index_set="tensor"),
    "legendre": LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, 4),
    "legendre tensor": LegendreSpace({"c": (0.01, "1/10")}, 3, index_set="tensor"),
    "legendre log": LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, 4, scale={"d": "log"}),
    "chebyshev": ChebyshevSpace({"c": (0.01, 0.1), "d": (1, 100)}, 4),
    "chebyshev tensor": ChebyshevSpace({"c": (0.01, 0.1), "d": (1, "200/2")}, 2, index_set="tensor", scale="log"),
    "fourier": FourierSpace({"c": (0.01, 0.1)}, 3, "periodic"),
    "fourier even": FourierSpace({"c": (0.01, 0.1), "d": (1, 100)}, 3),
    "fourier tensor": FourierSpace({"c": (0.01, 0.1), "d": (1, 100)}, 2, "even", index_set="tensor"),
    "fourier periodic": FourierSpace({"c": (0.01, 0.1), "d": (1, 100)}, 3, "periodic", scale={"c": "log"}),
    "fourier ramp": FourierSpace({"d": (1, 100)}, 3, "ramp"),
    "fourier ramps": FourierSpace({"c": (0.01, 0.1), "d": (1, 100)}, 3, "ramp", index_set="tensor"),
    "empirical": EmpiricalSpace(CLOUD, 3),
    "empirical weighted": EmpiricalSpace(CLOUD, 2, WEIGHTS),
    "empirical tensor": EmpiricalSpace(CLOUD, 2, index_set="tensor"),
    "empirical lowered": EmpiricalSpace(CLOUD, 20),
    "empirical rational": EmpiricalSpace(RATIONAL, 1, ["1", "1/3", "2", "1", "1"]),
    "nodal": EmpiricalSpace(CLOUD, None),
}
each_space = pytest.mark.parametrize("space", SPACES.values(), ids=SPACES.keys())


# ------------------------------------------------------------------------------------------------------ all of them
@each_space
def test_shapes(space: Space) -> None:
    assert space.multi_indices.shape[0] == len(space)
    assert space.gram.shape == (len(space), len(space))
    assert (space.gram == np.diag(space.norms())).all()
    assert [space.rank(tuple(row)) for row in space.multi_indices.tolist()] == list(range(len(space)))


@each_space
def test_storage(space: Space) -> None:
    text = json.dumps(space.to_dict(), allow_nan=False)
    for twin in (space_from_dict(json.loads(text)), pickle.loads(pickle.dumps(space)), copy.deepcopy(space)):
        assert twin == space
        assert hash(twin) == hash(space)
        assert twin.describe() == space.describe()
        assert (twin.gram == space.gram).all()
        check_same(space, twin)
        if isinstance(space, EmpiricalSpace):
            assert twin.note == space.note
            assert (twin.weights == space.weights).all()


@each_space
def test_only_equal_spaces_are_equal(space: Space) -> None:
    others = [other for other in SPACES.values() if other is not space]
    assert space not in others
    assert len({space, *others}) == len(SPACES)
    assert space != "space"


@each_space
def test_description(space: Space) -> None:
    assert "\n" not in space.describe()
    assert repr(space) == f"<{type(space).__name__}: {space.describe()}>"


@each_space
def test_with_order(space: Space) -> None:
    lower = space.with_order(1)
    assert lower.order == 1
    assert type(lower) is type(space)
    if space.order is not None and not getattr(space, "note", ""):
        assert lower.with_order(space.order) == space


@each_space
def test_formulas_are_the_basis(space: Space) -> None:
    """The basis written as expressions has the values that `basis` has."""
    points = np.array([[0.03, 2.0], [0.08, 20.0], [0.05, 7.0]])[:, : len(space.variables)]
    if isinstance(space, EmpiricalSpace) and space.nodal:
        with pytest.raises(OptionError, match="a nodal series has values at its rows only; use an order to write a polynomial"):
            space.formulas(np.eye(len(space)), F64)
        with pytest.raises(OptionError, match="use an order to evaluate elsewhere"):
            space.basis(points)
        return
    expressions, table = space.formulas(np.eye(len(space)), F64)
    symbols = [sympy.Symbol(name) for name in space.variables]
    values = np.column_stack([sympy.lambdify(symbols, e)(*points.T) * np.ones(3) for e in expressions]) @ table
    assert values == pytest.approx(space.basis(points), rel=1e-9, abs=1e-9)


# ----------------------------------------------------------------------------------------------------------- Taylor
def test_taylor_centres_are_what_was_typed() -> None:
    assert TaylorSpace({"c": 0.05}, 1) == TaylorSpace({"c": "1/20"}, 1) == TaylorSpace({sympy.Symbol("c"): Fraction(1, 20)}, 1)
    assert TaylorSpace({"c": 0.05}, 1).center["c"] == sympy.Rational(1, 20)
    assert (SPACES["taylor"].gram == np.eye(10)).all()


@pytest.mark.parametrize("kind", ["total", "tensor"])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_taylor_basis_over_both_rings(kind: str, order: int) -> None:
    space = TaylorSpace({"c": "1/3", "d": -2}, order, index_set=kind)
    points = [[Fraction(1, 2), Fraction(5)], [Fraction(-3, 7), Fraction(0)]]
    exact = space.basis(QQ.array(points), QQ)
    for k, index in enumerate(oracles.multi_indices(2, order, kind)):
        want = [(x - Fraction(1, 3)) ** index[0] * (y + 2) ** index[1] for x, y in points]
        assert [as_fraction(value) for value in exact[:, k]] == want
    assert space.basis(F64.array(points)) == pytest.approx(F64.array(exact), rel=1e-14)


# --------------------------------------------------------------------------------------------------------- Legendre
def test_legendre_gram_against_quadrature() -> None:
    space = LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, 2)

    def integrand(d: float, c: float, k: int, j: int) -> float:
        row = space.basis(np.array([[c, d]]))[0]
        return float(row[k] * row[j] / (0.09 * 99))

    for k, j in itertools.combinations_with_replacement(range(len(space)), 2):
        inner, _ = integrate.dblquad(integrand, 0.01, 0.1, 1, 100, args=(k, j), epsabs=1e-9)
        assert inner == pytest.approx(space.gram[k, j], abs=1e-8)


@pytest.mark.parametrize("space", [s for s in SPACES.values() if hasattr(s, "projection")], ids=lambda s: s.describe()[:30])
def test_projection_of_the_basis_is_the_identity(space: Any) -> None:
    if not getattr(space, "nodal", False):
        assert space.projection @ space.basis(space.nodes) == pytest.approx(np.eye(len(space)), abs=1e-10)
        assert (space.sampled() == space.basis(space.nodes)).all()
    assert space.projection.shape == (len(space), len(space.nodes))


@pytest.mark.parametrize("w", [1, 2, 3, 4, 5])
def test_legendre_projects_polynomials_exactly(w: int) -> None:
    """Gauss points up to 4 variables, least squares on Sobol points above; the sum of the coefficients is the corner value."""
    names = [f"x{i}" for i in range(w)]
    space = LegendreSpace({name: (-1 - i, 2 + i) for i, name in enumerate(names)}, 2)
    values = (1 + space.nodes.sum(axis=1)) ** 2
    table = space.project(values[:, None])
    rng = np.random.default_rng(w)
    points = rng.uniform(-1, 2, (20, w))
    assert space.basis(points) @ table[:, 0] == pytest.approx((1 + points.sum(axis=1)) ** 2, rel=1e-9, abs=1e-9)
    corner = 1 + sum(2 + i for i in range(w))
    assert table.sum() == pytest.approx(corner**2)
    low, high = space.nodes.min(axis=0), space.nodes.max(axis=0)
    assert (low >= -1 - np.arange(w)).all()
    assert (high <= 2 + np.arange(w)).all()


def test_legendre_rational_norms() -> None:
    space = LegendreSpace({"c": (0, 1), "d": (0, 1)}, 3)
    want = [Fraction(1, (2 * i + 1) * (2 * j + 1)) for i, j in space.multi_indices.tolist()]
    assert [as_fraction(value) for value in space.norms(QQ)] == want
    assert space.norms() == pytest.approx(np.array(want, dtype=float), rel=1e-15)


def test_legendre_against_numpy() -> None:
    space = LegendreSpace({"x": (2, 6)}, 5)
    coefficients = np.arange(1.0, 7.0)
    points = np.linspace(2, 6, 9)
    assert space.basis(points[:, None]) @ coefficients == pytest.approx(legendre.Legendre(coefficients, domain=[2, 6])(points))


def test_projections_that_are_too_large_are_refused_before_they_are_made() -> None:
    for space in (LegendreSpace(dict.fromkeys("abcd", (0, 1)), 40), LegendreSpace(dict.fromkeys("abcde", (0, 1)), 12)):
        with pytest.raises(
            ResourceLimitError, match=r"^Legendre polynomials .* passes the limit of 50000000 entries; lower the"
        ):
            _ = space.nodes
    many = {"x": np.linspace(0, 1, 8000)}
    with pytest.raises(ResourceLimitError, match=r"^the values at 8000 rows of x: .* from 8000 nodes passes the limit"):
        _ = EmpiricalSpace(many, None).projection
    with pytest.raises(ResourceLimitError, match=r"^polynomials of order 7000 over .* passes the limit"):
        EmpiricalSpace(many, 7000)


# -------------------------------------------------------------------------------------------------------- empirical
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal", "weighted"])
@pytest.mark.parametrize("kind", ["total", "tensor"])
def test_empirical_functions_are_orthonormal_in_the_data(weights: Any, kind: str) -> None:
    space = EmpiricalSpace(CLOUD, 2, weights, index_set=kind)
    mass = np.ones(40) if weights is None else weights / weights.mean()
    values = space.basis(np.column_stack(list(CLOUD.values())))
    assert (values * (mass / 40)[:, None]).T @ values == pytest.approx(np.eye(len(space)), abs=1e-10)
    assert values[:, 0] == pytest.approx(np.ones(40))
    assert (space.gram == np.eye(len(space))).all()


def test_empirical_projection_is_weighted_least_squares() -> None:
    space = EmpiricalSpace(CLOUD, 2, WEIGHTS)
    y = np.sqrt(CLOUD["d"]) + CLOUD["c"]
    fitted = space.basis(space.nodes) @ (space.projection @ y)
    c, d = CLOUD["c"], CLOUD["d"]
    plain = np.column_stack([np.ones(40), c, d, c * c, c * d, d * d])
    root = np.sqrt(WEIGHTS)
    want = plain @ np.linalg.lstsq(plain * root[:, None], y * root)[0]
    assert fitted == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("weights", [None, ["1", "1/3", "2", "0.5", "7"]], ids=["equal", "weighted"])
@pytest.mark.parametrize(("order", "kind"), [(1, "total"), (1, "tensor"), (0, "total")])
def test_rational_basis_is_orthogonal_exactly(weights: Any, order: int, kind: str) -> None:
    space = EmpiricalSpace(RATIONAL, order, weights, index_set=kind)
    given = [Fraction(w) for w in weights or ["1"] * 5]
    values = [[as_fraction(v) for v in row] for row in space.basis(space.exact_nodes, QQ)]
    norms = [as_fraction(v) for v in space.norms(QQ)]
    for i, j in itertools.product(range(len(space)), repeat=2):
        inner = sum(w * row[i] * row[j] for w, row in zip(given, values, strict=True)) / sum(given)
        assert inner == (norms[i] if i == j else 0)
    assert norms[0] == 1  # mean(1) = 1, exactly
    assert space.basis(space.nodes) * np.sqrt(np.array(norms, dtype=float)) == pytest.approx(np.array(values, dtype=float))


def test_rational_projection_of_a_polynomial_is_exact() -> None:
    space = EmpiricalSpace(RATIONAL, 1, index_set="tensor")
    nodes = [[as_fraction(v) for v in row] for row in space.exact_nodes]
    values = QQ.array([[3 - x / 7 + 2 * x * y] for x, y in nodes])
    table = space.project(values, QQ)
    basis, monomials = space.formulas(table, QQ)
    x, y = sympy.symbols("x y")
    assert sympy.expand(sum(c * b for c, b in zip(QQ.handed(monomials)[:, 0], basis, strict=True))) == 3 - x / 7 + 2 * x * y


def test_order_is_lowered_to_the_rank_of_93_rows_of_8_columns() -> None:
    rng = np.random.default_rng(93)
    names = [f"x{i}" for i in range(8)]
    space = EmpiricalSpace(dict(zip(names, rng.normal(size=(8, 93)), strict=True)), 6)
    assert space.order == 2  # 45 coefficients; order 3 has 165
    assert space.note == "93 rows of x0, x1, x2, x3, x4, x5, x6, x7 determine order 2 (order 6 was asked for)"


def test_order_is_lowered_where_many_variables_meet_a_high_order() -> None:
    """A set of 50 variables to order 6 cannot be made, and need not be."""
    rng = np.random.default_rng(50)
    space = EmpiricalSpace({f"x{i}": rng.normal(size=60) for i in range(50)}, 6)
    assert space.order == 1


@pytest.mark.parametrize(
    ("points", "reached"),
    [
        ({"x": [1.0, 2.0, 3.0, 4.0], "y": [5.0] * 4}, None),  # a constant column
        ({"x": [1.0, 2.0, 1.0, 2.0, 1.0]}, 1),  # duplicated rows
        ({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.0, 6.0, 8.0]}, None),  # collinear columns
        ({"x": [1.0]}, None),
        ({"x": [1.0, 2.0, 3.0]}, 2),
    ],
)
def test_degenerate_data(points: dict[str, list[float]], reached: int | None) -> None:
    space = EmpiricalSpace(points, 3)
    assert space.order == reached
    assert space.nodal is (reached is None)
    assert ("not even order 1: the values at the rows are used" in space.note) is space.nodal
    assert "(order 3 was asked for)" in space.note


def test_order_0_is_the_mean() -> None:
    space = EmpiricalSpace({"x": [5.0, 5.0, 5.0]}, 0)
    assert (space.order, space.note) == (0, "")
    assert (space.projection @ np.array([1.0, 2.0, 6.0])).tolist() == pytest.approx([3.0])


def test_nodal_spaces_are_the_values_themselves() -> None:
    space = EmpiricalSpace({"x": [1, 2, 3]}, None, [1, 1, 4])
    assert (space.projection == np.eye(3)).all()
    assert space.gram.diagonal().tolist() == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    assert [as_fraction(v) for v in space.norms(QQ)] == [Fraction(1, 6), Fraction(1, 6), Fraction(4, 6)]
    assert space.multi_indices.tolist() == [[0], [1], [2]]
    for index in [(3,), (-1,), (0, 0), 1, "a", ("a",), None]:
        with pytest.raises(OptionError, match=r"a nodal space has one index, \(row,\), from \(0,\) to \(2,\)"):
            space.rank(index)  # type: ignore[arg-type]


def test_weights_count_by_their_ratios() -> None:
    points = {"x": [1.0, 2.0, 4.0]}
    assert EmpiricalSpace(points, 1) == EmpiricalSpace(points, 1, [2, 2, 2]) == EmpiricalSpace(points, 1, np.full(3, 0.7))
    assert EmpiricalSpace(points, 1, [1, 2, 3]) == EmpiricalSpace(points, 1, ["1/7", "2/7", "3/7"])
    assert EmpiricalSpace(points, 1, [1, 2, 3]) != EmpiricalSpace(points, 1)
    assert EmpiricalSpace(points, 1, [1, 2, 3]).weights.tolist() == [0.5, 1.0, 1.5]


def test_scaling_weights_again_changes_nothing() -> None:
    space = SPACES["empirical weighted"]
    assert isinstance(space, EmpiricalSpace)
    again = space.with_order(2).with_order(2)
    assert again == space
    assert again.weights.mean() == pytest.approx(1, rel=1e-15)


@pytest.mark.parametrize(
    "weights", [[1, 2], [[1, 2, 3]], [1, 2, 0], [1, -1, 3], [1, math.nan, 1], [1, math.inf, 1], [1, None, 1]]
)
def test_bad_weights(weights: Any) -> None:
    with pytest.raises(OptionError, match=r"weight.* positive"):
        EmpiricalSpace({"x": [1.0, 2.0, 4.0]}, 1, weights)
    with pytest.raises(OptionError, match="weight"):
        EmpiricalSpace({"x": [1.0, 2.0, 4.0]}, 1, ["a", "1", "1"])
    with pytest.raises(OptionError, match="weight"):
        EmpiricalSpace({"x": [1.0, 2.0, 4.0]}, 1, 3.0)


def test_wide_data_do_not_overflow() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        space = EmpiricalSpace({"x": [-1.5e308, 0.0, 1.5e308]}, 1)
    assert space.basis(space.nodes)[:, 1].tolist() == pytest.approx([-math.sqrt(1.5), 0, math.sqrt(1.5)])


# ----------------------------------------------------------------------------------------------------------- errors
BAD_ORDERS = [-1, 2.5, "3", True, math.nan]


@pytest.mark.parametrize("order", [*BAD_ORDERS, None])
def test_bad_orders(order: Any) -> None:
    boxes = [LegendreSpace, ChebyshevSpace, FourierSpace]
    makers = [lambda: TaylorSpace({"x": 0}, order), *(lambda kind=kind: kind({"x": (0, 1)}, order) for kind in boxes)]
    if order is not None:
        makers.append(lambda: EmpiricalSpace({"x": [1, 2]}, order))
    for make in makers:
        with pytest.raises(OptionError, match=r"^order=.*: expected an integer >= 0, such as order=6$"):
            make()


@pytest.mark.parametrize("kind", ["Tensor", None, ["total"], 3])
def test_bad_index_sets(kind: Any) -> None:
    for make in (
        lambda: TaylorSpace({"x": 0}, 1, index_set=kind),
        lambda: LegendreSpace({"x": (0, 1)}, 1, index_set=kind),
        lambda: EmpiricalSpace({"x": [1, 2]}, None, index_set=kind),
    ):
        with pytest.raises(OptionError, match="expected 'total' or 'tensor'"):
            make()


@pytest.mark.parametrize("value", [math.nan, math.inf, "here", None, True, [1, 2], (1, 2), 1j, {"x": 1}, "1e999"], ids=repr)
def test_bad_centres(value: Any) -> None:
    with pytest.raises(OptionError, match=r"^center of d: "):
        TaylorSpace({"c": 1, "d": value}, 2)


@pytest.mark.parametrize("center", [[0, 1], "c", 3, None, {}])
def test_centres_are_mappings(center: Any) -> None:
    with pytest.raises(OptionError, match=r"^center"):
        TaylorSpace(center, 2)
    for kind in (LegendreSpace, ChebyshevSpace, FourierSpace):
        with pytest.raises(OptionError, match=r"^domain"):
            kind(center, 2)


def test_names_are_checked() -> None:
    for make in (
        lambda: TaylorSpace({"a b": 1}, 1),
        lambda: LegendreSpace({3: (0, 1)}, 1),
        lambda: EmpiricalSpace({"a-b": [1]}, 1),
    ):
        with pytest.raises(LawNameError, match="variable"):
            make()


@pytest.mark.parametrize(
    "pair",
    [
        (1, 0),
        (1, 1),
        (0, math.inf),
        (math.nan, 1),
        (0,),
        (0, 1, 2),
        "01",
        3,
        None,
        ("a", "b"),
        (1, "1.00000000000000000001"),
        {0, 1},
    ],
)
def test_bad_intervals(pair: Any) -> None:
    for kind in (LegendreSpace, ChebyshevSpace, FourierSpace):
        with pytest.raises(OptionError, match=r"^domain of d: "):
            kind({"c": (0, 1), "d": pair}, 2)


def test_resource_limit_of_six_inputs_at_order_30() -> None:
    with pytest.raises(ResourceLimitError, match="1947792 multi-indices"):
        TaylorSpace(dict.fromkeys("abcdef", 0), 30)


def test_mismatches_name_what_differs() -> None:
    xy = TaylorSpace({"x": 0, "y": 0}, 2)
    box = LegendreSpace({"x": (0, 1)}, 2)
    data = EmpiricalSpace(RATIONAL, 1)
    for left, right, words in [
        (xy, TaylorSpace({"y": 0, "x": 0}, 2), "order of the variables x, y and y, x"),
        (xy, TaylorSpace({"x": 0, "y": 0}, 3), r"order 2 and 3; bring one over with \.project\(space\), or "),
        (xy, TaylorSpace({"x": 0, "z": 0}, 2), "variables x, y and x, z; "),
        (
            xy,
            TaylorSpace({"x": 1, "y": 0}, 3, scale={"x": 2}),
            "order 2 and 3; centre .* x = 1.*; scale x = 1, y = 1 and x = 2",
        ),
        (xy, TaylorSpace({"x": 0, "y": 0}, 2, index_set="tensor"), "index set total and tensor"),
        (xy, TaylorSpace({"x": 0, "y": "1/3"}, 2), "centre x = 0, y = 0 and x = 0, y = 1/3"),
        (xy, data, "basis taylor and empirical"),
        (box, LegendreSpace({"x": (0, 2)}, 2), r"domain x in \[0, 1\] and x in \[0, 2\]"),
        (box, ChebyshevSpace({"x": (0, 1)}, 2), "basis legendre and chebyshev"),
        (
            LegendreSpace({"x": (1, 2)}, 2),
            LegendreSpace({"x": (1, 2)}, 2, scale="log"),
            "scale x = linear and x = log",
        ),
        (FourierSpace({"x": (0, 1)}, 2), FourierSpace({"x": (0, 1)}, 2, "ramp"), "extension even and ramp"),
        (data, EmpiricalSpace(RATIONAL, 1, [1, 1, 1, 1, 2]), "data [0-9a-f]{16} and [0-9a-f]{16}"),
        (data, EmpiricalSpace(RATIONAL, None), "order 1 and None"),
    ]:
        with pytest.raises(SpaceMismatchError, match=f"^series over different spaces: {words}.*expand both over one space$"):
            check_same(left, right)


def test_rings_that_a_space_cannot_carry() -> None:
    kinds = {type(space).kind for space in SPACES.values()}
    assert set(SUPPORTED) == kinds
    for space in SPACES.values():
        check_supported(space, F64)
    for kind, rings in SUPPORTED.items():
        assert kind in str(supported())
        missing = {"F64", "QQ", "MPF", "ARB", "SYM"} - set(rings)
        for scalars in (QQ, ARB(64), MPF(20), SYM):
            if scalars.family in missing:
                with pytest.raises(OptionError, match=r"^scalars=.* not supported; use scalars=F64"):
                    check_supported(SPACES[kind], scalars)
            else:
                check_supported(SPACES[kind], scalars)
    with pytest.raises(
        OptionError, match="use scalars=F64 or QQ here, or a taylor or legendre or chebyshev or fourier space for ARB"
    ):
        check_supported(SPACES["empirical"], ARB(64))
    for scalars in (QQ, ARB(64), SYM):
        with pytest.raises(
            OptionError, match=r"a quadrature has no proved remainder.* use scalars=F64, with symseries.enclose"
        ):
            check_rounded(SPACES["legendre"], scalars)
        check_rounded(SPACES["taylor"], scalars)


@pytest.mark.parametrize("value", [None, "legendre", TaylorSpace, 3])
def test_what_is_no_space(value: Any) -> None:
    with pytest.raises(OptionError, match="expected a space such as"):
        check_space(value)


def test_damaged_records() -> None:
    for space in SPACES.values():
        record = space.to_dict()
        for key in record.keys() - {"scale"}:  # which is written where it is not linear
            damaged = {name: value for name, value in record.items() if name != key}
            with pytest.raises(OptionError if key == "basis" else DataError, match="not known" if key == "basis" else "has no"):
                space_from_dict(damaged)
    with pytest.raises(OptionError, match="did you mean 'legendre'"):
        space_from_dict({"basis": "legendr"})
    for record in ([], None, "taylor"):
        with pytest.raises(DataError, match="expected a mapping"):
            space_from_dict(record)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="cannot be read"):
        space_from_dict({**SPACES["empirical weighted"].to_dict(), "weights": 3})


# ----------------------------------------------------------------------------------------------------------- long numbers
def test_a_box_of_measured_ends_is_said_in_six_digits_inside_of_it() -> None:
    low, high = 0.0100013214213234, 0.1000129634234232
    said = LegendreSpace({"x": (low, high), "y": ("1/3", 2)}, order=3).describe()
    assert "x in [0.0100014, 0.100012], y in [1/3, 2]" in said
    assert low < 0.0100014 < 0.100012 < high
    assert "x in [1.00000001, 1.00000002]" in LegendreSpace({"x": (1.00000001, 1.00000002)}, order=1).describe()
    assert "about x = 0.1000129634234232," in TaylorSpace({"x": high}, order=1).describe()


def test_two_boxes_that_differ_in_the_last_digit_are_told_apart_in_words() -> None:
    low = 0.0100013214213234
    spaces = [LegendreSpace({"x": (end, 1)}, order=1) for end in (low, np.nextafter(low, 1))]
    with pytest.raises(SpaceMismatchError, match=r"x in \[0\.0100013214213234, 1\] and x in \[0\.010001321421323402, 1\]"):
        check_same(*spaces)
