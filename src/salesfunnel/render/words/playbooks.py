"""A playbook in words, stage by stage: what every document of it shows."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.vocabulary import Locale
from salesfunnel.definitions.stage import KeyAction, Stage
from salesfunnel.i18n import FORMS, text
from salesfunnel.monitoring.playbook import Playbook, PlaybookEntry
from salesfunnel.render.charts.figures import period_words
from salesfunnel.render.words.figures import bracketed, shown, span
from salesfunnel.render.words.names import in_language, labels_of
from salesfunnel.render.words.plans import measure_detail, measure_title, owner_words
from salesfunnel.render.words.reviews import evidence_words, factor_words

__all__ = ["Chapter", "Learned", "chapters_of"]


@attrs.frozen(kw_only=True)
class Learned:
    """A measure that worked, or did not, or what is said in an action: title, evidence, detail."""

    title: str
    evidence: str = ""
    detail: str = ""


@attrs.frozen(kw_only=True)
class Chapter:
    """One stage of a playbook in words; tables have their header in the first row."""

    stage: str
    goal: str = ""
    owner: str = ""
    actions: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=as_tuple)
    good: tuple[tuple[str, ...], ...] = attrs.field(default=(), converter=as_tuple)
    good_note: str = ""
    worked: tuple[Learned, ...] = attrs.field(default=(), converter=as_tuple)
    dropped: tuple[Learned, ...] = attrs.field(default=(), converter=as_tuple)
    script: tuple[Learned, ...] = attrs.field(default=(), converter=as_tuple)
    examples: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


def chapters_of(playbook: Playbook, locale: Locale) -> Iterator[Chapter]:
    """Yield a chapter a stage, in the order of the funnel."""
    for stage in in_language(playbook.funnel, locale):
        entries = [entry for entry in playbook.entries if entry.stage == stage.key]
        quarters = max((b.quarters for b in playbook.standards if b.stage == stage.key), default=0)
        yield Chapter(
            stage=stage.label,
            goal=stage.goal,
            owner=owner_words(stage.owner, locale) if stage.owner else "",
            actions=_actions(playbook, stage, entries, locale),
            good=_good(playbook, stage, locale),
            good_note=text("playbook.best-note", locale, n=quarters) if quarters > 1 else "",
            worked=[_worked(entry, locale) for entry in entries],
            dropped=[_dropped(e, locale) for e in playbook.dropped if e.stage == stage.key],
            script=_script(stage, locale),
            examples=_examples(stage, entries, locale),
        )


def _script(stage: Stage, locale: Locale) -> list[Learned]:
    """Return what is said in the key actions of a stage, where the method has words for it."""
    says = {a: text(f"playbook.says.{a.key}", locale, default="") for a in stage.actions}
    return [Learned(title=action.label, detail=words) for action, words in says.items() if words]


def _examples(stage: Stage, entries: list[PlaybookEntry], locale: Locale) -> list[str]:
    """Return what the team wrote of measures that worked, and the method's own example."""
    own = [
        text("playbook.example-team", locale, measure=measure_title(e.measure, locale),
             note=e.measure.note)
        for e in entries if e.measure.note
    ]  # fmt: skip
    method = text(f"playbook.example-of.{stage.key}", locale, default="")
    return [*own, method] if method else own


def _actions(
    playbook: Playbook, stage: Stage, entries: list[PlaybookEntry], locale: Locale
) -> list[tuple[str, ...]]:
    """Return the key actions with owner, time limit and how often they are done."""
    if not stage.actions:
        return []
    proven = {entry.action: entry for entry in entries}
    done = {
        row.action: row.done if row.on_time is None else row.on_time
        for row in (() if playbook.adherence is None else playbook.adherence.rows)
        if row.stage == stage.key
    }
    names = ["action", "owner", "within", *(["done"] if any_known(done) else [])]
    rows = [tuple(text(f"playbook.column.{name}", locale) for name in names)]
    for action in stage.actions:
        owner = action.owner or stage.owner
        cells = [
            _label(action, proven.get(action.key), locale),
            owner_words(owner, locale) if owner else "",
            "" if action.within is None else FORMS["duration"](action.within, locale),
        ]
        if "done" in names:
            cells.append(shown(done.get(action.key), "share", locale))
        rows.append(tuple(cells))
    return rows


def any_known(values: dict[str, float | None]) -> bool:
    """Whether there is a figure among them."""
    return any(value is not None for value in values.values())


def _label(action: KeyAction, entry: PlaybookEntry | None, locale: Locale) -> str:
    if entry is None:
        return action.label
    return text("playbook.marked", locale, action=measure_title(entry.measure, locale))


def _good(playbook: Playbook, stage: Stage, locale: Locale) -> list[tuple[str, ...]]:
    """Return the best quarter of each step of a stage, with the usual rate."""
    mine = [best for best in playbook.standards if best.stage == stage.key]
    if not mine:
        return []
    days = any(best.days is not None for best in mine)
    names = ["step", "best", "rate", "usual", *(["days"] if days else [])]
    rows = [tuple(text(f"playbook.column.{name}", locale) for name in names)]
    for best in mine:
        keys = (best.transition.source, best.transition.target)
        labels = labels_of(playbook.funnel, keys, locale)
        rate = shown(best.rate, "percent", locale)
        ends = span(best.interval.low, best.interval.high, "percent", locale)
        cells = [
            " → ".join(labels[key] for key in keys),
            period_words(best.quarter, locale),
            text("report.comma", locale).join(
                [bracketed(rate, ends, locale), f"{best.advanced:,}/{best.entered:,}"]
            ),
            shown(best.usual, "percent", locale),
        ]
        if days:
            cells.append(shown(best.days, "number", locale))
        rows.append(tuple(cells))
    return rows


def _worked(entry: PlaybookEntry, locale: Locale) -> Learned:
    e = entry.review.evidence
    evidence = text(
        "playbook.evidence", locale, before=e.rate_before, after=e.rate, advanced=e.advanced,
        entered=e.entered, begins=entry.measure.begins,
        factor=factor_words(e.bayes_factor, locale),
    )  # fmt: skip
    return Learned(
        title=measure_title(entry.measure, locale),
        evidence=text("playbook.proven", locale, evidence=evidence),
        detail=measure_detail(entry.measure, locale),
    )


def _dropped(entry: PlaybookEntry, locale: Locale) -> Learned:
    state = text(f"review.state.{entry.review.state}", locale)
    return Learned(
        title=measure_title(entry.measure, locale),
        evidence=text(
            "playbook.dropped-evidence",
            locale,
            state=state,
            evidence=evidence_words(entry.review, locale),
        ),
        detail=measure_detail(entry.measure, locale),
    )
