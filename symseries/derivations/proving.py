"""Exact arguments, tried in turn; the one that works is named."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import sympy

from symseries.derivations.analytic import by_derivative
from symseries.derivations.convolution import by_convolution
from symseries.derivations.hypergeometric import Total, by_induction, by_recurrence, closed_by_recurrence, telescoped
from symseries.derivations.infinite import by_equation, by_generating_function
from symseries.derivations.integrals import by_antiderivative, by_fundamental_theorem
from symseries.derivations.rewriting import absolute_values, attempt, shown_zero, vanishes
from symseries.derivations.statements import Statement, assumed

STRATEGIES = (
    "expansion and the polynomial ring of the generators",
    "exponentials, error functions, Gamma functions, logarithms, absolute values",
    "sums by terms, telescoping, recurrence, induction and convolution",
    "series by differential equation and generating function",
    "integrals by antiderivative and limits",
    "derivative and one value",
    "cases of sign and maps of intervals",
)
_MOST_TERMS = 400
_CASES = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside, sympy.Piecewise)


def proof_of(statement: Statement) -> str | None:
    """Return the argument that proves a statement, None where no strategy finds one.

    >>> x = sympy.Symbol("x")
    >>> proof_of(Statement(sympy.sin(2 * x), 2 * sympy.sin(x) * sympy.cos(x)))
    'rewritten to complex exponentials, compared in their polynomial ring'
    """
    if statement.left.is_Matrix:
        return _entries(statement)
    difference = attempt(carried, assumed(sympy.Add(statement.left, -statement.right, evaluate=False), statement.assumptions))
    if difference is None:
        return None
    for argument, given in ((difference_zero, difference), (_on_intervals, statement), (_cases, difference)):
        if found := attempt(argument, given):
            return found
    return None


def _entries(statement: Statement) -> str | None:
    """Return the argument for matrices: one for every entry."""
    said = []
    for left, right in zip(statement.left, statement.right, strict=True):
        argument = proof_of(Statement(left, right, statement.assumptions))
        if argument is None:
            return None
        said.append(argument)
    return f"entry by entry; {max(said, key=len, default='there is none')}"


def difference_zero(difference: sympy.Expr) -> str | None:
    """Return why an expression in Symbols with assumptions is zero."""
    if difference.has(sympy.Sum, sympy.Product):
        return _sums(difference)
    if difference.has(sympy.Integral):
        return _integrals(difference)
    return shown_zero(difference) or _slopes(difference)


def _slopes(difference: sympy.Expr) -> str | None:
    if difference.has(*_CASES):
        return None
    symbols = sorted(difference.free_symbols, key=lambda s: (-difference.count(s), s.name))
    return next(filter(None, (by_derivative(difference, symbol) for symbol in symbols)), None)


def carried(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression with derivatives, limits and short sums carried out."""
    found = expression
    inert = found.atoms(sympy.Derivative, sympy.Limit, sympy.Subs)
    for part in sorted(inert, key=sympy.count_ops, reverse=True):  # the outermost first
        found = found.xreplace({part: part.doit()})
    for part in sorted(found.atoms(sympy.Sum, sympy.Product), key=lambda s: s.count_ops()):
        if all(len(limit) == 3 and _length(limit) is not None for limit in part.limits):
            found = found.xreplace({part: part.doit()})
    return found


def _length(limit: Any) -> int | None:
    count = limit[2] - limit[1]
    return int(count) if count.is_Integer and count <= _MOST_TERMS else None


# ---- sums ------------------------------------------------------------------------------------------------------------------


def _sums(difference: sympy.Expr) -> str | None:
    """Return why an expression with sums is zero."""
    joined, said = _joined(_unnested(difference))
    if not joined.has(sympy.Sum, sympy.Product):
        found = shown_zero(joined) or _slopes(joined)
        return f"{said}; {found}" if found and said else found
    joined = _renamed(joined)
    if found := shown_zero(joined):
        return f"{said}; {found}" if said else found
    sums = sorted(joined.atoms(sympy.Sum, sympy.Product), key=sympy.count_ops)
    if len(sums) == 1:
        split = _linear(joined, sums[0])
        if split is not None:
            coefficient, rest = split
            found = sum_equals(sums[0], sympy.factor_terms(-rest / coefficient))
            if found:
                return f"{said}; {found}" if said else found
    return _closed_one_by_one(joined, sums)


