"""Working days: due dates fall on them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.extras import require

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["holidays_of", "working_day"]


def holidays_of(value: Collection[date] | str | None) -> Any:
    """Return something that says whether a date is a holiday.

    Parameters
    ----------
    value : collection of date, str or None
        Dates; or a country of the package ``holidays``, such as ``"CN"`` or ``"DE-BY"``.

    Raises
    ------
    MissingExtraError
        If a country is named and the package is not installed (extra ``calendar``).
    ArgumentError
        If the country is not known.
    """
    if value is None:
        return frozenset()
    if not isinstance(value, str):
        return frozenset(value)
    package = require("holidays", extra="calendar", feature="a calendar of public holidays")
    country, _, region = value.partition("-")
    try:
        return package.country_holidays(country, subdiv=region or None)
    except (NotImplementedError, KeyError) as error:
        raise ArgumentError(
            f"'holidays' must be dates or a country of the package holidays, got {value!r}"
        ) from error


def working_day(day: date, holidays: Container[date] = frozenset()) -> date:
    """Return the day itself, or the first working day after it (Monday to Friday, no holiday)."""
    for _ in range(60):
        if day.weekday() < 5 and day not in holidays:
            return day
        day += timedelta(days=1)
    raise ArgumentError(f"'holidays' must leave working days, got none in 60 days to {day}")
