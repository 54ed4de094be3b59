"""Statements: proved by an exact argument, refuted with a witness, or open; a sample here, the whole in bench_verify."""

from __future__ import annotations

import pickle
import sys
import time
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symseries.derivations import Verdict, verify
from symseries.derivations.ball_functions import Undefined, ball
from symseries.derivations.balls import agreeing_digits, differ, evaluated
from symseries.derivations.domains import Domain, read_assumptions
from symseries.derivations.ring import is_zero
from symseries.derivations.statements import Statement, read_statement
from symseries.derivations.verifying import judged
from symseries.errors import DataError, LawNameError, LawSyntaxError, NotAnalyticError, OptionError, ResourceLimitError

sys.path.insert(0, str(Path(__file__).resolve().parent / "derivations"))

from corpus_false import FALSE
from corpus_true import TRUE
from mutations import is_false, mutations

x, y, n, k, t = sp.symbols("x y n k t")

# Statements that take longer, or resemble others, are left to the benchmark.
SAMPLE_TRUE = [entry for i, entry in enumerate(TRUE) if i % 5 == 0]
SAMPLE_FALSE = [entry for i, entry in enumerate(FALSE) if i % 5 == 3]


def test_the_corpus_is_large() -> None:
    assert len(TRUE) >= 60
    assert len(FALSE) >= 60
    for entries in (TRUE, FALSE):
        assert len({name for name, *_ in entries}) == len(entries)


@pytest.mark.parametrize(("name", "left", "right", "options"), SAMPLE_TRUE, ids=lambda v: v if isinstance(v, str) else "")
def test_true_statements_are_proved(name: str, left: object, right: object, options: dict) -> None:
    found = verify(left, right, **options)
    assert (name, found.status) == (name, "proved")
    assert found.reason
    assert found.witness is None


@pytest.mark.parametrize(("name", "left", "right", "options"), SAMPLE_FALSE, ids=lambda v: v if isinstance(v, str) else "")
def test_false_statements_are_refuted(name: str, left: object, right: object, options: dict) -> None:
    found = verify(left, right, **options)
    assert (name, found.status) == (name, "refuted")
    assert found.witness is not None


@pytest.mark.parametrize("mutation", list(mutations(12, seed=5)), ids=lambda m: f"{m.kind}-{m.name}")
def test_mutations_are_judged_as_mpmath_judges_them(mutation: object) -> None:
    expected = is_false(mutation.statement)
    found = judged(mutation.statement, 10.0)
    assert found.status == "refuted" if expected else found.status != "refuted" or expected is None


# ---- witnesses


def test_a_witness_is_an_exact_point_where_mpmath_sees_the_difference() -> None:
    found = verify("log(1 + exp(x))", "x/2 + log(cosh(x/2))")
    with mpmath.workdps(30):
        at = mpmath.mpf(found.witness.point["x"].numerator) / found.witness.point["x"].denominator
        left = mpmath.log(1 + mpmath.exp(at))
        right = at / 2 + mpmath.log(mpmath.cosh(at / 2))
        assert abs(mpmath.mpf(found.witness.left) - left) < 1e-12
        assert abs(mpmath.mpf(found.witness.right) - right) < 1e-12
        assert abs(left - right) > 0.1


def test_numbers_that_agree_to_thirty_digits_are_told_apart() -> None:
    found = verify("exp(pi*sqrt(163))", "262537412640768744")
    assert found.status == "refuted"


def test_the_first_coefficient_that_differs_is_the_witness() -> None:
    found = verify("tanh(w*x)", "w*x - w**2*x**3/3", order=4, around={"x": 0})
    assert found.witness.power == "x**3"
    assert (found.witness.left, found.witness.right) == ("-w**3/3", "-w**2/3")
    assert str(found.diagnosis) == "wrong at one order only: the coefficient of x**3"


def test_a_true_statement_that_simplify_misses_on_a_branch() -> None:
    """The derivative of atan(x) + atan(1/x) is zero, and it is not constant."""
    assert verify("atan(x) + atan(1/x)", "pi/2").status == "refuted"
    assert verify("atan(x) + atan(1/x)", "pi/2", assumptions={"x": "positive"}).status == "proved"


