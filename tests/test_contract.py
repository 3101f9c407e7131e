"""The public contract: signatures and attributes that users outside the project rely on."""

from __future__ import annotations

import inspect
from datetime import date

import numpy as np
import pytest

import salesfunnel as sf

FACE = {
    "read_table": "source, *, funnel, period, encoding, sheet, decimal",
    "read_stage_history": "source, *, funnel, columns, as_of, tz",
    "count_steps": "events, steps, *, window, step_windows, order, exclude, breakdown, attribution,"
    " increasing, per, as_of, threads",
    "conversions": "panel, *, level, method",
    "find_bottlenecks": "panel, *, period, history, benchmark, lag, value, seed",
    "diagnose": "bottleneck, data, *, rules",
    "plan": "bottlenecks, findings, *, start, owners, effort, seed",
    "review": "plan, panel, *, today, adoption",
    "decompose_target": "target, panel, *, months, unit, value, probability, lag, split, seed",
    "forecast": "history, *, horizon, as_of, seed",
    "backtest": "history",
    "velocity": "history",
    "lifecycle": "purchases, *, as_of",
    "analyze": "data, *, funnel, period, benchmark, evidence, locale, seed",
    "template": "name, *, locale",
    "Panel.from_counts": "counts, *, funnel, missing, segments",
    "StageHistory.panel": "self, by, mode, *, window, segment",
    "EventLog": "entity, step, time, *, attributes",
    "Metric": "key, name, unit, better, step",
    "KeyAction": "key, name, owner, within",
    "Stage": "key, name, goal, actions, metrics, owner",
    "Funnel": "key, stages, name",
    "stats.rate_interval": "x, n, *, level, method",
    "stats.compare_rates": "x1, n1, x0, n0",
    "stats.aalen_johansen": "duration, event, *, entry",
    "stats.kitagawa": "n0, x0, n1, x1",
    "stats.mantel_haenszel": "tables",
    "stats.lmdi": "before, after",
    "stats.largest_remainder": "total, weights",
}
NAMES = [
    "templates",
    "rule_sets",
    "benchmarks",
    "benchmark",
    "sources",
    "rfm",
    "repurchase_curve",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_sbg",
    "clv",
    "History",
    "Transition",
]
METHODS = ("_repr_html_", "to_dict", "to_json", "from_dict", "to_html", "to_text")


@pytest.mark.parametrize("name", FACE)
def test_arguments_have_their_names_and_order(name):
    thing = sf
    for part in name.split("."):
        thing = getattr(thing, part)
    parameters = inspect.signature(thing).parameters
    plain, _, keyword = FACE[name].partition("*")
    wanted = [part for part in plain.replace(" ", "").split(",") if part]
    found = list(parameters)
    assert [p for p in found if p in wanted] == wanted
    assert found[: len(wanted)] == wanted
    for part in keyword.replace(" ", "").split(","):
        if part:
            assert part in parameters, part
            assert parameters[part].kind is inspect.Parameter.KEYWORD_ONLY or name == "Funnel"


@pytest.mark.parametrize("name", NAMES)
def test_names_are_there(name):
    assert callable(getattr(sf, name))


@pytest.fixture(scope="module")
def months():
    rows = {f"2025-{m:02d}": [400, 200, 100] for m in range(1, 13)}
    return sf.Panel.from_counts({**rows, "2026-01": [400, 200, 60]})


def test_results_have_their_attributes(months):
    row = sf.conversions(months).rows[0]
    for name in ("source", "target", "entered", "advanced", "rate", "interval", "status"):
        assert hasattr(row, name), name
    found = sf.find_bottlenecks(months)
    worst = found.rows[0]
    for name in [
        "transition",
        "segment",
        "rate",
        "reference",
        "shortfall",
        "probability",
        "tier",
        "window",
        "gain",
        "drift",
        "faults",
    ]:
        assert hasattr(worst, name), name
    assert isinstance(worst.gain, sf.Interval)
    assert (str(worst.transition), worst.tier) == ("step_2→step_3", "confirmed")
    assert {np.ndim(column) for column in found.columns().values()} == {1}
    plan = sf.plan(found, (), start=date(2026, 2, 2))
    for name in ["bottleneck", "problem", "measure", "owner", "due", "effect", "priority"]:
        assert hasattr(plan.measures[0], name), name
    reviews = sf.review(plan, months, today=date(2026, 2, 9))
    assert all(hasattr(one, "state") for one in reviews)
    target = sf.decompose_target(1000, months)
    both = sf.stats.rate_interval([0, 5], [10, 10])
    assert both.low.tolist()[0] == 0.0
    one = sf.stats.rate_interval(5, 10)
    assert one.low < 0.5 < one.high
    for result in (months, sf.conversions(months), found, plan, target, *reviews):
        for method in METHODS:
            assert callable(getattr(result, method)), method
        assert type(result).from_dict(result.to_dict()).to_json() == result.to_json()
        assert result.to_text(locale="zh")
    for table in (months, sf.conversions(months), found, plan):
        for backend in ("pandas", "polars", "pyarrow"):
            assert len(table.to_frame(backend=backend))


def test_panel_counts_are_int64_and_read_only(months):
    assert months.counts.dtype == np.int64
    assert not months.counts.flags.writeable
    assert months.counts.shape == (len(months.periods), len(months.segments), len(months.steps))


def test_the_b2b_template_is_the_method():
    funnel = sf.template("b2b", locale="zh")
    assert funnel.keys == ("awareness", "interest", "intent", "negotiation", "won", "repurchase")
    assert [metric.key for metric in funnel.steps] == [
        "impressions", "leads", "content_downloads", "demos_booked", "proposals_submitted",
        "quotations_sent", "contracts_signed", "repurchasing_customers",
    ]  # fmt: skip
    assert funnel.stages[0].volume.key == "leads"
    assert funnel.transitions()[0] == sf.Transition("awareness", "interest")
    assert len(funnel.transitions(level="step")) == 7


def test_counted_steps_are_a_document():
    log = sf.EventLog(["a", "a", "b"], ["view", "cart", "view"], [1, 2, 3])
    found = sf.count_steps(log, ["view", "cart"], window=5)
    assert found.counts == (2, 1)
    for name in ("by_segment", "immature", "durations"):
        assert hasattr(found, name)
    for locale in ("en", "zh"):
        assert "50.00 %" in found.to_text(locale=locale)
        assert "<svg" in found.to_html(locale=locale)
