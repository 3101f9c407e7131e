"""The example sheets of several months: both languages, one leak put in."""

from __future__ import annotations

import runpy

import pytest

import salesfunnel as sf
from shared import ROOT

EXAMPLES = ROOT / "examples"


def test_the_months_are_the_same_in_both_languages():
    english = sf.read_table(EXAMPLES / "tracking_months_en.csv")
    pytest.importorskip("python_calamine")
    chinese = sf.read_table(EXAMPLES / "tracking_months_zh.xlsx")
    for sheet in (english, chinese):
        assert len(sheet.periods) == 15
        assert [fault.code for fault in sheet.faults] == ["funnel-inferred"]
    panel = english.panel("step")
    assert panel.counts.tolist() == chinese.panel("step").counts.tolist()
    entered, advanced, _ = panel.entered_advanced()
    rates = (advanced / entered)[:, 0, panel.steps.index("proposals_submitted")]
    assert rates[:-2].min() > 0.45
    assert rates[-2:].max() < 0.42


def test_the_months_are_what_their_script_makes(tmp_path):
    pytest.importorskip("openpyxl")
    made = runpy.run_path(str(EXAMPLES / "make_tracking_months.py"))
    sheet = sf.Tracking(rows=made["rows"]("en"), funnel=sf.template("b2b", locale="en"))
    assert sheet.to_csv().encode("utf-8-sig") == (EXAMPLES / "tracking_months_en.csv").read_bytes()
