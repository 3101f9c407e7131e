"""run_round: a folder to the next round, everything that the team wrote kept."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

import salesfunnel as sf

SHEET = """stage,metric,target,actual,owner,note
Lead,leads,500,420,Marketing specialist,
Offer,offers,250,150,Head of sales,many ask for a discount
Won,wins,80,60,Director,
"""
TODAY = date(2026, 11, 3)
BOTH = ("en", "zh")


def after(folder, found):
    """Return the folder with what the round made."""
    return {**folder, **found.documents()}


def codes(found):
    return [fault.code for fault in found.faults]


def rounds(folder, **options):
    return sf.run_round(folder, today=TODAY, **options)


@pytest.mark.parametrize("locale", BOTH)
def test_the_example_sheet_alone_gives_a_workbook_to_send_out(locale):
    found = sf.run_round(f"examples/tracking_{locale}.csv", today=TODAY, locale=locale)
    assert (found.period, found.next_period) == ("2026-10", "2026-11")
    assert "round-month-assumed" in codes(found)
    sheet = sf.read_table(found.documents()["2026-11.xlsx"], funnel=found.sheet.funnel, sheet=0)
    assert sheet == found.sheet
    assert [row.target for row in sheet.rows] == [500000, 5000, 2000, 800, 300, 200, 100, 30]
    assert all(row.actual is None for row in sheet.rows)
    owners = {task.owner for task in found.tasks if task.kind == "fill-in"}
    assert len(owners) == 7  # everybody who fills in, from the sheet
    assert len(found.plan) >= 2  # against the targets, as there is no history


def test_a_second_run_on_the_same_day_changes_nothing():
    folder = {"2026-10.csv": SHEET}
    first = rounds(folder)
    again = rounds(after(folder, first))
    assert again.documents() == first.documents()


def test_a_workbook_that_the_team_began_with_is_read_and_its_plan_kept():
    folder = {"2026-10.csv": SHEET}
    first = rounds(folder)
    book = edited(first.documents()["2026-11.xlsx"], {}, plan=lambda row: {"J": "accepted"})
    second = rounds({**after(folder, first), "2026-11.xlsx": book})
    assert second.period == "2026-10"
    assert {measure.state for measure in second.plan} == {"accepted"}
    assert second.rounds == first.rounds == 1
    third = rounds({**after(folder, second), "2026-11.xlsx": book})
    assert third.plan == second.plan


def edited(book, actuals, *, plan=None, rename=None, more=(), drop_key=False, title=None):
    """Return a workbook as a team edits it in Excel."""
    openpyxl = pytest.importorskip("openpyxl")
    work = openpyxl.load_workbook(io.BytesIO(book))
    sheet = work.worksheets[0]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    metric, actual = (
        next(column for name, column in heads.items() if name in names)
        for names in ({"Metric", "关键指标"}, {"Actual", "实际值"})
    )
    for row in range(2, sheet.max_row + 1):
        name = sheet.cell(row, metric).value
        if name in actuals:
            sheet.cell(row, actual).value = actuals[name]
        if rename and name in rename:
            sheet.cell(row, metric).value = rename[name]
    page = next(s for s in work.worksheets if s.title in {"Plan", "优化方案"})
    for row in range(2, page.max_row + 1):
        if page.cell(row, 3).value and plan is not None:
            for column, value in plan(page[row]).items():
                page[f"{column}{row}"] = value
    row = max((r for r in range(1, page.max_row + 1) if page.cell(r, 3).value), default=1)
    for cells in more:
        row += 1
        for column, value in cells.items():
            page[f"{column}{row}"] = value
    if drop_key:
        page.delete_cols(12)
    if title:
        sheet.title = title
    out = io.BytesIO()
    work.save(out)
    return out.getvalue()


ACTUALS = {"Leads": 430, "leads": 430, "offers": 160, "wins": 50}


def test_what_came_back_is_judged_and_nothing_is_typed_twice():
    folder = {"2026-10.csv": SHEET}
    first = rounds(folder)
    book = edited(
        first.documents()["2026-11.xlsx"], ACTUALS,
        plan=lambda row: {"J": "accepted", "D": "Ann", "K": "agreed on Monday"},
        more=[{"A": "Offer → Won", "C": "Call the undecided", "D": "Bo", "E": date(2026, 11, 20),
               "J": "accepted"}],
        drop_key=True,
    )  # fmt: skip
    second = sf.run_round({**after(folder, first), "2026-11.xlsx": book}, today=date(2026, 12, 2))
    assert (second.period, second.next_period, second.rounds) == ("2026-11", "2026-12", 2)
    assert [row.actual for row in second.actuals.rows] == [430, 160, 50]
    assert [row.target for row in second.sheet.rows] == [500, 250, 80]
    old = {measure.key for measure in first.plan}
    kept = [measure for measure in second.plan if measure.key in old]
    assert len(kept) == len(old)  # matched by their text: the key column was deleted
    assert {m.owner for m in kept} == {"Ann"}
    assert {m.note for m in kept} == {"agreed on Monday"}
    assert any(m.effect is not None for m in kept)  # effects are still known
    own = second.plan.measure("Call the undecided")
    assert (own.owner, own.due, own.begins) == ("Bo", date(2026, 11, 20), TODAY)
    assert own.bottleneck == sf.Transition("Offer", "Won")
    assert {review.key for review in second.reviews} >= {"Call the undecided"}


def test_a_metric_and_a_worksheet_that_were_renamed_are_known_again():
    folder = {"2026-10.csv": SHEET}
    first = rounds(folder)
    book = edited(
        first.documents()["2026-11.xlsx"], ACTUALS, rename={"offers": "Quotes sent"}, title="Nov"
    )
    second = sf.run_round({**after(folder, first), "2026-11.xlsx": book}, today=date(2026, 12, 2))
    assert [row.actual for row in second.actuals.rows] == [430, 160, 50]
    assert "round-metric-renamed" in codes(second)
    assert [row.metric_name for row in second.sheet.rows][1] == "Quotes sent"  # from now on
    assert "Quotes sent" in second.to_text()
    third = edited(second.documents()["2026-12.xlsx"], {**ACTUALS, "Quotes sent": 170})
    again = sf.run_round(
        {**folder, **first.documents(), **second.documents(), "2026-11.xlsx": book,
         "2026-12.xlsx": third},
        today=date(2027, 1, 4),
    )  # fmt: skip
    assert [row.actual for row in again.actuals.rows] == [430, 170, 50]


def test_figures_in_wan_are_read():
    sheet = SHEET.replace("Lead,leads,500,420", "Lead,leads,5万,4.2万")
    assert rounds({"2026-10.csv": sheet}).actuals.rows[0].actual == 42000


def test_every_file_that_cannot_be_read_is_named():
    found = rounds(
        {"2026-10.csv": SHEET, "broken.xlsx": b"PK\x03\x04 nonsense", "x.json": b"{", "a.zip": b"1",
         "plan.csv": b"nothing,here\n1,2\n"}
    )  # fmt: skip
    told = {(fault.code, fault.file) for fault in found.faults}
    assert ("round-file-unread", "broken.xlsx") in told
    assert ("round-file-unread", "x.json") in told
    assert ("round-file-unread", "plan.csv") in told
    assert ("round-file-unknown", "a.zip") in told


def test_a_folder_without_a_sheet_is_refused_with_every_fault():
    with pytest.raises(sf.errors.IntakeError, match="must hold a monthly sheet") as told:
        rounds({"notes.csv": "a\n1\n", "x.json": "{"})
    assert {fault.file for fault in told.value.faults} == {"notes.csv", "x.json"}


def test_two_files_of_one_month_that_differ_are_an_error():
    found = rounds({"2026-10.csv": SHEET, "b 2026-10.csv": SHEET.replace("420", "421")})
    (fault,) = [fault for fault in found.faults if fault.code == "round-months-differ"]
    assert (fault.severity, found.actuals.rows[0].actual) == ("error", 420)
    same = rounds({"2026-10.csv": SHEET, "b 2026-10.csv": SHEET})
    assert "round-months-differ" not in codes(same)


def test_a_month_that_is_not_over_is_not_judged():
    later = SHEET.replace("420", "42")
    found = rounds({"2026-10.csv": SHEET, "2026-11.csv": later})
    assert found.period == "2026-10"
    assert "round-period-not-over" in codes(found)
    last = sf.run_round({"2026-10.csv": SHEET, "2026-11.csv": later}, today=date(2026, 11, 30))
    assert last.period == "2026-11"
    with pytest.raises(sf.errors.ArgumentError, match="a period that is over"):
        rounds({"2026-11.csv": later})


def test_departments_and_targets_of_files_are_used():
    found = rounds({
        "2026-10.csv": SHEET, "departments.json": '{"North": ["Lead", "Offer"], "South": ["Won"]}',
        "targets.json": '{"leads": 600}',
    })  # fmt: skip
    assert [page.department for page in found.departments] == ["North", "South"]
    assert [row.target for row in found.sheet.rows] == [600, None, None]
    assert [len(page.losses) for page in found.departments] == [2, 0]


def test_departments_are_told_by_titles():
    pages = rounds({"2026-10.csv": SHEET}).departments
    assert [page.department for page in pages] == ["Marketing", "Sales"]
    assert [row.metric for row in pages[0].rows] == ["leads"]


@pytest.mark.parametrize("locale", BOTH)
def test_a_round_comes_back_from_json_and_shows_itself(locale):
    found = rounds({"2026-10.csv": SHEET}, locale=locale)
    assert sf.Round.from_json(found.to_json()) == found
    for page in (found.to_text(locale=locale), found.to_html(locale=locale)):
        assert ("2026年11月" if locale == "zh" else "Nov 2026") in page.replace(
            "\N{NO-BREAK SPACE}", " "
        )
    assert found.tasks_of("Marketing specialist")


def test_a_record_of_a_later_day_is_left_alone():
    folder = {"2026-10.csv": SHEET}
    first = sf.run_round(folder, today=date(2026, 11, 20))
    earlier = rounds({**folder, **{k: v for k, v in first.documents().items() if "json" in k}})
    assert "round-record-later" in codes(earlier)


@pytest.mark.parametrize("wrong", [3, None, {1: "a"}])
def test_what_is_no_folder_is_refused(wrong):
    with pytest.raises(sf.errors.ArgumentError, match="'folder'"):
        rounds(wrong)


def test_a_plan_and_reviews_of_before_are_gone_on_with():
    first = rounds({"2026-10.csv": SHEET})
    plan = first.plan.accept()
    one, *_ = plan.measures
    done = sf.Review(
        key=one.key, measure=one.measure, bottleneck=one.bottleneck, state="standardise",
        next_step="standardise", today=date(2026, 11, 1), weeks=14, planned=0.1,
    )  # fmt: skip
    found = rounds(
        {"2026-10.csv": SHEET, "plan.json": plan.to_json(), "reviews.json": f"[{done.to_json()}]"}
    )
    assert [entry.measure.key for entry in found.standards.entries] == [one.key]
    assert one.key not in {measure.key for measure in found.plan}
    kept = {m.key: m for m in plan if m.key != one.key}
    assert {m.key: m for m in found.plan if m.key in kept} == kept
    action = found.sheet.funnel.stage_of(one.bottleneck.source).actions[-1]
    assert (action.key, bool(action.evidence)) == (one.measure, True)


def deals_until(day):
    """Return an export of that day: an offer takes ten days, the win twenty more."""
    lines = ["deal,Lead,Offer,Won,Lost"]
    for i in range(240):
        lead = date(2026, 1, 1) + timedelta(days=i * 330 // 240)
        times = [lead, lead + timedelta(days=10), lead + timedelta(days=30)]
        reached = 1 + (i % 2 == 0) + (i % 4 == 0)
        lost = times[reached - 1] + timedelta(days=25) if reached < 3 else None
        if lead <= day:
            cells = [*times[:reached], *[None] * (3 - reached), lost]
            lines.append(f"d{i}," + ",".join("" if c is None or c > day else str(c) for c in cells))
    return "\n".join(lines)


def test_a_folder_of_deals_alone_goes_round_and_keeps_the_targets_of_the_team():
    folder = {"deals_2026-11-02.csv": deals_until(date(2026, 11, 2))}
    first = rounds(folder)
    assert (first.period, first.next_period) == ("2026-10", "2026-11")
    assert "round-sheet-of-deals" in codes(first)
    panel = sf.read_deals(folder["deals_2026-11-02.csv"], as_of="2026-11-02").panel(mode="period")
    counts = panel.counts[panel.periods.index("2026-10"), 0]
    assert [row.actual for row in first.actuals.rows] == list(counts)
    assert [task.kind for task in first.tasks if task.kind in {"export", "fill-in"}] == ["export"]
    assert rounds(after(folder, first)).documents() == first.documents()
    made = first.documents()
    name = first.sheet.rows[1].metric_name
    work = edited(made["2026-11.xlsx"], {}, rename={name: "Offers sent"})
    targets = '{"Won_deals": 9}'
    later = {
        **folder, **made, "2026-11.xlsx": work, "targets.json": targets,
        "deals_2026-12-01.csv": deals_until(date(2026, 12, 1)),
    }  # fmt: skip
    second = sf.run_round(later, today=date(2026, 12, 2))
    assert (second.period, second.rounds) == ("2026-11", 2)
    assert {"round-sheet-of-deals", "round-metric-renamed"} <= set(codes(second))
    assert all(row.actual is not None for row in second.actuals.rows)
    assert second.sheet.rows[1].metric_name == "Offers sent"
    assert [row.target for row in second.sheet.rows] == [None, None, 9]


def test_a_sheet_without_a_month_stays_in_the_month_in_which_it_was_judged():
    folder = {"tracking.csv": SHEET}
    first = rounds(folder)
    assert first.period == "2026-10"
    book = edited(first.documents()["2026-11.xlsx"], ACTUALS)
    second = sf.run_round({**after(folder, first), "2026-11.xlsx": book}, today=date(2026, 12, 2))
    assert second.period == "2026-11"
    assert [row.actual for row in second.actuals.rows] == [430, 160, 50]
    assert not {"round-months-differ", "round-month-assumed"} & set(codes(second))
    assert sf.run_round(after(folder, first), today=date(2026, 12, 2)).period == "2026-10"
