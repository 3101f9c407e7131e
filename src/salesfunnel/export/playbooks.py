"""A playbook as a document for new staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.files import write_file
from salesfunnel._core.vocabulary import Locale
from salesfunnel.definitions.stage import Stage
from salesfunnel.export.markdown import escape_markdown
from salesfunnel.i18n import text
from salesfunnel.monitoring.playbook import Playbook
from salesfunnel.render.words.names import in_language
from salesfunnel.render.words.plans import measure_detail, measure_title, owner_words
from salesfunnel.render.words.reviews import factor_words

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
    for stage in funnel:
        lines += ["", *_stage(playbook, stage, locale)]
    content = "\n".join(lines) + "\n"
    if path is not None:
        write_file(path, content.encode("utf-8"))
    return content


def _stage(playbook: Playbook, stage: Stage, locale: Locale) -> list[str]:
    lines = [f"## {text('playbook.stage', locale, stage=escape_markdown(stage.label))}", ""]
    if stage.goal:
        lines += [text("playbook.goal", locale, goal=escape_markdown(stage.goal)), ""]
    if stage.owner:
        owner = escape_markdown(owner_words(stage.owner, locale))
        lines += [text("playbook.owner", locale, owner=owner), ""]
    proven = {entry.action: entry for entry in playbook.entries if entry.stage == stage.key}
    if stage.actions:
        lines += [f"### {text('playbook.actions', locale)}", ""]
    for action in stage.actions:
        words = escape_markdown(action.label)
        if action.within is not None:
            words += f" ({text('playbook.within', locale, within=action.within)})"
        entry = proven.get(action.key)
        if entry is None:
            lines.append(f"- {words}")
            continue
        e = entry.review.evidence
        evidence = text(
            "playbook.evidence",
            locale,
            before=e.rate_before,
            after=e.rate,
            advanced=e.advanced,
            entered=e.entered,
            begins=entry.measure.begins,
            factor=factor_words(e.bayes_factor, locale),
        )
        title = escape_markdown(measure_title(entry.measure, locale))
        lines.append(f"- **{title}** — {text('playbook.proven', locale, evidence=evidence)}")
        detail = escape_markdown(measure_detail(entry.measure, locale))
        if detail:
            lines.append(f"  {detail}")
    return lines
