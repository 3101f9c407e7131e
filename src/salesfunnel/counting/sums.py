"""Counts of other entities added up."""

from __future__ import annotations

from salesfunnel._core.errors import DataError
from salesfunnel.counting.result import StepCounts

__all__ = ["summed"]

ASKED = (
    "steps", "window", "step_windows", "step_delays", "optional", "order", "exclude", "breakdown",
    "attribution", "increasing", "per", "as_of", "by",
)  # fmt: skip


def summed(left: StepCounts, right: StepCounts) -> StepCounts:
    """Return the counts of both; raise DataError where they answer different questions."""
    for name in ASKED:
        mine, yours = getattr(left, name), getattr(right, name)
        if mine != yours:
            raise DataError(f"{name!r} must be the same in both counts, got {mine} and {yours}")
    keys = sorted({*left.by_segment, *right.by_segment})
    none = (0,) * len(left.steps)
    waiting = sorted({*left.immature_by_segment, *right.immature_by_segment})
    return StepCounts(
        **{name: getattr(left, name) for name in ASKED},
        counts=_added(left.counts, right.counts),
        by_segment={
            key: _added(left.by_segment.get(key, none), right.by_segment.get(key, none))
            for key in keys
        },
        immature=left.immature + right.immature,
        immature_by_segment={
            key: left.immature_by_segment.get(key, 0) + right.immature_by_segment.get(key, 0)
            for key in waiting
        },
        duplicates=left.duplicates + right.duplicates,
        faults=(*left.faults, *right.faults),
        events=left.events + right.events,
        engine=left.engine if left.engine == right.engine else f"{left.engine}, {right.engine}",
    )


def _added(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(left, right, strict=True))
