"""Rings: the number rule, conversion, elementary values, zero test, encoding."""

from __future__ import annotations

import json
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy
from flint import fmpq, fmpz
from hypothesis import given
from hypothesis import strategies as st

from symseries.errors import DataError, NotAnalyticError, OptionError
from symseries.scalars import (
    ARB,
    C128,
    F64,
    MPF,
    QQ,
    as_fraction,
    boxed,
    check_finite,
    check_scalars,
    is_exact,
    rational_power,
    scalars_named,
    stored,
    typed,
)
from symseries.scalars.balls import _BALL_VALUES
from symseries.scalars.floats import FLOAT_VALUES
from symseries.scalars.rationals import _RATIONAL_VALUES

NO_TEXTS = ["", *"abc 1/0 1/0.0 nan inf 1_000 1,5 0x10 --1 1e ٣ 1/2/3".split(), "9" * 201]
NO_FLOATS = [
    math.nan,
    math.inf,
    -math.inf,
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    sympy.nan,
    sympy.oo,
    sympy.zoo,
]
NO_NUMBERS = [*NO_FLOATS, True, False, np.True_, None, 1j, [1], np.array([1.0]), b"1", sympy.pi, sympy.Symbol("x")]
TWENTIETHS = ["0.05", " 1/20 ", "5e-2", "5E-02", "+.05", "0.1/2", "00.050", 0.05, np.float64(0.05), np.float32(0.05)]
TWENTIETHS += [
    Fraction(1, 20),
    Decimal("0.05"),
    sympy.Rational(1, 20),
    sympy.Float("0.05"),
    sympy.Float("0.05", 30),
    fmpq(1, 20),
]
FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)


X = sympy.Symbol("x")
_NAMED = "exp log sin cos tan sinh cosh tanh asin acos atan asinh acosh erf"
ELEMENTARY = {
    **{name: getattr(sympy, name)(X) for name in _NAMED.split()},
    "abs": sympy.Abs(X),
    "expm1": sympy.exp(X) - 1,
    "sigmoid": 1 / (1 + sympy.exp(-X)),
    "softplus": sympy.log(1 + sympy.exp(X)),
    "gaussian": sympy.exp(-(X**2)),
    "normal_pdf": sympy.exp(-(X**2) / 2) / sympy.sqrt(2 * sympy.pi),
    "normal_cdf": sympy.erfc(-X / sympy.sqrt(2)) / 2,
    "tanh_slope": sympy.sech(X) ** 2,
    "sigmoid_slope": sympy.exp(-X) / (1 + sympy.exp(-X)) ** 2,
    "erf_slope": sympy.diff(sympy.erf(X), X),
}


def points_of(name: str) -> list[float]:
    """Return points at which an elementary function is real, saturated ones among them."""
    domains = {"asin": [0.3, 0.9], "acos": [0.3, 0.9], "log": [0.3, 0.9], "acosh": [1.5, 30.0]}
    return domains.get(name, [-30.0, -0.7, 0.0, 0.3, 2.0, 30.0])


class TestTyped:
    @pytest.mark.parametrize("value", TWENTIETHS, ids=repr)
    def test_is_the_decimal(self, value: object) -> None:
        assert typed(value) == sympy.Rational(1, 20)

    @pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), fmpz(3), sympy.Integer(3), 3.0, "3", "3.", "3e0"], ids=repr)
    def test_integers(self, value: object) -> None:
        assert typed(value) == 3

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_of_a_float_is_its_shortest_decimal(self, value: float) -> None:
        if value == 0 or abs(value) >= 2.3e-308:
            assert typed(value) == sympy.Rational(*Decimal(repr(value)).as_integer_ratio())
            assert float(typed(value)) == value

    @pytest.mark.parametrize("value", [*NO_TEXTS, *NO_NUMBERS], ids=lambda value: repr(value)[:20])
    def test_refuses_what_is_no_number(self, value: object) -> None:
        with pytest.raises(OptionError, match=r"^center of x: .* is not a finite number; write it as 0\.05") as caught:
            typed(value, "center of x")
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        "value",
        ["1e309", "1e-400", 10**400, pytest.param(10**5000, id="long"), Fraction(1, 10**400), Decimal("1E-999"), "-1e999"],
    )
    def test_refuses_what_no_float_can_hold(self, value: object) -> None:
        with pytest.raises(DataError, match="beyond the range of floating-point numbers"):
            typed(value, "x", DataError)

    def test_sympy_floats_keep_the_digits_that_they_do_not_show(self) -> None:
        assert typed(sympy.Float(0.12345678901234566)) == typed(0.12345678901234566) == sympy.Rational("0.12345678901234566")

    def test_text_is_not_cut(self) -> None:
        """A number of 200 digits is read whole, and a longer one is not read as its beginning."""
        assert typed("0." + "3" * 198) == sympy.Rational(int("3" * 198), 10**198)
        with pytest.raises(OptionError, match="not a finite number"):
            typed("0." + "3" * 199)


