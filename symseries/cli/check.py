"""symseries check: a derivation, line by line."""

from __future__ import annotations

import argparse
from pathlib import Path

from symseries.cli.output import Note, check_files, latex, say, write
from symseries.derivations import Report, check_file

EXAMPLES = """examples:
  symseries check derivation.tex
  symseries check steps.txt --seconds 30 --html steps.html --latex steps.tex

A .tex file is read in LaTeX (align, aligned, equation, cases), any other file as one statement a line, such as
  1/(1 + exp(-x)) = 1/2 + tanh(x/2)/2
Every line is shown as it was understood, with its verdict: proved, refuted with a witness, or open.
Exit code 0: no step is refuted; 1: a step is refuted; 2: the file cannot be read; 130: interrupted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add = parser.add_argument
    add("derivation", metavar="DERIVATION", help="a .tex file, or a text file with a statement a line")
    add("--seconds", type=float, default=10.0, metavar="S", help="time for each step (default 10)")
    add("--html", metavar="FILE", help="write the derivation with its verdicts as one HTML page")
    add("--latex", metavar="FILE", help="write it as a LaTeX document, the verdicts in the margin")
    add("--json", metavar="FILE", help="write the verdicts as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, written: Note) -> int:
    """Carry the command out and return its exit code."""
    asked = ((options.html, Report.to_html), (options.latex, latex), (options.json, Report.to_json))
    writers = [(Path(path), make) for path, make in asked if path]
    check_files([path for path, _ in writers], Path(options.derivation))
    code, report = check_file(options.derivation, seconds=options.seconds)
    texts = [(path, make(report)) for path, make in writers]
    say(report)
    write(texts, written)
    return code
