"""What is wrong with a refuted statement: a factor, a sign, a term, an index, a bound, one order, a missing assumption.

One change at a time is tried on one side, and kept when both sides then agree in balls at many points: a wrong factor is read
from the ratio, everything else from the repaired side.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy
from flint import acb, arb, fmpq

from symseries.derivations.ball_functions import Undefined, Value
from symseries.derivations.balls import agreeing_digits, differ, evaluated
from symseries.derivations.domains import Assumptions, Domain, Point, domain_of
from symseries.derivations.orders import compare
from symseries.derivations.refuting import prepared
from symseries.derivations.rewriting import SYMPY_FAULTS
from symseries.derivations.statements import Statement
from symseries.derivations.verdict import Diagnosis
from symseries.errors import SymseriesError
from symseries.scalars import ARB

_BITS = 96
_STEPS = 6_000
_SECONDS = 3.0
_POINTS = 7
_AGREED = 9.0  # digits
_FEWEST = 1.5
_ORDER = 8  # to which both sides are compared about 0
_PRIORITY = ("sign", "bound", "index", "factor", "exponent")  # what is tried first explains more mistakes
_CONSTANTS = (
    sympy.S.One, sympy.pi, sympy.sqrt(sympy.pi), sympy.sqrt(2), sympy.log(2), sympy.pi**2, sympy.sqrt(2 * sympy.pi), sympy.E,
    sympy.sqrt(3), sympy.log(10),
)  # fmt: skip
_LARGEST = 720  # numerator and denominator of a factor that is named
_SMALLEST_POWER, _LARGEST_POWER = -6, 9


def diagnose(statement: Statement, seconds: float | None = None) -> Diagnosis | None:
    """Return what is wrong with a statement that is not true, None where no single cause explains it.

    >>> x = sympy.Symbol("x")
    >>> str(diagnose(Statement(sympy.Integral(sympy.exp(-x**2), (x, 0, 1)), sympy.erf(1))))
    'constant factor: right/left = 2/sqrt(pi)'
    """
    if statement.left.is_Matrix or statement.order is not None:
        return None
    until = time.monotonic() + min(_SECONDS, 10.0 if seconds is None else 0.8 * seconds)
    search = _Search(statement, until)
    if len(search.points) < 2 and statement.names:
        return None
    for cause in (
        search.assumption,
        search.sign,
        search.factor,
        search.bound,
        search.term,
        search.repair,
        search.one_order,
        search.order,
    ):
        found = cause()
        if found is not None:
            return found
    return None


@dataclass
class _Search:
    """The points at which both sides have values, and the time that is left."""

    statement: Statement
    until: float

    def __post_init__(self) -> None:
        self.sides = [prepared(side, self.statement) for side in (self.statement.left, self.statement.right)]
        points = self.statement.assumptions.points(self.statement.names)
        self.all_points = _spread(points)
        self.points: list[Point] = []
        self.values: list[tuple[Value, Value]] = []
        for point in self.all_points:
            pair = self._both(point)
            if pair is not None and len(self.points) < _POINTS and time.monotonic() < self.until:
                self.points.append(point)
                self.values.append(pair)
        # a point at which both sides vanish tells nothing
        telling = [i for i, (a, b) in enumerate(self.values) if not (_is_null(a) and _is_null(b))]
        self.telling = telling or list(range(len(self.values)))

    def _pair(self, left: Any, right: Any, point: Point) -> tuple[Value, Value] | None:
        try:
            return evaluated(left, point, _BITS, _STEPS), evaluated(right, point, _BITS, _STEPS)
        except (Undefined, *SYMPY_FAULTS):
            return None

    def _both(self, point: Point) -> tuple[Value, Value] | None:
        return self._pair(self.sides[0], self.sides[1], point)

    def agree(self, left: Any, right: Any) -> bool:
        """Whether two sides agree at all points at which both have values, several of them."""
        seen = 0
        for point in self.points:
            if time.monotonic() > self.until:
                return False
            pair = self._pair(left, right, point)
            if pair is None:
                continue
            if differ(*pair) or (agreeing_digits(*pair) < _expected(*pair) and not _is_null(_minus(*pair))):
                return False
            seen += 1
        return seen >= max(1, len(self.points) // 2)

    # ---- causes

    def assumption(self) -> Diagnosis | None:
        """Return an assumption under which the statement seems to hold, which need not be the weakest one.

        One under which the sides are real comes first: log(a*b) = log(a) + log(b) for a > 0 and b < 0 is no news to most.
        """
        kept: Diagnosis | None = None
        names = self.statement.names
        for name in (*names, *[""] * (len(names) > 1)):
            for word in ("positive", "negative", "|·| < 1", "> 1", "even", "odd", "positive integer"):
                narrowed = _narrowed(self.statement, name, word)
                if narrowed is None:
                    continue
                agreeing = [self._holds_at(point) for point in narrowed if self._defined(point)]
                if len(agreeing) >= 3 and all(agreeing):
                    claim = _claim([name] if name else names, word)
                    found = Diagnosis("assumption", f"true for example where {claim}")
                    if all(self._real_at(point) for point in narrowed):
                        return found
                    kept = kept or found
        return kept

    def _defined(self, point: Point) -> bool:
        return time.monotonic() < self.until and self._both(point) is not None

    def _real_at(self, point: Point) -> bool:
        """Say whether the sides are real at a point, or have no value there."""
        return all(not isinstance(value, acb) or bool(value.imag.contains(0)) for value in self._both(point) or ())

    def _holds_at(self, point: Point) -> bool:
        pair = self._both(point)
        if pair is None or differ(*pair):
            return False
        return agreeing_digits(*pair) >= _AGREED or _is_null(_minus(*pair))  # sides that vanish have no digits to compare

    def sign(self) -> Diagnosis | None:
        """Return the sign that is wrong."""
        left, right = self.sides
        if self.telling and self.agree(left, -right):
            return Diagnosis("sign", "the sign is wrong: right = -left", str(-self.statement.right))
        return None

    def factor(self) -> Diagnosis | None:
        """Return the constant that the sides differ by."""
        ratios = [self._ratio(*self.values[i]) for i in self.telling]
        if not ratios or None in ratios or (len(ratios) == 1 and self.statement.names):
            return None
        if any(agreeing_digits(ratios[0], other) < _AGREED for other in ratios[1:]):
            return None
        named = _named_constant(ratios[0])
        if named == 1:
            return None
        if named is None:
            with ARB(_BITS).working():
                named_text = str(_real(ratios[0]).str(8, radius=False))
            return Diagnosis("factor", f"constant factor: right/left = {named_text}…") if self.statement.names else None
        return Diagnosis("factor", f"constant factor: right/left = {named}", str(self.statement.right / named)[:500])

    def _ratio(self, left: Value, right: Value) -> Value | None:
        if _is_null(left) or _is_null(right):
            return None
        with ARB(_BITS).working():
            return right / left

    def term(self) -> Diagnosis | None:
        """Return the term that is missing or too much, on either side."""
        for here, there, names in ((0, 1, ("right", "left")), (1, 0, ("left", "right"))):
            for term in _terms(self.sides[here]):
                if self.agree(self.sides[here] - term, self.sides[there]):
                    said = f"the term {term} of the {names[1]} side is missing on the {names[0]}"
                    return Diagnosis("missing term", said)
        if found := self._coefficient():
            return found
        differences = [_minus(a, b) for a, b in self.values]
        if len(differences) > 1 and all(agreeing_digits(differences[0], other) >= _AGREED for other in differences[1:]):
            named = _named_constant(differences[0])
            if named is not None:
                return Diagnosis(
                    "missing term", f"a constant is missing: left - right = {named}", f"{self.statement.right} + {named}"
                )
        return None

    def _coefficient(self) -> Diagnosis | None:
        """Return the term of a sum whose coefficient is wrong."""
        for here, name in ((1, "right"), (0, "left")):
            side = self.sides[here]
            for term in sympy.Add.make_args(side) if side.is_Add else ():
                shares = [self._share_of(term, here, i) for i in range(len(self.values))]
                known = [share for share in shares if share is not None]
                if len(known) < 3 or any(agreeing_digits(known[0], other) < _AGREED for other in known[1:]):
                    continue
                named = _named_constant(known[0])
                if named is not None and named not in (1, -1):
                    return Diagnosis(
                        "factor", f"the term {term} of the {name} side lacks a factor {named}", str(side - term + named * term)
                    )
        return None

    def _share_of(self, term: sympy.Expr, here: int, i: int) -> Value | None:
        """Return what a term would have to be multiplied by at one point."""
        if not term.free_symbols:
            return None
        pair = self._pair(term, sympy.S.Zero, self.points[i])
        if pair is None or _is_null(pair[0]):
            return None
        with ARB(_BITS).working():
            return (self.values[i][1 - here] - self.values[i][here]) / pair[0] + 1

    def repair(self) -> Diagnosis | None:
        """Return the one change that makes both sides agree."""
        left, right = self.sides
        names = self.statement.names
        tried = [(change, "right") for change in _changes(right, names)] + [
            (change, "left") for change in _changes(left, names)
        ]
        for (kind, said, changed), side in sorted(tried, key=lambda pair: _PRIORITY.index(pair[0][0])):
            sides = (left, changed) if side == "right" else (changed, right)
            if self._sound(changed) and self.agree(*sides):
                return Diagnosis(kind, f"{said} on the {side} side", str(changed)[:500])
        return None

    def bound(self) -> Diagnosis | None:
        """Return the bound of a sum that makes both sides agree when it is moved by one."""
        left, right = self.sides
        for which, side in enumerate((left, right)):
            for path, node in _nodes(side):
                for kind, said, new in _bounds(node) if isinstance(node, sympy.Sum | sympy.Product) else ():
                    changed = _put(side, path, new)
                    if self.agree(*((changed, right) if which == 0 else (left, changed))):
                        return Diagnosis(kind, said, str(changed)[:500])
        return None

    def _sound(self, changed: Any) -> bool:
        return time.monotonic() < self.until and not changed.has(sympy.nan, sympy.zoo)

    def one_order(self) -> Diagnosis | None:
        """Return the one power of a name in which the sides differ by a constant."""
        if len(self.statement.names) != 1:
            return None
        [name] = self.statement.names
        for power in range(1, _LARGEST_POWER + 1):
            shares = [self._share(i, name, power) for i in range(len(self.values)) if self.points[i][name] != 0]
            if len(shares) > 1 and all(agreeing_digits(shares[0], other) >= _AGREED for other in shares[1:]):
                constant = _named_constant(shares[0])
                if constant is not None:
                    said = f"wrong at one order only: left - right = {constant * sympy.Symbol(name) ** power}"
                    return Diagnosis("one order", said)
        return None

    def order(self) -> Diagnosis | None:
        """Return the order about 0 to which both sides agree, where that is at least 1."""
        if len(self.statement.names) != 1 or self.statement.assumptions[self.statement.names[0]].kind == "integer":
            return None
        series = replace(self.statement, order=_ORDER, around={self.statement.names[0]: Fraction(0)})
        try:
            found = compare(series)
        except (SymseriesError, *SYMPY_FAULTS):
            return None
        return found.diagnosis if found.proved >= 1 else None

    def _share(self, i: int, name: str, power: int) -> Value:
        with ARB(_BITS).working():
            place = fmpq(self.points[i][name].numerator, self.points[i][name].denominator)
            return (self.values[i][0] - self.values[i][1]) / place**power


def _narrowed(statement: Statement, name: str, word: str) -> list[Point] | None:
    """Return points of a narrower assumption on a name, on all where it is empty; None where it is none."""
    assumptions, domains = statement.assumptions, dict(statement.assumptions.domains)
    if word in {"even", "odd"}:
        if not name or assumptions[name].kind != "integer":
            return None
        found = [p for p in assumptions.points(statement.names) if p[name] % 2 == (word == "odd")]
        return [*found[:_POINTS], *found[_POINTS:][-_POINTS:]]
    narrow = {"|·| < 1": Domain("real", Fraction(-1), Fraction(1), True), "> 1": Domain("real", Fraction(1), None, True)}.get(
        word
    )
    narrow = narrow or domain_of(word)
    for one in [name] if name else statement.names:
        before = assumptions[one]
        if not (before.is_all and before.kind == narrow.kind) and (word, before) != ("positive integer", domain_of("natural")):
            return None
        domains[one] = narrow
    return Assumptions(domains, assumptions.conditions).points(statement.names, 2 * _POINTS)


def _claim(names: Sequence[str], word: str) -> str:
    """Return an assumption on names in words.

    >>> _claim(["a", "b"], "positive"), _claim(["n"], "positive integer"), _claim(["x", "y"], "|·| < 1")
    ('a and b are positive', 'n is a positive integer', '|x| and |y| < 1')
    """
    if "|·|" in word:
        return f"{' and '.join(f'|{name}|' for name in names)}{word.removeprefix('|·|')}"
    who = " and ".join(names)
    if word.startswith(">"):
        return f"{who} {word}"
    if len(names) > 1:
        return f"{who} are {word}{'s' * word.endswith('integer')}"
    return f"{who} is {'a ' * word.endswith('integer')}{word}"


def _spread(points: list[Point]) -> list[Point]:
    """Return the points in an order that takes some of all strata first."""
    return [*points[::5], *(point for i, point in enumerate(points) if i % 5)]


def _expected(left: Value, right: Value) -> float:
    """Return to how many digits two equal values would agree, which slow series have few of."""
    return max(_FEWEST, min(_AGREED, agreeing_digits(left, left) - 1, agreeing_digits(right, right) - 1))


def _minus(left: Value, right: Value) -> Value:
    with ARB(4 * _BITS).working():
        return left - right


def _is_null(value: Value) -> bool:
    if isinstance(value, fmpq):
        return bool(value == 0)
    return bool(value.contains(0)) and bool(value.abs_upper() < arb(2) ** -50)


def _real(value: Value) -> arb:
    return value.real if isinstance(value, acb) else arb(value)


def _named_constant(value: Value) -> sympy.Expr | None:
    """Return a rational of small numbers, perhaps times or over a constant of the table, that a value agrees with."""
    if isinstance(value, fmpq):
        found = sympy.Rational(int(value.p), int(value.q))
        return found if max(abs(found.p), found.q) <= 10**6 and found != 0 else None
    if not value.imag.contains(0):
        return None
    with ARB(_BITS).working():
        for constant in _CONSTANTS:
            size = _real(evaluated(constant, {}, _BITS))
            for power in (1, -1):
                share = value.real * size**-power
                near = Fraction(float(share.mid())).limit_denominator(_LARGEST)
                ball = arb(fmpq(near.numerator, near.denominator))
                if near and abs(near.numerator) <= _LARGEST and abs(share - ball).abs_upper() < arb(10) ** -12:
                    return sympy.Rational(near.numerator, near.denominator) * constant**power
    return None


def _terms(side: sympy.Expr) -> list[sympy.Expr]:
    """Return the terms of a side, also after its products are expanded."""
    found = list(sympy.Add.make_args(side))
    expanded = sympy.Add.make_args(sympy.expand(side)) if side.count_ops() < 100 else ()
    return found + [term for term in expanded if term not in found] if len(found) + len(expanded) > 2 else []


Change = tuple[str, str, sympy.Expr]


def _changes(side: sympy.Expr, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield what one change makes of a side: its kind, a sentence, and the changed side."""
    for path, node in _nodes(side):
        for kind, said, new in itertools.chain(_local_changes(node, path), _named_factors(node, path, names)):
            yield kind, said, _put(side, path, new)


