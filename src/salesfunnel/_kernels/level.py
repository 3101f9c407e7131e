"""The level of the last periods against what earlier ones make one expect."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import t_ppf, t_sf

__all__ = ["MEMORY", "Expected", "LevelByMemory", "averaged", "level_by_memory"]

Array = npt.NDArray[np.float64]

SEASON = (0.0, 0.7, 2.0)
"""Standard deviation of the effects of the months, in those of a month's noise."""
SINGLE = 0.3
"""Share of the season that is of single months; the rest is a wave over the year."""
SLOPE = (0.0, 0.03)
"""Standard deviation of the trend a period, likewise."""
MEMORY = (0.0, 0.3, 0.6)
"""Correlation of neighbouring periods."""
MEMORY_PRIOR = (0.6, 0.3, 0.1)
OUTLIER = 3.5
CLIP = 2.2
"""A judged value counts as no further from its expectation than so many standard deviations."""
PRIOR_DF = 2.0
OTHERS = 0.5
"""Weight of what the other series of a sheet say of the memory: they move together."""


class Expected(NamedTuple):
    """Prediction of the last periods from the earlier ones."""

    below: float
    """Chance that a healthy mean of the last periods is below the one that came."""
    low: float
    high: float
    """Between which the last value is expected, on the scale of the values."""


class LevelByMemory(NamedTuple):
    """The same for each memory of `MEMORY`; arrays of shape (3,)."""

    evidence: Array
    """Logarithm of the marginal likelihood of the earlier periods."""
    below: Array
    middle: Array
    width: Array
    """Place and scale of the last value."""
    df: float


def averaged(series: list[LevelByMemory], *, level: float) -> list[Expected]:
    """Average over the memory, of which all series of a sheet tell something."""
    if not series:
        return []
    evidence = np.array([one.evidence for one in series])
    evidence -= evidence.max(axis=1, keepdims=True)
    others = OTHERS * (evidence.sum(axis=0) - evidence)
    log = np.log(MEMORY_PRIOR) + evidence + others
    share = np.exp(log - log.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    done = []
    for weights, one in zip(share, series, strict=True):
        middle = float(weights @ one.middle)
        reach = _quantile(0.5 + level / 2, one.df) * float(weights @ one.width)
        done.append(Expected(float(weights @ one.below), middle - reach, middle + reach))
    return done


def level_by_memory(
    values: Array, times: Array, season: Array, *, new: int, floor: float
) -> LevelByMemory:
    """Say where the last `new` values lie in what earlier ones predict, for each setting.

    Parameters
    ----------
    values, times : ndarray of float64, shape (n,)
        On a scale on which noise is alike; in order of time.
    season : ndarray of float64, shape (n,)
        Number of the month of the year; NaN if there is none.
    new : int
        How many of the last values are judged.
    floor : float
        Standard deviation of noise that is expected before any value is seen.

    Notes
    -----
    Gaussian regression with a free level, random effects of the months, a shrunken trend and
    noise with a short memory; `averaged` weighs the settings by their marginal likelihood, the
    noise has an inverse chi-square prior. Outliers of the past are pulled in to 3.5 median
    absolute deviations, judged values to 2.2 standard deviations from where they were expected.
    """
    old = len(values) - new
    past = _pulled_in(values[:old], season[:old])
    centre = float(np.median(past))
    y = past - centre
    same = (season[:, None] == season[None, :]).astype(np.float64)
    turn = np.cos(2 * np.pi * (season[:, None] - season[None, :]) / 12)
    same = SINGLE * same + np.nan_to_num((1 - SINGLE) * turn)
    far = times - times[:old].mean()
    apart = np.abs(times[:, None] - times[None, :])
    sd, slope, memory = np.array(list(product(SEASON, SLOPE, MEMORY))).T[:, :, None, None]
    noise = np.where(apart == 0, 1.0, np.power(memory, np.maximum(apart, 1e-9)))
    cov = noise + sd**2 * same + slope**2 * far[:, None] * far[None, :]
    inner, across = cov[:, :old, :old], cov[:, :old, old:]
    ones_y = np.stack([np.ones(old), y], axis=1)
    right = np.concatenate([np.broadcast_to(ones_y, (len(cov), old, 2)), across], axis=2)
    solved = np.linalg.solve(inner, right)
    ones, ys, cross = solved[:, :, 0], solved[:, :, 1], solved[:, :, 2:]
    total = ones.sum(axis=1)
    mean = ys.sum(axis=1) / total
    rest = np.maximum(ys @ y - total * mean**2, 0.0)
    df = PRIOR_DF + old - 1
    scale = (PRIOR_DF * floor**2 + rest) / df
    lost = 1.0 - cross.sum(axis=1)
    at = mean[:, None] + np.einsum("sij,si->sj", cross, y - mean[:, None])
    spread = (
        cov[:, old:, old:]
        - np.einsum("sij,sik->sjk", across, cross)
        + lost[:, :, None] * lost[:, None, :] / total[:, None, None]
    )
    each = np.sqrt(np.maximum(scale[:, None] * np.einsum("sjj->sj", spread), 1e-300))
    gap = np.clip(values[old:] - centre - at, -CLIP * each, CLIP * each).mean(axis=1)
    width = np.sqrt(np.maximum(scale * spread.mean(axis=(1, 2)), 1e-300))
    sign, logdet = np.linalg.slogdet(inner)
    evidence = np.where(
        sign > 0, -0.5 * (logdet + np.log(total) + df * np.log(scale)), -np.inf
    ).reshape(-1, len(MEMORY))  # fmt: skip
    best = evidence.max(axis=0)
    share = np.exp(evidence - best)
    known = share.sum(axis=0)
    share /= known

    def over(figures: Array) -> Array:
        mixed: Array = (share * figures.reshape(-1, len(MEMORY))).sum(axis=0)
        return mixed

    return LevelByMemory(
        evidence=best + np.log(known),
        below=over(1.0 - t_sf(gap / width, df)),
        middle=centre + over(at[:, -1]),
        width=over(each[:, -1]),
        df=df,
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
