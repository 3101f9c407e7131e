"""Periods of whole arrays of times, and how long a period is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.vocabulary import Frequency

TICKS_PER_DAY = 86_400_000_000
"""Microseconds of a day."""
DAYS_PER_MONTH = 365.25 / 12
DAYS_PER_PERIOD = {
    "day": 1.0,
    "week": 7.0,
    "month": DAYS_PER_MONTH,
    "quarter": 3 * DAYS_PER_MONTH,
    "year": 365.25,
}
"""Mean length of a period in days (Julian year)."""
PERIODS_PER_MONTH = {by: DAYS_PER_MONTH / days for by, days in DAYS_PER_PERIOD.items()}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONDAY = 3  # 1969-12-29 is three days before the epoch
MISSING_PERIOD = np.iinfo(np.int64).min


def period_numbers(times: npt.NDArray[np.datetime64], by: Frequency) -> npt.NDArray[np.int64]:
    """Return the ordinal of the period of each time, as `periods.ordinal` counts.

    Parameters
    ----------
    times : ndarray of datetime64
        Times or days.
    by : {"day", "week", "month", "quarter", "year"}
        Length of the periods.

    Returns
    -------
    ndarray of int64, same shape
        `MISSING_PERIOD`, the least int64, for NaT.
    """
    if by in _MONTHS:
        numbers = np.floor_divide(times.astype("datetime64[M]").astype(np.int64), _MONTHS[by])
    else:
        days = times.astype("datetime64[D]").astype(np.int64)
        numbers = days if by == "day" else np.floor_divide(days + _MONDAY, 7)
    return np.where(np.isnat(times), MISSING_PERIOD, numbers)
