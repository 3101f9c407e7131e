"""The slope that the series of a group share, so that a common decline is not taken for falls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.design import Design
from salesfunnel._kernels.rate_model.linearise import (
    Linearised,
    linearise_counts,
    linearise_rates,
)
from salesfunnel._kernels.rate_model.pool import Groups
from salesfunnel._kernels.rate_model.setting import OLDEST, Setting
from salesfunnel._kernels.rate_model.window import Rates

Array = npt.NDArray[np.float64]

FEWEST_SERIES, STRENGTH, MOST_SERIES = 40, 50.0, 4096
"""Smaller groups share no slope; it counts with N/(N + strength), learned of at most so many."""
LOOSE = 0.05
"""The prior of the slope counts so much while its median is sought: it would be pulled to 0."""
FEWEST_MONTHS = 6
"""Months that must lie before the falls that are sought."""


def linearised(x: Array, n: Array, design: Design, setting: Setting) -> Linearised:
    """Return the counts of a setting's family as Gaussian observations."""
    if setting.family is Rates:
        return linearise_rates(x, n, design)
    return linearise_counts(x, n > 0, design)


def common_trend(
    x: Array, n: Array, design: Design, groups: Groups, setting: Setting
) -> Array | None:
    """Return the mean of the slope of every series' group, None if it is 0 for all.

    The median slope of the whole history, and that of the months before the oldest fall that is
    sought: the smaller of both where they agree in sign, else 0. So falls that many series share
    are no slope, and a season that is not yet seen whole does not pass for one.
    """
    months = x.shape[0]
    early = months - OLDEST
    large = np.flatnonzero(groups.sizes >= FEWEST_SERIES)
    if early < FEWEST_MONTHS or not large.size:
        return None
    precision = design.precision.copy()
    precision[-1] *= LOOSE
    design = design._replace(precision=precision)
    before = design._replace(values=design.values[:, :early])
    out = np.zeros(groups.starts.size)
    for g in large:
        rows = groups.starts[g] + np.arange(int(groups.sizes[g]))
        if rows.size > MOST_SERIES:
            weight = (n if setting.family is Rates else x)[:, rows].sum(axis=0)
            rows = rows[np.argsort(-weight, kind="stable")[:MOST_SERIES]]
        whole = np.median(linearised(x[:, rows], n[:, rows], design, setting).slope)
        past = np.median(linearised(x[:early, rows], n[:early, rows], before, setting).slope)
        if whole * past > 0:
            least = whole if abs(whole) < abs(past) else past
            out[g] = least * rows.size / (rows.size + STRENGTH)
    return out[groups.of_series] if out.any() else None
