"""Drop-downs, checks and colours of a tracking sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from salesfunnel.export.book import list_of
from salesfunnel.export.sheet_formulas import letters
from salesfunnel.export.sheet_page import COMPARED, Page
from salesfunnel.i18n import text
from salesfunnel.render.words.plans import owner_words

__all__ = ["checks", "colours", "drop_downs"]

_GOOD, _FAIR, _BAD, _ODD = (
    {"bg_color": "#D9EAD3", "font_color": "#1E5C1A"},
    {"bg_color": "#FFF2CC", "font_color": "#6B4E00"},
    {"bg_color": "#F8D7DA", "font_color": "#8A1C24"},
    {"bg_color": "#FCE0C2", "font_color": "#7A3E00"},
)
_TO_FILL = {"bg_color": "#FFFBE0"}
TOGETHER = 200
"""Runs of rows that one rule colours, at most."""
SPARE = 200
"""Rows below the sheet that offer the owners too."""


_LIMITS = {
    "count": (0, 10**15, "480000"), "currency": (-(10**15), 10**15, "480000"),
    "rate": (0, 1, "42%"), "duration": (0, 10**6, "45"),
}  # fmt: skip


def drop_downs(page: Page) -> None:
    """Offer the owners of the rows and of the funnel."""
    rows = len(page.tracking.rows)
    known = [row.owner for row in page.tracking.rows if row.owner]
    known += [
        owner_words(name, page.locale)
        for stage in page.tracking.funnel
        for name in (stage.owner, *(action.owner for action in stage.actions))
        if name
    ]
    choices = list_of(known)
    if choices:
        j = page.at["owner"]
        page.sheet.data_validation(
            1, j, rows + SPARE, j,
            {"validate": "list", "source": choices, "show_error": False},
        )  # fmt: skip


def checks(page: Page) -> None:
    """Warn where a number is expected; what was written may stay, as 48万 is read too."""
    units = [row.unit for row in page.tracking.rows]
    rows = len(units)
    for kind, (low, high, example) in _LIMITS.items():
        mine = [i for i in range(rows) if units[i] == kind]
        for role in ("target", "actual"):
            for first, last in _runs(mine):
                page.sheet.data_validation(
                    first + 1, page.at[role], last + 1, page.at[role],
                    {
                        "validate": "decimal", "criteria": "between", "minimum": low,
                        "maximum": high, "error_type": "warning",
                        "error_title": text("sheet.check.title", page.locale)[:32],
                        "error_message": text(
                            "sheet.check.number", page.locale, example=example
                        ),
                    },
                )  # fmt: skip


def colours(page: Page) -> None:
    """Colour attainments, rates against those of the targets, and what is to be filled in."""
    rows = len(page.tracking.rows)
    lower = [_is_lower(page, i) for i in range(rows)]
    share, rate = page.at["attainment"], page.at["rate"]
    for wanted in (False, True):
        runs = list(_runs([i for i in range(rows) if lower[i] == wanted]))
        for k in range(0, len(runs), TOGETHER):
            cell = f"{letters(share)}{runs[k][0] + 2}"
            bounds = ((1.0, "<="), (1.2, "<=")) if wanted else ((1.0, ">="), (0.8, ">="))
            rules = [f"{cell}{sign}{bound}" for bound, sign in bounds] + ["TRUE"]
            for rule, colours in zip(rules, (_GOOD, _FAIR, _BAD), strict=True):
                formula = f"=AND(ISNUMBER({cell}),{rule})"
                _rule(page, share, runs[k : k + TOGETHER], formula, colours)
    cell = f"{letters(rate)}2"
    _rule(page, rate, [(0, rows - 1)], f"=AND(ISNUMBER({cell}),{cell}>1)", _ODD)
    target = letters(page.at["target"])
    for i, above in enumerate(page.above[:COMPARED]):
        if above is None:
            continue
        own, over, under = f"{letters(rate)}{i + 2}", f"{target}{i + 2}", f"{target}{above + 2}"
        numbers = f"ISNUMBER({own}),ISNUMBER({over}),ISNUMBER({under})"
        _rule(page, rate, [(i, i)], f"=AND({numbers},{own}*{under}<0.9*{over})", _BAD)
    actual = page.at["actual"]
    _rule(page, actual, [(0, rows - 1)], f'={letters(actual)}2&""=""', _TO_FILL)


def _rule(
    page: Page,
    column: int,
    runs: Sequence[tuple[int, int]],
    formula: str,
    colours: Mapping[str, str],
) -> None:
    """Colour runs of rows of a column by a formula that is written for their first cell."""
    letter, (first, last) = letters(column), runs[0]
    places = " ".join(f"{letter}{a + 2}:{letter}{b + 2}" for a, b in runs)
    page.sheet.conditional_format(
        first + 1, column, last + 1, column,
        {
            "type": "formula", "criteria": formula, "stop_if_true": True,
            "format": page.book.conditional(**colours),
            **({"multi_range": places} if len(runs) > 1 else {}),
        },
    )  # fmt: skip


def _is_lower(page: Page, i: int) -> bool:
    metric = page.metrics.get(page.tracking.rows[i].metric)
    return metric is not None and metric.better == "lower"


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of places that follow each other."""
    starts = [i for i, place in enumerate(places) if not i or place != places[i - 1] + 1]
    for first, after in pairwise([*starts, len(places)]):
        yield places[first], places[after - 1]
