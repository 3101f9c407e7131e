"""Speed of the forecast and of its back-test, 1M deals.

    python benchmarks/speed/forecast.py [--deals 1000000] [--draws 2000] [--before PATH]

With `--before`, the `src` of another version, its times on the same deals are set beside ours; it
runs in a process of its own. Each call runs `--times` times and the best counts: seconds of the
processor on one thread, which other work on the machine does not lengthen much, and by the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 - after the number of threads is set

import salesfunnel as sf  # noqa: E402

DAYS, STAGES = 1095, ("lead", "demo", "offer", "contract")
DAY = 86_400_000_000
NAT = np.iinfo(np.int64).min


def deals_of(n, seed=0):
    """Return deals of three years, 50 owners, some of which are still open."""
    rng = np.random.default_rng(seed)
    created = np.sort(rng.integers(0, DAYS * DAY, n))
    entered = np.full((n, len(STAGES)), NAT)
    outcome, closed = np.zeros(n, dtype=np.int8), np.full(n, NAT)
    owner = rng.integers(0, 50, n)
    skill = rng.normal(0, 0.3, 50)[owner]
    now, alive = created.copy(), np.ones(n, dtype=bool)
    for k in range(len(STAGES)):
        entered[alive, k] = now[alive]
        goes = rng.random(n) < 1 / (1 + np.exp(-0.3 - skill))
        wait = (rng.lognormal(2.4, 0.9, n) * np.where(goes, 1.0, 1.6) * DAY).astype(np.int64)
        now = now + wait
        past = now <= DAYS * DAY
        lost = alive & ~goes & past
        outcome[lost], closed[lost] = 2, now[lost]
        alive &= goes & past
    outcome[alive], closed[alive] = 1, now[alive]
    value = np.round(rng.lognormal(9, 1, n), 2)
    words = np.array([f"rep {i:02d}" for i in range(50)])
    return sf.StageHistory(
        deals=np.arange(n).astype(str), stages=STAGES, entered=entered.view("M8[us]"),
        outcome=outcome, closed=closed.view("M8[us]"), created=created.view("M8[us]"),
        value=value, attributes={"owner": words[owner]}, funnel=None, faults=(),
        as_of=np.datetime64(DAYS * DAY, "us"),
    )  # fmt: skip


def best(work, times):
    found = []
    for _ in range(times):
        begin, clock = time.process_time(), time.perf_counter()
        work()
        found.append((time.process_time() - begin, time.perf_counter() - clock))
    return min(found)


def measured(args):
    """Return the seconds of both calls."""
    history = deals_of(args.deals)
    opened = int((history.outcome == 0).sum())
    ahead = best(lambda: sf.forecast(history, horizon=90, draws=args.draws), args.times)
    past = best(
        lambda: sf.backtest(history, horizon=90, origins=12, every=30, draws=args.draws),
        args.times,
    )
    return {"forecast": ahead, "back-test": past, "open": opened}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--before")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    ours = measured(args)
    if args.json:
        print(json.dumps(ours))
        return
    print(f"{args.deals:,} deals, {ours['open']:,} open, {args.draws} draws")
    theirs = {}
    if args.before:
        words = [sys.executable, __file__, "--json", "--times", "1"]
        words += ["--deals", str(args.deals), "--draws", str(args.draws)]
        done = subprocess.run(
            words, env={**os.environ, "PYTHONPATH": args.before}, capture_output=True, check=True
        )
        theirs = json.loads(done.stdout)
    for name in ("forecast", "back-test"):
        used, clock = ours[name]
        print(f"{name}: {used:.2f} s of the processor, {clock:.2f} s by the clock", end="")
        if theirs:
            print(f"; before {theirs[name][0]:.2f} s: {theirs[name][0] / used:.1f} times", end="")
        print()


if __name__ == "__main__":
    main()
