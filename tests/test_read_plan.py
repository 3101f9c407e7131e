"""read_plan and merge: what a team did to its plan is kept, whatever it did."""

from __future__ import annotations

import io
from datetime import date

import attrs
import pytest

import salesfunnel as sf
from salesfunnel.planning import Quantiles

BOTH = ("en", "zh")
FORMS = ("xlsx", "csv", "markdown")
NASTY = "=1+1 | a_b *c* <br> \\ [x](y) ~z`\n1. first\n- second"


def measure(key, **changes):
    some = Quantiles(1, 2, 3, 2)
    effect = sf.Effect(deals=some, p_positive=0.9, months=3, rate_now=0.3, rate_planned=0.4)
    values = {
        "key": key, "bottleneck": sf.Transition("intent", "negotiation"),
        "problem": "slow-response", "measure": "answer-within-a-day", "owner": "sales-lead",
        "begins": date(2026, 10, 8), "due": date(2026, 10, 15), "effort": 2.25, "effect": effect,
        "priority": 0.8,
    }  # fmt: skip
    return sf.Measure(**{**values, **changes})


@pytest.fixture
def plan():
    return sf.ImprovementPlan(
        start=date(2026, 10, 8),
        funnel=sf.template("b2b"),
        measures=[
            measure("intent-negotiation/answer"),
            measure("second", segment="web (new)", state="accepted", note="old"),
            measure("third", measure="own", title="Ring twice", detail="At noon.", owner="Ann Lee"),
            measure("nasty", measure="own", title=NASTY, detail=NASTY, owner="+Bo", note=NASTY),
        ],
    )


def written(plan, form, locale, tmp_path):
    if form == "xlsx":
        plan.to_xlsx(tmp_path / "plan.xlsx", locale=locale)
        return tmp_path / "plan.xlsx"
    return getattr(plan, f"to_{form}")(locale=locale)


@pytest.mark.parametrize("locale", BOTH)
@pytest.mark.parametrize("form", FORMS)
def test_a_plan_that_nobody_edited_comes_back_the_same(plan, form, locale, tmp_path):
    edited = sf.read_plan(written(plan, form, locale, tmp_path))
    assert edited.faults == ()
    assert [m.key for m in edited] == [m.key for m in plan]
    assert plan.merge(edited) == plan


@pytest.mark.parametrize("name", ["plan.csv", "plan.md", "plan.xlsx"])
def test_files_are_read_as_text_is(plan, name, tmp_path):
    getattr(plan, {"csv": "to_csv", "md": "to_markdown", "xlsx": "to_xlsx"}[name[5:]])(
        tmp_path / name
    )
    assert plan.merge(sf.read_plan(str(tmp_path / name))) == plan
    assert plan.merge(sf.read_plan((tmp_path / name).read_bytes())) == plan


