"""The text that is read, and the errors that mark a place in it."""

from __future__ import annotations

from dataclasses import dataclass

from symseries.errors import LawSyntaxError, SymseriesError

_BEFORE, _AFTER = 24, 24
MARK = "▶"


@dataclass(frozen=True)
class LatexSource:
    """A text of LaTeX, and what messages call it."""

    text: str
    what: str = "LaTeX"

    def fault(self, problem: str, index: int, advice: str = "", kind: type[SymseriesError] = LawSyntaxError) -> SymseriesError:
        """Return the error that names problem and position (from 1), and marks the place in an excerpt on the same line."""
        return kind(f"{self.what}: {problem} at position {index + 1}: {self.excerpt(index)}{advice}")

    def excerpt(self, index: int) -> str:
        """Return the text about a place, on one line, with the mark right before it."""
        start, end = max(0, index - _BEFORE), index + _AFTER
        before, after = ("".join(_plain(letter) for letter in part) for part in (self.text[start:index], self.text[index:end]))
        return f"{'…' * (start > 0)}{before}{MARK}{after}{'…' * (end < len(self.text))}"


def _plain(letter: str) -> str:
    """Return a letter that a terminal shows on one line."""
    return letter if letter.isprintable() else " " if letter.isspace() else "\ufffd"
