"""StepCounts: the result of count_steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.errors import DataError
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import TableMixin
from salesfunnel._core.vocabulary import StepOrder
from salesfunnel.counting.step_duration import StepDuration
from salesfunnel.counting.step_names import place_of
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.definitions.funnel import Transition
from salesfunnel.fault import Fault

__all__ = ["StepCounts", "StepDuration"]

BETWEEN = " · "
"""Separator between a period and the values of a breakdown."""
MISSING = ""
"""The name of the segment of those whose value is missing."""


def _given(values: Iterable[Any] | None) -> tuple[Any, ...]:
    """Return a tuple; None (no argument) gives an empty one."""
    return () if values is None else tuple(values)


def _counts(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _faults(values: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(values)


def _segments(values: Mapping[str, Iterable[int]]) -> Mapping[str, tuple[int, ...]]:
    return MappingProxyType({str(key): _counts(value) for key, value in values.items()})


def _numbers(values: Mapping[str, int]) -> Mapping[str, int]:
    return MappingProxyType({str(key): int(value) for key, value in values.items()})


@attrs.frozen(kw_only=True, slots=False)
class StepCounts(TableMixin):
    """How many entities, or attempts, get to each step.

    Parameters
    ----------
    steps : tuple of str
        The steps, in order.
    counts : tuple of int
        How many reach each step; without the immature ones.
    by_segment : mapping of str to tuple of int
        The same by value of the breakdown; ``""`` where the value is missing. Empty without a
        breakdown.
    immature : int
        How many have not taken the last step and still can, at `as_of`: they are in none of the
        counts.
    immature_by_segment : mapping of str to int
        The same by value of the breakdown.
    durations : tuple of StepDuration
        How long it takes from each step to the next. Worked out when first asked for.
    duplicates : int
        How many rows were dropped because entity, step and time are those of another row; among the
        events that matter to the question. Worked out when first asked for.
    faults : tuple of Fault
        What is wrong or suspicious in the events and in the question.
    events : int
        The number of events that were looked at.
    window : datetime.timedelta or int, optional
        How long after its first event a chain may take its steps; the bound is inside.
    step_windows : tuple of (datetime.timedelta, int or None)
        How long each step may take after the one before; empty if there are no bounds.
    step_delays : tuple of (datetime.timedelta, int or None)
        How long each step must wait after the one before; empty where none must.
    optional : tuple of int
        The places of steps that may be left out, from 1.
    order : {"ordered", "strict", "any"}
        What may stand between two steps.
    exclude : tuple of str
        Events that void a chain, as ``"name"`` or ``"name: step > step"``.
    breakdown : str, optional
        The attribute of `by_segment`.
    attribution : str
        Whose value it is: ``"first"``, ``"last"``, ``"all"``, or the name of a step.
    increasing : bool
        Whether each step must be strictly later than the one before.
    per : {"entity", "entry"}
        What is counted: entities, or attempts.
    as_of : datetime.datetime or int, optional
        The moment of the last observation.
    by : {"day", "week", "month", "quarter", "year"}, optional
        How long a period of `by_segment` is: its keys start with the name of the period.
    engine : str
        Where it was counted: ``"numpy"``, or the name of a database.

    Examples
    --------
    >>> from salesfunnel import EventLog, count_steps
    >>> log = EventLog([1, 1, 2], ["view", "order", "view"], [1, 5, 2])
    >>> count_steps(log, ["view", "order"]).counts
    (2, 1)
    """

    steps: tuple[str, ...] = attrs.field(converter=tuple)
    counts: tuple[int, ...] = attrs.field(converter=_counts)
    by_segment: Mapping[str, tuple[int, ...]] = attrs.field(
        factory=dict, converter=_segments, hash=False
    )
    immature: int = 0
    immature_by_segment: Mapping[str, int] = attrs.field(
        factory=dict, converter=_numbers, hash=False
    )
    durations: tuple[StepDuration, ...] = attrs.field(default=(), converter=_given, repr=False)
    duplicates: int = attrs.field(default=0, repr=False)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=_faults)
    events: int = 0
    window: timedelta | int | None = None
    step_windows: tuple[timedelta | int | None, ...] = attrs.field(default=(), converter=_given)
    step_delays: tuple[timedelta | int | None, ...] = attrs.field(default=(), converter=_given)
    optional: tuple[int, ...] = attrs.field(default=(), converter=_given)
    order: StepOrder = "ordered"
    exclude: tuple[str, ...] = attrs.field(default=(), converter=_given)
    breakdown: str | None = None
    attribution: str = "first"
    increasing: bool = False
    per: str = "entity"
    as_of: datetime | int | None = None
    engine: str = "numpy"
    by: str | None = None

    __repr__ = one_line

    def __getattr__(self, name: str) -> Any:
        lazy: dict[str, Callable[[], Any]] = self.__dict__.get("_lazy", {})
        if name not in lazy:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value = lazy[name]()
        self.__dict__[name] = value
        if all(key in self.__dict__ for key in lazy):
            del self.__dict__["_lazy"]
        return value

    def __getstate__(self) -> dict[str, Any]:
        state = {field.name: getattr(self, field.name) for field in attrs.fields(StepCounts)}
        for name in ("by_segment", "immature_by_segment"):
            state[name] = dict(state[name])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__dict__["by_segment"] = _segments(state["by_segment"])
        self.__dict__["immature_by_segment"] = _numbers(state["immature_by_segment"])

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The transitions from each required step to the next step."""
        steps = self.steps
        return tuple(Transition(steps[a], steps[b]) for a, b in self._pairs())

    def _pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the index of each later step and of the required step before it."""
        needed = [k for k in range(len(self.steps)) if k + 1 not in self.optional]
        return tuple(
            (max(i for i in needed if i < k), k) for k in range(1, len(self.steps)) if needed
        )

    @property
    def rates(self) -> tuple[float | None, ...]:
        """Of those who got to each step, the share that got to the next; None if nobody did.

        Optional steps are never the base of the next share.
        """
        n = self.counts
        return tuple(n[b] / n[a] if n[a] else None for a, b in self._pairs())

    def columns(self) -> dict[str, Any]:
        """Return one row per segment and step: segment, step, count, immature."""
        table = dict(self.by_segment) or {ALL: self.counts}
        waiting = dict(self.immature_by_segment) or {ALL: self.immature}
        width = len(self.steps)
        return {
            "segment": np.array([name for name in table for _ in range(width)], dtype=object),
            "position": np.array([*range(1, width + 1)] * len(table), dtype=np.int64),
            "step": np.array([*self.steps] * len(table), dtype=object),
            "count": np.array([n for row in table.values() for n in row], dtype=np.int64),
            "immature": np.array(
                [waiting.get(name, 0) for name in table for _ in range(width)], dtype=np.int64
            ),
        }

    def entities(self, step: str | int, *, dropped: bool = False) -> dict[str, Any]:
        """Return the entities that reached a step, with their times.

        Parameters
        ----------
        step : str or int
            The step; ``"view (3)"`` where a name stands twice.
        dropped : bool
            Only those who got to it and not to the next needed step.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            ``entity``, and the time of each step of the chain by its name; NaT, or the least
            number, of steps that are not reached. Immature chains are left out, as in the counts.

        Raises
        ------
        DataError
            If the events are not at hand: of a sum, and of a result that was read back.
        UnknownNameError
            If there is no such step.

        Examples
        --------
        >>> from salesfunnel import EventLog, count_steps
        >>> log = EventLog(["ann", "ann", "bob"], ["view", "order", "view"], [1, 5, 2])
        >>> found = count_steps(log, ["view", "order"])
        >>> found.entities("view", dropped=True)["entity"].tolist()
        ['bob']
        """
        trace = self.__dict__.get("_trace")
        if trace is None:
            raise DataError(
                "'entities' must be asked where the events are, got counts without them",
                hint="count the events again; a sum, and a document, hold no entities",
            )
        found: dict[str, Any] = trace(place_of(step, self.steps), dropped)
        return found

    def __add__(self, other: object) -> StepCounts:
        """Return the counts of both, of other entities: of two files, or two halves of a log.

        Durations of a sum are not known.

        Raises
        ------
        DataError
            If they do not answer the same question.
        """
        if not isinstance(other, StepCounts):
            return NotImplemented
        from salesfunnel.counting.sums import summed

        return summed(self, other)

    def panel(self, *, period: str = ALL) -> Panel:
        """Return the counts as a panel, so that all statistics work on them.

        Parameters
        ----------
        period : str
            The name of the one period; with `by`, the periods are those that were counted.

        Returns
        -------
        Panel
            In ``cohort`` mode; segments are those of the breakdown. A step that stands twice gets
            its place behind its name: ``"view (3)"``.
        """
        from salesfunnel.counting.to_panel import panel_of

        return panel_of(self, period)


def with_trace(result: StepCounts, trace: Callable[[int, bool], dict[str, Any]]) -> StepCounts:
    """Let a result name the entities behind its counts, in the process that counted them."""
    result.__dict__["_trace"] = trace
    return result


def compute_lazily(result: StepCounts, **lazy: Callable[[], Any]) -> StepCounts:
    """Leave fields of a result to be computed when first asked for."""
    for name in lazy:
        result.__dict__.pop(name)
    result.__dict__["_lazy"] = lazy
    return result


def evolve_lazily(result: StepCounts, **changes: object) -> StepCounts:
    """Return the result with other fields, leaving what is not computed yet as it is."""
    other = StepCounts.__new__(StepCounts)
    other.__dict__.update(result.__dict__ | changes)
    return other
