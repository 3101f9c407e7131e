"""Events out of any dataframe: pandas and Polars column by column, others through Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

from salesfunnel._core.checks import did_you_mean, nearest
from salesfunnel._core.errors import ArgumentError, DataError, UnknownNameError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import (
    is_a,
    is_arrow_stream,
    is_lazy_frame,
    is_pandas_frame,
    is_polars_frame,
    library_of,
    with_named_index,
)
from salesfunnel._core.readers import reader_hint
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import open_column
from salesfunnel.data.events.entity_ids import ids_of
from salesfunnel.data.events.usual_names import (
    ROLES,
    Recognised,
    missing_hint,
    recognise,
    recognised_faults,
)
from salesfunnel.fault import Fault


def read_frame(
    frame: Any,
    columns: Mapping[str, str] | None,
    attributes: Sequence[str] | None,
    faults: list[Fault] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns entity, step and time of a dataframe, and its attributes.

    Columns that are not named are found by their usual names, which is added to `faults`. All
    other columns are attributes where `attributes` is None.
    """
    frame, known = open_frame(frame)
    found = known_roles(known, columns, "in the dataframe")
    names = found.names
    if faults is not None:
        faults.extend(recognised_faults(found, columns or {}))
    rest = [name for name in known if name not in names.values()]
    wanted = rest if attributes is None else list(attributes)
    check_there(wanted, known, "in the dataframe")
    main = {role: open_column(frame[names[role]]) for role in ("step", "time")}
    main["entity"] = ids_of(frame[names["entity"]])
    try:
        more = {
            str(name): event_columns.encode(str(name), open_column(frame[name])) for name in wanted
        }
    except DataError as error:
        if attributes is not None:
            raise
        raise DataError(error.message, hint="name the columns to keep: attributes=[...]") from None
    return main, more


def open_frame(frame: Any) -> tuple[Any, list[Any]]:
    """Return a dataframe of any library as one whose columns can be taken, and their names."""
    if is_a(frame, "narwhals", "DataFrame", "LazyFrame"):
        frame = frame.to_native()
    if is_a(frame, "polars", "LazyFrame"):
        frame = frame.collect()
    if isinstance(frame, Mapping):
        return frame, list(frame)
    if is_pandas_frame(frame):
        frame = with_named_index(frame)
    if is_pandas_frame(frame) or is_polars_frame(frame):
        # Columns of Python objects would be addresses in Arrow.
        return frame, list(frame.columns)
    frame = _arrow_table(frame)
    return frame, list(frame.column_names)


def check_there(names: Iterable[Any], known: Sequence[Any], place: str) -> None:
    """Raise UnknownNameError with all names that are not known, and the nearest ones."""
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if not missing:
        return
    texts = [str(column) for column in known]
    close = {name: nearest(str(name), texts) for name in missing}
    hint = did_you_mean(str(missing[0]), texts)
    if len(missing) > 1 and any(close.values()):
        pairs = ", ".join(f"{found!r} for {name!r}" for name, found in close.items() if found)
        hint = f"did you mean {pairs}?"
    listed = ", ".join(map(repr, missing))
    raise UnknownNameError(f"'columns' must be {place}, got {listed}", hint=hint)


def known_roles(known: Sequence[Any], columns: Mapping[str, str] | None, place: str) -> Recognised:
    """Return the columns of the roles, named or found by their usual names.

    Raises
    ------
    ArgumentError
        If `columns` has other keys than the roles.
    UnknownNameError
        If a column is not there.
    """
    check_roles(columns)
    check_there((columns or {}).values(), known, place)
    found = recognise(known, columns)
    if found.missing:
        listed = ", ".join(map(repr, found.missing))
        raise UnknownNameError(
            f"'columns' must be {place}, got none for {listed}", hint=missing_hint(found, known)
        )
    return found


def check_roles(columns: Mapping[str, Any] | None) -> None:
    """Raise ArgumentError unless `columns` maps roles to names."""
    if columns is not None and not isinstance(columns, Mapping):
        raise ArgumentError(
            f"'columns' must be a mapping such as {{'entity': 'user_id'}}, got {columns!r}"
        )
    for role in columns or {}:
        if role not in ROLES:
            raise ArgumentError(
                f"'columns' must have keys of {', '.join(map(repr, ROLES))}, got {role!r}"
            )


def _arrow_table(frame: object) -> Any:
    is_file = isinstance(frame, str | bytes | PathLike)
    refused = DataError(
        f"'events' must be an EventLog, a dataframe or an ibis table, got {type(frame).__name__}",
        hint=reader_hint(frame, "EventLog")
        if is_file
        else "EventLog.from_records takes mappings, one an event",
    )
    if library_of(frame) in {"builtins", "numpy"}:
        raise refused
    arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
    if isinstance(frame, arrow.Table):
        return frame
    try:
        if is_arrow_stream(frame) and not is_lazy_frame(frame):
            return arrow.table(frame)
        narwhals = require("narwhals", extra="frames", feature="reading a dataframe")
        native = narwhals.from_native(frame)
    except MemoryError:  # Arrow's own is an ArrowException as well
        raise
    except (TypeError, ValueError, arrow.ArrowException):
        raise refused from None
    if isinstance(native, narwhals.LazyFrame):
        # Errors in the caller's query are reported by its library.
        native = native.collect()
    return native.to_arrow()
