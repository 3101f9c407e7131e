"""One block of entities: who gets how far, who is immature, whose value counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events import counting as kernel
from salesfunnel._kernels.events import tracing
from salesfunnel._kernels.events.any_order import any_order_spans
from salesfunnel._kernels.events.following import Scratch, find_followers
from salesfunnel._kernels.events.packing import Store
from salesfunnel.counting.attribution import EntityRange, Rows, find_segments
from salesfunnel.counting.packing_plan import PackingPlan
from salesfunnel.counting.query import Query

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]


class ChainOutcome(NamedTuple):
    """Outcome of each unit of a block; `segment` if there is a breakdown."""

    entity: Ints
    level: Ints
    immature: npt.NDArray[np.bool_]
    segment: Ints | None


def fits_fast(query: Query) -> bool:
    """Whether nothing but the numbers of entities is asked for, and runs do not matter."""
    plain = query.order == "ordered" and query.per == "entity" and not query.exclude
    plain = plain and not any(query.step_delays)
    return plain and (query.increasing or len(set(query.steps)) == len(query.steps))


def count_fast(store: Store, plan: PackingPlan, scratch: Scratch) -> Ints:
    """Return how many entities reach each step; only events that can follow are sorted."""
    now = store.load(plan.steps[0], unique=False)
    match = kernel.Matches(now, now)
    counts = np.zeros(len(plan.steps), dtype=np.int64)
    ends = np.empty(0, dtype=np.intp)
    for k in range(len(plan.steps)):
        if k:
            match = _follow(store, plan, scratch, match, ends, k)
        if not match.keys.size:
            break
        who = match.keys >> plan.layout.bits
        ends = np.append(np.flatnonzero(who[1:] != who[:-1]), who.size - 1)
        counts[k] = ends.size
    return counts


def _follow(
    store: Store, plan: PackingPlan, scratch: Scratch, match: kernel.Matches, ends: Places, k: int
) -> kernel.Matches:
    """Return the matches of step k; `ends` are the places of each entity's last one before."""
    gap = plan.gaps[k - 1]
    until = match.starts + plan.window
    if gap < plan.window:
        np.minimum(until, match.keys + gap, out=until)
    now, at = find_followers(
        store,
        plan.steps[k],
        match.keys,
        until,
        ends=ends,
        strict=plan.increasing,
        scratch=scratch,
    )
    good = now <= until.take(at)
    return kernel.Matches(np.compress(good, now), np.compress(good, match.starts.take(at)))


def rules_of(store: Store, plan: PackingPlan, query: Query) -> kernel.Rules:
    """Return what makes a chain in this block."""
    groups = None
    if query.order == "strict":
        every = [store.load(place) for place in range(len(store.pieces))]
        keys = np.sort(np.concatenate(every))
        new = np.flatnonzero(kernel.distinct(keys))
        groups = kernel.Groups(keys[new], np.diff(np.append(new, keys.size)))
    return kernel.Rules(
        names=plan.names,
        window=plan.window,
        gaps=plan.gaps,
        least=plan.least,
        exclusions=tuple(
            kernel.Exclusion(store.load(place), x.first, x.last)
            for place, x in zip(plan.voids, query.exclude, strict=True)
        ),
        increasing=query.increasing,
        groups=groups,
    )


def load_steps(store: Store, plan: PackingPlan) -> list[kernel.Keys]:
    """Return the sorted keys of each step."""
    loaded = {place: store.load(place) for place in dict.fromkeys(plan.steps)}
    return [loaded[place] for place in plan.steps]


def count_units(
    store: Store, plan: PackingPlan, query: Query, *, rows: Rows | None = None, base: int = 0
) -> ChainOutcome:
    """Return what became of each entity or attempt of a block.

    `rows` are given where the value of the breakdown is to be looked up in them; `base` is the
    number of the block's first entity.
    """
    keys = load_steps(store, plan)
    rules = rules_of(store, plan, query)
    bits = plan.layout.bits
    if query.order == "any":
        units, ticks = any_units(keys, rules, plan, trace=rows is not None)
    else:
        units = find_units(keys, rules, plan, query)
        ticks = None if rows is None else tracing.trace(keys, rules, units, bits)
    who = units.start >> bits
    segment = None
    if rows is not None and ticks is not None:
        segment = find_segments(rows, query, units, ticks, EntityRange(base, store.entities))
    return ChainOutcome(who, units.level, units.immature, segment)


def find_units(
    keys: Sequence[kernel.Keys], rules: kernel.Rules, plan: PackingPlan, query: Query
) -> tracing.Units:
    """Return the best chains of entities, or the attempts."""
    bits = plan.layout.bits
    if query.per == "entry":
        return tracing.attempt_units(keys, rules, bits, plan.probe)
    probes = None
    if plan.probe is not None:
        who = keys[0] >> bits
        probes = (who[kernel.distinct(who)] << bits) | plan.probe
    matches, live = kernel.find_matches(keys, rules, probes)
    units = tracing.entity_units(matches, bits)
    for alive in live:
        units.immature[:] |= alive
    units.immature[:] &= units.level < len(keys)
    return units


def any_units(
    keys: Sequence[kernel.Keys], rules: kernel.Rules, plan: PackingPlan, *, trace: bool
) -> tuple[tracing.Units, Ints | None]:
    """Return the best chains of entities where the order of steps does not matter, and ticks."""
    bits = plan.layout.bits
    ends, starts = any_order_spans(keys, rules.names)
    level = np.zeros(ends.size, dtype=np.int64)
    for k in range(len(keys)):
        good = starts[k] != kernel.NONE
        good[good] = ends[good] - starts[k][good] <= rules.window
        for x in rules.exclusions:
            after = np.searchsorted(x.keys, starts[k], "right")
            good &= np.searchsorted(x.keys, ends) <= after
        level[good] = k + 1
    who = ends >> bits
    new = np.flatnonzero(kernel.distinct(who))
    best = np.maximum.reduceat(level, new) if new.size else level
    final = ends[np.append(new[1:], ends.size) - 1] if new.size else ends
    immature = np.zeros(new.size, dtype=np.bool_)
    if plan.probe is not None:
        probes = (who[new] << bits) | plan.probe
        immature = (probes - final <= rules.window) & (best < len(keys))
        for x in rules.exclusions:
            after = np.searchsorted(x.keys, final, "right")
            immature &= np.searchsorted(x.keys, probes) <= after
    size = np.diff(np.append(new, ends.size))
    first = np.flatnonzero(level == np.repeat(best, size))
    first = first[kernel.distinct(who[first])]
    counted = best > 0
    end, depth = ends[first][counted], best[counted]
    units = tracing.Units(end, end, depth, immature[counted])
    if not trace:
        return units, None
    ticks = np.full((end.size, len(keys)), -1, dtype=np.int64)
    for k, events in enumerate(keys):
        mine = depth > k
        back = rules.names[:k].count(rules.names[k]) + 1
        at = np.searchsorted(events, end[mine], "right") - back
        ticks[mine, k] = events[at] & ((1 << bits) - 1)
    return units, ticks
