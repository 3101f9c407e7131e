"""Attributes made for a breakdown: the period of an event, and several attributes as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import attrs
import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import label_of
from salesfunnel.counting.result import BETWEEN
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.event_log import EventLog

__all__ = ["By", "with_breakdown"]

By = Literal["day", "week", "month", "quarter", "year"]
_MISSING = "(missing)"


def with_breakdown(
    log: EventLog, breakdown: str | Sequence[str] | None, by: By | None
) -> tuple[EventLog, str | None]:
    """Return the log with one attribute for all that is to be distinguished, and its name.

    Parameters
    ----------
    log : EventLog
        The events.
    breakdown : str or sequence of str, optional
        Attributes.
    by : {"day", "week", "month", "quarter", "year"}, optional
        How long a period is; its name stands before the values of `breakdown`.

    Raises
    ------
    ArgumentError
        If the times of the log are plain numbers.
    UnknownNameError
        If there is no such attribute.
    """
    names = [] if breakdown is None else [breakdown] if isinstance(breakdown, str) else [*breakdown]
    if by is None and len(names) < 2:
        return log, names[0] if names else None
    parts = [_texts(log.attribute(name)) for name in names]
    if by is not None:
        parts.insert(0, _periods(log, by))
    codes, values = parts[0]
    for more, texts in parts[1:]:
        pair = codes * len(texts) + more
        seen, codes = np.unique(pair, return_inverse=True)
        values = [
            f"{values[i // len(texts)]}{BETWEEN}{texts[i % len(texts)]}" for i in seen.tolist()
        ]
        codes = codes.reshape(-1)
    order = sorted(range(len(values)), key=values.__getitem__)
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values))
    name = BETWEEN.join([*([by] if by else []), *names])
    made = event_columns.Categorical(
        place[codes] if len(codes) else codes, tuple(values[i] for i in order)
    )
    parts_of = {field.name: getattr(log, field.name) for field in attrs.fields(EventLog)}
    return (
        EventLog._unchecked(  # noqa: SLF001 - the same columns and one attribute more
            **{**parts_of, "attributes": {**log.attributes, name: made}}
        ),
        name,
    )


def _texts(column: event_columns.Categorical) -> tuple[Any, list[str]]:
    """Return codes and values as text; what is missing is a value of its own."""
    codes = np.asarray(column.codes).astype(np.int64)
    texts = [str(value) for value in column.values]
    if (codes < 0).any():
        codes = np.where(codes < 0, len(texts), codes)
        texts.append(_MISSING)
    return codes, texts


def _periods(log: EventLog, by: By) -> tuple[Any, list[str]]:
    """Return the period of each event, as codes and names."""
    if log.unit is None:
        raise ArgumentError(
            f"'by' must be left out where times are plain numbers, got {by!r}",
            hint="read_events reads numbers since 1970 as moments",
        )
    moments = log.time.view(f"datetime64[{log.unit}]").astype("datetime64[D]")
    numbers = period_numbers(moments, by)
    seen, codes = np.unique(numbers, return_inverse=True)
    return codes.reshape(-1).astype(np.int64), [label_of(int(n), by) for n in seen.tolist()]
