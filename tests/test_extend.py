"""The set of laws that a source does not reject."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
import scipy.stats
from cases import CASES, Case, yields
from scipy import stats

import symseries as ss
from symseries.comparison import Extension, extend
from symseries.comparison.candidates import given, standard
from symseries.comparison.search import admissible
from symseries.errors import IdentifiabilityError, LawNameError, LawSyntaxError, OptionError, ResourceLimitError

CREEP = CASES["creep_log"]
STRESSED = Case("lnA + n*log(s) - Q/(R*T) + V*s/T", {**CREEP.truth, "V": 12.0}, CREEP.draw, CREEP.known)
GAS = {"R": "8.314462618"}
SCENARIOS = {
    "from the constant": (CASES["yield_logd"], "y = sigma_f", {"c**(2/3)", "1/sqrt(d)"}),
    "solute missing": (CASES["yield_logd"], "y = sigma_f + k/sqrt(d)", {"c**(2/3)"}),
    "Hall-Petch missing": (CASES["yield_logd"], "y = sigma_f + C*c**(2/3)", {"1/sqrt(d)"}),
    "s/T missing": (STRESSED, "y = lnA + n*log(s) - Q/(R*T)", {"s/T"}),
    "creep from the constant": (CREEP, "y = lnA", {"log(s)", "1/T"}),
}


def law_of(case: Case, text: str) -> ss.Law:
    return ss.Law(text, variables=case.law.variables, known=GAS if "R" in text else {})


@pytest.fixture(scope="module")
def net() -> ss.Network:
    return ss.train(CASES["yield_logd"].table(np.random.default_rng(3), 200, 0.01), ("c", "d"), "y", rng=3)


# ------------------------------------------------------------------------------------------------------------- candidates
def test_the_standard_terms_are_powers_logarithms_exponentials_and_products() -> None:
    texts = [str(term) for term in standard({"c": np.array([0.1, 1.0]), "d": np.array([1.0, 9.0])})]
    assert {"1", "c**(2/3)", "1/sqrt(d)", "log(c)", "exp(b*d)", "c/sqrt(d)", "c/d", "c*d"} <= set(texts)
    assert len(set(texts)) == len(texts)


def test_terms_without_a_value_are_left_out() -> None:
    assert [str(term) for term in standard({"c": np.array([-1.0, 2.0])})] == ["1", "c", "c**2", "exp(b*c)"]
    assert {str(term) for term in standard({"c": np.array([0.0, 2.0])})} >= {"sqrt(c)", "c**(2/3)"}


def test_the_rate_of_an_exponential_meets_no_other_name() -> None:
    assert "exp(b1*b)" in [str(term) for term in standard({"b": np.array([1.0, 2.0])})] or "exp(b*b1)" in [
        str(term) for term in standard({"b": np.array([1.0, 2.0])})
    ]


@pytest.mark.parametrize(
    ("terms", "error", "said"),
    [
        ([], OptionError, "empty"),
        (7, OptionError, "list of terms"),
        (["e/sqrt(d)"], LawNameError, "'e' is no variable"),
        (["c +"], LawSyntaxError, "candidate"),
        ([3], LawSyntaxError, "int"),
    ],
)
def test_candidates_that_mean_nothing(terms: object, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        given(terms, ("c", "d"))


# ----------------------------------------------------------------------------------------------------------------- search
def test_the_search_finds_what_every_subset_by_itself_gives() -> None:
    rng = np.random.default_rng(0)
    columns = np.linalg.qr(rng.normal(size=(9, 7)))[0] + 0.1 * rng.normal(size=(9, 7))
    target = columns[:, [1, 4]] @ [2.0, 1.0] + 0.05 * rng.normal(size=9)

    def distance(chosen: tuple[int, ...]) -> float:
        fitted = columns[:, chosen] @ np.linalg.lstsq(columns[:, chosen], target, rcond=None)[0]
        return float(((target - fitted) ** 2).sum())

    limit = 1.001 * sorted(map(distance, itertools.combinations(range(7), 2)))[3]
    good = [set(s) for size in (1, 2, 3) for s in itertools.combinations(range(7), size) if distance(s) < limit]
    smallest = [s for s in good if not any(other < s for other in good)]
    found = admissible(target, columns, range(7), 3, lambda subset: subset.distance < limit)
    assert {frozenset(s) for s in smallest} == {subset.terms for subset in found}
    assert len(found) > 1
    for subset in found:
        assert subset.distance == pytest.approx(distance(subset.columns), rel=1e-9)


def test_a_term_of_several_columns_is_taken_at_its_best_one() -> None:
    columns = np.array([[1.0, 0.8, 0.0], [0.0, 0.6, 0.0], [0.0, 0.0, 1.0]])
    found = admissible(np.array([0.8, 0.6, 0.0]), columns, [0, 0, 1], 2, lambda subset: subset.distance < 1e-12)
    assert [(subset.terms, subset.columns) for subset in found] == [({0}, (1,))]


def test_too_many_subsets_are_refused_before_they_are_tried() -> None:
    with pytest.raises(ResourceLimitError, match="fewer candidates"):
        admissible(np.ones(3), np.ones((3, 300)), range(300), 3, lambda _: False)


# ------------------------------------------------------------------------------------------------------------------ truth
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_missing_terms_are_found_through_a_network(name: str) -> None:
    case, text, truth = SCENARIOS[name]
    table = case.table(np.random.default_rng([5, 200]), 200, 0.01)
    found = extend(ss.train(table, case.law.variables, "y", rng=5), law_of(case, text))
    assert set(found.admissible[0].terms) == truth
    assert found.itself.p_value < 0.01
    assert len(found.fewest) <= 6


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_missing_terms_are_found_in_a_table(name: str) -> None:
    case, text, truth = SCENARIOS[name]
    picks = [extend(case.table(np.random.default_rng([seed, 7]), 200, 0.01), law_of(case, text)) for seed in range(2)]
    assert [set(found.admissible[0].terms) for found in picks] == [truth, truth]


def test_the_residual_points_to_the_missing_term(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = sigma_f + k/sqrt(d)", ("c", "d")))
    assert "c**(2/3)" in [term for term, _ in found.pointers][:3]
    assert found.pointers[0][1] > 0.99


def test_a_law_that_is_right_needs_nothing(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = sigma_f + C*c**(2/3) + k/sqrt(d)", ("c", "d")))
    assert [entry.terms for entry in found.admissible] == [()]
    assert "nothing need be added" in found.conclusion
    assert found.itself.constants["k"].value == pytest.approx(500, rel=0.01)


def test_the_p_value_of_a_network_is_that_of_its_covariance(net: ss.Network) -> None:
    """Against the generalised least squares fit of the coefficients by numpy, over the directions that are determined."""
    space = ss.EmpiricalSpace(net.data.select(("c", "d")), order=6)
    alpha = net.expand(space)
    values, vectors = np.linalg.eigh(alpha.covariance)
    kept = values > 0.2 * values.max()
    floor = (1e-3 * np.linalg.norm(alpha.coefficients[1:])) ** 2 / len(space)
    root = vectors[:, kept].T / np.sqrt(np.maximum(values[kept], floor))[:, None]
    found = extend(net, ss.Law("y = sigma_f + k/sqrt(d)", ("c", "d")), ["c**(2/3)", "log(c)", "c"])
    for entry in (found.itself, found.admissible[0]):
        zeros = dict.fromkeys(entry.law.constants, 0.0)
        columns = root @ entry.law.expand(space).jacobian(zeros)
        left = root @ alpha.coefficients - columns @ np.linalg.lstsq(columns, root @ alpha.coefficients)[0]
        assert entry.dof == kept.sum() - len(zeros)
        assert entry.chi2 == pytest.approx(left @ left, rel=1e-6)
        freedom = net.training.rows - net.training.effective_weights
        expected = scipy.stats.f.sf(left @ left / entry.dof, entry.dof, freedom)
        assert entry.p_value == pytest.approx(expected, rel=1e-5, abs=1e-290)


def test_no_admissible_law_contains_another(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = sigma_f", ("c", "d")))
    sets = [set(entry.terms) for entry in found.admissible]
    assert all(not first < second for first in sets for second in sets)
    assert all(entry.p_value >= 0.01 for entry in found.admissible)
    assert [entry.added for entry in found.admissible] == sorted(entry.added for entry in found.admissible)


def test_the_p_value_of_a_table_is_the_f_test_of_lack_of_fit() -> None:
    """Against the textbook's: the law's residual beside that of the polynomial, here of one variable and numpy's own fit."""
    rng = np.random.default_rng(2)
    x = np.linspace(0.0, 2.0, 60)
    y = np.exp(x) + 0.02 * rng.normal(size=60)
    found = extend({"x": x, "y": y}, ss.Law("y = a + b*x + e*x**2", ("x",)), ["x**3"], max_terms=1)
    order = int(found.method.split("order ")[1].split()[0])
    big = np.polynomial.Polynomial.fit(x, y, order)
    small = np.polynomial.Polynomial.fit(x, y, 2)
    rss, full = (float(((y - p(x)) ** 2).sum()) for p in (small, big))
    freedom = 60 - order - 1
    ratio = (rss - full) / (order - 2) / (full / freedom)
    assert found.itself.p_value == pytest.approx(stats.f.sf(ratio, order - 2, freedom), rel=1e-6)


