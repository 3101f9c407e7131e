"""The level of the last periods against what earlier ones make one expect."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import t_ppf, t_sf

__all__ = ["Expected", "expected_level"]

Array = npt.NDArray[np.float64]

SEASON = (0.0, 0.7, 2.0)
"""Standard deviation of the effects of the months, in those of a month's noise."""
SINGLE = 0.3
"""Share of the season that is of single months; the rest is a wave over the year."""
SLOPE = (0.0, 0.03)
"""Standard deviation of the trend a period, likewise."""
MEMORY = (0.0, 0.25)
"""Correlation of neighbouring periods."""
OUTLIER = 3.5
PRIOR_DF = 2.0


class Expected(NamedTuple):
    """What the earlier periods say of the last ones."""

    below: float
    """Chance that a healthy mean of the last periods is below the one that came."""
    low: float
    high: float
    """Between which the last value is expected, on the scale of the values."""


def expected_level(
    values: Array, times: Array, season: Array, *, new: int, floor: float, level: float
) -> Expected:
    """Say where the mean of the last `new` values lies in what earlier ones predict.

    Parameters
    ----------
    values, times : ndarray of float64, shape (n,)
        On a scale on which noise is alike; in order of time.
    season : ndarray of float64, shape (n,)
        Number of the month of the year; NaN where there is none.
    new : int
        How many of the last values are judged.
    floor : float
        Standard deviation of noise that is expected before any value is seen.
    level : float
        Coverage of the interval of the last value.

    Notes
    -----
    Gaussian regression with a free level, random effects of the months, a shrunken trend and
    noise with a short memory; the settings are averaged by their marginal likelihood, the noise
    has an inverse chi-square prior. Outliers of the past are pulled in to 3.5 median absolute
    deviations.
    """
    old = len(values) - new
    past = _pulled_in(values[:old], season[:old])
    centre = float(np.median(past))
    y = past - centre
    judged = float(values[old:].mean()) - centre
    same = (season[:, None] == season[None, :]).astype(np.float64)
    turn = np.cos(2 * np.pi * (season[:, None] - season[None, :]) / 12)
    same = SINGLE * same + np.nan_to_num((1 - SINGLE) * turn)
    far = times - times[:old].mean()
    apart = np.abs(times[:, None] - times[None, :])
    pick = np.zeros((2, len(values)))
    pick[0, old:], pick[1, -1] = 1.0 / new, 1.0
    weights, places, middles, widths = [], [], [], []
    df = PRIOR_DF + old - 1
    for sd, slope, memory in product(SEASON, SLOPE, MEMORY):
        noise = np.where(apart == 0, 1.0, memory**apart if memory else 0.0)
        cov = noise + sd**2 * same + slope**2 * far[:, None] * far[None, :]
        inner = cov[:old, :old]
        solved = np.linalg.solve(inner, np.column_stack([np.ones(old), y, cov[:old, :] @ pick.T]))
        ones, ys, cross = solved[:, 0], solved[:, 1], solved[:, 2:]
        total = float(ones.sum())
        mean = float(ys.sum()) / total
        rest = float(y @ ys) - total * mean**2
        scale = (PRIOR_DF * floor**2 + max(rest, 0.0)) / df
        lost = 1.0 - cross.sum(axis=0)
        at = mean + cross.T @ (y - mean)
        spread = (
            np.diag(pick @ cov @ pick.T)
            - np.einsum("ij,ij->j", cov[:old, :] @ pick.T, cross)
            + lost**2 / total
        )
        width = np.sqrt(np.maximum(scale * spread, 1e-300))
        sign, logdet = np.linalg.slogdet(inner)
        weights.append(
            -0.5 * (logdet + np.log(total) + df * np.log(scale)) if sign > 0 else -np.inf
        )
        places.append((judged - at[0]) / width[0])
        middles.append(at[1])
        widths.append(width[1])
    share = np.exp(np.array(weights) - np.max(weights))
    share /= share.sum()
    middle = centre + float(share @ np.array(middles))
    reach = _quantile(0.5 + level / 2, df) * float(share @ np.array(widths))
    below = 1.0 - t_sf(np.array(places), df)
    return Expected(float(share @ below), middle - reach, middle + reach)


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
