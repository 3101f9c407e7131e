"""Documents of what is done: key actions, and changes of department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import FORMS, text
from salesfunnel.monitoring import Adherence, AdherenceRow, Handoff, Handoffs
from salesfunnel.render.model import Block, Column, Document, Paragraph, Section, Table
from salesfunnel.render.words.figures import (
    bracketed,
    faults_block,
    period_text,
    shown,
    signed,
    span,
)
from salesfunnel.render.words.names import action_names, labels_of
from salesfunnel.render.words.plans import owner_words

_LEFT = {"stage", "action", "owner", "part", "from", "to"}
_MOST = 12


def _heads(names: Sequence[str], locale: Locale) -> list[Column]:
    return [
        Column(text(f"adherence.{name}", locale), align="left" if name in _LEFT else "right")
        for name in names
    ]


def _share(row: AdherenceRow, name: str, locale: Locale) -> str:
    share, interval = getattr(row, name), getattr(row, f"{name}_interval")
    words = shown(share, "percent", locale)
    if share is None or interval is None:
        return words
    return bracketed(words, span(interval.low, interval.high, "share", locale), locale)


def _of(row: AdherenceRow, locale: Locale) -> list[str]:
    """Return the figures of a row: in time, done, of how many, and the difference next to them."""
    return [
        _share(row, "on_time", locale),
        _share(row, "done", locale),
        FORMS["count"](row.judged, locale),
        signed(None if row.difference is None else row.difference * 100, "number", locale),
    ]


_FIGURES = ("on-time", "done", "judged", "difference")


def adherence_document(found: Adherence, locale: Locale) -> Document:
    """Return each key action, who does it, and how far it is carried out; then the parts."""
    stages = labels_of(found.funnel, [row.stage for row in found.rows], locale)
    actions = action_names(found.funnel, locale)
    rows = [
        [
            stages[row.stage],
            actions.get(row.action, row.action),
            "–" if row.owner is None else owner_words(row.owner, locale),
            *_of(row, locale),
        ]
        for row in found.rows
    ]
    blocks: list[Block] = [
        Table(_heads(("stage", "action", "owner", *_FIGURES), locale), rows),
        Paragraph(text("adherence.note", locale), mark="muted"),
    ]
    for split in ("owner", "department", "month"):
        parts = [row for row in found.parts if row.split == split]
        if parts:
            lines = [
                [
                    actions.get(row.action, row.action),
                    period_text(row.part, locale),
                    *_of(row, locale),
                ]
                for row in parts[-_MOST * max(len(found.rows), 1) :]
            ]
            table = Table(_heads(("action", "part", *_FIGURES), locale), lines)
            blocks.append(Section(text(f"adherence.by-{split}", locale), [table]))
    blocks.append(faults_block(found.faults, locale))
    return Document(text("adherence.title", locale), blocks, locale=locale)


def adherence_row_document(row: AdherenceRow, locale: Locale) -> Document:
    """Return one key action as a table."""
    cells = [row.stage, row.action, row.part, *_of(row, locale)]
    table = Table(_heads(("stage", "action", "part", *_FIGURES), locale), [cells])
    return Document(text("adherence.title", locale), [table], locale=locale)


def handoffs_document(found: Handoffs, locale: Locale) -> Document:
    """Return one row per change of department."""
    keys = [key for row in found.rows for key in (row.source, row.target)]
    blocks: list[Block] = [
        handoffs_table(found.rows, labels_of(found.funnel, keys, locale), locale),
        Paragraph(text("adherence.handoff-note", locale), mark="muted"),
        faults_block(found.faults, locale),
    ]
    return Document(text("adherence.handoffs", locale), blocks, locale=locale)


def handoff_document(row: Handoff, locale: Locale) -> Document:
    """Return one change of department as a table."""
    table = handoffs_table((row,), {}, locale)
    return Document(text("adherence.handoffs", locale), [table], locale=locale)


def handoffs_table(rows: Sequence[Handoff], labels: Mapping[str, str], locale: Locale) -> Table:
    """Return one row per change of department."""
    names = ("from", "to", "handed", "wait", "waiting", "dropped", "returned")
    cells = [
        [
            f"{row.giver}: {labels.get(row.source, row.source)}",
            f"{row.taker}: {labels.get(row.target, row.target)}",
            FORMS["count"](row.handed, locale),
            shown(row.median_wait, "number", locale),
            FORMS["count"](row.waiting, locale),
            shown(row.dropped_share, "percent", locale),
            shown(row.returned_share, "percent", locale),
        ]
        for row in rows
    ]
    return Table(_heads(names, locale), cells)
