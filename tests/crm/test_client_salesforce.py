"""simple-salesforce against a server that answers queries as the REST API does, page by page."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import UnknownNameError

simple_salesforce = pytest.importorskip("simple_salesforce")
AS_OF = "2026-04-01"


def kind(name, key):
    return {"attributes": {"type": name, "url": f"/services/data/v59.0/sobjects/{name}/{key}"}}


def opportunity(key, stage, amount, **fields):
    return {
        **kind("Opportunity", key), "Id": key, "Name": key, "StageName": stage, "Amount": amount,
        "CurrencyIsoCode": "EUR", "OwnerId": "005A0000001abcDIAQ", "LeadSource": "Web",
        "CreatedDate": "2026-01-05T08:00:00.000+0000", "CloseDate": "2026-05-31",
        "IsClosed": False, "IsWon": False, "IsDeleted": False, "Probability": 20.0,
        "RecordTypeId": "012A0000000AAAAIA4", "Region__c": "EMEA", "Seats__c": 12.0,
        "Strategic__c": True, "Partner__c": None,
        "Owner": {**kind("User", "005"), "Name": "Ann Li"},
        "Account": {**kind("Account", "001"), "Name": "Acme", "Industry": "Retail"},
        **fields,
    }  # fmt: skip


OPPORTUNITIES = [
    opportunity("006A00000000001AAA", "Signed", 900.0, IsClosed=True, IsWon=True, Probability=100.0,
                CloseDate="2026-02-01"),
    opportunity("006A00000000002AAA", "No Decision", None, IsClosed=True, Probability=0.0,
                CloseDate="2026-01-26", Region__c="APAC", Seats__c=None),
    opportunity("006A00000000003AAA", "Scoping", 50.0, CurrencyIsoCode="JPY", OwnerId=None,
                Owner=None),
    opportunity("006A00000000004AAA", "Scoping", 70.0, LastStageChangeDate="2026-03-02T00:00:00Z",
                CreatedDate="2026-02-20T23:30:00.000+0000"),
    opportunity("006A00000000005AAA", "Qualify", 10.0, IsDeleted=True),
]  # fmt: skip


def row(deal, stage, when, amount, probability, category, **fields):
    return {
        **kind("OpportunityHistory", "008"), "Id": f"008{when}", "OpportunityId": deal,
        "StageName": stage, "CreatedDate": f"2026-{when}T08:00:00.000+0000", "Amount": amount,
        "CloseDate": "2026-05-31", "Probability": probability, "ForecastCategory": category,
        "CurrencyIsoCode": "EUR", **fields,
    }  # fmt: skip


HISTORY = [
    row("006A00000000001AAA", "Qualify", "01-05", None, 10.0, "Pipeline"),
    row("006A00000000001AAA", "Scoping", "01-09", 700.0, 40.0, "BestCase"),
    row("006A00000000001AAA", "Scoping", "01-15", 900.0, 40.0, "BestCase", CloseDate="2026-06-30"),
    row("006A00000000001AAA", "Signed", "02-01", 900.0, 100.0, "Closed"),
    row("006A00000000002AAA", "Qualify", "01-06", 300.0, 10.0, "Pipeline"),
    row("006A00000000002AAA", "No Decision", "01-26", 300.0, 0.0, "Omitted"),
    row("006A00000000003AAA", "Qualify", "01-05", 50.0, 10.0, "Pipeline"),
    row("006A00000000003AAA", "Scoping", "01-25", 50.0, 40.0, "Pipeline"),
]
STAGES = [
    {**kind("OpportunityStage", key), "ApiName": name, "MasterLabel": label, "SortOrder": order,
     "IsActive": True, "IsClosed": closed, "IsWon": won}
    for key, name, label, order, closed, won in [
        ("01", "Signed", "Unterschrieben", 4, True, True),
        ("02", "Qualify", "Prüfen", 1, False, False),
        ("03", "Scoping", "Umfang", 2, False, False), ("04", "No Decision", "Kein", 5, True, False),
        ("05", "Lost", "Verloren", 6, True, False),
    ]
]  # fmt: skip


@pytest.fixture
def client(loopback, slice_of, plain_http):
    """A client for an organisation that gives two rows a page."""
    tables = {
        "OpportunityFieldHistory": [],
        "OpportunityHistory": HISTORY,
        "OpportunityStage": STAGES,
        "Opportunity": OPPORTUNITIES,
    }

    def page(name, start):
        items = tables[name]
        found, after = slice_of(items, start, 2)
        answer = {"totalSize": len(items), "done": after is None, "records": found}
        if after is not None:
            answer["nextRecordsUrl"] = f"/services/data/v59.0/query/{name}-{after}"
        return answer

    loopback.routes["/services/data/v59.0/query/"] = lambda query, body, rest: page(
        next(name for name in tables if f"FROM {name}" in query["q"]), 0
    )
    loopback.routes["/services/data/v59.0/query/*"] = lambda query, body, rest: page(
        rest.split("-")[0], int(rest.split("-")[1])
    )
    found = simple_salesforce.Salesforce(
        instance_url=loopback.url, session_id="token", version="59.0"
    )
    found.tables = tables
    return found


def codes(history):
    return {fault.code: fault for fault in history.faults}


def test_queries_of_the_client_with_all_their_pages(client):
    read = sf.source("salesforce")
    history = read(
        client.query_all("SELECT FIELDS(ALL) FROM OpportunityHistory"),
        opportunities=client.query_all_iter("SELECT FIELDS(ALL) FROM Opportunity"),
        stages=client.query_all("SELECT ApiName, MasterLabel FROM OpportunityStage"),
        as_of=AS_OF,
        tz="Asia/Shanghai",
    )
    assert history.stages == ("Qualify", "Scoping", "Signed")
    assert history.outcome.tolist() == [1, 2, 0, 0]
    assert str(history.entered[3, 0])[:10] == "2026-02-21"
    assert str(history.entered[3, 1])[:10] == "2026-03-02"
    assert history.attribute("Region__c").tolist() == ["EMEA", "APAC", "EMEA", "EMEA"]
    seats = history.attribute("Seats__c")
    assert seats.dtype == np.float64
    assert np.isnan(seats).tolist() == [False, True, False, False]
    assert history.attribute("Strategic__c").tolist() == ["true"] * 4
    assert "Partner__c" not in history.attributes
    assert history.attribute("owner_name").tolist() == ["Ann Li", "Ann Li", "", "Ann Li"]
    assert history.attribute("Account.Industry").tolist() == ["Retail"] * 4
    assert history.attribute("currency").tolist() == ["EUR", "EUR", "JPY", "EUR"]
    assert history.attribute("channel").tolist() == ["Web"] * 4
    assert dict(codes(history)["deals-deleted"].params) == {"deals": 1}
    assert not {fault.severity for fault in history.faults} & {"error"}
    assert history.funnel.stage("Scoping").name == "Umfang"


def test_custom_stages_need_no_list(client):
    history = sf.source("salesforce")(
        client.query_all("SELECT FIELDS(ALL) FROM OpportunityHistory"),
        opportunities=client.query_all("SELECT FIELDS(ALL) FROM Opportunity"),
        as_of=AS_OF,
    )
    assert history.stages == ("Qualify", "Scoping", "Closed Won")
    assert history.outcome.tolist() == [1, 2, 0, 0]
    assert history.attribute("closed_stage").tolist() == ["Signed", "No Decision", "", ""]
    alone = sf.source("salesforce")(
        client.query_all("SELECT FIELDS(ALL) FROM OpportunityHistory"), as_of=AS_OF
    )
    assert alone.outcome.tolist() == [1, 2, 0]
    assert alone.value.tolist() == [900.0, 300.0, 50.0]


def test_a_result_that_is_not_done_is_an_error_with_how_many_are_missing(client):
    history = sf.source("salesforce")(
        client.query("SELECT FIELDS(ALL) FROM OpportunityHistory"), as_of=AS_OF
    )
    fault = codes(history)["page-unfinished"]
    assert fault.severity == "error"
    assert dict(fault.params) == {"rows": 2, "missing": 6, "total": 8}
    first = client.query("SELECT FIELDS(ALL) FROM OpportunityHistory")
    pages = [first]
    while not pages[-1]["done"]:
        pages.append(client.query_more(pages[-1]["nextRecordsUrl"], identifier_is_url=True))
    whole = sf.source("salesforce")(pages, as_of=AS_OF)
    assert "page-unfinished" not in codes(whole)
    gap = sf.source("salesforce")([pages[0], *pages[2:]], as_of=AS_OF)
    assert dict(codes(gap)["page-unfinished"].params)["missing"] == 2


def edit(deal, field, old, new, when):
    return {
        **kind("OpportunityFieldHistory", "017"), "Id": "017", "OpportunityId": deal,
        "Field": field, "DataType": "Text", "OldValue": old, "NewValue": new,
        "CreatedDate": f"2026-{when}T08:00:00.000+0000", "CreatedById": "005A0000001abcDIAQ",
        "IsDeleted": False,
    }  # fmt: skip


def test_field_history_of_the_client(client):
    deal = "006A00000000003AAA"
    client.tables["OpportunityFieldHistory"] = [
        edit(deal, "created", None, None, "01-05"),
        edit(deal, "StageName", "Qualify", "Scoping", "01-25"),
        edit(deal, "Owner", "Bo", "Ann Li", "01-27"),
        edit(deal, "Owner", "005A0000001zzzDIAQ", "005A0000001abcDIAQ", "01-27"),
        edit(deal, "Amount", 40.0, 50.0, "02-01"),
    ]
    history = sf.source("salesforce")(
        client.query_all("SELECT FIELDS(ALL) FROM OpportunityFieldHistory"),
        opportunities=client.query_all("SELECT FIELDS(ALL) FROM Opportunity"),
        stages=client.query_all("SELECT ApiName FROM OpportunityStage"),
        as_of=AS_OF,
    )
    at = history.deals.tolist().index(deal)
    assert [str(t)[:10] for t in history.entered[at, :2]] == ["2026-01-05", "2026-01-25"]
    assert history.outcome.tolist() == [1, 2, 0, 0]
    # both histories of the client in one: amounts from the one, owners from the other
    both = sf.source("salesforce")(
        [client.query_all("SELECT FIELDS(ALL) FROM OpportunityHistory"),
         client.query_all("SELECT FIELDS(ALL) FROM OpportunityFieldHistory")],
        opportunities=client.query_all("SELECT FIELDS(ALL) FROM Opportunity"),
        stages=client.query_all("SELECT ApiName FROM OpportunityStage"), as_of=AS_OF,
    )  # fmt: skip

    def values(deal, field):
        found = both.changes_of(field)
        return found["to"][found["deal"] == deal].astype(str).tolist()

    first = OPPORTUNITIES[0]["Id"]
    assert values(first, "amount") == ["700.0", "900.0"]
    assert values(first, "expected")[:2] == ["2026-05-31", "2026-06-30"]
    assert values(first, "category") == ["Pipeline", "BestCase", "Closed"]
    assert values(first, "probability") == ["10.0", "40.0", "100.0"]
    assert values(deal, "owner") == ["005A0000001zzzDIAQ", "005A0000001abcDIAQ"]
    assert set(values(deal, "currency")) == {"EUR", "JPY"}


def test_record_types(client):
    for one in OPPORTUNITIES[1:2]:
        one["RecordType"] = {"attributes": {}, "Name": "Renewal", "DeveloperName": "Renewal_RT"}
        one["RecordTypeId"] = "012A0000000BBBBIA4"
    try:
        options = {"opportunities": client.query_all("SELECT FIELDS(ALL) FROM Opportunity"),
                   "stages": client.query_all("SELECT ApiName FROM OpportunityStage"),
                   "as_of": AS_OF}  # fmt: skip
        rows = client.query_all("SELECT FIELDS(ALL) FROM OpportunityHistory")
        history = sf.source("salesforce")(rows, **options)
        assert len(history) == 4
        assert dict(codes(history)["record-types-together"].params) == {"n": 2}
        history = sf.source("salesforce")(rows, pipeline="renewal", **options)
        assert history.deals.tolist() == ["006A00000000002AAA"]
        with pytest.raises(UnknownNameError):
            sf.source("salesforce")(rows, pipeline="x", **options)
    finally:
        for one in OPPORTUNITIES[1:2]:
            del one["RecordType"]
            one["RecordTypeId"] = "012A0000000AAAAIA4"
