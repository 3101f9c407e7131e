"""Counts of steps that may be left out: one chain of the needed steps, and one up to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel.counting.entities import Chains, chains_of
from salesfunnel.counting.in_memory import find_durations
from salesfunnel.counting.query import Query
from salesfunnel.counting.result import (
    MISSING,
    StepCounts,
    StepDuration,
    compute_lazily,
    with_trace,
)
from salesfunnel.counting.step_names import placed_names
from salesfunnel.data.events.event_log import EventLog

__all__ = ["count_with_optional"]


def count_with_optional(
    log: EventLog, query: Query, marks: Sequence[bool], count: Callable[[Query], StepCounts]
) -> StepCounts:
    """Count steps of which some may be left out.

    Parameters
    ----------
    log : EventLog
        The events.
    query : Query
        The question, with all steps.
    marks : sequence of bool
        Which steps may be left out.
    count : callable
        Counts a question.

    Raises
    ------
    ArgumentError
        If the question has a part that does not go with such steps.
    """
    _check(query, marks)
    base = _of_steps(query, [k for k, mark in enumerate(marks) if not mark])
    whole = count(base)
    chains = chains_of(log, base, 1)
    subs = {k: _of_steps(query, _before(marks, k)) for k, mark in enumerate(marks) if mark}
    takers = {k: _takers(chains, chains_of(log, sub, 1)) for k, sub in subs.items()}
    by_name = {k: _by_segment(log, query, chains, mine) for k, mine in takers.items()}
    table = {
        name: _filled(row, marks, {k: found.get(name, 0) for k, found in by_name.items()})
        for name, row in whole.by_segment.items()
    }
    result = StepCounts(
        **{**query.words(), "optional": [k + 1 for k in takers]},
        counts=_filled(whole.counts, marks, {k: int(mine.sum()) for k, mine in takers.items()}),
        by_segment=table,
        immature=whole.immature,
        immature_by_segment=whole.immature_by_segment,
        faults=_all_faults(whole, [count(sub) for sub in subs.values()]),
        events=whole.events,
    )
    lazy = compute_lazily(
        result,
        duplicates=lambda: whole.duplicates,
        durations=lambda: _durations(log, whole, subs, marks),
    )
    names = tuple(placed_names(result.steps))

    def trace(place: int, dropped: bool) -> dict[str, Any]:
        behind = _before(marks, place)
        if not marks[place]:
            behind = [k for k, mark in enumerate(marks) if not mark]
        found = chains_of(log, _of_steps(query, behind), 1)
        depth = behind.index(place) + 1
        rows = np.isin(found.entity, chains.entity[chains.mature]) & (found.level >= depth)
        if dropped:
            far = chains.entity[chains.level > sum(not mark for mark in marks[: place + 1])]
            on = far if marks[place] else found.entity[found.level > depth]
            rows &= ~np.isin(found.entity, on)
        return found.columns(log, tuple(names[k] for k in behind), np.flatnonzero(rows))

    return with_trace(lazy, trace)


def _filled(needed: Sequence[int], marks: Sequence[bool], left_out: dict[int, int]) -> list[int]:
    """Return the counts of all steps, given those of needed ones and of others by their place."""
    rest = iter(needed)
    return [left_out[k] if mark else next(rest) for k, mark in enumerate(marks)]


def _all_faults(whole: StepCounts, more: Sequence[StepCounts]) -> tuple[Any, ...]:
    found = [*whole.faults, *(fault for one in more for fault in one.faults)]
    return tuple(dict.fromkeys(found))


def _check(query: Query, marks: Sequence[bool]) -> None:
    ends = (0, len(marks) - 1)
    left_out = query.attribution_step is not None and marks[query.attribution_step]
    clashes = (
        ("per", query.per, query.per == "entry"),
        ("order", query.order, query.order != "ordered"),
        ("attribution", query.attribution, left_out or query.attribution == "all"),
        ("exclude", query.exclude, any((x.first, x.last) != ends for x in query.exclude)),
    )
    for field, value, clash in clashes:
        if clash:
            raise ArgumentError(
                f"{field!r} must be left at its default where a step may be left out, got {value!r}"
            )


def _before(marks: Sequence[bool], k: int) -> list[int]:
    """Return the needed steps before a step, and the step."""
    return [*(i for i in range(k) if not marks[i]), k]


def _of_steps(query: Query, places: Sequence[int]) -> Query:
    """Return the question with some of its steps; a bound belongs to the step it is before."""
    step = query.attribution_step
    return attrs.evolve(
        query,
        steps=tuple(query.steps[k] for k in places),
        step_windows=_some(query.step_windows, places),
        step_delays=_some(query.step_delays, places),
        exclude=tuple(attrs.evolve(x, first=0, last=len(places) - 1) for x in query.exclude),
        attribution_step=places.index(step) if step in places else None if step is None else 0,
    )


def _some(spans: Sequence[Any], places: Sequence[int]) -> tuple[Any, ...]:
    return tuple(spans[k - 1] for k in places[1:]) if spans else ()


def _takers(chains: Chains, found: Chains) -> Any:
    """Return which counted chains belong to entities that took the last step of other chains."""
    last = found.entity[found.level == found.time.shape[1]]
    return chains.mature & np.isin(chains.entity, last)


def _by_segment(log: EventLog, query: Query, chains: Chains, mine: Any) -> dict[str, int]:
    if query.breakdown is None or chains.segment is None:
        return {}
    names = [*map(str, log.attribute(query.breakdown).values), MISSING]
    n = np.bincount(chains.segment[mine], minlength=len(names))
    return {name: int(n[i]) for i, name in enumerate(names) if n[i]}


def _durations(
    log: EventLog, whole: StepCounts, subs: dict[int, Query], marks: Sequence[bool]
) -> tuple[StepDuration, ...]:
    """Return how long each step takes from the needed step before it."""
    needed = iter(whole.durations)
    return tuple(
        find_durations(log, subs[k], 1)[-1] if mark else next(needed)
        for k, mark in enumerate(marks)
        if k
    )
