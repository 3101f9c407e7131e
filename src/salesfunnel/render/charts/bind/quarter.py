"""Pictures of the quarter: coverage, slipped dates, calls that were right, stale deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.charts.bind.claims import (
    ageing_title,
    calls_title,
    coverage_title,
    slips_title,
)
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import whole_percent
from salesfunnel.render.charts.kinds.rates import StepRate, rates
from salesfunnel.render.charts.kinds.waterfalls import WaterfallRow, waterfall
from salesfunnel.render.words.names import labels_of
from salesfunnel.stats import rate_interval

if TYPE_CHECKING:
    from salesfunnel.pipeline import CommitBias, Slippage
    from salesfunnel.timing import StaleDeals

MOST = 24
LEVEL = 0.95


def _name(name: str, locale: Locale) -> str:
    return name or text("report.all", locale)


def coverage(found: Any, locale: Locale) -> Chart:
    """Return the chance of each owner and team to meet the quota; the rule is the safe chance."""
    rows = [
        StepRate(
            name=_name(row.name, locale), key=row.name or "all", rate=row.probability,
            baseline=found.level, alert=row.probability < 0.5,
            figure=("▼ " if row.probability < 0.5 else "")
            + FORMS["chance"](row.probability, locale),
            note="" if row.coverage is None
            else text("chart.coverage-times", locale, times=f"{row.coverage:.1f}"),
        )
        for row in found.rows[:MOST]
    ]  # fmt: skip
    return rates(
        rows, locale, kind="coverage", bars=True, title=coverage_title(found, locale),
        subtitle=text("chart.coverage-subtitle", locale, days=found.horizon),
        baseline_name=text("chart.coverage-safe", locale, level=whole_percent(found.level)),
    )  # fmt: skip


def slipped(found: Slippage, locale: Locale) -> Chart:
    """Return the share of expected dates that slipped: all, and by owner, stage, size, pushes."""
    rows = [
        StepRate(
            name=_name(row.group if row.dimension != "all" else "", locale), key=row.group,
            entered=float(row.dates), advanced=float(row.slipped), rate=row.rate,
            low=row.interval.low, high=row.interval.high, weak=row.dates < 10,
            note="" if row.dimension == "all"
            else text(f"chart.slips-{row.dimension}", locale),
        )
        for row in found.rates[:MOST]
    ]  # fmt: skip
    return rates(
        rows, locale, title=slips_title(found, locale),
        subtitle=text("chart.slips-subtitle", locale),
    )  # fmt: skip


def calls(found: CommitBias, locale: Locale) -> Chart:
    """Return the share of called deals that were won, by owner and category."""
    rows = []
    for row in found.rows[:MOST]:
        wide = rate_interval(row.came, row.called, level=LEVEL)
        rows.append(StepRate(
            name=f"{_name(row.owner, locale)} · {row.category}", key=f"{row.owner}/{row.category}",
            entered=float(row.called), advanced=float(row.came), rate=row.rate,
            low=float(wide.low), high=float(wide.high), weak=row.called < 10,
        ))  # fmt: skip
    return rates(
        rows, locale, title=calls_title(found, locale),
        subtitle=text("chart.calls-subtitle", locale),
    )  # fmt: skip


def ageing(found: StaleDeals, locale: Locale) -> Chart:
    """Return the deals that have been longest in their stage, next to what is usual there."""
    labels = labels_of(found.funnel, found.stages, locale)
    order = np.argsort(-np.asarray(found.age), kind="stable")[:MOST].tolist()
    rows = [
        WaterfallRow(
            name=found.deals[i], key=found.deals[i], amount=float(found.age[i]), part="total",
            figure=text("chart.days-words", locale, n=round(float(found.age[i]))),
            note=text(
                "chart.ageing-usual", locale, stage=labels[found.stages[i]],
                n=round(float(found.usual[i])),
            ),
        )
        for i in order
    ]  # fmt: skip
    return waterfall(
        rows, locale, kind="ageing", title=ageing_title(found, locale),
        subtitle=text("chart.ageing-subtitle", locale),
    )  # fmt: skip
