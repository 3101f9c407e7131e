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


LOST = """id,stage,created,closed,lost_at_stage
1,Won,2026-01-01,2026-02-01,
2,Lost,2026-01-01,2026-02-01,Proposal
3,Lost,2026-01-01,2026-02-01,Qualified
4,Proposal,2026-01-01,,
5,Qualified,2026-01-01,,
6,Lost,2026-01-01,2026-02-01,elsewhere
"""


@pytest.mark.parametrize("column", ["lost_at_stage", "Lost Stage", "Stage lost", "输单阶段"])
def test_the_stage_of_a_loss_may_stand_in_a_column(column):
    text = LOST.replace("lost_at_stage", column)
    found = sf.read_deals(text.encode(), stages=["Qualified", "Proposal", "Won"])
    assert found.reached.tolist() == [2, 1, 0, 1, 0, -1]
    codes = {fault.code: dict(fault.params) for fault in found.faults}
    assert codes["lost-stage-by-column"]["deals"] == 2
    assert found.panel(by="all").counts[0, 0].tolist() == [6, 3, 1]


CLOSED = """ID,STAGE_ID,CLOSED,DATE_CREATE,CLOSEDATE
1,Neu,N,2026-01-01,
2,Issued,Y,2026-01-01,2026-02-01
3,Issued,Y,2026-01-02,2026-02-01
4,Deferred,Y,2026-01-03,2026-02-01
5,Lost,Y,2026-01-03,2026-02-01
6,Won,Y,2026-01-03,2026-02-02
"""


def test_closed_deals_of_unknown_outcome_are_said():
    found = sf.read_deals(CLOSED.encode())
    (fault,) = [f for f in found.faults if f.code == "closed-without-outcome"]
    said = dict(fault.params)
    assert (fault.severity, fault.column, said["deals"]) == ("warning", "CLOSED", 3)
    assert said["words"] == "Issued (2), Deferred (1)"
    told = sf.read_deals(CLOSED.encode(), outcomes={"Issued": "won", "Deferred": "lost"})
    assert told.outcome.tolist() == [0, 1, 1, 2, 2, 1]
    assert "closed-without-outcome" not in {f.code for f in told.faults}


@pytest.mark.parametrize("column", ["Channel", "Product", "Region", "渠道"])
def test_counts_by_group_are_no_funnel_without_a_word(column):
    found = sf.read_table(f"{column},Signups\nads,450\nfair,241\nsearch,158\n".encode())
    (fault,) = [f for f in found.faults if f.code == "steps-perhaps-groups"]
    assert (fault.severity, column in fault.message) == ("warning", True)


@pytest.mark.parametrize("column", ["Step", "Stage", "Name", "阶段"])
def test_counts_by_step_are_a_funnel(column):
    found = sf.read_table(f"{column},Users\nvisit,450\nsignup,241\npaid,158\n".encode())
    assert "steps-perhaps-groups" not in {fault.code for fault in found.faults}
