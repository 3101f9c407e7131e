"""The events of the best chains, and the attempts of an entity, in packed keys.

Arguments are already validated. See `counting` for what a key is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events import counting as kernel

Keys = npt.NDArray[np.int64]


class Units(NamedTuple):
    """The counted chains: first and last event, number of steps, whether immature."""

    start: Keys
    end: Keys
    level: npt.NDArray[np.int64]
    immature: npt.NDArray[np.bool_]


def entity_units(matches: Sequence[kernel.Matches], bits: int) -> Units:
    """Return the best chain of each entity: the deepest, of these the first to end.

    Parameters
    ----------
    matches : sequence of Matches
        For each step.
    bits : int
        The bits of the ticks in a key.
    """
    first = matches[0].keys >> bits
    entities = first[kernel.distinct(first)]
    start, end = np.zeros_like(entities), np.zeros_like(entities)
    level = np.zeros(entities.size, dtype=np.int64)
    for k, match in enumerate(matches):
        who = match.keys >> bits
        new = kernel.distinct(who)
        at = np.searchsorted(entities, who[new])
        start[at], end[at], level[at] = match.starts[new], match.keys[new], k + 1
    return Units(start, end, level, np.zeros(entities.size, dtype=np.bool_))


def attempt_units(keys: Sequence[Keys], rules: kernel.Rules, bits: int, probe: int | None) -> Units:
    """Return the attempts of each entity, one after the other.

    An attempt begins at the first event of the first step that is later than the attempt before;
    its chain goes as far as it can from there, and ends as soon as it can. A later start within the
    attempt that gets further takes it over; so an attempt is immature while one of the starts
    within it can still go on.
    """
    starts = keys[0]
    level = np.ones(starts.size, dtype=np.int64)
    end = starts.copy()
    immature = np.zeros(starts.size, dtype=np.bool_)
    probes = np.empty(0, dtype=np.int64)
    if probe is not None:
        who = starts >> bits
        probes = (who[kernel.distinct(who)] << bits) | probe
    for k in range(1, len(keys)):
        at, ends = _earliest_ends(keys[: k + 1], kernel.cut(rules, k + 1))
        level[at], end[at] = k + 1, ends
        if probe is not None:
            at, _ = _earliest_ends([*keys[:k], probes], _with_probe(rules, k, probes))
            immature[at] = True
    begin, mine = _attempts(starts, end, level, bits)
    if begin.size:
        immature = np.logical_or.reduceat(immature, begin)
    return Units(starts[mine], end[mine], level[mine], immature & (level[mine] < len(keys)))


def _earliest_ends(keys: Sequence[Keys], rules: kernel.Rules) -> tuple[Keys, Keys]:
    """Return which first events can finish all steps, and when they do so first."""
    back, mirrored = kernel.mirror(keys, rules)
    matches, _ = kernel.find_matches(back, mirrored)
    starts = -matches[-1].keys[::-1]
    return np.searchsorted(keys[0], starts), -matches[-1].starts[::-1]


def _with_probe(rules: kernel.Rules, k: int, probes: Keys) -> kernel.Rules:
    """Return the rules of the first k steps and one more, taken at the probes."""
    cut = kernel.cut(rules, k + 1)
    groups = cut.groups
    if groups is not None:
        both = np.concatenate([groups.keys, probes])
        order = np.argsort(both)
        sizes = np.concatenate([groups.sizes, np.ones(probes.size, dtype=np.int64)])
        groups = kernel.Groups(both[order], sizes[order])
    return cut._replace(names=(*cut.names[:k], min(cut.names) - 1), groups=groups)


def _attempts(
    starts: Keys, end: Keys, level: npt.NDArray[np.int64], bits: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return which starts begin an attempt, and which are those of the attempts' chains."""
    who = starts >> bits
    first = np.flatnonzero(kernel.distinct(who))
    size = np.diff(np.append(first, starts.size))
    current = first.copy()
    begun, done = [first], []
    # One round for each first event an entity has; entities that have no more leave.
    offset = 1
    left = np.flatnonzero(size > offset)
    while left.size:
        here = first[left] + offset
        mine = current[left]
        over = starts[here] > end[mine]
        further = ~over & (level[here] > level[mine])
        begun.append(here[over])
        done.append(mine[over])
        current[left] = np.where(over | further, here, mine)
        offset += 1
        left = left[size[left] > offset]
    return np.sort(np.concatenate(begun)), np.sort(np.concatenate([current, *done]))


