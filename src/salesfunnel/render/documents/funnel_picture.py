"""The funnel picture of one period of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.conversion import Conversion, conversions
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.i18n import text
from salesfunnel.render.model import FunnelPicture, FunnelStep, Mark
from salesfunnel.render.words.figures import in_deals, segment_words, shown, span
from salesfunnel.render.words.names import labels_of


def funnel_picture(
    panel: Panel,
    locale: Locale,
    *,
    period: str,
    segment: str = ALL,
    marks: Mapping[str, tuple[Mark, str]] | None = None,
    rows: Mapping[str, Conversion] | None = None,
    since: Mapping[str, str] | None = None,
) -> FunnelPicture:
    """Return the picture of one period and segment.

    Parameters
    ----------
    panel : Panel
    locale : {"en", "zh"}
    period, segment : str
        Which cell of the panel.
    marks : mapping of str to (mark, str), optional
        A mark and its words for the transition into a step, by the key of the step.
    rows : mapping of str to Conversion, optional
        The transition into a step, by the key of the step, with the interval that is shown; those
        of this cell, without intervals, by default. A page shows one rate of a step.
    since : mapping of str to str, optional
        From which period on a row counts, where it is of more than this one.
    """
    t, g = panel.periods.index(period), panel.segments.index(segment)
    own = rows is None
    if rows is None:
        table = conversions(panel.select(periods=period, segments=segment))
        rows = {row.target: row for row in table.rows}
    labels = labels_of(panel.funnel, panel.steps, locale)
    steps = []
    for s, key in enumerate(panel.steps):
        missing = bool(panel.missing[t, g, s])
        count = None if missing else int(panel.counts[t, g, s])
        words = text("report.missing", locale) if missing else shown(count, "count", locale)
        row = rows.get(key)
        rate = interval = lost = ""
        if s:
            rate = "–" if row is None or row.rate is None else shown(row.rate, "percent", locale)
        if row is not None and row.entered is not None:
            lost = _lost(row, (since or {}).get(key, ""), panel.exposed is not None, locale)
        if row is not None and row.rate is not None and not own:
            interval = span(row.interval.low, row.interval.high, "percent", locale)
        mark, note = (marks or {}).get(key, ("", ""))
        steps.append(
            FunnelStep(
                labels[key], count, words, rate=rate, interval=interval, lost=lost, mark=mark,
                note=note,
            )
        )  # fmt: skip
    title = text("report.funnel", locale)
    if period != ALL:
        title = text("report.funnel-of", locale, period=period)
    if segment != ALL:
        title += f" · {segment_words(segment, locale)}"
    return FunnelPicture(title, steps, scale_note=text("report.log-scale", locale))


def _lost(row: Conversion, since: str, followed: bool, locale: Locale) -> str:
    """Return how many are not in the next stage, or what the rate is made of where that differs."""
    n, x = row.entered or 0, row.advanced or 0
    exposed = n if row.exposed is None else row.exposed
    key = "report.advanced-of" if round(exposed) == n else "report.advanced-of-had-time"
    made: dict[str, Any] = {"advanced": x, "n": in_deals(exposed, locale)}
    if since:
        return text(f"{key}-since", locale, since=since, **made)
    if followed:
        return text(key, locale, **made)
    return text("report.lost" if x <= n else "report.gained", locale, lost=n - x, gained=x - n)
