"""Answers of CRMs with what few of them have: lists of owners and fields, edits, odd clients."""

from __future__ import annotations

import json

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError

OPEN, WON, LOST = 0, 1, 2
read = sf.source("pipedrive")
hubspot, odoo, salesforce = (sf.source(name) for name in ("hubspot", "odoo", "salesforce"))
STAGES = [
    {"id": 1, "order_nr": 1, "name": "Lead", "pipeline_id": 1},
    {"id": 2, "order_nr": 2, "name": "Offer", "pipeline_id": 1},
]


def deal(**more):
    return {
        "id": 1, "title": "A", "value": 7, "stage_id": 2, "pipeline_id": 1, "status": "open",
        "add_time": "2026-01-05 08:00:00", **more,
    }  # fmt: skip


def edit(field, old, new, day, **more):
    time = None if day is None else f"2026-01-{day:02d} 08:00:00"
    return {"field_key": field, "old_value": old, "new_value": new, "time": time, **more}


def codes(history):
    return {fault.code for fault in history.faults}


def entered(history):
    """The day on which the first deal entered each stage, NaT as an empty text."""
    return ["" if np.isnat(one) else str(one)[5:10] for one in history.entered[0]]


WAREHOUSE = {
    "deal_id": 1, "changed_field_key": "stage_id", "old_value": "1", "new_value": "2",
    "change_time": "2026-01-09 08:00:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "days", "said"),
    [
        ([WAREHOUSE], ["01-05", "01-09", ""], set()),
        ({1: None}, ["01-05", "", ""], {"stage-times-unknown"}),
        ({1: [edit("stage_id", "1", "2", 9), edit("stage_id", "1", "2", None)]},
         ["01-05", "01-09", ""], {"change-without-time"}),
        ({1: [edit("stage_id", "1", "2", 9, is_bulk_update_flag=True)]},
         ["01-05", "01-09", ""], {"batch-edits"}),
        ({1: [edit("status", "open", "weird", 9)]}, ["", "01-05", ""], {"status-not-understood"}),
        ({1: [edit("stage_id", "1", "2", 6), edit("status", "open", "lost", 9),
              edit("status", "lost", "open", 10)]}, ["01-05", "01-06", ""], {"reopened"}),
    ],
)  # fmt: skip
def test_changes_of_pipedrive(changes, days, said):
    history = read([deal()], stages=STAGES, changes=changes)
    assert said <= codes(history)
    assert history.outcome.tolist() == [OPEN]
    assert history.reached.tolist() == [1]
    assert entered(history) == days


def test_edits_of_amounts_are_kept_in_order_of_time():
    edits = [edit("value", 2, 3, 8), edit("value", 1, 2, 7), edit("value", 3, 4, None)]
    history = read([deal()], stages=STAGES, changes={1: edits}, as_of="2026-02-01")
    seen = [history.at(f"2026-01-{day:02d}T12:00", "amount").tolist() for day in (6, 7, 8)]
    assert seen == [[1], [2], [3]]


def test_a_status_that_is_not_known_is_told():
    history = read([deal(status="paused")], stages=STAGES)
    assert "status-not-understood" in codes(history)
    assert history.outcome.tolist() == [OPEN]


@pytest.mark.parametrize(
    ("owners", "name"),
    [
        ([{"id": 1}, {"name": "x"}], None),
        ([{"id": 9, "first_name": "", "last_name": "", "email": "a@b.com"}], "a@b.com"),
        ([{"id": 9, "first_name": "Ann", "last_name": "Li"}], "Ann Li"),
        ({"9": "Ann"}, "Ann"),
        ([None], None),
    ],
)
def test_names_of_owners(owners, name):
    history = read([deal(user_id=9)], stages=STAGES, owners=owners)
    assert history.attributes["owner"].tolist() == ["9"]
    found = history.attributes.get("owner_name")
    assert (None if found is None else found.tolist()[0]) == name


OPTIONS = [{"id": 1, "label": "one"}, {"id": 2}, {"label": "z"}]


