"""Sheets in every wrapping: encodings, delimiters, workbooks, records; and garbage."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError, SalesFunnelError, UnknownNameError
from salesfunnel.intake.files import safe_workbook as archives
from shared import ROOT

ZH = (ROOT / "examples/tracking_zh.csv").read_text("utf-8")
EXPECTED = sf.read_table(ROOT / "examples/tracking_zh.csv")
SERIOUS = ["stated-rate-differs", "stated-rate-imprecise"]
DATA = Path(__file__).parent / "data/sheets"


def codes(sheet):
    return [fault.code for fault in sheet.faults if fault.severity != "info"]


def cells(text):
    return list(csv.reader(io.StringIO(text)))


def book(*sheets, title_rows=(), merge=None):
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for row in (*title_rows, *rows):
            page.append([cell if cell != "" else None for cell in row])
        if merge:
            page.merge_cells(merge)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_encoding_and_delimiter(encoding, delimiter):
    data = ZH.replace(",", delimiter).encode(encoding)
    sheet = sf.read_table(data)
    assert sheet == EXPECTED
    assert codes(sheet) == SERIOUS
    if encoding != "utf-8-sig":
        assert sf.read_table(data, encoding=encoding.removesuffix("-sig")) == EXPECTED


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems(ends):
    assert sf.read_table(ZH.replace("\n", ends)) == EXPECTED


def test_a_sheet_in_a_western_encoding():
    text = (
        "Stage;Metric;Target;Actual;Notes\nSeen;views;1.200;1.100;très élevé\nBuy;orders;80;70,0;é"
    )
    sheet = sf.read_table(text.encode("cp1252"))
    assert [row.actual for row in sheet.rows] == [1100, 70]
    assert sheet.rows[0].note == "très élevé"
    assert "decimal-comma" in [fault.code for fault in sheet.faults]


def test_files_paths_and_text(tmp_path):
    path = tmp_path / "表 1.csv"
    path.write_text(ZH, "utf-8")
    for source in (path, str(path), path.read_bytes(), ZH, bytearray(path.read_bytes())):
        assert sf.read_table(source) == EXPECTED
    with path.open("rb") as file:
        assert sf.read_table(file) == EXPECTED
    with path.open(encoding="utf-8") as file:
        assert sf.read_table(file) == EXPECTED
    assert sf.read_table(io.StringIO(ZH)) == EXPECTED


def test_pasted_tables():
    rows = cells(ZH)
    bars = ["| " + " | ".join(row) + " |" for row in rows]
    bars.insert(1, "|---" * len(rows[0]) + "|")
    assert sf.read_table("\n".join(bars)) == EXPECTED
    aligned = (
        "metric        actual   target\nviews         1,000    1,200\norders        70       80\n"
    )
    assert [row.actual for row in sf.read_table(aligned).rows] == [1000, 70]


def test_records_lists_columns_and_frames():
    header, *rows = cells(ZH)
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert sf.read_table(records) == EXPECTED
    assert sf.read_table([header, *rows]) == EXPECTED
    columns = {name: [row[i] for row in rows] for i, name in enumerate(header)}
    assert sf.read_table(columns) == EXPECTED
    pandas = pytest.importorskip("pandas")
    assert sf.read_table(pandas.DataFrame(records)) == EXPECTED
    polars = pytest.importorskip("polars")
    assert sf.read_table(polars.DataFrame(records)) == EXPECTED


def test_columns_in_any_order_below_titles():
    rows = cells(ZH)
    shuffled = [[row[i] for i in (6, 3, 1, 5, 0, 2, 4)] for row in rows]
    titled = [["销售漏斗数据跟踪表"], [], ["部门：销售部", "", "2026年9月"], *shuffled]
    sheet = sf.read_table(titled)
    assert codes(sheet) == SERIOUS
    assert sheet.periods == ("2026-09",)
    assert [row.replace(period="all") for row in sheet.rows] == list(EXPECTED.rows)
    assert [row.row for row in sheet.rows] == list(range(1, 9))


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_older_and_open_workbooks(ending):
    pytest.importorskip("python_calamine")
    sheet = sf.read_table(DATA / f"tracking_zh.{ending}")
    assert sheet == EXPECTED
    assert codes(sheet) == SERIOUS


def test_a_workbook_with_merged_cells_and_percent_formats():
    header, *rows = cells(ZH)
    typed = [header]
    for i, row in enumerate(rows):
        rate = {0: None, 1: 0.0875}.get(i, EXPECTED.rows[i].rate)
        typed.append(
            [row[0], row[1], EXPECTED.rows[i].target, EXPECTED.rows[i].actual, rate, *row[5:]]
        )
    sheet = sf.read_table(book(("Sheet1", typed), merge="A2:A3"))
    assert codes(sheet) == ["stated-rate-differs"]
    assert [row.stage for row in sheet.rows] == [row.stage for row in EXPECTED.rows]
    assert sheet.rows[4].stated_rate == pytest.approx(280 / 650)


def test_rates_as_bare_numbers_are_read_as_what_they_agree_with():
    base = "metric,actual,rate\nviews,1000,\nleads,100,{}\norders,20,{}\n"
    for cells_ in (("10", "20"), ("0.1", "0.2"), ("10%", "0.2"), ("10.0", "20%")):
        sheet = sf.read_table(base.format(*cells_))
        assert [row.stated_rate for row in sheet.rows] == [None, 0.1, 0.2]
        assert codes(sheet) == []


def test_a_worksheet_a_month():
    header, *rows = cells(ZH)
    half = [
        [*row[:3], str(int(EXPECTED.rows[i].actual / 2)), *row[4:]] for i, row in enumerate(rows)
    ]
    months = book(
        ("说明", [["how to fill"]]), ("2026年9月", [header, *rows]), ("10月", [header, *half])
    )
    sheet = sf.read_table(months, period="2026")
    assert sheet.periods == ("2026-09", "2026-10")
    assert sheet.panel().counts[:, 0, 0].tolist() == [4200, 2100]
    left_out = [fault for fault in sheet.faults if fault.code == "sheet-not-read"]
    assert [(fault.file, fault.severity) for fault in left_out] == [("说明", "info")]
    assert {fault.file for fault in sheet.faults if fault.code in SERIOUS} == {"2026年9月", "10月"}
    unnamed = sf.read_table(months)
    assert unnamed.periods == ("2026-09", "10月")
    assert "period-without-year" in codes(unnamed)
    assert sf.read_table(months, sheet="2026年9月").periods == ("2026-09",)
    assert sf.read_table(months, sheet=1).periods == ("2026-09",)
    assert sf.read_table(months, period="2026-10").periods == ("2026-10",)
    with pytest.raises(UnknownNameError, match="2026年9月"):
        sf.read_table(months, sheet="2026年8月")
    with pytest.raises(ArgumentError, match="worksheets"):
        sf.read_table(ZH, sheet="2026年9月")


def test_several_tables_without_months_are_not_mixed():
    header, *rows = cells(ZH)
    sheet = sf.read_table(book(("east", [header, *rows]), ("west", [header, *rows])))
    assert len(sheet.rows) == 8
    (fault,) = [fault for fault in sheet.faults if fault.code == "sheet-not-read"]
    assert (fault.file, fault.severity) == ("west", "warning")


@pytest.mark.parametrize("column", ["月份", "Month", "期间"])
def test_a_column_of_months(column):
    rows = [
        {column: "2026-10", "metric": "views", "actual": 80},
        {column: None, "metric": "orders", "actual": 8},
        {column: dt.date(2026, 9, 1), "metric": "views", "actual": 100},
        {column: "2026年9月", "metric": "orders", "actual": 20},
    ]
    sheet = sf.read_table(rows)
    assert sheet.periods == ("2026-09", "2026-10")
    assert [row.rate for row in sheet.rows] == [None, 0.1, None, 0.2]
    assert sf.read_table(rows, period="2026-10").periods == ("2026-10",)
    with pytest.raises(IntakeError, match="2026-09"):
        sf.read_table(rows, period="2025-09")


def test_a_year_and_a_month_column():
    rows = [{"year": 2026, "month": m, "metric": "views", "actual": m} for m in ("9", "Oct", 11)]
    assert sf.read_table(rows).periods == ("2026-09", "2026-10", "2026-11")


def test_dates_of_days_stay_days():
    rows = [{"date": f"2026-09-0{d}", "metric": "views", "actual": d} for d in (1, 2)]
    assert sf.read_table(rows).periods == ("2026-09-01", "2026-09-02")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("tracking_zz.csv", "must be a file that can be opened"),
        ("", "must be a file that can be opened"),
        ("\x00", "must be a file that can be opened"),
        (b"", "got nothing"),
        (b"  \n ", "got nothing"),
        ("just\ntext", "text without columns"),
        ("a,b\n1,2", "must be a tracking sheet"),
        ("stage,metric,target\nx,y,3", "must be a tracking sheet"),
        ("stage,metric,actual\n", "must have rows"),
        ([], "got no rows"),
        (b"\xff\xfe\x00", "encoding of its byte order mark"),
        (b"PK\x03\x04garbage", "damaged one"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1garbage", "damaged one"),
        (ROOT, "must be a file that can be opened"),
    ],
    ids=str,
)
def test_what_cannot_be_read_says_why(source, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IntakeError, match=words):
        sf.read_table(source)


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "tracking_zh.csv").write_text(ZH, "utf-8")
    with pytest.raises(IntakeError) as caught:
        sf.read_table(tmp_path / "trakking_zh.csv")
    assert "tracking_zh.csv" in caught.value.hint


def test_a_sheet_without_a_column_of_actuals_names_the_nearest():
    with pytest.raises(IntakeError) as caught:
        sf.read_table("stage,metric,actaul,traget\nx,y,3,4")
    found = {fault.code: fault for fault in caught.value.faults}
    assert dict(found["missing-column"].params)["missing"] == "actual"
    assert "actual" in str(caught.value)
    assert [f.column for f in caught.value.faults if f.code == "unknown-column"] == [
        "actaul",
        "traget",
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"decimal": ";"}, ArgumentError),
        ({"period": 2026}, ArgumentError),
        ({"period": ""}, ArgumentError),
        ({"funnel": 3}, ArgumentError),
        ({"funnel": "b2x"}, SalesFunnelError),
        ({"encoding": "utf-99"}, ArgumentError),
    ],
    ids=str,
)
def test_arguments_are_checked(options, error):
    with pytest.raises(error):
        sf.read_table(ZH.encode(), **options)


@pytest.mark.parametrize(
    "source", [3, 3.5, None, {"a": 1}, [1, 2], [[1], {"a": 2}], {"a": [1], "b": []}]
)
def test_what_is_no_source_is_an_argument_error(source):
    with pytest.raises(ArgumentError):
        sf.read_table(source)


def test_a_wrong_encoding_is_told():
    with pytest.raises(IntakeError, match="position"):
        sf.read_table(ZH.encode("gb18030"), encoding="utf-8")


# archives that are larger than they look


def archive(parts, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, content in parts:
            target.writestr(name, content)
    return out.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 100_000)
    with pytest.raises(IntakeError, match="unpacked"):
        sf.read_table(archive([("xl/a.xml", b"0" * 200_000)]))


def test_an_archive_that_lies_about_its_size_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 100_000)
    data = bytearray(archive([("xl/a.xml", b"0" * 200_000)]))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 10)
    struct.pack_into("<I", data, 22, 10)
    with pytest.raises(IntakeError, match="unpacked"):
        sf.read_table(bytes(data))


def test_an_archive_of_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MAX_ENTRIES", 10)
    with pytest.raises(IntakeError, match="11 parts"):
        sf.read_table(archive([(f"{i}.xml", b"") for i in range(11)]))


def test_a_worksheet_with_a_far_corner_is_refused():
    plain = book(("a", cells(ZH)))
    with zipfile.ZipFile(io.BytesIO(plain)) as source:
        parts = [(name, source.read(name)) for name in source.namelist()]
    far = [
        (name, content.replace(b'r="A9"', b'r="XFD1048576"') if "worksheets/" in name else content)
        for name, content in parts
    ]
    assert far != parts
    with pytest.raises(IntakeError, match="rows × 16384 columns"):
        sf.read_table(archive(far))


def test_an_open_document_with_repeated_cells_is_refused():
    with zipfile.ZipFile(DATA / "tracking_zh.ods") as source:
        parts = [(name, source.read(name)) for name in source.namelist()]
    cell = b'<table:table-cell table:number-columns-repeated="1000000" office:value-type="string">'
    large = [
        (
            name,
            content.replace(
                b"</table:table-row>",
                cell + b"<text:p>x</text:p></table:table-cell></table:table-row>",
                6,
            )
            if name == "content.xml"
            else content,
        )
        for name, content in parts
    ]
    with pytest.raises(IntakeError, match="columns"):
        sf.read_table(archive(large))
    entity = [(n, c.replace(b"?>", b"?><!DOCTYPE a [<!ENTITY b 'c'>]>", 1)) for n, c in parts]
    with pytest.raises(IntakeError, match="document type"):
        sf.read_table(archive(entity))


# random bytes

HEADS = [
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"stage,metric,actual\n",
    "阶段,指标,实际\n".encode("gb18030"),
]


def read_or_refuse(source):
    """Read it, or have it refused with an error of ours; warnings are errors in these tests."""
    with contextlib.suppress(SalesFunnelError):
        sheet = sf.read_table(source)
        assert sheet.panel("step").shape[0] == len(sheet.periods)
        assert all(str(fault) for fault in sheet.faults)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(head, tail):
    read_or_refuse(head + tail)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_workbooks_raise_nothing_else(data):
    whole = data.draw(st.sampled_from(WHOLE))
    at = data.draw(st.integers(0, len(whole) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=20))
    damaged = whole[:at] + noise + whole[at + data.draw(st.integers(0, 20)) :]
    read_or_refuse(damaged)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_parts_of_workbooks_raise_nothing_else(data):
    name = data.draw(st.sampled_from(sorted(PARTS)))
    content = PARTS[name]
    at = data.draw(st.integers(0, len(content)))
    noise = data.draw(
        st.binary(max_size=10) | st.sampled_from([b"<", b'"', b"99999999", b"-1", b"A1"])
    )
    damaged = content[:at] + noise + content[at + data.draw(st.integers(0, 8)) :]
    parts = [(n, damaged if n == name else c) for n, c in PARTS.items()]
    read_or_refuse(archive(parts, zipfile.ZIP_STORED))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(max_size=6) | st.integers() | st.floats() | st.none() | st.dates(), max_size=6
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_random_rows_raise_nothing_else(rows, headed):
    header = [["月份", "阶段", "指标", "目标", "实际", "转化率"]] if headed else []
    read_or_refuse([*header, *rows])


WHOLE = [
    book(("2026-09", cells(ZH))),
    *(DATA.joinpath(f"tracking_zh.{e}").read_bytes() for e in ("xls", "ods")),
]
with zipfile.ZipFile(io.BytesIO(WHOLE[0])) as _source:
    PARTS = {name: _source.read(name) for name in _source.namelist()}


# old workbooks that ask for more memory than there is


def old_book(change):
    stream = bytearray(archives._workbook_stream((DATA / "tracking_zh.xls").read_bytes()))
    change(stream)
    return archives._compound(bytes(stream))


def record(stream, kind):
    """Return where the first record of a kind in the worksheet starts."""
    (start,) = [
        struct.unpack_from("<I", stream, at)[0]
        for k, at, _ in archives._records(stream, 0)
        if k == 0x85
    ]
    return next(at for k, at, _ in archives._records(stream, start) if k == kind)


def test_an_old_workbook_packed_anew_is_the_same():
    assert sf.read_table(old_book(lambda stream: None)) == EXPECTED
    large = archives._compound(bytes(range(256)) * 40_000)
    assert archives._workbook_stream(large) == bytes(range(256)) * 40_000


def test_an_old_workbook_with_a_far_corner_is_refused():
    def corner(stream):
        struct.pack_into("<II", stream, record(stream, 0x200), 0, 2**31)

    def cell(stream):
        struct.pack_into("<HH", stream, record(stream, 0xFD), 65535, 65535)

    def backwards(stream):
        struct.pack_into("<II", stream, record(stream, 0x200), 9, 3)

    for change in (corner, cell):
        with pytest.raises(IntakeError, match="rows × "):
            sf.read_table(old_book(change))
    with pytest.raises(IntakeError, match="before it begins"):
        sf.read_table(old_book(backwards))


def test_a_compound_file_that_goes_round_in_a_circle_is_refused():
    data = bytearray(old_book(lambda stream: None))
    fat = struct.unpack_from("<I", data, 76)[0]
    struct.pack_into("<I", data, (fat + 1) * 4096, 0)
    with pytest.raises(IntakeError, match="circle"):
        sf.read_table(bytes(data))


def test_a_workbook_that_says_it_has_many_texts_is_refused():
    texts = b'<sst uniqueCount="99999999999"><si><t>x</t></si></sst>'
    with pytest.raises(IntakeError, match="99999999999 texts"):
        sf.read_table(archive([*PARTS.items(), ("xl/sharedStrings.xml", texts)]))


def test_a_binary_workbook_is_refused():
    with pytest.raises(IntakeError, match="xlsb"):
        sf.read_table(archive([("xl/workbook.bin", b"")]))


# wide sheets


def test_months_side_by_side():
    text = (
        "部门月报,,,,\n阶段,指标,2026年8月目标,2026年8月实际,2026年9月(实际),负责人\n"
        "认知阶段,曝光量,50万,40万,48万,张三\n,线索获取量,5000,4000,4200,\n兴趣阶段,内容下载量,,-,1800,\n"
    )
    sheet = sf.read_table(text)
    assert sheet.periods == ("2026-08", "2026-09")
    found = [(r.period, r.metric, r.target, r.actual, r.row) for r in sheet.rows]
    assert found == [
        ("2026-08", "impressions", 500_000, 400_000, 1),
        ("2026-09", "impressions", None, 480_000, 1),
        ("2026-08", "leads", 5000, 4000, 2),
        ("2026-09", "leads", None, 4200, 2),
        ("2026-08", "content_downloads", None, None, 3),
        ("2026-09", "content_downloads", None, 1800, 3),
    ]
    (fault,) = [fault for fault in sheet.faults if fault.severity != "info"]
    assert (fault.code, fault.row, fault.column) == ("missing-value", 3, "2026年8月实际")
    assert sheet.rows[3].rate == 4200 / 480_000
    assert sf.read_table(sheet.to_csv(locale="zh"), funnel=sheet.funnel) == sheet


def test_metrics_side_by_side():
    text = (
        "Month\tImpressions\tLeads captured\tNotes\nAug 2026\t1,000\t100\tx\nSep 2026\t2k\t90\t\n"
    )
    sheet = sf.read_table(text)
    assert [(r.period, r.metric, r.actual) for r in sheet.rows] == [
        ("2026-08", "impressions", 1000),
        ("2026-08", "leads", 100),
        ("2026-09", "impressions", 2000),
        ("2026-09", "leads", 90),
    ]
    assert [row.rate for row in sheet.rows] == [None, 0.1, None, 0.045]


def test_months_without_a_year_side_by_side():
    text = "metric,Aug,Sep\nviews,10,20\norders,1,2"
    assert sf.read_table(text, period="2026").periods == ("2026-08", "2026-09")
    assert "period-without-year" in [fault.code for fault in sf.read_table(text).faults]
