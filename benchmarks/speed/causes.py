"""Speed study, not industry figures: a diagnosis over fifty columns, in CPU seconds and memory.

Run: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/speed/causes.py DEALS [profile]
"""

from __future__ import annotations

import cProfile
import pstats
import resource
import sys
import time

import numpy as np

import salesfunnel as sf

COLUMNS, MONTHS = 50, 13
DAY = 86_400_000_000


def columns_of(n, rng, start):
    """Return fifty columns: categories, yes and no, numbers (some as text), dates, ids, noise."""
    cols = {}
    for i, k in enumerate((4, 5, 6, 5, 4, 12, 20)):
        cols[f"kind {i}"] = np.array([f"level {j}" for j in range(k)])[rng.integers(0, k, n)]
    for i in range(8):
        cols[f"flag {i}"] = np.where(rng.random(n) < 0.3, "是", "否")
    for i in range(3):
        cols[f"price {i}"] = np.round(np.exp(rng.normal(7, 0.6, n)))
    for i in range(4):
        some = np.array([f"{v:.1f}" for v in rng.gamma(2, 8, 5000)])
        cols[f"hours {i}"] = some[rng.integers(0, 5000, n)]
    for i in range(2):
        day = start - rng.integers(0, 60, n) * np.timedelta64(DAY, "us")
        cols[f"date {i}"] = day.astype("datetime64[D]").astype(str)
    names = np.array([f"Company {v}" for v in range(n // 3 + 1)])
    cols["company"] = names[rng.integers(0, names.size, n)]
    cols["ref"] = np.arange(n).astype(str)
    while len(cols) < COLUMNS:
        i = len(cols)
        cols[f"noise {i}"] = (
            np.where(rng.random(n) < 0.4, "yes", "no")
            if i % 3 == 0
            else np.array(list("abcdef"))[rng.integers(0, 6, n)]
            if i % 3 == 1
            else np.round(rng.normal(50, 12, n), 1)
        )
    return cols


def made(n, seed=3):
    """Return a bottleneck and a history of so many deals."""
    rng = np.random.default_rng(seed)
    month = rng.integers(0, MONTHS, n)
    now = month == MONTHS - 1
    start = np.datetime64("2025-01", "M") + month
    start = start.astype("datetime64[us]") + rng.integers(0, 27, n) * np.timedelta64(DAY, "us")
    cols = columns_of(n, rng, start)
    slow = now & (rng.random(n) < 0.4)
    cols["flag 0"] = np.where(slow, "是", cols["flag 0"])
    y = rng.random(n) < 0.5 - 0.25 * (cols["flag 0"] == "是")
    end = start + (rng.gamma(2, 4, n) * DAY).astype("timedelta64[us]")
    history = sf.StageHistory(
        deals=np.arange(n).astype(str),
        stages=("offer", "won"),
        entered=np.stack([start, np.where(y, end, np.datetime64("NaT", "us"))], axis=1),
        closed=end,
        outcome=np.where(y, 1, 2).astype(np.int8),
        attributes=cols,
        as_of=end.max(),
    )
    row = sf.Bottleneck(
        transition=sf.Transition("offer", "won"),
        segment="all",
        period="2026-01",
        entered=int(now.sum()),
        advanced=int(y[now].sum()),
        rate=float(y[now].mean()),
        reference=float(y[~now].mean()),
    )
    return row, history


def main():
    n = int(sys.argv[1])
    row, history = made(n)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for _ in range(3 if n < 100_000 else 1):
        profile = cProfile.Profile()
        start = time.process_time()
        if "profile" in sys.argv:
            profile.enable()
        found = sf.diagnose(row, history)
        profile.disable()
        spent = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{n} deals: {spent:.2f} s of CPU, peak {peak:.2f} GB (data {held:.2f}); {found!r}")
    print([(f.kind, f.columns, round(f.contribution, 1)) for f in found.causes])
    if "profile" in sys.argv:
        pstats.Stats(profile).sort_stats("cumtime").print_stats(50)


if __name__ == "__main__":
    main()
