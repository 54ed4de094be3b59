"""The time that `import symseries` adds to importing what it stands on; `make bench` prints it."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import time
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "symseries"
RUNS = 10


def seconds(code: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=PACKAGE.parent)
    return time.perf_counter() - began


def test_importing_costs_little_more_than_its_foundations() -> None:
    compileall.compile_dir(PACKAGE, quiet=1)  # as an installed package is
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    pairs = [
        (seconds("import numpy, sympy, flint", environment), seconds("import symseries", environment)) for _ in range(RUNS)
    ]
    base, whole = (min(times) for times in zip(*pairs, strict=True))
    everything = min(seconds("from symseries import *", environment) for _ in range(RUNS))
    print(f"\nimport numpy, sympy, flint {base:.3f} s; import symseries {whole:.3f} s; ratio {whole / base:.3f}")
    print(f"every public name loaded {everything:.3f} s; ratio {everything / base:.3f}")
    assert whole <= 1.15 * base
