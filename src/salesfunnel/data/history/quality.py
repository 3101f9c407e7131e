"""What is suspicious about deals: skips, steps back, batch days, impossible times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

SHARE = 0.10
"""Share of deals with skips or steps back from which it is reported (statistics, 1.1)."""
BATCH = 0.50
"""Share of a month's entries on one day from which the day is called a batch update."""
BATCH_LEAST = 20
"""Months with fewer entries into a stage are not judged: a few deals share a day by chance."""


def quality_faults(history: StageHistory, *, back: int | None = None) -> tuple[Fault, ...]:
    """Return the findings on data quality of a history.

    Parameters
    ----------
    history : StageHistory
    back : int, optional
        How many deals moved back, where stage changes tell; worked out from first entries that
        are out of order by default.

    Returns
    -------
    tuple of Fault
        ``stages-skipped``, ``stages-back`` at a share of ten per cent, ``batch-day`` for each
        stage and month, ``closed-before-created``, ``entered-after-closed``, ``without-dates``.
    """
    faults: list[Fault] = []
    visited = ~np.isnat(history.entered)
    known = visited.any(axis=1)
    deals = int(known.sum())
    if deals and history.reached_stage is None:
        places = np.arange(len(history.stages))
        passed = places[None, :] <= history.reached[:, None]
        first = np.argmax(visited, axis=1)
        inner = passed & (places[None, :] >= first[:, None])
        skipped = int((known & (inner & ~visited).any(axis=1)).sum())
        backward = _out_of_order(history) if back is None else back
        for code, number in (("stages-skipped", skipped), ("stages-back", backward)):
            if number >= SHARE * deals:
                faults.append(Fault.of(code, deals=number, all=deals, share=number / deals))
    faults += _batch_days(history)
    with np.errstate(invalid="ignore"):
        early = int((history.closed < history.created).sum())
    if early:
        faults.append(Fault.of("closed-before-created", deals=early, all=len(history)))
    with np.errstate(invalid="ignore"):
        after = int((history.entered > history.closed[:, None]).any(axis=1).sum())
    if after:
        faults.append(Fault.of("entered-after-closed", deals=after, all=len(history)))
    if len(history) > deals:
        without = len(history) - deals
        faults.append(Fault.of("without-dates", deals=without, all=len(history)))
    return tuple(faults)


def _out_of_order(history: StageHistory) -> int:
    """Return how many deals entered a stage before an earlier one."""
    latest = np.array(history.entered[:, 0])
    wrong = np.zeros(len(history), dtype=np.bool_)
    for k in range(1, len(history.stages)):
        with np.errstate(invalid="ignore"):
            wrong |= history.entered[:, k] < latest
        latest = np.fmax(latest, history.entered[:, k])
    return int(wrong.sum())


def _batch_days(history: StageHistory) -> list[Fault]:
    faults = []
    for k, stage in enumerate(history.stages):
        times = history.entered[:, k]
        days = times[~np.isnat(times)].astype("datetime64[D]")
        if days.size < BATCH_LEAST:
            continue
        dates, counts = np.unique(days, return_counts=True)
        months, which = np.unique(dates.astype("datetime64[M]"), return_inverse=True)
        which = which.reshape(-1)
        total = np.bincount(which, weights=counts, minlength=months.size)
        wrong = (counts > BATCH * total[which]) & (total[which] >= BATCH_LEAST)
        faults += [
            Fault.of(
                "batch-day",
                column=stage,
                day=str(dates[i]),
                deals=int(counts[i]),
                all=int(total[which[i]]),
            )
            for i in np.flatnonzero(wrong)
        ]
    return faults