def test_a_true_law_is_seldom_rejected() -> None:
    """The nominal level is 1 %, and a law that holds is rejected in at most 3 of 40 tables."""
    rejected = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x = rng.uniform(1, 3, 50)
        found = extend({"x": x, "y": 1 + 2 * x + 0.3 * rng.normal(size=50)}, ss.Law("y = a + b*x", ("x",)), ["x**2"], 1)
        rejected += found.itself.p_value < 0.01
    assert rejected <= 3


# -------------------------------------------------------------------------------------------------- what is asked otherwise
def test_a_tolerance_asks_for_what_is_sufficient(net: ss.Network) -> None:
    law = ss.Law("y = sigma_f + k/sqrt(d)", ("c", "d"))
    loose, tight = extend(net, law, tolerance=0.2), extend(net, law, ["c", "sqrt(c)", "c**(2/3)"], tolerance=0.008)
    assert loose.admissible[0].terms == ()
    assert loose.itself.misfit == pytest.approx(ss.fit(net, law).misfit, rel=1e-6)
    assert {entry.terms for entry in tight.fewest} == {("c**(2/3)",), ("sqrt(c)",)}
    assert [entry.misfit for entry in tight.fewest] == sorted(entry.misfit for entry in tight.fewest)
    for entry in tight.fewest:
        assert entry.p_value == pytest.approx(ss.fit(net, entry.law).p_value, rel=1e-6)
    assert [entry.p_value > 0.01 for entry in tight.fewest] == [True, False]  # c**(2/3) made the data
    assert tight.conclusion.endswith("enough for the application, though the test rejects 1 of them")
    assert loose.itself.p_value < 1e-10


