"""Refuse what looks like a list of deals and is a log: deals that come again with other stages."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.headers import fold_header

__all__ = ["refuse_a_log"]

_MANY = 0.3
"""The share of rows whose deal came before."""
_DATED = re.compile(
    r"snapshot|as of|report(ing)? (date|day|week|month)|extract|快照|报表日期|数据日期"
)
"""Headers of the day on which a list was made."""
_MOST = 0.8
"""The share of those with another stage than before."""


def refuse_a_log(reader: ColumnReader, roles: Mapping[str, int]) -> None:
    """Raise where most deals come several times, each time at another stage.

    Raises
    ------
    IntakeError
        With the calls that read rows of changes, and lists of several dates.
    """
    table = reader.table
    _refuse_dated_lists(reader, roles)
    label = roles.get("stage", roles.get("status"))
    if "deal" not in roles or label is None or len(table) < 3:
        return
    filled = table.filled(roles["deal"])
    deals = table.words(roles["deal"])[0][filled].astype(np.int64)
    labels = table.words(label)[0][filled].astype(np.int64)
    again = deals.size - np.unique(deals).size
    pairs = np.unique(deals * (int(labels.max(initial=0)) + 1) + labels).size
    changed = pairs - np.unique(deals).size
    if not deals.size or again < _MANY * deals.size or changed < _MOST * again:
        return
    used = {roles["deal"], label}
    times = [
        name
        for at, name in enumerate(table.names)
        if name and at not in used and ColumnKind(table, at).is_time
    ]
    name, time = table.names[label], repr(times[0]) if times else "..."
    raise IntakeError(
        f"'source' must have each deal once, got {again} of {deals.size} rows whose deal came"
        f" before at another {name!r}",
        [
            *reader.faults,
            Fault.of("deals-come-again", column=name, severity="error", rows=again),
        ],
        hint=f"rows of changes are read with columns={{'stage': {name!r}, 'time': {time}}}; lists"
        " of several dates, one below the other, are read by read_snapshots, a source a date",
    )


def _refuse_dated_lists(reader: ColumnReader, roles: Mapping[str, int]) -> None:
    """Raise where deals come again with another day of the list."""
    table = reader.table
    if "deal" not in roles or len(table) < 3:
        return
    for at, name in enumerate(table.names):
        if not name or not _DATED.search(fold_header(name)) or at in roles.values():
            continue
        filled = table.filled(roles["deal"]) & table.filled(at)
        deals = table.words(roles["deal"])[0][filled].astype(np.int64)
        if not deals.size or not ColumnKind(table, at).is_time:
            continue
        days = table.words(at)[0][filled].astype(np.int64)
        again = deals.size - np.unique(deals).size
        pairs = np.unique(deals * (int(days.max()) + 1) + days).size
        if again < _MANY * deals.size or pairs - np.unique(deals).size < _MOST * again:
            continue
        raise IntakeError(
            f"'source' must have each deal once, got {again} of {deals.size} rows whose deal came"
            f" before at another {name!r}",
            [Fault.of("deal-at-many-dates", column=name, severity="error", rows=again)],
            hint="read_snapshots reads lists of several dates, a source a date: with pandas,"
            f" read_snapshots(list(pd.read_csv(file).groupby({name!r})))",
        )
