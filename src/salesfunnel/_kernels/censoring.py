"""Times until something happens, some of which are still open. Arguments are already validated.

Events come before censorings at the same time.

References
----------
.. [1] Kaplan & Meier (1958), JASA 53:457; Greenwood (1926).
.. [2] Aalen & Johansen (1978), Scand. J. Statistics 5:141.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Incidence(NamedTuple):
    """Step functions that jump at `times`; shapes (k,), of the kinds (kinds, k)."""

    times: npt.NDArray[Any]
    at_risk: Array
    events: Array  # (kinds, k): how many of each kind at each time
    open_share: Array  # S(t): the share to which nothing has happened
    share: Array  # (kinds, k): F_c(t), the share to which kind c has happened

    def open_at(self, t: npt.ArrayLike) -> Array:
        """Return S just after the events at `t`."""
        at = np.searchsorted(self.times, np.asarray(t), "right")
        return np.concatenate([[1.0], self.open_share])[at]

    def share_at(self, t: npt.ArrayLike, kind: int = 0) -> Array:
        """Return F of a kind (from 0) just after the events at `t`."""
        at = np.searchsorted(self.times, np.asarray(t), "right")
        return np.concatenate([[0.0], self.share[kind]])[at]


def incidence(
    duration: npt.NDArray[np.floating | np.integer],
    event: npt.NDArray[np.integer],
    *,
    kinds: int = 1,
    entry: Array | None = None,
) -> Incidence:
    """Return the share to which each kind of event has happened by each time [1]_ [2]_.

    Parameters
    ----------
    duration : ndarray of float64 or int64, shape (n,)
        Time to the event, or to the end of observation; `times` are of the same type.
    event : ndarray of int, shape (n,)
        0 nothing yet; 1..kinds what happened.
    kinds : int
        How many kinds; one is Kaplan–Meier.
    entry : ndarray of float64, shape (n,), optional
        Age from which each was observed, below `duration`; 0 by default.
    """
    order = np.argsort(duration, kind="stable")
    time, kind = duration[order], event[order]
    happened = kind > 0
    times, which = np.unique(time[happened], return_inverse=True)
    which = which.reshape(-1)
    code = (kind[happened].astype(np.intp) - 1) * times.size + which
    counts = np.bincount(code, minlength=kinds * times.size).astype(np.float64)
    events = counts.reshape(kinds, times.size)
    at_risk = (time.size - np.searchsorted(time, times, "left")).astype(np.float64)
    if entry is not None:
        at_risk -= time.size - np.searchsorted(np.sort(entry), times, "left")
    total = events.sum(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(at_risk > 0, 1.0 - total / at_risk, 1.0)
        hazard = np.where(at_risk > 0, events / at_risk, 0.0)
    S = np.cumprod(left)
    before = np.concatenate([[1.0], S[:-1]]) if S.size else S
    share = np.asarray(np.cumsum(before * hazard, axis=1), dtype=np.float64)
    return Incidence(times, at_risk, events, np.asarray(S, dtype=np.float64), share)


def greenwood(curve: Incidence, *, z: float) -> tuple[Array, Array]:
    """Return limits of 1 − S: Greenwood's variance, on the scale of log(−log S) [1]_."""
    d, Y, S = curve.events.sum(0), curve.at_risk, curve.open_share
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt(np.cumsum(np.where(d < Y, d / (Y * (Y - d)), np.inf)))
        log_s = np.log(S)
        reach = np.exp(z * se / np.abs(log_s))
        low, high = 1.0 - S ** (1.0 / reach), 1.0 - S**reach
    inside = (S > 0) & (S < 1)
    return (
        np.where(inside, low, np.where(S > 0, 0.0, np.nan)),
        np.where(inside, high, 1.0),
    )


def incidence_variance(curve: Incidence, *, kind: int = 0) -> Array:
    """Return the variance of F of a kind (from 0) at each time, by the delta method [2]_.

    For F = F_kind, S just before t_i, d_i events of all kinds and c_i of this kind among Y_i:
    V(t) = Σ [F(t) − F_i]² d_i / (Y_i (Y_i − d_i)) + S_i² c_i (Y_i − c_i) / Y_i³
    − 2 [F(t) − F_i] S_i c_i / Y_i², over t_i ≤ t; the first term is 0 where Y_i = d_i.
    """
    F, Y = curve.share[kind], curve.at_risk
    d, c = curve.events.sum(0), curve.events[kind]
    before = np.concatenate([[1.0], curve.open_share[:-1]]) if F.size else F
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(d < Y, d / (Y * (Y - d)), 0.0)
        b = before**2 * c * (Y - c) / Y**3
        e = before * c / Y**2
    first = F**2 * np.cumsum(a) - 2 * F * np.cumsum(a * F) + np.cumsum(a * F**2)
    third = F * np.cumsum(e) - np.cumsum(e * F)
    variance = first + np.cumsum(b) - 2 * third
    return np.asarray(np.maximum(variance, 0.0), dtype=np.float64)
