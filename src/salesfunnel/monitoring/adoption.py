"""Which share of the deals, or of the team, carries a measure out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.monitoring.adherence_result import Adherence, AdherenceRow
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Measure

__all__ = ["shares_of"]

IN_TIME = frozenset({"actions_in_time", "response_hours"})
"""Find the measures whose adoption is the share of key actions done on time."""


def shares_of(given: object, plan: ImprovementPlan) -> dict[str, float]:
    """Return key of a measure, of its remedy or its `adoption_metric` → share that carries it out.

    Of an `Adherence` the share of each measure is that since the month in which it began; raise
    ArgumentError for a share outside [0, 1].
    """
    if isinstance(given, Adherence):
        found = ((measure.key, _share(given, measure)) for measure in plan.active)
        return {key: share for key, share in found if share is not None}
    if given is not None and not isinstance(given, Mapping):
        raise ArgumentError(
            f"'adoption' must be a mapping or an Adherence, got {type(given).__name__}",
            hint='write {"answer": 0.8}, or give what sf.adherence(...) found',
        )
    shares: dict[str, float] = {}
    for key, value in (given or {}).items():
        last = float(np.ravel(np.asarray(value, dtype=np.float64))[-1])
        if not 0.0 <= last <= 1.0:
            raise ArgumentError(
                f"'adoption' must be a share in [0, 1], got {value!r} for {key!r}",
                hint="write 0.8 for 80%" if 1.0 < last <= 100.0 else None,
            )
        shares[key] = last
    return shares


def _share(found: Adherence, measure: Measure) -> float | None:
    """Return the share of one measure: of the key action that it is, else of those of its stage."""
    named = {measure.key, measure.measure, measure.adoption_metric} - {""}
    rows = [row for row in found.rows if row.action in named]
    here = _stage(found.funnel, measure.bottleneck.source)
    if len(rows) > 1:
        rows = [row for row in rows if row.stage == here]
    if not rows and measure.adoption_metric in IN_TIME:
        rows = [row for row in found.rows if row.stage == here and row.on_time is not None]
    month = measure.begins.isoformat()[:7]
    since = [
        part
        for part in found.parts
        if part.split == "month"
        and part.part >= month
        and any((part.stage, part.action) == (row.stage, row.action) for row in rows)
    ]
    return _together(since) if since else _together(rows)


def _stage(funnel: Funnel | None, key: str) -> str:
    """Return the stage of a key, which may be that of a step metric."""
    if funnel is None or key in funnel:
        return key
    return next((s.key for s in funnel if any(m.key == key for m in s.metrics)), key)


def _together(rows: Iterable[AdherenceRow]) -> float | None:
    """Return the share in time of all rows, or done if there is no limit; the last stated."""
    listed = list(rows)
    due, done = sum(row.due for row in listed), sum(row.judged for row in listed)
    if due:
        return sum(row.in_time for row in listed) / due
    if done:
        return sum(row.did for row in listed) / done
    stated = [row.done if row.on_time is None else row.on_time for row in listed]
    known = [share for share in stated if share is not None]
    return known[-1] if known else None
