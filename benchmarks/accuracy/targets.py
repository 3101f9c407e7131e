"""Accuracy of target plans: how often a quarter planned from its history meets the target.

Run ``python benchmarks/accuracy/targets.py [QUARTERS]``. Each quarter has a history of twelve
months of its own, whose rates scatter from month to month as those of the quarter do.

Run ``python benchmarks/accuracy/targets.py season [QUARTERS [CELL]]`` for rates that have a season:
three years of history, a quarter that begins in any month, a wave of the log odds of every rate.
"""

from __future__ import annotations

import sys

import numpy as np

import salesfunnel as sf
from salesfunnel._kernels import targets

RATES = np.array([0.35, 0.50, 0.45, 0.55, 0.30])
STEPS = ("leads", "interest", "intent", "proposal", "negotiation", "won")
LEADS, TARGET = 1500, 60


def month(rng, leads, tau):
    """Return the counts of one month, whose logits are moved by what the month has of its own."""
    counts = [leads]
    for rate in RATES:
        logit = np.log(rate / (1 - rate)) + rng.normal(0, tau)
        counts.append(rng.binomial(counts[-1], 1 / (1 + np.exp(-logit))))
    return counts


def plans(history, seed):
    """Return the leads that each way of planning asks for."""
    panel = sf.Panel.from_counts(history, steps=STEPS)
    plan = sf.decompose_target(TARGET, panel, months=3, seasonality=False, seed=seed)
    n, x = history[:, :-1].sum(0), history[:, 1:].sum(0)
    fixed = np.array([np.prod(x / n)])
    distributions = np.stack([x + 0.5, n - x + 0.5], 1)
    drawn = targets.compress(targets.draws(distributions, 4096, np.random.default_rng(seed)))
    return {
        "mean rates": plan.entrants_mean,
        "80 %, rates as if known": fewest(fixed),
        "80 %, rates as binomial": fewest(drawn),
        "safe plan (80 %)": plan.entrants_safe,
    }


def fewest(rate):
    low, high = 0, TARGET
    while targets.chance_of_count(high, TARGET, rate) < 0.8:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if targets.chance_of_count(middle, TARGET, rate) >= 0.8:
            high = middle
        else:
            low = middle
    return high


def main(quarters: int) -> None:
    print("| way to plan | month noise 0 | 0.1 | 0.2 | leads, beside mean rates |")
    print("|---|---|---|---|---|")
    met, asked = {}, {}
    for k, tau in enumerate((0.0, 0.1, 0.2)):
        for q in range(quarters):
            rng = np.random.default_rng([k, q])
            history = np.array([month(rng, LEADS, tau) for _ in range(12)])
            asks = plans(history, q)
            for way, leads in asks.items():
                rng = np.random.default_rng([k, q, 1])
                parts = [int(leads) // 3 + (m < int(leads) % 3) for m in range(3)]
                won = sum(month(rng, part, tau)[-1] for part in parts)
                met.setdefault(way, [[], [], []])[k].append(won >= TARGET)
                asked.setdefault(way, []).append(leads / asks["mean rates"])
    for way, cells in met.items():
        shares = " | ".join(f"{np.mean(cell):.1%}" for cell in cells)
        print(f"| {way} | {shares} | × {np.mean(asked[way]):.2f} |")


SEASONS = ((0.0, 0.1), (0.15, 0.1), (0.3, 0.1), (0.3, 0.2))


def seasonal(quarters: int, cell: int | None) -> None:
    """Print how often plans are met where rates have a season."""
    print("| wave | month noise | season kept (80 %) | without season (80 %) | mean rates |")
    print("|---|---|---|---|---|")
    for k, (wave, tau) in enumerate(SEASONS):
        if cell is not None and k != cell:
            continue
        met = np.zeros(3)
        for q in range(quarters):
            rng = np.random.default_rng([9, k, q])
            begins = int(rng.integers(0, 12))
            at = np.arange(begins - 36, begins + 3)
            swing = wave * np.sin(2 * np.pi * at / 12)
            history = np.array([_waved(rng, LEADS, tau, s) for s in swing[:36]])
            periods = [f"{2026 + m // 12}-{m % 12 + 1:02d}" for m in at.tolist()]
            counts = dict(zip(periods[:36], history.tolist(), strict=True))
            panel = sf.Panel.from_counts(counts, steps=STEPS)
            plans = [
                sf.decompose_target(
                    TARGET, panel, months=3, start=periods[36], seasonality=kept, seed=q, draws=1024
                )
                for kept in (True, False)
            ]
            asks = [plans[0].entrants_safe, plans[1].entrants_safe, plans[1].entrants_mean]
            for way, leads in enumerate(asks):
                rng = np.random.default_rng([9, k, q, 1])
                parts = [int(leads) // 3 + (m < int(leads) % 3) for m in range(3)]
                ahead = zip(parts, swing[36:], strict=True)
                met[way] += sum(_waved(rng, n, tau, s)[-1] for n, s in ahead) >= TARGET
        cells = " | ".join(f"{share:.1%}" for share in (met / quarters).tolist())
        print(f"| {wave:g} | {tau:g} | {cells} |", flush=True)


def _waved(rng, leads, tau, swing):
    counts = [leads]
    for rate in RATES:
        logit = np.log(rate / (1 - rate)) + swing + rng.normal(0, tau)
        counts.append(rng.binomial(counts[-1], 1 / (1 + np.exp(-logit))))
    return counts


if __name__ == "__main__":
    if sys.argv[1:2] == ["season"]:
        only = int(sys.argv[3]) if len(sys.argv) > 3 else None
        seasonal(int(sys.argv[2]) if len(sys.argv) > 2 else 300, only)
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
