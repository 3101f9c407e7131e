"""``salesfunnel round``: what is written, what is kept, what is left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import salesfunnel as sf
from salesfunnel.cli import main

ROOT = Path(__file__).parents[1]
TODAY = "2026-11-03"


def run(folder, *more, today=TODAY, locale="zh"):
    return main(["round", str(folder), "--today", today, "--locale", locale, *more])


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*")) if path.is_file()
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    shutil.copy(ROOT / "examples" / "tracking_zh.csv", tmp_path)
    return tmp_path


def test_one_command_makes_the_next_workbook_and_keeps_a_copy(folder, capsys):
    before = content(folder)
    assert run(folder) == 0
    made = content(folder)
    assert set(made) - set(before) == {
        "2026-11.xlsx", "report_2026-10.html", "round_2026-10.json",
        "copies/2026-11-03/tracking_zh.csv",
    }  # fmt: skip
    assert made["tracking_zh.csv"] == before["tracking_zh.csv"]
    assert made["copies/2026-11-03/tracking_zh.csv"] == before["tracking_zh.csv"]
    said = capsys.readouterr().out
    assert "谁在何时之前做什么" in said
    assert "2026-11.xlsx" in said
    sheet = sf.read_table(folder / "2026-11.xlsx", sheet=0)
    assert [row.target for row in sheet.rows][:2] == [500000, 5000]


def test_a_second_run_changes_nothing(folder, capsys):
    run(folder)
    before = content(folder)
    capsys.readouterr()
    assert run(folder) == 0
    assert content(folder) == before
    assert capsys.readouterr().out.count("未变") == 3


def test_what_the_team_wrote_is_never_written_over(folder, capsys):
    openpyxl = pytest.importorskip("openpyxl")
    run(folder)
    path = folder / "2026-11.xlsx"
    book = openpyxl.load_workbook(path)
    book["优化方案"]["J2"] = "已采纳"
    book.save(path)
    mine = path.read_bytes()
    capsys.readouterr()
    assert run(folder, today="2026-11-04") == 0
    assert path.read_bytes() == mine
    assert "保持原样" in capsys.readouterr().out
    record = sf.Round.from_json((folder / "round_2026-10.json").read_bytes())
    assert [measure.state for measure in record.plan].count("accepted") == 1
    assert (folder / "copies" / "2026-11-04" / "2026-11.xlsx").read_bytes() == mine


def test_a_workbook_that_nobody_touched_is_renewed(folder):
    run(folder)
    first = (folder / "2026-11.xlsx").read_bytes()
    sheet = folder / "tracking_zh.csv"
    sheet.write_text(sheet.read_text("utf-8").replace("4200", "4300"), "utf-8")
    run(folder)
    assert (folder / "2026-11.xlsx").read_bytes() != first


def test_a_single_sheet_begins_a_folder(folder):
    assert run(folder / "tracking_zh.csv") == 0
    made = content(folder / "tracking_zh")
    assert {"2026-11.xlsx", "tracking_zh.csv", "round_2026-10.json"} <= set(made)
    assert run(folder / "tracking_zh") == 0  # from now on the folder is the round's
    assert content(folder / "tracking_zh") == made


def test_results_go_into_another_folder(folder, tmp_path):
    out = tmp_path / "out"
    assert run(folder, "--into", str(out)) == 0
    assert (out / "2026-11.xlsx").is_file()
    assert not (folder / "2026-11.xlsx").exists()


def test_errors_of_a_file_make_the_status(folder, capsys):
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04")
    assert run(folder) == 1
    assert "broken.xlsx" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nowhere", "x.txt"])
def test_what_is_not_there_is_refused(tmp_path, name, capsys):
    assert run(tmp_path / name) == 2
    assert "FOLDER" in capsys.readouterr().err


def test_an_empty_folder_is_refused(tmp_path, capsys):
    assert run(tmp_path) == 1
    assert "含有月度表" in capsys.readouterr().err


def test_into_a_file_is_refused(folder):
    assert run(folder, "--into", str(folder / "tracking_zh.csv")) == 2
