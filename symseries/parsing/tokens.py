"""Source text and its tokens: every character has a place in the grammar, or an error that says which has none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from symseries.errors import LawNameError, LawSyntaxError, ResourceLimitError, SymseriesError
from symseries.names import LONGEST_NAME, check_name
from symseries.parsing.literals import DIGITS, cut, literal_fault

LENGTH = 10_000

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<number>(?:[0-9]|\.[0-9])(?:[eE][+-]|[\w.])*)|(?P<name>[^\W\d]\w*)"
    r"|(?P<relation>==|!=|<=|>=|:=|[<>=])|(?P<operator>\*\*|(?!//)[-+*/(),])|(?P<stray>//|.)",
    re.DOTALL,
)
_PARTS = "; a law holds names, numbers, + - * / ** and round brackets"
_STRAY = {
    "^": ("'^' is no operator", "; write ** for a power"),
    "//": ("'//' is no operator", "; write / for a division"),
    "\\": ("a backslash", r"; laws are Python-style text, not LaTeX: \frac{k}{\sqrt{d}} is written k/sqrt(d)"),
    "'": ("a string literal", _PARTS),
    '"': ("a string literal", _PARTS),
    ".": ("attribute access '.' is not allowed", _PARTS),
    "[": ("'[' is no bracket of the grammar", "; write round brackets"),
    "{": ("'{' is no bracket of the grammar", "; write round brackets"),
    "\N{MINUS SIGN}": ("a minus sign that is no hyphen", "; write -"),
    "\N{MULTIPLICATION SIGN}": ("a multiplication sign", "; write *"),
    "\N{MIDDLE DOT}": ("a multiplication sign", "; write *"),
    "\N{DOT OPERATOR}": ("a multiplication sign", "; write *"),
    "\N{DIVISION SIGN}": ("a division sign", "; write /"),
    "\N{SQUARE ROOT}": ("a root sign", "; write sqrt(...)"),
}


@dataclass(frozen=True)
class Source:
    """The text that is read, and what messages call it."""

    text: str
    what: str

    def fault(self, kind: type[SymseriesError], problem: str, index: int, advice: str = "") -> SymseriesError:
        """Return the error that names the problem and its column, counted from 1."""
        start = max(0, index - 30) if len(self.text) > 60 else 0
        return kind(f"{self.what} {cut(self.text, start)}: {problem} at column {index + 1}{advice}")


class Token(NamedTuple):
    """A piece of the text: `number`, `name`, `relation` or `operator`, and where it starts."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where the token ends."""
        return self.start + len(self.text)


def source_of(text: object, what: str) -> Source:
    """Return the source of a text that is neither empty nor too long."""
    if not isinstance(text, str):
        message = f"{what}: expected text, received {type(text).__name__}; write it in quotes"
        raise LawSyntaxError(message)
    if not text.strip():
        message = f"{what} is empty; expected an expression such as s + k/sqrt(d)"
        raise LawSyntaxError(message)
    if len(text) > LENGTH:
        longest = max(map(len, re.findall("[0-9]+", text)), default=0)
        message = f"{what} {cut(text)}: {len(text)} characters exceed the length limit of {LENGTH}; shorten it"
        raise (ResourceLimitError if longest > DIGITS else LawSyntaxError)(message)
    return Source(text, what)


def tokens_of(source: Source) -> list[Token]:
    """Cut the text into checked tokens."""
    matches = _TOKEN.finditer(source.text)
    tokens = [Token(match.lastgroup or "", match.group(), match.start()) for match in matches if match.lastgroup != "space"]
    for token in tokens:
        _check(source, token)
    return tokens


def _check(source: Source, token: Token) -> None:
    """Raise the error of a token that belongs to no law."""
    if raised := [place for place, char in enumerate(token.text) if _is_superscript(char)]:
        raise _superscript(source, token.start + raised[0])
    if token.kind == "number" and (fault := literal_fault(token.text)):
        kind, problem, advice = fault
        raise source.fault(kind, problem, token.start, advice)
    if token.kind == "name":
        _check_word(source, token)
    if token.kind == "stray":
        problem, advice = _STRAY.get(token.text) or _stray(token.text)
        raise source.fault(LawSyntaxError, problem, token.start, advice)


def _check_word(source: Source, token: Token) -> None:
    """Raise the error of a word that is no name."""
    if token.text in {"and", "or", "not"}:
        raise source.fault(LawSyntaxError, f"boolean operator {token.text!r}", token.start, _PARTS)
    try:
        check_name(token.text, "name")
    except LawNameError as error:
        raise source.fault(LawSyntaxError, "a word that is no name", token.start, f": {error}") from error


def _is_superscript(char: str) -> bool:
    return unicodedata.decomposition(char).startswith("<super>")


def _superscript(source: Source, index: int) -> SymseriesError:
    """Return the error that shows the power which a superscript stands for."""
    end = index
    while end < len(source.text) and _is_superscript(source.text[end]):
        end += 1
    raised = source.text[index:end]
    power = unicodedata.normalize("NFKC", raised).replace("\N{MINUS SIGN}", "-")
    base = re.search(r"\w+$", source.text[max(0, index - LONGEST_NAME) : index])
    written = f"{base.group() if base else '(...)'}**{power if power.isalnum() else f'({power})'}"
    return source.fault(LawSyntaxError, f"superscript {cut(raised)}", index, f"; write {written}")


def _stray(char: str) -> tuple[str, str]:
    """Return problem and advice for a character that is not in the table."""
    code = f"U+{ord(char):04X}"
    if unicodedata.category(char)[0] in "CZ":
        return f"invisible character {code}", f" ({unicodedata.name(char, 'without a name')}); delete it"
    return f"unexpected character {char!r} ({code})", _PARTS
