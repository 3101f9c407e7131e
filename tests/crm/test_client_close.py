"""Close's own Python client against a server that answers as its API does, page by page."""

from __future__ import annotations

import pytest

import salesfunnel as sf

closeio_api = pytest.importorskip("closeio_api")
AS_OF = "2026-04-01"


def opportunity(key, status, kind, **fields):
    return {
        "id": key, "lead_id": f"lead_{key}", "lead_name": f"Lead {key}", "pipeline_id": "pipe_1",
        "pipeline_name": "Sales", "status_id": status, "status_label": status.upper(),
        "status_type": kind, "value": 50000, "value_period": "one_time", "value_currency": "USD",
        "value_formatted": "$500", "confidence": 50, "note": "", "user_id": "user_1",
        "user_name": "Ann Li", "date_created": "2026-01-05T08:00:00.551000+00:00",
        "date_updated": "2026-03-20T08:00:00+00:00", "date_won": None, "date_lost": None,
        "contact_id": None, "organization_id": "orga_1", "custom.cf_seg": "smb", **fields,
    }  # fmt: skip


ROWS = [
    opportunity("o1", "stat_won", "won", date_won="2026-02-01"),
    opportunity("o2", "stat_lost", "lost", date_lost="2026-01-30T08:00:00+00:00"),
    opportunity("o3", "stat_demo", "active", value=None),
    opportunity("o4", "stat_new", "active", value_currency="EUR"),
]
CHANGES = [
    {"_type": "OpportunityStatusChange", "id": "acti_1", "opportunity_id": "o1",
     "old_status_id": "stat_new", "new_status_id": "stat_demo", "old_status_type": "active",
     "new_status_type": "active", "date_created": "2026-01-12T08:00:00+00:00"},
    {"_type": "OpportunityStatusChange", "id": "acti_2", "opportunity_id": "o1",
     "old_status_id": "stat_demo", "new_status_id": "stat_won", "old_status_type": "active",
     "new_status_type": "won", "date_created": "2026-02-01T09:00:00+00:00"},
    {"_type": "OpportunityStatusChange", "id": "acti_3", "opportunity_id": "o3",
     "old_status_id": "stat_new", "new_status_id": "stat_demo", "old_status_type": "active",
     "new_status_type": "active", "date_created": "2026-01-20T08:00:00+00:00"},
]  # fmt: skip
PIPELINES = [
    {"id": "pipe_1", "name": "Sales", "statuses": [
        {"id": "stat_new", "label": "New", "type": "active"},
        {"id": "stat_demo", "label": "Demo", "type": "active"},
        {"id": "stat_won", "label": "Won", "type": "won"},
        {"id": "stat_lost", "label": "Lost", "type": "lost"}]},
]  # fmt: skip


@pytest.fixture
def client(loopback, slice_of):
    def page(items):
        def answer(query, body, rest):
            found, after = slice_of(items, int(query.get("_skip") or 0), 2)
            return {"data": found, "has_more": after is not None}

        return answer

    loopback.routes["/api/v1/opportunity/"] = page(ROWS)
    loopback.routes["/api/v1/activity/status_change/opportunity/"] = page(CHANGES)
    loopback.routes["/api/v1/pipeline/"] = page(PIPELINES)
    return closeio_api.API(f"{loopback.url}/api/v1/", "key", tz_offset="0")


def pages(client, address):
    found = [client.get(address)]
    while found[-1]["has_more"]:
        found.append(client.get(address, params={"_skip": 2 * len(found)}))
    return found


def test_pages_of_the_client(client):
    history = sf.source("close")(
        pages(client, "opportunity"),
        changes=pages(client, "activity/status_change/opportunity"),
        stages=client.get("pipeline"),
        as_of=AS_OF,
    )
    assert history.stages == ("stat_new", "stat_demo", "stat_won")
    assert history.outcome.tolist() == [1, 2, 0, 0]
    assert [str(t)[:10] for t in history.entered[0]] == ["2026-01-05", "2026-01-12", "2026-02-01"]
    assert history.value.tolist()[0] == 500.0
    assert history.attribute("owner_name").tolist() == ["Ann Li"] * 4
    assert history.attribute("currency").tolist() == ["USD", "USD", "USD", "EUR"]
    assert history.attribute("custom.cf_seg").tolist() == ["smb"] * 4
    assert not {fault.severity for fault in history.faults} & {"error"}


def test_a_page_with_more_is_told(client):
    history = sf.source("close")(client.get("opportunity"), as_of=AS_OF)
    faults = {fault.code: fault for fault in history.faults}
    assert faults["page-unfinished-open"].severity == "error"
    assert history.outcome.tolist() == [1, 2]
