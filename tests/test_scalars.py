"""Rings: the number rule, conversion, elementary values, zero test, encoding."""

from __future__ import annotations

import math
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpz
from hypothesis import given
from hypothesis import strategies as st

from symseries.errors import DataError, OptionError
from symseries.scalars import (
    _FLOAT_VALUES,
    _RATIONAL_VALUES,
    F64,
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

    @pytest.mark.parametrize(
        "value", [True, None, 1j, np.complex128(1j), sympy.I, sympy.Symbol("x"), "abc", [1.0], object()], ids=repr
    )
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

    @pytest.mark.parametrize("name", sorted(_FLOAT_VALUES))
    def test_values_against_many_digits(self, name: str) -> None:
        x = sympy.Symbol("x")
        slopes = {"tanh": sympy.tanh(x), "sigmoid": 1 / (1 + sympy.exp(-x)), "erf": sympy.erf(x)}
        base = name.removesuffix("_slope")
        table = {**slopes, "softplus": sympy.log(1 + sympy.exp(x)), "abs": sympy.Abs(x)}
        expression = table[base] if base in table else getattr(sympy, base)(x)
        expression = expression.diff(x) if base != name else expression
        points = [0.3, 0.9] if name in {"asin", "acos", "log"} else [-30.0, -0.7, 0.0, 0.3, 2.0, 30.0]
        values = F64.elementary(name, np.array(points))
        for point, value in zip(points, values, strict=True):
            exact = float(expression.xreplace({x: sympy.Rational(*point.as_integer_ratio())}).evalf(40))
            assert value == pytest.approx(exact, rel=4e-16 if abs(point) < 30 else 1e-13, abs=0)


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