class TestStored:
    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_is_the_binary_number(self, value: float) -> None:
        assert Fraction(*value.as_integer_ratio()) == as_fraction(value) == as_fraction(np.float64(value))
        assert stored(value) == sympy.Rational(*value.as_integer_ratio())

    def test_float32_and_sympy_floats_are_exact(self) -> None:
        assert as_fraction(np.float32(0.1)) == Fraction(float(np.float32(0.1)))
        assert as_fraction(sympy.Float(0.1)) == Fraction(0.1) != Fraction(1, 10)

    @pytest.mark.parametrize(
        "value", [True, np.False_, None, math.nan, -math.inf, 1j, "0.5", sympy.nan, sympy.oo, Decimal("sNaN")]
    )
    def test_refuses(self, value: object) -> None:
        assert as_fraction(value) is None
        with pytest.raises(OptionError, match=r"^weight: .* is not a finite number$"):
            stored(value, "weight")

    def test_is_exact(self) -> None:
        assert is_exact([1, Fraction(1, 2), Decimal("0.1"), sympy.Rational(1, 3), fmpq(1, 2)])
        assert not is_exact([1, 0.5])
        assert not is_exact([True])


class TestFloat64:
    @pytest.mark.parametrize(
        "value", [0.1, "0.1", "1/10", Fraction(1, 10), sympy.Rational(1, 10), sympy.Float(0.1), np.float64(0.1)]
    )
    def test_element(self, value: object) -> None:
        element = F64.element(value)
        assert element == 0.1
        assert type(element) is float

    def test_elements_of_named_numbers(self) -> None:
        assert F64.element(sympy.pi) == math.pi == F64.number_symbol(sympy.pi)

    @pytest.mark.parametrize("value", [True, None, 1j, np.complex128(1j), sympy.I, sympy.Symbol("x"), "abc", [1.0], object()])
    def test_refuses(self, value: object) -> None:
        with pytest.raises(OptionError, match=r"number: "):
            F64.element(value)
        with pytest.raises(OptionError, match=r"number: "):
            F64.array([[value]] if not isinstance(value, list) else [value, 1.0])

    def test_refuses_what_overflows(self) -> None:
        with pytest.raises(OptionError, match=r"beyond the range"):
            F64.element(10**400)

    def test_arrays(self) -> None:
        assert F64.array(["1/2", 1]).tolist() == [0.5, 1.0]
        assert F64.array(np.array([[1, 2]], dtype=np.int8)).dtype == float
        with pytest.raises(OptionError, match="not a real number"):
            F64.array(np.array([True, False]))
        with pytest.raises(OptionError, match="not a real number"):
            F64.array([[1.0, 2.0], [3.0]])

    def test_array_is_a_copy(self) -> None:
        source = np.ones(3)
        F64.array(source)[0] = 5
        assert source[0] == 1

    def test_zero_is_never_proved(self) -> None:
        assert [F64.is_zero(v) for v in (1.0, 0.0, 1e-14)] == [False, None, None]

    @pytest.mark.parametrize("name", sorted(FLOAT_VALUES))
    def test_values_against_many_digits(self, name: str) -> None:
        points = points_of(name)
        values = F64.elementary(name, np.array(points))
        for point, value in zip(points, values, strict=True):
            exact = float(ELEMENTARY[name].xreplace({X: sympy.Rational(*point.as_integer_ratio())}).evalf(40))
            assert value == pytest.approx(exact, rel=6e-16 if abs(point) < 30 else 2e-13, abs=0)


