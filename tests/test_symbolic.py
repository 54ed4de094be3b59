"""The ring of polynomials in constants: elements, generators as they are found, limits."""

from __future__ import annotations

import pytest
import sympy

from symseries.errors import ComplexResultError, LawValueError, ResourceLimitError
from symseries.scalars import object_array
from symseries.symbolic import MAX_GENERATORS, NewGenerator, Polynomials, check_powers, with_generators

A, B, C = sympy.symbols("a b c")
SIGMOID = 1 / (1 + sympy.exp(-A))


def test_arithmetic_is_that_of_sympy() -> None:
    ring = Polynomials([A, B])
    a, b, third = ring.element(A), ring.element(B), ring.element(sympy.Rational(1, 3))
    found = ring.to_sympy((a + third * b) ** 3 - a * b)
    assert sympy.expand(found - ((A + B / 3) ** 3 - A * B)) == 0
    assert ring.element(a) is a
    assert ring.to_sympy(ring.element(0.5)) == sympy.Rational(1, 2)
    assert ring.handed(object_array([a, third]).reshape(2, 1)).tolist() == [[A], [sympy.Rational(1, 3)]]


@pytest.mark.parametrize(
    ("function", "argument", "generator", "value"),
    [
        ("exp", A, sympy.exp(A), sympy.exp(A)),
        ("tanh", -A, sympy.tanh(A), -sympy.tanh(A)),
        ("tanh_slope", A, sympy.tanh(A), 1 - sympy.tanh(A) ** 2),
        ("sigmoid", -A, SIGMOID, 1 - SIGMOID),
        ("sigmoid_slope", A, SIGMOID, SIGMOID - SIGMOID**2),
        ("softplus", -A, sympy.log(1 + sympy.exp(A)), sympy.log(1 + sympy.exp(A)) - A),
        ("erf_slope", -A, 2 * sympy.exp(-(A**2)) / sympy.sqrt(sympy.pi), 2 * sympy.exp(-(A**2)) / sympy.sqrt(sympy.pi)),
        ("gaussian", -A, sympy.exp(-(A**2)), sympy.exp(-(A**2))),
        ("normal_cdf", -A, sympy.erf(A / sympy.sqrt(2)), (1 - sympy.erf(A / sympy.sqrt(2))) / 2),
        ("expm1", A, sympy.exp(A), sympy.exp(A) - 1),
        ("exp", sympy.S.Zero, None, sympy.S.One),
        ("tanh", sympy.S.Zero, None, sympy.S.Zero),
        ("sigmoid", sympy.S.Zero, None, sympy.S.Half),
    ],
)
def test_functions_are_numbers_or_generators(
    function: str, argument: sympy.Expr, generator: sympy.Expr | None, value: sympy.Expr
) -> None:
    ring = Polynomials([A] if generator is None else [A, generator])
    found = ring.elementary(function, object_array([ring.element(argument)]))[0]
    assert sympy.expand(ring.to_sympy(found) - value) == 0
    if generator is not None:
        with pytest.raises(NewGenerator) as missing:
            Polynomials([A]).elementary(function, object_array([Polynomials([A]).element(argument)]))
        assert missing.value.expressions == (generator,)


def test_generators_are_found_as_they_are_needed() -> None:
    calls = []

    def compute(ring: Polynomials, low: bool) -> sympy.Expr:
        calls.append((len(ring.generators), low))
        half = ring.power(object_array([ring.element(A)]), sympy.Rational(1, 2))[0]
        return ring.to_sympy(half * ring.elementary("log", object_array([ring.element(B)]))[0])

    assert with_generators([A, B], compute) == sympy.sqrt(A) * sympy.log(B)
    assert calls == [(2, True), (3, True), (4, True), (4, False)]

    def endless(ring: Polynomials, low: bool) -> object:
        return ring.element(A ** sympy.Rational(1, len(ring.generators) + 1))

    with pytest.raises(ResourceLimitError, match=f"more than {MAX_GENERATORS} values"):
        with_generators([A], endless)


def test_signs_are_those_of_numbers_only() -> None:
    ring = Polynomials([A, sympy.pi, sympy.sqrt(2)])
    assert ring.sign(ring.element(sympy.pi) - ring.element(3)) == 1
    assert ring.sign(ring.element(sympy.sqrt(2)) - ring.element(2)) == -1
    assert ring.sign(ring.element(0)) == 0
    assert ring.sign(ring.element(A)) is None
    assert ring.number_symbol(sympy.pi) == ring.element(sympy.pi)


def test_values_that_are_not_finite_or_not_real_are_refused() -> None:
    ring = Polynomials([A])
    with pytest.raises(LawValueError, match="no finite value at the centre"):
        ring.power(object_array([ring.element(0)]), -1)
    with pytest.raises(ComplexResultError, match="complex at the centre"):
        ring.power(object_array([ring.element(-1)]), sympy.Rational(1, 2))


def test_powers_are_bounded_before_they_are_expanded() -> None:
    x = sympy.Symbol("x")
    check_powers((A + B + x) ** 1000 + (A * B) ** 10_000 + (x + 1) ** 10**6, (A, B))
    with pytest.raises(ResourceLimitError, match=r"has up to 1.\de\+08 terms in 3 constants"):
        check_powers(1 / (1 + (A + B + C + x) ** 900), (A, B, C))
