"""The command line: fit a law to a table, expand a network, and show the worked example."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from symseries.demo import report
from symseries.display import name_cell, text_cell, write_text
from symseries.errors import LawNameError, OptionError, SymseriesError, listing, suggestion
from symseries.fitting import Fit, fit
from symseries.laws import Law
from symseries.names import check_names
from symseries.network import Network
from symseries.parsing import parse_assignments, parse_law
from symseries.readers import read_network
from symseries.scalars import ARB, F64, MPF, QQ, Scalars
from symseries.series import Series
from symseries.spaces import EmpiricalSpace, LegendreSpace, Space, TaylorSpace
from symseries.symbolic import SYM
from symseries.tables import Table, column_names, read_table
from symseries.training import train

DONE, REJECTED, UNANSWERED, INTERRUPTED = 0, 1, 2, 130
_BASES = ("legendre", "empirical", "taylor", "nodal")

_SCALARS = ("f64", "exact", "arb:128", "mpf:50")

_EXAMPLES = """examples:
  symseries demo
  symseries fit alloys.csv --law "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
  symseries expand model.json --center "c=0.05, d=10" --order 4

symseries COMMAND --help says more about one of them.
Exit code 0: done; 1: the law is rejected, under fit --strict; 2: the question cannot be answered; 130: interrupted."""

_FIT_EXAMPLES = """examples:
  symseries fit alloys.csv --law "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
  symseries fit steam.csv --law "log(p) = a - L/(R*T)" --known "R=8.314462618" --latex steam.tex
  symseries fit alloys.csv --law "sigma_y = sigma_f + k/sqrt(d)" --inputs c,d,w --json result.json --strict

Names of the law that are columns of the table are its variables, the rest its constants.
Ctrl-C during training goes on with the best of the random starts that are finished.
Exit code 0: done; 1: the law is rejected, under --strict; 2: the question cannot be answered; 130: interrupted."""

_EXPAND_EXAMPLES = """examples:
  symseries expand model.json --center "c=0.05, d=10"
  symseries expand model.json --center "c=1/20, d=10" --order 3 --index-set tensor --latex series.tex
  symseries expand formula.json --center "x=0" --order 5 --scalars exact --json series.json
  symseries expand formula.json --center "x=1/3" --order 5 --scalars arb:128