def test_what_is_neither_shown_nor_refuted_stays_open() -> None:
    """Both sides are the same function; no strategy knows it."""
    found = verify("2*atan(tanh(x/2))", "asin(tanh(x))")
    assert found.status == "open"
    assert found.points >= 10
    assert found.digits > 15
    assert "points" in found.reason


def test_a_polynomial_with_all_points_as_roots_is_refuted() -> None:
    """Agreement at points proves nothing: this difference vanishes at every simple point but one."""
    points = [p["x"] for p in read_assumptions(None).points(["x"])]
    wrong = sp.Mul(*(x - sp.Rational(p.numerator, p.denominator) for p in points))
    found = verify(wrong, 0, seconds=3)
    assert found.status == "open"  # never proved
    assert found.digits == float("inf")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(x*y)", "sqrt(x)*sqrt(y)"), ("atan(tan(x))", "x"), ("asin(sin(x))", "x"), ("acosh(cosh(x))", "x"),
        ("(x**3)**(1/3)", "x"), ("atan(x) + atan(y)", "atan((x + y)/(1 - x*y))"), (sp.sign(x) ** 2, 1), ("log(1/x)", "-log(x)"),
        ("sqrt(1/x)", "1/sqrt(x)"), ("abs(x + y)", "abs(x) + abs(y)"), (sp.floor(x), "x"), ("sqrt(x**2*y)", "x*sqrt(y)"),
    ],
)  # fmt: skip
def test_branches_and_corners_are_seen(left: object, right: object) -> None:
    assert verify(left, right).status == "refuted"


@pytest.mark.parametrize(
    "left",
    [sp.Integral(1 / t, (t, -1, 1)), sp.Sum((-1) ** k, (k, 0, sp.oo)), sp.Sum(2**k, (k, 0, sp.oo)), sp.Sum(k, (k, 1, sp.oo))],
)
def test_what_has_no_value_equals_nothing(left: sp.Expr) -> None:
    """The values are those that summation methods and principal values would give."""
    for number in (0, sp.Rational(1, 2), -1, sp.Rational(-1, 12)):
        assert verify(left, number).status == "open"


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (sp.binomial(n, k) * sp.bernoulli(k), n + sp.bernoulli(n)), (sp.binomial(n + 2, k) * sp.bernoulli(k), None),
        (sp.binomial(n, k) * k * 3**k, 3 * n * 4 ** (n - 1)), (sp.binomial(n, k) * sp.factorial(k) * sp.factorial(n - k), None),
    ],
)  # fmt: skip
def test_convolutions_by_generating_functions(term: sp.Expr, value: sp.Expr | None) -> None:
    """Where no value is given: the row for n + 2 less its last two terms, and n! summed n + 1 times."""
    known = (
        value if value is not None else (n + 2) * (1 - sp.bernoulli(n + 1)) if term.has(sp.bernoulli) else sp.factorial(n + 1)
    )
    found = verify(sp.Sum(term, (k, 0, n)), known)
    assert found.status == "proved"


# ---- diagnoses


