"""Time to convert with open deals: the Aalen–Johansen curve of advancing against being lost."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_fraction, check_number
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels.censoring import incidence, incidence_variance
from salesfunnel._kernels.intervals import two_sided_z

__all__ = ["AalenJohansen", "aalen_johansen"]

Floats = npt.NDArray[np.float64]
_LEAST = 5
"""Fewer at risk than this, or than one in twenty, and the curve is not read any further."""


@attrs.frozen(kw_only=True)
class AalenJohansen(TableMixin):
    """How large a share has advanced, is lost, is still open, by each time.

    Parameters
    ----------
    times : ndarray of float64, shape (k,)
        The times at which something happened, ascending, in the unit of the durations.
    at_risk : ndarray of float64, shape (k,)
        How many were watched and open just before.
    advanced, lost, open : ndarray of float64, shape (k,)
        Shares in [0, 1] just after each time; they add up to one.
    variance : ndarray of float64, shape (k,)
        Variance of `advanced`, by the delta method.
    n : int
        How many there are.

    Notes
    -----
    Events come before censorings at the same time. Counting the lost as censored (1 − Kaplan–Meier)
    would overstate the share that advances.

    References
    ----------
    .. [1] Aalen & Johansen (1978), Scandinavian Journal of Statistics 5:141.
    """

    times: Floats = array_field(np.float64)
    at_risk: Floats = array_field(np.float64)
    advanced: Floats = array_field(np.float64)
    lost: Floats = array_field(np.float64)
    open: Floats = array_field(np.float64)
    variance: Floats = array_field(np.float64)
    n: int

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "times", "at_risk", "advanced", "lost", "open", "variance")

    def __repr__(self) -> str:
        counts = (int(part.sum()) for part in (self.advanced, self.lost, self.open))
        advanced, lost, still = counts
        return f"<AalenJohansen of {self.n}: {advanced} advanced, {lost} lost, {still} open>"

    def _last(self) -> int:
        """Return the place up to which the curve is read, -1 where it is empty."""
        enough = np.flatnonzero(self.at_risk >= max(_LEAST, 0.05 * self.n))
        return int(enough[-1]) if enough.size else len(self.times) - 1

    def _at(self, curve: Floats, t: float, start: float) -> float:
        place = int(np.searchsorted(self.times, t, "right"))
        return float(curve[place - 1]) if place else start

    @property
    def eventual(self) -> float | None:
        """The share that advances in the end, as far as the data reach; None without events."""
        return float(self.advanced[self._last()]) if len(self.times) else None

    @property
    def undecided(self) -> float:
        """The share that is still open where `eventual` is read, in [0, 1]."""
        return float(self.open[self._last()]) if len(self.times) else 1.0

    @property
    def read_until(self) -> float | None:
        """The last time with five, and one in twenty, at risk: `eventual` is read there."""
        return float(self.times[self._last()]) if len(self.times) else None

    @property
    def decided_later(self) -> int:
        """How many were decided after `read_until`: `eventual` does not know how they ended."""
        return round(float(self._decided()[self._last() + 1 :].sum())) if len(self.times) else 0

    def _decided(self) -> Floats:
        """Return how many advanced or were lost at each time."""
        before = np.concatenate([[1.0], self.open[:-1]])
        left = np.divide(self.open, before, out=np.ones_like(before), where=before > 0)
        decided: Floats = self.at_risk * (1.0 - left)
        return decided

    def interval(self, t: float | None = None, *, level: float = 0.95) -> Interval:
        """Return the interval of the share advanced by `t`, on the scale of log(−log(1 − F)).

        Parameters
        ----------
        t : float, optional
            The time; where `eventual` is read by default.
        level : float
            Nominal coverage in (0, 1).

        Notes
        -----
        Where nobody has advanced, or everybody, the variance is zero and says nothing: the other
        end is that of Clopper and Pearson for as many as are decided.
        """
        check_fraction("level", level, open_ends=True)
        end = None if t is None else check_number("t", t)
        place = self._last() if end is None else int(np.searchsorted(self.times, end, "right")) - 1
        if place < 0:
            return Interval(0.0, 1.0, level, "aalen-johansen")
        share, variance = float(self.advanced[place]), float(self.variance[place])
        if not 0.0 < share < 1.0:
            decided = max(float(self._decided()[: place + 1].sum()), 1e-9)
            end = (0.5 - level / 2) ** (1.0 / decided)
            low, high = (0.0, 1.0 - end) if share <= 0.0 else (end, 1.0)
            return Interval(low, high, level, "aalen-johansen")
        z = two_sided_z(level)
        rest = 1.0 - share
        reach = math.exp(z * math.sqrt(variance) / (rest * abs(math.log(rest))))
        low, high = 1.0 - rest ** (1.0 / reach), 1.0 - rest**reach
        return Interval(low, high, level, "aalen-johansen")

    def quantile(self, share: float) -> float | None:
        """Return by when this share of those who ever advance has advanced; None for nobody."""
        check_fraction("share", share)
        if not self.eventual:
            return None
        goal = share * self.eventual * (1 - 1e-12)
        return float(self.times[int(np.searchsorted(self.advanced, goal))])

    def chance(self, age: float, horizon: float | None = None) -> float | None:
        """Return the chance of advancing for one that is still open at `age`.

        Parameters
        ----------
        age : float
            How long it has been open, in the unit of the durations.
        horizon : float, optional
            Within how long; ever, as far as the data reach, by default.

        Returns
        -------
        float or None
            (F(age + horizon) − F(age)) / S(age), both just after the events at that age; None
            where nobody is open at `age`, or nobody was decided later: it is not known then.
        """
        age = check_number("age", age)
        if not (self.times > age).any():
            return None
        still = self._at(self.open, age, 1.0)
        if still <= 0.0:
            return None
        if horizon is None:
            end = float(self.advanced[-1]) if len(self.times) else 0.0
        else:
            ahead = check_number("horizon", horizon, minimum=0.0)
            end = self._at(self.advanced, age + ahead, 0.0)
        return max(end - self._at(self.advanced, age, 0.0), 0.0) / still

    def columns(self) -> dict[str, Any]:
        """Return one row per time."""
        names = ("times", "at_risk", "advanced", "lost", "open", "variance")
        return {name: getattr(self, name) for name in names}


def aalen_johansen(
    duration: npt.ArrayLike, event: npt.ArrayLike, *, entry: npt.ArrayLike | None = None
) -> AalenJohansen:
    """Return how large a share has advanced by each time, open ones censored, lost ones lost.

    Parameters
    ----------
    duration : array_like of float, shape (n,)
        Time from the entry to the event, or to the end of observation; at least 0. Any unit.
    event : array_like of int, shape (n,)
        0 still open, 1 advanced, 2 lost.
    entry : array_like of float, shape (n,), optional
        Age at which each was first watched, below its duration (left truncation): deals that were
        open already at the first export. 0 by default.

    Raises
    ------
    ArgumentError
        If shapes differ, a duration is negative or not finite, or an event is another number.

    Examples
    --------
    >>> curve = aalen_johansen([3, 5, 8, 8, 12], [1, 2, 1, 0, 0])
    >>> curve.times.tolist()
    [3.0, 5.0, 8.0]
    >>> curve.advanced.round(3).tolist()
    [0.2, 0.2, 0.4]
    """
    time = np.asarray(duration, dtype=np.float64)
    kind = np.asarray(event)
    if time.ndim != 1 or kind.shape != time.shape:
        raise ArgumentError(
            f"'duration' and 'event' must have one shape (n,), got {time.shape} and {kind.shape}"
        )
    if not np.isfinite(time).all() or (time < 0).any():
        bad = time[~(np.isfinite(time) & (time >= 0))][0]
        raise ArgumentError(f"'duration' must be finite and at least 0, got {bad}")
    if not np.isin(kind, (0, 1, 2)).all():
        bad = kind[~np.isin(kind, (0, 1, 2))][0]
        raise ArgumentError(f"'event' must be 0 open, 1 advanced or 2 lost, got {bad!r}")
    start = None if entry is None else np.asarray(entry, dtype=np.float64)
    if start is not None and (start.shape != time.shape or not (start < time).all()):
        raise ArgumentError("'entry' must be below 'duration' everywhere, got one that is not")
    curve = incidence(time, kind.astype(np.int64), kinds=2, entry=start)
    return AalenJohansen(
        times=curve.times,
        at_risk=curve.at_risk,
        advanced=curve.share[0],
        lost=curve.share[1],
        open=curve.open_share,
        variance=incidence_variance(curve),
        n=int(time.size),
    )
