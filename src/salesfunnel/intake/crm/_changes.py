"""Stage changes gathered from the records of a CRM, with the faults met on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import check_known, nearest
from salesfunnel._core.errors import ArgumentError, DefinitionError
from salesfunnel._core.vocabulary import Severity
from salesfunnel.data.history import StageHistory, history_from_changes
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import (
    AmbiguousTimeError,
    NumberAsTimeError,
    is_missing,
    read_time,
)
from salesfunnel.intake.crm._records import label_of, records_of, text_of
from salesfunnel.intake.crm._stages import Stages
from salesfunnel.intake.deals.cells import moment_of, zone_of

__all__ = ["LOST", "WON", "Changes"]

LOST, WON = "lost", "won"


@attrs.define(kw_only=True)
class Changes:
    """Stage changes gathered from records.

    Parameters
    ----------
    stages : Stages
        The stages in order.
    tz : str, optional
        Zone of the funnel; UTC by default.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April.
    funnel : Funnel, optional
        The funnel of the stages.
    """

    stages: Stages
    tz: str | None = None
    dayfirst: bool | None = None
    funnel: Funnel | None = None
    rows: list[tuple[str, str, Any]] = attrs.field(factory=list)
    created: dict[str, Any] = attrs.field(factory=dict)
    value: dict[str, float] = attrs.field(factory=dict)
    attributes: dict[str, dict[str, str]] = attrs.field(factory=dict)
    faults: list[Fault] = attrs.field(factory=list)
    seen: dict[str, int] = attrs.field(factory=dict)
    dropped: set[str] = attrs.field(factory=set)
    zone: Any = None

    def __attrs_post_init__(self) -> None:
        self.zone = timezone.utc if self.tz is None else zone_of(self.tz)
        if not self.stages.ids:
            raise ArgumentError(
                "'stages' must hold the ids of the stages in order, got none",
                hint="give stages= the ids, or what the CRM returns when asked for its stages",
            )
        if self.stages.won is not None:
            check_known("won", self.stages.won, self.stages.ids)

    def records(self, source: Any, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield records with their number from 1; what is no record is a fault."""
        for row, record in enumerate(records_of(source, name=name), 1):
            if record is None:
                self.fault("record-not-understood", row, name, "")
            else:
                yield row, record

    def deal(self, deal: str, row: int, field: str) -> bool:
        """Return whether the record of a deal is its first; one that has no id is a fault."""
        if not deal:
            self.fault("deal-without-id", row, field, "")
        elif deal in self.seen:
            self.fault("deal-twice", row, field, deal, first=self.seen[deal])
        else:
            self.seen[deal] = row
            return True
        return False

    def drop(self, deal: str) -> None:
        """Leave out a deal that the CRM says is deleted."""
        self.dropped.add(deal)

    def orphans(self, past: Mapping[str, Sequence[Any]], name: str) -> None:
        """Tell of changes whose deals are not among the records."""
        if past:
            ids = sorted(past)
            changes = sum(map(len, past.values()))
            self.faults.append(
                Fault.of(
                    "changes-of-no-deal",
                    severity="warning",
                    column=name,
                    value=", ".join(ids[:10])[:80],
                    changes=changes,
                    deals=len(ids),
                )
            )

    def moment(self, value: Any, row: int, field: str) -> Any:
        """Return a moment in the funnel's zone; CRMs write UTC. None is missing, or a fault."""
        if value is False or is_missing(value) or value == "":
            return None
        params: dict[str, Any] = {}
        try:
            found = _moment(value, self.dayfirst)
            if found is None:
                return None
            if found.tzinfo is None:
                found = found.replace(tzinfo=timezone.utc)
            return np.datetime64(found.astimezone(self.zone).replace(tzinfo=None), "us")
        except AmbiguousTimeError:
            code = "time-ambiguous"
        except NumberAsTimeError as error:
            code, params = "time-is-number", {"reading": f"{error.reading:%Y-%m-%d}"}
        except (ValueError, TypeError, OverflowError, OSError):
            code = "time-not-understood"
        self.fault(code, row, field, value, **params)
        return None

    def fault(
        self,
        code: str,
        row: int,
        field: str,
        value: Any,
        *,
        severity: Severity = "error",
        **params: Any,
    ) -> None:
        """Keep a fault of a field of a record (counted from 1)."""
        shown_value = text_of(value)[:80]
        self.faults.append(
            Fault.of(code, severity=severity, row=row, column=field, value=shown_value, **params)
        )

    def enter(self, deal: str, stage: str, when: Any, row: int, field: str) -> None:
        """Keep that a deal entered a stage; an unknown stage or a missing deal is a fault."""
        stage = self.stage(stage)
        if not deal:
            self.fault("deal-without-id", row, field, "")
        elif stage not in self.stages.ids and stage not in self.stages.lost:
            close = nearest(stage, (*self.stages.ids, *self.stages.lost, *self.stages.names)) or ""
            self.fault("unknown-stage-of-deal", row, field, stage, nearest=close)
        elif when is None:
            self.fault("change-without-time", row, field, stage)
        else:
            self.rows.append((deal, stage, when))

    def stage(self, stage: str) -> str:
        """Return the id of a stage by its id or name."""
        known = stage in self.stages.ids or stage in self.stages.lost
        return stage if known else self.stages.names.get(stage, stage)

    def describe(
        self, deal: str, record: Mapping[str, Any], fields: Mapping[str, str], row: int, amount: str
    ) -> None:
        """Keep amount and attributes of a deal: name of the attribute → field of the record."""
        cell = record.get(amount)
        written = read_number(text_of(cell))
        if written.fault is not None or written.unit not in {None, "currency"}:
            self.fault("amount-not-understood", row, amount, cell)
        elif written.value is not None:
            self.value[deal] = float(written.value)
            if written.value < 0:
                self.fault("amount-negative", row, amount, cell, severity="warning")
        for name, field in fields.items():
            value = record.get(field)
            for column, word in ((name, text_of(value)), (f"{name}_name", label_of(value))):
                if word:
                    self.attributes.setdefault(column, {})[deal] = word

    def history(self, as_of: Any) -> StageHistory:
        """Return the history; raise IntakeError with every fault where nothing could be read."""
        moment = moment_of(as_of, self.zone)
        told = {fault.row for fault in self.faults}
        moved = {deal for deal, _, _ in self.rows}
        for deal, row in self.seen.items():
            if deal not in moved and row not in told and deal not in self.dropped:
                self.fault("deal-without-stage", row, "stage", deal)
        if self.dropped:
            self.faults.append(Fault.of("deals-deleted", severity="info", deals=len(self.dropped)))
        if not self.rows:
            raise IntakeError("'records' must hold a stage change, got none", self.faults)
        if moment is None:
            moment = max(when for _, _, when in self.rows)
            self.faults.append(Fault.of("as-of-assumed", severity="info", day=str(moment)[:19]))
        rows = [row for row in self.rows if row[2] <= moment]
        if len(rows) < len(self.rows):
            later, day = len(self.rows) - len(rows), str(moment)[:10]
            gone = len(moved - {deal for deal, _, _ in rows})
            self.faults.append(
                Fault.of("after-as-of", severity="info", times=later, deals=gone, day=day)
            )
        self._never_entered(rows)
        return history_from_changes(
            [row[0] for row in rows],
            [row[1] for row in rows],
            np.array([row[2] for row in rows], dtype="M8[us]"),
            stages=self.stages.ids,
            as_of=moment,
            won=self.stages.won,
            lost=self.stages.lost,
            created=self.created or None,
            value=self.value or None,
            attributes=self.attributes,
            funnel=self._named(),
            faults=self.faults,
        )

    def _named(self) -> Funnel | None:
        """Return the funnel that names the stages: the given one, or that of the CRM's names."""
        if self.funnel is not None:
            return self.funnel if self.funnel.keys == self.stages.ids else None
        labels: dict[str, str] = {}
        for name, stage in self.stages.names.items():
            labels.setdefault(stage, name)
        if not labels:
            return None
        try:
            stages = [Stage(key, labels.get(key, "")) for key in self.stages.ids]
            return Funnel("crm", stages, name="CRM")
        except DefinitionError:  # two stages of one name: their ids tell them apart
            return None

    def _never_entered(self, rows: Sequence[tuple[str, str, Any]]) -> None:
        """Tell of stages that no deal ever entered, such as those of a pipeline not in use."""
        entered = {stage for _, stage, _ in rows}
        never = [stage for stage in self.stages.ids[:-1] if stage not in entered]
        if never:
            value = ", ".join(never)[:200]
            self.faults.append(
                Fault.of("stages-never-entered", severity="info", column="stages", value=value)
            )


def _moment(value: Any, dayfirst: bool | None) -> datetime | None:
    """Return ISO text, a datetime, or milliseconds since 1970 as a datetime."""
    if isinstance(value, np.generic) and value.dtype.kind in "iuf":
        value = value.item()
    if isinstance(value, bool):
        raise TypeError(value)
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, int | float) or (text.isascii() and text.isdigit() and len(text) >= 12):
        return datetime.fromtimestamp(int(value) / 1000, timezone.utc)
    return read_time(value, dayfirst=dayfirst)
