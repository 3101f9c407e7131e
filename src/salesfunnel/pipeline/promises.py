"""Promises: the stretches in which an open deal has one expected close date, and how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.ledger import Track, merged, starts_of
from salesfunnel._kernels.slip import Promises
from salesfunnel.data.history import StageHistory

if TYPE_CHECKING:
    from collections.abc import Iterator

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SET_UP = 1.0
"""Days after creation within which a moved date is set-up, not a push."""


class Pushes(NamedTuple):
    """The expected dates of each deal until a moment; times in days since 1970, shape (n,)."""

    date: Floats  # the typed date then, NaN unknown
    pushes: Ints
    days: Floats  # how far it was moved in all, pulls not subtracted
    first: Floats  # when it was first and last pushed, NaN never
    last: Floats
    open: Bools


class Stretches(NamedTuple):
    """Every typed date of every deal, and what became of it; shape (m,)."""

    deal: Ints
    start: Floats
    stop: Floats
    date: Floats
    after: Floats  # the date that followed, NaN without one
    pushes: Ints
    event: Ints  # 0 none yet, 1 won, 2 lost, 3 pushed, 4 pulled, 5 date taken away


def lives(history: StageHistory, until: float) -> tuple[Floats, Floats, Ints]:
    """Return when each deal was created and ended, in days, and how: 0 open, 1 won, 2 lost."""
    created = _days(history.created)
    closed = _days(history.closed)
    over = (history.outcome != 0) & (closed <= until)
    end = np.where(over, closed, until)
    return created, end, np.where(over, history.outcome, 0).astype(np.int64)


def _days(times: npt.NDArray[np.datetime64]) -> Floats:
    return np.where(np.isnat(times), np.nan, times.view(np.int64) / TICKS_PER_DAY)


def stretches(history: StageHistory, until: float) -> Stretches:
    """Return the stretches of one expected date each, as known at a moment (days since 1970)."""
    track = history.changes["expected"].track(len(history))
    created, end, kind = lives(history, until)
    time = track.time / TICKS_PER_DAY
    # what is written when a deal closes, or later, is not a promise
    live = (time < end[track.deal]) & (time <= until) & (created[track.deal] <= until)
    deal, start, date = track.deal[live], time[live], track.value[live]
    more = np.zeros(deal.size, dtype=np.bool_)
    more[:-1] = deal[1:] == deal[:-1]
    stop = end[deal]
    stop[:-1] = np.where(more[:-1], start[1:], stop[:-1])
    after = np.append(date[1:], np.nan) if date.size else date
    moved = np.select([np.isnan(after), after > date], [5, 3], default=4)
    event = np.where(more, moved, kind[deal])
    event = np.where(more & np.isnan(date), 0, event)
    set_up = more & (stop <= created[deal] + SET_UP)
    pushed = more & (event == 3) & ~set_up
    before = np.cumsum(pushed) - pushed
    first = np.searchsorted(deal, deal, side="left")
    count = before - before[first] if deal.size else before
    keep = ~set_up & np.isfinite(date)
    after = np.where(more, after, np.nan)
    columns = (deal, np.maximum(start, created[deal]), stop, date, after, count, event)
    kept: Iterator[npt.NDArray[Any]] = (column[keep] for column in columns)
    return Stretches(*kept)


def pushes_of(history: StageHistory, until: float) -> Pushes:
    """Return how often and how far the expected date of each deal was pushed by a moment."""
    n = len(history)
    made = stretches(history, until)
    moves = np.flatnonzero(made.event == 3)
    deal, when = made.deal[moves], made.stop[moves]
    far = made.after[moves] - made.date[moves]
    count = np.bincount(deal, minlength=n)
    first, last = np.full(n, np.nan), np.full(n, np.nan)
    first[deal[::-1]], last[deal] = when[::-1], when
    date = np.full(n, np.nan)
    live = np.flatnonzero(made.stop >= until)
    date[made.deal[live]] = made.date[live]
    created, _, kind = lives(history, until)
    days: Floats = np.bincount(deal, far, minlength=n).astype(np.float64)
    return Pushes(date, count, days, first, last, (kind == 0) & (created <= until))


def promises_of(history: StageHistory, until: float) -> tuple[Promises, Ints]:
    """Return the promises cut where a deal came into another stage, and the stage of each."""
    made = stretches(history, until)
    n, stages = len(history), len(history.stages)
    entered = history.reached_at()
    _, end, _ = lives(history, until)
    # the stage entered by the edit that closes a deal is not where it was won or lost
    before = np.isfinite(end)[:, None] & (entered.view(np.int64) / TICKS_PER_DAY < end[:, None])
    rows, stage = np.nonzero(~np.isnat(entered) & before)
    when = entered[rows, stage].view(np.int64)
    order = np.lexsort((stage, when, rows))
    rows, when, place = rows[order], when[order], stage[order].astype(np.float64)
    last = np.ones(rows.size, dtype=np.bool_)
    last[:-1] = (rows[1:] != rows[:-1]) | (when[1:] != when[:-1])
    entries = Track(starts_of(rows[last], n), rows[last], when[last], place[last])
    number = np.arange(made.deal.size, dtype=np.float64)
    begins = np.rint(made.start * TICKS_PER_DAY).astype(np.int64)
    dates = Track(starts_of(made.deal, n), made.deal, begins, number)
    deal, ticks, (number, place) = merged([dates, entries])
    known = np.isfinite(number)
    deal, time, which = deal[known], ticks[known] / TICKS_PER_DAY, number[known].astype(np.int64)
    stood = np.where(np.isfinite(place), place, 0)[known].astype(np.int64)
    more = np.zeros(deal.size, dtype=np.bool_)
    more[:-1] = which[1:] == which[:-1]
    stop = made.stop[which]
    stop[:-1] = np.where(more[:-1], np.minimum(time[1:], stop[:-1]), stop[:-1])
    event = np.where(more | (made.event[which] > 3), 0, made.event[which])
    cut = stop > time
    found = Promises(deal, time, stop, made.date[which] + 1.0, made.pushes[which], event)
    keep = cut | (event > 0)
    kept: Iterator[npt.NDArray[Any]] = (column[keep] for column in found)
    return Promises(*kept), np.minimum(stood, stages - 1)[keep]
