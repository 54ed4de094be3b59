"""Names of variables, constants and inputs: which are allowed, and the one plain Symbol that each stands for.

SymPy turns some strings into code and tells Symbols of one name apart by their assumptions. So every name is checked here
before it reaches a printer or a code generator, and inside the package a name is always the Symbol without assumptions.
"""

from __future__ import annotations

import keyword
import re
import reprlib
import unicodedata
from collections.abc import Iterable

import sympy

from symseries.errors import LawNameError

LONGEST_NAME = 64
_OF_COLUMNS = ("variable", "input", "target")  # names that stand at the head of a table too


def check_name(name: object, what: str) -> str:
    r"""Return `name` when it is an identifier that a law may use.

    A name is a Python identifier of at most 64 characters, letters of any script included; it is no keyword, does not start
    with two underscores and is its own NFKC normal form, because Python itself reads `ℎ` and `h` as one name.

    Parameters: `name`, the text to check; `what`, how the message calls it ("variable", "constant", "input").
    Returns the same text. Raises `LawNameError` with a repaired name where one is evident.

    >>> check_name("sigma_y", "variable")
    'sigma_y'
    >>> check_name("grain size", "variable")
    Traceback (most recent call last):
    ...
    symseries.errors.LawNameError: variable 'grain size': expected letters, digits and underscores; write 'grain_size' and ...
    """
    if not isinstance(name, str):
        message = f"{what} {_shown(name)}: a name is text, not {type(name).__name__}; write it in quotes"
        raise LawNameError(message)
    if fault := _fault(name):
        repaired = _repaired(name)
        column = " and rename its column to that" if what in _OF_COLUMNS else ""
        advice = f"; write {repaired!r}{column}" if repaired else "; choose another name"
        message = f"{what} {_shown(name)}: {fault}{advice}"
        raise LawNameError(message)
    return name


def check_names(names: Iterable[object] | str | sympy.Symbol, what: str) -> tuple[str, ...]:
    """Return the names as a tuple of checked texts, each different from the others.

    A bare text or Symbol is one name, not a list of letters; Symbols count by their names.

    Parameters: `names`, texts or Symbols; `what`, how the message calls one of them.
    Raises `LawNameError` for a name that `check_name` refuses, for a name given twice, and for what is no list of names.

    >>> check_names(("c", sympy.Symbol("d", positive=True)), "variable")
    ('c', 'd')
    >>> check_names("sigma_y", "target")
    ('sigma_y',)
    """
    if isinstance(names, (str, sympy.Symbol)):
        names = (names,)
    if not isinstance(names, Iterable):
        message = f"{what} {_shown(names)}: expected names, received {type(names).__name__}; write a list such as ('c', 'd')"
        raise LawNameError(message)
    checked: list[str] = []
    for name in names:
        text = check_name(name.name if isinstance(name, sympy.Symbol) else name, what)
        if text in checked:
            message = f"{what} {text!r} is given twice, expected different names; remove or rename one"
            raise LawNameError(message)
        checked.append(text)
    return tuple(checked)


def symbol(name: str) -> sympy.Symbol:
    """Return the Symbol of that name without assumptions, the only kind that expressions of this package hold.

    >>> symbol("Q") == sympy.Symbol("Q")
    True
    """
    return sympy.Symbol(name)


def plain(expression: sympy.Basic) -> sympy.Basic:
    """Return `expression` with every Symbol replaced by the plain Symbol of its name.

    Raises `LawNameError` when two different Symbols share a name: they print alike and would be merged in silence.

    >>> plain(sympy.Symbol("k", positive=True) + 1) == symbol("k") + 1
    True
    """
    found: dict[str, sympy.Symbol] = {}
    for item in expression.atoms(sympy.Symbol):
        if found.setdefault(item.name, item) != item:
            message = (
                f"name {_shown(item.name)} stands for two Symbols with different assumptions, expected one; "
                "make both with the same assumptions, or rename one"
            )
            raise LawNameError(message)
    return expression.xreplace({item: symbol(name) for name, item in found.items()})


def _fault(name: str) -> str | None:
    """Say what keeps `name` from being a name, or None."""
    if not name:
        return "the name is empty"
    if len(name) > LONGEST_NAME:
        return f"the name has {len(name)} characters, the limit is {LONGEST_NAME}"
    if unicodedata.normalize("NFKC", name) != name:
        return "the name holds a character that Python reads as another one"
    if not name.isidentifier():
        return "expected letters, digits and underscores"
    if keyword.iskeyword(name):
        return "the name is a Python keyword"
    return "names with two leading underscores are reserved" if name.startswith("__") else None


def _repaired(name: str) -> str | None:
    """Return the nearest allowed name, or None where none is evident."""
    words = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_")
    candidate = f"{words}_" if keyword.iskeyword(words) else words
    if candidate[:1].isdecimal():
        candidate = f"x{candidate}"
    return None if _fault(candidate) else candidate


def _shown(value: object) -> str:
    """Return a short form of `value` on one line."""
    return " ".join(reprlib.repr(value).split())
