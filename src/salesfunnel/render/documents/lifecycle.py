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
    over = cycle.overdue
    coming = [name for name in due if not over[where[name]]]
    late = [name for name in due if over[where[name]]]
    blocks: list[Block] = [
        KeyFigures(
            [
                (text("ahead.customers", locale), shown(len(cycle), "count", locale)),
                (text("ahead.due-soon-count", locale), shown(len(coming), "count", locale)),
                (text("ahead.overdue-count", locale), shown(len(late), "count", locale)),
            ]
        ),
        Bars(text("ahead.states", locale), bars),
        *(
            _table(cycle, names, [where[name] for name in names], key, locale)
            for names, key in ((coming, "ahead.due-soon"), (late, "ahead.overdue"))
            if names or key == "ahead.due-soon"
        ),
        *_counted_from(cycle, [*coming[:ROWS], *late[:ROWS]], locale),
        faults_block(cycle.faults, locale),
    ]
    return Document(title, blocks, locale=locale)


def _table(
    cycle: Lifecycle, names: Sequence[str], places: Sequence[int], key: str, locale: Locale
) -> Table:
    """Return customers with the day on which each is due."""
    states, gap_from = cycle.states, cycle.gap_from
    rows = [
        [
            name,
            text(f"ahead.state-{states[i]}", locale),
            day_text(cycle.due[i], locale),
            FORMS["duration"](float(cycle.age[i]), locale),
            FORMS["duration"](float(cycle.gap[i]), locale),
            _gap_from(gap_from[i], locale),
            shown(float(cycle.amount[i]), "money", locale),
        ]
        for name, i in zip(names[:ROWS], places, strict=False)
    ]
    columns = ("customer", "state", "due", "since", "gap-expected", "gap-from", "amount")
    parts = (text(key, locale), rows_of(ROWS, len(names), locale))
    return Table(
        *filled(heads(columns, locale, left=3), rows),
        caption=text("report.colon", locale).join(part for part in parts if part),
    )


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
