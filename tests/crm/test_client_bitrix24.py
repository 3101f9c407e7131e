"""Bitrix24's own Python client against a server that answers webhooks, page by page."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import IntakeError

if sys.version_info < (3, 11):
    pytest.skip("version 1.3 of b24pysdk does not import on Python 3.10", allow_module_level=True)
b24pysdk = pytest.importorskip("b24pysdk")
AS_OF = "2026-04-01"


def deal(key, stage, semantic, category="0", **fields):
    return {
        "ID": key, "TITLE": f"Deal {key}", "TYPE_ID": "SALE", "STAGE_ID": stage,
        "CATEGORY_ID": category, "STAGE_SEMANTIC_ID": semantic, "OPPORTUNITY": "1200.00",
        "CURRENCY_ID": "RUB", "PROBABILITY": None, "ASSIGNED_BY_ID": "7", "SOURCE_ID": "WEB",
        "DATE_CREATE": "2026-01-05T11:00:00+03:00", "DATE_MODIFY": "2026-03-20T11:00:00+03:00",
        "MOVED_TIME": "2026-01-20T11:00:00+03:00", "CLOSEDATE": "2026-05-01T03:00:00+03:00",
        "CLOSED": "N" if semantic == "P" else "Y", "COMPANY_ID": "4", "UF_CRM_1700000": "45",
        **fields,
    }  # fmt: skip


DEALS = [
    deal("1", "WON", "S"),
    deal("2", "LOSE", "F", UF_CRM_1700000=None, OPPORTUNITY="0.00"),
    deal("3", "UC_ABC", "P", CURRENCY_ID="USD"),
    deal("4", "NEW", "P"),
    deal("5", "APOLOGY", "F"),
]
OTHERS = [deal("6", "C2:NEW", "P", "2"), deal("7", "C2:WON", "S", "2")]


def status(area, key, name, sort, semantics=None):
    return {"ID": str(sort), "ENTITY_ID": area, "STATUS_ID": key, "NAME": name, "SORT": str(sort),
            "SEMANTICS": semantics, "SYSTEM": "N", "CATEGORY_ID": None}  # fmt: skip


STATUSES = [
    status("DEAL_STAGE", "NEW", "Новая", 10),
    status("DEAL_STAGE", "WON", "Сделка успешна", 50, "S"),
    status("DEAL_STAGE", "UC_ABC", "Переговоры", 20),
    status("DEAL_STAGE", "LOSE", "Провалена", 60, "F"),
    status("DEAL_STAGE", "APOLOGY", "Анализ причины", 70, "F"),
    status("DEAL_STAGE_2", "C2:NEW", "Заявка", 10),
    status("DEAL_STAGE_2", "C2:WON", "Успех", 20, "S"),
    status("SOURCE", "WEB", "Сайт", 10),
]


def moved(key, deal, stage, when, kind=2, category="0"):
    return {"ID": str(key), "TYPE_ID": kind, "OWNER_ID": deal, "STAGE_ID": stage,
            "CREATED_TIME": f"2026-{when}T11:00:00+03:00", "CATEGORY_ID": category,
            "STAGE_SEMANTIC_ID": "P"}  # fmt: skip


HISTORY = [
    moved(1, 1, "NEW", "01-05", 1), moved(2, 1, "UC_ABC", "01-12"), moved(3, 1, "WON", "02-01", 3),
    moved(4, 2, "NEW", "01-05", 1), moved(5, 2, "LOSE", "01-20", 3), moved(6, 3, "NEW", "01-05", 1),
    moved(7, 3, "UC_ABC", "01-20"),
]  # fmt: skip


@pytest.fixture
def client(loopback, slice_of, plain_http):
    """A client for a portal that gives two rows a page."""

    def page(items, inner=None):
        def answer(query, body, rest):
            start = int(body.get("start") or 0)
            found, after = slice_of(items(), max(start, 0), 2)
            answer = {"result": {inner: found} if inner else found, "total": len(items()),
                      "time": {"start": 1.0, "finish": 1.1, "duration": 0.1, "processing": 0.1,
                               "date_start": "2026-04-01T11:00:00+03:00",
                               "date_finish": "2026-04-01T11:00:00+03:00"}}  # fmt: skip
            if after is not None:
                answer["next"] = after
            return answer

        return answer

    token = b24pysdk.BitrixWebhook(domain=loopback.host, webhook_token="1/key")
    found = b24pysdk.Client(token)
    found.sold = DEALS
    for suffix in ("", ".json"):
        loopback.routes[f"/rest/1/key/crm.deal.list{suffix}"] = page(lambda: found.sold)
        loopback.routes[f"/rest/1/key/crm.status.list{suffix}"] = page(lambda: STATUSES)
        loopback.routes[f"/rest/1/key/crm.stagehistory.list{suffix}"] = page(
            lambda: HISTORY, "items"
        )
    return found


def pages(ask):
    """Return the answers of the client, page by page."""
    start, found = 0, []
    while True:
        response = ask(start)
        found.append(response)
        if response.next is None:
            return found
        start = response.next


def codes(history):
    return {fault.code: fault for fault in history.faults}


def test_pages_of_the_client(client):
    history = sf.source("bitrix24")(
        pages(lambda start: client.crm.deal.list(start=start).response),
        changes=pages(lambda start: client.crm.stagehistory.list(2, start=start).response),
        stages=pages(lambda start: client.crm.status.list(start=start).response)
        if "start" in client.crm.status.list.__code__.co_varnames
        else STATUSES,
        owners={"7": "Анна"},
        fields={"UF_CRM_1700000": {"type": "enumeration", "title": "UF_CRM_1700000",
                                   "listLabel": "Сегмент",
                                   "items": [{"ID": "45", "VALUE": "Малый"}]}},
        as_of=AS_OF, tz="Europe/Moscow",
    )  # fmt: skip
    assert history.stages == ("NEW", "UC_ABC", "WON")
    assert history.deals.tolist() == ["1", "2", "3", "4", "5"]
    assert history.outcome.tolist() == [1, 2, 0, 0, 2]
    assert [str(t)[:10] for t in history.entered[0]] == ["2026-01-05", "2026-01-12", "2026-02-01"]
    assert str(history.entered[2, 1])[:13] == "2026-01-20T11"
    assert history.attribute("owner_name").tolist() == ["Анна"] * 5
    assert history.attribute("Сегмент_name").tolist() == ["Малый", "", "Малый", "Малый", "Малый"]
    assert history.attribute("currency").tolist()[2] == "USD"
    assert history.value.tolist()[:2] == [1200.0, 0.0]
    assert str(history.at(AS_OF, "expected")[3]) == "2026-05-01"
    assert not {fault.severity for fault in history.faults} & {"error"}


def test_one_page_is_told(client):
    history = sf.source("bitrix24")(client.crm.deal.list().response, stages=STATUSES, as_of=AS_OF)
    fault = codes(history)["page-unfinished"]
    assert (fault.severity, dict(fault.params)) == ("error", {"rows": 2, "missing": 3, "total": 5})


def test_the_categories_are_told_apart(client):
    client.sold = [*DEALS, *OTHERS]
    found = pages(lambda start: client.crm.deal.list(start=start).response)
    with pytest.raises(IntakeError) as caught:
        sf.source("bitrix24")(found, stages=STATUSES, as_of=AS_OF)
    assert "'2' (2 deals)" in str(caught.value)
    names = {"0": "Общая", "2": "Повторные"}
    history = sf.source("bitrix24")(
        found, stages=STATUSES, pipelines=names, pipeline="Повторные", as_of=AS_OF
    )
    assert (history.stages, history.deals.tolist()) == (("C2:NEW", "C2:WON"), ["6", "7"])
    each = sf.source("bitrix24").by_pipeline(found, pipelines=names, as_of=AS_OF)
    assert {name: len(one) for name, one in each.items()} == {"Общая": 5, "Повторные": 2}


def test_items_in_camel_case_and_without_a_list_of_stages():
    items = [
        {"id": 1, "title": "A", "categoryId": 0, "stageId": "WON", "opportunity": 5,
         "currencyId": "RUB", "createdTime": "2026-01-05T11:00:00+03:00", "assignedById": 7,
         "movedTime": "2026-02-01T11:00:00+03:00", "ufCrm_170": "x", "closed": "Y",
         "stageSemanticId": "S"},
        {"id": 2, "title": "B", "categoryId": 0, "stageId": "UC_9", "opportunity": 7,
         "createdTime": "2026-01-06T11:00:00+03:00", "movedTime": "2026-01-16T11:00:00+03:00",
         "stageSemanticId": "P", "closed": "N"},
        {"id": 3, "title": "C", "categoryId": 0, "stageId": "LOSE", "opportunity": None,
         "createdTime": "2026-01-06T11:00:00+03:00", "movedTime": "2026-01-26T11:00:00+03:00",
         "stageSemanticId": "F", "closed": "Y"},
    ]  # fmt: skip
    history = sf.source("bitrix24")({"result": {"items": items}, "total": 3}, as_of=AS_OF)
    assert history.outcome.tolist() == [1, 0, 2]
    assert history.attribute("ufCrm_170").tolist() == ["x", "", ""]
    assert np.isnan(history.value[2])
    assert "stage-not-listed" in codes(history)
    assert str(history.closed[0])[:10] == "2026-02-01"
