"""The tools for assistants, asked by the client of `mcp`, in memory and as a process."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

import salesfunnel as sf

pytest.importorskip("mcp.server.mcpserver")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "examples" / "salesfunnel-mcp"
AS_OF = "2026-11-20"


@pytest.fixture(scope="module")
def tools():
    path = PACKAGE / "src" / "salesfunnel_mcp" / "__init__.py"
    spec = importlib.util.spec_from_file_location("salesfunnel_mcp", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["salesfunnel_mcp"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["salesfunnel_mcp"]


@pytest.fixture
def folder(tmp_path):
    shutil.copy(ROOT / "examples" / "company" / "deals.csv", tmp_path)
    shutil.copy(ROOT / "examples" / "tracking_months_en.csv", tmp_path)
    lines = [f"c{i % 9},2026-{1 + i % 6:02d}-{1 + (i * 7) % 28:02d},{20 + i}" for i in range(60)]
    (tmp_path / "orders.csv").write_text("\n".join(["customer,date,amount", *lines]), "utf-8")
    (tmp_path / "broken.csv").write_text("stage,metric,target\nAwareness,Impressions,10\n", "utf-8")
    return tmp_path


def ask(served, *calls):
    """Return the answers of a server to calls, each ``(tool, arguments)``."""
    from mcp.client import Client

    async def talk():
        async with Client(served) as client:
            return [await client.call_tool(name, given) for name, given in calls]

    return asyncio.run(talk())


def test_tools_are_read_only_and_described(tools, folder):
    from mcp.client import Client

    async def talk():
        async with Client(tools.server(folder)) as client:
            schema = await client.read_resource("salesfunnel://schema")
            return (await client.list_tools()).tools, schema.contents[0].text

    listed, schema = asyncio.run(talk())
    assert len(listed) == 9
    for tool in listed:
        hints = tool.annotations
        assert (hints.read_only_hint, hints.destructive_hint) == (True, False)
        assert hints.open_world_hint is False
        assert tool.description.strip()
    assert "Analysis" in json.loads(schema)["$defs"]
    told = (PACKAGE / "README.md").read_text("utf-8")
    assert [tool.name for tool in listed if f"| `{tool.name}` |" not in told] == []


def test_answers_are_the_documents_of_the_library(tools, folder):
    given = {"file": "deals.csv", "as_of": AS_OF}
    analysed, counted, ahead, target, bridge, sheet, due, files = ask(
        tools.server(folder),
        ("analyze", given),
        ("funnel_counts", {**given, "segment": "channel", "by": "year"}),
        ("forecast", given),
        ("decompose_target", {**given, "target": 120}),
        ("pipeline_bridge", {**given, "since": "2026-10-01", "until": "2026-11-01"}),
        ("find_bottlenecks", {"file": "tracking_months_en.csv", "kind": "sheet"}),
        ("who_is_due", {"file": "orders.csv", "as_of": "2026-07-01", "locale": "zh"}),
        ("list_files", {}),
    )
    history = sf.read_deals(folder / "deals.csv", funnel="b2b", as_of=AS_OF)
    found = sf.Analysis.from_dict(analysed.structured_content["document"])
    assert found == sf.analyze(history)
    assert analysed.structured_content["text"] == found.to_text()
    assert len(sf.ConversionTable.from_dict(counted.structured_content["document"])) > 9
    sf.Forecast.from_dict(ahead.structured_content["document"])
    sf.TargetPlan.from_dict(target.structured_content["document"])
    sf.PipelineBridge.from_dict(bridge.structured_content["document"])
    sf.Bottlenecks.from_dict(sheet.structured_content["document"])
    assert "客户" in due.structured_content["text"]
    assert "deals.csv" in files.structured_content["result"]


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("analyze", {"file": "../deals.csv", "as_of": AS_OF}, "list_files"),
        ("analyze", {"file": "/etc/hostname", "as_of": AS_OF}, "list_files"),
        ("analyze", {"file": "linked.csv", "as_of": AS_OF}, "list_files"),
        ("analyze", {"file": "deals.csv"}, "as_of"),
        ("analyze", {"file": "broken.csv", "kind": "sheet"}, "actual"),
        ("analyze", {"file": "deals.csv", "as_of": AS_OF, "funnel": "b2c"}, "b2b"),
        ("who_is_due", {"file": "orders.csv", "as_of": "soon"}, "as_of"),
    ],
)
def test_refusals_say_what_to_do(tools, folder, tmp_path_factory, tool, given, told):
    outside = tmp_path_factory.mktemp("outside") / "secret.csv"
    outside.write_text("a,b\n1,2\n", "utf-8")
    (folder / "linked.csv").symlink_to(outside)
    (answer,) = ask(tools.server(folder), (tool, given))
    assert answer.is_error
    assert told in answer.content[0].text
    (files,) = ask(tools.server(folder), ("list_files", {}))
    assert "linked.csv" not in files.structured_content["result"]


@pytest.mark.slow
def test_a_process_answers_over_standard_input_and_output(folder):
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def talk():
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
        started = StdioServerParameters(
            command=sys.executable, args=["-m", "salesfunnel_mcp", str(folder)], env=environment
        )
        async with Client(stdio_client(started)) as client:
            return await client.call_tool("find_bottlenecks", {"file": "deals.csv", "as_of": AS_OF})

    answer = asyncio.run(talk())
    found = sf.Bottlenecks.from_dict(answer.structured_content["document"])
    assert found.rows[0].tier == "confirmed"
