"""Columns of purchases as a source gives them, and moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import FrozenMap
from salesfunnel._core.moments import end_of_day, read_moment
from salesfunnel._core.vocabulary import Severity
from salesfunnel._kernels.order import order_by
from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.data.events import columns as event_columns
from salesfunnel.fault import Fault

SHOWN = 50
"""Faults of one kind that are listed row by row; the rest is counted in one more fault."""


def last_moment(as_of: object, example: object = "2026-10-05") -> np.datetime64:
    """Return the end of observation as datetime64[us]: a day means its end, a zone is UTC."""
    return end_of_day(read_moment("as_of", as_of, zone=timezone.utc, example=example))


def plain_values(column: event_columns.Categorical) -> npt.NDArray[Any]:
    """Return a coded column as its values, None where missing."""
    plain: npt.NDArray[Any] = np.array([*column.values, None], dtype=object)[column.codes]
    return plain


def amounts_of(column: object) -> npt.NDArray[np.float64]:
    array = event_columns.one_dimensional("amount", column)
    if array.dtype.kind in "iuf":
        values = array.astype(np.float64)
    else:
        values = np.full(len(array), np.nan)
        for row, cell in enumerate(array.tolist()):
            if event_columns.is_missing(cell):
                continue
            try:
                values[row] = float(cell)
            except (TypeError, ValueError):
                raise DataError(
                    f"'amount' must hold numbers, got {cell!r} at row {row + 1}",
                    hint="read_purchases understands amounts as people write them",
                ) from None
    wrong = np.flatnonzero(np.isinf(values))
    if wrong.size:
        raise DataError(f"'amount' must be finite, got inf at row {int(wrong[0]) + 1}")
    return values


def texts_of(value: event_columns.Categorical, order: npt.NDArray[np.intp]) -> CodedTexts:
    """Return a coded column as texts in an order, ``""`` where missing."""
    codes = np.asarray(value.codes).take(order)
    missing = codes < 0
    if not missing.any():
        return CodedTexts(codes, map(str, value.values))
    codes = np.where(missing, len(value.values), codes)
    return CodedTexts(codes, [*map(str, value.values), ""])


def coded_columns(columns: Mapping[str, Any]) -> FrozenMap[CodedTexts]:
    """Return columns of texts as codes; the converter of attributes."""
    return FrozenMap({str(name): CodedTexts.of(column) for name, column in columns.items()})


def owned(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array that nobody else holds as one that cannot change, without a copy."""
    array.flags.writeable = False
    return array


def sorted_rows(
    codes: npt.NDArray[Any], stamps: npt.NDArray[np.datetime64], bad: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp]:
    """Return the rows that are not bad, by customer and time."""
    if not bad.any():
        return order_by(codes, stamps.view(np.int64))
    keep = np.flatnonzero(~bad)
    return keep.take(order_by(codes[keep], stamps[keep].view(np.int64)))


def row_faults(
    bad: Mapping[str, npt.NDArray[np.bool_]], paid: npt.NDArray[np.float64]
) -> list[Fault]:
    faults = []
    for column, mask in bad.items():
        rows = np.flatnonzero(mask).tolist()
        code = "purchase-returned" if column == "amount" else f"purchase-without-{column}"
        for row in rows[:SHOWN]:
            value = f"{paid[row]:g}" if column == "amount" else None
            severity: Severity = "warning" if column == "amount" else "error"
            faults.append(
                Fault.of(code, severity=severity, row=row + 1, column=column, value=value)
            )
        if len(rows) > SHOWN:
            more = len(rows) - SHOWN
            faults.append(
                Fault.of("purchases-left-out", row=rows[SHOWN] + 1, column=column, n=more)
            )
    return faults
