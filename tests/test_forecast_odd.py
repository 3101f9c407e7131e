"""Forecasts of odd deals: no wins, no losses, no values, skipped stages, no time at all."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import DataError

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("deals", HERE / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)


def odd(rng):
    """Return a history in which anything may be missing."""
    n, S = int(rng.choice([1, 2, 5, 30, 200])), int(rng.integers(1, 5))
    days = int(rng.choice([3, 40, 200, 800]))
    born = np.floor(rng.uniform(0, days, n)) if rng.random() < 0.3 else rng.uniform(0, days, n)
    entered, now, alive = np.full((n, S), np.nan), born.copy(), rng.random(n) < 0.9
    for s in range(S):
        entered[alive, s] = now[alive]
        if rng.random() < 0.3:
            entered[rng.random(n) < 0.3, s] = np.nan
        now = now + rng.exponential(rng.choice([0.0, 0.1, 5, 60]), n)
        alive = alive & (rng.random(n) < rng.choice([0.2, 0.7, 1.0]))
    outcome = rng.choice([0, 1, 2], n)
    if rng.random() < 0.2:
        outcome[1:] = rng.choice([0, 1, 2])
    closed = np.where(outcome > 0, np.minimum(now, days), np.nan)
    entered[entered > days] = np.nan
    value = rng.choice([0, -5, 1e9, np.nan, 100.0], n)
    words = {"owner": rng.choice(["a", "b", ""], n), "x": rng.choice(list("abcdefgh"), n)}
    return deals.history(born, entered, closed, outcome, as_of=days, value=value, **words)


@pytest.mark.parametrize("seed", range(25))
def test_odd_deals(seed):
    rng = np.random.default_rng(seed)
    history = odd(rng)
    how = {"covariates": ("value", "x")} if rng.random() < 0.5 else {"strata": "x"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            ahead = sf.forecast(history, horizon=int(rng.choice([1, 90, 400])), draws=100, **how)
        except DataError:
            assert not (history.outcome > 0).any()
            return
    assert np.isfinite([ahead.expected, ahead.interval.low, ahead.interval.high]).all()
    assert ((ahead.deal_chance >= 0) & (ahead.deal_chance <= 1)).all()
    assert ahead.period_expected.sum() == pytest.approx(ahead.expected, rel=1e-9, abs=1e-6)
    for name in ahead.deals[:1]:
        points = ahead.why(name)
        assert sum(points.values()) == pytest.approx(100 * ahead.deal_chance[0], abs=1e-6)
    assert sf.Forecast.from_json(ahead.to_json()) == ahead
