"""Figures as a reader of a picture wants them: short, with their unit, in the page's language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesfunnel.i18n._dates import MONTHS, day_words, period_words

if TYPE_CHECKING:
    from salesfunnel.render.charts.marks import ChartScale

__all__ = [
    "MINUS",
    "MONTHS",
    "SIGNS",
    "axis_words",
    "day_words",
    "deals_words",
    "money_column",
    "money_span",
    "money_words",
    "percent_range",
    "period_words",
    "plus",
    "tenths",
    "value_words",
    "whole_percent",
]

SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "INR": "₹"}
MINUS = "\N{MINUS SIGN}"


def whole_percent(value: float) -> str:
    """Return a rate without decimals; one below 10%, never 0% of something that happened."""
    share = value * 100
    if 0 < abs(share) < 9.95:
        shown = f"{share:.1f}".removesuffix(".0").replace("-", MINUS)
        return f"{shown}%" if abs(share) >= 0.05 else "<0.1%"
    if 99.5 <= share < 100:
        return f"{math.floor(share * 10) / 10:.1f}%"
    return f"{share:.0f}%".replace("-", MINUS)


def tenths(value: float) -> str:
    """Return a rate with one decimal, never 0% of something that happened."""
    some = abs(value) >= 0.0005 or not value
    return f"{value * 100:.1f}%".replace("-", MINUS) if some else "<0.1%"


def percent_range(low: float, high: float) -> str:
    """Return both ends of a range of rates, without the sign; decimals only where they differ."""
    for digits in (0, 1, 2):
        ends = [f"{value * 100:.{digits}f}" for value in (low, high)]
        if ends[0] != ends[1] and (high >= 0.01 or digits):
            break
    return "–".join(ends)


def deals_words(value: float) -> str:
    """Return a number of deals: whole from 10 on, one decimal below."""
    if abs(value) >= 9.95 or float(value).is_integer():
        return f"{round(value):,}".replace("-", MINUS)
    shown = f"{value:.1f}"
    return "0" if shown in {"0.0", "-0.0"} else shown.replace("-", MINUS)


def plus(words: str) -> str:
    """Return a figure with a plus sign where it has no minus and is not zero."""
    return words if (words.startswith((MINUS, "0", "–")) and words.strip("0.%") in {
        "", "–"}) or words.startswith(MINUS) else f"+{words}"  # fmt: skip


def _rounded(value: float, digits: int = 2) -> float:
    if not value:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _short(value: float) -> str:
    """Return a number below 1,000 with the decimals it has, two at most."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _unit(size: float, locale: str) -> tuple[float, str]:
    steps = (
        ((1e8, "亿"), (1e4, "万"))
        if locale == "zh"
        else ((1e9, " billion"), (1e6, " million"), (1e4, "k"))
    )
    for unit, name in steps:
        if size >= unit * 0.995:
            return (1e3, name) if name == "k" else (unit, name)
    return 1.0, ""


def money_words(
    value: float, locale: str = "en", currency: str | None = None, digits: int = 2
) -> str:
    """Return an amount with two significant digits, its unit and its currency."""
    amount = _rounded(float(value), digits)
    unit, name = _unit(abs(amount), locale)
    body = _short(abs(amount) / unit) + name
    return _with_currency(body, amount < 0, locale, currency)


def money_column(
    values: Sequence[float], locale: str = "en", currency: str | None = None
) -> list[str]:
    """Return amounts that are read one below the other: one unit, the same decimals in all."""
    largest = max((abs(value) for value in values), default=0.0)
    unit, name = _unit(_rounded(largest, 3), locale)
    size = largest / unit
    digits = 0 if not size else min(max(2 - math.floor(math.log10(size)), 0), 2)
    return [
        _with_currency(
            f"{abs(value) / unit:,.{digits}f}{name}", round(value / unit, digits) < 0, locale,
            currency,
        )
        for value in values
    ]  # fmt: skip


def money_span(low: float, high: float, locale: str = "en", currency: str | None = None) -> str:
    """Return both ends of a range of money in one unit, which is written once."""
    unit, name = _unit(max(abs(low), abs(high)), locale)
    first, last = (_rounded(float(v)) / unit for v in (low, high))
    body = f"{_short(first)}–{_short(last)}{name}".replace("-", MINUS)
    return _with_currency(body, negative=False, locale=locale, currency=currency)


def _with_currency(body: str, negative: bool, locale: str, currency: str | None) -> str:
    if locale == "zh" and currency in {"CNY", None}:
        body += "" if currency is None else "元"
    elif currency is not None:
        sign = SIGNS.get(currency)
        body = f"{sign}{body}" if sign else f"{currency}\N{NO-BREAK SPACE}{body}"
    return (MINUS if negative else "") + body


def _decimals(step: float) -> int:
    """Return the fewest decimals that write ticks `step` apart as they are, six at most."""
    return next((d for d in range(6) if abs(round(step, d) - step) < 1e-6 * step), 6)


def axis_words(value: float, scale: ChartScale, locale: str, step: float) -> str:
    """Return the words beside a tick of a scale whose ticks are `step` apart."""
    if scale.kind == "percent":
        return f"{value * 100:.{_decimals(step * 100)}f}%".replace("-", MINUS)
    if scale.kind == "money":
        return money_words(value, locale, scale.currency, digits=3)
    return f"{value:,.{_decimals(step)}f}".replace("-", MINUS)


def value_words(value: float | None, scale: ChartScale, locale: str) -> str:
    """Return a figure on a scale for a label."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    if scale.kind == "percent":
        return whole_percent(value)
    if scale.kind == "money":
        return money_words(value, locale, scale.currency)
    return deals_words(value)
