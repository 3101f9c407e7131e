"""Durations, velocity, ageing deals and Little's law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deals
import salesfunnel as sf
from salesfunnel.errors import ArgumentError

FACTOR = st.floats(0.01, 1e4)


def test_velocity_formula_against_golden_velocity():
    """Golden `velocity`: 50 opportunities, 8,000, 25 %, 60 days; no cycle, no velocity."""
    parts = {"opportunities": 50, "value": 8000.0, "win_rate": 0.25}
    assert sf.Velocity(**parts, cycle_days=60.0).per_day == pytest.approx(1666.6666666666667)
    assert sf.Velocity(**parts, cycle_days=0.0).per_day is None
    assert sf.Velocity(**parts, cycle_days=None).per_day is None


def test_velocity_counts_open_deals_as_censored():
    history = deals.planted(3, days=400)
    found = sf.velocity(history)
    assert found.opportunities == (history.outcome == 0).sum()
    assert found.win_rate in found.win_rate_interval
    assert found.win_rate == pytest.approx(0.36, abs=0.06), "planted: two steps of .6"
    still_open = history.select(history.outcome == 0)
    assert sf.velocity(still_open).win_rate is None, "open is not lost"
    assert found.per_day > 0


def test_one_giant_deal_does_not_make_the_mean():
    history = deals.planted(3, days=400)
    values = np.where(
        np.arange(len(history)) == np.argmax(history.outcome == 1), 1e9, history.value
    )
    import attrs

    giant = attrs.evolve(history, value=values)
    assert sf.velocity(giant).value < 1.2 * sf.velocity(history).value
    assert sf.velocity(giant, winsorise=1.0).value > 1e6


@given(*[FACTOR] * 8)
def test_a_change_of_velocity_is_split_exactly(a, b, c, d, e, f, g, h):
    one = sf.Velocity(opportunities=1 + int(a), value=b, win_rate=c / 1e4, cycle_days=d)
    two = sf.Velocity(opportunities=1 + int(e), value=f, win_rate=g / 1e4, cycle_days=h)
    change = sf.velocity_change(one, two)
    total = two.per_day - one.per_day
    assert change.change == pytest.approx(total, rel=1e-6, abs=1e-9 * (one.per_day + two.per_day))


def test_a_change_from_nothing_is_refused():
    one = sf.Velocity(opportunities=0, value=1.0, win_rate=0.5, cycle_days=9.0)
    with pytest.raises(ArgumentError, match="before"):
        sf.velocity_change(one, one)


def test_durations_against_plain_counts_where_nothing_is_open():
    entered = [[0, 2], [0, 4], [0, 6], [0, 8], [0, np.nan]]
    history = deals.history([0] * 5, entered, [9, 9, 9, 9, 5], [1, 1, 1, 1, 2], as_of=50)
    found = sf.stage_durations(history)
    assert found.stages == ("s0",)
    assert [int(x[0]) for x in (found.entered, found.advanced, found.lost, found.open)] == [
        5,
        4,
        1,
        0,
    ]


def test_durations_of_planted_deals_are_the_planted_ones():
    found = sf.stage_durations(deals.planted(5, days=900, stages=3, go=0.5, mean=20.0))
    np.testing.assert_allclose(found.eventual, 0.5, atol=0.05)
    np.testing.assert_allclose(found.median, 20 * np.log(2), rtol=0.2)
    assert ((found.low < found.eventual) & (found.eventual < found.high)).all()


def test_a_stage_that_nobody_left_has_no_rate():
    history = deals.history([0, 1], [[0, np.nan], [1, np.nan]], [np.nan] * 2, [0, 0], as_of=9)
    found = sf.stage_durations(history)
    assert np.isnan(found.eventual).all()
    assert np.isnan(found.median).all()
    assert sf.ageing(history).deals == ()


def test_only_old_deals_without_hope_are_stale():
    days = list(range(1, 21))
    entered = [[0, d] for d in days] + [[0, np.nan]] * 20 + [[95, np.nan], [10, np.nan]]
    closed = [d + 1 for d in days] + [90] * 20 + [np.nan, np.nan]
    outcome = [1] * 20 + [2] * 20 + [0, 0]
    history = deals.history([0] * 40 + [95, 10], entered, closed, outcome, as_of=100)
    found = sf.ageing(history)
    assert found.deals == ("d41",)
    assert found.open == 2
    assert found.age[0] == 90
    assert found.chance[0] < 0.5 * found.chance_at_entry[0]


def test_littles_law_agrees_in_steady_flow():
    found = sf.littles_law(deals.planted(7, days=900, per_day=5.0, stages=3), window=180)
    assert found.agrees.all()
    np.testing.assert_allclose(found.ratio, 1, atol=0.2)


def test_littles_law_disagrees_where_deals_pile_up():
    entered = [[d, np.nan] for d in range(100)]
    closed = [d + 1 if d % 10 == 0 else np.nan for d in range(100)]
    outcome = [2 if d % 10 == 0 else 0 for d in range(100)]
    history = deals.history(range(100), entered, closed, outcome, as_of=101)
    assert not sf.littles_law(history).agrees[0]
    with pytest.raises(ArgumentError):
        sf.littles_law(history, window=0)


def test_all_are_documents_and_come_back():
    history = deals.planted(1, days=300)
    pace = sf.velocity(history)
    change = sf.velocity_change(pace, sf.velocity(deals.planted(2, days=300)))
    found = (pace, change, sf.stage_durations(history), sf.ageing(history), sf.littles_law(history))
    for result in found:
        assert type(result).from_json(result.to_json()) == result
        for locale in ("en", "zh"):
            assert result.to_text(locale=locale)
            assert result.to_html(locale=locale)
