"""Columns of cells: the fast reading of text gives what the careful readers give, cell by cell."""

from __future__ import annotations

import csv
import gc
import io
import math
import time
from datetime import timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels.text.codes import Pieces, distinct_cells
from salesfunnel.intake.cells.in_columns import amounts_in, read_cell, times_in, words_in
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.body import body_below, body_of_rows
from salesfunnel.intake.files.columns import TextColumn, column_of
from salesfunnel.intake.files.source import load
from salesfunnel.intake.files.text_cells import cells_of, padded, pieces_of

MARKS = [
    ",",
    "\n",
    '"',
    "a",
    "b ",
    " ",
    "\r\n",
    "\r",
    '""',
    "é",
    "　",
    "x,y",
    '"q,1"',
    '"a""b"',
    "\x1c",
    '"\n"',
]


def ours(text: str, columns: int, piece: int):
    data, size = padded(text.encode("utf-8", "surrogatepass"))
    rows, beyond, count = {}, {}, 0
    for part in pieces_of(data, 0, size, delimiter=",", columns=columns, piece=piece):
        for place, number in enumerate(part.numbers.tolist()):
            rows[count + number] = [cells.raw(place).decode() for cells in part.columns]
        beyond |= {count + row: words for row, words in part.beyond}
        count += part.rows
    return rows, beyond, count


def of_csv(text: str, columns: int):
    listed = list(csv.reader(io.StringIO(text, newline="")))
    rows, beyond = {}, {}
    for number, row in enumerate(listed):
        if any(cell.strip() for cell in row):
            rows[number] = [*row[:columns], *[""] * (columns - len(row))]
        rest = [cell.strip() for cell in row[columns:] if cell.strip()]
        if rest:
            beyond[number] = rest
    return rows, beyond, len(listed)


@given(
    st.lists(st.sampled_from(MARKS), max_size=40).map("".join),
    st.integers(1, 3),
    st.sampled_from([5, 30, 1000]),
)
@example('a,"b\n', 2, 5)
@example('"a""b",c\r\n"",\r', 2, 1000)
@settings(max_examples=400, deadline=None)
def test_cells_are_those_of_csv(text, columns, piece):
    assert ours(text, columns, piece) == of_csv(text, columns)


DAYS = st.builds(
    lambda form, y, m, d: form.format(y=y, m=m, d=d),
    st.sampled_from(
        [
            "{y:04}-{m:02}-{d:02}", "{y:04}/{m}/{d}", "{y}.{m:02}.{d:02}", "{y:04}{m:02}{d:02}",
            "{y}年{m}月{d}日", "{d:02}/{m:02}/{y:04}", "{d}.{m}.{y:04}", "{m}-{d}-{y}",
            "{d} Jan {y}",
        ]
    ),
    st.sampled_from([2026, 2024, 1999, 1970, 1969, 2098, 2100, 9999, 1900, 1, 26]),
    st.integers(0, 13),
    st.integers(0, 32),
)  # fmt: skip
CLOCKS = st.builds(
    lambda form, h, m, s, f: form.format(h=h, m=m, s=s, f=f),
    st.sampled_from(
        [
            "", "", " {h:02}:{m:02}", "T{h:02}:{m:02}:{s:02}", " {h}:{m:02}:{s:02}",
            "T{h:02}{m:02}",
            "t{h:02}:{m:02}:{s:02}.{f}", ", {h:02}:{m:02}:{s:02},{f}", " {h}:{m}",
            " 下午{h}:{m:02}",
        ]
    ),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 60),
    st.integers(0, 10**10),
)  # fmt: skip
ZONES = st.sampled_from(
    ["", "", "Z", "z", " UTC", "+08:00", "-0530", " +00", "+24:00", "+05:60", " PM", "GMT"]
)
TIMES = st.one_of(
    st.builds("{}{}{}{}".format, st.sampled_from(["", "", " ", "\t", "　"]), DAYS, CLOCKS, ZONES),
    st.sampled_from(["", " ", "soon", "１９９９-1-2", "20260105", "1767225600", "46027",
         "2026-02-29"]),
)  # fmt: skip


