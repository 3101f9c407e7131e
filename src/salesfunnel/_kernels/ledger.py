"""Columns that change over time: sort, clean and look up changes. Arguments are already validated.

A track holds the changes of one field: rows sorted by deal, then time, one row per deal and moment,
no row equal to the row before it. Times are int64 microseconds, values float64, NaN for unknown.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.order import order_by

MOST_KEY = 2**61
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Track(NamedTuple):
    """The changes of one field; m rows of n deals."""

    start: Ints  # (n + 1,), rows of deal i: start[i] to start[i + 1]
    deal: Ints  # (m,)
    time: Ints  # (m,)
    value: Floats  # (m,)


def same_values(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return where two columns are equal; NaN equals NaN."""
    return np.asarray((left == right) | ((left != left) & (right != right)))  # noqa: PLR0124 - NaN


def cleaned(deal: Ints, time: Ints, value: Floats) -> npt.NDArray[np.intp]:
    """Return the rows that are changes, sorted by deal and time.

    Of rows of one deal and one moment the last one counts. A row equal to the one before it is not
    a change, and neither is an unknown value before the first known one.
    """
    order = order_by(deal, time)
    if not order.size:
        return order
    d, t = deal[order], time[order]
    last = np.ones(order.size, dtype=np.bool_)
    last[:-1] = (d[1:] != d[:-1]) | (t[1:] != t[:-1])
    order = order[last]
    d, v = deal[order], value[order]
    first = np.ones(order.size, dtype=np.bool_)
    first[1:] = d[1:] != d[:-1]
    keep = np.ones(order.size, dtype=np.bool_)
    keep[1:] = ~same_values(v[1:], v[:-1])
    keep = np.where(first, v == v, keep)  # noqa: PLR0124 - NaN
    return np.asarray(order[keep])


def starts_of(deal: Ints, n: int) -> Ints:
    """Return the first row of each of `n` deals in sorted rows, and the end; shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(np.bincount(deal, minlength=n))]).astype(np.int64)


def rows_as_of(track: Track, at: Ints | int | np.int64) -> Ints:
    """Return the last row of each deal that is not after a moment, -1 if there is none.

    Parameters
    ----------
    track : Track
    at : int or ndarray of int64, shape (n,)
        One moment for all, or one per deal.
    """
    moment = at if np.ndim(at) == 0 else np.asarray(at)[track.deal]
    seen = np.zeros(track.time.size + 1, dtype=np.int64)
    np.cumsum(track.time <= moment, out=seen[1:])
    known = seen[track.start[1:]] - seen[track.start[:-1]]
    return np.where(known > 0, track.start[:-1] + known - 1, -1)


def values_as_of(track: Track, at: Ints | int | np.int64) -> Floats:
    """Return the value of each deal at a moment, NaN before its first row; shape (n,)."""
    rows = rows_as_of(track, at)
    if not track.value.size:
        return np.full(rows.size, np.nan)
    return np.where(rows >= 0, track.value[rows], np.nan)


class Keyed(NamedTuple):
    """A track whose rows are found by deal and time together."""

    key: Ints  # (m,), ascending
    track: Track
    first: int  # the earliest time
    unit: int  # ticks that are distinguished
    span: int  # units of a deal


def keyed(track: Track) -> Keyed:
    """Return a track to ask many deals at many times; to a millisecond or finer."""
    if not track.time.size:
        return Keyed(track.time, track, 0, 1, 1)
    first = int(track.time.min())
    length = int(track.time.max()) - first + 1
    unit = max(1000, -(-length * track.start.size // MOST_KEY))
    span = length // unit + 2
    return Keyed(track.deal * span + (track.time - first) // unit, track, first, unit, span)


def values_of(found: Keyed, deal: Ints, at: Ints | int) -> Floats:
    """Return the value of deals at moments, NaN before their first row.

    Parameters
    ----------
    found : Keyed
    deal : ndarray of int, shape (q,)
    at : int or ndarray of int64, shape (q,)
        Moments, for each of them.
    """
    row = rows_of(found, deal, at)
    if not found.key.size:
        return np.full(row.shape, np.nan)
    return np.where(row >= 0, found.track.value[row], np.nan)


def rows_of(found: Keyed, deal: Ints, at: Ints | int) -> Ints:
    """Return the last row of deals that is not after moments, -1 if there is none."""
    deal = np.asarray(deal, dtype=np.int64)
    if not found.key.size:
        return np.full(deal.shape, -1, dtype=np.int64)
    late = (np.asarray(at, dtype=np.int64) - found.first) // found.unit
    key = deal * found.span + np.clip(late, -1, found.span - 1)
    row = np.searchsorted(found.key, key, "right") - 1
    return np.where(row >= found.track.start[deal], row, -1)


def merged(tracks: list[Track]) -> tuple[Ints, Ints, list[Floats]]:
    """Return the state of several fields after each edit of any of them.

    Returns
    -------
    deal, time : ndarray of int64, shape (p,)
        One row per deal and moment, sorted.
    values : list of ndarray of float64, shape (p,)
        Each field there, NaN before its first row.
    """
    deal = np.concatenate([track.deal for track in tracks])
    time = np.concatenate([track.time for track in tracks])
    order = order_by(deal, time)
    d, t = deal[order], time[order]
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = (d[1:] != d[:-1]) | (t[1:] != t[:-1])
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(fresh) - 1
    d, t = d[fresh], t[fresh]
    head = np.ones(d.size, dtype=np.bool_)
    head[1:] = d[1:] != d[:-1]
    values, offset = [], 0
    for track in tracks:
        mine = place[offset : offset + track.deal.size]
        offset += track.deal.size
        value = np.full(d.size, np.nan)
        value[mine] = track.value
        known = np.where(head, np.arange(d.size), 0)
        known[mine] = mine
        values.append(value[np.maximum.accumulate(known)] if d.size else value)
    return d, t, values
