"""Fetch the opportunities of an Odoo database with their history, and write the report.

Run: ODOO_KEY=... python examples/odoo_report.py --url https://odoo.example.org --db main
     --user ann@example.org --as-of 2026-11-20 --html report.html
The key is an API key of a user who may read tracking values (an administrator).
Nothing but the library is needed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any
from xmlrpc.client import Error, ServerProxy

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

PAGE = 500
WITH_LOST = {"active_test": False}  # leads that are lost are archived
TRACKED = ["field_id", "old_value_integer", "new_value_integer", "old_value_float",
           "new_value_float", "old_value_char", "new_value_char", "old_value_datetime",
           "new_value_datetime", "create_date", "mail_message_id"]  # fmt: skip

Call = Callable[..., Any]


def connect(url: str, db: str, user: str, key: str) -> Call:
    """Return a function that calls a method of a model of the database."""
    uid = ServerProxy(f"{url}/xmlrpc/2/common").authenticate(db, user, key, {})
    if not uid:
        raise PermissionError(f"Odoo does not know {user!r} with this key in {db!r}")
    models = ServerProxy(f"{url}/xmlrpc/2/object")

    def call(model: str, method: str, *args: Any, **options: Any) -> Any:
        return models.execute_kw(db, uid, key, model, method, list(args), options)

    return call


def rows(call: Call, model: str, domain: list[Any], **options: Any) -> list[dict[str, Any]]:
    """Return all rows of a model, page by page, in the order of their ids."""
    found: list[dict[str, Any]] = []
    while True:
        page = call(model, "search_read", domain, offset=len(found), limit=PAGE, order="id",
                    **options)  # fmt: skip
        found += page
        if len(page) < PAGE:
            return found


def fetch(call: Call, *, as_of: str, pipeline: str | None) -> sf.StageHistory:
    """Return the opportunities of one team, or of all."""
    ours = [("type", "=", "opportunity")]
    leads = rows(call, "crm.lead", ours, context=WITH_LOST)
    messages = rows(call, "mail.message", [("model", "=", "crm.lead")], fields=["model", "res_id"])
    on_leads = [("mail_message_id.model", "=", "crm.lead")]
    return sf.source("odoo")(
        leads,
        tracking=rows(call, "mail.tracking.value", on_leads, fields=TRACKED),
        messages=messages,
        stages=rows(call, "crm.stage", []),
        fields=call("crm.lead", "fields_get"),
        pipeline=pipeline,
        as_of=as_of,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Fetch, analyse and write; 1 if the leads cannot be read."""
    parser = argparse.ArgumentParser(description="The report on the leads of an Odoo database.")
    for name in ("--url", "--db", "--user", "--as-of", "--html"):
        parser.add_argument(name, required=True)
    parser.add_argument("--pipeline", help="a team, if they do not share their stages")
    parser.add_argument("--locale", choices=("en", "zh"), default="en")
    given = parser.parse_args(argv)
    key = os.environ.get("ODOO_KEY")
    if not key:
        print("ODOO_KEY is not set", file=sys.stderr)
        return 2
    try:
        call = connect(given.url, given.db, given.user, key)
        deals = fetch(call, as_of=given.as_of, pipeline=given.pipeline)
        found = sf.analyze(deals, locale=given.locale)
    except (SalesFunnelError, Error, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    found.to_html(given.html, locale=given.locale)
    print(found.to_text(locale=given.locale))
    return 0


if __name__ == "__main__":
    sys.exit(main())
