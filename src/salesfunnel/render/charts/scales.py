"""Scales: where a value stands between the ends, where ticks stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import attrs

from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import axis_words, day_words
from salesfunnel.render.charts.marks import Cell, ChartScale

__all__ = ["Axis", "axis_of", "days"]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def days(value: str) -> float:
    """Return an ISO date or time as days since 1970 (UTC)."""
    moment = datetime.fromisoformat(value)
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
    return (moment - _EPOCH) / timedelta(days=1)


def iso(number: float) -> str:
    """Return days since 1970 as an ISO date."""
    return (_EPOCH + timedelta(days=number)).date().isoformat()


@attrs.frozen
class Axis:
    """A scale with its ends: `place` maps a value to [0, 1].

    Parameters
    ----------
    scale : ChartScale
    low, high : float
        The ends, as numbers; categories stand at 0, 1, 2, ...
    ticks : tuple of (float, str)
        Numbers and the words next to them.
    """

    scale: ChartScale
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    @property
    def categorical(self) -> bool:
        """Whether the scale is one of categories."""
        return self.scale.kind == "category"

    def number(self, value: Cell) -> float:
        """Return a value as a number on the scale; NaN where it is missing or unknown."""
        if value is None:
            return math.nan
        if self.categorical:
            order = self.scale.order
            return float(order.index(str(value))) if str(value) in order else math.nan
        if self.scale.kind == "time":
            return days(str(value))
        return float(value)

    def place(self, value: Cell) -> float:
        """Return where a value stands, 0 at the low end and 1 at the high end."""
        number = self.number(value)
        if self.categorical:
            return (number + 0.5) / max(len(self.scale.order), 1)
        return self.place_number(number)

    def place_number(self, number: float) -> float:
        """Return where a number stands, 0 at the low end and 1 at the high end."""
        return (number - self.low) / (self.high - self.low)


def axis_of(chart: Chart, which: str) -> Axis:
    """Return the axis ``"x"`` or ``"y"`` of a chart, wide enough for all its marks."""
    scale: ChartScale = getattr(chart, which)
    if scale.kind == "category":
        size = len(scale.order)
        ticks = tuple((float(i), name) for i, name in enumerate(scale.order))
        return Axis(scale, 0.0, float(max(size, 1)), ticks)
    read: Callable[[Any], float] = days if scale.kind == "time" else float
    known = [
        read(value)
        for mark in chart.marks
        for name in (which, f"{which}2")
        for value in getattr(mark, name)
        if value is not None
    ]
    if scale.kind != "time" and any(
        mark.shape == "bar" and getattr(mark, f"{which}2") for mark in chart.marks
    ):
        known.append(0.0)
    low = min(known, default=0.0) if scale.low is None else scale.low
    high = max(known, default=1.0) if scale.high is None else scale.high
    if scale.kind == "time":
        low, high = (low, high) if high > low else (low - 1, high + 1)
        ticks = time_ticks(low, high, scale.frequency, chart.locale)
        if any(mark.shape == "dot" for mark in chart.marks):
            low, high = low - (high - low) * 0.015, high + (high - low) * 0.015
        return Axis(scale, low, high, ticks)
    low, high = (low, high) if high > low else (low, low + 1.0)
    step = nice_step((high - low) / 4)
    if scale.low is None:
        low = math.floor(low / step + 1e-9) * step
    if scale.high is None:
        high = math.ceil(high / step - 1e-9) * step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    numbers = [i * step for i in range(first, last + 1)]
    ticks = tuple((n, axis_words(n, scale, chart.locale, step)) for n in numbers)
    return Axis(scale, low, high, ticks)


def nice_step(rough: float) -> float:
    """Return the step 1, 2, 2.5 or 5 times a power of ten next above `rough`."""
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= rough * (1 - 1e-9))


def time_ticks(
    low: float, high: float, frequency: str, locale: str
) -> tuple[tuple[float, str], ...]:
    """Return ticks at first days of months, or at days where the span is short; seven at most.

    The last month has one, and the first where there is room: what a reader looks for.
    """
    first, last = date.fromisoformat(iso(low)), date.fromisoformat(iso(high))
    months = (last.year - first.year) * 12 + last.month - first.month
    if months < 2:
        step = max(math.ceil((high - low) / 4), 1)
        numbers = [low + i * step for i in range(int((high - low) // step) + 1)]
        return tuple((n, day_words(date.fromisoformat(iso(n)), "day", locale)) for n in numbers)
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / s <= 5)
    start = first.year * 12 + first.month - 1 + (first.day > 1)
    places = list(range(last.year * 12 + last.month - 1, start - 1, -step))[::-1]
    if places and places[0] - start >= 0.8 * step:
        places.insert(0, start)
    found = []
    for place in places:
        day = date(place // 12, place % 12 + 1, 1)
        words = day_words(day, "month" if frequency != "quarter" else "quarter", locale)
        found.append((days(day.isoformat()), words))
    return tuple(found)
