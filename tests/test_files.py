"""One writer for every file: a full disk or a killed process leaves the old file whole."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import salesfunnel
from salesfunnel._core.files import write_file

SRC = Path(salesfunnel.__file__).parent
ROOT = Path(__file__).parents[1]

# What is written where: the expression gives a result, the method takes the path.
WRITERS = {
    "sheet.to_csv": "sheet.csv",
    "sheet.to_xlsx": "sheet.xlsx",
    "sheet.to_html": "sheet.html",
    "plan.to_csv": "plan.csv",
    "plan.to_markdown": "plan.md",
    "plan.to_xlsx": "plan.xlsx",
    "plan.to_icalendar": "plan.ics",
    "plan.to_html": "plan.html",
    "playbook.to_markdown": "playbook.md",
    "analysis.to_pptx": "analysis.pptx",
}
SETUP = f"""
import sys, resource, signal
from datetime import date
sys.path.insert(0, {str(ROOT / "tests")!r})
import salesfunnel as sf
sheet = sf.read_table({str(ROOT / "examples" / "tracking_zh.csv")!r})
from results import _followed
playbook = _followed()["playbook"]
panel = sf.read_table({str(ROOT / "examples" / "tracking_months_en.csv")!r}).panel(level="step")
analysis = sf.analyze(panel)
plan = sf.plan(sf.find_bottlenecks(panel), (), start=date(2026, 11, 2))
"""
FULL = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # the disk is full after 100 bytes
for call, path in {calls!r}:
    try:
        eval(call)(path)
    except Exception:  # a library may fail in its own words
        pass
    else:
        print("written", call)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of file sizes")
def test_a_full_disk_leaves_every_old_file_whole(tmp_path):
    calls = [(call, str(tmp_path / name)) for call, name in WRITERS.items()]
    for _, path in calls:
        Path(path).write_text("old and whole" * 20)
    done = subprocess.run(
        [sys.executable, "-c", SETUP + FULL.format(calls=calls)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    for call, path in calls:
        assert Path(path).read_text() == "old and whole" * 20, call
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(WRITERS.values())


def test_every_writer_is_in_the_list_above():
    """Whoever adds a method that writes adds it to `WRITERS`."""
    found = set()
    for file in SRC.rglob("*.py"):
        text = file.read_text("utf-8")
        if file.relative_to(SRC).parts[0] in {"export", "render"}:
            continue
        for name, arguments in re.findall(r"def (to_\w+)\(\s*self,([^)]*)\)", text):
            if re.match(r"\s*path\b", arguments):
                found.add(name)
    assert found <= {call.partition(".")[2] for call in WRITERS}


def test_nothing_writes_beside_the_one_writer():
    for file in SRC.rglob("*.py"):
        text = file.read_text("utf-8")
        if file.name != "files.py":
            assert not re.search(r"\.write_(text|bytes)\(", text), file
            assert not re.search(r"open\([^)]*[\"'][wax]b?[\"']", text), file


def test_mode_and_link_are_kept(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_file_and_a_device(tmp_path):
    write_file(tmp_path / "新的", b"new")
    assert (tmp_path / "新的").read_bytes() == b"new"
    write_file(os.devnull, b"gone")
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "no" / "folder", b"x")
