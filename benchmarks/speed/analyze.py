"""Speed of analyze for many segments, and the share of find_bottlenecks in it.

    python benchmarks/speed/analyze.py [--segments 10000] [--rounds 2]

CPU time, one BLAS thread, the best of the rounds.
"""

from __future__ import annotations

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from bottlenecks import panel_of  # noqa: E402 - after the number of threads is set

import salesfunnel as sf  # noqa: E402

CELLS = ((5, 13, 0.0), (5, 13, 0.1), (2, 13, 0.1), (5, 24, 0.1))
"""Steps, months, share of the steps that fell by 30 % in the last month."""


def seconds(call, rounds):
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        call()
        best = min(best, time.process_time() - began)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    print("| steps | months | fallen | alarms | analyze | find_bottlenecks |")
    print("|---" * 6 + "|")
    for steps, months, fallen in CELLS:
        panel = panel_of(options.segments, steps=steps, months=months, fallen=fallen)
        sf.analyze(panel.select(segments=panel.segments[:10]))
        whole = seconds(lambda panel=panel: sf.analyze(panel), options.rounds)
        found = sf.find_bottlenecks(panel)
        alone = seconds(lambda panel=panel: sf.find_bottlenecks(panel), options.rounds)
        print(
            f"| {steps} | {months} | {fallen or 'none'} | {len(found.alarms):,} | {whole:.2f}"
            f" | {alone:.2f} |"
        )


if __name__ == "__main__":
    main()
