"""Time zones by name, and the moment of the data."""

from __future__ import annotations

from datetime import timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel.intake.cells.read_time import read_time
from salesfunnel.intake.cells.time_column import tick_of

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["moment_of", "zone_of"]


def moment_of(as_of: object, zone: tzinfo | None) -> Any:
    """Return the moment of the data in the zone of the funnel; None stays None."""
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
    return np.datetime64(int(tick_of(moment, zone or timezone.utc)), "us")


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
