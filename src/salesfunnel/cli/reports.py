"""``report`` and ``analyze``: what the data say, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesfunnel.cli.output import check_files, deliver
from salesfunnel.cli.parser import (
    Commands,
    add_command,
    day,
    money_options,
    rates_of,
    reading_options,
    writing_options,
)
from salesfunnel.cli.sources import counts_of, panel_of, read

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from salesfunnel.fault import Fault

__all__ = ["add"]


def add(commands: Commands) -> None:
    """Add the commands of this family."""
    report = add_command(
        commands,
        "report",
        _report,
        help="print the report of a sheet, of deals or of events",
        description="Print the report of a sheet; of deals, that of analyze; of events, the counts"
        " of --steps.",
    )
    reading_options(report)
    report.add_argument("--benchmark", metavar="NAME", help="industry figures to compare with")
    report.add_argument("--currency", metavar="CODE", help="currency of the values, such as CNY")
    money_options(report)
    writing_options(report, xlsx=True)
    analyze = add_command(
        commands,
        "analyze",
        _analyze,
        help="all steps in a row: rates, bottlenecks, causes, plan",
        description="Take all steps of the method in a row; of events, for the months in which"
        " the first of --steps was taken.",
    )
    reading_options(analyze)
    analyze.add_argument("--judge", metavar="PERIOD", help="the period to judge, such as 2026-10")
    analyze.add_argument("--benchmark", metavar="NAME", help="industry figures to compare with")
    analyze.add_argument("--start", type=day, metavar="DAY", help="first day of the plan")
    analyze.add_argument("--currency", metavar="CODE", help="currency of the values, such as CNY")
    money_options(analyze)
    writing_options(analyze, xlsx=True, pptx=True)


def _report(arguments: Namespace) -> int:
    from salesfunnel.render.documents.report import report_document

    check_files(arguments)
    kind, data = read(arguments)
    if kind == "deals":
        return _deliver_analysis(arguments, data, data.faults)
    if kind == "events":
        _no_workbook(arguments)
        counts = counts_of(arguments, data)
        return deliver(arguments, counts, faults=(*data.faults, *counts.faults))
    document = report_document(data, arguments.locale, benchmark=arguments.benchmark)
    return deliver(arguments, data, faults=data.faults, shown=document)


def _analyze(arguments: Namespace) -> int:
    check_files(arguments)
    kind, data = read(arguments)
    faults = data.faults
    if kind == "events":
        data = panel_of(arguments, kind, data)
    return _deliver_analysis(
        arguments,
        data,
        faults,
        period=arguments.judge,
        start=arguments.start,
    )


def _deliver_analysis(
    arguments: Namespace, data: Any, faults: Iterable[Fault], **options: Any
) -> int:
    from salesfunnel.analysis import analyze

    analysis = analyze(
        data,
        benchmark=arguments.benchmark,
        locale=arguments.locale,
        currency=arguments.currency,
        rates=rates_of(arguments),
        fiscal_start=arguments.fiscal_start,
        **options,
    )
    # the analysis, which knows the rates, reports whether amounts can be added
    faults = [fault for fault in faults if fault.code != "currencies-mixed"]
    return deliver(arguments, analysis, faults=faults)


def _no_workbook(arguments: Namespace) -> None:
    from salesfunnel._core.errors import ArgumentError

    if arguments.xlsx:
        raise ArgumentError(
            f"'--xlsx' must be left out for counts of events, got {arguments.xlsx!r}",
            hint="analyze writes a workbook; --json and --html write the counts",
        )
