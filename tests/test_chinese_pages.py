"""Chinese pages hold no English word but names, keys, codes, and what the data say."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from pathlib import Path

import pytest

import salesfunnel as sf
from results import results

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs" / "zh").rglob("*.md")), ROOT / "README.zh.md"]
WORD = re.compile(r"[A-Za-z]{4,}")
PRODUCTS = {
    "Aalen", "Airbyte", "Airflow", "Amplitude", "Arrow", "Battlecard", "DuckDB", "English",
    "Excel", "Fivetran", "HubSpot", "JSON", "Johansen", "Kaplan", "Meier", "Mixpanel", "Odoo",
    "Parquet", "Polars", "PostHog", "Python", "Segment", "Shopify", "Snowplow", "WooCommerce",
    "Word", "attrs", "ibis", "lifelines", "lifetimes", "marketing", "matplotlib", "numpy",
    "pandas", "pymc", "salesfunnel", "xlsx",
}  # fmt: skip
METHODS = {
    "Aalen", "Breslow", "CRPS", "Gamma", "Johansen", "Pareto", "WAPE", "alpha", "beta", "pinball",
    "salesfunnel", "wilson",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_chinese(page):
    words = page.read_text("utf-8")
    words = re.sub(r"```.*?```|`[^`]*`", " ", words, flags=re.DOTALL)  # code
    words = re.sub(r'<span lang="en">.*?</span>|<[^>]+>|\]\([^)]*\)', " ", words)
    assert set(WORD.findall(words)) - PRODUCTS == set()


CODE = re.compile(
    r"\b[\w.]+=(\{[^}]*\}|\[[^\]]*\]|\([^)]*\)|\"[^\"]*\"|[A-Z]\w+|\.\.\.)?"  # an argument
    r"|\b[\w.]+\([^)]*\)|\b[A-Z]\w+\.\w+|\b[a-z]+(_[a-z]+)+\b"  # a call, an attribute, a name
    r"|\w+\.(json|xlsx|csv)"  # a file
    r"|(?<![\w→])[a-z]+(-[a-z0-9]+)+"  # the code of a fault
)
AS_WRITTEN = {"note", "citation"}
"""Fields that hold what people wrote, in whatever language."""


@cache
def vocabulary():
    """Return the words of the library's own values: "confirmed", "not-enough-data"."""
    from salesfunnel._core import vocabulary as own

    listed = (getattr(own, name) for name in dir(own) if name.isupper())
    values = (value for each in listed if isinstance(each, tuple | frozenset) for value in each)
    return {word for value in values if isinstance(value, str) for word in WORD.findall(value)}


def names(document):
    """Yield names in a document: of stages, people, columns. Prose is none, nor is an English text.

    What the library says itself has a Chinese form, so that it is no excuse that a document holds
    the English one.
    """
    if isinstance(document, dict):
        for key, value in document.items():
            if key not in {"en", "message", "hint"}:
                yield from names(value)
        if not {"schema_version", "type"} & set(document):  # a mapping by names, not a result
            yield from document
    elif isinstance(document, list):
        for value in document:
            yield from names(value)
    elif isinstance(document, str) and len(document.split()) < 4:
        yield document


def as_written(document):
    """Yield what people wrote themselves."""
    if isinstance(document, dict | list):
        pairs = document.items() if isinstance(document, dict) else enumerate(document)
        for key, value in pairs:
            if key in AS_WRITTEN and isinstance(value, str):
                yield value
            yield from as_written(value)


@pytest.mark.parametrize("name", results())
def test_a_result_is_chinese(name):
    result = results()[name]
    page = result.to_html(locale="zh")
    page = re.sub(r"<(style|script|code)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = CODE.sub(" ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    inside = json.loads(result.to_json()) if hasattr(result, "to_json") else {}
    written = {word for words in as_written(inside) for word in WORD.findall(words)}
    own = {word for words in names(inside) for word in WORD.findall(words)} - vocabulary()
    shown = set(WORD.findall(page)) - own - written - {type(result).__name__}
    assert shown - METHODS == set()


def test_what_the_shipped_benchmarks_say_of_themselves_is_chinese():
    from salesfunnel.render.words.benchmarks import published_words

    for record in sf.benchmarks():
        for figure in sf.benchmark(record.name) if record.builtin else ():
            for words in (figure.sample, figure.industry, figure.region):
                said = published_words(words, "zh")
                assert set(WORD.findall(said)) <= {"SaaS", "baymard", "blog", "cart", "statistics",
                                                   "abandonment"}, said  # fmt: skip
