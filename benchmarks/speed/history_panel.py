"""How fast StageHistory.panel is beside the pandas and Polars queries that give the same numbers.

    python benchmarks/speed/history_panel.py                # 1,000,000 deals
    python benchmarks/speed/history_panel.py --deals 100000
    python benchmarks/speed/history_panel.py --write        # into docs/benchmarks/history_panel.md

Deals with 6 stages over 24 months in 8 segments; some skip a stage, the first one too, so that
every way must look for the first entry and count skipped stages as passed. Each contender holds
the deals in its own native form, and its fastest way to ask counts (segments as text and as
categories). They are asked in turn, round after round; a ratio is the median of the ratios round
by round. All must give equal counts.
"""

from __future__ import annotations

import argparse
import gc
import platform
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

import numpy as np

STAGES = ["lead", "interest", "intent", "proposal", "negotiation", "won"]
SEGMENTS = [f"segment {name}" for name in "ABCDEFGH"]
MONTHS = 24
START = np.datetime64("2024-11-01", "us")
AS_OF = np.datetime64("2026-11-01", "us")
WINDOW = timedelta(days=90)
CASES = ("cohort", "cohort, window 90 days", "period")


def make(n, seed=5):
    """Entries of n deals (n, 6), NaT where never entered, and their segments."""
    rng = np.random.default_rng(seed)
    span = int((AS_OF - START) / np.timedelta64(1, "us"))
    day = 86_400_000_000
    at = rng.integers(0, span, n)
    entered = np.full((n, len(STAGES)), np.datetime64("NaT", "us"))
    alive = np.ones(n, dtype=bool)
    for k in range(len(STAGES)):
        if k:
            alive &= rng.random(n) < 0.6
            at = at + (rng.gamma(2.0, 6.0, n) * day).astype(np.int64)
        shown = alive & (rng.random(n) >= 0.05) & (at <= span)
        entered[shown, k] = START + at[shown].astype("timedelta64[us]")
    return entered, np.array(SEGMENTS)[rng.integers(0, len(SEGMENTS), n)]


def ours(entered, segment):
    import salesfunnel as sf

    n = len(entered)
    history = sf.StageHistory(
        deals=np.arange(n).astype("U8"), stages=STAGES, entered=entered,
        outcome=np.where(np.isnat(entered[:, -1]), 0, 1), as_of=AS_OF,
        attributes={"segment": segment},
    )  # fmt: skip

    def ask(case):
        mode = "period" if case == "period" else "cohort"
        window = WINDOW if "window" in case else None
        return history.panel("month", mode, window=window, segment="segment").counts

    yield "text", ask


def pandas(entered, segment):
    import pandas as pd

    for kind in ("text", "category"):
        frame = pd.DataFrame({name: entered[:, k] for k, name in enumerate(STAGES)})
        frame["segment"] = pd.Series(segment, dtype="category" if kind == "category" else None)

        def ask(case, frame=frame):
            # when each stage or a later one was first entered
            reached, later = {}, None
            for name in reversed(STAGES):
                column = frame[name]
                if later is not None:
                    column = column.where(~(later < column) & column.notna(), later)
                reached[name] = later = column
            if case == "period":
                parts = []
                for name in STAGES:
                    when = reached[name].dt
                    month = when.year * 12 + when.month
                    parts.append(
                        frame["segment"].groupby([month, frame["segment"]], observed=True).size()
                    )
                table = pd.concat(parts, axis=1, keys=STAGES).fillna(0)
            else:
                first = reached[STAGES[0]]
                month = first.dt.year * 12 + first.dt.month
                if "window" in case:
                    limit = first + WINDOW
                    flags = {name: reached[name] <= limit for name in STAGES}
                    mature = limit <= AS_OF
                else:
                    flags = {name: reached[name].notna() for name in STAGES}
                    mature = first.notna()
                flags = pd.DataFrame(flags) & mature.to_numpy()[:, None]
                table = flags.groupby([month, frame["segment"]], observed=True).sum()
            return cube(table.index.to_frame().to_numpy(), table.to_numpy())

        yield kind, ask


