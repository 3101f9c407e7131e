"""read_events: an event log from a file, a folder of files, records or a dataframe."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._core.foreign import has_rows, is_readable
from salesfunnel.data.events.event_log import EventLog
from salesfunnel.data.events.frames import check_roles
from salesfunnel.data.events.usual_names import (
    Recognised,
    fold_name,
    missing_hint,
    recognise,
    recognised_faults,
)
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.clocks import is_clock
from salesfunnel.intake.cells.moments import NOTHING, read_moments
from salesfunnel.intake.cells.zones import in_zone
from salesfunnel.intake.events.columns import (
    Table,
    blank_share,
    cells_of,
    coded,
    ids,
    number_column,
    one_table,
)
from salesfunnel.intake.events.options import Options, of_each
from salesfunnel.intake.events.tables import files_of, read_file, read_rows
from salesfunnel.intake.events.words import time_faults
from salesfunnel.intake.files.lost_digits import check_digits
from salesfunnel.intake.files.source import check_max_bytes
from salesfunnel.intake.files.text_cells import Progress

__all__ = ["read_events"]


def read_events(
    source: object,
    *,
    columns: Mapping[str, str | int] | None = None,
    tz: str | None = None,
    attributes: Iterable[str] | None = None,
    steps: Iterable[Any] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    dayfirst: bool | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> EventLog:
    """Read a log of events: who did what, when.

    The usual column names of GA4 (BigQuery), PostHog, Amplitude, Mixpanel, Segment, Snowplow,
    Sensors Data and of shops are known, in any case and order. An info fault says which columns
    are taken.

    Parameters
    ----------
    source : path, folder, pattern, file, bytes, str, records, mapping, or dataframe
        CSV, TSV, JSON, one JSON object a line (NDJSON), Parquet (extra ``frames``), a workbook
        (extra ``excel``), text of these, or gzipped text; a folder or a pattern such as
        ``"logs/*.parquet"``, whose files are read in the order of their names; any dataframe.
    columns : mapping of str to str or int, optional
        The names of the columns ``entity``, ``step`` and ``time``, where they are others; or all
        three by position from 0, where the file has no header.
    tz : str, optional
        Time zone, such as ``"Asia/Shanghai"``: times with a zone, and numbers since 1970, are
        brought there; times without one are there already. By default times are kept as they are,
        numbers in UTC.
    attributes : iterable of str, optional
        The columns to keep for breakdowns; all by default.
    steps : iterable of str or int, optional
        The names of steps that are known; rows of others are left out with a fault.
    encoding, sheet
        As in ``read_table``.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April. By default another cell of the column may settle
        it; where none does, such a time is a fault.
    max_bytes : int, optional
        How many bytes a file may have. By default a path may have any number, and bytes and open
        files 256,000,000, because they may come from strangers.
    progress : callable, optional
        Called while text is read with how many bytes are done and how many there are; of several
        files, with those of all.

    Returns
    -------
    EventLog
        Numbers since 1970 are distinguished by their size, second to nanosecond, and an info fault
        says how they are read. Rows without entity, step or a readable time are left out, each
        with a fault that names file, row and column.

    Raises
    ------
    IntakeError
        If it cannot be opened, or a column of who, what or when is not found.
    UnknownNameError
        If a column or worksheet that was named is not there.
    ArgumentError
        If an argument is not valid.
    MissingExtraError
        If reading it needs a package that is not installed.

    Examples
    --------
    >>> log = read_events('''user_id,event_type,event_time
    ... 1,view,2026-01-05 10:00:00 UTC
    ... 1,cart,2026-01-05 10:05:00 UTC
    ... 2,view,2026-01-05 11:00:00 UTC''')
    >>> log
    <EventLog: 3 events, 2 steps, 1 faults>
    >>> log.faults[0].code
    'events-columns'
    >>> read_events([{"distinct_id": "a", "event": "view", "time": 1767607200}]).faults[1].value
    's'
    """
    check_roles(columns)
    wanted = dict(columns or {})
    kept = None if attributes is None else _names("attributes", attributes)
    faults: list[Fault] = []
    check_max_bytes(max_bytes)
    options = Options(encoding=encoding, sheet=sheet, max_bytes=max_bytes, progress=progress)
    table = _load(source, wanted, kept, options, faults)
    found = _roles(table, wanted)
    faults.extend(recognised_faults(found, wanted))
    return _log(table, found, kept, tz, steps, dayfirst, faults)


def _names(field: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Iterable):
        raise ArgumentError(f"{field!r} must be names of columns, got {value!r}")
    return tuple(value)


def _load(
    source: object,
    wanted: dict[str, Any],
    kept: tuple[str, ...] | None,
    options: Options,
    faults: list[Fault],
) -> Table:
    """Return one table of all files of the source."""
    files = files_of(source, faults)
    if files is None and isinstance(source, str | os.PathLike):
        text = os.fsdecode(os.fspath(source))
        if "\n" not in text and os.path.isfile(text):  # noqa: PTH113 - path may be any str
            files = [text]
    if files is not None:
        labels = [os.path.basename(f) if len(files) > 1 else None for f in files]  # noqa: PTH119 - as above
        parts = [
            read_file(file, wanted, attributes=kept, options=own, faults=faults, label=label)
            for file, label, own in zip(files, labels, of_each(files, options), strict=True)
        ]
        return one_table(parts, labels)
    if has_rows(source):
        return one_table([source], [None])
    if isinstance(source, Mapping):
        return one_table([source], [None])
    if not isinstance(source, str | bytes | bytearray | os.PathLike) and not is_readable(source):
        source = _listed(source)
    read = read_rows(source, wanted, options=options, faults=faults, label=None)
    return one_table([read], [None])


def _listed(source: object) -> list[Any]:
    if not isinstance(source, Iterable):
        raise ArgumentError(
            "'source' must be a path, a folder, a file, text, records or a dataframe,"
            f" got {type(source).__name__}"
        )
    rows = list(source)
    if not rows:
        raise IntakeError("'source' must hold events, got no rows")
    return rows


def _roles(table: Table, wanted: Mapping[str, Any]) -> Recognised:
    """Return the columns of who, what and when; raise an error that names the missing ones."""
    named = {
        role: table.names[name]
        if isinstance(name, int)
        and not isinstance(name, bool)
        and -len(table.names) <= name < len(table.names)
        else name
        for role, name in wanted.items()
    }
    for name in named.values():
        if name not in table.names:
            raise UnknownNameError(
                f"'columns' must be in the header, got {name!r}",
                hint=did_you_mean(name, [str(known) for known in table.names]),
            )
    found = recognise(table.names, named, lambda name: blank_share(table.column(name)))
    if found.missing:
        listed = " and ".join(_WANTED[role] for role in found.missing)
        raise IntakeError(
            f"'source' must have a column of {listed}, got none we know",
            hint=missing_hint(found, table.names)
            + "; a file without a header is read by positions: columns={'entity': 0, 'step': 1,"
            " 'time': 2}",
        )
    return found


_WANTED = {"entity": "who (entity)", "step": "what (step)", "time": "when (time)"}


def _with_day(table: Table, found: Recognised, faults: list[Fault]) -> Any:
    """Return the column of times; a clock alone is joined with the day in a column next to it."""
    given = table.column(found.names["time"])
    days = [name for name in found.others.get("time", ()) if fold_name(str(name)) in _DAYS]
    if not days or not is_clock(given):
        return given
    faults.append(
        Fault.of(
            "date-and-clock-joined",
            severity="info",
            column=str(found.names["time"]),
            value=str(days[0]),
        )
    )
    pairs = zip(cells_of(table.column(days[0])), cells_of(given), strict=True)
    return [f"{day} {clock}" for day, clock in pairs]


_DAYS = {"date", "eventdate", "day", "日期", "fecha", "datum"}


def _log(
    table: Table,
    found: Recognised,
    kept: tuple[str, ...] | None,
    tz: str | None,
    steps: Iterable[Any] | None,
    dayfirst: bool | None,
    faults: list[Fault],
) -> EventLog:
    main = found.names
    given = _with_day(table, found, faults)
    moments = read_moments(given, dayfirst=dayfirst)
    place = table.place
    column = str(main["time"])
    when = in_zone(moments, tz, column, place, faults)
    unread = time_faults(moments, given, column, place, faults)
    if unread and not (moments.kinds != NOTHING).any():
        raise IntakeError(
            f"'source' must have times in {column!r}, got no time that can be read",
            faults,
            hint="name another column with columns={'time': ...}",
        )
    rest = [name for name in table.names if name not in main.values()]
    if kept is not None:
        unknown = [name for name in kept if name not in rest]
        if unknown:
            raise UnknownNameError(
                f"'attributes' must be columns of the source, got {unknown[0]!r}",
                hint=did_you_mean(unknown[0], [str(name) for name in rest]),
            )
        rest = list(kept)
    who = table.column(main["entity"])
    numbers = number_column(who)
    if numbers is not None:
        faults += check_digits(numbers, str(main["entity"]), "columns={'entity': ...}")
    log = EventLog(
        ids(table.column(main["entity"])),
        coded(table.column(main["step"])),
        when,
        attributes={str(name): coded(table.column(name)) for name in rest},
        steps=steps,
    )
    for fault in log.faults:
        at = (fault.row or 1) - 1
        if fault.code == "event-without-time" and at in unread:
            continue
        file, row = place(at)
        name = str(main.get(fault.column or "", fault.column))
        faults.append(attrs.evolve(fault, row=row, file=file, column=name))
    return log._with_faults(faults)  # noqa: SLF001 - the same columns, more faults
