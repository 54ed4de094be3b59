"""symseries expand: the Taylor coefficients of a network."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from symseries.cli.arguments import order_of, scalars_of
from symseries.cli.output import DONE, Note, check_files, say, write
from symseries.display import name_cell, text_cell
from symseries.errors import LawNameError, OptionError, listing, suggestion
from symseries.network import Network
from symseries.parsing import parse_assignments
from symseries.readers import read_network
from symseries.scalars import QQ
from symseries.series import Series
from symseries.spaces import TaylorSpace
from symseries.symbolic import SYM

EXAMPLES = """examples:
  symseries expand model.json --center "c=0.05, d=10"
  symseries expand model.json --center "c=1/20, d=10" --order 3 --index-set tensor --latex series.tex
  symseries expand formula.json --center "x=0" --order 5 --scalars exact --json series.json
  symseries expand formula.json --center "x=1/3" --order 5 --scalars arb:128

The network is one that Network.to_json wrote; each coefficient belongs to a product of powers of variable minus centre.
Exit code 0: done; 2: the question cannot be answered; 130: interrupted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
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
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    asked = [Path(path) for path in (options.latex, options.json) if path]
    check_files(asked, Path(options.model))
    scalars = scalars_of(options.scalars)
    order = order_of(options.order, "expand", "--order 4")
    center = parse_assignments(options.center, "--center")
    net = read_network(Path(options.model))
    space = TaylorSpace(_centered(net, center), order, index_set=options.index_set)
    series = _rational(net.expand(space, scalars))
    table = replace(series.table(), headers=(text_cell("multi-index"), *map(name_cell, net.outputs)))
    texts = {options.latex: table.to_latex(document=True), options.json: series.to_json() + "\n"}
    say(f"variables {', '.join(net.inputs)}\n\n{table.to_text()}")
    write([(path, texts[str(path)]) for path in asked], written)
    return DONE


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
