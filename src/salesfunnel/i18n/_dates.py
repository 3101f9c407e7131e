"""Days and periods in words, one way a language: 3 Dec 2026, Aug 2026; 2026年12月3日, 2026年8月."""

from __future__ import annotations

from datetime import date

__all__ = ["MONTHS", "day_words", "period_words"]

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_words(day: date, form: str, locale: str) -> str:
    """Return a date as ``day`` (3 Dec), ``month`` (Dec 2026), ``quarter`` or ``full``."""
    if form == "quarter":
        quarter = (day.month - 1) // 3 + 1
        return f"{day.year}年{quarter}季度" if locale == "zh" else f"Q{quarter} {day.year}"
    if locale == "zh":
        return {
            "day": f"{day.month}月{day.day}日",
            "month": f"{day.year}.{day.month:02d}",
            "long-month": f"{day.year}年{day.month}月",
            "full": f"{day.year}年{day.month}月{day.day}日",
        }[form]
    name = MONTHS[day.month - 1]
    return {
        "day": f"{day.day} {name}",
        "month": f"{name} {day.year}",
        "long-month": f"{name} {day.year}",
        "full": f"{day.day} {name} {day.year}",
    }[form]


def period_words(period: str, locale: str) -> str:
    """Return the name of a period in words: 2026-08 → Aug 2026, 2026-Q3 → Q3 2026."""
    year, _, rest = period.partition("-")
    if len(year) == 4 and year.isdigit():
        if len(rest) == 2 and rest.isdigit() and 1 <= int(rest) <= 12:
            return day_words(date(int(year), int(rest), 1), "long-month", locale)
        if rest[:1] == "Q" and rest[1:].isdigit():
            return day_words(date(int(year), int(rest[1:]) * 3 - 2, 1), "quarter", locale)
        if len(rest) == 5 and rest[2] == "-":
            return day_words(date.fromisoformat(period), "full", locale)
        if rest[:1] == "W" and rest[1:].isdigit():
            return (
                f"{year}年第{int(rest[1:])}周"
                if locale == "zh"
                else f"week {int(rest[1:])}, {year}"
            )
    return period
