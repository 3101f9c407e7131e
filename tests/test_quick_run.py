"""What the quick run leaves out is there, and what is left is a net: every room, every function."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import salesfunnel as sf
import slow

TESTS = Path(__file__).parent
SRC = Path(sf.__file__).parent
QUICK = "\n".join(
    file.read_text("utf-8")
    for file in sorted(TESTS.rglob("*.py"))
    if file.name not in slow.FILES and file != Path(__file__)
)
FUNCTIONS = [name for name in sf.__all__ if inspect.isfunction(getattr(sf, name))]
ROOMS = sorted(
    path.name.removesuffix(".py")
    for path in SRC.iterdir()
    if path.suffix == ".py" or (path / "__init__.py").exists()
)


def test_files_and_tests_that_are_called_slow_are_there():
    files = {path.name: path for path in TESTS.rglob("test_*.py")}
    assert set(slow.FILES) - set(files) == set()
    for name, tests in slow.TESTS.items():
        text = files[name].read_text("utf-8")
        assert [one for one in tests if f"def {one}(" not in text] == []
        assert name not in slow.FILES


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_is_called_by_a_quick_test(name):
    example = re.search(rf"(?m)^\s*(>>>|\.\.\.).*\b{name}\(", getattr(sf, name).__doc__)
    assert example or re.search(rf"\bsf\.{name}\(", QUICK), "give it an example or a quick test"


def test_every_room_is_looked_into_by_a_quick_test():
    """By a module of it that is imported, or by a name that it gives."""
    given = {home.partition(".")[0] for name, home in sf._HOMES.items() if f"sf.{name}" in QUICK}
    named = set(re.findall(r"\bsalesfunnel\.(\w+)", QUICK))
    if ".faults" in QUICK:
        named.add("fault")
    if '"-m", "salesfunnel"' in QUICK:
        named.add("__main__")
    assert set(ROOMS) - given - named - {"__init__"} == set()
