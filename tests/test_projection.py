"""Networks, callables and tables projected: automatic orders, errors of quadratures, exact polynomials, kinks."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev
from numpy.polynomial.legendre import leggauss

import symseries as ss
from symseries.errors import DataError, IdentifiabilityError, LawNameError, OptionError, SpaceMismatchError
from symseries.spaces.automatic import plateau

LINE: dict[str, Any] = {"x": (-1, 1)}
BOXES: list[Any] = [ss.LegendreSpace, ss.ChebyshevSpace]


def network(activation: str, inputs: int = 1, seed: int = 0) -> ss.Network:
    rng = np.random.default_rng(seed)
    layers = [ss.Affine(rng.normal(size=(8, inputs)), rng.normal(size=8)), ss.Activation(activation)]
    return ss.Network([*layers, ss.Affine(rng.normal(size=(1, 8)), [0.5])], inputs=tuple("xyzuvw")[:inputs])


# --------------------------------------------------------------------------------------------------- automatic orders
@pytest.mark.parametrize("tolerance", [1e-4, 1e-8, 1e-12])
@pytest.mark.parametrize("kind", BOXES)
@pytest.mark.parametrize(
    "function", [np.exp, lambda x: 1 / (1 + 25 * x**2), lambda x: np.cos(20 * x + 1), lambda x: np.tanh(5 * x)]
)
def test_an_automatic_order_reaches_its_tolerance(kind: Any, tolerance: float, function: Callable[[Any], Any]) -> None:
    """Just: against the coefficients of a far higher order, the first that falls for good below the tolerance."""
    found = ss.Series.from_function(function, kind(LINE, order="auto", tolerance=tolerance))
    sizes = np.abs(chebyshev.chebinterpolate(function, 400))
    needed = int(np.flatnonzero(sizes > tolerance * sizes.max())[-1])
    assert needed <= found.space.order + 3
    assert found.space.order <= 1.2 * needed + 6
    points = np.linspace(-1, 1, 301)
    assert np.abs(found(points[:, None]) - function(points)).max() < 30 * tolerance * np.abs(function(points)).max()
    assert found.notes[0].startswith(f"order {found.space.order} chosen: from there on the coefficients, seen up to order")
    assert found.warnings == ()


def test_a_plateau_of_noise_is_found_where_it_is_low_enough() -> None:
    """Coefficients that stop falling at 1e-10 end there, whatever the tolerance of 1e-14 wished."""
    sizes = 0.5 ** np.arange(80.0) + 1e-12 * np.random.default_rng(0).uniform(0.5, 1, 80)
    found = plateau(sizes, 1e-14)
    assert found is not None
    assert 35 <= found <= 48
    assert plateau(np.zeros(20), 1e-8) == 0
    assert plateau(np.append(np.ones(3), np.zeros(30)), 1e-8) == 2
    assert plateau(np.ones(80), 1e-8) is None


@given(st.floats(0.2, 0.9), st.integers(4, 12))
def test_geometric_coefficients_end_at_the_tolerance(ratio: float, digits: int) -> None:
    last = digits * math.log(10) / -math.log(ratio)
    found = plateau(ratio ** np.arange(2 * last + 30), 10.0**-digits)
    assert found is not None
    assert 0.8 * last - 3 <= found <= 1.2 * last + 3


def test_an_order_that_is_not_enough_is_said() -> None:
    found = ss.Series.from_function(np.abs, ss.ChebyshevSpace(LINE, order="auto"))
    assert found.space.order == 256
    order, error = found.warnings
    assert order.startswith("order 256 chosen, the highest that is tried for x: the coefficients have not fallen to 1e-08")
    assert error.startswith("the quadrature error of the coefficients is about")
    pieces = ss.Series.from_function(np.abs, ss.LegendreSpace(LINE, 6, breaks={"x": 0}))
    assert pieces.warnings == ()
    assert pieces.coefficients == pytest.approx([1 / 2, 0, 5 / 8, 0, -3 / 16, 0, 13 / 128])


def test_a_network_decides_its_order_and_laws_follow() -> None:
    net = network("tanh", 2)
    box = {"x": (-1, 1), "y": (-1, 1)}
    alpha = net.expand(ss.LegendreSpace(box, order="auto"))
    assert 10 < alpha.space.order < 40
    points = np.random.default_rng(1).uniform(-1, 1, (200, 2))
    assert alpha(points) == pytest.approx(net(points), abs=1e-6)
    law = ss.Law("a + b*x + c*y", variables=("x", "y"))
    assert law.expand(alpha.space).space == alpha.space
    found = ss.fit(net, law, ss.LegendreSpace(box, order="auto"))
    assert found.prepared.space == alpha.space
    assert "chosen: from there on" in found.method
    for refused in (lambda: law.expand(ss.LegendreSpace(box, order="auto")), lambda: len(ss.LegendreSpace(box, order="auto"))):
        with pytest.raises(
            OptionError, match=r"automatic order: order='auto' is found on a source; use fit\(network, law, space\)"
        ):
            refused()
    with pytest.raises(OptionError, match="order='auto' of a Taylor space: its coefficients need not fall on a domain"):
        ss.TaylorSpace({"x": 0}, order="auto")  # type: ignore[arg-type]


@pytest.mark.parametrize("space", [kind(LINE, order="auto") for kind in (*BOXES, ss.FourierSpace)], ids=repr)
def test_spaces_of_automatic_order_are_kept(space: Any) -> None:
    from symseries.spaces import space_from_dict

    for twin in (pickle.loads(pickle.dumps(space)), space_from_dict(json.loads(json.dumps(space.to_dict())))):
        assert twin == space
        assert twin.auto
        assert hash(twin) == hash(space)
    assert space != space.with_order(3)
    assert not space.with_order(3).auto
    assert "automatic order" in repr(space)
    with pytest.raises(OptionError, match="order='auto' is found on a source"):
        _ = space.nodes
    for bad in (0.0, 1.0, -1e-8, 1, None, "1e-8", math.nan):
        with pytest.raises(OptionError, match=r"^tolerance=.*: expected a number from 1e-15 to below 1"):
            type(space)(LINE, "auto", tolerance=bad)
    with pytest.raises(OptionError, match=r"^order='Auto'"):
        type(space)(LINE, "Auto")


def test_projection_onto_a_space_of_automatic_order() -> None:
    quartic = ss.Series(ss.TaylorSpace({"x": "1/2"}, 4), [1, 2, 3, 4, 5])
    there = quartic.project(ss.ChebyshevSpace(LINE, order="auto"))
    assert there.space.order == 4
    assert there([[0.3]]) == pytest.approx(quartic([[0.3]]))


# --------------------------------------------------------------------------------------------- polynomials and kinks
@pytest.mark.parametrize("kind", BOXES)
@pytest.mark.parametrize("scalars", [ss.QQ, ss.ARB(96), ss.MPF(20), ss.SYM], ids=str)
def test_polynomial_networks_are_projected_exactly(kind: Any, scalars: Any) -> None:
    net = ss.Network.from_expression("x**3 + y/3 - x*y**2", inputs=("x", "y"))
    box = {"x": (0, 1), "y": (1, 3)}
    exact = net.expand(kind(box, 4), ss.QQ)
    assert (exact.to_sympy() - net.expression()).expand() == 0
    found = net.expand(kind(box, 3), scalars)
    want = [float(exact.coefficient(tuple(index))) for index in found.space.multi_indices.tolist()]
    assert found.over(ss.F64).coefficients == pytest.approx(want, abs=1e-15)
    assert net.expand(kind(box, 3)).coefficients == pytest.approx(want, abs=1e-13)
    assert found.warnings == ()


@pytest.mark.parametrize("scalars", [ss.QQ, ss.ARB(96), ss.SYM], ids=str)
def test_other_networks_are_refused_in_exact_rings(scalars: Any) -> None:
    with pytest.raises(OptionError, match=r"a quadrature has no proved remainder.* use scalars=F64, with symseries.enclose"):
        network("tanh").expand(ss.LegendreSpace(LINE, 3), scalars)
    with pytest.raises(OptionError, match=r"over Fourier cosines.*; use scalars=F64"):
        network("tanh").expand(ss.FourierSpace(LINE, 3), scalars)
    with pytest.raises(OptionError, match="no proved remainder"):
        ss.Network.from_expression("x", inputs=("x",)).expand(ss.LegendreSpace({"x": (1, 2)}, 3, scale="log"), scalars)


def exactly(net: Any, kinks: list[float], order: int) -> Any:
    """Legendre coefficients by a Gauss rule of our own between the kinks."""
    ends = [-1.0, *sorted(kinks), 1.0]
    u, mass = leggauss(10)
    pieces = [(low + (high - low) * (u + 1) / 2, (high - low) * mass / 4) for low, high in itertools.pairwise(ends)]
    sums = sum((weight * net(x)) @ np.polynomial.legendre.legvander(x, order) for x, weight in pieces)
    return sums * (2 * np.arange(order + 1) + 1)


def test_a_relu_network_is_projected_directly_between_its_kinks() -> None:
    """In one variable its kinks are found, and the coefficients are as exact as those of a smooth function."""
    net = network("relu")
    first = net.layers[0]
    kinks = [float(k) for k in -first.bias / first.weights[:, 0] if abs(k) < 1]  # type: ignore[attr-defined]
    assert len(kinks) > 2
    found = net.expand(ss.LegendreSpace(LINE, 8))
    assert [float(k) for k in found.space.breaks["x"]] == pytest.approx(sorted(kinks), abs=1e-12)
    assert found.coefficients == pytest.approx(exactly(net, kinks, 8), abs=1e-13)
    assert found.warnings == ()
    assert net.expand(ss.LegendreSpace(LINE, 8, breaks={"x": kinks[:1]})).warnings  # what is stated is taken


def test_kinks_behind_other_layers_are_found() -> None:
    """Against a projection with ten times as many points as the order needs."""
    rng = np.random.default_rng(3)
    layers = [ss.Affine(rng.normal(size=(5, 1)), rng.normal(size=5)), ss.Activation("tanh")]
    layers += [ss.Affine(rng.normal(size=(6, 5)), rng.normal(size=6)), ss.Activation("hard_sigmoid")]
    net = ss.Network([*layers, ss.Affine(rng.normal(size=(1, 6)) * 3)], inputs=("x",))
    found = net.expand(ss.LegendreSpace(LINE, 6))
    assert len(found.space.breaks["x"]) >= 1
    x = np.linspace(-1, 1, 400_001)[:-1] + 2.5e-6
    want = net(x) @ np.polynomial.legendre.legvander(x, 6) / len(x) * (2 * np.arange(7) + 1)
    assert found.coefficients == pytest.approx(want, abs=1e-8)


def test_the_error_at_kinks_of_several_variables_is_told() -> None:
    """Within a factor of ten of the change that 200 Gauss points on each axis make."""
    net = network("relu", 2)
    rough = net.expand(ss.LegendreSpace({"x": (-1, 1), "y": (-1, 1)}, 6))
    told = float(rough.warnings[0].split("about ")[1].split(" ")[0])
    u, mass = leggauss(200)
    nodes = np.stack([axis.ravel() for axis in np.meshgrid(u, u, indexing="ij")], axis=1)
    weights = np.outer(mass, mass).ravel() / 4
    want = rough.space.basis(nodes).T @ (weights * net(nodes)) / rough.space.norms()
    true = math.sqrt(rough.space.norms() @ (rough.coefficients - want) ** 2) / math.sqrt(weights @ net(nodes) ** 2)
    assert true / 10 < told < 10 * true


# ------------------------------------------------------------------------------------------------ callables and tables
@pytest.mark.parametrize("kind", [*BOXES, ss.FourierSpace])
def test_callables_are_projected_as_networks_are(kind: Any) -> None:
    net = network("tanh", 2)
    space = kind({"x": (-1, 1), "y": (0, 2)}, 5)
    found, want = ss.Series.from_function(net, space), net.expand(space)
    assert (found.coefficients == want.coefficients).all()
    assert found.notes == want.notes
    both = ss.Series.from_function(lambda points: np.column_stack([net(points), points[:, 1]]), space)
    assert both.coefficients.shape == (len(space), 2)
    assert both.coefficients[:, 0] == pytest.approx(want.coefficients, abs=1e-14)


def test_callables_over_data_are_their_values() -> None:
    rows = {"x": [0.0, 1.0, 2.0, 4.0]}
    assert ss.Series.from_function(np.square, ss.EmpiricalSpace(rows, None)).coefficients.tolist() == [0, 1, 4, 16]
    square = ss.Series.from_function(np.square, ss.EmpiricalSpace(rows, 2))
    assert square([[3.0]]) == pytest.approx([9.0])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (3, "function=3: expected a callable of points"),
        (lambda X: X[:3, 0], r"function: 64 points of x, an array \(64, 1\), gave an array of shape \(3,\); expected \(64,\)"),
        (lambda _: "abc", "function: it returned abc; expected an array of 64 numbers"),
        (lambda _: 1.0, r"gave an array of shape \(\); expected"),
        (lambda X: np.where(X > 0, X, np.nan), "function: nan at x = -0.9.*; expected a finite number"),
    ],
)
def test_functions_that_are_none(function: Any, message: str) -> None:
    with pytest.raises((OptionError, DataError), match=f"^{message}" if message.startswith("f") else message):
        ss.Series.from_function(function, ss.LegendreSpace(LINE, 4))


def test_a_callable_has_no_derivatives() -> None:
    with pytest.raises(OptionError, match="a callable has no derivatives; take a law or network, or a ChebyshevSpace and"):
        ss.Series.from_function(np.exp, ss.TaylorSpace({"x": 0}, 3))
    with pytest.raises(OptionError, match="expected a space such as"):
        ss.Series.from_function(np.exp, "chebyshev")  # type: ignore[arg-type]


def table(rows: int = 60, noise: float = 0.1) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    x, y = rng.uniform(-1, 1, rows), rng.uniform(0, 2, rows)
    return {"x": x, "y": y, "f": 1 + x - 2 * x * y + y**2 + noise * rng.normal(size=rows)}


@pytest.mark.parametrize(
    "space",
    [
        ss.TaylorSpace({"x": 0, "y": 1}, 2),
        ss.LegendreSpace({"y": (0, 2), "x": (-1, 1)}, 2),
        ss.ChebyshevSpace({"x": (-1, 1), "y": (0, 3)}, 2, index_set="tensor"),
    ],
    ids=repr,
)
def test_tables_are_fitted_by_least_squares(space: Any) -> None:
    """Against NumPy, values and covariance; and against the mean of squares of repeated noise."""
    data = table()
    found = ss.Series.from_data(data, "f", space)
    basis = space.basis(np.column_stack([data[name] for name in space.variables]))
    want, squares, rank, _ = np.linalg.lstsq(basis, data["f"])
    assert rank == len(space)
    assert found.coefficients == pytest.approx(want, abs=1e-10)
    covariance = squares[0] / (60 - rank) * np.linalg.inv(basis.T @ basis)
    assert found.covariance == pytest.approx(covariance, rel=1e-8, abs=1e-14)
    assert found.notes[0].startswith("least squares of 60 rows, condition ")
    spread = float(found.notes[0].rsplit(" ", 1)[1])
    assert spread == pytest.approx(math.sqrt(squares[0] / (60 - rank)), rel=1e-2)


def test_a_table_over_its_own_measure_is_projected() -> None:
    data = table()
    space = ss.EmpiricalSpace({"x": data["x"], "y": data["y"]}, 2)
    assert ss.Series.from_data(data, "f", space).coefficients == pytest.approx(space.projection @ data["f"])
    with pytest.raises(SpaceMismatchError, match="these are other rows; make the space of the same table"):
        ss.Series.from_data(table(40), "f", space)


def test_tables_that_do_not_determine_the_series() -> None:
    data = table(8)
    with pytest.raises(
        IdentifiabilityError, match=r"8 rows determine 8 of the 10 coefficients of .*; lower the order, or use an"
    ):
        ss.Series.from_data(data, "f", ss.LegendreSpace({"x": (-1, 1), "y": (0, 2)}, 3))
    with pytest.raises(
        DataError, match=r"rows? .*outside|points outside x in \[-0.1, 0.1\].*; widen the domain, or leave these"
    ):
        ss.Series.from_data(data, "f", ss.LegendreSpace({"x": (-0.1, 0.1), "y": (0, 2)}, 1))
    with pytest.raises(DataError, match="'g'"):
        ss.Series.from_data(data, "g", ss.LegendreSpace({"x": (-1, 1), "y": (0, 2)}, 1))
    exact = ss.Series.from_data({"x": [0.0, 1.0], "f": [1.0, 3.0]}, "f", ss.TaylorSpace({"x": 0}, 1))
    assert exact.covariance is None
    assert "as many rows as coefficients" in exact.notes[0]
    near = {"x": [0.0, 1e-9, 1.0], "f": [1.0, 3.0, 2.0]}
    assert "condition" in ss.Series.from_data(near, "f", ss.LegendreSpace({"x": (0, 1)}, 2)).warnings[0]


# ------------------------------------------------------------------------------------------------- a law beside a table
def decaying(rows: int = 80, noise: float = 0.02) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 3, rows)
    return {"x": x, "y": 2 * np.exp(-1.3 * x) + rng.normal(0, noise, rows)}


DECAY = ss.Law("y = a*exp(-b*x)", variables=("x",))


@pytest.mark.parametrize("kind", [ss.LegendreSpace, ss.ChebyshevSpace, ss.FourierSpace])
def test_a_table_over_a_box_gives_the_constants_of_the_direct_fit(kind: Any) -> None:
    data = decaying()
    found, direct = ss.fit(data, DECAY, kind({"x": (0, 3)}, order=6)), ss.fit(data, DECAY)
    for name, estimate in found.constants.items():
        other = direct.constants[name]
        assert abs(estimate.value - other.value) < 2 * other.stderr
        assert 0.9 * other.stderr < estimate.stderr < 3 * other.stderr  # no better than least squares of the rows
    assert found.p_value is not None
    assert found.p_value > 0.01
    assert "covariance of the coefficients" in found.method


def test_a_table_over_a_box_rejects_a_law_that_does_not_hold() -> None:
    wrong = ss.Law("y = a + b*x", variables=("x",))
    assert ss.fit(decaying(), wrong, ss.LegendreSpace({"x": (0, 3)}, 4)).p_value < 1e-6


def test_the_covariance_of_a_table_over_a_box_is_that_of_repeated_tables() -> None:
    """Bootstrap of the rows, which knows nothing of the covariance of coefficients."""
    found = ss.fit(decaying(), DECAY, ss.LegendreSpace({"x": (0, 3)}, 5))
    for name, estimate in found.intervals("bootstrap", repeats=60).estimates.items():
        assert estimate.stderr == pytest.approx(found.constants[name].stderr, rel=0.5)
    again = type(found).from_json(found.to_json())
    assert str(again) == str(found)


def test_what_a_table_over_a_space_cannot_be_is_refused() -> None:
    data, box = decaying(20), {"x": (0, 3)}
    with pytest.raises(LawNameError, match="variable 'z' is not in the law"):
        ss.fit(data, DECAY, ss.LegendreSpace({"z": (0, 3)}, 3))
    with pytest.raises(IdentifiabilityError, match="20 rows determine"):
        ss.fit(data, DECAY, ss.LegendreSpace(box, 30))
    with pytest.raises(OptionError, match=r"errors of rows over Legendre .* leave space out"):
        ss.fit(data, DECAY, ss.LegendreSpace(box, 3), errors=0.1)
    for space, ring in ((ss.TaylorSpace({"x": 1}, 3), ss.F64), (ss.LegendreSpace(box, 3), ss.QQ)):
        with pytest.raises(OptionError, match="measurements have values at their rows only"):
            ss.fit(data, DECAY, space, scalars=ring)


def test_the_advice_about_an_error_is_one_that_the_space_can_take() -> None:
    """Least squares at Sobol points take no breaks; their error falls with the order."""
    net = network("tanh", 2)
    box = dict.fromkeys("xy", (-1, 1))
    coarse, fine = (net.expand(ss.LegendreSpace(box, order, quadrature="sobol")) for order in (6, 20))
    assert coarse.warnings[0].endswith("what lies beyond the order is the usual reason; raise it")
    assert not any("raise it" in warning for warning in fine.warnings)
