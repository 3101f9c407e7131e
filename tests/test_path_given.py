"""A path where what was read from it is wanted: the error names the call that reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

if TYPE_CHECKING:
    from collections.abc import Callable

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
}  # fmt: skip


@pytest.mark.parametrize("given", ["may.csv", Path("may.csv")], ids=["text", "path"])
@pytest.mark.parametrize("name", CALLS)
def test_a_path_is_answered_with_the_call_that_reads_it(name: str, given: Any) -> None:
    call, reader = CALLS[name]
    with pytest.raises(SalesFunnelError) as error:
        call(given)
    assert f"sf.{reader}('may.csv')" in str(error.value)


@pytest.mark.parametrize("name", ["conversions", "velocity", "analyze", "rfm"])
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
