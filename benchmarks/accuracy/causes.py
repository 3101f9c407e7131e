"""Accuracy study, not industry figures: is the planted cause among six named first?

Run: python benchmarks/accuracy/causes.py [--write]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import planted  # isort: skip - found through the path above

from salesfunnel.builtin.rules import action, customer, data, resource
from salesfunnel.diagnosis import diagnose

SETS = [module.RULE_SET for module in (data, action, resource, customer)]
SEED = 20261124
CASES = ((-0.25, 0.5, True), (-0.15, 0.5, True), (-0.15, 0.35, True), (-0.15, 0.5, False))
SIZES = ((80, 400), (200, 300), (600, 200))


def study(now, runs, *, effect, share, hard=True, seed=SEED):
    """Return the share of runs in which the planted cause is first: ours, by rise, crude."""
    hits = np.zeros(3)
    for run in range(runs):
        rng = np.random.default_rng(
            [seed, now, round(-effect * 100), round(share * 100), hard, run]
        )
        options = {"hard": hard, "effect": effect, "share_now": share}
        bottleneck, parts, cause, ranked = planted.planted(rng, now, **options)
        findings = diagnose(bottleneck, planted.history_of(parts), rules=SETS)
        known = [f for f in findings if f.code in planted.CAUSES]
        crude = max(
            known,
            key=lambda f: (
                -(f.evidence.crude or 0.0) * (f.evidence.exposure - f.evidence.exposure_before)
            ),
        )
        hits += [findings[0].code == cause, ranked[0] == cause, crude.code == cause]
    return hits / runs


def main():
    rows = []
    for effect, share, hard in CASES:
        for now, runs in SIZES:
            start = time.perf_counter()
            ours, rise, crude = study(now, runs, effect=effect, share=share, hard=hard)
            name = "hard" if hard else "easy"
            rows.append(
                f"| {name} | .20 → {share:.2f} | {effect:+.2f} | {now} | {runs} |"
                f" {ours:.3f} | {crude:.3f} | {rise:.3f} |"
            )
            print(rows[-1], f"{time.perf_counter() - start:.0f} s", flush=True)
    return rows


HEAD = """# How often the planted cause is named first

These figures were measured when `diagnose` asked its rules alone. It now searches every recorded
column; [the newer study](causes_columns.md) holds it against this way and others.

Deals of a step in one judged month and twelve months before it. Of six possible causes one was
planted: the share of deals it touches rises, and touched deals advance less often by the effect in
the table. In the hard case a decoy without any effect rises from {decoy_before:.0%} to
{decoy_now:.0%} and clings to the channel that converts worst; a third cause is as strong as the
planted one and does not change; the rates of three channels differ by 8 points. The form of the
study was chosen before its seed ({seed}) was drawn; an effect of -0.25 was tried first with other
seeds and found easy, so the lines with -0.15 and with a smaller rise were added.

"By crude difference" ranks by change of share × difference of rates without strata; "by rise" by
the change of the share alone. `diagnose` is asked with all four rule sets.

Command: `python benchmarks/accuracy/causes.py --write` ·
2 cores, Linux x86-64, CPython {python}, numpy {numpy}.

| case | share | effect | deals now | runs | `diagnose` | by crude difference | by rise |
|---|---|---|---|---|---|---|---|
"""
TAIL = """
Must hold in the hard case: .75 / .90 / .97 at 80 / 200 / 600 deals; by rise at most .25.
Where the share rises by 15 points only, the planted cause costs two of 80 deals: the hardest
line.
"""

if __name__ == "__main__":
    table = main()
    if "--write" in sys.argv:
        head = HEAD.format(
            seed=SEED,
            python=sys.version.split()[0],
            numpy=np.__version__,
            decoy_before=planted.DECOY_BEFORE,
            decoy_now=planted.DECOY_NOW,
        )
        path = Path(__file__).parents[2] / "docs" / "benchmarks" / "causes.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + "\n".join(table) + "\n" + TAIL, encoding="utf-8")
