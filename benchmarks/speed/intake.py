"""Reading deals, changes and purchases, and computing with them, against pandas and Polars.

Every job is run in a process of its own: it reads the file and computes the same figures, which
must agree. CPU seconds are medians of rounds, one way after the other; memory is the peak of the
process over what it held after the imports and a reading of three lines.

    python benchmarks/speed/intake.py                    # all jobs, three rounds
    python benchmarks/speed/intake.py purchases 5000000  # one job of one size
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

JOBS = {
    "purchases": (5_000_000, 100_000),
    "changes": (3_000_000, 100_000),
    "deals": (1_000_000, 100_000),
    "typed": (1_000_000,),
    "dirty": (1_000_000,),
    "events": (1_000_000, 100_000),
    "sheet": (10_000, 100_000),
}
WAYS = {
    "purchases": ("salesfunnel", "pandas", "polars"),
    "changes": ("salesfunnel", "pandas", "polars"),
    "deals": ("salesfunnel", "pandas", "polars"),
    "typed": ("salesfunnel", "pandas"),
    "dirty": ("salesfunnel", "clean"),
    "events": ("salesfunnel", "pandas", "polars"),
    "sheet": ("salesfunnel", "pandas"),
}
STEPS = ["view", "cart", "buy"]
STAGES = ["lead", "qualified", "demo", "offer", "won"]
SEED = 20261128


def texts(moments) -> list[str]:
    """Return moments as ``2026-01-05 09:00:00``."""
    return [text.replace("T", " ") for text in np.datetime_as_string(moments).tolist()]


def purchases(path: Path, n: int, dirty: float = 0.0) -> None:
    """Write purchases: a customer, a moment, an amount."""
    rng = np.random.default_rng(SEED)
    who = rng.integers(0, n // 10, n).tolist()
    start = np.datetime64("2020-01-01T00:00:00")
    when = texts(start + rng.integers(0, 200_000_000, n).astype("m8[s]"))
    paid = [f"{x:.2f}" for x in (rng.integers(100, 100_000, n) / 100).tolist()]
    odd = ["1,234.50", "80 ", "1.2万", "a lot", "", "(30)", "n/a", "1 200", "3k", "5-"]
    late = ["soon", "2026年1月5日", "5 Jan 2026", "", "2026-02-30", "13/04/2026", "2026/1/7 9:30"]
    for row in np.flatnonzero(rng.random(n) < dirty).tolist():
        if row % 2:
            paid[row] = '"' + odd[row % len(odd)] + '"'
        else:
            when[row] = late[row % len(late)]
    with path.open("w", encoding="utf-8") as file:
        file.write("customer,date,amount\n")
        file.writelines(f"C{c:07d},{t},{a}\n" for c, t, a in zip(who, when, paid, strict=True))


def deals(path: Path, n: int) -> None:
    """Write deals with a column of times per stage."""
    rng = np.random.default_rng(SEED)
    start = np.datetime64("2022-01-01T00:00:00")
    at = [start + rng.integers(0, 90_000_000, n).astype("m8[s]")]
    for _ in range(4):
        at.append(at[-1] + rng.integers(3600, 1_000_000, n).astype("m8[s]"))
    depth = rng.integers(0, 5, n)
    won = (depth == 4) & (rng.random(n) < 0.6)
    lost = ~won & (rng.random(n) < 0.5)
    columns = [
        np.where((depth >= k) & (won if k == 4 else True), texts(at[k]), "") for k in range(5)
    ]
    closed = np.where(won | lost, texts(at[4]), "")
    outcome = np.where(won, "won", np.where(lost, "lost", "open"))
    region = np.array(["north", "south", "east", "west"])[rng.integers(0, 4, n)]
    owner, value = rng.integers(0, 300, n).tolist(), (rng.integers(1000, 10**6, n) / 100).tolist()
    with path.open("w", encoding="utf-8") as file:
        file.write("deal_id," + ",".join(STAGES) + ",outcome,closed,amount,region,owner\n")
        rows = zip(
            *(c.tolist() for c in columns), outcome, closed, value, region, owner, strict=True
        )
        for k, (*cells, end, last, amount, place, rep) in enumerate(rows):
            file.write(f"D{k:08d},{','.join(cells)},{end},{last},{amount:.2f},{place},rep {rep}\n")


def changes(path: Path, n: int) -> None:
    """Write stage changes in no order: five a deal, one in ten steps back, three in five lost."""
    rng = np.random.default_rng(SEED)
    count = n // 5
    code, place = np.repeat(np.arange(count), 5), np.tile(np.arange(5), count)
    start = np.datetime64("2022-01-01T00:00:00") + rng.integers(0, 80_000_000, count).astype(
        "m8[s]"
    )
    steps = np.cumsum(rng.integers(3600, 1_000_000, (count, 5)), axis=1).ravel()
    when = texts(start[code] + steps.astype("m8[s]"))
    stage = np.array(STAGES)[place]
    stage = np.where((place == 4) & (rng.random(n) < 0.6), "lost", stage)
    stage = np.where((place == 3) & (rng.random(n) < 0.1), "qualified", stage).tolist()
    with path.open("w", encoding="utf-8") as file:
        file.write("deal_id,stage,changed_at,owner\n")
        for i in rng.permutation(n).tolist():
            file.write(f"D{code[i]:08d},{stage[i]},{when[i]},rep {code[i] % 300}\n")


def events(path: Path, n: int) -> None:
    """Write events in no order: ten a user, a few of which buy."""
    rng = np.random.default_rng(SEED)
    who = rng.integers(0, n // 10, n).tolist()
    what = np.array([*STEPS, "help"])[rng.choice(4, n, p=[0.7, 0.15, 0.05, 0.1])].tolist()
    start = np.datetime64("2026-01-01T00:00:00")
    when = texts(start + rng.integers(0, 9_000_000, n).astype("m8[s]"))
    place = np.array(["ads", "search", "mail"])[rng.integers(0, 3, n)].tolist()
    with path.open("w", encoding="utf-8") as file:
        file.write("user_id,event_type,event_time,channel\n")
        rows = zip(who, what, when, place, strict=True)
        file.writelines(f"u{a:08d},{b},{c},{d}\n" for a, b, c, d in rows)


def sheet(path: Path, n: int) -> None:
    """Write a sheet of days, channels and devices with three counts."""
    days = np.datetime64("2020-01-01") + np.arange(n // 20 + 1)
    with path.open("w", encoding="utf-8") as file:
        file.write("date,channel,device,sessions,leads,orders\n")
        for k in range(n):
            group = f"c{k % 10},{'mobile' if k // 10 % 2 else 'desktop'}"
            file.write(f"{days[k // 20]},{group},{900 + k % 37},{90 + k % 17},{9 + k % 5}\n")


WRITERS = {
    "purchases": purchases, "deals": deals, "changes": changes, "typed": deals, "events": events,
    "sheet": sheet,
}  # fmt: skip


def salesfunnel_events(path: str):
    import salesfunnel as sf

    return list(sf.count_steps(sf.read_events(path), STEPS).counts)


def pandas_events(path: str):
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["event_time"])
    before, counts = None, []
    for step in STEPS:
        here = frame[frame["event_type"] == step]
        if before is not None:
            start = here["user_id"].map(before)
            here = here[here["event_time"] >= start]
        before = here.groupby("user_id")["event_time"].min()
        counts.append(len(before))
    return counts


def polars_events(path: str):
    import polars as pl

    frame = pl.read_csv(path, try_parse_dates=True)
    before, counts = None, []
    for step in STEPS:
        here = frame.filter(pl.col("event_type") == step)
        if before is not None:
            here = here.join(before, on="user_id").filter(pl.col("event_time") >= pl.col("first"))
        before = here.group_by("user_id").agg(pl.col("event_time").min().alias("first"))
        counts.append(len(before))
    return counts


def salesfunnel_sheet(path: str):
    import salesfunnel as sf

    return sf.read_table(path).panel(level="step").counts.sum((0, 1)).tolist()


def pandas_sheet(path: str):
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["date"])
    return frame.groupby(["date", "channel", "device"]).sum().sum().tolist()


def salesfunnel_purchases(path: str):
    import salesfunnel as sf

    found = sf.read_purchases(path).summary("2027-01-01")
    money = np.nan_to_num(found.monetary).sum()
    return [int(found.frequency.sum()), float(found.recency.sum()), round(float(money), 2)]


def pandas_purchases(path: str):
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["date"])
    frame["day"] = frame["date"].dt.floor("D")
    orders = frame.groupby(["customer", "day"], as_index=False)["amount"].sum()
    days = orders.groupby("customer")["day"]
    repeat = orders[orders["day"] > days.transform("min")]
    money = repeat.groupby("customer")["amount"].mean().sum()
    frequency, recency = (days.size() - 1).sum(), (days.max() - days.min()).dt.days.sum()
    return [int(frequency), float(recency), round(float(money), 2)]


def polars_purchases(path: str):
    import polars as pl

    day = pl.col("date").dt.date()
    orders = (
        pl.read_csv(path, try_parse_dates=True)
        .group_by("customer", day.alias("day"))
        .agg(pl.col("amount").sum())
        .with_columns(pl.col("day").min().over("customer").alias("first"))
    )
    found = orders.group_by("customer").agg(
        pl.len() - 1,
        (pl.col("day").max() - pl.col("first").first()).dt.total_days().alias("recency"),
        pl.col("amount").filter(pl.col("day") > pl.col("first")).mean(),
    )
    money = round(float(found["amount"].sum()), 2)
    return [int(found["len"].sum()), float(found["recency"].sum()), money]


def salesfunnel_deals(path: str):
    import salesfunnel as sf

    return _reached(sf.read_deals(path, stages=STAGES))


def _reached(history):
    panel = history.panel(by="all", segment="region")
    counts = panel.counts.reshape(-1, len(STAGES))
    return dict(sorted(zip(panel.segments, counts.tolist(), strict=True)))


def pandas_deals(path: str):
    import pandas as pd

    return _pandas_reached(pd.read_csv(path, parse_dates=[*STAGES, "closed"]))


def _pandas_reached(frame):
    last = 4 - frame[STAGES].notna().to_numpy()[:, ::-1].argmax(axis=1)
    found = {k: pd_sum(frame, last >= k) for k in range(5)}
    return {name: [int(found[k][name]) for k in range(5)] for name in sorted(found[0].index)}


def pd_sum(frame, mask):
    """Return how many rows of a mask are of each region."""
    return frame["region"][mask].value_counts()


def polars_deals(path: str):
    import polars as pl

    reached = pl.max_horizontal(
        [pl.when(pl.col(s).is_not_null()).then(k).otherwise(-1) for k, s in enumerate(STAGES)]
    )
    found = (
        pl.read_csv(path, try_parse_dates=True)
        .with_columns(reached.alias("reached"))
        .group_by("region")
        .agg([(pl.col("reached") >= k).sum().alias(str(k)) for k in range(5)])
        .sort("region")
    )
    return {row[0]: list(row[1:]) for row in found.rows()}


def salesfunnel_changes(path: str):
    import salesfunnel as sf

    history = sf.read_deals(path, stages=STAGES)
    entered = (~np.isnat(history.entered)).sum(axis=0).tolist()
    days = (history.time_in_stage[:, :4].sum(axis=0) / np.timedelta64(1, "D")).round(3).tolist()
    return [entered, days, np.bincount(history.outcome, minlength=3).tolist()]


def pandas_changes(path: str):
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["changed_at"])
    frame = frame.sort_values(["deal_id", "changed_at"], kind="stable")
    again = frame["stage"].eq(frame.groupby("deal_id")["stage"].shift())
    frame = frame[~again]
    first = frame.groupby(["deal_id", "stage"])["changed_at"].min()
    entries = first.groupby("stage").size()
    after = frame.groupby("deal_id")["changed_at"].shift(-1)
    # Nanoseconds of 64 bits hold no sum of 300 years of deals.
    spell = (after - frame["changed_at"]).dt.total_seconds()
    days = spell.groupby(frame["stage"]).sum() / 86_400
    last = frame.groupby("deal_id")["stage"].last().value_counts()
    ends = [int(last.get(name, 0)) for name in ("won", "lost")]
    outcome = [int(last.sum()) - sum(ends), *ends]
    entered = [int(entries[s]) for s in STAGES]
    return [entered, [round(float(days[s]), 3) for s in STAGES[:4]], outcome]


def polars_changes(path: str):
    import polars as pl

    frame = pl.read_csv(path, try_parse_dates=True).sort("deal_id", "changed_at")
    same = pl.col("deal_id") == pl.col("deal_id").shift()
    stay = same & (pl.col("stage") == pl.col("stage").shift())
    frame = frame.filter(stay.is_null() | ~stay)
    stays = pl.col("deal_id") == pl.col("deal_id").shift(-1)
    spell = pl.when(stays).then(pl.col("changed_at").shift(-1) - pl.col("changed_at"))
    frame = frame.with_columns(spell.alias("spell"))
    first = frame.group_by("deal_id", "stage").agg(pl.col("changed_at").min())
    entered = dict(first.group_by("stage").len().rows())
    days = dict(frame.group_by("stage").agg(pl.col("spell").dt.total_microseconds().sum()).rows())
    last = frame.group_by("deal_id").agg(pl.col("stage").last())
    ends = dict(last.group_by("stage").len().rows())
    closed = [ends.get(name, 0) for name in ("won", "lost")]
    spent = [round(days[s] / 86_400_000_000, 3) for s in STAGES[:4]]
    return [[entered[s] for s in STAGES], spent, [len(last) - sum(closed), *closed]]


def typed_frame(path: str, way: str):
    import polars as pl

    frame = pl.read_csv(path, try_parse_dates=True)
    return frame if way == "salesfunnel" else frame.to_pandas()


def salesfunnel_typed(frame):
    import salesfunnel as sf

    return _reached(sf.read_deals(frame, stages=STAGES))


def pandas_typed(frame):
    """Return the same, with what the history holds too: time in stage, and checks of its columns.

    This is how one writes it in pandas: the next stage by a backward fill, a time in each stage.
    """
    import pandas as pd

    assert frame["deal_id"].is_unique
    as_of = max(frame[[*STAGES, "closed"]].max())
    end = frame["closed"].fillna(as_of)
    after = frame[STAGES].bfill(axis=1).shift(-1, axis=1)
    spent = {s: (after[s].fillna(end) - frame[s]).clip(lower=pd.Timedelta(0)) for s in STAGES}
    back = (frame[STAGES].diff(axis=1) < pd.Timedelta(0)).any(axis=1).sum()
    assert back == 0
    assert len(spent) == len(STAGES)
    return _pandas_reached(frame)


def salesfunnel_dirty(path: str):
    import salesfunnel as sf

    return len(sf.read_purchases(path))


def peak() -> float:
    """Return the most memory that this process held, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return float("nan")


