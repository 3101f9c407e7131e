"""Tables of HubSpot and Salesforce as Fivetran and Airbyte write them."""

from __future__ import annotations

import json

import numpy as np
import pytest

import salesfunnel as sf

pd = pytest.importorskip("pandas")
AS_OF = "2026-04-01"


def codes(history):
    return {fault.code: fault for fault in history.faults}


def days(history, row):
    return [None if np.isnat(t) else str(t)[:10] for t in history.entered[row]]


def deal(key, stage, **columns):
    return {"deal_id": key, "portal_id": 1, "deal_pipeline_id": "default", "owner_id": 71.0,
            "deal_pipeline_stage_id": stage, "is_deleted": False, "property_amount": 900.5,
            "property_createdate": pd.Timestamp("2026-01-05 08:00"), "property_dealname": "D",
            "property_closedate": pd.NaT, "property_segment_c": "SMB",
            "property_hs_is_closed": None, "_fivetran_synced": pd.Timestamp("2026-03-30"),
            **columns}  # fmt: skip


DEALS = pd.DataFrame([
    deal(1, "9", property_closedate=pd.Timestamp("2026-02-01 09:30")),
    deal(2, "8", property_amount=None, owner_id=None),
    deal(3, "20"),
    deal(4, "10", is_deleted=True),
    deal(5, "10"),
])  # fmt: skip
DEAL_STAGE = pd.DataFrame(
    [(1, "10", "2026-01-05 08:00"), (1, "20", "2026-01-12 08:00"), (1, "9", "2026-02-01 09:30"),
     (2, "10", "2026-01-05 08:00"), (2, "8", "2026-01-30 08:00"), (3, "20", "2026-01-09 08:00")],
    columns=["deal_id", "value", "date_entered"],
)  # fmt: skip
DEAL_STAGE["date_entered"] = pd.to_datetime(DEAL_STAGE["date_entered"])
STAGES = pd.DataFrame(
    [("9", "default", "Won", 3, 1.0, True), ("10", "default", "New", 0, 0.1, False),
     ("20", "default", "Demo", 1, 0.4, False), ("8", "default", "Lost it", 4, 0.0, False),
     ("77", "renewals", "Due", 0, 0.5, False)],
    columns=["stage_id", "pipeline_id", "label", "display_order", "probability", "closed_won"],
)  # fmt: skip
OWNER = pd.DataFrame([{"owner_id": 71, "first_name": "Ann", "last_name": "Li", "email": "a@x"}])


def test_fivetran_hubspot():
    history = sf.source("fivetran-hubspot")(
        DEALS, deal_stage=DEAL_STAGE, stages=STAGES, owners=OWNER,
        pipelines=pd.DataFrame([{"pipeline_id": "default", "label": "Sales"}]),
        merged_deal=[{"deal_id": 1, "merged_deal_id": 5}], as_of=AS_OF,
    )  # fmt: skip
    assert history.stages == ("10", "20", "9")
    assert history.deals.tolist() == ["1", "2", "3"]
    assert history.outcome.tolist() == [1, 2, 0]
    assert days(history, 0) == ["2026-01-05", "2026-01-12", "2026-02-01"]
    assert history.value[0] == 900.5
    assert history.attribute("segment_c").tolist() == ["SMB"] * 3
    assert history.attribute("owner_name").tolist() == ["Ann Li", "", "Ann Li"]
    assert history.attribute("pipeline_name").tolist() == ["Sales"] * 3
    assert dict(codes(history)["deals-deleted"].params) == {"deals": 1}
    assert dict(codes(history)["deals-merged"].params) == {"deals": 1}


