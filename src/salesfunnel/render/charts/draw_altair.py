"""A chart as an Altair chart: the Vega-Lite specification, read by Altair."""

from __future__ import annotations

from typing import Any

from salesfunnel._core.extras import require
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.vega import vega_of

__all__ = ["draw"]


def draw(chart: Chart, **options: object) -> Any:
    """Return an ``altair.LayerChart``; `options` are those of its ``properties``."""
    altair = require("altair", extra="altair", feature="drawing with altair")
    spec = vega_of(chart)
    spec["$schema"] = altair.SCHEMA_URL
    picture = altair.Chart.from_dict(spec)
    return picture.properties(**options) if options else picture
