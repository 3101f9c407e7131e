"""Stage changes gathered from the records of a CRM, with the faults met on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.crm._attributes import Attributes
from salesfunnel.intake.crm._cells import Cells
from salesfunnel.intake.crm._pages import Pages
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._stages import Stages

__all__ = ["FIRST", "LOST", "WON", "Changes"]

LOST, WON = "lost", "won"
FIRST = "\0first"
"""Stands for the first stage until the order of the stages is known."""
_SHOWN = 10


@attrs.define(kw_only=True)
class Changes(Cells):
    """Stage changes, amounts and attributes of deals, gathered from records.

    Parameters
    ----------
    stages : Stages
        The stages in order.
    attributes : Attributes
        Collects the attributes.
    funnel : Funnel, optional
        The funnel of the stages.
    tz, dayfirst, local
        As in `Cells`.
    """

    stages: Stages
    attributes: Attributes
    funnel: Funnel | None = None
    rows: list[tuple[str, str, Any]] = attrs.field(factory=list)
    created: dict[str, Any] = attrs.field(factory=dict)
    value: dict[str, float] = attrs.field(factory=dict)
    ledger: list[tuple[str, str, Any, Any]] = attrs.field(factory=list)
    seen: dict[str, int] = attrs.field(factory=dict)
    dropped: dict[str, str] = attrs.field(factory=dict)
    unknown: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    foreign: dict[str, None] = attrs.field(factory=dict)
    timeless: dict[str, str] = attrs.field(factory=dict)
    endless: dict[str, int] = attrs.field(factory=dict)
    chances: dict[str, list[float]] = attrs.field(factory=dict)
    ends: dict[str, tuple[Any, str]] = attrs.field(factory=dict)
    expected: dict[str, Any] = attrs.field(factory=dict)
    said: set[str] = attrs.field(factory=set)
    only: set[str] = attrs.field(factory=set)
    typed: set[str] = attrs.field(factory=set)
    elsewhere: dict[str, int] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if not self.stages.ids:
            raise ArgumentError(
                "'stages' must hold the ids of the stages in order, got none",
                hint="give stages= the ids, or what the CRM returns when asked for its stages",
            )
        if self.stages.won is not None:
            check_known("won", self.stages.won, self.stages.ids)

    def records(self, pages: Pages) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield records with their number from 1; what is not a record is a fault."""
        self.faults += pages.faults()
        for row, record in pages:
            if record is None:
                self.fault("record-not-understood", row, pages.name, "")
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

    def drop(self, deal: str, reason: str = "deleted") -> None:
        """Leave out a deal that the CRM says is ``deleted``, ``archived`` or ``merged``."""
        self.dropped[deal] = reason

    def orphans(self, past: Mapping[str, Sequence[Any]], name: str) -> None:
        """Report changes whose deals are not among the records."""
        if past:
            ids = sorted(past)
            changes = sum(map(len, past.values()))
            self.faults.append(
                Fault.of(
                    "changes-of-no-deal",
                    severity="warning",
                    column=name,
                    value=", ".join(ids[:_SHOWN])[:80],
                    changes=changes,
                    deals=len(ids),
                )
            )

    def enter(self, deal: str, stage: str, when: object, row: int, field: str) -> None:
        """Keep that a deal entered a stage; an unknown stage is kept, a missing deal is a fault."""
        given, stage = stage, self.stage(stage)
        if not deal:
            self.fault("deal-without-id", row, field, "")
        elif not stage:
            self.fault("stage-missing", row, field, "")
        elif stage in self.stages.others:
            self.foreign[deal] = None
        elif when is None:
            self.fault("change-without-time", row, field, given)
        else:
            if stage not in self.stages.ids and stage not in self.stages.lost:
                seen = self.unknown.setdefault(stage, {"row": row, "field": field, "deals": set()})
                seen["deals"].add(deal)
            self.rows.append((deal, stage, when))
            if deal not in self.ends or when >= self.ends[deal][0]:
                self.ends[deal] = (when, given)

    def stage(self, stage: str) -> str:
        """Return the id of a stage by its id or name; other stages that mean won are the one."""
        known = stage in self.stages.ids or stage in self.stages.lost
        stage = stage if known else self.stages.names.get(stage, stage)
        if stage in self.stages.wins and self.stages.won is not None:
            return self.stages.won
        return stage

    def is_lost(self, stage: str) -> bool:
        """Return whether a stage means lost."""
        return self.stage(stage) in self.stages.lost

    def is_won(self, stage: str) -> bool:
        """Return whether a stage is the one that means won, or comes after it."""
        ids, stage = self.stages.ids, self.stage(stage)
        goal = ids[-1] if self.stages.won is None else self.stages.won
        return stage in ids and ids.index(stage) >= ids.index(goal)

    def means(
        self, stage: str, *, won: bool = False, lost: bool = False, said: bool = False
    ) -> None:
        """Keep that a stage that no list names means won or lost, as a deal in it says.

        With `said` the deal says whether it is closed, so that other stages are known to be open.
        """
        key = self.stage(stage)
        if said or won or lost:
            self.said.add(key)
        if not key or key in {*self.stages.ids, *self.stages.lost, *self.stages.others}:
            return
        if lost:
            self.stages = attrs.evolve(self.stages, lost=(*self.stages.lost, key))
        elif won:
            goal = self.stages.ids[-1] if self.stages.won is None else self.stages.won
            wins = (*self.stages.wins, key)
            self.stages = attrs.evolve(self.stages, wins=wins, won=goal)

    def chance(self, stage: str, value: object) -> None:
        """Keep the probability that the CRM gives a deal in a stage."""
        number = read_number(text_of(value)).value
        if number is not None and stage:
            self.chances.setdefault(self.stage(stage), []).append(float(number))

    def listed(
        self,
        deal: str,
        stage: str,
        row: int,
        *,
        field: str,
        since: Any = None,
        closed: Any = None,
        outcome: str = "",
    ) -> None:
        """Keep a deal of which only the present stage is known.

        It entered the first stage when it was created, its present stage at `since`, and was won or
        lost at `closed`. Where `since` is unknown, its entry is dated at the creation and reported.
        """
        self.only.add(deal)
        born = self.created.get(deal)
        if outcome in {WON, LOST}:
            end = next((one for one in (closed, since, born) if one is not None), None)
            if closed is None and end is not None:
                self.endless[deal] = row
            if outcome == LOST and stage and not self.is_lost(stage):
                when = since if since is not None else born
                if since is None and self.stage(stage) != self.stages.ids[0]:
                    self.timeless[deal] = "stage-time-unknown"
                when = min(when, end) if when is not None and end is not None else when
                self.enter(deal, stage, when, row, field)
            elif born is not None and end is not None and born < end:
                self.rows.append((deal, FIRST, born))
            if outcome == LOST and self.is_lost(stage):
                self.timeless[deal] = "lost-stage-unknown"
            last = (self.stages.won or self.stages.ids[-1]) if outcome == WON else stage
            last = last if outcome == WON or self.is_lost(stage) else self.lost_stage()
            self.enter(deal, last, end, row, field)
            return
        if since is not None and born is not None and born < since:
            self.rows.append((deal, FIRST, born))
        elif since is None and born is not None and self.stage(stage) != self.stages.ids[0]:
            self.timeless[deal] = "stage-time-unknown"
        self.enter(deal, stage, born if since is None else since, row, field)

    def reconcile(
        self, deal: str, stage: str, row: int, field: str, *, since: object, closed: object = None
    ) -> None:
        """Keep the present stage of a deal whose history ends in another one, and count the deal.

        It entered it at `since`, or where it is closed at `closed`, but not before the last entry
        of its history; where neither is known, right after that entry.
        """
        if not stage or deal not in self.ends:
            return
        key, (last, name) = self.stage(stage), self.ends[deal]
        both_lost = self.is_lost(key) and self.is_lost(name)
        if key == self.stage(name) or both_lost or key in self.stages.others:
            return
        self.elsewhere[deal] = row
        when = closed if closed is not None else since
        if when is None or when <= last:
            when = last + np.timedelta64(1, "us")  # after it, whatever the order of the stages
        self.enter(deal, stage, when, row, field)

    def log(self, deal: str, field: str, when: object, value: object, row: int, name: str) -> None:
        """Keep that a field of a deal had a value from `when` on.

        Parameters
        ----------
        deal : str
            The deal.
        field : {"amount", "currency", "expected", "category", "owner", "pipeline", "probability"}
            What changed.
        when : datetime64[us] or None
            From when on; None is left out.
        value : object
            As written; an amount and a probability become numbers, an expected close a day.
        row, name : int, str
            Record and field of the value, for faults.
        """
        if when is None:
            return
        if field in {"amount", "probability"}:
            read: Any = self.amount(value, row, name)
        elif field == "expected":
            read = self.day(value, row, name)
        else:
            read = text_of(value)
        self.ledger.append((deal, field, when, read))

    def expect(self, deal: str, value: object, row: int, field: str) -> None:
        """Keep when a deal is expected to close."""
        day = self.day(value, row, field)
        if day is not None:
            self.expected[deal] = day

    def lost_stage(self) -> str:
        """Return a word that means lost: the first of the list, which then has one."""
        if not self.stages.lost:
            self.stages = attrs.evolve(self.stages, lost=(LOST,))
        return self.stages.lost[0]
