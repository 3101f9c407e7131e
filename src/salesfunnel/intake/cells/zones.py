"""Times with and without a zone, brought to one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from salesfunnel.data.events import columns as event_columns
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.moments import Moments
from salesfunnel.intake.cells.wall_clock import wall_ticks
from salesfunnel.intake.deals.cells import zone_of

__all__ = ["in_zone"]


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
