"""The gaps between open deals give the same curve as the table of all times."""

import numpy as np
import pytest

from salesfunnel._kernels.staleness import advance
from salesfunnel.stats import aalen_johansen


def deals_in_a_stage(seed, n, ticks):
    """Return times of events, which are advances, and ages of open deals; `ticks` makes ties."""
    rng = np.random.default_rng(seed)
    gone = (rng.lognormal(2, 1, n) * ticks).astype(np.int64)
    still = (rng.exponential(20, max(n // 7, 1)) * ticks).astype(np.int64)
    return gone, rng.random(n) < 0.6, still


@pytest.mark.parametrize("ticks", [1, 10, 86_400_000_000])
@pytest.mark.parametrize("seed", range(6))
def test_the_curve_is_that_of_all_times(seed, ticks):
    gone, went, still = deals_in_a_stage(seed, 40 * (seed + 1), ticks)
    curve = advance(gone, went, still)
    duration = np.concatenate([gone, still]).astype(float)
    event = np.concatenate([np.where(went, 1, 2), np.zeros(still.size, dtype=int)])
    wanted = aalen_johansen(duration, event)
    assert curve.eventual == pytest.approx(wanted.advanced[-1])
    for share in (0.1, 0.5, 0.8, 1.0):
        goal = share * curve.eventual * (1 - 1e-12)
        assert curve.quantile(share) == wanted.times[np.searchsorted(wanted.advanced, goal)]


@pytest.mark.parametrize("ticks", [1, 86_400_000_000])
def test_deals_watched_for_as_long_are_counted_with_ties(ticks):
    gone, went, still = deals_in_a_stage(11, 500, ticks)
    curve = advance(gone, went, still)
    wanted = [(gone >= age).sum() + (still >= age).sum() for age in still]
    assert curve.watched(still).tolist() == wanted


def test_chances_are_those_of_all_times():
    gone, went, still = deals_in_a_stage(3, 300, 1)
    curve = advance(gone, went, still)
    order = np.sort(gone)
    for age in np.unique(still):
        # by hand: product over distinct times
        S = F = S_age = F_age = 1.0
        F = F_age = 0.0
        for time in np.unique(order):
            risk = (gone >= time).sum() + (still >= time).sum()
            F += S * (went & (gone == time)).sum() / risk
            S *= 1 - (gone == time).sum() / risk
            if time <= age:
                S_age, F_age = S, F
        if age < order[0]:
            S_age, F_age = 1.0, 0.0
        found = curve.chances(np.array([age]))[0]
        if age >= order[-1] or S_age == 0:
            assert np.isnan(found)
        else:
            assert found == pytest.approx((F - F_age) / S_age)


def test_no_open_deal_and_no_event():
    none = np.zeros(0, dtype=np.int64)
    assert advance(none, none.astype(bool), none).eventual == 0
    assert advance(none, none.astype(bool), np.array([5])).eventual == 0
    curve = advance(np.array([3, 1, 2]), np.array([True, True, False]), none)
    assert curve.eventual == pytest.approx(2 / 3)
    assert curve.quantile(0.8) == 3
