"""The plan as a workbook: choices, dates, and whoever saves it, it comes back the same."""

from __future__ import annotations

import io
from datetime import date

import pytest

import salesfunnel as sf
from office import convert, needs_office
from salesfunnel.export.plan_book import COLUMNS, STATES
from salesfunnel.i18n import text

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
pytest.importorskip("python_calamine")
BOTH = ("en", "zh")
NASTY = "=1+1, +x\n@y"


def measure(key, **changes):
    values = {
        "key": key, "bottleneck": sf.Transition("intent", "negotiation"),
        "problem": "slow-response", "measure": "answer-within-a-day",
        "owner": "sales-lead", "begins": date(2026, 10, 8),
        "due": date(2026, 10, 15), "effort": 2.25, "priority": 0.8,
    }  # fmt: skip
    return sf.Measure(**{**values, **changes})


PLAN = sf.ImprovementPlan(
    start=date(2026, 10, 8),
    funnel=sf.template("b2b"),
    measures=[
        measure("a"),
        measure("b", owner="Ann", state="accepted", note="from Monday"),
        measure("c", measure="own", title=NASTY, detail=NASTY, owner="=Bo", note=NASTY),
    ],
)


def workbook(locale, tmp_path):
    PLAN.to_xlsx(tmp_path / f"{locale}.xlsx", locale=locale)
    return (tmp_path / f"{locale}.xlsx").read_bytes()


@needs_office
def test_what_libreoffice_saves_is_the_plan_again(tmp_path):
    files = {f"{locale}.xlsx": workbook(locale, tmp_path) for locale in BOTH}
    for to in ("xlsx", "ods"):
        for name, content in convert(tmp_path / "office", files, to).items():
            edited = sf.read_plan(content)
            assert edited.faults == (), (to, name)
            assert PLAN.merge(edited) == PLAN, (to, name)


@pytest.mark.parametrize("locale", BOTH)
def test_every_state_of_the_list_is_understood(locale, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(workbook(locale, tmp_path)))
    sheet = book.active
    state = COLUMNS.index("state") + 1
    lists = [v for v in sheet.data_validations.dataValidation if v.type == "list"]
    (choices,) = [v.formula1 for v in lists if sheet.cell(2, state).coordinate in v.sqref]
    words = choices.strip('"').split(",")
    assert words == [text(f"plan.state.{name}", locale) for name in STATES]
    for word in words:
        sheet.cell(2, state).value = word
        out = io.BytesIO()
        book.save(out)
        edited = sf.read_plan(out.getvalue())
        assert edited.faults == ()
        wanted = "accepted" if word in words[2:4] else STATES[words.index(word)]
        assert edited[0].state == wanted
        assert (word in edited[0].note) == (word in words[2:4])


@pytest.mark.parametrize("locale", BOTH)
def test_dates_are_dates_and_only_header_and_keys_are_locked(locale, tmp_path):
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(locale, tmp_path))).active
    due = sheet.cell(2, COLUMNS.index("due") + 1)
    assert due.value.date() == date(2026, 10, 15)
    assert "yyyy" in due.number_format
    locked = {cell.column for cell in sheet[3] if cell.protection.locked}
    assert sheet.protection.sheet
    assert locked == {COLUMNS.index("key") + 1}
    assert all(cell.protection.locked for cell in sheet[1])
    assert not [c for line in sheet.iter_rows() for c in line if c.data_type == "f"]
    assert any(v.type == "date" for v in sheet.data_validations.dataValidation)
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows in {"1:1", "$1:$1"}
