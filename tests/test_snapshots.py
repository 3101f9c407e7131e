"""Weekly lists of a simulated CRM against the ledger that they were cut from."""

from __future__ import annotations

import numpy as np
import pytest

import sales_team
import salesfunnel as sf
from salesfunnel.data.history.from_snapshots import Snapshot, history_from_snapshots
from salesfunnel.errors import ArgumentError, IntakeError

WEEK = np.timedelta64(7, "D")


def listed(ledger, at, *, missing=()):
    """Return the list that a CRM would export of a ledger at a moment."""
    at = np.datetime64(at, "us")
    rows = np.flatnonzero((ledger.created <= at) & ~np.isin(ledger.deals, missing))
    part = ledger.select(rows)
    over = part.closed <= at
    return Snapshot(
        at=at,
        deals=part.deals,
        stage=(part.entered <= at).sum(axis=1) - 1,
        outcome=np.where(over, part.outcome, 0).astype(np.int8),
        created=part.created,
        closed=np.where(over, part.closed, np.datetime64("NaT", "us")),
        since=np.full(rows.size, np.datetime64("NaT", "us")),
        numbers={"amount": part.at(at, "amount")},
        dates={"expected": part.at(at, "expected").astype("datetime64[us]")},
        texts={name: part.at(at, name) for name in ("owner", "category", "currency")},
        attributes={},
    )


@pytest.fixture(scope="module")
def ledger():
    return sales_team.team(500, seed=4)


@pytest.fixture(scope="module")
def dates():
    return np.datetime64("2025-07-07", "us") + WEEK * np.arange(40)


@pytest.fixture(scope="module")
def weekly(ledger, dates):
    lists = [listed(ledger, at) for at in dates]
    return history_from_snapshots(lists, stages=sales_team.STAGES, goal=3)


def common(ledger, weekly):
    """Return the rows of the deals of the lists in the ledger."""
    place = {name: i for i, name in enumerate(ledger.deals.tolist())}
    return np.array([place[name] for name in weekly.deals.tolist()])


def test_outcomes_and_reached_stages_are_those_of_the_ledger(ledger, weekly, dates):
    rows = common(ledger, weekly)
    truth = np.where(ledger.closed[rows] <= dates[-1], ledger.outcome[rows], 0)
    np.testing.assert_array_equal(weekly.outcome, truth)
    entered = ledger.entered[rows]
    reached = (entered <= dates[-1]).sum(axis=1) - 1
    np.testing.assert_array_equal(weekly.reached, reached)


def test_every_true_entry_lies_in_its_interval_and_never_in_a_wrong_order(ledger, weekly):
    rows = common(ledger, weekly)
    place = {name: k for k, name in enumerate(weekly.stages)}
    table = weekly.changes_of("stage")
    row = {name: i for i, name in enumerate(weekly.deals.tolist())}
    for deal, stage, high, low in zip(
        table["deal"], table["to"], table["time"], table["known_since"], strict=True
    ):
        true = ledger.entered[rows[row[str(deal)]], place[str(stage)]]
        assert low <= true <= high, (deal, stage)
    known = weekly.reached_at()
    with np.errstate(invalid="ignore"):
        assert not (np.diff(known.view(np.int64), axis=1) < 0)[~np.isnat(known[:, 1:])].any()


def test_stage_rates_are_those_of_the_ledger(ledger, weekly, dates):
    rows = common(ledger, weekly)
    true = [(ledger.entered[rows][:, k] <= dates[-1]).sum() for k in range(4)]
    counts = weekly.panel(by="year", mode="cohort").counts.sum(axis=(0, 1))
    assert counts.tolist() == true


def test_bridges_between_two_lists_are_those_of_the_ledger(ledger, weekly, dates):

    rates = {"EUR": {"2025-01-01": 1.1}, "USD": 1}
    for closing in (None, "2025-Q4"):
        for first, last in ((5, 6), (12, 20), (3, 30)):
            options = {
                "since": dates[first], "until": dates[last], "rates": rates, "closing": closing,
                "compare": False,
            }  # fmt: skip
            true = sf.pipeline_bridge(ledger, **options).bars.minor
            ours = sf.pipeline_bridge(weekly, **options).bars.minor
            assert (ours["start"], ours["end"]) == (true["start"], true["end"])
            assert sum(ours[b] for b in ("won", "lost")) == pytest.approx(
                sum(true[b] for b in ("won", "lost")), rel=0.3
            )
    counts = [
        sf.pipeline_bridge(h, since=dates[5], until=dates[9], compare=False).bars.counts
        for h in (ledger.with_changes({}), weekly)
    ]
    for bar in ("won", "lost"):
        assert counts[0][bar] == counts[1][bar]


