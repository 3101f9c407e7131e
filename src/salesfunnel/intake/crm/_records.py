"""What all CRM readers share: records, moments, and the way to a stage history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import attrs
import numpy as np

from salesfunnel._frozen import as_tuple
from salesfunnel._validators import nearest
from salesfunnel.errors import ArgumentError, IntakeError
from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory, history_from_changes
from salesfunnel.intake.deal_rows import zone_of
from salesfunnel.intake.grid import shown
from salesfunnel.intake.source import load
from salesfunnel.intake.times import read_time

__all__ = ["LOST", "WON", "Changes", "flag", "records_of", "stage_ids", "text_of"]

LOST, WON = "lost", "won"


def records_of(source: Any, *, name: str) -> list[dict[str, Any]]:
    """Return records as dicts: from dicts, client objects, a CSV path or text, a dataframe.

    An object of a vendor's client is asked for ``to_dict()``. A response with a key ``records``,
    ``results``, ``data`` or ``items`` gives what is under it.

    Raises
    ------
    ArgumentError
        If it holds something that is no record.
    IntakeError
        If there is no table of records.
    """
    if isinstance(source, Mapping):
        for key in ("records", "results", "data", "items"):
            if isinstance(source.get(key), list | tuple):
                return records_of(source[key], name=name)
    elif hasattr(source, "results"):
        return records_of(source.results, name=name)
    if isinstance(source, list | tuple):
        found = [_dict(item, name) for item in source]
        if not found:
            raise IntakeError(f"{name!r} must hold records, got none")
        return found
    rows = load(source).grids[0].rows
    heads = [shown(cell).strip() for cell in rows[0]] if rows else []
    return [dict(zip(heads, row, strict=False)) for row in rows[1:]]


def _dict(item: Any, name: str) -> dict[str, Any]:
    if isinstance(item, Mapping):
        return dict(item)
    if hasattr(item, "to_dict"):
        return dict(item.to_dict())
    raise ArgumentError(f"{name!r} must hold records, got {type(item).__name__}")


def text_of(value: Any) -> str:
    """Return a value as text: the id of a many2one pair, nothing for None and False."""
    if value is None or value is False:
        return ""
    if isinstance(value, list | tuple):
        return text_of(value[0]) if value else ""
    if isinstance(value, Mapping):
        return text_of(value.get("id", value.get("value")))
    if value != value:  # noqa: PLR0124 - NaN is missing
        return ""
    return shown(value).strip()


def flag(value: Any) -> bool | None:
    """Return a truth value as CRMs write it; None where it is missing."""
    word = str(value).strip().casefold()
    if word in {"true", "1", "yes"}:
        return True
    return False if word in {"false", "0", "no"} else None


@attrs.define(kw_only=True)
class Changes:
    """Stage changes gathered from records, with the faults met on the way.

    Parameters
    ----------
    stages : sequence of str
        Ids of the stages in order.
    lost : sequence of str
        Ids that mean lost.
    won : str, optional
        Id of the stage that means won; the last one by default.
    tz : str, optional
        Zone of the funnel; UTC by default.
    funnel : Funnel, optional
        The funnel of the stages.
    names : mapping of str to str
        Other names of stages, to their ids.
    """

    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    lost: tuple[str, ...] = attrs.field(converter=as_tuple)
    won: str | None = None
    tz: str | None = None
    funnel: Funnel | None = None
    names: dict[str, str] = attrs.field(factory=dict)
    rows: list[tuple[str, str, Any]] = attrs.field(factory=list)
    created: dict[str, Any] = attrs.field(factory=dict)
    value: dict[str, float] = attrs.field(factory=dict)
    attributes: dict[str, dict[str, str]] = attrs.field(factory=dict)
    faults: list[Fault] = attrs.field(factory=list)
    zone: Any = None

    def __attrs_post_init__(self) -> None:
        self.zone = timezone.utc if self.tz is None else zone_of(self.tz)
        if not self.stages:
            raise ArgumentError("'stages' must hold the ids of the stages in order, got none")

    def moment(self, value: Any, row: int, field: str) -> Any:
        """Return a moment in the funnel's zone; CRMs write UTC. None is missing, or a fault."""
        if value is None or value is False or value == "":
            return None
        try:
            found = _moment(value)
        except (ValueError, OverflowError, OSError):
            self.fault("time-not-understood", row, field, value)
            return None
        if found is None:
            return None
        if found.tzinfo is None:
            found = found.replace(tzinfo=timezone.utc)
        return np.datetime64(found.astimezone(self.zone).replace(tzinfo=None), "us")

    def fault(self, code: str, row: int, field: str, value: Any, **params: Any) -> None:
        """Keep a fault of a field of a record (counted from 1)."""
        shown_value = text_of(value)[:80]
        self.faults.append(
            Fault.of(code, severity="error", row=row, column=field, value=shown_value, **params)
        )

    def enter(self, deal: str, stage: str, when: Any, row: int, field: str) -> None:
        """Keep that a deal entered a stage; an unknown stage or a missing deal is a fault."""
        stage = self.names.get(stage, stage)
        if not deal:
            self.fault("deal-without-id", row, field, "")
        elif stage not in self.stages and stage not in self.lost:
            close = nearest(stage, (*self.stages, *self.lost)) or ""
            self.fault("unknown-stage-of-deal", row, field, stage, nearest=close)
        elif when is None:
            self.fault("change-without-time", row, field, stage)
        else:
            self.rows.append((deal, stage, when))

    def describe(
        self, deal: str, record: Mapping[str, Any], fields: Mapping[str, str], row: int, amount: str
    ) -> None:
        """Keep amount and attributes of a deal: name of the attribute → field of the record."""
        written = text_of(record.get(amount))
        if written:
            try:
                self.value[deal] = float(written.replace(",", ""))
            except ValueError:
                self.fault("amount-not-understood", row, amount, written)
        for name, field in fields.items():
            word = text_of(record.get(field))
            if word:
                self.attributes.setdefault(name, {})[deal] = word

    def history(self, as_of: Any) -> StageHistory:
        """Return the history; raise IntakeError with every fault where nothing could be read."""
        if not self.rows:
            raise IntakeError("'records' must hold a stage change, got none", self.faults)
        if as_of is None:
            moment = max(when for _, _, when in self.rows)
            self.faults.append(Fault.of("as-of-assumed", severity="info", day=str(moment)[:19]))
        else:
            moment = np.datetime64(read_time(as_of) if isinstance(as_of, str) else as_of, "us")
        rows = [row for row in self.rows if row[2] <= moment]
        if len(rows) < len(self.rows):
            later, day = len(self.rows) - len(rows), str(moment)[:10]
            self.faults.append(Fault.of("after-as-of", severity="info", times=later, day=day))
        return history_from_changes(
            [row[0] for row in rows],
            [row[1] for row in rows],
            np.array([row[2] for row in rows], dtype="M8[us]"),
            stages=self.stages,
            as_of=moment,
            won=self.won,
            lost=self.lost,
            created=self.created or None,
            value=self.value or None,
            attributes=self.attributes,
            funnel=self.funnel,
            faults=self.faults,
        )


def _moment(value: Any) -> datetime | None:
    """Return ISO text, a datetime, or milliseconds since 1970 as a datetime."""
    text = value if isinstance(value, str) else ""
    if isinstance(value, int | float) or (text.isascii() and text.isdigit() and len(text) >= 12):
        return datetime.fromtimestamp(int(value) / 1000, timezone.utc)
    return read_time(value)


def stage_ids(
    stages: Iterable[Any] | None, funnel: Funnel | None, default: Sequence[str] = ()
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the ids of stages in order, and their other names.

    `stages` are ids, or records with ``id`` and ``name`` or ``label``.
    """
    names: dict[str, str] = {}
    if stages is not None:
        ids = []
        for stage in stages:
            key = text_of(stage)
            if isinstance(stage, Mapping):
                name = text_of(stage.get("name")) or text_of(stage.get("label"))
                names.update({name: key} if name else {})
            ids.append(key)
        return tuple(ids), names
    if funnel is not None:
        for stage in funnel:
            names.update({name: stage.key for name in (*stage.aliases, stage.name) if name})
        return funnel.keys, names
    return tuple(default), names
