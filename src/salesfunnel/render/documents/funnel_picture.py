"""The funnel picture of one period of a panel."""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.i18n import text
from salesfunnel.render.model import FunnelPicture, FunnelStep, Mark
from salesfunnel.render.words.figures import segment_words, shown
from salesfunnel.render.words.names import labels_of


def funnel_picture(
    panel: Panel,
    locale: Locale,
    *,
    period: str,
    segment: str = ALL,
    intervals: Mapping[str, str] | None = None,
    marks: Mapping[str, tuple[Mark, str]] | None = None,
    judged: Mapping[str, tuple[int, int]] | None = None,
    rates: Mapping[str, float] | None = None,
) -> FunnelPicture:
    """Return the picture of one period and segment.

    Parameters
    ----------
    panel : Panel
    locale : {"en", "zh"}
    period, segment : str
        Which cell of the panel.
    intervals : mapping of str to str, optional
        Words for the interval of the rate into a step, by the key of the step.
    marks : mapping of str to (mark, str), optional
        A mark and its words for the transition into a step, by the key of the step.
    judged : mapping of str to (int, int), optional
        Who entered and advanced of the transition into a step as bottlenecks were judged, by the
        key of the step, so that a page shows one rate of a step.
    rates : mapping of str to float, optional
        The rate of the transition into a step where it was judged over several periods, by the key
        of the step; who is not in the next stage is still that of this period.
    """
    t, g = panel.periods.index(period), panel.segments.index(segment)
    entered, advanced, unknown = (array[t, g] for array in panel.entered_advanced())
    labels = labels_of(panel.funnel, panel.steps, locale)
    steps = []
    for s, key in enumerate(panel.steps):
        missing = bool(panel.missing[t, g, s])
        count = None if missing else int(panel.counts[t, g, s])
        words = text("report.missing", locale) if missing else shown(count, "count", locale)
        rate = lost = ""
        if s and not unknown[s - 1]:
            n, x = (judged or {}).get(key, (int(entered[s - 1]), int(advanced[s - 1])))
            share = (rates or {}).get(key, x / n if n else None)
            rate = "–" if share is None else shown(share, "percent", locale)
            key_of = "report.lost" if x <= n else "report.gained"
            lost = text(key_of, locale, lost=n - x, gained=x - n)
        elif s:
            rate = "–"
        mark, note = (marks or {}).get(key, ("", ""))
        steps.append(
            FunnelStep(
                labels[key],
                count,
                words,
                rate=rate,
                interval=(intervals or {}).get(key, ""),
                lost=lost,
                mark=mark,
                note=note,
            )
        )
    title = text("report.funnel", locale)
    if period != ALL:
        title += f" {period}"
    if segment != ALL:
        title += f" · {segment_words(segment, locale)}"
    return FunnelPicture(title, steps, scale_note=text("report.log-scale", locale))
