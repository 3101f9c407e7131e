"""OdooRPC and xmlrpc.client against servers that answer as Odoo does, page by page."""

from __future__ import annotations

import threading
import xmlrpc.client
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

import pytest

import salesfunnel as sf
from salesfunnel.errors import IntakeError

AS_OF = "2026-04-01"
STAGES = [
    {"id": 4, "name": "Won", "sequence": 70, "is_won": True, "team_id": False},
    {"id": 1, "name": "New", "sequence": 1, "is_won": False, "team_id": False},
    {"id": 2, "name": "Qualified", "sequence": 2, "is_won": False, "team_id": False},
]
NAMES = {1: "New", 2: "Qualified", 4: "Won"}


def lead(key, stage, **fields):
    return {
        "id": key, "name": f"L{key}", "create_date": "2026-01-05 08:00:00", "active": True,
        "stage_id": [stage, NAMES[stage]], "probability": 30.0, "expected_revenue": 300.0,
        "company_currency": [1, "EUR"], "user_id": [2, "Ann"], "team_id": [5, "Direct"],
        "source_id": False, "lost_reason_id": False, "date_closed": False, "type": "opportunity",
        "date_last_stage_update": "2026-01-09 08:00:00", "date_deadline": "2026-05-01",
        "won_status": "pending", "x_segment": "smb", "x_seats": 12, "x_partner_id": [77, "P Ltd"],
        "x_vip": True, "tag_ids": [3, 4], "description": False, **fields,
    }  # fmt: skip


LEADS = [
    lead(1, 4, won_status="won", date_closed="2026-02-01 08:00:00", probability=100.0),
    lead(2, 2, active=False, probability=0.0, date_closed="2026-01-30 08:00:00",
         lost_reason_id=[1, "Too expensive"], won_status="lost"),
    lead(3, 2, user_id=False, team_id=[6, "Partner"], x_segment=False, x_vip=False),
    lead(4, 1, active=False),
]  # fmt: skip
TRACKING = [
    {"id": 9, "field_id": [77, "Stage (crm.lead)"], "old_value_integer": 1, "new_value_integer": 2,
     "old_value_char": "New", "new_value_char": "Qualified", "create_date": "2026-01-09 08:00:00",
     "mail_message_id": [100, "x"]},
    {"id": 10, "field_id": [77, "Stage (crm.lead)"], "old_value_integer": 2, "new_value_integer": 4,
     "old_value_char": "Qualified", "new_value_char": "Won", "create_date": "2026-02-01 08:00:00",
     "mail_message_id": [101, "x"]},
    {"id": 11, "field_id": [80, "Expected Revenue (crm.lead)"], "old_value_float": 100.0,
     "new_value_float": 300.0, "old_value_integer": 0, "new_value_integer": 0,
     "create_date": "2026-01-09 08:00:00", "mail_message_id": [100, "x"]},
    {"id": 12, "field_id": [81, "Salesperson (crm.lead)"], "old_value_integer": 3,
     "new_value_integer": 2, "old_value_char": "Bo", "new_value_char": "Ann",
     "create_date": "2026-01-09 08:00:00", "mail_message_id": [100, "x"]},
    {"id": 13, "field_id": [82, "Expected Closing (crm.lead)"], "old_value_integer": 0,
     "new_value_integer": 0, "old_value_datetime": "2026-03-31 00:00:00",
     "new_value_datetime": "2026-05-01 00:00:00", "create_date": "2026-01-20 08:00:00",
     "mail_message_id": [101, "x"]},
]  # fmt: skip
MESSAGES = [
    {"id": 100, "model": "crm.lead", "res_id": 1},
    {"id": 101, "model": "crm.lead", "res_id": 1},
]
TABLES = {
    "crm.lead": LEADS,
    "crm.stage": STAGES,
    "mail.tracking.value": TRACKING,
    "mail.message": MESSAGES,
}


def answered(model, method, args, options):
    """What ``execute_kw`` returns: lost leads are archived, and found only if asked for."""
    context = options.get("context", {})
    rows = TABLES[model]
    if model == "crm.lead" and context.get("active_test", True):
        rows = [row for row in rows if row["active"]]
    if method == "search":
        return [row["id"] for row in rows]
    if method == "read":
        return [row for row in TABLES[model] if row["id"] in args[0]]
    if method == "fields_get":
        return {"x_segment": {"type": "selection", "string": "Segment",
                              "selection": [["smb", "Small"], ["ent", "Large"]]}}  # fmt: skip
    start = options.get("offset", 0)
    return rows[start : start + options.get("limit", len(rows))]


def codes(history):
    return {fault.code: fault for fault in history.faults}


