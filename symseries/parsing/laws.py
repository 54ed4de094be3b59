"""Laws and expressions: the face of the grammar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sympy

from symseries.errors import LawSyntaxError
from symseries.names import check_names
from symseries.parsing.building import build
from symseries.parsing.order import check_order
from symseries.parsing.tokens import Source, Token, source_of, tokens_of

_FORM = "; a law is expression, or name = expression, or log(name) = expression"


@dataclass(frozen=True)
class ParsedLaw:
    """A law as read from text: its expression, and target and transform where the text was an equation.

    `sigma_y = s + k/sqrt(d)` has target `sigma_y` and no transform; `log(p) = a - L/(R*T)` has target `p` and transform
    `log`; text without an equals sign has neither.

    >>> ParsedLaw(expression=sympy.Symbol("c"), target="p", transform="log").transform
    'log'
    """

    expression: sympy.Expr
    target: str | None
    transform: str | None


def parse_law(text: str, *, declared: Collection[str] = ()) -> ParsedLaw:
    """Read a law, `expression`, `target = expression` or `log(target) = expression`, without evaluating anything.

    Every literal is the decimal that was typed (`0.05` is 1/20), every name a plain Symbol, and `pi` the number unless it is
    one of the names that the caller has `declared`; a declared name may also be called like a function. Operators are
    + - * / **, functions those of `FUNCTIONS`. Products are not expanded.

    Raises `LawSyntaxError` for text outside the grammar, `LawValueError` for a law without a finite value,
    `ComplexResultError` for numbers that are not real, `ResourceLimitError` for numbers too large to hold.

    >>> parse_law("sigma_y = s + k/sqrt(d)")
    ParsedLaw(expression=s + k/sqrt(d), target='sigma_y', transform=None)
    >>> parse_law("ln(p) = a - L/(8.314*T)").transform
    'log'
    """
    source = source_of(text, "law")
    tokens = tokens_of(source)
    relations = [place for place, token in enumerate(tokens) if token.kind == "relation"]
    if not relations:
        return ParsedLaw(_expression(source, tokens, declared), None, None)
    equals = relations[0]
    for place in relations:
        if tokens[place].text != "=" or place > equals:
            problem = f"{'a second ' if place > equals else ''}{tokens[place].text!r}"
            raise source.fault(LawSyntaxError, problem, tokens[place].start, _FORM)
    target, transform = _left_side(source, tokens[:equals])
    return ParsedLaw(_expression(source, tokens[equals + 1 :], declared), target, transform)


def parse_expression(text: str, what: str = "law", *, declared: Collection[str] = ()) -> sympy.Expr:
    """Read one expression in the grammar of `parse_law`, where an equals sign is an error.

    `what` is how messages call the text, `declared` as in `parse_law`. Returns a SymPy expression in plain Symbols.
    Raises as `parse_law` does.

    >>> parse_expression("0.05*c**(2/3) + tanh(Q)")
    c**(2/3)/20 + tanh(Q)
    >>> parse_expression("c d")
    Traceback (most recent call last):
    ...
    symseries.errors.LawSyntaxError: law 'c d': two expressions side by side at column 3 (expected an operator); write c*d
    """
    source = source_of(text, what)
    return _expression(source, tokens_of(source), declared)


def _expression(source: Source, tokens: Sequence[Token], declared: Collection[str]) -> sympy.Expr:
    """Return the expression that the tokens spell."""
    names = frozenset(check_names(declared, "declared name"))
    check_order(source, tokens)
    return build(source, tokens, names)


def _left_side(source: Source, tokens: Sequence[Token]) -> tuple[str, str | None]:
    """Return target and transform from the tokens before the equals sign."""
    words = [token.text for token in tokens]
    if len(tokens) == 1 and tokens[0].kind == "name":
        return words[0], None
    if len(tokens) == 4 and words[0] in {"log", "ln"} and words[1::2] == ["(", ")"] and tokens[2].kind == "name":
        return words[2], "log"
    start = tokens[0].start if tokens else 0
    raise source.fault(LawSyntaxError, "the left side of '=' names no target", start, _FORM)
