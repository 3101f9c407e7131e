"""The columns of an event log checked row by row: what is missing, unknown, or to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.readers import check_not_a_file, reader_hint
from salesfunnel._kernels.events.encoding import relabel, seen_codes
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import open_column
from salesfunnel.data.events.text_codes import factorize_array
from salesfunnel.fault import Fault

SHOWN = 50
"""Faults of one kind that are listed row by row; the rest is counted in one more fault."""


def as_iterable(records: object) -> Iterable[Any]:
    """Return the records if they are an iterable of mappings, else raise DataError."""
    if isinstance(records, str | bytes | Mapping) or not isinstance(records, Iterable):
        raise DataError(
            f"'records' must be an iterable of mappings, got {records!r}",
            hint=reader_hint(records, "EventLog")
            if isinstance(records, str | bytes | PathLike)
            else "EventLog.from_frame takes dataframes and mappings of columns; of a file,"
            " csv.DictReader makes mappings",
        )
    return records


def check_given(entity: object, step: object, time: object) -> None:
    """Raise ArgumentError where a path stands for the columns, or one is not given."""
    check_not_a_file("entity", entity, "EventLog")
    for field, column in (("step", step), ("time", time)):
        if column is None:
            raise ArgumentError(
                f"{field!r} must be a column, got none",
                hint=reader_hint(entity, "EventLog")
                or "EventLog.from_frame(...) takes a dataframe or a mapping of columns",
            )


def values_of(column: event_columns.Categorical) -> npt.NDArray[Any]:
    """Return the values of a coded column, None for missing ones."""
    found: npt.NDArray[Any] = event_columns.names_array([*column.values, None])[column.codes]
    return found


def attribute_codes(attributes: Mapping[str, Any] | None) -> dict[str, event_columns.Categorical]:
    """Return the attributes as codes; values that are written alike are one."""
    if not isinstance(attributes, Mapping | None):
        raise DataError(f"'attributes' must be a mapping of columns, got {attributes!r}")
    found = {}
    for key, value in (attributes or {}).items():
        column = event_columns.encode(str(key), open_column(value))
        texts = [str(name) for name in column.values]
        if len(set(texts)) < len(texts):
            column = event_columns.normalise_categories(np.asarray(column.codes), texts)
        found[str(key)] = column
    return found


def entity_codes(
    entity: object,
) -> tuple[npt.NDArray[Any], event_columns.EntityNames | None, npt.NDArray[np.bool_] | None]:
    """Return whole-number ids as they are, or codes and their names; and what is missing."""
    if isinstance(entity, event_columns.Ids):
        return entity.codes, entity.names, negative(entity.codes)
    if (
        isinstance(entity, event_columns.Categorical | event_columns.Times)
        or event_columns.dictionary(entity) is not None
    ):
        coded = event_columns.encode("entity", entity)
    else:
        array = event_columns.one_dimensional("entity", entity)
        if array.dtype.kind == "i" or (array.dtype.kind == "u" and array.dtype.itemsize < 8):
            return array, None, None
        if array.dtype.kind == "f":
            missing = np.isnan(array)
            whole = np.where(missing, 0, array)
            if (whole == np.floor(whole)).all() and np.abs(whole).max(initial=0) < 1 << 53:
                return whole.astype(np.int64), None, missing
        found = factorize_array(array)
        if found is not None:
            return entity_codes(event_columns.factorized_ids(found))
        coded = event_columns.encode("entity", array)
    codes = np.asarray(coded.codes)
    return (
        codes,
        event_columns.EntityNames(event_columns.names_array(coded.values)),
        negative(codes),
    )


def known_steps(
    what: event_columns.Categorical, steps: Iterable[Any] | None
) -> tuple[npt.NDArray[Any], tuple[Any, ...], tuple[npt.NDArray[np.bool_], Any] | None]:
    """Return step codes and names, and which rows have a name that is not known."""
    codes, names = np.asarray(what.codes), what.values
    if steps is None:
        return codes, names, None
    if isinstance(steps, str) or not isinstance(steps, Iterable):
        raise ArgumentError(f"'steps' must be a list of names, got {steps!r}")
    known = tuple(steps)
    strange = np.array([name not in known for name in names] + [False], dtype=np.bool_)
    return codes, names, (strange[codes], known)


def negative(codes: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    """Return where codes are missing, or None if none is."""
    return codes < 0 if codes.dtype.kind == "i" and codes.size and codes.min() < 0 else None


def row_faults(
    bad: Mapping[str, npt.NDArray[np.bool_] | None],
    unknown: tuple[npt.NDArray[np.bool_], Any] | None,
    what: event_columns.Categorical,
) -> tuple[Fault, ...]:
    """Return one fault per bad row, up to `SHOWN` of a kind, and one that counts the rest."""
    faults: list[Fault] = []
    for column, mask in bad.items():
        rows = np.flatnonzero(mask) if mask is not None else np.empty(0, dtype=np.intp)
        faults += [
            Fault.of("event-without-" + column, severity="error", row=int(row) + 1, column=column)
            for row in rows[:SHOWN].tolist()
        ]
        if rows.size > SHOWN:
            faults.append(
                Fault.of(
                    "events-left-out",
                    severity="error",
                    row=int(rows[SHOWN]) + 1,
                    column=column,
                    n=int(rows.size) - SHOWN,
                )
            )
    if unknown is not None:
        rows = np.flatnonzero(unknown[0])
        for row in rows[:SHOWN].tolist():
            value = str(what.values[int(what.codes[row])])
            faults.append(
                Fault.of(
                    "event-of-unknown-step",
                    severity="error",
                    row=row + 1,
                    column="step",
                    value=value,
                    nearest=nearest(value, [str(name) for name in unknown[1]]),
                )
            )
        if rows.size > SHOWN:
            faults.append(
                Fault.of(
                    "events-left-out",
                    severity="error",
                    row=int(rows[SHOWN]) + 1,
                    column="step",
                    n=int(rows.size) - SHOWN,
                )
            )
    return tuple(faults)


def kept_rows(masks: Iterable[npt.NDArray[np.bool_] | None]) -> npt.NDArray[np.bool_] | None:
    """Return the rows that no mask marks, or None if all are kept."""
    bad: npt.NDArray[np.bool_] | None = None
    for mask in masks:
        if mask is not None and mask.any():
            bad = mask if bad is None else bad | mask
    return None if bad is None else ~bad


def used_codes(
    codes: npt.NDArray[Any], names: tuple[Any, ...]
) -> tuple[npt.NDArray[Any], tuple[Any, ...]]:
    """Return codes of the narrowest type, into the names that occur."""
    narrow = np.min_scalar_type(max(len(names) - 1, 0))
    small = codes.astype(narrow, copy=False)
    seen = np.flatnonzero(seen_codes(small, len(names)))
    if seen.size == len(names):
        return small, names
    table = np.zeros(len(names), dtype=narrow)
    table[seen] = np.arange(seen.size)
    return relabel(table, small), tuple(names[i] for i in seen.tolist())
