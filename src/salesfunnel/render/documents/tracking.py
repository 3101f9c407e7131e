"""The document of a tracking sheet: the table, the funnel picture, the faults."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.i18n import text
from salesfunnel.render.documents.funnel_picture import funnel_picture
from salesfunnel.render.model import Block, Column, Document, Mark, Table
from salesfunnel.render.words.figures import faults_block, filled, segment_words, shown
from salesfunnel.render.words.names import in_language

_FORMS = {"count": "count", "currency": "money", "rate": "percent", "duration": "duration"}


def tracking_document(tracking: Tracking, locale: Locale) -> Document:
    """Return table, picture of the last period, and faults of a sheet."""
    name = in_language(tracking.funnel, locale).label
    title = text("report.tracking", locale, name=name)
    blocks: list[Block] = [tracking_table(tracking, locale), *pictures(tracking, locale)]
    blocks.append(faults_block(tracking.faults, locale))
    return Document(title, blocks, locale=locale)


def tracking_table(tracking: Tracking, locale: Locale) -> Table:
    """Return the sheet with rates and attainment computed."""
    rows = tracking.rows
    several = len({row.period for row in rows}) > 1 or any(row.period != ALL for row in rows)
    split = any(row.segment != ALL for row in rows)
    names = ["period"] * several + ["segment"] * split
    names += ["stage", "metric", "target", "actual", "rate", "attainment", "owner", "note"]
    right = {"target", "actual", "rate", "attainment"}
    columns = [
        Column(text(f"report.{name}", locale), align="right" if name in right else "left")
        for name in names
    ]
    wrong = {fault.row for fault in tracking.faults if fault.severity == "error"}
    doubtful = {fault.row for fault in tracking.faults if fault.severity == "warning"}
    funnel = in_language(tracking.funnel, locale)
    cells, marks, last = [], [], ("", "", "")
    for row in rows:
        stage = (row.period, row.segment, row.stage)
        cells.append(_cells(row, funnel, locale, names, first=stage != last))
        last = stage
        mark: Mark = "bad" if row.row in wrong else "warn" if row.row in doubtful else ""
        marks.append("" if row.row is None else mark)
    return Table(*filled(columns, cells), caption=text("report.table", locale), marks=marks)


def _cells(
    row: TrackingRow, funnel: Funnel, locale: Locale, names: list[str], *, first: bool
) -> list[str]:
    stages = {stage.key: stage.label for stage in funnel}
    metrics = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    words = {
        "period": row.period if row.period != ALL else segment_words(ALL, locale),
        "segment": segment_words(row.segment, locale),
        "stage": stages.get(row.stage, row.stage_name or row.stage) if first else "",
        "metric": metrics.get(row.metric, row.metric_name or row.metric),
        "target": _figure(row, row.target, locale),
        "actual": _figure(row, row.actual, locale),
        "rate": shown(row.rate, "percent", locale),
        "attainment": shown(row.attainment, "percent", locale),
        "owner": row.owner or "",
        "note": row.note,
    }
    return [words[name] for name in names]


def _figure(row: TrackingRow, value: float | None, locale: Locale) -> str:
    figure = shown(value, _FORMS.get(row.unit, "number"), locale)
    if value is not None and row.unit == "score" and row.out_of is not None:
        return f"{figure} / {shown(row.out_of, 'number', locale)}"
    return figure


def pictures(tracking: Tracking, locale: Locale) -> list[Block]:
    """Return the funnel of the last period, of all segments together."""
    panel = tracking.panel(level="step").total()
    if not panel.periods or not panel.steps:
        return []
    return [funnel_picture(panel, locale, period=panel.periods[-1])]
