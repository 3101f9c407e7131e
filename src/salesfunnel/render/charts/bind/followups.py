"""Pictures of following up: key actions, handoffs, metrics, targets, what a change is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.ahead import currency_of
from salesfunnel.render.charts.bind.claims import (
    change_title,
    gap_title,
    lowest_title,
    progress_title,
    watch_title,
)
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import money_words, period_words, plus, value_words
from salesfunnel.render.charts.kinds.rates import StepRate, rates
from salesfunnel.render.charts.kinds.spans import EffectRow, effects
from salesfunnel.render.charts.kinds.waterfalls import LadderRow, WaterfallRow, waterfall
from salesfunnel.render.charts.kinds.waterfalls import ladder as ladder_chart
from salesfunnel.render.charts.marks import ChartScale
from salesfunnel.render.words.figures import shown
from salesfunnel.render.words.names import action_names, labels_of

if TYPE_CHECKING:
    from salesfunnel.bottleneck import OutputChange
    from salesfunnel.monitoring import Adherence, Handoffs
    from salesfunnel.targets import TargetProgress
    from salesfunnel.timing import VelocityChange

_FORMS = {"rate": "percent", "currency": "money", "count": "count"}


def adherence(found: Adherence, locale: Locale) -> Chart:
    """Return how often each key action was done in time, or done where it has no time limit."""
    names = action_names(found.funnel, locale)
    stages = labels_of(found.funnel, [row.stage for row in found.rows], locale)
    rows = []
    for row in found.rows:
        timed = row.on_time is not None
        wide = row.on_time_interval if timed else row.done_interval
        rows.append(StepRate(
            name=names.get(row.action, row.action), key=row.action,
            entered=float(row.due if timed else row.judged),
            advanced=float(row.in_time if timed else row.did),
            rate=row.on_time if timed else row.done, low=None if wide is None else wide.low,
            high=None if wide is None else wide.high, note=stages[row.stage],
        ))  # fmt: skip
    return rates(
        rows, locale, title=lowest_title("adherence", rows, locale),
        subtitle=text("chart.adherence-subtitle", locale),
    )  # fmt: skip


def handoffs(found: Handoffs, locale: Locale) -> Chart:
    """Return the share of deals that nobody picked up, at each change of department."""
    keys = [key for row in found.rows for key in (row.source, row.target)]
    labels = labels_of(found.funnel, keys, locale)
    rows = [
        StepRate(
            name=f"{labels[row.source]} → {labels[row.target]}", key=f"{row.source}→{row.target}",
            entered=float(row.picked + row.dropped), advanced=float(row.dropped),
            rate=row.dropped_share,
            low=None if row.dropped_interval is None else row.dropped_interval.low,
            high=None if row.dropped_interval is None else row.dropped_interval.high,
            note=f"{row.giver} → {row.taker}",
        )
        for row in found.rows
    ]  # fmt: skip
    return rates(
        rows, locale, title=lowest_title("handoffs", rows, locale, most=True),
        subtitle=text("chart.handoffs-subtitle", locale), whole=False,
    )  # fmt: skip


def watch(found: Any, locale: Locale) -> Chart:
    """Return each metric beside the range in which it would lie if nothing had changed."""
    keys = [key for row in found.rows for key in (row.stage, row.metric)]
    labels = labels_of(found.funnel, keys, locale)
    rows = []
    for row in found.rows:
        wide = row.expected
        middle = None if wide is None else (wide.low + wide.high) / 2
        known = bool(middle) and row.actual is not None
        rows.append(EffectRow(
            name=labels[row.metric], key=row.metric,
            middle=row.actual / middle - 1 if known and middle else None,
            low=wide.low / middle - 1 if known and middle else None,
            high=wide.high / middle - 1 if known and middle else None,
            alert=row.verdict == "worse", weak=row.verdict == "not-enough-data",
            figure=shown(row.actual, _FORMS.get(row.unit, "number"), locale),
            note=text(f"watch.verdict.{row.verdict}", locale),
        ))  # fmt: skip
    return effects(
        rows, locale, kind="watch",
        title=watch_title(found, [labels[row.metric] for row in found.rows], locale),
        subtitle=text("chart.watch-subtitle", locale), ceiling=0.0,
        ceiling_name=text("chart.watch-expected", locale), scale=ChartScale(kind="percent"),
    )  # fmt: skip


def target_gap(progress: TargetProgress, locale: Locale) -> Chart:
    """Return which step put deals in or took them; the bars add up to the gap of the target."""
    labels = labels_of(progress.funnel, progress.steps, locale)
    rows = [WaterfallRow(
        name=text("chart.gap-planned", locale), key="planned", amount=float(progress.planned[-1]),
        part="total",
    )]  # fmt: skip
    rows += [
        WaterfallRow(name=labels[step], key=step, amount=float(gap), alert=gap < 0, good=gap > 0)
        for step, gap in zip(progress.steps, progress.gap_deals.tolist(), strict=True)
    ]
    rows.append(WaterfallRow(
        name=text("chart.gap-actual", locale), key="actual", amount=float(progress.actual[-1]),
        part="sum",
    ))  # fmt: skip
    return waterfall(
        rows, locale, title=gap_title(progress, labels, locale), kind="gap",
        subtitle=text("chart.gap-subtitle", locale),
    )  # fmt: skip


def target_ladder(progress: TargetProgress, locale: Locale) -> Chart:
    """Return what every stage has brought so far, beside what the plan asked by now."""
    labels = labels_of(progress.funnel, progress.steps, locale)
    rows = [
        LadderRow(name=labels[step], key=step, need=float(need), have=float(have))
        for step, need, have in zip(
            progress.steps, progress.planned.tolist(), progress.actual.tolist(), strict=True
        )
    ]
    period = period_words(progress.through, locale)
    return ladder_chart(
        rows, locale, title=progress_title(progress, rows, locale),
        subtitle=text("chart.progress-subtitle", locale, period=period),
    )  # fmt: skip


def output_change(found: OutputChange, locale: Locale) -> Chart:
    """Return what each factor brought between two periods; the bars add up."""
    keys = [part for one in found.factors for part in one.split("→")]
    labels = labels_of(found.funnel, keys, locale)
    names = [
        text("chart.factor-value", locale) if one == "value"
        else " → ".join(labels[part] for part in one.split("→"))
        for one in found.factors
    ]  # fmt: skip
    money = "value" in found.factors
    scale = ChartScale(kind="money" if money else "number", currency=currency_of(found))
    return _change(
        names, found.factors, found.contributions, (found.output_before, found.output_after),
        (period_words(found.before, locale), period_words(found.after, locale)), scale, locale,
    )  # fmt: skip


def velocity_change(found: VelocityChange, locale: Locale) -> Chart:
    """Return what each factor of velocity brought, a day; the bars add up."""
    factors = ("opportunities", "value", "win_rate", "cycle_days")
    names = [text(f"chart.factor-{one.replace('_', '-')}", locale) for one in factors]
    scale = ChartScale(kind="money", currency=currency_of(found.after))
    before, after = float(found.before.per_day or 0.0), float(found.after.per_day or 0.0)
    ends = (text("chart.before", locale), text("chart.after", locale))
    return _change(
        names, factors, [getattr(found, one) for one in factors], (before, after), ends, scale,
        locale,
    )  # fmt: skip


def _change(
    names: Sequence[str],
    keys: Sequence[str],
    amounts: Iterable[float],
    output: Sequence[float],
    ends: Sequence[str],
    scale: ChartScale,
    locale: Locale,
) -> Chart:
    def words(amount: float) -> str:
        return (
            money_words(amount, locale, scale.currency, digits=3)
            if scale.kind == "money"
            else value_words(amount, scale, locale)
        )

    rows = [WaterfallRow(
        name=ends[0], key="before", amount=float(output[0]), part="total", figure=words(output[0])
    )]  # fmt: skip
    rows += [
        WaterfallRow(
            name=name, key=key, amount=float(amount), alert=amount < 0, good=amount > 0,
            figure=plus(words(float(amount))),
        )
        for name, key, amount in zip(names, keys, amounts, strict=True)
        if np.isfinite(amount)
    ]  # fmt: skip
    parts = rows[1:]
    title = change_title(
        [row.name for row in parts], [row.amount for row in parts],
        (words(output[0]), words(output[1])), [row.figure for row in parts], locale,
    )  # fmt: skip
    rows.append(WaterfallRow(
        name=ends[1], key="after", amount=float(output[1]), part="sum", figure=words(output[1])
    ))  # fmt: skip
    return waterfall(
        rows, locale, title=title, kind="change", scale=scale,
        subtitle=text("chart.change-subtitle", locale),
    )  # fmt: skip
