"""The NIST nonlinear reference data sets: correct digits of the worst constant and time, from both starts and from none.

Run by name: `python -m pytest -s tests/bench_nist.py`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from test_least_squares import NONLINEAR, Reference, records, reference

__all__ = ["records", "test_nist_table"]


def row(problem: Reference) -> tuple[list[float], str]:
    """Return the correct digits of the three fits, and a line that shows them."""
    scores, cells = [], []
    for start in (1, 2, None):
        began = time.perf_counter()
        found = problem.fit(start)
        seconds = time.perf_counter() - began
        scores.append(problem.digits(found))
        state = "" if found.converged else " not converged"
        cells.append(f"{scores[-1]:5.1f} {seconds:5.2f} s {found.agreed}/{found.tried}{state}")
    return scores, f"{problem.name:9} {len(problem.theta)}+{len(problem.linear)}  " + "   ".join(cells)


def test_nist_table(records: dict[str, Any], shared_data: Path) -> None:
    """Print the table; without a start at least 17 of the 21 are to be found."""
    print(f"\n{'set':9} t+q  {'start 1':18} {'start 2':18} no start (digits, time, searches that agree)")
    table = []
    for name in NONLINEAR:
        scores, line = row(reference(records[name]))
        print(line)
        table.append(scores)
    found = [sum(scores[k] >= 6 for scores in table) for k in range(3)]
    print(f"six digits or more: {found} of {len(table)}")
    assert found[0] == found[1] == len(table)
    assert found[2] >= 17
