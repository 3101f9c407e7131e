"""How a log is packed for a question: names to places, times to ticks, entities to blocks."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._kernels.events.encoding import dense_codes
from salesfunnel._kernels.events.packing import Layout
from salesfunnel.counting.query import Query
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.event_log import EventLog

KEY_BITS = 63
MOST_NAMES = 250
WIDE = 8
"""Ids that parallel_map over more than this many times the number of rows are numbered anew."""


@attrs.frozen(kw_only=True, eq=False)
class PackingPlan:
    """A question in ticks and places, and how to pack the rows for it.

    Each name that matters has a place; `steps` and `voids` are places, -1 for a name that never
    occurs; `names` holds the steps by name. `places` gives the place of each step code, None
    where it is the code itself; in strict order all other events share the last place. `last` is
    the tick of the last observation.
    """

    entity: npt.NDArray[Any]
    step: npt.NDArray[Any]
    time: npt.NDArray[np.int64]
    layout: Layout
    entities: int
    window: int
    gaps: tuple[int, ...]
    least: tuple[int, ...]
    probe: int | None
    until: int | None
    places: npt.NDArray[np.uint8] | None
    count: int
    steps: tuple[int, ...]
    names: tuple[int, ...]
    voids: tuple[int, ...]
    values: int
    increasing: bool
    scale: int
    last: int


def make_packing_plan(
    log: EventLog, query: Query, workers: int, *, by_value: bool = False
) -> PackingPlan:
    """Return how to pack a log for a question.

    Parameters
    ----------
    log : EventLog
        The events.
    query : Query
        The question.
    workers : int
        For how many threads there should be blocks.
    by_value : bool
        Whether an entity's events of each value of the breakdown stand for themselves.
    """
    window, gaps, least, as_of = _ticks(log, query)
    low, high, first, last = log.extent
    late = as_of is not None and last > as_of
    end = last if as_of is None else max(min(last, as_of), as_of + 1)
    if as_of is not None:
        first = min(first, as_of)
    entity, values = log.entity, 1
    if high - low > WIDE * len(log) + (1 << 20):
        entity, high = dense_codes(entity)
        low = 0
    if by_value:
        column = log.attribute(query.breakdown or "")
        values = len(column.values) + 1
        missing = np.where(column.codes < 0, values - 1, column.codes)
        entity, low, high = (
            (entity.astype(np.int64) - low) * values + missing,
            0,
            (high - low + 1) * values - 1,
        )
    scale, bits = _fit(log, (first, end), high - low + 1, workers, (window, *gaps, *least, as_of))
    start, span = first // scale, end // scale - first // scale
    places, count, steps, names, voids = _places(log, query)
    whole = max(bits, (end // scale + 1).bit_length())
    if start >= 0 and whole + (high - low).bit_length() + count.bit_length() < KEY_BITS:
        # There is room for ticks as they are: a subtraction saved for every row.
        start, bits = 0, whole
    shift = _block_bits(len(log), high - low + 1, workers, KEY_BITS - bits)
    blocks = ((high - low) >> shift) + 1

    def clip(ticks: int | None) -> int:
        return span + 1 if ticks is None else min(ticks // scale, span + 1)

    return PackingPlan(
        entity=entity,
        step=log.step,
        time=log.time,
        layout=Layout(low, start, bits, scale, shift, blocks),
        entities=high - low + 1,
        window=clip(window),
        gaps=tuple(clip(gap) for gap in (gaps or (None,) * (len(steps) - 1))),
        least=tuple(min(-(-(ticks or 0) // scale), span + 1) for ticks in least),
        probe=None if as_of is None or not _bounded(query) else as_of // scale + 1 - start,
        until=as_of if late else None,
        places=places,
        count=count,
        steps=steps,
        names=names,
        voids=voids,
        values=values,
        increasing=query.increasing,
        scale=scale,
        last=(last if as_of is None else as_of) // scale - start,
    )


def _bounded(query: Query) -> bool:
    """Whether a chain has a time at which it ends."""
    return query.window is not None or any(gap is not None for gap in query.step_windows)


_KINDS = {
    "number": "a whole number",
    "aware": "a time with a time zone",
    "naive": "a time without a time zone",
}


def _ticks(
    log: EventLog, query: Query
) -> tuple[int | None, tuple[int | None, ...], tuple[int | None, ...], int | None]:
    """Return window, step windows, delays and the last observation in the log's ticks."""
    as_of = None
    if query.as_of is not None and len(log):
        kind, tick = event_columns.fine_moment("as_of", query.as_of)
        wanted = "number" if log.unit is None else "aware" if log.aware else "naive"
        if kind != wanted:
            raise ArgumentError(
                f"'as_of' must be {_KINDS[wanted]} as the times are, got {query.as_of!r}",
                hint="with its zone: '2026-10-05T00:00+00:00'" if wanted == "aware" else None,
            )
        as_of = int(
            tick if log.unit is None else tick * event_columns.FINE_TICKS.get(log.unit, 1) // 10**6
        )

    def ticks(field: str, span: object) -> int | None:
        # A log of no events has times of no kind.
        unit = log.unit if len(log) else None if event_columns.is_number(span) else "us"
        return event_columns.span_ticks(field, span, unit)

    return (
        ticks("window", query.window),
        tuple(ticks("step_windows", gap) for gap in query.step_windows),
        tuple(ticks("step_windows", gap) for gap in query.step_delays),
        as_of,
    )


