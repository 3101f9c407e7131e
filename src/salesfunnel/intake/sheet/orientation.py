"""Whether the steps of a table are its rows or its columns, and which column counts."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from salesfunnel.intake.sheet.column_words import MEASURES
from salesfunnel.intake.sheet.content import Column
from salesfunnel.intake.sheet.known_steps import is_known_step
from salesfunnel.intake.sheet.names import fold, nearest_header, role_of

__all__ = [
    "falls",
    "is_measure",
    "is_split",
    "looks_like_a_chain",
    "which_hint",
    "measure_of",
    "slip_of",
    "steps_side_by_side",
]

_LABELS = {"stage", "metric"}
_ALIKE = 0.8
_MOST = 0.6


def steps_side_by_side(label: Column, counts: Sequence[Column]) -> bool | None:
    """Whether the steps are the columns, and not the rows: by names that are known, by falling.

    None where nothing tells.
    """
    across = sum(is_known_step(column.name) for column in counts) / len(counts)
    texts = [text for text in dict.fromkeys(label.cells) if text]
    down = sum(is_known_step(text) for text in texts) / len(texts) if texts else 0.0
    if role_of(label.name) in _LABELS and (across <= down or across < _MOST):
        return False
    if across != down and max(across, down) >= 0.5:
        return across > down
    rows = [*zip(*(column.numbers for column in counts), strict=True)]
    falls_across = falls(rows)
    falls_down = falls([column.numbers for column in counts])
    return None if falls_across == falls_down else falls_across


def falls(series: Sequence[Sequence[float | None]]) -> bool:
    """Whether nearly every series of numbers never rises."""
    whole = [[n for n in one if n is not None] for one in series]
    long = [one for one in whole if len(one) > 1]
    falling = sum(one == sorted(one, reverse=True) and one[0] > one[-1] for one in long)
    return bool(long) and falling >= 0.9 * len(long)


def measure_of(counts: Sequence[Column]) -> Column | None:
    """Return the column whose name says best what a funnel counts; None where two do."""
    ranks = [(rank, c) for c in counts for rank in [_rank(c.name)] if rank is not None]
    best = min((rank for rank, _ in ranks), default=None)
    found = [column for rank, column in ranks if rank == best]
    return found[0] if len(found) == 1 else None


def _rank(name: str) -> int | None:
    folded = fold(name)
    if role_of(name) == "actual":
        return 0
    return next((rank for rank, words in enumerate(MEASURES, 1) if folded in words), None)


def is_split(counts: Sequence[Column]) -> bool:
    """Whether columns of counts are one count, split: by channel or by month."""
    return all(_rank(column.name) is None and slip_of(column.name) is None for column in counts)


def is_measure(name: str) -> bool:
    """Whether a name says what is counted: users, sessions, deals."""
    return _rank(name) is not None


def slip_of(name: str) -> str | None:
    """Return the known header that a name is, but for a slip; None where it is none."""
    close = nearest_header(name)
    alike = close and SequenceMatcher(None, fold(name), fold(close)).ratio() >= _ALIKE
    return close if alike and role_of(name) is None else None


def looks_like_a_chain(counts: Sequence[Column]) -> bool:
    """Whether one row of numbers is a funnel: it falls, or its names are known."""
    known = sum(is_known_step(column.name) for column in counts)
    return 2 * known >= len(counts) or falls([[column.numbers[0] for column in counts]])


def which_hint(columns: Sequence[Column], role: str) -> str:
    """Return the hint that names the call for one of several columns."""
    listed = ", ".join(repr(column.name) for column in columns)
    what = "names the steps" if role == "stage" else "is counted"
    return f"say with columns={{{role!r}: ...}} which column {what}; it may be {listed}"
