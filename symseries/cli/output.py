"""What a command writes, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from symseries.display import write_text
from symseries.errors import OptionError, listing

DONE, REJECTED, UNANSWERED, INTERRUPTED = 0, 1, 2, 130

Note = Callable[[str], None]


def latex(found: Any) -> str:
    """Return a result as a LaTeX document."""
    return str(found.to_latex(document=True))


def json(found: Any) -> str:
    """Return a result as JSON."""
    return f"{found.to_json()}\n"


def say(text: object) -> None:
    """Print; where nobody reads any more, as behind `| head`, what is left to do is done in silence."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(texts: Iterable[tuple[Path, str | bytes]], written: Note) -> None:
    """Write texts and pictures to their files, noting each one that is there."""
    for path, text in texts:
        write_text(path, text)
        written(str(path))
        say(f"written: {path}")


def check_files(paths: Sequence[Path], source: Path) -> None:
    """Refuse files that cannot be written, before anything is computed."""
    for path in paths:
        if not path.parent.is_dir():
            raise OptionError(f"{path}: folder {str(path.parent)!r} does not exist; make it first")
        if path.is_dir():
            raise OptionError(f"{str(path)!r} is a folder; expected the name of a file to write")
    resolved = [path.resolve() for path in (*paths, source)]
    if len(set(resolved)) < len(resolved):
        raise OptionError(f"{listing(paths)}: expected different files for the results, and none of them {source} itself")
