"""Histories of fields: look-ups as of a moment, cleaning, ends, rates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._kernels.money import minor_units
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError


def plain(**columns):
    """Return two deals, one won."""
    return sf.StageHistory(
        deals=["a", "b"],
        stages=("lead", "won"),
        entered=[["2026-09-01", "2026-09-20"], ["2026-09-03", "NaT"]],
        outcome=[1, 0],
        as_of="2026-10-01",
        **columns,
    )


def rows(deal, time, value, **more):
    return {"deal": deal, "time": [f"2026-09-{day:02d}" for day in time], "value": value, **more}


def test_amount_as_of_against_golden():
    history = plain().with_changes({"amount": rows(["a"] * 3, [10, 2, 6], [900, 1000, 1500])})
    seen = [history.at(f"2026-09-{day:02d}", "amount")[0] for day in (1, 2, 9, 10)]
    np.testing.assert_array_equal(seen, [np.nan, 1000, 1500, 900])
    assert np.isnan(history.at("2026-09-30", "amount")[1])
    np.testing.assert_array_equal(history.value, [900, np.nan])


def test_one_moment_per_deal():
    history = plain().with_changes(
        {"owner": rows(["a", "a", "b"], [1, 9, 3], ["Ann", "Bob", "Cid"])}
    )
    assert history.at(["2026-09-05", "2026-09-02"], "owner").tolist() == ["Ann", ""]
    assert history.attribute("owner").tolist() == ["Bob", "Cid"]


def test_the_last_row_of_an_edit_counts_and_what_changes_nothing_is_dropped():
    value = [100, 200, 100, 100, 300]
    history = plain().with_changes({"amount": rows(["a"] * 5, [2, 5, 5, 8, 9], value)})
    changes = history.changes_of("amount")
    assert changes["to"].tolist() == [100, 300]
    np.testing.assert_array_equal(changes["from"], [np.nan, 100])
    assert [f.code for f in history.faults] == ["change-repeated"]
    assert dict(history.faults[0].params)["n"] == 3


def test_unknown_is_not_zero():
    history = plain().with_changes({"amount": rows(["a", "a", "b"], [2, 5, 4], [0, None, "12.5"])})
    np.testing.assert_array_equal(history.at("2026-09-03", "amount"), [0, np.nan])
    np.testing.assert_array_equal(history.at("2026-09-06", "amount"), [np.nan, 12.5])


def test_a_history_that_ends_elsewhere_ends_at_the_present_value():
    history = plain(value=[500, 70]).with_changes({"amount": rows(["a"], [2], [400])})
    np.testing.assert_array_equal(history.at("2026-09-30", "amount"), [400, np.nan])
    np.testing.assert_array_equal(history.at("2026-10-01", "amount"), [500, 70])
    (fault,) = history.faults
    assert (fault.code, fault.severity, dict(fault.params)["n"]) == (
        "history-ends-elsewhere", "info", 2,
    )  # fmt: skip


def test_rows_that_cannot_be_used_are_faults():
    columns = {
        "deal": ["a", "x", "b", "a", "a"],
        "time": np.array(["2026-09-02", "2026-09-02", "NaT", "2026-12-02", "2026-08-01"], "M8[us]"),
        "value": [1, 2, 3, 4, -5],
    }
    history = plain().with_changes({"amount": columns})
    assert [fault.code for fault in history.faults] == [
        "change-of-unknown-deal", "change-undated", "change-after-as-of", "change-before-creation",
        "amount-negative",
    ]  # fmt: skip
    assert history.changes_of("amount")["to"].tolist() == [-5, 1]


def test_fields_without_a_history_are_named_as_leaks():
    history = plain(value=[1, 2], attributes={"owner": ["Ann", "Bob"], "region": ["N", "S"]})
    assert history.leaks == ("amount", "owner")
    known = history.with_changes(
        {"amount": rows(["a", "b"], [1, 3], [1, 2])}, present={"expected": ["2026-11-01", None]}
    )
    assert known.leaks == ("expected", "owner")
    assert known.at("2026-09-01", "expected").tolist() == [dt.date(2026, 11, 1), None]


def test_selected_added_and_written_histories_carry_their_changes():
    history = plain().with_changes(
        {
            "amount": rows(["a", "b", "b"], [1, 3, 9], [5, 6, 7]),
            "owner": rows(["a", "b"], [1, 3], ["Bob", "Ann"]),
            "expected": rows(["b", "b"], [3, 8], ["2026-10-05", "2026-11-05"]),
        }
    )
    assert sf.StageHistory.from_json(history.to_json()) == history
    second = history.select([False, True])
    assert second.changes_of("amount")["to"].tolist() == [6, 7]
    assert second.changes_of("amount")["deal"].tolist() == ["b", "b"]
    both = history.select([0]) + second
    assert both == history
    assert history.select([1, 0]).changes_of("owner")["to"].tolist() == ["Ann", "Bob"]
    assert history != plain()
    twice = history.select(np.array([], dtype=int))
    assert len(twice) == 0
    assert len(twice.changes["amount"]) == 0


def test_changes_between_exports_keep_when_the_value_was_not_there_yet():
    columns = rows(["a", "a"], [8, 15], [5, 6], known_since=["2026-09-01", "2026-09-08"])
    history = plain().with_changes({"amount": columns})
    since = history.changes_of("amount")["known_since"].astype("M8[D]").tolist()
    assert since == [dt.date(2026, 9, 1), dt.date(2026, 9, 8)]
    assert sf.StageHistory.from_dict(history.to_dict()) == history


@pytest.mark.parametrize(
    ("field", "columns", "error"),
    [
        ("colour", rows(["a"], [1], [1]), ArgumentError),
        ("amount", rows(["a"], [1], ["much"]), DataError),
        ("expected", rows(["a"], [1], ["soon"]), DataError),
        ("amount", rows(["a", "b"], [1], [1, 2]), DataError),
    ],
)
def test_wrong_changes_are_refused(field, columns, error):
    with pytest.raises(error):
        plain().with_changes({field: columns})


def test_wrong_look_ups_are_refused():
    with pytest.raises(UnknownNameError):
        plain().at("2026-09-01", "colour")
    with pytest.raises(ArgumentError, match="must be a date or a time"):
        plain().at("soon", "amount")
    with pytest.raises(DataError, match="shape"):
        plain().at(["2026-09-01"] * 3, "amount")
    with pytest.raises(UnknownNameError):
        plain().changes_of("amount")


def test_currency_is_that_of_the_changes_or_of_an_attribute():
    assert plain().currency is None
    assert plain(attributes={"currency": ["EUR", ""]}).currency.tolist() == ["EUR", ""]
    history = plain().with_changes({"currency": rows(["a", "a"], [1, 5], ["EUR", "USD"])})
    assert history.currency.tolist() == ["USD", ""]
    assert history.at("2026-09-02", "currency").tolist() == ["EUR", ""]


def test_rates_are_the_last_at_or_before_the_day():
    rates = sf.Rates([("EUR", "2026-01-02", 1.1), ("EUR", "2026-06-01", 1.2)], base="USD")
    days = ["2026-01-02", "2026-05-31", "2026-06-01", "2026-06-07"]
    assert rates.on("EUR", days).tolist() == [1.1, 1.1, 1.2, 1.2]
    assert rates.on("USD", days).tolist() == [1.0] * 4
    assert sf.Rates.from_json(rates.to_json()) == rates
    with pytest.raises(DataError, match="EUR on 2026-01-01"):
        rates.on("EUR", ["2026-01-01"])
    with pytest.raises(DataError, match="rate for GBP"):
        rates.on("GBP", days)


@pytest.mark.parametrize(
    "table",
    [
        {"EUR": 0}, {"EUR": "x"}, {"euro": 1.1}, {"EUR": {"soon": 1.1}}, {"EUR": []},
        {"EUR": [("2026-01-01", 1), ("2026-01-01", 2)]}, [("EUR", 1.1)], 7,
    ],
)  # fmt: skip
def test_wrong_rates_are_refused(table):
    with pytest.raises(ArgumentError):
        sf.Rates(table, base="USD")


def test_rates_come_from_rows_mappings_and_frames():
    pd = pytest.importorskip("pandas")
    wanted = sf.Rates({"EUR": {"2026-01-02": 1.1}}, base="USD")
    records = [{"currency": "EUR", "date": "2026-01-02", "rate": "1.1"}]
    assert sf.Rates(records, base="USD") == wanted
    assert sf.Rates(pd.DataFrame(records), base="USD") == wanted
    assert sf.Rates({"USD": 1, "EUR": {"2026-01-02": 1.1}}).base == "USD"
    with pytest.raises(ArgumentError, match="base"):
        sf.Rates({"EUR": 1.1})


def test_minor_units_are_rounded_once_half_to_even():
    assert minor_units(np.array([0.05, 0.15, 0.25]), 2, 1.1).tolist() == [6, 16, 28]
    assert minor_units(np.array([0.5, 1.5, 2.5]), 0).tolist() == [0, 2, 2]
    assert minor_units(np.array([70000.0, np.nan]), 2, 0.0067).tolist() == [46900, 0]
    with pytest.raises(OverflowError):
        minor_units(np.array([1e16]), 2)
