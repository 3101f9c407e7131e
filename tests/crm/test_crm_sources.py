"""CRM records as the vendors' clients return them; fixtures written by hand from their documents.

HubSpot: developers.hubspot.com, CRM deals and property history. Salesforce: Object Reference,
OpportunityHistory, OpportunityFieldHistory. Pipedrive: API reference, deals, changelog, flow.
Odoo: models crm.lead, crm.stage, mail.tracking.value, mail.message.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError

STAGES = ["new", "offer", "closedwon"]
HUBSPOT = [
    {
        "id": "11",
        "properties": {
            "hs_object_id": "11",
            "dealname": "A",
            "amount": "1200.50",
            "dealstage": "closedwon",
            "createdate": "2026-01-05T08:00:00Z",
            "closedate": "2026-02-01T09:30:00Z",
            "hubspot_owner_id": "7",
            "hs_is_closed_won": "true",
            "hs_v2_date_entered_new": "2026-01-05T08:00:00.123Z",
            "hs_date_entered_new": "2026-01-04T08:00:00Z",
            "hs_v2_date_exited_new": "2026-01-09T08:00:00Z",
            "hs_v2_date_entered_offer": "2026-01-09T08:00:00Z",
            "hs_v2_date_entered_closedwon": "2026-02-01T09:30:00Z",
        },
    },
    {
        "id": "12",
        "properties": {
            "hs_object_id": "12",
            "dealname": "B",
            "amount": None,
            "dealstage": "closedlost",
            "createdate": "2026-01-07T10:00:00Z",
            "hs_date_entered_new": "1767780000000",
            "hs_date_entered_closedlost": "2026-01-30T10:00:00Z",
        },
    },
    {
        "id": "13",
        "properties": {
            "hs_object_id": "13",
            "dealstage": "offer",
            "createdate": "2026-01-08T10:00:00Z",
        },
        "propertiesWithHistory": {
            "dealstage": [
                {
                    "value": "offer",
                    "timestamp": "2026-01-20T10:00:00Z",
                    "sourceType": "BATCH_UPDATE",
                },
                {"value": "new", "timestamp": "2026-01-08T10:00:00Z", "sourceType": "CRM_UI"},
            ]
        },
    },
]


def days(history, deal):
    row = history.deals.tolist().index(deal)
    return [None if np.isnat(t) else str(t)[:10] for t in history.entered[row]]


def outcomes(history):
    return dict(zip(history.deals.tolist(), history.outcome.tolist(), strict=True))


def codes(history):
    return {fault.code for fault in history.faults if fault.severity != "info"}


@pytest.mark.parametrize("shape", ["dicts", "page", "objects", "history objects"])
def test_hubspot(shape):
    records = HUBSPOT
    if shape == "page":
        records = {"results": HUBSPOT, "paging": {}}
    elif shape == "objects":
        page = [SimpleNamespace(to_dict=lambda r=r: r) for r in HUBSPOT]
        records = SimpleNamespace(results=page)
    elif shape == "history objects":
        entries = HUBSPOT[2]["propertiesWithHistory"]["dealstage"]
        wrapped = [
            SimpleNamespace(
                to_dict=lambda e=e: {
                    "value": e["value"],
                    "timestamp": e["timestamp"],
                    "source_type": e["sourceType"],
                }
            )
            for e in entries
        ]
        last = {**HUBSPOT[2], "properties_with_history": {"dealstage": wrapped}}
        del last["propertiesWithHistory"]
        records = [*HUBSPOT[:2], last]
    history = sf.source("hubspot")(records, stages=STAGES, as_of="2026-03-01")
    assert outcomes(history) == {"11": 1, "12": 2, "13": 0}
    assert days(history, "11") == ["2026-01-05", "2026-01-09", "2026-02-01"]
    assert days(history, "12") == ["2026-01-07", None, None]
    assert days(history, "13") == ["2026-01-08", "2026-01-20", None]
    assert history.value[0] == 1200.5
    assert history.attributes["owner"].tolist() == ["7", "", ""]
    assert [dict(f.params) for f in history.faults if f.code == "batch-edits"] == [{"changes": 1}]


def test_hubspot_csv_export_with_the_default_pipeline():
    text = (
        "hs_object_id,dealstage,createdate,hs_v2_date_entered_appointmentscheduled\n"
        "1,appointmentscheduled,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z\n"
    )
    history = sf.source("hubspot")(text, as_of="2026-03-01")
    assert history.stages[0] == "appointmentscheduled"
    assert outcomes(history) == {"1": 0}


def test_stage_ids_of_custom_pipelines_carry_a_suffix():
    record = {"hs_object_id": "1", "hs_v2_date_entered_new_1234567": "2026-01-05T08:00:00Z"}
    history = sf.source("hubspot")([record], stages=STAGES, as_of="2026-03-01")
    assert days(history, "1") == ["2026-01-05", None, None]


KIND = {"type": "OpportunityHistory", "url": "/services/data/v59.0/sobjects/x"}
SALESFORCE = [
    ("006A", "Prospecting", "2026-01-05T08:00:00.000+0000"),
    ("006A", "Qualification", "2026-01-09T08:00:00.000+0000"),
    ("006A", "Closed Won", "2026-02-01T08:00:00.000+0000"),
    ("006B", "Prospecting", "2026-01-07T08:00:00.000+0000"),
    ("006B", "Closed Lost", "2026-01-30T08:00:00.000+0000"),
]
OPPORTUNITIES = [
    {"attributes": KIND, "Id": "006A", "Amount": 900.0, "LeadSource": "Web", "OwnerId": "005X",
     "StageName": "Closed Won", "CreatedDate": "2026-01-05T08:00:00.000+0000"},
    {"attributes": KIND, "Id": "006B", "Amount": None, "LeadSource": None, "OwnerId": "005Y",
     "StageName": "Closed Lost", "CreatedDate": "2026-01-07T08:00:00.000+0000"},
    {"attributes": KIND, "Id": "006C", "Amount": 50.0, "LeadSource": "Event", "OwnerId": "005Y",
     "StageName": "Prospecting", "CreatedDate": "2026-01-12T08:00:00.000+0000"},
]  # fmt: skip


def test_salesforce_stage_history_and_field_history_say_the_same():
    stages = [
        {"attributes": KIND, "OpportunityId": d, "StageName": s, "CreatedDate": t, "Amount": None}
        for d, s, t in SALESFORCE
    ]
    fields, last = [], {}
    for d, s, t in SALESFORCE:
        if d in last:
            fields.append(
                {"attributes": KIND, "OpportunityId": d, "Field": "StageName",
                 "OldValue": last[d], "NewValue": s, "CreatedDate": t}
            )  # fmt: skip
        last[d] = s
    fields.append({"OpportunityId": "006A", "Field": "Amount", "OldValue": 1, "NewValue": 900})
    read = sf.source("salesforce")
    one = read(
        {"totalSize": 5, "done": True, "records": stages},
        opportunities=OPPORTUNITIES,
        as_of="2026-03-01",
    )
    two = read(fields, opportunities=OPPORTUNITIES, as_of="2026-03-01")
    for history in (one, two):
        assert outcomes(history) == {"006A": 1, "006B": 2, "006C": 0}
        assert days(history, "006A")[:2] == ["2026-01-05", "2026-01-09"]
        assert days(history, "006C")[0] == "2026-01-12"
        assert history.attributes["channel"].tolist() == ["Web", "", "Event"]
    np.testing.assert_array_equal(one.entered, two.entered)


DEALS = [
    {"id": 1, "title": "A", "add_time": "2026-01-05 08:00:00", "stage_id": 3, "status": "won",
     "won_time": "2026-02-01 08:00:00", "value": 700, "currency": "EUR", "owner_id": 9},
    {"id": 2, "title": "B", "add_time": "2026-01-07 08:00:00", "stage_id": 2, "status": "lost",
     "lost_time": "2026-01-30 08:00:00", "lost_reason": "price", "value": 0,
     "user_id": {"id": 9, "name": "Ann"}},
    {"id": 3, "title": "C", "add_time": "2026-01-08 08:00:00", "stage_id": 2, "status": "open",
     "stage_change_time": None, "value": None},
]  # fmt: skip
CHANGELOG = {
    1: [
        {"field_key": "stage_id", "old_value": "2", "new_value": "3", "time": "2026-01-09 08:00:00",
         "actor_user_id": 9, "change_source": "app", "is_bulk_update_flag": False},
        {"field_key": "title", "old_value": "X", "new_value": "A", "time": "2026-01-08 08:00:00",
         "is_bulk_update_flag": False},
    ]
}  # fmt: skip
FLOW = [
    {"object": "dealChange", "timestamp": "2026-01-09 08:00:00",
     "data": {"id": 5, "item_id": 1, "field_key": "stage_id", "old_value": "2", "new_value": "3",
              "log_time": "2026-01-09 08:00:00", "is_bulk_update_flag": None}},
]  # fmt: skip


@pytest.mark.parametrize("changes", [CHANGELOG, FLOW])
def test_pipedrive(changes):
    stages = [{"id": 2, "name": "Qualified"}, {"id": 3, "name": "Demo"}]
    history = sf.source("pipedrive")(
        {"success": True, "data": DEALS}, changes=changes, stages=stages, as_of="2026-03-01"
    )
    assert history.stages == ("2", "3", "won")
    assert outcomes(history) == {"1": 1, "2": 2, "3": 0}
    assert days(history, "1") == ["2026-01-05", "2026-01-09", "2026-02-01"]
    assert days(history, "3") == ["2026-01-08", None, None]
    assert history.attributes["owner"].tolist() == ["9", "9", ""]
    assert history.attributes["lost_reason"].tolist() == ["", "price", ""]


LEADS = [
    {"id": 1, "name": "A", "create_date": "2026-01-05 08:00:00", "stage_id": [4, "Won"],
     "active": True, "probability": 100.0, "expected_revenue": 300.0, "user_id": [2, "Ann"],
     "source_id": False, "lost_reason_id": False, "date_closed": "2026-02-01 08:00:00"},
    {"id": 2, "name": "B", "create_date": "2026-01-07 08:00:00", "stage_id": [1, "New"],
     "active": False, "probability": 0.0, "expected_revenue": 0.0, "user_id": [2, "Ann"],
     "source_id": [5, "Fair"], "lost_reason_id": [1, "Too expensive"],
     "date_closed": "2026-01-30 08:00:00", "date_last_stage_update": "2026-01-07 08:00:00"},
]  # fmt: skip
TRACKING = [
    {"id": 9, "field_id": [77, "Stage (crm.lead)"], "old_value_integer": 1, "new_value_integer": 2,
     "create_date": "2026-01-09 08:00:00", "mail_message_id": [100, "x"]},
    {"id": 10, "field_id": [77, "Stage (crm.lead)"], "old_value_integer": 2, "new_value_integer": 4,
     "create_date": "2026-02-01 08:00:00", "mail_message_id": [101, "x"]},
    {"id": 11, "field_id": [80, "Expected Revenue (crm.lead)"], "old_value_integer": 0,
     "new_value_integer": 1, "create_date": "2026-01-09 08:00:00", "mail_message_id": [100, "x"]},
]  # fmt: skip
MESSAGES = [
    {"id": 100, "model": "crm.lead", "res_id": 1},
    {"id": 101, "model": "crm.lead", "res_id": 1},
]
CRM_STAGES = [
    {"id": 4, "name": "Won", "sequence": 70, "is_won": True},
    {"id": 1, "name": "New", "sequence": 1, "is_won": False},
    {"id": 2, "name": "Qualified", "sequence": 2, "is_won": False},
]


def test_odoo():
    history = sf.source("odoo")(
        LEADS, tracking=TRACKING, messages=MESSAGES, stages=CRM_STAGES, as_of="2026-03-01"
    )
    assert history.stages == ("1", "2", "4")
    assert outcomes(history) == {"1": 1, "2": 2}
    assert days(history, "1") == ["2026-01-05", "2026-01-09", "2026-02-01"]
    assert history.attributes["channel"].tolist() == ["", "5"]
    assert history.value.tolist() == [300.0, 0.0]


def test_times_are_brought_to_the_zone_of_the_funnel():
    late = [{"id": 1, "add_time": "2026-01-31 17:30:00", "stage_id": 2, "status": "open"}]
    history = sf.source("pipedrive")(late, stages=[2], as_of="2026-03-01", tz="Asia/Shanghai")
    assert days(history, "1")[0] == "2026-02-01"


def test_all_faults_come_with_their_record_and_field():
    rows = [
        {"OpportunityId": "1", "StageName": "Prospectng", "CreatedDate": "2026-01-05T08:00:00Z"},
        {"OpportunityId": "", "StageName": "Prospecting", "CreatedDate": "2026-01-05T08:00:00Z"},
        {"OpportunityId": "2", "StageName": "Prospecting", "CreatedDate": "soon"},
        {"OpportunityId": "3", "StageName": "Prospecting", "CreatedDate": "2026-01-05T08:00:00Z"},
    ]
    history = sf.source("salesforce")(rows, as_of="2026-03-01")
    found = {(f.code, f.row, f.column) for f in history.faults}
    assert {
        ("stage-not-listed", 1, "StageName"),
        ("deal-without-id", 2, "StageName"),
        ("time-not-understood", 3, "CreatedDate"),
        ("change-without-time", 3, "StageName"),
    } <= found
    assert history.deals.tolist() == ["1", "3"]  # a stage that no list names is kept
    with pytest.raises(IntakeError) as caught:
        sf.source("salesforce")(rows[1:3])
    assert "soon" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "records"), [("pipedrive", DEALS), ("odoo", LEADS), ("hubspot", [3]), ("hubspot", [])]
)
def test_what_cannot_be_read_is_refused(name, records):
    with pytest.raises((ArgumentError, IntakeError)):
        sf.source(name)(records)


def test_sources_are_plugins():
    names = {record.name for record in sf.sources()}
    assert {"hubspot", "salesforce", "pipedrive", "odoo"} <= names
