"""Live formulas of a tracking sheet: rates and attainments as the library computes them."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.tracking import Tracking, TrackingRow

__all__ = ["above_of", "letters", "quotient", "score_quotient"]


def letters(column: int) -> str:
    """Return the letters of a column, counted from 0.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def above_of(tracking: Tracking) -> Sequence[int | None]:
    """Return, for every row, the row of the step before it in its period and segment."""
    chain = tracking.funnel.level_keys("step")
    before = dict(zip(chain[1:], chain, strict=False))
    at = {(row.period, row.segment, row.metric): i for i, row in enumerate(tracking.rows)}

    def above(row: TrackingRow) -> int | None:
        source = before.get(row.metric)
        return None if source is None else at.get((row.period, row.segment, source))

    return [above(row) for row in tracking.rows]


def quotient(over: str, under: str, locale: Locale) -> str:
    """Return the formula of a quotient of two cells, blank if there is none.

    Numbers that were written as text count as well, and so does 万 in Chinese.

    Examples
    --------
    >>> quotient("E3", "E2", "en")
    '=IFERROR(IF(ISNUMBER(E3),E3,VALUE(E3&""))/IF(ISNUMBER(E2),E2,VALUE(E2&"")),"")'
    """
    return f'=IFERROR({_value(over, locale)}/{_value(under, locale)},"")'


def score_quotient(over: str, under: str) -> str:
    """Return the formula of a quotient of two scores, which may be written as ``4.2/5``."""
    return f'=IFERROR({_score(over)}/{_score(under)},"")'


def _value(cell: str, locale: Locale) -> str:
    words = f'{cell}&""'
    if locale == "zh":
        plain = f'VALUE(SUBSTITUTE({words},"万",""))*IF(RIGHT({words})="万",10000,1)'
    else:
        plain = f"VALUE({words})"
    return f"IF(ISNUMBER({cell}),{cell},{plain})"


def _score(cell: str) -> str:
    return f'IF(ISNUMBER({cell}),{cell},VALUE(LEFT({cell},FIND("/",{cell}&"/")-1)))'
