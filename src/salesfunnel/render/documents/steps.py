"""The document of counted steps: what was asked, the funnel, counts and times."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.counting import StepCounts
from salesfunnel.i18n import text
from salesfunnel.render.model import (
    Block,
    Column,
    Document,
    FunnelPicture,
    FunnelStep,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import faults_block, shown
from salesfunnel.render.words.step_counts import (
    count_rows,
    duration_rows,
    question_words,
    result_words,
)


def steps_document(found: StepCounts, locale: Locale) -> Document:
    """Return the picture first, then tables, then how it was counted."""
    steps = []
    for k, (name, count) in enumerate(zip(found.steps, found.counts, strict=True)):
        before = found.counts[k - 1] if k else 0
        rate = shown(count / before, "percent", locale) if before else "–" if k else ""
        lost = text("steps.not-on", locale, n=before - count) if k else ""
        steps.append(FunnelStep(name, count, shown(count, "count", locale), rate=rate, lost=lost))
    blocks: list[Block] = [
        FunnelPicture(
            text("report.funnel", locale), steps, scale_note=text("report.log-scale", locale)
        ),
        _table(count_rows(found, locale), left=2 if found.by_segment else 1),
    ]
    if found.durations:
        blocks.append(_table(duration_rows(found, locale), left=2))
    blocks += [Paragraph(words) for words in result_words(found, locale)]
    blocks += [Paragraph(words, mark="muted") for words in question_words(found, locale)]
    if found.faults:
        blocks.append(faults_block(found.faults, locale))
    return Document(text("report.steps", locale), blocks, locale=locale)


def _table(rows: tuple[tuple[str, ...], ...], *, left: int) -> Table:
    heads = [Column(name, align="right" if i >= left else "left") for i, name in enumerate(rows[0])]
    return Table(heads, rows[1:])
