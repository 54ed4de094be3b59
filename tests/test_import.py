"""The face of the package: what it offers, what it loads, and that its versions agree."""

from __future__ import annotations

import ast
import builtins
import importlib
import importlib.metadata
import inspect
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import symseries

ROOT = Path(__file__).resolve().parent.parent

# The contract with users: names are added, never renamed.
CONTRACT = frozenset(
    """
    Law LawSeries
    Network Affine Activation Whitening Transform Dropout Softmax
    train refine read_network
    TaylorSpace LegendreSpace ChebyshevSpace FourierSpace EmpiricalSpace
    Series
    fit Fit Estimate
    compare extend translate
    verify Verdict Derivation
    radius enclose
    sweep LawRegressor
    F64 QQ MPF ARB SYM
    """.split()
)

# Names beside the table of the contract.
ADDED = frozenset(
    """
    LogSoftmax SymseriesError
    constant_field derive_coefficient derive_constant distance nuisance proved_series split sufficiency translate_all
    generating_functions read_table register_activation
    """.split()
)

# Names of the contract that are not built; one that is built leaves this list.
NOT_YET = frozenset(
    """
    sweep LawRegressor
    """.split()
)

LOADED = """
import json, sys
import flint, mpmath, numpy, sympy
allowed = {name.partition(".")[0] for name in sys.modules} | sys.stdlib_module_names | {"symseries"}
import symseries
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} - allowed)))
"""


def run(code: str) -> str:
    """Run code in a fresh interpreter at the top of the project and return what it prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout


def test_import_loads_nothing_heavy() -> None:
    assert json.loads(run(LOADED)) == []


def test_a_heavy_import_would_be_found() -> None:
    assert "scipy" in json.loads(run(LOADED.replace("import symseries", "import symseries, scipy")))


def test_the_face_is_the_contract() -> None:
    assert frozenset(symseries.__all__) == (CONTRACT | ADDED) - NOT_YET


def test_what_is_not_built_is_in_the_contract() -> None:
    assert NOT_YET <= CONTRACT


def test_every_name_is_there_once() -> None:
    assert len(set(symseries.__all__)) == len(symseries.__all__)
    assert [name for name in symseries.__all__ if not hasattr(symseries, name)] == []


def test_type_checkers_see_what_is_loaded() -> None:
    tree = ast.parse((ROOT / "symseries" / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(seen) == set(symseries.__all__)
    for name, module in seen.items():
        assert getattr(importlib.import_module(str(module)), name) is getattr(symseries, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'symseries' has no attribute 'fits'"):
        _ = symseries.fits
    assert set(symseries.__all__) <= set(dir(symseries))


def test_star_import_shadows_no_builtin() -> None:
    names = set(run("before = set(dir()); from symseries import *; print(*set(dir()) - before - {'before'})").split())
    assert names == set(symseries.__all__)
    assert names.isdisjoint(dir(builtins))


@pytest.mark.parametrize("name", sorted(symseries.__all__))
def test_public_names_are_documented_with_an_example(name: str) -> None:
    value = getattr(symseries, name)
    text = inspect.getdoc(value) or ""
    assert text
    if not (isinstance(value, type) and issubclass(value, Exception)):
        assert ">>>" in text


def test_examples_see_mandatory_packages_only(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "room.py").write_text('"""\n>>> import scipy\n>>> import matplotlib\n"""\n', encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--doctest-modules", "room.py", "tests"]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120).stdout
    assert "import of matplotlib halted" in report
    assert "1 failed" in report


def test_versions_agree() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited is not None
    assert cited[1] == version
    assert version in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert symseries.__version__ == version


def test_the_installed_version_is_this_one() -> None:
    try:
        installed = importlib.metadata.version("symseries")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("run from the source tree, not installed")
    assert installed == symseries.__version__
