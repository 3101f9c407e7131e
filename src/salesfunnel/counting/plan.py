"""How a log is packed for a question: names to places, times to ticks, entities to blocks."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel import _event_columns as cols
from salesfunnel._kernels.encoding import dense_codes
from salesfunnel._kernels.packing import Layout
from salesfunnel.counting.query import Query
from salesfunnel.errors import ArgumentError, DataError
from salesfunnel.events import EventLog

KEY_BITS = 63
WIDE = 8
"""Ids that spread over more than this many times the number of rows are numbered anew."""


@attrs.frozen(kw_only=True, eq=False)
class Plan:
    """A question in ticks and places, and how to pack the rows for it.

    `places` are the step codes of the log that matter; `steps` and `voids` point into them, -1 for
    a name that never occurs; `names` tells the steps apart by name. With `recode`, all other events
    have the last place.
    """

    entity: npt.NDArray[Any]
    step: npt.NDArray[Any]
    time: npt.NDArray[np.int64]
    layout: Layout
    entities: int
    width: int
    window: int
    gaps: tuple[int, ...]
    probe: int | None
    until: int | None
    places: tuple[int, ...]
    steps: tuple[int, ...]
    names: tuple[int, ...]
    voids: tuple[int, ...]
    recode: npt.NDArray[Any] | None
    values: int
    increasing: bool
    scale: int
    start: int


def make_plan(log: EventLog, query: Query, workers: int, *, by_value: bool = False) -> Plan:
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
    window, gaps, as_of = _ticks(log, query)
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
    scale, bits = _fit(log, (first, end), high - low + 1, workers, (window, *gaps, as_of))
    span = end // scale - first // scale
    width, bounds = _blocks(entity, low, high - low + 1, workers, bits)
    places, steps, names, voids, recode = _places(log, query)

    def clip(ticks: int | None) -> int:
        return span if ticks is None else min(ticks // scale, span)

    return Plan(
        entity=entity,
        step=log.step,
        time=log.time,
        layout=Layout(low, first // scale, bits, scale, bounds),
        entities=high - low + 1,
        width=width,
        window=clip(window),
        gaps=tuple(clip(gap) for gap in (gaps or (None,) * (len(steps) - 1))),
        probe=None if as_of is None or not _bounded(query) else as_of // scale + 1 - first // scale,
        until=as_of if late else None,
        places=places,
        steps=steps,
        names=names,
        voids=voids,
        recode=recode,
        values=values,
        increasing=query.increasing,
        scale=scale,
        start=first // scale,
    )


def _bounded(query: Query) -> bool:
    """Whether a chain has a time at which it ends."""
    return query.window is not None or any(gap is not None for gap in query.step_windows)


_KINDS = {
    "number": "a whole number",
    "aware": "a time with a time zone",
    "naive": "a time without a time zone",
}


def _ticks(log: EventLog, query: Query) -> tuple[int | None, tuple[int | None, ...], int | None]:
    """Return window, step windows and moment of the last observation in the log's ticks."""
    as_of = None
    if query.as_of is not None:
        kind, tick = cols.moment("as_of", query.as_of)
        wanted = "number" if log.unit is None else "aware" if log.aware else "naive"
        if kind != wanted and len(log):
            raise ArgumentError(
                f"'as_of' must be {_KINDS[wanted]} as the times are, got {query.as_of!r}"
            )
        as_of = tick if log.unit is None else tick * cols.FINE_TICKS.get(log.unit, 1) // 10**6
    return (
        cols.span_ticks("window", query.window, log.unit),
        tuple(cols.span_ticks("step_windows", gap, log.unit) for gap in query.step_windows),
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
    unit = cols.FINE_TICKS.get(log.unit or "", 1)
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


def _blocks(
    entity: npt.NDArray[Any], low: int, entities: int, workers: int, bits: int
) -> tuple[int, tuple[int, ...]]:
    """Return how many entities a block may have, and where the blocks of the threads begin."""
    room = 1 << (KEY_BITS - bits)
    if entities > room * 8:
        return room, ()
    count = max(workers, -(-entities // room))
    if count == 1 or entities < count:
        return entities, ()
    sample = np.sort(entity[:: max(entity.size // 4096, 1)].astype(np.int64)) - low
    bounds = {int(sample[sample.size * i // count]) for i in range(1, count)} - {0}
    edges = [0, *sorted(bounds), entities]
    if max(b - a for a, b in pairwise(edges)) > room:
        width = -(-entities // count)
        edges = [*range(0, entities, width), entities]
    return entities, tuple(edges[1:-1])


def _places(
    log: EventLog, query: Query
) -> tuple[
    tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...], npt.NDArray[Any] | None
]:
    where = {name: code for code, name in enumerate(log.steps)}
    asked = dict.fromkeys([*query.steps, *(x.name for x in query.exclude)])
    known = [name for name in asked if name in where]
    place = {name: i for i, name in enumerate(known)}
    codes: tuple[int, ...] = tuple(where[name] for name in known)
    recode = None
    if query.order == "strict":
        recode = np.full(max(len(log.steps), 1), len(known), dtype=np.min_scalar_type(len(known)))
        recode[list(codes)] = np.arange(len(known))
        codes = tuple(range(len(known) + 1))
    number = {name: i for i, name in enumerate(dict.fromkeys(query.steps))}
    return (
        codes,
        tuple(place.get(name, -1) for name in query.steps),
        tuple(number[name] for name in query.steps),
        tuple(place.get(x.name, -1) for x in query.exclude),
        recode,
    )
