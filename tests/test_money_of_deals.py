"""Amounts of several currencies: no verb adds them without rates, and every verb says so."""

from __future__ import annotations

import math

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError
from salesfunnel.i18n._money import exact_amount, short_amount

EUR = {"EUR": 1.1, "USD": 1}


def sold(currencies=("EUR", "USD"), n=240, seed=3, **options):
    """Return deals that are won, lost or open, in these currencies in turn."""
    rng = np.random.default_rng(seed)
    records = []
    for k in range(n):
        born = np.datetime64("2025-01-01") + np.timedelta64(rng.integers(0, 420), "D")
        record = {
            "deal": f"d{k}", "lead": str(born), "value": float(np.round(rng.lognormal(8, 1), 2)),
            "currency": currencies[k % len(currencies)], "owner": ("Ann", "Bob")[k % 2],
            "outcome": "open",
        }  # fmt: skip
        end = born + np.timedelta64(int(rng.exponential(40)), "D")
        if end < np.datetime64("2026-03-01"):
            record["outcome"] = "won" if rng.random() < 0.4 else "lost"
            record["closed"] = str(end)
            if record["outcome"] == "won":
                record["won"] = str(end)
        records.append(record)
    return sf.StageHistory.from_records(
        records, stages=["lead", "won"], as_of="2026-03-01", **options
    )


@pytest.fixture(scope="module")
def mixed():
    return sold()


def codes(result):
    return [fault.code for fault in result.faults if fault.severity == "error"]


def test_values_of_mixed_currencies_are_unknown_and_a_fault_says_how_many(mixed):
    money = mixed.money()
    assert np.isnan(money.values).all()
    (fault,) = money.faults
    assert (fault.code, fault.severity) == ("currencies-mixed", "error")
    assert dict(fault.params)["codes"] == "EUR 120, USD 120"


def test_velocity_forecast_and_analysis_add_no_mixed_amounts(mixed):
    found = sf.velocity(mixed)
    assert (found.value, codes(found)) == (None, ["currencies-mixed"])
    assert found.win_rate > 0
    ahead = sf.forecast(mixed, horizon=60)
    assert codes(ahead) == ["currencies-mixed"]
    for figure in (ahead.expected, ahead.expected_open, ahead.interval.low, ahead.deal_value[0]):
        assert math.isnan(figure)
    assert ahead.wins > 0
    assert "nan" not in ahead.to_text().lower()
    covered = sf.coverage(ahead, quotas=10_000)
    assert math.isnan(covered[""].probability)
    with pytest.raises(DataError, match="several"):
        sf.backtest(mixed, horizon=60)
    analysis = sf.analyze(mixed)
    assert codes(analysis) == ["currencies-mixed"]
    with_rates = sf.analyze(mixed, rates=EUR)
    assert "currencies-mixed" not in {fault.code for fault in with_rates.faults}
    assert all(row.gain is None or row.gain.high < 1e4 for row in analysis.bottlenecks)
    bridge = sf.pipeline_bridge(mixed, since="2026-01-01", until="2026-03-01")
    assert math.isnan(bridge.start)


def test_with_rates_every_verb_says_its_currency(mixed):
    options = {"rates": EUR}
    assert sf.velocity(mixed, **options).currency == "USD"
    ahead = sf.forecast(mixed, horizon=60, **options)
    assert ahead.currency == "USD"
    assert ahead.expected > 0
    assert sf.coverage(ahead, quotas=1e5).currency == "USD"
    assert sf.pipeline_bridge(mixed, since="2026-01-01", until="2026-03-01", **options).start > 0
    assert sf.backtest(mixed, horizon=60, origins=2, **options).actual.sum() > 0
    in_euro = sf.velocity(mixed, currency="EUR", rates=EUR)
    assert in_euro.currency == "EUR"
    assert in_euro.value == pytest.approx(sf.velocity(mixed, **options).value / 1.1, rel=1e-3)


def test_won_deals_have_the_rate_of_their_day_and_open_ones_that_of_the_moment(mixed):
    days = {"2025-01-01": 1.0, "2026-03-01": 2.0}
    money = mixed.money(rates={"EUR": days, "USD": 1})
    euro = (
        mixed.attribute("currency") == "EUR" if mixed.currency is None else mixed.currency == "EUR"
    )
    factor = money.values / mixed.value
    np.testing.assert_allclose(factor[~euro], 1.0)
    np.testing.assert_allclose(factor[euro & (mixed.outcome == 0)], 2.0, rtol=1e-4)
    np.testing.assert_allclose(factor[euro & (mixed.outcome > 0)], 1.0, rtol=1e-4)
    assert {fault.code for fault in money.faults} == {"rate-stale"}


def test_one_currency_needs_no_rates_and_is_named():
    history = sold(("CNY",))
    assert sf.velocity(history).currency == "CNY"
    assert sf.forecast(history, horizon=30).currency == "CNY"
    with pytest.raises(ArgumentError, match="convert CNY to USD"):
        sf.velocity(history, currency="USD")
    assert sf.velocity(history, currency="USD", rates={"CNY": 0.14}).currency == "USD"
    with pytest.raises(ArgumentError, match="three capital letters"):
        sf.velocity(history, currency="dollars")


def test_velocities_of_two_currencies_are_not_compared(mixed):
    before = sf.velocity(mixed, rates=EUR)
    after = sf.velocity(mixed, rates=EUR, currency="EUR")
    with pytest.raises(ArgumentError, match="one currency"):
        sf.velocity_change(before, after)


