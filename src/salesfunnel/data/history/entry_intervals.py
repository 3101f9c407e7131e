"""When deals entered their stages, if only two moments around each entry are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

Times = npt.NDArray[np.datetime64]

_NAT = np.datetime64("NaT", "us")


def entry_intervals(history: StageHistory) -> tuple[Times, Times]:
    """Return the moments between which each stage was entered."""
    high = np.array(history.entered)
    low = np.array(history.entered)
    field = history.changes.get("stage")
    if field is None or field.known_since is None:
        return low, high
    place = {name: k for k, name in enumerate(history.stages)}
    columns = np.array([place.get(word, -1) for word in field.words] or [-1], dtype=np.intp)
    known = np.isfinite(field.number)
    stage = np.where(known, columns[np.where(known, field.number, 0).astype(np.intp)], -1)
    at = field.deal
    mine = (stage >= 0) & (field.time == history.entered[at, stage])
    low[at[mine], stage[mine]] = field.known_since[mine]
    return np.fmin(low, high), high


def middle_entries(history: StageHistory) -> tuple[Times, npt.NDArray[np.bool_]]:
    """Return the middle of the interval of each entry, and which came before the first list.

    Of the deals that entered a stage before the first list only those are known that were still
    there: their waits would be too long on average.
    """
    field = history.changes.get("stage")
    if field is None or field.known_since is None:
        return history.entered, np.zeros(history.entered.shape, dtype=np.bool_)
    low, high = entry_intervals(history)
    first = first_list(history)
    with np.errstate(invalid="ignore"):
        return low + (high - low) // 2, high <= first


def interval_faults(history: StageHistory, *, middle: bool) -> tuple[Fault, ...]:
    """Return what is done with entries that are known to lie between two exports only.

    Parameters
    ----------
    history : StageHistory
    middle : bool
        Whether the middle of the two days is taken; otherwise the day of the later export.
    """
    field = history.changes.get("stage")
    if field is None or field.known_since is None:
        return ()
    width = (field.time - field.known_since).astype(np.int64) / TICKS_PER_DAY
    wide = width > 0
    if not wide.any():
        return ()
    days = round(float(np.median(width[wide])), 1)
    code = "interval-censored" if middle else "entries-by-export"
    return (Fault.of(code, severity="info", n=int(wide.sum()), days=days),)


def closing_faults(history: StageHistory) -> tuple[Fault, ...]:
    """Return that closings are known to lie between two exports only, where they are."""
    field = history.changes.get("outcome")
    if field is None or field.known_since is None:
        return ()
    ends = [k for k, word in enumerate(field.words) if word in ("won", "lost")]
    width = (field.time - field.known_since).astype(np.int64) / TICKS_PER_DAY
    # a list with the time of closing makes it exact
    told = history.closed[field.deal] != field.time
    wide = (width > 0) & np.isin(field.number, ends) & ~told
    if not wide.any():
        return ()
    days = round(float(np.median(width[wide])), 1)
    return (Fault.of("closings-by-export", severity="info", n=int(wide.sum()), days=days),)


def first_list(history: StageHistory) -> np.datetime64:
    """Return the time of the first of dated lists, NaT of any other history.

    It is the earliest outcome that is known by an interval.
    """
    field = history.changes.get("outcome")
    if field is None or field.known_since is None:
        return _NAT
    between = field.time[field.known_since < field.time]
    return between.min() if between.size else _NAT


def observed_until(history: StageHistory) -> Times:
    """Return until when each deal was seen; see `StageHistory.observed_until`."""
    until = np.full(len(history), np.datetime64(history.as_of, "us"))
    field = history.changes.get("outcome")
    if field is None or "removed" not in field.words:
        return until
    last = np.ones(len(field), dtype=np.bool_)
    last[:-1] = field.deal[1:] != field.deal[:-1]
    gone = np.flatnonzero(last & (field.number == field.words.index("removed")))
    since = field.time if field.known_since is None else field.known_since
    until[field.deal[gone]] = since[gone]
    return until
