"""Events of text are read where they lie: the same as cell by cell, in files, records, frames."""

from __future__ import annotations

import gzip
import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError

HEADER = ("user_id", "event", "timestamp", "channel")
WHO = ["ann", "bob", "", "  ", "Zoë", "0012", "12", "客户一", "a,b", 'say "hi"', "x" * 70]
WHAT = ["view", "cart", "order", "", "View", "view ", "ordér"]
WHEN = [
    "2026-01-05", "2026-01-05 10:00:00", "2026-01-05T10:00:00Z", "05.01.2026", "13/01/2026 9:31",
    "2026年1月5日", "soon", "", "0000-00-00", "1767607200", "5 Jan 2026 9:31", "2026-13-40",
    "2026-01-05 10:00:00.123456", "1767607200123",
]  # fmt: skip
CHANNEL = ["ads", "", "seo", " ads", "1", "1.0"]


def cell(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(mark in text for mark in ',"\n') else text


def rows_of(seed: int, count: int) -> list[list[str]]:
    rng = random.Random(seed)
    return [[rng.choice(given) for given in (WHO, WHAT, WHEN, CHANNEL)] for _ in range(count)]


def csv_of(rows: list[list[str]], end: str = "\n") -> str:
    return end.join(",".join(map(cell, row)) for row in [list(HEADER), *rows]) + end


def told(log: sf.EventLog) -> list[tuple[Any, ...]]:
    return [(f.code, f.severity, f.row, f.column, f.value) for f in log.faults]


def same(one: sf.EventLog, other: sf.EventLog) -> None:
    left, right = one.columns(), other.columns()
    assert left.keys() == right.keys()
    for key, column in left.items():
        assert np.array_equal(column, right[key]), key
    assert (one.unit, one.aware) == (other.unit, other.aware)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(6))
def test_random_dirt_has_the_same_values_and_faults_both_ways(seed: int, end: str) -> None:
    rows = rows_of(seed, 400)
    text = csv_of(rows, end)
    fast = sf.read_events(text)
    careful = sf.read_events([list(HEADER), *rows])  # cells of lists are read one by one
    same(fast, careful)
    assert told(fast) == told(careful)


def test_clean_events_are_one_thing_from_every_source(tmp_path: Path) -> None:
    rng = random.Random(3)
    rows = [
        [f"u{rng.randrange(60)}", rng.choice(["view", "cart", "order"]),
         f"2026-01-{1 + rng.randrange(28):02d} {rng.randrange(24):02d}:00:00", rng.choice("ab")]
        for _ in range(500)
    ]  # fmt: skip
    path = tmp_path / "events.csv"
    path.write_text(csv_of(rows))
    packed = tmp_path / "events.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    records = [dict(zip(HEADER, row, strict=True)) for row in rows]
    first = sf.read_events(path)
    sources: list[Any] = [packed, path.read_bytes(), records, io.BytesIO(path.read_bytes())]
    pandas = pytest.importorskip("pandas")
    typed = pandas.read_csv(path, parse_dates=["timestamp"])
    sources += [typed, pandas.read_csv(path)]
    polars = pytest.importorskip("polars")
    sources += [polars.read_csv(path, try_parse_dates=True), polars.read_csv(path)]
    sources.append(polars.read_csv(path, try_parse_dates=True).to_arrow())
    for source in sources:
        log = sf.read_events(source)
        same_values(first, log)


def same_values(one: sf.EventLog, other: sf.EventLog) -> None:
    left, right = one.columns(), other.columns()
    assert left.keys() == right.keys()
    for key, column in left.items():
        given = right[key]
        if key == "time":
            column, given = (a.astype("datetime64[us]") for a in (column, given))  # noqa: PLW2901
        assert column.tolist() == given.tolist(), key


def test_files_without_a_column_have_blanks_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user_id,event,timestamp,channel\n1,view,2026-01-05,ads\n")
    (tmp_path / "b.csv").write_text("user_id,event,timestamp\n2,view,2026-01-06\n")
    log = sf.read_events(tmp_path)
    assert log.columns()["channel"].tolist() == ["ads", None]


def test_progress_counts_the_bytes_of_all_files(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text(csv_of(rows_of(1, 50)))
    seen: list[tuple[int, int]] = []
    sf.read_events(tmp_path, progress=lambda done, whole: seen.append((done, whole)))
    sizes = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert {whole for _, whole in seen} == {sizes}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == sizes


def test_max_bytes_bounds_files_text_and_bytes(tmp_path: Path) -> None:
    text = csv_of(rows_of(1, 50))
    path = tmp_path / "events.csv"
    path.write_text(text)
    lines = tmp_path / "events.ndjson"
    lines.write_text('{"user_id": 1, "event": "view", "timestamp": "2026-01-05"}\n' * 20)
    packed = tmp_path / "events.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    for source in (path, text, text.encode(), lines, lines.read_text(), packed, tmp_path):
        with pytest.raises(IntakeError, match="at most 100 bytes"):
            sf.read_events(source, max_bytes=100)
    for wrong in (0, -1, True, 1.5):
        with pytest.raises(ArgumentError, match="'max_bytes'"):
            sf.read_events(path, max_bytes=wrong)  # type: ignore[arg-type]


def test_a_sheet_tells_how_far_it_is_and_is_bounded() -> None:
    lines = [
        f"{2000 + m // 12}-{m % 12 + 1:02d},c{c},{100 + c},{10 + c}"
        for m in range(60) for c in range(20)
    ]  # fmt: skip
    text = "\n".join(["month,channel,leads,won", *lines])
    seen: list[tuple[int, int]] = []
    sheet = sf.read_table(text, progress=lambda done, whole: seen.append((done, whole)))
    assert len(sheet.rows) == 2400
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 3
    assert seen[-1][0] == seen[-1][1]
    with pytest.raises(IntakeError, match="at most 100 bytes"):
        sf.read_table(text, max_bytes=100)
