"""The NIST reference data sets through `fit`: correct digits of constants and standard errors, and seconds.

Run by name: `python -m pytest -s tests/bench_nist.py`.
"""

from __future__ import annotations

import itertools
import math
import time
from pathlib import Path
from typing import Any

import pytest
from test_least_squares import EXCHANGEABLE, LINEAR, MIRRORED, NONLINEAR, digits, records

import symseries as ss
from symseries.errors import ConvergenceError, IdentifiabilityError

__all__ = ["records", "test_linear_sets_exactly", "test_nist_table"]

Record = dict[str, Any]


def problem(record: Record) -> tuple[ss.Law, dict[str, list[str]]]:
    """Return the law, and the table as the decimal text that was published."""
    text = record["model"].replace("Rational(1,2)", "(1/2)")
    law = ss.Law(f"{record['response']} = {text}", tuple(record["columns"][1:]))
    return law, {name: [row[i] for row in record["data"]] for i, name in enumerate(record["columns"])}


def score(record: Record, found: ss.Fit) -> tuple[float, float]:
    """Return the correct digits of the worst constant and of the worst standard error, whatever the order of like terms."""
    family = record["name"] if record["name"] in EXCHANGEABLE else record["name"][:-1]
    values = {name: float(e.value) for name, e in found.constants.items()}
    for first, *others in MIRRORED.get(family, []):
        sign = math.copysign(1, values[first])
        values |= {name: sign * values[name] for name in (first, *others)}
    terms = [term.split() for term in EXCHANGEABLE.get(family, [])]
    best = (-math.inf, -math.inf)
    for order in itertools.permutations(terms):
        place = {name: name for name in values}
        place |= {new: old for term, other in zip(terms, order, strict=True) for new, old in zip(term, other, strict=True)}
        pairs = [(p, place[p["name"]]) for p in record["parameters"]]
        best = max(
            best,
            (
                min(digits(values[name], float(p["certified"])) for p, name in pairs),
                min(digits(found.constants[name].stderr, float(p["sd"])) for p, name in pairs),
            ),
        )
    return min(best[0], 11.0), min(best[1], 11.0)


def solved(record: Record, start: str | None, **options: Any) -> tuple[float, float, float, str]:
    """Return digits of constants and of standard errors, seconds, and the failure that was reported."""
    law, table = problem(record)
    first = None if start is None else {p["name"]: float(p[start]) for p in record["parameters"]}
    began = time.process_time()
    try:
        found = ss.fit(table, law, start=first, **options)
    except (ConvergenceError, IdentifiabilityError) as error:
        return -math.inf, -math.inf, time.process_time() - began, type(error).__name__
    return *score(record, found), time.process_time() - began, ""


def test_nist_table(records: dict[str, Any], shared_data: Path) -> None:
    print(f"\n{'set':9} {'start 1':>20} {'start 2':>20} {'no start':>20} {'polished':>20}   (digits, of errors, CPU s)")
    table = []
    for name in NONLINEAR:
        ends = [solved(records[name], start) for start in ("start1", "start2", None)]
        ends.append(solved(records[name], "start2", polish=30))
        cells = [reported or f"{value:.1f} {error:.1f} {seconds:6.2f}" for value, error, seconds, reported in ends]
        print(f"{name:9} " + " ".join(f"{cell:>20}" for cell in cells))
        table.append(ends)
    assert all(first[0] >= 6 or first[3] for first, *_ in table)
    assert all(second[0] >= 8 for _, second, *_ in table)
    assert sum(none[0] >= 6 for *_, none, _ in table) >= 17
    assert all(polished[0] >= 10 and polished[1] >= 6 for *_, polished in table)
    assert all(second[1] >= 6 for name, (_, second, *_) in zip(NONLINEAR, table, strict=True) if name != "Lanczos1")


@pytest.mark.parametrize("name", LINEAR)
def test_linear_sets_exactly(records: dict[str, Any], name: str) -> None:
    record = records[name]
    law, table = problem(record)
    found = ss.fit(table, law, scalars=ss.QQ)
    lowest = min(digits(float(found.constants[p["name"]].value), float(p["certified"])) for p in record["parameters"])
    errors = min(digits(found.constants[p["name"]].stderr, float(p["sd"])) for p in record["parameters"])
    print(f"\n{name:9} {lowest:5.1f} {errors:5.1f}")
    assert lowest >= 14
    assert errors >= 6
