r"""A matrix that is a whole side: `\begin{pmatrix} a & b \\ c & d \end{pmatrix}`, or SymPy's `\left[\begin{matrix}`."""

from __future__ import annotations

from collections.abc import Sequence

from symseries.parsing.latex.source import LatexSource
from symseries.parsing.latex.tokens import Token

_BRACKETED = frozenset({"pmatrix", "bmatrix"})
_BARE = frozenset({"matrix", "smallmatrix", "array"})
_PAIRS = {("[", "]"), ("(", ")")}

Cell = list[Token]


def entries_of(source: LatexSource, tokens: Sequence[Token]) -> list[list[Cell]] | None:
    r"""Return the tokens of each entry, row by row, where a formula is one matrix and nothing else; None for another formula.

    A bare `matrix` needs its brackets, since without them it is a way to set things side by side.
    """
    inner = [token for token in tokens if token.kind != "end"]
    if inner and (inner[0].text, inner[-1].text) in _PAIRS and _is_environment(inner[1:-1], _BARE):
        inner = inner[1:-1]
    elif not _is_environment(inner, _BRACKETED):
        return None
    first, last = inner[0], inner[-1]
    if any(token.kind == "environment" for token in inner[1:-1]):
        raise source.fault("an environment inside a matrix", first.start, "; write one matrix, of formulas")
    rows = _rows(inner[1:-1])
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        sizes = ", ".join(str(len(row)) for row in rows) or "no"
        raise source.fault(f"a matrix whose rows have {sizes} entries", first.start, "; give every row as many")
    for row in rows:
        for cell in row:
            if not cell:
                raise source.fault("a matrix with an empty entry", last.start, "; write 0 for it")
    return rows


def _is_environment(tokens: Sequence[Token], names: frozenset[str]) -> bool:
    """Tell whether tokens begin and end one environment of these names."""
    if len(tokens) < 2 or {tokens[0].kind, tokens[-1].kind} != {"environment"}:
        return False
    return tokens[0].content in names and (tokens[0].text, tokens[-1].text) == (r"\begin", r"\end")


def _rows(tokens: Sequence[Token]) -> list[list[Cell]]:
    """Cut the inside of a matrix at its line breaks and ampersands; a break at the end begins no row."""
    rows: list[list[Cell]] = [[[]]]
    for token in tokens:
        if token.kind == "break":
            rows.append([[]])
        elif token.kind == "mark" and token.text == "&":
            rows[-1].append([])
        elif token.kind != "space":
            rows[-1][-1].append(token)
    return rows[:-1] if rows[-1] == [[]] else rows
