"""Follow-up: verdicts of a plan, the season, a control, weekly looks, the playbook."""

from __future__ import annotations

import importlib.util
import json
import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, UnknownNameError
from salesfunnel.monitoring import series_model
from salesfunnel.monitoring.series import Series
from salesfunnel.planning import Effect, Quantiles

ROOT = Path(__file__).parents[1]
START = date(2026, 1, 1)
STEPS = ("offer", "won")


def measure(
    key="m", *, planned=0.25, begins=START, due=None, segment="all", since="", adoption_metric=""
):
    none = Quantiles(0.0, 0.0, 0.0, 0.0)
    return sf.Measure(
        key=key,
        bottleneck=sf.Transition(*STEPS),
        segment=segment,
        problem="slow-response",
        measure="answer-within-a-day",
        owner="sales",
        begins=begins,
        due=due or begins,
        effort=2.0,
        effect=Effect(
            deals=none, p_positive=1.0, months=3.0, rate_now=0.3, rate_planned=0.3 * (1 + planned)
        ),
        baseline_from=since,
        adoption_metric=adoption_metric,
    )


def plan_of(*measures):
    return sf.ImprovementPlan(measures=measures or (measure(),), start=START)


def months(rates, *, n=400, first=(2025, 1), segments=None):
    """Return a monthly panel with exactly these rates."""
    rates = np.atleast_2d(np.asarray(rates, dtype=float).T).T
    count = rates.shape[0]
    year, month = first
    labels = [
        f"{year + (month - 1 + i) // 12}-{(month - 1 + i) % 12 + 1:02d}" for i in range(count)
    ]
    won = np.round(rates * n).astype(int)
    counts = np.stack([np.full(won.shape, n), won], axis=2)
    return sf.Panel.from_counts(counts, periods=labels, steps=STEPS, segments=segments)


def state(panel, today, plan=None, **more):
    (found,) = sf.review(plan or plan_of(), panel, today=today, **more)
    return found


def test_the_first_two_weeks_judge_only_whether_it_is_carried_out():
    panel = months([0.3] * 12)
    found = state(panel, START + timedelta(days=10))
    assert (found.state, found.next_step) == ("executing", "check-adoption")
    low = state(panel, START + timedelta(days=10), adoption={"m": [0.2, 0.5]})
    assert (low.state, low.next_step) == ("executing", "raise-adoption")
    assert low.evidence.adoption == 0.5


def test_a_clear_rise_works_and_becomes_standard_after_a_quarter():
    panel = months([0.3, 0.31, 0.29] * 4 + [0.40, 0.41, 0.40])
    early = state(panel, date(2026, 2, 1))
    assert early.evidence.periods == 1
    assert early.state in {"working", "not-enough-data"}
    late = state(panel, date(2026, 4, 1))
    assert late.state == "standardise"
    assert late.next_step == "standardise"
    assert late.strong
    assert late.evidence.rate == pytest.approx(0.4033, abs=1e-3)
    assert late.evidence.rate_before == pytest.approx(0.3, abs=0.01)
    assert late.evidence.rate in late.evidence.interval


def test_the_bayes_factor_of_a_steady_year_and_eight_better_weeks():
    """52 weeks with 30 of 100, 8 weeks with 39: exp(5.58) with sticky months as a class."""
    weeks = [START + timedelta(weeks=k) for k in range(-52, 9)]
    labels = ["{}-W{:02d}".format(*day.isocalendar()) for day in weeks]
    rows = [[100, 30]] * 53 + [[100, 39]] * 8  # one week holds the start
    panel = sf.Panel.from_counts(rows, periods=labels, steps=STEPS)
    found = state(panel, START + timedelta(weeks=10)).evidence
    assert math.log(found.bayes_factor) == pytest.approx(6.44, abs=0.1)
    assert found.entered == 800
    assert found.rate_before == pytest.approx(0.3, abs=0.01)
    assert found.p_higher > 0.99


def test_weeks_are_gathered_by_four_and_by_months():
    """A month in which the measure began is two blocks; a first block of one week is left out."""
    number = np.arange(2900.0, 2920.0)  # from 2025-07-28 on; the measure began 2025-10-13
    rows = np.stack([number, 30 + 0 * number, 100 + 0 * number], axis=1)
    given = Series(before=rows[:11], after=rows[11:], by="week", over=False)
    four, month = (
        series_model._gathered(given.before, given.after, *way, 2)
        for way in series_model._numberings(given.before, given.after, given)
    )
    assert four.entered.tolist() == [300, 400, 400, 400, 400, 100]
    assert month.entered.tolist() == [400, 400, 200, 300, 400, 200]
    assert (four.since, month.since) == (3, 3)
    at, angle = series_model._times(month, given)
    assert np.diff(at).min() > 0
    assert angle.shape == (6,)
    assert series_model.judge_series(given, 0.2, None).bayes_factor < 1


