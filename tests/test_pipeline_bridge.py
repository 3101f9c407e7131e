"""The pipeline bridge: the golden example to the cent, a twin without arrays, its sums."""

from __future__ import annotations

import importlib.util
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("bridge_twin", HERE / "bridge_twin.py")
twin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(twin)

GOLDEN = json.loads((HERE / "golden" / "pipeline.json").read_text("utf-8"))["bridge"]
DAY0, DAY = np.datetime64(GOLDEN["day0"], "D"), np.timedelta64(1, "D")
INS = twin.BARS[:8]
OUTS = twin.BARS[8:15]


def history_of(deals, as_of, fields=("amount", "currency", "expected", "owner", "outcome")):
    """Return a history of deals: {name: (created, [(time, field, value)])}, times as days."""
    names = list(deals)
    created = np.array([deals[n][0] for n in names], dtype="datetime64[us]")
    rows = {field: {"deal": [], "time": [], "value": []} for field in fields}
    outcome, closed = [], []
    for name in names:
        state, when = "open", None
        for time, field, value in sorted(deals[name][1], key=lambda row: row[0]):
            if field in rows:
                rows[field]["deal"].append(name)
                rows[field]["time"].append(np.datetime64(time, "us"))
                rows[field]["value"].append(value)
            if field == "outcome" and value != state:
                state, when = value, time
        over = state in ("won", "lost")
        outcome.append({"won": 1, "lost": 2}.get(state, 0))
        closed.append(np.datetime64(when if over else "NaT", "us"))
    history = sf.StageHistory(
        deals=names, stages=("open",), entered=created[:, None], outcome=outcome, closed=closed,
        as_of=as_of,
    )  # fmt: skip
    return history.with_changes({f: c for f, c in rows.items() if c["deal"]})


def golden_deals():
    words = {
        "outcome": lambda v: ["open", "won", "lost"][int(v)],
        "amount": float,
        "currency": lambda v: ["USD", "EUR"][int(v)],
        "expected": lambda v: DAY0 + DAY * int(v),
        "owner": lambda v: ["Ann", "Bob"][int(v)],
    }
    deals = {}
    for row in GOLDEN["rows"]:
        day = DAY0 + DAY * int(row["day"])
        _, edits = deals.setdefault(row["deal"], [day, []])
        if row["field"] in words:
            edits.append((day, row["field"], words[row["field"]](row["value"])))
    return deals


@pytest.fixture(scope="module")
def golden():
    return history_of(golden_deals(), "2026-12-15")


@pytest.fixture(scope="module")
def rates():
    table = {c: [(DAY0 + DAY * int(d), r) for d, r in rows] for c, rows in GOLDEN["rates"].items()}
    return sf.Rates(table)


def whole(history, rates, since=GOLDEN["since"], until=GOLDEN["until"], **options):
    options = {"closing": "2026-Q4", "rates": rates, **options}
    return sf.pipeline_bridge(history, since=since, until=until, **options)


def test_the_golden_bridge_to_the_cent(golden, rates):
    bridge = whole(golden, rates)
    assert dict(bridge.bars.minor) == GOLDEN["bars_cents"]
    assert bridge.currency == "USD"
    assert bridge.round_trips == GOLDEN["round_trips"]
    assert (bridge.start, bridge.pushed_out, bridge.end) == (10000.50, 1200.0, 6720.0)
    for bar, wanted in GOLDEN["deals"].items():
        rows = bridge.deals(bar)
        cents = np.rint(rows["amount"] * 100).astype(int).tolist()
        assert list(map(list, zip(rows["deal"].tolist(), cents, strict=True))) == wanted, bar


def test_the_golden_bridge_by_owner_and_in_halves(golden, rates):
    bridge = whole(golden, rates, by="owner")
    for owner, wanted in GOLDEN["owners"].items():
        bars = bridge.by_segment[owner]
        assert {bar: bars.minor[bar] for bar in wanted} == wanted
        assert bars.balance == 0
    moved = bridge.deals("transferred_in")
    assert (moved["from"].tolist(), moved["to"].tolist()) == (["Ann"], ["Bob"])
    now = whole(golden, rates, by="owner", attribution="now")
    assert now.by_segment["Bob"].minor["start"] == 60000
    assert now.by_segment["Ann"].minor["transferred_out"] == 0
    days = ("2026-11-01", "2026-11-16", "2026-12-01")
    for k, wanted in enumerate(GOLDEN["halves"]):
        half = whole(golden, rates, days[k], days[k + 1])
        assert dict(half.bars.minor) == wanted


