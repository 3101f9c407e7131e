"""The rooms and their order, the size of modules, and what an import may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import salesfunnel

SRC = Path(salesfunnel.__file__).parent

# The ground is first: a module imports only from rooms below its own, which come before it here
# (docs/developer/design.md has the reasons). A room is a module or a folder.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("_core",),
    ("i18n", "_kernels"),
    ("fault",),
    ("errors",),
    ("definitions",),
    ("stats",),
    ("plugins",),
    ("data",),
    ("conversion", "timing", "counting"),
    ("bottleneck",),
    ("diagnosis",),
    ("planning",),
    ("monitoring",),
    ("targets", "forecasting", "customers"),
    ("pipeline",),
    ("analysis",),
    ("rounds",),
    ("builtin",),
    ("intake",),
    ("render", "serialize"),
    ("export",),
    ("testing",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, room in enumerate(ROOMS) for name in room}
NO_NUMPY_ROOMS = {"errors", "fault", "definitions", "plugins", "i18n"}
NUMPY_IN_CORE = {"arguments.py", "arrays.py", "period_arrays.py", "season.py", "moments.py"}
NUMPY_IN_CORE |= {"durations.py", "inputs.py"}  # for the type checker only
# Modules that name a room above as text or for the type checker only, with the reason.
DOORS: dict[str, set[str]] = {
    "plugins": {"data"},  # what a source returns, for the type checker only
    "_core": {"render"},  # the type of ResultMixin.chart, for the type checker only
}
LINES, FUNCTION_LINES = 300, 80
SIZE_EXCEPTIONS = {  # modules that may be longer, up to which length, and why
    "builtin/remedies.py": (
        330,
        "content: one remedy after the other, at least one for each cause",
    ),
    "bottleneck/bottlenecks.py": (530, "one table, its rows and its columns"),
    "data/events/event_log.py": (
        480,
        "the log is one value; its three ways in and their documentation stand together",
    ),
    "pipeline/bridge.py": (305, "the bridge is one value: a third of it are its columns"),
    "timing/_stage_durations.py": (305, "the table, its checks and its function"),
    "data/panel.py": (555, "the panel is one value; a third of it is documentation of its verbs"),
    "data/events/columns.py": (
        320,
        "each kind of column meets every other; to part them makes a cycle",
    ),
    "data/history/stage_history.py": (
        440,
        "the columns of a history are validated together, all faults at once",
    ),
    "intake/files/safe_workbook.py": (
        350,
        "one boundary of security: what a workbook may ask for is read at once",
    ),
    "diagnosis/effects.py": (340, "exposure and mixture share grades, evidence and errors"),
    "data/purchases/table.py": (360, "the table is one value with three ways in"),
    "definitions/funnel.py": (400, "one value and its verbs, and the names of a win"),
    "_kernels/special.py": (350, "one family of functions; half of it is formulas and sources"),
    "_kernels/betabinomial.py": (
        310,
        "one distribution with its tests; a third of it is formulas and sources",
    ),
    "planning/improvement.py": (
        350,
        "the plan is one value; half of it is documentation of its verbs",
    ),
    "definitions/benchmark_set.py": (310, "one value and its checks, mostly documentation"),
}


def modules() -> list[Path]:
    return sorted(
        path for path in SRC.rglob("*.py") if path.name != "__init__.py" or path.parent != SRC
    )


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def room_of(path: Path) -> str:
    first = path.relative_to(SRC).parts[0]
    return first.removesuffix(".py")


def imported(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the room"
            if node.module == "salesfunnel":
                names = [alias.name for alias in node.names if alias.name != "__version__"]
                found += [f"salesfunnel.{name}" for name in names]
            elif node.module:
                found.append(node.module)
    return found


def problems_of_imports(path):
    """Yield what a module may not import, with the reason."""
    room, name_of_file = room_of(path), path.relative_to(SRC).as_posix()
    for name in imported(parsed(path)):
        if name.split(".")[0] == "numpy" and (
            room in NO_NUMPY_ROOMS or (room == "_core" and path.name not in NUMPY_IN_CORE)
        ):
            yield f"{name_of_file} may not import numpy"
        if name.split(".")[0] != "salesfunnel" or name == "salesfunnel":
            continue
        other = name.split(".")[1]
        if other == room or other in DOORS.get(room, ()):
            continue
        if RANK[other] >= RANK[room]:
            yield f"{name_of_file}: {room} may not import {other}"


def problems_of_size(path):
    """Yield that a module or a function is too long."""
    text, name = path.read_text("utf-8"), path.relative_to(SRC).as_posix()
    most = SIZE_EXCEPTIONS.get(name, (LINES, ""))[0]
    if (lines := len(text.splitlines())) > most:
        yield f"{name} has {lines} lines: plan the split, or give a reason in SIZE_EXCEPTIONS"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            size = (node.end_lineno - body[0].lineno + 1) if body else 0
            if size > FUNCTION_LINES:
                yield f"{name}: {node.name} has {size} lines"


MODULES = modules()
FOUND_ROOMS = sorted({room_of(path) for path in MODULES})


def test_every_room_has_a_place_in_the_table():
    assert set(FOUND_ROOMS) == set(RANK)


def test_the_house_has_few_names():
    """All that stands in `src/salesfunnel`, `py.typed` and `__init__.py` with it."""
    names = {path.name for path in SRC.iterdir()} - {"__pycache__"}
    assert len(names) <= 32, sorted(names)


@pytest.mark.parametrize("room", FOUND_ROOMS)
def test_imports_only_from_rooms_below(room):
    mine = [path for path in MODULES if room_of(path) == room]
    assert [problem for path in mine for problem in problems_of_imports(path)] == []


@pytest.mark.parametrize("room", FOUND_ROOMS)
def test_modules_and_functions_stay_small(room):
    mine = [path for path in MODULES if room_of(path) == room]
    assert [problem for path in mine for problem in problems_of_size(path)] == []


@pytest.mark.parametrize("name", SIZE_EXCEPTIONS)
def test_exceptions_are_needed(name):
    assert len((SRC / name).read_text("utf-8").splitlines()) > LINES


def test_no_module_has_the_name_of_what_its_package_gives():
    """Else ``package.name`` is the module or the function, by what was imported first."""
    for package in {path.parent for path in modules()} - {SRC}:
        given = {
            alias.asname or alias.name
            for node in ast.walk(parsed(package / "__init__.py"))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not given & {path.stem for path in package.glob("*.py")}, package


def test_kernels_know_no_nouns():
    for path in (SRC / "_kernels").rglob("*.py"):
        for name in imported(parsed(path)):
            assert not name.startswith("attrs")
            assert not name.startswith("salesfunnel") or name.startswith("salesfunnel._kernels"), (
                path
            )


def test_import_loads_no_numpy_and_no_extra():
    code = "import sys, salesfunnel; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {
        "numpy",
        "attrs",
        "attr",
        "pandas",
        "jinja2",
        "importlib_metadata",
        "narwhals",
    }


def test_every_public_name_resolves():
    for name in salesfunnel.__all__:
        assert getattr(salesfunnel, name) is not None


def test_no_public_name_is_also_a_module():
    """Importing ``salesfunnel.plan`` would put the module in the place of the function."""
    names = {path.stem for path in SRC.glob("*.py")} | {
        path.name for path in SRC.iterdir() if path.is_dir()
    }
    assert not (set(salesfunnel.__all__) - salesfunnel._MODULES) & names


def test_face_lists_agree():
    assert set(salesfunnel.__all__) == set(salesfunnel._HOMES) | salesfunnel._MODULES
    assert set(salesfunnel.__all__) <= set(dir(salesfunnel))
    assert len(salesfunnel.__all__) == len(set(salesfunnel.__all__))
