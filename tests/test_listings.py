"""Findings, reviews and plugins are tuples that show themselves."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

import salesfunnel as sf
from salesfunnel._core.listing import Listing

MONTHS = [f"2026-{m:02d}" for m in range(1, 11)]
PANEL = sf.Panel.from_counts({m: [400, 120, 30] for m in MONTHS}, steps=["lead", "demo", "won"])


def reviews():
    measure = sf.Measure(
        key="call", bottleneck=sf.Transition("lead", "demo"), problem="slow-response",
        measure="answer-within-a-day", owner="sales", begins=date(2026, 6, 1),
        due=date(2026, 7, 1), effort=2.0,
    )  # fmt: skip
    plan = sf.ImprovementPlan(measures=(measure,), start=date(2026, 6, 1))
    return sf.review(plan, PANEL, today=date(2026, 11, 1))


LISTINGS = {
    "templates": sf.templates,
    "benchmarks": sf.benchmarks,
    "rule sets": sf.rule_sets,
    "sources": sf.sources,
    "reviews": reviews,
    "findings": lambda: sf.analyze(PANEL).findings,
}


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_is_a_tuple_that_shows_itself(name):
    found = LISTINGS[name]()
    assert isinstance(found, Listing)
    assert found == tuple(found)
    assert tuple(found) == found
    assert hash(found) == hash(tuple(found))
    assert pickle.loads(pickle.dumps(found)) == found
    assert "\n" not in repr(found)
    assert len(repr(found)) <= 120
    assert repr(found).startswith(f"<{type(found).__name__}: {len(found)} ")
    for locale in ("en", "zh"):
        assert found.to_text(locale=locale).strip()
    assert found._repr_html_().startswith("<")
    assert found.to_html().startswith("<!")


def test_a_listing_of_plugins_names_each():
    text = sf.templates().to_text(width=100)
    assert all(record.name in text for record in sf.templates())
    assert repr(sf.rule_sets()) == "<PluginRecords: 4 plugins: action, customer, data, resource>"


def test_reviews_are_a_table():
    text = reviews().to_text(width=120)
    assert "24" in text
    assert repr(reviews()).startswith("<Reviews: 1 measure: call ")
