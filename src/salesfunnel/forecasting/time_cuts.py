"""Pieces of the horizon: where the picture has a point, and where a calendar month begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel.forecasting.snapshot import DAY

__all__ = ["POINTS", "cuts_of", "month_shares", "path_points", "whole_quarters"]

Floats = npt.NDArray[np.float64]
POINTS = 12
MONTH = np.timedelta64(1, "M")


def path_points(horizon: int) -> Floats:
    """Return the whole days that the picture shows, from 0."""
    return np.unique(np.round(np.linspace(0, horizon, min(horizon, POINTS) + 1)))


def _months(at: np.datetime64, horizon: int) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return the calendar months ahead, and the days on which they begin and end."""
    end = at + horizon * DAY
    first, last = (
        at.astype("datetime64[M]"),
        (end - np.timedelta64(1, "us")).astype("datetime64[M]"),
    )
    months = np.arange(first, last + MONTH)
    starts = (months.astype("datetime64[us]") - at) / DAY
    stops = ((months + MONTH).astype("datetime64[us]") - at) / DAY
    return tuple(str(m) for m in months), starts, stops


def cuts_of(at: np.datetime64, horizon: int) -> Floats:
    """Return the days at which pieces begin and end; a day with two months is one of its own."""
    _, starts, _ = _months(at, horizon)
    days = np.concatenate([path_points(horizon), np.floor(starts), np.ceil(starts)])
    return np.unique(np.clip(days, 0, horizon))


def month_shares(at: np.datetime64, cuts: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return the calendar months ahead, and the share of each piece that lies in each."""
    names, starts, stops = _months(at, int(cuts[-1]))
    low, high = cuts[:-1, None], cuts[1:, None]
    overlap = np.maximum(np.minimum(high, stops) - np.maximum(low, starts), 0.0)
    return names, overlap / overlap.sum(1, keepdims=True)


def whole_quarters(
    months: tuple[str, ...], share: Floats, *, at: np.datetime64, horizon: int
) -> tuple[tuple[str, ...], Floats]:
    """Return the quarters that lie wholly ahead, and the share of each piece in each."""
    names = [f"{month[:4]}-Q{(int(month[5:]) - 1) // 3 + 1}" for month in months]
    first = np.datetime64(months[0], "us")
    last = np.datetime64(months[-1], "M") + MONTH
    cut = {
        *(names[:1] if first < at else []),
        *(names[-1:] if last.astype("datetime64[us]") > at + horizon * DAY else []),
    }
    found = tuple(
        name for name in dict.fromkeys(names) if name not in cut and names.count(name) == 3
    )
    member = np.array([[name == one for one in found] for name in names], dtype=np.float64)
    return found, share @ member.reshape(len(names), len(found))
