"""decompose_target with seasonal rates: a winter's target is not met at the year's mean rate."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf


def wave(months):
    return 1 / (1 + np.exp(-(-0.6 + 0.5 * np.sin(2 * np.pi * months / 12))))


def panel_of(rng, months=36, n=400):
    at = np.arange(months)
    rows = np.stack([np.full(months, n), rng.binomial(n, wave(at))], 1)
    periods = [f"{2023 + k // 12}-{k % 12 + 1:02d}" for k in range(months)]
    return sf.Panel.from_counts(rows, periods=periods, steps=("lead", "won"))


def test_the_rate_is_that_of_the_months_of_the_plan():
    panel = panel_of(np.random.default_rng(2))
    spring = sf.decompose_target(390, panel, months=3, start="2026-03")
    autumn = sf.decompose_target(390, panel, months=3, start="2026-09")
    assert spring.rates[0] == pytest.approx(wave(np.arange(2, 5)).mean(), abs=0.03)
    assert autumn.rates[0] == pytest.approx(wave(np.arange(8, 11)).mean(), abs=0.03)
    assert autumn.chance_now < 0.05
    assert spring.chance_now > 0.9
    flat = sf.decompose_target(390, panel, months=3, start="2026-09", seasonality=False)
    assert flat.chance_now > 0.5
    assert "rates-of-the-season" in {fault.code for fault in autumn.faults}


def test_safe_plans_are_met_as_often_as_they_say():
    met, runs = 0, 60
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        first = int(rng.integers(0, 12))
        plan = sf.decompose_target(
            90, panel_of(rng, n=200), months=3, start=f"2026-{first + 1:02d}", draws=1024, seed=1
        )
        # the plan's entrants, spread evenly over its months
        months = np.arange(first, first + 3)
        leads = np.full(3, int(np.ceil(plan.entrants_safe / 3)))
        met += rng.binomial(leads, wave(months)).sum() >= 90
    assert 0.65 <= met / runs <= 0.97
