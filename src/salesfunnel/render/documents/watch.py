"""Documents of watched metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.monitoring import MetricWatch, WatchedMetric
from salesfunnel.render.model import Column, Document, Mark, Paragraph, Table
from salesfunnel.render.words.figures import period_text, segment_words, shown, span
from salesfunnel.render.words.names import labels_of

_MARKS: dict[str, Mark] = {"worse": "bad", "better": "good", "not-enough-data": "muted"}
_FORMS = {"rate": "percent", "currency": "money", "count": "count"}


def watch_document(found: MetricWatch, locale: Locale) -> Document:
    """Return one row per metric: what came, what was expected, and the verdict."""
    keys = [key for row in found.rows for key in (row.stage, row.metric)]
    names = labels_of(found.funnel, keys, locale)
    blocks = [
        _table(found.rows, names, locale),
        Paragraph(text("watch.note", locale), mark="muted"),
    ]
    return Document(text("watch.title", locale), blocks, locale=locale)


def watched_document(row: WatchedMetric, locale: Locale) -> Document:
    """Return one metric as a table."""
    return Document(text("watch.title", locale), [_table((row,), {}, locale)], locale=locale)


def _table(rows: Sequence[WatchedMetric], names: Mapping[str, str], locale: Locale) -> Table:
    split = any(row.segment != "all" for row in rows)
    heads = ["stage", "metric", *(["segment"] if split else []), "period", "actual", "target",
             "expected", "verdict"]  # fmt: skip
    left = {"stage", "metric", "segment", "period", "verdict"}
    columns = [
        Column(text(f"watch.{name}", locale), align="left" if name in left else "right")
        for name in heads
    ]
    cells = []
    for row in rows:
        form = _FORMS.get(row.unit, "number")
        ends = row.expected
        cells.append(
            [
                names.get(row.stage, row.stage),
                names.get(row.metric, row.metric),
                *([segment_words(row.segment, locale)] if split else []),
                period_text(row.period, locale),
                shown(row.actual, form, locale),
                shown(row.target, form, locale),
                "–" if ends is None else span(*_rounded(ends.low, ends.high, form), form, locale),
                text(f"watch.verdict.{row.verdict}", locale),
            ]
        )
    return Table(columns, cells, marks=[_MARKS.get(row.verdict, "") for row in rows])


def _rounded(low: float, high: float, form: str) -> tuple[float, float]:
    """Return ends that a form can show: whole ones of counts."""
    return (round(low), round(high)) if form == "count" else (low, high)