class TestBalls:
    @pytest.mark.parametrize("name", sorted(_BALL_VALUES))
    def test_values_hold_the_truth_and_lose_few_bits(self, name: str) -> None:
        ring = ARB(128)
        for point in points_of(name):
            found = ring.handed(ring.elementary(name, ring.array([point])))[0]
            exact = ELEMENTARY[name].xreplace({X: sympy.Rational(*point.as_integer_ratio())}).evalf(80)
            assert sympy.Rational(exact) in found
            assert found.digits is None or found.digits > 33 or exact == 0

    def test_every_ring_knows_the_same_functions(self) -> None:
        assert set(_BALL_VALUES) == set(FLOAT_VALUES) == set(ELEMENTARY)
        assert set(_RATIONAL_VALUES) < set(ELEMENTARY)
        assert set(ELEMENTARY) - set(_RATIONAL_VALUES) == {"abs", "softplus", "normal_pdf", "erf_slope"}

    def test_typed_and_stored_numbers(self) -> None:
        typed_, stored_ = ARB(200).handed(ARB(200).array(["0.1", 0.1]))
        assert Fraction(1, 10) in typed_
        assert Fraction(0.1) in stored_
        assert Fraction(1, 10) not in stored_
        assert (stored_.digits, typed_.digits) == (None, 59)
        assert ARB(64).element(sympy.pi).contains(ARB(200).element(sympy.pi))
        assert ARB(64).element(mpmath.mpf("-0.25")) == fmpq(-1, 4)

    @pytest.mark.parametrize("value", ["a", None, 1j, sympy.Symbol("x"), math.nan, mpmath.mpf("inf"), mpmath.mpf("nan"), True])
    def test_refuses_what_is_no_number(self, value: object) -> None:
        with pytest.raises(OptionError, match="is not a"):
            ARB(64).element(value)

    def test_precision_of_the_process_comes_back(self) -> None:
        before = flint.ctx.prec
        with ARB(300).working():
            assert flint.ctx.prec == 300
            with ARB(77).working():
                assert flint.ctx.prec == 77
            assert flint.ctx.prec == 300
        with pytest.raises(ZeroDivisionError), ARB(300).working():
            _ = 1 // 0
        with pytest.raises(NotAnalyticError):
            ARB(300).elementary("log", ARB(300).array([0]))
        assert flint.ctx.prec == before

    def test_threads_do_not_share_a_precision(self) -> None:
        def third(bits: int) -> int:
            ring = ARB(bits)
            return min(ring.handed(ring.elementary("exp", ring.array(["1/3"])))[0].digits for _ in range(200))

        with ThreadPoolExecutor(8) as pool:
            digits = list(pool.map(third, [40, 400, 80, 800] * 4))
        assert digits == [third(bits) for bits in (40, 400, 80, 800)] * 4
        assert len(set(digits)) == 4

    @given(st.fractions(max_denominator=10**6), st.integers(2, 400))
    def test_encoding_is_exact(self, value: Fraction, bits: int) -> None:
        ring = ARB(bits)
        element = ring.element(value)
        again = ring.decode(json.loads(json.dumps(ring.encode(element))))
        assert again.mid() == element.mid()
        assert again.rad() == element.rad()
        copy = pickle.loads(pickle.dumps(ring.handed(ring.array([value]))[0]))
        assert (str(copy), value in copy) == (str(ring.handed(ring.array([value]))[0]), True)

    @pytest.mark.parametrize("code", ["", "1 2 3", "1 2 3 x", 0.5, None, "1.0 0 0 0"])
    def test_decode_refuses(self, code: object) -> None:
        with pytest.raises(DataError, match="expected a ball as text, four integers"):
            ARB(64).decode(code)  # type: ignore[arg-type]

    def test_powers_and_products(self) -> None:
        ring = ARB(128)
        exponents = [Fraction(1, 2), Fraction(2, 3), Fraction(-1, 3), Fraction(3), Fraction(-2), ring.element("1/5")]
        exact = [sympy.Rational(7, 3) ** sympy.Rational(r) for r in ("1/2", "2/3", "-1/3", "3", "-2", "1/5")]
        for exponent, value in zip(exponents, exact, strict=True):
            found = ring.handed(ring.power(ring.array(["7/3"]), exponent))[0]
            assert sympy.Rational(sympy.N(value, 80)) in found
            assert found.digits > 36
        left, right = ring.array([["1/3", 2], [5, "1/7"]]), ring.array([[1, "1/9"], [3, 4]])
        product = ring.handed(ring.matmul(left, right))
        assert Fraction(1, 3) + 6 in product[0, 0]
        assert Fraction(5, 9) + Fraction(4, 7) in product[1, 1]
        assert ring.matmul(ring.zeros(0, 2), right).shape == (0, 2)

    def test_signs_and_zeros_stay_undecided(self) -> None:
        ring = ARB(64)
        with ring.working():
            fuzzy = ring.element("1/3") - ring.element("1/3")
        assert [ring.sign(v) for v in (ring.element(2), ring.element(-2), ring.element(0), fuzzy)] == [1, -1, 0, None]
        assert [ring.is_zero(v) for v in (ring.element(2), ring.element(0), fuzzy)] == [False, True, None]

    def test_how_balls_are_shown(self) -> None:
        third, half = ARB(64).handed(ARB(64).array(["1/3", 0.5]))
        assert str(third) == "0.3333333333333333333 ± 4.24e-20"
        assert (str(half), repr(half), float(third)) == ("0.500000000000000", "<Ball 0.500000000000000>", 1 / 3)
        assert mpmath.almosteq(third.mid, mpmath.mpf(1) / 3)
        assert 0 < third.rad < 1e-18
        with mpmath.workdps(40):
            assert mpmath.mpf(1) / 3 in third
        assert mpmath.mpf("0.25") not in third
        assert half in ARB(64).handed(ARB(64).array([0.5]))[0]
        with pytest.raises(OptionError, match="is not a finite number"):
            _ = "x" in third

    @pytest.mark.parametrize("bits", [0, -3, 2.0, "64", None, True, 10**9])
    def test_precision_is_checked(self, bits: object) -> None:
        with pytest.raises(OptionError, match="expected an integer from 2 to"):
            ARB(bits)  # type: ignore[arg-type]
        with pytest.raises(OptionError, match="expected an integer from 1 to"):
            MPF(bits)  # type: ignore[arg-type]


