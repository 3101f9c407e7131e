"""Words and figures that pictures of several results share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.periods import start_of
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.definitions.step_mapping import place_of_transition
from salesfunnel.i18n import text
from salesfunnel.render.charts.figures import day_words, period_words

if TYPE_CHECKING:
    from salesfunnel.definitions.funnel import Transition

TREND_LEVEL = 0.8
"""Level of the intervals of a trend."""


def step_words(transition: Transition, labels: dict[str, str]) -> str:
    """Return a transition with the names that people see."""
    source, target = transition.source, transition.target
    return f"{labels.get(source, source)} → {labels.get(target, target)}"


def day(value: Any, locale: Locale) -> str:
    """Return a date, a datetime or a numpy moment in words."""
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").astype(object)
    return day_words(date(value.year, value.month, value.day), "full", locale)


def first_day(period: str, by: str) -> str | None:
    """Return the first day of a period (ISO); None where periods are not times."""
    return None if by == "none" else start_of(period, by).isoformat()  # type: ignore[arg-type]


def span_words(periods: Sequence[str], locale: Locale) -> str:
    """Return periods in words: the first and the last, or the only one."""
    if not periods:
        return ""
    first, last = period_words(periods[0], locale), period_words(periods[-1], locale)
    if periods[0] == ALL:
        return text("chart.all-periods", locale)
    if first == last:
        return first
    return f"{first}至{last}" if locale == "zh" else f"{first} – {last}"


def pick_transition(value: object, transitions: Sequence[Any], default: int = 0) -> int:
    """Return the place of a transition, given as ``"a→b"``, its target, or itself.

    Raises
    ------
    UnknownNameError
        If there is no such transition.
    """
    if not transitions:
        raise ArgumentError("'result' must have a step to show, got none")
    if value is None:
        return default
    targets = [transition.target for transition in transitions]
    return targets.index(value) if value in targets else place_of_transition(value, transitions)


def pick_segment(value: str | None, segments: Sequence[str]) -> int:
    """Return the place of a segment; the one of all, or the first, by default."""
    if value is None:
        return segments.index(ALL) if ALL in segments else 0
    check_known("segment", value, segments)
    return segments.index(value)
