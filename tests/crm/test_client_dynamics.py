"""Microsoft's Dataverse client against a server that answers as the Web API does, page by page."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

import salesfunnel as sf

dataverse = pytest.importorskip("PowerPlatform.Dataverse.client")
AS_OF = "2026-04-01"
LABEL = "@OData.Community.Display.V1.FormattedValue"


def opportunity(key, step, state, **fields):
    return {
        "@odata.etag": 'W/"1"', "opportunityid": key, "name": f"Deal {key}", "stepname": step,
        "salesstage": 1, f"salesstage{LABEL}": "Develop", "salesstagecode": 1,
        f"salesstagecode{LABEL}": "Default Value", "statecode": state,
        f"statecode{LABEL}": ("Open", "Won", "Lost")[state], "statuscode": (1, 3, 4)[state],
        f"statuscode{LABEL}": ("In Progress", "Won", "Canceled")[state],
        "estimatedvalue": 1000.5, f"estimatedvalue{LABEL}": "$1,000.50", "actualvalue": None,
        "estimatedclosedate": "2026-05-01", "actualclosedate": None, "closeprobability": 40,
        f"closeprobability{LABEL}": "40", "createdon": "2026-01-05T08:00:00Z",
        f"createdon{LABEL}": "1/5/2026 8:00 AM", "modifiedon": "2026-03-20T08:00:00Z",
        "_ownerid_value": "739d2b22", f"_ownerid_value{LABEL}": "Ann Li",
        "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "systemuser",
        "_transactioncurrencyid_value": "cur", f"_transactioncurrencyid_value{LABEL}": "Euro",
        "new_segment": 100000001, f"new_segment{LABEL}": "Mid-market", "new_seats": 12,
        f"new_seats{LABEL}": "12", "new_vip": True, f"new_vip{LABEL}": "Yes", "new_note": None,
        **fields,
    }  # fmt: skip


ROWS = [
    opportunity("a", "3-Propose", 1, actualclosedate="2026-02-01", actualvalue=900.0),
    opportunity("b", "2-Develop", 2, actualclosedate="2026-01-30"),
    opportunity("c", "2-Develop", 0, new_segment=None, **{f"new_segment{LABEL}": None}),
    opportunity("d", "1-Qualify", 0, _ownerid_value=None),
    opportunity("e", None, 0, salesstage=2, **{f"salesstage{LABEL}": "Propose"}),
]


def audit(deal, when, *edits):
    changed = [{"logicalName": n, "oldValue": o, "newValue": v} for n, o, v in edits]
    return {"auditid": when, "_objectid_value": deal, "createdon": f"2026-{when}T08:00:00Z",
            "action": 2, "operation": 2,
            "changedata": json.dumps({"changedAttributes": changed})}  # fmt: skip


AUDITS = [
    audit("a", "01-12", ("stepname", "1-Qualify", "2-Develop"), ("estimatedvalue", "500", "900")),
    audit("a", "01-20", ("stepname", "2-Develop", "3-Propose"), ("description", None, "x")),
    audit("a", "02-01", ("statecode", "0", "1"), ("actualvalue", None, "900")),
    audit("c", "01-20", ("stepname", "1-Qualify", "2-Develop")),
]
STAGES = ["1-Qualify", "2-Develop", "3-Propose", "4-Close"]


@pytest.fixture
def client(loopback, slice_of, plain_http):
    """A client for an environment that gives two rows a page."""
    tables = {"opportunities": ROWS, "audits": AUDITS}
    ids = {"opportunity": "opportunities", "audit": "audits"}

    def rows(name):
        def answer(query, body, rest):
            found, after = slice_of(tables[name], int(query.get("$skiptoken") or 0), 2)
            address = f"https://{loopback.host}/api/data/v9.2/{name}?$skiptoken={after}"
            page = {"@odata.context": "https://x/$metadata", "value": found}
            return page if after is None else {**page, "@odata.nextLink": address}

        return answer

    for name in tables:
        loopback.routes[f"/api/data/v9.2/{name}"] = rows(name)
    loopback.routes["/api/data/v9.2/EntityDefinitions"] = lambda query, body, rest: {
        "value": [
            {"LogicalName": one, "SchemaName": one, "EntitySetName": many, "MetadataId": "1",
             "PrimaryIdAttribute": f"{one}id"}
            for one, many in ids.items() if f"'{one}'" in query["$filter"]
        ]
    }  # fmt: skip
    key = SimpleNamespace(
        get_token=lambda *parts, **options: SimpleNamespace(token="t", expires_on=9_999_999_999)
    )
    with dataverse.DataverseClient(f"https://{loopback.host}", key) as found:
        yield found


def codes(history):
    return {fault.code: fault for fault in history.faults}


def test_pages_of_the_client(client):
    history = sf.source("dynamics")(
        client.records.list_pages("opportunity", page_size=2, include_annotations="*"),
        changes=client.records.list("audit"), stages=STAGES, as_of=AS_OF,
    )  # fmt: skip
    assert history.stages == (*STAGES, "won")
    assert str(history.entered[4, 2])[:10] == "2026-01-05"  # by the label of salesstage
    assert history.deals.tolist() == ["a", "b", "c", "d", "e"]
    assert history.outcome.tolist() == [1, 2, 0, 0, 0]
    days = [str(t)[:10] for t in history.entered[0]]
    assert days[:3] == ["2026-01-05", "2026-01-12", "2026-01-20"]
    assert days[-1] == "2026-02-01"
    assert str(history.closed[1])[:10] == "2026-01-30"
    assert history.value.tolist()[:2] == [900.0, 1000.5]
    assert history.attribute("owner").tolist()[:2] == ["739d2b22", "739d2b22"]
    assert history.attribute("owner_name").tolist()[:2] == ["Ann Li", "Ann Li"]
    assert history.attribute("currency_name").tolist()[0] == "Euro"
    assert history.attribute("new_segment").tolist()[:3] == ["100000001", "100000001", ""]
    assert history.attribute("new_segment_name").tolist()[0] == "Mid-market"
    assert history.attribute("new_seats").tolist() == [12.0] * 5
    assert history.attribute("reason_name").tolist()[1] == "Canceled"
    assert history.changes_of("amount")["to"].tolist()[:2] == [500.0, 900.0]
    assert "page-unfinished-open" not in codes(history)


def test_a_page_with_a_next_link_is_told():
    page = {"value": ROWS[:2], "@odata.nextLink": "https://x/api", "@odata.count": 5}
    fault = codes(sf.source("dynamics")(page, stages=STAGES, as_of=AS_OF))["page-unfinished"]
    assert (fault.severity, dict(fault.params)) == ("error", {"rows": 2, "missing": 3, "total": 5})


def test_details_of_the_record_change_history():
    detail = {
        "AuditRecord": {"createdon": "2026-01-20T08:00:00Z", "_objectid_value": "c"},
        "OldValue": {"@odata.type": "#x", "stepname": "1-Qualify"},
        "NewValue": {"@odata.type": "#x", "stepname": "2-Develop"},
    }
    history = sf.source("dynamics")([ROWS[2]], changes=[detail], stages=STAGES, as_of=AS_OF)
    assert [str(t)[:10] for t in history.entered[0, :2]] == ["2026-01-05", "2026-01-20"]


def test_a_frame_of_the_client_without_stages(client):
    history = sf.source("dynamics")(client.records.list("opportunity").to_dataframe(), as_of=AS_OF)
    assert history.outcome.tolist() == [1, 2, 0, 0, 0]
    assert len(history) == 5
    assert history.stages[-1] == "won"
