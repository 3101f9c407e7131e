"""Commands on inputs of every kind, in process: deals in a folder, events, wrong options."""

from __future__ import annotations

import json

import pytest

import salesfunnel as sf
from salesfunnel.cli import main

DEALS = """Deal,Stage,Created,Close date,Status,Amount
1,Lead,2026-01-05,,open,100
2,Lead,2026-01-05,,open,100
3,Offer,2026-01-05,,open,50
"""
LATER = """Deal,Stage,Created,Close date,Status,Amount
1,Offer,2026-01-05,,open,100
2,Closed Won,2026-01-05,2026-01-20,won,100
3,Offer,2026-01-05,,open,50
"""
EVENTS = "user_id,event,time,plan\n" + "".join(
    f"u{i},{step},2026-01-{i % 27 + 1:02d}T1{hour}:00:00,{'pro' if i % 3 else 'free'}\n"
    for i in range(40)
    for hour, step in enumerate(("visit", "cart", "order"))
    if i % (hour + 1) == 0
)
SHEET = """stage,metric,period,target,actual,owner
Lead,leads,2026-09,500,430,Ann
Offer,offers,2026-09,250,170,Bob
Won,wins,2026-09,80,70,Cid
Lead,leads,2026-10,500,420,Ann
Offer,offers,2026-10,250,150,Bob
Won,wins,2026-10,80,60,Cid
"""


@pytest.fixture
def files(tmp_path):
    """A folder with an input of every kind."""
    for name, text in (("events.csv", EVENTS), ("sheet.csv", SHEET), ("deals.csv", LATER)):
        (tmp_path / name).write_text(text, "utf-8")
    folder = tmp_path / "dated"
    folder.mkdir()
    (folder / "deals 2026-01-10.csv").write_text(DEALS, "utf-8")
    (folder / "deals 2026-02-01.csv").write_text(LATER, "utf-8")
    return tmp_path


def run(capsys, *words):
    """Return the exit code, and what is written to both streams."""
    code = main([str(word) for word in words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_folder_of_dated_exports_is_one_history(files, capsys):
    code, out, _ = run(capsys, "count", files / "dated")
    assert code == 0
    assert "Closed Won" in out
    code, _, err = run(capsys, "analyze", files / "dated", "--as-of", "2026-02-01")
    assert code == 2
    assert "--as-of" in err


def test_events_are_counted_and_judged(files, capsys):
    steps = ("--steps", "visit,cart,order")
    code, out, _ = run(capsys, "count", files / "events.csv", *steps)
    assert code == 0
    assert "cart" in out
    code, out, _ = run(capsys, "count", files / "events.csv", *steps, "--segment", "plan")
    assert code == 0
    assert "free" in out
    target = files / "counts.xlsx"
    code, _, err = run(capsys, "report", files / "events.csv", *steps, "--xlsx", target)
    assert code == 2
    assert not target.exists()
    assert err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("count", "sheet.csv", "--order", "strict"), "--order"),
        (("count", "sheet.csv", "--by", "month"), "--by"),
        (("count", "none.csv"), "none.csv"),
        (("report", "sheet.csv", "--html", "dated"), "dated"),
        (("report", "sheet.csv", "--html", "nowhere/a.html"), "nowhere"),
        (("review", "none.json", "sheet.csv", "--today", "2026-11-03"), "none.json"),
        (("review", "sheet.csv", "sheet.csv", "--today", "2026-11-03"), "JSON"),
    ],
)
def test_wrong_options_end_in_a_sentence(files, capsys, monkeypatch, words, said):
    monkeypatch.chdir(files)
    code, out, err = run(capsys, *words)
    assert code in {1, 2}
    assert said in err
    assert "Traceback" not in out + err


def test_a_plan_is_followed_up(files, capsys, tmp_path):
    sheet = sf.read_table(SHEET)
    analysis = sf.analyze(sheet)
    plans = {"analysis.json": analysis, "plan.json": analysis.plan, "sheet.json": sheet}
    for name, result in plans.items():
        (tmp_path / name).write_text(json.dumps(result.to_dict()), "utf-8")
    for name in ("analysis.json", "plan.json"):
        code, out, _ = run(
            capsys, "review", tmp_path / name, files / "sheet.csv", "--today", "2026-11-03"
        )
        assert code == 0
        assert out.strip()
    code, _, err = run(
        capsys, "review", tmp_path / "sheet.json", files / "sheet.csv", "--today", "2026-11-03"
    )
    assert code == 1
    assert "Tracking" in err
    code, _, err = run(
        capsys, "review", tmp_path / "plan.json", files / "sheet.csv", "--today", "2026-11-03",
        "--adoption", "call=much",
    )  # fmt: skip
    assert code == 2
    assert "--adoption" in err


@pytest.mark.parametrize("width", ["60", "120"])
def test_a_width_is_kept(files, capsys, width):
    code, out, _ = run(capsys, "report", files / "sheet.csv", "--width", width)
    assert code == 0
    assert max(map(len, out.splitlines())) <= int(width)


@pytest.mark.parametrize("width", ["5", "wide"])
def test_a_width_that_is_none(files, capsys, width):
    code, _, err = run(capsys, "report", files / "sheet.csv", "--width", width)
    assert code == 2
    assert width in err
