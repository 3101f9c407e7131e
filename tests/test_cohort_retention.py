"""cohort_retention: activity by the calendar, and windows of repurchase in words."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf

ORDERS = """customer,date,amount
1,2019-01-01,1
2,2019-01-05,1
1,2019-02-01,1
3,2019-02-07,1
4,2019-02-09,1
1,2019-03-01,1
"""


def test_the_classic_table_of_months() -> None:
    kept = sf.cohort_retention(sf.read_purchases(ORDERS), as_of="2019-04-01")
    assert kept.cohorts == ("2019-01", "2019-02", "2019-03")
    assert kept.triangle()[0].tolist() == [1.0, 0.5, 0.5]
    assert kept.triangle()[1][:2].tolist() == [1.0, 0.0]
    assert np.isnan(kept.triangle()[1][2])
    curve = sf.repurchase_curve(sf.read_purchases(ORDERS), as_of="2019-04-01", windows=(31, 62))
    assert np.array_equal(curve.triangle(), kept.triangle(), equal_nan=True)
    assert curve.triangle("windows").tolist()[1][0] == 0.0
    assert kept.interval("2019-01", 1).low < 0.5 < kept.interval("2019-01", 1).high


def test_periods_that_are_not_over_are_left_out() -> None:
    half = sf.cohort_retention(sf.read_purchases(ORDERS), as_of="2019-03-15")
    assert half.cohorts == ("2019-01", "2019-02")
    later = sf.cohort_retention(sf.read_purchases(ORDERS), as_of="2019-06-01")
    assert later.triangle()[0].tolist() == [1.0, 0.5, 0.5, 0.0, 0.0]


def test_against_counting_by_hand() -> None:
    rng = np.random.default_rng(3)
    who = rng.integers(0, 40, 400)
    days = np.datetime64("2025-01-01") + rng.integers(0, 300, 400)
    kept = sf.cohort_retention(sf.Purchases.from_columns(who, days), as_of="2025-11-01")
    months = days.astype("datetime64[M]").astype(int)
    base = months.min()
    for row, cohort in enumerate(kept.cohorts):
        born = np.datetime64(cohort).astype("datetime64[M]").astype(int)
        members = {w for w in set(who.tolist()) if months[who == w].min() == born}
        assert kept.entered[row] == len(members)
        for later in range(len(kept.cohorts) - row):
            active = {int(w) for w, m in zip(who, months, strict=True) if m == born + later}
            assert kept.active[row, later] == len(members & active)
    assert base == np.datetime64(kept.cohorts[0]).astype("datetime64[M]").astype(int)


@pytest.mark.parametrize("window", ["60D", "60 days", np.timedelta64(60, "D")])
def test_windows_in_words(window) -> None:
    bought = sf.Purchases.from_records(
        [
            {"customer": "a", "time": "2026-01-01", "amount": 1},
            {"customer": "a", "time": "2026-02-01", "amount": 1},
        ]
    )
    panel = sf.repurchase_panel(bought, as_of="2026-07-01", window=window)
    assert panel.counts[0, 0, :2].tolist() == [1, 1]
    with pytest.raises(sf.errors.ArgumentError, match="60"):
        sf.repurchase_panel(bought, as_of="2026-07-01", window=60)
    with pytest.raises(sf.errors.ArgumentError, match="longer than zero"):
        sf.repurchase_panel(bought, as_of="2026-07-01", window="0D")


def test_an_empty_table() -> None:
    kept = sf.cohort_retention(sf.Purchases.from_columns([], [], []), as_of="2026-07-01")
    assert kept.cohorts == ()
    assert kept.triangle().shape == (0, 0)