The network is one that Network.to_json wrote; each coefficient belongs to a product of powers of variable minus centre.
Exit code 0: done; 2: the question cannot be answered; 130: interrupted."""


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
    written: list[str] = []
    try:
        return int(options.run(options, written.append))
    except SymseriesError as error:
        print(_one_line(f"symseries: {_in_shell(str(error))}"), file=sys.stderr)
        return UNANSWERED
    except KeyboardInterrupt:
        left = f"written so far: {listing(written)}" if written else "nothing was written"
        print(f"symseries: interrupted, {left}", file=sys.stderr)
        return INTERRUPTED


# What messages advise in Python, and how it is written here.
_SHELL = (
    (r'(?:pass )?missing="drop"', "--missing drop"),
    (r"(known|start)=\{'(\w+)': …\}", r"--\1 \2=…"),
    (r"start=\{.*?\}", "--start NAME=VALUE,…"),
    (r", other bounds=", ""),
    (r"\bscalars=QQ", "--scalars exact"),
    (r", or allow more by SYM\.up_to\(\d+\)", ""),
    (r"\bscalars=ARB\((\d+)\)", r"--scalars arb:\1"),
    (r"\bscalars=F64", "--scalars f64"),
    (r"\bknown=", "--known"),
    (r"\blevel=", "--level "),
    (r"\brng=(-?\d+)", r"--seed \1"),
)


def _in_shell(message: str) -> str:
    for pattern, option in _SHELL:
        message = re.sub(pattern, option, message)
    return message


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _parser() -> argparse.ArgumentParser:
    what = "Physical constants from neural networks, by comparing series."
    parser = _Parser(prog="symseries", description=what, epilog=_EXAMPLES, formatter_class=_Raw)
    # the package is imported before any of its modules, which stand below it and do not import it
    parser.add_argument("--version", action="version", version=f"symseries {sys.modules['symseries'].__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_fit(
        commands.add_parser("fit", help="find the constants of a law in a table", epilog=_FIT_EXAMPLES, formatter_class=_Raw)
    )
    what = "print the Taylor coefficients of a network about a point"
    _add_expand(commands.add_parser("expand", help=what, epilog=_EXPAND_EXAMPLES, formatter_class=_Raw))
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
    add("--level", type=float, default=0.95, metavar="P", help="probability of the intervals (default 0.95)")
    add("--missing", default="raise", choices=("raise", "drop"), help="raise (default) or drop rows with missing values")
    add("--seed", type=int, default=0, help="seed of all randomness (default 0)")
    add("--html", metavar="FILE", help="write a report with figures as one HTML page, which needs matplotlib")
    add("--latex", metavar="FILE", help="write law, constants and coefficients as a LaTeX document")
    add("--json", metavar="FILE", help="write the result as JSON")
    add("--strict", action="store_true", help="exit with 1 when the law is rejected (p < 0.01)")
    parser.set_defaults(run=_fit)


def _add_expand(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("model", metavar="MODEL", help="a network in a JSON file")
    add(
        "--center", required=True, metavar="NAME=VALUE,…", help="the centre, a value for every input; decimals are used exactly"
    )
    add("--order", default="4", metavar="K", help="highest order, an integer >= 0 (default 4)")
    add(
        "--scalars",
        default="f64",
        metavar="RING",
        help="f64 (default), floating point; exact, rational numbers and a letter for each value that is none; arb:BITS,"
        " balls that hold the truth; mpf:DIGITS, as many digits",
    )
    add("--index-set", default="total", choices=("total", "tensor"), help="the order bounds the total degree (default) or each")
    add("--latex", metavar="FILE", help="write the coefficients as a LaTeX document")
    add("--json", metavar="FILE", help="write the series as JSON")
    parser.set_defaults(run=_expand)


Note = Callable[[str], None]


def _write(texts: Iterable[tuple[Path, str]], written: Note) -> None:
    for path, text in texts:
        write_text(path, text)
        written(str(path))
        print(f"written: {path}")


# ---------------------------------------------------------------------------------------------------------------- fit
def _fit(options: argparse.Namespace, written: Note) -> int:
    asked = ((options.html, Fit.to_html), (options.latex, _latex), (options.json, _json))
    writers = [(Path(path), make) for path, make in asked if path]
    _check_files([path for path, _ in writers], Path(options.table))
    start = parse_assignments(options.start, "start") if options.start.strip() else None
    law, notes = _law(options)
    inputs = law.used if options.inputs is None else _names(options.inputs, "input")
    table = _table(options, law, inputs)
    net = _network(options, law, inputs, table)
    found = fit(net, law, _space(options.space, net, table), start=start, level=options.level, rng=options.seed)
    texts = [(path, make(found)) for path, make in writers]
    print("\n".join([*_roles(law, inputs), *notes, *_cut_short(net), "", found.summary()]))
    _write(texts, written)
    return REJECTED if options.strict and found.rejected else DONE


def _cut_short(net: Network) -> list[str]:
    """Say that training was interrupted."""
    report = net.training
    if report is None or report.finished == report.wanted:
        return []
    return [f"note: training was interrupted, the best of {report.finished} of {report.wanted} random starts is used"]


def _latex(found: Fit) -> str:
    return found.to_latex(document=True)


def _json(found: Fit) -> str:
    return found.to_json() + "\n"


def _check_files(paths: Sequence[Path], source: Path) -> None:
    """Refuse files that cannot be written, before anything is computed."""
    for path in paths:
        if not path.parent.is_dir():
            raise OptionError(f"{path}: folder {str(path.parent)!r} does not exist; make it first")
        if path.is_dir():
            raise OptionError(f"{str(path)!r} is a folder; expected the name of a file to write")
    resolved = [path.resolve() for path in (*paths, source)]
    if len(set(resolved)) < len(resolved):
        raise OptionError(f"{listing(paths)}: expected different files for the results, and none of them {source} itself")


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
        raise OptionError(f"--space {text!r}{_near_basis(basis)}; expected legendre:6, empirical:6, taylor:4 or nodal")
    degree = _order(order, f"--space {text!r}", f"{basis}:6")
    columns = {name: points[name] for name in net.inputs}
    if basis == "legendre":
        return LegendreSpace({name: (float(x.min()), float(x.max())) for name, x in columns.items()}, degree)
    if basis == "taylor":
        return TaylorSpace({name: float(f"{x.mean():.6g}") for name, x in columns.items()}, degree)
    return EmpiricalSpace(points, degree)


def _near_basis(basis: str) -> str:
    near = suggestion(basis, (*_BASES, "chebyshev"))
    return "; take legendre, which spans the same polynomials as Chebyshev's" if "chebyshev" in near else near


def _order(text: str, option: str, example: str) -> int:
    """Return the order that a text holds; one of many digits is no order that any space could have."""
    if not text.isdecimal() or len(text) > 9:
        raise OptionError(f"{option}: order {text[:40]!r}; expected an integer >= 0, as in {example}")
    return int(text)


# ------------------------------------------------------------------------------------------------------------- expand
def _expand(options: argparse.Namespace, written: Note) -> int:
    asked = [Path(path) for path in (options.latex, options.json) if path]
    _check_files(asked, Path(options.model))
    scalars = _scalars(options.scalars)
    order = _order(options.order, "expand", "--order 4")
    center = parse_assignments(options.center, "--center")
    net = read_network(Path(options.model))
    space = TaylorSpace(_centered(net, center), order, index_set=options.index_set)
    series = _rational(net.expand(space, scalars))
    table = replace(series.table(), headers=(text_cell("multi-index"), *map(name_cell, net.outputs)))
    texts = {options.latex: table.to_latex(document=True), options.json: series.to_json() + "\n"}
    print(f"variables {', '.join(net.inputs)}\n\n{table.to_text()}")
    _write([(path, texts[str(path)]) for path in asked], written)
    return DONE


def _scalars(text: str) -> Scalars:
    """Return the ring that --scalars names."""
    ring, _, precision = text.partition(":")
    if ring in ("arb", "mpf") and precision.isdecimal() and len(precision) < 10:
        return ARB(int(precision)) if ring == "arb" else MPF(int(precision))
    if text not in ("f64", "exact"):
        raise OptionError(f"--scalars {text[:40]!r}{suggestion(text, _SCALARS)}; expected f64, exact, arb:128 or mpf:50")
    return F64 if text == "f64" else SYM


def _rational(series: Series) -> Series:
    """Return an exact series in rational numbers where it has no letters."""
    return series.over(QQ) if series.scalars == SYM and not series.scalars.written(series.elements)[1] else series


def _centered(net: Network, center: Mapping[str, object]) -> dict[str, object]:
    """Return the centre in the order of the network's inputs."""
    for name in center:
        if name not in net.inputs:
            near = suggestion(name, net.inputs)
            raise LawNameError(f"--center: {name!r} is no input of the network{near}; inputs: {listing(net.inputs)}")
    missing = [name for name in net.inputs if name not in center]
    if missing:
        raise OptionError(f"--center: no value for {listing(missing)}; expected one for every input: {listing(net.inputs)}")
    return {name: center[name] for name in net.inputs}


# --------------------------------------------------------------------------------------------------------------- demo
def _demo(options: argparse.Namespace, written: Note) -> int:
    if options.output and not options.output.is_dir():
        raise OptionError(f"--output {options.output}: no such folder; make it first")
    text, fits = report()
    print(text)
    if options.output:
        for name, found in fits.items():
            texts = ((options.output / f"{name}.tex", _latex(found)), (options.output / f"{name}.json", _json(found)))
            _write(texts, written)
    return DONE