def polars(entered, segment):
    import polars as pl

    for kind in ("text", "category"):
        dtype = pl.Enum(SEGMENTS) if kind == "category" else pl.String
        frame = pl.DataFrame(
            {name: entered[:, k] for k, name in enumerate(STAGES)}
            | {"segment": pl.Series(segment.tolist(), dtype=dtype)}
        )

        def ask(case, frame=frame):
            reached = frame.lazy().select(
                *(pl.min_horizontal(STAGES[k:]).alias(name) for k, name in enumerate(STAGES)),
                "segment",
            )
            if case == "period":
                parts = []
                for k, name in enumerate(STAGES):
                    part = (
                        reached.filter(pl.col(name).is_not_null())
                        .group_by(month_of(pl, name), "segment")
                        .agg(pl.len().alias("n"))
                    )
                    parts.append(part.with_columns(step=pl.lit(k)))
                total = np.zeros((MONTHS, len(SEGMENTS), len(STAGES)), dtype=np.int64)
                for part in pl.collect_all(parts):
                    keys = part.select("month", pl.col("segment").cast(pl.String)).rows()
                    at = places(keys)
                    total[at[0], at[1], part["step"].to_numpy()] = part["n"].to_numpy()
                return total
            first = pl.col(STAGES[0])
            if "window" in case:
                flags = [(pl.col(name) - first <= WINDOW) for name in STAGES]
                mature = pl.lit(AS_OF) - first >= WINDOW
            else:
                flags = [pl.col(name).is_not_null() for name in STAGES]
                mature = first.is_not_null()
            table = (
                reached.filter(mature)
                .group_by(month_of(pl, STAGES[0]), "segment")
                .agg(flag.sum().alias(name) for flag, name in zip(flags, STAGES, strict=True))
                .collect()
            )
            keys = table.select("month", pl.col("segment").cast(pl.String)).rows()
            return cube(keys, table.select(STAGES).to_numpy())

        yield kind, ask


def month_of(pl, name):
    return (pl.col(name).dt.year().cast(pl.Int32) * 12 + pl.col(name).dt.month()).alias("month")


def places(keys):
    number = {name: i for i, name in enumerate(SEGMENTS)}
    base = 2024 * 12 + 11
    rows = [(int(month) - base, number[str(name)]) for month, name in keys]
    return tuple(np.array(rows, dtype=np.intp).reshape(-1, 2).T)


def cube(keys, values):
    total = np.zeros((MONTHS, len(SEGMENTS), len(STAGES)), dtype=np.int64)
    total[places(keys)] = values
    return total


def run(n, rounds):
    """Return {case: {contender: (median seconds, ratio to ours, which way)}}."""
    entered, segment = make(n)
    ways = {
        contender.__name__: list(contender(entered, segment))
        for contender in (ours, pandas, polars)
    }
    results = {}
    for case in CASES:
        expected, taken = None, {}
        for round_ in range(rounds + 1):  # the first one warms up and compares
            for name, asks in ways.items():
                for kind, ask in asks:
                    gc.collect()
                    began = time.perf_counter()
                    counts = ask(case)
                    seconds = time.perf_counter() - began
                    if round_:
                        taken.setdefault((name, kind), []).append(seconds)
                        continue
                    counts = np.asarray(counts)[:MONTHS]
                    expected = counts if expected is None else expected
                    np.testing.assert_array_equal(counts, expected, err_msg=f"{name} {case}")
        base = taken["ours", "text"]
        results[case] = {}
        for name, asks in ways.items():
            kind = min((k for k, _ in asks), key=lambda k: median(taken[name, k]))
            ratio = median(a / b for a, b in zip(taken[name, kind], base, strict=True))
            results[case][name] = (median(taken[name, kind]), ratio, kind)
    return results


def table(results):
    lines = [
        "| case | ours | pandas | Polars | pandas ÷ ours | Polars ÷ ours |",
        "|---|---|---|---|---|---|",
    ]
    for case, row in results.items():
        cells = [f"{row[name][0] * 1000:.0f} ms" for name in ("ours", "pandas", "polars")]
        ratios = [f"{row[name][1]:.1f}" for name in ("pandas", "polars")]
        lines.append(f"| {case} | {' | '.join(cells + ratios)} |")
    return "\n".join(lines)


def main():
    import pandas as pd
    import polars as pl

    parser = argparse.ArgumentParser()
    parser.add_argument("--deals", type=float, default=1e6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    n = int(arguments.deals)
    text = table(run(n, arguments.rounds))
    print(text)
    if arguments.write:
        path = Path(__file__).parents[2] / "docs" / "benchmarks" / "history_panel.md"
        path.write_text(
            "# How fast a panel of stage histories is\n\n"
            f"{n:,} deals × {len(STAGES)} stages × {MONTHS} months × {len(SEGMENTS)} segments,"
            " microsecond times, some stages skipped.\n"
            "Each contender holds the deals in its own native form and is asked in its fastest of"
            " two ways (segments as\ntext and as categories; ours holds text). All give equal"
            f" counts. Medians of {arguments.rounds} rounds; a ratio is the\nmedian of the ratios"
            " round by round: above 1, ours is faster.\n\n"
            "Command: `python benchmarks/speed/history_panel.py --write` · 2 cores, Linux x86-64,"
            f" CPython {platform.python_version()}, numpy {np.__version__},\npandas"
            f" {pd.__version__}, Polars {pl.__version__}.\n\n{text}\n",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
