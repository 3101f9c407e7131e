"""The dates of exports: from pairs, or from the names of the files of a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from salesfunnel._core.errors import ArgumentError
from salesfunnel.fault import IntakeError

__all__ = ["DatedSource", "dated_sources"]

DatedSource = tuple[np.datetime64, Any, str]
"""Moment, source, and what it is called in faults."""

_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".json", ".parquet"}
_DAY = re.compile(r"(?<!\d)(\d{4})[-_. ]?(\d{2})[-_. ]?(\d{2})(?!\d)")
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_WEEK = re.compile(
    r"(?<!\w)(?:(\d{4})[-_ ]?W(\d{1,2})|W(\d{1,2})[-_ ]?(\d{4}))(?!\d)", re.IGNORECASE
)


def dated_sources(source: Any) -> list[DatedSource]:
    """Return the exports in the order of their dates.

    Parameters
    ----------
    source : path of a folder, mapping of date to source, or iterable of pairs of date and source

    Raises
    ------
    IntakeError
        If files have no date in their name, or two have the same.
    ArgumentError
        If it is none of these, or there are fewer than two.
    """
    folder = isinstance(source, str | Path)
    found = _of_folder(Path(source)) if folder else _of_pairs(source)
    found.sort(key=lambda item: item[0])
    alike = [
        (left[2], right[2]) for left, right in pairwise(found)
        if left[0] == right[0]
    ]  # fmt: skip
    if alike:
        names = "; ".join(f"{first} and {second}" for first, second in alike)
        raise IntakeError(
            f"'source' must have one export per date, got two alike: {names}",
            hint="give the time of day too, or leave one of them out",
        )
    if len(found) < 2:
        raise ArgumentError(
            f"'source' must hold at least two dated exports, got {len(found)}",
            hint="read_deals reads a single list",
        )
    return found


def _of_folder(folder: Path) -> list[DatedSource]:
    if not folder.is_dir():
        raise ArgumentError(
            f"'source' must be a folder of dated exports, got {str(folder)!r}",
            hint="read_deals reads a single file",
        )
    files = sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and path.suffix.lower() in _SUFFIXES
        and not path.name.startswith((".", "~"))
    )
    found: list[DatedSource] = []
    without: list[str] = []
    for path in files:
        day = date_in(path.stem)
        if day is None:
            without.append(path.name)
        else:
            found.append((np.datetime64(day, "us"), path, path.name))
    if without:
        raise IntakeError(
            f"'source' must have a date in the name of every file, got {', '.join(without)}",
            hint="2026-11-02, 20261102, 2026年11月2日 or 2026-W45; or pass (date, file) pairs",
        )
    return found


def date_in(name: str) -> date | None:
    """Return the one date in the name of a file; None if there is none, or several differ."""
    found = {
        day
        for pattern in (_DAY, _CHINESE)
        for match in pattern.finditer(name)
        if (day := _valid(*match.groups())) is not None
    }
    if not found:
        found = {
            day
            for match in _WEEK.finditer(name)
            if (day := _monday(match[1] or match[4], match[2] or match[3])) is not None
        }
    return found.pop() if len(found) == 1 else None


def _valid(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _monday(year: str, week: str) -> date | None:
    try:
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return None


def _of_pairs(source: object) -> list[DatedSource]:
    pairs = source.items() if isinstance(source, Mapping) else source
    if not isinstance(pairs, Iterable):
        raise ArgumentError(
            f"'source' must be a folder, or pairs of date and export, got {type(source).__name__}"
        )
    found: list[DatedSource] = []
    for place, pair in enumerate(pairs, 1):
        try:
            when, table = pair
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                f"item {place} of 'source' must be a pair of date and export, got {pair!r:.60}"
            ) from error
        name = Path(table).name if isinstance(table, str | Path) and len(str(table)) < 250 else ""
        label = name if name and "\n" not in str(table) else f"export {place}"
        found.append((_moment(when, place), table, label))
    return found


def _moment(value: Any, place: int) -> np.datetime64:
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise ArgumentError(f"the date of item {place} must be without a zone, got {value!r}")
    try:
        moment: np.datetime64 = np.datetime64(value, "us")
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"the date of item {place} must be a date, got {value!r}") from error
    if np.isnat(moment):
        raise ArgumentError(f"the date of item {place} must be a date, got {value!r}")
    return moment
