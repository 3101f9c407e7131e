"""A playbook as a document: a section a stage."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.monitoring.playbook import Playbook
from salesfunnel.render.model import (
    Block,
    Column,
    Document,
    Heading,
    Mark,
    Paragraph,
    Section,
    Table,
)
from salesfunnel.render.words.names import in_language
from salesfunnel.render.words.playbooks import Chapter, Learned, chapters_of

__all__ = ["playbook_document"]


def playbook_document(playbook: Playbook, locale: Locale) -> Document:
    """Return the stages with their key actions, what good looks like, what worked and what not."""
    title = text("playbook.heading", locale, funnel=in_language(playbook.funnel, locale).label)
    blocks: list[Block] = [Paragraph(text("playbook.intro", locale))]
    if not playbook.entries:
        blocks.append(Paragraph(text("playbook.none", locale), mark="muted"))
    blocks += [_section(chapter, locale) for chapter in chapters_of(playbook, locale)]
    return Document(title, blocks, locale=locale)


def _section(chapter: Chapter, locale: Locale) -> Section:
    blocks: list[Block] = []
    if chapter.goal:
        blocks.append(Paragraph(text("playbook.goal", locale, goal=chapter.goal)))
    if chapter.owner:
        blocks.append(Paragraph(text("playbook.owner", locale, owner=chapter.owner)))
    if chapter.actions:
        blocks.append(_table(chapter.actions, text("playbook.actions", locale)))
    if chapter.good:
        blocks.append(_table(chapter.good, text("playbook.good", locale)))
        if chapter.good_note:
            blocks.append(Paragraph(chapter.good_note, mark="muted"))
    blocks += _script(chapter, locale)
    learned: tuple[tuple[str, Sequence[Learned], Mark], ...] = (
        ("worked", chapter.worked, "good"),
        ("dropped", chapter.dropped, "warn"),
    )
    for name, measures, mark in learned:
        if measures:
            blocks.append(Heading(text(f"playbook.{name}", locale), level=3))
        for measure in measures:
            words = f"{measure.title}{text('finding.colon', locale)}{measure.evidence}"
            blocks += [Paragraph(words, mark=mark), *map(Paragraph, filter(None, [measure.detail]))]
    if chapter.examples:
        blocks.append(Heading(text("playbook.example", locale), level=3))
        blocks += [Paragraph(line) for line in chapter.examples]
    return Section(chapter.stage, blocks)


def _script(chapter: Chapter, locale: Locale) -> list[Block]:
    """Return what is said in the key actions, nothing where nobody has words for it."""
    if not chapter.script:
        return []
    blocks: list[Block] = [
        Heading(text("playbook.script", locale), level=3),
        Paragraph(text("playbook.script-note", locale), mark="muted"),
    ]
    for said in chapter.script:
        lines = said.detail.split("\n")
        first = f"{said.title}{text('finding.colon', locale)}{lines[0]}"
        blocks += [Paragraph(line) for line in (first, *lines[1:])]
    return blocks


def _table(rows: Sequence[Sequence[str]], caption: str) -> Table:
    head, *body = rows
    return Table([Column(cell) for cell in head], body, caption=caption)
