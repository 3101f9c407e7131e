"""Durations, velocity, stale deals and Little's law in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.model import (
    Bar,
    Bars,
    Block,
    Column,
    Document,
    KeyFigures,
    Mark,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import (
    fault_item,
    faults_block,
    money_text,
    shown,
    signed,
    span,
)
from salesfunnel.render.words.names import labels_of
from salesfunnel.timing import LittlesLaw, StageDurations, StaleDeals, Velocity, VelocityChange

_ROWS = 50


def _table(
    names: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    locale: Locale,
    *,
    level: float | None = None,
    **options: Any,
) -> Table:
    heads = [
        Column(
            text(f"timing.{name}", locale, level=level),
            align="left" if i == 0 or name == "stage" else "right",
        )
        for i, name in enumerate(names)
    ]
    return Table(heads, rows, **options)


def _days(value: float, locale: Locale) -> str:
    return shown(float(value), "duration", locale)


def durations_document(found: StageDurations, locale: Locale) -> Document:
    """Return one row per stage."""
    names = ("stage", "entered", "advanced", "lost", "open", "eventual", "median", "p80")
    rows = []
    labels = labels_of(found.funnel, found.stages, locale)
    for k, stage in enumerate(found.stages):
        counts = (found.entered[k], found.advanced[k], found.lost[k], found.open[k])
        ends = (found.low[k], found.high[k])
        share = shown(float(found.eventual[k]), "percent", locale)
        if ends[0] == ends[0]:
            share += f" [{span(float(ends[0]), float(ends[1]), 'percent', locale)}]"
        times = (_days(found.median[k], locale), _days(found.p80[k], locale))
        figures = (shown(int(n), "count", locale) for n in counts)
        rows.append((labels[stage], *figures, share, *times))
    blocks: list[Block] = [_table(names, rows, locale, level=found.level)]
    for fault in found.faults:
        stage = labels.get(fault.column or "", "")
        blocks.append(Paragraph(f"{stage}: {fault_item(fault, locale).text}", mark="warn"))
    blocks.append(Paragraph(text("timing.censored", locale), mark="muted"))
    return Document(text("timing.durations", locale), blocks, locale=locale)


def velocity_document(found: Velocity, locale: Locale) -> Document:
    """Return the four factors and their product."""
    rate = shown(found.win_rate, "percent", locale)
    if found.win_rate_interval is not None:
        ends = (found.win_rate_interval.low, found.win_rate_interval.high)
        rate += f" [{span(*ends, 'percent', locale)}]"
    items = [
        (
            text("timing.velocity.per-day", locale),
            money_text(found.per_day, found.currency, locale),
        ),
        (text("timing.opportunities", locale), shown(found.opportunities, "count", locale)),
        (text("timing.value", locale), money_text(found.value, found.currency, locale)),
        (text("timing.win_rate", locale), rate),
        (text("timing.cycle_days", locale), shown(found.cycle_days, "duration", locale)),
    ]
    blocks: list[Block] = [KeyFigures(items)]
    if found.per_day is None:
        blocks.append(Paragraph(text("timing.velocity.unknown", locale), mark="warn"))
    if found.left_out:
        words = text("timing.left-out", locale, n=found.left_out)
        blocks.append(Paragraph(words, mark="warn"))
    blocks += [Paragraph(fault_item(fault, locale).text, mark="warn") for fault in found.faults]
    blocks.append(Paragraph(text("timing.censored", locale), mark="muted"))
    return Document(text("timing.velocity", locale), blocks, locale=locale)


def change_document(found: VelocityChange, locale: Locale) -> Document:
    """Return what each factor brought."""
    bars = []
    for name in ("opportunities", "value", "win_rate", "cycle_days"):
        part = getattr(found, name)
        mark: Mark = "good" if part > 0 else "bad" if part < 0 else ""
        label = text(f"timing.{name}", locale)
        bars.append(Bar(label, part, signed(part, "money", locale), mark=mark))
    title = text("timing.change", locale, before=found.before.per_day, after=found.after.per_day)
    return Document(text("timing.velocity", locale), [Bars(title, bars)], locale=locale)


def stale_deals_document(found: StaleDeals, locale: Locale) -> Document:
    """Return the stale deals, first the one that is oldest compared with its usual time."""
    words = text("timing.stale", locale, n=len(found.deals), open=found.open)
    blocks: list[Block] = [Paragraph(words, mark="warn" if found.deals else "good")]
    labels = labels_of(found.funnel, found.stages, locale)
    names = ("deal", "stage", "age", "usual", "chance", "chance_at_entry")
    rows = [
        (
            deal,
            labels[found.stages[i]],
            _days(found.age[i], locale),
            _days(found.usual[i], locale),
            shown(float(found.chance[i]), "chance", locale),
            shown(float(found.chance_at_entry[i]), "chance", locale),
        )
        for i, deal in enumerate(found.deals[:_ROWS])
    ]
    if rows:
        blocks.append(_table(names, rows, locale))
    if len(found.deals) > _ROWS:
        words = text("report.rows-shown", locale, shown=_ROWS, all=len(found.deals))
        blocks.append(Paragraph(words, mark="muted"))
    if found.faults:
        blocks.append(faults_block(found.faults, locale))
    return Document(text("timing.stale-deals", locale), blocks, locale=locale)


def little_document(found: LittlesLaw, locale: Locale) -> Document:
    """Return one row per stage; those that do not agree are marked."""
    labels = labels_of(found.funnel, found.stages, locale)
    names = ("stage", "wip", "throughput", "days", "ratio")
    rows = [
        (
            labels[stage],
            shown(float(found.wip[k]), "deals", locale),
            shown(float(found.throughput[k]), "deals", locale),
            _days(found.days[k], locale),
            shown(float(found.ratio[k]), "number", locale),
        )
        for k, stage in enumerate(found.stages)
    ]
    marks: list[Mark] = ["" if ok else "warn" for ok in found.agrees.tolist()]
    blocks: list[Block] = [_table(names, rows, locale, marks=marks)]
    blocks.append(Paragraph(text("timing.little.how", locale, window=found.window), mark="muted"))
    if found.faults:
        blocks.append(faults_block(found.faults, locale))
    return Document(text("timing.little", locale), blocks, locale=locale)
