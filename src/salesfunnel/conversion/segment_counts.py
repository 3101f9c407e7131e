"""Who entered and who advanced, by segment and what is adjusted for: of deals or of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.closings_filled import drawn_closings
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.history.to_panel import segment_codes
from salesfunnel.data.open_counted import open_counted
from salesfunnel.data.panel import Panel
from salesfunnel.data.panel_by import attribute_parts
from salesfunnel.definitions.funnel import Transition
from salesfunnel.definitions.step_mapping import parse_transition
from salesfunnel.fault import Fault
from salesfunnel.stats import aalen_johansen

Int = npt.NDArray[np.int64]
MATURE = 0.9
"""Entrants are mature once this share of those who advance has advanced."""
BOOKED = 0.5
"""Share of mature entrants without an advance that is recorded as lost, from which open ones are
undecided; below it losses are hardly recorded, and who is open for so long has not advanced."""
MOST_LEVELS = 30
"""Levels of a column that is adjusted for; rarer ones are taken together."""


class SegmentCounts(NamedTuple):
    """Entrants and advances: one row per deal, or per segment of a panel."""

    transition: Transition
    names: tuple[str, ...]
    segment: Int
    levels: list[Int]
    entered: Int
    advanced: Int
    immature: int
    faults: tuple[Fault, ...]
    still_open: npt.NDArray[np.int64] | None = None
    """By place of `entered`; None where open entrants count as not advanced."""


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


def of_deals(
    history: StageHistory, by: str, adjust: tuple[str, ...], step: str | Transition | None
) -> SegmentCounts:
    """Return the mature deals of a step; open ones separately where losses are recorded."""
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
    days = _days(duration, event == 1)
    age = (history.as_of - history.reached_at()[rows, a]) / np.timedelta64(1, "D")
    old = age >= days
    lost, still = int((old & (event == 2)).sum()), int((old & (event == 0)).sum())
    censored = lost > 0 and lost >= BOOKED * (lost + still)
    if censored:
        days = max(days, _days(duration, event == 2))
        old = age >= days
    kept = rows[old]
    codes, names = segment_codes(history, (by,))
    levels = [segment_codes(history, (name,))[0][kept] for name in adjust]
    used, segment = np.unique(codes[kept], return_inverse=True)
    faults = drawn_closings(history)
    young = int((~old).sum())
    if young:
        faults = (
            *faults,
            Fault.of("entrants-immature", severity="info", n=young, days=round(days)),
        )
    is_open = (event[old] == 0).astype(np.int64)
    return SegmentCounts(
        Transition(keys[a], keys[b]),
        tuple(names[int(i)] for i in used),
        segment.reshape(-1).astype(np.int64),
        levels,
        1 - is_open if censored else np.ones(len(kept), dtype=np.int64),
        (event[old] == 1).astype(np.int64),
        young,
        faults,
        is_open if censored else None,
    )


def _days(duration: npt.NDArray[np.float64], happened: npt.NDArray[np.bool_]) -> float:
    """Return by when 90% of those to whom it happens have seen it."""
    if not len(duration):
        return 0.0
    kind = np.where(happened, 1, 0).astype(np.int8)
    return aalen_johansen(duration, kind).quantile(MATURE) or 0.0


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


def of_panel(
    panel: Panel, by: str, adjust: tuple[str, ...], step: str | Transition | None
) -> SegmentCounts:
    """Return the counts of a panel, summed over its periods."""
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
    parts = attribute_parts(panel)
    names, segment = np.unique(parts[:, known.index(by)], return_inverse=True)
    levels = [
        np.unique(parts[:, known.index(name)], return_inverse=True)[1].reshape(-1)
        for name in adjusted
    ]
    return SegmentCounts(
        Transition(keys[a], keys[b]),
        tuple(names.tolist()),
        segment.reshape(-1).astype(np.int64),
        levels,
        entered,
        advanced,
        0,
        (*panel.faults, *open_counted(panel)),
    )


def cells_of(
    counts: SegmentCounts,
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
