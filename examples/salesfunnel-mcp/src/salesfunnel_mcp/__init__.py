"""The verbs of salesfunnel as read-only tools of the Model Context Protocol."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

import salesfunnel as sf
from salesfunnel.errors import IntakeError, SalesFunnelError

__all__ = ["main", "server"]

Locale = Literal["en", "zh"]
Kind = Literal["deals", "sheet"]
READ_ONLY = ToolAnnotations(
    readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
)
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".parquet")
MOST_BYTES = 100_000_000
INSTRUCTIONS = (
    "Figures about a sales funnel come from these tools, never from your own arithmetic. Quote"
    " every rate with its interval, say 'associated with' and not 'caused by', and pass on what a"
    " tool refuses and the hint it gives. Open deals are not lost. Dates are ISO: as_of is the day"
    " on which the export was made."
)


class RefusedError(ToolError):
    """What a tool cannot answer, with the way to mend it."""


def server(folder: Path) -> MCPServer:
    """Return a server whose tools read files below a folder, and nothing else."""
    root = folder.resolve(strict=True)
    made: MCPServer = MCPServer("salesfunnel", version=sf.__version__, instructions=INSTRUCTIONS)
    for tool in _tools(_Files(root)):
        made.tool(annotations=READ_ONLY, structured_output=True)(tool)

    @made.resource("salesfunnel://schema", mime_type="application/schema+json")
    def schema() -> str:
        """The JSON Schema of every document that the tools give."""
        return (resources.files("salesfunnel.serialize") / "schema.json").read_text("utf-8")

    return made


class _Files:
    """The files of one folder, read without leaving it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        found = (path for path in self.root.rglob("*") if path.suffix.lower() in ENDINGS)
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in found
            if path.is_file() and path.resolve().is_relative_to(self.root)
        )

    def path(self, name: str) -> Path:
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root) or not path.is_file():
            raise RefusedError(f"no such file: {name!r}. Ask list_files for those there are.")
        if path.stat().st_size > MOST_BYTES:
            raise RefusedError(f"{name!r} is larger than {MOST_BYTES:,} bytes")
        return path

    def deals(self, name: str, funnel: str, as_of: str) -> sf.StageHistory:
        return sf.read_deals(self.path(name), funnel=funnel, as_of=as_of)

    def data(self, name: str, kind: Kind, funnel: str, as_of: str | None) -> Any:
        if kind == "sheet":
            return sf.read_table(self.path(name), funnel=sf.template(funnel))
        if as_of is None:
            raise RefusedError("deals need as_of, the day on which the export was made")
        return self.deals(name, funnel, as_of)


def _answer(make: Callable[[], Any], locale: Locale) -> dict[str, Any]:
    """Return a result as text and as its document, or refuse with every fault."""
    try:
        result = make()
        return {"text": result.to_text(locale=locale), "document": result.to_dict()}
    except IntakeError as error:
        told = [
            f"row {fault.row}, column {fault.column}: {fault.message} {fault.hint or ''}"
            for fault in error.faults
        ]
        raise RefusedError("\n".join((str(error), *told))) from None
    except SalesFunnelError as error:
        raise RefusedError(str(error)) from None


def _tools(files: _Files) -> list[Callable[..., Any]]:  # noqa: C901 - a list of nine functions
    """Return the functions that become tools; their docstrings are what an assistant reads."""

    def list_files() -> list[str]:
        """List the files that the other tools can read: deals, monthly sheets, purchases."""
        return files.names()

    def describe_funnels() -> list[dict[str, Any]]:
        """List the templates: their name, and the stages from the first to the win."""
        return [
            {"name": record.name, "stages": [one.key for one in sf.template(record.name).stages]}
            for record in sf.templates()
        ]

    def analyze(
        file: str,
        kind: Kind = "deals",
        funnel: str = "b2b",
        as_of: str | None = None,
        locale: Locale = "en",
    ) -> dict[str, Any]:
        """Say which step fell and how sure that is, what goes with it, what to do, by when."""
        return _answer(
            lambda: sf.analyze(files.data(file, kind, funnel, as_of), locale=locale), locale
        )

    def find_bottlenecks(
        file: str,
        kind: Kind = "deals",
        funnel: str = "b2b",
        as_of: str | None = None,
        locale: Locale = "en",
    ) -> dict[str, Any]:
        """Hold each step against its own baseline: rate, baseline, probability, gain."""
        return _answer(
            lambda: sf.find_bottlenecks(_panel(files.data(file, kind, funnel, as_of))), locale
        )

    def funnel_counts(
        file: str,
        as_of: str,
        funnel: str = "b2b",
        segment: str | None = None,
        by: Literal["month", "quarter", "year"] = "quarter",
        locale: Locale = "en",
    ) -> dict[str, Any]:
        """Count deals by the period they came in and, if named, by a column such as channel.

        Every rate has a 95% interval; periods that are still running are marked.
        """

        def make() -> sf.ConversionTable:
            history = files.deals(file, funnel, as_of)
            return sf.conversions(history.panel(by=by, mode="cohort", segment=segment))

        return _answer(make, locale)

    def forecast(
        file: str, as_of: str, horizon: str = "90D", funnel: str = "b2b", locale: Locale = "en"
    ) -> dict[str, Any]:
        """Say what open deals and those to come will bring within the horizon, with an interval."""
        return _answer(
            lambda: sf.forecast(files.deals(file, funnel, as_of), horizon=horizon), locale
        )

    def decompose_target(
        file: str,
        target: int,
        as_of: str,
        months: int = 12,
        unit: Literal["count", "currency"] = "count",
        value: float | None = None,
        funnel: str = "b2b",
        locale: Locale = "en",
    ) -> dict[str, Any]:
        """Say what a target, in deals or in money, asks of every step and month."""

        def make() -> sf.TargetPlan:
            panel = files.deals(file, funnel, as_of).panel(by="month", mode="cohort")
            return sf.decompose_target(target, panel, months=months, unit=unit, value=value)

        return _answer(make, locale)

    def pipeline_bridge(
        file: str, as_of: str, since: str, until: str, funnel: str = "b2b", locale: Locale = "en"
    ) -> dict[str, Any]:
        """Say what moved the open pipeline between two days; the parts add up to the cent."""
        return _answer(
            lambda: sf.pipeline_bridge(files.deals(file, funnel, as_of), since=since, until=until),
            locale,
        )

    def who_is_due(file: str, as_of: str, locale: Locale = "en") -> dict[str, Any]:
        """Say which customers are due to buy again, from a list of purchases or orders."""
        return _answer(
            lambda: sf.lifecycle(sf.read_purchases(files.path(file)), as_of=as_of), locale
        )

    return [
        list_files, describe_funnels, analyze, find_bottlenecks, funnel_counts, forecast,
        decompose_target, pipeline_bridge, who_is_due,
    ]  # fmt: skip


def _panel(data: Any) -> Any:
    return data.panel(level="step") if isinstance(data, sf.Tracking) else data


def main(argv: Sequence[str] | None = None) -> None:
    """Serve a folder over standard input and output."""
    parser = argparse.ArgumentParser(prog="salesfunnel-mcp", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder whose files the tools may read")
    server(parser.parse_args(argv).folder).run()


if __name__ == "__main__":
    main()
