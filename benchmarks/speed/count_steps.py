"""How fast count_steps is beside Polars, DuckDB, ClickHouse in process (chdb) and pandas.

    python benchmarks/speed/count_steps.py                  # the whole table, some minutes
    python benchmarks/speed/count_steps.py --sizes 1e6      # a quick look

This folder holds studies of speed; the package `salesfunnel.benchmarks()` holds industry figures.

Every contender runs in a process of its own, holds the log in its own native form, and is asked
in turn, round after round, so that a busy moment of the machine hits all alike. The figures are
medians over the rounds; a ratio is the median of the ratios round by round. Each engine is given
several ways to ask the question, and its fastest one counts. All must give equal counts. Peak
memory is the high-water mark of the resident set less what was there before the first run (Linux).

With text ids, `ours` starts from a Polars frame of text, as Polars itself does, and so pays for
reading it; `ours, log` starts from a log read before.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

STEPS = ["visit", "signup", "cart", "address", "payment", "order"]
DAY = 86_400
WINDOW = 14 * DAY
SPAN = 90 * DAY
START = 1_767_225_600  # 2026-01-01
CONTENDERS = ["ours", "polars", "duckdb", "chdb", "pandas"]


# ------------------------------------------------------------------ data
def make(n, *, dense, ordered, text, seed=7):
    """A log of n events of n / 10 customers; sparse: each step is half as common as the last."""
    rng = np.random.default_rng(seed)
    weights = np.ones(6) if dense else 0.5 ** np.arange(6)
    step = rng.choice(6, size=n, p=weights / weights.sum()).astype(np.uint8)
    entity = rng.integers(0, n // 10, n)
    when = rng.integers(0, SPAN, n) + START
    if ordered:
        when.sort()
    ids = np.char.add("customer-", entity.astype("U8")).astype("S17") if text else entity
    return ids, step, when


# ------------------------------------------------------------------ contenders
def frame_of(data):
    import polars as pl

    entity, step, when = data["entity"], data["step"], data["time"]
    if entity.dtype.kind == "S":
        entity = entity.astype("U17")
    return pl.DataFrame(
        {
            "entity": pl.Series(entity.tolist() if entity.dtype.kind == "U" else entity),
            "step": pl.Series(np.array(STEPS)[step].tolist(), dtype=pl.Enum(STEPS)),
            "time": pl.Series(when),
        }
    ).with_columns(time=(pl.col("time") * 1000).cast(pl.Datetime("ms")))


def ours(data):
    import salesfunnel as sf

    if data["entity"].dtype.kind == "S":
        frame = frame_of(data)
        yield "frame", lambda: sf.count_steps(frame, STEPS, window="14D").counts
        log = sf.EventLog.from_frame(frame)
    else:
        from salesfunnel.data.events.columns import Categorical

        step = Categorical(data["step"], tuple(STEPS))
        log = sf.EventLog(data["entity"], step, data["time"].astype("datetime64[s]"))
        del data, step
    yield "log", lambda: sf.count_steps(log, STEPS, window="14D").counts


def polars(data):
    import polars as pl

    frame = frame_of(data)
    window = pl.duration(seconds=WINDOW)

    def chain(*, semi, lazy):
        source = frame.lazy() if lazy else frame
        now = (
            source.filter(pl.col("step") == STEPS[0])
            .select("entity", "time", start="time")
            .sort("time")
        )
        found = [now]
        for name in STEPS[1:]:
            after = source.filter(pl.col("step") == name).select("entity", "time")
            if semi:
                after = after.join(now.select("entity").unique(), on="entity", how="semi")
            now = (
                after.sort("time")
                .join_asof(now, on="time", by="entity", strategy="backward", check_sortedness=False)
                .filter(pl.col("time") - pl.col("start") <= window)
            )
            found.append(now)
        sizes = [part.select(pl.col("entity").n_unique()) for part in found]
        if lazy:
            sizes = pl.collect_all(sizes)
        return tuple(size.item() for size in sizes)

    yield "eager", lambda: chain(semi=False, lazy=False)
    yield "eager, semi join", lambda: chain(semi=True, lazy=False)
    yield "lazy", lambda: chain(semi=False, lazy=True)


def duckdb(data):
    import duckdb as db

    con = db.connect()
    frame = frame_of(data).to_arrow()
    con.register("source", frame)
    con.execute(f"create type enum_step as enum ({', '.join(map(repr, STEPS))})")
    con.execute(
        "create table events as select entity, step::varchar::enum_step as step, time from source"
    )
    con.unregister("source")
    del frame, data

    def asof(*, semi):
        parts = [
            f"m0 as (select entity, time, time as start from events where step = '{STEPS[0]}')"
        ]
        for k, name in enumerate(STEPS[1:], 1):
            only = f" and entity in (select entity from m{k - 1})" if semi else ""
            parts.append(
                f"m{k} as materialized (select e.entity, e.time, m.start from"
                f" (select entity, time from events where step = '{name}'{only}) e"
                f" asof join m{k - 1} m on e.entity = m.entity and e.time >= m.time"
                f" where e.time - m.start <= interval {WINDOW} seconds)"
            )
        sizes = ", ".join(f"(select count(distinct entity) from m{k})" for k in range(len(STEPS)))
        return con.execute(f"with {', '.join(parts)} select {sizes}").fetchone()

    def windows():
        inner = "select entity, time, step from events"
        for k, name in enumerate(STEPS):
            start = "time" if k == 0 else f"s{k - 1}"
            near = "" if k == 0 else f" and time - s{k - 1} <= interval {WINDOW} seconds"
            inner = (
                f"select *, max(case when step = '{name}'{near} then {start} end)"
                f" over (partition by entity order by time) as s{k} from ({inner})"
            )
        flags = ", ".join(f"max(s{k}) is not null as r{k}" for k in range(len(STEPS)))
        sizes = ", ".join(f"count(*) filter (r{k})" for k in range(len(STEPS)))
        query = f"select {sizes} from (select entity, {flags} from ({inner}) group by entity)"
        return con.execute(query).fetchone()

    yield "asof", lambda: asof(semi=False)
    yield "asof, semi join", lambda: asof(semi=True)
    yield "windows", windows


def chdb(data):
    from chdb import session

    con = session.Session()
    text = data["entity"].dtype.kind == "S"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        import polars as pl

        frame = frame_of(data).with_columns(
            time=pl.col("time").dt.epoch("s"), step=pl.col("step").to_physical()
        )
        frame.write_parquet(path)
        del frame, data
        con.query("create database if not exists bench")
        con.query(
            f"create table bench.events (entity {'String' if text else 'Int64'}, step UInt8,"
            " time DateTime) engine = Memory"
        )
        con.query(
            "insert into bench.events select entity, step, toDateTime(time)"
            f" from file('{path}', Parquet)"
        )
    conditions = ", ".join(f"step = {k}" for k in range(len(STEPS)))
    sizes = ", ".join(f"countIf(level >= {k + 1})" for k in range(len(STEPS)))
    query = (
        f"select {sizes} from (select windowFunnel({WINDOW})(time, {conditions}) as level"
        " from bench.events group by entity)"
    )
    yield (
        "windowFunnel",
        lambda: tuple(int(x) for x in str(con.query(query, "CSV")).strip().split(",")),
    )


def pandas(data):
    import pandas as pd

    entity = data["entity"]
    if entity.dtype.kind == "S":
        entity = pd.Series(entity.astype("U17").tolist(), dtype="string[pyarrow]")
    frame = pd.DataFrame(
        {
            "entity": entity,
            "step": pd.Categorical.from_codes(data["step"], STEPS),
            "time": data["time"].astype("datetime64[s]"),
        }
    )
    del data, entity
    window = pd.Timedelta(seconds=WINDOW)

    def chain(*, semi):
        now = frame.loc[frame["step"] == STEPS[0], ["entity", "time"]].sort_values("time")
        now["start"] = now["time"]
        sizes = [now["entity"].nunique()]
        for name in STEPS[1:]:
            after = frame.loc[frame["step"] == name, ["entity", "time"]]
            if semi:
                after = after[after["entity"].isin(now["entity"].unique())]
            now = pd.merge_asof(after.sort_values("time"), now, on="time", by="entity")
            now = now[now["time"] - now["start"] <= window]
            sizes.append(now["entity"].nunique())
        return tuple(sizes)

    yield "merge_asof", lambda: chain(semi=False)
    yield "merge_asof, isin", lambda: chain(semi=True)


# ------------------------------------------------------------------ a process a contender
def high_water():
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return None, None
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if " kB" in line}
    return found.get("VmHWM"), found.get("VmRSS")


def serve(name, path):
    """Answer "ways" and "run N" from standard input, a line of JSON each."""
    with np.load(path) as file:
        data = dict(file)
    ways = dict(globals()[name](data))
    data.clear()
    gc.collect()
    _, before = high_water()
    for line in sys.stdin:
        command, _, which = line.strip().partition(" ")
        if command == "ways":
            answer = list(ways)
        else:
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5", "ascii")
            began = time.perf_counter()
            counts = ways[which]()
            seconds = time.perf_counter() - began
            peak, _ = high_water()
            extra = None if peak is None else peak - before
            answer = {"seconds": seconds, "counts": [int(n) for n in counts], "extra": extra}
        print(json.dumps(answer), flush=True)


class Contender:
    def __init__(self, name, path):
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", name, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ways = self.ask("ways")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} has died")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(case, rounds, names):
    """Return seconds by round and peak memory of each contender's fastest way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.npz"
        ids, step, when = make(**case)
        size = when.nbytes + step.nbytes + ids.nbytes
        np.savez(path, entity=ids, step=step, time=when)
        del ids, step, when
        contenders = [Contender(name, path) for name in names]
    truth, best = None, {}
    for one in contenders:
        trials = {}
        for way in one.ways:
            trials[way] = min((one.ask(f"run {way}") for _ in range(2)), key=lambda a: a["seconds"])
            truth = truth or trials[way]["counts"]
            if trials[way]["counts"] != truth:
                raise SystemExit(f"{one.name} ({way}) counts {trials[way]['counts']}, not {truth}")
        chosen = min(trials, key=lambda way: trials[way]["seconds"])
        if one.name == "ours" and "frame" in trials:
            chosen = "frame"
        best[one.name] = (chosen, trials[chosen]["extra"])
    seconds = {name: [] for name in names}
    extra = {name: [] for name in names}
    for _ in range(rounds):
        for one in contenders:
            answer = one.ask(f"run {best[one.name][0]}")
            seconds[one.name].append(answer["seconds"])
            extra[one.name].append(answer["extra"] or 0)
    for one in contenders:
        one.close()
    return {
        "counts": truth,
        "input": size,
        "ways": {name: best[name][0] for name in names},
        "seconds": {name: float(np.median(seconds[name])) for name in names},
        "ratio": {
            name: float(np.median(np.array(seconds[name]) / np.array(seconds["ours"])))
            for name in names
        },
        "extra": {name: max(extra[name]) for name in names},
    }


