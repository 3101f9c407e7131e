"""Rates and counts of the rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from salesfunnel.data.tracking.row import RateBasis, TrackingRow, ratio
from salesfunnel.definitions.funnel import Funnel

__all__ = ["counts_of", "with_rates"]


def counts_of(
    rows: Iterable[TrackingRow],
    periods: Sequence[str],
    segments: Sequence[str],
    metrics: Sequence[str | None],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the counts by period, segment and metric, and which are missing."""
    at = {metric: i for i, metric in enumerate(metrics) if metric is not None}
    when = {name: i for i, name in enumerate(periods)}
    where = {name: i for i, name in enumerate(segments)}
    counts = np.zeros((len(periods), len(segments), len(metrics)), dtype=np.int64)
    missing = np.ones(counts.shape, dtype=np.bool_)
    for row in rows:
        if row.actual is not None and row.metric in at:
            cell = when[row.period], where[row.segment], at[row.metric]
            counts[cell], missing[cell] = row.actual, False
    return counts, missing


def with_rates(rows: Iterable[TrackingRow], funnel: Funnel) -> list[TrackingRow]:
    """Return the rows with the rate from the step before, in the same period and segment."""
    rows = tuple(rows)
    chain = funnel.level_keys("step")
    before = {key: chain[i - 1] if i else None for i, key in enumerate(chain)}
    known = {(row.period, row.segment, row.metric): row for row in rows if row.metric in before}
    done = []
    for row in rows:
        rate = target_rate = None
        basis: RateBasis = "not-a-step"
        if row.metric in before:
            source = before[row.metric]
            above = None if source is None else known.get((row.period, row.segment, source))
            basis = "first" if source is None else _basis(row, above)
            if above is not None:
                rate = ratio(row.actual, above.actual)
                target_rate = ratio(row.target, above.target)
        new = (rate, target_rate, basis)
        same = new == (row.rate, row.target_rate, row.basis)
        done.append(row if same else row.with_rate(*new))
    return done


def _basis(row: TrackingRow, above: TrackingRow | None) -> RateBasis:
    if above is None or above.actual is None or row.actual is None:
        return "missing"
    if above.actual == 0:
        return "no-data"
    return "rate-gt-1" if row.actual > above.actual else "ok"
