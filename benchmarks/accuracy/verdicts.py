"""Accuracy of verdicts in worlds with seasons, trends, sticky months, many segments.

    python benchmarks/accuracy/verdicts.py PIECE [--funnels 3000] [--seed N] [--out FOLDER]
    python benchmarks/accuracy/verdicts.py --table FOLDER       # the page of all pieces
    python benchmarks/accuracy/verdicts.py --bars FOLDER        # asked, measured, holds

A piece is one of `PIECES`; each writes a JSON file of rows (those with many cells also one cell at
a time, `--cell`, with the same random numbers). "Single": every funnel is judged by
itself; "one call": all funnels of a cell are segments of one call. Half of the funnels are healthy,
one or two of the five steps of the others fell by 10 to 40 %. The version before and common rules
stand in the same table. The seed was not used for choosing any constant.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import _rivals
import _worlds as worlds

from salesfunnel._kernels.rate_model import design as designs
from salesfunnel._kernels.rate_model import evidence as ev
from salesfunnel._kernels.rate_model import pool, setting
from salesfunnel._kernels.rate_model.foreign import moved_benchmark

SEED = 20_270_611
BINS = (0.5, 0.7, 0.9, 1.0001)


def judged(counts, *, together, last=9, festival=None, benchmark=None, mended=True):
    """Return P(fall) and P(definition) of every funnel, together or each by itself."""
    n, x = _rivals.split(counts)
    months, funnels, steps = n.shape
    cut = slice(max(months - setting.LONGEST, 0), None)
    n, x = (v[cut].reshape(-1, funnels * steps) for v in (n, x))
    months = len(n)
    month = (last - months + 1 + np.arange(months)) % 12
    plan = designs.design(months, 2 * np.pi * month / 12, festival)
    starts = np.array([0]) if together else np.arange(0, funnels * steps, steps)
    groups = pool.Groups(starts, funnels * steps)
    given = None
    if benchmark is not None:
        given = moved_benchmark(*(v.reshape(months, funnels, steps) for v in (x, n)), benchmark)
        given = given.ravel()
    sought = setting.rate_setting(months)
    found = ev.evidence(x, n, plan, groups, sought, benchmark=given)
    span = months - np.argmax(n > 0, axis=0) + (given is not None)
    out = pool.pooled(
        found.down, found.up, setting.SIZE_WEIGHTS, steps, groups,
        visible=months if given is not None else months - 1, outside=given is not None,
        mended=found.mending.within(span) if mended else None,
    )  # fmt: skip
    return out.fall.reshape(funnels, steps), out.definition


def se(p, n):
    return float(np.sqrt(max(p * (1 - p), 0) / max(n, 1)))


def row(name, method, score, truth, bar, probability=False):
    """Return what a rule is worth: with Monte Carlo errors."""
    alarm = score >= bar
    healthy = ~truth.any(axis=1)
    hits, alarms = int((alarm & truth).sum()), int(alarm.sum())
    out = {
        "world": name, "method": method, "funnels": len(truth),
        "precision": hits / max(alarms, 1), "precision_se": se(hits / max(alarms, 1), alarms),
        "recall": hits / max(int(truth.sum()), 1),
        "recall_se": se(hits / max(int(truth.sum()), 1), int(truth.sum())),
        "alarmed": float(alarm[healthy].any(axis=1).mean()) if healthy.any() else None,
        "alarms": alarms,
    }  # fmt: skip
    if healthy.any():
        out["alarmed_se"] = se(out["alarmed"], healthy.sum())
        worst = np.sort(score[healthy].max(axis=1))
        bar5 = worst[int(0.95 * len(worst))]
        out["recall_at_5"] = float((score > bar5)[truth].mean()) if truth.any() else None
    if probability:
        out["bins"] = []
        for low, high in pairwise(BINS):
            at = (score >= low) & (score < high)
            if at.sum():
                out["bins"].append(
                    [float(score[at].mean()), float(truth[at].mean()), int(at.sum())]
                )
    return out


GRID = {
    "base": {}, "base, 24+3 months": {"months": 27}, "base, 36+3 months": {"months": 39},
    "onset 2": {"age": 2}, "onset 3": {"age": 3}, "onset 6": {"age": 6}, "onset 8": {"age": 8},
    "month sd 0": {"sd": 0.0}, "month sd .2": {"sd": 0.2}, "month sd .3": {"sd": 0.3},
    "month sd .4": {"sd": 0.4},
    "season .3, 15 months": {"season": 0.3}, "season .5, 15 months": {"season": 0.5},
    "season .3, 27 months": {"season": 0.3, "months": 27},
    "season .5, 27 months": {"season": 0.5, "months": 27},
    "AR .8 sd .2, 27 months": {"sd": 0.2, "ar": 0.8, "months": 27},
    "AR .8 sd .2, 27 months, 2,000 leads": {"sd": 0.2, "ar": 0.8, "months": 27, "volume": 2000},
    "trend −.02, 27 months": {"trend": -0.02, "months": 27},
    "trend −.04, 15 months": {"trend": -0.04},
    "trend −.04, 27 months": {"trend": -0.04, "months": 27},
    "trend +.04, 27 months": {"trend": 0.04, "months": 27},
    "trend −.02, 27 months, 2,000 leads": {"trend": -0.02, "months": 27, "volume": 2000},
    "30 leads": {"volume": 30}, "30 leads, onset 3": {"volume": 30, "age": 3},
    "2,000 leads": {"volume": 2000}, "4 months": {"months": 4}, "6 months": {"months": 6},
    "season of leads .4, 27 months": {"lead_season": 0.4, "months": 27},
}  # fmt: skip


def grid(rng, funnels, names):
    rows = []
    for stream, name in worlds.cells(rng, names):
        counts, drop = worlds.world(stream, funnels, **GRID[name])
        truth = drop > 0
        cases = {
            "before": _rivals.old_probability(counts),
            "now, single": judged(counts, together=False)[0],
            "now, one call": judged(counts, together=True)[0],
        }
        for method, score in cases.items():
            rows.append(row(name, f"{method}: P ≥ .5", score, truth, 0.5, probability=True))
            rows.append(row(name, f"{method}: P ≥ .8", score, truth, 0.8))
        if len(counts) > 12:
            for method, (score, bar) in _rivals.rules(counts).items():
                rows.append(row(name, method, score, truth, bar))
    return rows


CALLS_OF_FEW = 4
"""Calls of so many funnels each in the cells of 30 leads, whose alarms are few."""


def mixed(rng, funnels):
    rows = []
    kinds = [(months, volume) for months in (6, 15, 27, 39) for volume in (200, 30)]
    for stream, (months, volume) in worlds.cells(rng, kinds):
        parts, truth = {}, []
        for _ in range(CALLS_OF_FEW if volume == 30 else 1):
            counts, drop = worlds.mixed_world(stream, funnels, months=months, volume=volume)
            truth.append(drop > 0)
            rules = _rivals.rules(counts) if months > 12 else {}
            for method, score, bar in (
                ("before: P ≥ .5", _rivals.old_probability(counts), 0.5),
                ("now, single: P ≥ .5", judged(counts, together=False)[0], 0.5),
                ("now, one call: P ≥ .5", judged(counts, together=True)[0], 0.5),
                *((method, *rule) for method, rule in rules.items()),
            ):
                parts.setdefault(method, ([], bar))[0].append(score)
        name = f"mixed world, {months} months, median {volume} leads"
        rows += [
            row(name, method, np.concatenate(scores), np.concatenate(truth), bar,
                probability=method.endswith("P ≥ .5"))
            for method, (scores, bar) in parts.items()
        ]  # fmt: skip
    return rows


def most(p, share=0.1):
    order = np.argsort(-p, kind="stable")
    mean = np.cumsum(1 - p[order]) / (np.arange(p.size) + 1)
    chosen = np.zeros(p.size, dtype=bool)
    chosen[order[: int((mean <= share).sum())]] = True
    return chosen


def of_calls(part, whole):
    """Return Σ part ÷ Σ whole and its error; what a call has is not independent, calls are."""
    total = max(whole.sum(), 1.0)
    share = part.sum() / total
    off = part - share * whole
    return share, np.sqrt((off**2).sum() * len(part) / max(len(part) - 1, 1)) / total


KINDS = (
    {}, {"sd": 0.2}, {"unlike": True, "months": 27}, {"season": 0.3, "months": 27},
    {"sd": 0.2, "ar": 0.8}, {"one_age": False},
)  # fmt: skip


def segments(rng, funnels):
    """Funnels / 15 calls a cell, three times as many where 2 % fell."""
    rows = []
    shares = [(base, kind) for base in (0.15, 0.05, 0.02, 0.0)
              for kind in (KINDS if base else KINDS[:2])]  # fmt: skip
    for stream, (base, kind) in worlds.cells(rng, shares):
        total = {}
        for _ in range(max(funnels // 15, 20) * (3 if base == 0.02 else 1)):
            counts, drop = worlds.segments_world(stream, base=base, **kind)
            truth = (drop > 0).ravel()
            bh, bar = _rivals.rules(counts)["z + BH"]
            for method, score in (
                ("before", _rivals.old_probability(counts)),
                ("now", judged(counts, together=True)[0]),
                ("now, each by itself", judged(counts, together=False)[0]),
                ("z + BH", bh),
            ):
                p = score.ravel()
                named = p >= bar if method == "z + BH" else most(p)
                total.setdefault(method, []).append(
                    [(p >= 0.5).sum(), ((p >= 0.5) & ~truth).sum(), named.sum(),
                     (named & ~truth).sum(), truth[np.argmax(p)]]
                )  # fmt: skip
        for method, each in total.items():
            alarms, false, named, wrong, first = np.array(each, float).T
            share, error = of_calls(wrong, named)
            rows.append({
                "world": f"50 segments, {base:.0%} fallen, {kind or 'alike, sd .1'}",
                "method": method, "panels": len(each), "alarms": alarms.mean(),
                "alarms_se": alarms.std(ddof=1) / np.sqrt(len(each)),
                "false_alarms": false.mean(), "named": named.sum(),
                "false_of_named": share, "false_of_named_se": error,
                "first_true": first.mean(),
            })  # fmt: skip
    return rows


def definitions(rng, funnels):
    rows = []
    for kind, factor, volume, age in (
        ("definition", 0.7, 600, 2), ("definition", 0.7, 600, 1), ("definition", 0.7, 600, 6),
        ("definition", 0.85, 600, 2), ("definition", 0.7, 150, 2), ("one", 0.7, 600, 2),
        ("both", 0.7, 600, 2), ("definition", 1.0, 600, 2),
    ):  # fmt: skip
        counts = worlds.moved_gate(rng, funnels, kind=kind, factor=factor, volume=volume, age=age)
        p, moved = judged(counts, together=False)
        before = _rivals.old_probability(counts)
        verdict = (moved[:, 1] >= p[:, 1]) & (moved[:, 1] + p[:, 1] >= 0.5)
        alarm = (p[:, 1] >= 0.5) & ~verdict
        name = {"definition": "gate moved", "one": "one step fell", "both": "two fell"}[kind]
        rows.append({
            "world": f"{name} ×{factor}, {volume} leads, {age} months", "funnels": funnels,
            "before_alarmed": float((before[:, 1] >= 0.5).mean()), "alarmed": float(alarm.mean()),
            "definition": float(verdict.mean()), "se": se(verdict.mean(), funnels),
        })  # fmt: skip
    return rows


def benchmarks(rng, funnels):
    rows = []
    for months in (1, 2, 9, 15):
        for off in (-0.2, 0.0, 0.2, 0.4):
            drop = worlds.planted(rng, funnels)
            base = rng.uniform(0.25, 0.6, (1, funnels, 5))
            odds = np.log(base / (1 - base)) + worlds.noise(rng, (months, funnels, 5), 0.1)
            rate = worlds.sigmoid(odds)
            rate[-1:] *= 1 - drop
            counts = worlds.chain(rng, rng.poisson(300, (months, funnels)), rate)
            given = np.clip(base[0] * (1 + off), 0.005, 0.995)
            name = f"benchmark {off:+.0%}, {months} months"
            now = judged(counts, together=False, benchmark=given if months <= 3 else None)[0]
            before = _rivals.old_probability(counts, benchmark=given)
            for method, score in (("before", before), ("now, single", now)):
                rows.append(row(name, f"{method}: P ≥ .5", score, drop > 0, 0.5, probability=True))
    return rows


def festivals(rng, funnels):
    rows = []
    for end, months in (("2026-02", 27), ("2025-01", 27), ("2025-01", 39), ("2026-02", 14)):
        share = worlds.new_year_share(end, months)
        counts, drop = worlds.world(rng, funnels, months=months, season=0.2, festival=-0.6 * share)
        last = int(end[-2:]) - 1
        name = f"lunar New Year, effect −.6, to {end}, {months} months"
        cut = share[-setting.LONGEST :]
        for method, score in (
            ("before", _rivals.old_probability(counts)),
            ("now without a calendar", judged(counts, together=False, last=last)[0]),
            ("now with a calendar", judged(counts, together=False, last=last, festival=cut)[0]),
        ):
            rows.append(row(name, f"{method}: P ≥ .5", score, drop > 0, 0.5, probability=True))
        for method, (score, bar) in _rivals.rules(counts).items():
            rows.append(row(name, method, score, drop > 0, bar))
    return rows


ENTRIES = {
    "base": {}, "season .4": {"season": 0.4}, "season .4, 15 months": {"season": 0.4, "months": 15},
    "trend +.03": {"trend": 0.03}, "trend −.03": {"trend": -0.03}, "month sd .3": {"sd": 0.3},
    "AR .8 sd .3": {"sd": 0.3, "ar": 0.8}, "10 a month": {"volume": 10}, "onset 4": {"age": 4},
    "6 months": {"months": 6}, "falls of 60 to 90 %": {"sizes": (0.6, 0.9)},
}  # fmt: skip


def entries(rng, funnels):
    rows = []
    for name, options in ENTRIES.items():
        x, ill = worlds.entries_world(rng, funnels, **options)
        months = len(x)
        counts = x.astype(np.float64)
        plan = designs.design(months, 2 * np.pi * np.arange(months) / 12)
        single = pool.Groups(np.arange(funnels), funnels)
        found = ev.evidence(
            counts, np.ones_like(counts), plan, single, setting.count_setting(months)
        )
        out = pool.pooled(
            found.down, found.up, setting.SIZE_WEIGHTS, 1, single, visible=months - 1,
            mended=found.mending.within(np.full(funnels, months)),
        )  # fmt: skip
        last12 = counts[-13:-1]
        z = (last12.mean(0) - counts[-1]) / np.maximum(last12.std(0, ddof=1), 1e-9)
        cases = [("now: P ≥ .5", out.fall, 0.5), ("z 2 against 12 months", z, 2.0),
                 ("20 % below the mean", 1 - counts[-1] / last12.mean(0), 0.2)]  # fmt: skip
        if months > 12:
            cases.append(("20 % below last year", 1 - counts[-1] / np.maximum(counts[-13], 1), 0.2))
        for method, score, bar in cases:
            rows.append(row(f"entries, {name}", method, score[:, None], ill[:, None], bar,
                            probability=bar == 0.5))  # fmt: skip
    return rows


def more(name):
    """Return a piece of `_verdict_cells`, which needs this module."""

    def piece(rng, funnels):
        import _verdict_cells

        return _verdict_cells.PIECES[name](rng, funnels)

    return piece


_NAMES = list(GRID)
PIECES = {
    **{f"grid{k + 1}": (lambda rng, f, part=_NAMES[k::3]: grid(rng, f, part)) for k in range(3)},
    "mixed": mixed, "segments": segments, "definitions": definitions,
    "benchmarks": benchmarks, "festivals": festivals, "entries": entries,
    **{name: more(name) for name in ("intake", "shocks", "stopped", "onsets", "limits",
                                     "recovered", "last_month")},
}  # fmt: skip


def shown(value, error=None):
    if value is None:
        return "–"
    return f"{value:.2f}" if error is None else f"{value:.2f} ± {error:.2f}"


def bins_of(one):
    return " · ".join(f"{said:.2f}→{was:.2f} ({n})" for said, was, n in one.get("bins", []))


def table_of(rows):
    """Return one piece as a Markdown table."""
    if "precision" in rows[0]:
        head = ["world", "method", "precision", "recall", "healthy alarmed", "recall at 5 %",
                "said → was (cases), from .5 on"]  # fmt: skip
        cells = [
            [one["world"], one["method"], shown(one["precision"], one["precision_se"]),
             shown(one["recall"], one["recall_se"]),
             shown(one["alarmed"], one.get("alarmed_se")), shown(one.get("recall_at_5")),
             bins_of(one)]
            for one in rows
        ]  # fmt: skip
    elif "named" in rows[0]:
        head = ["world", "method", "calls", "alarms a call", "false ones", "named by most(0.1)",
                "false of these", "first row true"]  # fmt: skip
        cells = [
            [one["world"], one["method"], str(one["panels"]), f"{one['alarms']:.1f}",
             f"{one['false_alarms']:.1f}", f"{one['named']:.0f}",
             shown(one["false_of_named"], one["false_of_named_se"]), shown(one["first_true"])]
            for one in rows
        ]  # fmt: skip
    else:
        head = [key for key in rows[0] if key != "funnels"]
        cells = [
            [v if isinstance(v, str) else "–" if v is None or np.isnan(v) else f"{v:.3f}"
             for k, v in one.items() if k != "funnels"]
            for one in rows
        ]  # fmt: skip
    lines = ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *cells)]
    return "\n".join(lines)


TITLES = {
    "grid1": "Worlds of one kind (1)", "grid2": "Worlds of one kind (2)",
    "grid3": "Worlds of one kind (3)", "mixed": "A mixed world: no two funnels are alike",
    "segments": "50 segments in one call", "definitions": "A gate that moved, or a real fall",
    "benchmarks": "Benchmarks that are wrong", "festivals": "A moving festival",
    "entries": "Entries", "intake": "Intake stops, of deals that take time",
    "shocks": "Months that move everything together", "stopped": "A step that stops altogether",
    "onsets": "When a fall began, and how large it is, where an alarm is true",
    "limits": "What is beyond any method",
    "recovered": "A fall that is over: share of such steps alarmed",
    "last_month": "What a judge who knows all but that could say of it by the last month",
}  # fmt: skip


def plain(text):
    """Return a text with percents as the pages write them."""
    return re.sub(r"(\d) %", r"\1%", text)


def page(folder):
    """Print the tables of all pieces that were run."""
    for name, title in TITLES.items():
        paths = sorted(folder.glob(f"{name}.json")) + sorted(folder.glob(f"{name}-*.json"))
        rows = [one for path in paths for one in json.loads(path.read_text("utf-8"))["rows"]]
        if rows:
            print(f"## {title}\n\n{plain(table_of(rows))}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("piece", nargs="?", choices=list(PIECES))
    parser.add_argument("--funnels", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path("verdicts-study"))
    parser.add_argument("--cell", type=int, help="one of those of mixed, segments, intake, ...")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--bars", type=Path)
    options = parser.parse_args()
    if options.table is not None:
        page(options.table)
        return
    if options.bars is not None:
        import _verdict_cells

        print(plain(_verdict_cells.bars_of(options.bars)))
        return
    began = time.perf_counter()
    number = list(PIECES).index(options.piece)
    rng = np.random.default_rng([options.seed, number])
    worlds.ONLY[:] = [] if options.cell is None else [options.cell]
    rows = PIECES[options.piece](rng, options.funnels)
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"piece": options.piece, "seed": options.seed, "rows": rows}, indent=1)
    stem = options.piece if options.cell is None else f"{options.piece}-{options.cell:02d}"
    (options.out / f"{stem}.json").write_text(text, encoding="utf-8")
    for one in rows:
        print({k: round(v, 3) if isinstance(v, float) else v for k, v in one.items()})
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
