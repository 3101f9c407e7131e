"""Did a rate fall: beta-binomial distributions of a rate that varies by month.

Arguments are already validated; arrays broadcast, months run along axis 0.

References
----------
.. [1] Williams (1982), Extra-binomial variation in logistic linear models, Appl. Statist. 31:144.
.. [2] Kleinman (1973), Proportions with extraneous variance, JASA 68:46.
.. [3] Kass & Raftery (1995), Bayes factors, JASA 90:773.
.. [4] Newton, Noueiry, Sarkar & Ahlquist (2004), Detecting differential gene expression with a
   semiparametric hierarchical mixture method, Biostatistics 5:155 (expected false discoveries).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.special import betaln, chi2_sf, gammaln, norm_ppf, t_ppf

Array = npt.NDArray[np.float64]

PRIOR_SD = 0.15
"""Standard deviation of a month's log odds before any history is seen."""
PRIOR_MONTHS = 4.0
"""How many months of history that is worth."""
DROPS: tuple[float, ...] = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
"""Relative drops that count as material; all alike."""
BLOCK = 512
"""Cells worked on at once, so that they stay in the cache."""


class Reference(NamedTuple):
    """Prior knowledge of a rate; all fields of one shape."""

    rate: Array
    variance: Array  # of the mean rate
    rho: Array  # intraclass correlation of months
    months: Array  # months with entrants
    entered: Array
    advanced: Array


def overdispersion(x: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Array, Array, Array, Array]:
    """Return Pearson's X², φ, its χ² p-value and the moment ρ of months along axis 0 [1]_ [2]_.

    ρ = max(0, [X² − (m−1)] / Σ(n−1)(1−n/N)); months with n = 0 do not count. With fewer than two
    months X² = 0, φ = 1, p = 1, ρ = 0.
    """
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    m = (N > 0).sum(axis=0).astype(np.float64)
    total, won = N.sum(axis=0), X.sum(axis=0)
    p = won / np.maximum(total, 1.0)
    pq = p * (1 - p)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (X - N * p) ** 2 / (N * pq)
        statistic = np.where((N > 0) & (pq > 0), terms, 0.0).sum(axis=0)
        scale = np.where(N > 0, (N - 1) * (1 - N / np.maximum(total, 1.0)), 0.0).sum(axis=0)
        rho = np.where(scale > 0, (statistic - (m - 1)) / scale, 0.0)
    df = np.maximum(m - 1, 1.0)
    several = m > 1
    return (
        statistic,
        np.where(several, statistic / df, 1.0),
        np.where(several, chi2_sf(statistic, df), 1.0),
        np.where(several, np.clip(rho, 0.0, 1.0), 0.0),
    )


def shrunk_rho(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    month_to_month_sd: float = PRIOR_SD,
    prior_months: float = PRIOR_MONTHS,
) -> Array:
    """Return ρ shrunk toward month_sd²·p(1−p) by the weight of `prior_months` months."""
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    m = (N > 0).sum(axis=0).astype(np.float64)
    total, won = N.sum(axis=0), X.sum(axis=0)
    raw = won / np.maximum(total, 1.0)
    raw_pq = raw * (1 - raw)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (X - N * raw) ** 2 / (N * raw_pq)
        statistic = np.where((N > 0) & (raw_pq > 0), terms, 0.0).sum(axis=0)
        scale = np.where(N > 0, (N - 1) * (1 - N / np.maximum(total, 1.0)), 0.0).sum(axis=0)
        moment = np.where((scale > 0) & (m > 1), (statistic - (m - 1)) / scale, 0.0)
    p = (won + 0.5) / (total + 1)
    prior = month_to_month_sd**2 * p * (1 - p)
    df = np.maximum(m - 1, 0.0)
    shrunk = (df * np.clip(moment, 0.0, 1.0) + prior_months * prior) / (df + prior_months)
    return np.asarray(shrunk)


def history_reference(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    month_to_month_sd: float = PRIOR_SD,
    prior_months: float = PRIOR_MONTHS,
) -> Reference:
    """Return what the months along axis 0 say of the rate.

    p = (X+½)/(N+1), inside [½/(N+1), 1 − ½/(N+1)]; variance pq(1/N + ρΣn²/N²). Without any
    entrant the variance is infinite.
    """
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    total, won = N.sum(axis=0), X.sum(axis=0)
    p = (won + 0.5) / (total + 1)
    rho = shrunk_rho(X, N, month_to_month_sd=month_to_month_sd, prior_months=prior_months)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = p * (1 - p) * (1 / total + rho * (N**2).sum(axis=0) / total**2)
    variance = np.where(total > 0, variance, np.inf)
    months = (N > 0).sum(axis=0).astype(np.float64)
    return Reference(p, variance, rho, months, total, won)


