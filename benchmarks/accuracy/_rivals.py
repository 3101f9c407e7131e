"""Rules that the verdicts are compared with: the version before, and what others use."""

from __future__ import annotations

import numpy as np

from salesfunnel._kernels import betabinomial as bb
from salesfunnel._kernels.intervals import two_proportion_z
from salesfunnel._kernels.series import laney

BEFORE = 12


def split(counts):
    """Return entered and advanced, (months, funnels, steps)."""
    counts = counts.astype(np.float64)
    return counts[..., :-1], counts[..., 1:]


def old_probability(counts, *, benchmark=None):
    """Return P of the version before: the larger of two windows, twelve months before them."""
    n, x = split(counts)
    n = np.maximum(n, x)
    best = np.zeros(n.shape[1:])
    prior = bb.prior_of(n.shape[2])
    for width in (1, 3):
        cut = max(len(n) - width, 0)
        end = len(n) - 3 if len(n) - 3 >= 6 else cut
        known = bb.history_reference(x[:end][-BEFORE:], n[:end][-BEFORE:])
        enough = known.months >= 3
        if benchmark is not None:
            rate = np.broadcast_to(benchmark, enough.shape)
            variance = np.where(enough, known.variance, np.inf)
            both = bb.joined(known._replace(variance=variance), rate, (0.15 * rate) ** 2)
            rho = np.where(enough, both.rho, 0.15**2 * both.rate * (1 - both.rate))
            known, enough = both._replace(rho=rho), np.ones_like(enough)
        safe = known._replace(variance=np.where(enough, known.variance, 1.0))
        strength = bb.predictive_strength(safe, bb.effective_months(n[cut:]))
        log_bf = bb.log_drop_bf(x[cut:].sum(0), n[cut:].sum(0), safe.rate, strength)
        p = np.where(enough, bb.drop_probability(log_bf, prior), 0.0)
        best = np.maximum(best, p)
    return best


def rules(counts):
    """Return the score and the bar of every rule; larger is more suspicious."""
    n, x = split(counts)
    n0, x0 = n[-1 - BEFORE : -1].sum(0), x[-1 - BEFORE : -1].sum(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        short = np.nan_to_num(1 - (x[-1] / n[-1]) / (x0 / n0), nan=-1.0, neginf=-1.0)
    z = -two_proportion_z(x[-1], n[-1], x0, n0)
    out = {"20 % rule": (short, 0.2), "z + BH": (bh(z, short), 0.5), "Laney 3": (laney_z(n, x), 3)}
    if len(n) >= 14:
        out["seasonal naive, z 2"] = (-two_proportion_z(x[-1], n[-1], x[-13], n[-13]), 2)
    if len(n) >= 26:
        out["harmonic WLS, z 2"] = (harmonic_z(n, x), 2)
    return out


def bh(z, short):
    """Return 1 where Benjamini–Hochberg at 10 % over the steps rejects and 5 % are missing."""
    from salesfunnel._kernels.special import norm_sf

    p = norm_sf(z)
    order = np.argsort(p, axis=1)
    ranked = np.take_along_axis(p, order, axis=1)
    m = p.shape[1]
    passed = ranked <= 0.1 * np.arange(1, m + 1) / m
    last = np.where(passed.any(1), m - 1 - np.argmax(passed[:, ::-1], axis=1), -1)
    keep = np.zeros(p.shape, dtype=bool)
    np.put_along_axis(keep, order, np.arange(m)[None] <= last[:, None], axis=1)
    score = (keep & (short >= 0.05)).astype(float)
    return score + 1e-3 * np.clip(z, -100, 100)  # ranks for recall at equal alarms


def laney_z(n, x):
    p, _, sigma = laney(x[-1 - BEFORE : -1], n[-1 - BEFORE : -1])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (p - x[-1] / n[-1]) / (sigma * np.sqrt(p * (1 - p) / n[-1]))
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)


def harmonic_z(n, x):
    """Return z of the last month against weighted least squares: level, slope, one harmonic."""
    months = len(n)
    t = np.arange(months)
    A = np.stack([np.ones(months), t - months / 2, np.sin(np.pi * t / 6), np.cos(np.pi * t / 6)], 1)
    y = np.log((x + 0.5) / (n - x + 0.5)).reshape(months, -1)
    v = (1 / (x + 0.5) + 1 / (n - x + 0.5)).reshape(months, -1)
    tau = np.full(v.shape[1], 0.01)
    for _ in range(3):
        w = 1 / (v[:-1] + tau)
        G = np.einsum("tk,tn,tl->nkl", A[:-1], w, A[:-1])
        b = np.einsum("tk,tn->nk", A[:-1], w * y[:-1])
        beta = np.linalg.solve(G, b[..., None])[..., 0]
        r = y[:-1] - A[:-1] @ beta.T
        df = months - 1 - 4
        tau = np.maximum((r**2).sum(0) / df - v[:-1].mean(0), 0.0)
    cov = np.linalg.inv(G)
    spread = np.einsum("k,nkl,l->n", A[-1], cov, A[-1]) + v[-1] + tau
    return ((A[-1] @ beta.T - y[-1]) / np.sqrt(spread)).reshape(n.shape[1:])
