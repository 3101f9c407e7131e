"""Speed of analyze for many segments, and the share of find_bottlenecks in it.

    git archive COMMIT src | tar -x -C FOLDER
    python benchmarks/speed/analyze.py [FOLDER/src] [--segments 10000] [--rounds 2]

CPU time, one BLAS thread, the best of the rounds. With a version before, each runs in a process of
its own, in turn, on the same data.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

CELLS = ((1, 13, 0.1), (2, 13, 0.1), (4, 13, 0.1), (5, 13, 0.0), (5, 13, 0.1), (5, 24, 0.1))
"""Steps, months, share of the steps that fell by 30 % in the last month."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def seconds(call, rounds):
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        call()
        best = min(best, time.process_time() - began)
    return best


def cell(number, segments, rounds):
    """Print alarms, and the CPU seconds of analyze and of find_bottlenecks."""
    from bottlenecks import panel_of

    import salesfunnel as sf

    steps, months, fallen = CELLS[number]
    panel = panel_of(segments, steps=steps, months=months, fallen=fallen)
    sf.analyze(panel.select(segments=panel.segments[:10]))
    whole = seconds(lambda: sf.analyze(panel), rounds)
    found = sf.find_bottlenecks(panel)
    alone = seconds(lambda: sf.find_bottlenecks(panel), rounds)
    print(len(found.alarms), whole, alone)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", nargs="?")
    parser.add_argument("--segments", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cell", type=int)
    options = parser.parse_args()
    if options.cell is not None:
        cell(options.cell, options.segments, options.rounds)
        return
    columns = ["steps", "months", "fallen", "alarms", "analyze", "find_bottlenecks"]
    if options.before:
        columns += [f"{name}{end}" for end in (" before", " ÷ before") for name in columns[-2:]]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for number, (steps, months, fallen) in enumerate(CELLS):
        row = [steps, months, fallen or "none"]
        given = ["--segments", str(options.segments), "--rounds", str(options.rounds)]
        times = []
        for path in [None, options.before] if options.before else [None]:
            run = subprocess.run(
                [sys.executable, __file__, "--cell", str(number), *given],
                env={**os.environ, **ONE_THREAD, **({"PYTHONPATH": path} if path else {})},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            alarms, *measured = run.stdout.split()
            times += [float(one) for one in measured]
            row += [f"{int(alarms):,}"] if path is None else []
        row += [f"{one:.2f}" for one in times]
        row += [f"{times[k] / times[k + 2]:.2f}" for k in range(2)] if options.before else []
        print(f"| {' | '.join(map(str, row))} |", flush=True)


if __name__ == "__main__":
    main()