@given(
    st.lists(TIMES, max_size=60),
    st.sampled_from([timezone.utc, ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")]),
    st.sampled_from([None, True, False]),
)
@settings(max_examples=150, deadline=None)
def test_times_are_those_of_the_careful_reader(cells, zone, day_first):
    got = times_in(TextColumn.of(cells), zone=zone, day_first=day_first)
    faults = {fault.row: (fault.code, fault.cell, dict(fault.params)) for fault in got.faults}
    kinds: dict[bool, int] = {}
    for row, cell in enumerate(cells):
        want = read_cell(cell, zone, day_first)
        assert got.times.view(np.int64)[row] == want.tick, cell
        assert faults.get(row) == (want.code and (want.code, cell, dict(want.params))), cell
        if want.aware >= 0:
            kinds.setdefault(bool(want.aware), row)
    assert got.kinds == kinds


AMOUNTS = st.builds(
    lambda form, number: form.format(number),
    st.sampled_from(
        ["{}", "{:.2f}", "{:,.2f}", "-{}", "{}.", "¥{}", "{}万", "({})", "{:e}", "+{}", "00{}",
         " {} ",
         "1 234,5", "", ".5", "-", "-.5", "--5", "5-", "1.2.3", "{}k", "\t{:.3f}"]
    ),
    st.one_of(st.integers(0, 99), st.integers(0, 10**18), st.floats(0, 1e7),
              st.just(123456789012345.6)),
)  # fmt: skip


@given(st.lists(AMOUNTS, max_size=60), st.sampled_from([None, ".", ","]))
@settings(max_examples=150, deadline=None)
def test_amounts_are_those_of_the_careful_reader(cells, decimal):
    def read(cell):
        written = read_number(cell, decimal=decimal)
        if written.fault is not None:
            return math.nan, written.fault
        return (math.nan if written.value is None else float(written.value)), None

    got = amounts_in(TextColumn.of(cells), read, point=decimal != ",")
    want = [read(cell) for cell in cells]
    assert np.array_equal(got.values, [value for value, _ in want], equal_nan=True)
    assert [fault[:3] for fault in got.faults] == [
        (row, code, cells[row]) for row, (_, code) in enumerate(want) if code
    ]


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.text(max_size=90), st.sampled_from("ab\0")), max_size=50
    )
)
@settings(max_examples=200, deadline=None)
def test_texts_are_numbered_in_order_of_the_rows(texts):
    texts = [text for text in texts if text.isprintable() or "\0" in text]
    found = distinct_cells(Pieces([cells_of(texts[:20]), cells_of(texts[20:])]))
    places = {text: k for k, text in enumerate(dict.fromkeys(texts))}
    assert found.codes.tolist() == [places[text] for text in texts]
    assert Pieces([cells_of(texts)]).texts(found.rows) == list(places)


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(), st.text(max_size=5),
    st.datetimes(), st.dates(), st.decimals(allow_nan=False, places=2),
)  # fmt: skip


@given(
    st.lists(CELLS, max_size=30)
    | st.lists(st.integers(0, 9) | st.none() | st.floats(0, 9), max_size=30)
)
@settings(max_examples=200, deadline=None)
def test_columns_of_anything_keep_their_cells(cells):
    codes, values = column_of(cells).distinct()
    assert list(dict.fromkeys(codes.tolist())) == list(range(len(values)))
    for code, cell in zip(codes.tolist(), cells, strict=True):
        value = values[code]
        if is_missing_cell(cell) or cell == "":
            assert is_missing_cell(value) or value == ""
        else:
            assert value == cell


def test_the_rows_of_a_text_and_of_lists_are_alike():
    text = 'title\nid,when,worth\n a ,2026-01-05,1\n\n,,\nb,soon,"1,5",x\n'
    grid = load(text).grids[0]
    by_text = body_below(grid, 1, 3)
    by_rows = body_of_rows(list(csv.reader(io.StringIO(text)))[2:], 3)
    assert by_text.numbers.tolist() == by_rows.numbers.tolist() == [1, 4]
    assert by_text.beyond == by_rows.beyond == ((4, ("x",)),)
    for one, other in zip(by_text.columns, by_rows.columns, strict=True):
        assert words_in(one).values == words_in(other).values


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5"])
def test_text_in_any_encoding_is_cut_alike(encoding):
    text = "客戶,日期,金額\n" + "".join(f"張{k},2026-01-05,{k}\n" for k in range(9000))
    grid = load(text.encode(encoding), encoding=None if encoding != "big5" else "big5").grids[0]
    body = body_below(grid, 0, 3)
    assert words_in(body.columns[0]).values == [f"張{k}" for k in range(9000)]
    assert grid.rows[0] == ["客戶", "日期", "金額"]
    assert len(grid.rows) == 9001


def quickest(call) -> float:
    """Return the CPU time of the better of two calls, no garbage of other tests collected in it."""
    found = []
    for _ in range(2):
        gc.collect()
        gc.disable()
        try:
            begin = time.process_time()
            call()
            found.append(time.process_time() - begin)
        finally:
            gc.enable()
    return min(found)


def test_a_row_of_very_many_cells_takes_linear_time():
    def spent(cells: int) -> float:
        text = "customer,date,amount\n" + "1," * cells
        return quickest(lambda: body_below(load(text).grids[0], 0, 3))

    spent(1000)
    assert spent(400_000) < 30 * max(spent(40_000), 0.01)


@pytest.mark.parametrize("read", [sf.read_purchases, sf.read_deals])
def test_a_header_of_very_many_cells_is_refused_in_linear_time(read):
    def refused(cells: int) -> None:
        with pytest.raises(sf.errors.SalesFunnelError):
            read("deal id,stage," + "1," * cells + "\n")

    def spent(cells: int) -> float:
        return quickest(lambda: refused(cells))

    spent(100)
    assert spent(20_000) < 30 * max(spent(2_000), 0.02)
