"""Read the arguments of the pipeline's verbs: moments, closing periods, parts of a window."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, cast

import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.fiscal import Fiscal
from salesfunnel._core.moments import read_day
from salesfunnel._core.periods import end_of, frequency_of, label_of, ordinal, start_of
from salesfunnel._core.vocabulary import Frequency
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.until import moment_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def closing_days(
    closing: object, fiscal: Fiscal | None, at: np.datetime64 | None = None
) -> tuple[tuple[date, date] | None, str]:
    """Return the first and the last day of a closing period, and its name.

    `at` is the day of the data, whose quarter is the example of an error.

    Raises
    ------
    ArgumentError
        If it cannot be read, or ends before it begins.
    """
    if closing is None:
        return None, ""
    day = date(2026, 10, 1) if at is None else at.astype("datetime64[D]").item()
    quarter = label_of(_place(day, "quarter"), "quarter")
    if isinstance(closing, str):
        if fiscal is not None and frequency_of(closing) in ("none", "quarter", "year"):
            return fiscal.bounds(closing), closing
        by = frequency_of(closing)
        if by == "none":
            raise ArgumentError(
                f"'closing' must be a period such as {quarter!r} or two days, got {closing!r}",
                hint="a fiscal period such as 'FY27-Q3' needs fiscal_start= or fiscal=",
            )
        return (start_of(closing, by), end_of(closing, by) - timedelta(days=1)), closing
    try:
        low, high = (read_day("closing", day) for day in cast("Iterable[object]", closing))
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"'closing' must be a period such as {quarter!r} or two days, got {closing!r}"
        ) from error
    if high < low:
        raise ArgumentError(f"'closing' must not end before it begins, got {closing!r}")
    return (low, high), f"{low}/{high}"


def cuts_of(
    history: StageHistory,
    window: tuple[np.datetime64, np.datetime64],
    by: Frequency,
    fiscal: Fiscal | None,
) -> list[np.datetime64]:
    """Return the ends of the parts of a window: its own, and those of periods inside it."""
    since, until = window
    first: date = since.astype("datetime64[D]").item()
    cuts = [since]
    for day in _starts_after(first, by, fiscal):
        cut = moment_in(history, "pieces", day - timedelta(days=1))
        if cut >= until:
            break
        if cut > since:
            cuts.append(cut)
    return [*cuts, until]


def _starts_after(day: date, by: Frequency, fiscal: Fiscal | None) -> Iterator[date]:
    """Return the first days of the periods after that of a day, one after the other."""
    if fiscal is not None and by in ("month", "quarter", "year"):
        place = fiscal.ordinal(day, by)
        return (fiscal.start_of(k, by) for k in count(place + 1))
    place = _place(day, by)
    return (start_of(label_of(k, by), by) for k in count(place + 1))


def _place(day: date, by: Frequency) -> int:
    if by == "day":
        return ordinal(day.isoformat(), "day")
    if by == "week":
        year, week, _ = day.isocalendar()
        return ordinal(f"{year:04d}-W{week:02d}", "week")
    month = ordinal(f"{day:%Y-%m}", "month")
    return month // {"month": 1, "quarter": 3, "year": 12}[by]
