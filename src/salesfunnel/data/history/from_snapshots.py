"""Dated lists of the same deals to one history: what changed between two lists, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.history.checks import LOST, OPEN, WON
from salesfunnel.data.history.entry_intervals import interval_faults
from salesfunnel.data.history.sightings import Sightings, removals, sighted
from salesfunnel.data.history.stage_history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["Snapshot", "history_from_snapshots"]

_NAT = np.datetime64("NaT", "us")

Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]


class Snapshot(NamedTuple):
    """One list, a row per deal; columns of shape (n,)."""

    at: np.datetime64
    deals: npt.NDArray[np.str_]
    stage: Ints  # place of the stage, -1 where the list does not say
    outcome: npt.NDArray[np.int8]
    created: Times
    closed: Times
    since: Times  # when it came into its present stage
    numbers: Mapping[str, npt.NDArray[np.float64]]  # amount, probability
    dates: Mapping[str, Times]  # expected
    texts: Mapping[str, npt.NDArray[np.str_]]  # currency, owner, category, pipeline
    attributes: Mapping[str, npt.NDArray[np.str_]]


def history_from_snapshots(
    snapshots: Sequence[Snapshot],
    *,
    stages: Sequence[str],
    goal: int,
    vanished: str = "removed",
    funnel: Funnel | None = None,
    faults: Sequence[Fault] = (),
) -> StageHistory:
    """Make a history of dated lists, the earliest first.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        In order of time.
    stages : sequence of str
        The stages in order.
    goal : int
        The place of the one that means won.
    vanished : {"removed", "lost"}
        What becomes of open deals that a list and all later ones do not have.
    funnel : Funnel, optional
        The funnel of the stages.
    faults : sequence of Fault
        Faults so far.

    Notes
    -----
    A change seen first at one list happened after the list before: it has the time of the list, and
    ``known_since`` that of the list before. A time that the list itself gives — creation, closing,
    the last change of stage — is used if it lies in between.
    """
    seen = sighted(snapshots)
    found = list(faults)
    gone, more = removals(seen, [s.at for s in snapshots])
    found += more
    n = len(seen.names)
    entered, since = _entries(seen, n, len(stages), goal)
    last = seen.last
    outcome = seen.outcome[last].astype(np.int8)
    closed = np.where(outcome == OPEN, _NAT, _closed(seen, n))
    left = np.flatnonzero(~np.isnat(gone) & (outcome == OPEN))
    if vanished == "lost":
        outcome[left], closed[left] = LOST, gone[left]
    created = seen.created
    entered[:, 0] = np.where(np.isnat(entered[:, 0]), created, entered[:, 0])
    attributes = {name: _last_text(seen, snapshots, name, n) for name in _attributes(snapshots)}
    if vanished == "lost" and left.size:
        reason = np.full(n, "", dtype="U8")
        reason[left] = "vanished"
        attributes["lost_reason"] = reason
    history = StageHistory(
        deals=seen.names,
        stages=tuple(stages),
        entered=entered,
        outcome=outcome,
        created=created,
        closed=closed,
        as_of=snapshots[-1].at,
        attributes=attributes,
        funnel=funnel,
        faults=tuple(found),
    )
    columns = _changes(seen, snapshots, stages, entered, since)
    _end(columns, seen, gone, left, vanished)
    history = history.with_changes(columns)
    # a list that says the same as the one before is the usual case
    told = tuple(fault for fault in history.faults if fault.code != "change-repeated")
    return _with_width(attrs.evolve(history, faults=told))


def _entries(seen: Sightings, n: int, size: int, goal: int) -> tuple[Times, Times]:
    """Return the first entry into each stage, and the moment after which it came."""
    entered, since = np.full((n, size), _NAT), np.full((n, size), _NAT)
    stage = np.where(seen.outcome == WON, np.maximum(seen.stage, goal), seen.stage)
    # rows are sorted by deal, then time: of several assignments the last one, the earliest, counts
    rows = np.flatnonzero(stage >= 0)[::-1]
    low = np.fmax(seen.before[rows], np.where(seen.born(rows), seen.created[seen.deal[rows]], _NAT))
    entered[seen.deal[rows], stage[rows]] = seen.edit_time(rows, of="stage")
    since[seen.deal[rows], stage[rows]] = low
    # a deal that is first seen in its first stage entered it when it was created
    first = seen.first
    there = stage[first] == 0
    created = seen.created
    entered[:, 0] = np.where(there & ~np.isnat(created), created, entered[:, 0])
    since[:, 0] = np.where(there & ~np.isnat(created), created, since[:, 0])
    return entered, since


def _closed(seen: Sightings, n: int) -> Times:
    """Return when each deal closed: the edit that gave it the outcome it has last."""
    closed = np.full(n, _NAT)
    begins = np.ones(seen.deal.size, dtype=np.bool_)
    same = seen.deal[1:] == seen.deal[:-1]
    begins[1:] = ~same | (seen.outcome[1:] != seen.outcome[:-1])
    rows = np.flatnonzero(begins)
    closed[seen.deal[rows]] = seen.edit_time(rows, of="outcome")
    # at the first list the closing itself is known, however long ago
    first = seen.first
    own = seen.closed[first]
    early = begins_alone(seen, first) & ~np.isnat(own) & (own <= seen.at[first])
    closed[seen.deal[first[early]]] = own[early]
    return closed


def begins_alone(seen: Sightings, first: Ints) -> npt.NDArray[np.bool_]:
    """Whether the outcome of a deal's first sighting is the one that it has last."""
    return np.asarray(
        (seen.outcome[first] == seen.outcome[seen.last]) & (seen.outcome[first] != OPEN)
    )


