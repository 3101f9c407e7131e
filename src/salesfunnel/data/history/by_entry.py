"""Deals by the period in which they entered each stage, followed to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.censoring import incidence
from salesfunnel._kernels.rate_model.followed import Open, followed

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

Array = npt.NDArray[np.float64]
FEWEST_AT_RISK, SHARE_AT_RISK = 5, 0.05
"""Deals still open, at least, and as a share, up to which a delay is read from the curve."""
OPEN_SHARE = 0.1
"""Share of deals still open from which on the rest of the curve is read, by however few: it is
short of the whole by so much at most."""
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

    Those who advanced and those who were lost have had their time; an open entrant of age a has,
    as far as S1(a) and S2(a) tell: the shares of those who advance, and of all others, that
    are still open at that age, from the Aalen–Johansen curves of the stage, all segments together,
    relative to where they can be read.

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
        days, event = _ended(history, rows, entry, after)
        advanced[:, k] = np.bincount(place[event == 1], minlength=size)
        lost = np.bincount(place[event == 2], minlength=size).astype(np.float64)
        s1, s2, learned = left_at(days, event, age[event == 0])
        still = Open(place[event == 0], s1, s2)
        exposed[:, k], cv2[:, k] = followed(advanced[:, k].astype(np.float64), lost, still, learned)
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


def left_at(
    days: Array, event: npt.NDArray[np.int8], age: Array
) -> tuple[Array, Array, tuple[float, float]]:
    """Return the share of those who advance, and of all others, that is open at each age.

    Parameters
    ----------
    days : ndarray of float, shape (n,)
        Days in the stage.
    event : ndarray of int8, shape (n,)
        0 open, 1 advanced, 2 lost.
    age : ndarray of float, shape (m,)
        Days since entry.

    Returns
    -------
    advancing, others : ndarray of float64, shape (m,)
        S1 and S2.
    learned : tuple of float
        How many advanced and how many were lost.
    """
    learned = (float((event == 1).sum()), float((event == 2).sum()))
    if not learned[0]:  # how long it takes is not known at all: the open ones say nothing
        return np.ones(age.size), np.ones(age.size), learned
    curve = incidence(days, event, kinds=2)
    least = max(FEWEST_AT_RISK, SHARE_AT_RISK * days.size)
    some = curve.at_risk >= FEWEST_AT_RISK
    settled = np.concatenate([[1.0], curve.open_share[:-1]]) <= OPEN_SHARE
    read = np.flatnonzero((curve.at_risk >= least) | (some & settled))
    last = int(read[-1]) if read.size else -1
    if curve.share[0][last] <= 0:
        last = -1
    final = curve.share[0][last]
    advancing = 1 - np.minimum(curve.share_at(age) / final, 1.0)
    gone = np.minimum(curve.share_at(age, 1), curve.share[1][last])
    others = 1 - gone / max(1 - final, 1e-9)
    return advancing, np.clip(others, 0.0, 1.0), learned
