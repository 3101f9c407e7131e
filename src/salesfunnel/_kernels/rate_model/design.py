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
WORKDAYS_SD = 0.5
"""Spread of the effect of the log of a month's working days; 1 would be in proportion to them."""
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
    structures: tuple[float, ...] = STRUCTURE_PRIOR
    """Prior of `STRUCTURES`."""

    @property
    def seasonal(self) -> bool:
        """Whether there is a season."""
        return bool(self.values.shape[0] > 2)

    @property
    def prior(self) -> Array:
        """Prior of the structures that `integrate.steps_of` yields, in its order."""
        if self.values.shape[1] < FEWEST_MONTHS:
            return np.ones(1)
        if self.seasonal:
            return np.array(self.structures)
        pair = np.array([self.structures[0], self.structures[3]])
        return np.asarray(pair / pair.sum())


def design(
    months: int,
    angle: npt.ArrayLike | None,
    festivals: npt.ArrayLike | None = None,
    *,
    workdays: npt.ArrayLike | None = None,
    a_month: float = 1.0,
    at: npt.ArrayLike | None = None,
) -> Design:
    """Return the regressors of `months` consecutive months.

    Parameters
    ----------
    months : int
        How many.
    angle : array_like of float, shape (months,), or None
        Time of the year of every month, in radians; None without a season.
    festivals : array_like of float, shape (k, months) or (months,), optional
        Share of every moving festival that lies in a month; those that do not vary are left out.
    workdays : array_like of float, shape (months,), optional
        Working days of every month.
    a_month : float
        Months from one period to the next, where periods are not months.
    at : array_like of float, shape (months,), optional
        The time of every period in months, where they are not equally far apart.
    """
    rows, sd = [np.ones(months)], [LEVEL_SD]
    if angle is not None:
        phi = np.asarray(angle, dtype=np.float64)
        for harmonic, spread in enumerate(HARMONIC_SD, start=1):
            rows += [np.sin(harmonic * phi), np.cos(harmonic * phi)]
            sd += [spread, spread]
        others = [] if festivals is None else list(np.atleast_2d(np.asarray(festivals, float)))
        spreads = [FESTIVAL_SD] * len(others)
        if workdays is not None:
            others.append(np.log(np.maximum(np.asarray(workdays, dtype=np.float64), 1.0)))
            spreads.append(WORKDAYS_SD)
        for share, spread in zip(others, spreads, strict=True):
            if np.ptp(share) > 1e-12:
                rows.append(share - share.mean())
                sd.append(spread)
    even = np.arange(months, dtype=np.float64) * a_month
    t = even if at is None else np.asarray(at, dtype=np.float64)
    rows.append(t - t.mean())
    sd.append(SLOPE_SD)
    return Design(np.stack(rows), 1.0 / np.square(sd))
