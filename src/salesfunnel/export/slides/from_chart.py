"""One slide of one picture: a native chart where its kind has one, otherwise the drawn picture."""

from __future__ import annotations

import attrs

from salesfunnel.export.slides.content import Drawn, Plot, Slide
from salesfunnel.export.slides.plots import fan_plot, funnel_plot, trend_plot, waterfall_plot
from salesfunnel.render.charts import Chart

__all__ = ["slide_of"]

_FUNNEL = frozenset({"stage", "entered", "advanced", "lost", "open"})
_WATERFALL = frozenset({"start", "end", "amount", "part"})
WIDTH = 760
"""Pixels across of a picture that is drawn, before it is doubled."""


def slide_of(chart: Chart) -> Slide:
    """Return the slide of a picture, its claim as the title."""
    notes = (chart.subtitle, chart.note)
    return Slide(title=chart.title or chart.subtitle, body=_body(chart), notes=notes)


def _body(chart: Chart) -> Plot | Drawn:
    columns = set(chart.data)
    if chart.kind == "trend":
        return trend_plot(chart, chart.locale)
    if chart.kind == "fan" and "q50" in columns:
        return fan_plot(chart, chart.locale)
    if columns >= _FUNNEL:
        names = (str(key) for key in chart.data["stage"])
        labels = dict(zip(names, map(str, chart.y.order), strict=True))
        return funnel_plot(chart, labels, chart.locale)
    if columns >= _WATERFALL and chart.x.kind != "percent":
        form = "money" if chart.x.kind == "money" else "deals"
        return waterfall_plot(chart, chart.locale, form=form)
    plain = attrs.evolve(chart, title="", subtitle="")  # they are the slide's own
    return Drawn(png=plain.to_png(width=WIDTH), alt=chart.alt, note=chart.note)
