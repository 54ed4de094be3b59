"""How a law is read: its target, its constants, and in which of them it is linear."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import sympy

from symseries import expressions
from symseries.errors import LawNameError, LawSyntaxError, LawValueError, listing, suggestion
from symseries.names import check_names, plain
from symseries.parsing import parse_law
from symseries.scalars import typed


def read(expression: object, declared: tuple[str, ...]) -> tuple[sympy.Expr, str | None, str | None]:
    """Return the right side, the target and its transform."""
    if isinstance(expression, str):
        parsed = parse_law(expression, declared=declared)
        return parsed.expression, parsed.target, parsed.transform
    if isinstance(expression, sympy.Equality):
        left, right = expression.lhs, expression.rhs
        transform = "log" if isinstance(left, sympy.log) else None
        name = left.args[0] if transform else left
        if not isinstance(name, sympy.Symbol):
            raise LawSyntaxError(f"left side {left}: expected a name or log(name)")
        return _plain_exact(right), check_names(name.name, "target")[0], transform
    if isinstance(expression, sympy.Expr):
        return _plain_exact(expression), None, None
    raise LawSyntaxError(f"law {expression!r} ({type(expression).__name__}): expected text or a SymPy expression")


def _plain_exact(expression: sympy.Expr) -> sympy.Expr:
    """Return the expression with plain symbols, its floats the decimals that were typed."""
    for name in expression.free_symbols:
        check_names(name, "name in the law")
    floats = {f: typed(f, "number in the law", LawValueError) for f in expression.atoms(sympy.Float)}
    return plain(expression).xreplace(floats)


def constants_of(
    source: object, expression: sympy.Expr, taken: tuple[str, ...], declared: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Return the constants of a law in the order of its text, or those that were declared, checked against the law."""
    free = [s.name for s in sorted(expression.free_symbols, key=lambda s: s.name) if s.name not in taken]
    if declared is None:
        places = {m.group(): m.start() for m in reversed(list(re.finditer(r"\w+", source)))} if isinstance(source, str) else {}
        return tuple(sorted(free, key=lambda name: (places.get(name, 0), name)))
    for name in free:
        if name not in declared:
            near = suggestion(name, (*taken, *declared))
            raise LawNameError(
                f"name {name!r} in the law is neither a variable nor a constant{near}; declared: {listing((*taken, *declared))}"
            )
    for name in declared:
        if name not in free:
            raise LawNameError(f"constant {name!r} is declared and not in the law{suggestion(name, free)}; leave it out")
    return declared


def check_distinct(variables: tuple[str, ...], known: tuple[str, ...], constants: tuple[str, ...]) -> None:
    """Raise `LawNameError` for a name that has two roles."""
    roles: dict[str, str] = {}
    for role, names in (("variable", variables), ("known value", known), ("constant", constants)):
        for name in names:
            if name in roles:
                raise LawNameError(f"{name!r} is declared as {roles[name]} and as {role}; keep one of the two")
            roles[name] = role


def linear_constants(formula: sympy.Expr, names: tuple[str, ...]) -> tuple[str, ...]:
    """Choose constants greedily, those with the fewest conflicts first; linear means all second derivatives vanish."""
    kinked = {s.name for u in formula.atoms(sympy.Abs, sympy.Max, sympy.Min) for s in u.free_symbols}
    pieces = [condition for p in formula.atoms(sympy.Piecewise) for _, condition in p.args]
    kinked |= {s.name for condition in pieces for s in condition.free_symbols}
    slopes = {n: expressions.derivative(formula, n) for n in names if n not in kinked}
    candidates = [n for n in slopes if _vanishes(expressions.derivative(slopes[n], n))]
    conflicts: dict[str, set[str]] = {n: set() for n in candidates}
    for i, n in enumerate(candidates):
        for m in candidates[:i]:
            if not _vanishes(expressions.derivative(slopes[n], m)):
                conflicts[n].add(m)
                conflicts[m].add(n)
    chosen: list[str] = []
    for name in sorted(candidates, key=lambda n: (len(conflicts[n]), names.index(n))):
        if conflicts[name].isdisjoint(chosen):
            chosen.append(name)
    return tuple(n for n in names if n in chosen)


def _vanishes(expression: sympy.Expr) -> bool:
    """Return whether an expression is zero at a random rational point; expanding it could take forever."""
    rng = np.random.default_rng(20_231)
    names = sorted(expression.free_symbols, key=lambda s: s.name)
    point = {s: sympy.Rational(int(k), 1009) for s, k in zip(names, rng.integers(500, 1500, len(names)), strict=True)}
    return _is_zero_at(expression, point)


def _is_zero_at(expression: sympy.Expr, point: Mapping[sympy.Symbol, sympy.Rational]) -> bool:
    if expression.is_Number or expression.is_Symbol:
        return bool(expression == 0)
    if expression.is_Pow:
        return bool(expression.exp.is_positive) and _is_zero_at(expression.base, point)
    if expression.is_Mul:
        return any(_is_zero_at(factor, point) for factor in expression.args)
    if expression.is_Add:
        terms = [term.evalf(40, subs=point) for term in expression.args]
        return bool(abs(sympy.Add(*terms)) <= max(map(abs, terms)) * sympy.Float("1e-25"))
    return False
