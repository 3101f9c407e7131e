"""What an editor and a type checker know of ``sf.source(name)``."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

import salesfunnel as sf


def sources(records: Any, name: str) -> None:
    hubspot = sf.source("hubspot")
    assert_type(hubspot(records, stages=None, pipeline="default"), sf.StageHistory)
    hubspot(records, stage=None)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    sf.source("salesforce")(records, opportunities=records, owners={"005": "Ann"})
    sf.source("pipedrive")(records, changes={1: []}, pipeline=1)
    sf.source("odoo")(records, tracking=records, messages=records)
    sf.source("zoho")(records, changes=records, attributes=["Region"])
    sf.source("fivetran-hubspot")(records, deal_stage=records)
    assert_type(sf.source(name)(records, anything=1), sf.StageHistory)
    assert_type(hubspot.by_pipeline(records), dict[str, sf.StageHistory])
