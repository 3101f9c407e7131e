"""Arrivals: new deals a day, the season of the year, and how much they scatter."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import DAY
from salesfunnel._core.season import COUNT_MONTHS, SILENT
from salesfunnel._kernels.month_factors import month_factors
from salesfunnel.fault import Fault
from salesfunnel.forecasting.snapshot import Snapshot, days

__all__ = ["Arrivals", "Season", "arrivals"]

Floats = npt.NDArray[np.float64]
Season = Literal["auto"]

RECENT, BLOCK = 180.0, 30
MOST_MONTHS = 60
"""Complete months that are read at most."""
MISSED = 3.0
"""The first month counts as complete if fewer deals than this are to be expected before the
first one."""
MONTH = np.timedelta64(1, "M")


class Arrivals(NamedTuple):
    """How deals arrive from now on."""

    a_day: float
    """New deals a day over the last half year, season taken out."""
    by_day: Floats
    """Factor of every day of the horizon, shape (horizon,)."""
    scatter: float
    """How much the arrivals of the horizon scatter, relative to their mean."""
    factors: Floats
    """Of January to December, shape (12,); empty without a season."""
    faults: tuple[Fault, ...]


def arrivals(known: Snapshot, horizon: int, season: bool) -> Arrivals:
    """Return how deals arrive, given what was known."""
    age = days(known.at - known.created)
    span = min(RECENT, float(age.max())) if age.size else 0.0
    counts, first = _by_month(known)
    faults: tuple[Fault, ...] = ()
    factors, extra = np.ones(12), 0.0
    shown = np.empty(0)
    ahead = _months_of(known.at, np.arange(horizon))
    before = _months_of(known.at, -1 - np.arange(max(round(span), 1)))
    if season and counts.size >= COUNT_MONTHS:
        found = month_factors(counts, first)
        shown = factors = found.factor
        contrast = _share(ahead, factors) - _share(before, factors)
        extra = float(contrast @ found.covariance @ contrast)
    elif season:
        n, needed = int(counts.size), COUNT_MONTHS
        faults = (Fault.of("arrivals-without-season", severity="info", n=n, needed=needed),)
    rate, scatter = _level(age, span, factors[before])
    faults += _stopped(known, age, rate * factors[before])
    months = max(horizon / 30.0, 1.0)
    wide = float(np.sqrt(scatter**2 / months + extra))
    return Arrivals(rate, factors[ahead], wide, shown, faults)


def _stopped(known: Snapshot, age: Floats, a_day: Floats) -> tuple[Fault, ...]:
    """Say it if nobody has come in for a time in which many were to be expected.

    Parameters
    ----------
    known : Snapshot
        The deals.
    age : ndarray of float64, shape (n,)
        Days since they were created.
    a_day : ndarray of float64, shape (days,)
        New deals that are usual on the days before `known.at`, the last one first.
    """
    silent = int(age.min()) if age.size else 0
    missed = float(a_day[:silent].sum())
    if missed < SILENT:
        return ()
    last = known.created.max().astype("datetime64[D]")
    return (
        Fault.of(
            "arrivals-stopped", severity="warning", since=str(last), n=silent, missed=round(missed)
        ),
    )


def _months_of(at: np.datetime64, day: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Return the month of the year of days from a moment, 0 for January."""
    moments = at + day.astype("timedelta64[D]")
    return np.asarray(moments.astype("datetime64[M]").astype(np.int64) % 12, dtype=np.intp)


def _share(which: npt.NDArray[np.intp], factors: Floats) -> Floats:
    """Return the share of each month of the year in what arrives on these days."""
    total = np.bincount(which, minlength=12) * factors
    return np.asarray(total / total.sum())


def _by_month(known: Snapshot) -> tuple[Floats, int]:
    """Return deals created in the complete months, and which month of the year is the first."""
    if not known.created.size:
        return np.empty(0), 0
    month = known.created.astype("datetime64[M]")
    start, stop = month.min(), known.at.astype("datetime64[M]")
    if start >= stop:
        return np.empty(0), 0
    months = int((stop - start) / MONTH)
    seen = np.bincount((month - start).astype(np.int64), minlength=months)[:months]
    count: Floats = seen.astype(np.float64)
    gap = float((known.created.min() - start.astype("datetime64[us]")) / DAY)
    if gap * count[1:13].sum() / 30.4 / max(count[1:13].size, 1) > MISSED:
        count, start = count[1:], start + MONTH
    cut = max(count.size - MOST_MONTHS, 0)
    return count[cut:], int((start.astype(np.int64) + cut) % 12)


def _level(age: Floats, span: float, factors: Floats) -> tuple[float, float]:
    """Return new deals a day, and how much the 30-day counts scatter; both without the season."""
    if span < 1:
        return 0.0, 0.0
    rate = float((age < span).sum()) / (span * float(factors.mean()))
    blocks = int(span // BLOCK)
    if blocks < 3:
        return rate, 0.1
    count = np.bincount((age[age < blocks * BLOCK] // BLOCK).astype(np.intp), minlength=blocks)
    usual = factors[: blocks * BLOCK].reshape(blocks, BLOCK).mean(axis=1)
    level = count / usual
    mean = float(level.mean())
    if mean == 0:  # nobody came in any of these blocks
        return rate, 0.1
    extra = max(float(level.var(ddof=1)) - float((level / usual).mean()), 0.0)
    return rate, float(np.sqrt((blocks * extra + 2 * (0.1 * mean) ** 2) / (blocks + 2))) / mean
