"""Panels of amounts, and by the company's own calendar."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import numpy as np
import pytest

import sales_team
import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError


@pytest.fixture(scope="module")
def team():
    return sales_team.team(600, seed=6, fields={"amount", "owner"})


def test_amounts_of_a_small_panel_by_hand():
    history = sf.StageHistory.from_records(
        [
            {"deal": "a", "lead": "2026-01-05", "won": "2026-02-01", "value": 300},
            {"deal": "b", "lead": "2026-01-06", "value": 100},
            {"deal": "c", "lead": "2026-01-07", "won": "2026-02-02"},
        ],
        stages=["lead", "won"],
        as_of="2026-03-01",
    )
    panel = history.panel(by="month", weight="value")
    assert panel.counts[0, 0].tolist() == [400, 300]
    assert panel.unvalued == 1
    row = sf.conversions(panel).rows[0]
    assert row.rate == 0.75
    plain = sf.conversions(history.panel(by="month")).rows[0]
    assert row.interval.width > plain.interval.width


@pytest.mark.parametrize("mode", ["cohort", "period"])
@pytest.mark.parametrize("by", ["month", "quarter", "all"])
def test_deals_of_one_unit_give_the_counts_of_deals(team, mode, by):
    ones = attrs.evolve(team, value=np.ones(len(team)), changes={})
    deals = ones.panel(by=by, mode=mode, segment="owner")
    if by == "all" and mode == "period":
        return
    money = ones.panel(by=by, mode=mode, segment="owner", weight="value")
    np.testing.assert_array_equal(deals.counts, money.counts)
    np.testing.assert_array_equal(deals.counts, money.squares)
    left, right = sf.conversions(deals), sf.conversions(money)
    np.testing.assert_allclose(left.low, right.low, atol=1e-9)
    np.testing.assert_allclose(left.high, right.high, atol=1e-9)


def test_intervals_of_rates_by_value_hold():
    """Big deals win less often; the rate of money lies in its interval about as often as said."""
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(300):
        value = np.round(rng.lognormal(8, 1, 150), 2)
        chance = 1 / (1 + np.exp(0.4 * (np.log(value) - 8)))
        won = rng.random(150) < chance
        start = np.full(150, np.datetime64("2026-01-05", "us"))
        end = np.where(won, np.datetime64("2026-02-05", "us"), np.datetime64("NaT", "us"))
        history = sf.StageHistory(
            deals=[str(i) for i in range(150)], stages=("lead", "won"),
            entered=np.stack([start, end], axis=1), outcome=np.where(won, 1, 2), value=value,
            closed=np.where(won, end, np.datetime64("2026-02-06", "us")), as_of="2026-03-01",
        )  # fmt: skip
        row = sf.conversions(history.panel(by="all", weight="value"), level=0.9).rows[0]
        # the rate of the deals at hand had their chances come true in the long run
        held += row.interval.low <= (value * chance).sum() / value.sum() <= row.interval.high
    assert 0.85 <= held / 300 <= 0.97


def test_panels_of_amounts_are_kept_from_tests_of_deals(team):
    panel = team.panel(weight="value")
    for verb in (sf.find_bottlenecks,):
        with pytest.raises(ArgumentError, match="got amounts"):
            verb(panel)
    assert sf.Panel.from_json(panel.to_json()) == panel
    whole = panel.total(over="periods")
    assert whole.counts.sum() == panel.counts.sum()
    assert (panel + panel).squares.sum() == pytest.approx(2 * panel.squares.sum())
    with pytest.raises(DataError, match="weight"):
        panel + team.panel()


@pytest.mark.parametrize(("locale", "words"), [("en", "Amounts by"), ("zh", "金额")])
def test_a_panel_of_amounts_shows_money(team, locale, words):
    panel = team.panel(by="quarter", weight="value")
    assert words in panel.to_text(locale=locale)
    assert words in panel.to_html(locale=locale)


def test_amounts_that_cannot_be_added_are_refused(team):
    mixed = attrs.evolve(
        team, attributes={"currency": ["EUR", "USD"] * (len(team) // 2)}, changes={}
    )
    with pytest.raises(DataError, match="several"):
        mixed.panel(weight="value")
    assert mixed.panel(weight="value", rates={"EUR": 1.1, "USD": 1}).currency == "USD"
    with pytest.raises(DataError, match="none"):
        attrs.evolve(team, value=np.full(len(team), np.nan), changes={}).panel(weight="value")
    with pytest.raises(ArgumentError, match="window"):
        team.panel(weight="value", window="30D")


def test_fiscal_quarters_of_a_panel(team):
    months = team.panel(by="month", segment="owner")
    fiscal = team.panel(by="quarter", segment="owner", fiscal_start=2)
    assert fiscal.periods[:2] == ("FY25-Q4", "FY26-Q1")
    at = [months.periods.index(name) for name in ("2025-02", "2025-03", "2025-04")]
    np.testing.assert_array_equal(fiscal.counts[1], months.counts[at].sum(axis=0))
    np.testing.assert_array_equal(fiscal.counts.sum(axis=0), months.counts.sum(axis=0))
    assert fiscal.partial == fiscal.periods[-1:]
    weeks = team.panel(by="month", fiscal=sf.Fiscal(2, pattern="4-4-5"))
    assert weeks.counts.sum() == team.panel(by="month").counts.sum()
    worth = team.panel(by="year", fiscal_start=4, weight="value")
    assert worth.counts.sum() == pytest.approx(team.panel(weight="value").counts.sum(), abs=5000)
    with pytest.raises(ArgumentError, match="'by'"):
        team.panel(by="week", fiscal_start=4)
    found = sf.find_bottlenecks(team.panel(by="month", mode="period", fiscal_start=2))
    assert list(found)


def test_fiscal_names_against_golden():
    year = sf.Fiscal(2)
    assert year.label("2026-11-28") == "FY27-Q4"
    assert year.bounds("FY27-Q4") == (date(2026, 11, 1), date(2027, 1, 31))
    assert sf.Fiscal(2, names="start-year").label("2026-11-28") == "FY26-Q4"
    assert (
        sf.Fiscal(4, quarter="{year}财年第{quarter}季度").label("2026-11-28") == "2027财年第3季度"
    )
    retail = sf.Fiscal(2, pattern="4-5-4", ends="nearest", names="start-year")
    assert retail.weeks(2023) == 53
    assert retail.starts(2023)[0] == date(2023, 1, 29)
    assert retail.starts(2024)[0] == date(2024, 2, 4)


@pytest.mark.parametrize("pattern", ["month", "4-4-5", "4-5-4", "5-4-4"])
@pytest.mark.parametrize("ends", ["last", "nearest"])
@pytest.mark.parametrize("start", [1, 2, 7, 10])
def test_every_day_is_in_exactly_one_period(pattern, ends, start):
    year = sf.Fiscal(start, pattern=pattern, ends=ends)
    for by, most in (("month", 42), ("quarter", 98), ("year", 371)):
        number = year.ordinal("1990-01-01", by)
        after = year.start_of(number, by)
        while after < date(2060, 12, 31):
            first, after = after, year.start_of(number + 1, by)
            assert 0 < (after - first).days <= most
            assert year.ordinal(first, by) == year.ordinal(after - timedelta(1), by) == number
            number += 1


@pytest.mark.parametrize(
    "options",
    [{"start": 0}, {"start": 13}, {"pattern": "4-4-4"}, {"quarter": "Q{quarter}"},
     {"quarter": "{q}"}, {"ends": "first"}],
)  # fmt: skip
def test_wrong_calendars_are_refused(options):
    with pytest.raises(ArgumentError):
        sf.Fiscal(**options)


def test_a_bridge_closes_in_a_fiscal_quarter(team):
    history = sales_team.team(200, seed=6)
    rates = {"EUR": 1.1, "USD": 1}
    options = {"since": "2025-09-01", "until": "2025-11-01", "rates": rates, "compare": False}
    named = sf.pipeline_bridge(history, closing="FY26-Q3", fiscal_start=2, **options)
    days = sf.pipeline_bridge(history, closing=("2025-08-01", "2025-10-31"), **options)
    assert dict(named.bars.minor) == dict(days.bars.minor)
    assert named.closing == "FY26-Q3"
    with pytest.raises(ArgumentError, match="fiscal"):
        sf.pipeline_bridge(history, closing="FY26-Q3", **options)


def test_a_forecast_by_fiscal_quarter(team):
    rates = {"EUR": 1.1, "USD": 1}
    plain = sf.forecast(team, horizon="2026-12-31", rates=rates, draws=200)
    ours = sf.forecast(team, horizon="FY27-Q3", rates=rates, draws=200, fiscal_start=4)
    assert (plain.quarters, ours.quarters) == (("2026-Q3", "2026-Q4"), ("FY27-Q2", "FY27-Q3"))
    np.testing.assert_allclose(ours.quarter_expected, plain.quarter_expected)
    weeks = sf.Fiscal(2, pattern="4-4-5")
    cut = sf.forecast(team, horizon="FY27-Q3", rates=rates, draws=200, fiscal=weeks)
    assert cut.quarters == ("FY27-Q3",)
    assert cut.horizon == (weeks.bounds("FY27-Q3")[1] - cut.as_of.date()).days + 1
    assert cut.quarter_expected[0] < cut.expected
    with pytest.raises(ArgumentError, match="'horizon' must be the name of a fiscal period"):
        sf.forecast(team, horizon="FY27-Q9", fiscal=weeks)


def test_slippage_by_size_needs_one_currency():
    mixed = sales_team.team(300, seed=1)
    without, with_rates = sf.slippage(mixed), sf.slippage(mixed, rates={"EUR": 1.1, "USD": 1})
    sizes = [
        {r.group for r in found.rates if r.dimension == "size"} for found in (without, with_rates)
    ]
    assert sizes == [set(), {"small", "medium", "large"}]
    assert "currencies-mixed" in {fault.code for fault in without.faults}


def test_a_target_by_fiscal_quarter(team):
    plan = sf.decompose_target(40, team.panel(mode="period"), months=6, seed=1)
    fiscal = plan.quarters(fiscal_start=2)
    assert sum(fiscal.values()) == plan.amounts.sum() == 40
    assert all(name.startswith("FY") for name in fiscal)
    assert next(iter(plan.quarters())).startswith("2026-Q")
    with pytest.raises(ArgumentError, match="whole months"):
        plan.quarters(fiscal=sf.Fiscal(2, pattern="4-4-5"))
