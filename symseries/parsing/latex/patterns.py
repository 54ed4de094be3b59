r"""Dots: the pattern that the parts before them and after them show, or a refusal where they show none.

Two neighbours give the pattern, by the places where they differ in a number; every part before them and the one after the dots
have to agree with it. `k_1 + \dots + k_d` is a sum over j from 1 to d, `s_0 + s_1 x + s_2 x^2 + \dots` an infinite one, and
`1 + x + x^2/2 + \dots`, where numbers alone cannot show how it goes on, the terms written and the order of the next.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from symseries.parsing.latex import nodes as n
from symseries.parsing.latex.structures import Run, sequence

if TYPE_CHECKING:
    from symseries.parsing.latex.values import Builder


@dataclass(frozen=True)
class Hole(n.Node):
    """A place where neighbours differ: what stands there in both."""

    first: n.Node
    second: n.Node


@dataclass(frozen=True)
class Value(n.Node):
    """A place with a known value."""

    value: sympy.Expr


def unified(first: n.Node, second: n.Node, counted: bool = False) -> n.Node | None:
    """Return the common shape of two nodes with a hole where they differ, or None where they have no common shape.

    Outside of subscripts (`counted`) only a number can be the beginning of a count.
    """
    if first == second:
        return first
    if isinstance(second, n.Power) and not isinstance(first, n.Power) and first == second.base:
        first = n.Power(first.start, first, n.Number(first.start, "1"))
    if isinstance(first, n.Bracketed) and isinstance(second, n.Bracketed) and first.exponent is None and second.exponent:
        first = dataclasses.replace(first, exponent=n.Number(first.start, "1"))
    if type(first) is type(second) and not isinstance(first, n.Number) and _alike(first, second):
        return _unified_parts(first, second, counted)
    return _hole(first, second, counted)


def _hole(first: n.Node, second: n.Node, counted: bool) -> n.Node | None:
    """Return the hole that two indices leave."""
    begins = isinstance(first, n.Number) or (counted and isinstance(first, n.Name | n.Plus | n.Times))
    return Hole(first.start, first, second) if begins and isinstance(second, _INDEX) else None


def _alike(first: n.Node, second: n.Node) -> bool:
    """Tell nodes of one kind whose parts may be compared: names that differ in their indices only, other nodes."""
    if not isinstance(first, n.Name) or not isinstance(second, n.Name):
        return True
    return first.base == second.base and first.primes == second.primes and bool(first.below)


def _unified_parts(first: n.Node, second: n.Node, counted: bool) -> n.Node | None:
    """Unify the fields of two nodes of one kind."""
    changed: dict[str, Any] = {}
    for name in _fields(first):
        changed[name] = _merged(getattr(first, name), getattr(second, name), counted)
        if changed[name] is _NONE:
            return _hole(first, second, counted)
    return dataclasses.replace(first, **changed)


def _fields(node: n.Node) -> list[str]:
    """Return the names of the fields of a node but its place."""
    return [item.name for item in dataclasses.fields(node) if item.name != "start"]


_NONE = object()
_INDEX = (n.Number, n.Name, n.Plus, n.Times, n.Infinity)


def _merged(first: object, second: object, counted: bool) -> object:
    """Unify two values of a field."""
    if isinstance(first, n.Node) and isinstance(second, n.Node):
        found = unified(first, second, counted)
        return _NONE if found is None else found
    if isinstance(first, n.Label) and isinstance(second, n.Label):
        if first == second:
            return first
        index = _NONE if first.index is None or second.index is None else _merged(first.index, second.index, True)
        return index if index is _NONE else n.Label(None, index)  # type: ignore[arg-type]
    if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
        parts = tuple(_merged(*pair, counted) for pair in zip(first, second, strict=True))
        return _NONE if any(part is _NONE for part in parts) else parts
    return first if first == second else _NONE


def fillings(shape: object, part: object) -> list[tuple[Hole, n.Node]] | None:
    """Return what stands in the holes of a shape in another part, or None where the part has another shape."""
    if isinstance(shape, Hole):
        return [(shape, part)] if isinstance(part, _INDEX) else None
    if isinstance(shape, n.Label) and isinstance(part, n.Label):
        return [] if shape == part else fillings(shape.index, part.index)
    if isinstance(shape, n.Node) and isinstance(part, n.Node):
        if type(shape) is not type(part):
            return None
        names = _fields(shape)
        shape, part = tuple(getattr(shape, name) for name in names), tuple(getattr(part, name) for name in names)
    if isinstance(shape, tuple) and isinstance(part, tuple):
        inner = [fillings(*pair) for pair in zip(shape, part, strict=True)] if len(shape) == len(part) else [None]
        return None if any(found is None for found in inner) else [pair for found in inner for pair in found or ()]
    return [] if shape == part else None


@dataclass(frozen=True)
class Pattern:
    """A shape whose holes hold `offset + index`, multiplied by `step`; and the number of the first neighbour."""

    shape: n.Node
    steps: tuple[tuple[Hole, sympy.Expr, sympy.Expr], ...]
    start: sympy.Expr

    def at(self, index: sympy.Expr) -> n.Node:
        """Return the part of a number."""
        values = {hole: Value(hole.start, low + step * (index - self.start)) for hole, low, step in self.steps}
        return _put(self.shape, values)


def _put(node: n.Node, values: dict[Hole, Value]) -> n.Node:
    """Return a shape with its holes filled."""
    if isinstance(node, Hole):
        return values[node]
    return dataclasses.replace(
        node,
        **{
            item.name: _put_field(getattr(node, item.name), values) for item in dataclasses.fields(node) if item.name != "start"
        },
    )


def _put_field(value: Any, values: dict[Hole, Value]) -> Any:
    if isinstance(value, n.Node):
        return _put(value, values)
    if isinstance(value, n.Label) and value.index is not None:
        filled = tuple(_put(part, values) for part in value.index)
        return value if filled == value.index else n.Label(None, filled)
    return tuple(_put_field(part, values) for part in value) if isinstance(value, tuple) else value


def _holes(node: n.Node) -> tuple[Hole, ...]:
    return tuple(dict.fromkeys(part for part in n.walk(node) if isinstance(part, Hole)))


def neighbours(b: Builder, first: n.Node, second: n.Node) -> Pattern | None:
    """Return the pattern of two neighbours, whose holes differ by whole numbers, one of them by one."""
    shape = unified(first, second)
    holes = _holes(shape) if shape is not None else ()
    if shape is None or not holes:
        return None
    steps = [(hole, b.value(hole.first), b.bound_of(hole.second) - b.value(hole.first)) for hole in holes]
    if not all(step.is_Integer and step != 0 for _, _, step in steps):
        return None
    lead = next((low for _, low, step in steps if step == 1), None)
    return None if lead is None else Pattern(shape, tuple(steps), lead)


def ends(b: Builder, first: n.Node, last: n.Node) -> tuple[Pattern, sympy.Expr] | None:
    """Return the pattern that the first part and the last one show, all holes from one value to one other; and the last."""
    shape = unified(first, last)
    holes = _holes(shape) if shape is not None else ()
    if shape is None or not holes:
        return None
    pairs = {(b.value(hole.first), b.bound_of(hole.second)) for hole in holes}
    if len(pairs) != 1:
        return None
    [(low, high)] = pairs
    return Pattern(shape, tuple((hole, low, sympy.S.One) for hole in holes), low), high


def closed(b: Builder, pattern: Pattern, last: n.Node) -> sympy.Expr | None:
    """Return the number of the part after the dots in a pattern, or None where it does not fit."""
    marks = {hole: (low, step) for hole, low, step in pattern.steps}
    pairs = fillings(pattern.shape, last)
    if not pairs:
        return None
    numbers = set()
    for hole, node in pairs:
        low, step = marks[hole]
        numbers.add(sympy.expand(pattern.start + (b.bound_of(node) - low) / step))
    return numbers.pop() if len(numbers) == 1 else None


def matched(b: Builder, parts: Sequence[n.Node], last: n.Node | None) -> tuple[int, Pattern, sympy.Expr, sympy.Expr] | None:
    """Return where the pattern begins in the parts before the dots, the pattern, and its first and last number."""
    pattern = neighbours(b, parts[-2], parts[-1]) if len(parts) > 1 else None
    if pattern is not None:
        place, high = len(parts) - 2, sympy.oo if last is None else closed(b, pattern, last)
    elif last is not None and (found := ends(b, parts[-1], last)) is not None:
        place, (pattern, high) = len(parts) - 1, found
    if pattern is None or high is None:
        return None
    low = pattern.start
    while place and b.value(pattern.at(low - 1)) == b.value(parts[place - 1]):
        place, low = place - 1, low - 1
    return place, pattern, low, high


def index_of(b: Builder) -> sympy.Symbol:
    """Return the Symbol that counts what dots leave out: a letter that the text does not use."""
    return sympy.Symbol(b.context.fresh)


def _only(b: Builder, parts: Sequence[n.Node]) -> int:
    """Return the place of the dots."""
    places = [place for place, part in enumerate(parts) if isinstance(part, n.Dots)]
    if len(places) > 1:
        raise b.fault(parts[places[1]], "dots a second time in one row", "; write one pattern at a time")
    if places[0] == 0:
        raise b.fault(parts[0], "dots without a part before them", "; write the first parts")
    return places[0]


def _refusal(b: Builder, dots: n.Node) -> Exception:
    problem = "dots whose pattern the parts beside them do not show,"
    return b.fault(dots, problem, "; write two neighbours and the last part, or a sum")


def added(b: Builder, node: n.Plus) -> sympy.Expr:
    """Return a sum with dots."""
    parts = [term for _, term in node.terms]
    place = _only(b, parts)
    signs = {sign for sign, _ in node.terms[place:]}
    last = parts[place + 1] if place + 1 < len(parts) else None
    found = (
        matched(b, parts[:place], last)
        if signs == {1} and {sign for sign, _ in node.terms[max(place - 2, 1) : place]} <= {1}
        else None
    )
    if found is None or (last is None and not _counts(b, found)):
        return truncated(b, node, place)
    begin, pattern, low, high = found
    j = index_of(b)
    rest = [sign * b.value(term) for sign, term in (*node.terms[:begin], *node.terms[place + 2 :])]
    return sympy.Add(sympy.Sum(b.value(pattern.at(j)), (j, low, high)), *rest)


def _counts(b: Builder, found: tuple[int, Pattern, sympy.Expr, sympy.Expr]) -> bool:
    """Tell a pattern with an entry of a sequence in it, which says how it goes on."""
    return bool(b.value(found[1].at(index_of(b))).atoms(sympy.Indexed))


def truncated(b: Builder, node: n.Plus, place: int) -> sympy.Expr:
    """Return the terms written and the order of the next, for the first terms of a power series in numbers."""
    if place + 1 != len(node.terms) or place < 2:
        raise _refusal(b, node.terms[place][1])
    terms = [sign * b.value(term) for sign, term in node.terms[:place]]
    names = sorted(set().union(*(term.free_symbols for term in terms)), key=str)
    found = [(name, powers) for name in names if (powers := _powers(terms, name))]
    if len(found) != 1:
        raise _refusal(b, node.terms[place][1])
    [(name, powers)] = found
    return ordered(terms, sympy.Order(name ** (2 * powers[-1] - powers[-2]), name))


def _powers(terms: Sequence[sympy.Expr], name: sympy.Symbol) -> list[int] | None:
    """Return the growing powers of a name in terms, or None where they are no terms of a power series in it."""
    powers = [term.as_coeff_exponent(name) for term in terms]
    numbers = [int(power) for coefficient, power in powers if power.is_Integer and power >= 0 and not coefficient.has(name)]
    growing = all(before < after for before, after in itertools.pairwise(numbers))
    return numbers if len(numbers) == len(terms) and growing and len(terms) > 1 else None


def ordered(terms: Sequence[sympy.Expr], order: sympy.Order) -> sympy.Expr:
    """Return terms with an order; SymPy does not compare them with it, which it could not do for sums."""
    return sympy.Add(*sympy.Add.make_args(sympy.Add(*terms)), order, evaluate=False)


def multiplied(b: Builder, node: n.Times) -> tuple[n.Node, ...]:
    """Return the factors of a product with dots, the factors of the pattern as one."""
    parts = node.factors
    place = _only(b, parts)
    last = parts[place + 1] if place + 1 < len(parts) else None
    found = matched(b, parts[:place], last)
    if found is None or (last is None and not _counts(b, found)):
        raise _refusal(b, parts[place])
    begin, pattern, low, high = found
    j = index_of(b)
    product = Value(parts[begin].start, sympy.Product(b.value(pattern.at(j)), (j, low, high)))
    return (*parts[:begin], product, *parts[place + 2 :])


def filled(b: Builder, entries: tuple[n.Node, ...]) -> tuple[n.Node, ...]:
    """Return the entries of a list with each group of left out ones as a run."""
    found: list[n.Node] = []
    waiting = list(entries)
    while waiting:
        entry = waiting.pop(0)
        if not isinstance(entry, n.Dots):
            found.append(entry)
            continue
        match = matched(b, found, waiting[0] if waiting else None) if found else None
        if match is None:
            raise _refusal(b, entry)
        begin, pattern, low, high = match
        del waiting[:1], found[begin:]
        j = index_of(b)
        found.append(Value(entry.start, Run(b.value(pattern.at(j)), (j, low, high))))
    return tuple(found)


def equal_parts(b: Builder, parts: Sequence[n.Node]) -> sympy.Expr:
    r"""Return the parts of a chain such as `k_1 = k_2 = \dots = 0` before its dots as one run."""
    match = matched(b, parts, None)
    if match is None or match[0] != 0:
        raise _refusal(b, parts[-1])
    j = index_of(b)
    return Run(b.value(match[1].at(j)), (j, match[2], sympy.oo))


__all__ = ["Value", "added", "equal_parts", "filled", "multiplied", "ordered", "sequence"]
