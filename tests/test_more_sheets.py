"""Sheets from odd sources: files that cannot be read, objects of any library, packed workbooks."""

from __future__ import annotations

import io
import zipfile

import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

SHEET = (
    "stage,metric,period,target,actual\nLead,leads,2026-09,500,430\n"
    "Offer,offers,2026-09,250,170\nWon,wins,2026-09,80,70\n"
)
LINES = [line.split(",") for line in SHEET.strip().split("\n")]
RECORDS = [dict(zip(LINES[0], line, strict=True)) for line in LINES[1:]]


def actuals(sheet):
    return [row.actual for row in sheet.rows]


def codes(sheet):
    return [fault.code for fault in sheet.faults]


RULED = (
    "\n".join(
        f"|{line}|"
        for line in [
            SHEET.split("\n", maxsplit=1)[0].replace(",", "|"),
            "---|---|---|---|---",
            *(",".join(line).replace(",", "|") for line in LINES[1:]),
        ]
    )
    + "\n"
)


class Reader:
    """A file that gives what it is told to give."""

    name = "sheet.csv"

    def __init__(self, given):
        self.given = given

    def read(self):
        if isinstance(self.given, Exception):
            raise self.given
        return self.given


class Frame:
    """A table of a library that nobody knows."""

    def to_dicts(self):
        return RECORDS


class OtherFrame:
    """A table of another library that nobody knows."""

    def to_dict(self, orient):
        return RECORDS if orient == "records" else {}


@pytest.mark.parametrize(
    "source",
    [
        SHEET, LINES, RECORDS, iter(LINES), io.StringIO(SHEET), Reader(SHEET.encode()), Frame(),
        OtherFrame(), SHEET.encode("utf-16"), SHEET.replace(",", "|"),
RULED,
    ],
    ids=["text", "rows", "records", "iterator", "file", "bytes", "to_dicts", "to_dict", "utf-16",
         "bars", "ruled"],
)  # fmt: skip
def test_a_sheet_of_every_source_is_the_same(source):
    sheet = sf.read_table(source)
    assert actuals(sheet) == [430, 170, 70]
    assert codes(sheet) == ["funnel-built"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Reader(5), "a file of text or bytes, got int"),
        (Reader(OSError("gone")), "a file that can be read, got gone"),
        (Reader(UnicodeDecodeError("utf-8", b"x", 0, 1, "bad byte")), "opened with its encoding"),
        (5, "a path, a file, bytes"),
        ([], "got no rows"),
        ([["stage", "actual"]], "rows below its header"),
        ('stage,actual\n"Lead,430\nOffer,170\n', "rows below its header"),
    ],
)
def test_what_cannot_be_read_is_refused(source, said):
    with pytest.raises(SalesFunnelError) as caught:
        sf.read_table(source)
    assert said in str(caught.value)


@pytest.mark.parametrize("sheet", [True, 0, "May"])
def test_text_has_no_worksheets(sheet):
    with pytest.raises(SalesFunnelError, match="without worksheets"):
        sf.read_table(SHEET, sheet=sheet)


@pytest.mark.parametrize(
    ("column", "want", "said"),
    [
        ([430, 170, 70], [430, 170, 70], set()),
        ([430, "170", None], [430, 170], {"row-not-read"}),
        ([[1], [2], {3}], [None] * 3, {"not-a-number"}),
        ([True, False, True], [None] * 3, {"not-a-number"}),
        ([10**20, 5, 2.5], [10**20, 5, None], {"not-a-count"}),
        (["2026-01-01"] * 3, [None] * 3, {"date-in-number"}),
    ],
)
def test_figures_of_every_kind_in_a_dataframe(column, want, said):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"stage": ["Visit", "Quote", "Order"], "actual": column})
    sheet = sf.read_table(frame)
    assert said <= set(codes(sheet))
    assert actuals(sheet)[: len(want)] == want or said


def test_no_rows_and_columns_of_times_in_a_dataframe():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(SalesFunnelError, match="got no rows"):
        sf.read_table(pandas.DataFrame({"stage": [], "actual": []}))
    days = pandas.to_datetime(["2026-01-01"] * 3)
    frame = pandas.DataFrame({"stage": ["Visit", "Quote", "Order"], "actual": days})
    assert "date-in-number" in codes(sf.read_table(frame))