def workbook(plan, tmp_path, locale, edit):
    openpyxl = pytest.importorskip("openpyxl")
    plan.to_xlsx(tmp_path / "plan.xlsx", locale=locale)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    edit(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("keys", [True, False], ids=["keys", "no keys"])
@pytest.mark.parametrize("locale", BOTH)
def test_every_edit_of_a_workbook_is_kept(plan, tmp_path, locale, keys):
    words = {"en": ("rejected", "in progress"), "zh": ("已否决", "进行中")}[locale]

    def edit(sheet):
        sheet.cell(2, 4).value = "Cy Wu"
        sheet.cell(2, 5).value = date(2026, 11, 3)
        sheet.cell(2, 10).value = words[0]
        sheet.cell(3, 11).value = "每周一看"
        sheet.cell(4, 8).value = 5
        sheet.cell(4, 10).value = words[1]
        sheet.append([sheet.cell(2, 1).value, "", "陪访大客户", "销售部", "2026/10/30", "", "", 3])
        sheet.move_range("A5:L5", rows=2)  # the last of the plan below the new one
        if not keys:
            sheet.delete_cols(12)

    merged = plan.merge(sf.read_plan(workbook(plan, tmp_path, locale, edit)))
    first, second, third, new, nasty = merged
    assert (first.key, first.owner, first.due) == (plan[0].key, "Cy Wu", date(2026, 11, 3))
    assert (first.state, first.effect, first.begins) == ("rejected", plan[0].effect, plan[0].begins)
    assert (second.key, second.note, second.state) == ("second", "每周一看", "accepted")
    assert (third.key, third.effort, third.state) == ("third", 5.0, "accepted")
    assert words[1] in third.note
    assert third.priority == pytest.approx(2 * 0.9 / 5)
    assert (new.title["zh"], new.owner, new.due) == ("陪访大客户", "sales", date(2026, 10, 30))
    assert new.bottleneck == plan[0].bottleneck
    assert nasty == plan[3]
    assert {fault.code for fault in merged.faults} <= {"plan-state-missing"}


def test_words_that_were_changed_are_the_teams_own(plan):
    table = plan.to_csv().replace("Ring twice", "Ring three times").replace("At noon.", "At nine.")
    third = plan.merge(sf.read_plan(table)).measure("third")
    assert third.title["en"] == third.title["zh"] == "Ring three times"
    assert third.detail["en"] == "At nine."
    assert plan.merge(sf.read_plan(table)).measure("second") == plan[1]


def test_what_cannot_be_read_stays_and_is_named(plan):
    table = plan.to_csv()
    table = table.replace("2026-10-15", "03/04/2026", 1).replace("accepted", "maybe")
    table = table.replace("2.25", "lots", 1)
    edited = sf.read_plan(table)
    assert [(f.code, f.row, f.value) for f in edited.faults] == [
        ("plan-due-unread", 1, "03/04/2026"),
        ("plan-effort-unread", 1, "lots"),
        ("plan-state-unread", 2, "maybe"),
    ]
    merged = plan.merge(edited)
    assert (merged[0].due, merged[0].effort) == (plan[0].due, plan[0].effort)
    assert merged[1].state == "accepted"
    assert "maybe" in merged[1].note


def test_a_row_that_is_gone_or_twice_or_without_a_measure_is_named(plan):
    short = attrs.evolve(plan, measures=plan.measures[1:])
    merged = plan.merge(sf.read_plan(short.to_markdown()))
    assert [m.key for m in merged] == ["second", "third", "nasty", plan[0].key]
    assert [f.code for f in merged.faults] == ["plan-row-missing"]
    table = (
        "Measure,Owner,Due,Person-days,State,Key,Budget\n"
        "Ring,Ann,2026-10-09,1,accepted,a,5万\nCall,Bo,2026-10-09,1,accepted,a,\n"
        ",Cy,2026-10-09,1,accepted,,\n"
    )
    read = sf.read_plan(table)
    assert [m.key for m in read] == ["a", "Call"]
    assert read[0].note == "Budget: 5万"
    assert {f.code for f in read.faults} == {"plan-key-twice", "plan-row-without-measure"}


def test_folded_measures_are_matched_too(plan):
    folded = attrs.evolve(plan, measures=plan.measures[:2], folded=plan.measures[2:])
    merged = folded.merge(sf.read_plan(plan.to_csv()))
    assert merged.measures == plan.measures
    assert merged.folded == ()


@pytest.mark.parametrize("source", ["a,b\n1,2\n", b"x", "no such file.csv", "Measure,Owner\n"])
def test_what_is_no_plan_is_refused(source):
    with pytest.raises(sf.errors.IntakeError):
        sf.read_plan(source)


def test_a_plan_that_was_read_shows_itself_and_is_a_document(plan):
    edited = sf.read_plan(plan.to_csv(locale="zh"))
    for locale in BOTH:
        assert "Ring twice" in edited.to_text(locale=locale)
        assert sf.read_plan(edited.to_markdown(locale=locale)) == edited
    assert sf.ImprovementPlan.from_json(edited.to_json()) == edited
    with pytest.raises(sf.errors.ArgumentError, match="edited"):
        plan.merge("plan.xlsx")


def test_a_day_without_a_year_is_nearest_to_the_other_rows():
    table = (
        "瓶颈阶段,优化措施,责任人,完成时间,状态\n"
        "报价 → 成交,每周回访,李娜,2026-12-10,已采纳\n"
        ",陪访,王磊,1月5日,拟定\n,培训,赵敏,12月20号,拟定\n"
    )
    found = sf.read_plan(table)
    assert [one.due for one in found] == [date(2026, 12, 10), date(2027, 1, 5), date(2026, 12, 20)]
    told = [fault for fault in found.faults if fault.code == "plan-due-without-year"]
    assert [(fault.row, fault.severity) for fault in told] == [(2, "info"), (3, "info")]
    assert "1月5日 → 2027-01-05" in told[0].message
    alone = sf.read_plan(table.replace("2026-12-10", "12月10日"))
    assert {fault.code for fault in alone.faults} >= {"plan-due-unread"}
