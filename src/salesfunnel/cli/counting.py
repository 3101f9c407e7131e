"""``count``: how many get to each step of a path, or to each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.errors import ArgumentError
from salesfunnel.cli.output import check_files, deliver
from salesfunnel.cli.parser import Commands, add_command, reading_options, writing_options
from salesfunnel.cli.sources import counts_of, panel_of, read

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["add"]

BY = ("day", "week", "month", "quarter", "year")
ORDERS = ("ordered", "strict", "any")


def add(commands: Commands) -> None:
    """Add the command of this family."""
    count = add_command(
        commands,
        "count",
        _count,
        help="how many get to each step of events, or to each stage of deals, with rates",
        description="Count those who take the --steps of a log of events in order; of deals and"
        " sheets, the rates from stage to stage with their intervals.",
    )
    reading_options(count)
    count.add_argument(
        "--by",
        choices=BY,
        help="events: count by the period of the first step;"
        " deals: the length of a period (all deals in one by default)",
    )
    count.add_argument("--segment", metavar="NAME", help="count by this attribute, too")
    count.add_argument("--order", choices=ORDERS, help="events: how strictly steps follow")
    writing_options(count)


def _count(arguments: Namespace) -> int:
    check_files(arguments)
    kind, data = read(arguments)
    if kind == "events":
        options = {} if arguments.order is None else {"order": arguments.order}
        counts = counts_of(arguments, data, by=arguments.by, breakdown=arguments.segment, **options)
        return deliver(arguments, counts, faults=(*data.faults, *counts.faults))
    from salesfunnel.conversion import conversions

    if arguments.order is not None:
        raise ArgumentError(f"'--order' must be left out for {kind}, got {arguments.order!r}")
    if kind == "sheet":
        if arguments.by is not None:
            raise ArgumentError(f"'--by' must be left out for a sheet, got {arguments.by!r}")
        panel = panel_of(arguments, kind, data, segment=arguments.segment)
    else:
        panel = data.panel(
            by=arguments.by or "all",
            mode="cohort",
            window=arguments.window,
            segment=arguments.segment,
        )
    return deliver(arguments, conversions(panel), faults=data.faults)
