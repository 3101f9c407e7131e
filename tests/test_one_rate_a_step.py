"""One step shows one rate: verdicts, table, text funnel and pictures of an analysis agree."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.i18n import FORMS
from salesfunnel.render.documents import document_of
from salesfunnel.render.model import FunnelPicture, Section

EXAMPLES = Path(__file__).parent.parent / "examples"


def open_list() -> bytes:
    """600 deals of 12 months: ended ones after 20 days; two fifths of the last month still open."""
    rows = ["id,stage,created,closed,amount"]
    for i in range(600):
        month, day = 1 + i % 12, 1 + i // 12 % 25
        late = month == 12 and i // 12 % 5 < 2
        state = "Negotiating" if late else "Won" if i // 12 % 3 else "Lost"
        end = (
            ""
            if late
            else f"2025-{month + 1:02d}-{day:02d}"
            if month < 12
            else f"2026-01-{day:02d}"
        )
        rows.append(f"{i},{state},2025-{month:02d}-{day:02d},{end},{100 + i}")
    return "\n".join(rows).encode()


def read(name: str) -> sf.Analysis:
    if name == "company":
        deals = sf.read_deals(EXAMPLES / "company" / "deals.csv", funnel="b2b", as_of="2026-11-20")
        return sf.analyze(deals)
    if name == "list":
        return sf.analyze(sf.read_deals(open_list(), as_of="2026-02-01"), period="2025-12")
    return sf.analyze(sf.read_table(EXAMPLES / "tracking_months_en.csv"))


@pytest.fixture(scope="module", params=["company", "list", "sheet"])
def analysis(request):
    return read(request.param)


def rates(analysis: sf.Analysis) -> dict[str, float]:
    return {str(row.transition): row.rate for row in analysis.conversions if row.rate is not None}


def test_verdicts_and_table(analysis):
    for row in analysis.bottlenecks:
        assert row.rate == pytest.approx(rates(analysis)[str(row.transition)], abs=1e-9)


def test_plan(analysis):
    """A measure lifts the rate that the verdict shows, from that rate."""
    shown = {str(row.transition): row.rate for row in analysis.bottlenecks}
    for measure in analysis.plan:
        if measure.effect is not None:
            step = str(measure.bottleneck)
            assert measure.effect.rate_now == pytest.approx(shown[step], abs=1e-9)


def test_pictures(analysis):
    by_source = {row.source: row.rate for row in analysis.conversions}
    data = analysis.chart("funnel").data
    drawn = dict(zip(data["stage"], data["rate"], strict=True))
    assert {k: v for k, v in drawn.items() if v is not None} == pytest.approx(by_source)
    bars = analysis.chart("rates").data
    assert bars["rate"] == pytest.approx([row.rate for row in analysis.conversions])
    told = analysis.chart("verdicts").data["rate"]
    assert sorted(told) == pytest.approx(sorted(rates(analysis).values()))


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_text(analysis, locale):
    """The funnel in words has the rates and intervals of the table, and names what they count."""
    page = document_of(analysis, locale)
    parts = [b for s in page.blocks if isinstance(s, Section) for b in s.blocks]
    (picture,) = [block for block in parts if isinstance(block, FunnelPicture)]
    table = analysis.conversions.to_text(locale=locale, width=200)
    since = {r.transition.target: r.onset for r in analysis.bottlenecks if r.window > 1}
    targets = [row.target for row in analysis.conversions]
    for step, target in zip(picture.steps[1:], targets, strict=True):
        assert step.rate in table
        assert step.interval in table
        if target in since:
            assert FORMS["period"](since[target], locale) in step.lost


@pytest.mark.parametrize(("locale", "words"), [("en", "% since Sep 2026"), ("zh", "2026年9月以来")])
def test_a_rate_of_more_months_than_its_bar_is_named(locale, words):
    for name in ("company", "sheet"):
        chart = read(name).chart("funnel", locale=locale)
        labels = [t for mark in chart.marks for t in mark.text if mark.shape == "label"]
        assert sum(words in label for label in labels) == 1


def test_bars_are_of_the_judged_month(analysis):
    t = analysis.panel.periods.index(analysis.period)
    data = analysis.chart("funnel").data
    assert list(data["entered"]) == analysis.panel.counts[t].sum(axis=0).tolist()


@pytest.mark.parametrize("mode", ["entry", "cohort", "period"])
def test_the_trend_of_a_panel_has_the_rates_of_its_table(mode):
    deals = sf.read_deals(EXAMPLES / "company" / "deals.csv", funnel="b2b", as_of="2026-11-20")
    panel = deals.panel(mode=mode)
    chart = panel.chart("trend", transition="intent→negotiation")
    rate = sf.conversions(panel).rate[:, 0, 1]
    known = ~np.isnan(rate)
    drawn = np.array([np.nan if r is None else r for r in chart.data["rate"]])
    assert drawn[known] == pytest.approx(rate[known])
    funnel = panel.chart("funnel", period="2026-11")
    last = sf.conversions(panel.select(periods="2026-11")).rate[0, 0]
    shown = [np.nan if r is None else r for r in funnel.data["rate"][:-1]]
    assert np.allclose(shown, last, equal_nan=True)
    assert ("open" in funnel.note) == (mode == "cohort")


def test_no_fraction_of_a_deal_without_need():
    text = read("company").to_text(width=120)
    assert not re.search(r"\d+\.0 that had time", text)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_titles_say_what_is_shown(analysis, locale):
    """A title names the finding, or what, when and how many: it has a figure, or a month."""
    plain = {"split", "stated", "causes"}
    for kind in analysis.charts:
        title = analysis.chart(kind, locale=locale).title
        assert kind in plain or re.search(r"\d", title), (kind, title)


def test_a_picture_with_nothing_in_it_still_has_a_title():
    empty = sf.Panel.from_counts({"2026-01": [0, 0]}, steps=("lead", "won"))
    for kind in ("funnel", "trend", "segments"):
        assert empty.chart(kind).title
    assert sf.conversions(empty).chart("rates").title == "Conversion of each step"
    few = sf.find_bottlenecks(sf.Panel.from_counts({"2026-01": [5, 2]}, steps=("lead", "won")))
    assert few.chart("verdicts").title == "Jan 2026: not enough data to judge the step"
