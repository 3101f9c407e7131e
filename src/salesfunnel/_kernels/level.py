"""The level of the last periods against what earlier ones make one expect."""

from __future__ import annotations

from functools import cache
from itertools import product
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import t_ppf, t_sf

__all__ = ["Design", "Expected", "Level", "averaged", "design_of", "level_of"]

Array = npt.NDArray[np.float64]

SEASON = np.array([0.0, 0.7, 1.4, 2.0])
"""Standard deviation of the effects of the months, in those of a month's noise."""
SINGLE = 0.2
"""Share of the season that is of single months; the rest is a wave over the year."""
SLOPE = np.array([0.0, 0.03])
"""Standard deviation of the trend a period, likewise."""
SLOPE_PRIOR = (1.0, 0.3)
MEMORY = np.array([0.0, 0.2, 0.4, 0.6])
"""Correlation of neighbouring periods."""
MEMORY_PRIOR = (0.4, 0.3, 0.2, 0.1)
SHAPE = (len(SEASON), len(SLOPE), len(MEMORY))
OUTLIER = 6.0
CLIP = 2.2
"""A judged value counts as no further from its expectation than so many standard deviations."""
PRIOR_DF = 0.3
LEAST = 0.4
"""Share of the expected noise below which none is believed."""
OTHERS_MEMORY, OTHERS_SEASON = 0.7, 0.25
"""Weight of what the other series of a sheet say: they move together."""
YEAR, KNOWN = 12.0, 24.0
"""Up to a year of earlier periods season and memory look alike; from two on they do not."""
BY_MEMORY, BY_SEASON, AT = 2.2, 0.3, 1.6
LEAST_TRUST = 0.3
"""Fitted on simulated sheets: how much less, and more, a score of 1.6 says than it seems to."""
NORMAL = NormalDist()


class Expected(NamedTuple):
    """Prediction of the last periods from the earlier ones."""

    below: float
    """Chance that a healthy mean of the last periods is below the one that came."""
    low: float
    high: float
    """Between which the last value is expected, on the scale of the values."""


class Level(NamedTuple):
    """The same for each setting of season, trend and memory; arrays of `SHAPE`."""

    evidence: Array
    """Logarithm of the marginal likelihood of the earlier periods."""
    below: Array
    middle: Array
    width: Array
    """Place and scale of the last value."""
    df: float
    old: int


class Design(NamedTuple):
    """What the periods alone decide, a setting a row: series with the same periods share it."""

    season: Array
    inverse: Array
    """Of the covariance of the earlier periods; shape (settings, old, old)."""
    cross: Array
    """Weights of the earlier periods in the judged ones; shape (settings, old, new)."""
    ones: Array
    spread: Array
    logdet: Array


def averaged(series: list[Level], *, level: float) -> list[Expected]:
    """Average over the settings, of which all series of a sheet tell something."""
    if not series:
        return []
    prior = np.log(np.array(SLOPE_PRIOR)[:, None] * np.array(MEMORY_PRIOR))
    log = np.array([one.evidence for one in series]) + prior
    log += _of_others(log - np.log(MEMORY_PRIOR), 3, OTHERS_MEMORY) + _of_others(
        log, 1, OTHERS_SEASON
    )
    share = np.exp(log - log.max(axis=(1, 2, 3), keepdims=True))
    share /= share.sum(axis=(1, 2, 3), keepdims=True)
    done = []
    for weights, one in zip(share, series, strict=True):
        trust = _trust(weights, one.old)
        score = NORMAL.inv_cdf(min(max(float((weights * one.below).sum()), 1e-15), 1 - 1e-15))
        middle, width = (float((weights * f).sum()) for f in (one.middle, one.width))
        reach = _quantile(0.5 + level / 2, one.df) * width / trust
        done.append(Expected(NORMAL.cdf(score * trust), middle - reach, middle + reach))
    return done


def _of_others(log: Array, axis: int, weight: float) -> Array:
    """Return what the other series say of the settings along one axis."""
    rest = tuple(i for i in (1, 2, 3) if i != axis)
    best = log.max(axis=rest, keepdims=True)
    said: Array = best + np.log(np.exp(log - best).sum(axis=rest, keepdims=True))
    said = said - said.max(axis=axis, keepdims=True)
    others: Array = weight * (said.sum(axis=0, keepdims=True) - said)
    return others


