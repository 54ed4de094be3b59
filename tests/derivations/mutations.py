"""Random mutations of true statements, and an independent judge of whether they are still true: mpmath at 50 digits."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp
from corpus_true import TRUE

from symseries.derivations.domains import Assumptions
from symseries.derivations.statements import Statement, read_statement

KINDS = ("sign", "index", "factor", "exponent", "bound")
DIGITS = 50
TERMS = 120  # of an infinite series
_COUNTED = (sp.binomial, sp.factorial, sp.bernoulli, sp.euler, sp.harmonic, sp.zeta, sp.Indexed, sp.gamma)


@dataclass(frozen=True)
class Mutation:
    """A statement of the corpus with one change on one side, and the side as it was."""

    name: str
    kind: str
    statement: Statement
    original: Any
    side: str


def subjects() -> list[tuple[str, Statement]]:
    """Return the true statements that mutations are made of: equalities of expressions."""
    found = []
    for name, left, right, options in TRUE:
        if "order" in options:
            continue
        statement = read_statement(left, right, options.get("assumptions"))
        if not statement.left.is_Matrix and not statement.left.has(sp.Limit, sp.Piecewise):
            found.append((name, statement))
    return found


def mutations(count: int, seed: int = 0) -> Iterator[Mutation]:
    """Yield so many mutations, the kinds in turn as far as statements allow them; always the same ones."""
    rng = random.Random(seed)
    pool = subjects()
    made = 0
    while made < count:
        kind = KINDS[made % len(KINDS)]
        name, statement = rng.choice(pool)
        side = rng.choice(("left", "right"))
        original = getattr(statement, side)
        changed = _mutated(original, kind, rng)
        if changed is None or changed == original or changed.has(sp.nan, sp.zoo, sp.oo) != original.has(sp.oo):
            continue
        sides = {"left": statement.left, "right": statement.right, side: changed}
        yield Mutation(name, kind, Statement(sides["left"], sides["right"], statement.assumptions), original, side)
        made += 1


def _mutated(side: sp.Expr, kind: str, rng: random.Random) -> sp.Expr | None:
    places = [(path, node) for path, node in _nodes(side) if _fits(node, kind, path)]
    if not places:
        return None
    path, node = rng.choice(places)
    try:
        return _put(side, path, _changed(node, kind, rng))
    except (TypeError, ValueError, AttributeError):
        return None


def _nodes(side: sp.Basic) -> Iterator[tuple[tuple[int, ...], sp.Basic]]:
    waiting: list[tuple[tuple[int, ...], sp.Basic]] = [((), side)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node, (sp.Sum, sp.Product, sp.Integral, sp.Derivative)):
            waiting.append(((*path, 0), node.args[0]))  # limits are changed as bounds only
        elif not isinstance(node, sp.Indexed):
            waiting += [((*path, i), part) for i, part in enumerate(node.args)]


def _fits(node: sp.Basic, kind: str, path: tuple[int, ...]) -> bool:
    if kind == "sign":
        return node.is_Add
    if kind == "index":
        return isinstance(node, _COUNTED)
    if kind == "factor":
        return node.is_Mul or node.is_Pow or isinstance(node, sp.Function)
    if kind == "exponent":
        return node.is_Pow and node.exp.is_Rational and not node.base.is_Number
    return isinstance(node, (sp.Sum, sp.Product))


def _changed(node: Any, kind: str, rng: random.Random) -> sp.Basic:
    step = rng.choice((1, -1))
    if kind == "sign":
        place = rng.randrange(len(node.args))
        return node.func(*(-a if i == place else a for i, a in enumerate(node.args)))
    if kind == "index":
        place = rng.randrange(1 if isinstance(node, sp.Indexed) else 0, len(node.args))
        return node.func(*(a + step if i == place else a for i, a in enumerate(node.args)))
    if kind == "factor":
        return node * rng.choice((2, 3, sp.Rational(1, 2), sp.Rational(1, 3)))
    if kind == "exponent":
        return sp.Pow(node.base, node.exp + step)
    k, low, high = node.limits[0]
    which = rng.choice(("low", "high")) if high is not sp.oo else "low"
    new = (k, low + step, high) if which == "low" else (k, low, high + step)
    return node.func(node.function, new, *node.limits[1:])


def _put(side: sp.Basic, path: tuple[int, ...], new: sp.Basic) -> Any:
    if not path:
        return new
    arguments = list(side.args)
    arguments[path[0]] = _put(arguments[path[0]], path[1:], new)
    return side.func(*arguments)


def is_false(statement: Statement) -> bool | None:
    """Whether the sides differ at some point by far more than 50 digits explain; None where no point has values."""
    seen = False
    for point in _points(statement):
        left, right = (_value(side, point) for side in (statement.left, statement.right))
        if left is None or right is None:
            continue
        seen = True
        if abs(left - right) > sp.Float("1e-20", DIGITS) * (1 + abs(left) + abs(right)):
            return True
    return False if seen else None


def _points(statement: Statement) -> Iterator[dict[str, Fraction]]:
    """Yield points that are not those of the search for a witness; the smallest integers are."""
    rng = random.Random(1)
    is_series = any(s.limits[0][2] is sp.oo for s in statement.difference.atoms(sp.Sum))
    for turn in range(12):
        yield {name: _number(statement.assumptions, name, turn, rng, is_series) for name in statement.names}


def _number(assumptions: Assumptions, name: str, turn: int, rng: random.Random, is_series: bool) -> Fraction:
    domain = assumptions[name]
    if domain.kind == "integer":
        return Fraction(int(domain.low or 0) + (turn if turn < 5 else rng.randrange(6)))
    share = Fraction(rng.randrange(1, 1000), 1000)
    if domain.low is not None and domain.high is not None:
        middle = domain.low + (share + 1) / 3 * (domain.high - domain.low)
        return middle + Fraction(3, 20) if is_series and abs(middle) < Fraction(1, 10) else middle  # where growth is seen
    size = (share + Fraction(1, 10)) if is_series else 3 * share
    if domain.low is not None:
        return domain.low + size
    if domain.high is not None:
        return domain.high - size
    return size * rng.choice((1, -1))


def _value(side: sp.Expr, point: dict[str, Fraction]) -> Any:
    """Return a side at a point by SymPy and mpmath alone."""
    if any(call.args[0].subs(dict.fromkeys(call.args[0].free_symbols, 0)) < 0 for call in side.atoms(sp.bernoulli, sp.euler)):
        return None  # a number of negative index, which only SymPy gives a meaning
    numbers = {sp.Symbol(name): sp.Rational(value.numerator, value.denominator) for name, value in point.items()}
    try:
        found = side.doit(deep=False) if isinstance(side, sp.Derivative) else side
        found = _summed(found.replace(sp.Derivative, lambda e, v: sp.diff(e, v[0])), numbers)
        found = found.replace(
            sp.Indexed, lambda base, *i: sp.Rational(7 + 13 * int(i[0]) % 11, 3 + len(str(base)) + int(i[0]) % 2)
        )
        value = sp.N(found, DIGITS)
    except (TypeError, ValueError, AttributeError, NotImplementedError, ZeroDivisionError, RecursionError):
        return None
    return value if value.is_number and value.is_finite and not value.has(sp.nan, sp.zoo, sp.Sum) else None


def _converges(terms: list[Any]) -> bool:
    """Whether terms have become small, and their sizes do not begin to grow."""
    sizes = [abs(float(sp.N(term))) for term in terms[:60]]
    middle = [size for size in sizes[20:] if size]
    return sp.Abs(sp.N(terms[-1])) < 1e-22 and all(b < a for a, b in itertools.pairwise(middle))


def _summed(side: sp.Basic, numbers: dict[sp.Basic, sp.Expr]) -> Any:
    """Return a side with numbers put in and its sums written out term by term; a series of numbers is left to SymPy."""
    if isinstance(side, (sp.Sum, sp.Product)):
        *inner, (k, low, high) = side.limits
        body = side.func(side.function, *inner) if inner else side.function
        first, last = _summed(low, numbers), _summed(high, numbers)
        if last is sp.oo:
            if not numbers:
                return side.doit()
            last = first + TERMS
        terms = [_summed(body, {**numbers, k: sp.Integer(i)}) for i in range(int(first), int(last) + 1)]
        if high is sp.oo and not _converges(terms):
            raise ValueError("a series that does not converge, or not fast enough to be summed here")
        return sp.Add(*terms) if isinstance(side, sp.Sum) else sp.Mul(*terms)
    if isinstance(side, sp.Integral):
        k, low, high = side.limits[0]
        if any(end.is_infinite or not side.function.subs(k, end).subs(numbers).is_finite for end in (low, high)):
            far = [sp.N(side.function.subs(numbers).subs(k, 30 * sp.sign(end))) for end in (low, high) if end.is_infinite]
            if any(abs(size) > 1e-9 for size in far):
                raise ValueError("an integral that does not converge")
            return side.subs(numbers).doit()  # which may be infinite at a pole
        return side.subs(numbers)
    if not side.args:
        return numbers.get(side, side)
    if not side.has(sp.Sum, sp.Product):
        return side.xreplace(numbers) if not side.has(sp.Indexed) else side.subs(numbers)
    return side.func(*(_summed(part, numbers) for part in side.args))
