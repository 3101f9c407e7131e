"""Deals of which a CRM gives only the present state, through the verbs."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import DataError

STAGES = [
    {"id": "10", "label": "New", "displayOrder": 0,
     "metadata": {"isClosed": "false", "probability": "0.2"}},
    {"id": "20", "label": "Offer", "displayOrder": 1,
     "metadata": {"isClosed": "false", "probability": "0.5"}},
    {"id": "30", "label": "Won", "displayOrder": 2,
     "metadata": {"isClosed": "true", "probability": "1.0"}},
    {"id": "40", "label": "Lost", "displayOrder": 3,
     "metadata": {"isClosed": "true", "probability": "0.0"}},
]  # fmt: skip


def deals(n=120):
    for i in range(n):
        stage = ("10", "20", "30", "40")[i % 4]
        month, day = 1 + i % 6, 1 + i % 28
        yield {"id": f"{i:03d}", "properties": {
            "dealstage": stage, "amount": str(100 + i), "deal_currency_code": "EUR",
            "createdate": f"2026-{month:02d}-{day:02d}T08:00:00Z",
            "closedate": f"2026-{month + 1:02d}-{day:02d}T08:00:00Z"}}  # fmt: skip


@pytest.fixture(scope="module")
def history():
    return sf.source("hubspot")(deals(), stages=STAGES, as_of="2026-08-01")


def test_counts_are_right_and_no_time_is_invented(history):
    assert history.outcome.tolist()[:4] == [0, 0, 1, 2]
    assert history.reached.tolist()[:4] == [0, 1, 2, -1]
    assert np.isnat(history.entered[1::4, 1]).all()
    assert history.panel(by="all").counts.ravel().tolist() == [120, 60, 30]
    codes = {fault.code: fault.severity for fault in history.faults}
    assert codes["lost-stage-unknown"] == "warning"
    assert "stage-times-unknown" in codes
    assert "stages-skipped" not in codes


def test_verbs_answer_what_a_list_can_tell_and_refuse_the_rest(history):
    assert sf.velocity(history).win_rate == pytest.approx(0.25, abs=0.05)
    assert sf.analyze(history).currency == "EUR"
    assert sf.forecast(history, horizon="90D").expected > 0
    with pytest.raises(DataError):
        sf.stage_durations(history)
    assert sf.StageHistory.from_dict(history.to_dict()) == history


def test_a_history_of_some_deals_keeps_the_times_and_counts_the_others():
    some = list(deals(40))
    some[1]["propertiesWithHistory"] = {"dealstage": [
        {"value": "20", "timestamp": "2026-02-10T08:00:00Z"},
        {"value": "10", "timestamp": "2026-02-02T08:00:00Z"}]}  # fmt: skip
    history = sf.source("hubspot")(some, stages=STAGES, as_of="2026-08-01")
    assert history.reached_stage is None
    unknown = {fault.code: dict(fault.params) for fault in history.faults}["stage-time-unknown"]
    assert unknown["deals"] == 9


def entry(value, when):
    return {"value": value, "timestamp": when, "sourceType": "CRM_UI"}


def differs(history):
    found = [fault for fault in history.faults if fault.code == "present-stage-differs"]
    assert len(found) == 1
    assert found[0].severity == "warning"
    return dict(found[0].params)["deals"]


def test_a_history_that_ends_before_the_present_stage_never_hides_it():
    deal = {"id": "9", "properties": {"dealstage": "30", "createdate": "2026-01-05T00:00:00Z",
                                      "closedate": "2026-02-20T00:00:00Z"},
            "propertiesWithHistory": {
                "dealstage": [entry("10", "2026-01-05T00:00:00Z")]}}  # fmt: skip
    history = sf.source("hubspot")([deal], stages=STAGES, as_of="2026-08-01")
    assert (history.outcome.tolist(), differs(history)) == ([1], 1)
    assert str(history.closed[0])[:10] == "2026-02-20"
    history = sf.source("salesforce")(
        [{"OpportunityId": "006A", "StageName": "Prospecting",
          "CreatedDate": "2026-01-05T00:00:00Z"}],
        opportunities=[{"Id": "006A", "StageName": "Closed Lost", "IsWon": False, "IsClosed": True,
                        "CreatedDate": "2026-01-05T00:00:00Z", "CloseDate": "2026-02-01"}],
        as_of="2026-08-01",
    )  # fmt: skip
    assert (history.outcome.tolist(), differs(history)) == ([2], 1)
    history = sf.source("pipedrive")(
        [{"id": 1, "add_time": "2026-01-05 00:00:00", "stage_id": 4, "status": "open",
          "stage_change_time": "2026-02-01 00:00:00"}],
        changes={1: [{"field_key": "stage_id", "old_value": "2", "new_value": "3",
                      "time": "2026-01-09 00:00:00"}]},
        stages=[2, 3, 4], as_of="2026-08-01",
    )  # fmt: skip
    assert (str(history.entered[0, 2])[:10], differs(history)) == ("2026-02-01", 1)
    history = sf.source("zoho")(
        [{"id": "1", "Stage": "Closed Won", "Created_Time": "2026-01-05T00:00:00Z",
          "Stage_Modified_Time": "2026-02-01T00:00:00Z"}],
        changes=[{"deal_id": "1", "Stage": "Qualification",
                  "Modified_Time": "2026-01-05T00:00:00Z"}], as_of="2026-08-01",
    )  # fmt: skip
    assert (history.outcome.tolist(), differs(history)) == ([1], 1)


def test_a_client_object_has_its_creation_beside_its_properties():
    deal = {"id": "9", "properties": {"dealstage": "10"}, "createdAt": "2026-01-05T00:00:00Z"}
    history = sf.source("hubspot")([deal], stages=STAGES, as_of="2026-08-01")
    assert str(history.created[0])[:10] == "2026-01-05"
