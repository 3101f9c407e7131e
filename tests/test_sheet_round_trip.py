"""Every Tracking that can be written is read back equal, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._core.formula_escape import escape_cell, unescape_cell
from salesfunnel.errors import DataError

FUNNEL = sf.Funnel(
    "shop",
    [
        sf.Stage("see", "Seen", metrics=[sf.Metric("views", "Views", step=True)]),
        sf.Stage(
            "try",
            metrics=[
                sf.Metric("trials", "试用数", step=True),
                sf.Metric("spend", unit="currency"),
                sf.Metric("click_rate", unit="rate"),
                sf.Metric("satisfaction", unit="score"),
                sf.Metric("cycle", unit="duration", better="lower"),
            ],
        ),
        sf.Stage("buy", metrics=[sf.Metric("orders", "Orders (paid)", step=True)]),
    ],
)
PERIODS = ["all", "2026-09", "2026-10", "2026-Q3", "2025", "2026-W41", "2026-09-07", "第一期"]
signs = st.sampled_from("=+-@'\t\n＝＋－＠ abcé漢字,;|\"%_x0041_/.1")
texts = st.text(signs, max_size=12) | st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12
)
numbers = st.none() | st.integers(-(2**60), 2**60) | st.floats(-1e12, 1e12)
counts = st.none() | st.integers(0, 2**63 - 1)
rates = st.none() | st.floats(-3, 3)
scores = st.none() | st.integers(0, 5) | st.floats(0, 5)


@st.composite
def rows(draw):
    period = draw(st.sampled_from(PERIODS))
    segment = draw(st.sampled_from(["all", "展会", "web ads", "=cmd()"]))
    metric = draw(st.sampled_from([m.key for s in FUNNEL for m in s.metrics] + ["strange one"]))
    known = metric != "strange one"
    strange = draw(st.sampled_from(["count", "rate", "score"]))
    unit = FUNNEL.metric(metric).unit if known else strange
    step = known and FUNNEL.metric(metric).step
    values = {"rate": rates, "score": scores}.get(unit, numbers)
    target = draw(numbers if step else values)
    actual = draw(counts if step else values)
    out_of = 5 if unit == "score" and (target is not None or actual is not None) else None
    return sf.TrackingRow(
        stage=FUNNEL.stage_of(metric).key if known else draw(st.sampled_from(["see", "elsewhere"])),
        metric=metric,
        period=period,
        segment=segment,
        target=target,
        actual=actual,
        stated_rate=draw(rates) if step else None,
        owner=draw(st.none() | texts),
        note=draw(texts),
        unit=unit,
        out_of=out_of,
        other=draw(st.sampled_from([(), (("extra", "=1"),), (("城市", "上海"), ("extra", "-"))])),
    )


sheets = st.lists(
    rows(), min_size=1, max_size=8, unique_by=lambda row: (row.period, row.segment, row.metric)
).map(lambda many: sf.Tracking(rows=many, funnel=FUNNEL))
relaxed = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


@relaxed
@given(sheets, st.sampled_from(["en", "zh"]))
def test_what_is_written_as_csv_is_read_back_equal(sheet, locale):
    text = sheet.to_csv(locale=locale)
    assert sf.read_table(text, funnel=FUNNEL) == sheet
    assert sf.read_table(text.encode("utf-16"), funnel=FUNNEL) == sheet


@settings(relaxed, max_examples=60)
@given(sheets)
def test_what_becomes_a_document_comes_back_equal(sheet):
    again = sf.Tracking.from_json(sheet.to_json())
    assert again == sheet
    assert again.to_json() == sheet.to_json()


@settings(relaxed, max_examples=60)
@given(sheets, st.sampled_from(["en", "zh"]))
def test_what_is_written_as_a_workbook_is_read_back_equal(sheet, locale):
    assert sf.read_table(sheet.to_xlsx(locale=locale), funnel=FUNNEL) == sheet


@given(st.text(signs, max_size=8) | st.text(max_size=8))
def test_escaping_is_undone_exactly_and_leaves_no_formula(text):
    assert unescape_cell(escape_cell(text)) == text
    assert not re.match("[=+\\-@\t\r\n＝＋－＠]", escape_cell(text))


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "＠x", "'=1"])
def test_no_cell_is_a_formula(evil):
    openpyxl = pytest.importorskip("openpyxl")
    row = sf.TrackingRow(stage="see", metric="views", actual=3, owner=evil, note=evil)
    sheet = sf.Tracking(rows=[row], funnel=FUNNEL)
    (_, cells) = csv.reader(io.StringIO(sheet.to_csv(), newline=""))
    assert all(not cell or cell[0] not in "=+-@\t\r＝＋－＠" for cell in cells)
    book = openpyxl.load_workbook(io.BytesIO(sheet.to_xlsx()))
    for line in book.active.iter_rows():
        for cell in line:
            if cell.data_type == "f":  # of ours: rates and attainments
                assert cell.value.startswith("=IFERROR(IF(ISNUMBER(")
                assert evil not in cell.value
                continue
            assert str(cell.value or " ")[0] not in "=+-@\t\r＝＋－＠"
    assert sf.read_table(sheet.to_csv(), funnel=FUNNEL).rows[0].note == evil.strip()


@pytest.mark.parametrize(
    "row",
    [
        {"stage": "see", "metric": "Views"},
        {"stage": "see", "metric": "total"},
        {"stage": "see", "metric": "views", "period": "Sep 2026"},
        {"stage": "see", "metric": "strange", "other": {"month": "5"}},
    ],
)
def test_what_would_be_read_otherwise_is_not_written(row):
    with pytest.raises(DataError, match="read back"):
        sf.Tracking(rows=[sf.TrackingRow(**row)], funnel=FUNNEL).to_csv()


def test_an_empty_sheet_is_not_written():
    with pytest.raises(DataError, match="must have rows"):
        sf.Tracking(rows=(), funnel=FUNNEL).to_csv()


def test_a_workbook_looks_as_it_should(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    source = sf.read_table(
        "阶段\t指标\t目标\t实际\t转化率\n看\t曝光量\t50万\t48万\t\n\t线索获取量\t5000\t4200\t8.75%"
    )
    path = tmp_path / "sheet.xlsx"
    assert source.to_xlsx(path, locale="zh") == path.read_bytes() == source.to_xlsx(locale="zh")
    page = openpyxl.load_workbook(path, data_only=True).active
    head = [cell.value for cell in page[1]]
    assert head[:4] == ["漏斗阶段", "关键指标", "目标值", "实际值"]
    assert page.freeze_panes == "C2"
    assert [str(area) for area in page.merged_cells.ranges] == ["A2:A3"]
    rate = page.cell(3, head.index("转化率(%)") + 1)
    assert (rate.value, rate.number_format) == (4200 / 480000, "[=0]0%;[<0.01]0.000%;0.00%")
    assert page.cell(2, 3).value == 500000
    assert page.cell(3, head.index("原填转化率(%)") + 1).fill.fgColor.rgb.endswith("FFE699")


def test_the_csv_file_has_a_mark_that_spreadsheets_understand(tmp_path):
    source = sf.read_table("stage,metric,actual\nsee,views,3\nbuy,orders,2", funnel=FUNNEL)
    path = tmp_path / "out.csv"
    text = source.to_csv(path)
    assert path.read_bytes() == b"\xef\xbb\xbf" + text.encode()
    assert sf.read_table(path, funnel=FUNNEL) == source