def _nodes(side: sympy.Expr) -> Iterator[tuple[tuple[int, ...], sympy.Basic]]:
    """Yield places and nodes, outer ones first."""
    waiting: list[tuple[tuple[int, ...], sympy.Basic]] = [((), side)]
    while waiting:
        path, node = waiting.pop(0)
        yield path, node
        if len(path) < 9:
            # a rational exponent is changed with its power
            inside = node.args[:1] if node.is_Pow and node.args[1].is_Rational else node.args
            waiting += [((*path, i), part) for i, part in enumerate(inside)]


def _put(side: sympy.Basic, path: tuple[int, ...], new: sympy.Basic) -> Any:
    """Return a side with the node at a place replaced."""
    if not path:
        return new
    arguments = list(side.args)
    arguments[path[0]] = _put(arguments[path[0]], path[1:], new)
    try:
        return side.func(*arguments)
    except (TypeError, ValueError, AttributeError):
        return sympy.nan


def _local_changes(node: sympy.Basic, path: tuple[int, ...]) -> Iterator[tuple[str, str, sympy.Basic]]:
    """Yield the changes at one node."""
    if isinstance(node, sympy.Sum | sympy.Product):
        yield from _bounds(node)
    if not isinstance(node, sympy.Expr):
        return
    if node.is_Add:
        for i, term in enumerate(node.args):
            others = node.args[:i] + node.args[i + 1 :]
            yield "sign", f"the sign of the term {term}", node.func(*others, -term)
    if node.is_Pow or isinstance(node, sympy.exp):
        yield from _powers(node)
    elif isinstance(node, sympy.Function | sympy.Indexed):
        yield from _arguments(node)
    elif node.is_Mul:
        yield from _factors(node)
    yield from _of_atoms(node, bool(path))


