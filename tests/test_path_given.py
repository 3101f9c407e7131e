"""A path where what was read from it is wanted: the error names the call that reads it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = dt.date(2026, 4, 1)
HISTORY = sf.read_deals(
    "deal,lead,demo,won\na,2026-01-01,2026-01-05,2026-01-09\nb,2026-02-01,2026-02-05,\n",
    stages=["lead", "demo", "won"],
    as_of="2026-04-01",
)
PANEL = sf.Panel.from_counts(
    {"2026-01": {"lead": 100, "won": 10}, "2026-02": {"lead": 90, "won": 9}}
)

CALLS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "EventLog": (sf.EventLog, "read_events"),
    "EventLog.from_frame": (sf.EventLog.from_frame, "read_events"),
    "EventLog.from_records": (sf.EventLog.from_records, "read_events"),
    "Purchases": (sf.Purchases, "read_purchases"),
    "Purchases.from_columns": (sf.Purchases.from_columns, "read_purchases"),
    "Purchases.from_frame": (sf.Purchases.from_frame, "read_purchases"),
    "Purchases.from_records": (sf.Purchases.from_records, "read_purchases"),
    "StageHistory": (sf.StageHistory, "read_deals"),
    "StageHistory.from_records": (sf.StageHistory.from_records, "read_deals"),
    "Panel": (sf.Panel, "read_table"),
    "Panel.from_counts": (sf.Panel.from_counts, "read_deals"),
    "Tracking": (sf.Tracking, "read_table"),
    "ImprovementPlan": (sf.ImprovementPlan, "read_plan"),
    "conversions": (sf.conversions, "read_deals"),
    "find_bottlenecks": (sf.find_bottlenecks, "read_table"),
    "analyze": (sf.analyze, "read_deals"),
    "velocity": (sf.velocity, "read_deals"),
    "slippage": (sf.slippage, "read_deals"),
    "watch_metrics": (sf.watch_metrics, "read_table"),
    "adherence": (sf.adherence, "read_table"),
    "compare_arms": (sf.compare_arms, "read_deals"),
    "rfm": (lambda given: sf.rfm(given, as_of="2026-01-01"), "read_purchases"),
    "count_steps": (lambda given: sf.count_steps(given, ["a", "b"]), "read_events"),
    "compare_segments": (lambda given: sf.compare_segments(given, by="owner"), "read_deals"),
    "diagnose": (lambda given: sf.diagnose(given, HISTORY), "read_deals"),
    "diagnose data": (
        lambda given: sf.diagnose(sf.find_bottlenecks(HISTORY)[0], given),
        "read_deals",
    ),
    "plan": (lambda given: sf.plan(given, [], start=DAY), "read_deals"),
    "plan findings": (
        lambda given: sf.plan(sf.find_bottlenecks(HISTORY), given, start=DAY),
        "read_deals",
    ),
    "decompose_target": (lambda given: sf.decompose_target(9, given), "read_deals"),
    "follow_target": (lambda given: sf.follow_target(given, PANEL), "read_deals"),
    "follow_target panel": (
        lambda given: sf.follow_target(sf.decompose_target(9, PANEL), given),
        "read_table",
    ),
    "review": (lambda given: sf.review(given, PANEL, today=DAY), "read_plan"),
    "forecast": (lambda given: sf.forecast(given, horizon=30), "read_deals"),
    "backtest": (sf.backtest, "read_deals"),
    "link": (lambda given: sf.link(given, HISTORY, on="deal"), "read_deals"),
    "link deals": (lambda given: sf.link(HISTORY, given, on="deal"), "read_deals"),
    "output_change": (sf.output_change, "read_table"),
    "velocity_change": (lambda given: sf.velocity_change(given, given), "read_deals"),
    "littles_law": (sf.littles_law, "read_deals"),
    "ageing": (sf.ageing, "read_deals"),
    "commit_bias": (sf.commit_bias, "read_deals"),
    "stage_durations": (sf.stage_durations, "read_deals"),
    "pipeline_bridge": (
        lambda given: sf.pipeline_bridge(given, since="2026-01-01", until="2026-02-01"),
        "read_deals",
    ),
    "coverage": (lambda given: sf.coverage(given, quotas={"a": 1}), "read_deals"),
    "fit_sbg": (sf.fit_sbg, "read_purchases"),
    "fit_bgnbd": (sf.fit_bgnbd, "read_purchases"),
    "fit_bgnbd as_of": (lambda given: sf.fit_bgnbd(given, as_of="2026-01-01"), "read_purchases"),
    "fit_buying": (sf.fit_buying, "read_purchases"),
    "fit_gamma_gamma": (sf.fit_gamma_gamma, "read_purchases"),
    "clv": (lambda given: sf.clv(given, given, given), "read_purchases"),
    "lifecycle": (lambda given: sf.lifecycle(given, as_of="2026-01-01"), "read_purchases"),
    "repurchase_curve": (
        lambda given: sf.repurchase_curve(given, as_of="2026-01-01"),
        "read_purchases",
    ),
    "cohort_retention": (
        lambda given: sf.cohort_retention(given, as_of="2026-01-01"),
        "read_purchases",
    ),
    "department_pages": (sf.department_pages, "read_table"),
    "write_playbook": (
        lambda given: sf.write_playbook(
            sf.template("b2b"), sf.plan([], [], start=DAY), [], data=given
        ),
        "read_deals",
    ),
}


@pytest.mark.parametrize("given", ["may.csv", Path("may.csv")], ids=["text", "path"])
@pytest.mark.parametrize("name", CALLS)
def test_a_path_is_answered_with_the_call_that_reads_it(name: str, given: Any) -> None:
    call, reader = CALLS[name]
    with pytest.raises(SalesFunnelError) as error:
        call(given)
    assert f"sf.{reader}('may.csv')" in str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "conversions",
        "velocity",
        "analyze",
        "rfm",
        "littles_law",
        "fit_bgnbd",
        "fit_sbg",
        "diagnose",
    ],
)
def test_records_and_frames_are_answered_too(name: str) -> None:
    call, _ = CALLS[name]
    with pytest.raises(SalesFunnelError, match=r"sf\.read_\w+\(\.\.\.\)"):
        call([{"deal": 1, "stage": "Lead"}])
    pandas = pytest.importorskip("pandas")
    with pytest.raises(SalesFunnelError, match=r"sf\.read_\w+\(\.\.\.\)"):
        call(pandas.DataFrame({"deal": [1]}))


def test_other_things_are_refused_without_a_hint_that_misleads() -> None:
    with pytest.raises(SalesFunnelError) as error:
        sf.conversions(3)  # type: ignore[arg-type]
    assert "Hint" not in str(error.value)


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(SalesFunnelError, match="'step' must be a column, got none"):
        sf.EventLog([1, 2])
    with pytest.raises(SalesFunnelError, match="'time' must be a column, got none"):
        sf.Purchases.from_columns(["ann"])
