"""HubSpot's own client against a server that answers as the CRM API v3 does, page by page."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError, UnknownNameError

hubspot_client = pytest.importorskip("hubspot")
AS_OF = "2026-04-01"


def history_of(*pairs):
    return [
        {"value": value, "timestamp": when, "sourceType": "CRM_UI", "sourceId": "userId:7",
         "sourceLabel": None, "updatedByUserId": 7}
        for value, when in reversed(pairs)
    ]  # fmt: skip


def deal(
    key, stage, pipeline, *, past=(), archived=False, amounts=(), closes=(), more=None, **properties
):
    found = {
        "id": key,
        "properties": {
            "hs_object_id": key, "dealstage": stage, "pipeline": pipeline, "amount": "1000",
            "deal_currency_code": "EUR", "hubspot_owner_id": "71", "segment_c": "SMB",
            "employees_c": "12", "hs_analytics_source": "PAID_SEARCH", "hs_num_calls": "4",
            "createdate": "2026-01-05T08:00:00.000Z", "closedate": None, **properties,
        },
        "createdAt": "2026-01-05T08:00:00.000Z", "updatedAt": "2026-03-05T08:00:00.123Z",
        "archived": archived,
    }  # fmt: skip
    if archived:
        found["archivedAt"] = "2026-03-01T00:00:00Z"
    histories = {"dealstage": history_of(*past), "amount": history_of(*amounts),
                 "closedate": history_of(*closes),
                 **{name: history_of(*one) for name, one in (more or {}).items()}}  # fmt: skip
    found["propertiesWithHistory"] = {name: one for name, one in histories.items() if one}
    return found


SALES = [
    deal("1", "9f1-won", "default", hs_is_closed="true", hs_is_closed_won="true",
         closedate="2026-02-03T08:00:00Z",
         past=[("10", "2026-01-05T08:00:00Z"), ("20", "2026-01-09T23:30:00.123Z"),
               ("9f1-won", "2026-02-03T08:00:00Z")],
         amounts=[("", "2026-01-05T08:00:00Z"), ("800", "2026-01-06T08:00:00Z"),
                  ("1000", "2026-02-03T08:00:00Z")],
         closes=[("2026-02-28T00:00:00Z", "2026-01-05T08:00:00Z"),
                 ("2026-02-03T08:00:00Z", "2026-02-03T08:00:00Z")],
         more={"hubspot_owner_id": [("72", "2026-01-05T08:00:00Z"), ("71", "2026-01-20T08:00:00Z")],
               "deal_currency_code": [("USD", "2026-01-05T08:00:00Z"),
                                      ("EUR", "2026-01-06T08:00:00Z")],
               "hs_manual_forecast_category": [("BEST_CASE", "2026-01-10T08:00:00Z"),
                                               ("COMMIT", "2026-01-25T08:00:00Z")],
               "pipeline": [("77", "2026-01-05T08:00:00Z"), ("default", "2026-01-05T09:00:00Z")]}),
    deal("2", "30", "default", amount=None, deal_currency_code="USD", hubspot_owner_id=None,
         hs_is_closed="false",
         past=[("10", "2026-01-05T08:00:00Z"), ("30", "2026-01-20T08:00:00Z")],
         segment_c="Enterprise"),
    deal("3", "lost2", "default", hs_is_closed="true", hs_is_closed_won="false",
         past=[("10", "2026-01-07T08:00:00Z"), ("lost2", "2026-01-27T08:00:00Z")]),
    deal("4", "10", "default", past=[("10", "2026-03-07T08:00:00Z")],
         hs_merged_object_ids="901;902"),
]  # fmt: skip
RENEWALS = [
    deal("5", "R1", "77", past=[("10", "2026-01-05T08:00:00Z"), ("R1", "2026-02-05T08:00:00Z")]),
    deal("6", "R9", "77", hs_is_closed="true", hs_is_closed_won="true",
         past=[("R1", "2026-02-05T08:00:00Z"), ("R9", "2026-02-15T08:00:00Z")]),
]  # fmt: skip
GONE = [deal("7", "10", "default", archived=True, past=[("10", "2026-01-07T08:00:00Z")])]


def stage(key, label, order, closed, probability):
    return {
        "id": key, "label": label, "displayOrder": order, "archived": False,
        "createdAt": "1970-01-01T00:00:00Z", "updatedAt": "1970-01-01T00:00:00Z",
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "metadata": {"isClosed": closed, "probability": probability},
    }  # fmt: skip


PIPELINES = [
    {"id": "default", "label": "Sales Pipeline", "displayOrder": 0, "archived": False,
     "createdAt": "1970-01-01T00:00:00Z", "updatedAt": "1970-01-01T00:00:00Z",
     "stages": [stage("9f1-won", "Won", 8, "true", "1.0"), stage("10", "New", 0, "false", "0.1"),
                stage("30", "Offer", 3, "false", "0.6"), stage("20", "Demo", 2, "false", "0.4"),
                stage("lost1", "Lost", 9, "true", "0.0"),
                stage("lost2", "Nope", 10, "true", "0.0")]},
    {"id": "77", "label": "Renewals", "displayOrder": 1, "archived": False,
     "createdAt": "1970-01-01T00:00:00Z", "updatedAt": "1970-01-01T00:00:00Z",
     "stages": [stage("R1", "Due", 0, "false", "0.5"), stage("R9", "Renewed", 1, "true", "1.0")]},
]  # fmt: skip
OWNERS = [
    {"id": "71", "email": "ann@example.com", "type": "PERSON", "firstName": "Ann", "lastName": "Li",
     "userId": 1, "createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-01T00:00:00Z",
     "archived": False},
]  # fmt: skip
PROPERTIES = [
    {"name": "segment_c", "label": "Segment", "type": "enumeration", "fieldType": "select",
     "description": "", "groupName": "dealinformation",
     "options": [{"label": "Small business", "value": "SMB", "hidden": False},
                 {"label": "Large", "value": "Enterprise", "hidden": False}]},
    {"name": "employees_c", "label": "Employees", "type": "number", "fieldType": "number",
     "description": "", "groupName": "dealinformation", "options": []},
]  # fmt: skip


@pytest.fixture
def serve(loopback, slice_of):
    """A portal with these deals, two a page; the client for it."""

    def start(deals, archived=()):
        def page(query, body, rest):
            items = archived if query.get("archived") in {"true", "True"} else deals
            found, after = slice_of(items, int(query.get("after") or 0), 2)
            answer = {"results": found}
            if after is not None:
                answer["paging"] = {"next": {"after": str(after), "link": "https://x/?after=1"}}
            return answer

        loopback.routes["/crm/v3/objects/deals"] = page
        loopback.routes["/crm/v3/pipelines/deals"] = lambda *_: {"results": PIPELINES}
        loopback.routes["/crm/v3/owners/"] = loopback.routes["/crm/v3/owners"] = lambda *_: {
            "results": OWNERS
        }
        loopback.routes["/crm/v3/properties/deals"] = lambda *_: {"results": PROPERTIES}
        return hubspot_client.HubSpot(access_token="token")

    return start


@pytest.fixture
def api(loopback):
    """Point each api of the client to the server."""

    def to(part):
        part.api_client.configuration.host = loopback.url
        return part

    return to


WITH_HISTORY = [
    "dealstage", "amount", "closedate", "hubspot_owner_id", "deal_currency_code",
    "hs_manual_forecast_category", "pipeline",
]  # fmt: skip


def read(client, api, deals=None, **options):
    if deals is None:
        basic = api(client.crm.deals.basic_api)
        deals, after = [], None
        while True:
            page = basic.get_page(limit=2, after=after, properties_with_history=WITH_HISTORY)
            deals.append(page)
            if page.paging is None:
                break
            after = page.paging.next.after
    pipelines = api(client.crm.pipelines.pipelines_api).get_all("deals")
    return sf.source("hubspot")(deals, stages=pipelines, as_of=AS_OF, **options)


def codes(history):
    return {fault.code: fault for fault in history.faults}


def test_pages_of_the_client_with_history(serve, api):
    client = serve(SALES)
    owners = api(client.crm.owners.owners_api).get_page()
    fields = api(client.crm.properties.core_api).get_all("deals")
    history = read(client, api, owners=owners, fields=fields, tz="Asia/Shanghai")
    assert history.stages == ("10", "20", "30", "9f1-won")
    assert history.deals.tolist() == ["1", "2", "3", "4"]
    assert history.outcome.tolist() == [1, 0, 2, 0]
    assert str(history.entered[0, 1])[:16] == "2026-01-10T07:30"  # 23:30 UTC in Shanghai
    assert np.isnat(history.entered[1, 1])
    assert history.value[0] == 1000.0
    assert np.isnan(history.value[1])
    assert history.attribute("segment_c").tolist() == ["SMB", "Enterprise", "SMB", "SMB"]
    assert history.attribute("segment_c_name").tolist()[:2] == ["Small business", "Large"]
    assert history.attribute("employees_c").dtype == np.float64
    assert history.attribute("owner").tolist() == ["71", "", "71", "71"]
    assert history.attribute("owner_name").tolist() == ["Ann Li", "", "Ann Li", "Ann Li"]
    assert history.attribute("pipeline_name").tolist() == ["Sales Pipeline"] * 4
    assert history.attribute("closed_stage").tolist() == ["Won", "", "Nope", ""]
    assert "hs_num_calls" not in history.attributes
    assert dict(codes(history)["deals-merged"].params) == {"deals": 2}
    assert "page-unfinished-open" not in codes(history)
    assert history.funnel.stage("20").name == "Demo"
    fields = ("amount", "currency", "expected", "category", "owner", "pipeline")
    past = {name: history.changes_of(name) for name in fields}
    assert past["amount"]["to"][past["amount"]["deal"] == "1"].tolist() == [800.0, 1000.0]
    for name, words in {
        "currency": ["USD", "EUR"], "expected": ["2026-02-28", "2026-02-03"],
        "category": ["BEST_CASE", "COMMIT"], "owner": ["72", "71"], "pipeline": ["77", "default"],
    }.items():  # fmt: skip
        found = past[name]["to"][past[name]["deal"] == "1"]
        assert found.astype(str).tolist() == words, name
    assert history.at("2026-01-10T12:00", "owner")[0] == "72"


def test_get_all_of_the_client_and_archived_deals(serve, api):
    client = serve(SALES, GONE)
    fetch_all = pytest.importorskip("hubspot.utils.objects").fetch_all  # what get_all() calls
    basic = api(client.crm.deals.basic_api)
    deals = fetch_all(basic, properties_with_history=WITH_HISTORY)
    deals += fetch_all(basic, archived=True)
    history = read(client, api, deals)
    assert len(history) == 4
    assert dict(codes(history)["deals-archived"].params) == {"deals": 1}


def test_a_page_that_is_not_the_last_is_an_error_with_what_is_missing(serve, api):
    client = serve(SALES)
    page = api(client.crm.deals.basic_api).get_page(limit=2, properties_with_history=WITH_HISTORY)
    history = read(client, api, page)
    fault = codes(history)["page-unfinished-open"]
    assert (fault.severity, fault.column, dict(fault.params)) == ("error", "records", {"rows": 2})
    total = {"total": 4, "results": [one.to_dict() for one in page.results],
             "paging": {"next": {"after": "2"}}}  # fmt: skip
    fault = codes(read(client, api, total))["page-unfinished"]
    assert (fault.severity, dict(fault.params)) == ("error", {"rows": 2, "missing": 2, "total": 4})


def test_several_pipelines_are_never_mixed(serve, api):
    client = serve([*SALES, *RENEWALS])
    with pytest.raises(IntakeError) as caught:
        read(client, api)
    assert "'Sales Pipeline' (4 deals)" in str(caught.value)
    assert "pipeline='Sales Pipeline'" in str(caught.value.hint)
    history = read(client, api, pipeline="Renewals")
    assert (history.stages, history.deals.tolist()) == (("R1", "R9"), ["5", "6"])
    assert history.outcome.tolist() == [0, 1]
    assert dict(codes(history)["other-pipelines"].params) == {"deals": 4}
    assert dict(codes(history)["stages-of-other-pipelines"].params) == {"deals": 1}
    assert read(client, api, pipeline="77") == history
    with pytest.raises(UnknownNameError) as wrong:
        read(client, api, pipeline="Renewal")
    assert "Renewals" in str(wrong.value.hint)
    pipelines = api(client.crm.pipelines.pipelines_api).get_all("deals")
    each = sf.source("hubspot").by_pipeline(
        iter([{"results": [*SALES, *RENEWALS]}]), stages=pipelines, as_of=AS_OF
    )
    assert {name: len(one) for name, one in each.items()} == {"Renewals": 2, "Sales Pipeline": 4}


def test_attributes_are_chosen_and_named(serve, api):
    client = serve(SALES)
    history = read(client, api, attributes=["segment_c", "hs_num_calls"])
    chosen = set(history.attributes) - set(history.changes)
    assert chosen == {"segment_c", "hs_num_calls", "closed_stage"}
    history = read(client, api, attributes={"size": "segment_c", "owner": "hubspot_owner_id"})
    assert history.attribute("size").tolist()[1] == "Enterprise"
    with pytest.raises(UnknownNameError) as caught:
        read(client, api, attributes=["segmnt_c"])
    assert "segment_c" in str(caught.value.hint)


@pytest.mark.parametrize("shape", ["pipelines", "objects", "dicts", "frame", "one", "stages"])
def test_stages_come_as_the_client_returns_them(serve, api, shape):
    pd = pytest.importorskip("pandas")
    client = serve(SALES)
    found = api(client.crm.pipelines.pipelines_api).get_all("deals")
    one = found.results[0]
    stages = {
        "pipelines": found,
        "objects": found.results,
        "dicts": [pipeline.to_dict() for pipeline in found.results],
        "frame": pd.json_normalize([s.to_dict() for s in one.stages], max_level=0),
        "one": one,
        "stages": one.stages,
    }[shape]
    history = sf.source("hubspot")(SALES, stages=stages, as_of=AS_OF)
    assert history.stages == ("10", "20", "30", "9f1-won")
    assert history.outcome.tolist() == [1, 0, 2, 0]


@pytest.mark.parametrize("stages", ["default", SALES, 7, [{"label": "x"}], [None]])
def test_what_holds_no_stages_is_refused(stages):
    with pytest.raises(ArgumentError):
        sf.source("hubspot")(SALES, stages=stages, as_of=AS_OF)


def test_stages_without_a_list_follow_the_moves_of_the_deals(serve, api):
    client = serve(SALES)
    basic = api(client.crm.deals.basic_api)
    deals = [basic.get_page(limit=2, properties_with_history=WITH_HISTORY, after=a) for a in (0, 2)]
    history = sf.source("hubspot")(deals, as_of=AS_OF)
    assert history.deals.tolist() == ["1", "2", "3", "4"]
    assert history.outcome.tolist() == [1, 0, 2, 0]
    assert history.stages[0] == "10"
    assert set(history.stages[1:-1]) == {"20", "30"}
    assert codes(history)["stage-not-listed"].severity == "warning"


def test_ids_that_say_nothing_are_refused_without_a_list_of_stages():
    bare = [
        {"id": "1", "properties": {"dealstage": "1003", "createdate": "2026-01-05T08:00:00Z",
                                   "closedate": "2026-02-01T08:00:00Z"}},
        {"id": "2", "properties": {"dealstage": "1001", "createdate": "2026-01-05T08:00:00Z"}},
    ]  # fmt: skip
    with pytest.raises(ArgumentError) as caught:
        sf.source("hubspot")(bare, as_of=AS_OF)
    assert "1003, 1001" in str(caught.value) or "1001, 1003" in str(caught.value)
    for one, closed in zip(bare, ("true", "false"), strict=True):
        one["properties"] |= {"hs_is_closed": closed, "hs_is_closed_won": closed}
    history = sf.source("hubspot")(bare, as_of=AS_OF)
    assert history.outcome.tolist() == [1, 0]
    assert history.stages == ("1001", "closedwon")