def effective_months(n: npt.ArrayLike) -> Array:
    """Return (Σn)²/Σn² along axis 0: how many equal months a window is worth; at least 1."""
    N = np.asarray(n, dtype=np.float64)
    squares = (N**2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        months = N.sum(axis=0) ** 2 / squares
    return np.asarray(np.where(squares > 0, months, 1.0))


def predictive_strength(reference: Reference, months: Array) -> Array:
    """Return M = a + b of the beta distribution of a window's rate: pq/v − 1, v = pqρ/W + v_ref."""
    pq = reference.rate * (1 - reference.rate)
    v = pq * reference.rho / months + reference.variance
    return np.asarray(np.maximum(pq / v - 1, 0.5))


def log_mass(x: npt.ArrayLike, n: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Return the log probability of x under the beta-binomial distribution."""
    X, N, A, B = (np.asarray(v, dtype=np.float64) for v in (x, n, a, b))
    choose = gammaln(N + 1) - gammaln(X + 1) - gammaln(N - X + 1)
    return np.asarray(choose + betaln(X + A, N - X + B) - betaln(A, B))


def log_drop_bf(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    rate: npt.ArrayLike,
    strength: npt.ArrayLike,
    *,
    drops: tuple[float, ...] = DROPS,
) -> Array:
    """Return the log Bayes factor of "the rate fell by a material share" against "as before" [3]_.

    log mean_d BB(x; n, p(1−d)M, (1−p(1−d))M) − log BB(x; n, pM, (1−p)M); 0 where n = 0. What both
    share — the binomial coefficient, Γ(M), Γ(n+M) — is left out.

    Parameters
    ----------
    x, n : array_like of float, shape (...)
        Advanced and entered in the window, 0 ≤ x ≤ n.
    rate, strength : array_like of float, shape (...)
        p and M of the distribution before.
    drops : tuple of float
        Relative drops.
    """
    X, N, P, M = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (x, n, rate, strength))
    )
    shape = X.shape
    X, N, P, M = (v.ravel() for v in (X, N, P, M))
    out = np.zeros(X.size)
    grid = np.concatenate([[1.0], 1 - np.asarray(drops, dtype=np.float64)])[:, None]
    busy = np.flatnonzero(N > 0)
    for start in range(0, busy.size, BLOCK):
        i = busy[start : start + BLOCK]
        a = grid * (P[i] * M[i])
        b = M[i] - a
        top = np.stack([X[i] + a, N[i] - X[i] + b])
        ln = gammaln(top).sum(axis=0) - gammaln(np.stack([a, b])).sum(axis=0)
        peak = ln[1:].max(axis=0)
        out[i] = peak + np.log(np.exp(ln[1:] - peak).mean(axis=0)) - ln[0]
    return out.reshape(shape)


def drop_weights(x: Array, n: Array, rate: Array, strength: Array, prior: float) -> Array:
    """Return the posterior weights of "as before" and of each of `DROPS`, shape (1 + drops, cells).

    "As before" has 1 − prior before the data, the drops share `prior` alike.
    """
    grid = np.concatenate([[1.0], 1 - np.asarray(DROPS)])[:, None]
    a = grid * (rate * strength)
    b = strength - a
    ln = gammaln(x + a) + gammaln(n - x + b) - gammaln(a) - gammaln(b)
    ln += np.log(np.where(grid == 1.0, 1 - prior, prior / len(DROPS)))
    weights = np.exp(ln - ln.max(axis=0))
    return np.asarray(weights / weights.sum(axis=0))


def drop_probability(log_bf: npt.ArrayLike, prior: float) -> Array:
    """Return the posterior probability of a drop, sigmoid(logit(prior) + log BF)."""
    return np.asarray(1 / (1 + np.exp(-(np.log(prior / (1 - prior)) + np.asarray(log_bf)))))


def prior_of(steps: int) -> float:
    """Return the prior probability that one of `steps` steps has fallen: min(¼, 0.6/steps)."""
    return min(0.25, 0.6 / max(steps, 1))


def z_predictive(
    x: npt.ArrayLike, n: npt.ArrayLike, reference: Reference, months: npt.ArrayLike
) -> Array:
    """Return how many standard deviations x lies below what is expected; 0 where n = 0.

    (np − x)/√(npq(1 + (n−1)ρ/W) + n²v_ref).
    """
    X, N, W = (np.asarray(v, dtype=np.float64) for v in (x, n, months))
    p = reference.rate
    variance = N * p * (1 - p) * (1 + np.maximum(N - 1, 0.0) * reference.rho / W)
    with np.errstate(invalid="ignore"):
        variance = variance + N**2 * reference.variance
        z = (N * p - X) / np.sqrt(variance)
    return np.asarray(np.where((N > 0) & np.isfinite(variance), z, 0.0))


def predictive_mid_p(x: int, n: int, a: float, b: float) -> tuple[float, float]:
    """Return P(X ≤ x) and P(X < x) + ½P(X = x) of a beta-binomial, summed in logs."""
    if n <= 0:
        return 1.0, 0.5
    mass = np.exp(log_mass(np.arange(x + 1), n, a, b))
    cdf = float(min(mass.sum(), 1.0))
    return cdf, cdf - 0.5 * float(mass[-1])


def predictive_range(n: int, a: float, b: float, level: float) -> tuple[int, int]:
    """Return the ends of the central interval of x under one beta-binomial distribution."""
    cdf = np.cumsum(np.exp(log_mass(np.arange(n + 1), n, a, b)))
    tail = (1 - level) / 2
    low, high = (int(np.searchsorted(cdf, q - 1e-12)) for q in (tail, 1 - tail))
    return min(low, n), min(high, n)


def mid_p(
    x: npt.ArrayLike, n: npt.ArrayLike, rate: npt.ArrayLike, strength: npt.ArrayLike
) -> Array:
    """Return the mid-p of every cell; the sum runs over the shorter side, cell by cell."""
    X, N, P, M = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (x, n, rate, strength))
    )
    flat = zip(X.ravel(), N.ravel(), P.ravel(), M.ravel(), strict=True)
    out = np.empty(X.size)
    for i, (k, total, p, m) in enumerate(flat):
        a, b = p * m, (1 - p) * m
        if 2 * k <= total:
            out[i] = predictive_mid_p(int(k), int(total), a, b)[1]
        else:
            out[i] = 1 - predictive_mid_p(int(total - k), int(total), b, a)[1]
    return out.reshape(X.shape)


def normal_score(p: npt.ArrayLike, *, bound: float = 4.26) -> Array:
    """Return −Φ⁻¹(p), cut to ±bound: large where p is small."""
    return np.asarray(np.clip(-norm_ppf(p), -bound, bound))


def joined(one: Reference, other_rate: Array, other_variance: Array) -> Reference:
    """Return two references together, weighted by the inverse of their variances.

    Where a variance is infinite the other stands alone.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        w1, w2 = 1 / one.variance, 1 / other_variance
    w1, w2 = np.nan_to_num(w1, posinf=0.0), np.nan_to_num(w2, posinf=0.0)
    both = w1 + w2
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(both > 0, (w1 * one.rate + w2 * np.nan_to_num(other_rate)) / both, one.rate)
        variance = np.where(both > 0, 1 / both, np.inf)
    return one._replace(rate=rate, variance=variance)


def expected_false_share(probability: npt.ArrayLike, share: float) -> npt.NDArray[np.bool_]:
    """Mark the largest set, most probable first, with mean(1 − P) ≤ share [4]_; one dimension."""
    P = np.asarray(probability, dtype=np.float64)
    order = np.argsort(-P, kind="stable")
    mean = np.cumsum(1 - P[order]) / (np.arange(P.size) + 1)
    chosen = np.zeros(P.size, dtype=np.bool_)
    chosen[order[: int((mean <= share).sum())]] = True
    return chosen


def quasi_wilson(
    x: npt.ArrayLike, n: npt.ArrayLike, level: float
) -> tuple[float, float, float, float]:
    """Return n_eff, the t quantile, and Wilson's interval of the pooled rate with both.

    n_eff = N/max(1, φ), t with m − 1 degrees of freedom in place of z.
    """
    X, N = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    phi = float(overdispersion(X, N)[1])
    n_eff, p = float(N.sum()) / max(1.0, phi), float(X.sum() / N.sum())
    t = float(t_ppf(0.5 + level / 2, X.size - 1))
    centre = (p + t * t / (2 * n_eff)) / (1 + t * t / n_eff)
    half = t / (1 + t * t / n_eff) * float(np.sqrt(p * (1 - p) / n_eff + t * t / (4 * n_eff**2)))
    return n_eff, t, centre - half, centre + half
