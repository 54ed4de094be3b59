"""SymPy expressions as text in the grammar of laws: the inverse of the parser."""

from __future__ import annotations

import sympy
from sympy.printing.str import StrPrinter

from symseries.errors import NetworkFormatError
from symseries.parsing.functions import larger
from symseries.parsing.laws import parse_expression

_REWRITTEN = {
    sympy.sign: lambda u: u / sympy.Abs(u, evaluate=False),
    sympy.Max: larger(1),
    sympy.Min: larger(-1),
}


class _LawPrinter(StrPrinter):  # type: ignore[misc]
    """Prints in the grammar of laws, where E is a name of the user's and pi may be one."""

    def _print_Exp1(self, _: sympy.Expr) -> str:  # noqa: N802 - SymPy's name
        return "exp(1)"

    def _print_Pi(self, _: sympy.Expr) -> str:  # noqa: N802 - SymPy's name
        return "acos(-1)"

    def _print_Abs(self, magnitude: sympy.Expr) -> str:  # noqa: N802 - SymPy's name
        return f"abs({self._print(magnitude.args[0])})"


def to_text(expression: sympy.Expr) -> str:
    """Return an expression without floats as text that `parse_expression`, given its names, reads back as it is.

    Raises `NetworkFormatError` where it does not, `LawSyntaxError` and `ResourceLimitError` beyond the limits of the grammar.

    >>> to_text(sympy.exp(1) * sympy.Symbol("E") ** sympy.Rational(2, 3))
    'exp(1)*E**(2/3)'
    """
    names = [s.name for s in expression.free_symbols]
    for function, rule in _REWRITTEN.items():
        expression = expression.replace(function, rule)
    text = str(_LawPrinter().doprint(expression))
    if parse_expression(text, "formula", declared=names) != expression:
        raise NetworkFormatError(
            f"formula {text[:60]}: it does not read back as it was; expected an expression in evaluated form"
        )
    return text
