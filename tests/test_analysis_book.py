"""The workbook of an analysis: a sheet a part, numbers as numbers, native charts."""

from __future__ import annotations

import zipfile
from datetime import datetime

import pytest

import salesfunnel as sf
from results import results
from salesfunnel.i18n import text

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")


def book(tmp_path, analysis, locale):
    path = tmp_path / "analysis.xlsx"
    analysis.to_xlsx(path, locale=locale)
    return path, openpyxl.load_workbook(path)


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", ["analysis", "analysis of a sheet"])
def test_every_part_has_a_sheet_and_numbers_are_numbers(tmp_path, name, locale):
    analysis = results()[name]
    path, written = book(tmp_path, analysis, locale)
    wanted = ["answer", "verdicts", "trend", "rates", "counts"]
    wanted += ["funnel", "causes", "leading", "forecast", "bridge", "cohorts"] * (
        name == "analysis"
    )
    for part in wanted:
        assert text(f"workbook.sheet-{part}", locale) in written.sheetnames
    sheet = written[text("workbook.sheet-verdicts", locale)]
    heads = [cell.value for cell in sheet[3]]
    row = next(iter(analysis.bottlenecks))
    values = dict(zip(heads, (cell.value for cell in sheet[4]), strict=True))
    assert values[text("workbook.rate", locale)] == pytest.approx(row.rate, rel=1e-14)
    assert values[text("workbook.entered", locale)] == row.entered
    rate = sheet.cell(4, heads.index(text("workbook.rate", locale)) + 1)
    assert rate.number_format == "0.00%"
    for sheet in written:
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes == "B4"
        widths = [sheet.column_dimensions[c[0].column_letter].width for c in sheet.columns]
        assert all(8 <= wide <= 61 for wide in widths)
        fonts = {cell.font.name for cells in sheet.iter_rows(max_row=5) for cell in cells}
        assert fonts <= ({"Microsoft YaHei"} if locale == "zh" else {"Calibri"})
    with zipfile.ZipFile(path) as parts:
        charts = [n for n in parts.namelist() if n.startswith("xl/charts/chart")]
    assert len(charts) >= (7 if name == "analysis" else 4)


def test_the_plan_has_dates_and_the_bars_of_the_causes_add_up(tmp_path):
    analysis = results()["analysis"]
    _, written = book(tmp_path, analysis, "en")
    plan = written["Plan"]
    heads = [cell.value for cell in plan[3]]
    due = plan.cell(4, heads.index("Due") + 1)
    assert isinstance(due.value, datetime)
    assert due.value.date() == analysis.plan.active[0].due
    causes = written["Causes"]
    amounts = [row[1].value for row in causes.iter_rows(min_row=4) if row[1].value is not None]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=1e-9)


def test_equal_analyses_give_equal_bytes_and_an_own_language(tmp_path):
    analysis = results()["analysis"]
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    analysis.to_xlsx(first)
    sf.Analysis.from_json(analysis.to_json()).to_xlsx(second)
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(sf.errors.ArgumentError, match="locale"):
        analysis.to_xlsx(first, locale="fr")


def test_names_are_no_formulas(tmp_path):
    names = ("=1+1", "+cmd|' /C calc'!A0", "@won")
    months = {f"2026-{m:02d}": [900, 300, 100] for m in range(1, 8)}
    analysis = sf.analyze(sf.Panel.from_counts(months, steps=names))
    _, written = book(tmp_path, analysis, "en")
    cells = [cell for sheet in written for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=1+1" for cell in cells)


@pytest.mark.parametrize("name", ["analysis", "analysis of a sheet"])
def test_text_has_room_and_columns_without_figures_are_left_out(tmp_path, name):
    path, written = book(tmp_path, results()[name], "zh")
    for sheet in written:
        for cells in sheet.iter_cols(min_row=3):
            known = [cell.value for cell in cells[1:] if cell.value is not None]
            drawn = sheet.title in {text(f"workbook.sheet-{n}", "zh") for n in ("plan", "funnel",
                                    "verdicts", "rates", "causes", "bridge")}  # fmt: skip
            assert known or drawn, (sheet.title, cells[0].value)
    answer = written[text("workbook.sheet-answer", "zh")]
    for row in range(4, answer.max_row + 1):
        words = str(answer.cell(row, 2).value or "")
        if len(words) > 22:  # wide characters in a column of 44 letters
            assert answer.row_dimensions[row].height > 30
    with zipfile.ZipFile(path) as parts:
        charts = "".join(
            parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/charts/chart")
        )
    assert "<c:dLbls>" in charts
    assert ('<c:logBase val="10"/>' in charts) == (name != "analysis")
