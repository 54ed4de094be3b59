"""The command line: fit a law to a table, and show the worked example."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from symseries.demo import report
from symseries.display import write_text
from symseries.errors import LawNameError, OptionError, SymseriesError, listing, suggestion
from symseries.fitting import Fit, fit
from symseries.laws import Law
from symseries.names import check_names
from symseries.network import Network
from symseries.parsing import parse_assignments, parse_law
from symseries.readers import read_network
from symseries.spaces import EmpiricalSpace, LegendreSpace, Space, TaylorSpace
from symseries.tables import Table, column_names, read_table
from symseries.training import train

DONE, REJECTED, UNANSWERED = 0, 1, 2
_BASES = ("legendre", "empirical", "taylor", "nodal")

_EXAMPLES = """examples:
  symseries fit alloys.csv --law "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
  symseries fit steam.csv --law "log(p) = a - L/(R*T)" --known "R=8.314462618" --latex steam.tex
  symseries fit alloys.csv --law "sigma_y = sigma_f + k/sqrt(d)" --inputs c,d,w --json result.json --strict

Names of the law that are columns of the table are its variables, the rest its constants.
Exit code 0: done; 1: the law is rejected, under --strict; 2: the question cannot be answered."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNANSWERED, f"{_one_line(f'{self.prog}: {message}; see {self.prog} --help')}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    >>> main(["fit", "nowhere.csv", "--law", "y = a*x"])
    2
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ± still gets its answer
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except SymseriesError as error:
        print(_one_line(f"symseries: {_in_shell(str(error))}"), file=sys.stderr)
        return UNANSWERED
    except KeyboardInterrupt:
        print("symseries: interrupted, nothing was written", file=sys.stderr)
        return 130


# What messages advise in Python, and how it is written here.
_SHELL = (
    (r'(?:pass )?missing="drop"', "--missing drop"),
    (r"(known|start)=\{'(\w+)': …\}", r"--\1 \2=…"),
    (r"start=\{.*?\}", "--start NAME=VALUE,…"),
    (r", other bounds=", ""),
    (r"\bknown=", "--known"),
    (r"\brng=(-?\d+)", r"--seed \1"),
)


def _in_shell(message: str) -> str:
    for pattern, option in _SHELL:
        message = re.sub(pattern, option, message)
    return message


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="symseries", description="Physical constants from neural networks, by comparing series.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_fit(commands.add_parser("fit", help="find the constants of a law in a table", epilog=_EXAMPLES, formatter_class=_Raw))
    shown = commands.add_parser("demo", help="show a worked example on data that come with the package")
    shown.add_argument("--output", metavar="FOLDER", type=Path, help="also write its LaTeX tables and JSON results there")
    shown.set_defaults(run=_demo)
    return parser


class _Raw(argparse.RawDescriptionHelpFormatter):
    pass


