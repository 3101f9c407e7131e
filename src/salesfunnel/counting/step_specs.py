"""Steps that are more than one name: one of several events, or an event with certain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.frozen import as_tuple
from salesfunnel.data.events.event_log import EventLog

__all__ = ["Step", "attributes_of", "either", "needed_steps", "optional", "plain_steps", "step"]


@attrs.frozen(kw_only=True)
class Step:
    """One step of a question: the events that count for it.

    Make one with `either` or `step`.

    Parameters
    ----------
    names : tuple of str or int
        The events.
    where : tuple of (str, tuple of str)
        The attributes that these events must have, with the values that count.
    may_be_left_out : bool
        Whether the steps behind it are reached without it too.
    """

    names: tuple[Any, ...] = attrs.field(converter=as_tuple)
    where: tuple[tuple[str, tuple[str, ...]], ...] = attrs.field(default=(), converter=as_tuple)
    may_be_left_out: bool = False

    @property
    def label(self) -> str:
        """The name of the step in results: ``"trial | demo"``, ``"order [channel: ads]"``."""
        name = " | ".join(str(one) for one in self.names)
        if not self.where:
            return name
        said = ", ".join(f"{key}: {' or '.join(values)}" for key, values in self.where)
        return f"{name} [{said}]"


def either(*names: str | int) -> Step:
    """Return a step that any of several events takes.

    Parameters
    ----------
    *names : str or int
        The events, two at least.

    Raises
    ------
    ArgumentError
        If there are fewer than two, or one is not a name.

    Examples
    --------
    >>> either("trial", "demo").label
    'trial | demo'
    """
    if len(names) < 2 or not all(_is_name(name) for name in names):
        raise ArgumentError(f"'names' must be two names of events or more, got {names!r}")
    return Step(names=names)


def step(name: str | int, *, where: Mapping[str, Any]) -> Step:
    """Return a step that an event takes only with certain values of its attributes.

    Parameters
    ----------
    name : str or int
        The event.
    where : mapping of str to str, int, or a list of these
        The attributes, each with the value, or the values, that count.

    Raises
    ------
    ArgumentError
        If `where` is no such mapping, or `name` no name.

    Examples
    --------
    >>> step("order", where={"channel": ["ads", "mail"]}).label
    'order [channel: ads or mail]'
    """
    if not _is_name(name):
        raise ArgumentError(f"'name' must be the name of an event, got {name!r}")
    if not isinstance(where, Mapping) or not where:
        raise ArgumentError(
            f"'where' must map attributes to values, got {where!r}",
            hint='such as {"channel": "ads"}',
        )
    asked = []
    for key, values in where.items():
        many = values if isinstance(values, list | tuple | set | frozenset) else (values,)
        asked.append((str(key), tuple(str(value) for value in many)))
    return Step(names=(name,), where=asked)


def optional(step: str | int | Step) -> Step:
    """Return a step that may be left out: those behind it are reached with it or without.

    Parameters
    ----------
    step : str, int or Step
        The event, or a step of several.

    Raises
    ------
    ArgumentError
        If it is no name of an event.

    Examples
    --------
    >>> from salesfunnel import EventLog, count_steps
    >>> log = EventLog(
    ...     entity=[1, 1, 1, 2, 2],
    ...     step=["view", "help", "order", "view", "order"],
    ...     time=[1, 2, 3, 1, 2],
    ... )
    >>> found = count_steps(log, ["view", optional("help"), "order"])
    >>> found.counts, found.rates
    ((2, 1, 2), (0.5, 1.0))
    """
    if isinstance(step, Step):
        return attrs.evolve(step, may_be_left_out=True)
    if not _is_name(step):
        raise ArgumentError(f"'step' must be the name of an event, got {step!r}")
    return Step(names=(step,), may_be_left_out=True)


def needed_steps(steps: Any) -> tuple[list[Any], list[bool]]:
    """Return steps without the mark of those that may be left out, and which have it.

    Raises
    ------
    ArgumentError
        If the first step may be left out.
    """
    given = list(steps)
    marks = [isinstance(one, Step) and one.may_be_left_out for one in given]
    if marks and marks[0]:
        raise ArgumentError(
            f"'steps' must begin with a step that is needed, got {given[0].label!r}",
            hint="leave it out, or put it behind another step",
        )
    plain = []
    for one, mark in zip(given, marks, strict=True):
        bare = attrs.evolve(one, may_be_left_out=False) if mark else one
        single = mark and len(bare.names) == 1 and not bare.where
        plain.append(bare.names[0] if single else bare)
    return plain, marks


def _is_name(name: object) -> bool:
    return isinstance(name, str | int) and not isinstance(name, bool)


def plain_steps(log: EventLog, steps: Sequence[Any]) -> tuple[EventLog, list[Any]]:
    """Return the log with an event of its own for each step that is more than a name.

    Raises
    ------
    ArgumentError
        If one event would count for two steps.
    UnknownNameError
        If `where` names an attribute that the log lacks.
    """
    given = list(steps)
    if not any(isinstance(one, Step) for one in given):
        return log, given
    codes = log.step.astype(np.int64)
    names = [*log.steps]
    taken = np.zeros(len(codes), dtype=np.bool_)
    new = codes.copy()
    plain = {one for one in given if not isinstance(one, Step)}
    labels: dict[Step, str] = {}
    for one in dict.fromkeys(one for one in given if isinstance(one, Step)):
        here = np.isin(codes, [i for i, name in enumerate(log.steps) if name in one.names])
        for key, values in one.where:
            held = log.attribute(key)
            wanted = [i for i, value in enumerate(held.values) if str(value) in values]
            if not wanted:
                known = [str(value) for value in held.values]
                raise ArgumentError(
                    f"'where' must hold values of {key!r}, got {values!r}",
                    hint=did_you_mean(values[0] if values else "", known),
                )
            here &= np.isin(np.asarray(held.codes), wanted)
        clash = plain & {*one.names}
        if clash or (here & taken).any():
            raise ArgumentError(
                f"'steps' must not share an event, got {one.label!r} and another step with"
                f" {next(iter(clash), one.names[0])!r}",
                hint="one event serves one step only",
            )
        taken |= here
        new[here] = len(names)
        labels[one] = one.label
        names.append(one.label)
    order = sorted(range(len(names)), key=lambda i: (isinstance(names[i], str), names[i]))
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    parts = {field.name: getattr(log, field.name) for field in attrs.fields(EventLog)}
    changed = EventLog._unchecked(  # noqa: SLF001 - the same columns, other names of steps
        **{**parts, "step": place[new], "steps": tuple(names[i] for i in order)}
    )
    return changed, [labels[one] if isinstance(one, Step) else one for one in given]


def attributes_of(steps: Sequence[Any]) -> tuple[str, ...]:
    """Return the attributes that steps ask for."""
    return tuple(key for one in steps if isinstance(one, Step) for key, _ in one.where)
