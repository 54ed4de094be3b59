"""One entry of a table, in every form that a table has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Self

from symseries.display.names import html_name, latex_name
from symseries.display.numerals import latex_digits, number, uncertain


@dataclass(frozen=True)
class Cell:
    r"""One entry of a table in every form.

    `plain` is the text; `latex` (mathematics in dollar signs) and `html` are used as they are, None stands for the escaped
    `plain`; `align` is "left" for text, "right" for numbers; a data frame holds `value` where there is one.

    >>> Cell("R²", latex=r"$R^2$").latex
    '$R^2$'
    """

    plain: str
    latex: str | None = None
    html: str | None = None
    align: Literal["left", "right"] = "left"
    value: object = field(default=None, compare=False)


class Formula(str):
    r"""A note of a table that is mathematics: its text everywhere but in LaTeX, which sets `latex`, given without dollar signs.

    >>> Formula("t_1 = tanh(b)", r"t_{1} = \tanh{b}").latex
    't_{1} = \\tanh{b}'
    """

    __slots__ = ("latex",)
    latex: str

    def __new__(cls, plain: str, latex: str = "") -> Self:  # copies and pickles are made from the text, then given the rest
        """Return the text, with its LaTeX."""
        made = super().__new__(cls, plain)
        made.latex = latex
        return made


def text_cell(text: str) -> Cell:
    """Return a cell of running text, escaped in every form.

    >>> text_cell("a & b").plain
    'a & b'
    """
    return Cell(text)


def name_cell(name: str) -> Cell:
    r"""Return a cell that shows a name as a symbol.

    >>> name_cell("sigma_y").latex
    '$\\sigma_{y}$'
    """
    return Cell(name, f"${latex_name(name)}$", html_name(name))


def number_cell(value: object, digits: int = 6) -> Cell:
    """Return a right-aligned cell with a number as `number` shows it; parameters and errors are those of `number`.

    >>> number_cell(0.25).plain
    '0.25'
    """
    text = number(value, digits)
    return Cell(text, f"${latex_digits(text)}$", align="right", value=float("nan") if value is None else value)


def uncertain_cell(value: object, stderr: object) -> Cell:
    """Return a right-aligned cell with `value ± stderr`; parameters and errors are those of `uncertain`.

    >>> uncertain_cell(45.0512, 0.1234).plain
    '45.05 ± 0.12'
    """
    text = uncertain(value, stderr)
    return Cell(text, f"${latex_digits(text)}$", align="right")


def math_cell(plain: str, latex: str) -> Cell:
    """Return a cell with mathematics: `latex` as it is between dollar signs, `plain` everywhere else.

    >>> math_cell("x**2", "x^{2}").latex
    '$x^{2}$'
    """
    return Cell(plain, f"${latex}$")