def test_a_deal_that_vanishes_is_removed_not_lost(ledger, dates):
    open_deals = ledger.deals[(ledger.created < dates[3]) & ~(ledger.closed <= dates[8])][:2]
    lists = [listed(ledger, at, missing=open_deals if at > dates[5] else ()) for at in dates[:9]]
    found = history_from_snapshots(lists, stages=sales_team.STAGES, goal=3)
    at = np.isin(found.deals, open_deals)
    assert (found.outcome[at] == 0).all()
    assert "deals-vanished" in [fault.code for fault in found.faults]
    told = found.changes_of("outcome")
    mine = np.isin(told["deal"], open_deals) & (told["to"] == "removed")
    assert set(told["time"][mine].tolist()) == {dates[6].tolist()}
    lost = history_from_snapshots(lists, stages=sales_team.STAGES, goal=3, vanished="lost")
    assert (lost.outcome[at] == 2).all()
    assert set(lost.attribute("lost_reason")[at].tolist()) == {"vanished"}


def test_a_deal_that_comes_back_was_there_all_along(ledger, dates):
    name = ledger.deals[(ledger.created < dates[3]) & ~(ledger.closed <= dates[8])][:1]
    lists = [listed(ledger, at, missing=name if at == dates[5] else ()) for at in dates[:9]]
    found = history_from_snapshots(lists, stages=sales_team.STAGES, goal=3)
    assert found.outcome[found.deals == name[0]].tolist() == [0]
    assert "deals-flicker" in [fault.code for fault in found.faults]
    assert "removed" not in found.changes["outcome"].words


def test_a_list_that_is_cut_removes_nothing(ledger, dates):
    at = dates[6]
    there = ledger.deals[(ledger.created <= dates[5]) & ~(ledger.closed <= at)]
    lists = [listed(ledger, day, missing=there[::2] if day >= at else ()) for day in dates[:9]]
    found = history_from_snapshots(lists, stages=sales_team.STAGES, goal=3)
    (fault,) = [fault for fault in found.faults if fault.code == "snapshot-cut"]
    assert fault.severity == "error"
    assert "removed" not in found.changes["outcome"].words


def test_a_deal_that_appears_late_is_new_when_it_is_seen(ledger, dates):

    name = ledger.deals[(ledger.created < dates[2]) & ~(ledger.closed <= dates[8])][:1]
    lists = [listed(ledger, day, missing=name if day < dates[4] else ()) for day in dates[:9]]
    found = history_from_snapshots(lists, stages=sales_team.STAGES, goal=3)
    assert "seen-late" in [fault.code for fault in found.faults]
    bridge = sf.pipeline_bridge(
        found, since=dates[3], until=dates[4], rates={"EUR": 1.1, "USD": 1}, compare=False
    )
    assert name[0] in bridge.deals("new")["deal"]


def test_times_in_a_stage_are_taken_from_the_middle_and_hold(ledger, weekly):

    rows = common(ledger, weekly)
    for stage in ("lead", "offer"):
        days, event, deal = weekly.stage_times(stage)
        truth, true_event, true_deal = ledger.select(rows).stage_times(stage)
        where = {int(d): i for i, d in enumerate(true_deal)}
        place = np.array([where[int(d)] for d in deal])
        both = (event > 0) & (true_event[place] > 0)
        assert abs(days[both] - truth[place][both]).max() <= 7
        assert abs((days[both] - truth[place][both]).mean()) < 1.0
    found = sf.velocity(weekly, rates={"EUR": 1.1, "USD": 1})
    assert found.opportunities == int((weekly.outcome == 0).sum())


def test_a_vanished_deal_is_censored_when_it_was_seen_last(ledger, dates):
    name = ledger.deals[(ledger.created < dates[3]) & ~(ledger.closed <= dates[8])][:1]
    lists = [listed(ledger, at, missing=name if at > dates[5] else ()) for at in dates[:9]]
    found = history_from_snapshots(lists, stages=sales_team.STAGES, goal=3)
    at = found.deals == name[0]
    assert found.observed_until[at].tolist() == [dates[5].tolist()]
    assert (found.observed_until[~at] == found.as_of).all()


def test_stage_entries_lie_between_two_lists(weekly):
    low, high = weekly.entered_between()
    known = ~np.isnat(high)
    assert (low[known] <= high[known]).all()
    assert ((high - low)[known & (high > weekly.as_of - 10 * WEEK)] <= WEEK).all()


