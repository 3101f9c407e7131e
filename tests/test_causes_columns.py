"""Causes over every recorded column: typing, leaks, headers of CRMs, adding up, names of rules."""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import re
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from results import DEALS, company
from salesfunnel import i18n
from salesfunnel.diagnosis.after_outcome import written_after
from salesfunnel.diagnosis.column_search import Deals, search_columns
from salesfunnel.diagnosis.fields import CHANNEL, OWNER, Field, match
from salesfunnel.diagnosis.read_values import read_numbers, read_times
from salesfunnel.diagnosis.typed_columns import typed
from salesfunnel.errors import ArgumentError, UnknownNameError
from salesfunnel.testing import check_rules

ROOT = Path(__file__).parents[1]
GOLDEN = json.loads((Path(__file__).parent / "golden" / "causes_columns.json").read_text("utf-8"))
B2B = sf.template("b2b")
STAGES = ("interest", "intent", "negotiation", "won")


def _study(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks/accuracy" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


worlds = _study("cause_worlds")


@pytest.fixture(scope="module")
def rows():
    with DEALS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def judged(history, source="intent"):
    panel = history.panel(by="month", mode="period")
    found = sf.find_bottlenecks(panel, period="2026-10", lag=history)
    return next(row for row in found if row.transition.source == source)


@pytest.fixture(scope="module")
def diagnosis():
    history = company()
    return sf.diagnose(judged(history), history)


def searched(world, **options):
    everything = np.ones(world.n, dtype=bool)
    deals = Deals(
        advanced=world.y, now=world.now, mature=everything, still_open=~everything,
        period=world.period.astype(np.int64), time=world.time, outcome_days=world.life,
    )  # fmt: skip
    gap = float(world.now.sum() * (world.y[~world.now].mean() - world.y[world.now].mean()))
    options.setdefault("shortfall", gap)
    return search_columns(deals, world.columns, lambda k: world.columns[k], **options)


def named(found):
    names = [c.name for c in found.used]
    return [(c.kind, *(names[i] for i in c.columns)) for c in found.answer.causes]


# -- the example company ---------------------------------------------------------------------------


def test_the_example_company_is_slow_to_answer_and_nothing_else(diagnosis):
    (cause,) = diagnosis.causes
    assert (cause.kind, cause.code, cause.columns) == (
        "more-frequent", "slow-response", ("response_hours",)
    )  # fmt: skip
    assert cause.interval.low < diagnosis.shortfall < cause.interval.high
    assert cause.grade == "strong"
    assert diagnosis[0] is cause
    assert {f.code for f in diagnosis.stated} >= {"lost-to-price"}
    assert not any(f.code.startswith("lost") for f in diagnosis)


def test_parts_and_the_rest_are_the_shortfall(diagnosis):
    parts = math.fsum(f.contribution for f in diagnosis if f.explains)
    assert parts + diagnosis.unexplained == pytest.approx(diagnosis.shortfall, abs=1e-9)
    assert all(f.contribution is None for f in diagnosis if not f.explains)
    ends = diagnosis.unexplained_interval
    assert ends.low < diagnosis.unexplained < ends.high


def test_every_column_is_used_or_set_aside_with_a_reason(diagnosis):
    history = company()
    uses = {c.name: c for c in diagnosis.columns}
    assert set(uses) == {*history.attributes, "value"}
    assert uses["lost_reason"].reason == "after-outcome-by-name"
    assert all(c.reason or c.use == "used" for c in diagnosis.columns)
    for locale in ("en", "zh"):
        words = diagnosis.to_text(locale=locale, width=200)
        assert "lost_reason" in words
        assert "caused by" not in words.casefold()
        assert "{" not in words
    assert uses["response_hours"].deals == diagnosis.causes[0].contribution
    assert (uses["lost_reason"].deals, uses["lost_reason"].use) == (None, "set-aside")


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_deals_that_go_with_a_column_by_chance_are_not_said_to_be_alike_everywhere(locale):
    waits = sf.ColumnUse(name="Wait (h)", use="used", content="number", deals=11.9)
    small = sf.ColumnUse(name="region", use="used", content="category", deals=0.4)
    alike = i18n.text("cause.unexplained-alike", locale)
    whole = sf.Diagnosis(
        transition=sf.Transition("offer", "won"), period="2026-10", shortfall=12.5,
        unexplained=12.5, small_parts=12.3, columns=(waits, small), searched=True,
    )  # fmt: skip
    words = whole.to_text(locale=locale, width=400)
    assert "Wait (h)" in words
    assert "11.9" in words
    assert alike.strip() not in words
    other = attrs.evolve(whole, columns=(small,), small_parts=0.4)
    assert alike.strip() in other.to_text(locale=locale, width=400)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_next_to_a_cause_only_what_is_left_is_said_to_be_alike(diagnosis, locale):
    rest = i18n.text("cause.unexplained-rest", locale).strip()
    alike = i18n.text("cause.unexplained-alike", locale).strip()
    unsure = attrs.evolve(diagnosis, columns=())
    assert unsure.unexplained_interval.low < 0
    ends = attrs.evolve(unsure.unexplained_interval, low=1.0)
    sure = attrs.evolve(unsure, unexplained_interval=ends)
    for found, said in ((unsure, False), (sure, True)):
        words = found.to_text(locale=locale, width=400)
        assert (rest in words) is said
        assert alike not in words


def test_a_diagnosis_is_a_sequence_a_table_and_a_document(diagnosis):
    assert len(list(diagnosis)) == len(diagnosis) == len(diagnosis.table()["code"])
    assert diagnosis[0:2] == diagnosis.findings[:2]
    assert sf.Diagnosis.from_dict(json.loads(diagnosis.to_json())) == diagnosis
    assert "response_hours" in diagnosis.to_html()
    pandas = pytest.importorskip("pandas")
    assert isinstance(diagnosis.to_frame("pandas"), pandas.DataFrame)


def test_evidence_is_shown_over_time(diagnosis):
    points = diagnosis[0].evidence.over_time
    assert points[-1].period == "2026-10"
    before = np.mean([p.share for p in points[:12]])
    assert points[-1].share > 2 * before
    assert sum(p.known for p in points) > 1000


HEADERS = {
    "English": {
        "response_hours": "Time to first reply (h)", "script_used": "Followed the playbook?",
        "competitor": "Who else bids", "industry": "Trade", "owner": "Whose", "channel": "From",
        "lost_reason": "Why lost", "price_objection": "Too expensive?",
    },
    "HubSpot": {
        "deal": "Record ID", "owner": "Deal owner", "channel": "Original Source",
        "value": "Amount", "closed": "Close Date", "lost_reason": "Closed Lost Reason",
        "response_hours": "Response hours", "competitor": "Main competitor",
    },
    "Salesforce": {
        "deal": "Opportunity ID", "owner": "Opportunity Owner", "channel": "Lead Source",
        "value": "Amount", "response_hours": "Response_Hours__c",
        "script_used": "Script_Used__c", "lost_reason": "Loss_Reason__c",
    },
    "Pipedrive": {
        "deal": "Deal - ID", "owner": "Deal - Owner", "value": "Deal - Value",
        "response_hours": "Deal - Response hours", "script_used": "Deal - Script used",
        "lost_reason": "Deal - Lost reason", "industry": "Organization - Industry",
    },
    "Chinese": {
        "deal": "商机编号", "owner": "负责人", "channel": "线索来源", "value": "金额",
        "response_hours": "首次响应时长(小时)", "script_used": "是否使用话术",
        "competitor": "竞争对手", "lost_reason": "输单原因", "industry": "所属行业",
    },
    "Zoho": {
        "deal": "Record Id", "owner": "Deal Owner", "channel": "Lead Source", "value": "Amount",
        "response_hours": "Response_Hours", "script_used": "Script Used",
        "lost_reason": "Reason For Loss", "competitor": "Competitor Involved",
    },
    "Dynamics": {
        "deal": "(Do Not Modify) Opportunity", "owner": "Owner", "value": "Est. Revenue",
        "response_hours": "new_responsehours", "script_used": "new_scriptused",
        "competitor": "new_competitor", "lost_reason": "new_lostreason",
    },
    "Wukong": {
        "deal": "商机编号", "owner": "负责人", "channel": "客户来源", "value": "商机金额",
        "response_hours": "响应时长（小时）", "script_used": "话术使用情况",
        "competitor": "竞品", "lost_reason": "输单原因", "industry": "客户行业",
    },
    "Fxiaoke": {
        "deal": "商机2.0编号", "owner": "负责人", "channel": "线索来源", "value": "商机金额",
        "response_hours": "首次响应时间(h)", "price_objection": "价格异议",
        "lost_reason": "输单原因说明",
    },
    "Xiaoshouyi": {
        "deal": "销售机会编号", "owner": "销售机会所有人", "channel": "来源", "value": "销售金额",
        "response_hours": "响应小时数", "demo_video": "是否发送演示视频",
        "lost_reason": "丢单原因",
    },
    "nobody's": {
        name: f"x_{i}"
        for i, name in enumerate(
            ("channel", "industry", "owner", "response_hours", "demo_video", "script_used",
             "competitor", "price_objection", "lost_reason")
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("style", HEADERS)
def test_the_first_cause_is_the_same_under_any_header(rows, tmp_path, style, diagnosis):
    names = HEADERS[style]
    path = tmp_path / "deals.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([names.get(key, key) for key in rows[0]])
        writer.writerows(row.values() for row in rows)
    history = sf.read_stage_history(path, funnel=B2B, as_of="2026-11-20")
    found = sf.diagnose(judged(history), history)
    (cause,) = found.causes
    assert cause.columns == (names["response_hours"],)
    assert cause.contribution == pytest.approx(diagnosis[0].contribution, abs=1.0)
    code = "column:x_3" if style == "nobody's" else "slow-response"
    assert cause.code == code
    if style == "nobody's":
        words = found.to_text(width=200)
        assert re.search(r"x_3: [\d.]+ or more", words)
        assert "What is column “x_3”?" in words
        assert {c.name: c.reason for c in found.set_aside}["x_8"] == "filled-by-outcome"


OWN = ("industry", "response_hours", "demo_video", "script_used", "competitor", "price_objection")


def _entered(row):
    return [(stage, row[stage]) for stage in STAGES if row[stage]]


def _hubspot(rows):
    deals = []
    for row in rows:
        lost = row["outcome"] == "lost"
        moves = [*_entered(row), *([("closedlost", row["closed"])] if lost else [])]
        properties = {
            "hs_object_id": row["deal"], "dealstage": moves[-1][0], "amount": row["value"],
            "createdate": row["interest"], "closedate": row["closed"],
            "hubspot_owner_id": row["owner"], "closed_lost_reason": row["lost_reason"],
            **{f"hs_v2_date_entered_{stage}": day for stage, day in moves},
            **{name: row[name] for name in OWN},
        }  # fmt: skip
        deals.append({"id": row["deal"], "properties": properties})
    return sf.source("hubspot")(
        deals, funnel=B2B, stages=[*STAGES, "closedlost"], as_of="2026-11-20"
    )


def _salesforce(rows):
    moves, deals = [], []
    for row in rows:
        lost = row["outcome"] == "lost"
        steps = [*_entered(row), *([("Closed Lost", row["closed"])] if lost else [])]
        moves += [
            {"OpportunityId": row["deal"], "StageName": s, "CreatedDate": d} for s, d in steps
        ]
        deals.append(
            {
                "Id": row["deal"], "StageName": steps[-1][0], "CreatedDate": row["interest"],
                "Amount": row["value"], "LeadSource": row["channel"], "OwnerId": row["owner"],
                "CloseDate": row["closed"] or "2026-12-31",
                "Loss_Reason__c": row["lost_reason"], **{f"{n}__c": row[n] for n in OWN},
            }
        )  # fmt: skip
    return sf.source("salesforce")(
        moves, opportunities=deals, funnel=B2B, stages=STAGES, as_of="2026-11-20"
    )


def _pipedrive(rows):
    ids = {"interest": 1, "intent": 2, "negotiation": 3}
    deals, changes = [], {}
    for k, row in enumerate(rows):
        steps = [(ids[s], d) for s, d in _entered(row) if s in ids]
        status = row["outcome"] or "open"
        closed = f"{row['closed']} 00:00:00" if row["closed"] else None
        deals.append(
            {
                "id": k, "add_time": f"{row['interest']} 00:00:00", "stage_id": steps[-1][0],
                "status": status, "value": row["value"], "owner_name": row["owner"],
                "won_time": closed if status == "won" else None,
                "lost_time": closed if status == "lost" else None, "close_time": closed,
                "lost_reason": row["lost_reason"] or None, **{n: row[n] for n in OWN},
            }
        )  # fmt: skip
        changes[k] = [
            {"field_key": "stage_id", "old_value": a, "new_value": b, "time": f"{d} 00:00:00"}
            for (a, _), (b, d) in pairwise(steps)
        ]
    named = {"1": "interest", "2": "intent", "3": "negotiation"}
    stages = [{"id": int(i), "name": n, "order_nr": int(i)} for i, n in named.items()]
    return sf.source("pipedrive")(
        deals, changes=changes, funnel=B2B, stages=stages, as_of="2026-11-20"
    )


def _odoo(rows):
    ids = {stage: i + 1 for i, stage in enumerate(STAGES)}
    leads, tracking = [], []
    for k, row in enumerate(rows):
        lost = row["outcome"] == "lost"
        steps = _entered(row)
        last = steps[-1][0]
        leads.append(
            {
                "id": k, "create_date": f"{row['interest']} 00:00:00",
                "stage_id": [ids[last], last], "active": not lost,
                "probability": 0 if lost else 50,
                "date_closed": f"{row['closed']} 00:00:00" if row["closed"] else False,
                "expected_revenue": float(row["value"]), "user_id": [1, row["owner"]],
                "lost_reason_id": [1, row["lost_reason"]] if row["lost_reason"] else False,
                **{f"x_studio_{n}": row[n] for n in OWN},
            }
        )  # fmt: skip
        tracking += [
            {
                "field_id": [1, "Stage (crm.lead)"], "field": "stage_id", "res_id": k,
                "old_value_integer": ids[a], "old_value_char": a, "new_value_integer": ids[b],
                "new_value_char": b, "create_date": f"{d} 00:00:00",
            }
            for (a, _), (b, d) in pairwise(steps)
        ]  # fmt: skip
    stages = [{"id": i, "name": s, "sequence": i, "is_won": s == "won"} for s, i in ids.items()]
    return sf.source("odoo")(
        leads, tracking=tracking, funnel=B2B, stages=stages, as_of="2026-11-20"
    )


@pytest.mark.parametrize("make", [_hubspot, _salesforce, _pipedrive, _odoo])
def test_the_first_cause_is_the_same_through_the_sources(rows, make, diagnosis):
    history = make(rows)
    found = sf.diagnose(judged(history, history.stages[1]), history)
    first = found.causes[0]
    assert first.code == "slow-response"
    assert "response_hours" in first.columns[0].casefold()
    assert first.contribution == pytest.approx(diagnosis[0].contribution, abs=3.0)


# -- planted companies -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("legal", [("composition", "legal_review")]),
        ("owner_conf", [("composition", "owner")]),
        ("effect", [("effect", "rival_named")]),
        ("region_conf", [("composition", "region")]),
        ("newproduct", [("composition", "product")]),
        ("number", [("composition", "list_price")]),
        ("none_het", []),
        ("leak", []),
        ("leak_legal", [("composition", "legal_review")]),
    ],
)
def test_what_is_planted_is_named_and_nothing_else(scenario, expected):
    world = worlds.build(scenario, 300, np.random.default_rng([13, *scenario.encode()]))
    found = searched(world)
    assert named(found) == expected
    total = math.fsum(c.deals for c in found.answer.causes)
    gap = float(world.now.sum() * (world.y[~world.now].mean() - world.y[world.now].mean()))
    assert total + found.answer.small + found.answer.everywhere == pytest.approx(gap, abs=1e-9)
    assert {c.name for c in found.used} | set(found.aside) == set(world.columns)


def test_the_number_of_a_row_is_no_cause_and_a_state_may_be_a_place():
    world = worlds.build("none", 200, np.random.default_rng(26))
    world.columns["row"] = np.argsort(np.argsort(world.time, kind="stable")).astype(str)
    world.columns["State"] = np.array(["Ohio", "Texas", "Utah"])[np.arange(world.n) % 3]
    world.columns["state"] = np.where(world.y, "Won", "In Texas")
    found = searched(world)
    assert found.aside["row"] == "moves-with-time"
    assert found.aside["state"] == "after-outcome-by-name"
    assert "State" in {c.name for c in found.used}


def test_leaks_are_set_aside_each_with_its_reason():
    world = worlds.build("leak", 200, np.random.default_rng(5))
    assert searched(world).aside == {
        "lost_reason": "after-outcome-by-name",
        "note_code": "filled-by-outcome",
        "paper_date": "filled-by-outcome",
        "score_z": "tells-the-outcome",
    }
    vouched = searched(world, before_outcome={"score_z"})
    assert "score_z" in {c.name for c in vouched.used}


def test_a_copy_is_alike_and_a_rising_share_of_nothing_is_no_cause():
    world = worlds.build("collinear", 200, np.random.default_rng(6))
    (cause,) = searched(world).answer.causes
    assert len(cause.alike) == 1
    assert "cannot-tell-apart" in cause.notices
    trend = worlds.build("none_trend", 200, np.random.default_rng(7))
    assert named(searched(trend)) == []


def test_the_order_of_deals_changes_nothing():
    world = worlds.build("two", 80, np.random.default_rng(8))
    first = searched(world)
    order = np.random.default_rng(9).permutation(world.n)
    for name in ("y", "now", "period", "time", "life"):
        setattr(world, name, getattr(world, name)[order])
    world.columns = {k: v[order] for k, v in reversed(world.columns.items())}
    second = searched(world)
    assert named(first) == named(second)
    for a, b in zip(first.answer.causes, second.answer.causes, strict=True):
        assert a.deals == pytest.approx(b.deals, abs=1e-6)
        assert a.levels == b.levels


def test_too_few_deals_are_said_and_everything_is_unexplained():
    world = worlds.build("legal", 18, np.random.default_rng(1))
    assert searched(world, shortfall=4.0).too_few
    assert searched(world, shortfall=4.0).answer is None


# -- typing ----------------------------------------------------------------------------------------


def test_columns_are_typed_as_the_golden_ones():
    for want in GOLDEN["typing"]:
        values = np.array(want["values"])
        n = values.size
        if written_after(want["name"]):
            assert want["aside"] == "after-outcome-by-name"
            continue
        day = np.full(n, np.datetime64("2026-01-01", "us"))
        got = typed(want["name"], values, now=np.zeros(n, bool), time=day, period=np.arange(n) % 5)
        assert got.kind == want["kind"]
        assert len(got.levels) == len(want["levels"])


def kind_of(values, name="x"):
    values = np.array(values)
    n = values.size
    day = np.full(n, np.datetime64("2026-01-01", "us")) + np.arange(n) * np.timedelta64(1, "h")
    got = typed(name, values, now=np.arange(n) % 13 == 12, time=day, period=np.arange(n) % 13)
    return got if isinstance(got, str) else got.kind


def test_kinds_of_columns():
    k = np.arange(400)
    assert kind_of(np.where(k % 3 > 0, "TRUE", "FALSE")) == "flag"
    assert kind_of(k % 2 == 0) == "flag"
    assert kind_of(np.where(k % 3 > 0, "", "yes")) == "flag"
    assert kind_of(k % 5) == "ordered"
    assert kind_of([f"{v} h" for v in k % 90]) == "number"
    some = k * 37 % 401
    assert kind_of([f"¥{v:,}" for v in some * 37]) == "number"
    assert kind_of(np.where(k % 9 > 0, some * 1.5, np.nan)) == "number"
    assert kind_of(np.where(k % 9 > 0, some * 1.5, np.inf)) == "number"
    assert kind_of([f"2025/{v % 12 + 1}/{v % 27 + 1}" for v in k]) == "delay"
    assert kind_of([f"2025年{v % 12 + 1}月{v % 27 + 1}日" for v in k]) == "delay"
    assert kind_of([f"2025-01-{v % 27 + 1:02d}T10:00:00Z" for v in k]) == "delay"
    assert kind_of([f"Region {v % 7}" for v in k]) == "category"
    assert kind_of([f"Company {v}" for v in k]) == "id"
    assert kind_of(100_000 + k, "Account No.") == "id"
    assert kind_of([f"A company called {v % 199}" for v in k]) == "too-many-values"
    assert kind_of([f"They asked for {v} and more time to think about all of it" for v in k]) == (
        "free-text"
    )
    assert kind_of(np.full(400, "same")) == "one-value"
    assert kind_of(np.full(400, "-")) == "empty"
    assert kind_of(np.full(400, np.nan)) == "empty"
    assert kind_of(np.where(k % 13 < 6, "list v1", "list v2")) == "moves-with-time"
    for rows in (k, k * 1.0, -k, np.where(k % 9 > 0, k, np.nan), k + k * 13 % 31, k.astype(str)):
        assert kind_of(rows) == "moves-with-time", rows
    assert kind_of(k + k * 37 % 401) == "number"
    assert kind_of(np.where(k % 13 < 11, "", np.where(k % 2 > 0, "a", "b"))) == "new-field"


def test_numbers_and_times_as_people_write_them():
    got = read_numbers(np.array(["1,234.5", "12 %", "１２", "3.5 h", "", "x", "2 days", "4 h"]))
    assert got[:4].tolist() == [1234.5, 0.12, 12.0, 3.5]
    assert np.isnan(got[4:7]).all()
    assert got[7] == 4
    times = read_times(np.array(["2026-01-05", "", "nope"]))
    assert str(times[0])[:10] == "2026-01-05"
    assert np.isnat(times[1:]).all()


def test_names_of_columns_written_after_the_outcome():
    after = ("Closed Lost Reason", "Deal - Lost reason", "Probability (%)", "closedate", "阶段",
             "StageName", "Forecast Category", "输单原因", "Last Activity Date", "hs_is_closed_won",
             "关闭日期", "Days in stage")  # fmt: skip
    before = ("Lead Source", "legal_review", "Customer status text", "行业", "response_hours")
    assert all(written_after(name) for name in after)
    assert not any(written_after(name) for name in before)


@pytest.mark.parametrize(
    ("field", "header"),
    [
        (OWNER, "Deal - Owner"), (OWNER, "hubspot_owner_id"), (OWNER, "OwnerId"),
        (OWNER, "商机负责人"), (OWNER, "Assigned To"), (OWNER, "ASSIGNED_BY_ID"),
        (CHANNEL, "LeadSource"), (CHANNEL, "x_studio_source"), (CHANNEL, "客户来源"),
        (CHANNEL, "hs_analytics_source"), (CHANNEL, "cf_lead_source"),
        (Field("response_hours"), "new_responsehours"),
        (Field("script", ("script used",)), "Script_Used__c"),
    ],
)  # fmt: skip
def test_headers_of_vendors_are_understood(field, header):
    assert match(field, ["other", header], {}) == header


# -- segments, rules, plans ------------------------------------------------------------------------


def test_a_segment_is_cut_by_the_columns_that_made_it():
    history = company()
    words = np.where(history.attribute("owner") == "Chen Jie", "search", "else")
    twisted = attrs.evolve(history, attributes={**history.attributes, "a_note": words})
    panel = twisted.panel(by="month", mode="period", segment="channel")
    rows = sf.find_bottlenecks(panel, period="2026-10")
    row = next(r for r in rows if r.segment == "search" and r.transition.source == "intent")
    assert row.attributes == ("channel",)
    found = sf.diagnose(row, twisted)
    quality = next(f for f in found if f.evidence.entered)
    right = (twisted.attribute("channel") == "search").sum()
    assert quality.evidence.entered + quality.evidence.entered_before <= right
    with pytest.raises(ArgumentError, match="which column"):
        sf.diagnose(attrs.evolve(row, attributes=()), twisted)
    with pytest.raises(UnknownNameError):
        sf.diagnose(attrs.evolve(row, segment="no such"), twisted)


def test_a_rule_names_a_column_of_ones_own(rows):
    @sf.rule("late", needs=Field("response_hours"), dimension="action", title="Late")
    def late(case):
        hours = case["response_hours"].numbers
        return sf.Exposure(exposed=hours > 24, known=np.isfinite(hours), column="response_hours")

    history = company()
    found = sf.diagnose(judged(history), history, rules=late)
    assert found.causes[0].code == "late"
    assert found.causes[0].rule_set == "rule:late"
    check_rules(sf.RuleSet("mine", "action", (late,)))


def test_a_rule_of_the_opposite_does_not_name_the_cause():
    @sf.rule("quick", needs=Field("response_hours"), dimension="action", title="Too quick")
    def quick(case):
        hours = case["response_hours"].numbers
        return sf.Exposure(exposed=hours < 8, known=np.isfinite(hours), column="response_hours")

    history = company()
    found = sf.diagnose(judged(history), history, rules=quick)
    assert found.causes[0].code == "column:response_hours"
    assert next(f for f in found if f.code == "quick").kind == "standing"


def test_an_exposure_that_is_worked_out_is_a_column_of_its_own():
    @sf.rule("slow-on-ads", dimension="action", title="Slow on ads", derived=True)
    def slow(case):
        hours = case["response_hours"].numbers
        return sf.Exposure(exposed=hours > 30, known=np.isfinite(hours))

    history = company()
    keep = {k: v for k, v in history.attributes.items() if k != "response_hours"}
    with pytest.raises(sf.errors.PluginError):
        sf.diagnose(judged(history), attrs.evolve(history, attributes=keep), rules=slow)
    found = sf.diagnose(judged(history), history, rules=slow)
    first = found.causes[0]
    assert first.code in {"slow-on-ads", "column:response_hours"}
    assert "slow-on-ads" not in {c.name for c in found.columns}


def test_empty_fields_are_asked_only_of_deals_that_can_have_them(diagnosis):
    thin = [f for f in diagnosis if f.code == "missing-fields"]
    assert not any("lost_reason" in f.collect for f in thin)


def test_no_plan_promises_more_than_the_shortfall_it_mends(diagnosis):
    history = company()
    row = judged(history)
    plan = sf.plan(row, diagnosis, start=date(2026, 11, 23), months=1.0)
    per_month = diagnosis.shortfall / row.window
    measures = [m for m in plan if m.effect is not None and m.problem == "slow-response"]
    assert measures
    for measure in measures:
        assert measure.effect.deals.p90 <= per_month + 1e-9


def test_a_change_that_began_before_the_judged_month_is_seen_in_that_month_alone():
    history = company()
    panel = history.panel(by="month", mode="period")
    found = sf.find_bottlenecks(panel, period="2026-10")
    row = next(r for r in found if r.transition.source == "intent")
    (cause,) = sf.diagnose(attrs.evolve(row, window=1), history).causes
    assert cause.columns == ("response_hours",)


def test_a_step_that_lacks_nothing_is_not_searched():
    history = company()
    row = judged(history)
    above = attrs.evolve(row, rate=min(row.reference + 0.05, 1.0))
    found = sf.diagnose(above, history)
    assert found.shortfall is None
    assert not found.causes
    assert {c.reason for c in found.columns} <= {"no-shortfall"}
    nobody = sf.diagnose(attrs.evolve(row, period="2031-01"), history)
    assert not nobody.causes
