"""run_round: a folder of sheets, deals and plans to the next round of the method."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.moments import read_day
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.fault import IntakeError
from salesfunnel.intake.rounds.folder import read_folder
from salesfunnel.intake.rounds.recognise import TABLES
from salesfunnel.rounds import Round, make_round

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["COPIES", "run_round"]

COPIES = "copies"
"""The folder in which the command keeps what the team wrote."""
SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})
LEFT = ("~", ".tmp", ".part", ".crdownload")
"""Ends of the names of files that a program has not finished."""


def run_round(
    folder: str | PathLike[str] | Mapping[str, object], *, today: date, locale: Locale = "en"
) -> Round:
    """Make one round of the method from what is in a folder; nothing is written.

    Parameters
    ----------
    folder : path, or mapping of str to bytes, str, records or objects of the library
        A folder, whose files are read, or name of a file → its content. Monthly sheets (workbooks,
        CSV; the month in a column, a worksheet, a title or the name of the file); deals; the plan
        as the team edited it; a funnel (``funnel.json`` of ``Funnel.to_json``, or the name of a
        template in ``funnel.txt``), ``departments.json`` ({"Sales": ["Ann", "sales"]}),
        ``targets.json`` (of ``TargetPlan.to_json``, or metric → number), and the records
        ``round_*.json`` of earlier rounds. A sheet or deals are enough: what is missing is
        inferred, and a fault says so; without a sheet the months are counted from the deals. A
        single file stands for a folder with it alone.
    today : datetime.date
        The day of the round. The last period that is over by then is judged.
    locale : {"en", "zh"}
        The language of the documents.

    Returns
    -------
    Round
        ``documents()`` gives the workbook of the next period, the report and the record, by the
        names they should have; the command ``salesfunnel round FOLDER`` writes them.

    Raises
    ------
    IntakeError
        If there is neither a sheet nor deals in it, with a fault for every file that could not
        be read.
    ArgumentError
        If `today` is not a date, or no period is over.

    Examples
    --------
    >>> from datetime import date
    >>> from salesfunnel import run_round
    >>> sheet = '''stage,metric,target,actual,owner
    ... Lead,leads,500,420,Marketing
    ... Won,wins,50,38,Sales'''
    >>> found = run_round({"2026-10.csv": sheet}, today=date(2026, 11, 2))
    >>> found.period, found.next_period, [row.target for row in found.sheet.rows]
    ('2026-10', '2026-11', [500, 50])
    >>> [(task.owner, str(task.by)) for task in found.tasks if task.kind == "fill-in"]
    [('Marketing', '2026-12-03'), ('Sales', '2026-12-03')]
    """
    check_choice("locale", locale, LOCALES)
    today = read_day("today", today)
    day = today.date() if isinstance(today, datetime) else today
    records = read_folder(files_of(folder), today=day, locale=locale)
    return make_round(records, today=day, locale=locale)


def files_of(folder: str | PathLike[str] | Mapping[str, object]) -> dict[str, Any]:
    """Return name → content of a folder, a file or a mapping, in order of the names."""
    if isinstance(folder, Mapping):
        wrong = [name for name in folder if not isinstance(name, str)]
        if wrong:
            raise ArgumentError(f"'folder' must name its files by str, got {wrong[0]!r}")
        return {name: folder[name] for name in sorted(folder) if is_read(name)}
    if not isinstance(folder, str | os.PathLike):
        raise ArgumentError(
            f"'folder' must be a path or a mapping from names to content,"
            f" got {type(folder).__name__}"
        )
    path = Path(folder)
    try:
        found = sorted(path.iterdir()) if path.is_dir() else [path]
        inside = [file for file in found if file.is_dir() and _has_tables(file)]
    except OSError as error:
        raise IntakeError(
            f"'folder' must be a folder that can be read, got {str(folder)!r}: {error.strerror}"
        ) from None
    files = {file.name: _content(file) for file in found if file.is_file() and is_read(file.name)}
    return {**files, **{f"{file.name}/": None for file in inside}}


def is_read(name: str) -> bool:
    """Whether a round looks at a file: not at hidden ones, locks, and its own reports."""
    low = name.lower()
    return not (low.startswith((".", "~$", "report_")) or low.endswith(LEFT) or low in SYSTEM)


def _content(file: Path) -> bytes | OSError:
    """Return what is in a file, or why it cannot be read, as when it is open in Excel."""
    try:
        return file.read_bytes()
    except OSError as error:
        return error


def _has_tables(folder: Path) -> bool:
    """Whether a folder in the folder holds files that a round would read; not its copies."""
    if folder.name == COPIES or not is_read(folder.name):
        return False
    return any(file.suffix.lower() in TABLES - {""} for file in folder.iterdir())
