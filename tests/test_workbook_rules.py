"""Every workbook that the library writes is one that Excel opens without a repair, by its rules."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

import salesfunnel as sf
from salesfunnel.export.book import Book
from shared import ROOT
from workbook_rules import wrong_in

pytest.importorskip("xlsxwriter")
BOTH = ("en", "zh")
NASTY = "=cmd|'x'!A0 [a]:*?/\\ \U0001f600 <&>\"' " + "long " * 200


def nasty():
    """Return a sheet whose names, owners and notes are what people and machines write."""
    stages = [
        sf.Stage(key, f"{key} {NASTY}"[:180], owner=f"{NASTY} {key}"[:100],
                 metrics=[sf.Metric(f"m{key}", f"{key} {NASTY}"[:120], step=True)])
        for key in ("a", "b", "c", "d")
    ]  # fmt: skip
    rows = [
        sf.TrackingRow(
            stage=key, metric=f"m{key}", period=f"2026-{month:02d}",
            segment=f"[{part}]:*?/\\' {part}", actual=1000 // (ord(key) - 96) ** 2 - month,
            target=500, owner=NASTY[:60], note=NASTY[:900],
        )
        for month in range(1, 11) for part in ("x", "X ") for key in "abcd"
    ]  # fmt: skip
    return sf.Tracking(funnel=sf.Funnel("s", stages, name=NASTY[:60]), rows=rows)


@pytest.mark.parametrize("locale", BOTH)
def test_workbooks_of_everything_hold_the_rules(locale, tmp_path, workbooks):
    months = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    for sheet in (months, nasty()):
        sheet.to_xlsx(locale=locale)
        found = sf.analyze(sheet)
        found.to_xlsx(tmp_path / "book.xlsx", locale=locale)
        found.plan.to_xlsx(tmp_path / "plan.xlsx", locale=locale)
        files = {f"{sheet.periods[-1]}.json": sheet}
        sf.run_round(files, today=date(2026, 11, 3), locale=locale).documents()
    assert workbooks.checked >= 8  # conftest.py looks at each


def changed(content, part, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert old in data, (part, old)
                data = data.replace(old, new)
            if new is not None or name != part:
                target.writestr(name, data)
    return out.getvalue()


BREAKS = {
    "two worksheets of one name": ("xl/workbook.xml", b'name="Two"', b'name="ONE"', "sheets twice"),
    "a name with a slash": ("xl/workbook.xml", b'name="Two"', b'name="T/o"', "sheet 'T/o'"),
    "a long name": ("xl/workbook.xml", b'name="Two"', b'name="%s"' % (b"x" * 32), "sheet 'xxx"),
    "an area of no worksheet": ("xl/workbook.xml", b"One!", b"None!", "no worksheet 'None'"),
    "a formula of no worksheet": (
        "xl/worksheets/sheet1.xml", b"Two!A1", b"Gone!A1", "no worksheet 'Gone'"),
    "a long list": ("xl/worksheets/sheet1.xml", b'"a,b"', b'"%s"' % (b"a," * 200), "a list of"),
    "a look that is not there": ("xl/worksheets/sheet1.xml", b'dxfId="0"', b'dxfId="9"', "look 9"),
    "merged cells that overlap": (
        "xl/worksheets/sheet1.xml", b'ref="A9:B9"', b'ref="A8:B9"', "overlap"),
    "a string that is not there": ("xl/worksheets/sheet1.xml", b"<v>0</v>", b"<v>99</v>", "shared"),
    "a style that is not there": ("xl/worksheets/sheet1.xml", b's="1"', b's="99"', "style of"),
    "an order of its own": (
        "xl/worksheets/sheet1.xml", b"<sheetData>", b"<pageSetup/><sheetData>", "order of"),
    "a drawing that is not there": (
        "xl/worksheets/_rels/sheet1.xml.rels", b"drawing1.xml", b"drawing7.xml", "is not there"),
}  # fmt: skip


@pytest.fixture(scope="module")
def small():
    book = Book("en")
    one, two = book.sheet("One"), book.sheet("Two")
    book.text(one, 0, 0, "head", book.style(bold=True))
    two.write_number(0, 0, 1)
    one.write_formula(1, 0, "=Two!A1", None, 1)
    one.merge_range(7, 0, 7, 1, "m")
    one.merge_range(8, 0, 8, 1, "n")
    one.data_validation(2, 0, 2, 0, {"validate": "list", "source": ["a", "b"]})
    look = book.conditional(bg_color="#FF0000")
    one.conditional_format(
        1, 0, 1, 0, {"type": "cell", "criteria": ">", "value": 0, "format": look}
    )
    book.page(one, title="One", header_row=0)
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series({"values": ["Two", 0, 0, 0, 0]})
    one.insert_chart(10, 0, chart)
    return book.close()


@pytest.mark.parametrize("case", BREAKS)
def test_each_of_these_would_be_found(small, case):
    part, old, new, told = BREAKS[case]
    assert wrong_in(small) == []
    found = wrong_in(changed(small, part, old, new))
    assert any(told in line for line in found), found
