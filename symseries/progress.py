"""Progress of long work: one line on a terminal with an estimate of what is left, nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

Item = TypeVar("Item")

_PATIENCE = 2.0  # seconds before anything is shown


def announce(label: str, what: object, seconds: float, stream: TextIO | None = None) -> None:
    """Say on a terminal what is about to be computed, where that takes more than two seconds.

    >>> announce("adding", "a short sum", 0.1)
    """
    out = sys.stderr if stream is None else stream
    if seconds > _PATIENCE and out.isatty():
        out.write(f"{label}: {what}\n")
        out.flush()


def track(items: Iterable[Item], total: int, label: str, stream: TextIO | None = None) -> Iterator[Item]:
    """Yield the items, and show how many are done and about how long the rest takes.

    The line appears on `stream` (standard error) after two seconds, and only where it is a terminal; it is wiped at the end.

    >>> list(track("ab", 2, "letters"))
    ['a', 'b']
    """

    def words(done: int, passed: float) -> str:
        left = f", about {passed / done * (total - done):.0f} s left" if done else ""
        return f"{label}: {done} of {total} done{left}"

    return _told(items, words, stream)


def watch(items: Iterable[Item], most: int, label: str, stream: TextIO | None = None) -> Iterator[Item]:
    """Yield the items of a search that may end before the last of them, and show how many were taken, as `track` does.

    >>> next(watch("abc", 3, "letters"))
    'a'
    """
    return _told(items, lambda done, passed: f"{label}: {done} of at most {most} in {passed:.0f} s", stream)


def _told(items: Iterable[Item], words: Callable[[int, float], str], stream: TextIO | None) -> Iterator[Item]:
    """Yield the items, and say after two seconds, on a terminal, in words how many are done."""
    out = sys.stderr if stream is None else stream
    began, width = time.monotonic(), 0
    try:
        for done, item in enumerate(items):
            passed = time.monotonic() - began
            if passed > _PATIENCE and out.isatty():
                width = _show(out, words(done, passed), width)
            yield item
    finally:
        if width:
            _show(out, "", width)


def _show(out: TextIO, text: str, width: int) -> int:
    """Write a line over the one before, and return its width."""
    out.write("\r" + text.ljust(width) + ("\r" if not text else ""))
    out.flush()
    return len(text)
