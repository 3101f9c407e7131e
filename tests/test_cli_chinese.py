"""The command in Chinese: help, usage and errors; the same exit codes as in English."""

from __future__ import annotations

import argparse
import ast
import re
import sys
from datetime import date
from pathlib import Path

import pytest

import salesfunnel as sf
from salesfunnel._core.extras import require
from salesfunnel.cli import main
from salesfunnel.cli._main import parser
from salesfunnel.cli.chinese import HELP, locale_of, said, speak_chinese, translated
from salesfunnel.i18n import catalog
from salesfunnel.render.words.figures import fault_item
from shared import ROOT

SOURCE = Path(sf.__file__).parent

NAMES = {
    "salesfunnel", "COMMAND", "report", "analyze", "count", "forecast", "target", "bridge",
    "review", "plugins", "schema", "demo", "completion", "round", "JSON", "Schema", "FILE", "NAME",
    "SHEET", "ENCODING", "ROLE", "PERIOD", "WORD", "STATE", "TIME", "ZONE", "SPAN", "MONTH", "STEP",
    "PLAN", "FOLDER", "TYPE", "sheet", "deals", "events", "auto", "open", "lost", "deal", "xlsx",
    "json", "parquet", "Asia", "Shanghai", "Analysis", "week", "gb18030", "currency",
    "bash", "zsh", "day", "month", "quarter", "year", "none", "ordered", "strict", "COLUMN",
    "MEASURE", "SHARE", "DAY", "CNY", "html", "outcome", "salesfunnel-demo", "template",
}  # fmt: skip


def said_in_help(top):
    """Yield every text of a parser and its commands that a reader sees."""
    yield from (top.description, top._optionals.title)
    yield from (group.title for group in top._action_groups)
    for action in top._actions:
        if action.help not in {None, argparse.SUPPRESS}:
            yield action.help
        if isinstance(action.choices, dict):
            yield from (choice.help for choice in action._choices_actions)
            for command in action.choices.values():
                yield from said_in_help(command)


def test_every_word_of_the_help_has_its_chinese():
    english = {words for words in said_in_help(parser()) if words}
    known = {words for key, words in catalog("en").items() if key.startswith(HELP)}
    assert english - known == set()
    assert known - english == set()  # nothing that nobody says any more
    top = parser()
    speak_chinese(top)
    for words in said_in_help(top):
        assert not words or re.search(r"[\u4e00-\u9fff]", words), words


@pytest.mark.parametrize("command", ["", "report", "count", "target", "review", "demo", "bridge"])
def test_the_help_is_chinese_but_for_names(command, capsys):
    assert main([*([command] if command else []), "--help", "--locale", "zh"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("用法：salesfunnel")
    english = re.sub(r"--?[\w-]+( [A-Z][\w=,]*)?|\{[^}]*\}|[a-z]+=|\[[^]]*\]", " ", out)
    left = set(re.findall(r"[A-Za-z]{3,}", english)) - NAMES
    assert left - {"xls", "csv", "tsv", "ods", "OUT", "won", "FILE"} == set()


def test_english_is_as_it_was(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: salesfunnel")
    assert not re.search(r"[\u4e00-\u9fff]", out)


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        (["report"], 2, "错误：缺少参数：FILE"),
        (["repot"], 2, "是否想写 'report'？"),
        (["report", "x", "--htm"], 2, "--html"),
        (["target", "x", "--target", "abc"], 2, "应是不小于1的整数，现为 'abc'"),
        (["report", "none.csv"], 1, "应是能打开的文件，现为 'none.csv'（文件不存在）"),
        (["report", "{sheet}", "--funnel", "b2c"], 2, "是否想写 'b2b'？"),
        (["forecast", "{sheet}"], 2, "应含有商机，供 forecast 使用，现为 月度表"),
        (["report", "{bad}"], 1, "缺少名为“actual”的列"),
        (["report", "{sheet}", "--html", "{sheet}"], 2, "不是同一个文件"),
        (["report", "{sheet}", "--tz", "Asia/Shanghai"], 2, "不与月度表同用"),
        (["report", "{sheet}", "--kind", "deal"], 2, "没有 'deal' 这一项"),
        (["count", "{sheet}", "--by", "month"], 2, "月度表"),
    ],
)
def test_errors_are_chinese_and_end_alike(given, status, told, tmp_path, capsys):
    (tmp_path / "bad.csv").write_text("stage,metric,target\nAwareness,Impressions,10\n", "utf-8")
    (tmp_path / "sheet.csv").write_text(
        "stage,metric,target,actual\nAwareness,Impressions,10,9\n", "utf-8"
    )
    places = {"bad": tmp_path / "bad.csv", "sheet": tmp_path / "sheet.csv"}
    words = [part.format(**places) for part in given]
    assert main([*words, "--locale", "zh"]) == status
    err = capsys.readouterr().err
    assert told in err
    assert "must" not in err
    assert "Hint" not in err
    assert main(["--locale", "zh", *words]) == status
    assert capsys.readouterr().err == err
    assert main(words) == status
    assert not re.search(r"[\u4e00-\u9fff]", capsys.readouterr().err)


def test_the_language_is_known_before_anything_is_parsed():
    assert locale_of(["report", "--locale", "zh"]) == "zh"
    assert locale_of(["--locale=zh", "report"]) == "zh"
    assert locale_of(["report", "--locale"]) == "en"
    assert locale_of(["report", "--locale", "fr"]) == "en"


def test_what_no_pattern_knows_stays_as_it_is():
    assert translated("something else went wrong") is None
    assert "原文" in catalog("zh")["command.original"]


def features():
    """Return what each extra is needed for, as the code says it."""
    found = {"a dataframe of polars"}
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        named = {
            node.targets[0].id: node.value.value for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }  # fmt: skip
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for word in (k.value for call in calls for k in call.keywords if k.arg == "feature"):
            if isinstance(word, ast.Constant):
                found.add(word.value)
            elif isinstance(word, ast.Name) and isinstance(named.get(word.id), str):
                found.add(named[word.id])
    return sorted(found)


def test_a_missing_extra_is_said_in_chinese_but_for_names_and_the_command():
    assert len(features()) > 10
    for feature in features():
        with pytest.raises(sf.errors.MissingExtraError) as told:
            require("no_such_package", extra="excel", feature=feature)
        words, _, hint = said(told.value, "zh").partition("\n\n")
        left = re.sub(r"no_such_package|PNG|Parquet|Excel|Word|PPT|altair|matplotlib|plotly|polars",
                      "", words)  # fmt: skip
        assert not re.search("[A-Za-z]", left), words
        assert hint == '建议：pip install "salesfunnel[excel]"'


def test_a_file_of_the_round_that_needs_an_extra_is_told_in_chinese(monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    sheet = (ROOT / "examples" / "tracking_zh.csv").read_bytes()
    book = (ROOT / "examples" / "tracking_months_zh.xlsx").read_bytes()
    found = sf.run_round({"tracking.csv": sheet, "2026-09.xlsx": book}, today=date(2026, 11, 3))
    (fault,) = [f for f in found.faults if f.code == "round-file-unread"]
    assert fault_item(fault, "zh").text == (
        "文件无法读取：读取Excel工作簿需要软件包 python_calamine，目前尚未安装"
    )
    assert fault_item(fault, "zh").hint == 'pip install "salesfunnel[excel]"'
