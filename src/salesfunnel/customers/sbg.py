"""sBG: how long customers of a contract keep renewing it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_positive_int
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.readers import check_not_a_file
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels.customers import renewal
from salesfunnel.customers._model_input import FitVerdict
from salesfunnel.fault import Fault

__all__ = ["Sbg", "fit_sbg"]

CUSTOMERS = 100


@attrs.frozen(kw_only=True)
class Sbg(ResultMixin):
    """A fitted shifted-beta-geometric model: every customer ends at a renewal by his own chance.

    Parameters
    ----------
    alpha, beta : float
        The chance to end at a renewal is spread as Beta(alpha, beta) over customers.
    loglik : float, optional
        Log-likelihood at the top.
    observed : tuple of float
        Share still customers after 0, 1, 2, ... renewals, as observed (Kaplan–Meier).
    customers : int
        How many started.
    verdict : {"ok", "not-enough-data"}
        Whether the data are enough; `faults` say why not.
    faults : tuple of Fault
        What was found.

    Examples
    --------
    >>> model = Sbg(alpha=0.704, beta=1.182)
    >>> [round(float(r), 2) for r in model.retention([1, 2, 5])]
    [0.63, 0.76, 0.88]
    """

    alpha: float = attrs.field(converter=float)
    beta: float = attrs.field(converter=float)
    loglik: float | None = None
    observed: tuple[float, ...] = attrs.field(default=(), converter=as_tuple)
    customers: int = 0
    verdict: FitVerdict = "ok"
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def retention(self, renewal_number: object) -> npt.NDArray[np.float64]:
        """Return the share of those at their renewal 1, 2, ... who renew.

        Raises
        ------
        ArgumentError
            If a renewal is below 1.
        """
        t = np.asarray(renewal_number, dtype=np.float64)
        if not (t >= 1).all():
            raise ArgumentError(f"'renewal_number' must be at least 1, got {renewal_number!r}")
        return renewal.retention(t, (self.alpha, self.beta))

    def survival(self, renewals: int) -> npt.NDArray[np.float64]:
        """Return the share still customers after 0, 1, ..., `renewals`, shape (renewals + 1,)."""
        n = check_positive_int("renewals", renewals, minimum=0)
        return renewal.survival(n, (self.alpha, self.beta))

    def expected_renewals(self, *, periods: int, discount: float = 0.0) -> float:
        """Return how many renewals to expect of a new customer, each discounted a period.

        Parameters
        ----------
        periods : int
            How many renewals ahead.
        discount : float
            A period, at least 0.
        """
        kept = self.survival(periods)[1:]
        return float((kept / (1.0 + discount) ** np.arange(1, periods + 1)).sum())


def fit_sbg(
    survivors: Sequence[float] | Any = None, *, tenure: object = None, ended: object = None
) -> Sbg:
    """Fit how long customers of a contract keep renewing (sBG).

    Parameters
    ----------
    survivors : array_like of float, shape (t + 1,), optional
        How many of one cohort were customers at the start and after each renewal.
    tenure : array_like of int, shape (n,), optional
        Instead of `survivors`, one row per customer: how many renewals he has come up for.
    ended : array_like of bool, shape (n,), optional
        With `tenure`: whether he ended at the last of them; the others are still customers, and
        count as no more than that.

    Raises
    ------
    DataError
        If survivors grow, or there are none at the start; if lengths differ.

    References
    ----------
    .. [1] Fader & Hardie (2007), How to project customer retention, J. Interactive Marketing
       21:76.

    Examples
    --------
    >>> model = fit_sbg([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> round(model.alpha, 3), round(model.beta, 3)
    (0.668, 3.806)
    """
    check_not_a_file("survivors", survivors, "Survivors", wanted="counts", tables=False)
    at_risk, lost = _risk_sets(survivors, tenure, ended)
    if not at_risk.size or at_risk[0] <= 0:
        raise DataError("'survivors' must hold customers who came up for renewal, got none")
    everyone_alike = bool(lost.sum() == 0 or (at_risk - lost).sum() == 0)
    fit = renewal.fit(at_risk, lost, ridge=1e-3 if at_risk[0] < CUSTOMERS or everyone_alike else 0)
    if not fit.converged or np.abs(fit.x).max() > math.log(1e4):
        fit = renewal.fit(at_risk, lost, ridge=1e-3)
    few = [
        Fault.of("too-few-customers", n=int(at_risk[0]), needed=CUSTOMERS)
        for _ in range(int(at_risk[0] < CUSTOMERS))
    ]
    seen = at_risk > 0
    observed = np.concatenate([[1.0], np.cumprod(1.0 - lost[seen] / at_risk[seen])])
    alpha, beta = np.exp(fit.x).tolist()
    return Sbg(
        alpha=alpha,
        beta=beta,
        loglik=float(fit.value),
        observed=observed.tolist(),
        customers=int(at_risk[0]),
        verdict="not-enough-data" if few else "ok",
        faults=few,
    )


def _risk_sets(survivors: object, tenure: object, ended: object) -> tuple[Any, Any]:
    if (survivors is None) == (tenure is None):
        raise ArgumentError("'survivors' or 'tenure' must be given, got both or neither")
    if survivors is not None:
        left = np.asarray(survivors, dtype=np.float64)
        if left.ndim != 1 or left.size < 2 or not np.isfinite(left).all() or (left < 0).any():
            raise DataError("'survivors' must be at least two counts of at least 0, got others")
        if (np.diff(left) > 0).any():
            at = int(np.flatnonzero(np.diff(left) > 0)[0]) + 1
            raise DataError(f"'survivors' must not grow, got {left[at]:g} after {left[at - 1]:g}")
        return left[:-1], -np.diff(left)
    t = np.asarray(tenure)
    done = np.asarray(ended, dtype=np.bool_)
    if t.ndim != 1 or t.shape != done.shape or t.dtype.kind not in "iu" or (t < 0).any():
        raise DataError("'tenure' and 'ended' must be columns of equal length, whole numbers")
    if (done & (t == 0)).any():
        raise DataError("'ended' must be false at tenure 0, because nobody ends before a renewal")
    top = int(t.max(initial=0))
    reached = np.bincount(t, minlength=top + 1)[::-1].cumsum()[::-1][1:]
    return reached.astype(np.float64), np.bincount(t[done], minlength=top + 1)[1:].astype(float)
