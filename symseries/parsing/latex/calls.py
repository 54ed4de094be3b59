"""Functions of the table in LaTeX: with brackets, with braces, with a power on the name, and without brackets."""

from __future__ import annotations

from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.naming import entries_of
from symseries.parsing.latex.nodes import Bracketed, Call, Name, Node, Number, Plus, Power, Times
from symseries.parsing.latex.tokens import Token

_NAMES = frozenset({"number", "letter", "bold", "accent"})
_WITH_BASE = frozenset({"log", "Li"})


def read_call(p: Cursor) -> Node:
    """Read a function with its argument, and the power that stands on its name."""
    token = p.next()
    word = token.text if token.kind == "function" else token.content.strip()
    if word in words.OTHERS and word not in words.FUNCTIONS and word not in p.declared:
        raise p.fault(f"the function {word!r}, which the reader does not know,", token.start, "; declare its name")
    base: Node | None = None
    exponent: Node | None = None
    while p.at("_", "^"):
        if p.next().text == "_":
            base = p.group()
        else:
            exponent = _exponent(p, token)
    if base is not None and words.FUNCTIONS.get(word) not in _WITH_BASE:
        raise p.fault(f"a subscript at the function {word!r}", token.start, "; only a logarithm has a base")
    call = Call(token.start, word, _arguments(p, token), base)
    return call if exponent is None else Power(token.start, call, exponent)


def _exponent(p: Cursor, token: Token) -> Node:
    """Read the power on the name of a function."""
    exponent = p.group()
    if isinstance(exponent, Plus) and exponent.terms[0][0] < 0:
        problem = "a negative power on the name of a function, which may mean the inverse function,"
        raise p.fault(problem, token.start, r"; write \arcsin x or \frac{1}{\sin x}")
    return exponent


def _arguments(p: Cursor, token: Token) -> tuple[Node, ...]:
    """Read the arguments in whatever brackets they stand."""
    if p.at("{"):
        opening = p.next()
        with p.inside(opening):
            bracket = p.at("(")
            entries = entries_of(p)
        one = entries[0]
        # A group holds a bracket that is the argument, or the argument itself.
        return one.entries if bracket and len(entries) == 1 and hasattr(one, "entries") else entries
    if p.at("(", "[", r"\{"):
        opening = p.next()
        with p.inside(opening):
            return entries_of(p)
    if p.at("|", "left|", r"\|", r"left\|", r"\lfloor", r"\lceil"):
        return (p.atom(),)
    return (_open_argument(p, token),)


def _open_argument(p: Cursor, token: Token) -> Node:
    """Read an argument without brackets: numbers, then one factor; what could belong to it or not is refused."""
    if p.at("-") and p.ahead().text == r"\frac":
        p.next()
        return Plus(token.start, ((-1, p.factor()),))
    if p.token.kind == "function":
        return p.factor()
    factors = [p.factor()]
    while _is_number(factors[-1]) and p.token.kind in {"letter", "bold", "accent", "upright"}:
        factors.append(p.factor())
    _check_end(p, token, factors[-1])
    return factors[0] if len(factors) == 1 else Times(token.start, tuple(factors))


def _is_number(node: Node) -> bool:
    return isinstance(node, Number) or (isinstance(node, Name) and node.base == "pi" and not node.below)


def _check_end(p: Cursor, token: Token, last: Node) -> None:
    """Refuse what follows an argument without brackets, unless it is clearly no part of it."""
    doubtful = p.token.kind in _NAMES or p.at("(", "[", "/", r"\frac", r"\sqrt", "{", "|", "left|")
    ends = p.integrals and p.token.text == "d"
    if (doubtful and not ends) or (isinstance(last, Bracketed) and last.exponent is not None):
        name = p.source.text[token.start : token.end]
        problem = f"the argument of {name!r} without brackets, which may end before or after this,"
        raise p.fault(problem, None, f"; write {name}(...)")
