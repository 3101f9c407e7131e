"""Every argument that names a moment: a day means its end, however it is written, in every verb."""
# ruff: noqa: DTZ001 - the times of a history have no zone

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.moments import end_of_day, read_day, read_moment
from salesfunnel.data.history.cohort_counts import deal_cohorts
from salesfunnel.data.history.until import first_unknown

ROOT = Path(__file__).parents[1]
DAY = date(2026, 8, 31)
LAST = "2026-08-31"
TICK = np.timedelta64(1, "us")
END = np.datetime64("2026-09-01", "us") - TICK
SPELLINGS: list[Any] = [
    DAY, "2026-08-31", " 2026-08-31 ", "2026/8/31", "2026.08.31", "20260831", "2026年8月31日",
    datetime(2026, 8, 31), np.datetime64("2026-08-31"),
]  # fmt: skip


def rows() -> list[dict[str, str]]:
    """40 deals with hours, one of which is won on the last afternoon and one on the next day."""
    first = datetime(2026, 1, 5, 9)
    made = []
    for k in range(40):
        born = first + timedelta(days=4 * k, hours=k % 5)
        end = born + timedelta(days=30 + 7 * (k % 9))
        won = {"won": end.isoformat(" ")} if k % 3 and end < datetime(2026, 8, 31) else {}
        made.append({"deal": f"d{k}", "lead": born.isoformat(" "), "value": "100", **won})
    made += [
        {"deal": "late", "lead": "2026-08-03 10:00", "won": "2026-08-31 17:30", "value": "70"},
        {"deal": "next", "lead": "2026-08-03 11:00", "won": "2026-09-01 00:00:01", "value": "50"},
        {"deal": "new", "lead": "2026-08-31 08:00", "value": "30"},
    ]
    return made


def history(**options: Any) -> sf.StageHistory:
    found = sf.read_deals(rows(), stages=["lead", "won"], **{"as_of": "2026-09-20", **options})
    n = [row["deal"] for row in rows()]
    return found.with_changes({
        "expected": {"deal": n, "time": ["2026-08-31 07:00"] * 42 + ["2026-08-31 08:00"],
                     "value": ["2026-09-30"] * len(n)},
        "amount": {"deal": ["d0", "d0"], "time": ["2026-02-01", "2026-08-31 12:00"],
                   "value": [100, 140]},
    })  # fmt: skip


DEALS = history()
ORDERS = sf.Purchases.from_columns(
    ["a", "a", "b", "b", "c", "a", "b"],
    ["2026-05-03 09:00", "2026-07-01 12:00", "2026-05-09", "2026-08-31 16:00", "2026-08-31 23:59",
     "2026-09-01 00:00:01", "2026-09-04"],
    [10.0, 20, 30, 40, 50, 60, 70],
)  # fmt: skip
EVENTS = sf.EventLog(
    [1, 1, 2, 2, 3], ["a", "b", "a", "b", "a"],
    np.array(["2026-08-01T10", "2026-08-31T22", "2026-08-02T10", "2026-09-01T00", "2026-08-31T23"],
             "M8[us]"),
)  # fmt: skip
FOUND = sf.find_bottlenecks(DEALS.panel())


def plain(result: Any) -> Any:
    return result.to_json() if hasattr(result, "to_json") else result


def ahead(as_of: Any, **options: Any) -> tuple[Any, ...]:
    found = sf.forecast(DEALS, as_of=as_of, draws=100, **{"horizon": 30, **options})
    return found.as_of, found.until, found.expected, len(found.deals)


