"""Time limits that are kept: a function in a worker process is ended in time, and the next one does not wait."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sympy

from symseries.errors import LawSyntaxError, OptionError, ResourceLimitError
from symseries.parsing import parse_expression
from symseries.workers import run_limited


def test_the_answer_is_that_of_the_function() -> None:
    x = sympy.Symbol("x")
    assert run_limited(sympy.expand, (x + 1) ** 2, seconds=20) == x**2 + 2 * x + 1


def test_a_worker_is_used_again() -> None:
    assert run_limited(os.getpid, seconds=20) == run_limited(os.getpid, seconds=20) != os.getpid()


def test_the_limit_is_kept_even_inside_code_that_never_looks_up() -> None:
    run_limited(os.getpid, seconds=20)
    start = time.monotonic()
    with pytest.raises(ResourceLimitError, match=r"factorial: not done within 0\.3 s"):
        run_limited(math.factorial, 10**8, seconds=0.3)
    assert time.monotonic() - start < 2


def test_after_a_limit_the_next_call_is_answered() -> None:
    with pytest.raises(ResourceLimitError):
        run_limited(time.sleep, 60, seconds=0.05)
    assert run_limited(math.gcd, 12, 18, seconds=20) == 6


def test_errors_come_back_as_they_are() -> None:
    with pytest.raises(LawSyntaxError, match="2 \\*"):
        run_limited(parse_expression, "2 *", "law", seconds=20)
    with pytest.raises(ZeroDivisionError):
        run_limited(divmod, 1, 0, seconds=20)


def test_a_process_that_ends_is_an_error_and_no_hang() -> None:
    with pytest.raises(ResourceLimitError, match=r"worker process ended \(code 3\)"):
        run_limited(os._exit, 3, seconds=20)
    assert run_limited(math.gcd, 12, 18, seconds=20) == 6


def test_what_a_function_prints_does_not_spoil_its_answer() -> None:
    assert run_limited(print, "x" * 1000, seconds=20) is None


def test_answers_and_requests_that_cannot_travel_are_refused() -> None:
    with pytest.raises(OptionError, match="cannot be sent to a worker"):
        run_limited(lambda: 1, seconds=20)
    with pytest.raises(OptionError, match="module"):
        run_limited(__import__, "math", seconds=20)
    with pytest.raises(OptionError, match="seconds=0: expected a positive number"):
        run_limited(math.gcd, 1, 2, seconds=0)


def test_threads_have_workers_of_their_own() -> None:
    found: list[float] = []
    run_limited(os.getpid, seconds=20)
    start = time.monotonic()
    threads = [threading.Thread(target=lambda: found.append(run_limited(math.fsum, [0.5] * 2, seconds=20))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1.0, 1.0]
    assert time.monotonic() - start < 20


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import math\nfrom symseries.workers import run_limited\nprint(run_limited(math.factorial, 5, seconds=20))"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "120\n"
    assert done.stderr == ""
