"""count_steps over an ibis table: one query of window functions, or the events fetched.

What the query cannot say (names that stand twice, strict or any order, exclusions, attempts, the
value of a chain's first or last event) is counted in memory, from the events in question alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import DataError
from salesfunnel._core.extras import require
from salesfunnel.counting.in_memory import count_log
from salesfunnel.counting.query import Query, unknown_names
from salesfunnel.counting.result import MISSING, StepCounts, compute_lazily, evolve_lazily
from salesfunnel.counting.sql import build_query, last_moment, named_events, relevant, speaks
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import open_column
from salesfunnel.data.events.event_log import EventLog
from salesfunnel.data.events.frames import read_frame
from salesfunnel.data.events.usual_names import ROLES
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    import ibis.expr.types as ir


def count_table(
    table: ir.Table, query: Query, *, columns: Mapping[str, str] | None = None
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

    Raises
    ------
    DataError
        If it is not a table of a connection, or its columns cannot be read.
    """
    ibis = require("ibis", extra="engines", feature="counting in a database")
    events = named_events(table, query, columns)
    try:
        engine = str(table.get_backend().name)
    except ibis.common.exceptions.IbisError:
        raise DataError(
            "'events' must be a table of a connection, got one without a database",
            hint="connection.table(name)",
        ) from None
    faults = _faults(events, query)
    if not speaks(query) or not _compiles(events, query):
        fetched = count_log(_fetch(events, query), query)
        return evolve_lazily(fetched, engine=f"{engine}, numpy", faults=faults)
    by_segment: dict[str, list[int]] = {}
    waiting: dict[str, int] = {}
    if query.breakdown is not None:
        by_segment, waiting = _segments(build_query(events, query), query)
    # The totals of a breakdown by "all" are those of entities, not of entities and values.
    (total,) = _rows(build_query(events, attrs.evolve(query, breakdown=None)))
    result = StepCounts(
        **query.words(),
        counts=[int(total[f"n{k}"] or 0) for k in range(len(query.steps))],
        immature=int(total["waiting"] or 0),
        by_segment=by_segment,
        immature_by_segment=waiting,
        faults=faults,
        events=_scalar(relevant(events, query).count()),
        engine=engine,
    )
    return compute_lazily(
        result,
        duplicates=lambda: _duplicates(events, query),
        durations=lambda: count_log(_fetch(events, query), query).durations,
    )


def step_sql(
    table: ir.Table,
    query: Query,
    *,
    columns: Mapping[str, str] | None = None,
    dialect: str | None = None,
) -> str:
    """Return the SQL that `count_table` would run, in the table's dialect or another one."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    events = named_events(table, query, columns)
    return str(ibis.to_sql(build_query(events, query), dialect=dialect))


def _compiles(events: ir.Table, query: Query) -> bool:
    """Whether the database has words for the query: some have no parts of seconds."""
    ibis = require("ibis", extra="engines", feature="counting in a database")
    try:
        ibis.to_sql(build_query(events, query))
    except ibis.common.exceptions.IbisError:
        return False
    return True


def _rows(expression: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return found


def _scalar(expression: ir.Table) -> int:
    return int(expression.to_pyarrow().as_py() or 0)


def _faults(events: ir.Table, query: Query) -> tuple[Fault, ...]:
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
        late = _scalar((events.time > last_moment(events, query)).sum())
        if late:
            faults.append(Fault.of("events-after-as-of", severity="info", n=late))
    return tuple(faults)


def _segments(expression: ir.Table, query: Query) -> tuple[dict[str, list[int]], dict[str, int]]:
    """Return the counts and the immature by value; values are written as in memory."""
    found = expression.to_pyarrow()
    column = event_columns.encode("breakdown", open_column(found["value"]))
    names = [*map(str, column.values), MISSING]
    table: dict[str, list[int]] = {name: [0] * len(query.steps) for name in names}
    waiting = dict.fromkeys(names, 0)
    for at, row in zip(column.codes.tolist(), found.to_pylist(), strict=True):
        counts = table[names[at]]
        for k in range(len(counts)):
            counts[k] += int(row[f"n{k}"] or 0)
        waiting[names[at]] += int(row["waiting"] or 0)
    seen = [name for name in names if any(table[name]) or waiting[name]]
    return {name: table[name] for name in seen}, {name: waiting[name] for name in seen}


def _duplicates(events: ir.Table, query: Query) -> int:
    rows = relevant(events, query).select("entity", "step", "time")
    return _scalar(rows.count()) - _scalar(rows.distinct().count())


def _fetch(events: ir.Table, query: Query) -> EventLog:
    """Return the events in question as a log in memory."""
    rows = relevant(events, query).to_pyarrow()
    main, more = read_frame(rows, None, () if query.breakdown is None else ("value",))
    attributes = {} if query.breakdown is None else {query.breakdown: more["value"]}
    return EventLog(main["entity"], main["step"], main["time"], attributes=attributes)