def _of_atoms(node: sympy.Expr, is_inside: bool) -> Iterator[tuple[str, str, sympy.Basic]]:
    """Yield the changes of a name, a number or a call as a whole."""
    if node.is_Symbol or node.is_Add or node.is_Function:
        for power in (2, -1, 3):
            yield "exponent", f"the exponent 1 of {node} should be {power}", node**power
    if node.is_Integer and is_inside:
        for step in (1, -1):
            yield "index", f"{node} should be {node + step}", node + step
    if is_inside and (node.is_Symbol or node.is_Function or node.is_Pow):
        yield "sign", f"the sign of {node}", -node


def _named_factors(node: sympy.Basic, path: tuple[int, ...], names: tuple[str, ...]) -> Iterator[tuple[str, str, sympy.Basic]]:
    """Yield a product with one name more or less."""
    if len(path) < 3 and isinstance(node, sympy.Expr) and (node.is_Mul or node.is_Pow or node.is_Symbol):
        for name in names:
            yield "factor", f"a factor {name} is missing in {node}", node * sympy.Symbol(name)
            yield "factor", f"a factor {name} is too much in {node}", node / sympy.Symbol(name)


def _bounds(node: Any) -> Iterator[tuple[str, str, sympy.Basic]]:
    for place, limit in enumerate(node.limits):
        k, low, high = limit
        for which, end in (("lower", low), ("upper", high)):
            if end in (sympy.oo, -sympy.oo):
                continue
            for step in (1, -1):
                new = (k, low + step, high) if which == "lower" else (k, low, high + step)
                limits = [*node.limits[:place], new, *node.limits[place + 1 :]]
                yield "bound", f"the {which} bound {end} of {k} should be {end + step}", node.func(node.function, *limits)


