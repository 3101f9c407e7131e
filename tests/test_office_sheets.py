"""The tracking sheet as a workbook: formulas give what the library computes, whoever saves it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

import salesfunnel as sf
from office import convert, needs_office
from salesfunnel.export.sheet_formulas import letters, quotient
from salesfunnel.i18n import text
from shared import ROOT

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
pytest.importorskip("python_calamine")
BOTH = ("en", "zh")


def next_month(locale):
    """Return October's sheet of the example company with every unit, targets in it."""
    last = sf.read_table(ROOT / "examples" / "tracking_zh.csv", period="2026-09")
    funnel = sf.template("b2b", locale=locale)
    rows = [
        sf.TrackingRow(stage="won", metric="deal_amount", unit="currency", period="2026-09",
                       target=3_000_000, owner="Ann"),
        sf.TrackingRow(stage="won", metric="sales_cycle", unit="duration", period="2026-09",
                       target=45),
        sf.TrackingRow(stage="repurchase", metric="satisfaction", unit="score", out_of=5,
                       period="2026-09", target=4.5),
    ]  # fmt: skip
    last = sf.Tracking(funnel=last.funnel, rows=(*last.rows, *rows))
    return sf.new_sheet(funnel, period="2026-10", previous=last, locale=locale)


def column(sheet, role, locale):
    words = text(f"sheet.column.{role}", locale)
    return [cell.value for cell in sheet[1]].index(words) + 1


