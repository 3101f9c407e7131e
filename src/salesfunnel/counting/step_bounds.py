"""How soon and how late each step may be taken after the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError
from salesfunnel.data.events import columns as event_columns

__all__ = ["step_bounds"]


def step_bounds(
    step_windows: object, names: tuple[Any, ...]
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return how late and how soon each step may be taken; nothing if there is no bound.

    Raises
    ------
    ArgumentError
        If it is no length, not one a transition, or of a step that is none.
    """
    return _parted(_gaps(step_windows, names))


def _is_pair(window: object) -> bool:
    """Whether it says both how soon and how late a step may be taken."""
    return isinstance(window, tuple) and len(window) == 2


def _parted(windows: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return how late and how soon each step may be taken; nothing if there is no bound."""
    pairs = [window if _is_pair(window) else (None, window) for window in windows]
    for least, most in pairs:
        bounds = [None if span is None else _ticks_of(span) for span in (least, most)]
        if None not in bounds and bounds[0] > bounds[1]:  # type: ignore[operator]
            raise ArgumentError(
                f"'step_windows' must have the least before the most, got {(least, most)!r}"
            )
    gaps = tuple(most for _, most in pairs)
    delays = tuple(least for least, _ in pairs)
    some = any(delay is not None for delay in delays)
    return gaps if any(gap is not None for gap in gaps) else (), delays if some else ()


def _ticks_of(span: object) -> int:
    whole = event_columns.is_number(span)
    found = event_columns.span_ticks("step_windows", span, None if whole else "us")
    return 0 if found is None else found


def _gaps(step_windows: object, names: tuple[Any, ...]) -> tuple[Any, ...]:
    if step_windows is None:
        return ()
    if _is_pair(step_windows) and len(names) != 3:
        return (step_windows,) * (len(names) - 1)
    if isinstance(step_windows, str | timedelta | np.timedelta64 | int | np.integer):
        return (step_windows,) * (len(names) - 1)
    if isinstance(step_windows, Mapping):
        known = [str(name) for name in names[1:]]
        for name in step_windows:
            if str(name) not in known:
                raise ArgumentError(
                    f"'step_windows' must name steps after the first, got {name!r}",
                    hint=did_you_mean(name, known),
                )
        return tuple(step_windows.get(name) for name in names[1:])
    if not isinstance(step_windows, Iterable):
        raise ArgumentError(
            f"'step_windows' must be a length of time, or one a transition, got {step_windows!r}"
        )
    gaps = tuple(step_windows)
    if len(gaps) != len(names) - 1:
        raise ArgumentError(
            f"'step_windows' must have one length a transition ({len(names) - 1}), got {len(gaps)}"
        )
    return gaps