def _powers(node: Any) -> Iterator[tuple[str, str, sympy.Basic]]:
    base, exponent = node.as_base_exp()
    news = [exponent + 1, exponent - 1, 2 * exponent, exponent / 2, -exponent]
    if exponent.is_Rational:
        news += [sympy.Rational(p) for p in range(_SMALLEST_POWER, _LARGEST_POWER + 1)] + [sympy.S.Half, -sympy.S.Half]
    for new in dict.fromkeys(news):
        if new != exponent:
            kind = "sign" if new == -exponent else "exponent"
            yield kind, f"the exponent {exponent} of {base} should be {new}", sympy.Pow(base, new)


def _arguments(node: Any) -> Iterator[tuple[str, str, sympy.Basic]]:
    for place, argument in enumerate(node.args):
        if isinstance(node, sympy.Indexed) and place == 0:
            continue
        news = [("index", argument + 1), ("index", argument - 1), ("factor", 2 * argument), ("factor", argument / 2)]
        news += [("sign", -argument)] if not isinstance(node, sympy.Indexed) else []
        for kind, new in news:
            arguments = [*node.args[:place], new, *node.args[place + 1 :]]
            name = "index shifted: " if kind == "index" and argument.is_integer is not False else ""
            try:
                changed = node.func(*arguments)
            except (TypeError, ValueError, AttributeError):
                continue
            yield kind, f"{name}{argument} in {node} should be {new}", changed


def _factors(node: Any) -> Iterator[tuple[str, str, sympy.Basic]]:
    for number in (2, sympy.Rational(1, 2), 3, sympy.Rational(1, 3), 4, sympy.Rational(1, 4)):
        yield "factor", f"a factor {number} is missing in {node}", number * node
    for i, factor in enumerate(node.args):
        others = node.func(*node.args[:i], *node.args[i + 1 :])
        if not factor.is_Number:
            yield "factor", f"the factor {factor} is too much in {node}", others
