"""Accuracy of the forecast: funnels of many worlds, 90 days ahead, beside rivals.

    python benchmarks/accuracy/forecast.py run NAME OUT.jsonl [FIRST LAST [WORLD ...]]
    python benchmarks/accuracy/forecast.py table OUT.jsonl [BEFORE.jsonl ...]

`run` forecasts funnels FIRST to LAST of every world (0 to 60) and appends a line each; NAME says
which version it was. With PYTHONPATH set to the `src` of another version the same script runs that
one. `table` sets the versions and the rivals side by side.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from _ahead_rivals import crm, logistic
from _ahead_worlds import AHEAD, WORLDS, funnel

import salesfunnel as sf

DRAWS, BOOT = 1500, 400


def loss(chance, won):
    """Return the mean log loss of chances."""
    p = np.clip(np.asarray(chance), 1e-4, 1 - 1e-4)
    return float(-np.where(won, np.log(p), np.log1p(-p)).mean())


def one(name, k, *, rivals):
    """Return what was forecast for a funnel, and what came."""
    case = funnel(name, k)
    history = case.history
    ahead = sf.forecast(history, horizon=AHEAD, draws=DRAWS, seed=k)
    alone = getattr(ahead, "open_interval", None)
    if alone is None:
        alone = sf.forecast(history, horizon=AHEAD, draws=DRAWS, seed=k, new_deals=False).interval
    change = getattr(ahead, "rates_changed", None)
    row = {
        "world": name, "k": k, "won_open": case.won_open, "won_all": case.won_all,
        "open": ahead.expected_open, "all": ahead.expected,
        "open_low": alone.low, "open_high": alone.high,
        "low": ahead.interval.low, "high": ahead.interval.high,
        "loss": loss(ahead.deal_chance, [case.won[d] for d in ahead.deals]),
        "p_break": getattr(change, "probability", 0.0) if change else 0.0,
        "way": getattr(ahead, "way", ""),
    }  # fmt: skip
    if rivals:
        rows, chance = logistic(history, AHEAD)
        static, last = crm(history, AHEAD)
        row |= {
            "logistic": float(chance @ history.value[rows]), "static": static, "last": last,
            "logistic_loss": loss(chance, [case.won[d] for d in history.deals[rows].tolist()]),
        }  # fmt: skip
    return row


def run(name, out, first=0, last=60, *worlds):
    """Append the forecasts of funnels to a file."""
    with Path(out).open("a", encoding="utf-8") as file:
        for world in worlds or WORLDS:
            for k in range(int(first), int(last)):
                row = {"version": name, **one(world, k, rivals=name == "now")}
                file.write(json.dumps(row) + "\n")
                file.flush()


def wape(said, came):
    """Return Σ|said − came| / Σ came with a bootstrap standard error, and the bias."""
    said, came = np.asarray(said), np.asarray(came)
    off = np.abs(said - came)
    pick = np.random.default_rng(0).integers(0, came.size, (BOOT, came.size))
    spread = (off[pick].sum(1) / came[pick].sum(1)).std()
    return off.sum() / came.sum(), spread, (said - came).sum() / came.sum()


def cell(said, came):
    """Return WAPE ± s.e. (bias) as text."""
    error, spread, bias = wape(said, came)
    return f"{error:.2f} ± {spread:.2f} ({bias:+.0%})"


def table(*files):
    """Print the tables of the page."""
    rows = defaultdict(list)
    for name in files:
        for line in Path(name).read_text("utf-8").splitlines():
            row = json.loads(line)
            rows[row["world"], row["version"]].append(row)
    versions = [*dict.fromkeys(version for _, version in rows)]
    for scope, rival in (("open", ("logistic", "static")), ("all", ("last",))):
        print(f"\n| world | {' | '.join(f'{scope}: {v}' for v in (*versions, *rival))} |", end=" ")
        print(" | ".join(f"80 % holds: {v}" for v in versions), "|")
        print("|" + "---|" * (1 + 2 * len(versions) + len(rival)))
        for world in WORLDS:
            found = {v: rows[world, v] for v in versions}
            cells = [_of(found[v], scope, scope) for v in versions]
            cells += [_of(found[versions[0]], way, scope) for way in rival]
            cells += [_held(found[v], scope) for v in versions]
            print(f"| {world} | {' | '.join(cells)} |")
    print("\n| world | funnels |", " | ".join(f"log loss: {v}" for v in versions), end=" ")
    print("| log loss: logistic | P(break) ≥ .5 | with covariates |")
    print("|" + "---|" * (5 + len(versions)))
    for world in WORLDS:
        now = rows[world, versions[0]]
        cells = [str(len(now))]
        cells += [_mean(rows[world, v], "loss") for v in versions]
        cells += [_mean(now, "logistic_loss"), f"{sum(r['p_break'] >= 0.5 for r in now)}"]
        cells += [f"{sum(r['way'] == 'covariates' for r in now)}"]
        print(f"| {world} | {' | '.join(cells)} |")


def _of(rows, way, scope):
    rows = [row for row in rows if way in row]
    return cell([r[way] for r in rows], [r[f"won_{scope}"] for r in rows]) if rows else "–"


def _held(rows, scope):
    low, high = ("open_low", "open_high") if scope == "open" else ("low", "high")
    inside = [r[low] <= r[f"won_{scope}"] <= r[high] for r in rows]
    return f"{np.mean(inside):.2f}" if rows else "–"


def _mean(rows, name):
    found = [row[name] for row in rows if name in row]
    return f"{np.mean(found):.4f}" if found else "–"


if __name__ == "__main__":
    {"run": run, "table": table}[sys.argv[1]](*sys.argv[2:])
