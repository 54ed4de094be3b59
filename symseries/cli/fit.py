"""symseries fit: the constants of a law in a table of measurements."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from symseries.cli.arguments import bounds_of, law_of, names_of, roles, space_of, table_of, ties_of
from symseries.cli.output import DONE, REJECTED, Note, check_files, json, latex, say, write
from symseries.comparison import extend
from symseries.errors import OptionError
from symseries.fitting import Fit, fit
from symseries.fitting.weights import WEIGHTS
from symseries.laws import Law
from symseries.network import Network
from symseries.parsing import parse_assignments
from symseries.readers import read_network
from symseries.tables import Table
from symseries.training import train

EXAMPLES = """examples:
  symseries fit alloys.csv --law "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
  symseries fit steam.csv --law "log(p) = a - L/(R*T)" --known "R=8.314462618" --latex steam.tex
  symseries fit alloys.csv --law "sigma_y = sigma_f + k/sqrt(d)" --inputs c,d,w --json result.json --strict

Names of the law that are columns of the table are its variables, the rest its constants.
Ctrl-C during training goes on with the best of the random starts that are finished.
Exit code 0: done; 1: the law is rejected, under --strict; 2: the question cannot be answered; 130: interrupted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add = parser.add_argument
    add("table", metavar="TABLE", help="CSV or TSV file of measurements")
    add("--law", required=True, help='the law, such as "y = a + b*sqrt(x)" or "log(y) = a - b/x"')
    add("--known", default="", metavar="NAME=VALUE,…", help="constants whose values are known, used exactly")
    add("--constants", metavar="NAMES", help="the constants to find; any other name of the law is then an error")
    add("--inputs", metavar="COLUMNS", help="inputs of the network, where it has more than the law's variables")
    add("--network", metavar="MODEL", help="a network in a JSON file, instead of training one")
    add("--space", metavar="BASIS:ORDER", help="empirical:6 (default), legendre:6, chebyshev:6, fourier:6, taylor:4, or nodal")
    add("--fixed", default="", metavar="NAME=VALUE,…", help="constants of the law that are held at a value in this fit")
    add("--bounds", default="", metavar="NAME=LOW:HIGH,…", help="limits of constants, either of them left empty for none")
    add("--ties", default="", metavar="NAME=EXPRESSION,…", help='constants that follow from others, such as "k2=2*k1"')
    add("--weights", choices=WEIGHTS, help="how coefficients or rows are weighted, by default the best that is known")
    kinds = ("delta", "profile", "bootstrap", "jackknife")
    add("--intervals", default="delta", choices=kinds, help="delta (default), profile, or two that train again many times")
    add("--extend", action="store_true", help="name the laws with up to three more terms that the test admits")
    add(
        "--relative-errors", type=float, metavar="SHARE", help="fit the table itself, its errors being this share of the target"
    )
    add("--polish", type=int, metavar="DIGITS", help="fit the table itself, to so many digits of the constants")
    add("--others", choices=("polynomial", "slice", "average"), help="what stands for inputs that the law does not describe")
    add("--start", default="", metavar="NAME=VALUE,…", help="where to start the search for constants that enter nonlinearly")
    add("--level", type=float, default=0.95, metavar="P", help="probability of the intervals (default 0.95)")
    add("--missing", default="raise", choices=("raise", "drop"), help="raise (default) or drop rows with missing values")
    add("--seed", type=int, default=0, help="seed of all randomness (default 0)")
    add("--html", metavar="FILE", help="write a report with figures as one HTML page, which needs matplotlib")
    add("--latex", metavar="FILE", help="write law, constants and coefficients as a LaTeX document")
    add("--json", metavar="FILE", help="write the result as JSON")
    add("--strict", action="store_true", help="exit with 1 when the law is rejected (p < 0.01)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    asked = ((options.html, Fit.to_html), (options.latex, latex), (options.json, json))
    writers = [(Path(path), make) for path, make in asked if path]
    check_files([path for path, _ in writers], Path(options.table))
    start = parse_assignments(options.start, "start") if options.start.strip() else None
    law, notes = law_of(options)
    inputs = law.used if options.inputs is None else names_of(options.inputs, "input")
    table = table_of(options, law, inputs)
    wishes = {"start": start, "level": options.level, "rng": options.seed, "weights": options.weights, **_held(options)}
    if options.polish is not None or options.relative_errors is not None:
        _check_direct(options)
        source: object = table
        found, lines = fit(table, law, polish=options.polish, relative_errors=options.relative_errors, **wishes), []
    else:
        source = net = _network(options, law, inputs, table)
        found, lines = fit(net, law, space_of(options.space, net, table), others=options.others, **wishes), _cut_short(net)
    texts = [(path, make(found)) for path, make in writers]
    say("\n".join([*roles(law, inputs), *notes, *lines, "", found.summary(), *_more(options, found, source, law)]))
    write(texts, written)
    return REJECTED if options.strict and found.rejected else DONE


def _held(options: argparse.Namespace) -> dict[str, object]:
    """Return what is said of constants: those that are fixed, bounded and tied."""
    fixed = parse_assignments(options.fixed, "fixed value") if options.fixed.strip() else None
    return {"fixed": fixed, "bounds": bounds_of(options.bounds), "ties": ties_of(options.ties)}


def _more(options: argparse.Namespace, found: Fit, source: object, law: Law) -> list[str]:
    """Return the intervals and extensions that were asked for."""
    said: list[str] = []
    if options.intervals != "delta":
        said += ["", str(found.intervals(options.intervals, level=options.level, rng=options.seed))]
    if options.extend:
        said += ["", str(extend(source, law))]
    return said


def _check_direct(options: argparse.Namespace) -> None:
    """Refuse options of a network beside those that fit the table itself."""
    for name in ("network", "space", "inputs", "others"):
        if getattr(options, name) is not None:
            raise OptionError(f"--{name} beside --polish or --relative-errors: these fit the table itself; leave one out")
    if options.strict and options.relative_errors is None:
        raise OptionError("--strict beside --polish: nothing tests a direct fit without errors; add --relative-errors")


def _cut_short(net: Network) -> list[str]:
    """Say that training was interrupted."""
    report = net.training
    if report is None or report.finished == report.wanted:
        return []
    return [f"note: training was interrupted, the best of {report.finished} of {report.wanted} random starts is used"]


def _network(options: argparse.Namespace, law: Law, inputs: Sequence[str], table: Table) -> Network:
    if options.network:
        return read_network(options.network).with_data(table)
    target = f"log({law.target})" if law.transform else str(law.target)
    if len(table) < len(law.constants):
        fit(table, law)  # says in its own words that so few rows do not determine the constants
    return train(table, inputs, target, rng=options.seed)