def _trust(weights: Array, old: int) -> float:
    """Return what a score is to be multiplied by: 1 with two years of earlier periods.

    With one year, what looks like memory makes false alarms more frequent than the scores say,
    and what looks like a season less.
    """
    short = min(max((KNOWN - old) / (KNOWN - YEAR), 0.0), 1.25)
    memory = float(weights.sum(axis=(0, 1)) @ MEMORY)
    season = float(weights.sum(axis=(1, 2)) @ SEASON)
    return max(1.0 + short * (BY_SEASON * season - BY_MEMORY * memory) / AT, LEAST_TRUST)


def design_of(times: Array, season: Array, *, new: int) -> Design:
    """Return what the periods decide of the prediction of the last `new` ones.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
        In order.
    season : ndarray of float64, shape (n,)
        Number of the month of the year; NaN if there is none.
    new : int
        How many of the last values are judged.
    """
    old = len(times) - new
    same = (season[:, None] == season[None, :]).astype(np.float64)
    turn = np.cos(2 * np.pi * (season[:, None] - season[None, :]) / 12)
    same = SINGLE * same + np.nan_to_num((1 - SINGLE) * turn)
    far = times - times[:old].mean()
    apart = np.abs(times[:, None] - times[None, :])
    sd, slope, memory = np.array(list(product(SEASON, SLOPE, MEMORY))).T[:, :, None, None]
    noise = np.where(apart == 0, 1.0, np.power(memory, np.maximum(apart, 1e-9)))
    cov = noise + sd**2 * same + slope**2 * far[:, None] * far[None, :]
    inner, across = cov[:, :old, :old], cov[:, :old, old:]
    inverse = np.linalg.inv(inner)
    cross = inverse @ across
    ones = inverse.sum(axis=2)
    lost = 1.0 - cross.sum(axis=1)
    spread = (
        cov[:, old:, old:]
        - np.einsum("sij,sik->sjk", across, cross)
        + lost[:, :, None] * lost[:, None, :] / ones.sum(axis=1)[:, None, None]
    )
    return Design(season, inverse, cross, ones, spread, np.linalg.slogdet(inner)[1])


def level_of(values: Array, design: Design, *, floor: float) -> Level:
    """Say where the last values lie in what earlier ones predict, for each setting.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        On a scale on which noise is alike; in order of time.
    design : Design
        Of their periods.
    floor : float
        Standard deviation of noise that is expected before any value is seen.

    Notes
    -----
    Gaussian regression with a free level, random effects of the months, a shrunken trend and
    noise with a short memory; `averaged` weighs the settings by their marginal likelihood, the
    noise has an inverse chi-square prior. Outliers of the past are pulled in to 6 median
    absolute deviations, judged values to 2.2 standard deviations from where they were expected.
    """
    _, inverse, cross, ones, spread, logdet = design
    old = inverse.shape[1]
    past = _pulled_in(values[:old], design.season[:old])
    centre = float(np.median(past))
    y = past - centre
    total = ones.sum(axis=1)
    mean = ones @ y / total
    rest = np.maximum(np.einsum("i,sij,j->s", y, inverse, y) - total * mean**2, 0.0)
    df = PRIOR_DF + old - 1
    scale = np.maximum((PRIOR_DF * floor**2 + rest) / df, (LEAST * floor) ** 2)
    at = mean[:, None] + np.einsum("sij,si->sj", cross, y - mean[:, None])
    each = np.sqrt(np.maximum(scale[:, None] * np.einsum("sjj->sj", spread), 1e-300))
    gap = np.clip(values[old:] - centre - at, -CLIP * each, CLIP * each).mean(axis=1)
    width = np.sqrt(np.maximum(scale * spread.mean(axis=(1, 2)), 1e-300))
    evidence = -0.5 * (logdet + np.log(total) + df * np.log(scale))
    return Level(
        evidence=evidence.reshape(SHAPE),
        below=(1.0 - t_sf(gap / width, df)).reshape(SHAPE),
        middle=(centre + at[:, -1]).reshape(SHAPE),
        width=each[:, -1].reshape(SHAPE),
        df=df,
        old=old,
    )


@cache
def _quantile(p: float, df: float) -> float:
    return float(t_ppf(p, df))


def _pulled_in(values: Array, season: Array) -> Array:
    """Return values with outliers pulled in, what lies far from the median of their month."""
    usual = np.array(
        [
            np.median(values[season == s]) if (season == s).sum() >= 3 else np.median(values)
            for s in season
        ]
    )
    rest = values - usual
    spread = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
    if spread <= 0:
        return values
    reach = OUTLIER * max(spread, 0.5 * float(values.std()))
    return np.asarray(usual + np.clip(rest, -reach, reach))
