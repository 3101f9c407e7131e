"""Speed of the pipeline bridge and of ageing, 1M deals.

    python benchmarks/speed/pipeline.py [--deals 1000000] [--before PATH]

The bridge has no version before. Ageing is set beside that of `--before`, the `src` of another
version, which runs on the same deals in a process of its own. Calls run five times and the best
counts: seconds of the processor, which other work on the machine does not lengthen much, and by the
clock. Ageing uses as many threads as there are processors.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 - after the number of threads is set

import salesfunnel as sf  # noqa: E402

DAY = 86_400_000_000
SPAN = 1000
NAT = np.iinfo(np.int64).min


def deals_of(n, seed=0):
    rng = np.random.default_rng(seed)
    created = rng.integers(0, SPAN * DAY, n)
    entered = np.full((n, 5), NAT)
    entered[:, 0] = created
    outcome, closed = np.zeros(n, dtype=np.int8), np.full(n, NAT)
    now, alive = created.copy(), np.ones(n, dtype=bool)
    for k in range(1, 5):
        wait = rng.lognormal(2.5, 1.0, n) * DAY
        now = now + wait.astype(np.int64)
        lost = alive & (rng.random(n) < 0.35) & (now < SPAN * DAY)
        outcome[lost], closed[lost] = 2, now[lost]
        alive &= ~lost & (now < SPAN * DAY)
        entered[alive, k] = now[alive]
    outcome[alive], closed[alive] = 1, now[alive]
    # the version before called it "spent"
    named = "spent" if "spent" in inspect.signature(sf.StageHistory).parameters else "time_in_stage"
    return sf.StageHistory(
        deals=np.arange(n).astype(str), stages=("a", "b", "c", "d", "won"),
        entered=entered.view("M8[us]"), outcome=outcome, closed=closed.view("M8[us]"),
        as_of=np.datetime64(SPAN * DAY, "us"), **{named: np.zeros((n, 5), "m8[us]")},
    )  # fmt: skip


def with_ledger(history, seed=1):
    """Return the history with nine rows of changes per deal, and how long that took."""
    rng = np.random.default_rng(seed)
    n = len(history)
    created = history.created.view(np.int64)
    end = np.where(np.isnat(history.closed), SPAN * DAY, history.closed.view(np.int64))
    life = np.maximum(end - created, 1)

    def rows(k):
        deal = np.tile(np.arange(n), k)
        share = np.concatenate([np.zeros(n), rng.random(n * (k - 1))])
        return deal, (created[deal] + share * life[deal]).astype(np.int64).view("M8[us]")

    columns = {}
    deal, when = rows(4)
    amount = np.round(rng.lognormal(8, 1, deal.size), 2)
    columns["amount"] = {"deal": deal, "time": when, "value": amount}
    deal, when = rows(3)
    date = when.astype("M8[D]") + rng.integers(10, 120, deal.size)
    columns["expected"] = {"deal": deal, "time": when, "value": date}
    deal, when = rows(2)
    owners = np.array([f"rep {i:02d}" for i in range(50)])
    columns["owner"] = {"deal": deal, "time": when, "value": owners[rng.integers(0, 50, deal.size)]}
    begin, clock = time.process_time(), time.perf_counter()
    made = history.with_changes(columns)
    return made, (time.process_time() - begin, time.perf_counter() - clock)


def best(work, times=5):
    """Return the seconds of the processor, and by the clock, of the best run."""
    found = []
    for _ in range(times):
        begin, clock = time.process_time(), time.perf_counter()
        work()
        found.append((time.process_time() - begin, time.perf_counter() - clock))
    return min(found)


def shown(label, took):
    print(f"{label}: {took[0]:.2f} s of the processor, {took[1]:.2f} s by the clock")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--before")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    history = deals_of(args.deals)
    if args.json:
        print(json.dumps(best(lambda: sf.ageing(history), times=1)))
        return
    ours = best(lambda: sf.ageing(history))
    shown(f"ageing, {int((history.outcome == 0).sum()):,} open", ours)
    if args.before:
        words = [sys.executable, __file__, "--json", "--deals", str(args.deals)]
        done = subprocess.run(
            words, env={**os.environ, "PYTHONPATH": args.before}, capture_output=True, check=True
        )
        theirs = json.loads(done.stdout)
        shown("ageing before", theirs)
        ratios = [then / now for then, now in zip(theirs, ours, strict=True)]
        print("  {:.0f} times by the processor, {:.0f} by the clock".format(*ratios))
    known, built = with_ledger(history)
    moment = known.as_of - np.timedelta64(30, "D")
    shown("9 rows per deal read and sorted", built)
    shown("state at a moment", best(lambda: known.at(moment, "amount")))
    first, last = (np.datetime64("1972-07-01", "us"), np.datetime64("1972-08-01", "us"))
    for label, options in (
        ("month, all open deals", {}),
        ("month, closing in the quarter", {"closing": "1972-Q3"}),
        ("month, closing in the quarter, by owner", {"closing": "1972-Q3", "by": "owner"}),
    ):
        took = best(
            lambda o=options: sf.pipeline_bridge(known, since=first, until=last, compare=False, **o)
        )
        shown(f"bridge, {label}", took)
    took = best(
        lambda: sf.pipeline_bridge(known, since=first, until=last, closing="1972-Q3"), times=2
    )
    shown("bridge with verdicts from earlier quarters", took)


if __name__ == "__main__":
    main()