def test_no_change_is_not_working_only_four_weeks_after_it_was_due():
    panel = months([0.3] * 15, n=2000)
    found = state(panel, date(2026, 4, 1))
    assert (found.state, found.next_step) == ("not-working", "re-analyse")
    low = state(panel, date(2026, 4, 1), adoption={"answer-within-a-day": 0.3})
    assert low.next_step == "raise-adoption"
    later = plan_of(measure(due=date(2026, 3, 20)))
    assert state(panel, date(2026, 4, 1), later).state == "not-enough-data"


def test_a_small_funnel_is_undecided_and_says_for_how_long():
    panel = months([0.3] * 12 + [0.35, 0.3], n=20)
    found = state(panel, date(2026, 3, 1))
    assert found.state == "not-enough-data"
    assert found.evidence.weeks_needed is None or found.evidence.weeks_needed > 4
    nothing = state(months([0.3] * 12), date(2026, 3, 1))
    assert (nothing.state, nothing.evidence.entered) == ("not-enough-data", 0)
    fresh = sf.Panel.from_counts({"2026-02": [100, 50]}, steps=STEPS)
    assert "no-baseline" in state(fresh, date(2026, 3, 1)).evidence.notices


def test_a_fall_is_off_track():
    panel = months([0.3] * 12 + [0.28], n=120)
    found = state(panel, date(2026, 2, 5))
    assert (found.state, found.next_step) == ("off-track", "extend")


def test_the_season_is_no_success():
    wave = 0.3 + 0.08 * np.sin(2 * np.pi * (np.arange(27) - 0) / 12)
    two_years = months(wave, first=(2024, 1), n=1500)
    found = state(two_years, date(2026, 4, 1))
    assert found.evidence.season == "year"
    assert found.state != "working"
    assert found.evidence.odds_ratio.low < 1 < found.evidence.odds_ratio.high
    flat = months(wave[12:], first=(2025, 1), n=1500)
    fooled = state(flat, date(2026, 4, 1))
    assert fooled.evidence.season == "flat"
    assert "season-not-separable" in fooled.evidence.notices
    last = months(wave[10:], first=(2024, 11), n=1500)
    same = state(last, date(2026, 4, 1))
    assert same.evidence.season == "flat"
    assert same.state != "working"


def test_a_steady_trend_is_no_success():
    logit = -0.8 + 0.02 * np.arange(27)
    panel = months(1 / (1 + np.exp(-logit)), first=(2024, 1), n=1500)
    assert state(panel, date(2026, 4, 1)).state != "working"


def test_a_control_that_rose_too_takes_the_success_back():
    both = np.tile(np.array([0.3, 0.31, 0.29] * 4 + [0.4, 0.4, 0.4])[:, None], (1, 2))
    panel = months(both, n=800, segments=("north", "south"))
    plan = plan_of(measure(segment="north"))
    alone = state(panel, date(2026, 4, 1), plan)
    assert alone.state == "standardise"
    against = state(panel, date(2026, 4, 1), plan, control="south")
    assert against.state == "not-enough-data"
    assert "control-rose-too" in against.evidence.notices
    assert against.evidence.control == pytest.approx(0, abs=1e-9)
    one = both.copy()
    one[12:, 1] = 0.3
    better = state(months(one, n=800, segments=("north", "south")), date(2026, 4, 1), plan,
                   control="south")  # fmt: skip
    assert better.state == "standardise"
    assert better.evidence.p_control > 0.99
    drift = one.copy()
    drift[:12, 1] = np.linspace(0.2, 0.45, 12)
    apart = state(months(drift, n=800, segments=("north", "south")), date(2026, 4, 1), plan,
                  control="south")  # fmt: skip
    assert "trend-before" in apart.evidence.notices
    assert apart.evidence.control is None


def test_the_level_since_the_drop_is_what_counts():
    rates = [0.4] * 9 + [0.3] * 3 + [0.4] * 3
    panel = months(rates, n=1500)
    plan = plan_of(measure(since="2025-10"))
    assert state(panel, date(2026, 4, 1), plan).state in {"working", "standardise"}
    assert state(panel, date(2026, 4, 1)).state not in {"working", "standardise"}


def test_incomplete_periods_and_the_future_do_not_count():
    panel = months([0.3] * 12 + [0.4] * 6)
    assert state(panel, date(2026, 3, 15)).evidence.periods == 2
    assert state(panel, date(2026, 3, 31)).evidence.periods == 2


