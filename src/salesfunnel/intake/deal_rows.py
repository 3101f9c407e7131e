"""Cells of a table of deals, read one by one, with every fault and its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np

from salesfunnel._typing import Severity
from salesfunnel._validators import nearest
from salesfunnel.errors import ArgumentError
from salesfunnel.fault import Fault
from salesfunnel.intake.deal_columns import WON, Deals
from salesfunnel.intake.grid import shown
from salesfunnel.intake.numbers import DecimalMark, clean, read_number
from salesfunnel.intake.times import AmbiguousTimeError, read_time

__all__ = ["Reader", "outcome_words", "zone_of"]

_NAT = np.datetime64("NaT", "us")
LOST = {
    *("lost", "loss", "closed lost", "closedlost", "lose", "failed", "cancelled", "canceled"),
    *("输单", "丢单", "流失", "失败", "已流失", "战败"),
}
OPEN_WORDS = {
    *("open", "in progress", "ongoing", "pending", "active", ""),
    *("进行中", "跟进中", "未结束", "打开", "在谈"),
}


def _fold(word: str) -> str:
    return clean(word).replace("_", " ").strip()


def outcome_words(found: Deals) -> dict[str, int]:
    """Return 0 open, 1 won, 2 lost by each known word, in lower case."""
    words = dict.fromkeys(OPEN_WORDS, 0)
    words.update({name: int(key == found.goal) for name, key in found.words.items()})
    words.update(dict.fromkeys(WON, 1))
    words.update(dict.fromkeys(LOST, 2))
    return words


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

    def note(
        self, code: str, *, severity: Severity = "info", value: str | None = None, **params: Any
    ) -> None:
        """Keep a finding on the whole table."""
        self.faults.append(Fault.of(code, severity=severity, value=value, **params))

    def fault(self, code: str, row: int, role: str, value: str, **params: Any) -> None:
        """Keep a fault of a cell."""
        at = self.found.roles.get(role, self.found.times.get(role))
        column = None if at is None else self.found.names[at]
        self.faults.append(
            Fault.of(code, severity="error", row=row, column=column, value=value[:80], **params)
        )

    def _cell(self, row: Sequence[Any], role: str) -> Any:
        at = self.found.roles.get(role)
        return row[at] if at is not None and at < len(row) else None

    def deal(self, row: Sequence[Any]) -> str:
        """Return the id of the deal of a row."""
        return shown(self._cell(row, "deal")).strip()

    def unique_deals(self, body: Sequence[Sequence[Any]]) -> list[int]:
        """Return the rows to keep: those with an id, the first of each."""
        first: dict[str, int] = {}
        kept = []
        for i, row in enumerate(body):
            deal = self.deal(row)
            if not deal:
                self.fault("deal-without-id", i + 1, "deal", "")
            elif deal in first:
                self.fault("deal-twice", i + 1, "deal", deal, first=first[deal] + 1)
            else:
                first[deal] = i
                kept.append(i)
        return kept

    def local(self, moment: datetime) -> np.datetime64:
        """Return a moment in the zone of the funnel, without its zone."""
        if moment.tzinfo is not None:
            moment = moment.astimezone(self.zone).replace(tzinfo=None)
        return np.datetime64(moment, "us")

    def times(self, rows: Sequence[Sequence[Any]], numbers: Sequence[int], at: int | None) -> Any:
        """Return the times of a column, NaT where empty or not understood (a fault)."""
        times = np.full(len(rows), _NAT)
        if at is None:
            return times
        for i, (row, number) in enumerate(zip(rows, numbers, strict=True)):
            cell = row[at] if at < len(row) else None
            moment = self._time(cell, number, at)
            if moment is not None:
                times[i] = self.local(moment)
        return times

    def _time(self, cell: Any, number: int, at: int) -> datetime | None:
        code = "time-not-understood"
        try:
            moment = read_time(cell, dayfirst=self.dayfirst)
        except AmbiguousTimeError:
            code = "time-ambiguous"
        except ValueError:
            pass
        else:
            if moment is not None:
                self._mixed(moment, number, at)
            return moment
        column = self.found.names[at]
        self.faults.append(
            Fault.of(code, severity="error", row=number, column=column, value=shown(cell)[:80])
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
        """Return the amount of a row."""
        cell = self._cell(row, "value")
        if cell is None or cell != cell:  # noqa: PLR0124 - NaN is missing
            return None
        written = read_number(cell, decimal=self.decimal)
        if written.fault is not None:
            self.fault("amount-not-understood", number, "value", shown(cell))
            return None
        return None if written.value is None else float(written.value)

    def values(self, rows: Sequence[Sequence[Any]], numbers: Sequence[int]) -> Any:
        """Return the amounts of all rows, NaN where unknown."""
        amounts = [self.value(row, number) for row, number in zip(rows, numbers, strict=True)]
        return np.array([np.nan if a is None else a for a in amounts], dtype=np.float64)

    def stage(self, row: Sequence[Any], number: int) -> str | None:
        """Return the key of the stage of a change, ``"lost"`` for a loss; None is a fault."""
        word = shown(self._cell(row, "stage")).strip()
        folded = _fold(word)
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
