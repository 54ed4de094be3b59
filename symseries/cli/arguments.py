"""What options say: laws, tables, spaces, rings and orders."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.laws import Law
from symseries.names import check_names
from symseries.network import Network
from symseries.parsing import parse_assignments, parse_law
from symseries.scalars import ARB, F64, MPF, Scalars
from symseries.spaces import ChebyshevSpace, EmpiricalSpace, FourierSpace, LegendreSpace, Space, TaylorSpace
from symseries.symbolic import SYM
from symseries.tables import Table, column_names, read_table
from symseries.tables.sources import open_source

_BOXES: dict[str, type[LegendreSpace | ChebyshevSpace | FourierSpace]] = {
    "legendre": LegendreSpace,
    "chebyshev": ChebyshevSpace,
    "fourier": FourierSpace,
}
_BASES = (*_BOXES, "empirical", "taylor", "nodal")
_LONGEST_TEXT = 1_000_000  # bytes
_SCALARS = ("f64", "exact", "arb:128", "mpf:50")


def law_of(options: argparse.Namespace) -> tuple[Law, list[str]]:
    """Return the law with its names told apart, and notes on names that look mistaken."""
    columns = column_names(options.table)
    known = parse_assignments(options.known, "known value") if options.known.strip() else {}
    constants = None if options.constants is None else names_of(options.constants, "constant")
    _check_apart(columns, {"a known value": known, "declared a constant": constants or ()})
    parsed = parse_law(options.law, declared=(*filter(_is_name, columns), *known, *(constants or ())))
    names = sorted(s.name for s in parsed.expression.free_symbols)
    if parsed.target is None:
        raise LawNameError(f"law {options.law!r}: no target; write it as an equation, such as '{columns[-1]} = {options.law}'")
    if parsed.target not in columns:
        near = suggestion(parsed.target, columns)
        raise LawNameError(f"the law's target {parsed.target!r} is no column{near}; columns: {listing(columns)}")
    variables = tuple(c for c in columns if c in names and c not in known)
    if parsed.target in variables:
        raise LawNameError(f"the law's target {parsed.target!r} also stands on its right side; solve the law for it first")
    _check_known(known, names)
    _check_declared(names, variables, known, constants, columns)
    if not variables:
        near = next((said for name in names if (said := suggestion(name, columns))), "")
        raise LawNameError(
            f"law {options.law!r} has no column: its names are {listing(names) or 'none'}, the columns {listing(columns)}{near}"
        )
    law = Law(options.law, variables, constants=constants, known=known)
    return law, _near_misses(law, columns)


def _is_name(column: str) -> bool:
    """Whether a law can hold the name of a column; other columns may be called what they like."""
    try:
        return bool(check_names(column, "column"))
    except LawNameError:
        return False


def _check_apart(columns: Sequence[str], roles: Mapping[str, Iterable[str]]) -> None:
    for role, names in roles.items():
        for name in names:
            if name in columns:
                raise LawNameError(f"{name!r} is {role} and a column of the table; rename one of the two")


def _check_known(known: Mapping[str, object], names: list[str]) -> None:
    for name in known:
        if name not in names:
            raise LawNameError(f"known value {name!r} is not in the law{suggestion(name, names)}; leave it out")


def _check_declared(
    names: list[str],
    variables: Sequence[str],
    known: dict[str, object],
    constants: Sequence[str] | None,
    columns: Sequence[str],
) -> None:
    """With --constants, refuse a name that is nothing, suggesting columns too."""
    if constants is None:
        return
    for name in names:
        if name not in (*variables, *known, *constants):
            near = suggestion(name, (*columns, *known, *constants))
            raise LawNameError(
                f"name {name!r} in the law is neither a column nor a declared constant{near}; columns: {listing(columns)}"
            )


def _near_misses(law: Law, columns: Sequence[str]) -> list[str]:
    """Say which constants look like columns that were meant."""
    notes = []
    for name in law.constants:
        close = get_close_matches(name, [c for c in columns if len(c) > 2 and c != law.target], n=1, cutoff=0.75)
        if close and len(name) > 2:
            notes.append(f"note: {name!r} was taken as a constant; a column is called {close[0]!r}")
    return notes


def roles(law: Law, inputs: Sequence[str]) -> list[str]:
    """Return lines that say what each name was taken for."""
    known = ", ".join(f"{name} = {float(value):.10g}" for name, value in law.known.items())
    lines = [
        f"variables {', '.join(law.used)}",
        f"constants {', '.join(law.constants)}",
        *([f"known     {known}"] if known else []),
    ]
    return [*lines, f"inputs    {', '.join(inputs)}"] if tuple(inputs) != law.used else lines


def names_of(text: str, what: str) -> tuple[str, ...]:
    """Return the names in a text, separated by commas."""
    return check_names([part.strip() for part in text.split(",")], what)


def bounds_of(text: str, option: str = "--bounds") -> dict[str, tuple[object, object]] | None:
    """Return the limits in a text such as "k=0:10, m=:2", None where it is empty."""
    if not text.strip():
        return None
    found: dict[str, tuple[object, object]] = {}
    for piece in re.split("[,;]", text):
        name, sign, pair = (part.strip() for part in piece.partition("="))
        low, colon, high = pair.partition(":")
        if not (sign and colon and name) or name in found:
            raise OptionError(f"{option} {piece.strip()[:60]!r}: expected each name once with limits, such as k=0:10 or k=0:")
        found[name] = (_limit(name, low, option), _limit(name, high, option))
    return found


def _limit(name: str, text: str, option: str) -> object:
    return parse_assignments(f"{name}={text}", option)[name] if text.strip() else None


def ties_of(text: str) -> dict[str, str] | None:
    """Return the expressions in a text such as "k2=2*k1, k3=k1", None where it is empty."""
    if not text.strip():
        return None
    pieces = [piece.partition("=") for piece in re.split("[,;]", text)]
    if not all(name.strip() and formula.strip() for name, _, formula in pieces):
        raise OptionError(f"--ties {text[:60]!r}: expected names with expressions, such as k2=2*k1")
    return {name.strip(): formula.strip() for name, _, formula in pieces}


def table_of(options: argparse.Namespace, law: Law, inputs: Sequence[str], errors: Sequence[str] = ()) -> Table:
    """Return the columns that the law and the inputs need, and those that hold errors."""
    columns = column_names(options.table)
    for name in inputs:
        if name not in columns:
            raise OptionError(f"--inputs: {name!r} is no column{suggestion(name, columns)}; columns: {listing(columns)}")
    missing = [name for name in law.used if name not in inputs]
    if missing:
        raise OptionError(f"--inputs: the law's variable {missing[0]!r} is left out; name every variable of the law")
    for name in errors:
        if name not in columns:
            raise OptionError(
                f"errors {name!r}: no number and no column{suggestion(name, columns)}; columns: {listing(columns)}"
            )
    return read_table(options.table, dict.fromkeys((*inputs, str(law.target), *errors)), missing=options.missing)


def labels_of(path: str, column: str, table: Table) -> list[str]:
    """Return a column of a file as labels of the rows of a table that was read from it; they may be any text."""
    columns = column_names(path)
    if column not in columns:
        raise OptionError(f"--groups: {column!r} is no column{suggestion(column, columns)}; columns: {listing(columns)}")
    if table.dropped:
        raise OptionError(
            f"--groups beside --missing drop: {table.dropped} rows are dropped; leave them out of the file instead"
        )
    cells: Any = open_source(path).cells(column)
    return [str(cell).strip() for cell in cells]


def space_of(text: str | None, net: Network, table: Table) -> Space | None:
    """Return the space that "basis:order" asks for, over the data."""
    if text is None:
        return None
    basis, _, order = text.partition(":")
    points = table.select(net.inputs)
    if basis == "nodal" and not order:
        return EmpiricalSpace(points, None)
    if basis not in _BASES or basis == "nodal":
        expected = "legendre:6, chebyshev:6, fourier:6, empirical:6, taylor:4 or nodal"
        raise OptionError(f"--space {text!r}{suggestion(basis, _BASES)}; expected {expected}")
    degree = order_of(order, f"--space {text!r}", f"{basis}:6")
    columns = {name: points[name] for name in net.inputs}
    if basis in _BOXES:
        return _BOXES[basis]({name: (float(x.min()), float(x.max())) for name, x in columns.items()}, degree)
    if basis == "taylor":
        return TaylorSpace({name: float(f"{x.mean():.6g}") for name, x in columns.items()}, degree)
    return EmpiricalSpace(points, degree)


def order_of(text: str, option: str, example: str) -> int:
    """Return the order that a text holds; one of many digits is no order that any space could have."""
    if not text.isdecimal() or len(text) > 9:
        raise OptionError(f"{option}: order {text[:40]!r}; expected an integer >= 0, as in {example}")
    return int(text)


def scalars_of(text: str) -> Scalars:
    """Return the ring that --scalars names."""
    ring, _, precision = text.partition(":")
    if ring in ("arb", "mpf") and precision.isdecimal() and len(precision) < 10:
        return ARB(int(precision)) if ring == "arb" else MPF(int(precision))
    if text not in ("f64", "exact"):
        raise OptionError(f"--scalars {text[:40]!r}{suggestion(text, _SCALARS)}; expected f64, exact, arb:128 or mpf:50")
    return F64 if text == "f64" else SYM


def text_of(path: str, option: str) -> str:
    """Return the text of a file; `OptionError` where there is none, it is no text, or it is a book."""
    file = Path(path)
    try:
        if file.stat().st_size > _LONGEST_TEXT:
            raise OptionError(f"{option} {path}: {file.stat().st_size} bytes; expected at most {_LONGEST_TEXT}")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(f"{option} {path}: no UTF-8 text, from byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise OptionError(f"{option} {path}: {error.strerror or error}; expected a text file") from error