HEAD = "Deal ID,Stage,Create Date,Close Date,Amount,Currency,Deal owner,Forecast category"
TITLES = {"lead": "Lead", "offer": "Offer made", "negotiation": "Negotiation"}


def exported(ledger, at, *, titles=None, ids=str):
    """Return the CSV that a CRM would export of a ledger at a moment."""
    names = titles or TITLES
    at = np.datetime64(at, "us")
    rows = np.flatnonzero(ledger.created <= at)
    part = ledger.select(rows)
    stage = (part.entered <= at).sum(axis=1) - 1
    over = part.closed <= at
    amount, expected = part.at(at, "amount"), part.at(at, "expected")
    owner, category = part.at(at, "owner"), part.at(at, "category")
    currency = part.at(at, "currency")
    lines = [HEAD]
    for i in range(len(part)):
        outcome = int(part.outcome[i]) if over[i] else 0
        label = {1: "Closed Won", 2: "Closed Lost"}.get(outcome) or names[part.stages[stage[i]]]
        end = part.closed[i] if outcome else expected[i]
        lines.append(
            f"{ids(part.deals[i])},{label},{str(part.created[i])[:19]},{str(end)[:19]},"
            f"{amount[i]:.2f},{currency[i]},{owner[i]},{category[i]}"
        )
    return "\n".join(lines)


ORDER = ["Lead", "Offer made", "Negotiation", "Closed Won"]


@pytest.fixture(scope="module")
def read(ledger, dates):
    pairs = [(at, exported(ledger, at)) for at in dates[:16]]
    return sf.read_snapshots(pairs, stages=ORDER)


def test_weekly_exports_give_what_the_ledger_knows(ledger, read, dates):
    rows = common(ledger, read)
    last = dates[15]
    truth = np.where(ledger.closed[rows] <= last, ledger.outcome[rows], 0)
    np.testing.assert_array_equal(read.outcome, truth)
    for at in (dates[3], dates[10], last):
        for field in ("amount", "owner", "category"):
            mine = ledger.created[rows] <= at
            known = ledger.at(at, field)[rows][mine]
            over = (ledger.closed[rows] <= at)[mine]
            np.testing.assert_array_equal(read.at(at, field)[mine][~over], known[~over])
    assert not [fault for fault in read.faults if fault.severity == "error"]


def test_rates_of_stages_are_bounded_by_those_of_the_ledger(ledger, read, dates):
    """A lost deal says only "Closed Lost": how far it got is known from the exports before."""
    rows = common(ledger, read)
    new = ledger.created[rows] > dates[0]
    true = (ledger.entered[rows] <= dates[15]).sum(axis=1) - 1
    seen = read.reached
    assert (seen[new] <= true[new]).all()
    live = new & (read.outcome != 2)
    np.testing.assert_array_equal(seen[live], true[live])
    assert (seen[new] == true[new]).mean() > 0.9
    known = read.reached_at().view(np.int64)
    wrong = (np.diff(known, axis=1) < 0) & ~np.isnat(read.reached_at()[:, 1:])
    assert not wrong.any()


def test_bridges_between_two_exports_start_and_end_as_the_ledger(ledger, read, dates):
    options = {"rates": {"EUR": 1.1, "USD": 1}, "compare": False}
    for first, last in ((2, 3), (4, 12)):
        for closing in (None, "2025-Q4"):
            windows = {"since": dates[first], "until": dates[last], "closing": closing}
            true = sf.pipeline_bridge(ledger, **windows, **options).bars
            ours = sf.pipeline_bridge(read, **windows, **options).bars
            for bar in ("start", "end"):
                assert ours.minor[bar] == true.minor[bar]


def test_a_stage_that_is_renamed_is_one_stage(ledger, dates):
    other = {**TITLES, "offer": "Proposal"}
    pairs = [
        (at, exported(ledger, at, titles=other if at >= dates[5] else TITLES)) for at in dates[:9]
    ]
    found = sf.read_snapshots(pairs, stages=["Lead", "Proposal", "Negotiation", "Closed Won"])
    (fault,) = [fault for fault in found.faults if fault.code == "stage-renamed"]
    assert dict(fault.params)["old"] == "Offer made"
    assert dict(fault.params)["new"] == "Proposal"
    plain = sf.read_snapshots([(at, exported(ledger, at)) for at in dates[:9]], stages=ORDER)
    np.testing.assert_array_equal(found.entered, plain.entered)
    told = sf.read_snapshots(
        pairs, stages=["Lead", "Proposal", "Negotiation", "Closed Won"],
        renames={"Offer made": "Proposal"},
    )  # fmt: skip
    np.testing.assert_array_equal(told.entered, plain.entered)
    assert "stage-renamed" not in [fault.code for fault in told.faults]


