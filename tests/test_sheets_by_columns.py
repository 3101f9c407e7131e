"""A sheet read by columns is the sheet read row by row: equal rows, equal faults."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest

import salesfunnel as sf
from salesfunnel.intake.sheet import assemble

NAMES = {
    "month": ["2026-01", "2026-02", "2026年3月", "Apr 2026", "2026/5"],
    "date": ["2026-01-01", "2026-02-01", "2026-03-01"],
    "day": ["2026-01-05", "2026-01-06", "1/13/2026"],
    "week": ["W36", "W37", "Week 38"],
    "bare": ["9月", "10月", "Nov"],
    "channel": ["ads", "mail", "Search ", "直播"],
    "owner": ["Ann", "王芳", "", "-"],
    "note": ["", "late", "see mail"],
    "product": ["A", "B"],
}
DIRT = [
    "", "-", "n/a", "1,234", "50万", "12.5", "x", "3 ", "合计", "Total", "注：口径", "(5)", "=1+1",
    "12%", "\n7", "1\x07", "'=3", "99999999999999", "-4", "４２",
]  # fmt: skip


def _table(rng: random.Random, dirt: float) -> list[list[str]]:
    long = rng.random() < 0.4
    keys = rng.sample(["channel", "product"], rng.randint(0, 2))
    when = rng.choice(["month", "date", "day", "week", "bare", None])
    extra = [name for name in ("owner", "note", "budget id") if rng.random() < 0.2]
    header = ([when] if when else []) + keys
    if long:
        label = rng.choice(["stage", "metric", "step", "阶段"])
        steps = rng.sample(["Visits", "Leads", "Signup", "orders", "Deals won", "线索"], 3)
        header += [label, rng.choice(["count", "actual", "users"])]
        header += ["target"] if rng.random() < 0.3 else []
    else:
        header += rng.choice(
            [["visits", "leads", "orders"], ["leads", "leads target", "won"], ["拜访", "成交数"]]
        )
    header += extra
    rows = [header]
    for _ in range(rng.randint(3, 40)):
        row = []
        for name in header:
            if name in NAMES:
                cell = rng.choice(NAMES[name])
            elif long and name == label:
                cell = rng.choice(steps)
            else:
                cell = str(rng.randint(0, 3000))
            row.append(rng.choice(DIRT) if rng.random() < dirt else cell)
        if rng.random() < dirt:
            row = rng.choice([row[:-1], [*row, "more"], [""] * len(row), header])
        rows.append(row)
    return rows


def _read(monkeypatch: pytest.MonkeyPatch, many: int, source: Any, **options: Any) -> Any:
    monkeypatch.setattr(assemble, "_MANY", many)
    try:
        return sf.read_table(source, **options)
    except sf.errors.SalesFunnelError as error:
        return str(error)


def _told(sheet: sf.Tracking) -> list[Any]:
    return [(f.code, f.severity, f.row, f.column, f.value, str(f)) for f in sheet.faults]


def _same(monkeypatch: pytest.MonkeyPatch, source: Any, **options: Any) -> bool:
    """Whether the columns were used; fails where they give anything else."""
    one = _read(monkeypatch, 10**9, source, **options)
    two = _read(monkeypatch, 0, source, **options)
    if isinstance(one, str) or isinstance(two, str):
        assert one == two
        return False
    assert _told(two) == _told(one)
    quick = "_columns" in two.__dict__
    for level in ("stage", "step"):
        assert two.panel(level) == one.panel(level)
    assert (len(two), two.periods, two.segments) == (len(one), one.periods, one.segments)
    assert two == one
    for a, b in zip(one.rows, two.rows, strict=True):
        assert (a.row, a.stage_name, a.metric_name, a.sheet) == (
            b.row, b.stage_name, b.metric_name, b.sheet,
        )  # fmt: skip
        assert a.attainment == b.attainment
    return quick


@pytest.mark.parametrize("dirt", [0.0, 0.03, 0.15])
def test_random_sheets_are_read_alike(monkeypatch: pytest.MonkeyPatch, dirt: float) -> None:
    quick = 0
    for seed in range(12):
        rng = random.Random(f"{seed} {dirt}")
        rows = _table(rng, dirt)
        source: Any = rows
        if rng.random() < 0.5 and "\n7" not in str(rows):
            source = "\n".join(",".join(f'"{c}"' for c in row) for row in rows)
        options = {"period": rng.choice(["2026", "2026-01"])} if rng.random() < 0.3 else {}
        quick += _same(monkeypatch, source, **options)
    assert quick > 1


@pytest.mark.parametrize(
    "header",
    [
        ["metric", "2026-01", "2026-02", "2026-03-01"],
        ["指标", "9月目标", "9月实际", "10月实际"],
        ["阶段", "channel", "Jan 2026", "Feb 2026"],
    ],
)
def test_months_across_are_read_alike(monkeypatch: pytest.MonkeyPatch, header: list[str]) -> None:
    rng = random.Random(str(header))
    rows = [header]
    for name in ("Visits", "Leads", "Leads", "Won", "合计", "注：口径"):
        for _ in range(3):
            fill = (
                rng.choice(["7", "12", "300", "41", "9", ""] if rng.random() < 0.3 else ["8", "15"])
                for _ in header[1:]
            )
            rows.append([f"{name} {rng.randint(1, 9)}" if name == "Visits" else name, *fill])
    assert _same(monkeypatch, rows[:8])
    _same(monkeypatch, rows, period="2026")


def test_typed_cells_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    days = [dt.datetime(2026, 1, 1 + i // 3) for i in range(30)]  # noqa: DTZ001 - as workbooks give
    rows: list[dict[str, Any]] = [
        {"day": day, "store": 101 + i % 3, "visits": 100.0 + i, "won": i % 5, "memo": None}
        for i, day in enumerate(days)
    ]
    assert _same(monkeypatch, rows)
    rows[4]["visits"] = None
    rows[9]["visits"], rows[11]["day"] = float("nan"), None
    assert _same(monkeypatch, rows)


def test_a_sheet_of_columns_is_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assemble, "_MANY", 0)
    sheet = sf.read_table("month,channel,leads,won\n2026-01,a,10,3\n2026-02,a,12,4\n")
    assert "_columns" in sheet.__dict__
    assert repr(sheet).startswith("<Tracking sheet: 4 rows, 2 periods")
    again = pickle.loads(pickle.dumps(sheet))
    assert again == sheet == sf.Tracking.from_json(sheet.to_json())
    assert sheet.between("2026-02").periods == ("2026-02",)
    with pytest.raises(AttributeError, match="colums"):
        sheet.colums  # noqa: B018
