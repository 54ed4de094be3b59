r"""Formulas in LaTeX to SymPy by our own grammar: what cannot be read without guessing is refused, with the place marked.

The face, for derivations and whoever reads LaTeX:

- `read_latex(text, names=None)` returns the SymPy expression of one formula.
- `read_latex_lines(text, names=None)` returns a tuple of `LatexLine`, one for each line of `align`, `aligned`, `equation`,
  `gather`, `split`, `multline` or bare lines with `\\`. A `LatexLine` has
  `.typed` (source text of the line), `.start` (its offset),
  `.relations`, a tuple of `(relation, expression)`: the first relation is "" where the line has a left side of its own and a
  sign where it goes on from the line before; relations are "=", "≈", "⇒", "⇔", ":=", "<", ">", "≤", "≥", "≠", "∝",
  `.conditions`, the further statements of the line as chains of the same form, `.forall`, tuples `(name, first, last)`,
  `.notes`, tuples `(text, expression)` of braces with a note, `.label` of `\tag` or `\label`.
- `=` with an expression that ends in `O(x^n)`, or in `+ \dots` after the first terms of a series in numbers, is "≈"; the
  `sympy.Order` is then the last argument of the (unevaluated) sum, `expression.getO()` and `.removeO()` take it apart.
- What SymPy has no class for is in `structures`: `sequence(name)` is the IndexedBase of `a_k`; `Run` the entries that
  `k_1, \dots, k_d` names; `IndexSum` and `IndexProduct` sums over the natural numbers that meet conditions, with `doit()`;
  `Component` an entry of a vector given by a formula; `Norm`, `ElementwisePower`, `Multinomial`, `Stirling2` what their names
  say.

The rooms: `tokens` (with `vocabulary`) cuts the text; `grammar` with `naming`, `calls`, `operators`, `bigs`, `relations` makes
a tree of `nodes`; `matrices` takes the entries of a matrix apart; `context` gathers what the whole text tells about its names;
`values` with `meanings`, `known`, `doubts`, `indices`, `patterns`, `limits`, `units` builds SymPy from the tree; `lines` is
the face.
"""

from __future__ import annotations

from symseries.parsing.latex.lines import LatexLine, read_latex, read_latex_lines, read_latex_sides
from symseries.parsing.latex.structures import (
    Component,
    ElementwisePower,
    IndexProduct,
    IndexSum,
    Multinomial,
    Norm,
    Run,
    Stirling2,
    sequence,
)

__all__ = [
    "Component",
    "ElementwisePower",
    "IndexProduct",
    "IndexSum",
    "LatexLine",
    "Multinomial",
    "Norm",
    "Run",
    "Stirling2",
    "read_latex",
    "read_latex_lines",
    "read_latex_sides",
    "sequence",
]
