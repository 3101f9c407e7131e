"""The months of a folder: each sheet read, its period known, all of them one sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

import attrs

from salesfunnel._core.errors import DataError, SalesFunnelError
from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.i18n import text
from salesfunnel.intake.cells.read_period import month_inside
from salesfunnel.intake.files.source import load
from salesfunnel.intake.rounds.one_funnel import common_funnel, is_copy, of_one_funnel
from salesfunnel.intake.sheet.reader import read_table
from salesfunnel.rounds import Round

__all__ = ["SheetReader", "joined", "unread"]

OWN = {text("sheet.title", locale) for locale in LOCALES}
"""Names of the worksheet that a team fills in, in the workbooks of the round."""
ABSENT = "step-absent"
"""Told of a sheet that lacks a step; no news where the sheet of another department has it."""
_QUIET = {"sheet-not-read", "sheet-hidden", "template-inferred"}
"""Faults of a reading that are no news in a folder."""


class SheetReader:
    """Reads the sheets of a folder, each of them once for each funnel.

    Parameters
    ----------
    today : datetime.date
        The day of the round.

    Attributes
    ----------
    earlier : list of Round
        The records of earlier rounds: a sheet that says no month and has the figures of one of them
        is the sheet of that month still.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.earlier: list[Round] = []
        self._read: dict[tuple[str, int], tuple[Funnel | None, Tracking, list[Fault]]] = {}

    def read(
        self, name: str, content: object, funnel: Funnel | None, faults: list[Fault]
    ) -> Tracking:
        """Return a sheet; a month that it does not say is that of its file, or the last one over.

        Raises
        ------
        SalesFunnelError
            If it is no sheet.
        """
        key = (name, id(funnel))
        if key not in self._read:
            told: list[Fault] = []
            self._read[key] = (funnel, self._fresh(name, content, funnel, told), told)
        _, found, told = self._read[key]
        faults += told
        return found

    def _fresh(
        self, name: str, content: object, funnel: Funnel | None, faults: list[Fault]
    ) -> Tracking:
        if isinstance(content, Tracking):
            return content
        own = _own_sheet(content)
        found = read_table(content, funnel=funnel, sheet=own)
        if any(row.period == ALL for row in found.rows):
            month = month_inside(PurePath(name).stem) or self._judged_before(found)
            if month is None:
                month, day = _last_month(self.today), self.today.isoformat()
                faults.append(Fault.of("round-month-assumed", file=name, value=month, today=day))
            found = read_table(content, funnel=funnel, sheet=own, period=month)
        if not found.rows:
            raise DataError(f"{name!r} must have rows, got none")
        faults += [
            attrs.evolve(fault, file=name if fault.file is None else f"{name}, {fault.file}")
            for fault in found.faults
            if fault.code not in _QUIET and (fault.severity != "info" or own is None)
        ]
        return found

    def _judged_before(self, sheet: Tracking) -> str | None:
        """Return the month in which an earlier round judged these figures."""
        mine = Counter((row.metric, row.actual) for row in sheet.rows if row.actual is not None)
        for one in self.earlier:
            judged = Counter((row.metric, row.actual) for row in one.actuals.rows)
            if mine and mine <= judged and one.today < self.today:
                return one.period
        return None


def unread(name: str, error: Exception) -> Fault:
    """Return the fault of a file that could not be read."""
    return Fault.of(
        "round-file-unread",
        severity="error",
        file=name,
        why=str(getattr(error, "message", error)).split("\n  - ")[0].replace("'source'", "'file'"),
        hint=getattr(error, "hint", None) or "save it again as .xlsx or CSV, or take it away",
    )


def _own_sheet(content: object) -> str | None:
    """Return the worksheet that the round made, None for any other source."""
    if not isinstance(content, bytes) or not content.startswith(b"PK"):
        return None
    names = [grid.name for grid in load(content).grids]
    return next((one for one in names if one in OWN), None) if len(names) > 1 else None


def _last_month(today: date) -> str:
    """Return the last month that is over on a day, its last day included."""
    tomorrow = today + timedelta(days=1)
    return (tomorrow.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def joined(
    sheets: Mapping[str, Any],
    funnel: Funnel | None,
    reader: SheetReader,
    faults: list[Fault],
    *,
    period: str | None = None,
    given: bool = False,
) -> Tracking | None:
    """Return all months as one sheet, None if there is none.

    A row that stands in two files with the same figures counts once; with others, that of the file
    named after its period counts, and an error names both. Of sheets without `period`, only errors
    are told: what was suspicious in them was told in their own round. Unless the funnel is `given`
    by a file of its own, sheets of another one are left out.

    Raises
    ------
    IntakeError
        If the sheets of two funnels have as much to say as each other.
    """
    names = sorted(sheets, key=_first)
    if funnel is None:
        funnel = common_funnel(sheets, names, reader)
    names = names if given else of_one_funnel(sheets, names, funnel, reader, faults)
    rows: dict[tuple[str, ...], TrackingRow] = {}
    places: dict[tuple[str, ...], str] = {}
    found: Tracking | None = None
    differing: dict[tuple[str, str, str], list[str]] = {}
    for name in names:
        told: list[Fault] = []
        try:
            one = reader.read(name, sheets[name], funnel, told)
        except SalesFunnelError as error:
            faults.append(unread(name, error))
            continue
        if found is not None and not _fits(found.funnel, one.funnel):
            faults.append(
                Fault.of("round-other-funnel", severity="error", file=name,
                         value=one.funnel.key, known=found.funnel.key)
            )  # fmt: skip
            continue
        found = one if found is None else found
        old = period is not None and period not in one.periods
        faults += [fault for fault in told if fault.severity == "error" or not old]
        chain = set(found.funnel.level_keys("step"))
        for row in one.rows:
            stage = "" if row.metric in chain else row.stage
            key = (row.period, row.segment, stage, row.metric)
            if key not in rows:
                rows[key], places[key] = row, name
            elif (row.actual, row.target) != (rows[key].actual, rows[key].target):
                rows[key] = _fuller(rows[key], row, differing, (row.period, places[key], name))
    for (label, first, second), metrics in differing.items():
        faults.append(
            Fault.of("round-months-differ", severity="error", file=second, period=label,
                     first=first, value=", ".join(dict.fromkeys(metrics))[:200])
        )  # fmt: skip
    if found is None:
        return None
    there = {found.funnel.metric(row.metric).label for row in rows.values() if row.metric in chain}
    faults[:] = [f for f in faults if f.code != ABSENT or dict(f.params).get("metric") not in there]
    return Tracking(rows=rows.values(), funnel=found.funnel)


def _first(name: str) -> tuple[bool, bool, str]:
    """Return the order in which sheets count: those named after their month first, copies last."""
    return month_inside(PurePath(name).stem) is None, is_copy(name), name


def _fuller(
    old: TrackingRow,
    new: TrackingRow,
    differing: dict[tuple[str, str, str], list[str]],
    place: tuple[str, str, str],
) -> TrackingRow:
    """Return a row with what one of two files says; the first where both say something else."""
    pairs = [(old.actual, new.actual), (old.target, new.target)]
    if any(a is not None and b is not None and a != b for a, b in pairs):
        differing.setdefault(place, []).append(new.metric_name or new.metric)
    return old.replace(
        actual=new.actual if old.actual is None else old.actual,
        target=new.target if old.target is None else old.target,
    )


def _fits(one: Funnel, other: Funnel) -> bool:
    a, b = ([(s.key, tuple(m.key for m in s.metrics)) for s in funnel] for funnel in (one, other))
    return a == b
