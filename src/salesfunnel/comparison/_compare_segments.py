"""compare_segments: reps, channels, shops against each other, at equal mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_fraction, check_known
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.readers import reader_hint
from salesfunnel._kernels import peers
from salesfunnel.comparison.segment_comparison import SegmentComparison
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.history.to_panel import segment_codes
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Transition
from salesfunnel.definitions.step_mapping import parse_transition
from salesfunnel.fault import Fault
from salesfunnel.stats import aalen_johansen

__all__ = ["compare_segments"]

Int = npt.NDArray[np.int64]
MATURE = 0.9
"""Entrants are mature once this share of those who advance has advanced."""
MOST_LEVELS = 30
"""Levels of a column that is adjusted for; rarer ones are taken together."""


class _Counts(NamedTuple):
    transition: Transition
    names: tuple[str, ...]
    segment: Int
    levels: list[Int]
    entered: Int
    advanced: Int
    immature: int
    faults: tuple[Fault, ...]


def compare_segments(
    data: StageHistory | Panel,
    *,
    by: str,
    adjust: Sequence[str] | str = (),
    step: str | Transition | None = None,
    level: float = 0.95,
) -> SegmentComparison:
    """Compare the rates of segments with each other, at equal mix, shrunk toward their peers.

    Parameters
    ----------
    data : StageHistory or Panel
        Deals, or counts by segment (summed over periods).
    by : str
        The column whose values are compared: ``"owner"``, ``"channel"``. For a panel one of its
        attributes, or ``"segment"``.
    adjust : str or sequence of str
        Columns that are adjusted for: who has the harder channel is not worse for it.
    step : str or Transition, optional
        ``"offer→won"``; from the first step to the win by default.
    level : float
        Of the intervals, in (0, 1).

    Returns
    -------
    SegmentComparison
        One row per segment, most probably worse first.

    Raises
    ------
    ArgumentError
        If `data` is of another kind, or `by` and `adjust` share a column.
    UnknownNameError
        If a column or step is not in the data.
    DataError
        If more advanced than entered, as happens in period mode.

    Notes
    -----
    Deals count once they are mature: they entered so long ago that 90% of those who advance have
    advanced; younger ones are left out, whatever became of them, and counted in `immature`. Open
    mature deals have not advanced. The model is hierarchical (see `salesfunnel._kernels.peers`):
    nobody with five deals is last by chance. A difference is associated with the segment, not
    caused by it.

    Examples
    --------
    >>> counts = [[[200, 55], [200, 54], [200, 24], [5, 0]]]
    >>> panel = Panel.from_counts(
    ...     counts, periods=["2026-10"], steps=["offer", "won"], segments=["Li", "Wu", "Xu", "Yu"]
    ... )
    >>> found = compare_segments(panel, by="segment")
    >>> [(row.segment, row.verdict) for row in found.rows]
    [('Xu', 'worse'), ('Yu', 'not-enough-data'), ('Wu', 'as-others'), ('Li', 'as-others')]
    """
    check_fraction("level", level, open_ends=True)
    columns = (adjust,) if isinstance(adjust, str) else tuple(adjust)
    if by in columns:
        raise ArgumentError(f"'adjust' must not name the column of 'by', got {by!r}")
    if isinstance(data, StageHistory):
        counts = _of_deals(data, by, columns, step)
    elif isinstance(data, Panel):
        counts = _of_panel(data, by, columns, step)
    else:
        raise ArgumentError(
            f"'data' must be a StageHistory or a Panel, got {type(data).__name__}",
            hint=reader_hint(data, "StageHistory") or "read deals with sf.read_deals(...)",
        )
    cells, segment, z = _cells(counts)
    found = peers.compare(segment, cells[1], cells[0], z, segments=len(counts.names), level=level)
    size = len(counts.names)
    return SegmentComparison(
        transition=counts.transition,
        by=by,
        adjust=columns,
        segments=counts.names,
        entered=np.bincount(segment, cells[0], size).round().astype(np.int64),
        advanced=np.bincount(segment, cells[1], size).round().astype(np.int64),
        estimate=found.rate,
        low=found.low,
        high=found.high,
        expected=found.expected,
        probability_worse=found.worse,
        probability_better=found.better,
        centre=found.centre,
        spread=found.spread,
        alike=found.alike,
        immature=counts.immature,
        level=level,
        faults=counts.faults,
        funnel=data.funnel,
    )


def _ends(step: str | Transition | None, keys: Sequence[str], win: str | None) -> tuple[int, int]:
    """Return the positions of the two ends of a step."""
    if step is None:
        end = keys.index(win) if win is not None and keys.index(win) > 0 else len(keys) - 1
        return 0, end
    source, target = parse_transition(step)
    for name in (source, target):
        check_known("step", name, keys)
    if keys.index(source) >= keys.index(target):
        raise ArgumentError(f"'step' must go forward in the funnel, got {step!r}")
    return keys.index(source), keys.index(target)


def _of_deals(
    history: StageHistory, by: str, adjust: tuple[str, ...], step: str | Transition | None
) -> _Counts:
    by = attribute_name("by", by, history.attributes)
    adjust = tuple(attribute_name("adjust", name, history.attributes) for name in adjust)
    if by in adjust:
        raise ArgumentError(f"'adjust' must not name the column of 'by', got {by!r}")
    ends = two_ends(history)
    if step is None or {*parse_transition(step)} <= {*ends.stages}:
        history = ends
    keys = list(history.stages)
    win = None if history.funnel is None else history.funnel.win()
    a, b = _ends(step, keys, win if win in keys else None)
    duration, event, rows = _times(history, a, b)
    days = aalen_johansen(duration, event).quantile(MATURE) if len(rows) else None
    age = (history.as_of - history.reached_at()[rows, a]) / np.timedelta64(1, "D")
    old = age >= (days or 0.0)
    kept = rows[old]
    codes, names = segment_codes(history, (by,))
    levels = [segment_codes(history, (name,))[0][kept] for name in adjust]
    used, segment = np.unique(codes[kept], return_inverse=True)
    faults: tuple[Fault, ...] = ()
    young = int((~old).sum())
    if young:
        faults = (Fault.of("entrants-immature", severity="info", n=young, days=round(days or 0)),)
    return _Counts(
        Transition(keys[a], keys[b]),
        tuple(names[int(i)] for i in used),
        segment.reshape(-1).astype(np.int64),
        levels,
        np.ones(len(kept), dtype=np.int64),
        (event[old] == 1).astype(np.int64),
        young,
        faults,
    )


def _times(
    history: StageHistory, a: int, b: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8], npt.NDArray[np.intp]]:
    """Return how long it took from one stage to a later one, how that ended, and whose it is."""
    at = history.reached_at()
    rows = np.flatnonzero(~np.isnat(at[:, a]))
    there = ~np.isnat(at[rows, b])
    lost = ~there & (history.outcome[rows] == 2)
    ended = np.where(np.isnat(history.closed[rows]), history.as_of, history.closed[rows])
    end = np.where(there, at[rows, b], np.where(lost, ended, history.as_of))
    duration = np.maximum((end - at[rows, a]) / np.timedelta64(1, "D"), 0.0)
    return duration, np.where(there, 1, np.where(lost, 2, 0)).astype(np.int8), rows


def _of_panel(
    panel: Panel, by: str, adjust: tuple[str, ...], step: str | Transition | None
) -> _Counts:
    keys = list(panel.steps)
    a, b = _ends(step, keys, panel.win)
    known = panel.attributes or ("segment",)
    by, *adjusted = (
        known[0]
        if name == "segment" and len(known) == 1
        else attribute_name("by" if name == by else "adjust", name, known)
        for name in (by, *adjust)
    )
    if by in adjusted:
        raise ArgumentError(f"'adjust' must not name the column of 'by', got {by!r}")
    there = ~(panel.missing[..., a] | panel.missing[..., b])
    entered = np.where(there, panel.counts[..., a], 0).sum(axis=0)
    advanced = np.where(there, panel.counts[..., b], 0).sum(axis=0)
    if (advanced > entered).any():
        worst = panel.segments[int(np.argmax(advanced - entered))]
        raise DataError(
            f"'data' must not have more advanced than entered, got that in {worst!r}",
            hint="count cohorts: history.panel(mode='cohort')",
        )
    parts = np.array([name.split(" / ") for name in panel.segments], dtype=np.str_)
    if parts.ndim != 2 or parts.shape[1] != len(known):
        raise ArgumentError(f"'data' must have segments of {known}, got {panel.segments[:3]}")
    names, segment = np.unique(parts[:, known.index(by)], return_inverse=True)
    levels = [
        np.unique(parts[:, known.index(name)], return_inverse=True)[1].reshape(-1)
        for name in adjusted
    ]
    return _Counts(
        Transition(keys[a], keys[b]),
        tuple(names.tolist()),
        segment.reshape(-1).astype(np.int64),
        levels,
        entered,
        advanced,
        0,
        (),
    )


def _cells(
    counts: _Counts,
) -> tuple[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], Int, npt.NDArray[np.float64]]:
    """Return counts gathered by segment and levels, and the levels as dummies."""
    levels = [_rare(level, counts.entered) for level in counts.levels]
    key = np.stack([counts.segment, *levels], axis=1)
    cell, place = np.unique(key, axis=0, return_inverse=True)
    place = place.reshape(-1)
    n = np.bincount(place, counts.entered, len(cell)).astype(np.float64)
    x = np.bincount(place, counts.advanced, len(cell)).astype(np.float64)
    dummies = [
        (cell[:, 1 + i, None] == np.unique(cell[:, 1 + i])[1:]).astype(np.float64)
        for i in range(len(levels))
    ]
    z: npt.NDArray[np.float64] = np.concatenate([np.zeros((len(cell), 0)), *dummies], axis=1)
    return (n, x), cell[:, 0].astype(np.int64), z


def _rare(level: Int, weight: Int) -> Int:
    """Return the levels with those beyond the most frequent taken together as the last one."""
    size = np.bincount(level, weight)
    if len(size) <= MOST_LEVELS:
        return level
    place = np.full(len(size), MOST_LEVELS, dtype=np.int64)
    top = np.argsort(-size, kind="stable")[:MOST_LEVELS]
    place[top] = np.arange(MOST_LEVELS)
    return place[level]
