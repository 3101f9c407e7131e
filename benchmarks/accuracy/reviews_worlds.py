"""How often a review is right under seasons, trends and sticky months: the model, vectorised.

    python benchmarks/accuracy/reviews_worlds.py [RUNS [SEED [FIRST LAST]]]
    python benchmarks/accuracy/reviews_worlds.py months [RUNS [SEED]]

Weekly looks from the 2nd to the 13th week; "working" is a Bayes factor of 10 at any look. A rate of
.30, 100 entrants a week, months whose log odds scatter by .15, 52 weeks before, unless
said. Weeks are gathered as `review` gathers them.
"""

from __future__ import annotations

import sys
from datetime import date

import numpy as np

from salesfunnel._core.periods import first_from
from salesfunnel._kernels.rate_model.since import risen
from salesfunnel.monitoring import series_model
from salesfunnel.monitoring.series import Series

SEED, LOOKS, RATE = 11, 13, 0.3
FIRST_OF_MONTH, MIDDLE = date(2026, 6, 1), date(2026, 6, 15)
CASES = {
    "no effect": {}, "no effect, AR .7": {"ar": 0.7},
    "no effect, AR .7, 110 weeks": {"ar": 0.7, "weeks": 110}, "no effect, month sd .3": {"sd": 0.3},
    "no effect, season .3, 52 weeks": {"season": 0.3},
    "no effect, season .3, 110 weeks": {"season": 0.3, "weeks": 110},
    "no effect, trend +.02 a month, 52 weeks": {"trend": 0.02},
    "no effect, trend +.02 a month, 110 weeks": {"trend": 0.02, "weeks": 110},
    "no effect, planned at the worst month": {"worst": True},
    "+25 %": {"rise": 0.25}, "+25 %, AR .7": {"rise": 0.25, "ar": 0.7},
    "+25 %, season .3, 110 weeks": {"rise": 0.25, "season": 0.3, "weeks": 110},
    "+25 %, trend +.02, 110 weeks": {"rise": 0.25, "trend": 0.02, "weeks": 110},
    "+40 %": {"rise": 0.4}, "+10 %": {"rise": 0.1},
    "no effect, months of four weeks": {"four": True},
    "no effect, months of four weeks, trend +.02, 52 weeks": {"four": True, "trend": 0.02},
    "no effect, trend +.02, 52 weeks, begun in mid-month": {"trend": 0.02, "start": MIDDLE},
    "no effect, trend +.04, 52 weeks": {"trend": 0.04},
    "no effect, AR .9, month sd .3": {"ar": 0.9, "sd": 0.3},
    "+25 %, months of four weeks": {"four": True, "rise": 0.25},
    "+25 %, begun in mid-month": {"rise": 0.25, "start": MIDDLE},
}  # fmt: skip


def numbers_of(weeks, start):
    """Return the numbers of the weeks before and since, in an array."""
    return first_from(start, "week") + np.arange(-weeks, LOOKS)


def months_of(weeks, start, four=False):
    """Return which weeks share what is a month's own: of the calendar, or blocks of four."""
    numbers = numbers_of(weeks, start)
    if four:
        month = np.floor(np.arange(-weeks, LOOKS) / 4).astype(int)
    else:
        empty = np.zeros((0, 3))
        series = Series(before=empty, after=empty, by="week", over=False)
        month = series_model._month_of(numbers.astype(float), series)
    return month - month.min()


def world(rng, runs, *, weeks=52, rise=0.0, per=100, sd=0.15, ar=0.0, season=0.0, trend=0.0,
          worst=False, start=FIRST_OF_MONTH, four=False):  # fmt: skip
    """Return advanced by week, (weeks + 13, runs)."""
    t = np.arange(-weeks, LOOKS)
    month = months_of(weeks, start, four)
    effect = rng.normal(0, 1, (month.max() + 1, runs))
    for k in range(1, len(effect) if ar else 0):
        effect[k] = ar * effect[k - 1] + np.sqrt(1 - ar**2) * effect[k]
    if worst:  # the plan is made after the worst month of twelve
        last = month[weeks - 1]
        least = last - 11 + effect[last - 11 : last + 1].argmin(0), np.arange(runs)
        effect[last], effect[least] = effect[least].copy(), effect[last].copy()
    odds = np.log(RATE / (1 - RATE)) + sd * effect[month] + trend * t[:, None] / 4.348
    odds += season * np.sin(2 * np.pi * t[:, None] / 52.18 + rng.uniform(0, 2 * np.pi, runs))
    rate = 1 / (1 + np.exp(-odds))
    rate = np.where(t[:, None] >= 0, np.minimum(rate * (1 + rise), 0.99), rate)
    return rng.binomial(per, rate).astype(float)


