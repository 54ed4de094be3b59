"""The command line: commands, errors in one line, and exit codes."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from symseries.cli import check, compare, demo, expand, fit, translate
from symseries.cli.output import INTERRUPTED, UNANSWERED
from symseries.errors import SymseriesError, listing

_EXAMPLES = """examples:
  symseries demo
  symseries fit alloys.csv --law "sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)"
  symseries compare alloys.csv --laws laws.txt
  symseries translate "y = a - Q/T" "y = A + B*T" --center T=300
  symseries expand model.json --center "c=0.05, d=10" --order 4
  symseries check derivation.tex

symseries COMMAND --help says more about one of them.
Exit code 0: done; 1: a step is refuted (check), or the law is rejected (--strict); 2: the question cannot be answered;
130: interrupted."""


_COMMANDS: dict[str, tuple[Any, str, str | None]] = {
    "fit": (fit, "find the constants of a law in a table", fit.EXAMPLES),
    "expand": (expand, "print the Taylor coefficients of a network about a point", expand.EXAMPLES),
    "compare": (compare, "fit many laws to a table and rank them", compare.EXAMPLES),
    "translate": (translate, "say one law in the constants of another", translate.EXAMPLES),
    "check": (check, "check a derivation line by line", check.EXAMPLES),
    "demo": (demo, "show a worked example on data that come with the package", None),
}


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
_SHELL: tuple[tuple[str, Any], ...] = (
    (r'(?:pass (?:the table ss\.read_table\(…, )?)?missing="drop"\)?', "--missing drop"),
    (r"(known|start)=\{'(\w+)': …\}", r"--\1 \2=…"),
    (r"start=\{.*?\}", "--start NAME=VALUE,…"),
    (r", other bounds=", ""),
    (r"^scalars=QQ: (.*; )use scalars=F64", r"--exact: \1leave --exact out"),
    (r"\bscalars=QQ: ", "--exact: "),
    (r"\buse fit\(net, law\)", "leave --nuisance out"),
    (r"\brelative_errors=", "--relative-errors"),
    (r"\bscalars=QQ", "--scalars exact"),
    (r", or allow more by SYM\.up_to\(\d+\)", ""),
    (r"\bscalars=ARB\((\d+)\)", r"--scalars arb:\1"),
    (r"\bscalars=F64", "--scalars f64"),
    (r"\bwiden bounds=", "widen --bounds"),
    (r"\bpolish=(?=\d)", "--polish "),
    (r"^(relative_)?errors:", lambda found: f"--{'relative-' if found[1] else ''}errors:"),
    (r"\bmax_terms=", "--max-terms "),
    (r"\b(tolerance|repeats)=(?=[-+\d])", r"--\1 "),
    (r"\b(tolerance|repeats|errors)=(?!\w)", r"--\1"),
    (r"^by=", "--by "),
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
    for name, (command, what, examples) in _COMMANDS.items():
        command.add_options(commands.add_parser(name, help=what, epilog=examples, formatter_class=_Raw))
    return parser


class _Raw(argparse.RawDescriptionHelpFormatter):
    pass
