"""Inflow: who comes in, against season and trend, for every segment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel._core.rows import LazyRows
from salesfunnel._core.vocabulary import TIERS, Tier
from salesfunnel._kernels.rate_model import pool
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.evidence import evidence
from salesfunnel._kernels.rate_model.setting import (
    COUNT_NOISE,
    COUNT_SIZES,
    SIZE_WEIGHTS,
    count_setting,
)
from salesfunnel.bottleneck.judge import Settings
from salesfunnel.bottleneck.verdict import CONFIRMED, LEAST_HISTORY, NOT_ENOUGH, SUSPECTED, WATCH

__all__ = ["Inflow", "InflowRow"]

Float = npt.NDArray[np.float64]
LEVEL, HALF = 0.9, 1.645
"""Level of the interval of what is expected, and its half in standard deviations."""
SEEN = 0.4
"""Entries that would not show a drop of this share are not enough data for "as before"."""
START_UP, MOST_START_UP, LEAST_LEFT = 0.5, 6, 6
"""Share of the later median below which a list starts up, periods at most, and left at least."""


@attrs.frozen(kw_only=True)
class InflowRow(ResultMixin):
    """Who came into one segment's first step in the judged period, against season and trend.

    Parameters
    ----------
    segment, period : str
        Whose, and the period judged.
    entered : int or None
        Who came in; None if it is not known.
    expected : Interval or None
        How many that should be, nine times of ten, if nothing had happened; None if the
        history is too short.
    mean : float or None
        The middle of the same.
    probability : float or None
        That fewer come in by 15 to 85% since one of the last eight months, and still do.
    tier : {"confirmed", "suspected", "watch", "none", "not-enough-data"}
        From 0.8, 0.5, 0.3 on.
    onset : str or None
        The period in which it most probably began; None below ``watch``.
    shortfall : float or None
        1 − entered ÷ mean.
    deals : float or None
        Deals a period that are missing for it, at the usual rates of the steps; for ``watch`` and
        above.
    """

    segment: str
    period: str
    entered: int | None
    expected: Interval | None = None
    mean: float | None = None
    probability: float | None = None
    tier: Tier = "none"
    onset: str | None = None
    shortfall: float | None = None
    deals: float | None = None

    @property
    def alarm(self) -> bool:
        """Whether it is confirmed or suspected."""
        return self.tier in {"confirmed", "suspected"}


@attrs.frozen(kw_only=True, repr=False)
class Inflow(TableMixin):
    """Who came in, of every segment; most probable fall first.

    Parameters
    ----------
    segments : tuple of str
        The segments.
    periods : tuple of str
        The periods that were read, the judged one last.
    entered, mean, low, high, probability, deals : ndarray of float64, shape (segments,)
        As in `InflowRow`, NaN where not known.
    tier, window : ndarray of int8, shape (segments,)
        Index into the tiers; months since the onset.
    """

    segments: tuple[str, ...]
    periods: tuple[str, ...]
    entered: Float = array_field(np.float64)
    mean: Float = array_field(np.float64)
    low: Float = array_field(np.float64)
    high: Float = array_field(np.float64)
    probability: Float = array_field(np.float64)
    deals: Float = array_field(np.float64)
    tier: npt.NDArray[np.int8] = array_field(np.int8)
    window: npt.NDArray[np.int8] = array_field(np.int8)

    def __repr__(self) -> str:
        fallen = int((self.tier < 2).sum())
        return f"<Inflow {self.periods[-1]}: {len(self)} segments, {fallen} with fewer entries>"

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[InflowRow]:
        return (self._row(int(g)) for g in self.order)

    def __getitem__(self, index: int) -> InflowRow:
        return self._row(int(self.order[index]))

    @property
    def rows(self) -> Sequence[InflowRow]:
        """One row per segment, most probable fall first; built when read."""
        return self._rows(self.order)

    @property
    def alarms(self) -> Sequence[InflowRow]:
        """The rows that are confirmed or suspected; built when read."""
        order = self.order
        return self._rows(order[self.tier[order] < 2])

    def _rows(self, places: npt.NDArray[np.intp]) -> Sequence[InflowRow]:
        return LazyRows(int(places.size), lambda k: self._row(int(places[k])))

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """Places of the rows: by probability, then by name."""
        names = np.array(self.segments, dtype=np.str_)
        return np.lexsort((names, -np.nan_to_num(self.probability, nan=-1.0)))

    def find(self, segment: str | None = None) -> InflowRow:
        """Return the row of a segment, or of the only one."""
        from salesfunnel._core.checks import check_known

        name = self.segments[0] if segment is None and len(self.segments) == 1 else segment
        check_known("segment", name, self.segments)
        return self._row(self.segments.index(str(name)))

    def _row(self, g: int) -> InflowRow:
        def number(values: Float) -> float | None:
            return float(values[g]) if np.isfinite(values[g]) else None

        entered, mean = number(self.entered), number(self.mean)
        tier, window = int(self.tier[g]), int(self.window[g])
        low, high = number(self.low), number(self.high)
        known = low is not None and high is not None
        return InflowRow(
            segment=self.segments[g],
            period=self.periods[-1],
            entered=None if entered is None else round(entered),
            expected=Interval(low, high, LEVEL, "predictive") if known else None,
            mean=mean,
            probability=number(self.probability),
            tier=TIERS[tier],  # type: ignore[arg-type]
            onset=self.periods[-window] if tier < 3 and window <= len(self.periods) else None,
            shortfall=None if entered is None or not mean else 1 - entered / mean,
            deals=number(self.deals),
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per segment; NaN if there is none."""
        order = self.order
        numbers = {
            name: getattr(self, name)[order]
            for name in ("entered", "mean", "low", "high", "probability", "deals")
        }
        window, tier = self.window[order].astype(np.intp), self.tier[order]
        listed = (tier < 3) & (window <= len(self.periods))
        names = np.array(self.periods, dtype=np.str_)
        return {
            "segment": np.array(self.segments, dtype=np.str_)[order],
            "period": np.full(order.size, self.periods[-1]),
            **numbers,
            "tier": np.array(TIERS, dtype=np.str_)[tier],
            "onset": np.where(listed, names[-np.where(listed, window, 1)], ""),
        }


