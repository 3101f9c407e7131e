"""What public lists taught: start-ups, dry funnels, rates above one."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf
from salesfunnel.bottleneck.inflow import start_up
from test_verdicts import names


def test_a_list_that_begins_small_shows_that_entries_fell():
    entered = [7, 115, 236, 312, 515, 792, 874, 722, 792, 1198, 793, 779, 761, 283, 121]
    rows = np.stack([entered, np.round(np.array(entered) * 0.4)], axis=1).astype(int)
    panel = sf.Panel.from_counts(rows, periods=names(15), steps=("lead", "won"))
    found = sf.find_bottlenecks(panel).inflow[0]
    assert found.tier == "confirmed"
    assert found.onset == names(15)[-2]
    assert "fewer come in" in sf.analyze(panel).to_text(width=300)[:600].lower()


def test_a_start_up_is_left_out_and_a_healthy_beginning_is_not():
    ramp = np.array([2.0, 20, 60, 120, 100, 110, 105, 98, 102, 99, 101, 100])[:, None]
    assert (
        start_up(ramp)[:, 0].tolist() == [True] * 2 + [True] + [False] * 9
        or start_up(ramp)[:2, 0].all()
    )
    rng = np.random.default_rng(1)
    steady = rng.poisson(100, (24, 300)).astype(float)
    assert not start_up(steady).any()
    wave = 100 * np.exp(0.5 * np.sin(2 * np.pi * (np.arange(30) - 3) / 12))
    assert start_up(wave[:, None]).sum() <= 1
    gap = np.array([np.nan, np.nan, 3.0, 90, 100, 95, 110, 100, 90, 100])[:, None]
    assert start_up(gap)[:, 0].tolist() == [False, False, True, *[False] * 7]
    assert not start_up(np.zeros((12, 1))).any()
    assert not start_up(np.full((3, 1), 5.0)).any()


def test_nobody_who_entered_since_is_said_first():
    rng = np.random.default_rng(2)
    rows = []
    for k in range(900):
        day = np.datetime64("2025-01-01") + np.timedelta64(rng.integers(0, 300), "D")
        wins = rng.random() < 0.4
        won = day + np.timedelta64(rng.integers(2, 40), "D")
        rows.append({"deal": f"d{k}", "lead": str(day), "won": str(won) if wins else "",
                     "outcome": "won" if wins else "open"})  # fmt: skip
    history = sf.read_stage_history(
        rows, stages=["lead", "won"], columns={"lead": "lead", "won": "won", "outcome": "outcome"},
        as_of="2026-02-01",
    )  # fmt: skip
    for locale, words in (("en", "Nobody entered"), ("zh", "没有任何新进入")):
        text = sf.analyze(history, locale=locale).to_text(locale=locale, width=300)
        assert words in text[:400]


def test_a_rate_above_one_has_an_interval_one_can_read():
    rng = np.random.default_rng(3)
    rows = []
    for k in range(600):
        day = np.datetime64("2025-01-01") + np.timedelta64(rng.integers(0, 330), "D")
        late = day >= np.datetime64("2025-11-01")
        won = day + np.timedelta64(rng.integers(1, 5) if late else rng.integers(40, 80), "D")
        rows.append({"deal": f"d{k}", "lead": str(day), "won": str(won), "outcome": "won"})
    history = sf.read_stage_history(
        rows, stages=["lead", "won"], columns={"lead": "lead", "won": "won", "outcome": "outcome"},
        as_of="2025-12-01",
    )  # fmt: skip
    table = sf.conversions(history.panel(by="month", mode="period"), lag=history)
    above = [row for row in table if row.status == "rate-gt-1"]
    assert above
    for row in above:
        assert 0 < row.interval.low < row.rate < row.interval.high < 10 * row.rate
