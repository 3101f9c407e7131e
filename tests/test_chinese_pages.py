"""Chinese pages hold no English word but names, keys, codes, and what the data say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from results import results

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs" / "zh").rglob("*.md")), ROOT / "README.zh.md"]
WORD = re.compile(r"[A-Za-z]{4,}")
PRODUCTS = {
    "Aalen", "Airbyte", "Airflow", "Amplitude", "Battlecard", "DuckDB", "English", "Excel",
    "Fivetran", "HubSpot", "JSON", "Johansen", "Mixpanel", "Odoo", "Parquet", "PostHog", "Python",
    "Segment", "Shopify", "Snowplow", "WooCommerce", "attrs", "ibis", "lifelines", "marketing",
    "matplotlib", "numpy", "pandas", "pymc", "salesfunnel", "xlsx",
}  # fmt: skip
METHODS = {
    "Aalen", "Breslow", "CRPS", "Gamma", "Johansen", "MixSplit", "Pareto", "WAPE", "columns",
    "pinball", "salesfunnel",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_chinese(page):
    words = page.read_text("utf-8")
    words = re.sub(r"```.*?```|`[^`]*`", " ", words, flags=re.DOTALL)  # code
    words = re.sub(r'<span lang="en">.*?</span>|<[^>]+>|\]\([^)]*\)', " ", words)
    assert set(WORD.findall(words)) - PRODUCTS == set()


@cache
def api():
    """Return every word of the public names and their arguments."""
    return set(WORD.findall((ROOT / "tests" / "api_surface.txt").read_text("utf-8")))


@pytest.mark.parametrize("name", results())
def test_a_result_is_chinese(name):
    result = results()[name]
    page = result.to_html(locale="zh")
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    shown = set(WORD.findall(re.sub(r"<[^>]+>|&\w+;", " ", page)))
    inside = result.to_json() if hasattr(result, "to_json") else ""
    own = set(WORD.findall(inside)) | {type(result).__name__}
    assert shown - own - api() - METHODS == set()
