"""Who is behind a count: the best chain of every entity, with the time of each step."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events import tracing
from salesfunnel._kernels.processors import parallel_map
from salesfunnel.counting.attribution import EntityRange, Rows, find_segments
from salesfunnel.counting.chains import any_units, find_units, load_steps, rules_of
from salesfunnel.counting.in_memory import Block, make_blocks
from salesfunnel.counting.packing_plan import PackingPlan, make_packing_plan
from salesfunnel.counting.query import Query
from salesfunnel.data.events.event_log import EventLog

__all__ = ["Chains", "chains_of", "tracer"]

Ints = npt.NDArray[np.int64]


@attrs.frozen(kw_only=True, eq=False)
class Chains:
    """The best chains of a log.

    Parameters
    ----------
    entity : ndarray of int64, shape (n,)
        As in the log.
    level : ndarray of int64, shape (n,)
        How many steps each chain has.
    mature : ndarray of bool, shape (n,)
        Whether it is counted.
    time : ndarray of int64, shape (n, steps)
        As in the log; the least number where the step is not reached.
    segment : ndarray of int64, shape (n,), optional
        The value of the breakdown, as a code; the last one where it is missing.
    """

    entity: Ints
    level: Ints
    mature: npt.NDArray[np.bool_]
    time: Ints
    segment: Ints | None = None

    def columns(self, log: EventLog, names: tuple[str, ...], rows: Any) -> dict[str, Any]:
        """Return some of the chains as columns: entity, and the time of each step by its name."""
        who: Any = self.entity[rows]
        times = self.time[rows]
        found = {"entity": who if log.entities is None else log.entities[who]}
        for k, name in enumerate(names):
            column: Any = times[:, k].copy()
            if log.unit is not None:
                column = column.view(f"datetime64[{log.unit}]")
            found[name] = column
        return found


NEVER = np.iinfo(np.int64).min
"""No time: that of NaT."""


def chains_of(log: EventLog, query: Query, workers: int) -> Chains:
    """Return the best chains of a log: of entities, or attempts."""
    plan = make_packing_plan(log, query, workers)
    values = None if query.breakdown is None else log.attribute(query.breakdown)
    rows = None
    if values is not None:
        rows = Rows(plan, values, query, lambda function, items: list(map(function, items)))
    parts = parallel_map(
        lambda block: _of_block(block, plan, query, rows), make_blocks(plan, workers), workers
    )
    width = len(query.steps)
    none = np.zeros(0, dtype=np.int64)
    entity = np.concatenate([none, *(part.entity for part in parts)])
    if plan.entity is not log.entity:
        table = np.zeros(plan.entities + plan.layout.base, dtype=np.int64)
        table[plan.entity] = log.entity
        entity = table[entity]
    return Chains(
        entity=entity,
        level=np.concatenate([none, *(part.level for part in parts)]),
        mature=np.concatenate([none.astype(np.bool_), *(part.mature for part in parts)]),
        time=np.concatenate([none.reshape(0, width), *(part.time for part in parts)]),
        segment=None
        if rows is None
        else np.concatenate([none, *(part.segment for part in parts if part.segment is not None)]),
    )


def _of_block(block: Block, plan: PackingPlan, query: Query, rows: Rows | None) -> Chains:
    keys = load_steps(block.store, plan)
    rules = rules_of(block.store, plan, query)
    bits = plan.layout.bits
    if query.order == "any":
        units, ticks = any_units(keys, rules, plan, trace=True)
    else:
        units = find_units(keys, rules, plan, query)
        ticks = tracing.trace(keys, rules, units, bits)
    assert ticks is not None
    segment = None
    if rows is not None:
        here = EntityRange(block.base, block.store.entities)
        segment = find_segments(rows, query, units, ticks, here)
    time = np.where(ticks < 0, NEVER, (ticks + plan.layout.start) * plan.layout.scale)
    return Chains(
        entity=(units.start >> bits) + (block.base + plan.layout.base),
        level=units.level,
        mature=~units.immature,
        time=time,
        segment=segment,
    )


def tracer(log: EventLog, query: Query, names: tuple[str, ...]) -> Any:
    """Return what gives the entities behind the count of a step, by its place."""

    def trace(place: int, dropped: bool) -> dict[str, Any]:
        chains = chains_of(log, query, 1)
        rows = chains.mature & (chains.level > place)
        if dropped:
            rows &= chains.level == place + 1
        return chains.columns(log, names, np.flatnonzero(rows))

    return trace
