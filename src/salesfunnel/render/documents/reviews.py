"""Reviews and playbooks as documents."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.monitoring._review import Review
from salesfunnel.monitoring.playbook import Playbook
from salesfunnel.render.documents.definitions import funnel_document
from salesfunnel.render.model import Block, Document, KeyFigures, Mark, Paragraph, Section
from salesfunnel.render.words.figures import shown
from salesfunnel.render.words.findings import notice_words
from salesfunnel.render.words.names import in_language
from salesfunnel.render.words.plans import measure_title
from salesfunnel.render.words.reviews import evidence_words

_STATES: dict[str, Mark] = {
    "working": "good",
    "standardise": "good",
    "not-working": "bad",
    "off-track": "warn",
    "not-enough-data": "muted",
}


def review_document(review: Review, locale: Locale) -> Document:
    """Return the state of one measure, what it stands on, and what to do next."""
    e = review.evidence
    before = shown(e.rate_before, "percent", locale)
    rates = f"{before} → {shown(e.rate, 'percent', locale)}"
    items = [
        (text("review.column.state", locale), text(f"review.state.{review.state}", locale)),
        (text("review.column.rate", locale), rates),
        (text("review.column.weeks", locale), shown(review.weeks, "number", locale)),
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


def playbook_document(playbook: Playbook, locale: Locale) -> Document:
    """Return the funnel's key actions, and which of them are proven."""
    title = text("playbook.heading", locale, funnel=in_language(playbook.funnel, locale).label)
    blocks: list[Block] = [Paragraph(text("playbook.intro", locale))]
    blocks += funnel_document(playbook.funnel, locale).blocks
    if not playbook.entries:
        blocks.append(Paragraph(text("playbook.none", locale), mark="muted"))
    blocks += [
        Section(
            measure_title(entry.measure, locale),
            [Paragraph(evidence_words(entry.review, locale), mark="good")],
        )
        for entry in playbook.entries
    ]
    return Document(title, blocks, locale=locale)
