"""Which constants a space, a slice or the data determine: exact ranks against symbolic ones, in words that are true."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import sympy

import symseries as ss
from symseries.errors import DataError, IdentifiabilityError, LawNameError, OptionError
from symseries.laws import Identifiability

YIELD = ss.Law("sf + C*c**(2/3) + k/sqrt(d)", ("c", "d"))
CREEP = ss.Law("A*s**n*exp(-Q/(R*T))", ("s", "T"), known={"R": 8})
JOHNSON_COOK = ss.Law("(A + B*e**n)*(1 + C*log(r))*(1 - T**m)", ("e", "r", "T"))
PLACE = {"c": "1/20", "d": 10}

CASES = [
    (YIELD, PLACE, 1, 3),
    (YIELD, PLACE, 0, 1),
    (ss.Law("sf + C*c**m + k*d**(-n)", ("c", "d")), PLACE, 1, 3),
    (ss.Law("sf + C*c**m + k*d**(-n)", ("c", "d")), PLACE, 2, 5),
    (CREEP, {"s": 60, "T": 1000}, 1, 3),
    (JOHNSON_COOK, {"e": "0.2", "r": 10, "T": "0.4"}, 1, 4),
    (JOHNSON_COOK, {"e": "0.2", "r": 10, "T": "0.4"}, 2, 5),
    (ss.Law("k1*k2*c", ("c",)), {"c": 1}, 3, 1),
    (ss.Law("A*exp(S)*exp(-Q/T)", ("T",)), {"T": 2}, 3, 2),
    (ss.Law("a*sqrt(b + x) + c", ("x",)), {"x": 1}, 3, 3),
    (ss.Law("a*sin(w*x + b)", ("x",)), {"x": 1}, 2, 3),
    (ss.Law("h*nu/(exp(h*nu/(k*T)) - 1)", ("nu", "T")), {"nu": 2, "T": 3}, 1, 2),
]


def symbolic_rank(law: ss.Law, center: dict[str, object], order: int) -> int:
    """Return the rank of the Jacobian of SymPy's own derivatives at random constants, to 60 digits."""
    constants = [sympy.Symbol(n) for n in law.constants]
    values = {c: sympy.Rational(7 + 3 * i, 5) for i, c in enumerate(constants)}
    place = {sympy.Symbol(n): sympy.Rational(str(v)) for n, v in center.items()}
    rows = []
    for index in ss.TaylorSpace(center, order).multi_indices.tolist():
        slope = law.formula
        for name, times in zip(center, index, strict=True):
            slope = sympy.diff(slope, sympy.Symbol(name), times) if times else slope
        rows.append([sympy.diff(slope, c).xreplace(place).xreplace(values).evalf(60) for c in constants])
    return int(sympy.Matrix(rows).rank(iszerofunc=lambda e: abs(e) < sympy.Float("1e-40")))


@pytest.mark.parametrize(("law", "center", "order", "rank"), CASES)
def test_the_rank_is_that_of_the_symbolic_jacobian(law: ss.Law, center: dict[str, object], order: int, rank: int) -> None:
    found = law.identifiability(ss.TaylorSpace(center, order))
    assert found.rank == rank == symbolic_rank(law, center, order)
    assert found.exact
    assert found.identifiable == (rank == len(law.constants)) == (not found.directions)


@pytest.mark.parametrize(
    ("law", "center", "sentence"),
    [
        (ss.Law("k1*k2*c", ("c",)), {"c": 1}, "only k1*k2 is determined, not k1 and k2 apart"),
        (ss.Law("k1 + k2 + C*c", ("c",)), {"c": 1}, "only k1 + k2 is determined, not k1 and k2 apart"),
        (ss.Law("A*exp(b)*x", ("x",)), {"x": 2}, "only log(A) + b is determined, not A and b apart"),
        (ss.Law("A*exp(S)*exp(-Q/T)", ("T",)), {"T": 2}, "only log(A) + S is determined, not A and S apart"),
    ],
)
def test_null_directions_are_said_in_words(law: ss.Law, center: dict[str, object], sentence: str) -> None:
    assert law.identifiability(ss.TaylorSpace(center, 3)).directions == (sentence,)


def test_the_smallest_orders_are_told_also_beyond_the_one_asked_for() -> None:
    law = ss.Law("a + b*x + c*(x - 2)**4 + d*x**9", ("x",))
    found = law.identifiability(ss.TaylorSpace({"x": 2}, 2))
    assert found.appears == {"a": 0, "b": 0, "c": 4, "d": 0}
    assert found.needed == {"a": 2, "b": 2, "c": 4, "d": 2}
    assert (found.rank, found.order_needed) == (3, 4)
    assert found.directions == ("c has no influence",)
    rows = JOHNSON_COOK.identifiability(ss.TaylorSpace({"e": "0.2", "r": 10, "T": "0.4"}, 1))
    assert rows.needed == {"A": 2, "B": 2, "n": 2, "C": 1, "m": 1}
    never = ss.Law("a*b*x", ("x",)).identifiability(ss.TaylorSpace({"x": 2}, 1))
    assert never.needed == {"a": None, "b": None}
    assert never.order_needed is None


