"""Speed of find_bottlenecks against a loop over scipy.stats.betabinom that decides the same.

    python benchmarks/speed/bottlenecks.py [--funnels 10000] [--loop 200]

The loop judges the first funnels only; its time is scaled up.
Both run five times in turn, and the best time of each counts. Decisions are compared one by one.
"""

from __future__ import annotations

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 - after the number of threads is set
from scipy.stats import betabinom  # noqa: E402

import salesfunnel as sf  # noqa: E402
from salesfunnel._kernels.betabinomial import DROPS, prior_of  # noqa: E402

STEPS, MONTHS = 5, 13


def panel_of(funnels, seed=11, *, steps=STEPS, months=MONTHS, fallen=0.1):
    """Return made-up funnels; of each step the share `fallen` fell by 30 % in the last month."""
    rng = np.random.default_rng(seed)
    counts = [rng.poisson(rng.uniform(60, 2000, (1, funnels)), (months, funnels))]
    for _ in range(steps):
        base = rng.uniform(0.25, 0.6, (1, funnels))
        odds = np.log(base / (1 - base)) + rng.normal(0, 0.1, (months, funnels))
        rate = 1 / (1 + np.exp(-odds))
        rate[-1] *= np.where(rng.random(funnels) < fallen, 0.7, 1.0)
        counts.append(rng.binomial(counts[-1], rate))
    return sf.Panel.from_counts(
        np.stack(counts, axis=-1),
        periods=[f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(months)],
        segments=[f"f{i}" for i in range(funnels)],
    )


def distribution(x, n):
    """Return p, variance and rho of a history, as the specification writes them."""
    N, X, m = n.sum(), x.sum(), (n > 0).sum()
    n, x = n[n > 0], x[n > 0]
    raw, p = X / N, (X + 0.5) / (N + 1)
    statistic = ((x - n * raw) ** 2 / (n * raw * (1 - raw))).sum() if 0 < raw < 1 else 0.0
    scale = ((n - 1) * (1 - n / N)).sum()
    moment = min(max(0.0, (statistic - (m - 1)) / scale), 1.0) if scale > 0 else 0.0
    rho = ((m - 1) * moment + 4 * 0.15**2 * p * (1 - p)) / (m - 1 + 4)
    return p, p * (1 - p) * (1 / N + rho * (n**2).sum() / N**2), rho


def plain_loop(entered, advanced):
    """Return P(bottleneck) of every step of every funnel, one at a time."""
    out = np.zeros(entered.shape[1:])
    prior = prior_of(STEPS)
    for g in range(entered.shape[1]):
        for s in range(STEPS):
            n, x = entered[:, g, s].astype(float), advanced[:, g, s].astype(float)
            p, variance, rho = distribution(x[:-3][-12:], n[:-3][-12:])
            for width in (1, 3):
                now_n, now_x = n[-width:], x[-width:]
                months = now_n.sum() ** 2 / (now_n**2).sum()
                strength = max(p * (1 - p) / (p * (1 - p) * rho / months + variance) - 1, 0.5)
                total, won = int(now_n.sum()), int(now_x.sum())
                healthy = betabinom.logpmf(won, total, p * strength, (1 - p) * strength)
                lower = [p * (1 - d) for d in DROPS]
                fallen = [betabinom.logpmf(won, total, q * strength, (1 - q) * strength)
                          for q in lower]  # fmt: skip
                factor = np.log(np.mean(np.exp(np.array(fallen) - healthy)))
                odds = prior / (1 - prior) * np.exp(factor)
                out[g, s] = max(out[g, s], odds / (1 + odds))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--funnels", type=int, default=10_000)
    parser.add_argument("--loop", type=int, default=100)
    options = parser.parse_args()
    panel = panel_of(options.funnels)
    sf.find_bottlenecks(panel.select(segments=panel.segments[:10]))
    entered, advanced, _ = panel.entered_advanced()
    ours, loop, plain = [], [], []
    chunks = np.array_split(np.arange(options.loop), 5)
    for chunk in chunks:  # in turn, so that other work on the machine meets both
        began = time.perf_counter()
        found = sf.find_bottlenecks(panel)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        plain.append(plain_loop(entered[:, chunk], advanced[:, chunk]))
        loop.append((time.perf_counter() - began) * options.funnels / chunk.size)
    ours, loop, plain = min(ours), min(loop), np.concatenate(plain)
    same = found.probability[: options.loop]
    gap = np.abs(same - plain).max()
    decided = ((same >= 0.5) == (plain >= 0.5)).mean()
    print(f"| funnels | steps | months | find_bottlenecks, s | the loop, s | ratio |"
          f" decisions equal | largest gap |\n{'|---' * 8}|")  # fmt: skip
    print(f"| {options.funnels:,} | {STEPS} | {MONTHS} | {ours:.2f} | {loop:.0f} (from"
          f" {options.loop}) | {loop / ours:.0f} | {decided:.2%} | {gap:.1e} |")  # fmt: skip


if __name__ == "__main__":
    main()
