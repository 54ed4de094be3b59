"""symseries fit: the constants of a law in a table of measurements."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symseries.cli import parts
from symseries.cli.arguments import bounds_of, law_of, names_of, roles, space_of, table_of, ties_of
from symseries.cli.figures import KINDS, check_format, figures_of, picture
from symseries.cli.output import DONE, REJECTED, Note, check_files, say, write
from symseries.errors import OptionError
from symseries.fitting import fit
from symseries.fitting.weights import WEIGHTS
from symseries.laws import Law
from symseries.network import Network
from symseries.parsing import parse_assignments
from symseries.readers import read_network
from symseries.scalars import QQ
from symseries.tables import Table
from symseries.training import refine, train

EXAMPLES = """examples:
  symseries fit alloys.csv --law "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
  symseries fit steam.csv --law "log(p) = a - L/(R*T)" --known "R=8.314462618" --latex steam.tex
  symseries fit alloys.csv --law "sigma_y = sigma_f + k/sqrt(d)" --inputs c,d,w --json result.json --strict
  symseries fit alloys.csv --law "sigma_y = s + k/sqrt(d)" --inputs c,d --extend --candidates "c, c**(2/3)" --html r.html
  symseries fit alloys.csv --law "sigma_y = s + k*d**m" --relative-errors 0.01 --intervals profile --plot r.png --kind profiles

