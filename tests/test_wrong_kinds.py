"""What is given to the main functions is of their kind, or they say what they take."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import salesfunnel as sf

DEALS = Path(__file__).parents[1] / "examples" / "company" / "deals.csv"
PANEL = sf.Panel.from_counts(
    {f"2026-{m:02d}": [400, 120, 30] for m in range(1, 11)}, steps=["lead", "demo", "won"]
)
FOUND = sf.find_bottlenecks(PANEL)
TARGET = sf.decompose_target(100, PANEL, months=3)
DAY = date(2026, 11, 1)

CALLS = {
    "conversions": sf.conversions,
    "find_bottlenecks": sf.find_bottlenecks,
    "velocity": sf.velocity,
    "stage_durations": sf.stage_durations,
    "ageing": sf.ageing,
    "analyze": sf.analyze,
    "diagnose the data": lambda x: sf.diagnose(FOUND.rows[0], x),
    "diagnose": lambda x: sf.diagnose(x, PANEL),
    "plan": lambda x: sf.plan(x, (), start=DAY),
    "plan the findings": lambda x: sf.plan(FOUND, x, start=DAY),
    "plan a finding": lambda x: sf.plan(FOUND, [x], start=DAY),
    "review": lambda x: sf.review(x, PANEL, today=DAY),
    "review the panel": lambda x: sf.review(sf.plan(FOUND, (), start=DAY), x, today=DAY),
    "write_playbook": lambda x: sf.write_playbook(sf.template("b2b"), x, ()),
    "write_playbook of": lambda x: sf.write_playbook(x, sf.plan(FOUND, (), start=DAY), ()),
    "decompose_target": lambda x: sf.decompose_target(100, x),
    "follow_target": lambda x: sf.follow_target(x, PANEL),
    "follow_target the panel": lambda x: sf.follow_target(TARGET, x),
    "forecast": lambda x: sf.forecast(x, horizon="90D"),
    "backtest": sf.backtest,
    "lifecycle": lambda x: sf.lifecycle(x, as_of=DAY),
    "rfm": lambda x: sf.rfm(x, as_of=DAY),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("given", ["deals.csv", None, 7, object(), sf.template("b2b").stages[0]])
def test_what_is_of_another_kind_is_refused_in_words(name, given):
    with pytest.raises(sf.errors.SalesFunnelError, match=r"'\w+' must .*got "):
        CALLS[name](given)


def test_the_way_from_bottlenecks_to_one_is_told():
    with pytest.raises(sf.errors.ArgumentError, match=r"got Bottlenecks\s+Hint: .*\.rows\[0\]"):
        sf.diagnose(FOUND, PANEL)


def test_the_way_from_deals_to_a_panel_is_told():
    deals = sf.read_stage_history(DEALS, funnel=sf.template("b2b"), as_of="2026-11-20")
    with pytest.raises(sf.errors.ArgumentError, match=r"got StageHistory\s+Hint: .*\.panel\(\)"):
        sf.follow_target(TARGET, deals)
