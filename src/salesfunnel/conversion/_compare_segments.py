"""compare_segments: reps, channels, shops against each other, at equal mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_fraction, check_known
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.interval import Interval
from salesfunnel._core.readers import reader_hint
from salesfunnel._kernels import peers
from salesfunnel.conversion.segment_comparison import (
    CALLED,
    SegmentComparison,
    SegmentPair,
    verdict_of,
)
from salesfunnel.conversion.segment_counts import SegmentCounts, cells_of, of_deals, of_panel
from salesfunnel.data.history import StageHistory
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Transition
from salesfunnel.fault import Fault

__all__ = ["compare_segments"]

Int = npt.NDArray[np.int64]
MOST_NAMED = 10


class _Peers(NamedTuple):
    still_open: Int
    worse: npt.NDArray[np.float64]
    better: npt.NDArray[np.float64]
    pair: peers.Pair | None = None


def compare_segments(
    data: StageHistory | Panel,
    *,
    by: str,
    adjust: Sequence[str] | str = (),
    step: str | Transition | None = None,
    level: float = 0.95,
    between: tuple[str, str] | None = None,
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
    between : (str, str), optional
        Two segments to compare with each other as well: ``SegmentComparison.pair``.

    Returns
    -------
    SegmentComparison
        One row per segment, most probably worse first.

    Raises
    ------
    ArgumentError
        If `data` is of another kind, `by` and `adjust` share a column, or `between` does not name
        two segments.
    UnknownNameError
        If a column, a step or a segment is not in the data.
    DataError
        If more advanced than entered, as happens in period mode.

    Notes
    -----
    Deals count once they are mature: they entered so long ago that 90% of those who advance have
    advanced, and 90% of those who are lost are recorded so; younger ones are left out, whatever
    became of them, and counted in `immature`. Mature deals that are still open are undecided: rates
    leave them out (`still_open`), and a segment is called worse or better only where that holds
    whether they are left out or lost, so that nobody is worse for leaving deals open, and nobody
    better for leaving losses open; a fault names those whose verdict hangs on them. Where most of
    the mature deals without an advance were never recorded as lost, nothing but time decides: open
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
        counts = of_deals(data, by, columns, step)
    elif isinstance(data, Panel):
        counts = of_panel(data, by, columns, step)
    else:
        raise ArgumentError(
            f"'data' must be a StageHistory or a Panel, got {type(data).__name__}",
            hint=reader_hint(data, "StageHistory") or "read deals with sf.read_deals(...)",
        )
    two = None if between is None else _places(between, counts.names)
    found = _peers(counts, level, two)
    cells, segment, _ = cells_of(counts)
    size = len(counts.names)
    sure, more = _undecided(counts, found, level, two)
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
        probability_worse=sure.worse,
        probability_better=sure.better,
        centre=found.centre,
        spread=found.spread,
        alike=found.alike,
        immature=counts.immature,
        level=level,
        faults=(*counts.faults, *more),
        still_open=sure.still_open,
        open_counted=counts.still_open is None,
        funnel=data.funnel,
        pair=None if two is None else _pair(found, sure, counts, two, level),
    )


def _peers(counts: SegmentCounts, level: float, two: tuple[int, int] | None) -> peers.Peers:
    cells, segment, z = cells_of(counts)
    size = len(counts.names)
    return peers.compare(segment, cells[1], cells[0], z, segments=size, level=level, between=two)


def _places(between: object, names: Sequence[str]) -> tuple[int, int]:
    """Return the places of two segments."""
    given = tuple(between) if isinstance(between, list | tuple) else ()
    if len(given) != 2 or given[0] == given[1]:
        raise ArgumentError(f"'between' must name two segments, got {between!r}")
    for name in given:
        check_known("between", name, names)
    return names.index(given[0]), names.index(given[1])


def _pair(
    found: peers.Peers, sure: _Peers, counts: SegmentCounts, two: tuple[int, int], level: float
) -> SegmentPair | None:
    pair = found.pair
    if pair is None:
        return None
    lost = pair if sure.pair is None else sure.pair
    worse, better = min(pair.worse, lost.worse), min(pair.better, lost.better)
    size = np.bincount(counts.segment, counts.entered, len(counts.names))
    return SegmentPair(
        segment=counts.names[two[0]],
        other=counts.names[two[1]],
        difference=pair.difference,
        interval=Interval(pair.low, pair.high, level, "hierarchical"),
        probability_worse=worse,
        probability_better=better,
        verdict=verdict_of(worse, better, int(size[list(two)].min())),
    )


def _undecided(
    counts: SegmentCounts, found: peers.Peers, level: float, two: tuple[int, int] | None
) -> tuple[_Peers, list[Fault]]:
    """Return what holds whatever becomes of open entrants, and whose verdict hangs on them."""
    size = len(counts.names)
    if counts.still_open is None or not counts.still_open.any():
        return _Peers(np.zeros(size, dtype=np.int64), found.worse, found.better), []
    still = np.bincount(counts.segment, counts.still_open, size).round().astype(np.int64)
    said = [Fault.of("open-left-out", severity="info", n=int(still.sum()))]
    every = counts._replace(entered=counts.entered + counts.still_open, still_open=None)
    lost = _peers(every, level, two)
    hangs = (found.worse >= CALLED) != (lost.worse >= CALLED)
    hangs |= (found.better >= CALLED) != (lost.better >= CALLED)
    names = [counts.names[g] for g in np.flatnonzero(hangs)]
    if names:
        shown = ", ".join(names[:MOST_NAMED])
        said.append(Fault.of("open-decide", severity="warning", names=shown, n=len(names)))
    both = np.minimum(found.worse, lost.worse), np.minimum(found.better, lost.better)
    return _Peers(still, *both, lost.pair), said
