"""Worksheets of one person or store each: their names are the segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from salesfunnel.fault import Fault
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import fold
from salesfunnel.intake.sheet.raw_rows import RawRow
from salesfunnel.intake.sheet.sheet_periods import period_of_sheet

__all__ = ["segments_by_worksheet"]


def segments_by_worksheet(
    raw_rows: Sequence[RawRow], tables: Sequence[tuple[Grid, Header]], faults: list[Fault]
) -> list[RawRow]:
    """Return the rows of several worksheets; their names distinguish those that come again.

    Parameters
    ----------
    raw_rows : sequence of RawRow
        The rows of all worksheets.
    tables : sequence of (Grid, Header)
        The worksheets.
    faults : list of Fault
        Where it is said.
    """
    names = [grid.name or "" for grid, _ in tables]
    if len(names) < 2 or not all(names) or any(map(period_of_sheet, names)):
        return list(raw_rows)
    seen: dict[Any, set[str | None]] = {}
    for raw in raw_rows:
        key = (str(raw.period), *(fold(raw.text(role)) for role in ("segment", "stage", "metric")))
        seen.setdefault(key, set()).add(raw.sheet)
    if all(len(sheets) < 2 for sheets in seen.values()):
        return list(raw_rows)
    faults.append(Fault.of("worksheets-are-segments", value=", ".join(names)[:200]))
    return [
        attrs.evolve(
            raw,
            texts={
                **raw.texts,
                "segment": " / ".join(filter(None, (raw.sheet, raw.text("segment")))),
            },
        )
        for raw in raw_rows
    ]
