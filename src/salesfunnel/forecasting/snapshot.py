"""A history as it stood at an earlier moment: later entries and closes are not known yet."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.durations import days_of
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.fiscal import Fiscal
from salesfunnel._core.moments import DAY, TICK, read_day
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._core.periods import end_of, frequency_of, label_of, ordinal
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.closings_filled import undated
from salesfunnel.data.history.deal_money import money_of
from salesfunnel.fault import Fault

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]


class Snapshot(NamedTuple):
    """What was known of the deals at a moment; n deals, S stages."""

    rows: npt.NDArray[np.intp]  # positions in the history
    entered: Times  # (n, S)
    created: Times
    closed: Times  # NaT while open
    outcome: npt.NDArray[np.int8]  # 0 open, 1 won, 2 lost
    value: Floats
    stage: npt.NDArray[np.intp]  # highest stage entered so far, -1 none
    at: np.datetime64
    currency: str = ""
    mixed: bool = False  # amounts of several currencies, which cannot be added
    converted: bool = False  # amounts are not in the currency of the data
    faults: tuple[Fault, ...] = ()  # of converting amounts

    @property
    def open(self) -> Bools:
        """Which deals were open."""
        return np.asarray(self.outcome == 0)

    @property
    def age(self) -> Floats:
        """Days in the highest stage entered; since creation without one."""
        n = np.arange(len(self.rows))
        since = np.where(self.stage >= 0, self.entered[n, np.maximum(self.stage, 0)], self.created)
        return days(self.at - since)


def days(span: object) -> Floats:
    """Return timedeltas as days; NaT as NaN."""
    ticks = np.asarray(span).astype("timedelta64[us]")
    return np.where(np.isnat(ticks), np.nan, ticks.astype(np.int64) / TICKS_PER_DAY)


def days_until(field: str, value: object, at: np.datetime64, calendar: Fiscal | None = None) -> int:
    """Return whole days: of a length of time, or to the end of a day or period, that day inside."""
    label = value
    if not isinstance(value, str) or frequency_of(value.strip()) == "none":
        with suppress(ArgumentError):  # no day: a length of time, or a period of a fiscal year
            label = str(read_day(field, value))
    by = frequency_of(label.strip()) if isinstance(label, str) else "none"
    own = calendar is not None and isinstance(label, str) and not _is_span(label)
    if calendar is not None and own and by in {"none", "quarter", "year"}:
        try:
            last = calendar.bounds(str(label).strip())[1]
        except ArgumentError as error:
            message = error.message.replace("'closing'", f"{field!r}")
            raise ArgumentError(message, hint=error.hint or _accepted(at)) from None
        end = np.datetime64(last, "us") + DAY
    elif not isinstance(label, str) or by == "none":
        return length_of(field, value, at)
    else:
        end = np.datetime64(end_of(label.strip(), by), "us")
    if end <= at:
        raise ArgumentError(
            f"{field!r} must end after {str(at - TICK)[:10]}, got {label!r}", hint=_accepted(at)
        )
    return int(np.ceil((end - at) / DAY))


def length_of(field: str, value: object, at: np.datetime64) -> int:
    """Return a length of time in whole days; an error shows what may be written, from `at` on."""
    try:
        return days_of(field, value)
    except ArgumentError as error:
        hint = error.hint if _is_length(value) else f"{error.hint}; {_accepted(at)}"
        raise ArgumentError(error.message, hint=hint) from None


def _is_length(value: object) -> bool:
    """Whether it is a length of time, of however few days."""
    try:
        days_of("horizon", value, minimum=-1)
    except ArgumentError:
        return False
    return True


def _accepted(at: np.datetime64) -> str:
    """Return what may be written, with the next periods after a moment."""
    month = ordinal(str(at - TICK)[:7], "month") + 1
    quarter = (month - 1) // 3 + 1
    later, name = label_of(month, "month"), label_of(quarter, "quarter")
    last = end_of(name, "quarter") - timedelta(days=1)
    return f"write 90 or '90D'; a forecast also takes {later!r}, {name!r} or '{last}'"


def _is_span(text: str) -> bool:
    """Whether a text is a length of time."""
    try:
        days_of("horizon", text)
    except ArgumentError:
        return False
    return True


def snapshot(
    history: StageHistory, at: np.datetime64, *, currency: str | None = None, rates: object = None
) -> Snapshot:
    """Return what was known at a moment; deals created later are left out.

    So are, before the history's own moment, deals that ended on an unknown day.

    Amounts are those of the moment if the history of amounts is known, otherwise those of today;
    ``StageHistory.leaks`` says which.
    """
    money = money_of(history, at=at, currency=currency, rates=rates)
    # a deal that vanished from the lists is no longer in the open pipeline
    seen = history.observed_until
    # a deal with an outcome is never open; when it got it is not known without a closing
    without = undated(history)
    past = at < np.datetime64(history.as_of, "us")
    told = ~without if past else np.ones_like(without)
    known = np.flatnonzero(
        (history.created <= at) & ((seen >= at) | (seen >= history.as_of)) & told
    )
    entered = history.entered[known].astype("datetime64[us]")
    entered = np.where(entered <= at, entered, np.datetime64("NaT", "us"))
    closed = history.closed[known].astype("datetime64[us]")
    later = ~(closed <= at) & ~without[known]
    outcome = np.where(later, 0, history.outcome[known]).astype(np.int8)
    S = entered.shape[1]
    seen = ~np.isnat(entered)
    stage = np.where(seen.any(1), S - 1 - np.argmax(seen[:, ::-1], axis=1), -1)
    return Snapshot(
        rows=known,
        entered=entered,
        created=history.created[known].astype("datetime64[us]"),
        closed=np.where(later, np.datetime64("NaT", "us"), closed),
        outcome=outcome,
        value=money.values[known],
        stage=stage.astype(np.intp),
        at=at,
        currency=money.currency,
        mixed=money.mixed,
        converted=rates is not None,
        faults=money.faults,
    )
