"""Pieces of the horizon: where the picture has a point, and where a calendar month begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.fiscal import Fiscal
from salesfunnel._core.moments import DAY, TICK

__all__ = ["CALENDAR", "POINTS", "cuts_of", "month_shares", "path_points", "whole_quarters"]

Floats = npt.NDArray[np.float64]
POINTS = 12
CALENDAR = Fiscal(quarter="{year}-Q{quarter}")
"""Quarters of the calendar, written as everywhere."""
MONTH = np.timedelta64(1, "M")


def path_points(horizon: int) -> Floats:
    """Return the whole days that the picture shows, from 0."""
    return np.unique(np.round(np.linspace(0, horizon, min(horizon, POINTS) + 1)))


def _months(at: np.datetime64, horizon: int) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return the calendar months ahead, and the days on which they begin and end."""
    end = at + horizon * DAY
    first, last = (
        at.astype("datetime64[M]"),
        (end - TICK).astype("datetime64[M]"),
    )
    months = np.arange(first, last + MONTH)
    starts = (months.astype("datetime64[us]") - at) / DAY
    stops = ((months + MONTH).astype("datetime64[us]") - at) / DAY
    return tuple(str(m) for m in months), starts, stops


def _quarters(
    at: np.datetime64, horizon: int, calendar: Fiscal
) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return the quarters ahead, and the days on which they begin and end."""
    first = calendar.ordinal(at.astype("datetime64[D]").item())
    last = calendar.ordinal((at + horizon * DAY).astype("datetime64[D]").item())
    place = range(first, last + 1)
    cuts = np.array([calendar.start_of(k) for k in range(first, last + 2)], dtype="datetime64[us]")
    days = (cuts - at) / DAY
    return tuple(calendar.name_of(k) for k in place), days[:-1], days[1:]


def cuts_of(at: np.datetime64, horizon: int, calendar: Fiscal = CALENDAR) -> Floats:
    """Return the days at which pieces begin and end; a day with two months is one of its own."""
    _, months, _ = _months(at, horizon)
    _, quarters, _ = _quarters(at, horizon, calendar)
    starts = np.concatenate([months, quarters])
    days = np.concatenate([path_points(horizon), np.floor(starts), np.ceil(starts)])
    return np.unique(np.clip(days, 0, horizon))


def month_shares(at: np.datetime64, cuts: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return the calendar months ahead, and the share of each piece that lies in each."""
    names, starts, stops = _months(at, int(cuts[-1]))
    low, high = cuts[:-1, None], cuts[1:, None]
    overlap = np.maximum(np.minimum(high, stops) - np.maximum(low, starts), 0.0)
    return names, overlap / overlap.sum(1, keepdims=True)


def whole_quarters(
    at: np.datetime64, cuts: Floats, calendar: Fiscal = CALENDAR
) -> tuple[tuple[str, ...], Floats]:
    """Return the quarters that lie wholly ahead, and the share of each piece in each."""
    horizon = int(cuts[-1])
    names, starts, stops = _quarters(at, horizon, calendar)
    whole = np.flatnonzero((starts >= 0) & (stops <= horizon))
    low, high = cuts[:-1, None], cuts[1:, None]
    overlap = np.maximum(np.minimum(high, stops[whole]) - np.maximum(low, starts[whole]), 0.0)
    return tuple(names[k] for k in whole.tolist()), overlap / (high - low)
