"""analyze: all steps in a row; the example company's planted stage and cause come first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, UnknownNameError

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def company():
    return sf.read_stage_history(
        EXAMPLES / "company" / "deals.csv", funnel=sf.template("b2b"), as_of="2026-11-20"
    )


@pytest.fixture(scope="module")
def analysis(company):
    return sf.analyze(company)


def test_the_last_whole_month_is_judged(analysis):
    assert analysis.period == "2026-10"
    assert analysis.plan.start == date(2026, 11, 23)


def test_the_planted_stage_and_cause_come_first(analysis):
    worst = analysis.bottlenecks.rows[0]
    assert str(worst.transition) == "intent→negotiation"
    assert worst.tier == "confirmed"
    first = analysis.findings[0]
    assert (first.code, first.dimension, first.grade) == ("slow-response", "action", "strong")
    assert first.contribution > 2 * max(f.contribution or 0 for f in analysis.findings[1:])
    assert analysis.plan.measures[0].measure == "answer-within-a-day"


@pytest.mark.parametrize(
    ("locale", "stage", "cause"),
    [
        ("en", "Intent → Negotiation", "Needs are answered late"),
        ("zh", "Intent → Negotiation", "需求响应不及时"),
    ],
)
def test_the_report_names_them_first(analysis, locale, stage, cause):
    text = analysis.to_text(locale=locale)
    heading = "Why" if locale == "en" else "原因"
    marked = [line for line in text.splitlines() if line.startswith("!!")]
    assert marked[0].startswith(f"!! {stage}")
    part = text[text.index(heading) :]
    assert cause in next(line for line in part.splitlines() if line.startswith("!!"))
    assert "caused by" not in text
    assert "导致" not in text


def test_the_decoy_is_not_called(analysis):
    decoy = [f for f in analysis.findings if f.code == "competitor-present"]
    assert all((f.contribution or 0) <= 0.1 * analysis.findings[0].contribution for f in decoy)


def test_it_comes_back_equal_and_is_a_page(analysis):
    again = sf.Analysis.from_json(analysis.to_json())
    assert again.to_json() == analysis.to_json()
    for locale in ("en", "zh"):
        assert "<svg" in analysis.to_html(locale=locale)
    assert "sf" in analysis._repr_html_()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_part_is_a_document(analysis, locale):
    parts = (analysis.plan, analysis.plan.measures[0], *analysis.findings, analysis.bottlenecks)
    for part in parts:
        assert part.to_text(locale=locale).strip()
        assert part.to_html(locale=locale).startswith("<!doctype html>")
        assert type(part).from_json(part.to_json()).to_json() == part.to_json()


def test_reviews_and_playbooks_are_documents(analysis, company):
    plan = analysis.plan.accept(analysis.plan.measures[0].key)
    panel = company.panel(by="month", mode="period")
    reviews = sf.review(plan, panel, today=date(2026, 12, 1))
    book = sf.write_playbook(company.funnel, plan, reviews)
    for part in (*reviews, book):
        for locale in ("en", "zh"):
            assert part.to_text(locale=locale).strip()
        assert type(part).from_json(part.to_json()).to_json() == part.to_json()


def test_sheets_and_panels_are_analysed_too():
    sheet = sf.read_table(EXAMPLES / "tracking_months_en.csv")
    for data in (sheet, sheet.panel(level="step")):
        analysis = sf.analyze(data)
        worst = analysis.bottlenecks.rows[0]
        assert str(worst.transition) == "proposals_submitted→quotations_sent"
        assert all(f.grade in {"weak", "not-measured"} for f in analysis.findings)
        assert analysis.to_text()


def test_wrong_input_is_named(company):
    with pytest.raises(ArgumentError):
        sf.analyze([1, 2])
    with pytest.raises(UnknownNameError):
        sf.analyze(company, period="2031-01")


def test_the_seed_decides(company):
    assert sf.analyze(company, seed=3).to_json() == sf.analyze(company, seed=3).to_json()
