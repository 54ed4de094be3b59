"""One table that prints itself in every form."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symseries.display.cells import Cell, Formula
from symseries.display.names import escape_html, escape_latex, plain_name
from symseries.display.setting import LINE, Block, fitted, notes, width
from symseries.errors import OptionError

_PAGE_ROWS = 40


@dataclass(frozen=True, repr=False)
class TextTable:
    """A table that prints itself as text, LaTeX, Markdown, HTML, CSV and data frame.

    `headers` holds one cell a column, each of `rows` as many (else `OptionError`); `caption` and `notes` are running text.

    >>> from symseries.display import name_cell, number_cell, text_cell
    >>> print(TextTable((text_cell("constant"), text_cell("value")), ((name_cell("k"), number_cell(45.1)),)))
    constant  value
    ───────────────
    k          45.1
    """

    headers: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.headers:
            raise OptionError("the table has no headers; give one cell a column")
        for index, row in enumerate(self.rows, 1):
            if len(row) != len(self.headers):
                fault = f"row {index} of the table has {len(row)} cells for {len(self.headers)} columns"
                raise OptionError(f"{fault}; give each row one cell a column")

    def to_text(self) -> str:
        """Return the table for a terminal: numbers aligned on the decimal point and the ±, cells never wrapped."""
        columns = []
        for right, header, *cells in zip(self._right(), self.headers, *self.rows, strict=True):
            body = [plain_name(cell.plain) for cell in cells]
            columns.append(_padded([plain_name(header.plain), *(_on_point(body) if right else body)], right))
        head, *rows = ("  ".join(line) for line in zip(*columns, strict=True))
        caption, *notes = map(plain_name, (self.caption, *self.notes))
        lines = [*[caption] * bool(caption), head, "─" * _width(head), *rows, *[""] * bool(notes), *notes]
        return "\n".join(line.rstrip() for line in lines)

    __str__ = __repr__ = to_text

    def to_latex(self, document: bool = False) -> str:
        """Return a booktabs table, a longtable beyond 40 rows; with `document`, a whole article that compiles as it is.

        A table that is wider than a page has heads in several lines, smaller letters, cells that wrap, and if need be blocks of
        columns. Raises `OptionError` where `document` is neither True nor False: no file is written here.
        """
        if document not in (True, False):
            fault = f"document={plain_name(repr(document))[:80]}: expected True or False"
            raise OptionError(f"{fault}; to_latex returns text and writes no file")
        # Whoever includes the table alone loads amsmath, booktabs and longtable, as the article does.
        long = len(self.rows) > _PAGE_ROWS
        cells = [[escape_latex(cell.plain) if cell.latex is None else cell.latex for cell in row] for row in self._lines()]
        size, blocks = fitted(cells, self._right())
        caption = [rf"\caption{{{escape_latex(self.caption)}}}" + r" \\" * long] if self.caption else []
        below = notes(list(map(_latex_note, self.notes)))
        lines = _longtables(size, blocks, caption, below) if long else _tabulars(size, blocks, caption, below)
        return "\n".join([*(_article(lines, long) if document else lines), ""])

    def to_markdown(self) -> str:
        """Return the table in GitHub's Markdown, with every character that Markdown would read escaped."""
        rule = ["---:" if right else ":---" for right in self._right()]
        rows = [[_escape_markdown(cell.plain) for cell in row] for row in self._lines()]
        lines = [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
        caption = [f"**{_escape_markdown(self.caption)}**", ""] if self.caption else []
        return "\n".join([*caption, *lines, *(line for note in self.notes for line in ("", _escape_markdown(note)))]) + "\n"

    def to_html(self) -> str:
        """Return one HTML table element with caption, header scopes and the notes as its foot."""
        right = self._right()
        head, *rows = (_html_row(row, right, number == 0) for number, row in enumerate(self._lines()))
        notes = [f'<tr><td colspan="{len(right)}">{escape_html(note)}</td></tr>' for note in self.notes]
        caption = [f"<caption>{escape_html(self.caption)}</caption>"] if self.caption else []
        foot = ["<tfoot>", *notes, "</tfoot>"] if notes else []
        lines = ["<table>", *caption, "<thead>", head, "</thead>", "<tbody>", *rows, "</tbody>", *foot, "</table>"]
        return "\n".join([*lines, ""])

    _repr_html_ = to_html

    def to_csv(self) -> str:
        """Return the cells as RFC 4180 text; what a spreadsheet would run as a formula is prefixed by an apostrophe."""
        file = io.StringIO()
        csv.writer(file, lineterminator="\r\n").writerows([_inert(cell.plain) for cell in row] for row in self._lines())
        return file.getvalue()

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with numbers where cells carry them; `OptionError` where pandas is not installed."""
        try:
            import pandas as pd
        except ImportError as error:
            raise OptionError("a data frame needs pandas, which is missing; run: pip install symseries[pandas]") from error
        rows = [[cell.plain if cell.value is None else cell.value for cell in row] for row in self.rows]
        return pd.DataFrame(rows, columns=[cell.plain for cell in self.headers])

    def _lines(self) -> tuple[tuple[Cell, ...], ...]:
        return (self.headers, *self.rows)

    def _right(self) -> list[bool]:
        """Say which columns stand to the right: those with numbers only."""
        return [all(cell.align == "right" for cell in column) for column in zip(*(self.rows or (self.headers,)), strict=True)]


def _latex_note(note: str) -> str:
    """Return a note as LaTeX: mathematics as such, where it does not fill more than a line, which it could not end within."""
    formula = f"${note.latex}$" if isinstance(note, Formula) and note.latex else ""
    return formula if formula and width(formula) <= LINE else escape_latex(note)


def _rules(block: Block) -> tuple[list[str], list[str]]:
    """Return the head of a block between its rules, and its rows."""
    head, *rows = [f"{' & '.join(row)} {block.end}" for row in block.rows]
    return [r"\toprule", head, r"\midrule"], rows


def _tabulars(size: str, blocks: Sequence[Block], caption: Sequence[str], below: Sequence[str]) -> list[str]:
    lines = [r"\begin{table}[htbp]", r"\centering", *caption, *[size] * bool(size)]
    for place, block in enumerate(blocks):
        top, rows = _rules(block)
        lines += [*[r"\par\medskip"] * bool(place), rf"\begin{{tabular}}{{{block.letters}}}", *top, *rows]
        lines += [r"\bottomrule", r"\end{tabular}"]
    return [*lines, *below, r"\end{table}"]


def _longtables(size: str, blocks: Sequence[Block], caption: Sequence[str], below: Sequence[str]) -> list[str]:
    lines = [rf"\begingroup{size}"] * bool(size)
    for place, block in enumerate(blocks):
        top, rows = _rules(block)
        lines += [rf"\begin{{longtable}}{{{block.letters}}}", *([] if place else caption), *top, r"\endfirsthead", *top]
        lines += [r"\endhead", *rows, r"\bottomrule", r"\end{longtable}"]
    return [*lines, *[r"\endgroup"] * bool(size), *below]


def _article(lines: Sequence[str], long: bool) -> list[str]:
    packages = [r"\usepackage[margin=25mm]{geometry}", r"\usepackage{amsmath}", r"\usepackage{booktabs}"]
    packages += [r"\usepackage{longtable}"] * long
    return [r"\documentclass{article}", *packages, r"\begin{document}", *lines, r"\end{document}"]


def _html_row(row: Sequence[Cell], right: Sequence[bool], is_head: bool) -> str:
    """Return the cells of a row, the first one as its header when it is text."""
    line = ""
    for place, (cell, side) in enumerate(zip(row, right, strict=True)):
        scope = "col" if is_head else "row" if place == 0 and not side else ""
        opening = f'th scope="{scope}"' if scope else "td"
        content = escape_html(cell.plain) if cell.html is None else cell.html
        line += f'<{opening} style="text-align: {"right" if side else "left"}">{content}</{opening[:2]}>'
    return f"<tr>{line}</tr>"


def _escape_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]|~#$])", r"\\\1", html.escape(plain_name(text), quote=False))


def _inert(text: str) -> str:
    """Return text that a spreadsheet shows instead of running it."""
    if re.fullmatch(r"[-+]?(inf|\d+(\.\d*)?(e[-+]?\d+)?(/\d+)?)…?( ± [-+.e\d]+| ± inf)?", text):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠")) else text


def _width(text: str) -> int:
    """Return the columns that a terminal gives to text: two for wide letters, none for combining marks."""
    double = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + double - sum(unicodedata.category(letter) in {"Mn", "Me"} for letter in text)


def _padded(texts: Sequence[str], right: bool) -> list[str]:
    width = max(map(_width, texts))
    blanks = [" " * (width - _width(text)) for text in texts]
    return [blank + text if right else text + blank for text, blank in zip(texts, blanks, strict=True)]


def _on_point(texts: Sequence[str]) -> list[str]:
    """Return numbers of one width with their decimal points, and their ±, beneath each other."""
    slots = []
    for text in texts:
        value, mark, error = text.partition(" ± ")
        halves = ((*re.split(r"(?<=\d)(?=[.e)…])", part, maxsplit=1), "")[:2] for part in (value, error))
        slots.append([*next(halves), mark, *next(halves)])
    columns = [_padded(column, right=place in (0, 3)) for place, column in enumerate(zip(*slots, strict=True))]
    return ["".join(parts) for parts in zip(*columns, strict=True)]
