"""The regressors of a series: level, season, festival, slope, with the spread of their effects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEVEL_SD, SLOPE_SD = 1.5, 0.03
"""Spread of the level and of the slope a month, on the linked scale."""
HARMONIC_SD = (0.25, 0.12)
"""Spread of the sine and the cosine of the first and of the second harmonic."""
FESTIVAL_SD = 0.5
"""Spread of the effect of a month that holds a whole festival."""
STRUCTURES = ("level", "season", "both", "slope")
"""Level alone; with season; with season and slope; with slope: the order of the models."""
STRUCTURE_PRIOR = (0.52, 0.26, 0.09, 0.13)
FEWEST_MONTHS = 4
"""With fewer months there is a level only."""


class Design(NamedTuple):
    """Regressors in the order they are integrated: level, season and festival, slope."""

    values: Array
    """Shape (columns, months)."""
    precision: Array
    """One over the variance of each effect, shape (columns,)."""


def design(months: int, angle: npt.ArrayLike, festivals: npt.ArrayLike | None = None) -> Design:
    """Return the regressors of `months` consecutive months.

    Parameters
    ----------
    months : int
        How many.
    angle : array_like of float, shape (months,)
        Time of the year of every month, in radians.
    festivals : array_like of float, shape (k, months) or (months,), optional
        Share of every moving festival that lies in a month; those that do not vary are left out.
    """
    phi = np.asarray(angle, dtype=np.float64)
    rows, sd = [np.ones(months)], [LEVEL_SD]
    for harmonic, spread in enumerate(HARMONIC_SD, start=1):
        rows += [np.sin(harmonic * phi), np.cos(harmonic * phi)]
        sd += [spread, spread]
    if festivals is not None:
        for share in np.atleast_2d(np.asarray(festivals, dtype=np.float64)):
            if np.ptp(share) > 1e-12:
                rows.append(share - share.mean())
                sd.append(FESTIVAL_SD)
    t = np.arange(months, dtype=np.float64)
    rows.append(t - t.mean())
    sd.append(SLOPE_SD)
    return Design(np.stack(rows), 1.0 / np.square(sd))
