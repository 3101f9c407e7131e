"""Titles of pictures that say what they show: who fell, from where to where, how many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.open_counted import open_counted
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import span_words
from salesfunnel.render.charts.figures import period_words, whole_percent
from salesfunnel.render.charts.kinds.flows import FunnelRow
from salesfunnel.render.charts.kinds.rates import StepRate
from salesfunnel.render.charts.kinds.trends import RatePoint
from salesfunnel.render.words.figures import fault_item

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.data.panel import Panel

__all__ = ["funnel_title", "last_rate", "open_words", "rates_title", "since", "targets_met"]


def funnel_title(rows: Sequence[FunnelRow], period: str, locale: Locale) -> str:
    """Return the step that fell, or how many stand at both ends, as the title of a funnel."""
    for row, after in pairwise(rows):
        if row.alert and row.baseline is not None and row.rate is not None:
            rate = whole_percent(row.rate)
            if row.since:
                rate = text("chart.rate-since", locale, rate=rate, since=row.since)
            return text(
                "chart.funnel-fell", locale, step=f"{row.name} → {after.name}", rate=rate,
                baseline=whole_percent(row.baseline),
            )  # fmt: skip
    if len(rows) < 2:
        return text("chart.funnel-title-counts", locale)
    first, last = rows[0], rows[-1]
    return text(
        "chart.funnel-of", locale, period=period, n=f"{first.entered:,.0f}", first=first.name,
        m=f"{last.entered:,.0f}", last=last.name,
    )  # fmt: skip


def last_rate(points: Sequence[RatePoint], step: str, locale: Locale) -> str:
    """Return the last known rate of a period that is over, as a title."""
    known = [point for point in points if point.rate is not None]
    whole = [point for point in known if not point.partial] or known
    if not whole:
        return text("chart.trend-title", locale, step=step)
    last, rate = whole[-1], whole[-1].rate
    return text("chart.trend-now", locale, step=step, rate=whole_percent(rate or 0.0),
                period=last.words)  # fmt: skip


def rates_title(rows: Sequence[StepRate], period: str, locale: Locale) -> str:
    """Return the lowest rate, or the only one, as a title."""
    known = [(row.rate, row.name) for row in rows if row.rate is not None]
    if not known:
        return text("chart.rates-title", locale)
    rate, step = min(known)
    key = "chart.rates-one" if len(known) == 1 else "chart.rates-lowest"
    return text(key, locale, period=period, step=step, rate=whole_percent(rate))


def targets_met(rows: Sequence[StepRate], period: str, locale: Locale) -> str:
    """Return how many targets are met, as a title."""
    known = [row.rate for row in rows if row.rate is not None]
    if not known:
        return text("chart.tracking-title", locale)
    met = sum(rate >= 1 for rate in known)
    key = "chart.targets-met-once" if period == ALL else "chart.targets-met"
    return text(key, locale, period=span_words([period], locale), n=met, all=len(known))


def since(row: Bottleneck | None, locale: Locale) -> str:
    """Return since when a verdict counts, in words; "" where it counts one period."""
    if row is None or row.window == 1 or row.onset is None:
        return ""
    return period_words(row.onset, locale)


def open_words(panel: Panel, locale: Locale) -> str:
    """Return that open deals count as not advanced, where they do."""
    return " ".join(fault_item(fault, locale).text for fault in open_counted(panel))
