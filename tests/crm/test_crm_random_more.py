"""Random records for the sources that are described field by field: only our own errors."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import IntakeError, SalesFunnelError
from salesfunnel.plugins._sources import ListedName

NAMES = [*get_args(ListedName), "fivetran-hubspot", "fivetran-salesforce", "airbyte-hubspot"]
FIELDS = [
    *("id", "ID", "_id", "Stage", "STAGE_ID", "stage", "stage_id", "phase_id", "deal_stage_id"),
    *("Created_Time", "DATE_CREATE", "created_at", "create_time", "createdon", "date_created"),
    *("status_type", "STAGE_SEMANTIC_ID", "statecode", "stepname", "is_end", "sales_status"),
    *("Amount", "OPPORTUNITY", "amount", "money", "Owner", "fail_reason", "value", "data"),
    *("opportunityid", "business_id", "deal_id", "property_amount", "_fivetran_start", "result"),
    *("stage_name", "OWNER_ID", "opportunity_id", "changedata", "properties", "Moved_To__s"),
]
CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**45),
    st.floats(),
    st.sampled_from(["a", "b", "won", "lost", "1", "S", "2026-01-05T08:00:00Z", "{", "[]", ""]),
    st.lists(st.sampled_from(["a", {"id": 1, "name": "x"}]), max_size=2),
    st.dictionaries(st.sampled_from(["id", "name", "value", "currency", "list"]), st.just("1")),
)
RECORD = st.dictionaries(st.sampled_from(FIELDS), CELL, max_size=8)


@pytest.mark.parametrize("name", NAMES)
@given(records=st.lists(RECORD, max_size=4) | RECORD, changes=st.none() | st.lists(RECORD))
@settings(max_examples=25, deadline=None)
def test_random_records_raise_only_our_errors(name, records, changes):
    options = {"changes": changes} if name in get_args(ListedName) else {}
    try:
        history = sf.source(name)(records, stages=["a", "b"], as_of="2026-03-01", **options)
    except SalesFunnelError:
        return
    assert sf.StageHistory.from_dict(history.to_dict()) == history
    assert history.to_text(locale="zh")


DEAL = {"id": "1", "properties": {"dealstage": "qualifiedtobuy", "custom": "x",
                                  "createdate": "2026-01-05T08:00:00Z"}}  # fmt: skip


def test_json_is_read(tmp_path):
    read, options = sf.source("hubspot"), {"as_of": "2026-03-01"}
    wanted = read([DEAL], **options)
    whole, lines = tmp_path / "deals.json", tmp_path / "deals.jsonl"
    whole.write_text(json.dumps({"results": [DEAL]}), encoding="utf-8")
    lines.write_text(json.dumps(DEAL) + "\n", encoding="utf-8")
    assert read(whole, **options) == read(str(lines), **options) == wanted
    assert read(json.dumps([DEAL]), **options) == wanted
    for broken in ("{", tmp_path / "no.json"):
        with pytest.raises(IntakeError):
            read(broken, **options)


def test_version_1_of_the_api_of_hubspot():
    def version(value, when):
        return {"value": value, "timestamp": when, "source": "CRM_UI", "sourceId": None}

    def property_of(*versions):
        return {**version(*versions[0]), "versions": [version(*one) for one in versions]}

    deals = {
        "deals": [
            {"portalId": 1, "dealId": 11, "isDeleted": False,
             "associations": {"associatedVids": [], "associatedCompanyIds": [7]},
             "properties": {
                 "dealstage": property_of(("qualifiedtobuy", 1767952800000),
                                          ("appointmentscheduled", 1767600000000)),
                 "amount": property_of(("900", 1767952800000), ("500", 1767600000000)),
                 "createdate": property_of(("1767600000000", 1767600000000)),
                 "region__c": property_of(("EMEA", 1767600000000))}},
            {"portalId": 1, "dealId": 12, "isDeleted": True, "properties": {
                "dealstage": property_of(("qualifiedtobuy", 1767952800000))}},
        ],
        "hasMore": True, "offset": 12,
    }  # fmt: skip
    history = sf.source("hubspot")(deals, as_of="2026-03-01")
    assert history.deals.tolist() == ["11"]
    assert [str(t)[:10] for t in history.entered[0, :2]] == ["2026-01-05", "2026-01-09"]
    assert history.changes_of("amount")["to"].tolist() == [500.0, 900.0]
    assert history.attribute("region__c").tolist() == ["EMEA"]
    codes = {fault.code: fault.severity for fault in history.faults}
    assert codes["page-unfinished-open"] == "error"
    assert "deals-deleted" in codes