def test_amounts_that_are_doubled_on_winning_do_not_leak_into_the_back_test():
    """The forecast knows the amount of its day; the bias was −23 % when it knew the final one."""
    rng = np.random.default_rng(1)
    n = 3000
    born = np.datetime64("2024-01-01", "us") + (rng.uniform(0, 900, n) * 86_400e6).astype("m8[us]")
    end = born + (rng.exponential(60, n) * 86_400e6).astype("m8[us]")
    as_of = np.datetime64("2026-06-19", "us")
    outcome = np.where(end > as_of, 0, np.where(rng.random(n) < 0.4, 1, 2))
    closed = np.where(outcome > 0, end, np.datetime64("NaT", "us"))
    amount = np.round(rng.lognormal(8, 0.5, n), 2)
    history = sf.StageHistory(
        deals=[f"d{i}" for i in range(n)], stages=("lead", "won"),
        entered=np.stack([born, np.where(outcome == 1, end, np.datetime64("NaT", "us"))], axis=1),
        outcome=outcome, closed=closed, as_of=as_of,
    )  # fmt: skip
    won = np.flatnonzero(outcome == 1)
    # the amount is doubled a month before the win: what is open is worth what it is worth
    doubled = np.maximum(born[won], end[won] - np.timedelta64(1, "h"))
    history = history.with_changes({"amount": {
        "deal": np.concatenate([np.arange(n), won]),
        "time": np.concatenate([born, doubled]),
        "value": np.concatenate([amount, 2 * amount[won]]),
    }})  # fmt: skip
    assert "amount" not in history.leaks
    seen = history.money(at="2025-06-01").values
    was_open = (born <= np.datetime64("2025-06-01")) & ~(end <= np.datetime64("2025-06-01"))
    np.testing.assert_allclose(seen[was_open][:50], amount[was_open][:50])
    done = sf.backtest(history, horizon=60, origins=3)
    assert "value-known-afterwards" not in [fault.code for fault in done.faults]


@pytest.mark.parametrize(
    ("value", "currency", "locale", "words"),
    [
        (676_912.5, "USD", "en", "$677k"),
        (677_000, "CNY", "zh", "67.7万元"),
        (123_456_789, "CNY", "zh", "1.23亿元"),
        (1_234_567, "EUR", "en", "€1.23M"),
        (70_000, "JPY", "en", "¥70k"),
        (999_500, "USD", "en", "$1M"),
        (9_999.4, "USD", "en", "$9,999"),
        (12.5, "CHF", "en", "CHF 12.50"),
        (-15_000, "USD", "zh", "−1.5万美元"),
        (math.nan, "USD", "en", "–"),
        (None, "", "en", "–"),
        (0, "USD", "en", "$0"),
        (5_000_000_000, "", "en", "5bn"),
    ],
)
def test_amounts_are_written_with_what_means_something(value, currency, locale, words):
    assert short_amount(value, currency, locale) == words


def test_exact_amounts_keep_their_decimals():
    assert exact_amount(10_000.5, "USD") == "$10,000.50"
    assert exact_amount(10_000.5, "KWD") == "KWD 10,000.500"
    assert exact_amount(-70_000, "JPY", "zh") == "−70,000日元"


BOUGHT = [
    {"customer": "ann", "time": "2026-01-05", "amount": 100, "currency": "EUR"},
    {"customer": "ann", "time": "2026-02-05", "amount": 100, "currency": "USD"},
    {"customer": "bob", "time": "2026-02-06", "amount": 50, "currency": "usd"},
]


def test_purchases_of_several_currencies_have_no_amounts_without_rates():
    mixed = sf.Purchases.from_records(BOUGHT)
    assert np.isnan(mixed.amount).all()
    assert "currencies-mixed" in codes(mixed)
    assert np.isnan(sf.rfm(mixed, as_of="2026-03-01").amount).all()
    assert np.isnan(mixed.summary("2026-03-01").monetary).all()
    one = sf.Purchases.from_records(BOUGHT, rates={"EUR": 1.1, "USD": 1})
    np.testing.assert_allclose(sorted(one.amount), [50, 100, 110])
    assert sf.Purchases.from_records(BOUGHT[1:]).amount.sum() == 150
    with pytest.raises(ArgumentError, match="convert USD to EUR"):
        sf.Purchases.from_records(BOUGHT[1:], currency="EUR")


def test_texts_name_the_currency(mixed):
    ahead = sf.forecast(mixed, horizon=60, rates=EUR)
    assert "$" in ahead.to_text()
    assert "美元" in ahead.to_text(locale="zh")
    assert "€" in sf.velocity(mixed, rates=EUR, currency="EUR").to_text()
    assert "元" in sf.velocity(sold(("CNY",))).to_text(locale="zh")


def test_no_currency_is_an_empty_one_everywhere():
    history = sf.read_deals(
        [{"deal": "a", "lead": "2026-01-01", "won": "2026-02-01", "value": "5", "currency": "EUR"}],
        stages=["lead", "won"], as_of="2026-03-01",
    )  # fmt: skip
    assert history.money(currency="") == history.money()
    assert history.money(currency="").currency == "EUR"
    assert history.money(currency="", rates={"EUR": 1, "USD": 2}).currency == "EUR"