@pytest.mark.parametrize(
    ("fields", "cell", "word"),
    [
        ({"fields": [{"key": "x", "name": "X", "options": OPTIONS}]}, "1", "one"),
        ({"result": {"x": {"title": "X", "items": [{"ID": "1", "VALUE": "one"}]}}}, "1", "one"),
        ([{"name": "no key"}, {"key": "x", "name": "X", "options": OPTIONS}], "1", "one"),
        ([{"key": "x", "name": "X", "options": OPTIONS}], "1;3", None),
        ({"x": "The X"}, "1", None),
        ({"x": 5}, "1", None),
    ],
)
def test_words_of_choices(fields, cell, word):
    history = read([deal(x=cell)], stages=STAGES, fields=fields)
    assert history.attributes["x"].tolist() == [cell]
    found = history.attributes.get("x_name")
    assert (None if found is None else found.tolist()[0]) == word


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"attributes": "title"}, "sequence of names"),
        ({"stages": [None]}, "ids or records"),
        ({"stages": [""]}, "'stages'"),
        ({"stages": [{"id": 1, "stage_id": 2, "status": "open"}]}, "looks like deals"),
        ({"stages": [{"StageName": "x", "CloseDate": "2026-01-01"}]}, "looks like deals"),
        ({"stages": {"Sales": ["1", "2"]}}, "'stages'"),
    ],
)
def test_wrong_arguments_are_refused(options, said):
    with pytest.raises(ArgumentError, match=said):
        read([deal()], **{"stages": STAGES, **options})


def test_stages_from_id_to_name_and_two_of_one_name():
    history = read([deal()], stages={1: "Lead", 2: "Offer"})
    assert history.stages == ("1", "2", "won")
    twice = [one | {"name": "Lead"} for one in STAGES]
    assert read([deal()], stages=twice).reached.tolist() == [1]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (True, "is no date that can be read"),
        ("0000-00-00 00:00:00", "is no date that can be read"),
        (46027.5, "no date"),
        ("46027", "rather than guessed"),
        ("  ", "has no time"),
    ],
)
def test_moments_that_are_none(moment, said):
    with pytest.raises(IntakeError, match=said):
        read([deal(add_time=moment)], stages=STAGES)
    second = deal(id=2, add_time=np.int64(1767600000))
    history = read([deal(add_time=moment), second], stages=STAGES)
    assert str(history.created[list(history.deals).index("2")])[:10] == "2026-01-05"


def test_deals_after_the_moment_of_the_data():
    later = deal(id=2, add_time="2026-05-01 08:00:00")
    history = read([deal(), later], stages=STAGES, as_of="2026-02-01")
    assert list(history.deals) == ["1"]
    assert "after-as-of" in codes(history)


class Broken:
    def to_dict(self):
        raise RuntimeError("the session is closed")


class Full:
    def to_dict(self):
        raise MemoryError


class Holder:
    """A record of Dataverse's client, or a page of Pipedrive's."""

    def __init__(self, data, **more):
        self.data = data
        vars(self).update(more)


def test_objects_of_clients():
    history = read([Broken(), deal()], stages=STAGES)
    assert "record-not-understood" in codes(history)
    assert list(history.deals) == ["1"]
    with pytest.raises(MemoryError):
        read([Full(), deal()], stages=STAGES)
    page = Holder([deal()], model_fields={}, additional_data=None)
    for source in ([Holder(deal())], page):
        assert read(source, stages=STAGES).value.tolist() == [7]


def test_records_in_boxes_within_boxes_are_no_records():
    lists, answers = [deal()], {"data": [deal()]}
    for _ in range(12):
        lists, answers = [lists], {"data": answers}
    for source in (lists, answers):
        with pytest.raises(IntakeError, match="must hold a stage change, got none"):
            read(source, stages=STAGES)


HUBSPOT = [
    {"id": "s1", "label": "Lead", "displayOrder": 0},
    {"id": "s2", "label": "Won", "displayOrder": 1,
     "metadata": {"isClosed": "true", "probability": "1.0"}},
    {"id": "s3", "label": "Lost", "displayOrder": 2,
     "metadata": {"isClosed": "true", "probability": "0.0"}},
]  # fmt: skip


