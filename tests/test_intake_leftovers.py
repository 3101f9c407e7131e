"""Closings later than every change, refunds in a column of their name, counts without windows."""

from __future__ import annotations

import pytest

import salesfunnel as sf

CHANGES = """deal,stage,time,closed,status
1,lead,2026-01-01,,
1,offer,2026-01-10,{closed},{status}
2,lead,2026-01-03,,
2,offer,2026-01-12,{other},open
"""


@pytest.mark.parametrize("status", ["lost", "won"])
def test_a_closing_after_the_last_change_moves_the_moment_of_the_data(status):
    text = CHANGES.format(closed="2026-03-05", status=status, other="")
    found = sf.read_deals(text.encode(), stages=["lead", "offer", "won"])
    assert (str(found.as_of)[:10], str(found.closed[0])[:10]) == ("2026-03-05", "2026-03-05")
    assert "as-of-assumed" in {fault.code for fault in found.faults}


def test_the_closing_of_an_open_deal_is_a_plan():
    text = CHANGES.format(closed="2026-03-05", status="lost", other="2026-09-30")
    found = sf.read_deals(text.encode(), stages=["lead", "offer", "won"])
    assert str(found.as_of)[:10] == "2026-03-05"
    assert found.outcome.tolist() == [2, 0]


def orders(column: str, *values: str) -> sf.Purchases:
    rows = "".join(f"c{i},2026-01-0{i + 1},50.00,{v}\n" for i, v in enumerate(values))
    return sf.read_purchases(f"customer,date,amount,{column}\n{rows}".encode())


@pytest.mark.parametrize("column", ["refunded", "Refund", "Refunds", "退款"])
def test_amounts_of_refunds_are_taken_off(column):
    found = orders(column, "35.00", "", "0", "50.00")
    assert found.amount.tolist() == [15.0, 50.0, 50.0]
    assert "refunds-taken-off" in {fault.code for fault in found.faults}


@pytest.mark.parametrize(
    ("column", "values"), [("returned", ("2", "", "1")), ("refunded", ("99", "", "5"))]
)
def test_numbers_that_may_be_refunds_are_said(column, values):
    found = orders(column, *values)
    assert found.amount.tolist() == [50.0] * 3
    (fault,) = [f for f in found.faults if f.code == "refunds-perhaps"]
    assert (fault.column, dict(fault.params)["n"]) == (column, 2)


@pytest.mark.parametrize("column", ["refunded", "Refund"])
@pytest.mark.parametrize("values", [("yes", "no", "no"), ("1", "0", "0")])
def test_yes_and_no_stay_what_they_are(column, values):
    assert orders(column, *values).amount.tolist() == [50.0, 50.0]


def test_counts_without_windows():
    made = sf.StepCounts(steps=("a", "b"), counts=(3, 2), step_windows=None, step_delays=None)
    assert (made.step_windows, made.step_delays) == ((), ())
