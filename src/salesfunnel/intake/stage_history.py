"""read_stage_history: deals from a CSV, a workbook, records or a dataframe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
import numpy as np

from salesfunnel._validators import did_you_mean
from salesfunnel.errors import ArgumentError, IntakeError, UnknownNameError
from salesfunnel.funnel import Funnel
from salesfunnel.history import StageHistory, history_from_changes
from salesfunnel.history.quality import quality_faults
from salesfunnel.intake.deal_columns import Deals, find_columns
from salesfunnel.intake.deal_names import name_faults
from salesfunnel.intake.deal_rows import Reader, outcome_words
from salesfunnel.intake.grid import Grid, shown
from salesfunnel.intake.numbers import DecimalMark
from salesfunnel.intake.source import load
from salesfunnel.plugins import template

__all__ = ["read_stage_history"]

_NAT = np.datetime64("NaT", "us")


def read_stage_history(
    source: Any,
    *,
    funnel: Funnel | str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: Any = None,
    tz: str | None = None,
    stages: Sequence[str] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    dayfirst: bool | None = None,
    names: Mapping[str, Iterable[str]] | None = None,
) -> StageHistory:
    """Read deals with the times of their stages.

    Parameters
    ----------
    source : path, file, bytes, str, sequence of mappings or of lists, mapping, or dataframe
        One row a deal, with a column of times a stage; or one row a stage change, with columns
        for the deal, the stage and the time. Headers in English or Chinese, in any order.
    funnel : Funnel or str, optional
        Whose stages these are, or the name of a template; found in the header by key, name or
        alias. Stages without a column are left out of the history, with a fault.
    columns : mapping of str to str, optional
        Names of columns: from ``deal``, ``stage``, ``time``, ``created``, ``closed``, ``outcome``,
        ``value``, or the key of a stage, to the name in the header. Others are attributes.
    as_of : datetime, date, datetime64 or str, optional
        When the data were true; what is later has not happened yet. The latest time in the data
        by default, with a fault that says so.
    tz : str, optional
        Time zone of the funnel, such as ``"Asia/Shanghai"``: times with a zone are brought there;
        times without one are there already. UTC by default.
    stages : sequence of str, optional
        Keys of the stages in order, where there is no funnel.
    encoding, sheet, decimal, dayfirst
        As in ``read_purchases``.
    names : mapping of str to iterable of str, optional
        The known names of an attribute, such as the products of a price list. Others are reported
        with the nearest known one, and kept as they are.

    Returns
    -------
    StageHistory
        With every fault of the source: row (from 1, without the header), column, value as
        written; and with findings on data quality.

    Raises
    ------
    IntakeError
        If there is no table with a deal and its stages.
    ArgumentError
        If stage changes come without a funnel or `stages` to put them in order.
    UnknownNameError
        If a column or worksheet that was named is not there.

    Examples
    --------
    >>> history = read_stage_history('''deal,lead,offer,won,outcome,closed,channel
    ... a,2026-01-05,2026-01-09,2026-02-01,won,2026-02-01,web
    ... b,2026-01-07,2026-01-20,,open,,ads
    ... c,2026-01-08,,,lost,2026-01-30,web''', stages=["lead", "offer", "won"], as_of="2026-03-01")
    >>> history.outcome.tolist(), history.reached.tolist()
    ([1, 0, 2], [2, 1, 0])
    """
    if isinstance(funnel, str):
        funnel = template(funnel)
    grid = _grid(load(source, encoding=encoding).grids, sheet)
    found = find_columns(grid, funnel, stages, columns)
    body = [row for row in grid.rows[found.at + 1 :] if any(shown(c).strip() for c in row)]
    reader = Reader(found, tz=tz, decimal=decimal, dayfirst=dayfirst)
    moment = _moment(as_of, reader)
    read = _wide if found.stage is None else _long
    history = read(found, body, reader, moment)
    return attrs.evolve(history, faults=(*history.faults, *name_faults(history, names)))


def _moment(as_of: Any, reader: Reader) -> Any:
    if as_of is None:
        return None
    if isinstance(as_of, datetime) and as_of.tzinfo is not None:
        return reader.local(as_of)
    try:
        moment = np.datetime64(as_of, "us")
    except (ValueError, TypeError) as error:
        raise ArgumentError(f"'as_of' must be a moment, got {as_of!r}") from error
    if np.isnat(moment):
        raise ArgumentError(f"'as_of' must be a moment, got {as_of!r}")
    return moment


def _grid(grids: Sequence[Grid], sheet: str | int | None) -> Grid:
    if sheet is None:
        return grids[0]
    names = [grid.name or "" for grid in grids]
    if isinstance(sheet, int) and -len(grids) <= sheet < len(grids):
        return grids[sheet]
    if sheet in names:
        return grids[names.index(str(sheet))]
    raise UnknownNameError(
        f"'sheet' must be a worksheet of the source, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )


def _wide(
    found: Deals, body: Sequence[Sequence[Any]], reader: Reader, as_of: np.datetime64 | None
) -> StageHistory:
    kept = reader.unique_deals(body)
    rows = [body[i] for i in kept]
    numbers = [i + 1 for i in kept]
    n, S = len(rows), len(found.stages)
    entered = np.full((n, S), _NAT)
    for k, stage in enumerate(found.stages):
        if stage in found.times:
            entered[:, k] = reader.times(rows, numbers, found.times[stage])
    created = reader.times(rows, numbers, found.roles.get("created"))
    closed = reader.times(rows, numbers, found.roles.get("closed"))
    outcome = _outcomes(found, rows, reader, entered, closed)
    goal = found.stages.index(found.goal)
    fill = (outcome == 1) & np.isnat(entered[:, goal]) & ~np.isnat(closed)
    entered[fill, goal] = closed[fill]
    if fill.any() and found.goal in found.times:
        reader.note("won-without-last-stage", deals=int(fill.sum()))
    moment = _known_moment(as_of, (entered, created, closed), reader)
    outcome[_cut(closed, moment, reader)] = 0
    for array in (entered, created):
        _cut(array, moment, reader)
    still = (outcome == 0) & ~np.isnat(closed)
    if still.any():
        reader.note("closed-but-open", severity="warning", deals=int(still.sum()))
        closed[still] = _NAT
    options: dict[str, Any] = {}
    if found.roles.get("created") is not None:
        options["created"] = created
    if found.roles.get("closed") is not None:
        options["closed"] = _closed(closed, entered[:, goal], outcome)
    if found.roles.get("value") is not None:
        options["value"] = reader.values(rows, numbers)
    history = StageHistory(
        deals=[reader.deal(row) for row in rows],
        stages=found.stages,
        entered=entered,
        outcome=outcome,
        as_of=moment,
        attributes={
            found.names[at]: [shown(_at(row, at)).strip() for row in rows] for at in found.rest
        },
        funnel=found.funnel,
        **options,
    )
    faults = (*reader.faults, *quality_faults(history))
    return attrs.evolve(history, faults=faults)


def _cut(times: Any, moment: Any, reader: Reader) -> Any:
    """Take out times after the moment of the data, and return where they were."""
    with np.errstate(invalid="ignore"):
        later = times > moment
    if later.any():
        reader.note("after-as-of", times=int(later.sum()), day=str(moment)[:10])
        times[later] = _NAT
    return later


def _closed(closed: Any, won_at: Any, outcome: Any) -> Any:
    """Return closing times; a won deal without one closed when it was won."""
    return np.where((outcome == 1) & np.isnat(closed), won_at, closed)


def _at(row: Sequence[Any], at: int) -> Any:
    return row[at] if at < len(row) else None


def _outcomes(
    found: Deals, rows: Sequence[Sequence[Any]], reader: Reader, entered: Any, closed: Any
) -> Any:
    """Return the outcome of each deal: as stated, else by its last stage and closing time."""
    there = ~np.isnat(entered[:, found.stages.index(found.goal)])
    at = found.roles.get("outcome")
    if at is None:
        return np.where(there, 1, np.where(np.isnat(closed), 0, 2)).astype(np.int8)
    words = [shown(_at(row, at)).strip() for row in rows]
    known = outcome_words(found)
    strange = sorted({word for word in words if word.casefold() not in known})
    for word in strange:
        reader.note("outcome-taken-as-open", value=word, deals=words.count(word))
    outcome = np.array([known.get(word.casefold(), 0) for word in words], dtype=np.int8)
    contrary = int((there & (outcome != 1)).sum())
    if contrary:
        reader.note("last-stage-not-won", severity="warning", deals=contrary)
    return outcome


def _known_moment(as_of: np.datetime64 | None, times: Sequence[Any], reader: Reader) -> Any:
    if as_of is not None:
        return as_of
    known = np.concatenate([array.ravel() for array in times])
    known = known[~np.isnat(known)]
    if not known.size:
        raise IntakeError(
            "'source' must hold at least one time, got none", reader.faults, hint="give as_of="
        )
    latest = known.max()
    reader.note("as-of-assumed", day=str(latest)[:19])
    return latest


def _long(
    found: Deals, body: Sequence[Sequence[Any]], reader: Reader, as_of: np.datetime64 | None
) -> StageHistory:
    numbers = list(range(1, len(body) + 1))
    times = reader.times(body, numbers, found.roles["time"])
    deals, keys, moments, rows = [], [], [], []
    for row, number, time in zip(body, numbers, times, strict=True):
        deal, stage = reader.deal(row), reader.stage(row, number)
        if not deal:
            reader.fault("deal-without-id", number, "deal", "")
        elif np.isnat(time):
            reader.fault(
                "change-without-time", number, "time", shown(_at(row, found.roles["time"]))
            )
        elif stage is not None:
            deals.append(deal)
            keys.append(stage)
            moments.append(time)
            rows.append((row, number))
    moment = _known_moment(as_of, [np.array(moments, dtype="M8[us]")], reader)
    when = np.array(moments, dtype="M8[us]")
    keep = when <= moment
    if not keep.all():
        reader.note("after-as-of", times=int((~keep).sum()), day=str(moment)[:10])
    attributes: dict[str, dict[str, str]] = {found.names[at]: {} for at in found.rest}
    value: dict[str, float] = {}
    order = np.argsort(when, kind="stable")
    for i in order[keep[order]].tolist():
        row, number = rows[i]
        for at in found.rest:
            word = shown(_at(row, at)).strip()
            if word:
                attributes[found.names[at]][deals[i]] = word
        amount = reader.value(row, number)
        if amount is not None:
            value[deals[i]] = amount
    chosen = np.flatnonzero(keep).tolist()
    return history_from_changes(
        [deals[i] for i in chosen],
        [keys[i] for i in chosen],
        when[keep],
        stages=found.stages,
        as_of=moment,
        value=value or None,
        attributes=attributes,
        funnel=found.funnel,
        won=found.goal,
        faults=reader.faults,
    )
