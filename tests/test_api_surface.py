"""The public face is pinned: a change to it is a change to ``api_surface.txt``, made by hand."""

from __future__ import annotations

import difflib
import importlib.util
from pathlib import Path

HERE = Path(__file__).parent


def current():
    spec = importlib.util.spec_from_file_location("api_surface", HERE / "api_surface.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.surface()


def test_the_public_face_is_the_pinned_one():
    pinned = (HERE / "api_surface.txt").read_text("utf-8").splitlines()
    changed = list(difflib.unified_diff(pinned, current().splitlines(), "pinned", "now", n=0))
    assert not changed, "\n".join(
        ["python tests/api_surface.py > tests/api_surface.txt, if this is meant:", *changed]
    )


def test_no_signature_shows_an_address():
    assert " at 0x" not in current()
