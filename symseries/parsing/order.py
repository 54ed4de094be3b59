"""The order of tokens: a value, an operator, a value; brackets in pairs; a bounded depth of nesting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symseries.errors import LawSyntaxError, SymseriesError
from symseries.parsing.functions import FUNCTIONS
from symseries.parsing.literals import decimal_comma
from symseries.parsing.tokens import Source, Token

DEPTH = 100
OPERATORS = 2_000


class _Bracket(NamedTuple):
    """An open bracket: whether it holds the arguments of a call, and the depths to return to when it closes."""

    token: Token
    call: bool
    depth: int
    floor: int


def check_order(source: Source, tokens: Sequence[Token]) -> None:
    """Raise `LawSyntaxError` for the first token that is out of place; what passes is an expression of the grammar."""
    order = _Order(source)
    for token in tokens:
        order.take(token)
    order.finish()
    operators = [token for token in tokens if token.kind == "operator"]
    if len(operators) > OPERATORS:
        problem = f"{len(operators)} operators and brackets exceed the length limit of {OPERATORS}"
        raise source.fault(LawSyntaxError, problem, operators[OPERATORS].start, "; shorten it")


class _Order:
    """The state between two tokens.

    A sign, a power and a bracket go one level down; any other operator returns to the `floor`, the level of its bracket.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.previous: Token | None = None
        self.brackets: list[_Bracket] = []
        self.depth = self.floor = 0

    def take(self, token: Token) -> None:
        """Accept one token or raise."""
        if self._wants_value():
            self._value(token)
        else:
            self._operator(token)
        if self.depth > DEPTH:
            raise self._fault(f"nesting exceeds the depth limit of {DEPTH}", token, "; name a part and fit it apart")
        self.previous = token

    def finish(self) -> None:
        """Raise where a value or a bracket is missing at the end."""
        if self._wants_value():
            place = self.previous.end if self.previous else len(self.source.text)
            raise self.source.fault(LawSyntaxError, "the text ends where a value is expected", place, "; complete it")
        if self.brackets:
            raise self._fault("a '(' that is never closed", self.brackets[-1].token, "; write the missing ')'")

    def _wants_value(self) -> bool:
        return self.previous is None or (self.previous.kind == "operator" and self.previous.text != ")")

    def _value(self, token: Token) -> None:
        if token.text == "(":
            self._open(token, call=False)
        elif token.text in {"+", "-"}:
            self.depth += 1
        elif token.text == ")" and self._follows("(") and self.brackets[-1].call:
            self._close(token)
        elif token.kind not in {"number", "name"}:
            raise self._fault(f"{token.text!r} where a value is expected", token, "; write a name, a number or a bracket")

    def _operator(self, token: Token) -> None:
        if token.text == "(" and self.previous and self.previous.kind == "name":
            self._open(token, call=True)
        elif token.text == ")":
            self._close(token)
        elif token.text == "," and not (self.brackets and self.brackets[-1].call):
            near = self.source.text[token.start - 1 : token.end + 1]
            raise self._fault("one expression expected, found ','", token, decimal_comma(near))
        elif token.kind == "operator" and token.text != "(":
            self.depth = self.depth + 1 if token.text == "**" else self.floor
        else:
            raise self._missing_operator(token)

    def _follows(self, text: str) -> bool:
        return self.previous is not None and self.previous.text == text

    def _open(self, token: Token, *, call: bool) -> None:
        self.brackets.append(_Bracket(token, call, self.depth, self.floor))
        self.depth += 1
        self.floor = self.depth

    def _close(self, token: Token) -> None:
        if not self.brackets:
            raise self._fault("a ')' that closes nothing", token, "; delete it")
        bracket = self.brackets.pop()
        self.depth, self.floor = bracket.depth, bracket.floor

    def _missing_operator(self, token: Token) -> SymseriesError:
        if token.kind == "relation":
            return self._fault(f"relation {token.text!r} where one expression is expected", token, "; remove it")
        left = self.previous.text if self.previous else ""
        written = f"{left}({token.text})" if left in FUNCTIONS else f"{left}*{token.text}"
        advice = "put * between them" if token.text == "(" or left == ")" else f"write {written}"
        return self._fault("two expressions side by side", token, f" (expected an operator); {advice}")

    def _fault(self, problem: str, token: Token, advice: str) -> SymseriesError:
        return self.source.fault(LawSyntaxError, problem, token.start, advice)
