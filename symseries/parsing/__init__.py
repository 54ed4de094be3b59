"""Text and LaTeX to SymPy by our own grammar: laws, expressions, typed numbers, assignments, read and never evaluated.

Text passes four gates: its length; its tokens, each of which has a place in the grammar (`tokens`, `literals`); their order and
depth of nesting (`order`); and the building of SymPy objects, where the size of a number is bounded before it is computed
(`building`, with the table `functions`). `laws` is the face of them all, and `printing` the way back from SymPy to text.
Formulas and derivations in LaTeX have a grammar of their own in `latex`.
"""

from __future__ import annotations

from symseries.parsing.functions import FUNCTIONS
from symseries.parsing.latex import LatexLine, read_latex, read_latex_lines
from symseries.parsing.laws import ParsedLaw, parse_expression, parse_law
from symseries.parsing.literals import parse_assignments, parse_number
from symseries.parsing.printing import to_text

__all__ = [
    "FUNCTIONS",
    "LatexLine",
    "ParsedLaw",
    "parse_assignments",
    "parse_expression",
    "parse_law",
    "parse_number",
    "read_latex",
    "read_latex_lines",
    "to_text",
]