def _renamed(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression with one name for the index of every sum, so that sums that differ in it alone are the same."""
    for part in expression.atoms(sympy.Sum):
        k, low, high = part.limits[0]
        if len(part.limits) == 1 and not part.function.has(sympy.Sum, sympy.Product):
            index = sympy.Symbol(
                "k", **{fact: True for fact in ("integer", "nonnegative", "positive") if getattr(k, f"is_{fact}")}
            )
            if index not in part.free_symbols:
                expression = expression.xreplace({part: sympy.Sum(part.function.xreplace({k: index}), (index, low, high))})
    return expression


def _closed_one_by_one(difference: sympy.Expr, sums: list[Any]) -> str | None:
    """Replace sums by their closed forms, each of them proved, and compare."""
    for part in sums:
        closed = closed_form(part)
        if closed is not None:
            found = difference_zero(difference.xreplace({part: closed[0]}))
            return f"{closed[1]}; {found}" if found else None
    return None


def _linear(expression: sympy.Expr, part: Any) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Return a and b of a*part + b."""
    place = sympy.Dummy("S")
    replaced = sympy.expand(expression.xreplace({part: place}))
    coefficient = replaced.coeff(place, 1)
    rest = replaced.coeff(place, 0)
    if coefficient == 0 or sympy.expand(replaced - coefficient * place - rest) != 0:
        return None
    return coefficient, rest


def _unnested(expression: sympy.Expr) -> sympy.Expr:
    """Return sums over several indices as sums of sums, the inner ones closed or taken out where that is possible."""
    for part in sorted(expression.atoms(sympy.Sum), key=sympy.count_ops):
        if len(part.limits) > 1:
            inner = _unnested(sympy.Sum(part.function, *part.limits[:-1]))
            expression = expression.xreplace({part: _outer(inner, part.limits[-1])})
        elif part.function.has(sympy.Sum):
            expression = expression.xreplace({part: _outer(_unnested(part.function), part.limits[0])})
    return expression


def _outer(inner: sympy.Expr, limit: Any) -> sympy.Expr:
    """Return a sum of sums, with what does not depend on its index before it."""
    for part in inner.atoms(sympy.Sum):
        closed = closed_form(part) if part.has(limit[0]) else None
        inner = inner.xreplace({part: closed[0]}) if closed else inner
    before, body = sympy.factor_terms(inner).as_independent(limit[0], as_Add=False)
    return before * sympy.Sum(body, limit)


def _joined(expression: sympy.Expr) -> tuple[sympy.Expr, str]:
    """Return an expression with its sums, moved to one lower bound, joined into one, terms beyond the shortest written out."""
    sums = [s for s in expression.atoms(sympy.Sum) if len(s.limits) == 1]
    if not sums or expression.has(sympy.Product):
        return expression, ""
    k = sums[0].limits[0][0]
    places = {part: sympy.Dummy(f"S{i}") for i, part in enumerate(sums)}
    replaced = sympy.expand(expression.xreplace(places))
    body, rest, ends = sympy.S.Zero, replaced, []
    for part, place in places.items():
        coefficient = replaced.coeff(place, 1)
        if coefficient == 0 or coefficient.has(*places.values(), *[s.limits[0][0] for s in sums]):
            return expression, ""
        name, low, high = part.limits[0]
        rest -= coefficient * place
        ends.append((coefficient * part.function.subs(name, k + low), high - low))
    if sympy.expand(rest).has(*places.values()):
        return expression, ""
    length = _shortest([end for _, end in ends])
    if length is None:
        return expression, ""
    rest = sympy.expand(rest)
    for term, end in ends:
        body += term
        extra = 0 if length is sympy.oo else int(sympy.expand(end - length))
        rest += sum((term.subs(k, length + i + 1) for i in range(extra)), sympy.S.Zero)
    first = _natural(k)
    body = body.subs(k, first)
    if vanishes(body):
        return rest, "the terms of the sums cancel one by one" if len(sums) > 1 else "every term is zero"
    if len(sums) == 1 or length is sympy.oo:  # series may be joined where each of them converges only, which is not known here
        return expression, ""
    return rest + sympy.Sum(sympy.factor_terms(body), (first, 0, length)), "the sums joined into one"


def _natural(k: sympy.Symbol) -> sympy.Symbol:
    return sympy.Symbol(k.name, integer=True, nonnegative=True)


def _shortest(lengths: list[sympy.Expr]) -> sympy.Expr | None:
    """Return the smallest length where they differ by integers."""
    base = lengths[0]
    if all(length is sympy.oo for length in lengths):
        return sympy.oo
    steps = [sympy.expand(length - base) for length in lengths]
    return base + min(steps) if all(step.is_Integer for step in steps) else None


def sum_equals(part: Any, target: sympy.Expr) -> str | None:
    """Return why a sum or product has a value."""
    if isinstance(part, sympy.Product):
        return _product_equals(part, target)
    if len(part.limits) != 1:
        return None
    k, low, high = part.limits[0]
    total = Total(part.function, k, low, high)
    if high is sympy.oo:
        return _series_equals(total, target)
    for argument in (_telescoping, _inductive, _convolved, _recurrent):
        if found := attempt(argument, total, target):
            return found
    return None


def _telescoping(total: Total, target: sympy.Expr) -> str | None:
    closed = telescoped(total)
    if closed is not None and vanishes(closed - target):
        return "Gosper's algorithm: each term is a difference, the sum telescopes"
    return None


def _convolved(total: Total, target: sympy.Expr) -> str | None:
    return "both sides have the same exponential generating function" if by_convolution(total, target) else None


def _counters(total: Total) -> list[sympy.Symbol]:
    found = (total.high.free_symbols | total.term.free_symbols) - {total.k}
    return sorted((s for s in found if s.is_integer), key=lambda s: (not total.high.has(s), s.name))


def _inductive(total: Total, target: sympy.Expr) -> str | None:
    for n in _counters(total):
        if total.high.has(n) and by_induction(total, target, n):
            return f"induction over {n}"
    return None


def _recurrent(total: Total, target: sympy.Expr) -> str | None:
    for n in _counters(total):
        order = by_recurrence(total, target, n)
        if order:
            return (
                f"Zeilberger's algorithm: both sides satisfy one recurrence of order {order} in {n}, with the same first values"
            )
    return None


def _product_equals(part: Any, target: sympy.Expr) -> str | None:
    """Return why a product has a value: by induction over its upper bound."""
    if len(part.limits) != 1:
        return None
    k, low, high = part.limits[0]
    for n in sorted(high.free_symbols, key=str):
        if part.function.has(n) or sympy.expand(high.subs(n, n + 1) - high) != 1:
            continue
        start = sympy.solve(high - low, n)
        last = part.function.subs(k, high.subs(n, n + 1))
        begins = start and vanishes(target.subs(n, start[0]) - part.function.subs(k, low))
        if begins and vanishes(target.subs(n, n + 1) - target * last):
            return f"induction over {n}"
    return None


def _series_equals(total: Total, target: sympy.Expr) -> str | None:
    closed = attempt(by_generating_function, total)
    if closed is not None and vanishes(closed - target):
        return "the generating function of the numbers in the series"
    for x in sorted(total.term.free_symbols - {total.k}, key=str):
        if attempt(by_equation, total, target, x):
            return f"series and closed form satisfy one differential equation in {x}, with the same first coefficients"
    summed = _by_sympy(sympy.Sum(total.term, (total.k, total.low, total.high)))
    if summed is not None and difference_zero(summed - target):
        return "SymPy's closed form of the series"
    return None


def closed_form(part: Any) -> tuple[sympy.Expr, str] | None:
    """Return the value of a sum with the reason, None where none is proved."""
    if isinstance(part, sympy.Product) or len(part.limits) != 1:
        return None
    k, low, high = part.limits[0]
    total = Total(part.function, k, low, high)
    if high is sympy.oo:
        closed = attempt(by_generating_function, total)
        return (closed, f"the generating function of the sum over {k}") if closed is not None else _guessed(part)
    closed = attempt(telescoped, total)
    if closed is not None:
        return closed, f"the sum over {k} telescopes"
    return _in_steps(total)


def _in_steps(total: Total) -> tuple[sympy.Expr, str] | None:
    """Return a closed form by a recurrence in the number of terms."""
    steps = total.high - total.low
    for n in sorted(steps.free_symbols, key=str):
        if sympy.expand(steps.subs(n, n + 1) - steps) != 1:
            continue
        count = sympy.Symbol("N", integer=True, nonnegative=True)
        moved = total.term.subs(n, n - steps + count)
        inner = Total(moved, total.k, total.low.subs(n, n - steps + count), total.low + count)
        closed = None if inner.low.has(count) else attempt(closed_by_recurrence, inner, count)
        if closed is not None:
            return closed.subs(count, steps), f"the sum over {total.k} by a recurrence of first order"
    return None


def _guessed(part: Any) -> tuple[sympy.Expr, str] | None:
    """Return SymPy's closed form of a series where it is proved."""
    guess = _by_sympy(part)
    reason = None if guess is None else sum_equals(part, guess)
    return (guess, reason) if reason else None


def _by_sympy(part: Any) -> sympy.Expr | None:
    try:
        found = part.doit()
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    if isinstance(found, sympy.Piecewise):
        found = found.args[0][0]
    return None if found.has(sympy.Sum, sympy.nan, sympy.oo, sympy.zoo, sympy.Piecewise) else found


# ---- integrals, intervals, cases -------------------------------------------------------------------------------------------


def _integrals(difference: sympy.Expr) -> str | None:
    """Return why an expression with definite integrals is zero."""
    parts = sorted(difference.atoms(sympy.Integral), key=sympy.count_ops)
    if len(parts) == 1 and (split := _linear(difference, parts[0])) is not None:
        coefficient, rest = split
        name = by_fundamental_theorem(parts[0], sympy.factor_terms(-rest / coefficient))
        if name:
            return f"the derivatives in {name} agree, and both sides vanish where the bounds meet"
    value = by_antiderivative(parts[0])
    if value is None:
        return None
    found = difference_zero(difference.xreplace({parts[0]: value}))
    return f"an antiderivative, checked by differentiation; {found}" if found else None


def _on_intervals(statement: Statement) -> str | None:
    """Return an argument after each name within bounds is mapped from a positive one, so that its signs are known."""
    maps: dict[sympy.Symbol, sympy.Expr] = {}
    for name in statement.names:
        domain = statement.assumptions[name]
        if domain.kind != "real" or domain.is_all or (domain.low == 0 and domain.high is None):
            continue
        t = sympy.Symbol(f"{name}_t", positive=True)
        low, high = (
            None if end is None else sympy.Rational(end.numerator, end.denominator) for end in (domain.low, domain.high)
        )
        if low is not None and high is not None:
            maps[sympy.Symbol(name)] = (low + high * t) / (1 + t)
        elif high != 0:
            maps[sympy.Symbol(name)] = low + t if low is not None else high - t
    if not maps:
        return None
    inside = assumed((statement.left - statement.right).xreplace(maps), statement.assumptions)
    found = difference_zero(carried(inside))
    return f"with the interval mapped to positive numbers, {found}" if found else None


def _cases(difference: sympy.Expr) -> str | None:
    """Return an argument by cases: on each side of the points where |x|, max and the like change."""
    if not difference.has(*_CASES):
        return None
    for symbol in sorted(difference.free_symbols, key=str):
        if symbol.is_extended_real and not symbol.is_integer:
            places = _breaks(difference, symbol)
            if places and all(_holds(difference, symbol, piece) for piece in _pieces(symbol, places)):
                return f"cases of {symbol}, on both sides of {', '.join(map(str, places))}"
    return None


def _breaks(difference: sympy.Expr, symbol: sympy.Symbol) -> list[sympy.Rational]:
    """Return the rational points at which an argument of |x| or a condition changes its sign."""
    arguments = [part.args[0] for part in absolute_values(difference).atoms(sympy.Abs)]
    arguments += [c.lhs - c.rhs for c in difference.atoms(sympy.core.relational.Relational)]
    found: set[sympy.Rational] = set()
    for argument in arguments:
        if not argument.is_polynomial(symbol) or argument.free_symbols - {symbol}:
            continue
        found |= {root for root in sympy.roots(sympy.Poly(argument, symbol), filter="R") if root.is_Rational}
    return sorted(found)


def _pieces(symbol: sympy.Symbol, places: list[sympy.Rational]) -> Iterator[sympy.Expr]:
    """Yield what to put for a name: each point, what is below, above and between, by a positive name."""
    t = sympy.Symbol("t_case", positive=True)
    pieces = [*places, places[0] - t, places[-1] + t, *((a + b * t) / (1 + t) for a, b in itertools.pairwise(places))]
    if symbol.is_positive:
        pieces = [piece for piece in pieces if piece.is_positive is not False and piece != -t]
    yield from pieces


def _holds(difference: sympy.Expr, symbol: sympy.Symbol, piece: sympy.Expr) -> bool:
    inside = _decided(difference.subs(symbol, piece))
    if inside.has(sympy.nan, sympy.zoo):
        return not piece.free_symbols  # at a single point where a side is not defined there is nothing to compare
    return bool(shown_zero(inside) or _slopes(inside))


def _decided(expression: sympy.Expr) -> sympy.Expr:
    """Return |u| and the like with the sign of u, where factors show it."""

    def size(argument: sympy.Expr) -> sympy.Expr:
        joined = sympy.factor(sympy.together(argument))
        return -joined if joined.is_nonpositive else joined if joined.is_nonnegative else sympy.Abs(joined)

    found = absolute_values(expression).replace(sympy.sign, lambda u: sympy.sign(sympy.factor(sympy.together(u))))
    return found.replace(sympy.Abs, size)


Argument = Callable[[Total, sympy.Expr], str | None]
