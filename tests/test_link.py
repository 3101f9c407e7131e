"""Leads and deals as one history."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

LEAD_STAGES, DEAL_STAGES = ("new", "qualified"), ("offer", "won")


def leads_of(rows, as_of="2026-06-01"):
    names = ("deal", "mail", "new", "qualified", "outcome")
    records = [dict(zip(names, row, strict=False)) for row in rows]
    return sf.StageHistory.from_records(
        [{k: v for k, v in row.items() if v is not None} for row in records],
        stages=LEAD_STAGES, as_of=as_of,
    )  # fmt: skip


def deals_of(rows, as_of="2026-06-01"):
    names = ("deal", "mail", "offer", "won", "outcome", "value")
    records = [dict(zip(names, row, strict=False)) for row in rows]
    return sf.StageHistory.from_records(records, stages=DEAL_STAGES, as_of=as_of)


@pytest.fixture
def leads():
    return leads_of(
        [
            ("l1", "A@x.com", "2026-01-05", "2026-01-09"),
            ("l2", "b@x.com", "2026-01-07", None),
            ("l3", "c@x.com", "2026-02-01", None, "lost"),
            ("l4", "d@x.com", "2026-02-01", None, "lost"),
            ("l5", "", "2026-02-01", None),
        ]
    )


@pytest.fixture
def deals():
    return deals_of(
        [
            ("d0", "a@x.com", "2026-01-02", "2026-02-02", "won", 5),
            ("d1", "a@x.com", "2026-01-20", None, "open", 100),
            ("d2", "a@x.com", "2026-03-20", "2026-04-01", "won", 300),
            ("d3", "d@x.com", "2026-04-20", "2026-05-01", "won", 70),
            ("d4", "z@x.com", "2026-04-20", None, "open", 9),
        ]
    )


def count(history, code):
    return {f.code: dict(f.params)["n"] for f in history.faults if "n" in dict(f.params)}.get(code)


def test_a_lead_has_the_stages_and_the_outcome_of_its_deal(leads, deals):
    journey = sf.link(leads, deals, on="mail")
    assert journey.stages == ("new", "qualified", "offer", "won")
    assert journey.attribute("linked_deal").tolist() == ["d1", "", "", "d3", ""]
    assert journey.outcome.tolist() == [0, 0, 2, 1, 0]
    assert journey.reached.tolist() == [2, 0, 0, 3, 0]
    np.testing.assert_array_equal(journey.value, [100, np.nan, np.nan, 70, np.nan])
    assert count(journey, "leads-without-deal") == 3
    assert count(journey, "deals-without-lead") == 1
    assert count(journey, "leads-with-several-deals") == 1
    assert count(journey, "link-key-missing") == 1


@pytest.mark.parametrize(
    ("rule", "linked"),
    [("first-after", "d1"), ("last-after", "d2"), ("largest", "d2"), ("first", "d0")],
)
def test_the_rule_chooses_the_deal(leads, deals, rule, linked):
    journey = sf.link(leads, deals, on="mail", rule=rule)
    assert journey.attribute("linked_deal")[0] == linked


def test_the_bound_of_a_window_is_inside(leads, deals):
    for days, linked in ((15, "d1"), (14, "")):
        journey = sf.link(leads, deals, on="mail", window=f"{days}D")
        assert journey.attribute("linked_deal")[0] == linked
    assert count(journey, "link-out-of-window") == 2


def test_the_earlier_export_ends_both():
    leads = leads_of([("l1", "a", "2026-01-05", None)], as_of="2026-03-01")
    deals = deals_of([("d1", "a", "2026-02-01", "2026-05-01", "won", 7)])
    journey = sf.link(leads, deals, on="mail")
    assert str(journey.as_of)[:10] == "2026-03-01"
    assert journey.outcome.tolist() == [0]
    assert journey.reached.tolist() == [2]


def test_a_deal_belongs_to_the_latest_lead_before_it():
    leads = leads_of([("l1", "a", "2026-01-05", None), ("l2", "a", "2026-03-05", None)])
    deals = deals_of(
        [("d1", "a", "2026-04-01", None, "open", 7), ("d2", "a", "2026-02-01", None, "open", 8)]
    )
    assert sf.link(leads, deals, on="mail").attribute("linked_deal").tolist() == ["d2", "d1"]


def test_a_shared_stage_is_one_stage():
    leads = sf.StageHistory.from_records(
        [{"deal": "l1", "mail": "a", "new": "2026-01-05", "offer": "2026-02-01"}],
        stages=["new", "offer"], as_of="2026-06-01",
    )  # fmt: skip
    deals = deals_of([("d1", "a", "2026-01-20", "2026-03-01", "won", 7)])
    journey = sf.link(leads, deals, on="mail")
    assert journey.stages == ("new", "offer", "won")
    assert str(journey.entered[0, 1])[:10] == "2026-01-20"
    again = sf.StageHistory.from_records(
        [{"deal": "l1", "mail": "a", "won": "2026-01-05", "offer": "2026-02-01"}],
        stages=["won", "offer"], as_of="2026-06-01",
    )  # fmt: skip
    with pytest.raises(DataError, match="stages of their own"):
        sf.link(again, deals, on="mail")


def test_histories_of_fields_follow_the_deal(leads, deals):
    rows = {"deal": ["d1", "d3"], "time": ["2026-01-20", "2026-04-20"], "value": [100, 70]}
    journey = sf.link(leads, deals.with_changes({"amount": rows}), on="mail")
    assert journey.changes_of("amount")["deal"].tolist() == ["l1", "l4"]


def test_keys_may_have_other_names_and_the_id_is_one(leads, deals):
    journey = sf.link(leads, deals, on=("mail", "mail"))
    assert journey.outcome.tolist() == [0, 0, 2, 1, 0]
    none = sf.link(leads, deals, on=("deal", "mail"))
    assert count(none, "leads-without-deal") == 5


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"on": "phone"}, UnknownNameError),
        ({"on": "mail", "rule": "best"}, ArgumentError),
        ({"on": "mail", "window": "0D"}, ArgumentError),
        ({"on": ("mail",)}, ArgumentError),
    ],
)
def test_wrong_links_are_refused(leads, deals, options, error):
    with pytest.raises(error):
        sf.link(leads, deals, **options)


def test_amounts_of_several_currencies_have_no_largest():
    rows = [
        {"deal": f"d{i}", "mail": "a", "offer": "2026-02-01", "value": 5, "currency": code}
        for i, code in enumerate(("EUR", "JPY"))
    ]
    deals = sf.StageHistory.from_records(rows, stages=DEAL_STAGES, as_of="2026-06-01")
    leads = leads_of([("l1", "a", "2026-01-05", None)])
    assert len(sf.link(leads, deals, on="mail")) == 1
    with pytest.raises(DataError, match="one currency"):
        sf.link(leads, deals, on="mail", rule="largest")


DAYS = st.integers(1, 100)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), DAYS), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from("abcd"), DAYS), min_size=1, max_size=8),
    st.one_of(st.none(), st.integers(1, 50)),
)
def test_links_are_those_of_a_search_by_hand(leads, deals, window):
    day = lambda d: str(np.datetime64("2026-01-01") + np.timedelta64(d, "D"))  # noqa: E731
    left = leads_of([(f"l{i}", key, day(d)) for i, (key, d) in enumerate(leads)])
    right = deals_of([(f"d{i}", key, day(d), None, "open", 1) for i, (key, d) in enumerate(deals)])
    found = sf.link(left, right, on="mail", window=None if window is None else f"{window}D")
    wanted = [""] * len(leads)
    best = [None] * len(leads)
    for j, (key, d) in enumerate(deals):
        mine = [(at, i) for i, (k, at) in enumerate(leads) if k == key and at <= d]
        if not mine:
            continue
        at, i = max(mine)
        if (window is None or d - at <= window) and (best[i] is None or (d, j) < best[i]):
            best[i], wanted[i] = (d, j), f"d{j}"
    assert found.attribute("linked_deal").tolist() == wanted
