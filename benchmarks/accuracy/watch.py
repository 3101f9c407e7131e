"""How often watch_metrics raises a false alarm, and how often it finds a fall.

    python benchmarks/accuracy/watch.py [series per setting] [months ...]

Series of months of five kinds (count, money, duration, rate, score), with a season of their own,
noise that is independent or remembers, with and without outliers and growth. Judged once, at their
end. A fall is one standard deviation of the month (of the noise, or of noise and season) on the
scale of the law, for the last three months.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from salesfunnel._kernels.level import expected_level
from salesfunnel.monitoring._watch_metrics import BETTER, WORSE

SETTINGS = {
    "independent noise": {},
    "no season": {"season": 0.0},
    "strong season": {"season": 3.0},
    "December peak": {"season": 0.0, "peak": 4.0},
    "noise remembers (.3)": {"memory": 0.3},
    "outliers, 3 % of 4 sd": {"outliers": 0.03},
    "heavy tails (t, 4 df)": {"heavy": True},
    "growth of .02 sd a month": {"growth": 0.02},
}


def series(rng, months, *, season=1.5, peak=0.0, memory=0.0, outliers=0.0, heavy=False, growth=0.0):
    """Return one series in units of the noise, and the month of the year."""
    month = (np.arange(months) + rng.integers(12)) % 12
    noise = rng.standard_t(4, months) / math.sqrt(2) if heavy else rng.standard_normal(months)
    for i in range(1, months):
        noise[i] = memory * noise[i - 1] + math.sqrt(1 - memory**2) * noise[i]
    noise += np.where(rng.random(months) < outliers, 4 * rng.choice([-1, 1], months), 0)
    wave = season * np.cos(2 * np.pi * (month - rng.integers(12)) / 12)
    return noise + wave + peak * (month == 11) + growth * np.arange(months), month.astype(float)


def verdicts(rng, runs, months, fall, setting):
    """Return the shares called worse and better."""
    worse = better = 0
    for _ in range(runs):
        values, month = series(rng, months, **setting)
        values[-3:] -= fall(values) if callable(fall) else fall
        found = expected_level(
            0.2 * values, np.arange(months, dtype=float), month, new=3, floor=0.05, level=0.95
        )
        worse += 1 - found.below >= WORSE
        better += 1 - found.below <= BETTER
    return worse / runs, better / runs


def main(runs, lengths=(15, 27, 39)):
    print("months | setting | false alarms (worse + better) | fall of 1 sd of noise found | of all")
    for months in lengths:
        for name, setting in SETTINGS.items():
            rng = np.random.default_rng(20261128 + months)
            quiet = verdicts(rng, runs, months, 0.0, setting)
            fallen = verdicts(rng, runs, months, 1.0, setting)
            whole = verdicts(rng, runs, months, lambda v: v[:-3].std(), setting)
            print(
                f"{months} | {name} | {sum(quiet):.3f} ({quiet[0]:.3f} + {quiet[1]:.3f})"
                f" | {fallen[0]:.3f} | {whole[0]:.3f}",
                flush=True,
            )
    print(f"Monte Carlo error of a false alarm rate of .05: {math.sqrt(0.05 * 0.95 / runs):.4f}")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 1000,
        [int(m) for m in sys.argv[2:]] or (15, 27, 39),
    )
