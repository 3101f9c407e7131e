"""Columns that hold the time of day alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from salesfunnel.intake.files.columns import TextColumn

__all__ = ["is_clock"]

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?", re.ASCII | re.IGNORECASE)


def is_clock(column: object) -> bool:
    """Whether a column of text holds the time of day alone: 10:05:00."""
    if isinstance(column, TextColumn):
        cells: Iterable[Any] = (column.cell(row) for row in range(min(column.count, 50)))
    else:
        cells = islice(column, 50) if isinstance(column, Iterable) else ()
    first = next((cell for cell in cells if isinstance(cell, str) and cell.strip()), "")
    return _CLOCK.fullmatch(first.strip()) is not None
