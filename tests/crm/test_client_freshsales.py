"""A Python client of Freshsales against a server that answers as its API does, page by page."""

from __future__ import annotations

import pytest

import salesfunnel as sf

freshsales = pytest.importorskip("freshsales.v2.api")


def deal(key, stage, **fields):
    return {
        "id": key, "name": f"Deal {key}", "amount": "3000.0", "base_currency_amount": "3000.0",
        "currency_id": 3, "expected_close": "2026-05-01", "closed_date": None,
        "stage_updated_time": "2026-01-20T08:00:00Z", "probability": 50, "owner_id": 9,
        "created_at": "2026-01-05T08:00:00Z", "updated_at": "2026-03-01T08:00:00Z",
        "deal_pipeline_id": 17, "deal_stage_id": stage, "custom_field": {"cf_size": "small"},
        **fields,
    }  # fmt: skip


ROWS = [deal(1, 2, closed_date="2026-02-01"), deal(2, 3, closed_date="2026-01-30"), deal(3, 1)]
STAGES = {"deal_stages": [
    {"id": 1, "name": "New", "position": 1, "forecast_type": "Open", "deal_pipeline_id": 17},
    {"id": 2, "name": "Yes", "position": 3, "forecast_type": "Closed Won", "deal_pipeline_id": 17},
    {"id": 3, "name": "No", "position": 4, "forecast_type": "Closed Lost", "deal_pipeline_id": 17},
]}  # fmt: skip


@pytest.mark.usefixtures("plain_http")
def test_every_page_of_freshsales(loopback, slice_of):
    def page(query, body, rest):
        found, _ = slice_of(ROWS, 2 * (int(query.get("page") or 1) - 1), 2)
        return {"deals": found, "meta": {"total_pages": 2, "total": 3}}

    loopback.routes |= {"/crm/sales/api/deals/view/5": page, "/api/deals/view/5": page}
    client = freshsales.API(loopback.host, "token")
    rows = client.deals.list_deals(5)
    assert len(rows) == 3
    history = sf.source("freshsales")(rows, stages=STAGES, owners={9: "Ann"}, as_of="2026-04-01")
    assert (history.stages, history.outcome.tolist()) == (("1", "2"), [1, 2, 0])
    assert history.value.tolist() == [3000.0] * 3
    assert [str(day)[:10] for day in history.created] == ["2026-01-05"] * 3
    assert history.attribute("cf_size").tolist() == ["small"] * 3
    assert str(history.closed[1])[:10] == "2026-01-30"