VERBS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("read_deals", "as_of"): lambda v: sf.read_deals(rows(), stages=["lead", "won"], as_of=v),
    ("StageHistory.at", "time"): lambda v: str(DEALS.at(v, "amount")),
    ("StageHistory.money", "at"): lambda v: str(DEALS.money(at=v).values),
    ("forecast", "as_of"): ahead,
    ("slippage", "as_of"): lambda v: sf.slippage(DEALS, as_of=v),
    ("pipeline_bridge", "since"): lambda v: sf.pipeline_bridge(
        DEALS, since=v, until="2026-09-10", compare=False
    ),
    ("pipeline_bridge", "until"): lambda v: sf.pipeline_bridge(
        DEALS, since="2026-07-31", until=v, compare=False
    ),
    ("count_steps", "as_of"): lambda v: sf.count_steps(EVENTS, ["a", "b"], window="20D", as_of=v),
    ("Purchases.until", "as_of"): ORDERS.until,
    ("Purchases.summary", "as_of"): ORDERS.summary,
    ("summarise_purchases", "as_of"): lambda v: sf.summarise_purchases(ORDERS, as_of=v),
    ("lifecycle", "as_of"): lambda v: sf.lifecycle(ORDERS, as_of=v),
    ("Lifecycle.due_within", "as_of"): lambda v: sf.lifecycle(
        ORDERS, as_of="2026-08-20"
    ).due_within("60D", as_of=v),
    ("rfm", "as_of"): lambda v: sf.rfm(ORDERS, as_of=v),
    ("repurchase_curve", "as_of"): lambda v: sf.repurchase_curve(ORDERS, as_of=v),
    ("cohort_retention", "as_of"): lambda v: sf.cohort_retention(ORDERS, as_of=v),
    ("repurchase_history", "as_of"): lambda v: sf.repurchase_history(ORDERS, as_of=v),
    ("repurchase_panel", "as_of"): lambda v: sf.repurchase_panel(ORDERS, as_of=v),
    ("upsell_candidates", "as_of"): lambda v: sf.upsell_candidates(ORDERS, as_of=v),
    ("fit_bgnbd", "as_of"): lambda v: sf.fit_bgnbd(ORDERS, as_of=v).verdict,
    ("fit_buying", "as_of"): lambda v: sf.fit_buying(ORDERS, as_of=v).verdict,
    ("fit_gamma_gamma", "as_of"): lambda v: sf.fit_gamma_gamma(ORDERS, as_of=v).verdict,
    ("plan", "start"): lambda v: sf.plan(FOUND, (), start=v),
    ("Fiscal.label", "day"): sf.Fiscal(start=2).label,
}
HORIZONS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("forecast", "horizon"): lambda v: ahead("2026-07-31", horizon=v),
    ("pipeline_bridge", "closing"): lambda v: sf.pipeline_bridge(
        DEALS, since="2026-07-31", until="2026-09-10", closing=(DAY, v), compare=False
    ),
}
CALLS = VERBS | HORIZONS
ELSEWHERE = {
    ("read_stage_history", "as_of"),  # the same function as read_deals
    ("analyze", "start"), ("review", "today"), ("run_round", "today"),  # read_day, tested below
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call[0]}-{call[1]}")
def test_a_day_is_the_same_however_it_is_written(call):
    pandas = pytest.importorskip("pandas")
    wanted = plain(CALLS[call](DAY))
    for value in [*SPELLINGS, pandas.Timestamp("2026-08-31")]:
        assert plain(CALLS[call](value)) == wanted, value


@pytest.mark.parametrize("call", VERBS, ids=lambda call: f"{call[0]}-{call[1]}")
def test_what_is_not_a_moment_is_refused_in_the_same_words(call):
    for value in ("soon", "2026-02-30", "2026-08", np.datetime64("NaT", "us"), 7.5):
        if call == ("count_steps", "as_of") and value == 7.5:
            continue  # logs may count in numbers
        with pytest.raises(SalesFunnelError) as caught:
            VERBS[call](value)
        assert "must be a date or a time, got" in str(caught.value), (call, value)


def test_every_parameter_that_takes_a_moment_is_tested():
    named = {"as_of", "until", "today", "since", "at"}
    found = set()
    for name in sf.__all__:
        thing = getattr(sf, name)
        if inspect.isclass(thing):
            own = {f"{name}.{key}": value for key, value in vars(thing).items() if key[0] != "_"}
        else:
            own = {name: thing}
        for key, function in own.items():
            if not inspect.isfunction(function):
                continue
            found |= {(key, p) for p in inspect.signature(function).parameters if p in named}
    assert found <= {*CALLS, *ELSEWHERE}


