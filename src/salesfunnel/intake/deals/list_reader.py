"""DealList: a CRM's list of deals, one row per deal with its stage now, as columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.fault import Fault
from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.currencies import deal_currencies
from salesfunnel.intake.deals.headers import date_kind, fold_header
from salesfunnel.intake.deals.list_outcomes import (
    deleted_rows,
    list_outcomes,
    stage_codes,
    tell_words,
)
from salesfunnel.intake.deals.list_stages import ListStages, list_stages, stage_key
from salesfunnel.intake.deals.lost_at import lost_places
from salesfunnel.intake.deals.not_a_list import refuse_a_log
from salesfunnel.intake.deals.outcome_evidence import LOST, OPEN, WON, Codes
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.row_ids import deal_ids
from salesfunnel.intake.deals.shape import Shape

__all__ = ["DealList", "StagesWanted", "read_deal_list"]

_NAT = np.datetime64("NaT", "us")
_PAST = re.compile(
    r"(?<!\w)(last|latest|recent|modif|updat|ultim|últim|derni|letzt|zuletzt|geändert|aktualis"
    r"|atualiz|actualiz|последн|измен|обновл)|最近|最后|最後|更新|修改|最終"
)
_NOT_PAST = re.compile(r"(?<!\w)(next|due|deadline|expect|stage)|下次|预计|截止")
Times = npt.NDArray[np.datetime64]


@attrs.frozen(kw_only=True)
class StagesWanted:
    """The caller's arguments about stages.

    Parameters
    ----------
    keys : tuple of str
        In order; empty where nothing was said.
    names : mapping of str to str
        The key by each folded key, name and alias.
    goal : str, optional
        The one that means won, if its name says so.
    own : mapping of str to str
        Of `names` those that are keys and names, not aliases: in a header they go before roles.
    """

    keys: tuple[str, ...] = ()
    names: Mapping[str, str] = attrs.field(factory=dict)
    own: Mapping[str, str] = attrs.field(factory=dict)
    goal: str | None = None


@attrs.frozen(kw_only=True, eq=False)
class DealList:
    """The columns of a list of deals, n rows; what the list cannot tell is missing.

    Parameters
    ----------
    deals : ndarray of str
        Ids, unique.
    rows : ndarray of int
        The number of each row in the source.
    label : ndarray of str
        The stage as written, "" where none stands.
    stages : tuple of str
        Keys in order, S of them; the one at `goal` means won.
    goal : int
        Its place.
    reached : ndarray of int
        The furthest stage that a deal is known to have reached; -1 where the list does not say:
        a loss whose stage is only "lost".
    outcome : ndarray of int8
        0 open, 1 won, 2 lost.
    created, closed, expected, since : ndarray of datetime64[us]
        When it came into being, was won or lost, is expected to close (open deals), and when it
        entered its present stage.
    entered : mapping of int to ndarray of datetime64[us]
        By place of a stage: the times of a column that the list has for it.
    entered_columns : mapping of int to int
        The places of these columns in the table.
    value : ndarray of float64
        Amounts.
    currency : ndarray of str, optional
        Codes, "" where unknown; None if no column or sign tells any.
    attributes : mapping of str to CodedTexts
        All other columns, as written.
    recency : datetime64[us]
        The latest moment that a column of past activity names; NaT if there is none.
    """

    deals: npt.NDArray[np.str_]
    rows: npt.NDArray[np.intp]
    label: npt.NDArray[np.str_]
    stages: tuple[str, ...]
    goal: int
    reached: npt.NDArray[np.intp]
    outcome: npt.NDArray[np.int8]
    created: Times
    closed: Times
    expected: Times
    since: Times
    entered: Mapping[int, Times]
    entered_columns: Mapping[int, int]
    value: npt.NDArray[np.float64]
    currency: npt.NDArray[np.str_] | None
    attributes: Mapping[str, CodedTexts]
    recency: Any = _NAT
    columns: Mapping[str, str] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return len(self.deals)


def read_deal_list(
    reader: ColumnReader,
    shape: Shape,
    words: OutcomeWords,
    wanted: StagesWanted,
) -> DealList:
    """Read a list of deals.

    Parameters
    ----------
    reader : ColumnReader
        The table; keeps the faults. Its table is replaced by the rows that are deals.
    shape : Shape
        Which column is what.
    words : OutcomeWords
        Known outcomes.
    wanted : StagesWanted
        The caller's stages.
    """
    roles = shape.roles
    refuse_a_log(reader, roles)
    deals = deal_ids(reader, roles)
    gone = deleted_rows(reader, roles)
    if gone.any():
        reader.table = reader.table.take(~gone)
        deals = deals[~gone]
    reader.settle_order(
        [
            roles[r]
            for r in ("created", "closed", "won_at", "lost_at", "expected", "since")
            if r in roles
        ]
    )
    dates = {
        role: reader.times(roles.get(role))
        for role in ("created", "closed", "won_at", "lost_at", "expected", "since")
    }
    labels: Mapping[str, int] = stage_codes(reader, roles.get("stage"), words)
    found = list_outcomes(
        reader, roles, words, labels, won_at=dates["won_at"], lost_at=dates["lost_at"],
        closed=dates["closed"],
    )  # fmt: skip
    outcome, labels = found.outcome, found.labels
    more = [name for name in shape.times if name not in labels]
    stages = list_stages(
        reader, roles, labels, given=wanted.keys, keys=wanted.names, goal=wanted.goal,
        outcome=outcome, more=more,
    )  # fmt: skip
    said = tell_words(reader, found, roles)
    if said is not None:
        reader.faults.append(said)
    entered = _entered(shape, stages, wanted)
    reached = _reached(reader, roles, stages, outcome, labels)
    closed = _closing(outcome, dates)
    value, signs = reader.amounts(roles.get("value"))
    used = {
        at
        for role, at in roles.items()
        if role in {"deal", "created", "closed", "value", "status", "won_at", "lost_at", "currency"}
    }
    return DealList(
        deals=deals,
        rows=reader.table.numbers,
        label=reader.table.texts(roles["stage"])
        if "stage" in roles
        else np.full(len(deals), "", dtype="U1"),
        stages=stages.keys,
        goal=stages.goal,
        reached=reached,
        outcome=outcome,
        created=dates["created"],
        closed=closed,
        expected=_expected(outcome, dates),
        since=dates["since"],
        entered={place: reader.times(at) for place, at in entered.items()},
        entered_columns=entered,
        value=value,
        currency=deal_currencies(reader, roles, signs),
        attributes={
            name: reader.table.coded_texts(at)
            for at, name in enumerate(reader.table.names)
            if name and at not in used and at not in shape.times.values()
        },
        recency=_recency(reader, {*roles.values(), *shape.times.values()}),
        columns={role: reader.table.names[at] for role, at in roles.items()},
    )


def _reached(
    reader: ColumnReader,
    roles: Mapping[str, int],
    stages: ListStages,
    outcome: Codes,
    labels: Mapping[str, int],
) -> npt.NDArray[np.intp]:
    """Return the furthest stage that each deal is known to have reached, -1 where unknown."""
    n = len(reader.table)
    place = np.full(n, -1, dtype=np.intp)
    if "stage" in roles:
        codes, words = reader.table.words(roles["stage"])
        place = np.array([stages.places.get(word, -1) for word in words] or [-1], dtype=np.intp)[
            codes
        ]
    place = np.where((place >= stages.goal) & (outcome != WON), stages.goal - 1, place)
    place = lost_places(reader, stages, outcome, place)
    if not labels:  # created and how it ended are all that the list tells
        place = np.where(outcome == OPEN, 0, place)
        place = np.where((outcome == LOST) & (stages.goal <= 1), 0, place)
    elif stages.goal <= 1:
        place = np.where(
            (outcome == LOST) & (place < 0), 0, place
        )  # there is one stage to be lost in
    place = np.where(outcome == WON, np.maximum(place, stages.goal), place)
    return place.astype(np.intp)


def _closing(outcome: object, dates: Mapping[str, Times]) -> Times:
    """Return when won and lost deals ended."""
    own = np.where(
        outcome == WON, dates["won_at"], np.where(outcome == LOST, dates["lost_at"], _NAT)
    )
    closed = np.where(np.isnat(own), dates["closed"], own)
    return np.where(outcome == OPEN, _NAT, closed)


def _expected(outcome: object, dates: Mapping[str, Times]) -> Times:
    """Return the expected end: the close date of an open deal is none else."""
    open_ends = np.where(outcome == OPEN, dates["closed"], _NAT)
    return np.where(np.isnat(dates["expected"]), open_ends, dates["expected"])


def _entered(shape: Shape, stages: ListStages, wanted: StagesWanted) -> dict[int, int]:
    """Return the column of times of each stage that has one, by the place of the stage."""
    found: dict[int, int] = {}
    for label, at in shape.times.items():
        key = stage_key(label, wanted.names) if wanted.keys else None
        place = stages.places.get(label, -1)
        if key is not None or label in stages.keys:
            place = stages.keys.index(label if key is None else key)
        if place >= 0:
            found[place] = at
    return found


def _recency(reader: ColumnReader, taken: set[int]) -> Any:
    """Return the latest moment that a column such as "Last Activity Date" names."""
    latest = _NAT
    for at, name in enumerate(reader.table.names):
        if at in taken or not name or date_kind(name) not in {"activity", "since"}:
            continue
        if not _PAST.search(fold_header(name)) or _NOT_PAST.search(fold_header(name)):
            continue
        if ColumnKind(reader.table, at).is_time:
            kept = list(reader.faults)
            times = reader.times(at)
            reader.faults[:] = kept
            times = times[~np.isnat(times)]
            if times.size:
                latest = np.fmax(latest, times.max())
    return latest


def list_faults(found: DealList) -> Sequence[Fault]:
    """Return what is suspicious about a list as a whole."""
    faults = []
    for role, code in (("pipeline", "pipelines-mixed"),):
        name = found.columns.get(role)
        if name is None or name not in found.attributes:
            continue
        names = [text for text in dict.fromkeys(found.attributes[name].tolist()) if text]
        if len(names) > 1:
            value = ", ".join(names[:8])
            faults.append(Fault.of(code, column=name, value=value, pipelines=len(names)))
    return faults
