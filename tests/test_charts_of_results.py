"""The pictures of comparisons and of following up hold the figures of their results."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from results import results
from salesfunnel.render.charts.registry import KINDS

WITHOUT = {  # one record, a definition, a model, or what another result shows
    "AdherenceRow", "ArmRow", "BgNbd", "Bottleneck", "BridgeBars", "BridgeVerdict", "BuyingModel",
    "CallRecord", "Chart", "Conversion", "CoverageRow", "CustomerSummary", "DepartmentPage",
    "Effect", "Evidence", "FieldHistory", "Fiscal", "ForecastGroups", "Funnel", "GammaGamma",
    "Handoff", "LittlesLaw", "Measure", "Playbook", "PluginRecord", "Purchases", "PurchasesAhead",
    "Rates", "ReferenceWindow", "Review", "Round", "RoundTask", "Sbg", "SegmentPair", "SegmentRow",
    "SlipRate", "StageLoss", "TypedDates", "Velocity", "WatchedMetric",
}  # fmt: skip


def test_every_result_has_a_picture_or_says_that_it_has_none():
    with_charts = {
        name for name in sf.__all__ if isinstance(getattr(sf, name), type)
        and hasattr(getattr(sf, name), "chart")
    }  # fmt: skip
    assert with_charts - set(KINDS) == WITHOUT
    for name in WITHOUT & {"Velocity"}:
        assert results()["velocity"].charts == (), name


def test_segments_and_arms():
    found = results()["segments"]
    data = found.chart("rates").data
    assert list(data["rate"]) == [row.estimate for row in found]
    assert set(data["baseline"]) == {found.centre}
    assert len(found.chart("segments").data["segment"]) == len(found)
    tested = results()["arms"]
    first, *others = tested.rows
    assert list(tested.chart("rates").data["rate"]) == [row.rate for row in tested.rows]
    data = tested.chart("effects").data
    assert list(data["middle"]) == [row.rate - first.rate for row in others]
    assert list(data["low"]) == [row.difference.low for row in others]


def test_what_changed_adds_up():
    change = results()["output change"]
    data = change.chart("change").data
    assert data["amount"][0] == pytest.approx(change.output_before)
    assert sum(data["amount"][:-1]) == pytest.approx(change.output_after)
    assert data["amount"][-1] == pytest.approx(change.output_after)
    pace = results()["velocity change"]
    data = pace.chart("change").data
    assert sum(data["amount"][:-1]) == pytest.approx(data["amount"][-1])
    progress = results()["progress"]
    data = progress.chart("gap").data
    assert sum(data["amount"][:-1]) == pytest.approx(data["amount"][-1])
    assert list(progress.chart("ladder").data["need"]) == progress.planned.tolist()


def test_follow_up_and_quarter():
    done = results()["adherence"]
    shares = [row.done if row.on_time is None else row.on_time for row in done.rows]
    assert list(done.chart("rates").data["rate"]) == shares
    handed = results()["handoffs"]
    assert list(handed.chart("rates").data["rate"]) == [r.dropped_share for r in handed.rows]
    watched = results()["watch"]
    data = watched.chart("watch").data
    for row, middle, low, high in zip(
        watched.rows, data["middle"], data["low"], data["high"], strict=True
    ):
        ratio = (1 + middle) / (1 + low)
        assert ratio == pytest.approx(row.actual / row.expected.low)
        assert high + low == pytest.approx(0, abs=1e-9)
    covered = results()["coverage"]
    data = covered.chart("coverage").data
    assert list(data["rate"]) == [row.probability for row in covered.rows]
    slips = results()["slippage"]
    assert list(slips.chart("rates").data["low"]) == [row.interval.low for row in slips.rates]
    calls = results()["calls"]
    assert list(calls.chart("rates").data["rate"]) == [row.rate for row in calls.rows]
    stale = results()["ageing"]
    amounts = list(stale.chart("ageing").data["amount"])
    assert amounts == sorted(stale.age.tolist(), reverse=True)[:24]


def test_customers():
    kept = results()["retention"]
    data = kept.chart("cohorts").data
    triangle = np.asarray(kept.triangle())
    shares = [v for v in data["value"] if v is not None]
    assert shares == pytest.approx(triangle[np.isfinite(triangle)].tolist())
    worth = results()["clv"].chart("worth").data["amount"]
    assert list(worth) == sorted(results()["clv"].value.tolist(), reverse=True)[:24]
    more = results()["upsell"].chart("potential").data["amount"]
    assert list(more) == sorted(results()["upsell"].potential.tolist(), reverse=True)[:24]
    figures = sf.benchmark("ecommerce").chart("rates").data
    assert list(figures["rate"]) == [one.rate for one in sf.benchmark("ecommerce").benchmarks]
