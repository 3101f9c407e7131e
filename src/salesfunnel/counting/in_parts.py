"""Counting part by part: so many entities at a time that the work fits into a bound of memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel.counting.entities import tracer
from salesfunnel.counting.in_memory import (
    count_duplicates,
    count_log,
    faults_of,
    find_durations,
)
from salesfunnel.counting.optional_steps import count_with_optional
from salesfunnel.counting.packing_plan import make_packing_plan
from salesfunnel.counting.parquet_files import open_parquet
from salesfunnel.counting.query import Query
from salesfunnel.counting.result import (
    StepCounts,
    compute_lazily,
    evolve_lazily,
    with_trace,
)
from salesfunnel.counting.step_names import placed_names
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.event_log import EventLog

__all__ = ["Options", "bytes_of", "count_files", "count_parts"]

PER_EVENT = 48
"""What counting takes in addition to an event, in bytes: two keys, and what sorting them needs."""
PER_ROW = 120
"""What an event that is read from a file takes, with its counting."""
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmg]i?)?b?\s*", re.IGNORECASE | re.ASCII)


@attrs.frozen(kw_only=True)
class Options:
    """How to count: see ``count_steps``."""

    threads: int | None = None
    memory: int | None = None
    progress: Callable[[int, int], object] | None = None


def bytes_of(memory: int | str | None) -> int | None:
    """Return a number of bytes: ``"500MB"`` is 500,000,000.

    Raises
    ------
    ArgumentError
        If it is none, or none above 0.
    """
    if memory is None:
        return None
    found: float = 0
    if isinstance(memory, str):
        match = _SIZE.fullmatch(memory)
        found = 0 if match is None else float(match[1]) * _UNITS[(match[2] or "").lower()]
    elif isinstance(memory, int) and not isinstance(memory, bool):
        found = memory
    if found < 1:
        raise ArgumentError(
            f"'memory' must be a number of bytes above 0, got {memory!r}", hint='such as "500MB"'
        )
    return int(found)


def count_parts(log: EventLog, query: Query, marks: Sequence[bool], options: Options) -> StepCounts:
    """Count a log in memory, so many of its entities at a time as `memory` has room for."""

    def count(asked: Query) -> StepCounts:
        return _count(log, asked, options)

    if any(marks):
        return count_with_optional(log, query, marks, count)
    result = count(query)
    return with_trace(result, tracer(log, query, tuple(placed_names(result.steps))))


def _count(log: EventLog, query: Query, options: Options) -> StepCounts:
    parts = 1
    if options.memory is not None:
        parts = max(1, -(-len(log) * PER_EVENT // options.memory))
    if parts == 1:
        return count_log(log, query, threads=options.threads, progress=options.progress)
    number = log.entity % parts
    found = (
        evolve_lazily(
            count_log(_rows(log, number == part), query, threads=options.threads),
            duplicates=0, durations=(), faults=(),
        )
        for part in range(parts)
    )  # fmt: skip
    faults = faults_of(log, query, make_packing_plan(log, query, 1))
    whole = attrs.evolve(_added(found, parts, options), faults=faults)
    return compute_lazily(
        whole,
        duplicates=lambda: count_duplicates(log, query, 1),
        durations=lambda: find_durations(log, query, 1),
    )


def _added(found: Iterable[StepCounts], parts: int, options: Options) -> StepCounts:
    total: StepCounts | None = None
    for part, one in enumerate(found, 1):
        total = one if total is None else total + one
        if options.progress is not None:
            options.progress(part, parts)
    assert total is not None
    return total


def _rows(log: EventLog, mask: npt.NDArray[np.bool_]) -> EventLog:
    """Return some events of a log, without its faults."""
    entity, time = log.entity[mask], log.time[mask]
    parts = {field.name: getattr(log, field.name) for field in attrs.fields(EventLog)}
    extent = (0, 0, 0, 0)
    if time.size:
        extent = (int(entity.min()), int(entity.max()), int(time.min()), int(time.max()))
    more = {
        key: event_columns.Categorical(np.asarray(column.codes)[mask], column.values)
        for key, column in log.attributes.items()
    }
    changed = {
        "entity": entity, "step": log.step[mask], "time": time, "attributes": more,
        "extent": extent, "faults": (),
    }  # fmt: skip
    return EventLog._unchecked(**{**parts, **changed})  # noqa: SLF001 - the same columns, fewer rows


def count_files(
    events: object,
    columns: Mapping[str, str] | None,
    attributes: Sequence[str],
    count: Callable[[EventLog, Options], StepCounts],
    options: Options,
) -> StepCounts:
    """Count Parquet files of which only the events of some entities are in memory at a time."""
    files = open_parquet(events, columns, attributes)
    parts = max(1, -(-files.rows * PER_ROW // (options.memory or 1)))
    plain = Options(threads=options.threads)
    found = (count(files.log_of(part, parts), plain) for part in range(parts))
    whole = _added(found, parts, options)
    # A row of a part is not that row of the files.
    faults = dict.fromkeys(attrs.evolve(fault, row=None) for fault in whole.faults)
    return attrs.evolve(whole, faults=tuple(faults))
