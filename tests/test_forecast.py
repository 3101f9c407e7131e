"""Forecast and back-test."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels import simulate
from salesfunnel._kernels.winning.time_to_win import convolved_days
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError
from salesfunnel.forecasting.open_deals import open_deals
from salesfunnel.forecasting.snapshot import snapshot
from salesfunnel.forecasting.stage_rows import stays
from salesfunnel.forecasting.win_model import Standing, fit_model, win_chances

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("deals", HERE / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)

GOLDEN = json.loads((HERE / "golden" / "ahead.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def sold():
    return deals.planted(1)


def test_wins_of_a_pipeline_against_golden():
    golden = GOLDEN["pipeline"]
    p, value = np.array(golden["p"]), np.array(golden["value"])
    pmf = simulate.poisson_binomial(p)
    np.testing.assert_allclose(pmf, golden["wins_pmf"], rtol=1e-12)
    assert pmf[3:].sum() == pytest.approx(golden["P_wins_ge_3"], rel=1e-12)
    cells, wins, (by_group,) = simulate.won_cells(
        p[:, None], value, np.zeros((40_000, 1)), np.random.default_rng(1),
        groupings=((np.arange(6), 6),),
    )  # fmt: skip
    assert cells.mean() == pytest.approx(golden["expected_value"], rel=0.01)
    assert cells.std() == pytest.approx(golden["sd_value"], rel=0.01)
    assert (wins >= 3).mean() == pytest.approx(golden["P_wins_ge_3"], abs=0.01)
    np.testing.assert_allclose(by_group.sum(1), cells[:, 0])


def test_scores_against_golden():
    golden = GOLDEN["metrics"]
    actual, said = np.array(golden["actual"]), np.array(golden["forecast"])
    assert simulate.wape(actual, said) == pytest.approx(golden["wape"])
    assert simulate.bias(actual, said) == pytest.approx(golden["bias"])
    assert simulate.wape(np.zeros(3), np.ones(3)) is None
    assert simulate.bias(np.zeros(3), np.ones(3)) is None
    c = golden["crps"]
    assert simulate.crps(np.array(c["sample"]), c["y"]) == pytest.approx(c["crps"])
    assert simulate.crps(np.array(c["sample"]), c["y"], fair=True) == pytest.approx(c["crps_fair"])
    b = golden["pinball"]
    assert float(simulate.pinball(b["y"], b["f"], b["q"])) == pytest.approx(b["value"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=12), st.floats(-50, 50))
def test_crps_against_the_double_sum(sample, actual):
    x = np.array(sample)
    plain = np.abs(x - actual).mean() - np.abs(x[:, None] - x[None]).mean() / 2
    assert simulate.crps(x, actual) == pytest.approx(plain, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=8),
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
)
def test_convolution_against_the_double_sum(first, then):
    k = len(first)
    a, b = np.array(first), np.array(then[:k])
    plain = np.zeros(k)
    for i in range(k):
        for j in range(k - i):
            plain[i + j] += a[i] * b[j]
    np.testing.assert_allclose(convolved_days(a, b), plain, atol=1e-12)


def model_of(sold, at, horizon):
    known = snapshot(sold, deals.stamps([at])[0])
    rows = stays(known)
    return fit_model(rows, known.at, horizon, closed=int((~known.open).sum())), rows


def within(model, place, ages):
    """Return the chance to be won within the horizon of deals that entered lately."""
    age = np.array(ages)
    who = Standing(place, age, np.zeros(age.size, dtype=int), np.zeros(age.size, dtype=int))
    return win_chances(model, who) * model.times.within(place, age)


def test_chances_of_two_stages_against_simulated_paths():
    model, _ = model_of(deals.planted(5, days=900, per_day=8.0), 900, 60)
    rng = np.random.default_rng(0)
    first, second = rng.exponential(15, 200_000), rng.exponential(15, 200_000)
    both = 0.36 * (first + second <= 60).mean()
    one = 0.6 * (second <= 60).mean()
    fresh, old = within(model, 1, [0, 40])
    assert fresh == pytest.approx(both, abs=0.02)
    assert within(model, 2, [0])[0] == pytest.approx(one, abs=0.02)
    # exponential times do not age
    assert old == pytest.approx(both, abs=0.04)


def test_a_stuck_deal_is_not_taken_for_one_that_moved_on():
    """Deals that go on do so within ten days; the others linger until they are lost."""
    rng = np.random.default_rng(2)
    n = 400
    born = np.sort(rng.uniform(0, 500, n))
    goes = rng.random(n) < 0.5
    entered = np.stack([born, np.where(goes, born + rng.uniform(1, 10, n), np.nan)], 1)
    closed = np.where(goes, entered[:, 1] + rng.uniform(20, 40, n), born + 120)
    model, _ = model_of(
        deals.history(born, entered, closed, np.where(goes, 1, 2), as_of=1000), 1000, 90
    )
    fresh, stuck = within(model, 1, [0, 30])
    assert fresh == pytest.approx(goes.mean(), abs=0.04)
    assert stuck == pytest.approx(0, abs=1e-6)


def test_a_skipped_stage_and_two_stages_at_once():
    born = np.arange(30.0)
    entered = np.stack([born, np.full(30, np.nan), born + 2], 1)
    entered[::2, 1] = entered[::2, 2]
    model, rows = model_of(deals.history(born, entered, born + 5, np.ones(30), as_of=100), 100, 30)
    assert rows.following[rows.place == 1].tolist() == [2, 3] * 15
    for place in (1, 3):
        # nobody was ever lost: half a deal of 30 or 60 stands against it
        assert within(model, place, [0])[0] > 0.93


def test_expectations_add_up(sold):
    f = sf.forecast(sold, horizon="90D")
    assert f.expected == pytest.approx(f.expected_open + f.expected_new)
    assert f.period_expected.sum() == pytest.approx(f.expected)
    assert f.period_wins.sum() == pytest.approx(f.wins)
    assert f.owner_expected.sum() == pytest.approx(f.expected_open)
    assert (f.deal_chance * f.deal_value).sum() == pytest.approx(f.expected_open)
    assert f.interval.low < f.expected < f.interval.high
    assert f.wins_interval.low < f.wins < f.wins_interval.high
    assert (np.diff(f.path, axis=0) >= -1e-9).all()
    assert (np.diff(f.path, axis=1) >= -1e-9).all()
    assert f.path[2, -1] == pytest.approx(f.expected, rel=0.05)
    assert (f.owners, f.periods[0]) == (tuple(f.owners), "2025-08")
    assert (np.diff(f.owner_expected) <= 0).all()


def test_the_same_seed_gives_the_same_forecast(sold):
    assert sf.forecast(sold, horizon=60, seed=3) == sf.forecast(sold, horizon=60, seed=3)
    other = sf.forecast(sold, horizon=60, seed=4)
    assert other.expected == sf.forecast(sold, horizon=60, seed=3).expected
    assert other.interval != sf.forecast(sold, horizon=60, seed=3).interval


def test_nothing_later_than_as_of_is_known(sold):
    """A forecast for an earlier day is that of the history as it was exported on that day."""
    then = 400
    early = deals.stamps([then])[0]
    day = (np.asarray(sold.created) - deals.BASE) / np.timedelta64(1, "D")
    keep = day <= then
    entered = (np.asarray(sold.entered)[keep] - deals.BASE) / np.timedelta64(1, "D")
    closed = (np.asarray(sold.closed)[keep] - deals.BASE) / np.timedelta64(1, "D")
    exported = deals.history(
        day[keep],
        np.where(entered <= then, entered, np.nan),
        np.where(closed <= then, closed, np.nan),
        np.where(closed <= then, np.asarray(sold.outcome)[keep], 0),
        as_of=then,
        value=np.asarray(sold.value)[keep],
        owner=sold.attribute("owner")[keep],
    )
    a = sf.forecast(sold, horizon=90, as_of=early)
    b = sf.forecast(exported, horizon=90)
    assert a.deal_chance.tolist() == b.deal_chance.tolist()
    assert a.expected == b.expected
    assert a.interval == b.interval


def test_new_deals_can_be_left_out(sold):
    f = sf.forecast(sold, horizon=90, new_deals=False)
    assert f.expected_new == 0
    assert f.expected == pytest.approx(f.expected_open)
    long = sf.forecast(sold, horizon=360)
    assert long.expected_new > long.expected_open


def test_strata_are_drawn_to_all_and_keep_the_order():
    rng = np.random.default_rng(8)
    n = 600
    born = np.sort(rng.uniform(0, 400, n))
    channel = np.where(rng.random(n) < 0.5, "good", "bad")
    wins = rng.random(n) < np.where(channel == "good", 0.7, 0.2)
    closed = born + rng.exponential(20, n)
    late = closed > 400
    sold = deals.history(
        born, born[:, None], np.where(late, np.nan, closed), np.where(late, 0, 2 - wins),
        as_of=400, channel=channel,
    )  # fmt: skip
    f = sf.forecast(sold, horizon=90, strata="channel")
    at = np.isin(np.asarray(sold.deals), f.deals)
    good = channel[at] == "good"
    assert f.deal_chance[good].mean() > f.deal_chance[~good].mean() + 0.3
    with pytest.raises(UnknownNameError, match="chanel"):
        sf.forecast(sold, horizon=90, strata="chanel")


def test_without_values_wins_are_counted():
    rng = np.random.default_rng(8)
    born = np.sort(rng.uniform(0, 300, 200))
    closed = born + rng.exponential(20, 200)
    late = closed > 300
    f = sf.forecast(
        deals.history(
            born, born[:, None], np.where(late, np.nan, closed),
            np.where(late, 0, rng.integers(1, 3, 200)), as_of=300,
        ),
        horizon=60,
    )  # fmt: skip
    assert f.expected == pytest.approx(f.wins)
    assert f.owners == ()


def test_what_is_missing_is_said():
    born = np.arange(20.0)
    closed = np.where(born < 10, born + 5, np.nan)
    value = np.where(born < 12, 100.0, np.nan)
    sold = deals.history(
        born, born[:, None], closed, np.where(born < 10, 1 + born % 2, 0), as_of=25, value=value
    )
    f = sf.forecast(sold, horizon=30)
    said = {"few-closed-deals", "deal-value-unknown", "arrivals-without-season"}
    assert {fault.code for fault in f.faults} == said
    assert (f.deal_value == 100).all()
    with pytest.raises(DataError, match="won or lost"):
        sf.forecast(sold, horizon=30, as_of="2024-01-03")
    with pytest.raises(ArgumentError, match="as_of"):
        sf.forecast(sold, horizon=30, as_of="2025-01-03")
    for bad in (0, "soon", True, "3h"):
        with pytest.raises(ArgumentError, match="horizon"):
            sf.forecast(sold, horizon=bad)


def test_no_open_deals_leave_the_new_ones():
    rng = np.random.default_rng(4)
    born = np.sort(rng.uniform(0, 300, 200))
    sold = deals.history(
        born, born[:, None], np.minimum(born + 3, 300), rng.integers(1, 3, 200), as_of=300
    )
    f = sf.forecast(sold, horizon=30)
    assert f.deals == ()
    assert f.expected_open == 0
    assert f.expected_new > 0


def test_a_target_takes_what_the_forecast_brings(sold):
    f = sf.forecast(sold, horizon=92)
    panel = sf.Panel.from_counts(
        {f"2025-{m:02d}": [60, 36, 20] for m in range(1, 8)}, steps=["s0", "s1", "won"]
    )
    plan = sf.decompose_target(90, panel, months=3, pipeline=f)
    assert plan.periods[0] == f.periods[0]
    assert 0 < plan.covered.sum() <= f.period_open_wins.sum() + 1e-9


def test_back_test_beats_the_usual_ways(sold):
    done = sf.backtest(sold, horizon=30, origins=5, every=45, draws=400)
    ours = done.score("age-conditioned", "open")
    assert ours.wape < done.score("static-win-rate", "open").wape
    assert ours.wape < done.score("stage-weights", "open").wape
    assert ours.crps < done.score("static-win-rate", "open").crps
    assert 0 <= ours.coverage <= 1
    said = {"few-origins", "value-known-afterwards", "origins-without-season"}
    assert {fault.code for fault in done.faults} == said
    day = (done.origins - np.datetime64("2024-01-01")) / np.timedelta64(1, "D")
    assert day.tolist() == [600 - 30 - 45 * i for i in (4, 3, 2, 1, 0)]
    won = (np.asarray(sold.outcome) == 1) & (np.asarray(sold.closed) > deals.stamps([570])[0])
    assert done.actual[-1] == pytest.approx(np.asarray(sold.value)[won].sum())
    assert (done.actual_open <= done.actual + 1e-9).all()
    with pytest.raises(UnknownNameError, match="last-period"):
        done.score("last-period", "open")


def test_back_test_needs_time():
    with pytest.raises(DataError, match="days"):
        sf.backtest(deals.planted(1, days=200), horizon=90)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(5, 200))
def test_chances_are_chances_and_grow_with_the_horizon(seed, stages, horizon):
    sold = deals.planted(seed, days=200, per_day=1.0, stages=stages)
    near, far = (
        open_deals(*model_of(sold, 200, h), np.ones(len(sold)), np.array([0.0, h])).chance
        for h in (horizon, horizon * 4)
    )
    assert (near >= 0).all()
    assert (far <= 1 + 1e-9).all()
    assert (near <= far + 0.05).all()


@pytest.mark.parametrize("seed", [None, -1, 1.5])
def test_a_forecast_without_a_whole_seed_is_refused(sold, seed):
    with pytest.raises(sf.errors.ArgumentError, match="'seed' must"):
        sf.forecast(sold, horizon=30, seed=seed)
    with pytest.raises(sf.errors.ArgumentError, match="'seed' must"):
        sf.backtest(sold, horizon=30, seed=seed)
