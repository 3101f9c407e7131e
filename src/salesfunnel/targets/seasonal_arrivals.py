"""Who will enter in the months of a plan: the pace of the history, at their season."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.periods import ordinal
from salesfunnel._core.season import COUNT_MONTHS, SILENT
from salesfunnel._kernels.month_factors import month_factors
from salesfunnel.fault import Fault
from salesfunnel.targets.history_rates import RateHistory

__all__ = ["MOST_ARRIVAL_MONTHS", "entrants_ahead"]

MOST_ARRIVAL_MONTHS = 60
"""Months of arrivals that are read at most."""


def entrants_ahead(
    known: RateHistory, periods: tuple[str, ...], months: int, *, season: bool
) -> tuple[float, list[Fault]]:
    """Return the entrants to expect at the present pace, and what is to be said of it.

    Parameters
    ----------
    known : RateHistory
        Up to `MOST_ARRIVAL_MONTHS` months.
    periods : tuple of str
        The months of the plan.
    months : int
        How many of the last months the pace is that of.
    season : bool
        Whether arrivals may have a season.
    """
    volume, stopped = _living(known)
    if not volume.size:
        return 0.0, []
    found, said = _at_this_pace(known, volume, periods, months, season=season)
    return found, [*said, *stopped]


def _living(known: RateHistory) -> tuple[npt.NDArray[np.float64], list[Fault]]:
    """Return the months up to the last in which anybody came in, where many were to be expected."""
    volume = known.volume
    came = np.flatnonzero(volume)
    silent = volume.size - 1 - int(came[-1]) if came.size else 0
    usual = volume[: volume.size - silent][-6:]
    missed = silent * float(usual.mean()) if usual.size else 0.0
    if missed < SILENT:
        return volume, []
    fault = Fault.of(
        "entrants-stopped", severity="warning", step=known.panel.steps[0], n=silent,
        since=known.panel.periods[-silent], missed=round(missed),
    )  # fmt: skip
    return volume[:-silent], [fault]


def _at_this_pace(
    known: RateHistory, volume: npt.NDArray[np.float64], periods: tuple[str, ...], months: int,
    *, season: bool,
) -> tuple[float, list[Fault]]:  # fmt: skip
    flat = float(volume[-months:].mean()) * len(periods)
    late = known.volume.size - volume.size
    whole = known.volume.size == len(known.entered) and known.panel.by == "month"
    if not season or not whole or volume.size < COUNT_MONTHS:
        return flat, []
    last = ordinal(known.panel.periods[-1], "month") - late
    before = (last - volume.size + 1 + np.arange(volume.size)) % 12
    ahead = np.array([ordinal(name, "month") for name in periods]) % 12
    factor = month_factors(volume, int(before[0])).factor
    pace = float(volume[-months:].sum() / factor[before[-months:]].sum())
    said = Fault.of("arrivals-of-the-season", severity="info", n=volume.size)
    return pace * float(factor[ahead].sum()), [said]
