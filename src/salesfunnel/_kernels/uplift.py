"""Did a rate rise: Bayes factors that may be looked at every week. Arguments are already validated.

References
----------
.. [1] Robbins (1970), Statistical methods related to the law of the iterated logarithm,
   Ann. Math. Stat. 41:1397 (mixture martingales, Ville's inequality).
.. [2] Howard, Ramdas, McAuliffe & Sekhon (2021), Time-uniform confidence sequences,
   Ann. Stat. 49:1055.
.. [3] Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting,
   JRSS B 86:1 (e-values).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.betabinomial import shrunk_rho
from salesfunnel._kernels.special import betainc, betaln

Array = npt.NDArray[np.float64]

UPLIFTS: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
"""Relative rises that the evidence is averaged over, all alike."""


def shrunk_intraclass(x: npt.ArrayLike, n: npt.ArrayLike) -> float:
    """Return the intraclass correlation of periods, shrunk toward what is usual.

    Moment estimate (Kleinman 1973; Williams 1982), then weighted with the prior of
    `betabinomial.shrunk_rho`.

    Parameters
    ----------
    x, n : array_like of float, shape (m,)
        Advanced and entered by period; n positive.
    """
    return float(shrunk_rho(x, n))


def level_before(
    x: npt.ArrayLike, n: npt.ArrayLike, *, periods: float, rho: float | None = None
) -> tuple[float, float, float]:
    """Return (a, b) of the beta of a window's rate if nothing changed, and the intraclass ρ.

    v = pqρ/W + v_ref, v_ref = pq(1/N + ρΣn²/N²), strength M = pq/v − 1.

    Parameters
    ----------
    x, n : array_like of float, shape (m,)
        Advanced and entered by period before the change; some n positive.
    periods : float
        Effective number W of periods since the change.
    rho : float, optional
        Intraclass correlation; estimated by default.
    """
    x, n = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    x, n = x[n > 0], n[n > 0]
    N = n.sum()
    p = (x.sum() + 0.5) / (N + 1)
    rho = shrunk_intraclass(x, n) if rho is None else rho
    pq = p * (1 - p)
    v = pq * rho / max(periods, 1.0) + pq * (1 / N + rho * (n**2).sum() / N**2)
    strength = max(pq / v - 1, 0.5)
    return float(p * strength), float((1 - p) * strength), rho


def _log_kernel(x: Array, n: Array, p: Array, strength: Array) -> Array:
    """Return the beta-binomial log probability without its binomial coefficient."""
    a, b = p * strength, (1 - p) * strength
    return np.asarray(betaln(x + a, n - x + b) - betaln(a, b))


def log_uplift_bf(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    uplifts: tuple[float, ...] = UPLIFTS,
) -> Array:
    """Return the log Bayes factor of "the rate rose" against "it is as before".

    A ratio of two mixtures that both integrate to one, hence a martingale under "as before": the
    chance that it ever passes 10 is at most one in ten [1]_, averaged over what is not known of
    the rate before, and at a fixed strength a + b.

    Parameters
    ----------
    x, n : array_like of float, shape (...)
        Advanced and entered since the change.
    a, b : array_like of float, shape (...)
        The beta distribution of the rate before; positive.
    uplifts : tuple of float
        Relative rises.
    """
    x, n, a, b = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, n, a, b)))
    strength, p = a + b, a / (a + b)
    null = _log_kernel(x, n, p, strength)
    rises = np.asarray(uplifts, dtype=np.float64)
    q = np.clip(p[..., None] * (1 + rises), 1e-6, 1 - 1e-6)
    up = _log_kernel(x[..., None], n[..., None], q, strength[..., None])
    top = up.max(-1)
    mean = top + np.log(np.exp(up - top[..., None]).mean(-1))
    return np.asarray(np.where(n == 0, 0.0, mean - null))


def log_plan_ratio(
    x: npt.ArrayLike, n: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike, planned: npt.ArrayLike
) -> Array:
    """Return the log likelihood ratio of "rose by the planned share" against "as before".

    Parameters as in `log_uplift_bf`; `planned` is the relative rise that the plan promised.
    """
    x, n, a, b, planned = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (x, n, a, b, planned))
    )
    strength, p = a + b, a / (a + b)
    q = np.clip(p * (1 + planned), 1e-6, 1 - 1e-6)
    ratio = _log_kernel(x, n, q, strength) - _log_kernel(x, n, p, strength)
    return np.asarray(np.where(n == 0, 0.0, ratio))


def confidence_sequence(
    x: npt.ArrayLike, n: npt.ArrayLike, *, alpha: float = 0.05, a: float = 1.0, b: float = 1.0
) -> tuple[Array, Array]:
    """Return an interval for a rate that holds at every look at once [1]_ [2]_.

    All p with log B(a+x, b+n−x) − log B(a, b) − x log p − (n−x) log(1−p) < log(1/α).

    Parameters
    ----------
    x, n : array_like of float, shape (...)
        Advanced and entered so far.
    alpha : float
        One minus the level.
    a, b : float
        The beta mixture; 1, 1 is uniform.
    """
    x, n = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, n)))
    bound = betaln(a + x, b + n - x) - betaln(a, b) - np.log(1 / alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(x) - np.log(n - x)
    centre = np.where(n > 0, np.clip(np.nan_to_num(centre, posinf=40, neginf=-40), -40, 40), 0.0)

    def end(edge: float) -> Array:
        inside, outside = centre.copy(), np.full_like(centre, edge)
        for _ in range(70):
            middle = (inside + outside) / 2
            log_p, log_q = -np.logaddexp(0, -middle), -np.logaddexp(0, middle)
            holds = bound < x * log_p + (n - x) * log_q
            inside, outside = np.where(holds, middle, inside), np.where(holds, outside, middle)
        return np.asarray(1 / (1 + np.exp(-inside)))

    low, high = end(-45.0), end(45.0)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def log_evalue_uplift(x: npt.ArrayLike, n: npt.ArrayLike, p0: npt.ArrayLike) -> Array:
    """Return the log e-value against "the rate is at most p0" [3]_, uniform over what is above.

    Parameters
    ----------
    x, n : array_like of float, shape (...)
        Advanced and entered so far.
    p0 : array_like of float, shape (...)
        In (0, 1).
    """
    x, n, p0 = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, n, p0)))
    above = betainc(n - x + 1, x + 1, 1 - p0)
    with np.errstate(divide="ignore"):
        log_above = np.log(above)
    return np.asarray(
        betaln(x + 1, n - x + 1)
        + log_above
        - np.log1p(-p0)
        - x * np.log(p0)
        - (n - x) * np.log1p(-p0)
    )