def test_fivetran_hubspot_by_the_history_of_properties():
    rows = [
        (1, "dealstage", "10", "2026-01-05T08:00:00Z"), (1, "dealstage", "9", "2026-02-01T08:00Z"),
        (1, "amount", "500", "2026-01-05T08:00:00Z"), (1, "amount", "900.5", "2026-01-20T08:00Z"),
        (1, "dealname", "x", "2026-01-05T08:00:00Z"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["deal_id", "name", "value", "timestamp"])
    history = sf.source("fivetran-hubspot")(
        DEALS.iloc[:1], deal_property_history=table, stages=STAGES, as_of=AS_OF
    )
    assert days(history, 0) == ["2026-01-05", None, "2026-02-01"]
    assert history.changes_of("amount")["to"].tolist() == [500.0, 900.5]


def version(key, stage, start, end, active, **columns):
    return {"id": key, "name": key, "stage_name": stage, "amount": 700.0, "is_deleted": False,
            "close_date": "2026-05-31", "created_date": pd.Timestamp("2026-01-05 08:00"),
            "owner_id": "005", "is_closed": False, "is_won": False, "probability": 20.0,
            "forecast_category": "Pipeline", "lead_source": "Web", "region__c": "EMEA",
            "_fivetran_start": pd.Timestamp(start), "_fivetran_end": pd.Timestamp(end),
            "_fivetran_active": active, **columns}  # fmt: skip


VERSIONS = pd.DataFrame([
    version("a", "Qualify", "2026-01-05 08:00", "2026-01-12", False, amount=500.0),
    version("a", "Scoping", "2026-01-12 08:00", "2026-02-01", False),
    version("a", "Signed", "2026-02-01 08:00", "9999-12-31 00:00", True, is_closed=True,
            is_won=True, probability=100.0),
    version("b", "Scoping", "2026-02-10 08:00", "2026-02-20", False),
    version("b", "No Decision", "2026-02-20 08:00", "9999-12-31 00:00", True, is_closed=True,
            probability=0.0),
    version("c", "Qualify", "2026-01-05 08:00", "9999-12-31 00:00", True),
])  # fmt: skip


def test_fivetran_salesforce_in_history_mode():
    history = sf.source("fivetran-salesforce")(
        VERSIONS, stages=["Qualify", "Scoping", "Signed"], owners={"005": "Ann"}, as_of=AS_OF
    )
    assert history.outcome.tolist() == [1, 2, 0]
    assert days(history, 0) == ["2026-01-05", "2026-01-12", "2026-02-01"]
    assert history.attribute("channel").tolist() == ["Web"] * 3
    assert history.attribute("region__c").tolist() == ["EMEA"] * 3
    assert history.attribute("owner_name").tolist() == ["Ann"] * 3
    assert history.changes_of("amount")["to"].tolist()[:2] == [500.0, 700.0]
    assert dict(codes(history)["history-starts-late"].params) == {"deals": 1}
    assert "time-sentinel" not in codes(history)


def test_fivetran_salesforce_with_the_objects_of_salesforce():
    rows = [
        {"id": "1", "opportunity_id": "a", "stage_name": "Prospecting", "amount": 5.0,
         "created_date": "2026-01-05T08:00:00Z", "_fivetran_synced": "2026-03-30"},
        {"id": "2", "opportunity_id": "a", "stage_name": "Closed Won", "amount": 5.0,
         "created_date": "2026-02-05T08:00:00Z", "_fivetran_synced": "2026-03-30"},
    ]  # fmt: skip
    history = sf.source("fivetran-salesforce")(rows, as_of=AS_OF)
    assert history.outcome.tolist() == [1]
    lower = [{key.replace("_", ""): cell for key, cell in row.items()} for row in rows]
    assert sf.source("salesforce")(lower, as_of=AS_OF).outcome.tolist() == [1]


@pytest.mark.parametrize("shape", ["columns", "json"])
def test_airbyte_hubspot(shape):
    properties = [
        {"dealstage": "9", "pipeline": "default", "amount": "900.5", "segment_c": "SMB",
         "createdate": "2026-01-05T08:00:00Z", "closedate": "2026-02-01T09:30:00Z",
         "hs_v2_date_entered_10": "2026-01-05T08:00:00Z",
         "hs_v2_date_entered_9": "2026-02-01T09:30:00Z"},
        {"dealstage": "10", "pipeline": "default", "amount": None, "segment_c": "Ent",
         "createdate": "2026-01-06T08:00:00Z"},
    ]  # fmt: skip
    rows = [
        {"id": str(key), "archived": False, "_airbyte_raw_id": "x",
         **({f"properties_{k}": v for k, v in one.items()} if shape == "columns"
            else {"properties": json.dumps(one)})}
        for key, one in enumerate(properties, 1)
    ]  # fmt: skip
    pipelines = [{"pipelineId": "default", "label": "Sales", "stages": json.dumps([
        {"stageId": "9", "label": "Won", "displayOrder": 2,
         "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"stageId": "10", "label": "New", "displayOrder": 0,
         "metadata": {"isClosed": "false", "probability": "0.1"}}])}]  # fmt: skip
    history = sf.source("airbyte-hubspot")(pd.DataFrame(rows), stages=pipelines, as_of=AS_OF)
    assert (history.stages, history.outcome.tolist()) == (("10", "9"), [1, 0])
    assert history.attribute("segment_c").tolist() == ["SMB", "Ent"]
    assert history.attribute("pipeline_name").tolist() == ["Sales", "Sales"]
    past = [{"dealId": "2", "property": "dealstage", "value": "10",
             "timestamp": "2026-01-06T08:00:00Z", "sourceType": "CRM_UI"}]  # fmt: skip
    again = sf.source("airbyte-hubspot")(
        rows, deals_property_history=past, stages=pipelines, as_of=AS_OF
    )
    assert days(again, 1)[0] == "2026-01-06"


def test_fivetran_hubspot_with_rows_that_say_nothing():
    """A row that is none, a property without a name, and a second history of the stage."""
    deals = [{"deal_id": 1, "property_dealname": "A", "property_dealstage": "b",
              "property_createdate": "2026-01-05T00:00:00Z"}]  # fmt: skip
    past = [None, {"deal_id": 1, "name": "", "value": "x", "timestamp": "2026-01-06T00:00:00Z"},
            {"deal_id": 1, "name": "dealstage", "value": "a",
             "timestamp": "2026-01-05T00:00:00Z"}]  # fmt: skip
    stages = [None, {"deal_id": 1, "value": "a", "date_entered": "2026-01-05T00:00:00Z"},
              {"deal_id": 1, "value": "b", "date_entered": "2026-01-09T00:00:00Z"}]  # fmt: skip
    read = sf.source("fivetran-hubspot")
    history = read(deals, stages=["a", "b", "won"], deal_property_history=past, deal_stage=stages,
                   merged_deal=[None])  # fmt: skip
    assert [str(day)[:10] for day in history.entered[0][:2]] == ["2026-01-05", "2026-01-09"]
    alone = read(deals, stages=["a", "b", "won"], deal_property_history=past)
    assert str(alone.entered[0][0])[:10] == "2026-01-05"
    assert alone.reached.tolist() == [1]
