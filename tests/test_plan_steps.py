"""An edited step is kept or named as a fault; a plan shows its faults; a review before the plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

import salesfunnel as sf

FUNNEL = sf.Funnel("sales", [
    sf.Stage("lead", "Lead"), sf.Stage("offer", "Proposal"), sf.Stage("won", "Closed won"),
])  # fmt: skip


def measure(key="answer", **changes):
    values = {
        "key": key, "bottleneck": sf.Transition("offer", "won"), "problem": "slow-response",
        "measure": "answer-within-a-day", "owner": "sales-lead", "begins": date(2026, 10, 8),
        "due": date(2026, 10, 15), "effort": 2,
    }  # fmt: skip
    return sf.Measure(**{**values, **changes})


def plan(*measures):
    return sf.ImprovementPlan(
        start=date(2026, 10, 8), measures=measures or (measure(),), funnel=FUNNEL,
        names={stage.key: stage.name for stage in FUNNEL},
    )  # fmt: skip


def codes(found):
    return [fault.code for fault in found.faults]


@pytest.mark.parametrize("words", ["Lead → Proposal", "lead -> offer", "LEAD  =>  proposal"])
def test_a_step_that_the_team_changed_is_kept(words):
    merged = plan().merge(sf.read_plan(plan().to_csv().replace("Proposal → Closed won", words)))
    assert merged[0].bottleneck == sf.Transition("lead", "offer")
    assert codes(merged) == ["plan-step-changed"]


def test_a_step_with_a_segment_is_kept():
    table = plan().to_csv().replace("Proposal → Closed won", "Proposal → Closed won (south)")
    assert plan().merge(sf.read_plan(table))[0].segment == "south"


def test_a_step_that_nobody_knows_is_a_fault_and_changes_nothing():
    table = plan().to_csv().replace("Proposal → Closed won", "Somewhere → Nowhere")
    merged = plan().merge(sf.read_plan(table))
    assert merged[0].bottleneck == sf.Transition("offer", "won")
    assert codes(merged) == ["plan-step-unknown"]


def test_a_blank_step_of_a_planned_measure_stays_although_the_row_above_is_another():
    both = plan(measure("first", bottleneck=sf.Transition("lead", "offer")), measure("second"))
    table = both.to_csv().replace("Proposal → Closed won", "")
    merged = both.merge(sf.read_plan(table))
    assert merged[1].bottleneck == sf.Transition("offer", "won")
    assert codes(merged) == ["plan-step-missing"]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_plan_shows_its_faults(locale):
    table = plan().to_csv().replace("2026-10-15", "soon")
    merged = plan().merge(sf.read_plan(table))
    assert "soon" in merged.to_text(locale=locale)
    assert "soon" in merged.to_html(locale=locale)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_review_before_the_plan_begins_has_no_negative_weeks(locale):
    months = [f"2026-{m:02d}" for m in range(1, 10)]
    panel = sf.Panel.from_counts(
        [[400, 200, 60]] * 9, periods=months, steps=("lead", "offer", "won")
    )
    (found,) = sf.review(plan(), panel, today=date(2026, 10, 1))
    assert (found.state, found.next_step, found.weeks) == ("executing", "begin", 0)
    assert "-" not in found.to_text(locale=locale).partition("→")[2].split("\n")[1]


def history():
    funnel = sf.Funnel("sales", [
        sf.Stage("lead"),
        sf.Stage("offer", actions=[sf.KeyAction("call", within=timedelta(days=2))]),
        sf.Stage("won"),
    ])  # fmt: skip
    deals = []
    for month in range(1, 11):
        for i in range(8):
            quick = month >= 10 or i < 2
            deals.append({
                "deal": f"{month}-{i}", "lead": f"2026-{month:02d}-01",
                "offer": f"2026-{month:02d}-{10 + i}",
                "call_at": f"2026-{month:02d}-{10 + i + (1 if quick else 4)}",
            })  # fmt: skip
    return sf.StageHistory.from_records(deals, funnel=funnel, as_of="2026-11-15")


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": "call"},
        {"adoption_metric": "call"},
        {"adoption_metric": "response_hours"},
        {"key": "call"},
    ],
    ids=str,
)
def test_adherence_feeds_the_review_since_the_measure_began(changes):
    data = history()
    found = sf.adherence(data)
    assert found.adoption()["call"] < 0.5  # over all months
    reviews = sf.review(
        plan(measure(**changes)), data.panel(by="month", mode="period"),
        today=date(2026, 11, 15), adoption=found,
    )  # fmt: skip
    assert reviews[0].evidence.adoption == 1.0


def test_an_adoption_of_another_kind_is_refused():
    panel = sf.Panel.from_counts([[4, 2, 1]], periods=["2026-09"], steps=("lead", "offer", "won"))
    with pytest.raises(sf.errors.ArgumentError, match="'adoption' must be a mapping"):
        sf.review(plan(), panel, today=date(2026, 11, 1), adoption=[0.5])


@pytest.mark.parametrize(
    ("by", "day", "label"),
    [("week", "2026-03-01", "2026-W10"), ("week", "2026-03-02", "2026-W10"),
     ("month", "2026-03-01", "2026-03"), ("month", "2026-03-02", "2026-04"),
     ("quarter", "2026-01-01", "2026-Q1"), ("quarter", "2026-03-01", "2026-Q2"),
     ("year", "2026-01-01", "2026"), ("day", "2026-03-01", "2026-03-01")],
)  # fmt: skip
def test_the_first_period_from_a_day_on(by, day, label):
    from salesfunnel._core.periods import first_from, label_of

    assert label_of(first_from(date.fromisoformat(day), by), by) == label


def test_the_level_since_the_drop_counts_by_week_too():
    weeks = [f"2025-W{w:02d}" for w in range(2, 53)] + [f"2026-W{w:02d}" for w in range(1, 35)]
    won = [50] * (len(weeks) - 29) + [20] * 13 + [50] * 16  # it fell with February
    panel = sf.Panel.from_counts([[100, w] for w in won], periods=weeks, steps=("offer", "won"))
    begins = date.fromisocalendar(2026, 19, 1)
    some = plan(measure(begins=begins, due=begins, baseline_from="2026-02"))
    (found,) = sf.review(some, panel, today=date(2026, 8, 24))
    assert found.state in {"working", "standardise"}
    assert found.evidence.rate_before < 0.3
