"""The trend shows what was to be expected in every month: season and slope, with an interval."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.render.charts.registry import chart_of


def seasonal_panel(months=36, amplitude=0.4, fall=0, seed=3):
    rng = np.random.default_rng(seed)
    t = np.arange(months)
    odds = -0.4 + amplitude * np.sin(2 * np.pi * t / 12)
    rate = 1 / (1 + np.exp(-odds - rng.normal(0, 0.06, months)))
    if fall:
        rate[-fall:] *= 0.7
    x = rng.binomial(800, rate)
    won = rng.binomial(x, 0.4)
    names = [f"{2023 + k // 12}-{k % 12 + 1:02d}" for k in range(months)]
    counts = np.stack([np.full(months, 800), x, won], axis=1)
    return sf.Panel.from_counts(counts, periods=names, steps=("lead", "offer", "won")), odds


@pytest.mark.parametrize("fall", [0, 2, 5])
def test_the_reference_follows_the_season_and_not_the_fall(fall):
    panel, odds = seasonal_panel(fall=fall)
    trend = sf.analyze(panel).trend
    truth = 1 / (1 + np.exp(-odds))
    assert np.abs(trend.reference[:, 0] - truth).max() < 0.05
    inside = (trend.reference_low[:, 0] <= truth) & (truth <= trend.reference_high[:, 0])
    assert inside.mean() > 0.5
    assert np.ptp(trend.reference[:, 1]) < 0.04  # the other step has no season


def test_intervals_of_the_reference_hold_what_they_promise():
    held = []
    for seed in range(20):
        panel, odds = seasonal_panel(seed=seed)
        from salesfunnel.bottleneck import rate_trend

        trend = rate_trend(panel, period=panel.periods[-1])
        truth = 1 / (1 + np.exp(-odds))
        held.append(
            np.mean((trend.reference_low[:, 0] <= truth) & (truth <= trend.reference_high[:, 0]))
        )
    assert 0.68 < np.mean(held) < 0.95


def test_the_picture_draws_the_curve_with_its_band_and_the_onset():
    panel, _ = seasonal_panel(fall=2)
    analysis = sf.analyze(panel)
    chart = chart_of(analysis, "trend")
    assert analysis.bottlenecks[0].onset == "2025-11"
    band = next(mark for mark in chart.marks if mark.shape == "band")
    line = next(mark for mark in chart.marks if mark.role == "context" and mark.shape == "line")
    assert len(line.y) == len(band.y) == 36
    assert max(line.y) - min(line.y) > 0.1
    assert all(low < mid < high for low, mid, high in zip(band.y, line.y, band.y2, strict=True))
    assert any(mark.shape == "rule" for mark in chart.marks)
    assert "season" in chart.to_svg()
    assert "seasonal_low" in chart.data


def test_without_history_there_is_no_curve():
    panel = sf.Panel.from_counts([[100, 40]], periods=["2026-01"], steps=("a", "b"))
    trend = sf.analyze(panel).trend
    assert np.isnan(trend.reference).all()
    again = type(trend).from_json(trend.to_json())
    assert np.isnan(again.reference).all()
    chart_of(trend, "trend").to_svg()


def test_a_trend_of_counts_needs_no_reference():
    trend = sf.RateTrend.of(
        np.array([[10.0], [20.0]]), np.array([[4.0], [9.0]]), periods=("2026-01", "2026-02"),
        transitions=(sf.Transition("a", "b"),), by="month",
    )  # fmt: skip
    assert trend.reference is None
    assert "reference" not in trend.columns()
    chart_of(trend, "trend").to_svg()