class TestManyDigits:
    def test_numbers_are_handed_over_as_mpmath(self) -> None:
        ring = MPF(60)
        found = ring.handed(ring.elementary("exp", ring.array([1])))[0]
        with mpmath.workdps(60):
            assert abs(found - mpmath.e) < mpmath.mpf(10) ** -60
        assert isinstance(found, mpmath.mpf)

    def test_digits_are_certified_or_computed_again(self) -> None:
        ring = MPF(30)
        assert ring.reaches(ring.elementary("exp", ring.array([[1]])))
        with ring.working():
            cancelled = ring.element("1/3") + 2**90 - 2**90
            table = np.array([[cancelled], [ring.element(1)]], dtype=object)
        assert not ring.reaches(table)
        finer = ring.refined()
        with finer.working():
            assert finer.reaches(np.array([[finer.element("1/3") + 2**90 - 2**90], [finer.element(1)]], dtype=object))
        assert (finer, finer.dps) == (ring, 30)


class TestComplex:
    @pytest.mark.parametrize("name", sorted(set(FLOAT_VALUES) - {"abs", "acosh"}))
    def test_values_continue_the_real_ones(self, name: str) -> None:
        points = np.array([0.3, 0.9])
        assert C128.elementary(name, points.astype(complex)) == pytest.approx(F64.elementary(name, points), rel=1e-14)
        h = 1e-6  # a step to the side moves an analytic function by the same as a step ahead, times i
        ahead, beside = C128.elementary(name, np.array([0.3 + h, 0.3 + 1j * h]))
        assert (beside - C128.elementary(name, np.array([0.3 + 0j]))[0]) / 1j == pytest.approx(
            ahead - F64.elementary(name, np.array([0.3]))[0], rel=1e-4, abs=1e-9
        )

    def test_elements(self) -> None:
        assert C128.array([[1j, Fraction(1, 2)]]).tolist() == [[1j, 0.5]]
        assert C128.array(np.array([2.0])).dtype == complex
        assert (C128.sign(0j), C128.sign(1 + 0j)) == (0, None)
        assert C128.power(np.array([-4 + 0j]), Fraction(1, 2))[0] == pytest.approx(2j)


