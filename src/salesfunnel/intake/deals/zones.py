"""Time zones by name, and the moment of the data."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timezone
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.moments import read_moment
from salesfunnel.intake.cells.read_time import read_time

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["moment_of", "zone_of"]

_HOUR = re.compile(r"\d\s*[:：时点]|\d[Tt]\d|[ap]\.?m", re.IGNORECASE)


def moment_of(as_of: object, zone: tzinfo | None) -> Any:
    """Return the moment of the data in the zone of the funnel, a day as datetime64[D]; or None."""
    if as_of is None:
        return None
    value = as_of
    if isinstance(as_of, str):
        with suppress(ValueError):  # the error is that of `read_moment`
            value = _written(as_of)
    return read_moment("as_of", value, zone=zone or timezone.utc)


def _written(text: str) -> date | str | None:
    """Return a moment as people write it: a date where there is no hour, ISO text at midnight."""
    moment: datetime | None = read_time(text)
    if moment is None or moment.time() != time() or moment.tzinfo:
        return moment
    return moment.isoformat() if _HOUR.search(text) else moment.date()


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
