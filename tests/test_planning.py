"""The plan: effects that can be reckoned by hand, overlaps, dates, edits."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import math
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels.effect import entrants_to_see, extra_deals, joint_uplift
from salesfunnel.builtin.rules import action, customer, data, resource
from salesfunnel.diagnosis import Remedy
from salesfunnel.errors import ArgumentError, DataError, DefinitionError, UnknownNameError
from salesfunnel.planning.working_days import working_day

ROOT = Path(__file__).parents[1]
GOLDEN = json.loads((Path(__file__).parent / "golden" / "causes.json").read_text("utf-8"))
SETS = [module.RULE_SET for module in (data, action, resource, customer)]
LIBRARY = [remedy for rules in SETS for remedy in rules.remedies]
START = date(2026, 11, 23)


def _planted():
    spec = importlib.util.spec_from_file_location(
        "planted", ROOT / "benchmarks" / "accuracy" / "planted.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


planted = _planted()


@pytest.fixture(scope="module")
def judged():
    bottleneck, parts, cause, _ = planted.planted(np.random.default_rng(7), 200)
    findings = sf.diagnose(bottleneck, planted.history_of(parts), rules=SETS)
    return bottleneck, findings, cause


@pytest.fixture(scope="module")
def plan(judged):
    bottleneck, findings, _ = judged
    return sf.plan([bottleneck], findings, start=START, value=5000.0)


def test_extra_deals_against_golden_plan_effect():
    g = GOLDEN["plan_effect"]
    deals = extra_deals(
        g["entrants_per_month"],
        g["rate_target"] - g["rate_now"],
        g["downstream_rate"],
        months=g["months"],
    )
    assert math.isclose(deals, g["extra_deals"], rel_tol=1e-12)
    assert math.isclose(deals * g["avg_value"], g["extra_revenue"], rel_tol=1e-12)


def test_entrants_to_see_against_golden_power_with_finite_history():
    assert math.isclose(entrants_to_see(0.3, 0.36, 1500), 501.91141980622086, rel_tol=1e-9)
    assert math.isclose(entrants_to_see(0.3, 0.36, 1e12), 372.325850601417, rel_tol=1e-4)
    assert entrants_to_see(0.3, 0.3, 100) == math.inf
    assert entrants_to_see(0.3, 0.31, 10) == math.inf


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=5), st.floats(0, 0.9))
def test_overlaps_are_not_added_twice(uplifts, rate):
    together = float(joint_uplift(np.array(uplifts), rate))
    assert together <= min(sum(uplifts), 1 - rate) + 1e-12
    assert together >= min(max(uplifts), 1 - rate) - 1e-12


def test_a_measure_answers_the_planted_cause(judged, plan):
    bottleneck, _, cause = judged
    first = next(m for m in plan if m.problem == cause)
    assert first.effect.deals.mean == max(m.effect.deals.mean for m in plan if m.effect)
    assert first.bottleneck == bottleneck.transition
    assert first.due.weekday() < 5
    assert first.due >= START + timedelta(days=7)
    assert first.effect.deals.p10 < first.effect.deals.p50 < first.effect.deals.p90
    assert first.effect.p_positive > 0.99
    assert first.priority > 0
    assert first.detectable_after_days > (first.due - first.begins).days
    assert [m.priority for m in plan if m.effect] == sorted(
        (m.priority for m in plan if m.effect), reverse=True
    )


def test_an_effect_agrees_with_its_formula(judged, plan):
    bottleneck, findings, cause = judged
    e = findings[0].evidence
    middle = 200 * 3 * e.exposure * -e.difference * 0.5
    measure = next(m for m in plan if m.problem == cause)
    cap = 600 * (measure.basis.ceiling - bottleneck.rate)
    effect = measure.effect
    assert effect.deals.mean <= cap + 1e-9
    assert math.isclose(effect.deals.p50, min(middle, cap), rel_tol=0.1)
    assert math.isclose(effect.revenue.p50, effect.deals.p50 * 5000, rel_tol=1e-9)
    expected = effect.revenue.mean * effect.p_positive / measure.effort
    assert math.isclose(measure.priority, expected)


def test_measures_on_one_step_overlap(plan):
    several = [m for m in plan if m.effect]
    assert len(several) >= 2
    total = sum(m.effect.deals.mean for m in several)
    assert plan.deals.mean < total
    assert plan.deals.mean > max(m.effect.deals.mean for m in several)
    assert plan.revenue.mean > 0


def test_gains_of_two_steps_multiply():
    def row(source, target, entered, advanced, reference):
        return sf.Bottleneck(
            transition=sf.Transition(source, target), segment="all", period="2026-10", window=1,
            entered=entered, advanced=advanced, rate=advanced / entered, reference=reference,
            tier="confirmed", probability=0.9,
        )  # fmt: skip

    rows = [
        row("lead", "offer", 40_000, 16_000, 0.5),
        row("offer", "won", 16_000, 4_000, 0.3),
    ]
    plan = sf.plan(rows, (), start=START, realisation=(1e6, 1e6))
    assert len(plan) == 2
    by_step = {m.bottleneck.source: m for m in plan}
    assert by_step["lead"].effect.rate_planned == pytest.approx(0.45, abs=0.003)
    assert by_step["lead"].effect.deals.mean == pytest.approx(40_000 * 3 * 0.05 * 0.25, rel=0.02)
    both = 120_000 * (0.45 * 0.275 - 0.4 * 0.25)
    assert plan.deals.mean == pytest.approx(both, rel=0.02)
    assert "gap" in plan[0].effect.notices
    lead = by_step["lead"]
    assert (lead.due - lead.begins).days < lead.detectable_after_days <= 365
    assert by_step["offer"].detectable_after_days is None  # less than the noise of its months


def test_plans_are_equal_for_equal_seeds_and_rejected_measures_do_not_count(judged, plan):
    bottleneck, findings, _ = judged
    again = sf.plan([bottleneck], findings, start=START, value=5000.0)
    assert again == plan
    assert again.deals == plan.deals
    other = sf.plan([bottleneck], findings, start=START, value=5000.0, seed=1)
    assert other.deals != plan.deals
    fewer = plan.reject(plan[0].key)
    assert fewer[0].state == "rejected"
    assert fewer.deals.mean < plan.deals.mean
    assert all(m.state == "accepted" for m in plan.accept())
    with pytest.raises(UnknownNameError):
        plan.reject("nothing")
    with pytest.raises(ArgumentError):
        plan.reject()


def test_titles_of_a_measure_may_be_bare_text(plan):
    bare = attrs.evolve(plan[0], title="Answer by noon", detail="", problem_title="Late")
    assert dict(bare.title) == {"en": "Answer by noon", "zh": "Answer by noon"}
    assert dict(bare.detail) == {}
    assert type(bare).from_dict(bare.to_dict()) == bare


def test_a_measure_can_be_edited(plan):
    key = plan[0].key
    edited = plan.edit(key, owner="Li Lei", effort=plan[0].effort * 2, title="Answer by noon")
    assert edited[0].owner == "Li Lei"
    assert math.isclose(edited[0].priority, plan[0].priority / 2)
    assert edited[0].title["zh"] == "Answer by noon"
    with pytest.raises(ArgumentError):
        plan.edit(key, problem="x")
    with pytest.raises(ArgumentError):
        plan.edit(key, effort=0)
    with pytest.raises(DataError):
        plan.add(plan[0])


def test_owners_efforts_and_remedies_of_ones_own(judged):
    bottleneck, findings, cause = judged
    mine = Remedy(
        "shadowing", cause, owner="marketing", lead_time_days=12, effort="L", title="Shadow a call"
    )
    plan = sf.plan(
        [bottleneck],
        findings,
        start=START,
        owners={"marketing": "韩梅梅"},
        effort={"shadowing": "S"},
        remedies=[mine],
    )
    made = next(m for m in plan if m.problem == cause)
    assert (made.measure, made.owner, made.effort) == ("shadowing", "韩梅梅", 2.0)
    assert made.due == date(2026, 12, 7)  # 12 days on is Saturday 5 December
    assert made.effect.revenue is None
    with pytest.raises(ArgumentError):
        sf.plan([bottleneck], findings, start=START, effort={"shadowing": "XL"})
    with pytest.raises(ArgumentError):
        sf.plan([bottleneck], findings, start="soon")
    with pytest.raises(DefinitionError):
        Remedy("x", ())


def test_due_dates_fall_on_working_days():
    assert working_day(date(2026, 11, 28)) == date(2026, 11, 30)
    assert working_day(date(2026, 11, 28), {date(2026, 11, 30)}) == date(2026, 12, 1)
    pytest.importorskip("holidays")
    from salesfunnel.planning.working_days import holidays_of

    assert working_day(date(2026, 10, 1), holidays_of("CN")) > date(2026, 10, 3)
    with pytest.raises(ArgumentError):
        holidays_of("XX")


def test_what_is_not_measured_becomes_a_measure_to_collect(plan):
    last = plan[-1]
    assert last.problem == "not-measured"
    assert "lead_quality" in last.collect
    assert last.effect is None


def test_the_library_answers_every_cause_of_the_built_in_rules():
    assert len(LIBRARY) >= 25
    assert len({r.key for r in LIBRARY}) == len(LIBRARY)
    known = {cause for remedy in LIBRARY for cause in remedy.causes}
    codes = {rule.code for rules in SETS for rule in rules.rules} - {"lost-reasons"}
    assert codes <= known
    three = {
        "pain-point-ads": ("awareness", "marketing", 15),
        "needs-script-and-review": ("intent", "sales-lead", 30),
        "instalments": ("negotiation", "finance", 20),
    }
    for remedy in LIBRARY:
        if remedy.key in three:
            assert (remedy.stages[0], remedy.owner, remedy.lead_time_days) == three[remedy.key]


def test_csv_and_markdown_have_the_columns_of_the_method(plan, tmp_path):
    text = plan.to_csv(tmp_path / "plan.csv", locale="zh")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:6] == [
        "瓶颈阶段",
        "问题分析",
        "优化措施",
        "责任人",
        "完成时间",
        "预期效果（量化指标）",
    ]
    assert len(rows) == len(plan) + 1
    assert (tmp_path / "plan.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = plan.to_markdown(locale="en")
    assert table.count("\n| ") >= len(plan)
    assert "| Bottleneck |" in table
    for locale in ("en", "zh"):
        assert "caused by" not in plan.to_markdown(locale=locale).casefold()


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_cell_that_looks_like_a_formula_is_text(plan, tmp_path, start):
    openpyxl = pytest.importorskip("openpyxl")
    evil = plan.edit(plan[0].key, owner=start, title=start)
    row = next(csv.DictReader(io.StringIO(evil.to_csv())))
    assert row["Owner"] == "'" + start
    assert row["Measure"].startswith("'")
    evil.to_xlsx(tmp_path / "plan.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx").active
    assert sheet["D2"].data_type == "s"
    assert sheet["D2"].value == start
    assert sheet["E2"].value.date() == evil[0].due


def test_icalendar_follows_rfc_5545(plan, tmp_path):
    key = plan[0].key
    odd = plan.edit(key, title="Answer; by noon, \\ every\nday " + "很" * 60)
    stamp = datetime(2026, 11, 23, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    text = odd.to_icalendar(tmp_path / "plan.ics", stamp=stamp, locale="zh")
    raw = (tmp_path / "plan.ics").read_bytes()
    assert raw == text.encode("utf-8")
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    whole = raw.replace(b"\r\n ", b"").decode("utf-8")
    assert "Answer\\; by noon\\, \\\\ every\\nday 很很" in whole
    assert whole.count("DTSTAMP:20261123T000000Z") == len(plan)
    assert f"DTSTART;VALUE=DATE:{plan[0].due:%Y%m%d}" in whole
    uids = [line for line in whole.split("\r\n") if line.startswith("UID:")]
    assert len(set(uids)) == len(plan)
    assert odd.to_icalendar(stamp=stamp, locale="zh") == text
    assert odd.reject(key).to_icalendar().count("BEGIN:VEVENT") == len(plan) - 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": -1}, {"months": float("nan")}, {"gap_closed": 5}, {"gap_closed": -0.1},
        {"realisation": (0, 1)}, {"realisation": 5}, {"value": -1}, {"value": float("inf")},
        {"most": 1.5}, {"seed": None}, {"seed": -1},
    ],
)  # fmt: skip
def test_assumptions_out_of_range_are_named(wrong):
    (name,) = wrong
    with pytest.raises(ArgumentError, match=f"'{name}' must"):
        sf.plan((), (), start=date(2026, 4, 1), **wrong)


def test_the_value_of_a_deal_may_be_a_number_of_numpy():
    made = sf.plan((), (), start=date(2026, 4, 1), value=np.int64(5))
    assert made.assumptions.value == 5.0