def filled(content, locale):
    """Return the workbook as a script fills it: text, 万, a gap, a zero, a rate above 1."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, at = book.active, column(book.active, "actual", locale)
    names = column(sheet, "metric", locale)
    wanted = {
        "impressions": "48万" if locale == "zh" else "480000", "leads": 4200,
        "content_downloads": 4300, "demos_booked": 0, "proposals_submitted": 280,
        "contracts_signed": 90, "deal_amount": "310万" if locale == "zh" else 3_100_000,
        "sales_cycle": 51, "satisfaction": "4.2/5",
    }  # fmt: skip
    funnel = sf.template("b2b", locale="zh"), sf.template("b2b", locale="en")
    labels = {m.label: m.key for f in funnel for s in f for m in s.metrics}
    for row in range(2, sheet.max_row + 1):
        written = re.sub(r"\(.*\)", "", sheet.cell(row, names).value)
        sheet.cell(row, at).value = wanted.get(labels[written])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_wps(content):
    """Return the workbook in the way WPS writes it: its names of spaces, its properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = data.replace(
                    b"<worksheet ",
                    b'<worksheet xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData" ',
                    1,
                )
                data = re.sub(rb"<f>([^<]*)</f><v></v>", rb"<f>\1</f><v/>", data)
                data = re.sub(rb"<f>([^<]*)</f><v ?/>", rb"<f>\1</f>", data)
            if name == "docProps/app.xml":
                data = data.replace(b"Microsoft Excel", b"WPS Office")
            target.writestr(name, data)
    return out.getvalue()


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the filled sheets as LibreOffice saves them in three formats."""
    files = {}
    for locale in BOTH:
        sheet = next_month(locale)
        files[f"filled_{locale}.xlsx"] = filled(sheet.to_xlsx(locale=locale), locale)
        files[f"new_{locale}.xlsx"] = sheet.to_xlsx(locale=locale)
    months = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    files["months.xlsx"] = as_wps(openpyxl_again(months.to_xlsx()))
    folder = tmp_path_factory.mktemp("sheets")
    return files, {to: convert(folder, files, to) for to in ("xlsx", "ods", "xls")}


def openpyxl_again(content):
    out = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(content)).save(out)
    return out.getvalue()


@needs_office
@pytest.mark.parametrize("name", ["filled_en", "filled_zh", "months"])
def test_formulas_give_what_the_library_computes(saved, name):
    locale = "zh" if name.endswith("zh") else "en"
    content = saved[1]["xlsx"][f"{name}.xlsx"]
    tracking = sf.read_table(content, funnel=sf.template("b2b"))
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active
    assert len(tracking) == sheet.max_row - 1
    for role in ("rate", "attainment"):
        at = column(sheet, role, locale)
        shown = [sheet.cell(i + 2, at).value for i in range(len(tracking))]
        wanted = [getattr(row, role) for row in tracking.rows]
        assert [None if v in {None, ""} else v for v in shown] == [
            None if w is None else pytest.approx(w, rel=1e-12) for w in wanted
        ]
        assert sum(w is not None for w in wanted) >= 3


@needs_office
@pytest.mark.parametrize("locale", BOTH)
def test_what_libreoffice_saves_is_read_as_it_was(saved, locale):
    sheet = next_month(locale)
    files, converted = saved
    for to in ("xlsx", "ods", "xls"):
        again = sf.read_table(converted[to][f"new_{locale}.xlsx"], funnel=sheet.funnel)
        assert again == sheet, to
        assert {fault.code for fault in again.faults} == {"missing-value"}
    by_script = sf.read_table(files[f"filled_{locale}.xlsx"], funnel=sheet.funnel)
    assert {f.code for f in by_script.faults} == {"rate-gt-1", "missing-value"}
    assert [row.actual for row in by_script.rows[:2]] == [480000, 4200]
    for to in ("xlsx", "ods", "xls"):
        again = sf.read_table(converted[to][f"filled_{locale}.xlsx"], funnel=sheet.funnel)
        assert again == by_script, to
        assert [f.code for f in again.faults] == [f.code for f in by_script.faults]


@pytest.mark.parametrize("locale", BOTH)
def test_a_workbook_without_results_loses_nothing_and_says_nothing(locale):
    months = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    bare = openpyxl_again(months.to_xlsx(locale=locale))  # openpyxl leaves results out
    assert b"<f>" in zipfile.ZipFile(io.BytesIO(bare)).read("xl/worksheets/sheet1.xml")
    for content in (bare, as_wps(bare), as_wps(months.to_xlsx(locale=locale))):
        again = sf.read_table(content, funnel=months.funnel)
        assert again == months
        assert again.faults == ()


def test_a_formula_of_somebody_else_is_still_named():
    content = next_month("zh").to_xlsx(locale="zh")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    actual, rate = (column(sheet, role, "zh") for role in ("actual", "rate"))
    sheet.cell(2, actual).value = "=" + "+".join(["1"] * 100)
    sheet.cell(3, rate).value = "=E3/E2"
    out = io.BytesIO()
    book.save(out)
    faults = sf.read_table(out.getvalue(), funnel="b2b").faults
    assert [f.row for f in faults if f.code == "formula-without-result"] == [1, 2]


@pytest.mark.parametrize("locale", BOTH)
def test_the_workbook_is_one_that_a_team_can_fill(locale):
    sheet = next_month(locale)
    page = openpyxl.load_workbook(io.BytesIO(sheet.to_xlsx(locale=locale))).active
    assert page.protection.sheet
    assert not page.protection.password
    at = {role: column(page, role, locale) for role in ("target", "actual", "rate", "attainment",
                                                        "owner", "note", "metric")}  # fmt: skip
    assert all(cell.protection.locked for cell in page[1])
    for role, j in at.items():
        assert page.cell(2, j).protection.locked == (role in {"rate", "attainment"})
    assert not page.cell(page.max_row, at["actual"]).protection.locked
    assert not page.column_dimensions[letters(at["actual"] - 1)].protection.locked
    stated = column(page, "stated_rate", locale)
    assert page.column_dimensions[letters(stated - 1)].hidden
    assert page.freeze_panes == f"{letters(at['target'] - 1)}2"
    assert page.print_title_rows in {"1:1", "$1:$1"}
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert ["总监" in v.formula1 for v in lists] == [True]
    words = page.cell(3, at["metric"]).comment.text
    assert text("metric.counts.leads", locale) in words
    assert page.conditional_formatting
    form = page.cell(2, at["target"]).number_format
    assert ("万" in form) == (locale == "zh")


def test_a_sheet_of_many_months_begins_a_page_with_a_month():
    months = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    page = openpyxl.load_workbook(io.BytesIO(months.to_xlsx())).active
    breaks = [mark.id for mark in page.row_breaks.brk]
    assert breaks
    starts = {i + 1 for i, row in enumerate(months.rows)
              if i and row.period != months.rows[i - 1].period}  # fmt: skip
    assert set(breaks) <= starts


def test_names_with_signs_make_no_broken_list_and_no_formula():
    funnel = sf.Funnel(
        "s", [sf.Stage("a", metrics=[sf.Metric("x", step=True)], owner='=cmd|"x"!A0')]
    )
    names = ("=1+1", "a,b", 'q"q', "-x", "Ann " * 90, "Bo")
    rows = [
        sf.TrackingRow(stage="a", metric="x", period=f"2026-{m:02d}", actual=m, owner=name)
        for m, name in enumerate(names, 1)
    ]
    page = openpyxl.load_workbook(
        io.BytesIO(sf.Tracking(funnel=funnel, rows=rows).to_xlsx())
    ).active
    (found,) = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert found.formula1 == '"Bo"'
    formulas = {c.column for line in page.iter_rows() for c in line if c.data_type == "f"}
    assert formulas == {column(page, "attainment", "en")}


def test_a_note_that_no_cell_holds_is_refused():
    row = sf.TrackingRow(stage="s", metric="m", actual=1, note="x" * 40_000)
    sheet = sf.Tracking(funnel=sf.Funnel("f", [sf.Stage("s", metrics=[sf.Metric("m", step=True)])]),
                        rows=[row])  # fmt: skip
    with pytest.raises(sf.errors.DataError, match="32,767 characters"):
        sheet.to_xlsx()
    assert sf.read_table(sheet.to_csv(), funnel=sheet.funnel) == sheet


def test_the_formula_of_a_quotient():
    assert quotient("E3", "E2", "zh").count("万") == 4
    assert letters(26 * 27) == "AAA"
