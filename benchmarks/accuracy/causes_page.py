"""Write the tables of docs/benchmarks/causes_columns.md and causes_more.md.

Run: python benchmarks/accuracy/causes_page.py FOLDER

The folder holds what causes_columns.py printed, a file for each table: a200.txt, a80.txt, a600.txt,
n200.txt, t200.txt, b200.txt, b80.txt, c200.txt, d200.txt. Each page keeps its words; what stands
between `<!-- name -->` and `<!-- end -->` is written anew.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"
HEAD = ("runs", "fell", "top", "top, fell", "all", "any", "false", "FDR", "strong, false",
        "stated ÷ true", "covers", "alike")  # fmt: skip
HARD = ("lost_reason", "note_code", "paper_date", "score_z", "lost_to", "signed_day", "rank_after")
SHARES = (
    "rule", "legal", "owner_conf", "region_conf", "two", "mix", "simpson", "number", "date",
    "collinear", "standing",
)  # fmt: skip
DEALS = ("legal", "owner_conf", "region_conf", "effect", "owner", "two", "mix", "newproduct",
         "number")  # fmt: skip
MIDDLE = tuple(sorted({*SHARES, "effect", "owner"}))


class Row(NamedTuple):
    """One cell of the study."""

    name: str
    deals: int
    runs: int
    figures: dict[str, float]
    cells: list[str]
    bad: str
    script: float


def rows_of(path):
    """Return the rows of a printed table, and its pooled lines."""
    rows, pooled = [], {}
    for line in path.read_text("utf-8").splitlines():
        if found := re.match(r"(\w+): (\d+) named, stated ÷ true ([\d.-]+), covers ([\d.]+)", line):
            pooled[found[1]] = (int(found[2]), float(found[4]))
        if not line.startswith("|"):
            continue
        table, tail = line.rsplit("|", 1)
        cells = [cell.strip() for cell in table.strip("| ").split("|")]
        values = [cells[4], *cells[5:]]
        figures = {
            key: float(value.replace("–", "nan"))
            for key, value in zip(HEAD, values, strict=False)
        }  # fmt: skip
        script = float(tail.split("]")[1].split()[0])
        rows.append(
            Row(cells[0], int(cells[1]), int(cells[4]), figures, [cells[0], *values], tail, script)
        )
    return rows, pooled


def table_of(rows, more=()):
    """Return a table of the page."""
    head = ("scenario", *HEAD, *more)
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(row.cells[: len(head)]) + " |" for row in rows]
    return "\n".join(lines)


def error(p, n):
    return float(np.sqrt(max(p * (1 - p), 0.0) / n))


class Bars:
    """Rows of the table of what was asked."""

    def __init__(self):
        self.lines = [
            "| what | asked | all runs | runs with a fall | holds |", "|---|---|---|---|---|"
        ]  # fmt: skip

    def at_least(self, what, row, bar, key="top"):
        p, n = row.figures[key], row.runs
        fell = round(row.figures["fell"] * n)
        q = row.figures["top, fell"] if key == "top" else p * n / max(fell, 1)
        within = "yes" if p >= bar else "of the runs with a fall" if q >= bar else "no"
        if within == "no" and q + error(q, fell) >= bar:
            within = "no, within its error"
        self.lines.append(
            f"| {what} | ≥ {bar:.2f} | {p:.2f} ± {error(p, n):.2f} |"
            f" {q:.2f} ± {error(q, fell):.2f} | {within} |"
        )

    def at_most(self, what, value, bar, digits=2):
        holds = "yes" if value <= bar + 1e-9 else "no"
        self.lines.append(f"| {what} | ≤ {bar:.2f} | {value:.{digits}f} | – | {holds} |")

    def between(self, what, value, low, high):
        holds = "yes" if low - 1e-9 <= value <= high + 1e-9 else "no"
        self.lines.append(f"| {what} | {low:.2f} to {high:.2f} | {value:.2f} | – | {holds} |")

    def worst(self, what, rows, bar, key="top"):
        """Add one line for the weakest of some rows, and one for every other that misses it."""
        order = sorted(rows, key=lambda r: (r.figures[key], r.name))
        for i, row in enumerate(order):
            if i == 0 or row.figures[key] < bar:
                self.at_least(f"{what}: {row.name}", row, bar, key)


def verdicts(tables, pooled):
    """Return the table of every bar."""
    bars = Bars()
    at = {key: {r.name: r for r in rows} for key, rows in tables.items()}
    a80, a200, a600, b200, b80 = (at[key] for key in ("a80", "a200", "a600", "b200", "b80"))
    bars.worst("first, 200 deals, lowest of 13", [a200[n] for n in MIDDLE], 0.95)
    for name, bar in (("newproduct", 0.9), ("region", 0.8), ("cell", 0.25)):
        bars.at_least(f"first, 200 deals: {name}", a200[name], bar)
    bars.worst("first, 80 deals, lowest of 11", [a80[n] for n in SHARES], 0.93)
    for name, bar in (("newproduct", 0.75), ("effect", 0.5), ("owner", 0.45)):
        bars.at_least(f"first, 80 deals: {name}", a80[name], bar)
    bars.at_least("first, 600 deals: cell", a600["cell"], 0.9)
    bars.at_least("all named, 600 deals: three", a600["three"], 0.9, "all")
    for name in ("owner", "region", "effect", "newproduct"):
        bars.at_least(f"first, world B, 200 deals: {name}", b200[name], 0.9)
    for name, bar in (("rule", 0.93), ("mix", 0.93), ("newproduct", 0.75), ("effect", 0.5),
                      ("owner", 0.45)):  # fmt: skip
        bars.at_least(f"first, world B, 80 deals: {name}", b80[name], bar)
    every = [r for rows in tables.values() for r in rows]
    for key, mean in (("FDR", 0.03), ("false", 0.04)):
        values = [r.figures[key] for r in every]
        words = "false discovery" if key == "FDR" else "a false cause named"
        bars.at_most(f"{words}, worst of {len(every)} cells", max(values), 0.1, 3)
        bars.at_most(f"{words}, on average", float(np.mean(values)), mean, 3)
    bars.at_most("strong and false, worst", max(r.figures["strong, false"] for r in every), 0.05)
    none = [r.figures["any"] for r in every if r.name.startswith("none")]
    bars.at_most(f"nothing planted: named, worst of {len(none)}", max(none), 0.1)
    script = [r.script for r in every if "_conf" in r.name]
    bars.at_most(f"`script_used` beside its confounder, worst of {len(script)}", max(script), 0.03)
    hard = sum(any(f"'{leak}'" in r.bad for leak in HARD) for r in every)
    bars.at_most("cells in which a hard leak is named", hard, 0.0, 0)
    weak = [r.figures["any"] for r in every if r.name == "leak_weak"]
    bars.at_most("a weak leak named, worst", max(weak), 0.05)
    for name in ("leak_legal", "leak_weak_legal"):
        bars.at_least(f"first with leaks beside it, 200 deals: {name}", a200[name], 0.95)
    for name in DEALS:
        bars.between(
            f"stated ÷ true, 200 deals: {name}", a200[name].figures["stated ÷ true"], 0.9, 1.1
        )
    for key in ("a80", "a200", "a600"):
        n = sum(x[0] for x in pooled[key].values())
        cover = sum(x[0] * x[1] for x in pooled[key].values()) / n
        bars.between(f"80% interval covers, {key[1:]} deals, pooled", cover, 0.7, 0.92)
    bars.at_least("`alike` filled for a copy, 200 deals", a200["collinear"], 0.95, "alike")
    return "\n".join(bars.lines)


def put(page, name, words):
    """Write what stands between two marks anew."""
    path = DOCS / page
    old = path.read_text("utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
    new, count = marks.subn(lambda m: f"{m[1]}\n{words}\n{m[2]}", old)
    if count != 1:
        raise SystemExit(f"{page}: {count} places for {name}")
    path.write_text(new, encoding="utf-8")


def main():
    folder = Path(sys.argv[1])
    tables, pooled = {}, {}
    for key in ("a200", "a80", "a600", "n200", "t200", "b200", "b80", "c200", "d200"):
        tables[key], pooled[key] = rows_of(folder / f"{key}.txt")
        more = ("right", "told") if key == "c200" else ()
        page = "causes_more.md" if key in {"c200", "d200"} else "causes_columns.md"
        put(page, key, table_of(tables[key], more))
    put("causes_columns.md", "bars", verdicts(tables, pooled))
    for key, kinds in pooled.items():
        print(key, {kind: f"{n}: {cover:.2f}" for kind, (n, cover) in kinds.items()})


if __name__ == "__main__":
    main()
