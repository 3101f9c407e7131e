"""A diagnosis on a page: the parts of the fall, what is left, what was looked at."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.diagnosis import Diagnosis
from salesfunnel.i18n import text
from salesfunnel.render.documents.findings import findings_blocks, step_words
from salesfunnel.render.model import Block, Column, Document, Heading, Table
from salesfunnel.render.words.figures import minus, segment_words, shown

__all__ = ["diagnosis_document"]


def diagnosis_document(diagnosis: Diagnosis, locale: Locale) -> Document:
    """Return why a step fell short: parts, picture, the rest, and every column."""
    step = step_words(diagnosis.transition.source, diagnosis.transition.target, None)
    if diagnosis.segment != ALL:
        step += text("bottleneck.where", locale, segment=segment_words(diagnosis.segment, locale))
    blocks: list[Block] = findings_blocks(diagnosis.findings, locale, diagnoses=(diagnosis,))
    if diagnosis.columns:
        blocks += [Heading(text("cause.columns-heading", locale)), _columns(diagnosis, locale)]
    return Document(
        text("finding.heading", locale),
        blocks,
        locale=locale,
        subtitle=text("finding.step", locale, step=step, period=diagnosis.period),
    )


def _columns(diagnosis: Diagnosis, locale: Locale) -> Table:
    names = ("column", "use", "holds", "reason")
    heads = [Column(text(f"cause.label.{name}", locale)) for name in names]
    heads.append(Column(text("finding.label.deals", locale), align="right"))
    rows = [
        (
            c.name,
            text(f"cause.use.{c.use}", locale),
            text(f"cause.holds.{c.content}", locale, default=c.content),
            text(f"cause.reason.{c.reason}", locale, default=c.reason),
            "" if c.deals is None else minus(shown(c.deals, "deals", locale)),
        )
        for c in diagnosis.columns
    ]
    return Table(heads, rows)
