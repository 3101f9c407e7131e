"""analyze: all steps in a row; the example company's planted stage and cause come first."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path

import attrs
import pytest

import sales_team
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
        ("en", "Intent → Negotiation", "Slow response to inquiries"),
        ("zh", "意向阶段 → 谈判阶段", "客户需求响应不及时"),
    ],
)
def test_the_report_names_them_first(analysis, locale, stage, cause):
    text = analysis.to_text(locale=locale)
    heading = "Why:" if locale == "en" else "原因分析"
    marked = [line for line in text.splitlines() if line.startswith("!!")]
    assert marked[0].startswith(f"!! {stage}")
    part = text[text.index(heading) :]
    assert cause in next(line for line in part.splitlines() if line.startswith("!!"))
    assert "caused by" not in text
    assert "导致" not in text


def test_the_decoy_is_not_called(analysis):
    decoy = [f for f in analysis.findings if f.code == "competitor-named"]
    assert len(decoy) == 1
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


@pytest.fixture(scope="module")
def shown(analysis):
    return {locale: analysis.to_text(locale=locale, width=100) for locale in ("en", "zh")}


@pytest.mark.parametrize(
    ("locale", "answer"),
    [
        ("en", ["Intent → Negotiation: 49.22%, baseline 62.74%", "90%", "won deals a month",
                "Slow response", "Respond to every", "Sales manager", "3 Dec 2026",
                "more deals in 3 months"]),
        ("zh", ["意向阶段 → 谈判阶段：49.22%，基准值62.74%", "90%", "每月多成交", "需求响应",
                "24小时内", "销售主管", "2026年12月3日", "3个月多成交"]),
    ],
)  # fmt: skip
def test_the_answer_stands_at_the_top(shown, locale, answer):
    """What is wrong, how sure, worth what, why, what to do, who, by when, to what effect."""
    lines = shown[locale].splitlines()[5:16]
    found = [next(i for i, line in enumerate(lines) if part in line) for part in answer]
    assert found == sorted(set(found))


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_report_speaks_one_language(shown, locale):
    keys = ("needs_survey", "product_demo", "tailored_proposal", "intent", "negotiation")
    assert not any(key in shown[locale].replace("Intent", "").split() for key in keys)
    assert (" Needs survey" in shown["zh"]) is False
    assert "“需求调研”" in shown["zh"]


def test_causes_add_up_and_one_that_explains_nothing_has_no_grade(shown, analysis):
    for found in analysis.diagnoses:
        named = math.fsum(f.contribution for f in found.causes)
        assert named + found.unexplained == pytest.approx(found.shortfall, abs=1e-9)
    assert "Unexplained:" in shown["en"] or "everything else improved" in shown["en"]
    assert "Columns searched (9)" in " ".join(shown["en"].split())
    lines = shown["en"].splitlines()
    skipped = [line for line in lines if "sales script" in line]
    assert skipped
    assert not any("strong" in line for line in skipped)
    alone = next(f for f in analysis.findings if f.code == "script-skipped").to_text(width=200)
    assert "does not explain it" in alone
    assert "strong" not in alone


def test_a_reason_of_loss_is_named():
    import csv

    with (EXAMPLES / "company" / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        if row["lost_reason"] and row["intent"] >= "2026-09" and number % 2:
            row["lost_reason"] = "no need"
    found = sf.analyze(sf.read_stage_history(rows, funnel=sf.template("b2b"), as_of="2026-11-20"))
    assert "“no need” is stated more often" in found.to_text(width=300)
    assert "“no need”的记录增多" in found.to_text(locale="zh", width=300)


def test_sentences_are_parted(shown):
    assert "once. Revenue" in " ".join(shown["en"].split())


def test_data_that_are_in_doubt_are_said_at_the_bottleneck(company):
    """A veto of `diagnose` flows back: the verdict says so, and sound alarms come first."""
    found = sf.find_bottlenecks(company, period="2026-10")
    worst = found[0]
    doubted = found.mark_unverified([(worst.transition, worst.segment)])
    assert found[0].verified
    row = doubted.find(worst.transition)
    assert not row.verified
    assert [fault.code for fault in row.faults] == ["data-in-doubt"]
    assert (row.tier, row.probability) == (worst.tier, worst.probability)
    for locale, words in (("en", "confirmed, but unverified"), ("zh", "已确认，但未核实")):
        assert words in doubted.to_text(locale=locale, width=200)


def test_alarms_with_sound_data_come_first():
    rates = {f"2025-{m:02d}": [1000, 500, 250] for m in range(1, 13)}
    panel = sf.Panel.from_counts(
        rates | {"2026-01": [1000, 250, 80]}, steps=("lead", "offer", "won")
    )
    found = sf.find_bottlenecks(panel)
    assert [row.alarm for row in found] == [True, True]
    first, second = (row.transition for row in found)
    doubted = found.mark_unverified([(first, "all")])
    assert [row.transition for row in doubted] == [second, first]


def test_a_batch_of_entries_reaches_the_verdict(company):
    """Deals entered in one batch veto the step; the report says so at the top."""
    import csv

    path = EXAMPLES / "company" / "deals.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["intent"].startswith("2026-10"):
            row["intent"] = "2026-10-02"
    history = sf.read_stage_history(rows, funnel=sf.template("b2b"), as_of="2026-11-20")
    analysis = sf.analyze(history)
    vetoed = {(f.transition, f.segment) for f in analysis.findings if f.veto}
    assert vetoed
    assert all(
        not row.verified for row in analysis.bottlenecks if (row.transition, row.segment) in vetoed
    )
    assert "unverified" in analysis.to_text(width=200).split("\n\n")[2]


def test_what_is_watched_and_what_could_hide_are_said_where_nothing_alarms():
    months = {f"2025-{m:02d}": [300, 105, 40] for m in range(1, 13)}
    panel = sf.Panel.from_counts(
        months | {"2026-01": [300, 84, 35]}, steps=("lead", "offer", "won")
    )
    found = sf.analyze(panel, start=date(2026, 2, 2))
    assert [row.tier for row in found.bottlenecks] == ["watch", "not-enough-data"]
    for locale, seen, watched, hidden in (
        ("en", "No bottleneck:", "Worth watching: lead → offer", "might not show there"),
        ("zh", "未见瓶颈", "值得关注：lead → offer", "也可能检不出"),
    ):
        text = found.to_text(locale=locale, width=300)
        top = text[: text.index("\nBottlenecks\n" if locale == "en" else "瓶颈阶段\n")]
        assert all(part in top for part in (seen, watched, hidden))


def test_a_remark_of_the_sheet_is_named_as_a_sign_only():
    for name, locale, sign in (
        ("tracking_months_en.csv", "en", "a sign in the sheet: Customers object to the price"),
        ("tracking_months_zh.xlsx", "zh", "表中有迹象：客户对价格敏感"),
    ):
        pytest.importorskip("python_calamine")
        text = sf.analyze(sf.read_table(EXAMPLES / name)).to_text(locale=locale, width=300)
        assert sign in text
        assert "quotations_sent" not in text


def test_the_plan_is_written_in_the_language_of_its_readers(analysis):
    chinese = analysis.plan.to_markdown(locale="zh")
    assert "意向阶段 → 谈判阶段" in chinese
    assert "“需求调研”的日期" in chinese
    assert "Needs survey" not in chinese
    again = type(analysis.plan).from_json(analysis.plan.to_json())
    assert again.to_markdown(locale="zh") == chinese
    assert "Intent → Negotiation" in analysis.plan.to_csv(locale="en")


def test_a_template_read_in_chinese_gives_an_english_report():
    history = sf.read_stage_history(
        EXAMPLES / "company" / "deals.csv", funnel=sf.template("b2b", locale="zh"),
        as_of="2026-11-20",
    )  # fmt: skip
    text = sf.analyze(history).to_text(locale="en", width=200)
    assert "Sales funnel report: B2B sales" in text
    assert "Intent → Negotiation" in text
    assert not any("\u4e00" <= char <= "\u9fff" for char in text)


def test_names_that_the_funnel_has_in_one_language_only_are_said_so(company):
    funnel = sf.Funnel("own", [sf.Stage(key, name) for key, name in
                               (("interest", "Neugier"), ("intent", "Absicht"),
                                ("negotiation", "Verhandlung"), ("won", "Auftrag"))])  # fmt: skip
    history = sf.read_stage_history(
        EXAMPLES / "company" / "deals.csv", funnel=funnel, as_of="2026-11-20"
    )
    analysis = sf.analyze(history)
    assert "Absicht → Verhandlung" in analysis.to_text(locale="zh", width=200)
    assert "没有中文名称" in analysis.to_text(locale="zh", width=200)
    assert "has no English ones" not in analysis.to_text(locale="en", width=200)


CHAIN = ("lead", "offer", "won", "repurchase")


def fallen_chain():
    months = {f"2025-{m:02d}": [3000, 1000, 500, 100] for m in range(1, 13)}
    months |= {f"2026-{m:02d}": [3000, 600, 300, 60] for m in range(1, 4)}
    return sf.Panel.from_counts(months, steps=CHAIN)


def test_a_bottleneck_and_its_plan_count_the_same_deals():
    """A repurchase is no deal: both count at the win, so that half the gap is half the gain."""
    found = sf.analyze(fallen_chain(), value=1000.0)
    worst = found.bottlenecks[0]
    assert worst.counted_at == "won"
    assert worst.expected_gain == pytest.approx(200, rel=0.1)  # 400 offers a month, half are won
    effect = found.plan[0].effect
    assert effect.deals.mean == pytest.approx(3 * worst.expected_gain / 2, rel=0.1)
    assert effect.revenue.mean / 3 < worst.revenue.high
    assert "won deals a month" in found.to_text(width=200).split("Bottlenecks")[0]
    assert '"won" a month' in worst.to_text(width=200)


def test_steps_after_the_win_count_at_the_end_of_the_chain():
    months = {f"2025-{m:02d}": [3000, 1000, 500, 100] for m in range(1, 13)}
    months |= {f"2026-{m:02d}": [3000, 1000, 500, 40] for m in range(1, 4)}
    found = sf.find_bottlenecks(sf.Panel.from_counts(months, steps=CHAIN))
    assert (found[0].transition.source, found[0].counted_at) == ("won", "repurchase")
    assert found[0].expected_gain == pytest.approx(60, rel=0.1)
    joint = found.joint_gain(["lead→offer", "won→repurchase"])
    assert joint == found.joint_gain(["lead→offer"])


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_sheet_without_a_month_is_analysed(locale):
    sheet = sf.read_table(EXAMPLES / f"tracking_{locale}.csv")
    found = sf.analyze(sheet, locale=locale)
    assert (found.period, found.plan.start, len(found.plan)) == ("all", None, 0)
    assert found.faults == sheet.faults
    assert sf.Analysis.from_dict(found.to_dict()) == found
    assert "None" not in found.to_text(locale=locale) + found.plan.to_text(locale=locale)
    assert found.to_html(locale=locale)
    assert "None" not in found.plan.to_markdown(locale=locale) + found.plan.to_icalendar()


def test_measures_without_a_first_day_are_asked_for():
    sheet = sf.read_table(EXAMPLES / "tracking_en.csv")
    high = {"leads→content_downloads": 0.9, "content_downloads→demos_booked": 0.9}
    found = sf.analyze(sheet, benchmark=high)
    assert found.bottlenecks.alarms
    assert found.faults[-1].code == "plan-without-start"
    assert len(found.plan) == 0
    dated = sf.analyze(sheet, benchmark=high, start=date(2026, 11, 2))
    assert dated.plan[0].begins == date(2026, 11, 2)
    assert dated.faults == sheet.faults
    with pytest.raises(sf.errors.DataError, match="start"):
        sf.ImprovementPlan(measures=dated.plan.measures, start=None)


def test_steps_that_could_not_be_judged_are_counted():
    sheet = sf.read_table(EXAMPLES / "tracking_en.csv")
    benchmark = {"quotations_sent→contracts_signed": 0.6}
    found = sf.find_bottlenecks(sheet.panel(level="step"), benchmark=benchmark)
    said = found.to_text(width=300)
    assert "6 of 7 steps could not be judged." in said
    assert "6个无法判断" in found.to_text(locale="zh", width=300)


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "nothing recorded explains most of it"), ("zh", "主要部分")]
)
def test_a_cause_that_explains_next_to_nothing_is_not_named_in_the_answer(analysis, locale, words):
    first = analysis.findings[0]
    small = attrs.evolve(analysis, findings=(attrs.evolve(first, share=0.01),))
    assert words in small.to_text(locale=locale)
    assert words not in analysis.to_text(locale=locale)


@pytest.mark.parametrize("name", ["tracking_months_en.csv", "tracking_months_zh.xlsx"])
def test_every_rate_of_the_picture_lies_in_its_interval(name):
    pytest.importorskip("python_calamine")
    text = sf.analyze(sf.read_table(EXAMPLES / name)).to_text()
    pairs = re.findall(r"↓ ([\d.]+)% \[([\d.]+)–([\d.]+)%\]", text)
    assert len(pairs) > 5
    assert all(float(low) <= float(rate) <= float(high) for rate, low, high in pairs)
    # a step that fell over several periods: the judged rate, not that of the last period
    (alarm,) = sf.analyze(sf.read_table(EXAMPLES / name)).bottlenecks.alarms
    assert f"{alarm.rate:.2%}" in {f"{rate}%" for rate, _, _ in pairs}


def test_the_report_has_the_quarter_the_bridge_and_the_deals_that_may_slip():
    team = sales_team.team(300, seed=1)
    found = sf.analyze(team, rates={"EUR": 1.1, "USD": 1}, fiscal_start=4)
    assert found.quarter == "FY27-Q1"
    assert found.quarter_won == pytest.approx(found.bridge.won)
    assert found.quarter_won <= found.quarter_low <= found.quarter_expected <= found.quarter_high
    assert len(found.slippage.deals) == int((team.outcome == 0).sum())
    english, chinese = found.to_text(), found.to_text(locale="zh")
    for words in ("The quarter: FY27-Q1", "Pipeline bridge", "Deals that may slip"):
        assert words in english
    for words in ("本季度：FY27-Q1", "管道变动桥", "可能延期的商机"):
        assert words in chinese
    assert sf.Analysis.from_json(found.to_json()) == found
    without = sf.analyze(team)
    assert (without.quarter, without.bridge) == ("", None)
    assert "The quarter" not in without.to_text()
