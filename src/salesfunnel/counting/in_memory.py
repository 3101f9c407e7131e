"""Counting an event log in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_positive_int
from salesfunnel._kernels.events import counting as kernel
from salesfunnel._kernels.events.following import Scratch
from salesfunnel._kernels.events.packing import Layout, Store, pack_rows, pack_wide
from salesfunnel._kernels.processors import PAYS, parallel_map, usable_processors
from salesfunnel.counting.attribution import Rows
from salesfunnel.counting.chains import ChainOutcome, count_fast, count_units, fits_fast
from salesfunnel.counting.packing_plan import KEY_BITS, PackingPlan, make_packing_plan
from salesfunnel.counting.query import Query, unknown_names
from salesfunnel.counting.result import MISSING, StepCounts, StepDuration, compute_lazily
from salesfunnel.counting.step_durations import chain_times, step_durations
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.event_log import EventLog
from salesfunnel.fault import Fault

T = TypeVar("T")
MOST_BLOCKS = 1 << 12
"""With more blocks they are made one by one, not all at once."""


class Block(NamedTuple):
    """The events of some entities, and the number of the first of them."""

    store: Store
    base: int


def faults_of(log: EventLog, query: Query, plan: PackingPlan) -> tuple[Fault, ...]:
    """Return what is wrong in the events, and in the question about them."""
    faults: tuple[Fault, ...] = (*log.faults, *unknown_names(query, log.steps))
    if plan.until is not None:
        late = int(np.count_nonzero(log.time > plan.until))
        faults += (Fault.of("events-after-as-of", severity="info", n=late),)
    return faults


def count_log(
    log: EventLog,
    query: Query,
    *,
    threads: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> StepCounts:
    """Answer a question from a log in memory; `progress` is called as blocks get done."""
    if threads is None:
        workers = usable_processors() if log.time.size > PAYS else 1
    else:
        workers = check_positive_int("threads", threads)
    values = None if query.breakdown is None else log.attribute(query.breakdown)
    plan = make_packing_plan(log, query, workers)
    totals = SegmentTotals(len(query.steps), values)
    blocks = list(make_blocks(plan, workers))
    told = _Told(progress, len(blocks))
    if values is None and plan.probe is None and fits_fast(query):
        own = threading.local()

        def count(block: Block) -> npt.NDArray[np.int64]:
            scratch = own.__dict__.get("scratch")
            if scratch is None:
                scratch = own.scratch = Scratch(1 << plan.layout.shift)
            return told(count_fast(block.store, plan, scratch))

        for counts in parallel_map(count, blocks, workers):
            totals.counts += counts
    else:
        by_value = query.attribution == "all" and values is not None
        rows = None
        if values is not None and not by_value:
            rows = Rows(plan, values, query, partial(parallel_map, workers=workers))
        for outcome in parallel_map(
            lambda block: told(count_units(block.store, plan, query, rows=rows, base=block.base)),
            blocks,
            workers,
        ):
            totals.add(outcome)
        if by_value:
            _add_by_value(log, query, totals, workers)
    result = StepCounts(
        **query.words(),
        counts=totals.counts.tolist(),
        by_segment=totals.by_segment(),
        immature=int(totals.immature),
        immature_by_segment=totals.immature_by_segment(),
        faults=faults_of(log, query, plan),
        events=sum(piece.size for block in blocks for some in block.store.pieces for piece in some),
    )
    return compute_lazily(
        result,
        duplicates=lambda: count_duplicates(log, query, workers),
        durations=lambda: find_durations(log, query, workers),
    )


class _Told:
    """Hands a value on, and tells that one more of so many is done."""

    def __init__(self, report: Callable[[int, int], object] | None, count: int) -> None:
        self._report, self._count, self._done = report, count, 0
        self._lock = threading.Lock()

    def __call__(self, value: T) -> T:
        if self._report is not None:
            with self._lock:
                self._done += 1
                self._report(self._done, self._count)
        return value


def make_blocks(plan: PackingPlan, workers: int) -> Iterable[Block]:
    """Return the log packed, in blocks of whole entities."""
    layout = plan.layout
    loose = layout.top + plan.count.bit_length() > KEY_BITS
    if loose and layout.blocks > MOST_BLOCKS:
        yield from _many_blocks(plan)
        return
    size = plan.time.size
    parts = 4 * workers if size > PAYS else 1
    cuts = [size * i // parts for i in range(parts + 1)]
    pack = pack_wide if loose else pack_rows
    packed = parallel_map(
        lambda i: _pack(plan, slice(cuts[i], cuts[i + 1]), pack=pack), range(parts), workers
    )
    for block in range(layout.blocks):
        pieces = [
            [piece for part in packed for piece in part[block][place]]
            for place in range(plan.count)
        ]
        for part in packed:
            part[block].clear()
        store = Store(pieces, bits=layout.bits, shift=layout.shift, loose=loose)
        yield Block(store, block << layout.shift)


def _pack(
    plan: PackingPlan,
    rows: slice | npt.NDArray[np.intp] | None,
    layout: Layout | None = None,
    *,
    pack: Any = pack_rows,
) -> list[list[list[kernel.Keys]]]:
    found: list[list[list[kernel.Keys]]] = pack(
        plan.entity[rows],
        plan.step[rows],
        plan.time[rows],
        places=plan.places,
        count=plan.count,
        layout=layout or plan.layout,
        until=plan.until,
    )
    return found


def _many_blocks(plan: PackingPlan) -> Iterable[Block]:
    """Return many blocks: for times so fine that a key has room for few entities."""
    layout = plan.layout
    number = (plan.entity.astype(np.int64) - layout.base) >> layout.shift
    order = np.argsort(number.astype(np.min_scalar_type(layout.blocks)), kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=layout.blocks))
    low = 0
    for block, high in enumerate(ends.tolist()):
        if high > low:
            base = block << layout.shift
            one = layout._replace(base=layout.base + base, blocks=1)
            if one.top + plan.count.bit_length() <= KEY_BITS:
                (pieces,) = _pack(plan, order[low:high], one)
            else:
                pieces = [
                    _pack(_only(plan, place), order[low:high], one)[0][0]
                    for place in range(plan.count)
                ]
            yield Block(Store(pieces, bits=layout.bits, shift=layout.shift), base)
        low = high


def _only(plan: PackingPlan, place: int) -> PackingPlan:
    """Return the plan for the rows of one place."""
    codes = np.arange(int(plan.step.max(initial=0)) + 1)
    places = codes if plan.places is None else plan.places
    return attrs.evolve(plan, places=(places != place).astype(np.uint8), count=1)


def count_duplicates(log: EventLog, query: Query, workers: int) -> int:
    """Return how many rows say again what another row says, among the events that matter."""
    if query.order == "strict":
        query = attrs.evolve(query, steps=log.steps, order="ordered", exclude=(), step_windows=())
    plan = make_packing_plan(log, query, workers)

    def extra(block: Block) -> int:
        return sum(
            sum(piece.size for piece in pieces) - block.store.load(place).size
            for place, pieces in enumerate(block.store.pieces)
        )

    return sum(parallel_map(extra, make_blocks(plan, workers), workers))


def find_durations(log: EventLog, query: Query, workers: int) -> tuple[StepDuration, ...]:
    """Return how long each step takes; nothing for steps in any order."""
    if query.order == "any":
        return ()
    plan = make_packing_plan(log, query, workers)
    times = parallel_map(
        lambda block: chain_times(block.store, plan, query), make_blocks(plan, workers), workers
    )
    return step_durations(times, plan, query, log.unit)


class SegmentTotals:
    """Units added up, in all and by segment."""

    def __init__(self, width: int, values: event_columns.Categorical | None) -> None:
        self.names = None if values is None else [*map(str, values.values), MISSING]
        segments = 1 if values is None else len(values.values) + 1
        self.counts = np.zeros(width, dtype=np.int64)
        self.immature = 0
        self.table = np.zeros((segments, width), dtype=np.int64)
        self.waiting = np.zeros(segments, dtype=np.int64)

    def add(self, outcome: ChainOutcome) -> None:
        """Add the units of a block."""
        table, waiting = self._by_segment(outcome)
        self.counts += table.sum(axis=0)
        self.immature += int(waiting.sum())
        if outcome.segment is not None:
            self.table += table
            self.waiting += waiting

    def add_segments(self, outcome: ChainOutcome) -> None:
        """Add units to their segments only: an entity may stand in several."""
        table, waiting = self._by_segment(outcome)
        self.table += table
        self.waiting += waiting

    def _by_segment(
        self, outcome: ChainOutcome
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        segments, width = self.table.shape
        where = outcome.segment
        if where is None:
            where = np.zeros(outcome.level.size, dtype=np.int64)
        mature = ~outcome.immature
        cell = where[mature] * (width + 1) + outcome.level[mature]
        table = np.bincount(cell, minlength=segments * (width + 1)).reshape(segments, width + 1)
        reached = table[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        return reached, np.bincount(where[outcome.immature], minlength=segments)

    def by_segment(self) -> dict[str, tuple[int, ...]]:
        """Return the counts of each segment that somebody is in."""
        return {name: tuple(self.table[i].tolist()) for i, name in self._seen()}

    def immature_by_segment(self) -> dict[str, int]:
        """Return how many are immature in each segment that somebody is in."""
        return {name: int(self.waiting[i]) for i, name in self._seen()}

    def _seen(self) -> list[tuple[int, str]]:
        return [
            (i, name)
            for i, name in enumerate(self.names or ())
            if self.table[i].any() or self.waiting[i]
        ]


def _add_by_value(log: EventLog, query: Query, totals: SegmentTotals, workers: int) -> None:
    """Count again, with the events of each value for themselves."""
    plan = make_packing_plan(log, query, workers, by_value=True)

    def count(block: Block) -> ChainOutcome:
        found = count_units(block.store, plan, query)
        return found._replace(segment=(found.entity + block.base) % plan.values)

    for outcome in parallel_map(count, make_blocks(plan, workers), workers):
        totals.add_segments(outcome)