def test_a_folder_is_read_by_the_dates_in_its_names(ledger, dates, tmp_path):
    names = ("deals 2025-07-07.csv", "deals_20250714.csv", "商机2025年7月21日.csv", "2025-W31.csv")
    for name, at in zip(names, dates[:4], strict=True):
        (tmp_path / name).write_text(exported(ledger, at), "utf-8")
    found = sf.read_snapshots(tmp_path, stages=ORDER)
    assert str(found.as_of)[:10] == "2025-07-28"
    (tmp_path / "deals.csv").write_text("x", "utf-8")
    with pytest.raises(IntakeError, match=r"deals\.csv"):
        sf.read_snapshots(tmp_path)
    (tmp_path / "deals.csv").unlink()
    (tmp_path / "copy 2025-07-07.csv").write_text("x", "utf-8")
    with pytest.raises(IntakeError, match="copy 2025-07-07"):
        sf.read_snapshots(tmp_path)


def test_ids_of_15_and_of_18_letters_are_the_same(ledger, dates):
    def short(name):
        return f"006A0000{int(str(name)[1:]):07d}"

    def long(name):
        text = short(name)
        parts = [text[k : k + 5] for k in (0, 5, 10)]
        bits = [sum(c.isupper() << k for k, c in enumerate(part)) for part in parts]
        return text + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[b] for b in bits)

    pairs = [
        (dates[0], exported(ledger, dates[0], ids=short)),
        (dates[1], exported(ledger, dates[1], ids=long)),
    ]
    found = sf.read_snapshots(pairs, stages=ORDER)
    assert "ids-reformatted" in [fault.code for fault in found.faults]
    assert "deals-vanished" not in [fault.code for fault in found.faults]
    assert len(found) == int((ledger.created <= dates[1]).sum())


def test_zeros_before_ids_are_dropped_only_where_a_whole_file_has_none(ledger, dates):
    pairs = [
        (dates[0], exported(ledger, dates[0], ids=lambda name: f"{int(str(name)[1:]):05d}")),
        (dates[1], exported(ledger, dates[1], ids=lambda name: int(str(name)[1:]))),
    ]
    found = sf.read_snapshots(pairs, stages=ORDER)
    assert "ids-reformatted" in [fault.code for fault in found.faults]
    assert len(found) == int((ledger.created <= dates[1]).sum())


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ([("2026-11-02", "Deal ID,Stage\n1,Lead")], ArgumentError),
        ([("soon", "x"), ("later", "y")], ArgumentError),
        (["2026-11-02"], ArgumentError),
        (7, ArgumentError),
        ("no such folder", ArgumentError),
    ],
)
def test_what_are_no_dated_exports_is_refused(source, error):
    with pytest.raises(error):
        sf.read_snapshots(source)


def test_a_forecast_of_few_lists_is_that_of_a_list(ledger, dates):
    """What happened before the first list is no time of a stage, and no change of rates."""
    short = history_from_snapshots(
        [listed(ledger, at) for at in dates[-8:]], stages=sales_team.STAGES, goal=3
    )
    rates = {"EUR": 1.1, "USD": 1}
    options = {"horizon": 60, "rates": rates, "draws": 200, "covariates": None}
    ahead = sf.forecast(short, **options)
    assert ahead.basis == "created-age-and-stage"
    assert ahead.rates_changed is None
    true = sf.forecast(ledger, as_of=dates[-1], **options)
    assert ahead.wins == pytest.approx(true.wins, rel=0.4)
    assert set(ahead.deals) == set(true.deals)
    assert sf.backtest(short, horizon=30, origins=2, rates=rates, draws=100).actual.size


def test_a_forecast_of_many_lists_knows_the_stages(ledger, weekly):
    rates = {"EUR": 1.1, "USD": 1}
    ahead = sf.forecast(weekly, horizon=60, rates=rates, draws=200)
    assert ahead.basis == "stage-and-age"
    assert ahead.rates_changed is None
    assert "entries-by-export" in {fault.code for fault in ahead.faults}
    true = sf.forecast(ledger, horizon=60, as_of=weekly.as_of, rates=rates, draws=200)
    assert ahead.wins == pytest.approx(true.wins, rel=0.35)


@pytest.mark.parametrize("verb", [sf.stage_durations, sf.ageing, sf.littles_law])
def test_verbs_of_times_say_that_the_middle_is_taken(weekly, verb):
    found = verb(weekly)
    assert "interval-censored" in {fault.code for fault in found.faults}
    assert "the middle is used" in found.to_text()
