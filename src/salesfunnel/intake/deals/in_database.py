"""count_deals: a panel of deals whose changes of stage lie in a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from salesfunnel._core.checks import did_you_mean, duplicates
from salesfunnel._core.errors import ArgumentError, DataError, UnknownNameError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import is_a
from salesfunnel._core.vocabulary import Frequency, PanelMode
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.checks import LOST, OPEN, WON
from salesfunnel.data.panel import Panel
from salesfunnel.intake.deals.outcomes import stage_outcome

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["count_deals"]

_NAT = np.datetime64("NaT", "us")


def count_deals(
    table: ir.Table,
    *,
    deal: str,
    stage: str,
    time: str,
    stages: Sequence[str],
    by: Frequency | Literal["all"] = "month",
    mode: PanelMode = "cohort",
    window: timedelta | str | None = None,
    segment: str | None = None,
) -> Panel:
    """Count deals by period and stage from a table of their changes of stage in a database.

    The database finds the first entry of each deal into each stage; one row per deal is fetched,
    and counted as ``StageHistory.panel`` counts it. The moment of the data is the latest time in
    the table.

    Parameters
    ----------
    table : ibis table
        One row per change of stage (extra ``engines``).
    deal, stage, time : str
        The columns of the id of the deal, of the stage that it entered, and of when.
    stages : sequence of str
        The stages in order, as written in the table. A loss is not a stage: names that mean
        lost, in any of the languages that `read_deals` knows, end a deal.
    by : {"day", "week", "month", "quarter", "year", "all"}
        How long a period is.
    mode : {"cohort", "period", "entry"}
        As in ``StageHistory.panel``.
    window : timedelta or str, optional
        As in ``StageHistory.panel``.
    segment : str, optional
        A column to count by: its value in the last change of each deal.

    Raises
    ------
    UnknownNameError
        If a column is not there.
    DataError
        If the table has no connection, no rows, or stages that are neither named nor mean lost.
    ArgumentError
        If an argument is not valid.
    MissingExtraError
        If ibis is not installed.

    Examples
    --------
    >>> import ibis  # doctest: +SKIP
    >>> table = ibis.duckdb.connect("crm.duckdb").table("changes")  # doctest: +SKIP
    >>> panel = count_deals(  # doctest: +SKIP
    ...     table, deal="id", stage="stage", time="at", stages=["lead", "offer", "won"])
    """
    ibis = require("ibis", extra="engines", feature="counting in a database")
    names = _names(stages)
    rows = _rows(table, {"deal": deal, "stage": stage, "time": time, "segment": segment})
    known = set(names)
    found = [str(name) for name in rows.stage.as_table().distinct().execute()["stage"].tolist()]
    lost = [name for name in found if name not in known and stage_outcome(name) == LOST]
    strange = sorted(set(found) - known - {*lost})
    if strange:
        raise DataError(
            f"'stage' must hold stages that are named, or mean lost, got {strange[0]!r}"
            + (f" and {len(strange) - 1} others" if len(strange) > 1 else ""),
            hint=did_you_mean(strange[0], names),
        )
    entered = {f"at_{k}": rows.time.min(where=rows.stage == name) for k, name in enumerate(names)}
    value = {} if segment is None else {"segment": rows.segment.argmax(rows.time)}
    last = {
        "last": rows.time.max(),
        "lost": rows.time.max(where=rows.stage.isin(lost)) if lost else ibis.null("timestamp"),
        "won": rows.time.max(where=rows.stage == names[-1]),
    }
    deals = rows.group_by("deal").aggregate(**entered, **last, **value).order_by("deal")
    return _history(deals.to_pyarrow(), names, segment).panel(
        by, mode, window=window, segment=segment
    )


def _names(stages: Sequence[str]) -> tuple[str, ...]:
    if isinstance(stages, str) or not stages:
        raise ArgumentError(f"'stages' must be names in order, got {stages!r}")
    for name in duplicates(map(str, stages)):
        raise ArgumentError(f"'stages' must be unique, got {name!r} twice")
    return tuple(map(str, stages))


def _rows(table: ir.Table, columns: dict[str, str | None]) -> Any:
    """Return the rows that have a deal, a stage and a time, under our names."""
    if not is_a(table, "ibis.expr.types", "Table"):
        raise DataError(
            f"'table' must be an ibis table, got {type(table).__name__}",
            hint="read_deals(...) reads files and dataframes, and .panel() counts them",
        )
    for name in columns.values():
        if name is not None and name not in table.columns:
            raise UnknownNameError(
                f"'table' must have the column {name!r}, got none",
                hint=did_you_mean(name, list(table.columns)),
            )
    picked = {role: table[name] for role, name in columns.items() if name is not None}
    kind = picked["time"].type()
    if not (kind.is_timestamp() or kind.is_date()):
        raise DataError(f"'time' must be a column of times, got {kind}", hint="cast it there")
    for role in ("deal", "stage", "segment"):
        if role in picked:
            picked[role] = picked[role].cast("string").strip()
    rows = table.select(**{**picked, "time": picked["time"].cast("timestamp")})
    known = rows.deal.notnull() & (rows.deal != "") & rows.stage.notnull() & (rows.stage != "")
    return rows.filter(known & rows.time.notnull())


def _history(deals: ir.Table, names: tuple[str, ...], segment: str | None) -> StageHistory:
    """Return what the database found, a row per deal, as a history."""
    if not deals.num_rows:
        raise DataError("'table' must hold changes of stages, got none")

    def times(name: str) -> Any:
        return deals.column(name).cast("timestamp[us]").to_numpy().astype("datetime64[us]")

    last, lost, won = (times(name) for name in ("last", "lost", "won"))
    outcome = np.where(lost == last, LOST, np.where(won == last, WON, OPEN))
    attributes = {}
    if segment is not None:
        attributes[segment] = np.array([v or "" for v in deals.column("segment").to_pylist()])
    return StageHistory(
        deals=deals.column("deal").to_pylist(),
        stages=names,
        entered=np.stack([times(f"at_{k}") for k in range(len(names))], axis=1),
        outcome=outcome.astype(np.int8),
        closed=np.where(outcome == OPEN, _NAT, last),
        as_of=last.max(),
        attributes=attributes,
    )