def line_of(case, found):
    kind = "text" if case["text"] else "int"
    cells = [
        f"{case['n']:.0e}".replace("e+0", "e"),
        "time-sorted" if case["ordered"] else "random",
        "dense" if case["dense"] else "sparse",
        kind,
    ]
    for name in CONTENDERS:
        if name not in found["seconds"]:
            cells.append("–")
            continue
        cell = f"{found['seconds'][name]:.3f} s"
        if name != "ours":
            cell += f" ({found['ratio'][name]:.1f}×)"
        cells.append(cell)
    cells.append(
        " / ".join(f"{found['extra'].get(name, 0) / 2**20:.0f}" for name in found["seconds"])
    )
    cells.append(f"{found['input'] / 2**20:.0f}")
    return "| " + " | ".join(cells) + " |"


HEAD = (
    "| events | arrival | funnel | ids | "
    + " | ".join(CONTENDERS)
    + " | peak beyond input, MiB | input, MiB |\n|"
    + "---|" * (len(CONTENDERS) + 6)
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=float, nargs="+", default=[1e6, 1e7])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=CONTENDERS, help="contenders")
    parser.add_argument("--ids", nargs="+", default=["int", "text"])
    parser.add_argument("--funnels", nargs="+", default=["dense", "sparse"])
    parser.add_argument("--arrivals", nargs="+", default=["random", "sorted"])
    parser.add_argument("--serve", nargs=2)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
        return
    import importlib.metadata as meta

    versions = ", ".join(f"{n} {meta.version(n)}" for n in ("numpy", *options.only) if n != "ours")
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" CPython {platform.python_version()}, {versions}; {options.rounds} rounds\n"
    )
    print(HEAD, flush=True)
    for n in options.sizes:
        for text in options.ids:
            for funnel in options.funnels:
                for arrival in options.arrivals:
                    case = {
                        "n": int(n),
                        "dense": funnel == "dense",
                        "ordered": arrival == "sorted",
                        "text": text == "text",
                    }
                    found = measure(case, options.rounds, options.only)
                    print(line_of(case, found), flush=True)
                    print(f"  {found['counts']} {found['ways']}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
