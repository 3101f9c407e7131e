"""Count who could advance and who did, up to the judged period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.periods import label_of, ordinal
from salesfunnel._core.season import angles_of, calendar_of, months_apart
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.rate_model.exposure import (
    fall_on_the_logit,
    on_the_logit,
    scatter_of_delays,
)
from salesfunnel._kernels.rate_model.setting import LONGEST
from salesfunnel.bottleneck.judge import Settings
from salesfunnel.bottleneck.reference_window import ReferenceWindow
from salesfunnel.data.delays import Lag, exposure_of
from salesfunnel.data.panel import Panel

Array = npt.NDArray[np.float64]
WEEK = 7
"""Days that are read together: the days of a week differ."""
MOST_PERIODS = {"day": LONGEST, "week": 104, "month": LONGEST, "quarter": 24, "year": 12}
"""Periods that count, by how long they are; days after they are gathered to weeks."""


class Flows(NamedTuple):
    """Counts up to the judged period, (periods, segments, steps); NaN where not usable."""

    exposed: Array
    advanced: Array
    entered: Array
    """As counted, not adjusted."""
    first: Array
    """Entries of the first step, (periods, segments)."""
    extra: Array | None
    """Extra variance of a period on the logit, from uncertain exposure."""
    periods: tuple[str, ...]
    """Names; of days gathered to weeks the first day of each."""
    scatter: Array | None = None
    """φ of counts that a lag spreads, (segments, steps): see `exposure.scatter_of_delays`."""
    young: Array | None = None
    """Share of the last exposure that entered in the last period itself, (segments, steps)."""
    shown: float = 1.0
    """Share of a drop that the last period shows: half of drops concern all who advance in it,
    half those who enter in it."""


def flows_of(panel: Panel, judged: str, lags: tuple[Lag, ...] | None) -> Flows:
    """Return what every rate is made of, up to the judged period, gaps filled as missing.

    Periods that are not over are left out, but for the judged one. Days are gathered to weeks that
    end with the judged day.
    """
    last = panel.periods.index(judged) + 1
    names = [n for n in panel.periods[:last] if n == judged or n not in panel.partial]
    cut = (panel if len(names) == len(panel.periods) else panel.select(periods=names)).fill_gaps()
    _, advanced, missing = cut.entered_advanced()
    entered = np.where(cut.missing[..., :-1], np.nan, cut.counts[..., :-1])
    x = np.where(missing, np.nan, advanced)
    exposed, cv2 = exposure_of(cut, lags)
    exposed = exposed.copy()
    exposed[missing] = np.nan
    extra = None if cv2 is None else _extra(cv2, x, exposed, by_entry=panel.mode == "entry")
    periods = cut.periods
    if panel.by == "day":
        exposed, x, entered, periods = _by_week(exposed, x, entered, periods)
    most = MOST_PERIODS.get(panel.by, LONGEST)
    n, x, entered = exposed[-most:], x[-most:], entered[-most:]
    if extra is not None:
        extra = extra[-most:]
    flows = Flows(n, x, entered, entered[..., 0], extra, periods[-most:])
    if lags is None or cut.exposed is not None:
        return flows
    width = WEEK if panel.by == "day" and len(cut.periods) >= WEEK else 1
    together = np.array([lag.together(width) for lag in lags])
    at_once = np.array([lag.young(width) for lag in lags])
    with np.errstate(divide="ignore", invalid="ignore"):
        young = at_once * entered[-1] / n[-1]
    return flows._replace(
        scatter=scatter_of_delays(_overall(x, n), together),
        young=np.nan_to_num(young, nan=1.0),
        shown=0.5 + 0.5 * float(at_once.mean()),
    )


def _extra(cv2: Array, x: Array, n: Array, *, by_entry: bool) -> Array:
    """Return the variance on the logit, at the overall rate of each step, or at a fall of it."""
    spread = fall_on_the_logit if by_entry else on_the_logit
    return np.nan_to_num(spread(np.nan_to_num(cv2), _overall(x, n)))


def _overall(x: Array, n: Array) -> Array:
    """Return the rate over all periods, (segments, steps)."""
    total = np.maximum(np.nansum(n, axis=0), 1e-12)
    done = np.nansum(np.where(np.isnan(n), 0.0, x), axis=0)
    return np.asarray(np.clip(done / total, 0.0, 1.0))


def _by_week(
    exposed: Array, x: Array, entered: Array, periods: tuple[str, ...]
) -> tuple[Array, Array, Array, tuple[str, ...]]:
    """Return sums of whole weeks, counted back from the last day; unknown where a day is."""
    weeks = len(periods) // WEEK
    if not weeks:
        return exposed, x, entered, periods
    keep = weeks * WEEK

    def gathered(values: Array) -> Array:
        return np.asarray(values[-keep:].reshape(weeks, WEEK, *values.shape[1:]).sum(axis=1))

    return gathered(exposed), gathered(x), gathered(entered), periods[-keep::WEEK]


def settings_of(
    flows: Flows,
    by: Frequency,
    *,
    season: bool,
    calendar: object,
    history: ReferenceWindow,
    together: bool,
) -> Settings:
    """Return how the periods are read: their time of the year, festivals, working days."""
    names, unit = flows.periods, by
    if by == "day" and len(names) > 1 and ordinal(names[1], by) - ordinal(names[0], by) == WEEK:
        unit = "week"
        names = tuple(label_of((ordinal(name, "day") + 3) // 7, "week") for name in names)
    known = calendar_of(calendar, names, unit) if season else None
    return Settings(
        angle=angles_of(names, unit) if season else None,
        festivals=None if known is None or not len(known.festivals) else known.festivals,
        workdays=None if known is None else known.workdays,
        a_month=months_apart(unit),
        together=together,
        month_to_month_sd=history.month_to_month_sd,
        prior_months=history.prior_months,
        history_months=history.months,
    )
