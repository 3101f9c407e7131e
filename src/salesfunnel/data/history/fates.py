"""Count the deals that entered each stage in some months: advanced, lost, still open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field, mature_entrants
from salesfunnel._core.checks import check_known, check_positive_int
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import label_of, ordinal
from salesfunnel._core.result import TableMixin
from salesfunnel.data.history.stage_history import LOST, StageHistory
from salesfunnel.data.history.until import first_unknown
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Funnel

__all__ = ["StageFates", "stage_fates"]

Ints = npt.NDArray[np.int64]
LEAST = 10
"""Deals of the months before, from which their share that advanced is given."""


@attrs.frozen(kw_only=True, repr=False)
class StageFates(TableMixin):
    """Deals that entered each stage in the months shown, by outcome.

    Parameters
    ----------
    stages : tuple of str
        Keys of the stages, shape (S,).
    periods : tuple of str
        The months of entry.
    entered, advanced, lost, open : ndarray of int64, shape (S,)
        Deals that entered the stage in these months; of them, those that reached a later stage by
        `as_of`, those that were lost before, those still open. At the last stage the wins stand
        under `entered`.
    exposed : ndarray of float64, shape (S,), optional
        Of `entered`, how many have had time to advance: the ended ones, and open ones as far as
        their age tells, as in ``panel(mode="entry")``. `entered` by default.
    baseline : ndarray of float64, shape (S,)
        Share of the deals of the months before that advanced, of those that have had time, in
        [0, 1]; NaN where fewer than 10.
    alerts : tuple of str
        Stages whose step onward is below its baseline.
    as_of : datetime.datetime
        When the deals were last looked at.
    deals : int
        Deals of the whole history.
    funnel : Funnel, optional
        Names the stages for people.

    Notes
    -----
    ``entered == advanced + lost + open`` at every stage but the last. Open deals are not lost: they
    may still advance.
    """

    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    periods: tuple[str, ...] = attrs.field(converter=as_tuple)
    entered: Ints = array_field(np.int64)
    advanced: Ints = array_field(np.int64)
    lost: Ints = array_field(np.int64)
    open: Ints = array_field(np.int64)
    baseline: npt.NDArray[np.float64] = array_field(np.float64)
    alerts: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    as_of: datetime
    deals: int
    funnel: Funnel | None = None
    exposed: npt.NDArray[np.float64] | None = array_field(np.float64, default=None)

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "stages", "entered", "advanced", "lost", "open", "baseline")

    def __repr__(self) -> str:
        first = int(self.entered[0]) if self.entered.size else 0
        months = f"{self.periods[0]} to {self.periods[-1]}" if self.periods else "no month"
        return f"<StageFates of {months}: {first:,} deals entered, {len(self.stages)} stages>"

    @property
    def rate(self) -> npt.NDArray[np.float64]:
        """Share that advanced of those that have had time, shape (S,); NaN at the last stage."""
        n = mature_entrants(self.entered, self.exposed)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(n > 0, self.advanced / n, np.nan)
        share[-1:] = np.nan
        return np.asarray(share)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per stage as a dict of one-dimensional arrays."""
        return {
            "stage": np.array(self.stages, np.str_),
            "entered": self.entered,
            "advanced": self.advanced,
            "lost": self.lost,
            "open": self.open,
            "rate": self.rate,
            "baseline": self.baseline,
        }


def stage_fates(
    history: StageHistory,
    *,
    until: str | None = None,
    months: int = 3,
    before: int = 12,
    alerts: tuple[str, ...] = (),
    panel: Panel | None = None,
) -> StageFates:
    """Return what became of the deals that entered each stage in the last `months`.

    Parameters
    ----------
    history : StageHistory
    until : str, optional
        The last month, ``"2026-10"``; the last one that is over by default.
    months, before : int
        Months of entry, and months before them that the baseline rests on.
    alerts : tuple of str
        Stages to mark as below their baseline.
    panel : Panel, optional
        Of the same deals, ``panel(by="month", mode="entry")``, where it is at hand.

    Raises
    ------
    ArgumentError
        If a number of months is not positive.
    UnknownNameError
        If a stage of `alerts` is not in the history.

    Notes
    -----
    One pass over the deals and stages; a skipped stage counts as entered when a later one is.
    """
    check_positive_int("months", months, minimum=1)
    check_positive_int("before", before, minimum=1)
    for stage in alerts:
        check_known("stage", stage, history.stages)
    at = history.reached_at()
    month = period_numbers(at, "month")
    if until is None:
        last = int(period_numbers(np.array([first_unknown(history)]), "month")[0]) - 1
    else:
        last = ordinal(until, "month")
    here = (month > last - months) & (month <= last)
    earlier = (month > last - months - before) & (month <= last - months)
    onward = np.zeros(at.shape, dtype=bool)
    onward[:, :-1] = ~np.isnat(at[:, 1:]) & (at[:, 1:] <= history.as_of)
    lost = (history.outcome == LOST)[:, None] & ~onward
    counted = history.panel(by="month", mode="entry") if panel is None else panel
    had_time = [_had_time(counted, chosen) for chosen in (
        (last - months, last), (last - months - before, last - months))]  # fmt: skip
    shares = (earlier & onward).sum(axis=0) / np.maximum(had_time[1], 1e-12)
    shares = np.where(had_time[1] >= LEAST, np.minimum(shares, 1.0), np.nan)
    shares[-1:] = np.nan
    advanced, gone = (here & onward).sum(axis=0), (here & lost).sum(axis=0)
    gone[-1:] = 0
    entered = here.sum(axis=0)
    still = entered - advanced - gone
    still[-1:] = 0
    return StageFates(
        stages=history.stages,
        periods=tuple(label_of(n, "month") for n in range(last - months + 1, last + 1)),
        entered=entered,
        advanced=advanced,
        lost=gone,
        open=still,
        baseline=shares,
        alerts=alerts,
        as_of=history.as_of.astype("datetime64[s]").item(),
        deals=len(history),
        funnel=history.funnel,
        exposed=had_time[0],
    )


def _had_time(panel: Panel, months: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Return how many had time to advance at each stage, of those in (first, last] months."""
    number = np.array([ordinal(name, "month") for name in panel.periods], dtype=np.int64)
    inside = (number > months[0]) & (number <= months[1])
    exposed = panel.counts[..., :-1] if panel.exposed is None else panel.exposed
    total = exposed[inside].sum(axis=(0, 1), dtype=np.float64)
    return np.append(total, 0.0)
