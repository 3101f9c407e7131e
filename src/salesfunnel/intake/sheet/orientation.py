"""Whether the steps of a table are its rows or its columns, and which column counts."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from salesfunnel.intake.sheet.column_words import MEASURES, is_segment_name
from salesfunnel.intake.sheet.content import Column
from salesfunnel.intake.sheet.known_steps import is_known_step
from salesfunnel.intake.sheet.names import fold, nearest_header, role_of

__all__ = [
    "FLAGS",
    "falls",
    "flags_only",
    "is_measure",
    "is_split",
    "looks_like_a_chain",
    "which_hint",
    "measure_of",
    "numbered_hint",
    "slip_of",
    "steps_side_by_side",
]

FLAGS = (
    "each row seems to be one person or deal with yes and no for every step; add the columns up"
    " first, and give the sums: sf.Panel.from_counts({'visit': 1000, 'order': 90}); where columns"
    " hold the dates of the steps, read_deals reads them"
)
_YES = {"yes", "no", "y", "n", "true", "false", "0", "1", "是", "否"}
_LABELS = {"stage", "metric"}
_ALIKE = 0.8
_FEW_ROWS = 5
_MOST = 0.6


def steps_side_by_side(label: Column, counts: Sequence[Column]) -> bool | None:
    """Whether the steps are the columns, and not the rows: by names that are known, by falling.

    None if nothing tells.
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
    """Return the known header that a name is, but for a slip; None if it is none."""
    close = nearest_header(name)
    if close is None or role_of(name) is not None or is_segment_name(name):
        return None
    one, two = fold(name), fold(close)
    alike = SequenceMatcher(None, one, two).ratio() >= _ALIKE and abs(len(one) - len(two)) <= 1
    return close if alike and len(one) > 3 else None


def looks_like_a_chain(counts: Sequence[Column]) -> bool:
    """Whether one row of numbers is a funnel: it falls, or its names are known."""
    known = sum(is_known_step(column.name) for column in counts)
    return 2 * known >= len(counts) or falls([[column.numbers[0] for column in counts]])


def which_hint(columns: Sequence[Column], role: str) -> str:
    """Return the hint that names the call for one of several columns."""
    listed = ", ".join(repr(column.name) for column in columns)
    what = "names the steps" if role == "stage" else "is counted"
    return f"say with columns={{{role!r}: ...}} which column {what}; it may be {listed}"


def flags_only(columns: Sequence[Column], roles: Sequence[object]) -> bool:
    """Whether all numbers of a table are 0 or 1, or its texts yes or no: one row per person."""
    rows = max((len(column.cells) for column in columns), default=0)
    if rows < _FEW_ROWS:
        return False
    counts = [c for c in columns if c.kind == "count" and roles[c.index] in {None, "actual"}]
    texts = [c for c in columns if c.kind == "text" and roles[c.index] is None]
    ones = [c for c in counts if {*c.numbers} <= {0.0, 1.0, None}]
    answers = [c for c in texts if {cell.casefold() for cell in c.cells} <= {*_YES, ""}]
    return len(ones) > 1 or (len(answers) > 1 and not counts)


def numbered_hint(numbered: Sequence[Column], counts: Column) -> str:
    """Return how to read steps that are numbers, such as session 1, 2, 3; "" where none are."""
    if not numbered:
        return ""
    steps, counted = sorted((numbered[0], counts), key=lambda column: column.total)
    return (
        f"the steps seem to be numbered; columns={{'stage': {steps.name!r},"
        f" 'actual': {counted.name!r}}} says so"
    )