Names of the law that are columns of the table are its variables, the rest its constants.
A network is trained on the table and the law is fitted to it; --direct and what implies it fit the law to the table itself.
Whatever is asked about the fit stands in the files too. JSON: the record of the fit, and beside it a key for each of
intervals, residuals, tests, extension, sufficiency, nuisance, identifiability, closed_form, constant_field.
Ctrl-C during training goes on with the best of the random starts that are finished.
Exit code 0: done; 1: the law is rejected, under --strict; 2: the question cannot be answered; 130: interrupted."""

# options that fit the table itself, those that need a network, and those that mean nothing without another
_DIRECT = ("direct", "errors", "relative_errors", "polish", "exact")
_OF_NETWORKS = ("network", "space", "others", "refine", "nuisance", "constant_field")
_NEEDS = {"candidates": "extension", "max_terms": "extension", "tolerance": "extension", "refine": "network", "kind": "plot"}
_REPEATED = ("bootstrap", "jackknife")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.usage = "%(prog)s TABLE --law LAW [OPTION …]"
    parser.add_argument("table", metavar="TABLE", help="CSV or TSV file of measurements")
    for title, options in _OPTIONS.items():
        group = parser.add_argument_group(title)
        for name, said in options.items():
            group.add_argument(name, **said)
    parser.set_defaults(run=run)


def _flag(text: str) -> dict[str, Any]:
    return {"action": "store_true", "help": text}


def _text(metavar: str, text: str, default: str | None = "") -> dict[str, Any]:
    return {"metavar": metavar, "help": text, "default": default}


def _value(kind: type, metavar: str, text: str, default: object = None) -> dict[str, Any]:
    return {"type": kind, "metavar": metavar, "help": text, "default": default}


def _choice(choices: Sequence[str], text: str, default: str | None = None) -> dict[str, Any]:
    return {"choices": choices, "help": text, "default": default}


_OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "the law": {
        "--law": {"required": True, "help": 'the law, such as "y = a + b*sqrt(x)" or "log(y) = a - b/x"'},
        "--known": _text("NAME=VALUE,…", "constants whose values are known, used exactly"),
        "--constants": _text("NAMES", "the constants to find; any other name of the law is then an error", None),
        "--fixed": _text("NAME=VALUE,…", "constants of the law that are held at a value in this fit"),
        "--bounds": _text("NAME=LOW:HIGH,…", "limits of constants, either of them left empty for none"),
        "--ties": _text("NAME=EXPRESSION,…", 'constants that follow from others, such as "k2=2*k1"'),
        "--start": _text("NAME=VALUE,…", "where to start the search for constants that enter nonlinearly"),
    },
    "fit to a network (the default)": {
        "--inputs": _text("COLUMNS", "inputs of the network, where it has more than the law's variables", None),
        "--network": _text("MODEL", "a network in a JSON file, instead of training one", None),
        "--refine": _choice(("all", "last"), "refine the network of --network on the table first: all layers, or the last"),
        "--space": _text("BASIS:ORDER", "empirical:6 (default), legendre:6, chebyshev:6, fourier:6, taylor:4, or nodal", None),
        "--others": _choice(("polynomial", "slice", "average"), "what stands for inputs that the law does not describe"),
    },
    "fit to the table itself": {
        "--direct": _flag("fit the law to the table, without a network; each of the following implies it"),
        "--errors": _text("NUMBER|COLUMN", "standard errors of the target, which weight the rows and test the law", None),
        "--relative-errors": _text("SHARE|COLUMN", "the same as shares of the target", None),
        "--polish": _value(int, "DIGITS", "fit to so many digits of the constants"),
        "--exact": _flag("solve a law that is linear in its constants in rational numbers"),
    },
    "how it is fitted": {
        "--weights": _choice(WEIGHTS, "how coefficients or rows are weighted, by default the best that is known"),
        "--level": _value(float, "P", "probability of the intervals (default 0.95)", 0.95),
        "--missing": _choice(("raise", "drop"), "raise (default) or drop rows with missing values", "raise"),
        "--seed": _value(int, "N", "seed of all randomness (default 0)", 0),
        "--strict": _flag("exit with 1 when the law is rejected (p < 0.01)"),
    },
    "what else is asked": {
        "--intervals": _choice(
            ("delta", "profile", *_REPEATED), "delta (default), profile, or two that train again many times", "delta"
        ),
        "--repeats": _value(int, "N", "how many times --intervals bootstrap or jackknife train again"),
        "--groups": _text("COLUMN", "rows that agree in this column are left out together by --intervals jackknife", None),
        "--residuals": _flag("what the law leaves unexplained, by term"),
        "--tests": _flag("the tests of the law in a table"),
        "--extend": _flag("the laws with up to three more terms that the test admits") | {"dest": "extension"},
        "--candidates": _text("TERMS", 'terms that --extend may add, such as "c, log(d)"', None),
        "--max-terms": _value(int, "N", "how many terms it may add, 1, 2 or 3 (default)"),
        "--tolerance": _value(float, "SHARE", "the misfit that suffices for the application, instead of the test"),
        "--sufficiency": _flag("whether the inputs determine the target, and which columns left out would say more"),
        "--nuisance": _flag("the constants by every way of dealing with inputs that the law does not describe"),
        "--identifiability": _flag("which constants the data determine"),
        "--closed-form": _flag("the constants as expressions in the Taylor coefficients"),
        "--constant-field": _flag("the constants point by point, from the derivatives of the network"),
    },
    "files": {
        "--html": _text("FILE", "write a report with figures as one HTML page, which needs matplotlib", None),
        "--latex": _text("FILE", "write law, constants and coefficients as a LaTeX document", None),
        "--json": _text("FILE", "write the result as JSON", None),
        "--plot": _text("FILE", "draw figures to a .png, .pdf or .svg file, which needs matplotlib", None),
        "--kind": _choice(KINDS, "which figures --plot draws, by default those that every fit has"),
    },
}


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    _check(options)
    writers = [(Path(path), make) for path, make in ((getattr(options, name), make) for name, make in _WRITERS.items()) if path]
    check_files([path for path, _ in writers] + ([Path(options.plot)] if options.plot else []), Path(options.table))
    law, notes = law_of(options)
    inputs = law.used if options.inputs is None else names_of(options.inputs, "input")
    errors: dict[str, Any] = {name: _number_or_column(getattr(options, name)) for name in ("errors", "relative_errors")}
    table = table_of(options, law, inputs, [column for column in errors.values() if isinstance(column, str)])
    law = _with_inputs(law, inputs) if _direct(options) else law
    source, how, lines = _source(options, law, inputs, table)
    found = fit(source, law, **how, **(errors if _direct(options) else {}), **_wishes(options))
    further = parts.parts_of(parts.Answer(options, found, source, law, table, tuple(inputs)))
    contents: list[tuple[Path, str | bytes]] = [(path, make(found, further)) for path, make in writers]
    if options.plot:
        contents.append((Path(options.plot), picture(Path(options.plot), figures_of(found, source, law, options.kind))))
    shown = [text for part in further.values() for text in ("", str(part))]
    say("\n".join([*roles(law, inputs), *notes, *lines, "", found.summary(), *shown]))
    write(contents, written)
    return REJECTED if options.strict and found.rejected else DONE


_WRITERS = {"html": parts.html, "latex": parts.latex, "json": parts.json}


def _source(
    options: argparse.Namespace, law: Law, inputs: Sequence[str], table: Table
) -> tuple[Network | Table, dict[str, Any], list[str]]:
    """Return what the law is fitted to, how, and what to say of it."""
    if _direct(options):
        return table, {"polish": options.polish, "scalars": QQ if options.exact else None}, []
    net = _network(options, law, inputs, table)
    return net, {"space": space_of(options.space, net, table), "others": options.others}, _cut_short(net)


def _wishes(options: argparse.Namespace) -> dict[str, Any]:
    """Return what is asked of the fit: of its constants, its weights, its randomness."""
    return {
        "start": _values(options.start, "start"), "fixed": _values(options.fixed, "fixed value"),
        "bounds": bounds_of(options.bounds), "ties": ties_of(options.ties), "weights": options.weights,
        "level": options.level, "rng": options.seed,
    }  # fmt: skip


def _values(text: str, what: str) -> object:
    return parse_assignments(text, what) if text.strip() else None


def _number_or_column(text: str | None) -> float | str | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return str(text).strip()


def _direct(options: argparse.Namespace) -> str:
    """Return the option by which the table itself is fitted, an empty text where there is none."""
    return next((_option(name) for name in _DIRECT if getattr(options, name) not in (None, False)), "")


def _option(name: str) -> str:
    return "--extend" if name == "extension" else f"--{name.replace('_', '-')}"


def _check(options: argparse.Namespace) -> None:
    """Refuse options that say nothing together, before anything is computed."""
    given = {name for name, value in vars(options).items() if value not in (None, False, "")}
    for name, needed in _NEEDS.items():
        if name in given and needed not in given:
            raise OptionError(f"{_option(name)} without {_option(needed)}: it would change nothing; add {_option(needed)}")
    if options.repeats is not None and options.intervals not in _REPEATED:
        raise OptionError("--repeats without --intervals bootstrap or jackknife: nothing is repeated; add one")
    if options.groups is not None and options.intervals != "jackknife":
        raise OptionError(
            "--groups without --intervals jackknife: nothing is left out by groups; add it, or leave --groups out"
        )
    if options.groups is not None and options.repeats is not None:
        raise OptionError("--groups beside --repeats: the groups say how often rows are left out; leave one out")
    if options.plot:
        check_format(Path(options.plot))
    if direct := _direct(options):
        _check_direct(options, given, direct)


def _check_direct(options: argparse.Namespace, given: set[str], direct: str) -> None:
    """Refuse options of a network beside those that fit the table itself."""
    for name in _OF_NETWORKS:
        if name in given:
            raise OptionError(f"{_option(name)} beside {direct}: that fits the table itself; leave one out")
    if options.inputs is not None and not given & {"extension", "sufficiency"}:
        raise OptionError(f"--inputs beside {direct}: that fits the table itself, where only --extend or --sufficiency use it")
    if options.strict and not given & {"errors", "relative_errors"}:
        raise OptionError(
            f"--strict beside {direct}: nothing tests a direct fit without errors; add --errors or --relative-errors"
        )


def _with_inputs(law: Law, inputs: Sequence[str]) -> Law:
    """Return a law that knows further inputs, which an extension may add to it."""
    return law if tuple(inputs) == law.variables else Law.from_dict(law.to_dict() | {"variables": list(inputs)})


def _cut_short(net: Network) -> list[str]:
    """Say that training was interrupted."""
    report = net.training
    if report is None or report.finished == report.wanted:
        return []
    return [f"note: training was interrupted, the best of {report.finished} of {report.wanted} random starts is used"]


def _network(options: argparse.Namespace, law: Law, inputs: Sequence[str], table: Table) -> Network:
    if options.network:
        net = read_network(options.network).with_data(table)
        return refine(net, layers=options.refine) if options.refine else net
    target = f"log({law.target})" if law.transform else str(law.target)
    if len(table) < len(law.constants):
        fit(table, law)  # says in its own words that so few rows do not determine the constants
    return train(table, inputs, target, rng=options.seed)