def hub(key="1", past=None, **properties):
    held = {"dealname": "A", "dealstage": "s1", "createdate": "2026-01-05T00:00:00Z", **properties}
    return {"id": key, "properties": held, "propertiesWithHistory": {"dealstage": past}}


FIRST = {"value": "s1", "timestamp": "2026-01-05T00:00:00Z"}


@pytest.mark.parametrize("past", [["x", FIRST], FIRST, None])
def test_pasts_of_hubspot(past):
    history = hubspot([hub(past=past)], stages=HUBSPOT)
    assert history.reached.tolist() == [0]
    assert ("record-not-understood" in codes(history)) is isinstance(past, list)


def test_ends_of_hubspot_by_the_stage_and_by_the_chance():
    since = {"hs_v2_date_entered_current_stage": "2026-02-01T00:00:00Z"}
    history = hubspot(
        [hub(dealstage="s2", **since), hub("2", dealstage="s3", **since)], stages=HUBSPOT
    )
    assert history.outcome.tolist() == [WON, LOST]
    assert [str(day)[:10] for day in history.closed] == ["2026-02-01"] * 2
    chances = [
        hub(dealstage="s2", hs_deal_stage_probability="1"),
        hub("2", dealstage="s9", hs_deal_stage_probability="0"),
    ]
    assert hubspot(chances).outcome.tolist() == [WON, LOST]


ODOO = [
    {"id": 1, "name": "Lead", "sequence": 1}, {"id": 2, "name": "Offer", "sequence": 2},
    {"id": 3, "name": "Won", "sequence": 3, "is_won": True},
]  # fmt: skip
CARD = {
    "id": 1, "name": "A", "stage_id": [2, "Offer"], "create_date": "2026-01-05 08:00:00",
    "active": True, "probability": 50, "expected_revenue": 7,
}  # fmt: skip
MESSAGES = [{"id": 5, "res_id": 1, "model": "crm.lead", "date": "2026-01-09 08:00:00"}]


def track(**more):
    return {
        "id": 1, "mail_message_id": [5, "m"], "field_id": [9, "Stage (crm.lead)"],
        "old_value_integer": 1, "new_value_integer": 2, "create_date": "2026-01-09 08:00:00",
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "options", "days"),
    [
        ({}, {}, ["01-05", "01-09", ""]),
        ({"field_id": {"name": "stage_id"}}, {}, ["01-05", "01-09", ""]),
        ({"old_value_integer": 0}, {}, ["", "01-09", ""]),
        ({"field_id": [9, "Etappe"]}, {"fields": {"stage_id": {"string": "Etappe"}, "x": {}}},
         ["01-05", "01-09", ""]),
    ],
)  # fmt: skip
def test_tracking_of_odoo(more, options, days):
    history = odoo([CARD], tracking=[track(**more)], messages=MESSAGES, stages=ODOO, **options)
    assert history.reached.tolist() == [1]
    assert entered(history) == days


def test_tracking_of_odoo_without_a_time_and_of_amounts():
    undated = [{"id": 5, "res_id": 1, "model": "crm.lead"}]
    history = odoo([CARD], tracking=[track(create_date=False)], messages=undated, stages=ODOO)
    assert "change-without-time" in codes(history)
    money = [
        track(field_id=[8, "Expected Revenue"], old_value_float=old, new_value_float=new,
              create_date=when)
        for old, new, when in ((7, 8, "2026-01-11 08:00:00"), (3, 7, "2026-01-08 08:00:00"),
                               (1, 2, False))
    ]  # fmt: skip
    history = odoo([CARD], tracking=[track(), *money], messages=undated, stages=ODOO,
                   as_of="2026-02-01")  # fmt: skip
    assert history.at("2026-01-07", "amount").tolist() == [3]
    assert history.at("2026-01-09", "amount").tolist() == [7]


