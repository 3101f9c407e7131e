"""Figures as people of a language write them."""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n._dates import day_words, period_words

DASH = "–"


def percent(value: float, locale: Locale = "en") -> str:
    """Return a rate as percent: at least two decimals and at least three significant digits."""
    del locale
    share = float(value) * 100
    digits = 2
    if 0 < abs(share) < 1:
        digits = min(2 - math.floor(math.log10(abs(share))), 6)
    return f"{share:.{digits}f}%"


def share(value: float, locale: Locale = "en") -> str:
    """Return a share that needs no decimals as whole percent."""
    del locale
    return f"{value * 100:.0f}%"


def chance(value: float, locale: Locale = "en") -> str:
    """Return a probability as whole percent, never 0 or 100: it is an estimate."""
    del locale
    if value < 0.005:
        return "<1%"
    if value > 0.995:
        return ">99%"
    return f"{value * 100:.0f}%"


def count(value: float, locale: Locale = "en") -> str:
    """Return a whole number with thousands apart."""
    del locale
    return f"{round(value):,}"


def number(value: float, locale: Locale = "en") -> str:
    """Return a number with as many decimals as it needs, two at most below 100."""
    del locale
    if float(value).is_integer() or abs(value) >= 100:
        return f"{round(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def deals(value: float, locale: Locale = "en") -> str:
    """Return an expected number of deals: one decimal below 100, none above."""
    del locale
    shown = f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.1f}"
    return "0" if shown in {"0.0", "-0.0"} else shown


def money(value: float, locale: Locale = "en") -> str:
    """Return an amount without its currency, a dash for NaN. Chinese counts in 万 and 亿."""
    if math.isnan(value):
        return DASH
    size = abs(value)
    if locale == "zh" and size >= 1e4:
        unit, name = (1e8, "亿") if size >= 1e8 else (1e4, "万")
        return f"{value / unit:,.2f}".removesuffix(".00") + name
    if size >= 100 or not size:
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def about(value: float, locale: Locale = "en") -> str:
    """Return an estimated amount with two significant digits: more would be false."""
    if not math.isfinite(value) or not value:
        return money(value, locale)
    return money(round(value, 1 - math.floor(math.log10(abs(value)))), locale)


def day(value: date, locale: Locale = "en") -> str:
    """Return a date in words: 3 Dec 2026, 2026年12月3日."""
    return day_words(value, "full", locale)


def period(value: str, locale: Locale = "en") -> str:
    """Return a period in words: Aug 2026, 2026年8月; what is none as it is."""
    return period_words(str(value), locale)


def duration(value: timedelta | float, locale: Locale = "en") -> str:
    """Return a duration, given as timedelta or in days, in days, or in hours below two days."""
    days = value.total_seconds() / 86400 if isinstance(value, timedelta) else float(value)
    hours, unit = ("小时", "天") if locale == "zh" else ("hours", "days")
    shown, name = (days * 24, hours) if 0 < days < 2 else (days, unit)
    return f"{shown:.1f}".removesuffix(".0") + ("" if locale == "zh" else " ") + name


_UNITS = {
    "count": ("count", "个数"),
    "currency": ("sum of money", "金额"),
    "rate": ("rate", "比率"),
    "score": ("score", "评分"),
    "duration": ("duration", "时长"),
}


def unit(value: str, locale: Locale = "en") -> str:
    """Return the word for a unit of a metric."""
    words = _UNITS.get(value, (value, value))
    return words[1] if locale == "zh" else words[0]


FORMS: Mapping[str, Callable[..., str]] = {
    "percent": percent,
    "chance": chance,
    "share": share,
    "deals": deals,
    "count": count,
    "number": number,
    "money": money,
    "about": about,
    "date": day,
    "period": period,
    "duration": duration,
    "unit": unit,
}
"""The named format specs that templates may use."""


class _Filler(string.Formatter):
    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def format_field(self, value: object, format_spec: str) -> str:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return DASH
        form = FORMS.get(format_spec)
        return form(value, self.locale) if form else str(super().format_field(value, format_spec))


def fill(template: str, params: Mapping[str, Any], locale: Locale) -> str:
    """Return a template with its figures put in."""
    return _Filler(locale).vformat(template, (), params)
