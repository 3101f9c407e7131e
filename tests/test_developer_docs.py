"""The pages for contributors name files that are there, and every room."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from test_architecture import ROOMS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "developer"
SRC = ROOT / "src" / "salesfunnel"
PAGES = sorted(DOCS.glob("*.md"))


def named(text):
    """Return the paths that a page names between backticks."""
    return [
        word
        for word in re.findall(r"`([\w./]+?\.(?:py|json|txt|md|toml))`", text)
        if "/" in word and "*" not in word
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_are_named_are_there(page):
    for word in named(page.read_text("utf-8")):
        places = (ROOT, SRC, SRC / "intake", SRC / "data", SRC.parent)
        assert any((place / word).exists() for place in places), f"{page.name} names {word}"


def test_the_map_names_every_room():
    text = (DOCS / "index.md").read_text("utf-8")
    for room in {room for floor in ROOMS for room in floor} - {"__main__"}:
        assert f"| `{room}` |" in text, f"docs/developer/index.md has no row for {room}"


def test_the_map_can_be_drawn(tmp_path):
    script, target = DOCS / "draw_map.py", tmp_path / "map.svg"
    subprocess.run([sys.executable, script, target], check=True, capture_output=True)
    assert target.read_text("utf-8").count("<rect") > len(ROOMS)


def test_the_list_of_files_is_of_this_code(tmp_path):
    target = tmp_path / "files.md"
    subprocess.run(
        [sys.executable, DOCS / "list_files.py", target], check=True, capture_output=True
    )
    again = "files.md is old: run python docs/developer/list_files.py"
    same = target.read_text("utf-8") == (DOCS / "files.md").read_text("utf-8")
    assert same, again
