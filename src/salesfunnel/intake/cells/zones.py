"""Times with and without a zone, brought to one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from salesfunnel.data.events import columns as event_columns
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.moments import Moments
from salesfunnel.intake.deals.cells import zone_of

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["in_zone", "wall_ticks"]

Ints = npt.NDArray[np.int64]
_QUARTER = 15 * 60 * 10**6
"""No offset of a zone since 1972 changes but at a quarter of an hour."""
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)


def in_zone(
    moments: Moments,
    tz: str | None,
    column: str,
    place: Callable[[int], tuple[str | None, int]],
    faults: list[Fault],
) -> event_columns.Times:
    """Return the times in one zone; of both kinds, those without a zone are taken as there.

    Parameters
    ----------
    moments : Moments
        The times as read.
    tz : str, optional
        The zone to bring them to. Without it, times with a zone are kept in UTC.
    column : str
        Name of the column, for faults.
    place : callable
        Returns file and row of a place.
    faults : list of Fault
        Where faults go.
    """
    zone = None if tz is None else zone_of(tz)
    missing = moments.kinds == 2
    gone = missing if missing.any() else None
    if moments.plain:
        return event_columns.Times(moments.ticks, None, aware=False, missing=gone)
    aware = moments.kinds == 1
    naive = moments.kinds == 0
    if aware.any() and naive.any():
        odd = int(np.flatnonzero(naive if naive.sum() <= aware.sum() else aware)[0])
        file, row = place(odd)
        faults.append(
            Fault.of(
                "event-zones-mixed",
                row=row,
                column=column,
                file=file,
                without=int(naive.sum()),
                zone=tz or "UTC",
            )
        )
    if zone is None:
        return event_columns.Times(moments.ticks, "us", aware=bool(aware.any()), missing=gone)
    ticks = moments.ticks.copy()
    ticks[aware] = wall_ticks(ticks[aware], zone)
    return event_columns.Times(ticks, "us", aware=False, missing=gone)


def wall_ticks(ticks: Ints, zone: tzinfo) -> Ints:
    """Return microseconds in UTC as the clocks of a zone show them."""
    quarters, where = np.unique(ticks // _QUARTER, return_inverse=True)
    offsets = np.array([_offset(quarter, zone) for quarter in quarters.tolist()], dtype=np.int64)
    shifted: Ints = ticks + offsets[where.reshape(-1)] if len(ticks) else ticks
    return shifted


def _offset(quarter: int, zone: tzinfo) -> int:
    """Return the offset of a zone in microseconds, so many quarters of an hour after 1970."""
    shift = (_EPOCH_UTC + timedelta(seconds=900 * quarter)).astimezone(zone).utcoffset()
    return 0 if shift is None else shift // timedelta(microseconds=1)
