"""Words for step counts: what was asked, what came out, in both languages."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from salesfunnel._core.vocabulary import Locale
from salesfunnel.counting import StepCounts
from salesfunnel.counting.result import MISSING
from salesfunnel.i18n import text

__all__ = ["count_rows", "duration_rows", "question_words", "result_words"]

Row = tuple[str, ...]


def question_words(found: StepCounts, locale: Locale) -> tuple[str, ...]:
    """Return what was asked, a sentence a rule."""
    said = [
        text(f"steps.order.{found.order}", locale),
        text(f"steps.per.{found.per}", locale),
    ]
    if found.window is not None:
        said.append(text("steps.window", locale, window=_span(found.window, locale)))
    for (source, target), gap in zip(pairwise(found.steps), found.step_windows, strict=False):
        if gap is not None:
            said.append(
                text("steps.gap", locale, source=source, target=target, gap=_span(gap, locale))
            )
    said += [text("steps.exclude", locale, name=name) for name in found.exclude]
    if found.increasing:
        said.append(text("steps.increasing", locale))
    if found.breakdown is not None:
        known = found.attribution if found.attribution in {"first", "last", "all"} else "step"
        said.append(
            text(
                f"steps.breakdown.{known}",
                locale,
                name=found.breakdown,
                step=found.attribution,
            )
        )
    return tuple(said)


def result_words(found: StepCounts, locale: Locale) -> tuple[str, ...]:
    """Return what came out, in sentences with their figures."""
    said = []
    if found.counts[0]:
        rate = found.counts[-1] / found.counts[0]
        said.append(
            text(
                "steps.overall",
                locale,
                first=found.steps[0],
                last=found.steps[-1],
                entered=found.counts[0],
                reached=found.counts[-1],
                rate=rate,
            )
        )
    else:
        said.append(text("steps.nobody", locale, first=found.steps[0]))
    if found.immature:
        said.append(text("steps.immature", locale, n=found.immature))
    if found.duplicates:
        said.append(text("steps.duplicates", locale, n=found.duplicates))
    said.append(text("steps.engine", locale, n=found.events, engine=found.engine))
    return tuple(said)


def count_rows(found: StepCounts, locale: Locale) -> tuple[Row, ...]:
    """Return the table of counts, the names of its columns first."""
    head = [text(f"steps.column.{name}", locale) for name in ("segment", "step", "count", "rate")]
    table = dict(found.by_segment) or {"": found.counts}
    rows = []
    for segment, counts in table.items():
        label = segment if segment != MISSING else text("steps.missing", locale)
        for k, (step, count) in enumerate(zip(found.steps, counts, strict=True)):
            rate = counts[k] / counts[k - 1] if k and counts[k - 1] else None
            cells = (
                step,
                text("steps.form.count", locale, value=count),
                text("unit.percent", locale, value=rate),
            )
            rows.append((label, *cells) if found.by_segment else cells)
    return (tuple(head if found.by_segment else head[1:]), *rows)


def duration_rows(found: StepCounts, locale: Locale) -> tuple[Row, ...]:
    """Return the table of durations, the names of its columns first."""
    names = ("source", "target", "entered", "advanced", "open", "median", "p80")
    rows = [tuple(text(f"steps.column.{name}", locale) for name in names)]
    for one in found.durations:
        numbers = (one.entered, one.advanced, one.open)
        form = "steps.form.duration" if one.unit == "days" else "steps.form.number"
        rows.append(
            (
                one.source,
                one.target,
                *(text("steps.form.count", locale, value=n) for n in numbers),
                *(text(form, locale, value=value) for value in (one.median, one.p80)),
            )
        )
    return tuple(rows)


def _span(span: timedelta | int, locale: Locale) -> str:
    form = "steps.form.duration" if isinstance(span, timedelta) else "steps.form.number"
    return text(form, locale, value=span)