def test_rejected_measures_and_other_steps_are_left_out():
    plan = plan_of(measure("a"), measure("b"))
    panel = months([0.3] * 14)
    assert [r.key for r in sf.review(plan.reject("a"), panel, today=date(2026, 3, 1))] == ["b"]


def test_wrong_arguments_are_named():
    panel = months([0.3] * 14)
    with pytest.raises(ArgumentError):
        sf.review(plan_of(), panel, today="soon")
    with pytest.raises(ArgumentError, match="80"):
        sf.review(plan_of(), panel, today=date(2026, 3, 1), adoption={"m": 80})
    with pytest.raises(UnknownNameError):
        sf.review(plan_of(), panel, today=date(2026, 3, 1), control="moon")
    nameless = sf.Panel.from_counts([[1, 1]], steps=STEPS, periods=["now"])
    with pytest.raises(ArgumentError):
        sf.review(plan_of(), nameless, today=date(2026, 3, 1))


def _study():
    spec = importlib.util.spec_from_file_location(
        "reviews", ROOT / "benchmarks" / "accuracy" / "reviews.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_weekly_looks_stay_honest_in_a_short_run_of_the_study():
    study = _study().study
    working, _, _, _ = study(100, 0, 60)
    assert working <= 0.12
    working, against, undecided, _ = study(100, 0.25, 40)
    assert working >= 0.5
    assert math.isclose(working + against + undecided, 1)


def test_what_worked_becomes_a_key_action_in_both_languages():
    funnel = sf.Funnel("small", [sf.Stage("offer", "Offer", goal="decide"), "won"])
    panel = months([0.3, 0.31, 0.29] * 4 + [0.40, 0.41, 0.40])
    plan = plan_of()
    reviews = sf.review(plan, panel, today=date(2026, 4, 1))
    book = sf.write_playbook(funnel, plan, reviews)
    (action,) = book.funnel.stage("offer").actions
    assert action.name == "Respond to every inquiry within 24 hours"
    assert "484/1200" in action.evidence
    assert funnel.stage("offer").actions == ()
    again = sf.write_playbook(book.funnel, plan, reviews, locale="zh")
    assert len(again.funnel.stage("offer").actions) == 1
    assert again.funnel.stage("offer").actions[0].name == "24小时内响应客户需求"
    for locale, word in (("en", "proven"), ("zh", "已验证")):
        document = book.to_markdown(locale=locale)
        assert word in document
        assert f"{reviews[0].evidence.rate_before * 100:.1f}"[:3] in document
    waiting = sf.review(plan, panel, today=date(2026, 1, 5))
    assert sf.write_playbook(funnel, plan, waiting).entries == ()
    with pytest.raises(UnknownNameError):
        sf.write_playbook(sf.Funnel("x", ["a", "b"]), plan, reviews)


def test_golden_threshold_is_the_one_used():
    golden = json.loads((Path(__file__).parent / "golden" / "causes.json").read_text("utf-8"))
    assert "BF>=10" in golden["uplift_bf"]["threshold"]
    from salesfunnel.monitoring._review import ENOUGH

    assert ENOUGH == 10


@pytest.mark.parametrize(("locale", "words"), [("en", "at the same time"), ("zh", "前后对比")])
def test_a_review_without_control_says_that_it_compares_before_and_since(locale, words):
    months = [f"2025-{m:02d}" for m in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]
    counts = np.stack([np.full((15, 2), 400), np.full((15, 2), 120)], axis=2)
    counts[12:, 0, 1] = 160
    panel = sf.Panel.from_counts(
        counts, periods=months, segments=("north", "south"), steps=("offer", "won")
    )
    measure = sf.Measure(
        key="answer", bottleneck=sf.Transition("offer", "won"), problem="slow-response",
        measure="answer-within-a-day", owner="sales-lead", begins=date(2026, 1, 1),
        due=date(2026, 1, 12), effort=2, segment="north",
        effect=Effect(deals=Quantiles(0, 0, 0, 0), p_positive=0.9, months=3, rate_now=0.3,
                      rate_planned=0.375),
    )  # fmt: skip
    plan = sf.ImprovementPlan(measures=[measure], start=date(2026, 1, 1))
    (alone,) = sf.review(plan, panel, today=date(2026, 4, 1))
    assert alone.state == "standardise"
    assert words in alone.to_text(locale=locale)
    (beside,) = sf.review(plan, panel, today=date(2026, 4, 1), control="south")
    assert beside.evidence.p_control is not None
    assert words not in beside.to_text(locale=locale)
    effect = "no proof" if locale == "en" else "并不证明"
    assert effect in measure.to_text(locale=locale, width=300)
