"""Counting an event log in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel import _event_columns as cols
from salesfunnel._kernels import counting as kernel
from salesfunnel._validators import check_positive_int
from salesfunnel.counting.query import Query, unknown_names
from salesfunnel.counting.result import MISSING, StepCounts, defer
from salesfunnel.errors import ArgumentError, DataError
from salesfunnel.events import EventLog
from salesfunnel.fault import Fault

Ints = npt.NDArray[np.int64]
KEY_BITS = 63


class Spans(NamedTuple):
    """The lengths and moments of a question, in ticks of the log."""

    window: int | None
    gaps: tuple[int | None, ...]
    as_of: int | None


@attrs.frozen(kw_only=True)
class Rows:
    """The events that matter, in whole numbers that start at zero."""

    entity: Ints
    step: npt.NDArray[Any]
    tick: Ints
    value: Ints | None
    entities: int
    last_tick: int
    as_of: int | None
    window: int
    gaps: tuple[int, ...]
    bits: int
    names: tuple[int, ...]
    voids: tuple[int, ...]


class Units(NamedTuple):
    """What is counted, one an entity or attempt: its level, whether it is ripe, its segment."""

    level: Ints
    immature: npt.NDArray[np.bool_]
    segment: Ints


def count_log(log: EventLog, query: Query, *, threads: int | None = None) -> StepCounts:
    """Answer a question from a log in memory."""
    workers = (os.cpu_count() or 1) if threads is None else check_positive_int("threads", threads)
    spans = to_ticks(log, query)
    faults = (*log.faults, *unknown_names(query, log.steps))
    values = None if query.breakdown is None else log.attribute(query.breakdown)
    rows, late = select(log, query, spans, values)
    if late:
        faults += (Fault.of("events-after-as-of", severity="info", n=late),)
    blocks = split(rows, workers)
    units = _map(lambda block: count_block(block, query), blocks, workers)
    found = _add_up(units, query, values)
    result = StepCounts(
        **query.words(),
        counts=found.counts,
        by_segment=found.by_segment,
        immature=found.immature,
        immature_by_segment=found.immature_by_segment,
        faults=faults,
        events=rows.step.size,
    )
    return defer(
        result,
        duplicates=lambda: sum(count_duplicates(block) for block in blocks),
        durations=tuple,
    )


def to_ticks(log: EventLog, query: Query) -> Spans:
    """Return the question's lengths of time in the log's ticks."""
    as_of = None
    if query.as_of is not None:
        kind, tick = cols.moment("as_of", query.as_of)
        wanted = "number" if log.unit is None else "aware" if log.aware else "naive"
        if kind != wanted:
            raise ArgumentError(
                f"'as_of' must be {_KINDS[wanted]} as the times are, got {query.as_of!r}"
            )
        as_of = tick if log.unit is None else tick * cols.FINE_TICKS.get(log.unit, 1) // 10**6
    return Spans(
        cols.span_ticks("window", query.window, log.unit),
        tuple(cols.span_ticks("step_windows", gap, log.unit) for gap in query.step_windows),
        as_of,
    )


_KINDS = {
    "number": "a whole number",
    "aware": "a time with a time zone",
    "naive": "a time without a time zone",
}


def select(
    log: EventLog, query: Query, spans: Spans, values: cols.Coded | None
) -> tuple[Rows, int]:
    """Return the events that matter, and how many were left out as later than `as_of`."""
    where = {name: i for i, name in enumerate(log.steps)}
    names = tuple(where.get(name, -1 - k) for k, name in enumerate(query.steps))
    names = tuple(names[query.steps.index(name)] for name in query.steps)
    voids = tuple(where.get(x.name, -100) for x in query.exclude)
    late = 0
    keep: npt.NDArray[np.bool_] | None = None
    if query.order != "strict":
        table = np.zeros(max(len(log.steps), 1), dtype=np.bool_)
        table[[code for code in (*names, *voids) if code >= 0]] = True
        if not table.all() or not log.steps:
            keep = table[log.step]
    if spans.as_of is not None:
        known = log.time <= spans.as_of
        late = int(known.size - np.count_nonzero(known))
        keep = known if keep is None else keep & known
    entity, step, time = log.entity, log.step, log.time
    value = None if values is None else values.codes
    if keep is not None:
        entity, step, time = entity[keep], step[keep], time[keep]
        value = None if value is None else value[keep]
    return _rows(entity, step, time, value, spans, names, voids), late


def _rows(  # noqa: PLR0917 - the columns, then the question
    entity: npt.NDArray[Any],
    step: npt.NDArray[Any],
    time: Ints,
    value: npt.NDArray[Any] | None,
    spans: Spans,
    names: tuple[int, ...],
    voids: tuple[int, ...],
) -> Rows:
    start, end = (int(time.min()), int(time.max())) if time.size else (0, 0)
    if spans.as_of is not None:
        end = max(end, spans.as_of + 1)
    span = end - start
    bits = (2 * span + 2).bit_length()
    if bits >= KEY_BITS:
        raise DataError(
            f"'time' must span less than 2 ** 60 ticks, got {span}", hint="use a coarser unit"
        )
    low, high = (int(entity.min()), int(entity.max())) if entity.size else (0, 0)
    if entity.dtype.kind != "i" or high - low >= 1 << (KEY_BITS - bits):
        names_of, entity = np.unique(entity, return_inverse=True)
        low, high = 0, max(len(names_of) - 1, 0)
    codes = entity.astype(np.int64, copy=False) - low
    limit = span

    def clip(ticks: int | None) -> int:
        return limit if ticks is None else min(ticks, limit)

    return Rows(
        entity=codes,
        step=step,
        tick=time - start,
        value=None if value is None else value.astype(np.int64),
        entities=high - low + 1,
        last_tick=span,
        as_of=None if spans.as_of is None else spans.as_of + 1 - start,
        window=clip(spans.window),
        gaps=tuple(clip(gap) for gap in (spans.gaps or (None,) * (len(names) - 1))),
        bits=bits,
        names=names,
        voids=voids,
    )


def split(rows: Rows, workers: int) -> list[Rows]:
    """Return the rows in blocks of whole entities, enough for the threads, small enough to pack."""
    blocks = max(workers, -(-rows.entities >> max(KEY_BITS - rows.bits, 0)))
    room = 1 << (KEY_BITS - rows.bits)
    width = max(min(-(-rows.entities // blocks), room), 1)
    if width >= rows.entities:
        return [rows]
    parts = []
    number = rows.entity // width
    for block in range(-(-rows.entities // width)):
        mine = np.flatnonzero(number == block)
        if mine.size:
            parts.append(
                attrs.evolve(
                    rows,
                    entity=rows.entity[mine] - block * width,
                    step=rows.step[mine],
                    tick=rows.tick[mine],
                    value=None if rows.value is None else rows.value[mine],
                    entities=min(width, rows.entities - block * width),
                )
            )
    return parts or [rows]


def _map(function: Callable[[Rows], Any], blocks: list[Rows], workers: int) -> list[Any]:
    if workers == 1 or len(blocks) == 1:
        return [function(block) for block in blocks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, blocks))


def pack(rows: Rows, code: int) -> Ints:
    """Return the sorted keys of the events of one name, each once."""
    mine = np.flatnonzero(rows.step == code) if code >= 0 else np.empty(0, dtype=np.intp)
    keys = (rows.entity[mine] << rows.bits) | rows.tick[mine]
    keys.sort()
    return keys[kernel.distinct(keys)]


def count_duplicates(rows: Rows) -> int:
    """Return how many rows say again what another row says."""
    extra = 0
    for code in np.unique(rows.step).tolist():
        extra += int(np.count_nonzero(rows.step == code)) - pack(rows, code).size
    return extra


def rules_of(rows: Rows, query: Query) -> kernel.Rules:
    """Return what makes a chain in this block."""
    groups = None
    if query.order == "strict":
        every = [pack(rows, code) for code in np.unique(rows.step).tolist()]
        keys = np.sort(np.concatenate(every)) if every else np.empty(0, dtype=np.int64)
        new = np.flatnonzero(kernel.distinct(keys))
        groups = kernel.Groups(keys[new], np.diff(np.append(new, keys.size)))
    return kernel.Rules(
        names=rows.names,
        window=rows.window,
        gaps=rows.gaps,
        exclusions=tuple(
            kernel.Exclusion(pack(rows, code), x.first, x.last)
            for code, x in zip(rows.voids, query.exclude, strict=True)
        ),
        increasing=query.increasing,
        groups=groups,
    )


def count_block(rows: Rows, query: Query) -> Units:
    """Return the units of a block of entities."""
    keys = [pack(rows, code) for code in rows.names]
    rules = rules_of(rows, query)
    if query.order == "any":
        return _any_units(rows, keys, rules, query)
    return _entity_units(rows, keys, rules, query)


def _probes(rows: Rows, entities: Ints) -> Ints | None:
    open_ended = rows.as_of is None
    return None if open_ended else (entities << rows.bits) | rows.as_of


def _entity_units(rows: Rows, keys: list[Ints], rules: kernel.Rules, query: Query) -> Units:
    bounded = query.window is not None or bool(query.step_windows)
    first = keys[0] >> rows.bits
    entities = first[kernel.distinct(first)]
    probes = _probes(rows, entities) if bounded else None
    matches, live = kernel.find_matches(keys, rules, probes)
    level = np.ones(entities.size, dtype=np.int64)
    for k, match in enumerate(matches):
        who = match.keys >> rows.bits
        level[np.searchsorted(entities, who[kernel.distinct(who)])] = k + 1
    immature = np.zeros(entities.size, dtype=np.bool_)
    for alive in live:
        immature |= alive
    immature &= level < len(keys)
    return Units(level, immature, np.zeros(entities.size, dtype=np.int64))


def _any_units(rows: Rows, keys: list[Ints], rules: kernel.Rules, query: Query) -> Units:
    ends, starts = kernel.any_order_spans(keys, rules.names)
    level = np.zeros(ends.size, dtype=np.int64)
    for k in range(len(keys)):
        good = starts[k] != kernel.NONE
        good[good] = ends[good] - starts[k][good] <= rules.window
        for x in rules.exclusions:
            after = np.searchsorted(x.keys, starts[k], "right")
            good &= np.searchsorted(x.keys, ends) <= after
        level[good] = k + 1
    who = ends >> rows.bits
    new = np.flatnonzero(kernel.distinct(who))
    best = np.maximum.reduceat(level, new) if new.size else level
    counted = best > 0
    immature = np.zeros(new.size, dtype=np.bool_)
    if rows.as_of is not None and query.window is not None and new.size:
        last = ends[np.append(new[1:], ends.size) - 1]
        probes = (last >> rows.bits << rows.bits) | rows.as_of
        immature = (probes - last <= rules.window) & (best < len(keys))
        for x in rules.exclusions:
            after = np.searchsorted(x.keys, last, "right")
            immature &= np.searchsorted(x.keys, probes) <= after
    return Units(best[counted], immature[counted], np.zeros(int(counted.sum()), dtype=np.int64))


class Sums(NamedTuple):
    """Units added up."""

    counts: tuple[int, ...]
    immature: int
    by_segment: dict[str, tuple[int, ...]]
    immature_by_segment: dict[str, int]


def _add_up(units: list[Units], query: Query, values: cols.Coded | None) -> Sums:
    width = len(query.steps)
    segments = 1 if values is None else len(values.values) + 1
    table = np.zeros((segments, width + 1), dtype=np.int64)
    waiting = np.zeros(segments, dtype=np.int64)
    for part in units:
        ripe = ~part.immature
        cell = part.segment[ripe] * (width + 1) + part.level[ripe]
        table += np.bincount(cell, minlength=table.size).reshape(table.shape)
        waiting += np.bincount(part.segment[part.immature], minlength=segments)
    counts = table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    by_segment: dict[str, tuple[int, ...]] = {}
    immature: dict[str, int] = {}
    if values is not None:
        names = [*map(str, values.values), MISSING]
        for i, name in enumerate(names):
            if counts[i, 0] or waiting[i]:
                by_segment[name] = tuple(counts[i].tolist())
                immature[name] = int(waiting[i])
    return Sums(tuple(counts.sum(axis=0).tolist()), int(waiting.sum()), by_segment, immature)
