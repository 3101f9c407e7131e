"""A target of deals themselves: counted, valued and delayed as the deals are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

import salesfunnel as sf


def deals(as_of):
    """Twelve months of forty deals; half are won sixty days later at 1,000, the rest lost."""
    rows = ["id,created,closed,status,amount"]
    for month in range(12):
        for k in range(40):
            made = date(2025 + month // 12, month % 12 + 1, 1 + k % 28)
            closed, won = made + timedelta(days=60), k % 2 == 0
            rows.append(f"{month}-{k},{made},{closed},{'won' if won else 'lost'},1000")
    return sf.read_deals("\n".join(rows).encode(), as_of=as_of)


def test_deals_bring_their_own_value_and_delay():
    history = deals("2026-03-15")
    plan = sf.decompose_target(
        240_000, history, months=12, unit="currency", currency="EUR", start="2026-03"
    )
    assert (plan.value, plan.currency, plan.wins) == (1000, "EUR", 240)
    assert plan.rates[0] == pytest.approx(0.5, abs=0.01)
    assert plan.safe_before[0] > 0  # wins of the first months come of deals of months before


def test_months_after_the_last_deal_are_no_pace():
    plan = sf.decompose_target(100, deals("2026-03-15"), months=3)
    assert plan.entrants_now == pytest.approx(120)
    fault = next(fault for fault in plan.faults if fault.code == "entrants-stopped")
    assert "2026-01" in str(fault)
    assert "80" in str(fault)


def test_a_quiet_month_of_a_small_company_is_not_said():
    counts = {f"2026-{m:02d}": [0 if m == 10 else 6, 3] for m in range(1, 11)}
    panel = sf.Panel.from_counts(counts, steps=["lead", "won"])
    plan = sf.decompose_target(10, panel, months=3, lag=[0.5, 0.5])
    assert "entrants-stopped" not in {fault.code for fault in plan.faults}
    assert plan.entrants_now == pytest.approx(5.4 * 3)
