"""Progress of long work: one line on a terminal with an estimate of what is left, nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
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
    out = sys.stderr if stream is None else stream
    began, width = time.monotonic(), 0
    try:
        for done, item in enumerate(items):
            passed = time.monotonic() - began
            if passed > _PATIENCE and out.isatty():
                left = f", about {passed / done * (total - done):.0f} s left" if done else ""
                width = _show(out, f"{label}: {done} of {total} done{left}", width)
            yield item
    finally:
        if width:
            _show(out, "", width)


def _show(out: TextIO, text: str, width: int) -> int:
    """Write a line over the one before, and return its width."""
    out.write("\r" + text.ljust(width) + ("\r" if not text else ""))
    out.flush()
    return len(text)
