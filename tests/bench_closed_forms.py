"""Closed forms and invariants of constitutive laws: how long the code takes to derive them; `make bench` prints the table."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from test_closed_forms import EXAMPLES, space_of

SECONDS = 5.0  # for each, worker processes being at work already


def wall(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def test_every_law_is_solved_within_seconds() -> None:
    first = EXAMPLES["arrhenius"]
    first.law.closed_form(space_of(first))
    first.law.invariants(space_of(first))
    print(f"\n{'law':14} {'closed form':>12} {'invariants':>11}")
    for name, example in EXAMPLES.items():
        space = space_of(example)
        solved, imposed = wall(partial(example.law.closed_form, space)), wall(partial(example.law.invariants, space))
        print(f"{name:14} {solved:10.2f} s {imposed:9.2f} s")
        assert max(solved, imposed) < SECONDS
