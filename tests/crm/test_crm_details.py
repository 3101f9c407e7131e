"""What integrators meet in the records of CRMs: reopened deals, deletions, pages, labels, ids."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from datetime import datetime, timezone

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError

AS_OF = "2026-03-01"


def days(history, deal):
    row = history.deals.tolist().index(deal)
    return [None if np.isnat(t) else str(t)[:10] for t in history.entered[row]]


def outcome(history, deal):
    return ("open", "won", "lost")[history.outcome[history.deals.tolist().index(deal)]]


def closed(history, deal):
    return str(history.closed[history.deals.tolist().index(deal)])[:10]


def fault(history, code):
    (found,) = [one for one in history.faults if one.code == code]
    return found


# HubSpot


def hubspot(*records, **options):
    return sf.source("hubspot")(records, as_of=AS_OF, **options)


PIPELINE = {
    "results": [
        {"id": "9", "label": "Gewonnen", "displayOrder": 2,
         "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"id": "8", "label": "Verloren", "displayOrder": 3,
         "metadata": {"isClosed": "true", "probability": "0.0"}},
        {"id": "1", "label": "Neu", "displayOrder": 0,
         "metadata": {"isClosed": "false", "probability": "0.2"}},
        {"id": "5", "label": "Angebot", "displayOrder": 1,
         "metadata": {"isClosed": "false", "probability": "0.6"}},
    ]
}  # fmt: skip


def test_the_pipelines_endpoint_says_the_order_and_what_means_won_and_lost():
    record = {
        "id": "1",
        "properties": {
            "hs_v2_date_entered_1": "2026-01-05T08:00:00Z",
            "hs_v2_date_entered_8": "2026-01-20T08:00:00Z",
            "dealstage": "8",
        },
    }
    history = hubspot(record, stages=PIPELINE)
    assert history.stages == ("1", "5", "9")
    assert outcome(history, "1") == "lost"


def test_the_newer_generation_of_dates_wins_and_client_times_are_understood():
    record = {
        "hs_object_id": "1",
        "hs_date_entered_appointmentscheduled": "2026-01-01T00:00:00Z",
        "hs_v2_date_entered_appointmentscheduled": datetime(2026, 1, 5, tzinfo=timezone.utc),
        "hs_v2_date_entered_current_stage": "2026-01-07T00:00:00Z",
        "dealstage": "qualifiedtobuy",
    }
    assert days(hubspot(record), "1")[:2] == ["2026-01-05", "2026-01-07"]


def test_a_loss_is_void_where_the_deal_stands_in_a_stage_again():
    record = {
        "hs_object_id": "1",
        "hs_v2_date_entered_appointmentscheduled": "2026-01-05T00:00:00Z",
        "hs_v2_date_entered_closedlost": "2026-01-20T00:00:00Z",
        "dealstage": "appointmentscheduled",
    }
    assert outcome(hubspot(record), "1") == "open"


def test_a_deal_that_comes_twice_and_what_is_no_record_are_told():
    good = {"hs_object_id": "1", "dealstage": "closedwon", "closedate": "2026-01-05T00:00:00Z",
            "hs_is_closed_won": "true"}  # fmt: skip
    history = hubspot(good, dict(good), 3, {"hs_object_id": "2"})
    assert (fault(history, "deal-twice").row, dict(fault(history, "deal-twice").params)) == (
        2,
        {"first": 1},
    )
    assert fault(history, "record-not-understood").row == 3
    assert (fault(history, "deal-without-stage").row, history.deals.size) == (4, 1)


# Salesforce


def rows(*changes):
    return [
        OrderedDict(attributes={"type": "x"}, OpportunityId=d, StageName=s, CreatedDate=t)
        for d, s, t in changes
    ]


def test_an_id_of_15_characters_is_the_one_of_18():
    history = sf.source("salesforce")(
        rows(("006A00000012345", "Prospecting", "2026-01-05T08:00:00.000+0000")),
        opportunities=[{"Id": "006A00000012345IAB", "Amount": 5.0, "OwnerId": "005"}],
        as_of=AS_OF,
    )
    assert history.deals.tolist() == ["006A00000012345IAB"]
    assert history.value.tolist() == [5.0]


def test_exports_in_capitals_are_read():
    text = (
        '"OPPORTUNITYID","STAGENAME","CREATEDDATE"\n"1","Prospecting","2026-01-05T08:00:00.000Z"\n'
    )
    assert days(sf.source("salesforce")(text, as_of=AS_OF), "1")[0] == "2026-01-05"


def test_closed_but_not_won_means_lost_whatever_the_stage_is_called():
    history = sf.source("salesforce")(
        rows(
            ("1", "Prospecting", "2026-01-05T08:00:00.000+0000"),
            ("1", "No Decision", "2026-01-15T08:00:00.000+0000"),
        ),
        opportunities=[
            {"Id": "1", "StageName": "No Decision", "IsClosed": True, "IsWon": False},
            {"Id": "2", "StageName": "Prospecting", "IsClosed": False, "IsDeleted": True},
        ],
        as_of=AS_OF,
    )
    assert outcome(history, "1") == "lost"
    assert dict(fault(history, "deals-deleted").params) == {"deals": 1}


def test_the_stage_before_the_first_change_has_no_time_without_the_opportunity():
    change = {
        "OpportunityId": "1",
        "Field": "StageName",
        "OldValue": "Prospecting",
        "NewValue": "Qualification",
        "CreatedDate": "2026-01-15T08:00:00.000+0000",
    }
    history = sf.source("salesforce")([change], as_of=AS_OF)
    found = fault(history, "change-without-time")
    assert (found.row, found.column, found.value) == (1, "OldValue", "Prospecting")


def test_opportunity_stages_are_put_in_order_and_inactive_names_count():
    stages = [
        {"ApiName": "Won", "MasterLabel": "Gewonnen", "SortOrder": 3, "IsClosed": True,
         "IsWon": True},
        {"ApiName": "New", "MasterLabel": "Neu", "SortOrder": 1, "IsClosed": False, "IsWon": False},
        {"ApiName": "Gone", "MasterLabel": "Weg", "SortOrder": 4, "IsClosed": True, "IsWon": False},
    ]  # fmt: skip
    history = sf.source("salesforce")(
        rows(
            ("1", "Neu", "2026-01-05T08:00:00.000+0000"),
            ("1", "Weg", "2026-01-06T08:00:00.000+0000"),
        ),
        stages=stages,
        as_of=AS_OF,
    )
    assert (history.stages, outcome(history, "1")) == (("New", "Won"), "lost")


def test_opportunities_in_the_place_of_their_history_are_refused_with_the_way_out():
    with pytest.raises(ArgumentError) as caught:
        sf.source("salesforce")([{"Id": "1", "StageName": "Prospecting"}], as_of=AS_OF)
    assert "opportunities=" in str(caught.value.hint)


# Pipedrive


def pipedrive(*deals, stages=(2, 3), **options):
    return sf.source("pipedrive")(list(deals), stages=stages, as_of=AS_OF, **options)


def moved(field, old, new, time):
    return {"field_key": field, "old_value": old, "new_value": new, "time": time}


def test_a_change_of_status_reopens_a_deal():
    deal = {"id": 1, "add_time": "2026-01-05T08:00:00Z", "stage_id": 3, "status": "open"}
    changes = {
        1: [
            moved("status", "open", "lost", "2026-01-10 08:00:00"),
            moved("status", "lost", "open", "2026-01-12 08:00:00"),
            moved("stage_id", "2", "3", "2026-01-14 08:00:00"),
        ]
    }
    history = pipedrive(deal, changes=changes)
    assert outcome(history, "1") == "open"
    assert days(history, "1") == ["2026-01-05", "2026-01-14", None]
    assert dict(fault(history, "reopened").params) == {"deals": 1}


def test_a_stage_changed_in_a_closed_deal_does_not_open_it():
    deal = {"id": 1, "add_time": "2026-01-05 08:00:00", "stage_id": 3, "status": "lost",
            "lost_time": "2026-01-10 08:00:00"}  # fmt: skip
    history = pipedrive(deal, changes={1: [moved("stage_id", "2", "3", "2026-01-20 08:00:00")]})
    assert (outcome(history, "1"), closed(history, "1")) == ("lost", "2026-01-10")
    bare = pipedrive({**deal, "stage_change_time": "2026-01-20 08:00:00"})
    assert (outcome(bare, "1"), closed(bare, "1")) == ("lost", "2026-01-10")


def test_deleted_deals_strange_statuses_and_changes_of_no_deal_are_told():
    base = {"add_time": "2026-01-05 08:00:00", "stage_id": 2}
    history = pipedrive(
        {**base, "id": 1, "status": "open", "is_deleted": False},
        {**base, "id": 2, "status": "open", "is_deleted": True},
        {**base, "id": 3, "status": "deleted"},
        {**base, "id": 4, "status": "paused"},
        changes={77: [moved("stage_id", "2", "3", "2026-01-20 08:00:00")]},
    )
    assert history.deals.tolist() == ["1", "4"]
    assert dict(fault(history, "deals-deleted").params) == {"deals": 2}
    assert (fault(history, "status-not-understood").row,) == (4,)
    gone = fault(history, "changes-of-no-deal")
    assert (gone.value, dict(gone.params)) == ("77", {"changes": 1, "deals": 1})


def test_stages_are_needed_and_the_error_says_from_where():
    with pytest.raises(ArgumentError) as caught:
        sf.source("pipedrive")([{"id": 1}])
    assert "stages" in str(caught.value)


# Odoo


STAGES = [
    {"id": 1, "name": "New", "sequence": 1, "is_won": False},
    {"id": 2, "name": "Qualified", "sequence": 2, "is_won": False},
    {"id": 4, "name": "Won", "sequence": 70, "is_won": True},
]
LEAD = {"id": 1, "create_date": "2026-01-05 08:00:00", "stage_id": [2, "Qualified"], "active": True,
        "probability": 10.0, "user_id": [7, "Ann"], "date_closed": False}  # fmt: skip


def tracked(label, old, new, time, lead=1):
    return {"field_id": [77, label], "old_value_integer": old, "new_value_integer": new,
            "create_date": time, "res_id": lead}  # fmt: skip


def odoo(*leads, **options):
    return sf.source("odoo")(list(leads), stages=STAGES, as_of=AS_OF, **options)


@pytest.mark.parametrize("label", ["Stage (crm.lead)", "阶段 (crm.lead)", "Étape (crm.lead)"])
def test_the_stage_is_known_in_the_language_of_the_user(label):
    history = odoo(LEAD, tracking=[tracked(label, 1, 2, "2026-01-09 08:00:00")])
    assert days(history, "1")[:2] == ["2026-01-05", "2026-01-09"]
    assert history.attributes["owner"].tolist() == ["7"]
    assert history.attributes["owner_name"].tolist() == ["Ann"]


def test_tracking_without_the_stage_is_told_with_what_it_holds():
    history = odoo(LEAD, tracking=[tracked("Vendedor (crm.lead)", 1, 2, "2026-01-09 08:00:00")])
    assert fault(history, "no-stage-changes").value == "Vendedor (crm.lead)"


def test_archived_is_lost_only_at_probability_nought():
    base = {**LEAD, "active": False, "date_closed": "2026-01-20 08:00:00"}
    history = odoo(
        {**base, "probability": 0.0},
        {**base, "id": 2},
        {**base, "id": 3, "won_status": "lost"},
        tracking=[tracked("Stage (crm.lead)", 1, 2, "2026-02-09 08:00:00")],
    )
    assert [outcome(history, deal) for deal in "123"] == ["lost", "open", "lost"]
    assert closed(history, "1") == "2026-01-20"  # moving a lost lead does not open it
    assert dict(fault(history, "archived-but-open").params) == {"deals": 1}


def test_named_tuples_are_records():
    lead = namedtuple("Lead", LEAD)(**LEAD)  # noqa: PYI024 - a row as libraries return it
    assert odoo(lead).deals.tolist() == ["1"]


def test_results_call_the_stages_by_the_names_that_the_crm_gave():
    deal = {"id": 1, "add_time": "2026-01-05 08:00:00", "stage_id": 2, "status": "open"}
    stages = [{"id": 3, "name": "Demo", "order_nr": 2}, {"id": 2, "name": "Bedarf", "order_nr": 1}]
    history = pipedrive(deal, stages={"success": True, "data": stages})
    assert history.stages == ("2", "3", "won")
    words = sf.stage_durations(history).to_text()
    assert "Bedarf" in words
    assert "Demo" in words
    assert fault(history, "stages-never-entered").value == "3"


def test_stages_of_one_name_are_told_apart_by_their_ids():
    deal = {"id": 1, "add_time": "2026-01-05 08:00:00", "stage_id": 2, "status": "open"}
    stages = [{"id": 2, "name": "New"}, {"id": 3, "name": "New"}]
    assert "2" in sf.stage_durations(pipedrive(deal, stages=stages)).to_text()
