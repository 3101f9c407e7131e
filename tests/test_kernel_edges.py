"""Edges of kernels: nothing there, everything alike, too much for the quick way."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from salesfunnel._kernels import always_valid, ledger, mix, optimise, order, shrink, targets
from salesfunnel._kernels.attain import _moved, lattice_unit
from salesfunnel._kernels.causes import alike, checks, coding, leaks, parts
from salesfunnel._kernels.events import encoding
from salesfunnel._kernels.rate_model import blocks, design, evidence, pool, setting
from salesfunnel._kernels.special import _gauss
from salesfunnel._kernels.text import codes


def test_two_columns_without_two_levels_share_nothing():
    assert alike.cramers_v([[5, 3]]) == 0.0
    assert alike.cramers_v([[1, 0], [0, 0]]) == 0.0
    assert alike.uncertainty(np.zeros((2, 2))) == 0.0
    assert alike.uncertainty([[5, 3]]) == 0.0
    assert alike.cramers_v([[50, 0], [0, 50]]) > 0.95
    assert alike.uncertainty([[50, 0], [0, 50]]) > 0.95


def test_texts_of_no_width_have_one_hash():
    assert coding.hashes(np.array(["", "", ""])).tolist() == [0, 0, 0]
    first, second = coding.hashes(np.array(["a", "b"])).tolist()
    assert first != second


def counts(before, now, period=None):
    """Counts by level of (lost, won), before and now."""
    outcome = np.array([before, now], dtype=np.float64)
    return parts.LevelCounts(np.zeros((2, outcome.shape[2])) if period is None else period, outcome)


EVEN = counts([[40, 40], [40, 40]], [[40, 40], [40, 40]])
ALL_WON = counts([[0, 0], [40, 40]], [[0, 0], [40, 40]])


def test_where_all_advance_no_level_tells_the_outcome():
    assert checks.explained(ALL_WON) == 0.0
    assert leaks.level_leak(ALL_WON) == ""
    assert leaks.follows_outcome(ALL_WON) is False
    assert leaks.auc_of(np.array([3.0, 4.0]), np.zeros(2)) == 0.5
    assert leaks.level_leak(EVEN) == ""


def test_levels_that_part_won_from_lost_tell_the_outcome():
    assert leaks.level_leak(counts([[40, 0], [0, 40]], [[40, 0], [0, 40]])) == "tells-the-outcome"
    assert leaks.auc_of(np.array([0.0, 40.0]), np.array([40.0, 0.0])) == 1.0


def test_a_shift_inside_an_outcome_that_has_no_deals_is_none():
    before_only = counts([[40, 10], [10, 40]], [[0, 0], [0, 0]])
    assert parts.shift_given_outcome(before_only, np.array([0.1, -0.1])) == (0.0, 0.0)


def filled(n, *, won, lost):
    """Return whether n won and n lost deals have a column filled, and who won."""
    known = np.concatenate([np.arange(n) < won * n, np.arange(n) < lost * n])
    return known, np.repeat([1.0, 0.0], n)


@pytest.mark.parametrize(("won", "lost", "said"), [(0.9, 0.2, "filled-by-outcome"), (0.5, 0.5, "")])
def test_a_column_that_is_filled_by_outcome_is_found(won, lost, said):
    known, y = filled(200, won=won, lost=lost)
    nothing = np.zeros(0, dtype=bool)
    assert leaks.fill_leak(known, y, nothing, nothing) == said
    assert bool(leaks.recorded_by_outcome(known, y)) is bool(said)


def test_a_column_that_only_the_won_lack_is_found_by_its_rates():
    """Of 200 filled none was won, of 3,000 blank a quarter: filled when a deal is lost."""
    known = np.arange(3200) < 200
    y = (np.arange(3200) >= 2450).astype(float)
    none = np.zeros(0, dtype=bool)
    assert leaks.fill_leak(known, y, none, none) == "filled-by-outcome"


def test_a_column_that_is_blank_while_deals_are_open_is_found():
    known, y = filled(200, won=0.6, lost=0.6)
    still_open, decided = np.zeros(50, dtype=bool), np.ones(50, dtype=bool)
    assert leaks.fill_leak(known, y, still_open, decided) == "blank-while-open"
    assert leaks.fill_leak(known, y, decided, decided) == ""


def test_too_few_deals_say_nothing_of_a_column():
    known, y = filled(3, won=1.0, lost=0.0)
    assert leaks.recorded_by_outcome(known, y) is False
    assert leaks.after_by_date(np.array([1.0, np.nan]), np.array([0.0, 0.0])) is False
    life = np.zeros(6, dtype=np.int32)
    assert leaks.life_tied(np.zeros(6, dtype=np.int32), known, life, y) is False


def test_dates_after_the_outcome_or_on_its_day_are_told():
    ends = np.arange(100.0)
    assert leaks.after_by_date(ends + 1, ends) is True
    assert leaks.after_by_date(ends, ends) is True
    assert leaks.after_by_date(ends - 3, ends) is False


def test_an_order_that_does_not_fit_one_integer_is_the_same_by_keys():
    deal = np.array([2**40, 0, 2**40, 0], dtype=np.int64)
    time = np.array([5, 2**50, 1, 3], dtype=np.int64)
    assert ledger.order_by(deal, time).tolist() == [3, 1, 2, 0]
    wide = (np.array([1, 0, 1]), np.array([-(2**62), 7, 2**62 - 1]), np.array([3, 2**61, 1]))
    assert order.order_by(*wide).tolist() == np.lexsort(wide[::-1]).tolist()


def test_of_no_changes_there_is_no_order():
    none = np.zeros(0, dtype=np.int64)
    assert ledger.order_by(none, none).size == 0
    assert ledger.cleaned(none, none, none.astype(float)).size == 0


def test_groups_without_a_case_have_no_rate():
    assert np.isnan(shrink.shrunk_rates([0, 0], [0, 0])).all()


def test_equal_totals_leave_nothing_to_explain():
    power, surprise = mix.adtributor([10, 20], [20, 10])
    assert (power.size, surprise.size) == (0, 0)
    power, surprise = mix.adtributor([10, 20, 0], [10, 0, 0])
    assert power.tolist() == [0.0, 1.0, 0.0]
    assert surprise[2] == 0.0


def test_a_lattice_as_coarse_as_the_amounts_or_fine_enough():
    assert lattice_unit(np.array([500.0, 1500.0]), 2000.0) == 500.0
    assert lattice_unit(np.array([0.1234567, 1.0]), 2000.0) < 1.0
    assert lattice_unit(np.zeros(0), 2000.0) < 2.0


def test_a_target_of_nothing_is_met_and_nobody_brings_something():
    rate = np.full(4, 0.3)
    assert targets.chance_of_count(10, 0, rate) == 1.0
    assert targets.chance_of_amount(10, 0.0, rate, 5.0, 1.0) == 1.0
    assert targets.chance_of_amount(0, 10.0, rate, 5.0, 1.0) == 0.0
    exact = targets.chance_of_count(10, 2, rate)
    assert targets.chance_of_amount(10, 10.0, rate, 5.0, 0.0) == exact


def test_many_wins_are_normal_and_few_are_counted():
    rate = np.full(4, 0.3)
    for count in (targets.MANY, targets.MANY + 1):
        assert targets.chance_of_count(count / 0.3, count, rate) == pytest.approx(0.5, abs=0.03)


def test_arms_that_are_sure_to_differ_and_arms_that_nothing_tells_apart():
    low, high = always_valid.interval(0.0, 0.0, 5.0, 10.0, 0.05)
    assert (low, high) == (-1.0, 1.0)
    low, high = always_valid.interval(1.0, 1.0, 0.0, 1.0, 0.05)
    assert low == -1.0
    assert -1.0 < high <= 1.0


def test_a_climb_that_cannot_go_up_ends_unconverged():
    def wrong(x):  # a gradient that points away from where the value rises
        return -float(x @ x), 2 * x + 1, -np.eye(x.size)

    found = optimise.newton(wrong, np.array([0.0]))
    assert not found.converged
    assert found.x.tolist() == [0.0]
    short = optimise.newton(lambda x: (float(x.sum()), np.ones(1), -1e-9 * np.eye(1)),
                            np.array([0.0]), limit=3)  # fmt: skip
    assert not short.converged


def test_a_series_that_does_not_settle_is_unknown(monkeypatch):
    monkeypatch.setattr("salesfunnel._kernels.special._TERMS", 3)
    one = np.ones(1)
    total, _ = _gauss(30 * one, 40 * one, 2 * one, 0.9 * one)
    assert np.isnan(total).all()


def test_evidence_is_the_same_in_threads(monkeypatch):
    rng = np.random.default_rng(1)
    n = rng.integers(20, 200, (14, 700)).astype(float)
    x = rng.binomial(n.astype(int), 0.4).astype(float)
    plan = design.design(14, None)
    given = (x, n, plan, pool.Groups(np.array([0]), 700), setting.rate_setting(14))
    monkeypatch.setattr(evidence, "CHUNK", 256)
    one = evidence.evidence(*given)
    monkeypatch.setattr(blocks, "THREADS_FROM", 1)
    monkeypatch.setattr(blocks, "usable_processors", lambda: 3)
    several = evidence.evidence(*given)
    assert (one.down == several.down).all()
    assert (one.link == several.link).all()


def test_codes_of_many_kinds_of_ids_tell_them_apart(monkeypatch):
    monkeypatch.setattr(encoding, "CHUNK", 64)
    assert encoding.seen_codes(np.array([3, 70, 3]), 100).nonzero()[0].tolist() == [3, 70]
    monkeypatch.setattr(encoding, "_guess_bits", lambda some, count: 2)  # far too small a table
    ids = np.arange(1000) * 7919
    found, high = encoding.dense_codes(ids)
    assert np.unique(found).size == 1000
    assert found.max() <= high


def test_texts_without_a_piece():
    none = codes.Pieces([])
    assert none.count == 0
    assert none.lengths().size == 0
    assert none.spans(0, 5) == []


def test_two_columns_of_one_deal_have_nothing_in_common():
    one = SimpleNamespace(places=lambda factors: np.arange(2), sizes={1: 2})
    v, u = alike.association(one, SimpleNamespace(both=np.zeros((2, 2))), [1])
    assert not v.any()
    assert not u.any()


def test_where_all_are_exposed_there_is_nobody_to_compare_with():
    everyone = np.ones(20, dtype=bool)
    assert checks._pooled(np.ones(20), everyone, np.zeros(20, dtype=np.intp)) is None
    half = np.arange(20) < 10
    assert checks._pooled(half.astype(float), half, np.zeros(20, dtype=np.intp)) == 1.0


def test_a_sum_that_is_moved_by_nothing_stays():
    mass = np.array([0.5, 0.5])
    assert _moved(mass, 0) is mass
    assert _moved(mass, 1).tolist() == [0.0, 0.5]
