"""Cohorts of deals: who is won by the end of each later month, and nothing of months to come."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from results import company, results
from salesfunnel.data.history import deal_cohorts

FUNNEL = sf.Funnel("f", ["lead", "offer", sf.Stage("won", won=True)])


def history(rows, as_of="2026-05-15"):
    records = [
        {"deal": f"d{i}", "lead": lead, "offer": offer, "won": won}
        for i, (lead, offer, won) in enumerate(rows)
    ]
    return sf.StageHistory.from_records(records, funnel=FUNNEL, as_of=as_of)


ROWS = [
    ("2026-01-02", "2026-01-05", "2026-01-09"),
    ("2026-01-30", "2026-01-31", "2026-02-01"),  # two days, and a month later
    ("2026-01-30", "", "2026-04-30"),
    ("2026-01-30", "", ""),
    ("2026-02-03", "2026-03-01", "2026-05-02"),  # won in a month that is not over
    ("", "2026-02-10", "2026-03-31"),  # skipped the first stage
    ("2026-04-01", "", ""),
    ("2026-05-01", "", "2026-05-03"),  # a month that is not over
]


def test_the_triangle_by_hand():
    found = deal_cohorts(history(ROWS))
    assert found.periods == ("2026-01", "2026-02", "2026-03", "2026-04")
    assert found.entered.tolist() == [4, 2, 0, 1]
    nan = np.nan
    wanted = [[1, 2, 2, 3], [0, 1, 1, nan], [0, 0, nan, nan], [0, nan, nan, nan]]
    np.testing.assert_array_equal(found.won, wanted)
    np.testing.assert_array_equal(found.share[0], [0.25, 0.5, 0.5, 0.75])
    assert np.isnan(found.share[2]).all()
    assert (found.source, found.target) == ("lead", "won")


def test_the_latest_months_are_kept_and_followed_for_so_long():
    found = deal_cohorts(history(ROWS), cohorts=2, months=5)
    assert found.periods == ("2026-03", "2026-04")
    assert found.won.shape == (2, 2)
    short = deal_cohorts(history(ROWS), months=2)
    np.testing.assert_array_equal(short.won[0], [1, 2])
    np.testing.assert_array_equal(short.won[3], [0, np.nan])
    none = deal_cohorts(history([("2026-05-01", "", "")]))
    assert (none.periods, none.won.shape) == ((), (0, 0))


def test_it_agrees_with_a_count_deal_by_deal():
    deals = company()
    found = deal_cohorts(deals)
    at = deals.reached_at()
    began, won = at[:, 0].astype("datetime64[M]"), at[:, deals.stages.index("won")]
    for t, period in enumerate(found.periods):
        mine = began == np.datetime64(period)
        assert found.entered[t] == mine.sum()
        for k in range(found.won.shape[1]):
            end = np.datetime64(period) + np.timedelta64(k, "M")
            if end > np.datetime64("2026-10"):
                assert np.isnan(found.won[t, k])
            else:
                with np.errstate(invalid="ignore"):
                    wanted = (mine & (won.astype("datetime64[M]") <= end)).sum()
                assert found.won[t, k] == wanted


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_report_shows_it_where_there_are_deals(locale):
    analysis = results()["analysis"]
    chart = analysis.chart("cohorts", locale=locale)
    known = analysis.cohorts.share[np.isfinite(analysis.cohorts.share)]
    assert chart.marks[0].value == pytest.approx(known.tolist())
    assert chart.title in analysis.to_html(locale=locale)
    assert sf.Analysis.from_json(analysis.to_json()).cohorts == analysis.cohorts
    with pytest.raises(sf.errors.ArgumentError, match="cohorts"):
        results()["analysis of a sheet"].chart("cohorts")


def test_without_a_win_there_is_none():
    deals = sf.StageHistory.from_records(
        [{"deal": "a", "x": "2026-01-01", "y": "2026-01-05"}],
        funnel=sf.Funnel("g", ["x", "y"]), as_of="2026-03-01",
    )  # fmt: skip
    with pytest.raises(sf.errors.ArgumentError, match="win"):
        deal_cohorts(deals)
    with pytest.raises(sf.errors.ArgumentError, match="cohorts"):
        deal_cohorts(history(ROWS), cohorts=0)
