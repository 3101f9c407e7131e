"""Aalen–Johansen against lifelines' figures (golden values), a brute-force twin, properties."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "survival.json").read_text("utf-8"))


def test_curve_against_lifelines_0_30():
    golden = GOLDEN["aalen_johansen"]
    curve = sf.stats.aalen_johansen(golden["t"], golden["event"])
    for mine, theirs in (
        (curve.times, "times"),
        (curve.at_risk, "at_risk"),
        (curve.open, "S"),
        (curve.advanced, "cif_adv"),
        (curve.lost, "cif_lost"),
    ):
        np.testing.assert_allclose(mine, golden[theirs], rtol=1e-12)


def test_variance_against_lifelines_0_30():
    golden = GOLDEN["aj_variance"]
    curve = sf.stats.aalen_johansen(golden["t"], golden["event"])
    np.testing.assert_allclose(curve.advanced, golden["cif_adv"], rtol=1e-12)
    np.testing.assert_allclose(curve.variance, golden["lifelines_var"], rtol=1e-9)


def test_chance_at_age_against_golden_conditional_win():
    golden = GOLDEN["aalen_johansen"]
    curve = sf.stats.aalen_johansen(golden["t"], golden["event"])
    for age, chance in GOLDEN["conditional_win"]:
        assert curve.chance(age) == pytest.approx(chance, abs=1e-12)


DEALS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=25)


def twin(pairs):
    """Walk through the times one by one, with a plain loop over all deals."""
    still, advanced, lost, rows = 1.0, 0.0, 0.0, []
    for t in sorted({d for d, e in pairs if e}):
        risk = sum(d >= t for d, _ in pairs)
        a, b = (sum(d == t and e == k for d, e in pairs) for k in (1, 2))
        advanced, lost = advanced + still * a / risk, lost + still * b / risk
        still *= 1 - (a + b) / risk
        rows.append((t, risk, advanced, lost, still))
    return rows


@given(DEALS)
def test_curve_against_a_twin(pairs):
    curve = sf.stats.aalen_johansen([d for d, _ in pairs], [e for _, e in pairs])
    mine = np.column_stack([curve.times, curve.at_risk, curve.advanced, curve.lost, curve.open])
    np.testing.assert_allclose(mine, np.array(twin(pairs)).reshape(-1, 5), atol=1e-12)


@given(DEALS, st.randoms(use_true_random=False))
def test_shares_add_up_and_order_does_not_matter(pairs, random):
    curve = sf.stats.aalen_johansen(*zip(*pairs, strict=True))
    np.testing.assert_allclose(curve.advanced + curve.lost + curve.open, 1, atol=1e-12)
    random.shuffle(pairs)
    assert curve == sf.stats.aalen_johansen(*zip(*pairs, strict=True))
    for share in (0.5, 0.8, 1.0):
        when = curve.quantile(share)
        assert when is None or when in curve.times


@given(DEALS)
def test_without_censoring_it_is_the_plain_share(pairs):
    done = [(d, e or 1) for d, e in pairs]
    curve = sf.stats.aalen_johansen(*zip(*done, strict=True))
    assert curve.advanced[-1] == pytest.approx(sum(e == 1 for _, e in done) / len(done))


def test_left_truncated_deals_are_at_risk_from_their_entry():
    curve = sf.stats.aalen_johansen([2.0, 4.0, 6.0], [1, 1, 0], entry=[0.0, 3.0, 0.0])
    assert curve.at_risk.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("duration", "event", "entry"),
    [
        ([-1.0], [1], None),
        ([np.nan], [1], None),
        ([1.0], [3], None),
        ([1.0], [1], [1.0]),
        ([1, 2], [1], None),
    ],
)
def test_bad_input_is_refused(duration, event, entry):
    with pytest.raises(ArgumentError):
        sf.stats.aalen_johansen(duration, event, entry=entry)


def test_nothing_observed_is_no_rate():
    curve = sf.stats.aalen_johansen([3.0, 4.0], [0, 0])
    assert curve.eventual is None
    assert curve.undecided == 1.0
    assert curve.quantile(0.5) is None
    assert (curve.interval().low, curve.interval().high) == (0.0, 1.0)


def test_round_trip():
    curve = sf.stats.aalen_johansen([3, 5, 8], [1, 2, 1])
    assert type(curve).from_json(curve.to_json()) == curve


@pytest.mark.parametrize(("event", "ends"), [(2, (0.0, 0.0362167)), (1, (0.9637833, 1.0))])
def test_nobody_and_everybody_against_clopper_pearson_of_100(event, ends):
    """The interval of 0 and of 100 in 100: 0.0362167, as scipy 1.17 gives."""
    interval = sf.stats.aalen_johansen(np.ones(100), np.full(100, event)).interval()
    assert (interval.low, interval.high) == pytest.approx(ends, abs=1e-7)


@given(DEALS)
def test_what_is_decided_later_is_counted_from_the_deals_themselves(pairs):
    curve = sf.stats.aalen_johansen(*zip(*pairs, strict=True))
    if curve.read_until is None:
        assert not any(e for _, e in pairs)
    else:
        later = sum(e > 0 and d > curve.read_until for d, e in pairs)
        assert curve.decided_later == later
        watched = [t for t in curve.times if sum(d >= t for d, _ in pairs) >= 5]
        assert curve.read_until == (watched or curve.times.tolist())[-1]


def test_the_chance_beyond_the_last_decision_is_not_known():
    curve = sf.stats.aalen_johansen([3, 5, 8, 8, 12], [1, 2, 1, 0, 0])
    assert curve.chance(5) == pytest.approx(1 / 3)
    assert curve.chance(8) is None
    assert curve.chance(100, 30) is None
    open_ones = sf.stats.aalen_johansen([1, 2], [0, 0])
    assert open_ones.eventual is None
    assert open_ones.chance(0) is None


@pytest.mark.parametrize("bad", [float("nan"), "3", float("inf")])
def test_ages_and_horizons_are_numbers(bad):
    curve = sf.stats.aalen_johansen([3, 5, 8, 8, 12], [1, 2, 1, 0, 0])
    for ask in (curve.chance, curve.interval, lambda h: curve.chance(3, h)):
        with pytest.raises(ArgumentError, match="must be a finite number"):
            ask(bad)


def test_a_level_next_to_one_is_taken():
    curve = sf.stats.aalen_johansen([3, 5, 8, 8, 12], [1, 2, 1, 0, 0])
    assert 0.0 <= curve.interval(level=1 - 2**-53).low < 0.01
    found = sf.stats.rate_interval(30, 100, level=1 - 2**-53)
    assert found.low == pytest.approx(0.07784, abs=1e-4)
    assert found.high == pytest.approx(0.68515, abs=1e-4)
