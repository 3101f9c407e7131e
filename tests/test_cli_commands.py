"""The commands as a user runs them: deals, events and sheets, in both languages."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

import salesfunnel as sf
from salesfunnel.builtin.example_company import company_csv
from salesfunnel.cli import main
from salesfunnel.cli._main import parser

EXAMPLES = Path(__file__).parents[1] / "examples"
DEALS = str(EXAMPLES / "company" / "deals.csv")
HOW = ["--funnel", "b2b", "--as-of", "2026-11-20"]
MONTHS = str(EXAMPLES / "tracking_months_en.csv")
EVENTS = """user_id,event_type,event_time,device
1,view,2026-01-05 10:00:00,phone
1,cart,2026-01-05 10:05:00,phone
2,view,2026-02-05 11:00:00,desk
2,cart,2026-02-05 11:10:00,desk
2,order,2026-02-06 11:10:00,desk
3,view,2026-02-07 11:10:00,desk
"""
LISTS = {
    "en": "Deal ID,Deal Stage,Create Date,Close Date,Amount\n1,Closed Won,2026-01-05,2026-02-01,900"
    "\n2,Closed Lost,2026-01-07,2026-01-20,400\n3,Proposal,2026-01-08,,700\n",
    "zh": "客户名称,金额,销售阶段,创建日期,关闭日期\n甲,100,成交,2026-01-05,2026-02-01\n"
    "乙,200,输单,2026-01-07,2026-01-20\n丙,300,方案,2026-01-08,\n",
}


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(EVENTS, "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder of the example company, made by a process of its own."""
    folder = tmp_path_factory.mktemp("demo") / "company"
    command = [sys.executable, "-m", "salesfunnel", "demo", str(folder), "--locale", "zh"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True,
                          env={**os.environ, "PYTHONIOENCODING": "utf-8"})  # fmt: skip
    return folder, done


def test_demo_makes_and_reports_the_company(demo):
    folder, done = demo
    assert (folder / "deals.csv").read_text("utf-8") == Path(DEALS).read_text("utf-8")
    assert "<svg" in (folder / "report_zh.html").read_text("utf-8")
    analysis = sf.Analysis.from_json((folder / "analysis.json").read_text("utf-8"))
    assert analysis.bottlenecks.rows[0].tier == "confirmed"
    assert "已写入" in done.stdout
    assert str(folder / "report_zh.html") in done.stdout
    assert not done.stderr, "progress is for terminals only"


def test_the_company_is_the_same_everywhere():
    assert company_csv() == Path(DEALS).read_text("utf-8")


