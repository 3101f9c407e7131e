"""Read the arguments of the pipeline's verbs: moments, closing periods, parts of a window."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.fiscal import Fiscal
from salesfunnel._core.periods import end_of, frequency_of, label_of, ordinal, start_of
from salesfunnel._core.vocabulary import Frequency

if TYPE_CHECKING:
    from collections.abc import Iterable


def moment_of(field: str, value: object, example: object = "2026-10-05") -> np.datetime64:
    """Return a moment as datetime64[us]; raise ArgumentError if it cannot be read.

    `example` is a moment of the data, which the error shows.
    """
    hint = f"such as {str(example)[:10]!r}"
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise ArgumentError(f"{field!r} must be a time without a zone, got {value!r}")
    try:
        found: np.datetime64 = np.datetime64(cast("str", value), "us")
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"{field!r} must be a date or a time, got {value!r}", hint=hint
        ) from error
    if np.isnat(found):
        raise ArgumentError(f"{field!r} must be a date or a time, got {value!r}", hint=hint)
    return found


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
        low, high = (
            moment_of("closing", day).astype("datetime64[D]").item()
            for day in cast("Iterable[object]", closing)
        )
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"'closing' must be a period such as {quarter!r} or two days, got {closing!r}"
        ) from error
    if high < low:
        raise ArgumentError(f"'closing' must not end before it begins, got {closing!r}")
    return (low, high), f"{low}/{high}"


def cuts_of(
    since: np.datetime64, until: np.datetime64, by: Frequency, fiscal: Fiscal | None
) -> list[np.datetime64]:
    """Return the ends of the parts of a window: its own, and the starts of periods inside."""
    first: date = since.astype("datetime64[D]").item()
    cuts = [since]
    if fiscal is not None and by in ("month", "quarter", "year"):
        place = fiscal.ordinal(first, by) + 1
        while (at := np.datetime64(fiscal.start_of(place, by), "us")) < until:
            cuts.append(at)
            place += 1
    else:
        place = _place(first, by) + 1
        while (at := np.datetime64(start_of(label_of(place, by), by), "us")) < until:
            cuts.append(at)
            place += 1
    return [*[cut for cut in cuts if cut < until], until]


def _place(day: date, by: Frequency) -> int:
    if by == "day":
        return ordinal(day.isoformat(), "day")
    if by == "week":
        year, week, _ = day.isocalendar()
        return ordinal(f"{year:04d}-W{week:02d}", "week")
    month = ordinal(f"{day:%Y-%m}", "month")
    return month // {"month": 1, "quarter": 3, "year": 12}[by]
