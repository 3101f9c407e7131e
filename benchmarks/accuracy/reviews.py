"""Accuracy study, not industry figures: weekly looks at a measure with and without an effect.

Run: python benchmarks/accuracy/reviews.py [--write]
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

import salesfunnel as sf
from salesfunnel.planning import Effect, Quantiles

# Chosen before the seed was drawn, from statistics.md section 6.2: a rate of .3, a planned rise of
# 25 %, months whose log odds scatter by .15 (shared by their weeks), a year before, 13 looks.
P0, PLANNED, MONTH_SD, BEFORE, LOOKS = 0.30, 0.25, 0.15, 52, 13
SEED = 20261123
START = date(2026, 1, 5)


def the_plan():
    """Return a plan of one measure that promises a rise of 25 %."""
    none = Quantiles(0.0, 0.0, 0.0, 0.0)
    measure = sf.Measure(
        key="m", bottleneck=sf.Transition("offer", "won"), problem="slow-response",
        measure="answer-within-a-day", owner="sales", begins=START, due=START, effort=2.0,
        effect=Effect(deals=none, p_positive=1.0, months=3.0, rate_now=P0,
                      rate_planned=P0 * (1 + PLANNED)),
    )  # fmt: skip
    return sf.ImprovementPlan(measures=(measure,), start=START)


def weeks_of(rng, per_week, rise):
    """Return labels and counts of 52 weeks before and 13 since."""
    labels = []
    for i in range(-BEFORE, LOOKS):
        year, week, _ = (START + timedelta(weeks=i)).isocalendar()
        labels.append(f"{year}-W{week:02d}")
    rate = np.where(np.arange(-BEFORE, LOOKS) >= 0, P0 * (1 + rise), P0)
    month = [(START + timedelta(weeks=i, days=3)).month for i in range(-BEFORE, LOOKS)]
    block = np.cumsum(np.diff(month, prepend=month[0]) != 0)
    logit = np.log(rate / (1 - rate)) + (MONTH_SD * rng.standard_normal(block.max() + 1))[block]
    won = rng.binomial(per_week, 1 / (1 + np.exp(-logit)))
    return labels, np.stack([np.full(rate.size, per_week), won], axis=1)


def one(rng, plan, per_week, rise):
    """Return the verdicts of 13 weekly looks."""
    labels, counts = weeks_of(rng, per_week, rise)
    panel = sf.Panel.from_counts(counts, periods=labels, steps=("offer", "won"))
    states = []
    for look in range(1, LOOKS + 1):
        today = START + timedelta(weeks=look)
        states.append(sf.review(plan, panel, today=today)[0].state)
    return states


def study(per_week, rise, runs, seed=SEED):
    """Return the shares ever working, else ever against, else undecided; and the median week."""
    rng = np.random.default_rng([seed, per_week, round(rise * 100)])
    plan = the_plan()
    working = against = 0
    when = []
    for _ in range(runs):
        states = one(rng, plan, per_week, rise)
        good = [i + 1 for i, s in enumerate(states) if s in {"working", "standardise"}]
        working += bool(good)
        when += good[:1]
        against += not good and any(s in {"not-working", "off-track"} for s in states)
    middle = float(np.median(when)) if when else float("nan")
    return working / runs, against / runs, 1 - (working + against) / runs, middle


def main(runs=1000):
    rows = []
    for per_week, rise in ((25, 0), (100, 0), (400, 0), (25, 0.25), (100, 0.25), (100, 0.4)):
        working, against, undecided, when = study(per_week, rise, runs)
        rows.append(
            f"| {per_week} | {rise:+.0%} | {working:.3f} | {against:.3f} | {undecided:.3f} |"
            f" {when:.0f} |"
        )
        print(rows[-1], flush=True)
    return rows


HEAD = """# How often a review is right

A measure is followed for 13 weeks with a look every week; {runs} runs a line. The rate before is
.30, the plan promises +25 %, the log odds of months scatter by .15, 52 weeks stand before it. These
constants were chosen before the seed ({seed}) was drawn.

Command: `python benchmarks/accuracy/reviews.py --write` ·
2 cores, Linux x86-64, CPython {python}, numpy {numpy}.

| entrants a week | true rise | ever "working" | else against it | undecided | week of "working" |
|---|---|---|---|---|---|
"""
TAIL = """
"Against it" is "not working" or "off track" at some look; the week is the median of the first look
that says "working". Must hold: without an effect at most .06 "working"; with +25 % at 100 a week
at least .60.
Undecided is an answer: "not enough data" says how many weeks are still needed.
"""

if __name__ == "__main__":
    RUNS = 1000
    table = main(RUNS)
    if "--write" in sys.argv:
        head = HEAD.format(
            runs=RUNS, seed=SEED, python=sys.version.split()[0], numpy=np.__version__
        )
        path = Path(__file__).parents[2] / "docs" / "benchmarks" / "reviews.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + "\n".join(table) + "\n" + TAIL, encoding="utf-8")
