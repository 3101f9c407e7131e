"""count_steps over an ibis table: one query of window functions, or the events fetched.

The query keeps, per entity in order of time, the latest start of a chain of each length, as the
kernel does. It asks for nothing but running maxima, so that any database that ibis speaks to can
answer it. What it cannot say (names that stand twice, strict or any order, exclusions, attempts,
the value of a chain's first or last event) is counted in memory, from the events in question alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs

from salesfunnel import _event_columns as cols
from salesfunnel._event_frames import ROLES, read_frame
from salesfunnel._optional import require
from salesfunnel._validators import did_you_mean
from salesfunnel.counting.query import Query, unknown_names
from salesfunnel.counting.result import MISSING, StepCounts, defer, retag
from salesfunnel.counting.run import count_log
from salesfunnel.errors import ArgumentError, UnknownNameError
from salesfunnel.events import EventLog
from salesfunnel.fault import Fault


def count_table(
    table: Any, query: Query, *, columns: Mapping[str, str] | None = None
) -> StepCounts:
    """Answer a question from an ibis table.

    Parameters
    ----------
    table : ibis table
        With the columns entity, step and time.
    query : Query
        A checked question.
    columns : mapping of str to str, optional
        The names of the columns, where they differ.
    """
    events = _named(table, query, columns)
    engine = str(table.get_backend().name)
    if not speaks(query):
        return retag(
            count_log(_fetch(events, query), query),
            engine=f"{engine}, numpy",
            faults=_faults(events, query),
        )
    by_segment: dict[str, list[int]] = {}
    waiting: dict[str, int] = {}
    if query.breakdown is not None:
        by_segment, waiting = _read(_rows(_query(events, query)), query)
    # The totals of a breakdown by "all" are those of entities, not of entities and values.
    (total,) = _rows(_query(events, attrs.evolve(query, breakdown=None)))
    result = StepCounts(
        **query.words(),
        counts=[int(total[f"n{k}"] or 0) for k in range(len(query.steps))],
        immature=int(total["waiting"] or 0),
        by_segment=by_segment,
        immature_by_segment=waiting,
        faults=_faults(events, query),
        events=int(_scalar(_relevant(events, query).count())),
        engine=engine,
    )
    return defer(
        result,
        duplicates=lambda: _duplicates(events, query),
        durations=lambda: count_log(_fetch(events, query), query).durations,
    )


def step_sql(
    table: Any,
    query: Query,
    *,
    columns: Mapping[str, str] | None = None,
    dialect: str | None = None,
) -> str:
    """Return the SQL that `count_table` would run, in the table's dialect or another one."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    return str(ibis.to_sql(_query(_named(table, query, columns), query), dialect=dialect))


def speaks(query: Query) -> bool:
    """Whether the question can be put as one query."""
    return (
        query.order == "ordered"
        and query.per == "entity"
        and not query.exclude
        and len(set(query.steps)) == len(query.steps)
        and (query.breakdown is None or query.attribution == "all")
        and (query.as_of is None or not query.step_windows)
    )


def _named(table: Any, query: Query, columns: Mapping[str, str] | None) -> Any:
    names = {role: role for role in ROLES} | dict(columns or {})
    if query.breakdown is not None:
        names["value"] = query.breakdown
    for role, name in names.items():
        if role not in (*ROLES, "value"):
            raise ArgumentError(
                f"'columns' must have keys of {', '.join(map(repr, ROLES))}, got {role!r}"
            )
        if name not in table.columns:
            raise UnknownNameError(
                f"'columns' must be in the table, got {name!r}",
                hint=did_you_mean(name, list(table.columns)),
            )
    return table.select(**{role: table[name] for role, name in names.items()})


def _relevant(events: Any, query: Query) -> Any:
    """Return the events that matter, each once where that makes no difference."""
    known = events.filter(events.entity.notnull(), events.step.notnull(), events.time.notnull())
    if query.order != "strict":
        names = [*query.steps, *(x.name for x in query.exclude)]
        known = known.filter(known.step.isin(list(dict.fromkeys(names))))
    if query.as_of is not None:
        known = known.filter(known.time <= _moment(events, query))
    return known


def _moment(events: Any, query: Query) -> Any:
    ibis = require("ibis", extra="engines", feature="counting in a database")
    if events.time.type().is_integer():
        return int(query.as_of)
    moment = query.words()["as_of"]
    aware = getattr(events.time.type(), "timezone", None) is not None
    if isinstance(moment, int) or (moment.tzinfo is not None) != aware:
        kind = "a time with a time zone" if aware else "a time without a time zone"
        raise ArgumentError(f"'as_of' must be {kind} as the times are, got {query.as_of!r}")
    return ibis.literal(moment, type=events.time.type())


