"""Pictures of time: how long stages take, and who goes on in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.checks import check_known
from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.claims import lowest_title, within_title
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.kinds import curves
from salesfunnel.render.charts.kinds.rates import StepRate, rates
from salesfunnel.render.words.names import labels_of
from salesfunnel.stats import aalen_johansen as estimate

if TYPE_CHECKING:
    import numpy.typing as npt

    from salesfunnel.data.history import StageHistory
    from salesfunnel.stats import AalenJohansen
    from salesfunnel.timing import StageDurations

MOST = 120
"""Points of a curve at most."""


def _thinned(
    days: npt.NDArray[np.float64], *columns: object
) -> tuple[list[float], list[list[float]]]:
    """Return a step curve at `MOST` of its days at most, its last one among them."""
    size = len(days)
    if not size:
        return [], [[] for _ in columns]
    keep = np.unique(np.linspace(0, size - 1, min(size, MOST)).round().astype(np.intp))
    return np.asarray(days)[keep].tolist(), [np.asarray(c)[keep].tolist() for c in columns]


def aalen_johansen(curve: AalenJohansen, locale: Locale) -> Chart:
    """Return the share that advanced by days since entry."""
    days, (share,) = _thinned(curve.times, curve.advanced)
    return curves.survival(
        days, {text("chart.funnel-advanced", locale): {"share": share}}, locale,
        title=within_title("", days, share, locale),
        subtitle=text("chart.stage-curve-subtitle", locale),
    )  # fmt: skip


def stage_curve(history: StageHistory, locale: Locale, *, stage: str | None = None) -> Chart:
    """Return the share of deals of one stage that went on by days since entry."""
    stages = history.stages[:-1]
    if stage is not None:
        check_known("stage", stage, stages)
    name = stages[0] if stage is None else stage
    duration, event, _ = history.stage_times(name)
    label = labels_of(history.funnel, [name], locale)[name]
    curve = estimate(duration, event)
    days, (share,) = _thinned(curve.times, curve.advanced)
    return curves.survival(
        days, {text("chart.funnel-advanced", locale): {"share": share}}, locale,
        title=within_title(label, days, share, locale),
        subtitle=text("chart.stage-curve-subtitle", locale),
    )  # fmt: skip


def eventual(found: StageDurations, locale: Locale) -> Chart:
    """Return the share of each stage that goes on in the end, with its interval."""
    labels = labels_of(found.funnel, found.stages, locale)
    rows = []
    for s, stage in enumerate(found.stages):
        value = float(found.eventual[s])
        known = bool(np.isfinite(value))
        rows.append(StepRate(
            name=labels[stage], key=stage, entered=float(found.entered[s]),
            advanced=float(found.advanced[s]), rate=value if known else None,
            low=float(found.low[s]) if known else None,
            high=float(found.high[s]) if known else None,
        ))  # fmt: skip
    return rates(
        rows, locale, title=lowest_title("eventual", rows, locale),
        subtitle=text("chart.eventual-subtitle", locale),
    )  # fmt: skip
