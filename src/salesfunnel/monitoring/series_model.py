"""A measure judged by the model of a rate over time: season, trend and noise of months counted."""

from __future__ import annotations

import math
from datetime import date, timedelta
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import DAYS_PER_MONTH, DAYS_PER_PERIOD
from salesfunnel._core.periods import end_of, label_of, start_of
from salesfunnel._core.season import RATE_MONTHS
from salesfunnel._kernels.rate_model.since import risen
from salesfunnel.monitoring.series import Array, Series

Ints = npt.NDArray[np.int64]

FOUR_WEEKS = {"week": 4, "day": 28}
"""Periods that are read together: the weeks of a month rise and fall together."""
MOST_BLOCKS = 39
LARGEST = 1e9
NORMAL = NormalDist()


class Judged(NamedTuple):
    """Estimates for the time since a measure began."""

    expected: float
    """The rate that would be expected now if nothing had changed."""
    bayes_factor: float
    plan_ratio: float
    p_higher: float
    p_half_plan: float
    separable: bool


class _Blocks(NamedTuple):
    """Counts of blocks of periods, before and since; the first `since` blocks lie before."""

    advanced: Array
    entered: Array
    middle: Array
    """Number of the period in the middle of each, with a fraction."""
    since: int


def judge_series(series: Series, planned: float, since: float | None) -> Judged | None:
    """Judge the counts of a step before and since a measure; None without any of either.

    Weeks and days are gathered in two ways: to blocks of four weeks, counted from the first period
    since the measure backwards and forwards, and to the months of the calendar. Nobody knows which
    of them rise and fall together, so that the evidence is the mean of both.

    Parameters
    ----------
    series : Series
        The counts.
    planned : float
        The relative rise that the plan promised.
    since : float or None
        Number of the first period before that counts.
    """
    post, pre = series.after, series.before
    if since is not None:
        near = pre[pre[:, 0] >= since]
        pre = near if near.size else pre
    if not post.size or not pre.size:
        return None
    least = FOUR_WEEKS.get(series.by, 1) / 2
    ways = [_gathered(pre, post, *numbers, least) for numbers in _numberings(pre, post, series)]
    found = [_judged(blocks, series, planned) for blocks in ways if blocks.since > 0]
    if not found:
        return None
    months = (post[-1, 0] - pre[0, 0] + 1) * _months_a_period(series)
    expected, factor, plan_ratio, p_higher, p_half = np.mean(found, axis=0).tolist()
    separable = bool(months >= RATE_MONTHS - 0.5)
    return Judged(expected, factor, plan_ratio, p_higher, p_half, separable)


def _months_a_period(series: Series) -> float:
    return DAYS_PER_PERIOD.get(series.by, DAYS_PER_MONTH) / DAYS_PER_MONTH


def _numberings(pre: Array, post: Array, series: Series) -> list[tuple[Ints, Ints]]:
    """Return the number of the block of every period before, below 0, and since, from 0 on."""
    start = post[0, 0]
    length = FOUR_WEEKS.get(series.by, 1)
    blocks = [np.floor((rows[:, 0] - start) / length).astype(np.int64) for rows in (pre, post)]
    ways = [(blocks[0], blocks[1])]
    if length > 1:
        months = [_month_of(rows[:, 0], series) for rows in (pre, post)]
        first = months[1][0]  # a month in which the measure began is two blocks
        ways.append((months[0] - first - 1, months[1] - first))
    return ways


def _month_of(numbers: Array, series: Series) -> Ints:
    """Return the month that holds the middle of every period."""
    days = [_middle(number, series) for number in numbers.tolist()]
    return np.array([day.year * 12 + day.month for day in days], dtype=np.int64)


def _middle(number: float, series: Series) -> date:
    """Return the day in the middle of a period; between periods, of what lies between them."""
    whole = math.floor(number)
    label = label_of(whole, series.by)
    first, after = start_of(label, series.by), end_of(label, series.by)
    return first + timedelta(days=(number - whole + 0.5) * (after - first).days)


def _gathered(pre: Array, post: Array, before: Ints, after: Ints, least: float) -> _Blocks:
    """Add periods up to blocks; those without a period between others are empty.

    A first block of fewer than `least` periods is left out if others lie before: one week of a
    month says little of the month, and it is often the week in which something changed.
    """
    rows, block = np.concatenate([pre, post]), np.concatenate([before, after])
    oldest = int(before.min())
    ragged = (before == oldest).sum() < least and (before > oldest).any()
    first = int(max(before[before > oldest].min() if ragged else oldest,
                    block.max() + 1 - MOST_BLOCKS))  # fmt: skip
    inside = block >= first
    rows, place = rows[inside], block[inside] - first
    size = int(place.max()) + 1
    count = np.bincount(place, minlength=size)
    there = np.flatnonzero(count)
    middle = np.bincount(place, rows[:, 0], size)[there] / count[there]
    x, n = (np.bincount(place, rows[:, j], size).astype(np.float64) for j in (1, 2))
    return _Blocks(x, n, np.interp(np.arange(size), there, middle), -first)


def _judged(blocks: _Blocks, series: Series, planned: float) -> tuple[float, ...]:
    """Return the fields of `Judged` but the last."""
    x, n, age = blocks.advanced, blocks.entered, blocks.entered.size - blocks.since
    at, angle = _times(blocks, series)
    found = risen(x[:, None], n[:, None], age, angle, at, planned)
    link = float(found.link[0])
    advanced, entered = x[-age:].sum(), n[-age:].sum()
    own = (advanced + 0.5) / (entered + 1)
    sd = math.sqrt(float(found.variance[0]) + 1 / max(entered * own * (1 - own), 1e-9))
    expected = 1 / (1 + math.exp(-link))
    half = min(expected * (1 + planned / 2), 1 - 1e-6)
    logit = math.log(own / (1 - own))
    return (
        expected,
        min(float(found.factor[0]), LARGEST),
        min(float(found.plan_ratio[0]), LARGEST),
        NORMAL.cdf((logit - link) / sd),
        NORMAL.cdf((logit - math.log(half / (1 - half))) / sd),
    )


def _times(blocks: _Blocks, series: Series) -> tuple[Array, Array | None]:
    """Return the time of every block in months, and its time of the year in radians."""
    angle = None
    if series.by != "year":
        days = [_middle(v, series).timetuple().tm_yday for v in blocks.middle.tolist()]
        angle = 2 * math.pi * np.array(days, dtype=np.float64) / 365.25
    return blocks.middle * _months_a_period(series), angle
