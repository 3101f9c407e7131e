"""How often a review is right under seasons, trends and sticky months: the model, vectorised.

    python benchmarks/accuracy/reviews_worlds.py [RUNS [SEED]]

Weekly looks from the 2nd to the 13th week; "working" is a Bayes factor of 10 at any look. A rate of
.30, 100 entrants a week, months whose log odds scatter by .15, 52 weeks before, unless said.
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np

from salesfunnel._kernels.rate_model import pool
from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.evidence import evidence
from salesfunnel._kernels.rate_model.setting import RATE_NOISE, SIZE_WEIGHTS, Setting
from salesfunnel._kernels.rate_model.window import Rates

SEED, LOOKS, MOST = 11, 13, 39
RISES = 0.275 + 0.225 * np.polynomial.legendre.leggauss(4)[0]
CASES = {
    "no effect": {}, "no effect, AR .7": {"ar": 0.7}, "no effect, month sd .3": {"sd": 0.3},
    "no effect, season .3, 52 weeks": {"season": 0.3},
    "no effect, season .3, 110 weeks": {"season": 0.3, "weeks": 110},
    "no effect, trend +.02 a month, 52 weeks": {"trend": 0.02},
    "no effect, trend +.02 a month, 110 weeks": {"trend": 0.02, "weeks": 110},
    "no effect, planned at the worst month": {"worst": True},
    "+25 %": {"rise": 0.25}, "+25 %, AR .7": {"rise": 0.25, "ar": 0.7},
    "+25 %, season .3, 110 weeks": {"rise": 0.25, "season": 0.3, "weeks": 110},
    "+25 %, trend +.02, 110 weeks": {"rise": 0.25, "trend": 0.02, "weeks": 110},
    "+40 %": {"rise": 0.4}, "+10 %": {"rise": 0.1},
}  # fmt: skip


def world(rng, runs, *, weeks=52, rise=0.0, per=100, sd=0.15, ar=0.0, season=0.0, trend=0.0,
          worst=False):  # fmt: skip
    """Return advanced by week, (weeks + 13, runs)."""
    t = np.arange(-weeks, LOOKS)
    month = np.floor((t * 7 + 3) / 30.4375).astype(int)
    month -= month.min()
    effect = rng.normal(0, 1, (month.max() + 1, runs))
    for k in range(1, len(effect) if ar else 0):
        effect[k] = ar * effect[k - 1] + np.sqrt(1 - ar**2) * effect[k]
    if worst:  # the plan is made after the worst month of twelve
        last = month[weeks - 1]
        least = last - 11 + effect[last - 11 : last + 1].argmin(0), np.arange(runs)
        effect[last], effect[least] = effect[least].copy(), effect[last].copy()
    odds = np.log(0.3 / 0.7) + sd * effect[month] + trend * t[:, None] / 4.348
    odds += season * np.sin(2 * np.pi * t[:, None] / 52.18 + rng.uniform(0, 2 * np.pi, runs))
    rate = 1 / (1 + np.exp(-odds))
    rate = np.where(t[:, None] >= 0, np.minimum(rate * (1 + rise), 0.99), rate)
    return rng.binomial(per, rate).astype(float)


def bayes_factor(x, per, weeks, look):
    """Return the Bayes factor of every run after `look` weeks."""
    cuts = [*range(weeks % 4, weeks, 4), *range(weeks, weeks + look, 4), weeks + look]
    pairs = list(pairwise(cuts))[-MOST:]
    X = np.array([x[a:b].sum(0) for a, b in pairs])
    N = np.array([np.full(x.shape[1], per * (b - a), dtype=float) for a, b in pairs])
    plan = design(len(X), 2 * np.pi * 4 * np.arange(len(X)) / 52.18)
    sought = Setting(Rates, RATE_NOISE, RISES / (1 + RISES), (-(-look // 4),))
    runs = x.shape[1]
    found = evidence(X, N, plan, pool.Groups(np.arange(runs), runs), sought)
    return SIZE_WEIGHTS @ found.up[0]


def main(runs=1500, seed=SEED):
    print('| world | ever "working" | ± |\n|---|---|---|')
    for name, options in CASES.items():
        x = world(np.random.default_rng(seed), runs, **options)
        weeks = options.get("weeks", 52)
        best = np.max([bayes_factor(x, 100, weeks, k) for k in range(2, LOOKS + 1)], axis=0)
        share = (best >= 10).mean()
        print(f"| {name} | {share:.3f} | {np.sqrt(share * (1 - share) / runs):.3f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