class TestRationals:
    @given(FRACTIONS)
    def test_round_trips(self, value: Fraction) -> None:
        element = QQ.element(value)
        assert as_fraction(element) == value
        assert QQ.decode(QQ.encode(element)) == element
        assert QQ.handed(QQ.array([value]))[0] == sympy.Rational(value.numerator, value.denominator)

    def test_long_numbers_survive_encoding(self) -> None:
        """A coefficient of a network of depth has thousands of digits."""
        value = fmpq(fmpz(3) ** 20_000 + 1, fmpz(7) ** 20_000)
        assert QQ.decode(QQ.encode(value)) == value

    @pytest.mark.parametrize("code", ["1/0", "1/00", "abc", "", 0.5, 1, None, True, "1.5", "1/-2", ["1"]])
    def test_decode_refuses(self, code: object) -> None:
        with pytest.raises(DataError, match=r"expected a rational number as text"):
            QQ.decode(code)  # type: ignore[arg-type]

    @pytest.mark.parametrize("code", ["1", True, None, [1.0]])
    def test_float_decode_refuses(self, code: object) -> None:
        with pytest.raises(DataError, match="expected a number"):
            F64.decode(code)  # type: ignore[arg-type]

    @pytest.mark.parametrize("value", [True, math.nan, 1j, None, sympy.pi, "x"], ids=repr)
    def test_refuses(self, value: object) -> None:
        with pytest.raises(OptionError, match="number"):
            QQ.element(value)

    def test_matmul_is_exact(self) -> None:
        rng = np.random.default_rng(1)
        a, b = ([[Fraction(int(v), 7) for v in row] for row in rng.integers(-9, 9, shape)] for shape in ((3, 4), (4, 2)))
        got = QQ.matmul(QQ.array(a), QQ.array(b))
        want = [[sum(a[i][k] * b[k][j] for k in range(4)) for j in range(2)] for i in range(3)]
        assert [[as_fraction(v) for v in row] for row in got] == want

    @pytest.mark.parametrize("name", sorted(_RATIONAL_VALUES))
    def test_rational_values_against_sympy(self, name: str) -> None:
        point, value = _RATIONAL_VALUES[name]
        assert QQ.elementary(name, QQ.array([point]))[0] == fmpq(*value)
        assert F64.elementary(name, np.array([float(point)]))[0] == pytest.approx(value[0] / value[1], abs=1e-300)

    def test_absolute_values(self) -> None:
        assert QQ.elementary("abs", QQ.array(["-1/2", 3])).tolist() == [fmpq(1, 2), 3]

    @pytest.mark.parametrize(
        ("where", "place"),
        [
            ("layer 2 (Activation tanh)", r"\(neuron 2 of layer 2 \(Activation tanh\)\)"),
            ("tanh(x)", r"\(in tanh\(x\)\)"),
            ("", "is"),
        ],
    )
    def test_transcendental_values_name_the_place(self, where: str, place: str) -> None:
        with pytest.raises(OptionError, match=rf"^scalars=QQ: tanh\(1/2\) ?{place}.*use scalars=F64"):
            QQ.elementary("tanh", QQ.array([0, "1/2"]), where)
        with pytest.raises(OptionError, match=rf"^scalars=QQ: \(2\)\*\*\(1/2\) ?{place}"):
            QQ.power(QQ.array([4, 2]), Fraction(1, 2), where)

    def test_named_numbers(self) -> None:
        with pytest.raises(OptionError, match="pi is not a rational number; use scalars=F64"):
            QQ.number_symbol(sympy.pi)

    def test_signs_and_zero(self) -> None:
        assert [QQ.sign(fmpq(v)) for v in (-2, 0, 3)] == [-1, 0, 1]
        assert [QQ.is_zero(fmpq(v)) for v in (-2, 0)] == [False, True]

    @given(FRACTIONS, st.integers(-4, 4), st.integers(1, 4))
    def test_rational_power_undoes_itself(self, base: Fraction, power: int, degree: int) -> None:
        root = rational_power(fmpq(base.numerator, base.denominator), fmpq(power, degree))
        if root is not None:
            assert root**degree == fmpq(base.numerator, base.denominator) ** power
        elif base > 0:  # SymPy agrees that it is irrational
            assert not (sympy.Rational(base.numerator, base.denominator) ** sympy.Rational(power, degree)).is_rational

    def test_rational_power_on_the_principal_branch(self) -> None:
        assert rational_power(fmpq(9, 4), fmpq(-3, 2)) == fmpq(8, 27)
        assert rational_power(fmpq(-8), fmpq(1, 3)) is None
        assert rational_power(fmpq(-8), fmpq(-3)) == fmpq(-1, 512)
        assert rational_power(fmpq(0), fmpq(-1)) is None
        assert rational_power(fmpq(0), fmpq(1, 2)) == 0


@pytest.mark.parametrize("ring", [F64, QQ], ids=str)
def test_rings_pickle_to_themselves(ring: object) -> None:
    assert pickle.loads(pickle.dumps(ring)) is ring
    assert scalars_named(str(ring)) is ring is check_scalars(ring)


@pytest.mark.parametrize("ring", [F64, QQ], ids=str)
def test_zeros(ring: object) -> None:
    zeros = ring.zeros(2, 3)  # type: ignore[attr-defined]
    assert zeros.shape == (2, 3)
    assert (zeros == 0).all()


@pytest.mark.parametrize("value", ["RR", None, 3, ["F64"], "f64"])
def test_rings_are_named_exactly(value: object) -> None:
    with pytest.raises(OptionError, match="F64"):
        scalars_named(value)
    with pytest.raises(OptionError, match=r"symseries\.F64"):
        check_scalars(value)


def test_check_finite_names_the_entry() -> None:
    with pytest.raises(DataError, match=r"^inputs: entry \[1, 0\] is inf; expected finite numbers$"):
        check_finite(np.array([[1.0], [math.inf]]), "inputs")


def test_boxed_keeps_a_list_whole() -> None:
    assert boxed([1, 2]).shape == ()
