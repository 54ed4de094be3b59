"""What a whole text tells about its names: which are sequences, which stand alone, which letters are free for a new index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symseries.parsing.latex.bigs import indices_of
from symseries.parsing.latex.naming import key_of
from symseries.parsing.latex.nodes import (
    Big,
    Bracketed,
    Dots,
    Name,
    Node,
    Number,
    Plus,
    Power,
    Relations,
    Times,
    Unit,
    children,
    walk,
)

_INDEX_LETTERS = frozenset("ijklmn")
_FRESH = "j k l m n p q r s t u v w".split()


@dataclass(frozen=True)
class Context:
    """What is known about the names of a text.

    `names` are the caller's meanings by plain spelling; `sequences` the letters whose subscripts are indices; `alone` the plain
    spellings of names that stand somewhere without a bracket behind them; `used` all letters of the text; `fresh`
    a letter that is not; `called` those with an argument in brackets that is no sum; `mixed` those with indices in two ways;
    `measured` tells that there are units, `transposed` that T is a superscript and nothing else, `differentials` that d stands
    nowhere but right before names; `counts` says how often a letter stands anywhere;
    `defined` are the names that a line begins with as functions, `r(x) = ...`.
    """

    names: Mapping[str, Any]
    sequences: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    fresh: str = "j"
    called: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    measured: bool = False
    transposed: bool = False
    differentials: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    defined: frozenset[str] = frozenset()


def context_of(trees: Iterable[Node], names: Mapping[str, Any]) -> Context:
    """Return what the formulas of one text tell about each other's names."""
    roots = list(trees)
    nodes = [node for root in roots for node in walk(root)]
    called = {id(node.name) for node in nodes if isinstance(node, Bracketed)}
    single = [node for node in nodes if isinstance(node, Name)]
    lone = [node for root in roots for node in walk(root, labels=False) if isinstance(node, Name) and id(node) not in called]
    alone = frozenset(key for node in lone if (key := key_of(node)))
    used = frozenset(node.base for node in single)
    free = frozenset(node.base for node in lone if not node.below and not node.above and node.base in _INDEX_LETTERS)
    sequences = _indexed(single, free) | _bound(roots) | _in_patterns(nodes)
    fresh = next((letter for letter in _FRESH if letter not in used), "j_0")
    measured = any(isinstance(node, Unit) for node in nodes)
    simply = frozenset(node.name.base for node in nodes if isinstance(node, Bracketed) and not _is_sum(node.arguments))
    counts = Counter(node.base for node in single)
    return Context(
        names, frozenset(sequences), alone, used, fresh, simply, _mixed(single), measured,
        counts["T"] == sum(_is_raised_to_t(node) for node in nodes), counts["d"] == _differentials(nodes), counts,
        frozenset(key for root in roots if (key := _defined(root))),
    )  # fmt: skip


def _defined(root: Node) -> str | None:
    """Return the name that a line gives a meaning as a function of names: the whole left side is `r(x)`."""
    left = root.links[0][1] if isinstance(root, Relations) and not root.links[0][0] and len(root.links) > 1 else None
    if not isinstance(left, Bracketed) or left.exponent or left.power or left.step:
        return None
    return key_of(left.name) if all(isinstance(part, Name) for part in left.arguments) else None


def _is_raised_to_t(node: Node) -> bool:
    r"""Tell `X^T`, `X^{-T}` and `X^T (...)`."""
    exponent = node.exponent if isinstance(node, Power) else node.power if isinstance(node, Bracketed) else None
    if isinstance(exponent, Plus) and len(exponent.terms) == 1:
        exponent = exponent.terms[0][1]
    return isinstance(exponent, Name) and exponent == Name(exponent.start, "T")


def _differentials(nodes: Iterable[Node]) -> int:
    """Return how often d stands right before a name."""
    pairs = [pair for node in nodes if isinstance(node, Times) for pair in zip(node.factors, node.factors[1:], strict=False)]
    return sum(first == Name(first.start, "d") and second.start == first.start + 1 for first, second in pairs)


