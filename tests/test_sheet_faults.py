"""Every doubt about a sheet is a fault, with its place; all of them at once, nothing lost."""

from __future__ import annotations

import json

import pytest

import salesfunnel as sf
from salesfunnel.i18n import catalog, text
from shared import ROOT

B2B = sf.template("b2b", locale="zh")
HEAD = "阶段,指标,目标,实际,转化率,负责人,备注\n"


def read(rows, head=HEAD, **options):
    return sf.read_table(head + rows, **{"funnel": B2B, **options})


def only(sheet, code):
    (fault,) = [fault for fault in sheet.faults if fault.code == code]
    return fault


def codes(sheet):
    return [fault.code for fault in sheet.faults if fault.severity != "info"]


def test_all_faults_at_once_in_order_with_their_places():
    sheet = read(
        "认知阶段,曝光量,50万,48万,-,,\n"
        ",线索获取量,5000,4200,8.75%,,\n"
        "兴趣阶段,内容下载数量,(2000),1800,42.%,,\n"
        ",Demo预约数,800,六百五,36.11%,,\n"
        "意向阶断,方案递交,300,2026-09-01,43.08%,,\n"
        ",,5,6,,,\n"
        "成交阶段,合同签订数,100,90.5,,,\n"
        "成交阶段,合同签订数,100,95,,,\n"
        "合计,,,,,,\n"
        "注:本表由销售部填写,,,,,,\n"
    )
    places = [(f.code, f.severity, f.row, f.column, f.value) for f in sheet.faults if f.row]
    assert places == [
        ("stated-rate-differs", "warning", 2, "转化率", "8.75%"),
        ("negative-parentheses", "error", 3, "目标", "(2000)"),
        ("stated-rate-imprecise", "warning", 3, "转化率", "42.%"),
        ("not-a-number", "error", 4, "实际", "六百五"),
        ("unknown-stage", "warning", 5, "阶段", "意向阶断"),
        ("unknown-metric", "warning", 5, "指标", "方案递交"),
        ("date-in-number", "error", 5, "实际", "2026-09-01"),
        ("metric-missing", "error", 6, "实际", "6"),
        ("not-a-count", "error", 7, "实际", "90.5"),
        ("duplicate-row", "error", 8, "指标", "合同签订数"),
        ("total-row", "info", 9, None, "合计"),
        ("row-not-read", "info", 10, None, "注:本表由销售部填写"),
    ]
    assert not sheet.is_usable
    assert [fault.row for fault in sheet.faults_of("error")] == [3, 4, 5, 6, 7, 8]
    nearest = {f.code: dict(f.params).get("nearest") for f in sheet.faults}
    assert nearest["unknown-stage"] == "意向阶段"
    assert nearest["unknown-metric"] == "方案提交数"


def test_what_is_unknown_is_kept():
    sheet = read(
        "认知阶段,曝光量,50万,48万,-,,,华东\n认知阶段,直播观看数,100,90,,张三,首次,华北\n",
        head=HEAD.strip() + ",城市\n",
    )
    assert codes(sheet) == ["unknown-column", "unknown-metric"]
    stranger = sheet.rows[1]
    assert (stranger.stage, stranger.metric, stranger.actual) == ("awareness", "直播观看数", 90)
    assert (stranger.owner, stranger.note, stranger.other) == ("张三", "首次", (("城市", "华北"),))
    assert stranger.basis == "not-a-step"
    assert only(sheet, "unknown-column").column == "城市"
    assert sheet.panel("step").counts.sum() == 480_000


@pytest.mark.parametrize(
    ("cell", "code", "severity", "value"),
    [
        ("abc", "not-a-number", "error", None),
        ("(5)", "negative-parentheses", "error", None),
        ("9月5日", "date-in-number", "error", None),
        ("100-200", "number-range", "error", None),
        ("约100", "approximate-number", "warning", 100),
        ("-5", "not-a-count", "error", None),
        ("5.5", "not-a-count", "error", None),
        ("8%", "unit-differs", "error", None),
        ("¥500", "unit-differs", "error", None),
        ("4/5", "unit-differs", "error", None),
        ("-", "missing-value", "warning", None),
        ("99999999999999999999", "not-a-count", "error", None),
    ],
)
def test_a_count_that_is_none_says_why(cell, code, severity, value):
    sheet = read(f"认知阶段,曝光量,100,{cell},,,\n")
    fault = only(sheet, code)
    assert (fault.severity, fault.row, fault.column) == (severity, 1, "实际")
    assert sheet.rows[0].actual == value
    assert bool(sheet.panel("step").missing[0, 0, 0]) is (value is None)


