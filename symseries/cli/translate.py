"""symseries translate: one law in the constants of another."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from symseries.cli.arguments import bounds_of, order_of
from symseries.cli.output import DONE, Note, check_files, json, latex, say, write
from symseries.comparison import translate, translate_all
from symseries.displayed import Shown
from symseries.errors import LawNameError, OptionError, listing
from symseries.laws import Law
from symseries.parsing import parse_assignments, parse_law
from symseries.spaces import EmpiricalSpace, LegendreSpace, Space, TaylorSpace
from symseries.tables import column_names, read_table

EXAMPLES = """examples:
  symseries translate "y = a - Q/T" "y = A + B*T" --center T=300 --order 2
  symseries translate "y = a - Q/T" "y = A + B*T" --domain T=300:400 --constants "a=10, Q=1000"
  symseries translate "line: y = a + b*x" "power: y = A*x**m" "y = B*exp(c*x)" --domain x=1:2 --constants "a=1, b=3"

About a centre, or without --constants, the answer is expressions in the constants of the first law; with them it is numbers.
Three laws or more give the table of every law in terms of every other.
Exit code 0: done; 2: the question cannot be answered; 130: interrupted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add = parser.add_argument
    add("laws", nargs="+", metavar="LAW", help='two laws or more, such as "y = a + b*x", with a name before a colon if wanted')
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--center", metavar="NAME=VALUE,…", help="compare Taylor coefficients there, exactly")
    place.add_argument("--domain", metavar="NAME=LOW:HIGH,…", help="compare over this domain, by Legendre series")
    place.add_argument("--table", metavar="TABLE", help="compare over the rows of a CSV or TSV file")
    add("--order", default="4", metavar="K", help="highest order, an integer >= 0 (default 4)")
    add("--constants", default="", metavar="NAME=VALUE,…", help="values of the constants of the first law")
    add("--known", default="", metavar="NAME=VALUE,…", help="constants of any law whose values are known, used exactly")
    add("--seed", type=int, default=0, help="seed of all randomness (default 0)")
    add("--html", metavar="FILE", help="write the result as one HTML page")
    add("--latex", metavar="FILE", help="write the result as a LaTeX document")
    add("--json", metavar="FILE", help="write the result as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    asked = ((options.html, Shown.to_html), (options.latex, latex), (options.json, json))
    writers = [(Path(path), make) for path, make in asked if path]
    check_files([path for path, _ in writers], Path(options.table or ""))
    if len(options.laws) < 2:
        raise OptionError("translate: one law received; expected two or more")
    space, variables = _place(options)
    laws = _laws(options, variables)
    constants = parse_assignments(options.constants, "constant") if options.constants.strip() else None
    if len(laws) == 2:
        first, second = laws.values()
        found: Shown = translate(first, second, space, constants, rng=options.seed)
    else:
        found = translate_all(laws, space, {} if constants is None else {next(iter(laws)): constants}, rng=options.seed)
    texts = [(path, make(found)) for path, make in writers]
    say(found)
    write(texts, written)
    return DONE


def _place(options: argparse.Namespace) -> tuple[Space, tuple[str, ...]]:
    """Return the space where the laws meet, and its variables."""
    order = order_of(options.order, "--order", "4")
    if options.center is not None:
        center = parse_assignments(options.center, "centre")
        return TaylorSpace(center, order), tuple(center)
    if options.domain is not None:
        return _domain(options.domain, order)
    held = {name for text in options.laws for name in _names(_parted(text)[1])}
    columns = tuple(name for name in column_names(options.table) if name in held - _targets(options.laws))
    if not columns:
        raise LawNameError(
            f"--table {options.table}: no column stands in a law; columns: {listing(column_names(options.table))}"
        )
    return EmpiricalSpace(read_table(options.table, columns), order), columns


def _domain(text: str, order: int) -> tuple[Space, tuple[str, ...]]:
    limits = bounds_of(text, "--domain") or {}
    if not limits or any(None in pair for pair in limits.values()):
        raise OptionError(f"--domain {text[:60]!r}: expected both limits of every variable, such as T=300:400")
    return LegendreSpace(limits, order), tuple(limits)


def _parted(text: str) -> tuple[str, str]:
    """Return the name of a law, its text where it has none, and the law."""
    name, colon, formula = text.partition(":")
    return (name.strip(), formula.strip()) if colon else (text.strip(), text)


def _names(formula: str) -> set[str]:
    return {symbol.name for symbol in parse_law(formula).expression.free_symbols}


def _targets(texts: Sequence[str]) -> set[str]:
    return {str(parse_law(_parted(text)[1]).target) for text in texts}


def _laws(options: argparse.Namespace, variables: tuple[str, ...]) -> dict[str, Law]:
    known = parse_assignments(options.known, "known value") if options.known.strip() else {}
    found: dict[str, Law] = {}
    for text in options.laws:
        name, formula = _parted(text)
        if name in found:
            raise LawNameError(f"law {name!r} is given twice; give each a name before a colon")
        held = _names(formula)
        found[name] = Law(formula, variables, known={one: value for one, value in known.items() if one in held})
    unused = [one for one in known if not any(one in law.known for law in found.values())]
    if unused:
        raise LawNameError(f"known value {unused[0]!r} is in none of the laws; leave it out")
    return found
