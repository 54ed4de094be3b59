"""symseries demo: the worked example."""

from __future__ import annotations

import argparse
from pathlib import Path

from symseries.cli.output import DONE, Note, json, latex, say, write
from symseries.demo import report
from symseries.errors import OptionError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--output", metavar="FOLDER", type=Path, help="also write its LaTeX tables and JSON results there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    if options.output and not options.output.is_dir():
        raise OptionError(f"--output {options.output}: no such folder; make it first")
    text, fits = report()
    say(text)
    if options.output:
        for name, found in fits.items():
            texts = ((options.output / f"{name}.tex", latex(found)), (options.output / f"{name}.json", json(found)))
            write(texts, written)
    return DONE
