"""Terms by which a law may be extended: powers, logarithms and exponentials of its variables, and products of pairs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import sympy

from symseries.errors import LawNameError, LawSyntaxError, OptionError, listing
from symseries.generating import generating_functions
from symseries.names import plain, symbol
from symseries.parsing import parse_expression
from symseries.scalars import Array

POWERS = tuple(map(sympy.Rational, ("1", "1/2", "2/3", "2", "-1/2", "-1")))
PRODUCTS = tuple(map(sympy.Rational, ("1", "-1/2", "-1")))
"""Powers of two variables that are multiplied to an interaction."""

RATES = (0.5, 1.0, 2.0, 4.0)
"""Rates of an exponential, over the range of its variable, at which it is looked for."""


@dataclass(frozen=True)
class Candidate:
    """A term: an expression in the variables, and in one rate where it is an exponential, looked for at a few values."""

    expression: sympy.Expr
    rate: str | None = None
    values: tuple[float, ...] = ()

    @property
    def added(self) -> int:
        """How many constants the term brings: its factor, and its rate."""
        return 1 if self.rate is None else 2

    def columns(self) -> list[tuple[sympy.Expr, float | None]]:
        """Return the expressions without unknowns that stand for the term, each with its rate."""
        if self.rate is None:
            return [(self.expression, None)]
        return [(self.expression.xreplace({symbol(self.rate): sympy.Float(value)}), value) for value in self.values]

    def __str__(self) -> str:
        return str(self.expression)


def standard(points: Mapping[str, Array]) -> tuple[Candidate, ...]:
    """Return the terms of the table of generating functions in some variables: 1, powers, ln, exponentials, pair products.

    A power or logarithm stands among them only where the variable allows it: at positive values, positive powers at 0 too, the
    powers 1 and 2 anywhere.

    >>> [str(c) for c in standard({"c": np.array([-1.0, 1.0])})]
    ['1', 'c', 'c**2', 'exp(b*c)']
    """
    singles = itertools.chain(*(_powers(name, values, POWERS) for name, values in points.items()))
    logarithms = [_row("log", name) for name, values in points.items() if (values > 0).all()]
    factors = [list(_powers(name, values, PRODUCTS)) for name, values in points.items()]
    products = [a * b for first, second in itertools.combinations(factors, 2) for a in first for b in second]
    linear = tuple(map(Candidate, (sympy.Integer(1), *singles, *logarithms, *products)))
    return linear + tuple(_exponential(name, values, tuple(points)) for name, values in points.items())


def _powers(name: str, values: Array, exponents: Iterable[sympy.Rational]) -> Iterator[sympy.Expr]:
    lowest, power = float(values.min()), _row("x**r", name) / symbol("C")
    for exponent in exponents:
        if lowest > 0 or (exponent > 0 and (lowest == 0 or exponent.is_integer)):
            yield power.xreplace({symbol("r"): exponent})


def _row(name: str, variable: str) -> sympy.Expr:
    """Return a function of the table of generating functions, in this variable."""
    row = generating_functions()[name]
    return row.function.xreplace({row.variable: symbol(variable)})


def _exponential(name: str, values: Array, taken: tuple[str, ...]) -> Candidate:
    rate = free_name("b", taken)
    span = float(np.ptp(values)) or 1.0
    rates = tuple(sign * value / span for sign in (-1, 1) for value in RATES)
    return Candidate(sympy.exp(symbol(rate) * symbol(name)), rate, rates)


def free_name(stem: str, taken: Iterable[str]) -> str:
    """Return the stem, or the stem with the smallest number that makes it a name that is not taken.

    >>> free_name("k", ["k", "k1"])
    'k2'
    """
    held = set(taken)
    return stem if stem not in held else next(f"{stem}{i}" for i in itertools.count(1) if f"{stem}{i}" not in held)


def given(candidates: object, variables: tuple[str, ...]) -> tuple[Candidate, ...]:
    """Return the terms that a user gave, texts or SymPy expressions in the variables.

    Raises `LawSyntaxError`, `LawNameError` for a name that is no variable, `OptionError` for no list.
    """
    if isinstance(candidates, (str, sympy.Basic)):
        candidates = [candidates]
    if not isinstance(candidates, Iterable):
        raise OptionError(f"candidates={candidates!r}: expected a list of terms, such as ['c', 'log(d)', 'c/sqrt(d)']")
    found = dict.fromkeys(_read(term, variables) for term in candidates)
    if not found:
        raise OptionError("candidates is empty; expected one term at least, or None for the standard ones")
    return tuple(Candidate(term) for term in found)


def _read(term: object, variables: tuple[str, ...]) -> sympy.Expr:
    parsed = parse_expression(term, "candidate", declared=variables) if isinstance(term, str) else term
    if not isinstance(parsed, sympy.Expr):
        raise LawSyntaxError(
            f"candidate {term!r} ({type(term).__name__}): expected text such as 'c/sqrt(d)', or a SymPy expression"
        )
    unknown = sorted(s.name for s in parsed.free_symbols if s.name not in variables)
    if unknown:
        raise LawNameError(
            f"candidate {str(parsed)[:60]}: {unknown[0]!r} is no variable; a term holds variables ({listing(variables)}) and "
            "numbers, its factor is added"
        )
    return plain(parsed)
