"""Accuracy study, not industry figures: are planted causes named, over every column, and no other?

Run: python benchmarks/accuracy/causes_columns.py SCENARIO,…|all MONTHLY RUNS [noise=30] [tau=.3]
[world=b|c|d] [rival=40] [seed=1]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import cause_rivals as rivals  # isort: skip - found through the path above
import cause_worlds as worlds  # isort: skip - as above
import cause_worlds_b as worlds_b  # isort: skip - as above
import cause_worlds_c as worlds_c  # isort: skip - as above
import cause_worlds_d as worlds_d  # isort: skip - as above

from salesfunnel.diagnosis.column_search import Deals, search_columns

SEED = 20261203
ROLES = {
    "channel", "industry", "owner", "region", "product", *worlds.FLAGS, "response_hours",
    "agent", "area", "good", "root", "answer_after_h", "rival", "guide_followed", "offer_price",
    *worlds_d.ROLES,
    "sales_rep", "territory", "line", "lead_source", "sector",
}  # fmt: skip


def deals_of(w):
    ok = np.ones(w.n, dtype=bool)
    return Deals(
        advanced=w.y, now=w.now, mature=ok, still_open=~ok, period=w.period.astype(np.int64),
        time=w.time, outcome_days=w.life,
    )  # fmt: skip


def shortfall(w):
    return float(w.now.sum() * (w.y[~w.now].mean() - w.y[w.now].mean()))


def search(w):
    d = shortfall(w)
    if d <= 0:
        return None, d
    return search_columns(
        deals_of(w), w.columns, lambda k: w.columns[k], shortfall=d, roles=ROLES
    ), d


def planted_of(w):
    """Return what was planted as (kind, columns), and the columns that may be named for it."""
    planted = {(kind, tuple(sorted(key))): value for (kind, key), value in w.truth.items()}
    columns = {name for _, key in planted for name in key}
    if getattr(w, "twin", False):
        columns |= {"twin_a", "twin_b"}
    columns |= getattr(w, "also", set())
    if "legal_copy" in w.columns:
        columns.add("legal_copy")
    return planted, columns


def told_of(found, gap, columns):
    """Whether a planted column is not named, but told with a tenth of the fall or more."""
    if found is None or found.answer is None:
        return False
    return any(found.deals.get(name, 0.0) >= max(0.1 * gap, 0.5) for name in columns)


def judge(w, found, gap):
    """Return what one run gave: see the keys."""
    planted, columns = planted_of(w)
    causes = []
    if found is not None and found.answer is not None:
        names = [c.name for c in found.used]
        for c in found.answer.causes:
            key = tuple(sorted(names[i] for i in c.columns))
            causes.append((c, (c.kind, ("legal_review",) if key == ("legal_copy",) else key)))
    got = {key for _, key in causes}
    false = [(c, key) for c, key in causes if not set(key[1]) & columns]
    twin = getattr(w, "twin", False)
    first = causes[0][1] if causes else None
    right = first is not None and bool(set(first[1]) & columns)
    return {
        "fell": gap > 0,
        "right": right,
        "told": right or told_of(found, gap, columns),
        "top": first is not None and (bool(set(first[1]) & columns) if twin else first in planted),
        "all": bool(got) if twin else bool(planted) and set(planted) <= got,
        "any": bool(causes),
        "false": bool(false),
        "fdr": len(false) / max(len(causes), 1),
        "strong_false": any(c.p <= 0.01 for c, _ in false),
        "script": any("script_used" in key[1] for _, key in causes),
        "alike": any(c.alike for c, _ in causes),
        "stated": [
            (c.deals, planted[key], c.low <= planted[key] <= c.high, c.kind)
            for c, key in causes if key in planted
        ],
        "bad": [key for _, key in false],
    }  # fmt: skip


def rivals_of(w, gap, *, rules):
    """Return top (column alone, any kind) and false of each rival."""
    _, columns = planted_of(w)
    named = {"or": rivals.odds_ratio(w), "chi": rivals.chi_square(w)}
    if rules:
        named["rules"] = rivals.rules_alone(w, gap)
    return {
        key: (bool(found) and found[0] in columns, any(c not in columns for c in found))
        for key, found in named.items()
    }


def study(scenario, monthly, runs, *, noise=0, tau=0.0, seed=SEED, build=worlds.build, rival=0):
    rows, others = [], {"or": [], "chi": [], "rules": []}
    start = time.process_time()
    for run in range(runs):
        rng = np.random.default_rng([seed, run, monthly, *scenario.encode()])
        w = build(scenario, monthly, rng, noise=noise, tau=tau)
        found, gap = search(w)
        rows.append(judge(w, found, gap))
        if run < rival and gap > 0:
            for key, value in rivals_of(w, gap, rules=build is worlds.build).items():
                others[key].append(value)
    stated = [s for r in rows for s in r["stated"]]
    known = sum(s[1] for s in stated)
    names = (
        "fell",
        "right",
        "told",
        "top",
        "all",
        "any",
        "false",
        "fdr",
        "strong_false",
        "script",
        "alike",
    )
    return {
        "scenario": scenario, "monthly": monthly, "noise": noise, "tau": tau, "runs": runs,
        **{k: float(np.mean([r[k] for r in rows])) for k in names},
        "top_fell": sum(r["top"] for r in rows) / max(sum(r["fell"] for r in rows), 1),
        "ratio": sum(s[0] for s in stated) / known if known else float("nan"),
        "cover": float(np.mean([s[2] for s in stated])) if stated else float("nan"),
        "n": len(stated), "stated": stated, "bad": [b for r in rows for b in r["bad"]],
        "rivals": {k: tuple(np.mean(v, axis=0).tolist()) for k, v in others.items() if v},
        "seconds": (time.process_time() - start) / runs,
    }  # fmt: skip


def line(r, *, mediated=False):
    """Return a row of the page; `mediated`: with the columns that a cause works through."""
    head = f"| {r['scenario']} | {r['monthly']} | {r['noise']} | {r['tau']:g} | {r['runs']} |"
    shares = " | ".join(f"{r[k]:.2f}" for k in ("fell", "top", "top_fell", "all", "any", "false"))
    ratio = "–" if not r["n"] else f"{r['ratio']:.2f}"
    cover = "–" if not r["n"] else f"{r['cover']:.2f}"
    tail = f"{r['fdr']:.3f} | {r['strong_false']:.2f} | {ratio} | {cover} | {r['alike']:.2f} |"
    if mediated:
        tail += f" {r['right']:.2f} | {r['told']:.2f} |"
    for got in r["rivals"].values():
        tail += f" {got[0]:.2f} / {got[1]:.2f} |"
    return f"{head} {shares} | {tail}"


SCENARIOS = (
    "rule", "legal", "owner_conf", "region_conf", "effect", "owner", "region", "cell",
    "newproduct", "two", "three", "mix", "simpson", "number", "date", "collinear",
    "collinear_noisy", "twins", "small", "standing", "none", "none_het", "none_high", "none_low",
    "none_trend", "leak", "leak_legal", "leak_weak", "leak_weak_legal", "low",
)  # fmt: skip

SCENARIOS_B = (
    "rule", "legal", "two", "effect", "owner", "region", "owner_conf", "newproduct", "mix",
    "number", "none", "leak", "leak_legal", "leak_weak",
)  # fmt: skip

BUILDERS = {"a": worlds.build, "b": worlds_b.build_b, "c": worlds_c.build_c, "d": worlds_d.build_d}
EVERY = {"a": SCENARIOS, "b": SCENARIOS_B, "c": tuple(worlds_c.PLANTS), "d": worlds_d.SCENARIOS}

if __name__ == "__main__":
    options = dict(a.split("=") for a in sys.argv[4:])
    world = options.get("world", "a")
    every = EVERY[world]
    which = every if sys.argv[1] == "all" else sys.argv[1].split(",")
    pooled: list = []
    for name in which:
        r = study(
            name, int(sys.argv[2]), int(sys.argv[3]),
            noise=int(options.get("noise", 0)), tau=float(options.get("tau", 0)),
            seed=int(options.get("seed", SEED)), rival=int(options.get("rival", 0)),
            build=BUILDERS[world],
        )  # fmt: skip
        print(
            line(r, mediated=world == "c"),
            r["bad"][:6],
            f"{r['script']:.2f}",
            f"{r['seconds'] * 1000:.0f} ms",
            flush=True,
        )
        pooled += r["stated"]
    for kind in sorted({one[3] for one in pooled}):
        mine = [one for one in pooled if one[3] == kind]
        ratio = sum(one[0] for one in mine) / sum(one[1] for one in mine)
        cover = np.mean([one[2] for one in mine])
        print(f"{kind}: {len(mine)} named, stated ÷ true {ratio:.2f}, covers {cover:.2f}")
