"""Speed of find_bottlenecks against a version before, side by side.

    git archive COMMIT src | tar -x -C FOLDER
    python benchmarks/speed/verdicts_before.py FOLDER/src [--funnels 1 50 1000 10000] [--rounds 3]

Each version runs in a process of its own, in turn, one BLAS thread; CPU time, the best of all.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

STEPS, MONTHS = 5, 24


def judged(funnels, runs):
    """Return the least CPU time of so many runs."""
    import numpy as np

    import salesfunnel as sf

    rng = np.random.default_rng(11)
    counts = [rng.poisson(rng.uniform(60, 2000, (1, funnels)), (MONTHS, funnels))]
    for _ in range(STEPS):
        base = rng.uniform(0.25, 0.6, (1, funnels))
        odds = np.log(base / (1 - base)) + rng.normal(0, 0.1, (MONTHS, funnels))
        rate = 1 / (1 + np.exp(-odds))
        rate[-1] *= np.where(rng.random(funnels) < 0.1, 0.7, 1.0)
        counts.append(rng.binomial(counts[-1], rate))
    panel = sf.Panel.from_counts(
        np.stack(counts, axis=-1),
        periods=[f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(MONTHS)],
        segments=[f"f{i}" for i in range(funnels)],
    )
    sf.find_bottlenecks(panel)
    best = float("inf")
    for _ in range(runs):
        began = time.process_time()
        sf.find_bottlenecks(panel)
        best = min(best, time.process_time() - began)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", nargs="?")
    parser.add_argument("--funnels", type=int, nargs="+", default=[1, 50, 1000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--judge", type=int)
    options = parser.parse_args()
    if options.judge is not None:
        print(judged(options.judge, 5 if options.judge < 5000 else 1))
        return
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    print("| funnels | before, ms | now, ms | ratio |\n|---|---|---|---|")
    for funnels in options.funnels:
        best = {"before": float("inf"), "now": float("inf")}
        for which in [*best] * options.rounds:
            path = {"PYTHONPATH": options.before} if which == "before" else {}
            done = subprocess.run(
                [sys.executable, __file__, "--judge", str(funnels)],
                env={**os.environ, **single, **path},
                capture_output=True,
                text=True,
                check=True,
            )
            best[which] = min(best[which], float(done.stdout) * 1000)
        old, new = best.values()
        print(f"| {funnels:,} | {old:.1f} | {new:.1f} | {new / old:.1f} |", flush=True)


if __name__ == "__main__":
    main()
