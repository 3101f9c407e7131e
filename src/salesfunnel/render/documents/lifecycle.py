"""The document of a lifecycle: how many are in each state, who is due and why."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.customers import Lifecycle
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.documents.customers import heads, rows_of
from salesfunnel.render.model import (
    Bar,
    Bars,
    Block,
    Document,
    KeyFigures,
    Mark,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import day_text, faults_block, filled, shown

ROWS = 20
_MARKS: dict[str, Mark] = {
    "new": "good",
    "active": "good",
    "first-repurchase-overdue": "warn",
    "at-risk": "warn",
    "dormant": "bad",
    "lost": "muted",
    "not-enough-data": "muted",
}


def lifecycle_document(cycle: Lifecycle, locale: Locale) -> Document:
    """Return how many customers are in each state, and who is due now."""
    title = text("ahead.lifecycle", locale, day=FORMS["date"](cycle.as_of, locale))
    bars = [
        Bar(text(f"ahead.state-{s}", locale), float(n), shown(n, "count", locale), mark=_MARKS[s])
        for s, n in cycle.counts.items()
        if n or s != "not-enough-data"
    ]
    due = cycle.due_now()
    where = {name: i for i, name in enumerate(cycle.customers)}
    rows = []
    for name in due[:ROWS]:
        i = where[name]
        rows.append(
            [
                name,
                text(f"ahead.state-{cycle.states[i]}", locale),
                day_text(cycle.due[i], locale),
                FORMS["duration"](float(cycle.age[i]), locale),
                FORMS["duration"](float(cycle.gap[i]), locale),
                _gap_from(cycle.gap_from[i], locale),
                shown(float(cycle.amount[i]), "money", locale),
            ]
        )
    blocks: list[Block] = [
        KeyFigures(
            [
                (text("ahead.customers", locale), shown(len(cycle), "count", locale)),
                (text("ahead.due-count", locale), shown(len(due), "count", locale)),
            ]
        ),
        Bars(text("ahead.states", locale), bars),
        Table(
            *filled(
                heads(
                    ("customer", "state", "due", "since", "gap-expected", "gap-from", "amount"),
                    locale,
                    left=3,
                ),
                rows,
            ),
            caption=text("report.colon", locale).join(
                part
                for part in (text("ahead.due-now", locale), rows_of(ROWS, len(due), locale))
                if part
            ),
        ),
        *_counted_from(cycle, due[:ROWS], locale),
        faults_block(cycle.faults, locale),
    ]
    return Document(title, blocks, locale=locale)


def _gap_from(name: str, locale: Locale) -> str:
    """Return whose gaps a gap is made of, in words."""
    if name in ("", "own", ALL):
        return text(f"ahead.gap-{'usual' if name == ALL else name}", locale) if name else ""
    return text("ahead.gap-of-segment", locale, segment=name)


def _counted_from(cycle: Lifecycle, due: Sequence[str], locale: Locale) -> list[Block]:
    """Say how many of those shown have the gap of all customers, for want of an own one."""
    if not due or cycle.own_gaps is None:
        return []
    chosen = set(due)
    others = sum(
        name in chosen and gap != "own"
        for name, gap in zip(cycle.customers, cycle.gap_from, strict=True)
    )
    if not others:
        return []
    words = text("ahead.gap-usual-how", locale, n=others, all=len(chosen))
    return [Paragraph(words, mark="muted")]
