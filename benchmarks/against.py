"""Is this version slower than another one? Both run the same jobs, in turn.

    python benchmarks/against.py 8d92d13                       # all jobs, nine rounds
    python benchmarks/against.py v0.1.0 conversions imports    # some jobs
    python benchmarks/against.py 8d92d13 --write               # into docs/benchmarks/against.md

The other version is taken from git into a folder of its own. Every measurement is a process of its
own that imports one of the two, makes its data from a fixed seed, does the job once to warm up and
then several times, and tells the CPU seconds of the fastest. The two versions take turns, round
after round, each first every other round, so that a busy moment of the machine hits both. The
ratio is that of the medians; its spread is the quartiles of the ratios round by round. A job that
differs by less than that spread does not differ. Jobs use only what both versions have.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks" / "against.md"
SLOWER = 1.05
"""A ratio above this is called slower."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
STAGES = ["lead", "qualified", "demo", "offer", "won"]
MONTHS = [f"{2024 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]


# ------------------------------------------------------------------ data
def funnels(segments: int) -> Any:
    """Return counts of so many healthy funnels by month, shape (months, segments, steps)."""
    import numpy as np

    rng = np.random.default_rng(11)
    counts = [rng.poisson(rng.uniform(60, 2000, segments), (len(MONTHS), segments))]
    for _ in STAGES[1:]:
        counts.append(rng.binomial(counts[-1], rng.uniform(0.25, 0.6, segments)))
    return np.stack(counts, axis=-1)


def panel(segments: int) -> Any:
    """Return the same as a panel."""
    import salesfunnel as sf

    names = tuple(f"s{i}" for i in range(segments))
    return sf.Panel(
        counts=funnels(segments), periods=tuple(MONTHS), segments=names, steps=tuple(STAGES),
        by="month",
    )  # fmt: skip


def moments(n: int) -> Any:
    """Return when each of n deals entered each stage, NaT where it never did."""
    import numpy as np

    rng = np.random.default_rng(5)
    start = np.datetime64("2024-01-01", "s")
    at = start + rng.integers(0, 600 * 86_400, n).astype("m8[s]")
    entered = np.full((n, len(STAGES)), np.datetime64("NaT", "s"))
    alive = np.ones(n, dtype=bool)
    for k in range(len(STAGES)):
        if k:
            alive &= rng.random(n) < 0.6
            at = at + (rng.gamma(2.0, 6.0, n) * 86_400).astype("m8[s]")
        entered[alive, k] = at[alive]
    return entered


def file_of(name: str, head: list[str], rows: Any) -> Path:
    """Write a file of a job into the folder of this process."""
    path = Path.cwd() / name
    lines = [",".join(head), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# ------------------------------------------------------------------ jobs: each returns the work
def imports() -> Callable[[], Any]:
    """`import salesfunnel`; measured before anything else is imported."""
    return lambda: None


def count_steps() -> Callable[[], Any]:
    """Six steps of 1,000,000 events of whole-number customers within 14 days."""
    import numpy as np

    import salesfunnel as sf

    rng = np.random.default_rng(7)
    n, steps = 1_000_000, ["visit", "signup", "cart", "address", "payment", "order"]
    log = sf.EventLog(
        rng.integers(0, n // 10, n),
        np.array(steps)[rng.integers(0, 6, n)],
        (rng.integers(0, 90 * 86_400, n) + 1_767_225_600).astype("M8[s]"),
    )
    return lambda: sf.count_steps(log, steps, window="14D", threads=1).counts


def event_log() -> Callable[[], Any]:
    """A log made of 300,000 events with customers, steps and times as text."""
    import numpy as np

    import salesfunnel as sf

    rng = np.random.default_rng(7)
    n = 300_000
    entity = np.char.add("customer-", rng.integers(0, n // 10, n).astype("U8"))
    step = np.array(["visit", "cart", "order"])[rng.integers(0, 3, n)]
    when = (rng.integers(0, 90 * 86_400, n) + 1_767_225_600).astype("M8[s]")
    texts = np.datetime_as_string(when).tolist()
    return lambda: sf.EventLog(entity, step, texts)


def history_panel() -> Callable[[], Any]:
    """A cohort panel by month and segment of 300,000 deals."""
    import numpy as np

    import salesfunnel as sf

    entered = moments(300_000)
    history = sf.StageHistory(
        deals=np.arange(len(entered)).astype("U8"), stages=STAGES, entered=entered,
        outcome=np.where(np.isnat(entered[:, -1]), 0, 1), as_of=np.datetime64("2027-01-01", "s"),
        attributes={"segment": np.array(["A", "B", "C", "D"])[np.arange(len(entered)) % 4]},
    )  # fmt: skip
    return lambda: history.panel("month", "cohort", segment="segment").counts


def lifetimes() -> Callable[[], Any]:
    """BG/NBD fitted to 200,000 customers."""
    import numpy as np

    import salesfunnel as sf

    rng = np.random.default_rng(0)
    n = 200_000
    age = rng.integers(150, 280, n) / 7
    x = rng.poisson(rng.gamma(0.24, 1 / 4.4, n) * age * 0.6)
    last = np.where(x > 0, age * rng.random(n) ** 0.5, 0.0)
    return lambda: sf.fit_bgnbd(x, np.minimum(np.ceil(last * 7) / 7, age), age)


def conversions() -> Callable[[], Any]:
    """Rates of 1,000 segments, 24 months and four steps."""
    import salesfunnel as sf

    made = panel(1_000)
    return lambda: sf.conversions(made)


def conversions_as_text() -> Callable[[], Any]:
    """The same of 100 segments, shown."""
    import salesfunnel as sf

    found = sf.conversions(panel(100))
    return found.to_text


def bottlenecks() -> Callable[[], Any]:
    """Verdicts on 1,000 funnels of four steps and 24 months."""
    import salesfunnel as sf

    made = panel(1_000)
    return lambda: sf.find_bottlenecks(made)


def one_funnel() -> Callable[[], Any]:
    """Verdicts on one funnel."""
    import salesfunnel as sf

    made = panel(1)
    return lambda: sf.find_bottlenecks(made)


def read_deals() -> Callable[[], Any]:
    """A file of 20,000 deals with the time of every stage."""
    import numpy as np

    import salesfunnel as sf

    entered = moments(20_000)
    texts = np.datetime_as_string(entered)
    texts[np.isnat(entered)] = ""
    rows = [[f"d{i}", "east", f"{i % 90}00", *row] for i, row in enumerate(texts.tolist())]
    path = file_of("deals.csv", ["deal", "region", "amount", *STAGES], rows)
    return lambda: sf.read_stage_history(path, stages=STAGES, as_of="2027-01-01")


def read_purchases() -> Callable[[], Any]:
    """A file of 50,000 purchases."""
    import numpy as np

    import salesfunnel as sf

    rng = np.random.default_rng(1)
    when = np.datetime_as_string(
        np.datetime64("2024-01-01T00:00:00") + rng.integers(0, 60_000_000, 50_000).astype("m8[s]")
    ).tolist()
    rows = [[f"c{i % 5_000}", day, f"{i % 977}.50"] for i, day in enumerate(when)]
    path = file_of("purchases.csv", ["customer", "time", "amount"], rows)
    return lambda: sf.read_purchases(path)


def read_sheet() -> Callable[[], Any]:
    """A tracking sheet of 2,000 rows."""
    import salesfunnel as sf

    head = ["stage", "metric", "unit", "target", "actual", "period"]
    rows = [
        [stage, "Deals", "count", "100", str(90 - i % 7 - k), f"{2010 + i // 12}-{i % 12 + 1:02d}"]
        for i in range(400)
        for k, stage in enumerate(STAGES)
    ]
    path = file_of("sheet.csv", head, rows)
    return lambda: sf.read_table(path)


def documents() -> Callable[[], Any]:
    """A panel of 500 segments to JSON and back."""
    import salesfunnel as sf

    made = panel(500)
    return lambda: sf.Panel.from_json(made.to_json())


JOBS = {
    job.__name__: job
    for job in (
        imports, count_steps, event_log, history_panel, lifetimes, conversions,
        conversions_as_text, bottlenecks, one_funnel, read_deals, read_purchases, read_sheet,
        documents,
    )
}  # fmt: skip
TIMES = 3
NOTES = {
    "bottlenecks": "judges more: 28 models of the rate, age of a fall, entries, definitions",
    "one_funnel": "the same",
}
"""Jobs that do another thing today than in the first version that they are held against."""


def measure(name: str) -> float:
    """Return the CPU seconds of a job, in this process."""
    if name == "imports":
        began = time.process_time()
        import salesfunnel  # noqa: F401 - that is the job

        return time.process_time() - began
    work = JOBS[name]()
    work()
    found = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


# ------------------------------------------------------------------ taking turns
def checked_out(revision: str, folder: Path) -> Path:
    """Put another version into a folder; return its sources."""
    command = ["git", "-C", str(ROOT), "archive", revision, "src"]
    packed = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "src"


def asked(source: Path, name: str) -> float:
    """Return the CPU seconds of a job in a process of its own, with the sources of one version."""
    # compiled once, in the warm-up round, into a folder beside: imports are not compiled anew
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "against-compiled")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", name], cwd=folder, check=False,
            capture_output=True, text=True,
            env={**environment, **ONE_THREAD, "PYTHONPATH": str(source)},
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name} failed with {source}:\n{done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1]))


def compared(
    name: str, sources: tuple[Path, Path], rounds: int
) -> tuple[float, float, list[float]]:
    """Return the medians of the other version and of this one, and the ratios round by round."""
    took: tuple[list[float], list[float]] = ([], [])
    for source in sources:
        asked(source, name)
    for turn in range(rounds):
        for which in ((0, 1), (1, 0))[turn % 2]:
            took[which].append(asked(sources[which], name))
    ratios = [now / then for then, now in zip(*took, strict=True)]
    return statistics.median(took[0]), statistics.median(took[1]), ratios


def line(name: str, then: float, now: float, ratios: list[float]) -> str:
    """Return a row of the table."""
    low, _, high = statistics.quantiles(ratios, n=4)
    words = " ".join((JOBS[name].__doc__ or "").split()).partition(";")[0].rstrip(".")
    said = NOTES.get(name) or ("slower" if now / then > SLOWER and low > 1 else "")
    return (
        f"| {words} | {then * 1e3:,.1f} | {now * 1e3:,.1f} | {now / then:.2f} |"
        f" {low:.2f}–{high:.2f} | {said} |"
    )


def main() -> None:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("jobs", nargs="*", metavar="job", help=f"of {', '.join(JOBS)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.jobs) - set(JOBS):
        parser.error(f"no such job: {', '.join(sorted(unknown))}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        sources = checked_out(options.revision, Path(folder)), ROOT / "src"
        for name in options.jobs or JOBS:
            rows.append(line(name, *compared(name, sources, options.rounds)))
            print(rows[-1], flush=True)
    head = (
        "| job | then, CPU ms | now, CPU ms | now ÷ then | quartiles of the rounds | why slower |\n"
        "|---|---|---|---|---|---|\n"
    )
    import numpy as np

    machine = f"{platform.system()} {platform.machine()}, CPython {platform.python_version()}"
    words = (
        f"# Against {options.revision}\n\n"
        "Is this version slower than an older one? The same jobs run with both, each measurement in"
        " a process of its own, in turn;\nCPU time of the fastest of three, medians of"
        f" {options.rounds} rounds. More than 5% slower in most rounds is called so.\n\n"
        f"Command: `python benchmarks/against.py {options.revision} --write` · {machine},"
        f" numpy {np.__version__}.\n\n"
    )
    if options.write:
        PAGE.write_text(words + head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2])))
    else:
        main()
