"""Step counts as a panel: periods and segments out of the names of their cells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from salesfunnel._core.periods import label_of, ordinal
from salesfunnel.counting.result import BETWEEN, MISSING, StepCounts
from salesfunnel.counting.step_names import placed_names
from salesfunnel.data.panel import ALL, Panel

__all__ = ["panel_of"]


def panel_of(found: StepCounts, period: str) -> Panel:
    """Return the counts as a panel in ``cohort`` mode; `period` names the one period."""
    table = dict(found.by_segment) or {ALL: found.counts}
    waiting = dict(found.immature_by_segment) or {ALL: found.immature}
    needed = [k for k in range(len(found.steps)) if k + 1 not in found.optional]
    names = [placed_names(found.steps)[k] for k in needed]
    cells = {key: (period, key) for key in table}
    if found.by is not None:
        cells = {key: _cell(key) for key in found.by_segment if key != MISSING}
    periods = _all_periods([when for when, _ in cells.values()], found.by, period)
    segments = list(dict.fromkeys(segment for _, segment in cells.values())) or [ALL]
    counts = np.zeros((len(periods), len(segments), len(names)), dtype=np.int64)
    still = np.zeros(counts.shape[:2], dtype=np.int64)
    for key, (when, segment) in cells.items():
        at = periods.index(when), segments.index(segment)
        counts[at] = [table[key][k] for k in needed]
        still[at] = waiting.get(key, 0)
    held = (found.breakdown or "").split(BETWEEN)[found.by is not None :]
    options: dict[str, Any] = {}
    if found.by is not None:
        opened = [p for p, n in zip(periods, still.sum(1).tolist(), strict=True) if n]
        options = {"by": found.by, "partial": opened}
    return Panel(
        counts=counts,
        periods=periods,
        steps=names,
        segments=[name if name != MISSING else "(missing)" for name in segments],
        mode="cohort",
        window=found.window if isinstance(found.window, timedelta) else None,
        immature=still,
        attributes=[name for name in held if name],
        **options,
    )


def _cell(key: str) -> tuple[str, str]:
    """Return period and segment of a key such as ``"2026-01 · ads"``."""
    when, _, segment = key.partition(BETWEEN)
    return when, segment or ALL


def _all_periods(names: list[str], by: Any, period: str) -> list[str]:
    """Return the periods in order of time, with those between in which nobody entered."""
    if by is None or not names:
        return [period]
    numbers = [ordinal(name, by) for name in names]
    return [label_of(number, by) for number in range(min(numbers), max(numbers) + 1)]
