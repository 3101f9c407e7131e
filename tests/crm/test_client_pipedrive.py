"""A Python client of Pipedrive against a server that answers as versions 1 and 2 of the API."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError

pipedrive_client = pytest.importorskip("pipedrive.client")
AS_OF = "2026-04-01"
SIZE = "b4b0b6a4a1c9e8e7d6c5b4a3928170615f4e3d2c"
BUDGET = "c4b0b6a4a1c9e8e7d6c5b4a3928170615f4e3d2c"
PERSON = {"active_flag": True, "name": "Bo", "email": [{"value": ""}], "owner_id": 9, "value": 3}
USER = {"id": 9, "name": "Ann Li", "email": "ann@example.com", "active_flag": True, "value": 9}


def deal(key, stage, status, pipeline=1, **fields):
    return {
        "id": key, "title": f"Deal {key}", "value": 700, "currency": "EUR", "user_id": USER,
        "person_id": PERSON, "org_id": {"name": "Acme", "people_count": 2, "value": 4},
        "add_time": "2026-01-05 08:00:00", "update_time": "2026-03-20 08:00:00",
        "stage_change_time": None, "stage_id": stage, "pipeline_id": pipeline, "status": status,
        "won_time": None, "lost_time": None, "close_time": None, "lost_reason": None,
        "expected_close_date": "2026-05-01", "active": True, "deleted": False, "owner_name": "Ann",
        "activities_count": 3, "next_activity_date": None, "label": "12", SIZE: "37",
        BUDGET: 5000, f"{BUDGET}_currency": "USD", **fields,
    }  # fmt: skip


DEALS = [
    deal(1, 3, "won", won_time="2026-02-01 08:00:00", close_time="2026-02-01 08:00:00"),
    deal(2, 2, "lost", lost_time="2026-01-30 08:00:00", lost_reason="price", value=0),
    deal(3, 2, "open", value=None, currency="JPY", **{SIZE: None}),
    deal(4, 3, "open", stage_change_time="2026-01-20 08:00:00", value=10.5),
    deal(5, 2, "deleted"),
]
RENEWALS = [deal(6, 12, "open", 2), deal(7, 11, "open", 2)]
STAGES = [
    {"id": 3, "order_nr": 2, "name": "Demo", "active_flag": True, "deal_probability": 60,
     "pipeline_id": 1, "pipeline_name": "Sales", "pipeline_deal_probability": True},
    {"id": 12, "order_nr": 2, "name": "Agreed", "active_flag": True, "pipeline_id": 2,
     "pipeline_name": "Renewals"},
    {"id": 2, "order_nr": 1, "name": "Qualified", "active_flag": True, "pipeline_id": 1,
     "pipeline_name": "Sales"},
    {"id": 11, "order_nr": 1, "name": "Due", "active_flag": True, "pipeline_id": 2,
     "pipeline_name": "Renewals"},
]  # fmt: skip
CHANGELOG = {
    1: [
        {"field_key": "stage_id", "old_value": "2", "new_value": "3", "actor_user_id": 9,
         "time": "2026-01-09 08:00:00", "change_source": "app", "is_bulk_update_flag": False},
        {"field_key": "value", "old_value": "500", "new_value": "700", "actor_user_id": 9,
         "time": "2026-01-12 08:00:00", "change_source": "app", "is_bulk_update_flag": None},
        {"field_key": "status", "old_value": "open", "new_value": "won", "actor_user_id": 9,
         "time": "2026-02-01 08:00:00", "change_source": "app", "is_bulk_update_flag": None},
        *({"field_key": key, "old_value": old, "new_value": new, "actor_user_id": 9,
           "time": "2026-01-12 08:00:00", "change_source": "app", "is_bulk_update_flag": None}
          for key, old, new in [("currency", "USD", "EUR"), ("user_id", "8", "9"),
                                ("expected_close_date", "2026-04-01", "2026-05-01"),
                                ("pipeline_id", "2", "1")]),
    ]
}  # fmt: skip
FIELDS = [
    {"id": 1, "key": "title", "name": "Title", "field_type": "varchar"},
    {"id": 2, "key": SIZE, "name": "Company size", "field_type": "enum",
     "options": [{"id": 37, "label": "1-10"}, {"id": 38, "label": "11-50"}]},
    {"id": 3, "key": BUDGET, "name": "Budget", "field_type": "monetary"},
]  # fmt: skip


@pytest.fixture
def client(loopback, slice_of):
    """A company's account, two deals a page."""

    def page(items):
        def answer(query, body, rest):
            start = int(query.get("start") or 0)
            found, after = slice_of(items(), start, int(query.get("limit") or 2))
            pagination = {"start": start, "limit": 2, "more_items_in_collection": after is not None}
            if after is not None:
                pagination["next_start"] = after
            data = {"pagination": pagination}
            return {"success": True, "data": found or None, "additional_data": data}

        return answer

    found = pipedrive_client.Client(domain=loopback.url)
    found.set_api_token("token")
    found.sold = DEALS
    loopback.routes["/v1/deals"] = page(lambda: found.sold)
    loopback.routes["/v1/stages"] = lambda *_: {"success": True, "data": STAGES}
    loopback.routes["/v1/dealFields"] = page(lambda: FIELDS)
    loopback.routes["/v1/users"] = lambda *_: {"success": True, "data": [USER]}
    loopback.routes["/v1/deals/*/changelog"] = lambda query, body, rest: {
        "success": True, "data": CHANGELOG.get(int(rest), []), "additional_data": {},
    }  # fmt: skip
    return found


