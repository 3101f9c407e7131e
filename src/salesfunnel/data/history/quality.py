"""Find suspicious deals: skipped stages, steps back, batch days, impossible times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.whole_days import before
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

NAMED = 10
"""Deals that a fault names."""
SHARE = 0.10
"""Share of deals with skips or steps back from which it is reported (statistics, 1.1)."""
BATCH = 0.50
"""Share of a month's entries on one day from which the day is called a batch update."""
BATCH_LEAST = 20
"""Months with fewer entries into a stage are not judged: a few deals share a day by chance."""
FEW_DAYS = 10
_SPAN = 1_000_000


def quality_faults(
    history: StageHistory,
    *,
    back: npt.NDArray[np.bool_] | None = None,
    rows: npt.NDArray[Any] | None = None,
) -> tuple[Fault, ...]:
    """Return the findings on data quality of a history; each names its first ten deals.

    Parameters
    ----------
    history : StageHistory
    back : ndarray of bool, shape (deals,), optional
        Which deals moved back, where stage changes tell; computed from first entries that are
        out of order by default.
    rows : ndarray of int, shape (deals,), optional
        The row of each deal in the source, counted from 1 without the header.

    Returns
    -------
    tuple of Fault
        ``stages-skipped``, ``stages-back`` at a share of ten percent, ``batch-day`` for each
        stage and month, ``closed-before-created``, ``entered-after-closed``, ``without-dates``.
    """
    faults: list[Fault] = []
    visited = ~np.isnat(history.entered)
    known: npt.NDArray[np.bool_] = np.asarray(visited.any(axis=1))
    deals = int(known.sum())

    def told(code: str, wrong: npt.NDArray[np.bool_], of: int, **more: Any) -> Fault:
        return _named(history, rows, code, wrong, all=of, **more)

    if deals and history.reached_stage is None:
        places = np.arange(len(history.stages))
        passed = places[None, :] <= history.reached[:, None]
        first = np.argmax(visited, axis=1)
        inner = passed & (places[None, :] >= first[:, None])
        skipped = known & (inner & ~visited).any(axis=1)
        backward = _out_of_order(history) if back is None else back
        for code, wrong in (("stages-skipped", skipped), ("stages-back", backward)):
            number = int(wrong.sum())
            if number >= SHARE * deals:
                faults.append(told(code, wrong, deals, share=number / deals))
    faults += _batch_days(history, rows)
    early = before(history.closed, history.created)
    late = before(history.closed[:, None], history.entered)
    after = np.asarray(late.any(axis=1))
    if early.any():
        faults.append(told("closed-before-created", early, len(history)))
    if after.any():
        faults.append(told("entered-after-closed", after, len(history)))
    if len(history) > deals:
        faults.append(told("without-dates", ~known, len(history)))
    return tuple(faults)


def _named(
    history: StageHistory,
    rows: npt.NDArray[Any] | None,
    code: str,
    wrong: npt.NDArray[np.bool_],
    *,
    column: str | None = None,
    **params: Any,
) -> Fault:
    """Return a fault of some deals: how many, the first ten of them, and their rows."""
    at = np.flatnonzero(wrong)
    few = at[:NAMED]
    names = ", ".join(str(history.deals[i])[:40] for i in few)
    if at.size > NAMED:
        names += ", …"
    where: dict[str, Any] = {}
    if rows is not None and few.size:
        where = {"row": int(rows[few[0]]), "rows": ", ".join(str(int(rows[i])) for i in few)}
    return Fault.of(code, column=column, deals=int(at.size), names=names, **where, **params)


def _out_of_order(history: StageHistory) -> npt.NDArray[np.bool_]:
    """Return which deals entered a stage before an earlier one."""
    latest = np.array(history.entered[:, 0])
    wrong = np.zeros(len(history), dtype=np.bool_)
    for k in range(1, len(history.stages)):
        wrong |= before(history.entered[:, k], latest)
        latest = np.fmax(latest, history.entered[:, k])
    return wrong


def _batch_days(history: StageHistory, rows: npt.NDArray[Any] | None) -> list[Fault]:
    faults = []
    for k, stage in enumerate(history.stages):
        times = history.entered[:, k]
        days = times[~np.isnat(times)].astype("datetime64[D]")
        if days.size < BATCH_LEAST:
            continue
        dates, counts = _days(days)
        months, which = np.unique(_months(dates), return_inverse=True)
        which = which.reshape(-1)
        total = np.bincount(which, weights=counts, minlength=months.size)
        wrong = (counts > BATCH * total[which]) & (total[which] >= BATCH_LEAST)
        for i in np.flatnonzero(wrong):
            there = times.astype("datetime64[D]") == dates[i]
            of = {"day": str(dates[i]), "all": int(total[which[i]])}
            faults.append(_named(history, rows, "batch-day", there, column=stage, **of))
    return faults


def _months(dates: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """Return the months of days; one of which few days are there counts to its neighbour.

    Of two days of a month that has just begun, one is more than half.
    """
    months = dates.astype("datetime64[M]")
    begun = (dates[-1] - months[-1].astype("datetime64[D]")).astype(np.int64) < FEW_DAYS
    one = np.timedelta64(1, "M")
    ends = (months[0] + one).astype("datetime64[D]") - dates[0]
    found = np.where((months == months[-1]) & begun, months - one, months)
    first = (months == months[0]) & (ends.astype(np.int64) < FEW_DAYS)
    return np.where(first & (months[0] < found[-1]), months + one, found)


def _days(days: npt.NDArray[np.datetime64]) -> tuple[npt.NDArray[np.datetime64], Any]:
    """Return the days that occur, sorted, and how often each does."""
    number = days.astype(np.int64)
    low, high = int(number.min()), int(number.max())
    if high - low > _SPAN:
        return np.unique(days, return_counts=True)
    counts = np.bincount(number - low)
    there = np.flatnonzero(counts)
    return (there + low).view("datetime64[D]"), counts[there]
