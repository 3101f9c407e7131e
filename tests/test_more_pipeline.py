"""Bridges in pieces of every length, amounts without a currency, forecasts by numbers."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from deals import planted
from salesfunnel.errors import SalesFunnelError

DEALS = planted(3, days=500, per_day=1.0, stages=3)
NUMBER = np.arange(len(DEALS))
WINDOW = {"since": "2024-08-25", "until": "2024-09-10"}


def with_columns(**columns):
    return attrs.evolve(DEALS, attributes={**DEALS.attributes, **columns})


def bridge(history=DEALS, **options):
    return sf.pipeline_bridge(history, **{**WINDOW, **options})


@pytest.mark.parametrize(
    ("pieces", "n"), [("day", 16), ("week", 3), ("month", 2), ("quarter", 1), ("year", 1)]
)
@pytest.mark.parametrize("fiscal", [None, sf.Fiscal(4)])
def test_pieces_of_a_bridge_add_up_to_it(pieces, n, fiscal):
    whole = bridge()
    found = bridge(pieces=pieces, fiscal=fiscal)
    assert len(found.pieces) == n
    assert found.pieces[0].since == whole.since
    assert found.pieces[-1].until == whole.until
    for name in ("new", "won", "lost"):
        parts = [piece.bars.counts[name] for piece in found.pieces]
        assert sum(parts) == whole.bars.counts[name]
    text = found.to_text()
    assert "26 Aug 2024" in text  # `since` is the end of the 25th
    assert len(text) > len(whole.to_text())


def test_amounts_of_which_some_have_no_currency():
    history = with_columns(currency=np.where(NUMBER % 3 == 0, "", "EUR"))
    found = bridge(history)
    assert found.currency == "EUR"
    (fault,) = [fault for fault in found.faults if fault.code == "currency-missing"]
    assert "155" in fault.message
    with pytest.raises(SalesFunnelError, match="'rates' must be given"):
        bridge(history, currency="USD")


def test_a_bridge_by_a_number():
    found = bridge(with_columns(size=NUMBER % 3 * 1.0), by="size")
    assert set(found.by_segment) == {"0", "1", "2"}
    total = sum(bars.counts["new"] for bars in found.by_segment.values())
    assert total == found.bars.counts["new"]
    assert found.to_text()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: bridge(closing=("2024-09-01", "2024-09-30")), "no expected close dates"),
        (lambda: sf.slippage(DEALS), "expected close dates"),
        (lambda: sf.commit_bias(DEALS), "forecast categories"),
        (lambda: sf.forecast(DEALS, horizon=30, as_of=5), "a date or a time"),
        (lambda: sf.forecast(DEALS, horizon=30, as_of="soon"), "must be a date or a time"),
        (lambda: sf.backtest(DEALS, horizon=30, strata="size"), "known name"),
        (lambda: bridge(pieces="none"), "'pieces'"),
    ],
)
def test_what_is_not_known_is_refused(call, said):
    with pytest.raises(SalesFunnelError, match=said):
        call()


@pytest.mark.parametrize("most", [3, 40])
def test_a_forecast_by_a_number_of_few_and_of_many_values(most):
    """By the fifths of a number, or by each of its few values; what is missing is a group."""
    size = np.where(NUMBER % 7 == 0, np.nan, NUMBER % most * 1.0)
    plain = sf.forecast(DEALS, horizon=30, seed=1)
    found = sf.forecast(with_columns(size=size), horizon=30, seed=1, covariates=["size"])
    assert found.expected == pytest.approx(plain.expected, rel=0.25)
    points = found.why(found.deals[0])
    assert "size" in points
    assert sum(points.values()) == pytest.approx(100 * found.deal_chance[0], abs=0.5)


def test_a_forecast_of_deals_without_amounts_and_of_worthless_ones():
    counted = sf.forecast(
        attrs.evolve(DEALS, value=np.full(len(DEALS), np.nan)), horizon=30, seed=1
    )
    assert counted.expected > 0
    nothing = sf.forecast(attrs.evolve(DEALS, value=np.zeros(len(DEALS))), horizon=30, seed=1)
    assert nothing.expected == 0
    assert nothing.period_high.sum() == 0


def called(word, days=10, bias=1.0):
    """Deals of whom the team says a category some days after they were created."""
    n = len(DEALS)
    rng = np.random.default_rng(8)
    said = rng.random(n) < np.where(DEALS.outcome == 1, 0.8, 0.3) * bias
    time = DEALS.created[said] + np.timedelta64(days, "D")
    rows = np.flatnonzero(said)
    known = time <= DEALS.as_of
    category = sf.FieldHistory(
        deal=rows[known], time=time[known], number=np.zeros(int(known.sum())), words=(word,)
    )
    return attrs.evolve(DEALS, changes={"category": category})


def test_what_a_team_commits_to_is_compared_with_what_came():
    found = sf.commit_bias(called("Commit"))
    assert len(found.periods) >= 3
    row = found.of()
    assert row.called > 0
    assert found.of("nobody") is None
    assert found.of(category="Best case") is None
    again = sf.commit_bias(called("Commit"), day=30)
    assert again.of().called != row.called or len(again.periods) <= len(found.periods)
    with pytest.raises(SalesFunnelError, match="a day of a quarter"):
        sf.commit_bias(called("Commit"), day=200)


def test_no_calls_and_calls_too_late_are_refused():
    none = attrs.evolve(
        DEALS, changes={"category": sf.FieldHistory(deal=[], time=[], number=[], words=("Commit",))}
    )
    with pytest.raises(SalesFunnelError):
        sf.commit_bias(none)
    late = sf.FieldHistory(deal=[0], time=[DEALS.as_of], number=[0.0], words=("Commit",))
    with pytest.raises(SalesFunnelError, match="a quarter that is over"):
        sf.commit_bias(attrs.evolve(DEALS, changes={"category": late}))