def test_deals_behind_a_bar_say_what_moved(golden, rates):
    rows = whole(golden, rates).deals("pushed_out")
    assert rows["deal"].tolist() == ["C"]
    assert (rows["from"].tolist(), rows["to"].tolist()) == (["2026-11-28"], ["2027-02-10"])
    assert str(rows["time"][0])[:10] == "2026-11-20"
    assert rows["owner"].tolist() == ["Ann"]
    grown = whole(golden, rates).deals("increased")
    assert (grown["from"].tolist()[0], grown["to"].tolist()[0]) == ("2000.00", "2600.00")


def test_pieces_chain_and_the_bridge_survives_a_document(golden, rates):
    bridge = whole(golden, rates, pieces="week")
    starts = [piece.bars.minor["start"] for piece in bridge.pieces]
    ends = [piece.bars.minor["end"] for piece in bridge.pieces]
    assert starts[1:] == ends[:-1]
    assert (starts[0], ends[-1]) == (bridge.bars.minor["start"], bridge.bars.minor["end"])
    assert sf.PipelineBridge.from_json(bridge.to_json()) == bridge


def test_several_currencies_without_rates_give_a_fault_and_no_sum(golden):
    bridge = whole(golden, None)
    assert [fault.code for fault in bridge.faults if fault.severity == "error"] == [
        "currencies-mixed"
    ]
    assert np.isnan([bridge.start, bridge.won, bridge.end]).all()
    assert np.isnan(bridge.deals("pushed_out")["amount"]).all()
    assert bridge.bars.counts["pushed_out"] == 1


def test_a_rate_that_is_not_there_is_an_error(golden):
    with pytest.raises(DataError, match="EUR on 2026-11-01"):
        whole(golden, {"EUR": {"2026-11-10": 1.1}, "USD": 1})
    with pytest.raises(DataError, match="rate for EUR"):
        whole(golden, {"GBP": 1.3, "USD": 1})


def test_the_bridge_in_another_currency(golden):
    bridge = whole(golden, {"EUR": {"2026-01-01": 1.1}, "USD": 1}, currency="EUR")
    assert bridge.currency == "EUR"
    assert bridge.bars.balance == 0
    assert bridge.start == pytest.approx((10000.50) / 1.1, abs=0.05)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"until": "2026-10-01"}, ArgumentError),
        ({"until": "2027-10-01"}, ArgumentError),
        ({"closing": "this quarter"}, ArgumentError),
        ({"closing": ("2026-12-31", "2026-10-01")}, ArgumentError),
        ({"by": "ownr"}, UnknownNameError),
        ({"pieces": "fortnight"}, ArgumentError),
        ({"rates": {"EUR": -1}}, ArgumentError),
        ({"attribution": "later"}, ArgumentError),
    ],
)
def test_wrong_arguments_are_refused(golden, rates, options, error):
    with pytest.raises(error):
        whole(golden, **{"rates": rates, **options})


def test_without_histories_of_dates_only_all_open_deals_can_be_bridged():
    history = sf.StageHistory.from_records(
        [
            {"deal": "a", "lead": "2026-09-01", "won": "2026-10-20"},
            {"deal": "b", "lead": "2026-09-03"},
        ],
        stages=["lead", "won"],
        as_of="2026-11-01",
    )
    with pytest.raises(ArgumentError, match="no expected close dates"):
        sf.pipeline_bridge(history, since="2026-10-01", until="2026-11-01", closing="2026-Q4")
    bridge = sf.pipeline_bridge(history, since="2026-10-01", until="2026-11-01")
    assert bridge.bars.counts["won"] == 1
    assert bridge.unvalued == 2
    assert "expected-unknown-before" in [fault.code for fault in bridge.faults]


def test_a_deal_lost_before_and_reopened_and_one_won_before():
    deals = {
        "g": (np.datetime64("2026-01-01"), [
            (np.datetime64("2026-01-01"), "outcome", "open"),
            (np.datetime64("2026-01-01"), "amount", 50.0),
            (np.datetime64("2026-02-01"), "outcome", "won"),
            (np.datetime64("2026-04-10"), "outcome", "open"),
        ]),
    }  # fmt: skip
    bridge = sf.pipeline_bridge(
        history_of(deals, "2026-06-01"), since="2026-04-01", until="2026-05-01"
    )
    assert bridge.reopened == 50.0
    (undone,) = [fault for fault in bridge.faults if fault.code == "won-undone-amount"]
    assert dict(undone.params)["amount"] == 50.0


