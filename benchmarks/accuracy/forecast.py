"""Accuracy of the forecast: planted funnels, 90 days ahead, beside the usual ways of a CRM.

Run ``python benchmarks/accuracy/forecast.py [FUNNELS]``. The funnels have stages of log-normal
times, months that scatter, deals that nobody closes, and arrivals that grow, stand or fall.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np
from _planted import history

import salesfunnel as sf

CASES = {
    "steady": {},
    "growing 60 % a year": {"growth": 0.6},
    "falling 30 % a year": {"growth": -0.3},
    "few stale deals": {"stale": 0.15},
}


def main(funnels: int) -> None:
    pooled = defaultdict(lambda: [0.0, 0.0, 0.0, 0, 0])
    for case, (name, options) in enumerate(CASES.items()):
        for k in range(funnels):
            rng = np.random.default_rng([case, k])
            done = sf.backtest(history(rng, **options), horizon=90, origins=8, every=45, seed=k)
            table = {
                ("age-conditioned", "open"): done.expected_open,
                ("age-conditioned", "all"): done.expected,
                ("stage-weights", "open"): done.stage_weights,
                ("static-win-rate", "open"): done.static,
                ("stage-weights", "all"): done.stage_weights,
                ("static-win-rate", "all"): done.static,
                ("last-period", "all"): done.last,
            }
            for (way, scope), said in table.items():
                actual = done.actual_open if scope == "open" else done.actual
                low, high = (
                    (done.open_low, done.open_high) if scope == "open" else (done.low, done.high)
                )
                inside = int(((actual >= low) & (actual <= high)).sum())
                for key in ((name, way, scope), ("all together", way, scope)):
                    cell = pooled[key]
                    cell[0] += float(np.abs(said - actual).sum())
                    cell[1] += float((said - actual).sum())
                    cell[2] += float(actual.sum())
                    cell[3] += inside
                    cell[4] += actual.size
    print("| funnels | value from | way | WAPE | bias | 80 % interval holds |")
    print("|---|---|---|---|---|---|")
    for (name, way, scope), (off, signed, total, inside, n) in pooled.items():
        held = f"{inside / n:.1%}" if way == "age-conditioned" else "–"
        deals = "open deals" if scope == "open" else "all deals"
        print(f"| {name} | {deals} | {way} | {off / total:.3f} | {signed / total:+.1%} | {held} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