def test_demo_leaves_other_folders_alone(demo, tmp_path, capsys):
    folder, _ = demo
    assert main(["demo", str(folder), "--locale", "zh", "--json", "-"]) == 0, "its own is fine"
    assert json.loads(capsys.readouterr().out)["type"] == "Analysis"
    (tmp_path / "deals.csv").write_text("mine", "utf-8")
    assert main(["demo", str(tmp_path)]) == 2
    assert "must be empty or new" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["deals.csv"]
    assert main(["demo", str(tmp_path / "deals.csv")]) == 2
    assert (tmp_path / "deals.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize(("locale", "word"), [("en", "Summary"), ("zh", "结论")])
def test_deals_are_reported_like_analyze(locale, word, tmp_path, capsys):
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    pytest.importorskip("xlsxwriter")
    options = ["--locale", locale, "--html", str(page), "--xlsx", str(book)]
    assert main(["report", DEALS, *HOW, *options]) == 0
    told = capsys.readouterr().out
    assert word in told
    assert page.stat().st_size > 10_000
    assert book.read_bytes().startswith(b"PK")
    pytest.importorskip("pptx")
    slides = tmp_path / "r.pptx"
    assert main(["analyze", DEALS, *HOW, "--locale", locale, "--pptx", str(slides)]) == 0
    assert capsys.readouterr().out == told
    assert slides.read_bytes().startswith(b"PK")
    assert main(["analyze", DEALS, *HOW, "--pptx", DEALS]) == 2, "not over what is read"
    capsys.readouterr()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_lists_of_deals_are_recognised(locale, tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text(LISTS[locale], "utf-8")
    assert (
        main(["count", str(path), "--as-of", "2026-03-01", "--locale", locale, "--json", "-"]) == 0
    )
    table = sf.ConversionTable.from_json(capsys.readouterr().out)
    deals = sf.read_deals(LISTS[locale], as_of="2026-03-01")
    known = sf.conversions(deals.panel(by="all"))
    assert attrs.evolve(table, faults=()) == attrs.evolve(known, faults=())
    assert {*known.faults, *deals.faults} == {*table.faults}


def test_analyze_takes_a_sheet(tmp_path, capsys):
    out = tmp_path / "a.json"
    assert main(["analyze", MONTHS, "--json", str(out)]) == 0
    analysis = sf.Analysis.from_json(out.read_text("utf-8"))
    assert analysis == sf.analyze(sf.read_table(MONTHS))
    assert "confirmed" in capsys.readouterr().out


@pytest.mark.parametrize(("locale", "word"), [("en", "Steps counted"), ("zh", "步骤")])
def test_events_are_counted(locale, word, log, capsys):
    steps = ["--steps", "view,cart,order"]
    assert main(["count", log, *steps, "--locale", locale]) == 0
    assert word in capsys.readouterr().out
    assert main(["report", log, *steps, "--locale", locale]) == 0
    assert word in capsys.readouterr().out
    assert main(["count", log, *steps, "--by", "month", "--window", "1h", "--json", "-"]) == 0
    counts = sf.StepCounts.from_json(capsys.readouterr().out)
    expected = sf.count_steps(
        sf.read_events(EVENTS), ["view", "cart", "order"], by="month", window="1h"
    )
    assert counts == expected
    assert main(["count", log, *steps, "--segment", "device", "--json", "-"]) == 0
    counted = sf.StepCounts.from_json(capsys.readouterr().out)
    assert counted.by_segment["desk"] == (2, 1, 1)


def test_events_without_steps_are_told_their_names(log, capsys):
    assert main(["count", log]) == 2
    said = capsys.readouterr().err
    assert "--steps" in said
    assert "cart, order, view" in said


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_forecast(locale, tmp_path, capsys):
    page = tmp_path / "f.html"
    options = ["--horizon", "30D", "--locale", locale, "--html", str(page), "--json", "-"]
    assert main(["forecast", DEALS, *HOW, *options]) == 0
    found = sf.Forecast.from_json(capsys.readouterr().out)
    history = sf.read_deals(DEALS, funnel="b2b", as_of="2026-11-20")
    assert found.expected == sf.forecast(history, horizon="30D").expected
    assert {fault.code for fault in history.faults} <= {fault.code for fault in found.faults}
    assert page.exists()


def test_target_of_deals_and_of_a_sheet(capsys):
    assert main(["target", DEALS, *HOW, "--target", "120", "--months", "3", "--json", "-"]) == 0
    plan = sf.TargetPlan.from_json(capsys.readouterr().out)
    assert (plan.wins, len(plan.periods), plan.steps[-1]) == (120, 3, "won")
    assert main(["target", MONTHS, "--target", "1,000", "--locale", "zh"]) == 0
    assert "目标" in capsys.readouterr().out
    assert main(["target", MONTHS, "--target", "100", "--json", "-"]) == 0
    plan = sf.TargetPlan.from_json(capsys.readouterr().out)
    assert plan.steps[-1] == "contracts_signed", "what is sold again is no new deal"
    money = ["--target", "3_000_000", "--unit", "currency", "--by", "channel"]
    assert main(["target", DEALS, *HOW, *money, "--json", "-"]) == 0
    plan = sf.TargetPlan.from_json(capsys.readouterr().out)
    assert int(plan.amounts.sum()) == 3_000_000
    assert main(["target", MONTHS, "--target", "9", "--win", "sale"]) == 2
    assert "contracts_signed" in capsys.readouterr().err


@pytest.mark.parametrize(("locale", "word"), [("en", "Pipeline bridge"), ("zh", "期初")])
def test_bridge(locale, word, capsys):
    options = ["--since", "2026-10-01", "--locale", locale]
    assert main(["bridge", DEALS, *HOW, *options]) == 0
    assert word in capsys.readouterr().out
    assert main(["bridge", DEALS, *HOW, *options, "--json", "-"]) == 0
    bridge = sf.PipelineBridge.from_json(capsys.readouterr().out)
    assert bridge.bars.balance == 0


@pytest.mark.parametrize(("locale", "word"), [("en", "Do the measures work?"), ("zh", "措施")])
def test_review_takes_the_plan_of_an_analysis(locale, word, demo, tmp_path, capsys):
    plan = str(demo[0] / "analysis.json")
    page = tmp_path / "r.html"
    options = ["--today", "2026-11-30", "--locale", locale, "--html", str(page)]
    assert main(["review", plan, DEALS, *HOW, *options]) == 0
    assert word in capsys.readouterr().out
    assert word in page.read_text("utf-8")
    assert main(["review", plan, DEALS, *HOW, *options, "--json", "-"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)
    assert sf.Review.from_dict(first).state == "executing"
    assert main(["review", plan, DEALS, *HOW, *options, "--adoption", "answer-in-a-day=0.5"]) == 2
    hint = {"en": "did you mean 'answer-within-a-day'?", "zh": "是否想写 'answer-within-a-day'？"}
    assert hint[locale] in capsys.readouterr().err


def test_a_plan_that_is_none(tmp_path, capsys):
    path = tmp_path / "plan.json"
    after = [DEALS, *HOW, "--today", "2026-11-30"]
    assert main(["review", str(path), *after]) == 1
    path.write_text("{", "utf-8")
    assert main(["review", str(path), *after]) == 1
    assert "must be a JSON document" in capsys.readouterr().err
    path.write_text(sf.template("b2b").to_json(), "utf-8")
    assert main(["review", str(path), *after]) == 1
    assert "got Funnel" in capsys.readouterr().err
    assert main(["review", str(path), *after, "--json", str(path)]) == 2
    assert path.read_text("utf-8") == sf.template("b2b").to_json()


def test_schema(tmp_path, capsys):
    jsonschema = pytest.importorskip("jsonschema")
    assert main(["schema"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert main(["schema", "Interval"]) == 0
    part = json.loads(capsys.readouterr().out)
    assert part["$defs"]["Interval"] == whole["$defs"]["Interval"]
    assert sorted(part["$defs"]) == ["Interval"]
    assert main(["schema", "Funnel", "--json", str(tmp_path / "s.json")]) == 0
    funnel = json.loads((tmp_path / "s.json").read_text("utf-8"))
    jsonschema.validate(sf.template("b2b").to_dict(), funnel)
    assert "Forecast" not in funnel["$defs"]
    assert main(["schema", "Intervall"]) == 2
    assert "did you mean 'Interval'" in capsys.readouterr().err


def test_plugins_as_json(capsys):
    assert main(["plugins", "--json", "-"]) == 0
    names = {record["name"] for record in json.loads(capsys.readouterr().out)}
    assert {"b2b", "hubspot"} <= names


@pytest.mark.parametrize(
    ("argv", "status", "said"),
    [
        (["report", DEALS, "--horizon", "9"], 2, "--horizon is for forecast"),
        (["report", MONTHS, "--stages", "a,,b"], 2, "names with commas between"),
        (["report", DEALS, "--column", "deal"], 2, "must be name=value"),
        (["forecast", MONTHS], 2, "must hold deals for forecast, got a sheet"),
        (["report", MONTHS, "--as-of", "2026-01-01"], 2, "'--as-of' must be left out for sheet"),
        (["report", MONTHS, "--kind", "sheet", "--pipeline", "x"], 2, "it is for deals"),
        (["target", MONTHS, "--target", "0"], 2, "whole number of at least 1"),
        (["analyze", MONTHS, "--start", "1.2.2026"], 2, "a day such as 2026-11-30"),
        (["analyze", MONTHS, "--html", "none/there.html"], 2, "in a folder that exists"),
        (["forecast", "none.csv"], 1, "none.csv"),
        (["bridge", DEALS, "--since", "2030-01-01"], 2, "until"),
    ],
)
def test_what_is_wrong_is_named(argv, status, said, capsys):
    assert main(argv) == status
    assert said in capsys.readouterr().err


def test_a_list_of_deals_has_a_target_of_two_steps(tmp_path, capsys):
    rows = [
        f"{i},Closed {state},2026-0{1 + i % 6}-05,2026-0{2 + i % 6}-01,9"
        for i, state in enumerate(["Lost", "Won", "Won"] * 20)
    ]
    path = tmp_path / "list.csv"
    header = "Deal ID,Deal Stage,Create Date,Close Date,Amount"
    path.write_text("\n".join([header, *rows, "99,Proposal,2026-07-02,,9"]), "utf-8")
    argv = [str(path), "--as-of", "2026-08-01", "--target", "12", "--months", "3"]
    assert main(["target", *argv, "--json", "-"]) == 0
    plan = sf.TargetPlan.from_json(capsys.readouterr().out)
    assert len(plan.steps) == 2
    assert plan.wins == 12


def test_events_as_json_records(tmp_path, capsys):
    path = tmp_path / "events.json"
    path.write_text('[{"user_id": 1, "event": "view", "time": 1767607200}]', "utf-8")
    assert main(["count", str(path)]) == 2
    assert "the file has view" in capsys.readouterr().err
    assert main(["count", str(path), "--steps", "view,cart", "--json", "-"]) == 0
    assert sf.StepCounts.from_json(capsys.readouterr().out).counts == (1, 0)


def test_orders_are_told_their_reader(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,order_id,order_date,amount\n1,1,2026-01-05,10\n", "utf-8")
    assert main(["report", str(path)]) == 1
    assert "read_purchases" in capsys.readouterr().err


def test_errors_of_deals_are_printed_and_end_with_one(tmp_path, capsys):
    path = tmp_path / "deals.csv"
    text = Path(DEALS).read_text("utf-8").splitlines()
    text[3] = text[3].replace("2026-", "9999-").replace("2024-11-12", "2024-13-45")
    path.write_text("\n".join(text), "utf-8")
    for command in (["analyze"], ["forecast"], ["count"]):
        assert main([*command, str(path), *HOW]) == 1
        assert "2024-13-45" in capsys.readouterr().out
    assert main(["count", str(path), *HOW, "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["type"] == "ConversionTable"
    assert "2024-13-45" in {fault["value"] for fault in document["faults"]}


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_an_input_is_never_written_over(option, log, tmp_path, capsys):
    before = Path(log).read_bytes()
    steps = ["--steps", "view,cart"]
    for source in (log, str(tmp_path), str(tmp_path / "*.csv")):
        assert main(["count", source, *steps, option, log]) == 2
        assert "must be another file" in capsys.readouterr().err
    assert Path(log).read_bytes() == before


def test_deals_come_from_standard_input(monkeypatch, capsys):
    data = io.TextIOWrapper(io.BytesIO(Path(DEALS).read_bytes()))
    monkeypatch.setattr(sys, "stdin", data)
    assert main(["count", "-", *HOW, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "ConversionTable"


@pytest.mark.parametrize(("locale", "word"), [("en", "reading"), ("zh", "读取")])
def test_progress_is_shown_on_a_terminal_only(locale, word, monkeypatch, capsys):
    argv = ["count", DEALS, *HOW, "--locale", locale]
    assert main(argv) == 0
    assert not capsys.readouterr().err
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(argv) == 0
    assert word in terminal.getvalue()
    assert "100 %" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K"), "it is wiped away at the end"


def test_completion_knows_every_command_and_its_options(capsys):
    assert main(["completion", "zsh"]) == 0
    assert "bashcompinit" in capsys.readouterr().out
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    for name in ("report", "analyze", "count", "forecast", "target", "bridge", "review",
                 "plugins", "schema", "demo", "completion"):  # fmt: skip
        assert f"    {name}) words=" in script
    assert "'target --unit') words='count currency'" in script
    assert main(["completion", "fish"]) == 2


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="no bash")
@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["fore"], {"forecast"}),
        (["target", "--un"], {"--unit"}),
        (["target", "--unit", ""], {"count", "currency"}),
        (["report", "--locale", ""], {"en", "zh"}),
        (["completion", ""], {"bash", "zsh"}),
    ],
)
def test_completion_completes_in_bash(words, given, capsys):
    main(["completion", "bash"])
    line = " ".join(repr(word) for word in ["salesfunnel", *words])
    code = f"COMP_WORDS=({line}); COMP_CWORD={len(words)}; _salesfunnel; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["/bin/bash", "-c", f"{capsys.readouterr().out}\n{code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert set(done.stdout.split()) == given


def test_a_reader_that_stops_early_is_no_error():
    command = f"{sys.executable} -m salesfunnel schema | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert not done.stderr


def test_every_command_has_help(capsys):
    (commands,) = (a.choices for a in parser()._actions if isinstance(a.choices, dict))
    for name in commands:
        assert main([name, "--help"]) == 0
        assert name in capsys.readouterr().out
