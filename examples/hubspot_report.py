"""Fetch the deals of a HubSpot portal with their history, and write the report.

Run: HUBSPOT_TOKEN=... python examples/hubspot_report.py --as-of 2026-11-20 --html report.html
The token is that of a private app with the scopes crm.objects.deals.read, crm.objects.owners.read
and crm.schemas.deals.read. Nothing but the library is needed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

HISTORY = "dealstage,amount,closedate"


def ask(url: str, token: str, path: str, **query: Any) -> dict[str, Any]:
    """Return one answer of the API."""
    address = f"{url}{path}" + (f"?{urlencode(query)}" if query else "")
    request = Request(address, headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def pages(url: str, token: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """Yield page after page until none follows."""
    while True:
        page = ask(url, token, path, **query)
        yield page
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            return
        query["after"] = after


def fetch(url: str, token: str, *, as_of: str, pipeline: str | None) -> sf.StageHistory:
    """Return the deals of one pipeline; pages, stages and labels come from the API."""
    fields = ask(url, token, "/crm/v3/properties/deals")
    names = ",".join(one["name"] for one in fields["results"])
    asked = {"limit": 50, "properties": names, "propertiesWithHistory": HISTORY}
    return sf.source("hubspot")(
        list(pages(url, token, "/crm/v3/objects/deals", **asked)),
        stages=ask(url, token, "/crm/v3/pipelines/deals"),
        owners=list(pages(url, token, "/crm/v3/owners", limit=100)),
        fields=fields,
        pipeline=pipeline,
        as_of=as_of,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Fetch, analyse and write; 1 if the deals cannot be read."""
    parser = argparse.ArgumentParser(description="The report on the deals of a HubSpot portal.")
    parser.add_argument("--url", default="https://api.hubapi.com")
    parser.add_argument("--as-of", required=True, help="today's date")
    parser.add_argument("--pipeline", help="its label, if the portal has several")
    parser.add_argument("--locale", choices=("en", "zh"), default="en")
    parser.add_argument("--html", required=True, help="where the report goes")
    given = parser.parse_args(argv)
    try:
        token = os.environ["HUBSPOT_TOKEN"]
        deals = fetch(given.url, token, as_of=given.as_of, pipeline=given.pipeline)
        found = sf.analyze(deals, locale=given.locale)
    except KeyError:
        print("HUBSPOT_TOKEN is not set", file=sys.stderr)
        return 2
    except (SalesFunnelError, OSError) as error:  # what is wrong, and what mends it
        print(error, file=sys.stderr)
        return 1
    found.to_html(given.html, locale=given.locale)
    print(found.to_text(locale=given.locale))
    return 0


if __name__ == "__main__":
    sys.exit(main())
