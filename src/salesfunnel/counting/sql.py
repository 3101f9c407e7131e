"""Count steps in the database, with one query of window functions.

The query keeps, per entity in order of time, the latest start of a chain of each length, as the
kernel does. It needs running maxima only, so that any database that ibis supports can
answer it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import is_a
from salesfunnel.counting.query import Query
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.frames import check_there, known_roles
from salesfunnel.data.events.usual_names import ROLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

LONGEST = 10_000 * 366 * 86400 * 10**6
"""Longer than any span of times in a database, in microseconds; longer bounds are ignored."""
WIDEST = 1 << 62


def speaks(query: Query) -> bool:
    """Whether one query can answer the question."""
    return (
        query.order == "ordered"
        and query.per == "entity"
        and not query.exclude
        and not any(query.step_delays)
        and len(set(query.steps)) == len(query.steps)
        and (query.breakdown is None or query.attribution == "all")
        and (query.as_of is None or not query.step_windows)
    )


def named_events(table: ir.Table, query: Query, columns: Mapping[str, str] | None) -> ir.Table:
    """Return the table as entity, step, time, and value where there is a breakdown.

    Blank texts and NaN become null, steps text or whole numbers, dates times.

    Raises
    ------
    UnknownNameError
        If a column is not there.
    DataError
        If a column is of a kind that has no meaning in its role.
    """
    if not is_a(table, "ibis.expr.types", "Table"):
        raise DataError(f"'events' must be a table, got {type(table)!r}")
    known = list(table.columns)
    wanted = known_roles(known, columns, "in the table").names
    names = {role: wanted[role] for role in ROLES}
    if query.breakdown is not None:
        check_there([query.breakdown], known, "in the table")
        names["value"] = query.breakdown
    events = table.select(**{role: table[name] for role, name in names.items()})
    tidied = {name: _tidied(events[name]) for name in names if name != "time"}
    kind = events.step.type()
    if not (kind.is_string() or kind.is_integer()):
        if kind.is_numeric():
            raise DataError(f"'step' must hold names or whole numbers, got a column of {kind}")
        tidied["step"] = tidied["step"].cast("string")
    return events.mutate(**tidied, time=_time(events.time))


def _tidied(column: ir.Column) -> ir.Column:
    ibis = require("ibis", extra="engines", feature="counting in a database")
    kind = column.type()
    if kind.is_string():
        return (column.strip() == "").ifelse(ibis.null(str(kind)), column)
    if kind.is_floating():
        return column.isnan().ifelse(ibis.null(str(kind)), column)
    # What Arrow or a driver cannot represent, such as a UUID, comes as text.
    plain = kind.is_numeric() or kind.is_boolean() or kind.is_date() or kind.is_timestamp()
    return column if plain else column.cast("string")


def _time(column: ir.Column) -> ir.Column:
    kind = column.type()
    if kind.is_date():
        return column.cast("timestamp")
    if kind.is_integer():
        return column.cast("int64")
    if not kind.is_timestamp():
        raise DataError(
            f"'time' must hold times or whole numbers, got a column of {kind}",
            hint="cast the column in the table's database",
        )
    return column


def relevant(events: ir.Table, query: Query) -> ir.Table:
    """Return the relevant events: complete, of the steps asked for, until the last observation."""
    known = events.filter(events.entity.notnull(), events.step.notnull(), events.time.notnull())
    if query.order != "strict":
        asked = [*query.steps, *(x.name for x in query.exclude)]
        text = events.step.type().is_string()
        fit = [n for n in dict.fromkeys(asked) if isinstance(n, str) == text and _fits(n)]
        known = known.filter(known.step.isin(fit)) if fit else known.limit(0)
    if query.as_of is not None:
        known = known.filter(known.time <= last_moment(events, query))
    return known


def _fits(name: str | int) -> bool:
    """Whether a database can hold the name."""
    return (
        "\0" not in name
        if isinstance(name, str)
        else event_columns.LEAST <= name <= event_columns.MOST
    )


def last_moment(events: ir.Table, query: Query) -> Any:
    """Return the moment of the last observation as the database compares it."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    kind = events.time.type()
    moment = query.words()["as_of"]
    if kind.is_integer():
        if not isinstance(moment, int):
            raise ArgumentError(
                f"'as_of' must be a whole number as the times are, got {query.as_of!r}"
            )
        return moment
    aware = getattr(kind, "timezone", None) is not None
    if isinstance(moment, int) or (moment.tzinfo is not None) != aware:
        said = "a time with a time zone" if aware else "a time without a time zone"
        raise ArgumentError(f"'as_of' must be {said} as the times are, got {query.as_of!r}")
    return ibis.literal(moment, type=kind)


