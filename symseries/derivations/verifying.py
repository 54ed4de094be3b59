"""Verification of one statement: a search for a witness, then for an exact argument, each in a worker process with its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

import sympy

from symseries.derivations.diagnosing import diagnose
from symseries.derivations.domains import read_assumptions
from symseries.derivations.orders import compare, variable_of
from symseries.derivations.proving import STRATEGIES, proof_of
from symseries.derivations.refuting import Search, search
from symseries.derivations.statements import Statement, check_assumed, names_of, read_statement
from symseries.derivations.verdict import Diagnosis, Verdict
from symseries.display import latex_name
from symseries.errors import OptionError, ResourceLimitError, SymseriesError, listing
from symseries.workers import run_limited

Found = TypeVar("Found")

_SHARE = 0.35  # of the time that the search for a witness may take
_LONGEST = 3600.0
_FORMAL = 6  # order to which series of arbitrary sequences are compared
_IMPORTS = 120.0  # seconds that a new worker may take to import this


def verify(
    left: object,
    right: object,
    *,
    assumptions: object = None,
    order: int | None = None,
    around: object = None,
    names: Mapping[str, Any] | None = None,
    seconds: float | None = 10.0,
) -> Verdict:
    """Return whether left = right: proved by an exact argument, refuted with a witness, or open.

    *Proved* means that an exact argument was found, which `reason` names. *Refuted* means that `witness` is a point of exact
    rationals at which the sides, enclosed in balls, are provably different, or the first coefficient that differs. *Open* says
    what was tried, and to how many digits the sides agree at how many points. What is proved or refuted is equality wherever
    both sides are defined. Functions have their principal values; names are real numbers unless more is said; names that bound
    a sum or count something are 0, 1, 2, …; a[i] is an arbitrary sequence, f(x) an arbitrary smooth function.

    Parameters: `left` and `right`, SymPy expressions, matrices (a MatrixSymbol gets letters as entries), numbers, text in the
    grammar of laws, or LaTeX, where numbers may carry units; `assumptions`, such as {"x": "positive", "n":
    "integer", "p": (0, 1)} or "x > 0, n integer, |p| < 1"; `order`, to compare the power series to this order (inclusive; total
    degree for several names) about `around`, a mapping of names to numbers, 0 where the statement has one name; `names`, what
    names of the LaTeX mean, such as {"i": sympy.I}; `seconds`, the time limit, which is kept, None for none.

    Raises `LawSyntaxError` for text that cannot be read, `OptionError` for options that mean nothing, `NotAnalyticError` where
    a side has no power series at the point.

    >>> verify("1/(1 + exp(-x))", "1/2 + tanh(x/2)/2").status
    'proved'
    >>> found = verify("tanh(x)", "x - x**3/6", order=4)
    >>> found.status, str(found.witness)
    ('refuted', 'coefficient of x**3: left -1/3, right -1/6')
    """
    given = read_assumptions(assumptions)
    statement = read_statement(left, right, given, order, around, names=names)
    check_assumed(given, statement)
    return judged(statement, checked_seconds(seconds))


def checked_seconds(seconds: object) -> float | None:
    """Return a time limit that means something. Raises `OptionError` for any other."""
    if seconds is None:
        return None
    if isinstance(seconds, (int, float)) and 0 < seconds <= _LONGEST and seconds is not True:
        return float(seconds)
    raise OptionError(f"seconds={seconds!r}: expected a positive number up to {_LONGEST:g}, or None for no limit")


def judged(statement: Statement, seconds: float | None) -> Verdict:
    """Return the verdict on a statement that has been read."""
    began = time.monotonic()
    found = _on_order(statement, seconds) if statement.order is not None else _on_points(statement, seconds)
    return replace(found, seconds=round(time.monotonic() - began, 3))


def _blank(statement: Statement, status: str, reason: str) -> Verdict:
    """Return a verdict with the statement as it was understood."""
    scope = ""
    if statement.order is not None:
        scope = "to order {} about {}".format(statement.order, ", ".join(f"{k} = {v}" for k, v in statement.around.items()))
    said = str(statement.assumptions)
    sides = (statement.left, statement.right)
    left, right = (str(side)[:2000] for side in sides)
    latex = (latex_of(sides[0]), latex_of(sides[1]))
    return Verdict(status, left, right, reason, assumptions=said, scope=scope, latex=latex, warnings=_warnings(statement))


def _warnings(statement: Statement) -> tuple[str, ...]:
    """Return a sentence on names that only one side has, where the other has names of its own."""
    here, there = names_of(statement.left), names_of(statement.right)
    alone = [(here - there, "left"), (there - here, "right")]
    if not (here and there):
        return ()
    return tuple(f"only the {side} side has {listing(sorted(names))}" for names, side in alone if names)


def latex_of(side: sympy.Basic) -> str:
    """Return a side as LaTeX with names as they are shown everywhere."""
    symbols = {s: latex_name(s.name) for s in side.atoms(sympy.Symbol)}
    return str(sympy.latex(side, symbol_names=symbols))[:4000]


def _limited(function: Callable[..., Found], *given: object, seconds: float | None) -> Found:
    """Return what a function finds, in a worker process where there is a limit."""
    if seconds is None:
        return function(*given)
    run_limited(_ready, seconds=_IMPORTS, what="verification")
    answer: Found = run_limited(function, *given, seconds=seconds, what="verification")
    return answer


def _ready() -> None:
    """Have a new worker import what it needs before its time runs."""


def _on_points(statement: Statement, seconds: float | None) -> Verdict:
    share = 5.0 if seconds is None else seconds * _SHARE
    until = None if seconds is None else time.monotonic() + seconds
    try:
        found = _limited(search, statement, share * 0.7, seconds=None if seconds is None else share)
    except ResourceLimitError as error:
        found = Search(None, 0, 0.0, str(error))
    if found.witness is not None:
        refuted = replace(_blank(statement, "refuted", "the sides differ"), witness=found.witness, points=found.points)
        return replace(refuted, diagnosis=_diagnosis(statement, until))
    formal = _formal(statement, until) if found.points == 0 else None
    if formal is not None and formal.status == "refuted":
        return formal
    argument, late = _argument(statement, until)
    if argument and (found.points or "SymPy" not in argument):  # what SymPy says alone is believed beside values only
        return replace(_blank(statement, "proved", argument), points=found.points, digits=found.digits)
    tried = f"no witness at {found.points} points; no argument by " + "; ".join(STRATEGIES)
    reason = tried + (f" within {seconds:g} s" if late else "") + (f" (no values: {found.reason})" if found.reason else "")
    if formal is not None and formal.status == "proved":
        reason = f"equal to order {_FORMAL} as power series; {reason}"
    return replace(_blank(statement, "open", reason), points=found.points, digits=found.digits)


def _formal(statement: Statement, until: float | None) -> Verdict | None:
    """Return the verdict on power series that have no values, such as those of arbitrary sequences, to some order."""
    name = variable_of(statement)
    if name is None:
        return None
    series = replace(statement, order=_FORMAL, around={name: Fraction(0)})
    try:
        return _on_order(series, None if until is None else max((until - time.monotonic()) / 2, 0.05))
    except SymseriesError:
        return None


def _argument(statement: Statement, until: float | None) -> tuple[str | None, bool]:
    """Return a proof, and whether the time ran out."""
    left = None if until is None else max(until - time.monotonic(), 0.05)
    try:
        found = _limited(proof_of, statement, seconds=left)
    except ResourceLimitError:
        return None, True
    return found, False


def _diagnosis(statement: Statement, until: float | None) -> Diagnosis | None:
    left = None if until is None else max(until - time.monotonic(), 0.05)
    try:
        found = _limited(diagnose, statement, left, seconds=left)
    except ResourceLimitError:
        return None
    return found


def _on_order(statement: Statement, seconds: float | None) -> Verdict:
    try:
        found = _limited(compare, statement, seconds=seconds)
    except ResourceLimitError:
        return _blank(statement, "open", f"the coefficients were not found within {seconds:g} s")
    if found.witness is not None:
        refuted = _blank(statement, "refuted", "a coefficient differs")
        return replace(refuted, witness=found.witness, diagnosis=found.diagnosis)
    if found.proved >= (statement.order or 0):
        return _blank(statement, "proved", f"all coefficients up to order {statement.order} are equal, exactly")
    return _blank(statement, "open", f"equal to order {found.proved}; {found.reason}")