def start_up(entered: Float) -> npt.NDArray[np.bool_]:
    """Return the first periods in which entries had not yet come up, (periods, segments).

    The first periods, six at most, with less than half of the median of all that came after: of a
    list that begins in the middle of the business they are no history. At least six must be left.
    """
    out = np.zeros(entered.shape, dtype=np.bool_)
    going = np.ones(entered.shape[1], dtype=np.bool_)
    for t in range(min(MOST_START_UP, len(entered) - LEAST_LEFT)):
        low = entered[t] < START_UP * _middle(entered[t + 1 :])
        going &= low | np.isnan(entered[t])
        out[t] = going & low
    return out


def _middle(values: Float) -> Float:
    """Return the median along the first axis of what is known, 0 where nothing is."""
    known = np.isfinite(values).sum(axis=0)
    ordered, at = np.sort(values, axis=0), np.arange(values.shape[1])
    low = ordered[np.maximum((known - 1) // 2, 0), at]
    high = ordered[np.minimum(known // 2, len(values) - 1), at]
    return np.where(known > 0, (low + np.where(known % 2 == 1, low, high)) / 2, 0.0)


def judge_inflow(
    entered: Float, settings: Settings, segments: tuple[str, ...], periods: tuple[str, ...],
    worth: Float,
) -> Inflow:  # fmt: skip
    """Judge the entries of the last period.

    Parameters
    ----------
    entered : ndarray of float, shape (periods, segments)
        NaN where not known.
    settings : Settings
        How months are read.
    segments, periods : tuple of str
        Their names.
    worth : ndarray of float, shape (segments,)
        Deals an entry brings at the usual rates of the steps.
    """
    months, size = entered.shape
    there = ~np.isnan(entered) & ~start_up(entered)
    plan = design(
        months, settings.angle, settings.festivals, workdays=settings.workdays,
        a_month=settings.a_month,
    )  # fmt: skip
    single = not settings.together
    groups = pool.Groups(np.arange(size if single else 1, dtype=np.intp), size)
    setting = count_setting(months)._replace(noise=settings.noise(COUNT_NOISE))
    x = np.where(there, np.nan_to_num(entered), 0.0)
    found = evidence(x, there.astype(np.float64), plan, groups, setting)
    span = months - np.argmax(there, axis=0)
    hidden = np.arange(1, found.down.shape[0] + 1)[:, None] >= span
    down, up = (np.where(hidden[:, None], 1.0, part) for part in (found.down, found.up))
    out = pool.pooled(
        down, up, SIZE_WEIGHTS, 1, groups, visible=max(months - 1, 1),
        mended=found.mending.within(span),
    )  # fmt: skip
    judged = there[-1] & (there[:-1].sum(axis=0) >= LEAST_HISTORY)
    p = np.where(judged, out.fall, np.nan)
    share = groups.spread(out.share) * np.ones(size)
    first = groups.spread(out.onset[0]) * np.ones(size)
    sd = np.sqrt(np.minimum(found.step_variance, 1e3))
    delta = sd * np.sqrt(2 * np.log((1 - share) / (share * first)) + 1)
    unseen = 1 - np.exp(-delta) > SEEN
    filled = np.nan_to_num(p, nan=-1.0)
    empty = x.sum(axis=0) == 0
    tier = np.select(
        [~judged | empty, filled >= CONFIRMED, filled >= SUSPECTED, filled >= WATCH, unseen],
        [NOT_ENOUGH, 0, 1, 2, NOT_ENOUGH], 3,
    )  # fmt: skip
    age = np.where(tier < 3, np.argmax(out.by_age, axis=0), 0)
    at = age, np.arange(size)
    mean = np.exp(found.link[at])
    half = HALF * np.sqrt(found.variance[at] + 1 / np.maximum(mean, 1e-9))
    known = judged & ~empty
    size_of = COUNT_SIZES @ out.by_size
    return Inflow(
        segments=segments, periods=periods,
        entered=np.where(there[-1], entered[-1], np.nan),
        mean=np.where(known, mean, np.nan),
        low=np.where(known, mean * np.exp(-half), np.nan),
        high=np.where(known, mean * np.exp(half), np.nan),
        probability=p, tier=tier.astype(np.int8), window=(age + 1).astype(np.int8),
        deals=np.where(known & (tier < 3), filled * size_of * mean * worth, np.nan),
    )  # fmt: skip
