"""The command line: the main job on the shipped sheets, exit codes, terminals of any kind."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import salesfunnel as sf
from salesfunnel.cli import main

EXAMPLES = Path(__file__).parents[1] / "examples"
RATES = ("0.875%", "42.86%", "36.11%", "43.08%", "53.57%", "60.00%", "31.11%")


@pytest.mark.parametrize(("name", "locale"), [("tracking_zh.csv", "zh"), ("tracking_en.csv", "en")])
def test_main_job(name, locale, capsys):
    assert main(["report", str(EXAMPLES / name), "--locale", locale]) == 0
    out = capsys.readouterr().out
    for rate in RATES:
        assert out.count(rate) >= 1, rate
    assert "8.75%" in out
    codes = re.findall(r"^([!✗i]) .*?\[([a-z-]+)\]", out, flags=re.MULTILINE | re.DOTALL)
    called = [code for mark, code in codes if mark != "i"]
    assert called == ["stated-rate-differs", "stated-rate-imprecise"]


def test_chinese_words(capsys):
    main(["report", str(EXAMPLES / "tracking_zh.csv"), "--locale", "zh"])
    out = capsys.readouterr().out
    for words in (
        "漏斗阶段",
        "转化率",
        "第2行",
        "第3行",
        "瓶颈阶段",
        "480,000",
        "未进入下一阶段",
    ):
        assert words in out


def test_files_are_written(tmp_path, capsys):
    pytest.importorskip("jinja2")
    page, document = tmp_path / "r.html", tmp_path / "r.json"
    sheet = str(EXAMPLES / "tracking_zh.csv")
    assert main(["report", sheet, "--html", str(page), "--json", str(document)]) == 0
    assert "<svg" in page.read_text("utf-8")
    tracking = sf.Tracking.from_dict(json.loads(document.read_text("utf-8")))
    assert tracking == sf.read_table(sheet)
    assert "Sales funnel report" in capsys.readouterr().out


def test_errors_of_the_input_end_with_one(tmp_path, capsys):
    sheet = tmp_path / "bad.csv"
    sheet.write_text("stage,metric,target,actual\nAwareness,Impressions,10,abc\n", "utf-8")
    assert main(["report", str(sheet), "--funnel", "b2b"]) == 1
    assert "row 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv",
    [[], ["repot"], ["report"], ["report", "x.csv", "--locale", "fr"]],
)
def test_wrong_usage_ends_with_two(argv, capsys):
    assert main(argv) == 2
    assert capsys.readouterr().err


def test_a_file_that_is_not_there_is_an_error_of_the_input(capsys):
    assert main(["report", "none.csv"]) == 1
    assert "none.csv" in capsys.readouterr().err


def test_an_unknown_template_names_the_nearest(capsys):
    sheet = str(EXAMPLES / "tracking_zh.csv")
    assert main(["report", sheet, "--funnel", "b2c"]) == 2
    assert "b2b" in capsys.readouterr().err


def test_what_cannot_be_read_is_an_error_of_the_input(tmp_path, capsys):
    pytest.importorskip("python_calamine")
    sheet = tmp_path / "noise.xlsx"
    sheet.write_bytes(b"PK\x03\x04 this is no workbook")
    assert main(["report", str(sheet)]) == 1
    assert capsys.readouterr().err


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_plugins_are_listed(locale, capsys):
    assert main(["plugins", "--locale", locale]) == 0
    out = capsys.readouterr().out
    for name in ("b2b", "repurchase", "data", "action", "resource", "customer", "b2b-saas"):
        assert name in out


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252", "utf-8"])
def test_any_terminal_can_show_it(encoding):
    command = [sys.executable, "-m", "salesfunnel", "report"]
    done = subprocess.run(
        [*command, str(EXAMPLES / "tracking_zh.csv"), "--locale", "zh"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"0.875%" in done.stdout


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["report", "x.csv", "--lokale", "zh"], "did you mean '--locale'?"),
        (["reprot", "x.csv"], "did you mean 'report'?"),
        (["report", "x.csv", "--width", "3"], "must be a number of at least 20, got '3'"),
        (["report", "x.csv", "--width", "abc"], "must be a number of at least 20, got 'abc'"),
    ],
)
def test_wrong_usage_names_what_is_nearest(argv, said, capsys):
    assert main(argv) == 2
    assert said in capsys.readouterr().err


def test_the_nearest_file_is_named_with_its_folder(tmp_path, capsys):
    (tmp_path / "september.csv").write_text("a,b", "utf-8")
    assert main(["report", str(tmp_path / "setpember.csv")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("salesfunnel: 'source' must be a file that can be opened")
    assert repr(str(tmp_path / "september.csv")) in said
    (tmp_path / "unlike-any.bin").write_bytes(b"")
    assert main(["report", str(tmp_path / "x")]) == 1
    assert "unlike-any" not in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_the_sheet_that_is_read_is_never_written_over(option, tmp_path, capsys):
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes((EXAMPLES / "tracking_zh.csv").read_bytes())
    (tmp_path / "b").mkdir()
    assert main(["report", str(sheet), option, str(tmp_path / "b" / ".." / "sheet.csv")]) == 2
    assert "must be another file than FILE" in capsys.readouterr().err
    assert sheet.read_bytes() == (EXAMPLES / "tracking_zh.csv").read_bytes()


def test_two_reports_never_go_into_one_file(tmp_path, capsys):
    out = tmp_path / "out"
    sheet = str(EXAMPLES / "tracking_zh.csv")
    assert main(["report", sheet, "--html", str(out), "--json", str(out)]) == 2
    assert not out.exists()
    assert "must be another file than --html" in capsys.readouterr().err


def test_a_sheet_comes_from_standard_input(monkeypatch, capsys):
    data = io.TextIOWrapper(io.BytesIO((EXAMPLES / "tracking_zh.csv").read_bytes()))
    monkeypatch.setattr(sys, "stdin", data)
    assert main(["report", "-"]) == 0
    assert "0.875%" in capsys.readouterr().out


def test_deals_read_as_a_sheet_are_told_their_reader(capsys):
    assert main(["report", str(EXAMPLES / "company" / "deals.csv"), "--kind", "sheet"]) == 1
    said = capsys.readouterr().err
    assert "read_stage_history" in said
    assert "nearest known name" not in said
