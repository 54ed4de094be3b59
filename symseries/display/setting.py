r"""How a table of LaTeX cells is set so that it fits the page: heads in two lines, smaller letters, cells that wrap, blocks.

Widths are estimates in points of ten-point letters, a little too large rather than too small.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LINE = 455.0
"""Points of a line between margins of 25 mm on A4 paper."""
_NARROWEST = 80.0  # points that a column of cells that wrap keeps
_FOOTNOTE = 0.85  # width of small letters to that of ordinary ones
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_FRACTION = re.compile(rf"\\[td]?frac{_GROUP}{_GROUP}")
_ENVIRONMENT = re.compile(r"\\begin\{(\w+)\}(.*?)\\end\{\1\}", re.DOTALL)
_SIGN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_SCRIPT = 0.7  # size of exponents and indices
_OPENING, _CLOSING = (*"{([", r"\begin"), (*"})]", r"\end")
_NOTHING = {"{", "}", "$", "^", "_", r"\left", r"\right", r"\ensuremath"}
_NOTHING |= {rf"\{name}" for name in "mathrm text mathbf operatorname mathopen mathclose big bigg limits".split()}
_WIDTHS = {
    **dict.fromkeys(_NOTHING, 0.0),
    **dict.fromkeys((*"+-=<>", r"\pm", r"\times", r"\leq", r"\geq", r"\approx", r"\to"), 12.2),
    **dict.fromkeys((*".,;:|'!()[]ijlft", r"\,", r"\cdot"), 3.9),
    **dict.fromkeys((r"\ldots", r"\infty", r"\sqrt", r"\quad", *"mwMW"), 8.8),
    **dict.fromkeys("ABCDEFGHKLNOPQRTUVXYZ", 7.8),
    **dict.fromkeys((r"\log", r"\exp", r"\sin", r"\cos", r"\tan", r"\ln"), 15.0),
}


@dataclass(frozen=True)
class Size:
    """A size of letters: the command for it, the width of letters to that of ordinary ones, points between two columns."""

    command: str
    scale: float
    between: float = 12.0

    def total(self, widths: Sequence[float]) -> float:
        """Return the width of a table of such columns."""
        return self.scale * sum(widths) + self.between * len(widths)


_SIZES = (
    Size("", 1.0),
    Size(r"\small", 0.925),
    Size(r"\footnotesize", _FOOTNOTE),
    Size(r"\footnotesize\setlength{\tabcolsep}{4pt}", _FOOTNOTE, 8.0),
)
_SMALLEST = Size(r"\scriptsize\setlength{\tabcolsep}{2pt}", 0.77, 4.0)  # before a table is split


@dataclass(frozen=True)
class Block:
    """Some columns of a table: the letters of their alignments, and their cells, the head first."""

    letters: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def end(self) -> str:
        """What ends a row: a ragged cell that is the last one takes the ordinary sign for its own line break."""
        return r"\tabularnewline" if self.letters.endswith("}") else r"\\"


# ----------------------------------------------------------------------------------------------------------- measuring
def width(latex: str) -> float:
    r"""Return about how many points a cell takes, set on one line in letters of ten points.

    >>> 40 < width(r"$45.05 \pm 0.12$") < 70
    True
    """
    latex = _ENVIRONMENT.sub(_longest_row, latex)
    while (flat := _FRACTION.sub(_longer, latex)) != latex:
        latex = flat
    scales, pending, total, math = [1.0], 1.0, 0.0, False
    for sign in _SIGN.findall(latex):
        if sign in "^_":
            pending = _SCRIPT
            continue
        if sign == "{":
            scales.append(scales[-1] * pending)
        elif sign == "}":
            scales = scales[:-1] or [1.0]
        math ^= sign == "$"
        total += _sign_width(sign, math) * scales[-1] * (1.0 if sign in "{}" else pending)
        pending = 1.0
    return total


def _longest_row(environment: re.Match[str]) -> str:
    """Return the longest of the rows that stand below each other, as those of a case distinction do."""
    return r"\quad " + max(environment[2].split(r"\\"), key=len).replace("&", r"\quad ")


def _longer(fraction: re.Match[str]) -> str:
    """Return the longer side of a fraction, as small as it is set within a line."""
    return f"^{{{max(fraction[1], fraction[2], key=len)}}}"


def _sign_width(sign: str, math: bool) -> float:
    if sign == " ":
        return 0.0 if math else 3.4
    if not math and sign in "-=<>+":
        return 5.0
    return _WIDTHS.get(sign, 5.3)


def pieces(latex: str) -> list[str]:
    """Return a formula in the pieces between which a line may end: before each plus or minus outside all brackets.

    >>> pieces("y = a - b (c + d) + e^{f - g}")
    ['y = a ', '- b (c + d) ', '+ e^{f - g}']
    """
    found, depth, before = [""], 0, ""
    for sign in _SIGN.findall(latex):
        depth = max(0, depth + (sign in _OPENING) - (sign in _CLOSING))
        if sign in "+-" and not depth and before not in ("", "=", "$", "^", "_"):
            found.append("")
        found[-1] += sign
        before = before if sign == " " else sign
    return found


def formula_lines(latex: str, points: float = 0.9 * LINE) -> list[str]:
    """Return a formula in lines of at most so many points, as far as its pieces allow.

    >>> formula_lines("a + b + c", 20)
    ['a', '+ b', '+ c']
    """
    found = [""]
    for piece in pieces(latex):
        if found[-1] and width(f"${found[-1]}{piece}$") > points:
            found.append("")
        found[-1] += piece
    return [line.strip() for line in found]


# ------------------------------------------------------------------------------------------------------------- setting
def notes(texts: Sequence[str], points: float = LINE) -> list[str]:
    """Return notes below a table; where one takes several lines all begin at the left."""
    ragged = r"\raggedright" if any(_FOOTNOTE * width(text) > points for text in texts) else ""
    return [rf"\par\smallskip{{\footnotesize{ragged} {text}\par}}" for text in texts]


def fitted(rows: Sequence[Sequence[str]], right: Sequence[bool], points: float = LINE) -> tuple[str, tuple[Block, ...]]:
    r"""Return the size of the letters and the blocks of a table of cells, the head first, so that it fits the line.

    What fits stays as it is. Else heads wider than their columns take several lines, letters grow smaller, columns of text and
    formulas wrap, and what is still too wide is set in blocks of columns, the first one repeated, in this order.

    >>> fitted([["n", "x"], ["1", "2"]], [True, True])[1][0].letters
    'rr'
    """
    table = [tuple(row) for row in rows]
    if _SIZES[0].total(_widths(table)) <= points:
        return "", (Block("".join("r" if side else "l" for side in right), tuple(table)),)
    table = [_stacked(table, right), *table[1:]]
    sizes = [next((size for size in _SIZES if size.total(_widths(table)) <= points), _SIZES[-1]), _SMALLEST]
    settings = [(size.command, _blocks(table, right, size, points)) for size in sizes]
    return next((setting for setting in settings if len(setting[1]) == 1), settings[0])


def _blocks(table: Sequence[Sequence[str]], right: Sequence[bool], size: Size, points: float) -> tuple[Block, ...]:
    """Return the blocks of a table in letters of a size, its columns of text and formulas wrapped where it is too wide."""
    wrapped = _wrapped(table, right, (points - size.between * len(right)) / size.scale)
    letters = [
        ("r" if side else "l") if new is None else f"p{{{int(100 * new * size.scale / points) / 100:.2f}\\linewidth}}"
        for side, new in zip(right, wrapped, strict=True)
    ]
    body = [tuple(_cell(cell, new) for cell, new in zip(row, wrapped, strict=True)) for row in table[1:]]
    widths = [old if new is None else new for old, new in zip(_widths(table), wrapped, strict=True)]
    return tuple(_block(letters, [table[0], *body], columns) for columns in _parts(widths, size, points))


def _widths(table: Sequence[Sequence[str]]) -> list[float]:
    return [max(max(map(width, _stack(cell))) for cell in column) for column in zip(*table, strict=True)]


def _stack(cell: str) -> list[str]:
    """Return the lines of a head that was stacked, another cell as it is."""
    inner = re.fullmatch(r"\\shortstack\[.\]\{(.*)\}", cell, re.DOTALL)
    return inner[1].split(r"\\") if inner else [cell]


def _stacked(table: Sequence[Sequence[str]], right: Sequence[bool]) -> tuple[str, ...]:
    """Return the heads, those of several words in lines no wider than their column where that is possible."""
    heads, bodies = [], _widths(table[1:]) if table[1:] else [0.0] * len(right)
    for head, side, body in zip(table[0], right, bodies, strict=True):
        words, said = head.split(" ") if "$" not in head else [head], [""]
        room = max(body, *map(width, words))
        for word in words:
            joined = f"{said[-1]} {word}".strip()
            said = [*said, word] if said[-1] and width(joined) > room else [*said[:-1], joined]
        stack = r"\\".join(said)
        heads.append(rf"\shortstack[{'r' if side else 'l'}]{{{stack}}}" if len(said) > 1 else head)
    return tuple(heads)


def _wrapped(table: Sequence[Sequence[str]], right: Sequence[bool], room: float) -> list[float | None]:
    """Return the new width of each column whose cells have to wrap, the widest columns of text or formulas first."""
    widths = _widths(table)
    found: list[float | None] = [None] * len(widths)
    excess = sum(widths) - room
    for place in sorted(range(len(widths)), key=lambda k: -widths[k]):
        least = max(_NARROWEST, *(_longest_piece(row[place]) for row in table))
        if excess > 0 and not right[place] and widths[place] > least:
            found[place] = max(widths[place] - excess, least)
            excess -= widths[place] - (found[place] or 0.0)
    return found


def _longest_piece(cell: str) -> float:
    """Return the width of the longest part of a cell within which no line can end."""
    if not cell.startswith("$"):
        return max(width(word) for line in _stack(cell) for word in line.split(" "))
    return max(width(f"${piece.strip('$')}$") for piece in pieces(cell))


def _cell(cell: str, wraps: float | None) -> str:
    return cell if wraps is None else rf"\raggedright {cell}"


def _parts(widths: Sequence[float], size: Size, points: float) -> list[list[int]]:
    """Return the columns of each block: as many as there is room for, the first one in each."""
    found, rounding = [[0]], 0.5  # what was wrapped fills the line, but for rounding
    for place in range(1, len(widths)):
        if len(found[-1]) > 1 and size.total([widths[k] for k in (*found[-1], place)]) > points + rounding:
            found.append([0])
        found[-1].append(place)
    return found


def _block(letters: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[int]) -> Block:
    return Block("".join(letters[k] for k in columns), tuple(tuple(row[k] for k in columns) for row in rows))