def test_a_deal_that_moves_to_another_pipeline_is_transferred():
    day = np.datetime64
    deals = {
        "a": (day("2026-01-01"), [
            (day("2026-01-01"), "outcome", "open"), (day("2026-01-01"), "amount", 70.0),
            (day("2026-01-01"), "pipeline", "new"), (day("2026-02-10"), "pipeline", "partner"),
        ]),
        "b": (day("2026-01-01"), [
            (day("2026-01-01"), "outcome", "open"), (day("2026-01-01"), "amount", 30.0),
            (day("2026-01-01"), "pipeline", "partner"), (day("2026-02-12"), "pipeline", "new"),
        ]),
    }  # fmt: skip
    history = history_of(deals, "2026-06-01", ("amount", "outcome", "pipeline"))
    bridge = sf.pipeline_bridge(history, since="2026-02-01", until="2026-03-01", pipeline="new")
    assert (bridge.start, bridge.transferred_out, bridge.transferred_in, bridge.end) == (
        70.0, 70.0, 30.0, 30.0,
    )  # fmt: skip
    assert bridge.bars.balance == 0


def test_more_pushed_than_usual_is_said():
    rng = np.random.default_rng(5)
    day = np.timedelta64(1, "D")
    deals = {}
    for month in range(10):
        first = np.datetime64("2026-01", "M") + np.timedelta64(month, "M")
        start = first.astype("datetime64[D]")
        for k in range(40):
            name = f"{month}-{k}"
            edits = [
                (start, "outcome", "open"), (start, "amount", 100.0),
                (start, "expected", start + 20 * day),
            ]  # fmt: skip
            if rng.random() < (0.6 if month == 9 else 0.2):
                edits.append((start + 10 * day, "expected", start + 60 * day))
            else:
                edits.append((start + 12 * day, "outcome", "won" if k % 2 else "lost"))
            deals[name] = (start, edits)
    history = history_of(deals, "2026-12-01", ("amount", "expected", "outcome"))
    bridge = sf.pipeline_bridge(history, since="2026-10-01", until="2026-11-01", closing="2026-10")
    verdicts = {found.bar: found for found in bridge.verdicts}
    assert verdicts["pushed_out"].verdict == "more-than-usual"
    assert verdicts["pushed_out"].probability > 0.95
    usual = sf.pipeline_bridge(history, since="2026-09-01", until="2026-10-01", closing="2026-09")
    assert not {found.verdict for found in usual.verdicts} & {"more-than-usual", "fewer-than-usual"}
    early = sf.pipeline_bridge(history, since="2026-03-01", until="2026-04-01", closing="2026-03")
    assert {found.verdict for found in early.verdicts} == {"not-enough-data"}


def test_deals_that_stage_changes_show_as_opened_again_are_reopened():
    rows = [
        {"deal": "a", "stage": "lead", "time": "2026-01-05"},
        {"deal": "a", "stage": "lost", "time": "2026-02-05"},
        {"deal": "a", "stage": "offer", "time": "2026-04-05"},
        {"deal": "b", "stage": "lead", "time": "2026-01-06"},
        {"deal": "b", "stage": "won", "time": "2026-02-10"},
        {"deal": "b", "stage": "offer", "time": "2026-04-10"},
        {"deal": "c", "stage": "lead", "time": "2026-01-07"},
    ]
    history = sf.read_deals(rows, stages=["lead", "offer", "won"], as_of="2026-06-01")
    assert "outcome" in history.changes
    options = {"compare": False}
    bridge = sf.pipeline_bridge(history, since="2026-04-01", until="2026-05-01", **options)
    assert bridge.deals("reopened")["deal"].tolist() == ["a", "b"]
    assert "won-undone-amount" in [fault.code for fault in bridge.faults]
    early = sf.pipeline_bridge(history, since="2026-02-01", until="2026-03-01", **options)
    assert early.bars.counts["lost"] == early.bars.counts["won"] == 1
    assert early.bars.counts["end"] == 1
    plain = sf.read_deals(rows[-1:], stages=["lead", "offer", "won"], as_of="2026-06-01")
    assert "outcome" not in plain.changes


