"""Every deal in every dated list, one row each, sorted by deal and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.fault import Fault

_NAT = np.datetime64("NaT", "us")
_LONG_AGO = np.datetime64("1970-01-01", "us")
CUT = 0.30
"""Share of the open deals that vanish at one date from which the list seems to be cut."""

Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]


class Sightings(NamedTuple):
    """All rows of all lists; m rows of n deals."""

    names: npt.NDArray[np.str_]  # (n,)
    deal: Ints  # (m,)
    list: Ints  # (m,), the place of the list
    order: Ints  # (m,), the row among all rows of all lists
    at: Times  # (m,)
    before: Times  # (m,), the list before, or the creation at the first one
    stage: Ints
    outcome: npt.NDArray[np.int8]
    closed: Times
    since: Times
    created: Times  # (n,), NaT where unknown and the first sighting is at the first list
    first: Ints  # (n,), the first row of each deal
    last: Ints

    def born(self, rows: Ints) -> npt.NDArray[np.bool_]:
        """Whether deals were created between their first list and the list before it."""
        begins = np.zeros(self.deal.size, dtype=np.bool_)
        begins[self.first] = True
        created = self.created[self.deal[rows]]
        with np.errstate(invalid="ignore"):
            inside = (created > self.before[rows]) & (created <= self.at[rows])
        return np.asarray(begins[rows] & (self.list[rows] > 0) & inside)

    def edit_time(self, rows: Ints, *, of: Literal["field", "outcome", "stage"]) -> Times:
        """Return when the edits behind some rows happened, as far as the lists tell.

        Of a field the creation or the closing, of an outcome the closing, of a stage the last
        change of stage, if it lies after the list before and not after the list itself; the time
        of the list otherwise.
        """
        at, before = self.at[rows], self.before[rows]
        found = np.array(at)
        changed = np.ones(self.deal.size, dtype=np.bool_)
        changed[1:] = (self.deal[1:] != self.deal[:-1]) | (self.outcome[1:] != self.outcome[:-1])
        ends = (self.outcome[rows] > 0) & changed[rows]
        kinds = [(self.closed[rows], ends)]
        if of == "stage":
            kinds.append((self.since[rows], np.ones(rows.size, dtype=np.bool_)))
        if of == "field":
            kinds.append((self.created[self.deal[rows]], self.born(rows)))
        with np.errstate(invalid="ignore"):
            for own, mine in kinds:
                found = np.where(mine & (own > before) & (own <= at), own, found)
        return found

    def column(self, snapshots: Sequence[Any], kind: str, name: str) -> npt.NDArray[Any]:
        """Return a column of all lists in the order of the sightings; missing if not in a list."""
        parts = []
        blank: Any = {"numbers": np.nan, "dates": _NAT}.get(kind, "")
        for snapshot in snapshots:
            table = getattr(snapshot, kind)
            size = len(snapshot.deals)
            parts.append(table[name] if name in table else np.full(size, blank))
        return np.asarray(np.concatenate(parts)[self.order])


def sighted(snapshots: Sequence[Any]) -> Sightings:
    """Return all rows of all lists, sorted by deal and time."""
    ids = np.concatenate([snapshot.deals for snapshot in snapshots])
    names, deal = np.unique(ids, return_inverse=True)
    deal = deal.reshape(-1).astype(np.int64)
    place = np.repeat(np.arange(len(snapshots)), [len(s.deals) for s in snapshots])
    order = np.lexsort((place, deal))
    deal, place = deal[order], place[order]

    def joined(name: str) -> npt.NDArray[Any]:
        return np.asarray(np.concatenate([getattr(s, name) for s in snapshots])[order])

    dates = np.array([s.at for s in snapshots], dtype="datetime64[us]")
    at = dates[place]
    fresh = np.ones(deal.size, dtype=np.bool_)
    fresh[1:] = deal[1:] != deal[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:] - 1, deal.size - 1).astype(np.int64)
    times = joined("created")
    known = np.flatnonzero(~np.isnat(times))[::-1]
    created = np.full(names.size, _NAT)
    created[deal[known]] = times[known]
    # a deal without a creation that is not in the first list was created before it was seen
    created = np.where(np.isnat(created) & (place[first] > 0), at[first], created)
    created = np.fmin(created, at[first])
    previous = np.where(place > 0, dates[np.maximum(place - 1, 0)], _NAT)
    birth = np.where(np.isnat(created), _LONG_AGO, created)[deal]
    before = np.where(place > 0, previous, birth)
    # between two sightings of a deal the list before may lack it: then the last one that has it
    gap = np.zeros(deal.size, dtype=np.bool_)
    gap[1:] = ~fresh[1:] & (place[1:] > place[:-1] + 1)
    before[1:] = np.where(gap[1:], at[:-1], before[1:])
    return Sightings(
        names, deal, place, order, at, np.minimum(before, at), joined("stage").astype(np.int64),
        joined("outcome"), joined("closed"), joined("since"), created, first, last,
    )  # fmt: skip


def removals(seen: Sightings, dates: Sequence[np.datetime64]) -> tuple[Times, list[Fault]]:
    """Return when each open deal was missing for the first and last time, NaT if it never was.

    A list that lacks more than 30% of the open deals of the list before seems to be cut: nothing
    is removed at its date.
    """
    faults: list[Fault] = []
    gone = np.full(seen.names.size, _NAT)
    final = seen.list[seen.last]
    was_open = seen.outcome[seen.last] == 0
    for k in range(1, len(dates)):
        missing = was_open & (final == k - 1)
        n = int(missing.sum())
        if not n:
            continue
        rows = seen.list == k - 1
        there = int((seen.outcome[rows] == 0).sum())
        day, before = str(dates[k])[:10], str(dates[k - 1])[:10]
        share = n / there
        if share > CUT and there > 3:
            faults.append(
                Fault.of("snapshot-cut", severity="error", n=n, all=there, share=share, day=day)
            )
            continue
        gone[missing] = dates[k]
        faults.append(Fault.of("deals-vanished", n=n, share=share, day=day, before=before))
    gap = (seen.deal[1:] == seen.deal[:-1]) & (seen.list[1:] > seen.list[:-1] + 1)
    if gap.any():
        n = int(np.unique(seen.deal[1:][gap]).size)
        faults.append(Fault.of("deals-flicker", n=n))
    first = seen.list[seen.first]
    early = first > 0
    dated = np.array(dates, dtype="datetime64[us]")
    with np.errstate(invalid="ignore"):
        late = early & (seen.created <= dated[np.maximum(first - 1, 0)])
    if late.any():
        faults.append(Fault.of("seen-late", n=int(late.sum())))
    return gone, faults