def test_laws_within_a_tolerance_that_the_test_rejects_are_told_as_such(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = s + k/sqrt(d)", ("c", "d")), ["c**2", "c**3"], 1, tolerance=0.1)
    assert found.conclusion.endswith("enough for the application, though the test rejects all of them")
    assert all(entry.p_value == pytest.approx(ss.fit(net, entry.law).p_value, rel=1e-4) for entry in found.admissible)


def test_a_network_without_covariance_needs_a_tolerance() -> None:
    exact = ss.Network.from_expression("exp(x)", inputs=("x",)).with_data({"x": [0.5, 1.0, 1.5, 2.0, 3.0], "y": [1.0] * 5})
    law = ss.Law("y = a + b*x", ("x",))
    with pytest.raises(OptionError, match=r"refine\(net, table\), or state a tolerance"):
        extend(exact, law)
    assert extend(exact, law, ["x**2", "x**3"], tolerance=0.01).admissible[0].terms == ("x**2", "x**3")


def test_an_exponential_is_added_with_its_rate() -> None:
    rng = np.random.default_rng(0)
    x = np.linspace(0.0, 4.0, 80)
    y = 2 * np.exp(-0.7 * x) + 0.5 * x + 0.01 * rng.normal(size=80)
    found = extend({"x": x, "y": y}, ss.Law("y = b*x", ("x",)))
    best = found.admissible[0]
    assert best.terms == ("exp(b*x)",)
    assert best.added == 2
    assert str(best.law) == "y = b*x + k*exp(b1*x)"
    assert best.constants["b1"].value == pytest.approx(-0.7, abs=4 * best.constants["b1"].stderr)
    assert best.constants["k"].value == pytest.approx(2.0, abs=4 * best.constants["k"].stderr)


def test_a_law_with_nonlinear_constants_is_fitted_anew_with_each_term() -> None:
    rng = np.random.default_rng(1)
    x = np.linspace(0.5, 4.0, 60)
    y = 3 * np.exp(-1.2 * x) + 0.5 * np.log(x) + 0.002 * rng.normal(size=60)
    found = extend({"x": x, "y": y}, ss.Law("y = A*exp(-q*x)", ("x",)), ["x", "log(x)", "x**2", "1/x"], 2)
    assert found.admissible[0].terms == ("log(x)",)
    assert found.admissible[0].constants["q"].value == pytest.approx(1.2, rel=0.02)


def test_a_law_for_a_logarithm_stays_one() -> None:
    rng = np.random.default_rng(1)
    t = np.linspace(600.0, 1200.0, 80)
    p = np.exp(5 - 4000 / t + 0.001 * rng.normal(size=80))
    found = extend({"T": t, "p": p}, ss.Law("log(p) = a", ("T",), units={"p": "Pa"}), ["T", "1/T", "log(T)"])
    assert str(found.admissible[0].law) == "log(p) = a + k/T"
    assert found.admissible[0].law.units == {"p": "Pa"}


def test_a_constant_that_is_no_longer_needed_is_named() -> None:
    rng = np.random.default_rng(3)
    t = rng.uniform(600.0, 1200.0, 120)
    found = extend({"T": t, "y": 5 - 4000 / t + 0.02 * rng.normal(size=120)}, ss.Law("y = a + b*T", ("T",)), ["1/T"])
    assert found.admissible[0].idle == ("b",)
    assert "1/T: b may as well be 0" in str(found)


def test_where_nothing_is_admissible_the_nearest_law_is_named(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = sigma_f + C*c**(2/3)", ("c", "d")), ["c", "c**2"])
    assert (found.admissible, found.fewest) == ((), ())
    assert found.nearest is not None
    assert "no law of up to 3 added terms is admissible" in found.conclusion
    assert "the nearest adds" in str(found)


def test_terms_that_the_law_holds_already_are_left_out(net: ss.Network) -> None:
    law = ss.Law("y = sigma_f + k/sqrt(d)", ("c", "d"))
    assert set(extend(net, law, ["1", "1/sqrt(d)", "c**(2/3)"]).candidates) == {"c**(2/3)"}
    with pytest.raises(OptionError, match="part of the law already"):
        extend(net, ss.Law("y = sigma_f + C*c**(2/3)", ("c", "d")), ["1", "c**(2/3)"])


def test_an_input_that_the_law_ignores_may_be_what_is_missing(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = sigma_f + k/sqrt(d)", ("d",)), ["c**(2/3)", "d", "1/d"])
    assert found.admissible[0].terms == ("c**(2/3)",)
    assert found.admissible[0].law.variables == ("d", "c")


def test_names_of_factors_meet_no_other() -> None:
    table = yields()
    found = extend(table, ss.Law("y = k + k1/sqrt(d)", ("c", "d")), ["c**(2/3)"], max_terms=1)
    assert found.admissible[0].law.constants == ("k", "k1", "k2")


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"max_terms": 4}, OptionError, "expected 1, 2 or 3"),
        ({"max_terms": True}, OptionError, "expected 1, 2 or 3"),
        ({"tolerance": 2}, OptionError, "between 0 and 1"),
        ({"space": ss.TaylorSpace({"c": "0.05", "d": 10}, order=2)}, OptionError, "no inner product"),
    ],
)
def test_options_that_mean_nothing(net: ss.Network, options: dict[str, object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        extend(net, ss.Law("y = sigma_f", ("c", "d")), ["c"], **options)


def test_a_law_whose_constants_are_not_determined_is_refused(net: ss.Network) -> None:
    with pytest.raises(IdentifiabilityError, match="not determined apart"):
        extend(net, ss.Law("y = a + b + e*c", ("c", "d")), ["1/sqrt(d)"])


def test_a_box_serves_as_well_as_the_data(net: ss.Network) -> None:
    space = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, order=6)
    found = extend(net, ss.Law("y = sigma_f + C*c**(2/3)", ("c", "d")), ["1/sqrt(d)", "log(d)", "1/d"], space=space)
    assert found.admissible[0].terms == ("1/sqrt(d)",)


def test_the_result_shows_itself_and_comes_back(net: ss.Network) -> None:
    found = extend(net, ss.Law("y = sigma_f + k/sqrt(d)", ("c", "d")), ["c**(2/3)", "sqrt(c)"])
    assert str(Extension.from_json(found.to_json())) == str(found) == str(pickle.loads(pickle.dumps(found)))
    assert found.to_frame()["added"].tolist()[0] == "c**(2/3)"
    assert r"\toprule" in found.to_latex()
    assert "c**(2/3)" in found.to_html()
    assert "<table>" in found._repr_html_()
    assert "admissible" in repr(found)
    assert len(found.full_table().rows) == len(found.admissible)
    with pytest.raises(ss.SymseriesError, match=r"symseries\.extension"):
        Extension.from_json('{"format": "symseries.fit"}')
    with pytest.raises(ss.SymseriesError, match="no JSON"):
        Extension.from_json("{")
    damaged = found.to_json().replace('"admissible": [', '"admissible": [7, ', 1)
    with pytest.raises(ss.SymseriesError, match="cannot be read"):
        Extension.from_json(damaged)
