"""The document of a conversion table."""

from __future__ import annotations

from itertools import islice

from salesfunnel._core.vocabulary import Locale
from salesfunnel.conversion import Conversion, ConversionTable
from salesfunnel.i18n import text
from salesfunnel.render.model import Block, Column, Document, KeyFigures, Mark, Paragraph, Table
from salesfunnel.render.words.figures import (
    doubts_block,
    filled,
    in_deals,
    period_text,
    segment_words,
    shown,
    span,
)
from salesfunnel.render.words.names import labels_of

_ROWS = 60
_MARKS: dict[str, Mark] = {"rate-gt-1": "warn", "missing": "muted", "no-data": "muted"}


def conversion_document(table: ConversionTable, locale: Locale) -> Document:
    """Return the rates of the last period first, each with its interval."""
    keys = [x for step in table.transitions for x in (step.source, step.target)]
    labels = labels_of(table.funnel, keys, locale)
    title = text("conversion.title", locale)
    if not table.transitions:
        none = Paragraph(text("conversion.one-step", locale), mark="muted")
        return Document(title, [none], locale=locale)
    t, g, _ = table.rate.shape
    heads = [
        *(["period"] if t > 1 else []), *(["segment"] if g > 1 else []),
        "step", "entered", *([] if table.exposed is None else ["exposed"]),
        "advanced", "rate", "interval", "cumulative", "note",
    ]  # fmt: skip
    left = {"period", "segment", "step", "note"}
    columns = [
        Column(
            text(f"report.{h}" if h in ("period", "segment", "step", "rate", "note")
                 else f"conversion.{h}", locale, level=table.level),
            align="left" if h in left else "right",
        )
        for h in heads
    ]  # fmt: skip
    by_period = range(t - 1, -1, -1)
    per = g * len(table.transitions)
    places = (k * per + i for k in by_period for i in range(per))
    every = table.rows
    rows = [every[place] for place in islice(places, _ROWS)]
    cells = [
        [
            *([period_text(row.period, locale)] if t > 1 else []),
            *([segment_words(row.segment, locale)] if g > 1 else []),
            f"{labels[row.source]} → {labels[row.target]}",
            *_figures(row, locale, exposed=table.exposed is not None),
        ]
        for row in rows
    ]
    marks = [_MARKS.get(row.status, "") for row in rows]
    blocks: list[Block] = [Table(*filled(columns, cells), marks=marks)]
    if t * per > _ROWS:
        words = text("report.rows-shown", locale, shown=_ROWS, all=t * per)
        blocks.append(Paragraph(words, mark="muted"))
    if any(row.status == "rate-gt-1" for row in rows):
        blocks.append(Paragraph(text("conversion.rate-gt-1-how", locale), mark="warn"))
    for period in table.partial:
        if any(row.period == period for row in rows):
            words = text("conversion.partial", locale, period=period)
            blocks.append(Paragraph(words, mark="warn"))
    lagged = table.mode == "period" and table.exposed is not None
    how = "conversion.how-lag" if lagged else f"conversion.how-{table.mode}"
    blocks.append(Paragraph(text(how, locale), mark="muted"))
    if table.faults:
        blocks.append(doubts_block(table.faults, locale, labels))
    return Document(title, blocks, locale=locale)


def _figures(row: Conversion, locale: Locale, *, exposed: bool = False) -> list[str]:
    known = row.rate is not None
    return [
        shown(row.entered, "count", locale),
        *([in_deals(row.exposed, locale)] if exposed else []),
        shown(row.advanced, "count", locale),
        shown(row.rate, "percent", locale),
        span(row.interval.low, row.interval.high, "percent", locale) if known else "–",
        shown(row.cumulative, "percent", locale),
        "" if row.status == "ok" else text(f"conversion.{row.status}", locale),
    ]


def row_document(row: Conversion, locale: Locale) -> Document:
    """Return one rate, with what it stands on."""
    figures = _figures(row, locale)
    names = ("entered", "advanced", "rate", "interval", "cumulative", "note")
    level = 0.95 if row.interval is None else row.interval.level
    items = [
        (text("report.step", locale), f"{row.source} → {row.target}"),
        (text("report.period", locale), period_text(row.period, locale)),
        *(
            (
                text(
                    f"report.{n}" if n in ("rate", "note") else f"conversion.{n}",
                    locale,
                    level=level,
                ),
                figure,
            )
            for n, figure in zip(names, figures, strict=True)
            if figure
        ),
    ]
    return Document(text("conversion.title", locale), [KeyFigures(items)], locale=locale)
