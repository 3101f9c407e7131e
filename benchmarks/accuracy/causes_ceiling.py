"""Accuracy study, not industry figures: how much of what is missed could be found at all?

Run: python benchmarks/accuracy/causes_ceiling.py judge|search|steady|fell [RUNS] [seed=…]

World B, 200 deals, two of six territories (`region`). Who looks is asked to leave months alone in
which everything fell alike: limits are set so that in .03, .05, .10 of those something is named.
*judge*: knows the chance of every deal before anything was planted, and what may be planted: one
level or two of one column with categories. *search*: this package's own evidence, over everything
and over those kinds alone. *steady*: the same, told that months differ by chance alone. *fell*:
months of 80 deals without a fall, asked for what was planted.
"""

from __future__ import annotations

import math
import sys
from itertools import combinations
from pathlib import Path
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import cause_worlds as worlds  # isort: skip - found through the path above
import cause_worlds_b as worlds_b  # isort: skip - as above
import causes_columns as study  # isort: skip - as above

from salesfunnel._kernels.causes import effects, search

SEED = 20281128
FALSE = (0.03, 0.05, 0.1)
STEP = 0.03
MOVED = np.exp(np.arange(-25, 12) * STEP)
"""How much everything may have moved."""
FELL = np.arange(0, 100, 2)
"""By how many steps the judge lets a place fall beside everything."""


def world(scenario, run, seed, *, monthly=200, build=worlds_b.build_b):
    return build(scenario, monthly, np.random.default_rng([seed, run, monthly, *scenario.encode()]))


def kinds_of(columns):
    """Return what may be planted: column, levels, and how much of the judge's doubt is theirs."""
    told = []
    for name, values in columns.items():
        levels = np.unique(values).tolist()
        one = [(level,) for level in levels]
        two = list(combinations(levels, 2)) if len(levels) > 3 else []
        for sets in (one, two):
            part = 0.5 if two else 1.0
            told += [(name, s, math.log(part / len(sets) / len(columns))) for s in sets]
    return told


def log_likelihood(y, chance, factors):
    """Return the log-likelihood of outcomes under chances times each factor."""
    p = np.clip(factors[:, None] * chance, 1e-3, 1 - 1e-3)
    return np.where(y, np.log(p), np.log1p(-p)).sum(1)


def judged(w, *, fell):
    """Return the best explanation of one month by who knows every chance: score, column."""
    now = w.now
    planted = [factors[now] for *_, factors, _ in getattr(w, "planted", [])]
    chance, y = w.p[now] / fell / np.prod(planted, axis=0), w.y[now]
    nothing = log_likelihood(y, chance, MOVED).max()
    beside = np.exp(STEP * (np.arange(-25 - FELL[-1], 12)))
    start = np.arange(MOVED.size)[:, None] + FELL[-1]
    best = (-np.inf, "")
    columns = {k: v[now] for k, v in w.columns.items() if v.dtype.kind == "U"}
    for name, levels, share in kinds_of(columns):
        inside = np.isin(columns[name], levels)
        if inside.sum() < 6:
            continue
        rest = log_likelihood(y[~inside], chance[~inside], MOVED)
        here = log_likelihood(y[inside], chance[inside], beside)[start - FELL]
        best = max(best, (float((rest[:, None] + here).max() - nothing + share), name))
    return best


def searched(w, *, steady):
    """Return the best by our evidence: over everything and over the kinds that are told."""
    seen = []
    sets, spread = effects.best_sets, effects.dispersions

    def recorded(design, cells, fitted, now, **options):
        hits = sets(design, cells, fitted, now, **options)
        if not seen:
            told = told_kinds(design, cells, fitted, now, options)
            seen.append((hits, told))
        return hits

    def alike(*args):
        return np.ones_like(spread(*args)) if steady else spread(*args)

    with patch.object(effects, "best_sets", recorded), patch.object(effects, "dispersions", alike):
        found, gap = study.search(w)
    if gap <= 0:
        return ((-np.inf, ""), (-np.inf, ""))
    (hits, told), names = seen[0], [c.name for c in found.used]
    hits = [h for h in hits if -h.delta * h.held >= 0.1 * gap]
    best = max(((-h.log_p, names[h.factors[0] - 1]) for h in hits), default=(-np.inf, ""))
    return best, (told[0], names[told[1] - 1])


def told_kinds(design, cells, fitted, now, options):
    """Return the best of single levels and pairs of columns without an order."""
    at = design.places(fitted.model.factors)
    rows = np.hstack([cells[:, at], *(x.cells[:, None] for x in fitted.model.extras)])
    held = rows @ fitted.inverse
    plain = [f for f in options["factors"] if not options["ordered"][f]]
    best = (-np.inf, 0)
    for f in plain:
        part = design.part(f)
        quad = cells[part, part] - held[part] @ rows[part].T
        for _, levels, share in kinds_of({f: np.arange(design.sizes[f])}):
            of = list(levels)
            sums = search.SetSums(
                *(np.array([x[part][of].sum()])
                  for x in (now.counted, now.residual, now.fitted, now.variance)),
                np.array([quad[np.ix_(of, of)].sum()]),
            )  # fmt: skip
            z, _ = search.scores(sums, now.n, now.mean_variance, options["phi"][f])
            if z[0] > 0:
                score = -search._log_sf(float(z[0])) + share - math.log(len(plain))
                best = max(best, (score, f))
    return best


def report(what, nothing, planted):
    """Print how often the territory is first where so many of the months of nothing are named."""
    cells = []
    for share in FALSE:
        limit = np.quantile([score for score, _ in nothing], 1 - share)
        first = np.mean([score > limit and name == "territory" for score, name in planted])
        cells.append(f"{first:.2f} ± {math.sqrt(first * (1 - first) / len(planted)):.2f}")
    print(f"| {what} | " + " | ".join(cells) + " |", flush=True)


def unfallen(seed, runs):
    """Print what is named in months of 80 deals in which chance hid the fall."""
    for build, scenario in ((worlds.build, "rule"), (worlds.build, "simpson"),
                            (worlds_b.build_b, "rule")):  # fmt: skip
        hidden, first = 0, 0
        for run in range(runs):
            w = world(scenario, run, seed, monthly=80, build=build)
            if (gap := study.shortfall(w)) > 0:
                continue
            hidden += 1
            asked = sum(w.truth.values())
            found = study.search_columns(
                study.deals_of(w), w.columns, w.columns.get, shortfall=asked, roles=study.ROLES
            )
            first += study.judge(w, found, gap)["top"]
        print(f"| {scenario} | {runs} | {hidden} | {first} |", flush=True)


if __name__ == "__main__":
    which, runs = sys.argv[1], int(sys.argv[2])
    seed = int(dict(a.split("=") for a in sys.argv[3:]).get("seed", SEED))
    if which == "fell":
        unfallen(seed, runs)
    elif which == "judge":
        nothing = [judged(world("none", r, seed), fell=0.72) for r in range(runs)]
        planted = [judged(world("region", r, seed), fell=1.0) for r in range(runs)]
        report("a judge who knows every chance", nothing, planted)
    else:
        steady = which == "steady"
        nothing = [searched(world("none", r, seed), steady=steady) for r in range(runs)]
        planted = [searched(world("region", r, seed), steady=steady) for r in range(runs)]
        for i, words in enumerate(("the search, over everything", "the search, told the kinds")):
            more = ", told that months are alike" if steady else ""
            report(words + more, [n[i] for n in nothing], [p[i] for p in planted])
