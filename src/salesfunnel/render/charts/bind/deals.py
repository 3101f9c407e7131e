"""Pictures of deals: what became of those that entered each stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.history import stage_fates
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import day, span_words
from salesfunnel.render.charts.bind.titles import funnel_title, since
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.kinds.flows import FunnelRow
from salesfunnel.render.charts.kinds.flows import funnel as funnel_chart
from salesfunnel.render.charts.kinds.waterfalls import WaterfallRow, waterfall
from salesfunnel.render.words.names import labels_of

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.data.history import StageFates, StageHistory


def fates(found: StageFates, locale: Locale, *, verdicts: Iterable[Bottleneck] = ()) -> Chart:
    """Return what became of the deals of each stage: advanced, lost, still open.

    Rates and baselines are those of the verdicts, where there are some.
    """
    judged = {row.transition.source: row for row in verdicts if row.segment == ALL}
    labels = labels_of(found.funnel, found.stages, locale)
    rows = []
    for s, stage in enumerate(found.stages):
        last = s == len(found.stages) - 1
        row = judged.get(stage)
        before = float(found.baseline[s])
        if row is not None:
            before = float("nan") if row.reference is None else row.reference
        rate = float(found.rate[s]) if row is None or row.rate is None else row.rate
        rows.append(FunnelRow(
            name=labels[stage], key=stage, entered=float(found.entered[s]),
            exposed=None if last or found.exposed is None else float(found.exposed[s]),
            rate=None if last or not np.isfinite(rate) else rate,
            since="" if last else since(row, locale),
            advanced=None if last else float(found.advanced[s]),
            lost=None if last else float(found.lost[s]),
            open=None if last else float(found.open[s]),
            baseline=before if np.isfinite(before) and not last else None,
            alert=stage in found.alerts,
        ))  # fmt: skip
    return funnel_chart(
        rows, locale, title=funnel_title(rows, span_words(found.periods, locale), locale),
        subtitle=text(
            "chart.funnel-subtitle", locale, day=day(found.as_of, locale),
            period=span_words(found.periods, locale),
        ),
        note=text("chart.fates-note", locale),
    )  # fmt: skip


def history_funnel(history: StageHistory, locale: Locale, *, months: int = 3) -> Chart:
    """Return what became of the deals of the last complete months; of a list, where all stand."""
    if history.reached_stage is not None:
        return standing(history, locale)
    return fates(stage_fates(history, months=months), locale)


def standing(history: StageHistory, locale: Locale) -> Chart:
    """Return where the open deals of a list stand, and how the others ended: all that it tells."""
    labels = labels_of(history.funnel, history.stages, locale)
    still = history.outcome == 0
    won, lost = (int((history.outcome == code).sum()) for code in (1, 2))
    rows = [
        WaterfallRow(name=labels[stage], key=stage, amount=float(n), part="total")
        for k, stage in enumerate(history.stages)
        if (n := int((still & (history.reached == k)).sum()))
    ]
    rows += [
        WaterfallRow(name=text(f"deals.{key}", locale), key=key, amount=float(n), part="total")
        for key, n in (("won", won), ("lost", lost))
    ]
    n, left = len(history), int(still.sum())
    return waterfall(
        rows, locale, kind="funnel",
        title=text(
            "chart.standing-of", locale, n=f"{n:,}", won=f"{won:,}", lost=f"{lost:,}",
            open=f"{left:,}",
        ),
        subtitle=text("chart.standing-subtitle", locale, day=day(history.as_of, locale)),
    )  # fmt: skip


def kinds(history: StageHistory, known: Iterable[str]) -> tuple[str, ...]:
    """Return which pictures a history has: a list does not tell when deals went on."""
    timed = history.reached_stage is None
    return tuple(kind for kind in known if timed or kind != "survival")
