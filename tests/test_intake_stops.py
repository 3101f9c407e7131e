"""Deals with constant chances raise no alarm where new deals stop coming, halve or double.

The twin of a case of first contact, with constants and seeds of its own.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import salesfunnel as sf

STAGES = ["New", "Called", "Offered", "Signed"]


def history_of(seed: int, last: list[int]) -> sf.StageHistory:
    rng = np.random.default_rng([77, seed])
    rows, number, end = [], 0, dt.date(2025, 11, 3)
    for month, count in enumerate([140] * 6 + last, 3):
        for _ in range(count):
            number += 1
            day = dt.date(2025, month, 1 + int(rng.integers(28)))
            for k, stage in enumerate(STAGES):
                if day > end:
                    break
                rows.append({"deal": str(number), "stage": stage, "time": str(day)})
                if k == 3:
                    break
                goes_on = rng.random() < (0.88, 0.62, 0.45)[k]
                day += dt.timedelta(int(1 + rng.exponential((7, 14, 22)[k])))
                if not goes_on:
                    if day <= end:
                        rows.append({"deal": str(number), "stage": "lost", "time": str(day)})
                    break
    return sf.read_stage_history(rows, stages=STAGES, as_of="2025-11-03")


@pytest.mark.slow
@pytest.mark.parametrize("last", [[140, 140], [140, 70], [140, 0], [140, 280]], ids=str)
def test_constant_chances_raise_no_alarm(last: list[int]) -> None:
    alarms, rates = 0, []
    for seed in range(10):
        for row in sf.analyze(history_of(seed, last)).bottlenecks.rows:
            alarms += row.alarm
            if row.transition.source == "New" and row.rate is not None:
                rates.append(row.rate)
    # Thirty steps are judged: three alarms would be one in ten.
    assert alarms <= 2
    assert not rates or abs(float(np.mean(rates)) - 0.88) < 0.06