def test_no_time_is_without_a_unit():
    """NumPy 2.5 warns of it, and continuous integration has an older one."""
    bare = re.compile(r"timedelta64\(-?\d+\)|datetime64\([\"']NaT[\"']\)")
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("src", "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if bare.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_what_happens_on_the_day_counts_and_nothing_of_the_next():
    read = sf.read_deals(rows(), stages=["lead", "won"], as_of="2026-08-31")
    assert read.as_of == END
    ended = dict(zip(read.deals.tolist(), read.outcome.tolist(), strict=True))
    assert (ended["late"], ended["next"], ended["new"]) == (1, 0, 0)
    assert ORDERS.until("2026-08-31").amount.tolist() == [10, 20, 30, 40, 50]
    assert sf.lifecycle(ORDERS, as_of=DAY).orders.tolist() == [2, 2, 1]
    assert ORDERS.summary(DAY).frequency.tolist() == [1, 1, 0]
    counts = sf.count_steps(EVENTS, ["a", "b"], as_of="2026-08-31")
    assert counts.counts == (3, 1)
    assert DEALS.at("2026-08-31", "amount")[0] == 140
    assert DEALS.at("2026-08-30", "amount")[0] == 100
    bridge = sf.pipeline_bridge(DEALS, since="2026-07-31", until="2026-08-31", compare=False)
    assert "late" in bridge.deals("won")["deal"].tolist()
    assert "next" not in bridge.deals("won")["deal"].tolist()
    assert "new" in bridge.deals("new")["deal"].tolist()
    after = sf.pipeline_bridge(DEALS, since="2026-08-31", until="2026-09-01", compare=False)
    assert after.deals("won")["deal"].tolist() == ["next"]
    assert after.start == bridge.end
    open_then = set(sf.slippage(DEALS, as_of=DAY).deals)
    assert "next" in open_then
    assert "late" not in open_then


def test_times_of_arrays_are_that_moment_midnight_too():
    for value in (np.datetime64("2026-08-31", "us"), np.datetime64("2026-08-31", "ns")):
        assert ORDERS.until(value).amount.tolist() == [10, 20, 30]
        assert sf.slippage(DEALS, as_of=value).as_of == datetime(2026, 8, 31)


def test_text_with_an_hour_is_that_moment():
    assert ORDERS.until("2026-08-31T00:00").amount.tolist() == [10, 20, 30]
    assert ORDERS.until("2026-08-31 16:00").amount.tolist() == [10, 20, 30, 40]
    assert sf.read_deals(rows(), stages=["lead", "won"], as_of="2026-08-31T00:00").as_of == (
        np.datetime64("2026-08-31T00:00")
    )
    assert sf.count_steps(EVENTS, ["a", "b"], as_of="2026-08-31T22:30").counts == (2, 1)


def test_a_zone_is_taken_where_the_zone_of_the_data_is_known():
    noon = datetime(2026, 8, 31, 12, tzinfo=timezone.utc)
    read = sf.read_deals(rows(), stages=["lead", "won"], as_of=noon, tz="Asia/Shanghai")
    assert read.as_of == np.datetime64("2026-08-31T20:00")
    assert len(ORDERS.until(noon)) == 3
    for call in (ahead, lambda v: sf.slippage(DEALS, as_of=v), lambda v: DEALS.at(v, "amount")):
        with pytest.raises(ArgumentError, match="without a zone"):
            call(noon)


def test_the_day_of_the_data_is_the_moment_of_the_data():
    whole = sf.forecast(DEALS, horizon=30, draws=100)
    assert sf.forecast(DEALS, horizon=30, draws=100, as_of="2026-09-20").expected == whole.expected
    moment = history(as_of="2026-08-31 18:00")
    assert sf.slippage(moment, as_of="2026-08-31").as_of == datetime(2026, 8, 31, 18)


def test_a_forecast_begins_after_its_day():
    at, until, _, _ = ahead("2026-08-31")
    assert (at, until) == (END.item(), "2026-09-30")
    assert ahead("2026-08-31", horizon="2026-09-30")[1] == "2026-09-30"
    read = sf.read_deals(rows(), stages=["lead", "won"], as_of="2026-08-31")
    assert sf.forecast(read, horizon="2026-09-30", draws=100).horizon == 30
    assert sf.forecast(read, horizon=DAY + timedelta(30), draws=100).until == "2026-09-30"


def dated(as_of: Any) -> sf.StageHistory:
    """The same deals from a list without hours, without what is later."""
    made = [
        {key: value[:10] for key, value in row.items() if value[:1] != "2" or value[:10] <= LAST}
        for row in rows()
    ]
    return sf.read_deals(made, stages=["lead", "won"], as_of=as_of)


@pytest.mark.parametrize("as_of", ["2026-08-31", "2026-08-31T00:00", DAY])
def test_of_deals_without_hours_a_day_is_over_too(as_of):
    plainly = dated(as_of)
    assert plainly.as_of == np.datetime64("2026-08-31")
    assert first_unknown(plainly) == np.datetime64("2026-09-01")
    for read in (plainly, sf.read_deals(rows(), stages=["lead", "won"], as_of="2026-08-31")):
        panel = read.panel()
        assert panel.periods[-1] == "2026-08"
        assert panel.partial == ()
        assert sf.forecast(read, horizon=30, draws=100).until == "2026-09-30"
        assert deal_cohorts(read).periods[-1] == "2026-08"
        bridge = sf.pipeline_bridge(read, since="2026-07-31", until="2026-08-31", compare=False)
        assert bridge.bars.counts["won"] == sum(
            "2026-08-01" <= row.get("won", "")[:10] <= "2026-08-31" for row in rows()
        )
    assert dated("2026-08-30").panel().partial == ("2026-08",)


def test_months_of_a_bridge_end_with_their_last_day():
    whole = {}
    for name, read in (("hours", DEALS), ("days", dated("2026-08-31"))):
        bridge = sf.pipeline_bridge(
            read, since="2026-05-31", until="2026-08-31", pieces="month", compare=False
        )
        assert [str(piece.until)[:10] for piece in bridge.pieces] == [
            "2026-06-30", "2026-07-31", "2026-08-31",
        ]  # fmt: skip
        whole[name] = [piece.bars.counts["won"] for piece in bridge.pieces]
    assert whole["hours"] == whole["days"]


def test_a_month_that_is_over_is_in_the_cohorts_of_orders():
    assert sf.cohort_retention(ORDERS, as_of="2026-08-31").cohorts[-1] == "2026-08"
    assert sf.cohort_retention(ORDERS, as_of="2026-08-30").cohorts[-1] == "2026-07"
    assert sf.cohort_retention(ORDERS, as_of="2026-08-31 12:00").cohorts[-1] == "2026-07"


def test_changes_of_a_day_are_compared_with_its_deals_by_day():
    deals = sf.read_deals(
        [{"deal": "a", "lead": "2026-08-03 10:00"}, {"deal": "b", "lead": "2026-08-04 10:00"}],
        stages=["lead", "won"], as_of="2026-08-31",
    )  # fmt: skip
    changed = deals.with_changes({"amount": {
        "deal": ["a", "b"], "time": ["2026-08-03", "2026-08-03"], "value": [1, 2]}})  # fmt: skip
    (early,) = [f for f in changed.faults if f.code == "change-before-creation"]
    assert dict(early.params)["n"] == 1


def test_changes_with_hours_belong_to_deals_of_a_whole_day():
    deals = dated("2026-08-31")
    changed = deals.with_changes({"amount": {
        "deal": ["d0", "d0"], "time": ["2026-08-31 17:00", "2026-09-01 01:00"],
        "value": [1, 2]}})  # fmt: skip
    assert changed.as_of == END
    assert changed.value[0] == 100
    assert changed.at("2026-08-31", "amount")[0] == 100
    (late,) = [f for f in changed.faults if f.code == "change-after-as-of"]
    assert dict(late.params)["n"] == 1


@pytest.mark.parametrize("value", SPELLINGS, ids=repr)
def test_days_of_plans_and_reviews(value):
    assert read_day("today", value) == DAY
    assert type(read_day("today", value)) is date


def test_a_time_is_its_day_in_its_own_zone():
    east = timezone(timedelta(hours=8))
    assert read_day("today", datetime(2026, 8, 31, 23, tzinfo=east)) == DAY
    assert read_day("today", "2026-08-31 23:59") == DAY
    plan = sf.plan(FOUND, (), start=datetime(2026, 8, 31, 15))
    assert plan.start == DAY
    assert sf.review(plan, DEALS.panel(), today="2026-09-20") == sf.review(
        plan, DEALS.panel(), today=date(2026, 9, 20)
    )


def test_the_reader_keeps_days_and_moments_apart():
    assert str(end_of_day(read_moment("x", "2026-08-31"))) == "2026-08-31T23:59:59.999999"
    assert end_of_day(read_moment("x", "2026-08-31"), [np.array(["2026-08-03"], "M8[us]")]) == (
        np.datetime64("2026-08-31", "us")
    )
    with pytest.raises(ArgumentError, match="last day of that quarter") as caught:
        read_moment("until", "2026-Q3")
    assert "'2026-09-30'" in str(caught.value)
    assert attrs.evolve(DEALS).as_of == DEALS.as_of
