"""``round``: a folder of a team's sheets to its next workbook, report and tasks."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.files import write_file
from salesfunnel.cli.output import say, status_of
from salesfunnel.cli.parser import Commands, add_command, day

if TYPE_CHECKING:
    from argparse import Namespace

    from salesfunnel._core.vocabulary import Locale
    from salesfunnel.rounds import Round

__all__ = ["add"]

COPIES = "copies"
"""That of `salesfunnel.intake.rounds`, which is imported late."""


def add(commands: Commands) -> None:
    """Add the command of this family."""
    command = add_command(
        commands,
        "round",
        _round,
        help="one round of the method: the next workbook, the report, who does what",
        description="Read a folder with the team's monthly sheets, and deals, plan, funnel and"
        " departments where there are some; judge the last period that is over; write the workbook"
        " of the next one, the report and the record of the round into the folder. What the team"
        " wrote is never overwritten, and a copy of it is kept. A second run on the same day"
        " changes nothing.",
    )
    command.add_argument(
        "folder", metavar="FOLDER", help="the folder; or one sheet, to begin a folder with it"
    )
    command.add_argument(
        "--today",
        type=day,
        metavar="DAY",
        help="day of the round; that of the computer if left out",
    )
    command.add_argument(
        "--into", metavar="FOLDER",
        help="where to write; the folder itself, or for one sheet a folder named after it",
    )  # fmt: skip


def _round(arguments: Namespace) -> int:
    from salesfunnel.intake.rounds import run_round
    from salesfunnel.intake.rounds._run_round import files_of

    source = Path(arguments.folder)
    if not source.exists():
        raise ArgumentError(f"'FOLDER' must be a folder or a sheet, got {arguments.folder!r}")
    into = _target(arguments, source)
    files = files_of(source)
    there = files_of(into) if into.is_dir() and into.resolve() != source.resolve() else {}
    if source.is_file():
        files = {**{name: c for name, c in there.items() if name.endswith(".json")}, **files}
    today = arguments.today or datetime.now(timezone.utc).astimezone().date()
    found = run_round(files, today=today, locale=arguments.locale)
    try:
        written = _write(found, files, into, keep=source.is_file())
    except OSError as error:
        raise ArgumentError(
            f"'FOLDER' must be a folder that can be written to, got {str(into)!r}"
            f" ({error.strerror})",
            hint="make room or ask for the right to write, or name another folder with --into",
        ) from error
    _tell(arguments, found, written, into)
    return status_of(found.faults)


def _target(arguments: Namespace, source: Path) -> Path:
    if arguments.into is not None:
        into = Path(arguments.into)
        if into.exists() and not into.is_dir():
            raise ArgumentError(f"'--into' must be a folder, got the file {arguments.into!r}")
        return into
    return source if source.is_dir() else source.with_suffix("")


def _write(found: Round, files: dict[str, Any], into: Path, *, keep: bool) -> dict[str, str]:
    """Write what is new and return name → what became of it: written, same, kept, or closed.

    A file of the team is copied as it was read; one that the round made before and the team has
    touched is left alone, and what would have been written stands beside it in the copies.
    """
    made = found.documents()
    into.mkdir(parents=True, exist_ok=True)
    copies = into / COPIES / found.today.isoformat()
    fates: dict[str, str] = {}
    for name, content in files.items():
        if name in made or name.endswith(".json") or not isinstance(content, bytes):
            continue
        _put(copies / name, content)
        if keep and not (into / name).exists():
            _put(into / name, content)
    ours = _ours(into, found)
    for name, content in made.items():
        path = into / name
        try:
            old = path.read_bytes() if path.is_file() else None
        except OSError:  # open in Excel
            fates[name] = "closed"
            continue
        if old == content:
            fates[name] = "same"
        elif old is None or not name.endswith(".xlsx") or _digest(old) in ours:
            _put(path, content)
            fates[name] = "written"
        else:
            _put(copies / name, old)
            fates[name] = "kept"
    return fates


def _digest(content: bytes) -> str:
    from salesfunnel.intake.rounds.recognise import digest

    return digest(content)


def _ours(into: Path, found: Round) -> set[str]:
    """Return the digests of the workbooks that an earlier run made and nobody has touched."""
    from salesfunnel._core.errors import SalesFunnelError
    from salesfunnel.rounds import Round

    record = into / f"round_{found.period}.json"
    if not record.is_file():
        return set()
    try:
        return set(Round.from_json(record.read_bytes()).sent.values())
    except SalesFunnelError:
        return set()


def _put(path: Path, content: bytes) -> None:
    """Write a file, its folder made; nothing where it holds the same."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, content)


def _tell(arguments: Namespace, found: Round, written: dict[str, str], into: Path) -> None:
    """Print who does what by when, what is wrong, and what was written."""
    from salesfunnel.i18n import text
    from salesfunnel.render import to_text
    from salesfunnel.render.documents.rounds import tasks_document
    from salesfunnel.render.model import Document, Section
    from salesfunnel.render.words.figures import faults_block

    locale = arguments.locale
    page = tasks_document(found, locale)
    answer = _answer(found, locale)
    whole = Document(
        text("round.said", locale, period=found.period, next=found.next_period),
        [*answer, Section(page.title, page.blocks), faults_block(found.faults, locale)],
        locale=locale,
    )
    say(to_text(whole, locale=locale, width=arguments.width), sys.stdout)
    lines = [
        f"  {into / name}{'' if fate == 'written' else ' – ' + text(f'round.fate.{fate}', locale)}"
        for name, fate in written.items()
    ]
    say("\n".join((text("command.written", locale), *lines)), sys.stdout)


def _answer(found: Round, locale: Locale) -> list[Any]:
    """Return the answer of the report."""
    from salesfunnel.render import document_of
    from salesfunnel.render.documents.rounds import judged_in_plan

    return [document_of(judged_in_plan(found), locale).blocks[0]]