def test_units_that_the_funnel_knows():
    funnel = sf.Funnel(
        "f",
        [
            sf.Stage(
                "s",
                metrics=[
                    sf.Metric("rate", unit="rate"),
                    sf.Metric("score", unit="score"),
                    sf.Metric("money", unit="currency"),
                    sf.Metric("days", unit="duration"),
                ],
            )
        ],
    )
    rows = (
        "s,rate,3%,3.5,,,\ns,score,4.5/5,8.4/10,,,\ns,money,¥1万,9千元,,,\ns,days,30天,720小时,,,\n"
    )
    sheet = read(rows, funnel=funnel)
    assert [row.target for row in sheet.rows] == [0.03, 4.5, 10_000, 30]
    assert [row.actual for row in sheet.rows] == [0.035, 8.4, 9000, 30]
    assert codes(sheet) == ["rate-without-percent", "score-differs"]
    assert sheet.rows[2].attainment == 0.9


def test_a_column_of_units_says_what_numbers_are():
    rows = [
        {"metric": "sales", "unit": "万元", "actual": 50},
        {"metric": "visits", "unit": "人", "actual": "1,200"},
        {"metric": "click rate", "unit": "%", "actual": 3.5},
    ]
    sheet = sf.read_table(rows)
    assert [(row.actual, row.unit) for row in sheet.rows] == [
        (500_000, "currency"),
        (1200, "count"),
        (0.035, "rate"),
    ]


def test_more_out_than_in_is_said():
    sheet = read("认知阶段,曝光量,,100,,,\n,线索获取量,,120,,,\n")
    fault = only(sheet, "rate-gt-1")
    assert (fault.severity, fault.row) == ("warning", 2)
    assert sheet.rows[1].rate == 1.2


def test_steps_that_the_sheet_lacks_are_said_and_leave_no_rate():
    sheet = read("认知阶段,曝光量,,100,,,\n兴趣阶段,内容下载量,,10,,,\n")
    absent = [f.params for f in sheet.faults if f.code == "step-absent"]
    assert len(absent) == 6
    assert (sheet.rows[1].rate, sheet.rows[1].basis) == (None, "missing")


def test_a_template_is_fitted_to_the_sheet():
    sheet = sf.read_table("指标,实际\n曝光量,100\n内容下载量,10\n合同签订数,2")
    assert sheet.funnel.key == "b2b"
    assert sheet.funnel.keys == ("awareness", "interest", "won")
    assert [row.rate for row in sheet.rows] == [None, 0.1, 0.2]
    assert dict(only(sheet, "funnel-inferred").params)["left_out"] == 5


def test_a_step_that_may_be_meant_stays_in_the_fitted_template():
    sheet = sf.read_table("指标,实际\n曝光量,100\n线索获娶亮,50\n内容下载量,10\nDemo预约数,2")
    assert codes(sheet) == ["unknown-metric"]
    assert "leads" in [metric.key for metric in sheet.funnel.steps]
    assert sheet.rows[2].basis == "missing"


def test_a_funnel_is_made_from_a_sheet_that_no_template_fits():
    sheet = sf.read_table("stage,metric,actual\nA,apples,10\n,mood,4.2/5\nB,apples,4\nC,c,2")
    assert only(sheet, "funnel-built").severity == "info"
    assert sheet.funnel.keys == ("A", "B", "C")
    assert [metric.key for metric in sheet.funnel.steps] == ["A: apples", "B: apples", "c"]
    assert [row.rate for row in sheet.rows] == [None, None, 0.4, 0.5]
    assert sheet.rows[1].unit == "score"


def test_a_sheet_of_stages_alone_counts_their_last_step():
    sheet = sf.read_table("stage,actual\nAwareness,4200\nInterest,650\nIntent,280", funnel=B2B)
    assert [row.metric for row in sheet.rows] == ["leads", "demos_booked", "proposals_submitted"]
    assert sheet.panel().counts[0, 0, :3].tolist() == [4200, 650, 280]


def test_a_metric_under_another_stage_is_said():
    sheet = read("意向阶段,Demo预约数,800,650,,,\n")
    fault = only(sheet, "stage-differs")
    assert (fault.row, fault.value) == (1, "意向阶段")
    assert dict(fault.params)["expected"] == "兴趣阶段"


def test_names_are_matched_in_both_languages_and_many_forms():
    names = [
        "impressions", "IMPRESSIONS", " Impressions ", "曝光量", "曝光量（次）", "曝光 量",
        "曝光数",
        "ｉｍｐｒｅｓｓｉｏｎｓ", "曝光量【全渠道】",
    ]  # fmt: skip
    for name in names:
        for locale in ("en", "zh"):
            sheet = sf.read_table(
                [{"指标": name, "实际": 5}], funnel=sf.template("b2b", locale=locale)
            )
            assert sheet.rows[0].metric == "impressions", name


