"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from symseries.display.names import plain_name
from symseries.errors import DataError, OptionError


def refuse_path(given: object, what: str) -> None:
    """Raise `DataError` for a path in the place of the JSON text that `from_json` reads.

    Parameters: `given`, what a user handed over; `what`, how the message calls it.

    >>> refuse_path('{"format": 1}', "fit")
    >>> refuse_path("F.json", "fit")
    Traceback (most recent call last):
    ...
    symseries.errors.DataError: fit: expected the JSON text, received what looks like a path, 'F.json'; pass Path(...)...
    """
    if isinstance(given, os.PathLike) or (isinstance(given, str) and _is_path(given)):
        shown = repr(plain_name(os.fsdecode(given))[:80])
        fault = f"{what}: expected the JSON text, received what looks like a path, {shown}"
        raise DataError(f"{fault}; pass Path(...).read_text()")


def _is_path(text: str) -> bool:
    """Say whether a text names a file rather than holds JSON: on one line, no object or list, a file or with an ending."""
    if not text.strip() or "\n" in text.strip() or text.lstrip()[0] in "{[":
        return False
    try:
        return text.endswith(".json") or Path(text).is_file()
    except (OSError, ValueError):  # a text that no file could be named by
        return False


def write_text(path: str | Path, text: str | bytes) -> None:
    """Write text as UTF-8, or bytes, to a file, whole or not at all: to a temporary name in the folder, then renamed.

    A file that is replaced keeps its permissions. Raises `OptionError` for what is no path or cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder) / "table.md", "σ")
    ...     (Path(folder) / "table.md").read_text(encoding="utf-8")
    'σ'
    """
    from secrets import token_hex  # slow to import, and needed here alone

    if not isinstance(path, str | os.PathLike):
        raise OptionError(f"the path is {plain_name(repr(path))[:80]} ({type(path).__name__}); give text or a pathlib.Path")
    file = Path(path)
    temporary = file.parent / f".{token_hex(8)}.tmp"
    try:
        # Line ends are the text's own, and a report is not lost for half a surrogate pair in a name.
        with temporary.open("xb") as stream:
            if file.exists():
                temporary.chmod(file.stat().st_mode)
            stream.write(text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace"))
        temporary.replace(file.resolve())
    except (OSError, ValueError) as error:
        fault = f"{plain_name(str(path))!r} cannot be written: {getattr(error, 'strerror', None) or error}"
        raise OptionError(f"{fault}; name a file in a folder that exists and is open to you") from error
    finally:
        if temporary.exists():
            temporary.unlink()