def check(history):
    assert history.stages == ("1", "2", "4")
    assert history.deals.tolist() == ["1", "2", "3", "4"]
    assert history.outcome.tolist() == [1, 2, 0, 0]
    days = [str(t)[:10] for t in history.entered[0]]
    assert days == ["2026-01-05", "2026-01-09", "2026-02-01"]
    assert history.attribute("owner").tolist() == ["2", "2", "", "2"]
    assert history.attribute("owner_name").tolist() == ["Ann", "Ann", "", "Ann"]
    assert history.attribute("team_name").tolist() == ["Direct", "Direct", "Partner", "Direct"]
    assert history.attribute("x_segment").tolist() == ["smb", "smb", "", "smb"]
    assert history.attribute("x_seats").tolist() == [12.0] * 4
    assert history.attribute("x_partner_id_name").tolist() == ["P Ltd"] * 4
    assert history.attribute("tag_ids").tolist() == ["3;4"] * 4
    assert history.attribute("currency").tolist() == ["EUR"] * 4
    assert dict(codes(history)["archived-but-open"].params) == {"deals": 1}
    for name, words in {
        "amount": ["100.0", "300.0"], "owner": ["3", "2"],
        "expected": ["2026-03-31", "2026-05-01"],
    }.items():  # fmt: skip
        found = history.changes_of(name)
        assert found["to"][found["deal"] == "1"].astype(str).tolist() == words, name


class AnyPath(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/xmlrpc/2/object",)


def test_xmlrpc_page_by_page():
    server = SimpleXMLRPCServer(("127.0.0.1", 0), AnyPath, logRequests=False, allow_none=True)
    server.register_function(
        lambda db, user, key, model, method, args, options=None: answered(
            model, method, args, options or {}
        ),
        "execute_kw",
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/xmlrpc/2/object"
        with xmlrpc.client.ServerProxy(address) as models:

            def pages(model, **context):
                start, found = 0, []
                while True:
                    options = {"offset": start, "limit": 2, "context": context}
                    page = models.execute_kw("db", 2, "key", model, "search_read", [[]], options)
                    if not page:
                        return found
                    found.append(page)
                    start += 2

            fields = models.execute_kw("db", 2, "key", "crm.lead", "fields_get", [], {})
            history = sf.source("odoo")(
                pages("crm.lead", active_test=False),
                tracking=pages("mail.tracking.value"),
                messages=pages("mail.message"),
                stages=pages("crm.stage"),
                fields=fields,
                as_of=AS_OF,
            )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    check(history)
    assert history.attribute("x_segment_name").tolist() == ["Small", "Small", "", "Small"]


def test_odoorpc(loopback):
    odoorpc = pytest.importorskip("odoorpc")

    def rpc(result):
        return {"jsonrpc": "2.0", "id": 1, "result": result}

    def call(query, body, rest):
        service, method, args = (body["params"][k] for k in ("service", "method", "args"))
        if service == "common":
            return rpc(2 if method in {"login", "authenticate"} else {"server_version": "17.0"})
        if service == "db":
            return rpc(["db"])
        if args[3] == "res.users":  # the context of the user
            return rpc({"lang": "en_US", "tz": "UTC"})
        return rpc(answered(*args[3:6], args[6] if len(args) > 6 else {}))

    loopback.routes["/jsonrpc"] = call
    loopback.routes["/web/webclient/version_info"] = lambda *_: rpc(
        {"server_version": "17.0", "server_version_info": [17, 0, 0, "final", 0, ""]}
    )
    loopback.routes["/web/session/authenticate"] = lambda *_: rpc(
        {"uid": 2, "user_context": {"lang": "en_US", "tz": "UTC", "uid": 2}}
    )
    odoo = odoorpc.ODOO("127.0.0.1", protocol="jsonrpc", port=loopback.port, version="17.0")
    odoo.login("db", "admin", "key")

    def rows(model, **context):
        options = {"context": context} if context else {}
        return odoo.execute_kw(model, "search_read", [[]], options)

    history = sf.source("odoo")(
        rows("crm.lead", active_test=False),
        tracking=rows("mail.tracking.value"),
        messages=rows("mail.message"),
        stages=rows("crm.stage"),
        as_of=AS_OF,
    )
    check(history)


def test_teams_with_stages_of_their_own_are_told_apart():
    stages = [*STAGES[:2], {**STAGES[2], "team_id": [6, "Partner"]}]
    with pytest.raises(IntakeError) as caught:
        sf.source("odoo")(LEADS, stages=stages, as_of=AS_OF)
    assert "'Partner' (1 deals)" in str(caught.value)
    history = sf.source("odoo")(LEADS, stages=stages, pipeline="Partner", as_of=AS_OF)
    assert (history.stages, history.deals.tolist()) == (("1", "2", "4"), ["3"])
    assert len(sf.source("odoo")(LEADS, stages=STAGES, pipeline=5, as_of=AS_OF)) == 3
