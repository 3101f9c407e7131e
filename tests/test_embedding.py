"""The examples of embedding run: the HTTP service and the mailed report."""

from __future__ import annotations

import email
import email.policy
import importlib.util
import sys
from pathlib import Path

import pytest

import salesfunnel as sf

EXAMPLES = Path(__file__).parents[1] / "examples"
DEALS = EXAMPLES / "company" / "deals.csv"


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # FastAPI resolves annotations there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client():
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    testclient = pytest.importorskip("fastapi.testclient", exc_type=ImportError)
    yield testclient.TestClient(load("fastapi_app").app)
    del sys.modules["fastapi_app"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_service_gives_the_document_and_the_page(client):
    asked = {"as_of": "2026-11-20"}
    given = client.post("/analysis", params=asked, content=DEALS.read_bytes())
    assert given.status_code == 200
    history = sf.read_deals(DEALS, funnel="b2b", as_of="2026-11-20")
    assert sf.Analysis.from_json(given.content).bottlenecks == sf.analyze(history).bottlenecks
    page = client.post(
        "/analysis", params={**asked, "page": True, "locale": "zh"}, content=DEALS.read_bytes()
    )
    assert "<svg" in page.text
    assert "结论" in page.text


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_service_says_what_is_wrong(client):
    sheet = "stage,metric,target\nAwareness,Impressions,10\n"
    given = client.post("/analysis", params={"kind": "sheet"}, content=sheet.encode())
    assert given.status_code == 422
    assert given.json()["faults"][0]["code"] == "missing-column"
    given = client.post("/analysis", params={"funnel": "b2c"}, content=DEALS.read_bytes())
    assert given.status_code == 422
    assert "b2b" in given.json()["hint"]
    assert client.post("/analysis", params={"locale": "fr"}, content=b"").status_code == 422
    assert client.post("/analysis", content=bytes(20_000_001)).status_code == 413


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_service_describes_its_answers(client):
    described = client.get("/openapi.json").json()
    answer = described["paths"]["/analysis"]["post"]["responses"]["200"]["content"]
    assert answer["application/json"]["schema"] == {"$ref": "#/components/schemas/Analysis"}
    assert "#/$defs/" not in str(described)
    assert "Bottlenecks" in described["components"]["schemas"]


@pytest.mark.parametrize(("locale", "word"), [("en", "bottleneck"), ("zh", "瓶颈")])
def test_the_report_is_mailed(locale, word, tmp_path, capsys):
    out = tmp_path / "mail.eml"
    main = load("mail_report").main
    options = ["--as-of", "2026-11-20", "--locale", locale, "--to", "team@example.org"]
    assert main([str(DEALS), *options, "--save", str(out)]) == 0
    mail = email.message_from_bytes(out.read_bytes(), policy=email.policy.default)
    assert word in mail["Subject"]
    assert "2026-10" in mail["Subject"]
    assert word in mail.get_body(("plain",)).get_content().lower()
    (page,) = mail.iter_attachments()
    assert page.get_filename() == "report_2026-10.html"
    assert "<svg" in page.get_content()
    assert main([str(tmp_path / "none.csv"), *options, "--save", str(out)]) == 1
    assert "none.csv" in capsys.readouterr().err
