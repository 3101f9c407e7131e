"""Cells of a table of deals, read one by one, with every fault and its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np

from salesfunnel._core.checks import MOST_COUNT, nearest
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import Severity
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import (
    AmbiguousTimeError,
    NumberAsTimeError,
    day_order,
    is_missing,
    read_time,
)
from salesfunnel.intake.deals.columns import WON, Deals, folded_word
from salesfunnel.intake.files.grid import shown

__all__ = ["Reader", "moment_of", "outcome_words", "word_of", "zone_of"]

_NAT = np.datetime64("NaT", "us")
_NOTHING = int(_NAT.astype(np.int64))
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - times are local ones
LOST = {
    *("lost", "loss", "closed lost", "closedlost", "lose", "failed", "cancelled", "canceled"),
    *("输单", "已输单", "丢单", "已丢单", "流失", "失败", "已流失", "战败", "已战败"),
}
OPEN_WORDS = {
    *("open", "in progress", "ongoing", "pending", "active", ""),
    *("进行中", "跟进中", "未结束", "打开", "在谈"),
}


def outcome_words(found: Deals) -> dict[str, int]:
    """Return 0 open, 1 won, 2 lost by each known word, folded."""
    words = dict.fromkeys(OPEN_WORDS, 0)
    words.update({name: int(key == found.goal) for name, key in found.words.items()})
    words.update(dict.fromkeys(WON, 1))
    words.update(dict.fromkeys(LOST, 2))
    return words


def word_of(cell: Any) -> str:
    """Return a cell as text, nothing where it is missing."""
    if type(cell) is str:
        return cell.strip()
    return "" if is_missing(cell) else shown(cell).strip()


def moment_of(as_of: Any, zone: Any) -> Any:
    """Return the moment of the data in the zone of the funnel; None stays None."""
    if as_of is None:
        return None
    try:
        moment = read_time(as_of)
    except ValueError as error:
        raise ArgumentError(
            f"'as_of' must be a moment, got {as_of!r}", hint="such as '2026-10-05'"
        ) from error
    if moment is None:
        raise ArgumentError(f"'as_of' must be a moment, got {as_of!r}")
    return np.datetime64(_tick(moment, zone), "us")


def _tick(moment: datetime, zone: Any) -> int:
    """Return the microseconds since 1970 of a moment as the clocks of the zone show it."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    length = moment - _EPOCH
    return (length.days * 86400 + length.seconds) * 10**6 + length.microseconds