def _fit(
    log: EventLog,
    extent: tuple[int, int],
    entities: int,
    workers: int,
    spans: tuple[int | None, ...],
) -> tuple[int, int]:
    """Return by how much times are divided, without loss, and the bits of a tick in a key."""
    first, end = extent
    bits = (2 * (end - first) + 2).bit_length()
    if bits + max(entities // workers, 1).bit_length() < KEY_BITS:
        return 1, bits
    # The moment of the last observation is compared with "later than", so it must divide as well.
    must = [span for span in spans if span is not None] if spans[-1] is not None else []
    unit = event_columns.FINE_TICKS.get(log.unit or "", 1)
    for scale in (10**9, 10**6, 10**3):
        fits = scale <= unit and all(span % scale == 0 for span in must)
        if fits and not (log.time[:1000] % scale).any() and not (log.time % scale).any():
            return scale, (2 * (end // scale - first // scale) + 2).bit_length()
    if bits >= KEY_BITS:
        raise DataError(
            f"'time' must span less than 2 ** 60 ticks, got {end - first}",
            hint="use a coarser unit",
        )
    return 1, bits


def _block_bits(rows: int, entities: int, workers: int, room: int) -> int:
    """Return the logarithm of the number of entities of a block.

    Blocks are so many that the events of one step and block stay in the cache of a processor;
    fine times may ask for more.
    """
    blocks = max(rows >> 19, workers if rows > 1 << 14 else 1)
    shift = max((-(-entities // blocks) - 1).bit_length(), 0)
    return max(min(shift, room), 0)


def _places(
    log: EventLog, query: Query
) -> tuple[npt.NDArray[np.uint8] | None, int, tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return the place of each step code, how many there are, and those of steps and exclusions."""
    asked = {*query.steps, *(x.name for x in query.exclude)}
    known = [name for name in log.steps if name in asked]
    place = {name: i for i, name in enumerate(known)}
    count = len(known)
    table = None
    if known != list(log.steps) or not known:
        if count > MOST_NAMES:
            raise ArgumentError(f"'steps' must hold at most {MOST_NAMES} names, got {count}")
        strict = query.order == "strict"
        count = max(count, not strict)
        table = np.array([place.get(name, count) for name in log.steps] or [count], dtype=np.uint8)
        count += strict
    number = {name: i for i, name in enumerate(dict.fromkeys(query.steps))}
    return (
        table,
        count,
        tuple(place.get(name, -1) for name in query.steps),
        tuple(number[name] for name in query.steps),
        tuple(place.get(x.name, -1) for x in query.exclude),
    )