def test_segments_are_kept_apart():
    sheet = sf.read_table(
        "渠道,指标,实际\n展会,曝光量,100\n,线索获取量,10\n官网,曝光量,50\n,线索获取量,20",
        funnel=B2B,
    )
    assert sheet.segments == ("展会", "官网")
    assert [row.rate for row in sheet.rows] == [None, 0.1, None, 0.4]
    assert sheet.panel("step").counts[0, :, :2].tolist() == [[100, 10], [50, 20]]


def test_the_decimal_comma_is_found_and_said():
    sheet = sf.read_table("metric;target;actual;rate\nviews;1.500;1.200;\norders;50;42;3,50%")
    assert sheet.rows[0].actual == 1200
    assert only(sheet, "decimal-comma").severity == "info"
    assert codes(sheet) == []
    mixed = sf.read_table("metric;target;actual\nviews;1.5;1,25")
    assert "decimal-marks-mixed" in codes(mixed)


def test_a_stated_attainment_is_compared():
    sheet = sf.read_table("metric,target,actual,达成率\nviews,100,90,90%\norders,10,9,95%")
    assert codes(sheet) == ["attainment-differs"]
    assert only(sheet, "attainment-differs").row == 2


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("43.08%", None), ("43.07%", None), ("43.1%", None), ("43%", None), ("0.4308", None),
        ("43.08", None), ("43.06%", "stated-rate-differs"), ("4.308%", "stated-rate-differs"),
        ("43.%", "stated-rate-imprecise"), ("42.%", "stated-rate-differs"), ("-", None),
        ("n/a", None), ("abc", "not-a-number"),
    ],
)  # fmt: skip
def test_a_stated_rate_against_280_of_650(stated, code):
    sheet = read(f"兴趣阶段,Demo预约数,,650,,,\n意向阶段,方案提交数,,280,{stated},,\n")
    assert codes(sheet) == ([] if code is None else [code])


def test_control_characters_are_taken_out_and_said():
    sheet = read("认知阶段,曝光量,1,2,,张\x00三,a\x07b\n")
    assert only(sheet, "control-characters").row == 1
    assert (sheet.rows[0].owner, sheet.rows[0].note) == ("张三", "ab")


def test_every_fault_of_a_sheet_has_words_in_both_languages():
    folder = ROOT / "src/salesfunnel/i18n"
    words = [
        json.loads((folder / loc / "fault.sheets.json").read_text("utf-8")) for loc in ("en", "zh")
    ]
    assert set(words[0]) == set(words[1])
    sources = (ROOT / "src/salesfunnel/intake").rglob("*.py")
    source = "".join(path.read_text("utf-8") for path in sources)
    for key in words[0]:
        code = key.rpartition(".")[0]
        assert f'"{code}"' in source or code.startswith("unknown-"), f"{code} is never used"


def test_a_fault_can_be_shown_in_chinese():
    sheet = read("认知阶段,曝光量,,48万,,,\n,线索获取量,,4200,8.75%,,\n")
    fault = only(sheet, "stated-rate-differs")
    shown = text(
        f"fault.{fault.code}.message", "zh", row=fault.row, value=fault.value, **dict(fault.params)
    )
    assert shown == "表中写的是8.75%，而4,200 ÷ 480,000 = 0.875%"
    assert f"fault.{fault.code}.hint" in catalog("zh")


def test_sheets_of_months_add_up():
    september = sf.read_table(ROOT / "examples/tracking_zh.csv", period="2026-09", funnel=B2B)
    october = sf.read_table(ROOT / "examples/tracking_en.csv", period="2026年10月", funnel="b2b")
    both = september + october
    assert both.periods == ("2026-09", "2026-10")
    assert len(both.faults) == 4
    assert both.panel().counts.shape == (2, 1, 6)


@pytest.mark.parametrize(
    ("actual", "written", "codes", "stated"),
    [
        (333, "1", ["stated-rate-differs"], 1.0),
        (333, "0", ["stated-rate-differs"], 0.0),
        (333, "1/3", ["stated-rate-differs"], 1.0),
        (996, "1", [], 1.0),
        (10, "1", [], 0.01),
        (0, "0", [], 0.0),
    ],
)
def test_a_whole_one_or_nought_is_not_right_whatever_the_rate(actual, written, codes, stated):
    rows = [
        {"stage": "a", "metric": "leads", "actual": 1000, "rate": "-"},
        {"stage": "b", "metric": "deals", "actual": actual, "rate": written},
    ]
    table = sf.read_table(rows, period="2026-10")
    assert [fault.code for fault in table.faults if "rate-differs" in fault.code] == codes
    assert table.rows[1].stated_rate == stated


def test_a_whole_one_is_not_the_attainment_of_every_target():
    rows = [{"stage": "a", "metric": "leads", "target": 1000, "actual": 600, "attainment": "1"}]
    table = sf.read_table(rows, period="2026-10")
    assert "attainment-differs" in [fault.code for fault in table.faults]