def pages_of(client):
    start, pages = 0, []
    while True:
        page = client.deals.get_all_deals(params={"start": start, "limit": 2})
        pages.append(page)
        pagination = page["additional_data"]["pagination"]
        if not pagination["more_items_in_collection"]:
            return pages
        start = pagination["next_start"]


def codes(history):
    return {fault.code: fault for fault in history.faults}


def test_pages_and_changelogs_of_the_client(client, loopback):
    pages = pages_of(client)
    changes = {
        one["id"]: client._get(f"{loopback.url}/v1/deals/{one['id']}/changelog")
        for page in pages
        for one in page["data"]
    }
    fields = client._get(f"{loopback.url}/v1/dealFields", params={"limit": 100})
    history = sf.source("pipedrive")(
        pages, changes=changes, stages=client.stages.get_all_stages(), fields=fields, as_of=AS_OF
    )
    assert history.stages == ("2", "3", "won")
    assert history.outcome.tolist() == [1, 2, 0, 0]
    assert [str(t)[:10] for t in history.entered[0]] == ["2026-01-05", "2026-01-09", "2026-02-01"]
    assert [str(t)[:10] for t in history.entered[3, :2]] == ["2026-01-05", "2026-01-20"]
    for name, words in {
        "amount": ["500.0", "700.0"], "currency": ["USD", "EUR"], "owner": ["8", "9"],
        "expected": ["2026-04-01", "2026-05-01"], "pipeline": ["2", "1"],
    }.items():  # fmt: skip
        found = history.changes_of(name)
        assert found["to"][found["deal"] == "1"].astype(str).tolist() == words, name
    assert history.value[1] == 0
    assert np.isnan(history.value[2])
    assert history.attribute("currency").tolist() == ["EUR", "EUR", "JPY", "EUR"]
    assert history.attribute("owner").tolist() == ["9"] * 4
    assert history.attribute("owner_name").tolist() == ["Ann Li"] * 4
    assert history.attribute("account_name").tolist() == ["Acme"] * 4
    assert history.attribute("pipeline_name").tolist() == ["Sales"] * 4
    assert history.attribute("Company size").tolist() == ["37", "37", "", "37"]
    assert history.attribute("Company size_name").tolist() == ["1-10", "1-10", "", "1-10"]
    assert history.attribute("Budget").tolist() == [5000.0] * 4
    assert codes(history)["attribute-labelled"].severity == "info"
    assert dict(codes(history)["deals-deleted"].params) == {"deals": 1}
    assert not {fault.severity for fault in history.faults} & {"error"}
    plain = sf.source("pipedrive")(pages, stages=STAGES, pipeline=1, as_of=AS_OF)
    assert plain.attribute(SIZE).tolist() == ["37", "37", "", "37"]


