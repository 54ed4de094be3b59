"""What all tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent

# Import names of everything that an installation without extras does not have.
OPTIONAL = (
    "IPython",
    "dask",
    "distributed",
    "keras",
    "matplotlib",
    "nbclient",
    "nbformat",
    "onnx",
    "pandas",
    "pint",
    "safetensors",
    "sklearn",
    "tensorflow",
    "torch",
)

# Collected when named on the command line only.
collect_ignore_glob = ["bench_*.py"]

# A slow machine must not fail a test, and a run must find tomorrow what it finds today.
hypothesis.settings.register_profile("symseries", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("symseries")


class MandatoryOnly:
    """Let examples in docstrings run with the mandatory dependencies only."""

    @pytest.fixture(autouse=True)
    def hide_optional(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make the import of an optional package fail, as where it is not installed."""
        if isinstance(request.node, pytest.DoctestItem):
            for name in OPTIONAL:
                monkeypatch.setitem(sys.modules, name, None)


def pytest_configure(config: pytest.Config) -> None:
    """Register what must reach the examples, which lie outside the folder that this file serves."""
    config.pluginmanager.register(MandatoryOnly())


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of data sets that may lie beside the project, or skip the test."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no folder ../shared/data beside the project")
    return folder


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, output and errors."""

    def call(*arguments: str) -> tuple[int, str, str]:
        from symseries.cli import main

        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call
