"""Words for the parts of a fall: what a column's levels are called, what a part says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.diagnosis import ColumnUse, Diagnosis, Finding
from salesfunnel.i18n import text
from salesfunnel.render.words.figures import PART, bracketed

__all__ = [
    "cause_notes",
    "cause_text",
    "cause_title",
    "chance_words",
    "columns_words",
    "levels_words",
]

COLUMN = "column:"
BLANK, OTHER = "(blank)", "(other)"
MOST_NAMES = 12
MATERIAL, LEAST = 0.1, 0.5
"""Part of a fall, and deals, from which the change of an unnamed column is reported."""


def levels_words(params: Mapping[str, Any], locale: Locale, end: str = "") -> str:
    """Return the named levels of a column: its own values, or the bounds of a number."""
    if params.get(f"bins{end}"):
        return _bounds(params.get(f"low{end}"), params.get(f"high{end}"), params, locale, end)
    named = {BLANK: text("cause.level.blank", locale), OTHER: text("cause.level.other", locale)}
    words = [named.get(w, w) for w in str(params.get(f"level{end}") or "").split(", ")]
    return text("cause.separator", locale).join(words)


def _bounds(
    low: float | None, high: float | None, params: Mapping[str, Any], locale: Locale, end: str
) -> str:
    if params.get(f"bins{end}") != "delay":
        form = "from" if high is None else "below" if low is None else "between"
        return text(f"cause.level.{form}", locale, low=low, high=high)
    if high is not None and high <= 0:  # days before the step: the order turns round
        form = "before-from" if low is None else "before-between"
        return text(
            f"cause.level.{form}", locale,
            low=abs(high), high=None if low is None else abs(low),
        )  # fmt: skip
    if high is None:
        low = low or 0.0
        form = "after-from" if low >= 0 else "before-below"
        return text(f"cause.level.{form}", locale, low=low, high=abs(low))
    form = "after-below" if low is None else "days-between"
    return text(f"cause.level.{form}", locale, low=low, high=high)


def what_words(params: Mapping[str, Any], locale: Locale) -> str:
    """Return columns and levels of a part: ``region: E, W and product: Pro``."""
    parts = [
        text(
            "cause.what", locale,
            column=params[f"column{end}"], level=levels_words(params, locale, end),
        )
        for end in ("", "_2")
        if params.get(f"column{end}")
    ]  # fmt: skip
    return text("cause.and", locale).join(parts)


def cause_title(code: str, locale: Locale, params: Mapping[str, Any]) -> str:
    """Return the name of a part whose column no rule knows."""
    if not params.get("column"):
        return code.removeprefix(COLUMN)
    kind = params.get("kind") or "standing"
    return text(f"cause.title.{kind}", locale, what=what_words(params, locale))


def cause_text(finding: Finding, locale: Locale) -> str:
    """Return what a part of the fall says."""
    e = finding.evidence
    figures: dict[str, Any] = {**finding.params, "before": e.exposure_before, "now": e.exposure}
    return text(
        f"cause.text.{finding.kind}", locale,
        **{**figures, "field": e.field, "contribution": finding.contribution},
    )  # fmt: skip


def cause_notes(finding: Finding, locale: Locale) -> list[str]:
    """Return what else a reader must know: what is alike, what it depends on, the question."""
    params: dict[str, Any] = dict(finding.params)
    notes: list[str] = []
    if finding.alike:
        names = text("cause.separator", locale).join((*finding.columns, *finding.alike))
        notes.append(text("cause.alike", locale, columns=names))
    if "depends_on" in params:
        notes.append(text("cause.depends-on", locale, **params))
    if "goes_with" in params:
        notes.append(text("cause.goes-with", locale, **params))
    if finding.explains and finding.code.startswith(COLUMN) and not params.get("known"):
        notes += [text("cause.question", locale, column=name) for name in finding.columns]
    return notes


def chance_words(found: Diagnosis, gap: float, locale: Locale) -> str:
    """Return what is said of the unexplained deals: alike everywhere, or with which columns.

    A column whose change comes to many deals but not to more than chance brings is no cause; that
    the drop is the same in everything recorded would not be true of it. Next to a cause it is said
    of what is left, where that is more than nothing: its interval lies above 0.
    """
    named = {name for f in found.causes if f.kind == "more-frequent" for name in f.columns}
    parts = [
        (-c.deals, c.name)
        for c in found.columns
        if c.deals is not None and c.name not in named and c.deals >= max(MATERIAL * gap, LEAST)
    ]
    if not parts:
        if not found.causes:
            return text("cause.unexplained-alike", locale)
        small, left = float(found.small_parts), found.unexplained or 0.0
        if PART <= small < left:
            return text("cause.unexplained-small", locale, small=small)
        ends = found.unexplained_interval
        return "" if ends is None or ends.low <= 0 else text("cause.unexplained-rest", locale)
    names = [
        text("cause.unexplained-column", locale, column=name, deals=-deals)
        for deals, name in sorted(parts)[:MOST_NAMES]
    ]
    columns = text("cause.separator", locale).join(names)
    return text("cause.unexplained-chance", locale, columns=columns)


def columns_words(columns: Iterable[ColumnUse], locale: Locale) -> list[str]:
    """Return which columns were searched and which were set aside, in two sentences at most."""
    found: list[str] = []
    rows = tuple(columns)
    for use, key, figure in (("used", "looked", "used"), ("set-aside", "set-aside", "aside")):
        names = [
            c.name
            if use == "used"
            else bracketed(
                c.name, text(f"cause.reason.{c.reason}", locale, default=c.reason), locale
            )
            for c in rows
            if c.use == use
        ]
        if names:
            shown = text("cause.separator", locale).join(names[:MOST_NAMES])
            more = "" if len(names) <= MOST_NAMES else " …"
            figures: dict[str, Any] = {figure: len(names), "names": shown + more}
            found.append(text(f"cause.{key}", locale, **figures))
    return found
