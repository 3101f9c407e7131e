"""watch_metrics: every metric of every stage against its past and its season."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind
from salesfunnel._core.interval import Interval
from salesfunnel._core.periods import common_frequency, ordinal, start_of
from salesfunnel._kernels.level import Design, Expected, Level, averaged, design_of, level_of
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.monitoring.metric_watch import MetricWatch, WatchedMetric, WatchVerdict

__all__ = ["watch_metrics"]

LEVEL = 0.95
JUDGED = 3
LEAST = 9
"""Earlier periods below which nothing is said."""
MOST = 48
WORSE, BETTER = 0.945, 0.005
EDGE = 0.002

Array = npt.NDArray[np.float64]
Back = Callable[[float], float]


def watch_metrics(tracking: Tracking) -> MetricWatch:
    """Say of every metric whether its last three periods are better or worse than before.

    Parameters
    ----------
    tracking : Tracking
        Several periods; best two years of months or more, so that the season is known.

    Returns
    -------
    MetricWatch
        One row per metric and segment, counts of the chain included.

    Raises
    ------
    ArgumentError
        If `tracking` is not a Tracking.

    Notes
    -----
    Counts, money and durations are judged on the scale of logarithms, rates and scores with a best
    value on that of logits, other scores as they are. The level has random effects of the months,
    a shrunken trend and a memory, averaged over how strong they are; of memory and season all
    metrics of the sheet tell something. With less than two years of earlier periods the two cannot
    be told apart: a sheet that seems to remember is then believed less, one that seems to have a
    season more (fitted on simulated sheets). A single judged month counts as no further from where
    it was expected than 2.2 standard deviations: one odd month is no verdict. ``worse`` is said ten
    times as easily as ``better``. How often it errs: benchmarks/accuracy/watch.py. Fewer than nine
    earlier periods are not enough. A verdict says that a level changed, not why.

    Examples
    --------
    >>> from salesfunnel import Funnel, Metric, Stage, Tracking, TrackingRow, watch_metrics
    >>> shop = Funnel("shop", [Stage("order", metrics=[Metric("mood", unit="score")])])
    >>> moods = [4.1, 4.0, 4.2, 4.1, 4.0, 4.2, 4.1, 4.1, 4.0, 4.2, 4.1, 4.0, 3.5, 3.6, 3.4]
    >>> sheet = Tracking(funnel=shop, rows=[
    ...     TrackingRow(stage="order", metric="mood", unit="score", out_of=5, actual=mood,
    ...                 period=f"{2025 + i // 12}-{i % 12 + 1:02d}")
    ...     for i, mood in enumerate(moods)])
    >>> watch_metrics(sheet).rows[0].verdict
    'worse'
    """
    check_kind("tracking", tracking, Tracking)
    series: dict[tuple[str, str, str], list[TrackingRow]] = {}
    order = {name: i for i, name in enumerate(tracking.periods)}
    for row in tracking.rows:
        series.setdefault((row.segment, row.stage, row.metric), []).append(row)
    lower = {m.key for stage in tracking.funnel for m in stage.metrics if m.better == "lower"}
    by = common_frequency(tracking.periods)
    judged = []
    designs: dict[tuple[Any, ...], Design] = {}
    for lines in series.values():
        lines.sort(key=lambda row: order[row.period])
        known = [row for row in lines if row.actual is not None]
        last = known[-1] if known else lines[-1]
        at = [ordinal(r.period, by) if by != "none" else order[r.period] for r in known]
        dated = by in {"month", "week", "day", "quarter"}
        judged.append(_series(known, last, at, dated=dated, designs=designs))
    levels = iter(averaged([one.level for one in judged if one.level is not None], level=LEVEL))
    rows = [_watched(one, None if one.level is None else next(levels), lower) for one in judged]
    return MetricWatch(rows=rows, funnel=tracking.funnel)


class _Series(NamedTuple):
    """One metric of one segment, and what its earlier periods make one expect."""

    last: TrackingRow
    periods: int
    back: Back
    level: Level | None


def _series(
    known: list[TrackingRow], last: TrackingRow, at: list[int], *, dated: bool,
    designs: dict[tuple[Any, ...], Design],
) -> _Series:  # fmt: skip
    """Return a metric and its expected level; metrics with the same periods share a design."""
    new = sum(number > at[-1] - JUDGED for number in at) if at else 0
    old = len(known) - new
    if old < LEAST or len({row.unit for row in known}) != 1:
        return _Series(last, max(old, 0), float, None)
    known, at = known[-MOST:], at[-MOST:]
    raw = np.array([row.actual for row in known], dtype=np.float64)
    values, back, floor = _scaled(raw, known[-1])
    periods = (new, dated, *(row.period for row in known))
    if periods not in designs:
        season = _months(known) if dated else np.full(len(known), np.nan)
        designs[periods] = design_of(np.array(at, dtype=np.float64), season, new=new)
    level = level_of(values, designs[periods], floor=floor)
    return _Series(last, len(known) - new, back, level)


def _watched(one: _Series, found: Expected | None, lower: set[str]) -> WatchedMetric:
    last = one.last
    verdict: WatchVerdict = "not-enough-data"
    expected, probability = None, None
    if found is not None:
        expected = Interval(one.back(found.low), one.back(found.high), LEVEL, "predictive")
        probability = found.below if last.metric in lower else 1.0 - found.below
        verdict = "as-before"
        if probability >= WORSE:
            verdict = "worse"
        elif probability <= BETTER:
            verdict = "better"
    return WatchedMetric(
        stage=last.stage,
        metric=last.metric,
        segment=last.segment,
        unit=last.unit,
        period=last.period,
        actual=None if last.actual is None else float(last.actual),
        target=None if last.target is None else float(last.target),
        expected=expected,
        probability=probability,
        verdict=verdict,
        periods=one.periods,
    )


def _months(rows: list[TrackingRow]) -> Array:
    by = common_frequency([row.period for row in rows])
    return np.array([start_of(row.period, by).month for row in rows], dtype=np.float64)


def _scaled(raw: Array, row: TrackingRow) -> tuple[Array, Back, float]:
    """Return values on a scale on which noise is alike, the way back, and the least noise."""
    top = 1.0 if row.unit == "rate" else float(row.out_of or 0)
    if row.unit in {"rate", "score"} and top > 0 and raw.min() >= 0 and raw.max() <= top:
        share = np.clip(raw / top, EDGE, 1 - EDGE)
        return np.log(share / (1 - share)), lambda v: top / (1 + math.exp(-v)), 0.05
    if row.unit == "count" and raw.min() >= 0:
        noise = 1.0 / math.sqrt(max(float(raw.mean()), 1.0))
        return np.log(raw + 0.5), lambda v: max(math.exp(min(v, 700.0)) - 0.5, 0.0), noise
    if row.unit in {"currency", "duration"} and raw.min() > 0:
        return np.log(raw), lambda v: math.exp(min(v, 700.0)), 0.02
    return raw, lambda v: v, 0.01 * max(float(np.abs(raw).mean()), 1e-9)
