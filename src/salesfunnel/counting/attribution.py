"""The value of a breakdown that counts for each unit, looked up in the rows of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events import counting as kernel
from salesfunnel._kernels.events import tracing
from salesfunnel._kernels.events.encoding import relabel
from salesfunnel.counting.packing_plan import PackingPlan
from salesfunnel.counting.query import Query
from salesfunnel.data.events.columns import Categorical

Ints = npt.NDArray[np.int64]
Spread = Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]]


class EntityRange(NamedTuple):
    """The entities of a block: the number of the first, and how many."""

    base: int
    size: int


class Rows:
    """The rows of a log by step and block, and the column to look values up in.

    Parameters
    ----------
    plan : PackingPlan
        How the log is packed.
    column : Categorical
        The values of the breakdown.
    query : Query
        The question: which steps have a say.
    parallel_map : callable
        What gives a function of each item.
    """

    def __init__(
        self, plan: PackingPlan, column: Categorical, query: Query, parallel_map: Spread
    ) -> None:
        self.plan = plan
        self.column = column
        at = range(len(plan.steps)) if query.attribution_step is None else [query.attribution_step]
        places = sorted({plan.steps[k] for k in at if plan.steps[k] >= 0})
        self._places = plan.step if plan.places is None else relabel(plan.places, plan.step)
        self._rows = dict(zip(places, parallel_map(self._by_block, places), strict=True))

    def of(self, place: int, block: int) -> npt.NDArray[Any]:
        """Return the rows of a place and block."""
        rows, ends = self._rows[place]
        found: npt.NDArray[Any] = rows[ends[block] : ends[block + 1]]
        return found

    def _by_block(self, place: int) -> tuple[npt.NDArray[Any], list[int]]:
        """Return the rows of a place, sorted by block, and where each block begins."""
        plan, layout = self.plan, self.plan.layout
        rows = np.flatnonzero(self._places == place)
        if plan.until is not None:
            # A later event has no place in a key.
            rows = rows[plan.time[rows] <= plan.until]
        number = (plan.entity[rows].astype(np.int64) - layout.base) >> layout.shift
        # Small numbers are sorted by their digits, in the time of a few passes.
        small = number.astype(np.min_scalar_type(layout.blocks))
        rows = rows[np.argsort(small, kind="stable")]
        ends = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=layout.blocks))])
        return rows, ends.tolist()


def find_segments(
    rows: Rows, query: Query, units: tracing.Units, ticks: Ints, block: EntityRange
) -> Ints:
    """Return the value that counts for each unit, as a code; the last one where it is missing."""
    plan, missing = rows.plan, len(rows.column.values)
    steps = range(len(plan.steps)) if query.attribution_step is None else [query.attribution_step]
    values = np.stack(
        [_values_at(rows, plan.steps[k], units, ticks[:, k], block) for k in steps],
        axis=1,
    )
    if query.attribution_step is not None:
        chosen = values[:, 0]
        return np.where(chosen < 0, missing, chosen)
    # In any order of steps, first and last are those of time.
    order = np.argsort(np.where(ticks < 0, np.iinfo(np.int64).max, ticks), axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    if query.attribution == "last":
        values = values[:, ::-1]
    known = values >= 0
    chosen = np.take_along_axis(values, known.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return np.where(known.any(axis=1), chosen, missing)


def _values_at(
    rows: Rows,
    place: int,
    units: tracing.Units,
    ticks: Ints,
    block: EntityRange,
) -> Ints:
    """Return the code of the value at one step of each unit.

    Where rows say an event twice, it is the least known one: rows have no order that means a thing.
    """
    values = np.full(ticks.size, -1, dtype=np.int64)
    mine = np.flatnonzero(ticks >= 0)
    if not mine.size or place < 0:
        return values
    plan, layout = rows.plan, rows.plan.layout
    who = units.start[mine] >> layout.bits
    here = np.zeros(block.size, dtype=np.bool_)
    here[who] = True
    found = rows.of(place, block.base >> layout.shift)
    ids = plan.entity[found].astype(np.int64) - (layout.base + block.base)
    inside = np.flatnonzero(here[ids])
    found, ids = found[inside], ids[inside]
    keys = (ids << layout.bits) | layout.ticks(plan.time[found])
    order = np.argsort(keys)
    keys = keys[order]
    # As numbers without a sign, missing ones are the greatest.
    said = rows.column.codes[found[order]].astype(np.int64).view(np.uint64)
    new = np.flatnonzero(kernel.distinct(keys))
    said = np.minimum.reduceat(said, new)
    at = np.searchsorted(keys[new], (who << layout.bits) | ticks[mine])
    values[mine] = said[at].view(np.int64)
    return values
