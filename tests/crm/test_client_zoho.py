"""Zoho's own Python client against a server that answers as its API does, page by page."""

from __future__ import annotations

import pytest

import salesfunnel as sf

pytest.importorskip("zohocrmsdk")
AS_OF = "2026-04-01"
FIELDS = {
    "id": "bigint", "Deal_Name": "text", "Stage": "picklist", "Amount": "currency",
    "Closing_Date": "date", "Created_Time": "datetime", "Modified_Time": "datetime",
    "Stage_Modified_Time": "datetime", "Owner": "ownerlookup", "Account_Name": "lookup",
    "Lead_Source": "picklist", "Pipeline": "picklist", "Region": "multiselectpicklist",
    "Seats": "integer",
}  # fmt: skip


def deal(key, stage, **fields):
    return {
        "id": key, "Deal_Name": f"Deal {key}", "Stage": stage, "Amount": 900.5,
        "Closing_Date": "2026-05-01", "Created_Time": "2026-01-05T13:30:00+05:30",
        "Modified_Time": "2026-03-20T13:30:00+05:30",
        "Stage_Modified_Time": "2026-01-20T13:30:00+05:30",
        "Owner": {"id": "55", "name": "Ann", "email": "ann@x"}, "Lead_Source": "Web",
        "Account_Name": {"id": "66", "name": "Acme"}, "Pipeline": "Standard",
        "Region": ["EU", "US"], "Seats": 12, **fields,
    }  # fmt: skip


ROWS = [
    deal("1", "Closed Won", Stage_Modified_Time="2026-02-01T13:30:00+05:30"),
    deal("2", "Closed Lost", Amount=None, Lead_Source=None),
    deal("3", "Qualification", Region=[]),
]


@pytest.fixture
def pages(loopback, slice_of, tmp_path):
    """Return a function that asks the client for pages of deals."""
    from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
    from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
    from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, ParameterMap
    from zohocrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
    from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
    from zohocrmsdk.src.com.zoho.crm.api.record import GetRecordsParam, RecordOperations
    from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig

    def page(query, body, rest):
        number = int(query.get("page") or 1)
        found, after = slice_of(ROWS, 2 * (number - 1), 2)
        info = {"per_page": 2, "count": len(found), "page": number, "more_records": bool(after)}
        return {"data": found, "info": info}

    module = {"api_name": "Deals", "module_name": "Deals", "id": "1", "api_supported": True,
              "generated_type": "default"}  # fmt: skip
    fields = [
        {"api_name": name, "data_type": kind, "json_type": "string", "id": str(i),
         "field_label": name, "visible": True, "read_only": False, "pick_list_values": []}
        for i, (name, kind) in enumerate(FIELDS.items())
    ]  # fmt: skip
    loopback.routes |= {
        "/crm/v8/Deals": page,
        "/crm/v8/settings/fields": lambda *asked: {"fields": fields},
        "/crm/v8/settings/modules": lambda *asked: {"modules": [module]},
        "/crm/v8/settings/modules/*": lambda *asked: {"modules": [module]},
    }
    place = DataCenter.Environment(loopback.url, f"{loopback.url}/oauth/v2/token", loopback.url)
    Initializer.initialize(
        place,
        OAuthToken(access_token="x", find_user=False),
        store=FileStore(str(tmp_path / "token.txt")),
        sdk_config=SDKConfig(auto_refresh_fields=False, pick_list_validation=False),
        resource_path=str(tmp_path),
    )
    client = RecordOperations("Deals")

    def ask(number):
        wanted = ParameterMap()
        wanted.add(GetRecordsParam.page, number)
        wanted.add(GetRecordsParam.per_page, 2)
        wanted.add(GetRecordsParam.fields, ",".join(FIELDS))
        return client.get_records(wanted, HeaderMap()).get_object()

    return ask


def test_every_page_of_zoho(pages):
    answers = [pages(1)]
    partial = sf.source("zoho")(answers, as_of=AS_OF)
    assert {f.code: f.severity for f in partial.faults}["page-unfinished-open"] == "error"
    while answers[-1].get_info().get_more_records():
        answers.append(pages(len(answers) + 1))
    history = sf.source("zoho")(answers, as_of=AS_OF)
    assert history.deals.tolist() == ["1", "2", "3"]
    assert history.outcome.tolist() == [1, 2, 0]
    assert history.value.tolist()[::2] == [900.5, 900.5]
    assert [str(day)[:10] for day in history.created] == ["2026-01-05"] * 3
    assert history.attribute("pipeline").tolist() == ["Standard"] * 3
    assert history.attribute("channel").tolist() == ["Web", "", "Web"]
    assert history.attribute("owner_name").tolist() == ["Ann"] * 3
    assert history.attribute("Region").tolist() == ["EU;US", "EU;US", ""]
    assert history.attribute("Seats").tolist() == [12.0] * 3
    assert not [fault for fault in history.faults if fault.severity == "error"]
    rows = [row for answer in answers for row in answer.get_data()]
    assert sf.source("zoho")(rows, as_of=AS_OF) == history
