"""Purchases: columns, frames, faults, summaries."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

ROWS = [
    {"customer": "ann", "time": "2026-01-05", "amount": 120, "item": "desk"},
    {"customer": "bob", "time": "2026-01-07", "amount": 80, "item": ""},
    {"customer": "ann", "time": "2026-02-05T10:00", "amount": 60, "item": "lamp"},
    {"customer": "ann", "time": "2026-02-05T18:00", "amount": None},
]


def bought():
    return sf.Purchases.from_records(ROWS)


def test_rows_are_sorted_by_customer_and_time():
    p = bought()
    assert p.customers == ("ann", "bob")
    assert p.customer.tolist() == [0, 0, 0, 1]
    assert (np.diff(p.time[:3]) > np.timedelta64(0, "D")).all()
    assert p.attributes["item"] == ("desk", "lamp", "", "")
    assert np.isnan(p.amount[2])


def test_purchases_of_one_day_are_one_order():
    orders = bought().orders()
    assert orders.number.tolist() == [2, 1]
    s = bought().summary("2026-03-01")
    assert s.frequency.tolist() == [1, 0]
    assert s.recency.tolist() == [31, 0]
    assert s.age.tolist() == [55, 53]


def test_rows_that_cannot_be_used_are_named():
    p = sf.Purchases.from_columns(
        ["ann", None, "ann", "bob"], ["2026-01-01", "2026-01-02", None, "2026-01-03"], [1, 2, 3, -4]
    )
    assert [(f.code, f.row) for f in p.faults] == [
        ("purchase-without-customer", 2),
        ("purchase-without-time", 3),
        ("purchase-returned", 4),
    ]
    assert (len(p), p.rows) == (1, 4)


def test_many_faults_are_counted():
    p = sf.Purchases.from_columns([None] * 60, ["2026-01-01"] * 60)
    assert len(p.faults) == 51
    assert dict(p.faults[-1].params)["n"] == 10


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "mapping"])
def test_any_dataframe(kind):
    table = {
        "who": ["a", "b", "a"],
        "when": [datetime(2026, 1, d) for d in (3, 2, 1)],  # noqa: DTZ001 - naive is meant
        "amount": [1.5, None, 2.5],
        "channel": ["web", None, "shop"],
    }
    frame = table
    if kind != "mapping":
        module = pytest.importorskip(kind)
        frame = module.table(table) if kind == "pyarrow" else module.DataFrame(table)
    p = sf.Purchases.from_frame(frame, columns={"customer": "who", "time": "when"})
    assert p.amount[:2].tolist() == [2.5, 1.5]
    assert np.isnan(p.amount[2])
    assert p.attributes["channel"] == ("shop", "web", "")


def test_zones_are_taken_to_utc_and_never_mixed():
    east = timezone(timedelta(hours=8))
    p = sf.Purchases.from_columns(["a"], [datetime(2026, 1, 2, 4, tzinfo=east)])
    assert p.time[0] == np.datetime64("2026-01-01T20:00")
    with pytest.raises(DataError, match="naive"):
        sf.Purchases.from_columns(
            ["a", "a"], [datetime(2026, 1, 2, tzinfo=east), datetime(2026, 1, 2)]  # noqa: DTZ001 - naive is meant
        )  # fmt: skip


def test_what_cannot_be_is_refused():
    with pytest.raises(DataError, match="equal length"):
        sf.Purchases.from_columns(["a"], ["2026-01-01", "2026-01-02"])
    with pytest.raises(DataError, match="row 2"):
        sf.Purchases.from_columns(["a", "b"], ["2026-01-01"] * 2, [1, "12 EUR"])
    with pytest.raises(DataError, match="numbers"):
        sf.Purchases.from_columns(["a"], [5])
    with pytest.raises(UnknownNameError, match="betrag"):
        sf.Purchases.from_frame(
            {"customer": ["a"], "time": ["2026-01-01"]}, columns={"amount": "betrag"}
        )
    with pytest.raises(ArgumentError, match="as_of"):
        bought().summary("soon")
    with pytest.raises(ArgumentError, match="unit"):
        bought().summary("2026-03-01", unit="fortnight")
    with pytest.raises(DataError, match="sorted"):
        sf.Purchases(
            customers=["a"], customer=[0, 0], time=["2026-01-02", "2026-01-01"], amount=[1, 1]
        )


def test_nothing_later_than_as_of_counts():
    assert len(bought().until(date(2026, 2, 1))) == 2
    assert bought().summary("2026-02-01").frequency.tolist() == [0, 0]
    assert len(bought().until("2020-01-01")) == 0
    assert len(bought().summary("2020-01-01")) == 0


def test_no_purchases_at_all():
    empty = sf.Purchases.from_records([])
    assert len(empty) == 0
    assert len(empty.summary("2026-01-01")) == 0


def test_frozen_and_merged():
    p = bought()
    with pytest.raises(ValueError, match="read-only"):
        p.amount[0] = 0
    both = p + sf.Purchases.from_columns(["cid"], ["2026-03-01"], [9])
    assert both.customers == ("ann", "bob", "cid")
    assert both.attributes["item"][-1] == ""
    assert p.select("ann").customers == ("ann",)
    with pytest.raises(UnknownNameError, match="bobb"):
        p.select(["bobb"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 60), st.floats(0, 1e4)), min_size=1, max_size=40
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_does_not_matter(rows, random):
    def build(items):
        who, day, paid = zip(*items, strict=True)
        days = [str(np.datetime64("2026-01-01") + np.timedelta64(d, "D")) for d in day]
        return sf.Purchases.from_columns([f"c{w}" for w in who], days, list(paid))

    shuffled = random.sample(rows, len(rows))
    one, other = (build(r).summary("2026-04-01") for r in (rows, shuffled))
    assert one.customers == other.customers
    assert (one.frequency == other.frequency).all()
    np.testing.assert_allclose(one.monetary, other.monetary)
    twin = {w: sorted({d for v, d, _ in rows if v == w}) for w, _, _ in rows}
    for name, x, t, T in zip(one.customers, one.frequency, one.recency, one.age, strict=True):
        days = twin[int(name[1:])]
        assert (x, t, T) == (len(days) - 1, days[-1] - days[0], 90 - days[0])


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_bare_columns_of_a_library_keep_their_nulls_and_long_numbers(library):
    module = pytest.importorskip(library)
    make = module.array if library == "pyarrow" else module.Series
    kind = {"dtype": "Int64"} if library == "pandas" else {}
    found = sf.Purchases.from_columns(
        make([2**60 + 1, None], **kind), make(["2026-01-01", "2026-01-02"]), make([1.5, None])
    )
    assert found.customers == (str(2**60 + 1),)
    assert [(f.code, f.row) for f in found.faults] == [("purchase-without-customer", 2)]
