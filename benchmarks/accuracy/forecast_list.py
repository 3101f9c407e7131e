"""Accuracy of the forecast of a CRM's list, which knows the stage of today only.

    python benchmarks/accuracy/forecast_list.py [FUNNELS]

The funnels of `forecast.py` are cut to what a list shows: when deals were created and closed, the
stage they are in, or were lost in. Beside it stand the same list whose lost deals all stand in
"Closed Lost", and the history with all times.
"""

from __future__ import annotations

import sys

import numpy as np
from _ahead_worlds import AHEAD, funnel
from forecast import cell, loss

import salesfunnel as sf

WORLDS = ("base", "zombies", "reps", "few", "bigger deals win less")
DRAWS = 1500
WAYS = ("list", "list, lost stage hidden", "history")


def listed(history, *, hidden):
    """Return the list of a history."""
    won, last = history.outcome == 1, len(history.stages)
    nat = np.datetime64("NaT", "us")
    entered = np.full((len(history), last + 1), nat)
    entered[:, 0] = history.created
    entered[:, last] = np.where(won, history.closed, nat)
    reached = np.where(won, last, history.reached)
    if hidden:
        reached = np.where(history.outcome == 2, -1, reached)
    return sf.StageHistory(
        deals=history.deals, stages=(*history.stages, "won"), entered=entered,
        created=history.created, closed=history.closed, outcome=history.outcome,
        value=history.value, attributes=history.attributes, as_of=history.as_of,
        reached_stage=reached,
    )  # fmt: skip


def main(funnels=60):
    print("| world | way | log loss | open deals: WAPE (bias) | 80 % holds |")
    print("|---|---|---|---|---|")
    for world in WORLDS:
        found = {way: [] for way in WAYS}
        for k in range(int(funnels)):
            case = funnel(world, k)
            for way in WAYS:
                history = case.history
                if way != "history":
                    history = listed(history, hidden=way != "list")
                ahead = sf.forecast(history, horizon=AHEAD, draws=DRAWS, seed=k)
                interval = ahead.open_interval
                held = interval.low <= case.won_open <= interval.high
                p = loss(ahead.deal_chance, [case.won[d] for d in ahead.deals])
                found[way].append((p, ahead.expected_open, case.won_open, held))
        for way, rows in found.items():
            p, said, came, held = np.array(rows, dtype=float).T
            shown = cell(said, came)
            print(f"| {world} | {way} | {p.mean():.4f} | {shown} | {held.mean():.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
