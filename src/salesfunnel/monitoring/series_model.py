"""A measure judged by the model of a rate over time: season, trend and noise of months counted."""

from __future__ import annotations

import math
from datetime import timedelta
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from salesfunnel._core.period_arrays import DAYS_PER_MONTH, DAYS_PER_PERIOD
from salesfunnel._core.periods import end_of, label_of, start_of
from salesfunnel._core.season import RATE_MONTHS
from salesfunnel._kernels.rate_model import pool
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.evidence import evidence
from salesfunnel._kernels.rate_model.setting import RATE_NOISE, SIZE_WEIGHTS, Setting
from salesfunnel._kernels.rate_model.window import Rates
from salesfunnel.monitoring.series import Array, Series

BLOCK = {"week": 4, "day": 28}
"""Periods that are read together: the weeks of a month rise and fall together."""
MOST_BLOCKS = 39
RISES = 0.275 + 0.225 * np.polynomial.legendre.leggauss(4)[0]
"""Rises of 5 to 50%."""
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


def judge_series(series: Series, planned: float, since: float | None) -> Judged | None:
    """Judge the counts of a step before and since a measure; None without any of either.

    Weeks and days are gathered to blocks of four weeks, counted from the first period since the
    measure backwards and forwards; the last block may be partial.

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
    length = BLOCK.get(series.by, 1)
    start = float(post[0, 0])
    x, n, first = _blocks(pre, post, start, length)
    if first >= 0:
        return None
    middles = [start + length * (first + k) for k in range(len(n))]
    angle = None if series.by == "year" else np.array([_angle(m, length, series) for m in middles])
    a_month = length * DAYS_PER_PERIOD.get(series.by, DAYS_PER_MONTH) / DAYS_PER_MONTH
    ages = len(n) + first
    plan = design(len(n), angle, a_month=a_month)
    share = np.append(RISES / (1 + RISES), planned / (1 + planned))
    setting = Setting(Rates, RATE_NOISE, share, (ages,))
    found = evidence(x[:, None], n[:, None], plan, pool.Groups(np.zeros(1, np.intp), 1), setting)
    up = found.up[0, :, 0]
    link, spread = float(found.link[0, 0]), float(found.variance[0, 0])
    advanced, entered = x[-ages:].sum(), n[-ages:].sum()
    own = (advanced + 0.5) / (entered + 1)
    sd = math.sqrt(spread + 1 / max(entered * own * (1 - own), 1e-9))
    expected = 1 / (1 + math.exp(-link))
    half = min(expected * (1 + planned / 2), 1 - 1e-6)
    logit = math.log(own / (1 - own))
    return Judged(
        expected=expected,
        bayes_factor=min(float(up[:4] @ SIZE_WEIGHTS), LARGEST),
        plan_ratio=min(float(up[4]), LARGEST),
        p_higher=NORMAL.cdf((logit - link) / sd),
        p_half_plan=NORMAL.cdf((logit - math.log(half / (1 - half))) / sd),
        separable=len(n) * a_month >= RATE_MONTHS - 0.5,
    )


def _blocks(pre: Array, post: Array, start: float, length: int) -> tuple[Array, Array, int]:
    """Return advanced and entered of every block, and the number of the first, below 0.

    Blocks without a period between others are empty; an incomplete first block is left out.
    """
    number = np.floor((pre[:, 0] - start) / length).astype(np.int64)
    if length > 1 and number.size and (number == number.min()).sum() < length:
        keep = number > number.min()
        if keep.any():
            pre, number = pre[keep], number[keep]
    rows = np.concatenate([pre, post])
    block = np.concatenate([number, np.floor((post[:, 0] - start) / length).astype(np.int64)])
    first = int(max(block.min(), block.max() + 1 - MOST_BLOCKS))
    inside = block >= first
    size = int(block.max()) - first + 1
    place = block[inside] - first
    x = np.bincount(place, weights=rows[inside, 1], minlength=size).astype(np.float64)
    n = np.bincount(place, weights=rows[inside, 2], minlength=size).astype(np.float64)
    return x, n, first


def _angle(number: float, length: int, series: Series) -> float:
    """Return the time of the year of the middle of a block, in radians."""
    first = start_of(label_of(int(number), series.by), series.by)
    after = end_of(label_of(int(number) + length - 1, series.by), series.by)
    middle = first + timedelta(days=(after - first).days / 2)
    return 2 * math.pi * middle.timetuple().tm_yday / 365.25