@pytest.mark.parametrize(
    ("left", "right", "kind", "said"),
    [
        (sp.Integral(sp.exp(-(t**2)), (t, 0, x)), sp.erf(x) / sp.sqrt(sp.pi), "factor", "right/left = 2/pi"),
        ("1 - tanh(x)**2", "sech(x)**3", "exponent", "exponent 3"),
        ("1 - tanh(x)**2", "-sech(x)**2", "sign", "right = -left"),
        (sp.Sum(k, (k, 1, n)), n * (n - 1) / 2, "bound", "upper bound n"),
        ("tanh(x)**2 - sech(x)**2", "1", "sign", "-sech(x)**2"),
        (sp.Sum(k**2, (k, 1, n - 1)), n * (n + 1) * (2 * n + 1) / 6, "bound", "upper bound n - 1"),
        ("log(1 + exp(x))", "x/2 + log(cosh(x/2))", "missing term", "log(2)"),
        ("sqrt(x**2)", "x", "assumption", "true for example where x is positive"),
        ("asin(sin(x))", "x", "assumption", "true for example where |x| < 1"),
        ("log(x*y)", "log(x) + log(y)", "assumption", "true for example where x and y are positive"),
        (sp.Sum(sp.binomial(n, k) ** 2, (k, 0, n)), sp.binomial(2 * n, n + 1), "index", "n + 1 in binomial"),
        ("sin(x)", "sin(x) + x**3/7", "missing term", "x**3/7"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_diagnosed(left: object, right: object, kind: str, said: str) -> None:
    found = verify(left, right)
    assert found.status == "refuted"
    assert found.diagnosis is not None
    assert found.diagnosis.kind == kind
    assert said in str(found.diagnosis)


def test_a_repaired_side_is_proved() -> None:
    found = verify("1 - tanh(x)**2", "sech(x)**3")
    assert verify("1 - tanh(x)**2", found.diagnosis.repaired).status == "proved"


# ---- limits and bad input


def test_the_time_limit_is_kept() -> None:
    hard = sp.Sum(sp.binomial(n, k) ** 4 * sp.harmonic(k) ** 2, (k, 0, n))
    verify("x", "x")  # starts the worker
    began = time.monotonic()
    found = verify(hard, sp.harmonic(n) * sp.bernoulli(n), assumptions="n > 40, n integer", seconds=1.0)
    assert time.monotonic() - began < 4.0
    assert found.status in {"open", "refuted"}


@pytest.mark.parametrize(
    ("left", "right", "options", "error", "said"),
    [
        ("", "x", {}, LawSyntaxError, "empty"),
        ("x +", "x", {}, LawSyntaxError, "column"),
        ("x = y", "x", {}, LawSyntaxError, "column 3"),
        (r"\frac{1}{x", "x", {}, LawSyntaxError, "position"),
        ("9**9**9**9", "1", {}, ResourceLimitError, "digits"),
        (None, "x", {}, OptionError, "NoneType"),
        ("x", "x", {"assumptions": "x is large"}, OptionError, "large"),
        ("x", "x", {"assumptions": {"z": "positive"}}, LawNameError, "'z'"),
        ("x", "x", {"assumptions": "x > 1, x < 0"}, OptionError, "no number"),
        ("x", "x", {"order": -1}, OptionError, "order"),
        ("x*y", "x", {"order": 2}, OptionError, "around"),
        ("x", "x", {"order": 2, "around": {"z": 0}}, LawNameError, "'z'"),
        ("log(x)", "x", {"order": 2}, NotAnalyticError, "no power series"),
        ("x", "x", {"seconds": 0}, OptionError, "seconds"),
        (sp.Matrix([[1]]), "x", {}, OptionError, "matrix"),
        (sp.MatrixSymbol("M", 2, 2), 3, {}, OptionError, "expected two matrices, or 0"),
        (sp.Symbol("v", commutative=False), 0, {}, OptionError, "commute"),
        (sp.Symbol("z", complex=True), 0, {}, OptionError, "real"),
        (sp.Add(*(x**i * y**j for i in range(70) for j in range(70))), "x", {}, ResourceLimitError, "5000"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_at_once(left: object, right: object, options: dict, error: type, said: str) -> None:
    began = time.process_time()
    with pytest.raises(error, match=said) as seen:
        verify(left, right, **options)
    assert "\n" not in str(seen.value)
    assert time.process_time() - began < 1.0


def test_huge_sums_are_not_summed() -> None:
    began = time.monotonic()
    found = verify(sp.Sum(sp.sqrt(k), (k, 1, 10**12)), 1)
    assert found.status == "open"
    assert time.monotonic() - began < 8


# ---- the parts


@given(st.fractions(min_value=-3, max_value=3, max_denominator=50))
def test_balls_hold_what_mpmath_computes(place: Fraction) -> None:
    expression = sp.tanh(x) * sp.erf(x) + sp.exp(-(x**2)) * sp.cos(3 * x) - sp.gamma(x**2 + 1) / (1 + sp.exp(-x))
    value = ball(evaluated(expression, {"x": place}, 128))
    with mpmath.workdps(50):
        at = mpmath.mpf(place.numerator) / place.denominator
        other = mpmath.tanh(at) * mpmath.erf(at) + mpmath.exp(-(at**2)) * mpmath.cos(3 * at)
        other -= mpmath.gamma(at**2 + 1) / (1 + mpmath.exp(-at))
        assert abs(mpmath.mpf(value.real.str(40, radius=False)) - other) < mpmath.mpf(10) ** -30


@pytest.mark.parametrize(
    ("term", "first", "truth"),
    [
        (2**-k, 0, 2), (1 / k**2, 1, sp.pi**2 / 6), ((-1) ** (k + 1) / k, 1, sp.log(2)), (1 / sp.factorial(k), 0, sp.E),
        (sp.binomial(2 * k, k) / 8**k, 0, sp.sqrt(2)), (sp.sin(k) / 2**k, 1, 2 * sp.sin(1) / (5 - 4 * sp.cos(1))),
        (sp.zeta(2 * k) / 4**k, 1, sp.Rational(1, 2)), (sp.harmonic(k) / 2**k, 1, 2 * sp.log(2)),
    ],
)  # fmt: skip
def test_the_ball_of_a_series_holds_its_value(term: sp.Expr, first: int, truth: sp.Expr) -> None:
    """The values are of Abramowitz and Stegun (23.2, 3.6), and of geometric series of complex numbers."""
    value = evaluated(sp.Sum(term, (k, first, sp.oo)), {}, 96)
    exact = evaluated(sp.S(truth), {}, 96)
    assert not differ(value, exact)
    assert agreeing_digits(value, exact) > 1.5
    assert differ(value, ball(exact) + sp_ball("1/20"))


def sp_ball(text: str) -> object:
    return ball(evaluated(sp.Rational(text), {}, 96))


@pytest.mark.parametrize("term", [1 / k, sp.S.One, 2**k, (-1) ** k, sp.factorial(k) / 3**k, sp.log(k)])
def test_a_series_that_diverges_has_no_value(term: sp.Expr) -> None:
    with pytest.raises(Undefined):
        evaluated(sp.Sum(term, (k, 1, sp.oo)), {}, 64)


@pytest.mark.parametrize("expression", [1 / x, sp.log(x), x**-2, sp.gamma(x), sp.zeta(x + 1), sp.cot(x)])
def test_a_pole_has_no_value(expression: sp.Expr) -> None:
    with pytest.raises(Undefined):
        evaluated(expression, {"x": Fraction(0)}, 64)


SMALL = st.integers(-3, 3)


@given(SMALL, SMALL, SMALL, st.integers(1, 3))
def test_the_ring_decides_polynomials_in_its_generators(a: int, b: int, c: int, q: int) -> None:
    """(u + v)**2 expanded is zero with the right coefficients, and with no other."""
    real = sp.Symbol("x", real=True)
    u, v = sp.exp(real / q), sp.sqrt(real**2 + 1)
    right = a * u**2 + b * u * v + c * (real**2 + 1)
    assert is_zero((u + v) ** 2 - right) == ((a, b, c) == (1, 2, 1))


@pytest.mark.parametrize(
    "difference",
    [sp.sqrt(x**2) - x, sp.log(x * y) - sp.log(x) - sp.log(y), (x**2) ** sp.Rational(3, 2) - x**3, (-1) ** n - 1,
     sp.exp(x + y) - sp.exp(x) - sp.exp(y), (x * y) ** t - x**t * y**t],
)  # fmt: skip
def test_the_ring_believes_nothing_of_branches(difference: sp.Expr) -> None:
    assert not is_zero(difference)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x > 0", "x > 0"), ("0 < x < 1", "x in (0, 1)"), ("|x| <= 2", "x in [-2, 2]"), ("n integer", "n integer"),
        ("n integer, n >= 3", "n integer, ≥ 3"), ("a < b", "a < b"), ("x nonnegative", "x ≥ 0"), ("x >= 0.05", "x ≥ 0.05"),
    ],
)  # fmt: skip
def test_assumptions_are_read(text: str, said: str) -> None:
    found = read_assumptions(text)
    assert str(found) == said
    names = sorted({*found.domains, *(name for a, _, b in found.conditions for name in (a, b))})
    points = found.points(names)
    assert len(points) >= 5
    assert all(point[name] in found[name] for point in points for name in names)
    assert all(found.holds(point) for point in points)


def test_points_have_strata() -> None:
    values = [p["x"] for p in read_assumptions(None).points(["x"])]
    assert min(map(abs, values)) < Fraction(1, 50)
    assert max(values) > 10
    assert min(values) < -10
    assert Domain().points() == values


def test_symbols_bring_their_assumptions() -> None:
    positive = sp.Symbol("x", positive=True)
    assert verify(sp.sqrt(positive**2 + 0), positive).status == "proved"
    assert str(read_statement(positive, 1).assumptions) == "x > 0"


def test_names_that_count_are_natural() -> None:
    statement = read_statement(sp.Sum(sp.IndexedBase("a")[k], (k, 0, n)), 0)
    assert str(statement.assumptions) == "n integer, ≥ 0"
    assert statement.names == ("n",)


def test_remainders_say_the_order() -> None:
    statement = read_statement(sp.tanh(x), x - x**3 / 3 + sp.O(x**5))
    assert (statement.order, dict(statement.around)) == (4, {"x": 0})
    assert judged(statement, None).status == "proved"


def test_sequences_and_functions_are_arbitrary() -> None:
    a, f = sp.IndexedBase("a"), sp.Function("f")
    assert verify(sp.Sum(a[k], (k, 0, n)), sp.Sum(a[k], (k, 1, n)) + a[0]).status == "proved"
    assert verify(sp.Sum(a[k] ** 2, (k, 0, n)), sp.Sum(a[k], (k, 0, n)) ** 2).status == "refuted"
    assert verify(sp.Derivative(f(x) ** 2, x), 2 * f(x) * sp.Derivative(f(x), x)).status == "proved"
    assert verify(f(x + y), f(x) + f(y)).status == "refuted"


def test_power_series_of_sequences_are_compared_by_coefficients() -> None:
    a = sp.IndexedBase("a")
    square = sp.Sum(a[k] * x**k, (k, 0, sp.oo)) ** 2
    right = sp.Sum(x**n * sp.Sum(a[k] * a[n - k], (k, 0, n)), (n, 0, sp.oo))
    found = verify(square, right)
    assert found.status == "open"
    assert found.reason.startswith("equal to order 6")
    assert verify(square, right, order=4, around={"x": 0}).status == "proved"
    wrong = verify(square, sp.Sum(a[n] ** 2 * x ** (2 * n), (n, 0, sp.oo)))
    assert (wrong.status, wrong.witness.power) == ("refuted", "x")


def test_series_that_diverge_are_not_joined() -> None:
    """1 is the value of the one series that the difference of both would be."""
    harmonic = sp.Sum(1 / k, (k, 1, sp.oo)) - sp.Sum(1 / (k + 1), (k, 1, sp.oo))
    assert verify(harmonic, 1).status == "open"


def test_sums_under_conditions_are_written_out() -> None:
    """The number of partitions of n into parts 1 and 2 is n//2 + 1."""
    partitions = r"\sum_{k_1 + 2 k_2 = n} 1"
    assert verify(partitions, sp.floor(n / 2) + 1).status == "open"
    assert verify(partitions, sp.floor(n / 2) + 1).digits == float("inf")
    assert verify(partitions, n / 2 + 1).status == "refuted"


def test_latex_and_text_meet() -> None:
    assert verify(r"\tanh\frac{x}{2}", "(exp(x) - 1)/(exp(x) + 1)").status == "proved"
    assert verify(r"e^{i x}", r"\cos x + i \sin x", names={"i": sp.I}).status == "proved"
    assert verify(r"e^{i x}", r"\cos x + i \sin x", names={"i": sp.Symbol("i")}).status == "refuted"  # as a name like any other
    with pytest.raises(LawSyntaxError, match="imaginary unit or a name"):
        verify(r"e^{i x}", r"\cos x + i \sin x")


def test_an_integer_that_stops_the_recurrence_is_no_proof() -> None:
    """Both sides satisfy (n - m) S(n + 1) = (n - m) S(n), and differ beyond n = m."""
    m = sp.Symbol("m")
    left = sp.Sum(sp.KroneckerDelta(k, m), (k, 0, n))
    assert verify(left, 0, assumptions={"m": "natural"}).status == "refuted"


def test_a_parity_is_blamed_where_it_holds_at_simple_points_too() -> None:
    """The sum picks x[j] where 1 <= j <= n, whether j is odd or not."""
    entries, j = sp.IndexedBase("x"), sp.Symbol("j")
    found = verify(sp.Sum(sp.KroneckerDelta(k, j) * entries[k], (k, 1, n)), entries[j])
    assert found.status == "refuted"
    assert "odd" not in str(found.diagnosis)
    assert "even" not in str(found.diagnosis)


# ---- the verdict shows itself


VERDICTS = {
    "proved": lambda: verify("tanh(x)**2 + sech(x)**2", "1"),
    "refuted": lambda: verify("sqrt(x**2)", "x"),
    "open": lambda: verify("2*atan(tanh(x/2))", "asin(tanh(x))", seconds=2),
    "order": lambda: verify("exp(x)", "1 + x", order=2),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_verdict_shows_itself(name: str) -> None:
    found = VERDICTS[name]()
    assert repr(found).count("\n") == 0
    assert found.status in str(found)
    assert found.statement in str(found)
    assert "<table>" in found._repr_html_()
    assert found._repr_latex_().startswith("$")
    assert r"\begin{tabular}" in found.to_latex()
    assert Verdict.from_json(found.to_json()) == found
    assert pickle.loads(pickle.dumps(found)) == found
    assert list(found.to_frame().columns) == ["part", "finding"]


def test_a_broken_record_is_refused() -> None:
    good = verify("x", "x").to_json()
    for text in ("", "{}", "[1]", good.replace("proved", "believed"), good.replace('"version": 1', '"version": 9')):
        with pytest.raises(DataError):
            Verdict.from_json(text)


def test_without_a_limit_no_process_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symseries.derivations.verifying.run_limited", lambda *_, **__: pytest.fail("a process was asked"))
    assert judged(Statement(x, x), None).status == "proved"


A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)


@pytest.mark.parametrize(
    ("left", "right", "status"),
    [
        ((A * B).T, B.T * A.T, "proved"),
        ((A * B).inverse(), B.inverse() * A.inverse(), "proved"),
        (A.inverse() * A, sp.Identity(2), "proved"),
        (sp.Determinant(A * B), sp.Determinant(A) * sp.Determinant(B), "proved"),
        (A * B, B * A, "refuted"),
        ((A + B) ** 2, A**2 + 2 * A * B + B**2, "refuted"),
        (A, sp.MatrixSymbol("C", 2, 3), "refuted"),
    ],
)
def test_matrices_without_entries_get_letters(left: object, right: object, status: str) -> None:
    assert verify(left, right).status == status


def test_matrices_that_have_no_entries_are_refused() -> None:
    n = sp.Symbol("n")
    with pytest.raises(OptionError, match="left side: the matrix C is n by n; give it numbers of rows and columns"):
        verify(sp.MatrixSymbol("C", n, n), 0)
    with pytest.raises(LawNameError, match="'A_1_2' is a name beside a matrix, and one of its entries"):
        verify(A[0, 1] * sp.Symbol("A_1_2"), 1)
    with pytest.raises(ResourceLimitError, match="the matrix D has 81 entries, at most 64"):
        verify(sp.MatrixSymbol("D", 9, 9), 0)


@pytest.mark.parametrize(
    ("left", "right", "status"),
    [
        (r"\sum_{k=1}^{2} a_k", "a_1+a_2", "proved"),
        (r"\sum_{k=1}^{2} a_k", "a_1-a_2", "refuted"),
        (r"\sum_{k=1}^{3} a_k b_k", r"a_1 b_1 + a_2 b_2 + a_3 b_3", "proved"),
        (r"\prod_{k=1}^{2} a_k", r"a_2 a_1", "proved"),
    ],
)
def test_entries_of_sequences_on_both_sides_are_the_same(left: str, right: str, status: str) -> None:
    assert verify(left, right).status == status


@pytest.mark.parametrize(("left", "right"), [("sqrt(x**2)", "x"), ("log(x*y)", "log(x) + log(y)"), ("asin(sin(x))", "x")])
def test_the_example_of_an_assumption_is_true(left: str, right: str) -> None:
    said = str(verify(left, right).diagnosis).removeprefix("true for example where ")
    names = ["x", "y"] if "and" in said else ["x"]
    held = dict.fromkeys(names, ("0", "1") if "|" in said else "positive")
    assert verify(left, right, assumptions=held).status != "refuted"
