"""The main job: the method's monthly sheet, read to the truth, in every form it may come in."""

from __future__ import annotations

import json

import pytest

import salesfunnel as sf
from salesfunnel.i18n import text
from shared import ROOT, SHARED

EXAMPLES = ROOT / "examples"
TRUTH = json.loads((ROOT / "tests/golden/tracking.json").read_text("utf-8"))
SHEETS = [
    EXAMPLES / "tracking_zh.csv",
    EXAMPLES / "tracking_en.csv",
    SHARED / "data/tracking_zh.csv",
]


def serious(sheet):
    return [fault for fault in sheet.faults if fault.severity != "info"]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_sheet_of_the_method_is_read_to_the_truth(path):
    if not path.exists():
        pytest.skip("the shared material is absent")
    sheet = sf.read_table(path)
    assert len(sheet.rows) == len(TRUTH["rows"]) == 8
    for row, true in zip(sheet.rows, TRUTH["rows"], strict=True):
        assert (row.stage, row.metric) == (true["stage"], true["metric"])
        assert (row.target, row.actual) == (true["target"], true["actual"])
        for mine, theirs in (
            (row.rate, true["rate_computed"]),
            (row.stated_rate, true["rate_stated"]),
            (row.attainment, true["attainment"]),
        ):
            assert mine == (None if theirs is None else pytest.approx(theirs, abs=1e-6))


@pytest.mark.parametrize("path", SHEETS[:2], ids=lambda path: path.stem)
def test_the_two_faults_of_the_sheet_and_no_other(path):
    sheet = sf.read_table(path)
    differs, imprecise = serious(sheet)
    assert (differs.code, differs.row, differs.value) == ("stated-rate-differs", 2, "8.75%")
    assert (imprecise.code, imprecise.row, imprecise.value) == ("stated-rate-imprecise", 3, "42.%")
    assert differs.column in {"转化率(%)", "Conversion rate (%)"}
    params = dict(differs.params)
    assert params["stated"] == pytest.approx(0.0875)
    assert params["computed"] == pytest.approx(0.00875)
    assert "8.75%" in differs.message
    assert "0.875%" in differs.message
    chinese = text("fault.stated-rate-differs.message", "zh", **params)
    assert "0.875%" in chinese
    (inferred,) = [fault for fault in sheet.faults if fault.severity == "info"]
    assert inferred.code == "funnel-inferred"
    for locale in ("en", "zh"):
        given = sf.read_table(path, funnel=sf.template("b2b", locale=locale))
        assert [fault.code for fault in given.faults] == [differs.code, imprecise.code]


def test_both_twins_give_the_same_counts():
    chinese, english = (sf.read_table(path) for path in SHEETS[:2])
    assert chinese.panel("step").counts.tolist() == english.panel("step").counts.tolist()
    assert chinese.panel().counts.ravel().tolist() == [4200, 650, 280, 150, 90, 28]
    assert chinese.panel().steps == sf.template("b2b").keys


def test_owners_and_notes_are_kept_as_written():
    first, second, *_, last = sf.read_table(SHEETS[0]).rows
    assert (first.owner, first.note) == ("市场部专员", "渠道A曝光不足")
    assert second.owner is None
    assert second.metric_name == "线索获取量(留资表单)"
    assert last.note == "满意度4.2/5"


@pytest.mark.parametrize("path", SHEETS[:2], ids=lambda path: path.stem)
def test_the_sheet_as_a_document_keeps_all_that_was_written(path):
    sheet = sf.read_table(path)
    again = sf.Tracking.from_json(sheet.to_json())
    assert again == sheet
    assert again.faults == sheet.faults
    for one, other in zip(sheet.rows, again.rows, strict=True):
        kept = ("row", "stated_text", "stage_name", "metric_name")
        assert [getattr(one, name) for name in kept] == [getattr(other, name) for name in kept]
