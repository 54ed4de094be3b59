"""Points where a formula is infinite: found where they are, and none invented."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import sympy

import symseries as ss
from symseries.errors import NotAnalyticError
from symseries.names import symbol
from symseries.singularities import singular_point

X, Y = symbol("x"), symbol("y")
LINE = (("x", 0.0, 4.0),)
SQUARE = (("x", 0.0, 1.0), ("y", -1.0, 1.0))

INFINITE: list[tuple[Any, dict[str, float], str]] = [
    (1 / (X - 3), {"x": 3}, "pole"),
    (1 / (X - 3) ** 2, {"x": 3}, "pole"),
    (1 / (X**2 - 6 * X + 9), {"x": 3}, "pole"),  # no change of sign
    (1 / sympy.Abs(X - 2), {"x": 2}, "pole"),
    (sympy.tan(X), {"x": sympy.pi / 2}, "pole"),
    (1 / (sympy.exp(X) - 1), {"x": 0}, "pole"),
    (1e6 * sympy.sin(X) + 1 / (X - sympy.pi), {"x": sympy.pi}, "pole"),
    (X / (X - sympy.sqrt(2)), {"x": sympy.sqrt(2)}, "pole"),
    (1 / sympy.log(X), {"x": 1}, "pole"),
    (sympy.log(X), {"x": 0}, "logarithmic singularity"),
    (1000 + sympy.log(X), {"x": 0}, "logarithmic singularity"),
    (1 / sympy.sqrt(X), {"x": 0}, "branch point at which it is infinite"),
    (sympy.exp(1 / X), {"x": 0}, "essential singularity"),
]
FINITE: list[Any] = [
    1 / (X + 1), 1 / (X**2 + 1), sympy.sqrt(X), X * sympy.log(X), sympy.exp(-1 / X), sympy.log(X + 1) + 1000,
    sympy.sin(X - 1) / (X - 1), (X**2 - 1) / (X - 1), (1 - sympy.cos(X - 2)) / (X - 2) ** 2, X / (sympy.exp(X) - 1),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "place", "kind"), INFINITE, ids=str)
def test_points_of_a_line(formula: sympy.Expr, place: dict[str, float], kind: str) -> None:
    found = singular_point(formula, LINE)
    assert found is not None
    assert found.place == pytest.approx({name: float(value) for name, value in place.items()}, abs=1e-6)
    assert found.kind == kind


@pytest.mark.parametrize("formula", FINITE, ids=str)
def test_removable_and_finite_ones_are_none(formula: sympy.Expr) -> None:
    assert singular_point(formula, LINE) is None


@pytest.mark.parametrize(
    ("formula", "infinite"),
    [
        (1 / (X - Y), True), (1 / (X**2 + Y**2), True), (1 / (X + Y), True), (sympy.sqrt(X) / Y, True), (Y / (X + 2), False),
        (1 / (X + Y + 3), False), ((X**2 - Y**2) / (X - Y), False), (1 / (X * Y - 2), False), (sympy.log(X + Y + 2), False),
    ],
    ids=str,
)  # fmt: skip
def test_points_of_a_square(formula: sympy.Expr, infinite: bool) -> None:
    found = singular_point(formula, SQUARE)
    assert (found is not None) is infinite
    if found is not None:
        first = next(iter(found.place))
        near = {"x": 0.4, "y": 0.3} | found.place | {first: found.place[first] + 1e-7}
        assert abs(float(formula.subs(near))) > 1e5


def test_many_variables_are_answered_quickly() -> None:
    names = "abcdef"
    total = sympy.Add(*(symbol(name) for name in names))
    start = time.process_time()
    assert singular_point(1 / (total - 2), tuple((name, 0.0, 1.0) for name in names)) is not None
    assert singular_point(1 / (total + 2), tuple((name, 0.0, 1.0) for name in names)) is None
    assert time.process_time() - start < 1


def test_a_pole_in_the_domain_is_refused_by_networks_and_laws() -> None:
    words = r"over Legendre polynomials on x in \[0, 4\], order 6: it has a pole at x = 3; leave that point out of the domain"
    space = ss.LegendreSpace({"x": (0, 4)}, 6)
    with pytest.raises(NotAnalyticError, match=rf"^1/\(x - 3\) {words}"):
        ss.Network.from_expression("1/(x - 3)", inputs=("x",)).expand(space)
    with pytest.raises(NotAnalyticError, match=rf"^a/\(x - 3\) \+ b {words}"):
        ss.Law("a/(x - 3) + b", variables=("x",)).expand(space)
    moving = ss.Law("a/(x - p)", variables=("x",)).expand(space)
    with pytest.raises(NotAnalyticError, match=rf"^1/\(x - 3\) {words}"):
        moving.at({"a": 1, "p": 3})
    assert moving.at({"a": 1, "p": -1}).coefficients[0] == pytest.approx(math.log(5) / 4)
    for other in (ss.ChebyshevSpace({"x": (0, 4)}, 6), ss.FourierSpace({"x": (0, 4)}, 6)):
        with pytest.raises(NotAnalyticError, match="it has a pole at x = 3"):
            ss.Law("1/(x - 3)", variables=("x",)).expand(other)
    beside = ss.Network.from_expression("1/(x - 3)", inputs=("x",)).expand(ss.LegendreSpace({"x": (0, 2)}, 20))
    assert beside([[1.0]]) == pytest.approx([-0.5])


def test_a_singularity_at_zero_is_said_to_be_at_zero() -> None:
    """Bisection of [-1, 4] ends 1e-27 from it."""
    with pytest.raises(NotAnalyticError, match=r"a logarithmic singularity at x = 0;"):
        ss.Law("a*log(x)", variables=("x",)).expand(ss.ChebyshevSpace({"x": (-1, 4)}, order=6))
