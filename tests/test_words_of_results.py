"""Words of all results: days and months one way, titles that say what is seen, points as points."""

from __future__ import annotations

import re

import attrs
import pytest

import salesfunnel as sf
from results import results
from salesfunnel.errors import DataError
from salesfunnel.i18n import text
from salesfunnel.render.backends.text import document_text
from salesfunnel.render.backends.unbroken import unbroken
from salesfunnel.render.documents import document_of
from salesfunnel.render.model import Faults, Folded, Section

KEY = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2]|Q[1-4]|W\d\d)\b(?!\.\w)")
NO_FIGURE = ("stated-none", "handoffs-none", "watch-only")
"""Titles that state a finding without a figure."""


def without_faults(blocks):
    """Return blocks without what was read: a fault names a period as the key that a verb takes."""
    for block in blocks:
        if isinstance(block, Section | Folded):
            yield attrs.evolve(block, blocks=tuple(without_faults(block.blocks)))
        elif not isinstance(block, Faults):
            yield block


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_days_and_periods_are_words(locale):
    """A fault, a key and a JSON document have 2026-08; everything that is read has Aug 2026."""
    for name, result in results().items():
        document = document_of(result, locale)
        plain = attrs.evolve(document, blocks=tuple(without_faults(document.blocks)))
        assert KEY.findall(document_text(plain, 2000)) == [], name


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_titles_say_what_is_seen(locale):
    plain = {text(f"chart.{key}", locale, name="Mood") for key in NO_FIGURE}
    for name, result in results().items():
        for kind in getattr(result, "charts", ()):
            chart = result.chart(kind, locale=locale)
            if type(result).__name__ == "BenchmarkSet" or name.startswith("finding "):
                continue  # the name of who publishes it; what was not recorded has no figures
            assert re.search(r"\d", chart.title) or chart.title in plain, (name, kind, chart.title)
            assert chart.title not in chart.subtitle


def few_orders():
    return sf.Purchases.from_columns(["ann", "bob"], ["2026-01-01", "2026-03-01"], [10.0, 20.0])


@pytest.mark.parametrize(
    ("make", "kind", "key"),
    [
        (lambda: sf.rfm(few_orders(), as_of="2026-03-31"), "matrix", "rfm-few"),
        (lambda: sf.repurchase_curve(few_orders(), as_of="2026-03-31"), "survival", "curve-few"),
        (lambda: sf.repurchase_curve(few_orders(), as_of="2026-03-31"), "cohorts", "cohorts-few"),
        (lambda: sf.cohort_retention(few_orders(), as_of="2026-03-31"), "cohorts", "retention-few"),
        (lambda: sf.upsell_candidates(few_orders(), as_of="2026-03-31"), "potential",
         "potential-none"),
        (lambda: sf.compare_arms({"old": (10, 5), "new": (10, 6)}), "rates", "arms-none"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_title_says_where_data_are_too_few(make, kind, key, locale):
    words = text(f"chart.{key}", locale, n=2, control="old", rate="50%")
    assert make().chart(kind, locale=locale).title == words


def test_differences_of_rates_are_points():
    found = sf.compare_arms({"old": (800, 240), "new": (790, 130)})
    wide = found.rows[1].difference
    low, high = (f"−{abs(end) * 100:.2f}" for end in (wide.low, wide.high))
    assert f"{low} to {high} points" in found.to_text(width=200)
    assert f"{low}至{high}个百分点" in found.to_text(locale="zh", width=200)
    assert found.chart("effects").title == "“new”: −13.5 points against “old”"


def test_a_list_of_deals_has_the_picture_that_it_can_have():
    ends = [("Lead", ""), ("Offer", ""), ("Won", "2026-03-01"), ("Lost", "2026-03-05")]
    rows = [
        {"id": f"d{i}", "stage": stage, "created": "2026-01-05", "closed": closed}
        for i, (stage, closed) in enumerate(ends * 5)
    ]
    history = sf.read_deals(rows, as_of="2026-04-01")
    assert history.charts == ("funnel",)
    chart = history.chart()
    assert chart.title == "5 of 20 deals won, 5 lost, 10 open"
    assert sum(chart.data["amount"]) == 20
    with pytest.raises(DataError, match="the time of each stage"):
        history.chart("survival")


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("意向阶段：2026年9月以来49%", "2026年9月以来"),
        ("共2,623个商机", "2,623个商机"),
        ("to 17 Feb 2027: more", "17 Feb 2027"),
        ("from 4.30 million on", "4.30 million"),
    ],
)
def test_a_page_does_not_part_a_date_or_a_figure(words, whole):
    kept = f'<span class="sf-nb">{whole}</span>'
    assert unbroken(f"<h2>{words}</h2>") == f"<h2>{words.replace(whole, kept)}</h2>"
    drawing = f"<svg><svg><path/></svg><text>{words}</text></svg>"  # a drawing in a drawing
    assert unbroken(drawing) == drawing
    assert unbroken(f'<a title="{words}">x</a>') == f'<a title="{words}">x</a>'


def test_a_grid_is_a_grid_as_text():
    """Cells stand in rows and columns; what is too wide goes on below, nothing is left out."""
    found = results()["cohorts of deals"]
    lines = found.to_text().splitlines()
    assert sum(line.startswith("Nov 2025") for line in lines) == 2  # two tables of columns
    assert sum(line.startswith("Oct 2026") for line in lines) == 1
    shares = [f for row in found.share for f in row if f == f]  # noqa: PLR0124 - NaN
    assert sum(len(re.findall(r"\d%", line)) for line in lines[4:]) == len(shares)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_drop_has_its_sign_in_the_funnel_of_a_page(locale):
    """Colour alone tells nothing to somebody who does not see it."""
    page = results()["analysis"].to_html(locale=locale)
    assert re.search(r'sf-fig sf-alert">▼\N{NO-BREAK SPACE}49%<', page)
