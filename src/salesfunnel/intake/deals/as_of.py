"""The moment of the data where none is given: the latest plausible time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.column_reader import ColumnReader

__all__ = ["assumed_moment"]

Times = npt.NDArray[np.datetime64]
_NAT = np.datetime64("NaT", "us")
_GAP = np.timedelta64(366, "D").astype("timedelta64[us]")
_SHARE = 0.05


def _far(times: Times) -> Any:
    """Return the time from which on times are implausible: few, and years after all others.

    They lie over a year, and over the span of all others, behind the rest.
    """
    most = min(max(1, int(_SHARE * times.size)), times.size - 1)
    top = np.sort(np.partition(times, -most - 1)[-most - 1 :])
    gaps = np.diff(top)
    far = np.flatnonzero((gaps > _GAP) & (gaps > top[:-1] - times.min()))
    return top[far[-1] + 1] if far.size else None


def _joined(columns: Mapping[int, Times]) -> Times:
    """Return all times of all columns."""
    known: Times = np.concatenate([times.ravel() for times in columns.values()])
    return known[~np.isnat(known)]


def _has_gap(columns: Mapping[int, Times]) -> bool:
    """Whether a year or more lies between two neighbouring days of all columns."""
    ends = [
        reduce(times.ravel()) for times in columns.values() if times.size
        for reduce in (np.fmin.reduce, np.fmax.reduce)
    ]  # fmt: skip
    days = np.array([end for end in ends if not np.isnat(end)]).astype("datetime64[D]")
    first, last = days.min().astype(int), days.max().astype(int)
    if last - first < 365:
        return False
    there = np.zeros(last - first + 1, dtype=np.bool_)
    for times in columns.values():
        known = times[~np.isnat(times)].astype("datetime64[D]").astype(np.int64)
        there[known - first] = True
    return bool(np.diff(np.flatnonzero(there)).max(initial=0) >= 365)


def assumed_moment(
    reader: ColumnReader,
    columns: Mapping[int, Times],
    more: Sequence[Any] = (),
) -> Any:
    """Return the latest plausible time, with a fault; later ones are taken out, each with a fault.

    Parameters
    ----------
    reader : ColumnReader
        Keeps the faults.
    columns : mapping of int to ndarray of datetime64[us]
        Times by the place of their column; implausible ones become NaT in place.
    more : sequence of datetime64[us]
        Further moments at which the data were true.

    Raises
    ------
    IntakeError
        If there is no time at all.
    """
    ends = [np.fmax.reduce(times.ravel()) for times in columns.values() if times.size]
    ends = [end for end in ends if not np.isnat(end)]
    others = [moment for moment in more if not np.isnat(moment)]
    if not ends and not others:
        raise IntakeError(
            "'source' must hold a time that says when the data were true, got none",
            [fault for fault in reader.faults if fault.severity != "info"],
            hint="give as_of= the day of the export, such as as_of='2026-10-05'",
        )
    first = _far(_joined(columns)) if ends and _has_gap(columns) else None
    if first is not None:
        for at, times in columns.items():
            for row in np.flatnonzero(times >= first).tolist():
                text = reader.table.texts(at)[row]
                reader.fault("time-far-ahead", row, at, str(text), severity="warning")
            times[times >= first] = _NAT
        ends = [np.fmax.reduce(times.ravel()) for times in columns.values() if times.size]
        ends = [end for end in ends if not np.isnat(end)]
        others = [moment for moment in others if moment < first] if ends else others
    latest = max([*ends, *others])
    reader.note("as-of-assumed", day=str(latest)[:19].removesuffix("T00:00:00"))
    return latest
