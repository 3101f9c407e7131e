"""Folders as teams keep them: copies, locks, two funnels, gaps; the right round or a refusal."""

from __future__ import annotations

import errno
import re
from datetime import date

import attrs
import pytest

import salesfunnel as sf
from salesfunnel.cli import main
from salesfunnel.cli import rounds as command
from salesfunnel.intake.rounds.one_funnel import is_copy
from salesfunnel.render.words.figures import fault_item
from shared import ROOT

TODAY = date(2026, 11, 3)
HEAD = "Stage,Metric,Target,Actual,Owner\n"
STEPS = ("Impressions", "Leads captured", "Content downloads", "Demos booked")
SHOP = ("Visits", "Carts", "Payments", "Orders shipped")


def sheet(counts=(9000, 900, 400, 200), steps=STEPS, stages=("Awareness", "Interest")):
    """Return a sheet of one month as CSV."""
    rows = [
        f"{stages[i // 2]},{name},{2 * count},{count},Marketing\n"
        for i, (name, count) in enumerate(zip(steps, counts, strict=True))
    ]
    return HEAD + "".join(rows)


def codes(found):
    return {fault.code: fault for fault in found.faults}


def run(files, locale="en"):
    return sf.run_round(files, today=TODAY, locale=locale)


def shop():
    return sheet((8000, 700, 300, 100), SHOP, ("Look", "Buy"))


def test_sheets_of_two_funnels_are_refused_with_both_named():
    with pytest.raises(sf.errors.IntakeError, match="one funnel") as told:
        run({"2026-10.csv": sheet(), "shop 2026-10.csv": shop()})
    for part in ("2026-10.csv", "shop 2026-10.csv", "Impressions", "Visits", "folder of its own"):
        assert part in str(told.value)


def test_a_smaller_sheet_of_another_funnel_is_left_out_and_told_once():
    months = {f"2026-{m:02d}.csv": sheet() for m in range(7, 11)}
    found = run({**months, "shop 2026-10.csv": shop()})
    fault = codes(found)["round-other-funnel"]
    assert (fault.file, fault.severity) == ("shop 2026-10.csv", "error")
    assert {row.metric for row in found.actuals.rows} == set(
        found.actuals.funnel.level_keys("step")
    )
    assert not {"unknown-metric", "unknown-stage"} & set(codes(found))


def test_a_funnel_that_is_given_takes_what_else_the_team_counts():
    given = sf.read_table(sheet(), period="2026-10").funnel.to_json()
    found = run({"funnel.json": given, "2026-10.csv": sheet(), "shop 2026-10.csv": shop()})
    assert len(found.actuals) == 8


def test_departments_may_keep_the_stages_of_one_template_in_sheets_of_their_own():
    months = (ROOT / "examples" / "tracking_months_en.csv").read_text("utf-8-sig").splitlines()
    first = [line for line in months[1:] if line.split(",")[1] in {"Awareness", "Interest"}]
    rest = [line for line in months[1:] if line not in first]
    parts = ("\n".join([months[0], *lines]) for lines in (first, rest))
    one = run({"all.csv": "\n".join(months)})
    two = run(dict(zip(("marketing.csv", "sales.csv"), parts, strict=True)))
    assert two.actuals.funnel.level_keys("step") == one.actuals.funnel.level_keys("step")
    alarms = [[str(row.transition) for row in r.judged.bottlenecks.alarms] for r in (one, two)]
    assert alarms[0] == alarms[1] != []
    assert set(codes(two)) == set(codes(one))


@pytest.mark.parametrize(
    ("name", "copy"),
    [("跟踪表 (2).xlsx", True), ("Kopie von Oktober.xlsx", True), ("October - Copy.xlsx", True),
     ("跟踪表 - 副本.xlsx", True), ("Copy of plan.csv", True), ("2026-10.xlsx", False),
     ("copier sales.csv", False), ("2026年10月.xlsx", False)],
)  # fmt: skip
def test_copies_are_known_by_their_names(name, copy):
    assert is_copy(name) == copy


def test_the_sheet_counts_before_its_copy_and_an_error_names_both():
    other = sheet((9500, 900, 400, 200))
    found = run({"2026-10 (2).csv": other, "2026-10.csv": sheet(), "2026-09.csv": sheet()})
    assert found.actuals.rows[0].actual == 9000
    assert codes(found)["round-months-differ"].file == "2026-10 (2).csv"
    same = run({"2026-10 (2).csv": sheet(), "2026-10.csv": sheet()})
    assert not [fault for fault in same.faults if fault.severity == "error"]


def test_what_systems_and_office_leave_behind_is_not_told():
    left = {
        "~$2026-10.xlsx": b"\x05Ann", ".DS_Store": b"Bud1", "Thumbs.db": b"x",
        "desktop.ini": "[x]", ".~lock.2026-10.xlsx#": ",ann;", "2026-10.xlsx.tmp": b"PK",
    }  # fmt: skip
    clean = run({"2026-10.csv": sheet()})
    assert codes(run({**left, "2026-10.csv": sheet()})).keys() == codes(clean).keys()


