"""A target and a forecast of the same deals say the same of rates and of arrivals."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("deals", HERE / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)

MONTHS, A_DAY = 36, 12.0
UNTIL = 366 + 365 + 365  # from 2024-01-01 to 2027-01-01


def quick_deals(seed, *, sine, winter):
    """Deals that are won or lost within a day, so that a month's wins are those of its entries."""
    rng = np.random.default_rng(seed)
    born = np.sort(rng.uniform(0, UNTIL, rng.poisson(UNTIL * A_DAY)))
    month = deals.stamps(born).astype("datetime64[M]").astype(int) % 12 + 1
    born = born[(rng.random(born.size) < winter) | ~np.isin(month, [12, 1, 2])]
    wave = -0.3 + sine * np.sin(2 * np.pi * born / 365.25)
    goes = rng.random(born.size) < 1 / (1 + np.exp(-wave))
    closed = born + rng.uniform(0, 1, born.size)
    late = closed > UNTIL
    won = np.where(goes, closed, np.nan)
    return deals.history(
        born, np.stack([born, np.where(late, np.nan, won)], 1), np.where(late, np.nan, closed),
        np.where(late, 0, np.where(goes, 1, 2)), as_of=UNTIL, stages=("lead", "won"),
    )  # fmt: skip


@pytest.mark.parametrize(("sine", "winter"), [(0.5, 1.0), (0.0, 0.4), (0.5, 0.4)])
def test_both_say_the_same(sine, winter):
    history = quick_deals(4, sine=sine, winter=winter)
    ahead = sf.forecast(history, horizon=90, draws=1000)
    panel = history.panel(by="month")
    plan = sf.decompose_target(round(ahead.wins), panel, months=3, start="2027-01")
    # rates: wins of the forecast over the deals that it lets come
    rate = ahead.wins / (ahead.new_a_day * 90 + len(ahead.deals))
    assert plan.rates[0] == pytest.approx(rate, rel=0.06)
    # arrivals: what comes at the present pace
    assert plan.entrants_now == pytest.approx(ahead.new_a_day * 90, rel=0.1)
    # so what is forecast is an even chance
    assert 0.25 < plan.chance_now < 0.75
    # and the months take about the same share of it; the plan draws them together more
    share = ahead.period_wins[:3] / ahead.period_wins[:3].sum()
    np.testing.assert_allclose(plan.weights, share, atol=0.1)