def _add_fit(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("table", metavar="TABLE", help="CSV or TSV file of measurements")
    add("--law", required=True, help='the law, such as "y = a + b*sqrt(x)" or "log(y) = a - b/x"')
    add("--known", default="", metavar="NAME=VALUE,…", help="constants whose values are known, used exactly")
    add("--constants", metavar="NAMES", help="the constants to find; any other name of the law is then an error")
    add("--inputs", metavar="COLUMNS", help="inputs of the network, where it has more than the law's variables")
    add("--network", metavar="MODEL", help="a network in a JSON file, instead of training one")
    add("--space", metavar="BASIS:ORDER", help="legendre:6, empirical:6 (default), taylor:4, or nodal")
    add("--start", default="", metavar="NAME=VALUE,…", help="where to start the search for constants that enter nonlinearly")
    add("--missing", default="raise", choices=("raise", "drop"), help="raise (default) or drop rows with missing values")
    add("--seed", type=int, default=0, help="seed of all randomness (default 0)")
    add("--html", metavar="FILE", help="write a report with figures as one HTML page, which needs matplotlib")
    add("--latex", metavar="FILE", help="write law, constants and coefficients as a LaTeX document")
    add("--json", metavar="FILE", help="write the result as JSON")
    add("--strict", action="store_true", help="exit with 1 when the law is rejected (p < 0.01)")
    parser.set_defaults(run=_fit)


# ---------------------------------------------------------------------------------------------------------------- fit
def _fit(options: argparse.Namespace) -> int:
    asked = ((options.html, Fit.to_html), (options.latex, _latex), (options.json, _json))
    writers = [(Path(path), make) for path, make in asked if path]
    _check_files([path for path, _ in writers], Path(options.table))
    start = parse_assignments(options.start, "start") if options.start.strip() else None
    law, notes = _law(options)
    inputs = law.used if options.inputs is None else _names(options.inputs, "input")
    table = _table(options, law, inputs)
    net = _network(options, law, inputs, table)
    found = fit(net, law, _space(options.space, net, table), start=start, rng=options.seed)
    texts = [(path, make(found)) for path, make in writers]
    print("\n".join([*_roles(law, inputs), *notes, "", found.summary()]))
    for path, text in texts:
        write_text(path, text)
        print(f"written: {path}")
    return REJECTED if options.strict and found.rejected else DONE


def _latex(found: Fit) -> str:
    return found.to_latex(document=True)


def _json(found: Fit) -> str:
    return found.to_json() + "\n"


def _check_files(paths: Sequence[Path], table: Path) -> None:
    """Refuse files that cannot be written, before anything is computed."""
    for path in paths:
        if not path.parent.is_dir():
            raise OptionError(f"{path}: folder {str(path.parent)!r} does not exist; make it first")
        if path.is_dir():
            raise OptionError(f"{str(path)!r} is a folder; expected the name of a file to write")
    resolved = [path.resolve() for path in (*paths, table)]
    if len(set(resolved)) < len(resolved):
        raise OptionError(f"{listing(paths)}: expected different files for the results, and none of them the table itself")


def _law(options: argparse.Namespace) -> tuple[Law, list[str]]:
    """Return the law with its names told apart, and notes on names that look mistaken."""
    columns = column_names(options.table)
    known = parse_assignments(options.known, "known value") if options.known.strip() else {}
    constants = None if options.constants is None else _names(options.constants, "constant")
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
    if not variables:
        raise LawNameError(
            f"law {options.law!r} has no column: its names are {listing(names) or 'none'}, the columns {listing(columns)}"
        )
    _check_declared(names, variables, known, constants, columns)
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


def _roles(law: Law, inputs: Sequence[str]) -> list[str]:
    known = ", ".join(f"{name} = {float(value):.10g}" for name, value in law.known.items())
    lines = [
        f"variables {', '.join(law.used)}",
        f"constants {', '.join(law.constants)}",
        *([f"known     {known}"] if known else []),
    ]
    return [*lines, f"inputs    {', '.join(inputs)}"] if tuple(inputs) != law.used else lines


def _names(text: str, what: str) -> tuple[str, ...]:
    return check_names([part.strip() for part in text.split(",")], what)


def _table(options: argparse.Namespace, law: Law, inputs: Sequence[str]) -> Table:
    columns = column_names(options.table)
    for name in inputs:
        if name not in columns:
            raise OptionError(f"--inputs: {name!r} is no column{suggestion(name, columns)}; columns: {listing(columns)}")
    missing = [name for name in law.used if name not in inputs]
    if missing:
        raise OptionError(f"--inputs: the law's variable {missing[0]!r} is left out; name every variable of the law")
    return read_table(options.table, dict.fromkeys((*inputs, str(law.target))), missing=options.missing)


def _network(options: argparse.Namespace, law: Law, inputs: Sequence[str], table: Table) -> Network:
    if options.network:
        return read_network(options.network).with_data(table)
    target = f"log({law.target})" if law.transform else str(law.target)
    if len(table) < len(law.constants):
        fit(table, law)  # says in its own words that so few rows do not determine the constants
    return train(table, inputs, target, rng=options.seed)


def _space(text: str | None, net: Network, table: Table) -> Space | None:
    """Return the space that "basis:order" asks for, over the data."""
    if text is None:
        return None
    basis, _, order = text.partition(":")
    points = table.select(net.inputs)
    if basis == "nodal" and not order:
        return EmpiricalSpace(points, None)
    if basis not in _BASES or basis == "nodal":
        raise OptionError(f"--space {text!r}{suggestion(basis, _BASES)}; expected legendre:6, empirical:6, taylor:4 or nodal")
    if not order.isdecimal():
        raise OptionError(f"--space {text!r}: order {order!r}; expected an integer >= 0, as in {basis}:6")
    columns = {name: points[name] for name in net.inputs}
    if basis == "legendre":
        return LegendreSpace({name: (float(x.min()), float(x.max())) for name, x in columns.items()}, int(order))
    if basis == "taylor":
        return TaylorSpace({name: float(f"{x.mean():.6g}") for name, x in columns.items()}, int(order))
    return EmpiricalSpace(points, int(order))


# --------------------------------------------------------------------------------------------------------------- demo
def _demo(options: argparse.Namespace) -> int:
    if options.output and not options.output.is_dir():
        raise OptionError(f"--output {options.output}: no such folder; make it first")
    text, fits = report()
    print(text)
    if options.output:
        for name, found in fits.items():
            write_text(options.output / f"{name}.tex", found.to_latex(document=True))
            write_text(options.output / f"{name}.json", found.to_json() + "\n")
        print(f"\nwritten: {', '.join(f'{name}.tex, {name}.json' for name in fits)} in {options.output}")
    return DONE
