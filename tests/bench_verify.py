"""The whole corpus of statements, and 300 mutations of the true ones: verdicts, diagnoses and times.

Run by name: `python -m pytest -s tests/bench_verify.py`.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from symseries.derivations import verify
from symseries.derivations.verifying import judged

sys.path.insert(0, str(Path(__file__).resolve().parent / "derivations"))

from corpus_false import FALSE
from corpus_true import TRUE
from mutations import is_false, mutations

MUTATIONS = 300
LIMIT = 10.0
SLACK = 1.5  # seconds that a busy machine may add


def run(entries: list, wanted: str) -> tuple[Counter, float, list[str]]:
    """Return how often each status was found, the longest time, and a line for each statement with another one."""
    counts, longest, others = Counter(), 0.0, []
    for name, left, right, options in entries:
        began = time.perf_counter()
        found = verify(left, right, **options)
        longest = max(longest, time.perf_counter() - began)
        counts[found.status] += 1
        if found.status != wanted:
            others.append(f"  {found.status}: {name}: {found.statement}")
    return counts, longest, others


def test_the_corpus() -> None:
    """No false acceptance, no false refutation; 90 % of the true proved, all of the false refuted, each within 10 s."""
    verify("x", "x")  # starts the worker
    true, longest_true, others = run(TRUE, "proved")
    false, longest_false, more = run(FALSE, "refuted")
    print(f"\ntrue: {len(TRUE)}, {dict(true)}, longest {longest_true:.1f} s")
    print(f"false: {len(FALSE)}, {dict(false)}, longest {longest_false:.1f} s")
    print("\n".join(others + more))
    assert true["refuted"] == 0
    assert false["proved"] == 0
    assert true["proved"] >= 0.9 * len(TRUE)
    assert false["refuted"] == len(FALSE)
    assert max(longest_true, longest_false) < LIMIT + SLACK


def test_mutations() -> None:
    """All mutations that mpmath finds false are refuted, at least 70 % of them with the right diagnosis."""
    statuses, diagnoses, wrong, longest = Counter(), Counter(), [], 0.0
    for mutation in mutations(MUTATIONS):
        expected = is_false(mutation.statement)
        began = time.perf_counter()
        found = judged(mutation.statement, LIMIT)
        longest = max(longest, time.perf_counter() - began)
        statuses[{True: "false", False: "true", None: "without a value"}[expected], found.status] += 1
        if (expected and found.status != "refuted") or (expected is False and found.status == "refuted"):
            wrong.append(f"  {mutation.kind} in {mutation.name}: {found.statement}: {found.status}, {found.witness}")
        if expected and found.status == "refuted":
            said = found.diagnosis
            right = said is not None and (said.kind == mutation.kind or said.repaired == str(mutation.original))
            diagnoses[mutation.kind, right] += 1
    good = sum(count for (_, right), count in diagnoses.items() if right)
    print(f"\n{MUTATIONS} mutations: {dict(statuses)}, longest {longest:.1f} s")
    print(f"diagnosed: {good} of {sum(diagnoses.values())}; {dict(diagnoses)}")
    print("\n".join(wrong))
    assert not wrong
    assert good >= 0.7 * sum(diagnoses.values())
    assert longest < LIMIT + SLACK