def _changes(
    seen: Sightings,
    snapshots: Sequence[Snapshot],
    stages: Sequence[str],
    entered: Times,
    since: Times,
) -> dict[str, dict[str, Any]]:
    """Return the rows of every field, for `StageHistory.with_changes`."""
    rows = np.arange(seen.deal.size)
    time = seen.edit_time(rows, of="field")
    base = {"deal": seen.deal, "time": time, "known_since": np.minimum(seen.before, time)}
    columns: dict[str, dict[str, Any]] = {"outcome": _outcomes(seen, rows)}
    for kind in ("numbers", "dates", "texts"):
        for name in sorted({name for snapshot in snapshots for name in getattr(snapshot, kind)}):
            columns[name] = {**base, "value": seen.column(snapshots, kind, name)}
    deal, place = np.nonzero(~np.isnat(entered))
    when = entered[deal, place]
    names = np.array(list(stages), dtype=np.str_)
    low = np.where(np.isnat(since[deal, place]), when, since[deal, place])
    columns["stage"] = {
        "deal": deal,
        "time": when,
        "value": names[place],
        "known_since": np.minimum(low, when),
    }
    return columns


def _outcomes(seen: Sightings, rows: Ints) -> dict[str, Any]:
    """Return the outcomes; a deal that is closed when first seen was open from its creation."""
    words = np.array(["open", "won", "lost"])
    ended = seen.edit_time(rows, of="outcome")
    born = np.flatnonzero(seen.born(rows))
    created = seen.created[seen.deal[born]]
    closed_at_first = seen.outcome[born] > 0
    time = np.array(ended)
    # an open deal that was created between two lists is open from its creation
    time[born] = np.where(closed_at_first, ended[born], created)
    extra = born[closed_at_first]
    start = seen.created[seen.deal[extra]]
    return {
        "deal": np.concatenate([seen.deal, seen.deal[extra]]),
        "time": np.concatenate([time, start]),
        "value": np.concatenate([words[seen.outcome], np.full(extra.size, "open")]),
        "known_since": np.concatenate([np.where(time < seen.at, time, seen.before), start]),
    }


def _end(
    columns: dict[str, dict[str, Any]], seen: Sightings, gone: Times, left: Ints, vanished: str
) -> None:
    """Add to the outcomes the deals that vanished."""
    if not left.size:
        return
    rows = columns["outcome"]
    word = "lost" if vanished == "lost" else "removed"
    last = seen.at[seen.last[left]]
    columns["outcome"] = {
        "deal": np.concatenate([rows["deal"], left]),
        "time": np.concatenate([rows["time"], gone[left]]),
        "value": np.concatenate([rows["value"].astype("U8"), np.full(left.size, word, dtype="U8")]),
        "known_since": np.concatenate([rows["known_since"], last]),
    }


def _attributes(snapshots: Sequence[Snapshot]) -> list[str]:
    return sorted({name for snapshot in snapshots for name in snapshot.attributes})


def _last_text(
    seen: Sightings, snapshots: Sequence[Snapshot], name: str, n: int
) -> npt.NDArray[np.str_]:
    """Return the last known value of an attribute of each deal."""
    values = seen.column(snapshots, "attributes", name)
    known = np.flatnonzero(values != "")
    found = np.full(n, "", dtype=values.dtype)
    found[seen.deal[known]] = values[known]
    return found


def _with_width(history: StageHistory) -> StageHistory:
    """Say how wide the intervals are in which deals entered their stages."""
    faults = interval_faults(history, middle=True)
    return attrs.evolve(history, faults=(*history.faults, *faults)) if faults else history
