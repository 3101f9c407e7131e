"""Examples that stand in other programs: apps, schedulers, CRMs, warehouses, workbooks."""

from __future__ import annotations

import email
import email.policy
import importlib.util
import itertools
import json
import re
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

import numpy as np
import pytest

import salesfunnel as sf

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
DEALS = EXAMPLES / "company" / "deals.csv"
AS_OF = "2026-11-20"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def history():
    return sf.read_deals(DEALS, funnel="b2b", as_of=AS_OF)


class Serving:
    """A server on loopback in a thread of its own."""

    def __init__(self, server):
        self.server = server
        self.port = server.server_address[1]
        self.thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs (RFC 5321)."""

    def handle(self):
        say = lambda line: self.wfile.write(f"{line}\r\n".encode())  # noqa: E731
        say("220 loopback")
        self.server.mails.append(mail := {"to": []})
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    lines.append(part[1:] if part.startswith(b"..") else part)
                mail["data"] = b"".join(lines)
            elif verb == "RCPT":
                mail["to"].append(line.partition(":")[2].strip("<> "))
            elif verb == "STARTTLS":
                say("502 not here")
                continue
            say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return


def test_the_report_goes_out_by_smtp(tmp_path, monkeypatch):
    import smtplib

    monkeypatch.delenv("SMTP_USER", raising=False)
    main = load(EXAMPLES / "mail_report.py").main
    server = socketserver.TCPServer(("127.0.0.1", 0), Mailbox)
    server.mails = []
    given = [str(DEALS), "--as-of", AS_OF, "--to", "a@example.org", "--to", "b@example.org"]
    with Serving(server) as serving:
        host = ["--smtp", f"127.0.0.1:{serving.port}"]
        assert main([*given, *host, "--plain"]) == 0
        with pytest.raises(smtplib.SMTPNotSupportedError):  # never in the clear unless asked to
            main([*given, *host])
    (sent, refused) = server.mails
    assert sent["to"] == ["a@example.org", "b@example.org"]
    assert "data" not in refused
    mail = email.message_from_bytes(sent["data"], policy=email.policy.default)
    assert "2026-10" in mail["Subject"]
    (page,) = mail.iter_attachments()
    assert page.get_content().startswith("<!doctype html>")


@pytest.mark.filterwarnings("ignore")
def test_the_app_of_streamlit(tmp_path):
    testing = pytest.importorskip("streamlit.testing.v1")
    app = testing.AppTest.from_file(str(EXAMPLES / "streamlit_app.py"), default_timeout=120).run()
    assert not app.exception
    assert [one.value for one in app.title] == ["Sales funnel"]
    english = [one.value for one in app.subheader]
    assert any("Drop" in words or "drop" in words for words in english)
    drawn = app.get("vega_lite_chart") + app.get("arrow_vega_lite_chart")
    assert len(drawn) >= 2
    app.sidebar.radio[0].set_value("zh").run()
    assert not app.exception
    assert [one.value for one in app.title] == ["销售漏斗"]
    app.sidebar.selectbox[0].set_value("retail-store").run()  # deals of another trade
    assert not app.exception
    assert app.error


@pytest.mark.filterwarnings("ignore")
def test_the_assets_of_dagster(tmp_path):
    dagster = pytest.importorskip("dagster")
    module = load(EXAMPLES / "dagster_assets.py")
    resources = {"folder": str(tmp_path / "reports")}
    done = dagster.materialize(
        [*module.defs.assets, *module.defs.asset_checks],
        run_config={"ops": {"funnel_analysis": {"config": {}},
                            "funnel_report": {"config": resources}}},
        instance=dagster.DagsterInstance.ephemeral(),
    )  # fmt: skip
    assert done.success
    (check,) = done.get_asset_check_evaluations()
    assert check.passed
    told = done.asset_materializations_for_node("funnel_report")[0].metadata
    assert told["verdict"].value == "confirmed"
    page = Path(told["path"].value)
    assert page == tmp_path / "reports" / f"report_{told['period'].value}.html"
    assert "<svg" in page.read_text("utf-8")


def rows_of(history):
    """Return deals as plain rows: key, times of the stages, end, outcome."""
    names = history.deals.tolist()
    for i in range(len(names) - 1500, len(names)):
        times = [None if np.isnat(t) else str(t)[:19] for t in history.entered[i]]
        closed = None if np.isnat(history.closed[i]) else str(history.closed[i])[:19]
        yield i, names[i], times, closed, int(history.outcome[i])


def test_the_report_on_a_portal_of_hubspot(history, tmp_path, monkeypatch, capsys):
    stages = ["interest", "intent", "negotiation", "won"]
    deals = []
    for i, _, times, closed, outcome in rows_of(history):
        past = [(name, t) for name, t in zip(stages, times, strict=True) if t]
        if outcome == 2:
            past.append(("lost", closed))
        deals.append(
            {"id": str(i + 1), "archived": False, "createdAt": f"{past[0][1]}Z",
             "properties": {"dealstage": past[-1][0], "pipeline": "default", "amount": "1000",
                            "createdate": f"{past[0][1]}Z", "channel": str(i % 3),
                            "closedate": f"{closed}Z" if closed else None},
             "propertiesWithHistory": {"dealstage": [
                 {"value": name, "timestamp": f"{t}Z", "sourceType": "CRM_UI"}
                 for name, t in reversed(past)]}}
        )  # fmt: skip
    labels = {"interest": "Interest", "intent": "Intent", "negotiation": "Negotiation"}
    pipeline = {"id": "default", "label": "Sales", "displayOrder": 0, "stages": [
        {"id": key, "label": labels.get(key, key), "displayOrder": n,
         "metadata": {"isClosed": str(key in {"won", "lost"}).lower(),
                      "probability": {"won": "1.0", "lost": "0.0"}.get(key, "0.5")}}
        for n, key in enumerate([*stages, "lost"])]}  # fmt: skip
    asked = []

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self):
            address = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(address.query).items()}
            asked.append((address.path, query, self.headers["Authorization"]))
            if address.path == "/crm/v3/objects/deals":
                start = int(query.get("after", 0))
                stop = start + int(query["limit"]) * 10
                answer = {"results": deals[start:stop]}
                if stop < len(deals):
                    answer["paging"] = {"next": {"after": str(stop)}}
            else:
                answer = {"results": {
                    "/crm/v3/pipelines/deals": [pipeline],
                    "/crm/v3/properties/deals": [
                        {"name": "channel", "label": "Channel", "type": "string"}],
                }.get(address.path, [])}  # fmt: skip
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *parts):
            pass

    main = load(EXAMPLES / "hubspot_report.py").main
    out = tmp_path / "report.html"
    with Serving(ThreadingHTTPServer(("127.0.0.1", 0), Portal)) as serving:
        given = ["--url", f"http://127.0.0.1:{serving.port}", "--as-of", AS_OF, "--html", str(out)]
        monkeypatch.delenv("HUBSPOT_TOKEN", raising=False)
        assert main(given) == 2
        monkeypatch.setenv("HUBSPOT_TOKEN", "pat-1")
        assert main(given) == 0
    assert "Negotiation" in capsys.readouterr().out
    assert "<svg" in out.read_text("utf-8")
    paged = [query.get("after") for path, query, _ in asked if path.endswith("objects/deals")]
    assert paged == [None, "500", "1000"]
    assert {token for _, _, token in asked} == {"Bearer pat-1"}
    assert "dealstage" in asked[1][1].get("propertiesWithHistory", "dealstage")


def test_the_report_on_a_database_of_odoo(history, tmp_path, monkeypatch, capsys):
    names = {1: "Interest", 2: "Intent", 3: "Negotiation", 4: "Won"}
    leads, tracking, messages = [], [], []
    for i, deal, times, closed, outcome in rows_of(history):
        reached = [n for n, t in enumerate(times, start=1) if t]
        wrote = [t.replace("T", " ") if t else False for t in (*times, closed)]
        leads.append(
            {"id": i + 1, "name": deal, "type": "opportunity", "active": outcome != 2,
             "create_date": wrote[reached[0] - 1], "stage_id": [reached[-1], names[reached[-1]]],
             "probability": {0: 40.0, 1: 100.0, 2: 0.0}[outcome], "date_closed": wrote[-1],
             "won_status": ("pending", "won", "lost")[outcome], "user_id": [2, "Ann"],
             "team_id": [5, "Direct"], "lost_reason_id": False, "expected_revenue": 100.0}
        )  # fmt: skip
        for old, new in itertools.pairwise(reached):
            key = len(messages) + 1
            messages.append({"id": key, "model": "crm.lead", "res_id": i + 1})
            tracking.append(
                {"id": key, "field_id": [77, "Stage (crm.lead)"], "old_value_integer": old,
                 "new_value_integer": new, "old_value_char": names[old],
                 "new_value_char": names[new], "create_date": wrote[new - 1],
                 "mail_message_id": [key, "x"]}
            )  # fmt: skip
    stages = [
        {"id": n, "name": name, "sequence": n, "is_won": n == 4, "team_id": False}
        for n, name in names.items()
    ]
    tables = {"crm.lead": leads, "mail.tracking.value": tracking, "mail.message": messages,
              "crm.stage": stages}  # fmt: skip

    def execute(db, uid, key, model, method, given, options=None):
        assert (db, uid, key) == ("main", 7, "key-1")
        if method == "fields_get":
            return {}
        rows = tables[model]
        if model == "crm.lead" and options.get("context", {}).get("active_test", True):
            rows = [row for row in rows if row["active"]]
        start = options["offset"]
        return rows[start : start + options["limit"]]

    class Paths(SimpleXMLRPCRequestHandler):
        rpc_paths = ("/xmlrpc/2/object", "/xmlrpc/2/common")

    server = SimpleXMLRPCServer(("127.0.0.1", 0), Paths, logRequests=False, allow_none=True)
    server.register_function(execute, "execute_kw")
    server.register_function(
        lambda db, user, key, extra: 7 if (user, key) == ("ann", "key-1") else False, "authenticate"
    )
    main = load(EXAMPLES / "odoo_report.py").main
    out = tmp_path / "report.html"
    with Serving(server) as serving:
        given = ["--url", f"http://127.0.0.1:{serving.port}", "--db", "main", "--user", "ann",
                 "--as-of", AS_OF, "--html", str(out), "--locale", "zh"]  # fmt: skip
        monkeypatch.setenv("ODOO_KEY", "wrong")
        assert main(given) == 1
        assert "'ann'" in capsys.readouterr().err
        monkeypatch.setenv("ODOO_KEY", "key-1")
        assert main(given) == 0
    assert "结论" in out.read_text("utf-8")


def test_the_models_of_dbt_in_duckdb(tmp_path, history):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pandas")
    models = EXAMPLES / "dbt" / "models"
    session = duckdb.connect()
    session.execute("create schema crm")
    session.execute(f"create table crm.deals as select * from read_csv('{DEALS}')")
    text = (models / "stg_deals.sql").read_text("utf-8")
    written = re.sub(r"\{\{ source\('(\w+)', '(\w+)'\) \}\}", r"\1.\2", text)
    session.execute(f"create table stg_deals as {written}")

    class Dbt:
        """What dbt hands to a Python model."""

        class config:  # noqa: N801 - its name in dbt
            def __init__(self, **given):
                assert given["materialized"] == "table"

            @staticmethod
            def get(name):
                return {"as_of": AS_OF}[name]

        @staticmethod
        def ref(name):
            return session.table(name)

    rates = load(models / "funnel_rates.py").model(Dbt, session)
    session.register("rates", rates)
    low, rate, high = session.execute(
        "select min(low), sum(advanced) / sum(entered), max(high) from rates"
    ).fetchall()[0]
    assert 0 <= low < rate < high <= 1
    verdicts = load(models / "funnel_verdicts.py").model(Dbt, session)
    assert verdicts["tier"].tolist()[0] == "confirmed"
    expected = sf.find_bottlenecks(history).rows[0]
    assert verdicts["probability"].tolist()[0] == pytest.approx(expected.probability)


def test_a_workbook_of_ones_own_is_filled(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    from openpyxl.chart import BarChart, Reference

    main = load(EXAMPLES / "excel_template.py").main
    template, out = tmp_path / "template.xlsx", tmp_path / "out.xlsx"
    assert main(["--make", str(template)]) == 0
    book = openpyxl.load_workbook(template)
    sheet = book["Funnel"]
    sheet["B3"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFEEDD")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=7, max_row=10), titles_from_data=True)
    sheet.add_chart(chart, "J2")
    del book.defined_names["sf_baseline"]
    book.save(template)
    before = template.read_bytes()
    assert main([str(DEALS), str(template), str(out), "--as-of", AS_OF]) == 0
    assert template.read_bytes() == before
    filled = openpyxl.load_workbook(out)["Funnel"]
    analysis = sf.analyze(sf.read_deals(DEALS, funnel="b2b", as_of=AS_OF))
    worst = analysis.bottlenecks.rows[0]
    assert (filled["B1"].value, filled["B3"].value) == (analysis.period, pytest.approx(worst.rate))
    assert filled["B3"].fill.fgColor.rgb.endswith("FFEEDD")
    assert filled["B3"].number_format == "0.0%"
    assert filled["B6"].value == "=B4-B3"
    steps = [filled.cell(row, 1).value for row in range(8, 8 + len(analysis.bottlenecks.rows))]
    assert steps == [str(one.transition) for one in analysis.bottlenecks.rows]
    low, rate, high = (filled.cell(8, column).value for column in (3, 2, 4))
    assert low < rate < high
    with pytest.raises(SystemExit):
        main([str(DEALS), str(template), str(template), "--as-of", AS_OF])
