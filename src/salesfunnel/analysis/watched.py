"""Metrics that got worse in the month of a bottleneck: weak signs of a cause, from the sheet."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from salesfunnel._core.vocabulary import Dimension
from salesfunnel.bottleneck import Bottleneck
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking
from salesfunnel.diagnosis import Diagnosis, Evidence, Finding
from salesfunnel.monitoring import MetricWatch, watch_metrics

__all__ = ["watch_of", "with_signs"]

CODE = "metric-worse"
DIMENSIONS: dict[str, Dimension] = {"score": "customer", "currency": "customer"}
"""Where the method asks about a metric of this unit; about what the team does otherwise."""


def watch_of(judged: str, *sources: object) -> MetricWatch | None:
    """Return every metric of the first sheet against its past, up to the judged period."""
    sheet = next((source for source in sources if isinstance(source, Tracking)), None)
    if sheet is None or not sheet.rows:
        return None
    periods = sheet.periods
    until = periods[: periods.index(judged) + 1] if judged in periods else periods
    kept = [row for row in sheet.rows if row.period in until]
    return watch_metrics(attrs.evolve(sheet, rows=kept))


def with_signs(
    diagnoses: Iterable[Diagnosis], rows: Iterable[Bottleneck], watch: MetricWatch | None
) -> list[Diagnosis]:
    """Return the diagnoses with the metrics that got worse at the stages of their steps.

    Metrics of the chain are left out: that fewer come is what the bottleneck says.
    """
    if watch is None or watch.funnel is None:
        return list(diagnoses)
    done = []
    for diagnosis, row in zip(diagnoses, rows, strict=True):
        signs = _signs(row, watch)
        found = (*diagnosis.findings, *signs)
        done.append(attrs.evolve(diagnosis, findings=found) if signs else diagnosis)
    return done


def _signs(row: Bottleneck, watch: MetricWatch) -> list[Finding]:
    funnel = watch.funnel
    if funnel is None:
        return []
    ends = {row.transition.source, row.transition.target}
    chain = {metric.key for metric in funnel.steps}
    stages = {
        stage.key
        for stage in funnel
        if stage.key in ends or ends & {metric.key for metric in stage.metrics}
    }
    names = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    segment = str(row.segment or ALL)
    return [
        Finding(
            code=CODE,
            dimension=DIMENSIONS.get(one.unit, "action"),
            transition=row.transition,
            segment=segment,
            period=str(row.period),
            kind="standing",
            columns=(one.metric,),
            params={
                "metric": one.metric,
                "name": names.get(one.metric, one.metric),
                "unit": one.unit,
                "actual": one.actual,
                "low": None if one.expected is None else one.expected.low,
                "high": None if one.expected is None else one.expected.high,
            },
            confidence=0.5,
            coverage=1.0,
            grade="weak",
            evidence=Evidence(
                method="watch",
                field=one.metric,
                entered=row.entered or 0,
                notices=("aggregates-only",),
            ),
        )
        for one in watch.of("worse")
        if one.metric not in chain
        and one.stage in stages
        and one.period == str(row.period)
        and one.segment in {segment, ALL}
    ]