class Reader:
    """Reads cells, and keeps what it could not read."""

    def __init__(
        self, found: Deals, *, tz: str | None, decimal: DecimalMark | None, dayfirst: bool | None
    ) -> None:
        self.found = found
        self.decimal: DecimalMark | None = decimal
        self.dayfirst = dayfirst
        self.zone: Any = timezone.utc
        self.faults: list[Fault] = []
        self._kinds: dict[bool, tuple[int, str]] = {}
        if tz is not None:
            self.zone = zone_of(tz)
        for key in found.absent:
            self.note("stage-absent", value=key)
        if found.inferred:
            self.note("stages-inferred", value=", ".join(found.stages))
        for name in found.twice:
            self.faults.append(Fault.of("header-twice", column=name))

    def note(self, code: str, *, severity: Severity = "info", **options: Any) -> None:
        """Keep a finding on the whole table, or on many rows of it."""
        self.faults.append(Fault.of(code, severity=severity, **options))

    def column_of(self, role: str) -> str | None:
        """Return the name of the column of a role or stage."""
        at = self.found.roles.get(role, self.found.times.get(role))
        return None if at is None else self.found.names[at]

    def fault(self, code: str, row: int, role: str, value: str, **params: Any) -> None:
        """Keep a fault of a cell."""
        options: dict[str, Any] = {"severity": "error", **params}
        self.faults.append(
            Fault.of(code, row=row, column=self.column_of(role), value=value[:80], **options)
        )

    def _cell(self, row: Sequence[Any], role: str) -> Any:
        at = self.found.roles.get(role)
        return row[at] if at is not None and at < len(row) else None

    def deal(self, row: Sequence[Any]) -> str:
        """Return the id of the deal of a row."""
        return word_of(self._cell(row, "deal"))

    def filled(self, rows: Sequence[Sequence[Any]]) -> list[tuple[int, Sequence[Any]]]:
        """Return the rows in which anything stands, each with its number from 1.

        What stands beyond the header belongs to no column: a fault, for it tells of a mark that
        parts one cell in two.
        """
        body = []
        width = len(self.found.names)
        for number, row in enumerate(rows, 1):
            if any(map(word_of, row)):
                body.append((number, row))
                beyond = [word for word in map(word_of, row[width:]) if word]
                if beyond:
                    self.note(
                        "cells-beyond-header",
                        severity="warning",
                        row=number,
                        value=" ".join(beyond)[:80],
                    )
        return body

    def unique_deals(
        self, body: Sequence[tuple[int, Sequence[Any]]]
    ) -> list[tuple[int, Sequence[Any]]]:
        """Return the rows to keep: those with an id, the first of each."""
        first: dict[str, int] = {}
        kept = []
        for number, row in body:
            deal = self.deal(row)
            if not deal:
                self.fault("deal-without-id", number, "deal", "")
            elif deal in first:
                self.fault("deal-twice", number, "deal", deal, first=first[deal])
            else:
                first[deal] = number
                kept.append((number, row))
        return kept

    def times(self, body: Sequence[tuple[int, Sequence[Any]]], at: int | None) -> Any:
        """Return the times of a column, NaT where empty or not understood (a fault)."""
        if at is None:
            return np.full(len(body), _NAT)
        before = len(self.faults)
        ticks = []
        for number, row in body:
            cell = row[at] if at < len(row) else None
            moment = None if cell is None else self._time(cell, number, at)
            ticks.append(_NOTHING if moment is None else _tick(moment, self.zone))
        times = np.array(ticks, dtype=np.int64).view("datetime64[us]")
        self._order(body, at, [one for one in self.faults[before:] if one.code == "time-ambiguous"])
        return times

    def _order(
        self, body: Sequence[tuple[int, Sequence[Any]]], at: int, doubts: list[Fault]
    ) -> None:
        """Tell which time settles the order of day and month, where others of the column do not."""
        order = day_order(row[at] for _, row in body if at < len(row)) if doubts else None
        if order is not None:
            code = "times-day-first" if order[0] else "times-month-first"
            column, value = self.found.names[at], shown(order[1])[:80]
            self.note(code, severity="warning", column=column, value=value, times=len(doubts))

    def _time(self, cell: Any, number: int, at: int) -> datetime | None:
        code, params = "time-not-understood", {}
        try:
            moment = read_time(cell, dayfirst=self.dayfirst)
        except AmbiguousTimeError:
            code = "time-ambiguous"
        except NumberAsTimeError as error:
            code, params = "time-is-number", {"reading": f"{error.reading:%Y-%m-%d}"}
        except ValueError:
            pass
        else:
            if moment is not None:
                self._mixed(moment, number, at)
            return moment
        column, value = self.found.names[at], shown(cell)[:80]
        self.faults.append(
            Fault.of(code, severity="error", row=number, column=column, value=value, **params)
        )
        return None

    def _mixed(self, moment: datetime, number: int, at: int) -> None:
        """Report the first time that has a zone where others have none, or the reverse."""
        aware = moment.tzinfo is not None
        if aware not in self._kinds:
            self._kinds[aware] = (number, self.found.names[at])
            if len(self._kinds) == 2:
                self.faults.append(
                    Fault.of(
                        "zones-mixed",
                        severity="error",
                        row=number,
                        column=self.found.names[at],
                        value=str(moment),
                    )
                )

    def value(self, row: Sequence[Any], number: int) -> float | None:
        """Return the amount of a row; a negative one is kept, with a warning."""
        cell = self._cell(row, "value")
        if is_missing(cell):
            return None
        if type(cell) in {int, float} and 0 <= cell < MOST_COUNT:
            return float(cell)
        written = read_number(cell, decimal=self.decimal)
        if written.value is None and written.fault is None:
            return None
        if written.value is None or written.fault or written.unit not in {None, "currency"}:
            self.fault("amount-not-understood", number, "value", shown(cell))
            return None
        if written.value < 0:
            self.fault("amount-negative", number, "value", shown(cell), severity="warning")
        return float(written.value)

    def values(self, body: Sequence[tuple[int, Sequence[Any]]]) -> Any:
        """Return the amounts of all rows, NaN where unknown."""
        amounts = [self.value(row, number) for number, row in body]
        return np.array([np.nan if a is None else a for a in amounts], dtype=np.float64)

    def stage(self, row: Sequence[Any], number: int) -> str | None:
        """Return the key of the stage of a change, ``"lost"`` for a loss; None is a fault."""
        word = word_of(self._cell(row, "stage"))
        folded = folded_word(word)
        key = self.found.words.get(folded)
        if key is not None:
            return key
        if folded in LOST:
            return "lost"
        if folded in WON:
            return self.found.goal
        close = nearest(folded, self.found.words) or ""
        self.fault("unknown-stage-of-deal", number, "stage", word, nearest=close)
        return None


def zone_of(tz: str) -> Any:
    """Return a time zone by its name; raise ArgumentError where there is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ArgumentError(
            f"'tz' must be the name of a time zone, got {tz!r}",
            hint='such as "Asia/Shanghai"; on systems without zones: pip install'
            ' "salesfunnel[timezones]"',
        ) from error
