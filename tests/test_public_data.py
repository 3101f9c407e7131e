"""The page of public data holds what the script prints, which SQL counted again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "accuracy"))
from shared import SHARED  # found through the path above

FOLDER = SHARED / "data" / "crm_opportunities"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "public_data.md"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not here")
def test_the_page_says_what_the_script_counts(capsys):
    pytest.importorskip("duckdb")
    import public_data

    public_data.maven(FOLDER)
    page = PAGE.read_text("utf-8")
    for line in capsys.readouterr().out.splitlines():
        assert line in page
