"""The plan of the house: imports go down only, rooms and functions stay small."""

from __future__ import annotations

import ast
import graphlib
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "symseries"

# A module imports from lower floors only. A new module is entered here, on the lowest floor above all that it needs.
PLAN = (
    "errors",
    "scalars names display tables progress",
    "multiindex parsing least_squares pages plotting workers",
    "engine jets spaces elimination generating displayed",
    "series expressions",
    "activations symbolic singularities",
    "laws layers",
    "chains cost projection",
    "plans",
    "expansion",
    "network",
    "paper evidence readers convergence fields",
    "training",
    "fitting derivations",
    "comparison",
    "demo",
    "cli",
    "__init__ __main__",
)
FLOORS = {room: floor for floor, rooms in enumerate(PLAN) for room in rooms.split()}

MODULE_LINES = 500
MEDIAN_LINES = 10
FUNCTION_LINES = 60


def sources(package: Path) -> Iterator[tuple[str, Path]]:
    """Yield room and file; a folder is one room, whatever it holds."""
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        yield inside.parts[0].removesuffix(".py"), path


def targets(node: ast.AST, inner: str) -> Iterator[str]:
    """Yield the absolute names that a node imports, `inner` being the package that relative names start from."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            parts = inner.split(".")
            base = parts[: len(parts) + 1 - level] if level else []
            start = ".".join([*base, *([module] if module else [])])
            yield from (f"{start}.{alias.name}" for alias in names)
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(name)), *_]):
            if called in {"import_module", "__import__"}:
                yield f"{inner}{name}" if name.startswith(".") else name


def imported_rooms(path: Path, package: Path) -> set[str]:
    """Return the rooms that a file imports from, wherever in the file it does so."""
    inner = ".".join(("symseries", *path.relative_to(package).parts[:-1]))
    found = {name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for name in targets(node, inner)}
    rooms = {room for room, _ in sources(package)} | set(FLOORS)
    inside = [name.split(".")[1:] for name in found if name.split(".")[0] == "symseries"]
    return {rest[0] if rest and rest[0] in rooms else "__init__" for rest in inside}


def plan_of(package: Path) -> dict[str, set[str]]:
    """Return the rooms that each room imports from, itself left out."""
    plan: dict[str, set[str]] = {}
    for room, path in sources(package):
        plan.setdefault(room, set()).update(imported_rooms(path, package) - {room})
    return plan


def faults(package: Path) -> list[str]:
    """Return one sentence for each import that breaks the plan."""
    plan = plan_of(package)
    unknown = sorted((set(plan) | set().union(*plan.values())) - set(FLOORS))
    homeless = [f"{room} is on no floor: enter it in PLAN of tests/test_floors.py" for room in unknown]
    upward = [
        f"{room} (floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]})"
        for room, others in sorted(plan.items())
        for other in sorted(others)
        if {room, other}.isdisjoint(unknown) and FLOORS[other] >= FLOORS[room]
    ]
    return homeless + upward + circles(plan)


def circles(plan: dict[str, set[str]]) -> list[str]:
    """Return a sentence for a circle of imports, if there is one."""
    try:
        graphlib.TopologicalSorter(plan).prepare()
    except graphlib.CycleError as error:
        return ["circle: " + " -> ".join(error.args[1])]
    return []


def functions(package: Path) -> dict[str, int]:
    """Return the length of each function in lines, its docstring left out."""
    lengths = {}
    for _, path in sources(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = node.body[0] if ast.get_docstring(node) is not None else None
                said = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
                name = f"{path.relative_to(package)}:{node.lineno} {node.name}"
                lengths[name] = node.end_lineno - node.lineno + 1 - said
    return lengths


def long_modules(package: Path) -> dict[str, int]:
    """Return the files that are not under the limit."""
    lengths = {
        str(path.relative_to(package)): len(path.read_text(encoding="utf-8").splitlines()) for _, path in sources(package)
    }
    return {name: length for name, length in lengths.items() if length >= MODULE_LINES}


def long_functions(package: Path) -> dict[str, int]:
    """Return the functions that are over the limit."""
    return {name: length for name, length in functions(package).items() if length > FUNCTION_LINES}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the package in which to plant faults."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "symseries", ignore=shutil.ignore_patterns("__pycache__")))


def plant(path: Path, code: str) -> None:
    """Append code to a file."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code}\n")


def test_imports_go_down_only() -> None:
    assert faults(PACKAGE) == []


def test_no_room_is_on_two_floors() -> None:
    assert len(FLOORS) == len(" ".join(PLAN).split())


@pytest.mark.parametrize(
    "code",
    [
        "import symseries.demo",
        "import symseries.demo as s",
        "from symseries.demo import report",
        "from symseries import demo",
        "from .demo import report",
        "from . import demo",
        "def f():\n    from symseries.demo import report",
        "if TYPE_CHECKING:\n    from symseries.demo import report",
        "import_module('symseries.demo')",
        "importlib.import_module('.demo', 'symseries')",
    ],
)
def test_a_planted_upward_import_is_found(house: Path, code: str) -> None:
    plant(house / "errors.py", code)
    assert f"errors (floor 0) imports demo (floor {FLOORS['demo']})" in faults(house)


def test_the_face_is_no_shortcut(house: Path) -> None:
    plant(house / "errors.py", "from symseries import Law")
    assert f"errors (floor 0) imports __init__ (floor {FLOORS['__init__']})" in faults(house)


def test_a_folder_is_one_room(house: Path) -> None:
    plant(house / "errors.py", "")
    (house / "errors.py").rename(house / "errors_text")
    plant(house / "errors" / "__init__.py", "from symseries.errors.family import SymseriesError")
    plant(house / "errors" / "family.py", "from ..fitting import fit")
    expected = [f"errors (floor 0) imports fitting (floor {FLOORS['fitting']})"]
    assert [fault for fault in faults(house) if fault.startswith("errors ")] == expected


def test_an_unknown_module_is_told_where_to_go(house: Path) -> None:
    plant(house / "attic.py", "")
    assert "attic is on no floor: enter it in PLAN of tests/test_floors.py" in faults(house)


def test_a_circle_is_found(tmp_path: Path) -> None:
    plant(tmp_path / "symseries" / "laws.py", "from symseries.layers import Layer")
    plant(tmp_path / "symseries" / "layers.py", "def f():\n    from symseries.laws import Law")
    assert "circle" in {fault.split(":")[0] for fault in faults(tmp_path / "symseries")}


def test_modules_are_short() -> None:
    assert long_modules(PACKAGE) == {}


def test_functions_are_short() -> None:
    assert long_functions(PACKAGE) == {}
    assert statistics.median(functions(PACKAGE).values()) < MEDIAN_LINES


def test_a_planted_long_function_is_found(house: Path) -> None:
    body = "\n".join("    value = 0" for _ in range(FUNCTION_LINES))
    plant(house / "scalars.py", f'def long():\n    """One line."""\n{body}')
    assert "long" in {name.split()[-1] for name in long_functions(house)}


def test_a_planted_long_module_is_found(house: Path) -> None:
    plant(house / "errors.py", "\n" * MODULE_LINES)
    assert "errors.py" in long_modules(house)