def _within(
    events: ir.Table,
    field: str,
    span: object,
    now: ir.Value,
    start: ir.Value,
    *,
    inside: bool = True,
) -> Any:
    """Return whether two times are at most a length of time apart; `inside` includes the bound."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    if events.time.type().is_integer():
        wide = min(event_columns.span_ticks(field, span, None) or 0, WIDEST)
        return now - start <= wide if inside else now - start < wide
    ticks = event_columns.span_ticks(field, span, "us") or 0
    if ticks >= LONGEST:
        return ibis.literal(value=True)
    # In seconds: days of a database are those of its time zone, of 23 to 25 hours.
    whole, rest = divmod(ticks, 10**6)
    end = start + (ibis.interval(ticks, unit="us") if rest else ibis.interval(seconds=whole))
    return now <= end if inside else now < end


def build_query(events: ir.Table, query: Query) -> Any:
    """Return the table of counts: one row per segment, one column per step, and the immature."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    keys = ["entity"] if query.breakdown is None else ["entity", "value"]
    rows = _chained(relevant(events, query), query, keys)
    reached = {f"r{k}": rows[f"from{k}"].notnull().any() for k in range(len(query.steps))}
    units = rows.group_by(keys).aggregate(**reached, newest=rows.at0.max())
    open_ = ibis.literal(value=False)
    if query.as_of is not None and query.window is not None:
        # Open where a moment later than the last observation is still inside.
        moment = last_moment(events, query)
        still = _within(events, "window", query.window, moment, units.newest, inside=False)
        open_ = ~units[f"r{len(query.steps) - 1}"] & still
    units = units.filter(units.r0).mutate(open=open_)
    sums: dict[str, Any] = {
        f"n{k}": (units[f"r{k}"] & ~units.open).sum() for k in range(len(query.steps))
    }
    sums["waiting"] = units.open.sum()
    return units.group_by(keys[1:]).aggregate(**sums) if keys[1:] else units.aggregate(**sums)


def _chained(rows: ir.Table, query: Query, keys: list[str]) -> ir.Table:
    """Return the rows with the latest start of a chain of each length that ends there."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    before = ibis.range_window(preceding=None, following=0, group_by=keys, order_by="time")
    if query.increasing:
        # How many events there are up to each moment, so that "strictly earlier" is a whole number
        # less. Not a rank: ibis gives it a frame, with which ClickHouse tells ties apart.
        rows = rows.mutate(moment=rows.count().over(before))
        before = ibis.range_window(preceding=(None, 1), group_by=keys, order_by="moment")
    text = rows.step.type().is_string()
    for k, name in enumerate(query.steps):
        fits = isinstance(name, str) == text and _fits(name)
        mine = rows.step == name if fits else ibis.literal(value=False)
        start = rows.time
        if k:
            start = rows[f"start{k - 1}"]
            mine &= start.notnull()
            if query.window is not None:
                mine &= _within(rows, "window", query.window, rows.time, start)
            gap = query.step_windows[k - 1] if query.step_windows else None
            if gap is not None:
                mine &= _within(rows, "step_windows", gap, rows.time, rows[f"last{k - 1}"])
        rows = rows.mutate(
            **{
                f"from{k}": mine.ifelse(start, ibis.null()),
                f"at{k}": mine.ifelse(rows.time, ibis.null()),
            }
        )
        rows = rows.mutate(
            **{
                f"start{k}": rows[f"from{k}"].max().over(before),
                f"last{k}": rows[f"at{k}"].max().over(before),
            }
        )
    return rows
