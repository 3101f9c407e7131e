"""How much of the code has no type, and how often a thing is asked for its methods."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import salesfunnel

SRC = Path(salesfunnel.__file__).parent
CODE = {path: path.read_text("utf-8") for path in sorted(SRC.rglob("*.py"))}


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        # keywords handed on, values of any plugin, cells of any file, numpy's own any
        (r": Any\b", 200),
        # the interfaces of foreign objects that have no class to ask for, and hints of errors
        (r"\bhasattr\b", 20),
    ],
)
def test_counts_of_the_house(pattern, most):
    found = {
        path.relative_to(SRC).as_posix(): n
        for path, text in CODE.items()
        if (n := len(re.findall(pattern, text)))
    }
    assert sum(found.values()) <= most, found


def test_what_is_asked_of_foreign_objects_stands_in_few_places():
    """`_core.foreign` asks it; a module that asks itself is named here, with why."""
    asking = {path.relative_to(SRC).as_posix() for path, text in CODE.items() if "hasattr" in text}
    assert asking <= {
        "_core/foreign.py",  # one question per kind of foreign object
        "_core/one_line.py",  # a result with columns is not shown by its length
        "_core/checks.py",  # a hint: the object has a method that makes what is wanted
        "data/events/arrow.py",  # the Arrow PyCapsule interface, of any library
        "intake/crm/_pages.py",  # answers of the clients of CRMs, which are not imported
        "intake/crm/_records.py",  # frames of libraries that are not known
        "intake/files/source.py",  # frames of libraries that are not known
        "plugins/_access.py",  # what a plugin's object lacks
        "testing/_checks.py",  # what a plugin's object lacks
    }
