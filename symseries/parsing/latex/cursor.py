"""A place in a list of tokens, and what every part of the grammar asks of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from symseries.errors import SymseriesError
from symseries.parsing.latex.nodes import Name, Node
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.latex.tokens import Token

DEPTH = 40
_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "{": "}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}


class Cursor(ABC):
    """Tokens and a place among them; `declared` are the names whose meaning the caller gives, in the form of `key_of`."""

    def __init__(self, source: LatexSource, tokens: Sequence[Token], declared: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.tokens = tokens
        self.declared = declared
        self.place = 0
        self.depth = 0
        # The depths at which an integral waits for its differential, and a limit for its side.
        self.integrals: list[int] = []
        self.bars: list[str] = []
        # How many derivatives wait for what they act on.
        self.deriving = 0
        # The place of upright letters that are a unit.
        self.unit = -1

    @abstractmethod
    def expression(self) -> Node:
        """Read terms with signs between them."""

    @abstractmethod
    def term(self) -> Node:
        """Read factors with or without signs between them."""

    @abstractmethod
    def factor(self) -> Node:
        """Read one factor with its exponent."""

    @abstractmethod
    def atom(self) -> Node:
        """Read one factor without its exponent."""

    @abstractmethod
    def begins(self) -> bool:
        """Tell whether the token can begin another factor of the same term."""

    @abstractmethod
    def name(self) -> Name:
        """Read one name with its subscripts."""

    @property
    def token(self) -> Token:
        """The token at the place."""
        return self.tokens[self.place]

    def ahead(self, steps: int = 1) -> Token:
        """Return a token further on, or the last one."""
        return self.tokens[min(self.place + steps, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Tell whether the token is a sign or command with one of these texts."""
        return self.token.kind in {"mark", "command", "break"} and self.token.text in texts

    def next(self) -> Token:
        """Return the token and step over it."""
        token = self.token
        if token.kind != "end":
            self.place += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Step over a token with one of these texts, and tell whether there was one."""
        found = self.at(*texts)
        if found:
            self.next()
        return found

    def expect(self, text: str, opening: Token | None = None) -> None:
        """Step over a token that must be there; `opening` is the bracket that it closes."""
        if self.skip(text):
            return
        if opening is not None and self.token.kind == "end":
            raise self.fault(f"unbalanced {opening.text!r}, which is not closed,", opening.start, f"; close it with {text}")
        raise self.fault(f"expected {text!r}, found {self.shown()}", self.token.start)

    def shown(self) -> str:
        """Return how a message calls the token."""
        return repr(self.source.text[self.token.start : self.token.end][:30]) if self.token.kind != "end" else "the end"

    def fault(self, problem: str, index: int | None = None, advice: str = "") -> SymseriesError:
        """Return the error of a problem at an index of the text, or at the token."""
        return self.source.fault(problem, self.token.start if index is None else index, advice)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Read something inside something else, and refuse what nests too deep to be read by a person."""
        self.depth += 1
        if self.depth > DEPTH:
            raise self.fault(f"nesting exceeds the limit of {DEPTH} levels", None, "; name a part and write it alone")
        try:
            yield
        finally:
            self.depth -= 1

    @contextmanager
    def inside(self, opening: Token) -> Iterator[None]:
        """Read what stands between the bracket `opening`, which was stepped over, and the one that closes it."""
        bars, self.bars = self.bars, []
        with self.deeper():
            yield
        self.expect(_CLOSING[opening.text], opening)
        self.bars = bars

    def group(self) -> Node:
        """Read the argument of a command: an expression in braces, or one sign."""
        if self.at("{"):
            opening = self.next()
            with self.inside(opening):
                return self.expression()
        if self.token.kind == "number" and len(self.token.text) > 1:
            problem = f"{self.token.text} without braces, of which LaTeX takes the first digit only,"
            raise self.fault(problem, None, f"; write {{{self.token.text}}}")
        if self.token.kind in {"number", "letter", "upright", "bold", "accent"} or self.at(r"\infty"):
            return self.single()
        raise self.fault(f"expected an argument, found {self.shown()}", None, "; write it in braces")

    def single(self) -> Node:
        """Read one sign as LaTeX takes it where no braces stand."""
        kept = self.tokens
        self.tokens = [*kept[: self.place + 1], Token("end", "", self.token.end, self.token.end)]
        node = self.atom()
        self.tokens = kept
        return node
