"""The season of arrivals, and why a deal has its chance."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._kernels.month_factors import month_factors
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("deals", HERE / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)

WINTER = {12, 1, 2}
TO_DECEMBER = 366 + 365 + 365 - 31  # from 2024-01-01 to 2026-12-01
GO, MEAN, A_DAY, AHEAD = 0.5, 12.0, 6.0, 90


def months(days):
    return deals.stamps(days).astype("datetime64[M]").astype(int) % 12 + 1


def arrived(seed, *, until, winter):
    """Deals of one stage; in winter a share of them does not come."""
    rng = np.random.default_rng(seed)
    born = np.sort(rng.uniform(0, until, rng.poisson(until * A_DAY)))
    born = born[(rng.random(born.size) < winter) | ~np.isin(months(born), list(WINTER))]
    closed = born + rng.exponential(MEAN, born.size)
    outcome = np.where(rng.random(born.size) < GO, 1, 2)
    late = closed > until
    return deals.history(
        born, born[:, None], np.where(late, np.nan, closed), np.where(late, 0, outcome),
        as_of=until, channel=np.where(rng.random(born.size) < 0.5, "web", "fair"),
    )  # fmt: skip


def truth(until, winter):
    """Wins of deals to come within the horizon."""
    day = np.arange(AHEAD) + 0.5
    rate = A_DAY * np.where(np.isin(months(until + day), list(WINTER)), winter, 1.0)
    return float((rate * GO * -np.expm1(-(AHEAD - day) / MEAN)).sum())


@pytest.mark.parametrize("seed", range(4))
def test_winters_are_forecast(seed):
    sold = arrived(seed, until=TO_DECEMBER, winter=0.4)
    right = truth(TO_DECEMBER, 0.4)
    auto = sf.forecast(sold, horizon=AHEAD, draws=200)
    plain = sf.forecast(sold, horizon=AHEAD, draws=200, season=None)
    assert auto.expected_new == pytest.approx(right, rel=0.2)
    assert plain.expected_new > 1.8 * right
    assert auto.expected_open == pytest.approx(plain.expected_open, rel=0.02)
    assert auto.arrival_season.mean() == pytest.approx(1)
    assert auto.arrival_season[[11, 0, 1]].max() < auto.arrival_season[2:11].min()
    assert plain.arrival_season.size == 0
    assert sf.Forecast.from_dict(auto.to_dict()) == auto
    for locale, words in (("en", "against the average month"), ("zh", "以全年月均为")):
        assert words in auto.to_text(locale=locale)
        assert words not in plain.to_text(locale=locale)


def test_after_a_winter_the_level_is_that_of_the_year():
    until = TO_DECEMBER - 365 + 90  # 2026-03-01, two winters and a bit
    sold = arrived(9, until=until, winter=0.4)
    right = truth(until, 0.4)
    assert sf.forecast(sold, horizon=AHEAD, draws=200).expected_new == pytest.approx(right, rel=0.2)
    off = sf.forecast(sold, horizon=AHEAD, draws=200, season=None).expected_new
    assert off < 0.8 * right


@pytest.mark.parametrize("seed", range(4))
def test_without_a_season_little_changes(seed):
    sold = arrived(seed, until=TO_DECEMBER, winter=1.0)
    auto = sf.forecast(sold, horizon=AHEAD, draws=200)
    plain = sf.forecast(sold, horizon=AHEAD, draws=200, season=None)
    assert auto.expected_new == pytest.approx(plain.expected_new, rel=0.05)


def test_below_two_years_there_is_no_season():
    sold = arrived(1, until=700, winter=0.4)
    auto = sf.forecast(sold, horizon=AHEAD, draws=200)
    plain = sf.forecast(sold, horizon=AHEAD, draws=200, season=None, covariates=None)
    assert auto.expected == pytest.approx(plain.expected, rel=0.02)
    said = {fault.code: fault for fault in auto.faults}
    assert said["arrivals-without-season"].severity == "info"
    assert "23 complete months" in said["arrivals-without-season"].message
    assert plain.faults == ()
    alone = sf.forecast(sold, horizon=AHEAD, draws=200, new_deals=False, covariates=None)
    assert alone.faults == ()


def test_a_first_month_cut_short_does_not_count():
    sold = arrived(1, until=366 + 365, winter=1.0)
    assert sf.forecast(sold, horizon=30, draws=200).arrival_season.size == 12
    late = np.asarray(sold.created) >= deals.stamps([15])[0]
    faults = sf.forecast(sold.select(late), horizon=30, draws=200).faults
    assert [fault.code for fault in faults] == ["arrivals-without-season"]


def test_one_month_out_of_line_is_no_season():
    rng = np.random.default_rng(0)
    count = rng.poisson(100, 36).astype(float)
    count[17] = 900
    assert np.abs(np.log(month_factors(count, 0).factor)).max() < 0.25
    steady = month_factors(rng.poisson(400, 36).astype(float), 0)
    assert np.abs(steady.factor - 1).max() < 0.05


def test_a_trend_is_no_season():
    rng = np.random.default_rng(1)
    count = rng.poisson(300 * np.exp(0.03 * np.arange(36))).astype(float)
    assert np.abs(month_factors(count, 4).factor - 1).max() < 0.08


def test_back_test_takes_the_season():
    sold = arrived(2, until=TO_DECEMBER + 90, winter=0.4)
    auto = sf.backtest(sold, horizon=90, origins=1, draws=400)
    plain = sf.backtest(sold, horizon=90, origins=1, draws=400, season=None)
    assert auto.score("age-conditioned").wape < 0.25 < plain.score("age-conditioned").wape
    short = sf.backtest(arrived(2, until=800, winter=1.0), horizon=30, origins=3, draws=400)
    assert "origins-without-season" in {fault.code for fault in short.faults}
    with pytest.raises(ArgumentError, match="season"):
        sf.backtest(sold, season="yes")
    with pytest.raises(ArgumentError, match="season"):
        sf.forecast(sold, horizon=30, season=True)


@pytest.mark.parametrize("strata", [None, "channel"])
def test_the_points_of_a_deal_add_up_to_its_chance(strata):
    sold = arrived(3, until=500, winter=1.0)
    found = sf.forecast(sold, horizon=60, strata=strata, draws=200)
    for name, chance in zip(found.deals, found.deal_chance.tolist(), strict=True):
        points = found.why(name)
        assert sum(points.values()) == pytest.approx(chance * 100, abs=1e-9)
        assert list(points)[:3] == ["base", "stage", "age"]
        assert ("strata" in points) == (strata is not None)
        assert points["base"] == pytest.approx(found.deal_chance.mean() * 100)
    with pytest.raises(UnknownNameError, match="nobody"):
        found.why("nobody")


def test_a_later_stage_gives_points():
    found = sf.forecast(deals.planted(3), horizon=60, draws=200)
    last = found.deal_stage.index("s1")
    first = found.deal_stage.index("s0")
    assert found.why(found.deals[last])["stage"] > 0 > found.why(found.deals[first])["stage"]


def test_a_document_without_the_part_of_strata_is_refused():
    sold = arrived(3, until=500, winter=1.0)
    found = sf.forecast(sold, horizon=60, strata="channel", draws=200)
    old = attrs.evolve(found, deal_chance_plain=())
    with pytest.raises(DataError, match="strata"):
        old.why(old.deals[0])
    for name in ("deal_chance_plain", "arrival_season"):
        with pytest.raises(DataError, match=name):
            attrs.evolve(found, **{name: [1.0]})
