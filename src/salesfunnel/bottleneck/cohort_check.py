"""Do cohorts whose time is up show the fall too: late, but free of the lag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import end_of, label_of, ordinal
from salesfunnel._core.season import angles_of, months_apart
from salesfunnel._kernels.rate_model.setting import LONGEST
from salesfunnel.bottleneck.judge import Settings, judge
from salesfunnel.bottleneck.verdict import SUSPECTED
from salesfunnel.data.history.to_panel import segment_codes
from salesfunnel.data.panel import ALL, Panel

if TYPE_CHECKING:
    from salesfunnel.data.history import StageHistory

Array = npt.NDArray[np.float64]
SEEN, NOT_SEEN, UNKNOWN = 1, 2, 0
MATURE = 0.8
"""The window of a step: within it this share of those who advance has done so."""
FEWEST = 10
"""Advances below which no window is read from deals."""


def check_against_cohorts(
    cohorts: object, panel: Panel, judged: str, settings: Settings
) -> npt.NDArray[np.int8]:
    """Return what cohorts say of every segment and step: `SEEN`, `NOT_SEEN` or `UNKNOWN`."""
    if isinstance(cohorts, Panel):
        for field in ("steps", "segments"):
            mine, theirs = getattr(panel, field), getattr(cohorts, field)
            if mine != theirs:
                raise DataError(
                    f"'cohorts' must have the {field} of the panel {mine!r}, got {theirs!r}"
                )
        last = [n for n in cohorts.periods if n not in cohorts.partial and n <= judged]
        if not last:
            return np.zeros((len(panel.segments), len(panel.transitions)), dtype=np.int8)
        cut = cohorts.select(periods=last).fill_gaps()
        entered, advanced, missing = cut.entered_advanced()
        exposed = np.where(missing, np.nan, entered)
        return _verdict(exposed, advanced.astype(np.float64), cut.periods, cohorts, settings)
    return _by_deals(cast("StageHistory", cohorts), panel, judged, settings)


def _verdict(
    exposed: Array, advanced: Array, periods: Sequence[str], panel: Panel, settings: Settings
) -> npt.NDArray[np.int8]:
    """Return what fixed windows say, judged as the rates themselves are."""
    last = LONGEST
    seasonal = settings.angle is not None
    own = Settings(
        angle=angles_of(periods[-last:], panel.by) if seasonal else None,
        a_month=months_apart(panel.by), together=settings.together,
        month_to_month_sd=settings.month_to_month_sd, prior_months=settings.prior_months,
    )  # fmt: skip
    p = judge(advanced[-last:], exposed[-last:], own).probability
    seen = np.nan_to_num(p) >= SUSPECTED
    known = ~np.isnan(p) & (np.nan_to_num(exposed[-1]) > 0)
    return np.where(known, np.where(seen, SEEN, NOT_SEEN), UNKNOWN).astype(np.int8)


def _by_deals(
    history: StageHistory, panel: Panel, judged: str, settings: Settings
) -> npt.NDArray[np.int8]:
    """Follow the deals that entered a step for a fixed time; only months that are mature count."""
    out = np.zeros((len(panel.segments), len(panel.transitions)), dtype=np.int8)
    if panel.by == "none":
        return out
    segment = _segments(history, panel)
    first, last = (ordinal(name, panel.by) for name in (panel.periods[0], judged))
    for s, key in enumerate(panel.steps[:-1]):
        if key not in history.stages or segment is None:
            continue
        duration, event, rows = history.stage_times(key)
        gone = duration[event == 1]
        if gone.size < FEWEST:
            continue
        window = float(np.quantile(gone, MATURE))
        entry = history.entered[rows, history.stages.index(key)]
        number = period_numbers(entry, panel.by)
        mature = _last_mature(history.as_of, window, panel, judged)
        keep = (number >= first) & (number <= min(last, mature)) & (segment[rows] >= 0)
        months = min(last, mature) - first + 1
        if months < 1:
            continue
        code = (number[keep] - first) * len(panel.segments) + segment[rows][keep]
        shape = (months, len(panel.segments), 1)
        size = months * len(panel.segments)
        n = np.bincount(code, minlength=size).reshape(shape).astype(np.float64)
        in_time = keep & (event == 1) & (duration <= window)
        code = (number[in_time] - first) * len(panel.segments) + segment[rows][in_time]
        x = np.bincount(code, minlength=size).reshape(shape).astype(np.float64)
        names = [label_of(first + k, panel.by) for k in range(months)]
        out[:, s] = _verdict(n, x, names, panel, settings)[:, 0]
    return out


def _segments(history: StageHistory, panel: Panel) -> npt.NDArray[np.int64] | None:
    """Return the panel's segment of every deal, −1 for none; None where that is not known."""
    if not panel.attributes:
        whole = panel.segments == (ALL,)
        return np.zeros(len(history.deals), dtype=np.int64) if whole else None
    codes, names = segment_codes(history, panel.attributes)
    where = {name: k for k, name in enumerate(panel.segments)}
    place = np.array([where.get(name, -1) for name in names], dtype=np.int64)
    return np.asarray(place[codes])


def _last_mature(as_of: np.datetime64, window: float, panel: Panel, judged: str) -> int:
    """Return the last period all of whose entrants had `window` days."""
    for name in reversed(panel.periods[: panel.periods.index(judged) + 1]):
        ends = np.datetime64(end_of(name, panel.by))
        if (as_of - ends) / np.timedelta64(1, "D") >= window:
            return ordinal(name, panel.by)
    return ordinal(panel.periods[0], panel.by) - 1