@pytest.mark.parametrize(
    ("text", "periods", "said"),
    [
        ("year,period,stage,actual\n2026,9,Visit,430\n2026,9,Quote,170\n", ("2026-09",), set()),
        ("year,month,stage,actual\n2026,,Visit,430\n2026,,Quote,170\n", ("2026",), set()),
        ("year,period,stage,actual\n2026,x,Visit,430\n2026,x,Quote,170\n", ("2026 x",),
         {"unknown-period"}),
        (("stage,2026-09,,2026-10,\n,target,actual,target,actual\nVisit,500,430,500,420\n"
         "Quote,250,170,250,150\n"), ("2026-09", "2026-10"), set()),
        (("stage,2026-09,,2026-10,\n,target,actual,target,owner\nVisit,500,430,500,Ann\n"
         "Quote,250,170,250,Bob\n"), ("2026-09", "2026-10"), {"missing-value"}),
    ],
)  # fmt: skip
def test_periods_in_two_columns_and_in_two_rows(text, periods, said):
    sheet = sf.read_table(text)
    assert len(sheet.periods) == len(periods)
    assert said <= set(codes(sheet))
    if not said:
        assert sheet.periods == periods
        assert {430, 170} <= set(actuals(sheet))


@pytest.mark.parametrize(
    ("text", "segments", "said"),
    [
        ("store,leads,offers,won\n1,500,40,5\n2,300,30,3\n", ("1", "2"), set()),
        ("product,store,leads,offers,won\n1,1,500,40,5\n2,2,300,30,3\n", None, set()),
        ("stage,actual\nVisit,430\nVisit,170\nQuote,150\nQuote,150\n", ("all",),
         {"duplicate-row"}),
        ("region,stage,actual\nNorth,Visit,430\nNorth,Quote,170\n,Visit,420\n,Quote,150\n", None,
         set()),
    ],
)  # fmt: skip
def test_segments_of_numbers_and_of_blanks(text, segments, said):
    sheet = sf.read_table(text)
    found = tuple(dict.fromkeys(row.segment for row in sheet.rows))
    assert said <= set(codes(sheet))
    if segments is None:
        assert len(found) == 2
    else:
        assert found == segments


def test_steps_that_stand_upside_down_are_put_in_order():
    rows = ["Alpha,5", "Beta,50", "Gamma,500"]
    for order in (1, -1):
        sheet = sf.read_table("stage,actual\n" + "\n".join(rows[::order]) + "\n")
        assert sheet.panel(level="step").counts.ravel().tolist() == [500, 50, 5]


@pytest.fixture(scope="module")
def book():
    """A workbook with a sheet, a chart sheet and an empty worksheet."""
    openpyxl = pytest.importorskip("openpyxl")
    file, made = io.BytesIO(), openpyxl.Workbook()
    for line in LINES:
        made.active.append([int(cell) if cell.isdigit() else cell for cell in line])
    made.create_chartsheet("Chart")
    made.create_sheet("Empty")
    made.save(file)
    return file.getvalue()


def packed(book, how=zipfile.ZIP_DEFLATED, change=lambda name, part: part):
    """Return a workbook packed anew."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w", how) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return file.getvalue()


def locked(book):
    """Return a workbook whose parts say that they need a password."""
    data = bytearray(book)
    for mark, flag in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def in_utf_16(name, part):
    return part.decode().encode("utf-16") if name.endswith("sheet1.xml") else part


def test_workbooks_packed_in_every_way(book):
    pytest.importorskip("python_calamine")
    for data in (book, packed(book), packed(book, zipfile.ZIP_STORED)):
        assert actuals(sf.read_table(data)) == [430, 170, 70]
    for data, said in (
        (packed(book, zipfile.ZIP_BZIP2), "compression 12"),
        (packed(book, change=in_utf_16), "is not in UTF-8"),
        (locked(book), "password"),
    ):
        with pytest.raises(SalesFunnelError, match=said):
            sf.read_table(data)
