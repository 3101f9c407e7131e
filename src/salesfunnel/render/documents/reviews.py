"""Reviews as documents."""

from __future__ import annotations

from collections.abc import Iterable

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.monitoring._review import Review
from salesfunnel.render.model import Block, Column, Document, KeyFigures, Mark, Paragraph, Table
from salesfunnel.render.words.figures import shown
from salesfunnel.render.words.findings import notice_words
from salesfunnel.render.words.reviews import evidence_words

_STATES: dict[str, Mark] = {
    "working": "good",
    "standardise": "good",
    "not-working": "bad",
    "off-track": "warn",
    "not-enough-data": "muted",
}


def review_document(review: Review, locale: Locale) -> Document:
    """Return the state of one measure, its evidence, and what to do next."""
    e = review.evidence
    before = shown(e.rate_before, "percent", locale)
    rates = f"{before} → {shown(e.rate, 'percent', locale)}"
    items = [
        (text("review.column.state", locale), text(f"review.state.{review.state}", locale)),
        (text("review.column.rate", locale), rates),
        (text("review.column.weeks", locale), shown(round(review.weeks, 1), "number", locale)),
        (text("review.column.next", locale), text(f"review.next.{review.next_step}", locale)),
    ]
    blocks: list[Block] = [
        KeyFigures(items),
        Paragraph(evidence_words(review, locale), mark=_STATES.get(review.state, "")),
    ]
    blocks += [
        Paragraph(words, mark="muted") for words in notice_words(e.notices, locale, "review")
    ]
    if e.entered and e.p_control is None:
        blocks.append(Paragraph(text("review.before-after", locale), mark="muted"))
    title = text(f"measure.{review.measure}.title", locale, default=review.measure)
    return Document(title, blocks, locale=locale)


def reviews_document(reviews: Iterable[Review], locale: Locale) -> Document:
    """Return one row per measure: its state, the rate before and since, and what to do next."""
    names = ("measure", "state", "rate", "weeks", "next")
    rows, marks = [], []
    for review in reviews:
        e = review.evidence
        rows.append((
            text(f"measure.{review.measure}.title", locale, default=review.measure),
            text(f"review.state.{review.state}", locale),
            f"{shown(e.rate_before, 'percent', locale)} → {shown(e.rate, 'percent', locale)}",
            shown(round(review.weeks, 1), "number", locale),
            text(f"review.next.{review.next_step}", locale),
        ))  # fmt: skip
        marks.append(_STATES.get(review.state, ""))
    heads = [Column(text(f"review.column.{name}", locale)) for name in names]
    table = Table(heads, rows, marks=marks)
    return Document(text("review.title", locale), [table] if rows else [], locale=locale)
