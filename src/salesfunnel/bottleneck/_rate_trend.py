"""RateTrend: the rate of every step over the periods that were judged, as the verdict counts it."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.result import TableMixin
from salesfunnel._core.season import check_season
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.intervals import two_sided_z
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.reference import reference_curve
from salesfunnel._kernels.rate_model.setting import RATE_NOISE
from salesfunnel.bottleneck.bottlenecks import Bottlenecks
from salesfunnel.bottleneck.flows import flows_of, settings_of
from salesfunnel.bottleneck.judge import Settings
from salesfunnel.bottleneck.reference_window import ReferenceWindow
from salesfunnel.bottleneck.verdict import LEAST_HISTORY, sigmoid
from salesfunnel.data.delays import lags_of
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.definitions.funnel import Funnel, Transition
from salesfunnel.stats import rate_interval

__all__ = ["RateTrend", "rate_trend"]

FELL = ("confirmed", "suspected", "watch", "definition-changed")
"""Tiers whose window is not part of the history."""
LEVEL = 0.8

Float = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True, repr=False)
class RateTrend(TableMixin):
    """The rate of every step, period by period, on the same basis as the verdict.

    Where entrants take time to advance, `entered` are those who could have advanced in the period;
    so the sums over the judged window give the rate of the verdict to the last digit.

    Parameters
    ----------
    transitions : tuple of Transition
        The steps, T of them.
    periods : tuple of str
        Up to the judged one, P of them, gaps included.
    by : {"day", "week", "month", "quarter", "year", "none"}
        Length of a period.
    entered, advanced : ndarray of float64, shape (P, T)
        NaN where not known.
    low, high : ndarray of float64, shape (P, T)
        Wilson interval of `level`; NaN where nobody entered.
    level : float
        Nominal coverage of the intervals, in (0, 1).
    reference, reference_low, reference_high : ndarray of float64, shape (P, T), optional
        The rate to be expected in every period from level, season and slope, and its interval of
        `level`; months since a fall began are not in it. NaN if there is no history.
    lag_adjusted : bool
        Whether `entered` allows for the time that entrants take.
    segment : str
        The segment that is shown.
    funnel : Funnel, optional
        Names the steps for people.
    """

    transitions: tuple[Transition, ...] = attrs.field(converter=as_tuple)
    periods: tuple[str, ...] = attrs.field(converter=as_tuple)
    by: Frequency
    entered: Float = array_field(np.float64)
    advanced: Float = array_field(np.float64)
    low: Float = array_field(np.float64)
    high: Float = array_field(np.float64)
    level: float = 0.8
    lag_adjusted: bool = False
    segment: str = ALL
    funnel: Funnel | None = None
    reference: Float | None = array_field(np.float64, default=None)
    reference_low: Float | None = array_field(np.float64, default=None)
    reference_high: Float | None = array_field(np.float64, default=None)

    @classmethod
    def of(cls, entered: Float, advanced: Float, *, level: float = 0.8, **fields: Any) -> RateTrend:
        """Make a trend of counts; its intervals are Wilson's."""
        known = np.isfinite(entered) & np.isfinite(advanced) & (entered > 0)
        size = np.where(known, entered, 1.0)
        done = np.where(known, np.minimum(advanced, size), 0.0)
        ends = rate_interval(done, size, level=level)
        return cls(
            entered=np.where(known, entered, np.nan),
            advanced=np.where(known, advanced, np.nan),
            low=np.where(known, np.asarray(ends.low), np.nan),
            high=np.where(known, np.asarray(ends.high), np.nan),
            level=level,
            **fields,
        )

    def __repr__(self) -> str:
        return f"<RateTrend of {len(self.transitions)} steps over {len(self.periods)} periods>"

    @property
    def rate(self) -> Float:
        """Advanced per entered, shape (P, T); NaN where nobody entered."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.advanced / self.entered)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per period and step as a dict of one-dimensional arrays."""
        P, T = len(self.periods), len(self.transitions)
        curve = {
            name: getattr(self, name).ravel()
            for name in ("reference", "reference_low", "reference_high")
            if getattr(self, name) is not None
        }
        return {
            "period": np.repeat(np.array(self.periods, np.str_), T),
            "transition": np.tile(np.array([str(t) for t in self.transitions], np.str_), P),
            "entered": self.entered.ravel(),
            "advanced": self.advanced.ravel(),
            "rate": self.rate.ravel(),
            "low": self.low.ravel(),
            "high": self.high.ravel(),
            **curve,
        }


def rate_trend(
    panel: Panel,
    *,
    period: str,
    lag: object = None,
    segment: str | None = None,
    season: str | None = "auto",
    calendar: object = None,
    found: Bottlenecks | None = None,
) -> RateTrend:
    """Return the rates behind the verdicts on one segment, up to the judged period.

    Parameters
    ----------
    panel : Panel
    period : str
        The last period.
    lag : optional
        As in `find_bottlenecks`.
    segment : str, optional
        Which one; that of all deals by default, or the first.
    season, calendar : optional
        As in `find_bottlenecks`: of the reference.
    found : Bottlenecks, optional
        The verdicts: the reference of a step that fell is that of the months before.
    """
    if segment is None:
        segment = ALL if ALL in panel.segments else panel.segments[0]
    g = panel.segments.index(segment)
    lags = lags_of(lag, panel)
    flows = flows_of(panel, period, lags)
    settings = settings_of(
        flows, panel.by, season=check_season(season), calendar=calendar,
        history=ReferenceWindow(), together=True,
    )  # fmt: skip
    ages = [_age(found, str(t), segment) for t in panel.transitions]
    extra = None if flows.extra is None else flows.extra[:, g]

    curve = _references(flows.advanced[:, g], flows.exposed[:, g], settings, ages, extra, LEVEL)
    return RateTrend.of(
        flows.exposed[:, g],
        flows.advanced[:, g],
        level=LEVEL,
        transitions=panel.transitions,
        periods=flows.periods,
        by=panel.by,
        lag_adjusted=flows.extra is not None,
        segment=segment,
        funnel=panel.funnel,
        reference=curve[0],
        reference_low=curve[1],
        reference_high=curve[2],
    )


def _age(found: Bottlenecks | None, transition: str, segment: str) -> int:
    """Return how many of the last periods a step is down, 0 if it is not."""
    if found is None or segment not in found.segments:
        return 0
    row = found.find(transition, segment)
    return int(row.window) if row.tier in FELL else 0


def _references(
    x: Float, n: Float, settings: Settings, ages: list[int], extra: Float | None, level: float
) -> Float:
    """Return the expected rate of every period and step with its limits, shape (3, P, T)."""
    out = np.full((3, *n.shape), np.nan)
    plan = design(
        len(n), settings.angle, settings.festivals, workdays=settings.workdays,
        a_month=settings.a_month,
    )  # fmt: skip
    z = two_sided_z(level)
    known = np.isfinite(n) & np.isfinite(x)
    size = np.where(known, np.maximum(n, x), 0.0)
    done = np.where(known, x, 0.0)
    for t, age in enumerate(ages):
        before = size[:, t].copy()
        if age:
            before[-age:] = 0.0
        if (before > 0).sum() < LEAST_HISTORY:
            continue
        more = None if extra is None else np.nan_to_num(extra[:, t])
        part = np.where(before > 0, done[:, t], 0.0)
        link, sd = reference_curve(part, before, plan, RATE_NOISE, more)
        out[:, :, t] = [sigmoid(link), sigmoid(link - z * sd), sigmoid(link + z * sd)]
    return out
