"""Forecasts with traits of deals, a season and a break of the rates."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._kernels.winning.delays import delays
from salesfunnel._kernels.winning.drawn_wins import drawn_wins
from salesfunnel.errors import UnknownNameError

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("deals", HERE / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)

# the example of the specification of the forecast, worked out by hand: 1 went on, 2 was lost
DURATION, KIND = [1, 2, 2, 3, 4, 4, 5, 6], [1, 2, 1, 0, 1, 2, 0, 1]
STAY_GO = [1, 1, 0.8260869565, 0.6521739130, 0.6521739130, 0.4347826087, 0.4347826087, 0.025]
STAY_LOST = [1, 1, 1, 0.5555555556, 0.5555555556, 0.05, 0.05, 0.05]


def sold(seed, *, days=720, a_day=5.0, slope=0.0, skill=0.0, change=0.0, sine=0.0, **options):
    """Deals of two stages whose log odds to go on depend on value, owner and time of entry."""
    rng = np.random.default_rng(seed)
    born = np.sort(rng.uniform(0, days, rng.poisson(days * a_day)))
    n = born.size
    value = np.exp(rng.normal(9, 1, n))
    owner = rng.integers(0, 4, n)
    steady = slope * (np.log(value) - 9) + skill * np.array([-1.5, -0.5, 0.5, 1.5])[owner]
    entered = np.full((n, 2), np.nan)
    closed, outcome = np.full(n, np.nan), np.zeros(n, dtype=int)
    now, alive = born.copy(), np.ones(n, dtype=bool)
    for s in range(2):
        entered[alive, s] = now[alive]
        logit = 0.4 + steady + change * (now > days - 75) + sine * np.sin(2 * np.pi * now / 365.25)
        goes = rng.random(n) < 1 / (1 + np.exp(-logit))
        spent = rng.exponential(np.where(goes, 15, 25), n)
        lost = alive & ~goes
        closed[lost], outcome[lost] = (now + spent)[lost], 2
        now, alive = now + spent, alive & goes
    closed[alive], outcome[alive] = now[alive], 1
    late = ~(closed <= days)
    closed[late], outcome[late] = np.nan, 0
    entered[entered > days] = np.nan
    words = {name: make(rng, n, outcome) for name, make in options.items()}
    return deals.history(
        born, entered, closed, outcome, as_of=days, value=value,
        owner=[f"o{i}" for i in owner], **words,
    )  # fmt: skip


def test_delays_against_the_example():
    model = delays(np.array(DURATION), np.array(KIND), smooth=False)
    assert model.share == pytest.approx(0.71875)
    np.testing.assert_allclose(model.stay_go, STAY_GO, atol=1e-9)
    np.testing.assert_allclose(model.stay_lost, STAY_LOST, atol=1e-9)
    odds = np.exp(model.log_odds(np.array([2]))[0])
    assert odds / (1 + odds) == pytest.approx(0.4523809524)


def test_smoothed_days_keep_their_sum_and_middle():
    rng = np.random.default_rng(3)
    day = rng.lognormal(2.5, 0.9, 400).astype(int)
    plain, smooth = (delays(day, np.ones(400, dtype=int), smooth=s) for s in (False, True))
    assert smooth.go.sum() == pytest.approx(1)
    there = np.cumsum(smooth.go) - np.cumsum(plain.go)
    assert np.abs(there).max() < 0.06
    assert (np.diff(smooth.stay_go) <= 1e-12).all()


def test_bigger_deals_win_less():
    history = sold(1, slope=-0.6)
    with_value = sf.forecast(history, horizon=90, draws=200)
    plain = sf.forecast(history, horizon=90, draws=200, covariates=None)
    assert with_value.way == "covariates"
    assert "value" in with_value.terms
    assert with_value.expected < 0.7 * plain.expected
    small, big = np.argsort(with_value.deal_value)[[0, -1]].tolist()
    assert with_value.why(with_value.deals[big])["value"] < 0
    assert with_value.why(with_value.deals[small])["value"] > 0


def test_noise_is_not_used_and_that_is_said():
    history = sold(2, colour=lambda rng, n, _: rng.choice(["red", "blue", "green"], n))
    ahead = sf.forecast(history, horizon=90, draws=200)
    if ahead.way == "stage-and-age":
        assert "covariates-do-not-help" in {fault.code for fault in ahead.faults}
    named = sf.forecast(history, horizon=90, draws=200, covariates=["colour"])
    assert named.way == "covariates"
    plain = sf.forecast(history, horizon=90, draws=200, covariates=None)
    # drawn together, three groups that do not differ change little
    assert named.expected == pytest.approx(plain.expected, rel=0.05)
    with pytest.raises(UnknownNameError, match="color"):
        sf.forecast(history, horizon=90, covariates=["color"])


def test_what_was_filled_in_on_closing_is_no_trait():
    """A reason of loss tells everything of the past and nothing of open deals."""

    def reason(rng, n, outcome):
        return np.where(outcome == 2, rng.choice(["price", "timing"], n), "")

    def verdict(rng, n, outcome):
        return np.array(["open", "signed", "gone"])[outcome]

    ahead = sf.forecast(sold(3, reason=reason, verdict=verdict, skill=0.5), horizon=90, draws=200)
    assert "owner" in ahead.terms
    assert not {"reason", "verdict"} & set(ahead.terms)


def test_owners_differ_as_they_did():
    history = sold(4, skill=0.6)
    ahead = sf.forecast(history, horizon=90, draws=200, covariates=["owner"])
    chance = dict(zip(ahead.owners, (ahead.owner_wins / 1).tolist(), strict=True))
    count = {o: ahead.deal_owner.count(o) for o in chance}
    rate = {o: chance[o] / count[o] for o in chance}
    assert rate["o3"] > rate["o0"] + 0.2


def test_a_break_is_found_and_said():
    history = sold(5, change=-1.0, a_day=8.0)
    ahead = sf.forecast(history, horizon=90, draws=200)
    found = ahead.rates_changed
    assert found.probability > 0.9
    day = np.datetime64(history.as_of, "D") - np.timedelta64(75, "D")
    assert abs((np.datetime64(found.since) - day) / np.timedelta64(1, "D")) <= 35
    assert (found.after < found.before - 0.1).all()
    assert found.won_after < 0.7 * found.won_before
    said = {fault.code: fault.message for fault in ahead.faults}["rates-changed"]
    assert str(found.since) in said
    assert sf.Forecast.from_dict(ahead.to_dict()) == ahead
    assert "The rates changed" in ahead.to_text()
    assert "转化率已发生变化" in ahead.to_text(locale="zh")
    still = sf.forecast(sold(5), horizon=90, draws=200)
    assert still.rates_changed is None


def test_a_season_of_the_rates_moves_the_chances():
    history = sold(6, sine=0.8, days=1096)
    ahead = sf.forecast(history, horizon=90, draws=200, covariates=None)
    flat = sf.forecast(history, horizon=90, draws=200, covariates=None, season=None)
    assert "season" in ahead.terms
    # the wave has just turned up
    assert ahead.expected_new > 1.15 * flat.expected_new


@pytest.mark.parametrize("covariates", [None, "auto", ("value", "owner")])
def test_points_add_up(covariates):
    history = sold(7, slope=-0.3, skill=0.3)
    ahead = sf.forecast(history, horizon=60, draws=200, covariates=covariates)
    for name, chance in zip(ahead.deals[:40], ahead.deal_chance.tolist(), strict=False):
        points = ahead.why(name)
        assert sum(points.values()) == pytest.approx(100 * chance, abs=1e-9)
        rest = [abs(value) for value in list(points.values())[3:]]
        assert rest == sorted(rest, reverse=True)


def test_moving_on_raises_the_chance():
    ahead = sf.forecast(sold(8), horizon=90, draws=200)
    first = np.array(ahead.deal_stage) == "s0"
    assert (ahead.deal_raised[first] > ahead.deal_chance[first]).mean() > 0.9
    assert {ahead.deal_next[i] for i in np.flatnonzero(first).tolist()} == {"s1"}
    columns = ahead.columns()
    assert {"next_stage", "chance_there"} <= set(columns)


def test_names_are_found_by_what_they_are():
    history = sold(14, **{"Sales team": lambda rng, n, _: rng.choice(["north", "south"], n)})
    ahead = sf.forecast(history, horizon=60, draws=200, by="team", covariates=["sales_team"])
    assert ahead.by("team").attribute == "Sales team"
    assert "Sales team" in ahead.terms
    strata = sf.forecast(history, horizon=60, draws=200, strata="team")
    assert strata.strata == "Sales team"


def test_groups_add_up():
    history = sold(
        9, team=lambda rng, n, _: rng.choice(["north", "south"], n),
        product=lambda rng, n, _: rng.choice(["a", "b", "c"], n),
    )  # fmt: skip
    ahead = sf.forecast(history, horizon=90, draws=400, by=("team", "product"))
    for name in ("team", "product"):
        groups = ahead.by(name)
        assert groups.expected.sum() == pytest.approx(ahead.expected_open)
        assert groups.open_deals.sum() == len(ahead.deals)
        assert (groups.low < groups.expected).all()
        assert (groups.high > groups.expected).all()
        assert name in groups.to_text()
    with pytest.raises(UnknownNameError, match="region"):
        ahead.by("region")
    with pytest.raises(UnknownNameError, match="region"):
        sf.forecast(history, horizon=90, by="region")


def test_many_deals_are_drawn_by_the_cell_as_one_by_one(monkeypatch):
    """The mean and spread of the simulation do not depend on how deals are gathered."""
    rng = np.random.default_rng(0)
    n = 3000
    chance, value = rng.beta(1, 6, n), rng.lognormal(8, 1, n)
    pieces = np.tile([0.3, 0.7], (n, 1))
    groups = ((rng.integers(0, 3, n), 3),)
    common = (0.2 * rng.standard_normal((4000, 1)), np.ones((n, 1)))
    by_cell = drawn_wins(chance, value, pieces, common, groups, np.random.default_rng(1))
    monkeypatch.setattr("salesfunnel._kernels.winning.drawn_wins.ALL", 10_000)
    each = drawn_wins(chance, value, pieces, common, groups, np.random.default_rng(1))
    for a, b in (
        (by_cell.value.sum(1), each.value.sum(1)),
        (by_cell.wins.sum(1), each.wins.sum(1)),
    ):
        assert a.mean() == pytest.approx(b.mean(), rel=0.01)
        assert a.std() == pytest.approx(b.std(), rel=0.08)
    np.testing.assert_allclose(by_cell.by_group[0].mean(0), each.by_group[0].mean(0), rtol=0.02)
    np.testing.assert_allclose(by_cell.by_group[0].std(0), each.by_group[0].std(0), rtol=0.1)
    np.testing.assert_allclose(by_cell.value.mean(0), each.value.mean(0), rtol=0.02)


def test_values_that_double_on_winning_do_not_bias_the_back_test():
    """The amount of the day of the forecast counts, where its history is known."""
    rng = np.random.default_rng(11)
    plain = sold(11)
    n = len(plain)
    won = plain.outcome == 1
    first = np.round(np.exp(rng.normal(9, 0.5, n)))
    deal = np.concatenate([np.arange(n), np.flatnonzero(won)])
    time = np.concatenate([plain.created, plain.closed[won]])
    amount = np.concatenate([first, 2 * first[won]])
    history = plain.with_changes({"amount": {"deal": deal, "time": time, "value": amount}})
    done = sf.backtest(history, horizon=60, origins=6, every=60, draws=200, covariates=None)
    assert "value-known-afterwards" not in {fault.code for fault in done.faults}
    halves = sf.backtest(plain, horizon=60, origins=6, every=60, draws=200, covariates=None)
    # that amounts double is learnt from deals won before
    ratio = done.expected.sum() / done.actual.sum()
    usual = halves.expected.sum() / halves.actual.sum()
    assert ratio / usual == pytest.approx(1, abs=0.06)


def test_the_back_test_decides_at_each_origin():
    done = sf.backtest(sold(12, slope=-0.6), horizon=60, origins=4, every=60, draws=200)
    assert done.with_covariates.shape == (4,)
    assert done.with_covariates[-1]
    ours = done.score("age-conditioned", "open")
    alone = sf.backtest(
        sold(12, slope=-0.6), horizon=60, origins=4, every=60, draws=200, covariates=None
    )
    assert ours.wape < alone.score("age-conditioned", "open").wape


def test_deals_that_were_pushed_win_less():
    """Half of the deals are put off in their first stage; they seldom go on from the second."""
    rng = np.random.default_rng(13)
    days, n = 720, 3000
    born = np.sort(rng.uniform(0, days, n))
    pushed = rng.random(n) < 0.5
    second = born + rng.uniform(8, 12, n)
    goes = rng.random(n) < np.where(pushed, 0.2, 0.7)
    closed = second + rng.exponential(25, n)
    entered = np.stack([born, np.where(second <= days, second, np.nan)], 1)
    late = closed > days
    history = deals.history(
        born, entered, np.where(late, np.nan, closed), np.where(late, 0, np.where(goes, 1, 2)),
        as_of=days,
    )  # fmt: skip
    put_off = np.flatnonzero(pushed & (born + 5 <= days))
    deal = np.concatenate([np.arange(n), put_off])
    time = deals.stamps(np.concatenate([born, born[put_off] + 5]))
    date = deals.stamps(np.concatenate([born + 30, born[put_off] + 60])).astype("datetime64[D]")
    history = history.with_changes({"expected": {"deal": deal, "time": time, "value": date}})
    ahead = sf.forecast(history, horizon=90, draws=200)
    assert "pushed" in ahead.terms
    late_stage = np.array(ahead.deal_stage) == "s1"
    was = pushed[[int(name[1:]) for name in ahead.deals]]
    chance = ahead.deal_chance
    assert chance[late_stage & was].mean() < 0.6 * chance[late_stage & ~was].mean()