def child(job: str, way: str, path: str) -> None:
    """Measure one way of one job in this process."""
    import salesfunnel as sf

    sf.read_purchases("customer,date,amount\na,2026-01-05,1\n").summary("2026-02-01")
    sf.count_steps(sf.read_events("user,event,time\na,view,2026-01-05\n"), ["view"])
    sf.read_table("month,leads,won\n2026-01,10,5\n")
    sf.read_deals("deal_id,lead,won\na,2026-01-05,\n", stages=["lead", "won"]).panel(by="all")
    name = "dirty" if job == "dirty" else job
    run = globals()[f"{'salesfunnel' if job == 'dirty' else way}_{name}"]
    if way != "salesfunnel" and job != "dirty":
        __import__(way)
    source = typed_frame(path, way) if job == "typed" else path
    before = peak()
    begin, wall = time.process_time(), time.perf_counter()
    answer = run(source)
    spent, wall = time.process_time() - begin, time.perf_counter() - wall
    print(json.dumps({"cpu": spent, "wall": wall, "memory": peak() - before, "answer": answer}))


def measure(job: str, size: int, rounds: int, folder: Path) -> None:
    """Print the figures of one job of one size."""
    paths = dict.fromkeys(WAYS[job], folder / f"{job}{size}.csv")
    if job == "dirty":
        paths["clean"] = folder / "clean.csv"
        purchases(paths["salesfunnel"], size, dirty=0.01)
        purchases(paths["clean"], size)
    else:
        WRITERS[job](next(iter(paths.values())), size)
    found: dict[str, list[dict]] = {way: [] for way in WAYS[job]}
    for _ in range(rounds):
        for way in WAYS[job]:
            command = [sys.executable, __file__, "--child", job, way, str(paths[way])]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[way].append(json.loads(done.stdout))
    answers = [runs[0]["answer"] for runs in found.values()]
    same = job == "dirty" or all(_close(answer, answers[0]) for answer in answers[1:])
    megabytes = paths["salesfunnel"].stat().st_size / 1e6
    ours = statistics.median(run["cpu"] for run in found["salesfunnel"])
    print(f"{job} {size:,} rows, {megabytes:.0f} MB, answers equal: {same}")
    for way, runs in found.items():
        cpu, wall = (statistics.median(run[k] for run in runs) for k in ("cpu", "wall"))
        memory = statistics.median(run["memory"] for run in runs)
        print(
            f"  {way:12} {cpu:7.2f} CPU s  {wall:7.2f} s  ours/{way} {ours / cpu:5.2f}"
            f"  {memory:7.0f} MB = {memory / megabytes:4.1f} x the file"
        )


def _close(one, other) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_close(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_close, one, other))
    return one == other or abs(one - other) <= 1e-9 * abs(one) + 0.02


def main() -> None:
    """Run the jobs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", nargs="?", choices=JOBS)
    parser.add_argument("size", nargs="?", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=3)
    given = parser.parse_args()
    if given.child:
        child(*given.child)
        return
    jobs = [given.job] if given.job else list(JOBS)
    for job in jobs:
        for size in (given.size,) if given.size else JOBS[job]:
            with tempfile.TemporaryDirectory() as folder:
                measure(job, size, given.rounds, Path(folder))


if __name__ == "__main__":
    main()
