"""Chains of relations, as they stand in lines, in cases and below sums."""

from __future__ import annotations

from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.nodes import Dots, Node, Relations

_DOTS = (r"\dots", r"\ldots", r"\cdots", r"\vdots", r"\dotsb")


def relation(p: Cursor) -> str:
    r"""Step over a sign of relation and return it, or an empty text; `\overset{\text{def}}{=}` is `:=`."""
    if p.at(r"\stackrel", r"\overset"):
        return _stacked(p)
    if not p.at(*words.RELATIONS):
        return ""
    sign = p.next()
    if p.at(*words.RELATIONS):
        raise p.fault(f"two relations in a row, {sign.text} and {p.token.text},", sign.start, "; write one")
    return words.RELATIONS[sign.text]


def _stacked(p: Cursor) -> str:
    """Step over a relation with a note above it."""
    token, note = p.next(), p.source.text
    opening = p.token
    p.expect("{")
    while not p.at("}") and p.token.kind != "end":
        p.next()
    note = note[opening.end : p.token.start]
    p.expect("}", opening)
    p.expect("{")
    sign = relation(p)
    p.expect("}")
    if not sign:
        raise p.fault(f"{token.text} over something that is no relation", token.start)
    return ":=" if "def" in note else sign


def relations(p: Cursor) -> Relations:
    """Read a chain of relations; it may begin with one."""
    start = p.token.start
    links: list[tuple[str, Node]] = []
    sign = relation(p)
    while True:
        links.append((sign, side(p)))
        sign = relation(p)
        if not sign:
            return Relations(start, tuple(links))


def side(p: Cursor) -> Node:
    """Read one side: an expression, or dots that stand for equal parts."""
    if p.at(*_DOTS) and (p.ahead().text in words.RELATIONS or p.ahead().kind == "end"):
        return Dots(p.next().start)
    return p.expression()
