"""How long it takes from step to step, out of the best chains."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events import tracing
from salesfunnel._kernels.events.packing import Store
from salesfunnel._kernels.waiting import ADVANCED, LOST, OPEN, waiting_quantiles
from salesfunnel.counting.chains import find_units, load_steps, rules_of
from salesfunnel.counting.packing_plan import PackingPlan
from salesfunnel.counting.query import Query
from salesfunnel.counting.result import StepDuration
from salesfunnel.data.events import columns as event_columns

Ints = npt.NDArray[np.int64]


def chain_times(store: Store, plan: PackingPlan, query: Query) -> Ints:
    """Return the ticks of the best chains of a block by unit and step, -1 where not reached."""
    keys = load_steps(store, plan)
    rules = rules_of(store, plan, query)
    units = find_units(keys, rules, plan, query)
    return tracing.trace(keys, rules, units, plan.layout.bits)


def step_durations(
    blocks: Iterable[Ints], plan: PackingPlan, query: Query, unit: str | None
) -> tuple[StepDuration, ...]:
    """Return how long each transition takes, from the ticks of all best chains."""
    ticks = np.concatenate([np.empty((0, len(plan.steps)), dtype=np.int64), *blocks])
    scale = 1.0 if unit is None else plan.scale / (event_columns.FINE_TICKS.get(unit, 1) * 86400)
    found = []
    for k in range(len(plan.steps) - 1):
        here = ticks[ticks[:, k] >= 0]
        duration, event = _watched(here, k, plan, bounded=_bounded(query, k))
        median, p80 = waiting_quantiles(duration, event, (0.5, 0.8))
        found.append(
            StepDuration(
                source=str(query.steps[k]),
                target=str(query.steps[k + 1]),
                entered=len(here),
                advanced=int(np.count_nonzero(event == ADVANCED)),
                open=int(np.count_nonzero(event == OPEN)),
                median=None if median is None else median * scale,
                p80=None if p80 is None else p80 * scale,
                unit="ticks" if unit is None else "days",
            )
        )
    return tuple(found)


def _bounded(query: Query, k: int) -> bool:
    return query.window is not None or bool(
        query.step_windows and query.step_windows[k] is not None
    )


def _watched(
    ticks: Ints, k: int, plan: PackingPlan, *, bounded: bool
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Return how long each chain was watched after step k, and how that ended."""
    now, after = ticks[:, k], ticks[:, k + 1]
    seen = plan.last
    deadline = np.minimum(ticks[:, 0] + plan.window, now + plan.gaps[k])
    closed = deadline <= seen if bounded else np.zeros(now.size, dtype=np.bool_)
    event = np.where(after >= 0, ADVANCED, np.where(closed, LOST, OPEN)).astype(np.int8)
    until = np.where(after >= 0, after, np.where(closed, deadline, seen))
    return np.maximum(until - now, 0), event
