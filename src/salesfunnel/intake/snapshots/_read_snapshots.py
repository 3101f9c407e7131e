"""read_snapshots: dated exports of the same list become a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_snapshots import Snapshot, history_from_snapshots
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.deals.list_reader import DealList
from salesfunnel.intake.deals.reader import read_list
from salesfunnel.intake.deals.wanted import stages_wanted
from salesfunnel.intake.snapshots.dated_sources import dated_sources
from salesfunnel.intake.snapshots.fields import field_columns
from salesfunnel.intake.snapshots.renames import one_way_of_writing, renamed_stages
from salesfunnel.intake.snapshots.stage_places import stage_places
from salesfunnel.plugins import template

__all__ = ["read_snapshots"]

_DAY = np.timedelta64(1, "D")


class _List(NamedTuple):
    at: np.datetime64
    name: str
    table: DealList
    faults: tuple[Fault, ...]


def read_snapshots(
    source: object,
    *,
    funnel: Funnel | str | None = None,
    stages: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
    renames: Mapping[str, str] | None = None,
    vanished: Literal["removed", "lost"] = "removed",
    tz: str | None = None,
    dayfirst: bool | None = None,
    date_format: str | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    pipeline: str | None = None,
) -> StageHistory:
    """Read dated exports of the same list of deals, such as one per week, as a history.

    Parameters
    ----------
    source : path of a folder, mapping, or iterable of pairs
        A folder of files with a date in their names (``2026-11-02``, ``20261102``,
        ``2026年11月2日``, ``2026-W45``: the Monday of the week); or date and source, where a source
        is anything that ``read_deals`` takes.
    funnel, stages, columns, outcomes, tz, dayfirst, date_format, encoding, sheet, decimal, pipeline
        As in ``read_deals``; `columns` may name ``owner`` and ``category`` too.
    renames : mapping of str to str, optional
        Stages that were renamed, old name to new.
    vanished : {"removed", "lost"}
        What becomes of open deals that an export and all later ones lack.

    Returns
    -------
    StageHistory
        As of the last export. What is seen first in one export happened after the export before:
        ``entered_between`` and ``known_since`` of the changes say so. Times that the lists give
        themselves — creation, closing, last change of stage — are used if they fit.

    Raises
    ------
    IntakeError
        If a file has no date in its name, two have the same, or there is no table of deals.
    ArgumentError
        If there are fewer than two exports, or a word is not one of the allowed ones.

    Notes
    -----
    A stage whose name leaves every row at the date at which a new one appears is taken as renamed
    if 80% of its deals with a new name carry that one, and at least half of all its deals do.
    If more than 30% of the open deals vanish at one date the export seems to be cut: nothing is
    removed then. A deal that closed and was opened again between two exports cannot be seen.

    Examples
    --------
    >>> first = '''Deal ID,Stage,Create Date,Amount
    ... 1,Lead,2026-11-01,500
    ... 2,Offer,2026-10-20,900'''
    >>> second = '''Deal ID,Stage,Create Date,Amount
    ... 1,Offer,2026-11-01,650
    ... 2,Closed Won,2026-10-20,900'''
    >>> history = read_snapshots([("2026-11-02", first), ("2026-11-09", second)],
    ...                          stages=["Lead", "Offer", "Closed Won"])
    >>> history.reached.tolist(), history.at("2026-11-05", "amount").tolist()
    ([1, 2], [500.0, 900.0])
    """
    check_choice("vanished", vanished, ("removed", "lost"))
    if isinstance(funnel, str):
        funnel = template(funnel)
    wanted = stages_wanted(funnel, stages)
    extra = {k: v for k, v in (columns or {}).items() if k in ("owner", "category")}
    named = {k: v for k, v in (columns or {}).items() if k not in extra}
    lists = []
    for at, table, name in dated_sources(source):
        found, faults = read_list(
            table, columns=named or None, outcomes=outcomes, tz=tz, dayfirst=dayfirst,
            date_format=date_format, encoding=encoding, sheet=sheet, decimal=decimal,
            pipeline=pipeline,
        )  # fmt: skip
        lists.append(_List(at, name, found, faults))
    ids, notes = one_way_of_writing([one.table.deals for one in lists], [o.name for o in lists])
    labels = [one.table.label for one in lists]
    names, more = renamed_stages(labels, ids, [one.at for one in lists], renames or {})
    places = stage_places([one.table for one in lists], names, wanted)
    snapshots = [
        _snapshot(one, own, places.of(one.table, names), extra)
        for one, own in zip(lists, ids, strict=True)
    ]
    definition = funnel if funnel is not None and places.stages == funnel.keys else None
    return history_from_snapshots(
        snapshots,
        stages=places.stages,
        goal=places.goal,
        vanished=vanished,
        funnel=definition,
        faults=(*_told(lists), *notes, *more, *places.faults),
    )


def _snapshot(
    one: _List, ids: npt.NDArray[np.str_], stage: npt.NDArray[np.int64], extra: Mapping[str, str]
) -> Snapshot:
    table = one.table
    fields, attributes = field_columns(table, extra)
    # what carries the day of the export only happened before it was made
    until = one.at + _DAY

    def known(times: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
        with np.errstate(invalid="ignore"):
            return np.where((times > one.at) & (times < until), one.at, times)

    return Snapshot(
        at=one.at,
        deals=ids,
        stage=stage,
        outcome=table.outcome,
        created=known(table.created),
        closed=known(table.closed),
        since=known(table.since),
        numbers={"amount": table.value},
        dates={"expected": table.expected},
        texts=fields,
        attributes=attributes,
    )


def _told(lists: Sequence[_List]) -> list[Fault]:
    """Return the faults of rows of all exports, and of the last one those of the whole."""
    return [
        attrs.evolve(fault, file=one.name)
        for one in lists
        for fault in one.faults
        if fault.row is not None or one is lists[-1]
    ]
