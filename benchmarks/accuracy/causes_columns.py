"""Accuracy study, not industry figures: are planted causes named, over every column, and no other?

Run: python benchmarks/accuracy/causes_columns.py SCENARIO,… MONTHLY RUNS [noise=30] [tau=.3]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import cause_worlds as worlds  # isort: skip - found through the path above

from salesfunnel.diagnosis.column_search import Deals, search_columns

SEED = 20261203
ROLES = {"channel", "industry", "owner", "region", "product", *worlds.FLAGS, "response_hours"}


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


def judge(w, found):
    """Return (top, all, false, share of false, stated by key, alike) of one run."""
    if found is None or found.answer is None:
        return None
    names = [c.name for c in found.used]
    causes = [
        (c.kind, tuple(sorted(names[i] for i in c.columns)), c, {names[i] for i in c.alike})
        for c in found.answer.causes
    ]
    planted = {(kind, tuple(sorted(key))) for kind, key in w.truth}
    columns = {name for _, key in planted for name in key}
    if getattr(w, "twin", False):
        columns = {"twin_a", "twin_b"}
        planted = set()
    equal = {"legal_copy"} if "legal_copy" in w.columns else set()
    like = {"legal_like"} if "legal_like" in w.columns else set()
    top = bool(causes) and (
        causes[0][:2] in planted
        or bool(
            set(causes[0][1])
            & (equal | ({"twin_a", "twin_b"} if getattr(w, "twin", False) else set()))
        )
    )
    got = {c[:2] for c in causes}
    if equal and ("composition", ("legal_copy",)) in got:
        got.add(("composition", ("legal_review",)))
    every = planted <= got if planted else top
    false = [c for c in causes if not set(c[1]) & (columns | equal)]
    del like
    stated = []
    for kind, key, c, _ in causes:
        key0 = ("legal_review",) if key == ("legal_copy",) else key
        if (kind, key0) in {(k, tuple(sorted(q))) for k, q in w.truth}:
            true = next(v for (k, q), v in w.truth.items() if (k, tuple(sorted(q))) == (kind, key0))
            stated.append((c.deals, true, c.low <= true <= c.high))
    strong = any(c[2].p <= 0.01 for c in false)
    alike = any(c[3] for c in causes)
    return (
        top,
        every,
        bool(false),
        len(false) / max(len(causes), 1),
        strong,
        stated,
        alike,
        [c[:2] for c in false],
        bool(causes),
    )


def study(scenario, monthly, runs, *, noise=0, tau=0.0, seed=SEED, build=worlds.build):
    rows, bad = [], []
    start = time.process_time()
    for run in range(runs):
        rng = np.random.default_rng([seed, run, monthly, *scenario.encode()])
        w = build(scenario, monthly, rng, noise=noise, tau=tau)
        found, _ = search(w)
        got = judge(w, found)
        if got is None:
            got = (False, False, False, 0.0, False, [], False, [], False)
        rows.append(got)
        bad += got[7]
    stated = [s for r in rows for s in r[5]]
    ratio = sum(s[0] for s in stated) / sum(s[1] for s in stated) if stated else float("nan")
    cover = np.mean([s[2] for s in stated]) if stated else float("nan")
    mean = lambda k: float(np.mean([r[k] for r in rows]))  # noqa: E731
    return {
        "scenario": scenario, "monthly": monthly, "noise": noise, "tau": tau, "runs": runs,
        "top": mean(0), "all": mean(1), "false": mean(2), "fdr": mean(3), "strong_false": mean(4),
        "any": mean(8), "alike": mean(6), "ratio": ratio, "cover": float(cover), "n": len(stated),
        "bad": bad, "seconds": (time.process_time() - start) / runs,
    }  # fmt: skip


def line(r):
    head = f"| {r['scenario']} | {r['monthly']} | {r['noise']} | {r['tau']:g} | {r['runs']} |"
    shares = " | ".join(f"{r[k]:.2f}" for k in ("top", "all", "any", "false"))
    ratio = "–" if not r["n"] else f"{r['ratio']:.2f}"
    cover = "–" if not r["n"] else f"{r['cover']:.2f}"
    tail = f"{r['fdr']:.3f} | {r['strong_false']:.2f} | {ratio} | {cover} | {r['alike']:.2f} |"
    return f"{head} {shares} | {tail}"


SCENARIOS = (
    "rule", "legal", "owner_conf", "region_conf", "effect", "owner", "region", "cell",
    "newproduct", "two", "three", "mix", "simpson", "number", "date", "collinear",
    "collinear_noisy", "twins", "small", "standing", "none", "none_het", "none_high", "none_low",
    "none_trend", "leak", "leak_legal", "leak_weak", "leak_weak_legal", "low",
)  # fmt: skip

if __name__ == "__main__":
    which = SCENARIOS if sys.argv[1] == "all" else sys.argv[1].split(",")
    options = dict(a.split("=") for a in sys.argv[4:])
    for name in which:
        r = study(
            name, int(sys.argv[2]), int(sys.argv[3]),
            noise=int(options.get("noise", 0)), tau=float(options.get("tau", 0)),
            seed=int(options.get("seed", SEED)),
        )  # fmt: skip
        print(line(r), r["bad"][:8], flush=True)
