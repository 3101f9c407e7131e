"""adherence and handoffs: what is done in time, and what is lost between departments."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

import salesfunnel as sf

FUNNEL = sf.Funnel(
    "sales",
    [
        sf.Stage("lead", "线索", owner="marketing"),
        sf.Stage(
            "offer",
            "报价",
            owner="sales",
            actions=[
                sf.KeyAction("call", "电话回访", within=timedelta(hours=48)),
                sf.KeyAction("visit", "Visit", owner="field"),
                sf.KeyAction("letter"),
            ],
        ),
        sf.Stage("won", owner="sales"),
    ],
)
PLACES = {"市场部": ["marketing", "Zoe"], "销售部": ["sales", "Ann", "Bo"]}


def history(rows, **options):
    return sf.StageHistory.from_records(rows, funnel=FUNNEL, as_of="2026-10-01", **options)


def deal(name, offer, call="", won="", **more):
    return {
        "deal": name,
        "lead": "2026-09-01",
        "offer": offer,
        "电话回访": call,
        "won": won,
        **more,
    }


@pytest.mark.parametrize(
    "form", ["{0}-{1}-{2}T09:00", "{0}/{1}/{2} 09:00", "{0}年{1}月{2}日"], ids=["iso", "bar", "zh"]
)
def test_shares_by_hand(form):
    def day(number):
        return form.format("2026", "09", f"{number:02d}")

    found = sf.adherence(
        history(
            [
                deal("in time", "2026-09-02", day(3)),
                deal("late", "2026-09-02", day(9)),
                deal("overdue", "2026-09-02"),
                deal("pending", "2026-09-30T12:00"),
                deal("left early", "2026-09-05", won="2026-09-06"),
                {"deal": "never there", "lead": "2026-09-01"},
            ]
        ),
        departments=PLACES,
    )
    call, visit, _letter = found.rows
    assert (call.stage, call.action, call.owner, call.department) == (
        "offer",
        "call",
        "sales",
        "销售部",
    )
    assert (call.due, call.in_time, call.on_time) == (3, 1, pytest.approx(1 / 3))
    assert (call.judged, call.did, call.done, call.pending) == (4, 2, 0.5, 1)
    assert call.on_time_interval.low < 1 / 3 < call.on_time_interval.high
    assert (visit.column, visit.done, visit.on_time, visit.owner) == (None, None, None, "field")
    assert [fault.code for fault in found.faults].count("action-not-measured") == 2
    assert found.adoption() == {"call": call.on_time}


def test_yes_and_no_and_what_is_neither():
    rows = [deal(f"d{i}", "2026-09-02", visit=v) for i, v in enumerate(["是", "否", "yes", "?!"])]
    found = sf.adherence(history(rows))
    visit = found.rows[1]
    assert (visit.judged, visit.did, visit.on_time) == (3, 2, None)
    (fault,) = [f for f in found.faults if f.code == "action-value-unread"]
    assert (fault.value, dict(fault.params)["n"]) == ("?!", 1)


def test_parts_add_up():
    rng = np.random.default_rng(3)
    rows = [
        deal(
            f"d{i}",
            f"2026-0{rng.integers(6, 9)}-{rng.integers(1, 29):02d}",
            f"2026-09-{rng.integers(1, 29):02d}" if i % 3 else "",
            owner=["Ann", "Bo", "Zoe"][i % 3],
        )
        for i in range(80)
    ]
    for row in rows:
        row["lead"] = "2026-05-01"
    found = sf.adherence(history(rows), departments=PLACES)
    whole = found.rows[0]
    for split in ("owner", "department", "month"):
        parts = [row for row in found.parts if row.split == split and row.action == "call"]
        assert sum(row.due for row in parts) == whole.due
        assert sum(row.in_time for row in parts) == whole.in_time
    assert {r.part for r in found.parts if r.split == "department"} == set(PLACES)


def test_quick_deals_do_not_make_an_action_look_good():
    """Nobody gains by the call here; who advances at once was neither called nor late."""
    rng = np.random.default_rng(5)
    start = np.datetime64("2025-01-01T00:00", "m")
    rows = []
    for i in range(3000):
        entry = start + np.timedelta64(int(rng.integers(0, 500_000)), "m")
        wait, call = rng.exponential(5 * 1440), rng.exponential(3 * 1440)
        called = "" if call > wait else str(entry + np.timedelta64(int(call), "m"))
        end = entry + np.timedelta64(int(wait), "m")
        won = rng.random() < 0.4
        rows.append(
            {
                "deal": f"d{i}", "lead": str(entry), "offer": str(entry), "call_at": called,
                "won": str(end) if won else "", "closed": str(end),
                "outcome": "won" if won else "lost",
            }
        )  # fmt: skip
    found = sf.adherence(history(rows)).rows[0]
    assert found.difference_interval.low < 0 < found.difference_interval.high
    assert abs(found.difference) < 0.05


def test_a_sheet_tells_by_rates_and_by_counts():
    funnel = FUNNEL.replace_stage(
        "offer",
        FUNNEL.stage("offer").replace(
            metrics=[
                sf.Metric("offers", step=True),
                sf.Metric("call", "电话回访", unit="rate"),
                sf.Metric("visit", "Visit"),
            ]
        ),
    )
    sheet = sf.read_table(
        "month,metric,actual\n2026-08,offers,40\n2026-08,电话回访,70%\n2026-08,Visit,10\n"
        "2026-09,offers,50\n2026-09,电话回访,80%\n2026-09,Visit,25\n",
        funnel=funnel,
    )
    call, visit, letter = sf.adherence(sheet, departments=PLACES).rows
    assert (call.on_time, call.done, call.department) == (0.8, None, "销售部")
    assert (visit.done, visit.did, visit.judged) == (0.5, 25, 50)
    assert letter.column is None
    parts = sf.adherence(sheet).parts
    assert [(p.part, p.on_time) for p in parts if p.action == "call"] == [
        ("2026-08", 0.7),
        ("2026-09", 0.8),
    ]


def test_handoffs_by_hand():
    deals = history(
        [
            deal("called", "2026-09-02", "2026-09-04"),
            deal("advanced", "2026-09-02", won="2026-09-06"),
            deal("dropped", "2026-09-02") | {"closed": "2026-09-09", "outcome": "lost"},
            deal("waiting", "2026-09-30"),
            {"deal": "not handed over", "lead": "2026-09-01"},
        ]
    )
    found = sf.handoffs(deals, departments=PLACES)
    (row,) = found.rows
    assert (row.source, row.target, row.giver, row.taker) == ("lead", "offer", "市场部", "销售部")
    assert (row.handed, row.picked, row.dropped, row.waiting) == (4, 2, 1, 1)
    assert row.dropped_share == pytest.approx(1 / 3)
    assert (row.sign, row.returned) == ("action", None)
    assert "returns-not-recorded" in {fault.code for fault in found.faults}


def test_owners_and_returns_of_recorded_changes():
    deals = history([deal("a", "2026-09-02"), deal("b", "2026-09-02"), deal("c", "2026-09-02")])
    deals = deals.with_changes(
        {
            "owner": {
                "deal": ["a", "a", "b", "c"],
                "time": ["2026-09-01", "2026-09-05", "2026-08-01", "2026-09-01"],
                "value": ["Zoe", "Ann", "Bo", "Zoe"],
            },
            "stage": {
                "deal": ["a", "a", "c", "c", "c"],
                "time": ["2026-09-01", "2026-09-02", "2026-09-01", "2026-09-02", "2026-09-08"],
                "value": ["lead", "offer", "lead", "offer", "lead"],
            },
        }
    )
    (row,) = sf.handoffs(deals, departments=PLACES).rows
    assert (row.sign, row.picked, row.waiting) == ("owner", 2, 1)
    assert (row.returned, row.returned_share) == (1, pytest.approx(1 / 3))
    assert row.median_wait == 3.0


@pytest.mark.parametrize(
    ("departments", "words"),
    [
        ({"A": ["marketing", "x"], "B": ["x"]}, "'x' in one department"),
        ({"A": ["marketing"]}, "two departments or more"),
        (["A"], "mapping"),
        ({"A": [3]}, "names"),
    ],
)
def test_departments_that_make_no_sense_are_refused(departments, words):
    with pytest.raises(sf.errors.ArgumentError, match=words):
        sf.handoffs(history([deal("a", "2026-09-02")]), departments=departments)


def test_what_tells_nothing_is_refused():
    with pytest.raises(sf.errors.ArgumentError, match="StageHistory or a Tracking"):
        sf.adherence([1])
    plain = sf.StageHistory.from_records(
        [{"deal": "a", "lead": "2026-09-01"}], stages=["lead", "won"], as_of="2026-10-01"
    )
    with pytest.raises(sf.errors.ArgumentError, match="funnel with key actions"):
        sf.adherence(plain)
