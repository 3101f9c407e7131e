"""Refuse what looks like a list of deals and is a log: deals that come again with other stages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.column_reader import ColumnReader

__all__ = ["refuse_a_log"]

_MANY = 0.3
"""The share of rows whose deal came before."""
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
