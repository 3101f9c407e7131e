"""A playbook in Markdown for new staff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesfunnel._core.files import write_file
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.markdown import escape_markdown
from salesfunnel.i18n import text
from salesfunnel.monitoring.playbook import Playbook
from salesfunnel.render.words.names import in_language
from salesfunnel.render.words.playbooks import Chapter, Learned, chapters_of

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["to_markdown"]


def to_markdown(playbook: Playbook, path: str | PathLike[str] | None, *, locale: Locale) -> str:
    """Return the playbook in Markdown: a chapter a stage."""
    funnel = in_language(playbook.funnel, locale)
    lines = [
        f"# {text('playbook.heading', locale, funnel=escape_markdown(funnel.label))}",
        "",
        text("playbook.intro" if playbook.entries else "playbook.none", locale),
    ]
    for chapter in chapters_of(playbook, locale):
        lines += ["", *_chapter(chapter, locale)]
    content = "\n".join(lines) + "\n"
    if path is not None:
        write_file(path, content.encode("utf-8"))
    return content


def _chapter(chapter: Chapter, locale: Locale) -> list[str]:
    lines = [f"## {text('playbook.stage', locale, stage=escape_markdown(chapter.stage))}"]
    if chapter.goal:
        lines += ["", text("playbook.goal", locale, goal=escape_markdown(chapter.goal))]
    if chapter.owner:
        lines += ["", text("playbook.owner", locale, owner=escape_markdown(chapter.owner))]
    parts = (
        ("actions", _table(chapter.actions)),
        ("good", [*_table(chapter.good), *_below(chapter.good_note)]),
        ("script", _script(chapter, locale)),
        ("worked", _learned(chapter.worked)),
        ("dropped", _learned(chapter.dropped)),
        ("example", [f"- {escape_markdown(line)}" for line in chapter.examples]),
    )
    for name, part in parts:
        if part:
            lines += ["", f"### {text(f'playbook.{name}', locale)}", "", *part]
    return lines


def _script(chapter: Chapter, locale: Locale) -> list[str]:
    if not chapter.script:
        return []
    lines = [text("playbook.script-note", locale), ""]
    for said in chapter.script:
        first, *more = map(escape_markdown, said.detail.split("\n"))
        lines.append(f"- **{escape_markdown(said.title)}** — {first}")
        lines += [f"  <br>{line}" for line in more]
    return lines


def _below(note: str) -> list[str]:
    return ["", escape_markdown(note)] if note else []


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = ["| " + " | ".join(escape_markdown(cell) for cell in row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def _learned(measures: Sequence[Learned]) -> list[str]:
    lines = []
    for measure in measures:
        lines.append(
            f"- **{escape_markdown(measure.title)}** — {escape_markdown(measure.evidence)}"
        )
        if measure.detail:
            lines.append(f"  {escape_markdown(measure.detail)}")
    return lines