def test_a_slice_loses_what_stands_beside_the_variable_that_is_held() -> None:
    space = ss.TaylorSpace(PLACE, 2)
    found = YIELD.identifiability(space, held={"c": "1/8"})
    assert (found.rank, found.identifiable) == (2, False)
    assert found.directions == ("only sf + 1/4*C is determined, not sf and C apart",)
    assert YIELD.identifiability(space, held={"d": 4}).directions == ("only sf + 1/2*k is determined, not sf and k apart",)
    gone = ss.Law("a + b*x*y", ("x", "y")).identifiability(ss.TaylorSpace({"x": 1, "y": 1}, 2), held={"y": 0})
    assert gone.directions == ("b has no influence",)
    legendre = ss.LegendreSpace({"c": (0.01, 0.1), "d": (1, 100)}, 3)
    assert YIELD.identifiability(legendre, held={"c": "1/8"}).rank == 2
    assert YIELD.identifiability(legendre).rank == 3


def test_data_in_which_a_column_never_varies_say_so() -> None:
    d = np.linspace(1.0, 20.0, 12)
    found = YIELD.identifiability({"c": np.full(12, 0.125), "d": d, "y": d})
    assert (found.rank, found.exact) == (2, False)
    assert found.directions == ("only sf + 1/4*C is determined, not sf and C apart",)
    assert found.warnings[0].startswith("c is 0.125 in every row")
    assert YIELD.identifiability({"c": np.linspace(0.01, 0.1, 12), "d": d}).identifiable
    assert YIELD.identifiability({"c": [0.1, 0.2], "d": [1.0, 2.0]}).rank == 2
    alike = ss.Law("a*x + b*y", ("x", "y")).identifiability({"x": d, "y": 3 * d})
    assert alike.directions == ("only a + 3*b is determined, not a and b apart",)


def test_sloppy_directions_are_named_at_given_constants() -> None:
    law = ss.Law("sf + C*c**m + k*d**(-n)", ("c", "d"))
    rng = np.random.default_rng(3)
    table = {"c": rng.uniform(0.01, 0.1, 200), "d": np.exp(rng.uniform(0, np.log(100), 200))}
    found = law.identifiability(table, at={"sf": 100, "C": 300, "m": "2/3", "k": 500, "n": 0.5})
    slopes = law.slopes(law.constants)
    numbers = {"sf": 100.0, "C": 300.0, "m": 2 / 3, "k": 500.0, "n": 0.5}
    names = [*law.variables, *law.constants]
    columns = [sympy.lambdify(names, e, "numpy")(*table.values(), *numbers.values()) for e in slopes]
    matrix = np.stack([np.broadcast_to(c, 200) * v for c, v in zip(columns, numbers.values(), strict=True)], axis=1)
    values = np.linalg.svd(matrix, compute_uv=False)
    assert np.allclose(found.singular, values / values[0], rtol=1e-8)
    assert found.identifiable
    assert len(found.sloppy) == np.sum(values / values[0] < 1e-2) > 0
    assert all(text.startswith("sloppy: ") for text in found.sloppy)
    assert "C" in found.sloppy[-1]
    assert "m by" in found.sloppy[-1]
    assert law.identifiability(table).singular == ()


def test_an_open_centre_is_as_good_as_a_number() -> None:
    space = ss.TaylorSpace({"c": sympy.Symbol("c0"), "d": sympy.Symbol("d0")}, 1)
    assert YIELD.identifiability(space).rank == 3


def test_bad_questions_are_refused() -> None:
    space = ss.TaylorSpace(PLACE, 1)
    with pytest.raises(IdentifiabilityError, match="no constant to determine"):
        ss.Law("x**2", ("x",)).identifiability(ss.TaylorSpace({"x": 1}, 1))
    with pytest.raises(LawNameError, match="held: 'e' is no variable"):
        YIELD.identifiability(space, held={"e": 1})
    with pytest.raises(OptionError, match="all variables c, d are held"):
        YIELD.identifiability(space, held={"c": 1, "d": 2})
    with pytest.raises(OptionError, match="expected a mapping of variables"):
        YIELD.identifiability(space, held=3)  # type: ignore[arg-type]  # what a user may write
    with pytest.raises(LawNameError, match="constant 'k' has no value"):
        YIELD.identifiability(space, at={"sf": 1, "C": 2})
    with pytest.raises(LawNameError, match="'R' is no constant"):
        YIELD.identifiability(space, at={"R": 1})
    with pytest.raises(OptionError, match="expected a mapping of constants"):
        YIELD.identifiability(space, at=1.0)  # type: ignore[arg-type]  # what a user may write
    with pytest.raises(DataError, match="d"):
        YIELD.identifiability({"c": [1.0, 2.0]})
    with pytest.raises(OptionError, match="expected a Taylor, Legendre"):
        YIELD.identifiability(ss.EmpiricalSpace({"c": [1, 2, 3.0], "d": [1, 4, 2.0]}, 1), held={"c": 1})


def test_the_answer_prints_and_travels() -> None:
    found = JOHNSON_COOK.identifiability(ss.TaylorSpace({"e": "0.2", "r": 10, "T": "0.4"}, 1))
    assert "rank 4 of 5 (exactly, at random points modulo a prime): not all constants are determined." in str(found)
    assert "determined from order" in str(found)
    assert Identifiability.from_json(found.to_json()) == found
    assert json.loads(found.to_json())["rank"] == 4
    assert pickle.loads(pickle.dumps(found)) == found
    assert r"\begin{tabular}" in found.to_latex()
    assert "<table>" in found._repr_html_()
    assert repr(found).startswith("<Identifiability: rank 4 of 5; ")
    for text in ("{}", "[]", '{"format": "symseries.identifiability"}'):
        with pytest.raises(DataError, match="expected the text that to_json returns"):
            Identifiability.from_json(text)