def _is_sum(arguments: tuple[Node, ...]) -> bool:
    """Tell a single sum, which in brackets may be a factor."""
    return len(arguments) == 1 and isinstance(arguments[0], Plus) and len(arguments[0].terms) > 1


def is_simple(node: Node) -> bool:
    """Tell what looks like the argument of a function: a name, a number, a number times a name.

    >>> is_simple(Name(0, "x")), is_simple(Plus(0, ((1, Name(0, "x")), (1, Name(2, "y")))))
    (True, False)
    """
    if isinstance(node, Times):
        return all(isinstance(factor, Name | Number) for factor in node.factors)
    return isinstance(node, Name | Number)


def _mixed(names: Iterable[Name]) -> frozenset[str]:
    """Return names with as many indices in all, but not as many above; and those with `a_{12}` beside `a_{ij}`."""
    found: dict[tuple[str, int], set[int]] = {}
    for name in names:
        below = sum(len(label.index or ()) for label in name.below)
        if name.above or below:
            found.setdefault((name.base, len(name.above) + below), set()).add(len(name.above))
    labels = [(name.base, label) for name in names for label in name.below if label.text and len(label.text) > 1]
    digits = {base for base, label in labels if label.text and label.text.isdigit() and label.index}
    letters = {base for base, label in labels if label.index and len(label.index) > 1}
    several = frozenset(base for (base, _), uppers in found.items() if len(uppers) > 1)
    return several | (digits & letters) | _doubtful_pairs(names)


def _doubtful_pairs(names: Iterable[Name]) -> frozenset[str]:
    """Return names with one index and, elsewhere, a number beside a letter, which may be two: `d_{2 n}`."""
    single, pairs = set(), set()
    for name in names:
        indices = name.below[0].index or () if len(name.below) == 1 else ()
        single |= {name.base} if len(indices) == 1 else set()
        pairs |= {name.base} if len(indices) == 2 and isinstance(indices[0], Number) else set()
    return frozenset(single & pairs)


def _indexed(names: Iterable[Name], free: frozenset[str]) -> set[str]:
    """Return names with a computed subscript, an upper index, or a subscript that stands alone elsewhere as a letter."""
    found = set()
    for name in names:
        letters = {part.base for label in name.below for part in label.index or () if isinstance(part, Name) and not part.below}
        if name.above or any(label.text is None for label in name.below) or letters & free:
            found.add(name.base)
    return found


def _bound(roots: Iterable[Node]) -> set[str]:
    """Return names whose subscript holds the index of a sum or product that they stand in."""
    found: set[str] = set()
    waiting: list[tuple[Node, frozenset[Name]]] = [(root, frozenset()) for root in roots]
    while waiting:
        node, bound = waiting.pop()
        if isinstance(node, Big):
            bound |= {part for chain in node.conditions for part in walk(chain) if isinstance(part, Name)} & _bindable(node)
        if isinstance(node, Name) and bound & {
            part for label in node.below for index in label.index or () for part in walk(index)
        }:
            found.add(node.base)
        waiting += [(child, bound) for child in children(node)]
    return found


def _bindable(big: Big) -> set[Name]:
    """Return the names that a sum or product binds, those on the left of its conditions."""
    found = set(indices_of(big))
    for chain in big.conditions:
        found |= {part for part in walk(chain.links[0][1]) if isinstance(part, Name)}
    return found


def _in_patterns(nodes: Iterable[Node]) -> set[str]:
    r"""Return names with a number as subscript in a pattern with dots: `s_0 + s_1 x + \dots`."""
    found: set[str] = set()
    for node in nodes:
        parts = list(children(node))
        if any(isinstance(part, Dots) for part in parts):
            inner = (name for part in parts for name in walk(part) if isinstance(name, Name))
            found |= {name.base for name in inner if _is_counted(name)}
    return found


def _is_counted(name: Name) -> bool:
    return any(label.index and isinstance(label.index[0], Number) for label in name.below)
