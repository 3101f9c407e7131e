"""What the models that are left out would have changed: verdicts with and without them.

    python benchmarks/accuracy/left_out.py

Every world is one call of made-up funnels, with falls of 10 to 60 % up to eight months old, steps
that stop, rises, and falls that are over.
"""

from __future__ import annotations

import numpy as np

import salesfunnel as sf
from salesfunnel._kernels.rate_model import evidence

WORLDS = {
    "plain, 24 months": {"entrants": (60, 2000)},
    "plain, 13 months": {"entrants": (60, 2000), "months": 13},
    "tiny counts": {"entrants": (2, 60)},
    "large counts, 36 months": {"entrants": (2000, 200_000), "months": 36, "steps": 4},
    "season .4, 27 months": {"entrants": (100, 1500), "months": 27, "season": 0.4},
    "months .25, sticky": {"entrants": (100, 1500), "months": 27, "sd": 0.25, "memory": 0.8},
    "months .4, 15 months": {"entrants": (100, 3000), "months": 15, "sd": 0.4},
    "trend −.02": {"entrants": (100, 3000), "trend": -0.02},
    "nothing fell": {"entrants": (60, 2000), "fallen": 0.0},
    "low rates, few fell": {"entrants": (300, 20_000), "fallen": 0.02, "rates": (0.02, 0.2)},
}
FUNNELS = 1500


def funnels(
    seed, *, entrants, months=24, steps=3, sd=0.1, memory=0.0, season=0.0, trend=0.0, fallen=0.1,
    rates=(0.1, 0.9),
):  # fmt: skip
    """Return a panel."""
    rng = np.random.default_rng(seed)
    counts = [rng.poisson(rng.uniform(*entrants, (1, FUNNELS)), (months, FUNNELS))]
    t = np.arange(months)[:, None]
    for _ in range(steps):
        p = rng.uniform(*rates, (1, FUNNELS))
        noise = rng.normal(0, 1, (months, FUNNELS))
        for k in range(1, months):
            noise[k] = memory * noise[k - 1] + np.sqrt(1 - memory**2) * noise[k]
        wave = season * np.sin(2 * np.pi * t / 12 + rng.uniform(0, 2 * np.pi, (1, FUNNELS)))
        odds = np.log(p / (1 - p)) + sd * noise + wave + trend * (t - months / 2)
        rate = 1 / (1 + np.exp(-odds))
        age, size = rng.integers(1, 9, FUNNELS), rng.uniform(0.1, 0.6, FUNNELS)
        size[rng.random(FUNNELS) < 0.2 * fallen] = 1.0
        fell = rng.random(FUNNELS) < fallen
        rate = np.where(fell & (t >= months - age), rate * (1 - size), rate)
        rose = rng.random(FUNNELS) < 0.05
        rate = np.where(rose & (t >= months - age), np.minimum(1.4 * rate, 0.5 + 0.5 * rate), rate)
        over, last = rng.random(FUNNELS) < 0.03, months - 1 - rng.integers(1, 4, FUNNELS)
        rate = np.where(over & (t <= last) & (t > last - 3), 0.6 * rate, rate)
        counts.append(rng.binomial(counts[-1], rate))
    return sf.Panel.from_counts(
        np.stack(counts, axis=-1),
        periods=[f"{2021 + m // 12}-{m % 12 + 1:02d}" for m in range(months)],
        segments=[f"f{k}" for k in range(FUNNELS)],
    )


def main():
    usual = evidence.LEFT_OUT_FROM
    print("| world | verdicts with P ≥ .01 | largest change there | below | tiers that differ |")
    print("|---" * 5 + "|")
    for seed, (name, world) in enumerate(WORLDS.items()):
        panel = funnels(seed, **world)
        found = sf.find_bottlenecks(panel)
        evidence.LEFT_OUT_FROM = 10**9
        whole = sf.find_bottlenecks(panel)
        evidence.LEFT_OUT_FROM = usual
        gap = np.abs(found.probability - whole.probability)
        listed = whole.probability >= 0.01
        print(
            f"| {name} | {listed.sum():,} | {np.nanmax(gap[listed]):.0e}"
            f" | {np.nanmax(gap[~listed], initial=0):.0e} | {(found.tier != whole.tier).sum()} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
