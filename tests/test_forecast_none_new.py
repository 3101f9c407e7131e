"""A forecast where nobody new has come for long."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf


def test_deals_that_stopped_coming_are_no_crash():
    days = np.datetime64("2024-01-01") + np.arange(200) // 2
    rows = [
        {"deal": f"d{i}", "lead": str(day), "won": str(day + 20) if i % 2 else "",
         "outcome": "won" if i % 2 else "lost",
         "closed": str(day + 20), "value": 100.0}
        for i, day in enumerate(days)
    ]  # fmt: skip
    history = sf.read_deals(rows, stages=["lead", "won"], as_of="2026-11-20")
    ahead = sf.forecast(history, horizon="90D")
    assert np.isfinite(ahead.expected)
    assert ahead.expected < 10 * 100.0
