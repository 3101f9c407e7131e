"""A field of the team's own keeps its name, whatever the source calls the vendor's fields."""

from __future__ import annotations

import salesfunnel as sf


def deal(number: int, **more: str) -> dict[str, object]:
    properties = {
        "dealstage": "appointmentscheduled", "pipeline": "default", "amount": "100",
        "createdate": "2026-01-05T08:00:00Z", "hs_analytics_source": "PAID_SEARCH",
        "hubspot_owner_id": "7", **more,
    }  # fmt: skip
    return {"id": str(number), "properties": properties}


def test_an_own_property_keeps_its_name_and_the_vendors_gets_its_key() -> None:
    records = [deal(1), deal(2, channel="fair"), deal(3, channel="mail")]
    history = sf.source("hubspot")(records, as_of="2026-03-01")
    assert history.attribute("channel").tolist() == ["", "fair", "mail"]
    assert set(history.attribute("hs_analytics_source").tolist()) == {"PAID_SEARCH"}
    assert not [name for name in history.attributes if name.endswith("_2") or "\0" in name]


def test_without_an_own_property_the_short_name_is_the_vendors() -> None:
    history = sf.source("hubspot")([deal(1), deal(2)], as_of="2026-03-01")
    assert set(history.attribute("channel").tolist()) == {"PAID_SEARCH"}


def test_roles_stay_with_the_vendor() -> None:
    history = sf.source("hubspot")([deal(1, owner="the old one")], as_of="2026-03-01")
    assert history.attribute("owner").tolist() == ["7"]
    assert history.attribute("owner_2").tolist() == ["the old one"]


def test_chosen_names_are_the_callers() -> None:
    records = [deal(1, channel="fair")]
    history = sf.source("hubspot")(
        records, as_of="2026-03-01", attributes={"own": "hs_analytics_source", "channel": "channel"}
    )
    assert history.attribute("own").tolist() == ["PAID_SEARCH"]
