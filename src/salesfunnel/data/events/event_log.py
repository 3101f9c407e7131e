"""EventLog: what happened, to whom, when; the raw material of web and product analytics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from salesfunnel._core.arrays import frozen_array
from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError, DataError, UnknownNameError
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import open_column
from salesfunnel.data.events.entity_ids import ids_of
from salesfunnel.data.events.frames import read_frame
from salesfunnel.data.events.row_checks import (
    as_iterable,
    attribute_codes,
    check_given,
    entity_codes,
    kept_rows,
    known_steps,
    negative,
    row_faults,
    used_codes,
    values_of,
)
from salesfunnel.data.events.usual_names import ROLES
from salesfunnel.fault import Fault

__all__ = ["EventLog"]


@attrs.frozen(init=False, repr=False, eq=False, getstate_setstate=False)
class EventLog:
    """A log of events: one row says that an entity took a step at a time.

    Rows without an entity, step or time are left out and listed in `faults` with their numbers.
    Nothing is sorted; the columns are copied unless they are read-only already, and are read-only
    afterwards. A column is a list, a numpy array, or a column of pandas, polars or Arrow, whose
    nulls and masked values are missing.

    Parameters
    ----------
    entity : array_like, shape (n,)
        Who: whole numbers, text or anything that has a text, such as a UUID; also as a categorical.
        A customer, account, or deal.
    step : array_like, shape (n,)
        What: names or whole numbers; also as a categorical.
    time : array_like, shape (n,)
        When: datetime64, datetimes (all naive or all with a time zone), ISO text, or whole numbers
        of any unit, of 64 bits.
    attributes : mapping of str to array_like, shape (n,), optional
        More columns, such as the channel or the owner, to break counts down by. Blank, None and NaN
        are missing; values that are written alike are one.
    steps : iterable of str or int, optional
        The names that are known: a row with another one is left out, with a fault that names the
        row and the nearest known name. Every name is known by default.

    Attributes
    ----------
    entity : ndarray of int64, shape (n,)
        Ids as they are where they are whole numbers, else codes into `entities`.
    entities : object, or None
        The names of the entities: ``log.entities[codes]``; None where ids are whole numbers.
    step : ndarray of int, shape (n,)
        Codes into `steps`.
    steps : tuple of str or int
        The names of the steps that occur, sorted.
    time : ndarray of int64, shape (n,)
        Ticks of `unit` since 1970 (UTC where `aware`).
    unit : {"s", "ms", "us", "ns"} or None
        The unit of the ticks; None where times are plain numbers.
    aware : bool
        Whether the times came with a time zone.
    faults : tuple of Fault
        The rows that were left out.
    rows : int
        The number of rows that were given.
    extent : tuple of int
        Least and greatest `entity`, least and greatest `time`; zeros if there are no events.

    Raises
    ------
    ArgumentError
        If a path is given, or a column is missing.
    DataError
        If columns differ in length, naive and aware times are mixed, or a time does not fit.

    Examples
    --------
    >>> log = EventLog(["ann", "ann", "bob"], ["view", "order", "view"], [1, 5, 2])
    >>> log
    <EventLog: 3 events, 2 steps>
    >>> EventLog([1, None], ["view", "view"], [3, 4]).faults[0].row
    2
    """

    entity: npt.NDArray[Any]
    entities: event_columns.EntityNames | None
    step: npt.NDArray[Any]
    steps: tuple[Any, ...]
    time: npt.NDArray[np.int64]
    unit: str | None
    aware: bool
    attributes: Mapping[str, event_columns.Categorical]
    faults: tuple[Fault, ...]
    rows: int
    extent: tuple[int, int, int, int]

    if TYPE_CHECKING:

        def __attrs_init__(self, **parts: Any) -> None:
            """Set the fields; written by attrs."""

    def __init__(
        self,
        entity: Any,
        step: Any = None,
        time: Any = None,
        *,
        attributes: Mapping[str, Any] | None = None,
        steps: Iterable[Any] | None = None,
    ) -> None:
        check_given(entity, step, time)
        who, names, missing = entity_codes(ids_of(entity))
        what = event_columns.encode("step", open_column(step))
        when = event_columns.times("time", open_column(time))
        more = attribute_codes(attributes)
        sizes = [
            ("entity", len(who)),
            ("step", len(what.codes)),
            ("time", len(when.ticks)),
            *((key, len(value.codes)) for key, value in more.items()),
        ]
        if len({size for _, size in sizes}) > 1:
            listed = ", ".join(f"{key} {size}" for key, size in sizes)
            raise DataError(f"'events' must have columns of equal length, got {listed}")
        codes, what_names, unknown = known_steps(what, steps)
        bad = {"entity": missing, "step": negative(codes), "time": when.missing}
        faults = row_faults(bad, unknown, what)
        keep = kept_rows([*bad.values(), unknown[0] if unknown is not None else None])
        if keep is not None:
            who, codes = who[keep], codes[keep]
            when = when._replace(ticks=when.ticks[keep])
            more = {
                key: event_columns.Categorical(v.codes[keep], v.values) for key, v in more.items()
            }
        codes, what_names = used_codes(codes, what_names)
        self.__attrs_init__(
            entity=_freeze(who),
            entities=names,
            step=_freeze(codes),
            steps=what_names,
            time=_freeze(when.ticks),
            unit=when.unit,
            aware=when.aware,
            attributes=MappingProxyType(
                {
                    key: event_columns.Categorical(_freeze(v.codes), v.values)
                    for key, v in sorted(more.items())
                }
            ),
            faults=faults,
            rows=len(what.codes),
            extent=_extent(who, when.ticks),
        )

    @classmethod
    def from_frame(
        cls,
        frame: object,
        *,
        columns: Mapping[str, str] | None = None,
        attributes: Iterable[str] | None = None,
        steps: Iterable[Any] | None = None,
    ) -> Self:
        """Make a log from a dataframe, or a mapping of columns.

        Parameters
        ----------
        frame : dataframe
            pandas, polars, pyarrow, anything with the Arrow PyCapsule interface, or a mapping of
            names to columns.
        columns : mapping of str to str, optional
            The names of the columns ``entity``, ``step`` and ``time``, where they differ from
            these and from the usual ones (``user_id``, ``event_name``, ``timestamp`` ...).
        attributes : iterable of str, optional
            The columns to keep as attributes; all others by default.
        steps : iterable of str or int, optional
            The names that are known, as in the class.

        Raises
        ------
        UnknownNameError
            If a column is not there.
        MissingExtraError
            If pyarrow is needed and not installed (extra ``frames``).
        ArgumentError
            If `attributes` are not names of columns.

        Examples
        --------
        >>> EventLog.from_frame(
        ...     {"user": [1, 1], "step": ["view", "order"], "time": [1, 2]},
        ...     columns={"entity": "user"},
        ... )
        <EventLog: 2 events, 2 steps>
        """
        if isinstance(attributes, str):
            attributes = (attributes,)
        if not (attributes is None or isinstance(attributes, Iterable)):
            raise ArgumentError(f"'attributes' must be names of columns, got {attributes!r}")
        kept = None if attributes is None else tuple(attributes)
        faults: list[Fault] = []
        main, more = read_frame(frame, columns, kept, faults)
        log = cls(main["entity"], main["step"], main["time"], attributes=more, steps=steps)
        return log if not faults else log._with_faults((*faults, *log.faults))

    @classmethod
    def from_records(
        cls,
        records: Iterable[Mapping[str, Any]],
        *,
        columns: Mapping[str, str] | None = None,
        attributes: Iterable[str] | None = None,
        steps: Iterable[Any] | None = None,
    ) -> Self:
        """Make a log from mappings, one an event; a key that is absent is missing.

        Parameters
        ----------
        records : iterable of mapping
            Such as the rows of a ``csv.DictReader``, or a generator of dicts.
        columns : mapping of str to str, optional
            The names of the keys ``entity``, ``step`` and ``time``, where they differ.
        attributes : iterable of str, optional
            The keys to keep as attributes; all others by default.
        steps : iterable of str or int, optional
            The names that are known, as in the class.

        Raises
        ------
        DataError
            If a record is not a mapping.
        UnknownNameError
            If no record has a key.

        Examples
        --------
        >>> rows = [{"entity": 1, "step": "view", "time": 3}, {"entity": 1, "time": 4}]
        >>> log = EventLog.from_records(rows)
        >>> len(log), log.faults[0].code, log.faults[0].row
        (1, 'event-without-step', 2)
        """
        rows: list[Mapping[str, Any]] = []
        for number, record in enumerate(as_iterable(records)):
            if not isinstance(record, Mapping):
                raise DataError(
                    f"'records' must hold mappings, got {record!r} at row {number + 1}",
                    hint="csv.DictReader makes them of the lines of a file",
                )
            rows.append(record)
        known = dict.fromkeys(key for record in rows for key in record if key is not None)
        frame: dict[str, Any] = {key: [record.get(key) for record in rows] for key in known}
        if not rows:
            frame = {(columns or {}).get(role, role): [] for role in ROLES}
        return cls.from_frame(frame, columns=columns, attributes=attributes, steps=steps)

    def _with_faults(self, faults: Iterable[Fault]) -> Self:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(EventLog)}
        return self._unchecked(**{**parts, "faults": tuple(faults)})

    @classmethod
    def _unchecked(cls, **parts: Any) -> Self:
        log = cls.__new__(cls)
        log.__attrs_init__(**parts)
        return log

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        faults = f", {len(self.faults)} faults" if self.faults else ""
        return f"<EventLog: {len(self):,} events, {len(self.steps)} steps{faults}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EventLog):
            return NotImplemented
        mine, yours = self.columns(), other.columns()
        return (
            (self.unit, self.aware, self.faults) == (other.unit, other.aware, other.faults)
            and mine.keys() == yours.keys()
            and all(np.array_equal(mine[key], yours[key]) for key in mine)
        )

    __hash__ = None  # type: ignore[assignment]

    def columns(self) -> dict[str, Any]:
        """Return the log as a dict of arrays: entity, step, time and the attributes.

        An attribute that is called like one of the three has ``_attribute`` behind its name.
        """
        unit = self.unit
        return {
            "entity": self.entity if self.entities is None else self.entities[self.entity],
            "step": event_columns.names_array([*self.steps, None])[self.step],
            "time": self.time if unit is None else self.time.view(f"datetime64[{unit}]"),
            **{
                key + "_attribute" * (key in ROLES): values_of(column)
                for key, column in self.attributes.items()
            },
        }

    def __getstate__(self) -> dict[str, Any]:
        state = {field.name: getattr(self, field.name) for field in attrs.fields(EventLog)}
        state["attributes"] = dict(self.attributes)
        if self.entities is not None:
            used, codes = np.unique(self.entity, return_inverse=True)
            state["entity"] = codes.reshape(-1)
            state["entities"] = event_columns.EntityNames(self.entities[used])
            state["extent"] = (0, max(len(used) - 1, 0), *self.extent[2:])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        frozen = {key: _freeze(state[key]) for key in ("entity", "step", "time")}
        more = {
            key: event_columns.Categorical(_freeze(v.codes), v.values)
            for key, v in state["attributes"].items()
        }
        self.__attrs_init__(**{**state, **frozen, "attributes": MappingProxyType(more)})

    def attribute(self, name: str) -> event_columns.Categorical:
        """Return an attribute as codes and values; raise UnknownNameError if there is none."""
        if not isinstance(name, str) or name not in self.attributes:
            close = nearest(str(name), self.attributes)
            raise UnknownNameError(
                f"'breakdown' must be an attribute of the events, got {name!r}",
                hint=f"did you mean {close!r}?"
                if close
                else f"known are {', '.join(map(repr, self.attributes)) or 'none'}",
            )
        return self.attributes[name]

    def __add__(self, other: object) -> EventLog:
        """Return both logs as one; row numbers of the second one's faults are kept as they were.

        Raises
        ------
        DataError
            If the logs differ in the kind of their times or ids, or in their attributes.
        """
        if not isinstance(other, EventLog):
            return NotImplemented
        return _merge(self, other)


def _freeze(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    frozen: npt.NDArray[Any] = frozen_array(array.dtype)(array)
    return frozen


def _extent(entity: npt.NDArray[Any], time: npt.NDArray[np.int64]) -> tuple[int, int, int, int]:
    if not time.size:
        return 0, 0, 0, 0
    return int(entity.min()), int(entity.max()), int(time.min()), int(time.max())


def _merge(left: EventLog, right: EventLog) -> EventLog:
    if len(left) and len(right):
        for field, mine, yours in (
            ("time", _kind(left), _kind(right)),
            ("entity", left.entities is None, right.entities is None),
        ):
            if mine != yours:
                raise DataError(
                    f"{field!r} must be of one kind in both logs, got {_say(mine)}"
                    f" and {_say(yours)}"
                )
    if left.attributes.keys() != right.attributes.keys():
        raise DataError(
            f"'attributes' must be the same in both logs, got {sorted(left.attributes)}"
            f" and {sorted(right.attributes)}"
        )
    if not len(left) or not len(right):
        full = left if len(left) else right
        return EventLog._unchecked(  # noqa: SLF001 - the trusted path of its own class
            **{
                **{field.name: getattr(full, field.name) for field in attrs.fields(EventLog)},
                "faults": left.faults + right.faults,
                "rows": left.rows + right.rows,
            }
        )
    unit = max(
        left.unit or "s", right.unit or "s", key=lambda u: event_columns.FINE_TICKS.get(u, 1)
    )
    who, names = _join_names(left, right)
    step = _join(
        event_columns.Categorical(left.step, left.steps),
        event_columns.Categorical(right.step, right.steps),
    )
    more = {key: _join(left.attributes[key], right.attributes[key]) for key in left.attributes}
    time = np.concatenate([_ticks(left, unit), _ticks(right, unit)])
    return EventLog._unchecked(  # noqa: SLF001 - the trusted path of its own class
        entity=_freeze(who),
        entities=names,
        step=_freeze(step.codes),
        steps=step.values,
        time=_freeze(time),
        extent=_extent(who, time),
        unit=None if left.unit is None else unit,
        aware=left.aware,
        attributes=MappingProxyType(
            {
                key: event_columns.Categorical(_freeze(value.codes), value.values)
                for key, value in more.items()
            }
        ),
        faults=left.faults + right.faults,
        rows=left.rows + right.rows,
    )


def _kind(log: EventLog) -> str:
    return "whole numbers" if log.unit is None else "aware" if log.aware else "naive"


def _say(kind: object) -> str:
    return (
        {True: "whole numbers", False: "text"}.get(kind, str(kind))
        if isinstance(kind, bool)
        else str(kind)
    )


def _ticks(log: EventLog, unit: str) -> npt.NDArray[np.int64]:
    if log.unit is None or log.unit == unit:
        return log.time
    moments = log.time.view(f"datetime64[{log.unit}]")
    finer: npt.NDArray[np.int64] = event_columns.whole_ticks("time", moments, unit).view(np.int64)
    return finer


def _join_names(
    left: EventLog, right: EventLog
) -> tuple[npt.NDArray[Any], event_columns.EntityNames | None]:
    if left.entities is None or right.entities is None:
        return np.concatenate([left.entity, right.entity]), None
    parts = [np.unique(log.entity, return_inverse=True) for log in (left, right)]
    both = _join(
        *(
            event_columns.Categorical(codes.reshape(-1), tuple(log.entities[used].tolist()))
            for log, (used, codes) in zip((left, right), parts, strict=True)
            if log.entities is not None
        )
    )
    return both.codes, event_columns.EntityNames(event_columns.names_array(both.values))


def _join(
    left: event_columns.Categorical, right: event_columns.Categorical
) -> event_columns.Categorical:
    names = sorted({*left.values, *right.values}, key=event_columns.order_of)
    where = {name: i for i, name in enumerate(names)}
    tables = [
        np.array([*(where[name] for name in side.values), -1], dtype=np.int64)
        for side in (left, right)
    ]
    codes = np.concatenate([tables[0][left.codes], tables[1][right.codes]])
    kind = np.min_scalar_type(-max(len(names), 1)) if codes.min(initial=0) < 0 else None
    kind = kind or np.min_scalar_type(max(len(names) - 1, 0))
    return event_columns.Categorical(codes.astype(kind), tuple(names))
