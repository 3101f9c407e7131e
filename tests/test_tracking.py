"""Tracking: rates from the step before, what may stand in it, its panel."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from salesfunnel import Funnel, Metric, Stage, Tracking, TrackingRow
from salesfunnel.errors import ArgumentError, DataError

FUNNEL = Funnel(
    "shop",
    [
        Stage("see", metrics=[Metric("views", step=True), Metric("leads", step=True)]),
        Stage("try", metrics=[Metric("score", unit="score"), Metric("trials", step=True)]),
        Stage("buy", metrics=[Metric("orders", step=True)]),
    ],
)


def row(metric, actual, stage=None, **fields):
    stage = stage or FUNNEL.stage_of(metric).key
    return TrackingRow(stage=stage, metric=metric, actual=actual, **fields)


def sheet(*rows):
    return Tracking(rows=rows, funnel=FUNNEL)


def test_rates_come_from_the_step_before_in_the_same_period_and_segment():
    table = sheet(
        row("leads", 50, period="2026-10", target=60),
        row("views", 1000, period="2026-10", target=1200),
        row("views", 10, period="2026-09"),
        row("views", 7, period="2026-10", segment="fair"),
        row("trials", 10, period="2026-10"),
    )
    assert [r.rate for r in table.rows] == [0.05, None, None, None, 0.2]
    assert [r.basis for r in table.rows] == ["ok", "first", "first", "first", "ok"]
    assert table.rows[0].target_rate == 0.05
    assert table.periods == ("2026-09", "2026-10")
    assert table.segments == ("all", "fair")


@pytest.mark.parametrize(
    ("views", "leads", "rate", "basis"),
    [
        (None, 5, None, "missing"),
        (5, None, None, "missing"),
        (0, 0, None, "no-data"),
        (4, 5, 1.25, "rate-gt-1"),
        (4, 0, 0.0, "ok"),
    ],
)
def test_a_rate_says_why_there_is_one_or_none(views, leads, rate, basis):
    last = sheet(row("views", views), row("leads", leads)).rows[1]
    assert (last.rate, last.basis) == (rate, basis)


def test_a_step_that_is_not_in_the_sheet_is_missing():
    assert sheet(row("views", 5), row("trials", 2)).rows[1].basis == "missing"


def test_rates_that_rows_bring_along_are_computed_anew():
    table = sheet(row("views", 10), row("leads", 5, rate=0.9, basis="missing"))
    assert (table.rows[1].rate, table.rows[1].basis) == (0.5, "ok")
    assert table.rows[0].basis == "first"


def test_panel_keeps_missing_apart_from_zero():
    table = sheet(row("views", 9), row("leads", 0), row("trials", None))
    steps = table.panel("step")
    assert steps.steps == ("views", "leads", "trials", "orders")
    assert steps.counts.tolist() == [[[9, 0, 0, 0]]]
    assert steps.missing.tolist() == [[[False, False, True, True]]]
    stages = table.panel()
    assert stages.steps == ("see", "try", "buy")
    assert stages.counts.tolist() == [[[0, 0, 0]]]
    assert stages.missing.tolist() == [[[False, True, True]]]
    with pytest.raises(ArgumentError):
        table.panel("metric")


def test_a_metric_comes_once_in_a_period_and_counts_are_whole():
    with pytest.raises(DataError, match="once") as caught:
        sheet(row("views", 9), row("views", 10), row("leads", 1.5), row("trials", -1))
    assert "1.5" in str(caught.value)
    assert "-1" in str(caught.value)
    sheet(row("views", 9), row("views", 10, segment="fair"))


def test_months_add_up():
    september = sheet(row("views", 9, period="2026-09"))
    october = sheet(row("views", 8, period="2026-10"))
    both = october + september
    assert both.panel("step").counts[:, 0, 0].tolist() == [9, 8]
    assert both.between("2026-10") == october
    with pytest.raises(DataError, match="once"):
        september + september
    with pytest.raises(DataError, match="funnel"):
        september + Tracking(rows=(), funnel=FUNNEL.drop_stage("buy"))


def test_rows_are_put_in_one_form():
    one = row("views", 9.0, owner=" — ", note=" a\r\nb ")
    assert (one.actual, type(one.actual)) == (9, int)
    assert one.owner is None
    assert one.note == "a\nb"
    assert one == attrs.evolve(one, row=4, metric_name="Views")
    with pytest.raises(DataError, match="finite"):
        row("views", float("nan"))
    with pytest.raises(DataError, match="control"):
        row("views", 1, note="\x00")


def test_columns_are_arrays_of_equal_length():
    columns = sheet(row("views", 9), row("leads", None, target=4)).columns()
    assert {len(column) for column in columns.values()} == {2}
    assert columns["actual"][0] == 9
    assert np.isnan(columns["actual"][1])
