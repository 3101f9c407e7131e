"""Changes between two moments: one way in, one way out of each deal. Arguments are validated.

A deal is in scope while it is open and its expected date lies between two days. Amounts are read
at the way in and at the way out; what lies between the two is one change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.ledger import Floats, Ints, Track, values_as_of
from salesfunnel._kernels.order import order_by

Bools = npt.NDArray[np.bool_]

OPEN, WON, LOST, REMOVED = 0.0, 1.0, 2.0, 3.0

WAYS_IN = ("", "start", "new", "pulled_in", "pushed_in", "reopened", "transferred_in")
WAYS_OUT = ("", "end", "won", "lost", "removed", "pulled_out", "pushed_out", "transferred_out")
NONE, START, NEW, PULLED_IN, PUSHED_IN, REOPENED, TRANSFERRED_IN = range(7)
END, BY_WIN, BY_LOSS, BY_REMOVAL, PULLED_OUT, PUSHED_OUT, TRANSFERRED_OUT = range(1, 8)


class Scope(NamedTuple):
    """Which open deals count: days of the expected date, both ends inside, and a pipeline."""

    low: float = -np.inf
    high: float = np.inf
    dated: bool = False
    pipeline: float | None = None

    def holds(self, state: Mapping[str, Floats]) -> Bools:
        """Return which states would be in scope if the deal were open."""
        inside = np.ones(state["outcome"].size, dtype=np.bool_)
        if self.dated:
            inside &= (state["expected"] >= self.low) & (state["expected"] <= self.high)
        if self.pipeline is not None:
            inside &= state["pipeline"] == self.pipeline
        return inside


class Passage(NamedTuple):
    """The way of each deal through a window; k deals that were in scope at some time."""

    deal: Ints  # (k,)
    way_in: npt.NDArray[np.int8]  # places in WAYS_IN
    way_out: npt.NDArray[np.int8]  # places in WAYS_OUT
    time_in: Ints  # the start of the window if it was there
    time_out: Ints  # the end of the window if it still is
    amount_in: Floats  # NaN unknown
    amount_out: Floats
    currency_in: Floats  # codes, NaN unknown
    currency_out: Floats
    group_in: Floats
    group_out: Floats
    date_before_in: Floats  # the expected date just before the way in
    date_in: Floats  # and at it
    date_before_out: Floats
    date_out: Floats
    trips: npt.NDArray[np.int64]  # how often it left and came back
    undone: Bools  # won before the window, reopened inside


class _Points(NamedTuple):
    """The state of deals that change: at the start of the window, then after each edit."""

    deal: Ints  # (p,)
    time: Ints
    first: Ints  # place of each deal's first point
    last: Ints
    state: dict[str, Floats]


FIELDS = ("outcome", "amount", "currency", "expected", "pipeline", "group")


def passages(
    tracks: Mapping[str, Track],
    fixed: Mapping[str, Floats],
    n: int,
    *,
    created: Ints,
    since: int,
    until: int,
    scope: Scope,
) -> Passage:
    """Return the way of every deal through the window from `since` to `until`, the end inside.

    Parameters
    ----------
    tracks : mapping of str to Track
        The fields that change; ``"outcome"`` is one: 0 open, 1 won, 2 lost, 3 removed.
    fixed : mapping of str to ndarray of float64, shape (n,)
        The fields that do not.
    n : int
        Number of deals.
    created : ndarray of int64, shape (n,)
        When each was created, in microseconds.
    since, until : int
        The window, in microseconds.
    scope : Scope
        Which open deals count.
    """
    base = {
        name: values_as_of(tracks[name], since) if name in tracks else fixed[name]
        for name in FIELDS
    }
    points = _points(tracks, fixed, base, since, until)
    start = scope.holds(base) & (base["outcome"] == OPEN)
    moved = np.zeros(n, dtype=np.bool_)
    moved[points.deal] = True
    still = np.flatnonzero(start & ~moved)
    return _joined(
        _unmoved(base, still, since, until), _moved(points, scope, created, since, until)
    )


def _points(
    tracks: Mapping[str, Track],
    fixed: Mapping[str, Floats],
    base: Mapping[str, Floats],
    since: int,
    until: int,
) -> _Points:
    inside = {
        name: np.flatnonzero((track.time > since) & (track.time <= until))
        for name, track in tracks.items()
    }
    deal = np.concatenate([tracks[name].deal[rows] for name, rows in inside.items()])
    time = np.concatenate([tracks[name].time[rows] for name, rows in inside.items()])
    order = order_by(deal, time)
    d, t = deal[order], time[order]
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = (d[1:] != d[:-1]) | (t[1:] != t[:-1])
    begins = np.ones(order.size, dtype=np.bool_)
    begins[1:] = d[1:] != d[:-1]
    # one more point per deal, before its first edit: the state at the start of the window
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(fresh) + np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    size = int(fresh.sum()) + first.size
    at, when = np.empty(size, dtype=np.int64), np.full(size, since, dtype=np.int64)
    at[place] = deal
    when[place] = time
    heads = place[order[first]] - 1
    at[heads] = d[first]
    state, offset = {}, 0
    for name, track in tracks.items():
        rows = inside[name]
        mine = place[offset : offset + rows.size]
        offset += rows.size
        known = np.zeros(size, dtype=np.int64)
        value = np.empty(size)
        value[heads] = base[name][at[heads]]
        value[mine] = track.value[rows]
        known[heads], known[mine] = heads, mine
        state[name] = value[np.maximum.accumulate(known)]
    state.update({name: column[at] for name, column in fixed.items()})
    ends = np.append(heads[1:] - 1, size - 1) if heads.size else heads
    return _Points(at, when, heads, ends, state)


def _unmoved(base: Mapping[str, Floats], rows: Ints, since: int, until: int) -> Passage:
    """Return the passage of deals that are in scope at both ends without any edit."""
    k = rows.size
    amount, currency = base["amount"][rows], base["currency"][rows]
    group, date = base["group"][rows], base["expected"][rows]
    return Passage(
        deal=rows,
        way_in=np.full(k, START, dtype=np.int8),
        way_out=np.full(k, END, dtype=np.int8),
        time_in=np.full(k, since),
        time_out=np.full(k, until),
        amount_in=amount,
        amount_out=amount,
        currency_in=currency,
        currency_out=currency,
        group_in=group,
        group_out=group,
        date_before_in=date,
        date_in=date,
        date_before_out=date,
        date_out=date,
        trips=np.zeros(k, dtype=np.int64),
        undone=np.zeros(k, dtype=np.bool_),
    )


def _moved(points: _Points, scope: Scope, created: Ints, since: int, until: int) -> Passage:
    """Return the passage of deals with edits inside the window."""
    state, outcome = points.state, points.state["outcome"]
    head = np.zeros(points.deal.size, dtype=np.bool_)
    head[points.first] = True
    fits = scope.holds(state)
    after = fits & (outcome == OPEN)
    before = np.zeros_like(after)
    before[1:] = after[:-1]
    before[head] = False
    earlier = np.full(outcome.size, np.nan)
    earlier[1:] = outcome[:-1]
    # a win that also moves the date into the period was never seen open in it
    wins = ~head & (outcome == WON) & (earlier != WON) & (before | fits)
    enters = ~head & ~before & (after | wins)
    leaves = ~head & ((before & ~after) | wins)
    started, ended = after[points.first], after[points.last]
    way_in = np.where(started, points.first, _last_of(np.flatnonzero(enters)[::-1], points))
    way_out = np.where(ended, points.last, _last_of(np.flatnonzero(leaves), points))
    mine = np.flatnonzero((way_in >= 0) & (started | ended | (way_out >= 0)))
    i, o = way_in[mine], way_out[mine]
    started, ended = started[mine], ended[mine]
    kind_in = np.where(started, START, _entry_kinds(points, scope, created, since, i))
    kind_out = np.where(ended, END, _exit_kinds(state, scope, o))
    at_out = np.where(ended | (kind_out == BY_WIN), o, o - 1)
    i_before = np.where(started, i, i - 1)
    o_before = np.where(ended, o, o - 1)
    exits = np.add.reduceat(leaves.astype(np.int64), points.first) if points.first.size else i
    reopened_win = kind_in == REOPENED
    reopened_win &= outcome[i_before] == WON
    return Passage(
        deal=points.deal[i],
        way_in=kind_in.astype(np.int8),
        way_out=kind_out.astype(np.int8),
        time_in=np.where(started, since, points.time[i]),
        time_out=np.where(ended, until, points.time[o]),
        amount_in=np.where(started, state["amount"][i], _next_known(state["amount"], i, at_out)),
        amount_out=state["amount"][at_out],
        currency_in=state["currency"][i],
        currency_out=state["currency"][at_out],
        group_in=state["group"][i],
        group_out=state["group"][at_out],
        date_before_in=state["expected"][i_before],
        date_in=state["expected"][i],
        date_before_out=state["expected"][o_before],
        date_out=state["expected"][o],
        trips=exits[mine] - ~ended,
        undone=reopened_win,
    )


def _last_of(places: npt.NDArray[np.intp], points: _Points) -> Ints:
    """Return the last of these points of each deal, -1 if there is none."""
    found = np.full(points.first.size, -1, dtype=np.int64)
    # of several assignments to one place the last one counts
    found[np.searchsorted(points.first, places, side="right") - 1] = places
    return found


def _next_known(amount: Floats, start: Ints, stop: Ints) -> Floats:
    """Return the amount at `start`; if unknown there, the first known one up to `stop`."""
    places = np.where(np.isnan(amount), amount.size, np.arange(amount.size))
    following = np.minimum.accumulate(places[::-1])[::-1] if places.size else places
    at = following[start] if start.size else start
    inside = at <= stop
    return np.where(inside, amount[np.where(inside, at, 0)], np.nan) if start.size else amount[:0]


def _entry_kinds(
    points: _Points, scope: Scope, created: Ints, since: int, at: Ints
) -> npt.NDArray[np.int64]:
    """Return why deals came into scope, the first reason that fits."""
    state = points.state
    earlier = np.maximum(at - 1, 0)
    base = state["outcome"][points.first[np.searchsorted(points.first, at, side="right") - 1]]
    new = (created[points.deal[at]] > since) | np.isnan(base)
    reopened = state["outcome"][earlier] > OPEN
    kinds = [new, reopened]
    names = [NEW, REOPENED]
    if scope.dated:
        date = state["expected"][earlier]
        kinds += [date < scope.low, ~(date <= scope.high)]
        names += [PUSHED_IN, PULLED_IN]
    return np.select(kinds, names, default=TRANSFERRED_IN)


def _exit_kinds(state: Mapping[str, Floats], scope: Scope, at: Ints) -> npt.NDArray[np.int64]:
    """Return why deals left the scope, the first reason that fits."""
    outcome = state["outcome"][at]
    kinds = [outcome == WON, outcome == LOST, outcome != OPEN]
    names = [BY_WIN, BY_LOSS, BY_REMOVAL]
    if scope.dated:
        date = state["expected"][at]
        kinds += [date < scope.low, ~(date <= scope.high)]
        names += [PULLED_OUT, PUSHED_OUT]
    return np.select(kinds, names, default=TRANSFERRED_OUT)


def _joined(left: Passage, right: Passage) -> Passage:
    """Return both, sorted by deal."""
    pairs: Any = zip(left, right, strict=True)
    columns = [np.concatenate(pair) for pair in pairs]
    order = np.argsort(columns[0], kind="stable")
    return Passage(*(column[order] for column in columns))
