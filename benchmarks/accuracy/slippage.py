"""Chances of open deals to be pushed, against what came, on planted dates.

    python benchmarks/accuracy/slippage.py [--seeds 5] [--deals 6000]

A date is pushed with chance 0.35, after the first push with 0.60; what is not pushed closes about a
week before its date, half of it won. Chances are asked 700 days after the start.
"""

from __future__ import annotations

import argparse
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402 - after the number of threads is set

import salesfunnel as sf  # noqa: E402

NOW = 700.0


def stamp(days):
    return np.rint(np.asarray(days) * 86_400e6).astype(np.int64).astype("M8[us]")


def planted(seed, n):
    """Return the history as of NOW, and for each deal whether its date then was pushed."""
    rng = np.random.default_rng(seed)
    born = rng.uniform(0, NOW, n)
    date = np.floor(born + rng.uniform(20, 90, n))
    rows, pushed = [(np.arange(n), born, date.copy())], np.zeros(n, dtype=int)
    when, alive = born.copy(), np.ones(n, dtype=bool)
    outcome, closed, came = np.zeros(n, dtype=np.int8), np.full(n, np.inf), np.full(n, -1)
    while alive.any():
        at = np.flatnonzero(alive)
        next_edit = np.maximum(date[at] - rng.exponential(8, at.size), when[at] + 0.01)
        push = rng.random(at.size) < np.where(pushed[at] == 0, 0.35, 0.6)
        current = (when[at] <= NOW) & (next_edit > NOW)
        came[at[current]] = push[current]
        ends, moved = at[~push], at[push]
        outcome[ends], closed[ends] = 1 + (rng.random(ends.size) < 0.5), next_edit[~push]
        when[moved] = next_edit[push]
        date[moved] = np.floor(date[moved] + rng.uniform(14, 60, moved.size))
        pushed[moved[when[moved] <= NOW]] += 1
        rows.append((moved, when[moved].copy(), date[moved].copy()))
        alive[ends] = False
        alive &= when <= NOW
    over = closed <= NOW
    nat = np.datetime64("NaT", "us")
    history = sf.StageHistory(
        deals=[f"d{i}" for i in range(n)], stages=("open", "won"),
        entered=np.stack([stamp(born), np.full(n, nat)], axis=1),
        outcome=np.where(over, outcome, 0),
        closed=np.where(over, stamp(np.where(over, closed, 0)), nat), as_of=stamp(NOW),
    )  # fmt: skip
    deal, time, day = (np.concatenate(column) for column in zip(*rows, strict=True))
    inside = time <= NOW
    columns = {
        "deal": deal[inside], "time": stamp(time[inside]),
        "value": day[inside].astype(np.int64).astype("M8[D]"),
    }  # fmt: skip
    return history.with_changes({"expected": columns}), came


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--deals", type=int, default=6000)
    args = parser.parse_args()
    said, true, pushes, typed = [], [], [], []
    for seed in range(1, args.seeds + 1):
        history, came = planted(seed, args.deals)
        found = sf.slippage(history)
        said.append(found.p_pushed)
        true.append(came[[int(name[1:]) for name in found.deals]])
        pushes.append(np.minimum(found.pushes, 3))
        typed.append(found.typed)
    p, y, k = (np.concatenate(part) for part in (said, true, pushes))
    for count in range(4):
        mine = k == count
        error = np.sqrt(y[mine].mean() * (1 - y[mine].mean()) / mine.sum())
        print(f"pushes {count}: {mine.sum()} deals, said {p[mine].mean():.3f},", end=" ")
        print(f"came {y[mine].mean():.3f} ± {error:.3f}")
    for part in np.array_split(np.argsort(p, kind="stable"), 5):
        print(f"fifth: said {p[part].mean():.3f}, came {y[part].mean():.3f}")
    brier = [(t.brier_typed, t.brier_said, t.kept, t.said) for t in typed]
    print("typed date: squared error {:.3f}, ours {:.3f}; kept {:.3f}, said {:.3f}".format(
        *np.mean(brier, axis=0)
    ))  # fmt: skip


if __name__ == "__main__":
    main()