def bayes_factor(x, per, weeks, look, start=FIRST_OF_MONTH):
    """Return the Bayes factor of every run after `look` weeks, as `judge_series` has it."""
    numbers = numbers_of(weeks, start)[: weeks + look].astype(float)
    rows = np.stack([numbers, 0 * numbers, per + 0 * numbers], axis=1)
    series = Series(before=rows[:weeks], after=rows[weeks:], by="week", over=False)
    factors = []
    for before, after in series_model._numberings(series.before, series.after, series):
        blocks = series_model._gathered(series.before, series.after, before, after, 2)
        place = np.concatenate([before, after]) + blocks.since
        X = np.zeros((blocks.entered.size, x.shape[1]))
        np.add.at(X, place[place >= 0], x[: weeks + look][place >= 0])
        n = np.broadcast_to(blocks.entered[:, None], X.shape)
        at, angle = series_model._times(blocks, series)
        age = len(X) - blocks.since
        factors.append(risen(X, n, age, angle, at, 0.25).factor)
    return np.mean(factors, axis=0)


def main(runs=3000, seed=SEED, first=0, last=99):
    print('| world | ever "working" | ± |\n|---|---|---|')
    for name, options in list(CASES.items())[first:last]:
        x = world(np.random.default_rng([seed, *map(ord, name)]), runs, **options)
        weeks, start = options.get("weeks", 52), options.get("start", FIRST_OF_MONTH)
        looks = (bayes_factor(x, 100, weeks, k, start) for k in range(2, LOOKS + 1))
        share = (np.max(list(looks), axis=0) >= 10).mean()
        print(f"| {name} | {share:.3f} | {np.sqrt(share * (1 - share) / runs):.3f} |", flush=True)


MONTHLY = {
    "no effect": {}, "no effect, month sd .3": {"sd": 0.3}, "no effect, AR .7": {"ar": 0.7},
    "no effect, season .3": {"season": 0.3}, "no effect, trend +.02": {"trend": 0.02},
    "+25%": {"rise": 0.25}, "+25%, season .3": {"rise": 0.25, "season": 0.3}, "+40%": {"rise": 0.4},
}  # fmt: skip
SPANS = ((2, 8), (12, 6), (24, 6))
"""Months before and since."""


def monthly_world(rng, runs, before, since, *, per=430, sd=0.15, ar=0.0, season=0.0, trend=0.0,
                  rise=0.0):  # fmt: skip
    """Return advanced by month, (before + since, runs)."""
    t = np.arange(-before, since)
    effect = rng.normal(0, 1, (t.size, runs))
    for k in range(1, t.size if ar else 0):
        effect[k] = ar * effect[k - 1] + np.sqrt(1 - ar**2) * effect[k]
    odds = np.log(RATE / (1 - RATE)) + sd * effect + trend * t[:, None]
    odds += season * np.sin(2 * np.pi * t[:, None] / 12 + rng.uniform(0, 2 * np.pi, runs))
    rate = 1 / (1 + np.exp(-odds))
    rate = np.where(t[:, None] >= 0, np.minimum(rate * (1 + rise), 0.99), rate)
    return rng.binomial(per, rate).astype(float)


def months(runs=3000, seed=SEED):
    """Print how often a monthly panel is ever called "working", with a look every month."""
    heads = " | ".join(f"{before} months before, {since} since" for before, since in SPANS)
    print(f"| world | {heads} |\n|---{'|---' * len(SPANS)}|")
    for name, options in MONTHLY.items():
        shares = []
        for before, since in SPANS:
            rng = np.random.default_rng([seed, before, *map(ord, name)])
            x = monthly_world(rng, runs, before, since, **options)
            n = np.full(x.shape, 430.0)
            at = np.arange(len(x), dtype=float)
            found = [
                risen(x[:last], n[:last], age, at[:last] * np.pi / 6, at[:last], 0.25).factor
                for age, last in enumerate(range(before + 1, before + since + 1), start=1)
            ]
            share = (np.max(found, axis=0) >= 10).mean()
            shares.append(f"{share:.3f} ± {np.sqrt(share * (1 - share) / runs):.3f}")
        print(f"| {name} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["months"]:
        months(*map(int, sys.argv[2:]))
    else:
        main(*map(int, sys.argv[1:]))
