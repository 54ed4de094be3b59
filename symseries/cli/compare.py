"""symseries compare: many laws against one table of measurements."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from symseries.cli.arguments import labels_of, names_of, space_of, text_of
from symseries.cli.figures import check_format, picture
from symseries.cli.output import DONE, UNANSWERED, Note, check_files, json, latex, say, write
from symseries.cli.output import REJECTED as EXIT_REJECTED
from symseries.comparison import Comparison, compare, laws_of
from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.fitting.judge import REJECTED
from symseries.laws import Law
from symseries.network import Network
from symseries.parsing import parse_assignments
from symseries.readers import read_network
from symseries.tables import Table, column_names, read_table
from symseries.training import train

EXAMPLES = """examples:
  symseries compare alloys.csv --laws laws.txt
  symseries compare alloys.csv --laws laws.txt --direct --by heldout --html laws.html --json laws.json
  symseries compare steam.csv --laws laws.txt --known "R=8.314462618" --network model.json

The file of laws holds one law a line, with a name before a colon where it has one; what follows a # is left out:
  Hall-Petch: sigma_y = sigma_f + k/sqrt(d)
  both: sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)   # solutes too
Names that are columns of the table are variables, the rest are constants. One network is trained on all columns that any law
holds, and every law is fitted to it.
Exit code 0: done; 1: every law is rejected, under --strict; 2: no law has an answer; 130: interrupted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add = parser.add_argument
    add("table", metavar="TABLE", help="CSV or TSV file of measurements")
    add("--laws", required=True, metavar="FILE", help="text file of laws, one a line")
    add("--known", default="", metavar="NAME=VALUE,…", help="constants whose values are known, used exactly")
    add("--inputs", metavar="COLUMNS", help="inputs of the network, where it has more than the laws' variables")
    add("--network", metavar="MODEL", help="a network in a JSON file, instead of training one")
    add("--direct", action="store_true", help="fit every law to the table itself too")
    add("--groups", metavar="COLUMN", help="leave out together, for the held-out error, the rows that agree in this column")
    add("--space", metavar="BASIS:ORDER", help="empirical:6 (default), legendre:6, chebyshev:6, fourier:6, taylor:4, or nodal")
    add("--by", metavar="CRITERION", help="rank by bic (default), aic, misfit, heldout or p_value")
    add("--missing", default="raise", choices=("raise", "drop"), help="raise (default) or drop rows with missing values")
    add("--seed", type=int, default=0, help="seed of all randomness (default 0)")
    add("--html", metavar="FILE", help="write the comparison as one HTML page")
    add("--latex", metavar="FILE", help="write the comparison as a LaTeX document")
    add("--json", metavar="FILE", help="write the comparison as JSON")
    add("--plot", metavar="FILE", help="draw what is ranked to a .png, .pdf or .svg file, which needs matplotlib")
    add("--strict", action="store_true", help="exit with 1 when every law is rejected (p < 0.01)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    asked = ((options.html, Comparison.to_html), (options.latex, latex), (options.json, json))
    writers = [(Path(path), make) for path, make in asked if path]
    check_files([path for path, _ in writers] + ([Path(options.plot)] if options.plot else []), Path(options.table))
    if options.plot:
        check_format(Path(options.plot))
    known = parse_assignments(options.known, "known value") if options.known.strip() else {}
    laws = laws_of(text_of(options.laws, "--laws").splitlines(), options.table, known, Path(options.laws).name)
    _check_known(known, laws)
    table, inputs = _table(options, laws)
    net = read_network(options.network).with_data(table) if options.network else _trained(laws, table, inputs, options.seed)
    sources: dict[str, object] = {"network": net, **({"table": table} if options.direct else {})}
    groups = None if options.groups is None else labels_of(options.table, options.groups, table)
    found = compare(sources, laws, space_of(options.space, net, table), groups=groups, by=options.by, rng=options.seed)
    texts: list[tuple[Path, str | bytes]] = [(path, make(found)) for path, make in writers]
    if options.plot:
        texts.append((Path(options.plot), picture(Path(options.plot), [lambda ax: found.plot(ax=ax)])))
    say(f"inputs    {', '.join(net.inputs)}\n\n{found}")
    write(texts, written)
    if all(pair.reason for pair in found.pairs):
        return UNANSWERED
    return EXIT_REJECTED if options.strict and _rejected(found) else DONE


def _rejected(found: Comparison) -> bool:
    """Whether every pair that has an answer is rejected, one at least."""
    p_values = [pair.p_value for pair in found.pairs if not pair.reason]
    return bool(p_values) and all(p is not None and p < REJECTED for p in p_values)


def _check_known(known: Mapping[str, object], laws: Mapping[str, Law]) -> None:
    held = {name for law in laws.values() for name in law.known}
    for name in known:
        if name not in held:
            names = sorted({constant for law in laws.values() for constant in law.constants})
            raise LawNameError(f"known value {name!r} is in none of the laws{suggestion(name, names)}; leave it out")


def _table(options: argparse.Namespace, laws: Mapping[str, Law]) -> tuple[Table, tuple[str, ...]]:
    """Return the columns that the laws need, and the inputs of the network."""
    if not laws:
        raise LawNameError(f"--laws {options.laws}: no law in it; expected one law a line, such as 'y = a + b*x'")
    columns, targets = column_names(options.table), {law.target for law in laws.values()}
    if len(targets) != 1 or None in targets:
        shown = listing(sorted(map(str, targets)))
        raise LawNameError(f"--laws: targets {shown}; expected one column on the left side of every law, such as 'y = a + b*x'")
    used = [name for name in columns if any(name in law.used for law in laws.values())]
    inputs = tuple(used) if options.inputs is None else names_of(options.inputs, "input")
    for name in inputs:
        if name not in columns:
            raise OptionError(f"--inputs: {name!r} is no column{suggestion(name, columns)}; columns: {listing(columns)}")
    if missing := [name for name in used if name not in inputs]:
        raise OptionError(f"--inputs: the laws' variable {missing[0]!r} is left out; name every variable of the laws")
    target = str(targets.pop())
    if target not in columns:
        raise LawNameError(
            f"the laws' target {target!r} is no column{suggestion(target, columns)}; columns: {listing(columns)}"
        )
    return read_table(options.table, dict.fromkeys((*inputs, target)), missing=options.missing), inputs


def _trained(laws: Mapping[str, Law], table: Table, inputs: Sequence[str], seed: int) -> Network:
    """Return a network of the target, or of its logarithm where every law has that."""
    transforms = {law.transform for law in laws.values()}
    target = str(next(iter(laws.values())).target)
    return train(table, inputs, f"log({target})" if transforms == {"log"} else target, rng=seed)