ROWS = [
    {"OpportunityId": "1", "Field": "StageName", "OldValue": "", "NewValue": "Lead",
     "CreatedDate": "2026-01-06T00:00:00Z"},
    {"OpportunityId": "1", "Field": "Amount", "OldValue": None, "NewValue": 5,
     "CreatedDate": "2026-01-06T00:00:00Z"},
    {"OpportunityId": "", "Field": "StageName", "OldValue": "x", "NewValue": "Lead",
     "CreatedDate": "2026-01-06T00:00:00Z"},
]  # fmt: skip


@pytest.mark.parametrize("described", [False, True])
def test_field_history_of_salesforce(described):
    now = {
        "Id": "1", "StageName": "Lead", "CreatedDate": "2026-01-05T00:00:00Z",
        "RecordType": {"DeveloperName": "Large"}, "RecordTypeId": "012",
    }  # fmt: skip
    history = salesforce(
        ROWS, opportunities=[now] if described else None, stages=["Lead", "Closed Won"]
    )
    assert history.reached.tolist() == [0]
    assert history.value.tolist() == [5]
    assert "deal-without-id" in codes(history)
    if described:
        assert history.attributes["pipeline_name"].tolist() == ["Large"]


dynamics = sf.source("dynamics")
DYNAMICS = ["Qualify", "Develop", "Propose", "Close"]


def opportunity(**more):
    return {
        "opportunityid": "1", "name": "A", "stepname": "Develop", "statecode": 0,
        "createdon": "2026-01-05T08:00:00Z", "estimatedvalue": 7, **more,
    }  # fmt: skip


def audit(day, data=None, **pairs):
    """An audit row: changes as JSON text, or old and new values by field."""
    row = {"_objectid_value": "1", "createdon": f"2026-01-{day:02d}T08:00:00Z"}
    if data is not None:
        return {**row, "changedata": data}
    old, new = ({name: pair[k] for name, pair in pairs.items()} for k in (0, 1))
    return {"AuditRecord": row, "OldValue": old, "NewValue": new}


def as_json(**pairs):
    changes = [{"logicalName": n, "oldValue": o, "newValue": w} for n, (o, w) in pairs.items()]
    return json.dumps({"changedAttributes": [*changes, "odd"]})


MOVE = {"stepname": ("Qualify", "Develop")}


@pytest.mark.parametrize(
    ("audits", "record", "days", "outcome"),
    [
        ([audit(9, **MOVE)], {}, ["01-05", "01-09", "", ""], OPEN),
        ([audit(9, as_json(**MOVE))], {}, ["01-05", "01-09", "", ""], OPEN),
        ([audit(9, "{no json")], {}, ["01-05", "", "", ""], OPEN),
        ([audit(9, **MOVE), audit(12, statecode=("0", "2"))],
         {"statecode": 2, "actualclosedate": "2026-01-12T08:00:00Z"}, ["01-05", "01-09", "", ""],
         LOST),
        ([audit(9, **MOVE), audit(12, statecode=("0", "1"))],
         {"statecode": 1, "actualclosedate": "2026-01-12T08:00:00Z"}, ["01-05", "01-09", "", ""],
         WON),
        ([audit(9, **MOVE), audit(12, statecode=("0", "2")), audit(14, statecode=("2", "0"))], {},
         ["01-05", "01-09", "", ""], OPEN),
        ([audit(12, statecode=("0", "2")), audit(13, **MOVE), audit(14, statecode=("2", "0"))], {},
         None, OPEN),
        ([audit(9, stepname=("", "Develop"))], {}, None, OPEN),
        ([audit(9, **MOVE)], {"statecode": 2}, ["01-05", "01-09", "", ""], LOST),
        ([audit(9, **MOVE)], {"statecode": 1, "actualclosedate": "2026-01-20T08:00:00Z"},
         ["01-05", "01-09", "", ""], WON),
    ],
)  # fmt: skip
def test_audits_of_dynamics(audits, record, days, outcome):
    history = dynamics([opportunity(**record)], changes=audits, stages=DYNAMICS, as_of="2026-02-01")
    assert history.outcome.tolist() == [outcome]
    if days is not None:
        assert entered(history)[: len(days)] == days
    if outcome != OPEN:
        assert not np.isnat(history.closed).any()
