"""LaTeX source to tokens: every command has a place in the grammar, or an error that marks it."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from symseries.errors import ResourceLimitError, suggestion
from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.literals import DIGITS

TOKENS = 20_000
_TOKEN = re.compile(
    r"(?P<space>\s+|~)|(?P<comment>%[^\n]*)|(?P<break>\\\\(?:\*|\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\])?)"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|.))|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<letter>[A-Za-z])"
    r"|(?P<mark>:=|\.\.\.|[-^_{}()\[\]+*/=<>,;:!|&'.])|(?P<stray>.)",
    re.DOTALL | re.ASCII,
)
_EXPONENT = re.compile(r"[eE]-?\d")
_NAMED = {"\N{MINUS SIGN}": "-", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "⇒": r"\Rightarrow", "…": r"\dots"}


class Token(NamedTuple):
    r"""A piece of LaTeX: its kind, its text, where it starts and ends; `content` is the raw text of `\mathrm{content}`.

    Kinds: "unit" (`\si{...}`, and `\SI{...}{...}`, whose two contents a zero byte parts), "number",
    "letter" (a Latin letter or `\alpha`), "upright" (`\mathrm{...}`, `\text{...}`), "bold", "accent",
    "function", "command", "mark" (a single sign), "break" (a new line), "space" (`\quad`), "environment", "end" (of the text).
    """

    kind: str
    text: str
    start: int
    end: int
    content: str = ""


def tokens_of(source: LatexSource, start: int = 0, end: int | None = None) -> list[Token]:
    """Cut the text, or a part of it, into tokens; blanks, comments and commands that only move things are left out."""
    return _Cutter(source, start, len(source.text) if end is None else end).cut()


class _Cutter:
    """The state of cutting one text."""

    def __init__(self, source: LatexSource, start: int, end: int) -> None:
        self.source = source
        self.text = source.text[:end]
        self.place = start
        self.side = ""
        self.tokens: list[Token] = []

    def cut(self) -> list[Token]:
        """Return all tokens and the one that stands for the end."""
        while self.place < len(self.text):
            match = _TOKEN.match(self.text, self.place)
            assert match is not None  # noqa: S101 - the last pattern takes any character
            assert match.lastgroup is not None  # noqa: S101 - and each one has a name
            self.place = match.end()
            if token := self._token(match.lastgroup, match.group(), match.start()):
                self.tokens.append(self._sided(token))
            if len(self.tokens) > TOKENS:
                problem = f"the text exceeds the limit of {TOKENS} pieces"
                raise self.source.fault(problem, match.start(), "; shorten it", ResourceLimitError)
        return [*self.tokens, Token("end", "", len(self.text), len(self.text))]

    def _token(self, kind: str, text: str, start: int) -> Token | None:
        match kind:
            case "space" | "comment":
                return None
            case "number":
                self._check_number(text, start)
            case "command":
                return self._command(text, start)
            case "stray":
                return self._stray(text, start)
        return Token(kind, r"\dots" if text == "..." else text, start, self.place)

    def _sided(self, token: Token) -> Token:
        r"""Return the token after `\left` or `\right` as a bracket: a bar tells only there on which side it stands."""
        side, self.side = self.side, ""
        if side == "left" and token.text == ".":
            return token._replace(kind="command", text="left.")
        if side and token.text == ".":
            raise self.source.fault("an invisible bracket", token.start, "; write both brackets")
        if side and token.text not in words.BRACKETS:
            raise self.source.fault(rf"\{side} without its bracket", token.start, r"; write ( [ \{ or |")
        return token._replace(text=words.BARS[token.text][side]) if side and token.text in words.BARS else token

    def _check_number(self, text: str, start: int) -> None:
        """Refuse numbers that could be read in two ways, or cannot be held."""
        rest = self.text[self.place : self.place + 12]
        if len(text) > DIGITS:
            raise self.source.fault(f"a number beyond the limit of {DIGITS} digits", start, "; round it", ResourceLimitError)
        if re.match(r"\{,\}\s*\d", rest):
            problem = "a comma in a number, which may be a decimal comma or separate thousands,"
            raise self.source.fault(problem, start, "; write 2.5 or 10000")
        if _EXPONENT.match(rest):
            raise self.source.fault("a number with 'e', which may be a power of ten or a product with e,", start, _POWER)

    def _command(self, text: str, start: int) -> Token | None:
        name = text[1:].rstrip("*") or "*"
        if name in {"left", "right"}:
            self.side = name
            return None
        if name in words.IGNORED:
            if name in words.IGNORED_WITH_ARGUMENT:
                self._raw(text, start)
            return None
        if name in words.REFUSED:
            raise self.source.fault(f"{text} {words.REFUSED[name]}", start)
        if name in words.RAW:
            content = self._raw(text, start)
            if name in {"SI", "qty"}:
                content += f"\0{self._raw(text, start)}"
            return Token(words.RAW[name], text, start, self.place, content)
        if name in words.GREEK:
            return Token("letter", words.GREEK[name], start, self.place)
        if name in words.FUNCTIONS:
            return Token("function", name, start, self.place)
        if name in words.SIGNS:
            return Token("mark", words.SIGNS[name], start, self.place)
        if name in words.COMMANDS:
            return Token(words.COMMANDS[name], rf"\{name}", start, self.place)
        advice = suggestion(name, words.known()) or "; the reader knows no such command"
        raise self.source.fault(f"unknown command {text!r}", start, advice)

    def _raw(self, text: str, start: int) -> str:
        """Return the text between the braces that follow, without them; a single letter or command needs none."""
        match = re.compile(r"\s*(?:\{|(\\[A-Za-z]+|[A-Za-z0-9]))").match(self.text, self.place)
        if match is None:
            raise self.source.fault(f"{text} without its argument", start, f"; write {text}{{...}}")
        self.place = match.end()
        if match.group(1):
            return match.group(1)
        depth, begin = 1, self.place
        while depth and self.place < len(self.text):
            letter = self.text[self.place]
            self.place += 2 if letter == "\\" else 1
            depth += (letter == "{") - (letter == "}")
        if depth:
            raise self.source.fault("unbalanced brace, the argument is not closed,", begin - 1, "; close it with }")
        return self.text[begin : self.place - 1]

    def _stray(self, letter: str, start: int) -> Token:
        if letter in _NAMED:
            match = _TOKEN.match(_NAMED[letter])
            assert match is not None  # noqa: S101 - the table holds tokens
            token = self._token(match.lastgroup or "", match.group(), start)
            assert token is not None  # noqa: S101 - the table holds no blanks
            return token
        name = unicodedata.name(letter, "")
        word = name.rpartition(" ")[2].lower()
        if name.startswith("GREEK ") and " LETTER " in name and word in words.GREEK:
            capital = "CAPITAL" in name
            return Token("letter", words.GREEK.get(word.capitalize() if capital else word, word), start, self.place)
        shown = repr(letter) if letter.isprintable() else f"U+{ord(letter):04X}"
        raise self.source.fault(f"unexpected character {shown}", start, "; write it as a command of LaTeX")


_POWER = r"; write 2 \cdot 10^{-5}, or 2 \, e - 5"
