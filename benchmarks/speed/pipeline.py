"""Speed of the pipeline bridge and of ageing, 1M deals.

    python benchmarks/speed/pipeline.py [--deals 1000000] [--old 2000]

The bridge has no version before; it is set beside the time of reading its columns once. Ageing is
set beside the loop over old deals that it was, on the first `--old` of them, scaled up. Both run
five times and the best counts.
"""

from __future__ import annotations

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 - after the number of threads is set

import salesfunnel as sf  # noqa: E402
from salesfunnel.stats import aalen_johansen  # noqa: E402

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
    return sf.StageHistory(
        deals=np.arange(n).astype(str), stages=("a", "b", "c", "d", "won"),
        entered=entered.view("M8[us]"), outcome=outcome, closed=closed.view("M8[us]"),
        as_of=np.datetime64(SPAN * DAY, "us"), spent=np.zeros((n, 5), "m8[us]"),
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
    begin = time.perf_counter()
    made = history.with_changes(columns)
    return made, time.perf_counter() - begin


def loop_of_before(history, most):
    """Return the time of judging old deals one by one, scaled to all of them."""
    total = 0.0
    for k, stage in enumerate(history.stages[:-1]):
        begin = time.perf_counter()
        duration, event, rows = history.stage_times(stage)
        curve = aalen_johansen(duration, event)
        usual = curve.quantile(0.8)
        here = (event == 0) & (history.reached[rows] == k)
        old = np.flatnonzero(here & (duration > usual))
        total += time.perf_counter() - begin
        begin = time.perf_counter()
        for i in old[:most]:
            int((duration >= duration[i]).sum())
            curve.chance(float(duration[i]))
        if old.size:
            total += (time.perf_counter() - begin) * old.size / min(most, old.size)
    return total


def best(work, times=5):
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--old", type=int, default=200)
    args = parser.parse_args()
    history = deals_of(args.deals)
    stale = sf.ageing(history)
    ours = best(lambda: sf.ageing(history))
    before = loop_of_before(history, args.old)
    print(f"ageing: {ours:.3f} s, one by one {before:.1f} s, {before / ours:.0f}x;", end=" ")
    print(f"{stale.open:,} open, {len(stale.deals):,} stale")
    known, built = with_ledger(history)
    moment = known.as_of - np.timedelta64(30, "D")
    print(f"9 rows per deal read and sorted: {built:.2f} s")
    print(f"state at a moment: {best(lambda: known.at(moment, 'amount')):.3f} s")
    first, last = (np.datetime64("1972-07-01", "us"), np.datetime64("1972-08-01", "us"))
    for label, options in (
        ("month, all open deals", {}),
        ("month, closing in the quarter", {"closing": "1972-Q3"}),
        ("month, closing in the quarter, by owner", {"closing": "1972-Q3", "by": "owner"}),
    ):
        took = best(
            lambda o=options: sf.pipeline_bridge(known, since=first, until=last, compare=False, **o)
        )
        print(f"bridge, {label}: {took:.2f} s")
    took = best(
        lambda: sf.pipeline_bridge(known, since=first, until=last, closing="1972-Q3"), times=2
    )
    print(f"bridge with verdicts from earlier quarters: {took:.2f} s")


if __name__ == "__main__":
    main()
