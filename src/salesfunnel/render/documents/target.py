"""Documents of a target plan and of its follow-up: the ladder, the months, the parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import (
    Bar,
    Bars,
    Block,
    Column,
    Document,
    FunnelPicture,
    FunnelStep,
    KeyFigures,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import (
    faults_block,
    money_text,
    period_text,
    segment_words,
    shown,
    signed,
    span,
)
from salesfunnel.render.words.names import labels_of
from salesfunnel.targets import TargetPlan, TargetProgress

_PARTS = 40


def target_document(plan: TargetPlan, locale: Locale) -> Document:
    """Return key figures, the ladder of needs, months, parts, and what is suspicious."""
    title = text(
        "ahead.target",
        locale,
        target=_amount(plan, plan.target, locale),
        first=plan.periods[0],
        last=plan.periods[-1],
    )
    names = labels_of(plan.funnel, plan.steps, locale)
    blocks: list[Block] = [_figures(plan, locale)]
    if not plan.feasible:
        words = text("ahead.infeasible", locale, step=names[str(plan.infeasible)])
        blocks.append(Paragraph(words, mark="bad"))
    elif plan.stretch is not None and plan.stretch > 1:
        words = text("ahead.stretch", locale, stretch=plan.stretch - 1, chance=plan.probability)
        blocks.append(Paragraph(words, mark="warn"))
    blocks += [
        _ladder(plan, names, locale),
        _months(plan, locale),
        _needs(plan, names, locale),
    ]
    if plan.parts:
        blocks.append(_parts(plan, locale))
    blocks.append(Paragraph(text("ahead.target-note", locale), mark="muted"))
    blocks.append(faults_block(plan.faults, locale, names))
    return Document(title, blocks, locale=locale)


def _figures(plan: TargetPlan, locale: Locale) -> KeyFigures:
    chance = FORMS["chance"]
    items = [
        (text("ahead.chance-now", locale), chance(plan.chance_now, locale)),
        (text("ahead.entrants-now", locale), shown(plan.entrants_now, "count", locale)),
        (
            text("ahead.entrants-even", locale),
            shown(plan.entrants_even, "count", locale),
        ),
        (
            text("ahead.entrants-safe", locale, chance=plan.probability),
            shown(plan.entrants_safe, "count", locale),
        ),
    ]
    if plan.covered.any():
        covered = shown(float(plan.covered.sum()), "deals", locale)
        items.append((text("ahead.covered", locale), covered))
    if plan.unit == "currency":
        items.append((text("ahead.wins-needed", locale), shown(plan.wins, "count", locale)))
    return KeyFigures(items)


def _ladder(plan: TargetPlan, names: dict[str, str], locale: Locale) -> FunnelPicture:
    need = (plan.safe.sum(0) + plan.safe_before).tolist()
    steps = [FunnelStep(names[plan.steps[0]], need[0], shown(need[0], "count", locale))]
    for s, step in enumerate(plan.steps[1:]):
        low, high = float(plan.rate_low[s]), float(plan.rate_high[s])
        blocked = plan.infeasible == plan.steps[s]
        steps.append(
            FunnelStep(
                names[step],
                need[s + 1],
                shown(need[s + 1], "count", locale),
                rate=shown(float(plan.rates[s]), "percent", locale),
                interval=span(low, high, "percent", locale),
                mark="bad" if blocked else "",
                note=text("ahead.blocked", locale) if blocked else "",
            )
        )
    return FunnelPicture(text("ahead.ladder", locale, chance=plan.probability), steps)


def _amount(plan: TargetPlan, value: float, locale: Locale) -> str:
    """Return an amount of the target: money with its currency, or a number of wins."""
    if plan.unit != "currency":
        return FORMS["count"](value, locale)
    return money_text(float(value), plan.currency, locale)


def _months(plan: TargetPlan, locale: Locale) -> Bars:
    bars = [
        Bar(period_text(period, locale), float(amount), _amount(plan, amount, locale))
        for period, amount in zip(plan.periods, plan.amounts.tolist(), strict=True)
    ]
    key = "ahead.by-month-seasonal" if plan.seasonal else "ahead.by-month"
    return Bars(text(key, locale), bars)


def _needs(plan: TargetPlan, names: dict[str, str], locale: Locale) -> Table:
    columns = [
        Column(text("report.period", locale)),
        *[Column(names[step], align="right") for step in plan.steps],
    ]
    rows = [
        [period_text(period, locale), *_counts(cells, locale)]
        for period, cells in zip(plan.periods, plan.safe.tolist(), strict=True)
    ]
    if plan.safe_before.any():
        before = _counts(plan.safe_before.tolist(), locale)
        rows.insert(0, [text("ahead.before", locale), *before])
    total = (plan.safe.sum(0) + plan.safe_before).tolist()
    rows.append([text("ahead.total", locale), *_counts(total, locale)])
    caption = text("ahead.needs", locale, chance=plan.probability)
    return Table(columns, rows, caption=caption)


def _counts(cells: Sequence[Any], locale: Locale) -> list[str]:
    return [shown(cell, "count", locale) for cell in cells]


def _parts(plan: TargetPlan, locale: Locale) -> Table:
    total = text("ahead.total", locale)
    columns = [
        Column(" / ".join(plan.levels)),
        *[Column(period_text(name, locale), align="right") for name in (*plan.periods, total)],
    ]
    rows = []
    for p, name in enumerate(plan.parts[:_PARTS]):
        cells = plan.part_amounts[:, p].tolist()
        figures = [_amount(plan, cell, locale) for cell in (*cells, sum(cells))]
        rows.append([segment_words(name, locale), *figures])
    sums = plan.part_amounts.sum(1).tolist()
    rows.append([total, *[_amount(plan, cell, locale) for cell in (*sums, sum(sums))]])
    caption = text("ahead.parts", locale)
    if len(plan.parts) > _PARTS:
        caption += text("report.comma", locale) + text(
            "report.rows-shown", locale, shown=_PARTS, all=len(plan.parts)
        )
    return Table(columns, rows, caption=caption)


def _progress(progress: TargetProgress, locale: Locale) -> str:
    """Return the chance in words: it is certain only where the target is met, or time is over."""
    if progress.chance >= 1:
        return text("ahead.reached", locale)
    if not progress.months_left:
        return text("ahead.missed", locale)
    return FORMS["chance"](progress.chance, locale)


def progress_document(progress: TargetProgress, locale: Locale) -> Document:
    """Return where the plan stands: the chance, the gap by step, what the rest must bring."""
    title = text("ahead.progress", locale, through=progress.through)
    items = [
        (text("ahead.chance-target", locale), _progress(progress, locale)),
        (text("ahead.months-left", locale), str(progress.months_left)),
        (text("ahead.gap-deals", locale), signed(float(progress.gap[-1]), "count", locale)),
    ]
    labels = labels_of(progress.funnel, progress.steps, locale)
    blocks: list[Block] = [KeyFigures(items)]
    if progress.largest_gap is not None:
        words = text("ahead.largest-gap", locale, step=labels[progress.largest_gap])
        blocks.append(Paragraph(words, mark="warn"))
    names = ("step", "planned", "actual", "gap", "remaining", "remaining-by-month", "pace")
    columns = [
        Column(text(f"ahead.{name}", locale), align="right" if i else "left")
        for i, name in enumerate(names)
    ]
    rows = [
        [
            labels[step],
            *_counts((progress.planned[s], progress.actual[s]), locale),
            signed(int(progress.gap[s]), "count", locale),
            shown(int(progress.remaining[s]), "count", locale),
            shown(float(progress.remaining_by_month[s]), "number", locale),
            shown(float(progress.pace[s]), "number", locale),
        ]
        for s, step in enumerate(progress.steps)
    ]
    marks = ["bad" if gap < 0 else "good" for gap in progress.gap.tolist()]
    blocks.append(Table(columns, rows, marks=marks))
    bars = [
        Bar(
            labels[step], value, signed(value, "deals", locale), mark="bad" if value < 0 else "good"
        )
        for step, value in zip(progress.steps, progress.gap_deals.tolist(), strict=True)
    ]
    blocks.append(Bars(text("ahead.gap-by-step", locale), bars))
    return Document(title, blocks, locale=locale)