OCTOBER = {"2026-10.csv": sheet()}
FOLDERS = {
    "months that are over and not filled in": (
        {"2026-07.csv": sheet(), "2026-08.csv": sheet()}, "round-periods-late", "2026-09, 2026-10"),
    "a name that says another month": (
        {"2026-09.csv": "Period," + sheet().replace("\n", "\n2026-10,", 4)},
        "round-name-differs", "2026-09"),
    "targets that are no numbers": (
        {**OCTOBER, "targets.json": '{"Impressions": "many"}'},
        "round-target-unread", "Impressions"),
    "JSON that breaks off": ({**OCTOBER, "funnel.json": "{"}, "round-file-unread", None),
    "a page saved as a workbook": (
        {**OCTOBER, "export.xls": b"<html><table><tr><td>1</td></tr></table></html>"},
        "round-file-unread", None),
    "a file of nothing": ({**OCTOBER, "2026-09.xlsx": b""}, "round-file-unread", None),
    "a spreadsheet of WPS": ({**OCTOBER, "2026-09.et": b"\xd0\xcf"}, "round-file-save-as", ".et"),
    "a note in words": ({**OCTOBER, "readme.txt": b"hello"}, "round-file-unknown", None),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDERS)
def test_each_of_these_is_told_with_what_to_do_in_both_languages(case):
    files, code, value = FOLDERS[case]
    found = run(files)
    fault = codes(found)[code]
    assert fault.hint
    assert "–" not in fault.hint
    assert value is None or fault.value == value
    item = fault_item(fault, "zh")
    for words in (item.text, item.hint):
        left = re.sub(r"\w+\.json|Excel|WPS|CSV|JSON|xlsx|\.et|Impressions|many", "", words)
        assert not re.search("[A-Za-z]", left), words


def test_a_folder_in_the_folder_is_told(tmp_path):
    (tmp_path / "2025").mkdir()
    (tmp_path / "2025" / "2025-12.csv").write_text(sheet(), "utf-8")
    with pytest.raises(sf.errors.IntakeError, match="2025/"):
        sf.run_round(tmp_path, today=TODAY)
    (tmp_path / "2026-10.csv").write_text(sheet(), "utf-8")
    assert codes(sf.run_round(tmp_path, today=TODAY))["round-folder-inside"].file == "2025/"


def test_a_file_that_is_open_elsewhere_is_told_and_left_as_it_is(tmp_path, monkeypatch, capsys):
    (tmp_path / "2026-09.csv").write_text(sheet(), "utf-8")
    (tmp_path / "2026-10.xlsx").write_bytes(b"held")
    read = type(tmp_path).read_bytes

    def held(path):
        if path.name == "2026-10.xlsx":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(type(tmp_path), "read_bytes", held)
    assert main(["round", str(tmp_path), "--today", "2026-11-03", "--locale", "zh"]) == 1
    said = capsys.readouterr().out
    assert "2026-10.xlsx：文件无法打开：没有权限" in said
    assert "无法打开，保持原样" in said
    monkeypatch.undo()
    assert (tmp_path / "2026-10.xlsx").read_bytes() == b"held"
    assert (tmp_path / "report_2026-09.html").exists()


@pytest.mark.parametrize(
    ("number", "why", "chinese"),
    [(errno.ENOSPC, "No space left on device", "磁盘空间不足"),
     (errno.EROFS, "Read-only file system", "只读文件系统"),
     (errno.EACCES, "Permission denied", "没有权限")],
)  # fmt: skip
def test_a_folder_that_cannot_be_written_to_is_refused(
    tmp_path, monkeypatch, capsys, number, why, chinese
):
    (tmp_path / "2026-10.csv").write_text(sheet(), "utf-8")

    def full(path, content):
        raise OSError(number, why)

    monkeypatch.setattr(command, "write_file", full)
    words = ["round", str(tmp_path), "--today", "2026-11-03"]
    assert main(words) == 2
    told = capsys.readouterr().err
    assert why in told
    assert "--into" in told
    assert main([*words, "--locale", "zh"]) == 2
    assert chinese in capsys.readouterr().err
    assert (tmp_path / "2026-10.csv").read_text("utf-8") == sheet()


def test_the_answer_of_a_round_tells_the_measure_as_the_plan_has_it():
    months = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    first = run({"all.json": months})
    measure = first.judged.plan.measures[0]
    taken = attrs.evolve(measure, owner="Ann", state="accepted")
    kept = [taken if one.key == measure.key else one for one in first.plan.measures]
    found = attrs.evolve(first, plan=attrs.evolve(first.plan, measures=kept))
    for locale, words in (("en", "Under way"), ("zh", "正在执行")):
        page = found.to_text(locale=locale)
        assert words in page
        assert "Ann" in page.split(words)[1][:400]
    assert "Do first" in first.to_text()


def test_a_proposal_is_never_due_in_the_past():
    months = sf.read_table(ROOT / "examples" / "tracking_months_en.csv")
    first = run({"all.json": months})
    later = date(2027, 3, 2)
    found = sf.run_round({"all.json": months, "round_2026-10.json": first}, today=later)
    assert [m for m in found.plan.measures if m.state == "proposed"]
    assert all(m.due >= later for m in found.plan.measures if m.state == "proposed")
