"""What names mean: numbers, Symbols, entries of sequences, functions, and what the caller declared them to be."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Mapping
from typing import Any

import sympy

from symseries.display import latex_name
from symseries.errors import LawNameError
from symseries.names import check_name, symbol
from symseries.parsing.functions import FUNCTIONS as TEXT_FUNCTIONS
from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.grammar import Parser
from symseries.parsing.latex.naming import key_of
from symseries.parsing.latex.nodes import Name
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.latex.tokens import tokens_of

# Letters that are known functions where a bracket follows.
KNOWN_LETTERS: dict[str, Callable[..., sympy.Expr]] = {
    "zeta": sympy.zeta,
    "Gamma": lambda *x: sympy.uppergamma(*x) if len(x) == 2 else sympy.gamma(*x),
}

_EXTRA: dict[str, Callable[..., sympy.Expr]] = {
    "acot": sympy.acot,
    "acoth": sympy.acoth,
    "erfi": sympy.erfi,
    "sign": sympy.sign,
    "max": sympy.Max,
    "min": sympy.Min,
    "gcd": sympy.gcd,
    "harmonic": sympy.harmonic,
    "Ei": sympy.Ei,
    "LambertW": sympy.LambertW,
}
# Functions of `_EXTRA` whose value at a number is found by a long sum.
EXACT = frozenset({"harmonic", "Li", "Ei", "LambertW"})
FUNCTIONS: dict[str, Callable[..., sympy.Expr]] = {name: rule for name, (_, rule) in TEXT_FUNCTIONS.items()} | _EXTRA


def function(word: str) -> Callable[..., sympy.Expr] | None:
    """Return the function of a command or upright word, or None.

    >>> function("arcsin")
    asin
    """
    return FUNCTIONS.get(words.FUNCTIONS.get(word, word))


def declared(names: Mapping[str, Any] | None) -> dict[str, Any]:
    r"""Return the caller's names by plain spelling as the reader spells them.

    A key is a plain name, which stands for what `display.latex_name` prints of it, or LaTeX such as `\mathbf{x}`.

    >>> declared({"k1": 1, r"\sigma_{f}": 2})
    {'k_1': 1, 'sigma_f': 2}
    """
    found: dict[str, Any] = {}
    for name, value in (names or {}).items():
        key = _key(str(name))
        if key in found and found[key] != value:
            message = f"name {name!r} is printed like another declared name, expected names that print differently; rename one"
            raise LawNameError(message)
        found[key] = value
    return found


def _key(name: str) -> str:
    """Return the plain spelling of a declared name."""
    latex = latex_name(name) if name.isidentifier() else name
    if latex.startswith(r"\text{"):
        return latex
    source = LatexSource(latex, f"declared name {name!r}")
    parser = Parser(source, tokens_of(source), frozenset({latex}))
    node = parser.name() if parser.token.kind in {"letter", "upright", "bold", "accent"} else None
    key = key_of(node) if isinstance(node, Name) and parser.token.kind == "end" else None
    if key is None:
        raise source.fault("a declared name that is no single name", 0, r"; write a plain name or LaTeX such as \sigma_{f}")
    return key


def plain_symbol(key: str) -> sympy.Symbol:
    """Return the Symbol of a plain spelling; what Python reserves has an underscore behind it, bold names do not commute.

    >>> plain_symbol("sigma_f"), plain_symbol("in"), plain_symbol("bold_x").is_commutative
    (sigma_f, in_, False)
    """
    key = check_name(f"{key}_" if keyword.iskeyword(key) else key, "name")
    return sympy.Symbol(key, commutative=False) if "bold_" in key else symbol(key)
