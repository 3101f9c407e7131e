"""What plain calls must say: a bridge without amounts, periods as they are written, who is due."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

LIST = "id,stage,created,closed,amount"


def deals(*rows: str, as_of: str = "2026-12-31") -> sf.StageHistory:
    return sf.read_deals("\n".join([LIST, *rows]).encode(), as_of=as_of)


def won_with_amounts(open_amount: str = "") -> sf.StageHistory:
    rows = [f"w{i},Won,2026-09-{i + 1:02d},2026-10-{i + 1:02d},{100 + i}" for i in range(20)]
    rows += [f"l{i},Lost,2026-09-{i + 1:02d},2026-10-{i + 1:02d}," for i in range(10)]
    rows += [f"o{i},Open,2026-10-{i + 2:02d},,{open_amount}" for i in range(15)]
    return deals(*rows)


def codes(result: object) -> set[str]:
    return {fault.code for fault in result.faults}  # type: ignore[attr-defined]


def test_amounts_that_are_set_on_winning_make_no_start():
    bridge = sf.pipeline_bridge(won_with_amounts(), since="2026-09-30", until="2026-12-31")
    assert "amounts-set-at-closing" in codes(bridge)
    fault = next(f for f in bridge.faults if f.code == "amounts-set-at-closing")
    assert dict(fault.params)["n"] == 15
    assert dict(fault.params)["start"] == bridge.start == sum(range(100, 120))
    assert "with_changes" in fault.hint
    for locale, words in (
        ("en", "amounts seem to be set when a deal is won"),
        ("zh", "成交时才填写"),
    ):
        assert words in bridge.to_text(locale=locale, width=300)
        assert words in bridge.chart("bridge", locale=locale).note


def test_amounts_that_are_known_are_not_doubted():
    bridge = sf.pipeline_bridge(won_with_amounts("50"), since="2026-09-30", until="2026-12-31")
    assert not codes(bridge) & {"amounts-set-at-closing", "open-amounts-unknown"}


def test_open_deals_some_of_which_have_no_amount():
    rows = [f"o{i},Open,2026-10-{i + 1:02d},,{'' if i % 4 else 70}" for i in range(20)]
    bridge = sf.pipeline_bridge(deals(*rows), since="2026-09-30", until="2026-12-31")
    assert "open-amounts-unknown" in codes(bridge)


def test_what_is_dated_to_the_first_day_of_a_window():
    """Whole days stand at midnight: the first day of a quarter is before `since` of that day."""
    history = won_with_amounts("50")
    bridge = sf.pipeline_bridge(history, since="2026-10-01", until="2026-12-31", compare=False)
    assert bridge.bars.counts["won"] == 19
    (fault,) = [f for f in bridge.faults if f.code == "changes-at-the-start"]
    said = dict(fault.params)
    assert (said["n"], said["won"], said["before"]) == (2, 1, "2026-09-30")
    whole = sf.pipeline_bridge(history, since=said["before"], until="2026-12-31", compare=False)
    assert whole.bars.counts["won"] == 20
    assert "changes-at-the-start" not in codes(whole)


def test_the_bridge_of_an_analysis_has_all_wins_of_its_quarter():
    rows = [f"w{i},Won,2026-0{1 + i % 9}-01,2026-10-{1 + i % 28:02d},{100 + i}" for i in range(84)]
    rows += [f"o{i},Open,2026-11-0{i + 1},,80" for i in range(9)]
    history = deals(*rows, as_of="2026-12-15")
    found = sf.analyze(history, currency="USD")
    assert found.bridge.bars.counts["won"] == 84
    assert found.bridge.won == found.quarter_won == sum(range(100, 184))
    for locale, day in (("en", "1 Oct 2026"), ("zh", "2026年10月1日")):
        assert day in found.to_text(locale=locale, width=200)


COUNTS = sf.Panel.from_counts({f"2026-{m:02d}": [100, 40] for m in range(1, 11)})
ORDERS = sf.Purchases.from_columns(
    ["ann", "ann", "bob"], ["2026-01-05", "2026-03-05", "2026-03-01"]
)
HISTORY = won_with_amounts("50")
LIFE = sf.lifecycle(ORDERS, as_of="2026-04-01")


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (
            lambda v: sf.forecast(HISTORY, horizon=v),
            ("'2027-01'", "'2027-Q1'", "'2027-03-31'", "90"),
        ),
        (lambda v: sf.find_bottlenecks(COUNTS, period=v), ("'2026-10'", "'2026-01'")),
        (lambda v: sf.analyze(COUNTS, period=v), ("'2026-10'",)),
        (COUNTS.between, ("'2026-10'",)),
        (lambda v: COUNTS.select(periods=v), ("'2026-10'",)),
        (lambda v: COUNTS.chart("funnel", period=v), ("'2026-10'",)),
        (lambda v: sf.output_change(COUNTS, before=v), ("'2026-10'",)),
        (lambda v: sf.pipeline_bridge(HISTORY, since=v, until="2026-12-01"), ("'2026-12-31'",)),
        (
            lambda v: sf.pipeline_bridge(
                HISTORY, since="2026-10-01", until="2026-12-01", closing=v
            ),
            ("'2026-Q4'",),
        ),
        (lambda v: sf.lifecycle(ORDERS, as_of=v), ("'2026-03-05'",)),
        (lambda v: sf.rfm(ORDERS, as_of=v), ("'2026-03-05'",)),
        (lambda v: sf.repurchase_curve(ORDERS, as_of="2026-04-01", windows=v), ("(30, 60, 90)",)),
        (LIFE.due_within, ("'14D'",)),
        (lambda v: HISTORY.panel(window=v), ("'14D'",)),
        (lambda v: sf.backtest(HISTORY, horizon=v), ("'90D'",)),
        (lambda v: sf.find_bottlenecks(COUNTS, lag=v), ("[0.5, 0.3, 0.2]",)),
        (lambda v: sf.analyze(HISTORY, start=v), ("'2026-10-05'",)),
        (lambda v: sf.read_deals(b"id,stage\n1,Won", as_of=v), ("'2026-10-05'",)),
    ],
)
@pytest.mark.parametrize("value", ["next quarter", "soon"])
def test_every_error_of_a_time_shows_what_may_be_written(
    call: Callable[[str], object], shown: tuple[str, ...], value: str
):
    with pytest.raises(SalesFunnelError) as error:
        call(value)
    told = str(error.value)
    assert repr(value) in told
    for words in shown:
        assert words in told


def many_orders() -> sf.Purchases:
    days = [np.datetime64("2026-01-01") + np.timedelta64(20 * k, "D") for k in range(8)]
    who = ["ann"] * 8 + ["bob"] * 8 + ["one"]
    return sf.Purchases.from_columns(
        who, [*days, *(day + np.timedelta64(3, "D") for day in days), "2026-05-15"]
    )


def test_who_is_due_says_whose_gap_and_from_which_day():
    cycle = sf.lifecycle(many_orders(), as_of="2026-05-25")
    table = cycle.due_within("30D").columns()
    assert dict(zip(table["customer"], table["gap_from"], strict=True)) == {
        "ann": "own", "bob": "own", "one": "all",
    }  # fmt: skip
    assert (table["due"] - table["due_in"].astype("timedelta64[D]")).tolist() == ([cycle.as_of] * 3)
    assert cycle.to_dict()["own_gaps"]["data"] == [7, 7, 0]
    assert "1 of 1 shown have fewer than three orders" in cycle.to_text(width=200).replace(
        "\n", " "
    )
    assert "usual of all" in cycle.to_text(width=200)
    assert "全体通常值" in cycle.to_text(locale="zh", width=200)


def test_who_is_due_on_a_later_day():
    cycle = sf.lifecycle(many_orders(), as_of="2026-05-25")
    later = cycle.due_within(0, as_of="2026-06-10")
    same = sf.lifecycle(many_orders(), as_of="2026-06-10").due_within(0)
    assert (later.customers, later.as_of, later.states) == (same.customers, same.as_of, same.states)
    with pytest.raises(SalesFunnelError, match="must not be before 2026-05-25"):
        cycle.due_within(7, as_of="2026-05-01")