def _span(events: Any, field: str, span: Any) -> Any:
    """Return a length of time as the database adds it to a time."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    if events.time.type().is_integer():
        return cols.span_ticks(field, span, None)
    ticks = cols.span_ticks(field, span, "us") or 0
    return ibis.interval(timedelta(microseconds=ticks))


def _query(events: Any, query: Query) -> Any:
    """Return the table of counts: a row a segment, a column a step, and the immature."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    keys = ["entity"] if query.breakdown is None else ["entity", "value"]
    rows = _relevant(events, query)
    if query.breakdown is not None:
        rows = rows.mutate(value=rows.value.cast("string"))
    before = ibis.range_window(preceding=None, following=0, group_by=keys, order_by="time")
    if query.increasing:
        # How many events there are up to each moment, so that "strictly earlier" is a whole number
        # less. Not a rank: ibis gives it a frame, with which ClickHouse tells ties apart.
        rows = rows.mutate(moment=rows.count().over(before))
        before = ibis.range_window(preceding=(None, 1), group_by=keys, order_by="moment")
    for k, name in enumerate(query.steps):
        mine, start = rows.step == name, rows.time
        if k:
            start = rows[f"start{k - 1}"]
            mine &= start.notnull()
            if query.window is not None:
                mine &= rows.time <= start + _span(events, "window", query.window)
            gap = query.step_windows[k - 1] if query.step_windows else None
            if gap is not None:
                last = rows[f"last{k - 1}"]
                mine &= rows.time <= last + _span(events, "step_windows", gap)
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
    reached = {f"r{k}": rows[f"from{k}"].notnull().any() for k in range(len(query.steps))}
    units = rows.group_by(keys).aggregate(**reached, newest=rows.at0.max())
    open_ = ibis.literal(value=False)
    if query.as_of is not None and query.window is not None:
        closes = units.newest + _span(events, "window", query.window)
        open_ = ~units[f"r{len(query.steps) - 1}"] & (closes > _moment(events, query))
    units = units.filter(units.r0).mutate(open=open_)
    sums: dict[str, Any] = {
        f"n{k}": (units[f"r{k}"] & ~units.open).sum() for k in range(len(query.steps))
    }
    sums["waiting"] = units.open.sum()
    return units.group_by(keys[1:]).aggregate(**sums) if keys[1:] else units.aggregate(**sums)


def _rows(expression: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return found


def _scalar(expression: Any) -> int:
    return int(expression.to_pyarrow().as_py() or 0)


def _faults(events: Any, query: Query) -> tuple[Fault, ...]:
    """Return what is wrong with the events; the rows of a table have no numbers."""
    sums = {role: events[role].isnull().sum() for role in ROLES}
    (found,) = _rows(events.aggregate(**sums))
    faults = [
        Fault.of("rows-without-value", severity="error", column=role, n=int(found[role]))
        for role in ROLES
        if found[role]
    ]
    known = [row["step"] for row in _rows(events.select("step").distinct())]
    faults += unknown_names(query, [name for name in known if name is not None])
    if query.as_of is not None:
        late = _scalar((events.time > _moment(events, query)).sum())
        if late:
            faults.append(Fault.of("events-after-as-of", severity="info", n=late))
    return tuple(faults)


def _read(rows: list[dict[str, Any]], query: Query) -> tuple[dict[str, list[int]], dict[str, int]]:
    table, waiting = {}, {}
    for row in rows:
        name = MISSING if row["value"] is None else str(row["value"])
        table[name] = [int(row[f"n{k}"] or 0) for k in range(len(query.steps))]
        waiting[name] = int(row["waiting"] or 0)
    order = sorted(table, key=lambda name: (name == MISSING, name))
    return {name: table[name] for name in order}, {name: waiting[name] for name in order}


def _duplicates(events: Any, query: Query) -> int:
    rows = _relevant(events, query).select("entity", "step", "time")
    return _scalar(rows.count()) - _scalar(rows.distinct().count())


def _fetch(events: Any, query: Query) -> EventLog:
    """Return the events in question as a log in memory."""
    rows = _relevant(events, query).to_pyarrow()
    main, more = read_frame(rows, None, () if query.breakdown is None else ("value",))
    attributes = {} if query.breakdown is None else {query.breakdown: more["value"]}
    return EventLog(main["entity"], main["step"], main["time"], attributes=attributes)
