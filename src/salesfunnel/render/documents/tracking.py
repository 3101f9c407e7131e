"""The document of a tracking sheet: the table, the funnel picture, the faults."""

from __future__ import annotations

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.i18n import text
from salesfunnel.render.backends.text import spark
from salesfunnel.render.charts.figures import period_words
from salesfunnel.render.documents.funnel_picture import funnel_picture
from salesfunnel.render.model import Block, Column, Document, Folded, Mark, Table
from salesfunnel.render.words.figures import faults_block, filled, segment_words, shown
from salesfunnel.render.words.names import in_language

LINES = 40
"""Lines of metrics over time at most."""
_FORMS = {"count": "count", "currency": "money", "rate": "percent", "duration": "duration"}


def tracking_document(tracking: Tracking, locale: Locale) -> Document:
    """Return table, picture of the last period, and faults of a sheet."""
    name = in_language(tracking.funnel, locale).label
    title = text("report.tracking", locale, name=name)
    blocks: list[Block] = [*tracking_blocks(tracking, locale), *pictures(tracking, locale)]
    blocks.append(faults_block(tracking.faults, locale))
    return Document(title, blocks, locale=locale)


def tracking_blocks(tracking: Tracking, locale: Locale) -> list[Block]:
    """Return the table of a sheet; of several periods, the last one and a line for each metric.

    All rows of a sheet of several periods are folded in a page; a terminal says where they are.
    """
    periods = tracking.periods
    whole = tracking_table(tracking, locale)
    if len(periods) < 2:
        return [whole]
    last = [row for row in tracking.rows if row.period == periods[-1]]
    words = text("sheet.last-period", locale, period=period_words(periods[-1], locale))
    table = tracking_table(attrs.evolve(tracking, rows=last), locale)
    n = len(tracking.rows)
    return [
        attrs.evolve(table, caption=words),
        _over_time(tracking, locale),
        Folded(
            text("sheet.all-rows", locale, n=n), [whole],
            instead=text("sheet.all-rows-where", locale, n=n),
        ),
    ]  # fmt: skip


def _over_time(tracking: Tracking, locale: Locale) -> Table:
    """Return one line for each metric: its first and last figure, and the way between as blocks."""
    funnel = in_language(tracking.funnel, locale)
    names = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    series: dict[tuple[str, str], list[TrackingRow]] = {}
    for row in tracking.rows:
        if row.period != ALL:
            series.setdefault((row.segment, row.metric), []).append(row)
    several = len({segment for segment, _ in series}) > 1
    rows = []
    for (segment, metric), found in series.items():
        known = [row for row in found if row.actual is not None]
        if not known:
            continue
        name = names.get(metric, found[0].metric_name or metric)
        if several:
            name += f" · {segment_words(segment, locale)}"
        figures = [figure_words(row, row.actual, locale) for row in (known[0], known[-1])]
        blocks = spark([None if row.actual is None else float(row.actual) for row in found])
        rows.append((name, figures[0], blocks, figures[1]))
    heads = [
        Column(text("report.metric", locale)),
        Column(period_words(tracking.periods[0], locale), align="right"),
        Column(""),
        Column(period_words(tracking.periods[-1], locale), align="right"),
    ]
    return Table(heads, rows[:LINES], caption=text("sheet.over-time", locale))


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
        "period": segment_words(ALL, locale)
        if row.period == ALL
        else period_words(row.period, locale),
        "segment": segment_words(row.segment, locale),
        "stage": stages.get(row.stage, row.stage_name or row.stage) if first else "",
        "metric": metrics.get(row.metric, row.metric_name or row.metric),
        "target": figure_words(row, row.target, locale),
        "actual": figure_words(row, row.actual, locale),
        "rate": shown(row.rate, "percent", locale),
        "attainment": shown(row.attainment, "percent", locale),
        "owner": row.owner or "",
        "note": row.note,
    }
    return [words[name] for name in names]


def figure_words(row: TrackingRow, value: float | None, locale: Locale) -> str:
    """Return a figure of a row in the form of its unit."""
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
