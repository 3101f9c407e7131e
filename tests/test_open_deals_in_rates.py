"""Rates of deals by the plainest call: open deals apart, or said; by columns, by periods."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, UnknownNameError

HEAD = "id,stage,created,closed,channel,region"


def listed(rows: list[str], **options: object) -> sf.StageHistory:
    text = "\n".join([HEAD, *rows])
    return sf.read_deals(text.encode(), as_of="2026-11-01", **options)


def aged(
    won: int, lost: int, young: int, old: int, channel: str, region: str = "north"
) -> list[str]:
    """Deals of February that ended after 30 days; open ones of yesterday, and of March."""
    rows = [("Won", "2026-02-02", "2026-03-04")] * won + [
        ("Lost", "2026-02-02", "2026-03-04")
    ] * lost
    rows += [("Open", "2026-10-31", "")] * young + [("Open", "2026-03-02", "")] * old
    return [
        f"{channel}{region}{i},{stage},{made},{ended},{channel},{region}"
        for i, (stage, made, ended) in enumerate(rows)
    ]


@pytest.fixture(scope="module")
def deals() -> sf.StageHistory:
    return listed(aged(30, 70, 40, 0, "ads") + aged(60, 40, 5, 0, "fair"))


def test_young_open_deals_say_nothing(deals):
    rows = {row.segment: row for row in sf.conversions(deals, by="channel")}
    for name, rate, entered in (("ads", 0.3, 140), ("fair", 0.6, 105)):
        row = rows[name]
        assert (row.entered, row.exposed, row.rate) == pytest.approx((entered, 100, rate))
        plain = sf.stats.rate_interval(round(rate * 100), 100)
        assert row.interval.low == pytest.approx(plain.low, abs=1e-6)
        assert row.interval.high == pytest.approx(plain.high, abs=1e-6)
    assert sf.conversions(deals).rows[0].rate == pytest.approx(0.45)
    assert "45.00%" in sf.conversions(deals).to_text(width=120)


def test_columns_of_a_crm_are_found_by_what_they_are():
    rows = "id,stage,created,closed,Lead Source"
    rows += "".join(f"\n{stage},{stage},2026-01-05,2026-02-01,ads" for stage in ("Won", "Lost"))
    found = sf.conversions(sf.read_deals(rows.encode()), by="channel")
    assert (found.segments, found.attributes, found.rate.tolist()) == (
        ("ads",), ("Lead Source",), [[[0.5]]],
    )  # fmt: skip


@pytest.mark.parametrize("by", [("month", "channel"), ("channel", "month")])
def test_periods_and_columns_at_once(deals, by):
    found = sf.conversions(deals, by=by)
    assert found.periods == tuple(f"2026-{m:02d}" for m in range(2, 11))
    assert found.rate[0, :, 0] == pytest.approx([0.3, 0.6])
    assert np.isnan(found.rate[1:, :, 0]).all()
    assert found.exposed[-1, :, 0] == pytest.approx([0, 0], abs=0.1)


def test_what_cannot_be_broken_down_by_is_named(deals):
    with pytest.raises(UnknownNameError, match="did you mean 'channel'"):
        sf.conversions(deals, by="chanel")
    with pytest.raises(ArgumentError, match="one length of a period"):
        sf.conversions(deals, by=("month", "quarter"))
    with pytest.raises(ArgumentError, match="read_deals"):
        sf.conversions("deals.csv", by="channel")
    with pytest.raises(UnknownNameError):
        sf.conversions(sf.Panel.from_counts([3, 2]), by="month")


def test_deals_that_nobody_closes_are_said():
    found = sf.conversions(listed(aged(30, 70, 0, 100, "ads")), by="channel")
    (fault,) = [f for f in found.faults if f.code == "open-past-their-time"]
    said = dict(fault.params)
    assert found.rows[0].rate == pytest.approx(0.15, abs=0.01)
    assert (said["ended"], said["rate"]) == (0.3, found.rows[0].rate)
    assert said["n"] == pytest.approx(100, abs=1)
    for locale, words in (
        ("en", "of the ended deals alone 30.00%"),
        ("zh", "只看已结束的商机则为30.00%"),
    ):
        assert words in found.to_text(locale=locale, width=400)
        assert words in sf.render.to_html(found, locale=locale)


def test_deals_without_dates_count_as_they_ended():
    rows = aged(3, 1, 0, 0, "ads")
    rows += ["x1,Won,,,ads,north", "x2,Lost,,,ads,north", "x3,Open,,,fair,north"]
    rows += ["x4,Won,2026-02-02,,ads,north"]
    found = sf.conversions(listed(rows), by="channel")
    ads, fair = found.rows
    assert (ads.entered, ads.exposed, ads.advanced) == (7, 7, 5)
    assert (fair.entered, fair.exposed, fair.rate) == (1, 0, None)
    assert "open-without-age" in {fault.code for fault in found.faults}
    by_month = sf.conversions(listed(rows), by="month")
    assert by_month.entered.sum() == 4
    (fault,) = [f for f in by_month.faults if f.code == "entries-without-date"]
    assert dict(fault.params)["n"] == 4


def test_a_list_without_any_date():
    rows = b"id,stage,channel\n1,Won,ads\n2,Lost,ads\n3,New,ads\n4,Won,fair"
    found = sf.conversions(sf.read_deals(rows, as_of="2026-11-01"), by="channel")
    assert [(r.segment, r.entered, r.exposed, r.rate) for r in found] == [
        ("ads", 3, 2, 0.5), ("fair", 1, 1, 1.0),
    ]  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_panel_that_counts_open_deals_says_so(deals, locale):
    panel = deals.panel(by="all", segment="channel")
    words = {"en": "45 of 245 deals are still open", "zh": "245个商机中有45个仍在进行"}[locale]
    for found in (panel, sf.conversions(panel), sf.compare_segments(panel, by="channel")):
        assert words in found.to_text(locale=locale, width=400)
    assert [f.severity for f in sf.conversions(panel).faults] == ["warning"]
    assert sf.conversions(sf.Panel.from_counts([4, 2])).faults == ()


def test_a_panel_by_some_of_its_columns():
    rows = [
        *aged(30, 70, 0, 0, "ads"),
        *aged(10, 0, 0, 0, "ads", "south"),
        *aged(6, 4, 0, 0, "fair"),
    ]
    panel = listed(rows).panel(by="month", segment=("channel", "region"))
    found = sf.conversions(panel, by="channel")
    assert [(r.segment, r.entered, r.advanced) for r in found] == [
        ("ads", 110, 40),
        ("fair", 10, 6),
    ]
    assert found.periods == ("all",)
    swapped = sf.conversions(panel, by=("region", "channel"))
    assert swapped.segments == ("north / ads", "north / fair", "south / ads")
    assert swapped.rate[0, :, 0].tolist() == [0.3, 0.6, 1.0]


def test_counts_with_a_lag_by_segment():
    counts = [[[100, 20], [50, 5]], [[100, 30], [50, 10]], [[100, 30], [50, 10]]]
    panel = sf.Panel.from_counts(
        counts,
        periods=["2026-01", "2026-02", "2026-03"],
        segments=["a", "b"],
        steps=["lead", "won"],
    )
    plain = sf.conversions(panel, lag=[0.5, 0.5])
    found = sf.conversions(panel, by="segment", lag=[0.5, 0.5])
    known = ~np.isnan(plain.exposed)
    assert found.exposed[0, :, 0] == pytest.approx(
        np.where(known, plain.exposed, 0).sum(axis=0)[:, 0]
    )


def test_stage_times_and_lists_agree_on_wins():
    """One rate from creation to winning, whichever way it is asked for."""
    rows = aged(30, 70, 40, 0, "ads")
    whole = sf.conversions(listed(rows))
    judged = sf.find_bottlenecks(listed(rows), period="2026-02")
    assert whole.rows[0].rate == pytest.approx(0.3)
    assert judged[0].rate == pytest.approx(0.3)
    assert sf.ConversionTable.from_dict(whole.to_dict()) == whole


def test_a_list_of_open_deals_only_has_no_rate():
    found = sf.conversions(listed(aged(0, 0, 30, 10, "ads")), by="channel")
    assert (found.rows[0].rate, found.rows[0].status) == (None, "no-data")
    assert "no-outcomes" in {fault.code for fault in found.faults}


def test_losses_alone_do_not_make_open_deals_failures():
    row = sf.conversions(listed(aged(0, 40, 30, 10, "ads"))).rows[0]
    assert (row.entered, row.exposed, row.rate) == (80, 40, 0.0)


@pytest.fixture(scope="module")
def yearly() -> sf.StageHistory:
    """Twelve months of 100 deals, half of them won after 20 to 40 days; the last are open."""
    rows = []
    for month in range(1, 13):
        for i in range(100):
            made = np.datetime64(f"2025-{month:02d}-01") + np.timedelta64(i % 28, "D")
            end = made + np.timedelta64(20 + i % 21, "D")
            over = end <= np.datetime64("2025-12-31")
            state = ("Won" if i % 2 else "Lost") if over else "Open"
            rows.append(f"{month}-{i},{state},{made},{end if over else ''},ads,north")
    return sf.read_deals("\n".join([HEAD, *rows]).encode(), as_of="2025-12-31")


def test_a_target_of_deals_does_not_count_open_deals_as_failures(yearly):
    counted = sf.decompose_target(100, yearly.panel(), months=3, seasonality=False)
    assert "open-counted" in {fault.code for fault in counted.faults}
    assert counted.rates[0] < sf.decompose_target(100, yearly, seasonality=False).rates[0]
    for data in (yearly, yearly.panel(by="month", mode="entry")):
        apart = sf.decompose_target(100, data, months=3, seasonality=False)
        assert apart.rates[0] == pytest.approx(0.5, abs=0.02)
        assert "open-counted" not in {fault.code for fault in apart.faults}


def test_a_change_of_output_names_open_deals(yearly):
    found = sf.output_change(yearly.panel(), before="2025-09", after="2025-11")
    assert "open-counted" in {fault.code for fault in found.faults}
    assert "are still open" in found.to_text(width=200)
    apart = sf.output_change(yearly.panel(mode="entry"), before="2025-09", after="2025-11")
    assert not apart.faults
    rates = apart.factors_before[1], apart.factors_after[1]
    assert rates == pytest.approx((0.5, 0.5), abs=0.06)


def test_segments_of_entries_are_drawn_by_those_who_had_time(deals):
    panel = deals.panel(by="all", mode="entry", segment="channel")
    drawn = panel.chart("segments").data
    assert sorted(drawn["entered"]) == pytest.approx([100, 100])


def test_a_list_that_records_no_losses():
    found = sf.conversions(listed(aged(20, 0, 10, 60, "ads")))
    assert found.rows[0].rate == pytest.approx(20 / 80, abs=0.01)
    codes = {fault.code: dict(fault.params) for fault in found.faults}
    assert codes["losses-unrecorded"]["n"] == pytest.approx(60, abs=1)
    assert "open-past-their-time" not in codes
