"""``demo``: the example company, made and reported in a folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.files import write_file
from salesfunnel.cli.output import check_files, deliver, say
from salesfunnel.cli.parser import Commands, add_command

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["add"]

FOLDER = "salesfunnel-demo"
DEALS = "deals.csv"


def add(commands: Commands) -> None:
    """Add the command of this family."""
    demo = add_command(
        commands,
        "demo",
        _demo,
        help="make and report the example company in a folder",
        description="Write two years of deals of a company that does not exist into a folder,"
        " analyse them, and write the report beside them.",
    )
    demo.add_argument(
        "folder",
        nargs="?",
        default=FOLDER,
        metavar="FOLDER",
        help=f"an empty or new folder; {FOLDER} if not said",
    )
    demo.add_argument(
        "--json", metavar="OUT", help="write the analysis elsewhere; - for standard output"
    )


def _demo(arguments: Namespace) -> int:
    from salesfunnel.analysis import analyze
    from salesfunnel.builtin.example_company import AS_OF, company_csv
    from salesfunnel.i18n import text
    from salesfunnel.intake.deals.reader import read_deals
    from salesfunnel.plugins import template

    folder, locale = Path(arguments.folder), arguments.locale
    deals = folder / DEALS
    content = company_csv().encode()
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"'FOLDER' must be a folder, got the file {arguments.folder!r}")
    if folder.is_dir() and any(folder.iterdir()) and not _is_ours(deals, content):
        raise ArgumentError(
            f"'FOLDER' must be empty or new, got {arguments.folder!r}",
            hint="what is in it would be mixed with the example; name another folder",
        )
    folder.mkdir(parents=True, exist_ok=True)
    if not deals.exists():
        write_file(deals, content)
    arguments.file = str(deals)
    arguments.html = str(folder / f"report_{locale}.html")
    arguments.json = arguments.json or str(folder / "analysis.json")
    check_files(arguments)
    has_books = importlib.util.find_spec("xlsxwriter") is not None
    arguments.xlsx = str(folder / f"analysis_{locale}.xlsx") if has_books else None
    history = read_deals(deals, funnel=template("b2b", locale=locale), as_of=str(AS_OF))
    status = deliver(arguments, analyze(history, locale=locale), faults=history.faults)
    files = [str(deals), arguments.html, *([arguments.xlsx] if has_books else [])]
    files += [] if arguments.json == "-" else [arguments.json]
    stream = sys.stderr if arguments.json == "-" else sys.stdout
    say("\n".join((text("command.written", locale), *(f"  {name}" for name in files))), stream)
    command = f"salesfunnel forecast {deals} --funnel b2b --as-of {AS_OF} --horizon 90D"
    say(f"{text('command.next', locale)}\n  {command}", stream)
    return status


def _is_ours(deals: Path, content: bytes) -> bool:
    return deals.is_file() and deals.read_bytes() == content
