"""The last month of entry is judged by those who have had time, and how many is not certain."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import salesfunnel as sf

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "accuracy"))


def judged(seed, left, factor, base=0.9, months=12):
    import _verdict_cells as cells

    rng = np.random.default_rng(seed)
    rate = np.tile([base, 0.5], (months, 1))
    rate[-1, 0] *= factor
    history = cells.deals_of(rng, np.array([150] * (months - 1) + [left]), rate)
    panel = history.panel(by="month", mode="entry")
    found = sf.find_bottlenecks(panel, period=panel.periods[months - 1])
    return cells.alarms_of(found)[0]


def test_a_fall_of_a_high_rate_is_seen_in_the_month_of_entry():
    assert sum(judged(seed, 150, 0.6) for seed in range(12)) >= 7


def test_few_entrants_and_many_do_not_alarm():
    assert sum(judged(seed, left, 1.0) for seed in range(8) for left in (10, 30, 300)) <= 2
