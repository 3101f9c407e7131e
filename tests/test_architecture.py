"""The rooms and their order, the size of modules, and what an import may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import salesfunnel

SRC = Path(salesfunnel.__file__).parent

# A module imports only from rooms above its own (docs/developer/design.md has the reasons).
ROOMS: tuple[tuple[str, ...], ...] = (
    ("errors", "_typing"),
    ("_validators", "_optional", "_periods", "_cells", "_frozen"),
    ("i18n",),
    ("fault", "interval"),
    ("_result",),
    ("metric",),
    ("stage",),
    ("funnel",),
    ("benchmarking",),
    ("_arrays", "_kernels"),
    ("_panel_input", "_event_values"),
    ("_event_moments", "_event_texts"),
    ("_event_columns",),
    ("_event_arrow",),
    ("_event_ids",),
    ("_event_frames",),
    ("_event_rows",),
    ("panel",),
    ("stats",),
    ("tracking", "history", "events", "purchases"),
    ("plugins",),
    ("conversion", "timing", "counting"),
    ("bottleneck",),
    ("diagnosis",),
    ("planning",),
    ("monitoring",),
    ("playbook",),
    ("target", "forecasting", "repurchase", "lifetime"),
    ("backtesting",),
    ("analysis",),
    ("builtin",),
    ("intake",),
    ("engines",),
    ("render", "serialize"),
    ("export",),
    ("testing",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, room in enumerate(ROOMS) for name in room}
NO_NUMPY = {
    "errors", "_typing", "_validators", "_optional", "_periods", "fault", "interval", "_result",
    "metric", "stage", "funnel", "benchmarking", "plugins", "i18n",
}  # fmt: skip
# The doors: modules that name a leaf as text, or import one inside a function, with the reason.
DOORS: dict[str, set[str]] = {
    "errors": {"fault"},  # for the type checker only
}
LINES, FUNCTION_LINES = 300, 80
LONGER = {  # modules that may be longer, up to which length, and why
    "events.py": (
        460,
        "the log is one value; its three ways in and their documentation stand together",
    ),
    "panel.py": (430, "the panel is one value; a third of it is documentation of its verbs"),
    "_event_columns.py": (310, "each kind of column meets every other; to part them makes a cycle"),
    "history/columns.py": (
        400,
        "the columns of a history are validated together, all faults at once",
    ),
    "intake/archives.py": (
        350,
        "one boundary of security: what a workbook may ask for is read at once",
    ),
    "diagnosis/assess.py": (340, "exposure and mixture share grades, evidence and errors"),
    "diagnosis/case.py": (320, "the case that every rule sees, documented property by property"),
    "purchases/table.py": (320, "the table is one value with three ways in"),
    "render/documents/customers.py": (320, "a document for each result of repurchase"),
    "_kernels/betabinomial.py": (
        310,
        "one law with its tests; a third of it is formulas and sources",
    ),
    "benchmarking/sets.py": (310, "the sets that ship, mostly their documentation"),
}


def modules() -> list[Path]:
    return sorted(
        path for path in SRC.rglob("*.py") if path.name != "__init__.py" or path.parent != SRC
    )


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


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SRC)))
def test_imports_only_from_rooms_above(path):
    room = room_of(path)
    assert room in RANK, f"{room} has no place in the table of rooms"
    for name in imported(ast.parse(path.read_text("utf-8"))):
        if name.split(".")[0] == "numpy":
            assert room not in NO_NUMPY, f"{room} may not import numpy"
        if name.split(".")[0] != "salesfunnel" or name == "salesfunnel":
            continue
        other = name.split(".")[1]
        if other == room or other in DOORS.get(room, ()):
            continue
        assert RANK[other] < RANK[room], f"{room} may not import {other}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SRC)))
def test_modules_and_functions_stay_small(path):
    text = path.read_text("utf-8")
    most = LONGER.get(path.relative_to(SRC).as_posix(), (LINES, ""))[0]
    assert len(text.splitlines()) <= most, "plan the split, or give a reason in LONGER"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            size = (node.end_lineno - body[0].lineno + 1) if body else 0
            assert size <= FUNCTION_LINES, f"{node.name} has {size} lines"


@pytest.mark.parametrize("name", LONGER)
def test_exceptions_are_needed(name):
    assert len((SRC / name).read_text("utf-8").splitlines()) > LINES


def test_no_module_has_the_name_of_what_its_package_gives():
    """Else ``package.name`` is the module or the function, by what was imported first."""
    for package in {path.parent for path in modules()} - {SRC}:
        given = {
            alias.asname or alias.name
            for node in ast.walk(ast.parse((package / "__init__.py").read_text("utf-8")))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not given & {path.stem for path in package.glob("*.py")}, package


def test_kernels_know_no_nouns():
    for path in (SRC / "_kernels").glob("*.py"):
        for name in imported(ast.parse(path.read_text("utf-8"))):
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
