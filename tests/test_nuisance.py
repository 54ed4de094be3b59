"""Laws that do not describe all inputs."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import stats

import symseries as ss
from symseries.comparison import Nuisance, nuisance
from symseries.errors import DataError, OptionError
from symseries.fitting.others import Average, apart, correlations, described, free_constants, others_of, with_polynomial
from symseries.tables import read_table

LAW = ss.Law("y = sigma_f + C*c**(2/3) + k/sqrt(d)", ("c", "d"))


def copula(seed: int, rho: float, rows: int = 300, noise: float = 0.01) -> dict[str, np.ndarray]:
    """Return y = 100 + 300 c**(2/3) + 500 d**(-1/2) + 60 sin(3 w1) + 80 w2**2, (c, w1), (d, w2) in a Gaussian copula."""
    rng = np.random.default_rng([seed, int(100 * rho)])
    first, second = rng.normal(size=(2, rows)), rng.normal(size=(2, rows))
    w1, w2 = stats.norm.cdf(rho * first + np.sqrt(1 - rho**2) * second)
    c, d = 0.01 + 0.09 * stats.norm.cdf(first[0]), 100 ** stats.norm.cdf(first[1])
    clean = 100 + 300 * c ** (2 / 3) + 500 / np.sqrt(d) + 60 * np.sin(3 * w1) + 80 * w2**2
    return {"c": c, "d": d, "w1": w1, "w2": w2, "y": clean + noise * clean.std() * rng.normal(size=rows)}


@pytest.fixture(scope="module")
def correlated() -> ss.Network:
    return ss.train(copula(3, 0.9), ("c", "d", "w1", "w2"), "y", rng=3, restarts=2)


@pytest.fixture(scope="module")
def exact() -> ss.Network:
    rng = np.random.default_rng(0)
    x, w, v = rng.uniform(0, 1, (3, 60))
    net = ss.Network.from_expression("2 + 3*exp(x) + 5*w**3 - w*v + v**2", inputs=("x", "w", "v"))
    return net.with_data({"x": x, "w": w, "v": v, "y": net(np.column_stack([x, w, v]))})


# ---------------------------------------------------------------------------------------------------------- the polynomial
def test_a_polynomial_beside_the_law_gives_the_constants_of_an_additive_truth(exact: ss.Network) -> None:
    part = apart(exact, ss.Law("y = a + b*exp(x)", ("x",)), degree=3)
    found = ss.fit(part.source, part.law)
    assert float(found.constants["b"].value) == pytest.approx(3.0, rel=1e-6)
    assert len(free_constants(ss.Law("y = a + b*exp(x)", ("x",)), part.law)) == 9
    centre = {n: round(float(exact.data[n].mean()), 3) for n in ("w", "v")}
    level = 2 + 5 * centre["w"] ** 3 - centre["w"] * centre["v"] + centre["v"] ** 2
    assert float(found.constants["a"].value) == pytest.approx(level, rel=2e-3)


def test_the_polynomial_is_that_of_the_graded_powers() -> None:
    table = read_table({"w": [0.0, 2.0], "v": [0.0, 4.0]})
    law = with_polynomial(ss.Law("y = a*x", ("x",)), table, ("w", "v"), 2)
    assert law.constants == ("a", "free_w", "free_v", "free_w_2", "free_w_v", "free_v_2")
    assert law.variables == ("x", "w", "v")
    value = law({"x": [2.0], "w": [3.0], "v": [6.0]}, a=1, free_w=10, free_v=100, free_w_2=1e3, free_w_v=1e4, free_v_2=1e5)
    w, v = 3.0 - 1.0, 6.0 - 2.0
    assert value[0] == pytest.approx(2 + 10 * w + 100 * v + 1e3 * w**2 + 1e4 * w * v + 1e5 * v**2)


def test_names_of_the_polynomial_meet_no_other() -> None:
    law = with_polynomial(ss.Law("y = free_w*x", ("x",)), read_table({"w": [0.0, 2.0]}), ("w",), 1)
    assert law.constants == ("free_w", "free_w_")


@pytest.mark.parametrize(("rows", "degree"), [(300, 4), (100, 3), (60, 2), (20, 1)])
def test_the_degree_leaves_ten_rows_to_each_coefficient(rows: int, degree: int) -> None:
    table = read_table({"w": np.linspace(0, 1, rows), "v": np.linspace(0, 1, rows) ** 2})
    extended = with_polynomial(ss.Law("y = a*x", ("x",)), table, ("w", "v"))
    assert max(sum(map(int, name.split("_")[2:3] or ["1"])) for name in extended.constants[1:] if "v" not in name) == degree


def test_the_constants_are_saved_from_inputs_that_the_law_ignores(correlated: ss.Network) -> None:
    """The claim of the issue on one data set of the harder kind; the benchmark makes it over 20 of each."""
    found = nuisance(correlated, LAW)
    direct, saved = (abs(float(found.way(n).constants["C"].value) - 300) for n in ("law alone, direct", "network + polynomial"))
    assert direct > 8 * saved
    assert any("c and w1" in text for text in found.warnings)
    assert found.correlations["c", "w1"] == pytest.approx(stats.spearmanr(copula(3, 0.9)["c"], copula(3, 0.9)["w1"])[0])
    beside = found.way("network + polynomial").constants["k"]
    assert abs(beside.value - 500) < 4 * beside.stderr
    assert str(Nuisance.from_json(found.to_json())) == str(found) == str(pickle.loads(pickle.dumps(found)))
    assert found.to_frame()["way"].tolist() == [way.name for way in found.ways]
    assert "network, slice" in found.to_html()


# ------------------------------------------------------------------------------------------------------ slices and averages
def test_a_slice_holds_the_others_at_their_means(exact: ss.Network) -> None:
    part = apart(exact, ss.Law("y = a + b*exp(x)", ("x",)), "slice")
    w, v = (float(exact.data[n].mean()) for n in ("w", "v"))
    assert part.source.inputs == ("x",)
    assert part.source([[0.5]])[0] == pytest.approx(2 + 3 * np.exp(0.5) + 5 * w**3 - w * v + v**2)
    assert float(ss.fit(part.source, part.law, part.space).constants["b"].value) == pytest.approx(3.0, rel=1e-6)


def test_an_average_is_the_mean_over_the_rows(exact: ss.Network) -> None:
    space = ss.EmpiricalSpace(exact.data.select(("x",)), 4)
    table = exact.data
    means = [exact(np.column_stack([np.full(60, x), table["w"], table["v"]])).mean() for x in table["x"]]
    found = Average(exact, table.select(("w", "v"))).expand(space)
    assert found.coefficients == pytest.approx(space.projection @ np.array(means), rel=1e-9, abs=1e-9)
    assert found.covariance is None


def test_the_covariance_of_an_average_is_that_of_its_derivatives(correlated: ss.Network) -> None:
    space = ss.EmpiricalSpace(correlated.data.select(("c", "d")), 1)
    few = correlated.data.select(("w1", "w2")).take(range(5))
    found = Average(correlated, few).expand(space)
    jacobian = 0.0
    for row in few.matrix(("w1", "w2")):
        points = np.column_stack([space.nodes, np.tile(row, (len(space.nodes), 1))])
        jacobian = jacobian + space.projection @ correlated.jacobian(points)[0] / 5
    assert found.covariance == pytest.approx(jacobian @ correlated.covariance @ jacobian.T, rel=1e-6)


def test_rank_correlations_are_spearmans_with_ties() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 5, 40).astype(float), rng.normal(size=40)
    found = correlations(read_table({"a": a, "b": b + a}), ["a"], ["b"])
    assert found["a", "b"] == pytest.approx(stats.spearmanr(a, b + a)[0])
    assert correlations(read_table({"a": a, "b": np.ones(40)}), ["a"], ["b"])["a", "b"] == 0.0


# ------------------------------------------------------------------------------------------------------------------- errors
def test_what_cannot_be_taken_apart_is_refused(exact: ss.Network) -> None:
    law = ss.Law("y = a + b*x", ("x",))
    bare = ss.Network.from_expression("x + w", inputs=("x", "w"))
    with pytest.raises(OptionError, match="did you mean 'slice'"):
        apart(exact, law, "slices")
    with pytest.raises(OptionError, match="from 1 to 6"):
        apart(exact, law, degree=7)
    with pytest.raises(DataError, match="where these lie is not known"):
        apart(bare, law)
    with pytest.raises(DataError, match="pass data="):
        nuisance(bare, law)
    with pytest.raises(OptionError, match="describes all inputs"):
        nuisance(exact, ss.Law("y = a*x + b*w + e*v", ("x", "w", "v")))
    with pytest.raises(OptionError, match="expected a network"):
        nuisance({"x": [1.0]}, law)


def test_a_way_without_an_answer_is_a_row_that_says_why(exact: ss.Network) -> None:
    found = nuisance(exact, ss.Law("y = a*b*x", ("x",)))
    assert all(way.reason.startswith("IdentifiabilityError") for way in found.ways)
    assert "only a*b is determined" in str(found)
    with pytest.raises(OptionError, match="expected one of"):
        found.way("none")


def test_inputs_that_a_law_does_not_hold() -> None:
    assert others_of(("c", "d", "w"), ss.Law("y = a + b*c", ("c", "d"))) == ("w",)


def test_a_fit_takes_the_polynomial_where_nothing_else_is_asked_for(exact: ss.Network) -> None:
    law = ss.Law("y = a + b*exp(x)", ("x",))
    assert described(exact, law, None, None, None).law.constants[:2] == ("a", "b")
    assert described(exact, law, None, None, "slice").source.inputs == ("x",)
    assert described(exact, law, ss.LegendreSpace({"x": (0, 1), "w": (0, 1), "v": (0, 1)}, order=2), None, None) is None
    assert described(ss.Network.from_expression("x + w", inputs=("x", "w")), law, None, None, None) is None
    assert described({"x": [1.0]}, law, None, None, None) is None
    with pytest.raises(OptionError, match="describes all inputs"):
        described({"x": [1.0]}, law, None, None, "slice")


def test_the_table_may_stand_beside_the_network(exact: ss.Network) -> None:
    law = ss.Law("y = a + b*exp(x)", ("x",))
    bare = ss.Network.from_expression("2 + 3*exp(x) + 5*w**3 - w*v + v**2", inputs=("x", "w", "v"))
    table = {name: exact.data[name] for name in exact.data.names}
    beside = apart(bare, law, data=table)
    assert str(beside.law) == str(apart(exact, law).law)
    assert beside.data is table
