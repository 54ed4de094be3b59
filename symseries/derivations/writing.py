"""What derivations that are written here have in common: their steps, and how they show themselves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import sympy

from symseries.derivations.derivation import Report, Step
from symseries.derivations.verdict import MARKS, Verdict
from symseries.derivations.verifying import latex_of, verify
from symseries.display import Cell, TextTable, escape_latex, text_cell
from symseries.names import symbol
from symseries.pages import latex_document
from symseries.scalars import as_fraction, typed
from symseries.spaces import TaylorSpace

Index = tuple[int, ...]

SECONDS = 20.0
_LATEX_MARKS = {"proved": r"\surd", "refuted": r"\times", "open": "?", "definition": ":="}


class Written(Report):
    """A derivation that was written by `derive_coefficient` or `derive_constant`: a report with words to every step.

    `result` is the expression that it ends in, `value` and `stderr` its number and standard error where there are any; what
    `Report` shows itself as it shows itself as: text, HTML, LaTeX, JSON, a data frame.
    """

    def __init__(
        self,
        steps: Iterable[Step],
        title: str = "derivation",
        result: sympy.Expr | None = None,
        value: Any = None,
        stderr: float | None = None,
    ) -> None:
        super().__init__(steps, title)
        self.result, self.value, self.stderr = result, value, stderr

    def table(self) -> TextTable:
        """Return a row for each step: its mark, what is done, the formula, and how it was checked."""
        return self._table(_as_text)

    def _repr_html_(self) -> str:
        return self._table(_typeset).to_html()

    def _table(self, shown: Callable[[Step], str | None]) -> TextTable:
        heads = tuple(map(text_cell, ("step", "", "what", "formula", "check")))
        rows = tuple(
            (
                Cell(str(step.line), align="right"), Cell(MARKS[step.word], f"${_LATEX_MARKS[step.word]}$"),
                text_cell(step.typed), Cell(step.understood, f"${_equation(step)}$", shown(step)),
                text_cell(_check_words(step)),
            )
            for step in self.steps
        )  # fmt: skip
        return TextTable(heads, rows, self.title)

    def __str__(self) -> str:
        lines = [self.title]
        for step in self.steps:
            lines += [f"{step.line}. {step.typed}", f"   {MARKS[step.word]} {step.understood}"]
            lines += [f"     {_check_words(step)}"] * (step.word != "definition")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Written {self.title}: {len(self)} steps, {self.status}>"

    def to_latex(self, document: bool = False) -> str:
        """Return words and formulas one after the other, each with its mark; with `document`, an article that compiles."""
        lines = [rf"\noindent\textbf{{{escape_latex(self.title)}}}\par"]
        for step in self.steps:
            lines += [rf"\noindent {step.line}. {escape_latex(step.typed)}.", r"\begin{equation*}"]
            lines += [rf"{_equation(step)} \tag*{{${_LATEX_MARKS[step.word]}$}}", r"\end{equation*}"]
        text = "\n".join(lines) + "\n"
        return latex_document([text]) if document else text


def _equation(step: Step) -> str:
    return f"{step.latex[0]} {':=' if step.is_definition else '='} {step.latex[1]}"


def _as_text(_: Step) -> None:
    """Leave a formula as text: a page of its own has nothing that would typeset it."""


def _typeset(step: Step) -> str:
    """Return the formula for a notebook, which typesets what stands between dollar signs."""
    return "$" + _equation(step).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "$"


def _check_words(step: Step) -> str:
    if step.is_definition:
        return ""
    seen = step.verdict
    return f"{seen.status}: " + "; ".join(filter(None, (seen.reason, str(seen.witness or ""))))


@dataclass
class Writer:
    """The steps so far."""

    seconds: float | None
    steps: list[Step] = field(default_factory=list)

    def define(self, words: str, name: sympy.Expr, meaning: sympy.Expr) -> None:
        """Add a definition."""
        verdict = Verdict("proved", str(name), str(meaning), "a definition: there is nothing to check")
        self.add(words, (name, meaning), verdict, is_definition=True)

    def prove(
        self, words: str, left: sympy.Expr, right: sympy.Expr, shown: tuple[str, str] | None = None, assumed: object = None
    ) -> None:
        """Add a statement and what `verify` finds about it; `shown` is the left side in text and in LaTeX."""
        self.add(words, (left, right), verify(left, right, seconds=self.seconds, assumptions=assumed), shown)

    def add(
        self,
        words: str,
        sides: tuple[sympy.Expr, sympy.Expr],
        verdict: Verdict,
        shown: tuple[str, str] | None = None,
        *,
        is_definition: bool = False,
    ) -> None:
        """Add a step with its verdict."""
        text, latex = shown or (str(sides[0]), latex_of(sides[0]))
        relation = ":=" if is_definition else "="
        place = len(self.steps) + 1
        formula = (text[:2000], str(sides[1])[:2000])
        self.steps.append(Step(place, words, relation, *formula, verdict, (latex, latex_of(sides[1])), is_definition))


def rational(expression: Any) -> sympy.Expr:
    """Return an expression whose floats are the exact binary numbers that they are."""
    floats = {number: sympy.Rational(float(number)) for number in expression.atoms(sympy.Float)}
    return expression.xreplace(floats)


def number_of(value: Any) -> sympy.Expr:
    """Return a number as the exact one that it is; text is the decimal or fraction that it spells."""
    if isinstance(value, sympy.Expr):
        return rational(value)
    if isinstance(value, str):
        return typed(value, "coefficient")
    exact = as_fraction(value)
    return sympy.Rational(exact.numerator, exact.denominator) if exact is not None else sympy.Rational(float(value))


def taylor_coefficient(function: sympy.Expr, space: TaylorSpace, place: Index) -> sympy.Expr:
    """Return a coefficient as the derivative over the factorials, at the centre, in the units of the space."""
    orders = [(symbol(name), e) for name, e in zip(space.variables, place, strict=True) if e]
    factor = math.prod(math.factorial(e) for _, e in orders)
    units = math.prod((number_of(space.scale[s.name]) ** e for s, e in orders), start=sympy.S.One)
    slope = sympy.diff(function, *orders) / factor * units if orders else function
    names = [symbol(name) for name in space.variables]
    return sympy.Subs(slope, names, [number_of(space.center[s.name]) for s in names])