TIMES = st.integers(0, 59)
VALUES = {
    "amount": st.one_of(st.none(), st.integers(-500, 10_000_000).map(lambda cents: cents / 100)),
    "currency": st.sampled_from(["USD", "EUR"]),
    "expected": st.one_of(st.none(), st.integers(0, 90).map(lambda d: DAY0 + DAY * d)),
    "owner": st.sampled_from(["Ann", "Bob", "Cid"]),
    "outcome": st.sampled_from(["open", "open", "won", "lost", "removed"]),
}


@st.composite
def ledgers(draw):
    deals = {}
    for k in range(draw(st.integers(1, 8))):
        created = draw(TIMES)
        edits = {(created, "outcome"): "open", (created, "currency"): draw(VALUES["currency"])}
        for _ in range(draw(st.integers(0, 12))):
            field = draw(st.sampled_from(list(VALUES)))
            edits[draw(st.integers(created, 59)), field] = draw(VALUES[field])
        rows = [(DAY0 + DAY * t, f, v) for (t, f), v in sorted(edits.items())]
        deals[f"d{k}"] = (DAY0 + DAY * created, rows)
    return deals


RATES = {
    "USD": [(DAY0, 1.0)],
    "EUR": [(DAY0, 1.1), (DAY0 + DAY * 17, 1.0735), (DAY0 + DAY * 40, 1.12345)],
}


@settings(max_examples=150, deadline=None)
@given(ledgers(), st.lists(TIMES, min_size=2, max_size=5, unique=True), st.booleans())
def test_any_bridge_is_that_of_the_twin_and_chains(deals, cuts, dated):
    history = history_of(deals, DAY0 + DAY * 60)
    closing = (
        (DAY0 + DAY * 20, DAY0 + DAY * 50) if dated and "expected" in history.changes else None
    )
    cuts = [DAY0 + DAY * cut for cut in sorted(cuts)]
    options = {"closing": closing, "rates": sf.Rates(RATES), "by": "owner", "compare": False}
    if "owner" not in history.changes:
        options["by"] = None
    net = dict.fromkeys(twin.BARS, 0)
    for since, until in pairwise(cuts):
        bridge = sf.pipeline_bridge(history, since=since, until=until, **options)
        wanted, trips = twin.bridge(deals, since, until, closing, RATES)
        assert dict(bridge.bars.minor) == wanted
        assert bridge.round_trips == trips
        assert bridge.bars.balance == 0
        by_deal = bridge.minor_in + bridge.minor_change + bridge.minor_exchange - bridge.minor_out
        assert not by_deal.any()
        for bar in twin.BARS:
            rows = bridge.deals(bar)
            assert round(rows["amount"].sum() * 100) == bridge.bars.minor[bar] or (
                bar.startswith("transferred") and options["by"]
            )
            if options["by"] and not bar.startswith("transferred"):
                parts = [bars.minor[bar] for bars in bridge.by_segment.values()]
                assert sum(parts) == bridge.bars.minor[bar]
            net[bar] += bridge.bars.minor[bar]
        assert all(bars.balance == 0 for bars in bridge.by_segment.values())
    month = sf.pipeline_bridge(history, since=cuts[0], until=cuts[-1], **options)
    flow = sum(month.bars.minor[b] for b in INS[1:]) - sum(month.bars.minor[b] for b in OUTS)
    weeks = sum(net[b] for b in INS[1:]) - sum(net[b] for b in OUTS)
    assert flow == weeks == month.bars.minor["end"] - month.bars.minor["start"]


@settings(max_examples=25, deadline=None)
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_deals_changes_nothing(deals, random):
    names = list(deals)
    random.shuffle(names)
    other = {
        name: (deals[name][0], random.sample(deals[name][1], len(deals[name][1]))) for name in names
    }
    bridges = []
    for ledger in (deals, other):
        options = {"rates": RATES, "compare": False}
        bridge = sf.pipeline_bridge(
            history_of(ledger, DAY0 + DAY * 60),
            since=DAY0 + DAY * 10,
            until=DAY0 + DAY * 50,
            **options,
        )
        bridges.append(dict(bridge.bars.minor))
    assert bridges[0] == bridges[1]