def trace(
    keys: Sequence[Keys], rules: kernel.Rules, units: Units, bits: int
) -> npt.NDArray[np.int64]:
    """Return the tick of each step of each unit's chain.

    Of the chains from the unit's first event to its last, the one whose steps are the earliest,
    compared from the first step on.

    Returns
    -------
    ndarray of int64, shape (units, steps)
        -1 where the unit did not get to the step.
    """
    ticks = np.full((units.start.size, len(keys)), -1, dtype=np.int64)
    room = max(1, 1 << (63 - bits - 1))
    for depth in range(1, len(keys) + 1):
        all_mine = np.flatnonzero(units.level == depth)
        for low in range(0, all_mine.size, room):
            mine = all_mine[low : low + room]
            ticks[mine, :depth] = _trace_level(
                keys[:depth], kernel.cut(rules, depth), units.start[mine], units.end[mine], bits
            )
    return ticks


def _trace_level(
    keys: Sequence[Keys], rules: kernel.Rules, start: Keys, end: Keys, bits: int
) -> npt.NDArray[np.int64]:
    mask = (1 << bits) - 1
    number = np.arange(start.size) << bits
    first, last = number | (start & mask), number | (end & mask)

    def within(events: Keys) -> npt.NDArray[np.intp]:
        unit = np.searchsorted(start, events, "right") - 1
        inside = unit >= 0
        inside[inside] = events[inside] <= end[unit[inside]]
        return np.flatnonzero(inside)

    def moved(events: Keys) -> Keys:
        return ((np.searchsorted(start, events, "right") - 1) << bits) | (events & mask)

    depth = len(keys)
    if depth == 1:
        return (start & mask)[:, np.newaxis]
    inner = [moved(array[within(array)]) for array in keys[1:-1]]
    voids = tuple(x._replace(keys=moved(x.keys[within(x.keys)])) for x in rules.exclusions)
    groups = rules.groups
    if groups is not None:
        mine = within(groups.keys)
        groups = kernel.Groups(moved(groups.keys[mine]), groups.sizes[mine])
    free = rules._replace(exclusions=voids, groups=groups, window=mask >> 1)
    path = [first, *inner, last]
    back, mirrored = kernel.mirror(path, free)
    reach = [
        {run: -match.keys[::-1] for run, match in states.items()}
        for states in kernel.walk(back, mirrored)
    ][::-1]
    if set(reach[0]) == {-1}:
        return _follow(first, reach, rules) & mask
    return _follow_runs(first, reach, rules) & mask


def _follow(first: Keys, reach: Sequence[dict[int, Keys]], rules: kernel.Rules) -> Keys:
    """Return the earliest chain through events from which the end can be reached.

    No rule need be looked at again: from each event some next one is allowed, and an earlier one
    from which the end can be reached is then allowed as well, being nearer, with no more between.
    """
    path = [first]
    for k, states in enumerate(reach[1:], 1):
        ahead, delay = states[-1], rules.delay(k)
        late = rules.increasing and not delay
        path.append(ahead[np.searchsorted(ahead, path[-1] + delay, "right" if late else "left")])
    return np.stack(path, axis=1)


def _follow_runs(first: Keys, reach: Sequence[dict[int, Keys]], rules: kernel.Rules) -> Keys:
    """Return the earliest chain, run by run: a run is the steps taken at one time.

    `reach` holds, by step and by the step (counted from the end) at which the run of an event
    ends, the events from which the end can be reached.
    """
    depth = len(reach)
    chain = np.repeat(first[:, np.newaxis], depth, axis=1)
    until = np.zeros(first.size, dtype=np.int64)
    for back, events in sorted(reach[0].items(), reverse=True):
        stop = depth - 1 - back
        until[np.isin(first, events)] = stop
    for k in range(1, depth):
        new = np.flatnonzero(until < k)
        stay = np.flatnonzero(until >= k)
        chain[stay, k] = chain[stay, k - 1]
        if new.size:
            # A step that must wait begins a run of its own, not before its time.
            earliest = chain[new, k - 1] + max(rules.delay(k) - 1, 0)
            chain[new, k], until[new] = _next_run(earliest, reach[k], depth)
    return chain


def _next_run(
    before: Keys, states: dict[int, Keys], depth: int
) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Return the earliest event that begins the next run, and the step that the run ends at.

    Of the runs at one event the longest one is allowed if any is: what is at that time and in no
    shorter run would be an event between two others.
    """
    best = np.full(before.size, np.iinfo(np.int64).max)
    until = np.zeros(before.size, dtype=np.int64)
    for back, events in sorted(states.items(), reverse=True):
        if events.size:
            at = np.searchsorted(events, before, "right")
            event = events.take(at, mode="clip")
            good = (at < events.size) & (event <= best)
            best[good], until[good] = event[good], depth - 1 - back
    return best, until
