"""How often watch_metrics raises a false alarm, and how often it finds a fall.

    python benchmarks/accuracy/watch.py [sheets per setting] [months ...]

Sheets of five metrics, one of each kind: a count (Poisson around a level that wanders), money
(log-normal), a duration (gamma), a rate (of some 200 deals a month), a score out of 5 (the mean of
answers). Each has a season of its own and noise that is independent or remembers, with and without
outliers, heavy tails and growth. Judged once, at their end, through ``watch_metrics``. A fall is
one standard deviation of the month for the last three months, on the scale of the law: of what a
month's figure scatters (the noise and that of counting it), or of all the months before, season
included.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from salesfunnel import Funnel, Metric, Stage, Tracking, TrackingRow, watch_metrics

SEED = 20290817
SETTINGS = {
    "independent noise": {},
    "no season": {"season": 0.0},
    "strong season": {"season": 3.0},
    "December peak": {"season": 0.0, "peak": 4.0},
    "noise remembers (.3)": {"memory": 0.3},
    "noise remembers (.5)": {"memory": 0.5},
    "outliers, 3 % of 4 sd": {"outliers": 0.03},
    "heavy tails (t, 4 df)": {"heavy": True},
    "growth of .02 sd a month": {"growth": 0.02},
}
KINDS = ("count", "currency", "duration", "rate", "score")
SD = 0.2
"""Standard deviation of a month's noise, on the scale of the law."""
COUNTED = {"count": 200**-0.5, "currency": 0.0, "duration": 400**-0.5, "rate": 50**-0.5,
           "score": (400 * 0.769 * 0.231) ** -0.5}  # fmt: skip
"""That of counting, which comes on top: 200 counted, 200 deals a month, 400 answers."""
FUNNEL = Funnel("watched", [Stage("all", metrics=[
    Metric(kind, unit=kind, better="lower" if kind == "duration" else "higher") for kind in KINDS
])])  # fmt: skip


def series(rng, months, *, season=1.5, peak=0.0, memory=0.0, outliers=0.0, heavy=False, growth=0.0):
    """Return the months of one series in units of the noise."""
    month = (np.arange(months)) % 12
    noise = rng.standard_t(4, months) / math.sqrt(2) if heavy else rng.standard_normal(months)
    for i in range(1, months):
        noise[i] = memory * noise[i - 1] + math.sqrt(1 - memory**2) * noise[i]
    noise += np.where(rng.random(months) < outliers, 4 * rng.choice([-1, 1], months), 0)
    wave = season * np.cos(2 * np.pi * (month - rng.integers(12)) / 12)
    return noise + wave + peak * (month == 11) + growth * np.arange(months)


def actuals(rng, kind, z):
    """Return what a team would write for a series, with the noise of counting it."""
    if kind == "count":
        return rng.poisson(200 * np.exp(SD * z))
    if kind == "currency":
        return np.round(5e5 * np.exp(SD * z), 2)
    if kind == "duration":
        return np.round(rng.gamma(400, 30 * np.exp(SD * z) / 400), 1)
    share = 1 / (1 + np.exp(-(SD * z + (0.0 if kind == "rate" else 1.2))))
    if kind == "rate":
        return rng.binomial(200, share) / 200
    return np.round(5 * rng.binomial(400, share) / 400, 2)


def verdicts(rng, sheets, months, fall, setting):
    """Return the verdicts of every metric: arrays of str, a column a kind."""
    names = [f"{2022 + i // 12}-{i % 12 + 1:02d}" for i in range(months)]
    found = []
    for _ in range(sheets):
        rows = []
        for kind in KINDS:
            z = series(rng, months, **setting)
            size = fall * (z[:-3].std() if fall < 0 else math.hypot(SD, COUNTED[kind]) / SD)
            worse = -abs(size) if kind != "duration" else abs(size)
            z[-3:] += worse if fall else 0.0
            rows += [
                TrackingRow(stage="all", metric=kind, unit=kind, period=name, actual=float(value),
                            out_of=5 if kind == "score" else None)
                for name, value in zip(names, actuals(rng, kind, z), strict=True)
            ]  # fmt: skip
        watched = watch_metrics(Tracking(rows=rows, funnel=FUNNEL)).rows
        found.append([row.verdict for row in watched])
    return np.array(found)


def bounds(months, runs=200_000, alarms=0.06):
    """Return how often a fall of 1 sd of the noise is found by judges who know more than we do.

    Each looks at the mean of the last three months against what it expects of them, spends all its
    false alarms on "worse", and takes its threshold from healthy series of its own. The first knows
    level, season and noise; the second learns the level from the months before; the third the level
    of each calendar month, too (15 months: from one year).
    """
    rng = np.random.default_rng([SEED, months, 99])
    judged, years = slice(months - 3, months), (months - 3) // 12
    found = []
    for knows in ("all", "season", "noise"):
        scores = []
        for fall in (0.0, 1.0):
            z = rng.standard_normal((runs, months)).astype(np.float32)
            z[:, judged] -= fall
            expected = 0.0
            if knows == "season":
                expected = z[:, : months - 3].mean(axis=1)
            elif knows == "noise":  # the same three calendar months of the years before
                same = [months - 3 - 12 * y + i for y in range(1, years + 1) for i in range(3)]
                expected = z[:, same].mean(axis=1)
            scores.append(z[:, judged].mean(axis=1) - expected)
        found.append(float((scores[1] < np.quantile(scores[0], alarms)).mean()))
    return found


def main(sheets, lengths=(15, 27, 39)):
    print(
        "months | setting | false alarms (worse + better) | fall of 1 sd of noise | of all months"
    )
    kinds = {kind: np.zeros(4) for kind in KINDS}
    for months in lengths:
        for i, (name, setting) in enumerate(SETTINGS.items()):
            rng = np.random.default_rng([SEED, months, i])
            quiet = verdicts(rng, sheets, months, 0.0, setting)
            fallen = verdicts(rng, sheets, months, 1.0, setting)
            whole = verdicts(rng, sheets, months, -1.0, setting)
            worse, better = (quiet == "worse"), (quiet == "better")
            print(
                f"| {months} | {name} | {(worse | better).mean():.3f} ({worse.mean():.3f} +"
                f" {better.mean():.3f}) | {(fallen == 'worse').mean():.3f}"
                f" | {(whole == 'worse').mean():.3f} |",
                flush=True,
            )
            if name == "independent noise":
                for k, kind in enumerate(KINDS):
                    kinds[kind] = [(worse | better)[:, k].mean(), (fallen == "worse")[:, k].mean(),
                                   (whole == "worse")[:, k].mean()]  # fmt: skip
        known = " | ".join(f"{share:.3f}" for share in bounds(months))
        print(f"| {months} | bounds: all known, level learned, season learned | {known} |")
        for kind, (alarm, noise, whole) in kinds.items():
            figures = f"{alarm:.3f} | {noise:.3f} | {whole:.3f}"
            print(f"| {months} | {kind} alone, independent noise | {figures} |")
    n = sheets * len(KINDS)
    print(f"{n} series a row; Monte Carlo error of a rate of .05: {math.sqrt(0.05 * 0.95 / n):.4f}")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 200,
        [int(m) for m in sys.argv[2:]] or (15, 27, 39),
    )