def test_a_page_with_more_items_is_an_error(client):
    page = client.deals.get_all_deals(params={"limit": 2})
    history = sf.source("pipedrive")(page, stages=STAGES, as_of=AS_OF)
    fault = codes(history)["page-unfinished-open"]
    assert (fault.severity, dict(fault.params)) == ("error", {"rows": 2})
    cursor = {"success": True, "data": page["data"], "additional_data": {"next_cursor": "eyJ"}}
    assert "page-unfinished-open" in codes(
        sf.source("pipedrive")(cursor, stages=STAGES, as_of=AS_OF)
    )


def test_pipelines_are_told_apart(client):
    client.sold = [*DEALS, *RENEWALS]
    pages = pages_of(client)
    with pytest.raises(IntakeError) as caught:
        sf.source("pipedrive")(pages, stages=STAGES, as_of=AS_OF)
    assert "'Renewals' (2 deals)" in str(caught.value)
    renewals = sf.source("pipedrive")(pages, stages=STAGES, pipeline="Renewals", as_of=AS_OF)
    assert (renewals.stages, renewals.deals.tolist()) == (("11", "12", "won"), ["6", "7"])
    each = sf.source("pipedrive").by_pipeline(pages, stages=STAGES, as_of=AS_OF)
    assert {name: len(one) for name, one in each.items()} == {"Sales": 4, "Renewals": 2}
    moved = {6: [
        {"field_key": "pipeline_id", "old_value": "1", "new_value": "2",
         "time": "2026-02-01 08:00:00"},
        {"field_key": "stage_id", "old_value": "3", "new_value": "12",
         "time": "2026-02-01 08:00:00"}]}  # fmt: skip
    history = sf.source("pipedrive")(pages, changes=moved, stages=STAGES, pipeline=2, as_of=AS_OF)
    assert str(history.entered[0, 1])[:10] == "2026-02-01"
    assert dict(codes(history)["stages-of-other-pipelines"].params) == {"deals": 1}


def test_pipelines_without_their_stages_are_refused():
    bare = [{"id": 1, "name": "Sales", "url_title": "Sales", "order_nr": 1, "active": True}]
    with pytest.raises(ArgumentError) as caught:
        sf.source("pipedrive")(DEALS, stages=bare)
    assert "stages of the pipeline" in str(caught.value.hint)


V2 = [
    {"id": 1, "title": "A", "value": 700, "currency": "EUR", "owner_id": 9, "stage_id": 3,
     "pipeline_id": 1, "status": "won", "add_time": "2026-01-05T08:00:00Z", "person_id": 3,
     "org_id": 4, "stage_change_time": "2026-01-09T08:00:00Z", "won_time": "2026-02-01T08:00:00Z",
     "is_deleted": False, "is_archived": False, "custom_fields": {SIZE: 37, BUDGET: {
         "value": 5000, "currency": "USD"}}},
    {"id": 2, "title": "B", "value": 1, "currency": "EUR", "owner_id": None, "stage_id": 2,
     "pipeline_id": 1, "status": "open", "add_time": "2026-01-05T08:00:00Z", "is_deleted": True},
    {"id": 3, "title": "C", "value": 5, "currency": "EUR", "owner_id": 9, "stage_id": 2,
     "pipeline_id": 1, "status": "open", "add_time": "2026-01-05T08:00:00Z", "is_archived": True,
     "custom_fields": {SIZE: None, BUDGET: None}},
]  # fmt: skip


def test_version_2_of_the_api():
    answer = {"success": True, "data": V2, "additional_data": {"next_cursor": None}}
    history = sf.source("pipedrive")(answer, stages=STAGES, owners=[USER], fields=FIELDS,
                                     as_of=AS_OF)  # fmt: skip
    assert history.deals.tolist() == ["1", "3"]
    assert history.attribute("owner_name").tolist() == ["Ann Li", "Ann Li"]
    assert history.attribute("Company size_name").tolist() == ["1-10", ""]
    assert history.attribute("Budget")[0] == 5000.0
    assert history.attribute("Budget_currency").tolist() == ["USD", ""]
    assert dict(codes(history)["deals-archived-kept"].params) == {"deals": 1}
    assert "page-unfinished-open" not in codes(history)
