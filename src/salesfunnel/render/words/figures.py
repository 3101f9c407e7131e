"""Words that many documents share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs

from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.fault import Fault, hint_text
from salesfunnel.i18n import FORMS, text
from salesfunnel.i18n._money import short_amount
from salesfunnel.i18n.said import VALUE, translated
from salesfunnel.render.model import Column, FaultItem, Faults
from salesfunnel.render.words.benchmarks import published_words

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)")
PART = 0.05
"""Part of a deal below which a number of deals is shown as whole."""


def fault_item(fault: Fault, locale: Locale, labels: Mapping[str, str] | None = None) -> FaultItem:
    """Return a fault in the words of a language; `labels` name the steps it speaks of."""
    figures: dict[str, Any] = {"row": fault.row, "column": fault.column, "value": fault.value}
    figures.update(fault.params)
    as_written = dict(figures)
    for name in ("sample", "source", "citation"):
        if isinstance(figures.get(name), str):
            figures[name] = published_words(figures[name], locale)
    for name in ("why", "hint"):
        if locale == "zh" and isinstance(figures.get(name), str):
            said = translated(figures[name]) or translated(figures[name], VALUE)
            figures[name] = said or figures[name]
    named: Mapping[str, str] = labels or {}
    for name in ("step", "value"):
        said = figures.get(name)
        if isinstance(said, str):
            keys = said.split("→")
            figures[name] = " → ".join(named.get(key, key) for key in keys)
    if locale == "en" and fault.message and (labels is None or figures == as_written):
        words, hint = fault.message, fault.hint
    else:
        words = text(f"fault.{fault.code}.message", locale, default=fault.message, **figures)
        hint = hint_text(fault.code, locale, figures, fault.hint)
    parts = [] if fault.file is None else [fault.file]
    if fault.row is not None:
        parts.append(text("report.row", locale, row=fault.row))
    if fault.column is not None:
        parts.append(text("report.column", locale, column=fault.column))
    return FaultItem(
        fault.severity, text("report.comma", locale).join(parts), words, hint, fault.code
    )


def faults_block(
    faults: Iterable[Fault], locale: Locale, labels: Mapping[str, str] | None = None
) -> Faults:
    """Return all faults, errors first, each severity in the order of the input."""
    order = {"error": 0, "warning": 1, "info": 2}
    items = [fault_item(f, locale, labels) for f in sorted(faults, key=lambda f: order[f.severity])]
    return Faults(text("report.faults", locale), items, none=text("report.no-faults", locale))


def doubts_block(
    faults: Iterable[Fault], locale: Locale, labels: Mapping[str, str] | None = None
) -> Faults:
    """Return all faults under the heading of what figures rest on."""
    return attrs.evolve(
        faults_block(faults, locale, labels), title=text("bottleneck.faults", locale)
    )


def points_span(wide: Interval, locale: Locale) -> str:
    """Return both ends of a difference of rates: points with their signs, never percent."""
    low, high = (
        f"{end * 100:+.2f}".replace("-", "\N{MINUS SIGN}") for end in (wide.low, wide.high)
    )
    return text("comparison.points-span", locale, low=low, high=high)


def day_text(value: Any, locale: Locale, *, hour: bool = False) -> str:
    """Return a day in words, given as a date, a moment or ISO text; other text as it is.

    `hour` adds the time of the day.
    """
    said = str(value)
    if not _ISO.match(said):
        return "–" if said == "NaT" else said
    moment = datetime.fromisoformat(said[:19])
    words = FORMS["date"](moment.date(), locale)
    return f"{words} {moment:%H:%M}" if hour else words


def period_text(period: str, locale: Locale) -> str:
    """Return a period in words: Aug 2026, 2026年8月; the one of all has words of its own."""
    return text("chart.all-periods", locale) if period == ALL else FORMS["period"](period, locale)


def bracketed(words: str, inner: str, locale: Locale) -> str:
    """Return words with others in brackets behind them, as a language writes them."""
    return f"{words}（{inner}）" if locale == "zh" else f"{words} ({inner})"


def cohort_name(period: str, size: int, locale: Locale) -> str:
    """Return the period of a cohort with the number of its customers."""
    return text("chart.deal-cohorts-row", locale, month=period_text(period, locale), n=f"{size:,}")


def shown(value: float | None, form: str, locale: Locale) -> str:
    """Return a figure in a named form, a dash if there is none."""
    return "–" if value is None or value != value else FORMS[form](value, locale)  # noqa: PLR0124 - NaN


def minus(words: str) -> str:
    """Return a figure whose minus is as wide as its digits, as in all pictures."""
    return words.replace("-", "\N{MINUS SIGN}")


def signed(value: float | None, form: str, locale: Locale) -> str:
    """Return a difference in a named form, with its sign."""
    words = shown(value, form, locale).replace("-", "\N{MINUS SIGN}")
    return f"+{words}" if value is not None and value > 0 else words


def span(low: float | None, high: float | None, form: str, locale: Locale) -> str:
    """Return both ends of an interval in a named form; a unit that both have stands once."""
    first, last = shown(low, form, locale), shown(high, form, locale)
    if first == last:
        return last
    if first.startswith("-"):
        ends = (end.replace("-", "\N{MINUS SIGN}") for end in (first, last))
        return text("report.range", locale, **dict(zip(("low", "high"), ends, strict=True)))
    return f"{first.removesuffix('%') if last.endswith('%') else first}–{last}"


def in_deals(value: float | None, locale: Locale) -> str:
    """Return a number of deals: whole ones as a count, parts of a deal with their decimals."""
    if value is not None and math.isfinite(value) and abs(value - round(value)) < PART:
        return shown(round(value), "count", locale)
    return shown(value, "deals", locale)


def filled(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[Any, Any]:
    """Return columns and rows without the columns in which no row says anything."""
    kept = [i for i in range(len(columns)) if any(row[i] for row in rows)] or [0]
    return [columns[i] for i in kept], [[row[i] for i in kept] for row in rows]


def segment_words(segment: str, locale: Locale) -> str:
    """Return the name of a segment; the one of all has words."""
    return text("report.all", locale) if segment == ALL else segment


def days_between(since: datetime, until: datetime) -> tuple[date, date]:
    """Return the first and the last day of a window that begins after one moment, with another."""
    return (since + timedelta(microseconds=1)).date(), until.date()


def money_text(value: float | None, currency: str, locale: Locale) -> str:
    """Return an amount with its currency; without one as the plain form ``money``."""
    return short_amount(value, currency, locale) if currency else shown(value, "money", locale)


def estimate_text(value: float, currency: str, locale: Locale) -> str:
    """Return an estimated amount: short with its currency, else to two significant digits."""
    return short_amount(value, currency, locale) if currency else shown(value, "about", locale)


def money_span(low: float, high: float, currency: str, locale: Locale) -> str:
    """Return both ends of a range of amounts with their currency: an estimate, so rounded."""
    if not currency:
        return span(low, high, "about", locale)
    first, last = (money_text(value, currency, locale) for value in (low, high))
    return first if first == last else text("report.range", locale, low=first, high=last)
