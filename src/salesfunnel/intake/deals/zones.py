"""Time zones by name, and the moment of the data."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel.intake.cells.read_time import read_time
from salesfunnel.intake.cells.time_column import tick_of

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["moment_of", "zone_of"]

_HOUR = re.compile(r"\d\s*[:：时点]|\d[Tt]\d|[ap]\.?m", re.IGNORECASE)


def moment_of(as_of: object, zone: tzinfo | None) -> Any:
    """Return the moment of the data in the zone of the funnel, a day as datetime64[D]; or None."""
    if as_of is None:
        return None
    try:
        moment = read_time(as_of)
    except ValueError as error:
        raise ArgumentError(
            f"'as_of' must be a moment, got {as_of!r}", hint="such as '2026-10-05'"
        ) from error
    if moment is None:
        raise ArgumentError(f"'as_of' must be a moment, got {as_of!r}")
    found = np.datetime64(int(tick_of(moment, zone or timezone.utc)), "us")
    return found.astype("datetime64[D]") if _is_day(as_of, moment) else found


def _is_day(as_of: object, moment: datetime) -> bool:
    """Whether an argument names a day without an hour."""
    if isinstance(as_of, np.datetime64):
        return np.datetime_data(as_of.dtype)[0] == "D"
    if isinstance(as_of, str):
        plain = moment.time() == time() and moment.tzinfo is None
        return plain and not _HOUR.search(as_of)
    return isinstance(as_of, date) and not isinstance(as_of, datetime)


def zone_of(tz: str) -> Any:
    """Return a time zone by its name; raise ArgumentError if there is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ArgumentError(
            f"'tz' must be the name of a time zone, got {tz!r}",
            hint='such as "Asia/Shanghai"; on systems without zones: pip install'
            ' "salesfunnel[timezones]"',
        ) from error
