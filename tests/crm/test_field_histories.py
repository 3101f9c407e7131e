"""Amount, expected close, owner, ... over time, as the four CRMs with a history give them."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf

AS_OF = "2026-04-01"


def changes(history, field):
    """Return (deal, day, value) of each change."""
    found = history.changes_of(field)
    rows = zip(found["deal"].tolist(), found["time"], found["to"].tolist(), strict=True)
    return [(deal, str(time)[:10], value) for deal, time, value in rows]


def entry(value, when):
    return {"value": value, "timestamp": when, "sourceType": "CRM_UI"}


def test_hubspot():
    deal = {
        "id": "1",
        "properties": {"dealstage": "qualifiedtobuy", "createdate": "2026-01-05T08:00:00Z",
                       "amount": "1500", "hubspot_owner_id": "72", "pipeline": "default",
                       "deal_currency_code": "EUR", "closedate": "2026-06-30T22:00:00Z"},
        "propertiesWithHistory": {
            "dealstage": [entry("qualifiedtobuy", "2026-01-09T08:00:00Z"),
                          entry("appointmentscheduled", "2026-01-05T08:00:00Z")],
            "amount": [entry("1500", "2026-02-01T08:00:00Z"), entry("", "2026-01-20T08:00:00Z"),
                       entry("900.50", "2026-01-05T08:00:00Z")],
            "closedate": [entry("2026-06-30T22:00:00Z", "2026-02-01T08:00:00Z"),
                          entry("1774915200000", "2026-01-05T08:00:00Z")],
            "hubspot_owner_id": [entry("72", "2026-02-01T08:00:00Z"),
                                 entry("71", "2026-01-05T08:00:00Z")],
            "hs_manual_forecast_category": [entry("COMMIT", "2026-02-02T08:00:00Z")],
            "pipeline": [entry("default", "2026-01-05T08:00:00Z")],
        },
    }  # fmt: skip
    history = sf.source("hubspot")([deal], as_of=AS_OF, tz="Europe/Berlin")
    assert changes(history, "owner") == [("1", "2026-01-05", "71"), ("1", "2026-02-01", "72")]
    amounts = changes(history, "amount")
    assert [day for _, day, _ in amounts] == ["2026-01-05", "2026-01-20", "2026-02-01"]
    np.testing.assert_equal([value for *_, value in amounts], [900.5, np.nan, 1500.0])
    days = [str(value) for *_, value in changes(history, "expected")]
    assert days == ["2026-03-31", "2026-07-01"]  # in Berlin
    assert history.at("2026-01-10", "amount").tolist() == [900.5]
    assert changes(history, "category") == [("1", "2026-02-02", "COMMIT")]
    assert "amount" not in history.leaks
    assert "currency" in history.leaks


def test_salesforce_stage_history_and_field_history_together():
    row = {"OpportunityId": "006A00000000001AAA", "CurrencyIsoCode": "EUR"}
    rows = [
        {**row, "StageName": "Prospecting", "CreatedDate": "2026-01-05T08:00:00.000+0000",
         "Amount": 100.0, "CloseDate": "2026-03-31", "ForecastCategory": "Pipeline"},
        {**row, "StageName": "Prospecting", "CreatedDate": "2026-02-05T08:00:00.000+0000",
         "Amount": 250.0, "CloseDate": "2026-06-30", "ForecastCategory": "BestCase"},
    ]  # fmt: skip
    edits = [
        {"OpportunityId": "006A00000000001AAA", "Field": field, "OldValue": old, "NewValue": new,
         "CreatedDate": "2026-02-07T08:00:00.000+0000"}
        for field, old, new in [
            ("Owner", "Ann", "Bo"), ("Owner", "005A00000000001AAA", "005A00000000002AAA"),
            ("ForecastCategoryName", "Best Case", "Commit"), ("Amount", 250.0, 300.0),
        ]
    ]  # fmt: skip
    opportunity = {"Id": "006A00000000001AAA", "StageName": "Prospecting", "Amount": 300.0,
                   "OwnerId": "005A00000000002AAA", "ForecastCategoryName": "Commit",
                   "CreatedDate": "2026-01-05T08:00:00.000+0000", "CloseDate": "2026-06-30",
                   "CurrencyIsoCode": "EUR"}  # fmt: skip
    history = sf.source("salesforce")(
        [{"done": True, "totalSize": 2, "records": rows},
         {"done": True, "totalSize": 4, "records": edits}],
        opportunities=[opportunity], as_of=AS_OF,
    )  # fmt: skip
    assert [(day, value) for _, day, value in changes(history, "amount")] == [
        ("2026-01-05", 100.0), ("2026-02-05", 250.0), ("2026-02-07", 300.0)]  # fmt: skip
    assert [value for *_, value in changes(history, "owner")] == [
        "005A00000000001AAA", "005A00000000002AAA"]  # fmt: skip
    assert [value for *_, value in changes(history, "category")] == [
        "Pipeline", "BestCase", "Forecast"]  # fmt: skip
    assert [str(value) for *_, value in changes(history, "expected")] == [
        "2026-03-31", "2026-06-30"]  # fmt: skip
    assert "history-ends-elsewhere" not in {fault.code for fault in history.faults}
    assert "page-unfinished" not in {fault.code for fault in history.faults}


def test_pipedrive():
    deal = {"id": 1, "add_time": "2026-01-05 08:00:00", "stage_id": 2, "status": "open",
            "value": 700, "currency": "EUR", "user_id": {"id": 9, "name": "Ann"},
            "expected_close_date": "2026-06-30", "pipeline_id": 1}  # fmt: skip
    log = [
        {"field_key": key, "old_value": old, "new_value": new, "time": "2026-01-20 08:00:00"}
        for key, old, new in [("value", "500", "700"), ("currency", "USD", "EUR"),
                              ("user_id", "8", "9"), ("expected_close_date", "2026-05-31",
                                                      "2026-06-30")]
    ]  # fmt: skip
    history = sf.source("pipedrive")([deal], changes={1: log}, stages=[2, 3], as_of=AS_OF)
    assert [value for *_, value in changes(history, "amount")] == [500.0, 700.0]
    assert changes(history, "currency") == [("1", "2026-01-05", "USD"), ("1", "2026-01-20", "EUR")]
    assert [value for *_, value in changes(history, "owner")] == ["8", "9"]
    assert [str(v) for *_, v in changes(history, "expected")] == ["2026-05-31", "2026-06-30"]


def test_odoo():
    lead = {"id": 1, "create_date": "2026-01-05 08:00:00", "stage_id": [2, "Q"], "active": True,
            "probability": 40.0, "user_id": [7, "Ann"], "expected_revenue": 300.0,
            "date_deadline": "2026-06-30", "team_id": [5, "T"]}  # fmt: skip

    def tracked(label, **values):
        return {"field_id": [80, label], "res_id": 1, "create_date": "2026-01-20 08:00:00",
                "old_value_integer": 0, "new_value_integer": 0, **values}  # fmt: skip

    tracking = [
        tracked("Expected Revenue (crm.lead)", old_value_float=100.0, new_value_float=300.0),
        tracked("Salesperson (crm.lead)", old_value_integer=6, new_value_integer=7,
                old_value_char="Bo", new_value_char="Ann"),
        tracked("date_deadline", new_value_datetime="2026-06-30 00:00:00"),
    ]  # fmt: skip
    history = sf.source("odoo")(
        [lead], tracking=tracking, stages=[{"id": 2, "name": "Q"}, {"id": 4, "name": "Won",
                                                                  "is_won": True}], as_of=AS_OF
    )  # fmt: skip
    assert [value for *_, value in changes(history, "amount")] == [100.0, 300.0]
    assert [value for *_, value in changes(history, "owner")] == ["6", "7"]
    assert [str(v) for *_, v in changes(history, "expected")] == ["2026-06-30"]


def test_without_a_history_todays_values_are_named():
    deal = {"id": 1, "add_time": "2026-01-05 08:00:00", "stage_id": 2, "status": "open",
            "value": 700, "currency": "EUR", "owner_id": 9,
            "expected_close_date": "2026-06-30"}  # fmt: skip
    history = sf.source("pipedrive")([deal], stages=[2, 3], as_of=AS_OF)
    assert set(history.leaks) == {"amount", "currency", "expected", "owner"}
    assert str(history.at(AS_OF, "expected")[0]) == "2026-06-30"
