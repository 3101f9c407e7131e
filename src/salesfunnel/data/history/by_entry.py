"""Deals by the period in which they entered each stage, followed to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.censoring import incidence
from salesfunnel._kernels.rate_model.exposure import maturity_variance

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

Array = npt.NDArray[np.float64]
FEWEST_AT_RISK, SHARE_AT_RISK = 5, 0.05
"""Deals still open, at least, and as a share, up to which a delay is read from the curve."""
_DAY = np.timedelta64(1, "D").astype("timedelta64[us]").astype(np.int64)


class Followed(NamedTuple):
    """Entries by outcome, (periods, segments, stages - 1)."""

    advanced: npt.NDArray[np.int64]
    exposed: Array
    exposed_cv2: Array


def by_entry(
    history: StageHistory, codes: npt.NDArray[np.int64], shape: tuple[int, int], first: int,
    by: Frequency,
) -> Followed:  # fmt: skip
    """Follow the entries of every period.

    An entrant of age a has had time with the chance G(a) that one who advances has done so by
    then: the Aalen–Johansen curve of the stage, all segments together, open and lost deals
    counted, relative to where it can be read.

    Parameters
    ----------
    history : StageHistory
        The deals.
    codes : ndarray of int64, shape (deals,)
        Segment of each deal.
    shape : tuple of int
        (periods, segments).
    first : int
        Number of the first period.
    by : {"day", "week", "month", "quarter", "year"}
        How long a period is.
    """
    periods, segments = shape
    steps = len(history.stages) - 1
    size = periods * segments
    reached = history.reached_at()
    advanced = np.zeros((size, steps), dtype=np.int64)
    exposed, cv2 = np.zeros((size, steps)), np.zeros((size, steps))
    for k in range(steps):
        rows = np.flatnonzero(~np.isnat(reached[:, k]))
        entry, after = reached[rows, k], reached[rows, k + 1]
        place = (period_numbers(entry, by) - first) * segments + codes[rows]
        age = _days(history.as_of - entry)
        done = ~np.isnat(after)
        entered = np.bincount(place, minlength=size).astype(np.float64)
        advanced[:, k] = np.bincount(place[done], minlength=size)
        mature, converters = maturity(*_ended(history, rows, entry, after), age)
        exposed[:, k] = np.bincount(place, weights=mature, minlength=size)
        share = exposed[:, k] / np.maximum(entered, 1.0)
        # who of so many has had time is a matter of chance, too: few entrants are not certain
        chance = np.bincount(place, weights=mature * (1 - mature), minlength=size)
        drawn = chance / np.maximum(exposed[:, k], 1e-9) ** 2
        spread = maturity_variance(share, converters) + drawn
        cv2[:, k] = np.where(exposed[:, k] > 0, spread, 0.0)
    cube = (periods, segments, steps)
    return Followed(advanced.reshape(cube), exposed.reshape(cube), cv2.reshape(cube))


def _ended(
    history: StageHistory, rows: npt.NDArray[np.intp], entry: npt.NDArray[np.datetime64],
    after: npt.NDArray[np.datetime64],
) -> tuple[Array, npt.NDArray[np.int8]]:  # fmt: skip
    """Return days in the stage and how they ended: 0 open, 1 advanced, 2 lost."""
    done = ~np.isnat(after)
    lost = ~done & (history.outcome[rows] == 2)
    closed = history.closed[rows]
    last = np.where(np.isnat(closed), np.fmax.reduce(history.entered[rows], axis=1), closed)
    end = np.where(done, after, np.where(lost, last, history.as_of))
    event = np.where(done, 1, np.where(lost, 2, 0)).astype(np.int8)
    return np.maximum(_days(end - entry), 0.0), event


def _days(span: npt.NDArray[np.timedelta64]) -> Array:
    return np.asarray(span.astype("timedelta64[us]").astype(np.int64) / _DAY)


def maturity(days: Array, event: npt.NDArray[np.int8], age: Array) -> tuple[Array, float]:
    """Return for each age the share of those who advance that has done so, and how many did.

    Parameters
    ----------
    days : ndarray of float, shape (n,)
        Days in the stage.
    event : ndarray of int8, shape (n,)
        0 open, 1 advanced, 2 lost.
    age : ndarray of float, shape (m,)
        Days since entry.
    """
    converters = float((event == 1).sum())
    if not converters:
        return np.ones(age.size), 0.0
    curve = incidence(days, event, kinds=2)
    least = max(FEWEST_AT_RISK, SHARE_AT_RISK * days.size)
    read = np.flatnonzero(curve.at_risk >= least)
    final = curve.share[0][read[-1]] if read.size else curve.share[0][-1]
    if final <= 0:
        final = curve.share[0][-1]
    return np.minimum(curve.share_at(age) / final, 1.0), converters
