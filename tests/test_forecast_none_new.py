"""Forecasts where nobody new has come for long, to a day, and of whole quarters."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import salesfunnel as sf

TWENTY = np.timedelta64(20, "D")


def test_deals_that_stopped_coming_are_no_crash():
    days = np.datetime64("2024-01-01") + np.arange(200) // 2
    rows = [
        {"deal": f"d{i}", "lead": str(day), "won": str(day + TWENTY) if i % 2 else "",
         "outcome": "won" if i % 2 else "lost",
         "closed": str(day + TWENTY), "value": 100.0}
        for i, day in enumerate(days)
    ]  # fmt: skip
    history = sf.read_deals(rows, stages=["lead", "won"], as_of="2026-11-20")
    ahead = sf.forecast(history, horizon="90D")
    assert np.isfinite(ahead.expected)
    assert ahead.expected < 10 * 100.0


def _steady():
    days = np.datetime64("2025-01-01") + np.arange(1200) // 2
    rows = [
        {"deal": f"d{i}", "lead": str(day), "won": str(day + TWENTY) if i % 3 else "",
         "outcome": "won" if i % 3 else "lost", "closed": str(day + TWENTY), "value": 100.0}
        for i, day in enumerate(days) if day + TWENTY < np.datetime64("2026-08-20")
    ]  # fmt: skip
    return sf.read_deals(rows, stages=["lead", "won"], as_of="2026-08-20")


def test_the_end_may_be_a_day_or_a_period():
    history = _steady()
    to_the_day = sf.forecast(history, horizon="2026-12-31", draws=200)
    assert to_the_day.horizon == sf.forecast(history, horizon="2026-Q4", draws=200).horizon == 133
    assert sf.forecast(history, horizon=date(2026, 12, 31), draws=200).horizon == 133
    assert sf.forecast(history, horizon="2026-12", draws=200) == to_the_day
    with pytest.raises(sf.errors.ArgumentError, match="must end after 2026-08-20"):
        sf.forecast(history, horizon="2026-Q2")


def test_quarters_are_those_wholly_ahead_and_add_up():
    history = _steady()
    ahead = sf.forecast(history, horizon="2027-02-10", draws=500)
    assert ahead.quarters == ("2026-Q4",)  # the third is running, the first is cut
    months = [
        i for i, name in enumerate(ahead.periods) if name in {"2026-10", "2026-11", "2026-12"}
    ]
    np.testing.assert_allclose(ahead.quarter_expected, ahead.period_expected[months].sum())
    np.testing.assert_allclose(ahead.quarter_wins, ahead.period_wins[months].sum())
    low, high = float(ahead.quarter_low[0]), float(ahead.quarter_high[0])
    assert ahead.period_low[months].sum() < low < ahead.quarter_expected[0] < high
    assert high < ahead.period_high[months].sum()
    assert "Q4 2026" in ahead.to_text()
    assert sf.Forecast.from_json(ahead.to_json()) == ahead
    assert sf.forecast(history, horizon="30D", draws=200).quarters == ()
    whole = sf.forecast(history, horizon="2026-12-31", draws=200)
    assert whole.quarters == ("2026-Q4",)
